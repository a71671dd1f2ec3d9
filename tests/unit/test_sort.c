/*
 * Goal: pointers come out in order, equal ones as they went in.
 * Method: every length around the small sort's, and random ones, against
 * neighbors compared.
 */
#include "crdt/sort.h"

#include "tests/lib/harness.h"

#include "proto/base/prng.h"

#define ITEMS_MAX 3000

struct item {
	uint32_t key;
	uint32_t place;
};

static int by_key(const void *a, const void *b)
{
	const struct item *left = a;
	const struct item *right = b;

	return (left->key > right->key) - (left->key < right->key);
}

static void check(struct prng *prng, size_t count, uint32_t keys)
{
	static struct item items[ITEMS_MAX];
	static const void *pointers[2 * ITEMS_MAX];

	for (size_t i = 0; i < count; i++) {
		items[i].key = (uint32_t)prng_below(prng, keys);
		items[i].place = (uint32_t)i;
		pointers[i] = &items[i];
	}
	sort_pointers(pointers, count, pointers + ITEMS_MAX, by_key);
	for (size_t i = 1; i < count; i++) {
		const struct item *before = pointers[i - 1];
		const struct item *after = pointers[i];

		assert_true(before->key < after->key ||
			    (before->key == after->key &&
			     before->place < after->place));
	}
}

static void every_length_comes_out_sorted_and_stable(void **state)
{
	struct prng prng;

	(void)state;
	prng_seed(&prng, 31);
	for (size_t count = 0; count < 12 * SORT_SMALL; count++) {
		check(&prng, count, 5);
		check(&prng, count, UINT32_MAX);
	}
	for (int round = 0; round < 50; round++)
		check(&prng, prng_below(&prng, ITEMS_MAX + 1), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_comes_out_sorted_and_stable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
