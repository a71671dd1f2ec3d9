/*
 * waljoin.c - joins the writes of one commit to the write-ahead log.
 *
 * SQLite writes each page and the 24 bytes before it apart: six system calls
 * for a durable write of three pages, where one will do. Must never answer a
 * sync before everything in front of it is written, never lose that a write
 * did not succeed, and never hold back what somebody reads. Read next:
 * walfile.c, and https://www.sqlite.org/vfs.html.
 */
#include "daemon/store/waljoin.h"

#include <sqlite3.h>

#include "proto/base/mem.h"

/* Seven pages and what goes before them; an import writes more, in turns. */
#define JOIN_BYTES ((size_t)64 << 10)
#define JOINS_MAX 4
#define NAME_BYTES 48

struct join {
	sqlite3_vfs vfs; /* first: what SQLite hands back */
	sqlite3_vfs *base;
	char name[NAME_BYTES];
};

struct join_file {
	sqlite3_file file; /* first, likewise */
	sqlite3_file *log; /* right behind this struct */
	uint8_t *bytes;    /* Owns; wait to be written ... */
	size_t len;
	sqlite3_int64 at; /* ... here */
	int failed; /* a write nobody asked for by name; the next sync says */
};

_Static_assert(sizeof(struct join_file) % 8 == 0, "a file lies behind it");

static struct join joins[JOINS_MAX];

static struct join_file *join_of(sqlite3_file *file)
{
	return (struct join_file *)(void *)file;
}

static int join_flush(struct join_file *join)
{
	size_t len = join->len;

	join->len = 0;
	if (len == 0)
		return SQLITE_OK;
	return join->log->pMethods->xWrite(join->log, join->bytes, (int)len,
					   join->at);
}

/* Before anything but a write or a sync, which speak for themselves. */
static int join_settle(struct join_file *join)
{
	int rc = join_flush(join);

	if (rc != SQLITE_OK)
		join->failed = rc;
	return rc;
}

static int join_write(sqlite3_file *file, const void *bytes, int amount,
		      sqlite3_int64 at)
{
	struct join_file *join = join_of(file);
	size_t len = (size_t)amount;
	int rc = SQLITE_OK;

	if (at != join->at + (sqlite3_int64)join->len ||
	    len > JOIN_BYTES - join->len)
		rc = join_flush(join);
	if (rc != SQLITE_OK)
		return rc;
	if (len > JOIN_BYTES)
		return join->log->pMethods->xWrite(join->log, bytes, amount,
						   at);
	if (join->len == 0)
		join->at = at;
	memcpy(join->bytes + join->len, bytes, len);
	join->len += len;
	return SQLITE_OK;
}

static int join_sync(sqlite3_file *file, int flags)
{
	struct join_file *join = join_of(file);
	int rc = join_flush(join);

	if (rc == SQLITE_OK)
		rc = join->failed;
	join->failed = SQLITE_OK;
	if (rc != SQLITE_OK)
		return rc;
	return join->log->pMethods->xSync(join->log, flags);
}

static int join_read(sqlite3_file *file, void *out, int amount,
		     sqlite3_int64 at)
{
	struct join_file *join = join_of(file);
	int rc = join_settle(join);

	if (rc != SQLITE_OK)
		return rc;
	return join->log->pMethods->xRead(join->log, out, amount, at);
}

static int join_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct join_file *join = join_of(file);
	int rc = join_settle(join);

	if (rc != SQLITE_OK)
		return rc;
	return join->log->pMethods->xTruncate(join->log, size);
}

static int join_size(sqlite3_file *file, sqlite3_int64 *size)
{
	struct join_file *join = join_of(file);
	int rc = join_settle(join);

	if (rc != SQLITE_OK)
		return rc;
	return join->log->pMethods->xFileSize(join->log, size);
}

static int join_close(sqlite3_file *file)
{
	struct join_file *join = join_of(file);
	int written = join_flush(join);
	int rc = join->log->pMethods->xClose(join->log);

	mem_free(join->bytes);
	join->bytes = NULL;
	return written != SQLITE_OK ? written : rc;
}

static int join_control(sqlite3_file *file, int opcode, void *argument)
{
	struct join_file *join = join_of(file);
	int rc = join_settle(join);

	if (rc != SQLITE_OK)
		return rc;
	return join->log->pMethods->xFileControl(join->log, opcode, argument);
}

static int join_lock(sqlite3_file *file, int level)
{
	struct join_file *join = join_of(file);

	return join->log->pMethods->xLock(join->log, level);
}

static int join_unlock(sqlite3_file *file, int level)
{
	struct join_file *join = join_of(file);

	return join->log->pMethods->xUnlock(join->log, level);
}

static int join_check_reserved(sqlite3_file *file, int *out)
{
	struct join_file *join = join_of(file);

	return join->log->pMethods->xCheckReservedLock(join->log, out);
}

static int join_sector_size(sqlite3_file *file)
{
	struct join_file *join = join_of(file);

	return join->log->pMethods->xSectorSize(join->log);
}

static int join_traits(sqlite3_file *file)
{
	struct join_file *join = join_of(file);

	return join->log->pMethods->xDeviceCharacteristics(join->log);
}

/* Version 1: shared memory and mapping are of the journal's file. */
static const sqlite3_io_methods join_methods = {
	.iVersion = 1,
	.xClose = join_close,
	.xRead = join_read,
	.xWrite = join_write,
	.xTruncate = join_truncate,
	.xSync = join_sync,
	.xFileSize = join_size,
	.xLock = join_lock,
	.xUnlock = join_unlock,
	.xCheckReservedLock = join_check_reserved,
	.xFileControl = join_control,
	.xSectorSize = join_sector_size,
	.xDeviceCharacteristics = join_traits,
};

static int join_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file,
		     int flags, int *out_flags)
{
	sqlite3_vfs *base = ((struct join *)(void *)vfs)->base;
	struct join_file *join = join_of(file);
	int rc;

	if ((flags & SQLITE_OPEN_WAL) == 0)
		return base->xOpen(base, path, file, flags, out_flags);
	memset(join, 0, sizeof *join);
	join->log = (sqlite3_file *)(void *)(join + 1);
	join->log->pMethods = NULL;
	rc = base->xOpen(base, path, join->log, flags, out_flags);
	if (rc == SQLITE_OK) {
		join->bytes = mem_alloc(1, JOIN_BYTES);
		rc = join->bytes == NULL ? SQLITE_NOMEM : SQLITE_OK;
	}
	if (rc == SQLITE_OK)
		join->file.pMethods = &join_methods;
	else if (join->log->pMethods != NULL)
		join->log->pMethods->xClose(join->log);
	return rc;
}

const char *waljoin_over(const char *base)
{
	sqlite3_vfs *found = sqlite3_vfs_find(base);
	struct join *join = joins;
	size_t len;

	if (found == NULL || found->xOpen == join_open)
		return found == NULL ? NULL : found->zName;
	while (join < joins + JOINS_MAX && join->base != NULL &&
	       join->base != found)
		join++;
	if (join == joins + JOINS_MAX)
		return NULL;
	if (join->base == found)
		return join->name;
	len = strlen(found->zName);
	if (len + sizeof "kept-" > sizeof join->name)
		return NULL;
	snprintf(join->name, sizeof join->name, "kept-%s", found->zName);
	/* What else it does goes by its own functions, as before. */
	join->vfs = *found;
	join->vfs.pNext = NULL;
	join->vfs.zName = join->name;
	join->vfs.szOsFile += (int)sizeof(struct join_file);
	join->vfs.xOpen = join_open;
	if (sqlite3_vfs_register(&join->vfs, 0) != SQLITE_OK)
		return NULL;
	join->base = found;
	return join->name;
}
