/*
 * disk.c - the VFS "kept-sim": what SQLite asks of a simulated disk.
 *
 * Must be deterministic: dice come from the seed and clocks stand still until
 * told. Read next: platter.h; the rules of a VFS are at
 * https://www.sqlite.org/c3ref/io_methods.html.
 */
#include "tests/sim/disk.h"

#include <sqlite3.h>

#include "daemon/store/sqlmem.h"
#include "proto/base/panic.h"
#include "tests/sim/platter.h"

struct disk_handle {
	sqlite3_file base;
	struct disk *disk;
	struct disk_file *file;
	uint64_t generation;
	int level;
};

static struct prng dice;
static uint64_t wall_ms = UINT64_C(1790000000000);

/* ---- files as SQLite sees them ---- */

static struct disk_handle *handle_of(sqlite3_file *base)
{
	return (struct disk_handle *)base;
}

static bool handle_is_stale(const struct disk_handle *handle)
{
	return handle->generation != handle->disk->generation;
}

static int file_unlock(sqlite3_file *base, int level)
{
	struct disk_handle *handle = handle_of(base);
	struct disk_file *file = handle->file;

	if (handle_is_stale(handle) || handle->level <= level)
		return SQLITE_OK;
	if (file->exclusive == handle)
		file->exclusive = NULL;
	if (file->reserved == handle)
		file->reserved = NULL;
	if (level == SQLITE_LOCK_NONE)
		file->shared--;
	handle->level = level;
	return SQLITE_OK;
}

static int file_lock(sqlite3_file *base, int level)
{
	struct disk_handle *handle = handle_of(base);
	struct disk_file *file = handle->file;

	if (handle_is_stale(handle))
		return SQLITE_IOERR_LOCK;
	if (handle->level >= level)
		return SQLITE_OK;
	if (file->exclusive != NULL && file->exclusive != handle)
		return SQLITE_BUSY;
	if (handle->level == SQLITE_LOCK_NONE) {
		file->shared++;
		handle->level = SQLITE_LOCK_SHARED;
	}
	if (level >= SQLITE_LOCK_RESERVED) {
		if (file->reserved != NULL && file->reserved != handle)
			return SQLITE_BUSY;
		file->reserved = handle;
	}
	if (level == SQLITE_LOCK_EXCLUSIVE) {
		if (file->shared > 1)
			return SQLITE_BUSY;
		file->exclusive = handle;
	}
	handle->level = level;
	return SQLITE_OK;
}

static int file_check_reserved(sqlite3_file *base, int *out)
{
	*out = handle_of(base)->file->reserved != NULL;
	return SQLITE_OK;
}

static int file_close(sqlite3_file *base)
{
	return file_unlock(base, SQLITE_LOCK_NONE);
}

static int file_read(sqlite3_file *base, void *out, int amount,
		     sqlite3_int64 off)
{
	struct disk_handle *handle = handle_of(base);
	const struct content *now = &handle->file->now;
	size_t len = (size_t)amount;
	size_t at = (size_t)off;
	size_t have = at < now->size ? now->size - at : 0;

	if (handle_is_stale(handle) || platter_fails(handle->disk, DISK_READ))
		return SQLITE_IOERR_READ;
	if (have > len)
		have = len;
	if (have != 0)
		memcpy(out, now->ptr + at, have);
	if (have == len)
		return SQLITE_OK;
	memset((uint8_t *)out + have, 0, len - have);
	return SQLITE_IOERR_SHORT_READ;
}

static int file_write(sqlite3_file *base, const void *in, int amount,
		      sqlite3_int64 off)
{
	struct disk_handle *handle = handle_of(base);
	struct disk *disk = handle->disk;
	struct disk_file *file = handle->file;
	struct bytes bytes = bytes_of(in, (size_t)amount);
	size_t end = (size_t)off + bytes.len;
	size_t growth = end > file->now.size ? end - file->now.size : 0;

	if (handle_is_stale(handle))
		return SQLITE_IOERR_WRITE;
	if (platter_fails(disk, DISK_WRITE)) {
		bytes.len /= 2;
		platter_write(file, (size_t)off, bytes);
		return SQLITE_IOERR_WRITE;
	}
	if (growth > disk->room)
		return SQLITE_FULL;
	if (disk->room != UINT64_MAX)
		disk->room -= growth;
	platter_write(file, (size_t)off, bytes);
	platter_changed(disk);
	return SQLITE_OK;
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
	struct disk_handle *handle = handle_of(base);
	struct disk *disk = handle->disk;
	struct disk_file *file = handle->file;

	if (handle_is_stale(handle) || platter_fails(disk, DISK_OTHER))
		return SQLITE_IOERR_TRUNCATE;
	if (disk->room != UINT64_MAX && file->now.size > (size_t)size)
		disk->room += file->now.size - (size_t)size;
	platter_truncate(file, (size_t)size);
	platter_changed(disk);
	return SQLITE_OK;
}

static int file_sync(sqlite3_file *base, int flags)
{
	struct disk_handle *handle = handle_of(base);
	struct disk *disk = handle->disk;
	struct disk_file *file = handle->file;

	(void)flags;
	if (handle_is_stale(handle))
		return SQLITE_IOERR_FSYNC;
	disk->sync_count++;
	if (platter_fails(disk, DISK_SYNC)) {
		platter_forget(file);
		return SQLITE_IOERR_FSYNC;
	}
	if (!disk->lying)
		platter_sync(file);
	platter_changed(disk);
	return SQLITE_OK;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *size)
{
	struct disk_handle *handle = handle_of(base);

	if (handle_is_stale(handle))
		return SQLITE_IOERR_FSTAT;
	*size = (sqlite3_int64)handle->file->now.size;
	return SQLITE_OK;
}

static int file_control(sqlite3_file *base, int op, void *arg)
{
	(void)base;
	(void)op;
	(void)arg;
	return SQLITE_NOTFOUND;
}

/* As SQLite's own VFS on Linux, so that it writes what it writes there. */
static int file_sector_size(sqlite3_file *base)
{
	(void)base;
	return 4096;
}

static int file_traits(sqlite3_file *base)
{
	(void)base;
	return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods file_methods = {
	.iVersion = 1, /* no shared memory */
	.xClose = file_close,
	.xRead = file_read,
	.xWrite = file_write,
	.xTruncate = file_truncate,
	.xSync = file_sync,
	.xFileSize = file_size,
	.xLock = file_lock,
	.xUnlock = file_unlock,
	.xCheckReservedLock = file_check_reserved,
	.xFileControl = file_control,
	.xSectorSize = file_sector_size,
	.xDeviceCharacteristics = file_traits,
};

/* ---- the VFS ---- */

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *base,
		    int flags, int *out_flags)
{
	struct disk_handle *handle = handle_of(base);
	const char *name = NULL;
	struct disk *disk = platter_of_path(path, &name);
	struct disk_file *file;

	(void)vfs;
	memset(handle, 0, sizeof *handle);
	if (disk == NULL || platter_fails(disk, DISK_OTHER))
		return SQLITE_CANTOPEN;
	file = platter_find(disk, name);
	if ((flags & SQLITE_OPEN_CREATE) == 0 &&
	    (file == NULL || !file->exists))
		return SQLITE_CANTOPEN;
	if (file == NULL || !file->exists) {
		file = platter_make(disk, name);
		file->exists = true;
		/* over what a crash may still bring back */
		platter_truncate(file, 0);
	}
	handle->base.pMethods = &file_methods;
	handle->disk = disk;
	handle->file = file;
	handle->generation = disk->generation;
	if (out_flags != NULL)
		*out_flags = flags;
	return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
	const char *name = NULL;
	struct disk *disk = platter_of_path(path, &name);
	struct disk_file *file;

	(void)vfs;
	if (disk == NULL || platter_fails(disk, DISK_OTHER))
		return SQLITE_IOERR_DELETE;
	file = platter_find(disk, name);
	if (file == NULL || !file->exists)
		return SQLITE_IOERR_DELETE_NOENT;
	if (disk->room != UINT64_MAX)
		disk->room += file->now.size;
	file->exists = false;
	file->now.size = 0;
	platter_forget(file);
	if (sync_folder && !disk->lying) {
		file->synced_exists = false;
		file->synced.size = 0;
	}
	platter_changed(disk);
	return SQLITE_OK;
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
	const char *name = NULL;
	struct disk *disk = platter_of_path(path, &name);
	const struct disk_file *file;

	(void)vfs;
	(void)flags;
	*out = 0;
	if (disk == NULL)
		return SQLITE_OK;
	if (platter_fails(disk, DISK_OTHER))
		return SQLITE_IOERR_ACCESS;
	file = platter_find(disk, name);
	*out = file != NULL && file->exists;
	return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int size,
			 char *out)
{
	size_t len = strlen(path);

	(void)vfs;
	if (len >= (size_t)size)
		return SQLITE_CANTOPEN;
	memcpy(out, path, len + 1);
	return SQLITE_OK;
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	prng_fill(&dice, out, (size_t)size);
	return size;
}

static int vfs_sleep(sqlite3_vfs *vfs, int micros)
{
	(void)vfs;
	return micros;
}

/* Days since noon of 24 November 4714 BC, in ms: what SQLite counts in. */
static int vfs_time_ms(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
	(void)vfs;
	*out = (sqlite3_int64)(UINT64_C(210866760000000) + wall_ms);
	return SQLITE_OK;
}

static int vfs_time_days(sqlite3_vfs *vfs, double *out)
{
	sqlite3_int64 ms = 0;
	int rc = vfs_time_ms(vfs, &ms);

	*out = (double)ms / 86400000.0;
	return rc;
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *out)
{
	(void)vfs;
	(void)size;
	(void)out;
	return 0;
}

static sqlite3_vfs sim_vfs = {
	.iVersion = 2,
	.szOsFile = (int)sizeof(struct disk_handle),
	.mxPathname = 2 * (int)DISK_NAME_BYTES,
	.zName = DISK_VFS,
	.xOpen = vfs_open,
	.xDelete = vfs_delete,
	.xAccess = vfs_access,
	.xFullPathname = vfs_full_path,
	.xRandomness = vfs_randomness,
	.xSleep = vfs_sleep,
	.xCurrentTime = vfs_time_days,
	.xGetLastError = vfs_last_error,
	.xCurrentTimeInt64 = vfs_time_ms,
};

void disk_start(void)
{
	sqlmem_start();
	if (sqlite3_vfs_find(DISK_VFS) == NULL)
		kept_assert(sqlite3_vfs_register(&sim_vfs, 0) == SQLITE_OK);
}

void disk_start_seeded(uint64_t seed)
{
	sqlmem_start();
	prng_seed(&dice, seed);
	kept_assert(sqlite3_vfs_register(&sim_vfs, 1) == SQLITE_OK);
	/* forget what was drawn from the seed before */
	sqlite3_randomness(0, NULL);
}

void disk_set_time(uint64_t now_ms)
{
	wall_ms = now_ms;
}
