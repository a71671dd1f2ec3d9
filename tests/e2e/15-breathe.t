#!/bin/sh
# 15-breathe.t - a few guided breaths: asked how calm before and after, paused,
# ended kindly, counted only when whole; drawn, in lines, or by bells; with a
# journal, locked, without one, and without keptd. Method: own patterns of
# tenths of a second, and a hold of half a minute wherever a key has to meet a
# certain place; what was kept is read back through log.
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
. tests/e2e/lib.sh

device laptop
play() {
	KEPT_HOME=$bench/laptop dialog "$bench/script" "$@" >"$out" 2>&1
	play_code=$?
	[ $play_code -eq 0 ] || sed 's/^/# /' "$out" >&2
	return $play_code
}
last() {
	on laptop log --json | get "d[\"entries\"][0][\"f\"]$1"
}
count() {
	on laptop status --json | get 'd["entries"]'
}

cat >"$bench/script" <<'END'
see In 0.1 · out 0.2, two rounds, about one second. Space pauses, q ends kindly.
see If you feel light-headed, breathe as you normally do and stop whenever you like.
see How calm right now, 0–10?
type eleven
see A whole number from 0 to 10
see How calm right now, 0–10?
type 4
see Two rounds. How calm now?
type 6
see Kept.
see Day 1 of the last 7.
exit 0
END
play "$kept" breathe --phases 0.1-0-0.2-0 --rounds 2
is "a breath or two" 0 $?
is "are kept as they were" 'own [1, 0, 2, 0] 2 1 True 4 6' "$(last '' | get \
	'j(d["pattern"], d["phases"], d["cycles"], d["seconds"],
		d["completed"], d["calm_before"], d["calm_after"])')"
like "and shown in the log" "calm 4 → 6" "$(on laptop log)"

cat >"$bench/script" <<'END'
see How calm right now
type
see One round.
see Kept.
exit 0
END
play "$kept" breathe --phases 0.1-0-0.1 --rounds 1
is "Enter skips" 0 $?
unlike "and isn't asked about again" "How calm now" "$(cat "$out")"
is "what was not answered is not there" '["completed", "cycles", "pattern", "phases", "seconds"]' \
	"$(last '' | get 'sorted(d)')"

# The rest after the out belongs to the breath that was.
cat >"$bench/script" <<'END'
see How calm right now
type 0
see out
see hold
keys q
see One round. How calm now?
type 10
see Kept.
exit 0
END
play "$kept" breathe --phases 0.1-0-0.1-30 --rounds 5
is "q ends kindly" 0 $?
is "with what was whole" '1 False 0 10' \
	"$(last '' | get 'j(d["cycles"], d["completed"], d["calm_before"],
		d["calm_after"])')"

before=$(count)
cat >"$bench/script" <<'END'
see How calm right now
type 3
see hold
keys q
see Nothing was kept. Whenever you like.
exit 0
END
play "$kept" breathe --phases 0.1-30-0.1-0
is "q within the first breath ends as kindly" 0 $?
cat >"$bench/script" <<'END'
see How calm right now
keys \x03
see Nothing was kept.
exit 130
END
play "$kept" breathe
is "so does Ctrl-C at the first question" 0 $?
is "and nothing is there that wasn't" "$before" "$(count)"

cat >"$bench/script" <<'END'
see How calm right now
type 5
see hold
keys \x03
see One round.
see Kept.
exit 130
END
play "$kept" breathe --phases 0.1-0-0.1-30
is "Ctrl-C keeps what was whole" 0 $?
unlike "and asks nothing more" "How calm now" "$(cat "$out")"
is "with the first number" '1 5 False' "$(last '' | get \
	'j(d["cycles"], d["calm_before"], "calm_after" in d)')"
cat >"$bench/script" <<'END'
see How calm right now
type 5
see How calm now
keys \x03
see Kept.
exit 130
END
play "$kept" breathe --phases 0.1-0-0.1-0 --rounds 3
is "so it does at the second question" 0 $?
is "all three" 3 "$(last '["cycles"]')"

cat >"$bench/script" <<'END'
see How calm right now
type
see hold
keys \x20
see Paused. Space goes on, q ends.
keys x
keys \x20
see 1 of 2
see hold
keys q
see Nothing was kept.
exit 0
END
play "$kept" breathe --phases 0.1-30-0.1-0 --rounds 2
is "space pauses, and the breath begins anew" 0 $?
cat >"$bench/script" <<'END'
see How calm right now
type
see hold
keys \x20
see Paused
keys \x20
see 2 of 2
see hold
keys \x20
see Two rounds.
see Kept.
exit 0
END
play "$kept" breathe --phases 0.1-0-0.1-30 --rounds 2
is "a pause takes back no whole breath" 0 $?
is "to the end" '2 True' "$(last '' | get 'j(d["cycles"], d["completed"])')"
cat >"$bench/script" <<'END'
see How calm right now
type
see hold
keys \x20
see Paused
keys q
see One round.
see Kept.
exit 0
END
play "$kept" breathe --phases 0.1-0-0.1-30 --rounds 2
is "q ends a pause as well" 0 $?

# ---- the terminal ----

# What follows holds a terminal's modes against those after kept was there.
cat >"$bench/front" <<END
trap : INT
stty -g >$bench/modes.before
sh -c 'echo \$\$ >$bench/pid; exec "\$kept" breathe \
	--phases 0.1-0-0.1-30 --rounds 2'
echo code \$?
stty -g >$bench/modes.after
END
for way in "keys q" "keys \\x03" "run kill -TERM \$(cat $bench/pid)" \
	"run kill -HUP \$(cat $bench/pid)"; do
	: >"$bench/modes.after"
	printf '%s\n' "see How calm" "type" "see hold" "$way" \
		"see One round." "see code" "exit 0" >"$bench/script"
	play sh "$bench/front"
	is "$way ends it" 0 $?
	is "and the terminal is as it was" "$(cat "$bench/modes.before")" \
		"$(cat "$bench/modes.after")"
done

cat >"$bench/script" <<END
see How calm
type
see hold
keys \\x1a
run until grep -q '^State:.T' /proc/\$(cat $bench/pid)/status; do sleep 0.1; done
run kill -CONT \$(cat $bench/pid)
keys \\x20
see Paused
keys q
see One round.
see code 0
exit 0
END
play sh "$bench/front"
is "Ctrl-Z stops it, and afterwards keys work as before" 0 $?

cat >"$bench/line" <<END
sh -c 'echo \$\$ >$bench/pid; exec "\$kept" win'
END
cat >"$bench/script" <<END
see What went right
see >
keys Asked a
see Asked a
keys \\x1a
run until grep -q '^State:.T' /proc/\$(cat $bench/pid)/status; do sleep 0.1; done
run kill -CONT \$(cat $bench/pid)
type  question
see What did it take?
type
see Kept.
exit 0
END
for term in xterm dumb; do
	TERM=$term play sh "$bench/line"
	is "TERM=$term: so it does within a line" 0 $?
	is "of which nothing is lost" "Asked a question" "$(last '["what"]')"
done

cat >"$bench/script" <<'END'
see How calm
type 3
see Two rounds.
see How calm now?
type 3
see Kept.
exit 0
END
COLUMNS=20 play "$kept" breathe --phases 0.3-0.2-0.3-0.2 --rounds 2
is "20 columns are enough" 0 $?
is "for every line of it" "" "$("$python" -I -c 'import sys
for line in sys.stdin.buffer.read().decode().splitlines():
    if len(line) > 20: print(line)' <"$out")"
like "for the bar as well" "▁▂▃" "$(cat "$out")"

for term in dumb xterm; do
	[ $term = dumb ] || on laptop config set accessible on >/dev/null
	TERM=$term play "$kept" breathe --phases 0.1-0-0.1-0.1 --rounds 2
	is "TERM=$term, nothing redrawn" 0 $?
	unlike "no bar" "█" "$(cat "$out")"
	like "a line for each in" "in …  2 of 2" "$(cat "$out")"
	like "and each out" "out …" "$(cat "$out")"
	like "and each hold" "hold …" "$(cat "$out")"
done
on laptop config set accessible off >/dev/null

# ---- nobody there ----

exits "without a terminal it breathes on" 0 on laptop breathe \
	--phases 0.1-0-0.1-0 --rounds 2
like "in lines" "in …  1 of 2" "$(cat "$errs")"
like "to the end" "Two rounds." "$(cat "$errs")"
unlike "asking nothing" "How calm" "$(cat "$errs")"
is "without a sign for a terminal" 0 "$(tr -d '\t\n -~' <"$errs" |
	LC_ALL=C tr -cd '\000-\037' | wc -c)"
like "and is kept" "Kept." "$(cat "$out")"
exits "with bells" 0 on laptop breathe --phases 0.1-0.1-0.1-0 --rounds 3 \
	--bell --plain
unlike "no lines" "in …" "$(cat "$errs")"
is "but one for each in, and two for each out" 9 \
	"$(tr -cd '\007' <"$errs" | wc -c)"
exits "for programs" 0 on laptop breathe --phases 0.1-0-0.1-0 --rounds 2 \
	--json
is "as the entry" "1 breath 2" \
	"$(get 'j(d["kept"], d["kind"], d["f"]["cycles"])' "$out")"

before=$(count)
exits "told to keep nothing" 0 on laptop breathe --phases 0.1-0-0.1-0 \
	--rounds 2 --no-record --json
is "it says so" "False 2 False" \
	"$(get 'j(d["recorded"], d["f"]["cycles"], "id" in d)' "$out")"
exits "-n only tells what it would be" 0 on laptop breathe -n
is "and that at once" \
	"In 4 · out 6, eighteen rounds, about three minutes.
Without -n it would begin now." "$(cat "$errs")"
is "neither is kept" "$before" "$(count)"

printf '{"title":"Breathe a little","kind_hint":"breath",
	"how_often":"n","target":3}' |
	on laptop add homework --from - >"$out" 2>&1
cat >"$bench/script" <<'END'
see How calm right now
type
see One round.
see Kept.
see Day 1 of the last 7.
see Counts for “Breathe a little”
type y
exit 0
END
play "$kept" breathe --phases 0.1-0-0.1-0 --rounds 1
is "what was agreed to try is asked about" 0 $?

before=$(count)
on laptop lock >"$out" 2>&1
cat >"$bench/script" <<'END'
see How calm right now
type 2
see One round. How calm now?
type 3
see Kept, sealed.
exit 0
END
play "$kept" breathe --phases 0.1-0-0.1-0 --rounds 1
is "locked, it asks for no passphrase" 0 $?
on laptop unlock --passphrase-file "$pass" >"$out" 2>&1
is "and is there after the next unlock" "2 3" \
	"$(last '' | get 'j(d["calm_before"], d["calm_after"])')"

# ---- no journal, and nobody to keep one ----

exits "no journal is needed" 0 on none breathe --phases 0.1-0-0.1-0 \
	--rounds 1
like "it is told what isn't kept" "there is no journal here yet" \
	"$(cat "$errs")"
is "and nothing is claimed" "" "$(cat "$out")"
on none daemon stop >"$out" 2>&1
cat >"$bench/script" <<'END'
see In 0.1
see One round.
see Not written down
exit 0
END
play env KEPT_HOME="$bench/none" "$kept" breathe --phases 0.1-0-0.1-0 \
	--rounds 1
is "nor are there questions whose answers go nowhere" 0 $?
unlike "not one" "How calm" "$(cat "$out")"
on none daemon stop >"$out" 2>&1

mkdir "$bench/bin"
cp "$kept" "$bench/bin/kept"
# shellcheck disable=SC2317 # exits calls it
alone() {
	env PATH=/usr/bin:/bin KEPT_HOME="$bench/alone" \
		timeout 60 "$bench/bin/kept" breathe --phases 0.1-0-0.1-0 \
		--rounds 1 "$@"
}
exits "without keptd it breathes as well" 0 alone
like "to the end" "One round." "$(cat "$errs")"
like "and says what is not written down" "Not written down" "$(cat "$errs")"
exits "or keeps quiet about it" 0 alone --no-record
unlike "when nothing was to be" "Not written down" "$(cat "$errs")"

for words in "box" "--pattern boxes" "--phases 4" "--phases 4-0-0-0" \
	"--pattern own" "--pattern box --phases 4-0-6-0" "--rounds 0" \
	"--rounds 201" "--minutes 0" "--minutes 60" \
	"--rounds 2 --minutes 2"; do
	# shellcheck disable=SC2086
	exits "kept breathe $words is refused" 2 on none breathe $words --json
	is "as wrongly used" usage "$(get 'd["error"]["code"]' "$out")"
	is "before anything begins" "" "$(cat "$errs")"
done

tap_done
