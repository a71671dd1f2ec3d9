/*
 * Goal: signatures hold for one purpose and one message, agreement refuses
 * points of low order, and hashes are BLAKE2b. Method: numbers from another
 * implementation, every flip, and the public Wycheproof cases.
 */
#include "proto/crypto/keys.h"

#include <sodium.h>

#include "tests/unit/vectors_json.h"

#define CASE_BYTES 2048u

/* Seed c8 c9 .. e7. */
static void fixed_pair(struct sign_public *pub, struct sign_secret *sec)
{
	struct seal_key seed;

	for (uint8_t i = 0; i < 32; i++)
		seed.b[i] = (uint8_t)(200 + i);
	sign_keypair_from_seed(&seed, pub, sec);
}

static void a_signature_is_ed25519_behind_its_purpose(void **state)
{
	uint8_t message[64] = { 0 };
	struct sign_public pub;
	struct sign_secret sec;
	struct signature sig;

	(void)state;
	fixed_pair(&pub, &sec);
	assert_hex(bytes_of(pub.b, 32), "32b53e882e3daac180d7a5f6224d61b6401b"
					"43f901db09f0e4d84ce4e4a2718b");
	sign_message(&sec, SIGN_PAIR_PROOF, bytes_of(message, 64), &sig);
	assert_hex(bytes_of(sig.b, 64),
		   "eae0bf667b5de63c3a7995a24763621b6c54b204968c70e27623a084f9"
		   "2bc1aee9d8d20dd4df98ef69fdc816301ee9ac013fb800721bd6c31ac6"
		   "f1f177a05a01");
	assert_int_equal(
		sign_verify(&pub, SIGN_PAIR_PROOF, bytes_of(message, 64), &sig),
		0);
	assert_int_equal(
		sign_verify(&pub, SIGN_BLOCK, bytes_of(message, 64), &sig),
		ERR_CRYPTO);
	assert_int_equal(
		sign_verify(&pub, SIGN_PAIR_PROOF, bytes_of(message, 63), &sig),
		ERR_CRYPTO);
}

static void every_flip_of_a_signature_is_refused(void **state)
{
	uint8_t message[32] = { 1, 2, 3 };
	struct bytes text = bytes_of(message, sizeof message);
	struct sign_public pub;
	struct sign_secret sec;
	struct signature sig;

	(void)state;
	fixed_pair(&pub, &sec);
	sign_message(&sec, SIGN_BLOCK, text, &sig);
	for (size_t bit = 0; bit < 512; bit++) {
		sig.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(sign_verify(&pub, SIGN_BLOCK, text, &sig),
				 ERR_CRYPTO);
		sig.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t bit = 0; bit < 256; bit++) {
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(sign_verify(&pub, SIGN_BLOCK, text, &sig),
				 ERR_CRYPTO);
		message[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	pub.b[0] ^= 1;
	assert_int_equal(sign_verify(&pub, SIGN_BLOCK, text, &sig), ERR_CRYPTO);
}

static void sign_sized(void *context)
{
	const size_t *len = context;
	uint8_t message[SIGN_MESSAGE_BYTES + 1] = { 0 };
	struct sign_public pub;
	struct sign_secret sec;
	struct signature sig;

	fixed_pair(&pub, &sec);
	sign_message(&sec, SIGN_PAIR_PROOF, bytes_of(message, *len), &sig);
}

static void messages_end_at_their_limit(void **state)
{
	size_t fits = SIGN_MESSAGE_BYTES;
	size_t over = SIGN_MESSAGE_BYTES + 1;
	uint8_t message[SIGN_MESSAGE_BYTES + 1] = { 0 };
	struct sign_public pub;
	struct sign_secret sec;
	struct signature sig = { { 0 } };

	(void)state;
	fixed_pair(&pub, &sec);
	assert_false(harness_panics(sign_sized, &fits));
	assert_true(harness_panics(sign_sized, &over));
	assert_int_equal(
		sign_verify(&pub, SIGN_BLOCK, bytes_of(message, over), &sig),
		ERR_CRYPTO);
}

static void both_sides_agree(void **state)
{
	struct box_public a_pub, b_pub;
	struct box_secret a_sec, b_sec;
	uint8_t ab[32], ba[32];

	(void)state;
	box_keypair(&a_pub, &a_sec);
	box_keypair(&b_pub, &b_sec);
	assert_false(box_public_is_bad(&a_pub));
	assert_int_equal(box_agree(&a_sec, &b_pub, ab), 0);
	assert_int_equal(box_agree(&b_sec, &a_pub, ba), 0);
	assert_memory_equal(ab, ba, 32);
	assert_memory_not_equal(ab, a_pub.b, 32);
}

/* The points of small order on the curve and its twist, and their
 * non-canonical encodings: draft-irtf-cfrg-cpace, "X25519_points". */
static void points_of_low_order_are_refused(void **state)
{
	static const char *const points[] = {
		"00000000000000000000000000000000000000000000000000000000000000"
		"00",
		"01000000000000000000000000000000000000000000000000000000000000"
		"00",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"7f",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b8"
		"00",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11"
		"57",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"7f",
		"cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b8"
		"80",
		"4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11"
		"d7",
	};
	struct box_secret sec;
	struct box_public pub;
	uint8_t shared[32], zeros[32] = { 0 };
	size_t bad = 0;

	(void)state;
	box_keypair(&pub, &sec);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(points); i++) {
		assert_int_equal(harness_unhex(points[i], pub.b, 32), 32);
		memset(shared, 1, sizeof shared);
		if (!box_public_is_bad(&pub))
			continue;
		bad++;
		assert_int_equal(box_agree(&sec, &pub, shared), ERR_CRYPTO);
		assert_memory_equal(shared, zeros, 32);
	}
	assert_true(bad >= 7);
}

static void hashes_are_blake2b(void **state)
{
	/* RFC 7693, appendix A. */
	static const char abc[] =
		"ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2"
		"d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd400"
		"9923";
	struct hash_state hash;
	uint8_t out[64], parts[64];

	(void)state;
	hash_bytes(bytes_from_str("abc"), out, 64);
	assert_hex(bytes_of(out, 64), abc);
	hash_init(&hash, 64);
	hash_add(&hash, bytes_from_str("a"));
	hash_add(&hash, bytes_of(NULL, 0));
	hash_add(&hash, bytes_from_str("bc"));
	hash_done(&hash, parts, 64);
	assert_memory_equal(out, parts, 64);
	hash_bytes(bytes_from_str("abc"), out, 32);
	assert_memory_not_equal(out, parts, 32); /* no prefix of each other */
}

static void a_wiped_key_is_zero(void **state)
{
	struct epoch_key key, zero = { { 0 } };

	(void)state;
	memset(&key, 0xaa, sizeof key);
	assert_false(key_equal(&key, &zero, sizeof key));
	key_wipe(&key);
	assert_true(key_equal(&key, &zero, sizeof key));
}

struct test_case {
	const cJSON *json;
	uint8_t a[CASE_BYTES], b[CASE_BYTES], c[CASE_BYTES], d[CASE_BYTES],
		e[CASE_BYTES], out[CASE_BYTES];
};

/* Runs check on every case of a Wycheproof file; it says whether the result
 * is the one the file wants. Returns how many there were. */
static size_t wycheproof(const char *name, bool (*check)(struct test_case *test,
							 const cJSON *group))
{
	static struct test_case test;
	cJSON *root = vectors_load(name);
	const cJSON *group;
	size_t count = 0;

	cJSON_ArrayForEach(group, cJSON_GetObjectItem(root, "testGroups"))
	{
		cJSON_ArrayForEach(test.json,
				   cJSON_GetObjectItem(group, "tests"))
		{
			assert_true(check(&test, group));
			count++;
		}
	}
	cJSON_Delete(root);
	return count;
}

static bool is_valid(const struct test_case *test)
{
	return strcmp(vectors_str(test->json, "result"), "valid") == 0;
}

static bool x25519_case(struct test_case *test, const cJSON *group)
{
	static const uint8_t zeros[32];
	struct box_secret sec;
	struct box_public pub;
	uint8_t wanted[32], shared[32];
	int err;

	(void)group;
	if (vectors_hex(test->json, "public", pub.b, 32) != 32)
		return false;
	vectors_hex(test->json, "private", sec.b, 32);
	vectors_hex(test->json, "shared", wanted, 32);
	err = box_agree(&sec, &pub, shared);
	if (memcmp(wanted, zeros, 32) == 0)
		return err == ERR_CRYPTO && box_public_is_bad(&pub);
	return err == 0 && memcmp(wanted, shared, 32) == 0 &&
	       !box_public_is_bad(&pub);
}

static bool ed25519_case(struct test_case *test, const cJSON *group)
{
	const cJSON *key = cJSON_GetObjectItem(group, "publicKey");
	size_t len = vectors_hex(test->json, "msg", test->a, CASE_BYTES);
	size_t sig_len = vectors_hex(test->json, "sig", test->b, CASE_BYTES);
	bool good;

	vectors_hex(key, "pk", test->c, CASE_BYTES);
	good = sig_len == 64 &&
	       crypto_sign_verify_detached(test->b, test->a, len, test->c) == 0;
	return good == is_valid(test);
}

static bool aead_case(struct test_case *test, const cJSON *group)
{
	size_t nonce_len = vectors_hex(test->json, "iv", test->a, CASE_BYTES);
	size_t aad_len = vectors_hex(test->json, "aad", test->b, CASE_BYTES);
	size_t len = vectors_hex(test->json, "ct", test->c, CASE_BYTES);
	size_t msg_len = vectors_hex(test->json, "msg", test->d, CASE_BYTES);
	int err;

	(void)group;
	len += vectors_hex(test->json, "tag", test->c + len, 16);
	vectors_hex(test->json, "key", test->e, CASE_BYTES);
	if (nonce_len == 12)
		err = crypto_aead_chacha20poly1305_ietf_decrypt(
			test->out, NULL, NULL, test->c, len, test->b, aad_len,
			test->a, test->e);
	else if (nonce_len == 24)
		err = crypto_aead_xchacha20poly1305_ietf_decrypt(
			test->out, NULL, NULL, test->c, len, test->b, aad_len,
			test->a, test->e);
	else
		return !is_valid(test);
	return (err == 0) == is_valid(test) &&
	       (err != 0 || memcmp(test->out, test->d, msg_len) == 0);
}

static void wycheproofs_agreements_hold(void **state)
{
	(void)state;
	assert_int_equal(wycheproof("data/vectors/wycheproof/x25519_test.json",
				    x25519_case),
			 518);
}

/* Our signatures carry a prefix and our nonces are counted, so these two ask
 * the library itself: is it the one we think it is? */
static void wycheproofs_signatures_hold(void **state)
{
	(void)state;
	assert_int_equal(wycheproof("data/vectors/wycheproof/ed25519_test.json",
				    ed25519_case),
			 151);
}

static void wycheproofs_ciphers_hold(void **state)
{
	(void)state;
	assert_int_equal(wycheproof("data/vectors/wycheproof/"
				    "chacha20_poly1305_test.json",
				    aead_case),
			 325);
	assert_int_equal(wycheproof("data/vectors/wycheproof/"
				    "xchacha20_poly1305_test.json",
				    aead_case),
			 315);
}

static int start(void **state)
{
	(void)state;
	return crypto_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signature_is_ed25519_behind_its_purpose),
		cmocka_unit_test(every_flip_of_a_signature_is_refused),
		cmocka_unit_test(messages_end_at_their_limit),
		cmocka_unit_test(both_sides_agree),
		cmocka_unit_test(points_of_low_order_are_refused),
		cmocka_unit_test(hashes_are_blake2b),
		cmocka_unit_test(a_wiped_key_is_zero),
		cmocka_unit_test(wycheproofs_agreements_hold),
		cmocka_unit_test(wycheproofs_signatures_hold),
		cmocka_unit_test(wycheproofs_ciphers_hold),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
