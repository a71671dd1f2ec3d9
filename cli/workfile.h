/*
 * workfile.h - where the words are while somebody else's editor has them.
 *
 * A folder of its own for each writing, 0700, in a file system that is in
 * memory and never on a disk. Beside the editor's file lie `about` (for whom
 * it is; locked as long as kept or the editor lives) and `begun` (what it
 * began as). What nobody holds any more was left by a crash: it is found
 * again, taken in, and removed. Nothing here speaks or knows a journal.
 */
#ifndef KEPT_CLI_WORKFILE_H
#define KEPT_CLI_WORKFILE_H

#include <sys/stat.h>

#include <cjson/cJSON.h>

#include "proto/base/paths.h"

/* In the folder: what an editor can be told to write every few seconds. */
#define WORKFILE_AUTOSAVE "autosave"
/* What an editor may give back. More is nothing a person has written. */
#define WORKFILE_BYTES_MAX (16u << 20)

struct workfile {
	char folder[PATH_BYTES];
	char path[PATH_BYTES]; /* for the editor */
	int lock;              /* of `about`; -1: none */
	struct stat made;      /* path, as it was made */
};

/*
 * A folder in memory: the one of the socket, $XDG_RUNTIME_DIR/kept, or
 * /dev/shm/kept-UID; made if it lacks, and nobody else's. ERR_NOT_HERE.
 */
int workfile_find_place(const struct paths *paths, char out[PATH_BYTES])
	KEPT_MUST_USE;
/* Is this folder in memory (tmpfs, ramfs)? */
bool workfile_is_memory(const char *folder);

/* about: see above; borrows. ERR_IO, ERR_DISK_FULL: nothing is left then. */
int workfile_make(struct workfile *out, const char *place, const char *suffix,
		  const cJSON *about, const char *text) KEPT_MUST_USE;
/* Writes `about` anew. False: it is as it was. */
bool workfile_put_about(const struct workfile *work, const cJSON *about);
/* Has no editor saved it? */
bool workfile_is_untouched(const struct workfile *work);
/*
 * The newest of what the editor wrote and what it saved for a crash: its
 * path, and when. False: there is none with a byte in it.
 */
bool workfile_newest(const struct workfile *work, char path[PATH_BYTES],
		     struct timespec *when);
/*
 * A text file as valid UTF-8, owned (mem_free). What isn't UTF-8 is read as
 * Latin-1, and *mended tells; a NUL becomes U+FFFD. ERR_NOT_FOUND, ERR_LIMIT,
 * ERR_NOMEM, ERR_IO.
 */
int workfile_read(const char *path, char **out, bool *mended) KEPT_MUST_USE;
/* Overwrites and removes all of it, and lets go of the lock. */
void workfile_remove(struct workfile *work);

/*
 * One that was left: visit gets it with its `about` and what it began as
 * (may be NULL), and says whether it may be removed. Those of other journals
 * (data: `home` of about) and those in use are left alone.
 */
typedef bool workfile_visit(void *context, const struct workfile *work,
			    const cJSON *about, const char *begun);
void workfile_each_left(const struct paths *paths, workfile_visit *visit,
			void *context);

#endif
