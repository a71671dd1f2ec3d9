"""late_answer.py SHOWER JOINER WHO PASSPHRASE - pairing through the sockets.

WHO (one of the two homes) says no; the other waits until it was told, and
only then says yes. Prints what it was told, and what its yes was answered.
"""
import os
import sys

import wire

shower_home, joiner_home, who, passphrase = sys.argv[1:]


def link(home):
    return wire.Link(os.path.join(home, "run", "kept.sock"))


def event(end, name):
    while True:
        for at, (method, params) in enumerate(end.events):
            if method == "pair" and params["event"] == name:
                del end.events[at]
                return params
        message = end.read()
        if message[0] == 2:
            end.events.append(message[1:])


shower, joiner = link(shower_home), link(joiner_home)
shown = shower.call("pair_show", {"passphrase": passphrase.encode(),
                                  "listen": "127.0.0.1:0"})
joiner.call("pair_join", {
    "code": shown["code"], "addresses": shown["addresses"], "name": "fourth",
    "passphrase": passphrase.encode(), "kdf_memory": 8 << 20, "kdf_passes": 1,
})
assert event(shower, "words")["words"] == event(joiner, "words")["words"]
ends = (shower, joiner) if who == shower_home else (joiner, shower)
ends[0].call("pair_confirm", {"yes": False})
told = event(ends[1], "failed")
try:
    ends[1].call("pair_confirm", {"yes": True})
    answer = "yes was taken"
except wire.Refusal as refusal:
    answer = f"{refusal.args[0]}: {refusal.args[1]}"
print(f"{told['event']} {told['code']}, then {answer}")
