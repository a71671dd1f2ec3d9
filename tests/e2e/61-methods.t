#!/bin/sh
# 61-methods.t - every method of the client socket, called once and looked at.
# Method: a table here, compared with what keptd says it has, so that a new
# method without a line below fails.
. tests/e2e/lib.sh

device laptop
printf '{"what":"Left at six"}' | on laptop add win --from - >/dev/null
id=$(newest laptop)
called=

# call METHOD EXPRESSION WORDS... - ok if the expression over d is true.
call() {
	call_name=$1
	call_want=$2
	shift 2
	called="$called $call_name"
	on laptop call "$call_name" "$@" >"$out" 2>"$errs" </dev/null
	call_code=$?
	call_got=$([ $call_code -eq 0 ] && get "bool($call_want)" "$out")
	if [ "$call_got" = true ]; then
		tap_line ok "$call_name"
	else
		tap_line bad "$call_name"
		{
			echo "exit code $call_code, wanted $call_want"
			cat "$out" "$errs"
		} | head -n 20 | sed 's/^/# /' >&2
	fi
}

call hello 'd["version"] and d["api"] >= 1' client=tests
call api 'd["methods"] and d["events"]'
call status 'd["state"] == "unlocked" and d["entries"] == 1'
call add 'd["entry"]["kind"] == "mood"' kind=mood 'fields={"mood":5}'
call import 'd["added"] == 1' 'entries=[{"kind":"note",
	"at":"2026-01-02T03:04:05Z","f":{"text":"brought"}}]'
call show 'd["entry"]["f"]["what"] == "Left at six"' id="$id"
call log 'len(d["entries"]) == 3' limit=10
call search 'd["total"] == 1 and d["entries"][0]["snippet"]' query=six
call today 'len(d["last"]) == 3 and d["practice"]["of"] == 7'
call review 'd["days"] == 7 and d["thoughts"]["caught"] == 0'
call trends 'd["points"][-1]["value"] == 5' what=mood
call history 'd["revs"][0]["rev"] == 1' id="$id"
call edit 'd["changed"] == ["took"]' id="$id" 'fields={"took":"An alarm"}'
call tag 'd["entry"]["tags"] == ["work"]' id="$id" 'add=["work"]'
call star 'd["entry"]["starred"] is True' id="$id"
call delete 'd["entry"]["state"] == "deleted"' id="$id"
call bring_back 'd["entry"]["state"] == "done"' id="$id"
call undo 'len(d["undone"]) == 1 and d["expect"]' dry_run=true
call draft_put 'd["id"]' kind=win 'fields={"what":"half"}'
draft=$(get 'd["id"]' "$out")
call drafts 'd["drafts"][0]["fields"] == {"what": "half"}'
call draft_drop 'True' id="$draft"
call devices 'd["devices"][0]["this"] is True'
call peers_list 'd["peers"] == []'
call sync 'd["devices"] == []'
call digest 'len(d["digest"]) == 64 and d["entries"] == 3'
call config_get 'd["settings"][0]["doc"]' key=lock_after
call config_set 'd["live"] is True' key=reminders value=off
call settings_set 'd["entry"]["f"] == {"region": "us"}' \
	'fields={"region":"us"}'
call settings_get 'd["entry"]["kind"] == "settings"'
call doctor 'd["lines"]'
call lock 'True'

# Those that other tests see through, here by their refusals.
with_pass=
refuse() {
	refuse_name=$1
	refuse_code=$2
	shift 2
	called="$called $refuse_name"
	# shellcheck disable=SC2086
	on laptop call --json $with_pass "$refuse_name" "$@" >"$out" 2>"$errs" </dev/null
	is "$refuse_name is refused where it has no place" "$refuse_code" \
		"$(get 'd["error"]["code"]' "$out")"
}
refuse peers_add locked address=127.0.0.1:9 device=nobody
refuse recovery_check not_found words="$(yes candle | head -n 13 |
	tr '\n' ' ' | sed 's/ $//')"
refuse watch locked
refuse pair_confirm code_ended yes=true
printf 'wrong\n' >"$pass"
with_pass="--passphrase-file $pass"
refuse unlock wrong_passphrase
refuse init exists name=x
refuse pair_show wrong_passphrase
refuse pair_join other_journal code=candle-candle-candle name=x
call pair_stop 'True'
call stop 'True'

on laptop call api 2>/dev/null | get '"\n".join(sorted(
	m["name"] for m in d["methods"]))' >"$bench/methods"
printf '%s\n' "$called" | tr ' ' '\n' | sed '/^$/d' | sort -u \
	>"$bench/called"
is "no method is without a line here, no line without a method" "" \
	"$(comm -3 "$bench/methods" "$bench/called")"

tap_done
