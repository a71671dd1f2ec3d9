/*
 * entropy.c - the one source of dice.
 *
 * Production takes whatever libsodium takes from the kernel. The simulator
 * and the fuzzers put a counter stream under libsodium before it starts, so
 * that one seed means one history. Must never fall back from one to the
 * other, and must never be seeded outside tests. Read keys.c next.
 */
#include "proto/crypto/entropy.h"

#include <sodium.h>

#include "proto/base/panic.h"

_Static_assert(sizeof((struct entropy_stream *)0)->seed ==
		       crypto_stream_chacha20_KEYBYTES,
	       "the seed is a ChaCha20 key");
_Static_assert(crypto_stream_chacha20_NONCEBYTES == 8,
	       "the counter is a ChaCha20 nonce");

/* The stream in use; NULL in production. */
static struct entropy_stream *seeded;

void entropy_fill(void *out, size_t len)
{
	randombytes_buf(out, len);
}

uint64_t entropy_u64(void)
{
	uint8_t b[8];

	randombytes_buf(b, sizeof b);
	return le64_get(b);
}

static const char *seeded_name(void)
{
	return "kept-seeded";
}

/* One call, one nonce: what a caller gets depends on nothing but the seed
 * and how many calls came before. */
static void seeded_fill(void *const out, const size_t len)
{
	uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];

	le64_put(nonce, seeded->counter);
	seeded->counter++;
	(void)crypto_stream_chacha20(out, len, nonce, seeded->seed);
}

static uint32_t seeded_u32(void)
{
	uint8_t b[4];

	seeded_fill(b, sizeof b);
	return le32_get(b);
}

static void seeded_stir(void)
{
}

static int seeded_close(void)
{
	return 0;
}

void entropy_use_seed(struct entropy_stream *stream)
{
	/* libsodium keeps the pointer, so this has to outlive the call. */
	static struct randombytes_implementation under = {
		.implementation_name = seeded_name,
		.random = seeded_u32,
		.stir = seeded_stir,
		.uniform = NULL, /* libsodium builds it from .random */
		.buf = seeded_fill,
		.close = seeded_close,
	};

	kept_assert(stream != NULL);
	seeded = stream;
	kept_assert(randombytes_set_implementation(&under) == 0);
}
