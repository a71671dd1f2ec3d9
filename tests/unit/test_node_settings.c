/*
 * Goal: settings that go with the journal reach this device's own, and only
 * with the turn that wrote them; and the system's word locks, whatever is
 * under way.
 * Method: one node of nodebed.h: its settings in memory, its disk full, its
 * jobs held back.
 */
#include "daemon/node.h"

#include <unistd.h>

#include "tests/lib/harness.h"
#include "tests/sim/disk.h"
#include "tests/unit/nodebed.h"

#define assert_call(code, ...) assert_string_equal(bed_call(__VA_ARGS__), code)
#define assert_get(path, value) assert_string_equal(bed_get(path), value)

static struct bed a;
static char *home;
static char before[1024];

static int setup(void **state)
{
	(void)state;
	home = harness_temp_dir();
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(home), 0);
	memset(&a, 0, sizeof a);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (a.disk != NULL)
		bed_close(&a);
	assert_int_equal(chdir(before), 0);
	harness_temp_remove(home);
	return 0;
}

static void init(struct bed *bed)
{
	assert_call("", bed, "init", "name", "laptop", "passphrase", "abc",
		    "kdf_memory", "#8388608", "kdf_passes", "#1", NULL);
}

static void set(const char *code, const char *key, const char *value)
{
	assert_call(code, &a, "config_set", "key", key, "value", value, NULL);
}

static void assert_mine(enum config_key key, const char *value)
{
	assert_string_equal(config_text(&a.config, key), value);
}

static void assert_state(const char *wanted)
{
	assert_call("", &a, "status", NULL);
	assert_get("state", wanted);
}

static void what_travels_is_mirrored_here(void **state)
{
	(void)state;
	bed_open(&a, "a");
	/* Without a journal there is only this device's own. */
	set("", "region", "au");
	assert_mine(CONFIG_region, "au");
	init(&a);
	assert_call("", &a, "config_get", "key", "region", NULL);
	assert_get("settings.0.value", "au");
	/* The first that is written takes along what was said before. */
	set("", "patterns", "off");
	assert_call("", &a, "settings_get", NULL);
	assert_get("entry.f.region", "au");
	assert_get("entry.f.patterns", "off");
	assert_mine(CONFIG_patterns, "off");
	assert_call("", &a, "settings_set", "fields", "{region=nz", NULL);
	assert_mine(CONFIG_region, "nz");
	/* As another device might: what this one would refuse is not taken. */
	assert_call("", &a, "settings_set", "fields",
		    "{region=\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc"
		    "\xc3\xa4\xc3\xb6\xc3\xbc",
		    NULL);
	assert_mine(CONFIG_region, "nz");
	assert_call("", &a, "config_get", "key", "region", NULL);
	assert_get("settings.0.value", "nz");
	set("", "region", "");
	assert_mine(CONFIG_region, "");
	set("usage", "patterns", "maybe");
	assert_mine(CONFIG_patterns, "off");
	assert_call("", &a, "lock", NULL);
	set("locked", "region", "us");
	assert_mine(CONFIG_region, "");
	assert_call("", &a, "config_get", "key", "patterns", NULL);
	assert_get("settings.0.value", "off");
	/* A file that was written by hand gives way to the journal. */
	assert_int_equal(config_set(&a.config, bytes_from_str("patterns"),
				    bytes_from_str("on"), NULL),
			 0);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	bed_settle(&a);
	assert_mine(CONFIG_patterns, "off");
}

static void a_turn_that_fails_changes_no_setting(void **state)
{
	(void)state;
	bed_open(&a, "a");
	init(&a);
	set("", "region", "us");
	disk_set_room(a.disk, 0);
	set("disk_full", "region", "nz");
	assert_mine(CONFIG_region, "us");
	assert_call("", &a, "config_get", "key", "region", NULL);
	assert_get("settings.0.value", "us");
	disk_set_room(a.disk, UINT64_MAX);
	bed_pass(&a, 1000);
	set("", "region", "nz");
	assert_mine(CONFIG_region, "nz");
}

static void the_systems_word_locks(void **state)
{
	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_state("unlocked");
	a.locks = true;
	bed_turn(&a, NULL);
	a.locks = false;
	assert_state("locked");
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_state("unlocked");
	set("", "lock_on_sleep", "off");
	a.locks = true;
	bed_turn(&a, NULL);
	a.locks = false;
	assert_state("unlocked");
}

/* The passphrase was typed, and the lid closed. */
static void an_unlock_under_way_is_locked_again(void **state)
{
	uint32_t id;

	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_call("", &a, "lock", NULL);
	a.holds_jobs = true;
	id = bed_send(&a, "unlock", "passphrase", "abc", NULL);
	assert_non_null(a.job);
	a.locks = true;
	bed_turn(&a, NULL);
	a.locks = false;
	bed_job(&a);
	bed_settle(&a);
	assert_non_null(bed_answer(&a, id));
	assert_state("locked");
	/* That was that: the next one stays. */
	a.holds_jobs = false;
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_state("unlocked");
}

#define node_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(what_travels_is_mirrored_here),
		node_test(a_turn_that_fails_changes_no_setting),
		node_test(the_systems_word_locks),
		node_test(an_unlock_under_way_is_locked_again),
	};

	assert_int_equal(crypto_start(), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
