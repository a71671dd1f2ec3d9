/*
 * noise.h - Noise_*_25519_ChaChaPoly_BLAKE2b (Noise Protocol Framework,
 * revision 34) as a pure bytes API: XXpsk0 for pairing, IK for sessions, and
 * NK for mailboxes to come. No sockets, no clocks.
 *
 * Prototypes stand in protocol order. Any failure leaves the handshake dead:
 * further calls return ERR_NOT_NOW.
 */
#ifndef KEPT_CRYPTO_NOISE_H
#define KEPT_CRYPTO_NOISE_H

#include "proto/base/buf.h"
#include "proto/crypto/keys.h"

#define NOISE_HASH_BYTES 64u
#define NOISE_TAG_BYTES 16u

enum noise_pattern { NOISE_XXPSK0, NOISE_IK, NOISE_NK, NOISE_PATTERN_COUNT };

struct noise_options {
	enum noise_pattern pattern;
	bool initiator;
	struct bytes prologue;              /* Borrows for the call */
	const struct net_secret *statik;    /* own static; NULL if none */
	const struct net_public *remote;    /* known remote static or NULL */
	const uint8_t *psk;                 /* 32 bytes or NULL */
	const struct net_secret *ephemeral; /* tests only; else NULL */
};

struct noise {
	uint8_t ck[64], h[64], k[32], psk[32];
	uint64_t n;
	struct net_secret s, e;
	struct net_public s_pub, e_pub, rs, re;
	uint8_t pattern, message, has_key, initiator, has_e, has_rs;
	uint8_t live; /* 0: never started, failed, split, or released */
};

/* ERR_USAGE if the pattern needs a key that options lack. */
int noise_start(struct noise *noise, const struct noise_options *options)
	KEPT_MUST_USE;
/* Appends the next handshake message with its payload to out. ERR_NOT_NOW
 * out of turn, ERR_CRYPTO for a low-order point, else what buf.h says. */
int noise_write(struct noise *noise, struct bytes payload, struct buf *out)
	KEPT_MUST_USE;
/* Reads one; appends its payload. ERR_CRYPTO, ERR_MALFORMED, ERR_NOT_NOW;
 * payload is unchanged on failure. */
int noise_read(struct noise *noise, struct bytes message, struct buf *payload)
	KEPT_MUST_USE;
bool noise_is_done(const struct noise *noise);
/* The other side's static, once known (also before it is proven: look at it
 * when done); NULL till then. Borrows until noise_split or noise_release. */
const struct net_public *noise_remote(const struct noise *noise);
/* h, for channel binding; 64 bytes. NULL until done. Borrows as above. */
const uint8_t *noise_hash(const struct noise *noise);

/* One direction of transport. */
struct noise_cipher {
	uint8_t key[32];
	uint64_t n;
	uint64_t messages; /* under this key, for the rekey rule */
	uint64_t bytes;
};
/* ERR_NOT_NOW before done. Wipes noise. */
int noise_split(struct noise *noise, struct noise_cipher *send,
		struct noise_cipher *receive) KEPT_MUST_USE;
/*
 * Append to out. ERR_LIMIT: more than LIMIT_NOISE_PAYLOAD_BYTES, or the
 * key's nonces are used up (2^64 - 1 is REKEY's own). ERR_MALFORMED: shorter
 * or longer than any message. After ERR_CRYPTO the session has to end; the
 * cipher has not moved.
 */
int noise_encrypt(struct noise_cipher *cipher, struct bytes plain,
		  struct buf *out) KEPT_MUST_USE;
int noise_decrypt(struct noise_cipher *cipher, struct bytes message,
		  struct buf *out) KEPT_MUST_USE;
/* REKEY of section 4.2 of the Noise specification: a new key, the same n;
 * messages and bytes start again at 0. */
void noise_rekey(struct noise_cipher *cipher);
void noise_release(struct noise *noise); /* wipes */
void noise_cipher_release(struct noise_cipher *cipher);

/* hint = BLAKE2b-16(key = responder static, "kept/1/hint" 0 e): lets one
 * listener find the static a first message is for. */
void noise_hint(const struct net_public *responder, const uint8_t ephemeral[32],
		struct id16 *out);

#endif
