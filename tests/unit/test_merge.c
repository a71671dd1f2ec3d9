/*
 * Goal: what merge.h promises of all rules: broken ops are void, unknown ones
 * are kept, wrong wishes are refused.
 * Method: ops by hand, broken in one way each.
 */
#include "crdt/merge.h"

#include "tests/lib/harness.h"

#include "crdt/digest.h"
#include "proto/bounds.h"
#include "proto/mp.h"
#include "tests/lib/writers.h"

enum { MOOD = 4, TAGS = 5, LINES = 6 };

static struct merge_life life(struct writers *all, size_t who)
{
	return merge_life(all->writer[who].state);
}

static void a_repeated_block_changes_nothing(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, TAGS, RULE_orset, "[\"work\"]");
	writers_write(all, ANA, TAGS, RULE_orset, "[]");
	writers_deliver(all, 0, ANA);
	writers_expect(all, ANA, TAGS, "-");
	assert_int_equal(life(all, ANA).blocks, 2);
}

static void digest_all(struct writers *all, size_t who, struct buf *out)
{
	const struct id16 entry = { { 3 } };

	buf_clear(out);
	assert_int_equal(digest_entry(all->writer[who].state, &entry, out), 0);
}

/* Eight bytes of a hash can be forged by a device that takes the trouble. */
static void two_blocks_of_one_dot_give_one_state_in_any_order(void **state)
{
	static const char *const forms[][2] = {
		{ "{4:[1,[],5]}", "{4:[1,[],6]}" },
		{ "{4:[1,[],5]}", "{4:[1,[\"D\"],nil],5:[1,[],1]}" },
		{ "{5:[2,[],[1]]}", "{5:[2,[],[2]]}" },
		{ "{6:[3,1,[[nil,1],[0,2]],[]]}",
		  "{6:[3,1,[[nil,3],[nil,4]],[]]}" },
		{ "{6:[3,1,[[nil,1]],[]]}", "{6:[3,2,[[\"I\",1]],[]]}" },
		{ "{1:[5,[],true]}", "{4:[1,[],5]}" },
	};
	struct buf ops[4];

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(forms); i++) {
		struct writers *all = *state;

		for (size_t n = 0; n < 4; n++)
			buf_init(&ops[n], 1 << 12);
		writers_release(all);
		writers_init(all);
		writers_form(forms[i][0], &ops[0]);
		writers_form(forms[i][1], &ops[1]);
		writers_raw(all, ANA, buf_bytes(&ops[0]));
		all->now_ms--;
		writers_raw(all, BEN, buf_bytes(&ops[1]));
		all->block[1].dot = all->block[0].dot;
		writers_deliver(all, 0, CAI);
		writers_deliver(all, 1, CAI);
		writers_deliver(all, 0, CAI);
		writers_deliver(all, 1, CAI + 1);
		writers_deliver(all, 0, CAI + 1);
		writers_deliver(all, 1, CAI + 1);
		digest_all(all, CAI, &ops[2]);
		digest_all(all, CAI + 1, &ops[3]);
		assert_bytes(buf_bytes(&ops[2]), buf_bytes(&ops[3]));
		assert_int_equal(life(all, CAI).blocks, 2);
		assert_false(life(all, CAI).deleted);
		for (size_t n = 0; n < 4; n++)
			buf_release(&ops[n]);
	}
}

static void what_is_no_map_is_refused_and_leaves_no_trace(void **state)
{
	struct writers *all = *state;
	struct merge_block block = { .ops = { (const uint8_t *)"\x90", 1 } };

	assert_int_equal(merge_apply(all->writer[ANA].state, &block),
			 ERR_MALFORMED);
	block.ops.len = 0;
	assert_int_equal(merge_apply(all->writer[ANA].state, &block),
			 ERR_MALFORMED);
	assert_int_equal(life(all, ANA).blocks, 0);
}

/* Each broken in one way. */
static const char *const broken_forms[] = {
	"{4:5}",
	"{4:[]}",
	"{4:[\"x\"]}",
	"{4:[-1,[],5]}",
	/* register, text */
	"{4:[1]}",
	"{4:[1,[]]}",
	"{4:[1,[],5,5]}",
	"{4:[1,5,5]}",
	"{4:[1,[\"x\"],5]}",
	"{4:[1,[\"I\"],5]}",
	"{4:[4,[[]],5]}",
	/* orset */
	"{4:[2,[]]}",
	"{4:[2,[],[],[]]}",
	"{4:[2,[],[nil]]}",
	"{4:[2,[],[[]]]}",
	"{4:[2,[],[{}]]}",
	"{4:[2,[\"D\"],[]]}",
	"{4:[2,[[\"D\"]],[]]}",
	"{4:[2,[[\"I\",1]],[]]}",
	"{4:[2,[[\"D\",nil]],[]]}",
	"{4:[2,1,[]]}",
	"{4:[2,[],1]}",
	/* list */
	"{4:[3,1,[]]}",
	"{4:[3,[],[],[]]}",
	"{4:[3,-1,[],[]]}",
	"{4:[3,1099511627776,[],[]]}",
	"{4:[3,1,[5],[]]}",
	"{4:[3,1,[[nil]],[]]}",
	"{4:[3,1,[[nil,nil]],[]]}",
	"{4:[3,1,[[0,5]],[]]}",
	"{4:[3,1,[[nil,5],[1,5]],[]]}",
	"{4:[3,1,[[\"D\",5]],[]]}",
	"{4:[3,1,[],[[\"I\",[]]]]}",
	"{4:[3,1,[],[[\"D\",[],5]]]}",
	"{4:[3,1,[],[[\"I\",[],5],[\"I\",[],5]]]}",
	/* life, and life in the wrong place */
	"{1:[5,[],1]}",
	"{1:[5,[],nil]}",
	"{1:[5,[1],true]}",
	"{1:[5,true]}",
	"{4:[5,[],true]}",
	"{4:[5,[],false]}",
	/* numbers that are none */
	"{4294967296:[1,[],5]}",
	"{4:[4294967296,[],5]}",
};

static void an_op_that_breaks_its_form_is_void(void **state)
{
	struct writers *all = *state;
	uint32_t number = 0;
	struct buf ops;

	buf_init(&ops, 1 << 16);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(broken_forms); i++) {
		buf_clear(&ops);
		writers_form(broken_forms[i], &ops);
		writers_raw(all, ANA, buf_bytes(&ops));
		if (merge_fields(all->writer[ANA].state, &number, 1) != 0)
			fail_msg("not void: %s", broken_forms[i]);
	}
	/* None of them is an event that a delete would have to cover. */
	memset(all->writer[ANA].lid.b, 'Z', 16);
	buf_clear(&ops);
	writers_form("{1:[5,[],true]}", &ops);
	writers_raw(all, ANA, buf_bytes(&ops));
	assert_true(life(all, ANA).deleted);
	buf_release(&ops);
}

static void a_void_op_leaves_the_others_of_its_block(void **state)
{
	struct writers *all = *state;
	struct buf ops;

	buf_init(&ops, 1 << 16);
	writers_form("{4:[1,[],5],5:[1,[]],6:[1,[],6]}", &ops);
	writers_raw(all, ANA, buf_bytes(&ops));
	writers_expect(all, ANA, 4, "5");
	writers_expect(all, ANA, 6, "6");
	assert_int_equal(merge_read(all->writer[ANA].state, 5,
				    &(struct merge_field){ 0 }),
			 ERR_NOT_FOUND);
	buf_release(&ops);
}

static void too_many_ops_or_additions_are_void(void **state)
{
	const size_t around[] = { LIMIT_LIST_ITEMS, LIMIT_LIST_ITEMS + 1 };
	struct writers *all = *state;
	uint32_t number = 0;
	struct buf ops;

	buf_init(&ops, 1 << 16);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(around); i++) {
		struct merge_state *fresh = all->writer[i].state;

		mp_put_map(&ops, 1);
		writers_form("9", &ops);
		mp_put_array(&ops, 3);
		writers_form("2", &ops);
		writers_form("[]", &ops);
		mp_put_array(&ops, around[i]);
		for (size_t n = 0; n < around[i]; n++)
			mp_put_uint(&ops, n);
		writers_raw(all, i, buf_bytes(&ops));
		assert_int_equal(merge_fields(fresh, &number, 1), i == 0);
		buf_clear(&ops);
	}
	for (size_t i = 0; i < 2; i++) {
		struct merge_state *fresh = all->writer[2 + i].state;

		mp_put_map(&ops, LIMIT_BLOCK_OPS + i);
		for (size_t n = 0; n < LIMIT_BLOCK_OPS + i; n++) {
			mp_put_uint(&ops, n);
			writers_form("[1,[],5]", &ops);
		}
		writers_raw(all, 2 + i, buf_bytes(&ops));
		assert_int_equal(merge_fields(fresh, &number, 1), i == 0);
		assert_int_equal(life(all, 2 + i).blocks, 1);
		buf_clear(&ops);
	}
	buf_release(&ops);
}

static void an_unknown_rule_is_kept_and_readable(void **state)
{
	struct writers *all = *state;
	struct merge_edit edit = { .number = 9,
				   .rule = 77,
				   .wanted = { (const uint8_t *)"\x05", 1 } };
	struct merge_field read;
	struct buf ops;
	bool changed = true;

	buf_init(&ops, 1 << 16);
	writers_form("{9:[77,1,[2]]}", &ops);
	writers_raw(all, ANA, buf_bytes(&ops));
	writers_raw(all, ANA, buf_bytes(&ops));
	read = writers_field(all, ANA, 9);
	assert_true(read.is_unknown);
	assert_int_equal(read.rule, 77);
	assert_int_equal(read.count, 2);
	writers_expect(all, ANA, 9, "[77,1,[2]] | [77,1,[2]]");
	assert_int_equal(
		merge_write(all->writer[ANA].state, &edit, &ops, &changed),
		ERR_USAGE);
	assert_false(changed);
	/* It is an event: a delete that had not seen it does not win. */
	writers_life(all, BEN, true);
	writers_commit(all, BEN);
	writers_send(all, BEN, ANA);
	assert_false(life(all, ANA).deleted);
	buf_release(&ops);
}

static void one_field_under_two_rules_shows_the_lesser_that_has_values(
	void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, MOOD, RULE_text, "\"text\"");
	writers_write(all, BEN, MOOD, RULE_register, "5");
	assert_false(writers_field(all, ANA, MOOD).has_other_rules);
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, MOOD, "5");
	assert_true(writers_field(all, ANA, MOOD).has_other_rules);
	writers_write(all, ANA, MOOD, RULE_register, "nil");
	writers_expect(all, ANA, MOOD, "\"text\"");
	assert_false(writers_field(all, ANA, MOOD).has_other_rules);
}

static void field_numbers_come_ascending(void **state)
{
	struct writers *all = *state;
	uint32_t numbers[40];

	for (uint32_t i = 40; i > 0; i--)
		assert_true(writers_set(all, ANA, i * 7, RULE_register, "1"));
	writers_commit(all, ANA);
	assert_int_equal(merge_fields(all->writer[ANA].state, numbers, 40), 40);
	for (uint32_t i = 0; i < 40; i++)
		assert_int_equal(numbers[i], (i + 1) * 7);
	assert_int_equal(merge_fields(all->writer[ANA].state, numbers, 3), 3);
	assert_int_equal(numbers[2], 21);
	assert_int_equal(merge_fields(all->writer[ANA].state, numbers, 0), 0);
}

static void a_wrong_wish_is_refused(void **state)
{
	struct writers *all = *state;
	const struct {
		uint32_t rule;
		const char *wanted;
		int code;
	} rows[] = {
		{ RULE_orset, "5", ERR_MALFORMED },
		{ RULE_orset, "[nil]", ERR_MALFORMED },
		{ RULE_orset, "[[1]]", ERR_MALFORMED },
		{ RULE_list, "5", ERR_MALFORMED },
		{ RULE_list, "[1,nil]", ERR_MALFORMED },
		{ RULE_life, "true", ERR_USAGE },
	};

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		struct merge_edit edit = { .number = 9, .rule = rows[i].rule };
		struct buf wanted;
		struct buf ops;
		bool changed = true;

		buf_init(&wanted, 1 << 10);
		buf_init(&ops, 1 << 10);
		writers_pack(rows[i].wanted, &wanted);
		edit.wanted = buf_bytes(&wanted);
		assert_int_equal(merge_write(all->writer[ANA].state, &edit,
					     &ops, &changed),
				 rows[i].code);
		assert_false(changed);
		buf_release(&wanted);
		buf_release(&ops);
	}
}

static void an_arena_too_small_is_reported(void **state)
{
	struct writers *all = *state;
	struct merge_state *small = NULL;
	struct arena arena;
	int failures = 0;

	writers_write(all, ANA, LINES, RULE_list, "[1,2,3]");
	for (size_t cap = 64; cap < 1 << 16; cap += 64) {
		struct merge_field read;
		int rc = ERR_NOMEM;

		arena_init(&arena, cap);
		small = merge_new(&arena);
		if (small != NULL)
			rc = merge_apply(small, &all->block[0]);
		if (rc == 0)
			rc = merge_read(small, LINES, &read);
		assert_true(rc == 0 || rc == ERR_NOMEM);
		failures += rc != 0 ? 1 : 0;
		assert_true(rc != 0 || read.count == 3);
		arena_release(&arena);
	}
	assert_true(failures > 0 && failures < 1000);
}

#define row(name)                                                              \
	cmocka_unit_test_setup_teardown(name, writers_begin, writers_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_repeated_block_changes_nothing),
		row(two_blocks_of_one_dot_give_one_state_in_any_order),
		row(what_is_no_map_is_refused_and_leaves_no_trace),
		row(an_op_that_breaks_its_form_is_void),
		row(a_void_op_leaves_the_others_of_its_block),
		row(too_many_ops_or_additions_are_void),
		row(an_unknown_rule_is_kept_and_readable),
		row(one_field_under_two_rules_shows_the_lesser_that_has_values),
		row(field_numbers_come_ascending),
		row(a_wrong_wish_is_refused),
		row(an_arena_too_small_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
