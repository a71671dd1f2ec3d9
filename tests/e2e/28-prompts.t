#!/bin/sh
# 28-prompts.t - Ctrl-C at any question of the dialogs below loses no word
# that was typed, nor does a paste of 64 KiB, nor a disk that is full when a
# note is kept. Method: prompts.py walks each dialog once for each of its
# questions and looks for the words in the journal and in the drafts; a small
# file system in memory is the disk that gets full.
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
# What is mounted here is nobody else's.
if [ -z "${KEPT_E2E_MOUNTS-}" ] && unshare -m true 2>/dev/null; then
	KEPT_E2E_MOUNTS=1 exec unshare -m sh tests/e2e/28-prompts.t
fi
KEPT_E2E_MOUNTS=${KEPT_E2E_MOUNTS-}
. tests/e2e/lib.sh

# Each with a journal of its own: what is there already answers nothing. They
# wait more than they work, so a few go on side by side; told walks the results
# in their order.
walks=0
walkers=
walk() {
	walks=$((walks + 1))
	device walk$walks
	printf '%s\n' "$1" >"$bench/walk$walks.name"
	walk_setup=$2
	shift 2
	KEPT_HOME=$bench/walk$walks "$python" "$tools/prompts.py" \
		"$walk_setup" "$kept" "$@" >"$bench/walk$walks.out" \
		2>"$bench/walk$walks.errs" &
	walkers="$walkers $!"
	# Not for all of the shell's: keptd would be waited for as well.
	# shellcheck disable=SC2086 # numbers
	[ $((walks % 5)) -ne 0 ] || { wait $walkers && walkers=; }
}
told() {
	# shellcheck disable=SC2086 # numbers
	[ -z "$walkers" ] || wait $walkers
	told_one=0
	while [ $told_one -lt $walks ]; do
		told_one=$((told_one + 1))
		sed 's/^/# /' "$bench/walk$told_one.errs" | grep -v '^# # ' >&2
		is "nothing is lost at any question of $(cat \
			"$bench/walk$told_one.name")" "" \
			"$(cat "$bench/walk$told_one.out")"
		finish walk$told_one
	done
}
put='printf %s "$2" | "$kept" add "$1" --from - --json'
add() {
	printf 'set -- %s %s; %s' "$1" "'$2'" "$put"
}

export REFUSES=1
walk "kept thought" '' thought
export REFUSES=
walk "kept win" '' win
walk "kept note" '' note
walk "kept boundary" '' boundary
walk "kept goal add" '' goal add
walk "kept goal check" "$(add goal '{"title":"Leave at six"}')" goal check
walk "kept homework add" '' homework add
walk "kept homework partly" "$(add homework '{"title":"Catch one"}')" \
	homework partly
walk "kept session add" '' session add
walk "kept session bring" '' session bring
walk "kept experiment plan" '' experiment plan
walk "kept activity plan" '' activity plan
walk "kept plan write" '' plan write
export REFUSES=0
walk "kept config patterns add" '' config patterns add
told

# ---- a full disk ----

# Room of its own, so that it can be full: a small file system in memory.
full_disk() {
	mkdir -m 700 "$bench/full" "$bench/full/data"
	mount -t tmpfs -o size=4m,mode=700 kept-e2e "$bench/full/data" ||
		return 1
	device full || return 1
}
fill() {
	dd if=/dev/zero of="$bench/full/data/filler" bs=4096 2>/dev/null
	:
}
# Words that need room of their own.
long=$("$python" -I -c 'print("zqfull " * 7000, end="")')
full_count() {
	on full "$@" --json | grep -o zqfull | wc -l
}
full_play() {
	KEPT_HOME=$bench/full dialog "$bench/script" "$@" >"$out" 2>&1
	play_code=$?
	[ $play_code -eq 0 ] || cut -c1-200 "$out" | sed 's/^/# /' >&2
	return $play_code
}
if [ -n "$KEPT_E2E_MOUNTS" ] && full_disk; then
	fill
	printf '#!/bin/sh\nprintf %%s "%s" >"$1"\n' "$long" >"$bench/editor"
	chmod +x "$bench/editor"
	printf '%s\n' 'see The disk is full' \
		'run rm "$bench/full/data/filler"' 'type ' 'see Kept.' 'exit 0' \
		>"$bench/script"
	VISUAL=$bench/editor full_play "$kept" note -e
	is "a full disk holds up a note, and no more" 0 $?
	is "which is whole afterwards" 7000 "$(full_count log)"
	# What was in the editor came in as a draft too: rather twice than not.
	fill
	printf %s "$long" | on full note - --no-input >"$out" 2>"$errs"
	is "a pipe is told of it" 74 $?
	like "and what to do" "full" "$(cat "$errs")"
	rm -f "$bench/full/data/filler"
	is "nothing of it is kept by halves" 7000 "$(full_count log)"
	id=$(newest full)
	fill
	printf '{"text":"%s"}' "$long" | sed 's/zqfull/zqmore/g' |
		on full edit "$id" --from - --no-input \
		>"$out" 2>"$errs"
	is "nor is a change" 74 $?
	rm -f "$bench/full/data/filler"
	is "the entry is as it was" 7000 "$(full_count log)"
	on full doctor >/dev/null 2>&1
	like "and the journal is whole" "whole" "$(on full doctor 2>&1)"
	umount -l "$bench/full/data"
else
	tap_skip "a full disk" "no mounts of one's own here"
fi

tap_done
