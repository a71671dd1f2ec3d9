/*
 * Goal: the three envelopes of msgpack-RPC as published, and nothing else.
 * Method: bytes by hand, what is put is parsed again, and all truncations
 * and flipped bits of a request.
 */
#include "proto/rpcmsg.h"

#include "tests/lib/harness.h"

static int parse_hex(const char *hex, struct rpcmsg *out)
{
	static uint8_t bytes[256];
	size_t len = harness_unhex(hex, bytes, sizeof bytes);

	return rpcmsg_parse(bytes_of(bytes, len), out);
}

static void a_request_is_taken_apart(void **state)
{
	struct rpcmsg msg;

	(void)state;
	assert_int_equal(parse_hex("94 00 07 a3616464 81a16b01", &msg), 0);
	assert_int_equal(msg.type, RPCMSG_REQUEST);
	assert_int_equal(msg.id, 7);
	assert_hex(msg.method, "616464");
	assert_hex(msg.params, "81a16b01");
	/* the forms other libraries send */
	assert_int_equal(parse_hex("94 00 07 a3616464 91 81a16b01", &msg), 0);
	assert_hex(msg.params, "81a16b01");
	assert_int_equal(parse_hex("94 00 07 a3616464 90", &msg), 0);
	assert_int_equal(msg.params.len, 0);
	assert_int_equal(parse_hex("94 00 07 a3616464 c0", &msg), 0);
	assert_int_equal(msg.params.len, 0);
	assert_int_equal(parse_hex("94 00 d3000000000000000a a16180", &msg), 0);
	assert_int_equal(msg.id, 10);
}

static void other_envelopes_are_refused(void **state)
{
	static const char *const bad[] = {
		"80",
		"90",
		"91 00",
		"93 00 01 a161",
		"95 00 01 a1618000",
		"94 02 a161 80 00",
		"94 03 01 a16180",
		"94 ff 01 a16180",
		"94 00 ff a16180",
		"94 00 cf0000000100000000 a16180",
		"94 00 01 c0 80",
		"94 00 01 a0 80",
		"94 00 01 a161 92 8080",
		"94 00 01 a161 01",
		"94 00 01 a161 91 01",
		"93 01 01 c0",
		"94 00 01 a161 8101c0",
	};
	struct rpcmsg msg;

	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(bad); i++) {
		if (parse_hex(bad[i], &msg) != ERR_MALFORMED)
			fail_msg("%s", bad[i]);
	}
	assert_int_equal(parse_hex("94 00 01 a161 91919191919191919190", &msg),
			 ERR_LIMIT);
}

static void a_method_name_has_an_end(void **state)
{
	struct rpcmsg msg;
	struct buf buf;
	char name[RPCMSG_METHOD_BYTES_MAX + 2];

	(void)state;
	buf_init(&buf, 256);
	for (size_t more = 0; more < 3; more++) {
		size_t len = RPCMSG_METHOD_BYTES_MAX - 1 + more;

		memset(name, 'm', len);
		name[len] = '\0';
		buf_clear(&buf);
		rpcmsg_put_request(&buf, 1, name, bytes_of(NULL, 0));
		assert_int_equal(rpcmsg_parse(buf_bytes(&buf), &msg),
				 more < 2 ? 0 : ERR_LIMIT);
	}
	buf_release(&buf);
}

static void answers_come_back(void **state)
{
	static const uint8_t result[] = { 0x81, 0xa1, 'k', 0x01 };
	struct rpcmsg_error error;
	struct rpcmsg msg;
	struct buf buf;

	(void)state;
	buf_init(&buf, 1024);
	rpcmsg_put_response(&buf, 9, bytes_of(result, sizeof result));
	assert_hex(buf_bytes(&buf), "94 01 09 c0 81a16b01");
	assert_int_equal(rpcmsg_parse(buf_bytes(&buf), &msg), 0);
	assert_int_equal(msg.type, RPCMSG_RESPONSE);
	assert_int_equal(msg.id, 9);
	assert_int_equal(msg.error.len, 0);
	assert_hex(msg.result, "81a16b01");

	buf_clear(&buf);
	rpcmsg_put_error(&buf, UINT32_MAX, ERR_LOCKED, NULL, "kept unlock");
	assert_int_equal(rpcmsg_parse(buf_bytes(&buf), &msg), 0);
	assert_true(msg.id == UINT32_MAX);
	assert_int_equal(rpcmsg_parse_error(msg.error, &error), 0);
	assert_bytes(error.code, bytes_from_str("locked"));
	assert_bytes(error.message, bytes_from_str(err_text(ERR_LOCKED)));
	assert_bytes(error.hint, bytes_from_str("kept unlock"));
	assert_hex(msg.result, "c0");

	buf_clear(&buf);
	rpcmsg_put_notification(&buf, "entry", bytes_of(NULL, 0));
	assert_hex(buf_bytes(&buf), "93 02 a5656e747279 80");
	assert_int_equal(rpcmsg_parse(buf_bytes(&buf), &msg), 0);
	assert_int_equal(msg.type, RPCMSG_NOTIFICATION);
	assert_hex(msg.params, "80");
	buf_release(&buf);
}

static void errors_of_another_form_are_refused(void **state)
{
	struct rpcmsg_error error;
	struct rpcmsg msg;

	(void)state;
	assert_int_equal(parse_hex("94 01 01 92a161a162 c0", &msg), 0);
	assert_int_equal(rpcmsg_parse_error(msg.error, &error), 0);
	assert_int_equal(error.hint.len, 0);
	assert_int_equal(parse_hex("94 01 01 a161 c0", &msg), 0);
	assert_int_equal(rpcmsg_parse_error(msg.error, &error), ERR_MALFORMED);
	assert_int_equal(parse_hex("94 01 01 9301a162c0 c0", &msg), 0);
	assert_int_equal(rpcmsg_parse_error(msg.error, &error), ERR_MALFORMED);
}

static void damage_is_refused_or_read_within_the_input(void **state)
{
	uint8_t bytes[32];
	size_t len = harness_unhex("94 00 07 a3616464 82a16b01a27a7ac40101",
				   bytes, sizeof bytes);
	struct rpcmsg msg;

	(void)state;
	assert_int_equal(rpcmsg_parse(bytes_of(bytes, len), &msg), 0);
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(rpcmsg_parse(bytes_of(bytes, cut), &msg),
				 ERR_MALFORMED);
	for (size_t bit = 0; bit < len * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		if (rpcmsg_parse(bytes_of(bytes, len), &msg) == 0 &&
		    msg.params.len > 0)
			assert_true(msg.params.ptr + msg.params.len <=
				    bytes + len);
		bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_taken_apart),
		cmocka_unit_test(other_envelopes_are_refused),
		cmocka_unit_test(a_method_name_has_an_end),
		cmocka_unit_test(answers_come_back),
		cmocka_unit_test(errors_of_another_form_are_refused),
		cmocka_unit_test(damage_is_refused_or_read_within_the_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
