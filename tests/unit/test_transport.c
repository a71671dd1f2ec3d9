/*
 * Goal: what passes through a session's ciphers arrives once, in order, and
 * untouched, and a key is never used up. Method: every flip and truncation of
 * one message, both sides of each limit, and a rekey with a known result.
 */
#include "proto/crypto/noise.h"

#include "proto/bounds.h"
#include "tests/lib/harness.h"

#define BUF_MAX 70000u
/* ENCRYPT(k, 2^64 - 1, "", 32 zeros) of a key of 7s. */
#define REKEYED_SEVENS                                                         \
	"6680fd904a4d469c95ec1d2ff2a2d784a7780280208935e7c15a07cdfdf8075d"

/* A cipher with a known key on both ends. */
static void cipher_pair(struct noise_cipher *send, struct noise_cipher *receive)
{
	memset(send, 0, sizeof *send);
	memset(send->key, 7, sizeof send->key);
	*receive = *send;
}

static void transport_refuses_what_was_touched_or_repeated(void **state)
{
	struct noise_cipher send, receive;
	struct buf wire, out;

	(void)state;
	cipher_pair(&send, &receive);
	buf_init(&wire, BUF_MAX);
	buf_init(&out, BUF_MAX);
	assert_int_equal(noise_encrypt(&send, bytes_from_str("words"), &wire),
			 0);
	for (size_t bit = 0; bit < wire.len * 8; bit++) {
		wire.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(
			noise_decrypt(&receive, buf_bytes(&wire), &out),
			ERR_CRYPTO);
		wire.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = 0; len < wire.len; len++)
		assert_int_equal(
			noise_decrypt(&receive, bytes_of(wire.ptr, len), &out),
			len < 16 ? ERR_MALFORMED : ERR_CRYPTO);
	assert_int_equal(out.len, 0);
	assert_int_equal(noise_decrypt(&receive, buf_bytes(&wire), &out), 0);
	assert_bytes(buf_bytes(&out), bytes_from_str("words"));
	assert_int_equal(noise_decrypt(&receive, buf_bytes(&wire), &out),
			 ERR_CRYPTO);
	assert_int_equal(receive.messages, 1);
	assert_int_equal(receive.bytes, 5 + 16);
	assert_int_equal(send.bytes, 5 + 16);
	buf_release(&wire);
	buf_release(&out);
}

static void message_sizes_end_where_they_should(void **state)
{
	static const uint8_t zeros[LIMIT_NOISE_MESSAGE_BYTES + 1];
	struct noise_cipher send, receive;
	struct buf wire, out;

	(void)state;
	buf_init(&wire, BUF_MAX);
	buf_init(&out, BUF_MAX);
	for (size_t len = LIMIT_NOISE_PAYLOAD_BYTES - 1;
	     len <= LIMIT_NOISE_PAYLOAD_BYTES + 1; len++) {
		bool fits = len <= LIMIT_NOISE_PAYLOAD_BYTES;

		cipher_pair(&send, &receive);
		buf_clear(&wire);
		buf_clear(&out);
		assert_int_equal(
			noise_encrypt(&send, bytes_of(zeros, len), &wire),
			fits ? 0 : ERR_LIMIT);
		if (fits)
			assert_int_equal(
				noise_decrypt(&receive, buf_bytes(&wire), &out),
				0);
	}
	assert_int_equal(
		noise_decrypt(&receive, bytes_of(zeros, sizeof zeros), &out),
		ERR_MALFORMED);
	buf_release(&wire);
	buf_release(&out);
}

static void a_nonce_never_comes_round(void **state)
{
	struct noise_cipher send, receive;
	struct buf wire, out;

	(void)state;
	cipher_pair(&send, &receive);
	buf_init(&wire, 64);
	buf_init(&out, 64);
	send.n = receive.n = UINT64_MAX - 1;
	assert_int_equal(noise_encrypt(&send, bytes_from_str("a"), &wire), 0);
	assert_int_equal(noise_decrypt(&receive, buf_bytes(&wire), &out), 0);
	assert_int_equal(noise_encrypt(&send, bytes_from_str("a"), &wire),
			 ERR_LIMIT);
	assert_int_equal(noise_decrypt(&receive, buf_bytes(&wire), &out),
			 ERR_LIMIT);
	assert_int_equal(wire.len, 17);
	buf_release(&wire);
	buf_release(&out);
}

static void a_rekey_is_the_one_of_the_specification(void **state)
{
	struct noise_cipher send, receive;
	struct buf wire, out;

	(void)state;
	cipher_pair(&send, &receive);
	buf_init(&wire, 256);
	buf_init(&out, 256);
	assert_int_equal(noise_encrypt(&send, bytes_from_str("old"), &wire), 0);
	assert_int_equal(noise_decrypt(&receive, buf_bytes(&wire), &out), 0);
	noise_rekey(&send);
	assert_hex(bytes_of(send.key, 32), REKEYED_SEVENS);
	assert_int_equal(send.n, 1);
	assert_int_equal(send.messages, 0);
	assert_int_equal(send.bytes, 0);
	buf_clear(&wire);
	assert_int_equal(noise_encrypt(&send, bytes_from_str("new"), &wire), 0);
	assert_int_equal(noise_decrypt(&receive, buf_bytes(&wire), &out),
			 ERR_CRYPTO);
	noise_rekey(&receive);
	assert_int_equal(noise_decrypt(&receive, buf_bytes(&wire), &out), 0);
	assert_bytes(buf_bytes(&out), bytes_from_str("oldnew"));
	noise_cipher_release(&send);
	assert_int_equal(send.n, 0);
	buf_release(&wire);
	buf_release(&out);
}

static int start(void **state)
{
	(void)state;
	return crypto_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			transport_refuses_what_was_touched_or_repeated),
		cmocka_unit_test(message_sizes_end_where_they_should),
		cmocka_unit_test(a_nonce_never_comes_round),
		cmocka_unit_test(a_rekey_is_the_one_of_the_specification),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
