/*
 * password.c - passphrases to keys: Argon2id13 of libsodium.
 *
 * Must never run on the loop, and never take a cost from a file without
 * looking at the limits first: a header asking for 200 GiB is an attack.
 * Read seal.c for what the key is then used for.
 */
#include "proto/crypto/password.h"

#include <sodium.h>
#include <time.h>

#include "proto/bounds.h"

_Static_assert(sizeof(struct id16) == crypto_pwhash_argon2id_SALTBYTES, "");

const struct password_cost PASSWORD_COST_DEFAULT = {
	.memory_bytes = UINT64_C(256) << 20,
	.passes = 3,
};

int password_stretch(struct bytes passphrase, const struct id16 *salt,
		     const struct password_cost *cost, struct slot_key *out)
{
	static const char none[1] = "";
	const char *text = (const char *)passphrase.ptr;

	if (cost->memory_bytes > LIMIT_KDF_MEMORY_BYTES ||
	    cost->memory_bytes < crypto_pwhash_argon2id_MEMLIMIT_MIN ||
	    cost->passes > LIMIT_KDF_PASSES ||
	    cost->passes < crypto_pwhash_argon2id_OPSLIMIT_MIN ||
	    passphrase.len > UINT32_MAX)
		return ERR_LIMIT;
	if (passphrase.len == 0)
		text = none;
	if (crypto_pwhash_argon2id(out->b, sizeof out->b, text, passphrase.len,
				   salt->b, cost->passes,
				   (size_t)cost->memory_bytes,
				   crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		return ERR_NOMEM;
	return 0;
}

static uint64_t monotonic_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

struct password_cost password_calibrate(void)
{
	static const uint64_t target_ms = 1000;
	struct password_cost cost = PASSWORD_COST_DEFAULT;
	struct password_cost probe = { cost.memory_bytes, 1 };
	struct id16 salt = { { 0 } };
	struct slot_key key;
	uint64_t start_ms = monotonic_ms();
	uint64_t pass_ms;
	int err;

	err = password_stretch(bytes_from_str("probe"), &salt, &probe, &key);
	pass_ms = monotonic_ms() - start_ms;
	key_wipe(&key);
	if (err != 0)
		return cost;
	if (pass_ms == 0)
		pass_ms = 1;
	if (target_ms / pass_ms > cost.passes)
		cost.passes = (uint32_t)(target_ms / pass_ms);
	if (cost.passes > LIMIT_KDF_PASSES)
		cost.passes = LIMIT_KDF_PASSES;
	return cost;
}
