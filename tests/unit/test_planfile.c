/*
 * Goal: the copy of the plan says what the plan says, is whole or not there,
 * and is for nobody else. Method: fields as JSON in, the text out; files in a
 * folder of the test's own, with what doesn't belong there in their place.
 */
#include "cli/planfile.h"

#include <sys/stat.h>
#include <unistd.h>

#include "cli/jsonform.h"
#include "proto/base/mem.h"
#include "tests/lib/harness.h"

static struct paths paths;
static char *folder;
static size_t live_before;

static int start(void **state)
{
	(void)state;
	jsonform_start();
	live_before = mem_live_count();
	folder = harness_temp_dir();
	(void)snprintf(paths.data, sizeof paths.data, "%s", folder);
	return 0;
}

static int nothing_left(void **state)
{
	(void)state;
	harness_temp_remove(folder);
	assert_int_equal(mem_live_count(), live_before);
	return 0;
}

static void expect_text(const char *json, const char *wanted)
{
	cJSON *fields = cJSON_Parse(json);
	struct buf out;

	assert_non_null(fields);
	buf_init(&out, PLANFILE_BYTES_MAX);
	planfile_put(&out, fields);
	buf_put_u8(&out, 0);
	assert_int_equal(out.failed, 0);
	assert_string_equal((const char *)out.ptr, wanted);
	buf_release(&out);
	cJSON_Delete(fields);
}

static void a_plan_has_parts_only_for_what_is_there(void **state)
{
	(void)state;
	expect_text("{}", "");
	expect_text("{\"places\":[]}", "");
	expect_text("{\"keep_safe\":\"Ann has the keys.\",\"places\":"
		    "[\"The library\",\"The lake\"]}",
		    "Where it is easier\n  - The library\n  - The lake\n\n"
		    "What makes it safer around me\n  - Ann has the keys.\n");
	expect_text("{\"text\":\"one\\n\\ntwo\"}", "And\n  - one\n    two\n");
}

static void nothing_in_it_moves_a_terminal(void **state)
{
	(void)state;
	expect_text("{\"signs\":[\"red \\u001b[31m\\u0007\"]}",
		    "How I notice\n  - red ␛[31m\ufffd\n");
}

static void path_of(const char *name, char out[PATH_BYTES])
{
	assert_int_equal(paths_join(paths.data, name, out, NULL), 0);
}

static void expect_holds(const char *wanted)
{
	struct buf out;

	buf_init(&out, PLANFILE_BYTES_MAX);
	assert_int_equal(planfile_read(&paths, &out), 0);
	buf_put_u8(&out, 0);
	assert_string_equal((const char *)out.ptr, wanted);
	buf_release(&out);
}

static void a_copy_is_written_anew_and_taken_away(void **state)
{
	char path[PATH_BYTES];
	struct stat stat_file;
	struct err err = { 0 };
	struct buf out;

	(void)state;
	path_of(PLANFILE_NAME, path);
	assert_false(planfile_is_there(&paths));
	assert_int_equal(
		planfile_write(&paths, bytes_from_str("one longer\n"), &err),
		0);
	assert_true(planfile_is_there(&paths));
	expect_holds("one longer\n");
	assert_int_equal(stat(path, &stat_file), 0);
	assert_int_equal(stat_file.st_mode & 07777, 0600);
	assert_int_equal(planfile_write(&paths, bytes_from_str("two\n"), &err),
			 0);
	expect_holds("two\n");
	path_of(PLANFILE_NAME ".new", path);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(planfile_remove(&paths, &err), 0);
	assert_false(planfile_is_there(&paths));
	buf_init(&out, 64);
	assert_int_equal(planfile_read(&paths, &out), ERR_NOT_FOUND);
	buf_release(&out);
	/* Gone already is fine. */
	assert_int_equal(planfile_remove(&paths, &err), 0);
}

static void a_link_in_its_place_is_no_plan(void **state)
{
	char path[PATH_BYTES], other[PATH_BYTES], fresh[PATH_BYTES];
	struct stat stat_file;
	struct err err = { 0 };

	(void)state;
	path_of(PLANFILE_NAME, path);
	path_of("other", other);
	path_of(PLANFILE_NAME ".new", fresh);
	harness_write(other, bytes_from_str("somebody else's\n"));
	assert_int_equal(symlink(other, path), 0);
	assert_false(planfile_is_there(&paths));
	/* Nor is it written through one, the new file's name included. */
	assert_int_equal(symlink(other, fresh), 0);
	assert_int_equal(planfile_write(&paths, bytes_from_str("mine\n"), &err),
			 0);
	expect_holds("mine\n");
	assert_int_equal(stat(other, &stat_file), 0);
	assert_int_equal(stat_file.st_size, strlen("somebody else's\n"));
	assert_int_equal(planfile_remove(&paths, &err), 0);
}

static void no_folder_is_said_in_a_sentence(void **state)
{
	struct paths none = { .data = "/nowhere/at/all" };
	struct err err = { 0 };

	(void)state;
	assert_false(planfile_is_there(&none));
	assert_int_equal(planfile_write(&none, bytes_from_str("a\n"), &err),
			 ERR_IO);
	assert_non_null(strstr(err.text, "in your journal"));
	assert_int_equal(planfile_remove(&none, &err), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_has_parts_only_for_what_is_there),
		cmocka_unit_test(nothing_in_it_moves_a_terminal),
		cmocka_unit_test(a_copy_is_written_anew_and_taken_away),
		cmocka_unit_test(a_link_in_its_place_is_no_plan),
		cmocka_unit_test(no_folder_is_said_in_a_sentence),
	};

	return cmocka_run_group_tests(tests, start, nothing_left);
}
