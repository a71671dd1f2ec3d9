/*
 * entropy.h - the one source of dice.
 *
 * Production: libsodium's default. Simulation and fuzzing: entropy_use_seed()
 * before crypto_start() makes every key of the process reproducible.
 */
#ifndef KEPT_CRYPTO_ENTROPY_H
#define KEPT_CRYPTO_ENTROPY_H

#include "proto/base/bytes.h"

void entropy_fill(void *out, size_t len);
uint64_t entropy_u64(void);
/* Tests only; may be called again to switch the stream (one per simulated
 * device: state is *stream, which the caller keeps). */
struct entropy_stream {
	uint8_t seed[32];
	uint64_t counter;
};
void entropy_use_seed(struct entropy_stream *stream);

#endif
