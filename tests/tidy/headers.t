#!/bin/sh
# headers.t - each header compiles alone: it brings what it needs, whoever
# includes it first. Uses the flags of the build, without banned.h, which
# brings headers of its own.
set -u
. tests/tidy/tap.sh

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

if [ ! -r "${KEPT_FLAGS:-build/debug/flags}" ]; then
	echo "1..0 # SKIP no build to take flags from"
	exit 0
fi
# The flags are words for a shell, quotes and all.
eval "set -- $(sed 's,-include proto/base/banned.h,,' \
	"${KEPT_FLAGS:-build/debug/flags}")"

complaints() {
	header=$1
	shift
	"$@" -fsyntax-only -x c "$header" 2>&1 |
		grep -v 'pragma once in main file' | grep -E 'error|warning'
}

for header in $(for top in proto crdt daemon cli tests; do
	[ ! -d "$top" ] || find "$top" -name '*.h'
done | sort); do
	# Included from a file of its own, as anybody would.
	printf '#include "%s"\n' "$header" >"$scratch/alone.c"
	tap_report "$header compiles alone" \
		"$(complaints "$scratch/alone.c" "$@")"
done

cat >"$scratch/lacking.h" <<'END'
struct lacking {
	uint8_t byte;
};
END
tap_expect "a header that lacks an include is refused" error \
	"$(complaints "$scratch/lacking.h" "$@")"

tap_done
