#!/bin/sh
# layers.t - who may include whom, read twice: from the #include lines of every
# file against the table, and from the compiler's dependency files, which also
# know what comes in through other headers. Rules: layers.awk.
set -u
LC_ALL=C
export LC_ALL
. tests/tidy/tap.sh

out=${KEPT_OUT:-build/debug}

direct() {
	awk -v direct=1 -f tests/tidy/layers.awk
}
seen() {
	awk -v direct=0 -f tests/tidy/layers.awk
}

includes() {
	for top in proto crdt daemon cli tests; do
		[ ! -d "$top" ] || grep -rn --include='*.[ch]' --include='*.def' \
			'^#[[:space:]]*include "' "$top"
	done | sed 's/^\([^:]*\):[^"]*"\([^"]*\)".*/\1 \2/'
}

# "out/a/b.o: a/b.c x.h \ ..." to "a/b.c x.h", of sources that still exist.
dependencies() {
	find "$out" -name '*.d' | while read -r made; do
		source=${made#"$out"/}
		source=${source%.d}.c
		[ -f "$source" ] || continue
		tr -s ' \\\n' '\n' <"$made" |
			awk -v source="$source" '
				/:$/ { if (++targets > 1) exit; next }
				$0 != "" { print source, $0 }'
	done
}

tap_report "includes keep to the table" "$(includes | direct)"
count=$(find "$out" -name '*.d' | wc -l)
if [ "$count" -eq 0 ]; then
	tap_line bad "there are dependency files in $out"
else
	tap_report "nothing forbidden comes in through other headers" \
		"$(dependencies | seen | sort -u)"
fi
tap_expect "the dependency files know libc" ' /usr/' \
	"$(dependencies | grep '^proto/base/mem.c')"

refuse() {
	tap_expect "$1 including $2 is refused" . \
		"$(echo "$1 $2" | direct)"
}
refuse daemon/core/peer.c daemon/vault/vault.h
refuse daemon/core/peer.c daemon/store/stmt.h
refuse daemon/vault/journal.c daemon/core/engine.h
refuse daemon/store/store.c daemon/core/roster.h
refuse daemon/rpc/do_write.c daemon/io/conn.h
refuse crdt/merge.c proto/crypto/keys.h
refuse proto/base/buf.c proto/bounds.h
refuse proto/codec.c crdt/merge.h
refuse cli/client.c proto/crypto/words.h
refuse tests/sim/world.c daemon/io/loop.h
refuse packaging/odd.c proto/base/buf.h

blind() {
	tap_expect "$1 seeing $2 is refused" 'may not see' \
		"$(echo "$1 $2" | seen)"
}
blind daemon/core/peer.c /usr/include/sodium.h
blind daemon/core/peer.c daemon/vault/vault.h
blind daemon/vault/view.c /usr/include/sqlite3.h
blind daemon/rpc/rpc_session.c /usr/include/uv.h
blind daemon/vault/view.c /usr/include/systemd/sd-bus.h
blind proto/schema.c /usr/include/msgpack/object.h
blind crdt/merge.c proto/crypto/keys.h
blind cli/kept.c /usr/include/sodium/core.h

allow() {
	tap_report "$1 including $2 is allowed" "$(echo "$1 $2" | direct)"
}
allow daemon/vault/journal.c daemon/core/roster.h
allow daemon/core/chain.c daemon/store/store.h
allow daemon/io/loop.c /usr/include/uv.h
allow crdt/merge.c proto/rule.def
allow tests/unit/test_buf.c proto/base/buf.h

tap_done
