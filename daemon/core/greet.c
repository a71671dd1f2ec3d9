/*
 * greet.c - the handshake of a session: Noise IK (PROTOCOL.md section 6).
 *
 * Until message 1 has proven a member (or, with the introduction flag,
 * somebody who knows our static) not one byte is answered, and whatever is
 * wrong with it ends in silence. Read peer.c for the session around it.
 */
#include "daemon/core/core.h"

#include "proto/base/panic.h"
#include "proto/crypto/kdf.h"

#define PAYLOAD_BYTES 48u
#define VERSION_LEAST 1u
#define VERSION_MOST 1u
#define FLAG_INTRODUCE 1u

struct payload {
	uint8_t least, most;
	uint16_t flags;
	uint64_t boot;
	uint8_t control[16], vector[16];
};

static void write_payload(struct engine *engine, struct session *session,
			  uint16_t flags, uint8_t out[PAYLOAD_BYTES])
{
	chain_digests(&engine->chain, &engine->arena, session->control,
		      session->vector);
	memset(out, 0, PAYLOAD_BYTES);
	out[0] = VERSION_LEAST;
	out[1] = VERSION_MOST;
	/* out + 2: features, none yet */
	le16_put(out + 6, flags);
	le64_put(out + 8, engine->boot);
	memcpy(out + 16, session->control, 16);
	memcpy(out + 32, session->vector, 16);
}

static bool read_payload(const struct buf *in, struct payload *out)
{
	if (in->len != PAYLOAD_BYTES)
		return false;
	out->least = in->ptr[0];
	out->most = in->ptr[1];
	out->flags = le16_get(in->ptr + 6);
	out->boot = le64_get(in->ptr + 8);
	memcpy(out->control, in->ptr + 16, 16);
	memcpy(out->vector, in->ptr + 32, 16);
	return true;
}

static bool versions_meet(const struct payload *payload)
{
	return payload->least <= VERSION_MOST && payload->most >= VERSION_LEAST;
}

static bool digests_equal(const struct session *session,
			  const struct payload *payload)
{
	return memcmp(session->control, payload->control, 16) == 0 &&
	       memcmp(session->vector, payload->vector, 16) == 0;
}

static int start_noise(struct engine *engine, struct session *session,
		       const struct net_public *remote)
{
	static const char name[] = "kept/1/net";
	uint8_t prologue[sizeof name - 1 + sizeof(struct id16)];
	struct noise_options options = {
		.pattern = NOISE_IK,
		.initiator = remote != NULL,
		.prologue = bytes_of(prologue, sizeof prologue),
		.statik = &engine->net,
		.remote = remote,
	};

	memcpy(prologue, name, sizeof name - 1);
	memcpy(prologue + sizeof name - 1, engine->chain.jtag.b,
	       sizeof(struct id16));
	return noise_start(&session->noise, &options);
}

/* Message 1 with its hint in front. */
int greet_send_hello(struct engine *engine, struct session *session,
		     const struct net_public *remote)
{
	uint8_t payload[PAYLOAD_BYTES];
	struct buf *out = &engine->frame;
	struct id16 hint;
	int rc = start_noise(engine, session, remote);

	buf_clear(out);
	write_payload(engine, session, FLAG_INTRODUCE, payload);
	if (rc == 0)
		rc = noise_write(&session->noise,
				 bytes_of(payload, sizeof payload), out);
	if (rc != 0)
		return rc;
	kept_assert(out->len + sizeof hint == GREET_HELLO_BYTES);
	noise_hint(remote, out->ptr, &hint);
	effects_send(engine->effects, session->conn,
		     bytes_of(hint.b, sizeof hint.b));
	effects_send(engine->effects, session->conn, buf_bytes(out));
	session->channel.bytes_sent += GREET_HELLO_BYTES;
	/* Whatever equals the digest just said, they hold. */
	claims_mark_equal(engine, session);
	return 0;
}

int greet_read_answer(struct engine *engine, struct session *session,
		      struct bytes message, struct err *err)
{
	struct buf *in = &engine->frame;
	struct sync_ack hello = { .port = engine->port };
	struct payload payload;

	buf_clear(in);
	if (noise_read(&session->noise, message, in) != 0 ||
	    !read_payload(in, &payload))
		return peer_close(engine, session, PEER_CLOSE_BROKEN, false,
				  err);
	if (!versions_meet(&payload))
		return peer_close(engine, session, PEER_CLOSE_VERSION, false,
				  err);
	/* Removed since we called. */
	if (!engine_serves(engine, &session->device))
		return peer_close(engine, session, PEER_CLOSE_STRANGER, false,
				  err);
	session->remote = *noise_remote(&session->noise);
	session->boot = payload.boot;
	if (noise_split(&session->noise, &session->channel.send,
			&session->channel.receive) != 0)
		return peer_close(engine, session, PEER_CLOSE_BROKEN, false,
				  err);
	if (digests_equal(session, &payload)) {
		sm_move(&session->sm, SESSION_STREAM);
		session->has_state = true;
		if (engine->port != 0)
			SCHEMA_SET(&hello, sync_ack, port);
		session->port_said = true;
		/* Says that we hold the key, and nothing else. */
		peer_send(engine, session, SYNC_ACK, &hello);
	} else {
		sm_move(&session->sm, SESSION_GREET);
		sync_send_state(engine, session, false);
	}
	return peer_established(engine, session, err);
}

/* Somebody proved a static. Who is it to us? */
static enum session_state place_caller(struct engine *engine,
				       struct session *session,
				       const struct payload *payload)
{
	const struct roster_member *member =
		roster_find_net(&engine->chain.roster, &session->remote);
	size_t i;

	if (member != NULL && engine_serves(engine, &member->device)) {
		session->device = member->device;
		return digests_equal(session, payload) ? SESSION_STREAM
						       : SESSION_GREET;
	}
	if (member != NULL && member->standing != ROSTER_PENDING)
		return SESSION_FREE;
	if ((payload->flags & FLAG_INTRODUCE) == 0)
		return SESSION_FREE;
	for (i = 0; i < engine->session_top; i++) {
		const struct session *other = &engine->sessions[i];

		/* One introduction at a time. */
		if (other->sm.state == SESSION_INTRO ||
		    (other->sm.state == SESSION_MET_IN &&
		     other->next_state == SESSION_INTRO))
			return SESSION_FREE;
	}
	return SESSION_INTRO;
}

static int send_answer(struct engine *engine, struct session *session,
		       const struct payload *payload)
{
	struct buf *out = &engine->frame;
	uint8_t answer[PAYLOAD_BYTES];
	int rc;

	write_payload(engine, session, 0, answer);
	session->next_state = (uint8_t)place_caller(engine, session, payload);
	if (session->next_state == SESSION_FREE)
		return ERR_NOT_MEMBER;
	buf_clear(out);
	rc = noise_write(&session->noise, bytes_of(answer, sizeof answer), out);
	if (rc == 0)
		rc = noise_split(&session->noise, &session->channel.send,
				 &session->channel.receive);
	if (rc != 0)
		return rc;
	kept_assert(out->len == GREET_ANSWER_BYTES);
	effects_send(engine->effects, session->conn, buf_bytes(out));
	session->channel.bytes_sent += out->len;
	claims_mark_equal(engine, session);
	sm_move(&session->sm, SESSION_MET_IN);
	if (session->next_state != SESSION_STREAM)
		sync_send_state(engine, session,
				session->next_state == SESSION_INTRO);
	return versions_meet(payload) ? 0 : ERR_VERSION;
}

/* Our own static at the other end: ourselves, or a copy of this device. */
static int meet_self(struct engine *engine, struct session *session,
		     const struct payload *payload, struct err *err)
{
	int rc = 0;

	if (payload->boot != engine->boot)
		rc = chain_doubt_copy(&engine->chain, err);
	if (rc != 0)
		return rc;
	return peer_close(engine, session, PEER_CLOSE_CLONE, false, err);
}

int greet_read_hello(struct engine *engine, struct session *session,
		     struct bytes hello, struct err *err)
{
	struct bytes message = bytes_of(hello.ptr + 16, hello.len - 16);
	struct buf *in = &engine->frame;
	struct payload payload;
	struct id16 hint;
	int rc;

	noise_hint(&engine->net_public, message.ptr, &hint);
	if (!key_equal(hint.b, hello.ptr, sizeof hint.b) ||
	    !guard_is_fresh(&engine->guard, message.ptr) ||
	    start_noise(engine, session, NULL) != 0)
		return peer_close(engine, session, PEER_CLOSE_STRANGER, false,
				  err);
	buf_clear(in);
	if (noise_read(&session->noise, message, in) != 0 ||
	    !read_payload(in, &payload))
		return peer_close(engine, session, PEER_CLOSE_STRANGER, false,
				  err);
	guard_remember(&engine->guard, message.ptr);
	session->remote = *noise_remote(&session->noise);
	session->boot = payload.boot;
	if (memcmp(session->remote.b, engine->net_public.b, 32) == 0)
		return meet_self(engine, session, &payload, err);
	rc = send_answer(engine, session, &payload);
	if (rc != 0)
		return peer_close(engine, session,
				  rc == ERR_VERSION ? PEER_CLOSE_VERSION
						    : PEER_CLOSE_STRANGER,
				  false, err);
	return 0;
}

/* The first frame under the new key: it was no replay. */
int greet_confirm(struct engine *engine, struct session *session,
		  struct err *err)
{
	sm_move(&session->sm, session->next_state);
	if (session->next_state == SESSION_INTRO) {
		session->since_ms = engine->time.now_ms;
		session->channel.keyed_ms = engine->time.now_ms;
		return 0;
	}
	/* Removed since message 2. */
	if (!engine_serves(engine, &session->device))
		return peer_close(engine, session, PEER_CLOSE_STRANGER, false,
				  err);
	session->has_state = session->next_state == SESSION_STREAM;
	return peer_established(engine, session, err);
}
