/*
 * Goal: what was added is found, what was not is not, whoever chose the keys.
 * Method: random keys, keys alike but for one bit, and keys of several lengths
 * against a plain array; every count around the change from list to tree.
 */
#include "crdt/keyset.h"

#include "tests/lib/harness.h"

#include "proto/base/prng.h"

#define KEYS_MAX 600
#define KEY_BYTES 34

struct world {
	struct arena arena;
	struct keyset set;
	struct keyset_entry entry[KEYS_MAX];
	uint8_t key[KEYS_MAX][KEY_BYTES];
};

static struct world world;

static int begin(void **state)
{
	(void)state;
	memset(&world, 0, sizeof world);
	arena_init(&world.arena, 1 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_release(&world.arena);
	return 0;
}

static struct keyset_entry *find(const void *key, size_t len)
{
	return keyset_find(&world.set, bytes_of(key, len));
}

static void add(size_t at, size_t len)
{
	struct keyset_entry *entry = &world.entry[at];

	entry->key = bytes_of(world.key[at], len);
	assert_null(keyset_find(&world.set, entry->key));
	assert_int_equal(keyset_add(&world.set, &world.arena, entry), 0);
	assert_int_equal(world.set.count, at + 1);
	for (size_t i = 0; i <= at; i++)
		assert_ptr_equal(keyset_find(&world.set, world.entry[i].key),
				 &world.entry[i]);
}

static void random_keys_are_found_and_others_not(void **state)
{
	uint8_t other[KEY_BYTES];
	struct prng prng;

	(void)state;
	prng_seed(&prng, 32);
	assert_null(find("nothing", 7));
	for (size_t i = 0; i < KEYS_MAX; i++) {
		prng_fill(&prng, world.key[i], KEY_BYTES);
		prng_fill(&prng, other, KEY_BYTES);
		add(i, KEY_BYTES);
		assert_null(find(other, KEY_BYTES));
	}
}

static void keys_that_differ_in_one_bit_are_told_apart(void **state)
{
	uint8_t other[KEY_BYTES] = { 0 };

	(void)state;
	/* Key i has bit i set: the deepest tree there is. */
	for (size_t i = 0; i < KEY_BYTES * 8; i++) {
		world.key[i][i / 8] = (uint8_t)(1 << (i % 8));
		add(i, KEY_BYTES);
	}
	assert_null(find(other, KEY_BYTES));
	other[0] = 3;
	assert_null(find(other, KEY_BYTES));
}

static void keys_may_have_many_lengths(void **state)
{
	(void)state;
	/* A count of ones and a zero: none is a prefix of another. */
	for (size_t i = 0; i < KEY_BYTES - 1; i++) {
		memset(world.key[i], 1, i);
		world.key[i][i] = 0;
		add(i, i + 1);
	}
	assert_null(find(world.key[20], 20));
}

static void entries_stay_in_the_order_they_were_added(void **state)
{
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < 50; i++) {
		world.key[i][3] = (uint8_t)(i * 37);
		add(i, KEY_BYTES);
	}
	for (const struct keyset_entry *entry = world.set.first; entry != NULL;
	     entry = entry->next)
		assert_ptr_equal(entry, &world.entry[at++]);
	assert_int_equal(at, 50);
}

#define row(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(random_keys_are_found_and_others_not),
		row(keys_that_differ_in_one_bit_are_told_apart),
		row(keys_may_have_many_lengths),
		row(entries_stay_in_the_order_they_were_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
