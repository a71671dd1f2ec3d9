/*
 * segments.c - writing and believing the sealed rows.
 *
 * Must never let a stale or forged piece change what lists show: every piece
 * is sealed for its place, hashed in the head, and covered numbers are held
 * against the store's own chain. Any doubt drops them all.
 */
#include "daemon/vault/inside.h"

#include "proto/base/mem.h"
#include "proto/crypto/kdf.h"
#include "proto/crypto/seal.h"

#define HEAD_VERSION UINT32_C(0x4b560001)
#define HEAD_ID "h"
#define HEAD_MAX_BYTES ((size_t)16 << 20)
#define PIECE_MAX_BYTES ((size_t)1 << 20)
#define LOG_BYTES 41u
#define TROUBLE_BYTES 13u
/* More waiting blocks than this: not worth writing down. */
#define TROUBLES_WRITTEN_MAX 65536u

void segments_release(struct segments *segments)
{
	mem_free(segments->is_written);
	mem_free(segments->sums);
	memset(segments, 0, sizeof *segments);
}

void segments_touch(struct segments *segments, uint32_t row)
{
	if (row / SEGMENT_ROWS < segments->count)
		segments->is_written[row / SEGMENT_ROWS] = 0;
}

void segments_count(struct segments *segments, uint64_t blocks)
{
	segments->behind += blocks;
}

void segments_distrust(struct segments *segments)
{
	if (segments->count > 0)
		memset(segments->is_written, 0, segments->count);
	/* What is absorbed anew counts again. */
	segments->behind = 0;
}

static uint32_t pieces_of(const struct vault *vault)
{
	return (vault->view.count + SEGMENT_ROWS - 1) / SEGMENT_ROWS;
}

static int make_room(struct segments *segments, uint32_t count)
{
	uint8_t *written;
	uint8_t(*sums)[16];

	if (count <= segments->count)
		return 0;
	written = mem_realloc(segments->is_written, count, sizeof *written);
	if (written == NULL)
		return ERR_NOMEM;
	segments->is_written = written;
	sums = mem_realloc(segments->sums, count, sizeof *sums);
	if (sums == NULL)
		return ERR_NOMEM;
	segments->sums = sums;
	memset(written + segments->count, 0, count - segments->count);
	segments->count = count;
	return 0;
}

static struct seal_context context_of(struct bytes id)
{
	return (struct seal_context){ .label = kdf_label_name(KDF_DVK_VIEW),
				      .aad = id,
				      .padding = SEAL_PADDED };
}

static struct bytes piece_id(uint32_t place, uint8_t id[4])
{
	for (int i = 0; i < 4; i++)
		id[i] = (uint8_t)(place >> (24 - 8 * i));
	return bytes_of(id, 4);
}

static int shelve(struct vault *vault, struct bytes id, struct bytes plain,
		  uint8_t sum[16], struct err *err)
{
	struct seal_context context = context_of(id);
	struct seal_key key;
	struct buf sealed;
	int code;

	buf_init(&sealed, 2 * HEAD_MAX_BYTES);
	kdf_device_key(&vault->ring.dvk, KDF_DVK_VIEW, &key);
	code = seal(&key, &context, plain, &sealed);
	key_wipe(&key);
	if (code != 0) {
		code = vault_fail(err, code);
	} else {
		hash_bytes(buf_bytes(&sealed), sum, 16);
		code = store_shelf_put(vault->store, SHELF_SEGMENT, id,
				       buf_bytes(&sealed), err);
	}
	buf_release(&sealed);
	return code;
}

static int unshelve(struct vault *vault, struct bytes id, struct buf *plain,
		    uint8_t sum[16], struct err *err)
{
	struct seal_context context = context_of(id);
	struct seal_key key;
	struct buf sealed;
	int code;

	buf_init(&sealed, 2 * HEAD_MAX_BYTES);
	code = store_shelf_get(vault->store, SHELF_SEGMENT, id, &sealed, err);
	if (code == 0) {
		kdf_device_key(&vault->ring.dvk, KDF_DVK_VIEW, &key);
		hash_bytes(buf_bytes(&sealed), sum, 16);
		code = seal_open(&key, &context, buf_bytes(&sealed), plain);
		key_wipe(&key);
	}
	buf_release(&sealed);
	return code;
}

/* ---- writing ---- */

bool segments_are_due(const struct vault *vault)
{
	const struct segments *segments = &vault->segments;

	return segments->behind >= SEGMENT_LAG_BLOCKS &&
	       vault->absorb.trouble_count <= TROUBLES_WRITTEN_MAX &&
	       pieces_of(vault) <= SEGMENTS_MAX && absorb_is_whole(vault) &&
	       cut_is_empty(&vault->cut);
}

static int write_piece(struct vault *vault, uint32_t place, struct err *err)
{
	uint32_t first = place * SEGMENT_ROWS;
	uint32_t count = vault->view.count - first;
	uint8_t id[4];
	struct row *rows;
	int code;

	if (count > SEGMENT_ROWS)
		count = SEGMENT_ROWS;
	rows = mem_alloc(count, sizeof *rows);
	if (rows == NULL)
		return vault_fail(err, ERR_NOMEM);
	memcpy(rows, vault->view.rows + first, count * sizeof *rows);
	for (uint32_t i = 0; i < count; i++) {
		/* Where the words lie is true of this process only. */
		rows[i].flags &= (uint8_t)~ROW_TEXT;
		rows[i].chunk = 0;
		rows[i].text_at = 0;
		rows[i].text_len = 0;
	}
	code = shelve(vault, piece_id(place, id),
		      bytes_of(rows, count * sizeof *rows),
		      vault->segments.sums[place], err);
	mem_wipe(rows, count * sizeof *rows);
	mem_free(rows);
	if (code == 0)
		vault->segments.is_written[place] = 1;
	return code;
}

/* Id of the block that a log is covered up to. */
static int tip_of(struct vault *vault, const struct logbook_log *log,
		  uint64_t seq, uint8_t tip[8], struct err *err)
{
	struct block block;
	int code;

	memset(tip, 0, 8);
	if (seq == 0)
		return 0;
	if (seq == log->log.head_seq) {
		memcpy(tip, log->log.head_id.b, 8);
		return 0;
	}
	arena_reset(&vault->scratch);
	code = store_block_get(vault->store, log->log.no, seq, &vault->scratch,
			       &block, err);
	if (code == 0)
		memcpy(tip, block.id.b, 8);
	return code;
}

static int put_logs(struct vault *vault, struct buf *out, struct err *err)
{
	uint32_t count = 0;
	int code = 0;

	for (size_t i = 0; i < vault->logs.count; i++)
		count += vault->logs.logs[i].log.log_class == LOG_DATA;
	buf_put_le32(out, count);
	for (size_t i = 0; code == 0 && i < vault->logs.count; i++) {
		const struct logbook_log *log = &vault->logs.logs[i];
		uint8_t tip[8];

		if (log->log.log_class != LOG_DATA)
			continue;
		code = tip_of(vault, log, log->covered, tip, err);
		buf_put(out, log->log.lid.b, 16);
		buf_put_le64(out, log->covered);
		buf_put(out, tip, sizeof tip);
		buf_put_u8(out, log->log.flags & STORE_LOG_QUARANTINE);
		buf_put_le64(out, log->log.cut);
	}
	return code;
}

static int write_head(struct vault *vault, struct err *err)
{
	uint32_t pieces = pieces_of(vault);
	uint8_t sum[16];
	struct buf head;
	int code;

	buf_init(&head, HEAD_MAX_BYTES);
	buf_put_le32(&head, HEAD_VERSION);
	buf_put_le32(&head, sizeof(struct row));
	buf_put_le32(&head, vault->view.count);
	for (uint32_t i = 0; i < pieces; i++)
		buf_put(&head, vault->segments.sums[i], 16);
	code = put_logs(vault, &head, err);
	buf_put_le32(&head, (uint32_t)vault->absorb.trouble_count);
	for (size_t i = 0; i < vault->absorb.trouble_count; i++) {
		const struct absorb_trouble *trouble =
			&vault->absorb.troubles[i];

		buf_put_le32(&head, trouble->log_no);
		buf_put_u8(&head, trouble->is_waiting);
		buf_put_le64(&head, trouble->seq);
	}
	if (code == 0 && head.failed != 0)
		code = vault_fail(err, head.failed);
	if (code == 0)
		code = shelve(vault, bytes_from_str(HEAD_ID), buf_bytes(&head),
			      sum, err);
	buf_release(&head);
	if (code == 0) {
		vault->segments.has_head = true;
		vault->segments.behind = 0;
	}
	return code;
}

int segments_write(struct vault *vault, bool *more, struct err *err)
{
	struct segments *segments = &vault->segments;
	uint32_t pieces = pieces_of(vault);
	bool changed;
	int code;

	*more = true;
	/* Tips are read from the store: own logs have moved on there. */
	code = logbook_refresh(&vault->logs, vault->store, &changed, err);
	if (code != 0)
		return code;
	code = make_room(segments, pieces);
	if (code != 0)
		return vault_fail(err, code);
	if (segments->has_head) {
		code = store_shelf_drop(vault->store, SHELF_SEGMENT,
					bytes_from_str(HEAD_ID), err);
		if (code != 0 && code != ERR_NOT_FOUND)
			return code;
		segments->has_head = false;
	}
	for (uint32_t i = 0; i < pieces; i++) {
		if (segments->is_written[i] == 0)
			return write_piece(vault, i, err);
	}
	*more = false;
	return write_head(vault, err);
}

/* ---- reading ---- */

struct head_reader {
	struct bytes rest;
	bool is_short;
};

static const uint8_t *take(struct head_reader *reader, size_t len)
{
	static const uint8_t zeros[64];
	const uint8_t *at = reader->rest.ptr;

	if (reader->rest.len < len) {
		reader->is_short = true;
		return zeros;
	}
	reader->rest = bytes_of(at + len, reader->rest.len - len);
	return at;
}

/* 1: it fits; 0: the store says otherwise. */
static int read_log(struct vault *vault, const uint8_t *at, struct err *err)
{
	struct logbook_log *log;
	struct id16 lid;
	uint64_t covered = le64_get(at + 16);
	uint8_t tip[8];
	int code;

	memcpy(lid.b, at, sizeof lid.b);
	log = logbook_find_lid(&vault->logs, &lid);
	if (log == NULL || covered > logbook_visible(log) ||
	    (log->log.flags & STORE_LOG_QUARANTINE) != at[32] ||
	    log->log.cut != le64_get(at + 33))
		return 0;
	code = tip_of(vault, log, covered, tip, err);
	if (code == ERR_NOT_FOUND ||
	    (code == 0 && memcmp(tip, at + 24, 8) != 0))
		return 0;
	if (code != 0)
		return code;
	log->covered = covered;
	return 1;
}

static bool row_is_sound(const struct row *row)
{
	const unsigned known = ROW_DELETED | ROW_STARRED | ROW_CONFLICT |
			       ROW_VOID;

	return (row->flags & ~known) == 0 && row->text_len == 0 &&
	       row->chunk == 0 && row->text_at == 0;
}

/* 1: it fits; 0: it does not. */
static int read_piece(struct vault *vault, uint32_t place, uint32_t count,
		      const uint8_t sum[16], struct err *err)
{
	uint8_t id[4], actual[16];
	struct buf plain;
	int code;

	buf_init(&plain, PIECE_MAX_BYTES);
	code = unshelve(vault, piece_id(place, id), &plain, actual, err);
	if (code == 0 && (memcmp(actual, sum, 16) != 0 ||
			  plain.len != count * sizeof(struct row)))
		code = ERR_CRYPTO;
	for (uint32_t i = 0; code == 0 && i < count; i++) {
		struct row row;
		struct view_put put = { .row = &row };
		uint32_t index;

		memcpy(&row, plain.ptr + i * sizeof row, sizeof row);
		if (!row_is_sound(&row) ||
		    view_find(&vault->view, &row.id) != UINT32_MAX)
			code = ERR_CRYPTO;
		else
			code = view_put(&vault->view, &put, &index);
	}
	buf_release(&plain);
	if (code == 0) {
		memcpy(vault->segments.sums[place], sum, 16);
		vault->segments.is_written[place] = 1;
		return 1;
	}
	return code == ERR_IO || code == ERR_CORRUPT || code == ERR_NOMEM ? code
									  : 0;
}

static int read_troubles(struct vault *vault, struct head_reader *reader)
{
	uint32_t count = le32_get(take(reader, 4));
	struct absorb *absorb = &vault->absorb;

	if (count > TROUBLES_WRITTEN_MAX ||
	    reader->rest.len != (size_t)count * TROUBLE_BYTES)
		return 0;
	absorb->troubles = mem_alloc(count + 1, sizeof *absorb->troubles);
	if (absorb->troubles == NULL)
		return ERR_NOMEM;
	absorb->trouble_cap = count + 1;
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *at = take(reader, TROUBLE_BYTES);

		absorb->troubles[i] = (struct absorb_trouble){
			.log_no = le32_get(at),
			.is_waiting = at[4] != 0,
			.seq = le64_get(at + 5),
		};
	}
	absorb->trouble_count = count;
	return reader->is_short ? 0 : 1;
}

/* 1: all of it fits; 0: some of it does not; negative: the store's. */
static int read_head(struct vault *vault, struct bytes head, struct err *err)
{
	struct head_reader reader = { .rest = head };
	uint32_t version = le32_get(take(&reader, 4));
	uint32_t row_bytes = le32_get(take(&reader, 4));
	uint32_t rows = le32_get(take(&reader, 4));
	uint32_t pieces = rows / SEGMENT_ROWS + (rows % SEGMENT_ROWS != 0);
	uint32_t logs;
	int code;

	if (version != HEAD_VERSION || row_bytes != sizeof(struct row) ||
	    pieces > SEGMENTS_MAX || reader.rest.len < (size_t)pieces * 16)
		return 0;
	code = make_room(&vault->segments, pieces);
	if (code != 0)
		return vault_fail(err, code);
	for (uint32_t i = 0; i < pieces; i++) {
		uint32_t left = rows - i * SEGMENT_ROWS;

		if (left > SEGMENT_ROWS)
			left = SEGMENT_ROWS;
		code = read_piece(vault, i, left, take(&reader, 16), err);
		if (code != 1)
			return code;
	}
	logs = le32_get(take(&reader, 4));
	if (logs > vault->logs.count)
		return 0;
	for (uint32_t i = 0; i < logs; i++) {
		code = read_log(vault, take(&reader, LOG_BYTES), err);
		if (code != 1)
			return code;
	}
	return read_troubles(vault, &reader);
}

int segments_load(struct vault *vault, bool *loaded, struct err *err)
{
	uint8_t sum[16];
	struct buf head;
	int code;

	*loaded = false;
	buf_init(&head, HEAD_MAX_BYTES);
	code = unshelve(vault, bytes_from_str(HEAD_ID), &head, sum, err);
	if (code == 0) {
		code = read_head(vault, buf_bytes(&head), err);
		*loaded = code == 1;
		code = code < 0 ? code : 0;
		vault->segments.has_head = true;
	} else if (code == ERR_NOT_FOUND || code == ERR_CRYPTO ||
		   code == ERR_LIMIT) {
		vault->segments.has_head = code != ERR_NOT_FOUND;
		code = 0;
	}
	buf_release(&head);
	if (code == 0 && !*loaded)
		code = absorb_restart(vault, err);
	if (*loaded)
		vault->segments.behind = 0;
	return code;
}
