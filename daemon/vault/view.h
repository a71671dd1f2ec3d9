/*
 * view.h - what lists and search need of every entry: 64 bytes of metadata
 * each, an order by `at`, and an arena of folded words (speed.md section 4).
 *
 * Pure memory: rows go in, nothing here reads blocks. Rows keep their place
 * for good, so that segments.c can write them by 4,096.
 */
#ifndef KEPT_VAULT_VIEW_H
#define KEPT_VAULT_VIEW_H

#include "daemon/vault/vocabulary.h"
#include "proto/base/ds.h"
#include "proto/base/ids.h"

#define ROW_DELETED 1u
#define ROW_STARRED 2u
#define ROW_CONFLICT 4u
#define ROW_TEXT 8u     /* its words are in the arena */
#define ROW_VOID 16u    /* no block of it is in the view any more */

struct row {
	struct id16 id;
	int64_t at_ms;
	uint64_t stamp;   /* of its newest block */
	uint64_t seq;     /* of its only block, when blocks is 1 */
	uint32_t log_no;  /* likewise; 0 while it is only queued */
	uint16_t kind;
	uint16_t chunk;   /* of its words */
	uint32_t text_at;
	uint32_t text_len;
	int32_t day;      /* since 1970 */
	uint16_t blocks;  /* saturates */
	uint8_t flags;
	uint8_t tag_bits; /* a bit per tag, hashed: may lie, never misses */
};
_Static_assert(sizeof(struct row) == 64, "ten thousand rows are 640 kB");

struct view_chunk {
	uint8_t *ptr; /* Owns */
	uint32_t used;
	uint32_t size;
};

struct view {
	struct row *rows; /* Owns */
	uint32_t count;
	uint32_t cap;
	struct table by_id;
	uint32_t *order;  /* Owns; by (at, id) ascending as far as sorted */
	uint32_t sorted;  /* of count; the rest waits for view_sort */
	struct view_chunk *chunks; /* Owns */
	size_t chunk_count;
	size_t text_bytes;    /* in all chunks */
	size_t garbage_bytes; /* of rows that changed since */
	struct vocabulary vocabulary;
	uint32_t without_text; /* rows that lack ROW_TEXT and are not void */
	uint32_t shown, deleted, conflicts;
};

void view_init(struct view *view, uint64_t seed);
void view_release(struct view *view); /* wipes */

/* UINT32_MAX if it is not there. */
uint32_t view_find(const struct view *view, const struct id16 *id);
/*
 * Inserts by id, or replaces but for the words, which go stale when
 * text_changed. *index: where it lies. ERR_NOMEM, ERR_LIMIT.
 */
struct view_put {
	const struct row *row; /* chunk, text_* and ROW_TEXT are ignored */
	bool text_changed;
};
int view_put(struct view *view, const struct view_put *put, uint32_t *index)
	KEPT_MUST_USE;
/* The words of a row: " word word ". */
int view_set_text(struct view *view, uint32_t index, struct bytes words)
	KEPT_MUST_USE;
/* Empty when there is none. Borrows. */
struct bytes view_text(const struct view *view, const struct row *row);
/* More than half of the arena is of rows that changed: start it anew. */
bool view_text_is_stale(const struct view *view);
void view_drop_text(struct view *view);

/* Makes `order` whole: n log n of what is new, never n per row. */
int view_sort(struct view *view) KEPT_MUST_USE;
/* Order of two rows, as lists have it (older first). */
int view_compare(const struct row *a, const struct row *b);
/* First place in order whose row is not before (at_ms, id); needs sorting. */
uint32_t view_place(const struct view *view, int64_t at_ms,
		    const struct id16 *id);

uint8_t view_tag_bit(struct bytes tag);

#endif
