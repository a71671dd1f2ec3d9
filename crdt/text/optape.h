/*
 * optape.h - ops as a tape of numbers, for messages and for columns.
 *
 * Numbers are varints, seven bits a byte, the lowest first, never longer than
 * they need to be. An op is one or two:
 *
 *   v = kind | moved << 2 | many << 3 | rest << 4
 *
 * moved: it does not begin where the one before left the cursor; many: it is
 * of more than one scalar. rest is the length (many), else the way moved, else
 * 0; with both, the way follows as a number of its own. A way is a zigzag of
 * pos - cursor. The cursor goes behind what is inserted, and to where a
 * deletion was.
 */
#ifndef KEPT_CRDT_TEXT_OPTAPE_H
#define KEPT_CRDT_TEXT_OPTAPE_H

#include "crdt/text/oplog.h"
#include "proto/base/buf.h"

/* What is left to read; bad once something was not as it should be. */
struct optape {
	const uint8_t *ptr; /* Borrows */
	const uint8_t *end;
	bool bad;
};

struct optape optape_of(struct bytes bytes);
/* 0 when bad. */
uint64_t optape_get(struct optape *tape);
/* As above, and bad if it is over most. */
uint32_t optape_get_to(struct optape *tape, uint32_t most);
struct bytes optape_get_bytes(struct optape *tape, uint64_t len);
bool optape_is_done(const struct optape *tape); /* all read, and not bad */

/* buf's first refusal sticks. */
void optape_put(struct buf *out, uint64_t value);
/* *cursor begins at 0. */
void optape_put_op(struct buf *out, uint32_t *cursor, const struct text_op *op);
/* false: none or a bad one. op->text is not set. */
bool optape_get_op(struct optape *tape, uint32_t *cursor, struct text_op *op);

#endif
