/*
 * Goal: stamps grow whatever the clock does, and a clock far ahead cannot take
 * ours along.
 * Method: clocks that stand, jump back, and lie; the limit of the drag from
 * both sides.
 */
#include "crdt/hlc.h"

#include "tests/lib/harness.h"

static void a_stamp_carries_the_wall_clock(void **state)
{
	struct hlc hlc = { 0 };
	uint64_t stamp = hlc_next(&hlc, 1700000000123);

	(void)state;
	assert_int_equal(hlc_ms(stamp), 1700000000123);
	assert_int_equal(stamp & 0xffff, 0);
}

static void stamps_grow_while_the_clock_stands_or_goes_back(void **state)
{
	struct hlc hlc = { 0 };
	uint64_t before = hlc_next(&hlc, 5000);

	(void)state;
	for (uint64_t i = 0; i < 70000; i++) {
		uint64_t stamp = hlc_next(&hlc, i % 2 == 0 ? 5000 : 100);

		assert_int_equal(stamp, before + 1);
		before = stamp;
	}
	/* The counter ran over into the next millisecond. */
	assert_int_equal(hlc_ms(before), 5001);
	assert_int_equal(hlc_ms(hlc_next(&hlc, 6000)), 6000);
}

static void a_seen_stamp_is_followed_by_a_greater_one(void **state)
{
	struct hlc hlc = { 0 };
	uint64_t seen = (UINT64_C(2000) << 16) + 7;

	(void)state;
	hlc_seen(&hlc, seen, 1000, 5000);
	assert_int_equal(hlc_next(&hlc, 1000), seen + 1);
	hlc_seen(&hlc, 3, 1000, 5000);
	assert_int_equal(hlc_next(&hlc, 1000), seen + 2);
}

static void a_seen_stamp_drags_ours_only_so_far(void **state)
{
	const uint64_t limit_ms = 1000 + 5000;
	const struct {
		uint64_t seen_ms;
		uint64_t ours_ms;
	} rows[] = {
		{ limit_ms - 1, limit_ms - 1 },
		{ limit_ms, limit_ms },
		{ limit_ms + 1, limit_ms },
		{ (UINT64_C(1) << 48) - 1, limit_ms },
	};

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		struct hlc hlc = { 0 };

		hlc_seen(&hlc, rows[i].seen_ms << 16, 1000, 5000);
		assert_int_equal(hlc_ms(hlc_next(&hlc, 1000)), rows[i].ours_ms);
	}
}

static void a_clock_gone_mad_leaves_room_to_count(void **state)
{
	struct hlc hlc = { 0 };
	uint64_t first = 0;

	(void)state;
	hlc_seen(&hlc, UINT64_MAX, UINT64_MAX, UINT64_MAX);
	first = hlc_next(&hlc, UINT64_MAX);
	assert_true(hlc_next(&hlc, UINT64_MAX) > first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stamp_carries_the_wall_clock),
		cmocka_unit_test(
			stamps_grow_while_the_clock_stands_or_goes_back),
		cmocka_unit_test(a_seen_stamp_is_followed_by_a_greater_one),
		cmocka_unit_test(a_seen_stamp_drags_ours_only_so_far),
		cmocka_unit_test(a_clock_gone_mad_leaves_room_to_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
