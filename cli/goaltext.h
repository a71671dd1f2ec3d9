/*
 * goaltext.h - goals and homework in words: how far, by when, what is aimed at.
 *
 * Pure. `fields` is the `f` of a goal or of homework. Must never say more than
 * the numbers do.
 */
#ifndef KEPT_CLI_GOALTEXT_H
#define KEPT_CLI_GOALTEXT_H

#include <cjson/cJSON.h>

#include "proto/base/buf.h"
#include "proto/civil.h"

/* N_(): what people read for a status, "let go" for let-go. */
const char *goaltext_status(const char *status);
/* Where it stands is `open`, or was never said. */
bool goaltext_is_open(const cJSON *fields);

/*
 * What a title says of its measure: "on three days", "twice", "every day" (7).
 * *measure is "days" or "count". False if it says nothing. English and German.
 */
bool goaltext_derive(const char *title, const char **measure, int64_t *target);
/* The title in one line; without a last "on three days" where measure and
 * target say the same, since they stand beside it. */
void goaltext_put_title(struct buf *out, const cJSON *fields);

enum goaltext_signs { GOALTEXT_BOXES, GOALTEXT_ASCII, GOALTEXT_WORDS };
#define GOALTEXT_BOXES_MAX 14
/* "▣ ▣ □", "[x][x][ ]", or "2 of 3", which many also get. target 0: not
 * counted, one box for done or not. */
void goaltext_put_progress(struct buf *out, int64_t progress, int64_t target,
			   enum goaltext_signs signs);
/* "Leave work at six, 3 of 3": a check-in on what it is about; progress is a
 * number, or nothing. Before words of its own it is only "3 of 3". */
void goaltext_put_checkin(struct buf *out, const cJSON *fields,
			  const cJSON *progress, bool has_words);
/* "Two of three, and a day to go." due: civil days, CIVIL_DAYS_LEAST - 1 if
 * there is none. */
#define GOALTEXT_NO_DUE (CIVIL_DAYS_LEAST - 1)
void goaltext_put_state(struct buf *out, int64_t progress, int64_t target,
			int64_t due, int64_t today);
/* "3 days by Sunday 8 Nov."; "" if neither is known. */
void goaltext_put_aim(struct buf *out, const cJSON *fields, int64_t today);
/* "Sunday" within a week from today, else "Sun 15 Nov"; "" if there is none.*/
void goaltext_put_due(struct buf *out, const cJSON *fields, int64_t today);
int64_t goaltext_due(const cJSON *fields);
int64_t goaltext_target(const cJSON *fields); /* 0: none */

/*
 * How often: "daily", "every day", "twice a week", "drei Mal", or the beginning
 * of one of the words (what stands for once, daily, weekly, and n in the
 * person's language). NULL: none of these; else one of those four. *target
 * gets the number of times that was said, 0: none.
 */
const char *goaltext_read_often(const char *text, const char *const words[4],
				int64_t *target);
/* The kind of entry that ticks homework of such a title: "thought" for "catch
 * one thought a day"; NULL if it names none. English and German. */
const char *goaltext_kind_hint(const char *title);

/*
 * Does what was written sound like the goal's title? Words are folded (case,
 * endings, "left" and "leave", "six" and "6"); small words don't count. Two
 * shared ones, or all of them where the title has fewer. The number of shared
 * words, 0: no.
 */
size_t goaltext_shared(const char *title, const char *written);

#endif
