/*
 * test_workfile.c - the file an editor gets.
 *
 * Goal: it lies in memory, is read back whatever an editor made of it, and is
 * found again after a crash, by its own journal alone. Method: working files
 * in a folder of /dev/shm, changed by hand the ways editors change them.
 */
#include "cli/workfile.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/base/mem.h"

struct bench {
	char root[64];
	struct paths paths;
	cJSON *about;
};

static int set_up(void **state)
{
	static struct bench bench;

	if (!workfile_is_memory("/dev/shm")) {
		print_message("SKIP: /dev/shm is not in memory here\n");
		skip();
	}
	(void)snprintf(bench.root, sizeof bench.root,
		       "/dev/shm/kept-unit.XXXXXX");
	assert_non_null(mkdtemp(bench.root));
	memset(&bench.paths, 0, sizeof bench.paths);
	(void)snprintf(bench.paths.run, sizeof bench.paths.run, "%s/run",
		       bench.root);
	(void)snprintf(bench.paths.data, sizeof bench.paths.data,
		       "/journals/a");
	bench.about = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(bench.about, "home", bench.paths.data);
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	cJSON_Delete(bench->about);
	(void)rmdir(bench->paths.run);
	assert_int_equal(rmdir(bench->root), 0);
	return 0;
}

static void make(struct bench *bench, struct workfile *work, const char *text)
{
	char place[PATH_BYTES];

	assert_int_equal(workfile_find_place(&bench->paths, place), 0);
	assert_string_equal(place, bench->paths.run);
	assert_int_equal(workfile_make(work, place, ".txt", bench->about, text),
			 0);
}

static void put(const struct workfile *work, const char *name,
		const void *bytes, size_t len, time_t when)
{
	struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };
	char path[PATH_BYTES];
	int fd;

	assert_int_equal(paths_join(work->folder, name, path, NULL), 0);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(futimens(fd, times), 0);
	assert_int_equal(close(fd), 0);
}

static void a_place_on_a_disk_is_not_taken(void **state)
{
	struct bench *bench = *state;
	struct paths paths = bench->paths;
	char place[PATH_BYTES];

	(void)snprintf(paths.run, sizeof paths.run, "/etc/kept-unit");
	(void)unsetenv("XDG_RUNTIME_DIR");
	assert_false(workfile_is_memory("/etc"));
	assert_int_equal(workfile_find_place(&paths, place), 0);
	assert_int_equal(strncmp(place, "/dev/shm/kept-", 14), 0);
	assert_int_equal(access("/etc/kept-unit", F_OK), -1);
	(void)rmdir(place); /* unless somebody writes there */
}

static void a_file_is_untouched_until_it_is_saved(void **state)
{
	struct workfile work;

	make(*state, &work, "as it was");
	assert_true(workfile_is_untouched(&work));
	put(&work, "entry.txt", "as it was", 9, work.made.st_mtime + 1);
	assert_false(workfile_is_untouched(&work));
	workfile_remove(&work);
}

static void a_replaced_file_is_touched(void **state)
{
	struct workfile work;
	char other[PATH_BYTES];

	make(*state, &work, "as it was");
	put(&work, "other", "as it was", 9, work.made.st_mtime);
	assert_int_equal(paths_join(work.folder, "other", other, NULL), 0);
	assert_int_equal(rename(other, work.path), 0);
	assert_false(workfile_is_untouched(&work));
	workfile_remove(&work);
}

static void the_newest_words_are_found(void **state)
{
	static const char *const names[] = { "entry.txt", "autosave",
					     "entry.txt.save", "#entry.txt#" };
	struct workfile work;
	struct timespec when;
	char path[PATH_BYTES];
	size_t i;

	make(*state, &work, "");
	assert_false(workfile_newest(&work, path, &when));
	for (i = 0; i < KEPT_ARRAY_COUNT(names); i++) {
		put(&work, names[i], "x", 1, (time_t)(1000 + i));
		assert_true(workfile_newest(&work, path, &when));
		assert_string_equal(strrchr(path, '/') + 1, names[i]);
		assert_int_equal(when.tv_sec, 1000 + i);
	}
	put(&work, "about", "x", 1, 9000);
	put(&work, "entry.txt~", "x", 1, 9000);
	put(&work, "#entry.txt#", "", 0, 9000);
	assert_true(workfile_newest(&work, path, &when));
	assert_string_equal(strrchr(path, '/') + 1, "entry.txt.save");
	workfile_remove(&work);
}

static void expect_read(struct workfile *work, const void *bytes, size_t len,
			const char *text, bool mended)
{
	char *got = NULL;
	bool is_mended = !mended;

	put(work, "entry.txt", bytes, len, 1000);
	assert_int_equal(workfile_read(work->path, &got, &is_mended), 0);
	assert_string_equal(got, text);
	assert_int_equal(is_mended, mended);
	mem_free(got);
}

static void what_is_no_utf8_is_read_as_latin1(void **state)
{
	struct workfile work;
	char *got;
	bool mended;

	make(*state, &work, "");
	expect_read(&work, "", 0, "", false);
	expect_read(&work, "caf\xc3\xa9 \xf0\x9f\x8c\xb1", 10,
		    "caf\xc3\xa9 \xf0\x9f\x8c\xb1", false);
	expect_read(&work, "caf\xe9 \xff.", 7, "caf\xc3\xa9 \xc3\xbf.", true);
	expect_read(&work, "a\0b", 3,
		    "a\xef\xbf\xbd"
		    "b",
		    true);
	/* Cut, overlong, a surrogate: no byte of them is dropped. */
	expect_read(&work, "\xf0\x9f\x8c", 3, "\xc3\xb0\xc2\x9f\xc2\x8c", true);
	expect_read(&work, "\xc0\xaf", 2, "\xc3\x80\xc2\xaf", true);
	expect_read(&work, "\x1b[31m\a", 6, "\x1b[31m\a", false);
	assert_int_equal(unlink(work.path), 0);
	assert_int_equal(workfile_read(work.path, &got, &mended),
			 ERR_NOT_FOUND);
	workfile_remove(&work);
}

static void more_than_anybody_writes_is_refused_not_cut(void **state)
{
	struct workfile work;
	char *got;
	bool mended;

	make(*state, &work, "");
	assert_int_equal(truncate(work.path, WORKFILE_BYTES_MAX + 1), 0);
	assert_int_not_equal(workfile_read(work.path, &got, &mended), 0);
	assert_null(got);
	workfile_remove(&work);
}

struct visits {
	size_t count;
	char begun[32], path[PATH_BYTES];
	bool answer;
};

static bool count_visit(void *context, const struct workfile *work,
			const cJSON *about, const char *begun)
{
	struct visits *visits = context;

	assert_non_null(about);
	visits->count++;
	(void)snprintf(visits->begun, sizeof visits->begun, "%s", begun);
	(void)snprintf(visits->path, sizeof visits->path, "%s", work->path);
	return visits->answer;
}

static void what_is_left_is_found_and_only_then_removed(void **state)
{
	struct bench *bench = *state;
	struct paths other = bench->paths;
	struct visits visits = { 0 };
	struct workfile work;

	make(bench, &work, "begun so");
	/* In use. */
	workfile_each_left(&bench->paths, count_visit, &visits);
	assert_int_equal(visits.count, 0);
	assert_int_equal(close(work.lock), 0);
	/* Somebody else's journal. */
	(void)snprintf(other.data, sizeof other.data, "/journals/b");
	workfile_each_left(&other, count_visit, &visits);
	assert_int_equal(visits.count, 0);
	/* Not safe yet: it stays. */
	workfile_each_left(&bench->paths, count_visit, &visits);
	assert_int_equal(visits.count, 1);
	assert_string_equal(visits.begun, "begun so");
	assert_string_equal(visits.path, work.path);
	assert_int_equal(access(work.path, F_OK), 0);
	visits.answer = true;
	workfile_each_left(&bench->paths, count_visit, &visits);
	assert_int_equal(visits.count, 2);
	assert_int_equal(access(work.folder, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_place_on_a_disk_is_not_taken,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_file_is_untouched_until_it_is_saved, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_replaced_file_is_touched,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_newest_words_are_found,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_no_utf8_is_read_as_latin1, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			more_than_anybody_writes_is_refused_not_cut, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_left_is_found_and_only_then_removed, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
