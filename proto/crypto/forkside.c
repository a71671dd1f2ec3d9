/*
 * forkside.c - what proves one side of a fork.
 *
 * Must never take a header's own word for its place: that is the record's to
 * say. Read daemon/core/roster_forks.c for what two sides prove together.
 */
#include "proto/crypto/forkside.h"

/* Of a header: what stands before jtag, and what after it is not implied. */
#define HEAD_BYTES 8u
#define AT_ETAG 40u
#define AT_BODY_HASH 96u
#define TAIL_BYTES 36u /* body_hash, body_len */

_Static_assert(HEAD_BYTES + 16u + TAIL_BYTES == FORKSIDE_ITEM_BYTES,
	       "an item is those parts");

void forkside_put(const struct block_header *header, bool is_first,
		  struct buf *out)
{
	uint8_t bytes[BLOCK_HEADER_BYTES];

	block_header_write(header, bytes);
	if (is_first)
		buf_put(out, header->prev.b, sizeof header->prev.b);
	buf_put(out, bytes, HEAD_BYTES);
	buf_put(out, bytes + AT_ETAG, 16);
	buf_put(out, bytes + AT_BODY_HASH, TAIL_BYTES);
}

void forkside_put_end(const struct signature *signature, struct buf *out)
{
	buf_put(out, signature->b, sizeof signature->b);
}

/* The header that an item stands for, and its id. */
static void read_item(const uint8_t *item, const struct forkside_place *place,
		      uint64_t seq, const struct hash32 *prev,
		      struct hash32 *id)
{
	const struct block_header implied = {
		.jtag = place->jtag,
		.lid = place->lid,
		.seq = seq,
		.prev = *prev,
	};
	uint8_t bytes[BLOCK_HEADER_BYTES];

	block_header_write(&implied, bytes);
	memcpy(bytes, item, HEAD_BYTES);
	memcpy(bytes + AT_ETAG, item + HEAD_BYTES, 16);
	memcpy(bytes + AT_BODY_HASH, item + HEAD_BYTES + 16, TAIL_BYTES);
	hash_bytes(bytes_of(bytes, sizeof bytes), id->b, sizeof id->b);
}

int forkside_read(struct bytes side, const struct forkside_place *place,
		  struct forkside *out)
{
	const size_t around = sizeof out->prev.b + sizeof out->signature.b;
	const uint8_t *item;
	size_t count, i;

	if (side.len <= around || side.len > FORKSIDE_BYTES_MOST ||
	    (side.len - around) % FORKSIDE_ITEM_BYTES != 0)
		return ERR_MALFORMED;
	count = (side.len - around) / FORKSIDE_ITEM_BYTES;
	memcpy(out->prev.b, side.ptr, sizeof out->prev.b);
	if (place->seq == 0 || place->seq > LIMIT_SEQ - (count - 1) ||
	    hash32_is_zero(&out->prev) != (place->seq == 1))
		return ERR_MALFORMED;
	item = side.ptr + sizeof out->prev.b;
	out->last = out->prev;
	for (i = 0; i < count; i++, item += FORKSIDE_ITEM_BYTES) {
		struct hash32 before = out->last;

		read_item(item, place, place->seq + i, &before, &out->last);
		if (i == 0)
			out->first = out->last;
	}
	memcpy(out->signature.b, item, sizeof out->signature.b);
	return 0;
}

int forkside_verify(const struct forkside *side,
		    const struct sign_public *author)
{
	return sign_verify(author, SIGN_BLOCK,
			   bytes_of(side->last.b, sizeof side->last.b),
			   &side->signature);
}
