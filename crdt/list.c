/*
 * list.c - the rule list.
 *
 * Must never lose an item: one whose predecessor has not arrived waits unseen,
 * and changing an item brings it back from being taken out at the same time.
 * Read crdt/listdiff.c next for how an edited list becomes ops.
 */
#include "crdt/list.h"

#include "crdt/register.h"
#include "crdt/sort.h"
#include "proto/bounds.h"

static struct bytes id_bytes(const uint8_t *id)
{
	return bytes_of(id, MERGE_ITEM_BYTES);
}

static bool reads_id(struct mp_reader *reader, struct bytes *id)
{
	return mp_read_bin(reader, id) == 0 && id->len == MERGE_ITEM_BYTES &&
	       le16_get(id->ptr + DOT_BYTES) < LIMIT_LIST_ITEMS;
}

/* [after: nil, item, or an earlier place of this op; value] */
static bool reads_insert(struct mp_reader *reader, uint64_t place)
{
	struct bytes id;
	uint64_t before = 0;
	size_t count = 0;
	bool is_after = false;

	if (mp_read_array(reader, &count) != 0 || count != 2)
		return false;
	if (mp_peek(reader) == MP_NIL)
		is_after = mp_read_nil(reader) == 0;
	else if (mp_peek(reader) == MP_UINT)
		is_after = mp_read_uint(reader, &before) == 0 && before < place;
	else
		is_after = reads_id(reader, &id);
	return is_after && mp_peek(reader) != MP_NIL &&
	       register_reads_value(reader);
}

/* [item, [dot overwritten...], value or nil], items strictly ascending */
static bool reads_change(struct mp_reader *reader, struct bytes *before)
{
	struct bytes id;
	size_t count = 0;

	if (mp_read_array(reader, &count) != 0 || count != 3 ||
	    !reads_id(reader, &id) || !register_reads_dots(reader) ||
	    !register_reads_value(reader))
		return false;
	if (before->len > 0 && bytes_compare(*before, id) >= 0)
		return false;
	*before = id;
	return true;
}

static bool list_is_sound(struct mp_reader payload)
{
	struct bytes before = { 0 };
	uint64_t height = 0;
	size_t count = 0;

	if (mp_read_uint(&payload, &height) != 0 || height > LIMIT_SEQ ||
	    mp_read_array(&payload, &count) != 0 || count > LIMIT_LIST_ITEMS)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!reads_insert(&payload, i))
			return false;
	if (mp_read_array(&payload, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!reads_change(&payload, &before))
			return false;
	return true;
}

struct list_item *list_find(const struct merge_slot *slot,
			    const uint8_t id[MERGE_ITEM_BYTES])
{
	return (struct list_item *)keyset_find(&slot->parts, id_bytes(id));
}

/* The item, unplaced if it is new. id has to stay. NULL: no memory. */
static struct list_item *item_get(struct merge_slot *slot, const uint8_t *id)
{
	struct arena *arena = slot->state->arena;
	struct list_item *item = list_find(slot, id);

	if (item != NULL)
		return item;
	item = arena_alloc(arena, 1, sizeof *item);
	if (item == NULL)
		return NULL;
	item->entry.key = id_bytes(id);
	return keyset_add(&slot->parts, arena, &item->entry) == 0 ? item : NULL;
}

struct place {
	struct list_item *parent;
	uint64_t height;
	uint64_t stamp;
};

/* Only a forged dot places an item twice; the lesser place counts. */
static bool is_lesser_place(const struct place *place,
			    const struct list_item *item)
{
	if (place->height != item->height)
		return place->height < item->height;
	if (place->stamp != item->stamp)
		return place->stamp < item->stamp;
	if (place->parent == NULL || item->parent == NULL)
		return place->parent == NULL && item->parent != NULL;
	return bytes_compare(place->parent->entry.key,
			     item->parent->entry.key) < 0;
}

static void item_place(struct list_item *item, const struct place *place)
{
	if (item->is_placed && !is_lesser_place(place, item))
		return;
	item->is_placed = true;
	item->parent = place->parent;
	item->height = place->height;
	item->stamp = place->stamp;
}

/* One op being applied. */
struct list_step {
	struct merge_slot *slot;
	const struct merge_record *record;
	struct mp_reader payload;
	uint8_t *ids; /* of the op's own items, one beside the other */
	uint64_t height;
};

static int read_parent(struct list_step *step, struct list_item **parent)
{
	const uint8_t *id = NULL;
	struct bytes named = { 0 };
	uint64_t before = 0;
	int rc = 0;

	*parent = NULL;
	if (mp_peek(&step->payload) == MP_NIL)
		return mp_read_nil(&step->payload);
	if (mp_peek(&step->payload) == MP_UINT) {
		rc = mp_read_uint(&step->payload, &before);
		id = step->ids + before * MERGE_ITEM_BYTES;
	} else {
		rc = mp_read_bin(&step->payload, &named);
		id = named.ptr;
	}
	if (rc != 0)
		return rc;
	*parent = item_get(step->slot, id);
	return *parent != NULL ? 0 : ERR_NOMEM;
}

static int apply_insert(struct list_step *step, size_t at)
{
	struct place place = { .height = step->height,
			       .stamp = step->record->stamp };
	uint8_t *id = step->ids + at * MERGE_ITEM_BYTES;
	struct list_item *item = NULL;
	struct bytes value = { 0 };
	size_t two = 0;
	int rc = mp_read_array(&step->payload, &two);

	memcpy(id, step->record->packed, DOT_BYTES);
	le16_put(id + DOT_BYTES, (uint16_t)at);
	if (rc == 0)
		rc = read_parent(step, &place.parent);
	if (rc == 0)
		rc = mp_read_raw(&step->payload, &value);
	if (rc != 0)
		return rc;
	item = item_get(step->slot, id);
	if (item == NULL)
		return ERR_NOMEM;
	item_place(item, &place);
	return register_put(&item->cell, step->slot->state->arena, step->record,
			    value);
}

static int apply_change(struct list_step *step)
{
	struct list_item *item = NULL;
	struct bytes id = { 0 };
	size_t three = 0;
	int rc = mp_read_array(&step->payload, &three);

	if (rc == 0)
		rc = mp_read_bin(&step->payload, &id);
	if (rc != 0)
		return rc;
	item = item_get(step->slot, id.ptr);
	if (item == NULL)
		return ERR_NOMEM;
	return register_take(&item->cell, step->slot->state->arena,
			     step->record, &step->payload);
}

static int list_apply(struct merge_slot *slot, const struct rule_op *op)
{
	struct list_step step = { .slot = slot,
				  .record = op->record,
				  .payload = op->payload };
	size_t count = 0;
	int rc = mp_read_uint(&step.payload, &step.height);

	if (rc == 0)
		rc = mp_read_array(&step.payload, &count);
	if (rc != 0)
		return rc;
	if (step.height > slot->height)
		slot->height = step.height;
	step.ids = arena_alloc(slot->state->arena, count + 1, MERGE_ITEM_BYTES);
	if (step.ids == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = apply_insert(&step, i);
	if (rc == 0)
		rc = mp_read_array(&step.payload, &count);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = apply_change(&step);
	return rc;
}

/* Lowest first; pushing in this order leaves the highest in front. */
static int order_lowest(const void *a, const void *b)
{
	const struct list_item *left = a;
	const struct list_item *right = b;
	struct dot left_dot;
	struct dot right_dot;
	int order = 0;

	if (left->height != right->height)
		return left->height < right->height ? -1 : 1;
	if (left->stamp != right->stamp)
		return left->stamp < right->stamp ? -1 : 1;
	left_dot = dot_unpack(left->entry.key.ptr);
	right_dot = dot_unpack(right->entry.key.ptr);
	order = dot_compare(&left_dot, &right_dot);
	if (order != 0)
		return order;
	return (int)le16_get(left->entry.key.ptr + DOT_BYTES) -
	       (int)le16_get(right->entry.key.ptr + DOT_BYTES);
}

/* Hangs every placed item below what it comes after; answers the head's. */
static int list_grow_tree(struct merge_slot *slot, struct list_item **head)
{
	struct arena_mark mark = arena_mark(slot->state->arena);
	const void **sorted = state_scratch(slot->state, slot->parts.count);
	size_t count = 0;

	if (sorted == NULL)
		return ERR_NOMEM;
	for (struct keyset_entry *at = slot->parts.first; at != NULL;
	     at = at->next) {
		struct list_item *item = (struct list_item *)at;

		item->child = NULL;
		item->sibling = NULL;
		if (item->is_placed)
			sorted[count++] = item;
	}
	sort_pointers(sorted, count, sorted + count, order_lowest);
	*head = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct list_item *known = sorted[i];
		struct list_item *item = list_find(slot, known->entry.key.ptr);
		struct list_item **front = head;

		if (item->parent != NULL)
			front = &item->parent->child;
		item->sibling = *front;
		*front = item;
	}
	arena_rewind(slot->state->arena, mark);
	return 0;
}

/* Depth first without a stack: down, else aside, else up until aside. */
static struct list_item *item_following(struct list_item *item)
{
	if (item->child != NULL)
		return item->child;
	while (item != NULL && item->sibling == NULL)
		item = item->parent;
	return item != NULL ? item->sibling : NULL;
}

static int show_item(struct merge_slot *slot, const struct list_item *item)
{
	struct merge_value values[2];
	size_t count = 0;
	int rc = register_show(&item->cell, slot->state->arena, values,
			       KEPT_ARRAY_COUNT(values), &count);

	if (rc != 0 || count == 0)
		return rc;
	memcpy(values[0].item, item->entry.key.ptr, MERGE_ITEM_BYTES);
	slot->values[slot->count++] = values[0];
	if (count > 1)
		slot->has_siblings = true;
	return 0;
}

static int list_settle(struct merge_slot *slot)
{
	struct list_item *item = NULL;
	int rc = slot_reserve(slot, slot->parts.count);

	if (rc == 0)
		rc = list_grow_tree(slot, &item);
	slot->count = 0;
	slot->has_siblings = false;
	while (rc == 0 && item != NULL) {
		rc = show_item(slot, item);
		item = item_following(item);
	}
	return rc;
}

static int list_digest(struct merge_slot *slot, struct buf *out)
{
	const struct list_item *item = NULL;
	int rc = slot_settle(slot);

	if (rc != 0)
		return rc;
	mp_put_array(out, slot->count);
	for (size_t i = 0; rc == 0 && i < slot->count; i++) {
		item = list_find(slot, slot->values[i].item);
		mp_put_array(out, 2);
		mp_put_bin(out, item->entry.key);
		rc = register_digest(&item->cell, slot->state->arena, out);
	}
	return rc;
}

const struct rule rule_list = {
	.arity = 4,
	.is_sound = list_is_sound,
	.apply = list_apply,
	.settle = list_settle,
	.write = list_write,
	.digest = list_digest,
};
