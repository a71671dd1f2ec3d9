/*
 * Goal: a value is gone when an op that saw it replaced it, and only then.
 * Method: writers who edit apart and meet; clocks that are wrong.
 */
#include "crdt/register.h"

#include "tests/lib/harness.h"

#include "proto/bounds.h"
#include "proto/mp.h"
#include "tests/lib/writers.h"

enum { MOOD = 4 };

static void a_later_value_replaces_an_earlier_one(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, MOOD, RULE_register, "3");
	writers_meet(all, ANA, BEN);
	writers_write(all, BEN, MOOD, RULE_register, "8");
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, MOOD, "8");
	assert_false(writers_field(all, ANA, MOOD).has_siblings);
}

static void a_replacement_needs_no_newer_clock(void **state)
{
	struct writers *all = *state;

	all->writer[ANA].clock.last = UINT64_C(0x800000000000) << 16;
	writers_write(all, ANA, MOOD, RULE_register, "3");
	writers_meet(all, ANA, BEN);
	writers_write(all, BEN, MOOD, RULE_register, "8");
	assert_true(all->block[1].stamp < all->block[0].stamp);
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, MOOD, "8");
}

static void values_written_apart_are_all_kept_newest_first(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, MOOD, RULE_text, "\"from ana\"");
	writers_write(all, BEN, MOOD, RULE_text, "\"from ben\"");
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, MOOD, "\"from ben\" | \"from ana\"");
	writers_expect(all, BEN, MOOD, "\"from ben\" | \"from ana\"");
	assert_true(writers_field(all, ANA, MOOD).has_siblings);
	/* Writing what is shown settles it. */
	writers_write(all, ANA, MOOD, RULE_text, "\"from ben\"");
	writers_expect(all, ANA, MOOD, "\"from ben\"");
	assert_false(writers_set(all, ANA, MOOD, RULE_text, "\"from ben\""));
}

static void equal_stamps_are_ordered_by_dot(void **state)
{
	struct writers *all = *state;

	writers_write(all, BEN, MOOD, RULE_register, "2");
	all->now_ms--;
	writers_write(all, ANA, MOOD, RULE_register, "1");
	assert_int_equal(all->block[0].stamp, all->block[1].stamp);
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, MOOD, "2 | 1");
	writers_expect(all, BEN, MOOD, "2 | 1");
}

static void equal_values_written_apart_are_one(void **state)
{
	struct writers *all = *state;
	struct merge_field read;

	writers_write(all, ANA, MOOD, RULE_register, "5");
	writers_write(all, BEN, MOOD, RULE_register, "6");
	writers_write(all, CAI, MOOD, RULE_register, "5");
	writers_meet(all, ANA, BEN);
	writers_meet(all, ANA, CAI);
	writers_expect(all, ANA, MOOD, "5 | 6");
	read = writers_field(all, ANA, MOOD);
	assert_int_equal(dot_compare(&read.values[0].dot, &all->block[2].dot),
			 0);
	/* The next edit overwrites both fives. */
	writers_write(all, ANA, MOOD, RULE_register, "7");
	writers_expect(all, ANA, MOOD, "7");
}

static void a_cleared_register_is_there_and_empty(void **state)
{
	struct writers *all = *state;
	struct merge_field read;

	assert_int_equal(merge_read(all->writer[ANA].state, MOOD, &read),
			 ERR_NOT_FOUND);
	assert_false(writers_set(all, ANA, MOOD, RULE_register, "nil"));
	writers_write(all, ANA, MOOD, RULE_register, "5");
	writers_meet(all, ANA, BEN);
	writers_write(all, ANA, MOOD, RULE_register, "nil");
	writers_expect(all, ANA, MOOD, "-");
	assert_false(writers_set(all, ANA, MOOD, RULE_register, "nil"));
	/* Clearing takes what was seen, no more. */
	writers_write(all, BEN, MOOD, RULE_register, "6");
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, MOOD, "6");
}

/* Blocks of many logs, each with value i. */
static void write_apart(struct writers *all, size_t count)
{
	struct buf ops;

	buf_init(&ops, 1 << 10);
	for (size_t i = 0; i < count; i++) {
		memset(all->writer[BEN].lid.b, (int)i + 1, 16);
		buf_clear(&ops);
		mp_put_map(&ops, 1);
		mp_put_uint(&ops, MOOD);
		mp_put_array(&ops, 3);
		mp_put_uint(&ops, RULE_register);
		mp_put_array(&ops, 0);
		mp_put_uint(&ops, i);
		writers_raw(all, BEN, buf_bytes(&ops));
	}
	buf_release(&ops);
}

static void siblings_are_readable_up_to_a_limit(void **state)
{
	const size_t around[] = { LIMIT_SIBLINGS - 1, LIMIT_SIBLINGS,
				  LIMIT_SIBLINGS + 1 };
	struct writers *all = *state;

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(around); i++) {
		struct merge_field read;

		writers_release(all);
		writers_init(all);
		write_apart(all, around[i]);
		read = writers_field(all, BEN, MOOD);
		assert_int_equal(read.count, around[i] < LIMIT_SIBLINGS
						     ? around[i]
						     : LIMIT_SIBLINGS);
		/* The oldest are the ones that fall off. */
		assert_int_equal(*read.values[0].value.ptr, around[i] - 1);
		/* An edit overwrites those that were not readable too. */
		writers_write(all, BEN, MOOD, RULE_register, "99");
		writers_expect(all, BEN, MOOD, "99");
	}
}

#define row(name)                                                              \
	cmocka_unit_test_setup_teardown(name, writers_begin, writers_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_later_value_replaces_an_earlier_one),
		row(a_replacement_needs_no_newer_clock),
		row(values_written_apart_are_all_kept_newest_first),
		row(equal_stamps_are_ordered_by_dot),
		row(equal_values_written_apart_are_one),
		row(a_cleared_register_is_there_and_empty),
		row(siblings_are_readable_up_to_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
