/*
 * orset.c - the rule orset: a set in which adding wins.
 *
 * A part is one (dot, element) pair: added by that dot, or removed by somebody
 * who saw it. Must never remove what the remover had not seen. Shapiro et al.
 * (2011). Read crdt/list.c next.
 */
#include "crdt/rule.h"
#include "crdt/sort.h"
#include "proto/bounds.h"

struct orset_part {
	struct keyset_entry entry; /* key: packed dot | element */
	uint64_t stamp;            /* the greatest, should a dot be forged */
	bool is_added;
	bool is_removed;
};

static struct bytes part_element(const struct orset_part *part)
{
	return bytes_of(part->entry.key.ptr + DOT_BYTES,
			part->entry.key.len - DOT_BYTES);
}

static bool is_alive(const struct orset_part *part)
{
	return part->is_added && !part->is_removed;
}

static bool reads_element(struct mp_reader *reader, struct bytes *element)
{
	enum mp_type type = mp_peek(reader);

	return (type == MP_BOOL || type == MP_UINT || type == MP_INT ||
		type == MP_STR || type == MP_BIN) &&
	       mp_read_raw(reader, element) == 0;
}

/* [dot, element]: the two lie side by side, and are the part's key. */
static bool reads_pair(struct mp_reader *reader, struct bytes *key)
{
	struct bytes dot = { 0 };
	struct bytes element = { 0 };
	size_t count = 0;

	if (mp_read_array(reader, &count) != 0 || count != 2 ||
	    mp_read_bin(reader, &dot) != 0 || dot.len != DOT_BYTES ||
	    !reads_element(reader, &element))
		return false;
	*key = bytes_of(dot.ptr, DOT_BYTES + element.len);
	return true;
}

static bool orset_is_sound(struct mp_reader payload)
{
	struct bytes span = { 0 };
	size_t count = 0;

	if (mp_read_array(&payload, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!reads_pair(&payload, &span))
			return false;
	if (mp_read_array(&payload, &count) != 0 || count > LIMIT_LIST_ITEMS)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!reads_element(&payload, &span))
			return false;
	return true;
}

static struct orset_part *part_get(struct merge_slot *slot, struct bytes key)
{
	struct arena *arena = slot->state->arena;
	struct orset_part *part = NULL;

	part = (struct orset_part *)keyset_find(&slot->parts, key);
	if (part != NULL)
		return part;
	part = arena_alloc(arena, 1, sizeof *part);
	if (part == NULL)
		return NULL;
	part->entry.key = key;
	return keyset_add(&slot->parts, arena, &part->entry) == 0 ? part : NULL;
}

static int apply_added(struct merge_slot *slot, const struct rule_op *op,
		       struct bytes element)
{
	struct orset_part *part = NULL;
	size_t len = DOT_BYTES + element.len;
	uint8_t *key = arena_alloc(slot->state->arena, len, 1);

	if (key == NULL)
		return ERR_NOMEM;
	memcpy(key, op->record->packed, DOT_BYTES);
	memcpy(key + DOT_BYTES, element.ptr, element.len);
	part = part_get(slot, bytes_of(key, len));
	if (part == NULL)
		return ERR_NOMEM;
	part->is_added = true;
	if (op->record->stamp > part->stamp)
		part->stamp = op->record->stamp;
	return 0;
}

static int orset_apply(struct merge_slot *slot, const struct rule_op *op)
{
	struct mp_reader payload = op->payload;
	struct orset_part *part = NULL;
	struct bytes span = { 0 };
	size_t count = 0;
	int rc = mp_read_array(&payload, &count);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (!reads_pair(&payload, &span))
			return ERR_MALFORMED;
		part = part_get(slot, span);
		if (part == NULL)
			return ERR_NOMEM;
		part->is_removed = true;
	}
	if (rc == 0)
		rc = mp_read_array(&payload, &count);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		if (!reads_element(&payload, &span))
			return ERR_MALFORMED;
		rc = apply_added(slot, op, span);
	}
	return rc;
}

static int order_element(const void *a, const void *b)
{
	const struct orset_part *left = a;
	const struct orset_part *right = b;
	struct dot left_dot;
	struct dot right_dot;
	int order = bytes_compare(part_element(left), part_element(right));

	if (order != 0)
		return order;
	if (left->stamp != right->stamp)
		return left->stamp > right->stamp ? -1 : 1;
	left_dot = dot_unpack(left->entry.key.ptr);
	right_dot = dot_unpack(right->entry.key.ptr);
	return dot_compare(&right_dot, &left_dot);
}

/* Alive parts by element, newest first among equals. NULL: no memory. */
static const void **orset_sorted(struct merge_slot *slot, size_t *count)
{
	const struct orset_part *part = NULL;
	const void **parts = state_scratch(slot->state, slot->parts.count);
	size_t alive = 0;

	if (parts == NULL)
		return NULL;
	for (const struct keyset_entry *at = slot->parts.first; at != NULL;
	     at = at->next) {
		part = (const struct orset_part *)at;
		if (is_alive(part))
			parts[alive++] = part;
	}
	sort_pointers(parts, alive, parts + alive, order_element);
	*count = alive;
	return parts;
}

static void show_part(struct merge_slot *slot, const struct orset_part *part)
{
	struct bytes element = part_element(part);

	if (slot->count > 0 &&
	    bytes_equal(slot->values[slot->count - 1].value, element))
		return;
	slot->values[slot->count++] = (struct merge_value){
		.dot = dot_unpack(part->entry.key.ptr),
		.stamp = part->stamp,
		.value = element,
	};
}

static int orset_settle(struct merge_slot *slot)
{
	struct arena_mark mark;
	const void **parts = NULL;
	size_t alive = 0;
	int rc = slot_reserve(slot, slot->parts.count);

	if (rc != 0)
		return rc;
	mark = arena_mark(slot->state->arena);
	parts = orset_sorted(slot, &alive);
	if (parts == NULL)
		return ERR_NOMEM;
	slot->count = 0;
	for (size_t i = 0; i < alive; i++)
		show_part(slot, parts[i]);
	arena_rewind(slot->state->arena, mark);
	return 0;
}

static int order_span(const void *a, const void *b)
{
	const struct bytes *left = a;
	const struct bytes *right = b;

	return bytes_compare(*left, *right);
}

/* The elements wanted, each once, sorted. NULL with *rc set. */
static const void **read_wanted(struct merge_slot *slot, struct bytes wanted,
				size_t *count, int *rc)
{
	struct mp_reader reader = mp_reader(wanted);
	const struct bytes *before = NULL;
	struct bytes *spans = NULL;
	const void **sorted = NULL;
	size_t read = 0;
	size_t kept = 0;

	*rc = mp_read_array(&reader, &read);
	if (*rc != 0)
		return NULL;
	spans = arena_alloc(slot->state->arena, read + 1, sizeof *spans);
	sorted = state_scratch(slot->state, read);
	*rc = spans == NULL || sorted == NULL ? ERR_NOMEM : 0;
	for (size_t i = 0; *rc == 0 && i < read; i++) {
		*rc = reads_element(&reader, &spans[i]) ? 0 : ERR_MALFORMED;
		sorted[i] = &spans[i];
	}
	if (*rc != 0)
		return NULL;
	sort_pointers(sorted, read, sorted + read, order_span);
	for (size_t i = 0; i < read; i++) {
		if (kept > 0)
			before = sorted[kept - 1];
		if (before == NULL || order_span(before, sorted[i]) != 0)
			sorted[kept++] = sorted[i];
	}
	*count = kept;
	return sorted;
}

/* Walks both sorted lists: parts nobody wants, and elements not there. */
static void orset_compare(const void **parts, size_t *part_count,
			  const void **wanted, size_t *wanted_count)
{
	size_t gone = 0;
	size_t added = 0;
	size_t at = 0;
	bool is_there = false;

	for (size_t i = 0; i < *wanted_count; i++) {
		const struct bytes *want = wanted[i];

		is_there = false;
		for (; at < *part_count; at++) {
			int order =
				bytes_compare(part_element(parts[at]), *want);

			if (order > 0)
				break;
			if (order == 0)
				is_there = true;
			else
				parts[gone++] = parts[at];
		}
		if (!is_there)
			wanted[added++] = want;
	}
	while (at < *part_count)
		parts[gone++] = parts[at++];
	*part_count = gone;
	*wanted_count = added;
}

static void put_ops(struct merge_slot *slot, struct buf *out,
		    const void **parts, size_t gone, const void **wanted,
		    size_t added)
{
	const struct orset_part *part = NULL;
	const struct bytes *element = NULL;

	mp_put_uint(out, slot->number);
	mp_put_array(out, 3);
	mp_put_uint(out, slot->rule);
	mp_put_array(out, gone);
	for (size_t i = 0; i < gone; i++) {
		part = parts[i];
		mp_put_array(out, 2);
		mp_put_bin(out, bytes_of(part->entry.key.ptr, DOT_BYTES));
		mp_put_raw(out, part_element(part));
	}
	mp_put_array(out, added);
	for (size_t i = 0; i < added; i++) {
		element = wanted[i];
		mp_put_raw(out, *element);
	}
}

static int orset_write(struct merge_slot *slot, const struct merge_edit *edit,
		       struct buf *out, bool *changed)
{
	struct arena_mark mark = arena_mark(slot->state->arena);
	const void **parts = NULL;
	const void **wanted = NULL;
	size_t gone = 0;
	size_t added = 0;
	int rc = 0;

	wanted = read_wanted(slot, edit->wanted, &added, &rc);
	if (rc != 0)
		goto out;
	parts = orset_sorted(slot, &gone);
	rc = parts == NULL ? ERR_NOMEM : 0;
	if (rc != 0)
		goto out;
	orset_compare(parts, &gone, wanted, &added);
	rc = added > LIMIT_LIST_ITEMS ? ERR_LIMIT : 0;
	if (rc != 0 || (gone == 0 && added == 0))
		goto out;
	*changed = true;
	if (gone > RULE_WRITE_DOTS_MAX)
		gone = RULE_WRITE_DOTS_MAX;
	put_ops(slot, out, parts, gone, wanted, added);
	rc = out->failed;
out:
	arena_rewind(slot->state->arena, mark);
	return rc;
}

static int orset_digest(struct merge_slot *slot, struct buf *out)
{
	struct arena_mark mark = arena_mark(slot->state->arena);
	const struct orset_part *part = NULL;
	size_t alive = 0;
	const void **parts = orset_sorted(slot, &alive);

	if (parts == NULL)
		return ERR_NOMEM;
	mp_put_array(out, alive);
	for (size_t i = 0; i < alive; i++) {
		part = parts[i];
		mp_put_array(out, 3);
		mp_put_bin(out, bytes_of(part->entry.key.ptr, DOT_BYTES));
		mp_put_uint(out, part->stamp);
		mp_put_raw(out, part_element(part));
	}
	arena_rewind(slot->state->arena, mark);
	return out->failed;
}

const struct rule rule_orset = {
	.arity = 3,
	.is_sound = orset_is_sound,
	.apply = orset_apply,
	.settle = orset_settle,
	.write = orset_write,
	.digest = orset_digest,
};
