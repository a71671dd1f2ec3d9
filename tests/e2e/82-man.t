#!/bin/sh
# 82-man.t - there is a manual page for every command, and man finds no fault
# in any. Method: the pages --list-man names, through mandoc and man where
# they are; every command and every option of its --help is looked for.
. tests/e2e/lib.sh

mkdir "$bench/man"
"$kept" --print-man >"$bench/man/kept.1"
"$keptd" --print-man >"$bench/man/keptd.8"
for page in $("$kept" --list-man); do
	"$kept" --print-man "${page%.*}" >"$bench/man/kept-$page" ||
		tap_line bad "$page"
done
missing=
for command in $("$kept" --list-cmds); do
	page=$bench/man/kept-$command.1
	[ -s "$page" ] || missing="$missing $command"
	for option in $("$kept" "$command" --help | grep -o -- '--[a-z-]*'); do
		sed 's/\\-/-/g' "$page" | grep -qF -- "$option" ||
			missing="$missing $command:$option"
	done
	sed 's/\\-/-/g' "$bench/man/kept.1" | grep -qF "kept $command" ||
		missing="$missing kept.1:$command"
done
is "every command has a page, with every option of it" "" "$missing"
is "and what isn't about one" "kept-exit-codes.7 kept-formats.5" \
	"$(cd "$bench/man" && echo kept-*.[57])"
exits "there is none on what isn't there" 5 "$kept" --print-man nothing
# An undated page is the same whenever it is made.
if command -v mandoc >/dev/null; then
	is "mandoc finds no fault" "" "$(mandoc -T lint "$bench"/man/* 2>&1 |
		grep -vE 'missing date|STYLE')"
else
	tap_skip "mandoc finds no fault" "mandoc is not installed"
fi
if command -v man >/dev/null && command -v groff >/dev/null; then
	is "nor does man" "" "$(for page in "$bench"/man/*; do
		MANROFFSEQ='' MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings \
			-E UTF-8 -l "$page" 2>&1 >/dev/null
	done)"
else
	tap_skip "nor does man" "man is not installed"
fi

tap_done
