#!/bin/sh
# 20-look.t - log, show, search: by kind, day, tag, page; as people and as
# programs see them. Method: the week of the story is taken in and asked for.
. tests/e2e/lib.sh

device laptop
exits "the week comes in" 0 on laptop import tests/e2e/story/week16.ndjson \
	--json
is "all of it" "14 0" "$(get 'j(d["added"], d["already"])' "$out")"

on laptop log --json >"$bench/log"
is "log has all, newest first" 14 "$(get 'len(d["entries"])' "$bench/log")"
is "in the order of their times" true "$(get 'd["entries"] == sorted(
	d["entries"], key=lambda e: e["at"], reverse=True)' "$bench/log")"
is "eleven kinds" 11 "$(get 'len({e["kind"] for e in d["entries"]})' \
	"$bench/log")"
is "no page after it" null "$(get 'd["next"]' "$bench/log")"
is "ids stay" 01JC0000000000000000000014 \
	"$(get 'd["entries"][0]["id"]' "$bench/log")"
"$python" -I -c 'import json, sys
got = {e["id"]: e for e in json.load(open(sys.argv[1]))["entries"]}
for line in open(sys.argv[2]):
    want = json.loads(line)
    have = got[want["id"]]
    for key in ("kind", "at", "tz", "day"):
        if have[key] != want[key]:
            print(want["id"], key, have[key], want[key])
    for key, value in want["f"].items():
        if have["f"].get(key) != value:
            print(want["id"], key, have["f"].get(key), value)
' "$bench/log" tests/e2e/story/week16.ndjson >"$bench/differs" 2>&1
is "every field of every kind is what was written" "" \
	"$(cat "$bench/differs")"

count() {
	on laptop log "$@" --json --no-input | get 'len(d["entries"])'
}
is "by kind" 2 "$(count --kind win)"
is "by day" 2 "$(count --since 2025-08-18)"
is "up to a day" 4 "$(count --until 2025-08-14)"
is "between days" 5 "$(count --since 2025-08-15 --until 2025-08-15)"
is "three of them" 3 "$(count -3)"
is "none of a tag" 0 "$(count --tag work)"
id=01JC0000000000000000000007
exits "a tag" 0 on laptop tag $id +work +rest
is "now one" 1 "$(count --tag work)"
exits "taken off again" 0 on laptop tag $id -work
is "and the other left" '["rest"]' \
	"$(on laptop show $id --json | get 'd.get("entry",
		d["entries"][0] if "entries" in d else d)["tags"]')"
exits "a tag of another form is refused" 2 on laptop tag $id "+Two Words"
exits "a star" 0 on laptop star $id
is "starred" 1 "$(count --starred)"
is "one a line" 14 "$(on laptop log --ndjson | wc -l)"
is "each an object of its own" 14 \
	"$(on laptop log --ndjson | get_lines 'sum(e["kept"] for e in d)')"

# A page at a time, each entry once.
cursor=
ids=
pages=0
while :; do
	on laptop call log limit=5 ${cursor:+"cursor=$cursor"} >"$out"
	ids="$ids $(get '" ".join(e["id"] for e in d["entries"])' "$out")"
	cursor=$(get 'd["next"] or ""' "$out")
	pages=$((pages + 1))
	if [ -z "$cursor" ] || [ $pages -ge 9 ]; then
		break
	fi
done
# shellcheck disable=SC2086
set -- $ids
is "pages of five are three" 3 $pages
is "with each entry once" 14 "$(printf '%s\n' "$@" | sort -u | wc -l)"
is "and none twice" 14 $#

COLUMNS=80 on laptop log -3 --until 2025-08-17 >"$out" 2>"$errs"
like "a person sees day" "Sun 17 Aug" "$(cat "$out")"
like "time, kind" "check-in" "$(cat "$out")"
like "what it was" "Wednesday slipped to seven" "$(cat "$out")"
is "no line is wider than the terminal" "" "$("$python" -I -c '
import sys
print("".join(l for l in open(sys.argv[1]) if len(l.rstrip("\n")) > 80),
	end="")' "$out")"
is "no escape sequence where there is no terminal" "" \
	"$(LC_ALL=C tr -d -c '\033' <"$out")"

exits "show, by the end of its id" 0 on laptop show 0005
like "in words" "I'm not good enough." "$(cat "$out")"
like "both columns" "Priya asked me to lead the next one." "$(cat "$out")"
exits "show as JSON" 0 on laptop show 0005 --json
like "has the entry" 01JC0000000000000000000005 "$(cat "$out")"
exits "an id that is none" 5 on laptop show zzzz --json
is "by name" not_found "$(get 'd["error"]["code"]' "$out")"
exits "an end that two have" 5 on laptop show 1 --json
is "by name too" ambiguous "$(get 'd["error"]["code"]' "$out")"

hits() {
	on laptop search --json "$@" | get '" ".join(
		str(int(e["id"][-2:])) for e in d["entries"])'
}
is "a word" 5 "$(hits onboarding)"
is "in any case" 5 "$(hits ONBOARDING)"
is "all of two words, in any order" 5 "$(hits enough good)"
is "a phrase" 5 "$(hits '"good enough"')"
is "not the phrase turned round" "" "$(hits '"enough good"')"
is "a beginning" 5 "$(hits 'onboard*')"
is "not a beginning without the star" "" "$(hits onboard)"
exits "nothing found is no fault" 0 on laptop search gardening --json
is "an empty list" 0 "$(get 'len(d["entries"])' "$out")"
exits "a near word is offered" 0 on laptop search onbording
like "as in" "onboarding" "$(cat "$out" "$errs")"
on laptop search onboarding -q >"$out"
like "a person sees where it stands" "Onboarding shipped on time" \
	"$(cat "$out")"
is "only blanks are no word" "" "$(hits "  ")"
exits "a quote left open is closed at the end" 0 on laptop search '"good eno' \
	--json

today=$(on laptop call config_get key=day_ends_at | get \
	'd["settings"][0]["value"]')
is "a day ends at four" 04:00 "$today"

tap_done
