/*
 * view.c - the arrays behind lists and search.
 *
 * Must never cost time by the square of what arrives: rows are appended, and
 * sorted once somebody looks. Words are appended to chunks; what a change
 * leaves behind is garbage until the arena is built anew. Who fills it:
 * absorb.c; who reads it: listing.c, wordsearch.c.
 */
#include "daemon/vault/view.h"

#include "proto/base/mem.h"
#include "proto/base/panic.h"
#include "proto/entry.h"

#define CHUNK_BYTES (UINT32_C(1) << 18)
#define CHUNKS_MAX 65535u
#define ROWS_MAX (UINT32_C(1) << 28)
#define GARBAGE_MIN_BYTES ((size_t)1 << 20)

void view_init(struct view *view, uint64_t seed)
{
	memset(view, 0, sizeof *view);
	table_init(&view->by_id, sizeof(struct id16), seed);
	vocabulary_init(&view->vocabulary, seed);
}

static void release_chunks(struct view *view)
{
	for (size_t i = 0; i < view->chunk_count; i++) {
		mem_wipe(view->chunks[i].ptr, view->chunks[i].used);
		mem_free(view->chunks[i].ptr);
	}
	mem_free(view->chunks);
	view->chunks = NULL;
	view->chunk_count = 0;
	view->text_bytes = 0;
	view->garbage_bytes = 0;
}

void view_release(struct view *view)
{
	release_chunks(view);
	if (view->rows != NULL)
		mem_wipe(view->rows, view->count * sizeof *view->rows);
	mem_free(view->rows);
	mem_free(view->order);
	table_release(&view->by_id);
	vocabulary_release(&view->vocabulary);
	memset(view, 0, sizeof *view);
}

uint32_t view_find(const struct view *view, const struct id16 *id)
{
	uint32_t index;

	return table_get(&view->by_id, id->b, &index) ? index : UINT32_MAX;
}

static int grow(struct view *view)
{
	uint32_t cap = view->cap == 0 ? 64 : view->cap + view->cap / 2;
	struct row *rows;
	uint32_t *order;

	if (view->count < view->cap)
		return 0;
	if (cap > ROWS_MAX)
		return ERR_LIMIT;
	order = mem_realloc(view->order, cap, sizeof *order);
	if (order == NULL)
		return ERR_NOMEM;
	view->order = order;
	rows = mem_alloc(cap, sizeof *rows);
	if (rows == NULL)
		return ERR_NOMEM;
	if (view->count > 0) {
		memcpy(rows, view->rows, view->count * sizeof *rows);
		mem_wipe(view->rows, view->count * sizeof *rows);
	}
	mem_free(view->rows);
	view->rows = rows;
	view->cap = cap;
	return 0;
}

/* Adds a row to the counts (by 1) or takes it out (by -1). */
static void count_row(struct view *view, const struct row *row, bool in)
{
	uint32_t by = in ? 1u : UINT32_MAX; /* -1, modulo 2^32 */

	if ((row->flags & ROW_VOID) != 0)
		return;
	if (entry_kind_is_hidden(row->kind)) {
		/* Here, and no entry of the person's. */
	} else if ((row->flags & ROW_DELETED) != 0) {
		view->deleted += by;
	} else {
		view->shown += by;
		if ((row->flags & ROW_CONFLICT) != 0)
			view->conflicts += by;
	}
	if ((row->flags & ROW_TEXT) == 0)
		view->without_text += by;
}

static void put_existing(struct view *view, struct row *old,
			 const struct view_put *put)
{
	struct row row = *put->row;

	count_row(view, old, false);
	row.flags &= (uint8_t)~ROW_TEXT;
	row.chunk = old->chunk;
	row.text_at = old->text_at;
	row.text_len = old->text_len;
	if (put->text_changed) {
		view->garbage_bytes += old->text_len;
		row.text_len = 0;
	} else {
		row.flags |= old->flags & ROW_TEXT;
	}
	/* A moved row may stand anywhere now: sort everything again. */
	if (row.at_ms != old->at_ms)
		view->sorted = 0;
	*old = row;
	count_row(view, old, true);
}

int view_put(struct view *view, const struct view_put *put, uint32_t *index)
{
	struct row *row;
	int code;

	*index = view_find(view, &put->row->id);
	if (*index != UINT32_MAX) {
		put_existing(view, &view->rows[*index], put);
		return 0;
	}
	code = grow(view);
	if (code == 0)
		code = table_put(&view->by_id, put->row->id.b, view->count);
	if (code != 0)
		return code;
	row = &view->rows[view->count];
	*row = *put->row;
	row->flags &= (uint8_t)~ROW_TEXT;
	row->chunk = 0;
	row->text_at = 0;
	row->text_len = 0;
	count_row(view, row, true);
	view->order[view->count] = view->count;
	*index = view->count++;
	return 0;
}

/* ---- words ---- */

static int chunk_for(struct view *view, size_t len, size_t *at)
{
	struct view_chunk *grown;
	size_t size = len > CHUNK_BYTES ? len : CHUNK_BYTES;
	size_t last = view->chunk_count - 1;

	if (view->chunk_count > 0 &&
	    view->chunks[last].size - view->chunks[last].used >= len) {
		*at = last;
		return 0;
	}
	if (view->chunk_count == CHUNKS_MAX || len > UINT32_MAX)
		return ERR_LIMIT;
	grown = mem_realloc(view->chunks, view->chunk_count + 1, sizeof *grown);
	if (grown == NULL)
		return ERR_NOMEM;
	view->chunks = grown;
	*at = view->chunk_count;
	grown[*at] = (struct view_chunk){ .ptr = mem_alloc(1, size),
					  .size = (uint32_t)size };
	if (grown[*at].ptr == NULL)
		return ERR_NOMEM;
	view->chunk_count++;
	return 0;
}

int view_set_text(struct view *view, uint32_t index, struct bytes words)
{
	struct row *row = &view->rows[index];
	struct view_chunk *chunk;
	size_t at = 0;
	int code = 0;

	kept_assert(index < view->count);
	if (words.len > 0)
		code = chunk_for(view, words.len, &at);
	if (code != 0)
		return code;
	if ((row->flags & ROW_TEXT) != 0)
		view->garbage_bytes += row->text_len;
	else if ((row->flags & ROW_VOID) == 0)
		view->without_text--;
	row->flags |= ROW_TEXT;
	row->text_len = (uint32_t)words.len;
	if (words.len == 0)
		return 0;
	chunk = &view->chunks[at];
	memcpy(chunk->ptr + chunk->used, words.ptr, words.len);
	row->chunk = (uint16_t)at;
	row->text_at = chunk->used;
	chunk->used += (uint32_t)words.len;
	view->text_bytes += words.len;
	return 0;
}

struct bytes view_text(const struct view *view, const struct row *row)
{
	if (row->text_len == 0 || (row->flags & ROW_TEXT) == 0)
		return bytes_of(NULL, 0);
	return bytes_of(view->chunks[row->chunk].ptr + row->text_at,
			row->text_len);
}

bool view_text_is_stale(const struct view *view)
{
	return view->garbage_bytes > GARBAGE_MIN_BYTES &&
	       view->garbage_bytes > view->text_bytes / 2;
}

void view_drop_text(struct view *view)
{
	release_chunks(view);
	vocabulary_clear(&view->vocabulary);
	view->without_text = 0;
	for (uint32_t i = 0; i < view->count; i++) {
		struct row *row = &view->rows[i];

		row->flags &= (uint8_t)~ROW_TEXT;
		row->text_len = 0;
		if ((row->flags & ROW_VOID) == 0)
			view->without_text++;
	}
}

/* ---- order ---- */

int view_compare(const struct row *a, const struct row *b)
{
	if (a->at_ms != b->at_ms)
		return a->at_ms < b->at_ms ? -1 : 1;
	return memcmp(a->id.b, b->id.b, sizeof a->id.b);
}

static void merge_runs(const struct row *rows, const uint32_t *from,
		       uint32_t *to, size_t low, size_t middle, size_t high)
{
	size_t a = low, b = middle, out = low;

	while (a < middle && b < high) {
		if (view_compare(&rows[from[b]], &rows[from[a]]) < 0)
			to[out++] = from[b++];
		else
			to[out++] = from[a++];
	}
	while (a < middle)
		to[out++] = from[a++];
	while (b < high)
		to[out++] = from[b++];
}

/* Bottom-up merge sort of items[0..count); the result may lie in either. */
static uint32_t *sort_items(const struct row *rows, uint32_t *items,
			    uint32_t *spare, size_t count)
{
	for (size_t width = 1; width < count; width *= 2) {
		uint32_t *swap = items;

		for (size_t low = 0; low < count; low += 2 * width) {
			size_t middle = low + width, high = middle + width;

			if (middle > count)
				middle = count;
			if (high > count)
				high = count;
			merge_runs(rows, items, spare, low, middle, high);
		}
		items = spare;
		spare = swap;
	}
	return items;
}

/* One row that came last goes to its place by hand. */
static void insert_last(struct view *view)
{
	uint32_t last = view->order[view->sorted];
	const struct row *row = &view->rows[last];
	uint32_t at = view_place(view, row->at_ms, &row->id);

	memmove(view->order + at + 1, view->order + at,
		(view->sorted - at) * sizeof *view->order);
	view->order[at] = last;
	view->sorted++;
}

int view_sort(struct view *view)
{
	size_t fresh = view->count - view->sorted;
	uint32_t *items, *sorted;

	if (fresh == 0)
		return 0;
	if (fresh == 1 && view->sorted > 0) {
		insert_last(view);
		return 0;
	}
	items = mem_alloc((size_t)view->count * 2, sizeof *items);
	if (items == NULL)
		return ERR_NOMEM;
	memcpy(items, view->order + view->sorted, fresh * sizeof *items);
	sorted = sort_items(view->rows, items, items + fresh, fresh);
	memcpy(view->order + view->sorted, sorted, fresh * sizeof *items);
	merge_runs(view->rows, view->order, items, 0, view->sorted,
		   view->count);
	memcpy(view->order, items, view->count * sizeof *items);
	view->sorted = view->count;
	mem_free(items);
	return 0;
}

uint32_t view_place(const struct view *view, int64_t at_ms,
		    const struct id16 *id)
{
	struct row wanted = { .id = *id, .at_ms = at_ms };
	uint32_t low = 0, high = view->sorted;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (view_compare(&view->rows[view->order[middle]], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint8_t view_tag_bit(struct bytes tag)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < tag.len; i++)
		hash = (hash ^ tag.ptr[i]) * 16777619u;
	return (uint8_t)(1u << (hash >> 29));
}
