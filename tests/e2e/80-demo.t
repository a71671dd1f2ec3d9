#!/bin/sh
# 80-demo.t - `make demo` tells its story to any user, without a terminal, and
# leaves nothing. Method: run it, look at what it says and at what is left.
. tests/e2e/lib.sh

mkdir "$bench/tmp" "$bench/tmp/home"
TMPDIR=$bench/tmp HOME=$bench/tmp/home KEPT_OUT=$bin timeout 300 setsid \
	sh tests/e2e/demo.sh >"$out" 2>"$errs" </dev/null
code=$?
is "it ends well" 0 $code
[ $code -eq 0 ] || tail -n 30 "$out" "$errs" | sed 's/^/# /' >&2
like "with two equal digests" "equal" "$(tail -n 5 "$out")"
is "the same one twice" 1 "$(grep -oE '\b[0-9a-f]{64}\b' "$out" | sort -u |
	wc -l)"
is "two of them" 2 "$(grep -cE '\b[0-9a-f]{64}\b' "$out")"
like "the entry with two versions is shown" "two versions" "$(cat "$out")"
is "nothing on stderr" "" "$(cat "$errs")"
is "nothing is left" "home" "$(ls "$bench/tmp")"
is "nothing in the home" "" "$(ls -A "$bench/tmp/home")"
is "nothing runs on" "" "$(for pid in /proc/[0-9]*/environ; do
	tr '\0' '\n' <"$pid" 2>/dev/null | grep "^KEPT_HOME=$bench/tmp"
done 2>/dev/null)"

tap_done
