/*
 * digest.h - a journal's state as 32 bytes that do not depend on order.
 *
 * digest_entry writes one entry's merged state in a canonical form; the
 * caller hashes that (crdt/ holds no crypto) and adds the hashes up: addition
 * modulo 2^256, so entries may come in any order and one can be taken out.
 */
#ifndef KEPT_CRDT_DIGEST_H
#define KEPT_CRDT_DIGEST_H

#include "crdt/merge.h"

struct digest {
	uint64_t word[4];
};

/* Appends: for every field its number, rule, and dots with values. */
int digest_entry(struct merge_state *state, const struct id16 *entry,
		 struct buf *out) KEPT_MUST_USE;
void digest_add(struct digest *digest, const struct hash32 *hash);
void digest_subtract(struct digest *digest, const struct hash32 *hash);
bool digest_equal(const struct digest *a, const struct digest *b);
void digest_pack(const struct digest *digest, uint8_t out[32]);

#endif
