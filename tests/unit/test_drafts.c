/*
 * Goal: half-written words stay on this device, sealed, and are there again;
 * written while locked they become what they were meant to be at unlock.
 * Method: drafts and captures in a real store, looked for in its file, too.
 */
#include "tests/unit/vaultbed.h"

#include <fcntl.h>
#include <unistd.h>

static int put(struct bed *bed, char id[33], const char *kind, const char *text)
{
	struct buf fields;
	int code;

	buf_init(&fields, 1 << 20);
	bed->time.wall_ms += 1000;
	code = journal_draft_put(bed->vault, &bed->roster, bytes_from_str(kind),
				 bed_fields(&fields, "text", text, NULL),
				 bed->time, id, &bed_err);
	buf_release(&fields);
	return code;
}

static const char *drafts(struct bed *bed)
{
	static char text[1 << 16];
	struct buf list, json;

	buf_init(&list, 1 << 22);
	buf_init(&json, sizeof text - 1);
	assert_ok(journal_put_drafts(bed->vault, &list, &bed_err));
	assert_ok(codec_print_element(buf_bytes(&list), &json));
	memcpy(text, json.ptr, json.len);
	text[json.len] = '\0';
	buf_release(&list);
	buf_release(&json);
	return text;
}

static void a_draft_is_kept_replaced_and_dropped(void **state)
{
	char id[33] = "", other[33] = "", same[33];
	const char *list;
	uint64_t waiting, captured;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	assert_ok(put(&bed, id, "note", "First draft."));
	assert_int_equal(strlen(id), 26);
	assert_ok(put(&bed, other, "thought", "Another."));
	list = drafts(&bed);
	/* newest first */
	assert_true(strstr(list, "Another.") < strstr(list, "First draft."));
	memcpy(same, id, sizeof same);
	assert_ok(put(&bed, id, "note", "First draft, longer."));
	assert_string_equal(id, same);
	assert_non_null(strstr(drafts(&bed), "First draft, longer."));
	bed_reopen(&bed);
	journal_waiting(bed.vault, &waiting, &captured);
	assert_int_equal(waiting, 2);
	bed_unlock(&bed);
	assert_non_null(strstr(drafts(&bed), "First draft, longer."));
	assert_ok(journal_draft_drop(bed.vault, bytes_from_str(id + 20),
				     &bed_err));
	assert_null(strstr(drafts(&bed), "First draft"));
	assert_int_equal(
		journal_draft_drop(bed.vault, bytes_from_str(id), &bed_err),
		ERR_NOT_FOUND);
	/* a draft is no entry and never a block */
	assert_int_equal(journal_counts(bed.vault).entries, 0);
	assert_int_equal(bed_drain(&bed), 0);
	bed_free(&bed);
}

static void what_is_no_draft_is_refused(void **state)
{
	char id[33] = "";
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	assert_int_equal(put(&bed, id, "nothing", "x"), ERR_USAGE);
	assert_int_equal(journal_draft_put(bed.vault, &bed.roster,
					   bytes_from_str("note"),
					   bytes_from_str("\x93\x01"), bed.time,
					   id, &bed_err),
			 ERR_USAGE);
	assert_int_equal(journal_draft_put(bed.vault, &bed.roster,
					   bytes_from_str("note"),
					   bytes_from_str("\x01"), bed.time, id,
					   &bed_err),
			 ERR_USAGE);
	memcpy(id, "nope", 5);
	assert_int_equal(put(&bed, id, "note", "x"), ERR_NOT_FOUND);
	bed_free(&bed);
}

static void a_draft_goes_with_the_entry_that_finishes_it(void **state)
{
	struct journal_add add = { .kind = bytes_from_str("note"),
				   .place = { 240 } };
	uint64_t waiting, captured;
	char id[33] = "";
	struct buf fields;
	struct id16 entry;
	bool was_captured;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	buf_init(&fields, 4096);
	assert_ok(put(&bed, id, "note", "Half."));
	add.draft = bytes_from_str(id);
	add.fields = bed_fields(&fields, "text", "Whole.", NULL);
	assert_ok(journal_add(bed.vault, &bed.roster, &add, bed.time, &entry,
			      &was_captured, &bed_err));
	bed_drain(&bed);
	journal_waiting(bed.vault, &waiting, &captured);
	assert_int_equal(waiting, 0);
	bed_assert_has(&bed, &entry, "Whole.");
	buf_release(&fields);
	bed_free(&bed);
}

static void a_draft_written_while_locked_is_one_after_unlock(void **state)
{
	uint64_t waiting, captured, entries;
	char id[33] = "", same[33];
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	vault_lock(bed.vault);
	assert_ok(put(&bed, id, "note", "At the door."));
	memcpy(same, id, sizeof same);
	assert_ok(put(&bed, id, "note", "At the door, and in."));
	assert_string_equal(same, id);
	journal_waiting(bed.vault, &waiting, &captured);
	assert_int_equal(captured, 1);
	bed_unlock(&bed);
	assert_ok(journal_take_captures(bed.vault, &bed.roster, bed.time,
					&entries, &bed_err));
	assert_int_equal(entries, 0);
	assert_non_null(strstr(drafts(&bed), "At the door, and in."));
	journal_waiting(bed.vault, &waiting, &captured);
	assert_int_equal(waiting, 1);
	assert_int_equal(captured, 0);
	bed_free(&bed);
}

static int add_from(struct bed *bed, const char *draft, const char *text)
{
	struct journal_add add = { .kind = bytes_from_str("note"),
				   .draft = bytes_from_str(draft),
				   .place = { 240 } };
	struct buf fields;
	struct id16 entry;
	bool was_captured;
	int code;

	buf_init(&fields, 4096);
	bed->time.wall_ms += 1000;
	add.fields = bed_fields(&fields, "text", text, NULL);
	code = journal_add(bed->vault, &bed->roster, &add, bed->time, &entry,
			   &was_captured, &bed_err);
	buf_release(&fields);
	return code;
}

static uint64_t unlock_and_take(struct bed *bed)
{
	uint64_t entries;

	bed_unlock(bed);
	assert_ok(journal_take_captures(bed->vault, &bed->roster, bed->time,
					&entries, &bed_err));
	bed_drain(bed);
	return entries;
}

static void a_draft_written_on_while_locked_goes_with_its_entry(void **state)
{
	uint64_t waiting, captured;
	char id[33] = "";
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	assert_ok(put(&bed, id, "note", "Half."));
	vault_lock(bed.vault);
	assert_ok(put(&bed, id, "note", "Half, and more."));
	assert_ok(add_from(&bed, id, "Whole."));
	assert_int_equal(unlock_and_take(&bed), 1);
	journal_waiting(bed.vault, &waiting, &captured);
	assert_int_equal(waiting, 0);
	assert_int_equal(captured, 0);
	bed_free(&bed);
}

/* The ending of an id may be any entry's that waits for the unlock. */
static void what_waits_for_the_unlock_is_never_taken_for_a_draft(void **state)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	vault_lock(bed.vault);
	assert_ok(add_from(&bed, "", "First."));
	for (size_t i = 0; i < sizeof digits - 1; i++) {
		char ending[33] = { digits[i] };

		assert_ok(add_from(&bed, ending, "Another."));
		assert_int_equal(put(&bed, ending, "note", "x"), ERR_NOT_FOUND);
	}
	assert_int_equal(unlock_and_take(&bed), sizeof digits);
	assert_int_equal(journal_counts(bed.vault).entries, sizeof digits);
	bed_free(&bed);
}

static size_t listed(const struct buf *list)
{
	struct mp_reader reader = mp_reader(buf_bytes(list));
	size_t count = 0;

	assert_ok(mp_read_array(&reader, &count));
	return count;
}

static void the_newest_drafts_are_listed_though_all_would_not_fit(void **state)
{
	static char words[(LIMIT_FRAME_BYTES / 3) + 1];
	struct buf list;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	memset(words, 'w', sizeof words - 1);
	for (unsigned i = 0; i < 4; i++) {
		char id[33] = "";

		words[0] = (char)('a' + i);
		assert_ok(put(&bed, id, "note", words));
	}
	buf_init(&list, LIMIT_FRAME_BYTES - 64);
	assert_ok(journal_put_drafts(bed.vault, &list, &bed_err));
	assert_int_equal(listed(&list), 2);
	assert_non_null(memmem(list.ptr, list.len, "dwww", 4));
	assert_non_null(memmem(list.ptr, list.len, "cwww", 4));
	assert_null(memmem(list.ptr, list.len, "bwww", 4));
	buf_release(&list);
	bed_free(&bed);
}

static void a_draft_that_could_never_be_shown_is_refused(void **state)
{
	const size_t overhead = 16; /* the map around the words */
	size_t len = LIMIT_DRAFT_BYTES - overhead;
	char *words = mem_alloc(LIMIT_DRAFT_BYTES, 1);
	struct buf list;
	char id[33] = "";
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	assert_non_null(words);
	memset(words, 'w', len);
	assert_ok(put(&bed, id, "note", words));
	buf_init(&list, LIMIT_FRAME_BYTES - 64);
	assert_ok(journal_put_drafts(bed.vault, &list, &bed_err));
	assert_int_equal(listed(&list), 1);
	memset(words, 'w', LIMIT_DRAFT_BYTES - 1);
	assert_int_equal(put(&bed, id, "note", words), ERR_LIMIT);
	buf_release(&list);
	mem_free(words);
	bed_free(&bed);
}

static void drafts_have_a_limit(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	for (unsigned i = 0; i < LIMIT_DRAFTS; i++) {
		char id[33] = "";

		assert_ok(put(&bed, id, "note", "x"));
	}
	{
		char id[33] = "";

		assert_int_equal(put(&bed, id, "note", "one more"), ERR_LIMIT);
	}
	bed_free(&bed);
}

static void captures_have_room_for_so_much(void **state)
{
	struct bed bed;
	struct buf large;
	uint8_t id[16] = { 3 };
	char draft[33] = "";

	(void)state;
	bed_init(&bed, "laptop");
	vault_lock(bed.vault);
	buf_init(&large, 1 << 23);
	assert_non_null(buf_extend(&large, 1 << 22));
	for (uint8_t i = 0; i < 16; i++) {
		id[15] = i;
		if (store_shelf_put(bed.store, SHELF_CAPTURE,
				    bytes_of(id, sizeof id), buf_bytes(&large),
				    &bed_err) != 0)
			break;
	}
	assert_int_equal(put(&bed, draft, "note", "no room"), ERR_LIMIT);
	buf_release(&large);
	bed_free(&bed);
}

/* Looks through every file of the journal for the words. */
static bool is_in_files(const struct bed *bed, const char *words)
{
	static const char *const tails[] = { "", "-wal" };
	bool found = false;

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(tails); i++) {
		char path[600];
		struct bytes file;

		snprintf(path, sizeof path, "%s%s", bed->db, tails[i]);
		if (access(path, F_OK) != 0)
			continue;
		file = harness_read(path);
		found |= memmem(file.ptr, file.len, words, strlen(words)) !=
			 NULL;
		mem_free((void *)(uintptr_t)file.ptr);
	}
	return found;
}

static void nothing_that_was_written_lies_in_the_files(void **state)
{
	char id[33] = "";
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop-canary-1");
	bed_add(&bed, "note", "text", "entry-canary-2");
	assert_ok(put(&bed, id, "note", "draft-canary-3"));
	vault_lock(bed.vault);
	bed_add(&bed, "note", "text", "capture-canary-4");
	bed_commit(&bed);
	assert_false(is_in_files(&bed, "canary-2"));
	assert_false(is_in_files(&bed, "canary-3"));
	assert_false(is_in_files(&bed, "canary-4"));
	/* the control: what is kept in clear is found */
	assert_true(is_in_files(&bed, "canary-1"));
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_draft_is_kept_replaced_and_dropped),
		cmocka_unit_test(what_is_no_draft_is_refused),
		cmocka_unit_test(a_draft_goes_with_the_entry_that_finishes_it),
		cmocka_unit_test(
			a_draft_written_while_locked_is_one_after_unlock),
		cmocka_unit_test(
			a_draft_written_on_while_locked_goes_with_its_entry),
		cmocka_unit_test(
			what_waits_for_the_unlock_is_never_taken_for_a_draft),
		cmocka_unit_test(
			the_newest_drafts_are_listed_though_all_would_not_fit),
		cmocka_unit_test(a_draft_that_could_never_be_shown_is_refused),
		cmocka_unit_test(drafts_have_a_limit),
		cmocka_unit_test(captures_have_room_for_so_much),
		cmocka_unit_test(nothing_that_was_written_lies_in_the_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
