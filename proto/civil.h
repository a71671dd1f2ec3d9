/*
 * civil.h - calendar days, instants, and RFC 3339, without the C library's
 * clocks and zones.
 *
 * Days count from 1970-01-01 in the proleptic Gregorian calendar, years 0001
 * to 9999. An instant is milliseconds since 1970 UTC, leap seconds not
 * counted, with the offset of the place it was written at.
 */
#ifndef KEPT_PROTO_CIVIL_H
#define KEPT_PROTO_CIVIL_H

#include "proto/base/errors.h"

#define CIVIL_DAY_MS INT64_C(86400000)
#define CIVIL_DAYS_LEAST INT64_C(-719162)   /* 0001-01-01 */
#define CIVIL_DAYS_GREATEST INT64_C(2932896) /* 9999-12-31 */
#define CIVIL_OFFSET_MAX_MIN 1439
#define CIVIL_DAY_TEXT_BYTES 11	    /* YYYY-MM-DD and NUL */
#define CIVIL_INSTANT_TEXT_BYTES 30 /* with ms and offset, and NUL */

struct civil_date {
	int32_t year;  /* 1..9999 */
	int32_t month; /* 1..12 */
	int32_t day;   /* 1..31 */
};

struct civil_instant {
	int64_t ms;
	int32_t offset_min; /* east of Greenwich, -1439..1439 */
};

/* Is there such a day? */
bool civil_is_date(struct civil_date date);
/* date must exist. */
int64_t civil_days_from_date(struct civil_date date);
/* days within CIVIL_DAYS_*. */
struct civil_date civil_date_from_days(int64_t days);
/* 1 Monday .. 7 Sunday. */
int32_t civil_weekday(int64_t days);

bool civil_is_instant(struct civil_instant at);
/*
 * The day an instant belongs to where it was written, when days end at
 * day_ends_min minutes after midnight (0..1439): 03:59 is still yesterday
 * with 240.
 */
int64_t civil_day_from_instant(struct civil_instant at, int32_t day_ends_min);

/* YYYY-MM-DD of a day that exists; ERR_MALFORMED otherwise. */
int civil_parse_day(struct bytes text, int64_t *days) KEPT_MUST_USE;
/* days within CIVIL_DAYS_*. */
void civil_format_day(int64_t days, char out[CIVIL_DAY_TEXT_BYTES]);

/*
 * RFC 3339 date-time: T or t or a blank between, seconds and up to 9 places
 * after the point (beyond ms they are cut off), Z, z, or +hh:mm. A leap
 * second counts as the second before. ERR_MALFORMED otherwise.
 */
int civil_parse_instant(struct bytes text, struct civil_instant *out)
	KEPT_MUST_USE;
/*
 * "2025-08-15T10:40:00-04:00"; ".250" only where ms are not 0; Greenwich is
 * +00:00. at must be civil_is_instant.
 */
void civil_format_instant(struct civil_instant at,
			  char out[CIVIL_INSTANT_TEXT_BYTES]);

#endif
