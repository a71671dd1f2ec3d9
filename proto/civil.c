/*
 * civil.c - date arithmetic by counting days from March.
 *
 * Never asks the time or the zone of this machine: what day it is depends on
 * the instant and the offset given, so every device agrees.
 */
#include "proto/civil.h"

#include "proto/base/panic.h"

static bool is_leap(int32_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool civil_is_date(struct civil_date date)
{
	static const int32_t longest[12] = {
		31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	};

	if (date.year < 1 || date.year > 9999 || date.month < 1 ||
	    date.month > 12 || date.day < 1 ||
	    date.day > longest[date.month - 1])
		return false;
	return date.month != 2 || date.day < 29 || is_leap(date.year);
}

/*
 * Years begin in March here, so that the leap day is the last of its year and
 * (153 m + 2) / 5 counts the days of whole months before month m.
 */
int64_t civil_days_from_date(struct civil_date date)
{
	int64_t year = date.month > 2 ? date.year : date.year - 1;
	int64_t month = (date.month + 9) % 12;
	int64_t before = (153 * month + 2) / 5 + date.day - 1;

	return 365 * year + year / 4 - year / 100 + year / 400 + before -
	       719468;
}

struct civil_date civil_date_from_days(int64_t days)
{
	struct civil_date date;
	int64_t since = days + 719468; /* 0000-03-01 */
	int64_t era = since / 146097;  /* 400 years */
	int64_t in_era = since % 146097;
	int64_t year =
		(in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) /
		365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153;

	kept_assert(days >= CIVIL_DAYS_LEAST && days <= CIVIL_DAYS_GREATEST);
	date.day = (int32_t)(in_year - (153 * month + 2) / 5 + 1);
	date.month = (int32_t)(month < 10 ? month + 3 : month - 9);
	date.year = (int32_t)(era * 400 + year + (date.month <= 2));
	return date;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int32_t civil_weekday(int64_t days)
{
	/* 1970-01-01 was a Thursday */
	return (int32_t)(days + 3 - 7 * floor_div(days + 3, 7)) + 1;
}

static int64_t local_ms(struct civil_instant at)
{
	return at.ms + (int64_t)at.offset_min * 60000;
}

bool civil_is_instant(struct civil_instant at)
{
	/* far enough from the ends of int64 for the offset */
	if (at.offset_min < -CIVIL_OFFSET_MAX_MIN ||
	    at.offset_min > CIVIL_OFFSET_MAX_MIN ||
	    at.ms < (CIVIL_DAYS_LEAST - 2) * CIVIL_DAY_MS ||
	    at.ms > (CIVIL_DAYS_GREATEST + 2) * CIVIL_DAY_MS)
		return false;
	return local_ms(at) >= CIVIL_DAYS_LEAST * CIVIL_DAY_MS &&
	       local_ms(at) < (CIVIL_DAYS_GREATEST + 1) * CIVIL_DAY_MS;
}

int64_t civil_day_from_instant(struct civil_instant at, int32_t day_ends_min)
{
	return floor_div(local_ms(at) - (int64_t)day_ends_min * 60000,
			 CIVIL_DAY_MS);
}

/* Exactly `digits` of them at *at, which moves on; -1 if not. */
static int32_t parse_digits(struct bytes text, size_t *at, size_t digits)
{
	int32_t v = 0;
	size_t i;

	if (text.len - *at < digits)
		return -1;
	for (i = 0; i < digits; i++) {
		uint8_t c = text.ptr[*at + i];

		if (c < '0' || c > '9')
			return -1;
		v = v * 10 + (c - '0');
	}
	*at += digits;
	return v;
}

static bool parse_mark(struct bytes text, size_t *at, char mark)
{
	if (*at >= text.len || text.ptr[*at] != (uint8_t)mark)
		return false;
	*at += 1;
	return true;
}

static int parse_date(struct bytes text, size_t *at, int64_t *days)
{
	struct civil_date date = { 0, 0, 0 };

	date.year = parse_digits(text, at, 4);
	if (date.year < 0 || !parse_mark(text, at, '-'))
		return ERR_MALFORMED;
	date.month = parse_digits(text, at, 2);
	if (date.month < 0 || !parse_mark(text, at, '-'))
		return ERR_MALFORMED;
	date.day = parse_digits(text, at, 2);
	if (!civil_is_date(date))
		return ERR_MALFORMED;
	*days = civil_days_from_date(date);
	return 0;
}

int civil_parse_day(struct bytes text, int64_t *days)
{
	size_t at = 0;
	int64_t found;

	if (parse_date(text, &at, &found) != 0 || at != text.len)
		return ERR_MALFORMED;
	*days = found;
	return 0;
}

/* ".123456789" to 123; nothing is 0 ms. */
static int parse_fraction(struct bytes text, size_t *at, int64_t *ms)
{
	int64_t weight = 100;
	size_t digits = 0;
	int32_t digit;

	*ms = 0;
	if (!parse_mark(text, at, '.'))
		return 0;
	for (;;) {
		digit = parse_digits(text, at, 1);
		if (digit < 0)
			break;
		*ms += digit * weight;
		weight /= 10;
		digits++;
	}
	return digits >= 1 && digits <= 9 ? 0 : ERR_MALFORMED;
}

static int parse_clock(struct bytes text, size_t *at, int64_t *ms)
{
	int32_t hour;
	int32_t minute;
	int32_t second;

	hour = parse_digits(text, at, 2);
	if (hour < 0 || hour > 23 || !parse_mark(text, at, ':'))
		return ERR_MALFORMED;
	minute = parse_digits(text, at, 2);
	if (minute < 0 || minute > 59 || !parse_mark(text, at, ':'))
		return ERR_MALFORMED;
	second = parse_digits(text, at, 2);
	if (second < 0 || second > 60)
		return ERR_MALFORMED;
	if (parse_fraction(text, at, ms) != 0)
		return ERR_MALFORMED;
	if (second == 60)
		second = 59;
	*ms += ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
	return 0;
}

static int parse_offset(struct bytes text, size_t *at, int32_t *minutes)
{
	bool is_west;
	int32_t hour;
	int32_t minute;

	*minutes = 0;
	if (parse_mark(text, at, 'Z') || parse_mark(text, at, 'z'))
		return 0;
	is_west = parse_mark(text, at, '-');
	if (!is_west && !parse_mark(text, at, '+'))
		return ERR_MALFORMED;
	hour = parse_digits(text, at, 2);
	if (hour < 0 || hour > 23 || !parse_mark(text, at, ':'))
		return ERR_MALFORMED;
	minute = parse_digits(text, at, 2);
	if (minute < 0 || minute > 59)
		return ERR_MALFORMED;
	*minutes = is_west ? -(hour * 60 + minute) : hour * 60 + minute;
	return 0;
}

int civil_parse_instant(struct bytes text, struct civil_instant *out)
{
	struct civil_instant found;
	int64_t days;
	int64_t ms;
	size_t at = 0;

	if (parse_date(text, &at, &days) != 0)
		return ERR_MALFORMED;
	if (!parse_mark(text, &at, 'T') && !parse_mark(text, &at, 't') &&
	    !parse_mark(text, &at, ' '))
		return ERR_MALFORMED;
	if (parse_clock(text, &at, &ms) != 0 ||
	    parse_offset(text, &at, &found.offset_min) != 0 || at != text.len)
		return ERR_MALFORMED;
	found.ms = days * CIVIL_DAY_MS + ms - (int64_t)found.offset_min * 60000;
	if (!civil_is_instant(found))
		return ERR_MALFORMED;
	*out = found;
	return 0;
}

static void put_digits(char *out, int64_t v, size_t digits)
{
	for (; digits > 0; digits--) {
		out[digits - 1] = (char)('0' + v % 10);
		v /= 10;
	}
}

void civil_format_day(int64_t days, char out[CIVIL_DAY_TEXT_BYTES])
{
	struct civil_date date = civil_date_from_days(days);

	memcpy(out, "0000-00-00", CIVIL_DAY_TEXT_BYTES);
	put_digits(out, date.year, 4);
	put_digits(out + 5, date.month, 2);
	put_digits(out + 8, date.day, 2);
}

void civil_format_instant(struct civil_instant at,
			  char out[CIVIL_INSTANT_TEXT_BYTES])
{
	int64_t days;
	int64_t ms;
	int32_t offset = at.offset_min < 0 ? -at.offset_min : at.offset_min;
	char *end;

	kept_assert(civil_is_instant(at));
	days = floor_div(local_ms(at), CIVIL_DAY_MS);
	ms = local_ms(at) - days * CIVIL_DAY_MS;
	civil_format_day(days, out);
	memcpy(out + 10, "T00:00:00", 9);
	put_digits(out + 11, ms / 3600000, 2);
	put_digits(out + 14, ms / 60000 % 60, 2);
	put_digits(out + 17, ms / 1000 % 60, 2);
	end = out + 19;
	if (ms % 1000 != 0) {
		end[0] = '.';
		put_digits(end + 1, ms % 1000, 3);
		end += 4;
	}
	memcpy(end, "+00:00", 7);
	if (at.offset_min < 0)
		end[0] = '-';
	put_digits(end + 1, offset / 60, 2);
	put_digits(end + 4, offset % 60, 2);
}
