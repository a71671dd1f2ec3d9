/*
 * Goal: derived keys are the numbers of PROTOCOL.md, and no two uses can
 * meet. Method: numbers from an independent BLAKE2b, and every pair of labels.
 */
#include "proto/crypto/kdf.h"

#include "tests/lib/harness.h"

/* What stands where a label could, outside the table of LABEL()s. */
static const char *const fixed_labels[] = { "nonce", "seal", "lid",
					    "fork",  "hint", "sig/" };

static const char *const sign_labels[] = {
#define LABEL(NAME, label)
#define SIGN(NAME, label) label,
#include "proto/crypto/kdf.def"
#undef LABEL
#undef SIGN
};

static void count_up(uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)i;
}

static void assert_apart(const char *a, const char *b)
{
	assert_int_not_equal(strncmp(a, b, strlen(a)), 0);
	assert_int_not_equal(strncmp(a, b, strlen(b)), 0);
}

static void labels_are_unique_and_prefix_free(void **state)
{
	(void)state;
	for (size_t i = 0; i < KDF_LABEL_COUNT; i++) {
		const char *label = kdf_label_name((enum kdf_label)i);

		assert_in_range(strlen(label), 2, 32);
		for (size_t k = 0; k < i; k++)
			assert_apart(label, kdf_label_name((enum kdf_label)k));
		for (size_t k = 0; k < KEPT_ARRAY_COUNT(fixed_labels); k++)
			assert_apart(label, fixed_labels[k]);
	}
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(sign_labels); i++) {
		for (size_t k = 0; k < i; k++)
			assert_apart(sign_labels[i], sign_labels[k]);
	}
	assert_int_equal(KEPT_ARRAY_COUNT(sign_labels), SIGN_PURPOSE_COUNT);
}

static void derived_keys_are_the_golden_ones(void **state)
{
	struct hash32 journal;
	struct epoch_key epoch;
	struct device_key dvk;
	struct sign_public device;
	struct id16 id, out;
	struct seal_key key;

	(void)state;
	count_up(journal.b, 32);
	count_up(epoch.b, 32);
	count_up(dvk.b, 32);
	count_up(device.b, 32);
	count_up(id.b, 16);
	kdf_jtag(&journal, &out);
	assert_hex(bytes_of(out.b, 16), "a4ba1f4359d4935c0a842ae07851a4f4");
	kdf_etag(&journal, &id, &out);
	assert_hex(bytes_of(out.b, 16), "c3adfd59273ef5b81db0111f78d4ca7e");
	kdf_op_key(&epoch, &id, &key);
	assert_hex(bytes_of(key.b, 32), "db019000e14de93319963a4e94ab19ec4405"
					"b3aa3b89543680ea42118c15f7d0");
	kdf_ctl_key(&epoch, &id, 7, &key);
	assert_hex(bytes_of(key.b, 32), "bb7b3b18b9c9b83172d552e57e8c0cafd6ef"
					"5fdb41b7bc46fb467bdec5696746");
	kdf_device_key(&dvk, KDF_DVK_DRAFT, &key);
	assert_hex(bytes_of(key.b, 32), "67ed2d6229ef4d30dad58867ad3a13b74f95"
					"f8660b9bd67cafc9404a2c9b2b72");
	kdf_lid(&device, 2, &id, &out);
	assert_hex(bytes_of(out.b, 16), "ee49b904a9c191577436bd550429b31b");
	kdf_fork_lid(&id, &journal, &out);
	assert_hex(bytes_of(out.b, 16), "c792108e90b7aba14d9ca9608171e1a9");
}

static void every_input_matters(void **state)
{
	uint8_t key[64], context[16], base[32], other[32];

	(void)state;
	count_up(key, sizeof key);
	count_up(context, sizeof context);
	kdf(bytes_of(key, 32), KDF_OP, bytes_of(context, 16), base, 32);
	kdf(bytes_of(key, 32), KDF_CTL, bytes_of(context, 16), other, 32);
	assert_memory_not_equal(base, other, 32);
	kdf(bytes_of(key, 32), KDF_OP, bytes_of(context, 15), other, 32);
	assert_memory_not_equal(base, other, 32);
	kdf(bytes_of(key, 33), KDF_OP, bytes_of(context, 16), other, 32);
	assert_memory_not_equal(base, other, 32);
	kdf(bytes_of(key, 32), KDF_OP, bytes_of(context, 16), other, 31);
	assert_memory_not_equal(base, other, 31);
	kdf(bytes_of(key, 32), KDF_OP, bytes_of(context, 16), other, 32);
	assert_memory_equal(base, other, 32);
}

static void derive_sized(void *context)
{
	const size_t *sizes = context; /* of the key, of the output */
	uint8_t key[80] = { 0 };
	uint8_t out[80];

	kdf(bytes_of(key, sizes[0]), KDF_OP, bytes_of(NULL, 0), out, sizes[1]);
}

static void sizes_outside_16_to_64_are_bugs(void **state)
{
	static size_t good[][2] = { { 16, 16 }, { 64, 64 } };
	static size_t bad[][2] = {
		{ 15, 32 }, { 65, 32 }, { 32, 15 }, { 32, 65 }
	};

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(good); i++)
		assert_false(harness_panics(derive_sized, good[i]));
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(bad); i++)
		assert_true(harness_panics(derive_sized, bad[i]));
}

static int start(void **state)
{
	(void)state;
	return crypto_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_unique_and_prefix_free),
		cmocka_unit_test(derived_keys_are_the_golden_ones),
		cmocka_unit_test(every_input_matters),
		cmocka_unit_test(sizes_outside_16_to_64_are_bugs),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
