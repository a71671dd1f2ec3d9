#!/bin/sh
# 10-init.t - the first minute: a journal is made, with and without somebody
# at the terminal. Method: a person played on a pseudo-terminal, then scripts.
. tests/e2e/lib.sh

said=$(KEPT_HOME=$bench/laptop "$python" "$tools/people.py" init "$kept" \
	"four plain words here" --name laptop --kdf-memory 8M --kdf-passes 1 \
	2>&1)
is "the first time goes as written, a slip at the passphrase included" 0 $?
like "the sheet has 13 words and asks three of them" \
	"words: 13 asked: 3" "$said"
unlike "the passphrase was never echoed" "four plain words" "$said"

exits "it is open from the start" 0 on laptop status --json
is "unlocked" unlocked "$(get 'd["state"]' "$out")"
is "under its name" laptop "$(get 'd["device"]["name"]' "$out")"
is "empty" 0 "$(get 'd["entries"]' "$out")"
is "with a list of devices that is this one" '[true]' \
	"$(get '[x["this"] for x in d["devices"]]' "$out")"
is "listening nowhere before the first pairing" '[]' \
	"$(get 'd["listen"]' "$out")"
is "nobody reads along" '[]' "$(get 'd["people"]' "$out")"
is "no two versions, no drafts" "0 0" \
	"$(get 'j(d["conflicts"], d["drafts"])' "$out")"

modes=$(cd "$bench/laptop" && find . \( -type d -a ! -perm 700 \) -o \
	\( -type f -a -perm /077 \))
is "nobody else can look into its folders" "" "$modes"
is "the socket is for this person" 600 \
	"$(stat -c %a "$bench/laptop/run/kept.sock")"
is "journal.db is there" yes \
	"$(find "$bench/laptop" -name journal.db | grep -q . && echo yes)"

exits "a second init changes nothing" 1 on laptop init --name other \
	--passphrase-file "$pass" --no-recovery --yes --no-input --json
is "and says what is there" exists "$(get 'd["error"]["code"]' "$out")"
exits "still laptop" 0 on laptop status --json
is "by name" laptop "$(get 'd["device"]["name"]' "$out")"

exits "locking" 0 on laptop lock
printf 'no\n' >"$bench/wrong"
exits "a wrong passphrase is refused" 4 on laptop unlock --passphrase-file \
	"$bench/wrong" --no-input --json
is "by name" wrong_passphrase "$(get 'd["error"]["code"]' "$out")"
exits "it stays locked" 0 on laptop status --json
is "still locked" locked "$(get 'd["state"]' "$out")"
exits "the right one opens it" 0 on laptop unlock --passphrase-file "$pass"
exec 7<"$pass"
on laptop lock
exits "so does one from a descriptor" 0 on laptop unlock --passphrase-fd 7
exec 7<&-

cat >"$bench/script" <<'END'
see Passphrase:
type not it
see That isn't it. Nothing is lost
see assphrase
type four plain words here
exit 0
END
on laptop lock
KEPT_HOME=$bench/laptop dialog "$bench/script" "$kept" log >"$out"
is "reading while locked asks right there, again if need be" 0 $?
unlike "and shows none of it" "four plain" "$(cat "$out")"

# What is typed while the first try is still being looked at, which takes
# its time where the slot isn't a cheap one.
on slow init --name slow --passphrase-file "$pass" --no-recovery --yes \
	--no-input >"$out" 2>"$errs"
cat >"$bench/script" <<'END'
see Passphrase:
type not it
pause 0.1
keys four plain words here\r
see That isn't it. Nothing is lost
see Open.
exit 0
END
on slow lock >/dev/null
KEPT_HOME=$bench/slow dialog "$bench/script" "$kept" unlock >"$out"
is "a second passphrase typed ahead opens it" 0 $?
unlike "and is not shown either" "four plain" "$(cat "$out")"

# shellcheck disable=SC2086
exits "init by a script" 0 on phone init --name phone --passphrase-file \
	"$pass" --recovery-out "$bench/sheet" --no-input --json $cheap
is "the sheet is for this person alone" 600 "$(stat -c %a "$bench/sheet")"
words=$(grep -oE '[a-z]{3,8}' "$bench/sheet" | tail -n 13 | tr '\n' ' ')
# shellcheck disable=SC2086
set -- $words
is "and has 13 words" 13 $#
is "which open a test copy" true \
	"$(on phone call recovery_check words="${words% }" | get 'd["ok"]')"
first=$1
shift
is "and not in another order" false \
	"$(on phone call recovery_check words="$* $first" | get 'd["ok"]')"
exits "there is a sheet to stand on" 0 on phone status --json
is "status knows" true "$(get 'd["recovery"]' "$out")"

# shellcheck disable=SC2086
exits "without anybody to ask, what is missing is named" 2 on third init \
	--name third --no-recovery --yes --no-input $cheap
like "the passphrase" "passphrase-file" "$(cat "$errs")"
# shellcheck disable=SC2086
exits "and the sheet is not passed over in silence" 2 on third init \
	--name third --passphrase-file "$pass" --no-input $cheap
like "both ways are named" "--no-recovery" "$(cat "$errs")"
like "the other too" "--recovery-out" "$(cat "$errs")"
for name in "$(printf 'pho\033[31mne')" "$(printf 'e\342\200\256nohp')" \
	"$(printf '%065d' 7)"; do
	# shellcheck disable=SC2086
	exits "a device name that could mislead is refused" 2 on third init \
		--name "$name" --passphrase-file "$pass" --no-recovery \
		--yes --no-input $cheap
	is "without its signs reaching the terminal" "" \
		"$(LC_ALL=C tr -d -c '\033' <"$errs")"
done
is "and nothing was made" none "$(on third status --json | get 'd["state"]')"

cat >"$bench/script" <<'END'
see I understand
type I understand
see Ready.
exit 0
END
# shellcheck disable=SC2086
KEPT_HOME=$bench/third dialog "$bench/script" "$kept" init --name third \
	--passphrase-file "$pass" --no-recovery $cheap >"$out"
is "without a sheet one has to say so" 0 $?
exits "status in words" 0 on third status
like "says so quietly" "recovery" "$(cat "$out")"

# Joining: what can't be is said before a passphrase is asked for.
cat >"$bench/script" <<'END'
see Say where the other device is: --at HOST:PORT
exit 2
END
KEPT_HOME=$bench/fourth dialog "$bench/script" "$kept" pair \
	orbit-candle-plain >"$out"
is "joining needs an address, and says so first" 0 $?
unlike "before any passphrase" "assphrase" "$(cat "$out")"
cat >"$bench/script" <<'END'
see This device already keeps a journal.
exit 1
END
KEPT_HOME=$bench/third dialog "$bench/script" "$kept" pair \
	orbit-candle-plain --at 127.0.0.1:1 >"$out"
is "so does a device that has a journal" 0 $?
unlike "it asks for none either" "assphrase:" "$(cat "$out")"

tap_done
