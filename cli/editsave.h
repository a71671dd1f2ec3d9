/*
 * editsave.h - what is written in an editor, as a draft: while it is written,
 * and after a crash.
 *
 * A draft of a new entry holds `text`; of an entry that is changed, its id in
 * `changes` and the whole page in `page`, which are no names of fields.
 */
#ifndef KEPT_CLI_EDITSAVE_H
#define KEPT_CLI_EDITSAVE_H

#include "cli/cli.h"
#include "cli/keep.h"
#include "cli/workfile.h"

/* More doesn't fit one draft; it is kept as several. */
#define EDITSAVE_BYTES (LIMIT_FRAME_BYTES / 2)

struct editsave {
	struct cli *cli;
	const char *kind;
	const char *changes; /* whole id of the entry; NULL: a new one */
	char *draft;         /* KEEP_DRAFT_BYTES, "" at first */
};

/* Keeps it sealed. False: it couldn't be, and nothing is said. */
bool editsave_keep(const struct editsave *save, const char *text);
void editsave_drop(const struct editsave *save);
/*
 * What was begun and not finished, if the person wants to go on with it:
 * *text (cli_free) and its draft, else they stay as they are. 0 or an exit
 * code.
 */
int editsave_offer(const struct editsave *save, char **text) KEPT_MUST_USE;
/* For whom a working file is; owned. */
cJSON *editsave_about(const struct editsave *save);
/* Takes in what a crash left in memory, and removes it there. Once a run. */
void editsave_recover(struct cli *cli);

#endif
