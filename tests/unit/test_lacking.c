/*
 * Goal: what is said to be missing on other devices is just what they have
 * not acknowledged: the mark of an entry, the counts of `status` and
 * `devices`, and the day a device came in.
 * Method: two and three nodes of nodebed.h that are kept apart by hand.
 */
#include "daemon/node.h"

#include <unistd.h>

#include "tests/lib/harness.h"
#include "tests/sim/disk.h"
#include "tests/unit/nodebed.h"

#define DAY_MS UINT64_C(86400000)
#define assert_call(code, ...) assert_string_equal(bed_call(__VA_ARGS__), code)
#define assert_get(path, value) assert_string_equal(bed_get(path), value)

static struct bed a, b, c;
static char *home;
static char before[1024];

static int setup(void **state)
{
	struct bed *beds[] = { &a, &b, &c };
	static const char *const listens[] = { "a:2", "b:2", "c:2" };
	static const char *const names[] = { "a", "b", "c" };
	size_t i;

	(void)state;
	home = harness_temp_dir();
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(home), 0);
	for (i = 0; i < KEPT_ARRAY_COUNT(beds); i++) {
		bed_open(beds[i], names[i]);
		assert_call("", beds[i], "config_set", "key", "listen", "value",
			    listens[i], NULL);
	}
	assert_call("", &a, "init", "name", "laptop", "passphrase", "abc",
		    "kdf_memory", "#8388608", "kdf_passes", "#1", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	bed_close(&a);
	bed_close(&b);
	bed_close(&c);
	assert_int_equal(chdir(before), 0);
	harness_temp_remove(home);
	return 0;
}

/* They reach each other from now on. */
static void together(struct bed *other, size_t place)
{
	a.others[place] = other;
	other->others[0] = &a;
}

static void apart(struct bed *other, size_t place)
{
	uint32_t conn;

	for (conn = 1; conn < BED_CONNS; conn++) {
		if (a.links[conn].to != other)
			continue;
		link_drop(&a, conn);
		queue_add(&a, EVENT_PEER_DOWN, bytes_of(NULL, 0))->conn = conn;
	}
	a.others[place] = NULL;
	other->others[0] = NULL;
	bed_settle(&a);
	bed_settle(other);
}

static void pair(struct bed *joiner, const char *name)
{
	char code[64];

	assert_call("", &a, "pair_show", "passphrase", "abc", NULL);
	snprintf(code, sizeof code, "%s", bed_get("code"));
	assert_call("", joiner, "pair_join", "code", code, "addresses", "[a:1",
		    "name", name, "passphrase", "xyz", "kdf_memory", "#8388608",
		    "kdf_passes", "#1", NULL);
	assert_true(bed_event(joiner, "pair"));
	assert_get("event", "words");
	/* Whose words they are is known before the yes. */
	assert_get("name", "laptop");
	assert_call("", &a, "pair_confirm", "yes", "!", NULL);
	assert_call("", joiner, "pair_confirm", "yes", "!", NULL);
	assert_call("", joiner, "sync", "wait_ms", "#5000", NULL);
	assert_get("devices.0.in_sync", "true");
	assert_call("", &a, "sync", "wait_ms", "#5000", NULL);
	bed_settle(&a);
}

static void add_win(const char *what)
{
	char fields[64];

	snprintf(fields, sizeof fields, "{what=%s", what);
	bed_pass(&a, 1);
	assert_call("", &a, "add", "kind", "win", "fields", fields, NULL);
}

static void one_device_has_nobody_to_wait_for(void **state)
{
	(void)state;
	add_win("alone");
	assert_get("entry.marks", "0");
	assert_call("", &a, "status", NULL);
	assert_get("waiting", "0");
	assert_call("", &a, "devices", NULL);
	assert_get("devices.0.waiting", "-");
	assert_get("devices.0.paired", "-");
}

static void an_entry_is_marked_until_the_other_device_has_it(void **state)
{
	char old[32], fresh[32];

	(void)state;
	add_win("old");
	snprintf(old, sizeof old, "%s", bed_get("entry.id"));
	together(&b, 0);
	pair(&b, "phone");
	assert_call("", &a, "show", "id", old, NULL);
	assert_get("entry.marks", "0");
	/* Not even with both connected is it there at once. */
	add_win("live");
	assert_get("entry.marks.0", "not-synced");
	bed_settle(&a);
	assert_call("", &a, "log", NULL);
	assert_get("entries.0.marks", "0");
	apart(&b, 0);
	add_win("fresh");
	snprintf(fresh, sizeof fresh, "%s", bed_get("entry.id"));
	assert_call("", &a, "edit", "id", old, "fields", "{what=old again",
		    NULL);
	assert_get("entry.marks.0", "not-synced");
	assert_call("", &a, "log", NULL);
	assert_get("entries", "3");
	assert_get("entries.0.marks.0", "not-synced");
	assert_get("entries.1.marks", "0");
	assert_get("entries.2.marks.0", "not-synced");
	/* As it was at its first change, which is there. */
	assert_call("", &a, "show", "id", old, "rev", "#1", NULL);
	assert_get("entry.marks", "0");
	/* What others wrote is theirs to bring. */
	assert_call("", &b, "log", NULL);
	assert_get("entries", "2");
	assert_get("entries.0.marks", "0");
	together(&b, 0);
	assert_call("", &a, "sync", "wait_ms", "#5000", NULL);
	assert_get("devices.0.in_sync", "true");
	assert_call("", &a, "show", "id", fresh, NULL);
	assert_get("entry.marks", "0");
	assert_call("", &a, "show", "id", old, NULL);
	assert_get("entry.marks", "0");
}

static void with_three_devices_all_have_to_have_it(void **state)
{
	(void)state;
	together(&b, 0);
	pair(&b, "phone");
	together(&c, 1);
	pair(&c, "tablet");
	apart(&c, 1);
	add_win("new");
	bed_settle(&a);
	assert_call("", &a, "log", NULL);
	assert_get("entries.0.marks.0", "not-synced");
	assert_call("", &a, "devices", NULL);
	assert_get("devices.1.name", "phone");
	assert_get("devices.1.waiting", "0");
	assert_get("devices.2.name", "tablet");
	assert_get("devices.2.waiting", "1");
	assert_call("", &a, "status", NULL);
	assert_get("waiting", "1");
}

static void what_waits_is_counted_in_entries(void **state)
{
	char id[32];
	int i;

	(void)state;
	together(&b, 0);
	pair(&b, "phone");
	apart(&b, 0);
	add_win("one");
	snprintf(id, sizeof id, "%s", bed_get("entry.id"));
	for (i = 0; i < 3; i++)
		assert_call("", &a, "star", "id", id, i == 1 ? "off" : NULL,
			    "!", NULL);
	add_win("two");
	assert_call("", &a, "devices", NULL);
	assert_get("devices.1.waiting", "2");
	assert_get("devices.1.behind", "5");
	/* Counting needs no key. */
	assert_call("", &a, "lock", NULL);
	assert_call("", &a, "devices", NULL);
	assert_get("devices.1.waiting", "2");
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	/* 512 blocks are counted, one more is too many to count each time. */
	for (i = 5; i < 512; i++)
		add_win("more");
	assert_call("", &a, "status", NULL);
	assert_get("waiting", "509");
	assert_get("devices.1.waiting", "509");
	add_win("last");
	assert_call("", &a, "status", NULL);
	assert_get("waiting", "-");
	assert_get("devices.1.waiting", "-");
	assert_get("devices.1.behind", "513");
}

static void the_day_a_device_came_in_is_kept(void **state)
{
	char paired[32];

	(void)state;
	bed_pass(&a, DAY_MS);
	bed_pass(&b, DAY_MS);
	together(&b, 0);
	pair(&b, "phone");
	assert_call("", &a, "devices", NULL);
	snprintf(paired, sizeof paired, "%s", bed_get("devices.1.paired"));
	assert_in_range(strtoull(paired, NULL, 10),
			UINT64_C(1790000000000) + DAY_MS, a.time.wall_ms);
	assert_call("", &b, "devices", NULL);
	assert_get("devices.0.name", "laptop");
	assert_in_range(strtoull(bed_get("devices.0.paired"), NULL, 10),
			UINT64_C(1790000000000) + DAY_MS, b.time.wall_ms);
	apart(&b, 0);
	bed_pass(&a, 3 * DAY_MS);
	bed_stop(&a);
	bed_start(&a);
	assert_call("", &a, "devices", NULL);
	assert_get("devices.1.paired", paired);
}

/* ---- what stands beside them in status and doctor ---- */

static void the_newest_entry_with_two_versions_is_named(void **state)
{
	char id[32];

	(void)state;
	add_win("first");
	snprintf(id, sizeof id, "%s", bed_get("entry.id"));
	together(&b, 0);
	pair(&b, "phone");
	assert_call("", &a, "status", NULL);
	assert_get("conflicts", "0");
	assert_get("conflict", "-");
	apart(&b, 0);
	assert_call("", &a, "edit", "id", id, "fields", "{what=here", NULL);
	assert_call("", &b, "edit", "id", id, "fields", "{what=there", NULL);
	together(&b, 0);
	assert_call("", &a, "sync", "wait_ms", "#5000", NULL);
	assert_call("", &a, "status", NULL);
	assert_get("conflicts", "1");
	assert_get("conflict", id);
	assert_call("", &a, "lock", NULL);
	assert_call("", &a, "status", NULL);
	assert_get("conflict", "-");
}

/* Every line but those of one part is fine; NULL: every line. */
static void assert_doctor(struct bed *bed, const char *odd)
{
	char path[32], part[64];
	size_t count, i;

	assert_call("", bed, "doctor", NULL);
	assert_get("ok", odd == NULL ? "true" : "false");
	count = strtoull(bed_get("lines"), NULL, 10);
	assert_true(count >= 4);
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof path, "lines.%zu.part", i);
		snprintf(part, sizeof part, "%s", bed_get(path));
		snprintf(path, sizeof path, "lines.%zu.ok", i);
		assert_get(path, odd != NULL && strcmp(part, odd) == 0
					 ? "false"
					 : "true");
	}
}

static void doctor_warns_of_a_slot_made_in_a_hurry_only(void **state)
{
	(void)state;
	assert_doctor(&a, "passphrase");
	/* The usual cost: nothing is left to look at. */
	assert_call("", &b, "init", "name", "slow", "passphrase", "abc",
		    "kdf_memory", "#268435456", "kdf_passes", "#3", NULL);
	assert_doctor(&b, NULL);
	assert_call("", &b, "lock", NULL);
	assert_doctor(&b, NULL);
	/* One pass less than usual. */
	assert_call("", &c, "init", "name", "quick", "passphrase", "abc",
		    "kdf_memory", "#268435456", "kdf_passes", "#2", NULL);
	assert_doctor(&c, "passphrase");
}

#define with_nodes(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_nodes(one_device_has_nobody_to_wait_for),
		with_nodes(an_entry_is_marked_until_the_other_device_has_it),
		with_nodes(with_three_devices_all_have_to_have_it),
		with_nodes(what_waits_is_counted_in_entries),
		with_nodes(the_day_a_device_came_in_is_kept),
		with_nodes(the_newest_entry_with_two_versions_is_named),
		with_nodes(doctor_warns_of_a_slot_made_in_a_hurry_only),
	};

	assert_int_equal(crypto_start(), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
