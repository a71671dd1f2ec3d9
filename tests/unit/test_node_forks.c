/*
 * test_node_forks.c - a device put back without a trace.
 *
 * Goal: where it wrote the same numbers again, both histories are kept, the
 * fork is written down by whoever can sign first, and every device comes to
 * name it alike, whatever it saw first. Method: three nodes of nodebed.h; one
 * gets its older disk and its older state folder back.
 */
#include "daemon/node.h"

#include <unistd.h>

#include "daemon/core/engine.h"
#include "tests/unit/nodebed.h"

#define assert_call(code, ...) assert_string_equal(bed_call(__VA_ARGS__), code)
#define assert_get(path, value) assert_string_equal(bed_get(path), value)

static struct bed a, b, c;
static struct disk *backup;
static struct buf saved[2]; /* files of the state folder */
static char *home;
static char before[1024];

static const char *const saved_names[] = { "instance", "lease" };

static int setup(void **state)
{
	(void)state;
	home = harness_temp_dir();
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(home), 0);
	backup = disk_new("backup");
	assert_non_null(backup);
	buf_init(&saved[0], 4096);
	buf_init(&saved[1], 4096);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	bed_close(&a);
	bed_close(&b);
	bed_close(&c);
	disk_free(backup);
	buf_release(&saved[0]);
	buf_release(&saved[1]);
	assert_int_equal(chdir(before), 0);
	harness_temp_remove(home);
	return 0;
}

static void meet(struct bed *bed, struct bed *one, struct bed *other)
{
	bed->others[0] = one;
	bed->others[1] = other;
}

static void unlock(struct bed *bed)
{
	assert_call("", bed, "unlock", "passphrase", "abc", NULL);
}

/* From its disk, and out of sight of the others. */
static void start_alone(struct bed *bed)
{
	bed_stop(bed);
	meet(bed, NULL, NULL);
	bed_start(bed);
	unlock(bed);
}

static void add_win(struct bed *bed, const char *what)
{
	char fields[128];

	snprintf(fields, sizeof fields, "{what=%s", what);
	bed->time.now_ms++;
	bed->time.wall_ms++;
	assert_call("", bed, "add", "kind", "win", "fields", fields, NULL);
}

static void open_one(struct bed *bed, const char *name)
{
	char listen[16];

	bed_open(bed, name);
	snprintf(listen, sizeof listen, "%s:2", name);
	assert_call("", bed, "config_set", "key", "listen", "value", listen,
		    NULL);
}

/* a lets joiner in. */
static void pair(struct bed *joiner)
{
	char code[64];

	meet(&a, joiner, NULL);
	meet(joiner, &a, NULL);
	assert_call("", &a, "pair_show", "passphrase", "abc", NULL);
	snprintf(code, sizeof code, "%s", bed_get("code"));
	assert_call("", joiner, "pair_join", "code", code, "addresses", "[a:1",
		    "name", joiner->data_dir, "passphrase", "abc", "kdf_memory",
		    "#8388608", "kdf_passes", "#1", NULL);
	assert_call("", &a, "pair_confirm", "yes", "!", NULL);
	assert_call("", joiner, "pair_confirm", "yes", "!", NULL);
	bed_settle(&a);
	assert_call("", joiner, "sync", "wait_ms", "#5000", NULL);
}

static void back_up(void)
{
	size_t i;

	disk_copy(backup, a.disk);
	for (i = 0; i < 2; i++) {
		char path[PATH_BYTES];

		assert_int_equal(
			paths_join(a.state_dir, saved_names[i], path, NULL), 0);
		buf_clear(&saved[i]);
		assert_int_equal(statefile_read(path, &saved[i], NULL), 0);
	}
}

static void put_back(void)
{
	size_t i;

	bed_stop(&a);
	meet(&a, NULL, NULL);
	disk_copy(a.disk, backup);
	for (i = 0; i < 2; i++) {
		char path[PATH_BYTES];

		assert_int_equal(
			paths_join(a.state_dir, saved_names[i], path, NULL), 0);
		assert_int_equal(
			statefile_write(path, buf_bytes(&saved[i]), NULL), 0);
	}
	bed_start(&a);
	unlock(&a);
}

/*
 * a and b know "lost" under a number that a, put back, gives to "apart" when
 * it is alone; c was last seen before either.
 */
static void write_apart(void)
{
	open_one(&a, "a");
	open_one(&b, "b");
	open_one(&c, "c");
	assert_call("", &a, "init", "name", "a", "passphrase", "abc",
		    "kdf_memory", "#8388608", "kdf_passes", "#1", NULL);
	add_win(&a, "first");
	pair(&b);
	pair(&c);
	start_alone(&c);
	start_alone(&b);
	start_alone(&a);
	back_up();
	bed_stop(&a);
	meet(&a, &b, NULL);
	meet(&b, &a, NULL);
	bed_start(&a);
	unlock(&a);
	add_win(&a, "lost");
	assert_call("", &b, "sync", "wait_ms", "#5000", NULL);
	assert_call("", &b, "log", NULL);
	assert_get("entries", "2");
	start_alone(&b);
	put_back();
	assert_call("", &a, "status", NULL);
	assert_get("notes", "0");
	add_win(&a, "apart");
	assert_call("", &a, "log", NULL);
	assert_get("entries", "2");
}

static size_t count_forks(struct bed *bed)
{
	return engine_roster(node_engine(bed->node))->fork_count;
}

/* FORK records by whomever, found in the control logs. */
static size_t count_records(struct bed *bed)
{
	struct store *store = node_store(bed->node);
	struct store_cursor *cursor;
	struct store_item item;
	size_t logs_count, i, count = 0;
	const struct store_log *logs =
		engine_logs(node_engine(bed->node), &logs_count);

	for (i = 0; i < logs_count; i++) {
		if (logs[i].log_class != LOG_CONTROL || logs[i].head_seq == 0)
			continue;
		assert_int_equal(store_scan_log(store, logs[i].no, 1,
						logs[i].head_seq, &cursor,
						NULL),
				 0);
		while (store_cursor_next(cursor, &item, NULL) == 1)
			count += item.block.header.kind == CONTROL_FORK;
		store_cursor_close(cursor);
	}
	return count;
}

/* All at one table, until nothing moves. */
static void meet_all(void)
{
	int round;

	meet(&a, &b, &c);
	meet(&b, &a, &c);
	meet(&c, &a, &b);
	for (round = 0; round < 4; round++) {
		struct bed *beds[] = { &a, &b, &c };
		size_t i;

		for (i = 0; i < 3; i++) {
			bed_pass(beds[i], 2000);
			bed_call(beds[i], "sync", "wait_ms", "#2000", NULL);
		}
	}
}

static void assert_alike(const char *entries)
{
	struct bed *beds[] = { &a, &b, &c };
	const struct roster *first = engine_roster(node_engine(a.node));
	char digest[80] = "";
	size_t i;

	for (i = 0; i < 3; i++) {
		const struct roster *roster =
			engine_roster(node_engine(beds[i]->node));

		assert_call("", beds[i], "log", NULL);
		assert_get("entries", entries);
		assert_call("", beds[i], "digest", NULL);
		if (i == 0)
			snprintf(digest, sizeof digest, "%s",
				 bed_get("digest"));
		assert_get("digest", digest);
		assert_int_equal(roster->fork_count, 1);
		assert_true(id16_equal(&roster->forks[0].lid,
				       &first->forks[0].lid));
		assert_true(id16_equal(&roster->forks[0].lid_right,
				       &first->forks[0].lid_right));
		assert_non_null(engine_find_log(node_engine(beds[i]->node),
						&roster->forks[0].lid_right));
	}
}

static void a_fork_is_written_down_once_and_read_by_all(void **state)
{
	size_t records;

	(void)state;
	write_apart();
	meet(&a, &b, NULL);
	meet(&b, &a, NULL);
	assert_call("", &a, "sync", "wait_ms", "#5000", NULL);
	assert_call("", &b, "sync", "wait_ms", "#5000", NULL);
	assert_int_equal(count_forks(&a), 1);
	assert_int_equal(count_forks(&b), 1);
	records = count_records(&b);
	assert_in_range(records, 1, 2);
	assert_call("", &a, "log", NULL);
	assert_get("entries", "3");
	/* a goes on in new logs, and nobody tells of it again. */
	add_win(&a, "after");
	meet_all();
	assert_alike("4");
	start_alone(&b);
	start_alone(&a);
	assert_int_equal(count_records(&a), records);
	meet_all();
	assert_int_equal(count_records(&c), records);
	assert_alike("4");
}

static void a_third_may_see_either_history_first(void **state)
{
	(void)state;
	write_apart();
	/* c and a: the newer history only. */
	meet(&a, &c, NULL);
	meet(&c, &a, NULL);
	assert_call("", &c, "sync", "wait_ms", "#5000", NULL);
	assert_call("", &c, "log", NULL);
	assert_get("entries", "2");
	assert_int_equal(count_forks(&c), 0);
	meet_all();
	assert_alike("3");
}

static void the_locked_write_it_down_when_unlocked(void **state)
{
	(void)state;
	write_apart();
	assert_call("", &a, "lock", NULL);
	assert_call("", &b, "lock", NULL);
	meet(&a, &b, NULL);
	meet(&b, &a, NULL);
	assert_call("", &a, "sync", "wait_ms", "#5000", NULL);
	assert_call("", &b, "sync", "wait_ms", "#5000", NULL);
	assert_int_equal(count_forks(&a), 0);
	assert_int_equal(count_records(&b), 0);
	unlock(&b);
	assert_int_equal(count_forks(&b), 1);
	assert_int_equal(count_records(&b), 1);
	bed_settle(&a);
	unlock(&a);
	assert_int_equal(count_records(&a), 1);
	meet_all();
	assert_alike("3");
}

#define with_nodes(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_nodes(a_fork_is_written_down_once_and_read_by_all),
		with_nodes(a_third_may_see_either_history_first),
		with_nodes(the_locked_write_it_down_when_unlocked),
	};

	assert_int_equal(crypto_start(), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
