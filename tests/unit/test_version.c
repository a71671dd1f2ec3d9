/*
 * Goal: vectors say exactly what is held and what lacks.
 * Method: small vectors by hand, and random ones against sets of numbers.
 */
#include "crdt/version.h"

#include "tests/lib/harness.h"

#include "proto/base/prng.h"

static struct version_item item(uint8_t log, uint64_t seq, uint8_t tip)
{
	struct version_item made = { .seq = seq, .tip = { tip } };

	made.lid.b[15] = log;
	return made;
}

static struct dot dot(uint8_t log, uint64_t seq, uint8_t tip)
{
	struct dot made = { .seq = seq, .tip = { tip } };

	made.lid.b[15] = log;
	return made;
}

static void hold(struct version *version, uint8_t log, uint64_t seq)
{
	struct version_item made = item(log, seq, (uint8_t)seq);

	assert_int_equal(version_raise(version, &made), 0);
}

static void logs_stay_sorted_and_single(void **state)
{
	struct version_item items[4];
	struct version version;

	(void)state;
	version_init(&version, items, 4);
	hold(&version, 3, 1);
	hold(&version, 1, 1);
	hold(&version, 2, 1);
	hold(&version, 1, 9);
	assert_int_equal(version.count, 3);
	for (uint8_t i = 0; i < 3; i++)
		assert_int_equal(items[i].lid.b[15], i + 1);
	assert_int_equal(items[0].seq, 9);
	assert_null(version_find(&version, &(struct id16){ { 7 } }));
}

static void raising_never_lowers_and_setting_may(void **state)
{
	struct version_item items[1];
	struct version_item low = item(1, 4, 40);
	struct version version;

	(void)state;
	version_init(&version, items, 1);
	hold(&version, 1, 5);
	assert_int_equal(version_raise(&version, &low), 0);
	assert_int_equal(items[0].seq, 5);
	assert_int_equal(items[0].tip[0], 5);
	assert_int_equal(version_set(&version, &low), 0);
	assert_int_equal(items[0].seq, 4);
	assert_int_equal(items[0].tip[0], 40);
}

static void a_full_vector_refuses_a_new_log_only(void **state)
{
	struct version_item items[2];
	struct version_item third = item(3, 1, 1);
	struct version version;

	(void)state;
	version_init(&version, items, 2);
	hold(&version, 1, 1);
	hold(&version, 2, 1);
	assert_int_equal(version_raise(&version, &third), ERR_LIMIT);
	assert_int_equal(version_set(&version, &third), ERR_LIMIT);
	assert_int_equal(version.count, 2);
	hold(&version, 2, 8);
	assert_int_equal(items[1].seq, 8);
}

static void a_dot_is_covered_up_to_the_tip(void **state)
{
	struct version_item items[1];
	struct version version;
	struct dot below = dot(1, 4, 99);
	struct dot at = dot(1, 5, 5);
	struct dot branch = dot(1, 5, 6);
	struct dot above = dot(1, 6, 6);
	struct dot other = dot(2, 1, 1);

	(void)state;
	version_init(&version, items, 1);
	hold(&version, 1, 5);
	assert_true(version_covers(&version, &below));
	assert_true(version_covers(&version, &at));
	assert_false(version_covers(&version, &branch));
	assert_false(version_covers(&version, &above));
	assert_false(version_covers(&version, &other));
}

static void including_looks_at_every_log(void **state)
{
	struct version_item a_items[3];
	struct version_item b_items[3];
	struct version_item nothing = item(9, 0, 0);
	struct version_item branch = item(1, 5, 77);
	struct version a;
	struct version b;

	(void)state;
	version_init(&a, a_items, 3);
	version_init(&b, b_items, 3);
	assert_true(version_includes(&a, &b));
	hold(&a, 1, 5);
	assert_true(version_includes(&a, &b));
	assert_false(version_includes(&b, &a));
	hold(&b, 1, 5);
	assert_true(version_includes(&b, &a));
	assert_int_equal(version_set(&b, &nothing), 0);
	assert_true(version_includes(&a, &b));
	assert_int_equal(version_set(&b, &branch), 0);
	assert_false(version_includes(&a, &b));
}

static void random_vector(struct prng *prng, struct version *version)
{
	for (uint8_t log = 0; log < 8; log++)
		if (prng_chance(prng, 2, 3))
			hold(version, log, prng_below(prng, 6));
}

static uint64_t held(const struct version *version, uint8_t log)
{
	struct id16 lid = { { 0 } };
	const struct version_item *found = NULL;

	lid.b[15] = log;
	found = version_find(version, &lid);
	return found != NULL ? found->seq : 0;
}

static void what_is_missing_is_the_difference_of_the_sets(void **state)
{
	struct prng prng;

	(void)state;
	prng_seed(&prng, 11);
	for (int round = 0; round < 2000; round++) {
		struct version_item have_items[8];
		struct version_item their_items[8];
		struct version_range ranges[8];
		struct version have;
		struct version theirs;
		size_t next = 0;
		size_t count = 0;

		version_init(&have, have_items, 8);
		version_init(&theirs, their_items, 8);
		random_vector(&prng, &have);
		random_vector(&prng, &theirs);
		count = version_missing(&have, &theirs, ranges, 8);
		for (uint8_t log = 0; log < 8; log++) {
			if (held(&have, log) <= held(&theirs, log))
				continue;
			assert_true(next < count);
			assert_int_equal(ranges[next].lid.b[15], log);
			assert_int_equal(ranges[next].from,
					 held(&theirs, log) + 1);
			assert_int_equal(ranges[next].to, held(&have, log));
			next++;
		}
		assert_int_equal(next, count);
	}
}

static void missing_counts_beyond_the_room_it_has(void **state)
{
	struct version_item items[3];
	struct version_range ranges[3] = { { .from = 0 } };
	struct version have;
	struct version nothing;

	(void)state;
	version_init(&have, items, 3);
	version_init(&nothing, NULL, 0);
	hold(&have, 1, 1);
	hold(&have, 2, 2);
	hold(&have, 3, 3);
	assert_int_equal(version_missing(&have, &nothing, ranges, 2), 3);
	assert_int_equal(ranges[1].to, 2);
	assert_int_equal(ranges[2].from, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logs_stay_sorted_and_single),
		cmocka_unit_test(raising_never_lowers_and_setting_may),
		cmocka_unit_test(a_full_vector_refuses_a_new_log_only),
		cmocka_unit_test(a_dot_is_covered_up_to_the_tip),
		cmocka_unit_test(including_looks_at_every_log),
		cmocka_unit_test(what_is_missing_is_the_difference_of_the_sets),
		cmocka_unit_test(missing_counts_beyond_the_room_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
