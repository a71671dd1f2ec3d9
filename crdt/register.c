/*
 * register.c - the rules register and text: multi-value registers.
 *
 * Must never drop a value nobody overwrote: the stamp chooses what is shown,
 * dots choose what is gone. Read crdt/list.c next, whose items are these.
 */
#include "crdt/register.h"

#include "crdt/rule.h"
#include "crdt/sort.h"
#include "proto/bounds.h"

bool register_reads_dots(struct mp_reader *reader)
{
	struct bytes dot;
	size_t count = 0;

	if (mp_read_array(reader, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (mp_read_bin(reader, &dot) != 0 || dot.len != DOT_BYTES)
			return false;
	return true;
}

bool register_reads_value(struct mp_reader *reader)
{
	struct bytes value;

	return mp_read_raw(reader, &value) == 0;
}

static bool register_is_sound(struct mp_reader payload)
{
	return register_reads_dots(&payload) && register_reads_value(&payload);
}

/* The write of a dot, made if it is not known yet. NULL: no memory. */
static struct register_write *write_get(struct keyset *cell,
					struct arena *arena, const uint8_t *dot)
{
	struct bytes key = bytes_of(dot, DOT_BYTES);
	struct register_write *write = NULL;

	write = (struct register_write *)keyset_find(cell, key);
	if (write != NULL)
		return write;
	write = arena_alloc(arena, 1, sizeof *write);
	if (write == NULL)
		return NULL;
	write->entry.key = key;
	return keyset_add(cell, arena, &write->entry) == 0 ? write : NULL;
}

int register_put(struct keyset *cell, struct arena *arena,
		 const struct merge_record *record, struct bytes value)
{
	struct register_write *write = NULL;

	write = write_get(cell, arena, record->packed);
	if (write == NULL)
		return ERR_NOMEM;
	while (write->value.len != 0) {
		if (write->stamp == record->stamp &&
		    bytes_equal(write->value, value))
			return 0;
		if (write->twin == NULL) {
			write->twin = arena_alloc(arena, 1, sizeof *write);
			if (write->twin == NULL)
				return ERR_NOMEM;
			write->twin->entry.key = write->entry.key;
		}
		write = write->twin;
	}
	write->value = value;
	write->stamp = record->stamp;
	return 0;
}

int register_take(struct keyset *cell, struct arena *arena,
		  const struct merge_record *record, struct mp_reader *payload)
{
	struct register_write *write = NULL;
	struct bytes span = { 0 };
	size_t count = 0;
	bool clears = false;
	int rc = mp_read_array(payload, &count);

	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = mp_read_bin(payload, &span);
		if (rc != 0)
			break;
		write = write_get(cell, arena, span.ptr);
		if (write == NULL)
			return ERR_NOMEM;
		write->is_overwritten = true;
	}
	if (rc != 0)
		return rc;
	clears = mp_peek(payload) == MP_NIL;
	rc = mp_read_raw(payload, &span);
	if (rc != 0 || clears)
		return rc;
	return register_put(cell, arena, record, span);
}

static int register_apply(struct merge_slot *slot, const struct rule_op *op)
{
	struct mp_reader payload = op->payload;

	return register_take(&slot->parts, slot->state->arena, op->record,
			     &payload);
}

/* Alive writes, one after the other; start with NULL. */
static const struct register_write *write_next(
	const struct keyset *cell, const struct register_write **head,
	const struct register_write *write)
{
	if (write != NULL && write->twin != NULL)
		return write->twin;
	*head = (const struct register_write *)(*head == NULL
							? cell->first
							: (*head)->entry.next);
	while (*head != NULL &&
	       ((*head)->is_overwritten || (*head)->value.len == 0))
		*head = (const struct register_write *)(*head)->entry.next;
	return *head;
}

size_t register_count(const struct keyset *cell)
{
	const struct register_write *head = NULL;
	const struct register_write *write = NULL;
	size_t count = 0;

	while ((write = write_next(cell, &head, write)) != NULL)
		count++;
	return count;
}

static size_t register_gather(const struct keyset *cell,
			      const struct register_write **writes)
{
	const struct register_write *head = NULL;
	const struct register_write *write = NULL;
	size_t count = 0;

	while ((write = write_next(cell, &head, write)) != NULL)
		writes[count++] = write;
	return count;
}

int register_order_newest(const void *a, const void *b)
{
	const struct register_write *left = a;
	const struct register_write *right = b;
	struct dot left_dot;
	struct dot right_dot;
	int order = 0;

	if (left->stamp != right->stamp)
		return left->stamp > right->stamp ? -1 : 1;
	left_dot = dot_unpack(left->entry.key.ptr);
	right_dot = dot_unpack(right->entry.key.ptr);
	order = dot_compare(&right_dot, &left_dot);
	return order != 0 ? order : bytes_compare(right->value, left->value);
}

static int order_value(const void *a, const void *b)
{
	const struct register_write *left = a;
	const struct register_write *right = b;
	int order = bytes_compare(left->value, right->value);

	return order != 0 ? order : register_order_newest(a, b);
}

static int order_dot(const void *a, const void *b)
{
	const struct register_write *left = a;
	const struct register_write *right = b;
	int order = bytes_compare(left->entry.key, right->entry.key);

	return order != 0 ? order : register_order_newest(a, b);
}

void register_newest(const struct keyset *cell,
		     const struct register_write **writes, const void **scratch)
{
	size_t count = register_gather(cell, writes);

	sort_pointers((const void **)writes, count, scratch,
		      register_order_newest);
}

static struct merge_value value_from_write(const struct register_write *write)
{
	return (struct merge_value){
		.dot = dot_unpack(write->entry.key.ptr),
		.stamp = write->stamp,
		.value = write->value,
	};
}

/* Written apart but equal: one of them stands for all. */
static size_t collapse_equal(const void **writes, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const struct register_write *write = writes[i];
		const struct register_write *before = NULL;

		if (kept > 0)
			before = writes[kept - 1];
		if (before == NULL || !bytes_equal(before->value, write->value))
			writes[kept++] = write;
	}
	return kept;
}

int register_show(const struct keyset *cell, struct arena *arena,
		  struct merge_value *values, size_t cap, size_t *count)
{
	const struct register_write *head = NULL;
	struct arena_mark mark;
	const void **writes = NULL;
	size_t alive = register_count(cell);

	*count = 0;
	if (alive <= 1) {
		if (alive == 1 && cap > 0)
			values[(*count)++] =
				value_from_write(write_next(cell, &head, NULL));
		return 0;
	}
	mark = arena_mark(arena);
	writes = arena_alloc(arena, 2 * alive, sizeof *writes);
	if (writes == NULL)
		return ERR_NOMEM;
	alive = register_gather(cell, (const struct register_write **)writes);
	sort_pointers(writes, alive, writes + alive, order_value);
	alive = collapse_equal(writes, alive);
	sort_pointers(writes, alive, writes + alive, register_order_newest);
	if (cap > LIMIT_SIBLINGS)
		cap = LIMIT_SIBLINGS;
	while (*count < alive && *count < cap) {
		values[*count] = value_from_write(writes[*count]);
		(*count)++;
	}
	arena_rewind(arena, mark);
	return 0;
}

static int register_settle(struct merge_slot *slot)
{
	int rc = 0;

	if (slot->cap == 0)
		rc = slot_reserve(slot, 1);
	if (rc == 0 && slot->cap < LIMIT_SIBLINGS &&
	    register_count(&slot->parts) > slot->cap)
		rc = slot_reserve(slot, LIMIT_SIBLINGS);
	if (rc == 0)
		rc = register_show(&slot->parts, slot->state->arena,
				   slot->values, slot->cap, &slot->count);
	slot->has_siblings = slot->count > 1;
	return rc;
}

int register_put_dots(const struct keyset *cell, struct arena *arena,
		      struct buf *out)
{
	struct arena_mark mark = arena_mark(arena);
	const struct register_write **writes = NULL;
	size_t alive = register_count(cell);

	if (alive == 0) {
		mp_put_array(out, 0);
		return out->failed;
	}
	writes = arena_alloc(arena, 2 * alive, sizeof *writes);
	if (writes == NULL)
		return ERR_NOMEM;
	register_newest(cell, writes, (const void **)(writes + alive));
	if (alive > RULE_WRITE_DOTS_MAX)
		alive = RULE_WRITE_DOTS_MAX;
	mp_put_array(out, alive);
	for (size_t i = 0; i < alive; i++)
		mp_put_bin(out, writes[i]->entry.key);
	arena_rewind(arena, mark);
	return out->failed;
}

static int register_write(struct merge_slot *slot,
			  const struct merge_edit *edit, struct buf *out,
			  bool *changed)
{
	struct mp_reader reader = mp_reader(edit->wanted);
	bool clears = mp_peek(&reader) == MP_NIL;
	int rc = slot_settle(slot);

	if (rc != 0)
		return rc;
	if (clears)
		*changed = slot->count > 0;
	else
		*changed = slot->count != 1 ||
			   !bytes_equal(slot->values[0].value, edit->wanted);
	if (!*changed)
		return 0;
	mp_put_uint(out, slot->number);
	mp_put_array(out, 3);
	mp_put_uint(out, slot->rule);
	rc = register_put_dots(&slot->parts, slot->state->arena, out);
	if (rc != 0)
		return rc;
	mp_put_raw(out, edit->wanted);
	return out->failed;
}

int register_digest(const struct keyset *cell, struct arena *arena,
		    struct buf *out)
{
	struct arena_mark mark = arena_mark(arena);
	const struct register_write *write = NULL;
	const void **writes = NULL;
	size_t alive = register_count(cell);

	writes = arena_alloc(arena, 2 * alive + 1, sizeof *writes);
	if (writes == NULL)
		return ERR_NOMEM;
	alive = register_gather(cell, (const struct register_write **)writes);
	sort_pointers(writes, alive, writes + alive, order_dot);
	mp_put_array(out, alive);
	for (size_t i = 0; i < alive; i++) {
		write = writes[i];
		mp_put_array(out, 3);
		mp_put_bin(out, write->entry.key);
		mp_put_uint(out, write->stamp);
		mp_put_raw(out, write->value);
	}
	arena_rewind(arena, mark);
	return out->failed;
}

static int register_digest_slot(struct merge_slot *slot, struct buf *out)
{
	return register_digest(&slot->parts, slot->state->arena, out);
}

const struct rule rule_register = {
	.arity = 3,
	.is_sound = register_is_sound,
	.apply = register_apply,
	.settle = register_settle,
	.write = register_write,
	.digest = register_digest_slot,
};

/* Until the engine in crdt/text/ merges word by word, long text is kept whole:
 * both versions stay readable. */
const struct rule rule_text = {
	.arity = 3,
	.is_sound = register_is_sound,
	.apply = register_apply,
	.settle = register_settle,
	.write = register_write,
	.digest = register_digest_slot,
};
