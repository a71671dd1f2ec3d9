/*
 * Goal: what is merged is a function of the set of blocks, for every rule.
 * Method: random histories of writers who see each other's blocks now and
 * then, broken ops among them; the blocks again in random orders, repeated, in
 * batches, in part; and all of it against tests/law/reference.c.
 *
 * A failure prints its seed; SEED=n runs that history alone.
 */
#include "crdt/digest.h"

#include "tests/lib/harness.h"

#include <inttypes.h>
#include <stdlib.h>

#include "proto/base/prng.h"
#include "proto/bounds.h"
#include "proto/mp.h"
#include "tests/law/reference.h"
#include "tests/lib/writers.h"

#define HISTORIES 2000
#define FIRST_SEED 20261

enum { UNKNOWN_FIELD = 60, UNKNOWN_RULE = 77, BOTH_FIELD = 61 };

static uint64_t seed_now;
static bool is_done;

struct history {
	struct writers all;
	struct prng prng;
	bool is_void[WRITERS_BLOCKS_MAX];
	size_t writer_count;
};

static void wish_scalar(struct prng *prng, struct buf *out)
{
	static const char *const words[] = { "a", "b", "calm", "rest" };

	if (prng_chance(prng, 1, 3))
		mp_put_uint(out, prng_below(prng, 4));
	else
		mp_put_cstr(out, words[prng_below(prng, 4)]);
}

static void wish_register(struct prng *prng, struct buf *out)
{
	if (prng_chance(prng, 1, 6))
		mp_put_nil(out);
	else
		wish_scalar(prng, out);
}

static void wish_orset(struct prng *prng, struct buf *out)
{
	size_t count = prng_below(prng, 5);

	mp_put_array(out, count);
	for (size_t i = 0; i < count; i++)
		wish_scalar(prng, out);
}

static void wish_list(struct prng *prng, struct buf *out)
{
	size_t count = prng_below(prng, 6);

	mp_put_array(out, count);
	for (size_t i = 0; i < count; i++) {
		mp_put_map(out, 2);
		mp_put_uint(out, 1);
		wish_scalar(prng, out);
		mp_put_uint(out, 2);
		mp_put_uint(out, prng_below(prng, 3));
	}
}

/* Every rule has to be here; a rule's field is 10 + its number. */
struct wish {
	uint32_t rule;
	void (*put)(struct prng *prng, struct buf *out);
	uint32_t list_key;
	uint32_t number;
};

static const struct wish wishes[] = {
	{ RULE_register, wish_register, 0, 10 + RULE_register },
	{ RULE_text, wish_register, 0, 10 + RULE_text },
	{ RULE_orset, wish_orset, 0, 10 + RULE_orset },
	{ RULE_list, wish_list, 1, 10 + RULE_list },
	{ RULE_list, wish_list, 0, 20 + RULE_list },
	{ RULE_life, NULL, 0, MERGE_FIELD_LIFE },
	{ RULE_register, wish_register, 0, BOTH_FIELD },
	{ RULE_text, wish_register, 0, BOTH_FIELD },
};

static void put_wish(struct history *history, size_t who,
		     const struct wish *wish)
{
	struct merge_edit edit = { .number = wish->number,
				   .rule = wish->rule,
				   .list_key = wish->list_key };
	struct buf wanted;

	if (wish->put == NULL) {
		writers_life(&history->all, who,
			     prng_chance(&history->prng, 2, 3));
		writers_commit(&history->all, who);
		return;
	}
	buf_init(&wanted, 1 << 16);
	wish->put(&history->prng, &wanted);
	edit.wanted = buf_bytes(&wanted);
	if (writers_edit(&history->all, who, &edit))
		writers_commit(&history->all, who);
	/* Now it holds what was wanted: the same wish changes nothing. */
	assert_false(writers_edit(&history->all, who, &edit));
	buf_release(&wanted);
}

static void put_edit(struct history *history, size_t who)
{
	const struct wish *wish = NULL;
	size_t at = prng_below(&history->prng, KEPT_ARRAY_COUNT(wishes));

	wish = &wishes[at];
	/* A block of two fields now and then. */
	if (prng_chance(&history->prng, 1, 4) && wish->put != NULL)
		writers_set(&history->all, who, 30, RULE_register,
			    prng_chance(&history->prng, 1, 2) ? "1" : "2");
	put_wish(history, who, wish);
	if (history->all.writer[who].pairs > 0)
		writers_commit(&history->all, who);
}

static void put_broken(struct history *history, size_t who)
{
	static const char *const forms[] = {
		"{11:5}",
		"{11:[1,[],5,6],12:[2,[]]}",
		"{12:[2,[],[[1]]],13:[3,1,[[0,5]],[]]}",
		"{13:[3,1,[[nil,\"x\"],[nil,nil]],[]]}",
		"{14:[4,[\"dot\"],5]}",
		"{1:[5,[],5],11:[]}",
		"{11:[5,[],true]}",
		"{13:[3,1,[[nil,5]],[[\"item\",[],nil]]]}",
		"{}",
	};
	size_t at = prng_below(&history->prng, KEPT_ARRAY_COUNT(forms));
	struct buf ops;

	buf_init(&ops, 1 << 12);
	writers_pack(forms[at], &ops);
	history->is_void[writers_raw(&history->all, who, buf_bytes(&ops))] =
		true;
	buf_release(&ops);
}

static void put_unknown(struct history *history, size_t who)
{
	char form[64];
	struct buf ops;

	snprintf(form, sizeof form, "{%d:[%d,%" PRIu64 "]}", UNKNOWN_FIELD,
		 UNKNOWN_RULE, prng_below(&history->prng, 3));
	buf_init(&ops, 1 << 12);
	writers_pack(form, &ops);
	writers_raw(&history->all, who, buf_bytes(&ops));
	buf_release(&ops);
}

static void live_a_step(struct history *history)
{
	struct prng *prng = &history->prng;
	size_t who = prng_below(prng, history->writer_count);
	size_t other = prng_below(prng, history->writer_count);

	if (prng_chance(prng, 1, 2))
		put_edit(history, who);
	else if (prng_chance(prng, 1, 8))
		put_broken(history, who);
	else if (prng_chance(prng, 1, 12))
		put_unknown(history, who);
	else if (prng_chance(prng, 1, 4))
		writers_send(&history->all, who, other);
	else if (history->all.block_count > 0)
		writers_deliver(&history->all,
				prng_below(prng, history->all.block_count),
				other);
}

static void history_init(struct history *history, uint64_t seed)
{
	size_t steps = 0;

	seed_now = seed;
	memset(history->is_void, 0, sizeof history->is_void);
	prng_seed(&history->prng, seed);
	writers_init(&history->all);
	history->writer_count = 2 + prng_below(&history->prng, 3);
	/* Clocks that differ by up to ten minutes. */
	for (size_t i = 0; i < history->writer_count; i++)
		history->all.writer[i].clock.last =
			prng_below(&history->prng, 600000) << 16;
	steps = 4 + prng_below(&history->prng, 40);
	for (size_t i = 0; i < steps; i++)
		live_a_step(history);
}

static void compare_values(const struct merge_field *read,
			   const struct reference_field *wanted)
{
	assert_int_equal(read->count, wanted->count);
	assert_int_equal(read->has_siblings, wanted->has_siblings);
	for (size_t i = 0; i < read->count; i++) {
		const struct merge_value *a = &read->values[i];
		const struct merge_value *b = &wanted->values[i];

		assert_bytes(a->value, b->value);
		assert_int_equal(dot_compare(&a->dot, &b->dot), 0);
		assert_true(a->stamp == b->stamp);
		assert_memory_equal(a->item, b->item, sizeof a->item);
	}
}

/* A state against the brute-force meaning of the same blocks. */
static void compare(struct history *history, struct merge_state *state,
		    const bool *has)
{
	static struct reference_field wanted;
	const struct reference all = { .block = history->all.block,
				       .has = has,
				       .is_void = history->is_void,
				       .block_count =
					       history->all.block_count };
	struct merge_life life = merge_life(state);
	struct merge_life known = reference_life(&all);
	struct merge_field read;

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(wishes); i++) {
		if (wishes[i].put == NULL || wishes[i].number == BOTH_FIELD)
			continue;
		reference_read(&all, wishes[i].number, wishes[i].rule, &wanted);
		if (!wanted.is_there) {
			assert_int_equal(
				merge_read(state, wishes[i].number, &read),
				ERR_NOT_FOUND);
			continue;
		}
		assert_int_equal(merge_read(state, wishes[i].number, &read), 0);
		assert_int_equal(read.rule, wishes[i].rule);
		compare_values(&read, &wanted);
	}
	assert_int_equal(life.blocks, known.blocks);
	assert_true(life.newest_stamp == known.newest_stamp);
	assert_int_equal(life.deleted, known.deleted);
	assert_int_equal(life.restored, known.restored);
}

static void digest(struct merge_state *state, struct buf *out)
{
	const struct id16 entry = { { 1 } };
	struct merge_life life = merge_life(state);

	buf_clear(out);
	assert_int_equal(digest_entry(state, &entry, out), 0);
	/* Not part of the digest, but of what must not depend on order. */
	assert_int_equal(buf_put_le64(out, life.blocks), 0);
	assert_int_equal(buf_put_le64(out, life.newest_stamp), 0);
	assert_int_equal(buf_put_u8(out, life.deleted), 0);
}

static void shuffle(struct prng *prng, size_t *order, size_t count)
{
	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t i = count; i > 1; i--) {
		size_t at = prng_below(prng, i);
		size_t moved = order[i - 1];

		order[i - 1] = order[at];
		order[at] = moved;
	}
}

/* A state from all blocks in an order of its own, some again, read between. */
static struct merge_state *replay(struct history *history)
{
	struct writers *all = &history->all;
	struct merge_state *state = merge_new(&all->arena);
	size_t order[WRITERS_BLOCKS_MAX];
	struct merge_field read;

	assert_non_null(state);
	shuffle(&history->prng, order, all->block_count);
	for (size_t i = 0; i < all->block_count; i++) {
		size_t again = order[prng_below(&history->prng, i + 1)];
		uint32_t number = 0;

		assert_int_equal(merge_apply(state, &all->block[order[i]]), 0);
		if (prng_chance(&history->prng, 1, 3))
			assert_int_equal(merge_apply(state, &all->block[again]),
					 0);
		if (prng_chance(&history->prng, 2, 3))
			continue;
		number = wishes[prng_below(&history->prng, 6)].number;
		err_ignore(merge_read(state, number, &read), "only to settle");
	}
	return state;
}

static void run(void (*law)(struct history *history))
{
	static struct history history;
	const char *only = getenv("SEED");
	uint64_t first = FIRST_SEED;
	uint64_t count = HISTORIES;

	is_done = false;
	if (only != NULL && *only != '\0') {
		first = strtoull(only, NULL, 0);
		count = 1;
	}
	for (uint64_t seed = first; seed < first + count; seed++) {
		history_init(&history, seed);
		law(&history);
		writers_release(&history.all);
	}
	is_done = true;
}

static int say_seed(void **state)
{
	(void)state;
	if (!is_done)
		print_message("# seed %" PRIu64 "\n", seed_now);
	return 0;
}

static void law_order(struct history *history)
{
	struct buf first;
	struct buf other;

	buf_init(&first, 1 << 20);
	buf_init(&other, 1 << 20);
	digest(replay(history), &first);
	for (int i = 0; i < 3; i++) {
		digest(replay(history), &other);
		assert_bytes(buf_bytes(&other), buf_bytes(&first));
	}
	buf_release(&first);
	buf_release(&other);
}

static void order_batches_and_repetition_do_not_matter(void **state)
{
	(void)state;
	run(law_order);
}

static void law_part(struct history *history)
{
	for (size_t who = 0; who < history->writer_count; who++)
		compare(history, history->all.writer[who].state,
			history->all.writer[who].has);
}

static void a_part_means_what_its_blocks_mean(void **state)
{
	(void)state;
	run(law_part);
}

static void law_whole(struct history *history)
{
	bool has[WRITERS_BLOCKS_MAX];

	memset(has, 1, sizeof has);
	compare(history, replay(history), has);
}

static void the_whole_means_what_its_blocks_mean(void **state)
{
	(void)state;
	run(law_whole);
}

/* (a + b) + c = a + (b + c) = b + a + c, where + brings in a set of blocks. */
static void law_sets(struct history *history)
{
	static const int orders[][3] = { { 0, 1, 2 },
					 { 2, 1, 0 },
					 { 1, 0, 2 } };
	struct writers *all = &history->all;
	uint8_t set[WRITERS_BLOCKS_MAX];
	struct buf first;
	struct buf other;

	buf_init(&first, 1 << 20);
	buf_init(&other, 1 << 20);
	for (size_t i = 0; i < all->block_count; i++)
		set[i] = (uint8_t)prng_below(&history->prng, 3);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(orders); i++) {
		struct merge_state *state = merge_new(&all->arena);

		assert_non_null(state);
		for (size_t n = 0; n < 3 * all->block_count; n++) {
			size_t block = n % all->block_count;
			int wanted = orders[i][n / all->block_count];

			if (set[block] == wanted)
				assert_int_equal(
					merge_apply(state, &all->block[block]),
					0);
			/* The sums in between are looked at too. */
			if (block == 0)
				digest(state, &other);
		}
		digest(state, i == 0 ? &first : &other);
		if (i > 0)
			assert_bytes(buf_bytes(&other), buf_bytes(&first));
	}
	buf_release(&first);
	buf_release(&other);
}

static void sets_of_blocks_add_up_in_any_grouping(void **state)
{
	(void)state;
	run(law_sets);
}

static void law_void(struct history *history)
{
	struct writers *all = &history->all;
	struct merge_state *honest = merge_new(&all->arena);
	struct merge_field read;
	struct buf a;
	struct buf b;

	buf_init(&a, 1 << 20);
	buf_init(&b, 1 << 20);
	assert_non_null(honest);
	for (size_t i = 0; i < all->block_count; i++)
		if (!history->is_void[i])
			assert_int_equal(merge_apply(honest, &all->block[i]),
					 0);
	err_ignore(merge_read(honest, 11, &read), "only to settle");
	digest(honest, &a);
	digest(replay(history), &b);
	/* Alike but for the count of blocks and the stamp behind the digest. */
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.ptr, b.ptr, a.len - 17);
	assert_int_equal(a.ptr[a.len - 1], b.ptr[b.len - 1]);
	buf_release(&a);
	buf_release(&b);
}

static void broken_ops_do_nothing_anywhere(void **state)
{
	(void)state;
	run(law_void);
}

/* Is this value of a register among what is read? */
static bool is_readable(const struct merge_field *read, struct bytes value)
{
	for (size_t i = 0; i < read->count; i++)
		if (bytes_equal(read->values[i].value, value))
			return true;
	return false;
}

static void law_nothing_lost(struct history *history)
{
	struct merge_state *state = replay(history);
	bool has[WRITERS_BLOCKS_MAX];
	const struct reference all = { .block = history->all.block,
				       .has = has,
				       .is_void = history->is_void,
				       .block_count =
					       history->all.block_count };

	memset(has, 1, sizeof has);
	for (size_t i = 0; i < history->all.block_count; i++) {
		struct mp_reader reader = mp_reader(history->all.block[i].ops);
		struct merge_field read;
		struct bytes span = { 0 };
		uint64_t number = 0;
		uint64_t rule = 0;
		size_t count = 0;

		/* The first field of a block, if it is one of the registers. */
		if (history->is_void[i] || mp_read_map(&reader, &count) != 0 ||
		    mp_read_uint(&reader, &number) != 0 ||
		    (number != 11 && number != 14) ||
		    mp_read_array(&reader, &count) != 0 ||
		    mp_read_uint(&reader, &rule) != 0 ||
		    mp_read_raw(&reader, &span) != 0 ||
		    mp_peek(&reader) == MP_NIL)
			continue;
		assert_int_equal(mp_read_raw(&reader, &span), 0);
		assert_int_equal(merge_read(state, (uint32_t)number, &read), 0);
		assert_true(is_readable(&read, span) ||
			    reference_is_named(&all, (uint32_t)number,
					       (uint32_t)rule,
					       &all.block[i].dot));
	}
}

static void every_value_is_readable_or_overwritten_by_name(void **state)
{
	(void)state;
	run(law_nothing_lost);
}

static void law_meeting(struct history *history)
{
	struct writers *all = &history->all;
	struct buf first;
	struct buf other;

	buf_init(&first, 1 << 20);
	buf_init(&other, 1 << 20);
	for (size_t i = 1; i < history->writer_count; i++)
		writers_send(all, i, 0);
	for (size_t i = 1; i < history->writer_count; i++)
		writers_send(all, 0, i);
	digest(all->writer[0].state, &first);
	for (size_t i = 1; i < history->writer_count; i++) {
		digest(all->writer[i].state, &other);
		assert_bytes(buf_bytes(&other), buf_bytes(&first));
	}
	buf_release(&first);
	buf_release(&other);
}

static void writers_who_met_agree(void **state)
{
	(void)state;
	run(law_meeting);
}

static void every_rule_has_its_wishes(void **state)
{
	static const uint32_t rules[] = {
#define RULE(name, number, doc) RULE_##name,
#include "proto/rule.def"
#undef RULE
	};

	(void)state;
	is_done = true;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rules); i++) {
		bool found = false;

		for (size_t j = 0; j < KEPT_ARRAY_COUNT(wishes); j++)
			found = found || wishes[j].rule == rules[i];
		assert_true(found);
	}
}

#define row(law) cmocka_unit_test_teardown(law, say_seed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(every_rule_has_its_wishes),
		row(order_batches_and_repetition_do_not_matter),
		row(a_part_means_what_its_blocks_mean),
		row(the_whole_means_what_its_blocks_mean),
		row(sets_of_blocks_add_up_in_any_grouping),
		row(broken_ops_do_nothing_anywhere),
		row(every_value_is_readable_or_overwritten_by_name),
		row(writers_who_met_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
