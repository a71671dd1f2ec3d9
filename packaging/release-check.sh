#!/bin/sh
# release-check.sh [DAY] - is anything about to go out that has grown old?
# Help lines (cli/helplines.def) have to have been looked up within 120 days.
# No part of `make check`: that must not depend on the date.
set -eu
cd "$(dirname "$0")/.."
today=$(date -u -d "${1:-today}" +%s)
days=$(sed -n 's/^HELPLINE(.*, "\([0-9-]*\)")$/\1/p' cli/helplines.def)
old=0
# shellcheck disable=SC2086 # a list of days on purpose
set -- $days
for day; do
	age=$(((today - $(date -u -d "$day" +%s)) / 86400))
	if [ "$age" -gt 120 ]; then
		old=$((old + 1))
		echo "a help line was looked up $age days ago, on $day" >&2
	fi
done
rows=$(grep -c '^HELPLINE(' cli/helplines.def)
dated=$(grep -c '^HELPLINE(.*, "[0-9][0-9-]*")$' cli/helplines.def)
if [ "$rows" -ne "$dated" ]; then
	echo "cli/helplines.def: a row without its day" >&2
	exit 1
fi
if [ "$old" -gt 0 ]; then
	echo "$old of $rows to look up again: cli/helplines.def" >&2
	exit 1
fi
