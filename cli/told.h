/*
 * told.h - what keptd says, in the person's language.
 *
 * keptd knows no languages: it sends a code, and an English sentence with the
 * names and numbers of the case. told.def has those sentences as they are
 * written there; here the names and numbers are taken out of one and put into
 * its translation. A sentence that isn't in the table stays as it came.
 */
#ifndef KEPT_CLI_TOLD_H
#define KEPT_CLI_TOLD_H

#include "proto/base/bytes.h"

/*
 * The sentence in the person's language into out, cut at its end if it
 * doesn't fit. False: it has none, and out is text itself. Lines of text are
 * looked up one by one where the whole isn't there. text and out may be the
 * same.
 */
bool told_put(const char *text, char *out, size_t size);

/*
 * Is text an instance of template ("%s takes up to %u words.")? Then the
 * pieces that stand for its conversions are at (*at)[i], (*len)[i]. A number
 * takes digits, %s takes anything, as little as possible. At most
 * TOLD_PIECES_MAX conversions.
 */
#define TOLD_PIECES_MAX 6u
struct told_piece {
	const char *at;
	size_t len;
};
bool told_match(const char *form, const char *text,
		struct told_piece pieces[TOLD_PIECES_MAX]);

#endif
