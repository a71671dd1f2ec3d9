/*
 * migrate.h - the shape of the file: made, brought forward, and compared.
 */
#ifndef KEPT_STORE_MIGRATE_H
#define KEPT_STORE_MIGRATE_H

#include <sqlite3.h>

#include "proto/base/errors.h"

/* "kept", in the header of the file (application_id). */
#define MIGRATE_APPLICATION_ID 0x6b657074
/* user_version of files this build writes. */
#define MIGRATE_VERSION 1

/*
 * What SQLite answered, or SQLITE_OK. Brings a file of version `from` (0: an
 * empty one) to MIGRATE_VERSION in one transaction of its own.
 */
int migrate_forward(sqlite3 *db, int from) KEPT_MUST_USE;
/*
 * SQLITE_OK and *same: does the schema hold what version `version` holds, to
 * the byte, and nothing else? Triggers, views, and tables somebody added are
 * found before any statement could run them.
 */
int migrate_compare(sqlite3 *db, int version, bool *same) KEPT_MUST_USE;

#endif
