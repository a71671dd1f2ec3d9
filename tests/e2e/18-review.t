#!/bin/sh
# 18-review.t - kept alone and kept review: on screens, as HTML, as PDF.
# Method: a week with few entries whose numbers are known, read back from
# every form; hostile text; far more than one sheet holds.
# shellcheck disable=SC1111 # quotes of people's words
. tests/e2e/lib.sh

# The person's day ends at four.
day() {
	date -d "4 hours ago ${1:-0} days ago" +%F
}
# keep KIND DAYS-AGO FIELDS
keep() {
	on laptop call add kind="$1" day="$(day "$2")" \
		at="$(day "$2")T12:00:00-05:00" fields="$3" </dev/null |
		get 'd["entry"]["id"]'
}
page() {
	on laptop "$@" >"$out" 2>"$errs" </dev/null ||
		sed 's/^/# /' "$errs" >&2
	cat "$out"
}
widest() {
	"$python" -I -c 'import sys
print(max([0] + [len(line.rstrip("\n")) for line in open(sys.argv[1])]))' "$1"
}

# --- kept alone, where there is nothing yet
exits "kept alone without a journal" 0 on none
like "says how to begin" "kept init" "$(cat "$out")"
like "and what works all the same" "kept help-now" "$(cat "$out")"
exits "for a program that is a refusal" 1 on none --json
is "with its code" no_journal "$(get 'd["error"]["code"]' "$out")"
exits "help is still help" 0 on none --help
like "with its commands" "kept thought" "$(cat "$out")"
on none daemon stop >/dev/null 2>&1

device laptop
exits "an empty journal" 0 on laptop
like "offers two ways to begin" "ten seconds" "$(cat "$out")"
unlike "and counts nothing" "0" "$(cat "$out")"
exits "review of nothing" 0 on laptop review
like "is no reproach" "together" "$(cat "$out")"
exits "since a session that never was" 2 on laptop review --since last-session

# --- a week
keep session 6 "{\"number\":16,\"next_at\":\"$(day -1)T17:00:00-05:00\",
	\"to_bring\":[\"Is it all right that it still feels odd?\"]}" >/dev/null
for n in 5 4; do
	keep thought $n '{"thought":"I am not good enough.","feelings":
		[{"name":"anxious","before":72,"after":41}],
		"patterns":["all-or-nothing"]}' >/dev/null
done
keep thought 3 '{"thought":"They will see.","patterns":["mind-reading"]}' \
	>/dev/null
keep breath 5 '{"cycles":18,"calm_before":4,"calm_after":6}' >/dev/null
keep breath 2 '{"cycles":17,"calm_before":4,"calm_after":7}' >/dev/null
keep win 3 '{"what":"<b>Left</b> at \"six\" & on time"}' >/dev/null
keep win 2 "{\"what\":\"ترك العمل في السادسة\"}" >/dev/null
keep win 1 '{"what":"Вышел в шесть 🎉"}' >/dev/null
on laptop call add kind=win "day=$(day 1)" \
	"fields={\"what\":\"x\\u001b[2J\\u202ey\"}" >/dev/null 2>&1
keep boundary 3 '{"what":"Six","held":"yes"}' >/dev/null
keep boundary 2 '{"what":"Six","held":"partly"}' >/dev/null
goal=$(keep goal 5 "{\"title\":\"Leave work at six\",\"measure\":\"days\",
	\"target\":3,\"due\":\"$(day -2)\"}")
keep checkin 2 "{\"goal\":\"$goal\",\"progress\":2}" >/dev/null
keep homework 5 '{"title":"Catch one thought a day","how_often":"daily",
	"target":7,"kind_hint":"thought",
	"what_got_in_the_way":"travel on Thursday"}' >/dev/null
n=3
for value in 5 4 6; do
	keep mood $n "{\"confidence\":$value,\"mood\":8}" >/dev/null
	n=$((n - 1))
done

text=$(page)
is "today greets" 1 "$(head -n 1 "$out" | grep -cE '^(Good |Hello)')"
like "and says what was practiced" "5 of the last 7 days" "$text"
like "the goal" "Leave work at six" "$text"
like "with its boxes" "▣ ▣ □" "$text"
like "the homework" "Catch one thought a day" "$text"
like "the next session" "session 17" "$text"
like "what there is to bring" "1 thing to bring" "$text"
is "and the last three entries" 3 "$(awk 'NF == 0 { n = 0; next } { n++ }
	END { print n }' "$out")"
like "without boxes for who hears it" "2 of 3" "$(page --plain)"
on laptop call import "entries=[{\"kind\":\"note\",\"day\":\"$(day 1)\",
	\"state\":\"draft\",\"at\":\"$(day 1)T10:00:00-05:00\",
	\"f\":{\"text\":\"half\"}}]" >/dev/null
is "today for programs is the answer of keptd" "$(on laptop call today \
	today="$(day)" | get 'sorted(d.items())')" \
	"$(page --json | get 'sorted(d.items())')"

text=$(page review)
like "review: from the session" "Since session 16" "$text"
like "to the next" "for session 17" "$text"
for fact in "3 caught, 2 weighed" "“I am not good enough.” twice" \
	"feelings, mean of 2" "72 → 41" "All or nothing (2) · Mind reading (1)" \
	"2 of 7 days, 35 rounds" "calm 4 → 6.5" "Wins        4" \
	"1 held, 1 partly" "2 of 3" "3 of 7" "in the way: travel on Thursday" \
	"5 → 6" "4 ▅▁█ 6" "(3 answers)" "8 → 8" \
	"“Is it all right that it still feels odd?”"; do
	like "review says $fact" "$fact" "$text"
done
unlike "no word of improving" "improve" "$text"
unlike "nothing a terminal obeys" "$(printf '\033')" "$text"
is "review for programs is the answer of keptd" "$(on laptop call review \
	today="$(day)" | get 'sorted(d.items())')" \
	"$(page review --json | get 'sorted(d.items())')"
page review --since "$(day 2)" >/dev/null
like "since a day: read back in full" "Since " "$(cat "$errs")"
like "and counted from there" "1 of 3 days, 17 rounds" "$(cat "$out")"
page review --since last-session >/dev/null
like "last-session is a day, too" "Since session 16" "$(cat "$out")"
like "ASCII on wish" "72 -> 41" "$(page review --ascii)"
for columns in 80 40 20; do
	COLUMNS=$columns on laptop review >"$out" 2>/dev/null
	nonzero "at $columns columns no line is wider" \
		$((columns >= $(widest "$out")))
done
for words in "review 7" "review --since someday"; do
	# shellcheck disable=SC2086 # words
	exits "$words" 2 on laptop $words
done

# --- HTML
html=$bench/review.html
exits "HTML to a file" 0 on laptop review --html "$html"
is "for nobody else" 600 "$(stat -c %a "$html")"
like "and says who can read it" "Anyone who has that file" "$(cat "$errs")"
text=$(cat "$html")
for fact in "3 caught, 2 weighed" "72 → 41" "35 rounds" "calm 4 → 6.5" \
	"(3 answers)" "5 → 6" "2 of 3" "3 of 7" "Chosen by me" \
	"$(LC_TIME=C date -d "$(day 6)" '+%-d %b %Y')" \
	"&lt;b&gt;Left&lt;/b&gt; at &quot;six&quot; &amp; on time"; do
	like "HTML has $fact" "$fact" "$text"
done
for never in http "<script" "<b>Left" "url(" "<img" "<link" \
	"$(printf '\033')" "$(printf '\342\200\256')"; do
	unlike "and no $never" "$never" "$text"
done
if "$python" -I - "$html" <<'END'; then
import html.parser, sys
class Look(html.parser.HTMLParser):
    known = set("""html head meta title style body h1 p table tr th td bdi br
        footer""".split())
    def handle_starttag(self, tag, attrs):
        assert tag in self.known, tag
        assert all(name in ("lang", "charset", "class", "colspan")
                   for name, _ in attrs), attrs
Look().feed(open(sys.argv[1], encoding="utf-8").read())
END
	tap_line ok "no element that asks for anything"
else
	tap_line bad "no element that asks for anything"
fi
exits "a file that is there stays" 1 on laptop review --html "$html"
is "as it was" "$text" "$(cat "$html")"
exits "-n writes nothing" 0 on laptop review -n --html "$bench/none.html"
is "really nothing" no "$([ -e "$bench/none.html" ] && echo yes || echo no)"
is "to stdout" "$text" "$(on laptop review --html - 2>/dev/null)"
exits "a folder that isn't there" 74 on laptop review --html "$bench/no/x.html"

# --- PDF
if command -v ldd >/dev/null; then
	unlike "kept itself knows no cairo" cairo "$(ldd "$kept")"
	unlike "nor Pango" pango "$(ldd "$kept")"
fi
pdf=$bench/review.pdf
# Fontconfig keeps what it found out to the end, and the sanitizer sees it.
printf 'leak:libfontconfig\nleak:libpango\n' >"$bench/suppressed"
LSAN_OPTIONS=suppressions=$bench/suppressed:print_suppressions=0
export LSAN_OPTIONS
pages() {
	pdfinfo "$1" 2>&1 | sed -n 's/^Pages: *//p'
}
words_of() {
	pdftotext -layout "$1" - 2>/dev/null | tr -d ' \n\f'
}
if [ ! -x "$bin/kept-page" ] || ! command -v pdftotext >/dev/null; then
	tap_skip "PDF" "kept-page or poppler-utils is not there"
else
	exits "PDF to a file" 0 on laptop review --pdf "$pdf"
	is "for nobody else, too" 600 "$(stat -c %a "$pdf")"
	is "one sheet" 1 "$(pages "$pdf")"
	text=$(words_of "$pdf")
	for fact in "3 caught, 2 weighed" "“I am not good enough.” twice" \
		"feelings, mean of 2" "72 → 41" "35 rounds" "calm 4 → 6.5" \
		"All or nothing (2)" "Mind reading (1)" "1 held, 1 partly" \
		"2 of 3" "3 of 7" "5 → 6" "(3 answers)" "8 → 8" "Chosen by me" \
		"<b>Left</b>" "Вышел в шесть" "Since session 16" \
		"$(LC_TIME=C date -d "$(day 6)" '+%-d %b %Y')"; do
		like "PDF has $fact" "$(printf %s "$fact" | tr -d ' ')" "$text"
	done
	is "black on white, and no other color" "" "$("$python" -I - "$pdf" <<'END'
import re, sys, zlib
raw = open(sys.argv[1], "rb").read()
for part in re.findall(rb"stream\r?\n(.*?)endstream", raw, re.S):
    try:
        part = zlib.decompress(part)
    except zlib.error:
        continue
    if b" re" not in part and b"BT" not in part:
        continue
    for color in re.findall(rb"([\d. ]+) (?:rg|RG|k|K|g|G)\b", part):
        if set(color.split()) - {b"0", b"1"}:
            print(color)
END
)"
	exits "PDF to stdout" 0 on laptop review --pdf -
	is "is a PDF" "%PDF" "$(head -c 4 "$out")"
	exits "both at once, for a program" 0 on laptop review --json \
		--pdf "$bench/2.pdf" --html "$bench/2.html"
	is "which hears where" "$bench/2.html $bench/2.pdf" \
		"$(get 'j(d["html"], d["pdf"])' "$out")"

	# Far more than a sheet holds.
	"$python" -I - "$(day 1)" >"$bench/many" <<'END'
import json, sys
day = sys.argv[1]
def put(kind, fields):
    print(json.dumps({"kind": kind, "day": day,
                      "at": day + "T11:00:00-05:00", "f": fields}))
for i in range(30):
    put("goal", {"title": "Goal %d %s" % (i, "of many words " * 12)})
    put("homework", {"title": "Homework %d %s" % (i, "日本語 " * 30),
                     "what_got_in_the_way": "this and that " * 60})
    put("experiment", {"belief": "They see it %d " % i + "all " * 200,
                       "prediction": "p " * 300, "happened": "h " * 300,
                       "learned": "l " * 300})
    put("session", {"to_bring": ["Question %d %s" % (i, "why " * 200)]})
    put("win", {"what": "Wide " * 190})
END
	on laptop import "$bench/many" >/dev/null 2>&1
	rm -f "$pdf" "$html"
	exits "a review of very much" 0 on laptop review --pdf "$pdf" \
		--html "$html"
	is "is one sheet all the same" 1 "$(pages "$pdf")"
	like "and counts what isn't on it" "and27more" "$(words_of "$pdf")"
	like "its end is there" "Chosenbyme" "$(words_of "$pdf")"
	like "HTML counts, too" " more</td>" "$(cat "$html")"
	nonzero "and is no longer than a sheet" \
		$(($(grep -c '<tr' "$html") <= 42))

	mkdir "$bench/alone"
	cp "$kept" "$keptd" "$bench/alone/"
	KEPT_HOME=$bench/laptop PATH=/usr/bin:/bin exits \
		"without kept-page" 1 "$bench/alone/kept" review --json \
		--pdf "$bench/3.pdf"
	like "HTML is offered" "--html" "$(get 'd["error"]["hint"]' "$out")"
	is "and no file begun" no \
		"$([ -e "$bench/3.pdf" ] && echo yes || echo no)"
	exits "a full disk" 74 on laptop review --html /dev/full/x
	exits "kept-page without a page" 2 "$bin/kept-page"
fi

# --- on a terminal
play() {
	KEPT_HOME=$bench/laptop PAGER=cat dialog "$bench/script" "$@" \
		>"$bench/screen" 2>&1
	play_code=$?
	[ $play_code -eq 0 ] || sed 's/^/# /' "$bench/screen" >&2
	return $play_code
}
cat >"$bench/script" <<'END'
see Practice
see Goals
see Homework
exit 0
END
for columns in 80 40 20; do
	COLUMNS=$columns play "$kept"
	is "today on a terminal of $columns columns" 0 $?
done
cat >"$bench/script" <<'END'
see Since session 16
see Thoughts
see To bring
see kept review --pdf
exit 0
END
COLUMNS=40 play "$kept" review
is "review on a terminal" 0 $?

# --- locked
on laptop lock >/dev/null 2>&1
cat >"$bench/script" <<'END'
see The journal is locked.
see kept mood
see kept unlock
see kept help-now
exit 0
END
play "$kept"
is "locked, it says what can be done, and asks for nothing" 0 $?
unlike "and shows nothing" "Leave work" "$(cat "$bench/screen")"
exits "for a program that is a refusal" 4 on laptop --json
exits "review needs it open" 4 on laptop review --no-input
for word in streak missed failed broke "lost your" "come back" invalid; do
	unlike "nowhere \"$word\"" "$word" "$(cat "$bench/screen" "$errs")"
done

tap_done
