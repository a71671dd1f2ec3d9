#!/bin/sh
# words.t - what people read: collected in kept.pot as it stands in the
# sources, all of it translated, and none of it harsh. Each check is shown
# something that it has to find.
# shellcheck disable=SC1111,SC2016 # quotes that people read, backticks
set -u
LC_ALL=C.UTF-8
export LC_ALL
. tests/tidy/tap.sh

po=packaging/po
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

for tool in xgettext msgfmt python3; do
	if ! command -v $tool >/dev/null; then
		tap_skip "what people read" "$tool is not installed"
		tap_done
	fi
done
sources=$(sed -n '/^\(CLI\|PAGE\)_SRCS/,/^$/s/^\t\(cli\/.*\.c\) \\$/\1/p' sources.mk)
languages=$(sed -n '/^LANGUAGES/,/^$/s/^\t\([a-z_A-Z]*\) \\$/\1/p' sources.mk)

# --- is it collected?
# shellcheck disable=SC2086 # names without blanks
sh $po/extract.sh "$scratch" $sources >"$scratch/log" 2>&1 ||
	cp "$scratch/log" "$scratch/kept.pot"
tap_report "kept.pot is what the sources say (make po)" \
	"$(diff $po/kept.pot "$scratch/kept.pot" | head -n 20)"
tap_report "told.def is what keptd says (make po)" \
	"$(diff cli/told.def "$scratch/told.def" | head -n 20)"

unwrapped() {
	python3 tests/tidy/words.py unwrapped "$@"
}
# shellcheck disable=SC2086
tap_report "what is printed can be translated" "$(unwrapped $sources)"
cat >"$scratch/plain.c" <<'END'
static void greet(void)
{
	cli_say("Good to see you.\n");
	cli_say(is_long ? _("Good to see you.\n") : "See you.\n");
	cli_say("%s  %s\n", name, rest);
	cli_note(cli, _("See you for a day.\n"));
	buf_printf(&line, "kept show %s", id);
	buf_printf(&line, " on %lld devices", count);
}
END
mkdir "$scratch/more"
# shellcheck disable=SC2086
sh $po/extract.sh "$scratch/more" $sources "$scratch/plain.c" 2>/dev/null
tap_expect "a sentence that is new shows in kept.pot" 'msgid "See you for a day' \
	"$(diff $po/kept.pot "$scratch/more/kept.pot")"
found=$(unwrapped "$scratch/plain.c")
tap_expect "a sentence without _() is found" 'plain.c:3: ' "$found"
tap_expect "so is the second of two" 'plain.c:4: .*See you' "$found"
tap_expect "so is one in a line that is put together" 'plain.c:8: ' "$found"
tap_report "and nothing else is" \
	"$(printf '%s\n' "$found" | grep -v ':[348]: ')"

# --- is it translated?
lacking() {
	msgattrib --untranslated "$1" | grep '^msgid' | head -n 10
	msgattrib --only-fuzzy "$1" | grep '^msgid' | head -n 10
}
for language in $languages; do
	tap_report "$language: well formed, with the conversions of English" \
		"$(msgfmt --check-format --check-header -o /dev/null \
			$po/"$language".po 2>&1)"
	tap_report "$language: nothing is lacking" \
		"$(lacking $po/"$language".po)"
	cp $po/"$language".po "$scratch/merged.po"
	sh $po/merge.sh "$scratch/merged.po" $po/kept.pot
	tap_report "$language: up to date (make po)" \
		"$(diff $po/"$language".po "$scratch/merged.po" |
			head -n 20)"
	tap_report "$language: no harsh words, nor in English" \
		"$(python3 tests/tidy/words.py harsh $po/"$language".po)"
done

# What stays English, because it is about what nobody should ever see, is kind
# as well.
# shellcheck disable=SC2046 # names without blanks
xgettext --language=C --from-code=UTF-8 --keyword --keyword=err_set:3 \
	--keyword=err_set_os:4 --keyword=err_wrap:2 --keyword=KEPT_SAID \
	--no-location --output="$scratch/en.po" \
	$(find crdt daemon proto -name '*.c') 2>"$scratch/log"
tap_report "keptd has no harsh words either" \
	"$([ -s "$scratch/en.po" ] || cat "$scratch/log"
	python3 tests/tidy/words.py harsh "$scratch/en.po")"

one='msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\n"
'
printf '%s\n#, c-format\nmsgid "%%s is %%d."\nmsgstr "%%d ist %%s."\n' "$one" \
	>"$scratch/turned.po"
tap_expect "conversions that are turned round are found" 'msgstr' \
	"$(msgfmt --check-format -o /dev/null "$scratch/turned.po" 2>&1)"
printf '%s\nmsgid "Kept."\nmsgstr ""\n' "$one" >"$scratch/empty.po"
tap_expect "a sentence that is not translated is found" 'Kept' \
	"$(lacking "$scratch/empty.po")"
printf '%s\n#, fuzzy\nmsgid "Kept."\nmsgstr "Weg."\n' "$one" \
	>"$scratch/fuzzy.po"
tap_expect "so is one that was guessed" 'Kept' "$(lacking "$scratch/fuzzy.po")"

# Each of the words, planted; and words that only look like them.
planted() {
	printf '%s\n' "$2" | python3 tests/tidy/words.py lines "$1"
}
for word in streak missed failed broke 'lost your' 'come back' error fatal \
	invalid 'failed to'; do
	tap_expect "“$word” is found" "“.*in: You $word it" \
		"$(planted en "You $word it.")"
done
for word in Serie verpasst versäumt versagt gescheitert 'komm zurück' \
	abgebrochen Fehler ungültig fehlgeschlagen; do
	tap_expect "“$word” is found in German" "“.*in: Das $word da" \
		"$(planted de "Das $word da.")"
done
printf '%s\nmsgid "Kept."\nmsgstr "Deine Serie"\n\nmsgid "A streak"\nmsgstr ""\n' \
	"$one" >"$scratch/de.po"
found=$(python3 tests/tidy/words.py harsh "$scratch/de.po")
tap_expect "in a translation" 'de: .*Deine Serie' "$found"
tap_expect "and in what is translated" 'en: .*A streak' "$found"
tap_report "a part of a word is none of them" \
	"$(planted en 'Dismissed, broken, unfailing, terror, comeback.'
	planted de 'Seriennummer, fehlerlos, unverpasst.')"

tap_done
