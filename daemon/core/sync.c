/*
 * sync.c - what the messages of a session mean.
 *
 * Must never take a message in a state that sync.def does not name for it,
 * nor acknowledge what the turn has not admitted: effects leave after the
 * commit, and so an ACK says "on the disk here". Read plan.c for the other
 * direction.
 */
#include "daemon/core/core.h"

#include <stdlib.h>

#include "proto/codec.h"

/* 0: it was dealt with; ERR_CLASS_PEER codes: the other side's fault. */

static enum peer_state message_state(const struct session *session)
{
	switch ((enum session_state)session->sm.state) {
	case SESSION_INTRO:
		return PEER_INTRO;
	case SESSION_CONTROL:
		return PEER_CONTROL;
	case SESSION_STREAM:
		return PEER_STREAM;
	case SESSION_FREE:
	case SESSION_HELLO_OUT:
	case SESSION_HELLO_IN:
	case SESSION_MET_IN:
	case SESSION_GREET:
	case SESSION_STATE_COUNT:
		break;
	}
	return PEER_GREET;
}

static int dot_order(const void *a, const void *b)
{
	return dot_compare(a, b);
}

static struct dot dot_at(const struct schema_fixes *dots, size_t i)
{
	return dot_unpack(dots->ptr + i * DOT_BYTES);
}

static bool pack_dots(struct engine *engine, const struct dot *dots,
		      size_t count, struct schema_fixes *out)
{
	uint8_t *packed = arena_alloc(&engine->arena, count + 1, DOT_BYTES);
	size_t i;

	if (packed == NULL) {
		engine->effects->failed = ERR_NOMEM;
		return false;
	}
	for (i = 0; i < count; i++)
		dot_pack(&dots[i], packed + i * DOT_BYTES);
	out->ptr = packed;
	out->count = count;
	return true;
}

void sync_send_state(struct engine *engine, struct session *session,
		     bool control_only)
{
	struct arena_mark mark = arena_mark(&engine->arena);
	struct sync_state state = { .present = 0 };
	struct dot *dots;
	size_t count;

	dots = chain_dots(&engine->chain, control_only, &engine->arena, &count);
	if (dots == NULL) {
		engine->effects->failed = ERR_NOMEM;
		return;
	}
	if (pack_dots(engine, dots, count, &state.logs)) {
		SCHEMA_SET(&state, sync_state, logs);
		peer_send(engine, session, SYNC_STATE, &state);
	}
	arena_rewind(&engine->arena, mark);
}

/* ---- what came, acknowledged ---- */

/*
 * The newest of what came, not our head: they may hold, of two histories under
 * one name, another one than we do, and know ours only up to what they sent.
 */
static int dot_to_ack(struct engine *engine, const struct session *session,
		      uint32_t log, struct dot *dot, struct err *err)
{
	uint64_t seq = session->logs[log].to_ack;
	struct hash32 id;
	int rc;

	*dot = chain_head(&engine->chain, log);
	if (seq >= dot->seq)
		return 0;
	rc = chain_block_id(&engine->chain, log, seq, &id, err);
	/* Moved to a branch in this very turn: greeting anew says so. */
	if (rc == ERR_NOT_FOUND)
		return 0;
	dot->seq = seq;
	memcpy(dot->tip, id.b, sizeof dot->tip);
	return rc;
}

static int collect_acks(struct engine *engine, struct session *session,
			struct dot *dots, size_t *count, struct err *err)
{
	uint32_t i;
	int rc = 0;

	*count = 0;
	for (i = 0; rc == 0 && i < engine->chain.count; i++) {
		if (session->logs[i].to_ack > 0 &&
		    engine->chain.rows[i].head_seq > 0)
			rc = dot_to_ack(engine, session, i, &dots[(*count)++],
					err);
		session->logs[i].to_ack = 0;
	}
	return rc;
}

static int send_ack(struct engine *engine, struct session *session,
		    struct err *err)
{
	struct arena_mark mark = arena_mark(&engine->arena);
	struct dot *dots = arena_alloc(&engine->arena, engine->chain.count + 1,
				       sizeof *dots);
	struct sync_ack ack = { .port = engine->port };
	size_t count;
	int rc;

	if (dots == NULL)
		return ERR_NOMEM;
	rc = collect_acks(engine, session, dots, &count, err);
	if (rc != 0)
		return rc;
	qsort(dots, count, sizeof *dots, dot_order);
	if (!session->port_said && engine->port != 0 && session->initiator)
		SCHEMA_SET(&ack, sync_ack, port);
	session->port_said = true;
	if (session->refused_count > 0)
		SCHEMA_SET(&ack, sync_ack, refused);
	if (pack_dots(engine, dots, count, &ack.logs) &&
	    pack_dots(engine, session->refused, session->refused_count,
		      &ack.refused))
		peer_send(engine, session, SYNC_ACK, &ack);
	session->ack_due = false;
	session->refused_count = 0;
	arena_rewind(&engine->arena, mark);
	return 0;
}

/* ---- RUN ---- */

/*
 * A run not taken is named by its newest block: of a log with branches that
 * says which. One that follows another stands for both.
 */
static int refuse_run(struct engine *engine, struct session *session,
		      const struct run *run, struct err *err)
{
	const struct block *first = &run->blocks[0];
	const struct block *last = &run->blocks[run->count - 1];
	struct dot *dot;
	size_t i;

	for (i = 0; i < session->refused_count; i++) {
		dot = &session->refused[i];
		if (id16_equal(&dot->lid, &first->header.lid) &&
		    memcmp(dot->tip, first->header.prev.b, sizeof dot->tip) ==
			    0)
			break;
	}
	if (i == SESSION_REFUSALS) {
		int rc = send_ack(engine, session, err);

		if (rc != 0)
			return rc;
		i = 0;
	}
	dot = &session->refused[i];
	dot->lid = last->header.lid;
	dot->seq = last->header.seq;
	memcpy(dot->tip, last->id.b, sizeof dot->tip);
	if (i == session->refused_count)
		session->refused_count++;
	session->ack_due = true;
	return 0;
}

/* In an introduction only control records are taken. */
static bool intro_takes(const struct engine *engine, const struct run *run)
{
	uint32_t log = chain_find(&engine->chain, &run->blocks[0].header.lid);

	return log == CHAIN_NONE ||
	       engine->chain.rows[log].log_class == LOG_CONTROL;
}

static int admit_run(struct engine *engine, struct session *session,
		     const struct run *run, struct err *err)
{
	uint64_t newest = run->blocks[run->count - 1].header.seq;
	struct session_log *theirs;
	uint32_t log;
	int rc = chain_admit(&engine->chain, run, &log, err);

	if (rc == ERR_GAP || rc == ERR_NOT_FOUND || rc == ERR_LIMIT)
		return refuse_run(engine, session, run, err);
	if (rc == ERR_FORK)
		return seek_start(engine, session, log, newest, err);
	/* Before it is noted what they hold: of the log as it is now. */
	if (rc == 0 && engine->seen_forks != engine->chain.forks)
		rc = moves_follow(engine, err);
	if (rc != 0)
		return rc;
	session->blocks_received += run->count;
	theirs = &session->logs[log];
	session->ack_due = true;
	if (newest > theirs->to_ack)
		theirs->to_ack = newest;
	if (newest > theirs->acked)
		theirs->acked = newest;
	if (newest > theirs->sent)
		theirs->sent = newest;
	links_note_ack(engine, session, log);
	return 0;
}

static int on_run(struct engine *engine, struct session *session,
		  const struct sync_run *message, struct err *err)
{
	struct run run;
	int rc = run_read(message->blocks, &engine->chain.jtag, &engine->arena,
			  &run);

	if (rc != 0)
		return rc;
	if (session->sm.state == SESSION_INTRO && !intro_takes(engine, &run))
		return ERR_NOT_NOW;
	return admit_run(engine, session, &run, err);
}

/* ---- ACK ---- */

void sync_land(struct session *session, uint32_t log, uint64_t seq)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < session->flight_count; i++) {
		const struct flight *flight = &session->flights[i];

		if (flight->log == log && flight->to <= seq)
			session->flight_bytes -= flight->bytes;
		else
			session->flights[kept++] = *flight;
	}
	session->flight_count = kept;
}

static int take_ack(struct engine *engine, struct session *session,
		    const struct dot *dot, struct err *err)
{
	struct chain *chain = &engine->chain;
	struct session_log *theirs;
	uint32_t log;
	size_t i;
	int rc = claims_find(engine, dot, &log, err);

	if (rc != 0 || log == CHAIN_NONE)
		return rc;
	theirs = &session->logs[log];
	sync_land(session, log, dot->seq);
	if (dot->seq <= theirs->acked)
		return 0;
	theirs->acked = dot->seq;
	if (theirs->acked > chain->rows[log].head_seq)
		theirs->acked = chain->rows[log].head_seq;
	if (theirs->sent < theirs->acked)
		theirs->sent = theirs->acked;
	links_note_ack(engine, session, log);
	/* A new control record may be what a refused log was waiting for. */
	for (i = 0;
	     chain->rows[log].log_class == LOG_CONTROL && i < chain->count; i++)
		session->logs[i].blocked = false;
	return 0;
}

static int take_refusal(struct engine *engine, struct session *session,
			const struct dot *dot, struct err *err)
{
	struct session_log *theirs;
	uint32_t log;
	int rc = claims_find(engine, dot, &log, err);

	if (rc != 0 || log == CHAIN_NONE)
		return rc;
	theirs = &session->logs[log];
	sync_land(session, log, UINT64_MAX);
	theirs->blocked = true;
	theirs->sent = theirs->acked;
	return 0;
}

static int on_ack(struct engine *engine, struct session *session,
		  const struct sync_ack *ack, struct err *err)
{
	char address[sizeof session->address];
	size_t i;

	for (i = 0; i < ack->logs.count; i++) {
		struct dot dot = dot_at(&ack->logs, i);
		int rc = take_ack(engine, session, &dot, err);

		if (rc != 0)
			return rc;
	}
	for (i = 0; i < ack->refused.count; i++) {
		struct dot dot = dot_at(&ack->refused, i);
		int rc = take_refusal(engine, session, &dot, err);

		if (rc != 0)
			return rc;
	}
	if (ack->port == 0 || session->initiator || session->port != 0 ||
	    session->address[0] == '\0' || !peer_is_open(session))
		return 0;
	session->port = (uint16_t)ack->port;
	address_join(session->address, session->port, address, sizeof address);
	return links_put_address(engine, &session->device, address, err);
}

/* ---- the rest ---- */

static int on_want(struct engine *engine, struct session *session,
		   const struct sync_want *want, struct err *err)
{
	const struct sync_want_range *ranges = want->ranges.items;
	size_t i;

	/* Not for strangers. They may ask, as whoever finds that our histories
	 * differ does, and not know yet that they are strangers. */
	if (session->sm.state == SESSION_INTRO)
		return 0;
	for (i = 0; i < want->ranges.count; i++) {
		struct session_log *theirs;
		struct id16 lid;
		uint32_t log;
		int rc;

		memcpy(lid.b, ranges[i].lid, sizeof lid.b);
		log = chain_find(&engine->chain, &lid);
		if (ranges[i].from == 0 || ranges[i].to < ranges[i].from)
			return ERR_MALFORMED;
		if (log == CHAIN_NONE ||
		    ranges[i].from > engine->chain.rows[log].head_seq)
			continue;
		if (want->headers) {
			/* Whoever looks for a fork looks for one at a time. */
			if (session->said_headers)
				return ERR_NOT_NOW;
			session->said_headers = true;
			rc = seek_answer(engine, session, log, ranges[i].from,
					 ranges[i].to, err);
			if (rc != 0)
				return rc;
			continue;
		}
		/* From there again: it goes out as any run does. */
		theirs = &session->logs[log];
		sync_land(session, log, UINT64_MAX);
		theirs->blocked = false;
		theirs->sent = ranges[i].from - 1;
		if (theirs->sent + 1 < engine->chain.logs[log].first_seq)
			theirs->sent = engine->chain.logs[log].first_seq - 1;
		if (theirs->acked > theirs->sent)
			theirs->acked = theirs->sent;
	}
	return 0;
}

/* Two daemons answer under one key: each is told, and makes new logs. */
static int expose_clones(struct engine *engine, struct session *session,
			 struct err *err)
{
	struct session *other = peer_find(engine, session->rival);
	int rc = 0;

	if (other != NULL)
		rc = peer_close(engine, other, PEER_CLOSE_CLONE, true, err);
	if (rc != 0)
		return rc;
	return peer_close(engine, session, PEER_CLOSE_CLONE, true, err);
}

static int on_pong(struct engine *engine, struct session *session,
		   const struct sync_pong *pong, struct err *err)
{
	if (session->ping_ms == 0 || pong->token != session->conn)
		return ERR_NOT_NOW;
	session->ping_ms = 0;
	if (session->is_contested)
		return expose_clones(engine, session, err);
	return 0;
}

static int on_close(struct engine *engine, struct session *session,
		    const struct sync_close *message, struct err *err)
{
	int rc = 0;

	if (message->reason == PEER_CLOSE_CLONE && peer_is_open(session))
		rc = chain_doubt_copy(&engine->chain, err);
	if (rc != 0)
		return rc;
	return peer_close(engine, session, PEER_CLOSE_BYE, false, err);
}

union sync_any {
	struct sync_state state;
	struct sync_run run;
	struct sync_ack ack;
	struct sync_want want;
	struct sync_headers headers;
	struct sync_ping ping;
	struct sync_pong pong;
	struct sync_rekey rekey;
	struct sync_close close;
};

static int dispatch(struct engine *engine, struct session *session,
		    uint8_t number, const union sync_any *message,
		    struct err *err)
{
	struct sync_pong pong;

	switch (number) {
	case SYNC_STATE:
		return claims_take(engine, session, &message->state, err);
	case SYNC_RUN:
		return on_run(engine, session, &message->run, err);
	case SYNC_ACK:
		return on_ack(engine, session, &message->ack, err);
	case SYNC_WANT:
		return on_want(engine, session, &message->want, err);
	case SYNC_HEADERS:
		return seek_headers(engine, session, message->headers.chain,
				    err);
	case SYNC_PING:
		memset(&pong, 0, sizeof pong);
		pong.token = message->ping.token;
		peer_send(engine, session, SYNC_PONG, &pong);
		return 0;
	case SYNC_PONG:
		return on_pong(engine, session, &message->pong, err);
	case SYNC_REKEY:
		noise_rekey(&session->channel.receive);
		return 0;
	case SYNC_CLOSE:
		return on_close(engine, session, &message->close, err);
	default:
		return ERR_NOT_NOW;
	}
}

/* And not many: whatever a stranger says is counted. */
static bool intro_is_over(struct session *session,
			  const struct channel_frame *frame)
{
	if (session->sm.state != SESSION_INTRO)
		return false;
	session->intro_bytes += CHANNEL_HEAD_BYTES + frame->body.len;
	return session->intro_bytes > LIMIT_INTRO_BYTES;
}

int sync_frame(struct engine *engine, struct session *session,
	       const struct channel_frame *frame, struct err *err)
{
	const struct schema_message *schema = schema_sync(frame->number);
	union sync_any message;
	int rc = ERR_NOT_NOW;

	if (!intro_is_over(session, frame) && schema != NULL &&
	    frame->number < SYNC_PAIR_KEYS &&
	    (schema->states >> message_state(session) & 1) != 0)
		rc = codec_decode(schema, frame->body, &engine->arena,
				  &message);
	if (rc == 0)
		rc = dispatch(engine, session, frame->number, &message, err);
	if (rc == 0 || engine_is_fatal(rc))
		return rc;
	return peer_close(engine, session, PEER_CLOSE_BROKEN, true, err);
}

/* ---- after the events ---- */

static bool is_in_sync(const struct engine *engine,
		       const struct session *session)
{
	size_t i;

	if (session->sm.state != SESSION_STREAM || !session->has_state ||
	    session->claims_open > 0 || session->flight_count > 0)
		return false;
	for (i = 0; i < engine->chain.count; i++) {
		if (session->logs[i].acked < engine->chain.rows[i].head_seq)
			return false;
	}
	return true;
}

int sync_judge_intro(struct engine *engine, struct session *session,
		     struct err *err)
{
	const struct roster_member *member =
		roster_find_net(&engine->chain.roster, &session->remote);
	int rc;

	if (member == NULL || member->standing == ROSTER_PENDING)
		return 0;
	if (!engine_serves(engine, &member->device))
		return peer_close(engine, session, PEER_CLOSE_STRANGER, false,
				  err);
	session->device = member->device;
	sm_move(&session->sm,
		session->has_state ? SESSION_CONTROL : SESSION_GREET);
	sync_send_state(engine, session, false);
	rc = seek_next(engine, session, err);
	return rc != 0 ? rc : peer_established(engine, session, err);
}

int sync_finish(struct engine *engine, struct session *session, struct err *err)
{
	struct sync_rekey rekey = { .present = 0 };
	bool was_in_sync = session->in_sync;
	int rc = 0;

	session->said_headers = false;
	if (session->ack_due)
		rc = send_ack(engine, session, err);
	if (rc != 0)
		return rc;
	if (!peer_is_open(session) || !session->has_state)
		return 0;
	if (session->sm.state == SESSION_CONTROL &&
	    plan_control_is_acked(engine, session))
		sm_move(&session->sm, SESSION_STREAM);
	rc = plan_fill(engine, session, err);
	if (rc != 0)
		return rc;
	if (channel_is_worn(&session->channel, engine->time.now_ms) &&
	    session->sent_since)
		peer_send(engine, session, SYNC_REKEY, &rekey);
	claims_count(engine, session);
	session->in_sync = is_in_sync(engine, session);
	if (!session->in_sync || was_in_sync)
		return 0;
	engine_notify(engine, NOTIFY_IN_SYNC, &session->device);
	/* Once, and at the end: not a write for every block pushed. */
	if (session->was_in_sync)
		return 0;
	session->was_in_sync = true;
	return links_left(engine, session, err);
}
