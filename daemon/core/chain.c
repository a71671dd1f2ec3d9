/*
 * chain.c - admits runs and own blocks on the end of logs.
 *
 * Must never admit a block whose signature, chain, author and log have not
 * been checked, or a part of a run. Deals in headers and control bodies only;
 * what data bodies hold is sealed. Read branch.c for two histories under one
 * number, ledger.c for how logs are kept and found.
 */
#include "daemon/core/chain.h"

#include "proto/base/panic.h"
#include "proto/codec.h"
#include "proto/crypto/kdf.h"

/* What a control log begins with says whose it is. */
static int read_opener(const struct chain *chain, const struct block *block,
		       struct arena *arena, struct store_log *row)
{
	const struct schema_message *schema;
	struct control_genesis genesis;
	struct control_log_open open;
	struct hash32 journal;
	struct id16 nonce, lid;

	memset(row, 0, sizeof *row);
	schema = schema_control(block->header.kind);
	if (block->header.kind == CONTROL_GENESIS) {
		hash_bytes(block->body, journal.b, sizeof journal.b);
		if (!hash32_equal(&journal, &chain->journal))
			return ERR_NOT_MEMBER;
		if (codec_decode(schema, block->body, arena, &genesis) != 0)
			return ERR_MALFORMED;
		memcpy(row->device.b, genesis.device, 32);
		memcpy(nonce.b, genesis.nonce, 16);
	} else if (block->header.kind == CONTROL_LOG_OPEN) {
		if (codec_decode(schema, block->body, arena, &open) != 0 ||
		    open.class != LOG_CONTROL)
			return ERR_MALFORMED;
		memcpy(row->device.b, open.device, 32);
		memcpy(nonce.b, open.nonce, 16);
	} else {
		return ERR_MALFORMED;
	}
	kdf_lid(&row->device, LOG_CONTROL, &nonce, &lid);
	row->lid = lid;
	row->log_class = LOG_CONTROL;
	return id16_equal(&lid, &block->header.lid) ? 0 : ERR_MALFORMED;
}

/* A control log nobody has seen: whose is it, and is that one of us? */
static int open_control_log(struct chain *chain, const struct block *block,
			    struct store_log *row, struct err *err)
{
	struct arena_mark mark = arena_mark(&chain->step);
	int rc;

	/* Kinds of data logs have numbers of their own; what tells the two
	 * apart is that control records never bear an etag. */
	if (block->header.seq != 1 || block->body.ptr == NULL ||
	    !id16_is_zero(&block->header.etag) ||
	    (block->header.kind != CONTROL_GENESIS &&
	     block->header.kind != CONTROL_LOG_OPEN))
		return ERR_NOT_FOUND;
	if (chain->count >= LIMIT_LOGS)
		return ERR_LIMIT;
	rc = read_opener(chain, block, &chain->step, row);
	arena_rewind(&chain->step, mark);
	if (rc != 0 || block->header.kind == CONTROL_GENESIS)
		return rc;
	if (chain->has_device &&
	    memcmp(row->device.b, chain->device.b, 32) == 0)
		return 0;
	rc = chain_refresh(chain, err);
	if (rc != 0)
		return rc;
	/* The ADD may still be on its way. */
	return roster_find(&chain->roster, &row->device) != NULL
		       ? 0
		       : ERR_NOT_FOUND;
}

/* What every block of this class has to be like. */
static int check_block(const struct chain *chain, const struct store_log *row,
		       const struct block *block)
{
	const struct block_header *header = &block->header;

	if (header->kind == 0 || block->body.ptr == NULL ||
	    !id16_equal(&header->jtag, &chain->jtag))
		return ERR_MALFORMED;
	if (row->log_class != LOG_CONTROL)
		return 0;
	if (!id16_is_zero(&header->etag) ||
	    header->body_len > LIMIT_CONTROL_BODY_BYTES ||
	    (header->kind == CONTROL_GENESIS && header->seq != 1))
		return ERR_MALFORMED;
	return 0;
}

/* Control records are few and for ever, and no device may use up the room of
 * all: whoever is removed might do so on purpose. */
static bool has_record_room(const struct chain *chain,
			    const struct sign_public *device, size_t more)
{
	size_t same = 0;
	size_t i;

	if (chain->record_count + more > LIMIT_CONTROL_RECORDS)
		return false;
	for (i = 0; i < chain->record_count; i++)
		same += memcmp(chain->records[i].author.b, device->b, 32) == 0;
	return same + more <= LIMIT_RECORDS_PER_DEVICE;
}

static int check_blocks(const struct chain *chain, const struct store_log *row,
			const struct block *blocks, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		int rc = check_block(chain, row, &blocks[i]);

		if (rc != 0)
			return rc;
	}
	if (row->log_class == LOG_CONTROL &&
	    !has_record_room(chain, &row->device, count))
		return ERR_LIMIT;
	return 0;
}

static bool is_stray(const struct store_log *row, uint64_t seq)
{
	return (row->flags & STORE_LOG_QUARANTINE) != 0 ||
	       (row->cut != 0 && seq > row->cut);
}

/*
 * What lies beyond a cut, or in a log of nobody's, is bounded. A run that goes
 * on before a cut and ends behind it gets in whole: what stands of it must not
 * be kept out. `first`: of its blocks that are new.
 */
static int check_quarantine(const struct chain *chain, uint32_t log,
			    const struct block *first, size_t count)
{
	const struct store_log *row = &chain->rows[log];

	if (!is_stray(row, first->header.seq))
		return 0;
	if (chain->stray_blocks + count > LIMIT_QUARANTINE_BLOCKS ||
	    chain->logs[log].stray_bytes > LIMIT_QUARANTINE_BYTES)
		return ERR_LIMIT;
	return 0;
}

/* The log that a LOG_OPEN inside a control log opens. */
static int read_opened(struct chain *chain, const struct store_log *opener,
		       const struct block *block, struct store_log *row)
{
	struct arena_mark mark = arena_mark(&chain->step);
	struct control_log_open open;
	struct id16 nonce;
	int rc;

	memset(row, 0, sizeof *row);
	rc = codec_decode(schema_control(CONTROL_LOG_OPEN), block->body,
			  &chain->step, &open);
	arena_rewind(&chain->step, mark);
	if (rc == ERR_NOMEM)
		return rc;
	if (rc != 0 || open.class < LOG_DATA || open.class > LOG_BLOB ||
	    memcmp(open.device, opener->device.b, 32) != 0)
		return ERR_MALFORMED;
	memcpy(nonce.b, open.nonce, 16);
	row->device = opener->device;
	row->log_class = (uint8_t)open.class;
	kdf_lid(&row->device, row->log_class, &nonce, &row->lid);
	return 0;
}

static int register_opened(struct chain *chain, const struct store_log *opener,
			   const struct block *block, struct err *err)
{
	struct store_log row;
	uint32_t log;
	int rc = read_opened(chain, opener, block, &row);

	if (rc == ERR_NOMEM)
		return rc;
	if (rc != 0 || chain_find(chain, &row.lid) != CHAIN_NONE)
		return 0;
	/* One of others too many is as if it had not been opened. */
	rc = chain_add_log(chain, &row, &log, err);
	return rc == ERR_LIMIT ? 0 : rc;
}

int chain_put_blocks(struct chain *chain, uint32_t log,
		     const struct block *blocks, size_t count, struct err *err)
{
	struct chain_log *state = &chain->logs[log];
	/* A copy: opening logs moves nothing, but put reads what it names. */
	struct store_log row = chain->rows[log];
	size_t i;
	int rc;

	for (i = 0; i < count; i++) {
		const struct block *block = &blocks[i];

		rc = store_block_put(chain->store, row.no, block, err);
		if (rc != 0)
			return rc == ERR_EXISTS ? ERR_CORRUPT : rc;
		if (is_stray(&row, block->header.seq)) {
			chain->stray_blocks++;
			state->stray_bytes += block->body.len;
		}
	}
	/* It may be the block that a cut names. */
	if (row.cut != 0 || (row.flags & STORE_LOG_QUARANTINE) != 0)
		chain->marks_due = true;
	row.head_seq = blocks[count - 1].header.seq;
	row.head_id = blocks[count - 1].id;
	rc = store_log_head(chain->store, &row, err);
	if (rc != 0)
		return rc;
	chain->rows[log] = row;
	if (state->admitted_from == 0)
		state->admitted_from = blocks[0].header.seq;
	state->admitted_to = row.head_seq;
	chain->take_at = log < chain->take_at ? log : chain->take_at;
	chain->changes++;
	for (i = 0; i < count && row.log_class == LOG_CONTROL; i++) {
		rc = chain_keep_record(chain, &row.device, &blocks[i]);
		if (rc == 0 && blocks[i].header.kind == CONTROL_LOG_OPEN)
			rc = register_opened(chain, &row, &blocks[i], err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

/* How many of the run's first blocks are held; ERR_FORK if others are. */
static int count_held(struct chain *chain, uint32_t log, const struct run *run,
		      size_t *held, struct err *err)
{
	const struct store_log *row = &chain->rows[log];
	uint64_t first = run->blocks[0].header.seq;
	uint64_t newest = run->blocks[run->count - 1].header.seq;
	const struct hash32 *mine = &row->head_id;
	struct hash32 id;
	int rc;

	*held = 0;
	if (first > row->head_seq + 1)
		return ERR_GAP;
	if (first == row->head_seq + 1)
		return hash32_equal(&run->blocks[0].header.prev, &row->head_id)
			       ? 0
			       : ERR_FORK;
	if (newest > row->head_seq)
		newest = row->head_seq;
	if (newest < row->head_seq) {
		rc = chain_block_id(chain, log, newest, &id, err);
		if (rc != 0)
			return rc;
		mine = &id;
	}
	*held = (size_t)(newest - first) + 1;
	return hash32_equal(&run->blocks[*held - 1].id, mine) ? 0 : ERR_FORK;
}

/* More of our own log than we know of: we were set back (section 9). */
static int admit_own(struct chain *chain, uint32_t log, struct err *err)
{
	return chain_doubt_log(chain, log, LOG_REASON_RESTORE, err);
}

static int admit_known(struct chain *chain, uint32_t *log,
		       const struct run *run, struct err *err)
{
	bool is_fork;
	size_t held;
	int rc;

	rc = branch_pick(chain, log, run, err);
	if (rc != 0)
		return rc;
	rc = count_held(chain, *log, run, &held, err);
	if (rc == 0 && held == run->count)
		return 0;
	if (rc != 0 && rc != ERR_FORK)
		return rc;
	if (run_verify(run, &chain->rows[*log].device) != 0)
		return ERR_CRYPTO;
	if (rc == ERR_FORK)
		held = 0;
	is_fork = rc == ERR_FORK;
	rc = check_blocks(chain, &chain->rows[*log], run->blocks + held,
			  run->count - held);
	if (rc == 0)
		rc = check_quarantine(chain, *log,
				      is_fork ? &run->blocks[run->count - 1]
					      : &run->blocks[held],
				      run->count - held);
	if (rc == 0 && is_fork)
		return branch_admit(chain, *log, run, log, err);
	if (rc == 0)
		rc = chain_put_blocks(chain, *log, run->blocks + held,
				      run->count - held, err);
	if (rc == 0)
		rc = admit_own(chain, *log, err);
	return rc;
}

static int admit_new(struct chain *chain, const struct run *run, uint32_t *log,
		     struct err *err)
{
	struct store_log row;
	int rc = open_control_log(chain, &run->blocks[0], &row, err);

	if (rc != 0)
		return rc;
	if (run_verify(run, &row.device) != 0)
		return ERR_CRYPTO;
	rc = check_blocks(chain, &row, run->blocks, run->count);
	if (rc == 0)
		rc = chain_add_log(chain, &row, log, err);
	if (rc == 0)
		rc = chain_put_blocks(chain, *log, run->blocks, run->count,
				      err);
	return rc;
}

int chain_admit(struct chain *chain, const struct run *run, uint32_t *log,
		struct err *err)
{
	int rc;

	kept_assert(run->count > 0);
	chain->is_admitting = true;
	*log = chain_find(chain, &run->blocks[0].header.lid);
	rc = *log != CHAIN_NONE ? admit_known(chain, log, run, err)
				: admit_new(chain, run, log, err);
	chain->is_admitting = false;
	return rc;
}

/* An unsigned block is good as long as a signed one can cover it in a run. */
static int check_tail(struct chain_log *state, const struct block *block)
{
	uint32_t bytes = state->unsigned_bytes + block->header.body_len;

	if (state->unsigned_blocks > 0 &&
	    state->unsigned_epoch != block->header.epoch)
		return ERR_USAGE;
	if (state->unsigned_blocks + 1 > LIMIT_RUN_BLOCKS ||
	    bytes > LIMIT_RUN_BODY_BYTES ||
	    bytes + (state->unsigned_blocks + 1) * RUN_ITEM_BYTES +
			    RUN_FRAME_BYTES >
		    LIMIT_RUN_BYTES)
		return ERR_USAGE;
	if (block->is_signed) {
		state->unsigned_blocks = 0;
		state->unsigned_bytes = 0;
		return 0;
	}
	state->unsigned_blocks++;
	state->unsigned_bytes = bytes;
	state->unsigned_epoch = block->header.epoch;
	return 0;
}

#define NO_ROOM                                                                \
	"This device had to begin its logs anew too often and can't write "    \
	"on. Nothing is lost: pair a new home with `kept pair`."

static bool has_log_room(const struct chain *chain,
			 const struct sign_public *device)
{
	return chain_log_room(chain, device) > 0;
}

/* The log an own block goes to, made if it opens one. */
static int find_own_log(struct chain *chain, const struct block *block,
			uint32_t *log, struct err *err)
{
	struct store_log row;
	int rc;

	if (!chain->has_journal || !chain->has_device) {
		rc = chain_load_identity(chain, err);
		if (rc != 0)
			return rc;
	}
	if (!chain->has_journal && block->header.kind == CONTROL_GENESIS) {
		hash_bytes(block->body, chain->journal.b,
			   sizeof chain->journal.b);
		kdf_jtag(&chain->journal, &chain->jtag);
		chain->has_journal = true;
	}
	*log = chain_find(chain, &block->header.lid);
	if (*log != CHAIN_NONE)
		return 0;
	rc = open_control_log(chain, block, &row, err);
	if (rc == 0)
		rc = chain_add_log(chain, &row, log, err);
	if (rc == ERR_LIMIT ||
	    (rc == ERR_NOT_FOUND && !has_log_room(chain, &chain->device)))
		return err_set(err, ERR_LIMIT, NO_ROOM);
	if (rc != 0)
		return err_set(err, rc, "A log that was never opened.");
	return 0;
}

/* Does it open a log that there is no room for? What would be written there
 * could never be admitted, here or elsewhere. */
static bool opens_too_many(struct chain *chain, const struct store_log *row,
			   const struct block *block)
{
	struct store_log opened;

	if (row->log_class != LOG_CONTROL || block->header.seq == 1 ||
	    block->header.kind != CONTROL_LOG_OPEN ||
	    has_log_room(chain, &row->device))
		return false;
	return read_opened(chain, row, block, &opened) == 0 &&
	       chain_find(chain, &opened.lid) == CHAIN_NONE;
}

/*
 * What the vault of this process signed. Checking costs as much as all the
 * rest of a write, and what could be wrong is the key, so one look per log
 * and process does for words; records, rare and weighty, are all looked at.
 */
static int check_own_signature(struct chain *chain, uint32_t log,
			       const struct block *block)
{
	struct block again = *block;
	int rc;

	block_compute_id(&again);
	if (!hash32_equal(&again.id, &block->id))
		return ERR_CRYPTO;
	if (!block->is_signed || (chain->logs[log].is_proved &&
				  chain->rows[log].log_class != LOG_CONTROL))
		return 0;
	rc = block_verify(block, &chain->rows[log].device);
	chain->logs[log].is_proved = rc == 0;
	return rc;
}

int chain_append(struct chain *chain, const struct block *block,
		 struct err *err)
{
	const struct store_log *row;
	uint32_t log;
	int rc = find_own_log(chain, block, &log, err);

	if (rc != 0)
		return rc;
	row = &chain->rows[log];
	if (opens_too_many(chain, row, block) ||
	    ((row->flags & STORE_LOG_CLOSED) != 0 &&
	     !has_log_room(chain, &row->device)))
		return err_set(err, ERR_LIMIT, NO_ROOM);
	if ((row->flags & STORE_LOG_CLOSED) != 0)
		return err_set(err, ERR_FORK, "%s", err_text(ERR_FORK));
	rc = check_block(chain, row, block);
	if (rc == 0 && (block->header.seq != row->head_seq + 1 ||
			!hash32_equal(&block->header.prev, &row->head_id)))
		rc = ERR_GAP;
	if (rc == 0 && !block_body_fits(block))
		rc = ERR_MALFORMED;
	if (rc == 0)
		rc = check_own_signature(chain, log, block);
	if (rc == 0 && row->log_class == LOG_CONTROL &&
	    (!block->is_signed || !has_record_room(chain, &row->device, 1)))
		rc = block->is_signed ? ERR_LIMIT : ERR_USAGE;
	if (rc == 0)
		rc = check_tail(&chain->logs[log], block);
	if (rc != 0)
		return err_set(err, rc, "A block of our own does not fit: %s",
			       err_text(rc));
	return chain_put_blocks(chain, log, block, 1, err);
}
