/*
 * Goal: the generator is the published one, its ranges are exact and even.
 * Method: known outputs; counts over a fixed seed, far inside chance.
 */
#include "proto/base/prng.h"

#include "tests/lib/harness.h"

static void seeding_is_splitmix64(void **state)
{
	/* The first outputs for seed 1234567 of the reference splitmix64. */
	static const uint64_t wanted[] = {
		UINT64_C(6457827717110365317),
		UINT64_C(3203168211198807973),
		UINT64_C(9817491932198370423),
		UINT64_C(4593380528125082431),
	};
	struct prng prng;

	(void)state;
	prng_seed(&prng, 1234567);
	for (size_t i = 0; i < 4; i++)
		assert_true(prng.s[i] == wanted[i]);
}

static void the_sequence_is_xoshiro256_star_star(void **state)
{
	/* What the authors' steps give from state {1, 2, 3, 4}. */
	static const uint64_t wanted[] = {
		11520,
		0,
		1509978240,
		UINT64_C(1215971899390074240),
	};
	struct prng prng = { { 1, 2, 3, 4 } };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_true(prng_u64(&prng) == wanted[i]);
}

static void a_bound_near_the_top_is_even_too(void **state)
{
	/* A plain remainder would land below 2^62 in half of the cases. */
	const uint64_t bound = UINT64_C(3) << 62;
	struct prng prng;
	uint32_t low = 0;

	(void)state;
	prng_seed(&prng, 6);
	for (size_t i = 0; i < 9000; i++)
		low += prng_below(&prng, bound) < UINT64_C(1) << 62;
	assert_in_range(low, 2800, 3200);
}

static void below_is_below_and_even(void **state)
{
	uint32_t seen[10] = { 0 };
	struct prng prng;

	(void)state;
	prng_seed(&prng, 1);
	for (size_t i = 0; i < 10000; i++) {
		uint64_t drawn = prng_below(&prng, 10);

		assert_true(drawn < 10);
		seen[drawn]++;
	}
	for (size_t i = 0; i < 10; i++)
		assert_in_range(seen[i], 850, 1150);
	assert_true(prng_below(&prng, 1) == 0);
}

static void ranges_reach_both_ends_and_no_further(void **state)
{
	bool low = false;
	bool high = false;
	struct prng prng;

	(void)state;
	prng_seed(&prng, 2);
	for (size_t i = 0; i < 200; i++) {
		int64_t drawn = prng_range(&prng, -2, 2);

		assert_true(drawn >= -2 && drawn <= 2);
		low = low || drawn == -2;
		high = high || drawn == 2;
	}
	assert_true(low && high);
	assert_true(prng_range(&prng, INT64_MIN, INT64_MIN) == INT64_MIN);
	low = false;
	high = false;
	for (size_t i = 0; i < 64; i++) {
		int64_t drawn = prng_range(&prng, INT64_MIN, INT64_MAX);

		low = low || drawn < 0;
		high = high || drawn > 0;
	}
	assert_true(low && high);
}

static void chances_are_kept(void **state)
{
	struct prng prng;
	uint32_t hits = 0;

	(void)state;
	prng_seed(&prng, 3);
	for (size_t i = 0; i < 10000; i++)
		hits += prng_chance(&prng, 1, 4);
	assert_in_range(hits, 2300, 2700);
	for (size_t i = 0; i < 100; i++) {
		assert_false(prng_chance(&prng, 0, 5));
		assert_true(prng_chance(&prng, 5, 5));
	}
}

static void filling_writes_exactly_that_many(void **state)
{
	uint8_t a[24];
	uint8_t b[24];
	struct prng prng;

	(void)state;
	for (size_t len = 0; len <= 20; len++) {
		memset(a, 0xee, sizeof a);
		prng_seed(&prng, 4);
		prng_fill(&prng, a, len);
		assert_int_equal(a[len], 0xee);
		memset(b, 0, sizeof b);
		prng_seed(&prng, 4);
		prng_fill(&prng, b, 24);
		assert_memory_equal(a, b, len);
	}
}

static void none_of_nothing(void *context)
{
	prng_below(context, 0);
}

static void a_bound_of_zero_panics(void **state)
{
	struct prng prng;

	(void)state;
	prng_seed(&prng, 5);
	assert_true(harness_panics(none_of_nothing, &prng));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seeding_is_splitmix64),
		cmocka_unit_test(the_sequence_is_xoshiro256_star_star),
		cmocka_unit_test(below_is_below_and_even),
		cmocka_unit_test(a_bound_near_the_top_is_even_too),
		cmocka_unit_test(ranges_reach_both_ends_and_no_further),
		cmocka_unit_test(chances_are_kept),
		cmocka_unit_test(filling_writes_exactly_that_many),
		cmocka_unit_test(a_bound_of_zero_panics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
