#!/bin/sh
# 32-homes.t - one keptd for one home: a second one, a stale socket, another
# person's socket, a path that is too long, a home that was copied. Method:
# start keptd where it must not run, or twice, and look at what it says and at
# what became of the journal.
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
. tests/e2e/lib.sh

device laptop
printf '{"what":"Before anything"}' | on laptop add win --from - >/dev/null

KEPT_HOME=$bench/laptop exits "a second keptd on the same home is refused" 69 \
	timeout 20 "$keptd" --foreground
is "in one plain line" 1 "$(grep -c . "$errs")"
exits "the first one goes on" 0 on laptop log
sleep 60 &
other=$!
crash laptop
is "the dead one left its socket" yes \
	"$([ -S "$bench/laptop/run/kept.sock" ] && echo yes)"
daemon laptop
exits "the next one takes the place of the dead" 0 on laptop unlock \
	--passphrase-file "$pass"
is "with everything" 1 "$(on laptop log --json | get 'len(d["entries"])')"
kill $other 2>/dev/null
wait $other 2>/dev/null

finish laptop
is "told to end, it takes its socket along" no \
	"$([ -e "$bench/laptop/run/kept.sock" ] && echo yes || echo no)"
exits "kept starts it where none answers" 0 on laptop status --json
is "locked" locked "$(get 'd["state"]' "$out")"
exits "daemon status knows" 0 on laptop daemon status
exits "daemon stop" 0 on laptop daemon stop
is "ends it" "" "$(eventually sh -c '[ ! -S "$bench/laptop/run/kept.sock" ]' ||
	echo still there)"

late=0
for n in 1 2 3 4 5 6; do
	on laptop status --json >/dev/null 2>&1 || late=$((late + 1))
	on laptop daemon stop >/dev/null 2>&1
done
is "right after a stop the next kept gets its keptd" 0 $late

# Twelve at once start one, not twelve.
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	on laptop status --json >"$bench/status.$n" 2>&1 &
done
wait
is "twelve kepts at once all get their answer" 12 \
	"$(cat "$bench"/status.* | grep -c '"locked"')"
running=0
for pid in $(bench_processes); do
	[ "$(readlink "/proc/$pid/exe")" = "$keptd" ] &&
		running=$((running + 1))
done
is "from one keptd" 1 $running
finish laptop

long=$bench/$(printf '%090d' 1)
KEPT_HOME=$long exits "a socket path over 107 bytes is refused" 2 \
	timeout 20 "$keptd" --foreground
like "by name" "kept.sock" "$(cat "$errs")"
KEPT_HOME=relative/home exits "and a home that is no whole path" 2 \
	timeout 20 "$keptd" --foreground

if [ "$(id -u)" -eq 0 ] && command -v runuser >/dev/null; then
	daemon laptop
	chmod 711 "$bench" "$bench/laptop"
	chmod 755 "$bench/laptop/run"
	chmod 666 "$bench/laptop/run/kept.sock"
	KEPT_HOME=$bench/laptop exits "another person gets no answer" 69 \
		runuser -u nobody -- "$kept" status --json --no-input
	is "not a word" "" "$(grep -o '"device"' "$out")"
	chmod 600 "$bench/laptop/run/kept.sock"
	chmod 700 "$bench/laptop/run"
	mkdir -m 755 "$bench/nobody" "$bench/nobody/run"
	chown -R nobody "$bench/nobody"
	KEPT_HOME=$bench/nobody exits \
		"and kept does not talk to a socket in another's folder" 69 \
		timeout 20 "$kept" status --json --no-input
	finish laptop
else
	tap_skip "a socket of another person" "needs root and runuser"
fi

# A home that was copied: both go on, neither loses a word.
daemon laptop
on laptop unlock --passphrase-file "$pass" >/dev/null
printf '{"what":"On both from the start"}' |
	on laptop add win --from - >/dev/null
finish laptop
cp -a "$bench/laptop" "$bench/copy"
for home in laptop copy; do
	daemon $home
	on $home unlock --passphrase-file "$pass" >/dev/null
	printf '{"what":"Typed on the %s"}' $home |
		on $home add win --from - >"$out" 2>"$errs"
	is "the $home takes new words" 0 $?
	is "and has the old" 3 \
		"$(on $home log --json | get 'len(d["entries"])')"
done
notes=$(on copy status --json | get '" ".join(d.get("notes", []))')
like "the copy knows that it is one" "copy" "$notes"
copied() {
	"$python" -I -c 'import sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for row in db.execute("select lid, seq, id from blocks"):
    print(*(x.hex() if isinstance(x, bytes) else x for x in row))' "$1"
}
finish laptop
finish copy
for home in laptop copy; do
	cp -a "$bench/$home" "$bench/look"
	copied "$(find "$bench/look" -name journal.db)" 2>"$errs" |
		sort >"$bench/$home.blocks"
	rm -rf "$bench/look"
done
if [ -s "$bench/laptop.blocks" ]; then
	is "no number of a log names two blocks" "" "$(sort -u \
		"$bench/laptop.blocks" "$bench/copy.blocks" |
		awk '{ print $1, $2 }' | sort | uniq -d)"
fi

# Copied while running: the file of the copy is older than what is answered.
daemon laptop
on laptop unlock --passphrase-file "$pass" >/dev/null
printf '{"what":"Just before"}' | on laptop add win --from - >/dev/null
cp -a "$bench/laptop" "$bench/hot"
rm -f "$bench/hot/run/kept.sock"
printf '{"what":"Just after"}' | on laptop add win --from - >/dev/null
daemon hot
on hot unlock --passphrase-file "$pass" >/dev/null
is "a copy of a running home opens" unlocked \
	"$(on hot status --json | get 'd["state"]')"
printf '{"what":"Typed on the hot copy"}' | on hot add win --from - >/dev/null
like "takes new words" "Typed on the hot copy" "$(on hot log --json)"
like "has what was acknowledged before" "Just before" "$(on hot log --json)"
like "and the first still has what came after" "Just after" \
	"$(on laptop log --json)"

tap_done
