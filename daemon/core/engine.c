/*
 * engine.c - one step: events in, effects out, and the next deadline.
 *
 * Must never look at a clock, a socket or a key of the journal. What a step
 * promises is in the effects; they are kept by the shell once the turn has
 * committed. Read peer.c for sessions, chain.c for logs, links.c for who is
 * dialed when.
 */
#include "daemon/core/engine.h"

#include "daemon/core/core.h"
#include "proto/base/panic.h"

#define ARENA_BYTES_MOST ((size_t)16 << 20)
/* Mostly untouched, and so never real, until sessions fill up. */
#define LIFE_BYTES_MOST ((size_t)16 << 20)

const struct tune tune_default = {
	.run_blocks = LIMIT_RUN_BLOCKS,
	.window_bytes = 4u << 20,
	.ack_ms = 1000,
	.dial_first_ms = 1000,
	.dial_most_ms = 60000,
	.ping_ms = 30000,
};

struct effect *engine_notify(struct engine *engine, enum notify_kind kind,
			     const struct sign_public *device)
{
	struct effect *effect = effects_add(engine->effects, EFFECT_NOTIFY);

	if (effect == NULL)
		return NULL;
	effect->notify = kind;
	if (device != NULL)
		effect->device = *device;
	return effect;
}

bool engine_is_fatal(int rc)
{
	switch (err_class(rc)) {
	case ERR_CLASS_PEER:
	case ERR_CLASS_RETRY:
	case ERR_CLASS_NONE:
		return false;
	case ERR_CLASS_CALLER:
		/* LIMIT and NOT_FOUND are what a message asks too much. */
		return rc != ERR_LIMIT && rc != ERR_NOT_FOUND;
	case ERR_CLASS_FULL:
	case ERR_CLASS_CORRUPT:
		break;
	}
	return true;
}

bool engine_may_sync(const struct engine *engine)
{
	const struct roster_member *self;

	if (!engine->has_net || !engine->chain.has_journal ||
	    !engine->chain.has_device ||
	    (engine->is_locked && !engine->sync_while_locked))
		return false;
	self = roster_find(&engine->chain.roster, &engine->chain.device);
	return self != NULL && self->standing != ROSTER_REMOVED &&
	       self->standing != ROSTER_VOID;
}

bool engine_serves(const struct engine *engine,
		   const struct sign_public *device)
{
	const struct roster *roster = &engine->chain.roster;

	if (!roster_serves(roster, &engine->chain.device, device))
		return false;
	/* Whom we refused before two fell out, we go on refusing. */
	return roster_is_member(roster, device) ||
	       !refusals_has(engine, device);
}

/* ---- opening and closing ---- */

static int load(struct engine *engine, struct err *err)
{
	int rc = chain_load(&engine->chain, err);

	if (rc == 0)
		rc = links_load(engine, err);
	if (rc == 0)
		rc = refusals_load(engine, err);
	if (rc != 0)
		return rc;
	engine->seen_roster = engine->chain.roster_version;
	engine->seen_forks = engine->chain.forks;
	return 0;
}

static void take_net(struct engine *engine, const struct net_secret *net)
{
	static const struct net_secret none;

	engine->net = *net;
	engine->has_net = !key_equal(net->b, none.b, sizeof none.b);
	if (engine->has_net)
		net_public_from_secret(&engine->net, &engine->net_public);
}

static int allocate(struct engine *engine)
{
	struct arena *life = &engine->life;

	engine->sessions =
		arena_alloc(life, LIMIT_SESSIONS, sizeof *engine->sessions);
	engine->links = arena_alloc(life, LIMIT_ADDS, sizeof *engine->links);
	engine->acks = arena_alloc(life, (size_t)LIMIT_ADDS * LIMIT_LOGS,
				   sizeof *engine->acks);
	if (engine->sessions == NULL || engine->links == NULL ||
	    engine->acks == NULL)
		return ERR_NOMEM;
	return pairing_open(&engine->pairing, life);
}

int engine_open(struct engine **out, const struct engine_options *options,
		struct err *err)
{
	struct engine *engine;
	struct arena life;
	int rc = ERR_NOMEM;

	*out = NULL;
	arena_init(&life, LIFE_BYTES_MOST);
	engine = arena_alloc(&life, 1, sizeof *engine);
	if (engine == NULL)
		goto out;
	/* The engine stands in the very arena it keeps from here on. */
	engine->life = life;
	engine->tune = options->tune;
	engine->boot = options->boot;
	engine->sync_while_locked = options->sync_while_locked;
	prng_seed(&engine->prng, options->boot);
	buf_init(&engine->frame, LIMIT_FRAME_BYTES + 64);
	buf_init(&engine->run, LIMIT_FRAME_BYTES);
	arena_init(&engine->arena, ARENA_BYTES_MOST);
	take_net(engine, &options->net);
	rc = chain_init(&engine->chain, options->store, options->boot,
			&engine->life);
	if (rc == 0)
		rc = allocate(engine);
	if (rc == 0)
		rc = load(engine, err);
	if (rc == 0) {
		*out = engine;
		engine = NULL;
	}
out:
	engine_close(engine);
	if (rc == ERR_NOMEM)
		err_set(err, rc, "%s", err_text(rc));
	return rc;
}

static void drop_sessions(struct engine *engine)
{
	size_t i;

	for (i = 0; i < engine->session_top; i++) {
		struct session *session = &engine->sessions[i];

		noise_release(&session->noise);
		channel_release(&session->channel);
		memset(session, 0, sizeof *session);
	}
	engine->session_top = 0;
}

void engine_close(struct engine *engine)
{
	struct arena life;

	if (engine == NULL)
		return;
	if (engine->sessions != NULL)
		drop_sessions(engine);
	pairing_release(engine->pairing);
	buf_release(&engine->frame);
	buf_release(&engine->run);
	arena_release(&engine->arena);
	chain_release(&engine->chain);
	key_wipe(&engine->net);
	life = engine->life;
	arena_release(&life); /* wipes, and the engine goes with it */
}

int engine_reload(struct engine *engine, const struct net_secret *net,
		  struct err *err)
{
	drop_sessions(engine);
	if (net != NULL)
		take_net(engine, net);
	return load(engine, err);
}

/* ---- a step ---- */

static int take_up(struct engine *engine, const struct event *event)
{
	struct link *link;

	if (event->dial == 0) {
		peer_accept(engine, event);
		return 0;
	}
	link = links_find_dial(engine, event->dial);
	if (link != NULL) {
		peer_dialed(engine, event, link);
	} else {
		struct effect *effect =
			effects_add(engine->effects, EFFECT_CLOSE);

		if (effect != NULL)
			effect->conn = event->conn;
	}
	return 0;
}

static int take_event(struct engine *engine, const struct event *event,
		      struct err *err)
{
	struct session *session;
	struct link *link;

	switch (event->kind) {
	case EVENT_TICK:
		return 0;
	case EVENT_PEER_UP:
		return take_up(engine, event);
	case EVENT_PEER_BYTES:
		session = peer_find(engine, event->conn);
		if (session != NULL)
			return peer_bytes(engine, session, event->bytes, err);
		return pairing_event(engine, event, err);
	case EVENT_PEER_DOWN:
		session = peer_find(engine, event->conn);
		if (session != NULL)
			return peer_gone(engine, session, err);
		return pairing_event(engine, event, err);
	case EVENT_DIAL_FAILED:
		link = links_find_dial(engine, event->dial);
		if (link != NULL) {
			links_dial_failed(engine, link);
			return 0;
		}
		return pairing_event(engine, event, err);
	case EVENT_PAIR_UP:
		return pairing_event(engine, event, err);
	}
	return 0;
}

/* Who belongs may have changed: sessions end or begin in this very turn. */
static int follow_roster(struct engine *engine, struct err *err)
{
	bool is_forked = engine->seen_forks != engine->chain.forks;
	bool is_changed;
	size_t i;
	int rc = chain_refresh(&engine->chain, err);

	is_changed = engine->seen_roster != engine->chain.roster_version;
	if (rc != 0 || (!is_changed && !is_forked))
		return rc;
	engine->seen_roster = engine->chain.roster_version;
	engine->seen_forks = engine->chain.forks;
	if (is_changed)
		engine_notify(engine, NOTIFY_ROSTER, NULL);
	refusals_note(engine);
	rc = is_changed ? chain_heed_forks(&engine->chain, err) : 0;
	if (rc == 0)
		rc = moves_follow(engine, err);
	if (rc == 0)
		rc = links_refresh(engine, err);
	for (i = 0; i < engine->session_top && rc == 0; i++) {
		struct session *session = &engine->sessions[i];

		if (session->sm.state == SESSION_INTRO)
			rc = sync_judge_intro(engine, session, err);
		else if (peer_is_open(session) &&
			 !engine_serves(engine, &session->device))
			rc = peer_close(engine, session, PEER_CLOSE_STRANGER,
					false, err);
		else if (peer_is_open(session) && is_forked)
			/* Names of logs have changed: greet anew. */
			rc = peer_close(engine, session, PEER_CLOSE_FORK, true,
					err);
	}
	return rc;
}

static int finish(struct engine *engine, struct err *err)
{
	bool may_sync = engine_may_sync(engine);
	size_t i;
	int rc = follow_roster(engine, err);

	if (rc == 0)
		rc = links_note_new(engine, err);
	if (rc == 0)
		rc = refusals_save(engine, err);
	if (rc == 0)
		rc = links_save_acks(engine, err);
	for (i = 0; i < engine->session_top && rc == 0; i++) {
		struct session *session = &engine->sessions[i];

		if (session->sm.state == SESSION_FREE)
			continue;
		if (!may_sync)
			rc = peer_close(engine, session, PEER_CLOSE_LOCKED,
					true, err);
		else
			rc = sync_finish(engine, session, err);
	}
	if (rc != 0)
		return rc;
	if (may_sync)
		links_dial_due(engine);
	if (engine->chain.is_doubted) {
		engine->chain.is_doubted = false;
		engine_notify(engine, NOTIFY_FORK, NULL);
	}
	return engine->effects->failed;
}

static void begin(struct engine *engine, struct turn_time time,
		  struct effects *effects)
{
	engine->time = time;
	engine->effects = effects;
	arena_reset(&engine->arena);
}

int engine_step(struct engine *engine, const struct event *events, size_t count,
		struct turn_time time, struct effects *effects, struct err *err)
{
	size_t i;
	int rc = 0;

	begin(engine, time, effects);
	for (i = 0; i < count && rc == 0; i++)
		rc = take_event(engine, &events[i], err);
	for (i = 0; i < engine->session_top && rc == 0; i++) {
		if (engine->sessions[i].sm.state != SESSION_FREE)
			rc = peer_tick(engine, &engine->sessions[i], err);
	}
	if (rc == 0)
		rc = pairing_tick(engine, err);
	if (rc == 0)
		rc = finish(engine, err);
	engine->effects = NULL;
	return rc;
}

uint64_t engine_deadline(const struct engine *engine)
{
	uint64_t deadline = links_deadline(engine);
	uint64_t other = pairing_deadline(engine);
	size_t i;

	if (other < deadline)
		deadline = other;
	for (i = 0; i < engine->session_top; i++) {
		if (engine->sessions[i].sm.state == SESSION_FREE)
			continue;
		other = peer_deadline(engine, &engine->sessions[i]);
		if (other < deadline)
			deadline = other;
	}
	return deadline;
}

int engine_append(struct engine *engine, const struct block *block,
		  struct err *err)
{
	return chain_append(&engine->chain, block, err);
}

int engine_flush(struct engine *engine, struct turn_time time,
		 struct effects *effects, struct err *err)
{
	int rc = chain_check_ends(&engine->chain, err);

	if (rc != 0)
		return rc;
	begin(engine, time, effects);
	rc = finish(engine, err);
	engine->effects = NULL;
	return rc;
}

int engine_take_admitted(struct engine *engine, struct admitted *out)
{
	struct chain *chain = &engine->chain;

	for (; chain->take_at < chain->count; chain->take_at++) {
		struct chain_log *log = &chain->logs[chain->take_at];

		if (log->admitted_from == 0)
			continue;
		out->log_no = chain->rows[chain->take_at].no;
		out->log_class = chain->rows[chain->take_at].log_class;
		out->from = log->admitted_from;
		out->to = log->admitted_to;
		log->admitted_from = 0;
		return 0;
	}
	return ERR_NOT_FOUND;
}

int engine_take_fork(struct engine *engine, struct engine_fork *out,
		     struct err *err)
{
	return chain_take_fork(&engine->chain, &engine->run, out, err);
}

/* ---- what others ask ---- */

const struct roster *engine_roster(const struct engine *engine)
{
	/* Appends mark it stale; asking is what brings it up to date. The
	 * engine is ours, and const only to the asker. */
	struct chain *chain;
	const struct chain *asked = &engine->chain;

	memcpy(&chain, &asked, sizeof(void *));
	err_ignore(chain_refresh(chain, NULL),
		   "then it is the roster of before, as the next turn finds");
	return &engine->chain.roster;
}

uint64_t engine_roster_version(const struct engine *engine)
{
	return engine_roster(engine) == NULL ? 0 : engine->chain.roster_version;
}

const struct store_log *engine_logs(const struct engine *engine, size_t *count)
{
	*count = engine->chain.count;
	return engine->chain.rows;
}

const struct store_log *engine_find_log(const struct engine *engine,
					const struct id16 *lid)
{
	uint32_t log = chain_find(&engine->chain, lid);

	return log == CHAIN_NONE ? NULL : &engine->chain.rows[log];
}

uint8_t engine_wants_logs(const struct engine *engine)
{
	return engine->chain.wants_logs;
}

size_t engine_log_room(const struct engine *engine)
{
	return chain_log_room(&engine->chain, &engine->chain.device);
}

void engine_logs_opened(struct engine *engine)
{
	engine->chain.wants_logs = 0;
}

int engine_doubt_logs(struct engine *engine, uint8_t reason, struct err *err)
{
	return chain_doubt(&engine->chain, reason, err);
}

void engine_set_listen(struct engine *engine, const char *address)
{
	engine->port = address_port(address);
}

void engine_set_sync_while_locked(struct engine *engine, bool on)
{
	engine->sync_while_locked = on;
}

void engine_set_locked(struct engine *engine, bool locked)
{
	engine->is_locked = locked;
}
