#!/bin/sh
# 23-dry-run.t - with -n nothing changes, whatever the command: it says what it
# would do, or that it can't be tried. Method: run all of them and compare the
# journal, the settings, and the state before and after.
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
. tests/e2e/lib.sh

device laptop
on laptop win Left at six. >"$out" 2>&1
id=$(newest laptop)
state() {
	digest laptop
	on laptop call digest | get 'd["entries"]'
	on laptop drafts --json
	on laptop config --json
	on laptop peers --json
	on laptop status --json | get '[d["state"], d["device"]]'
}
before=$(state)

for words in "win Dry" "note Dry" "thought Dry" "mood 6" \
	"mood 6 --confidence 5"; do
	# shellcheck disable=SC2086
	exits "kept $words -n" 0 on laptop $words -n
	is "says nothing was kept" \
		"Nothing was kept. Without -n it would be." \
		"$(grep -v 'Your shell may' "$errs")"
	is "kept nothing: no id" "" "$(cat "$out")"
done
exits "kept add -n" 0 sh -c 'printf "{\"what\":\"Dry\",\"tags\":[\"work\"]}" |
	KEPT_HOME=$bench/laptop "$kept" add win --from - -n --json'
is "shows what it would be" 'Dry win false ["work"]' \
	"$(get 'j(d["f"]["what"], d["kind"], "id" in d and True or "false",
		json.dumps(d["tags"]))' "$out")"
refused() {
	printf '%s' "$3" | on laptop add "$2" --from - -n --json \
		>"$out" 2>"$errs"
	is "kept add $2 -n finds $1" 2 $?
}
refused "a number above its range" mood '{"mood":11}'
refused "a field of another kind" win '{"what":"x","mood":3}'
refused "what is needed" win '{}'

cat >"$bench/script" <<'END'
see Answers would be lost
exit 2
END
for command in win note mood thought; do
	KEPT_HOME=$bench/laptop dialog "$bench/script" "$kept" $command -n \
		>"$out" 2>&1
	is "kept $command -n asks nobody for words it would drop" 0 $?
done

for words in "delete $id" "star $id" "tag $id +work" "undo" \
	"bring-back $id"; do
	command=${words%% *}
	# shellcheck disable=SC2086
	exits "kept $words -n" 0 on laptop "$command" -n --yes \
		${words#"$command"}
	like "says that nothing changed" "Nothing changed" "$(cat "$errs")"
done
exits "kept edit -n" 0 sh -c 'printf "{\"took\":\"Nothing\"}" |
	KEPT_HOME=$bench/laptop "$kept" edit '"$id"' --from - -n'
exits "kept export -n" 0 on laptop export -n --out "$bench/none"
is "writes no file" no "$([ -e "$bench/none" ] && echo yes || echo no)"
exits "kept peers add -n" 0 on laptop peers add 127.0.0.1:1 --device x -n

for words in "lock" "unlock --passphrase-file $pass" "daemon stop" \
	"config set lock_after 1h" "sync" "call lock" \
	"init --no-recovery --passphrase-file $pass"; do
	# shellcheck disable=SC2086
	exits "kept $words -n can't be tried" 2 on laptop $words -n --json
	like "and says so" "can't be tried" \
		"$(get 'd["error"]["message"]' "$out")"
done
exits "an init that isn't tried" 2 on other init -n --no-recovery --yes \
	--passphrase-file "$pass" --no-input
is "makes nothing" none "$(on other status --json | get 'd["state"]')"
is "after all of them everything is as it was" "$before" "$(state)"

tap_done
