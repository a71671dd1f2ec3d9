/*
 * sessionfile.h - the written record of a session, as a therapist's office
 * gives it out:
 *
 *   Session 16/24
 *   Date: August 14, 2025
 *   Time: 10:00 AM
 *   Client: Alex (Product Designer)
 *   Professional: Dr. Harper Torres (Licensed Clinical Psychologist)
 *
 *   [10:00]
 *   Alex: ...
 *
 * Heads may come in any order and in ISO form (2025-08-14, 10:00); stray
 * asterisks around them and around marks of time are let go. Pure: no clock,
 * no zone.
 */
#ifndef KEPT_CLI_SESSIONFILE_H
#define KEPT_CLI_SESSIONFILE_H

#include <cjson/cJSON.h>

#include "proto/base/buf.h"
#include "proto/ulid.h"

#define SESSIONFILE_NAME_BYTES 801u /* 200 scalars and NUL */

struct sessionfile {
	int64_t number, of;  /* 0: not said */
	int64_t days;        /* civil days of the date */
	int32_t start_min;   /* minutes after midnight; -1: not said */
	int64_t minutes;     /* from the marks of time; 0: not known */
	char client[SESSIONFILE_NAME_BYTES];
	char with[SESSIONFILE_NAME_BYTES];
	size_t marks;        /* of time */
	size_t turns;        /* lines that begin with who speaks */
	struct buf text;     /* the dialogue with its marks; Owns */
};

/*
 * ERR_MALFORMED with a sentence: not such a record (no number or date, no
 * text), or not UTF-8. ERR_LIMIT: longer than an entry's text. The struct is
 * to be released after either.
 */
int sessionfile_parse(struct bytes input, struct sessionfile *out,
		      struct err *err) KEPT_MUST_USE;
void sessionfile_release(struct sessionfile *record);

/*
 * The id that this session has wherever it is taken in: from its date and
 * number (or its time, without one) alone, so that a second time is noticed.
 */
void sessionfile_id(const struct sessionfile *record,
		    char out[ULID_TEXT_BYTES + 1]);
/* The fields of a `session` entry. Gives ownership. */
cJSON *sessionfile_fields(const struct sessionfile *record);

#endif
