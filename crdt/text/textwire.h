/*
 * textwire.h - a message of the text engine as bytes, inside a block.
 *
 *   head      ops << 2 | parents: 0 its author's event before, and nothing
 *             else; 1 that one and those listed; 2 those listed
 *   seq       of the first event
 *   [count, then (author's id, seq) each, in the order of ids]  when listed
 *   ops       as optape.h has them, the cursor at 0
 *   words     what is inserted, one op after the other, to the end
 *
 * The author is the block's. Numbers as in optape.h: one form only.
 */
#ifndef KEPT_CRDT_TEXT_TEXTWIRE_H
#define KEPT_CRDT_TEXT_TEXTWIRE_H

#include "crdt/text/text.h"
#include "proto/base/buf.h"

/*
 * The next message of what `author` typed from its event `seq` on: as much as
 * is one run of the graph and fits into bytes_max (besides parents; at least
 * 64) and TEXT_MESSAGE_OPS_MAX. *next: the seq after it. ERR_NOT_FOUND: there
 * is nothing from there on; ERR_LIMIT, ERR_NOMEM: out is full.
 */
struct textwire_from {
	uint32_t author;
	uint32_t seq;
	uint32_t bytes_max;
};
int textwire_put(struct text *text, struct textwire_from from,
		 struct buf *out, uint32_t *next) KEPT_MUST_USE;

/* Room for what a message points to. */
struct textwire_room {
	struct text_memory *memory; /* Borrows */
	struct text_op *ops;	    /* Owns */
	uint32_t op_cap;
	struct text_id *parents; /* Owns */
	uint32_t parent_cap;
};
void textwire_room_init(struct textwire_room *room,
			struct text_memory *memory);
void textwire_room_release(struct textwire_room *room);

/* message borrows from room and payload. ERR_MALFORMED: no message. */
int textwire_get(struct textwire_room *room, const struct id16 *author,
		 struct bytes payload, struct text_message *message)
	KEPT_MUST_USE;

#endif
