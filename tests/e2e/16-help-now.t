#!/bin/sh
# 16-help-now.t - somebody to reach: without a journal, locked, without keptd,
# in every region. Method: the page itself, what it does not leave behind, and
# what a release needs of its table.
. tests/e2e/lib.sh

mkdir -p "$bench/laptop"
page() {
	KEPT_HOME=$bench/laptop "$kept" help-now >"$out" 2>"$errs" \
		</dev/null
}
region() {
	mkdir -p "$bench/laptop"
	printf '# mine\n  region   %s  \nlock_after 10m\n' "$1" \
		>"$bench/laptop/config"
}

region us
page
is "it is there without a journal" 0 $?
is "as it was drawn" "If you might act on thoughts of hurting yourself, \
please reach someone now.
  Emergency                 911
  Call or text              988   Suicide & Crisis Lifeline (US), day and night
  Elsewhere                 findahelpline.com
Check this number for where you live.
Your own plan:  kept plan        (checked 1 Nov 2026; region us; change: \
kept config region)" "$(cat "$out")"
is "with nothing beside it" "" "$(cat "$errs")"
is "no keptd was started for it" "" "$(bench_processes laptop)"
is "and nothing was written" "config" "$(ls -A "$bench/laptop")"

row() {
	region "$1"
	page
	like "$1: $2" "$2" "$(cat "$out")"
}
row UK "116 123  Samaritans"
row gb "Emergency                 112"
row ie "116 123  Samaritans"
row de "Emergency                 112"
unlike "and none of another country's" "988" "$(cat "$out")"
row ca "988   Suicide Crisis Helpline (Canada)"
row ca "Emergency                 911"
row au "13 11 14  Lifeline"
row nz "1737  1737"
row eu "112"
row jp findahelpline.com
like "where there is no row all are shown" "988" "$(cat "$out")"
like "with whose they are" "US, CA" "$(cat "$out")"
row "$(printf 'x\033[31m')" "region x␛[31m"

rm -f "$bench/laptop/config"
# shellcheck disable=SC2030,SC2031 # the locale of one run
LC_ALL="" LANG=en_AU.UTF-8 page
like "else the locale says where" "13 11 14" "$(cat "$out")"
LC_ALL=C.UTF-8 page
like "else nobody does, and all are shown" "1737" "$(cat "$out")"
like "and it can be chosen" "choose one: kept config region" "$(cat "$out")"
region us
is "programs read the same" "us 3 988 None" "$(KEPT_HOME=$bench/laptop \
	"$kept" help-now --json | get 'j(d["region"], len(d["lines"]),
	d["lines"][1]["call"], d["plan"])')"
is "with the day each was looked up" "true" "$(KEPT_HOME=$bench/laptop \
	"$kept" help-now --json | get 'all(len(l["checked_on"]) == 10
	for l in d["lines"])')"

# The plan, where the person let it be read while locked.
mkdir -p "$bench/laptop/data"
(umask 077
printf 'Things I can do\n- Walk to the river\n- a \033[31m sign\n' \
	>"$bench/laptop/data/plan.txt")
page
like "one's own plan stands below" "- Walk to the river" "$(cat "$out")"
like "and sends nothing to the terminal" "a ␛[31m sign" "$(cat "$out")"
rm -f "$bench/laptop/data/plan.txt"
ln -s /etc/passwd "$bench/laptop/data/plan.txt"
page
unlike "a link to something else is no plan" "root:" "$(cat "$out")"
rm -f "$bench/laptop/data/plan.txt"
mkfifo "$bench/laptop/data/plan.txt"
page
is "nor is a pipe waited for" 0 $?
rm -rf "$bench/laptop/data"
cat >"$bench/script" <<'END'
see please reach
see 988
see findahelpline
exit 0
END
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
KEPT_HOME=$bench/laptop dialog "$bench/script" \
	sh -c 'stty cols 20; exec "$kept" help-now' >"$out" 2>&1
is "it fits a screen of 20 columns" 0 $?
is "no line of it is wider" "" "$(awk 'length($0) > 20' "$out")"
KEPT_HOME=$bench/laptop COLUMNS=40 TERM=dumb "$kept" help-now --plain \
	>"$out"
like "and one that is dumb" "988" "$(cat "$out")"

# Locked, and with a journal: the same page, at once, and no trace.
device phone
on phone config set region nz >"$out" 2>"$errs"
on phone lock
on phone help-now >"$out"
like "locked, the region is known" "1737" "$(cat "$out")"
is "from this device's own file" "region nz" \
	"$(grep region "$bench/phone/config")"
finish phone
before=$(find "$bench/phone" -type f -exec sha256sum {} + | sort)
on phone help-now >"$out"
like "without keptd" "1737" "$(cat "$out")"
is "keptd stays away" "" "$(bench_processes phone)"
is "and every file is as it was" "$before" \
	"$(find "$bench/phone" -type f -exec sha256sum {} + | sort)"

exits "a release goes out with lines looked up lately" 0 \
	sh packaging/release-check.sh 2027-03-01
exits "a day later it doesn't" 1 sh packaging/release-check.sh 2027-03-02
tap_done
