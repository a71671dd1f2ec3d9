#!/bin/sh
# 70-canary.t - words that were typed stand in no file, in no log line, in no
# title or argument of a process, by whatever command they came in. Method:
# words nobody else has, by every command and every way in: asked for, stopped
# half-way, piped, from an editor, as JSON in every text of every kind; then
# every byte that was written is searched, after a kill -9, a lock, and a clean
# end. A command that is new has to be planted here, or named as one that
# takes no words.
. tests/e2e/lib.sh

XDG_RUNTIME_DIR=$bench/runtime
export XDG_RUNTIME_DIR
mkdir -m 700 "$XDG_RUNTIME_DIR"
words=$bench.words
faults=$bench.faults
trap 'bench_clear; rm -f "$words" "$words.all" "$faults"' EXIT
: >"$words"
plant() {
	canary="zq$1$("$python" -I -c 'import secrets
print("".join(secrets.choice("bcdfghjklm") for _ in range(12)))')"
	echo "$canary" >>"$words"
}
# As they are, in capitals, in hex, and in base64 wherever they begin.
found() {
	"$python" -I -c 'import base64, sys
for word in open(sys.argv[1]).read().split():
    print(word, word.upper(), word.encode().hex(), sep="\n")
    for skip in range(3):
        print(base64.b64encode(b" " * skip + word.encode()).decode()
            [4 if skip else 0:18])' "$words" >"$words.all"
	grep -raF -l -f "$words.all" -- "$@" /dev/shm/kept-* 2>/dev/null |
		sort -u
}

device laptop
: >"$faults"
typed() {
	KEPT_HOME=$bench/laptop PYTHONPATH=$tools "$python" \
		"$tools/typist.py" "$words" "$@" >>"$faults" 2>&1
}
# As a person types it: to the end, and half-way.
ask() {
	typed -1 "$kept" "$@" </dev/null
	typed 0 "$kept" "$@" </dev/null
}

# ---- every text of every kind ----

json() {
	plant "$1"
	printf '{"%s":"%s"%s}' "$2" "$canary of $2" "${3-}" |
		on laptop add "$1" --from - -q >"$out" 2>"$errs" ||
		{
			tap_line bad "$1 takes $2"
			sed 's/^/# /' "$errs" >&2
		}
}
# json KIND FIELD MORE
for field in situation balanced next_step; do
	json thought $field ',"thought":"as it was"'
done
for kind_field in thought/thought win/what win/text boundary/what \
	boundary/tested_by boundary/what_i_did boundary/how_it_felt \
	goal/title goal/why goal/first_step goal/obstacle goal/if_then \
	homework/title homework/why homework/what_got_in_the_way \
	experiment/belief experiment/alternative experiment/plan \
	experiment/prediction experiment/drop experiment/happened \
	experiment/learned note/text mood/note session/with; do
	kind=${kind_field%/*}
	field=${kind_field#*/}
	case $field in
	thought | what | title | belief) json "$kind" "$field" ;;
	*)
		case $kind in
		win | boundary) json "$kind" "$field" ',"what":"x"' ;;
		goal | homework) json "$kind" "$field" ',"title":"x"' ;;
		experiment) json "$kind" "$field" ',"belief":"x"' ;;
		mood) json "$kind" "$field" ',"mood":3' ;;
		*) json "$kind" "$field" ;;
		esac
		;;
	esac
done

# ---- every command ----

# shellcheck disable=SC2016 # for the editor's own shell
printf '#!/bin/sh\nprintf "%%s\\n" "$WORDS" >"$1"\nexit "${CODE:-0}"\n' \
	>"$bench/editor"
chmod +x "$bench/editor"
# From an editor, before anything is half-written that it would offer.
edited() {
	plant "e$1"
	printf 'see Kept\nexit 0\n' >"$bench/script"
	WORDS="$canary" KEPT_HOME=$bench/laptop VISUAL=$bench/editor \
		PATIENCE=10 dialog "$bench/script" "$kept" "$@" -e \
		>"$out" 2>&1 || tap_line bad "$* -e"
	plant "p$1"
	printf 'On %s\n' "$canary" | on laptop note - >/dev/null 2>&1
}
edited win
edited note
edited thought
edited goal add
edited homework add
edited session bring
plant left
printf 'exit 3\n' >"$bench/script"
CODE=1 WORDS="$canary" KEPT_HOME=$bench/laptop VISUAL=$bench/editor \
	PATIENCE=10 dialog "$bench/script" "$kept" note -e >/dev/null 2>&1
uncovered=
for command in $("$kept" --list-cmds); do
	plant "$command"
	case $command in
	thought | win | note | boundary) ask "$command" ;;
	goal | homework | session) ask "$command" add ;;
	experiment | activity) ask "$command" plan ;;
	plan) ask plan write ;;
	mood | breathe | measure)
		typed 0 "$kept" "$command"
		;;
	edit)
		printf '{"text":"now %s"}' "$canary" | on laptop edit \
			"$(newest laptop)" --from - -q >/dev/null 2>&1
		;;
	add)
		printf '{"what":"%s","mood":1}' "$canary" |
			on laptop add win --from - >/dev/null 2>&1
		;;
	tag) on laptop tag -q "$(newest laptop)" +"$canary" >/dev/null ;;
	call)
		on laptop call draft_put kind=win \
			"fields={\"what\":\"$canary\"}" >/dev/null
		;;
	config)
		ask config patterns add
		on laptop config set "$canary" "$canary" >/dev/null 2>&1
		;;
	search | trends | log | review) on laptop "$command" "$canary" \
		>/dev/null 2>&1 ;;
	show | history | star | delete | bring-back | drafts | undo)
		on laptop "$command" "$canary" --yes >/dev/null 2>&1
		;;
	import)
		mkdir -p "$bench/elsewhere"
		printf '{"kind":"note","f":{"text":"%s"}}\n' "$canary" \
			>"$bench/elsewhere/in"
		on laptop import "$bench/elsewhere/in" --yes >/dev/null 2>&1
		rm -r "$bench/elsewhere"
		;;
	export)
		on laptop export --out - --yes 2>/dev/null | grep -q zqt ||
			tap_line bad "export reads them"
		;;
	help | completion | peers)
		on laptop "$command" "$canary" >/dev/null 2>&1
		;;
	# No word of one's own goes in here.
	pair | devices | sync | init | unlock | lock | status | help-now | \
		doctor | watch | daemon | remind | today | passphrase | \
		recovery) ;;
	*) uncovered="$uncovered $command" ;;
	esac
done
is "every command that takes words was given some" "" "$uncovered"
# Up to two hundred, in one thought after the other, stopped ever later.
step=0
while [ "$(wc -l <"$words")" -lt 200 ]; do
	typed $((step = step % 6 + 1)) "$kept" win
	typed $step "$kept" thought
done
is "no title, argument, or variable of kept has any" "" "$(cat "$faults")"
many=$(wc -l <"$words")
win=$(sed -n '/^zqwin/p' "$words" | head -n 1)
is "of $many words while it runs, none" "" \
	"$(found "$bench/laptop" "$bench/laptop.log" "$XDG_RUNTIME_DIR")"
like "though they are there to read" "$win" "$(on laptop log --json)"
is "nor has an argument of a process any" "" "$(for pid in $(bench_processes)
do
	tr '\0' ' ' <"/proc/$pid/cmdline"
	cat "/proc/$pid/comm"
done | grep -F -f "$words")"
is "nor may keptd dump core" "0 0" "$(for pid in $(bench_processes 'laptop$')
do
	sed -n 's/^Max core file size *\([0-9a-z]*\) *\([0-9a-z]*\).*/\1 \2/p' \
		"/proc/$pid/limits"
done | sort -u)"

on laptop lock >/dev/null
plant sealed
printf 'While locked: %s\n' "$canary" | on laptop note - >/dev/null 2>&1
sealed=$canary
plant refused
printf '{"what":"%s","mood":1}' "$canary" |
	on laptop add win --from - >/dev/null 2>&1
is "while locked" "" "$(found "$bench/laptop" "$bench/laptop.log")"
crash laptop
is "after kill -9" "" "$(found "$bench/laptop" "$bench/laptop.log")"
daemon laptop
on laptop unlock --passphrase-file "$pass" >/dev/null
like "what was sealed is there" "$sealed" "$(on laptop log --json)"
finish laptop
is "after a clean end" "" "$(found "$bench/laptop" "$bench/laptop.log")"
is "the passphrase is in none" "" "$(grep -raF -l "four plain words here" \
	"$bench/laptop" "$bench/laptop.log")"
echo "$win" >"$bench/laptop/planted"
is "a word that does stand there is found" "$bench/laptop/planted" \
	"$(found "$bench/laptop")"
rm -f "$faults"

tap_done
