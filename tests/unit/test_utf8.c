/*
 * Goal: only RFC 3629 text is valid, nothing reads past its input, and what
 * is shown can't move a cursor, hide or turn words. Method: every scalar
 * there and back, the borders of each range, tricks by name.
 */
#include "proto/base/utf8.h"

#include "tests/lib/harness.h"

static bool is_valid(const char *text)
{
	return utf8_is_valid(bytes_from_str(text));
}

static void every_scalar_is_written_and_read_back(void **state)
{
	(void)state;
	for (uint32_t scalar = 1; scalar <= 0x10ffff; scalar++) {
		uint8_t bytes[4];
		size_t len = utf8_put(scalar, bytes);
		size_t pos = 0;
		bool surrogate = scalar >= 0xd800 && scalar < 0xe000;

		if (utf8_is_valid(bytes_of(bytes, len)) == surrogate)
			fail_msg("U+%04X", scalar);
		if (surrogate)
			continue;
		if (utf8_next(bytes_of(bytes, len), &pos) != scalar ||
		    pos != len)
			fail_msg("U+%04X", scalar);
		if (utf8_is_valid(bytes_of(bytes, len - 1)) != (len == 1))
			fail_msg("U+%04X cut short", scalar);
	}
}

static void what_is_not_text_is_refused(void **state)
{
	(void)state;
	assert_true(is_valid(""));
	assert_true(is_valid("caf\xc3\xa9 \xf0\x9f\x8c\xb1"));
	assert_false(utf8_is_valid(bytes_of("a\0b", 3)));
	assert_false(is_valid("\x80"));
	assert_false(is_valid("\xc3"));
	assert_false(is_valid("\xc3("));
	assert_false(is_valid("\xc0\x80"));
	assert_false(is_valid("\xc1\xbf"));
	assert_false(is_valid("\xe0\x9f\xbf"));
	assert_false(is_valid("\xed\xa0\x80"));
	assert_false(is_valid("\xf0\x8f\xbf\xbf"));
	assert_false(is_valid("\xf4\x90\x80\x80"));
	assert_false(is_valid("\xf5\x80\x80\x80"));
	assert_false(is_valid("\xff"));
}

static void bad_bytes_are_walked_over_one_by_one(void **state)
{
	struct bytes text = bytes_of("a\xff\x00z", 4);
	size_t pos = 0;

	(void)state;
	assert_int_equal(utf8_next(text, &pos), 'a');
	assert_int_equal(utf8_next(text, &pos), 0xfffd);
	assert_int_equal(utf8_next(text, &pos), 0xfffd);
	assert_int_equal(utf8_next(text, &pos), 'z');
	assert_int_equal(utf8_next(text, &pos), 0);
	assert_int_equal(pos, 4);
}

static void counting_counts_scalars(void **state)
{
	(void)state;
	assert_int_equal(utf8_count(bytes_from_str("")), 0);
	assert_int_equal(utf8_count(bytes_from_str("a\xc3\xa9\xe2\x82\xac"
						   "\xf0\x9f\x8c\xb1")),
			 4);
}

static void a_prefix_never_cuts_a_scalar(void **state)
{
	struct bytes text = bytes_from_str("a\xc3\xa9\xe2\x82\xac"
					   "\xf0\x9f\x8c\xb1z");
	static const size_t wanted[] = { 0, 1, 1, 3,  3,  3, 6,
					 6, 6, 6, 10, 11, 11 };

	(void)state;
	for (size_t max = 0; max < KEPT_ARRAY_COUNT(wanted); max++)
		assert_int_equal(utf8_prefix(text, max), wanted[max]);
}

static void assert_shown(const char *text, const char *wanted, bool keep_lines)
{
	struct buf out;

	buf_init(&out, 256);
	assert_int_equal(utf8_put_shown(&out, bytes_from_str(text),
					(struct utf8_show){ keep_lines }),
			 0);
	assert_bytes(buf_bytes(&out), bytes_from_str(wanted));
	buf_release(&out);
}

#define REPLACED "\xef\xbf\xbd"

static void what_is_shown_can_not_drive_a_terminal(void **state)
{
	(void)state;
	assert_shown("plain caf\xc3\xa9", "plain caf\xc3\xa9", false);
	assert_shown("\x1b[2J", "\xe2\x90\x9b[2J", true);
	assert_shown("a\rb\x07\x7f", "a" REPLACED "b" REPLACED REPLACED, true);
	/* C1: CSI as one scalar */
	assert_shown("\xc2\x9b"
		     "2J",
		     REPLACED "2J", true);
	assert_shown("a\nb\tc", "a\nb\tc", true);
	assert_shown("a\nb\tc", "a" REPLACED "b" REPLACED "c", false);
	assert_shown("\xff\xc3(", REPLACED REPLACED "(", true);
}

static void what_is_shown_can_not_turn_or_hide_words(void **state)
{
	static const char *const hidden[] = {
		"\xe2\x80\xae", "\xe2\x80\xaa", "\xe2\x81\xa6", "\xe2\x81\xa9",
		"\xe2\x80\x8e", "\xe2\x80\x8f", "\xd8\x9c",     "\xe2\x80\x8b",
		"\xe2\x80\x8d", "\xef\xbb\xbf",
	};

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(hidden); i++) {
		assert_shown(hidden[i], REPLACED, true);
		assert_true(utf8_has_hidden(bytes_from_str(hidden[i])));
	}
	assert_false(utf8_has_hidden(bytes_from_str("two\nlines\xe2\x82\xac")));
	assert_true(utf8_has_hidden(bytes_from_str("\xff")));
	assert_true(utf8_has_hidden(bytes_from_str("a\rb")));
}

static void a_joiner_between_emoji_stays(void **state)
{
	/* woman, joiner, rocket; then a joiner between letters */
	const char *astronaut = "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80";

	(void)state;
	assert_shown(astronaut, astronaut, false);
	assert_false(utf8_has_hidden(bytes_from_str(astronaut)));
	assert_shown("a\xe2\x80\x8d"
		     "b",
		     "a" REPLACED "b", false);
	assert_shown("a\xe2\x80\x8d\xf0\x9f\x9a\x80",
		     "a" REPLACED "\xf0\x9f\x9a\x80", false);
	assert_shown("\xf0\x9f\x91\xa9\xe2\x80\x8d",
		     "\xf0\x9f\x91\xa9" REPLACED, false);
}

static void showing_stops_at_the_buffers_maximum(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 4);
	assert_int_equal(utf8_put_shown(&out, bytes_from_str("a\x01\x02"),
					(struct utf8_show){ 0 }),
			 ERR_LIMIT);
	assert_bytes(buf_bytes(&out), bytes_from_str("a" REPLACED));
	buf_release(&out);
}

static void persian_keeps_its_joiners_and_latin_gets_none(void **state)
{
	/* "mi" ZWNJ "khaham" in Arabic letters; a Latin name with ZWNJ. */
	const char *persian = "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae";

	(void)state;
	assert_false(utf8_has_hidden(bytes_from_str(persian)));
	assert_true(utf8_has_hidden(bytes_from_str("a\xe2\x80\x8c"
						   "b")));
	assert_true(utf8_has_hidden(bytes_from_str("\xd9\x85\xe2\x80\x8c"
						   "b")));
}

static void one_bad_byte_among_plain_ones_is_found_anywhere(void **state)
{
	static const uint8_t bad[] = { 0x00, 0x80, 0xff, 0xc0 };
	uint8_t text[40];
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof text; i++) {
		for (k = 0; k < sizeof bad; k++) {
			memset(text, 'a', sizeof text);
			assert_true(utf8_is_valid(bytes_of(text, sizeof text)));
			text[i] = bad[k];
			assert_false(
				utf8_is_valid(bytes_of(text, sizeof text)));
			text[i] = 0x01;
			assert_true(utf8_is_valid(bytes_of(text, sizeof text)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			one_bad_byte_among_plain_ones_is_found_anywhere),
		cmocka_unit_test(persian_keeps_its_joiners_and_latin_gets_none),
		cmocka_unit_test(every_scalar_is_written_and_read_back),
		cmocka_unit_test(what_is_not_text_is_refused),
		cmocka_unit_test(bad_bytes_are_walked_over_one_by_one),
		cmocka_unit_test(counting_counts_scalars),
		cmocka_unit_test(a_prefix_never_cuts_a_scalar),
		cmocka_unit_test(what_is_shown_can_not_drive_a_terminal),
		cmocka_unit_test(what_is_shown_can_not_turn_or_hide_words),
		cmocka_unit_test(a_joiner_between_emoji_stays),
		cmocka_unit_test(showing_stops_at_the_buffers_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
