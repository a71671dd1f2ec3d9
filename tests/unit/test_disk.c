/*
 * test_disk.c - the simulated disk forgets what it should and keeps the rest;
 * every proof of the sweeps and of the simulator stands on that.
 *
 * Goal: syncs, crashes, removals, room, faults, copies, locks, and the same
 * bytes from the same seed. Method: SQLite's own VFS calls on one file.
 */
#include "tests/sim/disk.h"

#include <sqlite3.h>

#include "tests/lib/harness.h"

#define FLAGS (SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB)

struct desk {
	struct disk *disk;
	sqlite3_vfs *vfs;
	sqlite3_file *file; /* Owns */
	struct prng prng;
};

static sqlite3_file *open_file(struct desk *desk, const char *path)
{
	sqlite3_file *file = calloc(1, (size_t)desk->vfs->szOsFile);

	assert_non_null(file);
	assert_int_equal(desk->vfs->xOpen(desk->vfs, path, file, FLAGS, NULL),
			 SQLITE_OK);
	return file;
}

static void close_file(sqlite3_file *take_file)
{
	take_file->pMethods->xClose(take_file);
	free(take_file);
}

static int set_up(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);

	assert_non_null(desk);
	disk_start_seeded(3);
	prng_seed(&desk->prng, 4);
	desk->disk = disk_new("d");
	desk->vfs = sqlite3_vfs_find(DISK_VFS);
	desk->file = open_file(desk, "d/f");
	*state = desk;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *desk = *state;

	close_file(desk->file);
	disk_free(desk->disk);
	free(desk);
	return 0;
}

static int put(struct desk *desk, size_t at, uint8_t value, size_t len)
{
	uint8_t bytes[4096];

	memset(bytes, value, sizeof bytes);
	return desk->file->pMethods->xWrite(desk->file, bytes, (int)len,
					    (sqlite3_int64)at);
}

static int sync_file(struct desk *desk)
{
	return desk->file->pMethods->xSync(desk->file, SQLITE_SYNC_NORMAL);
}

/* Crash and look. */
static struct bytes crashed(struct desk *desk)
{
	disk_crash(desk->disk, &desk->prng);
	return disk_peek(desk->disk, "f");
}

static void reopen(struct desk *desk)
{
	close_file(desk->file);
	desk->file = open_file(desk, "d/f");
}

static void what_was_synced_survives(void **state)
{
	struct desk *desk = *state;
	struct bytes left;

	assert_int_equal(put(desk, 0, 1, 3000), SQLITE_OK);
	assert_int_equal(sync_file(desk), SQLITE_OK);
	left = crashed(desk);
	assert_int_equal(left.len, 3000);
	assert_int_equal(left.ptr[2999], 1);
	/* what was open is dead, what is opened anew is not */
	assert_int_equal(put(desk, 0, 2, 10), SQLITE_IOERR_WRITE);
	reopen(desk);
	assert_int_equal(put(desk, 0, 2, 10), SQLITE_OK);
}

static void what_was_not_synced_survives_by_sectors(void **state)
{
	struct desk *desk = *state;
	size_t whole = 0, none = 0, mixed = 0;

	for (unsigned i = 0; i < 200; i++) {
		struct bytes left;
		size_t kept = 0;

		assert_int_equal(put(desk, 0, 1, 4096), SQLITE_OK);
		assert_int_equal(sync_file(desk), SQLITE_OK);
		assert_int_equal(put(desk, 0, 2, 4096), SQLITE_OK);
		left = crashed(desk);
		assert_int_equal(left.len, 4096);
		for (size_t at = 0; at < 4096; at += DISK_SECTOR_BYTES) {
			/* a sector is the one or the other */
			for (size_t k = 1; k < DISK_SECTOR_BYTES; k++)
				assert_int_equal(left.ptr[at + k],
						 left.ptr[at]);
			kept += left.ptr[at] == 2;
		}
		whole += kept == 8;
		none += kept == 0;
		mixed += kept != 0 && kept != 8;
		reopen(desk);
	}
	assert_true(whole > 20 && none > 20 && mixed > 20);
}

static void a_file_is_there_for_good_when_synced(void **state)
{
	struct desk *desk = *state;
	size_t there = 0;

	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(put(desk, 0, 1, 100), SQLITE_OK);
		there += crashed(desk).ptr != NULL;
		disk_poke(desk->disk, "f", bytes_of(NULL, 0));
		reopen(desk);
	}
	assert_in_range(there, 20, 80);
	assert_int_equal(sync_file(desk), SQLITE_OK);
	assert_non_null(crashed(desk).ptr);
}

static void a_removal_may_be_undone_unless_synced(void **state)
{
	struct desk *desk = *state;
	size_t back = 0;

	for (unsigned i = 0; i < 100; i++) {
		disk_poke(desk->disk, "f", bytes_from_str("old"));
		assert_int_equal(desk->vfs->xDelete(desk->vfs, "d/f", 0),
				 SQLITE_OK);
		assert_null(disk_peek(desk->disk, "f").ptr);
		back += crashed(desk).len == 3;
	}
	assert_in_range(back, 20, 80);
	disk_poke(desk->disk, "f", bytes_from_str("old"));
	assert_int_equal(desk->vfs->xDelete(desk->vfs, "d/f", 1), SQLITE_OK);
	assert_null(crashed(desk).ptr);
	assert_int_equal(desk->vfs->xDelete(desk->vfs, "d/f", 0),
			 SQLITE_IOERR_DELETE_NOENT);
}

static void a_failed_sync_loses_its_writes_for_ever(void **state)
{
	struct disk_fault fault = { DISK_SYNC, 1, false };
	struct desk *desk = *state;
	uint8_t seen = 0;

	assert_int_equal(put(desk, 0, 1, 100), SQLITE_OK);
	assert_int_equal(sync_file(desk), SQLITE_OK);
	assert_int_equal(put(desk, 0, 2, 100), SQLITE_OK);
	disk_fail(desk->disk, &fault);
	assert_int_equal(sync_file(desk), SQLITE_IOERR_FSYNC);
	assert_true(disk_fault_fired(desk->disk));
	/* it reads as written, and the next sync says yes */
	assert_int_equal(desk->file->pMethods->xRead(desk->file, &seen, 1, 0),
			 SQLITE_OK);
	assert_int_equal(seen, 2);
	assert_int_equal(sync_file(desk), SQLITE_OK);
	assert_int_equal(crashed(desk).ptr[0], 1);
}

static void a_lying_sync_keeps_nothing(void **state)
{
	struct desk *desk = *state;
	size_t lost = 0;

	for (unsigned i = 0; i < 50; i++) {
		disk_set_lying(desk->disk, true);
		assert_int_equal(put(desk, 0, 1, 100), SQLITE_OK);
		assert_int_equal(sync_file(desk), SQLITE_OK);
		lost += crashed(desk).len == 0;
		disk_poke(desk->disk, "f", bytes_of(NULL, 0));
		reopen(desk);
	}
	assert_true(lost > 10);
}

static void faults_meet_the_operation_they_name(void **state)
{
	struct disk_fault fault = { DISK_WRITE, 2, false };
	struct desk *desk = *state;

	disk_fail(desk->disk, &fault);
	assert_int_equal(put(desk, 0, 1, 8), SQLITE_OK);
	assert_int_equal(sync_file(desk), SQLITE_OK);
	assert_int_equal(put(desk, 8, 1, 8), SQLITE_IOERR_WRITE);
	assert_int_equal(disk_peek(desk->disk, "f").len, 12);
	assert_int_equal(put(desk, 8, 1, 8), SQLITE_OK);
	fault = (struct disk_fault){ DISK_WRITE, 1, true };
	disk_fail(desk->disk, &fault);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(put(desk, 0, 1, 8), SQLITE_IOERR_WRITE);
	fault.countdown = 0;
	disk_fail(desk->disk, &fault);
	assert_int_equal(put(desk, 0, 1, 8), SQLITE_OK);
}

static void a_full_disk_takes_no_growth(void **state)
{
	struct desk *desk = *state;

	disk_set_room(desk->disk, 100);
	assert_int_equal(put(desk, 0, 1, 101), SQLITE_FULL);
	assert_int_equal(put(desk, 0, 1, 100), SQLITE_OK);
	assert_int_equal(put(desk, 100, 1, 1), SQLITE_FULL);
	assert_int_equal(put(desk, 50, 2, 50), SQLITE_OK);
	assert_int_equal(desk->file->pMethods->xTruncate(desk->file, 90),
			 SQLITE_OK);
	assert_int_equal(put(desk, 90, 1, 10), SQLITE_OK);
	assert_int_equal(put(desk, 100, 1, 1), SQLITE_FULL);
}

static void a_copy_goes_its_own_way(void **state)
{
	struct desk *desk = *state;
	struct disk *backup = disk_new("e");

	assert_int_equal(put(desk, 0, 1, 10), SQLITE_OK);
	assert_int_equal(sync_file(desk), SQLITE_OK);
	disk_copy(backup, desk->disk);
	assert_int_equal(put(desk, 0, 2, 20), SQLITE_OK);
	assert_int_equal(disk_peek(backup, "f").len, 10);
	/* and back in time */
	disk_copy(desk->disk, backup);
	assert_int_equal(put(desk, 0, 3, 10), SQLITE_IOERR_WRITE);
	assert_int_equal(disk_peek(desk->disk, "f").len, 10);
	assert_int_equal(disk_peek(desk->disk, "f").ptr[0], 1);
	disk_free(backup);
}

static void one_writer_at_a_time(void **state)
{
	struct desk *desk = *state;
	sqlite3_file *one = desk->file;
	sqlite3_file *two = open_file(desk, "d/f");
	const sqlite3_io_methods *io = one->pMethods;

	assert_int_equal(io->xLock(one, SQLITE_LOCK_SHARED), SQLITE_OK);
	assert_int_equal(io->xLock(two, SQLITE_LOCK_SHARED), SQLITE_OK);
	assert_int_equal(io->xLock(one, SQLITE_LOCK_RESERVED), SQLITE_OK);
	assert_int_equal(io->xLock(two, SQLITE_LOCK_RESERVED), SQLITE_BUSY);
	assert_int_equal(io->xLock(one, SQLITE_LOCK_EXCLUSIVE), SQLITE_BUSY);
	assert_int_equal(io->xUnlock(two, SQLITE_LOCK_NONE), SQLITE_OK);
	assert_int_equal(io->xLock(one, SQLITE_LOCK_EXCLUSIVE), SQLITE_OK);
	assert_int_equal(io->xLock(two, SQLITE_LOCK_SHARED), SQLITE_BUSY);
	assert_int_equal(io->xUnlock(one, SQLITE_LOCK_NONE), SQLITE_OK);
	assert_int_equal(io->xLock(two, SQLITE_LOCK_SHARED), SQLITE_OK);
	close_file(two);
}

static void the_same_seed_gives_the_same_dice(void **state)
{
	uint64_t first = 0, second = 0, other = 0;

	(void)state;
	disk_start_seeded(9);
	sqlite3_randomness(8, &first);
	disk_start_seeded(9);
	sqlite3_randomness(8, &second);
	disk_start_seeded(10);
	sqlite3_randomness(8, &other);
	assert_true(first == second);
	assert_true(first != other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(what_was_synced_survives),
		TEST(what_was_not_synced_survives_by_sectors),
		TEST(a_file_is_there_for_good_when_synced),
		TEST(a_removal_may_be_undone_unless_synced),
		TEST(a_failed_sync_loses_its_writes_for_ever),
		TEST(a_lying_sync_keeps_nothing),
		TEST(faults_meet_the_operation_they_name),
		TEST(a_full_disk_takes_no_growth),
		TEST(a_copy_goes_its_own_way),
		TEST(one_writer_at_a_time),
		TEST(the_same_seed_gives_the_same_dice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
