/*
 * Goal: rows stay in order whatever arrives, and sealed segments make
 * unlocking quick without ever being believed against the blocks.
 * Method: a view alone against a plain sort; vaults whose segments are
 * counted, changed, dropped, and rolled back.
 */
#include "tests/unit/vaultbed.h"

#include "daemon/vault/inside.h"
#include "proto/base/prng.h"

static struct row row_of(uint64_t n, int64_t at)
{
	struct row row = { .at_ms = at, .kind = 1, .blocks = 1 };

	le64_put(row.id.b, n);
	return row;
}

static uint32_t put(struct view *view, struct row row)
{
	struct view_put request = { .row = &row, .text_changed = true };
	uint32_t index;

	assert_int_equal(view_put(view, &request, &index), 0);
	return index;
}

static void assert_ordered(struct view *view)
{
	assert_int_equal(view_sort(view), 0);
	assert_int_equal(view->sorted, view->count);
	for (uint32_t i = 1; i < view->count; i++)
		assert_true(view_compare(&view->rows[view->order[i - 1]],
					 &view->rows[view->order[i]]) < 0);
}

static void rows_are_in_order_after_any_arrival(void **state)
{
	struct view view;
	struct prng prng;

	(void)state;
	prng_seed(&prng, 7);
	view_init(&view, 1);
	for (int batch = 0; batch < 40; batch++) {
		uint64_t size = prng_below(&prng, 90);

		for (uint64_t i = 0; i < size; i++)
			put(&view, row_of(prng_below(&prng, 1500),
					  (int64_t)prng_below(&prng, 500)));
		if (batch % 3 == 0)
			put(&view, row_of(9000 + (uint64_t)batch, 250));
		assert_ordered(&view);
	}
	assert_true(view.count > 500);
	for (uint32_t i = 0; i < view.count; i++) {
		const struct row *row = &view.rows[view.order[i]];

		assert_int_equal(view_place(&view, row->at_ms, &row->id), i);
		assert_int_equal(view_find(&view, &row->id), view.order[i]);
	}
	assert_int_equal(view.shown, view.count);
	view_release(&view);
}

static void counts_follow_what_rows_say(void **state)
{
	struct row row = row_of(1, 1);
	struct view view;
	uint32_t index;

	(void)state;
	view_init(&view, 1);
	index = put(&view, row);
	assert_int_equal(view.without_text, 1);
	assert_int_equal(view_set_text(&view, index, bytes_from_str(" a ")), 0);
	assert_int_equal(view.without_text, 0);
	assert_bytes(view_text(&view, &view.rows[index]),
		     bytes_from_str(" a "));
	row.flags = ROW_CONFLICT;
	put(&view, row);
	assert_int_equal(view.conflicts, 1);
	assert_int_equal(view.without_text, 1);
	row.flags = ROW_DELETED | ROW_CONFLICT;
	put(&view, row);
	assert_int_equal(view.conflicts, 0);
	assert_int_equal(view.deleted, 1);
	assert_int_equal(view.shown, 0);
	row.flags = ROW_VOID;
	put(&view, row);
	assert_int_equal(view.deleted, 0);
	assert_int_equal(view.without_text, 0);
	view_release(&view);
}

static void words_that_changed_become_garbage_and_go(void **state)
{
	static uint8_t words[200000];
	struct view view;
	uint32_t index;

	(void)state;
	memset(words, 'w', sizeof words);
	view_init(&view, 1);
	index = put(&view, row_of(1, 1));
	for (int i = 0; i < 20; i++) {
		assert_int_equal(view_set_text(&view, index,
					       bytes_of(words, sizeof words)),
				 0);
		if (i < 5)
			assert_false(view_text_is_stale(&view));
	}
	assert_true(view_text_is_stale(&view));
	view_drop_text(&view);
	assert_int_equal(view.without_text, 1);
	assert_int_equal(view.text_bytes, 0);
	view_release(&view);
}

/* ---- segments ---- */

static void many(struct bed *bed, int count)
{
	char text[64];

	for (int i = 0; i < count; i++) {
		snprintf(text, sizeof text, "entry %d with words", i);
		bed_add_only(bed, "note", "text", text);
	}
	bed_drain(bed);
}

static uint64_t segments_there(struct bed *bed)
{
	uint64_t count, bytes;

	assert_ok(store_shelf_total(bed->store, SHELF_SEGMENT, &count, &bytes,
				    &bed_err));
	return count;
}

static void segments_are_written_when_idle_and_read_at_unlock(void **state)
{
	char left[65], right[65];
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	many(&bed, SEGMENT_LAG_BLOCKS - 1);
	bed_work(&bed);
	assert_int_equal(segments_there(&bed), 0);
	many(&bed, 1);
	bed_work(&bed);
	assert_int_equal(segments_there(&bed), 2);
	/* and the work that comes after them was not forgotten */
	assert_false(vocabulary_is_behind(&bed.vault->view));
	many(&bed, 3);
	bed_digest(&bed, left);
	bed_reopen(&bed);
	bed_unlock(&bed);
	/* without a look at any block but the three that came later */
	assert_int_equal(bed.vault->view.count, SEGMENT_LAG_BLOCKS);
	assert_int_equal(journal_counts(bed.vault).entries,
			 SEGMENT_LAG_BLOCKS + 3);
	assert_int_equal(bed.vault->view.without_text, SEGMENT_LAG_BLOCKS);
	bed_digest(&bed, right);
	assert_string_equal(left, right);
	{
		static struct bed_page page;
		struct journal_query query = {
			.limit = 1, .words = bytes_from_str("entry words")
		};

		bed_list(&bed, &query, &page);
		assert_int_equal(page.total, SEGMENT_LAG_BLOCKS + 3);
	}
	bed_free(&bed);
}

static void rewrite(struct bed *bed, const char *id, size_t id_len, size_t flip)
{
	struct buf sealed;

	buf_init(&sealed, 1 << 20);
	assert_ok(store_shelf_get(bed->store, SHELF_SEGMENT,
				  bytes_of(id, id_len), &sealed, &bed_err));
	sealed.ptr[flip % sealed.len] ^= 1;
	assert_ok(store_shelf_put(bed->store, SHELF_SEGMENT,
				  bytes_of(id, id_len), buf_bytes(&sealed),
				  &bed_err));
	buf_release(&sealed);
}

static void damaged_segments_are_dropped_and_built_anew(void **state)
{
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	many(&bed, SEGMENT_LAG_BLOCKS);
	bed_work(&bed);
	rewrite(&bed, "\0\0\0\0", 4, 1000);
	bed_reopen(&bed);
	bed_unlock(&bed);
	assert_int_equal(bed.vault->view.count, 0);
	assert_int_equal(journal_counts(bed.vault).entries, SEGMENT_LAG_BLOCKS);
	bed_work(&bed);
	bed_reopen(&bed);
	bed_unlock(&bed);
	assert_int_equal(bed.vault->view.count, SEGMENT_LAG_BLOCKS);
	rewrite(&bed, "h", 1, 77);
	bed_reopen(&bed);
	bed_unlock(&bed);
	assert_int_equal(bed.vault->view.count, 0);
	assert_int_equal(journal_counts(bed.vault).entries, SEGMENT_LAG_BLOCKS);
	bed_free(&bed);
}

/* Yesterday's rows under today's head, and yesterday's of both. */
static void rolled_back_segments_do_not_hide_changes(void **state)
{
	struct buf piece, head;
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "note", "text", "yesterday");
	many(&bed, SEGMENT_LAG_BLOCKS);
	bed_work(&bed);
	buf_init(&piece, 1 << 20);
	buf_init(&head, 1 << 20);
	assert_ok(store_shelf_get(bed.store, SHELF_SEGMENT,
				  bytes_of("\0\0\0\0", 4), &piece, &bed_err));
	assert_ok(store_shelf_get(bed.store, SHELF_SEGMENT, bytes_of("h", 1),
				  &head, &bed_err));
	bed_live(&bed, &id, 1);
	many(&bed, SEGMENT_LAG_BLOCKS);
	bed_work(&bed);
	assert_ok(store_shelf_put(bed.store, SHELF_SEGMENT,
				  bytes_of("\0\0\0\0", 4), buf_bytes(&piece),
				  &bed_err));
	bed_reopen(&bed);
	bed_unlock(&bed);
	assert_int_equal(bed.vault->view.count, 0);
	assert_int_equal(journal_counts(bed.vault).deleted, 1);
	assert_ok(store_shelf_put(bed.store, SHELF_SEGMENT,
				  bytes_of("\0\0\0\0", 4), buf_bytes(&piece),
				  &bed_err));
	assert_ok(store_shelf_put(bed.store, SHELF_SEGMENT, bytes_of("h", 1),
				  buf_bytes(&head), &bed_err));
	bed_reopen(&bed);
	bed_unlock(&bed);
	assert_int_equal(bed.vault->view.count, SEGMENT_LAG_BLOCKS + 1);
	assert_int_equal(journal_counts(bed.vault).deleted, 1);
	assert_int_equal(journal_counts(bed.vault).entries,
			 2 * SEGMENT_LAG_BLOCKS);
	buf_release(&piece);
	buf_release(&head);
	bed_free(&bed);
}

/* A head that covers more than the store holds: the database went back. */
static void segments_ahead_of_the_store_are_dropped(void **state)
{
	struct store_log logs[BED_LOGS];
	struct bed bed;
	size_t count;

	(void)state;
	bed_init(&bed, "laptop");
	many(&bed, SEGMENT_LAG_BLOCKS);
	bed_work(&bed);
	vault_lock(bed.vault);
	count = bed_logs(&bed, logs);
	for (size_t i = 0; i < count; i++) {
		if (logs[i].log_class != LOG_DATA)
			continue;
		logs[i].head_seq -= 1;
		assert_ok(store_log_put(bed.store, &logs[i], &bed_err));
	}
	bed_unlock(&bed);
	assert_int_equal(bed.vault->view.count, 0);
	assert_int_equal(journal_counts(bed.vault).entries,
			 SEGMENT_LAG_BLOCKS - 1);
	bed_free(&bed);
}

static void what_is_quarantined_is_outside_the_view(void **state)
{
	struct store_log logs[BED_LOGS];
	struct bed a, b;
	size_t count;

	(void)state;
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	bed_add(&a, "note", "text", "one");
	bed_add(&a, "note", "text", "two");
	bed_sync(&a, &b);
	assert_int_equal(journal_counts(b.vault).entries, 2);
	count = bed_logs(&b, logs);
	for (size_t i = 0; i < count; i++) {
		if (logs[i].log_class != LOG_DATA || logs[i].head_seq != 2)
			continue;
		logs[i].cut = 1;
		assert_ok(store_log_put(b.store, &logs[i], &bed_err));
	}
	assert_ok(vault_see_roster(b.vault, &b.roster, &bed_err));
	assert_int_equal(journal_counts(b.vault).entries, 1);
	for (size_t i = 0; i < count; i++) {
		if (logs[i].log_class != LOG_DATA || logs[i].head_seq != 2)
			continue;
		logs[i].cut = 0;
		logs[i].flags |= STORE_LOG_QUARANTINE;
		assert_ok(store_log_put(b.store, &logs[i], &bed_err));
	}
	assert_ok(vault_see_roster(b.vault, &b.roster, &bed_err));
	assert_int_equal(journal_counts(b.vault).entries, 0);
	bed_free(&b);
	bed_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_in_order_after_any_arrival),
		cmocka_unit_test(counts_follow_what_rows_say),
		cmocka_unit_test(words_that_changed_become_garbage_and_go),
		cmocka_unit_test(
			segments_are_written_when_idle_and_read_at_unlock),
		cmocka_unit_test(damaged_segments_are_dropped_and_built_anew),
		cmocka_unit_test(rolled_back_segments_do_not_hide_changes),
		cmocka_unit_test(segments_ahead_of_the_store_are_dropped),
		cmocka_unit_test(what_is_quarantined_is_outside_the_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
