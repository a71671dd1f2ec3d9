/*
 * textcursor.h - where a cursor stands after the text changed under it.
 */
#ifndef KEPT_CRDT_TEXT_TEXTCURSOR_H
#define KEPT_CRDT_TEXT_TEXTCURSOR_H

#include "crdt/text/walker.h"

/* What is put in right where a cursor stands goes before it or after it. */
enum text_lean { TEXT_LEAN_LEFT, TEXT_LEAN_RIGHT };

/* pos in the text before the patches; the answer in the one after. A cursor
 * whose place was taken out stands where that was. */
uint32_t text_cursor_move(const struct text_patches *patches, uint32_t pos,
			  enum text_lean lean);

/* A selection: what is put in at its ends stays out of it, and an empty one
 * stays empty. */
struct text_span {
	uint32_t pos;
	uint32_t len;
};
struct text_span text_span_move(const struct text_patches *patches,
				struct text_span span);

#endif
