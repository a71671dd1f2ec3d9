/*
 * rope.h - the text itself: UTF-8 in chunks, addressed by scalar values.
 *
 * Chunks are in text order. One of them, the open one, has its free room as a
 * gap at the cursor, so typing costs a copy of what is typed; a jump costs a
 * move inside two chunks and a scan of counts. After rope_reserve the edits
 * it was asked for cannot run out of memory, so a merge either happens whole
 * or not at all.
 *
 * Memory: at most 1.25 x text + ROPE_EASY_CHUNKS chunks, besides what was
 * reserved and not used.
 */
#ifndef KEPT_CRDT_TEXT_ROPE_H
#define KEPT_CRDT_TEXT_ROPE_H

#include "crdt/text/textmem.h"

#define ROPE_CHUNK_BYTES 2048u /* unless a test wants tiny ones */
#define ROPE_CHUNK_MIN_BYTES 8u
#define ROPE_SLACK_CHUNKS 8u /* that every promise counts on */
#define ROPE_EASY_CHUNKS 24u /* before chunks are packed */

struct rope_chunk {
	uint8_t *ptr; /* Owns chunk_bytes */
	uint16_t bytes;
	uint16_t scalars;
};

struct rope {
	struct text_memory *memory; /* Borrows */
	struct rope_chunk *chunks;  /* Owns; count in use, then spare ones */
	uint32_t count;
	uint32_t spare; /* chunks allocated beyond count */
	uint32_t cap;
	uint32_t chunk_bytes;
	uint32_t bytes;
	uint32_t scalars;
	uint32_t room_bytes; /* what rope_reserve has seen to */
	/* The open chunk, the scalars before it, and its gap. */
	uint32_t open;
	uint32_t open_start;
	uint32_t gap_bytes;
	uint32_t gap_scalars;
};

/* chunk_bytes 0: as ROPE_CHUNK_BYTES. Allocates nothing yet. */
void rope_init(struct rope *rope, struct text_memory *memory,
	       uint32_t chunk_bytes);
void rope_release(struct rope *rope);

/* Room for `bytes` more, in however many edits. ERR_NOMEM, ERR_LIMIT (over
 * 2^31 bytes) leave the text as it is. */
int rope_reserve(struct rope *rope, size_t bytes) KEPT_MUST_USE;
/* pos <= scalars; text is valid UTF-8 of `scalars` scalars, its bytes
 * reserved. */
void rope_insert(struct rope *rope, uint32_t pos, struct bytes text,
		 uint32_t scalars);
/* pos + scalars <= rope->scalars. */
void rope_delete(struct rope *rope, uint32_t pos, uint32_t scalars);
/* Copies [pos, pos + scalars) to out, which has room (4 bytes a scalar is
 * always enough); returns the bytes. */
size_t rope_copy(const struct rope *rope, uint32_t pos, uint32_t scalars,
		 uint8_t *out);
/* Packs the chunks and gives back what is spare. */
void rope_trim(struct rope *rope);
/* Are all counts right? For tests. */
bool rope_check(const struct rope *rope);

/* Bytes that the first `scalars` scalars of text take. */
size_t text_prefix_bytes(struct bytes text, size_t scalars);
/* Scalars in valid UTF-8. */
size_t text_scalars(struct bytes text);

#endif
