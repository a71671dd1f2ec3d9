#!/bin/sh
# 60-programs.t - what scripts rely on: a client of thirty lines, kept call,
# settings, keptd's comings and goings, exit codes, systemd's ways. Method:
# contract.md, line by line, where no other test has it.
# shellcheck disable=SC2016 # $ in single quotes is for an inner shell
. tests/e2e/lib.sh

device laptop
on laptop import tests/e2e/story/week16.ndjson >/dev/null 2>&1
if [ -n "$has_msgpack" ]; then
	"$python" "$tools/thin_client.py" "$bench/laptop/run/kept.sock" \
		>"$out" 2>"$errs"
	is "thirty lines of Python list the entries" 14 "$(wc -l <"$out")"
	is "newest first" "01JC0000000000000000000014 mood 2025-08-18" \
		"$(head -n 1 "$out" | tr '\t' ' ')"
	is "in thirty lines" yes "$([ "$(grep -c . \
		"$tools/thin_client.py")" -le 30 ] && echo yes)"
	on laptop lock
	"$python" "$tools/thin_client.py" "$bench/laptop/run/kept.sock" \
		>"$out" 2>"$errs"
	like "locked: it hears so" "locked: " "$(cat "$errs")"
	on laptop unlock --passphrase-file "$pass"
else
	tap_skip "a thin client" "python3-msgpack is not installed"
fi

exits "kept call api" 0 on laptop call api
is "each method has access, since, doc, params, results" true \
	"$(get 'all({"name", "access", "since", "doc", "params", "results"} <=
		m.keys() and m["doc"] for m in d["methods"])' "$out")"
is "each parameter its type, need, and meaning" true \
	"$(get 'all(p["name"] and p["type"] and p["doc"] and "required" in p
		for m in d["methods"] for p in m["params"])' "$out")"
is "classes are the four" '["admin", "open", "read", "write"]' \
	"$(get 'sorted({m["access"] for m in d["methods"]})' "$out")"
is "events are described too" true \
	"$(get '{"entry", "sync", "conflict", "gap"} <=
		{e["name"] for e in d["events"]}' "$out")"
exits "an unknown method" 1 on laptop call teleport --json
exits "a parameter that is missing" 2 on laptop call show
exits "one nobody knows" 2 on laptop call show id=0007 colour=blue
exits "a number where one belongs" 0 on laptop call log limit=2
is "two" 2 "$(get 'len(d["entries"])' "$out")"
exits "a word where a number belongs" 2 on laptop call log limit=two

exits "config lists all" 0 on laptop config
for key in listen discovery lock_after sync_while_locked day_ends_at mailbox \
	region accessible patterns reminders; do
	exits "config get $key" 0 on laptop config get $key
done
exits "config set" 0 on laptop config set lock_after 5m
is "counts" 5m "$(on laptop config get lock_after)"
exits "not with nonsense" 2 on laptop config set lock_after soon
exits "nor for an unknown key" 2 on laptop config set lock_afther 5m
is "nothing changed" 5m "$(on laptop config get lock_after)"
finish laptop
daemon laptop
is "it is there after a restart" 5m "$(on laptop config get lock_after)"
exits "config explain tells what each is" 0 on laptop config explain
like "in words" "Lock by itself" "$(cat "$out")"
finish laptop
config=$(find "$bench/laptop" -name config -type f | head -n 1)
printf 'colour blue\n' >>"$config"
KEPT_HOME=$bench/laptop exits "an unknown line in the file is refused" 2 \
	timeout 20 "$keptd" --foreground
like "by its number" "line" "$(cat "$errs")"
sed -i '/colour/d' "$config"

exits "daemon start" 0 on laptop daemon start
exits "is there" 0 on laptop daemon status
exits "starting it twice is no fault" 0 on laptop daemon start
on laptop unlock --passphrase-file "$pass"

exits "nothing by that id: 5" 5 on laptop show nope
exits "used wrongly: 2" 2 on laptop log --until 2026-13-01
exits "done, with an empty list: 0" 0 on laptop log --kind plan
exits "doctor has lines, and 0 or 8" "$(on laptop doctor >/dev/null 2>&1
	echo $?)" on laptop doctor --json
is "each with a part and a finding" true \
	"$(get 'len(d["lines"]) > 2 and isinstance(d["ok"], bool) and
		all(x["part"] and x["finding"] for x in d["lines"])' "$out")"
like "which warns of a slot made for tests" "passphrase" "$(cat "$out")"
on laptop lock
exits "locked: 4" 4 on laptop log --no-input
KEPT_HOME=$bench/laptop exits "a keptd that can't start: 69" 69 \
	env PATH=/usr/bin:/bin sh -c 'mkdir "$bench/alone" &&
		cp "$kept" "$bench/alone/" &&
		KEPT_HOME=$bench/elsewhere "$bench/alone/kept" status'
if [ -w /dev/full ]; then
	on laptop unlock --passphrase-file "$pass"
	on laptop log --json >/dev/full 2>"$errs"
	is "no room for its answer: 74" 74 $?
fi
KEPT_HOME=$bench/laptop "$kept" log --json 2>"$errs" | head -c 1 >/dev/null
is "a reader that leaves is no matter" "" "$(cat "$errs")"
exits "stdin closed" 0 sh -c 'KEPT_HOME=$bench/laptop "$kept" status <&-'
for term in dumb xterm; do
	TERM=$term NO_COLOR=1 on laptop log >"$out" 2>&1
	is "no colors at TERM=$term with NO_COLOR" "" \
		"$(LC_ALL=C tr -d -c '\033' <"$out")"
done
LC_ALL=C on laptop show 0005 --ascii >"$out" 2>&1
is "--ascii is ASCII" "" "$(LC_ALL=C grep -o "[$(printf '\200')-$(printf \
	'\377')]" "$out" | head -n 1)"

# systemd: readiness, and a socket that is already open.
finish laptop
"$python" -I -c 'import os, socket, subprocess, sys
bench, keptd = sys.argv[1:]
note = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
note.bind(f"{bench}/notify")
note.settimeout(20)
door = socket.socket(socket.AF_UNIX)
door.bind(f"{bench}/laptop/run/kept.sock")
door.listen()
shell = "LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" --foreground"
child = subprocess.Popen(["sh", "-c", shell, keptd], close_fds=False,
	preexec_fn=lambda: os.dup2(door.fileno(), 3),
	env=dict(os.environ, KEPT_HOME=f"{bench}/laptop",
		NOTIFY_SOCKET=f"{bench}/notify"), stderr=subprocess.DEVNULL)
print(note.recv(256).decode().split("\n")[0])
sys.stdout.flush()
asked = subprocess.run([os.environ["kept"], "status", "--json"],
	env=dict(os.environ, KEPT_HOME=f"{bench}/laptop"),
	capture_output=True)
print(asked.returncode)
child.terminate()
print(child.wait(20))' "$bench" "$keptd" >"$out" 2>"$errs"
is "it tells systemd that it is ready, serves the socket it was given," \
	"READY=1 0 0" "$(tr '\n' ' ' <"$out" | sed 's/ $//')"

tap_done
