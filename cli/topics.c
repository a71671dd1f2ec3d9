/*
 * topics.c - the longer texts of `kept help TOPIC`.
 */
#include "cli/help.h"
#include "cli/i18n.h"

static const struct help_topic topics[] = {
	{ "exit-codes", N_("what kept says to the shell"),
	  N_("0    done; also: an empty list\n"
	     "1    could not do it\n"
	     "2    used in a way kept doesn't know: a word, an option, a day\n"
	     "3    you stopped it: No at a question\n"
	     "4    locked: kept unlock\n"
	     "5    nothing by that id, or more than one\n"
	     "7    kept here, another device not reached (sync --wait)\n"
	     "8    doctor found something to look at\n"
	     "65   a file to import is not what it says\n"
	     "69   keptd can't be reached or started\n"
	     "74   disk or file trouble\n"
	     "130  Ctrl-C\n") },
	{ "dates", N_("how to write a day"),
	  N_("today, yesterday, mon to sun (the last one that was), -3d, -2w,\n"
	     "3 nov, 2026-11-03. A day ends at day_ends_at, 04:00 unless you\n"
	     "change it: what is written after midnight belongs to the "
	     "evening.\n") },
	{ "writing", N_("ways to get words in"),
	  N_("kept win            asks; nothing is left in the shell's "
	     "history\n"
	     "kept win -          reads what is piped to it\n"
	     "kept win --file F   reads a file\n"
	     "kept win -e         opens your editor\n"
	     "kept win WORDS      works too; your shell may remember the line\n"
	     "\n"
	     "While the journal is locked all of these still work: the words "
	     "are\n"
	     "sealed at once and join the journal at the next unlock.\n") },
	{ "formats", N_("what kept reads and writes"),
	  N_("kept export --out FILE     all entries, one a line, as JSON\n"
	     "                           (ndjson)\n"
	     "kept import FILE           takes them back; an entry that is\n"
	     "                           here already stays one\n"
	     "kept session import FILE   the record of a session\n"
	     "\n"
	     "An entry is an object with id, kind, at, tz, day, device, tags,\n"
	     "starred, state, and f: its own fields by name. kept call api\n"
	     "names every request and what it takes. Days are written\n"
	     "2026-11-03, instants 2026-11-03T10:40:00-05:00, in every\n"
	     "language. Names are only ever added.\n"
	     "\n"
	     "The journal itself is journal.db: every change of an entry,\n"
	     "sealed. Nothing in it can be read without the passphrase.\n") },
	{ "ids", N_("how entries are named"),
	  N_("An entry is named by the last letters of its id, k7qf. As many "
	     "as\n"
	     "tell it from the others are enough.\n") },
	{ "passphrase", N_("without typing it"),
	  N_("--passphrase-file FILE   the first line of FILE\n"
	     "--passphrase-fd N        the first line of an open descriptor\n"
	     "\n"
	     "There is no option and no variable that takes the passphrase\n"
	     "itself: other programs could read it there.\n") },
	{ "shell-history", N_("what the shell remembers"),
	  N_("Words on the command line stay in your shell's history, "
	     "readable.\n"
	     "kept win  without words asks instead. In bash, a line that "
	     "begins\n"
	     "with a blank is left out where HISTCONTROL has ignorespace.\n") },
	{ "programs", N_("kept in scripts"),
	  N_("--json     one JSON object on stdout, with \"kept\":1\n"
	     "--ndjson   lists as one object a line\n"
	     "--no-input never asks; takes the safe way, or says which option\n"
	     "           to give and exits with 2\n"
	     "\n"
	     "Questions, progress, and notes go to stderr. kept call api\n"
	     "describes every request that keptd takes.\n") },
};

const struct help_topic *help_topic_at(size_t place)
{
	return place < KEPT_ARRAY_COUNT(topics) ? &topics[place] : NULL;
}
