/*
 * guided.h - one entry of a kind, by words or by questions: what the commands
 * of a single guide have in common.
 */
#ifndef KEPT_CLI_GUIDED_H
#define KEPT_CLI_GUIDED_H

#include "cli/guide.h"

/* Says that it is kept: ticks_show, keep_show, or one's own. Takes the
 * entry. */
typedef int guided_show(struct cli *cli, cJSON *take_entry);

/*
 * Words in any of the ways they come (writing.h), else the questions; then it
 * is kept. Ends the guide. What was put into its fields beforehand goes with
 * words, too.
 */
int guided_write(struct guide *guide, guided_show *show);
/* The questions alone; `instead` as in guide_begin. Where nothing at all was
 * answered nothing is kept. Ends the guide. */
int guided_ask(struct guide *guide, const char *instead, guided_show *show);
/* Begins, asks, and keeps; *entry gives ownership. 0, or an exit code said.
 * It is for the caller to end the guide. */
int guided_ask_entry(struct guide *guide, const char *instead, cJSON **entry)
	KEPT_MUST_USE;
/* Fields that are there already. draft may be "". */
int guided_keep(struct cli *cli, const char *kind, cJSON *take_fields,
		const char *draft, guided_show *show);

#endif
