/*
 * digest.c - merged state as bytes, and sums of their hashes.
 *
 * Must never write anything that depends on the order blocks came in. What is
 * overwritten is left out: two devices agree when what they hold alive does.
 * Read crdt/merge.c first.
 */
#include "crdt/digest.h"

#include "crdt/rule.h"
#include "crdt/sort.h"

static int order_key(const void *a, const void *b)
{
	const struct keyset_entry *left = a;
	const struct keyset_entry *right = b;

	return bytes_compare(left->key, right->key);
}

/* Entries of a set by key, in scratch. NULL: no memory. */
static const void **entries_sorted(struct merge_state *state,
				   const struct keyset *set)
{
	const void **entries = state_scratch(state, set->count);
	size_t count = 0;

	if (entries == NULL)
		return NULL;
	for (const struct keyset_entry *at = set->first; at != NULL;
	     at = at->next)
		entries[count++] = at;
	sort_pointers(entries, count, entries + count, order_key);
	return entries;
}

static int digest_field(struct merge_state *state,
			const struct merge_number *field, struct buf *out)
{
	const void **slots = entries_sorted(state, &field->slots);
	int rc = slots == NULL ? ERR_NOMEM : 0;

	for (size_t i = 0; rc == 0 && i < field->slots.count; i++) {
		const struct merge_slot *known = slots[i];
		struct merge_slot *slot = (struct merge_slot *)keyset_find(
			&field->slots, known->entry.key);

		mp_put_array(out, 3);
		mp_put_uint(out, slot->number);
		mp_put_uint(out, slot->rule);
		rc = rule_find(slot->rule)->digest(slot, out);
	}
	return rc;
}

/* Room for what is shown stays in the arena; it has to be taken before a mark
 * everything after which is given back. */
static int settle_all(struct merge_state *state)
{
	int rc = 0;

	for (struct keyset_entry *at = state->numbers.first; at != NULL;
	     at = at->next) {
		struct keyset_entry *slot =
			((struct merge_number *)at)->slots.first;

		for (; rc == 0 && slot != NULL; slot = slot->next)
			rc = slot_settle((struct merge_slot *)slot);
	}
	return rc;
}

int digest_entry(struct merge_state *state, const struct id16 *entry,
		 struct buf *out)
{
	const void **fields = NULL;
	struct arena_mark mark;
	int rc = settle_all(state);

	if (rc != 0)
		return rc;
	mark = arena_mark(state->arena);
	mp_put_bin(out, bytes_of(entry->b, sizeof entry->b));
	fields = entries_sorted(state, &state->numbers);
	rc = fields == NULL ? ERR_NOMEM : 0;
	for (size_t i = 0; rc == 0 && i < state->numbers.count; i++)
		rc = digest_field(state, fields[i], out);
	arena_rewind(state->arena, mark);
	return rc != 0 ? rc : out->failed;
}

void digest_add(struct digest *digest, const struct hash32 *hash)
{
	uint64_t carry = 0;

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(digest->word); i++) {
		uint64_t sum = digest->word[i] + carry;

		carry = sum < carry;
		digest->word[i] = sum + le64_get(hash->b + 8 * i);
		carry += digest->word[i] < sum;
	}
}

void digest_subtract(struct digest *digest, const struct hash32 *hash)
{
	uint64_t borrow = 0;

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(digest->word); i++) {
		uint64_t word = digest->word[i];
		uint64_t taken = le64_get(hash->b + 8 * i);

		digest->word[i] = word - taken - borrow;
		borrow = word < taken || (word == taken && borrow != 0);
	}
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->word, b->word, sizeof a->word) == 0;
}

void digest_pack(const struct digest *digest, uint8_t out[32])
{
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(digest->word); i++)
		le64_put(out + 8 * i, digest->word[i]);
}
