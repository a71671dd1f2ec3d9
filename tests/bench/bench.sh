#!/bin/sh
# bench.sh [--json] - the floors of this machine, then what kept costs on top
# of them, in one run. N= entries (10000), KEPT_OUT= the build, BENCH_DIR= the
# disk that is meant. Prints figures and judges none; leaves nothing behind.
set -eu

out=${KEPT_OUT:-build/release}
n=${N:-10000}
form=table
[ "${1:-}" != --json ] || form=json
scratch=$(mktemp -d "${BENCH_DIR:-/tmp}/kept-bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

"$out/tests/bench/bench_floor" "$scratch" "$n" >"$scratch/floor"
floor() {
	sed -n "s/.*\"sqlite\":{[^}]*\"$1\":\([0-9.]*\).*/\1/p" \
		"$scratch/floor"
}
if [ $form = json ]; then
	grep '^{' "$scratch/floor"
else
	echo 'Floors on this machine, per row of 1.1 KB:'
	sed '/^{/d; s/^/  /' "$scratch/floor"
fi
KEPT_OUT=$out "$out/tests/bench/bench_kept" "$scratch" "$n" $form \
	"$(floor commit_us)" "$(floor commit_p99_us)" "$(floor insert_us)"
# Ten years of six a day, whatever N is.
[ $form = json ] || echo 'Numbers over 21,900 entries, warm:'
KEPT_OUT=$out "$out/tests/bench/bench_insight" "$scratch" 21900 $form
