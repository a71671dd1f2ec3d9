#!/bin/sh
# 14-kinds.t - boundary, experiment, activity, measure, plan, and drafts: asked
# for in words, gone on with after Ctrl-C, shown as they were said. Method: a
# person played on a pseudo-terminal; what was kept is read back.
# shellcheck disable=SC2016,SC2317 # for inner shells; for eventually
. tests/e2e/lib.sh

device laptop
# Whatever the hour: the day of the test is that of the calendar.
on laptop config set day_ends_at 00:00 >/dev/null
play() {
	KEPT_HOME=$bench/laptop dialog "$bench/script" "$@" >"$out" 2>&1
	play_code=$?
	[ $play_code -eq 0 ] || sed 's/^/# /' "$out" >&2
	return $play_code
}
# of KIND EXPRESSION: of the newest entry of a kind.
of() {
	on laptop log --kind "$1" --json | get "d[\"entries\"][0]$2"
}
drafts() {
	on laptop status --json | get 'd["drafts"]'
}
short() {
	printf %s "$1" | tail -c 4 | tr '[:upper:]' '[:lower:]'
}

# ---- boundary ----

cat >"$bench/script" <<'END'
see What is the boundary?
type Leave at six
see Did it hold?
see 1 partly
see 2 yes
see 3 no
type perhaps
see A number from 1 to 3
type 1
see What pushed on it?
type A message at 17:58
see What did you do?
type Replied tomorrow at nine.
see How did it feel?
type Shaky, then light.
see Kept.
exit 0
END
play "$kept" boundary
is "a boundary goes as written, partly first" 0 $?
is "with every answer" 'Leave at six|partly|A message at 17:58|Replied tomorrow at nine.|Shaky, then light.' \
	"$(of boundary '["f"]' | get '"|".join(d[k] for k in ("what", "held",
		"tested_by", "what_i_did", "how_it_felt"))')"
cat >"$bench/script" <<'END'
see What is the boundary?
type Phone off at ten
see Did it hold?
type 
see What pushed on it?
pause 0.3
keys The
see The
pause 0.3
keys \x03
see Kept as a draft. `kept boundary` whenever.
exit 130
END
play "$kept" boundary
is "Ctrl-C keeps what was typed" 0 $?
cat >"$bench/script" <<'END'
see Carry on? [Y/n]
type 
see What pushed on it?
see The
pause 0.3
type  paper
see What did you do?
type 
see How did it feel?
type 
see Kept.
exit 0
END
play "$kept" boundary
is "and it goes on there" 0 $?
is "what was skipped is absent" "what,tested_by" \
	"$(of boundary '["f"]' | get '",".join(d)')"
is "no draft is left" 0 "$(drafts)"
exits "words are one, too" 0 on laptop boundary Said no to Sunday.
is "as they are" "Said no to Sunday." "$(of boundary '["f"]["what"]')"
exits "nobody there: it says how" 2 on laptop boundary --no-input
exits "nor with a closed stdin" 2 sh -c 'KEPT_HOME=$bench/laptop "$kept" \
	boundary <&-'

# ---- experiment ----

cat >"$bench/script" <<'END'
see Which belief would you like to test?
type If I send rough edges, people will think less of me.
see How true does it feel now, 0–100?
type 101
see A whole number
type 70
see What else could be true?
type They want to see it early.
see And how true does that one feel
type 0
see “If I send rough edges, people will think less of me.”
see What will you do, when, and where?
type Post it on Thursday at ten.
see What do you expect will happen?
type Two will point out the edges.
see How sure are you of that
type 80
see What do you usually do to feel safe
type Reread it six times.
see Kept.
see Afterwards:  kept experiment result
exit 0
END
play "$kept" experiment plan
is "an experiment is planned" 0 $?
is "a 0 is an answer" "70 0 80" "$(of experiment '["f"]' | get \
	'j(d["belief_before"], d["alternative_before"], d["prediction_sure"])')"
cat >"$bench/script" <<'END'
see Which belief would you like to test?
type They will laugh.
see How true
type 
see What else could be true?
type 
see What will you do
type 
see What do you expect
type 
see What do you usually do
pause 0.3
keys \x03
see Kept as a draft. `kept experiment plan` whenever.
exit 130
END
play "$kept" experiment plan
is "what hangs on nothing isn't asked" 0 $?
unlike "how true, of nothing" "And how true" "$(cat "$out")"
unlike "how sure, of nothing" "How sure are you" "$(cat "$out")"
exits "it is among the drafts" 0 on laptop drafts
like "with its words" "They will laugh." "$(cat "$out")"
like "and how to carry on" "kept experiment plan" "$(cat "$out")"
cat >"$bench/script" <<'END'
see “If I send rough edges, people will think less of me.”
see You expected:
see Two will point out the edges.
see What happened?
type One typo noted, two thank-yous.
see Did it come true?
see 1 partly
see 2 yes
see 3 no
pause 0.3
keys \x03
see Kept as a draft. `kept experiment result` whenever.
exit 130
END
play "$kept" experiment result
is "what was expected is in sight" 0 $?
is "and nothing is changed yet" null "$(of experiment \
	'["f"].get("happened")')"
id=$(of experiment '["id"]')
on laptop drafts >"$out"
like "its draft names it" "kept experiment result $(short "$id")" \
	"$(cat "$out")"
cat >"$bench/script" <<'END'
see Carry on? [Y/n]
type y
see What happened?
see One typo noted
type 
see Did it come true?
type partly
see What did you learn?
type Rough is allowed.
see (was 70), 0–100?
type 45
see Kept.
exit 0
END
play "$kept" experiment result "$(short "$id")"
is "it goes on" 0 $?
is "with its result" 'One typo noted, two thank-yous.|partly|Rough is allowed.|45' \
	"$(of experiment '["f"]' | get '"|".join(str(d[k]) for k in
		("happened", "came_true", "learned", "belief_after"))')"
exits "none is open now" 5 on laptop experiment result
like "which is said" "No experiment is open just now." "$(cat "$errs")"
exits "an empty list is a list" 0 on laptop experiment
exits "all of them" 0 on laptop experiment list --all
like "say what was and is" "70 → 45" "$(cat "$out")"
on laptop drafts drop "$(on laptop drafts --json |
	get 'd["drafts"][0]["id"]')" 2>/dev/null
printf '{"belief":"One"}' | on laptop add experiment --from - >/dev/null
printf '{"belief":"Two"}' | on laptop add experiment --from - >/dev/null
exits "of two nobody chooses for the person" 2 on laptop experiment result
cat >"$bench/script" <<'END'
see Which one?
see 1 Two
see 2 One
type 2
see “One”
see What happened?
type 
see Did it come true?
type 
see What did you learn?
type 
see And how true does it feel now
type 
see Nothing was kept. Whenever you like.
exit 3
END
play "$kept" experiment result
is "all of it may be skipped" 0 $?
is "and then nothing is changed" 2 "$(on laptop experiment --json |
	get 'len(d["entries"])')"

cat >"$bench/script" <<'END'
see Which one?
type 1
see “Two”
see What happened?
type They smiled.
see Did it come true?
type no
see What did you learn?
type 
see And how true does it feel now
type 0
see Kept.
exit 0
END
play "$kept" experiment result
is "it may not come true" 0 $?
is "no and 0 are answers" "no 0" "$(of experiment '["f"]' |
	get 'j(d["came_true"], d["belief_after"])')"

# ---- activity ----

cat >"$bench/script" <<'END'
see What would you like to do?
type Walk by the river
see When?
type someday
see When?
type 2027-02-30
see When?
type 2027-02-27 10:00
see Sat 27 Feb 2027 10:00.
see Kept.
see Afterwards:  kept activity done
exit 0
END
play "$kept" activity plan
is "an activity is planned" 0 $?
is "for when it was said" 2027-02-27T10:00:00-05:00 \
	"$(of activity '["f"]["planned_at"]')"
exits "with words it has --when" 0 on laptop activity plan Call Ann --when \
	"2027-03-13 5pm"
is "the same way" "Call Ann 2027-03-13T17:00:00-05:00" \
	"$(of activity '["f"]' | get 'j(d["what"], d["planned_at"])')"
exits "no such time: clocks go forward" 2 on laptop activity plan Ring \
	--when "2027-03-14 02:30"
exits "no such day" 2 on laptop activity plan Ring --when "2027-02-30"
is "nothing came of those" 2 "$(on laptop activity --json |
	get 'len(d["entries"])')"
printf '{"title":"Move three times","kind_hint":"activity",
	"how_often":"n","target":3}' | on laptop add homework --from - \
	>/dev/null
cat >"$bench/script" <<'END'
see Which one?
see 1 Call Ann
see 2 Walk by the river
type 2
see “Walk by the river”
see When was that?
type 
see How were you before it, 0 rough … 10 great?
type 4
see How much did you enjoy it
type 0
see How much did it feel like getting something done
pause 0.3
keys \x03
see Kept as a draft. `kept activity done` whenever.
exit 130
END
play "$kept" activity "done"
is "what it gave is asked" 0 $?
walk=$(on laptop activity --json | get 'd["entries"][1]["id"]')
cat >"$bench/script" <<'END'
see Carry on? [Y/n]
type y
see How much did it feel like getting something done
type 
see And after it, 0–10?
type 6
see Kept.
see Counts for “Move three times”: 1 of 3.   ok? [Y/n]
type y
exit 0
END
play "$kept" activity "done" "$(short "$walk")"
is "and goes on" 0 $?
is "absent is not 0" "4 0 None 6" "$(on laptop show "$walk" --json |
	get '(lambda f: j(f["mood_before"], f["pleasure"],
		f.get("achievement"), f["mood_after"]))(d["entries"][0]["f"])')"
exits "one is open still" 0 on laptop activity "done" --no-input
like "and done without a question" "Kept." "$(cat "$out")"
is "just now" true "$(on laptop log --kind activity --json | get \
	'all("done_at" in e["f"] for e in d["entries"])')"
cat >"$bench/script" <<'END'
see What did you do?
type Fixed the bike
see When was that?
type yesterday 17:00
see How were you before it
type 
see enjoy it
type 8
see getting something done
type 9
see And after it
type 
see Kept.
see Counts for “Move three times”: 3 of 3.   ok? [Y/n]
type y
exit 0
END
play "$kept" activity "done"
is "what nobody planned counts as well" 0 $?
is "with its time" "Fixed the bike T17:00:00-05:00 8 9" \
	"$(of activity '["f"]' | get 'j(d["what"], d["done_at"][10:],
		d["pleasure"], d["achievement"])')"
is "no draft is left" 0 "$(drafts)"

# ---- measure ----

exits "off until it is switched on" 1 on laptop measure take
like "and it says how" "kept config measure on" "$(cat "$errs")"
exits "a list is there, empty" 0 on laptop measure
exits "switched on" 0 on laptop config measure on
exits "nobody there: it says how" 2 on laptop measure take gad-7 --no-input
like "for programs" "kept add measure --from -" "$(cat "$errs")"
cat >"$bench/script" <<'END'
see Which one?
see 1 GAD-7, 7 questions
see 2 a rating of your own, new
type 1
see No permission required to reproduce, translate, display
see Over the last two weeks
see 0 Not at all
see 3 Nearly every day
see 1 of 7 Feeling nervous, anxious, or on edge
type 1
see 2 of 7
type 4
see A whole number from 0 to 3
type 0
see 3 of 7
type 2
see 4 of 7
pause 0.3
keys \x03
see Kept as a draft. `kept measure take` whenever.
exit 130
END
sed -i 's/  */ /g' "$bench/script"
sed 's/see \([0-9]\) \([NF]\)/see \1  \2/; s/of 7 F/of 7  F/' \
	"$bench/script" >"$bench/script2"
mv "$bench/script2" "$bench/script"
play "$kept" measure take
is "GAD-7 begins with its notice" 0 $?
on laptop drafts >"$out"
like "half of it is a draft" "GAD-7 · 3 of 7 answered" "$(cat "$out")"
like "that names its way back" "kept measure take gad-7" "$(cat "$out")"
cat >"$bench/script" <<'END'
see Carry on? [Y/n]
type y
see 4 of 7
type 3
see 5 of 7
type 0
see 6 of 7
type 1
see 7 of 7
type 1
see Kept.
see GAD-7: 8 (0–21)
exit 0
END
play "$kept" measure take gad-7
is "it goes on where it was" 0 $?
is "a sum, and when" 'gad-7 1 [1, 0, 2, 3, 0, 1, 1] 8 True' \
	"$(of measure '["f"]' | get 'j(d["instrument"], d["version"],
		json.dumps(d["answers"]), d["score"], "taken_at" in d)')"
cat >"$bench/script" <<'END'
see 1 of 7
type 0
see 2 of 7
type 0
see 3 of 7
type 
see 4 of 7
type 0
see 5 of 7
type 0
see 6 of 7
type 0
see 7 of 7
type 0
see GAD-7: 6 of 7 answered
see Earlier: 8 (
exit 0
END
play "$kept" measure take GAD-7
is "what is left out leaves no sum" 0 $?
is "absent, never 0" '[0, 0, null, 0, 0, 0, 0] None' "$(of measure '["f"]' |
	get 'j(json.dumps(d["answers"]), d.get("score"))')"
cat >"$bench/script" <<'END'
see Which one?
type 2
see What would you like to rate?
type Körperspannung
see From 0 to what?
see 1 up to 10
see 2 up to 100
type 2
see Körperspannung, 0 not at all … 100 completely?
type 101
see A whole number from 0 to 100
type 40
see Kept.
see Körperspannung: 40 (0–100)
exit 0
END
play "$kept" measure take
is "a rating of one's own" 0 $?
cat >"$bench/script" <<'END'
see Which one?
see 2 Körperspannung, 0–100
type 2
see Körperspannung, 0 not at all … 100 completely?
type 0
see Körperspannung: 0 (0–100)
see Earlier: 40 (
exit 0
END
play "$kept" measure take
is "is known by its name" 0 $?
is "0 is a number" "Körperspannung 0-100 [0] 0" "$(of measure '["f"]' |
	get 'j(d["name"], d["version"], d["answers"], d["score"])')"
exits "the list" 0 on laptop measure list
like "has what it is" "Körperspannung  0–100" "$(cat "$out")"
like "beside the other" "GAD-7  0–21" "$(cat "$out")"
like "with its numbers" "6 of 7 answered" "$(cat "$out")"
for word in mild moderate severe minimal anxiety score; do
	unlike "and no word like $word" "$word" "$(tr '[:upper:]' \
		'[:lower:]' <"$out")"
done
is "no color either" "" "$(grep "$(printf '\033')" "$out")"
exits "for programs" 0 on laptop measure list --json
is "all of them" 4 "$(get 'len(d["entries"])' "$out")"
exits "off again" 0 on laptop config measure off
exits "is off" 1 on laptop measure take gad-7
exits "what was taken is still one's own" 0 on laptop measure

# ---- plan ----

copy=$bench/laptop/data/plan.txt
is_copied() {
	[ -e "$copy" ] && echo yes || echo no
}
exits "no plan yet" 0 on laptop plan
like "how to write one" "kept plan write" "$(cat "$errs")"
exits "nor a copy of none" 5 on laptop plan readable yes
cat >"$bench/script" <<'END'
see What helps when it gets hard
see How do you notice that it is getting hard?
type Skipping lunch
type 
see What can you do by yourself?
type Walk round the block
pause 0.3
keys Call Ann
see Call Ann
pause 0.3
keys \x03
see Kept as a draft. `kept plan write` whenever.
exit 130
END
play "$kept" plan write
is "a plan may wait" 0 $?
cat >"$bench/script" <<'END'
see Carry on? [Y/n]
type y
see What can you do by yourself?
see Walk round the block
see Call Ann
type 
see Where is it easier?
type The library
type 
see Who can you call?
type Sam, 555 0100
type 
see Who helps as their work
type 
see What makes the place around you safer?
type Ann has the keys.
see Kept.
see whoever can open your files can read it.
see Readable while locked? [y/N]
type 
see It can be read only while kept is open.
exit 0
END
play "$kept" plan write
is "and goes on" 0 $?
is "Enter is no yes: no copy" no "$(is_copied)"
on laptop lock >/dev/null
exits "locked, it can't be read" 4 on laptop plan
on laptop unlock --passphrase-file "$pass" >/dev/null
exits "a dry yes" 0 on laptop plan readable yes -n
is "writes nothing" no "$(is_copied)"
exits "a yes" 0 on laptop plan readable yes
is "makes a copy" yes "$(is_copied)"
is "for this person alone" 600 "$(stat -c %a "$copy")"
on laptop plan >"$out" 2>/dev/null
is "of what it says" "$(cat "$out")" "$(cat "$copy")"
on laptop lock >/dev/null
exits "locked, it can be read" 0 on laptop plan
like "all of it" "Sam, 555 0100" "$(cat "$out")"
like "in help-now, too" "Sam, 555 0100" "$(on laptop help-now)"
finish laptop
exits "without keptd, too" 0 on laptop help-now
like "all of it" "Walk round the block" "$(cat "$out")"
daemon laptop
on laptop unlock --passphrase-file "$pass" >/dev/null
id=$(of plan '["id"]')
printf '{"places":["The lake"]}' | on laptop edit "$id" --from - 2>/dev/null
like "it follows an edit" "The lake" "$(cat "$copy")"
on laptop undo --yes >/dev/null 2>&1
like "and an undo" "The library" "$(cat "$copy")"
printf '{"signs":["red \\u001b[31m"]}' | on laptop edit "$id" --from - \
	2>/dev/null
is "nothing in it moves a terminal" "" "$(grep "$(printf '\033')" "$copy")"
cat >"$bench/script" <<'END'
see How do you notice
see red
type 
see What can you do by yourself?
see Walk round the block
type Call Bo
type 
see Where is it easier?
type 
see Who can you call?
type 
see Who helps as their work
type 
see What makes the place around you safer?
see Ann has the keys.
type 
see Kept.
exit 0
END
play "$kept" plan write
is "there is one plan, which grows" 1 "$(on laptop log --kind plan --json |
	get 'len(d["entries"])')"
like "and its copy with it" "Call Bo" "$(cat "$copy")"
unlike "it asks only once" "Readable while locked?" "$(cat "$out")"
on laptop plan readable no >/dev/null
is "a no takes it away" no "$(is_copied)"
on laptop plan readable yes >/dev/null 2>&1
daemon phone
pair_up laptop phone
meet laptop phone
has_plan() {
	on phone plan 2>/dev/null | grep -q "Call Bo"
}
is "the plan goes to the phone" yes "$(eventually has_plan && echo yes)"
is "a yes to this device is none to that" no \
	"$([ -e "$bench/phone/data/plan.txt" ] && echo yes || echo no)"
printf '{"places":["The sea"]}' | on phone edit "$id" --from - 2>/dev/null
meet phone laptop
follows() {
	on laptop status >/dev/null
	grep -q "The sea" "$copy"
}
is "what the phone changes the copy follows" yes \
	"$(eventually follows && echo yes)"
on laptop delete "$id" --yes >"$out" 2>"$errs"
is "and so does deleting the plan" no "$(is_copied)"
like "which is said" "gone, too" "$(cat "$errs")"
exits "what it is, for programs" 0 on laptop plan readable --json
is "is no" false "$(get 'd["readable"]' "$out")"
exits "neither yes nor no" 2 on laptop plan readable perhaps
exits "another word is offered what there is" 2 on laptop plan wriet
like "near it" "kept plan write" "$(cat "$errs")"

# ---- locked: written all the same ----

on laptop lock >/dev/null
exits "a boundary while locked" 0 on laptop boundary Left early.
like "is sealed" "sealed" "$(cat "$out")"
exits "an activity, too" 0 on laptop activity plan Swim --when tomorrow
exits "a result needs it open" 4 on laptop experiment result 0000
cat >"$bench/script" <<'END'
see Which belief would you like to test?
type I can't rest.
see How true
type 60
see What else
type 
see What will you do
type 
see What do you expect
type 
see leave out this time?
type 
see Kept, sealed.
exit 0
END
play "$kept" experiment plan
is "and an experiment" 0 $?
on laptop unlock --passphrase-file "$pass" >/dev/null
is "they are all there" "I can't rest.|Swim|Left early." \
	"$(of experiment '["f"]["belief"]')|$(of activity \
		'["f"]["what"]')|$(of boundary '["f"]["what"]')"

# ---- words ----

wide() {
	"$python" -I -c 'import sys
print(sum(len(line.rstrip("\n")) > int(sys.argv[1])
	for line in sys.stdin))' "$1" <"$out"
}
for words in "measure list" plan drafts; do
	for width in 20 40 80; do
		# shellcheck disable=SC2086 # words
		COLUMNS=$width exits "kept $words" 0 on laptop $words
		is "fits $width columns" 0 "$(wide "$width")"
	done
done
for words in "experiment list --all" "activity list --all"; do
	# shellcheck disable=SC2086 # words
	COLUMNS=40 exits "kept $words" 0 on laptop $words
	is "fits 40 columns" 0 "$(wide 40)"
done
exits "a page of each kind" 0 sh -c 'for id in $(KEPT_HOME=$bench/laptop \
	"$kept" log --ndjson | sed "s/.*\"id\":\"\([^\"]*\).*/\1/"); do
	KEPT_HOME=$bench/laptop "$kept" show "$id" || exit 1; done'
like "says what was expected" "What you expected" "$(cat "$out")"
like "what it was" "The boundary" "$(cat "$out")"
like "and what it is called" "Which one: Körperspannung" "$(cat "$out")"

tap_done
