/*
 * Goal: lines and feelings edited on both sides end up in one list, none lost.
 * Method: two writers who edit a list apart and meet; ops by hand.
 */
#include "crdt/list.h"

#include "tests/lib/harness.h"

#include "proto/bounds.h"
#include "proto/mp.h"
#include "tests/lib/writers.h"

enum { LINES = 6, FEELINGS = 7 };

static void set_feelings(struct writers *all, size_t who, const char *notation)
{
	struct merge_edit edit = { .number = FEELINGS,
				   .rule = RULE_list,
				   .list_key = 1 };
	struct buf wanted;

	buf_init(&wanted, 1 << 16);
	writers_pack(notation, &wanted);
	edit.wanted = buf_bytes(&wanted);
	assert_true(writers_edit(all, who, &edit));
	buf_release(&wanted);
	writers_commit(all, who);
}

static void evidence_edited_on_both_sides_keeps_every_line(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, LINES, RULE_list,
		      "[\"he waved\",\"she wrote\"]");
	writers_meet(all, ANA, BEN);
	writers_write(all, ANA, LINES, RULE_list,
		      "[\"he waved\",\"he came over\",\"she wrote\"]");
	writers_write(all, BEN, LINES, RULE_list,
		      "[\"first\",\"he waved\",\"she wrote\",\"last\"]");
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, LINES,
		       "\"first\" | \"he waved\" | \"he came over\" | "
		       "\"she wrote\" | \"last\"");
	writers_expect(all, BEN, LINES, writers_read(all, ANA, LINES));
	assert_false(writers_field(all, ANA, LINES).has_siblings);
}

static void lines_typed_apart_at_one_place_stay_together(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, LINES, RULE_list, "[\"top\",\"end\"]");
	writers_meet(all, ANA, BEN);
	writers_write(all, ANA, LINES, RULE_list,
		      "[\"top\",\"a1\",\"a2\",\"end\"]");
	writers_write(all, ANA, LINES, RULE_list,
		      "[\"top\",\"a1\",\"a2\",\"a3\",\"end\"]");
	writers_write(all, BEN, LINES, RULE_list,
		      "[\"top\",\"b1\",\"b2\",\"end\"]");
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, LINES,
		       "\"top\" | \"b1\" | \"b2\" | \"a1\" | \"a2\" | \"a3\" | "
		       "\"end\"");
	writers_expect(all, BEN, LINES, writers_read(all, ANA, LINES));
}

static void a_line_changed_while_taken_out_stays(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, LINES, RULE_list,
		      "[\"one\",\"two\",\"three\"]");
	writers_meet(all, ANA, BEN);
	writers_write(all, ANA, LINES, RULE_list, "[\"one\"]");
	set_feelings(all, BEN, "[{1:\"sad\",2:40},{1:\"shy\",2:10}]");
	writers_meet(all, ANA, BEN);
	writers_expect(all, BEN, LINES, "\"one\"");
	set_feelings(all, ANA, "[{1:\"sad\",2:40}]");
	set_feelings(all, BEN, "[{1:\"sad\",2:40},{1:\"shy\",2:70}]");
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, FEELINGS,
		       "{1:\"sad\",2:40} | {1:\"shy\",2:70}");
	writers_expect(all, BEN, FEELINGS, writers_read(all, ANA, FEELINGS));
}

static void feelings_are_matched_by_name(void **state)
{
	struct writers *all = *state;

	set_feelings(all, ANA, "[{1:\"sad\",2:40},{1:\"angry\",2:80}]");
	writers_meet(all, ANA, BEN);
	set_feelings(all, ANA, "[{1:\"sad\",2:20},{1:\"angry\",2:80}]");
	set_feelings(all, BEN,
		     "[{1:\"sad\",2:40},{1:\"tired\",2:5},"
		     "{1:\"angry\",2:30}]");
	writers_meet(all, ANA, BEN);
	writers_expect(
		all, ANA, FEELINGS,
		"{1:\"sad\",2:20} | {1:\"tired\",2:5} | {1:\"angry\",2:30}");
	assert_false(writers_field(all, ANA, FEELINGS).has_siblings);
}

static void an_item_changed_apart_keeps_both_values(void **state)
{
	struct writers *all = *state;
	struct merge_value values[LIMIT_SIBLINGS];
	uint8_t other[MERGE_ITEM_BYTES] = { 1 };
	struct merge_field read;
	size_t count = 0;

	set_feelings(all, ANA, "[{1:\"sad\",2:40}]");
	writers_meet(all, ANA, BEN);
	set_feelings(all, ANA, "[{1:\"sad\",2:20}]");
	set_feelings(all, BEN, "[{1:\"sad\",2:90}]");
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, FEELINGS, "{1:\"sad\",2:90}");
	read = writers_field(all, ANA, FEELINGS);
	assert_true(read.has_siblings);
	assert_int_equal(merge_read_item(all->writer[ANA].state, FEELINGS,
					 read.values[0].item, values,
					 LIMIT_SIBLINGS, &count),
			 0);
	assert_int_equal(count, 2);
	assert_string_equal(writers_show(all, values[1].value),
			    "{1:\"sad\",2:20}");
	assert_int_equal(merge_read_item(all->writer[ANA].state, FEELINGS,
					 other, values, LIMIT_SIBLINGS, &count),
			 ERR_NOT_FOUND);
	/* The next edit of the list settles it. */
	set_feelings(all, ANA, "[{1:\"sad\",2:90}]");
	assert_false(writers_field(all, ANA, FEELINGS).has_siblings);
}

static void an_item_waits_unseen_for_what_it_follows(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, LINES, RULE_list, "[\"one\"]");
	writers_write(all, ANA, LINES, RULE_list, "[\"one\",\"two\"]");
	writers_deliver(all, 1, BEN);
	writers_expect(all, BEN, LINES, "-");
	writers_deliver(all, 0, BEN);
	writers_expect(all, BEN, LINES, "\"one\" | \"two\"");
}

static void an_item_follows_one_that_was_taken_out(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, LINES, RULE_list, "[1,2,3]");
	writers_meet(all, ANA, BEN);
	writers_write(all, ANA, LINES, RULE_list, "[1,3]");
	writers_write(all, BEN, LINES, RULE_list, "[1,2,25,3]");
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, LINES, "1 | 25 | 3");
}

static void a_clock_ahead_does_not_hold_a_place(void **state)
{
	struct writers *all = *state;

	all->writer[ANA].clock.last = UINT64_C(0x800000000000) << 16;
	writers_write(all, ANA, LINES, RULE_list, "[\"one\",\"two\"]");
	writers_meet(all, ANA, BEN);
	writers_write(all, BEN, LINES, RULE_list,
		      "[\"zero\",\"one\",\"half\",\"two\"]");
	writers_expect(all, BEN, LINES,
		       "\"zero\" | \"one\" | \"half\" | \"two\"");
}

static void a_moved_item_is_where_it_was_wanted(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, LINES, RULE_list, "[1,2,3,4,4]");
	writers_write(all, ANA, LINES, RULE_list, "[4,3,1,4]");
	writers_expect(all, ANA, LINES, "4 | 3 | 1 | 4");
	assert_false(writers_set(all, ANA, LINES, RULE_list, "[4,3,1,4]"));
	writers_write(all, ANA, LINES, RULE_list, "[]");
	writers_expect(all, ANA, LINES, "-");
}

/* An array of count numbers, from first on. */
static struct bytes numbers(struct buf *out, size_t first, size_t count)
{
	buf_clear(out);
	mp_put_array(out, count);
	for (size_t i = 0; i < count; i++)
		mp_put_uint(out, first + i);
	return buf_bytes(out);
}

static void more_than_the_limit_is_not_inserted_at_once(void **state)
{
	struct writers *all = *state;
	struct merge_edit edit = { .number = LINES, .rule = RULE_list };
	struct buf wanted;
	struct buf ops;
	bool changed = false;

	buf_init(&wanted, 1 << 20);
	buf_init(&ops, 1 << 20);
	edit.wanted = numbers(&wanted, 0, LIMIT_LIST_ITEMS + 1);
	assert_int_equal(
		merge_write(all->writer[ANA].state, &edit, &ops, &changed),
		ERR_LIMIT);
	edit.rule = RULE_orset;
	assert_int_equal(
		merge_write(all->writer[ANA].state, &edit, &ops, &changed),
		ERR_LIMIT);
	edit.rule = RULE_list;
	edit.wanted = numbers(&wanted, 0, LIMIT_LIST_ITEMS);
	assert_true(writers_edit(all, ANA, &edit));
	writers_commit(all, ANA);
	/* A longer list grows by its end, whose beginning is matched. */
	edit.wanted = numbers(&wanted, 0, LIMIT_LIST_ITEMS + 99);
	assert_true(writers_edit(all, ANA, &edit));
	writers_commit(all, ANA);
	assert_int_equal(writers_field(all, ANA, LINES).count,
			 LIMIT_LIST_ITEMS + 99);
	assert_false(writers_edit(all, ANA, &edit));
	/* Too many pairs to compare: all is put in anew, and right. */
	edit.wanted = numbers(&wanted, 7, 250);
	assert_true(writers_edit(all, ANA, &edit));
	writers_commit(all, ANA);
	assert_false(writers_edit(all, ANA, &edit));
	buf_release(&wanted);
	buf_release(&ops);
}

static void insertions_at_one_place_of_one_op_come_last_first(void **state)
{
	struct writers *all = *state;
	struct buf ops;

	buf_init(&ops, 1 << 10);
	writers_form("{6:[3,1,[[nil,1],[nil,2],[0,3],[1,4],[0,5]],[]]}", &ops);
	writers_raw(all, ANA, buf_bytes(&ops));
	writers_expect(all, ANA, LINES, "2 | 4 | 1 | 5 | 3");
	buf_release(&ops);
}

static void an_item_in_the_middle_keeps_its_identity(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, LINES, RULE_list, "[1,2,3,4,5]");
	writers_meet(all, ANA, BEN);
	/* Ends differ: only a common subsequence finds 2 and 4. */
	writers_write(all, ANA, LINES, RULE_list, "[9,2,8,4,7]");
	writers_write(all, BEN, LINES, RULE_list, "[1,2,25,3,4,45,5]");
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, LINES, "9 | 2 | 25 | 8 | 4 | 45 | 7");
}

static void the_longest_common_part_keeps_its_identity(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, LINES, RULE_list, "[20,1,2,16,30]");
	writers_meet(all, ANA, BEN);
	/* 16 alone could stay, or 1 and 2. */
	writers_write(all, ANA, LINES, RULE_list, "[24,16,1,25,2,31]");
	writers_write(all, BEN, LINES, RULE_list, "[20,1,15,2,45,16,30]");
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, LINES, "24 | 16 | 1 | 15 | 25 | 2 | 45 | 31");
}

#define row(name)                                                              \
	cmocka_unit_test_setup_teardown(name, writers_begin, writers_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(evidence_edited_on_both_sides_keeps_every_line),
		row(lines_typed_apart_at_one_place_stay_together),
		row(a_line_changed_while_taken_out_stays),
		row(feelings_are_matched_by_name),
		row(an_item_changed_apart_keeps_both_values),
		row(an_item_waits_unseen_for_what_it_follows),
		row(an_item_follows_one_that_was_taken_out),
		row(a_clock_ahead_does_not_hold_a_place),
		row(a_moved_item_is_where_it_was_wanted),
		row(more_than_the_limit_is_not_inserted_at_once),
		row(insertions_at_one_place_of_one_op_come_last_first),
		row(an_item_in_the_middle_keeps_its_identity),
		row(the_longest_common_part_keeps_its_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
