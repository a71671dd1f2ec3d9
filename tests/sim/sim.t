#!/bin/sh
# sim.t - the simulator: the same seed gives the same run, seeds that once
# found something hold, and so do COUNT others (a fixed part of what
# `make soak` runs).
set -u
. tests/tidy/tap.sh

sim=${KEPT_OUT:-build/debug}/tests/sim/sim
# As `make check` has it; `make quick` asks for fewer.
count=${COUNT:-2000}
case ${BUILD:-debug} in
asan | tsan) [ -n "${COUNT:-}" ] || count=200 ;;
esac

hash_of() {
	"$sim" --seed "$1" 2>&1 | sed -n 's/.* trace //p'
}

for seed in 3 16 33 70; do
	first=$(hash_of "$seed")
	tap_expect "seed $seed has a hash" '^[0-9a-f]*$' "$first"
	second=$(hash_of "$seed")
	if [ "$first" = "$second" ]; then
		tap_line ok "seed $seed twice is the same run"
	else
		tap_line bad "seed $seed twice is the same run"
	fi
done
if [ "$(hash_of 3)" = "$(hash_of 4)" ]; then
	tap_line bad "another seed is another run"
else
	tap_line ok "another seed is another run"
fi

while read -r seed what; do
	case $seed in '#'* | '') continue ;; esac
	if found=$("$sim" --seed "$seed" 2>&1); then
		tap_line ok "seed $seed: $what"
	else
		tap_line bad "seed $seed: $what"
		printf '%s\n' "$found" | tail -n 45 | sed 's/^/# /' >&2
	fi
done <tests/sim/regressions.txt

marks=
[ "$count" -lt 400 ] || marks=--marks
# shellcheck disable=SC2086 # one word or none
if found=$("$sim" --count "$count" $marks 2>&1); then
	tap_line ok "$count seeds hold"
else
	tap_line bad "$count seeds hold"
	printf '%s\n' "$found" | tail -n 300 >&2
fi
printf '%s\n' "$found" | tail -n 40 | sed 's/^/# /'

tap_done
