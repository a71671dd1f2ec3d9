/*
 * keys.h - one struct type per purpose of a key, so that handing over the
 * wrong one does not compile. All are plain bytes and can live anywhere;
 * secret ones are wiped with key_wipe() by whoever owns them.
 *
 * Ed25519 (RFC 8032) signs, X25519 (RFC 7748) agrees; there is no conversion
 * between the two anywhere.
 */
#ifndef KEPT_CRYPTO_KEYS_H
#define KEPT_CRYPTO_KEYS_H

#include "proto/base/errors.h"
#include "proto/base/ids.h"

/* Public. */
struct sign_public {
	uint8_t b[32];
}; /* D_sig, R_sig: also a device's id */
struct box_public {
	uint8_t b[32];
}; /* D_box, R_box */
struct net_public {
	uint8_t b[32];
}; /* D_net, Noise static */
struct signature {
	uint8_t b[64];
};

/* Secret. */
struct sign_secret {
	uint8_t b[64];
};
struct box_secret {
	uint8_t b[32];
};
struct net_secret {
	uint8_t b[32];
};
struct epoch_key {
	uint8_t b[32];
}; /* E_n */
struct device_key {
	uint8_t b[32];
}; /* DVK: opens this device's vault */
struct slot_key {
	uint8_t b[32];
}; /* from a passphrase */
struct seal_key {
	uint8_t b[32];
}; /* what seal() takes; from kdf.h only */
struct recovery_seed {
	uint8_t b[32];
}; /* R */

#define key_wipe(key) mem_wipe_key((key), sizeof *(key))
void mem_wipe_key(void *key, size_t len);

/* Called once per process before anything else here; ERR_CRYPTO if libsodium
 * cannot start. In the simulator entropy_use_seed() comes first. */
int crypto_start(void) KEPT_MUST_USE;

/* Constant time for secrets; also fine for ids. */
bool key_equal(const void *a, const void *b, size_t len);

/* Fresh pairs from entropy.h. */
void sign_keypair(struct sign_public *pub, struct sign_secret *sec);
void box_keypair(struct box_public *pub, struct box_secret *sec);
void net_keypair(struct net_public *pub, struct net_secret *sec);
/* From a 32-byte seed (recovery). */
void sign_keypair_from_seed(const struct seal_key *seed,
			    struct sign_public *pub, struct sign_secret *sec);
void box_keypair_from_seed(const struct seal_key *seed, struct box_public *pub,
			   struct box_secret *sec);
void net_public_from_secret(const struct net_secret *sec,
			    struct net_public *pub);

/* X25519; ERR_CRYPTO when the result is all zero (low-order point). */
int box_agree(const struct box_secret *sec, const struct box_public *pub,
	      uint8_t shared[32]) KEPT_MUST_USE;
/* A point no member may have: low order, or all zero. */
bool box_public_is_bad(const struct box_public *pub);

/* BLAKE2b (RFC 7693) of 16, 24, 32 or 64 bytes, unkeyed. */
void hash_bytes(struct bytes input, void *out, size_t out_bytes);
struct hash_state {
	_Alignas(64) uint8_t opaque[384];
};
void hash_init(struct hash_state *state, size_t out_bytes);
void hash_add(struct hash_state *state, struct bytes input);
void hash_done(struct hash_state *state, void *out, size_t out_bytes);

/*
 * Ed25519 over "kept/1/sig/" purpose 0x00 message. Purposes are rows of
 * kdf.def (SIGN_*), so that a signature for one thing is none for another.
 * Messages are at most SIGN_MESSAGE_BYTES: anything longer is hashed first
 * and its hash signed (a longer one never verifies).
 */
#define SIGN_MESSAGE_BYTES 256u
enum sign_purpose {
#define LABEL(NAME, label)
#define SIGN(NAME, label) SIGN_##NAME,
#include "proto/crypto/kdf.def"
#undef LABEL
#undef SIGN
	SIGN_PURPOSE_COUNT
};
void sign_message(const struct sign_secret *sec, enum sign_purpose purpose,
		  struct bytes message, struct signature *out);
int sign_verify(const struct sign_public *pub, enum sign_purpose purpose,
		struct bytes message, const struct signature *sig)
	KEPT_MUST_USE;

#endif
