#!/bin/sh
# 17-settings.t - settings that go with the journal, and patterns of one's own.
# Method: set on one device, read on the other, locked and unlocked; out into a
# file and in again; through the questions of a thought on a terminal.
# shellcheck disable=SC2016,SC2317 # for inner shells; for eventually
. tests/e2e/lib.sh

device laptop
play() {
	KEPT_HOME=$bench/laptop dialog "$bench/script" "$@" >"$out" 2>&1
	play_code=$?
	[ $play_code -eq 0 ] || sed 's/^/# /' "$out" >&2
	return $play_code
}
patterns() {
	on "$1" config patterns --json | get "$2"
}
mine() {
	grep -c "^$2\$" "$bench/$1/config"
}
said() {
	on "$1" config get "$2" 2>/dev/null
}

# ---- region: in the journal, and in this device's file ----

is "nothing is set at first" "{}" "$(on laptop call settings_get |
	get '{k: d[k] for k in d if k != "kept"}')"
exits "a region" 0 on laptop config set region us
is "is known" us "$(said laptop region)"
is "and in this device's own file" 1 "$(mine laptop 'region us')"
is "it is no entry" 0 "$(on laptop status --json | get 'd["entries"]')"
is "of any list" "" "$(on laptop log)"
is "found by no word" 0 "$(on laptop search us --json |
	get 'len(d["entries"])')"
is "nor is there a near one" "[]" "$(on laptop call search query=uss |
	get 'd["near"]')"
is "today knows none either" "0" "$(on laptop call today |
	get 'len(d["last"])')"
id=$(on laptop call settings_get | get 'd["entry"]["id"]')
is "but it has a history" 1 "$(on laptop history "$id" --json |
	get 'len(d["revs"])')"
exits "a letter of its id is no one's" 5 on laptop show 1
exits "and it is none to be added" 2 sh -c 'echo "{\"region\":\"us\"}" |
	KEPT_HOME=$bench/laptop "$kept" add settings --from -'
like "as is said kindly" "kept config" "$(cat "$out" "$errs")"
exits "too long for a region" 2 on laptop config set region \
	12345678901234567
is "leaves it as it was" us "$(said laptop region)"
exits "undo takes a setting back" 0 on laptop undo --yes
is "here" "" "$(said laptop region)"
is "and in the file" 1 "$(mine laptop 'region *')"
on laptop config set region us >"$out"

on laptop lock
exits "locked, it can't be changed" 4 on laptop config set region nz
like "and it says so kindly" "locked" "$(cat "$out" "$errs")"
is "but read" us "$(said laptop region)"
exits "nor is there a list" 4 on laptop config patterns
exits "what stays here can be set" 0 on laptop config set reminders off
on laptop unlock --passphrase-file "$pass" >"$out"

# ---- another device ----

daemon phone
pair_up laptop phone
meet laptop phone
travelled() {
	[ "$(said "$1" "$2")" = "$3" ]
}
is "it came along" yes "$(eventually travelled phone region us && echo yes)"
is "into the other's file too" 1 "$(mine phone 'region us')"
on phone config set region nz >"$out"
meet phone laptop
is "and back" yes "$(eventually travelled laptop region nz && echo yes)"
is "into the file that help-now reads" 1 "$(mine laptop 'region nz')"
finish laptop
on laptop help-now >"$out"
like "without keptd" "1737" "$(cat "$out")"
daemon laptop
on laptop unlock --passphrase-file "$pass" >"$out"
on laptop config set patterns off >"$out"
meet laptop phone
is "patterns on or off travels" yes \
	"$(eventually travelled phone patterns off && echo yes)"
on phone config patterns on >"$out"
meet phone laptop
is "both ways" yes "$(eventually travelled laptop patterns on && echo yes)"
on laptop config set day_ends_at 05:00 >"$out"
meet laptop phone
is "what stays stays" 04:00 "$(said phone day_ends_at)"

# ---- patterns of one's own ----

is "all of ours are there" 15 "$(patterns laptop 'len(d["patterns"])')"
exits "one's own" 0 on laptop config patterns add "What if: one what-if after \
another"
like "is added under a short name" "what-if" "$(cat "$out")"
is "behind ours" 'what-if What if one what-if after another True' \
	"$(patterns laptop 'j(*[d["patterns"][15][k] for k in
		("slug", "name", "line", "own")])')"
exits "the same name again" 1 on laptop config patterns add "what IF: other"
exits "one of ours" 1 on laptop config patterns add "Mind reading: mine"
exits "or by its name" 1 on laptop config patterns add "Worst case: mine"
exits "no name" 2 on laptop config patterns add ": nothing"
exits "a word that is none of ours" 2 on laptop config patterns forget what-if
exits "one nobody has" 5 on laptop config patterns hide what-then
exits "a dry run" 0 on laptop config patterns add "Later: not now" -n
is "adds nothing" 16 "$(patterns laptop 'len(d["patterns"])')"
exits "without a terminal it says how" 2 on laptop config patterns add
exits "one of ours can be hidden" 0 on laptop config patterns hide \
	mind-reading
exits "and a name in other letters" 0 on laptop config patterns add \
	"Grübeln: immer im Kreis"
is "has a slug of its own" true "$(patterns laptop \
	'd["patterns"][16]["slug"].startswith("gr-beln-")')"
meet laptop phone
known() {
	[ "$(patterns phone 'j(len(d["patterns"]),
		d["patterns"][2]["hidden"])')" = "17 True" ]
}
is "the other device has them" yes "$(eventually known && echo yes)"

# Both add one while apart: both stay.
finish phone
on laptop config patterns add "Here: on the laptop" >"$out"
finish laptop
daemon phone
on phone unlock --passphrase-file "$pass" >"$out"
on phone config patterns add "There: on the phone" >"$out"
daemon laptop
on laptop unlock --passphrase-file "$pass" >"$out"
meet laptop phone
both() {
	[ "$(patterns "$1" 'j(*sorted(p["slug"] for p in d["patterns"][17:]))')" \
		= "here there" ]
}
is "what was added apart is there twice" yes \
	"$(eventually both laptop && eventually both phone && echo yes)"
is "the same on both" "$(digest laptop)" "$(digest phone)"
is "and nobody has to choose" 0 "$(on laptop status --json |
	get 'd["conflicts"]')"

# ---- in the questions of a thought ----

cat >"$bench/script" <<'END'
see What was happening?
type
see What did you feel
type
see What went through your mind?
type They think I am slow.
see How true
type
see Do any of these fit?
see > 
type m
see 16 What if
see 17 Grübeln
see 19
see > 
type 3
see Numbers from the list
see > 
type 1, what if, 17
see What backs it up?
keys \x03
exit 130
END
play "$kept" thought
is "own ones are offered, and the hidden one is not" 0 $?
unlike "not by its name either" "Mind reading" "$(cat "$out")"
cat >"$bench/script" <<'END'
see weigh it
type 1
see What backs it up?
type
see What doesn't fit it?
type
see a fairer way
type
see Kept.
exit 0
END
play "$kept" thought
is "the draft goes on" 0 $?
is "and the entry has their slugs" 'all-or-nothing what-if True' \
	"$(on laptop log --json | get '(lambda p: j(p[0], p[2],
		p[1].startswith("gr-beln-")))(sorted(
		d["entries"][0]["f"]["patterns"]))')"
entry=$(newest laptop)
like "show names them" "What if" "$(on laptop show "$entry")"
like "in their own letters" "Grübeln" "$(on laptop show "$entry")"
on laptop config patterns hide what-if >"$out"
like "hidden, it keeps its name there" "What if" "$(on laptop show "$entry")"
like "the list says so" "hidden" "$(on laptop config patterns |
	grep what-if)"
exits "and comes back, by its number" 0 on laptop config patterns show 16
is "to the list" false "$(patterns laptop 'd["patterns"][15]["hidden"]')"

cat >"$bench/script" <<'END'
see What is it called
see > 
type Rushing: as if it were late
see Added:
exit 0
END
play "$kept" config patterns add
is "asked for, it needs no command line" 0 $?
cat >"$bench/script" <<'END'
see What is it called
see > 
pause 0.3
keys half a name
see half a name
keys \x03
see Kept as a draft
exit 130
END
play "$kept" config patterns add
is "Ctrl-C there loses nothing" 0 $?
like "it is a draft" "half a name" "$(on laptop drafts --json)"
cat >"$bench/script" <<'END'
see 1 All or nothing
see (not offered)
see Rushing
exit 0
END
# shellcheck disable=SC2016 # for the inner shell
play sh -c 'stty cols 20; exec "$kept" config patterns list'
is "the list fits 20 columns" 0 $?
on laptop config patterns off >"$out"
cat >"$bench/script" <<'END'
see What was happening?
type
see What did you feel
type
see What went through your mind?
type Off.
see How true
type
see What backs it up?
keys \x03
exit 130
END
play "$kept" thought
is "off, nobody puts a name to it" 0 $?
on laptop config patterns on >"$out"

# ---- out, and in again ----

on laptop export --out "$bench/one" --yes >"$out" 2>&1
is "settings are in an export" 1 "$(grep -c '"kind":"settings"' "$bench/one")"
device other
exits "that comes in" 0 on other import "$bench/one" --json
is "they are all there" 'nz 20' "$(said other region) $(patterns other \
	'len(d["patterns"])')"
is "in the file of that device" 1 "$(mine other 'region nz')"
on other export --out "$bench/two" --yes >"$out" 2>&1
is "and go out the same again" "$(sed '1d;$d' "$bench/one" | sha256sum)" \
	"$(sed '1d;$d' "$bench/two" | sha256sum)"
exits "in twice" 0 on other import "$bench/one" --json
is "they are there once" 1 "$(on other log --kind settings --json |
	get 'len(d["entries"])')"

# ---- nowhere in clear ----

for words in "one what-if after another" "immer im Kreis" "as if it were"; do
	is "\"$words\" lies nowhere in clear" "" \
		"$(grep -rlaF "$words" "$bench/laptop" "$bench/laptop.log" \
			"$bench/phone")"
done

# ---- before there is a journal ----

daemon fresh
exits "before there is a journal it is this device's" 0 \
	on fresh config set region au
# shellcheck disable=SC2086 # two options with values
on fresh init --name fresh --passphrase-file "$pass" --no-recovery --yes \
	--no-input $cheap >"$out" 2>"$errs"
is "and stays" au "$(said fresh region)"
on fresh config set patterns off >"$out"
is "until it goes along with the first that travels" "au off" \
	"$(on fresh call settings_get | get 'j(d["entry"]["f"]["region"],
		d["entry"]["f"]["patterns"])')"
tap_done
