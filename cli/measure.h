/*
 * measure.h - questionnaires and ratings of one's own: their numbers.
 *
 * Pure. A sum, its range, and nothing said about it: no label, no color, no
 * word for how much is much. Published ones are rows of instruments.def; a
 * rating of one's own is one number from 0 to 10 or to 100, which the entry
 * itself says (`name`, and the range in `version`). `fields` is the `f` of an
 * entry of kind measure.
 */
#ifndef KEPT_CLI_MEASURE_H
#define KEPT_CLI_MEASURE_H

#include <cjson/cJSON.h>

#include "proto/base/buf.h"

#define MEASURE_SLUG_BYTES 41u
/* Most scalars of the name of one's own rating. */
#define MEASURE_NAME_MAX 80u

struct measure_instrument {
	const char *slug, *title, *version;
	const char *stem, *notice; /* N_() */
	const char *const *items;  /* N_() */
	size_t item_count;
	const char *const *answers; /* N_(); the place is the number */
	size_t answer_count;
};

/* In table order; NULL at the end. */
const struct measure_instrument *measure_at(size_t place);
/* By slug or title, in any case; NULL if it is none. */
const struct measure_instrument *measure_find(const char *said);
/* The published one an entry is of; NULL: one's own, or unknown here. */
const struct measure_instrument *measure_of(const cJSON *fields);

/* Answered in full: the sum. */
bool measure_sum(const cJSON *answers, size_t items, int64_t *sum);
/* How many of the answers are there. */
size_t measure_answered(const cJSON *answers);
/* The highest the score can be; -1: nobody knows here. */
int64_t measure_high(const cJSON *fields);
/* "0-10" and 10, or "0-100" and 100; -1 for another version. */
int64_t measure_scale(const char *version);

/*
 * What entries of one's own rating hold as `instrument`; the same name gives
 * the same everywhere. ERR_USAGE with a sentence: no name, or too long.
 */
int measure_slug(const char *name, char out[MEASURE_SLUG_BYTES],
		 struct err *err) KEPT_MUST_USE;
/* Do both have the same questions, so that their numbers stand beside each
 * other? */
bool measure_is_same(const cJSON *fields, const cJSON *others);

/* "GAD-7", or what the person calls it; shown-safe. */
void measure_put_name(struct buf *out, const cJSON *fields);
/* "9 (0–21)"; without a sum "6 of 7 answered". */
void measure_put_result(struct buf *out, const cJSON *fields, bool ascii);

#endif
