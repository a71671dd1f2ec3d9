/*
 * homework.h - what homework given in a session and homework added by hand
 * share.
 */
#ifndef KEPT_CLI_HOMEWORK_H
#define KEPT_CLI_HOMEWORK_H

#include "cli/guide.h"

/* Fills in how often and how many times, where they lack, from its words and
 * from when it is due. */
void homework_complete(cJSON *fields, int64_t today);
/* N_(): the question whether a kind ticks it; NULL for kinds that can't. */
const char *homework_kind_words(const char *kind);

/* how_often, and target, from what was typed; false if it says nothing of
 * that. */
bool homework_take_often(cJSON *fields, const char *text);
/* An own `asks`: one line, as goaltext_read_often reads it; anything else is
 * asked again. A number of times goes into target. */
enum ask_answer homework_ask_often(struct guide *guide,
				   const struct guide_step *step);

#endif
