#!/bin/sh
# 24-many.t - more open goals than a list of choices, or a count, has room
# for: what is not there is said, and no number is made up. Method: a person
# played on a pseudo-terminal; lists read as they are shown.
. tests/e2e/lib.sh

device laptop
goal() {
	printf '{"title":"Goal %s.","measure":"count","target":3}' "$1" |
		on laptop add goal --from - --json | get 'd["id"]'
}
oldest=$(goal 1)
exits "two of three" 0 on laptop goal check "$oldest" 2
on laptop goal list >"$out"
like "are shown" "▣ ▣ □" "$(cat "$out")"
i=1
while [ $((i += 1)) -le 41 ]; do
	goal $i >/dev/null
done
is "forty-one goals are open" 41 \
	"$(on laptop goal list --json | get 'len(d["entries"])')"
on laptop goal list >"$out"
grep "Goal 1\.  *\(\[\|□\|▣\|0\|1\|2\)" "$out" >"$errs"
is "of one that wasn't counted nothing is said" "" "$(cat "$errs")"
like "of the others it is" "Goal 41." "$(grep "□" "$out")"
cat >"$bench/script" <<'END'
see Which goal?
see The newest 20 of 41; for another one:  kept goal check ID
see 20 Goal 22.
pause 0.3
keys \x03
exit 130
END
KEPT_HOME=$bench/laptop dialog "$bench/script" "$kept" goal check >"$out" 2>&1
is "twenty are offered, and how to have another" 0 $?
cat >"$bench/script" <<'END'
see How many so far?
type 
see A word about it?
type 
see Nothing was kept. Whenever you like.
exit 3
END
KEPT_HOME=$bench/laptop dialog "$bench/script" "$kept" goal check "$oldest" \
	>"$out" 2>&1
is "Enter at the oldest" 0 $?
is "doesn't take what it had away" 2 "$(on laptop log --kind checkin \
	--json | get 'd["entries"][0]["f"]["progress"]')"
finish laptop
tap_done
