/*
 * Goal: adding wins, and removing takes what was seen.
 * Method: two writers who change a set apart and meet.
 */
#include "crdt/merge.h"

#include "tests/lib/harness.h"

#include "tests/lib/writers.h"

enum { TAGS = 5 };

static void adding_wins_over_removing_at_the_same_time(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, TAGS, RULE_orset, "[\"work\",\"sleep\"]");
	writers_meet(all, ANA, BEN);
	writers_expect(all, BEN, TAGS, "\"work\" | \"sleep\"");
	writers_write(all, ANA, TAGS, RULE_orset, "[]");
	writers_write(all, BEN, TAGS, RULE_orset, "[\"sleep\"]");
	writers_write(all, BEN, TAGS, RULE_orset,
		      "[\"sleep\",\"work\",\"rest\"]");
	writers_meet(all, ANA, BEN);
	/* sleep was seen by its remover; work was added again apart. */
	writers_expect(all, ANA, TAGS, "\"rest\" | \"work\"");
	writers_expect(all, BEN, TAGS, "\"rest\" | \"work\"");
}

static void a_set_asked_for_what_it_holds_is_unchanged(void **state)
{
	struct writers *all = *state;

	assert_false(writers_set(all, ANA, TAGS, RULE_orset, "[]"));
	writers_write(all, ANA, TAGS, RULE_orset, "[2,\"b\",1,2]");
	writers_expect(all, ANA, TAGS, "1 | 2 | \"b\"");
	assert_false(writers_set(all, ANA, TAGS, RULE_orset, "[\"b\",2,1]"));
}

static void an_element_added_apart_is_one_and_removed_whole(void **state)
{
	struct writers *all = *state;

	writers_write(all, ANA, TAGS, RULE_orset, "[\"calm\"]");
	writers_write(all, BEN, TAGS, RULE_orset, "[\"calm\"]");
	writers_meet(all, ANA, BEN);
	writers_expect(all, ANA, TAGS, "\"calm\"");
	writers_write(all, ANA, TAGS, RULE_orset, "[]");
	writers_meet(all, ANA, BEN);
	writers_expect(all, BEN, TAGS, "-");
}

#define row(name)                                                              \
	cmocka_unit_test_setup_teardown(name, writers_begin, writers_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(adding_wins_over_removing_at_the_same_time),
		row(a_set_asked_for_what_it_holds_is_unchanged),
		row(an_element_added_apart_is_one_and_removed_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
