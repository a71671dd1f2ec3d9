/*
 * Goal: a sum is a sum, what is absent is never 0, and nothing else is said of
 * a number. Method: answers and fields as JSON in; sums, ranges, and the words
 * people read out.
 */
#include "cli/measure.h"

#include "cli/cli.h"
#include "cli/jsonform.h"
#include "proto/base/mem.h"
#include "tests/lib/harness.h"

static size_t live_before;

static int start(void **state)
{
	(void)state;
	jsonform_start();
	live_before = mem_live_count();
	return 0;
}

static int nothing_left(void **state)
{
	(void)state;
	assert_int_equal(mem_live_count(), live_before);
	return 0;
}

static cJSON *parsed(const char *text)
{
	cJSON *json = cJSON_Parse(text);

	if (json == NULL)
		fail_msg("the test's own JSON: %s", text);
	return json;
}

static void expect_sum(const char *answers, size_t items, int64_t wanted)
{
	cJSON *list = parsed(answers);
	int64_t sum;

	if (measure_sum(list, items, &sum))
		assert_int_equal(sum, wanted);
	else
		assert_int_equal(-1, wanted);
	cJSON_Delete(list);
}

static void a_sum_needs_every_answer(void **state)
{
	(void)state;
	expect_sum("[1,0,2,3,0,1,1]", 7, 8);
	expect_sum("[0,0,0,0,0,0,0]", 7, 0);
	expect_sum("[3,3,3,3,3,3,3]", 7, 21);
	expect_sum("[1,0,null,3,0,1,1]", 7, -1);
	expect_sum("[1,0,2,3,0,1]", 7, -1);
	expect_sum("[1,0,2,3,0,1,1,1]", 7, -1);
	expect_sum("[]", 0, -1);
	expect_sum("[\"3\"]", 1, -1);
}

static void what_was_answered_is_counted(void **state)
{
	cJSON *list = parsed("[0,null,2,null]");

	(void)state;
	assert_int_equal(measure_answered(list), 2);
	assert_int_equal(measure_answered(NULL), 0);
	cJSON_Delete(list);
}

static void gad_7_is_there_whole(void **state)
{
	const struct measure_instrument *gad = measure_find("GAD-7");

	(void)state;
	assert_non_null(gad);
	assert_ptr_equal(gad, measure_at(0));
	assert_ptr_equal(gad, measure_find("gad-7"));
	assert_string_equal(gad->slug, "gad-7");
	assert_int_equal(gad->item_count, 7);
	assert_int_equal(gad->answer_count, 4);
	assert_non_null(strstr(gad->notice, "No permission required"));
	assert_null(measure_find("phq-9"));
	assert_null(measure_find(""));
}

static void expect_high(const char *json, int64_t high)
{
	cJSON *fields = parsed(json);

	assert_int_equal(measure_high(fields), high);
	cJSON_Delete(fields);
}

static void a_range_is_known_or_not_said(void **state)
{
	(void)state;
	expect_high("{\"instrument\":\"gad-7\"}", 21);
	expect_high("{\"instrument\":\"shame\",\"version\":\"0-10\"}", 10);
	expect_high("{\"instrument\":\"shame\",\"version\":\"0-100\"}", 100);
	expect_high("{\"instrument\":\"shame\",\"version\":\"0-1000\"}", -1);
	expect_high("{\"instrument\":\"shame\"}", -1);
	/* One's own of that name is one's own. */
	expect_high("{\"instrument\":\"gad-7\",\"name\":\"GAD-7\","
		    "\"version\":\"0-10\"}",
		    10);
}

static void expect_said(const char *json, const char *wanted)
{
	cJSON *fields = parsed(json);
	struct buf out;

	buf_init(&out, 1024);
	measure_put_name(&out, fields);
	buf_printf(&out, ": ");
	measure_put_result(&out, fields, false);
	buf_put_u8(&out, 0);
	assert_int_equal(out.failed, 0);
	assert_string_equal((const char *)out.ptr, wanted);
	buf_release(&out);
	cJSON_Delete(fields);
}

static void a_result_is_a_number_and_its_range(void **state)
{
	(void)state;
	expect_said("{\"instrument\":\"gad-7\",\"answers\":[1,0,2,3,0,1,1],"
		    "\"score\":8}",
		    "GAD-7: 8 (0–21)");
	expect_said("{\"instrument\":\"gad-7\",\"score\":0}",
		    "GAD-7: 0 (0–21)");
	expect_said("{\"instrument\":\"gad-7\",\"answers\":[1,null,2]}",
		    "GAD-7: 2 of 7 answered");
	expect_said("{\"instrument\":\"shame\",\"name\":\"Shame\\u001b[m\","
		    "\"version\":\"0-100\",\"answers\":[40],\"score\":40}",
		    "Shame␛[m: 40 (0–100)");
	expect_said("{\"instrument\":\"unheard-of\",\"score\":5}",
		    "unheard-of: 5");
}

static void expect_same(const char *one, const char *other, bool wanted)
{
	cJSON *a = parsed(one), *b = parsed(other);

	assert_int_equal(measure_is_same(a, b), wanted);
	assert_int_equal(measure_is_same(b, a), wanted);
	cJSON_Delete(a);
	cJSON_Delete(b);
}

static void numbers_stand_beside_each_other_only_if_they_can(void **state)
{
	static const char ten[] = "{\"instrument\":\"shame\",\"name\":"
				  "\"Shame\",\"version\":\"0-10\"}";
	static const char hundred[] = "{\"instrument\":\"shame\",\"name\":"
				      "\"Shame\",\"version\":\"0-100\"}";

	(void)state;
	expect_same(ten, ten, true);
	expect_same(ten, hundred, false);
	expect_same(ten, "{\"instrument\":\"guilt\",\"version\":\"0-10\"}",
		    false);
	expect_same("{\"instrument\":\"gad-7\"}",
		    "{\"instrument\":\"gad-7\",\"version\":\"1\"}", true);
	expect_same("{\"instrument\":\"gad-7\"}",
		    "{\"instrument\":\"gad-7\",\"name\":\"GAD-7\","
		    "\"version\":\"0-10\"}",
		    false);
}

static void a_name_has_one_slug_everywhere(void **state)
{
	char slug[MEASURE_SLUG_BYTES], again[MEASURE_SLUG_BYTES];
	char name[MEASURE_NAME_MAX + 2];
	struct err err = { 0 };

	(void)state;
	assert_int_equal(measure_slug("Tension in my shoulders", slug, &err),
			 0);
	assert_string_equal(slug, "tension-in-my-shoulders");
	assert_int_equal(measure_slug("痛み", slug, &err), 0);
	assert_int_equal(measure_slug("痛み", again, &err), 0);
	assert_string_equal(slug, again);
	assert_int_equal(measure_slug("Pain: left", slug, &err), 0);
	assert_int_equal(measure_slug("Pain: right", again, &err), 0);
	assert_string_not_equal(slug, again);
	/* Beyond what fits into a slug, too. */
	assert_int_equal(measure_slug("How tense my shoulders are in the early "
				      "morning",
				      slug, &err),
			 0);
	assert_int_equal(measure_slug("How tense my shoulders are in the early "
				      "evening",
				      again, &err),
			 0);
	assert_string_not_equal(slug, again);
	assert_int_equal(measure_slug("  ", slug, &err), ERR_USAGE);
	memset(name, 'a', sizeof name);
	name[MEASURE_NAME_MAX] = '\0';
	assert_int_equal(measure_slug(name, slug, &err), 0);
	name[MEASURE_NAME_MAX] = 'a';
	name[MEASURE_NAME_MAX + 1] = '\0';
	assert_int_equal(measure_slug(name, slug, &err), ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sum_needs_every_answer),
		cmocka_unit_test(what_was_answered_is_counted),
		cmocka_unit_test(gad_7_is_there_whole),
		cmocka_unit_test(a_range_is_known_or_not_said),
		cmocka_unit_test(a_result_is_a_number_and_its_range),
		cmocka_unit_test(
			numbers_stand_beside_each_other_only_if_they_can),
		cmocka_unit_test(a_name_has_one_slug_everywhere),
	};

	return cmocka_run_group_tests(tests, start, nothing_left);
}
