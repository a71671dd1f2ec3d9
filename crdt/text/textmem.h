/*
 * textmem.h - where the text engine's memory comes from: a way to resize
 * that the caller brings, under a hard budget in bytes.
 *
 * An arena only grows, and a text that is edited for an hour must not; so the
 * engine asks for blocks and gives them back. Over the budget, or when the
 * owner has none, a request answers ERR_NOMEM and what was there stays.
 */
#ifndef KEPT_CRDT_TEXT_TEXTMEM_H
#define KEPT_CRDT_TEXT_TEXTMEM_H

#include "proto/base/errors.h"

struct text_memory {
	/*
	 * As realloc, with the old size told: ptr NULL gives a new block (its
	 * bytes need not be zero), to_bytes 0 takes it back and answers NULL.
	 * Wiping what is given back is the owner's choice to make.
	 */
	void *(*resize)(void *owner, void *ptr, size_t from_bytes,
			size_t to_bytes);
	void *owner;
	size_t cap_bytes;
	size_t used_bytes;
	size_t peak_bytes; /* the most there was since text_memory_rebase */
};

/* ERR_NOMEM leaves *ptr alone. */
int text_memory_resize(struct text_memory *memory, void **ptr,
		       size_t from_bytes, size_t to_bytes) KEPT_MUST_USE;
void text_memory_give(struct text_memory *memory, void *ptr, size_t bytes);
/* peak_bytes counts from here. */
void text_memory_rebase(struct text_memory *memory);

/*
 * Room for `need` elements of `size` bytes in the array at *array (a pointer
 * to the array's own pointer); grows by half. ERR_NOMEM changes nothing.
 */
int text_memory_enlarge(struct text_memory *memory, void *array, uint32_t *cap,
			uint32_t need, size_t size) KEPT_MUST_USE;
static inline int KEPT_MUST_USE text_memory_grow(struct text_memory *memory,
						 void *array, uint32_t *cap,
						 uint32_t need, size_t size)
{
	if (need <= *cap)
		return 0;
	return text_memory_enlarge(memory, array, cap, need, size);
}
/* The same, to no more than what is needed. */
int text_memory_fit(struct text_memory *memory, void *array, uint32_t *cap,
		    uint32_t need, size_t size) KEPT_MUST_USE;

#endif
