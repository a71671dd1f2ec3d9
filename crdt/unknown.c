/*
 * unknown.c - ops of a rule this build does not know.
 *
 * Must never look inside them: they are kept, counted, and shown as bytes, so
 * that a newer kept on another device finds everything. Read crdt/merge.c
 * next.
 */
#include "crdt/register.h"
#include "crdt/rule.h"
#include "crdt/sort.h"

static bool unknown_is_sound(struct mp_reader payload)
{
	return payload.at <= payload.end;
}

static int unknown_apply(struct merge_slot *slot, const struct rule_op *op)
{
	return register_put(&slot->parts, slot->state->arena, op->record,
			    op->whole);
}

/* Nothing stands for anything else here: all ops, newest first. */
static int unknown_settle(struct merge_slot *slot)
{
	struct arena *arena = slot->state->arena;
	size_t count = register_count(&slot->parts);
	const struct register_write **ops = NULL;
	struct arena_mark mark;
	int rc = slot_reserve(slot, count);

	if (rc != 0)
		return rc;
	mark = arena_mark(arena);
	ops = (const struct register_write **)state_scratch(slot->state, count);
	if (ops == NULL)
		return ERR_NOMEM;
	register_newest(&slot->parts, ops, (const void **)(ops + count));
	for (size_t i = 0; i < count; i++)
		slot->values[i] = (struct merge_value){
			.dot = dot_unpack(ops[i]->entry.key.ptr),
			.stamp = ops[i]->stamp,
			.value = ops[i]->value,
		};
	slot->count = count;
	arena_rewind(arena, mark);
	return 0;
}

static int unknown_write(struct merge_slot *slot, const struct merge_edit *edit,
			 struct buf *out, bool *changed)
{
	(void)slot;
	(void)edit;
	(void)out;
	*changed = false;
	return ERR_USAGE;
}

static int unknown_digest(struct merge_slot *slot, struct buf *out)
{
	return register_digest(&slot->parts, slot->state->arena, out);
}

const struct rule rule_unknown = {
	.arity = 0,
	.is_sound = unknown_is_sound,
	.apply = unknown_apply,
	.settle = unknown_settle,
	.write = unknown_write,
	.digest = unknown_digest,
};
