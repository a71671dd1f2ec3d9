/*
 * net.c - see net.h.
 *
 * Streams, as TCP gives them: bytes arrive in order or not at all, in pieces
 * of any size, and an end may never hear that the other is gone. It must
 * never look into bytes but for the words that may not be there.
 */
#include "tests/sim/net.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/panic.h"
#include "tests/sim/check.h"
#include "tests/sim/device.h"
#include "tests/sim/trace.h"

#define PORT 47474u
#define PAIR_PORT 40000u
#define DIAL_MS 1500u
#define WAY_BYTES_MAX (LIMIT_SESSION_OUT_BYTES + LIMIT_SESSION_IN_BYTES)

void net_address(const struct device *device, char out[64])
{
	snprintf(out, 64, "10.0.0.%u:%u", device->no + 1, PORT);
}

static struct device *end_device(struct world *world,
				 const struct conn_end *end)
{
	struct device *device;

	if (end->device == WORLD_STRANGER)
		return NULL;
	device = &world->devices[end->device];
	return device->node != NULL && device->boot == end->boot ? device
								 : NULL;
}

static struct conn *conn_new(struct world *world)
{
	size_t i;

	for (i = 0; i < WORLD_CONNS_MAX; i++) {
		struct conn *conn = &world->conns[i];

		if (conn->is_used)
			continue;
		buf_release(&conn->ends[0].way);
		buf_release(&conn->ends[1].way);
		memset(conn, 0, sizeof *conn);
		conn->is_used = true;
		conn->serial = world->next_id++;
		buf_init(&conn->ends[0].way, WAY_BYTES_MAX);
		buf_init(&conn->ends[1].way, WAY_BYTES_MAX);
		return conn;
	}
	world_fail(world, "limits", "more than %u connections",
		   WORLD_CONNS_MAX);
	return NULL;
}

static void conn_maybe_free(struct conn *conn)
{
	if (!conn->ends[0].is_up && !conn->ends[1].is_up)
		conn->is_used = false;
}

static struct conn *conn_of(struct device *device, uint32_t id, unsigned *end)
{
	struct world *world = device->world;
	size_t i;

	for (i = 0; i < WORLD_CONNS_MAX; i++) {
		struct conn *conn = &world->conns[i];

		for (*end = 0; conn->is_used && *end < 2; (*end)++) {
			const struct conn_end *side = &conn->ends[*end];

			if (side->device == device->no && side->id == id &&
			    side->is_up && side->boot == device->boot)
				return conn;
		}
	}
	return NULL;
}

static uint64_t delay(struct world *world)
{
	uint64_t ms = world->options.latency_ms;

	if (world->is_calm)
		return 1 + ms / 4;
	return 1 + ms + world_below(world, world->options.jitter_ms + 1);
}

/* That end hears of the end, after what is still on its way to it. */
static void down_schedule(struct world *world, struct conn *conn, unsigned end,
			  uint64_t in_ms)
{
	const struct conn_end *from = &conn->ends[1 - end];
	struct action *action;
	uint64_t at = world->now_ms + in_ms;

	if (from->last_ms >= at)
		in_ms = from->last_ms + 1 - world->now_ms;
	action = world_schedule(world, ACTION_DOWN, in_ms);
	action->a = (uint32_t)(conn - world->conns);
	action->b = end;
	action->c = conn->serial;
}

/* ---- dialing ---- */

void net_dial(struct device *device, const struct effect *effect)
{
	struct world *world = device->world;
	struct action *action =
		world_schedule(world, ACTION_DIAL, delay(world));

	action->a = device->no;
	action->b = device->boot;
	action->c = effect->dial;
	action->is_pairing = effect->is_pairing;
	snprintf(action->address, sizeof action->address, "%.63s",
		 effect->address);
}

static struct device *listener_at(struct world *world, const char *address,
				  bool is_pairing)
{
	unsigned host = 0, port = 0, open_port = 0;
	const char *listen;
	struct device *device;

	if (sscanf(address, "10.0.0.%u:%u", &host, &port) != 2 || host == 0 ||
	    host > world->device_count)
		return NULL;
	device = &world->devices[host - 1];
	listen = is_pairing ? device->pair_listen : device->listen;
	listen = device->node == NULL ? NULL : strrchr(listen, ':');
	return listen != NULL && sscanf(listen, ":%u", &open_port) == 1 &&
			       open_port == port
		       ? device
		       : NULL;
}

static void dial_fail(struct world *world, struct device *device, uint32_t dial)
{
	struct inbox_item *item = device_inbox(device, bytes_of(NULL, 0));

	if (item == NULL)
		return;
	item->event.kind = EVENT_DIAL_FAILED;
	item->event.dial = dial;
	world_mark(world, MARK_dial_failed);
	trace_line("d%u dial %u fails", device->no, dial);
}

static void end_come_up(struct conn *conn, unsigned end, struct device *device,
			const char *address)
{
	struct conn_end *side = &conn->ends[end];
	struct inbox_item *item;

	side->device = device->no;
	side->boot = device->boot;
	side->id = device->world->next_id++;
	side->is_up = true;
	item = device_inbox(device, bytes_of(NULL, 0));
	if (item == NULL)
		return;
	item->event.kind = conn->is_pairing ? EVENT_PAIR_UP : EVENT_PEER_UP;
	item->event.conn = side->id;
	snprintf(item->address, sizeof item->address, "%s", address);
}

static void dial_connect(struct world *world, struct device *from,
			 struct device *to, const struct action *action)
{
	struct conn *conn = conn_new(world);
	char address[64];

	if (conn == NULL)
		return;
	conn->is_pairing = action->is_pairing;
	snprintf(address, sizeof address, "10.0.0.%u:%u", from->no + 1,
		 50000 + (unsigned)(conn->serial % 10000));
	end_come_up(conn, 0, from, action->address);
	if (from->inbox_count > 0)
		from->inbox[from->inbox_count - 1].event.dial =
			(uint32_t)action->c;
	end_come_up(conn, 1, to, address);
	trace_line("d%u > d%u connect%s", from->no, to->no,
		   conn->is_pairing ? " to pair" : "");
}

void net_on_dial(struct world *world, const struct action *action)
{
	struct device *from = &world->devices[action->a];
	struct device *to;

	if (from->node == NULL || from->boot != action->b)
		return;
	to = listener_at(world, action->address, action->is_pairing);
	if (to == from)
		to = NULL;
	if (to != NULL && world->reach[from->no][to->no]) {
		dial_connect(world, from, to, action);
		return;
	}
	/* Refused at once, or no answer ever. */
	if (action->address[0] != '\0' && to == NULL &&
	    world_chance(world, 50)) {
		dial_fail(world, from, (uint32_t)action->c);
		return;
	}
	if (action->address[0] == '\0') {
		dial_fail(world, from, (uint32_t)action->c);
		return;
	}
	struct action *late = world_schedule(world, ACTION_DIAL, DIAL_MS);

	late->a = action->a;
	late->b = action->b;
	late->c = action->c;
}

/* ---- bytes ---- */

static void deliver_schedule(struct world *world, struct conn *conn,
			     unsigned end, size_t len)
{
	struct conn_end *side = &conn->ends[end];
	uint64_t at = world->now_ms + delay(world);
	struct action *action;

	if (at < side->last_ms)
		at = side->last_ms;
	side->last_ms = at;
	action = world_schedule(world, ACTION_DELIVER, at - world->now_ms);
	action->a = (uint32_t)(conn - world->conns);
	action->b = end;
	action->c = ((uint64_t)conn->serial << 32) | (uint32_t)len;
}

static void way_put(struct world *world, struct conn *conn, unsigned end,
		    struct bytes bytes)
{
	struct conn_end *side = &conn->ends[end];
	size_t left = bytes.len;

	if (buf_put(&side->way, bytes.ptr, bytes.len) != 0) {
		world_fail(world, "limits", "%zu bytes wait in a session",
			   side->way.len);
		return;
	}
	while (left > 0) {
		size_t len = left;

		if (world_chance(world, world->options.split_chance) && len > 1)
			len = 1 + (size_t)world_below(world, len - 1);
		deliver_schedule(world, conn, end, len);
		left -= len;
	}
}

/* Somebody listens and may say it again later. */
static void overhear(struct world *world, struct bytes bytes)
{
	size_t at = world->heard_count++ % 4;
	size_t len = bytes.len < sizeof world->heard[0]
			     ? bytes.len
			     : sizeof world->heard[0];

	memcpy(world->heard[at], bytes.ptr, len);
	world->heard_len[at] = len;
}

void net_send(struct device *device, uint32_t id, struct bytes bytes)
{
	struct world *world = device->world;
	unsigned end;
	struct conn *conn = conn_of(device, id, &end);

	check_no_canary(world, bytes, "the wire");
	trace_bytes(bytes);
	if (conn == NULL)
		return;
	world->wire_bytes += bytes.len;
	if (end == 0 && world_chance(world, 5))
		overhear(world, bytes);
	if (!conn->is_dead)
		way_put(world, conn, end, bytes);
}

void net_on_deliver(struct world *world, const struct action *action)
{
	struct conn *conn = &world->conns[action->a];
	struct conn_end *from = &conn->ends[action->b];
	struct conn_end *to = &conn->ends[1 - action->b];
	size_t len = (uint32_t)action->c;
	struct device *device;
	struct inbox_item *item;

	if (!conn->is_used || conn->serial != action->c >> 32 ||
	    len > from->way.len)
		return;
	to->got_bytes += len;
	device = end_device(world, to);
	if (device != NULL && to->is_up) {
		if (!world->is_calm && world->options.flip_chance > 0 &&
		    world_below(world, 10000) < world->options.flip_chance) {
			from->way.ptr[world_below(world, len)] ^=
				(uint8_t)(1u << world_below(world, 8));
			world_mark(world, MARK_flip);
			trace_line("d%u a bit flips", device->no);
		}
		item = device_inbox(device, bytes_of(from->way.ptr, len));
		if (item != NULL) {
			item->event.kind = EVENT_PEER_BYTES;
			item->event.conn = to->id;
		}
	} else if (to->device == WORLD_STRANGER) {
		world_fail(world, "silence", "a stranger got %zu bytes", len);
	}
	buf_consume(&from->way, len);
}

/* ---- ends ---- */

void net_on_down(struct world *world, const struct action *action)
{
	struct conn *conn = &world->conns[action->a];
	struct conn_end *side = &conn->ends[action->b];
	struct device *device;
	struct inbox_item *item;

	if (!conn->is_used || conn->serial != action->c || !side->is_up)
		return;
	side->is_up = false;
	device = end_device(world, side);
	if (device != NULL) {
		item = device_inbox(device, bytes_of(NULL, 0));
		if (item != NULL) {
			item->event.kind = EVENT_PEER_DOWN;
			item->event.conn = side->id;
		}
	}
	conn_maybe_free(conn);
}

static void conn_end_leaves(struct world *world, struct conn *conn,
			    unsigned end)
{
	conn->ends[end].is_up = false;
	if (conn->ends[1 - end].is_up && !conn->is_dead)
		down_schedule(world, conn, 1 - end, delay(world));
	/* On a dead line nobody hears: a time-out of the system's, much
	 * later. */
	else if (conn->ends[1 - end].is_up)
		down_schedule(world, conn, 1 - end, 120000);
	conn_maybe_free(conn);
}

void net_close(struct device *device, uint32_t id)
{
	unsigned end;
	struct conn *conn = conn_of(device, id, &end);

	if (conn != NULL)
		conn_end_leaves(device->world, conn, end);
}

void net_drop_device(struct device *device)
{
	struct world *world = device->world;
	size_t i;

	for (i = 0; i < WORLD_CONNS_MAX; i++) {
		struct conn *conn = &world->conns[i];
		unsigned end;

		for (end = 0; conn->is_used && end < 2; end++) {
			if (conn->ends[end].is_up &&
			    conn->ends[end].device == device->no)
				conn_end_leaves(world, conn, end);
		}
	}
}

static struct conn *conn_pick(struct world *world)
{
	size_t first = (size_t)world_below(world, WORLD_CONNS_MAX);
	size_t i;

	for (i = 0; i < WORLD_CONNS_MAX; i++) {
		struct conn *conn =
			&world->conns[(first + i) % WORLD_CONNS_MAX];

		if (conn->is_used && !conn->is_dead)
			return conn;
	}
	return NULL;
}

void net_on_cut(struct world *world)
{
	struct conn *conn = conn_pick(world);
	unsigned end;

	if (world->is_calm)
		return;
	world_schedule(world, ACTION_CUT,
		       world_about(world, world->options.cut_every_ms));
	if (conn == NULL)
		return;
	conn->is_dead = true;
	/* What was on its way is lost. */
	buf_clear(&conn->ends[0].way);
	buf_clear(&conn->ends[1].way);
	world_mark(world, MARK_cut);
	trace_line("cut between d%u and d%u", conn->ends[0].device,
		   conn->ends[1].device);
	for (end = 0; end < 2; end++) {
		if (!conn->ends[end].is_up)
			continue;
		if (world_chance(world, 60)) {
			down_schedule(world, conn, end, delay(world));
			continue;
		}
		world_mark(world, MARK_half_open);
		down_schedule(world, conn, end, 120000);
	}
}

void net_reset(struct world *world)
{
	size_t i;
	unsigned end;

	memset(world->reach, 1, sizeof world->reach);
	for (i = 0; i < WORLD_CONNS_MAX; i++) {
		struct conn *conn = &world->conns[i];

		for (end = 0; conn->is_used && conn->is_dead && end < 2;
		     end++) {
			if (conn->ends[end].is_up)
				down_schedule(world, conn, end, 1);
		}
	}
}

void net_release(struct world *world)
{
	size_t i;

	for (i = 0; i < WORLD_CONNS_MAX; i++) {
		buf_release(&world->conns[i].ends[0].way);
		buf_release(&world->conns[i].ends[1].way);
	}
}

/* ---- strangers ---- */

/* Noise of any length, or what was heard on the wire, with a bit changed. */
static void stranger_say(struct world *world, struct conn *conn)
{
	uint8_t noise[512];
	size_t heard = (size_t)world_below(world, 4);
	size_t len = 160;

	if (world_chance(world, 30))
		len = 1 + (size_t)world_below(world, sizeof noise - 1);
	prng_fill(&world->prng, noise, sizeof noise);
	if (world->heard_len[heard] > 0 && world_chance(world, 60)) {
		len = world->heard_len[heard];
		memcpy(noise, world->heard[heard], len);
		noise[world_below(world, len < 160 ? len : 160)] ^=
			(uint8_t)(1u << world_below(world, 8));
	}
	way_put(world, conn, 0, bytes_of(noise, len));
}

void net_on_stranger(struct world *world)
{
	struct device *to;
	struct conn *conn;

	if (world->is_calm)
		return;
	world_schedule(world, ACTION_STRANGER,
		       world_about(world, world->options.stranger_every_ms));
	to = &world->devices[world_below(world, world->device_count)];
	if (to->node == NULL || to->listen[0] == '\0')
		return;
	conn = conn_new(world);
	if (conn == NULL)
		return;
	world_mark(world, MARK_stranger);
	trace_line("a stranger at d%u", to->no);
	conn->ends[0].device = WORLD_STRANGER;
	conn->ends[0].is_up = true;
	end_come_up(conn, 1, to, "10.0.1.1:6666");
	stranger_say(world, conn);
	down_schedule(world, conn, 1, 20000);
	conn->ends[0].is_up = false;
}
