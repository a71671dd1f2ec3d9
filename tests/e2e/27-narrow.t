#!/bin/sh
# 27-narrow.t - every command on a terminal of 20 columns, on one that can't
# be redrawn, without colors, for a screen reader, and with nothing on stdin
# at all. Method: the commands are those of --list-cmds, so that a new one is
# walked too or fails here; screens.py looks at what they put on a terminal.
. tests/e2e/lib.sh

device laptop
for entry in 'thought {"thought":"I am not good enough.","feelings":
	[{"name":"anxious","before":75}],"patterns":["all-or-nothing"]}' \
	'win {"what":"Left at six 👨‍👩‍👧‍👦 日本語 and went home."}' \
	'mood {"mood":6,"confidence":5}' \
	'goal {"title":"Leave work at six on three days"}' \
	'homework {"title":"Catch one thought a day"}' \
	'session {"number":16,"takeaways":["Good enough can be good."]}'; do
	printf '%s' "${entry#* }" | on laptop add "${entry%% *}" --from - \
		>/dev/null 2>"$errs" || sed 's/^/# /' "$errs" >&2
done
win=$(on laptop log --kind win --json | get 'd["entries"][0]["id"]')
printf '{"what":"It stays."}' | on laptop call draft_put kind=win \
	'fields={"what":"half a win that is still to be written"}' >/dev/null

# Words for those that do nothing without; the order is that of the list.
lines=$bench/lines
: >"$lines"
for command in $("$kept" --list-cmds); do
	case $command in
	show | history | edit | star) echo "$command $win" ;;
	delete) echo "$command $win -n" ;;
	bring-back) echo "$command $win" ;;
	tag) echo "$command $win +work" ;;
	search) echo "$command six" ;;
	add) echo "$command wim --from -" ;;
	breathe) echo "$command --rounds 1" ;;
	call) echo "$command status" ;;
	completion) echo "$command bash" ;;
	config)
		echo "$command"
		echo "$command patterns"
		;;
	daemon) echo "$command status" ;;
	undo) echo "$command -n" ;;
	import) echo "$command /nowhere/at/all -n" ;;
	export) echo "$command --format json --out $bench/out-of-it" ;;
	help)
		echo "$command"
		echo "$command exit-codes"
		echo "$command exit-code"
		echo "$command thought"
		;;
	# It would lock the rest out; and wait for what never comes.
	lock | init | unlock) echo "$command --help" ;;
	goal | homework | session | activity | experiment)
		echo "$command list"
		echo "$command"
		;;
	*) echo "$command" ;;
	esac
done >"$lines"
echo log --sinc mon >>"$lines"
echo thougt >>"$lines"

screens() {
	KEPT_HOME=$bench/laptop timeout -k 5 300 "$python" \
		"$tools/screens.py" "$@" <"$lines" 2>&1
}
# What stands in one piece by its nature: scripts for a shell, JSON.
# Of a code to type on another device the words stay together.
as_it_is='^(completion bash|call status|watch|pair):'
TERM=xterm
PAGER="cat"
VISUAL="true"
export TERM PAGER VISUAL
is "nothing is wider than 20 columns, and everything ends" "" \
	"$(screens 20 any | grep -vE "$as_it_is")"
is "TERM=dumb gets no escape sequence" "" \
	"$(TERM=dumb screens 40 none | grep -vE "$as_it_is")"
on laptop config set accessible on >/dev/null
is "accessible gets none that redraws" "" \
	"$(NO_COLOR=1 screens 80 none | grep -vE "$as_it_is")"
on laptop config set accessible off >/dev/null

# ---- nothing on stdin ----

closed=
while read -r line; do
	case $line in
	watch | pair) continue ;; # they wait for others, not for stdin
	esac
	# shellcheck disable=SC2086 # words of a command
	KEPT_HOME=$bench/laptop timeout -k 5 20 "$kept" $line \
		>"$out" 2>"$errs" <&-
	code=$?
	case ${line%% *}/$code in
	*/[0-9] | */65 | */74) ;;
	*) closed="$closed [$line: $code]" ;;
	esac
done <"$lines"
is "with stdin closed every command ends by itself, with a code of ours" "" \
	"$closed"

# ---- near misses ----

exits "a topic that is nearly one" 2 on laptop help exit-code
like "is offered" "kept help exit-codes" "$(cat "$errs")"
exits "so is a command, in help" 2 on laptop help thougth
like "as well" "kept help thought" "$(cat "$errs")"
exits "a kind that is nearly one" 2 on laptop add boundry --from -
like "is offered too" "kept add boundary" "$(cat "$errs")"
exits "and an option" 2 on laptop log --sinc mon
like "likewise" "--since" "$(cat "$errs")"
exits "a word that is near nothing" 2 on laptop help zzzzzzzz
unlike "offers nothing" "Did you mean" "$(cat "$errs")"

# ---- completions, where the shells are ----

PATH=$bench/bin:$PATH
mkdir -p "$bench/bin"
ln -sf "$kept" "$bench/bin/kept"
bash -c '. packaging/completions/kept.bash
	COMP_WORDS=(kept thou); COMP_CWORD=1; COMP_LINE="kept thou"
	COMP_POINT=9
	complete -p kept >/dev/null || exit 1
	function=$(complete -p kept | sed "s/.*-F \([^ ]*\).*/\1/")
	"$function" kept thou kept
	echo "${COMPREPLY[*]}"' >"$out" 2>"$errs"
like "bash asks kept" "thought" "$(cat "$out" "$errs")"
if command -v zsh >/dev/null; then
	zsh -fc 'words=(kept thou); CURRENT=2
		compadd() { print -rl -- "${(@P)@[-1]}" }
		source packaging/completions/_kept' >"$out" 2>"$errs"
	like "zsh asks kept" "thought" "$(cat "$out" "$errs")"
else
	tap_skip "zsh asks kept" "zsh is not installed"
fi
if command -v fish >/dev/null; then
	fish -c 'source packaging/completions/kept.fish
		complete -C "kept thou"' >"$out" 2>"$errs"
	like "fish asks kept" "thought" "$(cat "$out" "$errs")"
else
	tap_skip "fish asks kept" "fish is not installed"
fi

tap_done
