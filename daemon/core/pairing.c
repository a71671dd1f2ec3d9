/*
 * pairing.c - letting a device in: begin, end, and what the person says.
 *
 *   inviter: SHOWING -> NONCE -> SHARE -> HELLO -> STATIC -> PROOF -> WORDS
 *            -> ADDING -> CONTROL -> ROTATING -> LAST -> OVER
 *   joiner:  DIALING -> NONCE -> SHARE -> HELLO -> PROOF -> WORDS -> WELCOME
 *            -> CONTROL -> LOGS -> LAST -> OVER
 *   a try that fails while the code lives: -> SHOWING (or the next DIALING)
 *
 * Must never let a code live past its third strike, its ten minutes, or its
 * one success; strikes are written down before anybody hears of them. Read
 * pairing_hello.c, then pairing_admit.c.
 */
#include "daemon/core/pairing.h"

#include "daemon/core/pairing_inside.h"
#include "proto/base/panic.h"
#include "proto/codec.h"

#define SAME_CONN (SM_BIT(PAIR_OVER) | SM_BIT(PAIR_IDLE))
#define RETRY (SM_BIT(PAIR_SHOWING) | SM_BIT(PAIR_DIALING) | SAME_CONN)

static const struct sm_state pair_states[PAIR_STEP_COUNT] = {
	[PAIR_IDLE] = { "idle", SM_BIT(PAIR_SHOWING) | SM_BIT(PAIR_DIALING),
			0 },
	[PAIR_SHOWING] = { "showing", SM_BIT(PAIR_NONCE) | SAME_CONN, 0 },
	[PAIR_DIALING] = { "dialing",
			   SM_BIT(PAIR_NONCE) | SM_BIT(PAIR_DIALING) |
				   SAME_CONN,
			   0 },
	[PAIR_NONCE] = { "nonce", SM_BIT(PAIR_SHARE) | RETRY, 0 },
	[PAIR_SHARE] = { "share", SM_BIT(PAIR_HELLO) | RETRY, 0 },
	[PAIR_HELLO] = { "hello",
			 SM_BIT(PAIR_STATIC) | SM_BIT(PAIR_PROOF) | RETRY, 0 },
	[PAIR_STATIC] = { "static", SM_BIT(PAIR_PROOF) | RETRY, 0 },
	[PAIR_PROOF] = { "proof", SM_BIT(PAIR_WORDS) | RETRY, 0 },
	[PAIR_WORDS] = { "words",
			 SM_BIT(PAIR_ADDING) | SM_BIT(PAIR_WELCOME) | RETRY,
			 0 },
	[PAIR_ADDING] = { "adding", SM_BIT(PAIR_CONTROL) | RETRY, 0 },
	[PAIR_WELCOME] = { "welcome", SM_BIT(PAIR_CONTROL) | SAME_CONN, 0 },
	[PAIR_CONTROL] = { "control",
			   SM_BIT(PAIR_LOGS) | SM_BIT(PAIR_ROTATING) | RETRY,
			   0 },
	[PAIR_LOGS] = { "logs", SM_BIT(PAIR_LAST) | SAME_CONN, 0 },
	[PAIR_ROTATING] = { "rotating", SM_BIT(PAIR_LAST) | SAME_CONN, 0 },
	[PAIR_LAST] = { "last", SAME_CONN, 0 },
	[PAIR_OVER] = { "over", SM_BIT(PAIR_IDLE) | SM_BIT(PAIR_SHOWING), 0 },
};

int pairing_open(struct pairing **out, struct arena *life)
{
	struct pairing *pairing = arena_alloc(life, 1, sizeof *pairing);

	*out = pairing;
	if (pairing == NULL)
		return ERR_NOMEM;
	sm_init(&pairing->sm, "pairing", pair_states, PAIR_STEP_COUNT, 0);
	buf_init(&pairing->transcript, 1024);
	channel_init(&pairing->channel);
	return 0;
}

void pairing_release(struct pairing *pairing)
{
	if (pairing == NULL)
		return;
	noise_release(&pairing->noise);
	pake_release(&pairing->pake);
	channel_release(&pairing->channel);
	buf_release(&pairing->transcript);
	mem_wipe_key(pairing, sizeof *pairing);
}

/* ---- small change ---- */

void pairing_move(struct engine *engine, enum pair_step step)
{
	struct pairing *pairing = engine->pairing;
	uint64_t now_ms = engine->time.now_ms;

	sm_move(&pairing->sm, step);
	if (step == PAIR_WORDS)
		pairing->deadline_ms = pairing->now.expires_ms;
	else if (step > PAIR_WORDS)
		pairing->deadline_ms = now_ms + PAIR_WORK_MS;
	else if (step > PAIR_SHOWING)
		pairing->deadline_ms = now_ms + PAIR_STEP_MS;
	else
		pairing->deadline_ms = UINT64_MAX;
}

void pairing_ask(struct engine *engine, enum pairing_ask ask)
{
	engine->pairing->now.ask = ask;
	engine_notify(engine, NOTIFY_PAIR, &engine->pairing->now.device);
}

void pairing_send(struct engine *engine, uint8_t number, const void *msg)
{
	struct pairing *pairing = engine->pairing;
	struct buf *frame = &engine->frame;
	uint8_t *head;

	if (!pairing->has_conn)
		return;
	buf_clear(frame);
	head = buf_extend(frame, CHANNEL_HEAD_BYTES);
	if (head == NULL ||
	    codec_encode(schema_sync(number), msg, frame) != 0) {
		engine->effects->failed = ERR_NOMEM;
		return;
	}
	channel_send(&pairing->channel, pairing->conn, number, frame,
		     engine->effects);
}

static void forget_conn(struct pairing *pairing)
{
	pairing->has_conn = false;
	pairing->dial = 0;
	pairing->said_yes = false;
	pairing->heard_yes = false;
	pairing->has_target = false;
	pairing->port = 0;
	memset(pairing->sent, 0, sizeof pairing->sent);
	noise_release(&pairing->noise);
	pake_release(&pairing->pake);
	channel_release(&pairing->channel);
	channel_init(&pairing->channel);
}

void pairing_drop_conn(struct engine *engine)
{
	struct pairing *pairing = engine->pairing;
	struct effect *effect;

	if (pairing->has_conn) {
		effect = effects_add(engine->effects, EFFECT_CLOSE);
		if (effect != NULL)
			effect->conn = pairing->conn;
	}
	forget_conn(pairing);
}

/* META_PAIR_STRIKES: strikes u32 || is a code alive u32. */
int pairing_put_strikes(struct engine *engine, bool alive, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	uint8_t value[8];

	if (!pairing->now.inviting)
		return 0;
	le32_put(value, pairing->now.strikes);
	le32_put(value + 4, alive);
	return store_meta_put(engine->chain.store, META_PAIR_STRIKES,
			      bytes_of(value, sizeof value), err);
}

/* A code that was alive when the daemon stopped hands its strikes on. */
int pairing_get_strikes(struct engine *engine, uint32_t *strikes,
			struct err *err)
{
	struct buf value;
	int rc;

	*strikes = 0;
	buf_init(&value, 16);
	rc = store_meta_get(engine->chain.store, META_PAIR_STRIKES, &value,
			    err);
	if (rc == 0 && value.len == 8 && le32_get(value.ptr + 4) == 1)
		*strikes = le32_get(value.ptr);
	buf_release(&value);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

void pairing_unlisten(struct engine *engine)
{
	if (engine->pairing->now.inviting)
		effects_add(engine->effects, EFFECT_PAIR_UNLISTEN);
}

void pairing_wipe_code(struct pairing *pairing)
{
	mem_wipe_key(pairing->code, sizeof pairing->code);
	mem_wipe_key(pairing->qr, sizeof pairing->qr);
	key_wipe(&pairing->net);
	pairing->code_len = 0;
	pairing->qr_len = 0;
}

int pairing_fail(struct engine *engine, int code, bool ended, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	int rc = 0;

	pairing_drop_conn(engine);
	pairing_move(engine, PAIR_OVER);
	pairing->now.code = code;
	pairing->now.ended = ended || !pairing->now.inviting;
	if (pairing->now.ended) {
		pairing_unlisten(engine);
		pairing_wipe_code(pairing);
		rc = pairing_put_strikes(engine, false, err);
	}
	pairing_ask(engine, PAIRING_FAILED);
	return rc;
}

int pairing_succeed(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	struct pairing_state *now = &pairing->now;

	pairing_drop_conn(engine);
	pairing_move(engine, PAIR_OVER);
	now->ended = true;
	now->strikes = 0;
	pairing_unlisten(engine);
	pairing_wipe_code(pairing);
	pairing_ask(engine, PAIRING_DONE);
	return pairing_put_strikes(engine, false, err);
}

int pairing_strike(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	uint8_t why;
	bool ended;
	int rc;

	pairing->now.strikes++;
	ended = pairing->now.strikes >= LIMIT_PAIR_STRIKES;
	rc = pairing_put_strikes(engine, true, err);
	if (rc != 0)
		return rc;
	why = ended ? 2 : 1;
	hello_send(engine, bytes_of(&why, 1));
	return pairing_fail(engine, ended ? ERR_CODE_ENDED : ERR_CODE_WRONG,
			    ended, err);
}

/* ---- events ---- */

bool pairing_dial_next(struct engine *engine)
{
	struct pairing *pairing = engine->pairing;
	struct effect *effect;

	if (pairing->address_at >= pairing->address_count)
		return false;
	effect = effects_add(engine->effects, EFFECT_DIAL);
	if (effect == NULL)
		return true;
	if (++engine->last_dial == 0)
		engine->last_dial = 1;
	pairing->dial = engine->last_dial;
	memcpy(pairing->address, pairing->addresses[pairing->address_at++],
	       sizeof pairing->address);
	memcpy(effect->address, pairing->address, sizeof effect->address);
	effect->dial = pairing->dial;
	effect->is_pairing = true;
	pairing_move(engine, PAIR_DIALING);
	return true;
}

/* The connection ended, or its other side does not keep to the rules. */
int pairing_lose_conn(struct engine *engine, int code, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	uint32_t step = pairing->sm.state;

	if (step == PAIR_IDLE || step == PAIR_OVER)
		return 0;
	pairing_drop_conn(engine);
	/* The joiner counts by now; sessions bring the rest. */
	if (step == PAIR_LAST)
		return pairing_succeed(engine, err);
	if (!pairing->now.inviting) {
		/* Message 5 let the other end try one guess at the code. Three
		 * words stand one, not one for each address. */
		if (step < PAIR_HELLO && pairing_dial_next(engine))
			return 0;
		return pairing_fail(engine, code, true, err);
	}
	if (step == PAIR_ROTATING)
		return pairing_succeed(engine, err);
	if (step <= PAIR_PROOF) {
		pairing_move(engine, PAIR_SHOWING);
		pairing->now.ask = PAIRING_NOTHING;
		return 0;
	}
	/* The person is comparing words: their yes must not fall on the words
	 * of whoever calls next. */
	return pairing_fail(engine, code, step == PAIR_WORDS, err);
}

static int on_up(struct engine *engine, const struct event *event,
		 struct err *err)
{
	struct pairing *pairing = engine->pairing;
	bool is_ours = pairing->now.inviting
			       ? pairing->sm.state == PAIR_SHOWING &&
					 event->dial == 0
			       : pairing->sm.state == PAIR_DIALING &&
					 event->dial == pairing->dial;
	struct effect *effect;

	if (!is_ours) {
		effect = effects_add(engine->effects, EFFECT_CLOSE);
		if (effect != NULL)
			effect->conn = event->conn;
		return 0;
	}
	pairing->conn = event->conn;
	pairing->has_conn = true;
	if (pairing->now.inviting) {
		memset(pairing->address, 0, sizeof pairing->address);
		if (event->address != NULL)
			memcpy(pairing->address, event->address,
			       strnlen(event->address,
				       sizeof pairing->address - 1));
	}
	return hello_start(engine, err);
}

/* Frames wait while the wiring is asked for something. */
static bool takes_frames(const struct pairing *pairing)
{
	if (!pairing->has_conn || pairing->sm.state < PAIR_PROOF)
		return false;
	return pairing->now.ask == PAIRING_NOTHING ||
	       pairing->now.ask == PAIRING_SHOW_WORDS;
}

int pairing_take_input(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	struct channel_frame frame;
	int rc = hello_input(engine, err);

	while (rc == 0 && takes_frames(pairing)) {
		struct arena_mark mark = arena_mark(&engine->arena);

		rc = channel_next(&pairing->channel, &frame);
		if (rc == 0)
			break;
		if (rc > 0)
			rc = admit_frame(engine, &frame, err);
		arena_rewind(&engine->arena, mark);
	}
	if (rc == 0 || engine_is_fatal(rc))
		return rc;
	return pairing_lose_conn(engine, rc, err);
}

static int on_bytes(struct engine *engine, struct bytes bytes, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	uint32_t conn = pairing->conn;
	int rc = 0;

	while (bytes.len > 0 && rc == 0 && pairing->has_conn &&
	       pairing->conn == conn) {
		size_t part = channel_room(&pairing->channel);

		if (part > bytes.len)
			part = bytes.len;
		if (part == 0 || channel_feed(&pairing->channel,
					      bytes_of(bytes.ptr, part)) != 0)
			return pairing_lose_conn(engine, ERR_MALFORMED, err);
		bytes = bytes_of(bytes.ptr + part, bytes.len - part);
		rc = pairing_take_input(engine, err);
	}
	return rc;
}

int pairing_event(struct engine *engine, const struct event *event,
		  struct err *err)
{
	struct pairing *pairing = engine->pairing;
	bool is_conn = pairing->has_conn && pairing->conn == event->conn;

	switch (event->kind) {
	case EVENT_PAIR_UP:
		return on_up(engine, event, err);
	case EVENT_PEER_BYTES:
		return is_conn ? on_bytes(engine, event->bytes, err) : 0;
	case EVENT_PEER_DOWN:
		if (!is_conn)
			return 0;
		forget_conn(pairing);
		return pairing_lose_conn(engine, ERR_UNREACHABLE, err);
	case EVENT_DIAL_FAILED:
		if (event->dial == 0 || event->dial != pairing->dial ||
		    pairing->sm.state != PAIR_DIALING)
			return 0;
		return pairing_lose_conn(engine, ERR_UNREACHABLE, err);
	case EVENT_TICK:
	case EVENT_PEER_UP:
		break;
	}
	return 0;
}

int pairing_tick(struct engine *engine, struct err *err)
{
	struct pairing *pairing = engine->pairing;
	uint64_t now_ms = engine->time.now_ms;

	if (!pairing->now.active || pairing->sm.state == PAIR_OVER)
		return 0;
	if (pairing->now.inviting && pairing->sm.state <= PAIR_WORDS &&
	    now_ms >= pairing->now.expires_ms)
		return pairing_fail(engine, ERR_CODE_ENDED, true, err);
	if (now_ms >= pairing->deadline_ms)
		return pairing_lose_conn(engine, ERR_UNREACHABLE, err);
	return 0;
}

uint64_t pairing_deadline(const struct engine *engine)
{
	const struct pairing *pairing = engine->pairing;
	uint64_t deadline = pairing->deadline_ms;

	if (!pairing->now.active || pairing->sm.state == PAIR_OVER)
		return UINT64_MAX;
	if (pairing->now.inviting && pairing->sm.state <= PAIR_WORDS &&
	    pairing->now.expires_ms < deadline)
		deadline = pairing->now.expires_ms;
	return deadline;
}
