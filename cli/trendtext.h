/*
 * trendtext.h - one thing over some weeks: drawn, and said in sentences.
 *
 * Pure. Numbers are those of the RPC method `trends`. Never a verdict: no
 * slope, no better, no worse.
 */
#ifndef KEPT_CLI_TRENDTEXT_H
#define KEPT_CLI_TRENDTEXT_H

#include "cli/reviewtext.h"

/* Names of what there are trends of, NULL at the end. */
const char *trendtext_what(size_t place);
/* What people read above it; NULL if there is nothing of that name. */
const char *trendtext_title(const char *what);

/* The chart, what its signs are, and how many answers there were. */
void trendtext_put(struct buf *out, const struct render *render,
		   const cJSON *trends, const struct reviewtext *how);
/* The same facts as sentences, without a picture. */
void trendtext_say(struct buf *out, const struct render *render,
		   const cJSON *trends, const struct reviewtext *how);
/* A row of the overview; nothing where there is nothing. */
void trendtext_put_row(cJSON *page, const cJSON *trends,
		       const struct reviewtext *how);

#endif
