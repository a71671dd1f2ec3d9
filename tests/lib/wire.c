/*
 * wire.c - turns devices and carries bytes between them.
 */
#include "tests/lib/wire.h"

#include <stdio.h>

#include "proto/base/mem.h"

#define TURNS_MOST 20000
#define RAW_DEVICE UINT32_MAX

static const char *const addresses[WIRE_DEVICES] = { "ana:1", "ben:1", "cai:1",
						     "dor:1" };

const char *wire_address(size_t device)
{
	return addresses[device];
}

static void open_device(struct wire *wire, size_t at, bool create)
{
	struct device *device = &wire->devices[at];
	char path[HARNESS_PATH_BYTES];
	struct store_options store = { .path = path, .create = create };
	struct engine_options options = {
		.tune = tune_default,
		.net = device->author.net_secret,
		.boot = ++device->boot + 1000 * at,
		.sync_while_locked = true,
	};
	struct err err = { .code = 0 };

	snprintf(path, sizeof path, "%s/journal.db", device->dir);
	if (store_open(&device->store, &store, &err) != 0)
		fail_msg("store: %s", err.text);
	options.store = device->store;
	if (engine_open(&device->engine, &options, &err) != 0)
		fail_msg("engine: %s", err.text);
	device->online = true;
}

void wire_open(struct wire *wire, size_t device_count)
{
	size_t i;

	assert_int_equal(crypto_start(), 0);
	memset(wire, 0, sizeof *wire);
	wire->conns = mem_alloc(WIRE_CONNS, sizeof *wire->conns);
	assert_non_null(wire->conns);
	wire->device_count = device_count;
	wire->time.now_ms = 1000;
	wire->time.wall_ms = 1700000000000;
	for (i = 0; i < device_count; i++) {
		author_init(&wire->devices[i].author, (uint8_t)(i + 1));
		wire->devices[i].dir = harness_temp_dir();
		effects_init(&wire->devices[i].effects);
		open_device(wire, i, true);
	}
}

static void close_device(struct device *device)
{
	engine_close(device->engine);
	store_close(device->store);
	device->engine = NULL;
	device->store = NULL;
}

void wire_close(struct wire *wire)
{
	size_t i;

	for (i = 0; i < wire->device_count; i++) {
		close_device(&wire->devices[i]);
		effects_release(&wire->devices[i].effects);
		harness_temp_remove(wire->devices[i].dir);
	}
	for (i = 0; i < wire->conn_count; i++) {
		buf_release(&wire->conns[i].ends[0].inbox);
		buf_release(&wire->conns[i].ends[1].inbox);
	}
	mem_free(wire->conns);
	memset(wire, 0, sizeof *wire);
}

/* ---- connections ---- */

static struct wire_end *other_end(struct wire *wire, struct wire_end *end)
{
	size_t i;

	for (i = 0; i < wire->conn_count; i++) {
		if (&wire->conns[i].ends[0] == end)
			return &wire->conns[i].ends[1];
		if (&wire->conns[i].ends[1] == end)
			return &wire->conns[i].ends[0];
	}
	fail_msg("an end of no connection");
	return NULL;
}

static struct wire_conn *add_conn(struct wire *wire)
{
	struct wire_conn *conn = &wire->conns[wire->conn_count++];
	size_t i;

	assert_true(wire->conn_count <= WIRE_CONNS);
	memset(conn, 0, sizeof *conn);
	for (i = 0; i < 2; i++) {
		conn->ends[i].conn = ++wire->last_conn;
		conn->ends[i].open = true;
		conn->ends[i].up_due = true;
		buf_init(&conn->ends[i].inbox, (size_t)64 << 20);
	}
	return conn;
}

/* Who listens there? WIRE_DEVICES: nobody. */
static size_t find_listener(struct wire *wire, const char *address,
			    bool is_pairing)
{
	size_t i;

	for (i = 0; i < wire->device_count; i++) {
		const char *at = is_pairing ? wire->devices[i].pair_address
					    : addresses[i];

		if (wire->devices[i].online && strcmp(at, address) == 0)
			return i;
	}
	return WIRE_DEVICES;
}

static struct wire_end *find_end(struct wire *wire, size_t device,
				 uint32_t conn)
{
	size_t i, k;

	for (i = 0; i < wire->conn_count; i++) {
		for (k = 0; k < 2; k++) {
			struct wire_end *end = &wire->conns[i].ends[k];

			if (end->device == device && end->conn == conn)
				return end;
		}
	}
	return NULL;
}

size_t wire_dial_raw(struct wire *wire, size_t to, bool is_pairing)
{
	struct wire_conn *conn = add_conn(wire);

	conn->ends[0].device = RAW_DEVICE;
	conn->ends[0].up_due = false;
	conn->ends[1].device = (uint32_t)to;
	conn->ends[1].is_pairing = is_pairing;
	return wire->conn_count - 1;
}

void wire_raw_send(struct wire *wire, size_t conn, struct bytes bytes)
{
	if (wire->conns[conn].ends[1].open)
		assert_int_equal(buf_put(&wire->conns[conn].ends[1].inbox,
					 bytes.ptr, bytes.len),
				 0);
}

void wire_cut(struct wire *wire)
{
	size_t i, k;

	for (i = 0; i < wire->conn_count; i++) {
		for (k = 0; k < 2; k++) {
			struct wire_end *end = &wire->conns[i].ends[k];

			if (end->open && end->device != RAW_DEVICE)
				end->down_due = true;
			buf_clear(&end->inbox);
		}
	}
}

/* ---- effects ---- */

static void dial(struct wire *wire, size_t from, const struct effect *effect,
		 struct event *failed)
{
	size_t to = find_listener(wire, effect->address, effect->is_pairing);
	struct wire_conn *conn;

	if (to == WIRE_DEVICES) {
		failed->kind = EVENT_DIAL_FAILED;
		failed->dial = effect->dial;
		return;
	}
	conn = add_conn(wire);
	conn->ends[0].device = (uint32_t)from;
	conn->ends[0].dial = effect->dial;
	conn->ends[0].is_pairing = effect->is_pairing;
	conn->ends[1].device = (uint32_t)to;
	conn->ends[1].is_pairing = effect->is_pairing;
}

static void send_bytes(struct wire *wire, size_t device,
		       const struct effect *effect)
{
	struct device *self = &wire->devices[device];
	struct wire_end *end = find_end(wire, device, effect->conn);
	struct wire_end *to;
	const uint8_t *bytes = self->effects.bytes.ptr + effect->offset;

	assert_non_null(end);
	if (!end->open)
		return;
	to = other_end(wire, end);
	if (wire->tap != NULL)
		buf_put(wire->tap, bytes, effect->len);
	if (to->open)
		assert_int_equal(buf_put(&to->inbox, bytes, effect->len), 0);
}

static void close_conn(struct wire *wire, size_t device,
		       const struct effect *effect)
{
	struct wire_end *end = find_end(wire, device, effect->conn);

	if (end == NULL || !end->open)
		return;
	end->open = false;
	end->reason = effect->reason;
	if (other_end(wire, end)->open)
		other_end(wire, end)->down_due = true;
}

/* Carries out; a dial that failed becomes an event of the next turn. */
static size_t perform(struct wire *wire, size_t at, struct event *failed,
		      size_t cap)
{
	struct device *device = &wire->devices[at];
	size_t failures = 0;
	size_t i;

	for (i = 0; i < device->effects.count; i++) {
		const struct effect *effect = &device->effects.items[i];
		struct event event = { .kind = EVENT_TICK };

		switch (effect->kind) {
		case EFFECT_SEND:
			send_bytes(wire, at, effect);
			break;
		case EFFECT_CLOSE:
			close_conn(wire, at, effect);
			break;
		case EFFECT_DIAL:
			dial(wire, at, effect, &event);
			if (event.kind == EVENT_DIAL_FAILED && failures < cap)
				failed[failures++] = event;
			break;
		case EFFECT_PAIR_LISTEN:
			snprintf(device->pair_address,
				 sizeof device->pair_address, "%s",
				 effect->address);
			pairing_listening(device->engine, effect->address);
			break;
		case EFFECT_PAIR_UNLISTEN:
			device->pair_address[0] = '\0';
			break;
		case EFFECT_NOTIFY:
			device->notified[effect->notify]++;
			break;
		}
	}
	return failures;
}

/* ---- turns ---- */

static void turn(struct wire *wire, size_t at, const struct event *events,
		 size_t count)
{
	static struct paper paper;
	struct device *device = &wire->devices[at];
	struct event failed[8];
	struct admitted admitted;
	struct err err = { .code = 0 };
	size_t failures;
	int steps;

	effects_clear(&device->effects);
	assert_int_equal(store_begin(device->store, &err), 0);
	if (engine_step(device->engine, events, count, wire->time,
			&device->effects, &err) != 0)
		fail_msg("step: %s", err.text);
	for (steps = 0; steps < 32 && wire_take_ask(wire, at, &paper);
	     steps++) {
	}
	while (engine_take_admitted(device->engine, &admitted) == 0)
		device->admitted_blocks +=
			(uint32_t)(admitted.to - admitted.from + 1);
	if (engine_flush(device->engine, wire->time, &device->effects, &err) !=
	    0)
		fail_msg("flush: %s", err.text);
	assert_int_equal(store_commit(device->store, &err), 0);
	failures = perform(wire, at, failed, KEPT_ARRAY_COUNT(failed));
	if (failures > 0)
		turn(wire, at, failed, failures);
}

/* What is due at one end, as events. */
static size_t gather(struct wire *wire, struct wire_end *end,
		     struct event *events, struct buf *bytes)
{
	size_t count = 0;
	size_t len = end->inbox.len;

	if (end->up_due) {
		events[count++] = (struct event){
			.kind = end->is_pairing ? EVENT_PAIR_UP : EVENT_PEER_UP,
			.conn = end->conn,
			.dial = end->dial,
			.address = end->dial == 0 ? "10.0.0.9:33333" : NULL,
		};
		end->up_due = false;
		return count;
	}
	if (wire->chunk != 0 && len > wire->chunk)
		len = wire->chunk;
	if (len > 0) {
		buf_clear(bytes);
		buf_put(bytes, end->inbox.ptr, len);
		buf_consume(&end->inbox, len);
		end->bytes += len;
		end->bursts++;
		events[count++] = (struct event){
			.kind = EVENT_PEER_BYTES,
			.conn = end->conn,
			.bytes = buf_bytes(bytes),
		};
		return count;
	}
	if (end->down_due) {
		events[count++] = (struct event){ .kind = EVENT_PEER_DOWN,
						  .conn = end->conn };
		end->down_due = false;
		end->open = false;
	}
	return count;
}

static bool run_once(struct wire *wire, struct buf *bytes)
{
	struct event events[4];
	bool moved = false;
	size_t i, k;

	for (i = 0; i < wire->conn_count; i++) {
		for (k = 0; k < 2; k++) {
			struct wire_end *end = &wire->conns[i].ends[k];
			size_t count;

			if (end->device == RAW_DEVICE || !end->open)
				continue;
			count = gather(wire, end, events, bytes);
			if (count == 0)
				continue;
			moved = true;
			turn(wire, end->device, events, count);
			if (++wire->deliveries == wire->cut_at)
				wire_cut(wire);
		}
	}
	return moved;
}

void wire_run(struct wire *wire)
{
	struct buf bytes;
	size_t i;
	int turns = 0;

	buf_init(&bytes, (size_t)64 << 20);
	for (i = 0; i < wire->device_count; i++) {
		if (wire->devices[i].online)
			turn(wire, i, NULL, 0);
	}
	while (run_once(wire, &bytes)) {
		if (++turns > TURNS_MOST)
			fail_msg("it never comes to rest");
	}
	buf_release(&bytes);
}

void wire_sleep(struct wire *wire, uint64_t ms)
{
	uint64_t end = wire->time.now_ms + ms;
	int turns = 0;

	wire_run(wire);
	while (wire->time.now_ms < end) {
		uint64_t next = end;
		size_t i;

		for (i = 0; i < wire->device_count; i++) {
			uint64_t due;

			if (!wire->devices[i].online)
				continue;
			due = engine_deadline(wire->devices[i].engine);
			if (due < next)
				next = due;
		}
		if (next <= wire->time.now_ms)
			next = wire->time.now_ms + 1;
		wire->time.wall_ms += next - wire->time.now_ms;
		wire->time.now_ms = next;
		wire_run(wire);
		if (++turns > TURNS_MOST)
			fail_msg("deadlines without end");
	}
}

static void hang_up(struct wire *wire, size_t at)
{
	size_t i, k;

	for (i = 0; i < wire->conn_count; i++) {
		for (k = 0; k < 2; k++) {
			struct wire_end *end = &wire->conns[i].ends[k];

			if (end->device != at || !end->open)
				continue;
			end->open = false;
			if (other_end(wire, end)->open)
				other_end(wire, end)->down_due = true;
		}
	}
	wire->devices[at].pair_address[0] = '\0';
}

void wire_restart(struct wire *wire, size_t at)
{
	hang_up(wire, at);
	close_device(&wire->devices[at]);
	open_device(wire, at, false);
}

void wire_wipe(struct wire *wire, size_t at)
{
	hang_up(wire, at);
	close_device(&wire->devices[at]);
	harness_temp_remove(wire->devices[at].dir);
	wire->devices[at].dir = harness_temp_dir();
	open_device(wire, at, true);
}

void wire_perform(struct wire *wire, size_t at)
{
	struct event failed[8];
	size_t count = perform(wire, at, failed, KEPT_ARRAY_COUNT(failed));

	if (count > 0)
		turn(wire, at, failed, count);
}
