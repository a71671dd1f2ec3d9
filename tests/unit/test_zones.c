/*
 * Goal: whatever the zone, the day of an entry is the person's, and a local
 * time means the instant it was at; where the clocks leap, a time that never
 * was is refused, and of two the first is meant. Method: every zone of
 * /usr/share/zoneinfo; in each, every turn of its clocks in two years and a
 * few ordinary days; local times around midnight, around the end of the day,
 * and every half hour of a day with a turn. What is expected is found another
 * way: by asking the C library for the local time of every candidate.
 */
#include "cli/dates.h"

#include <ftw.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/harness.h"

#define ZONES "/usr/share/zoneinfo"
#define ZONES_MAX 2000u
#define DAY_ENDS 240
#define MINUTES 1440
#define HOUR_S 3600
#define NEVER INT64_MIN

static char *zones[ZONES_MAX];
static size_t zone_count;

static int add_zone(const char *path, const struct stat *file, int type,
		    struct FTW *place)
{
	static const char *const others[] = { "posix/", "right/", "posixrules",
					      "localtime", "Factory" };
	const char *name = path + sizeof ZONES;
	size_t i;

	(void)file;
	(void)place;
	if (type != FTW_F || strchr(name, '.') != NULL ||
	    zone_count == ZONES_MAX)
		return 0;
	for (i = 0; i < KEPT_ARRAY_COUNT(others); i++)
		if (strncmp(name, others[i], strlen(others[i])) == 0)
			return 0;
	if (strcmp(name, "leapseconds") != 0 && strcmp(name, "+VERSION") != 0)
		zones[zone_count++] = strdup(name);
	return 0;
}

static int find_zones(void **state)
{
	(void)state;
	(void)nftw(ZONES, add_zone, 16, FTW_PHYS);
	return 0;
}

static int forget_zones(void **state)
{
	(void)state;
	while (zone_count > 0)
		free(zones[--zone_count]);
	(void)setenv("TZ", "UTC", 1);
	tzset();
	return 0;
}

static void need_zones(void)
{
	if (zone_count >= 400)
		return;
	print_message("SKIP: " ZONES " has %zu zones\n", zone_count);
	skip();
}

static void go_to(const char *zone)
{
	assert_int_equal(setenv("TZ", zone, 1), 0);
	tzset();
}

static int64_t offset_at(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm local;

	assert_non_null(localtime_r(&t, &local));
	return local.tm_gmtoff;
}

/* Seconds of the first instant at which clocks here show that; NEVER. */
static int64_t first_instant(int64_t days, int64_t minutes)
{
	int64_t shown = days * 86400 + minutes * 60, first = NEVER;
	int64_t hour;

	for (hour = -27; hour <= 27; hour++) {
		int64_t at = shown - offset_at(shown + hour * HOUR_S);

		if (at + offset_at(at) == shown &&
		    (first == NEVER || at < first))
			first = at;
	}
	return first;
}

static int64_t date(int32_t year, int32_t month, int32_t number)
{
	return civil_days_from_date((struct civil_date){ year, month, number });
}

/* An entry at that local time: where it is, and whose day that is. */
static void expect_day(const char *zone, int64_t days, int32_t minutes)
{
	int64_t wanted = first_instant(days, minutes);
	int64_t day = minutes < DAY_ENDS ? days - 1 : days;
	char shown[CIVIL_DAY_TEXT_BYTES];
	struct civil_instant at;

	civil_format_day(days, shown);
	if (!dates_instant(days, minutes, &at)) {
		if (wanted != NEVER)
			fail_msg("%s %s %d was refused", zone, shown, minutes);
		return;
	}
	if (wanted == NEVER || at.ms != wanted * 1000)
		fail_msg("%s %s %d: %lld for %lld", zone, shown, minutes,
			 (long long)(at.ms / 1000), (long long)wanted);
	if (civil_day_from_instant(at, DAY_ENDS) != day ||
	    civil_day_from_instant(at, 0) != days)
		fail_msg("%s %s %d: another day", zone, shown, minutes);
}

/* It is written down, and the person travels: the day stays. */
static void expect_day_to_stay(const char *zone, int64_t days, int32_t minutes)
{
	int64_t day = minutes < DAY_ENDS ? days - 1 : days;
	char text[CIVIL_INSTANT_TEXT_BYTES];
	struct civil_instant at, back;

	if (!dates_instant(days, minutes, &at))
		return;
	civil_format_instant(at, text);
	go_to("Pacific/Kiritimati");
	assert_int_equal(civil_parse_instant(bytes_from_str(text), &back), 0);
	if (civil_day_from_instant(back, DAY_ENDS) != day)
		fail_msg("%s %lld %d: it moved", zone, (long long)days,
			 minutes);
	go_to(zone);
}

static const int32_t edges[] = { 0,   1,   30,   239,  240, 241,
				 719, 720, 1320, 1410, 1439 };

static void the_day_is_the_persons_in_every_zone(void **state)
{
	static const int32_t starts[][2] = { { 1, 1 },  { 2, 28 },  { 3, 1 },
					     { 7, 4 },  { 10, 31 }, { 11, 23 },
					     { 12, 31 } };
	size_t i, j, k;

	(void)state;
	need_zones();
	for (i = 0; i < zone_count; i++) {
		go_to(zones[i]);
		for (j = 0; j < KEPT_ARRAY_COUNT(starts); j++)
			for (k = 0; k < KEPT_ARRAY_COUNT(edges); k++)
				expect_day(
					zones[i],
					date(2026, starts[j][0], starts[j][1]),
					edges[k]);
		expect_day_to_stay(zones[i], date(2026, 11, 1), 1439);
		expect_day_to_stay(zones[i], date(2026, 3, 29), 30);
	}
}

static void a_turn_of_the_clocks_moves_no_day(void **state)
{
	int64_t least = date(2025, 1, 1), most = date(2027, 1, 1);
	size_t i, k, turns = 0;
	int64_t day;
	int32_t minutes;

	(void)state;
	need_zones();
	for (i = 0; i < zone_count; i++) {
		go_to(zones[i]);
		for (day = least; day < most; day++) {
			if (offset_at(day * 86400 - 14 * HOUR_S) ==
			    offset_at(day * 86400 + 38 * HOUR_S))
				continue;
			turns++;
			for (minutes = 0; minutes < MINUTES; minutes += 30)
				expect_day(zones[i], day, minutes);
			for (k = 0; k < KEPT_ARRAY_COUNT(edges); k++)
				expect_day(zones[i], day, edges[k]);
		}
	}
	assert_true(turns > 200);
}

/* Samoa had no 30 December 2011, Kwajalein two 20ths or none of August 1993;
 * the clocks of Troll turn by two hours, those of Lord Howe by half of one. */
static void strange_turns_are_no_exception(void **state)
{
	static const struct {
		const char *zone;
		int32_t year, month, day;
	} strange[] = {
		{ "Pacific/Apia", 2011, 12, 30 },
		{ "Pacific/Kwajalein", 1993, 8, 21 },
		{ "Antarctica/Troll", 2026, 3, 29 },
		{ "Antarctica/Troll", 2026, 10, 25 },
		{ "Australia/Lord_Howe", 2026, 4, 5 },
		{ "Australia/Lord_Howe", 2026, 10, 4 },
		{ "America/Sao_Paulo", 2018, 11, 4 },
		{ "Africa/Casablanca", 2026, 2, 15 },
	};
	size_t i;
	int32_t minutes;

	(void)state;
	need_zones();
	for (i = 0; i < KEPT_ARRAY_COUNT(strange); i++) {
		go_to(strange[i].zone);
		for (minutes = 0; minutes < MINUTES; minutes += 5)
			expect_day(strange[i].zone,
				   date(strange[i].year, strange[i].month,
					strange[i].day),
				   minutes);
	}
	go_to("Pacific/Apia");
	assert_true(first_instant(date(2011, 12, 30), 720) == NEVER);
	go_to("America/Sao_Paulo");
	assert_true(first_instant(date(2018, 11, 4), 30) == NEVER);
}

static void days_that_do_not_exist_are_refused(void **state)
{
	static const char *const none[] = {
		"2026-02-29", "2026-02-30", "2100-02-29", "2026-04-31",
		"2026-13-01", "2026-00-10", "2026-11-00", "0000-01-01",
		"31 apr",     "30 feb",     "32 jan"
	};
	static const char *const times[] = { "24:00", "25:00", "12:60",
					     "13 pm", "0 am",  "-1:00" };
	struct err err = { 0 };
	int64_t days;
	int32_t minutes;
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(none); i++)
		if (dates_parse_day(none[i], date(2026, 11, 23), DATES_BACK,
				    &days, &err) == 0)
			fail_msg("%s was taken", none[i]);
	for (i = 0; i < KEPT_ARRAY_COUNT(times); i++)
		if (dates_parse_time(times[i], &minutes))
			fail_msg("%s was taken", times[i]);
	assert_int_equal(dates_parse_day("2024-02-29", date(2026, 11, 23),
					 DATES_BACK, &days, &err),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_day_is_the_persons_in_every_zone),
		cmocka_unit_test(a_turn_of_the_clocks_moves_no_day),
		cmocka_unit_test(strange_turns_are_no_exception),
		cmocka_unit_test(days_that_do_not_exist_are_refused),
	};

	return cmocka_run_group_tests(tests, find_zones, forget_zones);
}
