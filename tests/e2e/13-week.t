#!/bin/sh
# 13-week.t - the loop of a week: a goal, homework, a session, what to bring,
# and how what one does counts. Method: a person played on a pseudo-terminal,
# word for word as they are written down; what was kept is read back.
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
plus() {
	"$python" -I -c 'import datetime, sys
day = datetime.date.today() + datetime.timedelta(days=int(sys.argv[1]))
print(day.isoformat())' "$1"
}

# ---- a goal ----

cat >"$bench/script" <<'END'
see What would you like to be true by next week?
type Leave work at six on three days
see Why does it matter to you?
type Evenings are where I get myself back.
see What might get in the way?
type Review comments at 17:55
see If that happens, then you'll …
type answer it tomorrow at nine
see How sure are you that you can do this, 0–10?
type 7
see Kept.
see 3 days by Sunday
exit 0
END
play "$kept" goal add
is "a goal goes as written" 0 $?
is "with every answer" 'Leave work at six on three days|Evenings are where I get myself back.|Review comments at 17:55|answer it tomorrow at nine|7' \
	"$(of goal '["f"]' | get '"|".join(str(d[k]) for k in ("title", "why",
		"obstacle", "if_then", "can_do"))')"
is "three days are what its words say" "days 3" \
	"$(of goal '["f"]' | get 'j(d["measure"], d["target"])')"
is "until a Sunday that leaves time for it" "7 True" \
	"$(of goal '["f"]' | get '(lambda t: j(t.isoweekday(),
		3 <= (t - __import__("datetime").date.today()).days <= 10))(
		__import__("datetime").date.fromisoformat(d["due"]))')"
is "and no draft is left" 0 "$(drafts)"
goal=$(of goal '["id"]')
short=$(printf %s "$goal" | tail -c 4 | tr '[:upper:]' '[:lower:]')

# ---- a win that sounds like it ----

cat >"$bench/script" <<'END'
see What went right
type Left work at six, nearly.
see What did it take?
type 
see Counts for “Leave work at six”: 1 of 3.   ok? [Y/n]
type n
exit 0
END
play "$kept" win
is "a no" 0 $?
is "leaves it alone" none "$(of win '["f"].get("counts_for", "none")')"
cat >"$bench/script" <<'END'
see What went right
type Left work at six, really.
see What did it take?
type 
see ok? [Y/n]
keys \x03
exit 130
END
play "$kept" win
is "Ctrl-C at that question" 0 $?
is "keeps the win" "Left work at six, really." "$(of win '["f"]["what"]')"

cat >"$bench/script" <<'END'
see What went right, however small?
type Left work at 6 PM.
see What did it take?
type I left a comment unread on purpose.
see Kept.
see Counts for “Leave work at six”: 1 of 3.   ok? [Y/n]
type y
exit 0
END
play "$kept" win
is "a win that sounds like a goal is asked about" 0 $?
is "and counts for it at a yes" "$goal" "$(of win '["f"]["counts_for"]')"

cat >"$bench/script" <<'END'
see What went right
type Left work at six again.
see What did it take?
type 
see Kept.
exit 0
END
play "$kept" win
is "a second one on one day is no second day" 0 $?
unlike "and nobody is asked about it" "Counts for" "$(cat "$out")"
is "nor is it counted" none "$(of win '["f"].get("counts_for", "none")')"

cat >"$bench/script" <<'END'
see What went right
type Told Sam I wasn't sure about the navigation.
see What did it take?
type 
see Kept.
exit 0
END
play "$kept" win
is "another win is only kept" 0 $?
unlike "without a question" "Counts for" "$(cat "$out")"
exits "nobody there: nothing is asked" 0 on laptop win Left work at six.
unlike "nor said" "Counts" "$(cat "$out" "$errs")"
is "nor counted" none "$(of win '["f"].get("counts_for", "none")')"

# ---- looking at it ----

exits "goals are listed" 0 on laptop goal list
like "by their id" "$short" "$(cat "$out")"
like "without what stands beside" "Leave work at six  " "$(cat "$out")"
exits "kept goal alone lists them, too" 0 on laptop goal
exits "boxes of ASCII where there is nothing else" 0 on laptop goal --ascii
like "one of three" "[x][ ][ ]" "$(cat "$out")"
exits "a list for programs" 0 on laptop goal list --json
is "has entries" "1 goal" \
	"$(get 'j(len(d["entries"]), d["entries"][0]["kind"])' "$out")"
exits "a line each" 0 on laptop goal list --ndjson
is "is an entry" "$goal" "$(get 'd["id"]' "$out")"

cat >"$bench/script" <<'END'
see Leave work at six
see ▣ □ □
see How many so far? [1]
type 2
see A word about it?
type Wednesday slipped to seven. Not the end of it.
see Kept.  Two of three, and
see to go.
exit 0
END
play "$kept" goal check
is "a goal is looked at" 0 $?
is "what was said is kept" \
	"$goal 2 Wednesday slipped to seven. Not the end of it." \
	"$(of checkin '["f"]' | get 'j(d["goal"], d["progress"], d["note"])')"

cat >"$bench/script" <<'END'
see How many so far? [2]
type three
see A whole number
type 
see A word about it?
pause 0.3
keys half a wo
see half a wo
keys \x03
see Kept as a draft. `kept goal check` whenever.
exit 130
END
play "$kept" goal check
is "Ctrl-C keeps the words" 0 $?
is "as a draft" "half a wo 2" \
	"$(on laptop drafts --json | get 'j(d["drafts"][0]["fields"]["note"],
		d["drafts"][0]["fields"]["progress"])')"
cat >"$bench/script" <<'END'
see you were writing something. Carry on? [Y/n]
type 
see A word about it?
see half a wo
type rd
see Kept.  Two of three
exit 0
END
play "$kept" goal check
is "and it goes on where it was" 0 $?
is "with the whole word" "half a word" "$(of checkin '["f"]["note"]')"
is "then no draft is left" 0 "$(drafts)"

exits "a number may come along" 0 on laptop goal check "$short" 3
like "and is said back" "Three of three." "$(cat "$out")"
exits "in the log a check-in names its goal" 0 on laptop log --kind check-in
like "and says how far it was" "Leave work at six, 3 of 3" "$(cat "$out")"
exits "programs get what there is" 0 on laptop log --kind checkin --json
unlike "and nothing else" about "$(cat "$out")"
exits "words are no number" 2 on laptop goal check "$short" three
cat >"$bench/script" <<'END'
see How many so far? [3]
type 
see A word about it?
type 
see Kept.  Three of three.
see Call it done? [Y/n]
type 
see Done.
exit 0
END
play "$kept" goal check
is "all of it may be called done" 0 $?
is "and is" "done" "$(of goal '["f"]["status"]')"
exits "no goal is open then" 5 on laptop goal check
like "which is said" "No goal is open just now." "$(cat "$errs")"
exits "an empty list is a list" 0 on laptop goal list
exits "all of them" 0 on laptop goal list --all
like "say where they stand" "done" "$(cat "$out")"

# ---- smaller, changed, let go ----

cat >"$bench/script" <<'END'
see What would you like to be true by next week?
type 
see One small thing is enough.
type 
see Nothing was kept. Whenever you like.
exit 3
END
play "$kept" goal add
is "without words there is no goal, and no question more" 0 $?

cat >"$bench/script" <<'END'
see What would you like to be true by next week?
type Run every day
see Why does it matter to you?
type 
see What might get in the way?
type 
see How sure are you
type 4
see Under 7? Let's make it smaller.
see Run every day
pause 0.3
keys \x15
type Run twice
see Kept.
see 2 times by
exit 0
END
play "$kept" goal add
is "a goal too big is made smaller, once" 0 $?
is "and is the smaller one" "Run twice 2" \
	"$(of goal '["f"]' | get 'j(d["title"], d["target"])')"
unlike "no obstacle: no question what then" "If that happens" "$(cat "$out")"

cat >"$bench/script" <<'END'
see Run twice
see What would you like to change?
type 1
see Run twice
pause 0.3
keys \x15
type Walk twice
see What would you like to change?
type 8
see If that happens
type I go anyway.
see What would you like to change?
keys \x03
see Kept as a draft. `kept goal change` whenever.
exit 130
END
play "$kept" goal change
is "Ctrl-C in a change keeps a draft" 0 $?
is "and nothing is changed" "Run twice" "$(of goal '["f"]["title"]')"
cat >"$bench/script" <<'END'
see Carry on? [Y/n]
type y
see What would you like to change?
type 10
see Where does it stand?
type changed
see What would you like to change?
type 
see Changed.
exit 0
END
play "$kept" goal change
is "it goes on, and is one change" 0 $?
is "of all of it" "Walk twice|I go anyway.|changed" \
	"$(of goal '["f"]' | get '"|".join((d["title"], d["if_then"],
		d["status"]))')"
is "no draft is left" 0 "$(drafts)"

on laptop goal add Read a page a day >/dev/null 2>&1
read=$(of goal '["id"]')
on laptop goal add Call Mum once >/dev/null 2>&1
exits "two are open: nobody chooses for the person" 2 on laptop goal let-go
cat >"$bench/script" <<'END'
see Which goal?
type 2
see Let it go? [Y/n]
pause 0.3
keys \x04
exit 130
END
play "$kept" goal let-go
is "nobody there any more is no yes" open \
	"$(on laptop show "$read" --json | get \
		'd["entries"][0]["f"].get("status", "open")')"
cat >"$bench/script" <<'END'
see Which goal?
see 1 Call Mum once
see 2 Read a page a day
type 2
see Read a page a day
see Letting go is a full and honorable ending.
see Let it go? [Y/n]
type y
see Let go.
exit 0
END
play "$kept" goal let-go
is "letting go is an ending" 0 $?
is "of the one that was meant" let-go \
	"$(on laptop show "$read" --json | get 'd["entries"][0]["f"]["status"]')"
exits "a word that is like another is not run" 2 on laptop goal chek
like "but offered" "Did you mean \`kept goal check\`?" "$(cat "$errs")"
exits "another kind is no goal" 5 on laptop goal check "$(of win '["id"]')"

# ---- a session ----

printf '%s' '{"number": 15, "of": 24, "with": "Dr. Torres"}' |
	on laptop add session --from - >/dev/null 2>&1
cat >"$bench/script" <<'END'
see Session number? [16 of 24]
type 
see What do you want to keep from today?
type Good enough can be good.
see Homework?
type Catch one thought a day
see how often?
type daily
see why?
type The balanced voice gets quicker.
see Next time?
type mon 17:00
see Kept.  Next: Mon 
see 17:00.
see Anything to bring, any time:
see kept session bring
exit 0
END
play "$kept" session add
is "a session goes as written" 0 $?
like "and the command to bring is in one piece" "kept session bring" \
	"$(cat "$out")"
is "with its number, guessed" "16 24" \
	"$(of session '["f"]' | get 'j(d["number"], d["of"])')"
is "and what to keep" '["Good enough can be good."]' \
	"$(of session '["f"]["takeaways"]')"
is "with whom it always is" "Dr. Torres" "$(of session '["f"]["with"]')"
is "the next one is a Monday to come" "1 17:00" \
	"$(of session '["f"]["next_at"]' | "$python" -I -c 'import datetime, sys
at = datetime.datetime.fromisoformat(sys.stdin.read().strip())
assert at > datetime.datetime.now(datetime.timezone.utc)
print(at.isoweekday(), at.strftime("%H:%M"))')"
is "homework is an entry of its own" \
	"Catch one thought a day|daily|The balanced voice gets quicker.|thought|Dr. Torres" \
	"$(of homework '["f"]' | get '"|".join(d[k] for k in ("title",
		"how_often", "why", "kind_hint", "assigned_by"))')"
is "from that session" "$(of session '["id"]')" \
	"$(of homework '["f"]["from_session"]')"
is "until the next" "$(of session '["f"]["next_at"][:10]')" \
	"$(of homework '["f"]["due"]')"
is "no draft is left" 0 "$(drafts)"

exits "something to bring" 0 on laptop session bring \
	"Is it all right that it still feels odd?"
like "says for when" "Kept for Mon" "$(cat "$out")"
cat >"$bench/script" <<'END'
see Something for next time:
see Is it all right that it still feels odd?
type What about Thursdays?
type 
see Kept for Mon
exit 0
END
play "$kept" session bring
is "asked where there are no words" 0 $?
is "the list of the session has both" \
	"Is it all right that it still feels odd?|What about Thursdays?" \
	"$(of session '["f"]["to_bring"]' | get '"|".join(d)')"
is "and it is no other entry" 2 \
	"$(on laptop log --kind session --json | get 'len(d["entries"])')"
exits "next says when" 0 on laptop session next
like "which" "Session 17: Mon" "$(cat "$out")"
like "and what" "What about Thursdays?" "$(cat "$out")"
exits "kept session alone is next" 0 on laptop session --json
is "as JSON" "17 24 2" \
	"$(get 'j(d["number"], d["of"], len(d["to_bring"]))' "$out")"

cat >"$bench/script" <<'END'
see Session number? [17 of 24]
type eighteen
see A number like 17
type 18/25
see What do you want to keep from today?
see > 
pause 0.3
keys half
see half
keys \x03
see Kept as a draft. `kept session add` whenever.
exit 130
END
play "$kept" session add
is "Ctrl-C in a session keeps a draft" 0 $?
cat >"$bench/script" <<'END'
see Something for next time:
see > 
pause 0.3
keys \x03
exit 130
END
play "$kept" session bring
is "which is not taken for something to bring" 0 $?
cat >"$bench/script" <<'END'
see Carry on? [Y/n]
type y
see What do you want to keep from today?
see half
type  of it
see Homework?
type 
see Next time?
type someday
see isn't a day kept can read
type mon
see At what time?
type 25:00
see A time like 17:00
type 9:30
see Kept.  Next: Mon
see 09:30
exit 0
END
play "$kept" session add
is "and is gone on with" 0 $?
is "nothing is lost of it" "18 25 half of it" \
	"$(of session '["f"]' | get 'j(d["number"], d["of"],
		d["takeaways"][0])')"
is "no homework: none is made" 1 \
	"$(on laptop log --kind homework --json | get 'len(d["entries"])')"

# ---- homework ----

cat >"$bench/script" <<'END'
see What was happening?
type Standup.
see What did you feel
type 
see What went through your mind?
type They can tell.
see Kept.
see Counts for “Catch one thought a day”: 1 of
see ok? [Y/n]
type y
exit 0
END
play "$kept" thought --quick
is "doing it ticks it, after asking" 0 $?
# counted TITLE: how far homework is.
counted() {
	on laptop call today | get "[x.get('progress', 0) for x in
		d['homework'] if x['title'] == '$1'][0]"
}
is "and it counts" 1 "$(counted 'Catch one thought a day')"
exits "homework is listed" 0 on laptop homework --ascii
like "with how far it is" "[x]" "$(cat "$out")"
cat >"$bench/script" <<'END'
see Catch one thought a day
see What got in the way, if you want to say?
type Travel on Thursday.
see Kept: partly.
exit 0
END
play "$kept" homework partly
is "partly is an ending" 0 $?
is "with what got in the way" "partly Travel on Thursday." \
	"$(of homework '["f"]' | get 'j(d["status"],
		d["what_got_in_the_way"])')"

cat >"$bench/script" <<'END'
see What did you agree to try?
type Breathe, three minutes
see How often?
type whenever
see once, daily, weekly, or a number of times
type three times
see Why does this one matter?
type 
see By when?
type 2031-02-30
see isn't a day kept can read
type +5d
see Ask whether it counts, whenever you breathe? [Y/n]
type 
see Kept.
see 3 times by
exit 0
END
play "$kept" homework add
is "homework goes as written" 0 $?
is "with how often and by when" "n 3 $(plus 5) breath" \
	"$(of homework '["f"]' | get 'j(d["how_often"], d["target"],
		d["due"], d["kind_hint"])')"
cat >"$bench/script" <<'END'
see Breathe, three minutes
see How helpful was it
type 11
see A whole number
type 0
see Done.
exit 0
END
play "$kept" homework "done"
is "done asks how helpful it was" 0 $?
is "and 0 is an answer" "done 0" \
	"$(of homework '["f"]' | get 'j(d["status"], d["how_helpful"])')"
printf 'Say no once\n' | on laptop homework add - >/dev/null 2>&1
exits "without a terminal it only says so" 0 on laptop homework not-this-time
is "not this time" not-this-time "$(of homework '["f"]["status"]')"

# A no leaves the number where it was.
printf '%s' '{"title":"A number a day","kind_hint":"mood",
	"how_often":"daily","target":7}' |
	on laptop add homework --from - >/dev/null 2>&1
cat >"$bench/script" <<'END'
see How are you
type 6
see How sure of yourself
type 
see Counts for “A number a day”: 1 of 7.   ok? [Y/n]
type n
exit 0
END
play "$kept" mood
is "a no to what counts by itself" 0 $?
is "is said to it" 0 "$(counted 'A number a day')"

# ---- locked, narrow, and nobody there ----

on laptop lock >/dev/null 2>&1
exits "locked: a goal can be written" 0 on laptop goal add Walk on two days
like "sealed" "sealed" "$(cat "$out")"
exits "locked: something to bring" 0 on laptop session bring One more thing
exits "locked: a list can't be read" 4 on laptop goal list
on laptop unlock --passphrase-file "$pass" >/dev/null 2>&1
is "what was sealed is there" "Walk on two days" "$(of goal '["f"]["title"]')"
exits "and is to be brought" 0 on laptop session next
like "next time" "One more thing" "$(cat "$out")"

for words in "goal add" "homework add" "session add" "session bring"; do
	# shellcheck disable=SC2086 # two words
	exits "nobody to ask: $words" 2 on laptop $words --no-input
done
cat >"$bench/script" <<'END'
see What would you
type Draw twice
see Why does
type 
see What might
type 
see How sure
type 9
see Kept.
exit 0
END
# shellcheck disable=SC2016 # for the shell inside
play sh -c 'stty cols 20; exec "$@"' - "$kept" goal add
is "20 columns are enough" 0 $?
exits "and -n keeps nothing" 0 on laptop goal add -n Sing once
is "at all" "Draw twice" "$(of goal '["f"]["title"]')"

tap_done
