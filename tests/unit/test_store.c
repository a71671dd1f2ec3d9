/*
 * test_store.c - what is put into a store comes out of it, and only after a
 * commit for good.
 *
 * Goal: blocks, cursors, and transactions, with limits and refusals. Method: a
 * real file in a folder of its own, closed and opened again where that
 * matters. Small records: test_records.c; damage and
 * foreign files: test_place.c.
 */
#include "daemon/store/store.h"

#include "proto/base/mem.h"
#include "tests/lib/box.h"
#include "tests/lib/sample.h"

static void a_block_comes_back_whole_after_reopening(void **state)
{
	struct box *box = *state;
	struct block block;

	box_begin(box);
	box_put_blocks(box, 3, 1, 9);
	box_commit(box);
	box_reopen(box);
	for (uint64_t seq = 1; seq <= 9; seq++) {
		assert_int_equal(box_get(box, 3, seq, &block), 0);
		assert_true(sample_matches(&block, 3, seq));
		assert_true(block_body_fits(&block));
	}
	assert_int_equal(box_get(box, 3, 10, &block), ERR_NOT_FOUND);
	assert_int_equal(box_get(box, 3, 0, &block), ERR_NOT_FOUND);
	assert_int_equal(box_get(box, 4, 1, &block), ERR_NOT_FOUND);
}

static void a_place_is_written_once(void **state)
{
	struct box *box = *state;
	struct sample other;
	struct block block;

	box_begin(box);
	box_put_blocks(box, 1, 1, 2);
	sample_block(&other, 1, 2, 77);
	assert_int_equal(
		store_block_put(box->store, 1, &other.block, &box->err),
		ERR_EXISTS);
	/* and the transaction goes on */
	box_put_blocks(box, 1, 3, 3);
	box_commit(box);
	assert_int_equal(box_get(box, 1, 2, &block), 0);
	assert_true(sample_matches(&block, 1, 2));
	assert_int_equal(box_get(box, 1, 3, &block), 0);
}

static void blocks_out_of_bounds_are_refused(void **state)
{
	struct box *box = *state;
	struct sample sample;
	struct block block;
	uint8_t *large = mem_alloc(LIMIT_BLOCK_BODY_BYTES + 1, 1);

	assert_non_null(large);
	box_begin(box);
	sample_block(&sample, 1, 5, 0);
	sample.block.header.seq = 0;
	assert_int_equal(store_block_put(box->store, 1, &sample.block, NULL),
			 ERR_LIMIT);
	sample.block.header.seq = LIMIT_SEQ + 1;
	assert_int_equal(store_block_put(box->store, 1, &sample.block, NULL),
			 ERR_LIMIT);
	sample.block.header.seq = LIMIT_SEQ;
	assert_int_equal(store_block_put(box->store, 1, &sample.block, NULL),
			 0);
	sample.block.header.seq = 6;
	sample.block.body.len--;
	assert_int_equal(store_block_put(box->store, 1, &sample.block, NULL),
			 ERR_USAGE);
	sample.block.body = bytes_of(large, LIMIT_BLOCK_BODY_BYTES + 1);
	sample.block.header.body_len = LIMIT_BLOCK_BODY_BYTES + 1;
	assert_int_equal(store_block_put(box->store, 1, &sample.block, NULL),
			 ERR_LIMIT);
	sample.block.body.len = LIMIT_BLOCK_BODY_BYTES;
	sample.block.header.body_len = LIMIT_BLOCK_BODY_BYTES;
	assert_int_equal(store_block_put(box->store, 1, &sample.block, NULL),
			 0);
	box_commit(box);
	assert_int_equal(box_get(box, 1, 6, &block), 0);
	assert_int_equal(block.body.len, LIMIT_BLOCK_BODY_BYTES);
	assert_int_equal(box_get(box, 1, LIMIT_SEQ, &block), 0);
	mem_free(large);
}

static void an_erased_body_leaves_header_and_id(void **state)
{
	struct box *box = *state;
	struct sample wanted;
	struct block block;
	struct bytes file;
	char wal[HARNESS_PATH_BYTES + 8];

	box_begin(box);
	box_put_blocks(box, 1, 1, 3);
	box_commit(box);
	box_begin(box);
	assert_int_equal(store_block_drop_body(box->store, 1, 2, NULL), 0);
	assert_int_equal(store_block_drop_body(box->store, 1, 4, NULL),
			 ERR_NOT_FOUND);
	/* asked for in a turn, done after it */
	assert_int_equal(store_checkpoint(box->store, NULL), 0);
	box_commit(box);
	sample_block(&wanted, 1, 2, 0);
	assert_int_equal(box_get(box, 1, 2, &block), 0);
	assert_null(block.body.ptr);
	assert_true(hash32_equal(&block.id, &wanted.block.id));
	assert_int_equal(box_get(box, 1, 3, &block), 0);
	assert_true(sample_matches(&block, 1, 3));
	/* neither the file nor its log holds a piece of it */
	snprintf(wal, sizeof wal, "%s-wal", box->path);
	file = harness_read(wal);
	assert_int_equal(file.len, 0);
	mem_free((void *)(uintptr_t)file.ptr);
	file = harness_read(box->path);
	assert_null(memmem(file.ptr, file.len, wanted.body, 16));
	assert_null(memmem(file.ptr, file.len, wanted.body + 500, 16));
	sample_block(&wanted, 1, 3, 0);
	assert_non_null(memmem(file.ptr, file.len, wanted.body, 16));
	mem_free((void *)(uintptr_t)file.ptr);
}

static void an_empty_body_is_not_a_missing_one(void **state)
{
	struct box *box = *state;
	struct sample sample;
	struct block block;

	sample_block(&sample, 1, 1, 8);
	assert_int_equal(block_set_body(&sample.block, bytes_of("", 0)), 0);
	box_begin(box);
	assert_int_equal(store_block_put(box->store, 1, &sample.block, NULL),
			 0);
	box_commit(box);
	assert_int_equal(box_get(box, 1, 1, &block), 0);
	assert_non_null(block.body.ptr);
	assert_int_equal(block.body.len, 0);
}

/* The numbers a cursor gives, as "no:seq ". */
static void assert_scan(struct store_cursor *cursor, const char *wanted)
{
	struct store_item item;
	char seen[256] = "";
	size_t len = 0;
	int code;

	while ((code = store_cursor_next(cursor, &item, NULL)) == 1)
		len += (size_t)snprintf(seen + len, sizeof seen - len, "%u:%u ",
					item.log_no,
					(unsigned)item.block.header.seq);
	assert_int_equal(code, 0);
	assert_string_equal(seen, wanted);
	/* the end stays the end */
	assert_int_equal(store_cursor_next(cursor, &item, NULL), 0);
	store_cursor_close(cursor);
}

static void scans_keep_order_and_bounds(void **state)
{
	struct box *box = *state;
	struct id16 etag = sample_etag(2);
	struct id16 zero = { { 0 } };
	struct store_cursor *cursor;
	struct store *store = box->store;

	box_begin(box);
	box_put_blocks(box, 2, 1, 10);
	box_put_blocks(box, 1, 1, 4);
	box_commit(box);
	assert_int_equal(store_scan_log(store, 2, 3, 6, &cursor, NULL), 0);
	assert_scan(cursor, "2:3 2:4 2:5 2:6 ");
	assert_int_equal(store_scan_log(store, 1, 0, UINT64_MAX, &cursor, NULL),
			 0);
	assert_scan(cursor, "1:1 1:2 1:3 1:4 ");
	assert_int_equal(store_scan_log(store, 2, 6, 3, &cursor, NULL), 0);
	assert_scan(cursor, "");
	assert_int_equal(
		store_scan_log_back(store, 2, 8, UINT64_MAX, &cursor, NULL), 0);
	assert_scan(cursor, "2:10 2:9 2:8 ");
	assert_int_equal(store_scan_etag(store, &etag, &cursor, NULL), 0);
	assert_scan(cursor, "1:2 2:2 2:10 ");
	assert_int_equal(store_scan_etag(store, &zero, &cursor, NULL), 0);
	assert_scan(cursor, "");
}

static void control_records_are_under_no_tag(void **state)
{
	struct box *box = *state;
	struct id16 zero = { { 0 } };
	struct store_cursor *cursor;
	struct sample sample;

	sample_block(&sample, 1, 1, 0);
	sample.block.header.etag = zero;
	box_begin(box);
	assert_int_equal(store_block_put(box->store, 1, &sample.block, NULL),
			 0);
	box_commit(box);
	assert_int_equal(store_scan_etag(box->store, &zero, &cursor, NULL), 0);
	assert_scan(cursor, "");
	assert_int_equal(store_scan_log(box->store, 1, 1, 1, &cursor, NULL), 0);
	assert_scan(cursor, "1:1 ");
}

static void eight_cursors_run_at_a_time(void **state)
{
	struct box *box = *state;
	struct store_cursor *cursors[9];
	struct store_item item;

	box_begin(box);
	box_put_blocks(box, 1, 1, 8);
	for (uint64_t i = 0; i < 8; i++)
		assert_int_equal(store_scan_log(box->store, 1, i + 1, 8,
						&cursors[i], NULL),
				 0);
	assert_int_equal(store_scan_log(box->store, 1, 1, 8, &cursors[8], NULL),
			 ERR_LIMIT);
	for (uint64_t i = 0; i < 8; i++) {
		assert_int_equal(store_cursor_next(cursors[i], &item, NULL), 1);
		assert_true(sample_matches(&item.block, 1, i + 1));
	}
	store_cursor_close(cursors[3]);
	store_cursor_close(NULL);
	assert_int_equal(store_scan_log(box->store, 1, 8, 8, &cursors[3], NULL),
			 0);
	assert_scan(cursors[3], "1:8 ");
	/* a turn may end while they are open */
	box_commit(box);
	for (size_t i = 0; i < 8; i++) {
		if (i != 3)
			store_cursor_close(cursors[i]);
	}
}

static void a_rollback_undoes_and_a_clean_turn_is_clean(void **state)
{
	struct box *box = *state;
	struct block block;
	uint64_t commits = store_stats(box->store).commits;

	assert_false(store_in_transaction(box->store));
	box_begin(box);
	assert_true(store_in_transaction(box->store));
	assert_false(store_is_dirty(box->store));
	assert_int_equal(box_get(box, 1, 1, &block), ERR_NOT_FOUND);
	assert_false(store_is_dirty(box->store));
	box_commit(box);
	assert_int_equal(store_stats(box->store).commits, commits);
	box_begin(box);
	box_put_blocks(box, 1, 1, 1);
	assert_true(store_is_dirty(box->store));
	assert_int_equal(box_get(box, 1, 1, &block), 0);
	store_rollback(box->store);
	assert_false(store_is_dirty(box->store));
	assert_int_equal(box_get(box, 1, 1, &block), ERR_NOT_FOUND);
	store_rollback(box->store);
	box_begin(box);
	box_put_blocks(box, 1, 1, 1);
	box_commit(box);
	assert_int_equal(store_stats(box->store).commits, commits + 1);
	assert_true(store_stats(box->store).file_bytes > 4096);
	/* closing in the middle undoes, too */
	box_begin(box);
	box_put_blocks(box, 1, 2, 2);
	box_reopen(box);
	assert_int_equal(box_get(box, 1, 1, &block), 0);
	assert_int_equal(box_get(box, 1, 2, &block), ERR_NOT_FOUND);
}

static void write_outside(void *context)
{
	struct store *store = context;

	err_ignore(store_meta_put(store, META_NOTES, bytes_of("", 0), NULL),
		   "it does not return");
}

static void a_write_outside_a_transaction_is_a_bug(void **state)
{
	struct box *box = *state;

	assert_true(harness_panics(write_outside, box->store));
}

static void the_log_file_does_not_grow_for_ever(void **state)
{
	struct box *box = *state;
	struct bytes wal;
	char path[HARNESS_PATH_BYTES + 8];

	snprintf(path, sizeof path, "%s-wal", box->path);
	for (uint64_t turn = 0; turn < 40; turn++) {
		box_begin(box);
		box_put_blocks(box, 1, turn * 200 + 1, turn * 200 + 200);
		box_commit(box);
	}
	/* 40 x 200 x 1.4 KB went through it */
	wal = harness_read(path);
	assert_in_range(wal.len, 1, 6u << 20);
	mem_free((void *)(uintptr_t)wal.ptr);
	assert_int_equal(store_checkpoint(box->store, NULL), 0);
	wal = harness_read(path);
	assert_int_equal(wal.len, 0);
	mem_free((void *)(uintptr_t)wal.ptr);
}

/* Whoever commits in small steps, with pauses, never waits for that. */
static void the_log_file_is_emptied_in_a_pause(void **state)
{
	struct box *box = *state;
	struct bytes file = harness_read(box->path);
	size_t before = file.len;
	uint64_t turn = 0;

	mem_free((void *)(uintptr_t)file.ptr);
	do {
		turn++;
		box_begin(box);
		box_put_blocks(box, 1, turn, turn);
		box_commit(box);
		file = harness_read(box->path);
		assert_int_equal(file.len, before);
		mem_free((void *)(uintptr_t)file.ptr);
		store_tidy(box->store);
		file = harness_read(box->path);
		mem_free((void *)(uintptr_t)file.ptr);
	} while (file.len == before && turn < 1000);
	/* 480 pages, some three to a turn */
	assert_in_range(turn, 60, 300);
}

static void a_sound_file_has_no_findings(void **state)
{
	struct box *box = *state;
	struct buf findings;

	buf_init(&findings, 4096);
	box_begin(box);
	box_put_blocks(box, 1, 1, 50);
	box_commit(box);
	assert_int_equal(store_check(box->store, &findings, NULL), 0);
	assert_int_equal(findings.len, 0);
	buf_release(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, box_set_up, box_tear_down)
		TEST(a_block_comes_back_whole_after_reopening),
		TEST(a_place_is_written_once),
		TEST(blocks_out_of_bounds_are_refused),
		TEST(an_erased_body_leaves_header_and_id),
		TEST(an_empty_body_is_not_a_missing_one),
		TEST(scans_keep_order_and_bounds),
		TEST(control_records_are_under_no_tag),
		TEST(eight_cursors_run_at_a_time),
		TEST(a_rollback_undoes_and_a_clean_turn_is_clean),
		TEST(a_write_outside_a_transaction_is_a_bug),
		TEST(the_log_file_does_not_grow_for_ever),
		TEST(the_log_file_is_emptied_in_a_pause),
		TEST(a_sound_file_has_no_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
