/*
 * ds.h - the two containers the project needs: a hash table from short fixed
 * keys to u32 and a min-heap of u64 keys. Both take their memory from mem.h
 * and report ERR_NOMEM without changing anything.
 */
#ifndef KEPT_BASE_DS_H
#define KEPT_BASE_DS_H

#include "proto/base/errors.h"

/*
 * Open addressing, keys of key_bytes (<= 32) copied in. The hash mixes the
 * key with seed (random per table: hash flooding).
 */
struct table {
	uint8_t *slots; /* Owns */
	size_t slot_count;
	size_t count;
	size_t key_bytes;
	uint64_t seed;
};

void table_init(struct table *table, size_t key_bytes, uint64_t seed);
void table_release(struct table *table);
void table_clear(struct table *table);
/* Inserts or replaces. */
int table_put(struct table *table, const void *key, uint32_t value)
	KEPT_MUST_USE;
/* Adds to the value, which is 0 if there was none, and stops at UINT32_MAX. */
int table_add(struct table *table, const void *key, uint32_t more)
	KEPT_MUST_USE;
bool table_get(const struct table *table, const void *key, uint32_t *value);
bool table_remove(struct table *table, const void *key);
/* Visit all in unspecified order: start with *cursor = 0; false at the end. */
bool table_next(const struct table *table, size_t *cursor, const void **key,
		uint32_t *value);

struct heap_item {
	uint64_t key;
	uint64_t tie; /* order among equal keys */
	void *value;  /* Borrows */
};

struct heap {
	struct heap_item *items; /* Owns */
	size_t count;
	size_t cap;
};

void heap_init(struct heap *heap);
void heap_release(struct heap *heap);
int heap_push(struct heap *heap, struct heap_item item) KEPT_MUST_USE;
bool heap_peek(const struct heap *heap, struct heap_item *out);
bool heap_pop(struct heap *heap, struct heap_item *out);

#endif
