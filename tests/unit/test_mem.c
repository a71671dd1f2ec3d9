/*
 * Goal: every block is counted, whichever thread holds it, and exactly the
 * allocations asked for fail. Method: counts before and after; four threads.
 */
#include "proto/base/mem.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "tests/lib/harness.h"

static void blocks_are_zeroed_counted_and_uncounted(void **state)
{
	uint8_t *a = mem_alloc(3, 7);
	uint8_t *none = mem_alloc(0, 8);

	(void)state;
	assert_non_null(a);
	assert_non_null(none);
	assert_int_equal(mem_live_bytes(), 21);
	assert_int_equal(mem_live_count(), 2);
	for (size_t i = 0; i < 21; i++)
		assert_int_equal(a[i], 0);
	a[20] = 9;
	a = mem_realloc(a, 5, 100);
	assert_non_null(a);
	assert_int_equal(a[20], 9);
	assert_int_equal(mem_live_bytes(), 500);
	assert_int_equal(mem_live_count(), 2);
	mem_free(a);
	mem_free(none);
	mem_free(NULL);
	assert_int_equal(mem_live_bytes(), 0);
	assert_int_equal(mem_live_count(), 0);
}

/* How many bytes at this place, which may be freed, are `value`. */
static size_t count_at(uintptr_t place, size_t len, uint8_t value)
{
	static uint8_t seen[4096];
	int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	size_t count = 0;

	if (fd < 0)
		harness_skip("no /proc/self/mem");
	assert_true(len <= sizeof seen);
	assert_int_equal(pread(fd, seen, len, (off_t)place), len);
	assert_int_equal(close(fd), 0);
	for (size_t i = 0; i < len; i++)
		count += seen[i] == value;
	return count;
}

static void growing_and_shrinking_leave_nothing_behind(void **state)
{
	static const size_t sizes[] = { 6000, 3000 };

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(sizes); i++) {
		uint8_t *block = mem_alloc(1, 4000);
		void *stop = mem_alloc(1, 8); /* the heap goes on behind it */
		uintptr_t place = (uintptr_t)block;
		size_t kept = sizes[i] < 4000 ? sizes[i] : 4000;

		assert_non_null(block);
		memset(block, 0xa5, 4000);
		assert_int_equal(count_at(place, 4000, 0xa5), 4000);
		block = mem_realloc(block, 1, sizes[i]);
		assert_non_null(block);
		assert_true((uintptr_t)block != place);
		for (size_t at = 0; at < kept; at++)
			assert_int_equal(block[at], 0xa5);
		/* The allocator's own links may lie at the beginning. */
		assert_int_equal(count_at(place + 64, 4000 - 64, 0xa5), 0);
		mem_free(block);
		mem_free(stop);
	}
	assert_int_equal(mem_live_bytes(), 0);
}

static void sizes_that_overflow_are_refused(void **state)
{
	void *block = mem_alloc(1, 1);

	(void)state;
	assert_null(mem_alloc(SIZE_MAX, 2));
	assert_null(mem_alloc(SIZE_MAX, 1));
	assert_null(mem_realloc(block, SIZE_MAX / 2 + 1, 2));
	assert_int_equal(mem_live_bytes(), 1);
	mem_free(block);
}

static void the_nth_allocation_fails_once(void **state)
{
	void *blocks[4];

	(void)state;
	mem_fail_at(3, false);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(mem_fail_fired(), i > 2);
		blocks[i] = mem_alloc(1, 1);
		assert_int_equal(blocks[i] == NULL, i == 2);
	}
	mem_fail_at(0, false);
	assert_false(mem_fail_fired());
	for (size_t i = 0; i < 4; i++)
		mem_free(blocks[i]);
}

static void a_sticky_failure_stays_until_switched_off(void **state)
{
	void *block = mem_alloc(1, 8);
	void *same;

	(void)state;
	assert_non_null(block);
	mem_fail_at(1, true);
	for (size_t i = 0; i < 3; i++) {
		assert_null(mem_alloc(1, 1));
		assert_null(mem_realloc(block, 2, 8));
	}
	assert_true(mem_fail_fired());
	mem_fail_at(0, true);
	same = mem_realloc(block, 2, 8);
	assert_non_null(same);
	mem_free(same);
	assert_int_equal(mem_live_count(), 0);
}

static void *churn(void *context)
{
	(void)context;
	for (size_t i = 0; i < 2000; i++) {
		void *block = mem_alloc(i, 3);

		if (block == NULL)
			return NULL;
		mem_free(block);
	}
	return mem_alloc(1, 10);
}

static void threads_are_counted_together(void **state)
{
	pthread_t threads[4];
	void *blocks[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, churn, NULL),
				 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], &blocks[i]), 0);
	assert_int_equal(mem_live_count(), 4);
	assert_int_equal(mem_live_bytes(), 40);
	for (size_t i = 0; i < 4; i++)
		mem_free(blocks[i]);
	assert_int_equal(mem_live_bytes(), 0);
}

static void wiping_clears(void **state)
{
	char secret[] = "candle";

	(void)state;
	mem_wipe(secret, sizeof secret - 2);
	assert_memory_equal(secret, "\0\0\0\0\0e", 6);
	mem_wipe(NULL, 0);
}

static void free_a_stranger(void *context)
{
	mem_free(context);
}

static void a_block_that_is_not_ours_panics(void **state)
{
	uint64_t space[8] = { 0 };

	(void)state;
	assert_true(harness_panics(free_a_stranger, &space[4]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_zeroed_counted_and_uncounted),
		cmocka_unit_test(growing_and_shrinking_leave_nothing_behind),
		cmocka_unit_test(sizes_that_overflow_are_refused),
		cmocka_unit_test(the_nth_allocation_fails_once),
		cmocka_unit_test(a_sticky_failure_stays_until_switched_off),
		cmocka_unit_test(threads_are_counted_together),
		cmocka_unit_test(wiping_clears),
		cmocka_unit_test(a_block_that_is_not_ours_panics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
