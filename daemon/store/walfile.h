/*
 * walfile.h - SQLite's write-ahead log, where it needs more care than SQLite
 * takes. For the files of daemon/store only.
 */
#ifndef KEPT_STORE_WALFILE_H
#define KEPT_STORE_WALFILE_H

#include "daemon/store/query.h"

/* Counts the pages of the WAL from now on. */
void wal_watch(struct store *store);
/*
 * A WAL that is there on opening is from a crash. It goes into the file only
 * if the two together are sound (it may be another file's): ERR_CORRUPT. A
 * file without one has to be as long as it says.
 */
int wal_take(struct store *store, struct err *err) KEPT_MUST_USE;
/*
 * Room in the WAL is won back when there is much in it, or when it was asked
 * for. The commit stands whatever comes of this; trouble makes the store dead.
 */
void wal_after_commit(struct store *store);

#endif
