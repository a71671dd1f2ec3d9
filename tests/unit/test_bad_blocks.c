/*
 * test_bad_blocks.c - blocks that have no place in any log, by name.
 *
 * Goal: each is refused with its code, and heads, logs, and records are as
 * they were. Method: a chain on a real store, ana's; blocks by hand, each
 * sound but for the one thing its row names.
 */
#include "daemon/core/chain.h"

#include "proto/codec.h"
#include "proto/crypto/kdf.h"
#include "tests/lib/author.h"

struct bench {
	char *dir;
	struct store *store;
	struct arena life;
	struct chain chain;
	struct author ana, ben;
	struct err err;
	struct paper paper;
};

static struct bench bench;

static void append(struct bench *b)
{
	if (chain_append(&b->chain, &b->paper.block, &b->err) != 0)
		fail_msg("append: %s", b->err.text);
}

static struct deps heads(struct bench *b)
{
	assert_int_equal(chain_refresh(&b->chain, &b->err), 0);
	return (struct deps){ b->chain.roster.heads,
			      b->chain.roster.head_count };
}

static int set_up(void **state)
{
	struct bench *b = &bench;
	char path[HARNESS_PATH_BYTES];
	struct store_options options = { .path = path, .create = true };

	memset(b, 0, sizeof *b);
	assert_int_equal(crypto_start(), 0);
	b->dir = harness_temp_dir();
	snprintf(path, sizeof path, "%s/journal.db", b->dir);
	assert_int_equal(store_open(&b->store, &options, &b->err), 0);
	assert_int_equal(store_begin(b->store, &b->err), 0);
	author_init(&b->ana, 1);
	author_init(&b->ben, 2);
	author_genesis(&b->ana, &b->paper);
	author_join(&b->ben, &b->ana);
	assert_int_equal(store_meta_put(b->store, META_DEVICE,
					bytes_of(b->ana.sign.b, 32), &b->err),
			 0);
	assert_int_equal(store_meta_put(b->store, META_JOURNAL,
					bytes_of(b->ana.journal.b, 32),
					&b->err),
			 0);
	arena_init(&b->life, (size_t)8 << 20);
	assert_int_equal(chain_init(&b->chain, b->store, 1, &b->life), 0);
	assert_int_equal(chain_load(&b->chain, &b->err), 0);
	append(b);
	author_open(&b->ana, &b->ana.data, (struct deps){ NULL, 0 }, &b->paper);
	append(b);
	author_add(&b->ana, &b->ben, heads(b), &b->paper);
	append(b);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	chain_release(&b->chain);
	arena_release(&b->life);
	store_close(b->store);
	harness_temp_remove(b->dir);
	return 0;
}

static int admit(struct bench *b)
{
	struct run run = { &b->paper.block, 1 };
	uint32_t log;

	return chain_admit(&b->chain, &run, &log, &b->err);
}

/* A LOG_OPEN of ben's in ben's next control block, whatever its fields. */
static void open_by_hand(struct bench *b, const struct control_log_open *open)
{
	struct buf body;

	buf_init(&body, 4096);
	assert_int_equal(
		codec_encode(schema_control(CONTROL_LOG_OPEN), open, &body), 0);
	author_control(&b->ben, CONTROL_LOG_OPEN, buf_bytes(&body), &b->paper);
	buf_release(&body);
}

static void ben_opens_control(struct bench *b)
{
	author_open(&b->ben, &b->ben.control, heads(b), &b->paper);
	assert_int_equal(admit(b), 0);
}

static void only_an_opening_begins_a_log(void **state)
{
	struct bench *b = *state;
	struct author_log before = b->ben.control;
	size_t logs = b->chain.count;
	struct control_log_open open = { .class = LOG_DATA };
	struct block *block = &b->paper.block;

	/* ben's control log, its first block: none of these is one. */
	author_control(&b->ben, CONTROL_ADD, bytes_of("\x80", 1), &b->paper);
	assert_int_equal(admit(b), ERR_NOT_FOUND);
	b->ben.control = before;
	author_control(&b->ben, CONTROL_LOG_OPEN, bytes_of("\x80", 1),
		       &b->paper);
	assert_int_equal(admit(b), ERR_MALFORMED);
	b->ben.control = before;
	memcpy(open.device, b->ben.sign.b, 32);
	memcpy(open.nonce, b->ben.control.nonce.b, 16);
	open_by_hand(b, &open);
	assert_int_equal(admit(b), ERR_MALFORMED);
	b->ben.control = before;
	author_open(&b->ben, &b->ben.control, heads(b), &b->paper);
	block->header.etag.b[0] = 1;
	author_seal(&b->ben, &b->paper, block->body.len);
	assert_int_equal(admit(b), ERR_NOT_FOUND);
	b->ben.control = before;
	author_open(&b->ben, &b->ben.control, heads(b), &b->paper);
	block->header.seq = 2;
	author_seal(&b->ben, &b->paper, block->body.len);
	assert_int_equal(admit(b), ERR_NOT_FOUND);
	b->ben.control = before;
	author_open(&b->ben, &b->ben.control, heads(b), &b->paper);
	block->body.ptr = NULL;
	assert_int_equal(admit(b), ERR_NOT_FOUND);
	assert_int_equal(b->chain.count, logs);
	/* The true one. */
	b->ben.control = before;
	ben_opens_control(b);
	assert_int_equal(b->chain.count, logs + 1);
}

static void logs_are_opened_by_their_own_device_once(void **state)
{
	struct bench *b = *state;
	struct control_log_open open = { .class = LOG_DATA };
	size_t logs;

	ben_opens_control(b);
	logs = b->chain.count;
	/* For another; of no class; a second control log this way. */
	memcpy(open.device, b->ana.sign.b, 32);
	open_by_hand(b, &open);
	assert_int_equal(admit(b), 0);
	memcpy(open.device, b->ben.sign.b, 32);
	open.class = 0;
	open_by_hand(b, &open);
	assert_int_equal(admit(b), 0);
	open.class = LOG_CONTROL;
	open_by_hand(b, &open);
	assert_int_equal(admit(b), 0);
	assert_int_equal(b->chain.count, logs);
	open.class = LOG_DATA;
	open_by_hand(b, &open);
	assert_int_equal(admit(b), 0);
	open_by_hand(b, &open);
	assert_int_equal(admit(b), 0);
	assert_int_equal(b->chain.count, logs + 1);
}

static void a_genesis_is_a_first_block(void **state)
{
	struct bench *b = *state;

	ben_opens_control(b);
	author_control(&b->ben, CONTROL_GENESIS, bytes_of("\x80", 1),
		       &b->paper);
	assert_int_equal(admit(b), ERR_MALFORMED);
	/* kind 0 is none, and a body of another block is not this one's */
	b->ben.control.seq--;
	author_control(&b->ben, 0, bytes_of("\x80", 1), &b->paper);
	assert_int_equal(admit(b), ERR_MALFORMED);
}

static void an_own_block_is_looked_at_as_well(void **state)
{
	struct bench *b = *state;
	struct author_log before = b->ana.data;
	struct author_log control = b->ana.control;
	uint32_t log = chain_find(&b->chain, &b->ana.data.lid);
	struct block *block = &b->paper.block;

	author_note(&b->ana, 64, &b->paper);
	b->paper.body[0] ^= 1;
	assert_int_equal(chain_append(&b->chain, block, &b->err),
			 ERR_MALFORMED);
	b->paper.body[0] ^= 1;
	block->signature.b[5] ^= 1;
	assert_int_equal(chain_append(&b->chain, block, &b->err), ERR_CRYPTO);
	block->signature.b[5] ^= 1;
	block->header.prev.b[0] ^= 1;
	assert_int_equal(chain_append(&b->chain, block, &b->err), ERR_GAP);
	block->header.prev.b[0] ^= 1;
	block->header.seq++;
	assert_int_equal(chain_append(&b->chain, block, &b->err), ERR_GAP);
	block->header.seq--;
	block->header.jtag.b[0] ^= 1;
	assert_int_equal(chain_append(&b->chain, block, &b->err),
			 ERR_MALFORMED);
	block->header.jtag.b[0] ^= 1;
	assert_int_equal(b->chain.rows[log].head_seq, 0);
	append(b);
	assert_int_equal(b->chain.rows[log].head_seq, 1);
	/* Control records are signed one by one. */
	author_control(&b->ana, 50, bytes_of("\x80", 1), &b->paper);
	block->is_signed = false;
	assert_int_equal(chain_append(&b->chain, block, &b->err), ERR_USAGE);
	/* A log that nobody opened. */
	b->ana.control = control;
	b->ana.data = before;
	b->ana.data.lid.b[0] ^= 1;
	author_note(&b->ana, 64, &b->paper);
	assert_int_equal(chain_append(&b->chain, block, &b->err),
			 ERR_NOT_FOUND);
}

static void a_log_of_too_many_is_refused(void **state)
{
	struct bench *b = *state;
	size_t logs = b->chain.count;

	author_open(&b->ben, &b->ben.control, heads(b), &b->paper);
	b->chain.count = LIMIT_LOGS;
	assert_int_equal(admit(b), ERR_LIMIT);
	b->chain.count = logs;
	assert_int_equal(admit(b), 0);
}

#define with_bench(test)                                                       \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_bench(only_an_opening_begins_a_log),
		with_bench(logs_are_opened_by_their_own_device_once),
		with_bench(a_genesis_is_a_first_block),
		with_bench(an_own_block_is_looked_at_as_well),
		with_bench(a_log_of_too_many_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
