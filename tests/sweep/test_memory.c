/*
 * test_memory.c - above the store: every allocation of a node's turn fails.
 *
 * Goal: requests, unlocking, sync, and pairing meet it with no_memory or not
 * at all; nothing is half applied, nothing leaks, and the same again goes
 * well. Method: two nodes in memory; for each step of a scene, n = 1, 2, ...
 * until the failure is no longer met. Late n are thinned, see next_n.
 */
#include "tests/sweep/nodesweep.h"

#include <unistd.h>

#include "tests/sim/disk.h"

#define assert_call(code, ...) assert_string_equal(bed_call(__VA_ARGS__), code)
#define DIGEST_BYTES 80

static struct bed a, b;
static char *home;
static char before[1024];
static size_t live;

static int setup(void **state)
{
	(void)state;
	live = mem_live_count();
	home = harness_temp_dir();
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(home), 0);
	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	mem_fail_at(0, false);
	if (a.disk != NULL)
		bed_close(&a);
	if (b.disk != NULL)
		bed_close(&b);
	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
	assert_int_equal(chdir(before), 0);
	harness_temp_remove(home);
	assert_int_equal(mem_live_count(), live);
	return 0;
}

/* What SQLite keeps for the life of the process is allocated first. */
static int warm_up(void **state)
{
	setup(state);
	bed_open(&a, "a");
	bed_close(&a);
	memset(&a, 0, sizeof a);
	assert_int_equal(chdir(before), 0);
	harness_temp_remove(home);
	return 0;
}

/* The first are all tried, then fewer and fewer; `all` 0: few. */
static uint64_t next_n(uint64_t n, uint64_t all)
{
	if (all == 0)
		return 3 * n;
	return n < all ? n + 1 : n + n / 8 + 1;
}

static void digest(struct bed *bed, char out[DIGEST_BYTES])
{
	assert_call("", bed, "digest", NULL);
	snprintf(out, DIGEST_BYTES, "%s", bed_get("digest"));
}

static void init(struct bed *bed)
{
	assert_call("", bed, "init", "name", "laptop", "passphrase", "abc",
		    "kdf_memory", "#8388608", "kdf_passes", "#1", NULL);
	assert_call("", bed, "config_set", "key", "lock_after", "value",
		    "never", NULL);
}

static void reconnect(struct bed *bed)
{
	struct client_event gone = { .kind = CLIENT_DOWN,
				     .client = BED_CLIENT };
	struct client_event back = { .kind = CLIENT_UP, .client = BED_CLIENT };

	bed_turn(bed, &gone);
	buf_clear(&bed->got);
	bed_turn(bed, &back);
	assert_call("", bed, "hello", "client", "bed", NULL);
}

/* The code name of its answer; "closed": the client was cut off instead. */
static const char *outcome(struct bed *bed, uint32_t id)
{
	static char code[64];
	const char *said = NULL;
	int i;

	for (i = 0; said == NULL && i < 100; i++) {
		bed_settle(bed);
		if (nodesweep.closed) {
			reconnect(bed);
			return "closed";
		}
		said = bed_answer(bed, id);
		bed_pass(bed, said == NULL ? 100 : 0);
	}
	if (said == NULL)
		fail_msg("step %u, allocation %u: never answered",
			 (unsigned)nodesweep.steps, (unsigned)nodesweep.n);
	snprintf(code, sizeof code, "%.63s", said);
	return code;
}

static void assert_calm(const char *code)
{
	assert_true(nodesweep.code == 0 ||
		    err_class(nodesweep.code) == ERR_CLASS_FULL);
	if (strcmp(code, "") != 0 && strcmp(code, "closed") != 0)
		assert_string_equal(code, "no_memory");
}

/* ---- requests ---- */

struct request {
	const char *name;
	uint32_t (*send)(void);
	bool changes;
};

static char entry_id[32];

static uint32_t send_add(void)
{
	bed_pass(&a, 1);
	return bed_send(&a, "add", "kind", "win", "fields", "{what=one more",
			NULL);
}

static uint32_t send_edit(void)
{
	static unsigned turn;
	char fields[64];

	snprintf(fields, sizeof fields, "{what=edit %u", ++turn);
	bed_pass(&a, 1);
	return bed_send(&a, "edit", "id", entry_id, "fields", fields, NULL);
}

static uint32_t send_undo(void)
{
	return bed_send(&a, "undo", NULL);
}

static uint32_t send_log(void)
{
	return bed_send(&a, "log", NULL);
}

static uint32_t send_search(void)
{
	return bed_send(&a, "search", "query", "one", NULL);
}

static char region[16];

static uint32_t send_config_set(void)
{
	static unsigned turn;

	snprintf(region, sizeof region, "%u", ++turn);
	bed_pass(&a, 1);
	return bed_send(&a, "config_set", "key", "region", "value", region,
			NULL);
}

static uint32_t send_config_get(void)
{
	return bed_send(&a, "config_get", NULL);
}

static uint32_t send_settings_get(void)
{
	return bed_send(&a, "settings_get", NULL);
}

/* Where memory lacks for going back too, locking is what is left. */
static void unlock_if_locked(void)
{
	assert_call("", &a, "status", NULL);
	if (strcmp(bed_get("state"), "locked") == 0)
		assert_call("", &a, "unlock", "passphrase", "abc", NULL);
}

/* One try; false: the failure was not met any more. */
static bool request_fails(const struct request *request, uint64_t step,
			  uint64_t n, bool sticky)
{
	char was[DIGEST_BYTES], is[DIGEST_BYTES];
	const char *code;
	bool fired, changed;

	digest(&a, was);
	nodesweep_arm(step, n, sticky);
	code = outcome(&a, request->send());
	fired = nodesweep_disarm();
	assert_calm(code);
	unlock_if_locked();
	digest(&a, is);
	changed = strcmp(was, is) != 0;
	if (changed != (request->changes && strcmp(code, "") == 0) &&
	    strcmp(code, "closed") != 0)
		fail_msg("%s, allocation %u: \"%s\", and %s", request->name,
			 (unsigned)n, code, changed ? "changed" : "unchanged");
	nodesweep_arm(0, 0, false);
	if (strcmp(code, "") != 0)
		assert_string_equal(outcome(&a, request->send()), "");
	return fired;
}

static void every_request_meets_a_full_memory(void **state)
{
	static const struct request requests[] = {
		{ "add", send_add, true },
		{ "edit", send_edit, true },
		{ "undo", send_undo, true },
		{ "log", send_log, false },
		{ "search", send_search, false },
		{ "config_set", send_config_set, true },
		{ "config_get", send_config_get, false },
		{ "settings_get", send_settings_get, false },
	};
	char was[DIGEST_BYTES], is[DIGEST_BYTES];
	uint64_t fired = 0;
	uint64_t n;
	size_t i;

	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_call("", &a, "add", "kind", "win", "fields", "{what=one", NULL);
	snprintf(entry_id, sizeof entry_id, "%s", bed_get("entry.id"));
	for (i = 0; i < 2 * KEPT_ARRAY_COUNT(requests); i++) {
		for (n = 1; request_fails(&requests[i / 2], 1, n, i % 2 == 1);
		     n = next_n(n, 40))
			fired++;
		assert_true(n > 2);
	}
	assert_true(fired > 100);
	digest(&a, was);
	bed_stop(&a);
	bed_start(&a);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	digest(&a, is);
	assert_string_equal(was, is);
	/* What travels is in the journal, and in this device's settings. */
	assert_call("", &a, "settings_get", NULL);
	assert_string_equal(bed_get("entry.f.region"), region);
	assert_string_equal(config_text(&a.config, CONFIG_region), region);
}

/* ---- scenes of many steps ---- */

/* One try; false: the scene does not have that many steps. */
typedef bool scene(uint64_t step, uint64_t n, bool *fired);

/* Every step, and in it every n up to `all` and then fewer. */
static uint64_t sweep_steps(scene *try_one, uint64_t all, uint64_t *steps)
{
	uint64_t met = 0;
	bool reached = true;

	for (*steps = 1; reached; ++*steps) {
		uint64_t n = 1;
		bool fired = true;

		for (; reached && fired; n = next_n(n, all)) {
			reached = try_one(*steps, n, &fired);
			met += fired;
		}
	}
	return met;
}

/* ---- unlocking ---- */

static void restart(struct bed *bed)
{
	bed_stop(bed);
	bed_start(bed);
}

/* False: that step is not reached any more. */
static bool unlock_fails(uint64_t step, uint64_t n, bool *fired)
{
	const char *code;
	bool reached;

	assert_call("", &a, "lock", NULL);
	nodesweep_arm(step, n, false);
	code = outcome(&a, bed_send(&a, "unlock", "passphrase", "abc", NULL));
	reached = nodesweep.steps >= step;
	*fired = nodesweep_disarm();
	assert_calm(code);
	nodesweep_arm(0, 0, false);
	assert_call("", &a, "status", NULL);
	if (strcmp(code, "no_memory") == 0)
		assert_string_equal(bed_get("state"), "locked");
	/* It was no wrong passphrase, so there is nothing to wait for. */
	unlock_if_locked();
	assert_call("", &a, "log", NULL);
	assert_string_equal(bed_get("entries"), "2");
	return reached;
}

static void unlocking_meets_a_full_memory(void **state)
{
	uint64_t steps, met;

	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_call("", &a, "add", "kind", "win", "fields", "{what=one", NULL);
	assert_call("", &a, "lock", NULL);
	/* One that was written while locked is taken over at the same time. */
	bed_pass(&a, 1);
	assert_call("", &a, "add", "kind", "win", "fields", "{what=two", NULL);
	met = sweep_steps(unlock_fails, 30, &steps);
	assert_true(steps > 3);
	assert_true(met > 30);
	restart(&a);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_string_equal(bed_get("entries"), "2");
}

/* ---- two devices ---- */

static struct nodesweep tried; /* for the message */

static void both_up(void)
{
	bed_open(&a, "a");
	bed_open(&b, "b");
	a.others[0] = &b;
	b.others[0] = &a;
	assert_call("", &a, "config_set", "key", "listen", "value", "a:2",
		    NULL);
	assert_call("", &b, "config_set", "key", "listen", "value", "b:2",
		    NULL);
	init(&a);
}

static const char *join_send(const char *code)
{
	return outcome(&b, bed_send(&b, "pair_join", "code", code, "addresses",
				    "[a:1", "name", "phone", "passphrase",
				    "xyz", "kdf_memory", "#8388608",
				    "kdf_passes", "#1", NULL));
}

/* From the code to two devices that have met; false: it came to nothing. */
static bool pair(void)
{
	char code[64];
	const char *said;

	said = outcome(&a,
		       bed_send(&a, "pair_show", "passphrase", "abc", NULL));
	assert_calm(said);
	if (strcmp(said, "") != 0)
		return false;
	snprintf(code, sizeof code, "%s", bed_get("code"));
	said = join_send(code);
	assert_calm(said);
	if (strcmp(said, "") != 0)
		return false;
	said = outcome(&a, bed_send(&a, "pair_confirm", "yes", "!", NULL));
	if (strcmp(said, "") == 0)
		said = outcome(&b,
			       bed_send(&b, "pair_confirm", "yes", "!", NULL));
	bed_settle(&a);
	return strcmp(said, "") == 0;
}

static void meet(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		char was[DIGEST_BYTES], is[DIGEST_BYTES];

		bed_pass(&a, 5000);
		bed_pass(&b, 5000);
		bed_settle(&a);
		assert_call("", &b, "sync", "wait_ms", "#1000", NULL);
		digest(&a, was);
		digest(&b, is);
		if (strcmp(was, is) == 0)
			return;
	}
	fail_msg("step %u, allocation %u: they never agree again",
		 (unsigned)tried.step, (unsigned)tried.n);
}

/* Out of reach of each other: nobody gets through. */
static void part(void)
{
	uint32_t conn;

	a.others[0] = b.others[0] = NULL;
	for (conn = 1; conn < BED_CONNS; conn++) {
		if (a.links[conn].to == NULL)
			continue;
		link_drop(&a, conn);
		queue_add(&a, EVENT_PEER_DOWN, bytes_of(NULL, 0))->conn = conn;
	}
	bed_settle(&a);
	bed_settle(&b);
}

static void come_near(void)
{
	a.others[0] = &b;
	b.others[0] = &a;
}

static bool sync_fails(uint64_t step, uint64_t n, bool *fired)
{
	bool reached;

	part();
	bed_pass(&a, 5000);
	bed_pass(&b, 5000);
	assert_call("", &a, "add", "kind", "win", "fields", "{what=here", NULL);
	assert_call("", &b, "add", "kind", "win", "fields", "{what=there",
		    NULL);
	come_near();
	nodesweep_arm(step, n, false);
	outcome(&b, bed_send(&b, "sync", "wait_ms", "#1", NULL));
	bed_settle(&a);
	reached = nodesweep.steps >= step;
	*fired = nodesweep_disarm();
	assert_calm("");
	tried = nodesweep;
	nodesweep_arm(0, 0, false);
	meet();
	return reached;
}

static void meeting_again_meets_a_full_memory(void **state)
{
	uint64_t steps, met;

	(void)state;
	both_up();
	assert_true(pair());
	assert_call("", &b, "config_set", "key", "lock_after", "value", "never",
		    NULL);
	meet();
	met = sweep_steps(sync_fails, 4, &steps);
	assert_true(steps > 6);
	assert_true(met > 50);
}

/* Names may not be readable yet; the other of the two is not this one. */
static void introduce(void)
{
	char ids[2][80];
	int i;

	assert_call("", &b, "devices", NULL);
	for (i = 0; i < 2; i++)
		snprintf(ids[i], sizeof ids[i], "%s",
			 bed_get(i == 0 ? "devices.0.id" : "devices.1.id"));
	for (i = 0; i < 2; i++)
		bed_call(&b, "peers_add", "address", "a:2", "device", ids[i],
			 NULL);
}

/* Each try needs a device that is new. */
static bool pairing_fails(uint64_t step, uint64_t n, bool *fired)
{
	bool reached, done;

	assert_int_equal(teardown(NULL), 0);
	assert_int_equal(setup(NULL), 0);
	both_up();
	assert_call("", &a, "add", "kind", "win", "fields", "{what=one", NULL);
	nodesweep_arm(step, n, false);
	done = pair();
	reached = nodesweep.steps >= step;
	*fired = nodesweep_disarm();
	assert_calm("");
	tried = nodesweep;
	nodesweep_arm(0, 0, false);
	if (!reached)
		assert_true(done);
	/* What is left of it ends; then the joiner is in or as it was. */
	bed_call(&a, "pair_stop", NULL);
	bed_call(&b, "pair_stop", NULL);
	bed_settle(&a);
	bed_settle(&b);
	assert_call("", &b, "status", NULL);
	if (strcmp(bed_get("state"), "none") == 0 && !pair())
		fail_msg("step %u, allocation %u: they never pair again",
			 (unsigned)step, (unsigned)n);
	if (strcmp(bed_get("state"), "locked") == 0)
		assert_call("", &b, "unlock", "passphrase", "xyz", NULL);
	/* What a person does when two devices do not find each other, and
	 * where the new device got no key yet, the next entry brings one. */
	introduce();
	assert_call("", &a, "add", "kind", "win", "fields", "{what=two", NULL);
	meet();
	assert_call("", &b, "log", NULL);
	assert_string_equal(bed_get("entries"), "2");
	return reached;
}

static void pairing_meets_a_full_memory(void **state)
{
	uint64_t steps, met;

	(void)state;
	met = sweep_steps(pairing_fails, 0, &steps);
	assert_true(steps > 20);
	assert_true(met > 40);
}

/* ---- settings ---- */

static int parse_settings(void *context)
{
	static const char lines[] = "# of this device\n"
				    "lock_after 5m\n"
				    "\n"
				    "listen [::1]:7411\n";
	struct config config;
	int code = config_init(&config, "", NULL);

	(void)context;
	if (code == 0)
		code = config_parse(&config, bytes_from_str(lines), NULL);
	if (code == 0)
		assert_int_equal(config_span_ms(&config, CONFIG_lock_after),
				 300000);
	return code;
}

/* They are read into a struct: there is nothing that could lack. */
static void settings_need_no_memory(void **state)
{
	(void)state;
	live = mem_live_count();
	mem_fail_at(1, true);
	assert_int_equal(parse_settings(NULL), 0);
	assert_false(mem_fail_fired());
	mem_fail_at(0, false);
	assert_int_equal(mem_live_count(), live);
}

#define with_home(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_home(every_request_meets_a_full_memory),
		with_home(unlocking_meets_a_full_memory),
		with_home(meeting_again_meets_a_full_memory),
		with_home(pairing_meets_a_full_memory),
		cmocka_unit_test(settings_need_no_memory),
	};

	return cmocka_run_group_tests(tests, warm_up, NULL);
}
