/*
 * fuzz_block.c - headers, runs, and sealed bodies from anybody.
 *
 * What reads well has to write back to the very same bytes; nothing made up
 * may verify or open.
 */
#include <stddef.h>
#include <stdint.h>

#include "proto/base/panic.h"
#include "proto/crypto/block.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

#define ARENA_MAX (1u << 20)

static void try_header(struct bytes input)
{
	uint8_t again[BLOCK_HEADER_BYTES];
	struct block_header header;

	if (block_header_read(input, &header) != 0)
		return;
	block_header_write(&header, again);
	kept_assert(bytes_equal(input, bytes_of(again, sizeof again)));
}

static void try_run(struct bytes input)
{
	static const struct sign_public author = { { 1 } };
	struct id16 jtag;
	struct arena arena;
	struct run run;
	struct buf again;

	memset(jtag.b, 0x11, sizeof jtag.b);
	arena_init(&arena, ARENA_MAX);
	buf_init(&again, LIMIT_RUN_BYTES);
	if (run_read(input, &jtag, &arena, &run) == 0) {
		kept_assert(run_verify(&run, &author) == ERR_CRYPTO);
		kept_assert(run_write(run.blocks, run.count, &again) == 0);
		kept_assert(bytes_equal(input, buf_bytes(&again)));
	}
	buf_release(&again);
	arena_release(&arena);
}

static void try_body(struct bytes input)
{
	static const struct seal_key key = { { 2 } };
	struct block block = { .body = input };
	struct buf out;

	buf_init(&out, LIMIT_BLOCK_BODY_BYTES);
	kept_assert(block_open(&block, &key, &out) == ERR_CRYPTO);
	kept_assert(out.len == 0);
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct bytes bytes = bytes_of(input, size);

	kept_assert(crypto_start() == 0);
	try_header(bytes);
	try_run(bytes);
	try_body(bytes);
	return 0;
}
