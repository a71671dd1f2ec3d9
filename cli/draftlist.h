/*
 * draftlist.h - drafts as people read them, and how to carry on with each.
 *
 * Pure. A draft is what the request `drafts` answers: id, kind, at, and the
 * fields so far, with what the questions noted for themselves among them.
 */
#ifndef KEPT_CLI_DRAFTLIST_H
#define KEPT_CLI_DRAFTLIST_H

#include "cli/render.h"

#define DRAFTLIST_COMMAND_BYTES 80u

/* "kept goal check": the command that offers to go on with it; "" if none
 * does. */
void draftlist_command(const cJSON *draft, char out[DRAFTLIST_COMMAND_BYTES]);
/* Two lines for each: id, when, kind, and what it says; then the command. */
void draftlist_put(struct buf *out, const struct render *render,
		   const cJSON *drafts);

#endif
