"""A client of keptd with nothing but msgpack: lists the newest entries."""
import socket
import sys

import msgpack

link = socket.socket(socket.AF_UNIX)
link.connect(sys.argv[1])
incoming = msgpack.Unpacker()


def call(number, method, params):
    link.sendall(msgpack.packb([0, number, method, params]))
    while True:
        for kind, *rest in incoming:
            if kind == 1 and rest[0] == number:
                if rest[1] is not None:
                    raise SystemExit(f"{rest[1][0]}: {rest[1][1]}")
                return rest[2]
        more = link.recv(65536)
        if not more:
            raise SystemExit("keptd went away")
        incoming.feed(more)


call(1, "hello", {"client": "thin", "version": "1"})
for entry in call(2, "log", {"limit": 20})["entries"]:
    print(entry["id"], entry["kind"], entry["day"], sep="\t")
