/*
 * Goal: the yes that lets a device in comes from the client at whose screen
 * the words stand, and from no other program on this machine.
 * Method: two nodes of nodebed.h and a second client on each.
 */
#include "daemon/node.h"

#include <unistd.h>

#include "tests/lib/harness.h"
#include "tests/sim/disk.h"
#include "tests/unit/nodebed.h"

#define OTHER_CLIENT 2u
#define assert_call(code, ...) assert_string_equal(bed_call(__VA_ARGS__), code)
#define assert_get(path, value) assert_string_equal(bed_get(path), value)

static struct bed a, b;
static char *home;
static char before[1024];

static void add_client(struct bed *bed)
{
	struct client_event up = { .kind = CLIENT_UP, .client = OTHER_CLIENT };

	bed_turn(bed, &up);
	bed->client = OTHER_CLIENT;
	assert_call("", bed, "hello", "client", "other", NULL);
	bed->client = BED_CLIENT;
}

static int setup(void **state)
{
	(void)state;
	home = harness_temp_dir();
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(home), 0);
	bed_open(&a, "a");
	bed_open(&b, "b");
	a.others[0] = &b;
	b.others[0] = &a;
	assert_call("", &a, "config_set", "key", "listen", "value", "a:2",
		    NULL);
	assert_call("", &a, "init", "name", "laptop", "passphrase", "abc",
		    "kdf_memory", "#8388608", "kdf_passes", "#1", NULL);
	add_client(&a);
	add_client(&b);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	bed_close(&a);
	bed_close(&b);
	assert_int_equal(chdir(before), 0);
	harness_temp_remove(home);
	return 0;
}

/* Up to the words on both screens. */
static void meet(void)
{
	char code[64];

	assert_call("", &a, "pair_show", NULL);
	snprintf(code, sizeof code, "%s", bed_get("code"));
	assert_call("", &b, "pair_join", "code", code, "addresses", "[a:1",
		    "name", "phone", "passphrase", "xyz", "kdf_memory",
		    "#8388608", "kdf_passes", "#1", NULL);
	assert_true(bed_event(&a, "pair"));
	assert_get("event", "words");
	assert_true(bed_event(&b, "pair"));
	assert_get("event", "words");
}

static void refuse_answer(struct bed *bed, const char *yes)
{
	bed->client = OTHER_CLIENT;
	assert_call("usage", bed, "pair_confirm", "yes", yes, NULL);
	bed->client = BED_CLIENT;
}

static void another_client_does_not_say_yes(void **state)
{
	(void)state;
	meet();
	refuse_answer(&a, "!");
	refuse_answer(&b, "!");
	bed_settle(&a);
	/* Nor no: the words still wait for the person. */
	refuse_answer(&a, "!no");
	assert_false(bed_event(&a, "pair"));
	assert_call("", &a, "devices", NULL);
	assert_get("devices", "1");
	assert_call("", &a, "pair_confirm", "yes", "!", NULL);
	assert_call("", &b, "pair_confirm", "yes", "!", NULL);
	assert_true(bed_event(&a, "pair"));
	assert_get("event", "paired");
	assert_true(bed_event(&b, "pair"));
	assert_get("event", "paired");
}

static void any_client_may_end_it(void **state)
{
	(void)state;
	meet();
	a.client = OTHER_CLIENT;
	assert_call("", &a, "pair_stop", NULL);
	a.client = BED_CLIENT;
	assert_call("code_ended", &a, "pair_confirm", "yes", "!", NULL);
	assert_call("", &a, "devices", NULL);
	assert_get("devices", "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(another_client_does_not_say_yes,
						setup, teardown),
		cmocka_unit_test_setup_teardown(any_client_may_end_it, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
