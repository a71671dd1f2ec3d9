/*
 * pairing_hello.c - messages 1 to 7: from a short code to an encrypted
 * channel between the two who know it.
 *
 *   1 joiner  -> what kind of code u8 || nonce[32]
 *   2 inviter -> nonce[32]
 *   3 joiner  -> CPace share[32]        (the joiner is CPace's initiator)
 *   4 inviter -> CPace share[32]
 *   5-7 Noise XXpsk0, psk = KDF(ISK, "pair-psk"), prologue = messages 1 to 4;
 *       6 carries the inviter's name, so that the person knows whose words
 *       they compare
 *
 * The first AEAD of message 5 tells a wrong code: that is one strike. A
 * single byte in place of message 6 tells the joiner so. Must never try two
 * codes against one nonce, nor say which part of a code was wrong.
 */
#include "daemon/core/pairing_inside.h"
#include "proto/base/utf8.h"
#include "proto/crypto/entropy.h"
#include "proto/crypto/kdf.h"
#include "proto/crypto/words.h"

#define KIND_WORDS 0u
#define KIND_QR 1u
#define QR_CODE_BYTES 16u
#define REFUSED_WRONG 1u
#define REFUSED_ENDED 2u
#define SHARE_BYTES 32u
/* u8 length || name || zeros: of one length, so that it says nothing. */
#define PAIR_NAME_BYTES (1u + LIMIT_DEVICE_NAME_BYTES)
/* Lengths of messages 1 to 7. */
#define HELLO_BYTES_1 (1u + PAIR_NONCE_BYTES)
#define HELLO_BYTES_5 (32u + NOISE_TAG_BYTES)
#define HELLO_BYTES_6 (32u + 32u + 2u * NOISE_TAG_BYTES + PAIR_NAME_BYTES)
#define HELLO_BYTES_7 (32u + 2u * NOISE_TAG_BYTES)

void hello_send(struct engine *engine, struct bytes message)
{
	struct pairing *pairing = engine->pairing;
	uint8_t head[2];

	le16_put(head, (uint16_t)message.len);
	effects_send(engine->effects, pairing->conn,
		     bytes_of(head, sizeof head));
	effects_send(engine->effects, pairing->conn, message);
}

/* One of messages 1 to 4: sent, and part of the prologue. */
static void say(struct engine *engine, const void *message, size_t len)
{
	hello_send(engine, bytes_of(message, len));
	buf_put(&engine->pairing->transcript, message, len);
}

/* 16 random bytes never read as words; three words may well take 16. */
static bool is_qr_code(const struct pairing *pairing)
{
	struct bytes code = bytes_of(pairing->code, pairing->code_len);
	uint32_t indexes[PAIR_CODE_WORDS];
	bool is_words;
	size_t bad;

	is_words = words_parse(code, indexes, PAIR_CODE_WORDS, &bad) == 0;
	mem_wipe_key(indexes, sizeof indexes);
	return code.len == QR_CODE_BYTES && !is_words;
}

int hello_start(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	uint8_t first[HELLO_BYTES_1];

	(void)err;
	buf_clear(&pairing->transcript);
	channel_release(&pairing->channel);
	channel_init(&pairing->channel);
	pairing_move(engine, PAIR_NONCE);
	if (pairing->now.inviting)
		return 0;
	first[0] = is_qr_code(pairing) ? KIND_QR : KIND_WORDS;
	entropy_fill(first + 1, PAIR_NONCE_BYTES);
	say(engine, first, sizeof first);
	return 0;
}

/* Both nonces are in the transcript: 1 || nonce, then nonce. */
static int start_pake(struct engine *engine)
{
	static const char words[] = "kept/1/pair device words";
	static const char qr[] = "kept/1/pair device qr";
	struct pairing *pairing = engine->pairing;
	const uint8_t *said = pairing->transcript.ptr;
	bool is_qr = said[0] == KIND_QR;
	struct pake_options options = {
		.code = bytes_of(pairing->code, pairing->code_len),
		.context = is_qr ? bytes_from_str(qr) : bytes_from_str(words),
		.sid = bytes_of(said + 1, (size_t)2 * PAIR_NONCE_BYTES),
		.initiator = !pairing->now.inviting,
	};

	if (pairing->now.inviting && is_qr)
		options.code = bytes_of(pairing->qr, pairing->qr_len);
	return options.code.len == 0 ? ERR_CRYPTO
				     : pake_start(&pairing->pake, &options);
}

/* Their share is in: the key of the handshake, and the handshake. */
static int start_noise(struct engine *engine, struct bytes share)
{
	struct pairing *pairing = engine->pairing;
	struct buf *prologue = &engine->frame;
	struct noise_options options = {
		.pattern = NOISE_XXPSK0,
		.initiator = !pairing->now.inviting,
		.statik = pairing->now.inviting ? &engine->net : &pairing->net,
	};
	uint8_t isk[64], psk[32];
	int rc = pake_finish(&pairing->pake, share.ptr, bytes_of(NULL, 0), isk);

	if (rc == 0) {
		kdf(bytes_of(isk, sizeof isk), KDF_PAIR_PSK, bytes_of(NULL, 0),
		    psk, sizeof psk);
		buf_clear(prologue);
		buf_put(prologue, "kept/1/pair", 11);
		buf_put(prologue, pairing->transcript.ptr,
			pairing->transcript.len);
		options.prologue = buf_bytes(prologue);
		options.psk = psk;
		rc = prologue->failed != 0
			     ? prologue->failed
			     : noise_start(&pairing->noise, &options);
	}
	mem_wipe_key(isk, sizeof isk);
	mem_wipe_key(psk, sizeof psk);
	return rc;
}

static int send_noise(struct engine *engine, struct bytes payload)
{
	struct buf *out = &engine->frame;
	int rc;

	buf_clear(out);
	rc = noise_write(&engine->pairing->noise, payload, out);
	if (rc == 0)
		hello_send(engine, buf_bytes(out));
	return rc;
}

/* Message 6: whoever knows the code may know whose it is. */
static int send_name(struct engine *engine)
{
	const char *name = engine->pairing->name;
	uint8_t payload[PAIR_NAME_BYTES] = { 0 };

	payload[0] = (uint8_t)strlen(name);
	memcpy(payload + 1, name, payload[0]);
	return send_noise(engine, bytes_of(payload, sizeof payload));
}

static int take_name(struct pairing *pairing, struct bytes payload)
{
	struct bytes name;
	size_t i;

	if (payload.len != PAIR_NAME_BYTES ||
	    payload.ptr[0] > LIMIT_DEVICE_NAME_BYTES)
		return ERR_MALFORMED;
	name = bytes_of(payload.ptr + 1, payload.ptr[0]);
	for (i = 1 + name.len; i < payload.len; i++) {
		if (payload.ptr[i] != 0)
			return ERR_MALFORMED;
	}
	if (!utf8_is_valid(name) || memchr(name.ptr, 0, name.len) != NULL)
		return ERR_MALFORMED;
	memset(pairing->now.name, 0, sizeof pairing->now.name);
	memcpy(pairing->now.name, name.ptr, name.len);
	return 0;
}

/* The handshake is through on this side. */
static int open_channel(struct engine *engine)
{
	struct pairing *pairing = engine->pairing;
	uint8_t bits[16];
	size_t i;

	memcpy(pairing->now.handshake_hash, noise_hash(&pairing->noise),
	       sizeof pairing->now.handshake_hash);
	pairing->remote = *noise_remote(&pairing->noise);
	kdf(bytes_of(pairing->now.handshake_hash,
		     sizeof pairing->now.handshake_hash),
	    KDF_PAIR_WORDS, bytes_of(NULL, 0), bits, sizeof bits);
	for (i = 0; i < KEPT_ARRAY_COUNT(pairing->now.words); i++)
		pairing->now.words[i] = le16_get(bits + 2 * i) &
					(WORDS_COUNT - 1);
	return noise_split(&pairing->noise, &pairing->channel.send,
			   &pairing->channel.receive);
}

/* ---- the inviter ---- */

static int inviter_takes(struct engine *engine, struct bytes message,
			 struct err *err)
{
	struct pairing *pairing = engine->pairing;
	uint8_t nonce[PAIR_NONCE_BYTES];
	int rc = 0;

	switch (pairing->sm.state) {
	case PAIR_NONCE:
		if (message.len != HELLO_BYTES_1 || message.ptr[0] > KIND_QR)
			return ERR_MALFORMED;
		buf_put(&pairing->transcript, message.ptr, message.len);
		entropy_fill(nonce, sizeof nonce);
		say(engine, nonce, sizeof nonce);
		pairing_move(engine, PAIR_SHARE);
		return 0;
	case PAIR_SHARE:
		if (message.len != SHARE_BYTES)
			return ERR_MALFORMED;
		rc = start_pake(engine);
		if (rc != 0)
			return rc;
		buf_put(&pairing->transcript, message.ptr, message.len);
		say(engine, pake_share(&pairing->pake), SHARE_BYTES);
		pairing_move(engine, PAIR_HELLO);
		return start_noise(engine, message);
	case PAIR_HELLO:
		if (message.len != HELLO_BYTES_5)
			return ERR_MALFORMED;
		buf_clear(&engine->frame);
		if (noise_read(&pairing->noise, message, &engine->frame) != 0)
			return pairing_strike(engine, err);
		pairing_move(engine, PAIR_STATIC);
		return send_name(engine);
	case PAIR_STATIC:
		if (message.len != HELLO_BYTES_7)
			return ERR_MALFORMED;
		buf_clear(&engine->frame);
		rc = noise_read(&pairing->noise, message, &engine->frame);
		if (rc != 0)
			return rc;
		pairing_move(engine, PAIR_PROOF);
		return open_channel(engine);
	default:
		return ERR_NOT_NOW;
	}
}

/* ---- the joiner ---- */

static int joiner_is_refused(struct engine *engine, uint8_t why,
			     struct err *err)
{
	return pairing_fail(
		engine, why == REFUSED_ENDED ? ERR_CODE_ENDED : ERR_CODE_WRONG,
		true, err);
}

static int joiner_takes(struct engine *engine, struct bytes message,
			struct err *err)
{
	struct pairing *pairing = engine->pairing;
	int rc;

	switch (pairing->sm.state) {
	case PAIR_NONCE:
		if (message.len != PAIR_NONCE_BYTES)
			return ERR_MALFORMED;
		buf_put(&pairing->transcript, message.ptr, message.len);
		rc = start_pake(engine);
		if (rc != 0)
			return rc;
		say(engine, pake_share(&pairing->pake), SHARE_BYTES);
		pairing_move(engine, PAIR_SHARE);
		return 0;
	case PAIR_SHARE:
		if (message.len != SHARE_BYTES)
			return ERR_MALFORMED;
		buf_put(&pairing->transcript, message.ptr, message.len);
		rc = start_noise(engine, message);
		if (rc != 0)
			return rc;
		pairing_move(engine, PAIR_HELLO);
		return send_noise(engine, bytes_of(NULL, 0));
	case PAIR_HELLO:
		if (message.len == 1)
			return joiner_is_refused(engine, message.ptr[0], err);
		if (message.len != HELLO_BYTES_6)
			return ERR_MALFORMED;
		buf_clear(&engine->frame);
		if (noise_read(&pairing->noise, message, &engine->frame) != 0)
			return joiner_is_refused(engine, REFUSED_WRONG, err);
		rc = take_name(pairing, buf_bytes(&engine->frame));
		if (rc == 0)
			rc = send_noise(engine, bytes_of(NULL, 0));
		if (rc == 0)
			rc = open_channel(engine);
		if (rc != 0)
			return rc;
		pairing_move(engine, PAIR_PROOF);
		pairing_ask(engine, PAIRING_WANT_PROOF);
		return 0;
	default:
		return ERR_NOT_NOW;
	}
}

/* Does the step still speak in bare messages? */
static bool is_hello(const struct pairing *pairing)
{
	return pairing->has_conn && pairing->sm.state >= PAIR_NONCE &&
	       pairing->sm.state <= PAIR_STATIC;
}

int hello_input(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	struct channel *channel = &pairing->channel;

	while (is_hello(pairing)) {
		size_t left = channel->raw.len - channel->raw_at;
		struct bytes message;
		size_t len;
		int rc;

		if (left < 2)
			return 0;
		len = le16_get(channel->raw.ptr + channel->raw_at);
		if (len == 0 || len > HELLO_BYTES_6)
			return ERR_MALFORMED;
		if (left < 2 + len)
			return 0;
		channel_take(channel, 2, &message);
		channel_take(channel, len, &message);
		rc = pairing->now.inviting ? inviter_takes(engine, message, err)
					   : joiner_takes(engine, message, err);
		if (rc != 0)
			return rc;
	}
	return 0;
}
