/*
 * Goal: every different word of the arena is known once it was read, reading
 * goes on where it stopped, and what is called lacking is nowhere.
 * Method: rows with words in a view, read by a few bytes at a time; words that
 * chance writes against a count made word by word.
 */
#include "tests/lib/harness.h"

#include "daemon/vault/view.h"
#include "daemon/vault/vocabulary.h"
#include "proto/base/buf.h"
#include "proto/base/mem.h"
#include "proto/base/prng.h"

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

/* A chunk that is full to its last byte, with no blank at its end. */
static void nothing_is_read_beyond_a_chunk(void **state)
{
	static char words[(256u << 10) + 32];

	(void)state;
	for (size_t last = 1; last <= 20; last++) {
		struct view view;

		memset(words, 'w', sizeof words);
		for (size_t i = 0; i + 1 + last < sizeof words; i += 3)
			words[i] = ' ';
		words[sizeof words - 2 - last] = ' ';
		words[sizeof words - 3 - last] = ' ';
		words[sizeof words - 1] = '\0';
		view_init(&view, 7);
		add_row(&view, 1, words);
		assert_int_equal(view.chunks[0].size, sizeof words - 1);
		assert_int_equal(view.chunks[0].used, sizeof words - 1);
		assert_int_equal(vocabulary_read(&view, SIZE_MAX), 0);
		assert_false(vocabulary_is_behind(&view));
		if (last > 2)
			assert_int_equal(times_of(&view, words + sizeof words -
								 1 - last),
					 1);
		view_release(&view);
	}
}

static bool lacks(const struct view *view, const char *word)
{
	return vocabulary_lacks(view, bytes_from_str(word));
}

static void a_word_is_lacking_only_once_all_was_read(void **state)
{
	struct view view;

	(void)state;
	view_init(&view, 7);
	assert_true(lacks(&view, "calm"));
	add_row(&view, 1, " calm a walk ");
	assert_false(lacks(&view, "walk"));
	assert_false(lacks(&view, "run"));
	assert_int_equal(vocabulary_read(&view, 7), 0);
	assert_false(lacks(&view, "run"));
	assert_int_equal(vocabulary_read(&view, 1000), 0);
	assert_true(lacks(&view, "run"));
	assert_true(lacks(&view, "wal"));
	assert_true(lacks(&view, "walks"));
	assert_false(lacks(&view, "walk"));
	assert_false(lacks(&view, "calm"));
	/* of a length that is not kept: who knows */
	assert_false(lacks(&view, ""));
	assert_false(lacks(&view, "x"));
	assert_true(lacks(&view, "xy"));
	assert_true(lacks(&view, "12345678901234567890123456789012"));
	assert_false(lacks(&view, "123456789012345678901234567890123"));
	add_row(&view, 2, " run ");
	assert_false(lacks(&view, "run"));
	assert_false(lacks(&view, "jump"));
	assert_int_equal(vocabulary_read(&view, 1000), 0);
	assert_false(lacks(&view, "run"));
	assert_true(lacks(&view, "jump"));
	view_release(&view);
}

/* The one beyond the limit is not kept, and then nothing is sure. */
static void a_full_vocabulary_calls_nothing_lacking(void **state)
{
	static char words[8 * VOCABULARY_WORDS_MAX + 2];
	struct view view;
	size_t len = 1;

	(void)state;
	view_init(&view, 7);
	words[0] = ' ';
	for (unsigned i = 0; i + 1 < VOCABULARY_WORDS_MAX; i++)
		len += (size_t)snprintf(words + len, sizeof words - len,
					"w%06x ", i);
	add_row(&view, 1, words);
	assert_int_equal(vocabulary_read(&view, sizeof words), 0);
	assert_true(lacks(&view, "jump"));
	add_row(&view, 2, " run ");
	add_row(&view, 3, " walk run ");
	assert_int_equal(vocabulary_read(&view, sizeof words), 0);
	assert_int_equal(view.vocabulary.words.count, VOCABULARY_WORDS_MAX);
	assert_int_equal(times_of(&view, "run"), 2);
	assert_int_equal(times_of(&view, "walk"), 0);
	assert_false(lacks(&view, "walk"));
	assert_false(lacks(&view, "jump"));
	view_release(&view);
}

#define DRAWN 3000u
#define DRAWN_LEN_MAX 12u

/* Words of 1 to 12 letters, of few letters, so that many come again. */
static void draw(struct prng *dice, char words[DRAWN][DRAWN_LEN_MAX + 1])
{
	for (size_t i = 0; i < DRAWN; i++) {
		size_t len = 1 + prng_below(dice, DRAWN_LEN_MAX);
		size_t letters = len < 4 ? 26 : 2;

		for (size_t j = 0; j < len; j++)
			words[i][j] = (char)('a' + prng_below(dice, letters));
		words[i][len] = '\0';
	}
}

static void words_are_counted_as_if_one_by_one(void **state)
{
	static char words[DRAWN][DRAWN_LEN_MAX + 1];
	struct prng dice;
	struct view view;
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	prng_seed(&dice, 20260922);
	draw(&dice, words);
	view_init(&view, 7);
	for (size_t i = 0; i < DRAWN; i += 3) {
		buf_clear(&text);
		buf_put_u8(&text, ' ');
		for (size_t j = i; j < i + 3; j++) {
			buf_put(&text, words[j], strlen(words[j]));
			buf_put_u8(&text, ' ');
		}
		buf_put_u8(&text, '\0');
		add_row(&view, (uint8_t)(i % 199), (const char *)text.ptr);
		if (prng_chance(&dice, 1, 3))
			assert_int_equal(
				vocabulary_read(&view, prng_below(&dice, 400)),
				0);
	}
	assert_int_equal(vocabulary_read(&view, SIZE_MAX), 0);
	for (size_t i = 0; i < DRAWN; i++) {
		uint32_t times = 0;

		for (size_t j = 0; j < DRAWN; j++)
			times += strcmp(words[i], words[j]) == 0;
		assert_int_equal(times_of(&view, words[i]),
				 strlen(words[i]) < 2 ? 0 : times);
		assert_false(lacks(&view, words[i]));
	}
	buf_release(&text);
	view_release(&view);
}

/* Whatever allocation fails: no word that was written is called lacking. */
static void a_lack_of_memory_loses_no_word(void **state)
{
	static char words[400 * 12 + 2];
	size_t len = 1;

	(void)state;
	words[0] = ' ';
	for (unsigned i = 0; i < 400; i++)
		len += (size_t)snprintf(words + len, sizeof words - len,
					i % 2 == 0 ? "w%u " : "longword%u ", i);
	for (uint64_t nth = 1; nth <= 6; nth++) {
		struct view view;

		view_init(&view, 7);
		add_row(&view, 1, words);
		assert_int_equal(vocabulary_read(&view, 12), 0);
		mem_fail_at(nth, false);
		assert_int_equal(vocabulary_read(&view, SIZE_MAX), ERR_NOMEM);
		assert_true(mem_fail_fired());
		mem_fail_at(0, false);
		assert_false(lacks(&view, "w398"));
		assert_int_equal(vocabulary_read(&view, SIZE_MAX), 0);
		assert_int_equal(view.vocabulary.words.count, 400);
		assert_int_equal(times_of(&view, "w0"), 1);
		assert_int_equal(times_of(&view, "longword399"), 1);
		view_release(&view);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_counted_as_far_as_they_were_read),
		cmocka_unit_test(words_of_2_to_32_bytes_are_kept),
		cmocka_unit_test(an_emptied_arena_is_read_anew),
		cmocka_unit_test(reading_goes_on_in_the_next_chunk),
		cmocka_unit_test(nothing_is_read_beyond_a_chunk),
		cmocka_unit_test(a_word_is_lacking_only_once_all_was_read),
		cmocka_unit_test(a_full_vocabulary_calls_nothing_lacking),
		cmocka_unit_test(words_are_counted_as_if_one_by_one),
		cmocka_unit_test(a_lack_of_memory_loses_no_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
