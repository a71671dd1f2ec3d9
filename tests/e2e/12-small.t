#!/bin/sh
# 12-small.t - win, mood, note, and add: asked, piped, from a file, from an
# editor, as words, as JSON. Method: a terminal for the dialogs, pipes for the
# rest; what was typed is read back through log.
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
	on laptop log --json | get "d[\"entries\"][0]$1"
}

cat >"$bench/script" <<'END'
see What went right, however small?
type Left work at 6 PM.
see What did it take?
type I left a comment unread on purpose.
see Kept.
exit 0
END
play "$kept" win
is "a win goes as written" 0 $?
is "what" "Left work at 6 PM." "$(last '["f"]["what"]')"
is "and what it took" "I left a comment unread on purpose." \
	"$(last '["f"]["took"]')"

cat >"$bench/script" <<'END'
see How are you, 0 rough … 10 great?
type 6
see How sure of yourself
type 5
see Kept.
exit 0
END
play "$kept" mood
is "mood takes ten seconds" 0 $?
is "both numbers" "6 5" "$(last '["f"]["mood"]') $(last \
	'["f"]["confidence"]')"

cat >"$bench/script" <<'END'
see How are you
type eleven
see How are you
type 0
see Kept.
exit 0
END
play "$kept" mood
is "what is no number is asked again, sureness once a day" 0 $?
is "0 is an answer; 0 and absent are not the same" '{"mood": 0}' "$(last '["f"]')"

text=$(printf 'First line.\nSecond line, with it'"'"'s and ( ).\n\nThird.\n')
printf '%s\n' "$text" | on laptop win - >"$out" 2>"$errs"
is "a win from a pipe" 0 $?
is "its first line is what went right" "First line." "$(last '["f"]["what"]')"
like "and not a word of the rest is gone" "Second line, with it's and ( )." \
	"$(last '["f"]') $(last '.get("text", "")')"
like "to the last" "Third." "$(last '["f"]') $(last '.get("text", "")')"
printf '%s\n' "$text" | on laptop note - >"$out" 2>"$errs"
like "a note from a pipe" "Third." "$(last '')"
printf '%s\n' "$text" >"$bench/text"
exits "a note from a file" 0 on laptop note --file "$bench/text"
like "is whole" "Second line, with it's and ( )." "$(last '')"
exits "bare words" 0 on laptop win Asked for help.
is "are a win too" "Asked for help." "$(last '["f"]["what"]')"
cat "$out" "$errs" >"$bench/first"
exits "and again" 0 on laptop win Asked once more.
cat "$out" "$errs" >"$bench/second"
like "the first time it tells of the shell's memory" "history" \
	"$(cat "$bench/first")"
unlike "once is enough" "out of history" "$(cat "$bench/second")"

cat >"$bench/editor" <<'END'
#!/bin/sh
for file; do :; done
stat -c '%a %n' "$file" >"$bench/edited"
printf 'From the editor.\n' >"$file"
END
chmod +x "$bench/editor"
cat >"$bench/script" <<'END'
see Kept.
exit 0
END
VISUAL=$bench/editor play "$kept" note -e
is "an editor writes one" 0 $?
like "and what it wrote is kept" "From the editor." "$(last '')"
like "its file is for this person" "600 " "$(cat "$bench/edited")"
edited=$(cut -d' ' -f2- "$bench/edited")
is "and gone afterwards" no "$([ -e "$edited" ] && echo yes || echo no)"

exits "add takes any kind" 0 sh -c 'printf %s \
	"{\"what\":\"Leave at six\",\"held\":\"partly\",
	\"tags\":[\"work\"],\"at\":\"2026-11-03T10:40:00-05:00\",
	\"tz\":\"America/New_York\",\"day\":\"2026-11-02\"}" |
	KEPT_HOME=$bench/laptop "$kept" add boundary --from - --json'
is "and answers the entry" "1 boundary" \
	"$(get 'j(d["kept"], d.get("entry", d)["kind"])' "$out")"
is "in the form of the contract" 'at day device f id kept kind marks rev starred state tags tz' \
	"$(get '" ".join(sorted(d.get("entry", d)))' "$out")"
is "at its time, zone, and day" \
	"2026-11-03T10:40:00-05:00 America/New_York 2026-11-02" \
	"$(get '" ".join(d.get("entry", d)[k] for k in ("at", "tz", "day"))' \
		"$out")"
is "with its tags, first change, done" '["work"] 1 done laptop' \
	"$(get '(lambda e: j(json.dumps(e["tags"]), e["rev"], e["state"],
		e["device"]))(d.get("entry", d))' "$out")"
is "an id is a ULID" 26 "$(get 'len(d.get("entry", d)["id"])' "$out")"

before=$(on laptop status --json | get 'd["entries"]')
refused() {
	printf '%s' "$3" | on laptop add "$2" --from - --json \
		>"$out" 2>"$errs"
	code=$?
	case $code in
	1 | 2) tap_line ok "$1" ;;
	*)
		tap_line bad "$1"
		echo "# exit code $code: $(cat "$out" "$errs")" >&2
		;;
	esac
}
refused "no such kind" dream '{"what":"x"}'
refused "a field that is needed" win '{}'
refused "a blank one" win '{"what":"  "}'
refused "one of another kind" win '{"what":"x","mood":3}'
refused "a number above its range" mood '{"mood":11}'
refused "below it" mood '{"mood":-1}'
refused "no whole number" mood '{"mood":5.5}'
refused "a word that is no choice" boundary '{"what":"x","held":"maybe"}'
refused "text where a list belongs" thought \
	'{"thought":"x","evidence_for":"y"}'
refused "nine feelings" thought "$("$python" -I -c 'import json
print(json.dumps({"thought": "x", "feelings":
	[{"name": f"f{i}", "before": 1} for i in range(9)]}))')"
refused "a day that is none" win '{"what":"x","day":"2026-02-30"}'
refused "half a JSON" win '{"what":'
refused "a list" win '[1,2]'
is "and nothing came in" "$before" \
	"$(on laptop status --json | get 'd["entries"]')"

for size in 65535 65536; do
	"$python" -I -c "print('w' * $size, end='')" | on laptop note - \
		>"$out" 2>"$errs"
	is "a text of $size bytes is taken" 0 $?
	is "whole" $size "$(on laptop log --json | get \
		'len(d["entries"][0]["f"].get("text") or d["entries"][0]["text"])')"
done
"$python" -I -c "print('w' * 65537, end='')" | on laptop note - \
	>"$out" 2>"$errs"
nonzero "one byte more is refused, not cut" $?

cat >"$bench/script" <<'END'
see What went right
see > 
pause 0.3
keys half a win
see half a win
keys \x03
exit 130
END
play "$kept" win
is "Ctrl-C in a win ends it" 0 $?
like "and the words are a draft" "half a win" "$(on laptop drafts --json)"
draft=$(on laptop drafts --json | get 'd["drafts"][0]["id"]')
on laptop drafts drop "$draft" >"$out" 2>"$errs"

# A hurried hand: words and Ctrl-C before either was looked at.
cat >"$bench/script" <<'END'
see What went right
see > 
pause 0.3
keys a hurried win\x03
exit 130
END
play "$kept" win
is "Ctrl-C right behind the words" 0 $?
like "throws none of them away" "a hurried win" "$(on laptop drafts --json)"
draft=$(on laptop drafts --json | get 'd["drafts"][0]["id"]')
on laptop drafts drop "$draft" >"$out" 2>"$errs"

# ... also between two questions, while the line editor hands over.
cat >"$bench/script" <<'END'
see What went right
type Between two
keys questions\x03
exit 130
END
for round in 1 2 3 4 5; do
	play "$kept" win
	is "Ctrl-C behind an Enter ($round)" 0 $?
	like "leaves both answers ($round)" \
		'"Between two","took":"questions"' \
		"$(on laptop drafts --json)"
	draft=$(on laptop drafts --json | get 'd["drafts"][0]["id"]')
	on laptop drafts drop "$draft" >"$out" 2>"$errs"
done

on laptop lock >"$out" 2>&1
cat >"$bench/script" <<'END'
see How are you, 0 rough … 10 great?
type 5
see How sure of yourself, 0 … 10?
type
see Kept, sealed.
exit 0
END
play "$kept" mood
is "while locked nobody can tell, so it is asked" 0 $?

# ---- narrow ----

cat >"$bench/script" <<'END'
see How are you, 0 rough
see … 10 great?
type 5
type 
see Kept
exit 0
END
COLUMNS=20 play "$kept" mood
is "a question is asked on 20 columns" 0 $?
is "its lines break between words" 1 \
	"$(grep -cx 'How are you, 0 rough' "$out")"

tap_done
