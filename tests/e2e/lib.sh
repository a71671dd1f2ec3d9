# shellcheck shell=sh
# lib.sh - a bench of devices for the end-to-end tests; sourced from the root
# of the tree, not run. Every device is a KEPT_HOME of its own under one
# folder in /tmp; at exit whatever runs there is ended and all of it removed.
#
#	device NAME...		makes journals with cheap passphrase slots
#	on NAME WORDS...	runs kept on that device, never asking
#	daemon NAME		starts keptd in view (log: $bench/NAME.log)
#	crash NAME		kill -9 to its keptd
#	pair_up A B		B joins A over loopback
#	cable A B		from now on B reaches A through a cable that
#				counts, and that `cut_cable` and `mend` work on
#	get EXPR [FILE]		a Python expression over d, the JSON read;
#				j(A, B...) joins with blanks
#	is NAME WANT GOT	like NAME TEXT GOT	unlike NAME TEXT GOT
#	nonzero NAME $?
#	exits NAME CODE WORDS...	runs it; output is left in $out and $errs
#
# Time-outs end a program that hangs; nothing here measures time.
. tests/tidy/tap.sh

set -u
LC_ALL=C.UTF-8
export LC_ALL
unset LANGUAGE
unset KEPT_HOME KEPT_NO_COLOR NO_COLOR COLUMNS TERM
unset NOTIFY_SOCKET LISTEN_FDS LISTEN_PID JOURNAL_STREAM
# This machine may sleep, or not, as it likes.
DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent
export DBUS_SYSTEM_BUS_ADDRESS
TZ=America/New_York
HISTFILE=
PYTHONDONTWRITEBYTECODE=1
PYTHONPATH=$PWD/tests/e2e
export TZ HISTFILE PYTHONDONTWRITEBYTECODE PYTHONPATH
bin=${KEPT_OUT:-build/debug}
case $bin in
/*) ;;
*) bin=$PWD/$bin ;;
esac
kept=$bin/kept
keptd=$bin/keptd
tools=$PWD/tests/e2e
export kept keptd tools
for program in "$kept" "$keptd"; do
	if [ ! -x "$program" ]; then
		echo "Bail out! $program is not there; make builds it"
		exit 1
	fi
done

# An interpreter without start-up scripts around it; msgpack if there is one.
python=
for candidate in python3 /usr/bin/python3; do
	if "$candidate" -c 'import msgpack' 2>/dev/null; then
		python=$candidate
		break
	fi
done
has_msgpack=${python:+yes}
python=$(${python:-python3} -c 'import sys; print(sys.executable)' \
	2>/dev/null) || python=
if [ -z "$python" ]; then
	echo "1..0 # SKIP python3 is not installed"
	exit 0
fi
export has_msgpack

# Short, since a socket's path has 107 bytes and no more.
bench=$(mktemp -d /tmp/kept-e2e.XXXXXX) || exit 1
export bench
out=$bench/out
errs=$bench/errs
pass=$bench/pass
: >"$out"
: >"$errs"
printf 'four plain words here\n' >"$pass"

# Every process whose KEPT_HOME lies in the bench; nobody else's. With NAME$
# only those of that home.
bench_processes() {
	for environ in /proc/[0-9]*/environ; do
		if tr '\0' '\n' <"$environ" 2>/dev/null |
			grep -q "^KEPT_HOME=$bench/${1:-}"; then
			pid=${environ#/proc/}
			echo "${pid%/environ}"
		fi
	done 2>/dev/null
}

bench_clear() {
	for pid in $(bench_processes); do
		kill -9 "$pid" 2>/dev/null
	done
	wait 2>/dev/null
	rm -rf "$bench"
}
trap bench_clear EXIT
trap 'exit 1' HUP INT TERM

# kept on one device, without a terminal.
on() {
	on_home=$bench/$1
	shift
	KEPT_HOME=$on_home timeout -k 5 "${patience:-60}" "$kept" "$@"
}

get() {
	"$python" -I -c 'import json, sys
text = open(sys.argv[2]).read() if len(sys.argv) > 2 else sys.stdin.read()
d = json.loads(text)
def j(*parts):
    return " ".join(str(part) for part in parts)
value = eval("(" + sys.argv[1] + "\n)")
print(json.dumps(value) if isinstance(value, (dict, list, bool)) or
	value is None else value)' "$@"
}

# The same over NDJSON: d is the list of lines.
get_lines() {
	"$python" -I -c 'import json, sys
d = [json.loads(line) for line in sys.stdin if line.strip()]
def j(*parts):
    return " ".join(str(part) for part in parts)
value = eval("(" + sys.argv[1] + "\n)")
print(json.dumps(value) if isinstance(value, (dict, list, bool)) or
	value is None else value)' "$@"
}

is() {
	if [ "$2" = "$3" ]; then
		tap_line ok "$1"
	else
		tap_line bad "$1"
		printf 'wanted: %s\ngot:    %s\n' "$2" "$3" |
			head -n 40 | sed 's/^/# /' >&2
	fi
}

has_text() {
	printf '%s\n' "$1" | grep -qF -- "$2"
}

like() {
	if has_text "$3" "$2"; then
		tap_line ok "$1"
	else
		tap_line bad "$1"
		printf 'nothing like "%s" in:\n%s\n' "$2" "$3" |
			head -n 60 | sed 's/^/# /' >&2
	fi
}

unlike() {
	if has_text "$3" "$2"; then
		tap_line bad "$1"
		printf '"%s" stands in:\n%s\n' "$2" "$3" |
			head -n 60 | sed 's/^/# /' >&2
	else
		tap_line ok "$1"
	fi
}

# nonzero NAME CODE
nonzero() {
	if [ "$2" -ne 0 ]; then
		tap_line ok "$1"
	else
		tap_line bad "$1"
	fi
}

# exits NAME CODE COMMAND...
exits() {
	exits_name=$1
	exits_want=$2
	shift 2
	"$@" >"$out" 2>"$errs" </dev/null
	exits_got=$?
	if [ "$exits_got" -eq "$exits_want" ]; then
		tap_line ok "$exits_name"
	else
		tap_line bad "$exits_name"
		{
			echo "exit code $exits_got, wanted $exits_want"
			cat "$out" "$errs"
		} | head -n 40 | sed 's/^/# /' >&2
	fi
}

# Up to ten seconds (or $tries tenths of one) for something to become true.
eventually() {
	eventually_left=${tries:-100}
	while ! "$@" >/dev/null 2>&1; do
		eventually_left=$((eventually_left - 1))
		[ "$eventually_left" -gt 0 ] || return 1
		sleep 0.1
	done
}

# The one started here answers, not one that kept started for itself.
daemon() {
	mkdir -p "$bench/$1"
	KEPT_HOME=$bench/$1 "$keptd" --foreground >>"$bench/$1.log" 2>&1 &
	echo $! >"$bench/$1.pid"
	eventually running "$1"
}

running() {
	on "$1" daemon status --json | grep -q '"running": *true'
}

crash() {
	kill -9 "$(cat "$bench/$1.pid")" 2>/dev/null
	wait "$(cat "$bench/$1.pid")" 2>/dev/null
	:
}

# Asks it to end, and sees it end, whoever started it.
finish() {
	on "$1" daemon stop >/dev/null 2>&1
	wait "$(cat "$bench/$1.pid" 2>/dev/null)" 2>/dev/null
	eventually is_free "$1"
}

is_free() {
	! bench_processes "$1\$" | grep -q .
}

cheap='--kdf-memory 8M --kdf-passes 1'

device() {
	for device_name in "$@"; do
		daemon "$device_name" || tap_line bad "keptd of $device_name"
		# shellcheck disable=SC2086 # two options with values
		on "$device_name" init --name "$device_name" \
			--passphrase-file "$pass" --no-recovery --yes \
			--no-input $cheap >"$out" 2>"$errs" ||
			{
				tap_line bad "a journal on $device_name"
				sed 's/^/# /' "$out" "$errs" >&2
			}
	done
}

wait_event() {
	eventually grep -q "\"event\":\"$2\"" "$1"
}

# pair_up INVITER JOINER: listens on loopback, both sides say yes.
pair_up() {
	eventually on "$2" status --json ||  daemon "$2"
	on "$1" config set listen 127.0.0.1:0 >/dev/null 2>&1
	on "$2" config set listen 127.0.0.1:0 >/dev/null 2>&1
	: >"$bench/show"
	on "$1" pair --json --yes --passphrase-file "$pass" \
		--listen 127.0.0.1:0 >"$bench/show" 2>"$bench/show.errs" &
	pair_pid=$!
	wait_event "$bench/show" code
	pair_code=$(head -n 1 "$bench/show" | get 'd["code"]')
	pair_at=$(head -n 1 "$bench/show" | get 'd["addresses"][0]')
	# shellcheck disable=SC2086
	on "$2" pair "$pair_code" --at "$pair_at" --name "$2" --json --yes \
		--passphrase-file "$pass" $cheap \
		>"$bench/join" 2>"$bench/join.errs"
	pair_joined=$?
	wait "$pair_pid"
	pair_shown=$?
	if [ "$pair_joined" -ne 0 ] || [ "$pair_shown" -ne 0 ]; then
		tap_line bad "$1 and $2 pair"
		cat "$bench/show" "$bench/show.errs" "$bench/join" \
			"$bench/join.errs" | sed 's/^/# /' >&2
		return 1
	fi
}

free_port() {
	"$python" -I -c 'import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

listens() {
	on "$1" status --json | grep -qF "\"$2\""
}

# cable A B: A listens somewhere new, B nowhere; the cable is the one way.
cable() {
	cable_end=127.0.0.1:$(free_port)
	on "$2" config set listen none >/dev/null
	on "$1" config set listen "$cable_end" >/dev/null
	eventually listens "$1" "$cable_end"
	mkdir -p "$bench/cable"
	KEPT_HOME=$bench/cable "$bin/tests/e2e/cablemain" "${cable_end##*:}" \
		"$bench/cable" &
	eventually [ -s "$bench/cable/port" ]
	on "$2" peers add "127.0.0.1:$(cat "$bench/cable/port")" \
		--device "$1" -q >/dev/null
	# Begin anew, without the connection that is there.
	finish "$2"
	daemon "$2"
	on "$2" unlock --passphrase-file "$pass" >/dev/null
}

cut_cable() {
	: >"$bench/cable/cut"
	# shellcheck disable=SC2016 # for the shell that waits
	eventually sh -c '! KEPT_HOME=$bench/laptop "$kept" devices --json |
		grep -q "\"connected\": *true"'
}

mend() {
	rm -f "$bench/cable/cut"
	sleep 0.2 # it looks every 20 ms
}

# Waits until both hold the same, whoever was dialled.
meet() {
	on "$1" sync --wait 20 --json >"$out" 2>"$errs"
}

digest() {
	on "$1" call digest 2>/dev/null | get 'd["digest"]'
}

# What follows goes to one entry: its id, by kind and place in the log.
newest() {
	on "$1" log --json | get "d[\"entries\"][${2:-0}][\"id\"]"
}

# Runs a dialog on a terminal of its own; see dialog.py.
dialog() {
	"$python" "$tools/dialog.py" "$@"
}
