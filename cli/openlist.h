/*
 * openlist.h - what is planned and not done yet: shown, and said to be kept.
 * Experiments and activities have it in common.
 */
#ifndef KEPT_CLI_OPENLIST_H
#define KEPT_CLI_OPENLIST_H

#include "cli/pick.h"

/* Those that are open, as lines of the log; with --all every one of the kind.
 * An empty list says pick's `none` and its hint. 0, or an exit code said. */
int openlist_put(struct cli *cli, const struct pick *pick) KEPT_MUST_USE;
/* "Kept.  x5bb      Undo: kept undo", and whether it counts for something.
 * Takes the entry. */
int openlist_show_done(struct cli *cli, cJSON *take_entry);

#endif
