/*
 * listdiff.c - an edited list becomes ops of the rule list.
 *
 * Items that stayed keep their identity, so that what another device did to
 * them meanwhile still finds them. Must never change what is shown to anything
 * but the list wanted. Read crdt/list.c first.
 */
#include "crdt/list.h"

#include "crdt/register.h"
#include "crdt/sort.h"
#include "proto/bounds.h"

/* Beyond this many pairs only the common beginning and end are matched. */
#define LISTDIFF_PAIRS_MAX (256u * 256u)

struct listdiff {
	struct merge_slot *slot;
	uint32_t key;
	struct bytes *wanted; /* whole items */
	struct bytes *new_names;
	size_t new_count;
	struct bytes *old_names; /* of slot->values */
	size_t old_count;
	size_t *match;    /* fresh -> old + 1; 0: inserted */
	bool *is_matched; /* of old */
};

/* What an item is recognized by: the bytes under key, else all of them. */
static struct bytes item_name(struct bytes item, uint32_t key)
{
	struct mp_reader reader = mp_reader(item);
	struct bytes value = { 0 };
	uint64_t number = 0;
	size_t pairs = 0;

	if (key == 0 || mp_peek(&reader) != MP_MAP ||
	    mp_read_map(&reader, &pairs) != 0)
		return item;
	for (size_t i = 0; i < pairs; i++) {
		if (mp_read_uint(&reader, &number) != 0 ||
		    mp_read_raw(&reader, &value) != 0)
			return item;
		if (number == key)
			return value;
	}
	return item;
}

static int read_wanted(struct listdiff *diff, struct bytes wanted)
{
	struct arena *arena = diff->slot->state->arena;
	struct mp_reader reader = mp_reader(wanted);
	size_t count = 0;
	int rc = mp_read_array(&reader, &count);

	if (rc != 0)
		return rc;
	diff->wanted = arena_alloc(arena, count + 1, sizeof *diff->wanted);
	diff->new_names =
		arena_alloc(arena, count + 1, sizeof *diff->new_names);
	diff->match = arena_alloc(arena, count + 1, sizeof *diff->match);
	if (diff->wanted == NULL || diff->new_names == NULL ||
	    diff->match == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		if (mp_peek(&reader) == MP_NIL)
			return ERR_MALFORMED;
		rc = mp_read_raw(&reader, &diff->wanted[i]);
		if (rc != 0)
			return rc;
		diff->new_names[i] = item_name(diff->wanted[i], diff->key);
	}
	diff->new_count = count;
	return 0;
}

static int read_shown(struct listdiff *diff)
{
	struct arena *arena = diff->slot->state->arena;
	size_t count = diff->slot->count;

	diff->old_count = count;
	diff->old_names =
		arena_alloc(arena, count + 1, sizeof *diff->old_names);
	diff->is_matched =
		arena_alloc(arena, count + 1, sizeof *diff->is_matched);
	if (diff->old_names == NULL || diff->is_matched == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++)
		diff->old_names[i] =
			item_name(diff->slot->values[i].value, diff->key);
	return 0;
}

static bool is_same(const struct listdiff *diff, size_t old, size_t fresh)
{
	return bytes_equal(diff->old_names[old], diff->new_names[fresh]);
}

static void match_pair(struct listdiff *diff, size_t old, size_t fresh)
{
	diff->match[fresh] = old + 1;
	diff->is_matched[old] = true;
}

/* Part of both lists: [first, first + count). */
struct window {
	size_t old_first;
	size_t old_count;
	size_t new_first;
	size_t new_count;
};

static struct window match_ends(struct listdiff *diff)
{
	struct window middle = { .old_count = diff->old_count,
				 .new_count = diff->new_count };

	while (middle.old_count > 0 && middle.new_count > 0 &&
	       is_same(diff, middle.old_first, middle.new_first)) {
		match_pair(diff, middle.old_first++, middle.new_first++);
		middle.old_count--;
		middle.new_count--;
	}
	while (middle.old_count > 0 && middle.new_count > 0 &&
	       is_same(diff, middle.old_first + middle.old_count - 1,
		       middle.new_first + middle.new_count - 1)) {
		middle.old_count--;
		middle.new_count--;
		match_pair(diff, middle.old_first + middle.old_count,
			   middle.new_first + middle.new_count);
	}
	return middle;
}

/* lengths[i][j]: the longest common subsequence of what follows i and j. */
static void fill_lengths(const struct listdiff *diff, struct window middle,
			 uint16_t *lengths)
{
	size_t width = middle.new_count + 1;

	for (size_t i = middle.old_count; i-- > 0;) {
		for (size_t j = middle.new_count; j-- > 0;) {
			uint16_t *at = lengths + i * width + j;

			if (is_same(diff, middle.old_first + i,
				    middle.new_first + j))
				*at = (uint16_t)(at[width + 1] + 1);
			else
				*at = at[width] >= at[1] ? at[width] : at[1];
		}
	}
}

static int match_middle(struct listdiff *diff, struct window middle)
{
	size_t width = middle.new_count + 1;
	uint16_t *lengths = NULL;
	size_t i = 0;
	size_t j = 0;

	if (middle.old_count == 0 || middle.new_count == 0 ||
	    middle.old_count > LISTDIFF_PAIRS_MAX / middle.new_count)
		return 0;
	lengths = arena_alloc(diff->slot->state->arena,
			      (middle.old_count + 1) * width, sizeof *lengths);
	if (lengths == NULL)
		return ERR_NOMEM;
	fill_lengths(diff, middle, lengths);
	while (i < middle.old_count && j < middle.new_count) {
		const uint16_t *at = lengths + i * width + j;

		if (is_same(diff, middle.old_first + i, middle.new_first + j))
			match_pair(diff, middle.old_first + i++,
				   middle.new_first + j++);
		else if (at[width] >= at[1])
			i++;
		else
			j++;
	}
	return 0;
}

struct change {
	const struct list_item *item;
	struct bytes value; /* len 0: taken out */
};

static int order_change(const void *a, const void *b)
{
	const struct change *left = a;
	const struct change *right = b;

	return bytes_compare(left->item->entry.key, right->item->entry.key);
}

/* Several values under one item count as a change: the edit settles them. */
static int item_differs(struct listdiff *diff, size_t fresh,
			const struct list_item *item, bool *differs)
{
	struct merge_value values[2];
	size_t count = 0;
	int rc = register_show(&item->cell, diff->slot->state->arena, values,
			       KEPT_ARRAY_COUNT(values), &count);

	*differs = count != 1 ||
		   !bytes_equal(values[0].value, diff->wanted[fresh]);
	return rc;
}

/* Items changed or taken out, in the order the wire asks for. */
static int find_changes(struct listdiff *diff, const void ***sorted,
			size_t *count)
{
	struct merge_slot *slot = diff->slot;
	struct change *changes = NULL;
	bool differs = false;
	int rc = 0;

	changes = arena_alloc(slot->state->arena, diff->old_count + 1,
			      sizeof *changes);
	*sorted = state_scratch(slot->state, diff->old_count);
	if (changes == NULL || *sorted == NULL)
		return ERR_NOMEM;
	for (size_t fresh = 0; rc == 0 && fresh < diff->new_count; fresh++) {
		if (diff->match[fresh] == 0)
			continue;
		changes[*count].item = list_find(
			slot, slot->values[diff->match[fresh] - 1].item);
		changes[*count].value = diff->wanted[fresh];
		rc = item_differs(diff, fresh, changes[*count].item, &differs);
		*count += differs ? 1 : 0;
	}
	for (size_t old = 0; old < diff->old_count; old++) {
		if (diff->is_matched[old])
			continue;
		changes[*count].item = list_find(slot, slot->values[old].item);
		changes[(*count)++].value = (struct bytes){ 0 };
	}
	for (size_t i = 0; i < *count; i++)
		(*sorted)[i] = &changes[i];
	sort_pointers(*sorted, *count, *sorted + *count, order_change);
	return rc;
}

static void put_inserts(struct listdiff *diff, size_t inserted, struct buf *out)
{
	const struct merge_value *values = diff->slot->values;
	size_t place = 0;

	mp_put_array(out, inserted);
	for (size_t fresh = 0; fresh < diff->new_count; fresh++) {
		if (diff->match[fresh] != 0)
			continue;
		mp_put_array(out, 2);
		if (fresh == 0)
			mp_put_nil(out);
		else if (diff->match[fresh - 1] == 0)
			mp_put_uint(out, place - 1);
		else
			mp_put_bin(
				out,
				bytes_of(
					values[diff->match[fresh - 1] - 1].item,
					MERGE_ITEM_BYTES));
		mp_put_raw(out, diff->wanted[fresh]);
		place++;
	}
}

static int put_changes(struct merge_slot *slot, const void **changes,
		       size_t count, struct buf *out)
{
	const struct change *change = NULL;
	int rc = out->failed;

	mp_put_array(out, count);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		change = changes[i];
		mp_put_array(out, 3);
		mp_put_bin(out, change->item->entry.key);
		rc = register_put_dots(&change->item->cell, slot->state->arena,
				       out);
		if (change->value.len == 0)
			mp_put_nil(out);
		else
			mp_put_raw(out, change->value);
	}
	return rc != 0 ? rc : out->failed;
}

static int put_difference(struct listdiff *diff, struct buf *out, bool *changed)
{
	struct merge_slot *slot = diff->slot;
	const void **changes = NULL;
	size_t inserted = 0;
	size_t count = 0;
	int rc = find_changes(diff, &changes, &count);

	if (rc != 0)
		return rc;
	for (size_t fresh = 0; fresh < diff->new_count; fresh++)
		inserted += diff->match[fresh] == 0 ? 1 : 0;
	if (inserted > LIMIT_LIST_ITEMS)
		return ERR_LIMIT;
	*changed = inserted > 0 || count > 0;
	if (!*changed)
		return 0;
	mp_put_uint(out, slot->number);
	mp_put_array(out, 4);
	mp_put_uint(out, slot->rule);
	mp_put_uint(out,
		    slot->height < LIMIT_SEQ ? slot->height + 1 : LIMIT_SEQ);
	put_inserts(diff, inserted, out);
	return put_changes(slot, changes, count, out);
}

int list_write(struct merge_slot *slot, const struct merge_edit *edit,
	       struct buf *out, bool *changed)
{
	struct listdiff diff = { .slot = slot, .key = edit->list_key };
	struct arena_mark mark;
	int rc = slot_settle(slot);

	if (rc != 0)
		return rc;
	mark = arena_mark(slot->state->arena);
	rc = read_wanted(&diff, edit->wanted);
	if (rc == 0)
		rc = read_shown(&diff);
	if (rc == 0)
		rc = match_middle(&diff, match_ends(&diff));
	if (rc == 0)
		rc = put_difference(&diff, out, changed);
	arena_rewind(slot->state->arena, mark);
	return rc;
}
