/*
 * test_greet.c - the handshake against an end that does as it likes.
 *
 * Goal: strangers get not one byte, floods are kept cheap, and whoever only a
 * third device knows is heard, but not for long. Method: the other end is
 * this file (tests/lib/rig.h).
 */
#include "tests/lib/rig.h"

#include "proto/codec.h"

static int set_up(void **state)
{
	static struct wire wire;

	wire_open(&wire, 3);
	wire_found(&wire, 0);
	wire_let_in(&wire, 0, 1);
	wire_copy_control(&wire, 1, 0);
	/* The second device is played by the test. */
	wire.devices[1].online = false;
	*state = &wire;
	return 0;
}

static int tear_down(void **state)
{
	wire_close(*state);
	return 0;
}

/* ---- before anybody is known ---- */

static void strangers_get_not_one_byte(void **state)
{
	struct wire *wire = *state;
	struct greeting g;
	struct author mallory;
	struct rig rig;
	int variant;

	author_init(&mallory, 66);
	for (variant = 0; variant < 4; variant++) {
		g = rig_greeting(wire);
		if (variant == 0)
			g.from = &mallory; /* nobody, no introduction */
		if (variant == 1)
			g.to = &mallory.net; /* meant for somebody else */
		if (variant == 2)
			g.jtag.b[3] ^= 1; /* another journal's prologue */
		if (variant == 3)
			g.from = &wire->devices[0].author; /* ourselves */
		rig_init(&rig, wire);
		assert_false(rig_greet(&rig, &g));
		assert_true(rig_is_closed(&rig));
		rig_end(&rig);
	}
}

static void any_flipped_bit_of_the_first_message_is_silence(void **state)
{
	struct wire *wire = *state;
	struct greeting g = rig_greeting(wire);
	size_t i;

	for (i = 0; i < 160; i += 5) {
		struct noise noise;
		struct rig rig;

		rig_init(&rig, wire);
		rig_make_hello(wire, &g, &noise, &rig.hello);
		rig.hello.ptr[i] ^= (uint8_t)(1 << (i % 8));
		wire_raw_send(wire, rig.conn, buf_bytes(&rig.hello));
		wire_run(wire);
		assert_true(rig_is_closed(&rig));
		assert_int_equal(rig_inbox_end(&rig)->inbox.len, 0);
		rig_end(&rig);
		wire_sleep(wire, 1000); /* the bucket fills again */
	}
}

static void a_first_message_counts_once(void **state)
{
	struct wire *wire = *state;
	struct greeting g = rig_greeting(wire);
	struct rig rig, again;
	struct channel_frame frame;

	rig_init(&rig, wire);
	assert_true(rig_greet(&rig, &g));
	rig_init(&again, wire);
	wire_raw_send(wire, again.conn, buf_bytes(&rig.hello));
	wire_run(wire);
	assert_true(rig_is_closed(&again));
	assert_int_equal(rig_inbox_end(&again)->inbox.len, 0);
	/* Nor is anybody connected before the key has been used. */
	assert_false(wire_peer(wire, 0, 1)->connected);
	assert_int_equal(wire->devices[0].notified[NOTIFY_PEER_UP], 0);
	assert_true(rig_until(&rig, SYNC_STATE, &frame));
	rig_end(&rig);
	rig_end(&again);
}

static void an_answer_sent_back_is_no_first_message(void **state)
{
	struct wire *wire = *state;
	struct rig rig;
	uint8_t zeros[160] = { 0 };
	struct id16 hint;

	/* All zeros for an ephemeral, with the right hint for it. */
	rig_init(&rig, wire);
	noise_hint(&wire->devices[0].author.net, zeros + 16, &hint);
	memcpy(zeros, hint.b, 16);
	wire_raw_send(wire, rig.conn, bytes_of(zeros, sizeof zeros));
	wire_run(wire);
	assert_true(rig_is_closed(&rig));
	assert_int_equal(rig_inbox_end(&rig)->inbox.len, 0);
	rig_end(&rig);
}

static void whoever_dallies_is_cut_off_after_five_seconds(void **state)
{
	struct wire *wire = *state;
	uint8_t junk[159] = { 1 };
	struct rig rig;

	rig_init(&rig, wire);
	wire_raw_send(wire, rig.conn, bytes_of(junk, sizeof junk));
	wire_sleep(wire, LIMIT_HANDSHAKE_MS - 1);
	assert_false(rig_is_closed(&rig));
	wire_sleep(wire, 1);
	assert_true(rig_is_closed(&rig));
	assert_int_equal(rig_inbox_end(&rig)->inbox.len, 0);
	rig_end(&rig);
}

static void no_more_than_sixteen_wait_at_the_door(void **state)
{
	struct wire *wire = *state;
	size_t conns[LIMIT_HALF_OPEN + 1];
	size_t i;

	for (i = 0; i < LIMIT_HALF_OPEN + 1; i++) {
		conns[i] = wire_dial_raw(wire, 0, false);
		wire_run(wire);
	}
	for (i = 0; i < LIMIT_HALF_OPEN; i++)
		assert_true(wire->conns[conns[i]].ends[1].open);
	assert_false(wire->conns[conns[LIMIT_HALF_OPEN]].ends[1].open);
}

static void one_address_calls_only_so_often(void **state)
{
	struct wire *wire = *state;
	uint8_t junk[160] = { 1 };
	size_t i, let_in = 0;

	for (i = 0; i < 40; i++) {
		size_t conn = wire_dial_raw(wire, 0, false);

		wire_run(wire);
		let_in += wire->conns[conn].ends[1].open;
		wire_raw_send(wire, conn, bytes_of(junk, sizeof junk));
		wire_run(wire);
	}
	assert_int_equal(let_in, 20);
	wire_sleep(wire, 5000);
	i = wire_dial_raw(wire, 0, false);
	wire_run(wire);
	assert_true(wire->conns[i].ends[1].open);
}

static void versions_that_do_not_meet_part(void **state)
{
	struct wire *wire = *state;
	struct greeting g = rig_greeting(wire);
	struct rig rig;

	g.least = 2;
	g.most = 9;
	rig_init(&rig, wire);
	/* The answer tells which side is old; then it ends. */
	assert_true(rig_greet(&rig, &g));
	assert_true(rig_is_closed(&rig));
	rig_end(&rig);
}

/* ---- introductions ---- */

static void an_introduction_takes_control_records_only(void **state)
{
	static struct paper paper;
	struct wire *wire = *state;
	struct author mallory;
	struct greeting g = rig_greeting(wire);
	struct sync_state nothing = { .present = 0 };
	struct channel_frame frame;
	struct rig rig, other;

	author_init(&mallory, 66);
	author_join(&mallory, &wire->devices[0].author);
	g.from = &mallory;
	g.flags = 1;
	rig_init(&rig, wire);
	assert_true(rig_greet(&rig, &g));
	rig_send(&rig, SYNC_STATE, &nothing);
	assert_false(rig_is_closed(&rig));
	/* They are told our control logs, and sent nothing. */
	assert_true(rig_until(&rig, SYNC_STATE, &frame));
	assert_false(rig_until(&rig, SYNC_RUN, &frame));
	/* One at a time. */
	rig_init(&other, wire);
	assert_false(rig_greet(&other, &g));
	assert_true(rig_is_closed(&other));
	/* A data block of a member has no place here. */
	author_note(&wire->devices[1].author, 100, &paper);
	rig_send_run(&rig, &paper.block, 1);
	assert_true(rig_is_closed(&rig));
	assert_int_equal(wire_head(wire, 0, &wire->devices[1].author.data.lid),
			 0);
	rig_end(&rig);
	rig_end(&other);
}

static void an_introduction_lasts_half_a_minute(void **state)
{
	struct wire *wire = *state;
	struct author mallory;
	struct greeting g = rig_greeting(wire);
	struct sync_state nothing = { .present = 0 };
	struct rig rig;

	author_init(&mallory, 66);
	g.from = &mallory;
	g.flags = 1;
	rig_init(&rig, wire);
	assert_true(rig_greet(&rig, &g));
	rig_send(&rig, SYNC_STATE, &nothing);
	wire_sleep(wire, LIMIT_INTRO_MS - 1);
	assert_false(rig_is_closed(&rig));
	wire_sleep(wire, 1);
	assert_true(rig_is_closed(&rig));
	rig_end(&rig);
}

/* STATE costs to judge, too. */
static void an_introduction_is_a_mebibyte_of_anything(void **state)
{
	static uint8_t packed[LIMIT_STATE_LOGS * DOT_BYTES];
	struct wire *wire = *state;
	struct greeting g = rig_greeting(wire);
	struct sync_state claim = { .logs = { .ptr = packed,
					      .count = LIMIT_STATE_LOGS } };
	struct author mallory;
	struct rig rig;
	struct buf body;
	size_t i, total;

	for (i = 0; i < LIMIT_STATE_LOGS; i++) {
		struct dot dot = { .seq = 1 };

		dot.lid.b[0] = (uint8_t)(i >> 8);
		dot.lid.b[1] = (uint8_t)i;
		dot_pack(&dot, packed + i * DOT_BYTES);
	}
	SCHEMA_SET(&claim, sync_state, logs);
	buf_init(&body, LIMIT_FRAME_BYTES);
	assert_int_equal(codec_encode(schema_sync(SYNC_STATE), &claim, &body),
			 0);
	author_init(&mallory, 66);
	g.from = &mallory;
	g.flags = 1;
	rig_init(&rig, wire);
	assert_true(rig_greet(&rig, &g));
	for (total = 0; total + 5 + body.len <= LIMIT_INTRO_BYTES;
	     total += 5 + body.len) {
		rig_send(&rig, SYNC_STATE, &claim);
		assert_false(rig_is_closed(&rig));
	}
	rig_send(&rig, SYNC_STATE, &claim);
	assert_true(rig_is_closed(&rig));
	buf_release(&body);
	rig_end(&rig);
}

#define with_wire(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_wire(strangers_get_not_one_byte),
		with_wire(any_flipped_bit_of_the_first_message_is_silence),
		with_wire(a_first_message_counts_once),
		with_wire(an_answer_sent_back_is_no_first_message),
		with_wire(whoever_dallies_is_cut_off_after_five_seconds),
		with_wire(no_more_than_sixteen_wait_at_the_door),
		with_wire(one_address_calls_only_so_often),
		with_wire(versions_that_do_not_meet_part),
		with_wire(an_introduction_takes_control_records_only),
		with_wire(an_introduction_is_a_mebibyte_of_anything),
		with_wire(an_introduction_lasts_half_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
