/*
 * Goal: whatever a client of the socket sends, each request is answered once
 * or the client is closed, nothing is answered before its turn is over, and
 * one client's trouble stays its own.
 * Method: struct rpc driven without a journal: bytes in, rpc_run, rpc_take.
 */
#include "daemon/rpc/session.h"

#include "proto/frame.h"
#include "proto/mp.h"
#include "proto/rpcmsg.h"
#include "tests/lib/harness.h"

struct world {
	struct rpc *rpc;
	struct config config;
	struct rpc_host host;
	struct buf got; /* of the client looked at */
	bool closed;
};

static struct world world;

static int setup(void **state)
{
	(void)state;
	memset(&world, 0, sizeof world);
	assert_int_equal(rpc_new(&world.rpc, NULL), 0);
	assert_int_equal(config_init(&world.config, "", NULL), 0);
	world.host.config = &world.config;
	world.host.listening = "";
	world.host.pair_listening = "";
	world.host.locks_at_ms = UINT64_MAX;
	buf_init(&world.got, 64u << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rpc_free(world.rpc);
	buf_release(&world.got);
	return 0;
}

/* One turn; what client 1 gets is appended to world.got. */
static void turn(uint32_t client)
{
	struct rpc_out out;
	size_t cursor = 0;

	assert_int_equal(rpc_run(world.rpc, &world.host, NULL), 0);
	rpc_settle(world.rpc, &world.host);
	while (rpc_take(world.rpc, &cursor, &out)) {
		if (out.client != client)
			continue;
		assert_int_equal(
			buf_put(&world.got, out.bytes.ptr, out.bytes.len), 0);
		world.closed = world.closed || out.close;
	}
}

static void send_bytes(uint32_t client, const void *bytes, size_t len)
{
	rpc_client_bytes(world.rpc, client, bytes_of(bytes, len));
}

static void request_put(struct buf *out, uint32_t id, const char *method,
			struct bytes params)
{
	rpcmsg_put_request(out, id, method, params);
	assert_int_equal(out->failed, 0);
}

static void send_request(uint32_t client, uint32_t id, const char *method,
			 struct bytes params)
{
	struct buf out;

	buf_init(&out, LIMIT_FRAME_BYTES);
	request_put(&out, id, method, params);
	send_bytes(client, out.ptr, out.len);
	buf_release(&out);
}

static struct bytes hello_params(void)
{
	static uint8_t bytes[32];
	struct buf out;
	size_t len;

	buf_init(&out, sizeof bytes);
	mp_put_map(&out, 1);
	mp_put_cstr(&out, "client");
	mp_put_cstr(&out, "test");
	len = out.len;
	memcpy(bytes, out.ptr, len);
	buf_release(&out);
	return bytes_of(bytes, len);
}

static void greet(uint32_t client)
{
	assert_int_equal(rpc_client_up(world.rpc, client), 0);
	send_request(client, 1, "hello", hello_params());
	turn(client);
	buf_clear(&world.got);
}

/* Takes the next message out of world.got; false: none. */
static bool next_message(struct rpcmsg *out)
{
	struct frame_splitter splitter = { 0 };
	struct frame frame;
	static uint8_t copy[LIMIT_FRAME_BYTES];

	if (world.got.len == 0)
		return false;
	assert_int_equal(
		frame_next_msgpack(&splitter, buf_bytes(&world.got), &frame),
		0);
	assert_true(frame.input_bytes > 0);
	memcpy(copy, frame.payload.ptr, frame.payload.len);
	assert_int_equal(rpcmsg_parse(bytes_of(copy, frame.payload.len), out),
			 0);
	buf_consume(&world.got, frame.input_bytes);
	return true;
}

static void assert_answer(uint32_t id, const char *code)
{
	struct rpcmsg message;
	struct rpcmsg_error error;

	assert_true(next_message(&message));
	assert_int_equal(message.type, RPCMSG_RESPONSE);
	assert_int_equal(message.id, id);
	if (code == NULL) {
		assert_int_equal(message.error.len, 0);
		return;
	}
	assert_int_equal(rpcmsg_parse_error(message.error, &error), 0);
	assert_bytes(error.code, bytes_from_str(code));
	assert_true(error.message.len > 0);
}

static void hello_comes_first(void **state)
{
	(void)state;
	assert_int_equal(rpc_client_up(world.rpc, 1), 0);
	send_request(1, 7, "status", bytes_of(NULL, 0));
	send_request(1, 8, "hello", hello_params());
	send_request(1, 9, "status", bytes_of(NULL, 0));
	turn(1);
	assert_answer(7, "usage");
	assert_answer(8, NULL);
	assert_answer(9, NULL);
	assert_int_equal(world.got.len, 0);
	assert_false(world.closed);
}

static void a_refused_hello_opens_nothing(void **state)
{
	(void)state;
	assert_int_equal(rpc_client_up(world.rpc, 1), 0);
	send_request(1, 1, "hello", bytes_of(NULL, 0));
	send_request(1, 2, "status", bytes_of(NULL, 0));
	turn(1);
	assert_answer(1, "usage");
	assert_answer(2, "usage");
}

static void requests_come_whole_in_pieces_of_any_size(void **state)
{
	struct buf out;
	size_t piece, at;

	(void)state;
	greet(1);
	buf_init(&out, 4096);
	request_put(&out, 5, "status", bytes_of(NULL, 0));
	request_put(&out, 6, "devices", bytes_of(NULL, 0));
	for (piece = 1; piece <= out.len; piece++) {
		for (at = 0; at < out.len; at += piece) {
			size_t left = out.len - at;

			send_bytes(1, out.ptr + at,
				   left < piece ? left : piece);
			turn(1);
		}
		assert_answer(5, NULL);
		assert_answer(6, NULL);
		assert_int_equal(world.got.len, 0);
	}
	buf_release(&out);
}

static void unknown_verbs_and_wrong_types_are_answered(void **state)
{
	static const uint8_t not_a_map[] = { 0x93, 1, 2, 3 };
	static const uint8_t odd_key[] = { 0x81, 0xa1, 'x', 0x01 };
	static const uint8_t int_key[] = { 0x81, 0x01, 0x01 };
	struct buf params;

	(void)state;
	greet(1);
	buf_init(&params, 256);
	mp_put_map(&params, 1);
	mp_put_cstr(&params, "key");
	mp_put_uint(&params, 4);
	send_request(1, 2, "no_such_thing", bytes_of(NULL, 0));
	send_request(1, 3, "statu", bytes_of(NULL, 0));
	send_request(1, 4, "status", bytes_of(odd_key, sizeof odd_key));
	send_request(1, 5, "config_get", buf_bytes(&params));
	send_request(1, 6, "config_set", bytes_of(NULL, 0));
	send_request(1, 8, "status", bytes_of(NULL, 0));
	turn(1);
	assert_answer(2, "no_method");
	assert_answer(3, "no_method");
	assert_answer(4, "usage");
	assert_answer(5, "usage");
	assert_answer(6, "usage");
	assert_answer(8, NULL);
	buf_release(&params);
	/* Parameters that are a list, or named by numbers, are no request. */
	send_request(1, 9, "status", bytes_of(not_a_map, sizeof not_a_map));
	turn(1);
	assert_answer(0, "malformed");
	assert_true(world.closed);
	greet(2);
	world.closed = false;
	send_request(2, 9, "status", bytes_of(int_key, sizeof int_key));
	turn(2);
	assert_answer(0, "malformed");
	assert_true(world.closed);
}

static void without_a_journal_each_class_says_so(void **state)
{
	(void)state;
	greet(1);
	send_request(1, 2, "log", bytes_of(NULL, 0));
	send_request(1, 3, "undo", bytes_of(NULL, 0));
	send_request(1, 4, "pair_show", bytes_of(NULL, 0));
	send_request(1, 5, "sync", bytes_of(NULL, 0));
	send_request(1, 6, "lock", bytes_of(NULL, 0));
	send_request(1, 7, "doctor", bytes_of(NULL, 0));
	send_request(1, 8, "watch", bytes_of(NULL, 0));
	turn(1);
	assert_answer(2, "no_journal");
	assert_answer(3, "no_journal");
	assert_answer(4, "no_journal");
	assert_answer(5, "no_journal");
	assert_answer(6, NULL);
	assert_answer(7, NULL);
	assert_answer(8, "no_journal");
}

static void garbage_closes_only_its_client(void **state)
{
	static const struct {
		uint8_t bytes[12];
		size_t len;
	} rows[] = {
		{ { 0xc1 }, 1 },
		{ "GET / HTTP/", 11 },
		{ { 0xdd, 0xff, 0xff, 0xff, 0xff }, 5 },
		{ { 0xdf, 0xff, 0xff, 0xff, 0xff }, 5 },
		{ { 0xc6, 0xff, 0xff, 0xff, 0xff }, 5 },
		{ { 0xc6, 0x00, 0x10, 0x00, 0x01 }, 5 }, /* 1 MiB + 1 */
		{ { 0x91, 0x91, 0x91, 0x91, 0x91, 0x91, 0x91, 0x91, 0x91, 0x91,
		    0x91, 0x91 },
		  12 },
		{ { 0x80 }, 1 },
		{ { 0x94, 0x00, 0x01 }, 3 }, /* half a request waits */
		{ { 0x94, 0x01, 0x01, 0xc0, 0xc0 }, 5 }, /* a response */
		{ { 0xd8, 0x01 }, 2 },                   /* ext */
	};
	size_t i;

	(void)state;
	greet(1);
	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		uint32_t other = (uint32_t)i + 10;
		bool is_half = rows[i].len == 3;

		greet(other);
		world.closed = false;
		send_bytes(other, rows[i].bytes, rows[i].len);
		turn(other);
		if (world.closed == is_half)
			fail_msg("row %zu: closed is %d", i, world.closed);
		rpc_client_down(world.rpc, other);
		buf_clear(&world.got);
		send_request(1, 3, "status", bytes_of(NULL, 0));
		turn(1);
		assert_answer(3, NULL);
	}
	assert_int_equal(rpc_client_count(world.rpc), 1);
}

static void a_request_may_fill_a_frame_and_no_more(void **state)
{
	struct buf out, params;
	size_t body;
	int more;

	(void)state;
	for (more = 0; more < 2; more++) {
		uint32_t client = 1 + (uint32_t)more;

		greet(client);
		buf_init(&out, LIMIT_FRAME_BYTES + 64);
		buf_init(&params, LIMIT_FRAME_BYTES + 64);
		/* [0, 1, "status", {"x": bin32}] */
		body = LIMIT_FRAME_BYTES - (1 + 1 + 1 + 7 + 1 + 2 + 5) +
		       (size_t)more;
		buf_put(&params, "\x94\x00\x01\xa6status\x81\xa1x\xc6", 14);
		buf_put_u8(&params, (uint8_t)(body >> 24));
		buf_put_u8(&params, (uint8_t)(body >> 16));
		buf_put_u8(&params, (uint8_t)(body >> 8));
		buf_put_u8(&params, (uint8_t)body);
		assert_non_null(buf_extend(&params, body));
		assert_int_equal(params.len,
				 LIMIT_FRAME_BYTES + (unsigned)more);
		world.closed = false;
		send_bytes(client, params.ptr, params.len);
		turn(client);
		assert_int_equal(world.closed, more == 1);
		if (more == 0)
			assert_answer(1, "usage"); /* no such parameter */
		buf_release(&out);
		buf_release(&params);
		buf_clear(&world.got);
	}
}

static void who_never_reads_is_not_answered_for_ever(void **state)
{
	uint32_t id;
	size_t at_stop = 0;

	(void)state;
	greet(1);
	/* `api` is some tens of KiB each; nothing is ever reported as sent. */
	for (id = 2; id < 2000; id++) {
		send_request(1, id, "api", bytes_of(NULL, 0));
		turn(1);
		if (world.got.len == at_stop)
			break;
		at_stop = world.got.len;
	}
	assert_true(id < 2000);
	assert_true(world.got.len <= LIMIT_CLIENT_OUT_BYTES);
	assert_false(world.closed);
	/* It reads again: what waited is answered. */
	buf_clear(&world.got);
	rpc_client_sent(world.rpc, 1, 0);
	turn(1);
	assert_answer(id, NULL);
}

static void a_flood_of_requests_is_spread_over_turns(void **state)
{
	uint32_t id;
	unsigned turns = 0;

	(void)state;
	greet(1);
	for (id = 2; id < 2 + 3 * LIMIT_TURN_CALLS; id++)
		send_request(1, id, "lock", bytes_of(NULL, 0));
	do {
		turn(1);
		turns++;
	} while (rpc_deadline(world.rpc) == 0 && turns < 10);
	assert_int_equal(turns, 3);
	for (id = 2; id < 2 + 3 * LIMIT_TURN_CALLS; id++)
		assert_answer(id, NULL);
}

static void bytes_that_pile_up_close_the_client(void **state)
{
	static uint8_t half[LIMIT_FRAME_BYTES];
	int i;

	(void)state;
	greet(1);
	half[0] = 0xc6; /* a bin that goes on and on */
	half[2] = 0x0f;
	half[3] = 0xff;
	half[4] = 0xff;
	for (i = 0; i < 4; i++)
		send_bytes(1, half, sizeof half);
	turn(1);
	assert_true(world.closed);
}

static void a_failed_turn_takes_its_answers_back(void **state)
{
	struct err err = { .code = ERR_DISK_FULL };

	(void)state;
	greet(1);
	send_request(1, 2, "status", bytes_of(NULL, 0));
	send_request(1, 3, "devices", bytes_of(NULL, 0));
	assert_int_equal(rpc_run(world.rpc, &world.host, NULL), 0);
	rpc_turn_failed(world.rpc, &world.host, ERR_DISK_FULL, &err);
	turn(1);
	assert_answer(2, "disk_full");
	assert_answer(3, "disk_full");
	assert_int_equal(world.got.len, 0);
	send_request(1, 4, "status", bytes_of(NULL, 0));
	turn(1);
	assert_answer(4, NULL);
}

static void seats_are_bounded_and_freed(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 1; i <= LIMIT_CLIENTS; i++)
		assert_int_equal(rpc_client_up(world.rpc, i), 0);
	assert_int_equal(rpc_client_up(world.rpc, 1000), ERR_LIMIT);
	rpc_client_down(world.rpc, 5);
	assert_int_equal(rpc_client_up(world.rpc, 1000), 0);
	assert_int_equal(rpc_client_count(world.rpc), LIMIT_CLIENTS);
	/* Bytes for one that is gone are nobody's. */
	send_request(5, 1, "hello", hello_params());
	turn(5);
	assert_int_equal(world.got.len, 0);
}

static void api_is_the_table_that_is_compiled(void **state)
{
	struct rpcmsg message;
	struct mp_reader reader;
	struct bytes key;
	size_t pairs, methods;

	(void)state;
	greet(1);
	send_request(1, 2, "api", bytes_of(NULL, 0));
	turn(1);
	assert_true(next_message(&message));
	reader = mp_reader(message.result);
	assert_int_equal(mp_read_map(&reader, &pairs), 0);
	assert_int_equal(pairs, 2);
	assert_int_equal(mp_read_str(&reader, &key), 0);
	assert_bytes(key, bytes_from_str("methods"));
	assert_int_equal(mp_read_array(&reader, &methods), 0);
	assert_int_equal(methods, RPC_METHOD_COUNT);
}

#define rpc_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		rpc_test(hello_comes_first),
		rpc_test(a_refused_hello_opens_nothing),
		rpc_test(requests_come_whole_in_pieces_of_any_size),
		rpc_test(unknown_verbs_and_wrong_types_are_answered),
		rpc_test(without_a_journal_each_class_says_so),
		rpc_test(garbage_closes_only_its_client),
		rpc_test(a_request_may_fill_a_frame_and_no_more),
		rpc_test(who_never_reads_is_not_answered_for_ever),
		rpc_test(a_flood_of_requests_is_spread_over_turns),
		rpc_test(bytes_that_pile_up_close_the_client),
		rpc_test(a_failed_turn_takes_its_answers_back),
		rpc_test(seats_are_bounded_and_freed),
		rpc_test(api_is_the_table_that_is_compiled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
