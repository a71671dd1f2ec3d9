/*
 * test_bad_wire.c - bad inputs on the way between two devices, by name.
 *
 * Goal: each ends its own session at most; what is held, who belongs, and
 * what others can do stay as they were. Method: the other end is the test
 * (tests/lib/rig.h). tests/bad-inputs.tsv says which item is which case.
 */
#include "tests/lib/rig.h"

#include "proto/codec.h"

static struct paper paper;

static int set_up(void **state)
{
	static struct wire wire;

	wire_open(&wire, 3);
	wire_found(&wire, 0);
	wire_let_in(&wire, 0, 1);
	wire_copy_control(&wire, 1, 0);
	wire.devices[1].online = false;
	*state = &wire;
	return 0;
}

static int tear_down(void **state)
{
	wire_close(*state);
	return 0;
}

/* A member gets in as ever. */
static void assert_serves(struct wire *wire)
{
	struct rig rig;

	wire_sleep(wire, 60000);
	rig_enter(&rig, wire);
	rig_end(&rig);
}

/* ---- before anybody is known ---- */

static void a_greeting_in_single_bytes_is_one(void **state)
{
	struct wire *wire = *state;
	struct greeting g = rig_greeting(wire);
	struct rig rig;

	wire->chunk = 1;
	rig_init(&rig, wire);
	assert_true(rig_greet(&rig, &g));
	rig_end(&rig);
}

static void a_byte_beyond_the_greeting_is_no_frame(void **state)
{
	struct wire *wire = *state;
	struct greeting g = rig_greeting(wire);
	struct noise noise;
	struct rig rig;

	rig_init(&rig, wire);
	rig_make_hello(wire, &g, &noise, &rig.hello);
	/* A Noise message of no bytes at all follows at once. */
	buf_put_le16(&rig.hello, 0);
	wire_raw_send(wire, rig.conn, buf_bytes(&rig.hello));
	wire_run(wire);
	assert_true(rig_is_closed(&rig));
	rig_end(&rig);
	assert_serves(wire);
}

static void sixty_four_kilobytes_of_noise_are_silence(void **state)
{
	static uint8_t noise[65535];
	struct wire *wire = *state;
	struct rig rig;

	memset(noise, 0x5a, sizeof noise);
	rig_init(&rig, wire);
	wire_raw_send(wire, rig.conn, bytes_of(noise, sizeof noise));
	wire_run(wire);
	assert_true(rig_is_closed(&rig));
	assert_int_equal(rig_inbox_end(&rig)->inbox.len, 0);
	rig_end(&rig);
	assert_serves(wire);
}

static void who_calls_and_hangs_up_leaves_nothing_open(void **state)
{
	struct wire *wire = *state;
	size_t i;

	for (i = 0; i < 3 * LIMIT_HALF_OPEN; i++) {
		struct wire_end *end;

		end = &wire->conns[wire_dial_raw(wire, 0, false)].ends[1];
		wire_run(wire);
		if (end->open)
			end->down_due = true;
		wire_run(wire);
		assert_false(end->open);
		wire_sleep(wire, 1000);
	}
	assert_serves(wire);
}

/* ---- messages of the channel ---- */

enum damage { DROPPED, REPEATED, SWAPPED };

static void two_pings(struct rig *rig, enum damage damage)
{
	/* The frame of a PING: its number, {1: 7}. */
	static const uint8_t ping[] = { 4, 0, 0, 0, SYNC_PING, 0x81, 1, 7 };
	struct bytes plain = bytes_of(ping, sizeof ping);
	struct buf out[2], sent;
	size_t i;

	buf_init(&sent, 4096);
	for (i = 0; i < 2; i++) {
		buf_init(&out[i], 1024);
		buf_put_le16(&out[i], (uint16_t)(plain.len + NOISE_TAG_BYTES));
		assert_int_equal(noise_encrypt(&rig->send, plain, &out[i]), 0);
	}
	if (damage == REPEATED)
		buf_put(&sent, out[0].ptr, out[0].len);
	if (damage == SWAPPED)
		buf_put(&sent, out[1].ptr, out[1].len);
	if (damage == DROPPED)
		buf_put(&sent, out[1].ptr, out[1].len);
	else
		buf_put(&sent, out[0].ptr, out[0].len);
	wire_raw_send(rig->wire, rig->conn, buf_bytes(&sent));
	wire_run(rig->wire);
	buf_release(&out[0]);
	buf_release(&out[1]);
	buf_release(&sent);
}

static void a_message_lost_repeated_or_swapped_ends_the_session(void **state)
{
	struct wire *wire = *state;
	enum damage damage;

	for (damage = DROPPED; damage <= SWAPPED; damage++) {
		struct channel_frame frame;
		struct rig rig;

		rig_enter(&rig, wire);
		two_pings(&rig, damage);
		assert_true(rig_is_closed(&rig));
		/* The first of a repeated pair was good. */
		assert_true(rig_until(&rig, SYNC_PONG, &frame) ==
			    (damage == REPEATED));
		rig_end(&rig);
		wire_sleep(wire, 1000);
	}
	assert_serves(wire);
}

static void nothing_counts_after_a_close(void **state)
{
	struct wire *wire = *state;
	struct sync_close close = { .reason = PEER_CLOSE_BYE };
	struct author *ben = &wire->devices[1].author;
	struct rig rig;

	rig_enter(&rig, wire);
	author_note(ben, 100, &paper);
	rig_send(&rig, SYNC_CLOSE, &close);
	assert_true(rig_is_closed(&rig));
	wire->conns[rig.conn].ends[1].open = true;
	rig_send_run(&rig, &paper.block, 1);
	assert_int_equal(wire_head(wire, 0, &ben->data.lid), 0);
	rig_end(&rig);
}

static void lengths_of_noise_messages_have_two_ends(void **state)
{
	static const uint16_t lengths[] = { 0, 1, NOISE_TAG_BYTES - 1,
					    LIMIT_NOISE_MESSAGE_BYTES + 1,
					    UINT16_MAX };
	struct wire *wire = *state;
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(lengths); i++) {
		struct rig rig;
		uint8_t head[2];

		rig_enter(&rig, wire);
		le16_put(head, lengths[i]);
		/* From the head alone: nobody waits for the rest. */
		wire_raw_send(wire, rig.conn, bytes_of(head, 2));
		wire_run(wire);
		assert_true(rig_is_closed(&rig));
		rig_end(&rig);
		wire_sleep(wire, 1000);
	}
	assert_serves(wire);
}

/* ---- claims and wishes ---- */

static void heads_that_never_come_hold_up_nobody(void **state)
{
	struct wire *wire = *state;
	struct greeting g = rig_greeting(wire);
	struct author *ben = &wire->devices[1].author;
	struct dot dot = { .lid = ben->data.lid, .seq = LIMIT_SEQ };
	struct sync_state claim = { .present = 0 };
	uint8_t packed[DOT_BYTES];
	struct channel_frame frame;
	struct rig rig;

	rig_init(&rig, wire);
	assert_true(rig_greet(&rig, &g));
	dot_pack(&dot, packed);
	claim.logs = (struct schema_fixes){ packed, 1 };
	SCHEMA_SET(&claim, sync_state, logs);
	rig_send(&rig, SYNC_STATE, &claim);
	assert_false(rig_is_closed(&rig));
	while (rig_next(&rig).number != 0) {
	}
	wire_sleep(wire, 20000);
	/* No busy asking for what does not come. */
	while ((frame = rig_next(&rig)).number != 0)
		assert_int_not_equal(frame.number, SYNC_WANT);
	assert_int_equal(wire_head(wire, 0, &ben->data.lid), 0);
	rig_end(&rig);
	wire_write(wire, 0, 1, 100);
	assert_serves(wire);
}

static void a_wish_for_what_is_not_held_is_not_answered(void **state)
{
	struct wire *wire = *state;
	struct sync_want_range range = { .from = 1, .to = 5 };
	struct sync_want want = { .ranges = { &range, 1 } };
	struct channel_frame frame;
	struct rig rig;

	rig_enter(&rig, wire);
	while (rig_next(&rig).number != 0) {
	}
	memset(range.lid, 0xee, sizeof range.lid);
	rig_send(&rig, SYNC_WANT, &want);
	assert_false(rig_until(&rig, SYNC_RUN, &frame));
	memcpy(range.lid, wire->devices[0].author.data.lid.b, 16);
	range.from = 1000;
	range.to = LIMIT_SEQ;
	rig_send(&rig, SYNC_WANT, &want);
	assert_false(rig_until(&rig, SYNC_RUN, &frame));
	rig_end(&rig);
	assert_serves(wire);
}

/* ---- control records with impossible dependencies ---- */

static void send_removal_with(struct rig *rig, struct deps deps)
{
	struct wire *wire = rig->wire;

	author_remove(&wire->devices[1].author, &wire->devices[0].author.sign,
		      NULL, 0, deps, &paper);
	rig_send_run(rig, &paper.block, 1);
	assert_false(rig_is_closed(rig));
}

static void a_record_that_waits_for_itself_waits_for_ever(void **state)
{
	struct wire *wire = *state;
	struct author *ben = &wire->devices[1].author;
	const struct roster_member *ana;
	struct dot dot;
	struct rig rig;

	rig_enter(&rig, wire);
	dot = (struct dot){ .lid = ben->control.lid,
			    .seq = ben->control.seq + 1 };
	send_removal_with(&rig, (struct deps){ &dot, 1 });
	/* And one that waits for the one after next. */
	dot.seq = ben->control.seq + 2;
	send_removal_with(&rig, (struct deps){ &dot, 1 });
	dot.seq = LIMIT_SEQ;
	send_removal_with(&rig, (struct deps){ &dot, 1 });
	ana = roster_find(&wire->devices[0].engine->chain.roster,
			  &wire->devices[0].author.sign);
	assert_non_null(ana);
	assert_int_equal(ana->standing, ROSTER_MEMBER);
	rig_end(&rig);
	wire_restart(wire, 0);
	wire_write(wire, 0, 1, 100);
}

#define with_wire(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_wire(a_greeting_in_single_bytes_is_one),
		with_wire(a_byte_beyond_the_greeting_is_no_frame),
		with_wire(sixty_four_kilobytes_of_noise_are_silence),
		with_wire(who_calls_and_hangs_up_leaves_nothing_open),
		with_wire(a_message_lost_repeated_or_swapped_ends_the_session),
		with_wire(nothing_counts_after_a_close),
		with_wire(lengths_of_noise_messages_have_two_ends),
		with_wire(heads_that_never_come_hold_up_nobody),
		with_wire(a_wish_for_what_is_not_held_is_not_answered),
		with_wire(a_record_that_waits_for_itself_waits_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
