/*
 * ledger.c - the table of logs and of control records, as the store has it.
 *
 * Must never decide what is admitted (chain.c) or who belongs (roster.c): it
 * loads, finds, and writes down what they decided.
 */
#include "daemon/core/chain.h"

#include <stdlib.h>

#include "proto/crypto/kdf.h"

#define BODIES_BYTES_MOST ((size_t)64 << 20)
#define FOLD_BYTES_MOST ((size_t)96 << 20)
#define STEP_BYTES_MOST ((size_t)16 << 20)

int chain_init(struct chain *chain, struct store *store, uint64_t seed,
	       struct arena *life)
{
	memset(chain, 0, sizeof *chain);
	chain->store = store;
	table_init(&chain->by_lid, sizeof(struct id16), seed);
	arena_init(&chain->bodies, BODIES_BYTES_MOST);
	arena_init(&chain->folds[0], FOLD_BYTES_MOST);
	arena_init(&chain->folds[1], FOLD_BYTES_MOST);
	arena_init(&chain->step, STEP_BYTES_MOST);
	chain->rows = arena_alloc(life, LIMIT_LOGS, sizeof *chain->rows);
	chain->logs = arena_alloc(life, LIMIT_LOGS, sizeof *chain->logs);
	chain->records = arena_alloc(life, LIMIT_CONTROL_RECORDS,
				     sizeof *chain->records);
	if (chain->rows == NULL || chain->logs == NULL ||
	    chain->records == NULL) {
		chain_release(chain);
		return ERR_NOMEM;
	}
	return 0;
}

void chain_release(struct chain *chain)
{
	table_release(&chain->by_lid);
	arena_release(&chain->bodies);
	arena_release(&chain->folds[0]);
	arena_release(&chain->folds[1]);
	arena_release(&chain->step);
	memset(chain, 0, sizeof *chain);
}

static int load_meta(struct chain *chain, enum store_meta key, void *out,
		     size_t bytes, bool *found, struct err *err)
{
	struct buf value;
	int rc;

	buf_init(&value, 256);
	rc = store_meta_get(chain->store, key, &value, err);
	*found = rc == 0 && value.len == bytes;
	if (*found)
		memcpy(out, value.ptr, bytes);
	buf_release(&value);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

int chain_load_identity(struct chain *chain, struct err *err)
{
	int rc = load_meta(chain, META_JOURNAL, &chain->journal,
			   sizeof chain->journal, &chain->has_journal, err);

	if (rc == 0)
		rc = load_meta(chain, META_DEVICE, &chain->device,
			       sizeof chain->device, &chain->has_device, err);
	if (rc == 0 && chain->has_journal)
		kdf_jtag(&chain->journal, &chain->jtag);
	return rc;
}

/* Headers of a branch bear the lid of the log it parted from. */
static int load_place(struct chain *chain, size_t log, struct err *err)
{
	struct chain_log *state = &chain->logs[log];
	const struct store_log *row = &chain->rows[log];
	struct store_cursor *cursor = NULL;
	struct store_item item;
	uint32_t base;
	int rc;

	state->base = row->lid;
	state->first_seq = 1;
	state->next_branch = CHAIN_NONE;
	if (row->head_seq == 0)
		return 0;
	rc = store_scan_log(chain->store, row->no, 1, row->head_seq, &cursor,
			    err);
	if (rc != 0)
		return rc;
	rc = store_cursor_next(cursor, &item, err);
	if (rc == 1) {
		state->base = item.block.header.lid;
		state->first_seq = item.block.header.seq;
	}
	store_cursor_close(cursor);
	if (rc < 0)
		return rc;
	base = chain_find(chain, &state->base);
	if (base != CHAIN_NONE && base != log) {
		state->next_branch = chain->logs[base].next_branch;
		chain->logs[base].next_branch = (uint32_t)log;
	}
	return 0;
}

int chain_keep_record(struct chain *chain, const struct sign_public *author,
		      const struct block *block)
{
	struct roster_record *record = &chain->records[chain->record_count];
	struct roster_proof *proof = NULL;
	uint8_t *body = arena_copy(&chain->bodies, block->body);

	if (block->header.kind == CONTROL_FORK) {
		proof = arena_alloc(&chain->bodies, 1, sizeof *proof);
		if (proof == NULL)
			return ERR_NOMEM;
	}
	if (body == NULL)
		return ERR_NOMEM;
	*record = (struct roster_record){
		.header = block->header,
		.id = block->id,
		.author = *author,
		.body = bytes_of(body, block->body.len),
		.proof = proof,
	};
	chain->record_count++;
	chain->is_stale = true;
	return 0;
}

static int load_records(struct chain *chain, size_t log, struct err *err)
{
	const struct store_log *row = &chain->rows[log];
	struct store_cursor *cursor = NULL;
	struct store_item item;
	int rc;

	if (row->log_class != LOG_CONTROL || row->head_seq == 0)
		return 0;
	rc = store_scan_log(chain->store, row->no, 1, row->head_seq, &cursor,
			    err);
	while (rc == 0) {
		rc = store_cursor_next(cursor, &item, err);
		if (rc <= 0)
			break;
		if (chain->record_count >= LIMIT_CONTROL_RECORDS ||
		    item.block.body.ptr == NULL) {
			rc = err_set(err, ERR_CORRUPT,
				     "A control record is not there.");
			break;
		}
		rc = chain_keep_record(chain, &row->device, &item.block);
	}
	store_cursor_close(cursor);
	return rc;
}

static int load_logs(struct chain *chain, struct err *err)
{
	size_t i;
	int rc = store_logs(chain->store, chain->rows, LIMIT_LOGS,
			    &chain->count, err);

	if (rc != 0)
		return rc;
	if (chain->count > LIMIT_LOGS)
		return err_set(err, ERR_CORRUPT, "There are too many logs.");
	for (i = 0; i < chain->count; i++) {
		rc = table_put(&chain->by_lid, &chain->rows[i].lid,
			       (uint32_t)i);
		if (rc != 0)
			return rc;
	}
	for (i = 0; i < chain->count; i++)
		chain->logs[i] = (struct chain_log){
			.next_branch = CHAIN_NONE,
		};
	for (i = 0; i < chain->count && rc == 0; i++) {
		rc = load_place(chain, i, err);
		if (rc == 0)
			rc = load_records(chain, i, err);
	}
	return rc;
}

/* Closed for doubt, and new ones not opened yet? */
static void load_doubt(struct chain *chain)
{
	bool is_closed = false;
	bool is_open = false;
	size_t i;

	for (i = 0; i < chain->count; i++) {
		uint8_t flags = chain->rows[i].flags;

		if ((flags & STORE_LOG_OWN) == 0)
			continue;
		is_closed = is_closed || (flags & STORE_LOG_CLOSED) != 0;
		is_open = is_open || (flags & STORE_LOG_CLOSED) == 0;
	}
	chain->wants_logs = is_closed && !is_open ? 1 + LOG_REASON_RESTORE : 0;
}

int chain_load(struct chain *chain, struct err *err)
{
	int rc;

	table_clear(&chain->by_lid);
	arena_reset(&chain->bodies);
	chain->count = 0;
	chain->record_count = 0;
	chain->stray_blocks = 0;
	chain->take_at = 0;
	chain->is_doubted = false;
	chain->changes++;
	rc = chain_load_identity(chain, err);
	if (rc == 0)
		rc = load_logs(chain, err);
	if (rc != 0)
		return rc;
	load_doubt(chain);
	chain->is_stale = true;
	return chain_refresh(chain, err);
}

size_t chain_count_logs(const struct chain *chain,
			const struct sign_public *device)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < chain->count; i++)
		count += memcmp(chain->rows[i].device.b, device->b, 32) == 0;
	return count;
}

size_t chain_log_room(const struct chain *chain,
		      const struct sign_public *device)
{
	size_t of_all = LIMIT_LOGS - chain->count;
	size_t used = chain_count_logs(chain, device);

	if (used >= LIMIT_LOGS_PER_DEVICE)
		return 0;
	return LIMIT_LOGS_PER_DEVICE - used < of_all
		       ? LIMIT_LOGS_PER_DEVICE - used
		       : of_all;
}

uint32_t chain_find(const struct chain *chain, const struct id16 *lid)
{
	uint32_t log;

	return table_get(&chain->by_lid, lid->b, &log) ? log : CHAIN_NONE;
}

int chain_add_log(struct chain *chain, const struct store_log *row,
		  uint32_t *log, struct err *err)
{
	struct store_log copy = *row;
	size_t at = chain->count;
	int rc;

	/* No device may use up what all share. */
	if (chain_log_room(chain, &row->device) == 0)
		return ERR_LIMIT;
	if (chain->has_device &&
	    memcmp(copy.device.b, chain->device.b, 32) == 0)
		copy.flags |= STORE_LOG_OWN;
	/* One of ours that others had to tell us of is not ours to write: it
	 * was opened after our last backup, or by a copy. */
	if ((copy.flags & STORE_LOG_OWN) != 0 && chain->is_admitting)
		copy.flags |= STORE_LOG_CLOSED;
	rc = store_log_put(chain->store, &copy, err);
	if (rc == 0)
		rc = table_put(&chain->by_lid, copy.lid.b, (uint32_t)at);
	if (rc != 0)
		return rc;
	chain->rows[at] = copy;
	chain->logs[at] = (struct chain_log){
		.base = copy.lid,
		.first_seq = 1,
		.next_branch = CHAIN_NONE,
	};
	chain->count++;
	chain->changes++;
	*log = (uint32_t)at;
	return 0;
}

int chain_check_ends(const struct chain *chain, struct err *err)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		if (chain->logs[i].unsigned_blocks > 0)
			return err_set(err, ERR_USAGE,
				       "A log ends without a signature.");
	}
	return 0;
}

/* One row, if it is not marked so already. */
static int mark_log(struct chain *chain, uint32_t at, uint8_t flag,
		    uint64_t cut, bool *changed, struct err *err)
{
	struct store_log row = chain->rows[at];
	int rc = 0;

	row.flags &= (uint8_t)~STORE_LOG_QUARANTINE;
	row.flags |= flag;
	row.cut = cut;
	if (row.flags == chain->rows[at].flags &&
	    row.cut == chain->rows[at].cut)
		return 0;
	/* Outside a turn (at start) the store takes no writes; the next change
	 * of the roster brings it to the disk. */
	if (store_in_transaction(chain->store))
		rc = store_log_put(chain->store, &row, err);
	if (rc == 0)
		chain->rows[at] = row;
	*changed = true;
	return rc;
}

/* Cuts and quarantine as the roster has them, into the rows of a log and of
 * its branches. */
static int mark_branches(struct chain *chain, const struct roster_log *log,
			 bool *changed, struct err *err)
{
	uint32_t at = chain_find(chain, &log->lid);
	int rc = log->has_cut ? branch_cut(chain, log, err) : 0;

	for (; rc == 0 && at != CHAIN_NONE; at = chain->logs[at].next_branch) {
		uint64_t cut = log->has_cut ? chain->logs[at].standing : 0;
		bool is_out = log->quarantined || (log->has_cut && cut == 0);

		rc = mark_log(chain, at, is_out ? STORE_LOG_QUARANTINE : 0, cut,
			      changed, err);
	}
	return rc;
}

static int mark_logs(struct chain *chain, bool *changed, struct err *err)
{
	const struct roster *roster = &chain->roster;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < roster->log_count; i++)
		rc = mark_branches(chain, &roster->logs[i], changed, err);
	return rc;
}

static void count_strays(struct chain *chain)
{
	size_t i;

	chain->stray_blocks = 0;
	for (i = 0; i < chain->count; i++) {
		const struct store_log *row = &chain->rows[i];

		if ((row->flags & STORE_LOG_QUARANTINE) != 0)
			chain->stray_blocks +=
				row->head_seq + 1 - chain->logs[i].first_seq;
		else if (row->cut != 0 && row->head_seq > row->cut)
			chain->stray_blocks += row->head_seq - row->cut;
	}
}

static int fold_anew(struct chain *chain, struct err *err)
{
	struct arena *arena = &chain->folds[chain->fold_at ^ 1];
	struct roster roster;
	int rc;

	arena_reset(arena);
	rc = roster_fold(chain->records, chain->record_count, arena, &roster);
	if (rc != 0)
		return err_set(err, rc, "Working out who belongs: %s",
			       err_text(rc));
	chain->roster = roster;
	chain->fold_at ^= 1;
	chain->roster_version++;
	chain->is_stale = false;
	chain->marks_due = true;
	return 0;
}

int chain_refresh(struct chain *chain, struct err *err)
{
	bool changed = false;
	int rc = chain->is_stale ? fold_anew(chain, err) : 0;

	if (rc != 0 || !chain->marks_due)
		return rc;
	rc = mark_logs(chain, &changed, err);
	chain->marks_due = rc != 0;
	/* Whoever shows what stands has to look again. */
	chain->roster_version += changed;
	count_strays(chain);
	return rc;
}

int chain_doubt(struct chain *chain, uint8_t reason, struct err *err)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		struct store_log *row = &chain->rows[i];
		int rc;

		if ((row->flags & STORE_LOG_OWN) == 0 ||
		    (row->flags & STORE_LOG_CLOSED) != 0)
			continue;
		row->flags |= STORE_LOG_CLOSED;
		rc = store_log_put(chain->store, row, err);
		if (rc != 0)
			return rc;
		chain->wants_logs = (uint8_t)(reason + 1);
		chain->is_doubted = true;
	}
	return 0;
}

static bool is_written(const struct store_log *row)
{
	return (row->flags & (STORE_LOG_OWN | STORE_LOG_CLOSED)) ==
	       STORE_LOG_OWN;
}

int chain_doubt_log(struct chain *chain, uint32_t log, uint8_t reason,
		    struct err *err)
{
	return is_written(&chain->rows[log]) ? chain_doubt(chain, reason, err)
					     : 0;
}

int chain_doubt_copy(struct chain *chain, struct err *err)
{
	size_t i;

	for (i = 0; i < chain->count; i++) {
		const struct store_log *row = &chain->rows[i];
		const struct roster_log *log =
			roster_find_log(&chain->roster, &row->lid);

		if (row->log_class == LOG_CONTROL && is_written(row) &&
		    log != NULL && log->reason == LOG_REASON_CLONE)
			return 0;
	}
	return chain_doubt(chain, LOG_REASON_CLONE, err);
}

int chain_block_id(struct chain *chain, uint32_t log, uint64_t seq,
		   struct hash32 *id, struct err *err)
{
	struct arena_mark mark = arena_mark(&chain->step);
	struct block block;
	int rc = store_block_get(chain->store, chain->rows[log].no, seq,
				 &chain->step, &block, err);

	if (rc == 0)
		*id = block.id;
	arena_rewind(&chain->step, mark);
	return rc;
}

struct dot chain_head(const struct chain *chain, uint32_t log)
{
	const struct store_log *row = &chain->rows[log];
	struct dot dot = { .lid = row->lid, .seq = row->head_seq };

	memcpy(dot.tip, row->head_id.b, sizeof dot.tip);
	return dot;
}

static int dot_order(const void *a, const void *b)
{
	return dot_compare(a, b);
}

struct dot *chain_dots(const struct chain *chain, bool control_only,
		       struct arena *arena, size_t *count)
{
	struct dot *dots = arena_alloc(arena, chain->count + 1, sizeof *dots);
	size_t i;

	*count = 0;
	if (dots == NULL)
		return NULL;
	for (i = 0; i < chain->count; i++) {
		if (chain->rows[i].head_seq == 0 ||
		    (control_only && chain->rows[i].log_class != LOG_CONTROL))
			continue;
		dots[(*count)++] = chain_head(chain, (uint32_t)i);
	}
	qsort(dots, *count, sizeof *dots, dot_order);
	return dots;
}

static void digest_dots(const struct dot *dots, size_t count, uint8_t out[16])
{
	struct hash_state state;
	uint8_t packed[DOT_BYTES];
	size_t i;

	hash_init(&state, 16);
	for (i = 0; i < count; i++) {
		dot_pack(&dots[i], packed);
		hash_add(&state, bytes_of(packed, sizeof packed));
	}
	hash_done(&state, out, 16);
}

void chain_digests(const struct chain *chain, struct arena *arena,
		   uint8_t control[16], uint8_t vector[16])
{
	struct arena_mark mark = arena_mark(arena);
	size_t count;
	struct dot *dots = chain_dots(chain, true, arena, &count);

	/* Without memory the digests are of nothing: states are exchanged. */
	digest_dots(dots, dots == NULL ? 0 : count, control);
	dots = chain_dots(chain, false, arena, &count);
	digest_dots(dots, dots == NULL ? 0 : count, vector);
	arena_rewind(arena, mark);
}
