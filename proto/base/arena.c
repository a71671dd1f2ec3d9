/*
 * arena.c - bump allocation in chunks that double.
 *
 * Invariant: what a chunk has not given out is zero. New chunks come zeroed
 * from mem.h, and giving memory back wipes it, so allocating clears nothing
 * and a step leaves no words of a person's behind. It must never give out
 * more than cap_bytes. Next: buf.c.
 */
#include "proto/base/arena.h"

#include "proto/base/mem.h"
#include "proto/base/panic.h"

#define ARENA_ALIGN _Alignof(max_align_t)
#define ARENA_CHUNK_MIN_BYTES ((size_t)4096)
#define ARENA_CHUNK_MAX_BYTES ((size_t)1 << 18)
/* Kept for the next step, of many an arena at once. */
#define ARENA_CHUNK_KEPT_BYTES ((size_t)16384)

struct arena_chunk {
	struct arena_chunk *older; /* Owns */
	size_t size;
	size_t used;
	_Alignas(max_align_t) uint8_t bytes[];
};

/* The next chunk: twice the last one, and room for need at least. */
static struct arena_chunk *arena_grow(struct arena *arena, size_t need)
{
	size_t size = ARENA_CHUNK_MIN_BYTES;
	struct arena_chunk *chunk;

	if (arena->head != NULL)
		size = arena->head->size * 2;
	if (size > ARENA_CHUNK_MAX_BYTES)
		size = ARENA_CHUNK_MAX_BYTES;
	if (size < need)
		size = need;
	if (size > SIZE_MAX - sizeof *chunk)
		return NULL;
	chunk = mem_alloc(1, sizeof *chunk + size);
	if (chunk == NULL)
		return NULL;
	chunk->size = size;
	chunk->older = arena->head;
	arena->head = chunk;
	return chunk;
}

static void arena_drop_head(struct arena *arena)
{
	struct arena_chunk *head = arena->head;

	arena->head = head->older;
	mem_wipe(head->bytes, head->used);
	mem_free(head);
}

/* Too large to be kept, and not the last. */
static bool arena_head_goes(const struct arena *arena)
{
	return arena->head->older != NULL &&
	       arena->head->size > ARENA_CHUNK_KEPT_BYTES;
}

static void arena_cut(struct arena_chunk *chunk, size_t used)
{
	kept_assert(used <= chunk->used);
	mem_wipe(chunk->bytes + used, chunk->used - used);
	chunk->used = used;
}

void arena_init(struct arena *arena, size_t cap_bytes)
{
	*arena = (struct arena){ .cap_bytes = cap_bytes };
}

void arena_release(struct arena *arena)
{
	while (arena->head != NULL)
		arena_drop_head(arena);
	*arena = (struct arena){ 0 };
}

void arena_reset(struct arena *arena)
{
	struct arena_chunk *kept;

	arena->used_bytes = 0;
	if (arena->head == NULL)
		return;
	while (arena_head_goes(arena))
		arena_drop_head(arena);
	/* The newest is the largest of those that are left. */
	kept = arena->head;
	arena->head = kept->older;
	kept->older = NULL;
	while (arena->head != NULL)
		arena_drop_head(arena);
	arena->head = kept;
	arena_cut(kept, 0);
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
	struct arena_chunk *chunk = arena->head;
	size_t bytes;
	void *ptr;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	if (bytes == 0)
		bytes = 1;
	if (bytes > SIZE_MAX - ARENA_ALIGN)
		return NULL;
	bytes = (bytes + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	if (bytes > arena->cap_bytes - arena->used_bytes)
		return NULL;
	if (chunk == NULL || chunk->size - chunk->used < bytes)
		chunk = arena_grow(arena, bytes);
	if (chunk == NULL)
		return NULL;
	ptr = chunk->bytes + chunk->used;
	chunk->used += bytes;
	arena->used_bytes += bytes;
	return ptr;
}

uint8_t *arena_copy(struct arena *arena, struct bytes bytes)
{
	uint8_t *copy = arena_alloc(arena, bytes.len, 1);

	if (copy != NULL && bytes.len > 0)
		memcpy(copy, bytes.ptr, bytes.len);
	return copy;
}

char *arena_str(struct arena *arena, struct bytes text)
{
	char *copy;

	if (text.len == SIZE_MAX)
		return NULL;
	copy = arena_alloc(arena, text.len + 1, 1);
	if (copy != NULL && text.len > 0)
		memcpy(copy, text.ptr, text.len);
	return copy;
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){
		.head = arena->head,
		.chunk_used = arena->head == NULL ? 0 : arena->head->used,
		.used_bytes = arena->used_bytes,
	};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
	if (mark.head == NULL) {
		arena_reset(arena);
		return;
	}
	while (arena->head != mark.head) {
		kept_assert(arena->head != NULL);
		arena_drop_head(arena);
	}
	arena_cut(arena->head, mark.chunk_used);
	arena->used_bytes = mark.used_bytes;
}
