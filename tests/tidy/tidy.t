#!/bin/sh
# tidy.t - the form of the tree: sizes, names, words, lists, layout.
# Run from the root. Each check is also shown a sample it has to refuse, so
# that a check which went blind fails.
set -u
LC_ALL=C
export LC_ALL
. tests/tidy/tap.sh

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

tree() {
	for top in proto crdt daemon cli tests; do
		[ ! -d "$top" ] || find "$top" -type f "$@"
	done | sort
}

sources=$(tree -name '*.[ch]')
tables=$(tree -name '*.def')

# --- form, line by line
# shellcheck disable=SC2086 # lists of plain file names
findings=$(awk -f tests/tidy/style.awk $sources $tables)
for rule in long-file wide-line space marker include label long-function \
	nesting word typedef heap purpose; do
	tap_report "no finding of rule $rule" \
		"$(printf '%s\n' "$findings" | grep -F ": $rule: ")"
done

bad=$scratch/bad.c
{
	echo 'int first; '
	printf '        int spaces;\n'
	printf '\tint wide; /* %080d */\n' 0
	echo '/* TO''DO later */'
	echo '#include "bad.h"'
	echo '#include "proto/base/nowhere.h"'
	echo 'typedef struct lamp lamp_t;'
	echo 'struct lamp_manager;'
	echo 'void f(void)'
	echo '{'
	printf '\tif (a) {\n\tfor (;;) {\n\twhile (b) {\n\tdo {\n'
	printf '\tx = malloc(1);\n\t} while (c);\n\t}\n\t}\n\t}\n'
	echo 'out_2:'
	i=0
	while [ $i -lt 71 ]; do
		printf '\tx++;\n'
		i=$((i + 1))
	done
	echo '}'
	i=0
	while [ $i -lt 520 ]; do
		echo
		i=$((i + 1))
	done
} >"$bad"
refused=$(awk -f tests/tidy/style.awk "$bad")
for rule in long-file wide-line space marker include label long-function \
	nesting word typedef heap purpose; do
	tap_expect "rule $rule refuses its bad sample" ": $rule: " "$refused"
done
tap_expect "an include of nothing is refused" "nowhere.h is not there" \
	"$refused"

good=$scratch/good.c
{
	echo '/* good.c - at every limit, over none. */'
	printf '/* %074d */\n' 0
	echo 'void f(void)'
	echo '{'
	printf '\tif (a) {\n\tfor (;;) {\n\twhile (b) {\n'
	printf '\tx = (struct x){ .a = { 1 } };\n\t}\n\t}\n\t}\n'
	i=0
	while [ $i -lt 63 ]; do
		printf '\tx("a manager in a string {"); /* a helper { */\n'
		i=$((i + 1))
	done
	echo '}'
	i=75
	while [ $i -lt 600 ]; do
		echo
		i=$((i + 1))
	done
} >"$good"
tap_report "a file at every limit passes" \
	"$(awk -f tests/tidy/style.awk "$good")"

# --- sources.mk is the tree
listed() {
	sed -n 's/^\t\([^ ]*\.[ct]\) \\$/\1/p' "$1" | sort
}
compare_lists() {
	comm -3 "$1" "$2" | sed 's/^\t\(.*\)/\1 is not in sources.mk/
		/ is not in /!s/$/ is listed but not there/'
}
listed sources.mk >"$scratch/listed"
tree -name '*.[ct]' >"$scratch/tree"
tap_report "sources.mk lists the tree" \
	"$(compare_lists "$scratch/listed" "$scratch/tree")"
tap_report "sources.mk lists nothing twice" "$(uniq -d "$scratch/listed")"
{ sed 1d "$scratch/tree"; echo zz/ghost.c; } >"$scratch/other"
refused=$(compare_lists "$scratch/other" "$scratch/tree")
tap_expect "a file left out is found" 'is not in sources.mk' "$refused"
tap_expect "a file left behind is found" 'ghost.c is listed' "$refused"

# --- names
twice() {
	sed 's,.*/,,' | sort | uniq -d
}
libc='assert complex ctype errno fenv float inttypes iso646 limits locale math
setjmp signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib
stdnoreturn string tgmath threads time uchar wchar wctype poll fcntl unistd'
tap_report "file names are unique in the tree" \
	"$(printf '%s\n' "$sources" "$tables" | twice)"
tap_expect "a name used twice is found" '^buf.h$' \
	"$(printf 'a/buf.h\nb/buf.h\n' | twice)"
printf '%s\n' "$sources" >"$scratch/sources"
tap_report "no header is called like one of libc" \
	"$(for name in $libc; do
		grep "/$name\.h\$" "$scratch/sources"
	done)"

# --- nothing of the machine it was written on
of_machine() {
	grep -nE '(^|[^A-Za-z0-9_.$}])/(work|home|root|Users)/' "$@" /dev/null
}
# shellcheck disable=SC2086
tap_report "no path of somebody's machine" \
	"$(of_machine $sources $tables Makefile sources.mk)"
echo 'open("/home/robin/x")' >"$scratch/path"
tap_expect "a path of somebody's machine is found" robin \
	"$(of_machine "$scratch/path")"

# --- layout
if command -v clang-format >/dev/null 2>&1; then
	layout() {
		clang-format --style=file:.clang-format --dry-run -Werror \
			"$@" 2>&1 | sed -n 's/:.*error:.*/: make format/p' |
			sort -u
	}
	# shellcheck disable=SC2046
	tap_report "every .c file is laid out by .clang-format" \
		"$(layout $(tree -name '*.c'))"
	printf 'int x( ) {return 1 ;}\n' >"$scratch/layout.c"
	tap_expect "bad layout is found" 'layout.c' \
		"$(layout "$scratch/layout.c")"
else
	tap_skip "layout of .c files" "no clang-format here"
fi

# --- shell
if command -v shellcheck >/dev/null 2>&1; then
	scripts=$(find packaging tests -name '*.sh' -o -name '*.t')
	# shellcheck disable=SC2086
	tap_report "shell scripts pass shellcheck" \
		"$(shellcheck -x -f gcc $scripts 2>&1)"
else
	tap_skip "shell scripts" "no shellcheck here"
fi

tap_done
