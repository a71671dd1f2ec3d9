#!/bin/sh
# 19-trends.t - kept trends: what is drawn and said is what was answered.
# Method: answers from a seed; each chart is read back into numbers by
# tests/e2e/charts.py and compared with --json, for several widths, with and
# without color, in ASCII; sentences are searched for every number. SEED=
# makes other answers.
. tests/e2e/lib.sh

seed=${SEED:-7}
device laptop
# The person's day ends at four.
today=$(date -d "4 hours ago" +%F)
page() {
	on laptop "$@" >"$out" 2>"$errs" </dev/null ||
		sed 's/^/# /' "$errs" >&2
	cat "$out"
}

exits "nothing yet" 0 on laptop trends
like "is a beginning" "first answer" "$(cat "$out")"
exits "nor of one thing" 0 on laptop trends mood
like "0 answers" "0 answers on 0 of 56 days" "$(cat "$out")"
unlike "and no dot" "•  " "$(sed -n '/┤/p' "$out")"

"$python" -I - "$seed" "$today" >"$bench/made" <<'END'
import datetime, json, random, sys
dice = random.Random(int(sys.argv[1]))
last = datetime.date.fromisoformat(sys.argv[2])
def put(kind, day, fields):
    print(json.dumps({"kind": kind, "day": day.isoformat(), "f": fields,
        "at": "%sT%02d:%02d:00-05:00" % (day, dice.randrange(24),
                                         dice.randrange(60))}))
for back in range(400):
    day = last - datetime.timedelta(back)
    for _ in range(dice.choice([0, 0, 1, 1, 1, 3, 3, 7])):
        put("mood", day, {"mood": dice.randrange(11),
                          "energy": dice.choice([0, 10])})
    if dice.random() < .4:
        put("mood", day, {"confidence": dice.randrange(11)})
    if dice.random() < .4:
        put("breath", day, {"cycles": 18, "calm_before": dice.randrange(11),
                            "calm_after": dice.randrange(11)})
    if dice.random() < .3:
        put("thought", day, {"thought": "x", "belief_before":
            dice.randrange(101), "belief_after": dice.randrange(101),
            "patterns": dice.sample(["shoulds", "mind-reading"], 1),
            "feelings": [{"name": "sad", "before": dice.randrange(101),
                          "after": dice.randrange(101)}]})
    if dice.random() < .2:
        put("win", day, {"what": "w", "size": dice.choice(["tiny", "big"])})
    if dice.random() < .1:
        put("boundary", day, {"what": "b", "held": dice.choice(
            ["yes", "partly", "no"])})
    if back % 9 == 5:
        put("session", day, {"number": 50 - back // 9, "takeaways": ["t"]})
END
exits "answers of 400 days" 0 on laptop import "$bench/made"

compare() {
	"$python" -I "$tools/charts.py" "$bench/chart" "$bench/json" "$1" 2>&1
}
for what in mood confidence energy calm thoughts belief; do
	for weeks in 1 8 57; do
		on laptop trends $what --weeks $weeks --json >"$bench/json"
		for columns in 120 80 40 20; do
			COLUMNS=$columns on laptop trends $what \
				--weeks $weeks >"$bench/chart"
			is "$what, $weeks weeks, $columns columns" "" \
				"$(compare $columns)"
		done
		COLUMNS=80 on laptop trends $what --weeks $weeks --ascii \
			>"$bench/chart"
		is "$what, $weeks weeks, ASCII" "" "$(compare 80)"
		is "and nothing but ASCII" "" \
			"$(LC_ALL=C grep '[^ -~]' "$bench/chart")"
	done
	is "$what: the answer of keptd" "$(on laptop call trends what=$what \
		today="$today" | get 'sorted(d.items())')" \
		"$(on laptop trends $what --json | get 'sorted(d.items())')"
done
# The comparison has to be able to fail.
sed 's/•/ /' "$bench/chart" | sed '0,/\*/s/\*/ /' >"$bench/less"
mv "$bench/less" "$bench/chart"
nonzero "a dot less is noticed" "$(compare 80 | wc -l)"

# As sentences: every number of every day.
on laptop trends confidence --weeks 8 --json >"$bench/json"
text=$(page trends confidence --weeks 8 --say)
is "each answer is said" "" "$("$python" -I - "$bench/json" "$out" <<'END'
import datetime, json, sys
d = json.load(open(sys.argv[1]))
said = " ".join(open(sys.argv[2]).read().split())
for p in d["points"]:
    day = datetime.date.fromisoformat(p["day"])
    tenth = int(p["value"] * 10 + .5)
    value = str(tenth // 10) if tenth % 10 == 0 else "%.1f" % (tenth / 10)
    words = "%d %s %s" % (day.day, day.strftime("%b"), value)
    if words not in said and words.replace(" %s" % day.strftime("%b"),
            " %s %d" % (day.strftime("%b"), day.year)) not in said:
        print(words)
END
)"
like "how many" "$(get 'j(d["answers"], "answers on", d["answered"], "of 56")' \
	"$bench/json")" "$text"
like "and the sessions" "number 50 on" "$text"
unlike "no picture in it" "┤" "$text"
for what in calm thoughts patterns practice wins boundaries goals; do
	exits "$what in sentences" 0 on laptop trends $what --say
	like "have the time" " 20" "$(cat "$out")"
done

# What is counted.
for what in patterns wins boundaries; do
	on laptop trends $what --json >"$bench/json"
	page trends $what --ascii >"$bench/chart"
	is "$what: bars are their numbers" "$(get \
		'j(*[w["n"] for w in d["weeks"]])' "$bench/json")" \
		"$(sed -nE 's/^[0-9]+ [A-Z][a-z]+ +(\^ +)?(#*) ?([0-9]+)( .*)?$/\2# \3/p' \
			"$bench/chart" | awk 'length($1) == $2 + 1 {
			printf "%s%s", sep, $2; sep = " " }')"
done
like "with their parts" "tiny" "$(page trends wins)"
like "and their outcomes" "not this time" "$(page trends boundaries)"
like "patterns by name" "Mind reading" "$(page trends patterns)"
text=$(page trends practice)
like "practice: a score that fades slowly" "of 100 by now" "$text"
is "is the one of keptd" "$(on laptop trends practice --json |
	get 'int(d["sevens"][-1]["score"] * 100 + .5)')" \
	"$(sed -n 's/.*slowly: \([0-9]*\) of 100.*/\1/p' "$out")"

text=$(page trends)
for what in mood confidence energy calm thoughts belief patterns practice \
	wins boundaries; do
	like "the overview has $what" "$what" "$text"
done
like "how many answers" "$(on laptop trends mood --json |
	get 'j(d["answers"], "answers on", d["answered"], "of 56 days")')" \
	"$text"
is "all of them for programs" 11 \
	"$(page trends --json | get 'len(d["trends"])')"
is "one a line" 11 "$(page trends --ndjson | wc -l)"
is "points a line" "$(get 'd["points"][0]' "$bench/json" >/dev/null
	on laptop trends mood --json | get 'len(d["points"])')" \
	"$(page trends mood --ndjson | wc -l)"

is "completion offers them" "mood" "$(on laptop --complete trends mo)"
exits "of nothing that is counted" 2 on laptop trends weather
exits "a near miss" 2 on laptop trends moods
like "is offered" "kept trends mood" "$(cat "$errs")"
exits "and not run" 2 on laptop trends mood energy
for weeks in 0 521 x; do
	exits "weeks $weeks" 2 on laptop trends mood --weeks $weeks
done
exits "ten years" 0 on laptop trends mood --weeks 520

# On a terminal, dark and plain: the same signs.
play() {
	KEPT_HOME=$bench/laptop PAGER=cat dialog "$bench/script" "$@" \
		>"$bench/chart" 2>&1
	play_code=$?
	[ $play_code -eq 0 ] || sed 's/^/# /' "$bench/chart" >&2
	return $play_code
}
cat >"$bench/script" <<'END'
see Mood, your own
see 7-day middle
see not drawn as zero
exit 0
END
on laptop trends mood --json >"$bench/json"
for columns in 80 40; do
	COLUMNS=$columns play "$kept" trends mood
	is "dark, $columns columns" "0 " "$? $(compare $columns)"
	NO_COLOR=1 COLUMNS=$columns play "$kept" trends mood
	is "plain, $columns columns" "0 " "$? $(compare $columns)"
done
cat >"$bench/script" <<'END'
see boundaries
see kept trends mood
exit 0
END
COLUMNS=40 play "$kept" trends
is "the overview on a terminal" 0 $?
device empty
exits "without an answer" 0 on empty trends energy
like "there is nothing to draw" "There is nothing to draw from these days." \
	"$(cat "$out")"
unlike "and no empty field" "┤" "$(cat "$out")"
finish empty

# Where screens are read aloud, a drawing is noise.
on laptop trends mood --say >"$bench/said"
on laptop config set accessible on >/dev/null
exits "accessible: it is said, not drawn" 0 on laptop trends mood
is "in the same words" "$(cat "$bench/said")" "$(cat "$out")"
on laptop config set accessible off >/dev/null
exits "and drawn again without" 0 on laptop trends mood
like "with its axis" "┤" "$(cat "$out")"
on laptop lock >/dev/null 2>&1
exits "locked" 4 on laptop trends mood --no-input

tap_done
