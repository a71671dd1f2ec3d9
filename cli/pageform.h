/*
 * pageform.h - a page of facts before it has a form: what is on it once, for
 * the screen, HTML, and PDF alike.
 *
 * A page is {"title", "range", "foot", "rows": [{"label", "lines": [[fact,
 * aside, ...], ...]}]}; all of it is words for people already, in their
 * language, and safe to show (utf8.h). kept-page reads that form (cli/page/).
 */
#ifndef KEPT_CLI_PAGEFORM_H
#define KEPT_CLI_PAGEFORM_H

#include "cli/render.h"

/* A page without rows. Texts may be "". Gives ownership. */
cJSON *pageform_new(const char *title, const char *range, const char *foot);
/* What follows stands beside that label. */
void pageform_row(cJSON *page, const char *label);
/* A line of the last row; both bufs hold clean text and are cleared. Nothing
 * where the fact is empty. aside may be NULL, and may be several, with
 * PAGEFORM_NEXT between them. */
#define PAGEFORM_NEXT "\t" /* clean text has none */
#define PAGEFORM_TEXTS_MAX 5u
void pageform_line(cJSON *page, struct buf *fact, struct buf *aside);
bool pageform_is_empty(const cJSON *page);

/* The rows for a terminal: labels on the left, or above where it is narrow. */
void pageform_put(struct buf *out, const struct render *render,
		  const cJSON *page);
/* A line of clean text, broken where it is too wide. */
void pageform_put_title(struct buf *out, const struct render *render,
			const char *text);
/* Clean text with ASCII instead of signs of our own. */
void pageform_put_ascii(struct buf *out, const char *text);

/* A number of a result, also one of more digits than cJSON prints (then it is
 * raw text, see jsonform.c). False: there is none, or none of ours. */
bool pageform_read(const cJSON *object, const char *key, double *value);
/* sum/n with one decimal where it isn't whole: "4", "4.3". */
void pageform_put_mean(struct buf *out, int64_t sum, int64_t n);
/* Shown-safe, in one line, with a sign where more than so many columns are
 * cut off. */
void pageform_put_text(struct buf *out, const char *text, size_t columns);
/* “text” */
void pageform_put_quoted(struct buf *out, const char *text, size_t columns);
/* "Mon 2 Nov" of YYYY-MM-DD; "" if it is none. */
void pageform_put_day(struct buf *out, const char *day, int64_t today);

#endif
