/*
 * segments.h - the view's rows at rest: sealed pieces of 4,096 rows on
 * SHELF_SEGMENT, and a head that names them and what they cover.
 *
 * The head (id "h") holds per log the number and tip covered, and a hash of
 * every piece; pieces have their place as a big-endian u32 for an id. A head
 * is dropped before a piece is written and comes back last, so whatever is
 * half done, rolled back, or damaged does not fit and is built anew from
 * blocks. Nothing here is needed: it only makes unlocking quick.
 */
#ifndef KEPT_VAULT_SEGMENTS_H
#define KEPT_VAULT_SEGMENTS_H

#include "proto/base/errors.h"

struct vault;

#define SEGMENT_ROWS 4096u
/* So many blocks may lie beyond what the segments cover: a few ms. */
#define SEGMENT_LAG_BLOCKS 512u
#define SEGMENTS_MAX 65536u

struct segments { /* zeroed: nothing written that we know of */
	uint8_t *is_written; /* Owns; by place: as the rows are now */
	uint8_t (*sums)[16]; /* Owns */
	uint32_t count;      /* room of both */
	uint64_t behind;     /* blocks absorbed since the head */
	bool has_head;       /* one lies on the shelf */
};

void segments_release(struct segments *segments);
/* A row changed. */
void segments_touch(struct segments *segments, uint32_t row);
void segments_count(struct segments *segments, uint64_t blocks);
/* Whatever lies on the shelf is not to be believed. */
void segments_distrust(struct segments *segments);

/*
 * At unlock, with the logbook read: rows and `covered` as they were. What
 * does not fit is dropped; *loaded = false then, and the view is empty.
 */
int segments_load(struct vault *vault, bool *loaded, struct err *err)
	KEPT_MUST_USE;
/* Is it time to write? Only when the view is whole. */
bool segments_are_due(const struct vault *vault);
/* One piece, or at last the head; *more: call again. In a transaction. */
int segments_write(struct vault *vault, bool *more, struct err *err)
	KEPT_MUST_USE;

#endif
