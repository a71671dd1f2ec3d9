#!/bin/sh
# protocol.t - proto/PROTOCOL.md says what the code says: its tables are those
# of the .def files, its claims name tests that exist, and its lines fit.
set -u
. tests/tidy/tap.sh

page=proto/PROTOCOL.md
tables='control sync kdf rules kinds'

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# The table of that name as the page has it.
shown() {
	awk -v mark="<!-- table: $1 -->" '
		$0 == "<!-- end -->" { inside = 0 }
		inside
		$0 == mark { inside = 1 }' "$2"
}

differences() {
	shown "$1" "$2" >"$scratch/shown"
	sh tests/tidy/protocol-tables.sh "$1" >"$scratch/made" 2>&1
	diff "$scratch/shown" "$scratch/made"
}

for name in $tables; do
	tap_report "table $name is that of the code (make protocol)" \
		"$(differences "$name" "$page")"
done
tap_report "no other table is there" \
	"$(sed -n 's/^<!-- table: \(.*\) -->$/\1/p' $page | grep -vxE \
		"$(echo "$tables" | tr ' ' '|')")"

# The claims, one to a line.
claims() {
	awk 'function put() { if (claim != "") print claim; claim = "" }
		/^## / { put(); inside = /Claims/ }
		inside && /^[0-9]+\. / { put(); claim = $0 }
		inside && /^ / { claim = claim $0 }
		END { put() }' "$1"
}

# Of a claim, the names of tests: words_with_two_underscores or more.
tests_of() {
	# shellcheck disable=SC2016 # backticks of markdown
	grep -oE '`[a-z0-9]+(_[a-z0-9]+){2,}`' | tr -d '`'
}

missing() {
	claims "$1" | tests_of | while read -r name; do
		grep -rqE "^(static )?void $name\(" tests --include='*.c' ||
			echo "no test $name"
	done
}
tap_report "each claim names tests that exist" "$(missing $page)"
tap_report "each claim names one" "$(claims $page | while read -r claim; do
	[ -n "$(echo "$claim" | tests_of)" ] || echo "$claim"
done)"
tap_report "prose has 100 columns, the page not many lines" \
	"$(awk '!/^\|/ && length($0) > 100 { print FNR ": too wide" }
		END { if (NR > 660) print NR " lines" }' $page)"

# And what the checks are worth.
sed 's/^| \*\*add\*\* | 3 /| **add** | 4 /' $page \
	>"$scratch/changed.md"
tap_expect "a number that is another is noticed" '[*][*]add' \
	"$(differences control "$scratch/changed.md")"
cat >"$scratch/claim.md" <<'END'
## 12 Claims

1. So it is. (`a_thing_that_nobody_tests`)
END
tap_expect "a test that is not there is noticed" 'no test a_thing' \
	"$(missing "$scratch/claim.md")"
sed '/^<!-- table: rules -->$/,/^<!-- end -->$/{/^|/d;}' $page \
	>"$scratch/empty.md"
sh tests/tidy/protocol-tables.sh --write "$scratch/empty.md"
tap_report "--write puts back what is lacking" \
	"$(diff $page "$scratch/empty.md")"

tap_done
