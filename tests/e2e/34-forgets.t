#!/bin/sh
# 34-forgets.t - once locked, keptd has forgotten: neither words of the journal
# nor the passphrase stand anywhere in its memory. Method: words nobody else
# has go in and come out by several ways; after the lock, every page of the
# process is searched. Memory is closed to others, so only root can look.
. tests/e2e/lib.sh

words=qzcanaryonthewindowsill
secret=qzpassphraseofnobodyelse
printf '%s\n' "$secret" >"$pass"

# Lines for each place where one of the words stands; 3 if it may not look.
remembered() {
	"$python" -I -c 'import re, sys
pid, words = sys.argv[1], [word.encode() for word in sys.argv[2:]]
try:
    memory = open(f"/proc/{pid}/mem", "rb")
    maps = open(f"/proc/{pid}/maps").read()
except PermissionError:
    sys.exit(3)
for line in maps.splitlines():
    m = re.match(r"([0-9a-f]+)-([0-9a-f]+) (r?)", line)
    if not m[3] or "[v" in line:
        continue
    try:
        memory.seek(int(m[1], 16))
        page = memory.read(int(m[2], 16) - int(m[1], 16))
    except OSError:
        continue
    for word in words:
        for hit in re.finditer(re.escape(word), page):
            print(word.decode(), line.split()[-1])' "$@"
}

case ${BUILD:-} in
asan | tsan)
	# Its shadow is too large to search, and it keeps what was freed.
	tap_skip "a locked keptd has forgotten" "a sanitizer's memory is its own"
	tap_done
	;;
esac
device laptop
pid=$(cat "$bench/laptop.pid")
remembered "$pid" "$words" >/dev/null
if [ $? -eq 3 ]; then
	tap_skip "a locked keptd has forgotten" "only root may look into it"
	tap_done
fi
printf 'A note on %s, and more of it' "$words" |
	on laptop note - >/dev/null 2>&1
printf '{"what":"%s again"}' "$words" |
	on laptop add win --from - >/dev/null
exits "lock" 0 on laptop lock
exits "unlock" 0 on laptop unlock --passphrase-file "$pass" --no-input
like "the search can find" "$words" \
	"$(remembered "$pid" "$words")"
on laptop log --json >"$out"
on laptop search "$words" --json >"$out"
exits "lock again" 0 on laptop lock
is "the words are gone" "" "$(remembered "$pid" "$words")"
is "and so is the passphrase" "" "$(remembered "$pid" "$secret")"

tap_done
