/*
 * dates.c - the only place of the CLI that asks for the local time.
 *
 * Must never guess: a day that doesn't exist is refused, not rolled over.
 * Read next: proto/civil.h.
 */
#include "cli/dates.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/i18n.h"
#include "proto/base/utf8.h"

struct name {
	const char *english;
	nl_item item; /* what LC_TIME calls it */
};
static const struct name weekdays[] = {
	{ N_("Monday"), DAY_2 },    { N_("Tuesday"), DAY_3 },
	{ N_("Wednesday"), DAY_4 }, { N_("Thursday"), DAY_5 },
	{ N_("Friday"), DAY_6 },    { N_("Saturday"), DAY_7 },
	{ N_("Sunday"), DAY_1 },
};
static const struct name short_weekdays[] = {
	{ N_("Mon"), ABDAY_2 }, { N_("Tue"), ABDAY_3 }, { N_("Wed"), ABDAY_4 },
	{ N_("Thu"), ABDAY_5 }, { N_("Fri"), ABDAY_6 }, { N_("Sat"), ABDAY_7 },
	{ N_("Sun"), ABDAY_1 },
};
static const struct name months[] = {
	{ N_("Jan"), ABMON_1 },  { N_("Feb"), ABMON_2 },
	{ N_("Mar"), ABMON_3 },  { N_("Apr"), ABMON_4 },
	{ N_("May"), ABMON_5 },  { N_("Jun"), ABMON_6 },
	{ N_("Jul"), ABMON_7 },  { N_("Aug"), ABMON_8 },
	{ N_("Sep"), ABMON_9 },  { N_("Oct"), ABMON_10 },
	{ N_("Nov"), ABMON_11 }, { N_("Dec"), ABMON_12 },
};

/* As LC_TIME has it; where that is the C locale, as the catalog has it. */
static const char *name_of(const struct name *name)
{
	const char *locale = setlocale(LC_TIME, NULL);
	const char *said = nl_langinfo(name->item);

	if (locale == NULL || strcmp(locale, "POSIX") == 0 ||
	    (locale[0] == 'C' && (locale[1] == '\0' || locale[1] == '.')) ||
	    *said == '\0' || strlen(said) > 16 ||
	    !utf8_is_valid(bytes_from_str(said)))
		return _(name->english);
	return said;
}

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

/* Does text begin as a month is called? */
static bool is_month(const char *text, const struct name *month)
{
	const char *said = name_of(month), *translated = _(month->english);

	return strncasecmp(text, month->english, 3) == 0 ||
	       strncasecmp(text, said, strcspn(said, ".")) == 0 ||
	       strncasecmp(text, translated, strlen(translated)) == 0;
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
		if (is_month(end, &months[month]))
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

/* Is text the weekday, or a beginning of at least `least` letters of it? */
static bool begins_as(const char *text, const char *name, size_t least)
{
	size_t len = strlen(text);

	return len >= least && len <= strlen(name) &&
	       strncasecmp(text, name, len) == 0;
}

/* As much as the short name has is enough: "mon", "mo", "mar" of "mar.". */
static bool is_weekday(const char *text, size_t place)
{
	const struct name *whole = &weekdays[place];
	const struct name *abridged = &short_weekdays[place];

	const char *said = name_of(abridged),
		   *translated = _(abridged->english);

	return begins_as(text, whole->english, 3) ||
	       begins_as(text, name_of(whole), strcspn(said, ".")) ||
	       begins_as(text, _(whole->english), strcspn(translated, ".")) ||
	       strcasecmp(text, said) == 0;
}

static bool parse_weekday(const char *text, int64_t today,
			  enum dates_toward toward, int64_t *days)
{
	int32_t wanted, back;

	for (wanted = 0; wanted < 7; wanted++)
		if (is_weekday(text, (size_t)wanted))
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

static bool is_word(const char *text, const char *english)
{
	return strcasecmp(text, english) == 0 ||
	       strcasecmp(text, i18n_text(english)) == 0;
}

int dates_parse_day(const char *text, int64_t today, enum dates_toward toward,
		    int64_t *days, struct err *err)
{
	if (is_word(text, N_("today")))
		*days = today;
	else if (is_word(text, N_("yesterday")))
		*days = today - 1;
	else if (is_word(text, N_("tomorrow")))
		*days = today + 1;
	else if (!parse_weekday(text, today, toward, days) &&
		 !parse_span(text, today, days) &&
		 !parse_month_day(text, today, toward, days) &&
		 civil_parse_day(bytes_from_str(text), days) != 0)
		return err_set(
			err, ERR_USAGE,
			toward == DATES_AHEAD
				? _("“%.60s” isn't a day kept can read. Try "
				    "tomorrow, mon, 3 nov, or 2026-11-03.")
				: _("“%.60s” isn't a day kept can read. Try "
				    "today, yesterday, mon, -3d, or "
				    "2026-11-03."),
			text);
	return 0;
}

/* ---- times of day ---- */

/* "am" or "pm" behind a time of twelve hours; *after is moved behind it. */
static bool take_half(const char **after, long *hour)
{
	const char *at = *after + strspn(*after, " ");
	bool is_pm = strncasecmp(at, "pm", 2) == 0;

	if (!is_pm && strncasecmp(at, "am", 2) != 0)
		return false;
	*after = at + 2;
	if (*hour < 1 || *hour > 12)
		*hour = -1;
	else
		*hour = *hour % 12 + (is_pm ? 12 : 0);
	return true;
}

bool dates_parse_time(const char *text, int32_t *minutes)
{
	const char *after = text;
	long hour = 0, minute = 0;
	size_t digits = strspn(text, "0123456789");
	bool has_minutes, has_half;

	if (digits < 1 || digits > 2)
		return false;
	hour = strtol(text, NULL, 10);
	after += digits;
	has_minutes = (*after == ':' || *after == '.') &&
		      strspn(after + 1, "0123456789") == 2;
	if (has_minutes) {
		minute = strtol(after + 1, NULL, 10);
		after += 3;
	}
	has_half = take_half(&after, &hour);
	if ((!has_minutes && !has_half) || after[strspn(after, " ")] != '\0' ||
	    hour < 0 || hour > 23 || minute > 59)
		return false;
	*minutes = (int32_t)(hour * 60 + minute);
	return true;
}

/* What stands before the time, without "at". */
static size_t cut_word(const char *text, size_t len, const char *word)
{
	size_t letters = strlen(word);

	if (len >= letters &&
	    strncasecmp(text + len - letters, word, letters) == 0 &&
	    (len == letters || text[len - letters - 1] == ' '))
		return len - letters;
	return len;
}

static void cut_day(const char *text, size_t len, char out[64])
{
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == ','))
		len--;
	len = cut_word(text, len, "at");
	/* For translators: as in "Monday at 17:00". */
	len = cut_word(text, len, _("at"));
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == ','))
		len--;
	(void)snprintf(out, 64, "%.*s", (int)len, text);
}

int dates_parse_moment(const char *text, int64_t today,
		       enum dates_toward toward, int64_t *days,
		       int32_t *minutes, struct err *err)
{
	struct civil_instant now = dates_now();
	const char *at = text;
	char day[64];

	*minutes = -1;
	*days = today;
	if (is_word(text, N_("now"))) {
		*days = dates_day_of(now);
		*minutes = (int32_t)(((now.ms / 60000 + now.offset_min) % 1440 +
				      1440) %
				     1440);
		return 0;
	}
	/* The first place from which all the rest is a time: "5 pm" is one,
	 * and "9 nov" none. */
	while (*at != '\0' && !dates_parse_time(at, minutes)) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	if (*at != '\0' && (size_t)(at - text) >= sizeof day)
		return err_set(err, ERR_USAGE,
			       _("“%.60s” isn't a day kept can read. Try mon "
				 "17:00."),
			       text);
	if (*at == '\0')
		return dates_parse_day(text, today, toward, days, err);
	cut_day(text, (size_t)(at - text), day);
	return day[0] == '\0' ? 0
			      : dates_parse_day(day, today, toward, days, err);
}

/* Whatever clocks showed within a day of it, one of these offsets holds: they
 * are put forward and back by half an hour, three hours, or a whole day. */
#define OFFSET_HOURS 27

bool dates_instant(int64_t days, int32_t minutes, struct civil_instant *at)
{
	int64_t shown = days * CIVIL_DAY_MS + (int64_t)minutes * 60000;
	bool found = false;
	int hour;

	for (hour = -OFFSET_HOURS; hour <= OFFSET_HOURS; hour++) {
		struct civil_instant each = { shown + hour * (int64_t)3600000,
					      0 };

		if (!civil_is_instant(each))
			continue;
		each.offset_min = dates_local(each).offset_min;
		each.ms = shown - each.offset_min * (int64_t)60000;
		if (!civil_is_instant(each) ||
		    dates_local(each).offset_min != each.offset_min ||
		    (found && each.ms >= at->ms))
			continue;
		*at = each;
		found = true;
	}
	return found;
}

const char *dates_weekday(int64_t days)
{
	return name_of(&weekdays[civil_weekday(days) - 1]);
}

const char *dates_weekday_short(int64_t days)
{
	return name_of(&short_weekdays[civil_weekday(days) - 1]);
}

void dates_format_date(int64_t days, int64_t today, char out[DATES_TEXT_BYTES])
{
	struct civil_date date = civil_date_from_days(days);
	const char *month = name_of(&months[date.month - 1]);

	if (date.year == civil_date_from_days(today).year)
		/* For translators: "3 Nov", in the order of your language. */
		(void)snprintf(out, DATES_TEXT_BYTES, _("%d %s"), date.day,
			       month);
	else
		/* For translators: "3 Nov 2025". */
		(void)snprintf(out, DATES_TEXT_BYTES, _("%d %s %d"), date.day,
			       month, date.year);
}

void dates_format_day(int64_t days, int64_t today, char out[DATES_TEXT_BYTES])
{
	struct civil_date date = civil_date_from_days(days);
	const char *weekday = dates_weekday_short(days);
	const char *month = name_of(&months[date.month - 1]);

	if (date.year == civil_date_from_days(today).year)
		/* For translators: "Tue 3 Nov". */
		(void)snprintf(out, DATES_TEXT_BYTES, _("%s %d %s"), weekday,
			       date.day, month);
	else
		/* For translators: "Tue 3 Nov 2025". */
		(void)snprintf(out, DATES_TEXT_BYTES, _("%s %d %s %d"), weekday,
			       date.day, month, date.year);
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
