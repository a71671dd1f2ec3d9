/*
 * reviewtext.h - what `kept review` says: the numbers and own words of the
 * time since the last session.
 *
 * Pure. Numbers are those of the RPC method `review`; nothing is said that is
 * not in them, no verdict, and no row where there is nothing.
 */
#ifndef KEPT_CLI_REVIEWTEXT_H
#define KEPT_CLI_REVIEWTEXT_H

#include "cli/chart.h"
#include "cli/goaltext.h"
#include "cli/pageform.h"

struct reviewtext {
	int64_t today;             /* civil days */
	bool on_paper;             /* own words stand in lines of their own */
	bool numbers;              /* instead of small pictures of them */
	enum goaltext_signs signs; /* of goals */
};

/* A page (pageform.h) of a result of `review`. Gives ownership. */
cJSON *reviewtext_page(const cJSON *review, const struct reviewtext *how);

/* Rows of goals or homework, as `today` has them, too. */
void reviewtext_put_aims(cJSON *page, const cJSON *list,
			 const struct reviewtext *how, bool with_due);
/* "session 17, Mon 9 Nov 17:00" of `next`; "" if nothing is known, or it was
 * before today. */
void reviewtext_put_next(struct buf *out, const cJSON *next, int64_t today);
/* "4 ▁▃▅ 6", the least and the most at its ends, or "4, 5, 6". Nothing of
 * less than two. */
void reviewtext_put_points(struct buf *out, struct chart_points points,
			   bool numbers);
/* "by the week 4 ▁▃▅ 6": the 7-day middle of a line of ratings where its
 * weeks end, the newest 26. */
void reviewtext_put_weeks(struct buf *out, const cJSON *line, int64_t last,
			  bool numbers);

#endif
