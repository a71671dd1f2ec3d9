/*
 * mem.h - the only way to the heap.
 *
 * Every allocation goes through here so that tests can make the n-th one
 * fail. Used by base/, store/, vault/ and io/ only; crdt/ and daemon/core/
 * take arenas.
 */
#ifndef KEPT_BASE_MEM_H
#define KEPT_BASE_MEM_H

#include "proto/base/bytes.h"

/* NULL when out of memory or when count * size overflows. Zeroed. */
void *mem_alloc(size_t count, size_t size) KEPT_MUST_USE;
/* Keeps the old block on failure (returns NULL). New bytes undefined. Moves
 * and wipes what it moved from, always: both are held for a moment. */
void *mem_realloc(void *ptr, size_t count, size_t size) KEPT_MUST_USE;
void mem_free(void *ptr); /* NULL is fine */
/* Wiped in a way the compiler keeps; NULL/0 are fine. */
void mem_wipe(void *ptr, size_t len);

/*
 * Fault injection for tests. countdown n: the n-th allocation from now fails
 * (1 = the next); sticky: so do all after it. 0 switches it off.
 */
void mem_fail_at(uint64_t countdown, bool sticky);
bool mem_fail_fired(void);
/* Bytes and blocks alive now: leak checks. */
size_t mem_live_bytes(void);
size_t mem_live_count(void);

#endif
