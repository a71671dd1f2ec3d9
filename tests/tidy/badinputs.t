#!/bin/sh
# badinputs.t - tests/bad-inputs.tsv names for every bad input the test that
# refuses it; each of them has to be there, and to be run.
set -u
. tests/tidy/tap.sh

index=tests/bad-inputs.tsv

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

rows() {
	grep -v '^#' "$1"
}

# Four columns, none of them empty, no item twice in an area.
misshapen() {
	rows "$1" | awk -F '\t' '
		NF != 4 || $1 == "" || $2 == "" || $3 == "" || $4 == "" ||
			seen[$1 FS $2]++'
}

# A case is a function of the program, and named once more where it is run.
missing() {
	rows "$1" | awk -F '\t' '$3 != "-" { print $3, $4 }' |
		while read -r program name; do
			if [ "$name" = - ]; then
				[ -f "tests/e2e/$program.t" ] ||
					echo "no tests/e2e/$program.t"
				continue
			fi
			cat tests/*/"$program".c >"$scratch/source" 2>/dev/null
			grep -q "^static void $name(" "$scratch/source" ||
				echo "no case $program: $name"
			[ "$(grep -cw "$name" "$scratch/source")" -ge 2 ] ||
				echo "never run: $program: $name"
		done
}

tap_report "the index has its form" "$(misshapen $index)"
tap_report "each bad input has a case that is run" "$(missing $index)"
tap_report "reasons for having none are reasons" \
	"$(rows $index | awk -F '\t' '$3 == "-" && length($4) < 12')"

# And what the checks are worth.
printf 'disk\titem\ttest_store\tnobody_wrote_this\n' >"$scratch/none.tsv"
tap_expect "a case that is not there is noticed" 'no case test_store' \
	"$(missing "$scratch/none.tsv")"
printf 'disk\titem\ttest_store\n' >"$scratch/three.tsv"
tap_expect "a row of three columns is noticed" 'item' \
	"$(misshapen "$scratch/three.tsv")"
printf 'disk\titem\t99-nowhere\t-\n' >"$scratch/e2e.tsv"
tap_expect "a program that is not there is noticed" '99-nowhere' \
	"$(missing "$scratch/e2e.tsv")"

tap_done
