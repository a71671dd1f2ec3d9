/*
 * Goal: deleted is what nobody touched since; an edit brings an entry back.
 * Method: writers who delete and edit apart, forks, and answers.
 */
#include "crdt/life.h"

#include "tests/lib/harness.h"

#include "tests/lib/writers.h"

enum { MOOD = 4, TAGS = 5 };

static struct merge_life life(struct writers *all, size_t who)
{
	return merge_life(all->writer[who].state);
}

static void a_deleted_entry_stays_deleted(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, MOOD, RULE_register, "5");
	assert_false(life(all, ANA).deleted);
	writers_meet(all, ANA, BEN);
	writers_life(all, ANA, true);
	writers_commit(all, ANA);
	writers_life(all, BEN, true);
	writers_commit(all, BEN);
	writers_meet(all, ANA, BEN);
	assert_true(life(all, ANA).deleted);
	assert_true(life(all, BEN).deleted);
	assert_false(life(all, BEN).restored);
	assert_int_equal(life(all, BEN).blocks, 3);
	assert_true(life(all, BEN).newest_stamp == all->block[2].stamp);
}

static void an_edit_brings_back_the_whole_entry(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, MOOD, RULE_register, "5");
	writers_write(all, ANA, TAGS, RULE_orset, "[\"work\"]");
	writers_meet(all, ANA, BEN);
	writers_life(all, ANA, true);
	writers_commit(all, ANA);
	writers_write(all, BEN, MOOD, RULE_register, "6");
	writers_meet(all, ANA, BEN);
	for (size_t who = ANA; who <= BEN; who++) {
		assert_false(life(all, who).deleted);
		assert_true(life(all, who).restored);
		writers_expect(all, who, MOOD, "6");
		writers_expect(all, who, TAGS, "\"work\"");
	}
	/* Deleting it again, having seen the edit, deletes it. */
	writers_life(all, ANA, true);
	writers_commit(all, ANA);
	assert_true(life(all, ANA).deleted);
	assert_false(life(all, ANA).restored);
}

static void bringing_back_answers_the_delete(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, MOOD, RULE_register, "5");
	writers_life(all, ANA, true);
	writers_commit(all, ANA);
	writers_meet(all, ANA, BEN);
	writers_life(all, BEN, false);
	writers_commit(all, BEN);
	writers_write(all, BEN, MOOD, RULE_register, "6");
	writers_meet(all, ANA, BEN);
	assert_false(life(all, ANA).deleted);
	assert_false(life(all, ANA).restored);
}

static void deletes_of_two_sides_add_up(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, MOOD, RULE_register, "5");
	writers_write(all, BEN, MOOD, RULE_register, "6");
	writers_life(all, ANA, true);
	writers_commit(all, ANA);
	writers_send(all, ANA, CAI);
	assert_true(life(all, CAI).deleted);
	writers_send(all, BEN, CAI);
	assert_true(life(all, CAI).restored);
	writers_life(all, BEN, true);
	writers_commit(all, BEN);
	writers_send(all, BEN, CAI);
	assert_true(life(all, CAI).deleted);
}

static void a_delete_covers_one_branch_of_a_fork(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, MOOD, RULE_register, "5");
	all->writer[BEN].lid = all->writer[ANA].lid;
	writers_write(all, BEN, MOOD, RULE_register, "6");
	writers_life(all, ANA, true);
	all->writer[ANA].lid.b[0] = 'Z';
	writers_commit(all, ANA);
	assert_true(life(all, ANA).deleted);
	writers_send(all, BEN, ANA);
	assert_false(life(all, ANA).deleted);
	writers_expect(all, ANA, MOOD, "6 | 5");
	/* A delete that saw both branches names both. */
	writers_deliver(all, 0, CAI);
	writers_deliver(all, 1, CAI);
	writers_life(all, CAI, true);
	writers_commit(all, CAI);
	assert_true(life(all, CAI).deleted);
}

#define row(name)                                                              \
	cmocka_unit_test_setup_teardown(name, writers_begin, writers_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_deleted_entry_stays_deleted),
		row(an_edit_brings_back_the_whole_entry),
		row(bringing_back_answers_the_delete),
		row(deletes_of_two_sides_add_up),
		row(a_delete_covers_one_branch_of_a_fork),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
