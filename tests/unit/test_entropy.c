/*
 * Goal: with a seed all of libsodium's dice are ours, and streams can be
 * switched. Method: numbers of ChaCha20 from an independent computation.
 */
#include "proto/crypto/entropy.h"

#include "proto/crypto/keys.h"
#include "tests/lib/harness.h"

static struct entropy_stream first, second;

static void reset(void)
{
	for (uint8_t i = 0; i < 32; i++) {
		first.seed[i] = (uint8_t)(100 + i);
		second.seed[i] = i;
	}
	first.counter = 0;
	second.counter = 0;
	entropy_use_seed(&first);
}

static void one_call_takes_one_nonce_of_the_stream(void **state)
{
	uint8_t out[32];

	(void)state;
	reset();
	entropy_fill(out, sizeof out);
	assert_hex(bytes_of(out, 32), "cb4a8eff9a7d6cdd0e92e9ba827b0aafa9a73c5d"
				      "53f26e2be18dfeb92622a270");
	assert_int_equal(first.counter, 1);
	entropy_fill(out, 8);
	assert_hex(bytes_of(out, 8), "f9e5cf65d942623c");
	reset();
	first.counter = 1;
	assert_true(entropy_u64() == UINT64_C(0x3c6242d965cfe5f9));
}

static void keys_follow_the_seed(void **state)
{
	struct sign_public pub[2];
	struct sign_secret sec[2];
	struct box_public box[2];
	struct box_secret box_sec;

	(void)state;
	for (int i = 0; i < 2; i++) {
		reset();
		sign_keypair(&pub[i], &sec[i]);
		box_keypair(&box[i], &box_sec);
	}
	assert_memory_equal(&pub[0], &pub[1], sizeof pub[0]);
	assert_memory_equal(&box[0], &box[1], sizeof box[0]);
	assert_memory_not_equal(&pub[0], &box[0], sizeof pub[0]);
	sign_keypair(&pub[1], &sec[1]);
	assert_memory_not_equal(&pub[0], &pub[1], sizeof pub[0]);
}

static void each_device_has_a_stream_of_its_own(void **state)
{
	uint64_t a, b;

	(void)state;
	reset();
	a = entropy_u64();
	entropy_use_seed(&second);
	b = entropy_u64();
	assert_true(a != b);
	assert_int_equal(first.counter, 1);
	assert_int_equal(second.counter, 1);
	entropy_use_seed(&first);
	(void)entropy_u64();
	assert_int_equal(first.counter, 2);
	assert_int_equal(second.counter, 1);
}

static int start(void **state)
{
	(void)state;
	reset();
	return crypto_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_call_takes_one_nonce_of_the_stream),
		cmocka_unit_test(keys_follow_the_seed),
		cmocka_unit_test(each_device_has_a_stream_of_its_own),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
