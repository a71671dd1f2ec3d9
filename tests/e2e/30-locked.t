#!/bin/sh
# 30-locked.t - the writing comes before the passphrase and is never lost to
# it. Method: while locked, text goes in, twenty wrong passphrases follow,
# keptd is killed; then it is opened and every byte compared.
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
. tests/e2e/lib.sh

device laptop
printf 'wrong\n' >"$bench/wrong"
"$python" -I -c 'import random
dice = random.Random(16)
words = "we are the ones who write this down for later".split()
text = ""
while len(text) < 65536:
    text += dice.choice(words) + str(dice.randrange(10000)) + " "
print(text[:65530] + "  end.", end="")' >"$bench/long"
is "a text of 64 KiB" 65536 "$(wc -c <"$bench/long")"

exits "lock" 0 on laptop lock
exits "locking twice is no fault" 0 on laptop lock
for command in log "show k7qf" "search word" "history k7qf" drafts \
	"export --format ndjson --out $bench/none --yes"; do
	# shellcheck disable=SC2086
	exits "kept $command needs it open" 4 on laptop $command --json \
		--no-input
	is "by name" locked "$(get 'd["error"]["code"]' "$out")"
done
exits "status does not" 0 on laptop status --json
is "and tells nothing of what is in it" false "$(get '"entries" in d' "$out")"
exits "sync does not" 0 on laptop sync --json

on laptop note - <"$bench/long" >"$out" 2>"$errs"
is "a note of 64 KiB while locked" 0 $?
like "is kept, sealed" "sealed" "$(cat "$out" "$errs")"
exits "a mood while locked" 0 sh -c 'printf "{\"mood\":4}" |
	KEPT_HOME=$bench/laptop "$kept" add mood --from - --json'

codes=
waits=0
for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	on laptop unlock --passphrase-file "$bench/wrong" --no-input --json \
		>"$out" 2>"$errs" </dev/null
	[ $? -eq 4 ] || codes="$codes $try"
	[ "$(get 'd["error"]["code"]' "$out")" = try_later ] &&
		waits=$((waits + 1))
done
is "twenty wrong passphrases: exit code 4 each time" "" "$codes"
is "the first five are tried, the rest wait" 15 $waits
is "two pieces wait for unlock" 2 \
	"$(on laptop status --json | get 'd["captured"]')"
on laptop note - <"$bench/long" >"$out" 2>"$errs"
is "writing goes on in the meantime" 0 $?

crash laptop
daemon laptop
is "kill -9: all three still wait" 3 \
	"$(on laptop status --json | get 'd["captured"]')"
# The tries are remembered; half a minute after the last it takes the right one.
tries=400
eventually on laptop unlock --passphrase-file "$pass" --no-input
is "it opens" unlocked "$(on laptop status --json | get 'd["state"]')"
is "three entries" 3 "$(on laptop status --json | get 'd["entries"]')"
is "nothing waits" 0 "$(on laptop status --json | get 'd["captured"]')"
same=$(on laptop log --kind note --json | "$python" -I -c '
import json, sys
want = open(sys.argv[1]).read()
got = [e["f"].get("text", e.get("text")) for e in
	json.load(sys.stdin)["entries"]]
print(sum(text == want for text in got), "of", len(got))' "$bench/long")
is "every byte of both texts" "2 of 2" "$same"
is "and the mood" 4 \
	"$(on laptop log --kind mood --json | get 'd["entries"][0]["f"]["mood"]')"

# A thought half-written while locked is a draft after unlock.
on laptop lock
cat >"$bench/script" <<'END'
see What was happening?
type A train that stood still.
see What did you feel
type uneasy 30
see What went through your mind?
see > 
pause 0.3
keys I'll be la
see I'll be la
keys \x03
see Kept as a draft.
exit 130
END
KEPT_HOME=$bench/laptop dialog "$bench/script" "$kept" thought >"$out"
is "Ctrl-C in a thought while locked" 0 $?
crash laptop
daemon laptop
eventually on laptop unlock --passphrase-file "$pass" --no-input
on laptop drafts --json >"$out"
like "leaves a draft" "A train that stood still." "$(cat "$out")"
like "to the last letter" "I'll be la" "$(cat "$out")"

# It locks by itself, and with the daemon.
exits "lock after a second" 0 on laptop config set lock_after 1s
eventually sh -c 'sleep 1.2; KEPT_HOME=$bench/laptop "$kept" status --json |
	grep -q "\"locked\""'
is "of nobody asking" locked "$(on laptop status --json | get 'd["state"]')"
on laptop config set lock_after 10m >/dev/null
on laptop unlock --passphrase-file "$pass" >/dev/null
finish laptop
daemon laptop
is "a new keptd knows no passphrase" locked \
	"$(on laptop status --json | get 'd["state"]')"

tap_done
