/*
 * track.c - the tree of a merge: leaves of items, their counts, their splits.
 *
 * Room for what one change can split is reserved before it begins, so it
 * must never stop halfway. Sums go up the tree by differences (wrapping adds)
 * and are counted anew only when a leaf or a node splits. Next:
 * trackplace.c, which says where characters go.
 */
#include "crdt/text/track.h"

#include "proto/base/panic.h"

/* A change splits two items and adds one: three splits of leaves at most. */
#define TRACK_SPARE 4u

void track_init(struct track *track, struct text_memory *memory,
		struct track_tune tune)
{
	*track = (struct track){
		.memory = memory,
		.leaf_items = tune.leaf_items,
		.node_kids = tune.node_kids,
	};
	if (track->leaf_items == 0)
		track->leaf_items = TRACK_LEAF_ITEMS;
	if (track->node_kids == 0)
		track->node_kids = TRACK_NODE_KIDS;
	kept_assert(track->leaf_items >= 4 &&
		    track->leaf_items <= TRACK_LEAF_ITEMS);
	kept_assert(track->node_kids >= 4 &&
		    track->node_kids <= TRACK_NODE_KIDS);
}

void track_release(struct track *track)
{
	text_memory_give(track->memory, track->leaves,
			 track->leaf_cap * sizeof *track->leaves);
	text_memory_give(track->memory, track->nodes,
			 track->node_cap * sizeof *track->nodes);
	text_memory_give(track->memory, track->top,
			 track->top_cap * sizeof *track->top);
	text_memory_give(track->memory, track->loc,
			 track->loc_cap * sizeof *track->loc);
	*track = (struct track){
		.memory = track->memory,
		.leaf_items = track->leaf_items,
		.node_kids = track->node_kids,
	};
}

int track_reserve(struct track *track)
{
	int rc;

	if (track->leaf_count + TRACK_SPARE <= track->leaf_cap &&
	    track->node_count + TRACK_SPARE <= track->node_cap &&
	    track->top_count + TRACK_SPARE <= track->top_cap)
		return 0;
	/* Moving it as it grows would cost more than a little too much. */
	rc = text_memory_grow(track->memory, &track->leaves, &track->leaf_cap,
			      track->leaf_count + TRACK_SPARE +
				      track->leaf_count / 2,
			      sizeof *track->leaves);
	if (rc == 0)
		rc = text_memory_grow(
			track->memory, &track->nodes, &track->node_cap,
			track->node_count + TRACK_SPARE, sizeof *track->nodes);
	if (rc == 0)
		rc = text_memory_grow(
			track->memory, &track->top, &track->top_cap,
			track->top_count + TRACK_SPARE, sizeof *track->top);
	return rc;
}

void track_expect(struct track *track, uint32_t items)
{
	uint32_t leaves = track->leaf_count + TRACK_SPARE +
			  items / (track->leaf_items / 2);

	err_ignore(text_memory_grow(track->memory, &track->leaves,
				    &track->leaf_cap, leaves,
				    sizeof *track->leaves),
		   "there may be enough as it is");
}

int track_reach(struct track *track, uint32_t end)
{
	kept_assert(end >= track->zone);
	return text_memory_grow(track->memory, &track->loc, &track->loc_cap,
				end - track->zone, sizeof *track->loc);
}

int track_reset(struct track *track, uint32_t zone, uint32_t len)
{
	struct track_leaf *leaf;
	struct track_node *node;
	int rc;

	track->leaf_count = 0;
	track->node_count = 0;
	track->top_count = 0;
	rc = track_reserve(track);
	if (rc != 0)
		return rc;
	track->zone = zone;
	track->seen = len;
	track->near = TEXT_NONE;
	track->last = (struct track_place){ 0 };
	track->leaf_count = 1;
	track->node_count = 1;
	track->top_count = 1;
	leaf = &track->leaves[0];
	leaf->node = 0;
	leaf->slot = 0;
	leaf->count = len > 0 ? 1 : 0;
	leaf->items[0] = (struct track_item){
		.id = TRACK_OLD,
		.len = len,
		.left = TEXT_NONE,
		.right = TEXT_NONE,
		.state = 1,
	};
	node = &track->nodes[0];
	node->slot = 0;
	node->count = 1;
	node->leaf[0] = 0;
	node->seen[0] = len;
	node->now[0] = len;
	node->old[0] = len > 0 ? TRACK_OLD : TEXT_NONE;
	track->top[0] = (struct track_top){ 0, len, len, node->old[0] };
	return 0;
}

void track_add(struct track *track, uint32_t leaf, uint32_t seen, uint32_t now)
{
	struct track_leaf *low = &track->leaves[leaf];
	struct track_node *node = &track->nodes[low->node];

	if (leaf != track->near)
		track->near = TEXT_NONE;
	node->seen[low->slot] += seen;
	node->now[low->slot] += now;
	track->top[node->slot].seen += seen;
	track->top[node->slot].now += now;
	track->seen += seen;
}

/* One leaf's sums and first old id, counted anew. */
static void track_sum_leaf(struct track *track, uint32_t leaf)
{
	const struct track_leaf *low = &track->leaves[leaf];
	struct track_node *node = &track->nodes[low->node];
	uint32_t seen = 0;
	uint32_t now = 0;
	uint32_t old = TEXT_NONE;

	for (uint32_t i = 0; i < low->count; i++) {
		const struct track_item *item = &low->items[i];

		if (item->state == 1)
			seen += item->len;
		if (!item->is_dead)
			now += item->len;
		if (item->id >= TRACK_OLD && old == TEXT_NONE)
			old = item->id;
	}
	node->seen[low->slot] = seen;
	node->now[low->slot] = now;
	node->old[low->slot] = old;
}

static void track_sum_node(struct track *track, uint32_t at)
{
	const struct track_node *node = &track->nodes[at];
	struct track_top *top = &track->top[node->slot];

	top->seen = 0;
	top->now = 0;
	top->old = TEXT_NONE;
	for (uint32_t i = 0; i < node->count; i++) {
		top->seen += node->seen[i];
		top->now += node->now[i];
		if (top->old == TEXT_NONE)
			top->old = node->old[i];
	}
}

static void track_set_slots(struct track *track, uint32_t at, uint32_t from)
{
	const struct track_node *node = &track->nodes[at];

	for (uint32_t i = from; i < node->count; i++) {
		struct track_leaf *leaf = &track->leaves[node->leaf[i]];

		leaf->node = at;
		leaf->slot = (uint16_t)i;
	}
}

/* A full node gives its upper half to a new one right after it. */
static void track_split_node(struct track *track, uint32_t at)
{
	uint32_t fresh = track->node_count++;
	struct track_node *low = &track->nodes[at];
	struct track_node *high = &track->nodes[fresh];
	uint32_t keep = low->count / 2;
	uint32_t move = low->count - keep;
	size_t bytes = move * sizeof low->leaf[0];

	memcpy(high->leaf, low->leaf + keep, bytes);
	memcpy(high->seen, low->seen + keep, bytes);
	memcpy(high->now, low->now + keep, bytes);
	memcpy(high->old, low->old + keep, bytes);
	low->count = keep;
	high->count = move;
	memmove(track->top + low->slot + 2, track->top + low->slot + 1,
		(track->top_count - low->slot - 1) * sizeof *track->top);
	track->top_count++;
	track->top[low->slot + 1].node = fresh;
	for (uint32_t i = low->slot + 1; i < track->top_count; i++)
		track->nodes[track->top[i].node].slot = i;
	track_set_slots(track, fresh, 0);
	track_sum_node(track, at);
	track_sum_node(track, fresh);
}

static void track_insert_kid(struct track *track, uint32_t at, uint32_t slot,
			     uint32_t leaf)
{
	struct track_node *node = &track->nodes[at];
	size_t bytes = (node->count - slot) * sizeof node->leaf[0];

	memmove(node->leaf + slot + 1, node->leaf + slot, bytes);
	memmove(node->seen + slot + 1, node->seen + slot, bytes);
	memmove(node->now + slot + 1, node->now + slot, bytes);
	memmove(node->old + slot + 1, node->old + slot, bytes);
	node->leaf[slot] = leaf;
	node->count++;
	track_set_slots(track, at, slot);
}

/* A full leaf gives its upper half to a new one right after it. */
static void track_split_leaf(struct track *track, uint32_t at)
{
	uint32_t fresh = track->leaf_count++;
	struct track_leaf *low = &track->leaves[at];
	struct track_leaf *high = &track->leaves[fresh];
	uint32_t keep = low->count / 2u;

	if (track->nodes[low->node].count == track->node_kids)
		track_split_node(track, low->node);
	high->count = (uint16_t)(low->count - keep);
	low->count = (uint16_t)keep;
	memcpy(high->items, low->items + keep,
	       high->count * sizeof low->items[0]);
	track_insert_kid(track, low->node, low->slot + 1u, fresh);
	track_sum_leaf(track, at);
	track_sum_leaf(track, fresh);
	for (uint32_t i = 0; i < high->count; i++) {
		const struct track_item *item = &high->items[i];

		if (item->id >= TRACK_OLD)
			continue;
		for (uint32_t j = 0; j < item->len; j++)
			track->loc[item->id - track->zone + j] = fresh;
		track->steps += item->len / 16;
	}
}

struct track_place track_put(struct track *track, struct track_place place,
			     struct track_item item)
{
	struct track_leaf *leaf = &track->leaves[place.leaf];

	if (leaf->count == track->leaf_items) {
		uint32_t fresh = track->leaf_count;

		track_split_leaf(track, place.leaf);
		if (place.item > leaf->count) {
			place.item -= leaf->count;
			place.leaf = fresh;
			leaf = &track->leaves[fresh];
		}
	}
	memmove(leaf->items + place.item + 1, leaf->items + place.item,
		(leaf->count - place.item) * sizeof item);
	leaf->items[place.item] = item;
	leaf->count++;
	place.offset = 0;
	return place;
}

struct track_place track_split(struct track *track, struct track_place place)
{
	struct track_item *item = &track->leaves[place.leaf].items[place.item];
	struct track_item right = *item;
	struct track_place to = { place.leaf, place.item + 1, 0 };
	uint32_t leaf = place.leaf;
	uint32_t seen = 0;
	uint32_t now = 0;

	kept_assert(place.offset > 0 && place.offset < item->len);
	right.id += place.offset;
	right.len -= place.offset;
	right.left = right.id - 1;
	right.right = TEXT_NONE;
	item->len = place.offset;
	if (right.state == 1)
		seen = right.len;
	if (!right.is_dead)
		now = right.len;
	/* Should the leaf split, it counts what is in it at that moment. */
	track_add(track, leaf, 0 - seen, 0 - now);
	to = track_put(track, to, right);
	track_add(track, to.leaf, seen, now);
	/* The left part went along then, so the first old id is known. */
	if (to.leaf == leaf || right.id >= TRACK_OLD)
		return to;
	for (uint32_t j = 0; j < right.len; j++)
		track->loc[right.id - track->zone + j] = to.leaf;
	return to;
}

static bool track_is_one(const struct track_item *a, const struct track_item *b)
{
	return a->id + a->len == b->id && b->left == b->id - 1 &&
	       b->right == TEXT_NONE && a->state == b->state &&
	       a->is_dead == b->is_dead &&
	       (a->id >= TRACK_OLD) == (b->id >= TRACK_OLD);
}

/* Item number `at` takes in the one after it. */
static void track_take_next(struct track_leaf *leaf, uint32_t at)
{
	leaf->items[at].len += leaf->items[at + 1].len;
	leaf->count--;
	memmove(leaf->items + at + 1, leaf->items + at + 2,
		(leaf->count - at - 1) * sizeof leaf->items[0]);
}

void track_join(struct track *track, struct track_place place)
{
	struct track_leaf *leaf = &track->leaves[place.leaf];
	const struct track_item *item = &leaf->items[place.item];

	if (place.item + 1 < leaf->count && track_is_one(item, item + 1))
		track_take_next(leaf, place.item);
	if (place.item > 0 && track_is_one(item - 1, item))
		track_take_next(leaf, place.item - 1);
}

bool track_check(const struct track *track)
{
	uint32_t total = 0;
	uint32_t old = 0;

	for (uint32_t t = 0; t < track->top_count; t++) {
		const struct track_top *top = &track->top[t];
		const struct track_node *node = &track->nodes[top->node];
		struct track_top sums = { .old = TEXT_NONE };

		if (node->slot != t)
			return false;
		for (uint32_t k = 0; k < node->count; k++) {
			const struct track_leaf *leaf =
				&track->leaves[node->leaf[k]];
			uint32_t seen = 0;
			uint32_t now = 0;

			if (leaf->node != top->node || leaf->slot != k)
				return false;
			for (uint32_t i = 0; i < leaf->count; i++) {
				const struct track_item *item = &leaf->items[i];

				seen += item->state == 1 ? item->len : 0;
				now += item->is_dead ? 0 : item->len;
				if (item->id >= TRACK_OLD && item->id < old)
					return false;
				if (item->id >= TRACK_OLD)
					old = item->id;
				else if (track->loc[item->id - track->zone] !=
					 node->leaf[k])
					return false;
			}
			if (seen != node->seen[k] || now != node->now[k])
				return false;
			sums.seen += seen;
			sums.now += now;
			if (sums.old == TEXT_NONE)
				sums.old = node->old[k];
		}
		if (sums.seen != top->seen || sums.now != top->now ||
		    sums.old != top->old)
			return false;
		total += sums.seen;
	}
	return total == track->seen;
}
