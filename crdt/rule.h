/*
 * rule.h - what a merge rule has to be able to do.
 *
 * A rule's file defines one `const struct rule rule_<name>`; merge.c finds it
 * through proto/rule.def and nothing else knows the rules by name.
 */
#ifndef KEPT_CRDT_RULE_H
#define KEPT_CRDT_RULE_H

#include "crdt/state.h"

/*
 * No more dots than this are overwritten by one write to one value or set, so
 * that a block can hold it; what is left over goes with the next edit.
 */
#define RULE_WRITE_DOTS_MAX 512u

struct rule_op {
	struct merge_record *record; /* the block it came in */
	struct bytes whole;          /* the op's bytes */
	struct mp_reader payload;    /* after the rule number */
};

struct rule {
	size_t arity; /* elements of the op, the rule number included; 0: any */
	/* Judged from the op's own bytes and nothing else. */
	bool (*is_sound)(struct mp_reader payload);
	/* Only for sound ops. ERR_NOMEM leaves the state unusable. */
	int (*apply)(struct merge_slot *slot, const struct rule_op *op);
	/* Fills slot->values, count, has_siblings. */
	int (*settle)(struct merge_slot *slot);
	/* As merge_write; the slot may be an empty one made for the call. */
	int (*write)(struct merge_slot *slot, const struct merge_edit *edit,
		     struct buf *out, bool *changed);
	/* What is alive, as elements in an order equal everywhere. */
	int (*digest)(struct merge_slot *slot, struct buf *out);
};

#define RULE(name, number, doc) extern const struct rule rule_##name;
#include "proto/rule.def"
#undef RULE
extern const struct rule rule_unknown;

const struct rule *rule_find(uint32_t number); /* rule_unknown if none */

#endif
