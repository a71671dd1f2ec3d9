/*
 * Goal: the turn keeps its promises: a reply means that it is on the disk,
 * locked means locked, two nodes pair and agree, and a database that went
 * back in time is noticed.
 * Method: nodes of nodebed.h on simulated disks, driven through the requests
 * that clients make.
 */
#include "daemon/node.h"

#include <unistd.h>

#include "tests/lib/harness.h"
#include "tests/sim/disk.h"
#include "tests/unit/nodebed.h"

#define MINUTE_MS 60000u
#define assert_call(code, ...) assert_string_equal(bed_call(__VA_ARGS__), code)
#define assert_get(path, value) assert_string_equal(bed_get(path), value)

static struct bed a, b;
static char *home;
static char before[1024];

static int setup(void **state)
{
	(void)state;
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
	if (a.disk != NULL)
		bed_close(&a);
	if (b.disk != NULL)
		bed_close(&b);
	assert_int_equal(chdir(before), 0);
	harness_temp_remove(home);
	return 0;
}

static void init(struct bed *bed)
{
	assert_call("", bed, "init", "name", "laptop", "passphrase", "abc",
		    "kdf_memory", "#8388608", "kdf_passes", "#1", NULL);
}

static void add_win(struct bed *bed, const char *what)
{
	char fields[128];

	snprintf(fields, sizeof fields, "{what=%s", what);
	bed_pass(bed, 1);
	assert_call("", bed, "add", "kind", "win", "fields", fields, NULL);
}

static void a_journal_is_made_written_and_read(void **state)
{
	char id[32];

	(void)state;
	bed_open(&a, "a");
	assert_call("", &a, "status", NULL);
	assert_get("state", "none");
	assert_call("no_journal", &a, "add", "kind", "win", "fields", "{what=x",
		    NULL);
	init(&a);
	assert_get("words", "13");
	assert_get("device.name", "laptop");
	assert_call("exists", &a, "init", "name", "x", "passphrase", "y", NULL);
	assert_call("other_journal", &a, "pair_join", "code", "a-b-c", "name",
		    "x", "passphrase", "y", NULL);
	add_win(&a, "first");
	snprintf(id, sizeof id, "%s", bed_get("entry.id"));
	add_win(&a, "second");
	assert_call("", &a, "edit", "id", id, "fields", "{what=first again",
		    NULL);
	assert_get("changed.0", "what");
	assert_get("entry.rev", "2");
	assert_call("", &a, "log", NULL);
	assert_get("entries", "2");
	assert_get("entries.1.f.what", "first again");
	assert_call("", &a, "history", "id", id, NULL);
	assert_get("revs", "2");
	assert_call("", &a, "undo", NULL);
	assert_call("", &a, "show", "id", id, NULL);
	assert_get("entry.f.what", "first");
	assert_call("", &a, "tag", "id", id, "add", "[home", NULL);
	assert_get("entry.tags.0", "home");
	assert_call("", &a, "star", "id", id, NULL);
	assert_get("entry.starred", "true");
	assert_call("", &a, "delete", "id", id, NULL);
	assert_call("", &a, "log", NULL);
	assert_get("entries", "1");
	assert_call("", &a, "log", "deleted", "!", NULL);
	assert_get("entries", "1");
	assert_call("", &a, "bring_back", "id", id, NULL);
	assert_call("", &a, "search", "query", "first", NULL);
	assert_get("total", "1");
	assert_call("usage", &a, "search", "query", " \t ", NULL);
	assert_call("not_found", &a, "show", "id", "ZZZZZZ", NULL);
	assert_call("", &a, "doctor", NULL);
	assert_get("lines.0.ok", "true");
}

static void locked_takes_words_in_and_gives_none_out(void **state)
{
	(void)state;
	bed_open(&a, "a");
	init(&a);
	add_win(&a, "open");
	assert_call("", &a, "lock", NULL);
	assert_call("", &a, "status", NULL);
	assert_get("state", "locked");
	assert_get("entries", "-");
	assert_call("locked", &a, "log", NULL);
	assert_call("locked", &a, "undo", NULL);
	assert_call("locked", &a, "watch", NULL);
	assert_call("locked", &a, "pair_show", "passphrase", "abc", NULL);
	add_win(&a, "sealed");
	assert_get("entry.captured", "true");
	assert_call("", &a, "draft_put", "kind", "win", "fields", "{what=half",
		    NULL);
	assert_call("wrong_passphrase", &a, "unlock", "passphrase", "abd",
		    NULL);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_get("entries", "2");
	assert_call("", &a, "drafts", NULL);
	assert_get("drafts", "1");
	assert_get("drafts.0.fields.what", "half");
}

static void it_locks_by_itself_when_nobody_asks(void **state)
{
	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_call("", &a, "watch", NULL);
	bed_pass(&a, 10 * MINUTE_MS - 1);
	assert_call("", &a, "log", NULL);
	bed_pass(&a, 10 * MINUTE_MS - 1);
	/* A prompt that shows `status` is nobody. */
	assert_call("", &a, "status", NULL);
	assert_get("state", "unlocked");
	assert_get("locks_in", "0");
	bed_pass(&a, 1);
	bed_settle(&a);
	assert_call("", &a, "status", NULL);
	assert_get("state", "locked");
	assert_true(bed_event(&a, "locked"));
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_call("", &a, "config_set", "key", "lock_after", "value", "never",
		    NULL);
	bed_pass(&a, 100 * MINUTE_MS);
	bed_settle(&a);
	assert_call("", &a, "log", NULL);
}

static void one_passphrase_is_stretched_at_a_time(void **state)
{
	uint32_t first, second;

	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_call("", &a, "lock", NULL);
	a.holds_jobs = true;
	first = bed_send(&a, "unlock", "passphrase", "no", NULL);
	second = bed_send(&a, "unlock", "passphrase", "abc", NULL);
	assert_null(bed_answer(&a, first));
	bed_job(&a);
	bed_settle(&a);
	assert_string_equal(bed_answer(&a, first), "wrong_passphrase");
	assert_null(bed_answer(&a, second));
	bed_job(&a);
	bed_settle(&a);
	assert_string_equal(bed_answer(&a, second), "");
}

static void who_dies_while_unlocking_leaves_nothing_behind(void **state)
{
	struct client_event up = { .kind = CLIENT_UP, .client = 2 };
	struct client_event gone = { .kind = CLIENT_DOWN,
				     .client = BED_CLIENT };
	struct client_event back = { .kind = CLIENT_UP, .client = BED_CLIENT };

	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_call("", &a, "lock", NULL);
	bed_turn(&a, &up);
	a.holds_jobs = true;
	bed_send(&a, "unlock", "passphrase", "abc", NULL);
	bed_turn(&a, &gone);
	bed_job(&a);
	bed_settle(&a);
	buf_clear(&a.got);
	bed_turn(&a, &back);
	/* The very next answer is that of the next request and no more. */
	assert_call("", &a, "hello", "client", "bed", NULL);
	assert_get("api", "1");
	assert_int_equal(a.got.len, 0);
	assert_call("", &a, "status", NULL);
	assert_get("state", "unlocked");
}

static void five_wrong_passphrases_are_followed_by_a_wait(void **state)
{
	int i;

	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_call("", &a, "lock", NULL);
	for (i = 0; i < 5; i++)
		assert_call("wrong_passphrase", &a, "unlock", "passphrase",
			    "no", NULL);
	assert_call("try_later", &a, "unlock", "passphrase", "abc", NULL);
	/* A new start forgets nothing. */
	bed_stop(&a);
	bed_start(&a);
	assert_call("try_later", &a, "unlock", "passphrase", "abc", NULL);
	bed_pass(&a, LIMIT_UNLOCK_WAIT_MS);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
}

static void nobody_gets_a_journal_whose_words_were_not_seen(void **state)
{
	struct client_event gone = { .kind = CLIENT_DOWN,
				     .client = BED_CLIENT };
	struct client_event back = { .kind = CLIENT_UP, .client = BED_CLIENT };

	(void)state;
	bed_open(&a, "a");
	a.holds_jobs = true;
	bed_send(&a, "init", "name", "laptop", "passphrase", "abc",
		 "kdf_memory", "#8388608", "kdf_passes", "#1", NULL);
	bed_settle(&a);
	bed_turn(&a, &gone);
	bed_job(&a);
	bed_settle(&a);
	a.holds_jobs = false;
	bed_turn(&a, &back);
	assert_call("", &a, "hello", "client", "bed", NULL);
	assert_call("", &a, "status", NULL);
	assert_get("state", "none");
	assert_true(access("a/slots", F_OK) != 0);
}

static void a_full_disk_is_told_and_nothing_of_the_turn_stays(void **state)
{
	(void)state;
	bed_open(&a, "a");
	init(&a);
	add_win(&a, "kept");
	disk_set_room(a.disk, 0);
	assert_call("disk_full", &a, "add", "kind", "win", "fields",
		    "{what=lost", NULL);
	assert_int_equal(a.stopped, 0);
	assert_call("", &a, "log", NULL);
	assert_get("entries", "1");
	disk_set_room(a.disk, UINT64_MAX);
	add_win(&a, "room again");
	assert_call("", &a, "log", NULL);
	assert_get("entries", "2");
	bed_stop(&a);
	bed_start(&a);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_get("entries", "2");
}

static void after_a_failed_sync_nothing_is_acknowledged(void **state)
{
	struct disk_fault fault = { .ops = DISK_SYNC,
				    .countdown = 1,
				    .sticky = true };
	const char *code;
	uint32_t id;

	(void)state;
	bed_open(&a, "a");
	init(&a);
	disk_fail(a.disk, &fault);
	id = bed_send(&a, "add", "kind", "win", "fields", "{what=x", NULL);
	code = bed_answer(&a, id);
	assert_non_null(code);
	assert_string_equal(code, "disk_trouble");
	assert_true(a.last_status < 0);
}

static void a_restart_finds_what_was_acknowledged(void **state)
{
	struct prng prng;
	char digest[80];

	(void)state;
	bed_open(&a, "a");
	init(&a);
	add_win(&a, "one");
	add_win(&a, "two");
	assert_call("", &a, "digest", NULL);
	snprintf(digest, sizeof digest, "%s", bed_get("digest"));
	prng_seed(&prng, 3);
	disk_crash(a.disk, &prng);
	bed_stop(&a);
	bed_start(&a);
	assert_call("", &a, "status", NULL);
	assert_get("state", "locked");
	assert_get("notes", "0");
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_call("", &a, "digest", NULL);
	assert_get("digest", digest);
}

static void a_database_put_back_is_noticed_and_goes_on_in_new_logs(void **state)
{
	struct disk *backup = disk_new("backup");

	(void)state;
	bed_open(&a, "a");
	init(&a);
	add_win(&a, "one");
	disk_copy(backup, a.disk);
	bed_stop(&a);
	bed_start(&a);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	add_win(&a, "two");
	bed_stop(&a);
	disk_copy(a.disk, backup);
	bed_start(&a);
	assert_call("", &a, "status", NULL);
	assert_get("notes", "1");
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_get("entries", "1");
	add_win(&a, "three");
	assert_call("", &a, "doctor", NULL);
	assert_get("lines.3.ok", "true"); /* history */
	bed_stop(&a);
	bed_start(&a);
	assert_call("", &a, "status", NULL);
	assert_get("notes", "1");
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_get("entries", "2");
	disk_free(backup);
}

static void the_lease_is_renewed_before_it_is_used_up(void **state)
{
	unsigned written;
	int i;

	(void)state;
	bed_open(&a, "a");
	init(&a);
	written = a.files_written;
	for (i = 0; i < 200; i++)
		add_win(&a, "again");
	assert_int_equal(a.files_written, written);
	for (i = 0; i < 100; i++)
		add_win(&a, "again");
	assert_int_equal(a.files_written, written + 1);
}

/* ---- two nodes ---- */

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

static void show_code(char code[64])
{
	assert_call("", &a, "pair_show", NULL);
	assert_get("addresses.0", "a:1");
	snprintf(code, 64, "%s", bed_get("code"));
}

static void join(const char *code)
{
	assert_call("", &b, "pair_join", "code", code, "addresses", "[a:1",
		    "name", "phone", "passphrase", "xyz", "kdf_memory",
		    "#8388608", "kdf_passes", "#1", NULL);
}

static void pair(void)
{
	char code[64], words[64];

	show_code(code);
	join(code);
	assert_true(bed_event(&a, "pair"));
	assert_get("event", "words");
	snprintf(words, sizeof words, "%s", bed_get("words.0"));
	assert_true(bed_event(&b, "pair"));
	assert_get("words.0", words);
	assert_call("", &a, "pair_confirm", "yes", "!", NULL);
	assert_call("", &b, "pair_confirm", "yes", "!", NULL);
	assert_true(bed_event(&a, "pair"));
	assert_get("event", "paired");
	assert_get("device.name", "phone");
	assert_true(bed_event(&b, "pair"));
	assert_get("event", "paired");
	assert_get("device.name", "laptop");
}

static void two_nodes_pair_sync_and_agree(void **state)
{
	char digest[80];

	(void)state;
	both_up();
	add_win(&a, "before");
	pair();
	/* Pairing told b where a listens. */
	assert_call("", &b, "sync", "wait_ms", "#5000", NULL);
	assert_get("devices.0.in_sync", "true");
	assert_call("", &b, "log", NULL);
	assert_get("entries.0.f.what", "before");
	assert_call("", &a, "watch", NULL);
	add_win(&b, "live");
	bed_settle(&b);
	assert_true(bed_event(&a, "entry"));
	assert_get("change", "added");
	assert_get("entry.f.what", "live");
	assert_call("", &a, "digest", NULL);
	snprintf(digest, sizeof digest, "%s", bed_get("digest"));
	assert_call("", &b, "digest", NULL);
	assert_get("digest", digest);
	assert_call("not_found", &b, "peers_add", "address", "a:3", "device",
		    "desktop", NULL);
	assert_call("usage", &b, "peers_add", "address", "a", "device",
		    "laptop", NULL);
	assert_call("", &b, "peers_add", "address", "a:3", "device", "laptop",
		    NULL);
	assert_call("", &b, "peers_list", NULL);
	assert_get("peers.0.address", "a:3");
	assert_get("peers.0.source", "hand");
	/* Locked, it passes sealed blocks on all the same. */
	assert_call("", &a, "lock", NULL);
	add_win(&b, "while a is locked");
	bed_settle(&b);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_get("entries", "3");
	assert_true(node_is_needed(a.node));
}

static void a_wrong_code_leaves_the_joiner_as_it_was(void **state)
{
	char code[64], wrong[64];

	(void)state;
	both_up();
	show_code(code);
	snprintf(wrong, sizeof wrong, "%s",
		 strcmp(code, "orbit-candle-plain") == 0
			 ? "river-maple-harbor"
			 : "orbit-candle-plain");
	join(wrong);
	bed_settle(&b);
	assert_true(bed_event(&b, "pair"));
	assert_get("event", "failed");
	assert_get("code", "code_wrong");
	assert_true(bed_event(&a, "pair"));
	assert_get("event", "strike");
	assert_call("", &b, "status", NULL);
	assert_get("state", "none");
	assert_true(access("b/slots", F_OK) != 0);
	assert_call("usage", &b, "pair_join", "code", "orbit candle plainn",
		    "addresses", "[a:1", "name", "p", "passphrase", "x", NULL);
	assert_call("usage", &b, "pair_join", "code", code, "addresses",
		    "[nowhere", "name", "p", "passphrase", "x", NULL);
	assert_call("usage", &b, "pair_join", "code", code, "addresses", "[a:1",
		    "name", "a\nb", "passphrase", "x", NULL);
}

static void no_to_the_words_ends_it_on_both_sides(void **state)
{
	char code[64];

	(void)state;
	both_up();
	show_code(code);
	join(code);
	assert_true(bed_event(&a, "pair"));
	assert_true(bed_event(&b, "pair"));
	assert_call("", &a, "pair_confirm", "yes", "!no", NULL);
	bed_settle(&a);
	assert_true(bed_event(&b, "pair"));
	assert_get("event", "failed");
	assert_call("", &b, "status", NULL);
	assert_get("state", "none");
	assert_call("", &a, "devices", NULL);
	assert_get("devices", "1");
}

static void pairing_asks_for_the_passphrase_again(void **state)
{
	(void)state;
	bed_open(&a, "a");
	init(&a);
	bed_pass(&a, MINUTE_MS);
	assert_call("passphrase_needed", &a, "pair_show", NULL);
	assert_call("wrong_passphrase", &a, "pair_show", "passphrase", "no",
		    NULL);
	assert_call("", &a, "pair_show", "passphrase", "abc", NULL);
	assert_call("busy", &a, "pair_show", NULL);
	assert_call("", &a, "pair_stop", NULL);
	assert_string_equal(a.pair_listens, "");
	assert_call("", &a, "pair_show", NULL);
}

static void a_code_dies_with_the_client_that_shows_it(void **state)
{
	struct client_event gone = { .kind = CLIENT_DOWN,
				     .client = BED_CLIENT };

	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_call("", &a, "pair_show", NULL);
	assert_string_not_equal(a.pair_listens, "");
	bed_turn(&a, &gone);
	bed_settle(&a);
	assert_string_equal(a.pair_listens, "");
}

static void it_listens_only_when_there_is_somebody_to_come(void **state)
{
	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_string_equal(a.listens, "");
	assert_call("", &a, "config_set", "key", "listen", "value",
		    "127.0.0.1:7", NULL);
	bed_settle(&a);
	assert_string_equal(a.listens, "127.0.0.1:7");
	assert_call("", &a, "status", NULL);
	assert_get("listen.0", "127.0.0.1:7");
	assert_call("", &a, "config_set", "key", "listen", "value", "none",
		    NULL);
	bed_settle(&a);
	assert_string_equal(a.listens, "");
}

static void stopping_locks_first(void **state)
{
	struct node_turn turn = { .stop = true };

	(void)state;
	bed_open(&a, "a");
	init(&a);
	turn.time = a.time;
	assert_int_equal(node_turn(a.node, &turn, &a.effects, NULL), 0);
	assert_int_equal(a.effects.items[a.effects.count - 1].kind, NODE_STOP);
	assert_false(vault_is_unlocked(node_vault(a.node)));
}

#define node_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(a_journal_is_made_written_and_read),
		node_test(locked_takes_words_in_and_gives_none_out),
		node_test(it_locks_by_itself_when_nobody_asks),
		node_test(one_passphrase_is_stretched_at_a_time),
		node_test(who_dies_while_unlocking_leaves_nothing_behind),
		node_test(five_wrong_passphrases_are_followed_by_a_wait),
		node_test(nobody_gets_a_journal_whose_words_were_not_seen),
		node_test(a_full_disk_is_told_and_nothing_of_the_turn_stays),
		node_test(after_a_failed_sync_nothing_is_acknowledged),
		node_test(a_restart_finds_what_was_acknowledged),
		node_test(
			a_database_put_back_is_noticed_and_goes_on_in_new_logs),
		node_test(the_lease_is_renewed_before_it_is_used_up),
		node_test(two_nodes_pair_sync_and_agree),
		node_test(a_wrong_code_leaves_the_joiner_as_it_was),
		node_test(no_to_the_words_ends_it_on_both_sides),
		node_test(pairing_asks_for_the_passphrase_again),
		node_test(a_code_dies_with_the_client_that_shows_it),
		node_test(it_listens_only_when_there_is_somebody_to_come),
		node_test(stopping_locks_first),
	};

	assert_int_equal(crypto_start(), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
