/*
 * noise.c - the Noise handshake state and the transport ciphers.
 *
 * Must never go on after a failure, use a nonce twice, or accept a zero
 * agreement. Names follow the Noise specification, revision 34; PROTOCOL.md
 * sections 5 and 6 say where each pattern is used.
 *
 *   start -> write/read in turns -> done -> split -> (released)
 *     any failure -------------------------------> dead
 */
#include "proto/crypto/noise.h"

#include <sodium.h>

#include "proto/base/panic.h"
#include "proto/bounds.h"
#include "proto/crypto/entropy.h"

#define KEY_BYTES 32u
#define TOKENS_MAX 4u
/* BLAKE2b's block: what HMAC pads its key to. */
#define HMAC_BLOCK_BYTES 128u
#define MESSAGE_BYTES_MAX 65535u

_Static_assert(LIMIT_NOISE_MESSAGE_BYTES ==
		       LIMIT_NOISE_PAYLOAD_BYTES + NOISE_TAG_BYTES,
	       "a message is a payload and a tag");
_Static_assert(LIMIT_NOISE_MESSAGE_BYTES <= MESSAGE_BYTES_MAX,
	       "Noise ends a message at 65,535 bytes");
_Static_assert(NOISE_TAG_BYTES == crypto_aead_chacha20poly1305_ietf_ABYTES, "");

enum token {
	TOKEN_END,
	TOKEN_E,
	TOKEN_S,
	TOKEN_EE,
	TOKEN_ES,
	TOKEN_SE,
	TOKEN_SS,
	TOKEN_PSK
};

struct pattern {
	const char *name; /* the initial h, padded with zeros: <= 64 bytes */
	bool knows_responder; /* pre-message <- s */
	bool initiator_has_s;
	bool responder_has_s;
	bool has_psk;
	uint8_t message_count;
	uint8_t tokens[3][TOKENS_MAX + 1];
};

static const struct pattern patterns[NOISE_PATTERN_COUNT] = {
	[NOISE_XXPSK0] = {
		.name = "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2b",
		.initiator_has_s = true,
		.responder_has_s = true,
		.has_psk = true,
		.message_count = 3,
		.tokens = {
			{ TOKEN_PSK, TOKEN_E },
			{ TOKEN_E, TOKEN_EE, TOKEN_S, TOKEN_ES },
			{ TOKEN_S, TOKEN_SE },
		},
	},
	[NOISE_IK] = {
		.name = "Noise_IK_25519_ChaChaPoly_BLAKE2b",
		.knows_responder = true,
		.initiator_has_s = true,
		.responder_has_s = true,
		.message_count = 2,
		.tokens = {
			{ TOKEN_E, TOKEN_ES, TOKEN_S, TOKEN_SS },
			{ TOKEN_E, TOKEN_EE, TOKEN_SE },
		},
	},
	[NOISE_NK] = {
		.name = "Noise_NK_25519_ChaChaPoly_BLAKE2b",
		.knows_responder = true,
		.responder_has_s = true,
		.message_count = 2,
		.tokens = {
			{ TOKEN_E, TOKEN_ES },
			{ TOKEN_E, TOKEN_EE },
		},
	},
};

/* What is left of a message being read. */
struct cursor {
	const uint8_t *at;
	size_t left;
};

/* HMAC-BLAKE2b (RFC 2104 over RFC 7693) of a || b under a 64-byte key. */
static void hmac(const uint8_t key[NOISE_HASH_BYTES], struct bytes a,
		 struct bytes b, uint8_t out[NOISE_HASH_BYTES])
{
	struct hash_state state;
	uint8_t pad[HMAC_BLOCK_BYTES];
	uint8_t inner[NOISE_HASH_BYTES];
	size_t i;

	memset(pad, 0x36, sizeof pad);
	for (i = 0; i < NOISE_HASH_BYTES; i++)
		pad[i] ^= key[i];
	hash_init(&state, sizeof inner);
	hash_add(&state, bytes_of(pad, sizeof pad));
	hash_add(&state, a);
	hash_add(&state, b);
	hash_done(&state, inner, sizeof inner);
	for (i = 0; i < sizeof pad; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	hash_init(&state, NOISE_HASH_BYTES);
	hash_add(&state, bytes_of(pad, sizeof pad));
	hash_add(&state, bytes_of(inner, sizeof inner));
	hash_done(&state, out, NOISE_HASH_BYTES);
	sodium_memzero(pad, sizeof pad);
	sodium_memzero(inner, sizeof inner);
}

/* HKDF of the specification, section 4.3; count is 2 or 3. */
static void hkdf(const uint8_t ck[NOISE_HASH_BYTES], struct bytes input,
		 uint8_t out[][NOISE_HASH_BYTES], uint8_t count)
{
	uint8_t temp[NOISE_HASH_BYTES];
	struct bytes last = bytes_of(NULL, 0);
	uint8_t i;

	hmac(ck, input, bytes_of(NULL, 0), temp);
	for (i = 1; i <= count; i++) {
		hmac(temp, last, bytes_of(&i, 1), out[i - 1]);
		last = bytes_of(out[i - 1], NOISE_HASH_BYTES);
	}
	sodium_memzero(temp, sizeof temp);
}

static void mix_hash(struct noise *noise, struct bytes input)
{
	struct hash_state state;

	hash_init(&state, sizeof noise->h);
	hash_add(&state, bytes_of(noise->h, sizeof noise->h));
	hash_add(&state, input);
	hash_done(&state, noise->h, sizeof noise->h);
}

static void mix_key(struct noise *noise, struct bytes input)
{
	uint8_t out[2][NOISE_HASH_BYTES];

	hkdf(noise->ck, input, out, 2);
	memcpy(noise->ck, out[0], sizeof noise->ck);
	memcpy(noise->k, out[1], sizeof noise->k);
	noise->has_key = 1;
	noise->n = 0;
	sodium_memzero(out, sizeof out);
}

static void mix_key_and_hash(struct noise *noise, struct bytes input)
{
	uint8_t out[3][NOISE_HASH_BYTES];

	hkdf(noise->ck, input, out, 3);
	memcpy(noise->ck, out[0], sizeof noise->ck);
	mix_hash(noise, bytes_of(out[1], NOISE_HASH_BYTES));
	memcpy(noise->k, out[2], sizeof noise->k);
	noise->has_key = 1;
	noise->n = 0;
	sodium_memzero(out, sizeof out);
}

/* 32 zero bits and n, little-endian. */
static void write_nonce(uint64_t n, uint8_t nonce[12])
{
	memset(nonce, 0, 4);
	le64_put(nonce + 4, n);
}

static int encrypt_and_hash(struct noise *noise, struct bytes plain,
			    struct buf *out)
{
	uint8_t nonce[12];
	size_t tag = noise->has_key ? NOISE_TAG_BYTES : 0;
	uint8_t *to = NULL;

	if (plain.len + tag > 0) {
		to = buf_extend(out, plain.len + tag);
		if (to == NULL)
			return out->failed;
	}
	if (noise->has_key) {
		write_nonce(noise->n++, nonce);
		(void)crypto_aead_chacha20poly1305_ietf_encrypt(
			to, NULL, plain.ptr, plain.len, noise->h,
			sizeof noise->h, NULL, nonce, noise->k);
	} else if (plain.len > 0) {
		memcpy(to, plain.ptr, plain.len);
	}
	mix_hash(noise, bytes_of(to, plain.len + tag));
	return 0;
}

/* to has room for input without its tag; may be NULL when that is nothing. */
static int decrypt_and_hash(struct noise *noise, struct bytes input,
			    uint8_t *to)
{
	uint8_t nonce[12];

	if (noise->has_key) {
		write_nonce(noise->n++, nonce);
		if (crypto_aead_chacha20poly1305_ietf_decrypt(
			    to, NULL, NULL, input.ptr, input.len, noise->h,
			    sizeof noise->h, nonce, noise->k) != 0)
			return ERR_CRYPTO;
	} else if (input.len > 0) {
		memcpy(to, input.ptr, input.len);
	}
	mix_hash(noise, input);
	return 0;
}

/* Every secret goes; later calls find it not live. */
static int kill(struct noise *noise, int err)
{
	sodium_memzero(noise, sizeof *noise);
	return err;
}

int noise_start(struct noise *noise, const struct noise_options *options)
{
	const struct pattern *pattern;
	bool initiator = options->initiator;
	bool has_s;

	memset(noise, 0, sizeof *noise);
	kept_assert(options->pattern < NOISE_PATTERN_COUNT);
	pattern = &patterns[options->pattern];
	has_s = initiator ? pattern->initiator_has_s : pattern->responder_has_s;
	if ((has_s && options->statik == NULL) ||
	    (pattern->has_psk && options->psk == NULL) ||
	    (pattern->knows_responder && initiator && options->remote == NULL))
		return ERR_USAGE;
	noise->pattern = (uint8_t)options->pattern;
	noise->initiator = initiator;
	if (has_s) {
		noise->s = *options->statik;
		net_public_from_secret(&noise->s, &noise->s_pub);
	}
	if (pattern->has_psk)
		memcpy(noise->psk, options->psk, sizeof noise->psk);
	if (options->ephemeral != NULL) {
		noise->e = *options->ephemeral;
		noise->has_e = 1;
	}
	if (pattern->knows_responder && initiator) {
		noise->rs = *options->remote;
		noise->has_rs = 1;
	}
	kept_assert(strlen(pattern->name) <= sizeof noise->h);
	memcpy(noise->h, pattern->name, strlen(pattern->name));
	memcpy(noise->ck, noise->h, sizeof noise->ck);
	mix_hash(noise, options->prologue);
	if (pattern->knows_responder)
		mix_hash(noise, initiator
					? bytes_of(noise->rs.b, KEY_BYTES)
					: bytes_of(noise->s_pub.b, KEY_BYTES));
	noise->live = 1;
	return 0;
}

/* The tokens of a message that is ours to write (or to read) now. */
static const uint8_t *tokens_now(const struct noise *noise, bool writing)
{
	const struct pattern *pattern = &patterns[noise->pattern];
	bool initiators_turn = noise->message % 2 == 0;

	if (!noise->live || noise->message >= pattern->message_count)
		return NULL;
	if ((initiators_turn == (noise->initiator != 0)) != writing)
		return NULL;
	return pattern->tokens[noise->message];
}

/* ee, es, se, ss: the first letter is the initiator's key. */
static int mix_agreement(struct noise *noise, uint8_t token)
{
	bool first_is_e = token == TOKEN_EE || token == TOKEN_ES;
	bool second_is_e = token == TOKEN_EE || token == TOKEN_SE;
	bool own_is_e = noise->initiator ? first_is_e : second_is_e;
	bool other_is_e = noise->initiator ? second_is_e : first_is_e;
	uint8_t shared[KEY_BYTES];

	if (crypto_scalarmult(shared, own_is_e ? noise->e.b : noise->s.b,
			      other_is_e ? noise->re.b : noise->rs.b) != 0)
		return ERR_CRYPTO;
	mix_key(noise, bytes_of(shared, sizeof shared));
	sodium_memzero(shared, sizeof shared);
	return 0;
}

static void mix_ephemeral(struct noise *noise, const struct net_public *e)
{
	mix_hash(noise, bytes_of(e->b, KEY_BYTES));
	/* Section 9.2: with a psk the ephemeral also keys, or messages with
	 * no agreement yet would share one nonce stream. */
	if (patterns[noise->pattern].has_psk)
		mix_key(noise, bytes_of(e->b, KEY_BYTES));
}

static int write_token(struct noise *noise, uint8_t token, struct buf *out)
{
	if (token == TOKEN_E) {
		if (!noise->has_e)
			entropy_fill(noise->e.b, sizeof noise->e.b);
		noise->has_e = 1;
		net_public_from_secret(&noise->e, &noise->e_pub);
		mix_ephemeral(noise, &noise->e_pub);
		return buf_put(out, noise->e_pub.b, KEY_BYTES);
	}
	if (token == TOKEN_S)
		return encrypt_and_hash(
			noise, bytes_of(noise->s_pub.b, KEY_BYTES), out);
	if (token == TOKEN_PSK) {
		mix_key_and_hash(noise, bytes_of(noise->psk, KEY_BYTES));
		return 0;
	}
	return mix_agreement(noise, token);
}

int noise_write(struct noise *noise, struct bytes payload, struct buf *out)
{
	const uint8_t *token = tokens_now(noise, true);
	size_t before = out->len;
	int err = 0;

	if (token == NULL)
		return kill(noise, ERR_NOT_NOW);
	if (payload.len > LIMIT_NOISE_PAYLOAD_BYTES)
		return kill(noise, ERR_LIMIT);
	for (; err == 0 && *token != TOKEN_END; token++)
		err = write_token(noise, *token, out);
	if (err == 0)
		err = encrypt_and_hash(noise, payload, out);
	if (err != 0) {
		out->len = before;
		return kill(noise, err);
	}
	noise->message++;
	return 0;
}

static int take(struct cursor *cursor, size_t len, struct bytes *out)
{
	if (cursor->left < len)
		return ERR_MALFORMED;
	*out = bytes_of(cursor->at, len);
	cursor->at += len;
	cursor->left -= len;
	return 0;
}

static int read_token(struct noise *noise, uint8_t token, struct cursor *cursor)
{
	struct bytes part;
	int err;

	if (token == TOKEN_E) {
		err = take(cursor, KEY_BYTES, &part);
		if (err != 0)
			return err;
		memcpy(noise->re.b, part.ptr, KEY_BYTES);
		mix_ephemeral(noise, &noise->re);
		return 0;
	}
	if (token == TOKEN_S) {
		size_t tag = noise->has_key ? NOISE_TAG_BYTES : 0;

		err = take(cursor, KEY_BYTES + tag, &part);
		if (err == 0)
			err = decrypt_and_hash(noise, part, noise->rs.b);
		noise->has_rs = err == 0;
		return err;
	}
	if (token == TOKEN_PSK) {
		mix_key_and_hash(noise, bytes_of(noise->psk, KEY_BYTES));
		return 0;
	}
	return mix_agreement(noise, token);
}

static int read_payload(struct noise *noise, struct bytes input,
			struct buf *payload)
{
	size_t tag = noise->has_key ? NOISE_TAG_BYTES : 0;
	uint8_t *to = NULL;

	if (input.len < tag)
		return ERR_MALFORMED;
	if (input.len > tag) {
		to = buf_extend(payload, input.len - tag);
		if (to == NULL)
			return payload->failed;
	}
	return decrypt_and_hash(noise, input, to);
}

int noise_read(struct noise *noise, struct bytes message, struct buf *payload)
{
	const uint8_t *token = tokens_now(noise, false);
	struct cursor cursor = { message.ptr, message.len };
	size_t before = payload->len;
	int err = 0;

	if (token == NULL)
		return kill(noise, ERR_NOT_NOW);
	if (message.len > MESSAGE_BYTES_MAX)
		return kill(noise, ERR_MALFORMED);
	for (; err == 0 && *token != TOKEN_END; token++)
		err = read_token(noise, *token, &cursor);
	if (err == 0)
		err = read_payload(noise, bytes_of(cursor.at, cursor.left),
				   payload);
	if (err != 0) {
		payload->len = before;
		return kill(noise, err);
	}
	noise->message++;
	return 0;
}

bool noise_is_done(const struct noise *noise)
{
	return noise->live &&
	       noise->message == patterns[noise->pattern].message_count;
}

const struct net_public *noise_remote(const struct noise *noise)
{
	return noise->live && noise->has_rs ? &noise->rs : NULL;
}

const uint8_t *noise_hash(const struct noise *noise)
{
	return noise_is_done(noise) ? noise->h : NULL;
}

int noise_split(struct noise *noise, struct noise_cipher *send,
		struct noise_cipher *receive)
{
	uint8_t out[2][NOISE_HASH_BYTES];
	struct noise_cipher *first = noise->initiator ? send : receive;
	struct noise_cipher *second = noise->initiator ? receive : send;

	if (!noise_is_done(noise))
		return ERR_NOT_NOW;
	hkdf(noise->ck, bytes_of(NULL, 0), out, 2);
	memset(first, 0, sizeof *first);
	memset(second, 0, sizeof *second);
	memcpy(first->key, out[0], sizeof first->key);
	memcpy(second->key, out[1], sizeof second->key);
	sodium_memzero(out, sizeof out);
	noise_release(noise);
	return 0;
}

int noise_encrypt(struct noise_cipher *cipher, struct bytes plain,
		  struct buf *out)
{
	uint8_t nonce[12];
	uint8_t *to;

	if (plain.len > LIMIT_NOISE_PAYLOAD_BYTES || cipher->n == UINT64_MAX)
		return ERR_LIMIT;
	to = buf_extend(out, plain.len + NOISE_TAG_BYTES);
	if (to == NULL)
		return out->failed;
	write_nonce(cipher->n, nonce);
	(void)crypto_aead_chacha20poly1305_ietf_encrypt(
		to, NULL, plain.ptr, plain.len, NULL, 0, NULL, nonce,
		cipher->key);
	cipher->n++;
	cipher->messages++;
	cipher->bytes += plain.len + NOISE_TAG_BYTES;
	return 0;
}

int noise_decrypt(struct noise_cipher *cipher, struct bytes message,
		  struct buf *out)
{
	uint8_t nonce[12];
	size_t before = out->len;
	uint8_t *to = NULL;

	if (message.len < NOISE_TAG_BYTES ||
	    message.len > LIMIT_NOISE_MESSAGE_BYTES)
		return ERR_MALFORMED;
	if (cipher->n == UINT64_MAX)
		return ERR_LIMIT;
	if (message.len > NOISE_TAG_BYTES) {
		to = buf_extend(out, message.len - NOISE_TAG_BYTES);
		if (to == NULL)
			return out->failed;
	}
	write_nonce(cipher->n, nonce);
	if (crypto_aead_chacha20poly1305_ietf_decrypt(
		    to, NULL, NULL, message.ptr, message.len, NULL, 0, nonce,
		    cipher->key) != 0) {
		out->len = before;
		return ERR_CRYPTO;
	}
	cipher->n++;
	cipher->messages++;
	cipher->bytes += message.len;
	return 0;
}

void noise_rekey(struct noise_cipher *cipher)
{
	static const uint8_t zeros[KEY_BYTES];
	uint8_t out[KEY_BYTES + NOISE_TAG_BYTES];
	uint8_t nonce[12];

	write_nonce(UINT64_MAX, nonce);
	(void)crypto_aead_chacha20poly1305_ietf_encrypt(
		out, NULL, zeros, sizeof zeros, NULL, 0, NULL, nonce,
		cipher->key);
	memcpy(cipher->key, out, sizeof cipher->key);
	cipher->messages = 0;
	cipher->bytes = 0;
	sodium_memzero(out, sizeof out);
}

void noise_release(struct noise *noise)
{
	sodium_memzero(noise, sizeof *noise);
}

void noise_cipher_release(struct noise_cipher *cipher)
{
	sodium_memzero(cipher, sizeof *cipher);
}

void noise_hint(const struct net_public *responder, const uint8_t ephemeral[32],
		struct id16 *out)
{
	static const char name[] = "kept/1/hint"; /* with its NUL */
	uint8_t input[sizeof name + KEY_BYTES];

	memcpy(input, name, sizeof name);
	memcpy(input + sizeof name, ephemeral, KEY_BYTES);
	(void)crypto_generichash(out->b, sizeof out->b, input, sizeof input,
				 responder->b, sizeof responder->b);
}
