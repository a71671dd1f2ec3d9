/*
 * pick.h - which entry is meant: named by its id, or chosen from those that
 * are open.
 */
#ifndef KEPT_CLI_PICK_H
#define KEPT_CLI_PICK_H

#include "cli/cli.h"

struct pick {
	const char *kind;
	bool (*is_open)(const cJSON *fields);
	const char *field;    /* what stands for it in a list */
	const char *question; /* N_("Which goal?") */
	const char *none;     /* N_(): no open one is here */
	const char *hint;     /* "kept goal add" */
};

/* All that are open, newest first, of the newest PICK_LOOKED_AT of the kind:
 * an array of entries. Gives ownership. 0, or an exit code said. */
#define PICK_LOOKED_AT 2000
int pick_open(struct cli *cli, const struct pick *pick, cJSON **entries)
	KEPT_MUST_USE;
/*
 * The one meant. id NULL: the only open one, or a question which. *entry gives
 * ownership. 0, or an exit code said: nothing by that id, another kind, none
 * open, or several and nobody to ask.
 */
int pick_entry(struct cli *cli, const struct pick *pick, const char *id,
	       cJSON **entry) KEPT_MUST_USE;
/* The same from entries that are there already (borrows). */
int pick_from(struct cli *cli, const struct pick *pick, const cJSON *entries,
	      cJSON **entry) KEPT_MUST_USE;

/* `f` of an entry. */
const cJSON *pick_fields(const cJSON *entry);
/* Calls `each` for entries of a kind, newest first, from a day on ("" for
 * all), until it says false or PICK_LOOKED_AT were seen. The code of cli_try;
 * nothing is said. */
int pick_each(struct cli *cli, const char *kind, const char *since,
	      bool (*each)(void *context, const cJSON *entry), void *context)
	KEPT_MUST_USE;

#endif
