/*
 * test_branches.c - logs with more than one history, between devices.
 *
 * Goal: branches may part again, and from any device that holds any of them
 * all others get all, in one session and in pairing; what one can't take
 * holds up nothing else; nobody is said to hold what only lay under the same
 * name. Method: histories of ben's logs by hand, engines of wire.h.
 */
#include "daemon/core/core.h"

#include "proto/codec.h"
#include "tests/lib/rig.h"

#define TRUNK 2
#define SIDE 8

/* One parts from the trunk as two do, and the third from the second. */
enum side { FIRST, SECOND, THIRD, SIDES };
#define THIRD_SHARES 2

static struct {
	struct paper trunk[TRUNK];
	struct paper sides[SIDES][SIDE];
} histories;

static int set_up(void **state)
{
	static struct wire wire;
	size_t i, k;

	wire_open(&wire, 4);
	wire_found(&wire, 0);
	for (i = 1; i < 4; i++) {
		wire_let_in(&wire, 0, i);
		for (k = 0; k < i; k++)
			wire_copy_control(&wire, i, k);
	}
	/* ben's part is played by the test. */
	wire.devices[1].online = false;
	*state = &wire;
	return 0;
}

static int tear_down(void **state)
{
	wire_close(*state);
	return 0;
}

static void write_block(struct author *author, bool control, size_t salt,
			struct paper *out)
{
	uint8_t body[] = { 0x81, 2, 0xcc, (uint8_t)(128 + salt % 128) };

	if (control)
		author_control(author, 32, bytes_of(body, sizeof body), out);
	else
		author_note(author, 64 + salt, out);
}

static void write_histories(struct wire *wire, bool control, size_t salt)
{
	struct author *ben = &wire->devices[1].author;
	struct author twin, third;
	size_t i;

	for (i = 0; i < TRUNK; i++)
		write_block(ben, control, 0, &histories.trunk[i]);
	twin = *ben;
	for (i = 0; i < SIDE; i++)
		write_block(ben, control, 1 + salt, &histories.sides[FIRST][i]);
	for (i = 0; i < SIDE; i++) {
		if (i == THIRD_SHARES)
			third = twin;
		write_block(&twin, control, 30 + salt,
			    &histories.sides[SECOND][i]);
	}
	for (i = 0; i < THIRD_SHARES; i++) {
		struct paper *copy = &histories.sides[THIRD][i];

		*copy = histories.sides[SECOND][i];
		copy->block.body = bytes_of(copy->body, copy->block.body.len);
	}
	for (; i < SIDE; i++)
		write_block(&third, control, 60 + salt,
			    &histories.sides[THIRD][i]);
}

/* One run, as from a peer. */
static void admit(struct wire *wire, size_t at, const struct paper *papers,
		  size_t count)
{
	struct device *device = &wire->devices[at];
	struct block blocks[SIDE];
	struct arena arena;
	struct run run;
	struct buf bytes;
	struct err err = { .code = 0 };
	uint32_t log;
	size_t i;

	for (i = 0; i < count; i++)
		blocks[i] = papers[i].block;
	buf_init(&bytes, LIMIT_FRAME_BYTES);
	arena_init(&arena, 1 << 20);
	assert_int_equal(run_write(blocks, count, &bytes), 0);
	assert_int_equal(
		run_read(buf_bytes(&bytes), &device->author.jtag, &arena, &run),
		0);
	effects_clear(&device->effects);
	assert_int_equal(store_begin(device->store, &err), 0);
	assert_int_equal(chain_admit(&device->engine->chain, &run, &log, &err),
			 0);
	assert_int_equal(engine_flush(device->engine, wire->time,
				      &device->effects, &err),
			 0);
	assert_int_equal(store_commit(device->store, &err), 0);
	wire_perform(wire, at);
	buf_release(&bytes);
	arena_release(&arena);
}

/* Records are signed each. */
static void admit_each(struct wire *wire, size_t at, const struct paper *papers,
		       size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		admit(wire, at, papers + i, 1);
}

static void admit_trunk(struct wire *wire, size_t at)
{
	admit_each(wire, at, histories.trunk, TRUNK);
}

static void admit_side(struct wire *wire, size_t at, enum side side,
		       size_t count)
{
	admit(wire, at, histories.sides[side], count);
}

static void assert_agree(struct wire *wire, size_t a, size_t b)
{
	assert_true(wire_agree(wire, a, b));
	assert_true(wire_agree(wire, b, a));
}

/* ---- one device ---- */

static void a_branch_may_part_again(void **state)
{
	static const enum side orders[6][3] = {
		{ FIRST, SECOND, THIRD }, { FIRST, THIRD, SECOND },
		{ SECOND, FIRST, THIRD }, { SECOND, THIRD, FIRST },
		{ THIRD, FIRST, SECOND }, { THIRD, SECOND, FIRST }
	};
	uint8_t control[16], vector[2][16];
	size_t salt, i, k;

	for (salt = 0; salt < 4; salt++) {
		for (i = 0; i < 6; i++) {
			struct wire *wire = *state;
			struct chain *chain = &wire->devices[0].engine->chain;
			size_t before = chain->count;
			struct err err = { .code = 0 };

			write_histories(wire, false, salt);
			admit_trunk(wire, 0);
			for (k = 0; k < 3; k++)
				admit_side(wire, 0, orders[i][k], SIDE);
			assert_int_equal(chain->count, before + 2);
			chain_digests(chain, &chain->step, control,
				      vector[i > 0]);
			assert_memory_equal(vector[i > 0], vector[0], 16);
			/* The same again, and from the middle: all is held. */
			for (k = 0; k < 3; k++)
				admit(wire, 0, histories.sides[k] + 3, 5);
			assert_int_equal(chain_load(chain, &err), 0);
			chain_digests(chain, &chain->step, control,
				      vector[i > 0]);
			assert_memory_equal(vector[i > 0], vector[0], 16);
			assert_int_equal(tear_down(state), 0);
			assert_int_equal(set_up(state), 0);
		}
	}
}

/* A run may begin on the trunk, and go through one branch into another. */
static void a_run_may_lie_on_three_branches(void **state)
{
	struct wire *wire = *state;
	struct chain *chain = &wire->devices[0].engine->chain;
	size_t before = chain->count;
	struct paper *whole = histories.sides[FIRST];

	write_histories(wire, false, 0);
	admit_trunk(wire, 0);
	admit_side(wire, 0, FIRST, SIDE);
	admit_side(wire, 0, SECOND, SIDE);
	memmove(whole + 1, histories.sides[THIRD], 7 * sizeof *whole);
	whole[0] = histories.trunk[1];
	{
		size_t i;

		for (i = 0; i < SIDE; i++)
			whole[i].block.body = bytes_of(whole[i].body,
						       whole[i].block.body.len);
	}
	admit(wire, 0, whole, SIDE);
	assert_int_equal(chain->count, before + 2);
	assert_int_equal(chain->rows[chain->count - 1].head_seq, TRUNK + SIDE);
}

/* ---- sessions ---- */

/* Each holds some of each side; they meet once and go on until all is one. */
static void devices_that_hold_parts_of_branches_agree(void **state)
{
	static const size_t held[][2][SIDES] = {
		{ { 8, 0, 0 }, { 0, 0, 8 } }, { { 8, 8, 0 }, { 0, 0, 8 } },
		{ { 0, 8, 0 }, { 0, 0, 8 } }, { { 8, 0, 8 }, { 0, 8, 0 } },
		{ { 6, 2, 0 }, { 0, 4, 0 } }, { { 2, 6, 0 }, { 0, 4, 0 } },
		{ { 2, 6, 0 }, { 4, 0, 0 } }, { { 6, 3, 4 }, { 0, 4, 0 } },
		{ { 8, 4, 4 }, { 2, 8, 0 } }, { { 8, 8, 8 }, { 0, 0, 3 } },
		{ { 2, 2, 0 }, { 0, 8, 0 } }, { { 3, 0, 5 }, { 0, 7, 0 } },
	};
	size_t i, k;

	for (i = 0; i < 4 * KEPT_ARRAY_COUNT(held); i++) {
		const size_t(*h)[SIDES] = held[i / 4];
		struct wire *wire = *state;

		write_histories(wire, i % 2 == 1, i);
		for (k = 0; k < 2 * SIDES; k++) {
			size_t at = k < SIDES ? 0 : 2;
			enum side side = (enum side)(k % SIDES);

			if (side == FIRST)
				admit_trunk(wire, at);
			if (h[k / SIDES][side] > 0)
				admit_side(wire, at, side, h[k / SIDES][side]);
		}
		wire_know(wire, i % 4 < 2 ? 0 : 2, i % 4 < 2 ? 2 : 0);
		wire_sleep(wire, 60000);
		if (!wire_agree(wire, 0, 2))
			fail_msg("case %zu", i);
		assert_agree(wire, 0, 2);
		assert_true(wire_peer(wire, 0, 2)->in_sync);
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
	}
}

/* dor, whom ana doesn't know yet, holds another history of ben's records, or
 * of ben's words. */
static void a_stranger_with_another_history_is_introduced(void **state)
{
	static const size_t chunks[] = { 0, 60, 150, 400, 900 };
	size_t i;

	for (i = 0; i < 4 * KEPT_ARRAY_COUNT(chunks); i++) {
		struct wire *wire = *state;
		bool of_words = i >= 2 * KEPT_ARRAY_COUNT(chunks);

		wire_close(wire);
		wire_open(wire, 4);
		wire_found(wire, 0);
		wire_let_in(wire, 0, 1);
		wire_copy_control(wire, 1, 0);
		wire_let_in(wire, 0, 2);
		wire_copy_control(wire, 2, 0);
		wire->devices[1].online = false;
		write_histories(wire, !of_words, i);
		admit_trunk(wire, 0);
		admit_trunk(wire, 2);
		admit_each(wire, 0, histories.sides[FIRST], SIDE);
		admit_each(wire, 2, histories.sides[SECOND], SIDE);
		wire_let_in(wire, 2, 3);
		if (of_words) {
			admit_trunk(wire, 3);
			admit_side(wire, 3, SECOND, SIDE);
		}
		wire_know(wire, 3, 0);
		wire->devices[2].online = false;
		wire->chunk = chunks[i / 2 % KEPT_ARRAY_COUNT(chunks)];
		wire_sleep(wire, 1000);
		wire_sleep(wire, 60000);
		if (!wire_agree(wire, 0, 3))
			fail_msg("case %zu", i);
		/* At the first call, and once more for the names. */
		assert_true(wire->conn_count <= 4);
	}
}

/* Who is not known may ask, and is told nothing. */
static void a_strangers_wish_is_passed_over(void **state)
{
	struct wire *wire = *state;
	struct sync_want_range range = { .from = 1, .to = 2 };
	struct sync_want want = { .ranges = { &range, 1 } };
	struct greeting g = rig_greeting(wire);
	struct channel_frame frame;
	struct author stranger;
	struct rig rig;
	int headers;

	author_init(&stranger, 77);
	g.from = &stranger;
	g.flags = 1;
	memcpy(range.lid, wire->devices[0].author.control.lid.b, 16);
	rig_init(&rig, wire);
	assert_true(rig_greet(&rig, &g));
	for (headers = 0; headers < 2; headers++) {
		want.headers = headers == 1;
		if (want.headers)
			SCHEMA_SET(&want, sync_want, headers);
		rig_send(&rig, SYNC_WANT, &want);
		while ((frame = rig_next(&rig)).number != 0)
			assert_int_equal(frame.number, SYNC_STATE);
		assert_false(rig_is_closed(&rig));
	}
	rig_end(&rig);
}

/* ---- pairing ---- */

static void a_code(struct wire *wire, size_t at, const char *code)
{
	struct device *device = &wire->devices[at];
	struct err err = { .code = 0 };
	struct pairing_show show = {
		.code = bytes_from_str(code),
		.listen = "ana-pairs:1",
		.name = "laptop",
	};

	effects_clear(&device->effects);
	assert_int_equal(store_begin(device->store, &err), 0);
	assert_int_equal(pairing_start_show(device->engine, &show, wire->time,
					    &device->effects, &err),
			 0);
	assert_int_equal(store_commit(device->store, &err), 0);
	wire_perform(wire, at);
}

static void join(struct wire *wire, size_t at, const char *code)
{
	static const char *const addresses[] = { "ana-pairs:1" };
	struct device *device = &wire->devices[at];
	struct err err = { .code = 0 };
	struct pairing_join options = {
		.code = bytes_from_str(code),
		.addresses = addresses,
		.address_count = 1,
		.name = "phone",
		.device = device->author.sign,
		.box = device->author.box,
		.net = device->author.net_secret,
	};

	effects_clear(&device->effects);
	assert_int_equal(store_begin(device->store, &err), 0);
	wire_put_meta(device, META_DEVICE, device->author.sign.b, 32);
	assert_int_equal(pairing_start_join(device->engine, &options,
					    wire->time, &device->effects, &err),
			 0);
	assert_int_equal(store_commit(device->store, &err), 0);
	wire_perform(wire, at);
}

/* Histories of control logs go over so that each finds what it parts from. */
static void a_journal_with_branches_lets_in(void **state)
{
	static const enum side orders[6][3] = {
		{ FIRST, SECOND, THIRD }, { FIRST, THIRD, SECOND },
		{ SECOND, FIRST, THIRD }, { SECOND, THIRD, FIRST },
		{ THIRD, FIRST, SECOND }, { THIRD, SECOND, FIRST }
	};
	size_t i, k;

	for (i = 0; i < 24; i++) {
		struct wire *wire = *state;

		wire_close(wire);
		wire_open(wire, 3);
		wire_found(wire, 0);
		wire_let_in(wire, 0, 1);
		wire_copy_control(wire, 1, 0);
		wire->devices[1].online = false;
		write_histories(wire, true, i);
		admit_trunk(wire, 0);
		for (k = 0; k < 3; k++)
			admit_side(wire, 0, orders[i % 6][k], SIDE);
		wire->devices[0].says_yes = true;
		wire->devices[2].says_yes = true;
		a_code(wire, 0, "orbit-candle-plain");
		join(wire, 2, "orbit-candle-plain");
		wire_run(wire);
		if (wire->devices[2].asks[PAIRING_DONE] != 1)
			fail_msg("case %zu", i);
		assert_int_equal(wire->devices[0].asks[PAIRING_DONE], 1);
		assert_true(
			roster_is_member(engine_roster(wire->devices[0].engine),
					 &wire->devices[2].author.sign));
	}
}

/* ---- what others are said to hold ---- */

/* cai has ana's words; then others come to light that ana once wrote under
 * the same numbers. */
static void nobody_is_said_to_hold_what_took_the_name(void **state)
{
	static struct paper papers[3];
	size_t salt, kept = 0;

	for (salt = 0; salt < 6; salt++) {
		struct wire *wire = *state;
		struct author *ana = &wire->devices[0].author;
		struct author twin;
		size_t i;

		wire_know(wire, 0, 2);
		wire_write(wire, 0, 2, 100);
		twin = *ana;
		wire_write(wire, 0, 3, 100);
		wire_sleep(wire, 1000);
		assert_int_equal(wire_head(wire, 2, &ana->data.lid), 5);
		assert_int_equal(wire_peer(wire, 0, 2)->behind, 0);
		wire->devices[2].online = false;
		wire_cut(wire);
		wire_run(wire);
		for (i = 0; i < 2; i++)
			author_note(&twin, 200 + salt, &papers[i]);
		admit(wire, 0, papers, 2);
		kept += wire_head(wire, 0, &ana->data.lid) == 4;
		assert_int_equal(wire_peer(wire, 0, 2)->behind, 2);
		wire_restart(wire, 0);
		assert_int_equal(wire_peer(wire, 0, 2)->behind, 2);
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
	}
	/* Once the name was kept, once it was lost. */
	assert_in_range(kept, 1, 5);
}

/* All logs that ben may have, in blocks that go on where the trunk ends. */
static void open_all_logs(struct wire *wire, size_t at, struct author *ben)
{
	static struct paper paper;
	struct author_log log = ben->data;
	size_t i;

	for (i = 2; i < LIMIT_LOGS_PER_DEVICE; i++) {
		log.nonce.b[0]++;
		author_open(ben, &log, (struct deps){ NULL, 0 }, &paper);
		admit(wire, at, &paper, 1);
	}
}

/* cai has no room for another history of ben's; ana's words get there. */
static void a_branch_without_room_holds_up_nothing(void **state)
{
	size_t salt;

	for (salt = 0; salt < 6; salt++) {
		struct wire *wire = *state;
		struct author *ana = &wire->devices[0].author;
		struct author *ben = &wire->devices[1].author;
		struct author one, other;
		struct paper *branch = &histories.sides[FIRST][0];
		size_t at;

		one = *ben;
		other = *ben;
		write_block(&other, true, salt, branch);
		admit(wire, 0, branch, 1);
		for (at = 0; at <= 2; at += 2) {
			one = *ben;
			open_all_logs(wire, at, &one);
		}
		wire_know(wire, 0, 2);
		wire_sleep(wire, 5000);
		assert_false(wire_agree(wire, 0, 2));
		wire_write(wire, 0, 3, 100);
		wire_sleep(wire, 5000);
		assert_int_equal(wire_head(wire, 2, &ana->data.lid), 3);
		/* Nor is anything sent again and again. */
		assert_true(wire->deliveries < 200);
		assert_int_equal(tear_down(state), 0);
		assert_int_equal(set_up(state), 0);
	}
}

static size_t count_data_runs(struct wire *wire, struct rig *rig,
			      const struct id16 *refused)
{
	struct sync_ack ack = { .present = 0 };
	uint8_t taken[16 * DOT_BYTES], left[16 * DOT_BYTES];
	struct channel_frame frame;
	struct sync_run message;
	struct arena arena;
	size_t runs = 0;

	arena_init(&arena, 8 << 20);
	ack.logs.ptr = taken;
	ack.refused.ptr = left;
	while ((frame = rig_next(rig)).number != 0) {
		const struct block *last;
		struct dot dot;
		struct run run;

		if (frame.number != SYNC_RUN)
			continue;
		assert_int_equal(codec_decode(schema_sync(SYNC_RUN), frame.body,
					      &arena, &message),
				 0);
		assert_int_equal(run_read(message.blocks,
					  &wire->devices[0].author.jtag, &arena,
					  &run),
				 0);
		last = &run.blocks[run.count - 1];
		dot = (struct dot){ .lid = last->header.lid,
				    .seq = last->header.seq };
		memcpy(dot.tip, last->id.b, sizeof dot.tip);
		runs += id16_equal(&dot.lid, &wire->devices[0].author.data.lid);
		if (id16_equal(&dot.lid, refused))
			dot_pack(&dot, left + DOT_BYTES * ack.refused.count++);
		else
			dot_pack(&dot, taken + DOT_BYTES * ack.logs.count++);
	}
	arena_release(&arena);
	if (ack.refused.count > 0)
		SCHEMA_SET(&ack, sync_ack, refused);
	rig_send(rig, SYNC_ACK, &ack);
	return runs;
}

/* Who does not take a log is not sent what parts from it either; the rest
 * goes on. */
static void branches_of_what_is_refused_are_not_waited_for(void **state)
{
	struct wire *wire = *state;
	const struct id16 lid = wire->devices[1].author.control.lid;
	struct rig rig;

	write_histories(wire, true, 0);
	admit_trunk(wire, 0);
	admit_side(wire, 0, FIRST, SIDE);
	admit_side(wire, 0, SECOND, SIDE);
	admit_side(wire, 0, THIRD, SIDE);
	wire_write(wire, 0, 1, 100);
	rig_enter(&rig, wire);
	assert_int_equal(count_data_runs(wire, &rig, &lid), 0);
	assert_int_equal(count_data_runs(wire, &rig, &lid), 1);
	assert_int_equal(count_data_runs(wire, &rig, &lid), 0);
	assert_false(rig_is_closed(&rig));
	rig_end(&rig);
}

#define with_wire(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_wire(a_branch_may_part_again),
		with_wire(a_run_may_lie_on_three_branches),
		with_wire(devices_that_hold_parts_of_branches_agree),
		with_wire(a_stranger_with_another_history_is_introduced),
		with_wire(a_strangers_wish_is_passed_over),
		with_wire(a_journal_with_branches_lets_in),
		with_wire(nobody_is_said_to_hold_what_took_the_name),
		with_wire(a_branch_without_room_holds_up_nothing),
		with_wire(branches_of_what_is_refused_are_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
