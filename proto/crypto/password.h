/*
 * password.h - passphrases to keys: Argon2id13 (RFC 9106) of libsodium.
 * Slow on purpose; runs on the thread pool, never on the loop.
 */
#ifndef KEPT_CRYPTO_PASSWORD_H
#define KEPT_CRYPTO_PASSWORD_H

#include "proto/crypto/keys.h"

struct password_cost {
	uint64_t memory_bytes; /* <= LIMIT_KDF_MEMORY_BYTES */
	uint32_t passes;       /* <= LIMIT_KDF_PASSES */
};

/* t = 3, 256 MiB. */
extern const struct password_cost PASSWORD_COST_DEFAULT;

/* ERR_LIMIT for a cost over the limits, ERR_NOMEM if it can't be had. */
int password_stretch(struct bytes passphrase, const struct id16 *salt,
		     const struct password_cost *cost, struct slot_key *out)
	KEPT_MUST_USE;
/* Passes for about one second at 256 MiB on this machine (at least 3). */
struct password_cost password_calibrate(void);

#endif
