#!/bin/sh
# 36-answers.t - what was answered outlives keptd. Method: a person answers
# questions while keptd is killed between two of them, or can't be started
# again at once; then the journal is opened and the words looked for.
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
. tests/e2e/lib.sh

device laptop
play() {
	KEPT_HOME=$bench/laptop dialog "$bench/script" "$@" >"$out" 2>&1
	play_code=$?
	[ $play_code -eq 0 ] || sed 's/^/# /' "$out" >&2
	return $play_code
}
# kill -9 to whoever is the keptd of that home by now.
cat >"$bench/end-keptd" <<'END'
for environ in /proc/[0-9]*/environ; do
	pid=${environ#/proc/}
	pid=${pid%/environ}
	tr '\0' '\n' 2>/dev/null <"$environ" |
		grep -qx "KEPT_HOME=$bench/laptop" || continue
	[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = keptd ] &&
		kill -9 "$pid"
done
# Gone is gone only when nobody answers any more.
for step in 1 2 3 4 5 6 7 8 9 10; do
	KEPT_HOME=$bench/laptop "$kept" daemon status --json |
		grep -q '"running": *true' || exit 0
	sleep 0.1
done
exit 1
END

cat >"$bench/script" <<'END'
see What went right, however small?
type Outlived one.
see What did it take?
run sh "$bench/end-keptd"
type Not much.
see Kept, sealed.
exit 0
END
play "$kept" win
is "a win goes on when keptd is killed between its questions" 0 $?

cat >"$bench/script" <<'END'
see What would you like to keep?
type Outlived two.
see >
run sh "$bench/end-keptd"
type
see Kept, sealed.
exit 0
END
play "$kept" note
is "so does a note" 0 $?

cat >"$bench/script" <<'END'
see How are you, 0 rough
type 7
see How sure of yourself
run sh "$bench/end-keptd"
type 3
see Kept, sealed.
exit 0
END
play "$kept" mood
is "and a mood" 0 $?

# A file where the folder of its socket should be: keptd can't start.
cat >"$bench/script" <<'END'
see What went right, however small?
type Outlived three.
see What did it take?
run sh "$bench/end-keptd"
run mv "$bench/laptop/run" "$bench/laptop/away" && : >"$bench/laptop/run"
type Patience.
see This isn't kept yet
run rm "$bench/laptop/run" && mv "$bench/laptop/away" "$bench/laptop/run"
type
see Kept, sealed.
exit 0
END
play "$kept" win
is "where keptd can't start, the words wait until it can" 0 $?

exits "then it is opened" 0 on laptop unlock --passphrase-file "$pass"
all=$(on laptop log --json)
for words in "Outlived one." "Not much." "Outlived two." "Outlived three." \
	"Patience."; do
	like "there: $words" "$words" "$all"
done
like "and how it was" '"mood":7,"confidence":3' "$all"

tap_done
