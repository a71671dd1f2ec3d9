/*
 * test_removal.c - who is put out, and by whom.
 *
 * Goal: rules 2 to 4 of PROTOCOL.md section 4: what a removal cuts and voids,
 * two who remove each other, and who may settle it. Method: records written
 * by hand, folded forwards and backwards.
 */
#include "daemon/core/roster.h"

#include "tests/lib/scene.h"

static void a_removal_cuts_and_voids_what_ran_beside_it(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct control_cut cut = { .seq = 17 };

	memcpy(cut.lid, s->ben.data.lid.b, 16);
	author_remove(&s->ana, &s->ben.sign, &cut, 1, ON(last), next(s));
	/* ben knew nothing of it. */
	author_add(&s->ben, &s->dor, ON(last), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_REMOVED);
	assert_false(roster_is_member(&s->roster, &s->dor.sign));
	assert_true(roster_find_log(&s->roster, &s->ben.data.lid)->has_cut);
	assert_int_equal(roster_find_log(&s->roster, &s->ben.data.lid)->cut,
			 17);
	assert_int_equal(roster_find_log(&s->roster, &s->ben.control.lid)->cut,
			 0);
	assert_true(roster_find_log(&s->roster, &s->ben.control.lid)->has_cut);
	assert_false(roster_find_log(&s->roster, &s->ana.data.lid)->has_cut);
	assert_int_equal(standing(s, &s->cai), ROSTER_MEMBER);
}

static void of_several_removals_the_farthest_cut_counts(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct control_cut near = { .seq = 3 };
	struct control_cut far = { .seq = 9 };

	memcpy(near.lid, s->ben.data.lid.b, 16);
	memcpy(far.lid, s->ben.data.lid.b, 16);
	author_remove(&s->cai, &s->ben.sign, &near, 1, ON(last), next(s));
	author_remove(&s->ana, &s->ben.sign, &far, 1, ON(last), next(s));
	fold(s);
	assert_int_equal(roster_find_log(&s->roster, &s->ben.data.lid)->cut, 9);
}

/* Is this paper among what the next record would name? */
static bool is_named(const struct scene *s, const struct paper *paper)
{
	struct dot dot = paper_dot(paper);
	size_t i;

	for (i = 0; i < s->roster.head_count; i++) {
		if (dot_compare(&s->roster.heads[i], &dot) == 0)
			return true;
	}
	return false;
}

/*
 * Records of a removed device are held as far as there is room, which it can
 * fill with something else everywhere: nobody may need them.
 */
static void what_a_removed_device_goes_on_writing_is_not_built_on(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct paper *mine = next(s);
	struct paper *gone = next(s);
	struct paper *turn = next(s);
	const struct sign_public *all[] = { &s->ana.sign, &s->ben.sign,
					    &s->cai.sign };
	const struct sign_public *both[] = { &s->ana.sign, &s->cai.sign };
	size_t strays, i;

	author_rotate(&s->cai, 2, all, 3, ON(last), mine);
	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(last), gone);
	strays = s->count;
	/* Nothing builds on cai's record but ben, who is out by then. */
	author_rotate(&s->ben, 3, all, 3, ON(mine), next(s));
	author_open(&s->ben, &s->ben.control, none, next(s));
	author_rotate(&s->ben, 4, all, 3, none, next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_REMOVED);
	assert_int_equal(s->roster.head_count, 2);
	assert_true(is_named(s, mine));
	assert_true(is_named(s, gone));
	/* n is 1 + the greatest in the past of that record. */
	assert_int_equal(roster_next_epoch(&s->roster), 3);
	author_rotate(&s->ana, 3, both, 2,
		      (struct deps){ s->roster.heads, s->roster.head_count },
		      turn);
	fold(s);
	assert_memory_equal(roster_write_epoch(&s->roster)->rotate.b,
			    turn->block.id.b, 32);
	/* Who has no room for ben's says the same. */
	for (i = strays; i < s->count; i++)
		author_control(&s->mallory, 50, bytes_of("\x80", 1),
			       &s->papers[i]);
	s->mallory.control.seq = 0;
	fold(s);
	assert_memory_equal(roster_write_epoch(&s->roster)->rotate.b,
			    turn->block.id.b, 32);
	assert_int_equal(roster_next_epoch(&s->roster), 4);
	assert_int_equal(s->roster.head_count, 1);
	assert_true(is_named(s, turn));
}

static void what_others_have_to_know_of_is_named(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct paper *leave = next(s);
	struct paper *one = next(s);
	struct paper *two = next(s);

	author_remove(&s->cai, &s->cai.sign, NULL, 0, ON(last), leave);
	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(last), one);
	author_remove(&s->ben, &s->ana.sign, NULL, 0, ON(last), two);
	fold(s);
	assert_int_equal(standing(s, &s->cai), ROSTER_REMOVED);
	assert_int_equal(standing(s, &s->ana), ROSTER_SUSPENDED);
	assert_int_equal(s->roster.head_count, 3);
	assert_true(is_named(s, leave));
	assert_true(is_named(s, one));
	assert_true(is_named(s, two));
}

static void what_was_done_before_a_removal_stays(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct paper *dor = let_in(s, &s->ben, &s->dor, ON(last));

	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(dor), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_REMOVED);
	assert_int_equal(standing(s, &s->dor), ROSTER_MEMBER);
}

static void a_removed_key_is_dead_for_ever(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct paper *gone = next(s);
	struct paper *add = next(s);

	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(last), gone);
	author_add(&s->cai, &s->ben, ON(gone), add);
	author_renew(&s->ben, 40);
	author_open(&s->ben, &s->ben.control, ON(add), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_REMOVED);
}

static void two_who_remove_each_other_are_suspended(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);

	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(last), next(s));
	author_remove(&s->ben, &s->ana.sign, NULL, 0, ON(last), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ana), ROSTER_SUSPENDED);
	assert_int_equal(standing(s, &s->ben), ROSTER_SUSPENDED);
	assert_int_equal(standing(s, &s->cai), ROSTER_MEMBER);
	assert_memory_equal(
		roster_find(&s->roster, &s->ana.sign)->rival->device.b,
		s->ben.sign.b, 32);
	/* Only the two do not talk to each other. */
	assert_false(roster_serves(&s->roster, &s->ana.sign, &s->ben.sign));
	assert_false(roster_serves(&s->roster, &s->ben.sign, &s->ana.sign));
	assert_true(roster_serves(&s->roster, &s->cai.sign, &s->ana.sign));
	assert_true(roster_serves(&s->roster, &s->ana.sign, &s->cai.sign));
	assert_false(roster_is_member(&s->roster, &s->ana.sign));
	/* Neither log is cut. */
	assert_false(roster_find_log(&s->roster, &s->ana.data.lid)->has_cut);
}

static void a_third_member_settles_it(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct paper *one = next(s);
	struct paper *two = next(s);

	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(last), one);
	author_remove(&s->ben, &s->ana.sign, NULL, 0, ON(last), two);
	author_remove(&s->cai, &s->ben.sign, NULL, 0, ON(one, two), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ana), ROSTER_MEMBER);
	assert_int_equal(standing(s, &s->ben), ROSTER_REMOVED);
}

static void third_members_on_both_sides_leave_it_open(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct paper *dor = let_in(s, &s->ana, &s->dor, ON(last));
	struct paper *one = next(s);
	struct paper *two = next(s);

	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(dor), one);
	author_remove(&s->ben, &s->ana.sign, NULL, 0, ON(dor), two);
	author_remove(&s->cai, &s->ben.sign, NULL, 0, ON(one, two), next(s));
	author_remove(&s->dor, &s->ana.sign, NULL, 0, ON(one, two), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ana), ROSTER_SUSPENDED);
	assert_int_equal(standing(s, &s->ben), ROSTER_SUSPENDED);
	assert_int_equal(standing(s, &s->cai), ROSTER_MEMBER);
	assert_int_equal(standing(s, &s->dor), ROSTER_MEMBER);
}

static void the_phrase_beats_members(void **state)
{
	struct scene *s = *state;
	struct paper *last = three_and_phrase(s);
	struct paper *one = next(s);
	struct paper *two = next(s);

	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(last), one);
	author_remove(&s->ben, &s->ana.sign, NULL, 0, ON(last), two);
	author_remove(&s->cai, &s->ben.sign, NULL, 0, ON(one, two), next(s));
	author_remove(&s->sheet, &s->ana.sign, NULL, 0, ON(one, two), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ana), ROSTER_REMOVED);
	assert_int_equal(standing(s, &s->ben), ROSTER_MEMBER);
}

static void a_phrase_set_after_they_fell_out_settles_nothing(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct paper *one = next(s);
	struct paper *two = next(s);
	struct paper *set = next(s);
	struct paper *open = next(s);

	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(last), one);
	author_remove(&s->ben, &s->ana.sign, NULL, 0, ON(last), two);
	author_recovery(&s->cai, &s->sheet, ON(one, two), set);
	author_open(&s->sheet, &s->sheet.control, ON(set), open);
	author_remove(&s->sheet, &s->ana.sign, NULL, 0, none, next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_SUSPENDED);
}

static void a_rotation_settles_nothing(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct paper *one = next(s);
	struct paper *two = next(s);

	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(last), one);
	author_remove(&s->ben, &s->ana.sign, NULL, 0, ON(last), two);
	author_rotate(&s->cai, 2, NULL, 0, ON(one, two), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ana), ROSTER_SUSPENDED);
	assert_int_equal(standing(s, &s->ben), ROSTER_SUSPENDED);
}

static void each_of_a_suspended_pair_has_an_epoch_to_write_under(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct paper *one = next(s);
	struct paper *two = next(s);
	const struct sign_public *ana[2] = { &s->ana.sign, &s->cai.sign };
	const struct sign_public *both[3] = { &s->ana.sign, &s->cai.sign,
					      &s->ben.sign };

	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(last), one);
	author_remove(&s->ben, &s->ana.sign, NULL, 0, ON(last), two);
	fold(s);
	assert_null(roster_write_epoch(&s->roster));
	author_rotate(&s->ana, 2, ana, 2, none, next(s));
	fold(s);
	assert_non_null(roster_write_epoch(&s->roster));
	assert_int_equal(roster_write_epoch(&s->roster)->n, 2);
	/* Not one that both could read. */
	author_rotate(&s->cai, 3, both, 3, ON(&s->papers[s->count - 1]),
		      next(s));
	fold(s);
	assert_int_equal(roster_write_epoch(&s->roster)->n, 2);
}

static void a_device_can_leave_but_the_last_cannot(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct paper *gone = next(s);

	author_remove(&s->ben, &s->ben.sign, NULL, 0, ON(last), gone);
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_REMOVED);
	author_remove(&s->ana, &s->cai.sign, NULL, 0, ON(gone), next(s));
	author_remove(&s->ana, &s->ana.sign, NULL, 0, none, next(s));
	fold(s);
	assert_int_equal(standing(s, &s->cai), ROSTER_REMOVED);
	assert_int_equal(standing(s, &s->ana), ROSTER_MEMBER);
}

static void the_phrase_can_remove_the_last_device(void **state)
{
	struct scene *s = *state;
	struct paper *last = found(s);
	struct paper *set = next(s);
	struct paper *open = next(s);

	author_recovery(&s->ana, &s->sheet, ON(last), set);
	author_open(&s->sheet, &s->sheet.control, ON(set), open);
	author_remove(&s->sheet, &s->ana.sign, NULL, 0, none, next(s));
	let_in(s, &s->sheet, &s->ben, none);
	fold(s);
	assert_int_equal(standing(s, &s->ana), ROSTER_REMOVED);
	assert_int_equal(standing(s, &s->ben), ROSTER_MEMBER);
	assert_true(roster_find(&s->roster, &s->sheet.sign)->is_recovery);
	assert_int_equal(standing(s, &s->sheet), ROSTER_MEMBER);
}

static void nobody_removes_the_phrase_but_another_phrase(void **state)
{
	struct scene *s = *state;
	struct paper *last = three_and_phrase(s);
	struct paper *gone = next(s);

	author_remove(&s->ana, &s->sheet.sign, NULL, 0, ON(last), gone);
	fold(s);
	assert_int_equal(standing(s, &s->sheet), ROSTER_MEMBER);
	author_recovery(&s->ana, &s->mallory, none, next(s));
	/* The former phrase, not knowing that it is one. */
	author_remove(&s->sheet, &s->ben.sign, NULL, 0, ON(gone), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->sheet), ROSTER_REMOVED);
	assert_int_equal(standing(s, &s->mallory), ROSTER_MEMBER);
	assert_int_equal(standing(s, &s->ben), ROSTER_MEMBER);
}

static void a_new_phrase_against_a_removal_by_the_old_is_open(void **state)
{
	struct scene *s = *state;
	struct paper *last = three_and_phrase(s);

	author_recovery(&s->ana, &s->mallory, ON(last), next(s));
	author_remove(&s->sheet, &s->ana.sign, NULL, 0, ON(last), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ana), ROSTER_SUSPENDED);
	assert_int_equal(standing(s, &s->sheet), ROSTER_SUSPENDED);
	assert_int_equal(standing(s, &s->ben), ROSTER_MEMBER);
}

#define with_scene(test)                                                       \
	cmocka_unit_test_setup_teardown(test, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(a_removal_cuts_and_voids_what_ran_beside_it),
		with_scene(of_several_removals_the_farthest_cut_counts),
		with_scene(
			what_a_removed_device_goes_on_writing_is_not_built_on),
		with_scene(what_others_have_to_know_of_is_named),
		with_scene(what_was_done_before_a_removal_stays),
		with_scene(a_removed_key_is_dead_for_ever),
		with_scene(two_who_remove_each_other_are_suspended),
		with_scene(a_third_member_settles_it),
		with_scene(third_members_on_both_sides_leave_it_open),
		with_scene(the_phrase_beats_members),
		with_scene(a_phrase_set_after_they_fell_out_settles_nothing),
		with_scene(a_rotation_settles_nothing),
		with_scene(
			each_of_a_suspended_pair_has_an_epoch_to_write_under),
		with_scene(a_device_can_leave_but_the_last_cannot),
		with_scene(the_phrase_can_remove_the_last_device),
		with_scene(nobody_removes_the_phrase_but_another_phrase),
		with_scene(a_new_phrase_against_a_removal_by_the_old_is_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
