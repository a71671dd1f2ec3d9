"""wire.py - msgpack-RPC to keptd for the tests that need many calls."""
import socket

import msgpack


class Refusal(Exception):
    pass


class Link:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(path)
        self.incoming = msgpack.Unpacker()
        self.number = 0
        self.events = []
        self.call("hello", {"client": "tests"})

    def call(self, method, params=None):
        self.number += 1
        request = [0, self.number, method, params or {}]
        self.socket.sendall(msgpack.packb(request))
        while True:
            message = self.read()
            if message[0] == 2:
                self.events.append(message[1:])
            elif message[1] == self.number and message[2] is None:
                return message[3]
            elif message[1] == self.number:
                raise Refusal(*message[2])

    def read(self):
        while True:
            for message in self.incoming:
                return message
            more = self.socket.recv(65536)
            if not more:
                raise EOFError("keptd went away")
            self.incoming.feed(more)
