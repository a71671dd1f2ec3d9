/*
 * Goal: a run is read back byte for byte without copying bodies, and nothing
 * in it can be changed unnoticed. Method: the golden run of another
 * implementation, every flip and truncation of it, and both sides of limits.
 */
#include "proto/crypto/block.h"

#include "tests/unit/chain_fixture.h"

#define ARENA_MAX (1u << 20)

static struct chain chain;
static struct arena arena;
static struct buf wire;

/* The chain with the middle body erased, as a run. */
static void write_golden(void)
{
	chain_init(&chain);
	arena_init(&arena, ARENA_MAX);
	buf_init(&wire, LIMIT_RUN_BYTES);
	chain.blocks[1].body = bytes_of(NULL, 0);
	assert_int_equal(run_write(chain.blocks, CHAIN_BLOCKS, &wire), 0);
}

static void release_golden(void)
{
	chain_release(&chain);
	arena_release(&arena);
	buf_release(&wire);
}

static int read_run(struct bytes input, struct run *run)
{
	return run_read(input, &chain.blocks[0].header.jtag, &arena, run);
}

static void the_golden_run_has_these_bytes(void **state)
{
	uint8_t digest[32];

	(void)state;
	write_golden();
	assert_int_equal(wire.len, 824 + 64);
	assert_int_equal(wire.len,
			 RUN_FRAME_BYTES + 3 * RUN_ITEM_BYTES + 2 * 329 + 32);
	hash_bytes(bytes_of(wire.ptr, 824), digest, 32);
	assert_hex(bytes_of(digest, 32), "c16c9b8967b005286beaac9219dbb717e8df"
					 "7deb49106c23447eeafc29036946");
	assert_bytes(bytes_of(wire.ptr + 824, 64),
		     bytes_of(chain.blocks[2].signature.b, 64));
	release_golden();
}

static void a_run_comes_back_without_copies(void **state)
{
	struct run run;
	struct buf again;

	(void)state;
	write_golden();
	assert_int_equal(read_run(buf_bytes(&wire), &run), 0);
	assert_int_equal(run.count, CHAIN_BLOCKS);
	for (size_t i = 0; i < run.count; i++) {
		const struct block *block = &run.blocks[i];

		assert_memory_equal(&block->id, &chain.blocks[i].id, 32);
		assert_int_equal(block->is_signed, i == 2);
		assert_true(block_body_fits(block));
		if (i == 1)
			assert_null(block->body.ptr);
		else
			assert_true(block->body.ptr > wire.ptr &&
				    block->body.ptr < wire.ptr + wire.len);
	}
	assert_int_equal(run_verify(&run, &chain.pub), 0);
	buf_init(&again, LIMIT_RUN_BYTES);
	assert_int_equal(run_write(run.blocks, run.count, &again), 0);
	assert_bytes(buf_bytes(&again), buf_bytes(&wire));
	buf_release(&again);
	release_golden();
}

static void every_flip_and_truncation_is_refused(void **state)
{
	struct run run;

	(void)state;
	write_golden();
	for (size_t bit = 0; bit < wire.len * 8; bit++) {
		wire.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (read_run(buf_bytes(&wire), &run) == 0)
			assert_int_equal(run_verify(&run, &chain.pub),
					 ERR_CRYPTO);
		wire.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		arena_reset(&arena);
	}
	for (size_t len = 0; len < wire.len; len++)
		assert_int_equal(read_run(bytes_of(wire.ptr, len), &run),
				 ERR_MALFORMED);
	assert_int_equal(buf_put_u8(&wire, 0), 0);
	assert_int_equal(read_run(buf_bytes(&wire), &run), ERR_MALFORMED);
	assert_int_equal(arena.used_bytes, 0);
	release_golden();
}

static void another_journal_or_author_is_refused(void **state)
{
	struct id16 jtag = { { 0x12 } };
	struct sign_public pub;
	struct run run;

	(void)state;
	write_golden();
	assert_int_equal(run_read(buf_bytes(&wire), &jtag, &arena, &run), 0);
	assert_int_equal(run_verify(&run, &chain.pub), ERR_CRYPTO);
	assert_int_equal(read_run(buf_bytes(&wire), &run), 0);
	pub = chain.pub;
	pub.b[3] ^= 1;
	assert_int_equal(run_verify(&run, &pub), ERR_CRYPTO);
	run.blocks[1].header.seq = 7;
	assert_int_equal(run_verify(&run, &chain.pub), ERR_CRYPTO);
	run.count = 0;
	assert_int_equal(run_verify(&run, &chain.pub), ERR_CRYPTO);
	release_golden();
}

static void hostile_forms_are_refused(void **state)
{
	/* at, value, what is said. */
	static const struct {
		size_t at;
		uint8_t value;
		int err;
	} rows[] = {
		{ 16, 0, ERR_MALFORMED },    /* first_seq 0 */
		{ 16, 2, ERR_MALFORMED },    /* seq 2 without prev */
		{ 24, 1, ERR_MALFORMED },    /* seq 1 with prev */
		{ 22, 1, ERR_MALFORMED },    /* first_seq over LIMIT_SEQ */
		{ 60, 0, ERR_MALFORMED },    /* no blocks */
		{ 60, 65, ERR_MALFORMED },   /* too many */
		{ 61, 255, ERR_MALFORMED },  /* far too many */
		{ 63, 2, ERR_UNKNOWN_KIND }, /* flags of a newer kept */
		{ 83, 255, ERR_MALFORMED },  /* a body longer than the run */
		{ 84, 255, ERR_MALFORMED },
		{ 85, 2, ERR_MALFORMED }, /* neither held nor not */
	};
	struct run run;

	(void)state;
	write_golden();
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		uint8_t was = wire.ptr[rows[i].at];

		wire.ptr[rows[i].at] = rows[i].value;
		assert_int_equal(read_run(buf_bytes(&wire), &run), rows[i].err);
		wire.ptr[rows[i].at] = was;
	}
	assert_int_equal(read_run(buf_bytes(&wire), &run), 0);
	arena_release(&arena);
	arena_init(&arena, 64);
	assert_int_equal(read_run(buf_bytes(&wire), &run), ERR_NOMEM);
	release_golden();
}

static void blocks_that_are_no_run_are_not_written(void **state)
{
	struct block good[CHAIN_BLOCKS];
	struct buf out;

	(void)state;
	write_golden();
	buf_init(&out, LIMIT_RUN_BYTES);
	memcpy(good, chain.blocks, sizeof good);
	assert_int_equal(run_write(chain.blocks, 0, &out), ERR_USAGE);
	assert_int_equal(run_write(chain.blocks, 2, &out), ERR_USAGE);
	chain.blocks[1].header.seq = 5;
	assert_int_equal(run_write(chain.blocks, 3, &out), ERR_USAGE);
	memcpy(chain.blocks, good, sizeof good);
	chain.blocks[1].header.epoch = 5;
	assert_int_equal(run_write(chain.blocks, 3, &out), ERR_USAGE);
	memcpy(chain.blocks, good, sizeof good);
	chain.blocks[2].header.prev.b[0] ^= 1;
	assert_int_equal(run_write(chain.blocks, 3, &out), ERR_USAGE);
	memcpy(chain.blocks, good, sizeof good);
	chain.blocks[0].body.len--;
	assert_int_equal(run_write(chain.blocks, 3, &out), ERR_USAGE);
	memcpy(chain.blocks, good, sizeof good);
	assert_int_equal(out.len, 0);
	out.max_bytes = 887;
	assert_int_equal(run_write(chain.blocks, 3, &out), ERR_LIMIT);
	assert_int_equal(out.len, 0);
	buf_release(&out);
	release_golden();
}

/* count blocks, each with the body given, the last one signed. */
static int write_many(size_t count, struct bytes body, struct buf *out)
{
	static struct block blocks[LIMIT_RUN_BLOCKS + 1];

	for (size_t i = 0; i < count; i++) {
		blocks[i] =
			chain_block(i + 1, i == 0 ? NULL : &blocks[i - 1].id);
		assert_int_equal(block_set_body(&blocks[i], body), 0);
	}
	block_sign(&blocks[count - 1], &chain.sec);
	return run_write(blocks, count, out);
}

static void runs_end_at_their_limits(void **state)
{
	static const uint8_t text[LIMIT_BLOCK_BODY_BYTES];
	/* 64 blocks filling a run to the byte, but for a remainder. */
	size_t fits = (LIMIT_RUN_BYTES - RUN_FRAME_BYTES) / LIMIT_RUN_BLOCKS -
		      RUN_ITEM_BYTES;
	struct run run;
	struct buf out;

	(void)state;
	write_golden();
	buf_init(&out, 2 * LIMIT_RUN_BYTES);
	for (size_t n = LIMIT_RUN_BLOCKS - 1; n <= LIMIT_RUN_BLOCKS + 1; n++) {
		bool is_run = n <= LIMIT_RUN_BLOCKS;

		buf_clear(&out);
		assert_int_equal(write_many(n, bytes_of(text, 10), &out),
				 is_run ? 0 : ERR_LIMIT);
		if (is_run)
			assert_int_equal(read_run(buf_bytes(&out), &run), 0);
		arena_reset(&arena);
	}
	buf_clear(&out);
	assert_int_equal(write_many(64, bytes_of(text, fits + 1), &out),
			 ERR_LIMIT);
	assert_int_equal(write_many(64, bytes_of(text, fits), &out), 0);
	assert_in_range(out.len, LIMIT_RUN_BYTES - 64, LIMIT_RUN_BYTES);
	assert_int_equal(read_run(buf_bytes(&out), &run), 0);
	assert_int_equal(run_verify(&run, &chain.pub), 0);
	buf_release(&out);
	release_golden();
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
		cmocka_unit_test(the_golden_run_has_these_bytes),
		cmocka_unit_test(a_run_comes_back_without_copies),
		cmocka_unit_test(every_flip_and_truncation_is_refused),
		cmocka_unit_test(another_journal_or_author_is_refused),
		cmocka_unit_test(hostile_forms_are_refused),
		cmocka_unit_test(blocks_that_are_no_run_are_not_written),
		cmocka_unit_test(runs_end_at_their_limits),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
