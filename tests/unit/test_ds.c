/*
 * Goal: the table holds what a plain array would, through growth and
 * removals; the heap gives back in order. Method: random steps mirrored in an
 * array, with keys enough to grow several times; the failure sweep.
 */
#include "proto/base/ds.h"

#include "proto/base/prng.h"
#include "tests/lib/harness.h"

#define MIRROR_COUNT 600

static void key_of(uint32_t number, uint8_t key[16])
{
	memset(key, 0, 16);
	le32_put(key, number);
}

static void a_table_agrees_with_an_array(void **state)
{
	static uint32_t mirror[MIRROR_COUNT]; /* 0: absent */
	struct table table;
	struct prng prng;
	size_t count = 0;

	(void)state;
	prng_seed(&prng, 11);
	table_init(&table, 16, 99);
	for (uint32_t step = 1; step <= 20000; step++) {
		uint32_t at = (uint32_t)prng_below(&prng, MIRROR_COUNT);
		uint32_t value = 0;
		uint8_t key[16];
		bool found;

		key_of(at, key);
		found = table_get(&table, key, &value);
		assert_int_equal(found, mirror[at] != 0);
		assert_int_equal(value, mirror[at]);
		if (prng_chance(&prng, 1, 2)) {
			assert_int_equal(table_put(&table, key, step), 0);
			count += mirror[at] == 0;
			mirror[at] = step;
		} else {
			assert_int_equal(table_remove(&table, key), found);
			count -= mirror[at] != 0;
			mirror[at] = 0;
		}
		assert_int_equal(table.count, count);
	}
	for (uint32_t at = 0; at < MIRROR_COUNT; at++) {
		uint32_t value = 0;
		uint8_t key[16];

		key_of(at, key);
		assert_int_equal(table_get(&table, key, &value),
				 mirror[at] != 0);
		assert_int_equal(value, mirror[at]);
	}
	table_release(&table);
}

static void keys_of_every_length_are_told_apart(void **state)
{
	(void)state;
	for (size_t bytes = 1; bytes <= 32; bytes++) {
		struct table table;
		uint8_t key[32] = { 0 };

		table_init(&table, bytes, bytes);
		for (uint32_t i = 0; i < 200; i++) {
			key[bytes - 1] = (uint8_t)i;
			assert_int_equal(table_put(&table, key, i), 0);
		}
		assert_int_equal(table.count, 200);
		for (uint32_t i = 0; i < 200; i++) {
			uint32_t value = 0;

			key[bytes - 1] = (uint8_t)i;
			assert_true(table_get(&table, key, &value));
			assert_int_equal(value, i);
		}
		table_release(&table);
	}
}

static void walking_meets_each_key_once(void **state)
{
	struct table table;
	uint32_t sum = 0;
	size_t cursor = 0;
	size_t met = 0;
	const void *key;
	uint32_t value;

	(void)state;
	table_init(&table, 16, 5);
	assert_false(table_next(&table, &cursor, &key, &value));
	for (uint32_t i = 1; i <= 100; i++) {
		uint8_t bytes[16];

		key_of(i, bytes);
		assert_int_equal(table_put(&table, bytes, i * 3), 0);
	}
	while (table_next(&table, &cursor, &key, &value)) {
		assert_int_equal(le32_get(key) * 3, value);
		sum += value;
		met++;
	}
	assert_int_equal(met, 100);
	assert_int_equal(sum, 15150);
	table_clear(&table);
	assert_int_equal(table.count, 0);
	cursor = 0;
	assert_false(table_next(&table, &cursor, &key, &value));
	table_release(&table);
	table_release(&table);
}

static int table_fill(void *context)
{
	struct table table;
	uint32_t i;
	int rc = 0;

	(void)context;
	table_init(&table, 16, 1);
	for (i = 0; i < 100 && rc == 0; i++) {
		uint8_t key[16];

		key_of(i, key);
		rc = table_put(&table, key, i);
	}
	if (table.count != (rc == 0 ? 100 : i - 1))
		rc = ERR_CORRUPT;
	table_release(&table);
	return rc;
}

static int heap_fill(void *context)
{
	struct heap heap;
	size_t i;
	int rc = 0;

	(void)context;
	heap_init(&heap);
	for (i = 0; i < 100 && rc == 0; i++)
		rc = heap_push(&heap, (struct heap_item){ .key = i });
	if (heap.count != (rc == 0 ? 100 : i - 1))
		rc = ERR_CORRUPT;
	heap_release(&heap);
	return rc;
}

static void no_memory_changes_nothing(void **state)
{
	(void)state;
	harness_sweep_memory(&(struct harness_sweep){ .scenario = table_fill });
	harness_sweep_memory(&(struct harness_sweep){ .scenario = heap_fill });
}

static void a_heap_gives_back_in_order_of_key_then_tie(void **state)
{
	struct heap_item last = { 0 };
	struct heap_item item;
	struct heap heap;
	struct prng prng;

	(void)state;
	prng_seed(&prng, 12);
	heap_init(&heap);
	assert_false(heap_pop(&heap, &item));
	assert_false(heap_peek(&heap, &item));
	for (uint64_t i = 0; i < 1000; i++) {
		item = (struct heap_item){ .key = prng_below(&prng, 50),
					   .tie = prng_u64(&prng) };
		assert_int_equal(heap_push(&heap, item), 0);
	}
	for (size_t i = 0; i < 1000; i++) {
		struct heap_item next;

		assert_true(heap_peek(&heap, &next));
		assert_true(heap_pop(&heap, &item));
		assert_true(item.key == next.key && item.tie == next.tie);
		assert_true(item.key > last.key ||
			    (item.key == last.key && item.tie >= last.tie));
		last = item;
	}
	assert_false(heap_pop(&heap, &item));
	heap_release(&heap);
}

static void adding_begins_at_nothing_and_stops_at_the_top(void **state)
{
	struct table table;
	uint32_t value;
	uint8_t key[16];

	(void)state;
	table_init(&table, 16, 99);
	for (uint32_t i = 0; i < 100; i++) {
		key_of(i, key);
		assert_int_equal(table_add(&table, key, i), 0);
		assert_int_equal(table_add(&table, key, 3), 0);
	}
	assert_int_equal(table.count, 100);
	for (uint32_t i = 0; i < 100; i++) {
		key_of(i, key);
		assert_true(table_get(&table, key, &value));
		assert_int_equal(value, i + 3);
	}
	key_of(1, key);
	assert_true(table_remove(&table, key));
	assert_int_equal(table_add(&table, key, UINT32_MAX - 1), 0);
	assert_int_equal(table_add(&table, key, 1), 0);
	assert_true(table_get(&table, key, &value));
	assert_int_equal(value, UINT32_MAX);
	assert_int_equal(table_add(&table, key, 1), 0);
	assert_true(table_get(&table, key, &value));
	assert_int_equal(value, UINT32_MAX);
	table_release(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_agrees_with_an_array),
		cmocka_unit_test(adding_begins_at_nothing_and_stops_at_the_top),
		cmocka_unit_test(keys_of_every_length_are_told_apart),
		cmocka_unit_test(walking_meets_each_key_once),
		cmocka_unit_test(no_memory_changes_nothing),
		cmocka_unit_test(a_heap_gives_back_in_order_of_key_then_tie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
