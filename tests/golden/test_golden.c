/*
 * Goal: bytes that were written once are read the same way for ever. Method:
 * for every kind of entry, control record, and peer message there is a .bin
 * and what it means as .json; the .bin has to decode to the .json and encode
 * to itself. A row without files fails. GOLDEN_ACCEPT=1 writes files that are
 * missing, and only those: what is there is never changed.
 */
#include <stdlib.h>
#include <unistd.h>

#include "proto/codec.h"
#include "proto/entryform.h"
#include "proto/mp.h"
#include "proto/mpcheck.h"

#include "proto/base/mem.h"
#include "tests/lib/harness.h"

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 8u << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

struct golden {
	char bin[128];
	char json[128];
};

static struct golden golden_name(const char *group, const char *name)
{
	struct golden golden;

	snprintf(golden.bin, sizeof golden.bin, "tests/golden/%s_%s.bin", group,
		 name);
	snprintf(golden.json, sizeof golden.json, "tests/golden/%s_%s.json",
		 group, name);
	return golden;
}

static bool is_to_be_written(const struct golden *golden)
{
	return getenv("GOLDEN_ACCEPT") != NULL &&
	       access(golden->bin, F_OK) != 0;
}

/* Ends with a newline, as files of text do. */
static void check_text(const struct golden *golden, struct buf *text)
{
	struct bytes wanted;

	buf_put_u8(text, '\n');
	if (getenv("GOLDEN_ACCEPT") != NULL && access(golden->json, F_OK) != 0)
		harness_write(golden->json, buf_bytes(text));
	wanted = harness_read(golden->json);
	assert_bytes(buf_bytes(text), wanted);
	mem_free((void *)(uintptr_t)wanted.ptr);
}

/* --- messages --- */

/* All fields there, and small. */
static void make_message(const struct schema_message *desc,
			 const struct golden *golden)
{
	uint32_t all = (uint32_t)((UINT64_C(1) << desc->field_count) - 1);
	void *msg = arena_alloc(&arena, 1, desc->struct_bytes);
	struct buf encoded;
	struct prng prng;

	buf_init(&encoded, 1u << 20);
	for (uint64_t seed = 1;; seed++) {
		prng_seed(&prng, seed);
		buf_clear(&encoded);
		assert_int_equal(codec_random(desc, &prng, &arena, msg), 0);
		assert_int_equal(codec_encode(desc, msg, &encoded), 0);
		if (*codec_present(desc, msg) == all && encoded.len < 1200)
			break;
	}
	harness_write(golden->bin, buf_bytes(&encoded));
	buf_release(&encoded);
}

static void check_message(const char *group, const struct schema_message *desc)
{
	struct golden golden = golden_name(group, desc->name);
	struct bytes bin;
	struct buf text;
	struct buf again;
	void *msg;

	if (is_to_be_written(&golden))
		make_message(desc, &golden);
	bin = harness_read(golden.bin);
	msg = arena_alloc(&arena, 1, desc->struct_bytes);
	buf_init(&text, 1u << 20);
	buf_init(&again, 1u << 20);
	assert_int_equal(codec_decode(desc, bin, &arena, msg), 0);
	assert_int_equal(codec_print(desc, msg, &text), 0);
	check_text(&golden, &text);
	assert_int_equal(codec_encode(desc, msg, &again), 0);
	assert_bytes(buf_bytes(&again), bin);
	buf_release(&text);
	buf_release(&again);
	mem_free((void *)(uintptr_t)bin.ptr);
	arena_reset(&arena);
}

static void control_records_keep_their_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; schema_control_at(i) != NULL; i++)
		check_message("control", schema_control_at(i));
}

static void peer_messages_keep_their_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; schema_sync_at(i) != NULL; i++)
		check_message("sync", schema_sync_at(i));
}

/* --- entries: the .bin is {field number: what merge_write was given} --- */

static void put_sample(const struct entry_field *field, struct buf *out)
{
	struct bytes choice;

	switch (field->type) {
	case ENTRY_TYPE_TEXT:
		mp_put_cstr(out, "Gr\xc3\xbc\xc3\x9f dich, \"du\"");
		return;
	case ENTRY_TYPE_TEXTS:
		mp_put_array(out, 2);
		mp_put_cstr(out, "one");
		mp_put_cstr(out, "two");
		return;
	case ENTRY_TYPE_SLUG:
		mp_put_cstr(out, "gad-7");
		return;
	case ENTRY_TYPE_SLUGS:
		mp_put_array(out, 2);
		mp_put_cstr(out, "all-or-nothing");
		mp_put_cstr(out, "own");
		return;
	case ENTRY_TYPE_CHOICE:
		choice = entry_choice_at(field, 1);
		mp_put_str(out, choice);
		return;
	case ENTRY_TYPE_WHOLE:
		mp_put_int(out, field->high);
		return;
	case ENTRY_TYPE_YESNO:
		mp_put_bool(out, true);
		return;
	case ENTRY_TYPE_DATE:
		mp_put_cstr(out, "2025-08-21");
		return;
	case ENTRY_TYPE_INSTANT:
		mp_put_cstr(out, "2025-08-15T10:40:00.250-04:00");
		return;
	case ENTRY_TYPE_REF:
		mp_put_cstr(out, "01JC0000000000000000000004");
		return;
	case ENTRY_TYPE_ZONE:
		mp_put_cstr(out, "America/New_York");
		return;
	case ENTRY_TYPE_FEELINGS:
		mp_put_array(out, 1);
		mp_put_map(out, 3);
		mp_put_cstr(out, "name");
		mp_put_cstr(out, "anxious");
		mp_put_cstr(out, "before");
		mp_put_uint(out, 75);
		mp_put_cstr(out, "after");
		mp_put_uint(out, 0);
		return;
	case ENTRY_TYPE_PHASES:
		mp_put_array(out, 4);
		for (int i = 0; i < 4; i++)
			mp_put_uint(out, 40);
		return;
	case ENTRY_TYPE_ANSWERS:
		mp_put_array(out, 2);
		mp_put_uint(out, 3);
		mp_put_nil(out);
		return;
	case ENTRY_TYPE_LIFE:
	case ENTRY_TYPE_IMPORTED:
	case ENTRY_TYPE_ATTACH:
		break;
	}
	fail();
}

/* Every field of the kind, and the base ones people see. */
static void put_sample_entry(const struct entry_kind *kind, struct buf *out)
{
	static const uint32_t base[] = { ENTRY_base_at,      ENTRY_base_tz,
					 ENTRY_base_day,     ENTRY_base_tags,
					 ENTRY_base_starred, ENTRY_base_state };

	mp_put_map(out, 4 + KEPT_ARRAY_COUNT(base));
	mp_put_cstr(out, "kind");
	mp_put_cstr(out, kind->name);
	mp_put_cstr(out, "id");
	mp_put_cstr(out, "01JC0000000000000000000005");
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(base); i++) {
		const struct entry_field *field =
			entry_field_by_number(kind, base[i]);

		mp_put_cstr(out, field->name);
		put_sample(field, out);
	}
	mp_put_cstr(out, "outside");
	mp_put_bool(out, false);
	mp_put_cstr(out, "f");
	mp_put_map(out, kind->field_count + 2);
	for (size_t i = 0; i < kind->field_count; i++) {
		mp_put_cstr(out, kind->fields[i].name);
		put_sample(&kind->fields[i], out);
	}
	mp_put_cstr(out, "text");
	mp_put_cstr(out, "two\nlines");
	mp_put_cstr(out, "unheard-of");
	mp_put_array(out, 1);
	mp_put_nil(out);
}

static void put_form(const struct entryform *form, struct buf *out)
{
	mp_put_map(out, form->count);
	for (uint32_t number = 1; number < 256; number++) {
		const struct bytes *stored = entryform_find(form, number);

		if (stored == NULL)
			continue;
		mp_put_uint(out, number);
		mp_put_raw(out, *stored);
	}
}

static void form_from_entry(struct bytes entry, struct buf *out)
{
	struct entryform form;
	struct err err;

	if (entryform_read(&form, entry, &arena, &err) != 0)
		fail_msg("%s", err.text);
	put_form(&form, out);
}

/* The .bin as merging would give it. */
static void show_stored(const struct entry_kind *kind, struct bytes bin,
			struct buf *out)
{
	struct entry_stored fields[ENTRY_FIELDS_MAX];
	struct entry_shown shown = { .kind = kind, .fields = fields };
	struct mp_reader reader = mp_reader(bin);
	struct bytes *items;
	uint64_t number;
	size_t count;
	size_t pairs;

	assert_int_equal(mpcheck(bin, MPCHECK_CANONICAL), 0);
	assert_int_equal(mp_read_map(&reader, &pairs), 0);
	for (; pairs > 0; pairs--) {
		struct entry_stored *stored = &fields[shown.field_count++];
		const struct entry_field *field;

		assert_int_equal(mp_read_uint(&reader, &number), 0);
		field = entry_field_by_number(kind, number);
		assert_non_null(field);
		count = 1;
		if (field->rule == ENTRY_RULE_list ||
		    field->rule == ENTRY_RULE_orset)
			assert_int_equal(mp_read_array(&reader, &count), 0);
		items = arena_alloc(&arena, count, sizeof *items);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(mp_read_raw(&reader, &items[i]), 0);
		*stored = (struct entry_stored){ field->number,
						 (uint32_t)field->rule, items,
						 count };
	}
	assert_int_equal(entryform_write(&shown, out), 0);
}

static void check_kind(const struct entry_kind *kind)
{
	struct golden golden = golden_name("entry", kind->name);
	struct bytes bin;
	struct buf made;
	struct buf entry;
	struct buf text;

	buf_init(&made, 1u << 20);
	buf_init(&entry, 1u << 20);
	buf_init(&text, 1u << 20);
	if (is_to_be_written(&golden)) {
		put_sample_entry(kind, &entry);
		form_from_entry(buf_bytes(&entry), &made);
		harness_write(golden.bin, buf_bytes(&made));
	}
	bin = harness_read(golden.bin);
	buf_clear(&entry);
	buf_clear(&made);
	show_stored(kind, bin, &entry);
	assert_int_equal(codec_print_element(buf_bytes(&entry), &text), 0);
	check_text(&golden, &text);
	form_from_entry(buf_bytes(&entry), &made);
	assert_bytes(buf_bytes(&made), bin);
	mem_free((void *)(uintptr_t)bin.ptr);
	buf_release(&made);
	buf_release(&entry);
	buf_release(&text);
	arena_reset(&arena);
}

static void entries_keep_their_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; entry_kind_at(i) != NULL; i++)
		check_kind(entry_kind_at(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_keep_their_bytes),
		cmocka_unit_test(control_records_keep_their_bytes),
		cmocka_unit_test(peer_messages_keep_their_bytes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
