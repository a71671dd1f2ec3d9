/*
 * entrytext.h - an entry as a page of text that people change in an editor.
 *
 * Every field has a part: a line `[name]  how it is written`, then what it
 * holds. What stands before the first part is for the reader and is left out.
 * A part that is emptied clears its field; one that is gone, or as it was,
 * changes nothing. Words that look like the head of a part carry a `\`.
 *
 * Pure. Nothing is judged here that the daemon judges: only what can't be a
 * value of its type at all is refused.
 */
#ifndef KEPT_CLI_ENTRYTEXT_H
#define KEPT_CLI_ENTRYTEXT_H

#include <cjson/cJSON.h>

#include "proto/base/buf.h"
#include "proto/entry.h"

/* fields: `f` of an entry; may be NULL. Appends no NUL. */
void entrytext_write(struct buf *out, const struct entry_kind *kind,
		     const cJSON *fields);
/*
 * What changed against fields: an object, null for what is cleared; empty if
 * nothing did. Gives ownership. ERR_USAGE names the part; ERR_LIMIT.
 */
int entrytext_read(const char *text, const struct entry_kind *kind,
		   const cJSON *fields, cJSON **out, struct err *err)
	KEPT_MUST_USE;

#endif
