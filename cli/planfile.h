/*
 * planfile.h - the person's plan for when it gets hard, as a file that can be
 * read while the journal is locked: plan.txt in the data folder, 0600.
 *
 * It is there only after the person's yes on this device, and the file itself
 * is that yes: nothing else remembers it. `kept` writes it, not keptd, since
 * it is the person's own and holds nothing that keptd needs. It follows the
 * journal: after every command that ran while the journal was open, one that
 * is there is written anew where the plan has changed (edit, undo, another
 * device), and is gone when no plan is left (delete, erase). It goes with the
 * data folder, so wipe takes it too. help-now and `kept plan` read it.
 */
#ifndef KEPT_CLI_PLANFILE_H
#define KEPT_CLI_PLANFILE_H

#include <cjson/cJSON.h>

#include "cli/cli.h"
#include "proto/base/buf.h"

#define PLANFILE_NAME "plan.txt"
/* Far more than anybody reads then; help-now takes no more either. */
#define PLANFILE_BYTES_MAX (256u << 10)

/* The plan as people read it, shown-safe; "" fields have no part. */
void planfile_put(struct buf *out, const cJSON *fields);

/* Is it there, a file of this person's own? */
bool planfile_is_there(const struct paths *paths);
/* Appends what it holds. ERR_NOT_FOUND; ERR_IO. */
int planfile_read(const struct paths *paths, struct buf *out) KEPT_MUST_USE;
/* Whole or not at all, durably. ERR_IO, ERR_DISK_FULL, with a sentence. */
int planfile_write(const struct paths *paths, struct bytes text,
		   struct err *err) KEPT_MUST_USE;
/* Takes it away; gone already is fine. ERR_IO. */
int planfile_remove(const struct paths *paths, struct err *err) KEPT_MUST_USE;

/* What "follows the journal" above says; a copy that goes is told of. Nothing
 * without a file, an open journal, or a connection that is there already. */
void planfile_follow(struct cli *cli);

#endif
