#!/bin/sh
# demo.sh - `make demo`: a laptop and a phone on this machine, a week of
# entries, a pairing, a day apart, and together again. Both are homes in a
# folder of their own under /tmp, on loopback, with passphrases stretched as
# slowly as for real; at the end nothing is left. Says what it does, line by
# line; stops at the first thing that does not go as it says.
set -eu

LC_ALL=C.UTF-8
TZ=America/New_York
export LC_ALL TZ
unset LANGUAGE
unset NOTIFY_SOCKET LISTEN_FDS LISTEN_PID JOURNAL_STREAM COLUMNS
bin=${KEPT_OUT:-build/release}
case $bin in
/*) ;;
*) bin=$PWD/$bin ;;
esac
kept=$bin/kept
here=tests/e2e
week=$here/story/week16.ndjson
session=${SHARED:-../shared}/data/story/session-16.txt
[ -r "$session" ] || session=$here/story/session-16.txt

top=$(mktemp -d "${TMPDIR:-/tmp}/kept-demo.XXXXXX")
# A socket's path takes 107 bytes.
if [ ${#top} -gt 80 ]; then
	rmdir "$top"
	top=$(mktemp -d /tmp/kept-demo.XXXXXX)
fi
cable=
shower=
clear_up() {
	for home in laptop phone; do
		[ ! -d "$top/$home" ] || KEPT_HOME=$top/$home \
			timeout 10 "$kept" daemon stop >/dev/null 2>&1 || :
	done
	for pid in $cable $shower; do
		kill "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	rm -rf "$top"
}
trap clear_up EXIT
trap 'exit 1' HUP INT TERM

laptop() {
	KEPT_HOME=$top/laptop timeout 60 "$kept" "$@"
}
phone() {
	KEPT_HOME=$top/phone timeout 60 "$kept" "$@"
}
# The first string of that name in some JSON.
text_of() {
	sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1
}
number_of() {
	sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" | head -n 1
}
say() {
	printf '\n\033[1m%s\033[0m\n' "$*" | if [ -t 1 ]; then
		cat
	else
		sed 's/\x1b\[[01]m//g'
	fi
}
indent() {
	sed 's/^./    &/'
}
wait_for() {
	left=300
	until grep -q "$2" "$1" 2>/dev/null; do
		left=$((left - 1))
		if [ $left -eq 0 ]; then
			echo "The demo waited half a minute for $2:" >&2
			cat "$1" >&2
			exit 1
		fi
		sleep 0.1
	done
}
mkdir "$top/laptop" "$top/phone" "$top/cable"
printf 'four quiet words here\n' >"$top/pass.laptop"
printf 'three others and one\n' >"$top/pass.phone"

say '1. A journal on the laptop. The passphrase is made slow to guess.'
laptop init --name laptop --passphrase-file "$top/pass.laptop" \
	--recovery-out "$top/sheet" --no-input 2>&1 | grep -v '^$' | indent
laptop config set listen none >/dev/null
laptop config set discovery off >/dev/null

say '2. The week comes in: 14 entries, and the record of session 16.'
laptop import "$week" 2>&1 | indent
laptop session import "$session" 2>&1 | indent
laptop log -4 2>&1 | indent

say '3. The phone joins by a code of three words; both say yes.'
phone config set listen none >/dev/null
phone config set discovery off >/dev/null
laptop pair --json --yes --passphrase-file "$top/pass.laptop" \
	--listen 127.0.0.1:0 >"$top/shown" 2>"$top/shown.said" &
shower=$!
wait_for "$top/shown" '"code"'
code=$(text_of code <"$top/shown")
at=$(sed -n 's/.*"addresses": *\["\([^"]*\)".*/\1/p' "$top/shown")
echo "    laptop\$ kept pair"
echo "    phone\$  kept pair $code --at $at"
phone pair "$code" --at "$at" --name phone --json --yes \
	--passphrase-file "$top/pass.phone" >"$top/joined" 2>"$top/joined.said"
wait "$shower"
shower=
sed -n 's/.*"words": *\["\(.*\)".*\].*/\1/p' "$top/joined" |
	sed 's/" *, *"/ · /g; s/^/    Both screens show:  /'

say '4. One cable joins the two, and it counts every byte.'
# The laptop listened nowhere until now, so this is the only way to it.
laptop config set listen 127.0.0.1:0 >/dev/null
port=
left=100
while [ -z "$port" ] && [ $left -gt 0 ]; do
	port=$(laptop status --json |
		sed -n 's/.*"listen": *\["127.0.0.1:\([0-9]*\)".*/\1/p')
	left=$((left - 1))
	[ -n "$port" ] || sleep 0.1
done
"$bin/tests/e2e/cablemain" "$port" "$top/cable" &
cable=$!
wait_for "$top/cable/port" '[0-9]'
phone peers add "127.0.0.1:$(cat "$top/cable/port")" --device laptop -q \
	>/dev/null
phone daemon stop >/dev/null 2>&1
phone unlock --passphrase-file "$top/pass.phone" >/dev/null 2>&1
phone sync --wait 20 -q
sleep 0.2
echo "    The phone has $(phone status --json | number_of entries) entries;" \
	"$(wc -c <"$top/cable/wire") bytes went over the cable."
laptop devices 2>&1 | indent

say '5. The cable is cut. Both write; both change the same goal.'
: >"$top/cable/cut"
sleep 0.3
goal=01JC0000000000000000000004
printf '{"title":"Leave work at six on four days"}' |
	laptop edit $goal --from - 2>&1 | sed 's/^/    laptop: /'
printf 'Asked for help before I was stuck.\n' |
	laptop win - 2>&1 | sed -n '1s/^/    laptop: /p'
printf '{"title":"Leave work at six, most days","can_do":8}' |
	phone edit $goal --from - 2>&1 | sed 's/^/    phone:  /'
printf '{"mood":7,"confidence":6,"note":"Wrote this on the train."}' |
	phone add mood --from - 2>&1 | sed -n '1s/^/    phone:  /p'

say '6. The cable is back. Nothing is asked, nothing is lost.'
before=$(wc -c <"$top/cable/wire")
rm "$top/cable/cut"
sleep 0.3
phone sync --wait 20 --json >"$top/synced"
laptop log -4 2>&1 | indent

say '7. The goal that was changed on both has two versions, both readable.'
laptop show $goal 2>&1 | indent
laptop history $goal 2>&1 | indent

say '8. A search, on the phone.'
phone search onboarding 2>&1 | indent

say '9. What went over the wire.'
if [ "$(wc -c <"$top/cable/wire")" -lt 5000 ]; then
	echo 'The devices found another way than the cable.' >&2
	exit 1
fi
sent=$(number_of bytes_sent <"$top/synced")
received=$(number_of bytes_received <"$top/synced")
trips=$(number_of round_trips <"$top/synced")
echo "    this last meeting: $sent bytes out, $received in," \
	"round trips: $trips"
echo "    all in all: $(wc -c <"$top/cable/wire") bytes, the whole week in" \
	"them. How the last meeting begins:"
tail -c "+$((before + 1))" "$top/cable/wire" | head -c 96 |
	od -A n -t x1 | sed 's/^/   /'
for word in capable perfection onboarding help train mood goal laptop phone; do
	if grep -aiq "$word" "$top/cable/wire"; then
		echo "\"$word\" was on the wire in clear" >&2
		exit 1
	fi
done
echo '    Looked for: capable, perfection, onboarding, help, train, mood,' \
	'goal, laptop, phone.'
echo '    Not one of them is in it.'

say '10. Both hold the same.'
on_laptop=$(laptop call digest | text_of digest)
on_phone=$(phone call digest | text_of digest)
echo "    laptop  $on_laptop"
echo "    phone   $on_phone"
if [ -z "$on_laptop" ] || [ "$on_laptop" != "$on_phone" ]; then
	echo '    They differ.' >&2
	exit 1
fi
echo '    equal'
