/*
 * reviewmore.h - rows of the review: those of reviewmore.c.
 */
#ifndef KEPT_CLI_REVIEWMORE_H
#define KEPT_CLI_REVIEWMORE_H

#include "cli/reviewtext.h"

struct reviewmore {
	cJSON *page;                  /* Borrows */
	const struct reviewtext *how; /* Borrows */
	struct buf fact, aside;       /* Owns; empty between lines */
};

void reviewmore_begin(struct reviewmore *more, cJSON *page,
		      const struct reviewtext *how);
void reviewmore_end(struct reviewmore *more);
/* Goals, homework, ratings, experiments, activities, and what to bring. */
void reviewmore_put(struct reviewmore *more, const cJSON *review);

#endif
