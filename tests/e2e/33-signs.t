#!/bin/sh
# 33-signs.t - text is text: escape sequences, bidi controls and the like, in
# whatever comes in, never reach the terminal. Method: put them into every
# field by every way, and look at the bytes of all output.
. tests/e2e/lib.sh

device laptop
"$python" -I -c 'import json
nasty = ("\x1b[2J\x1b]0;gone\x07 \x9b31m \u202eesrever\u202c \u2066in\u2069 "
	"\u200b \u0008\u007f line\u2028two \ufeff")
entry = lambda n, kind, f, **more: print(json.dumps({"kept": 1,
	"id": f"01JC00000000000000000000A{n}", "kind": kind,
	"at": "2026-11-03T10:40:00-05:00", "tz": "America/New_York",
	"day": "2026-11-03", "device": "laptop", "rev": 1, "f": f, **more}))
entry(1, "win", {"what": "W " + nasty, "took": nasty, "shows": nasty})
entry(2, "thought", {"thought": "T " + nasty, "situation": nasty,
	"feelings": [{"name": "an\x1b[5mx\u202e", "before": 5}],
	"evidence_for": [nasty], "balanced": nasty})
entry(3, "note", {"text": "N " + nasty + "\nsecond\x1b[31m line"})
entry(4, "goal", {"title": "G " + nasty[:60]})
' >"$bench/nasty.ndjson"
exits "it comes in" 0 on laptop import "$bench/nasty.ndjson" --json
is "all of it" 4 "$(get 'd["added"]' "$out")"
printf 'typed \033[2J and \342\200\256 turned\n' | on laptop note - \
	>"$out" 2>"$errs"
is "and by a pipe" 0 $?
typed=$(newest laptop)

# Everything that prints: no control but newline, no bidi control, no BOM.
clean() {
	"$python" -I -c 'import sys
data = open(sys.argv[1], "rb").read() + open(sys.argv[2], "rb").read()
text = data.decode("utf-8", "surrogateescape")
bad = [hex(ord(c)) for c in text if (ord(c) < 32 and c not in "\n\t") or
	0xdc80 <= ord(c) <= 0xdcff or 0x7f <= ord(c) < 0xa0 or 0x202a <= ord(c) <= 0x202e or
	0x2066 <= ord(c) <= 0x2069 or ord(c) in (0x2028, 0x2029, 0xfeff,
	0x200e, 0x200f)]
print(" ".join(sorted(set(bad))))' "$out" "$errs"
}
for words in "log" "log --plain" "show A1" "show A2" "show A3" "show A4" \
	"show $typed" "search esrever" "search typed" "history A1" \
	"delete A4 --yes" "undo --yes" "star A2" "tag A1 +work" "drafts"; do
	# shellcheck disable=SC2086
	on laptop $words >"$out" 2>"$errs" </dev/null
	is "kept $words is clean" "" "$(clean)"
done
on laptop log --json >"$out" 2>"$errs"
is "JSON has no raw control either" "" "$("$python" -I -c 'import sys
data = open(sys.argv[1], "rb").read()
print([b for b in data if b < 32 and b != 10] or "")' "$out")"
like "but the text is whole" '\u001b[2J' "$(cat "$out")"

# At a terminal, where it would do harm.
for words in log "show A1" "show A2"; do
	echo "exit 0" >"$bench/script"
	# shellcheck disable=SC2086
	KEPT_HOME=$bench/laptop PAGER=cat "$python" -I -c 'import os, pty, sys
seen = []
def read(fd):
    data = os.read(fd, 65536)
    seen.append(data)
    return b""
code = pty.spawn(sys.argv[1:], read, lambda fd: b"")
data = b"".join(seen)
print(b"\x1b[2J" in data, b"\x1b]0;" in data, b"\x1b[5m" in data,
	"\u202e".encode() in data)' "$kept" $words </dev/null >"$out"
	is "kept $words at a terminal clears no screen, sets no title" \
		"False False False False" "$(tail -n 1 "$out")"
done

exits "a name of an argument does no harm" 5 on laptop show \
	"$(printf 'x\033[2J')"
is "it is not echoed as it is" "" "$(clean)"
exits "nor an unknown command" 2 on laptop "$(printf 'lo\033[2Jg')"
is "not as it is" "" "$(clean)"
printf '{"what":"bad \377\376 bytes"}' | on laptop add win --from - \
	>"$out" 2>"$errs"
nonzero "text that is not UTF-8 is refused" $?

# A setting that travels comes from another device.
on laptop config set mailbox "$(printf 'a\033[2Jb')" >"$out" 2>"$errs"
is "a setting with signs in it does no harm" "" "$(clean)"
for words in "config" "config get mailbox" "config explain"; do
	# shellcheck disable=SC2086
	on laptop $words >"$out" 2>"$errs"
	is "kept $words is clean" "" "$(clean)"
done

# The copy of the plan for when it is locked is a file, and files may change.
printf '{"signs":["No sleep"]}' | on laptop add plan --from - >"$out" 2>"$errs"
on laptop plan readable yes >"$out" 2>"$errs"
on laptop lock >"$out" 2>"$errs"
printf 'a \033[2J sign \377\n' >>"$bench/laptop/data/plan.txt"
for words in plan help-now; do
	on laptop $words >"$out" 2>"$errs"
	like "kept $words shows what is there" "a ␛[2J sign" "$(cat "$out")"
	is "and is clean" "" "$(clean)"
	on laptop $words --json >"$out" 2>"$errs"
	like "a program gets text" "No sleep" "$(get 'd["plan"] if "plan" in d
		else d["text"]' "$out")"
done

tap_done
