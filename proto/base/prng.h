/*
 * prng.h - a seeded generator for tests, jitter and the simulator.
 *
 * Never for keys: those come from proto/crypto/entropy.h. xoshiro256**
 * (Blackman and Vigna, 2018), seeded through splitmix64.
 */
#ifndef KEPT_BASE_PRNG_H
#define KEPT_BASE_PRNG_H

#include "proto/base/bytes.h"

struct prng {
	uint64_t s[4];
};

void prng_seed(struct prng *prng, uint64_t seed);
uint64_t prng_u64(struct prng *prng);
/* Uniform in [0, bound); bound > 0. */
uint64_t prng_below(struct prng *prng, uint64_t bound);
/* Uniform in [low, high]. */
int64_t prng_range(struct prng *prng, int64_t low, int64_t high);
/* True in numerator of denominator cases. */
bool prng_chance(struct prng *prng, uint32_t numerator, uint32_t denominator);
void prng_fill(struct prng *prng, void *out, size_t len);

#endif
