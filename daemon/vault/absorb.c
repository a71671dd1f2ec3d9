/*
 * absorb.c - the view follows the store.
 *
 * Must never show part of a group, and never do work by the square of what
 * arrives: an entry with many new blocks is folded once. `covered` of a log
 * moves only over changes that are whole, so whatever is interrupted is taken
 * up again at the right place. Read next: change.c, gather.c, segments.c.
 */
#include "daemon/vault/inside.h"

#include "daemon/vault/change.h"
#include "proto/base/mem.h"
#include "proto/crypto/kdf.h"

void absorb_release(struct absorb *absorb)
{
	mem_free(absorb->troubles);
	mem_free(absorb->dirty);
	table_release(&absorb->dirty_ids);
	memset(absorb, 0, sizeof *absorb);
}

uint64_t absorb_count(const struct absorb *absorb, bool waiting)
{
	uint64_t count = 0;

	for (size_t i = 0; i < absorb->trouble_count; i++)
		count += absorb->troubles[i].is_waiting == waiting;
	return count;
}

static int add_trouble(struct absorb *absorb, uint32_t log_no, uint64_t seq,
		       bool is_waiting)
{
	size_t cap = absorb->trouble_cap == 0 ? 16 : absorb->trouble_cap * 2;
	struct absorb_trouble *grown;

	if (absorb->trouble_count == ABSORB_TROUBLES_MAX)
		return 0;
	if (absorb->trouble_count == absorb->trouble_cap) {
		grown = mem_realloc(absorb->troubles, cap, sizeof *grown);
		if (grown == NULL)
			return ERR_NOMEM;
		absorb->troubles = grown;
		absorb->trouble_cap = cap;
	}
	absorb->troubles[absorb->trouble_count++] = (struct absorb_trouble){
		.log_no = log_no,
		.is_waiting = is_waiting,
		.seq = seq,
	};
	return 0;
}

int absorb_mark(struct vault *vault, const struct id16 *id)
{
	struct absorb *absorb = &vault->absorb;
	uint32_t known;
	size_t cap = absorb->dirty_cap == 0 ? 16 : absorb->dirty_cap * 2;
	struct id16 *grown;
	int code;

	gather_forget(&vault->cache, id);
	if (table_get(&absorb->dirty_ids, id->b, &known))
		return 0;
	if (absorb->dirty_count == absorb->dirty_cap) {
		grown = mem_realloc(absorb->dirty, cap, sizeof *grown);
		if (grown == NULL)
			return ERR_NOMEM;
		absorb->dirty = grown;
		absorb->dirty_cap = cap;
	}
	code = table_put(&absorb->dirty_ids, id->b, 1);
	if (code == 0)
		absorb->dirty[absorb->dirty_count++] = *id;
	return code;
}

/* ---- rows ---- */

static int put_row(struct vault *vault, const struct row *row,
		   struct bytes words)
{
	struct view_put put = { .row = row, .text_changed = true };
	uint32_t index = view_find(&vault->view, &row->id);
	struct row before;
	bool is_known = index != UINT32_MAX;
	int code;

	if (is_known)
		before = vault->view.rows[index];
	code = view_put(&vault->view, &put, &index);
	if (code == 0)
		code = view_set_text(&vault->view, index, words);
	if (code != 0)
		return code;
	segments_touch(&vault->segments, index);
	if (!vault->absorb.is_quiet)
		write_note(vault, &row->id, is_known ? &before : NULL, row);
	return 0;
}

static int fold_row(struct vault *vault, const struct id16 *id, struct err *err)
{
	struct gathered gathered;
	struct row row;
	int code = gather_entry(vault, id, GATHER_ALL, &gathered, err);

	buf_clear(&vault->text);
	if (code == ERR_NOT_FOUND) {
		/* All of it lies in quarantine now, or was erased. */
		memset(&row, 0, sizeof row);
		row.id = *id;
		row.flags = ROW_VOID;
		code = view_find(&vault->view, id) == UINT32_MAX
			       ? 0
			       : put_row(vault, &row, bytes_of(NULL, 0));
	} else if (code == 0) {
		code = gather_describe(&gathered, &row, &vault->text);
		if (code == 0)
			code = put_row(vault, &row, buf_bytes(&vault->text));
	}
	gather_release(&gathered);
	return code == 0 ? 0 : vault_fail(err, code);
}

int absorb_dirty(struct vault *vault, size_t entries, struct err *err)
{
	struct absorb *absorb = &vault->absorb;
	int code = 0;

	for (; code == 0 && entries > 0 && absorb->dirty_count > 0; entries--) {
		struct id16 id = absorb->dirty[absorb->dirty_count - 1];

		code = fold_row(vault, &id, err);
		if (code != 0)
			break;
		absorb->dirty_count--;
		(void)table_remove(&absorb->dirty_ids, id.b);
	}
	return code;
}

/* Is it the one block we know of this entry, seen again? */
static bool is_known_block(struct row *row, uint32_t log_no, uint64_t seq)
{
	if (row->blocks != 1 || row->seq != seq ||
	    (row->log_no != 0 && row->log_no != log_no))
		return false;
	row->log_no = log_no;
	return true;
}

struct piece {
	uint32_t log_no;
	uint64_t first; /* number of its first block */
	uint64_t last;
};

static int absorb_change(struct vault *vault, const struct piece *piece,
			 const struct id16 *etag, struct bytes plain)
{
	struct row row = { .blocks = 1,
			   .log_no = piece->log_no,
			   .seq = piece->last };
	struct change change;
	struct id16 expected;
	uint32_t index;

	if (change_read(plain, &change) != 0)
		return 0;
	kdf_etag(&vault->ring.journal, &change.entry, &expected);
	if (!id16_equal(&expected, etag))
		return 0;
	index = view_find(&vault->view, &change.entry);
	if (index != UINT32_MAX) {
		if (piece->first == piece->last &&
		    is_known_block(&vault->view.rows[index], piece->log_no,
				   piece->last))
			return 0;
		return absorb_mark(vault, &change.entry);
	}
	row.id = change.entry;
	buf_clear(&vault->text);
	if (piece->first != piece->last ||
	    !change_describe(&change, &row, &vault->text) ||
	    vault->text.failed != 0)
		return absorb_mark(vault, &change.entry);
	return put_row(vault, &row, buf_bytes(&vault->text));
}

/* ---- logs ---- */

struct absorbing {
	struct vault *vault;
	struct logbook_log *log;
	struct buf plain;
	struct piece piece;
	struct id16 etag; /* of the group at hand */
	bool is_open;
	bool is_broken;
};

/* What was learned of a log before is learned anew from here on. */
static void drop_troubles(struct absorb *absorb, uint32_t log_no, uint64_t from)
{
	size_t kept = 0;

	for (size_t i = 0; i < absorb->trouble_count; i++) {
		const struct absorb_trouble *trouble = &absorb->troubles[i];

		if (trouble->log_no != log_no || trouble->seq < from)
			absorb->troubles[kept++] = *trouble;
	}
	absorb->trouble_count = kept;
}

static int open_piece(struct absorbing *at, const struct block *block)
{
	struct vault *vault = at->vault;
	int code = change_open(&vault->ring, block, &at->plain);

	if (code == 0 || code == ERR_NOMEM)
		return code;
	at->is_broken = true;
	at->plain.failed = 0;
	if (code == ERR_NOT_FOUND || code == ERR_LIMIT)
		return 0;
	return add_trouble(&vault->absorb, at->log->log.no, block->header.seq,
			   code == ERR_EPOCH || vault->keys_missing);
}

static int take_piece(struct absorbing *at, const struct block *block)
{
	const struct block_header *header = &block->header;
	int code;

	if (!at->is_open || !id16_equal(&header->etag, &at->etag)) {
		buf_clear(&at->plain);
		at->is_broken = false;
		at->piece.first = header->seq;
		at->etag = header->etag;
	}
	at->piece.last = header->seq;
	at->is_open = (header->flags & BLOCK_CONTINUES) != 0;
	code = open_piece(at, block);
	if (code != 0)
		return code;
	if (at->is_open) {
		/* Longer than any group: it will never be whole. */
		if (header->seq - at->piece.first < LIMIT_GROUP_BYTES / 1024)
			return 0;
		at->is_broken = true;
	}
	if (!at->is_broken && !at->is_open)
		code = absorb_change(at->vault, &at->piece, &at->etag,
				     buf_bytes(&at->plain));
	if (code == 0)
		at->log->covered = header->seq;
	return code;
}

int absorb_log(struct vault *vault, struct logbook_log *log, uint64_t blocks,
	       bool *done, struct err *err)
{
	struct absorbing at = { .vault = vault,
				.log = log,
				.piece = { .log_no = log->log.no } };
	uint64_t visible = logbook_visible(log), seen = 0;
	struct store_cursor *cursor = NULL;
	struct store_item item;
	int code, got = 1;

	*done = true;
	if (log->covered >= visible)
		return 0;
	buf_init(&at.plain, LIMIT_GROUP_BYTES + LIMIT_BLOCK_BODY_BYTES);
	drop_troubles(&vault->absorb, log->log.no, log->covered + 1);
	code = store_scan_log(vault->store, log->log.no, log->covered + 1,
			      visible, &cursor, err);
	while (code == 0 && (seen < blocks || at.is_open)) {
		got = store_cursor_next(cursor, &item, err);
		if (got <= 0)
			break;
		seen++;
		if (item.block.header.kind == BLOCK_OPS) {
			code = take_piece(&at, &item.block);
			if (code != 0)
				code = vault_fail(err, code);
		} else {
			/* Nothing may stand inside a group. */
			at.is_open = false;
			log->covered = item.block.header.seq;
		}
	}
	*done = got == 0;
	if (code == 0 && got < 0)
		code = got;
	store_cursor_close(cursor);
	buf_release(&at.plain);
	segments_count(&vault->segments, seen);
	return code;
}

bool absorb_is_whole(const struct vault *vault)
{
	return !vault->absorb.is_quiet && vault->absorb.dirty_count == 0;
}

int absorb_finish(struct vault *vault, struct err *err)
{
	bool done;
	int code = 0;

	if (!vault->absorb.is_quiet)
		return absorb_dirty(vault, SIZE_MAX, err);
	for (size_t i = 0; code == 0 && i < vault->logs.count; i++)
		code = absorb_log(vault, &vault->logs.logs[i], UINT64_MAX,
				  &done, err);
	if (code == 0)
		code = absorb_dirty(vault, SIZE_MAX, err);
	if (code == 0)
		vault->absorb.is_quiet = false;
	return code;
}

int absorb_retry(struct vault *vault, struct err *err)
{
	bool done;
	int code = 0;

	for (size_t i = 0; i < vault->absorb.trouble_count; i++) {
		const struct absorb_trouble *trouble =
			&vault->absorb.troubles[i];
		struct logbook_log *log =
			logbook_find(&vault->logs, trouble->log_no);

		if (trouble->is_waiting && log != NULL &&
		    log->covered >= trouble->seq)
			log->covered = trouble->seq - 1;
	}
	if (vault->absorb.is_quiet)
		return 0; /* the build goes on from there */
	for (size_t i = 0; code == 0 && i < vault->logs.count; i++)
		code = absorb_log(vault, &vault->logs.logs[i], UINT64_MAX,
				  &done, err);
	return code == 0 ? absorb_dirty(vault, SIZE_MAX, err) : code;
}

int absorb_restart(struct vault *vault, struct err *err)
{
	uint64_t seed = vault->view.by_id.seed;
	bool changed;

	view_release(&vault->view);
	view_init(&vault->view, seed);
	gather_cache_release(&vault->cache);
	facts_release(&vault->facts);
	absorb_release(&vault->absorb);
	table_init(&vault->absorb.dirty_ids, sizeof(struct id16), seed);
	vault->absorb.is_quiet = true;
	vault->settings_changed = true;
	segments_distrust(&vault->segments);
	/* Not only `covered`: a log of an undone turn is in no store any more,
	 * and what is cut onto it would be refused for good. */
	logbook_release(&vault->logs);
	return logbook_refresh(&vault->logs, vault->store, &changed, err);
}

/* ---- words ---- */

static int words_of_single(struct vault *vault, const struct row *row,
			   struct err *err)
{
	struct row ignored = { 0 };
	struct change change;
	struct block block;
	struct buf plain;
	int code;

	arena_reset(&vault->scratch);
	buf_init(&plain, LIMIT_BLOCK_BODY_BYTES);
	code = store_block_get(vault->store, row->log_no, row->seq,
			       &vault->scratch, &block, err);
	if (code == 0)
		code = change_open(&vault->ring, &block, &plain);
	if (code == 0)
		code = change_read(buf_bytes(&plain), &change);
	if (code == 0 && (!id16_equal(&change.entry, &row->id) ||
			  !change_describe(&change, &ignored, &vault->text)))
		code = ERR_NOT_FOUND;
	buf_release(&plain);
	return code;
}

static int set_words(struct vault *vault, uint32_t index, struct err *err)
{
	struct row *row = &vault->view.rows[index];
	struct gathered gathered = { 0 };
	struct row ignored;
	int code = ERR_NOT_FOUND;

	buf_clear(&vault->text);
	if (row->blocks == 1 && row->log_no != 0)
		code = words_of_single(vault, row, err);
	if (code == ERR_NOT_FOUND || code == ERR_MALFORMED) {
		buf_clear(&vault->text);
		code = gather_entry(vault, &row->id, GATHER_ALL, &gathered,
				    err);
		if (code == 0)
			code = gather_describe(&gathered, &ignored,
					       &vault->text);
		gather_release(&gathered);
	}
	if (code == ERR_IO || code == ERR_CORRUPT || code == ERR_NOMEM)
		return code;
	/* What can't be read any more has no words. */
	if (code != 0 || vault->text.failed != 0)
		buf_clear(&vault->text);
	code = view_set_text(&vault->view, index, buf_bytes(&vault->text));
	return code == 0 ? 0 : vault_fail(err, code);
}

int absorb_words(struct vault *vault, uint32_t rows, struct err *err)
{
	struct view *view = &vault->view;
	uint32_t *next = &vault->absorb.text_next;
	int code = view_sort(view);

	if (code != 0)
		return vault_fail(err, code);
	while (code == 0 && rows > 0 && view->without_text > 0) {
		uint32_t index;

		if (*next == 0 || *next > view->count)
			*next = view->count;
		index = view->order[--*next];
		if ((view->rows[index].flags & (ROW_TEXT | ROW_VOID)) != 0)
			continue;
		code = set_words(vault, index, err);
		rows--;
	}
	return code;
}
