/*
 * track.h - the structure a merge is made in: every character of a conflict
 * zone, in document order, living or not, with two counts over them.
 *
 * A tree of three levels (a flat top, nodes, leaves) in arrays, addressed by
 * index, never by pointer. Items are runs of characters. `seen` counts what
 * is there in the version the walker stands at, `now` what is left in the
 * text when all is done. The text as it was before the zone is one item of
 * its true length, whose characters have ids from TRACK_OLD on; the others
 * have their LV as id.
 *
 * Memory failures leave the tree unusable: track_reset makes it whole.
 */
#ifndef KEPT_CRDT_TEXT_TRACK_H
#define KEPT_CRDT_TEXT_TRACK_H

#include "crdt/text/graph.h"

#define TRACK_LEAF_ITEMS 32u
#define TRACK_NODE_KIDS 64u
#define TRACK_OLD ((uint32_t)1 << 31)

struct track_item {
	uint32_t id;	/* of the first character; they go up by one */
	uint32_t len;
	uint32_t left;	/* what the first was typed after; TEXT_NONE: start */
	uint32_t right; /* what the first was typed before, if that counts */
	uint16_t state; /* 0 not typed yet, 1 there, n: deleted n - 1 times */
	uint16_t is_dead; /* deleted in the text as it will be */
};

struct track_leaf {
	uint32_t node;
	uint16_t slot; /* in the node */
	uint16_t count;
	struct track_item items[TRACK_LEAF_ITEMS];
};

struct track_node {
	uint32_t slot; /* in the top */
	uint32_t count;
	uint32_t leaf[TRACK_NODE_KIDS];
	uint32_t seen[TRACK_NODE_KIDS];
	uint32_t now[TRACK_NODE_KIDS];
	uint32_t old[TRACK_NODE_KIDS]; /* first old id, TEXT_NONE: none */
};

struct track_top {
	uint32_t node;
	uint32_t seen;
	uint32_t now;
	uint32_t old;
};

struct track_place {
	uint32_t leaf;
	uint32_t item;
	uint32_t offset;
};

struct track {
	struct text_memory *memory; /* Borrows */
	struct track_leaf *leaves;  /* Owns, as what follows */
	uint32_t leaf_count;
	uint32_t leaf_cap;
	struct track_node *nodes;
	uint32_t node_count;
	uint32_t node_cap;
	struct track_top *top;
	uint32_t top_count;
	uint32_t top_cap;
	/* Per event of the zone: an insertion's leaf, a deletion's target. */
	uint32_t *loc;
	uint32_t loc_cap;
	uint32_t zone; /* the zone's first LV */
	uint32_t seen; /* in all */
	uint32_t leaf_items;
	uint32_t node_kids;
	struct track_place last; /* where track_find_id found one */
	/* The leaf of the last change, and what is before it: where people
	 * type, they type on. TEXT_NONE: not known. */
	uint32_t near;
	uint32_t near_seen;
	uint32_t near_now;
	bool knows_now; /* near_now is right too */
	bool wants_now; /* where changes are in the text as it will be? */
	uint64_t steps; /* items looked at and changed, for budgets */
};

/* Items a leaf and leaves a node holds; 0: as many as fit, at least 4. */
struct track_tune {
	uint32_t leaf_items;
	uint32_t node_kids;
};

void track_init(struct track *track, struct text_memory *memory,
		struct track_tune tune);
void track_release(struct track *track);
/* One item: the text before the zone, `len` scalars. */
int track_reset(struct track *track, uint32_t zone, uint32_t len)
	KEPT_MUST_USE;
/* About that many items will come: room for them at once, if there is. */
void track_expect(struct track *track, uint32_t items);
/* Events up to `end` may follow. */
int track_reach(struct track *track, uint32_t end) KEPT_MUST_USE;

/*
 * Types n characters with ids from lv on after `pos` seen ones (pos <=
 * track->seen). *now_pos: where that is in the text as it will be.
 */
struct track_insertion {
	uint32_t lv;
	uint32_t pos;
	uint32_t len;
};
int track_insert(struct track *track, struct graph *graph,
		 const struct track_insertion *insertion, uint32_t *now_pos)
	KEPT_MUST_USE;
/*
 * Deletes the next piece of what is at pos: at most len, all in one item.
 * done: how many; now_len: 0 if they were dead already, else as many.
 * first_id: of the leftmost.
 */
struct track_cut {
	uint32_t done;
	uint32_t first_id;
	uint32_t now_pos;
	uint32_t now_len;
};
int track_delete(struct track *track, uint32_t pos, uint32_t len,
		 struct track_cut *cut) KEPT_MUST_USE;
/* state of [id, id + len) goes up or down by one. */
int track_shift(struct track *track, uint32_t id, uint32_t len, bool up)
	KEPT_MUST_USE;

/* Are all sums and places right, and no two neighbors one? For tests. */
bool track_check(const struct track *track);

/* For trackplace.c and track.c: */
int track_reserve(struct track *track) KEPT_MUST_USE;
struct track_place track_find_seen(struct track *track, uint32_t pos);
struct track_place track_find_id(struct track *track, uint32_t id);
/* The next item after place, or false: place.item is then past the end. */
bool track_next_item(const struct track *track, struct track_place *place);
/* Where the item begins in the text as it will be. */
uint32_t track_now_before(struct track *track, struct track_place place);
/* <0, 0, >0: which comes first in the document. */
int track_compare(const struct track *track, struct track_place a,
		  struct track_place b);
/* Puts item before place.item; the place it got. Room was reserved. */
struct track_place track_put(struct track *track, struct track_place place,
			     struct track_item item);
/* The item begins at offset after this: where the right part is. */
struct track_place track_split(struct track *track, struct track_place place);
/* Joins the item with its neighbors in the leaf where they are one. */
void track_join(struct track *track, struct track_place place);
void track_add(struct track *track, uint32_t leaf, uint32_t seen,
	       uint32_t now);

#endif
