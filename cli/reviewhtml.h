/*
 * reviewhtml.h - the review as one page of HTML.
 *
 * Pure. Black on white, made to be printed on one sheet. It asks nobody for
 * anything: no scripts, no pictures, no addresses. All text is escaped.
 */
#ifndef KEPT_CLI_REVIEWHTML_H
#define KEPT_CLI_REVIEWHTML_H

#include "cli/pageform.h"

/* What fits on a sheet, of a page of rows; the rest is counted. language: of
 * the words, like "de". */
void reviewhtml_put(struct buf *out, const cJSON *page, const char *language);
/* Text where HTML has text. */
void reviewhtml_put_escaped(struct buf *out, const char *text);

#endif
