/*
 * sample.c - blocks made of their own number; see sample.h.
 *
 * It must never use a clock or dice of the process: the reader of a crashed
 * store has nothing else to compare with.
 */
#include "tests/lib/sample.h"

#include "proto/base/panic.h"
#include "proto/base/prng.h"

struct id16 sample_etag(uint64_t n)
{
	struct id16 etag;

	memset(etag.b, (int)(0xa0 + n % 8), sizeof etag.b);
	return etag;
}

void sample_block(struct sample *out, uint32_t log_no, uint64_t seq,
		  size_t size)
{
	struct block *block = &out->block;
	struct prng prng;

	kept_assert(size <= SAMPLE_BODY_BYTES_MAX);
	prng_seed(&prng, (uint64_t)log_no << 40 | seq);
	if (size == 0)
		size = 900 + (size_t)prng_below(&prng, 501);
	memset(block, 0, sizeof *block);
	block->header.ver = BLOCK_VERSION;
	block->header.kind = BLOCK_OPS;
	block->header.epoch = 1;
	block->header.seq = seq;
	block->header.etag = sample_etag(seq);
	memset(block->header.lid.b, (int)log_no, 16);
	if (seq > 1)
		prng_fill(&prng, block->header.prev.b, 32);
	prng_fill(&prng, out->body, size);
	kept_assert(block_set_body(block, bytes_of(out->body, size)) == 0);
	if (seq % 4 != 0)
		return;
	prng_fill(&prng, block->signature.b, sizeof block->signature.b);
	block->is_signed = true;
}

bool sample_matches(const struct block *block, uint32_t log_no, uint64_t seq)
{
	struct sample wanted;

	sample_block(&wanted, log_no, seq, 0);
	return hash32_equal(&block->id, &wanted.block.id) &&
	       bytes_equal(block->body, wanted.block.body) &&
	       block->is_signed == wanted.block.is_signed &&
	       memcmp(&block->signature, &wanted.block.signature,
		      sizeof block->signature) == 0;
}
