/*
 * test_thought.c - what can be said about a thought without a terminal.
 *
 * Goal: feelings and patterns are read the way people type them, and nothing
 * that isn't one is taken. Method: texts in, cJSON out, at and beyond limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/jsonform.h"
#include "cli/thought.h"
#include "proto/entry.h"

static void expect_feelings(const char *text, const char *json)
{
	struct err err = { 0 };
	cJSON *feelings = thought_parse_feelings(text, &err);
	char *line;

	assert_non_null(feelings);
	line = jsonform_line(feelings);
	assert_string_equal(line, json);
	cJSON_free(line);
	cJSON_Delete(feelings);
}

static void refuse_feelings(const char *text)
{
	struct err err = { 0 };

	assert_null(thought_parse_feelings(text, &err));
	assert_int_equal(err.code, ERR_USAGE);
	assert_true(err.text[0] != '\0');
}

static void feelings_are_read_as_people_type_them(void **state)
{
	(void)state;
	expect_feelings("anxious 75, ashamed 60",
			"[{\"name\":\"anxious\",\"before\":75},"
			"{\"name\":\"ashamed\",\"before\":60}]");
	expect_feelings("  a bit sad  0 ;tired",
			"[{\"name\":\"a bit sad\",\"before\":0},"
			"{\"name\":\"tired\"}]");
	expect_feelings("anxious75", "[{\"name\":\"anxious\",\"before\":75}]");
	expect_feelings("", "[]");
	expect_feelings(",,", "[]");
}

static void a_feeling_said_twice_counts_once_with_the_later_number(void **state)
{
	(void)state;
	expect_feelings("Sad 10, sad 90", "[{\"name\":\"Sad\",\"before\":90}]");
	expect_feelings("sad 10, sad", "[{\"name\":\"sad\"}]");
}

static void strength_goes_to_a_hundred_and_no_further(void **state)
{
	(void)state;
	expect_feelings("sad 99", "[{\"name\":\"sad\",\"before\":99}]");
	expect_feelings("sad 100", "[{\"name\":\"sad\",\"before\":100}]");
	refuse_feelings("sad 101");
	refuse_feelings("sad 99999999999999999999");
	refuse_feelings("75");
}

static void eight_feelings_of_forty_letters_are_the_most(void **state)
{
	struct err err = { 0 };
	cJSON *feelings;

	(void)state;
	feelings = thought_parse_feelings("a,b,c,d,e,f,g,h", &err);
	assert_int_equal(cJSON_GetArraySize(feelings), 8);
	cJSON_Delete(feelings);
	refuse_feelings("a,b,c,d,e,f,g,h,i");
	feelings = thought_parse_feelings(
		"1234567890123456789012345678901234567ééé", &err);
	assert_int_equal(cJSON_GetArraySize(feelings), 1);
	cJSON_Delete(feelings);
	refuse_feelings("1234567890123456789012345678901234567éééé");
}

static void feelings_are_shown_the_way_they_are_typed(void **state)
{
	struct err err = { 0 };
	cJSON *feelings = thought_parse_feelings("anxious 75, tired", &err);
	struct buf out;

	(void)state;
	buf_init(&out, 256);
	thought_put_feelings(&out, feelings, " · ");
	buf_put_u8(&out, 0);
	assert_string_equal(out.ptr, "anxious 75 · tired");
	buf_release(&out);
	cJSON_Delete(feelings);
}

static void expect_suggested(const char *thought, size_t a, size_t b, size_t c)
{
	size_t places[THOUGHT_SUGGESTED];

	thought_suggest(thought, places);
	assert_int_equal(places[0] + 1, a);
	assert_int_equal(places[1] + 1, b);
	assert_int_equal(places[2] + 1, c);
}

static void three_distinct_patterns_are_suggested_in_order(void **state)
{
	(void)state;
	expect_suggested("I'm not good enough.", 1, 3, 6);
	expect_suggested("", 1, 3, 6);
	expect_suggested("I should have known", 1, 3, 9);
	expect_suggested("ALWAYS the same, they think I'm LAZY", 2, 3, 10);
}

static void every_hint_names_a_pattern_that_exists(void **state)
{
	size_t places[THOUGHT_SUGGESTED], count = 0, i;

	(void)state;
	while (entry_pattern_at(count) != NULL)
		count++;
	thought_suggest("perfect always they think going to just luck fired "
			"feel like should lazy my fault their fault compared "
			"too easy",
			places);
	for (i = 0; i < THOUGHT_SUGGESTED; i++)
		assert_true(places[i] < count);
}

static void expect_patterns(const char *text, const char *json)
{
	struct err err = { 0 };
	cJSON *slugs = thought_parse_patterns(text, &err);
	char *line;

	assert_non_null(slugs);
	line = jsonform_line(slugs);
	assert_string_equal(line, json);
	cJSON_free(line);
	cJSON_Delete(slugs);
}

static void patterns_go_by_number_name_or_slug(void **state)
{
	struct err err = { 0 };

	(void)state;
	expect_patterns("1 3", "[\"all-or-nothing\",\"mind-reading\"]");
	expect_patterns("3,3", "[\"mind-reading\"]");
	expect_patterns("15", "[\"moving-the-bar\"]");
	expect_patterns("mind reading, shoulds",
			"[\"mind-reading\",\"shoulds\"]");
	assert_null(thought_parse_patterns("0", &err));
	assert_null(thought_parse_patterns("16", &err));
	assert_null(thought_parse_patterns("1 elephant", &err));
	assert_int_equal(err.code, ERR_USAGE);
}

static bool is_strong(const char *json)
{
	cJSON *fields = cJSON_Parse(json);
	bool strong;

	assert_non_null(fields);
	strong = thought_is_still_strong(fields);
	cJSON_Delete(fields);
	return strong;
}

static void still_strong_means_that_nothing_went_down(void **state)
{
	(void)state;
	assert_false(is_strong("{}"));
	assert_false(is_strong("{\"belief_before\":80}"));
	assert_true(is_strong("{\"belief_before\":80,\"belief_after\":80}"));
	assert_false(is_strong("{\"belief_before\":80,\"belief_after\":79}"));
	assert_true(is_strong("{\"feelings\":[{\"before\":5,\"after\":5},"
			      "{\"before\":5}]}"));
	assert_false(is_strong("{\"belief_before\":1,\"belief_after\":1,"
			       "\"feelings\":[{\"before\":5,\"after\":4}]}"));
}

static void lines_are_joined_without_their_full_stops(void **state)
{
	cJSON *lines = cJSON_Parse("[\"Three comments.\",\" I missed it \"]");
	struct buf out;

	(void)state;
	buf_init(&out, 256);
	thought_put_lines(&out, lines, " · ");
	buf_put_u8(&out, 0);
	assert_string_equal(out.ptr, "Three comments · I missed it");
	buf_release(&out);
	cJSON_Delete(lines);
}

static void expect_quoted(const char *thought, const char *wanted)
{
	struct buf out;

	buf_init(&out, 256);
	thought_put_quoted(&out, thought);
	buf_put_u8(&out, 0);
	assert_string_equal(out.ptr, wanted);
	buf_release(&out);
}

static void a_quoted_thought_has_one_full_stop(void **state)
{
	(void)state;
	expect_quoted("I'm not good enough.", "“I'm not good enough.”");
	expect_quoted("I'm not good enough", "“I'm not good enough”.");
	expect_quoted("I'm not good enough. \n", "“I'm not good enough.”");
	expect_quoted("What if it fails?", "“What if it fails?”");
	expect_quoted("Never again!", "“Never again!”");
	expect_quoted("They'll see…", "“They'll see…”");
	expect_quoted("They'll see...", "“They'll see...”");
	expect_quoted("He said “no.”", "“He said “no.””");
	expect_quoted("Late (again.)", "“Late (again.)”");
	expect_quoted("Late (again)", "“Late (again)”.");
	expect_quoted("a, ", "“a,”.");
	expect_quoted("\033[2J", "“␛[2J”.");
	expect_quoted(".", "“.”");
	expect_quoted(")", "“)”.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(feelings_are_read_as_people_type_them),
		cmocka_unit_test(
			a_feeling_said_twice_counts_once_with_the_later_number),
		cmocka_unit_test(strength_goes_to_a_hundred_and_no_further),
		cmocka_unit_test(eight_feelings_of_forty_letters_are_the_most),
		cmocka_unit_test(feelings_are_shown_the_way_they_are_typed),
		cmocka_unit_test(
			three_distinct_patterns_are_suggested_in_order),
		cmocka_unit_test(every_hint_names_a_pattern_that_exists),
		cmocka_unit_test(patterns_go_by_number_name_or_slug),
		cmocka_unit_test(still_strong_means_that_nothing_went_down),
		cmocka_unit_test(lines_are_joined_without_their_full_stops),
		cmocka_unit_test(a_quoted_thought_has_one_full_stop),
	};

	jsonform_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
