/*
 * gather.h - an entry's blocks, opened and merged: what is shown, changed,
 * and undone is read from here.
 *
 * Blocks come from the store by etag and from the queue of this turn. Their
 * order is (stamp, dot), but none comes before one that it builds on, however
 * wrong the clocks were: the n-th is revision n.
 */
#ifndef KEPT_VAULT_GATHER_H
#define KEPT_VAULT_GATHER_H

#include "crdt/merge.h"
#include "daemon/vault/view.h"

struct vault;

struct gathered_block {
	struct merge_block block;
	uint64_t place; /* its stamp, or more: later than what it builds on */
	uint64_t kind;
	bool has_undoes;
	struct dot undoes;
};

struct gathered {
	struct arena arena; /* Owns all below */
	struct id16 id;
	struct id16 etag;
	const struct gathered_block **blocks; /* oldest first */
	size_t count;  /* of them in state */
	size_t all;    /* of them in blocks */
	uint64_t before; /* revs an import counts before the first of them */
	struct merge_state *state;
	uint64_t kind; /* of the oldest */
};

#define GATHER_ALL UINT64_MAX
/*
 * rev: the newest that goes into the state. ERR_NOT_FOUND: the entry has no
 * blocks that open, or no such rev. out is for gather_release either way.
 */
int gather_entry(struct vault *vault, const struct id16 *id, uint64_t rev,
		 struct gathered *out, struct err *err) KEPT_MUST_USE;
void gather_release(struct gathered *gathered);
/* The row of what was gathered, but for chunk and text; words: appended. */
int gather_describe(const struct gathered *gathered, struct row *row,
		    struct buf *words) KEPT_MUST_USE;

/* The last few hundred, whole. */
#define GATHER_CACHE_SLOTS 256u
struct gather_slot { /* small: a search looks at all of them */
	struct id16 id;
	uint64_t used; /* 0: empty */
};
struct gather_shelf {
	struct gather_slot slots[GATHER_CACHE_SLOTS];
	struct gathered entries[GATHER_CACHE_SLOTS]; /* of the same places */
};
/* The newest entry begun here, as it was cut: it is shown at once, and need
 * not be read back and opened for that. */
struct gather_fresh {
	struct id16 id;
	struct dot dot;
	uint64_t kind;
	uint64_t stamp;
	struct buf ops;
	bool is_held;
};
struct gather_cache { /* zeroed: empty */
	struct gather_shelf *shelf; /* Owns; made at first use */
	uint64_t clock;
	struct gather_fresh fresh;
};
/* Borrows until the next call here that is not for the same entry, or a
 * change of it. */
int gather_cached(struct vault *vault, const struct id16 *id,
		  struct gathered **out, struct err *err) KEPT_MUST_USE;
struct change;
/* This change, cut into the one block `dot`, is all there is of its entry;
 * until gather_forget of it. Without memory it is read back as any other. */
void gather_note_new(struct gather_cache *cache, const struct change *change,
		     const struct dot *dot);
void gather_forget(struct gather_cache *cache, const struct id16 *id);
void gather_cache_release(struct gather_cache *cache);

#endif
