#!/bin/sh
# 00-words.t - kept before there is any journal: help, version, completion,
# words it does not know, and what it says where nothing is. Method: run it
# without a home and look at both outputs and the exit code.
. tests/e2e/lib.sh

exits "--version answers" 0 on none --version
like "with a version" "kept 0." "$(cat "$out")"
exits "help answers" 0 on none help
like "the first command of every day is there" "thought" "$(cat "$out")"
is "help says nothing on stderr" "" "$(cat "$errs")"

commands=$(on none --list-cmds)
missing=
for command in init unlock lock status add thought win breathe mood note log \
	boundary experiment activity measure plan goal homework \
	show search edit delete bring-back undo history drafts tag star pair \
	devices sync peers config watch call import export session doctor \
	daemon help completion; do
	printf '%s\n' "$commands" | grep -qx -- "$command" ||
		missing="$missing $command"
done
is "every command of this version is listed" "" "$missing"

unhelped=
for command in $commands; do
	on none "$command" --help >"$out" 2>"$errs" </dev/null &&
		grep -q "kept $command" "$out" ||
		unhelped="$unhelped $command"
done
is "each explains itself" "" "$unhelped"
for command in share revoke backup; do
	printf '%s\n' "$commands" | grep -qx "$command" &&
		tap_line bad "$command is listed before it works"
done
for topic in exit-codes dates; do
	exits "help $topic" 0 on none help "$topic"
done

exits "an unknown word is refused" 2 on none thougt
like "and the near one offered" "kept thought" "$(cat "$errs")"
is "but not run, and stdout is empty" "" "$(cat "$out")"
exits "a far word is refused too" 2 on none gardening
exits "an unknown option is refused" 2 on none log --sinse today
like "and the near one offered" "--since" "$(cat "$errs")"
exits "a day nobody can read is refused" 2 on none log --since someday

exits "no journal: exit code 1" 1 on none log --json --no-input
is "with its code" no_journal "$(get 'd["error"]["code"]' "$out")"
is "and the way on" 1 "$(get 'd["kept"]' "$out")"
like "which is kept init" "kept init" "$(get 'd["error"]["hint"]' "$out")"
exits "status works without a journal" 0 on none status --json
is "and says none" none "$(get 'd["state"]' "$out")"
on none daemon stop >/dev/null 2>&1

for shell in bash zsh fish; do
	exits "completion for $shell" 0 on none completion "$shell"
	like "names kept" "kept" "$(cat "$out")"
done
if command -v bash >/dev/null; then
	on none completion bash >"$bench/complete"
	is "bash takes its completion" "" "$(bash -n "$bench/complete" 2>&1)"
fi
exits "no other shell" 2 on none completion tcsh
like "completing a word offers it" "thought" "$(on none --complete th)"

on none --print-man >"$bench/kept.1"
like "the manual is a manual" ".SH" "$(tr '[:lower:]' '[:upper:]' <"$bench/kept.1")"
"$keptd" --print-man >"$bench/keptd.8"
like "and keptd has one" ".SH" "$(tr '[:lower:]' '[:upper:]' <"$bench/keptd.8")"
if command -v man >/dev/null && command -v groff >/dev/null; then
	is "man finds no fault in kept(1)" "" \
		"$(man --warnings -l "$bench/kept.1" 2>&1 >/dev/null)"
fi

# Words that blame, in everything kept can say unasked.
everything=$({
	on none help
	for command in $commands; do
		on none help "$command"
	done
	for topic in exit-codes dates writing ids; do
		on none help "$topic"
	done
} 2>&1)
wide=$(printf '%s\n' "$everything" | grep -v '^	' | awk 'length($0) > 80')
is "all of it fits into 80 columns" "" "$wide"
for word in streak missed failed broke "lost your" "come back" fatal invalid; do
	unlike "no word of help says \"$word\"" "$word" "$everything"
done

tap_done
