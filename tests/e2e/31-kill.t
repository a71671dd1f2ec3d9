#!/bin/sh
# 31-kill.t - kill -9 of keptd while it writes: what it acknowledged is there,
# and the journal opens. Method: clients add as fast as they can and note each
# answer; keptd is killed at a different moment every time.
. tests/e2e/lib.sh

device laptop
: >"$bench/kept-ids"

# Adds until keptd is gone; each id that was answered is a promise.
cat >"$bench/writer.py" <<'END'
import sys
from wire import Link
link = Link(sys.argv[1])
with open(sys.argv[2], "a") as promises:
    for n in range(100000):
        try:
            entry = link.call("add", {"kind": "note",
                "fields": {"text": f"word{sys.argv[3]}x{n}"}})["entry"]
        except (OSError, EOFError):
            break
        promises.write(f"{entry['id']} word{sys.argv[3]}x{n}\n")
        promises.flush()
END
if [ -z "$has_msgpack" ]; then
	tap_skip "kill -9 while writing" "python3-msgpack is not installed"
	tap_done
fi

rounds=8
round=0
for delay in 0.02 0.05 0.09 0.14 0.2 0.27 0.35 0.44; do
	round=$((round + 1))
	"$python" "$bench/writer.py" \
		"$bench/laptop/run/kept.sock" "$bench/kept-ids" $round \
		2>"$errs" &
	writer=$!
	lines=$(wc -l <"$bench/kept-ids")
	eventually sh -c "[ \$(wc -l <$bench/kept-ids) -gt $lines ]"
	sleep "$delay"
	crash laptop
	wait $writer
	daemon laptop
	eventually on laptop unlock --passphrase-file "$pass" --no-input
done
is "each time it opened again" unlocked \
	"$(on laptop status --json | get 'd["state"]')"

on laptop export --format ndjson --out "$bench/all" --yes >/dev/null 2>&1
promised=$(wc -l <"$bench/kept-ids")
is "there were promises in each of $rounds rounds" $rounds \
	"$(sed 's/.* word//; s/x.*//' "$bench/kept-ids" | sort -u | wc -l)"
"$python" -I -c 'import sys
have = open(sys.argv[2]).read()
for line in open(sys.argv[1]):
    id, word = line.split()
    if id not in have or f"\"{word}\"" not in have:
        print(id, word)' "$bench/kept-ids" "$bench/all" >"$bench/lost"
is "not one of $promised acknowledged notes is lost" "" "$(cat "$bench/lost")"
exits "doctor looks it over" "$(on laptop doctor >/dev/null 2>&1
	echo $?)" on laptop doctor --json
is "and finds the journal whole" '[]' "$(get '[x for x in d["lines"] if
	x["part"] in ("database", "entries", "history") and not x["ok"]]' \
	"$out")"

tap_done
