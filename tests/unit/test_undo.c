/*
 * Goal: undo takes back the newest change that was not taken back before, as
 * a change like any other, on whatever device it was made.
 * Method: scripts of adds, edits, deletes, and undos; the entry afterwards.
 */
#include "tests/unit/vaultbed.h"

#include "daemon/vault/inside.h"

static int undo(struct bed *bed, uint32_t count, bool dry_run,
		const char *expected, char expect[65], char *said)
{
	struct journal_undo undo = { .count = count, .dry_run = dry_run };
	struct buf undone, json;
	int code;

	buf_init(&undone, 1 << 20);
	buf_init(&json, 1 << 16);
	if (expected != NULL)
		undo.expect = bytes_from_str(expected);
	bed->time.wall_ms += 1000;
	code = journal_undo(bed->vault, &bed->roster, &undo, bed->time, &undone,
			    expect, &bed_err);
	if (code == 0) {
		assert_ok(codec_print_element(buf_bytes(&undone), &json));
		buf_put_u8(&json, 0);
		memcpy(said, json.ptr, json.len);
	}
	bed_drain(bed);
	buf_release(&undone);
	buf_release(&json);
	return code;
}

static char expect[65];
static char said[1 << 16];

static void an_edit_goes_back_to_what_it_was(void **state)
{
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "win", "what", "First words.");
	bed_set(&bed, &id, "what", "Second words.");
	bed_set(&bed, &id, "shows", "A third thing.");
	assert_ok(undo(&bed, 1, false, NULL, expect, said));
	assert_non_null(strstr(said, "\"changed\": [\"shows\"]"));
	assert_non_null(strstr(said, "\"rev\": 3"));
	bed_assert_has(&bed, &id, "Second words.");
	assert_null(strstr(bed_json(&bed, &id, 0), "A third thing."));
	/* twice goes further back, and nothing is lost */
	assert_ok(undo(&bed, 1, false, NULL, expect, said));
	bed_assert_has(&bed, &id, "First words.");
	assert_non_null(strstr(bed_json(&bed, &id, 3), "A third thing."));
	/* the add itself */
	assert_ok(undo(&bed, 1, false, NULL, expect, said));
	assert_non_null(strstr(said, "\"what\": \"added\""));
	assert_int_equal(journal_counts(bed.vault).entries, 0);
	assert_int_equal(journal_counts(bed.vault).deleted, 1);
	assert_int_equal(undo(&bed, 1, false, NULL, expect, said),
			 ERR_NOT_FOUND);
	bed_free(&bed);
}

static void undoing_a_delete_brings_back(void **state)
{
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "note", "text", "Still wanted.");
	bed_live(&bed, &id, 1);
	assert_ok(undo(&bed, 1, false, NULL, expect, said));
	assert_non_null(strstr(said, "\"what\": \"deleted\""));
	assert_int_equal(bed_search(&bed, "wanted"), 1);
	bed_live(&bed, &id, 1);
	bed_live(&bed, &id, -1);
	assert_ok(undo(&bed, 1, false, NULL, expect, said));
	assert_non_null(strstr(said, "\"what\": \"brought back\""));
	assert_int_equal(journal_counts(bed.vault).deleted, 1);
	bed_free(&bed);
}

static void several_at_once_and_a_dry_run_changes_nothing(void **state)
{
	char token[65], other[65];
	struct bed bed;
	struct id16 one, two;

	(void)state;
	bed_init(&bed, "laptop");
	one = bed_add(&bed, "note", "text", "One.");
	two = bed_add(&bed, "note", "text", "Two.");
	bed_set(&bed, &one, "text", "One, changed.");
	bed_set(&bed, &two, "text", "Two, changed.");
	assert_ok(undo(&bed, 2, true, NULL, token, said));
	bed_assert_has(&bed, &one, "One, changed.");
	assert_ok(undo(&bed, 2, true, NULL, other, said));
	assert_string_equal(token, other);
	/* something in between: the token fits no longer */
	bed_set(&bed, &one, "text", "One, again.");
	assert_int_equal(undo(&bed, 2, false, token, other, said), ERR_USAGE);
	bed_assert_has(&bed, &one, "One, again.");
	assert_ok(undo(&bed, 3, true, NULL, token, said));
	assert_ok(undo(&bed, 3, false, token, other, said));
	bed_assert_has(&bed, &one, "\"text\": \"One.\"");
	bed_assert_has(&bed, &two, "\"text\": \"Two.\"");
	assert_int_equal(undo(&bed, 0, true, NULL, token, said), ERR_USAGE);
	assert_int_equal(undo(&bed, 101, true, NULL, token, said), ERR_USAGE);
	assert_ok(undo(&bed, 100, true, NULL, token, said));
	bed_free(&bed);
}

static void lists_and_tags_go_back_too(void **state)
{
	struct bytes tag = bytes_from_str("work");
	struct journal_edit edit = { .tags_add = &tag,
				     .add_count = 1,
				     .star = 1 };
	struct buf fields;
	struct bed bed;
	struct id16 id;
	bool changed;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "thought", "thought", "It went badly.");
	buf_init(&fields, 4096);
	mp_put_map(&fields, 1);
	mp_put_cstr(&fields, "evidence_for");
	mp_put_array(&fields, 2);
	mp_put_cstr(&fields, "A pause.");
	mp_put_cstr(&fields, "A cough.");
	edit.fields = buf_bytes(&fields);
	assert_ok(journal_edit(bed.vault, &bed.roster, &id, &edit, bed.time,
			       &changed, &bed_err));
	bed_drain(&bed);
	bed_assert_has(&bed, &id, "\"evidence_for\": [\"A pause.\", ");
	buf_clear(&fields);
	mp_put_map(&fields, 1);
	mp_put_cstr(&fields, "evidence_for");
	mp_put_array(&fields, 1);
	mp_put_cstr(&fields, "A cough.");
	edit = (struct journal_edit){ .fields = buf_bytes(&fields),
				      .star = -1 };
	bed.time.wall_ms += 1000;
	assert_ok(journal_edit(bed.vault, &bed.roster, &id, &edit, bed.time,
			       &changed, &bed_err));
	bed_drain(&bed);
	assert_ok(undo(&bed, 1, false, NULL, expect, said));
	bed_assert_has(&bed, &id, "\"A pause.\", \"A cough.\"");
	bed_assert_has(&bed, &id, "\"starred\": true");
	assert_ok(undo(&bed, 1, false, NULL, expect, said));
	assert_null(strstr(bed_json(&bed, &id, 0), "A cough."));
	assert_null(strstr(bed_json(&bed, &id, 0), "work"));
	assert_null(strstr(bed_json(&bed, &id, 0), "\"starred\": true"));
	buf_release(&fields);
	bed_free(&bed);
}

static void what_another_device_wrote_can_be_undone_after_sync(void **state)
{
	char left[65], right[65];
	struct bed a, b;
	struct id16 id;

	(void)state;
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	id = bed_add(&a, "note", "text", "As it was.");
	bed_sync(&a, &b);
	b.time.wall_ms += 3600000;
	bed_set(&b, &id, "text", "From the phone.");
	bed_sync(&a, &b);
	a.time.wall_ms += 3600000;
	assert_ok(undo(&a, 1, false, NULL, expect, said));
	assert_non_null(strstr(said, "\"device\": \"phone\""));
	bed_assert_has(&a, &id, "As it was.");
	bed_sync(&a, &b);
	bed_assert_has(&b, &id, "As it was.");
	/* b knows that it was taken back: the next one is the add */
	b.time.wall_ms += 7200000;
	assert_ok(undo(&b, 1, true, NULL, expect, said));
	assert_non_null(strstr(said, "\"what\": \"added\""));
	bed_digest(&a, left);
	bed_digest(&b, right);
	assert_string_equal(left, right);
	bed_free(&b);
	bed_free(&a);
}

/* An import taken back a hundred at a time: what was taken back before is
 * looked at once, not once for every one of the hundred. */
static void taking_back_much_looks_at_each_entry_a_few_times(void **state)
{
	struct bed bed;
	uint64_t looked = 0;

	(void)state;
	bed_init(&bed, "laptop");
	for (unsigned i = 0; i < 600; i++)
		bed_add(&bed, "note", "text", "One of many.");
	for (unsigned i = 0; i < 6; i++) {
		uint64_t before = bed.vault->cache.clock;

		assert_ok(undo(&bed, 100, false, NULL, expect, said));
		looked = bed.vault->cache.clock - before;
	}
	assert_int_equal(journal_counts(bed.vault).entries, 0);
	/* 600 rows, and of each of 100: picked, written, and told. */
	assert_true(looked <= 600 + 6 * 100);
	assert_int_equal(undo(&bed, 1, false, NULL, expect, said),
			 ERR_NOT_FOUND);
	bed_free(&bed);
}

/* The newest first, whichever entry it is of. */
static void changes_of_two_entries_go_back_in_turn(void **state)
{
	struct id16 first, second;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	first = bed_add(&bed, "win", "what", "A1");
	second = bed_add(&bed, "win", "what", "B1");
	bed_set(&bed, &first, "what", "A2");
	bed_set(&bed, &second, "what", "B2");
	bed_set(&bed, &first, "what", "A3");
	assert_ok(undo(&bed, 2, false, NULL, expect, said));
	bed_assert_has(&bed, &first, "A2");
	bed_assert_has(&bed, &second, "B1");
	assert_ok(undo(&bed, 1, false, NULL, expect, said));
	bed_assert_has(&bed, &first, "A1");
	bed_assert_has(&bed, &second, "B1");
	assert_ok(undo(&bed, 2, false, NULL, expect, said));
	assert_int_equal(journal_counts(bed.vault).deleted, 2);
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edit_goes_back_to_what_it_was),
		cmocka_unit_test(undoing_a_delete_brings_back),
		cmocka_unit_test(several_at_once_and_a_dry_run_changes_nothing),
		cmocka_unit_test(lists_and_tags_go_back_too),
		cmocka_unit_test(changes_of_two_entries_go_back_in_turn),
		cmocka_unit_test(
			taking_back_much_looks_at_each_entry_a_few_times),
		cmocka_unit_test(
			what_another_device_wrote_can_be_undone_after_sync),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
