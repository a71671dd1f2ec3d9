#!/bin/sh
# 70-canary.t - words that were typed stand in no file under the home, in no
# log line, in no argument of a process. Method: words nobody else has, by
# every way in; then every byte that was written is searched, after a
# kill -9, a lock, and a clean end.
. tests/e2e/lib.sh

canaries=
plant() {
	canary="zq$1$("$python" -I -c 'import secrets
print("".join(secrets.choice("bcdfghjklm") for _ in range(12)))')"
	canaries="$canaries $canary"
}
found() {
	# shellcheck disable=SC2086 # a list of words
	for each in $canaries $("$python" -I -c 'import base64, sys
for word in sys.argv[1:]:
    print(word.upper(), word.encode().hex(),
        base64.b64encode(word.encode()).decode()[:14])' $canaries); do
		grep -raF -l -- "$each" "$@" 2>/dev/null
	done | sort -u
}

device laptop
plant win
printf '{"what":"%s is what"}' "$canary" | on laptop add win --from - >/dev/null
win=$canary
plant note
printf 'A note on %s\n' "$canary" | on laptop note - >/dev/null 2>&1
plant tag
on laptop tag -q "$(newest laptop)" +"$canary" >/dev/null
plant edit
printf '{"text":"now %s"}' "$canary" |
	on laptop edit "$(newest laptop)" --from - -q >/dev/null
plant draft
on laptop call draft_put kind=win "fields={\"what\":\"$canary\"}" >/dev/null
plant gone
printf '{"mood":3,"note":"%s"}' "$canary" |
	on laptop add mood --from - >/dev/null
on laptop delete "$(newest laptop)" --yes -q >/dev/null
on laptop search -q "$win" >/dev/null
on laptop show 0000 >/dev/null 2>&1
is "while it runs" "" "$(found "$bench/laptop" "$bench/laptop.log")"
like "though it is there to read" "$win" "$(on laptop log --json)"
is "no argument of a process has any" "" "$(for pid in $(bench_processes); do
	tr '\0' ' ' <"/proc/$pid/cmdline"
done | grep -F "$win")"

on laptop lock
plant sealed
printf 'While locked: %s\n' "$canary" | on laptop note - >/dev/null 2>&1
sealed=$canary
plant refused
printf '{"what":"%s","mood":1}' "$canary" |
	on laptop add win --from - >/dev/null 2>&1
is "while locked" "" "$(found "$bench/laptop" "$bench/laptop.log")"
crash laptop
is "after kill -9" "" "$(found "$bench/laptop" "$bench/laptop.log")"
daemon laptop
on laptop unlock --passphrase-file "$pass" >/dev/null
like "what was sealed is there" "$sealed" "$(on laptop log --json)"
finish laptop
is "after a clean end" "" "$(found "$bench/laptop" "$bench/laptop.log")"
is "the passphrase is in none" "" "$(grep -raF -l "four plain words here" \
	"$bench/laptop" "$bench/laptop.log")"
is "nor in the wrong place under /tmp" "" "$(find "$bench" -maxdepth 1 \
	-newer "$pass" -type f ! -name out ! -name errs \
	-exec grep -laF "$win" {} +)"
echo "$win" >"$bench/laptop/planted"
is "a word that does stand there is found" "$bench/laptop/planted" \
	"$(found "$bench/laptop")"

tap_done
