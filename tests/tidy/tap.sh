# shellcheck shell=sh
# tap.sh - TAP for the shell tests; sourced, not run.
#
#	tap_report NAME FINDINGS	ok when FINDINGS is empty
#	tap_expect NAME PATTERN TEXT	ok when TEXT has a line like PATTERN
#	tap_skip NAME WHY		skipped; a failure under STRICT=1 (tally.pl)
#	tap_plan COUNT			so many it has: one that is lost shows
#	tap_done			the plan, and the exit code

# Set by the sourcing script's shell, read back in tap_done.
tap_count=0
tap_bad=0
tap_planned=

tap_line() {
	tap_count=$((tap_count + 1))
	if [ "$1" = ok ]; then
		echo "ok $tap_count - $2"
	else
		tap_bad=$((tap_bad + 1))
		echo "not ok $tap_count - $2"
	fi
}

tap_report() {
	if [ -z "$2" ]; then
		tap_line ok "$1"
	else
		tap_line bad "$1"
		printf '%s\n' "$2" | head -n 40 | sed 's/^/# /' >&2
	fi
}

tap_expect() {
	if printf '%s\n' "$3" | grep -q -- "$2"; then
		tap_line ok "$1"
	else
		tap_line bad "$1"
		printf 'nothing like "%s" in:\n%s\n' "$2" "$3" |
			sed 's/^/# /' >&2
	fi
}

tap_skip() {
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

tap_plan() {
	tap_planned=$1
}

tap_done() {
	echo "1..${tap_planned:=$tap_count}"
	[ "$tap_bad" -eq 0 ] && [ "$tap_count" -eq "$tap_planned" ]
	exit
}
