#!/bin/sh
# 18-remind.t - reminders, asked for and given back. Method: systemctl and
# notify-send are scripts that write down what they are told, in front of the
# PATH; without them, and in a home that is not the person's own.
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
. tests/e2e/lib.sh

device laptop
mkdir -p "$bench/tools"
for tool in systemctl notify-send; do
	printf '#!/bin/sh\nprintf "%%s|" %s "$@" >>"$told"\necho >>"$told"\n' \
		"$tool" >"$bench/tools/$tool"
	chmod +x "$bench/tools/$tool"
done
told=$bench/told
export told

# A home of the person's own: where XDG says, with keptd beside it.
own() {
	env -u KEPT_HOME HOME="$bench/own" XDG_CONFIG_HOME="$bench/own/c" \
		XDG_DATA_HOME="$bench/own/d" XDG_STATE_HOME="$bench/own/s" \
		XDG_RUNTIME_DIR="$bench/own/r" \
		PATH="$bench/tools:$PATH" "$kept" --no-input "$@"
}
mkdir -p "$bench/own/r"
chmod 700 "$bench/own/r"
: >"$told"

is "they are off" off "$(own config get reminders)"
exits "reminders on" 0 own config set reminders on
is "asks the system for its timer" \
	"systemctl|--user|enable|--now|kept-remind.timer|" "$(cat "$told")"
like "and says what it will say" "A quiet minute?" "$(cat "$out" "$errs")"
: >"$told"
exits "the timer's hour" 0 own remind
is "brings one line, and nothing else" \
	"notify-send|--app-name=kept|--|A quiet minute?|" "$(cat "$told")"
is "in view of nobody else" "" "$(cat "$out" "$errs")"
: >"$told"
exits "off again" 0 own config set reminders off --json
is "the timer goes" "systemctl|--user|disable|--now|kept-remind.timer|" \
	"$(cat "$told")"
is "programs are told" true "$(get 'd["timer"]' "$out")"
: >"$told"
exits "whatever still runs it" 0 own remind
is "it is silent" "" "$(cat "$told")"
own daemon stop >"$out" 2>&1

printf '#!/bin/sh\nexit 1\n' >"$bench/tools/systemctl"
exits "where systemd doesn't answer" 0 own config set reminders on
is "it is on all the same" on "$(own config get reminders)"
like "and says how else" "kept remind" "$(cat "$out" "$errs")"
printf '#!/bin/sh\nexit 1\n' >"$bench/tools/notify-send"
exits "nobody there to show it is no trouble" 0 own remind
rm "$bench/tools/notify-send"
exits "nor is nothing to show it with" 0 env PATH=/nonexistent \
	KEPT_HOME="$bench/laptop" "$kept" remind
own daemon stop >"$out" 2>&1

: >"$told"
PATH=$bench/tools:$PATH exits "a home of another kind" 0 \
	on laptop config set reminders on
is "asks nobody's timer" "" "$(cat "$told")"
unlike "it is no command for people" "remind " "$(on laptop help)"
tap_done
