/*
 * state.h - what one entry's merged state is made of, for crdt/ alone.
 *
 * Everything lives in the caller's arena and only ever grows: a block adds
 * facts (this dot wrote that, this dot is overwritten) and takes none away,
 * which is why order and repetition cannot matter. What is shown is worked
 * out from the facts when it is read, and kept until the next block.
 */
#ifndef KEPT_CRDT_STATE_H
#define KEPT_CRDT_STATE_H

#include "crdt/keyset.h"
#include "crdt/merge.h"
#include "proto/mp.h"

/* A block that was applied. */
struct merge_record {
	struct keyset_entry entry; /* key: the packed dot below */
	struct merge_record *twin; /* same dot, other bytes: forged */
	struct merge_record
		*beside; /* same log and number, other tip: a fork */
	struct merge_record *earlier; /* all of them, newest arrival first */
	struct dot dot;
	uint64_t stamp;
	struct bytes ops;
	uint8_t packed[DOT_BYTES];
	bool is_event;  /* did anything but deleting */
	bool is_delete; /* holds a delete */
};

/* What a set of vectors covers, put together (crdt/life.c). */
struct life_reach {
	struct keyset logs; /* lid -> greatest number named */
	struct keyset dots; /* every dot named */
};

/* One (field, rule) pair. */
struct merge_slot {
	struct keyset_entry entry; /* key: rule, big-endian */
	uint8_t key[4];
	uint32_t number;
	uint32_t rule;
	struct merge_state *state;
	struct keyset parts; /* writes, elements, or items: see each rule */
	uint64_t height;     /* lists: the greatest seen */
	/* What is shown; good while is_settled. */
	struct merge_value *values;
	size_t count;
	size_t cap;
	bool has_siblings;
	bool is_settled;
};

struct merge_number {
	struct keyset_entry entry; /* key: field number, big-endian */
	uint8_t key[4];
	uint32_t number;
	struct keyset slots;
};

struct merge_state {
	struct arena *arena;
	struct keyset records;
	struct keyset logs;          /* lid -> newest record */
	struct keyset numbers;       /* fields */
	struct merge_number *latest; /* where the next op's field may follow */
	uint32_t greatest_number;    /* of all fields */
	struct merge_record *newest_arrival;
	struct life_reach deletes; /* what deletes observed */
	struct life_reach returns; /* what "here again" observed */
	size_t record_count;
	uint64_t newest_stamp;
};

struct merge_log {
	struct keyset_entry entry; /* key: the lid inside newest->dot */
	struct merge_record *newest;
};

/* Room for count values in slot->values; old ones are not kept. */
int slot_reserve(struct merge_slot *slot, size_t count) KEPT_MUST_USE;
/* slot->values are right after this. */
int slot_settle(struct merge_slot *slot) KEPT_MUST_USE;

/* Pointers to sort, with scratch behind them; NULL over the arena's cap. */
static inline const void **state_scratch(struct merge_state *state,
					 size_t count)
{
	return arena_alloc(state->arena, 2 * count + 1, sizeof(void *));
}

#endif
