#!/bin/sh
# protocol-tables.sh - the tables of proto/PROTOCOL.md out of the .def files.
#
#	protocol-tables.sh NAME		one table on stdout
#	protocol-tables.sh --write PAGE	every table of the page, in place
#
# A table stands between <!-- table: NAME --> and <!-- end -->. Run from the
# root of the tree. protocol.t asserts that page and tables agree.
set -eu

rows=tests/tidy/protocol-rows.awk

table() {
	case $1 in
	control) awk -v table=messages -f "$rows" proto/control.def ;;
	sync) awk -v table=messages -f "$rows" proto/sync.def ;;
	kdf) awk -v table=labels -f "$rows" proto/crypto/kdf.def ;;
	rules) awk -v table=rules -f "$rows" proto/rule.def ;;
	kinds) awk -v table=kinds -f "$rows" proto/entry.def ;;
	*)
		echo "no table $1" >&2
		return 1
		;;
	esac
}

write() {
	new=$1.new
	while IFS= read -r line; do
		case $line in
		'<!-- table: '*' -->')
			printf '%s\n' "$line"
			name=${line#<!-- table: }
			table "${name% -->}"
			while IFS= read -r line && [ "$line" != '<!-- end -->' ]
			do
				:
			done
			;;
		esac
		printf '%s\n' "$line"
	done <"$1" >"$new"
	if cmp -s "$new" "$1"; then
		rm "$new"
	else
		mv "$new" "$1"
	fi
}

if [ "$1" = --write ]; then
	write "$2"
else
	table "$1"
fi
