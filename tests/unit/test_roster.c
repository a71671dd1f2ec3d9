/*
 * test_roster.c - who belongs.
 *
 * Goal: rules 1, 4, and 5 of PROTOCOL.md section 4, and each way of asking for
 * what is not one's to ask for. Method: records written by hand, folded
 * forwards, backwards, and one short; law/test_roster_orders.c has all small
 * histories against a second fold.
 */
#include "daemon/core/roster.h"

#include "proto/codec.h"
#include "tests/lib/scene.h"

static void a_founder_is_a_member(void **state)
{
	struct scene *s = *state;

	found(s);
	fold(s);
	assert_true(s->roster.has_genesis);
	assert_true(hash32_equal(&s->roster.journal, &s->ana.journal));
	assert_int_equal(standing(s, &s->ana), ROSTER_MEMBER);
	assert_int_equal(s->roster.member_count, 1);
	assert_int_equal(s->roster.log_count, 2);
	assert_int_equal(
		roster_find_log(&s->roster, &s->ana.data.lid)->log_class,
		LOG_DATA);
	assert_false(
		roster_find_log(&s->roster, &s->ana.data.lid)->quarantined);
	assert_int_equal(s->roster.head_count, 1);
	assert_int_equal(roster_next_epoch(&s->roster), 1);
	assert_null(roster_write_epoch(&s->roster));
}

static void an_add_counts_from_the_joiners_own_log(void **state)
{
	struct scene *s = *state;
	struct paper *add;

	found(s);
	add = next(s);
	author_add(&s->ana, &s->ben, none, add);
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_PENDING);
	assert_false(roster_is_member(&s->roster, &s->ben.sign));
	author_open(&s->ben, &s->ben.control, ON(add), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_MEMBER);
	assert_ptr_equal(roster_find_net(&s->roster, &s->ben.net),
			 roster_find(&s->roster, &s->ben.sign));
}

static void a_log_opened_without_knowing_the_add_does_not_count(void **state)
{
	struct scene *s = *state;

	found(s);
	author_add(&s->ana, &s->ben, none, next(s));
	author_open(&s->ben, &s->ben.control, none, next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_PENDING);
	assert_true(
		roster_find_log(&s->roster, &s->ben.control.lid)->quarantined);
}

static void records_of_a_stranger_do_not_count(void **state)
{
	struct scene *s = *state;
	struct paper *last, *open;

	last = three(s);
	open = next(s);
	author_open(&s->mallory, &s->mallory.control, ON(last), open);
	author_add(&s->mallory, &s->dor, none, next(s));
	author_remove(&s->mallory, &s->ana.sign, NULL, 0, none, next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ana), ROSTER_MEMBER);
	assert_false(roster_is_member(&s->roster, &s->dor.sign));
	assert_true(roster_find_log(&s->roster, &s->mallory.control.lid)
			    ->quarantined);
}

static void a_backdated_removal_of_the_founder_does_not_count(void **state)
{
	struct scene *s = *state;
	struct paper *ben;

	found(s);
	ben = let_in(s, &s->ana, &s->ben, none);
	(void)ben;
	/* As if ben had been there before: without knowing his own ADD. */
	author_renew(&s->ben, 40);
	author_open(&s->ben, &s->ben.control, none, next(s));
	author_remove(&s->ben, &s->ana.sign, NULL, 0, none, next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ana), ROSTER_MEMBER);
}

static void a_second_genesis_changes_nothing(void **state)
{
	struct scene *s = *state;
	struct author other;
	struct paper *second;

	three(s);
	author_init(&other, 9);
	second = next(s);
	author_genesis(&other, second);
	/* Of another journal it would not get here: under our own jtag. */
	second->block.header.jtag = s->ana.jtag;
	block_compute_id(&second->block);
	fold(s);
	assert_false(roster_is_member(&s->roster, &other.sign));
	assert_int_equal(s->roster.member_count, 3);
	assert_true(hash32_equal(&s->roster.journal, &s->ana.journal));
}

static void what_names_something_missing_waits(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct paper *gone = next(s);

	author_rotate(&s->ben, 2, NULL, 0, ON(last), gone);
	author_remove(&s->cai, &s->ben.sign, NULL, 0, ON(gone), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_REMOVED);
	/* Without what it builds on the removal waits. */
	*gone = s->papers[s->count - 1];
	s->count--;
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_MEMBER);
	assert_int_equal(s->roster.left_out, 1);
}

static void keys_have_to_be_new_and_three_and_sound(void **state)
{
	struct scene *s = *state;
	struct author odd;
	struct paper *add;

	three(s);
	add = next(s);
	/* Low order. */
	odd = s->dor;
	memset(odd.box.b, 0, 32);
	author_add(&s->ana, &odd, none, add);
	fold(s);
	assert_false(roster_find(&s->roster, &odd.sign) != NULL &&
		     standing(s, &odd) != ROSTER_VOID);
	/* One key for two jobs. */
	s->ana.control.seq--;
	s->ana.control.prev = add->block.header.prev;
	odd = s->dor;
	memcpy(odd.net.b, odd.sign.b, 32);
	author_add(&s->ana, &odd, none, add);
	fold(s);
	assert_int_equal(standing(s, &odd), ROSTER_VOID);
	/* Somebody else's. */
	s->ana.control.seq--;
	s->ana.control.prev = add->block.header.prev;
	odd = s->dor;
	odd.box = s->ben.box;
	author_add(&s->ana, &odd, none, add);
	fold(s);
	assert_int_equal(standing(s, &odd), ROSTER_VOID);
	s->ana.control.seq--;
	s->ana.control.prev = add->block.header.prev;
	odd = s->dor;
	odd.net = s->ben.net;
	author_add(&s->ana, &odd, none, add);
	fold(s);
	assert_int_equal(standing(s, &odd), ROSTER_VOID);
	/* The same device with other keys. */
	s->ana.control.seq--;
	s->ana.control.prev = add->block.header.prev;
	odd = s->ben;
	odd.box = s->dor.box;
	author_add(&s->ana, &odd, none, add);
	fold(s);
	assert_int_equal(standing(s, &s->ben), ROSTER_MEMBER);
	assert_memory_equal(roster_find(&s->roster, &s->ben.sign)->box.b,
			    s->ben.box.b, 32);
}

static void rotations_count_by_one(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	const struct sign_public *to[3] = { &s->ana.sign, &s->ben.sign,
					    &s->cai.sign };
	struct paper *skip = next(s);

	fold(s);
	assert_int_equal(roster_next_epoch(&s->roster), 2);
	assert_int_equal(roster_write_epoch(&s->roster)->n, 1);
	author_rotate(&s->ben, UINT32_MAX, to, 3, ON(last), skip);
	author_rotate(&s->cai, 2, to, 3, ON(skip), next(s));
	author_rotate(&s->ana, 2, to, 3, none, next(s));
	fold(s);
	assert_int_equal(s->roster.epoch_count, 4);
	assert_int_equal(s->roster.epochs[3].n, UINT32_MAX);
	assert_true(s->roster.epochs[3].is_void);
	assert_int_equal(roster_write_epoch(&s->roster)->n, 2);
	assert_int_equal(roster_next_epoch(&s->roster), 3);
	/* Of two with one n the greater id. */
	assert_true(memcmp(s->roster.epochs[1].rotate.b,
			   s->roster.epochs[2].rotate.b, 32) < 0);
	assert_ptr_equal(roster_write_epoch(&s->roster), &s->roster.epochs[2]);
}

static void nobody_writes_under_an_epoch_that_leaves_one_out(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	const struct sign_public *to[3] = { &s->ana.sign, &s->ben.sign,
					    &s->mallory.sign };

	author_rotate(&s->ana, 2, to, 2, ON(last), next(s));
	author_rotate(&s->ana, 3, to, 3, none, next(s));
	fold(s);
	assert_int_equal(roster_write_epoch(&s->roster)->n, 1);
	assert_int_equal(roster_next_epoch(&s->roster), 4);
}

/*
 * A wrap names whom it is for by half of its key. Somebody let in who never
 * comes, under a key that begins like cai's, takes nothing from cai's wraps.
 */
static void a_key_that_begins_like_anothers_stands_in_nobodys_way(void **state)
{
	struct scene *s = *state;
	const struct sign_public *to[3] = { &s->ana.sign, &s->ben.sign,
					    &s->cai.sign };
	struct paper *ben, *like, *cai;

	memcpy(s->mallory.sign.b, s->cai.sign.b, 16);
	found(s);
	ben = let_in(s, &s->ana, &s->ben, none);
	like = next(s);
	author_add(&s->ben, &s->mallory, ON(ben), like);
	cai = let_in(s, &s->ana, &s->cai, ON(like));
	author_rotate(&s->ana, 1, to, 3, ON(cai), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->mallory), ROSTER_PENDING);
	assert_int_equal(standing(s, &s->cai), ROSTER_MEMBER);
	assert_non_null(roster_write_epoch(&s->roster));
}

/* For nobody who is not on the roster, for everybody who is, its own author
 * among them; removing the one left out makes it fit. */
static void a_rotation_that_leaves_somebody_out_is_not_written_under(
	void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	const struct sign_public *all[] = { &s->ana.sign, &s->ben.sign,
					    &s->cai.sign };
	const struct sign_public *both[] = { &s->ana.sign, &s->ben.sign };
	struct paper *without_cai = next(s);
	struct paper *whole, *without_author, *gone;

	author_rotate(&s->ana, 2, both, 2, ON(last), without_cai);
	fold(s);
	assert_int_equal(s->roster.epoch_count, 2);
	assert_false(s->roster.epochs[1].is_void);
	assert_false(s->roster.epochs[1].fits_roster);
	assert_int_equal(roster_write_epoch(&s->roster)->n, 1);
	without_author = next(s);
	author_rotate(&s->cai, 3, both, 2, ON(without_cai), without_author);
	fold(s);
	assert_false(s->roster.epochs[2].fits_roster);
	assert_int_equal(roster_write_epoch(&s->roster)->n, 1);
	/* With cai out, ana's is for all who are left; cai's own is for the
	 * same two, but cai has it. */
	gone = next(s);
	author_remove(&s->ana, &s->cai.sign, NULL, 0, ON(without_author), gone);
	fold(s);
	assert_false(s->roster.epochs[0].fits_roster);
	assert_true(s->roster.epochs[1].fits_roster);
	assert_false(s->roster.epochs[2].fits_roster);
	assert_memory_equal(roster_write_epoch(&s->roster)->rotate.b,
			    without_cai->block.id.b, 32);
	/* Nor is one written under that is for somebody who left. */
	whole = next(s);
	author_rotate(&s->ana, 4, all, 3, ON(gone), whole);
	fold(s);
	assert_int_equal(s->roster.epochs[3].n, 4);
	assert_false(s->roster.epochs[3].fits_roster);
	assert_int_equal(roster_write_epoch(&s->roster)->n, 2);
}

static void thirty_three_wraps_are_no_rotation(void **state)
{
	struct scene *s = *state;
	struct control_wrap wraps[LIMIT_WRAPS + 1];
	struct control_rotate rotate;
	struct schema_message loose = *schema_control(CONTROL_ROTATE);
	struct schema_field fields[16];
	struct buf body;
	size_t i;

	three(s);
	memset(&rotate, 0, sizeof rotate);
	memset(wraps, 0, sizeof wraps);
	for (i = 0; i < LIMIT_WRAPS + 1; i++)
		wraps[i].sealed = bytes_from_str("x");
	rotate.n = 2;
	rotate.wraps = (struct schema_list){ wraps, LIMIT_WRAPS + 1 };
	assert_true(loose.field_count <= KEPT_ARRAY_COUNT(fields));
	memcpy(fields, loose.fields, loose.field_count * sizeof *fields);
	for (i = 0; i < loose.field_count; i++)
		fields[i].bound *= 2;
	loose.fields = fields;
	buf_init(&body, AUTHOR_BODY_BYTES);
	assert_int_equal(codec_encode(&loose, &rotate, &body), 0);
	author_control(&s->ana, CONTROL_ROTATE, buf_bytes(&body), next(s));
	buf_release(&body);
	fold(s);
	assert_int_equal(s->roster.epoch_count, 1);
	assert_int_equal(s->roster.left_out, 1);
}

static void the_seventeenth_device_is_one_too_many(void **state)
{
	static struct author crowd[LIMIT_MEMBERS + 1];
	struct scene *s = *state;
	struct paper *last = three_and_phrase(s);
	size_t i;

	for (i = 0; i < LIMIT_MEMBERS - 3 + 1; i++) {
		author_init(&crowd[i], (uint8_t)(100 + i));
		author_join(&crowd[i], &s->ana);
		last = let_in(s, &s->ana, &crowd[i], ON(last));
	}
	fold(s);
	assert_int_equal(standing(s, &crowd[LIMIT_MEMBERS - 4]), ROSTER_MEMBER);
	assert_int_equal(standing(s, &crowd[LIMIT_MEMBERS - 3]), ROSTER_VOID);
	/* The phrase may. */
	let_in(s, &s->sheet, &s->dor, ON(last));
	fold(s);
	assert_int_equal(standing(s, &s->dor), ROSTER_MEMBER);
}

static void a_newer_record_freezes_only_what_lets_in(void **state)
{
	struct scene *s = *state;
	struct paper *last = three_and_phrase(s);
	struct paper *newer = next(s);
	struct dot known = paper_dot(last);
	uint8_t body[4 + DOT_BYTES] = { 0x81, 1, 0xc4, DOT_BYTES };

	/* Kinds 64 to 127 have to be understood. */
	dot_pack(&known, body + 4);
	author_control(&s->ben, 64, bytes_of(body, sizeof body), newer);
	let_in(s, &s->ana, &s->dor, none);
	fold(s);
	assert_true(s->roster.frozen);
	assert_int_equal(standing(s, &s->dor), ROSTER_VOID);
	/* Removing goes on, and lifts it where it was the author's. */
	author_remove(&s->ana, &s->cai.sign, NULL, 0, none, next(s));
	fold(s);
	assert_int_equal(standing(s, &s->cai), ROSTER_REMOVED);
	assert_int_equal(standing(s, &s->dor), ROSTER_VOID);
	author_remove(&s->ana, &s->ben.sign, NULL, 0, ON(newer), next(s));
	fold(s);
	assert_false(s->roster.frozen);
	assert_int_equal(standing(s, &s->dor), ROSTER_MEMBER);
	/* 63 is merely unknown. */
	author_control(&s->ana, 63, bytes_of("\x80", 1), next(s));
	fold(s);
	assert_false(s->roster.frozen);
}

static void a_forked_control_log_is_two_chains(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	struct author twin = s->ben;
	struct paper *left = next(s);
	struct paper *right = next(s);

	author_add(&s->ben, &s->dor, ON(last), left);
	author_remove(&twin, &s->cai.sign, NULL, 0, ON(last), right);
	author_open(&s->dor, &s->dor.control, ON(left), next(s));
	fold(s);
	assert_int_equal(standing(s, &s->dor), ROSTER_MEMBER);
	assert_int_equal(standing(s, &s->cai), ROSTER_REMOVED);
}

static void noise_for_a_body_is_left_out(void **state)
{
	struct scene *s = *state;
	struct paper *last = three(s);
	uint8_t kind;

	(void)last;
	for (kind = 1; kind < 8; kind++)
		author_control(&s->ana, kind, bytes_of("\xc1\x00\x01", 3),
			       next(s));
	author_control(&s->ana, CONTROL_REMOVE, bytes_of(NULL, 0), next(s));
	fold(s);
	assert_int_equal(s->roster.left_out, 8);
	assert_int_equal(standing(s, &s->ana), ROSTER_MEMBER);
}

static void more_records_than_the_limit_are_refused(void **state)
{
	struct scene *s = *state;
	static struct roster_record many[LIMIT_CONTROL_RECORDS + 1];
	size_t i;

	found(s);
	for (i = 0; i < KEPT_ARRAY_COUNT(many); i++) {
		many[i] = paper_record(&s->papers[1]);
		le32_put(many[i].id.b, (uint32_t)i);
	}
	many[0] = paper_record(&s->papers[0]);
	many[1] = paper_record(&s->papers[1]);
	arena_reset(&s->arena);
	assert_int_equal(
		roster_fold(many, LIMIT_CONTROL_RECORDS, &s->arena, &s->roster),
		0);
	assert_int_equal(s->roster.member_count, 1);
	arena_reset(&s->arena);
	assert_int_equal(roster_fold(many, LIMIT_CONTROL_RECORDS + 1, &s->arena,
				     &s->roster),
			 ERR_LIMIT);
}

#define with_scene(test)                                                       \
	cmocka_unit_test_setup_teardown(test, scene_set_up, scene_tear_down)

static const struct CMUnitTest left_out =
	with_scene(a_rotation_that_leaves_somebody_out_is_not_written_under);

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_scene(a_founder_is_a_member),
		with_scene(an_add_counts_from_the_joiners_own_log),
		with_scene(a_log_opened_without_knowing_the_add_does_not_count),
		with_scene(records_of_a_stranger_do_not_count),
		with_scene(a_backdated_removal_of_the_founder_does_not_count),
		with_scene(a_second_genesis_changes_nothing),
		with_scene(what_names_something_missing_waits),
		with_scene(keys_have_to_be_new_and_three_and_sound),
		with_scene(rotations_count_by_one),
		with_scene(nobody_writes_under_an_epoch_that_leaves_one_out),
		left_out,
		with_scene(
			a_key_that_begins_like_anothers_stands_in_nobodys_way),
		with_scene(thirty_three_wraps_are_no_rotation),
		with_scene(the_seventeenth_device_is_one_too_many),
		with_scene(a_newer_record_freezes_only_what_lets_in),
		with_scene(a_forked_control_log_is_two_chains),
		with_scene(noise_for_a_body_is_left_out),
		with_scene(more_records_than_the_limit_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
