/*
 * peer.c - one session, from a bare connection to its end.
 *
 *   FREE -> HELLO_OUT ---------------------> GREET -> CONTROL <-> STREAM
 *   FREE -> HELLO_IN -> MET_IN -> (INTRO ->) GREET          (any -> FREE)
 *   equal digests: HELLO_OUT or MET_IN -> STREAM at once
 *
 * Must never look into a frame: sync.c does. The handshake is greet.c.
 */
#include "daemon/core/core.h"

#include "proto/codec.h"

#define PING_WAIT_MS 2000u

static const struct sm_state session_states[SESSION_STATE_COUNT] = {
	[SESSION_FREE] = { "free",
			   SM_BIT(SESSION_HELLO_OUT) | SM_BIT(SESSION_HELLO_IN),
			   0 },
	[SESSION_HELLO_OUT] = { "hello-out",
				SM_BIT(SESSION_GREET) | SM_BIT(SESSION_STREAM) |
					SM_BIT(SESSION_FREE),
				0 },
	[SESSION_HELLO_IN] = { "hello-in",
			       SM_BIT(SESSION_MET_IN) | SM_BIT(SESSION_FREE),
			       0 },
	[SESSION_MET_IN] = { "met-in",
			     SM_BIT(SESSION_INTRO) | SM_BIT(SESSION_GREET) |
				     SM_BIT(SESSION_STREAM) |
				     SM_BIT(SESSION_FREE),
			     0 },
	[SESSION_INTRO] = { "intro",
			    SM_BIT(SESSION_GREET) | SM_BIT(SESSION_CONTROL) |
				    SM_BIT(SESSION_FREE),
			    0 },
	[SESSION_GREET] = { "greet",
			    SM_BIT(SESSION_CONTROL) | SM_BIT(SESSION_FREE), 0 },
	[SESSION_CONTROL] = { "control",
			      SM_BIT(SESSION_STREAM) | SM_BIT(SESSION_FREE),
			      0 },
	[SESSION_STREAM] = { "stream",
			     SM_BIT(SESSION_CONTROL) | SM_BIT(SESSION_FREE),
			     0 },
};

bool peer_is_open(const struct session *session)
{
	uint32_t state = session->sm.state;

	return state == SESSION_GREET || state == SESSION_CONTROL ||
	       state == SESSION_STREAM;
}

struct session *peer_find(struct engine *engine, uint32_t conn)
{
	size_t i;

	for (i = 0; i < engine->session_top; i++) {
		struct session *session = &engine->sessions[i];

		if (session->sm.state != SESSION_FREE && session->conn == conn)
			return session;
	}
	return NULL;
}

struct session *peer_of_device(struct engine *engine,
			       const struct sign_public *device)
{
	size_t i;

	for (i = 0; i < engine->session_top; i++) {
		struct session *session = &engine->sessions[i];

		if ((peer_is_open(session) ||
		     session->sm.state == SESSION_HELLO_OUT) &&
		    memcmp(session->device.b, device->b, 32) == 0)
			return session;
	}
	return NULL;
}

static void refuse_conn(struct engine *engine, uint32_t conn,
			enum peer_close_reason reason)
{
	struct effect *effect = effects_add(engine->effects, EFFECT_CLOSE);

	if (effect == NULL)
		return;
	effect->conn = conn;
	effect->reason = (uint8_t)reason;
}

static struct session *take_slot(struct engine *engine, uint32_t conn,
				 enum session_state state)
{
	size_t i;

	for (i = 0; i < LIMIT_SESSIONS; i++) {
		struct session *session = &engine->sessions[i];

		if (session->sm.states != NULL &&
		    session->sm.state != SESSION_FREE)
			continue;
		memset(session, 0, sizeof *session);
		sm_init(&session->sm, "session", session_states,
			SESSION_STATE_COUNT, conn);
		sm_move(&session->sm, state);
		session->conn = conn;
		session->since_ms = engine->time.now_ms;
		session->heard_ms = engine->time.now_ms;
		session->seek_log = CHAIN_NONE;
		channel_init(&session->channel);
		if (engine->session_top <= i)
			engine->session_top = i + 1;
		return session;
	}
	return NULL;
}

static void free_slot(struct session *session)
{
	noise_release(&session->noise);
	channel_release(&session->channel);
	sm_move(&session->sm, SESSION_FREE);
}

/* All that ends a session comes through here. */
static int end_session(struct engine *engine, struct session *session,
		       struct err *err)
{
	struct link *link = links_find_conn(engine, session->conn);
	struct sign_public device = session->device;
	bool was_open = peer_is_open(session);
	int rc = 0;

	if (link != NULL && !was_open)
		links_dial_failed(engine, link);
	if (was_open)
		rc = links_left(engine, session, err);
	free_slot(session);
	if (!was_open)
		return rc;
	if (peer_of_device(engine, &device) == NULL)
		engine_notify(engine, NOTIFY_PEER_DOWN, &device);
	link = links_find(engine, &device);
	if (link != NULL && link->dial == 0)
		link->next_dial_ms =
			engine->time.now_ms +
			prng_below(&engine->prng,
				   (uint64_t)engine->tune.dial_first_ms + 1);
	return rc;
}

int peer_close(struct engine *engine, struct session *session,
	       enum peer_close_reason reason, bool says, struct err *err)
{
	struct sync_close close = { .reason = (uint64_t)reason };

	if (session->sm.state == SESSION_FREE)
		return 0;
	if (says &&
	    (peer_is_open(session) || session->sm.state == SESSION_INTRO))
		peer_send(engine, session, SYNC_CLOSE, &close);
	refuse_conn(engine, session->conn, reason);
	return end_session(engine, session, err);
}

int peer_gone(struct engine *engine, struct session *session, struct err *err)
{
	return end_session(engine, session, err);
}

void peer_send(struct engine *engine, struct session *session, uint8_t number,
	       const void *msg)
{
	struct buf *frame = &engine->frame;
	uint8_t *head;

	buf_clear(frame);
	head = buf_extend(frame, CHANNEL_HEAD_BYTES);
	if (head == NULL ||
	    codec_encode(schema_sync(number), msg, frame) != 0) {
		engine->effects->failed = ERR_NOMEM;
		return;
	}
	channel_send(&session->channel, session->conn, number, frame,
		     engine->effects);
	session->sent_since = true;
	if (number == SYNC_REKEY) {
		noise_rekey(&session->channel.send);
		session->channel.keyed_ms = engine->time.now_ms;
	}
}

void peer_dialed(struct engine *engine, const struct event *event,
		 struct link *link)
{
	const struct roster_member *member =
		roster_find(&engine->chain.roster, &link->device);
	const char *address = link->tries_by_hand ? link->stored.by_hand
						  : link->stored.address;
	struct session *session = NULL;

	link->dial_conn = event->conn;
	if (address[0] == '\0')
		address = link->tries_by_hand ? link->stored.address
					      : link->stored.by_hand;
	if (member != NULL && engine_may_sync(engine) &&
	    engine_serves(engine, &link->device))
		session = take_slot(engine, event->conn, SESSION_HELLO_OUT);
	if (session == NULL) {
		links_dial_failed(engine, link);
		refuse_conn(engine, event->conn, PEER_CLOSE_FULL);
		return;
	}
	session->initiator = true;
	session->device = link->device;
	memcpy(session->address, address, sizeof session->address);
	if (greet_send_hello(engine, session, &member->net) != 0) {
		links_dial_failed(engine, link);
		refuse_conn(engine, event->conn, PEER_CLOSE_BROKEN);
		free_slot(session);
	}
}

static size_t count_half_open(const struct engine *engine)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < engine->session_top; i++) {
		uint32_t state = engine->sessions[i].sm.state;

		count += state == SESSION_HELLO_IN || state == SESSION_MET_IN;
	}
	return count;
}

void peer_accept(struct engine *engine, const struct event *event)
{
	struct session *session = NULL;

	if (engine_may_sync(engine) &&
	    count_half_open(engine) < LIMIT_HALF_OPEN &&
	    guard_admits(&engine->guard, event->address, engine->time.now_ms))
		session = take_slot(engine, event->conn, SESSION_HELLO_IN);
	if (session == NULL) {
		refuse_conn(engine, event->conn, PEER_CLOSE_FULL);
		return;
	}
	if (event->address != NULL)
		memcpy(session->address, event->address,
		       strnlen(event->address, sizeof session->address - 1));
}

/*
 * Two sessions with one device. One and the same daemon at the other end:
 * one session stays, and both ends pick the same. Another daemon: either the
 * elder is dead and fails its ping, or there are two of them.
 */
static int settle_twins(struct engine *engine, struct session *session,
			struct err *err)
{
	bool ours_is_smaller =
		memcmp(engine->net_public.b, session->remote.b, 32) < 0;
	size_t i;
	int rc = 0;

	for (i = 0; i < engine->session_top && rc == 0; i++) {
		struct session *other = &engine->sessions[i];

		if (other == session || !peer_is_open(other) ||
		    memcmp(other->device.b, session->device.b, 32) != 0)
			continue;
		if (other->boot != session->boot) {
			other->is_contested = true;
			other->rival = session->conn;
			peer_ping(engine, other);
		} else if (other->initiator == session->initiator ||
			   session->initiator == ours_is_smaller) {
			rc = peer_close(engine, other, PEER_CLOSE_REPLACED,
					true, err);
		} else {
			peer_ping(engine, other);
			return peer_close(engine, session, PEER_CLOSE_REPLACED,
					  true, err);
		}
	}
	return rc;
}

/* Both hold the key now. */
int peer_established(struct engine *engine, struct session *session,
		     struct err *err)
{
	int rc;

	session->round_trips = 1;
	session->channel.keyed_ms = engine->time.now_ms;
	engine_notify(engine, NOTIFY_PEER_UP, &session->device);
	rc = links_met(engine, session, err);
	return rc != 0 ? rc : settle_twins(engine, session, err);
}

static bool is_alive(const struct session *session, uint32_t conn)
{
	return session->sm.state != SESSION_FREE && session->conn == conn;
}

static int take_frames(struct engine *engine, struct session *session,
		       struct err *err)
{
	uint32_t conn = session->conn;
	struct channel_frame frame;
	int rc;

	for (;;) {
		struct arena_mark mark = arena_mark(&engine->arena);

		rc = channel_next(&session->channel, &frame);
		if (rc == 0)
			return 0;
		if (rc < 0)
			return peer_close(engine, session, PEER_CLOSE_BROKEN,
					  false, err);
		rc = 0;
		if (session->sm.state == SESSION_MET_IN)
			rc = greet_confirm(engine, session, err);
		if (rc == 0 && is_alive(session, conn))
			rc = sync_frame(engine, session, &frame, err);
		arena_rewind(&engine->arena, mark);
		if (rc != 0 || !is_alive(session, conn))
			return rc;
	}
}

static int take_input(struct engine *engine, struct session *session,
		      struct err *err)
{
	uint32_t conn = session->conn;
	struct bytes message;
	int rc = 0;

	if (session->sm.state == SESSION_HELLO_IN) {
		if (!channel_take(&session->channel, GREET_HELLO_BYTES,
				  &message))
			return 0;
		rc = greet_read_hello(engine, session, message, err);
	} else if (session->sm.state == SESSION_HELLO_OUT) {
		if (!channel_take(&session->channel, GREET_ANSWER_BYTES,
				  &message))
			return 0;
		rc = greet_read_answer(engine, session, message, err);
	}
	if (rc != 0 || !is_alive(session, conn))
		return rc;
	return take_frames(engine, session, err);
}

int peer_bytes(struct engine *engine, struct session *session,
	       struct bytes bytes, struct err *err)
{
	uint32_t conn = session->conn;
	int rc = 0;

	session->heard_ms = engine->time.now_ms;
	if (session->sent_since && !session->in_sync && peer_is_open(session))
		session->round_trips++;
	session->sent_since = false;
	while (bytes.len > 0 && rc == 0 && is_alive(session, conn)) {
		size_t part = channel_room(&session->channel);

		if (part > bytes.len)
			part = bytes.len;
		if (part == 0 || channel_feed(&session->channel,
					      bytes_of(bytes.ptr, part)) != 0)
			return peer_close(engine, session, PEER_CLOSE_BROKEN,
					  false, err);
		bytes = bytes_of(bytes.ptr + part, bytes.len - part);
		rc = take_input(engine, session, err);
	}
	return rc;
}

/* ---- time ---- */

void peer_ping(struct engine *engine, struct session *session)
{
	struct sync_ping ping = { .token = session->conn };

	if (session->ping_ms != 0)
		return;
	session->ping_ms = engine->time.now_ms;
	/* 0 means that none is out. */
	if (session->ping_ms == 0)
		session->ping_ms = 1;
	peer_send(engine, session, SYNC_PING, &ping);
}

uint64_t peer_deadline(const struct engine *engine,
		       const struct session *session)
{
	switch ((enum session_state)session->sm.state) {
	case SESSION_HELLO_OUT:
	case SESSION_HELLO_IN:
	case SESSION_MET_IN:
		return session->since_ms + LIMIT_HANDSHAKE_MS;
	case SESSION_INTRO:
		return session->since_ms + LIMIT_INTRO_MS;
	case SESSION_GREET:
	case SESSION_CONTROL:
	case SESSION_STREAM:
		if (session->ping_ms != 0)
			return session->ping_ms + PING_WAIT_MS;
		return session->heard_ms + engine->tune.ping_ms;
	case SESSION_FREE:
	case SESSION_STATE_COUNT:
		break;
	}
	return UINT64_MAX;
}

int peer_tick(struct engine *engine, struct session *session, struct err *err)
{
	if (engine->time.now_ms < peer_deadline(engine, session))
		return 0;
	if (peer_is_open(session) && session->ping_ms == 0) {
		peer_ping(engine, session);
		return 0;
	}
	return peer_close(engine, session, PEER_CLOSE_TIMEOUT, false, err);
}
