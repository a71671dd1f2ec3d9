#!/bin/sh
# 22-insight.t - today, review, and trends over the socket. Method: small
# journals whose numbers can be counted on fingers; then 10,000 generated
# entries, of which tests/e2e/insight.py computes every number a second time
# from the export. SEED= makes other ones.
. tests/e2e/lib.sh

seed=${SEED:-16}
device small

# ask METHOD WORDS... - the answer into $out.
ask() {
	on small call "$@" today=2026-11-08 >"$out" 2>"$errs" </dev/null ||
		sed 's/^/# /' "$errs" >&2
}

# keep KIND DAY FIELDS - says the id.
keep() {
	on small call add kind="$1" day="$2" fields="$3" </dev/null |
		get 'd["entry"]["id"]'
}

ask today
is "an empty journal: nothing is open, nothing is missing" \
	'0 7 0 [] [] [] {} 0' "$(get 'j(d["practice"]["days"],
	d["practice"]["of"], d["to_bring"], d["last"], d["goals"],
	d["homework"], d["next"], d["drafts"])' "$out")"
ask review
is "seven days where there was no session" "2026-11-02 2026-11-08 7" \
	"$(get 'j(d["first"], d["last"], d["days"])' "$out")"
is "no means of nothing" '{"after_sum": 0, "before_sum": 0, "n": 0}' \
	"$(get 'dict(sorted(d["breathing"]["calm"].items()))' "$out")"
ask trends what=mood
is "no points, and no middle" "56 0 [] []" "$(get 'j(d["days"], d["answers"],
	d["points"], d["middle"])' "$out")"

id=$(keep mood 2026-11-08 '{"mood":0,"energy":4}')
ask trends what=mood
is "0 is an answer" '{"day": "2026-11-08", "n": 1, "sum": 0, "value": 0}' \
	"$(get 'dict(sorted(d["points"][-1].items()))' "$out")"
ask trends what=confidence
is "what was not answered is none" '0 []' \
	"$(get 'j(d["answers"], d["points"])' "$out")"
keep mood 2026-11-06 '{"mood":5}' >/dev/null
keep mood 2026-11-06 '{"mood":8}' >/dev/null
keep mood 2026-11-09 '{"mood":9}' >/dev/null
keep mood 2026-09-13 '{"mood":9}' >/dev/null
ask trends what=mood
is "a mean has its sum and count; tomorrow and day 57 are left out" \
	'2026-11-06 6.5 13 2 2026-11-08 0 3' "$(get 'j(
	*[d["points"][0][k] for k in ("day", "value", "sum", "n")],
	d["points"][-1]["day"], d["points"][-1]["value"], d["answers"])' \
	"$out")"
is "the middle reaches into days before, and has gaps" \
	'["2026-09-14", 9] 2026-09-19 2026-11-06 6.5 2026-11-08 5' \
	"$(get 'j(*[json.dumps([m["day"], m["value"]])
		for m in d["middle"][:1]], d["middle"][5]["day"],
		*[v for m in d["middle"][6::2] for v in
			(m["day"], m["value"])])' "$out")"
on small delete "$id" >/dev/null 2>&1
ask trends what=mood
is "what is deleted does not count" "2 2026-11-06" \
	"$(get 'j(d["answers"], d["points"][-1]["day"])' "$out")"
on small bring-back "$id" >/dev/null 2>&1
ask trends what=mood
is "and counts again once it is back" 3 "$(get 'd["answers"]' "$out")"
on small call edit id="$id" 'fields={"mood":7}' >/dev/null 2>&1
ask trends what=mood
is "an edit is seen at once" 7 "$(get 'd["points"][-1]["value"]' "$out")"

# A goal by days: said at a check-in, and counted since.
goal=$(keep goal 2026-11-02 '{"title":"Leave work at six","measure":"days"}')
progress() {
	ask today
	get 'j(*[g.get("progress", "-") for g in d["goals"] + d["homework"]])' \
		"$out"
}
is "a goal without target: 0 so far, and no target is made up" "0 False" \
	"$(progress) $(get 'j("target" in d["goals"][0])' "$out")"
for n in 03 03 04; do
	keep win 2026-11-$n "{\"what\":\"Left\",\"counts_for\":\"$goal\"}" \
		>/dev/null
done
is "a day counts once" 2 "$(progress)"
keep win 2026-11-01 "{\"what\":\"Before\",\"counts_for\":\"$goal\"}" >/dev/null
is "a day before the goal does not" 2 "$(progress)"
keep checkin 2026-11-04 "{\"goal\":\"$goal\",\"progress\":1}" >/dev/null
is "what is said at a check-in holds" 1 "$(progress)"
keep win 2026-11-04 "{\"what\":\"Again\",\"counts_for\":\"$goal\"}" >/dev/null
is "a day that counted before it does not count again" 1 "$(progress)"
keep boundary 2026-11-05 "{\"what\":\"Six\",\"held\":\"yes\",
	\"counts_for\":\"$goal\"}" >/dev/null
is "a day since does" 2 "$(progress)"
keep checkin 2026-11-06 "{\"goal\":\"$goal\",\"note\":\"Hm.\"}" >/dev/null
is "a word without a number changes nothing" 2 "$(progress)"
ask trends what=goals
is "how far it was, by the day" '[["2026-11-03", 1, 2], ["2026-11-04", 1, 3],
["2026-11-05", 2, 1], ["2026-11-06", 2, 1]]' "$(get '[[p["day"], p["value"],
	p["n"]] for p in d["goals"][0]["points"]]' "$out" |
	sed 's/, \["2026-11-05/,\n["2026-11-05/')"

keep homework 2026-11-02 '{"title":"Breathe"}' >/dev/null
is "homework without kind_hint counts what says so: nothing" "2 0" "$(progress)"
keep homework 2026-11-04 '{"title":"Weigh one a day","kind_hint":"thought",
	"how_often":"daily","target":7,"due":"2026-11-09"}' >/dev/null
for n in 03 05 05 06; do
	keep thought 2026-11-$n '{"thought":"I am not good enough."}' >/dev/null
done
is "homework by its kind: days since it was given" "2 2 0" "$(progress)"
is "with target and due" "7 2026-11-09 daily thought" "$(get 'j(*[
	d["homework"][0][k] for k in ("target", "due", "how_often",
	"kind_hint")])' "$out")"

# The page of experience.md 3.6, in small.
on small call import 'entries=[{"kind":"note","day":"2026-11-05",
	"state":"draft","at":"2026-11-05T10:00:00-05:00","f":{"text":"half"}},
	{"kind":"win","day":"2026-11-05","state":"draft",
	"at":"2026-11-05T10:00:00-05:00","f":{"what":"half"}}]' >/dev/null
ask review since=2026-11-02
is "a draft counts for nothing" 4 "$(get 'd["wins"]["n"]' "$out")"
keep session 2026-11-05 '{"number":16,"takeaways":["Good enough is good."],
	"next_at":"2026-11-09T17:00:00-05:00","to_bring":["This."]}' >/dev/null
keep session 2026-11-07 '{"to_bring":["Is it all right?"]}' >/dev/null
keep thought 2026-11-07 '{"thought":"i am NOT good enough","feelings":
	[{"name":"anxious","before":72,"after":41},
	{"name":"sad","before":10}],"patterns":["shoulds","my-own"]}' >/dev/null
keep thought 2026-11-08 '{"thought":"They see it.","patterns":["shoulds"],
	"feelings":[{"name":"anxious","before":50,"after":50}]}' >/dev/null
keep breath 2026-11-08 '{"cycles":18,"calm_before":0,"calm_after":6}' >/dev/null
keep breath 2026-11-08 '{"cycles":18,"calm_before":4}' >/dev/null
ask review
is "from the day of the session" "2026-11-05 4 16 17 2026-11-09T17:00:00-05:00" \
	"$(get 'j(d["first"], d["days"], d["session"]["number"],
	d["next"]["number"], d["next"]["at"])' "$out")"
is "thoughts caught and weighed, and the one that came most" \
	"5 2 4 i am NOT good enough" "$(get 'j(d["thoughts"]["caught"],
	d["thoughts"]["weighed"], d["thoughts"]["repeated"]["n"],
	d["thoughts"]["repeated"]["text"])' "$out")"
is "feelings rated twice" "2 2 122 91 61 45.5" "$(get 'j(*[
	d["thoughts"]["feelings"][k] for k in ("thoughts", "n", "before_sum",
	"after_sum", "before", "after")])' "$out")"
is "still strong, without a word about it" "1 1" \
	"$(get 'j(d["thoughts"]["still_strong"], len(d["thoughts"]["ids"]))' \
	"$out")"
is "picked most" 'shoulds 2 my-own 1' "$(get 'j(*[v for p in
	d["thoughts"]["patterns"] for v in (p["name"], p["n"])])' "$out")"
is "breathing: only what was rated twice is compared" "2 1 36 1 0 6" \
	"$(get 'j(*[d["breathing"][k] for k in ("n", "days", "rounds")],
	*[d["breathing"]["calm"][k] for k in ("n", "before", "after")])' \
	"$out")"
is "to bring" 'This.|Is it all right?' \
	"$(get '"|".join(t["text"] for t in d["to_bring"])' "$out")"
ask review since=2026-11-30
is "since a day to come: today alone" "2026-11-08 1" \
	"$(get 'j(d["first"], d["days"])' "$out")"
ask trends what=practice weeks=1
# With practice on the 1st and from the 3rd on: 1 - m^6 + m^7 - m^8.
is "practice: days of seven, and the score of each day" "7 2026-11-08 6 0.31" \
	"$(get 'j(len(d["sevens"]), d["sevens"][-1]["day"],
	d["sevens"][-1]["days"], round(d["sevens"][-1]["score"], 2))' "$out")"

# At the clock change both hours of 01:30 keep their day, and their order.
on small call import 'entries=[{"kind":"mood","day":"2026-10-31",
	"at":"2026-11-01T01:30:00-04:00","f":{"mood":1}},{"kind":"mood",
	"day":"2026-10-31","at":"2026-11-01T01:30:00-05:00","f":{"mood":2}},
	{"kind":"mood","day":"2026-10-31","at":"2026-11-01T01:30:00-05:00",
	"f":{"mood":3}}]' >/dev/null
ask review since=2026-10-31
is "an hour that comes twice" "2026-10-31 3 6" "$(get 'j(*[
	d["mood"]["points"][0][k] for k in ("day", "n", "sum")])' "$out")"

for words in what=weather "what=mood weeks=521" "what=mood today=2026-02-30" \
	"what=mood today=0001-01-01"; do
	# shellcheck disable=SC2086 # words
	exits "trends $words" 2 on small call --json trends $words
	is "says so in its own words" true "$(get '"usage" ==
		d["error"]["code"] and len(d["error"]["message"]) > 20' "$out")"
done
exits "review since=yesterday" 2 on small call review since=yesterday
exits "ten years of days" 0 on small call trends what=mood weeks=520
on small lock >/dev/null 2>&1
for method in today review "trends what=mood"; do
	# shellcheck disable=SC2086 # words
	exits "locked: $method" 4 on small call --json $method
done

# Ten thousand, and nobody to count them but two programs.
if [ -n "$has_msgpack" ]; then
	device many
	check() {
		rm -f "$bench/all"
		on many export --format ndjson --out "$bench/all" \
			>/dev/null 2>&1
		"$python" "$tools/insight.py" check "$bench/many/run/kept.sock" \
			"$bench/all" 2026-11-23 2>&1 | cut -c 1-200
	}
	"$python" "$tools/insight.py" make 10000 "$seed" 2026-11-23 \
		>"$bench/made"
	on many import "$bench/made" --json >"$out" 2>"$errs"
	is "10,000 entries from seed $seed" 10000 "$(get 'd["added"]' "$out")"
	is "every number is the one computed from the export" \
		"$(printf '\ncompared: enough')" "$(check)"
	is "some change" "changed: enough" "$("$python" "$tools/insight.py" \
		change "$bench/many/run/kept.sock" "$seed" 2>&1)"
	is "and still" "$(printf '\ncompared: enough')" "$(check)"
	device full
	is "ten years of the longest there is fit into frames" "answered: 13" \
		"$("$python" "$tools/insight.py" fill \
			"$bench/full/run/kept.sock" 2026-11-23 2>&1 | tail -n 1)"
else
	tap_skip "10,000 entries" "python3-msgpack is not installed"
fi

tap_done
