#!/bin/sh
# 21-change.t - edit, delete, bring back, undo, history: nothing that was ever
# written is out of reach. Method: one entry goes through all of it.
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
. tests/e2e/lib.sh

device laptop
printf '{"what":"Left at six","took":"An alarm","shows":"I can stop"}' |
	on laptop add win --from - --json >"$out"
id=$(get 'd.get("entry", d)["id"]' "$out")
entry() {
	on laptop show "$id" --json "$@" | get "(d.get(\"entry\") or
		(d[\"entries\"][0] if \"entries\" in d else d))${want:-}"
}
edit() {
	printf '%s' "$1" | on laptop edit "$id" --from - --json \
		>"$out" 2>"$errs"
}

edit '{"took":"An alarm at 17:45","shows":null}'
is "fields are changed" 0 $?
want='["f"]'
is "those that were named, and no other" \
	'{"what": "Left at six", "took": "An alarm at 17:45"}' "$(entry)"
want='["rev"]'
is "it is the second change" 2 "$(entry)"
edit '{"what":null}'
nonzero "what is needed can't be cleared" $?
edit '{"mood":5}'
nonzero "what the kind does not have can't be set" $?
is "and neither left a change" 2 "$(entry)"

on laptop history "$id" --json >"$out"
is "history has both, newest first" '[2, 1]' \
	"$(get '[r["rev"] for r in d["revs"]]' "$out")"
is "with the device" '["laptop", "laptop"]' \
	"$(get '[r["device"] for r in d["revs"]]' "$out")"
is "and what changed" '["shows", "took"]' \
	"$(get 'sorted(d["revs"][0]["changed"])' "$out")"
want='["f"]["took"]'
is "as it was at the first" "An alarm" "$(entry --rev 1)"
exits "in words" 0 on laptop history "$id"
like "the first line is the first" "first kept" "$(cat "$out")"

exits "undo is a new change" 0 on laptop undo --yes --json
is "which puts back what was" "An alarm" "$(entry)"
want='["f"]["shows"]'
is "all of it" "I can stop" "$(entry)"
want='["rev"]'
is "as the third" 3 "$(entry)"
exits "what was undone is still in history" 0 on laptop history "$id" --json
is "three changes" '[3, 2, 1]' "$(get '[r["rev"] for r in d["revs"]]' "$out")"

exits "delete hides" 0 on laptop delete "$id" --yes
is "not in the log" 0 "$(on laptop log --json | get 'len(d["entries"])')"
is "nor in search" 0 "$(on laptop search six --json | get 'len(d["entries"])')"
is "but among the deleted" 1 \
	"$(on laptop call log deleted=true | get 'len(d["entries"])')"
exits "bring-back brings it back" 0 on laptop bring-back "$id"
want='["state"]'
is "done as before" "done" "$(entry)"
is "in search too" 1 "$(on laptop search six --json | get 'len(d["entries"])')"
exits "deleted once more" 0 on laptop delete "$id" --yes
exits "and undone" 0 on laptop undo --yes
is "it is back" "done" "$(entry)"
exits "the first add can be undone too" 0 sh -c \
	'printf "{\"mood\":3}" | KEPT_HOME=$bench/laptop "$kept" add mood \
		--from - >/dev/null && KEPT_HOME=$bench/laptop "$kept" undo --yes'
is "it is hidden, not erased" 1 \
	"$(on laptop log --json | get 'len(d["entries"])')"

exits "a dry run says what it would be" 0 on laptop call undo dry_run=true
token=$(get 'd["expect"]' "$out")
edit '{"took":"Something came between"}'
exits "and its token is void once something came between" 2 on laptop call \
	undo expect="$token"
want='["f"]["took"]'
is "nothing was taken back" "Something came between" "$(entry)"

exits "nobody is asked without a terminal: undo keeps its hands off" 2 \
	on laptop undo --no-input
cat >"$bench/script" <<'END'
see Last change:
see [y/N]
type n
exit 3
END
KEPT_HOME=$bench/laptop dialog "$bench/script" "$kept" undo >"$out"
is "No is the answer unless one says yes, and has its exit code" 0 $?
is "No changes nothing" "Something came between" "$(entry)"

# Of many the newest ten are said.
for number in 1 2 3 4 5 6 7 8 9 10 11; do
	echo "Something small, $number" | on laptop note - >/dev/null 2>&1
done
cat >"$bench/script" <<'END'
see Last change:
see Before it:
see And 1 more before that.
see Take these 11 back? [y/N]
type n
exit 3
END
KEPT_HOME=$bench/laptop dialog "$bench/script" "$kept" undo 11 >"$out"
is "a long list is cut short" 0 $?
is "behind ten" 9 "$(grep -c "Before it:" "$out")"

for command in "delete zzzz --yes" "bring-back zzzz" "history zzzz" \
	"star zzzz" "tag zzzz +a"; do
	# shellcheck disable=SC2086
	exits "kept $command: nothing by that id" 5 on laptop $command
done

printf '{"what":"x"}' | on laptop edit zzzz --from - >"$out" 2>"$errs"
is "kept edit: nothing by that id" 5 $?

# The whole journal survives a restart with all of it.
before=$(digest laptop)
finish laptop
daemon laptop
on laptop unlock --passphrase-file "$pass" >/dev/null
is "after a restart it is the same" "$before" "$(digest laptop)"
want='["rev"]'
exits "with its history" 0 on laptop history "$id" --json
is "to the first" 1 "$(get 'd["revs"][-1]["rev"]' "$out")"

tap_done
