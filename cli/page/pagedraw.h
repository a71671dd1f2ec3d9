/*
 * pagedraw.h - a page (cli/pageform.h) drawn as PDF: one sheet, black on
 * white, any script there is a font for.
 */
#ifndef KEPT_CLI_PAGE_PAGEDRAW_H
#define KEPT_CLI_PAGE_PAGEDRAW_H

#include <cjson/cJSON.h>

#include "proto/base/buf.h"

/*
 * Appends the PDF. width and height: of the sheet, in mm. The page is
 * shortened (pagecut.h) until it fits. ERR_NOMEM, or ERR_LIMIT where it
 * doesn't fit even then.
 */
int pagedraw_pdf(struct buf *out, cJSON *page, double width, double height)
	KEPT_MUST_USE;

#endif
