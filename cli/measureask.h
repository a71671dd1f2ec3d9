/*
 * measureask.h - the questions of one questionnaire, or of one rating.
 *
 * Inside of cmd_measure.c, which decides what is taken and says what came of
 * it.
 */
#ifndef KEPT_CLI_MEASUREASK_H
#define KEPT_CLI_MEASUREASK_H

#include "cli/guide.h"
#include "cli/measure.h"

/* A draft of one questionnaire is none of another. */
#define MEASURE_DRAFT_OF "draft_of"

struct measure_taking {
	struct guide guide; /* first: what the questions are given */
	cJSON *known;       /* `f` of the newest of each there is; Owns */
};

/* One's own rating of that name (in any case) or slug; NULL if there is
 * none. Borrows. */
const cJSON *measure_find_own(const cJSON *known, const char *said);

/* What is known of it before the first question, put into the fields. */
void measure_begin_published(cJSON *fields,
			     const struct measure_instrument *instrument);
void measure_begin_own(cJSON *fields, const cJSON *own);
/* A new one of that name; "" is asked for it. 0, or an exit code said. */
int measure_begin_new(struct cli *cli, cJSON *fields, const char *name)
	KEPT_MUST_USE;

/* All questions; *entry gives ownership. 0, or an exit code said. It is for
 * the caller to end the guide. */
int measure_ask(struct measure_taking *taking, cJSON **entry) KEPT_MUST_USE;

#endif
