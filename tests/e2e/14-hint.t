#!/bin/sh
# 14-hint.t - a win that doesn't come to mind: after twenty seconds without a
# key kept offers a few, once, and asks on. Method: nobody types at two
# terminals, one that edits lines and one that can't, at the same time; a third
# person types at once and never sees it.
. tests/e2e/lib.sh

device laptop
hint='Left on time? Asked for help? Stopped at good enough? Those count.'
cat >"$bench/waits" <<END
see What went right, however small?
see >
run : >$bench/\$TERM.asked
see $hint
see >
type Asked for help.
see What did it take?
type
see Kept.
exit 0
END
for term in xterm dumb; do
	TERM=$term KEPT_HOME=$bench/laptop dialog "$bench/waits" \
		"$kept" win >"$bench/$term" 2>&1 &
	echo $! >"$bench/$term.pid"
done
# Nobody is to be offered what the third one is just writing.
eventually [ -e "$bench/xterm.asked" ]
eventually [ -e "$bench/dumb.asked" ]

cat >"$bench/script" <<'END'
see What went right, however small?
type Left at six.
see What did it take?
type
see Kept.
exit 0
END
KEPT_HOME=$bench/laptop dialog "$bench/script" "$kept" win >"$out" 2>&1
is "who knows at once is asked the two questions" 0 $?
unlike "and given no hint" "$hint" "$(cat "$out")"

cat >"$bench/script" <<'END'
see What went right, however small?
type
see >
type
see Nothing was kept. Whenever you like.
exit 3
END
KEPT_HOME=$bench/laptop dialog "$bench/script" "$kept" win >"$out" 2>&1
is "Enter on nothing, and once more, keeps nothing" 0 $?

for term in xterm dumb; do
	wait "$(cat "$bench/$term.pid")"
	is "TERM=$term: after a while a hint, and the question goes on" 0 $?
	is "once" 1 "$(grep -c 'Left on time?' "$bench/$term")"
done
is "what was typed then is kept" 2 "$(on laptop log --json |
	get 'sum(e["f"]["what"] == "Asked for help." for e in d["entries"])')"

tap_done
