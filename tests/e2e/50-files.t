#!/bin/sh
# 50-files.t - what comes in and goes out as files: export, import, and the
# record of a session. Method: out, into another journal, out again, compared
# byte for byte; then files that are not what they say.
. tests/e2e/lib.sh

device laptop
exits "a dry run counts" 0 on laptop import tests/e2e/story/week16.ndjson -n \
	--json
is "what would come in" 14 "$(get 'd["added"]' "$out")"
is "and changes nothing" 0 "$(on laptop status --json | get 'd["entries"]')"
exits "in" 0 on laptop import tests/e2e/story/week16.ndjson --json
is "counted" "14 0 0 []" "$(get 'j(d["added"], d["already"], d["skipped"],
	d["bad"])' "$out")"
exits "in again" 0 on laptop import tests/e2e/story/week16.ndjson --json
is "nothing doubles" "0 14" "$(get 'j(d["added"], d["already"])' \
	"$out")"

record=tests/e2e/story/session-16.txt
exits "the record of a session comes in" 0 on laptop session import $record \
	--json
on laptop log --kind session --json >"$out"
is "beside the one of the week" 2 "$(get 'len(d["entries"])' "$out")"
get 'next(e for e in d["entries"] if e.get("text") or e["f"].get("text"))' \
	"$out" >"$bench/session"
is "number, of, with, minutes" "16 24 Dr. Harper Torres 60" \
	"$(get '" ".join(str(d["f"][k]) for k in
		("number", "of", "with", "minutes"))' "$bench/session")"
is "its date and time" 2025-08-14T10:00 \
	"$(get 'd["at"][:16]' "$bench/session")"
text=$(get 'd.get("text") or d["f"]["text"]' "$bench/session")
like "the words" "Your successes show you are capable." "$text"
like "with their time marks" "[10:20]" "$text"
like "to the last of them" "[11:00]" "$text"
exits "a second time" 0 on laptop session import $record --json
is "it is here already" 2 \
	"$(on laptop log --kind session --json | get 'len(d["entries"])')"
if [ -r "$SHARED/data/story/session-16.txt" ]; then
	device other
	exits "the record of the story" 0 on other session import \
		"$SHARED/data/story/session-16.txt" --json
	is "is read the same way" "16 24" "$(on other log --json | get \
		'j(*[d["entries"][0]["f"][k] for k in ("number", "of")])')"
else
	tap_skip "the record of the story" "SHARED is not there"
fi
printf 'Dear diary,\nno session here.\n' >"$bench/letter"
exits "a text that is no record" 65 on laptop session import "$bench/letter"

# Every kind there is, with every sign a text may hold.
"$python" -I -c 'import json
base = {"at": "2026-03-08T02:30:00-05:00", "tz": "America/New_York"}
for kind, fields in (
    ("note", {}), ("breath", {"pattern": "478", "cycles": 4}),
    ("plan", {"signs": ["Skipping lunch", "\u00a0 blank \u00a0"]}),
    ("activity", {"what": "Walk", "planned_at": "2026-03-09T12:00:00-04:00"}),
    ("measure", {"instrument": "gad-7", "answers": [1, None, 3]}),
    ("mood", {"mood": 0}), ("win", {"what": "\u0065\u0301 \u00e9 \U0001f33f"}),
):
    text = "e\u0301, \u00e9, \U0001f33f, \u202e, \t tab\nline \\ \" / \u2028"
    print(json.dumps(dict(base, kind=kind, f=dict(fields, text=text))))
' >"$bench/odd.ndjson"
exits "odd ones come in" 0 on laptop import "$bench/odd.ndjson" --json
is "without ids too" 7 "$(get 'd["added"]' "$out")"
exits "and not twice" 0 on laptop import "$bench/odd.ndjson" --json
is "though they have none" "0 7" "$(get 'j(d["added"], d["already"])' \
	"$out")"
on laptop tag -q 0007 +work +home >/dev/null
on laptop star -q 0005 >/dev/null
on laptop delete 0009 --yes -q >/dev/null

exits "export asks first: nobody there, no file" 2 on laptop export \
	--format ndjson --out "$bench/one" --no-input
is "none" no "$([ -e "$bench/one" ] && echo yes || echo no)"
exits "export" 0 on laptop export --format ndjson --out "$bench/one" --yes
is "for this person alone" 600 "$(stat -c %a "$bench/one")"
is "a first line, the entries, a last line" 23 "$(wc -l <"$bench/one")"
is "the first says how many" 21 "$(head -n 1 "$bench/one" |
	get 'd["entries"]')"
is "the last is the hash of what is between" true "$("$python" -I -c '
import hashlib, json, sys
lines = open(sys.argv[1], "rb").read().splitlines(True)
want = json.loads(lines[-1])["sha256"]
print(json.dumps(want in (hashlib.sha256(b"".join(lines[1:-1])).hexdigest(),
	hashlib.sha256(b"".join(lines[:-1])).hexdigest())))' "$bench/one")"
device second
exits "into another journal" 0 on second import "$bench/one" --json
is "all of it" 21 "$(get 'd["added"]' "$out")"
exits "and out again" 0 on second export --format ndjson --out "$bench/two" \
	--yes
sed '1d;$d' "$bench/one" >"$bench/one.entries"
sed '1d;$d' "$bench/two" >"$bench/two.entries"
is "byte for byte the same" "" "$(cmp "$bench/one.entries" \
	"$bench/two.entries" 2>&1)"
exits "its own export adds nothing" 0 on laptop import "$bench/one" --json
is "nothing" 0 "$(get 'd["added"]' "$out")"
exits "a file that is there is not written over" 1 on laptop export \
	--format ndjson --out "$bench/one" --yes --no-input
is "it is as it was" "" "$(sed '1d;$d' "$bench/one" |
	cmp - "$bench/one.entries" 2>&1)"

# Files that are not what they say.
sed '5s/"at"/"ta"/' "$bench/one" >"$bench/changed"
exits "a changed export" 65 on second import "$bench/changed" --json
sed '$d' "$bench/one" >"$bench/short"
exits "one without its end" 65 on second import "$bench/short" --json
printf 'PK\003\004 this is a zip' >"$bench/zip"
exits "something else" 65 on second import "$bench/zip" --json
printf '\377\376\000{' >"$bench/utf16"
exits "in another encoding" 65 on second import "$bench/utf16" --json
exits "no file" 74 on second import "$bench/nowhere" --json
exits "a folder" 74 on second import "$bench" --json
is "and nothing of it came in" 21 \
	"$(on second log --json | get 'len(d["entries"])')"
{
	head -n 3 tests/e2e/story/week16.ndjson |
		sed 's/01JC00000000000000000000/01JC0000000000000000000B/'
	printf '{"kind":"dream","at":"2026-01-01T00:00:00Z","f":{}}\n'
	printf '{"kind":"mood","at":"2026-01-01T00:00:00Z","f":{"mood":99}}\n'
	printf '{"kind":"mood","at":"2026-01-01T00:00:00Z","f":{"mood":9}}\n'
} >"$bench/mixed"
on second import "$bench/mixed" --json >"$out" 2>"$errs"
is "bad entries are listed, good ones come in" "4 2" \
	"$(get 'j(d["added"], len(d["bad"]))' "$out")"
is "each with its place and why" true \
	"$(get 'all(b["where"] and b["why"] for b in d["bad"])' "$out")"
exits "no such format" 2 on second export --format docx --out "$bench/x" --yes

tap_done
