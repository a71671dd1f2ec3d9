/*
 * test_waljoin.c - what SQLite writes in pieces to its log reaches the file
 * joined, in time, and with every refusal told.
 *
 * Goal: the bytes and the order on the disk are those SQLite asked for at
 * each sync, read, and close. Method: a disk underneath that notes calls, and
 * refuses on request; store tests, sweeps, and the simulator run over the
 * real thing.
 */
#include "daemon/store/waljoin.h"

#include <sqlite3.h>

#include "daemon/store/sqlmem.h"
#include "proto/base/mem.h"
#include "tests/lib/harness.h"

#define BASE "noted"
#define JOINED "kept-noted"
#define FILE_BYTES (256u << 10)
#define NOTES_MAX 32u
#define JOIN_BYTES (64 << 10)

struct noted {
	char what; /* w r s t z c */
	int amount;
	sqlite3_int64 at;
};

static struct {
	uint8_t bytes[FILE_BYTES];
	struct noted notes[NOTES_MAX];
	size_t count;
	int write_says, sync_says, open_says;
} disk;

static int note(char what, int amount, sqlite3_int64 at, int says)
{
	assert_true(disk.count < NOTES_MAX);
	disk.notes[disk.count++] = (struct noted){ what, amount, at };
	return says;
}

static int disk_close(sqlite3_file *file)
{
	(void)file;
	return note('c', 0, 0, SQLITE_OK);
}

static int disk_read(sqlite3_file *file, void *out, int amount,
		     sqlite3_int64 at)
{
	(void)file;
	memcpy(out, disk.bytes + at, (size_t)amount);
	return note('r', amount, at, SQLITE_OK);
}

static int disk_write(sqlite3_file *file, const void *bytes, int amount,
		      sqlite3_int64 at)
{
	(void)file;
	if (disk.write_says == SQLITE_OK)
		memcpy(disk.bytes + at, bytes, (size_t)amount);
	return note('w', amount, at, disk.write_says);
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	(void)file;
	return note('t', 0, size, SQLITE_OK);
}

static int disk_sync(sqlite3_file *file, int flags)
{
	(void)file;
	return note('s', flags, 0, disk.sync_says);
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *size)
{
	(void)file;
	*size = 77;
	return note('z', 0, 0, SQLITE_OK);
}

static const sqlite3_io_methods disk_methods = {
	.iVersion = 1,
	.xClose = disk_close,
	.xRead = disk_read,
	.xWrite = disk_write,
	.xTruncate = disk_truncate,
	.xSync = disk_sync,
	.xFileSize = disk_size,
};

static int disk_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file,
		     int flags, int *out_flags)
{
	(void)path;
	(void)flags;
	(void)out_flags;
	assert_string_equal(vfs->zName, BASE);
	file->pMethods = disk.open_says == SQLITE_OK ? &disk_methods : NULL;
	return disk.open_says;
}

static sqlite3_vfs base = {
	.iVersion = 1,
	.szOsFile = (int)sizeof(sqlite3_file),
	.mxPathname = 64,
	.zName = BASE,
	.xOpen = disk_open,
};

struct desk {
	sqlite3_file *file; /* Owns */
	size_t live;
};

static int open_as(sqlite3_file *file, int kind)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(waljoin_over(BASE));

	assert_non_null(vfs);
	return vfs->xOpen(vfs, "x", file, kind | SQLITE_OPEN_READWRITE, NULL);
}

static int set_up(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);
	sqlite3_vfs *vfs;

	assert_non_null(desk);
	sqlmem_start();
	assert_int_equal(sqlite3_vfs_register(&base, 0), SQLITE_OK);
	memset(&disk, 0, sizeof disk);
	assert_string_equal(waljoin_over(BASE), JOINED);
	vfs = sqlite3_vfs_find(JOINED);
	desk->file = calloc(1, (size_t)vfs->szOsFile);
	desk->live = mem_live_count();
	assert_non_null(desk->file);
	assert_int_equal(open_as(desk->file, SQLITE_OPEN_WAL), SQLITE_OK);
	*state = desk;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *desk = *state;

	if (desk->file->pMethods != NULL)
		desk->file->pMethods->xClose(desk->file);
	assert_int_equal(mem_live_count(), desk->live);
	free(desk->file);
	free(desk);
	return 0;
}

static int put(struct desk *desk, uint8_t fill, int amount, sqlite3_int64 at)
{
	static uint8_t bytes[2 * JOIN_BYTES];

	memset(bytes, fill, sizeof bytes);
	return desk->file->pMethods->xWrite(desk->file, bytes, amount, at);
}

static int sync_it(struct desk *desk)
{
	return desk->file->pMethods->xSync(desk->file, SQLITE_SYNC_NORMAL);
}

static void assert_note(size_t i, char what, int amount, sqlite3_int64 at)
{
	assert_true(i < disk.count);
	assert_int_equal(disk.notes[i].what, what);
	assert_int_equal(disk.notes[i].amount, amount);
	assert_int_equal(disk.notes[i].at, at);
}

static void a_commit_is_one_write_and_then_the_sync(void **state)
{
	struct desk *desk = *state;

	for (int frame = 0; frame < 3; frame++) {
		assert_int_equal(put(desk, (uint8_t)(2 * frame + 1), 24,
				     32 + frame * 8216),
				 SQLITE_OK);
		assert_int_equal(put(desk, (uint8_t)(2 * frame + 2), 8192,
				     56 + frame * 8216),
				 SQLITE_OK);
	}
	assert_int_equal(disk.count, 0);
	assert_int_equal(sync_it(desk), SQLITE_OK);
	assert_int_equal(disk.count, 2);
	assert_note(0, 'w', 3 * 8216, 32);
	assert_note(1, 's', SQLITE_SYNC_NORMAL, 0);
	assert_int_equal(disk.bytes[31], 0);
	assert_int_equal(disk.bytes[32], 1);
	assert_int_equal(disk.bytes[55], 1);
	assert_int_equal(disk.bytes[56], 2);
	assert_int_equal(disk.bytes[32 + 3 * 8216 - 1], 6);
	assert_int_equal(disk.bytes[32 + 3 * 8216], 0);
	/* and nothing twice */
	assert_int_equal(sync_it(desk), SQLITE_OK);
	assert_int_equal(disk.count, 3);
}

static void a_write_elsewhere_sends_what_waits_before_it(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(put(desk, 1, 100, 0), SQLITE_OK);
	assert_int_equal(put(desk, 2, 10, 101), SQLITE_OK);
	assert_int_equal(put(desk, 3, 10, 105), SQLITE_OK);
	assert_int_equal(sync_it(desk), SQLITE_OK);
	assert_note(0, 'w', 100, 0);
	assert_note(1, 'w', 10, 101);
	assert_note(2, 'w', 10, 105);
	assert_note(3, 's', SQLITE_SYNC_NORMAL, 0);
	assert_int_equal(disk.bytes[100], 0);
	assert_int_equal(disk.bytes[104], 2);
	assert_int_equal(disk.bytes[105], 3);
}

static void it_holds_so_much_and_no_more(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(put(desk, 1, JOIN_BYTES - 1, 0), SQLITE_OK);
	assert_int_equal(put(desk, 2, 1, JOIN_BYTES - 1), SQLITE_OK);
	assert_int_equal(disk.count, 0);
	assert_int_equal(put(desk, 3, 1, JOIN_BYTES), SQLITE_OK);
	assert_int_equal(disk.count, 1);
	assert_note(0, 'w', JOIN_BYTES, 0);
	/* more at once than it holds goes by, behind what waits */
	assert_int_equal(put(desk, 4, JOIN_BYTES + 1, JOIN_BYTES + 1),
			 SQLITE_OK);
	assert_int_equal(disk.count, 3);
	assert_note(1, 'w', 1, JOIN_BYTES);
	assert_note(2, 'w', JOIN_BYTES + 1, JOIN_BYTES + 1);
	assert_int_equal(disk.bytes[JOIN_BYTES - 1], 2);
	assert_int_equal(disk.bytes[JOIN_BYTES], 3);
	assert_int_equal(disk.bytes[JOIN_BYTES + 1], 4);
}

static void who_reads_or_measures_finds_what_was_written(void **state)
{
	struct desk *desk = *state;
	const sqlite3_io_methods *does = desk->file->pMethods;
	sqlite3_int64 size = 0;
	uint8_t got[4];

	assert_int_equal(put(desk, 5, 8, 0), SQLITE_OK);
	assert_int_equal(does->xRead(desk->file, got, 4, 4), SQLITE_OK);
	assert_int_equal(got[3], 5);
	assert_note(0, 'w', 8, 0);
	assert_note(1, 'r', 4, 4);
	assert_int_equal(put(desk, 6, 8, 8), SQLITE_OK);
	assert_int_equal(does->xFileSize(desk->file, &size), SQLITE_OK);
	assert_int_equal(size, 77);
	assert_note(2, 'w', 8, 8);
	assert_note(3, 'z', 0, 0);
	assert_int_equal(put(desk, 7, 8, 16), SQLITE_OK);
	assert_int_equal(does->xTruncate(desk->file, 3), SQLITE_OK);
	assert_note(4, 'w', 8, 16);
	assert_note(5, 't', 0, 3);
	assert_int_equal(put(desk, 8, 8, 24), SQLITE_OK);
	assert_int_equal(does->xClose(desk->file), SQLITE_OK);
	assert_note(6, 'w', 8, 24);
	assert_note(7, 'c', 0, 0);
	desk->file->pMethods = NULL;
}

static void a_full_disk_is_told_by_the_sync_and_not_again(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(put(desk, 1, 8, 0), SQLITE_OK);
	disk.write_says = SQLITE_FULL;
	assert_int_equal(sync_it(desk), SQLITE_FULL);
	assert_int_equal(disk.count, 1); /* no sync: there is nothing */
	disk.write_says = SQLITE_OK;
	/* The next commit goes to the same place. */
	assert_int_equal(put(desk, 2, 8, 0), SQLITE_OK);
	assert_int_equal(sync_it(desk), SQLITE_OK);
	assert_note(1, 'w', 8, 0);
	assert_int_equal(disk.bytes[7], 2);
	disk.sync_says = SQLITE_IOERR_FSYNC;
	assert_int_equal(sync_it(desk), SQLITE_IOERR_FSYNC);
}

static void what_a_read_could_not_write_the_sync_tells_too(void **state)
{
	struct desk *desk = *state;
	uint8_t got[4];

	assert_int_equal(put(desk, 1, 8, 0), SQLITE_OK);
	disk.write_says = SQLITE_IOERR_WRITE;
	assert_int_equal(desk->file->pMethods->xRead(desk->file, got, 4, 0),
			 SQLITE_IOERR_WRITE);
	disk.write_says = SQLITE_OK;
	assert_int_equal(sync_it(desk), SQLITE_IOERR_WRITE);
	assert_int_equal(disk.count, 1);
	assert_int_equal(sync_it(desk), SQLITE_OK);
}

static void a_write_tells_of_the_one_before_it(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(put(desk, 1, 8, 0), SQLITE_OK);
	disk.write_says = SQLITE_FULL;
	assert_int_equal(put(desk, 2, 8, 64), SQLITE_FULL);
	disk.write_says = SQLITE_OK;
	assert_int_equal(sync_it(desk), SQLITE_OK);
	assert_int_equal(disk.count, 2);
	assert_note(1, 's', SQLITE_SYNC_NORMAL, 0);
}

static void other_files_go_by_and_trouble_opens_nothing(void **state)
{
	struct desk *desk = *state;
	sqlite3_vfs *vfs = sqlite3_vfs_find(JOINED);
	sqlite3_file *file = calloc(1, (size_t)vfs->szOsFile);

	assert_non_null(file);
	assert_int_equal(open_as(file, SQLITE_OPEN_MAIN_DB), SQLITE_OK);
	assert_ptr_equal(file->pMethods, &disk_methods);
	assert_ptr_not_equal(desk->file->pMethods, &disk_methods);
	disk.open_says = SQLITE_CANTOPEN;
	file->pMethods = &disk_methods;
	assert_int_equal(open_as(file, SQLITE_OPEN_WAL), SQLITE_CANTOPEN);
	assert_null(file->pMethods);
	disk.open_says = SQLITE_OK;
	mem_fail_at(1, false);
	assert_int_equal(open_as(file, SQLITE_OPEN_WAL), SQLITE_NOMEM);
	mem_fail_at(0, false);
	assert_null(file->pMethods);
	assert_note(0, 'c', 0, 0);
	free(file);
}

static void a_disk_has_one_name_and_none_has_none(void **state)
{
	(void)state;
	assert_null(waljoin_over("not there"));
	assert_string_equal(waljoin_over(BASE), JOINED);
	assert_string_equal(waljoin_over(JOINED), JOINED);
	assert_non_null(waljoin_over(NULL));
	assert_string_not_equal(waljoin_over(NULL), JOINED);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(a_commit_is_one_write_and_then_the_sync),
		WITH(a_write_elsewhere_sends_what_waits_before_it),
		WITH(it_holds_so_much_and_no_more),
		WITH(who_reads_or_measures_finds_what_was_written),
		WITH(a_full_disk_is_told_by_the_sync_and_not_again),
		WITH(what_a_read_could_not_write_the_sync_tells_too),
		WITH(a_write_tells_of_the_one_before_it),
		WITH(other_files_go_by_and_trouble_opens_nothing),
		WITH(a_disk_has_one_name_and_none_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
