#!/bin/sh
# 37-stopped.t - what was typed is still there: after Ctrl-C in the middle of
# an answer, beside what came in meanwhile, and where it is more than fits.
# Method: a person played on a pseudo-terminal; what was kept is read back.
# shellcheck disable=SC2016 # for inner shells
. tests/e2e/lib.sh

device laptop
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
draft() {
	on laptop drafts --json | get "d[\"drafts\"][0][\"fields\"]$1"
}

# ---- a name that is half there ----

on laptop config set measure on >"$out"
cat >"$bench/script" <<'END'
see Which one?
type 2
see What would you like to rate?
pause 0.3
keys Tension in
see Tension in
pause 0.3
keys \x03
see Kept as a draft.
exit 130
END
play "$kept" measure take
is "Ctrl-C within a name keeps its beginning" 0 $?
is "and nothing that nobody typed" \
	'["draft_of", "name"] Tension in' \
	"$(draft '' | get 'j(json.dumps(sorted(d)), d["name"])')"
cat >"$bench/script" <<'END'
see Which one?
type 2
see Carry on? [Y/n]
type y
see What would you like to rate?
see Tension in
pause 0.3
type  my neck
see From 0 to what?
type 1
see Tension in my neck, 0 not at all
type 4
see Kept.
exit 0
END
play "$kept" measure take
is "it goes on within the name" 0 $?
is "which gives the slug" "tension-in-my-neck Tension in my neck 4" \
	"$(of measure '["f"]' | get 'j(d["instrument"], d["name"], d["score"])')"

# ---- one's own, named like a published one ----

cat >"$bench/script" <<'END'
see From 0 to what?
type 1
see gad 7, 0 not at all
type 3
see Kept.
exit 0
END
play "$kept" measure take gad 7
is "a rating may be called anything" 0 $?
cat >"$bench/script" <<'END'
see gad 7, 0 not at all
pause 0.3
keys \x03
exit 130
END
play "$kept" measure take gad 7
is "left for later" 0 $?
cat >"$bench/script" <<'END'
see 1 of 7
pause 0.3
keys \x03
exit 130
END
play "$kept" measure take GAD-7
is "it isn't taken for the questionnaire" 0 $?
name=$("$python" -c 'print("\U0001F600" * 80)')
"$python" -c 'import json
print(json.dumps({"instrument": "long", "name": "\U0001F600" * 80,
	"version": "0-10", "answers": [1], "score": 1}))' |
	on laptop add measure --from - >"$out" 2>&1
cat >"$bench/script" <<END
see $name, 0–10
pause 0.3
keys \\x03
exit 130
END
play "$kept" measure take
is "a long name is whole" 0 $?

# ---- more than fits into a line ----

printf '{"title":"Walk","text":"What I wrote first."}' |
	on laptop add goal --from - >"$out" 2>&1
long=$("$python" -c 'print(" ".join("word%d" % i for i in range(40)))')
cat >"$bench/script" <<END
see What would you like to change?
type 1
see What would you like to work towards?
see Walk
pause 0.3
type  $long
see all of it in the entry's text
see What would you like to change?
type 
see Changed.
exit 0
END
play "$kept" goal change
is "a title may be too long" 0 $?
is "its text is not taken away" "What I wrote first.|Walk $long" \
	"$(of goal '["f"]["text"]' | tr '\n' '|' | sed 's/|$//')"

# ---- feelings ----

cat >"$bench/script" <<'END'
see What was happening?
type A meeting
see What did you feel
pause 0.3
keys tense 200
see tense 200
pause 0.3
keys \x03
see Kept as a draft.
exit 130
END
play "$kept" thought
is "Ctrl-C within a feeling" 0 $?
like "keeps what can't be read as one" "tense 200" \
	"$(on laptop drafts --json)"

# ---- what came in meanwhile ----

on laptop session bring "the first" >"$out" 2>&1
cat >"$bench/script" <<'END'
see Something for next time:
type the second
pause 0.3
keys \x03
see Kept as a draft.
exit 130
END
play "$kept" session bring
is "something to bring, left for later" 0 $?
on laptop session bring "the third" >"$out" 2>&1
cat >"$bench/script" <<'END'
see Carry on? [Y/n]
type y
see Something for next time:
see > the second
type 
see Kept
exit 0
END
play "$kept" session bring
is "and gone on with" 0 $?
is "takes away nothing" "the first|the third|the second" \
	"$(of session '["f"]["to_bring"]' | get '"|".join(d)')"

cat >"$bench/script" <<'END'
see > the second
type the fourth
pause 0.3
keys \x03
exit 130
END
play "$kept" session bring
is "left once more" 0 $?
printf '{"number":2}' | on laptop add session --from - >"$out" 2>&1
cat >"$bench/script" <<'END'
see Carry on? [Y/n]
type y
see > the fourth
type 
see Kept
exit 0
END
play "$kept" session bring
is "it goes on after the session, too" 0 $?
is "for the next one, with what was new" "the fourth" \
	"$(of session '["f"]["to_bring"]' | get '"|".join(d)')"
is "and no draft is left of it" "" \
	"$(on laptop drafts --json | grep -o '"the fourth"')"
# While locked nobody knows of a session.
on laptop lock >"$out" 2>&1
cat >"$bench/script" <<'END'
see Something for next time:
type the fifth
pause 0.3
keys \x03
exit 130
END
play "$kept" session bring
is "locked, and left for later" 0 $?
on laptop unlock --passphrase-file "$pass" >"$out" 2>&1
cat >"$bench/script" <<'END'
see Carry on? [Y/n]
type y
see > the fifth
type 
see Kept
exit 0
END
play "$kept" session bring
is "it goes on when it is open" 0 $?
is "beside the others" "the fourth|the fifth" \
	"$(of session '["f"]["to_bring"]' | get '"|".join(d)')"

cat >"$bench/script" <<'END'
see How do you notice
type I stop sleeping
pause 0.3
keys \x03
exit 130
END
play "$kept" plan write
is "a plan, left at its first line" 0 $?
printf '{"signs":["I eat at night"],"places":["The river"]}' |
	on laptop add plan --from - >"$out" 2>&1
cat >"$bench/script" <<'END'
see Carry on? [Y/n]
type y
see > I eat at night
see > I stop sleeping
type 
see What can you do
type 
see Where is it easier
see > The river
type 
see Who can you call
type 
see Who helps
type 
see safer?
type 
see Kept.
exit 0
END
play "$kept" plan write
is "goes on within the one that came meanwhile" 0 $?
is "with all of both" "I eat at night|I stop sleeping The river" \
	"$(of plan '["f"]' | get 'j("|".join(d["signs"]), d["places"][0])')"

# ---- more than an entry holds ----

seq -f 'thing %g' 300 >"$bench/many"
on laptop session bring - <"$bench/many" >"$out" 2>"$errs"
is "three hundred things are too many" 1 $?
is "then none of them is kept" 2 \
	"$(of session '["f"]["to_bring"]' | get 'len(d)')"
"$python" -c 'import json
print(json.dumps({"to_bring": ["thing %d" % i for i in range(255)]}))' |
	on laptop edit "$(of session '["id"]')" --from - >"$out" 2>&1
cat >"$bench/script" <<'END'
see Something for next time:
see > thing 254
type the last that fits
type one more
see in the entry's text
type and another
type 
see Kept
exit 0
END
play "$kept" session bring
is "at a prompt they go on" 0 $?
is "into the list, then into the text" \
	"256 the last that fits|one more|and another" \
	"$(of session '["f"]' | get 'j(len(d["to_bring"]), d["to_bring"][-1]
		+ "|" + d["text"].replace("\n", "|"))')"
finish laptop
tap_done
