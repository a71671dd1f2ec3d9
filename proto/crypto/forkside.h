/*
 * forkside.h - one side of a FORK record: headers of one log from where two
 * histories part to the first that is signed, and that signature.
 *
 *   prev[32] | 1..64 x { ver u8 | kind u8 | flags u16 | epoch u32 |
 *   etag[16] | body_hash[32] | body_len u32 } | signature[64]
 *
 * As in a run, whatever follows is left out: jtag and lid are those of the
 * record, seq counts up from the record's, and each prev is the id before it.
 * So all that a side says is chained and of that log by its very form; what
 * is left to check is the signature. Little-endian.
 */
#ifndef KEPT_CRYPTO_FORKSIDE_H
#define KEPT_CRYPTO_FORKSIDE_H

#include "proto/crypto/block.h"

#define FORKSIDE_ITEM_BYTES 60u
/* A log held ends signed, and at least every LIMIT_RUN_BLOCKS it has been. */
#define FORKSIDE_BYTES_MOST (32u + LIMIT_RUN_BLOCKS * FORKSIDE_ITEM_BYTES + 64u)
_Static_assert(FORKSIDE_BYTES_MOST <= 6144u, "it fits into control.def");

struct forkside {
	struct hash32 prev;  /* what the first builds on */
	struct hash32 first; /* id */
	struct hash32 last;  /* id of the signed one; may be the first */
	struct signature signature;
};

/* Where both sides begin. */
struct forkside_place {
	struct id16 jtag, lid;
	uint64_t seq; /* of the first */
};

/* Appends the first header, or one that follows it; see buf for failure. */
void forkside_put(const struct block_header *header, bool is_first,
		  struct buf *out);
/* Appends the end. */
void forkside_put_end(const struct signature *signature, struct buf *out);

/* ERR_MALFORMED: not of that form, or no such place. Signatures are for
 * forkside_verify. Headers of any version are hashed as they stand. */
int forkside_read(struct bytes side, const struct forkside_place *place,
		  struct forkside *out) KEPT_MUST_USE;
/* ERR_CRYPTO: not signed by that author. */
int forkside_verify(const struct forkside *side,
		    const struct sign_public *author) KEPT_MUST_USE;

#endif
