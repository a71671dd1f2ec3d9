/*
 * test_goaltext.c - goals and homework in words, and what their words say.
 *
 * Goal: what is read from a title is what stands in it, in English and in
 * German, and nothing is said that the numbers don't say. Method: titles and
 * fields in, words out, at the numbers where sentences change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/goaltext.h"

static void expect_amount(const char *title, const char *measure,
			  int64_t target)
{
	const char *found = "";
	int64_t number = -1;

	if (target == 0) {
		assert_false(goaltext_derive(title, &found, &number));
		return;
	}
	assert_true(goaltext_derive(title, &found, &number));
	assert_string_equal(found, measure);
	assert_int_equal(number, target);
}

static void a_title_says_how_many(void **state)
{
	(void)state;
	expect_amount("Leave work at six on three days", "days", 3);
	expect_amount("Leave at 6 on 12 days", "days", 12);
	expect_amount("Run twice", "count", 2);
	expect_amount("Call Mum once", "count", 1);
	expect_amount("Say no four times this week", "count", 4);
	expect_amount("Write every day", "days", 7);
	expect_amount("Stretch daily.", "days", 7);
	expect_amount("An drei Tagen um sechs gehen", "days", 3);
	expect_amount("Zweimal laufen", "count", 2);
	expect_amount("Fünf Mal Nein sagen", "count", 5);
	expect_amount("Jeden Tag schreiben", "days", 7);
	expect_amount("Read a page a day", "days", 7);
	expect_amount("Eine Seite am Tag", "days", 7);
	expect_amount("Take a day off", "", 0);
	expect_amount("a day", "", 0);
	expect_amount("Leave work at six", "", 0);
	expect_amount("Be kind", "", 0);
	expect_amount("", "", 0);
	expect_amount("three", "", 0);
	expect_amount("0 days", "", 0);
	expect_amount("1000 days", "days", 1000);
	expect_amount("1001 days", "", 0);
	expect_amount("days three", "", 0);
}

static cJSON *fields_of(const char *text)
{
	cJSON *fields = cJSON_Parse(text);

	assert_non_null(fields);
	return fields;
}

static void expect_text(struct buf *out, const char *text)
{
	buf_put_u8(out, 0);
	assert_int_equal(out->failed, 0);
	assert_string_equal((const char *)out->ptr, text);
	buf_release(out);
}

static void expect_title(const char *json, const char *title)
{
	cJSON *fields = fields_of(json);
	struct buf out;

	buf_init(&out, 4096);
	goaltext_put_title(&out, fields);
	expect_text(&out, title);
	cJSON_Delete(fields);
}

static void a_title_leaves_out_only_what_stands_beside_it(void **state)
{
	(void)state;
	expect_title("{\"title\":\"Leave work at six on three days\","
		     "\"measure\":\"days\",\"target\":3}",
		     "Leave work at six");
	expect_title("{\"title\":\"Leave work at six on three days\","
		     "\"measure\":\"days\",\"target\":4}",
		     "Leave work at six on three days");
	expect_title("{\"title\":\"Leave at six, on three days\","
		     "\"measure\":\"days\",\"target\":3}",
		     "Leave at six");
	expect_title("{\"title\":\"Leave work at six on three days\"}",
		     "Leave work at six on three days");
	expect_title("{\"title\":\"Three days without coffee\","
		     "\"measure\":\"days\",\"target\":3}",
		     "Three days without coffee");
	expect_title("{\"title\":\"Twice\",\"measure\":\"count\","
		     "\"target\":2}",
		     "Twice");
	expect_title("{\"title\":\"Run twice!\",\"measure\":\"count\","
		     "\"target\":2}",
		     "Run");
}

static void expect_progress(int64_t progress, int64_t target,
			    enum goaltext_signs signs, const char *text)
{
	struct buf out;

	buf_init(&out, 4096);
	goaltext_put_progress(&out, progress, target, signs);
	expect_text(&out, text);
}

static void progress_is_boxes_while_they_can_be_counted(void **state)
{
	(void)state;
	expect_progress(2, 3, GOALTEXT_BOXES, "▣ ▣ □");
	expect_progress(2, 3, GOALTEXT_ASCII, "[x][x][ ]");
	expect_progress(2, 3, GOALTEXT_WORDS, "2 of 3");
	expect_progress(4, 3, GOALTEXT_BOXES, "▣ ▣ ▣");
	expect_progress(0, 0, GOALTEXT_ASCII, "[ ]");
	expect_progress(1, 0, GOALTEXT_ASCII, "[x]");
	expect_progress(1, 0, GOALTEXT_WORDS, "yes");
	expect_progress(0, GOALTEXT_BOXES_MAX, GOALTEXT_ASCII,
			"[ ][ ][ ][ ][ ][ ][ ][ ][ ][ ][ ][ ][ ][ ]");
	expect_progress(3, GOALTEXT_BOXES_MAX + 1, GOALTEXT_BOXES, "3 of 15");
}

static void expect_state(int64_t progress, int64_t target, int64_t days,
			 const char *text)
{
	const int64_t today = 20000;
	struct buf out;

	buf_init(&out, 4096);
	goaltext_put_state(&out, progress, target,
			   days == INT64_MIN ? GOALTEXT_NO_DUE : today + days,
			   today);
	expect_text(&out, text);
}

static void where_it_stands_is_said_in_words(void **state)
{
	(void)state;
	expect_state(2, 3, 1, "Two of three, and a day to go.");
	expect_state(2, 3, 2, "Two of three, and 2 days to go.");
	expect_state(2, 3, 0, "Two of three, and today is still there.");
	expect_state(2, 3, -1, "Two of three.");
	expect_state(2, 3, INT64_MIN, "Two of three.");
	expect_state(3, 3, 1, "Three of three.");
	expect_state(4, 3, 1, "Four; three was the aim.");
	expect_state(0, 12, -1, "None of twelve.");
	expect_state(12, 13, -1, "Twelve of 13.");
	expect_state(13, 20, -1, "13 of 20.");
	expect_state(1, 0, 1, "");
}

static void expect_aim(const char *json, const char *text)
{
	cJSON *fields = fields_of(json);
	int64_t today;
	struct buf out;

	assert_int_equal(civil_parse_day(bytes_from_str("2026-11-03"), &today),
			 0);
	buf_init(&out, 4096);
	goaltext_put_aim(&out, fields, today);
	expect_text(&out, text);
	cJSON_Delete(fields);
}

static void what_is_aimed_at_is_read_back(void **state)
{
	(void)state;
	expect_aim("{\"measure\":\"days\",\"target\":3,"
		   "\"due\":\"2026-11-08\"}",
		   "3 days by Sunday 8 Nov.");
	expect_aim("{\"measure\":\"days\",\"target\":1}", "1 day.");
	expect_aim("{\"measure\":\"count\",\"target\":2,"
		   "\"due\":\"2027-01-03\"}",
		   "2 times by Sunday 3 Jan 2027.");
	expect_aim("{\"measure\":\"count\",\"target\":1,"
		   "\"due\":\"2026-11-08\"}",
		   "Once by Sunday 8 Nov.");
	expect_aim("{\"how_often\":\"daily\",\"target\":7}", "7 days.");
	expect_aim("{\"how_often\":\"n\",\"target\":7}", "7 times.");
	expect_aim("{\"due\":\"2026-11-08\"}", "By Sunday 8 Nov.");
	expect_aim("{\"measure\":\"yes-no\",\"target\":1}", "");
	expect_aim("{\"due\":\"2026-02-30\"}", "");
	expect_aim("{}", "");
}

static void a_check_in_says_how_far_in_the_measure_of_its_goal(void **state)
{
	static const struct {
		const char *fields, *progress, *text, *beside;
	} cases[] = {
		{ "{\"title\":\"Leave\",\"measure\":\"days\",\"target\":3}",
		  "3", "Leave, 3 of 3", "3 of 3" },
		{ "{\"title\":\"Leave\"}", "6", "Leave, 6", "6" },
		{ "{\"title\":\"Leave\",\"measure\":\"yes-no\"}", "1",
		  "Leave, yes", "yes" },
		{ "{\"title\":\"Leave\",\"measure\":\"yes-no\"}", "0",
		  "Leave, not yet", "not yet" },
		{ "{\"title\":\"Leave\"}", "null", "Leave", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(cases); i++) {
		cJSON *fields = fields_of(cases[i].fields);
		cJSON *progress = fields_of(cases[i].progress);
		struct buf out;

		buf_init(&out, 4096);
		goaltext_put_checkin(&out, fields, progress, false);
		expect_text(&out, cases[i].text);
		buf_init(&out, 4096);
		goaltext_put_checkin(&out, fields, progress, true);
		expect_text(&out, cases[i].beside);
		cJSON_Delete(progress);
		cJSON_Delete(fields);
	}
}

static void how_often_is_read_as_people_say_it(void **state)
{
	static const char *const words[] = { "once", "daily", "weekly",
					     "a number of times" };
	static const struct {
		const char *text, *often;
		int64_t target;
	} cases[] = {
		{ "daily", "daily", 0 },
		{ "dai", "daily", 0 },
		{ "every day", "daily", 0 },
		{ "täglich", "daily", 0 },
		{ "jeden Tag", "daily", 0 },
		{ "once", "once", 0 },
		{ "einmal", "once", 0 },
		{ "once a week", "weekly", 0 },
		{ "weekly", "weekly", 0 },
		{ "every week", "weekly", 0 },
		{ "twice", "n", 2 },
		{ "three times", "n", 3 },
		{ "4", "n", 4 },
		{ "dreimal", "n", 3 },
		{ "1", "once", 0 },
		{ "whenever", NULL, 0 },
		{ "now and then", NULL, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(cases); i++) {
		int64_t target;
		const char *often =
			goaltext_read_often(cases[i].text, words, &target);

		if (cases[i].often == NULL) {
			assert_null(often);
			continue;
		}
		assert_non_null(often);
		assert_string_equal(often, cases[i].often);
		if (strcmp(often, "n") == 0)
			assert_int_equal(target, cases[i].target);
	}
}

static void homework_names_the_kind_that_ticks_it(void **state)
{
	(void)state;
	assert_string_equal(goaltext_kind_hint("Catch one thought a day"),
			    "thought");
	assert_string_equal(goaltext_kind_hint("Breathing, three minutes"),
			    "breath");
	assert_string_equal(goaltext_kind_hint("Note a win"), "win");
	assert_string_equal(goaltext_kind_hint("Jeden Tag einen Gedanken"),
			    "thought");
	assert_null(goaltext_kind_hint("Clean a window"));
	assert_null(goaltext_kind_hint("Send one draft"));
	assert_null(goaltext_kind_hint(""));
}

static void what_sounds_like_a_goal_shares_its_words(void **state)
{
	const char *six = "Leave work at six on three days";

	(void)state;
	assert_int_equal(goaltext_shared(six, "Left work at 6 PM."), 3);
	assert_int_equal(goaltext_shared(six, "Leaving at six, finally"), 2);
	assert_int_equal(goaltext_shared(six, "Hard work today"), 0);
	assert_int_equal(goaltext_shared(six, "On three days of three"), 0);
	assert_int_equal(goaltext_shared(six, "Told Sam I wasn't sure"), 0);
	assert_int_equal(goaltext_shared(six, ""), 0);
	assert_int_equal(goaltext_shared("", "Left work"), 0);
	assert_int_equal(goaltext_shared("Run twice", "I ran!"), 1);
	assert_int_equal(goaltext_shared("Run twice", "I walked"), 0);
	assert_int_equal(goaltext_shared("Stop at good enough",
					 "Stopped at good enough"),
			 3);
	/* Said twice is shared once. */
	assert_int_equal(goaltext_shared(six, "work work work"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_title_says_how_many),
		cmocka_unit_test(a_title_leaves_out_only_what_stands_beside_it),
		cmocka_unit_test(progress_is_boxes_while_they_can_be_counted),
		cmocka_unit_test(where_it_stands_is_said_in_words),
		cmocka_unit_test(what_is_aimed_at_is_read_back),
		cmocka_unit_test(
			a_check_in_says_how_far_in_the_measure_of_its_goal),
		cmocka_unit_test(how_often_is_read_as_people_say_it),
		cmocka_unit_test(homework_names_the_kind_that_ticks_it),
		cmocka_unit_test(what_sounds_like_a_goal_shares_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
