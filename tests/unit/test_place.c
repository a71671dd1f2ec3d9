/*
 * test_place.c - files that are no place for a journal are refused, with a
 * sentence, and left as they are.
 *
 * Goal: what the design's list of bad inputs says under "Disk" about links,
 * owners, modes, versions, schemas, and second openers. Method: a sound
 * journal in a folder of its own; each test makes one thing wrong with it.
 */
#include "daemon/store/place.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/mem.h"
#include "tests/lib/box.h"

static void close_store(struct box *box)
{
	store_close(box->store);
	box->store = NULL;
}

static void beside(const struct box *box, const char *suffix, char *out)
{
	assert_true(snprintf(out, HARNESS_PATH_BYTES, "%s%s", box->path,
			     suffix) < HARNESS_PATH_BYTES);
}

static void free_bytes(struct bytes take_bytes)
{
	mem_free((void *)(uintptr_t)take_bytes.ptr);
}

/* Refused with code and a sentence; not a byte of the file changes. */
static void assert_refused(struct box *box, int code)
{
	struct bytes before = harness_read(box->path), after;

	memset(&box->err, 0, sizeof box->err);
	assert_int_equal(box_try(box), code);
	assert_int_equal(box->err.code, code);
	assert_true(strlen(box->err.text) > 10);
	after = harness_read(box->path);
	assert_true(bytes_equal(before, after));
	free_bytes(before);
	free_bytes(after);
}

/* As somebody with another program would. */
static void change(struct box *box, const char *sql)
{
	sqlite3 *db = NULL;

	close_store(box);
	assert_int_equal(sqlite3_open(box->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void a_missing_file_is_no_journal(void **state)
{
	struct box *box = *state;

	close_store(box);
	assert_int_equal(unlink(box->path), 0);
	assert_int_equal(box_try(box), ERR_NO_JOURNAL);
	assert_int_equal(access(box->path, F_OK), -1);
	snprintf(box->path, sizeof box->path, "%s/none/journal.db", box->dir);
	assert_int_equal(box_try(box), ERR_NO_JOURNAL);
}

static void creation_leaves_one_private_file(void **state)
{
	struct box *box = *state;
	char path[HARNESS_PATH_BYTES];
	struct stat st;

	close_store(box);
	assert_int_equal(stat(box->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	beside(box, ".new", path);
	assert_int_equal(access(path, F_OK), -1);
	beside(box, "-wal", path);
	assert_int_equal(access(path, F_OK), -1);
	beside(box, "-shm", path);
	assert_int_equal(access(path, F_OK), -1);
}

static void remains_of_a_creation_do_not_matter(void **state)
{
	struct box *box = *state;
	char path[HARNESS_PATH_BYTES];
	struct block block;

	close_store(box);
	assert_int_equal(unlink(box->path), 0);
	beside(box, ".new", path);
	harness_write(path, bytes_from_str("half of something"));
	beside(box, ".new-journal", path);
	harness_write(path, bytes_from_str("a journal of that"));
	beside(box, ".new-wal", path);
	harness_write(path, bytes_from_str("a log of that"));
	box_open(box, true);
	assert_int_equal(access(path, F_OK), -1);
	/* and what is there is opened, not made anew */
	box_begin(box);
	box_put_blocks(box, 1, 1, 1);
	box_commit(box);
	store_close(box->store);
	box_open(box, true);
	assert_int_equal(box_get(box, 1, 1, &block), 0);
}

static void an_empty_file_is_damage(void **state)
{
	struct box *box = *state;
	struct store_options options = { .path = box->path, .create = true };
	struct store *store = NULL;

	close_store(box);
	assert_int_equal(truncate(box->path, 0), 0);
	assert_refused(box, ERR_CORRUPT);
	assert_int_equal(store_open(&store, &options, NULL), ERR_CORRUPT);
	assert_null(store);
}

static void links_are_refused(void **state)
{
	struct box *box = *state;
	struct store_options options = { .path = box->path, .create = true };
	char other[HARNESS_PATH_BYTES];
	struct store *store = NULL;

	close_store(box);
	beside(box, "-other", other);
	assert_int_equal(link(box->path, other), 0);
	assert_refused(box, ERR_USAGE);
	assert_int_equal(unlink(box->path), 0);
	assert_int_equal(symlink(other, box->path), 0);
	assert_refused(box, ERR_USAGE);
	/* a link to nothing is not followed to make something */
	assert_int_equal(unlink(other), 0);
	assert_int_equal(store_open(&store, &options, NULL), ERR_USAGE);
	assert_int_equal(access(other, F_OK), -1);
	assert_int_equal(unlink(box->path), 0);
	assert_int_equal(mkdir(box->path, 0700), 0);
	assert_int_equal(box_try(box), ERR_USAGE);
}

static void a_linked_folder_is_the_persons_own(void **state)
{
	struct box *box = *state;
	char folder[HARNESS_PATH_BYTES];

	close_store(box);
	snprintf(folder, sizeof folder, "%s/link", box->dir);
	assert_int_equal(symlink(".", folder), 0);
	snprintf(box->path, sizeof box->path, "%s/link/journal.db", box->dir);
	assert_int_equal(box_try(box), 0);
}

static void a_log_that_is_a_link_is_refused(void **state)
{
	struct box *box = *state;
	char wal[HARNESS_PATH_BYTES], other[HARNESS_PATH_BYTES];

	close_store(box);
	beside(box, "-wal", wal);
	beside(box, "-other", other);
	harness_write(other, bytes_from_str("not to be written to"));
	assert_int_equal(symlink(other, wal), 0);
	assert_refused(box, ERR_USAGE);
	assert_int_equal(unlink(wal), 0);
	assert_int_equal(link(other, wal), 0);
	assert_refused(box, ERR_USAGE);
}

static void a_rollback_journal_is_not_ours(void **state)
{
	struct box *box = *state;
	char path[HARNESS_PATH_BYTES];

	close_store(box);
	beside(box, "-journal", path);
	harness_write(path, bytes_from_str("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"));
	assert_refused(box, ERR_USAGE);
}

static void a_stale_shm_does_not_matter(void **state)
{
	struct box *box = *state;
	char path[HARNESS_PATH_BYTES];

	close_store(box);
	beside(box, "-shm", path);
	harness_write(path, bytes_from_str("of some other time"));
	assert_int_equal(box_try(box), 0);
}

static void modes_say_whose_it_is(void **state)
{
	static const mode_t bad[] = { 0640, 0604, 0666, 0610, 0400, 0200 };
	struct box *box = *state;

	close_store(box);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(bad); i++) {
		assert_int_equal(chmod(box->path, bad[i]), 0);
		assert_int_equal(box_try(box), ERR_USAGE);
		assert_non_null(strstr(box->err.text, "chmod 600"));
	}
	assert_int_equal(chmod(box->path, 0600), 0);
	assert_int_equal(chmod(box->dir, 0500), 0);
	assert_refused(box, ERR_USAGE);
	assert_int_equal(chmod(box->dir, 0700), 0);
	assert_int_equal(box_try(box), 0);
}

static void anothers_file_is_refused(void **state)
{
	struct box *box = *state;

	if (geteuid() != 0)
		harness_skip("only root can give a file away");
	close_store(box);
	assert_int_equal(chown(box->path, 65534, 65534), 0);
	assert_refused(box, ERR_USAGE);
	assert_non_null(strstr(box->err.text, "chown"));
}

static void a_second_opener_is_told_so(void **state)
{
	struct box *box = *state;
	pid_t child;
	int status = -1;

	assert_int_equal(box_try(box), ERR_BUSY);
	child = fork();
	if (child == 0)
		_exit(box_try(box) == ERR_BUSY ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* also when the first has written, and again when it has gone */
	box_begin(box);
	box_put_blocks(box, 1, 1, 1);
	assert_int_equal(box_try(box), ERR_BUSY);
	box_commit(box);
	assert_int_equal(box_try(box), ERR_BUSY);
	close_store(box);
	assert_int_equal(box_try(box), 0);
}

static void another_programs_file_is_left_alone(void **state)
{
	struct box *box = *state;

	close_store(box);
	assert_int_equal(unlink(box->path), 0);
	change(box, "PRAGMA user_version=1; CREATE TABLE a(b)");
	assert_int_equal(chmod(box->path, 0600), 0);
	assert_refused(box, ERR_CORRUPT);
	harness_write(box->path, bytes_from_str("Dear diary, today was long."));
	assert_int_equal(chmod(box->path, 0600), 0);
	assert_refused(box, ERR_CORRUPT);
}

static void a_newer_journal_is_not_touched(void **state)
{
	struct box *box = *state;

	change(box, "PRAGMA user_version=2");
	assert_refused(box, ERR_VERSION);
	change(box, "PRAGMA user_version=2147483647");
	assert_refused(box, ERR_VERSION);
	change(box, "PRAGMA user_version=-1");
	assert_refused(box, ERR_CORRUPT);
	change(box, "PRAGMA user_version=0");
	assert_refused(box, ERR_CORRUPT);
	change(box, "PRAGMA user_version=1");
	assert_int_equal(box_try(box), 0);
	change(box, "PRAGMA application_id=1");
	assert_refused(box, ERR_CORRUPT);
}

static void things_added_to_the_schema_are_found(void **state)
{
	static const struct {
		const char *add, *remove;
	} cases[] = {
		{ "CREATE TRIGGER t AFTER INSERT ON block BEGIN"
		  " DELETE FROM block; END",
		  "DROP TRIGGER t" },
		{ "CREATE VIEW v AS SELECT * FROM block", "DROP VIEW v" },
		{ "CREATE TABLE more(a)", "DROP TABLE more" },
		{ "CREATE VIRTUAL TABLE f USING fts5(a)", "DROP TABLE f" },
		{ "CREATE INDEX i ON log(device)", "DROP INDEX i" },
	};
	struct box *box = *state;

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(cases); i++) {
		change(box, cases[i].add);
		assert_refused(box, ERR_CORRUPT);
		change(box, cases[i].remove);
		assert_int_equal(box_try(box), 0);
	}
	change(box, "ALTER TABLE peer ADD COLUMN more TEXT");
	assert_refused(box, ERR_CORRUPT);
	change(box, "ALTER TABLE peer DROP COLUMN more; DROP INDEX block_etag");
	assert_refused(box, ERR_CORRUPT);
}

static void another_page_size_is_fine(void **state)
{
	struct box *box = *state;
	struct block block;

	box_begin(box);
	box_put_blocks(box, 1, 1, 20);
	box_commit(box);
	change(box, "PRAGMA journal_mode=DELETE; PRAGMA page_size=1024;"
		    " VACUUM");
	box_open(box, false);
	assert_int_equal(box_get(box, 1, 20, &block), 0);
	change(box, "PRAGMA journal_mode=DELETE; PRAGMA page_size=65536;"
		    " VACUUM");
	box_open(box, false);
	assert_int_equal(box_get(box, 1, 20, &block), 0);
}

static void a_file_moved_away_takes_no_more(void **state)
{
	struct box *box = *state;
	struct store_options options = { .path = box->path, .create = true };
	char other[HARNESS_PATH_BYTES];

	beside(box, "-other", other);
	box_begin(box);
	box_put_blocks(box, 1, 1, 1);
	assert_int_equal(rename(box->path, other), 0);
	assert_int_equal(store_commit(box->store, &box->err), ERR_IO);
	assert_int_equal(store_begin(box->store, &box->err), ERR_IO);
	close_store(box);
	/* its log is still here, and is not for a new one */
	assert_int_equal(store_open(&box->store, &options, NULL), ERR_USAGE);
	assert_int_equal(rename(other, box->path), 0);
	assert_int_equal(box_try(box), 0);
}

static void a_file_put_in_its_place_is_noticed(void **state)
{
	struct box *box = *state;
	char other[HARNESS_PATH_BYTES];
	struct bytes copy;

	beside(box, "-other", other);
	copy = harness_read(box->path);
	assert_int_equal(rename(box->path, other), 0);
	harness_write(box->path, copy);
	free_bytes(copy);
	box_begin(box);
	box_put_blocks(box, 1, 1, 1);
	assert_int_equal(store_commit(box->store, &box->err), ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, box_set_up, box_tear_down)
		TEST(a_missing_file_is_no_journal),
		TEST(creation_leaves_one_private_file),
		TEST(remains_of_a_creation_do_not_matter),
		TEST(an_empty_file_is_damage),
		TEST(links_are_refused),
		TEST(a_linked_folder_is_the_persons_own),
		TEST(a_log_that_is_a_link_is_refused),
		TEST(a_rollback_journal_is_not_ours),
		TEST(a_stale_shm_does_not_matter),
		TEST(modes_say_whose_it_is),
		TEST(anothers_file_is_refused),
		TEST(a_second_opener_is_told_so),
		TEST(another_programs_file_is_left_alone),
		TEST(a_newer_journal_is_not_touched),
		TEST(things_added_to_the_schema_are_found),
		TEST(another_page_size_is_fine),
		TEST(a_file_moved_away_takes_no_more),
		TEST(a_file_put_in_its_place_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
