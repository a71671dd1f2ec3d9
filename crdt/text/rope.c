/*
 * rope.c - chunks of UTF-8 with one gap, at the cursor.
 *
 * It must never fail between rope_reserve and the edits reserved for: when
 * no spare chunk is left the chunks are packed in place, and the bound on
 * their number says that this frees some. Next: graph.c, what the text was
 * made from.
 */
#include "crdt/text/rope.h"

#include "proto/base/panic.h"

#define ROPE_BYTES_MAX ((size_t)1 << 31)

/* Scalars that begin in the 8 bytes at p: those of 10xxxxxx begin none. */
static size_t scalars_in_8(const uint8_t *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t v;

	memcpy(&v, p, sizeof v);
	v = (v >> 7) & ~(v >> 6) & ones;
	return 8 - (size_t)(v * ones >> 56);
}

size_t text_scalars(struct bytes text)
{
	size_t count = 0;
	size_t i = 0;

	for (; text.len - i >= 8; i += 8)
		count += scalars_in_8(text.ptr + i);
	for (; i < text.len; i++)
		count += (text.ptr[i] & 0xc0) != 0x80;
	return count;
}

size_t text_prefix_bytes(struct bytes text, size_t scalars)
{
	size_t i = 0;

	while (scalars >= 8 && text.len - i >= 8) {
		scalars -= scalars_in_8(text.ptr + i);
		i += 8;
	}
	for (; i < text.len; i++) {
		if ((text.ptr[i] & 0xc0) == 0x80)
			continue;
		if (scalars == 0)
			break;
		scalars--;
	}
	return i;
}

void rope_init(struct rope *rope, struct text_memory *memory,
	       uint32_t chunk_bytes)
{
	if (chunk_bytes == 0)
		chunk_bytes = ROPE_CHUNK_BYTES;
	kept_assert(chunk_bytes >= ROPE_CHUNK_MIN_BYTES &&
		    chunk_bytes <= UINT16_MAX);
	*rope = (struct rope){ .memory = memory, .chunk_bytes = chunk_bytes };
}

void rope_release(struct rope *rope)
{
	for (uint32_t i = 0; i < rope->count + rope->spare; i++)
		text_memory_give(rope->memory, rope->chunks[i].ptr,
				 rope->chunk_bytes);
	text_memory_give(rope->memory, rope->chunks,
			 rope->cap * sizeof *rope->chunks);
	*rope = (struct rope){ 0 };
}

/* The most chunks that `bytes` of text may be spread over. A chunk of 8 may
 * leave 3 bytes empty when what follows is one scalar of 4. */
static uint64_t rope_chunks_max(const struct rope *rope, uint64_t bytes)
{
	uint64_t filled = rope->chunk_bytes - 3;

	return (bytes + bytes / 4) / filled + ROPE_SLACK_CHUNKS;
}

/* One more, unused. */
static int rope_add_spare(struct rope *rope)
{
	struct rope_chunk chunk = { 0 };
	void *ptr = NULL;
	int rc;

	rc = text_memory_grow(rope->memory, &rope->chunks, &rope->cap,
			      rope->count + rope->spare + 1,
			      sizeof *rope->chunks);
	if (rc == 0)
		rc = text_memory_resize(rope->memory, &ptr, 0,
					rope->chunk_bytes);
	if (rc != 0)
		return rc;
	chunk.ptr = ptr;
	rope->chunks[rope->count + rope->spare++] = chunk;
	return 0;
}

int rope_reserve(struct rope *rope, size_t bytes)
{
	uint64_t total = rope->bytes + bytes;
	uint64_t want;

	if (rope->bytes + bytes <= rope->room_bytes)
		return 0;
	if (bytes > ROPE_BYTES_MAX - rope->bytes)
		return ERR_LIMIT;
	total += rope->chunk_bytes - total % rope->chunk_bytes;
	want = rope_chunks_max(rope, total);
	while (rope->count + rope->spare < want) {
		if (rope_add_spare(rope) != 0)
			return ERR_NOMEM;
		if (rope->count > 0)
			continue;
		rope->count = 1;
		rope->spare--;
	}
	rope->room_bytes = (uint32_t)total;
	return 0;
}

/* The open chunk's bytes after the gap. */
static uint32_t rope_tail_bytes(const struct rope *rope)
{
	return rope->chunks[rope->open].bytes - rope->gap_bytes;
}

static uint8_t *rope_tail(const struct rope *rope)
{
	return rope->chunks[rope->open].ptr + rope->chunk_bytes -
	       rope_tail_bytes(rope);
}

/* Moves the gap to its chunk's end: the chunk is like any other. */
static void rope_close(struct rope *rope)
{
	struct rope_chunk *chunk = &rope->chunks[rope->open];
	uint32_t tail = rope_tail_bytes(rope);

	if (tail > 0)
		memmove(chunk->ptr + rope->gap_bytes, rope_tail(rope), tail);
	rope->gap_bytes = chunk->bytes;
	rope->gap_scalars = chunk->scalars;
}

static void rope_gap_left(struct rope *rope, uint32_t bytes, uint32_t scalars)
{
	struct rope_chunk *chunk = &rope->chunks[rope->open];

	memmove(rope_tail(rope) - bytes, chunk->ptr + rope->gap_bytes - bytes,
		bytes);
	rope->gap_bytes -= bytes;
	rope->gap_scalars -= scalars;
}

static void rope_gap_right(struct rope *rope, uint32_t bytes, uint32_t scalars)
{
	struct rope_chunk *chunk = &rope->chunks[rope->open];

	memmove(chunk->ptr + rope->gap_bytes, rope_tail(rope), bytes);
	rope->gap_bytes += bytes;
	rope->gap_scalars += scalars;
}

/* Bytes of the last `scalars` scalars before the gap. */
static uint32_t rope_back_bytes(const struct rope *rope, uint32_t scalars)
{
	const struct rope_chunk *chunk = &rope->chunks[rope->open];
	uint32_t at = rope->gap_bytes;

	if (chunk->bytes == chunk->scalars)
		return scalars;
	while (scalars > 0) {
		at--;
		scalars -= (chunk->ptr[at] & 0xc0) != 0x80;
	}
	return rope->gap_bytes - at;
}

/* Bytes of the first `scalars` scalars after the gap. */
static uint32_t rope_forth_bytes(const struct rope *rope, uint32_t scalars)
{
	const struct rope_chunk *chunk = &rope->chunks[rope->open];
	struct bytes tail = bytes_of(rope_tail(rope), rope_tail_bytes(rope));

	if (chunk->bytes == chunk->scalars)
		return scalars;
	return (uint32_t)text_prefix_bytes(tail, scalars);
}

/* Opens the chunk that holds pos; at a border the one before it. */
static void rope_open_at(struct rope *rope, uint32_t pos)
{
	uint32_t at = rope->open;
	uint32_t start = rope->open_start;

	if (pos < start && pos < start / 2) {
		at = 0;
		start = 0;
	}
	while (pos < start)
		start -= rope->chunks[--at].scalars;
	while (pos - start > rope->chunks[at].scalars)
		start += rope->chunks[at++].scalars;
	if (at == rope->open)
		return;
	rope_close(rope);
	rope->open = at;
	rope->open_start = start;
	rope->gap_bytes = rope->chunks[at].bytes;
	rope->gap_scalars = rope->chunks[at].scalars;
}

/* Puts the gap at pos. */
static void rope_seek(struct rope *rope, uint32_t pos)
{
	uint32_t want;

	rope_open_at(rope, pos);
	want = pos - rope->open_start;
	if (want < rope->gap_scalars) {
		uint32_t back = rope->gap_scalars - want;

		rope_gap_left(rope, rope_back_bytes(rope, back), back);
	} else if (want > rope->gap_scalars) {
		uint32_t forth = want - rope->gap_scalars;

		rope_gap_right(rope, rope_forth_bytes(rope, forth), forth);
	}
}

/* Moves bytes to the chunks before, in place, until all but the last are as
 * full as whole scalars make them. */
static void rope_pack(struct rope *rope)
{
	uint32_t to = 0;
	uint32_t used;

	rope_close(rope);
	for (uint32_t from = 1; from < rope->count; from++) {
		struct rope_chunk *low = &rope->chunks[to];
		struct rope_chunk *high = &rope->chunks[from];
		struct bytes text = bytes_of(high->ptr, high->bytes);
		size_t fits = rope->chunk_bytes - low->bytes;
		struct rope_chunk swap;
		size_t moved;

		if (fits >= text.len)
			fits = text.len;
		else
			while (fits > 0 && (text.ptr[fits] & 0xc0) == 0x80)
				fits--;
		memcpy(low->ptr + low->bytes, text.ptr, fits);
		moved = fits;
		if (high->bytes != high->scalars)
			moved = text_scalars(bytes_of(text.ptr, fits));
		low->bytes = (uint16_t)(low->bytes + fits);
		low->scalars = (uint16_t)(low->scalars + moved);
		high->bytes = (uint16_t)(high->bytes - fits);
		high->scalars = (uint16_t)(high->scalars - moved);
		if (high->bytes == 0)
			continue;
		memmove(high->ptr, high->ptr + fits, high->bytes);
		to++;
		swap = rope->chunks[to];
		rope->chunks[to] = *high;
		if (to != from)
			rope->chunks[from] = swap;
	}
	used = to + 1;
	rope->spare += rope->count - used;
	rope->count = used;
	rope->open = 0;
	rope->open_start = 0;
	rope->gap_bytes = rope->chunks[0].bytes;
	rope->gap_scalars = rope->chunks[0].scalars;
}

/* An empty chunk at place `at`, taken from the spare ones. */
static void rope_add_chunk(struct rope *rope, uint32_t at)
{
	struct rope_chunk fresh = rope->chunks[rope->count];

	kept_assert(rope->spare > 0);
	memmove(&rope->chunks[at + 1], &rope->chunks[at],
		(rope->count - at) * sizeof fresh);
	fresh.bytes = 0;
	fresh.scalars = 0;
	rope->chunks[at] = fresh;
	rope->count++;
	rope->spare--;
}

static void rope_drop_chunk(struct rope *rope, uint32_t at)
{
	struct rope_chunk gone = rope->chunks[at];

	rope->count--;
	rope->spare++;
	memmove(&rope->chunks[at], &rope->chunks[at + 1],
		(rope->count - at) * sizeof gone);
	rope->chunks[rope->count] = gone;
}

/*
 * The gap is at pos and too small. What is after it goes to a chunk of its
 * own, so that the open one ends at pos; or, when nothing is, the next chunk
 * is a new one.
 */
static void rope_split(struct rope *rope, uint32_t pos)
{
	struct rope_chunk *chunk;
	struct rope_chunk *next;
	uint32_t tail;

	uint64_t easy = rope_chunks_max(rope, rope->bytes) - ROPE_SLACK_CHUNKS +
			ROPE_EASY_CHUNKS;

	if (rope->spare == 0 &&
	    (rope->count >= easy || rope_add_spare(rope) != 0)) {
		rope_pack(rope);
		rope_seek(rope, pos);
	}
	rope_add_chunk(rope, rope->open + 1);
	chunk = &rope->chunks[rope->open];
	next = chunk + 1;
	tail = rope_tail_bytes(rope);
	if (tail > 0) {
		memcpy(next->ptr, rope_tail(rope), tail);
		next->bytes = (uint16_t)tail;
		next->scalars = (uint16_t)(chunk->scalars - rope->gap_scalars);
		chunk->bytes = (uint16_t)rope->gap_bytes;
		chunk->scalars = (uint16_t)rope->gap_scalars;
		return;
	}
	rope->open_start += chunk->scalars;
	rope->open++;
	rope->gap_bytes = 0;
	rope->gap_scalars = 0;
}

/* As much of text as fits into the gap, in whole scalars. */
static size_t rope_put(struct rope *rope, struct bytes text, uint32_t scalars)
{
	struct rope_chunk *chunk = &rope->chunks[rope->open];
	size_t fits = rope->chunk_bytes - chunk->bytes;
	uint32_t count = scalars;

	if (fits >= text.len) {
		fits = text.len;
	} else {
		while (fits > 0 && (text.ptr[fits] & 0xc0) == 0x80)
			fits--;
		count = (uint32_t)text_scalars(bytes_of(text.ptr, fits));
	}
	memcpy(chunk->ptr + rope->gap_bytes, text.ptr, fits);
	chunk->bytes = (uint16_t)(chunk->bytes + fits);
	chunk->scalars = (uint16_t)(chunk->scalars + count);
	rope->gap_bytes += (uint32_t)fits;
	rope->gap_scalars += count;
	rope->bytes += (uint32_t)fits;
	rope->scalars += count;
	return fits;
}

void rope_insert(struct rope *rope, uint32_t pos, struct bytes text,
		 uint32_t scalars)
{
	uint32_t before = rope->scalars;

	kept_assert(pos <= rope->scalars);
	if (text.len == 0)
		return;
	rope_seek(rope, pos);
	for (;;) {
		size_t took = rope_put(rope, text, scalars);

		text.ptr += took;
		text.len -= took;
		scalars -= rope->scalars - before;
		pos += rope->scalars - before;
		before = rope->scalars;
		if (text.len == 0)
			return;
		rope_split(rope, pos);
	}
}

void rope_delete(struct rope *rope, uint32_t pos, uint32_t scalars)
{
	kept_assert(pos <= rope->scalars && scalars <= rope->scalars - pos);
	if (scalars == 0)
		return;
	/* Backspace: what goes is right before the gap. */
	if (pos >= rope->open_start &&
	    pos + scalars == rope->open_start + rope->gap_scalars) {
		struct rope_chunk *chunk = &rope->chunks[rope->open];
		uint32_t bytes = rope_back_bytes(rope, scalars);

		rope->gap_bytes -= bytes;
		rope->gap_scalars -= scalars;
		chunk->bytes = (uint16_t)(chunk->bytes - bytes);
		chunk->scalars = (uint16_t)(chunk->scalars - scalars);
		rope->bytes -= bytes;
		rope->scalars -= scalars;
		return;
	}
	while (scalars > 0) {
		struct rope_chunk *chunk;
		uint32_t count;
		uint32_t bytes;

		rope_seek(rope, pos);
		chunk = &rope->chunks[rope->open];
		count = chunk->scalars - rope->gap_scalars;
		if (count == 0) {
			rope->open_start += chunk->scalars;
			rope->open++;
			chunk++;
			rope->gap_bytes = chunk->bytes;
			rope->gap_scalars = chunk->scalars;
			rope_gap_left(rope, chunk->bytes, chunk->scalars);
			count = chunk->scalars;
		}
		if (count > scalars)
			count = scalars;
		bytes = rope_forth_bytes(rope, count);
		chunk->bytes = (uint16_t)(chunk->bytes - bytes);
		chunk->scalars = (uint16_t)(chunk->scalars - count);
		rope->bytes -= bytes;
		rope->scalars -= count;
		scalars -= count;
		if (chunk->bytes > 0 || rope->count == 1)
			continue;
		rope_drop_chunk(rope, rope->open);
		if (rope->open > 0) {
			rope->open--;
			rope->open_start -= rope->chunks[rope->open].scalars;
		}
		rope->gap_bytes = rope->chunks[rope->open].bytes;
		rope->gap_scalars = rope->chunks[rope->open].scalars;
	}
}

/* Scalars [pos, pos + scalars) of a run of bytes, clipped to what it has. */
static size_t rope_copy_part(struct bytes part, uint32_t *pos,
			     uint32_t *scalars, uint32_t count, uint8_t *out)
{
	uint32_t take;
	size_t skip;
	size_t bytes;

	if (*pos >= count) {
		*pos -= count;
		return 0;
	}
	take = count - *pos < *scalars ? count - *pos : *scalars;
	skip = count == part.len ? *pos : text_prefix_bytes(part, *pos);
	part.ptr += skip;
	part.len -= skip;
	bytes = part.len == count - *pos ? take : text_prefix_bytes(part, take);
	if (bytes > 0)
		memcpy(out, part.ptr, bytes);
	*pos = 0;
	*scalars -= take;
	return bytes;
}

size_t rope_copy(const struct rope *rope, uint32_t pos, uint32_t scalars,
		 uint8_t *out)
{
	size_t done = 0;

	kept_assert(pos <= rope->scalars && scalars <= rope->scalars - pos);
	for (uint32_t i = 0; scalars > 0; i++) {
		const struct rope_chunk *chunk = &rope->chunks[i];
		struct bytes part = bytes_of(chunk->ptr, chunk->bytes);
		uint32_t count = chunk->scalars;

		if (i == rope->open) {
			part.len = rope->gap_bytes;
			done += rope_copy_part(part, &pos, &scalars,
					       rope->gap_scalars, out + done);
			part = bytes_of(rope_tail(rope), rope_tail_bytes(rope));
			count -= rope->gap_scalars;
		}
		done += rope_copy_part(part, &pos, &scalars, count, out + done);
	}
	return done;
}

void rope_trim(struct rope *rope)
{
	if (rope->count == 0)
		return;
	rope_pack(rope);
	rope->room_bytes = 0;
	while (rope->spare > 0) {
		rope->spare--;
		text_memory_give(rope->memory,
				 rope->chunks[rope->count + rope->spare].ptr,
				 rope->chunk_bytes);
	}
	err_ignore(text_memory_fit(rope->memory, &rope->chunks, &rope->cap,
				   rope->count, sizeof *rope->chunks),
		   "a larger array serves as well");
}

bool rope_check(const struct rope *rope)
{
	uint32_t bytes = 0;
	uint32_t scalars = 0;
	uint32_t start = 0;

	for (uint32_t i = 0; i < rope->count; i++) {
		const struct rope_chunk *chunk = &rope->chunks[i];
		struct bytes part = bytes_of(chunk->ptr, chunk->bytes);
		size_t count;

		if (i == rope->open)
			part.len = rope->gap_bytes;
		count = text_scalars(part);
		if (i == rope->open) {
			if (start != rope->open_start ||
			    count != rope->gap_scalars)
				return false;
			count += text_scalars(bytes_of(rope_tail(rope),
						       rope_tail_bytes(rope)));
		}
		if (count != chunk->scalars || chunk->bytes > rope->chunk_bytes)
			return false;
		bytes += chunk->bytes;
		scalars += chunk->scalars;
		start = scalars;
	}
	return bytes == rope->bytes && scalars == rope->scalars;
}
