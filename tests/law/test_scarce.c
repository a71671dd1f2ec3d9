/*
 * test_scarce.c - merging in an arena that is too small by every amount.
 *
 * Goal: no_memory and nothing else, whatever was asked last; and with enough,
 * the same digest as ever. Method: a history in which each rule is written
 * apart by two people, then all that can be asked of it, in arenas that grow
 * by one allocation's least step; and with the n-th chunk not to be had.
 */
#include "crdt/digest.h"

#include "proto/bounds.h"
#include "tests/lib/harness.h"
#include "tests/lib/writers.h"

#define STEP_BYTES 16

enum { LINE = 10, WORDS, LINES, NEWER, ROWS };

struct asked {
	const struct writers *all;
	struct arena *arena;
	struct merge_state *state;
	struct buf out;   /* its memory is kept, and so never lacks */
	size_t steps;     /* so far */
	size_t narrow_at; /* the step that has only `room` bytes; 0: none */
	size_t room;
};

/* Scratch is given back, so what comes later fits where it was: each step
 * has to find too little for itself. */
static void step(struct asked *asked)
{
	if (++asked->steps == asked->narrow_at)
		asked->arena->cap_bytes =
			asked->arena->used_bytes + asked->room;
}

static void write_all(struct writers *all, size_t who, const char *const *wish)
{
	static const uint32_t rules[] = { RULE_register, RULE_orset,
					  RULE_list };
	size_t i;

	for (i = 0; i < 3; i++)
		writers_set(all, who, (uint32_t)(LINE + i), rules[i], wish[i]);
	writers_commit(all, who);
}

static void write_history(struct writers *all)
{
	static const char *const first[] = { "1", "[1,2]", "[24,25,26]" };
	static const char *const left[] = { "2", "[1,3]", "[24,23,26]" };
	static const char *const right[] = { "3", "[2,4]", "[26,25,22]" };

	struct buf newer;

	write_all(all, ANA, first);
	writers_meet(all, ANA, BEN);
	write_all(all, ANA, left);
	writers_life(all, ANA, true);
	writers_commit(all, ANA);
	write_all(all, BEN, right);
	writers_meet(all, ANA, BEN);
	writers_life(all, ANA, false);
	writers_commit(all, ANA);
	/* A rule of a newer kept. */
	buf_init(&newer, 256);
	writers_form("{13:[77,5]}", &newer);
	writers_raw(all, ANA, buf_bytes(&newer));
	buf_release(&newer);
}

/* One of each rule, and one in a field that is not there yet. */
static const struct wish {
	uint32_t number, rule;
	const char *notation;
} wishes[] = {
	{ LINE, RULE_register, "4" },
	{ WORDS, RULE_orset, "[5]" },
	{ LINES, RULE_list, "[22,9,24]" },
	{ ROWS, RULE_list, "[7,8]" },
};

static struct buf packed[KEPT_ARRAY_COUNT(wishes)];

static void pack_wishes(void)
{
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(wishes); i++) {
		buf_init(&packed[i], 256);
		writers_pack(wishes[i].notation, &packed[i]);
	}
}

static void drop_wishes(void)
{
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(wishes); i++)
		buf_release(&packed[i]);
}

static int ask_wish(struct asked *asked, size_t i)
{
	struct merge_edit edit = { .number = wishes[i].number,
				   .rule = wishes[i].rule,
				   .wanted = buf_bytes(&packed[i]) };
	bool changed;
	int rc;

	buf_clear(&asked->out);
	step(asked);
	rc = merge_write(asked->state, &edit, &asked->out, &changed);
	assert_true(rc != 0 || changed);
	return rc;
}

static int ask_item(struct asked *asked)
{
	struct merge_value values[LIMIT_SIBLINGS];
	struct merge_field field;
	size_t count;
	int rc;

	step(asked);
	rc = merge_read(asked->state, LINES, &field);

	if (rc != 0)
		return rc;
	assert_true(field.count >= 3);
	step(asked);
	return merge_read_item(asked->state, LINES, field.values[0].item,
			       values, LIMIT_SIBLINGS, &count);
}

/* All of it; 0, or the first code. */
static int ask(struct asked *asked, struct bytes digest)
{
	const struct id16 entry = { { 7 } };
	struct merge_field field;
	size_t i;
	int rc = 0;

	asked->steps = 0;
	asked->state = merge_new(asked->arena);
	if (asked->state == NULL)
		return ERR_NOMEM;
	for (i = 0; rc == 0 && i < asked->all->block_count; i++) {
		step(asked);
		rc = merge_apply(asked->state, &asked->all->block[i]);
	}
	if (rc == 0)
		rc = ask_item(asked);
	for (i = LINE; rc == 0 && i <= NEWER; i++) {
		step(asked);
		rc = merge_read(asked->state, (uint32_t)i, &field);
	}
	for (i = 0; rc == 0 && i < KEPT_ARRAY_COUNT(wishes); i++)
		rc = ask_wish(asked, i);
	buf_clear(&asked->out);
	step(asked);
	if (rc == 0)
		rc = merge_write_life(asked->state, true, &asked->out);
	buf_clear(&asked->out);
	step(asked);
	if (rc == 0)
		rc = digest_entry(asked->state, &entry, &asked->out);
	if (rc == 0 && digest.len > 0)
		assert_bytes(buf_bytes(&asked->out), digest);
	return rc;
}

static int ask_in(struct asked *asked, size_t cap, struct bytes digest)
{
	struct arena arena;
	int rc;

	arena_init(&arena, cap);
	asked->arena = &arena;
	rc = ask(asked, digest);
	arena_release(&arena);
	return rc;
}

static void an_arena_of_any_size_gives_all_or_no_memory(void **state)
{
	struct asked asked = { .all = *state };
	struct buf digest;
	size_t cap;
	int rc;

	write_history(*state);
	buf_init(&asked.out, 65536);
	pack_wishes();
	buf_init(&digest, 65536);
	assert_int_equal(ask_in(&asked, (size_t)1 << 20, bytes_of(NULL, 0)), 0);
	assert_int_equal(buf_put(&digest, asked.out.ptr, asked.out.len), 0);
	for (cap = STEP_BYTES; cap < (size_t)1 << 20; cap += STEP_BYTES) {
		rc = ask_in(&asked, cap, buf_bytes(&digest));
		if (rc == 0)
			break;
		assert_int_equal(rc, ERR_NOMEM);
	}
	assert_true(cap > 4096 && cap < (size_t)1 << 19);
	buf_release(&asked.out);
	drop_wishes();
	buf_release(&digest);
}

static void each_step_finds_too_little_for_itself(void **state)
{
	struct asked asked = { .all = *state };
	size_t lacked = 0;
	size_t steps;

	write_history(*state);
	buf_init(&asked.out, 65536);
	pack_wishes();
	assert_int_equal(ask_in(&asked, (size_t)1 << 20, bytes_of(NULL, 0)), 0);
	steps = asked.steps;
	assert_true(steps > 12);
	for (asked.narrow_at = 1; asked.narrow_at <= steps; asked.narrow_at++) {
		int rc = ERR_NOMEM;

		for (asked.room = 0; rc != 0; asked.room += STEP_BYTES) {
			rc = ask_in(&asked, (size_t)1 << 20, bytes_of(NULL, 0));
			assert_true(rc == 0 || rc == ERR_NOMEM);
			lacked += rc != 0;
		}
	}
	assert_true(lacked > 100);
	buf_release(&asked.out);
	drop_wishes();
}

struct both {
	struct asked *asked;
	struct bytes digest;
};

static int ask_freely(void *context)
{
	struct both *both = context;

	return ask_in(both->asked, (size_t)1 << 20, both->digest);
}

static void chunks_that_can_not_be_had_are_no_memory(void **state)
{
	struct asked asked = { .all = *state };
	struct both both = { &asked, { NULL, 0 } };
	struct harness_sweep sweep = { .scenario = ask_freely,
				       .context = &both };

	write_history(*state);
	buf_init(&asked.out, 65536);
	pack_wishes();
	assert_int_equal(ask_freely(&both), 0);
	harness_sweep_memory(&sweep);
	buf_release(&asked.out);
	drop_wishes();
}

#define row(name)                                                              \
	cmocka_unit_test_setup_teardown(name, writers_begin, writers_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(an_arena_of_any_size_gives_all_or_no_memory),
		row(each_step_finds_too_little_for_itself),
		row(chunks_that_can_not_be_had_are_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
