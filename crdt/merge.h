/*
 * merge.h - the only entry point for merging: blocks of one entry in, the
 * entry's state out.
 *
 * The state is a pure function of the *set* of blocks applied: any order, any
 * batching, any repetition gives the same (laws tested for every rule by
 * table). Nothing that was written is dropped: overwritten values remain
 * readable from the blocks, concurrent ones from the state.
 *
 * A block's ops are canonical msgpack, already validated by mpcheck:
 *   { field number: [rule, ...payload] }, ascending.
 * Payloads (a dot is bin of DOT_BYTES):
 *   register, text  [rule, [dot overwritten...], value or nil]
 *   orset           [rule, [[dot, element] removed...], [element added...]]
 *   list            [rule, height, [[after, value] inserted...],
 *                    [[item, [dot overwritten...], value or nil] changed...]]
 *                   item = bin of DOT_BYTES + 2: the dot that inserted it and
 *                   LE16(place among that op's insertions). after = nil (the
 *                   head), an item, or a uint: an earlier place of this op,
 *                   which cannot name its own dot. height: one more than the
 *                   greatest seen in the field, <= LIMIT_SEQ. changed: items
 *                   strictly ascending; nil takes one out
 *   life            [rule, [dot observed, newest per log...], deleted: bool]
 *                   only under MERGE_FIELD_LIFE
 * A field number may appear once in a block. Values are kept as the bytes
 * that came. An op that breaks its rule's form is void: it does nothing, on
 * every device alike, and what breaks it is in its own bytes. More than
 * LIMIT_LIST_ITEMS added or inserted is void, so is a set's element that is
 * nil, an array, or a map; a block of more than LIMIT_BLOCK_OPS is void as a
 * whole. An unknown rule is counted and left alone.
 *
 * Taking out, like clearing and deleting, overwrites what the writer saw: a
 * list item changed elsewhere at the same time stays, as an entry does.
 *
 * Cost: applying an op is linear in its bytes, times the bits of a key at the
 * very worst; reading a field after a block is m log m in the ops it has had.
 *
 * All memory comes from the caller's arena. Values borrow from the blocks.
 */
#ifndef KEPT_CRDT_MERGE_H
#define KEPT_CRDT_MERGE_H

#include "proto/base/arena.h"
#include "proto/base/buf.h"
#include "proto/base/ids.h"

enum merge_rule {
#define RULE(name, number, doc) RULE_##name = (number),
#include "proto/rule.def"
#undef RULE
};

#define MERGE_ITEM_BYTES (DOT_BYTES + 2u)
#define MERGE_FIELDS_MAX 128u
#define MERGE_FIELD_LIFE 1u /* every kind's field of rule life */

/* One block of an entry, its body already opened. */
struct merge_block {
	struct dot dot;
	uint64_t stamp;   /* hlc */
	struct bytes ops; /* Borrows as long as the state lives */
};

struct merge_state; /* one entry; lives in the arena */

struct merge_state *merge_new(struct arena *arena);
/*
 * ERR_NOMEM (the arena's cap) leaves the state unusable: drop the arena.
 * ERR_MALFORMED: ops is not a map at all; the state is unchanged.
 */
int merge_apply(struct merge_state *state, const struct merge_block *block)
	KEPT_MUST_USE;

/* One value of a register, or one item of a list. */
struct merge_value {
	struct dot dot; /* who wrote it */
	uint64_t stamp;
	struct bytes value; /* canonical msgpack; nil never appears */
	uint8_t item[MERGE_ITEM_BYTES]; /* lists: its identity */
};

/* What a field holds now, in an order equal on every device. */
struct merge_field {
	uint32_t number;
	uint32_t rule;
	/* register, text: [0] is shown (greatest stamp, then dot); more than
	 * one: written apart (at most LIMIT_SIBLINGS). orset: elements in byte
	 * order. list: in order, each item's newest value. */
	const struct merge_value *values; /* Borrows until merge_apply */
	size_t count;
	/* list: items whose value was changed apart; register: count > 1 */
	bool has_siblings;
	/* A rule this build does not know; values are whole ops, newest
	 * first. */
	bool is_unknown;
	/* Blocks gave this field different rules. Each rule keeps its own
	 * values; known rules come first, then those that have values, then
	 * the lesser number. This is set when another one has values too. */
	bool has_other_rules;
};

/* Field numbers present, ascending; the cap least of them. Returns how many
 * were written. */
size_t merge_fields(struct merge_state *state, uint32_t *numbers, size_t cap);
/* ERR_NOT_FOUND if no op named it. A cleared register has count 0. */
int merge_read(struct merge_state *state, uint32_t number,
	       struct merge_field *out) KEPT_MUST_USE;
/*
 * All values one list item has, as merge_read gives those of a register:
 * newest first, at most LIMIT_SIBLINGS and cap. ERR_NOT_FOUND if there is no
 * such item; *count = 0 if it was taken out.
 */
int merge_read_item(struct merge_state *state, uint32_t number,
		    const uint8_t item[MERGE_ITEM_BYTES],
		    struct merge_value *values, size_t cap, size_t *count)
	KEPT_MUST_USE;

/*
 * An event is a block with any sound op but deleting. A delete covers the
 * events its vector names, up to each log's number; deletes add up. restored:
 * here although a delete that nobody answered did not know of an event, and
 * that event (of another log) not of it. An op "deleted: false" answers the
 * deletes it observed: write it with the first edit of a deleted entry.
 */
struct merge_life {
	bool deleted;  /* there is a delete, and every event is covered */
	bool restored; /* deleted on one side, edited on the other */
	size_t blocks; /* distinct blocks applied */
	uint64_t newest_stamp;
};
struct merge_life merge_life(const struct merge_state *state);

/*
 * Ops that turn what the field holds now into `wanted`, one
 * `number: [rule, ...]` pair appended to out (the caller counts pairs and
 * writes the map's head). wanted: a value for register and text (nil clears),
 * an array of elements for orset, an array of values for list. Nothing is
 * appended and *changed = false when the field holds that already (one value,
 * equal bytes). Lists keep the identity of equal items (longest common
 * subsequence up to 256 x 256, beyond that the common beginning and end);
 * with list_key = N > 0 items are maps and those with equal bytes under key N
 * are the same item, changed. An item that moved is taken out and put in.
 *
 * ERR_MALFORMED: wanted has not the form above. ERR_LIMIT: more than
 * LIMIT_LIST_ITEMS new ones at once, or out is full. ERR_USAGE: a rule that
 * is not written this way (life) or not known. After an error cut out back to
 * what it was. Several values are overwritten together, at most 512 at once.
 */
struct merge_edit {
	uint32_t number;
	uint32_t rule;
	struct bytes wanted;
	uint32_t list_key; /* 0: whole items compare */
};
int merge_write(struct merge_state *state, const struct merge_edit *edit,
		struct buf *out, bool *changed) KEPT_MUST_USE;
/* The life op: deleted or here again, over everything applied so far. */
int merge_write_life(struct merge_state *state, bool deleted, struct buf *out)
	KEPT_MUST_USE;

#endif
