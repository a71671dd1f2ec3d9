/*
 * textcursor.c - cursors and selections through changes made elsewhere.
 *
 * It must never put a cursor into a place that the text has not. Next:
 * textundo.c.
 */
#include "crdt/text/textcursor.h"

uint32_t text_cursor_move(const struct text_patches *patches, uint32_t pos,
			  enum text_lean lean)
{
	for (uint32_t i = 0; i < patches->count; i++) {
		const struct text_op *op = &patches->ops[i];

		if (op->pos > pos ||
		    (op->pos == pos &&
		     (op->kind != TEXT_INSERT || lean == TEXT_LEAN_LEFT)))
			continue;
		if (op->kind == TEXT_INSERT)
			pos += op->len;
		else
			pos = pos - op->pos < op->len ? op->pos : pos - op->len;
	}
	return pos;
}

struct text_span text_span_move(const struct text_patches *patches,
				struct text_span span)
{
	uint32_t from = text_cursor_move(patches, span.pos, TEXT_LEAN_RIGHT);
	uint32_t to =
		text_cursor_move(patches, span.pos + span.len, TEXT_LEAN_LEFT);

	if (span.len == 0 || to < from)
		to = from;
	return (struct text_span){ from, to - from };
}
