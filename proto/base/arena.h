/*
 * arena.h - memory of one step: bump allocation, freed all at once.
 *
 * Grows by chunks from mem.h up to a hard cap; over the cap arena_alloc
 * returns NULL and the message at hand fails with ERR_NOMEM, never the
 * process. Embedded: arena_init / arena_release; arena_reset between steps
 * keeps one chunk, the newest of those up to 16 KB or else the first.
 */
#ifndef KEPT_BASE_ARENA_H
#define KEPT_BASE_ARENA_H

#include "proto/base/bytes.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *head;
	size_t used_bytes; /* in all chunks, since the last reset */
	size_t cap_bytes;
};

/* Allocates nothing until first use. */
void arena_init(struct arena *arena, size_t cap_bytes);
void arena_release(struct arena *arena);
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type; NULL over the cap or out of memory. */
void *arena_alloc(struct arena *arena, size_t count, size_t size) KEPT_MUST_USE;
/* A copy of bytes; NULL as above (a copy of 0 bytes is not NULL). */
uint8_t *arena_copy(struct arena *arena, struct bytes bytes) KEPT_MUST_USE;
/* A NUL-terminated copy. */
char *arena_str(struct arena *arena, struct bytes text) KEPT_MUST_USE;

/* A point to fall back to: everything allocated after it is given back. */
struct arena_mark {
	struct arena_chunk *head;
	size_t chunk_used;
	size_t used_bytes;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

#endif
