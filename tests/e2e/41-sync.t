#!/bin/sh
# 41-sync.t - two devices, offline on either, together again: everything is on
# both, nothing of it on the wire in clear, and the same entry changed on both
# keeps both versions. Method: a cable that can be cut and that counts.
. tests/e2e/lib.sh

device laptop
on laptop import tests/e2e/story/week16.ndjson --json >/dev/null
daemon phone
pair_up laptop phone
cable laptop phone
exits "sync waits until both have all" 0 on phone sync --wait 20 --json
is "in sync" '[["laptop", true]]' \
	"$(get '[[x["name"], x["in_sync"]] for x in d["devices"]]' "$out")"
is "with counts" true "$(get 'all(isinstance(x[k], int) for x in d["devices"]
	for k in ("sent", "received", "bytes_sent", "bytes_received",
		"round_trips"))' "$out")"
exits "from the other side too" 0 on laptop sync --wait 20 --json
is "the whole week is on the phone" 14 \
	"$(on phone log --json | get 'len(d["entries"])')"
is "equal digests" "$(digest laptop)" "$(digest phone)"

printf '{"what":"Written on the phone"}' |
	on phone add win --from - >/dev/null
exits "a live change" 0 on phone sync --wait 20
is "is on the laptop" "Written on the phone" \
	"$(on laptop log --kind win --json | get 'd["entries"][0]["f"]["what"]')"

# Apart: both add, both change one entry.
cut_cable
goal=01JC0000000000000000000004
change() {
	printf '%s' "$2" | on "$1" edit $goal --from - --json \
		>"$out" 2>"$errs"
}
change laptop '{"title":"Leave work at six on four days","can_do":6}'
is "the laptop writes while apart" 0 $?
change phone '{"title":"Leave at six, most days","why":"My evenings."}'
is "so does the phone" 0 $?
printf '{"mood":7}' | on laptop add mood --from - >/dev/null
printf '{"mood":4}' | on phone add mood --from - >/dev/null
on laptop delete 0002 --yes -q >/dev/null
printf '{"why":"Still wanted."}' | on phone edit 0002 --from - -q >/dev/null
exits "what is only here is marked" 0 on phone log --json
is "and nothing else is" 3 "$(get 'sum("not-synced" in e["marks"]
	for e in d["entries"])' "$out")"
on phone log -1 >"$out"
like "with its sign" "⇡" "$(head -n 1 "$out")"
like "and what it means" "⇡ not yet on your other devices" "$(cat "$out")"
on phone devices >"$out"
like "devices: since when" "paired $(date '+%-d %b')" "$(cat "$out")"
like "devices: what waits, in entries" "3 entries waiting for it" \
	"$(cat "$out")"
like "status: all but those" "all on 2 devices but 3 (laptop " \
	"$(on phone status)"
exits "sync with nobody there" 7 on phone sync --wait 3 --json
is "says who was not reached" '[["laptop", false]]' \
	"$(get '[[x["name"], x["in_sync"]] for x in d["devices"]]' "$out")"
exits "a thought while apart" 0 on phone thought Cut off for now.
like "says that it is only here as yet" "(only on this device; sync is on)" \
	"$(cat "$out")"
is "apart they differ" yes \
	"$([ "$(digest laptop)" != "$(digest phone)" ] && echo yes)"

mend
exits "together again" 0 on phone sync --wait 20 --json
is "equal digests again" "$(digest laptop)" "$(digest phone)"
is "no mark is left" 0 "$(on phone log --json | get 'sum(
	"not-synced" in e["marks"] for e in d["entries"])')"
like "status: everywhere" "entries, all on 2 devices." "$(on phone status)"
like "status names the one with two versions" \
	"1 entry has two versions: kept show 0004" "$(on phone status)"
like "and where it is reached" "Other devices reach it at 127.0.0.1:" \
	"$(on laptop status)"
for home in laptop phone; do
	on $home show $goal --json >"$out"
	is "on the $home: fields of both sides" "6 My evenings." \
		"$(get '(lambda f: j(f["can_do"], f["why"]))(
			d["entries"][0]["f"])' "$out")"
	like "on the $home: marked as two versions" two-versions \
		"$(get 'd["entries"][0]["marks"]' "$out")"
	exits "the other version is in its history" 0 on $home history $goal \
		--json
	on $home show $goal >"$out"
	like "on the $home: the one title" "Leave work at six on four days" \
		"$(cat "$out")"
	like "and the other" "Leave at six, most days" "$(cat "$out")"
	is "one entry has two versions" 1 \
		"$(on $home status --json | get 'd["conflicts"]')"
	like "an edit beats a delete: it is back" "Still wanted." \
		"$(on $home show 0002 --json)"
	is "both moods" 4 "$(on $home log --kind mood --json |
		get 'len(d["entries"])')"
done
change phone '{"title":"Leave at six on four days"}'
on phone sync --wait 20 -q >/dev/null
is "the next edit of it settles it" 0 \
	"$(on laptop status --json | get 'd["conflicts"]')"
is "on both" "$(digest laptop)" "$(digest phone)"

# Undo after sync is a new change, and travels.
exits "undo" 0 on phone undo --yes
on phone sync --wait 20 -q >/dev/null
is "it travels" "$(digest laptop)" "$(digest phone)"

# A locked device passes on what it cannot read.
on laptop lock
printf '{"what":"While the laptop was locked"}' |
	on phone add win --from - >/dev/null
exits "sync with a locked device" 0 on phone sync --wait 20
is "the laptop is locked still" locked \
	"$(on laptop status --json | get 'd["state"]')"
on laptop unlock --passphrase-file "$pass" >/dev/null
like "and has it when it opens" "While the laptop was locked" \
	"$(on laptop log -1 --json)"
is "equal again" "$(digest laptop)" "$(digest phone)"

# Already in sync: little is said.
cut_cable
eventually on phone status --json
before=$(get 'd["there"] + d["back"]' "$bench/cable/counts")
mend
exits "reconnect with nothing to say" 0 on phone sync --wait 20 --json
eventually sh -c "[ \$(\"$python\" -c 'import json, sys
d = json.load(open(\"$bench/cable/counts\"))
print(d[\"there\"] + d[\"back\"])') -gt $before ]"
spent=$(($(get 'd["there"] + d["back"]' "$bench/cable/counts") - before))
echo "# reconnect in sync: $spent bytes"
is "in 300 bytes, handshake included" yes \
	"$([ "$spent" -le 300 ] && echo yes || echo "$spent bytes")"

# What went over the cable.
leaked=
for word in onboarding capable Priya perfectionism "Leave work" laptop phone \
	"Written on the phone" boundary thought mood America; do
	grep -qaF "$word" "$bench/cable/wire" && leaked="$leaked $word"
done
is "no word of it was on the wire" "" "$leaked"
is "though much was" yes \
	"$([ "$(wc -c <"$bench/cable/wire")" -gt 3000 ] && echo yes)"

# Watching.
KEPT_HOME=$bench/laptop timeout 20 "$kept" watch --ndjson >"$bench/watched" \
	2>/dev/null &
watcher=$!
sleep 0.5
printf '{"what":"Seen live"}' | on phone add win --from - >/dev/null
eventually grep -q "Seen live" "$bench/watched"
is "a program that watches hears of it" 0 $?
is "as an event" entry "$(grep "Seen live" "$bench/watched" | head -n 1 |
	get 'd["event"]')"
kill $watcher 2>/dev/null
wait $watcher 2>/dev/null

exits "a thought while they are connected" 0 on phone thought Together.
unlike "says nothing of the kind" "only on this device" "$(cat "$out")"

# A wildcard is nobody's address; its port is what others need.
on laptop config set listen 0.0.0.0:0 >/dev/null
# shellcheck disable=SC2317 # eventually runs it
reaches() {
	on laptop status | grep -q "Other devices reach it on port [1-9]"
}
eventually reaches
is "where any address will do, status names the port" 0 $?

tap_done
