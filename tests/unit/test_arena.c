/*
 * Goal: an arena gives zeroed, aligned, separate memory up to its cap, and
 * takes all of it back. Method: caps to the byte, patterns written over
 * everything given out, marks across chunk borders, the failure sweep.
 */
#include "proto/base/arena.h"

#include "proto/base/errors.h"
#include "proto/base/mem.h"
#include "tests/lib/harness.h"

static void assert_zero(const uint8_t *ptr, size_t len)
{
	for (size_t i = 0; i < len; i++)
		assert_int_equal(ptr[i], 0);
}

static void what_is_given_is_zeroed_aligned_and_separate(void **state)
{
	struct arena arena;
	uint8_t *given[100];

	(void)state;
	arena_init(&arena, 1 << 20);
	for (size_t round = 0; round < 3; round++) {
		for (size_t i = 0; i < 100; i++) {
			given[i] = arena_alloc(&arena, i + 1, 7);
			assert_non_null(given[i]);
			assert_int_equal(
				(uintptr_t)given[i] % _Alignof(max_align_t), 0);
			assert_zero(given[i], (i + 1) * 7);
			memset(given[i], (int)i + 1, (i + 1) * 7);
		}
		for (size_t i = 0; i < 100; i++) {
			assert_int_equal(given[i][0], i + 1);
			assert_int_equal(given[i][(i + 1) * 7 - 1], i + 1);
		}
		arena_reset(&arena);
		assert_int_equal(arena.used_bytes, 0);
	}
	arena_release(&arena);
}

static void the_cap_holds_to_the_byte(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 64);
	assert_non_null(arena_alloc(&arena, 48, 1));
	assert_null(arena_alloc(&arena, 17, 1));
	assert_int_equal(arena.used_bytes, 48);
	assert_non_null(arena_alloc(&arena, 16, 1));
	assert_null(arena_alloc(&arena, 1, 1));
	arena_reset(&arena);
	assert_null(arena_alloc(&arena, 65, 1));
	assert_non_null(arena_alloc(&arena, 64, 1));
	arena_release(&arena);
}

static void sizes_that_overflow_are_refused(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, SIZE_MAX);
	assert_null(arena_alloc(&arena, SIZE_MAX, 2));
	assert_null(arena_alloc(&arena, SIZE_MAX / 2 + 1, 2));
	assert_null(arena_alloc(&arena, SIZE_MAX, 1));
	assert_null(arena_str(&arena, (struct bytes){ .len = SIZE_MAX }));
	arena_release(&arena);
	assert_int_equal(mem_live_count(), 0);
}

static void copies_are_copies_and_strings_end(void **state)
{
	struct arena arena;
	char word[] = "river";
	uint8_t *copy;
	char *str;

	(void)state;
	arena_init(&arena, 4096);
	copy = arena_copy(&arena, bytes_from_str(word));
	str = arena_str(&arena, bytes_of(word, 3));
	assert_non_null(copy);
	assert_non_null(str);
	word[0] = 'x';
	assert_memory_equal(copy, "river", 5);
	assert_string_equal(str, "riv");
	assert_non_null(arena_copy(&arena, (struct bytes){ 0 }));
	arena_release(&arena);
}

static void rewinding_gives_back_what_came_after_the_mark(void **state)
{
	struct arena arena;
	struct arena_mark empty;
	struct arena_mark mark;
	uint8_t *before;
	uint8_t *after;

	(void)state;
	arena_init(&arena, 1 << 20);
	empty = arena_mark(&arena);
	before = arena_alloc(&arena, 100, 1);
	assert_non_null(before);
	memset(before, 0x55, 100);
	mark = arena_mark(&arena);
	for (size_t i = 0; i < 20; i++) {
		after = arena_alloc(&arena, 5000, 1);
		assert_non_null(after);
		memset(after, 0xaa, 5000);
	}
	arena_rewind(&arena, mark);
	assert_int_equal(arena.used_bytes, 112);
	assert_int_equal(mem_live_count(), 1);
	assert_int_equal(before[99], 0x55);
	after = arena_alloc(&arena, 3000, 1);
	assert_ptr_equal(after, before + 112);
	assert_zero(after, 3000);
	arena_rewind(&arena, empty);
	assert_int_equal(arena.used_bytes, 0);
	arena_release(&arena);
	assert_int_equal(mem_live_bytes(), 0);
}

static void a_reset_keeps_the_newest_chunk_of_a_modest_size(void **state)
{
	struct arena arena;
	uint8_t *newest;

	(void)state;
	arena_init(&arena, 1 << 20);
	assert_non_null(arena_alloc(&arena, 4096, 1));
	assert_non_null(arena_alloc(&arena, 8192, 1));
	newest = arena_alloc(&arena, 16384, 1);
	assert_non_null(newest);
	memset(newest, 0xaa, 16384);
	assert_non_null(arena_alloc(&arena, 16385, 1));
	assert_int_equal(mem_live_count(), 4);
	arena_reset(&arena);
	assert_int_equal(mem_live_count(), 1);
	assert_int_equal(arena.used_bytes, 0);
	assert_ptr_equal(arena_alloc(&arena, 16384, 1), newest);
	assert_zero(newest, 16384);
	assert_int_equal(mem_live_count(), 1);
	arena_release(&arena);
	assert_int_equal(mem_live_bytes(), 0);
}

static void a_reset_keeps_a_first_chunk_of_any_size(void **state)
{
	struct arena arena;
	void *first;

	(void)state;
	arena_init(&arena, 1 << 20);
	first = arena_alloc(&arena, 100000, 1);
	assert_non_null(arena_alloc(&arena, 200000, 1));
	arena_reset(&arena);
	assert_int_equal(mem_live_count(), 1);
	assert_ptr_equal(arena_alloc(&arena, 100000, 1), first);
	arena_release(&arena);
}

static void a_reset_drops_what_is_large(void **state)
{
	struct arena arena;
	void *first;

	(void)state;
	arena_init(&arena, 1 << 20);
	assert_int_equal(mem_live_count(), 0);
	first = arena_alloc(&arena, 1, 1);
	assert_non_null(arena_alloc(&arena, 100000, 1));
	assert_int_equal(mem_live_count(), 2);
	arena_reset(&arena);
	assert_int_equal(mem_live_count(), 1);
	assert_ptr_equal(arena_alloc(&arena, 1, 1), first);
	arena_release(&arena);
	arena_release(&arena);
}

static int three_chunks(void *context)
{
	struct arena arena;
	int rc = 0;

	(void)context;
	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < 3 && rc == 0; i++) {
		if (arena_alloc(&arena, 20000, 1) == NULL)
			rc = ERR_NOMEM;
	}
	arena_release(&arena);
	return rc;
}

static void no_memory_is_null_and_no_leak(void **state)
{
	(void)state;
	harness_sweep_memory(&(struct harness_sweep){
		.scenario = three_chunks,
	});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_is_zeroed_aligned_and_separate),
		cmocka_unit_test(the_cap_holds_to_the_byte),
		cmocka_unit_test(sizes_that_overflow_are_refused),
		cmocka_unit_test(copies_are_copies_and_strings_end),
		cmocka_unit_test(rewinding_gives_back_what_came_after_the_mark),
		cmocka_unit_test(
			a_reset_keeps_the_newest_chunk_of_a_modest_size),
		cmocka_unit_test(a_reset_keeps_a_first_chunk_of_any_size),
		cmocka_unit_test(a_reset_drops_what_is_large),
		cmocka_unit_test(no_memory_is_null_and_no_leak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
