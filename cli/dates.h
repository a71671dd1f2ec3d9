/*
 * dates.h - days as people type them, and how they are read back.
 *
 * today, yesterday, tomorrow, mon..sun (the last one that was, today
 * included; the next one with DATES_AHEAD), -3d, -2w, 2026-11-03, 3 nov; the
 * words of the person's language do as well as the English ones.
 * Whatever was typed is echoed back in full by the caller.
 */
#ifndef KEPT_CLI_DATES_H
#define KEPT_CLI_DATES_H

#include "proto/civil.h"

enum dates_toward { DATES_BACK, DATES_AHEAD };

/* Now on this machine: the instant with the zone's offset of now. */
struct civil_instant dates_now(void);
/* The IANA name of the local zone ("Europe/Berlin"), "" if unknown. */
void dates_zone(char out[64]);
/* The offset of the local zone at a local civil time, minutes. */
int32_t dates_offset(int64_t days, int32_t minutes);

/* ERR_USAGE with a sentence. today: civil days. */
int dates_parse_day(const char *text, int64_t today, enum dates_toward toward,
		    int64_t *days, struct err *err) KEPT_MUST_USE;
/*
 * "mon 17:00", "9 nov at 5 pm", "17:00" (today), "now": the day, and minutes
 * after its midnight, -1 where no time was said. ERR_USAGE with a sentence.
 */
int dates_parse_moment(const char *text, int64_t today,
		       enum dates_toward toward, int64_t *days,
		       int32_t *minutes, struct err *err) KEPT_MUST_USE;
/* "17:00", "5pm", "5:30 pm" to minutes after midnight. */
bool dates_parse_time(const char *text, int32_t *minutes);
/*
 * That local time in the zone of this machine. False where the clocks were
 * put forward over it; of two, the first.
 */
bool dates_instant(int64_t days, int32_t minutes, struct civil_instant *at);
/* "Tue 3 Nov", with the year when it isn't today's; names and order are those
 * of the person's language. Widths are for render_width to know. */
#define DATES_TEXT_BYTES 64
void dates_format_day(int64_t days, int64_t today, char out[DATES_TEXT_BYTES]);
/* "3 Nov", "3 Nov 2025" */
void dates_format_date(int64_t days, int64_t today,
		       char out[DATES_TEXT_BYTES]);
/* "Tuesday", "Tue" */
const char *dates_weekday(int64_t days);
const char *dates_weekday_short(int64_t days);
/* HH:MM of the instant where it was written. */
void dates_format_time(struct civil_instant at, char out[6]);
/* The civil day of an instant where it was written. */
int64_t dates_day_of(struct civil_instant at);
/* The same instant with the offset of this machine's zone at that time. */
struct civil_instant dates_local(struct civil_instant at);

#endif
