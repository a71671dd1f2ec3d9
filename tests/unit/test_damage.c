/*
 * test_damage.c - what a bad disk, a bad copy, or a bad person does to the
 * file is noticed, and never read as if it were sound.
 *
 * Goal: truncation, swapped pages, flipped bytes, and logs that belong to
 * another file. Method: a journal of 120 blocks, damaged in every place of a
 * kind; then either opening refuses, or the check finds something, or every
 * block is as it was, or the block itself tells (its hash).
 */
#include "daemon/store/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/mem.h"
#include "tests/lib/box.h"
#include "tests/lib/sample.h"

#define BLOCKS 120u
#define PAGE 8192u

struct files {
	struct bytes db;
	struct bytes wal;
};

static void free_bytes(struct bytes take_bytes)
{
	mem_free((void *)(uintptr_t)take_bytes.ptr);
}

static void wal_path(const struct box *box, char *out)
{
	snprintf(out, HARNESS_PATH_BYTES, "%.1000s-wal", box->path);
}

/* The files as a power cut would leave them; the store is closed. */
static struct files take_files(struct box *box)
{
	struct files files;
	char path[HARNESS_PATH_BYTES];

	wal_path(box, path);
	files.db = harness_read(box->path);
	files.wal = harness_read(path);
	store_close(box->store);
	box->store = NULL;
	return files;
}

static void put_files(struct box *box, struct bytes db, struct bytes wal)
{
	char path[HARNESS_PATH_BYTES];

	wal_path(box, path);
	harness_write(box->path, db);
	if (wal.len != 0)
		harness_write(path, wal);
	else
		unlink(path);
	assert_int_equal(chmod(box->path, 0600), 0);
	if (wal.len != 0)
		assert_int_equal(chmod(path, 0600), 0);
}

static void fill(struct box *box)
{
	box_begin(box);
	box_put_blocks(box, 1, 1, BLOCKS);
	box_commit(box);
	assert_int_equal(store_checkpoint(box->store, NULL), 0);
}

/* How many blocks read as they were written. *told: of the others, how many
 * gave an error or a hash that does not fit. */
static size_t count_sound(struct box *box, size_t *told)
{
	size_t sound = 0;
	struct block block;

	*told = 0;
	for (uint64_t seq = 1; seq <= BLOCKS; seq++) {
		struct sample wanted;
		int code = box_get(box, 1, seq, &block);

		sample_block(&wanted, 1, seq, 0);
		if (code == 0 && sample_matches(&block, 1, seq))
			sound++;
		/* a signature is judged by who verifies it, an id by the
		 * next block's prev */
		else if (code != 0 || !block_body_fits(&block) ||
			 !hash32_equal(&block.id, &wanted.block.id) ||
			 block.is_signed)
			(*told)++;
		arena_reset(&box->arena);
	}
	return sound;
}

/* Opens what lies there; true if the damage shows before anybody trusts it. */
static bool is_noticed(struct box *box)
{
	struct store_options options = { .path = box->path };
	struct buf findings;
	size_t told = 0;
	size_t sound;
	bool noticed;
	int code = store_open(&box->store, &options, NULL);

	if (code != 0) {
		assert_true(code == ERR_CORRUPT || code == ERR_VERSION ||
			    code == ERR_IO);
		assert_null(box->store);
		return true;
	}
	buf_init(&findings, 65536);
	noticed = store_check(box->store, &findings, NULL) != 0 ||
		  findings.len != 0;
	buf_release(&findings);
	sound = count_sound(box, &told);
	/* never silently another text */
	if (!noticed)
		assert_int_equal(sound + told, BLOCKS);
	noticed = noticed || sound != BLOCKS;
	store_close(box->store);
	box->store = NULL;
	return noticed;
}

static void a_file_cut_short_is_refused(void **state)
{
	struct box *box = *state;
	struct files files;

	fill(box);
	files = take_files(box);
	assert_int_equal(files.db.len % PAGE, 0);
	assert_true(files.db.len / PAGE > 15);
	for (size_t len = 0; len < files.db.len; len += PAGE) {
		put_files(box, bytes_of(files.db.ptr, len), files.wal);
		assert_int_equal(box_try(box), ERR_CORRUPT);
		put_files(box, bytes_of(files.db.ptr, len + 100), files.wal);
		assert_int_equal(box_try(box), ERR_CORRUPT);
	}
	put_files(box, files.db, files.wal);
	assert_false(is_noticed(box));
	free_bytes(files.db);
	free_bytes(files.wal);
}

static void swapped_pages_are_noticed(void **state)
{
	struct box *box = *state;
	uint8_t page[PAGE];
	struct files files;
	size_t missed = 0;
	uint8_t *db;

	fill(box);
	files = take_files(box);
	db = (uint8_t *)(uintptr_t)files.db.ptr;
	for (size_t at = 0; at + 2 * PAGE <= files.db.len; at += PAGE) {
		memcpy(page, db + at, PAGE);
		memcpy(db + at, db + at + PAGE, PAGE);
		memcpy(db + at + PAGE, page, PAGE);
		/* empty pages of two tables look alike */
		if (memcmp(db + at, page, PAGE) != 0) {
			put_files(box, files.db, files.wal);
			missed += !is_noticed(box);
		}
		memcpy(page, db + at, PAGE);
		memcpy(db + at, db + at + PAGE, PAGE);
		memcpy(db + at + PAGE, page, PAGE);
	}
	assert_int_equal(missed, 0);
	free_bytes(files.db);
	free_bytes(files.wal);
}

static void a_flipped_byte_is_never_another_text(void **state)
{
	struct box *box = *state;
	size_t noticed = 0, tried = 0;
	struct files files;
	uint8_t *db;

	fill(box);
	files = take_files(box);
	db = (uint8_t *)(uintptr_t)files.db.ptr;
	for (size_t at = 0; at < files.db.len; at += at < 100 ? 1 : 971) {
		db[at] ^= 0x40;
		put_files(box, files.db, files.wal);
		noticed += is_noticed(box);
		tried++;
		db[at] ^= 0x40;
	}
	/* most of the file is blocks */
	assert_true(noticed * 2 > tried);
	free_bytes(files.db);
	free_bytes(files.wal);
}

static void a_lost_log_file_gives_the_state_before(void **state)
{
	struct box *box = *state;
	struct files files;
	struct block block;

	fill(box);
	box_begin(box);
	box_put_blocks(box, 1, BLOCKS + 1, BLOCKS + 3);
	box_commit(box);
	files = take_files(box);
	assert_true(files.wal.len != 0);
	put_files(box, files.db, files.wal);
	box_open(box, false);
	assert_int_equal(box_get(box, 1, BLOCKS + 3, &block), 0);
	store_close(box->store);
	put_files(box, files.db, bytes_of(NULL, 0));
	box_open(box, false);
	assert_int_equal(box_get(box, 1, BLOCKS, &block), 0);
	assert_int_equal(box_get(box, 1, BLOCKS + 1, &block), ERR_NOT_FOUND);
	free_bytes(files.db);
	free_bytes(files.wal);
}

static void a_log_file_cut_anywhere_is_a_prefix(void **state)
{
	struct box *box = *state;
	struct files files;
	size_t told;

	fill(box);
	for (uint64_t seq = 1; seq <= 6; seq++) {
		box_begin(box);
		box_put_blocks(box, 2, seq, seq);
		box_commit(box);
	}
	files = take_files(box);
	for (size_t len = 0; len <= files.wal.len; len += 2063) {
		struct block block;
		uint64_t seq = 1;

		put_files(box, files.db, bytes_of(files.wal.ptr, len));
		box_open(box, false);
		assert_int_equal(count_sound(box, &told), BLOCKS);
		while (box_get(box, 2, seq, &block) == 0) {
			assert_true(sample_matches(&block, 2, seq));
			seq++;
		}
		for (; seq <= 6; seq++)
			assert_int_equal(box_get(box, 2, seq, &block),
					 ERR_NOT_FOUND);
		arena_reset(&box->arena);
		store_close(box->store);
		box->store = NULL;
	}
	free_bytes(files.db);
	free_bytes(files.wal);
}

static void a_log_of_another_journal_is_not_taken(void **state)
{
	struct box *box = *state;
	struct files ours, theirs;
	struct bytes after;

	box_begin(box);
	box_put_blocks(box, 7, 1, 200);
	box_commit(box);
	assert_int_equal(store_checkpoint(box->store, NULL), 0);
	box_begin(box);
	box_put_blocks(box, 7, 201, 240);
	box_commit(box);
	theirs = take_files(box);
	assert_int_equal(unlink(box->path), 0);
	box_open(box, true);
	fill(box);
	ours = take_files(box);
	put_files(box, ours.db, theirs.wal);
	assert_int_equal(box_try(box), ERR_CORRUPT);
	/* and nothing of it got into the file */
	after = harness_read(box->path);
	assert_true(bytes_equal(after, ours.db));
	put_files(box, ours.db, bytes_from_str("not a log at all"));
	assert_false(is_noticed(box));
	free_bytes(after);
	free_bytes(ours.db);
	free_bytes(ours.wal);
	free_bytes(theirs.db);
	free_bytes(theirs.wal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, box_set_up, box_tear_down)
		TEST(a_file_cut_short_is_refused),
		TEST(swapped_pages_are_noticed),
		TEST(a_flipped_byte_is_never_another_text),
		TEST(a_lost_log_file_gives_the_state_before),
		TEST(a_log_file_cut_anywhere_is_a_prefix),
		TEST(a_log_of_another_journal_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
