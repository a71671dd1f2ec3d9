/*
 * Goal: words are found as people type them, whatever case, accents, and
 * script; what is near is offered; pages hang together.
 * Method: folding by itself, then searches over a vault's entries.
 */
#include "tests/unit/vaultbed.h"

#include "daemon/vault/inside.h"
#include "daemon/vault/wordtext.h"

static void assert_folds(const char *text, const char *words)
{
	struct buf out;

	buf_init(&out, 4096);
	assert_int_equal(wordtext_fold(bytes_from_str(text), &out), 0);
	assert_bytes(buf_bytes(&out), bytes_from_str(words));
	buf_release(&out);
}

static void text_folds_to_plain_words(void **state)
{
	(void)state;
	assert_folds("", "");
	assert_folds("  ,.!? ", "");
	assert_folds("Hello, World", "hello world ");
	assert_folds("don't \xe2\x80\x9cquote\xe2\x80\x9d", "dont quote ");
	assert_folds("it\xe2\x80\x99s", "its ");
	assert_folds("caf\xc3\xa9 CAF\xc3\x89 cafe\xcc\x81", "cafe cafe cafe ");
	assert_folds("Stra\xc3\x9f"
		     "e",
		     "strasse ");
	/* Cyrillic: case, and the accents of its own */
	assert_folds("\xd0\x9c\xd0\x9e\xd0\x99", "\xd0\xbc\xd0\xbe\xd0\xb8 ");
	/* emoji stand alone, skin tones and joiners or not */
	assert_folds("great\xf0\x9f\x98\x80!", "great \xf0\x9f\x98\x80 ");
	/* Han: every sign a word */
	assert_folds("\xe5\xb7\xa5\xe4\xbd\x9c", "\xe5\xb7\xa5 \xe4\xbd\x9c ");
	assert_folds("a1b2", "a1b2 ");
}

static void a_snippet_finds_its_way_back(void **state)
{
	struct bytes text =
		bytes_from_str("\xc3\x89t\xc3\xa9, then w\xc3\xb6rk");

	(void)state;
	/* "ete then work " */
	assert_int_equal(wordtext_source(text, 0), 0);
	assert_int_equal(wordtext_source(text, 4), 7);
	assert_int_equal(wordtext_source(text, 9), 12);
}

static void words_phrases_and_prefixes_are_found(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	bed_add(&bed, "note", "text", "Onboarding shipped on time.");
	bed_add(&bed, "note", "text", "The ship left, on no time at all.");
	bed_add(&bed, "note", "text",
		"Caf\xc3\xa9 with \xd0\x9c\xd0\xb0\xd1\x88\xd0\xb0 "
		"\xf0\x9f\x98\x80");
	assert_int_equal(bed_search(&bed, "ship"), 1);
	assert_int_equal(bed_search(&bed, "ship*"), 2);
	assert_int_equal(bed_search(&bed, "TIME"), 2);
	assert_int_equal(bed_search(&bed, "time ship"), 1);
	assert_int_equal(bed_search(&bed, "\"on time\""), 1);
	assert_int_equal(bed_search(&bed, "on time"), 2);
	assert_int_equal(bed_search(&bed, "\"on time"), 1);
	assert_int_equal(bed_search(&bed, "\"shipped on\" onboarding"), 1);
	assert_int_equal(bed_search(&bed, "cafe"), 1);
	assert_int_equal(bed_search(&bed, "CAF\xc3\x89"), 1);
	assert_int_equal(bed_search(&bed, "\xd0\xbc\xd0\xb0\xd1\x88\xd0\xb0"),
			 1);
	assert_int_equal(bed_search(&bed, "\xf0\x9f\x98\x80"), 1);
	assert_int_equal(bed_search(&bed, "hip"), 0);
	assert_int_equal(bed_search(&bed, "\""), 0);
	assert_int_equal(bed_search(&bed, "\"\""), 0);
	assert_int_equal(bed_search(&bed, "   "), 0);
	assert_int_equal(bed_search(&bed, "*"), 0);
	assert_int_equal(bed_search(&bed, "!? ship"), 1);
	bed_free(&bed);
}

static void no_phrase_reaches_from_one_field_into_the_next(void **state)
{
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "win", "what", "left early");
	bed_set(&bed, &id, "shows", "today I can");
	assert_int_equal(bed_search(&bed, "early today"), 1);
	assert_int_equal(bed_search(&bed, "\"early today\""), 0);
	bed_set(&bed, &id, "shows", "nothing");
	assert_int_equal(bed_search(&bed, "today"), 0);
	assert_int_equal(bed_search(&bed, "nothing"), 1);
	bed_free(&bed);
}

static void ten_thousand_words_are_refused_kindly(void **state)
{
	struct journal_query query = { .limit = 5 };
	static struct bed_page page;
	static char words[30000];
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	for (size_t i = 0; i + 3 <= sizeof words; i += 3)
		memcpy(words + i, "ab ", 3);
	query.words = bytes_of(words, sizeof words);
	assert_int_equal(bed_try_list(&bed, &query, &page), ERR_USAGE);
	query.words.len = LIMIT_SEARCH_BYTES + 1;
	assert_int_equal(bed_try_list(&bed, &query, &page), ERR_USAGE);
	/* so many different ones, but within the bytes */
	query.words.len = 33 * 3;
	assert_int_equal(bed_try_list(&bed, &query, &page), ERR_USAGE);
	query.words.len = 32 * 3;
	assert_int_equal(bed_try_list(&bed, &query, &page), 0);
	query.words = bytes_from_str("\xff\xfe");
	assert_int_equal(bed_try_list(&bed, &query, &page), ERR_USAGE);
	bed_free(&bed);
}

static void hits_come_with_the_words_around_them(void **state)
{
	struct journal_query query = { .limit = 5,
				       .words = bytes_from_str("September") };
	static struct bed_page page;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	bed_add(&bed, "note", "text",
		"A long beginning that nobody needs to read twice over. "
		"Onboarding shipped on time in September. And then much "
		"more was said about it, on and on, until the end of the "
		"page came near and all was quiet and nothing was left "
		"to say of it at all.");
	bed_list(&bed, &query, &page);
	assert_int_equal(page.total, 1);
	assert_non_null(strstr(page.json, "\"snippet\": \"\xe2\x80\xa6 "));
	assert_non_null(strstr(page.json, "on time in September. And then"));
	bed_free(&bed);
}

static void a_near_word_is_offered_when_nothing_is_found(void **state)
{
	struct journal_query query = { .limit = 5,
				       .words = bytes_from_str("onbording") };
	static struct bed_page page;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	for (int i = 0; i < 4; i++)
		bed_add(&bed, "note", "text", "Onboarding, onboarding!");
	bed_add(&bed, "note", "text", "Boarding was late.");
	bed_list(&bed, &query, &page);
	assert_int_equal(page.total, 0);
	assert_string_equal(page.near,
			    "[{\"word\": \"onboarding\", \"count\": 4}]");
	query.words = bytes_from_str("bearding");
	bed_list(&bed, &query, &page);
	assert_string_equal(page.near,
			    "[{\"word\": \"boarding\", \"count\": 1}]");
	query.words = bytes_from_str("late");
	bed_list(&bed, &query, &page);
	assert_string_equal(page.near, "[]");
	query.words = bytes_from_str("xylophone");
	bed_list(&bed, &query, &page);
	assert_string_equal(page.near, "[]");
	bed_free(&bed);
}

/* Words offered have an entry now: not what was changed, nor deleted. */
static void near_words_are_counted_as_the_entries_are_now(void **state)
{
	struct journal_query query = { .limit = 5,
				       .words = bytes_from_str("gardwn") };
	static struct bed_page page;
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "note", "text", "garden gardens garden");
	bed_add(&bed, "note", "text", "a garden");
	bed_list(&bed, &query, &page);
	assert_string_equal(page.near,
			    "[{\"word\": \"garden\", \"count\": 2}, "
			    "{\"word\": \"gardens\", \"count\": 1}]");
	bed_set(&bed, &id, "text", "nothing");
	bed_list(&bed, &query, &page);
	assert_string_equal(page.near,
			    "[{\"word\": \"garden\", \"count\": 1}]");
	/* a filter may hide what there is: then nothing was mistyped */
	query.words = bytes_from_str("garden");
	query.kind = bytes_from_str("win");
	bed_list(&bed, &query, &page);
	assert_int_equal(page.total, 0);
	assert_string_equal(page.near, "[]");
	bed_free(&bed);
}

/* What was read of the words answers at once, and as a look at them would. */
static void a_vocabulary_that_is_whole_hides_no_entry(void **state)
{
	static const char *const futile[] = { "gardn",          "gard garden",
					      "\"a gardn\"",    "garden xy",
					      "\"a garden s\"", "gardenz*" };
	struct journal_query query = { .limit = 5 };
	static struct bed_page page;
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	bed_add(&bed, "note", "text", "a garden, a xx, x");
	id = bed_add(&bed, "note", "text", "gone later");
	bed_work(&bed);
	assert_false(vocabulary_is_behind(&bed.vault->view));
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(futile); i++)
		assert_int_equal(bed_search(&bed, futile[i]), 0);
	assert_int_equal(bed_search(&bed, "garden"), 1);
	assert_int_equal(bed_search(&bed, "gard*"), 1);
	assert_int_equal(bed_search(&bed, "x xx"), 1);
	assert_int_equal(bed_search(&bed, "\"a xx x\""), 1);
	/* new since, before and after its words were read */
	assert_int_equal(bed_search(&bed, "later then"), 0);
	bed_set(&bed, &id, "text", "gone later then");
	assert_int_equal(bed_search(&bed, "later then"), 1);
	bed_work(&bed);
	assert_int_equal(bed_search(&bed, "later then"), 1);
	/* deleted, and looked for where deleted ones are */
	bed_live(&bed, &id, 1);
	bed_work(&bed);
	assert_int_equal(bed_search(&bed, "later"), 0);
	query.words = bytes_from_str("later");
	query.deleted = true;
	bed_list(&bed, &query, &page);
	assert_int_equal(page.total, 1);
	bed_free(&bed);
}

/* Near words are the same before the words were read in idle time and after,
 * with a filter and without. */
static void near_words_do_not_depend_on_idle_time(void **state)
{
	struct journal_query query = { .limit = 5 };
	static struct bed_page page;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	bed_add(&bed, "note", "text", "garden gardens garden");
	bed_add(&bed, "note", "text", "a garden");
	for (int round = 0; round < 4; round++) {
		query.kind = bytes_from_str(round % 2 == 0 ? "" : "win");
		query.words = bytes_from_str("gardem");
		bed_list(&bed, &query, &page);
		assert_string_equal(page.near,
				    "[{\"word\": \"garden\", \"count\": 2}, "
				    "{\"word\": \"gardens\", \"count\": 1}]");
		query.words = bytes_from_str("garden nothere");
		bed_list(&bed, &query, &page);
		assert_string_equal(page.near, "[]");
		query.words = bytes_from_str("nothere gardem");
		bed_list(&bed, &query, &page);
		assert_string_equal(page.near, "[]");
		query.words = bytes_from_str("garde*");
		bed_list(&bed, &query, &page);
		assert_string_equal(page.near, "[]");
		if (round == 1)
			bed_work(&bed);
	}
	bed_free(&bed);
}

/* More false hits of its rarest byte than find_term follows by itself. */
static void a_word_behind_many_like_it_is_found(void **state)
{
	static char text[60 * 4 + 8];
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	for (size_t i = 0; i < 60; i++)
		memcpy(text + i * 4, "zip ", 4);
	memcpy(text + 60 * 4, "zap", 4);
	bed_add(&bed, "note", "text", text);
	assert_int_equal(bed_search(&bed, "zap"), 1);
	assert_int_equal(bed_search(&bed, "za*"), 1);
	assert_int_equal(bed_search(&bed, "zop"), 0);
	assert_int_equal(bed_search(&bed, "\"zip zap\""), 1);
	assert_int_equal(bed_search(&bed, "\"zap zip\""), 0);
	bed_free(&bed);
}

/* The total is of all pages, on each of them and in either direction. */
static void every_page_of_a_search_tells_the_same_total(void **state)
{
	struct journal_query query = { .limit = 10,
				       .words = bytes_from_str("number") };
	static struct bed_page page;
	char cursor[65];
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	for (int i = 0; i < 25; i++)
		bed_add(&bed, "note", "text", i % 5 == 0 ? "no" : "number");
	for (int direction = 0; direction < 2; direction++) {
		query.oldest_first = direction == 1;
		query.cursor = bytes_of(NULL, 0);
		bed_list(&bed, &query, &page);
		assert_int_equal(page.count, 10);
		assert_int_equal(page.total, 20);
		memcpy(cursor, page.next, sizeof cursor);
		query.cursor = bytes_from_str(cursor);
		bed_list(&bed, &query, &page);
		assert_int_equal(page.count, 10);
		assert_int_equal(page.total, 20);
		assert_string_equal(page.next, "");
	}
	bed_free(&bed);
}

/* 25 entries in pages of 10, with one added in between. */
static void pages_hang_together_while_entries_arrive(void **state)
{
	struct journal_query query = { .limit = 10 };
	static struct bed_page page;
	char cursor[65];
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	for (int i = 0; i < 25; i++) {
		char text[32];

		snprintf(text, sizeof text, "number %d.", i);
		bed_add(&bed, "note", "text", text);
	}
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 10);
	assert_non_null(strstr(page.json, "number 24."));
	assert_non_null(strstr(page.json, "number 15."));
	assert_int_equal(strlen(page.next), 48);
	bed_add(&bed, "note", "text", "newer");
	memcpy(cursor, page.next, sizeof cursor);
	query.cursor = bytes_from_str(cursor);
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 10);
	assert_non_null(strstr(page.json, "number 14."));
	assert_non_null(strstr(page.json, "number 5."));
	memcpy(cursor, page.next, sizeof cursor);
	query.cursor = bytes_from_str(cursor);
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 5);
	assert_string_equal(page.next, "");
	assert_non_null(strstr(page.json, "number 0."));
	/* and the other way round */
	query = (struct journal_query){ .limit = 25, .oldest_first = true };
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 25);
	memcpy(cursor, page.next, sizeof cursor);
	query.cursor = bytes_from_str(cursor);
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 1);
	assert_non_null(strstr(page.json, "newer"));
	assert_string_equal(page.next, "");
	query.cursor = bytes_from_str("not a cursor");
	assert_int_equal(bed_try_list(&bed, &query, &page), ERR_USAGE);
	bed_free(&bed);
}

static void lists_know_kinds_and_days(void **state)
{
	struct journal_query query = { .limit = 10 };
	static struct bed_page page;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	bed_add(&bed, "note", "text", "first day");
	bed.time.wall_ms += UINT64_C(86400000);
	bed_add(&bed, "win", "what", "second day");
	bed.time.wall_ms += UINT64_C(86400000);
	bed_add(&bed, "note", "text", "third day");
	query.kind = bytes_from_str("note");
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 2);
	query.since = bytes_from_str("2026-09-22");
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 1);
	assert_non_null(strstr(page.json, "third day"));
	query.kind = bytes_of(NULL, 0);
	query.until = bytes_from_str("2026-09-22");
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 1);
	assert_non_null(strstr(page.json, "second day"));
	query.until = bytes_from_str("2026-13-22");
	assert_int_equal(bed_try_list(&bed, &query, &page), ERR_USAGE);
	query.until = bytes_of(NULL, 0);
	query.kind = bytes_from_str("nothing");
	assert_int_equal(bed_try_list(&bed, &query, &page), ERR_USAGE);
	query.kind = bytes_of(NULL, 0);
	query.limit = 0;
	assert_int_equal(bed_try_list(&bed, &query, &page), ERR_USAGE);
	query.limit = LIMIT_LIST_PAGE + 1;
	assert_int_equal(bed_try_list(&bed, &query, &page), ERR_USAGE);
	query.limit = LIMIT_LIST_PAGE;
	assert_int_equal(bed_try_list(&bed, &query, &page), 0);
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_folds_to_plain_words),
		cmocka_unit_test(a_snippet_finds_its_way_back),
		cmocka_unit_test(words_phrases_and_prefixes_are_found),
		cmocka_unit_test(
			no_phrase_reaches_from_one_field_into_the_next),
		cmocka_unit_test(ten_thousand_words_are_refused_kindly),
		cmocka_unit_test(hits_come_with_the_words_around_them),
		cmocka_unit_test(a_near_word_is_offered_when_nothing_is_found),
		cmocka_unit_test(near_words_are_counted_as_the_entries_are_now),
		cmocka_unit_test(a_vocabulary_that_is_whole_hides_no_entry),
		cmocka_unit_test(near_words_do_not_depend_on_idle_time),
		cmocka_unit_test(a_word_behind_many_like_it_is_found),
		cmocka_unit_test(every_page_of_a_search_tells_the_same_total),
		cmocka_unit_test(pages_hang_together_while_entries_arrive),
		cmocka_unit_test(lists_know_kinds_and_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
