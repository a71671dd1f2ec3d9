/*
 * place.h - the file a journal lies in, before SQLite touches it: is it ours
 * alone, and how a new one comes to be.
 *
 * For files of the real file system only; a simulated disk has no such
 * questions. All refusals are ERR_USAGE with a sentence that says what to do,
 * unless noted.
 */
#ifndef KEPT_STORE_PLACE_H
#define KEPT_STORE_PLACE_H

#include <limits.h>

#include "proto/base/errors.h"

struct place {
	char path[PATH_MAX]; /* folder resolved, last part as given */
	size_t folder_len;   /* of path, without the slash */
};

/* ERR_NO_JOURNAL: there is no such folder. */
int place_find(struct place *out, const char *path, struct err *err)
	KEPT_MUST_USE;
/* ERR_NO_JOURNAL: no file. Refused: a symbolic or hard link, another owner,
 * open to others, read-only, a rollback journal beside it, a log without its
 * file; ERR_CORRUPT: an empty file. */
int place_check(const struct place *place, struct err *err) KEPT_MUST_USE;

/*
 * A new file is built under a temporary name and then takes its place, so
 * that a crash never leaves half of one. ERR_BUSY: somebody else is at it.
 */
struct place_draft {
	struct place temporary;
	int fd; /* Owns; holds the flock() and must outlive SQLite's use */
};
int place_draft_open(struct place_draft *out, const struct place *place,
		     struct err *err) KEPT_MUST_USE;
/* Syncs, renames (never over another file: ERR_EXISTS), syncs the folder. */
int place_draft_finish(struct place_draft *draft, const struct place *place,
		       struct err *err) KEPT_MUST_USE;
/* Removes what is left; fine after place_draft_finish. */
void place_draft_close(struct place_draft *draft);

#endif
