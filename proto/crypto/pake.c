/*
 * pake.c - CPace-Ristretto255-SHA512, initiator and responder.
 *
 * Must never be used twice with one scalar, nor hand out a key for a point
 * that is invalid or our own. Strikes and burnt codes are the business of
 * pairing (PROTOCOL.md section 5); read noise.c for what the key becomes.
 */
#include "proto/crypto/pake.h"

#include <sodium.h>

#define CODE_BYTES_MAX 128u
#define CONTEXT_BYTES_MAX 128u
#define POINT_BYTES 32u
/* SHA-512's block: the code is padded so that it fills the first one. */
#define HASH_BLOCK_BYTES 128u
/* Every part at its maximum with a length of at most 2 bytes in front. */
#define INPUT_BYTES 512u

static const char dsi[] = "CPaceRistretto255";
static const char dsi_isk[] = "CPaceRistretto255_ISK";

_Static_assert(sizeof(dsi) + 2 + CODE_BYTES_MAX + 2 + HASH_BLOCK_BYTES + 2 +
			       CONTEXT_BYTES_MAX + 2 + 64 <=
		       INPUT_BYTES,
	       "a generator string fits");
_Static_assert(POINT_BYTES == crypto_core_ristretto255_BYTES, "");

/* A string being hashed: lengths as LEB128, then bytes. */
struct input {
	uint8_t b[INPUT_BYTES];
	size_t len;
};

/* Bytes that put() takes for a part of this length. */
static size_t put_size(size_t len)
{
	return len + (len < 128 ? 1 : 2);
}

static void put(struct input *input, const void *part, size_t len)
{
	if (len >= 128) {
		input->b[input->len++] = (uint8_t)(len & 127) | 128;
		input->b[input->len++] = (uint8_t)(len >> 7);
	} else {
		input->b[input->len++] = (uint8_t)len;
	}
	if (len > 0)
		memcpy(input->b + input->len, part, len);
	input->len += len;
}

static void put_bytes(struct input *input, struct bytes part)
{
	put(input, part.ptr, part.len);
}

/* The generator that both can only find when they know the code. */
static void generator(const struct pake_options *options,
		      uint8_t out[POINT_BYTES])
{
	static const uint8_t zeros[HASH_BLOCK_BYTES];
	struct input input = { .len = 0 };
	uint8_t hash[crypto_hash_sha512_BYTES];
	size_t used =
		1 + put_size(sizeof dsi - 1) + put_size(options->code.len);

	put(&input, dsi, sizeof dsi - 1);
	put_bytes(&input, options->code);
	put(&input, zeros,
	    used < HASH_BLOCK_BYTES ? HASH_BLOCK_BYTES - used : 0);
	put_bytes(&input, options->context);
	put_bytes(&input, options->sid);
	(void)crypto_hash_sha512(hash, input.b, input.len);
	(void)crypto_core_ristretto255_from_hash(out, hash);
	sodium_memzero(&input, sizeof input);
	sodium_memzero(hash, sizeof hash);
}

int pake_start(struct pake *pake, const struct pake_options *options)
{
	uint8_t point[POINT_BYTES];
	int err = 0;

	memset(pake, 0, sizeof *pake);
	if (options->code.len > CODE_BYTES_MAX ||
	    options->context.len > CONTEXT_BYTES_MAX ||
	    options->sid.len > sizeof pake->sid ||
	    options->ad.len > sizeof pake->ad)
		return ERR_LIMIT;
	if (options->ad.len > 0)
		memcpy(pake->ad, options->ad.ptr, options->ad.len);
	if (options->sid.len > 0)
		memcpy(pake->sid, options->sid.ptr, options->sid.len);
	pake->ad_bytes = (uint8_t)options->ad.len;
	pake->sid_bytes = (uint8_t)options->sid.len;
	pake->initiator = options->initiator;
	if (options->scalar != NULL)
		memcpy(pake->scalar, options->scalar, sizeof pake->scalar);
	else
		crypto_core_ristretto255_scalar_random(pake->scalar);
	generator(options, point);
	if (crypto_scalarmult_ristretto255(pake->y, pake->scalar, point) != 0)
		err = ERR_CRYPTO;
	sodium_memzero(point, sizeof point);
	if (err != 0)
		pake_release(pake);
	return err;
}

const uint8_t *pake_share(const struct pake *pake)
{
	return pake->y;
}

int pake_finish(struct pake *pake, const uint8_t share[32], struct bytes ad,
		uint8_t isk[64])
{
	struct input input = { .len = 0 };
	struct bytes own_ad = bytes_of(pake->ad, pake->ad_bytes);
	uint8_t point[POINT_BYTES];
	int err = 0;

	if (ad.len > sizeof pake->ad)
		err = ERR_LIMIT;
	else if (key_equal(share, pake->y, sizeof pake->y) ||
		 crypto_scalarmult_ristretto255(point, pake->scalar, share) !=
			 0)
		err = ERR_CRYPTO;
	/* A scalar is good for one peer: what is sent next needs a new one. */
	sodium_memzero(pake->scalar, sizeof pake->scalar);
	if (err != 0) {
		sodium_memzero(isk, crypto_hash_sha512_BYTES);
		return err;
	}
	put(&input, dsi_isk, sizeof dsi_isk - 1);
	put(&input, pake->sid, pake->sid_bytes);
	put(&input, point, sizeof point);
	put(&input, pake->initiator ? pake->y : share, POINT_BYTES);
	put_bytes(&input, pake->initiator ? own_ad : ad);
	put(&input, pake->initiator ? share : pake->y, POINT_BYTES);
	put_bytes(&input, pake->initiator ? ad : own_ad);
	(void)crypto_hash_sha512(isk, input.b, input.len);
	sodium_memzero(&input, sizeof input);
	sodium_memzero(point, sizeof point);
	return 0;
}

void pake_release(struct pake *pake)
{
	sodium_memzero(pake, sizeof *pake);
}
