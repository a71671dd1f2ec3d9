#!/bin/sh
# 35-lock.t - it closes by itself: after a while, when the machine goes to
# sleep, and with the screen. Method: a bus of its own with a stand-in for
# logind on it (loginmain.c), whose word is given and taken back; and no bus.
# shellcheck disable=SC2317 # for eventually
. tests/e2e/lib.sh

login=$bin/tests/e2e/loginmain
state_is() {
	[ "$(on "$1" status --json | get 'd["state"]')" = "$2" ]
}
becomes() {
	if eventually state_is "$2" "$3"; then
		tap_line ok "$1"
	else
		tap_line bad "$1"
	fi
}
open_again() {
	on "$1" unlock --passphrase-file "$pass" >"$out" 2>&1
}

# ---- without a bus: the timer alone ----

device plain
is "without a bus all is well" unlocked \
	"$(on plain status --json | get 'd["state"]')"
exits "a second of nothing" 0 on plain config set lock_after 1s
# `status` asks nobody to stay: only requests of a person do.
becomes "and it is locked" plain locked
open_again plain
on plain config set lock_after never >"$out"
finish plain

if ! command -v dbus-daemon >/dev/null || [ ! -x "$login" ]; then
	tap_skip "the system's word" "dbus-daemon is not there"
	tap_done
	exit
fi

# ---- with one ----

mkdir -p "$bench/login"
mkfifo "$bench/login/orders"
cat >"$bench/bus.conf" <<END
<busconfig>
<type>system</type>
<listen>unix:path=$bench/bus</listen>
<policy context="default">
<allow user="*"/><allow own="*"/>
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
</policy>
</busconfig>
END
bus_start() {
	rm -f "$bench/bus"
	KEPT_HOME=$bench/bus dbus-daemon --config-file="$bench/bus.conf" \
		--nofork --nopidfile >"$bench/bus.log" 2>&1 &
	bus_pid=$!
	eventually [ -S "$bench/bus" ]
}
login_start() {
	KEPT_HOME=$bench/login "$login" "$bench/login" \
		>"$bench/login.log" 2>&1 &
	login_pid=$!
}
order() {
	echo "$*" >"$bench/login/orders"
}
held_is() {
	grep -q "^inhibitors $1\$" "$bench/login/state"
}
held() {
	if eventually held_is "$2"; then
		tap_line ok "$1"
	else
		tap_line bad "$1"
		sed 's/^/# /' "$bench/login/state" "$bench/login.log" \
			"$bench/bus.log" >&2
	fi
}
DBUS_SYSTEM_BUS_ADDRESS=unix:path=$bench/bus
bus_start
login_start
eventually held_is 0

device laptop
on laptop config set lock_after never >"$out"
on laptop note "before the night" >"$out" 2>&1
held "sleep waits for keptd" 1
order sleep
held "until it has done what it has to" 0
is "which is to lock" locked "$(on laptop status --json | get 'd["state"]')"
order wake
held "and in the morning it waits again" 1
is "it stays locked" locked "$(on laptop status --json | get 'd["state"]')"
open_again laptop
is "what was written is there" 1 \
	"$(on laptop log --json | get 'len(d["entries"])')"

order "lock $(id -u)"
becomes "with the screen it locks" laptop locked
order sleep
held "locked already, sleep needn't wait" 0
order wake
held "nor is it forgotten" 1
open_again laptop
order "lock $(($(id -u) + 1))"
order wake
sleep 0.3
is "another person's screen is nothing to it" unlocked \
	"$(on laptop status --json | get 'd["state"]')"

exits "who doesn't want that says so" 0 on laptop config set lock_on_sleep off
order sleep
held "then the machine just sleeps" 0
is "and it stays open" unlocked "$(on laptop status --json | get 'd["state"]')"
order wake
on laptop config set lock_on_sleep on >"$out"
held "back again" 1

# Both words at once: whoever was held up for so long hears them together.
kill -STOP "$(cat "$bench/laptop.pid")"
order sleep
order wake
sleep 0.3
kill -CONT "$(cat "$bench/laptop.pid")"
becomes "a sleep that is over already locks all the same" laptop locked
sleep 0.3
held "and the next one is waited for" 1
open_again laptop

# logind is started anew; then the bus is gone.
kill "$login_pid"
wait "$login_pid" 2>/dev/null
rm -f "$bench/login/state"
login_start
held "a new logind is asked again" 1
order sleep
held "and heard" 0
becomes "too" laptop locked
open_again laptop
kill "$bus_pid"
wait "$bus_pid" 2>/dev/null
exits "a bus that vanishes is no trouble" 0 on laptop note "still here"
is "the same keptd" yes "$(kill -0 "$(cat "$bench/laptop.pid")" && echo yes)"
on laptop config set lock_after 1s >"$out"
becomes "and the timer goes on" laptop locked
tap_done
