/*
 * test_faults.c - every allocation, every call to the disk, and every sync
 * fails once, and once and for good; and the disk is full at every size.
 *
 * Goal: a clean error, nothing leaked, nothing acknowledged lost, and a store
 * that opens again. Method: the life of trial.h on a simulated disk, for
 * n = 1, 2, ... until the fault is no longer met.
 */
#include "tests/sweep/trial.h"

#include "proto/base/mem.h"
#include "tests/lib/harness.h"
#include "tests/sim/disk.h"

#define TURNS 14
#define PATH "faulty/journal.db"

static struct trial new_trial(void)
{
	return (struct trial){ .path = PATH, .vfs = DISK_VFS, .turns = TURNS };
}

static void assert_sound(const struct trial *trial, uint64_t n, bool sticky)
{
	const char *wrong = trial->made ? trial_verify(trial) : NULL;

	if (wrong != NULL)
		fail_msg("fault %u, %s: %s", (unsigned)n,
			 sticky ? "for good" : "once", wrong);
}

/* One run per n; true while the fault was met. */
static bool memory_fails_at(uint64_t n, bool sticky)
{
	struct disk *disk = disk_new("faulty");
	struct trial trial = new_trial();
	size_t live = mem_live_count();
	bool fired;
	int code;

	trial.again = !sticky;
	mem_fail_at(n, sticky);
	code = trial_run(&trial);
	fired = mem_fail_fired();
	mem_fail_at(0, false);
	if (code != 0)
		assert_int_equal(err_class(code), ERR_CLASS_FULL);
	/* memory is back: the turn goes through, in the same store */
	if (!sticky && trial.made) {
		assert_true(trial.errors <= 1);
		assert_int_equal(trial.acked, TURNS);
	}
	assert_int_equal(mem_live_count(), live);
	assert_sound(&trial, n, sticky);
	disk_free(disk);
	return fired;
}

static void every_allocation_may_fail(void **state)
{
	uint64_t n = 1;

	(void)state;
	/* what SQLite keeps for the life of the process */
	memory_fails_at(0, false);
	while (memory_fails_at(n, false))
		n++;
	assert_true(n > 500);
	/* for good: what follows a failure is short; every third is enough */
	for (n = 1; memory_fails_at(n, true); n += 3)
		;
	assert_true(n > 500);
}

static bool disk_fails_at(uint64_t n, bool sticky, struct prng *prng)
{
	struct disk_fault fault = { DISK_ANY, n, sticky };
	struct disk *disk = disk_new("faulty");
	struct trial trial = new_trial();
	size_t live = mem_live_count();
	bool fired;
	int code;

	disk_fail(disk, &fault);
	code = trial_run(&trial);
	fired = disk_fault_fired(disk);
	if (code != 0)
		assert_int_equal(err_class(code), ERR_CLASS_CORRUPT);
	assert_int_equal(mem_live_count(), live);
	/* the disk is whole again; for odd n the power has failed as well */
	if (n % 2 == 1)
		disk_crash(disk, prng);
	fault.countdown = 0;
	disk_fail(disk, &fault);
	assert_sound(&trial, n, sticky);
	disk_free(disk);
	return fired;
}

static void every_call_to_the_disk_may_fail(void **state)
{
	struct prng prng;
	uint64_t n;

	(void)state;
	prng_seed(&prng, 1);
	for (n = 1; disk_fails_at(n, false, &prng); n++)
		;
	assert_true(n > 100);
	for (n = 1; disk_fails_at(n, true, &prng); n++)
		;
	assert_true(n > 100);
}

struct watch {
	struct disk *disk;
	bool after_fault; /* had the fault fired when the turn began? */
	uint64_t late_acks;
};

static void on_ack(void *context, uint64_t turn)
{
	struct watch *watch = context;

	(void)turn;
	watch->late_acks += watch->after_fault;
	watch->after_fault = disk_fault_fired(watch->disk);
}

static bool sync_fails_at(uint64_t n, bool sticky, struct prng *prng)
{
	struct disk_fault fault = { DISK_SYNC, n, sticky };
	struct watch watch = { .disk = disk_new("faulty") };
	struct trial trial = new_trial();
	bool fired;

	trial.on_ack = on_ack;
	trial.context = &watch;
	trial.again = true; /* it must not help */
	disk_fail(watch.disk, &fault);
	err_ignore(trial_run(&trial), "what counts is what it promised");
	fired = disk_fault_fired(watch.disk);
	assert_int_equal(watch.late_acks, 0);
	if (fired && trial.made)
		assert_true(trial.acked < TURNS || trial.errors == 0);
	/* first as after a restart of the process, then of the machine: the
	 * pages whose sync failed are in memory only until they are written
	 * anew, and opening has to do that */
	fault.countdown = 0;
	disk_fail(watch.disk, &fault);
	assert_sound(&trial, n, sticky);
	disk_crash(watch.disk, prng);
	assert_sound(&trial, n, sticky);
	disk_free(watch.disk);
	return fired;
}

static void nothing_is_saved_after_a_failed_sync(void **state)
{
	struct prng prng;
	uint64_t n;

	(void)state;
	prng_seed(&prng, 2);
	for (n = 1; sync_fails_at(n, false, &prng); n++)
		;
	assert_true(n > TURNS);
	for (n = 1; sync_fails_at(n, true, &prng); n++)
		;
	assert_true(n > TURNS);
}

/* Fills the disk at `room` bytes; true while that was too little. */
static bool is_too_little(uint64_t room)
{
	struct disk *disk = disk_new("faulty");
	struct trial trial = new_trial();
	int code;

	disk_set_room(disk, room);
	code = trial_run(&trial);
	if (code != 0)
		assert_int_equal(code, ERR_DISK_FULL);
	/* it opens and reads with not a byte to spare */
	assert_sound(&trial, room, true);
	disk_set_room(disk, UINT64_MAX);
	assert_sound(&trial, room, true);
	disk_free(disk);
	return code != 0;
}

static void a_full_disk_is_calm(void **state)
{
	uint64_t room;

	(void)state;
	for (room = 0; is_too_little(room); room += 2500)
		;
	assert_true(room > 50000);
}

static void a_store_goes_on_when_there_is_room_again(void **state)
{
	struct disk *disk = disk_new("faulty");
	struct store_options options = { .path = PATH,
					 .vfs = DISK_VFS,
					 .create = true };
	uint8_t value[4096] = { 1 };
	struct store *store = NULL;
	struct buf out;
	uint64_t turn = 0;
	int code = 0;

	(void)state;
	buf_init(&out, sizeof value);
	assert_int_equal(store_open(&store, &options, NULL), 0);
	disk_set_room(disk, 100000);
	while (code == 0) {
		uint8_t id = (uint8_t)++turn;

		assert_true(turn < 200);
		assert_int_equal(store_begin(store, NULL), 0);
		code = store_shelf_put(store, SHELF_DRAFT, bytes_of(&id, 1),
				       bytes_of(value, sizeof value), NULL);
		if (code == 0)
			code = store_commit(store, NULL);
		else
			store_rollback(store);
	}
	assert_int_equal(code, ERR_DISK_FULL);
	assert_false(store_in_transaction(store));
	/* reading goes on */
	assert_int_equal(store_shelf_get(store, SHELF_DRAFT,
					 bytes_of("\x01", 1), &out, NULL),
			 0);
	disk_set_room(disk, UINT64_MAX);
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(
		store_meta_put(store, META_NOTES, bytes_from_str("room"), NULL),
		0);
	assert_int_equal(store_commit(store, NULL), 0);
	store_close(store);
	buf_release(&out);
	disk_free(disk);
}

static int start(void **state)
{
	(void)state;
	disk_start_seeded(1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(every_call_to_the_disk_may_fail),
		cmocka_unit_test(nothing_is_saved_after_a_failed_sync),
		cmocka_unit_test(a_full_disk_is_calm),
		cmocka_unit_test(a_store_goes_on_when_there_is_room_again),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
