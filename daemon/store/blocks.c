/*
 * blocks.c - blocks in and out, by place or by entry tag.
 *
 * Must never hand out a header that does not say its own place, and never
 * judge a body: that takes block_body_fits() and, in the end, its seal. Read
 * next: proto/crypto/block.h, objects.def.
 */
#include "daemon/store/query.h"

#include "proto/base/panic.h"

#define SEQ_BITS 40
_Static_assert(LIMIT_SEQ == (UINT64_C(1) << SEQ_BITS) - 1,
	       "a rowid is log no << 40 | seq");
/* So that a rowid stays a positive 63-bit number. */
#define LOG_NO_MAX ((UINT32_C(1) << 23) - 1)

static uint64_t place_of(uint32_t log_no, uint64_t seq)
{
	kept_assert(log_no != 0 && log_no <= LOG_NO_MAX);
	return (uint64_t)log_no << SEQ_BITS | seq;
}

int store_block_put(struct store *store, uint32_t log_no,
		    const struct block *block, struct err *err)
{
	const struct block_header *header = &block->header;
	uint8_t bytes[BLOCK_HEADER_BYTES];
	struct query query;
	int code;

	if (header->seq == 0 || header->seq > LIMIT_SEQ ||
	    header->body_len > LIMIT_BLOCK_BODY_BYTES)
		return err_set(err, ERR_LIMIT,
			       "A block is out of bounds and was not stored.");
	if (block->body.ptr != NULL && block->body.len != header->body_len)
		return err_set(err, ERR_USAGE,
			       "A block's body is not as long as it says.");
	block_header_write(header, bytes);
	query_start(&query, store, STMT_BLOCK_PUT, "Saving a block");
	query_u64(&query, place_of(log_no, header->seq));
	query_blob(&query, bytes_of(bytes, sizeof bytes));
	if (block->body.ptr != NULL)
		query_blob(&query, block->body);
	else
		query_null(&query);
	if (block->is_signed)
		query_blob(&query, bytes_of(block->signature.b,
					    sizeof block->signature.b));
	else
		query_null(&query);
	code = query_write(&query, err);
	return code;
}

/* Borrows from the row. */
static int block_from_row(sqlite3_stmt *stmt, struct store_item *out,
			  struct err *err)
{
	uint64_t place = (uint64_t)sqlite3_column_int64(stmt, 0);
	struct bytes header = bytes_of(sqlite3_column_blob(stmt, 1),
				       (size_t)sqlite3_column_bytes(stmt, 1));
	struct block *block = &out->block;
	const void *sig;
	int code;

	memset(out, 0, sizeof *out);
	code = header.ptr == NULL ? ERR_MALFORMED
				  : block_header_read(header, &block->header);
	if (code == ERR_UNKNOWN_KIND)
		return err_set(err, code, "%s", err_text(code));
	if (code != 0 || block->header.seq != (place & LIMIT_SEQ))
		return err_set(err, ERR_CORRUPT,
			       "A stored block is not what was written there.");
	out->log_no = (uint32_t)(place >> SEQ_BITS);
	hash_bytes(header, block->id.b, sizeof block->id.b);
	if (sqlite3_column_type(stmt, 2) != SQLITE_NULL) {
		block->body.ptr = sqlite3_column_blob(stmt, 2);
		block->body.len = (size_t)sqlite3_column_bytes(stmt, 2);
		/* An empty body is held, and told apart from none. */
		if (block->body.ptr == NULL)
			block->body.ptr = (const uint8_t *)"";
	}
	sig = sqlite3_column_blob(stmt, 3);
	if (sig == NULL)
		return 0;
	if ((size_t)sqlite3_column_bytes(stmt, 3) != sizeof block->signature.b)
		return err_set(err, ERR_CORRUPT,
			       "A stored signature has the wrong size.");
	memcpy(block->signature.b, sig, sizeof block->signature.b);
	block->is_signed = true;
	return 0;
}

int store_block_get(struct store *store, uint32_t log_no, uint64_t seq,
		    struct arena *arena, struct block *out, struct err *err)
{
	struct store_item item;
	struct query query;
	int code;

	if (seq == 0 || seq > LIMIT_SEQ)
		return err_set(err, ERR_NOT_FOUND, "%s",
			       err_text(ERR_NOT_FOUND));
	query_start(&query, store, STMT_BLOCK_GET, "Reading a block");
	query_u64(&query, place_of(log_no, seq));
	code = query_row(&query, err);
	if (code < 0)
		return code;
	if (code == 0)
		return err_set(err, ERR_NOT_FOUND, "%s",
			       err_text(ERR_NOT_FOUND));
	code = block_from_row(query.stmt, &item, err);
	if (code != 0)
		goto out;
	if (item.block.body.ptr != NULL) {
		item.block.body.ptr = arena_copy(arena, item.block.body);
		if (item.block.body.ptr == NULL)
			code = err_set(err, ERR_NOMEM, "%s",
				       err_text(ERR_NOMEM));
	}
	if (code == 0)
		*out = item.block;
out:
	query_end(&query);
	return code;
}

int store_blocks_move(struct store *store, uint32_t from_no, uint32_t to_no,
		      uint64_t first, uint64_t last, struct err *err)
{
	struct query query;

	kept_assert(to_no > from_no && first > 0 && last <= LIMIT_SEQ);
	query_start(&query, store, STMT_BLOCK_MOVE, "Moving a branch");
	query_u64(&query, place_of(from_no, first));
	query_u64(&query, place_of(from_no, last));
	query_u64(&query, (uint64_t)(to_no - from_no) << SEQ_BITS);
	return query_write(&query, err);
}

int store_block_drop_body(struct store *store, uint32_t log_no, uint64_t seq,
			  struct err *err)
{
	struct query query;
	int code;

	query_start(&query, store, STMT_BLOCK_DROP_BODY, "Erasing a body");
	query_u64(&query, place_of(log_no, seq));
	code = query_write(&query, err);
	if (code == 0 && sqlite3_changes(store->db) == 0)
		code = err_set(err, ERR_NOT_FOUND, "%s",
			       err_text(ERR_NOT_FOUND));
	return code;
}

/* ---- cursors ---- */

static const char *const cursor_sql[] = {
#define STMT(NAME, plan, sql) [STMT_##NAME] = sql,
#include "daemon/store/stmt.def"
#undef STMT
};
_Static_assert(STMT_SCAN_ETAG - STMT_SCAN_LOG + 1 == STORE_CURSOR_KINDS,
	       "cursor statements stand in a row");

/* A free slot with its statement ready, or an error. */
static int cursor_open(struct store *store, enum stmt_id id,
		       struct store_cursor **out, struct err *err)
{
	struct store_cursor *cursor = store->cursors;
	struct store_cursor *end = cursor + STORE_CURSORS;
	sqlite3_stmt **stmt;
	int code = store_usable(store, err);
	int rc = SQLITE_OK;

	if (code != 0)
		return code;
	while (cursor < end && cursor->store != NULL)
		cursor++;
	if (cursor == end)
		return err_set(err, ERR_LIMIT,
			       "Too much is being read at one time.");
	stmt = &cursor->stmts[id - STMT_SCAN_LOG];
	if (*stmt == NULL)
		rc = sqlite3_prepare_v3(store->db, cursor_sql[id], -1,
					SQLITE_PREPARE_PERSISTENT, stmt, NULL);
	if (rc != SQLITE_OK)
		return store_fail(store, rc, err, "Reading blocks");
	cursor->store = store;
	cursor->stmt = *stmt;
	cursor->at_end = false;
	*out = cursor;
	return 0;
}

static int scan_range(struct store *store, enum stmt_id id, uint64_t low,
		      uint64_t high, struct store_cursor **out, struct err *err)
{
	struct store_cursor *cursor;
	int code = cursor_open(store, id, &cursor, err);
	int rc;

	if (code != 0)
		return code;
	rc = sqlite3_bind_int64(cursor->stmt, 1, (sqlite3_int64)low);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(cursor->stmt, 2, (sqlite3_int64)high);
	if (rc != SQLITE_OK) {
		store_cursor_close(cursor);
		return store_fail(store, rc, err, "Reading blocks");
	}
	*out = cursor;
	return 0;
}

static uint64_t clamp_seq(uint64_t seq)
{
	return seq < LIMIT_SEQ ? seq : LIMIT_SEQ;
}

int store_scan_log(struct store *store, uint32_t log_no, uint64_t first,
		   uint64_t last, struct store_cursor **out, struct err *err)
{
	/* first beyond the limit must stay beyond last: nothing is found */
	return scan_range(
		store, STMT_SCAN_LOG, place_of(log_no, clamp_seq(first)),
		first > last ? 0 : place_of(log_no, clamp_seq(last)), out, err);
}

int store_scan_log_back(struct store *store, uint32_t log_no, uint64_t first,
			uint64_t last, struct store_cursor **out,
			struct err *err)
{
	return scan_range(
		store, STMT_SCAN_BACK, place_of(log_no, clamp_seq(first)),
		first > last ? 0 : place_of(log_no, clamp_seq(last)), out, err);
}

int store_scan_etag(struct store *store, const struct id16 *etag,
		    struct store_cursor **out, struct err *err)
{
	struct store_cursor *cursor;
	int code = cursor_open(store, STMT_SCAN_ETAG, &cursor, err);
	int rc;

	if (code != 0)
		return code;
	/* Transient: the caller's tag may go before the cursor does. */
	rc = sqlite3_bind_blob(cursor->stmt, 1, etag->b, (int)sizeof etag->b,
			       SQLITE_TRANSIENT);
	if (rc != SQLITE_OK) {
		store_cursor_close(cursor);
		return store_fail(store, rc, err, "Reading blocks");
	}
	*out = cursor;
	return 0;
}

int store_cursor_next(struct store_cursor *cursor, struct store_item *item,
		      struct err *err)
{
	int code = store_usable(cursor->store, err);
	int rc;

	if (code != 0)
		return code;
	/* Stepping once more would begin anew. */
	if (cursor->at_end)
		return 0;
	rc = sqlite3_step(cursor->stmt);
	if (rc == SQLITE_ROW) {
		code = block_from_row(cursor->stmt, item, err);
		return code != 0 ? code : 1;
	}
	cursor->at_end = true;
	if (rc == SQLITE_DONE)
		return 0;
	return store_fail(cursor->store, rc, err, "Reading blocks");
}

void store_cursor_close(struct store_cursor *cursor)
{
	if (cursor == NULL)
		return;
	err_ignore(sqlite3_reset(cursor->stmt), "told by the step already");
	cursor->store = NULL;
	cursor->stmt = NULL;
}

/* ---- counting ---- */

/* First or last place of a log; 0 where it has no block. */
static int block_edge(struct store *store, enum stmt_id id, uint64_t log_no,
		      uint64_t *place, struct err *err)
{
	struct query query;
	int code;

	*place = 0;
	query_start(&query, store, id, "Counting blocks");
	query_u64(&query, log_no << SEQ_BITS);
	query_u64(&query, log_no << SEQ_BITS | LIMIT_SEQ);
	code = query_row(&query, err);
	if (code != 1)
		return code;
	*place = query_column_u64(&query, 0);
	query_end(&query);
	return 0;
}

int store_block_count(struct store *store, uint64_t *count, struct err *err)
{
	uint64_t first = 0, last = 0, total = 0;
	struct query logs;
	int code;

	query_start(&logs, store, STMT_LOGS_OF_CLASS, "Counting blocks");
	query_u64(&logs, LOG_DATA);
	while ((code = query_row(&logs, err)) == 1) {
		uint64_t no = query_column_u64(&logs, 0);

		code = block_edge(store, STMT_BLOCK_FIRST, no, &first, err);
		if (code == 0)
			code = block_edge(store, STMT_BLOCK_LAST, no, &last,
					  err);
		if (code != 0) {
			query_end(&logs);
			return code;
		}
		if (first != 0)
			total += last - first + 1;
	}
	if (code == 0)
		*count = total;
	return code;
}
