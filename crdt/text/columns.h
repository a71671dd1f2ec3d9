/*
 * columns.h - the history of a text as compact columns, to be sealed and kept.
 *
 * A chunk is what was typed from one LV to another, each kind of fact in a
 * column of its own, each column squeezed by zstd where that helps:
 *
 *   version (1), first LV, events, then per column, in the order of numbers:
 *   number, raw bytes, stored bytes (0: as they are), the bytes
 *   0 ops      optape.h, run after run, the cursor going on
 *   1 words    what was inserted, in the order of LVs
 *   2 graph    per run: length << 1 | plain; plain: its one parent is the LV
 *              before. Else the number of parents, how far back each is, and
 *              with two or more how much longer the text was than at the last
 *              of them (zigzag)
 *   3 authors  how many are new; the ids of those; per run, whose it is
 *
 * A number not known here is passed over: it is a newer kept's.
 */
#ifndef KEPT_CRDT_TEXT_COLUMNS_H
#define KEPT_CRDT_TEXT_COLUMNS_H

#include "crdt/text/text.h"
#include "proto/base/buf.h"

#define COLUMNS_RAW_MAX (32u << 20) /* bytes of one column */

/* What was typed since LV `from` (0, or where the last chunk ended) onto out.
 * ERR_NOT_FOUND: nothing. ERR_NOMEM, ERR_LIMIT: out is cut back. */
int columns_save(struct text *text, uint32_t from, struct buf *out)
	KEPT_MUST_USE;

/*
 * Chunks, the oldest first, into an empty text; its words are not there until
 * text_rebuild, or text_fill with words kept beside. ERR_CORRUPT: not what
 * columns_save made; ERR_NOMEM. The text is empty then.
 */
int columns_load(struct text *text, const struct bytes *chunks, size_t count)
	KEPT_MUST_USE;

#endif
