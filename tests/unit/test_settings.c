/*
 * test_settings.c - what travels with the journal, in the vault.
 *
 * Goal: there is one entry of settings however it was made, it is in nobody's
 * way, and what it says is told apart from what nobody said.
 * Method: one or two vaults with real stores (vaultbed.h); the program's form
 * as JSON.
 */
#include "tests/unit/vaultbed.h"

#include "daemon/vault/inside.h"
#include "daemon/vault/settings.h"
#include "proto/ulid.h"

#define SETTINGS_ULID "0000000000EDJQ8X39DSKQ6001"

/* set NAME to TEXT; NULL clears. */
static void set(struct bed *bed, const char *name, const char *text)
{
	struct buf fields;

	buf_init(&fields, 4096);
	mp_put_map(&fields, 1);
	mp_put_cstr(&fields, name);
	if (text == NULL)
		mp_put_nil(&fields);
	else
		mp_put_cstr(&fields, text);
	assert_ok(settings_change(bed->vault, &bed->roster, buf_bytes(&fields),
				  bed->time, &bed_err));
	buf_release(&fields);
	bed_drain(bed);
}

static void set_list(struct bed *bed, const char *name, const char *item)
{
	struct buf fields;

	buf_init(&fields, 4096);
	mp_put_map(&fields, 1);
	mp_put_cstr(&fields, name);
	mp_put_array(&fields, 1);
	mp_put_cstr(&fields, item);
	assert_ok(settings_change(bed->vault, &bed->roster, buf_bytes(&fields),
				  bed->time, &bed_err));
	buf_release(&fields);
	bed_drain(bed);
}

static void expect(struct bed *bed, const char *field,
		   enum settings_state wanted, const char *text)
{
	enum settings_state state;
	struct buf value;

	buf_init(&value, 64);
	assert_ok(settings_text(bed->vault, field, &value, &state, &bed_err));
	assert_int_equal(state, wanted);
	assert_bytes(buf_bytes(&value), bytes_from_str(text));
	buf_release(&value);
}

static void expect_json(struct bed *bed, const char *part)
{
	struct buf entry, json;
	bool is_there;

	buf_init(&entry, 1 << 16);
	buf_init(&json, 1 << 16);
	assert_ok(settings_put(bed->vault, &entry, &is_there, &bed_err));
	assert_true(is_there);
	assert_ok(codec_print_element(buf_bytes(&entry), &json));
	buf_put_u8(&json, 0);
	if (strstr((char *)json.ptr, part) == NULL)
		fail_msg("no %s in %s", part, (char *)json.ptr);
	buf_release(&json);
	buf_release(&entry);
}

static size_t count_listed(struct bed *bed, const char *kind, const char *words)
{
	struct journal_query query = { .kind = bytes_from_str(kind),
				       .words = bytes_from_str(words),
				       .limit = 10 };
	struct buf entries, near;
	struct journal_page page = { .entries = &entries, .near = &near };
	struct mp_reader reader;
	size_t count = 0;

	buf_init(&entries, 1 << 16);
	buf_init(&near, 1 << 16);
	assert_ok(journal_list(bed->vault, &query, &page, &bed_err));
	reader = mp_reader(buf_bytes(&entries));
	assert_ok(mp_read_array(&reader, &count));
	/* A word of settings is near to nothing. */
	assert_bytes(buf_bytes(&near), bytes_of("\x90", 1));
	buf_release(&entries);
	buf_release(&near);
	return count;
}

static void what_nobody_said_is_told_apart(void **state)
{
	enum settings_state said;
	struct buf out;
	bool is_there = true;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	buf_init(&out, 64);
	assert_ok(settings_put(bed.vault, &out, &is_there, &bed_err));
	assert_false(is_there);
	assert_int_equal(out.len, 0);
	expect(&bed, "region", SETTINGS_UNSAID, "");
	set(&bed, "region", "us");
	expect(&bed, "region", SETTINGS_SAID, "us");
	expect(&bed, "patterns", SETTINGS_UNSAID, "");
	set(&bed, "region", NULL);
	expect(&bed, "region", SETTINGS_CLEARED, "");
	set(&bed, "region", "nz");
	assert_ok(journal_write_life(bed.vault, &bed.roster, &settings_id, 1,
				     bed.time, &bed_err));
	bed_drain(&bed);
	expect(&bed, "region", SETTINGS_CLEARED, "");
	expect(&bed, "patterns", SETTINGS_UNSAID, "");
	assert_ok(settings_put(bed.vault, &out, &is_there, &bed_err));
	assert_false(is_there);
	/* The next change brings it back. */
	set(&bed, "patterns", "off");
	expect(&bed, "patterns", SETTINGS_SAID, "off");
	expect(&bed, "region", SETTINGS_SAID, "nz");
	/* A field that is none, and no room. */
	assert_int_equal(
		settings_text(bed.vault, "colour", &out, &said, &bed_err),
		ERR_USAGE);
	buf_release(&out);
	buf_init(&out, 1);
	assert_int_equal(
		settings_text(bed.vault, "region", &out, &said, &bed_err),
		ERR_LIMIT);
	buf_release(&out);
	vault_lock(bed.vault);
	buf_init(&out, 64);
	assert_int_equal(
		settings_text(bed.vault, "region", &out, &said, &bed_err),
		ERR_LOCKED);
	assert_int_equal(settings_put(bed.vault, &out, &is_there, &bed_err),
			 ERR_LOCKED);
	assert_int_equal(settings_change(bed.vault, &bed.roster,
					 bytes_of("\x80", 1), bed.time,
					 &bed_err),
			 ERR_LOCKED);
	assert_false(settings_take_change(bed.vault));
	buf_release(&out);
	bed_free(&bed);
}

static void it_is_in_nobodys_way(void **state)
{
	struct journal_change change;
	struct journal_counts counts;
	struct id16 id;
	struct bed bed;
	char digest[65];
	uint64_t entries;

	(void)state;
	bed_init(&bed, "laptop");
	assert_true(settings_take_change(bed.vault));
	assert_false(settings_take_change(bed.vault));
	set_list(&bed, "own_patterns", "Circling: round and round");
	set(&bed, "region", "us");
	assert_true(settings_take_change(bed.vault));
	counts = journal_counts(bed.vault);
	assert_int_equal(counts.entries, 0);
	assert_int_equal(counts.deleted, 0);
	assert_int_equal(count_listed(&bed, "", ""), 0);
	assert_int_equal(count_listed(&bed, "", "circling"), 0);
	assert_int_equal(count_listed(&bed, "", "circlinh"), 0);
	assert_int_equal(count_listed(&bed, "settings", ""), 1);
	assert_int_equal(journal_take_change(bed.vault, &change),
			 ERR_NOT_FOUND);
	/* Nobody types a letter and means this; its whole id is its id. */
	assert_int_equal(
		journal_find(bed.vault, bytes_from_str("1"), &id, &bed_err),
		ERR_NOT_FOUND);
	assert_ok(journal_find(bed.vault, bytes_from_str(SETTINGS_ULID), &id,
			       &bed_err));
	assert_true(id16_equal(&id, &settings_id));
	assert_ok(journal_digest(bed.vault, digest, &entries, &bed_err));
	assert_int_equal(entries, 1);
	/* Deleted, it is in no count either. */
	assert_ok(journal_write_life(bed.vault, &bed.roster, &settings_id, 1,
				     bed.time, &bed_err));
	bed_drain(&bed);
	assert_int_equal(journal_counts(bed.vault).deleted, 0);
	assert_true(settings_take_change(bed.vault));
	bed_free(&bed);
}

static void made_apart_it_is_one(void **state)
{
	char left[65], right[65];
	struct journal_change change;
	struct bed a, b;

	(void)state;
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	set(&a, "region", "us");
	set_list(&a, "own_patterns", "One: of the laptop");
	b.time.wall_ms += 60000;
	set(&b, "region", "nz");
	set_list(&b, "own_patterns", "Two: of the phone");
	set_list(&b, "hidden_patterns", "shoulds");
	(void)settings_take_change(a.vault);
	bed_sync(&a, &b);
	bed_sync(&a, &b);
	assert_true(settings_take_change(a.vault));
	expect(&a, "region", SETTINGS_SAID, "nz");
	expect(&b, "region", SETTINGS_SAID, "nz");
	expect_json(&a, "One: of the laptop");
	expect_json(&a, "Two: of the phone");
	expect_json(&a, "\"hidden_patterns\": [\"shoulds\"]");
	bed_digest(&a, left);
	bed_digest(&b, right);
	assert_string_equal(left, right);
	/* Written apart, and nobody is asked to choose. */
	assert_int_equal(journal_counts(a.vault).conflicts, 0);
	assert_int_equal(journal_find_conflict(a.vault, &change.id, &bed_err),
			 ERR_NOT_FOUND);
	assert_int_equal(journal_take_change(a.vault, &change), ERR_NOT_FOUND);
	bed_free(&b);
	bed_free(&a);
}

static void every_unlock_tells_of_it_once(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	set(&bed, "region", "us");
	(void)settings_take_change(bed.vault);
	bed_reopen(&bed);
	bed_unlock(&bed);
	bed_work(&bed);
	assert_true(settings_take_change(bed.vault));
	assert_false(settings_take_change(bed.vault));
	expect(&bed, "region", SETTINGS_SAID, "us");
	/* What a turn undid is read anew. */
	bed_commit(&bed);
	set(&bed, "region", "nz");
	assert_true(settings_take_change(bed.vault));
	store_rollback(bed.store);
	bed_begin(&bed);
	assert_ok(vault_rollback(bed.vault));
	bed_work(&bed);
	assert_true(settings_take_change(bed.vault));
	expect(&bed, "region", SETTINGS_SAID, "us");
	bed_free(&bed);
}

static void import(struct bed *bed, const char *id, const char *region,
		   enum journal_import_result wanted)
{
	enum journal_import_result result;
	struct buf entry;

	buf_init(&entry, 4096);
	mp_put_map(&entry, 5);
	mp_put_cstr(&entry, "id");
	mp_put_cstr(&entry, id);
	mp_put_cstr(&entry, "kind");
	mp_put_cstr(&entry, "settings");
	mp_put_cstr(&entry, "at");
	mp_put_cstr(&entry, "1970-01-01T00:00:00Z");
	mp_put_cstr(&entry, "day");
	mp_put_cstr(&entry, "1970-01-01");
	mp_put_cstr(&entry, "f");
	mp_put_map(&entry, 1);
	mp_put_cstr(&entry, "region");
	mp_put_cstr(&entry, region);
	assert_ok(journal_import(bed->vault, &bed->roster, buf_bytes(&entry),
				 false, bed->time, &result, &bed_err));
	assert_int_equal(result, wanted);
	buf_release(&entry);
	bed_drain(bed);
}

static void nobody_makes_a_second_one(void **state)
{
	struct journal_add add = { .kind = bytes_from_str("settings"),
				   .place = { 240 } };
	struct buf fields;
	struct id16 id;
	bool captured;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	buf_init(&fields, 4096);
	add.fields = bed_fields(&fields, "region", "us", NULL);
	assert_int_equal(journal_add(bed.vault, &bed.roster, &add, bed.time,
				     &id, &captured, &bed_err),
			 ERR_USAGE);
	assert_non_null(strstr(bed_err.text, "kept config"));
	import(&bed, "01JC0000000000000000000001", "us", JOURNAL_ADDED);
	expect(&bed, "region", SETTINGS_SAID, "us");
	import(&bed, "01JC0000000000000000000002", "nz", JOURNAL_ALREADY);
	import(&bed, SETTINGS_ULID, "nz", JOURNAL_ALREADY);
	expect(&bed, "region", SETTINGS_SAID, "us");
	assert_int_equal(count_listed(&bed, "settings", ""), 1);
	buf_release(&fields);
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_said_is_told_apart),
		cmocka_unit_test(it_is_in_nobodys_way),
		cmocka_unit_test(made_apart_it_is_one),
		cmocka_unit_test(every_unlock_tells_of_it_once),
		cmocka_unit_test(nobody_makes_a_second_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
