/*
 * Goal: what is encoded decodes to the same, and nothing else decodes.
 * Method: random messages of every row both ways, every truncation and every
 * flipped bit of them, bounds with both neighbors, and refusals by name.
 */
#include "proto/codec.h"

#include "proto/mp.h"
#include "proto/mpcheck.h"
#include "tests/lib/harness.h"

#define STRUCT_MAX 1024

union any_message {
	uint8_t bytes[STRUCT_MAX];
	uint64_t align;
};

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 8u << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

/* Damaged input either fails or means something that encodes canonically. */
static void decode_damaged(const struct schema_message *desc,
			   struct bytes input)
{
	struct arena_mark mark = arena_mark(&arena);
	union any_message got;
	struct buf again;

	if (codec_decode(desc, input, &arena, &got) == 0) {
		buf_init(&again, 2u << 20);
		assert_int_equal(codec_encode(desc, &got, &again), 0);
		/* unknown keys may be gone; what is left is no longer */
		assert_true(again.len <= input.len);
		buf_release(&again);
	}
	arena_rewind(&arena, mark);
}

static void damage(const struct schema_message *desc, struct bytes good)
{
	uint8_t bytes[2048];
	union any_message got;

	if (good.len > sizeof bytes)
		return;
	memcpy(bytes, good.ptr, good.len);
	for (size_t len = 0; len < good.len; len++)
		assert_int_not_equal(
			codec_decode(desc, bytes_of(bytes, len), &arena, &got),
			0);
	for (size_t bit = 0; bit < good.len * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		decode_damaged(desc, bytes_of(bytes, good.len));
		bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
}

static void round_trip(const struct schema_message *desc, struct prng *prng,
		       bool with_damage)
{
	union any_message made;
	union any_message got;
	struct buf encoded;
	struct buf again;

	assert_true(desc->struct_bytes <= sizeof made);
	buf_init(&encoded, 2u << 20);
	buf_init(&again, 2u << 20);
	assert_int_equal(codec_random(desc, prng, &arena, &made), 0);
	assert_int_equal(codec_encode(desc, &made, &encoded), 0);
	assert_int_equal(mpcheck(buf_bytes(&encoded), MPCHECK_CANONICAL), 0);
	assert_int_equal(codec_decode(desc, buf_bytes(&encoded), &arena, &got),
			 0);
	assert_int_equal(codec_compare(desc, &made, &got), 0);
	assert_int_equal(codec_encode(desc, &got, &again), 0);
	assert_bytes(buf_bytes(&again), buf_bytes(&encoded));
	if (with_damage)
		damage(desc, buf_bytes(&encoded));
	buf_release(&encoded);
	buf_release(&again);
	arena_reset(&arena);
}

static void every_message_comes_back(void **state)
{
	const struct schema_message *desc;
	struct prng prng;

	(void)state;
	prng_seed(&prng, 3);
	for (int i = 0; i < 60; i++) {
		for (size_t at = 0; (desc = schema_control_at(at)) != NULL;
		     at++)
			round_trip(desc, &prng, i == 0);
		for (size_t at = 0; (desc = schema_sync_at(at)) != NULL; at++)
			round_trip(desc, &prng, i == 0);
	}
}

static int decode_hex(uint32_t number, const char *hex, void *out)
{
	uint8_t bytes[256];
	size_t len = harness_unhex(hex, bytes, sizeof bytes);

	return codec_decode(schema_sync(number), bytes_of(bytes, len), &arena,
			    out);
}

static void unknown_keys_are_passed_over(void **state)
{
	struct sync_close close;

	(void)state;
	assert_int_equal(decode_hex(SYNC_CLOSE, "81 01 05", &close), 0);
	assert_true(close.reason == 5);
	assert_int_equal(decode_hex(SYNC_CLOSE, "83 00c0 0105 029103", &close),
			 0);
	assert_true(close.reason == 5);
}

static void missing_wrong_and_too_much_are_refused(void **state)
{
	struct sync_close close;
	struct sync_want want;

	(void)state;
	assert_int_equal(decode_hex(SYNC_CLOSE, "80", &close), ERR_MALFORMED);
	assert_int_equal(decode_hex(SYNC_CLOSE, "c0", &close), ERR_MALFORMED);
	assert_int_equal(decode_hex(SYNC_CLOSE, "9101", &close), ERR_MALFORMED);
	assert_int_equal(decode_hex(SYNC_CLOSE, "81 01 a161", &close),
			 ERR_MALFORMED);
	assert_int_equal(decode_hex(SYNC_CLOSE, "81 01 ccfe", &close), 0);
	assert_int_equal(decode_hex(SYNC_CLOSE, "81 01 ccff", &close), 0);
	assert_int_equal(decode_hex(SYNC_CLOSE, "81 01 cd0100", &close),
			 ERR_MALFORMED);
	/* a part without its required field */
	assert_int_equal(decode_hex(SYNC_WANT, "81 01 91 82 0201 0302", &want),
			 ERR_MALFORMED);
	assert_int_equal(
		decode_hex(SYNC_WANT,
			   "81 01 91 83 01 c410 00112233445566778899aabbccddee"
			   "ff 0201 0302",
			   &want),
		0);
	assert_int_equal(want.ranges.count, 1);
}

static void lists_end_at_their_bound(void **state)
{
	static struct sync_want_range ranges[LIMIT_WANT_ITEMS + 1];
	struct sync_want want = { .ranges = { ranges, 0 } };
	struct sync_want got;
	struct buf buf;

	(void)state;
	buf_init(&buf, 1u << 20);
	for (size_t more = 0; more < 3; more++) {
		want.ranges.count = LIMIT_WANT_ITEMS - 1 + more;
		assert_int_equal(
			codec_encode(schema_sync(SYNC_WANT), &want, &buf),
			more < 2 ? 0 : ERR_LIMIT);
		if (more < 2)
			assert_int_equal(codec_decode(schema_sync(SYNC_WANT),
						      buf_bytes(&buf), &arena,
						      &got),
					 0);
		else
			assert_int_equal(buf.len, 0);
		buf_clear(&buf);
	}
	buf_release(&buf);
}

static void a_message_ends_at_its_size(void **state)
{
	uint8_t bytes[65] = { 0x82, 0x01, 0x05, 0x02, 0xc4, 0 };
	struct sync_close close;

	(void)state;
	for (size_t len = 63; len <= 65; len++) {
		bytes[5] = (uint8_t)(len - 6);
		assert_int_equal(codec_decode(schema_sync(SYNC_CLOSE),
					      bytes_of(bytes, len), &arena,
					      &close),
				 len <= 64 ? 0 : ERR_LIMIT);
	}
}

static void a_full_arena_fails_the_message_only(void **state)
{
	struct arena tiny;
	struct sync_want want;
	uint8_t bytes[64];
	size_t len = harness_unhex("81 01 91 83 01 c410 00112233445566778899"
				   "aabbccddeeff 0201 0302",
				   bytes, sizeof bytes);

	(void)state;
	arena_init(&tiny, 16);
	assert_int_equal(codec_decode(schema_sync(SYNC_WANT),
				      bytes_of(bytes, len), &tiny, &want),
			 ERR_NOMEM);
	arena_release(&tiny);
}

/* --- by name --- */

static int named(enum rpc_method method, const char *hex, void *out,
		 struct err *err)
{
	static uint8_t bytes[512];
	size_t len = harness_unhex(hex, bytes, sizeof bytes);

	*err = (struct err){ .code = 0 };
	return codec_decode_named(schema_rpc_at(method)->params,
				  bytes_of(bytes, len), &arena, out, err);
}

static void parameters_are_found_by_name(void **state)
{
	struct rpc_log params;
	struct err err;

	(void)state;
	/* {"limit": 7 as int64, "starred": true, "kind": nil} */
	assert_int_equal(named(RPC_METHOD_log,
			       "83 a56c696d6974 d30000000000000007"
			       "a773746172726564 c3 a46b696e64 c0",
			       &params, &err),
			 0);
	assert_true(params.limit == 7 && params.starred);
	assert_true(SCHEMA_HAS(&params, rpc_log, limit));
	assert_false(SCHEMA_HAS(&params, rpc_log, kind));
	assert_int_equal(named(RPC_METHOD_lock, "", &params, &err), 0);
	assert_int_equal(named(RPC_METHOD_lock, "80", &params, &err), 0);
}

static void lists_and_values_are_taken(void **state)
{
	struct rpc_tag tag;
	struct rpc_unlock unlock;
	struct rpc_add add;
	const struct bytes *words;
	struct err err;

	(void)state;
	assert_int_equal(named(RPC_METHOD_tag,
			       "82 a26964 a161 a3616464 92a178a27979", &tag,
			       &err),
			 0);
	words = tag.add.items;
	assert_int_equal(tag.add.count, 2);
	assert_hex(words[1], "7979");
	/* a passphrase as bin or as str */
	assert_int_equal(named(RPC_METHOD_unlock,
			       "81 aa70617373706872617365 c4026162", &unlock,
			       &err),
			 0);
	assert_hex(unlock.passphrase, "6162");
	assert_int_equal(named(RPC_METHOD_unlock,
			       "81 aa70617373706872617365 a26162", &unlock,
			       &err),
			 0);
	assert_hex(unlock.passphrase, "6162");
	assert_int_equal(named(RPC_METHOD_add,
			       "82 a46b696e64 a377696e"
			       "a66669656c6473 81a477686174a178",
			       &add, &err),
			 0);
	assert_hex(add.fields, "81a477686174a178");
}

static void refusals_name_the_parameter(void **state)
{
	struct rpc_log log;
	struct rpc_tag tag;
	struct err err;

	(void)state;
	assert_int_equal(
		named(RPC_METHOD_log, "81 a56c696d6974 cd01f5", &log, &err),
		ERR_USAGE);
	assert_string_equal(err.text,
			    "`limit` takes a whole number from 0 to 500.");
	assert_int_equal(
		named(RPC_METHOD_log, "81 a56c696d6974 cd01f4", &log, &err), 0);
	assert_int_equal(
		named(RPC_METHOD_log, "81 a56c696d6975 01", &log, &err),
		ERR_USAGE);
	assert_int_equal(named(RPC_METHOD_log,
			       "82 a56c696d6974 01 a56c696d6974 01", &log,
			       &err),
			 ERR_USAGE);
	assert_string_equal(err.text, "`limit` is there twice.");
	assert_int_equal(named(RPC_METHOD_tag, "80", &tag, &err), ERR_USAGE);
	assert_string_equal(err.text,
			    "`tag` needs `id`: Id or its unique ending.");
	assert_int_equal(named(RPC_METHOD_tag, "81 a26964 c0", &tag, &err),
			 ERR_USAGE);
	assert_int_equal(named(RPC_METHOD_tag, "90", &tag, &err), ERR_USAGE);
	assert_int_equal(named(RPC_METHOD_tag,
			       "81 a26964 bb"
			       "6161616161616161616161616161616161616161616161"
			       "61616161",
			       &tag, &err),
			 ERR_LIMIT);
	assert_string_equal(err.text, "`id` takes up to 26 bytes.");
}

static void printing_is_one_line_of_json(void **state)
{
	struct sync_want_range range = { .from = 1, .to = 2 };
	struct sync_want want = { .ranges = { &range, 1 }, .headers = true };
	uint8_t bytes[64];
	size_t len;
	struct buf buf;

	(void)state;
	buf_init(&buf, 4096);
	SCHEMA_SET(&want, sync_want, headers);
	assert_int_equal(codec_print(schema_sync(SYNC_WANT), &want, &buf), 0);
	buf_put_u8(&buf, 0);
	assert_string_equal(buf.ptr,
			    "{\"message\": \"want\", \"ranges\": [{\"lid\": "
			    "\"00000000000000000000000000000000\", \"from\": "
			    "1, \"to\": 2}], \"headers\": true}");
	buf_clear(&buf);
	len = harness_unhex("83 01 9300a122ff 02 90 03 81a16bc3", bytes,
			    sizeof bytes);
	assert_int_equal(codec_print_element(bytes_of(bytes, len), &buf), 0);
	buf_put_u8(&buf, 0);
	assert_string_equal(buf.ptr, "{\"1\": [0, \"\\\"\", -1], \"2\": [], "
				     "\"3\": {\"k\": true}}");
	buf_release(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_message_comes_back),
		cmocka_unit_test(unknown_keys_are_passed_over),
		cmocka_unit_test(missing_wrong_and_too_much_are_refused),
		cmocka_unit_test(lists_end_at_their_bound),
		cmocka_unit_test(a_message_ends_at_its_size),
		cmocka_unit_test(a_full_arena_fails_the_message_only),
		cmocka_unit_test(parameters_are_found_by_name),
		cmocka_unit_test(lists_and_values_are_taken),
		cmocka_unit_test(refusals_name_the_parameter),
		cmocka_unit_test(printing_is_one_line_of_json),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
