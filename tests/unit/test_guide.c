/*
 * test_guide.c - a row of questions, as far as it can be told without a
 * terminal: where it goes on, what fits, and what counts for a goal.
 *
 * Method: steps and fields in; the place, the number of bytes, or the item
 * out. The dialogs themselves are tests/e2e/13-week.t.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/guide.h"
#include "cli/meeting.h"
#include "cli/ticks.h"

static const struct guide_step steps[] = {
	{ .field = "situation" },      { .field = "feelings" },
	{ .field = "thought" },        { .field = "belief_before" },
	{ .field = "evidence_for" },   { .field = "feelings" },
	{ .field = "something_else" },
};

static void expect_step(const char *json, size_t place)
{
	struct guide guide = { .kind = "thought",
			       .steps = steps,
			       .count = KEPT_ARRAY_COUNT(steps) };
	cJSON *fields = cJSON_Parse(json);

	assert_non_null(fields);
	assert_int_equal(guide_find_step(&guide, fields), place);
	cJSON_Delete(fields);
}

static void a_draft_goes_on_where_words_may_be_added(void **state)
{
	(void)state;
	expect_step("{}", 0);
	expect_step("{\"situation\":\"a\"}", 0);
	expect_step("{\"thought\":\"a\"}", 2);
	expect_step("{\"situation\":\"a\",\"thought\":\"a\"}", 2);
	expect_step("{\"evidence_for\":[\"a\"]}", 4);
}

static void a_number_that_is_there_is_not_asked_again(void **state)
{
	(void)state;
	expect_step("{\"thought\":\"a\",\"belief_before\":0}", 4);
	/* What is no field of the kind is whole, too. */
	expect_step("{\"something_else\":{}}", 7);
}

static void a_field_of_two_steps_is_begun_at_the_first(void **state)
{
	(void)state;
	expect_step("{\"feelings\":[{\"name\":\"tense\"}]}", 1);
	expect_step("{\"feelings\":[],\"thought\":\"a\"}", 2);
}

static void too_many_words_are_cut_between_two(void **state)
{
	(void)state;
	assert_int_equal(guide_fitting("one two", 7), 7);
	assert_int_equal(guide_fitting("one two", 6), 3);
	assert_int_equal(guide_fitting("one two", 4), 3);
	assert_int_equal(guide_fitting("one two", 3), 3);
	assert_int_equal(guide_fitting("onetwo", 3), 3);
	assert_int_equal(guide_fitting("äöü", 2), 4);
	assert_int_equal(guide_fitting("", 5), 0);
}

static void a_long_line_becomes_several_items_and_nothing_is_lost(void **state)
{
	cJSON *lines = cJSON_CreateArray();

	(void)state;
	guide_add_lines(lines, "one two three", 8);
	assert_int_equal(cJSON_GetArraySize(lines), 2);
	assert_string_equal(cJSON_GetArrayItem(lines, 0)->valuestring,
			    "one two");
	assert_string_equal(cJSON_GetArrayItem(lines, 1)->valuestring, "three");
	guide_add_lines(lines, "abcdefghij", 8);
	assert_int_equal(cJSON_GetArraySize(lines), 4);
	assert_string_equal(cJSON_GetArrayItem(lines, 3)->valuestring, "ij");
	assert_string_equal(guide_add_lines(lines, "", 8), "");
	assert_int_equal(cJSON_GetArraySize(lines), 4);
	cJSON_Delete(lines);
}

static void a_full_list_gives_back_what_it_has_no_room_for(void **state)
{
	cJSON *lines = cJSON_CreateArray();
	size_t i;

	(void)state;
	for (i = 0; i + 1 < LIMIT_LIST_ITEMS; i++)
		assert_string_equal(guide_add_lines(lines, "a", 8), "");
	assert_string_equal(guide_add_lines(lines, "one two three", 8),
			    "three");
	assert_int_equal(cJSON_GetArraySize(lines), LIMIT_LIST_ITEMS);
	assert_string_equal(guide_add_lines(lines, "four", 8), "four");
	assert_int_equal(cJSON_GetArraySize(lines), LIMIT_LIST_ITEMS);
	cJSON_Delete(lines);
}

/* ---- drafts of what is being changed ---- */

static void expect_taken(const char *entry_json, const char *fields_json,
			 const char *json)
{
	cJSON *draft = cJSON_CreateObject(), *entry = cJSON_Parse(entry_json);
	cJSON *wanted = cJSON_Parse(json);
	struct guide guide = { .kind = "session",
			       .changes = "01ARZ3NDEKTSV4RRFFQ69G5FAV",
			       .entry = entry };

	(void)cJSON_AddItemToObject(draft, "fields", cJSON_Parse(fields_json));
	guide_take_draft(&guide, draft);
	assert_true(cJSON_Compare(guide.fields, wanted, true));
	guide_end(&guide);
	cJSON_Delete(wanted);
	cJSON_Delete(entry);
	cJSON_Delete(draft);
}

static void a_draft_takes_nothing_out_of_a_list(void **state)
{
	(void)state;
	expect_taken("{\"to_bring\":[\"a\",\"c\"]}",
		     "{\"to_bring\":[\"a\",\"b\"]}",
		     "{\"to_bring\":[\"a\",\"c\",\"b\"]}");
	expect_taken("{}", "{\"to_bring\":[\"a\"]}", "{\"to_bring\":[\"a\"]}");
	/* What the draft says nothing of stays out of it. */
	expect_taken("{\"to_bring\":[\"a\"],\"minutes\":50}",
		     "{\"with\":\"Torres\"}", "{\"with\":\"Torres\"}");
	expect_taken("{\"minutes\":50}", "{\"minutes\":45}",
		     "{\"minutes\":45}");
}

/* ---- a session's number ---- */

static void expect_number(const char *text, int64_t number, int64_t of)
{
	int64_t got = 0, got_of = 24;

	assert_true(meeting_read_number(text, &got, &got_of));
	assert_int_equal(got, number);
	assert_int_equal(got_of, of);
}

static void a_session_has_a_number_and_may_say_of_how_many(void **state)
{
	static const char *const others[] = {
		"",           "0",       "-1",          "100001",
		"17 of",      "17 of 0", "of 24",       "17 24",
		"17 of 24 x", "1e3",     "17 of 100001"
	};
	int64_t number = 5, of = 24;
	size_t i;

	(void)state;
	expect_number("17", 17, 24);
	expect_number("1", 1, 24);
	expect_number("100000", 100000, 24);
	expect_number("17 of 25", 17, 25);
	expect_number("17/25", 17, 25);
	expect_number("17 von 25", 17, 25);
	for (i = 0; i < KEPT_ARRAY_COUNT(others); i++)
		assert_false(meeting_read_number(others[i], &number, &of));
	assert_int_equal(number, 5);
	assert_int_equal(of, 24);
}

/* ---- what counts for what ---- */

static void expect_tick(const char *entry, const char *id)
{
	static const char today[] =
		"{\"goals\":["
		"{\"id\":\"G2\",\"title\":\"Run in the park twice\"},"
		"{\"id\":\"G1\",\"title\":\"Leave work at six\"}],"
		"\"homework\":["
		"{\"id\":\"H3\",\"title\":\"Notice\",\"kind_hint\":\"win\"},"
		"{\"id\":\"H2\",\"title\":\"Catch one\","
		"\"kind_hint\":\"thought\"},"
		"{\"id\":\"H1\",\"title\":\"Send one draft\"}]}";
	cJSON *all = cJSON_Parse(today), *given = cJSON_Parse(entry);
	const cJSON *item;

	assert_non_null(all);
	assert_non_null(given);
	item = ticks_find(all, given);
	if (id == NULL)
		assert_null(item);
	else
		assert_string_equal(json_text(item, "id"), id);
	cJSON_Delete(given);
	cJSON_Delete(all);
}

static void what_was_kept_has_one_candidate_at_most(void **state)
{
	(void)state;
	expect_tick("{\"kind\":\"win\",\"f\":{\"what\":\"Left work at 6\"}}",
		    "G1");
	expect_tick("{\"kind\":\"boundary\","
		    "\"f\":{\"what\":\"Out\",\"what_i_did\":\"Left at six\"}}",
		    "G1");
	expect_tick("{\"kind\":\"win\",\"f\":{\"what\":\"Sent the draft\"}}",
		    "H1");
	/* Nothing sounds like it: homework of its kind. */
	expect_tick("{\"kind\":\"win\",\"f\":{\"what\":\"Slept\"}}", "H3");
	expect_tick("{\"kind\":\"thought\","
		    "\"f\":{\"thought\":\"Left work at six\"}}",
		    "H2");
	expect_tick("{\"kind\":\"boundary\",\"f\":{\"what\":\"Slept\"}}", NULL);
	expect_tick("{\"kind\":\"note\",\"f\":{\"text\":\"Left work at "
		    "six\"}}",
		    NULL);
}

static void what_says_already_what_it_counts_for_has_none(void **state)
{
	(void)state;
	expect_tick("{\"kind\":\"win\",\"f\":{\"what\":\"Left work at 6\","
		    "\"counts_for\":\"G2\"}}",
		    NULL);
	assert_null(ticks_find(NULL, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_draft_goes_on_where_words_may_be_added),
		cmocka_unit_test(a_number_that_is_there_is_not_asked_again),
		cmocka_unit_test(a_field_of_two_steps_is_begun_at_the_first),
		cmocka_unit_test(too_many_words_are_cut_between_two),
		cmocka_unit_test(
			a_long_line_becomes_several_items_and_nothing_is_lost),
		cmocka_unit_test(
			a_full_list_gives_back_what_it_has_no_room_for),
		cmocka_unit_test(a_draft_takes_nothing_out_of_a_list),
		cmocka_unit_test(
			a_session_has_a_number_and_may_say_of_how_many),
		cmocka_unit_test(what_was_kept_has_one_candidate_at_most),
		cmocka_unit_test(what_says_already_what_it_counts_for_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
