/*
 * test_engine.c - devices that sync.
 *
 * Goal: whatever the order and wherever it is cut, devices end with the same
 * logs; being in sync already costs one round trip and at most 300 bytes.
 * Method: real engines and stores, connected in memory (tests/lib/wire.h);
 * what went over the wire is counted.
 */
#include "daemon/core/core.h"

#include "tests/lib/wire.h"

static int set_up(void **state)
{
	static struct wire wire;

	wire_open(&wire, 3);
	*state = &wire;
	return 0;
}

static int tear_down(void **state)
{
	wire_close(*state);
	return 0;
}

/* Two devices of one journal; the first knows where the second is. */
static void make_pair(struct wire *wire)
{
	wire_found(wire, 0);
	wire_let_in(wire, 0, 1);
	/* The first knows of the ADD, not of what the second opened. */
	wire_copy_control(wire, 1, 0);
	wire_know(wire, 0, 1);
}

static void assert_agree(struct wire *wire, size_t a, size_t b)
{
	assert_true(wire_agree(wire, a, b));
	assert_true(wire_agree(wire, b, a));
}

static void a_new_device_gets_everything(void **state)
{
	struct wire *wire = *state;

	make_pair(wire);
	wire_write(wire, 0, 300, 300);
	wire_run(wire);
	assert_agree(wire, 0, 1);
	assert_int_equal(wire_head(wire, 1, &wire->devices[0].author.data.lid),
			 300);
	assert_int_equal(wire->devices[0].notified[NOTIFY_IN_SYNC], 1);
	assert_int_equal(wire->devices[1].notified[NOTIFY_IN_SYNC], 1);
	assert_true(wire_peer(wire, 0, 1)->in_sync);
	assert_int_equal(wire_peer(wire, 0, 1)->behind, 0);
}

static void in_sync_already_costs_one_round_trip_and_300_bytes(void **state)
{
	struct wire *wire = *state;
	const struct wire_conn *conn;

	make_pair(wire);
	wire_write(wire, 0, 5, 100);
	wire_run(wire);
	assert_agree(wire, 0, 1);
	wire_cut(wire);
	wire_run(wire);
	engine_set_listen(wire->devices[0].engine, "[::]:47474");
	engine_sync_now(wire->devices[0].engine);
	wire_run(wire);
	conn = &wire->conns[wire->conn_count - 1];
	assert_true(conn->ends[0].open);
	assert_int_equal(conn->ends[1].bytes + conn->ends[0].bytes, 287);
	assert_true(conn->ends[1].bytes + conn->ends[0].bytes <= 300);
	assert_int_equal(conn->ends[0].bytes, 96);
	assert_int_equal(conn->ends[0].bursts, 1);
	assert_int_equal(wire_peer(wire, 0, 1)->round_trips, 1);
	assert_true(wire_peer(wire, 0, 1)->in_sync);
	assert_true(wire_peer(wire, 1, 0)->in_sync);
	/* And the other side has learned where to call back. */
	assert_string_equal(wire_peer(wire, 1, 0)->address, "10.0.0.9:47474");
}

static void both_sides_write_apart_and_meet(void **state)
{
	struct wire *wire = *state;

	make_pair(wire);
	wire_run(wire);
	wire_cut(wire);
	wire_write(wire, 0, 70, 900);
	wire_write(wire, 1, 130, 500);
	wire_run(wire);
	engine_sync_now(wire->devices[0].engine);
	wire_run(wire);
	assert_agree(wire, 0, 1);
	assert_int_equal(wire_head(wire, 0, &wire->devices[1].author.data.lid),
			 130);
	assert_int_equal(wire_head(wire, 1, &wire->devices[0].author.data.lid),
			 70);
}

static void what_is_written_is_pushed_at_once(void **state)
{
	struct wire *wire = *state;
	uint64_t deliveries;

	make_pair(wire);
	wire_run(wire);
	deliveries = wire->deliveries;
	wire_write(wire, 1, 1, 200);
	wire_run(wire);
	assert_int_equal(wire_head(wire, 0, &wire->devices[1].author.data.lid),
			 1);
	/* The run, and its receipt. */
	assert_int_equal(wire->deliveries - deliveries, 2);
	assert_true(wire_peer(wire, 1, 0)->in_sync);
}

static void nothing_moves_when_nothing_changed(void **state)
{
	struct wire *wire = *state;
	uint64_t deliveries;

	make_pair(wire);
	wire_run(wire);
	deliveries = wire->deliveries;
	wire_sleep(wire, 20000);
	assert_int_equal(wire->deliveries, deliveries);
	/* Half a minute of silence: one ping and its answer, each way. */
	wire_sleep(wire, 15000);
	assert_true(wire->deliveries - deliveries <= 4);
	assert_true(wire_peer(wire, 0, 1)->connected);
}

static void blocks_of_a_third_are_passed_on(void **state)
{
	struct wire *wire = *state;

	make_pair(wire);
	wire_run(wire);
	wire_let_in(wire, 1, 2);
	wire_know(wire, 2, 1);
	wire_write(wire, 2, 10, 100);
	wire_run(wire);
	wire_sleep(wire, 3000);
	assert_agree(wire, 1, 2);
	assert_agree(wire, 0, 1);
	assert_int_equal(wire_head(wire, 0, &wire->devices[2].author.data.lid),
			 10);
}

static void a_device_only_a_third_knows_is_introduced(void **state)
{
	struct wire *wire = *state;

	make_pair(wire);
	wire_run(wire);
	wire_cut(wire);
	wire_run(wire);
	wire->devices[1].online = false;
	/* ben lets cai in while ana is away; cai finds ana first. */
	wire_let_in(wire, 1, 2);
	wire_know(wire, 2, 0);
	wire_write(wire, 2, 3, 100);
	wire_run(wire);
	assert_agree(wire, 0, 2);
	assert_int_equal(wire_head(wire, 0, &wire->devices[2].author.data.lid),
			 3);
	assert_true(roster_is_member(engine_roster(wire->devices[0].engine),
				     &wire->devices[2].author.sign));
}

static void a_cut_after_any_message_loses_nothing(void **state)
{
	struct wire *wire = *state;
	uint64_t at;

	for (at = 1; at < 60; at++) {
		uint64_t first = wire->deliveries;

		wire_close(wire);
		wire_open(wire, 3);
		make_pair(wire);
		wire_write(wire, 0, 20, 3000);
		wire_write(wire, 1, 20, 3000);
		wire->chunk = 4000;
		wire->cut_at = at;
		wire_run(wire);
		first = wire->deliveries;
		wire_sleep(wire, 10000);
		assert_agree(wire, 0, 1);
		if (first < at)
			break;
	}
	assert_true(at > 20 && at < 60);
}

static void a_restart_goes_on_where_it_was(void **state)
{
	struct wire *wire = *state;

	make_pair(wire);
	wire_write(wire, 0, 3, 100);
	wire_run(wire);
	wire_restart(wire, 0);
	wire_run(wire);
	assert_int_equal(wire_peer(wire, 0, 1)->behind, 0);
	wire_write(wire, 1, 3, 100);
	wire_sleep(wire, 5000);
	assert_agree(wire, 0, 1);
}

static void two_calls_at_once_leave_one_session(void **state)
{
	struct wire *wire = *state;
	size_t i, open = 0;

	make_pair(wire);
	wire_know(wire, 1, 0);
	wire_write(wire, 0, 3, 100);
	wire_run(wire);
	wire_sleep(wire, 5000);
	for (i = 0; i < wire->conn_count; i++)
		open += wire->conns[i].ends[0].open &&
			wire->conns[i].ends[1].open;
	assert_int_equal(open, 1);
	assert_agree(wire, 0, 1);
	assert_true(wire_peer(wire, 0, 1)->connected);
	assert_true(wire_peer(wire, 1, 0)->connected);
}

static void a_removed_device_meets_silence(void **state)
{
	static struct paper paper;
	struct wire *wire = *state;
	struct author *ana = &wire->devices[0].author;
	struct author *ben = &wire->devices[1].author;
	const struct wire_conn *conn;

	make_pair(wire);
	wire_run(wire);
	author_remove(ana, &ben->sign, NULL, 0, wire_deps(wire, 0), &paper);
	wire_append(wire, 0, &paper, 1);
	wire_run(wire);
	/* Closed in the turn that committed it. */
	assert_null(wire_peer(wire, 0, 1));
	assert_false(wire->conns[wire->conn_count - 1].ends[0].open);
	assert_int_equal(wire->devices[0].notified[NOTIFY_PEER_DOWN], 1);
	wire_know(wire, 1, 0);
	wire_write(wire, 1, 2, 100);
	wire_run(wire);
	conn = &wire->conns[wire->conn_count - 1];
	assert_int_equal(conn->ends[0].device, 1);
	assert_int_equal(conn->ends[1].bytes, 160);
	assert_int_equal(conn->ends[0].bytes, 0);
	assert_int_equal(wire_head(wire, 0, &ben->data.lid), 0);
}

/* The first of two who fell out that came to be refused stays so, whatever
 * comes later, and over a restart. */
static void whom_we_refused_first_we_go_on_refusing(void **state)
{
	static struct paper by_ana, by_ben;
	struct wire *wire = *state;
	struct device *cai = &wire->devices[2];
	struct author *ana = &wire->devices[0].author;
	struct author *ben = &wire->devices[1].author;
	struct deps deps;
	int i;

	wire_found(wire, 0);
	wire_let_in(wire, 0, 1);
	wire_copy_control(wire, 1, 0);
	wire_let_in(wire, 0, 2);
	wire_copy_control(wire, 2, 0);
	wire_copy_control(wire, 0, 1);
	deps = wire_deps(wire, 0);
	author_remove(ana, &ben->sign, NULL, 0, deps, &by_ana);
	author_remove(ben, &ana->sign, NULL, 0, deps, &by_ben);
	wire_append(wire, 2, &by_ana, 1);
	assert_true(engine_serves(cai->engine, &ana->sign));
	assert_false(engine_serves(cai->engine, &ben->sign));
	wire_append(wire, 2, &by_ben, 1);
	for (i = 0; i < 2; i++) {
		assert_int_equal(
			roster_find(engine_roster(cai->engine), &ben->sign)
				->standing,
			ROSTER_SUSPENDED);
		assert_true(engine_serves(cai->engine, &ana->sign));
		assert_false(engine_serves(cai->engine, &ben->sign));
		wire_restart(wire, 2);
	}
	assert_false(engine_serves(cai->engine, &ben->sign));
}

static void thousands_of_blocks_stream_within_the_window(void **state)
{
	static struct paper papers[100];
	struct wire *wire = *state;
	size_t i, k;

	make_pair(wire);
	wire_run(wire);
	wire_cut(wire);
	wire_run(wire);
	for (i = 0; i < 40; i++) {
		for (k = 0; k < 100; k++)
			author_note(&wire->devices[0].author, 1300, &papers[k]);
		wire_append(wire, 0, papers, 100);
	}
	engine_sync_now(wire->devices[0].engine);
	wire_run(wire);
	assert_agree(wire, 0, 1);
	assert_int_equal(wire_head(wire, 1, &wire->devices[0].author.data.lid),
			 4000);
	assert_true(wire_peer(wire, 0, 1)->bytes_sent < 4000 * (1300 + 40));
}

static void unsigned_blocks_travel_under_the_next_signature(void **state)
{
	static struct paper papers[64];
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct err err = { .code = 0 };
	size_t i;

	make_pair(wire);
	wire_run(wire);
	for (i = 0; i < 64; i++) {
		author_note(&ana->author, 400, &papers[i]);
		papers[i].block.is_signed = i == 63;
	}
	assert_int_equal(store_begin(ana->store, &err), 0);
	for (i = 0; i < 63; i++)
		assert_int_equal(
			engine_append(ana->engine, &papers[i].block, &err), 0);
	/* Left like that it can't be sent to anybody. */
	assert_int_equal(
		engine_flush(ana->engine, wire->time, &ana->effects, &err),
		ERR_USAGE);
	assert_int_equal(engine_append(ana->engine, &papers[63].block, &err),
			 0);
	assert_int_equal(
		engine_flush(ana->engine, wire->time, &ana->effects, &err), 0);
	assert_int_equal(store_commit(ana->store, &err), 0);
	engine_sync_now(ana->engine);
	wire_cut(wire);
	wire_run(wire);
	engine_sync_now(ana->engine);
	wire_run(wire);
	assert_agree(wire, 0, 1);
}

static void locked_and_told_so_means_no_sessions(void **state)
{
	struct wire *wire = *state;

	make_pair(wire);
	wire_run(wire);
	assert_true(wire_peer(wire, 0, 1)->connected);
	engine_set_sync_while_locked(wire->devices[0].engine, false);
	wire_run(wire);
	assert_true(wire_peer(wire, 0, 1)->connected);
	engine_set_locked(wire->devices[0].engine, true);
	wire_run(wire);
	assert_false(wire_peer(wire, 0, 1)->connected);
	wire_sleep(wire, 30000);
	assert_false(wire_peer(wire, 0, 1)->connected);
	engine_set_locked(wire->devices[0].engine, false);
	wire_sleep(wire, 10000);
	assert_true(wire_peer(wire, 0, 1)->connected);
}

static void a_dead_address_is_called_less_and_less(void **state)
{
	struct wire *wire = *state;
	uint64_t early, late;

	make_pair(wire);
	wire->devices[1].online = false;
	wire_sleep(wire, 30000);
	early = wire_peer(wire, 0, 1)->attempts;
	wire_sleep(wire, 600000);
	late = wire_peer(wire, 0, 1)->attempts - early;
	assert_in_range(early, 4, 8);
	assert_in_range(late, 10, 24);
}

static void own_blocks_that_do_not_follow_are_refused(void **state)
{
	static struct paper one, two;
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct err err = { .code = 0 };

	wire_found(wire, 0);
	author_note(&ana->author, 100, &one);
	author_note(&ana->author, 100, &two);
	assert_int_equal(store_begin(ana->store, &err), 0);
	assert_int_equal(engine_append(ana->engine, &two.block, &err), ERR_GAP);
	/* A wrong key shows at the first block of a log, and every time
	 * until one was right. */
	one.block.signature.b[5] ^= 1;
	assert_int_equal(engine_append(ana->engine, &one.block, &err),
			 ERR_CRYPTO);
	assert_int_equal(engine_append(ana->engine, &one.block, &err),
			 ERR_CRYPTO);
	one.block.signature.b[5] ^= 1;
	assert_int_equal(engine_append(ana->engine, &one.block, &err), 0);
	assert_int_equal(engine_append(ana->engine, &one.block, &err), ERR_GAP);
	two.block.id.b[3] ^= 1;
	assert_int_equal(engine_append(ana->engine, &two.block, &err),
			 ERR_CRYPTO);
	two.block.id.b[3] ^= 1;
	two.body[7] ^= 1;
	assert_int_equal(engine_append(ana->engine, &two.block, &err),
			 ERR_MALFORMED);
	two.body[7] ^= 1;
	two.block.header.jtag.b[0] ^= 1;
	assert_int_equal(engine_append(ana->engine, &two.block, &err),
			 ERR_MALFORMED);
	two.block.header.jtag.b[0] ^= 1;
	assert_int_equal(engine_append(ana->engine, &two.block, &err), 0);
	store_rollback(ana->store);
	assert_int_equal(engine_reload(ana->engine, NULL, &err), 0);
	assert_int_equal(wire_head(wire, 0, &ana->author.data.lid), 0);
}

static void what_was_admitted_is_handed_up_once(void **state)
{
	struct wire *wire = *state;
	struct admitted admitted;

	make_pair(wire);
	wire_write(wire, 0, 7, 100);
	wire_run(wire);
	wire->devices[1].admitted_blocks = 0;
	assert_int_equal(
		engine_take_admitted(wire->devices[1].engine, &admitted),
		ERR_NOT_FOUND);
	wire_write(wire, 0, 3, 100);
	wire_run(wire);
	assert_int_equal(wire->devices[1].admitted_blocks, 3);
}

/* Like notes of ana's, but written elsewhere under her key. */
static void write_as_twin(struct wire *wire, size_t device, struct author *twin,
			  size_t count, size_t bytes)
{
	static struct paper paper;

	while (count-- > 0) {
		author_note(twin, bytes, &paper);
		wire_append(wire, device, &paper, 1);
	}
}

/* common blocks, then `ours` here and `theirs` there, of one log. */
static void meet_with_histories(struct wire *wire, size_t common, size_t ours,
				size_t theirs, size_t bytes)
{
	struct author *ana = &wire->devices[0].author;
	struct author twin;
	const struct store_log *logs;
	size_t count, i, branches = 0;
	uint64_t blocks = 0;

	make_pair(wire);
	wire_write(wire, 0, common, 80);
	wire_run(wire);
	wire_cut(wire);
	wire->devices[1].online = false;
	wire_run(wire);
	twin = *ana;
	wire_write(wire, 0, ours, 100);
	write_as_twin(wire, 1, &twin, theirs, bytes);
	wire->devices[1].online = true;
	wire_sleep(wire, 60000);
	assert_agree(wire, 0, 1);
	logs = engine_logs(wire->devices[0].engine, &count);
	for (i = 0; i < count; i++) {
		if (logs[i].log_class != LOG_DATA ||
		    memcmp(logs[i].device.b, ana->sign.b, 32) != 0)
			continue;
		branches++;
		blocks += logs[i].head_seq;
	}
	assert_int_equal(branches, 2);
	/* Nothing is lost: one branch counts from the split. */
	assert_true(blocks == common + ours + common + theirs);
	/* More of ours than we knew, or other: either way, new logs. */
	assert_int_not_equal(engine_wants_logs(wire->devices[0].engine), 0);
}

static void two_histories_of_one_log_are_both_kept(void **state)
{
	static const size_t cases[][3] = {
		{ 0, 1, 1 }, { 3, 1, 1 }, { 3, 5, 1 },    { 3, 1, 5 },
		{ 0, 4, 2 }, { 1, 2, 4 }, { 2, 150, 90 },
	};
	struct wire *wire = *state;
	size_t i;

	for (i = 0; i < 2 * KEPT_ARRAY_COUNT(cases); i++) {
		const size_t *c = cases[i / 2];

		wire_close(wire);
		wire_open(wire, 3);
		/* Other bytes: once this branch has the smaller id, once
		 * the other, as it happens. */
		meet_with_histories(wire, c[0], c[1], c[2], 120 + i);
	}
}

static void branches_survive_a_restart_and_a_third_device(void **state)
{
	struct wire *wire = *state;

	meet_with_histories(wire, 2, 3, 4, 333);
	wire_restart(wire, 0);
	wire_restart(wire, 1);
	wire_let_in(wire, 1, 2);
	wire_know(wire, 2, 1);
	wire_sleep(wire, 60000);
	assert_agree(wire, 1, 2);
	assert_agree(wire, 0, 1);
}

#define with_wire(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_wire(a_new_device_gets_everything),
		with_wire(in_sync_already_costs_one_round_trip_and_300_bytes),
		with_wire(both_sides_write_apart_and_meet),
		with_wire(what_is_written_is_pushed_at_once),
		with_wire(nothing_moves_when_nothing_changed),
		with_wire(blocks_of_a_third_are_passed_on),
		with_wire(a_device_only_a_third_knows_is_introduced),
		with_wire(a_cut_after_any_message_loses_nothing),
		with_wire(a_restart_goes_on_where_it_was),
		with_wire(two_calls_at_once_leave_one_session),
		with_wire(a_removed_device_meets_silence),
		with_wire(whom_we_refused_first_we_go_on_refusing),
		with_wire(thousands_of_blocks_stream_within_the_window),
		with_wire(unsigned_blocks_travel_under_the_next_signature),
		with_wire(locked_and_told_so_means_no_sessions),
		with_wire(a_dead_address_is_called_less_and_less),
		with_wire(own_blocks_that_do_not_follow_are_refused),
		with_wire(what_was_admitted_is_handed_up_once),
		with_wire(two_histories_of_one_log_are_both_kept),
		with_wire(branches_survive_a_restart_and_a_third_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
