/*
 * walker.h - doing typed ops again, so that those of branches that did not
 * know of each other come out in one text, the same on every device.
 *
 * A walker stands at a version. To do a run it first goes to the run's
 * parents (back over what they did not know, forth over what they did) and
 * then finds each position as its author meant it. What comes out are patches
 * in coordinates of the text as it is by then.
 */
#ifndef KEPT_CRDT_TEXT_WALKER_H
#define KEPT_CRDT_TEXT_WALKER_H

#include "crdt/text/graph.h"
#include "crdt/text/oplog.h"
#include "crdt/text/rope.h"
#include "crdt/text/track.h"

/* Changes of a text, to be made one after the other. kind is TEXT_INSERT or
 * TEXT_DELETE; texts borrow from the log. */
struct text_patches {
	struct text_memory *memory; /* Borrows */
	struct text_op *ops;	    /* Owns */
	uint32_t count;
	uint32_t cap;
	size_t insert_bytes; /* in all */
};

void text_patches_init(struct text_patches *patches,
		       struct text_memory *memory);
void text_patches_release(struct text_patches *patches);
int text_patches_put(struct text_patches *patches, const struct text_op *op)
	KEPT_MUST_USE;

struct walker {
	struct text_memory *memory; /* Borrows, as what follows */
	struct graph *graph;
	struct oplog *log;
	struct track track;
	uint32_t *version; /* Owns: where it stands */
	uint32_t version_count;
	uint32_t version_cap;
	bool is_standing;    /* the track holds a zone */
	uint32_t base;	     /* the event before the zone, or TEXT_NONE */
	uint32_t *scratch;   /* Owns: for plans */
	uint32_t scratch_cap;
	/* Of graph and track together, where it ends; 0: never. */
	uint64_t steps_max;
	/* Where changes go; both NULL: nowhere. */
	struct rope *rope;
	struct text_patches *patches;
};

void walker_init(struct walker *walker, struct graph *graph, struct oplog *log,
		 struct track_tune tune);
/* Gives the memory back; it may be used again. */
void walker_rest(struct walker *walker);

/* What follows may take that many steps; 0: as many as it takes. */
void walker_allow(struct walker *walker, uint64_t steps);
/* Stands at base, over a text of len scalars. */
int walker_begin(struct walker *walker, uint32_t base, uint32_t len)
	KEPT_MUST_USE;
/* Stands at the version, which has nothing below base. ERR_LIMIT: over
 * steps_max, here and below; what the walker holds is then of no use. */
int walker_go(struct walker *walker, struct graph_version version)
	KEPT_MUST_USE;
/* Does [lv, end), of one run of the graph, where it stands. ERR_CORRUPT: a
 * position is not in the text. */
int walker_do(struct walker *walker, uint32_t lv, uint32_t end) KEPT_MUST_USE;
/* All of [lv, end), in the order of LVs, from where it stands. */
int walker_cover(struct walker *walker, uint32_t lv, uint32_t end)
	KEPT_MUST_USE;

/*
 * Makes the text of the whole log in walker->rope, which is empty. as_zone:
 * as one zone, without the short way for what nobody typed beside.
 */
int walker_replay(struct walker *walker, bool as_zone) KEPT_MUST_USE;

/*
 * In what order to do the graph's runs [first, end), all of one zone: as they
 * came, or the small branches first, whichever goes back and forth less.
 * order has room for end - first.
 */
int plan_order(struct graph *graph, uint32_t first, uint32_t end,
	       uint32_t *order) KEPT_MUST_USE;

#endif
