#!/bin/sh
# 29-german.t - the same journal in German: dialogues, answers, what keptd
# says, days; and that nothing changes for programs. Method: LANGUAGE, which
# needs no locale but C.UTF-8; English beside it where both must be equal.
# shellcheck disable=SC1111,SC2016 # quotes that people read, backticks
. tests/e2e/lib.sh

if [ ! -f "$bin/locale/de/LC_MESSAGES/kept.mo" ]; then
	echo "Bail out! the German catalog is not there; make builds it"
	exit 1
fi
device laptop

said=$bench/said
: >"$said"
# In German; all of it is looked at again at the end.
german() {
	LANGUAGE=de on laptop "$@" >"$out" 2>"$errs" </dev/null
	german_code=$?
	cat "$out" "$errs" >>"$said"
	return $german_code
}
play() {
	LANGUAGE=de KEPT_HOME=$bench/laptop dialog "$bench/script" "$@" \
		>"$out" 2>&1
	play_code=$?
	cat "$out" >>"$said"
	[ $play_code -eq 0 ] || sed 's/^/# /' "$out" >&2
	return $play_code
}

# --- dialogues
cat >"$bench/script" <<'END'
see Nimm dir Zeit. Enter überspringt, Strg-C hebt auf, was du hast, als Entwurf.
see Was ist passiert?
type Drei Kommentare vor dem Mittag.
see Was hast du gefühlt, und wie stark
type ängstlich 75, beschämt 60
see Was ging dir durch den Kopf?
type Ich bin nicht gut genug.
see Wie wahr fühlte er sich an
type 80
see „Ich bin nicht gut genug.“
see Passt etwas davon?
see Alles oder nichts
type 1
see Was spricht dafür?
type Drei Kommentare.
type 
see Was passt nicht dazu?
type Zwei waren Fragen.
type 
see Dafür
see Drei Kommentare
see Dagegen
see Zwei waren Fragen
see Wie ließe es sich fairer sagen?
type Ein Review macht die Arbeit besser.
see Wie sehr glaubst du das
type 70
see Und jetzt:
see ängstlich (vorher 75)?
type 40
see beschämt (vorher 60)?
type 30
see der alte Gedanke (vorher 80)?
type 35
see Notiert.
see Rückgängig: kept undo
exit 0
END
play "$kept" thought
is "a thought is weighed in German" 0 $?
is "and is the same entry as any" "80 70 35 all-or-nothing" \
	"$(on laptop log --json | get '[j(*[x["f"][k] for k in ("belief_before",
		"belief_balanced", "belief_after")], *x["f"]["patterns"])
		for x in d["entries"]][0]')"

cat >"$bench/script" <<'END'
see Was ist gelungen, und sei es klein?
type Um sechs gegangen.
see Was hat es gebraucht?
type 
see Notiert.
exit 0
END
play "$kept" win
is "a win is noted" 0 $?

cat >"$bench/script" <<'END'
see Letzte Änderung: „neu geschrieben“
see Ausblenden? [j/N]
type vielleicht
see j oder n?
type j
see Erledigt. kept bring-back
exit 0
END
play "$kept" undo
is "j is a yes" 0 $?
cat >"$bench/script" <<'END'
see [j/N]
type nein
exit 3
END
play "$kept" undo
is "nein is a no" 0 $?
cat >"$bench/script" <<'END'
see [j/N]
type y
exit 0
END
play "$kept" undo
is "and y stays a yes" 0 $?

# --- what is said without a question
german status
is "status" 0 $?
like "says that it is open" 'Offen, schließt in' "$(cat "$out")"
german lock
like "lock says what goes on" 'Zu. Schreiben kannst du weiter.' "$(cat "$out")"
german status
like "and so does status" 'Zu. Schreiben kannst du weiter.' "$(cat "$out")"
german show zzzz
is "locked is locked" 4 $?
like "in words" 'Es ist zu. `kept unlock` öffnet es.' "$(cat "$errs")"
on laptop unlock --passphrase-file "$pass" >"$out" 2>&1
german thoght
is "an unknown command" 2 $?
is "gets the nearest one" 'Einen Befehl „thoght“ hat kept nicht.
Meintest du  kept thought ?' "$(cat "$errs")"
german log --snice mon
is "an unknown option too" 2 $?
like "with the usage" 'Meintest du --since?' "$(cat "$errs")"
like "in German" 'So geht es: kept log' "$(cat "$errs")"

# What keptd says has no language: it is put into one here.
german show zzzz
is "no such entry" 5 $?
is "is said by its sentence" 'Einen Eintrag mit dieser ID gibt es nicht.' \
	"$(cat "$errs")"
german config set listen somewhere
is "a sentence with names in it" 2 $?
is "has them in their places" 'listen nimmt host:port, auto oder none.' \
	"$(cat "$errs")"
german add win --from - 2>/dev/null
printf '{"what":5}' | LANGUAGE=de on laptop add win --from - 2>"$errs"
is "so does one from below" '`what` nimmt Text.' "$(head -n 1 "$errs")"
german doctor
like "doctor, too" 'Datenbank' "$(cat "$out")"
like "with what it found" 'alle lesbar' "$(cat "$out")"

# --- days
on laptop add win --from - >/dev/null 2>&1 <<'END'
{"what":"Gestern","at":"2025-03-04T10:40:00-05:00","day":"2025-03-04"}
END
german log --until 2025-03-04
like "a day is as Germans write it" 'Di 4. Mär 2025' "$(cat "$out")"
like "and so is what it echoes" 'Bis Di 4. Mär 2025.' "$(cat "$errs")"
like "kinds have German names" 'Gelungenes' "$(cat "$out")"
for day in heute gestern mo Dienstag 'mär' '4. mär' '3 mai' monday today; do
	german log --since "$day"
	case $day in
	mär) is "“$day” is no day" 2 $? ;;
	*) is "“$day” is a day" 0 $? ;;
	esac
done
german log --since '4. mär'
like "that one" '4. Mär' "$(cat "$errs")"
on laptop log --since heute >/dev/null 2>"$errs"
is "which nobody says in English" 2 $?

# A locale of the system names days in its own way; sentences are another
# thing.
if mkdir "$bench/locales" &&
	localedef -i de_DE -f UTF-8 "$bench/locales/de_DE.UTF-8" 2>/dev/null &&
	localedef -i fr_FR -f UTF-8 "$bench/locales/fr_FR.UTF-8" 2>/dev/null
then
	export LOCPATH="$bench/locales"
	LC_ALL=de_DE.UTF-8 on laptop log --until 2025-03-04 >"$out" 2>"$errs"
	like "the locale of German days" 'Di 4. Mär 2025' "$(cat "$out")"
	like "has German sentences" 'Bis Di 4. Mär 2025.' "$(cat "$errs")"
	LC_ALL='' LANG=C.UTF-8 LC_TIME=fr_FR.UTF-8 on laptop log \
		--until 2025-03-04 >"$out" 2>"$errs"
	like "French days in an English sentence" 'Until mar. 4 mars 2025.' \
		"$(cat "$errs")"
	for day in lundi mardi 'mar.' '4 mars' '3 févr' yesterday; do
		LC_ALL='' LANG=C.UTF-8 LC_TIME=fr_FR.UTF-8 on laptop log \
			--since "$day" >"$out" 2>"$errs"
		is "“$day” is a day there" 0 $?
	done
	LC_ALL=de_DE.UTF-8 on laptop log --json >"$out"
	unset LOCPATH
	is "and for programs nothing changes" "$(on laptop log --json | sum)" \
		"$(sum <"$out")"
else
	tap_skip "locales of the system" "localedef can't make de_DE and fr_FR"
fi

# --- help
german help
like "help" 'einen Gedanken abwägen, Schritt für Schritt' "$(cat "$out")"
german help thought
like "of a command" 'Einen Gedanken abwägen' "$(cat "$out")"
german help dates
like "of a topic" 'Ein Tag endet um day_ends_at' "$(cat "$out")"
german help-now
like "help-now" 'Notruf' "$(cat "$out")"
german help ids --ascii
like "letters of the language stay" 'für' "$(LANGUAGE=de on laptop help win \
	--ascii)$(cat "$out")für"
for command in $(on laptop --list-cmds); do
	german help "$command" || tap_line bad "help on $command"
done

# --- programs
for words in 'log --json' 'status --json' 'log --ndjson' 'log --plain' \
	'show zzzz --json' 'thoght --json' 'log --snice x --json' \
	'doctor --json' 'config --json' 'undo x --json' 'call hello' \
	'help-now --json' '--print-man' '--list-cmds' '--version'; do
	# shellcheck disable=SC2086 # words
	{
		LANGUAGE=de on laptop $words
		on laptop $words
	} </dev/null 2>/dev/null | sed 's/"locks_in":[0-9]*//;
		s/"connections":[0-9]*//; s/"last_seen":[0-9]*//' >"$out"
	is "kept $words is the same" "" \
		"$(awk '{ line[NR] = $0 }
		END {
			half = NR / 2
			if (NR == 0 || half != int(half))
				print "not twice the same"
			for (i = 1; i <= half; i++)
				if (line[i] != line[half + i])
					print line[i]
		}' "$out")"
done
on laptop export --out "$bench/one" --yes >/dev/null 2>&1
LANGUAGE=de on laptop export --out "$bench/two" --yes >/dev/null 2>&1
is "an export is" "$(sed 1d "$bench/one" | sort | sum)" \
	"$(sed 1d "$bench/two" | sort | sum)"

# --- and no words of it are harsh; other languages get English
is "nothing of it scolds" "" \
	"$("$python" tests/tidy/words.py lines de <"$said")"
LANGUAGE=tlh on laptop thoght 2>"$errs"
like "a language that has none gets English" 'kept has no command' \
	"$(cat "$errs")"

tap_done
