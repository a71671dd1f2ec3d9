/*
 * plan.c - what to send next, and how much at once.
 *
 * Control logs first, acknowledged before anything else moves; then logs
 * that lack little (what was written a moment ago), data logs with the newest
 * log first, blob logs last. The window of unacknowledged bytes is the only
 * flow control: what is on its way is bounded, and so is memory.
 */
#include "daemon/core/core.h"

#include "proto/codec.h"

/* Lacking no more than this is catching up, not history. */
#define LIVE_BLOCKS 8u

static bool lacks(const struct engine *engine, const struct session *session,
		  size_t log)
{
	const struct session_log *theirs = &session->logs[log];

	return !theirs->blocked &&
	       theirs->sent < engine->chain.rows[log].head_seq;
}

/*
 * A branch makes sense only on the history it parted from: that is any that
 * begins before it, up to there. One they did not take is not waited for, but
 * without the first there is nothing to part from.
 */
static bool has_past(const struct engine *engine, const struct session *session,
		     size_t log)
{
	const struct chain *chain = &engine->chain;
	uint64_t first = chain->logs[log].first_seq;
	uint32_t base = chain_find(chain, &chain->logs[log].base);
	uint32_t at = first == 1 ? CHAIN_NONE : base;

	for (; at != CHAIN_NONE; at = chain->logs[at].next_branch) {
		const struct session_log *theirs = &session->logs[at];
		uint64_t end = chain->rows[at].head_seq;

		if (chain->logs[at].first_seq >= first ||
		    (theirs->blocked && at != base))
			continue;
		if (theirs->acked < (end < first ? end : first - 1))
			return false;
	}
	return true;
}

bool plan_control_is_acked(const struct engine *engine,
			   const struct session *session)
{
	size_t i;

	for (i = 0; i < engine->chain.count; i++) {
		const struct store_log *row = &engine->chain.rows[i];

		if (row->log_class == LOG_CONTROL &&
		    !session->logs[i].blocked &&
		    session->logs[i].acked < row->head_seq &&
		    has_past(engine, session, i))
			return false;
	}
	return true;
}

static unsigned rank(const struct engine *engine, const struct session *session,
		     size_t log)
{
	const struct store_log *row = &engine->chain.rows[log];

	if (row->log_class == LOG_CONTROL)
		return 4;
	if (row->log_class == LOG_BLOB)
		return 1;
	return row->head_seq - session->logs[log].sent <= LIVE_BLOCKS ? 3 : 2;
}

static uint32_t pick_log(const struct engine *engine,
			 const struct session *session)
{
	uint32_t best = CHAIN_NONE;
	unsigned best_rank = plan_control_is_acked(engine, session) ? 0 : 3;
	size_t i;

	for (i = 0; i < engine->chain.count; i++) {
		unsigned r;

		if (!lacks(engine, session, i) || !has_past(engine, session, i))
			continue;
		r = rank(engine, session, i);
		/* Among control logs the older one first: what lets a log in
		 * came in before that log. Elsewhere the newer one. */
		if (r > best_rank ||
		    (r == best_rank && r < 4 && best != CHAIN_NONE)) {
			best = (uint32_t)i;
			best_rank = r;
		}
	}
	return best;
}

/* Blocks of a run being collected. */
struct collect {
	struct block *blocks;
	size_t count;
	size_t closed; /* up to the last signed one */
	size_t body_bytes, run_bytes;
};

/* Does the block still belong in the run? */
static bool fits(const struct collect *collect, const struct block *block)
{
	size_t body = block->body.ptr == NULL ? 32 : block->body.len;

	return collect->count < LIMIT_RUN_BLOCKS &&
	       (collect->count == 0 ||
		collect->blocks[0].header.epoch == block->header.epoch) &&
	       collect->body_bytes + body <= LIMIT_RUN_BODY_BYTES &&
	       collect->run_bytes + RUN_ITEM_BYTES + body <= LIMIT_RUN_BYTES;
}

static int add_block(struct engine *engine, struct collect *collect,
		     const struct block *block)
{
	struct block *copy = &collect->blocks[collect->count];
	size_t body = block->body.ptr == NULL ? 32 : block->body.len;

	*copy = *block;
	if (block->body.ptr != NULL) {
		copy->body.ptr = arena_copy(&engine->arena, block->body);
		if (copy->body.ptr == NULL)
			return ERR_NOMEM;
	}
	collect->count++;
	collect->body_bytes += body;
	collect->run_bytes += RUN_ITEM_BYTES + body;
	if (block->is_signed)
		collect->closed = collect->count;
	return 0;
}

static int collect_blocks(struct engine *engine, uint32_t log, uint64_t from,
			  struct collect *collect, struct err *err)
{
	const struct store_log *row = &engine->chain.rows[log];
	struct store_cursor *cursor = NULL;
	struct store_item item;
	uint64_t last = from + LIMIT_RUN_BLOCKS - 1;
	int rc;

	if (last > row->head_seq)
		last = row->head_seq;
	rc = store_scan_log(engine->chain.store, row->no, from, last, &cursor,
			    err);
	while (rc == 0) {
		rc = store_cursor_next(cursor, &item, err);
		if (rc <= 0)
			break;
		rc = 0;
		/* Enough, and at a signature: or it goes on to the next. */
		if (!fits(collect, &item.block) ||
		    (collect->closed == collect->count &&
		     collect->count >= engine->tune.run_blocks))
			break;
		rc = add_block(engine, collect, &item.block);
	}
	store_cursor_close(cursor);
	return rc;
}

int plan_build_run(struct engine *engine, uint32_t log, uint64_t from,
		   uint64_t *to, struct err *err)
{
	struct arena_mark mark = arena_mark(&engine->arena);
	struct collect collect = { .run_bytes = RUN_FRAME_BYTES };
	int rc;

	*to = 0;
	buf_clear(&engine->run);
	collect.blocks = arena_alloc(&engine->arena, LIMIT_RUN_BLOCKS,
				     sizeof *collect.blocks);
	if (collect.blocks == NULL)
		return ERR_NOMEM;
	rc = collect_blocks(engine, log, from, &collect, err);
	if (rc == 0 && collect.closed > 0) {
		rc = run_write(collect.blocks, collect.closed, &engine->run);
		/* A row that is not a run is damage: said by a scrub. */
		if (rc == 0)
			*to = collect.blocks[collect.closed - 1].header.seq;
		else if (rc != ERR_NOMEM)
			rc = 0;
	}
	arena_rewind(&engine->arena, mark);
	return rc;
}

static void launch(struct engine *engine, struct session *session, uint32_t log,
		   uint64_t to)
{
	struct sync_run run = { .blocks = buf_bytes(&engine->run) };
	struct session_log *theirs = &session->logs[log];
	struct flight *flight = &session->flights[session->flight_count++];

	flight->log = log;
	flight->to = to;
	flight->bytes = (uint32_t)engine->run.len;
	session->flight_bytes += flight->bytes;
	session->blocks_sent += to - theirs->sent;
	theirs->sent = to;
	peer_send(engine, session, SYNC_RUN, &run);
}

int plan_fill(struct engine *engine, struct session *session, struct err *err)
{
	size_t window = engine->tune.window_bytes;

	if (window > LIMIT_SESSION_OUT_BYTES / 2)
		window = LIMIT_SESSION_OUT_BYTES / 2;
	while (session->flight_count < SESSION_FLIGHTS &&
	       (session->flight_count == 0 || session->flight_bytes < window)) {
		uint32_t log = pick_log(engine, session);
		uint64_t to;
		int rc;

		if (log == CHAIN_NONE)
			return 0;
		rc = plan_build_run(engine, log, session->logs[log].sent + 1,
				    &to, err);
		if (rc != 0)
			return rc;
		if (to == 0) {
			session->logs[log].blocked = true;
			continue;
		}
		launch(engine, session, log, to);
	}
	return 0;
}
