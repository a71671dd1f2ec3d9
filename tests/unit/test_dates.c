/*
 * Goal: days as people type them mean what they say, and read back in full.
 * Method: every weekday against a fixed today, both ways in time, the edges of
 * months and years, texts that are no day, and a zone with summer time.
 */
#include "cli/dates.h"

#include <stdlib.h>
#include <time.h>

#include "tests/lib/harness.h"

static int64_t day(int32_t year, int32_t month, int32_t number)
{
	return civil_days_from_date((struct civil_date){ year, month, number });
}

/* 2026-11-08 was a Sunday. */
static int64_t today(void)
{
	return day(2026, 11, 8);
}

static int64_t parsed(const char *text, enum dates_toward toward)
{
	int64_t days = INT64_MIN;

	if (dates_parse_day(text, today(), toward, &days, NULL) != 0)
		fail_msg("%s was refused", text);
	return days;
}

static void words_and_spans_count_from_today(void **state)
{
	(void)state;
	assert_true(parsed("today", DATES_BACK) == today());
	assert_true(parsed("Yesterday", DATES_BACK) == today() - 1);
	assert_true(parsed("tomorrow", DATES_BACK) == today() + 1);
	assert_true(parsed("-3d", DATES_BACK) == today() - 3);
	assert_true(parsed("-2w", DATES_BACK) == today() - 14);
	assert_true(parsed("+5d", DATES_AHEAD) == today() + 5);
	assert_true(parsed("2024-02-29", DATES_BACK) == day(2024, 2, 29));
}

static void a_weekday_is_the_last_one_or_the_next(void **state)
{
	static const char *const names[] = { "mon", "tue", "wed", "thu",
					     "fri", "sat", "sun" };
	int i;

	(void)state;
	for (i = 0; i < 7; i++) {
		int64_t back = parsed(names[i], DATES_BACK);
		int64_t ahead = parsed(names[i], DATES_AHEAD);

		assert_int_equal(civil_weekday(back), i + 1);
		assert_int_equal(civil_weekday(ahead), i + 1);
		assert_in_range(today() - back, 0, 6);
		assert_in_range(ahead - today(), 1, 7);
	}
	assert_true(parsed("sun", DATES_BACK) == today());
	assert_true(parsed("sunday", DATES_AHEAD) == today() + 7);
}

static void a_day_and_a_month_find_their_year(void **state)
{
	(void)state;
	assert_true(parsed("3 nov", DATES_BACK) == day(2026, 11, 3));
	assert_true(parsed("9 Nov", DATES_BACK) == day(2025, 11, 9));
	assert_true(parsed("3 november", DATES_AHEAD) == day(2027, 11, 3));
	assert_true(parsed("24. dec", DATES_AHEAD) == day(2026, 12, 24));
}

static void what_is_no_day_is_refused_with_a_sentence(void **state)
{
	static const char *const bad[] = {
		"",       "someday", "2026-02-29", "2026-11-3", "31 feb",
		"0 nov",  "-3",      "-3x",        "3d",        "mo",
		"monkey", "40001d",  "-40001d",    "to day",    "32 dec",
	};
	struct err err;
	int64_t days;
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(bad); i++) {
		err = (struct err){ 0 };
		if (dates_parse_day(bad[i], today(), DATES_BACK, &days, &err) !=
		    ERR_USAGE)
			fail_msg("%s was taken", bad[i]);
		assert_true(strstr(err.text, "Try today") != NULL);
		/* Nobody is sent back for a day that is to come. */
		err = (struct err){ 0 };
		assert_int_equal(dates_parse_day(bad[i], today(), DATES_AHEAD,
						 &days, &err),
				 ERR_USAGE);
		assert_true(strstr(err.text, "Try tomorrow") != NULL);
		assert_null(strstr(err.text, "yesterday"));
	}
}

static void days_read_back_with_a_year_only_if_it_is_another(void **state)
{
	char text[DATES_TEXT_BYTES];

	(void)state;
	dates_format_day(day(2026, 11, 3), today(), text);
	assert_string_equal(text, "Tue 3 Nov");
	dates_format_day(day(2025, 8, 14), today(), text);
	assert_string_equal(text, "Thu 14 Aug 2025");
	assert_string_equal(dates_weekday(day(2026, 11, 4)), "Wednesday");
	assert_string_equal(dates_weekday_short(day(2026, 11, 4)), "Wed");
	dates_format_date(day(2026, 11, 3), today(), text);
	assert_string_equal(text, "3 Nov");
	dates_format_date(day(2025, 8, 14), today(), text);
	assert_string_equal(text, "14 Aug 2025");
	dates_format_date(day(2026, 11, 3), CIVIL_DAYS_LEAST, text);
	assert_string_equal(text, "3 Nov 2026");
}

static void clocks_read_as_they_were_where_it_was_written(void **state)
{
	struct civil_instant at = { .ms = -1, .offset_min = 0 };
	char text[6];

	(void)state;
	dates_format_time(at, text);
	assert_string_equal(text, "23:59");
	assert_true(dates_day_of(at) == -1);
	at = (struct civil_instant){ .ms = 0, .offset_min = -300 };
	dates_format_time(at, text);
	assert_string_equal(text, "19:00");
	at = (struct civil_instant){ .ms = 0, .offset_min = 345 };
	dates_format_time(at, text);
	assert_string_equal(text, "05:45");
}

static void the_zone_changes_its_offset_with_the_season(void **state)
{
	struct civil_instant at = { .ms = day(2026, 7, 1) * CIVIL_DAY_MS };
	char zone[64];

	(void)state;
	(void)setenv("TZ", "America/New_York", 1);
	tzset();
	dates_zone(zone);
	assert_string_equal(zone, "America/New_York");
	if (dates_offset(day(2026, 7, 1), 600) == 0)
		harness_skip("this machine has no time zones");
	assert_int_equal(dates_offset(day(2026, 7, 1), 600), -240);
	assert_int_equal(dates_offset(day(2026, 11, 3), 600), -300);
	assert_int_equal(dates_local(at).offset_min, -240);
	assert_true(dates_local(at).ms == at.ms);
	(void)setenv("TZ", "EST5EDT", 1);
	tzset();
	dates_zone(zone);
	assert_string_equal(zone, "");
	(void)unsetenv("TZ");
}

static void expect_time(const char *text, int32_t minutes)
{
	int32_t got = -5;

	if (minutes < 0) {
		assert_false(dates_parse_time(text, &got));
		return;
	}
	assert_true(dates_parse_time(text, &got));
	assert_int_equal(got, minutes);
}

static void a_time_is_read_as_people_write_it(void **state)
{
	(void)state;
	expect_time("17:00", 1020);
	expect_time("0:00", 0);
	expect_time("23:59", 1439);
	expect_time("17.30", 1050);
	expect_time("5pm", 1020);
	expect_time("5:30 PM", 1050);
	expect_time("12am", 0);
	expect_time("12 pm", 720);
	expect_time("24:00", -1);
	expect_time("17:60", -1);
	expect_time("13pm", -1);
	expect_time("0am", -1);
	expect_time("17", -1);
	expect_time("17:0", -1);
	expect_time("5pmx", -1);
	expect_time("", -1);
}

static void expect_moment(const char *text, int64_t days, int32_t minutes)
{
	int64_t got_days = INT64_MIN;
	int32_t got = -5;

	assert_int_equal(dates_parse_moment(text, today(), DATES_AHEAD,
					    &got_days, &got, NULL),
			 0);
	assert_true(got_days == days);
	assert_int_equal(got, minutes);
}

static void a_moment_is_a_day_and_maybe_a_time(void **state)
{
	static const char *const none[] = { "someday", "17 o'clock",
					    "mon mon", "2026-02-30 17:00",
					    "at",      "mon 25:00" };
	struct err err = { 0 };
	int32_t minutes;
	int64_t days;
	size_t i;

	(void)state;
	expect_moment("mon 17:00", today() + 1, 1020);
	expect_moment("mon", today() + 1, -1);
	expect_moment("9 nov at 5 pm", today() + 1, 1020);
	expect_moment("tomorrow, 9:30", today() + 1, 570);
	expect_moment("2026-11-09 17:00", today() + 1, 1020);
	expect_moment("17:00", today(), 1020);
	expect_moment("at 5pm", today(), 1020);
	for (i = 0; i < KEPT_ARRAY_COUNT(none); i++)
		assert_int_equal(dates_parse_moment(none[i], today(),
						    DATES_AHEAD, &days,
						    &minutes, &err),
				 ERR_USAGE);
	assert_true(err.text[0] != '\0');
}

static void a_skipped_time_is_none_and_of_two_it_is_the_first(void **state)
{
	struct civil_instant at;

	(void)state;
	assert_int_equal(setenv("TZ", "America/New_York", 1), 0);
	tzset();
	if (dates_offset(day(2026, 7, 1), 600) == 0)
		harness_skip("this machine has no time zones");
	assert_true(dates_instant(day(2026, 3, 8), 119, &at));
	assert_int_equal(at.offset_min, -300);
	assert_false(dates_instant(day(2026, 3, 8), 120, &at));
	assert_false(dates_instant(day(2026, 3, 8), 150, &at));
	assert_false(dates_instant(day(2026, 3, 8), 179, &at));
	assert_true(dates_instant(day(2026, 3, 8), 180, &at));
	assert_int_equal(at.offset_min, -240);
	assert_true(dates_instant(day(2026, 11, 1), 90, &at));
	assert_int_equal(at.offset_min, -240);
	assert_true(dates_instant(day(2026, 11, 1), 120, &at));
	assert_int_equal(at.offset_min, -300);
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_spans_count_from_today),
		cmocka_unit_test(a_weekday_is_the_last_one_or_the_next),
		cmocka_unit_test(a_day_and_a_month_find_their_year),
		cmocka_unit_test(what_is_no_day_is_refused_with_a_sentence),
		cmocka_unit_test(
			days_read_back_with_a_year_only_if_it_is_another),
		cmocka_unit_test(clocks_read_as_they_were_where_it_was_written),
		cmocka_unit_test(the_zone_changes_its_offset_with_the_season),
		cmocka_unit_test(a_time_is_read_as_people_write_it),
		cmocka_unit_test(a_moment_is_a_day_and_maybe_a_time),
		cmocka_unit_test(
			a_skipped_time_is_none_and_of_two_it_is_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
