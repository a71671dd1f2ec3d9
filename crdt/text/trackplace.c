/*
 * trackplace.c - where characters are, and where new ones go.
 *
 * The order is plain Fugue's: a character stands after the one it was typed
 * after; among those typed at one place at the same time, what each was typed
 * before decides, then whose it is. It must never look at anything but these,
 * or two devices would order them differently. Next: walker.c.
 */
#include "crdt/text/track.h"

#include "proto/base/panic.h"

/* Goes to the leaf of a seen position; what is before it is noted. */
static void track_go_near(struct track *track, uint32_t pos)
{
	const struct track_top *top = track->top;
	const struct track_node *node;
	uint32_t before = 0;
	uint32_t k = 0;

	while (pos - before >= top->seen)
		before += (top++)->seen;
	node = &track->nodes[top->node];
	/* By eights as long as it is further on: the sums of eight take no
	 * longer than one comparison that went the other way. */
	while (k + 8 <= node->count) {
		uint32_t sum = 0;

		for (uint32_t i = 0; i < 8; i++)
			sum += node->seen[k + i];
		if (pos - before < sum)
			break;
		before += sum;
		k += 8;
	}
	while (pos - before >= node->seen[k])
		before += node->seen[k++];
	track->near = node->leaf[k];
	track->near_seen = before;
	track->knows_now = false;
}

struct track_place track_find_seen(struct track *track, uint32_t pos)
{
	const struct track_leaf *leaf;
	struct track_place place = { 0 };

	kept_assert(pos < track->seen);
	leaf = &track->leaves[track->near == TEXT_NONE ? 0 : track->near];
	if (track->near == TEXT_NONE || pos < track->near_seen ||
	    pos - track->near_seen >=
		    track->nodes[leaf->node].seen[leaf->slot]) {
		track_go_near(track, pos);
		leaf = &track->leaves[track->near];
	}
	place.leaf = track->near;
	pos -= track->near_seen;
	for (;; place.item++) {
		const struct track_item *item = &leaf->items[place.item];
		/* No branch: whether one is there is anybody's guess. */
		uint32_t seen = item->len & (0u - (item->state == 1));

		if (pos < seen)
			break;
		pos -= seen;
	}
	place.offset = pos;
	track->steps += 1 + place.item / 8;
	return place;
}

/* The leaf of a character that was there before the zone. */
static uint32_t track_find_old(const struct track *track, uint32_t id)
{
	const struct track_node *node;
	uint32_t best = 0;

	for (uint32_t t = 0; t < track->top_count; t++)
		if (track->top[t].old <= id)
			best = t;
	node = &track->nodes[track->top[best].node];
	best = 0;
	for (uint32_t k = 0; k < node->count; k++)
		if (node->old[k] <= id)
			best = k;
	return node->leaf[best];
}

struct track_place track_find_id(struct track *track, uint32_t id)
{
	struct track_place place = { 0 };
	const struct track_leaf *leaf;
	bool is_again = false;

	if (id >= TRACK_OLD)
		place.leaf = track_find_old(track, id);
	else
		place.leaf = track->loc[id - track->zone];
	leaf = &track->leaves[place.leaf];
	/* Often it is the one after the last, in the same leaf. */
	if (place.leaf == track->last.leaf && track->last.item < leaf->count &&
	    leaf->items[track->last.item].id <= id)
		place.item = track->last.item;
	for (;; place.item++) {
		if (place.item == leaf->count) {
			kept_assert(!is_again);
			is_again = true;
			place.item = 0;
		}
		place.offset = id - leaf->items[place.item].id;
		if (place.offset < leaf->items[place.item].len)
			break;
	}
	track->last = place;
	track->steps += 1 + place.item / 8;
	return place;
}

bool track_next_item(const struct track *track, struct track_place *place)
{
	const struct track_leaf *leaf = &track->leaves[place->leaf];
	uint32_t at = leaf->node;
	uint32_t slot = leaf->slot;

	place->item++;
	place->offset = 0;
	if (place->item < leaf->count)
		return true;
	for (;;) {
		const struct track_node *node = &track->nodes[at];

		slot++;
		if (slot == node->count) {
			if (node->slot + 1 == track->top_count)
				return false;
			at = track->top[node->slot + 1].node;
			node = &track->nodes[at];
			slot = 0;
		}
		if (track->leaves[node->leaf[slot]].count == 0)
			continue;
		place->leaf = node->leaf[slot];
		place->item = 0;
		return true;
	}
}

static uint32_t track_now_before_leaf(const struct track *track, uint32_t at)
{
	const struct track_leaf *leaf = &track->leaves[at];
	const struct track_node *node = &track->nodes[leaf->node];
	uint32_t now = 0;

	for (uint32_t t = 0; t < node->slot; t++)
		now += track->top[t].now;
	for (uint32_t k = 0; k < leaf->slot; k++)
		now += node->now[k];
	return now;
}

uint32_t track_now_before(struct track *track, struct track_place place)
{
	const struct track_leaf *leaf = &track->leaves[place.leaf];
	uint32_t now;

	if (place.leaf != track->near) {
		now = track_now_before_leaf(track, place.leaf);
	} else {
		if (!track->knows_now)
			track->near_now =
				track_now_before_leaf(track, place.leaf);
		track->knows_now = true;
		now = track->near_now;
	}
	for (uint32_t i = 0; i < place.item; i++)
		if (!leaf->items[i].is_dead)
			now += leaf->items[i].len;
	return now;
}

int track_compare(const struct track *track, struct track_place a,
		  struct track_place b)
{
	const struct track_leaf *leaf_a = &track->leaves[a.leaf];
	const struct track_leaf *leaf_b = &track->leaves[b.leaf];
	uint32_t top_a = track->nodes[leaf_a->node].slot;
	uint32_t top_b = track->nodes[leaf_b->node].slot;

	if (top_a != top_b)
		return top_a < top_b ? -1 : 1;
	if (leaf_a->slot != leaf_b->slot)
		return leaf_a->slot < leaf_b->slot ? -1 : 1;
	if (a.item != b.item)
		return a.item < b.item ? -1 : 1;
	return (a.offset > b.offset) - (a.offset < b.offset);
}

/* What a new character stands between, and who typed it. */
struct newcomer {
	uint32_t lv;
	uint32_t left;
	uint32_t right;
};

/* Does `right` end before what the newcomer was typed before? */
static bool track_is_nearer(struct track *track, uint32_t right,
			    const struct newcomer *who)
{
	if (right == who->right || right == TEXT_NONE)
		return false;
	if (who->right == TEXT_NONE)
		return true;
	return track_compare(track, track_find_id(track, right),
			     track_find_id(track, who->right)) < 0;
}

/*
 * Characters at this place that the author did not see. place is the first
 * of them; the answer is where the newcomer goes.
 */
static struct track_place track_settle(struct track *track, struct graph *graph,
				       struct track_place place,
				       const struct newcomer *who)
{
	struct track_place to = place;
	bool is_nearer = false;
	bool more = true;

	while (more) {
		const struct track_item *item =
			&track->leaves[place.leaf].items[place.item];

		if (item->state != 0)
			break;
		if (item->left == who->left) {
			if (item->right == who->right &&
			    graph_compare(graph, who->lv, item->id) < 0)
				break;
			is_nearer = track_is_nearer(track, item->right, who);
		} else if (item->left == TEXT_NONE ||
			   (who->left != TEXT_NONE &&
			    track_compare(
				    track, track_find_id(track, item->left),
				    track_find_id(track, who->left)) < 0)) {
			break;
		}
		track->steps++;
		more = track_next_item(track, &place);
		if (!is_nearer)
			to = place;
	}
	return to;
}

/* Puts the newcomer there, or makes the item before it longer. */
static struct track_place track_add_item(struct track *track,
					 struct track_place place,
					 const struct newcomer *who,
					 uint32_t len)
{
	struct track_leaf *leaf = &track->leaves[place.leaf];
	struct track_item *before = NULL;
	struct track_item item = {
		.id = who->lv,
		.len = len,
		.left = who->left,
		.right = who->right,
		.state = 1,
	};

	if (place.item > 0)
		before = &leaf->items[place.item - 1];
	if (before != NULL && before->id + before->len == who->lv &&
	    who->left == who->lv - 1 && who->right == TEXT_NONE &&
	    before->state == 1 && !before->is_dead) {
		place.item--;
		place.offset = before->len;
		before->len += len;
		return place;
	}
	return track_put(track, place, item);
}

int track_insert(struct track *track, struct graph *graph,
		 const struct track_insertion *insertion, uint32_t *now_pos)
{
	struct newcomer who = { insertion->lv, TEXT_NONE, TEXT_NONE };
	struct track_place place = { 0 };
	struct track_place next;
	const struct track_item *item;
	bool more;
	int rc;

	rc = track_reserve(track);
	if (rc != 0)
		return rc;
	place.leaf = track->nodes[track->top[0].node].leaf[0];
	if (insertion->pos > 0) {
		place = track_find_seen(track, insertion->pos - 1);
		item = &track->leaves[place.leaf].items[place.item];
		who.left = item->id + place.offset;
		place.offset++;
		if (place.offset < item->len)
			place = track_split(track, place);
		else
			place.item++;
	}
	place.offset = 0;
	/* What comes first here that the author saw? */
	next = place;
	more = place.item < track->leaves[place.leaf].count;
	if (!more && place.item > 0) {
		next.item--;
		more = track_next_item(track, &next);
	}
	if (more) {
		struct track_place seen = next;

		item = &track->leaves[seen.leaf].items[seen.item];
		while (more && item->state == 0) {
			more = track_next_item(track, &seen);
			item = &track->leaves[seen.leaf].items[seen.item];
			track->steps++;
		}
		if (more && item->left == who.left)
			who.right = item->id;
		item = &track->leaves[next.leaf].items[next.item];
		if (item->state == 0)
			place = track_settle(track, graph, next, &who);
	}
	place = track_add_item(track, place, &who, insertion->len);
	if (track->wants_now)
		*now_pos = track_now_before(track, place) + place.offset;
	for (uint32_t j = 0; j < insertion->len; j++)
		track->loc[insertion->lv - track->zone + j] = place.leaf;
	track_add(track, place.leaf, insertion->len, insertion->len);
	return 0;
}

/* Makes [place.offset, + len) of its item, or less, an item of its own. */
static struct track_place track_isolate(struct track *track,
					struct track_place place, uint32_t len)
{
	if (place.offset > 0)
		place = track_split(track, place);
	if (track->leaves[place.leaf].items[place.item].len > len) {
		place.offset = len;
		place = track_split(track, place);
		place.item--;
	}
	return place;
}

int track_delete(struct track *track, uint32_t pos, uint32_t len,
		 struct track_cut *cut)
{
	struct track_place place;
	struct track_item *item;
	int rc;

	rc = track_reserve(track);
	if (rc != 0)
		return rc;
	place = track_isolate(track, track_find_seen(track, pos), len);
	item = &track->leaves[place.leaf].items[place.item];
	*cut = (struct track_cut){ .done = item->len, .first_id = item->id };
	if (!item->is_dead) {
		cut->now_len = item->len;
		if (track->wants_now)
			cut->now_pos = track_now_before(track, place);
	}
	item->state = 2;
	item->is_dead = 1;
	track_add(track, place.leaf, 0 - cut->done, 0 - cut->now_len);
	track_join(track, place);
	return 0;
}

int track_shift(struct track *track, uint32_t id, uint32_t len, bool up)
{
	while (len > 0) {
		struct track_place place;
		struct track_item *item;
		uint32_t done;
		uint32_t seen = 0;
		int rc = track_reserve(track);

		if (rc != 0)
			return rc;
		place = track_isolate(track, track_find_id(track, id), len);
		item = &track->leaves[place.leaf].items[place.item];
		done = item->len;
		/* Only a history that was made up gets there. */
		if (item->state == (up ? UINT16_MAX : 0))
			return ERR_CORRUPT;
		if (item->state == 1)
			seen -= done;
		item->state =
			(uint16_t)(up ? item->state + 1 : item->state - 1);
		if (item->state == 1)
			seen += done;
		track_add(track, place.leaf, seen, 0);
		track_join(track, place);
		id += done;
		len -= done;
	}
	return 0;
}
