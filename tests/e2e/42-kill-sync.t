#!/bin/sh
# 42-kill-sync.t - kill -9 of either device at any moment of a sync: after it
# all is there and equal. Method: while both write, one of the two is killed
# at a different moment each time; nothing acknowledged may be missing.
. tests/e2e/lib.sh

if [ -z "$has_msgpack" ]; then
	tap_skip "kill -9 while syncing" "python3-msgpack is not installed"
	tap_done
fi
device laptop
daemon phone
pair_up laptop phone
meet phone
cat >"$bench/writer.py" <<'END'
import sys
from wire import Link, Refusal
link = Link(sys.argv[1])
with open(sys.argv[2], "a") as promises:
    for n in range(int(sys.argv[4])):
        word = f"word{sys.argv[3]}x{n}"
        try:
            link.call("add", {"kind": "note", "fields": {"text": word}})
        except (OSError, EOFError, Refusal):
            break
        promises.write(word + "\n")
        promises.flush()
END
write() {
	"$python" "$bench/writer.py" "$bench/$1/run/kept.sock" \
		"$bench/promises" "$1$2" 60 2>>"$errs"
}
: >"$bench/promises"
round=0
for victim in laptop phone laptop phone laptop phone; do
	round=$((round + 1))
	write laptop $round &
	first=$!
	write phone $round &
	second=$!
	sleep "0.0$((round * 14 % 97))"
	crash $victim
	wait $first $second
	daemon $victim
	eventually on $victim unlock --passphrase-file "$pass" --no-input
done
on laptop sync --wait 30 -q >/dev/null
exits "after six of them they meet" 0 on phone sync --wait 30
is "equal digests" "$(digest laptop)" "$(digest phone)"
promised=$(wc -l <"$bench/promises")
is "there was much to lose" yes "$([ "$promised" -gt 100 ] && echo yes)"
for home in laptop phone; do
	on $home export --format ndjson --out "$bench/$home.all" --yes \
		>/dev/null 2>&1
	"$python" -I -c 'import sys
have = open(sys.argv[2]).read()
print(*[w for w in open(sys.argv[1]).read().split()
	if f"\"{w}\"" not in have], end="")' \
		"$bench/promises" "$bench/$home.all" >"$bench/lost"
	is "the $home has all $promised acknowledged" "" "$(cat "$bench/lost")"
done

# In the middle of pairing: nothing half-made is left in the way.
: >"$bench/show"
: >"$bench/join"
on laptop pair --json --yes --passphrase-file "$pass" \
	--listen 127.0.0.1:0 >"$bench/show" 2>/dev/null &
shown=$!
wait_event "$bench/show" code
daemon tablet
# shellcheck disable=SC2086
on tablet pair "$(head -n 1 "$bench/show" | get 'd["code"]')" --at \
	"$(head -n 1 "$bench/show" | get 'd["addresses"][0]')" --name tablet \
	--json --passphrase-file "$pass" $cheap >"$bench/join" 2>/dev/null &
joining=$!
wait_event "$bench/show" words
crash tablet
wait $joining
on laptop call pair_stop >/dev/null 2>&1
wait $shown
daemon tablet
is "a device that died while pairing begins anew" none \
	"$(on tablet status --json | get 'd["state"]')"
pair_up laptop tablet
on tablet sync --wait 5 >/dev/null 2>&1
is "and then it pairs, with everything" "$(digest laptop)" "$(digest tablet)"

tap_done
