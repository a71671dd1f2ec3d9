/*
 * merge.c - blocks in, an entry's state out.
 *
 * Must never look at anything but the blocks: no clock, no order of arrival,
 * nothing local. An op that lacks its rule's form is void and leaves no trace,
 * not even its field's name. Read the rules next: crdt/register.c, orset.c,
 * list.c, life.c; crdt/text/ is the place of the engine for long text, and
 * crdt/digest.c writes down what this ends in.
 */
#include "crdt/merge.h"

#include "crdt/list.h"
#include "crdt/register.h"
#include "crdt/rule.h"
#include "proto/base/panic.h"
#include "proto/bounds.h"

static const struct rule *const rules[] = {
#define RULE(name, number, doc) [number] = &rule_##name,
#include "proto/rule.def"
#undef RULE
};

const struct rule *rule_find(uint32_t number)
{
	if (number >= KEPT_ARRAY_COUNT(rules) || rules[number] == NULL)
		return &rule_unknown;
	return rules[number];
}

struct merge_state *merge_new(struct arena *arena)
{
	struct merge_state *state = arena_alloc(arena, 1, sizeof *state);

	if (state != NULL)
		state->arena = arena;
	return state;
}

/* Big-endian, so that keys sort as numbers do. */
static struct bytes number_key(uint8_t key[4], uint32_t number)
{
	key[0] = (uint8_t)(number >> 24);
	key[1] = (uint8_t)(number >> 16);
	key[2] = (uint8_t)(number >> 8);
	key[3] = (uint8_t)number;
	return bytes_of(key, 4);
}

/* Blocks of one writer name fields in the same order again and again. */
static struct merge_number *number_following(const struct merge_state *state,
					     uint32_t number)
{
	struct keyset_entry *next = state->numbers.first;
	struct merge_number *guess = NULL;

	if (state->latest != NULL)
		next = state->latest->entry.next;
	guess = (struct merge_number *)next;
	return guess != NULL && guess->number == number ? guess : NULL;
}

static struct merge_number *number_find(const struct merge_state *state,
					uint32_t number)
{
	struct merge_number *field = number_following(state, number);
	uint8_t key[4];

	if (field == NULL && number <= state->greatest_number)
		field = (struct merge_number *)keyset_find(
			&state->numbers, number_key(key, number));
	return field;
}

static struct merge_slot *slot_find(const struct merge_number *field,
				    uint32_t rule)
{
	uint8_t key[4];

	return (struct merge_slot *)keyset_find(&field->slots,
						number_key(key, rule));
}

/* NULL: no memory. */
static struct merge_number *number_get(struct merge_state *state,
				       uint32_t number)
{
	struct merge_number *field = number_find(state, number);

	if (field == NULL) {
		field = arena_alloc(state->arena, 1, sizeof *field);
		if (field == NULL)
			return NULL;
		field->number = number;
		field->entry.key = number_key(field->key, number);
		if (number > state->greatest_number)
			state->greatest_number = number;
		if (keyset_add(&state->numbers, state->arena, &field->entry) !=
		    0)
			return NULL;
	}
	state->latest = field;
	return field;
}

static struct merge_slot *slot_get(struct merge_state *state, uint32_t number,
				   uint32_t rule)
{
	struct merge_number *field = number_get(state, number);
	struct merge_slot *slot = NULL;

	if (field == NULL)
		return NULL;
	slot = slot_find(field, rule);
	if (slot != NULL)
		return slot;
	slot = arena_alloc(state->arena, 1, sizeof *slot);
	if (slot == NULL)
		return NULL;
	slot->number = number;
	slot->rule = rule;
	slot->state = state;
	slot->entry.key = number_key(slot->key, rule);
	if (keyset_add(&field->slots, state->arena, &slot->entry) != 0)
		return NULL;
	return slot;
}

int slot_reserve(struct merge_slot *slot, size_t count)
{
	size_t cap = slot->cap * 2;

	if (count <= slot->cap)
		return 0;
	if (cap < count)
		cap = count;
	slot->values =
		arena_alloc(slot->state->arena, cap, sizeof *slot->values);
	slot->cap = slot->values != NULL ? cap : 0;
	return slot->values != NULL ? 0 : ERR_NOMEM;
}

int slot_settle(struct merge_slot *slot)
{
	int rc = 0;

	if (slot->is_settled)
		return 0;
	rc = rule_find(slot->rule)->settle(slot);
	slot->is_settled = rc == 0;
	return rc;
}

/* The newest of its log: what a life op written now will have observed. */
static int log_extend(struct merge_state *state, struct merge_record *record)
{
	struct bytes key = bytes_of(record->packed, sizeof record->dot.lid);
	struct merge_log *log = NULL;

	log = (struct merge_log *)keyset_find(&state->logs, key);
	if (log == NULL) {
		log = arena_alloc(state->arena, 1, sizeof *log);
		if (log == NULL)
			return ERR_NOMEM;
		log->entry.key = key;
		log->newest = record;
		return keyset_add(&state->logs, state->arena, &log->entry);
	}
	if (record->dot.seq < log->newest->dot.seq)
		return 0;
	if (record->dot.seq == log->newest->dot.seq)
		record->beside = log->newest;
	log->newest = record;
	return 0;
}

static bool is_same_block(const struct merge_record *record,
			  const struct merge_block *block)
{
	return record->stamp == block->stamp &&
	       bytes_equal(record->ops, block->ops);
}

static int record_link(struct merge_state *state, struct merge_record *record,
		       struct merge_record *twin)
{
	int rc = 0;

	record->earlier = state->newest_arrival;
	state->newest_arrival = record;
	state->record_count++;
	if (record->stamp > state->newest_stamp)
		state->newest_stamp = record->stamp;
	if (twin != NULL) {
		record->twin = twin->twin;
		twin->twin = record;
		return 0;
	}
	record->entry.key = bytes_of(record->packed, DOT_BYTES);
	rc = keyset_add(&state->records, state->arena, &record->entry);
	return rc != 0 ? rc : log_extend(state, record);
}

/* *record = NULL if the block is here already. */
static int record_add(struct merge_state *state,
		      const struct merge_block *block,
		      struct merge_record **record)
{
	struct merge_record *twin = NULL;
	uint8_t packed[DOT_BYTES];

	*record = NULL;
	dot_pack(&block->dot, packed);
	twin = (struct merge_record *)keyset_find(&state->records,
						  bytes_of(packed, DOT_BYTES));
	for (const struct merge_record *at = twin; at != NULL; at = at->twin)
		if (is_same_block(at, block))
			return 0;
	*record = arena_alloc(state->arena, 1, sizeof **record);
	if (*record == NULL)
		return ERR_NOMEM;
	memcpy((*record)->packed, packed, DOT_BYTES);
	(*record)->dot = block->dot;
	(*record)->stamp = block->stamp;
	(*record)->ops = block->ops;
	return record_link(state, *record, twin);
}

/* Is it [rule, ...] with the arity and form of its rule? */
static bool op_is_sound(struct rule_op *op, uint64_t number, uint64_t *rule)
{
	const struct rule *known = NULL;
	size_t arity = 0;

	op->payload = mp_reader(op->whole);
	if (number > UINT32_MAX || mp_peek(&op->payload) != MP_ARRAY ||
	    mp_read_array(&op->payload, &arity) != 0 || arity == 0 ||
	    mp_peek(&op->payload) != MP_UINT ||
	    mp_read_uint(&op->payload, rule) != 0 || *rule > UINT32_MAX)
		return false;
	known = rule_find((uint32_t)*rule);
	if (known->arity != 0 && known->arity != arity)
		return false;
	if (*rule == RULE_life && number != MERGE_FIELD_LIFE)
		return false;
	return known->is_sound(op->payload);
}

static int op_apply(struct merge_state *state, struct rule_op *op,
		    uint64_t number)
{
	struct merge_slot *slot = NULL;
	uint64_t rule = 0;

	if (!op_is_sound(op, number, &rule))
		return 0;
	slot = slot_get(state, (uint32_t)number, (uint32_t)rule);
	if (slot == NULL)
		return ERR_NOMEM;
	slot->is_settled = false;
	if (rule != RULE_life)
		op->record->is_event = true;
	return rule_find((uint32_t)rule)->apply(slot, op);
}

int merge_apply(struct merge_state *state, const struct merge_block *block)
{
	struct mp_reader reader = mp_reader(block->ops);
	struct rule_op op = { 0 };
	uint64_t number = 0;
	size_t pairs = 0;
	int rc = 0;

	if (mp_peek(&reader) != MP_MAP || mp_read_map(&reader, &pairs) != 0)
		return ERR_MALFORMED;
	rc = record_add(state, block, &op.record);
	if (rc != 0 || op.record == NULL)
		return rc;
	/* More ops than a block may hold: void, all of them. */
	if (pairs > LIMIT_BLOCK_OPS)
		return 0;
	state->latest = NULL;
	for (size_t i = 0; rc == 0 && i < pairs; i++) {
		if (mp_read_uint(&reader, &number) != 0 ||
		    mp_read_raw(&reader, &op.whole) != 0)
			return 0;
		rc = op_apply(state, &op, number);
	}
	return rc;
}

/* Keeps the cap least numbers seen, ascending. */
static size_t keep_least(uint32_t *numbers, size_t count, size_t cap,
			 uint32_t number)
{
	size_t at = count;

	if (count == cap && (cap == 0 || numbers[cap - 1] < number))
		return count;
	if (count < cap)
		count++;
	else
		at--;
	while (at > 0 && numbers[at - 1] > number) {
		numbers[at] = numbers[at - 1];
		at--;
	}
	numbers[at] = number;
	return count;
}

size_t merge_fields(struct merge_state *state, uint32_t *numbers, size_t cap)
{
	const struct merge_number *field = NULL;
	size_t count = 0;

	for (const struct keyset_entry *at = state->numbers.first; at != NULL;
	     at = at->next) {
		field = (const struct merge_number *)at;
		count = keep_least(numbers, count, cap, field->number);
	}
	return count;
}

/* Which of two slots of one field is shown. */
static bool is_shown_before(const struct merge_slot *a,
			    const struct merge_slot *b)
{
	bool a_known = rule_find(a->rule) != &rule_unknown;
	bool b_known = rule_find(b->rule) != &rule_unknown;

	if (a_known != b_known)
		return a_known;
	if ((a->count > 0) != (b->count > 0))
		return a->count > 0;
	return a->rule < b->rule;
}

int merge_read(struct merge_state *state, uint32_t number,
	       struct merge_field *out)
{
	const struct merge_number *field = number_find(state, number);
	struct merge_slot *shown = NULL;
	size_t filled = 0;
	int rc = 0;

	if (field == NULL)
		return ERR_NOT_FOUND;
	for (struct keyset_entry *at = field->slots.first; at != NULL;
	     at = at->next) {
		struct merge_slot *slot = (struct merge_slot *)at;

		rc = slot_settle(slot);
		if (rc != 0)
			return rc;
		if (shown == NULL || is_shown_before(slot, shown))
			shown = slot;
		filled += slot->count > 0 ? 1 : 0;
	}
	kept_assert(shown != NULL);
	*out = (struct merge_field){
		.number = number,
		.rule = shown->rule,
		.values = shown->values,
		.count = shown->count,
		.has_siblings = shown->has_siblings,
		.is_unknown = rule_find(shown->rule) == &rule_unknown,
		.has_other_rules = filled > (shown->count > 0 ? 1u : 0u),
	};
	return 0;
}

int merge_write(struct merge_state *state, const struct merge_edit *edit,
		struct buf *out, bool *changed)
{
	const struct merge_number *field = number_find(state, edit->number);
	struct merge_slot empty = { .number = edit->number,
				    .rule = edit->rule,
				    .state = state };
	struct mp_reader reader = mp_reader(edit->wanted);
	struct merge_slot *slot = NULL;
	struct bytes whole;

	*changed = false;
	if (mp_read_raw(&reader, &whole) != 0 || !mp_at_end(&reader))
		return ERR_MALFORMED;
	if (field != NULL)
		slot = slot_find(field, edit->rule);
	if (slot == NULL)
		slot = &empty;
	return rule_find(edit->rule)->write(slot, edit, out, changed);
}

/* Newest dots of all logs; puts them when out is there. Returns how many. */
static size_t life_observed(const struct merge_state *state, struct buf *out)
{
	const struct merge_record *record = NULL;
	size_t count = 0;

	for (const struct keyset_entry *at = state->logs.first; at != NULL;
	     at = at->next) {
		record = ((const struct merge_log *)at)->newest;
		for (; record != NULL; record = record->beside) {
			count++;
			if (out != NULL)
				mp_put_bin(out, record->entry.key);
		}
	}
	return count;
}

int merge_write_life(struct merge_state *state, bool deleted, struct buf *out)
{
	size_t count = life_observed(state, NULL);

	mp_put_uint(out, MERGE_FIELD_LIFE);
	mp_put_array(out, 3);
	mp_put_uint(out, RULE_life);
	mp_put_array(out, count);
	count -= life_observed(state, out);
	kept_assert(count == 0);
	mp_put_bool(out, deleted);
	return out->failed;
}

int merge_read_item(struct merge_state *state, uint32_t number,
		    const uint8_t item[MERGE_ITEM_BYTES],
		    struct merge_value *values, size_t cap, size_t *count)
{
	const struct merge_number *field = number_find(state, number);
	const struct merge_slot *slot = NULL;
	const struct list_item *found = NULL;
	int rc = 0;

	*count = 0;
	if (field != NULL)
		slot = slot_find(field, RULE_list);
	if (slot != NULL)
		found = list_find(slot, item);
	if (found == NULL || !found->is_placed)
		return ERR_NOT_FOUND;
	rc = register_show(&found->cell, state->arena, values, cap, count);
	for (size_t i = 0; rc == 0 && i < *count; i++)
		memcpy(values[i].item, item, MERGE_ITEM_BYTES);
	return rc;
}
