/*
 * keep.h - putting something written into the journal, or aside as a draft.
 *
 * Works while locked: then it is sealed at once and becomes an entry at the
 * next unlock. What comes back is an exit code; everything else is said.
 */
#ifndef KEPT_CLI_KEEP_H
#define KEPT_CLI_KEEP_H

#include "cli/cli.h"

#define KEEP_DRAFT_BYTES 33u

/* Before the first question: is there a journal to keep it in? */
int keep_begin(struct cli *cli) KEPT_MUST_USE;

/*
 * Adds an entry. take_params holds `fields`, and what else `add` takes; at,
 * tz, and day are filled in where they lack. draft (may be "") is dropped
 * with it. *entry gives ownership; with -n it is what would be kept. What may
 * pass (a full disk, keptd that can't be started) a person is told of, and it
 * is tried again.
 */
int keep_add(struct cli *cli, const char *kind, cJSON *take_params,
	     const char *draft, cJSON **entry) KEPT_MUST_USE;
/* With -n nothing may be asked, since the answers would be lost: 0, or an exit
 * code said. keep_add and keep_show know -n by themselves. */
int keep_refuse_dry(struct cli *cli) KEPT_MUST_USE;
/* {"fields": take_fields} */
cJSON *keep_params(cJSON *take_fields);

/* "Kept.  k7qf", or that it is sealed; the entry with --json. Takes it. */
int keep_show(struct cli *cli, cJSON *take_entry);
/* The same with day, time, and how to undo it. */
int keep_show_long(struct cli *cli, cJSON *take_entry);

/* Keeps fields (borrowed) as a draft; id is "" at first, and then its id.
 * Silent: false when it could not be kept. */
bool keep_draft(struct cli *cli, const char *kind, const cJSON *fields,
		char id[KEEP_DRAFT_BYTES]);
/* The newest draft of the kind, a copy; NULL if there is none, or while
 * locked. Silent. Free with cJSON_Delete. */
cJSON *keep_find_draft(struct cli *cli, const char *kind);
/* "on Tuesday", "today": when a draft was begun. */
#define KEEP_DAY_BYTES 96
void keep_draft_day(const cJSON *draft, char out[KEEP_DAY_BYTES]);

/* Plain text to fields of the kind, as entryform.h says. */
int keep_plain(struct cli *cli, const char *kind, const char *text,
	       cJSON *fields) KEPT_MUST_USE;

#endif
