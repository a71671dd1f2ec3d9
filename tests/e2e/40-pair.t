#!/bin/sh
# 40-pair.t - a second device: with JSON, with two people at two terminals,
# with wrong codes, with No for an answer. Method: real sockets on loopback.
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
. tests/e2e/lib.sh

tap_plan 58

device laptop
printf '{"what":"Left at six"}' | on laptop add win --from - >/dev/null
daemon phone
pair_up laptop phone
is "the code is three words" 3 "$(printf '%s\n' "$pair_code" |
	tr - '\n' | grep -cE '^[a-z]{3,8}$')"
head -n 1 "$bench/show" >"$out"
like "a scanner finds the same" "kept://pair/" "$(get 'd["qr"]' "$out")"
is "ten minutes" true "$(get '590 <= d["expires_s"] <= 600' "$out")"
like "loopback, since it listens on loopback" 127.0.0.1 \
	"$(get 'd["addresses"][0]' "$out")"
words() {
	get_lines '" ".join(next(e["words"] for e in d
		if e["event"] == "words"))' <"$1"
}
is "both show the same three words" "$(words "$bench/show")" \
	"$(words "$bench/join")"
is "three of them" 3 "$(words "$bench/show" | wc -w)"
is "they end with paired" paired \
	"$(tail -n 1 "$bench/join" | get 'd["event"]')"
is "on both sides" paired "$(tail -n 1 "$bench/show" | get 'd["event"]')"
is "and name each other" "phone laptop" \
	"$(tail -n 1 "$bench/show" | get 'd["device"]["name"]') $(tail -n 1 \
		"$bench/join" | get 'd["device"]["name"]')"
meet phone
eventually sh -c 'KEPT_HOME=$bench/phone "$kept" log --json |
	grep -q "Left at six"'
is "the entry is on the phone" "Left at six" \
	"$(on phone log --json | get 'd["entries"][0]["f"]["what"]')"
is "equal digests" "$(digest laptop)" "$(digest phone)"

exits "devices, as a program sees them" 0 on laptop devices --json
is "two of them" 2 "$(get 'len(d["devices"])' "$out")"
is "one is this one" '[["laptop", true], ["phone", false]]' \
	"$(get 'sorted([x["name"], x["this"]] for x in d["devices"])' "$out")"
exits "devices, as a person does" 0 on laptop devices
like "this one" "this one" "$(cat "$out")"
like "and the phone" "phone" "$(cat "$out")"
exits "status" 0 on laptop status
like "says how many, and where" "1 entry" "$(cat "$out")"
exits "listens now, on loopback" 0 on laptop status --json
like "at a fixed port" "127.0.0.1:" "$(get 'd["listen"][0]' "$out")"
is "nothing is behind" '[0]' "$(get '[x["behind"] for x in d["devices"]
	if not x["this"]]' "$out")"

# Two people, two terminals.
daemon tablet
on tablet config set listen 127.0.0.1:0 >/dev/null
"$python" "$tools/people.py" pair "$kept" "$bench/laptop" "$bench/tablet" \
	tablet "four plain words here" >"$out" 2>&1
code=$?
is "two people at two terminals pair" 0 $code
[ $code -eq 0 ] || sed 's/^/# /' "$out" >&2
like "the words they compared were the same" "same words: True" "$(cat "$out")"
is "the tablet is in" 3 \
	"$(on laptop devices --json | get 'len(d["devices"])')"
meet tablet
is "and has the journal" "$(digest laptop)" "$(digest tablet)"
eventually sh -c 'KEPT_HOME=$bench/phone "$kept" devices --json |
	grep -q tablet'
is "the phone hears of it" 3 \
	"$(on phone devices --json | get 'len(d["devices"])')"

# No at either side: nobody comes in.
daemon fourth
for decline in laptop fourth; do
	"$python" "$tools/people.py" decline "$kept" "$bench/laptop" \
		"$bench/fourth" fourth "four plain words here" \
		"$bench/$decline" >"$out" 2>&1
	code=$?
	is "No on the $decline: both end, with its exit code" 0 $code
	[ $code -eq 0 ] || sed 's/^/# /' "$out" >&2
	is "and nobody came in" 3 \
		"$(on laptop devices --json | get 'len(d["devices"])')"
	is "the fourth has no journal" none \
		"$(on fourth status --json | get 'd["state"]')"
done

# The answer of a person who was still reading when it ended.
for who in laptop fourth; do
	for how in no stop; do
		"$python" "$tools/people.py" late "$kept" "$bench/laptop" \
			"$bench/fourth" fourth "four plain words here" \
			"$bench/$who" $how >"$out" 2>&1
		code=$?
		is "a yes after the end at the $who ($how) hears of it" 0 $code
		[ $code -eq 0 ] || sed 's/^/# /' "$out" >&2
	done
done
"$python" "$tools/people.py" late "$kept" "$bench/laptop" "$bench/fourth" \
	fourth "four plain words here" "$bench/fourth" crash >"$out" 2>&1
code=$?
is "and when the other keptd dies" 0 $code
[ $code -eq 0 ] || sed 's/^/# /' "$out" >&2
crash fourth
daemon fourth
is "still nobody came in" 3 \
	"$(on laptop devices --json | get 'len(d["devices"])')"

# The same through the socket, in the order in which it is read.
for who in laptop fourth; do
	name="a program at the other end of the $who is told the reason"
	if [ -z "$has_msgpack" ]; then
		tap_skip "$name" "needs msgpack for Python"
		continue
	fi
	"$python" "$tools/late_answer.py" "$bench/laptop" "$bench/fourth" \
		"$bench/$who" "four plain words here" >"$out" 2>&1
	is "$name" "failed stopped, then stopped: One of the two devices \
said No. Nothing was changed." "$(cat "$out")"
done

# Wrong codes.
show() {
	: >"$bench/show"
	on laptop pair --json --yes --passphrase-file "$pass" \
		--listen 127.0.0.1:0 >"$bench/show" 2>"$bench/show.errs" &
	pair_pid=$!
	wait_event "$bench/show" code
	pair_code=$(head -n 1 "$bench/show" | get 'd["code"]')
	pair_at=$(head -n 1 "$bench/show" | get 'd["addresses"][0]')
}
join() {
	# shellcheck disable=SC2086
	on fourth pair "$1" --at "$2" --name fourth --json --yes \
		--passphrase-file "$pass" $cheap >"$bench/join" 2>"$errs"
}
show
for want in code_wrong code_wrong code_ended; do
	join candle-candle-candle "$pair_at"
	is "a wrong code: $want" $want "$(tail -n 1 "$bench/join" |
		get 'd.get("code") or d["error"]["code"]')"
done
join "$pair_code" "$pair_at"
nonzero "after three the right one is of no use" $?
wait $pair_pid
is "and the screen that showed it says so" 1 $?
is "by name" code_ended "$(tail -n 1 "$bench/show" |
	get 'd.get("code") or d["error"]["code"]')"
join "not a code at all" "$pair_at"
is "what is no code is refused before any dial" 2 $?
join "zebra-candle-$(printf 'x%.0s' 1 2 3 4 5 6)" "$pair_at"
is "nor is a word that is not ours" 2 $?
join candle-candle-candle 127.0.0.1:1
nonzero "nobody at that address" $?
is "is said by name" unreachable "$(tail -n 1 "$bench/join" |
	get 'd.get("code") or d["error"]["code"]')"

show
join "$(printf '%s' "$pair_code" | tr 'a-z-' 'A-Z ')" "$pair_at"
is "capitals and blanks in a code are no matter" 0 $?
wait $pair_pid
is "four devices" 4 "$(on laptop devices --json | get 'len(d["devices"])')"

show
join "$pair_code" "$pair_at"
nonzero "a device that has a journal does not join another" $?
like "and hears what to do" export "$(cat "$bench/join")"
on laptop call pair_stop >/dev/null
wait $pair_pid
is "a code stopped from elsewhere ends where it is shown" 1 $?
is "and that is said" "failed code_ended" "$(tail -n 1 "$bench/show" |
	get 'j(d["event"], d["code"])')"
cat >"$bench/script" <<'END'
see kept pair 
see Good for
keys \x03
exit 130
END
KEPT_HOME=$bench/laptop dialog "$bench/script" "$kept" pair --listen \
	127.0.0.1:0 --passphrase-file "$pass" >"$out" 2>&1
code=$?
is "Ctrl-C stops it" 0 $code
[ $code -eq 0 ] || sed 's/^/# /' "$out" >&2

tap_done
