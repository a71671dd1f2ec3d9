/*
 * dates.c - the only place of the CLI that asks for the local time.
 *
 * Must never guess: a day that doesn't exist is refused, not rolled over.
 * Read next: proto/civil.h.
 */
#include "cli/dates.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static const char *const weekdays[] = { "Monday",   "Tuesday", "Wednesday",
					"Thursday", "Friday",  "Saturday",
					"Sunday" };
static const char *const months[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

struct civil_instant dates_now(void)
{
	struct civil_instant now;
	struct timespec ts;
	struct tm local;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	if (localtime_r(&ts.tv_sec, &local) == NULL)
		memset(&local, 0, sizeof local);
	/* Whole seconds: nobody's memory of a thought has milliseconds. */
	now.ms = (int64_t)ts.tv_sec * 1000;
	now.offset_min = (int32_t)(local.tm_gmtoff / 60);
	return now;
}

static void take_zone(const char *path, char out[64])
{
	const char *at = strstr(path, "zoneinfo/");

	at = at == NULL ? path : at + strlen("zoneinfo/");
	if (strncmp(at, "posix/", 6) == 0)
		at += 6;
	if (at[0] != '/' && strlen(at) < 64)
		memcpy(out, at, strlen(at) + 1);
}

void dates_zone(char out[64])
{
	const char *tz = getenv("TZ");
	char link[512];
	ssize_t len;

	out[0] = '\0';
	if (tz != NULL && tz[0] != '\0') {
		take_zone(tz[0] == ':' ? tz + 1 : tz, out);
		if (strchr(out, '/') == NULL && strcmp(out, "UTC") != 0)
			out[0] = '\0'; /* "CET-1CEST" is no name */
		return;
	}
	len = readlink("/etc/localtime", link, sizeof link - 1);
	if (len > 0) {
		link[len] = '\0';
		if (strstr(link, "zoneinfo/") != NULL)
			take_zone(link, out);
	}
}

int32_t dates_offset(int64_t days, int32_t minutes)
{
	struct civil_date date = civil_date_from_days(days);
	struct tm local = { .tm_year = date.year - 1900,
			    .tm_mon = date.month - 1,
			    .tm_mday = date.day,
			    .tm_hour = minutes / 60,
			    .tm_min = minutes % 60,
			    .tm_isdst = -1 };

	if (mktime(&local) == (time_t)-1)
		return 0;
	return (int32_t)(local.tm_gmtoff / 60);
}

/* "3 nov" or "3 november", this year or the last one that was. */
static bool parse_month_day(const char *text, int64_t today,
			    enum dates_toward toward, int64_t *days)
{
	char *end;
	long day = strtol(text, &end, 10);
	int32_t year = civil_date_from_days(today).year;
	struct civil_date date;
	int32_t month;

	while (*end == ' ' || *end == '.')
		end++;
	if (day < 1 || day > 31 || strlen(end) < 3)
		return false;
	for (month = 0; month < 12; month++)
		if (strncasecmp(end, months[month], 3) == 0)
			break;
	if (month == 12)
		return false;
	date = (struct civil_date){ year, month + 1, (int32_t)day };
	if (!civil_is_date(date))
		return false;
	*days = civil_days_from_date(date);
	if (toward == DATES_BACK && *days > today)
		date.year--;
	else if (toward == DATES_AHEAD && *days < today)
		date.year++;
	if (!civil_is_date(date))
		return false;
	*days = civil_days_from_date(date);
	return true;
}

/* "-3d", "-2w", and "+5d". */
static bool parse_span(const char *text, int64_t today, int64_t *days)
{
	char *end;
	long count = strtol(text, &end, 10);

	if ((text[0] != '-' && text[0] != '+') || end == text + 1 ||
	    count < -40000 || count > 40000)
		return false;
	if (strcmp(end, "w") == 0)
		count *= 7;
	else if (strcmp(end, "d") != 0)
		return false;
	*days = today + count;
	return true;
}

static bool parse_weekday(const char *text, int64_t today,
			  enum dates_toward toward, int64_t *days)
{
	size_t len = strlen(text);
	int32_t wanted, back;

	for (wanted = 0; wanted < 7; wanted++)
		if (len >= 3 && len <= strlen(weekdays[wanted]) &&
		    strncasecmp(text, weekdays[wanted], len) == 0)
			break;
	if (wanted == 7)
		return false;
	back = (civil_weekday(today) - 1 - wanted + 7) % 7;
	if (toward == DATES_BACK)
		*days = today - back;
	else
		*days = today + (7 - back);
	return true;
}

int dates_parse_day(const char *text, int64_t today, enum dates_toward toward,
		    int64_t *days, struct err *err)
{
	if (strcasecmp(text, "today") == 0)
		*days = today;
	else if (strcasecmp(text, "yesterday") == 0)
		*days = today - 1;
	else if (strcasecmp(text, "tomorrow") == 0)
		*days = today + 1;
	else if (!parse_weekday(text, today, toward, days) &&
		 !parse_span(text, today, days) &&
		 !parse_month_day(text, today, toward, days) &&
		 civil_parse_day(bytes_from_str(text), days) != 0)
		return err_set(err, ERR_USAGE,
			       "“%.60s” isn't a day kept can read. Try today, "
			       "yesterday, mon, -3d, or 2026-11-03.",
			       text);
	return 0;
}

const char *dates_weekday(int64_t days)
{
	return weekdays[civil_weekday(days) - 1];
}

void dates_format_day(int64_t days, int64_t today, char out[DATES_TEXT_BYTES])
{
	struct civil_date date = civil_date_from_days(days);

	if (date.year == civil_date_from_days(today).year)
		(void)snprintf(out, DATES_TEXT_BYTES, "%.3s %d %s",
			       dates_weekday(days), date.day,
			       months[date.month - 1]);
	else
		(void)snprintf(out, DATES_TEXT_BYTES, "%.3s %d %s %d",
			       dates_weekday(days), date.day,
			       months[date.month - 1], date.year);
}

static int64_t local_minutes(struct civil_instant at)
{
	int64_t minutes = at.ms / 60000;

	if (at.ms % 60000 < 0)
		minutes--;
	return minutes + at.offset_min;
}

void dates_format_time(struct civil_instant at, char out[6])
{
	int64_t minutes = local_minutes(at) % 1440;
	int clock = (int)(minutes < 0 ? minutes + 1440 : minutes);

	(void)snprintf(out, 6, "%02d:%02d", clock / 60 % 24, clock % 60);
}

int64_t dates_day_of(struct civil_instant at)
{
	return civil_day_from_instant(at, 0);
}

struct civil_instant dates_local(struct civil_instant at)
{
	time_t seconds = (time_t)(at.ms / 1000);
	struct tm local;

	if (localtime_r(&seconds, &local) != NULL)
		at.offset_min = (int32_t)(local.tm_gmtoff / 60);
	return at;
}
