/*
 * Goal: a setting counts only if config.def allows it, a file with a mistake
 * is refused by line and changes nothing, and a change survives in the file
 * with a person's own lines around it. And: where the files of a home are.
 * Method: tables of good and bad values, files in a folder of the test's own.
 */
#include "daemon/config.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "proto/base/mem.h"
#include "tests/lib/harness.h"

static struct bytes text(const char *s)
{
	return bytes_from_str(s);
}

static void defaults_are_those_of_the_table(void **state)
{
	struct config config;

	(void)state;
	assert_int_equal(config_init(&config, "", NULL), 0);
	assert_string_equal(config_text(&config, CONFIG_listen), "auto");
	assert_int_equal(config_span_ms(&config, CONFIG_lock_after), 600000);
	assert_int_equal(config_daytime(&config, CONFIG_day_ends_at), 240);
	assert_true(config_flag(&config, CONFIG_sync_while_locked));
	assert_false(config_flag(&config, CONFIG_accessible));
}

static void values_are_taken_or_refused_by_type(void **state)
{
	static const struct {
		const char *key, *value;
		bool fits;
	} rows[] = {
		{ "lock_after", "90s", true },
		{ "lock_after", "10 min", true },
		{ "lock_after", "1h", true },
		{ "lock_after", "never", true },
		{ "lock_after", "7d", true },
		{ "lock_after", "999ms", false },
		{ "lock_after", "1000ms", true },
		{ "lock_after", "8d", false },
		{ "lock_after", "", false },
		{ "lock_after", "ten", false },
		{ "lock_after", "99999999999999999999", false },
		{ "day_ends_at", "00:00", true },
		{ "day_ends_at", "11:59", true },
		{ "day_ends_at", "12:00", false },
		{ "day_ends_at", "4:00", false },
		{ "day_ends_at", "04:60", false },
		{ "day_ends_at", "04:0x", false },
		{ "listen", "none", true },
		{ "listen", "127.0.0.1:0", true },
		{ "listen", "[::1]:65535", true },
		{ "listen", "[::1]:65536", false },
		{ "listen", "::1:4", false },
		{ "listen", "localhost", false },
		{ "listen", "a:b", false },
		{ "accessible", "on", true },
		{ "accessible", "yes", false },
		{ "accessible", "ON", false },
		{ "patterns", "off", true },
		{ "patterns", "on|off", false },
		{ "region", "", true },
		{ "region", "abcdefghijklmnop", true },
		{ "region", "abcdefghijklmnopq", false },
		{ "region", "a\nlisten none", false },
		{ "region", "a\xff", false },
		{ "nothing", "on", false },
	};
	struct config config;
	size_t i;

	(void)state;
	assert_int_equal(config_init(&config, "", NULL), 0);
	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		int status = config_set(&config, text(rows[i].key),
					text(rows[i].value), NULL);

		if (status != (rows[i].fits ? 0 : ERR_USAGE))
			fail_msg("%s %s: %d", rows[i].key, rows[i].value,
				 status);
	}
}

static void spans_are_milliseconds(void **state)
{
	static const struct {
		const char *value;
		uint64_t ms;
	} rows[] = { { "2s", 2000 },     { "10", 600000 },
		     { "2h", 7200000 },  { "1d", 86400000 },
		     { "1500ms", 1500 }, { "never", CONFIG_NEVER } };
	struct config config;
	size_t i;

	(void)state;
	assert_int_equal(config_init(&config, "", NULL), 0);
	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		assert_int_equal(config_set(&config, text("lock_after"),
					    text(rows[i].value), NULL),
				 0);
		assert_int_equal(config_span_ms(&config, CONFIG_lock_after),
				 rows[i].ms);
	}
}

static void a_mistake_is_named_by_its_line_and_changes_nothing(void **state)
{
	struct config config;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(config_init(&config, "", NULL), 0);
	assert_int_equal(config_parse(&config,
				      text("# mine\n\n  lock_after 5m  \r\n"
					   "discovery off"),
				      &err),
			 0);
	assert_int_equal(config_span_ms(&config, CONFIG_lock_after), 300000);
	assert_false(config_flag(&config, CONFIG_discovery));
	assert_int_equal(config_parse(&config,
				      text("lock_after 6m\n\nlockafter 7m\n"),
				      &err),
			 ERR_USAGE);
	assert_non_null(strstr(err.text, "line 3"));
	assert_int_equal(config_span_ms(&config, CONFIG_lock_after), 300000);
	assert_int_equal(config_parse(&config, text("listen nowhere"), &err),
			 ERR_USAGE);
	assert_non_null(strstr(err.text, "line 1"));
}

static void a_change_keeps_what_a_person_wrote_around_it(void **state)
{
	char *dir = harness_temp_dir();
	char path[1024], line[2048];
	struct config config;
	struct bytes file;
	struct stat st;

	(void)state;
	snprintf(path, sizeof path, "%s/deep/er/config", dir);
	assert_int_equal(config_init(&config, path, NULL), 0);
	assert_int_equal(config_load(&config, NULL), 0);
	assert_int_equal(config_set(&config, text("region"), text("US"), NULL),
			 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	harness_write(path, text("# keep me\nlock_after 1m\nregion  US \n"
				 "lock_after 2m\n"));
	assert_int_equal(
		config_set(&config, text("lock_after"), text("3m"), NULL), 0);
	assert_int_equal(
		config_set(&config, text("discovery"), text("off"), NULL), 0);
	file = harness_read(path);
	snprintf(line, sizeof line, "%s", (const char *)file.ptr);
	assert_string_equal(line, "# keep me\nlock_after 3m\nregion  US \n"
				  "discovery off\n");
	assert_int_equal(config_init(&config, path, NULL), 0);
	assert_int_equal(config_load(&config, NULL), 0);
	assert_int_equal(config_span_ms(&config, CONFIG_lock_after), 180000);
	assert_string_equal(config_text(&config, CONFIG_region), "US");
	mem_free((void *)(uintptr_t)file.ptr);
	harness_temp_remove(dir);
}

static void a_file_that_cannot_be_written_changes_nothing(void **state)
{
	char *dir = harness_temp_dir();
	char path[1024];
	struct config config;

	(void)state;
	harness_write((snprintf(path, sizeof path, "%s/file", dir), path),
		      text("x"));
	snprintf(path, sizeof path, "%s/file/config", dir);
	assert_int_equal(config_init(&config, path, NULL), 0);
	assert_int_not_equal(
		config_set(&config, text("region"), text("US"), NULL), 0);
	assert_string_equal(config_text(&config, CONFIG_region), "");
	harness_temp_remove(dir);
}

static void kept_home_puts_everything_under_one_folder(void **state)
{
	struct paths paths;

	(void)state;
	setenv("KEPT_HOME", "/h", 1);
	assert_int_equal(paths_find(&paths, NULL), 0);
	assert_string_equal(paths.config, "/h/config");
	assert_string_equal(paths.data, "/h/data");
	assert_string_equal(paths.state, "/h/state");
	assert_string_equal(paths.socket, "/h/run/kept.sock");
	setenv("KEPT_HOME", "h", 1);
	assert_int_equal(paths_find(&paths, NULL), ERR_USAGE);
	unsetenv("KEPT_HOME");
}

static void xdg_folders_have_their_fallbacks(void **state)
{
	struct paths paths;

	(void)state;
	unsetenv("KEPT_HOME");
	setenv("HOME", "/h/alex", 1);
	setenv("XDG_CONFIG_HOME", "/c", 1);
	setenv("XDG_DATA_HOME", "/d", 1);
	setenv("XDG_STATE_HOME", "/s", 1);
	setenv("XDG_RUNTIME_DIR", "/r", 1);
	assert_int_equal(paths_find(&paths, NULL), 0);
	assert_string_equal(paths.config, "/c/kept/config");
	assert_string_equal(paths.data, "/d/kept");
	assert_string_equal(paths.state, "/s/kept");
	assert_string_equal(paths.socket, "/r/kept/kept.sock");
	setenv("XDG_CONFIG_HOME", "relative", 1);
	unsetenv("XDG_DATA_HOME");
	setenv("XDG_STATE_HOME", "", 1);
	unsetenv("XDG_RUNTIME_DIR");
	assert_int_equal(paths_find(&paths, NULL), 0);
	assert_string_equal(paths.config, "/h/alex/.config/kept/config");
	assert_string_equal(paths.data, "/h/alex/.local/share/kept");
	assert_string_equal(paths.state, "/h/alex/.local/state/kept");
	assert_string_equal(paths.socket,
			    "/h/alex/.local/state/kept/run/kept.sock");
	unsetenv("HOME");
	assert_int_equal(paths_find(&paths, NULL), ERR_USAGE);
}

static void a_socket_path_over_107_bytes_is_refused_by_name(void **state)
{
	char home[128];
	struct paths paths;
	struct err err = { 0 };
	size_t tail = strlen("/run/kept.sock");

	(void)state;
	memset(home, 'a', sizeof home);
	home[0] = '/';
	home[107 - tail] = '\0';
	setenv("KEPT_HOME", home, 1);
	assert_int_equal(paths_find(&paths, NULL), 0);
	assert_int_equal(strlen(paths.socket), 107);
	home[107 - tail] = 'a';
	home[108 - tail] = '\0';
	setenv("KEPT_HOME", home, 1);
	assert_int_equal(paths_find(&paths, &err), ERR_USAGE);
	assert_non_null(strstr(err.text, paths.socket));
	unsetenv("KEPT_HOME");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_table),
		cmocka_unit_test(values_are_taken_or_refused_by_type),
		cmocka_unit_test(spans_are_milliseconds),
		cmocka_unit_test(
			a_mistake_is_named_by_its_line_and_changes_nothing),
		cmocka_unit_test(a_change_keeps_what_a_person_wrote_around_it),
		cmocka_unit_test(a_file_that_cannot_be_written_changes_nothing),
		cmocka_unit_test(kept_home_puts_everything_under_one_folder),
		cmocka_unit_test(xdg_folders_have_their_fallbacks),
		cmocka_unit_test(
			a_socket_path_over_107_bytes_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
