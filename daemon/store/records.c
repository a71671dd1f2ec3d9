/*
 * records.c - everything in the file that is not a block: small values, logs,
 * shelves, peers, and what they acknowledged.
 *
 * Must never look into a value: what is sealed stays sealed here. Read next:
 * meta.def, objects.def.
 */
#include "daemon/store/query.h"

#include "proto/base/panic.h"

/* Drafts and captures are far smaller; a view segment is about 300 KB. */
#define SHELF_VALUE_BYTES_MAX (4u << 20)
#define SHELF_ID_BYTES_MAX 16u

static int not_found(struct err *err)
{
	return err_set(err, ERR_NOT_FOUND, "%s", err_text(ERR_NOT_FOUND));
}

/* ---- small values ---- */

static const struct {
	const char *name;
	size_t max_bytes;
} meta_rows[] = {
#define META(NAME, max_bytes, doc) { #NAME, (max_bytes) },
#include "daemon/store/meta.def"
#undef META
};

int store_meta_get(struct store *store, enum store_meta key, struct buf *out,
		   struct err *err)
{
	struct bytes value;
	struct query query;
	int code;

	kept_assert(key < META_COUNT);
	query_start(&query, store, STMT_META_GET, "Reading a setting");
	query_text(&query, meta_rows[key].name);
	code = query_row(&query, err);
	if (code != 1)
		return code == 0 ? not_found(err) : code;
	value = query_column(&query, 0);
	code = value.len == 0 ? 0 : buf_put(out, value.ptr, value.len);
	query_end(&query);
	return code == 0 ? 0 : err_set(err, code, "%s", err_text(code));
}

int store_meta_put(struct store *store, enum store_meta key, struct bytes value,
		   struct err *err)
{
	struct query query;

	kept_assert(key < META_COUNT);
	if (value.len > meta_rows[key].max_bytes)
		return err_set(err, ERR_LIMIT, "%s", err_text(ERR_LIMIT));
	query_start(&query, store, STMT_META_PUT, "Saving a setting");
	query_text(&query, meta_rows[key].name);
	query_blob(&query, value);
	return query_write(&query, err);
}

/* ---- logs ---- */

static int log_from_row(const struct query *query, struct store_log *log,
			struct err *err)
{
	int code;

	memset(log, 0, sizeof *log);
	log->no = (uint32_t)query_column_u64(query, 0);
	log->log_class = (uint8_t)query_column_u64(query, 2);
	log->flags = (uint8_t)query_column_u64(query, 3);
	log->head_seq = query_column_u64(query, 5);
	log->cut = query_column_u64(query, 7);
	code = query_column_fixed(query, 1, log->lid.b, sizeof log->lid.b, err);
	if (code == 0)
		code = query_column_fixed(query, 4, log->device.b,
					  sizeof log->device.b, err);
	if (code == 0)
		code = query_column_fixed(query, 6, log->head_id.b,
					  sizeof log->head_id.b, err);
	return code;
}

int store_logs(struct store *store, struct store_log *logs, size_t cap,
	       size_t *count, struct err *err)
{
	struct query query;
	size_t found = 0;
	int code;

	query_start(&query, store, STMT_LOGS, "Reading the logs");
	while ((code = query_row(&query, err)) == 1) {
		if (found < cap)
			code = log_from_row(&query, &logs[found], err);
		if (code < 0) {
			query_end(&query);
			return code;
		}
		found++;
	}
	if (code == 0)
		*count = found;
	return code;
}

static int rename_log(struct store *store, const struct store_log *log,
		      struct err *err)
{
	struct query query;

	query_start(&query, store, STMT_LOG_RENAME, "Saving a log");
	query_blob(&query, bytes_of(log->lid.b, sizeof log->lid.b));
	query_u64(&query, log->no);
	return query_write(&query, err);
}

int store_log_put(struct store *store, struct store_log *log, struct err *err)
{
	bool fresh = log->no == 0;
	struct query query;
	int code;

	query_start(&query, store, fresh ? STMT_LOG_ADD : STMT_LOG_SET,
		    "Saving a log");
	query_blob(&query, bytes_of(log->lid.b, sizeof log->lid.b));
	query_u64(&query, log->log_class);
	query_u64(&query, log->flags);
	query_blob(&query, bytes_of(log->device.b, sizeof log->device.b));
	query_u64(&query, log->head_seq);
	query_blob(&query, bytes_of(log->head_id.b, sizeof log->head_id.b));
	query_u64(&query, log->cut);
	if (!fresh)
		query_u64(&query, log->no);
	code = query_write(&query, err);
	if (code != 0)
		return code;
	if (fresh)
		log->no = (uint32_t)sqlite3_last_insert_rowid(store->db);
	else if (sqlite3_changes(store->db) == 0)
		code = not_found(err);
	else
		code = rename_log(store, log, err);
	return code;
}

int store_log_head(struct store *store, const struct store_log *log,
		   struct err *err)
{
	struct query query;
	int code;

	query_start(&query, store, STMT_LOG_HEAD, "Saving a log");
	query_u64(&query, log->head_seq);
	query_blob(&query, bytes_of(log->head_id.b, sizeof log->head_id.b));
	query_u64(&query, log->no);
	code = query_write(&query, err);
	if (code == 0 && sqlite3_changes(store->db) == 0)
		code = not_found(err);
	return code;
}

/* ---- shelves ---- */

static int shelf_start(struct query *query, struct store *store,
		       enum stmt_id id, enum store_shelf shelf,
		       struct bytes name, struct err *err)
{
	kept_assert(shelf < SHELF_COUNT);
	if (name.len > SHELF_ID_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "%s", err_text(ERR_LIMIT));
	query_start(query, store, id, "Using drafts");
	query_u64(query, shelf);
	query_blob(query, name);
	return 0;
}

int store_shelf_put(struct store *store, enum store_shelf shelf,
		    struct bytes id, struct bytes sealed, struct err *err)
{
	struct query query;
	int code;

	/* The empty id is "before the first" for store_shelf_next. */
	if (id.len == 0 || sealed.len > SHELF_VALUE_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "%s", err_text(ERR_LIMIT));
	code = shelf_start(&query, store, STMT_SHELF_PUT, shelf, id, err);
	if (code != 0)
		return code;
	query_blob(&query, sealed);
	return query_write(&query, err);
}

int store_shelf_get(struct store *store, enum store_shelf shelf,
		    struct bytes id, struct buf *out, struct err *err)
{
	struct bytes value;
	struct query query;
	int code;

	code = shelf_start(&query, store, STMT_SHELF_GET, shelf, id, err);
	if (code != 0)
		return code;
	code = query_row(&query, err);
	if (code != 1)
		return code == 0 ? not_found(err) : code;
	value = query_column(&query, 0);
	code = value.len == 0 ? 0 : buf_put(out, value.ptr, value.len);
	query_end(&query);
	return code == 0 ? 0 : err_set(err, code, "%s", err_text(code));
}

int store_shelf_drop(struct store *store, enum store_shelf shelf,
		     struct bytes id, struct err *err)
{
	struct query query;
	int code;

	code = shelf_start(&query, store, STMT_SHELF_DROP, shelf, id, err);
	if (code != 0)
		return code;
	code = query_write(&query, err);
	if (code == 0 && sqlite3_changes(store->db) == 0)
		code = not_found(err);
	return code;
}

int store_shelf_clear(struct store *store, enum store_shelf shelf,
		      struct err *err)
{
	struct query query;

	kept_assert(shelf < SHELF_COUNT);
	query_start(&query, store, STMT_SHELF_CLEAR, "Clearing drafts");
	query_u64(&query, shelf);
	return query_write(&query, err);
}

int store_shelf_next(struct store *store, enum store_shelf shelf,
		     struct bytes after, struct buf *id, struct err *err)
{
	struct bytes value;
	struct query query;
	int code;

	code = shelf_start(&query, store, STMT_SHELF_NEXT, shelf, after, err);
	if (code != 0)
		return code;
	code = query_row(&query, err);
	if (code != 1)
		return code == 0 ? not_found(err) : code;
	value = query_column(&query, 0);
	/* after may lie in id: it was read by now */
	buf_clear(id);
	code = value.len == 0 ? ERR_CORRUPT : buf_put(id, value.ptr, value.len);
	query_end(&query);
	return code == 0 ? 0 : err_set(err, code, "%s", err_text(code));
}

int store_shelf_total(struct store *store, enum store_shelf shelf,
		      uint64_t *count, uint64_t *bytes, struct err *err)
{
	struct query query;
	int code;

	kept_assert(shelf < SHELF_COUNT);
	query_start(&query, store, STMT_SHELF_TOTAL, "Counting drafts");
	query_u64(&query, shelf);
	code = query_row(&query, err);
	if (code != 1)
		return code;
	*count = query_column_u64(&query, 0);
	*bytes = query_column_u64(&query, 1);
	query_end(&query);
	return 0;
}

/* ---- peers ---- */

static int address_from_row(const struct query *query, int column, char *out,
			    size_t size, struct err *err)
{
	struct bytes text = query_column(query, column);

	if (text.len >= size)
		return err_set(err, ERR_CORRUPT,
			       "A stored address is too long.");
	if (text.len != 0)
		memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return 0;
}

static int peer_from_row(const struct query *query, struct store_peer *peer,
			 struct err *err)
{
	int code;

	memset(peer, 0, sizeof *peer);
	peer->last_seen_ms = query_column_u64(query, 1);
	code = query_column_fixed(query, 0, peer->device.b,
				  sizeof peer->device.b, err);
	if (code == 0)
		code = address_from_row(query, 2, peer->address,
					sizeof peer->address, err);
	if (code == 0)
		code = address_from_row(query, 3, peer->by_hand,
					sizeof peer->by_hand, err);
	return code;
}

int store_peers(struct store *store, struct store_peer *peers, size_t cap,
		size_t *count, struct err *err)
{
	struct query query;
	size_t found = 0;
	int code;

	query_start(&query, store, STMT_PEERS, "Reading devices");
	while ((code = query_row(&query, err)) == 1) {
		if (found < cap)
			code = peer_from_row(&query, &peers[found], err);
		if (code < 0) {
			query_end(&query);
			return code;
		}
		found++;
	}
	if (code == 0)
		*count = found;
	return code;
}

int store_peer_put(struct store *store, const struct store_peer *peer,
		   struct err *err)
{
	struct query query;

	if (memchr(peer->address, '\0', sizeof peer->address) == NULL ||
	    memchr(peer->by_hand, '\0', sizeof peer->by_hand) == NULL)
		return err_set(err, ERR_LIMIT, "%s", err_text(ERR_LIMIT));
	query_start(&query, store, STMT_PEER_PUT, "Saving a device");
	query_blob(&query, bytes_of(peer->device.b, sizeof peer->device.b));
	query_u64(&query, peer->last_seen_ms);
	query_text(&query, peer->address);
	query_text(&query, peer->by_hand);
	return query_write(&query, err);
}

static int put_ack(struct store *store, enum stmt_id which,
		   const struct sign_public *device,
		   const struct store_ack *ack, struct err *err)
{
	struct query query;

	if (ack->seq > LIMIT_SEQ)
		return err_set(err, ERR_LIMIT, "%s", err_text(ERR_LIMIT));
	query_start(&query, store, which, "Saving a receipt");
	query_blob(&query, bytes_of(device->b, sizeof device->b));
	query_u64(&query, ack->log_no);
	query_u64(&query, ack->seq);
	return query_write(&query, err);
}

int store_ack_put(struct store *store, const struct sign_public *device,
		  uint32_t log_no, uint64_t seq, struct err *err)
{
	const struct store_ack ack = { .log_no = log_no, .seq = seq };

	return put_ack(store, STMT_ACK_PUT, device, &ack, err);
}

int store_ack_lower(struct store *store, const struct sign_public *device,
		    uint32_t log_no, uint64_t seq, struct err *err)
{
	const struct store_ack ack = { .log_no = log_no, .seq = seq };

	return put_ack(store, STMT_ACK_LOWER, device, &ack, err);
}

int store_acks(struct store *store, const struct sign_public *device,
	       struct store_ack *acks, size_t cap, size_t *count,
	       struct err *err)
{
	struct query query;
	size_t found = 0;
	int code;

	query_start(&query, store, STMT_ACKS, "Reading receipts");
	query_blob(&query, bytes_of(device->b, sizeof device->b));
	while ((code = query_row(&query, err)) == 1) {
		if (found < cap)
			acks[found] = (struct store_ack){
				.log_no = (uint32_t)query_column_u64(&query, 0),
				.seq = query_column_u64(&query, 1),
			};
		found++;
	}
	if (code == 0)
		*count = found;
	return code;
}
