/*
 * test_peer.c - one session against a member that does as it likes.
 *
 * Goal: who breaks the rules loses the session and nothing else; no block
 * gets in that is not what it says; being set back or copied is noticed.
 * Method: the other end is this file (tests/lib/rig.h).
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

static void messages_have_their_states(void **state)
{
	static const struct {
		uint8_t number;
		bool greeted;
	} cases[] = {
		{ SYNC_RUN, false },      { SYNC_ACK, false },
		{ SYNC_WANT, false },     { SYNC_PONG, true },
		{ SYNC_HEADERS, true },   { SYNC_PAIR_KEYS, true },
		{ SYNC_PAIR_DONE, true }, { SYNC_PAIR_CONFIRM, false },
	};
	struct wire *wire = *state;
	union {
		struct sync_pair_keys keys;
		struct sync_headers headers;
		uint8_t bytes[1024];
	} message;
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(cases); i++) {
		struct greeting g = rig_greeting(wire);
		struct rig rig;

		g.boot = 100 + i;
		memset(&message, 0, sizeof message);
		if (cases[i].greeted) {
			rig_enter(&rig, wire);
		} else {
			rig_init(&rig, wire);
			assert_true(rig_greet(&rig, &g));
		}
		rig_send(&rig, cases[i].number, &message);
		assert_true(rig_is_closed(&rig));
		rig_end(&rig);
		wire_sleep(wire, 1000);
	}
}

static void frames_are_held_to_their_form(void **state)
{
	static const uint8_t frames[][9] = {
		{ 0, 0, 0, 0, 1 },         /* empty */
		{ 1, 0, 16, 0, 1 },        /* over 1 MiB */
		{ 255, 255, 255, 255, 1 }, /* far over */
		{ 2, 0, 0, 0, 77, 0x80 },  /* no such number */
		{ 2, 0, 0, 0, 0, 0x80 },
		{ 3, 0, 0, 0, SYNC_PING, 0x80, 0 }, /* not one element */
		{ 5, 0, 0, 0, SYNC_PING, 0x81, 1, 0xcc, 1 }, /* not shortest */
		{ 2, 0, 0, 0, SYNC_PING, 0x80 }, /* lacks what it needs */
	};
	struct wire *wire = *state;
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(frames); i++) {
		struct rig rig;

		rig_enter(&rig, wire);
		rig_raw(&rig, bytes_of(frames[i], sizeof frames[i]));
		assert_true(rig_is_closed(&rig));
		rig_end(&rig);
		wire_sleep(wire, 1000);
	}
}

static void a_flipped_bit_on_the_way_ends_the_session(void **state)
{
	struct wire *wire = *state;
	struct sync_ping ping = { .token = 5 };
	struct channel_frame frame;
	struct buf out;
	struct rig rig;

	rig_enter(&rig, wire);
	rig_send(&rig, SYNC_PING, &ping);
	assert_true(rig_until(&rig, SYNC_PONG, &frame));
	buf_init(&out, 1024);
	buf_put_le16(&out, 5 + NOISE_TAG_BYTES);
	assert_int_equal(
		noise_encrypt(&rig.send, bytes_of("\1\0\0\0\6", 5), &out), 0);
	out.ptr[9] ^= 1;
	wire_raw_send(wire, rig.conn, buf_bytes(&out));
	wire_run(wire);
	assert_true(rig_is_closed(&rig));
	buf_release(&out);
	rig_end(&rig);
}

static void a_run_that_fits_is_taken_and_acknowledged(void **state)
{
	static struct paper papers[3];
	struct wire *wire = *state;
	struct author *ben = &wire->devices[1].author;
	struct block blocks[3];
	struct dot dot;
	struct rig rig;
	size_t i;

	rig_enter(&rig, wire);
	for (i = 0; i < 3; i++) {
		author_note(ben, 200, &papers[i]);
		blocks[i] = papers[i].block;
	}
	rig_send_run(&rig, blocks, 3);
	assert_int_equal(rig_read_ack(&rig, false, &dot, 1), 1);
	assert_true(id16_equal(&dot.lid, &ben->data.lid));
	assert_int_equal(dot.seq, 3);
	assert_memory_equal(dot.tip, papers[2].block.id.b, 8);
	assert_int_equal(wire_head(wire, 0, &ben->data.lid), 3);
	/* The same again changes nothing. */
	rig_send_run(&rig, blocks, 3);
	assert_int_equal(rig_read_ack(&rig, false, &dot, 1), 1);
	assert_int_equal(dot.seq, 3);
	assert_false(rig_is_closed(&rig));
	rig_end(&rig);
}

static void no_flipped_bit_of_a_run_gets_in(void **state)
{
	static struct paper papers[2];
	struct wire *wire = *state;
	struct author *ben = &wire->devices[1].author;
	struct block blocks[2];
	struct buf run;
	size_t i;

	for (i = 0; i < 2; i++) {
		author_note(ben, 64, &papers[i]);
		blocks[i] = papers[i].block;
	}
	buf_init(&run, 4096);
	assert_int_equal(run_write(blocks, 2, &run), 0);
	for (i = 0; i < run.len; i += 3) {
		struct sync_run message = { .present = 0 };
		struct rig rig;

		run.ptr[i] ^= (uint8_t)(1 << (i % 8));
		rig_enter(&rig, wire);
		message.blocks = buf_bytes(&run);
		rig_send(&rig, SYNC_RUN, &message);
		assert_int_equal(wire_head(wire, 0, &ben->data.lid), 0);
		run.ptr[i] ^= (uint8_t)(1 << (i % 8));
		rig_end(&rig);
		wire_cut(wire);
		wire_close(wire);
		assert_int_equal(set_up(state), 0);
	}
	buf_release(&run);
}

static void a_run_by_another_hand_is_refused(void **state)
{
	static struct paper paper;
	struct wire *wire = *state;
	struct author *ben = &wire->devices[1].author;
	struct author *ana = &wire->devices[0].author;
	struct rig rig;

	/* Signed by ben, said to be ana's. */
	rig_enter(&rig, wire);
	author_note(ana, 100, &paper);
	block_sign(&paper.block, &ben->sign_secret);
	rig_send_run(&rig, &paper.block, 1);
	assert_true(rig_is_closed(&rig));
	assert_int_equal(wire_head(wire, 0, &ana->data.lid), 0);
	rig_end(&rig);
}

static void what_comes_too_early_is_not_taken_and_said_so(void **state)
{
	static struct paper papers[2];
	struct wire *wire = *state;
	struct author *ben = &wire->devices[1].author;
	struct author mallory;
	struct dot dot;
	struct rig rig;

	rig_enter(&rig, wire);
	author_note(ben, 100, &papers[0]);
	author_note(ben, 100, &papers[1]);
	rig_send_run(&rig, &papers[1].block, 1);
	assert_int_equal(rig_read_ack(&rig, true, &dot, 1), 1);
	/* By its newest block, which is of one history only. */
	assert_int_equal(dot.seq, 2);
	assert_memory_equal(dot.tip, papers[1].block.id.b, sizeof dot.tip);
	assert_int_equal(wire_head(wire, 0, &ben->data.lid), 0);
	/* A log nobody opened: its LOG_OPEN may be on its way. */
	author_init(&mallory, 66);
	author_join(&mallory, ben);
	author_note(&mallory, 100, &papers[1]);
	rig_send_run(&rig, &papers[1].block, 1);
	assert_int_equal(rig_read_ack(&rig, true, &dot, 1), 1);
	assert_true(id16_equal(&dot.lid, &mallory.data.lid));
	assert_false(rig_is_closed(&rig));
	/* Then the first: all is well. */
	rig_send_run(&rig, &papers[0].block, 1);
	assert_int_equal(wire_head(wire, 0, &ben->data.lid), 1);
	rig_end(&rig);
}

static void control_logs_of_strangers_wait_for_their_add(void **state)
{
	static struct paper paper;
	struct wire *wire = *state;
	struct author mallory;
	struct dot dot;
	struct rig rig;

	rig_enter(&rig, wire);
	author_init(&mallory, 66);
	author_join(&mallory, &wire->devices[0].author);
	author_open(&mallory, &mallory.control, wire_deps(wire, 0), &paper);
	rig_send_run(&rig, &paper.block, 1);
	assert_int_equal(rig_read_ack(&rig, true, &dot, 1), 1);
	assert_int_equal(wire_head(wire, 0, &mallory.control.lid), 0);
	/* Somebody else's nonce does not make it theirs. */
	author_init(&mallory, 67);
	author_join(&mallory, &wire->devices[0].author);
	mallory.control.lid.b[0] ^= 1;
	author_open(&mallory, &mallory.control, wire_deps(wire, 0), &paper);
	rig_send_run(&rig, &paper.block, 1);
	assert_true(rig_is_closed(&rig));
	rig_end(&rig);
}

static void another_journals_genesis_is_refused(void **state)
{
	static struct paper paper;
	struct wire *wire = *state;
	struct author other;
	struct rig rig;

	rig_enter(&rig, wire);
	author_init(&other, 70);
	author_genesis(&other, &paper);
	paper.block.header.jtag = wire->devices[0].author.jtag;
	author_seal(&other, &paper, paper.block.body.len);
	rig_send_run(&rig, &paper.block, 1);
	assert_true(rig_is_closed(&rig));
	assert_int_equal(wire_head(wire, 0, &other.control.lid), 0);
	rig_end(&rig);
}

static void a_number_used_twice_keeps_both(void **state)
{
	static struct paper left, right, more;
	struct wire *wire = *state;
	struct author *ben = &wire->devices[1].author;
	struct author twin = *ben;
	const struct store_log *logs;
	size_t count, before, i, ones = 0;
	struct rig rig;

	rig_enter(&rig, wire);
	engine_logs(wire->devices[0].engine, &before);
	author_note(ben, 100, &left);
	author_note(&twin, 150, &right);
	author_note(&twin, 150, &more);
	rig_send_run(&rig, &left.block, 1);
	rig_send_run(&rig, &right.block, 1);
	/* Names have changed: it is told to come again. */
	assert_true(rig_is_closed(&rig));
	rig_end(&rig);
	wire_sleep(wire, 1000);
	rig_enter(&rig, wire);
	rig_send_run(&rig, &more.block, 1);
	logs = engine_logs(wire->devices[0].engine, &count);
	assert_int_equal(count, before + 1);
	for (i = 0; i < count; i++) {
		bool is_left = hash32_equal(&logs[i].head_id, &left.block.id);
		bool is_right = hash32_equal(&logs[i].head_id, &more.block.id);
		bool keeps = memcmp(left.block.id.b, right.block.id.b, 32) < 0;

		ones += is_left || is_right;
		/* The smaller first id keeps the name. */
		if (is_left)
			assert_int_equal(keeps, id16_equal(&logs[i].lid,
							   &ben->data.lid));
	}
	assert_int_equal(ones, 2);
	rig_end(&rig);
}

static void states_that_are_no_sets_are_refused(void **state)
{
	struct wire *wire = *state;
	uint8_t dots[2 * DOT_BYTES];
	struct sync_state doubled = { .logs = { dots, 2 } };
	struct greeting g = rig_greeting(wire);
	struct rig rig;

	memset(dots, 1, sizeof dots);
	SCHEMA_SET(&doubled, sync_state, logs);
	rig_init(&rig, wire);
	assert_true(rig_greet(&rig, &g));
	rig_send(&rig, SYNC_STATE, &doubled);
	assert_true(rig_is_closed(&rig));
	rig_end(&rig);
}

static void what_is_wanted_again_is_sent_again(void **state)
{
	struct wire *wire = *state;
	struct sync_want_range range = { .from = 1, .to = 2 };
	struct sync_want want = { .ranges = { &range, 1 } };
	struct channel_frame frame;
	struct rig rig;

	rig_enter(&rig, wire);
	assert_true(rig_until(&rig, SYNC_RUN, &frame));
	while (rig_next(&rig).number != 0) {
	}
	memcpy(range.lid, wire->devices[0].author.control.lid.b, 16);
	rig_send(&rig, SYNC_WANT, &want);
	assert_true(rig_until(&rig, SYNC_RUN, &frame));
	/* Backwards is no range. */
	range.from = 2;
	range.to = 1;
	rig_send(&rig, SYNC_WANT, &want);
	assert_true(rig_is_closed(&rig));
	rig_end(&rig);
}

static void a_new_key_follows_a_rekey(void **state)
{
	struct wire *wire = *state;
	struct sync_rekey rekey = { .present = 0 };
	struct sync_ping ping = { .token = 9 };
	struct channel_frame frame;
	struct rig rig;

	rig_enter(&rig, wire);
	rig_send(&rig, SYNC_REKEY, &rekey);
	noise_rekey(&rig.send);
	rig_send(&rig, SYNC_PING, &ping);
	assert_true(rig_until(&rig, SYNC_PONG, &frame));
	/* Going on under the old one does not work. */
	rig_send(&rig, SYNC_REKEY, &rekey);
	rig_send(&rig, SYNC_PING, &ping);
	assert_true(rig_is_closed(&rig));
	rig_end(&rig);
}

static void control_is_acknowledged_before_anything_else_moves(void **state)
{
	struct wire *wire = *state;
	struct sync_ack ack = { .present = 0 };
	struct channel_frame frame;
	uint8_t dots[2 * DOT_BYTES];
	struct dot ana, ben;
	struct run run;
	struct rig rig;
	bool ben_first;

	wire_write(wire, 0, 1, 100);
	rig_enter(&rig, wire);
	while ((frame = rig_next(&rig)).number != 0) {
		struct arena arena;
		struct sync_run message;

		if (frame.number != SYNC_RUN)
			continue;
		arena_init(&arena, 1 << 20);
		assert_int_equal(codec_decode(schema_sync(SYNC_RUN), frame.body,
					      &arena, &message),
				 0);
		assert_int_equal(run_read(message.blocks,
					  &wire->devices[0].author.jtag, &arena,
					  &run),
				 0);
		assert_false(id16_equal(&run.blocks[0].header.lid,
					&wire->devices[0].author.data.lid));
		arena_release(&arena);
	}
	ana = chain_head(&wire->devices[0].engine->chain, 0);
	ben = chain_head(&wire->devices[0].engine->chain, 2);
	assert_int_equal(ben.seq, 2);
	ben_first = memcmp(ben.lid.b, ana.lid.b, 16) < 0;
	dot_pack(&ana, dots + (ben_first ? DOT_BYTES : 0));
	dot_pack(&ben, dots + (ben_first ? 0 : DOT_BYTES));
	ack.logs = (struct schema_fixes){ dots, 2 };
	rig_send(&rig, SYNC_ACK, &ack);
	assert_true(rig_until(&rig, SYNC_RUN, &frame));
	rig_end(&rig);
}

static void nobody_is_sent_more_than_the_window_unacknowledged(void **state)
{
	struct wire *wire = *state;
	struct engine *engine = wire->devices[0].engine;
	struct rig rig;
	uint64_t bytes;

	engine->tune.window_bytes = 100000;
	wire_write(wire, 0, 400, 1000);
	rig_init(&rig, wire);
	{
		struct greeting g = rig_greeting(wire);
		struct sync_state state_ = { .present = 0 };
		uint8_t packed[8 * DOT_BYTES];
		struct arena arena;
		struct dot *dots;
		size_t count, i;

		/* We hold all control logs, so that the rest may come. */
		arena_init(&arena, 1 << 20);
		dots = chain_dots(&engine->chain, true, &arena, &count);
		for (i = 0; i < count; i++)
			dot_pack(&dots[i], packed + i * DOT_BYTES);
		state_.logs = (struct schema_fixes){ packed, count };
		SCHEMA_SET(&state_, sync_state, logs);
		assert_true(rig_greet(&rig, &g));
		rig_send(&rig, SYNC_STATE, &state_);
		arena_release(&arena);
	}
	bytes = rig_inbox_end(&rig)->inbox.len;
	assert_true(bytes > 100000);
	/* One run may begin inside the window and end beyond it. */
	assert_true(bytes < 100000 + 64 * 1200);
	wire_sleep(wire, 3000);
	assert_true(rig_inbox_end(&rig)->inbox.len < 100000 + 64 * 1200 + 200);
	rig_end(&rig);
}

/* ---- set back, copied ---- */

static void a_peer_that_knows_more_of_us_closes_our_logs(void **state)
{
	static struct paper papers[2];
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct author ahead = ana->author;
	struct err err = { .code = 0 };
	struct rig rig;

	author_note(&ahead, 100, &papers[0]);
	author_note(&ahead, 100, &papers[1]);
	rig_enter(&rig, wire);
	assert_int_equal(engine_wants_logs(ana->engine), 0);
	rig_send_run(&rig, &papers[0].block, 1);
	assert_int_equal(engine_wants_logs(ana->engine),
			 LOG_REASON_RESTORE + 1);
	assert_int_equal(ana->notified[NOTIFY_FORK], 1);
	/* What is missing is fetched all the same ... */
	rig_send_run(&rig, &papers[1].block, 1);
	assert_int_equal(wire_head(wire, 0, &ana->author.data.lid), 2);
	/* ... and nothing more is written there. */
	author_note(&ahead, 100, &papers[0]);
	assert_int_equal(store_begin(ana->store, &err), 0);
	assert_int_equal(engine_append(ana->engine, &papers[0].block, &err),
			 ERR_FORK);
	store_rollback(ana->store);
	wire_restart(wire, 0);
	assert_int_equal(engine_wants_logs(ana->engine),
			 LOG_REASON_RESTORE + 1);
	/* New logs, and all is well again. */
	author_renew(&ana->author, 90);
	author_open(&ana->author, &ana->author.control, wire_deps(wire, 0),
		    &papers[0]);
	author_open(&ana->author, &ana->author.data, (struct deps){ NULL, 0 },
		    &papers[1]);
	wire_append(wire, 0, papers, 2);
	engine_logs_opened(ana->engine);
	wire_write(wire, 0, 1, 100);
	assert_int_equal(wire_head(wire, 0, &ana->author.data.lid), 1);
	wire_restart(wire, 0);
	assert_int_equal(engine_wants_logs(ana->engine), 0);
	rig_end(&rig);
}

static void two_that_answer_under_one_key_are_told(void **state)
{
	struct wire *wire = *state;
	struct greeting g = rig_greeting(wire);
	struct sync_state nothing = { .present = 0 };
	struct channel_frame frame;
	struct sync_ping ping;
	struct sync_pong pong;
	struct arena arena;
	struct rig one, two;

	arena_init(&arena, 65536);
	rig_enter(&one, wire);
	g.boot = 4712;
	rig_init(&two, wire);
	assert_true(rig_greet(&two, &g));
	rig_send(&two, SYNC_STATE, &nothing);
	/* The elder is asked whether it is there, and it is. */
	assert_true(rig_until(&one, SYNC_PING, &frame));
	assert_int_equal(
		codec_decode(schema_sync(SYNC_PING), frame.body, &arena, &ping),
		0);
	memset(&pong, 0, sizeof pong);
	pong.token = ping.token;
	rig_send(&one, SYNC_PONG, &pong);
	assert_true(rig_is_closed(&one));
	assert_true(rig_is_closed(&two));
	assert_true(rig_until(&one, SYNC_CLOSE, &frame));
	assert_int_equal(frame.body.ptr[2], PEER_CLOSE_CLONE);
	assert_true(rig_until(&two, SYNC_CLOSE, &frame));
	assert_int_equal(frame.body.ptr[2], PEER_CLOSE_CLONE);
	arena_release(&arena);
	rig_end(&one);
	rig_end(&two);
}

static void a_dead_elder_gives_way(void **state)
{
	struct wire *wire = *state;
	struct greeting g = rig_greeting(wire);
	struct sync_state nothing = { .present = 0 };
	struct rig one, two;

	rig_enter(&one, wire);
	g.boot = 4712;
	rig_init(&two, wire);
	assert_true(rig_greet(&two, &g));
	rig_send(&two, SYNC_STATE, &nothing);
	wire_sleep(wire, 2000);
	assert_true(rig_is_closed(&one));
	assert_false(rig_is_closed(&two));
	rig_end(&one);
	rig_end(&two);
}

static void told_to_be_a_copy_means_new_logs(void **state)
{
	struct wire *wire = *state;
	struct sync_close close = { .reason = PEER_CLOSE_CLONE };
	struct rig rig;

	rig_enter(&rig, wire);
	rig_send(&rig, SYNC_CLOSE, &close);
	assert_true(rig_is_closed(&rig));
	assert_int_equal(engine_wants_logs(wire->devices[0].engine),
			 LOG_REASON_CLONE + 1);
	rig_end(&rig);
}

#define with_wire(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_wire(messages_have_their_states),
		with_wire(frames_are_held_to_their_form),
		with_wire(a_flipped_bit_on_the_way_ends_the_session),
		with_wire(a_run_that_fits_is_taken_and_acknowledged),
		with_wire(no_flipped_bit_of_a_run_gets_in),
		with_wire(a_run_by_another_hand_is_refused),
		with_wire(what_comes_too_early_is_not_taken_and_said_so),
		with_wire(control_logs_of_strangers_wait_for_their_add),
		with_wire(another_journals_genesis_is_refused),
		with_wire(a_number_used_twice_keeps_both),
		with_wire(states_that_are_no_sets_are_refused),
		with_wire(what_is_wanted_again_is_sent_again),
		with_wire(a_new_key_follows_a_rekey),
		with_wire(control_is_acknowledged_before_anything_else_moves),
		with_wire(nobody_is_sent_more_than_the_window_unacknowledged),
		with_wire(a_peer_that_knows_more_of_us_closes_our_logs),
		with_wire(two_that_answer_under_one_key_are_told),
		with_wire(a_dead_elder_gives_way),
		with_wire(told_to_be_a_copy_means_new_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
