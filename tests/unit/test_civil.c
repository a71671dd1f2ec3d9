/*
 * Goal: days, instants, and entry ids convert exactly. Method: every day of
 * the calendar both ways against a counting calendar, known dates, refused
 * texts, and ids with all bits set in turn.
 */
#include "proto/civil.h"

#include "proto/base/prng.h"
#include "proto/ulid.h"
#include "tests/lib/harness.h"

static void every_day_counts_one_further(void **state)
{
	struct civil_date date = { 1, 1, 1 };
	int64_t days = CIVIL_DAYS_LEAST;
	int32_t weekday = 1; /* 0001-01-01 was a Monday */

	(void)state;
	for (; days <= CIVIL_DAYS_GREATEST; days++) {
		struct civil_date back = civil_date_from_days(days);

		if (!civil_is_date(date)) {
			date.day = 1;
			date.month++;
		}
		if (date.month == 13) {
			date.month = 1;
			date.year++;
		}
		if (civil_days_from_date(date) != days ||
		    back.year != date.year || back.month != date.month ||
		    back.day != date.day || civil_weekday(days) != weekday)
			fail_msg("%d-%d-%d", date.year, date.month, date.day);
		date.day++;
		weekday = weekday % 7 + 1;
	}
	assert_int_equal(date.year, 9999);
	assert_int_equal(date.month, 12);
	assert_int_equal(date.day, 32);
}

static int parse_day(const char *text, int64_t *days)
{
	return civil_parse_day(bytes_from_str(text), days);
}

static void only_days_that_exist_are_read(void **state)
{
	static const char *const bad[] = {
		"2025-02-29",  "2025-04-31", "1900-02-29", "2025-13-01",
		"2025-00-10",  "2025-01-00", "0000-01-01", "2025-1-1",
		"2025-01-01 ", "20250101",   "",           "2025-01-0a",
		"-025-01-01",
	};
	int64_t days = 0;

	(void)state;
	assert_int_equal(parse_day("1970-01-01", &days), 0);
	assert_true(days == 0);
	assert_int_equal(parse_day("2000-02-29", &days), 0);
	assert_true(days == 11016);
	assert_int_equal(parse_day("2025-08-15", &days), 0);
	assert_true(days == 20315);
	assert_int_equal(civil_weekday(days), 5);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(bad); i++)
		assert_int_equal(parse_day(bad[i], &days), ERR_MALFORMED);
	assert_true(days == 20315);
}

static void instants_come_back_as_written(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
		int32_t offset;
		const char *shown; /* NULL: the same */
	} rows[] = {
		{ "1970-01-01T00:00:00+00:00", 0, 0, NULL },
		{ "1969-12-31T19:00:00-05:00", 0, -300, NULL },
		{ "2025-08-15T10:40:00-04:00", 1755268800000, -240, NULL },
		{ "2025-08-15T20:10:00.250+05:30", 1755268800250, 330, NULL },
		{ "2025-08-15t14:40:00z", 1755268800000, 0,
		  "2025-08-15T14:40:00+00:00" },
		{ "2025-08-15 14:40:00.5Z", 1755268800500, 0,
		  "2025-08-15T14:40:00.500+00:00" },
		{ "2025-08-15T14:40:00.123999999Z", 1755268800123, 0,
		  "2025-08-15T14:40:00.123+00:00" },
		{ "2016-12-31T23:59:60Z", 1483228799000, 0,
		  "2016-12-31T23:59:59+00:00" },
		{ "1950-03-01T00:00:00.001+00:00", -626054399999, 0, NULL },
		{ "0001-01-01T00:00:00+23:59", -62135683140000, 1439, NULL },
		{ "9999-12-31T23:59:59.999-23:59", 253402387139999, -1439,
		  NULL },
	};
	char text[CIVIL_INSTANT_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		struct civil_instant at;
		struct bytes in = bytes_from_str(rows[i].text);

		assert_int_equal(civil_parse_instant(in, &at), 0);
		assert_true(at.ms == rows[i].ms);
		assert_int_equal(at.offset_min, rows[i].offset);
		civil_format_instant(at, text);
		assert_string_equal(text, rows[i].shown == NULL
						  ? rows[i].text
						  : rows[i].shown);
	}
}

static void other_instants_are_refused(void **state)
{
	static const char *const bad[] = {
		"2025-08-15",
		"2025-08-15T10:40:00",
		"2025-08-15T10:40-04:00",
		"2025-08-15T24:00:00Z",
		"2025-08-15T10:60:00Z",
		"2025-08-15T10:00:61Z",
		"2025-08-15T10:40:00-0400",
		"2025-08-15T10:40:00.Z",
		"2025-08-15T10:40:00+24:00",
		"2025-08-15T10:40:00+01:60",
		"2025-08-15T10:40:00ZZ",
		"2025-02-30T10:40:00Z",
		"2025-08-15T10:40:00.1234567890Z",
	};
	struct civil_instant at;

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(bad); i++)
		assert_int_equal(
			civil_parse_instant(bytes_from_str(bad[i]), &at),
			ERR_MALFORMED);
	assert_false(civil_is_instant((struct civil_instant){ INT64_MAX, 0 }));
	assert_false(civil_is_instant((struct civil_instant){ INT64_MIN, 0 }));
	assert_false(civil_is_instant((struct civil_instant){ 0, 1440 }));
	assert_true(civil_is_instant((struct civil_instant){ 0, 1439 }));
}

static int64_t day_of(const char *instant, int32_t ends_min)
{
	struct civil_instant at;

	assert_int_equal(civil_parse_instant(bytes_from_str(instant), &at), 0);
	return civil_day_from_instant(at, ends_min);
}

static void a_late_night_belongs_to_the_day_before(void **state)
{
	int64_t friday;

	(void)state;
	assert_int_equal(parse_day("2025-08-15", &friday), 0);
	assert_true(day_of("2025-08-15T23:59:59-04:00", 240) == friday);
	assert_true(day_of("2025-08-16T03:59:59-04:00", 240) == friday);
	assert_true(day_of("2025-08-16T04:00:00-04:00", 240) == friday + 1);
	assert_true(day_of("2025-08-16T00:00:00+09:00", 0) == friday + 1);
	assert_true(day_of("1969-12-31T23:59:59Z", 0) == -1);
}

static void ids_come_back_and_sort_by_time(void **state)
{
	static const uint8_t random[10] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	char text[ULID_TEXT_BYTES + 1];
	struct id16 id = ulid_make(1755268800000, random);
	struct id16 back;

	(void)state;
	ulid_format(&id, text);
	assert_string_equal(text, "01K2Q2RQG0041061050R3GG28A");
	assert_int_equal(ulid_parse(bytes_from_str(text), &back), 0);
	assert_true(id16_equal(&id, &back));
	assert_true(ulid_ms(&back) == 1755268800000);
	for (size_t bit = 0; bit < 128; bit++) {
		memset(&id, 0, sizeof id);
		id.b[bit / 8] = (uint8_t)(1u << (bit % 8));
		ulid_format(&id, text);
		assert_int_equal(ulid_parse(bytes_from_str(text), &back), 0);
		assert_true(id16_equal(&id, &back));
	}
	memset(&id, 0xff, sizeof id);
	ulid_format(&id, text);
	assert_string_equal(text, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
}

static void other_texts_are_no_ids(void **state)
{
	static const char *const bad[] = {
		"",
		"01JC000000000000000000000",
		"01JC00000000000000000000011",
		"8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
		"01JC00000000000000000000U1",
		"01JC00000000000000000000-1",
	};
	struct id16 id;
	struct id16 small;

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(bad); i++)
		assert_int_equal(ulid_parse(bytes_from_str(bad[i]), &id),
				 ERR_MALFORMED);
	assert_int_equal(
		ulid_parse(bytes_from_str("01JC000000000000000000ABCD"), &id),
		0);
	assert_int_equal(
		ulid_parse(bytes_from_str("01jc000000000000000000abcd"),
			   &small),
		0);
	assert_true(id16_equal(&id, &small));
	assert_true(ulid_ends_with(&id, bytes_from_str("abcd")));
	assert_true(ulid_ends_with(&id, bytes_from_str("D")));
	assert_false(ulid_ends_with(&id, bytes_from_str("abce")));
	assert_false(ulid_ends_with(&id, bytes_from_str("")));
	assert_false(ulid_ends_with(&id, bytes_from_str("abc ")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_counts_one_further),
		cmocka_unit_test(only_days_that_exist_are_read),
		cmocka_unit_test(instants_come_back_as_written),
		cmocka_unit_test(other_instants_are_refused),
		cmocka_unit_test(a_late_night_belongs_to_the_day_before),
		cmocka_unit_test(ids_come_back_and_sort_by_time),
		cmocka_unit_test(other_texts_are_no_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
