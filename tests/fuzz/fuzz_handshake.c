/*
 * fuzz_handshake.c - one end of a handshake against anybody.
 *
 * The first byte picks pattern and end; the rest is messages, each behind its
 * length (u16, little-endian). Keys and dice are fixed, so that a good answer
 * can be in the corpus. A failure has to be final and leave nothing behind.
 */
#include <stddef.h>
#include <stdint.h>

#include "proto/base/panic.h"
#include "proto/bounds.h"
#include "proto/crypto/entropy.h"
#include "proto/crypto/noise.h"
#include "proto/crypto/pake.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

#define IS_INITIATOR 4u
#define IS_PAKE 8u
#define BUF_MAX 131072u

static struct entropy_stream dice = { .seed = { 42 } };

static void start_end(struct noise *noise, uint8_t choice)
{
	static const struct net_secret own = { { 1 } }, other = { { 3 } };
	static const uint8_t psk[32] = { 5 };
	bool initiator = (choice & IS_INITIATOR) != 0;
	struct net_public remote;
	struct noise_options options = {
		.pattern = (enum noise_pattern)((choice & 3u) %
						NOISE_PATTERN_COUNT),
		.initiator = initiator,
		.prologue = bytes_from_str("kept/1/net"),
		.statik = initiator ? &own : &other,
		.remote = &remote,
		.psk = psk,
	};

	net_public_from_secret(initiator ? &other : &own, &remote);
	kept_assert(noise_start(noise, &options) == 0);
}

/* The next message of input, which moves behind it; false at the end. */
static bool next_message(struct bytes *input, struct bytes *message)
{
	size_t len;

	if (input->len < 2)
		return false;
	len = le16_get(input->ptr);
	if (len > input->len - 2)
		len = input->len - 2;
	*message = bytes_of(input->ptr + 2, len);
	*input = bytes_of(input->ptr + 2 + len, input->len - 2 - len);
	return true;
}

static void run_transport(struct noise *noise, struct bytes input,
			  struct buf *out)
{
	struct noise_cipher send, receive;
	struct bytes message;

	kept_assert(noise_split(noise, &send, &receive) == 0);
	while (next_message(&input, &message)) {
		size_t before = out->len;

		if (noise_decrypt(&receive, message, out) != 0)
			kept_assert(out->len == before);
	}
	noise_cipher_release(&send);
	noise_cipher_release(&receive);
}

static void run_end(uint8_t choice, struct bytes input)
{
	bool writing = (choice & IS_INITIATOR) != 0;
	struct bytes message;
	struct noise noise;
	struct buf out;
	int err = 0;

	buf_init(&out, BUF_MAX);
	start_end(&noise, choice);
	while (err == 0 && !noise_is_done(&noise)) {
		if (writing)
			err = noise_write(&noise, bytes_from_str("hi"), &out);
		else if (next_message(&input, &message))
			err = noise_read(&noise, message, &out);
		else
			err = ERR_MALFORMED;
		writing = !writing;
	}
	if (err == 0)
		run_transport(&noise, input, &out);
	kept_assert(!noise_is_done(&noise));
	noise_release(&noise);
	buf_release(&out);
}

static void run_pake(struct bytes input)
{
	struct pake_options options = {
		.code = bytes_from_str("orbit-candle-plain"),
		.initiator = true,
	};
	uint8_t isk[64];
	struct pake pake;

	if (input.len < 32)
		return;
	kept_assert(pake_start(&pake, &options) == 0);
	if (pake_finish(&pake, input.ptr,
			bytes_of(input.ptr + 32, input.len - 32), isk) != 0)
		kept_assert(isk[0] == 0 && isk[63] == 0);
	pake_release(&pake);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	entropy_use_seed(&dice);
	kept_assert(crypto_start() == 0);
	dice.counter = 0;
	if (size == 0)
		return 0;
	if ((input[0] & IS_PAKE) != 0)
		run_pake(bytes_of(input + 1, size - 1));
	else
		run_end(input[0], bytes_of(input + 1, size - 1));
	return 0;
}
