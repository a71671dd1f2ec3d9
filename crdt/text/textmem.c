/*
 * textmem.c - counting what the text engine holds against its budget.
 *
 * It must never hand out a byte over cap_bytes, and never lose an array that
 * could not grow. Next: rope.c, the largest of its users.
 */
#include "crdt/text/textmem.h"

#include "proto/base/panic.h"

int text_memory_resize(struct text_memory *memory, void **ptr,
		       size_t from_bytes, size_t to_bytes)
{
	void *fresh;

	kept_assert(from_bytes <= memory->used_bytes);
	if (from_bytes == to_bytes)
		return 0;
	if (to_bytes > from_bytes &&
	    to_bytes - from_bytes > memory->cap_bytes - memory->used_bytes)
		return ERR_NOMEM;
	fresh = memory->resize(memory->owner, *ptr, from_bytes, to_bytes);
	if (fresh == NULL && to_bytes > 0)
		return ERR_NOMEM;
	*ptr = fresh;
	memory->used_bytes += to_bytes - from_bytes;
	if (memory->used_bytes > memory->peak_bytes)
		memory->peak_bytes = memory->used_bytes;
	return 0;
}

void text_memory_give(struct text_memory *memory, void *ptr, size_t bytes)
{
	if (ptr == NULL)
		return;
	kept_assert(bytes <= memory->used_bytes);
	(void)memory->resize(memory->owner, ptr, bytes, 0);
	memory->used_bytes -= bytes;
}

void text_memory_rebase(struct text_memory *memory)
{
	memory->peak_bytes = memory->used_bytes;
}

int text_memory_fit(struct text_memory *memory, void *array, uint32_t *cap,
		    uint32_t need, size_t size)
{
	void *ptr;
	int rc;

	memcpy(&ptr, array, sizeof ptr);
	rc = text_memory_resize(memory, &ptr, *cap * size, need * size);
	if (rc != 0)
		return rc;
	memcpy(array, &ptr, sizeof ptr);
	*cap = need;
	return 0;
}

int text_memory_enlarge(struct text_memory *memory, void *array, uint32_t *cap,
			uint32_t need, size_t size)
{
	uint64_t want = (uint64_t)*cap + *cap / 2 + 8;

	if (want < need)
		want = need;
	if (want > UINT32_MAX)
		return ERR_NOMEM;
	if (text_memory_fit(memory, array, cap, (uint32_t)want, size) == 0)
		return 0;
	/* Half again is a wish; what is needed may still be there. */
	return text_memory_fit(memory, array, cap, need, size);
}
