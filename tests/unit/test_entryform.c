/*
 * Goal: entries convert from the program's form to stored values and back
 * without a change, and a refusal names the field. Method: JSON by hand for
 * every type with both neighbors of its limits, imports with names nobody
 * knows, damaged stored values, and the 14 entries of the story.
 */
#include "proto/entryform.h"

#include <cjson/cJSON.h>

#include "proto/base/mem.h"
#include "proto/codec.h"
#include "proto/mp.h"
#include "proto/mpcheck.h"
#include "tests/lib/harness.h"

static struct arena arena;
static struct buf element; /* the last JSON as msgpack */

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 4u << 20);
	buf_init(&element, 1u << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_release(&arena);
	buf_release(&element);
	return 0;
}

static void put_json(struct buf *out, const cJSON *json)
{
	double number = json->valuedouble;
	const cJSON *item;
	uint64_t bits;

	if (cJSON_IsString(json)) {
		mp_put_cstr(out, json->valuestring);
	} else if (cJSON_IsBool(json)) {
		mp_put_bool(out, cJSON_IsTrue(json));
	} else if (cJSON_IsNull(json)) {
		mp_put_nil(out);
	} else if (cJSON_IsNumber(json) && (double)(int64_t)number == number) {
		mp_put_int(out, (int64_t)number);
	} else if (cJSON_IsNumber(json)) {
		memcpy(&bits, &number, sizeof bits);
		buf_put_u8(out, 0xcb);
		for (int i = 56; i >= 0; i -= 8)
			buf_put_u8(out, (uint8_t)(bits >> i));
	} else {
		if (cJSON_IsArray(json))
			mp_put_array(out, (size_t)cJSON_GetArraySize(json));
		else
			mp_put_map(out, (size_t)cJSON_GetArraySize(json));
		cJSON_ArrayForEach(item, json)
		{
			if (cJSON_IsObject(json))
				mp_put_cstr(out, item->string);
			put_json(out, item);
		}
	}
}

static struct bytes from_json(const char *text)
{
	cJSON *json = cJSON_Parse(text);

	if (json == NULL)
		fail_msg("no JSON: %s", text);
	buf_clear(&element);
	put_json(&element, json);
	cJSON_Delete(json);
	assert_int_equal(element.failed, 0);
	return buf_bytes(&element);
}

/* What merging would hold after this form alone. */
static size_t stored_from_form(const struct entryform *form,
			       struct entry_stored *out)
{
	size_t count;

	for (size_t i = 0; i < form->count; i++) {
		const struct entry_field *field = form->values[i].field;
		struct mp_reader reader = mp_reader(form->values[i].stored);
		struct bytes *items;

		assert_int_equal(
			mpcheck(form->values[i].stored, MPCHECK_CANONICAL), 0);
		out[i] = (struct entry_stored){
			.number = field->number,
			.rule = (uint32_t)field->rule,
			.values = &form->values[i].stored,
			.count = 1,
		};
		if (field->rule != ENTRY_RULE_list &&
		    field->rule != ENTRY_RULE_orset)
			continue;
		assert_int_equal(mp_read_array(&reader, &count), 0);
		items = arena_alloc(&arena, count + 1, sizeof *items);
		for (size_t j = 0; j < count; j++)
			assert_int_equal(mp_read_raw(&reader, &items[j]), 0);
		out[i].values = items;
		out[i].count = count;
	}
	return form->count;
}

/* In, and out again as `laptop`, revision 1. */
static void through(struct bytes entry, struct buf *out)
{
	struct entry_stored stored[ENTRY_FIELDS_MAX];
	struct entry_shown shown = { .fields = stored, .rev = 1 };
	struct entryform form;
	struct err err = { .code = 0 };

	if (entryform_read(&form, entry, &arena, &err) != 0)
		fail_msg("%s", err.text);
	shown.field_count = stored_from_form(&form, stored);
	shown.kind = form.kind;
	shown.id = form.id;
	shown.device = bytes_from_str("laptop");
	shown.is_deleted = form.is_deleted;
	assert_int_equal(entryform_write(&shown, out), 0);
}

static void assert_unchanged(const char *text)
{
	cJSON *wanted = cJSON_Parse(text);
	struct buf first;
	struct buf second;
	struct buf shown;
	cJSON *got;

	buf_init(&first, 1u << 20);
	buf_init(&second, 1u << 20);
	buf_init(&shown, 1u << 20);
	through(from_json(text), &first);
	assert_int_equal(mpcheck(buf_bytes(&first), MPCHECK_CLIENT), 0);
	through(buf_bytes(&first), &second);
	assert_bytes(buf_bytes(&second), buf_bytes(&first));
	assert_int_equal(codec_print_element(buf_bytes(&first), &shown), 0);
	buf_put_u8(&shown, 0);
	got = cJSON_Parse((const char *)shown.ptr);
	if (got == NULL || !cJSON_Compare(wanted, got, true))
		fail_msg("%s\nbecame\n%s", text, (const char *)shown.ptr);
	cJSON_Delete(wanted);
	cJSON_Delete(got);
	buf_release(&first);
	buf_release(&second);
	buf_release(&shown);
	arena_reset(&arena);
}

#define HEAD                                                                   \
	"{\"kept\":1,\"id\":\"01JC0000000000000000000005\","                   \
	"\"at\":\"2025-08-15T10:40:00-04:00\",\"tz\":\"America/New_York\","    \
	"\"day\":\"2025-08-15\",\"device\":\"laptop\",\"rev\":1,"

static void entries_come_back_as_they_were(void **state)
{
	(void)state;
	assert_unchanged(HEAD "\"kind\":\"note\",\"tags\":[\"a\",\"work\"],"
			      "\"starred\":false,\"state\":\"draft\","
			      "\"f\":{\"text\":\"two\\nlines\"}}");
	assert_unchanged(HEAD "\"kind\":\"plan\",\"state\":\"deleted\",\"f\":{"
			      "\"signs\":[\"x\",\"x\"],\"keep_safe\":\"\"}}");
	assert_unchanged(HEAD "\"kind\":\"measure\",\"f\":{\"instrument\":"
			      "\"phq-9\",\"answers\":[0,null,3]}}");
	assert_unchanged(HEAD "\"kind\":\"activity\",\"f\":{\"what\":\"walk\","
			      "\"done_at\":\"1969-12-31T23:59:59.001+00:00\","
			      "\"pleasure\":0}}");
	assert_unchanged(HEAD
			 "\"kind\":\"thought\",\"f\":{\"thought\":\"no\","
			 "\"feelings\":[{\"name\":\"sad\"},{\"name\":\"calm\","
			 "\"before\":0,\"after\":100}]}}");
}

static void names_nobody_knows_are_carried(void **state)
{
	(void)state;
	assert_unchanged(HEAD
			 "\"kind\":\"note\",\"f\":{\"text\":\"x\",\"imported\":"
			 "{\"dayone\":[1.5,null,{\"w\":\"y\"}]},\"zz\":7},"
			 "\"place\":{\"lat\":2.25},\"color\":null}");
}

static void the_story_comes_back_entry_by_entry(void **state)
{
	char path[HARNESS_PATH_BYTES];
	struct bytes file;
	const char *line;
	char *copy;
	int count = 0;

	(void)state;
	harness_shared("data/samples/synthetic-own/kept-story/week16.ndjson",
		       path);
	file = harness_read(path);
	copy = mem_alloc(file.len + 1, 1);
	assert_non_null(copy);
	memcpy(copy, file.ptr, file.len);
	for (line = copy; *line != '\0'; count++) {
		char *end = strchr(line, '\n');

		assert_non_null(end);
		*end = '\0';
		assert_unchanged(line);
		line = end + 1;
	}
	assert_int_equal(count, 14);
	mem_free(copy);
	mem_free((void *)(uintptr_t)file.ptr);
}

/* --- single fields --- */

static int add(const char *kind, const char *fields, struct err *err)
{
	struct entryform form;
	int rc;

	*err = (struct err){ .code = 0 };
	entryform_init(&form, entry_kind_by_name(bytes_from_str(kind)),
		       ENTRYFORM_ADD, &arena);
	rc = entryform_set_fields(&form, from_json(fields), err);
	if (rc == 0)
		rc = entryform_finish(&form, err);
	arena_reset(&arena);
	return rc;
}

static void assert_taken(const char *kind, const char *fields)
{
	struct err err;

	if (add(kind, fields, &err) != 0)
		fail_msg("%s %s: %s", kind, fields, err.text);
}

static void assert_refused(const char *kind, const char *fields,
			   const char *named)
{
	static const char *const cold[] = { "rror", "nvalid", "ailed", "!" };
	struct err err;

	if (add(kind, fields, &err) == 0)
		fail_msg("%s %s was taken", kind, fields);
	if (strstr(err.text, named) == NULL)
		fail_msg("%s %s: %s", kind, fields, err.text);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(cold); i++)
		assert_null(strstr(err.text, cold[i]));
}

static void numbers_keep_to_their_range(void **state)
{
	(void)state;
	assert_taken("mood", "{\"mood\":0}");
	assert_taken("mood", "{\"mood\":10}");
	assert_refused("mood", "{\"mood\":11}", "`mood`");
	assert_refused("mood", "{\"mood\":-1}", "from 0 to 10");
	assert_refused("mood", "{\"mood\":5.5}", "`mood`");
	assert_refused("mood", "{\"mood\":\"5\"}", "`mood`");
	assert_refused("goal", "{\"title\":\"x\",\"target\":0}", "`target`");
	assert_taken("goal", "{\"title\":\"x\",\"target\":1}");
}

static void not_answered_is_not_zero(void **state)
{
	(void)state;
	assert_refused("mood", "{}", "`mood`");
	assert_refused("mood", "{\"mood\":null}", "`mood`");
	assert_taken("mood", "{\"mood\":null,\"energy\":0}");
	assert_taken("measure", "{\"instrument\":\"x\",\"score\":null}");
	assert_refused("thought", "{\"situation\":\"x\"}", "`thought`");
	assert_refused("thought", "{\"thought\":\" \\n\"}", "`thought`");
	assert_refused("note", "{}", "`text`");
	assert_refused("note", "{\"text\":\" \"}", "`text`");
	assert_refused("comment", "{\"text\":\"x\"}", "`on`");
}

static void lengths_count_scalars(void **state)
{
	char json[1024];
	char title[820];

	(void)state;
	for (size_t more = 0; more < 3; more++) {
		size_t scalars = 199 + more;

		for (size_t i = 0; i < scalars; i++)
			memcpy(title + 4 * i, "\xf0\x9f\x8c\xb1", 4);
		title[4 * scalars] = '\0';
		snprintf(json, sizeof json, "{\"title\":\"%s\"}", title);
		if (more < 2)
			assert_taken("goal", json);
		else
			assert_refused("goal", json, "200");
	}
}

static void words_dates_and_ids_have_their_form(void **state)
{
	(void)state;
	assert_taken("win", "{\"what\":\"x\",\"size\":\"tiny\"}");
	assert_refused("win", "{\"what\":\"x\",\"size\":\"huge\"}", "tiny");
	assert_refused("win", "{\"what\":\"x\",\"size\":\"tin\"}", "`size`");
	assert_refused("win", "{\"what\":\"x\",\"size\":\"\"}", "`size`");
	assert_taken("goal", "{\"title\":\"x\",\"due\":\"2024-02-29\"}");
	assert_refused("goal", "{\"title\":\"x\",\"due\":\"2025-02-29\"}",
		       "`due`");
	assert_refused("session", "{\"next_at\":\"2025-08-21\"}", "`next_at`");
	assert_taken("checkin", "{\"goal\":\"01JC0000000000000000000004\"}");
	assert_refused("checkin", "{\"goal\":\"4\"}", "26");
	assert_refused("thought", "{\"thought\":\"x\",\"patterns\":[\"A\"]}",
		       "`patterns`");
	assert_refused("breath", "{\"completed\":1}", "`completed`");
	assert_taken("breath", "{\"phases\":[1,0,1,0]}");
	assert_taken("breath", "{\"phases\":[300,300,300,300]}");
	assert_refused("breath", "{\"phases\":[301,0,1,0]}", "`phases`");
	assert_refused("breath", "{\"phases\":[0,1,1,0]}", "`phases`");
	assert_refused("breath", "{\"phases\":[1,1,1]}", "`phases`");
	assert_refused("win", "{\"what\":\"x\",\"color\":\"red\"}", "`color`");
	assert_refused("win", "{\"what\":\"x\",\"what\":\"y\"}", "name");
	assert_taken("thought", "{\"thought\":\"x\",\"depth\":\"full\"}");
}

static void feelings_have_names_and_strengths(void **state)
{
	char json[1024] = "{\"thought\":\"x\",\"feelings\":[";

	(void)state;
	for (int i = 0; i < 8; i++)
		snprintf(json + strlen(json), sizeof json - strlen(json),
			 "%s{\"name\":\"f%d\",\"before\":%d}",
			 i == 0 ? "" : ",", i, i == 7 ? 100 : 0);
	snprintf(json + strlen(json), sizeof json - strlen(json), "]}");
	assert_taken("thought", json);
	snprintf(json + strlen(json) - 2, 32, ",{\"name\":\"f8\"}]}");
	assert_refused("thought", json, "8 feelings");
	assert_refused("thought",
		       "{\"thought\":\"x\",\"feelings\":[{\"before\":1}]}",
		       "`feelings`");
	assert_refused("thought",
		       "{\"thought\":\"x\",\"feelings\":[{\"name\":\"a\","
		       "\"after\":101}]}",
		       "`feelings`");
	assert_refused("thought",
		       "{\"thought\":\"x\",\"feelings\":[{\"name\":\"a\"},"
		       "{\"name\":\"a\"}]}",
		       "twice");
	assert_refused("thought",
		       "{\"thought\":\"x\",\"feelings\":[{\"name\":\"a\","
		       "\"color\":1}]}",
		       "`feelings`");
}

static void refusals_never_repeat_what_was_written(void **state)
{
	struct err err;

	(void)state;
	assert_int_not_equal(
		add("win", "{\"what\":\"x\",\"size\":\"secret\"}", &err), 0);
	assert_null(strstr(err.text, "secret"));
	assert_int_not_equal(add("note", "{\"my secret is\":1}", &err), 0);
	assert_null(strstr(err.text, "secret"));
}

/* --- edits, tags, plain text --- */

static void nil_clears_in_an_edit(void **state)
{
	struct entryform form;
	struct err err;

	(void)state;
	entryform_init(&form, entry_kind_by_number(ENTRY_KIND_thought),
		       ENTRYFORM_EDIT, &arena);
	assert_int_equal(entryform_set_fields(
				 &form,
				 from_json("{\"balanced\":null,\"feelings\":"
					   "[],\"patterns\":null}"),
				 &err),
			 0);
	assert_int_equal(entryform_finish(&form, &err), 0);
	assert_int_equal(form.count, 3);
	assert_hex(*entryform_find(&form, ENTRY_thought_balanced), "c0");
	assert_hex(*entryform_find(&form, ENTRY_thought_feelings), "90");
	assert_hex(*entryform_find(&form, ENTRY_thought_patterns), "90");
	assert_int_equal(entryform_set_fields(
				 &form, from_json("{\"thought\":null}"), &err),
			 ERR_USAGE);
	assert_non_null(strstr(err.text, "`thought`"));
	arena_reset(&arena);
}

static void tags_are_a_sorted_set(void **state)
{
	const struct bytes tags[] = { bytes_from_str("work"),
				      bytes_from_str("a-1"),
				      bytes_from_str("work"),
				      bytes_from_str("b") };
	const struct bytes bad[] = { bytes_from_str("Work") };
	struct entryform form;
	struct err err;

	(void)state;
	entryform_init(&form, entry_kind_by_number(ENTRY_KIND_note),
		       ENTRYFORM_ADD, &arena);
	assert_int_equal(entryform_set_tags(&form, bad, 1, &err), ERR_USAGE);
	assert_int_equal(entryform_set_tags(&form, tags, 4, &err), 0);
	assert_hex(*entryform_find(&form, ENTRY_base_tags),
		   "93 a3612d31 a162 a4776f726b");
	assert_int_equal(
		entryform_set_text(&form, ENTRY_base_at,
				   bytes_from_str("1970-01-01T00:00:01+01:00"),
				   &err),
		0);
	assert_hex(*entryform_find(&form, ENTRY_base_at), "92 d2ffc91568 3c");
	arena_reset(&arena);
}

static void plain(const char *kind, const char *text, struct entryform *form)
{
	struct err err;

	entryform_init(form, entry_kind_by_name(bytes_from_str(kind)),
		       ENTRYFORM_ADD, &arena);
	assert_int_equal(entryform_set_plain(form, bytes_from_str(text), &err),
			 0);
	assert_int_equal(entryform_finish(form, &err), 0);
}

static void piped_text_fills_the_first_field(void **state)
{
	char line[1204];
	struct entryform form;
	struct bytes cut;

	(void)state;
	plain("win", "\nLeft on time.\n\nIt was easy.\n", &form);
	assert_hex(*entryform_find(&form, ENTRY_win_what),
		   "ad 4c656674206f6e2074696d652e");
	assert_hex(*entryform_find(&form, ENTRY_base_text),
		   "ac 497420776173206561 73792e");
	plain("win", "Only this", &form);
	assert_null(entryform_find(&form, ENTRY_base_text));
	plain("note", "One\nTwo", &form);
	assert_hex(*entryform_find(&form, ENTRY_base_text),
		   "a7 4f6e650a54776f");
	/* too long for `what`: cut between words, kept whole in text */
	memset(line, 'w', sizeof line);
	line[990] = ' ';
	line[1203] = '\0';
	plain("win", line, &form);
	cut = *entryform_find(&form, ENTRY_win_what);
	assert_int_equal(cut.len, 3 + 990);
	assert_int_equal(entryform_find(&form, ENTRY_base_text)->len, 3 + 1203);
	arena_reset(&arena);
}

/* --- what blocks may hold --- */

static void values_of_another_form_count_as_more(void **state)
{
	static const uint8_t nine[] = { 0x09 };
	static const uint8_t text[] = { 0xa1, 'x' };
	const struct bytes number = bytes_of(nine, 1);
	const struct bytes word = bytes_of(text, 2);
	const struct entry_stored fields[] = {
		{ ENTRY_win_what, ENTRY_RULE_register, &word, 1 },
		{ ENTRY_win_size, ENTRY_RULE_register, &number, 1 },
		{ ENTRY_base_at, ENTRY_RULE_register, &number, 1 },
		{ ENTRY_win_took, ENTRY_RULE_list, &word, 1 },
		{ 99, ENTRY_RULE_register, &word, 1 },
		{ ENTRY_win_shows, ENTRY_RULE_register, NULL, 0 },
	};
	struct entry_shown shown = {
		.kind = entry_kind_by_number(ENTRY_KIND_win),
		.fields = fields,
		.field_count = KEPT_ARRAY_COUNT(fields),
	};
	struct buf out;
	struct buf json;

	(void)state;
	buf_init(&out, 4096);
	buf_init(&json, 4096);
	assert_int_equal(entryform_write(&shown, &out), 0);
	assert_int_equal(codec_print_element(buf_bytes(&out), &json), 0);
	buf_put_u8(&json, 0);
	assert_string_equal(json.ptr,
			    "{\"kept\": 1, \"id\": "
			    "\"00000000000000000000000000\", \"kind\": "
			    "\"win\", \"f\": {\"what\": \"x\"}, \"more\": 4}");
	buf_release(&out);
	buf_release(&json);
}

static void other_versions_and_kinds_are_refused(void **state)
{
	struct entryform form;
	struct err err;

	(void)state;
	assert_int_equal(entryform_read(&form,
					from_json("{\"kept\":2,\"kind\":"
						  "\"note\"}"),
					&arena, &err),
			 ERR_VERSION);
	assert_int_equal(entryform_read(&form, from_json("{\"kind\":\"x\"}"),
					&arena, &err),
			 ERR_USAGE);
	assert_int_equal(entryform_read(&form,
					from_json("{\"kind\":\"note\",\"id\":"
						  "\"7\"}"),
					&arena, &err),
			 ERR_USAGE);
	assert_non_null(strstr(err.text, "`id`"));
	assert_int_equal(entryform_read(&form, from_json("[]"), &arena, &err),
			 ERR_USAGE);
	arena_reset(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_come_back_as_they_were),
		cmocka_unit_test(names_nobody_knows_are_carried),
		cmocka_unit_test(the_story_comes_back_entry_by_entry),
		cmocka_unit_test(numbers_keep_to_their_range),
		cmocka_unit_test(not_answered_is_not_zero),
		cmocka_unit_test(lengths_count_scalars),
		cmocka_unit_test(words_dates_and_ids_have_their_form),
		cmocka_unit_test(feelings_have_names_and_strengths),
		cmocka_unit_test(refusals_never_repeat_what_was_written),
		cmocka_unit_test(nil_clears_in_an_edit),
		cmocka_unit_test(tags_are_a_sorted_set),
		cmocka_unit_test(piped_text_fills_the_first_field),
		cmocka_unit_test(values_of_another_form_count_as_more),
		cmocka_unit_test(other_versions_and_kinds_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
