/*
 * claims.c - what the other side says it holds, and what follows from it.
 *
 * Must never take a claim for more than a reason to send less, to ask, or to
 * go on in new logs: one that knows more of ours than we do means that we were
 * set back; other bytes under the same number mean two histories.
 */
#include "daemon/core/core.h"

static struct dot dot_at(const struct schema_fixes *dots, size_t i)
{
	return dot_unpack(dots->ptr + i * DOT_BYTES);
}

void claims_mark_equal(struct engine *engine, struct session *session)
{
	size_t i;

	for (i = 0; i < engine->chain.count; i++) {
		session->logs[i].acked = engine->chain.rows[i].head_seq;
		session->logs[i].sent = session->logs[i].acked;
	}
}

/* Is that block ours too? 1, 0, or what the store says. */
static int is_ours(struct engine *engine, uint32_t log, const struct dot *dot,
		   struct err *err)
{
	const struct store_log *row = &engine->chain.rows[log];
	struct hash32 id = row->head_id;
	int rc;

	if (dot->seq < engine->chain.logs[log].first_seq ||
	    dot->seq > row->head_seq)
		return 0;
	if (dot->seq < row->head_seq) {
		rc = chain_block_id(&engine->chain, log, dot->seq, &id, err);
		if (rc != 0)
			return rc;
	}
	return memcmp(id.b, dot->tip, sizeof dot->tip) == 0;
}

int claims_find(struct engine *engine, const struct dot *dot, uint32_t *log,
		struct err *err)
{
	const struct chain *chain = &engine->chain;
	uint32_t at = chain_find(chain, &dot->lid);

	*log = at;
	if (at == CHAIN_NONE)
		return 0;
	at = chain_find(chain, &chain->logs[at].base);
	if (chain->logs[at].next_branch == CHAIN_NONE)
		return 0;
	for (; at != CHAIN_NONE; at = chain->logs[at].next_branch) {
		int rc = is_ours(engine, at, dot, err);

		if (rc < 0)
			return rc;
		if (rc == 1)
			break;
	}
	*log = at;
	return 0;
}

static void set_held(struct engine *engine, struct session *session,
		     uint32_t log, uint64_t seq)
{
	struct session_log *theirs = &session->logs[log];

	uint64_t before = engine->chain.logs[log].first_seq - 1;

	if (seq > engine->chain.rows[log].head_seq)
		seq = engine->chain.rows[log].head_seq;
	if (seq < before)
		seq = before;
	theirs->acked = seq;
	theirs->sent = seq;
	links_note_ack(engine, session, log);
}

/* They may hold, under the lid, what is a branch of it here. */
static int match_branch(struct engine *engine, struct session *session,
			uint32_t log, const struct dot *dot, bool *matched,
			struct err *err)
{
	struct chain *chain = &engine->chain;
	uint32_t at = chain_find(chain, &chain->logs[log].base);

	*matched = false;
	for (; at != CHAIN_NONE; at = chain->logs[at].next_branch) {
		int rc = at == log ? 0 : is_ours(engine, at, dot, err);

		if (rc < 0)
			return rc;
		if (rc == 0)
			continue;
		set_held(engine, session, at, dot->seq);
		set_held(engine, session, log, chain->logs[at].first_seq - 1);
		*matched = true;
		return 0;
	}
	return 0;
}

/*
 * Is a bare word about our own logs enough to close them? Not that of somebody
 * unknown, nor one that might use up all the logs we may ever open: then only
 * the blocks themselves are (chain_admit).
 */
static bool may_claim(const struct engine *engine,
		      const struct session *session)
{
	const struct chain *chain = &engine->chain;

	return session->sm.state != SESSION_INTRO &&
	       chain_count_logs(chain, &chain->device) <
		       LIMIT_LOGS_PER_DEVICE / 2;
}

static int take_claim(struct engine *engine, struct session *session,
		      const struct dot *dot, struct err *err)
{
	struct chain *chain = &engine->chain;
	uint32_t log = chain_find(chain, &dot->lid);
	bool matched;
	int rc;

	if (log == CHAIN_NONE)
		return 0;
	if (dot->seq > chain->rows[log].head_seq) {
		/* What they call by the log's name may be a branch to us, and
		 * longer than the one we call so. */
		rc = match_branch(engine, session, log, dot, &matched, err);
		if (rc != 0 || matched)
			return rc;
		set_held(engine, session, log, dot->seq);
		/* More of our own than we know: we were set back. */
		return may_claim(engine, session)
			       ? chain_doubt_log(chain, log, LOG_REASON_RESTORE,
						 err)
			       : 0;
	}
	rc = is_ours(engine, log, dot, err);
	if (rc < 0)
		return rc;
	if (rc == 1) {
		set_held(engine, session, log, dot->seq);
		return 0;
	}
	rc = match_branch(engine, session, log, dot, &matched, err);
	if (rc != 0 || matched)
		return rc;
	return seek_start(engine, session, log, dot->seq, err);
}

static bool dots_are_sorted(const struct schema_fixes *dots)
{
	size_t i;

	for (i = 1; i < dots->count; i++) {
		struct dot a = dot_at(dots, i - 1);
		struct dot b = dot_at(dots, i);

		if (memcmp(a.lid.b, b.lid.b, 16) >= 0)
			return false;
	}
	return true;
}

int claims_take(struct engine *engine, struct session *session,
		const struct sync_state *state, struct err *err)
{
	struct chain *chain = &engine->chain;
	size_t i;
	int rc;

	if (!dots_are_sorted(&state->logs))
		return ERR_MALFORMED;
	session->flight_count = 0;
	session->flight_bytes = 0;
	for (i = 0; i < chain->count; i++) {
		session->logs[i].acked = chain->logs[i].first_seq - 1;
		session->logs[i].sent = chain->logs[i].first_seq - 1;
		session->logs[i].blocked = false;
	}
	session->claim_count = state->logs.count;
	for (i = 0; i < state->logs.count; i++) {
		session->claims[i] = dot_at(&state->logs, i);
		rc = take_claim(engine, session, &session->claims[i], err);
		if (rc != 0)
			return rc;
	}
	session->has_state = true;
	session->seen_changes = 0;
	if (session->sm.state == SESSION_GREET)
		sm_move(&session->sm, SESSION_CONTROL);
	return 0;
}

void claims_count(struct engine *engine, struct session *session)
{
	size_t i;

	if (session->seen_changes == engine->chain.changes)
		return;
	session->seen_changes = engine->chain.changes;
	session->claims_open = 0;
	for (i = 0; i < session->claim_count; i++) {
		const struct dot *dot = &session->claims[i];
		uint32_t log = chain_find(&engine->chain, &dot->lid);

		if (log == CHAIN_NONE ||
		    engine->chain.rows[log].head_seq < dot->seq)
			session->claims_open++;
	}
}
