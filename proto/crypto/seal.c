/*
 * seal.c - the one AEAD for storage; commits to key, label, and context.
 *
 * Must never report which of its checks failed, allocate anything but the
 * room in out, or be joined by a second place that encrypts for storage.
 * PROTOCOL.md section 1; read block.c next.
 */
#include "proto/crypto/seal.h"

#include <sodium.h>

#include "proto/base/panic.h"
#include "proto/crypto/entropy.h"

#define SEAL_VERSION 1u
#define PAD_STEP_BYTES 256u
#define PAD_STEP_LIMIT_BYTES 2048u
#define PAD_MARKER 0x80u
#define LABEL_BYTES 32u
#define COMMIT_BYTES 32u
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES

/* version | nonce | commitment | ciphertext and tag */
#define NONCE_AT 1u
#define COMMIT_AT (NONCE_AT + SEAL_NONCE_BYTES)
#define CIPHER_AT (COMMIT_AT + COMMIT_BYTES)

_Static_assert(CIPHER_AT + TAG_BYTES == SEAL_OVERHEAD_BYTES, "");
_Static_assert(SEAL_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
	       "");

/* What a message is encrypted under, and what proves it. One 64-byte hash. */
struct seal_derived {
	uint8_t key[32];
	uint8_t commit[COMMIT_BYTES];
};

/* Sizes around `size` are rounded up to a multiple of this power of two. */
static size_t pad_step(size_t size)
{
	unsigned exponent, kept_bits;

	if (size <= PAD_STEP_LIMIT_BYTES)
		return PAD_STEP_BYTES;
	/* Padme: of a size with exponent E the top log2(E) + 1 bits after
	 * the leading one stay. */
	exponent = 63u - (unsigned)__builtin_clzll(size);
	kept_bits = 32u - (unsigned)__builtin_clz(exponent);
	return (size_t)1 << (exponent - kept_bits);
}

size_t seal_padded_size(size_t len)
{
	size_t size = len + 1; /* the marker */
	size_t step = pad_step(size);

	return (size + step - 1) & ~(step - 1);
}

size_t seal_size(size_t len, enum seal_padding padding)
{
	if (padding == SEAL_PADDED)
		len = seal_padded_size(len);
	return len + SEAL_OVERHEAD_BYTES;
}

/* N = BLAKE2b-24(K, "kept/1/nonce" 0 r H(P)). The text is in it so that two
 * machines with one random state do not meet on a nonce. */
static void derive_nonce(const struct seal_key *key, struct bytes padded,
			 uint8_t nonce[SEAL_NONCE_BYTES])
{
	static const char name[] = "kept/1/nonce"; /* with its NUL */
	uint8_t input[sizeof name + 32 + 32];

	memcpy(input, name, sizeof name);
	entropy_fill(input + sizeof name, 32);
	hash_bytes(padded, input + sizeof name + 32, 32);
	(void)crypto_generichash(nonce, SEAL_NONCE_BYTES, input, sizeof input,
				 key->b, sizeof key->b);
	sodium_memzero(input, sizeof input);
}

/* ek || com = BLAKE2b-64(K, "kept/1/seal" 0 LE8(|label|) label N H(aad)) */
static void derive_key(const struct seal_key *key,
		       const struct seal_context *context,
		       const uint8_t nonce[SEAL_NONCE_BYTES],
		       struct seal_derived *out)
{
	static const char name[] = "kept/1/seal"; /* with its NUL */
	uint8_t input[sizeof name + 1 + LABEL_BYTES + SEAL_NONCE_BYTES + 32];
	size_t label_len = strlen(context->label);
	uint8_t *at = input;

	_Static_assert(sizeof *out == 64, "one hash fills it");
	kept_assert(label_len <= LABEL_BYTES);
	memcpy(at, name, sizeof name);
	at += sizeof name;
	*at++ = (uint8_t)label_len;
	memcpy(at, context->label, label_len);
	at += label_len;
	memcpy(at, nonce, SEAL_NONCE_BYTES);
	at += SEAL_NONCE_BYTES;
	hash_bytes(context->aad, at, 32);
	at += 32;
	(void)crypto_generichash((uint8_t *)out, sizeof *out, input,
				 (size_t)(at - input), key->b, sizeof key->b);
}

int seal(const struct seal_key *key, const struct seal_context *context,
	 struct bytes plain, struct buf *out)
{
	struct seal_derived derived;
	uint8_t *sealed, *text;
	size_t text_len;

	if (plain.len > SEAL_PLAIN_BYTES_MAX)
		return ERR_LIMIT;
	text_len = seal_size(plain.len, context->padding) - SEAL_OVERHEAD_BYTES;
	sealed = buf_extend(out, text_len + SEAL_OVERHEAD_BYTES);
	if (sealed == NULL)
		return out->failed;
	text = sealed + CIPHER_AT;
	if (plain.len > 0)
		memcpy(text, plain.ptr, plain.len);
	if (context->padding == SEAL_PADDED) {
		text[plain.len] = PAD_MARKER;
		memset(text + plain.len + 1, 0, text_len - plain.len - 1);
	}
	sealed[0] = SEAL_VERSION;
	derive_nonce(key, bytes_of(text, text_len), sealed + NONCE_AT);
	derive_key(key, context, sealed + NONCE_AT, &derived);
	memcpy(sealed + COMMIT_AT, derived.commit, COMMIT_BYTES);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		text, NULL, text, text_len, derived.commit, COMMIT_BYTES, NULL,
		sealed + NONCE_AT, derived.key);
	sodium_memzero(&derived, sizeof derived);
	return 0;
}

/*
 * Length of what is in front of the padding; ERR_CRYPTO unless the padding is
 * exactly what seal() would have put. Looks at every byte where the marker
 * could be, without branching on any; sodium_unpad() does the same through
 * volatile memory, which a hot path feels (0.9 us of 2.5, measured).
 */
static int unpad(const uint8_t *text, size_t text_len, size_t *len)
{
	uint32_t last = 0;
	uint32_t value = 0;
	size_t step, start, i;

	if (text_len < PAD_STEP_BYTES)
		return ERR_CRYPTO;
	/* The largest text of this padded size tells the step: text_len may
	 * be a power of two, where the next step begins. */
	step = pad_step(text_len - 1);
	start = text_len - step;
	for (i = 0; i < step; i++) {
		uint32_t c = text[start + i];
		uint32_t mask = 0u - ((c + 255u) >> 8); /* all ones if c */

		last = (last & ~mask) | ((uint32_t)i & mask);
		value = (value & ~mask) | (c & mask);
	}
	*len = start + last;
	if (value != PAD_MARKER || seal_padded_size(*len) != text_len)
		return ERR_CRYPTO;
	return 0;
}

int seal_open(const struct seal_key *key, const struct seal_context *context,
	      struct bytes sealed, struct buf *out)
{
	struct seal_derived derived;
	size_t before = out->len;
	size_t len, text_len;
	uint8_t *text;
	int err = ERR_CRYPTO;

	if (sealed.len < SEAL_OVERHEAD_BYTES || sealed.ptr[0] != SEAL_VERSION)
		return ERR_CRYPTO;
	text_len = sealed.len - SEAL_OVERHEAD_BYTES;
	derive_key(key, context, sealed.ptr + NONCE_AT, &derived);
	if (sodium_memcmp(derived.commit, sealed.ptr + COMMIT_AT,
			  COMMIT_BYTES) != 0)
		goto out;
	text = buf_extend(out, text_len);
	if (text == NULL && text_len > 0) {
		err = out->failed;
		goto out;
	}
	len = text_len;
	err = 0;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    text, NULL, NULL, sealed.ptr + CIPHER_AT,
		    sealed.len - CIPHER_AT, derived.commit, COMMIT_BYTES,
		    sealed.ptr + NONCE_AT, derived.key) != 0)
		err = ERR_CRYPTO;
	if (err == 0 && context->padding == SEAL_PADDED)
		err = unpad(text, text_len, &len);
	if (err != 0 && text_len > 0)
		sodium_memzero(text, text_len);
	out->len = err == 0 ? before + len : before;
out:
	sodium_memzero(&derived, sizeof derived);
	return err;
}
