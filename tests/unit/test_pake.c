/*
 * Goal: CPace gives both sides of one code one key, and anybody else none.
 * Method: the numbers of draft-irtf-cfrg-cpace for ristretto255 and SHA-512,
 * then everything that could differ, differing.
 */
#include "proto/crypto/pake.h"

#include "tests/unit/vectors_json.h"

struct pake_vector {
	const char *prs, *ci, *sid, *ya, *ada, *share_a, *yb, *adb, *share_b,
		*isk;
};

/* "G_Coffee25519" of the draft's test vectors. */
static const struct pake_vector draft = {
	.prs = "50617373776f7264",
	.ci = "0b415f696e69746961746f720b425f726573706f6e646572",
	.sid = "7e4b4791d6a8ef019b936c79fb7f2c57",
	.ya = "da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d0"
	      "8",
	.ada = "414461",
	.share_a = "d6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482"
		   "b9157",
	.yb = "d2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80"
	      "d",
	.adb = "414462",
	.share_b = "3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433"
		   "f7258",
	.isk = "b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dcae7b35"
	       "cd2b38950a39dfd5d4a79164614c2984f7daa460b588c1e80c3fa2068af790"
	       "0447",
};

/* One text per option, so that tests can change one. */
struct side {
	const char *code, *context, *sid, *ad;
	bool initiator;
};
static const struct side shows = { "orbit-candle-plain", "pair", "12345678",
				   "a", true };
static const struct side types = { "orbit-candle-plain", "pair", "12345678",
				   "b", false };

static void begin(struct pake *pake, const struct side *side)
{
	struct pake_options options = {
		.code = bytes_from_str(side->code),
		.context = bytes_from_str(side->context),
		.sid = bytes_from_str(side->sid),
		.ad = bytes_from_str(side->ad),
		.initiator = side->initiator,
	};

	assert_int_equal(pake_start(pake, &options), 0);
}

static void check_vector(const struct pake_vector *vector)
{
	uint8_t text[8][256], scalar[32], isk[64];
	struct pake a, b;
	struct pake_options options = { .initiator = true };
	struct bytes ada, adb;

	options.code =
		bytes_of(text[0], harness_unhex(vector->prs, text[0], 256));
	options.context =
		bytes_of(text[1], harness_unhex(vector->ci, text[1], 256));
	options.sid =
		bytes_of(text[2], harness_unhex(vector->sid, text[2], 256));
	ada = bytes_of(text[3], harness_unhex(vector->ada, text[3], 256));
	adb = bytes_of(text[4], harness_unhex(vector->adb, text[4], 256));
	options.scalar = scalar;
	options.ad = ada;
	assert_int_equal(harness_unhex(vector->ya, scalar, 32), 32);
	assert_int_equal(pake_start(&a, &options), 0);
	assert_hex(bytes_of(pake_share(&a), 32), vector->share_a);
	options.ad = adb;
	options.initiator = false;
	assert_int_equal(harness_unhex(vector->yb, scalar, 32), 32);
	assert_int_equal(pake_start(&b, &options), 0);
	assert_hex(bytes_of(pake_share(&b), 32), vector->share_b);
	assert_int_equal(pake_finish(&a, pake_share(&b), adb, isk), 0);
	assert_hex(bytes_of(isk, 64), vector->isk);
	assert_int_equal(pake_finish(&b, pake_share(&a), ada, isk), 0);
	assert_hex(bytes_of(isk, 64), vector->isk);
	pake_release(&a);
	pake_release(&b);
}

static void the_numbers_in_this_tree_hold(void **state)
{
	(void)state;
	check_vector(&draft);
}

static void the_drafts_file_holds(void **state)
{
	cJSON *root = vectors_load("data/vectors/cpace/testvectors.json");
	const cJSON *json = cJSON_GetObjectItem(root, "G_Coffee25519");
	struct pake_vector vector = {
		.prs = vectors_str(json, "PRS"),
		.ci = vectors_str(json, "CI"),
		.sid = vectors_str(json, "sid"),
		.ya = vectors_str(json, "ya"),
		.ada = vectors_str(json, "ADa"),
		.share_a = vectors_str(json, "Ya"),
		.yb = vectors_str(json, "yb"),
		.adb = vectors_str(json, "ADb"),
		.share_b = vectors_str(json, "Yb"),
		.isk = vectors_str(json, "ISK_IR"),
	};

	(void)state;
	assert_non_null(vector.isk);
	check_vector(&vector);
	cJSON_Delete(root);
}

/* Both run; the initiator is told that the other's data is other_ad. */
static bool keys_meet(const struct side *x, const struct side *y,
		      const char *other_ad)
{
	struct pake a, b;
	uint8_t isk_a[64], isk_b[64];

	begin(&a, x);
	begin(&b, y);
	assert_int_equal(pake_finish(&a, pake_share(&b),
				     bytes_from_str(other_ad), isk_a),
			 0);
	assert_int_equal(
		pake_finish(&b, pake_share(&a), bytes_from_str(x->ad), isk_b),
		0);
	pake_release(&a);
	pake_release(&b);
	return memcmp(isk_a, isk_b, sizeof isk_a) == 0;
}

static void one_code_gives_one_key_and_any_change_another(void **state)
{
	struct side other;

	(void)state;
	assert_true(keys_meet(&shows, &types, "b"));
	assert_false(keys_meet(&shows, &types, "c"));
	other = types;
	other.code = "orbit-candle-maple";
	assert_false(keys_meet(&shows, &other, "b"));
	other = types;
	other.context = "read";
	assert_false(keys_meet(&shows, &other, "b"));
	other = types;
	other.sid = "12345679";
	assert_false(keys_meet(&shows, &other, "b"));
	other = types;
	other.initiator = true;
	assert_false(keys_meet(&shows, &other, "b"));
}

/* The draft's invalid points: not on the curve, and the identity. */
static void bad_points_and_our_own_are_refused(void **state)
{
	static const char *const points[] = {
		"2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a5"
		"1c",
		"00000000000000000000000000000000000000000000000000000000000000"
		"00",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"ff",
	};
	uint8_t share[32], isk[64], zeros[64] = { 0 };
	struct pake a;

	(void)state;
	for (size_t i = 0; i <= KEPT_ARRAY_COUNT(points); i++) {
		begin(&a, &shows);
		if (i < KEPT_ARRAY_COUNT(points))
			harness_unhex(points[i], share, 32);
		else
			memcpy(share, pake_share(&a), 32);
		memset(isk, 1, sizeof isk);
		assert_int_equal(pake_finish(&a, share, bytes_of(NULL, 0), isk),
				 ERR_CRYPTO);
		assert_memory_equal(isk, zeros, 64);
		pake_release(&a);
	}
}

static void a_try_is_one_try(void **state)
{
	uint8_t isk[64];
	struct pake a, b;

	(void)state;
	begin(&a, &shows);
	begin(&b, &types);
	assert_int_equal(
		pake_finish(&a, pake_share(&b), bytes_from_str("b"), isk), 0);
	assert_int_equal(
		pake_finish(&a, pake_share(&b), bytes_from_str("b"), isk),
		ERR_CRYPTO);
	pake_release(&a);
	pake_release(&b);
	assert_int_equal(a.y[0], 0);
}

static void parts_end_at_their_limits(void **state)
{
	static const struct {
		size_t code, context, sid, ad;
		int err;
	} rows[] = {
		{ 127, 127, 63, 63, 0 },     { 128, 128, 64, 64, 0 },
		{ 129, 0, 0, 0, ERR_LIMIT }, { 0, 129, 0, 0, ERR_LIMIT },
		{ 0, 0, 65, 0, ERR_LIMIT },  { 0, 0, 0, 65, ERR_LIMIT },
		{ 0, 0, 0, 0, 0 },
	};
	static const uint8_t text[129];
	struct pake a, b;
	uint8_t isk[64];

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		struct pake_options options = {
			.code = bytes_of(text, rows[i].code),
			.context = bytes_of(text, rows[i].context),
			.sid = bytes_of(text, rows[i].sid),
			.ad = bytes_of(text, rows[i].ad),
		};

		assert_int_equal(pake_start(&a, &options), rows[i].err);
		pake_release(&a);
	}
	begin(&a, &shows);
	begin(&b, &types);
	assert_int_equal(
		pake_finish(&a, pake_share(&b), bytes_of(text, 65), isk),
		ERR_LIMIT);
	assert_int_equal(
		pake_finish(&b, pake_share(&a), bytes_of(text, 64), isk), 0);
}

static int start(void **state)
{
	(void)state;
	return crypto_start();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_in_this_tree_hold),
		cmocka_unit_test(the_drafts_file_holds),
		cmocka_unit_test(one_code_gives_one_key_and_any_change_another),
		cmocka_unit_test(bad_points_and_our_own_are_refused),
		cmocka_unit_test(a_try_is_one_try),
		cmocka_unit_test(parts_end_at_their_limits),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
