/*
 * list.h - items in an order, each a register.
 *
 * A tree by "comes after" (Roh et al. 2011, replicated growable array): below
 * one item the one inserted with the greatest height comes first, then stamp,
 * dot, and place. height is one more than the greatest its writer had seen,
 * so an item inserted later in causal order never loses its place to a clock
 * that is ahead. An item taken out keeps its place for those that follow it.
 */
#ifndef KEPT_CRDT_LIST_H
#define KEPT_CRDT_LIST_H

#include "crdt/rule.h"

struct list_item {
	struct keyset_entry entry; /* key: MERGE_ITEM_BYTES */
	struct keyset cell;        /* its value (crdt/register.h) */
	struct list_item *parent;  /* what it comes after; NULL: the head */
	uint64_t height;
	uint64_t stamp;
	bool is_placed; /* its insertion has arrived */
	/* While the order is worked out. */
	struct list_item *child;
	struct list_item *sibling;
};

struct list_item *list_find(const struct merge_slot *slot,
			    const uint8_t id[MERGE_ITEM_BYTES]);
/* crdt/listdiff.c: the rule's write. */
int list_write(struct merge_slot *slot, const struct merge_edit *edit,
	       struct buf *out, bool *changed);

#endif
