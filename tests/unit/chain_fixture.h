/*
 * chain_fixture.h - one log of three small notes with fixed keys and fixed
 * dice, so that every byte of it is known. The numbers in the tests were
 * computed by another implementation.
 */
#ifndef KEPT_TESTS_CHAIN_FIXTURE_H
#define KEPT_TESTS_CHAIN_FIXTURE_H

#include "proto/crypto/block.h"
#include "proto/crypto/entropy.h"
#include "proto/crypto/kdf.h"
#include "tests/lib/harness.h"

#define CHAIN_BLOCKS 3

struct chain {
	struct block blocks[CHAIN_BLOCKS];
	struct buf bodies[CHAIN_BLOCKS];
	struct seal_key op_key;
	struct sign_public pub;
	struct sign_secret sec;
};

static struct entropy_stream chain_dice;

static inline struct block chain_block(uint64_t seq, const struct hash32 *prev)
{
	struct block block = { .header = {
				       .ver = BLOCK_VERSION,
				       .kind = BLOCK_OPS,
				       .epoch = 9,
				       .seq = seq,
			       } };

	memset(block.header.jtag.b, 0x11, 16);
	memset(block.header.lid.b, 0x22, 16);
	memset(block.header.etag.b, 0x33, 16);
	if (prev != NULL)
		block.header.prev = *prev;
	return block;
}

static inline void chain_init(struct chain *chain)
{
	struct epoch_key epoch;
	struct seal_key seed;

	memset(chain, 0, sizeof *chain);
	for (uint8_t i = 0; i < 32; i++) {
		epoch.b[i] = i;
		chain_dice.seed[i] = (uint8_t)(100 + i);
		seed.b[i] = (uint8_t)(200 + i);
	}
	chain_dice.counter = 0;
	sign_keypair_from_seed(&seed, &chain->pub, &chain->sec);
	for (size_t i = 0; i < CHAIN_BLOCKS; i++) {
		struct block *block = &chain->blocks[i];
		char note[] = "note 1";

		note[5] = (char)('1' + i);
		*block = chain_block(i + 1,
				     i == 0 ? NULL : &chain->blocks[i - 1].id);
		kdf_op_key(&epoch, &block->header.etag, &chain->op_key);
		buf_init(&chain->bodies[i], LIMIT_BLOCK_BODY_BYTES);
		assert_int_equal(block_seal(block, &chain->op_key,
					    bytes_from_str(note),
					    &chain->bodies[i]),
				 0);
	}
	block_sign(&chain->blocks[CHAIN_BLOCKS - 1], &chain->sec);
}

static inline void chain_release(struct chain *chain)
{
	for (size_t i = 0; i < CHAIN_BLOCKS; i++)
		buf_release(&chain->bodies[i]);
}

#endif
