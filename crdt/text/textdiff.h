/*
 * textdiff.h - what a person changed between two texts, when an editor gave
 * back a whole file.
 *
 * Lines are compared first, then, where lines differ, words; a word is taken
 * out or put in whole, and so is a grapheme, so that two people's changes of
 * different words of one line come out as changes of words. Scripts without
 * spaces go by graphemes.
 */
#ifndef KEPT_CRDT_TEXT_TEXTDIFF_H
#define KEPT_CRDT_TEXT_TEXTDIFF_H

#include "crdt/text/walker.h"

/*
 * Ops that turn `before` into `after`, one made after the other, appended to
 * out; their words borrow from after. ERR_MALFORMED: one is not UTF-8;
 * ERR_LIMIT: over 2^30 bytes; ERR_NOMEM. After an error out may have some.
 * Where too much differs to compare, all of that is taken out and put in.
 */
int textdiff_make(struct bytes before, struct bytes after,
		  struct text_patches *out) KEPT_MUST_USE;

#endif
