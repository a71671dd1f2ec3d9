#!/bin/sh
# 43-stranger.t - a device of another journal, and one that says nothing
# sensible, get nothing and leave nothing. Method: two journals of two devices
# each on one machine; a device of the one is pointed at a device of the
# other; then raw bytes.
. tests/e2e/lib.sh

device laptop
printf '{"what":"Mine alone"}' | on laptop add win --from - >/dev/null
daemon phone
pair_up laptop phone
device strange
printf '{"what":"Of somebody else"}' | on strange add win --from - >/dev/null
daemon odd
pair_up strange odd
meet phone
meet odd
mine=$(digest laptop)
theirs=$(digest odd)
at=$(on laptop status --json | get 'd["listen"][0]')

finish strange
exits "the stranger is pointed at my laptop" 0 on odd peers add "$at" \
	--device strange
exits "it gets nothing" 7 on odd sync --wait 4 --json
is "not in sync with anybody" '[false]' \
	"$(get '[x["in_sync"] for x in d["devices"]]' "$out")"
is "my journal is what it was" "$mine" "$(digest laptop)"
is "so is theirs" "$theirs" "$(digest odd)"
unlike "nothing of mine is there" "Mine alone" "$(on odd log --json)"
unlike "nor of theirs here" "Of somebody else" "$(on laptop log --json)"
is "my devices are two" 2 \
	"$(on laptop devices --json | get 'len(d["devices"])')"

# Bytes of no protocol.
"$python" -I -c 'import os, socket, sys
host, _, port = sys.argv[1].rpartition(":")
for data in (b"", b"\0" * 4, b"\xff" * 4, b"\xff\xff\xff\x7f",
	b"\x20\0\0\0" + b"\0" * 32, b"GET / HTTP/1.1\r\n\r\n",
	b"\xdd\xff\xff\xff\xff", os.urandom(4096), os.urandom(160),
	b"\xa0\0\0\0" + b"\0" * 160, b"\x9f\0\0\0" + os.urandom(159)):
    s = socket.create_connection((host, int(port)), 5)
    s.settimeout(8)
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        got = s.recv(4096)
        print(len(got), end=" ")
    except OSError:
        print(0, end=" ")
    s.close()' "$at" >"$out" 2>"$errs"
is "bytes of no protocol get no answer" "0 0 0 0 0 0 0 0 0 0 0 " "$(cat "$out")"
many=$("$python" -I -c 'import socket, sys
host, _, port = sys.argv[1].rpartition(":")
print(len([socket.create_connection((host, int(port)), 5)
	for _ in range(64)]))' "$at" 2>&1)
exits "after $many silent connections it still answers its people" 0 \
	on laptop log
printf '{"what":"After the noise"}' | on laptop add win --from - >/dev/null
exits "and its own devices" 0 on phone sync --wait 20
is "equal digests" "$(digest laptop)" "$(digest phone)"

# The client socket, spoken to badly.
"$python" -I -c 'import os, socket, sys
for data in (b"\xc1", b"\xdd\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff",
	b"\x91" * 64, b"\x94\x00\x01\xa3foo\x80", b"\x94\x00\x01\xa3log",
	b"\x94\x00\x01\xa6status\x80", b"\x93\x02\xa5watch\x80", b"{}",
	os.urandom(5000)):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(8)
    s.connect(sys.argv[1])
    try:
        s.sendall(data)
        s.shutdown(socket.SHUT_WR)
        while s.recv(65536):
            pass
    except OSError:
        pass
    s.close()
print("whole")' "$bench/laptop/run/kept.sock" >"$out" 2>"$errs"
is "garbage on the client socket ends that connection only" whole \
	"$(cat "$out")"
is "the same keptd answers on" "$(cat "$bench/laptop.pid")" \
	"$(kill -0 "$(cat "$bench/laptop.pid")" && cat "$bench/laptop.pid")"
exits "as before" 0 on laptop log

tap_done
