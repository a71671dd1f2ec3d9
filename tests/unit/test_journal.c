/*
 * Goal: entries go in, change, and come out as the outside contract says, and
 * two devices with the same blocks hold the same journal.
 * Method: one or two vaults with real stores (vaultbed.h), looked at through
 * the program's form as JSON.
 */
#include "tests/unit/vaultbed.h"

#include "daemon/vault/change.h"
#include "daemon/vault/inside.h"
#include "proto/ulid.h"

static void an_entry_comes_out_as_it_went_in(void **state)
{
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	/* shown before its block is in the store, too */
	id = bed_add_only(&bed, "win", "what", "Left at six.");
	bed_assert_has(&bed, &id, "\"kind\": \"win\"");
	bed_drain(&bed);
	bed_assert_has(&bed, &id, "\"what\": \"Left at six.\"");
	bed_assert_has(&bed, &id, "\"device\": \"laptop\"");
	bed_assert_has(&bed, &id, "\"rev\": 1");
	bed_assert_has(&bed, &id, "\"day\": \"2026-09-21\"");
	bed_free(&bed);
}

static void what_is_not_an_entry_is_refused(void **state)
{
	struct journal_add add = { .kind = bytes_from_str("nothing"),
				   .place = { 240 } };
	struct buf fields;
	struct id16 id;
	bool captured;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	buf_init(&fields, 4096);
	add.fields = bed_fields(&fields, "text", "x", NULL);
	assert_int_equal(journal_add(bed.vault, &bed.roster, &add, bed.time,
				     &id, &captured, &bed_err),
			 ERR_USAGE);
	add.kind = bytes_from_str("win");
	add.fields = bed_fields(&fields, "size", "enormous", NULL);
	assert_int_equal(journal_add(bed.vault, &bed.roster, &add, bed.time,
				     &id, &captured, &bed_err),
			 ERR_USAGE);
	assert_non_null(strstr(bed_err.text, "size"));
	add.fields = bed_fields(&fields, "what", "x", NULL);
	add.at = bytes_from_str("2036-01-01T00:00:00Z");
	assert_int_equal(journal_add(bed.vault, &bed.roster, &add, bed.time,
				     &id, &captured, &bed_err),
			 ERR_USAGE);
	assert_int_equal(journal_counts(bed.vault).entries, 0);
	buf_release(&fields);
	bed_free(&bed);
}

static void an_edit_changes_only_what_it_names(void **state)
{
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "win", "what", "Asked for help.");
	assert_true(bed_set(&bed, &id, "shows", "I can ask."));
	bed_assert_has(&bed, &id, "Asked for help.");
	bed_assert_has(&bed, &id, "I can ask.");
	bed_assert_has(&bed, &id, "\"rev\": 2");
	assert_false(bed_set(&bed, &id, "shows", "I can ask."));
	bed_assert_has(&bed, &id, "\"rev\": 2");
	assert_true(bed_set(&bed, &id, "shows", BED_KEPT));
	assert_null(strstr(bed_json(&bed, &id, 0), "I can ask."));
	/* what the entry is about stays */
	{
		struct journal_edit edit = { .star = 0 };
		struct buf fields;
		bool changed;

		buf_init(&fields, 4096);
		edit.fields = bed_fields(&fields, "what", BED_KEPT, NULL);
		assert_int_equal(journal_edit(bed.vault, &bed.roster, &id,
					      &edit, bed.time, &changed,
					      &bed_err),
				 ERR_USAGE);
		buf_release(&fields);
	}
	bed_free(&bed);
}

static void tags_and_stars_come_and_go(void **state)
{
	struct bytes work[] = { { (const uint8_t *)"work", 4 },
				{ (const uint8_t *)"home", 4 } };
	struct journal_edit edit = { .tags_add = work,
				     .add_count = 2,
				     .star = 1 };
	struct journal_query query = { .limit = 10, .starred = true };
	static struct bed_page page;
	bool changed;
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	bed_add(&bed, "note", "text", "Plain.");
	id = bed_add(&bed, "note", "text", "Tagged.");
	assert_ok(journal_edit(bed.vault, &bed.roster, &id, &edit, bed.time,
			       &changed, &bed_err));
	bed_drain(&bed);
	assert_true(changed);
	bed_assert_has(&bed, &id, "\"tags\": [\"home\", \"work\"]");
	bed_assert_has(&bed, &id, "\"starred\": true");
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 1);
	query.starred = false;
	query.tag = work[0];
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 1);
	query.tag = bytes_from_str("nowhere");
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 0);
	edit = (struct journal_edit){ .tags_remove = work,
				      .remove_count = 1,
				      .star = -1 };
	assert_ok(journal_edit(bed.vault, &bed.roster, &id, &edit, bed.time,
			       &changed, &bed_err));
	bed_drain(&bed);
	bed_assert_has(&bed, &id, "\"tags\": [\"home\"]");
	assert_null(strstr(bed_json(&bed, &id, 0), "\"starred\": true"));
	bed_free(&bed);
}

static void a_deleted_entry_is_hidden_and_comes_back(void **state)
{
	struct journal_query query = { .limit = 10 };
	static struct bed_page page;
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "note", "text", "Maybe not.");
	assert_true(bed_live(&bed, &id, 1));
	assert_false(bed_live(&bed, &id, 1));
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 0);
	assert_int_equal(bed_search(&bed, "maybe"), 0);
	query.deleted = true;
	bed_list(&bed, &query, &page);
	assert_int_equal(page.count, 1);
	assert_non_null(strstr(page.json, "\"state\": \"deleted\""));
	assert_int_equal(journal_counts(bed.vault).deleted, 1);
	assert_true(bed_live(&bed, &id, -1));
	assert_int_equal(bed_search(&bed, "maybe"), 1);
	/* writing in a deleted one brings it back */
	assert_true(bed_live(&bed, &id, 1));
	assert_true(bed_set(&bed, &id, "text", "After all."));
	assert_int_equal(journal_counts(bed.vault).entries, 1);
	bed_free(&bed);
}

static void any_unique_ending_of_an_id_will_do(void **state)
{
	char text[ULID_TEXT_BYTES + 1];
	struct id16 one, two, found;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	one = bed_add(&bed, "note", "text", "One.");
	two = bed_add(&bed, "note", "text", "Two.");
	ulid_format(&one, text);
	assert_ok(journal_find(bed.vault, bytes_from_str(text + 20), &found,
			       &bed_err));
	assert_true(id16_equal(&found, &one));
	for (char *c = text; *c != '\0'; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	assert_ok(journal_find(bed.vault, bytes_from_str(text + 18), &found,
			       &bed_err));
	assert_ok(journal_find(bed.vault, bytes_from_str(text), &found,
			       &bed_err));
	assert_int_equal(
		journal_find(bed.vault, bytes_from_str(""), &found, &bed_err),
		ERR_USAGE);
	/* Two that end alike: import one with the other's last letters. */
	{
		enum journal_import_result result;
		struct buf entry;

		ulid_format(&two, text);
		text[0] = '1';
		buf_init(&entry, 4096);
		mp_put_map(&entry, 3);
		mp_put_cstr(&entry, "id");
		mp_put_cstr(&entry, text);
		mp_put_cstr(&entry, "kind");
		mp_put_cstr(&entry, "note");
		mp_put_cstr(&entry, "f");
		mp_put_map(&entry, 1);
		mp_put_cstr(&entry, "text");
		mp_put_cstr(&entry, "Three.");
		assert_ok(journal_import(bed.vault, &bed.roster,
					 buf_bytes(&entry), false, bed.time,
					 &result, &bed_err));
		assert_int_equal(result, JOURNAL_ADDED);
		bed_drain(&bed);
		assert_ok(journal_import(bed.vault, &bed.roster,
					 buf_bytes(&entry), false, bed.time,
					 &result, &bed_err));
		assert_int_equal(result, JOURNAL_ALREADY);
		buf_release(&entry);
	}
	assert_int_equal(journal_find(bed.vault, bytes_from_str(text + 20),
				      &found, &bed_err),
			 ERR_AMBIGUOUS);
	assert_int_equal(journal_find(bed.vault, bytes_from_str("ZZZZZZZZZZ"),
				      &found, &bed_err),
			 ERR_NOT_FOUND);
	bed_free(&bed);
}

static void an_empty_entry_is_skipped_by_import(void **state)
{
	enum journal_import_result result;
	struct buf entry;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	buf_init(&entry, 4096);
	mp_put_map(&entry, 3);
	mp_put_cstr(&entry, "id");
	mp_put_cstr(&entry, "01JC0000000000000000000001");
	mp_put_cstr(&entry, "kind");
	mp_put_cstr(&entry, "note");
	mp_put_cstr(&entry, "f");
	mp_put_map(&entry, 0);
	assert_ok(journal_import(bed.vault, &bed.roster, buf_bytes(&entry),
				 false, bed.time, &result, &bed_err));
	assert_int_equal(result, JOURNAL_SKIPPED);
	assert_int_equal(journal_counts(bed.vault).entries, 0);
	buf_release(&entry);
	bed_free(&bed);
}

/* An entry of many 64 KiB fields: several blocks, one change. */
static void a_large_entry_is_a_group_and_comes_back_whole(void **state)
{
	char *text = mem_alloc(1, LIMIT_ENTRY_TEXT_BYTES + 1);
	struct journal_counts counts;
	struct bed a, b;
	struct id16 id;
	size_t blocks;

	(void)state;
	memset(text, 'w', LIMIT_ENTRY_TEXT_BYTES);
	memcpy(text, "begin ", 6);
	memcpy(text + LIMIT_ENTRY_TEXT_BYTES - 4, " end", 4);
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	id = bed_add_only(&a, "note", "text", text);
	blocks = bed_drain(&a);
	assert_int_equal(blocks, 2);
	bed_assert_has(&a, &id, " end\"");
	bed_sync(&a, &b);
	bed_assert_has(&b, &id, "\"begin ");
	bed_assert_has(&b, &id, " end\"");
	assert_int_equal(bed_search(&b, "begin"), 1);
	bed_reopen(&a);
	bed_unlock(&a);
	counts = journal_counts(a.vault);
	assert_int_equal(counts.entries, 1);
	assert_int_equal(counts.unreadable, 0);
	bed_assert_has(&a, &id, " end\"");
	mem_free(text);
	bed_free(&b);
	bed_free(&a);
}

/* Only the first piece of a group is there: nothing is shown of it. */
static void half_a_group_is_nothing_yet(void **state)
{
	char *text = mem_alloc(1, LIMIT_ENTRY_TEXT_BYTES + 1);
	struct store_log have;
	struct arena arena;
	struct block block;
	struct bed a, b;
	struct id16 id;

	(void)state;
	memset(text, 'w', LIMIT_ENTRY_TEXT_BYTES);
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	id = bed_add(&a, "note", "text", text);
	arena_init(&arena, 1 << 20);
	assert_ok(store_block_get(a.store, 2, 1, &arena, &block, &bed_err));
	bed_store_block(&b, &block, &have, false);
	assert_ok(vault_see_blocks(b.vault, &have, 1, 1, b.time, &bed_err));
	assert_int_equal(journal_counts(b.vault).entries, 0);
	assert_int_equal(journal_put_entry(b.vault, &id, 0, NULL, &bed_err),
			 ERR_NOT_FOUND);
	bed_sync(&a, &b);
	assert_int_equal(journal_counts(b.vault).entries, 1);
	bed_assert_has(&b, &id, "wwww");
	arena_release(&arena);
	mem_free(text);
	bed_free(&b);
	bed_free(&a);
}

static void writing_apart_keeps_both_and_says_so(void **state)
{
	struct buf versions, json;
	char left[65], right[65];
	struct bed a, b;
	struct id16 id;

	(void)state;
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	id = bed_add(&a, "win", "what", "Said no.");
	bed_sync(&a, &b);
	bed_set(&a, &id, "shows", "from the laptop");
	b.time.wall_ms += 60000;
	bed_set(&b, &id, "shows", "from the phone");
	bed_sync(&a, &b);
	bed_sync(&a, &b);
	bed_assert_has(&a, &id, "two-versions");
	bed_assert_has(&a, &id, "from the phone");
	assert_int_equal(journal_counts(a.vault).conflicts, 1);
	buf_init(&versions, 1 << 16);
	buf_init(&json, 1 << 16);
	assert_ok(journal_put_versions(a.vault, &id, &versions, &bed_err));
	assert_ok(codec_print_element(buf_bytes(&versions), &json));
	buf_put_u8(&json, 0);
	assert_non_null(strstr((char *)json.ptr, "from the laptop"));
	assert_non_null(strstr((char *)json.ptr, "\"device\": \"phone\""));
	assert_non_null(strstr((char *)json.ptr, "\"name\": \"shows\""));
	bed_digest(&a, left);
	bed_digest(&b, right);
	assert_string_equal(left, right);
	/* the next edit settles it */
	bed_set(&a, &id, "shows", "both of us");
	assert_int_equal(journal_counts(a.vault).conflicts, 0);
	buf_release(&versions);
	buf_release(&json);
	bed_free(&b);
	bed_free(&a);
}

/* a and b write; c gets it as it came, d in another order of logs. */
static void the_order_of_arrival_does_not_matter(void **state)
{
	char left[65], right[65], mid[65];
	struct id16 ids[12];
	struct bed a, b;

	(void)state;
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	for (size_t i = 0; i < 12; i++)
		ids[i] = bed_add(i % 2 == 0 ? &a : &b, "note", "text", "Seed.");
	bed_sync(&a, &b);
	for (size_t round = 0; round < 6; round++) {
		for (size_t i = 0; i < 12; i++) {
			char text[32];

			snprintf(text, sizeof text, "round %zu of %zu", round,
				 i);
			if ((i + round) % 3 != 0)
				bed_set(&a, &ids[i], "text", text);
			if ((i * round) % 4 == 1)
				bed_set(&b, &ids[i], "text", text);
			if ((i + round) % 7 == 3)
				bed_live(&b, &ids[i], 1);
		}
		if (round == 2)
			bed_send(&b, &a, true);
	}
	bed_send(&a, &b, true);
	bed_send(&b, &a, false);
	bed_digest(&a, left);
	bed_digest(&b, right);
	assert_string_equal(left, right);
	bed_reopen(&a);
	bed_unlock(&a);
	bed_digest(&a, mid);
	assert_string_equal(left, mid);
	bed_free(&b);
	bed_free(&a);
}

static void watchers_hear_of_every_change(void **state)
{
	struct journal_change change;
	struct bed a, b;
	struct id16 id;

	(void)state;
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	bed_work(&b);
	assert_int_equal(journal_take_change(b.vault, &change), ERR_NOT_FOUND);
	id = bed_add(&a, "note", "text", "New.");
	assert_int_equal(journal_take_change(a.vault, &change), 0);
	assert_int_equal(change.what, JOURNAL_NEW);
	bed_sync(&a, &b);
	assert_int_equal(journal_take_change(b.vault, &change), 0);
	assert_true(id16_equal(&change.id, &id));
	assert_int_equal(change.what, JOURNAL_NEW);
	bed_set(&a, &id, "text", "Changed.");
	bed_live(&a, &id, 1);
	assert_int_equal(journal_take_change(a.vault, &change), 0);
	assert_int_equal(change.what, JOURNAL_CHANGED);
	assert_int_equal(journal_take_change(a.vault, &change), 0);
	assert_int_equal(change.what, JOURNAL_HIDDEN);
	assert_int_equal(journal_take_change(a.vault, &change), ERR_NOT_FOUND);
	bed_free(&b);
	bed_free(&a);
}

/* A member seals rubbish, and an entry id that does not give its etag. */
static void news_without_room_is_counted(void **state)
{
	struct journal_change change;
	struct row row = { .stamp = 1 };
	struct bed bed;
	uint64_t taken = 0;

	(void)state;
	bed_init(&bed, "laptop");
	while (journal_take_change(bed.vault, &change) == 0) {
	}
	for (uint32_t i = 0; i < VAULT_CHANGES_MAX + 3; i++)
		write_note(bed.vault, &row.id, NULL, &row);
	while (journal_take_change(bed.vault, &change) == 0)
		taken++;
	assert_int_equal(taken, VAULT_CHANGES_MAX);
	assert_int_equal(journal_lost_changes(bed.vault), 3);
	assert_int_equal(journal_lost_changes(bed.vault), 0);
	bed_free(&bed);
}

static void blocks_that_lie_are_void(void **state)
{
	static const char *const plains[] = {
		"",
		"rubbish",
		"\xc0",
		"\x81\x01\x01",
		/* stamp and id, but kind 0 and no ops */
		"\x82\x01\x01\x03\x01",
	};
	struct keyring_epoch epoch;
	struct journal_counts counts;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	memset(&epoch, 0, sizeof epoch);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(plains); i++) {
		struct change change;

		assert_int_equal(
			change_read(bytes_from_str(plains[i]), &change),
			ERR_MALFORMED);
	}
	/* a body that was damaged on this disk */
	bed_add(&bed, "note", "text", "Whole.");
	bed_add(&bed, "note", "text", "Damaged soon.");
	vault_lock(bed.vault);
	{
		struct store_log log = { .no = 0 }, logs[BED_LOGS];
		struct arena arena;
		struct block block;
		struct cut_under under;
		uint8_t wrong[600];
		size_t count = bed_logs(&bed, logs);

		(void)under;
		for (size_t i = 0; i < count; i++) {
			if (logs[i].log_class == LOG_DATA)
				log = logs[i];
		}
		arena_init(&arena, 1 << 20);
		assert_ok(store_block_get(bed.store, log.no, 2, &arena, &block,
					  &bed_err));
		memset(wrong, 7, sizeof wrong);
		block.header.seq = 3;
		block.header.prev = block.id;
		assert_ok(block_set_body(&block,
					 bytes_of(wrong, block.body.len)));
		bed_store_block(&bed, &block, &log, false);
		arena_release(&arena);
	}
	bed_unlock(&bed);
	counts = journal_counts(bed.vault);
	assert_int_equal(counts.entries, 2);
	assert_int_equal(counts.unreadable, 1);
	assert_int_equal(counts.waiting, 0);
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_comes_out_as_it_went_in),
		cmocka_unit_test(what_is_not_an_entry_is_refused),
		cmocka_unit_test(an_edit_changes_only_what_it_names),
		cmocka_unit_test(tags_and_stars_come_and_go),
		cmocka_unit_test(a_deleted_entry_is_hidden_and_comes_back),
		cmocka_unit_test(any_unique_ending_of_an_id_will_do),
		cmocka_unit_test(an_empty_entry_is_skipped_by_import),
		cmocka_unit_test(a_large_entry_is_a_group_and_comes_back_whole),
		cmocka_unit_test(half_a_group_is_nothing_yet),
		cmocka_unit_test(writing_apart_keeps_both_and_says_so),
		cmocka_unit_test(the_order_of_arrival_does_not_matter),
		cmocka_unit_test(watchers_hear_of_every_change),
		cmocka_unit_test(news_without_room_is_counted),
		cmocka_unit_test(blocks_that_lie_are_void),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
