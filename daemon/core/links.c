/*
 * links.c - the other devices as somebody to reach: addresses, when to dial
 * next, what each has acknowledged.
 *
 * Must never dial a device we do not talk to, nor one we have a session with.
 * Rows are made for every device the roster names and stay until a reload.
 */
#include "daemon/core/core.h"

#include "proto/base/panic.h"

/* How long what somebody acknowledged may be known in memory only. */
#define ACKS_KEPT_MS 5000u

static uint64_t *link_acks(const struct engine *engine, const struct link *link)
{
	size_t place = (size_t)(link - engine->links);

	return engine->acks + place * LIMIT_LOGS;
}

struct link *links_find(struct engine *engine, const struct sign_public *device)
{
	size_t i;

	for (i = 0; i < engine->link_count; i++) {
		if (memcmp(engine->links[i].device.b, device->b, 32) == 0)
			return &engine->links[i];
	}
	return NULL;
}

struct link *links_find_dial(struct engine *engine, uint32_t dial)
{
	size_t i;

	for (i = 0; i < engine->link_count && dial != 0; i++) {
		if (engine->links[i].dial == dial)
			return &engine->links[i];
	}
	return NULL;
}

struct link *links_find_conn(struct engine *engine, uint32_t conn)
{
	size_t i;

	for (i = 0; i < engine->link_count; i++) {
		if (engine->links[i].dial != 0 &&
		    engine->links[i].dial_conn == conn)
			return &engine->links[i];
	}
	return NULL;
}

static int load_acks(struct engine *engine, struct link *link, struct err *err)
{
	struct arena_mark mark = arena_mark(&engine->arena);
	struct store_ack *acks =
		arena_alloc(&engine->arena, LIMIT_LOGS, sizeof *acks);
	uint64_t *row = link_acks(engine, link);
	size_t count = 0;
	size_t i, k;
	int rc;

	if (acks == NULL)
		return ERR_NOMEM;
	memset(row, 0, LIMIT_LOGS * sizeof *row);
	rc = store_acks(engine->chain.store, &link->device, acks, LIMIT_LOGS,
			&count, err);
	for (i = 0; rc == 0 && i < count && i < LIMIT_LOGS; i++) {
		for (k = 0; k < engine->chain.count; k++) {
			if (engine->chain.rows[k].no == acks[i].log_no)
				row[k] = acks[i].seq;
		}
	}
	arena_rewind(&engine->arena, mark);
	return rc;
}

static int add_link(struct engine *engine, const struct sign_public *device,
		    struct err *err)
{
	struct link *link;

	if (engine->link_count >= LIMIT_ADDS)
		return 0;
	link = &engine->links[engine->link_count++];
	memset(link, 0, sizeof *link);
	link->device = *device;
	link->stored.device = *device;
	return load_acks(engine, link, err);
}

int links_refresh(struct engine *engine, struct err *err)
{
	const struct chain *chain = &engine->chain;
	size_t i;

	if (engine->links_version == chain->roster_version)
		return 0;
	for (i = 0; i < chain->roster.member_count; i++) {
		const struct roster_member *member = &chain->roster.members[i];
		int rc;

		if (member->is_recovery ||
		    memcmp(member->device.b, chain->device.b, 32) == 0 ||
		    links_find(engine, &member->device) != NULL)
			continue;
		rc = add_link(engine, &member->device, err);
		if (rc != 0)
			return rc;
	}
	engine->links_version = chain->roster_version;
	return 0;
}

/* ---- since when we know them ---- */

#define FIRST_SEEN_BYTES 40u /* D_sig, le64 ms */

static int load_first_seen(struct engine *engine, struct err *err)
{
	struct buf bytes;
	size_t at;
	int rc;

	buf_init(&bytes, LIMIT_ADDS * FIRST_SEEN_BYTES);
	rc = store_meta_get(engine->chain.store, META_FIRST_SEEN, &bytes, NULL);
	for (at = 0; rc == 0 && at + FIRST_SEEN_BYTES <= bytes.len;
	     at += FIRST_SEEN_BYTES) {
		struct sign_public device;
		struct link *link;

		memcpy(device.b, bytes.ptr + at, 32);
		link = links_find(engine, &device);
		if (link != NULL)
			link->first_seen_ms = le64_get(bytes.ptr + at + 32);
	}
	buf_release(&bytes);
	if (rc == 0 || rc == ERR_NOT_FOUND)
		return 0;
	return err_set(err, rc, "%s", err_text(rc));
}

static int save_first_seen(struct engine *engine, struct err *err)
{
	uint8_t bytes[LIMIT_ADDS * FIRST_SEEN_BYTES];
	size_t len = 0;
	size_t i;

	for (i = 0; i < engine->link_count; i++) {
		const struct link *link = &engine->links[i];

		if (link->first_seen_ms == 0)
			continue;
		memcpy(bytes + len, link->device.b, 32);
		le64_put(bytes + len + 32, link->first_seen_ms);
		len += FIRST_SEEN_BYTES;
	}
	return store_meta_put(engine->chain.store, META_FIRST_SEEN,
			      bytes_of(bytes, len), err);
}

int links_note_new(struct engine *engine, struct err *err)
{
	bool is_changed = false;
	size_t i;

	for (i = 0; i < engine->link_count; i++) {
		struct link *link = &engine->links[i];

		if (link->first_seen_ms != 0 || engine->time.wall_ms == 0 ||
		    !roster_is_member(&engine->chain.roster, &link->device))
			continue;
		link->first_seen_ms = engine->time.wall_ms;
		is_changed = true;
	}
	return is_changed ? save_first_seen(engine, err) : 0;
}

int links_load(struct engine *engine, struct err *err)
{
	struct arena_mark mark = arena_mark(&engine->arena);
	struct store_peer *peers =
		arena_alloc(&engine->arena, LIMIT_ADDS, sizeof *peers);
	size_t count = 0;
	size_t i;
	int rc;

	if (peers == NULL)
		return ERR_NOMEM;
	engine->link_count = 0;
	engine->links_version = 0;
	rc = links_refresh(engine, err);
	if (rc == 0)
		rc = load_first_seen(engine, err);
	if (rc == 0)
		rc = store_peers(engine->chain.store, peers, LIMIT_ADDS, &count,
				 err);
	for (i = 0; rc == 0 && i < count && i < LIMIT_ADDS; i++) {
		struct link *link = links_find(engine, &peers[i].device);

		if (link != NULL)
			link->stored = peers[i];
	}
	arena_rewind(&engine->arena, mark);
	return rc;
}

static const char *next_address(const struct link *link)
{
	const char *first = link->stored.address;
	const char *second = link->stored.by_hand;

	if (link->tries_by_hand) {
		first = link->stored.by_hand;
		second = link->stored.address;
	}
	return first[0] != '\0' ? first : second;
}

static bool has_two_addresses(const struct link *link)
{
	return link->stored.address[0] != '\0' &&
	       link->stored.by_hand[0] != '\0' &&
	       strcmp(link->stored.address, link->stored.by_hand) != 0;
}

/* Half to all of the back-off, so that two do not call in step. */
static void wait_before_dial(struct engine *engine, struct link *link)
{
	uint64_t most = link->backoff_ms;

	link->next_dial_ms = engine->time.now_ms + most / 2 +
			     prng_below(&engine->prng, most / 2 + 1);
}

void links_dial_failed(struct engine *engine, struct link *link)
{
	link->dial = 0;
	link->dial_conn = 0;
	link->attempts++;
	link->tries_by_hand = !link->tries_by_hand;
	/* The other address at once, the first time round. */
	if (has_two_addresses(link) && link->tries_by_hand &&
	    link->next_dial_ms <= engine->time.now_ms)
		return;
	link->backoff_ms = link->backoff_ms == 0 ? engine->tune.dial_first_ms
						 : link->backoff_ms * 2;
	if (link->backoff_ms > engine->tune.dial_most_ms)
		link->backoff_ms = engine->tune.dial_most_ms;
	wait_before_dial(engine, link);
}

static bool may_dial(const struct engine *engine, const struct link *link)
{
	return link->dial == 0 && next_address(link)[0] != '\0' &&
	       engine_may_sync(engine) && engine_serves(engine, &link->device);
}

void links_dial_due(struct engine *engine)
{
	size_t i;

	for (i = 0; i < engine->link_count; i++) {
		struct link *link = &engine->links[i];
		struct effect *effect;

		if (link->next_dial_ms > engine->time.now_ms ||
		    !may_dial(engine, link) ||
		    peer_of_device(engine, &link->device) != NULL)
			continue;
		effect = effects_add(engine->effects, EFFECT_DIAL);
		if (effect == NULL)
			return;
		if (++engine->last_dial == 0)
			engine->last_dial = 1;
		link->dial = engine->last_dial;
		link->dial_conn = 0;
		effect->dial = link->dial;
		memcpy(effect->address, next_address(link),
		       sizeof effect->address);
	}
}

uint64_t links_deadline(const struct engine *engine)
{
	uint64_t deadline = UINT64_MAX;
	size_t i;

	for (i = 0; i < engine->link_count; i++) {
		const struct link *link = &engine->links[i];
		size_t s;

		if (link->acks_due_ms != 0 && link->acks_due_ms < deadline)
			deadline = link->acks_due_ms;
		if (link->next_dial_ms >= deadline || !may_dial(engine, link))
			continue;
		for (s = 0; s < engine->session_top; s++) {
			const struct session *session = &engine->sessions[s];

			if (peer_is_open(session) &&
			    memcmp(session->device.b, link->device.b, 32) == 0)
				break;
		}
		if (s == engine->session_top)
			deadline = link->next_dial_ms;
	}
	return deadline;
}

int links_met(struct engine *engine, struct session *session, struct err *err)
{
	struct link *link = links_find(engine, &session->device);

	if (link == NULL)
		return 0;
	link->connects++;
	link->backoff_ms = 0;
	link->stored.last_seen_ms = engine->time.wall_ms;
	if (session->initiator) {
		link->dial = 0;
		link->dial_conn = 0;
		link->attempts++;
		if (session->address[0] != '\0')
			memcpy(link->stored.address, session->address,
			       sizeof link->stored.address);
	} else if (session->port != 0 && session->address[0] != '\0') {
		address_join(session->address, session->port,
			     link->stored.address, sizeof link->stored.address);
	}
	return store_peer_put(engine->chain.store, &link->stored, err);
}

void links_note_ack(struct engine *engine, const struct session *session,
		    uint32_t log)
{
	struct link *link = links_find(engine, &session->device);
	uint64_t *acks;

	if (link == NULL)
		return;
	acks = link_acks(engine, link);
	if (session->logs[log].acked <= acks[log])
		return;
	acks[log] = session->logs[log].acked;
	if (link->acks_due_ms == 0)
		link->acks_due_ms = engine->time.now_ms + ACKS_KEPT_MS;
}

static int acks_write(struct engine *engine, struct link *link, struct err *err)
{
	const uint64_t *acks = link_acks(engine, link);
	struct chain *chain = &engine->chain;
	size_t i;

	for (i = 0; i < chain->count; i++) {
		int rc = 0;

		if (acks[i] > 0)
			rc = store_ack_put(chain->store, &link->device,
					   chain->rows[i].no, acks[i], err);
		if (rc != 0)
			return rc;
	}
	link->acks_due_ms = 0;
	return 0;
}

int links_save_acks(struct engine *engine, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; i < engine->link_count && rc == 0; i++) {
		struct link *link = &engine->links[i];

		if (link->acks_due_ms != 0 &&
		    engine->time.now_ms >= link->acks_due_ms)
			rc = acks_write(engine, link, err);
	}
	return rc;
}

/* They are a report, not something that may not be lost: not a write for
 * every one, but when a session pauses or ends, and now and then between. */
int links_left(struct engine *engine, struct session *session, struct err *err)
{
	struct link *link = links_find(engine, &session->device);
	struct chain *chain = &engine->chain;
	uint64_t *acks;
	size_t i;
	int rc;

	if (link == NULL)
		return 0;
	acks = link_acks(engine, link);
	/* What they claimed or brought themselves they hold, too. */
	for (i = 0; i < chain->count; i++) {
		if (session->logs[i].acked > acks[i])
			acks[i] = session->logs[i].acked;
	}
	rc = acks_write(engine, link, err);
	if (rc != 0)
		return rc;
	link->stored.last_seen_ms = engine->time.wall_ms;
	return store_peer_put(chain->store, &link->stored, err);
}

int links_put_address(struct engine *engine, const struct sign_public *device,
		      const char *address, struct err *err)
{
	struct link *link = links_find(engine, device);

	if (link == NULL)
		return 0;
	memset(link->stored.address, 0, sizeof link->stored.address);
	memcpy(link->stored.address, address,
	       strnlen(address, sizeof link->stored.address - 1));
	return store_peer_put(engine->chain.store, &link->stored, err);
}

/* ---- what status asks ---- */

uint64_t links_held(const struct engine *engine, const struct link *link,
		    const struct session *session, size_t log)
{
	uint64_t held = link_acks(engine, link)[log];

	if (session != NULL && session->logs[log].acked > held)
		held = session->logs[log].acked;
	if (held + 1 < engine->chain.logs[log].first_seq)
		held = engine->chain.logs[log].first_seq - 1;
	return held;
}

static uint64_t count_behind(const struct engine *engine,
			     const struct link *link,
			     const struct session *session)
{
	uint64_t behind = 0;
	size_t i;

	for (i = 0; i < engine->chain.count; i++) {
		uint64_t held = links_held(engine, link, session, i);
		uint64_t head = engine->chain.rows[i].head_seq;

		if (head > held)
			behind += head - held;
	}
	return behind;
}

const struct session *links_session(const struct engine *engine,
				    const struct sign_public *device)
{
	size_t i;

	for (i = 0; i < engine->session_top; i++) {
		const struct session *session = &engine->sessions[i];

		if (peer_is_open(session) &&
		    memcmp(session->device.b, device->b, 32) == 0)
			return session;
	}
	return NULL;
}

static void fill_status(const struct engine *engine, const struct link *link,
			struct peer_status *out)
{
	const struct session *session = links_session(engine, &link->device);

	memset(out, 0, sizeof *out);
	out->device = link->device;
	out->connected = session != NULL;
	out->behind = count_behind(engine, link, session);
	out->last_seen_ms = link->stored.last_seen_ms;
	out->first_seen_ms = link->first_seen_ms;
	out->connects = link->connects;
	out->attempts = link->attempts;
	memcpy(out->address, link->stored.address, sizeof out->address);
	memcpy(out->by_hand, link->stored.by_hand, sizeof out->by_hand);
	if (session == NULL)
		return;
	out->in_sync = session->in_sync;
	out->sent = session->blocks_sent;
	out->received = session->blocks_received;
	out->bytes_sent = session->channel.bytes_sent;
	out->bytes_received = session->channel.bytes_received;
	out->round_trips = session->round_trips;
}

size_t engine_peers(const struct engine *engine, struct peer_status *out,
		    size_t cap)
{
	const struct roster *roster = &engine->chain.roster;
	size_t count = 0;
	size_t i, k;

	for (i = 0; i < roster->member_count; i++) {
		const struct roster_member *member = &roster->members[i];

		if (member->is_recovery ||
		    (member->standing != ROSTER_MEMBER &&
		     member->standing != ROSTER_SUSPENDED &&
		     member->standing != ROSTER_PENDING))
			continue;
		for (k = 0; k < engine->link_count && count < cap; k++) {
			if (memcmp(engine->links[k].device.b, member->device.b,
				   32) == 0)
				fill_status(engine, &engine->links[k],
					    &out[count++]);
		}
	}
	return count;
}

void engine_sync_now(struct engine *engine)
{
	size_t i;

	for (i = 0; i < engine->link_count; i++) {
		engine->links[i].next_dial_ms = 0;
		engine->links[i].backoff_ms = 0;
	}
}

int engine_peer_address(struct engine *engine, const struct sign_public *device,
			const char *address, struct err *err)
{
	struct link *link = links_find(engine, device);

	if (link == NULL)
		return err_set(err, ERR_NOT_FOUND, "There is no such device.");
	if (strlen(address) >= sizeof link->stored.by_hand)
		return err_set(err, ERR_USAGE, "That address is too long.");
	memset(link->stored.by_hand, 0, sizeof link->stored.by_hand);
	memcpy(link->stored.by_hand, address, strlen(address));
	link->next_dial_ms = 0;
	link->backoff_ms = 0;
	link->tries_by_hand = true;
	return store_peer_put(engine->chain.store, &link->stored, err);
}
