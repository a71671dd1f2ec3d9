/*
 * Goal: an export is called whole only if it is. Method: an export of our own
 * with every byte changed and cut at every byte, and files that are none.
 */
#include "cli/exportfile.h"

#include <stdio.h>

#include "cli/cli.h"
#include "cli/jsonform.h"
#include "proto/ulid.h"
#include "tests/lib/harness.h"

static int start(void **state)
{
	(void)state;
	jsonform_start();
	return 0;
}

static size_t make_export(char *out, size_t size, unsigned said)
{
	char header[EXPORTFILE_HEADER_BYTES + 1];
	char digest[EXPORTFILE_DIGEST_BYTES];
	struct exportfile_sum sum;
	size_t len;

	exportfile_header("2026-11-08T21:40:00-05:00", said, header);
	len = (size_t)snprintf(out, size, "%s{\"id\":\"A\"}\n{\"id\":\"B\"}\n",
			       header);
	exportfile_sum_begin(&sum);
	exportfile_sum_add(&sum, bytes_of(out, len));
	exportfile_sum_end(&sum, digest);
	return len + (size_t)snprintf(out + len, size - len,
				      "{\"sha256\":\"%s\"}\n", digest);
}

static enum exportfile_kind judged(const char *file, size_t len)
{
	struct bytes entries;
	size_t first;

	return exportfile_judge(bytes_of(file, len), &entries, &first);
}

static void the_header_is_always_as_long(void **state)
{
	char line[EXPORTFILE_HEADER_BYTES + 1];

	(void)state;
	exportfile_header("2026-11-08T21:40:00+00:00", 0, line);
	assert_int_equal(strlen(line), EXPORTFILE_HEADER_BYTES);
	exportfile_header("2026-11-08T21:40:00+00:00", 1234567890, line);
	assert_int_equal(strlen(line), EXPORTFILE_HEADER_BYTES);
	assert_non_null(strstr(line, "\"entries\":1234567890 "));
	assert_int_equal(line[EXPORTFILE_HEADER_BYTES - 2], '}');
}

static void the_digest_is_sha_256(void **state)
{
	char digest[EXPORTFILE_DIGEST_BYTES];
	struct exportfile_sum sum;

	(void)state;
	/* FIPS 180-4's example "abc" */
	exportfile_sum_begin(&sum);
	exportfile_sum_add(&sum, bytes_from_str("a"));
	exportfile_sum_add(&sum, bytes_from_str("bc"));
	exportfile_sum_end(&sum, digest);
	assert_string_equal(digest, "ba7816bf8f01cfea414140de5dae2223"
				    "b00361a396177a9cb410ff61f20015ad");
}

static void a_whole_export_gives_its_entries(void **state)
{
	char file[512];
	size_t len = make_export(file, sizeof file, 2), number = 0;
	struct bytes entries, line;

	(void)state;
	assert_int_equal(
		exportfile_judge(bytes_of(file, len), &entries, &number),
		EXPORTFILE_WHOLE);
	assert_int_equal(number, 1);
	assert_true(exportfile_next(&entries, &line, &number));
	assert_bytes(line, bytes_from_str("{\"id\":\"A\"}"));
	assert_true(exportfile_next(&entries, &line, &number));
	assert_int_equal(number, 3);
	assert_false(exportfile_next(&entries, &line, &number));
	len = make_export(file, sizeof file, 3);
	assert_int_equal(judged(file, len), EXPORTFILE_TORN);
}

static void no_byte_may_be_missing_or_other(void **state)
{
	char file[512], copy[512];
	size_t len = make_export(file, sizeof file, 2), i;

	(void)state;
	for (i = 0; i < len; i++) {
		memcpy(copy, file, len);
		copy[i] ^= 1;
		/* The last line's end may be any, or not there. */
		if (i < len - 1 && judged(copy, len) == EXPORTFILE_WHOLE)
			fail_msg("byte %zu changed unnoticed", i);
		if (i < len - 1 && judged(file, i) == EXPORTFILE_WHOLE)
			fail_msg("cut at %zu unnoticed", i);
	}
	assert_int_equal(judged(file, len), EXPORTFILE_WHOLE);
	assert_int_equal(judged(file, len - 1), EXPORTFILE_WHOLE);
}

static void other_files_are_told_apart(void **state)
{
	static const struct {
		const char *text;
		enum exportfile_kind kind;
	} rows[] = {
		{ "", EXPORTFILE_BARE },
		{ "\n \n", EXPORTFILE_BARE },
		{ "{\"kind\":\"win\"}\nnope\n", EXPORTFILE_BARE },
		{ "hello\n", EXPORTFILE_NONE },
		{ "{ no json\n", EXPORTFILE_NONE },
		{ "PK\x03\x04", EXPORTFILE_NONE },
		{ "{\"kept\":2,\"export\":\"x\",\"entries\":0}\n",
		  EXPORTFILE_NEWER },
		{ "{\"kept\":1,\"export\":\"x\",\"entries\":0}\n",
		  EXPORTFILE_TORN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++)
		assert_int_equal(judged(rows[i].text, strlen(rows[i].text)),
				 rows[i].kind);
}

static void blank_lines_are_counted_and_left_out(void **state)
{
	struct bytes rest = bytes_from_str("\n\r\n a\n\t\nb"), line;
	size_t number = 0;

	(void)state;
	assert_true(exportfile_next(&rest, &line, &number));
	assert_int_equal(number, 3);
	assert_bytes(line, bytes_from_str(" a"));
	assert_true(exportfile_next(&rest, &line, &number));
	assert_int_equal(number, 5);
	assert_bytes(line, bytes_from_str("b"));
	assert_false(exportfile_next(&rest, &line, &number));
}

static void what_holds_only_here_and_now_stays_out(void **state)
{
	cJSON *entry = cJSON_Parse("{\"id\":\"A\",\"device\":\"x\",\"rev\":3,"
				   "\"marks\":[],\"tags\":[],\"more\":1,"
				   "\"f\":{\"device\":1}}");
	char *line;

	(void)state;
	exportfile_strip(entry);
	line = jsonform_line(entry);
	assert_string_equal(line, "{\"id\":\"A\",\"device\":\"x\",\"rev\":3,"
				  "\"tags\":[],\"f\":{\"device\":1}}");
	cJSON_free(line);
	cJSON_Delete(entry);
}

static void an_entry_without_a_name_gets_the_same_one_again(void **state)
{
	static const char text[] =
		"{\"kind\":\"mood\",\"at\":\"2026-03-08T02:30:00-05:00\","
		"\"f\":{\"mood\":0}}";
	cJSON *one = cJSON_Parse(text), *two = cJSON_Parse(text);
	struct id16 id;

	(void)state;
	assert_true(exportfile_name(one));
	assert_true(exportfile_name(two));
	assert_string_equal(json_text(one, "id"), json_text(two, "id"));
	assert_int_equal(ulid_parse(bytes_from_str(json_text(one, "id")), &id),
			 0);
	assert_true(ulid_ms(&id) == 1772955000000);
	cJSON_Delete(two);
	two = cJSON_Parse("{\"kind\":\"mood\",\"f\":{\"mood\":1}}");
	assert_true(exportfile_name(two));
	assert_string_not_equal(json_text(one, "id"), json_text(two, "id"));
	assert_int_equal(ulid_parse(bytes_from_str(json_text(two, "id")), &id),
			 0);
	assert_int_equal(ulid_ms(&id), 0);
	/* One that has a name keeps it. */
	cJSON_ReplaceItemInObject(two, "id", cJSON_CreateString("A"));
	assert_true(exportfile_name(two));
	assert_string_equal(json_text(two, "id"), "A");
	cJSON_Delete(one);
	cJSON_Delete(two);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_always_as_long),
		cmocka_unit_test(the_digest_is_sha_256),
		cmocka_unit_test(a_whole_export_gives_its_entries),
		cmocka_unit_test(no_byte_may_be_missing_or_other),
		cmocka_unit_test(other_files_are_told_apart),
		cmocka_unit_test(blank_lines_are_counted_and_left_out),
		cmocka_unit_test(what_holds_only_here_and_now_stays_out),
		cmocka_unit_test(
			an_entry_without_a_name_gets_the_same_one_again),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
