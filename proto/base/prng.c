/*
 * prng.c - xoshiro256** behind splitmix64: repeatable, fast, and no secret.
 *
 * Must never make a key; see proto/crypto/entropy.h for those.
 */
#include "proto/base/prng.h"

#include "proto/base/panic.h"

static uint64_t prng_rotate(uint64_t v, unsigned int bits)
{
	return v << bits | v >> (64 - bits);
}

static uint64_t prng_split(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void prng_seed(struct prng *prng, uint64_t seed)
{
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(prng->s); i++)
		prng->s[i] = prng_split(&seed);
}

uint64_t prng_u64(struct prng *prng)
{
	uint64_t *s = prng->s;
	uint64_t drawn = prng_rotate(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = prng_rotate(s[3], 45);
	return drawn;
}

uint64_t prng_below(struct prng *prng, uint64_t bound)
{
	uint64_t uneven;
	uint64_t drawn;

	kept_assert(bound > 0);
	/* Draws under 2^64 mod bound would favor small results. */
	uneven = (UINT64_MAX - bound + 1) % bound;
	do {
		drawn = prng_u64(prng);
	} while (drawn < uneven);
	return drawn % bound;
}

int64_t prng_range(struct prng *prng, int64_t low, int64_t high)
{
	uint64_t span;
	uint64_t step;

	kept_assert(low <= high);
	span = (uint64_t)high - (uint64_t)low;
	step = span == UINT64_MAX ? prng_u64(prng) : prng_below(prng, span + 1);
	/* Two's complement, as gcc and clang define this conversion. */
	return (int64_t)((uint64_t)low + step);
}

bool prng_chance(struct prng *prng, uint32_t numerator, uint32_t denominator)
{
	return prng_below(prng, denominator) < numerator;
}

void prng_fill(struct prng *prng, void *out, size_t len)
{
	uint8_t *at = out;

	while (len > 0) {
		size_t part = len < 8 ? len : 8;
		uint8_t word[8];

		le64_put(word, prng_u64(prng));
		memcpy(at, word, part);
		at += part;
		len -= part;
	}
}
