#!/bin/sh
# 11-thought.t - weighing a thought, word for word; stopping half-way and going
# on; catching only. Method: a person played on a pseudo-terminal.
. tests/e2e/lib.sh

device laptop
play() {
	KEPT_HOME=$bench/laptop dialog "$bench/script" "$@" >"$out" 2>&1
	play_code=$?
	[ $play_code -eq 0 ] || sed 's/^/# /' "$out" >&2
	return $play_code
}

cat >"$bench/script" <<'END'
see Take your time. Enter skips, Ctrl-C keeps what you have as a draft.
see What was happening?
type Design review. Three comments on my flow before lunch.
see What did you feel, and how strongly
type anxious 75, ashamed 60
see What went through your mind?
type I'm not good enough.
see How true did it feel
type 80
see “I'm not good enough.”
see anxious 75
see ashamed 60
see Do any of these fit?
type 1 3
see “I'm not good enough.”
see What backs it up?
type Three comments.
type I missed the empty state.
type 
see “I'm not good enough.”
see What doesn't fit it?
type Two of the three were questions.
type Onboarding shipped on time in September.
type Priya asked me to lead the next one.
type 
see For
see Three comments
see Not
see Two of the three
see what is a fairer way to say it?
type My successes show I am capable. A review is how work gets better.
see How much do you believe that
type 70
see anxious (was 75)
type 40
see ashamed (was 60)
type 30
see the old thought (was 80)
type 35
see Kept.
see kept undo
exit 0
END
play "$kept" thought
is "a weighed thought goes as written" 0 $?
on laptop log --json >"$out"
is "it is an entry" "thought" "$(get 'd["entries"][0]["kind"]' "$out")"
is "with the feelings, before and after" \
	'[["anxious", 75, 40], ["ashamed", 60, 30]]' \
	"$(get '[[x["name"], x["before"], x["after"]]
		for x in d["entries"][0]["f"]["feelings"]]' "$out")"
is "with every line of evidence" "2 3" \
	"$(get 'j(*[len(d["entries"][0]["f"]["evidence_" + k])
		for k in ("for", "against")])' "$out")"
is "with what it believes now" "80 70 35" \
	"$(get 'j(*[d["entries"][0]["f"][k] for k in
		("belief_before", "belief_balanced", "belief_after")])' "$out")"
is "with its patterns" 2 \
	"$(get 'len(d["entries"][0]["f"]["patterns"])' "$out")"
is "and no draft is left" 0 "$(on laptop status --json | get 'd["drafts"]')"

# Ctrl-C in the middle of the evidence.
cat >"$bench/script" <<'END'
see What was happening?
type Standup ran long.
see What did you feel
type tense 50
see What went through your mind?
type They can tell I'm guessing.
see How true did it feel
type 60
see Do any of these fit?
type 
see What backs it up?
see > 
type Sam looked at the clock.
see > 
pause 0.3
keys half a li
see half a li
keys \x03
see Kept as a draft. `kept thought --resume` whenever.
exit 130
END
play "$kept" thought
is "Ctrl-C keeps a draft and says so" 0 $?
is "one draft waits" 1 "$(on laptop status --json | get 'd["drafts"]')"
on laptop drafts --json >"$out"
is "with what was answered" "They can tell I'm guessing." \
	"$(get 'd["drafts"][0]["fields"]["thought"]' "$out")"
like "down to the line in hand" "half a li" "$(cat "$out")"
is "it is no entry yet" 1 "$(on laptop status --json | get 'd["entries"]')"

# The daemon dies; the draft does not.
crash laptop
daemon laptop
on laptop unlock --passphrase-file "$pass" >/dev/null 2>&1
cat >"$bench/script" <<'END'
see you caught “They can tell I'm guessing.” Weigh it now, or leave it?
see > 
keys \x03
exit 130
END
play "$kept" thought
is "it is offered first, in one sentence" 0 $?
is "leaving it there leaves it there" 1 \
	"$(on laptop status --json | get 'd["drafts"]')"
cat >"$bench/script" <<'END'
see They can tell I'm guessing.
see What backs it up?
see half a li
type 
see What doesn't fit it?
type Nobody asked a question.
type 
see fairer way
type Guessing out loud is part of a standup.
see How much do you believe that
type 65
see tense (was 50)
type 50
see the old thought (was 60)
type 60
see Still strong. That happens. You weighed it anyway.
see Kept.
exit 0
END
play "$kept" thought --resume
is "it is taken up where it was, after a kill -9" 0 $?
on laptop log --json >"$out"
is "and is an entry now" "They can tell I'm guessing." \
	"$(get 'd["entries"][0]["f"]["thought"]' "$out")"
like "with the line typed before" "Sam looked at the clock." "$(cat "$out")"
is "the draft is gone with it" 0 \
	"$(on laptop status --json | get 'd["drafts"]')"

cat >"$bench/script" <<'END'
see What was happening?
type 
see What did you feel
type 
see What went through your mind?
type I should know this by now.
see Kept.
exit 0
END
play "$kept" thought --quick
is "catching it counts" 0 $?
is "and it is kept" "caught" \
	"$(on laptop log --json | get 'd["entries"][0]["f"].get("depth",
		"caught")')"

# A draft is offered next time, and may be left.
cat >"$bench/script" <<'END'
see What was happening?
type Retro.
see What did you feel
type 
see What went through your mind?
type It was all my doing.
see How true
keys \x03
exit 130
END
play "$kept" thought
cat >"$bench/script" <<'END'
see It was all my doing.
see eigh it now
keys \x03
exit 130
END
play "$kept" thought
is "next time it is offered by its own words" 0 $?
is "leaving it keeps it" 1 "$(on laptop status --json | get 'd["drafts"]')"

# Catching one quickly is not held up by another one.
cat >"$bench/script" <<'END'
see What was happening?
type 
see What did you feel
type 
see What went through your mind?
type Everybody saw it.
see Kept.
exit 0
END
play "$kept" thought --quick
is "quick asks about no draft" 0 $?
unlike "at all" "eigh it now" "$(cat "$out")"
is "and leaves it where it is" 1 \
	"$(on laptop status --json | get 'd["drafts"]')"
draft=$(on laptop drafts --json | get 'd["drafts"][0]["id"]')
exits "a draft can be let go" 0 on laptop drafts drop "$draft"
is "then none waits" 0 "$(on laptop status --json | get 'd["drafts"]')"

# Of two, each can be gone on with.
for words in "The first one." "The second one."; do
	printf '{"thought":"%s"}' "$words" >"$bench/fields"
	on laptop call draft_put kind=thought \
		"fields=$(cat "$bench/fields")" >/dev/null 2>"$errs"
done
first=$(on laptop drafts --json | get '[e["id"] for e in d["drafts"]
	if e["fields"]["thought"] == "The first one."][0]')
short=$(printf %s "$first" | tail -c 4 | tr '[:upper:]' '[:lower:]')
exits "two drafts are listed" 0 on laptop drafts
like "the older one by its id" "kept thought --resume $short" "$(cat "$out")"
is "the newest without" 1 "$(grep -c -- '--resume$' "$out")"
cat >"$bench/script" <<'END'
see The first one.
keys \x03
exit 130
END
play "$kept" thought --resume "$short"
is "and gone on with by it" 0 $?
exits "an id that is none" 5 on laptop thought --resume zzzz
cat >"$bench/script" <<'END'
see can't be brought back. Let it go? [y/N]
type 
exit 3
END
play "$kept" drafts drop "$short"
is "letting go is asked about" 0 $?
is "and Enter keeps it" 2 "$(on laptop status --json | get 'd["drafts"]')"
for words in 1 2; do
	on laptop drafts drop "$(on laptop drafts --json |
		get 'd["drafts"][0]["id"]')" >/dev/null 2>&1
done

exits "without a terminal nothing is asked" 2 on laptop thought --no-input

tap_done
