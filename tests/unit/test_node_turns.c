/*
 * Goal: a turn that comes to nothing changes nothing, in memory as little as
 * on the disk; what stands is never called failed; and a full disk keeps
 * nobody from reading.
 * Method: nodes of nodebed.h whose disks run full, or fail, at one place
 * after the other.
 */
#include "daemon/node.h"

#include <unistd.h>

#include "tests/lib/harness.h"
#include "tests/sim/disk.h"
#include "tests/unit/nodebed.h"

#define SECOND_MS 1000u
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

static void assert_entries(struct bed *bed, const char *count)
{
	assert_call("", bed, "log", NULL);
	assert_get("entries", count);
}

/* ---- a full disk ---- */

static void started_on_a_full_disk_it_can_be_read(void **state)
{
	(void)state;
	bed_open(&a, "a");
	init(&a);
	add_win(&a, "kept");
	bed_stop(&a);
	disk_set_room(a.disk, 0);
	bed_start(&a);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_entries(&a, "1");
	bed_pass(&a, 10 * SECOND_MS);
	assert_entries(&a, "1");
	assert_call("disk_full", &a, "add", "kind", "win", "fields",
		    "{what=lost", NULL);
	bed_pass(&a, 10 * SECOND_MS);
	bed_settle(&a);
	assert_entries(&a, "1");
	disk_set_room(a.disk, UINT64_MAX);
	add_win(&a, "room again");
	assert_entries(&a, "2");
}

static void what_was_sealed_while_locked_waits_for_room(void **state)
{
	(void)state;
	bed_open(&a, "a");
	init(&a);
	add_win(&a, "open");
	assert_call("", &a, "lock", NULL);
	add_win(&a, "sealed");
	bed_stop(&a);
	disk_set_room(a.disk, 0);
	bed_start(&a);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_entries(&a, "1");
	disk_set_room(a.disk, UINT64_MAX);
	bed_pass(&a, 200 * SECOND_MS);
	bed_settle(&a);
	assert_entries(&a, "2");
	assert_call("", &a, "status", NULL);
	assert_get("captured", "0");
}

static void an_older_draft_does_not_come_back_over_a_newer(void **state)
{
	char id[40];

	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_call("", &a, "lock", NULL);
	assert_call("", &a, "draft_put", "kind", "win", "fields", "{what=old",
		    NULL);
	snprintf(id, sizeof id, "%s", bed_get("id"));
	bed_stop(&a);
	disk_set_room(a.disk, 0);
	bed_start(&a);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	disk_set_room(a.disk, UINT64_MAX);
	assert_call("", &a, "draft_put", "id", id, "kind", "win", "fields",
		    "{what=new", NULL);
	bed_pass(&a, 200 * SECOND_MS);
	bed_settle(&a);
	assert_call("", &a, "drafts", NULL);
	assert_get("drafts", "1");
	assert_get("drafts.0.fields.what", "new");
	assert_get("more", "-");
}

static void it_listens_once_there_is_room_again(void **state)
{
	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_call("", &a, "config_set", "key", "listen", "value",
		    "127.0.0.1:7", NULL);
	bed_settle(&a);
	assert_string_equal(a.listens, "127.0.0.1:7");
	bed_stop(&a);
	disk_set_room(a.disk, 0);
	bed_start(&a);
	disk_set_room(a.disk, UINT64_MAX);
	bed_pass(&a, 200 * SECOND_MS);
	bed_settle(&a);
	assert_string_equal(a.listens, "127.0.0.1:7");
	assert_call("", &a, "status", NULL);
	assert_get("listen.0", "127.0.0.1:7");
}

/* Both in one turn: whatever is said of the entry has to be so. */
static bool added_before_the_lock(struct bed *bed, uint64_t room)
{
	static char words[30001];
	struct buf out, params;
	struct client_event event = { .kind = CLIENT_BYTES,
				      .client = BED_CLIENT };
	uint32_t added = bed->next_msgid + 1;
	const char *code;
	bool is_added;

	bed->next_msgid += 2;
	memset(words, 'w', sizeof words - 1);
	buf_init(&out, LIMIT_FRAME_BYTES);
	buf_init(&params, LIMIT_FRAME_BYTES);
	mp_put_map(&params, 2);
	mp_put_cstr(&params, "kind");
	mp_put_cstr(&params, "note");
	mp_put_cstr(&params, "fields");
	mp_put_map(&params, 1);
	mp_put_cstr(&params, "text");
	mp_put_cstr(&params, words);
	rpcmsg_put_request(&out, added, "add", buf_bytes(&params));
	buf_clear(&params);
	mp_put_map(&params, 0);
	rpcmsg_put_request(&out, added + 1, "lock", buf_bytes(&params));
	event.bytes = buf_bytes(&out);
	disk_set_room(bed->disk, room);
	bed_pass(bed, 1);
	bed_turn(bed, &event);
	disk_set_room(bed->disk, UINT64_MAX);
	bed_pass(bed, 200 * SECOND_MS);
	bed_settle(bed);
	code = bed_answer(bed, added);
	assert_non_null(code);
	is_added = code[0] == '\0';
	assert_non_null(bed_answer(bed, added + 1));
	buf_release(&out);
	buf_release(&params);
	return is_added;
}

static void what_was_saved_is_not_called_lost_for_want_of_tidying(void **state)
{
	unsigned entries = 0;
	uint64_t room;
	bool is_added = false;
	char text_of[16];

	(void)state;
	bed_open(&a, "a");
	init(&a);
	for (room = 0; !is_added && room < (1u << 20); room += 8192) {
		is_added = added_before_the_lock(&a, room);
		entries += is_added;
		assert_call("", &a, "unlock", "passphrase", "abc", NULL);
		snprintf(text_of, sizeof text_of, "%u", entries);
		assert_entries(&a, text_of);
	}
	assert_true(room > 3 * 8192);
	assert_true(is_added);
}

/* ---- a turn undone ---- */

#define IMPORTED 200u

static void import_many(struct bed *bed)
{
	struct client_event event = { .kind = CLIENT_BYTES,
				      .client = BED_CLIENT };
	struct buf out, params;
	unsigned i;

	buf_init(&out, LIMIT_FRAME_BYTES);
	buf_init(&params, LIMIT_FRAME_BYTES);
	mp_put_map(&params, 1);
	mp_put_cstr(&params, "entries");
	mp_put_array(&params, IMPORTED);
	for (i = 0; i < IMPORTED; i++) {
		mp_put_map(&params, 2);
		mp_put_cstr(&params, "kind");
		mp_put_cstr(&params, "win");
		mp_put_cstr(&params, "f");
		mp_put_map(&params, 1);
		mp_put_cstr(&params, "what");
		mp_put_cstr(&params, "one of many");
	}
	rpcmsg_put_request(&out, ++bed->next_msgid, "import",
			   buf_bytes(&params));
	event.bytes = buf_bytes(&out);
	bed_turn(bed, &event);
	assert_string_equal(bed_answer(bed, bed->next_msgid), "");
	buf_release(&out);
	buf_release(&params);
}

/* News of one turn that could not be told in it waits for the next: when that
 * one is undone, it was told to nobody. */
static void news_that_is_lost_is_counted(void **state)
{
	unsigned told = 0, gap = 0;

	(void)state;
	bed_open(&a, "a");
	init(&a);
	assert_call("", &a, "watch", NULL);
	import_many(&a);
	disk_set_room(a.disk, 0);
	assert_call("disk_full", &a, "add", "kind", "win", "fields",
		    "{what=lost", NULL);
	disk_set_room(a.disk, UINT64_MAX);
	bed_pass(&a, 200 * SECOND_MS);
	bed_settle(&a);
	while (bed_event(&a, "entry"))
		told++;
	while (bed_event(&a, "gap"))
		gap += (unsigned)strtoul(bed_get("gap"), NULL, 10);
	assert_true(told < IMPORTED);
	assert_true(told + gap >= IMPORTED);
}

static void a_pairing_that_could_not_be_written_down_ends(void **state)
{
	char code[64];

	(void)state;
	bed_open(&a, "a");
	bed_open(&b, "b");
	a.others[0] = &b;
	b.others[0] = &a;
	assert_call("", &a, "config_set", "key", "listen", "value", "a:2",
		    NULL);
	init(&a);
	assert_call("", &a, "pair_show", NULL);
	snprintf(code, sizeof code, "%s", bed_get("code"));
	assert_call("", &b, "pair_join", "code", code, "addresses", "[a:1",
		    "name", "phone", "passphrase", "xyz", "kdf_memory",
		    "#8388608", "kdf_passes", "#1", NULL);
	assert_true(bed_event(&a, "pair"));
	assert_get("event", "words");
	assert_true(bed_event(&b, "pair"));
	assert_call("", &b, "pair_confirm", "yes", "!", NULL);
	disk_set_room(a.disk, 0);
	assert_call("disk_full", &a, "pair_confirm", "yes", "!", NULL);
	disk_set_room(a.disk, UINT64_MAX);
	bed_pass(&a, 200 * SECOND_MS);
	bed_settle(&a);
	assert_true(bed_event(&a, "pair"));
	assert_get("event", "failed");
	assert_string_equal(a.pair_listens, "");
	assert_call("", &a, "devices", NULL);
	assert_get("devices", "1");
	/* And the next one is asked for its words as the first was. */
	bed_pass(&b, 700 * SECOND_MS);
	bed_settle(&b);
	bed_stop(&b);
	bed_start(&b);
	assert_call("", &a, "pair_show", "passphrase", "abc", NULL);
	snprintf(code, sizeof code, "%s", bed_get("code"));
	assert_call("", &b, "pair_join", "code", code, "addresses", "[a:1",
		    "name", "phone", "passphrase", "xyz", "kdf_memory",
		    "#8388608", "kdf_passes", "#1", NULL);
	assert_true(bed_event(&a, "pair"));
	assert_get("event", "words");
}

/* ---- what others have acknowledged ---- */

static uint64_t commits(const struct bed *bed)
{
	return store_stats(node_store(bed->node)).commits;
}

static void pair_both(void)
{
	char code[64];

	bed_open(&a, "a");
	bed_open(&b, "b");
	a.others[0] = &b;
	b.others[0] = &a;
	assert_call("", &a, "config_set", "key", "listen", "value", "a:2",
		    NULL);
	init(&a);
	assert_call("", &a, "pair_show", NULL);
	snprintf(code, sizeof code, "%s", bed_get("code"));
	assert_call("", &b, "pair_join", "code", code, "addresses", "[a:1",
		    "name", "phone", "passphrase", "xyz", "kdf_memory",
		    "#8388608", "kdf_passes", "#1", NULL);
	assert_call("", &a, "pair_confirm", "yes", "!", NULL);
	assert_call("", &b, "pair_confirm", "yes", "!", NULL);
	assert_call("", &b, "sync", "wait_ms", "#5000", NULL);
	assert_get("devices.0.in_sync", "true");
}

static void what_a_device_acknowledged_is_soon_known_for_good(void **state)
{
	struct prng prng;
	uint64_t before_them, written;
	int i;

	(void)state;
	pair_both();
	bed_pass(&a, 60 * SECOND_MS);
	bed_pass(&b, 60 * SECOND_MS);
	bed_settle(&a);
	before_them = commits(&a);
	for (i = 0; i < 20; i++) {
		add_win(&a, "live");
		bed_settle(&a);
	}
	/* Not a commit for every one of them ... */
	written = commits(&a) - before_them;
	assert_in_range(written, 20, 20 + 4);
	bed_pass(&a, 5 * SECOND_MS);
	bed_pass(&b, 5 * SECOND_MS);
	bed_settle(&a);
	/* ... but one for all. */
	written = commits(&a) - before_them;
	assert_in_range(written, 20, 20 + 5);
	prng_seed(&prng, 4);
	disk_crash(a.disk, &prng);
	a.others[0] = b.others[0] = NULL;
	bed_stop(&a);
	bed_start(&a);
	assert_call("", &a, "devices", NULL);
	assert_get("devices.1.connected", "false");
	assert_get("devices.1.behind", "0");
}

/* ---- who has gone ---- */

static void a_code_nobody_would_see_is_not_shown(void **state)
{
	struct client_event gone = { .kind = CLIENT_DOWN,
				     .client = BED_CLIENT };
	struct client_event back = { .kind = CLIENT_UP, .client = BED_CLIENT };

	(void)state;
	bed_open(&a, "a");
	init(&a);
	bed_pass(&a, 100 * SECOND_MS);
	a.holds_jobs = true;
	bed_send(&a, "pair_show", "passphrase", "abc", NULL);
	bed_turn(&a, &gone);
	bed_job(&a);
	bed_settle(&a);
	a.holds_jobs = false;
	assert_string_equal(a.pair_listens, "");
	bed_turn(&a, &back);
	assert_call("", &a, "hello", "client", "bed", NULL);
	assert_call("", &a, "pair_show", "passphrase", "abc", NULL);
}

/* ---- what lies in the folder ---- */

/* Each start without the file outside is a doubt, and takes three logs. */
static void without_a_log_to_write_to_it_still_opens(void **state)
{
	unsigned starts = 0;

	(void)state;
	bed_open(&a, "a");
	init(&a);
	add_win(&a, "kept");
	while (engine_log_room(node_engine(a.node)) >= 3) {
		assert_true(starts++ < LIMIT_LOGS_PER_DEVICE);
		bed_stop(&a);
		assert_int_equal(unlink("a.state/instance"), 0);
		bed_start(&a);
		assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	}
	bed_stop(&a);
	assert_int_equal(unlink("a.state/instance"), 0);
	bed_start(&a);
	add_win(&a, "sealed");
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_get("captured", "0");
	assert_entries(&a, "1");
	assert_call("", &a, "status", NULL);
	assert_get("captured", "1");
}

/* The name of the row that marks a journal as begun; one bit of it falls. */
static void a_mark_that_rots_costs_no_entry(void **state)
{
	static const char mark[] = "INSTANCE";
	struct bytes file;
	uint8_t *copy, *at;
	unsigned found = 0;

	(void)state;
	bed_open(&a, "a");
	init(&a);
	add_win(&a, "kept");
	bed_stop(&a);
	file = disk_peek(a.disk, "journal.db");
	assert_non_null(file.ptr);
	copy = malloc(file.len);
	assert_non_null(copy);
	memcpy(copy, file.ptr, file.len);
	for (at = copy; (at = memmem(at, file.len - (size_t)(at - copy), mark,
				     sizeof mark - 1)) != NULL;
	     at++) {
		at[7] ^= 2;
		found++;
	}
	assert_true(found > 0);
	disk_poke(a.disk, "journal.db", bytes_of(copy, file.len));
	free(copy);
	bed_start(&a);
	assert_call("", &a, "unlock", "passphrase", "abc", NULL);
	assert_entries(&a, "1");
	add_win(&a, "and on");
	assert_call("", &a, "status", NULL);
	assert_get("notes", "1");
}

#define node_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		node_test(started_on_a_full_disk_it_can_be_read),
		node_test(what_was_sealed_while_locked_waits_for_room),
		node_test(an_older_draft_does_not_come_back_over_a_newer),
		node_test(it_listens_once_there_is_room_again),
		node_test(
			what_was_saved_is_not_called_lost_for_want_of_tidying),
		node_test(news_that_is_lost_is_counted),
		node_test(a_pairing_that_could_not_be_written_down_ends),
		node_test(what_a_device_acknowledged_is_soon_known_for_good),
		node_test(a_code_nobody_would_see_is_not_shown),
		node_test(without_a_log_to_write_to_it_still_opens),
		node_test(a_mark_that_rots_costs_no_entry),
	};

	assert_int_equal(crypto_start(), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
