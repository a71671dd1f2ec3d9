/*
 * Goal: a block's 136 bytes have one form, its id and signature cover all of
 * them, and its body opens only where it belongs. Method: golden numbers from
 * another implementation, limits, and every flip.
 */
#include "proto/crypto/block.h"

#include "tests/unit/chain_fixture.h"

/* A header with every field different. */
static struct block_header golden_header(void)
{
	struct block block = chain_block(2, NULL);

	block.header.flags = BLOCK_CONTINUES;
	memset(block.header.prev.b, 0x44, 32);
	memset(block.header.body_hash.b, 0x55, 32);
	block.header.body_len = 329;
	return block.header;
}

static int reread(const struct block_header *header, struct block_header *out)
{
	uint8_t wire[BLOCK_HEADER_BYTES];

	block_header_write(header, wire);
	return block_header_read(bytes_of(wire, sizeof wire), out);
}

static void the_golden_header_has_these_bytes(void **state)
{
	struct block_header header = golden_header();
	struct block_header back;
	struct block block = { .header = header };
	uint8_t wire[BLOCK_HEADER_BYTES], again[BLOCK_HEADER_BYTES];

	(void)state;
	block_header_write(&header, wire);
	assert_hex(bytes_of(wire, 64),
		   "01010100 09000000 11111111111111111111111111111111"
		   "22222222222222222222222222222222"
		   "33333333333333333333333333333333 0200000000000000");
	assert_hex(bytes_of(wire + 128, 8), "49010000 00000000");
	assert_int_equal(reread(&header, &back), 0);
	block_header_write(&back, again);
	assert_memory_equal(wire, again, sizeof wire);
	block_compute_id(&block);
	assert_hex(bytes_of(block.id.b, 32),
		   "73b9299f3d801be5d216febc217c25ad"
		   "1e3f7f0be7a0ed76b62cc13d4dc96bb0");
}

static void headers_out_of_bounds_are_refused(void **state)
{
	struct block_header h = golden_header(), out;
	uint8_t wire[BLOCK_HEADER_BYTES + 1] = { 0 };

	(void)state;
	h.seq = LIMIT_SEQ - 1;
	assert_int_equal(reread(&h, &out), 0);
	h.seq = LIMIT_SEQ;
	assert_int_equal(reread(&h, &out), 0);
	h.seq = LIMIT_SEQ + 1;
	assert_int_equal(reread(&h, &out), ERR_MALFORMED);
	h.seq = 0;
	assert_int_equal(reread(&h, &out), ERR_MALFORMED);
	h.seq = 1;
	assert_int_equal(reread(&h, &out), ERR_MALFORMED);
	memset(&h.prev, 0, sizeof h.prev);
	assert_int_equal(reread(&h, &out), 0);
	h.seq = 2;
	assert_int_equal(reread(&h, &out), ERR_MALFORMED);
	h = golden_header();
	h.body_len = LIMIT_BLOCK_BODY_BYTES;
	assert_int_equal(reread(&h, &out), 0);
	h.body_len++;
	assert_int_equal(reread(&h, &out), ERR_MALFORMED);
	h = golden_header();
	h.ver = 2;
	assert_int_equal(reread(&h, &out), ERR_UNKNOWN_KIND);
	h = golden_header();
	h.flags = 2;
	assert_int_equal(reread(&h, &out), ERR_UNKNOWN_KIND);
	h = golden_header();
	block_header_write(&h, wire);
	assert_int_equal(block_header_read(bytes_of(wire, 135), &out),
			 ERR_MALFORMED);
	assert_int_equal(block_header_read(bytes_of(wire, 137), &out),
			 ERR_MALFORMED);
	wire[135] = 1;
	assert_int_equal(block_header_read(bytes_of(wire, 136), &out),
			 ERR_MALFORMED);
}

static void the_golden_chain_has_these_ids(void **state)
{
	static const char *const ids[] = {
		"ed3125da8acf0157c1756cade89083f9a1e8f04ace46afbe25aa60070a4f66"
		"7a",
		"56153510776140550d2b7c8b9a738c99266725bfe2f27e933405e6b9d9f645"
		"e3",
		"f856dee0ae384f49e85dc1eb37aa4de1595f61bafebd06253c264e24b624b9"
		"af",
	};
	struct chain chain;

	(void)state;
	chain_init(&chain);
	for (size_t i = 0; i < CHAIN_BLOCKS; i++) {
		assert_hex(bytes_of(chain.blocks[i].id.b, 32), ids[i]);
		assert_true(block_body_fits(&chain.blocks[i]));
	}
	assert_hex(bytes_of(chain.blocks[2].signature.b, 64),
		   "0f33a05ec022a801ece4680af5b5039719b70a8dccef84c597dbfdab40"
		   "2d1c45326827b1dab3411576cb21cebbd620eed96bbcf631cacb6c3acd"
		   "9413a8f5490d");
	chain_release(&chain);
}

static void a_body_opens_under_its_own_header_only(void **state)
{
	struct chain chain;
	struct block block;
	struct seal_key other;
	struct buf out;

	(void)state;
	chain_init(&chain);
	buf_init(&out, LIMIT_BLOCK_BODY_BYTES);
	block = chain.blocks[1];
	assert_int_equal(block_open(&block, &chain.op_key, &out), 0);
	assert_bytes(buf_bytes(&out), bytes_from_str("note 2"));
	buf_clear(&out);
	for (size_t bit = 0; bit < BLOCK_AAD_BYTES * 8; bit++) {
		uint8_t wire[BLOCK_HEADER_BYTES];
		struct block changed = block;

		block_header_write(&block.header, wire);
		wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (block_header_read(bytes_of(wire, sizeof wire),
				      &changed.header) != 0)
			continue;
		assert_int_equal(block_open(&changed, &chain.op_key, &out),
				 ERR_CRYPTO);
	}
	other = chain.op_key;
	other.b[0] ^= 1;
	assert_int_equal(block_open(&block, &other, &out), ERR_CRYPTO);
	block.body = chain.blocks[0].body;
	assert_int_equal(block_open(&block, &chain.op_key, &out), ERR_CRYPTO);
	assert_false(block_body_fits(&block));
	block.body = bytes_of(NULL, 0);
	assert_int_equal(block_open(&block, &chain.op_key, &out), ERR_CRYPTO);
	assert_true(block_body_fits(&block));
	assert_int_equal(out.len, 0);
	buf_release(&out);
	chain_release(&chain);
}

static void every_flip_of_a_signed_block_is_refused(void **state)
{
	struct chain chain;
	struct block *block = &chain.blocks[2];
	uint8_t wire[BLOCK_HEADER_BYTES];

	(void)state;
	chain_init(&chain);
	assert_int_equal(block_verify(block, &chain.pub), 0);
	block_header_write(&block->header, wire);
	for (size_t bit = 0; bit < sizeof wire * 8; bit++) {
		struct block changed = *block;
		int err;

		wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
		err = block_header_read(bytes_of(wire, sizeof wire),
					&changed.header);
		wire[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (err != 0)
			continue;
		/* With the old id and with the one of the changed bytes. */
		assert_int_equal(block_verify(&changed, &chain.pub),
				 ERR_CRYPTO);
		block_compute_id(&changed);
		assert_int_equal(block_verify(&changed, &chain.pub),
				 ERR_CRYPTO);
	}
	for (size_t bit = 0; bit < block->body.len * 8; bit++) {
		chain.bodies[2].ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_false(block_body_fits(block));
		chain.bodies[2].ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_true(block_body_fits(block));
	block->id.b[0] ^= 1; /* an id that is not the header's */
	assert_int_equal(block_verify(block, &chain.pub), ERR_CRYPTO);
	block->id.b[0] ^= 1;
	block->is_signed = false;
	assert_int_equal(block_verify(block, &chain.pub), ERR_CRYPTO);
	chain_release(&chain);
}

static void text_and_bodies_end_at_their_limits(void **state)
{
	static const uint8_t text[LIMIT_BLOCK_BODY_BYTES + 1];
	struct chain chain;
	struct block block;
	struct buf out;

	(void)state;
	chain_init(&chain);
	buf_init(&out, LIMIT_BLOCK_BODY_BYTES);
	block = chain.blocks[2];
	for (size_t len = LIMIT_BLOCK_PLAIN_BYTES - 1;
	     len <= LIMIT_BLOCK_PLAIN_BYTES + 1; len++)
		assert_int_equal(block_seal(&block, &chain.op_key,
					    bytes_of(text, len), &out),
				 len <= LIMIT_BLOCK_PLAIN_BYTES ? 0
								: ERR_LIMIT);
	assert_false(block.is_signed);
	for (size_t len = LIMIT_BLOCK_BODY_BYTES - 1;
	     len <= LIMIT_BLOCK_BODY_BYTES + 1; len++)
		assert_int_equal(block_set_body(&block, bytes_of(text, len)),
				 len <= LIMIT_BLOCK_BODY_BYTES ? 0 : ERR_LIMIT);
	assert_int_equal(block.header.body_len, LIMIT_BLOCK_BODY_BYTES);
	assert_true(block_body_fits(&block));
	buf_release(&out);
	chain_release(&chain);
}

static int start(void **state)
{
	(void)state;
	entropy_use_seed(&chain_dice);
	return crypto_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_golden_header_has_these_bytes),
		cmocka_unit_test(headers_out_of_bounds_are_refused),
		cmocka_unit_test(the_golden_chain_has_these_ids),
		cmocka_unit_test(a_body_opens_under_its_own_header_only),
		cmocka_unit_test(every_flip_of_a_signed_block_is_refused),
		cmocka_unit_test(text_and_bodies_end_at_their_limits),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
