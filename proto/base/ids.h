/*
 * ids.h - fixed-size names that every layer passes around, and dots.
 */
#ifndef KEPT_BASE_IDS_H
#define KEPT_BASE_IDS_H

#include "proto/base/bytes.h"

struct id16 { uint8_t b[16]; };   /* lid, etag, jtag, entry id (ULID) */
struct hash32 { uint8_t b[32]; }; /* BLAKE2b-256: block ids among them */

/*
 * A dot names one block: its log, its number there and the first 8 bytes of
 * its id, so that it means one branch even after a fork. Packed form, 32
 * bytes: lid | LE64(seq) | tip.
 */
#define DOT_BYTES 32u
struct dot {
	struct id16 lid;
	uint64_t seq;
	uint8_t tip[8];
};

static inline bool id16_equal(const struct id16 *a, const struct id16 *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

static inline bool id16_is_zero(const struct id16 *id)
{
	static const struct id16 zero;

	return id16_equal(id, &zero);
}

static inline bool hash32_equal(const struct hash32 *a, const struct hash32 *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

static inline bool hash32_is_zero(const struct hash32 *hash)
{
	static const struct hash32 zero;

	return hash32_equal(hash, &zero);
}

static inline void dot_pack(const struct dot *dot, uint8_t out[DOT_BYTES])
{
	memcpy(out, dot->lid.b, 16);
	le64_put(out + 16, dot->seq);
	memcpy(out + 24, dot->tip, 8);
}

static inline struct dot dot_unpack(const uint8_t in[DOT_BYTES])
{
	struct dot dot;

	memcpy(dot.lid.b, in, 16);
	dot.seq = le64_get(in + 16);
	memcpy(dot.tip, in + 24, 8);
	return dot;
}

/* Order by lid, seq, tip. */
static inline int dot_compare(const struct dot *a, const struct dot *b)
{
	int order = memcmp(a->lid.b, b->lid.b, 16);

	if (order != 0)
		return order;
	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	return memcmp(a->tip, b->tip, 8);
}

#endif
