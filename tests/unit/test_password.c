/*
 * Goal: a passphrase becomes the key RFC 9106's Argon2id says, and no header
 * can ask for more than the limits. Method: one number from libsodium's own
 * cheapest cost, and both sides of every limit, refused before any work.
 */
#include "proto/crypto/password.h"

#include "proto/bounds.h"
#include "tests/lib/harness.h"

#define CHEAP_BYTES (UINT64_C(8) << 20)

static const struct id16 salt = { "0123456789abcdef" };

static int stretch(const char *text, uint64_t memory_bytes, uint32_t passes,
		   struct slot_key *out)
{
	struct password_cost cost = { memory_bytes, passes };

	return password_stretch(bytes_from_str(text), &salt, &cost, out);
}

static void a_passphrase_gives_one_key(void **state)
{
	struct slot_key a, b;
	struct id16 other = salt;
	struct password_cost cost = { CHEAP_BYTES, 1 };

	(void)state;
	assert_int_equal(stretch("quiet river", CHEAP_BYTES, 1, &a), 0);
	assert_hex(bytes_of(a.b, 32), "e25d0be8ee340514074601fa1e684757"
				      "69b45cf66225a6c9b413bd5abc437604");
	assert_int_equal(stretch("quiet river", CHEAP_BYTES, 1, &b), 0);
	assert_memory_equal(a.b, b.b, 32);
	assert_int_equal(stretch("quiet rives", CHEAP_BYTES, 1, &b), 0);
	assert_memory_not_equal(a.b, b.b, 32);
	assert_int_equal(stretch("quiet river", CHEAP_BYTES, 2, &b), 0);
	assert_memory_not_equal(a.b, b.b, 32);
	other.b[15] ^= 1;
	assert_int_equal(password_stretch(bytes_from_str("quiet river"), &other,
					  &cost, &b),
			 0);
	assert_memory_not_equal(a.b, b.b, 32);
	assert_int_equal(password_stretch(bytes_of(NULL, 0), &salt, &cost, &b),
			 0);
}

static void a_cost_over_the_limits_is_refused(void **state)
{
	struct slot_key key;

	(void)state;
	assert_int_equal(stretch("x", LIMIT_KDF_MEMORY_BYTES + 1, 1, &key),
			 ERR_LIMIT);
	assert_int_equal(stretch("x", UINT64_MAX, 1, &key), ERR_LIMIT);
	assert_int_equal(stretch("x", 8191, 1, &key), ERR_LIMIT);
	assert_int_equal(stretch("x", 8192, 1, &key), 0);
	assert_int_equal(stretch("x", 8192, LIMIT_KDF_PASSES, &key), 0);
	assert_int_equal(stretch("x", 8192, LIMIT_KDF_PASSES + 1, &key),
			 ERR_LIMIT);
	assert_int_equal(stretch("x", 8192, 0, &key), ERR_LIMIT);
}

static void the_default_is_256_mebibytes_three_times(void **state)
{
	(void)state;
	assert_true(PASSWORD_COST_DEFAULT.memory_bytes == UINT64_C(1) << 28);
	assert_int_equal(PASSWORD_COST_DEFAULT.passes, 3);
}

static void calibration_stays_within_the_limits(void **state)
{
	struct password_cost cost = password_calibrate();

	(void)state;
	assert_true(cost.memory_bytes == PASSWORD_COST_DEFAULT.memory_bytes);
	assert_in_range(cost.passes, 3, LIMIT_KDF_PASSES);
}

static int start(void **state)
{
	(void)state;
	return crypto_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_passphrase_gives_one_key),
		cmocka_unit_test(a_cost_over_the_limits_is_refused),
		cmocka_unit_test(the_default_is_256_mebibytes_three_times),
		cmocka_unit_test(calibration_stays_within_the_limits),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
