/*
 * test_forks.c - forks that records tell of.
 *
 * Goal: a FORK counts exactly where two signatures of the log's author prove
 * it, for everybody alike; forks that are held are offered until they are
 * told of, and told-of logs are closed. Method: sides and records by hand,
 * each bent in one way; engines that met with two histories.
 */
#include "daemon/core/engine.h"

#include "daemon/core/chain.h"
#include "proto/codec.h"
#include "proto/crypto/forkside.h"
#include "proto/crypto/kdf.h"
#include "tests/lib/scene.h"
#include "tests/lib/wire.h"

#define NOTES 4

/* Two branches of one data log, `left` the one with the smaller first id. */
struct split {
	struct author author;
	struct paper sides[2][NOTES];
	size_t counts[2];
	size_t left; /* place in sides */
	struct buf bytes[2];
};

static struct split split;

static void write_side(size_t side, const struct author *author, size_t count,
		       size_t bytes)
{
	struct author twin = *author;
	size_t i;

	for (i = 0; i < count; i++)
		author_note(&twin, bytes, &split.sides[side][i]);
	split.counts[side] = count;
}

/* Headers of all papers of a side, the last one's signature. */
static void put_side(size_t side, struct buf *out)
{
	size_t count = split.counts[side];
	size_t i;

	buf_clear(out);
	for (i = 0; i < count; i++)
		forkside_put(&split.sides[side][i].block.header, i == 0, out);
	forkside_put_end(&split.sides[side][count - 1].block.signature, out);
	assert_int_equal(out->failed, 0);
}

/* The author's log goes on in two ways. */
static void split_log(const struct author *author, size_t one, size_t other)
{
	split.author = *author;
	write_side(0, author, one, 100);
	write_side(1, author, other, 200);
	split.left = memcmp(split.sides[0][0].block.id.b,
			    split.sides[1][0].block.id.b, 32) < 0
			     ? 0
			     : 1;
	put_side(split.left, &split.bytes[0]);
	put_side(1 - split.left, &split.bytes[1]);
}

static const struct hash32 *first_id(bool right)
{
	return &split.sides[right ? 1 - split.left : split.left][0].block.id;
}

/* The record as it has to be. */
static struct control_fork record_of_split(void)
{
	struct control_fork record = {
		.seq = split.sides[0][0].block.header.seq,
		.left = buf_bytes(&split.bytes[0]),
		.right = buf_bytes(&split.bytes[1]),
	};

	memcpy(record.lid, split.sides[0][0].block.header.lid.b, 16);
	return record;
}

static void write_fork(struct author *writer, struct control_fork record,
		       struct deps deps, struct paper *out)
{
	uint8_t room[LIMIT_CONTROL_DEPS * DOT_BYTES];
	struct buf body;
	size_t i;

	buf_init(&body, LIMIT_CONTROL_BODY_BYTES);
	for (i = 0; i < deps.count; i++)
		dot_pack(&deps.dots[i], room + i * DOT_BYTES);
	record.deps.ptr = room;
	record.deps.count = deps.count;
	if (deps.count > 0)
		SCHEMA_SET(&record, control_fork, deps);
	assert_int_equal(
		codec_encode(schema_control(CONTROL_FORK), &record, &body), 0);
	author_control(writer, CONTROL_FORK, buf_bytes(&body), out);
	buf_release(&body);
}

static int split_begin(void **state)
{
	(void)state;
	buf_init(&split.bytes[0], 16384);
	buf_init(&split.bytes[1], 16384);
	return 0;
}

static int split_end(void **state)
{
	(void)state;
	buf_release(&split.bytes[0]);
	buf_release(&split.bytes[1]);
	return 0;
}

/* ---- what counts ---- */

static void a_proven_fork_names_both_branches(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	const struct roster_fork *fork;
	struct author renewed;
	struct id16 lid;

	split_log(&s->ana, 1, 3);
	write_fork(&s->ben, record_of_split(), ON(last), next(s));
	fold(s);
	assert_int_equal(s->roster.left_out, 0);
	assert_int_equal(s->roster.fork_count, 1);
	fork = &s->roster.forks[0];
	assert_true(id16_equal(&fork->lid, &s->ana.data.lid));
	assert_true(id16_equal(&fork->lid_left, &s->ana.data.lid));
	assert_int_equal(fork->seq, 1);
	assert_true(hash32_equal(&fork->left, first_id(false)));
	assert_true(hash32_equal(&fork->right, first_id(true)));
	kdf_fork_lid(&s->ana.data.lid, first_id(true), &lid);
	assert_true(id16_equal(&fork->lid_right, &lid));
	/* Another tells of the same: once is enough, and of another: two. */
	write_fork(&s->cai, record_of_split(), ON(last), next(s));
	fold(s);
	assert_int_equal(s->roster.fork_count, 1);
	assert_int_equal(s->roster.left_out, 0);
	renewed = s->ben;
	author_renew(&renewed, 77);
	s->ben.data = renewed.data;
	split_log(&s->ben, 2, 2);
	write_fork(&s->cai, record_of_split(), none, next(s));
	fold(s);
	assert_int_equal(s->roster.left_out, 1); /* whose log is that? */
	assert_int_equal(s->roster.fork_count, 1);
	author_open(&s->ben, &s->ben.data, none, next(s));
	fold(s);
	assert_int_equal(s->roster.left_out, 0);
	assert_int_equal(s->roster.fork_count, 2);
}

/* The record with one thing wrong. */
enum bend {
	BEND_NOTHING,
	BEND_SIDES,   /* right is the smaller */
	BEND_EQUAL,   /* one branch twice */
	BEND_SEQ,     /* another number */
	BEND_LID,     /* another log of the author's */
	BEND_UNKNOWN, /* a log nobody opened */
	BEND_SHORT,
	BEND_LONG,
	BEND_SIGNATURE,
	BEND_LEFT_SIGNATURE,
	BEND_COUNT
};

static void bend_record(struct scene *s, enum bend bend,
			struct control_fork *record)
{
	struct bytes left = record->left;
	struct buf *right = &split.bytes[1];

	switch (bend) {
	case BEND_SIDES:
		record->left = record->right;
		record->right = left;
		break;
	case BEND_EQUAL:
		record->right = left;
		break;
	case BEND_SEQ:
		record->seq++;
		break;
	case BEND_LID:
		memcpy(record->lid, s->ana.control.lid.b, 16);
		break;
	case BEND_UNKNOWN:
		record->lid[3] ^= 1;
		break;
	case BEND_SHORT:
		record->left.len -= FORKSIDE_ITEM_BYTES;
		break;
	case BEND_LONG:
		while (right->len <= FORKSIDE_BYTES_MOST)
			buf_put(right, left.ptr, FORKSIDE_ITEM_BYTES);
		record->right = buf_bytes(right);
		break;
	case BEND_SIGNATURE:
		right->ptr[right->len - 1] ^= 1;
		break;
	case BEND_LEFT_SIGNATURE:
		split.bytes[0].ptr[left.len - 1] ^= 1;
		break;
	case BEND_NOTHING:
	case BEND_COUNT:
		break;
	}
}

static void a_fork_that_proves_nothing_is_void(void **state)
{
	enum bend bend;

	for (bend = BEND_NOTHING; bend < BEND_COUNT; bend++) {
		struct scene *s = *state;
		struct paper *last = three(s);
		struct control_fork record;

		split_log(&s->ana, 2, 3);
		record = record_of_split();
		bend_record(s, bend, &record);
		write_fork(&s->ben, record, ON(last), next(s));
		fold(s);
		assert_int_equal(s->roster.fork_count, bend == BEND_NOTHING);
		assert_int_equal(s->roster.left_out, bend != BEND_NOTHING);
		assert_int_equal(scene_tear_down(state), 0);
		assert_int_equal(scene_set_up(state), 0);
	}
}

static void branches_have_to_part_from_one_block(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct author twin = s->ana;

	/* Both are number 2 and signed, but follow different blocks: the
	 * fork is at 1. */
	author_note(&s->ana, 10, &split.sides[0][0]);
	author_note(&twin, 20, &split.sides[1][0]);
	split.sides[0][1] = split.sides[0][0];
	split_log(&s->ana, 1, 1);
	write_side(1, &twin, 1, 50);
	split.left = memcmp(split.sides[0][0].block.id.b,
			    split.sides[1][0].block.id.b, 32) < 0
			     ? 0
			     : 1;
	put_side(split.left, &split.bytes[0]);
	put_side(1 - split.left, &split.bytes[1]);
	write_fork(&s->ben, record_of_split(), ON(last), next(s));
	fold(s);
	assert_int_equal(s->roster.fork_count, 0);
	assert_int_equal(s->roster.left_out, 1);
}

static void nobody_proves_a_fork_by_signing_it_himself(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct author forger = s->ben;

	/* ana's log, ben's hand. */
	forger.data = s->ana.data;
	split_log(&forger, 1, 1);
	write_fork(&s->ben, record_of_split(), ON(last), next(s));
	fold(s);
	assert_int_equal(s->roster.fork_count, 0);
	/* One of the two is hers, and still nothing is proven. */
	write_side(split.left, &s->ana, 1, 300);
	split.left = memcmp(split.sides[0][0].block.id.b,
			    split.sides[1][0].block.id.b, 32) < 0
			     ? 0
			     : 1;
	put_side(split.left, &split.bytes[0]);
	put_side(1 - split.left, &split.bytes[1]);
	write_fork(&s->ben, record_of_split(), none, next(s));
	fold(s);
	assert_int_equal(s->roster.fork_count, 0);
	assert_int_equal(s->roster.left_out, 2);
	/* A true one told of by somebody who does not belong. */
	split_log(&s->ana, 1, 1);
	author_open(&s->mallory, &s->mallory.control, ON(last), next(s));
	write_fork(&s->mallory, record_of_split(), none, next(s));
	fold(s);
	assert_int_equal(s->roster.fork_count, 0);
}

static void a_proof_is_remembered_for_the_next_fold(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct roster_proof proof = { .is = ROSTER_PROOF_UNREAD };
	size_t i;

	split_log(&s->ana, 1, 1);
	write_fork(&s->ben, record_of_split(), ON(last), next(s));
	fold(s);
	for (i = 0; i < s->count; i++) {
		if (s->records[i].header.kind == CONTROL_FORK)
			s->records[i].proof = &proof;
	}
	for (i = 0; i < 2; i++) {
		arena_reset(&s->arena);
		assert_int_equal(roster_fold(s->records, s->count, &s->arena,
					     &s->roster),
				 0);
		assert_int_equal(s->roster.fork_count, 1);
		assert_int_equal(proof.is, ROSTER_PROOF_HOLDS);
		assert_true(hash32_equal(&proof.right, first_id(true)));
	}
	proof.is = ROSTER_PROOF_FAILS;
	arena_reset(&s->arena);
	assert_int_equal(
		roster_fold(s->records, s->count, &s->arena, &s->roster), 0);
	assert_int_equal(s->roster.fork_count, 0);
}

/* ---- engines ---- */

static int wire_begin(void **state)
{
	static struct wire wire;

	wire_open(&wire, 3);
	*state = &wire;
	return split_begin(state);
}

static int wire_finish(void **state)
{
	wire_close(*state);
	return split_end(state);
}

/* Device 0's data log, with another history of it at device 1. */
static void meet_forked(struct wire *wire)
{
	static struct paper paper;
	struct author twin;
	int i;

	wire_found(wire, 0);
	wire_let_in(wire, 0, 1);
	wire_copy_control(wire, 1, 0);
	wire_let_in(wire, 0, 2);
	wire_copy_control(wire, 2, 0);
	wire_copy_control(wire, 0, 1);
	wire_know(wire, 0, 1);
	wire_write(wire, 0, 2, 80);
	wire_run(wire);
	wire_cut(wire);
	wire->devices[1].online = false;
	wire->devices[2].online = false;
	wire_run(wire);
	twin = wire->devices[0].author;
	wire_write(wire, 0, 3, 100);
	for (i = 0; i < 2; i++) {
		author_note(&twin, 200, &paper);
		wire_append(wire, 1, &paper, 1);
	}
	wire->devices[1].online = true;
	wire_sleep(wire, 60000);
	assert_true(wire_agree(wire, 0, 1));
}

static int take(struct wire *wire, size_t device, struct engine_fork *fork)
{
	struct err err = { .code = 0 };

	return engine_take_fork(wire->devices[device].engine, fork, &err);
}

static void tell(struct wire *wire, size_t device,
		 const struct engine_fork *fork)
{
	static struct paper paper;
	struct control_fork record = { .seq = fork->seq,
				       .left = fork->left,
				       .right = fork->right };

	memcpy(record.lid, fork->lid.b, 16);
	write_fork(&wire->devices[device].author, record,
		   wire_deps(wire, device), &paper);
	wire_append(wire, device, &paper, 1);
}

static void a_fork_that_is_held_is_offered_until_it_is_told_of(void **state)
{
	struct wire *wire = *state;
	const struct author *ana = &wire->devices[0].author;
	struct engine_fork fork;
	const struct roster *roster;
	struct id16 lid;

	meet_forked(wire);
	/* The one whose logs are in doubt opens new ones first. */
	assert_int_equal(take(wire, 0, &fork), ERR_NOT_FOUND);
	assert_int_equal(take(wire, 1, &fork), 0);
	assert_true(id16_equal(&fork.lid, &ana->data.lid));
	assert_int_equal(fork.seq, 3);
	/* As short as can be: what was written here is signed block by block,
	 * what came in a run of three at its end. */
	assert_int_equal(fork.left.len + fork.right.len,
			 (32 + 60 + 64) + (32 + 3 * 60 + 64));
	assert_int_equal(take(wire, 1, &fork), ERR_NOT_FOUND);
	wire_restart(wire, 1);
	assert_int_equal(take(wire, 1, &fork), 0);
	lid = fork.lid;
	tell(wire, 1, &fork);
	assert_int_equal(take(wire, 1, &fork), ERR_NOT_FOUND);
	wire_restart(wire, 1);
	assert_int_equal(take(wire, 1, &fork), ERR_NOT_FOUND);
	roster = engine_roster(wire->devices[1].engine);
	assert_int_equal(roster->fork_count, 1);
	assert_true(id16_equal(&roster->forks[0].lid, &lid));
	/* Both histories lie under the names it gives. */
	assert_non_null(engine_find_log(wire->devices[1].engine,
					&roster->forks[0].lid_right));
	assert_int_equal(engine_find_log(wire->devices[1].engine,
					 &roster->forks[0].lid_left)
				 ->head_seq,
			 wire_head(wire, 1, &ana->data.lid));
	/* Known there, it is no news here any more. */
	wire_sleep(wire, 60000);
	engine_logs_opened(wire->devices[0].engine);
	assert_int_equal(take(wire, 0, &fork), ERR_NOT_FOUND);
	assert_int_equal(engine_roster(wire->devices[0].engine)->fork_count, 1);
}

static void without_a_branch_the_record_says_it_all(void **state)
{
	struct wire *wire = *state;
	struct engine_fork fork;
	const struct roster *here, *there;

	meet_forked(wire);
	assert_int_equal(take(wire, 1, &fork), 0);
	tell(wire, 1, &fork);
	wire_copy_control(wire, 1, 2);
	assert_int_equal(wire_head(wire, 2, &fork.lid), 0);
	here = engine_roster(wire->devices[2].engine);
	there = engine_roster(wire->devices[1].engine);
	assert_int_equal(here->fork_count, 1);
	assert_true(id16_equal(&here->forks[0].lid_right,
			       &there->forks[0].lid_right));
	/* It has nothing to add. */
	assert_int_equal(take(wire, 2, &fork), ERR_NOT_FOUND);
}

/* The third is told of its own log by others, and holds one branch only. */
static void a_log_told_of_is_closed_by_who_writes_it(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct err err = { .code = 0 };

	wire_found(wire, 0);
	wire_let_in(wire, 0, 1);
	wire_copy_control(wire, 1, 0);
	wire_know(wire, 0, 1);
	split_log(&ana->author, 1, 1);
	author_note(&ana->author, 100, &split.sides[0][1]);
	wire_append(wire, 0, &split.sides[0][1], 1);
	assert_int_equal(engine_wants_logs(ana->engine), 0);
	write_fork(&wire->devices[1].author, record_of_split(),
		   wire_deps(wire, 1), &split.sides[1][1]);
	wire_append(wire, 1, &split.sides[1][1], 1);
	wire_sleep(wire, 60000);
	assert_int_equal(engine_wants_logs(ana->engine), LOG_REASON_FORK + 1);
	assert_int_equal(ana->notified[NOTIFY_FORK], 1);
	author_note(&ana->author, 100, &split.sides[0][1]);
	assert_int_equal(store_begin(ana->store, &err), 0);
	assert_int_equal(
		engine_append(ana->engine, &split.sides[0][1].block, &err),
		ERR_FORK);
	store_rollback(ana->store);
	/* Once. */
	engine_logs_opened(ana->engine);
	wire_sleep(wire, 60000);
	assert_int_equal(engine_wants_logs(ana->engine), 0);
}

static int scene_begin(void **state)
{
	return scene_set_up(state) != 0 ? -1 : split_begin(state);
}

static int scene_finish(void **state)
{
	return scene_tear_down(state) != 0 ? -1 : split_end(state);
}

#define with_scene(test)                                                       \
	cmocka_unit_test_setup_teardown(test, scene_begin, scene_finish)
#define with_wire(test)                                                        \
	cmocka_unit_test_setup_teardown(test, wire_begin, wire_finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(a_proven_fork_names_both_branches),
		with_scene(a_fork_that_proves_nothing_is_void),
		with_scene(branches_have_to_part_from_one_block),
		with_scene(nobody_proves_a_fork_by_signing_it_himself),
		with_scene(a_proof_is_remembered_for_the_next_fold),
		with_wire(a_fork_that_is_held_is_offered_until_it_is_told_of),
		with_wire(without_a_branch_the_record_says_it_all),
		with_wire(a_log_told_of_is_closed_by_who_writes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
