/*
 * pagecut.h - one page is one page: what is too much is counted instead.
 *
 * Works on a page (cli/pageform.h). A row that was shortened has `left`, how
 * many lines of it aren't there; whoever shows it says so.
 */
#ifndef KEPT_CLI_PAGE_PAGECUT_H
#define KEPT_CLI_PAGE_PAGECUT_H

#include <cjson/cJSON.h>

#include "proto/base/buf.h"

/* Lines of paper that all rows need, about: a line of many words counts for
 * as many as it will be folded into. */
size_t pagecut_measure(const cJSON *page);
/*
 * Takes the last line of the longest row away until no more than `most` are
 * needed. Every row keeps its first line. True if that was enough.
 */
bool pagecut_shorten(cJSON *page, size_t most);
/* Cuts every text to so many scalars, with a sign. */
void pagecut_trim(cJSON *page, size_t scalars);

/* Text of an object, "" if there is none. Borrows. */
const char *pagecut_text(const cJSON *object, const char *key);
/* Lines of a row that are not there. */
int pagecut_left(const cJSON *row);

#endif
