/*
 * forks.c - forks that are held, and forks that are told of.
 *
 * Branches lie in the store, so nothing is noted down when one is found: a
 * fork without a record is looked for whenever branches or the roster have
 * changed. Must never offer what its own author would not be allowed to
 * write, nor without end: somebody may fork a log on purpose, many times.
 * Read branch.c for how branches come to be, roster_forks.c for the proof.
 */
#include "daemon/core/chain.h"

#include "proto/codec.h"
#include "proto/crypto/forkside.h"
#include "proto/crypto/kdf.h"

/* FORK records that one device writes, ever. */
#define OWN_FORKS_MOST 64u
/* Of the room for records, kept for what people do. */
#define ROOM_KEPT 256u

_Static_assert(OWN_FORKS_MOST + ROOM_KEPT < LIMIT_RECORDS_PER_DEVICE,
	       "forks leave room for membership");

struct place {
	uint32_t log;
	struct hash32 id, prev; /* of the block there */
};

int chain_heed_forks(struct chain *chain, struct err *err)
{
	const struct roster *roster = &chain->roster;
	int rc = 0;
	size_t i;

	for (i = 0; i < roster->fork_count && rc == 0; i++) {
		uint32_t log = chain_find(chain, &roster->forks[i].lid);

		if (log != CHAIN_NONE)
			rc = chain_doubt_log(chain, log, LOG_REASON_FORK, err);
	}
	return rc;
}

/* The lid' that a record of ours would give. A record of ours that does not
 * count (yet) is not written again either. */
static int read_own(struct chain *chain, const struct roster_record *record,
		    struct id16 *lid)
{
	struct arena_mark mark = arena_mark(&chain->step);
	struct forkside_place place = { .jtag = chain->jtag };
	struct control_fork fork;
	struct forkside right;
	int rc;

	rc = codec_decode(schema_control(CONTROL_FORK), record->body,
			  &chain->step, &fork);
	if (rc == 0) {
		memcpy(place.lid.b, fork.lid, sizeof place.lid.b);
		place.seq = fork.seq;
		rc = forkside_read(fork.right, &place, &right);
	}
	if (rc == 0)
		kdf_fork_lid(&place.lid, &right.first, lid);
	arena_rewind(&chain->step, mark);
	return rc;
}

static bool is_own(const struct chain *chain,
		   const struct roster_record *record)
{
	return memcmp(record->author.b, chain->device.b, 32) == 0;
}

/* Is it for us to write, now? */
static bool may_write(const struct chain *chain)
{
	size_t own = 0, forks = 0;
	size_t i;

	if (!chain->has_journal || !chain->has_device ||
	    chain->wants_logs != 0 ||
	    !roster_is_member(&chain->roster, &chain->device))
		return false;
	for (i = 0; i < chain->record_count; i++) {
		const struct roster_record *record = &chain->records[i];

		if (!is_own(chain, record))
			continue;
		own++;
		forks += record->header.kind == CONTROL_FORK;
	}
	return forks < OWN_FORKS_MOST &&
	       own + ROOM_KEPT < LIMIT_RECORDS_PER_DEVICE &&
	       chain->record_count + ROOM_KEPT < LIMIT_CONTROL_RECORDS;
}

static bool is_told(struct chain *chain, const struct id16 *lid)
{
	struct id16 own;
	size_t i;

	for (i = 0; i < chain->roster.fork_count; i++) {
		if (id16_equal(&chain->roster.forks[i].lid_right, lid))
			return true;
	}
	for (i = 0; i < chain->record_count; i++) {
		const struct roster_record *record = &chain->records[i];

		if (record->header.kind == CONTROL_FORK &&
		    is_own(chain, record) &&
		    read_own(chain, record, &own) == 0 && id16_equal(&own, lid))
			return true;
	}
	return false;
}

static int read_place(struct chain *chain, uint32_t log, uint64_t seq,
		      struct place *out, struct err *err)
{
	struct arena_mark mark = arena_mark(&chain->step);
	struct block block;
	int rc = store_block_get(chain->store, chain->rows[log].no, seq,
				 &chain->step, &block, err);

	if (rc == 0)
		*out = (struct place){ .log = log,
				       .id = block.id,
				       .prev = block.header.prev };
	arena_rewind(&chain->step, mark);
	return rc;
}

/* What else is held under the number where a branch begins, and follows the
 * same block: of several the smallest, which keeps the name. ERR_NOT_FOUND. */
static int find_other(struct chain *chain, const struct place *branch,
		      uint64_t seq, struct place *out, struct err *err)
{
	uint32_t at = chain_find(chain, &chain->logs[branch->log].base);
	bool is_found = false;

	for (; at != CHAIN_NONE; at = chain->logs[at].next_branch) {
		struct place place;
		int rc;

		if (at == branch->log || seq < chain->logs[at].first_seq ||
		    seq > chain->rows[at].head_seq)
			continue;
		rc = read_place(chain, at, seq, &place, err);
		if (rc != 0)
			return rc;
		if (!hash32_equal(&place.prev, &branch->prev) ||
		    (is_found &&
		     memcmp(place.id.b, out->id.b, sizeof place.id.b) > 0))
			continue;
		*out = place;
		is_found = true;
	}
	return is_found ? 0 : ERR_NOT_FOUND;
}

/* Appends a side. ERR_NOT_FOUND: no signature where there has to be one. */
static int put_side(struct chain *chain, uint32_t log, uint64_t seq,
		    struct buf *out, struct err *err)
{
	uint64_t last = seq + LIMIT_RUN_BLOCKS - 1;
	struct store_cursor *cursor = NULL;
	struct store_item item;
	bool is_first = true;
	bool is_signed = false;
	int rc;

	rc = store_scan_log(chain->store, chain->rows[log].no, seq, last,
			    &cursor, err);
	if (rc != 0)
		return rc;
	while (!is_signed) {
		rc = store_cursor_next(cursor, &item, err);
		if (rc <= 0)
			break;
		forkside_put(&item.block.header, is_first, out);
		is_first = false;
		is_signed = item.block.is_signed;
		if (is_signed)
			forkside_put_end(&item.block.signature, out);
	}
	store_cursor_close(cursor);
	if (rc < 0)
		return rc;
	return is_signed ? out->failed : ERR_NOT_FOUND;
}

static int describe(struct chain *chain, uint32_t log, struct buf *scratch,
		    struct engine_fork *out, struct err *err)
{
	const struct chain_log *state = &chain->logs[log];
	struct place branch, other;
	size_t split;
	int rc;

	rc = read_place(chain, log, state->first_seq, &branch, err);
	if (rc == 0)
		rc = find_other(chain, &branch, state->first_seq, &other, err);
	if (rc == 0 && memcmp(branch.id.b, other.id.b, 32) <= 0)
		rc = ERR_NOT_FOUND; /* then it would have kept the name */
	if (rc != 0)
		return rc;
	buf_clear(scratch);
	rc = put_side(chain, other.log, state->first_seq, scratch, err);
	split = scratch->len;
	if (rc == 0)
		rc = put_side(chain, log, state->first_seq, scratch, err);
	if (rc != 0)
		return rc;
	*out = (struct engine_fork){
		.lid = state->base,
		.seq = state->first_seq,
		.left = bytes_of(scratch->ptr, split),
		.right = bytes_of(scratch->ptr + split, scratch->len - split),
	};
	return 0;
}

/* A branch of somebody's that is not quarantined, told of by nobody. */
static bool is_wanted(struct chain *chain, uint32_t log)
{
	const struct store_log *row = &chain->rows[log];

	return !id16_equal(&chain->logs[log].base, &row->lid) &&
	       row->head_seq >= chain->logs[log].first_seq &&
	       (row->flags & STORE_LOG_QUARANTINE) == 0 &&
	       !is_told(chain, &row->lid);
}

int chain_take_fork(struct chain *chain, struct buf *scratch,
		    struct engine_fork *out, struct err *err)
{
	int rc = chain_refresh(chain, err);

	if (rc != 0)
		return rc;
	if (chain->fork_version != chain->roster_version ||
	    chain->fork_count != chain->forks)
		chain->fork_at = 0;
	if (chain->fork_at >= chain->count || !may_write(chain))
		return ERR_NOT_FOUND;
	chain->fork_version = chain->roster_version;
	chain->fork_count = chain->forks;
	while (chain->fork_at < chain->count) {
		uint32_t log = (uint32_t)chain->fork_at++;

		if (!is_wanted(chain, log))
			continue;
		rc = describe(chain, log, scratch, out, err);
		if (rc != ERR_NOT_FOUND)
			return rc;
	}
	return ERR_NOT_FOUND;
}
