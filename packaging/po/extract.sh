#!/bin/sh
# extract.sh - everything people read, as packaging/po/kept.pot, and from the
# sentences of keptd cli/told.def.
#
#	extract.sh FOLDER FILE.c...	writes FOLDER/kept.pot, FOLDER/told.def
#
# Run from the root of the tree. The same sources give the same bytes: sorted,
# without dates, without lines. Changes nothing but these two files.
set -eu
LC_ALL=C.UTF-8
export LC_ALL

folder=$1
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

collect() {
	xgettext --language=C --from-code=UTF-8 --keyword \
		--add-location=file --add-comments='For translators' \
		--package-name=kept --copyright-holder='' \
		--msgid-bugs-address=none --output=- "$@" |
		sed -e 's/charset=CHARSET/charset=UTF-8/'
}

# Words of tables. Names that renderentry.c says in other words are left out.
grep -oE '\{ "[a-z_]+", N_\(' cli/renderentry.c | cut -d '"' -f 2 \
	>"$scratch/said"
${CC:-cc} -E -P -x c -I. packaging/po/tables.in | awk -v said="$scratch/said" '
	BEGIN {
		while ((getline name < said) > 0)
			has[name] = 1
	}
	{
		gsub(/(N_|CHOICES|NAME) *\(/, "\n&")
		count = split($0, parts, "\n")
		for (i = 1; i <= count; i++)
			put(parts[i])
	}
	function put(part,  words, n, j, text) {
		text = part
		if (part !~ /^(CHOICES|NAME)/) {
			if (part !~ /^N_ *\("" *\)/)
				print part
			return
		}
		if (text !~ /"/)
			return
		sub(/^[^"]*"/, "", text)
		sub(/".*$/, "", text)
		if (part ~ /^NAME/ && text in has)
			return
		n = split(text, words, "|")
		for (j = 1; j <= n; j++) {
			gsub(/_/, " ", words[j])
			if (words[j] ~ /[a-z][a-z]/)
				print "N_(\"" words[j] "\")"
		}
	}' >"$scratch/tables.c"

# What keptd says comes as a sentence, so its words are collected there.
said() {
	find daemon/rpc daemon/vault proto daemon/config.c \
		daemon/config_write.c daemon/node_instance.c \
		daemon/node_pair.c daemon/core/links.c \
		daemon/core/pairing_start.c -name '*.c' |
		grep -v '^proto/crypto/' | LC_ALL=C sort
}
# shellcheck disable=SC2046 # names without blanks
collect --keyword=err_set:3 --keyword=KEPT_SAID $(said) |
	msggrep -v --msgid -e '^[^A-Za-z]*%s[^A-Za-z]*$' >"$scratch/said.pot"
{
	cat <<-'END'
		/*
		 * told.def - sentences of keptd with names and numbers in
		 * them. Written by `make po` from where they are said.
		 */
	END
	msgcat --no-wrap --sort-output --no-location "$scratch/said.pot" |
		sed -n 's/^msgid "\(.*%.*\)"$/TOLD("\1")/p'
} >"$folder/told.def"

collect --keyword=_ --keyword=N_ --keyword=P_:1,2 \
	--flag=_:1:pass-c-format --flag=N_:1:pass-c-format "$@" \
	>"$scratch/cli.pot"
(cd "$scratch" && collect --keyword=N_ tables.c) >"$scratch/tables.pot"
msgcat --use-first --sort-output --add-location=file "$scratch/cli.pot" \
	"$scratch/said.pot" "$scratch/tables.pot" |
	sed -e '/^"POT-Creation-Date:/d' -e '/^"PO-Revision-Date:/d' \
		-e '/^"Report-Msgid-Bugs-To:/d' -e '/^"Last-Translator:/d' \
		-e '/^#:/s,tables\.c,packaging/po/tables.in,' \
		-e '/^"Language-Team:/d' -e '/^# SOME DESCRIPTIVE/,/^#, fuzzy/d' \
		>"$folder/kept.pot"
