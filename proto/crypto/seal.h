/*
 * seal.h - seal(), the one AEAD for storage; it commits to key and context.
 *
 * P = pad(pt) (next multiple of 256 up to 2 KiB, then Padme; ISO 7816-4
 * marker), r = 32 random bytes, N = BLAKE2b-24(K, "kept/1/nonce" 0 r H(P)),
 * ek || com = BLAKE2b-64(K, "kept/1/seal" 0 LE8(|label|) label N H(aad)),
 * out = 0x01 || N[24] || com[32] || XChaCha20-Poly1305(ek, N, ad = com, P).
 * Commitment: Albertini et al., "How to Abuse and Fix Authenticated
 * Encryption Without Key Commitment" (USENIX Security 2022). Padme: Nikitin
 * et al., "Reducing Metadata Leakage from Encrypted Files" (PETS 2019).
 * Overhead beyond the padded text: SEAL_OVERHEAD_BYTES. Every failure to open
 * is the one ERR_CRYPTO.
 */
#ifndef KEPT_CRYPTO_SEAL_H
#define KEPT_CRYPTO_SEAL_H

#include "proto/base/buf.h"
#include "proto/crypto/keys.h"

#define SEAL_OVERHEAD_BYTES 73u
#define SEAL_NONCE_BYTES 24u
/* Beyond any limit of ours; keeps sizes from overflowing. */
#define SEAL_PLAIN_BYTES_MAX (1u << 30)

enum seal_padding {
	SEAL_PADDED,   /* words: hide the length */
	SEAL_UNPADDED, /* keys: fixed lengths anyway */
};

/* Padded size of len bytes (>= len + 1), and of the sealed result; len <=
 * SEAL_PLAIN_BYTES_MAX. */
size_t seal_padded_size(size_t len);
size_t seal_size(size_t len, enum seal_padding padding);

struct seal_context {
	const char *label; /* a row of kdf.def, said again inside */
	struct bytes aad;
	enum seal_padding padding;
};
/* Appends to out, which plain must not borrow from. ERR_LIMIT, ERR_NOMEM. */
int seal(const struct seal_key *key, const struct seal_context *context,
	 struct bytes plain, struct buf *out) KEPT_MUST_USE;
/*
 * Appends the plaintext to out; out is unchanged on failure. For a moment out
 * holds the padding too, so its maximum has to leave room for
 * sealed.len - SEAL_OVERHEAD_BYTES: else ERR_LIMIT, as buf.h says.
 */
int seal_open(const struct seal_key *key, const struct seal_context *context,
	      struct bytes sealed, struct buf *out) KEPT_MUST_USE;

#endif
