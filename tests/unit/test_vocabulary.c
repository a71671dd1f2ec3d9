/*
 * Goal: every different word of the arena is known once it was read, and
 * reading goes on where it stopped.
 * Method: rows with words in a view, read by a few bytes at a time.
 */
#include "tests/lib/harness.h"

#include "daemon/vault/view.h"
#include "daemon/vault/vocabulary.h"

static void add_row(struct view *view, uint8_t no, const char *words)
{
	struct row row = { .id = { { no } } };
	struct view_put put = { .row = &row, .text_changed = true };
	uint32_t index;

	assert_int_equal(view_put(view, &put, &index), 0);
	assert_int_equal(view_set_text(view, index, bytes_from_str(words)), 0);
}

static uint32_t times_of(const struct view *view, const char *wanted)
{
	struct bytes word;
	size_t cursor = 0;
	uint32_t times;

	while (vocabulary_next(&view->vocabulary, &cursor, &word, &times)) {
		if (bytes_equal(word, bytes_from_str(wanted)))
			return times;
	}
	return 0;
}

static void words_are_counted_as_far_as_they_were_read(void **state)
{
	struct view view;

	(void)state;
	view_init(&view, 7);
	assert_false(vocabulary_is_behind(&view));
	add_row(&view, 1, " calm walk calm ");
	assert_true(vocabulary_is_behind(&view));
	assert_int_equal(vocabulary_read(&view, 1), 0);
	assert_int_equal(times_of(&view, "calm"), 0);
	/* the blank, then one word */
	assert_int_equal(vocabulary_read(&view, 1), 0);
	assert_int_equal(times_of(&view, "calm"), 1);
	assert_int_equal(times_of(&view, "walk"), 0);
	assert_int_equal(vocabulary_read(&view, 1000), 0);
	assert_int_equal(times_of(&view, "calm"), 2);
	assert_int_equal(times_of(&view, "walk"), 1);
	assert_false(vocabulary_is_behind(&view));
	add_row(&view, 2, " calm ");
	assert_true(vocabulary_is_behind(&view));
	assert_int_equal(vocabulary_read(&view, 1000), 0);
	assert_int_equal(times_of(&view, "calm"), 3);
	view_release(&view);
}

static void words_of_2_to_32_bytes_are_kept(void **state)
{
	struct view view;

	(void)state;
	view_init(&view, 7);
	add_row(&view, 1,
		" a ab 12345678901234567890123456789012 "
		"123456789012345678901234567890123 ");
	assert_int_equal(vocabulary_read(&view, 1000), 0);
	assert_int_equal(view.vocabulary.words.count, 2);
	assert_int_equal(times_of(&view, "ab"), 1);
	assert_int_equal(times_of(&view, "12345678901234567890123456789012"),
			 1);
	view_release(&view);
}

static void an_emptied_arena_is_read_anew(void **state)
{
	struct view view;

	(void)state;
	view_init(&view, 7);
	add_row(&view, 1, " first ");
	assert_int_equal(vocabulary_read(&view, 1000), 0);
	view_drop_text(&view);
	assert_int_equal(times_of(&view, "first"), 0);
	assert_int_equal(view_set_text(&view, 0, bytes_from_str(" second ")),
			 0);
	assert_int_equal(vocabulary_read(&view, 1000), 0);
	assert_int_equal(times_of(&view, "first"), 0);
	assert_int_equal(times_of(&view, "second"), 1);
	view_release(&view);
}

/* A quarter of a megabyte each: the second row begins a chunk of its own. */
static void reading_goes_on_in_the_next_chunk(void **state)
{
	static char words[(256u << 10) + 1];
	struct view view;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof words; i++)
		words[i] = i % 4 == 0 ? ' ' : 'w';
	words[sizeof words - 2] = ' ';
	view_init(&view, 7);
	add_row(&view, 1, words);
	add_row(&view, 2, " last ");
	assert_int_equal(view.chunk_count, 2);
	assert_int_equal(vocabulary_read(&view, sizeof words / 2), 0);
	assert_int_equal(times_of(&view, "last"), 0);
	assert_int_equal(vocabulary_read(&view, sizeof words), 0);
	assert_int_equal(times_of(&view, "last"), 1);
	assert_int_equal(times_of(&view, "www"), (256u << 10) / 4 - 1);
	assert_false(vocabulary_is_behind(&view));
	view_release(&view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_counted_as_far_as_they_were_read),
		cmocka_unit_test(words_of_2_to_32_bytes_are_kept),
		cmocka_unit_test(an_emptied_arena_is_read_anew),
		cmocka_unit_test(reading_goes_on_in_the_next_chunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
