/*
 * keys.c - keys, signatures, agreement, and plain hashes on libsodium.
 *
 * Must never turn an Ed25519 key into an X25519 one, sign without a purpose
 * in front, or branch on a secret. Read kdf.c next.
 */
#include "proto/crypto/keys.h"

#include <sodium.h>

#include "proto/base/panic.h"
#include "proto/crypto/entropy.h"

#define SIGN_PREFIX "kept/1/sig/"
/* Prefix, purpose, its NUL, and the message. */
#define SIGN_INPUT_BYTES (32u + SIGN_MESSAGE_BYTES)

_Static_assert(sizeof(struct sign_public) == crypto_sign_PUBLICKEYBYTES, "");
_Static_assert(sizeof(struct sign_secret) == crypto_sign_SECRETKEYBYTES, "");
_Static_assert(sizeof(struct signature) == crypto_sign_BYTES, "");
_Static_assert(sizeof(struct box_public) == crypto_scalarmult_BYTES, "");
_Static_assert(sizeof(struct box_secret) == crypto_scalarmult_SCALARBYTES, "");
_Static_assert(sizeof(struct seal_key) == crypto_sign_SEEDBYTES, "");
_Static_assert(sizeof(struct hash_state) >= sizeof(crypto_generichash_state),
	       "a hash state of ours holds one of libsodium's");

static const char *const sign_purposes[SIGN_PURPOSE_COUNT] = {
#define LABEL(NAME, label)
#define SIGN(NAME, label) [SIGN_##NAME] = label,
#include "proto/crypto/kdf.def"
#undef LABEL
#undef SIGN
};

int crypto_start(void)
{
	return sodium_init() < 0 ? ERR_CRYPTO : 0;
}

void mem_wipe_key(void *key, size_t len)
{
	if (len > 0)
		sodium_memzero(key, len);
}

bool key_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

void sign_keypair(struct sign_public *pub, struct sign_secret *sec)
{
	struct seal_key seed;

	entropy_fill(seed.b, sizeof seed.b);
	sign_keypair_from_seed(&seed, pub, sec);
	key_wipe(&seed);
}

void sign_keypair_from_seed(const struct seal_key *seed,
			    struct sign_public *pub, struct sign_secret *sec)
{
	kept_assert(crypto_sign_seed_keypair(pub->b, sec->b, seed->b) == 0);
}

void box_keypair(struct box_public *pub, struct box_secret *sec)
{
	entropy_fill(sec->b, sizeof sec->b);
	kept_assert(crypto_scalarmult_base(pub->b, sec->b) == 0);
}

void box_keypair_from_seed(const struct seal_key *seed, struct box_public *pub,
			   struct box_secret *sec)
{
	/* RFC 7748 takes any 32 bytes: clamping is part of the agreement. */
	memcpy(sec->b, seed->b, sizeof sec->b);
	kept_assert(crypto_scalarmult_base(pub->b, sec->b) == 0);
}

void net_keypair(struct net_public *pub, struct net_secret *sec)
{
	entropy_fill(sec->b, sizeof sec->b);
	net_public_from_secret(sec, pub);
}

void net_public_from_secret(const struct net_secret *sec,
			    struct net_public *pub)
{
	kept_assert(crypto_scalarmult_base(pub->b, sec->b) == 0);
}

int box_agree(const struct box_secret *sec, const struct box_public *pub,
	      uint8_t shared[32])
{
	if (crypto_scalarmult(shared, sec->b, pub->b) != 0) {
		sodium_memzero(shared, 32);
		return ERR_CRYPTO;
	}
	return 0;
}

bool box_public_is_bad(const struct box_public *pub)
{
	/* Clamped scalars are multiples of 8, so any of them sends a point of
	 * low order to zero; which one does not matter. */
	static const struct box_secret probe = { { 8 } };
	uint8_t shared[32];

	return box_agree(&probe, pub, shared) != 0;
}

void hash_bytes(struct bytes input, void *out, size_t out_bytes)
{
	kept_assert(out_bytes >= 16 && out_bytes <= 64);
	(void)crypto_generichash(out, out_bytes, input.ptr, input.len, NULL, 0);
}

static crypto_generichash_state *hash_inner(struct hash_state *state)
{
	return (crypto_generichash_state *)(void *)state->opaque;
}

void hash_init(struct hash_state *state, size_t out_bytes)
{
	kept_assert(out_bytes >= 16 && out_bytes <= 64);
	(void)crypto_generichash_init(hash_inner(state), NULL, 0, out_bytes);
}

void hash_add(struct hash_state *state, struct bytes input)
{
	if (input.len > 0)
		(void)crypto_generichash_update(hash_inner(state), input.ptr,
						input.len);
}

void hash_done(struct hash_state *state, void *out, size_t out_bytes)
{
	(void)crypto_generichash_final(hash_inner(state), out, out_bytes);
	sodium_memzero(state, sizeof *state);
}

/* Bytes of input used. */
static size_t sign_input(enum sign_purpose purpose, struct bytes message,
			 uint8_t input[SIGN_INPUT_BYTES])
{
	static const size_t prefix = sizeof SIGN_PREFIX - 1;
	const char *name;
	size_t name_len;

	kept_assert(purpose < SIGN_PURPOSE_COUNT);
	name = sign_purposes[purpose];
	name_len = strlen(name) + 1; /* its NUL parts it from the message */
	kept_assert(prefix + name_len + message.len <= SIGN_INPUT_BYTES);
	memcpy(input, SIGN_PREFIX, prefix);
	memcpy(input + prefix, name, name_len);
	if (message.len > 0)
		memcpy(input + prefix + name_len, message.ptr, message.len);
	return prefix + name_len + message.len;
}

void sign_message(const struct sign_secret *sec, enum sign_purpose purpose,
		  struct bytes message, struct signature *out)
{
	uint8_t input[SIGN_INPUT_BYTES];
	size_t len;

	kept_assert(message.len <= SIGN_MESSAGE_BYTES);
	len = sign_input(purpose, message, input);
	(void)crypto_sign_detached(out->b, NULL, input, len, sec->b);
}

int sign_verify(const struct sign_public *pub, enum sign_purpose purpose,
		struct bytes message, const struct signature *sig)
{
	uint8_t input[SIGN_INPUT_BYTES];
	size_t len;

	if (message.len > SIGN_MESSAGE_BYTES)
		return ERR_CRYPTO;
	len = sign_input(purpose, message, input);
	if (crypto_sign_verify_detached(sig->b, input, len, pub->b) != 0)
		return ERR_CRYPTO;
	return 0;
}
