/*
 * device.c - see device.h. The other shell of node.h: what daemon/io does
 * with sockets, clocks, and threads is done here with the heap.
 *
 * It must never let an effect out that its turn did not earn: a device whose
 * power failed within a turn says nothing. Read next: daemon/io/loop.c.
 */
#include "tests/sim/device.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/statefile.h"
#include "proto/base/panic.h"
#include "tests/sim/canary.h"
#include "tests/sim/check.h"
#include "tests/sim/net.h"
#include "tests/sim/request.h"
#include "tests/sim/trace.h"

#define RESTART_MS 400u
#define JOB_MS 60u
#define INBOX_BYTES_MAX (16u << 20)

/* ---- files beside the database ---- */

static const char *const beside[] = { "slots", "net.key", "instance", "lease",
				      "listen" };

static void file_copy(const char *from_dir, const char *to_dir,
		      const char *name)
{
	char from[64], to[64];
	struct buf content;

	snprintf(from, sizeof from, "%s/%s", from_dir, name);
	snprintf(to, sizeof to, "%s/%s", to_dir, name);
	buf_init(&content, 65536);
	if (statefile_read(from, &content, NULL) == 0)
		kept_assert(statefile_write(to, buf_bytes(&content), NULL) ==
			    0);
	else
		unlink(to);
	buf_release(&content);
}

void device_copy_files(const char *from_dir, const char *to_dir)
{
	size_t i;

	kept_assert(statefile_make_folder(to_dir, NULL) == 0);
	for (i = 0; i < KEPT_ARRAY_COUNT(beside); i++)
		file_copy(from_dir, to_dir, beside[i]);
}

/* ---- clocks ---- */

uint64_t device_wall_ms(const struct device *device)
{
	int64_t drift =
		(int64_t)device->world->now_ms * device->drift_ppm / 1000000;

	return (uint64_t)((int64_t)(WORLD_WALL_MS + device->world->now_ms) +
			  device->skew_ms + drift);
}

static struct turn_time time_of(const struct device *device)
{
	return (struct turn_time){
		.now_ms = 1000 + device->world->now_ms - device->boot_ms,
		.wall_ms = device_wall_ms(device),
	};
}

void device_enter(struct device *device)
{
	entropy_use_seed(&device->dice);
	disk_set_time(device_wall_ms(device));
}

/* ---- coming and going ---- */

static void skew_choose(struct world *world, struct device *device)
{
	int64_t most = world->options.skew_ms_max;

	if (world->options.years_off)
		most = INT64_C(86400000) * 365 * 10;
	if (most > 0)
		device->skew_ms = prng_range(&world->prng, -most, most);
	if (world_chance(world, 30))
		device->drift_ppm =
			(int32_t)prng_range(&world->prng, -50000, 50000);
}

struct device *device_make(struct world *world)
{
	uint32_t no = world->device_count++;
	struct device *device = &world->devices[no];
	char name[32];

	kept_assert(no < WORLD_DEVICES_MAX);
	device->world = world;
	device->no = no;
	device->twin = no;
	device->inviter = no;
	device->next_msgid = 1;
	snprintf(device->data_dir, sizeof device->data_dir, "d%u", no);
	snprintf(device->state_dir, sizeof device->state_dir, "s%u", no);
	snprintf(device->place, sizeof device->place, "machine %u", no);
	kept_assert(statefile_make_folder(device->data_dir, NULL) == 0);
	kept_assert(statefile_make_folder(device->state_dir, NULL) == 0);
	device->disk = disk_new(device->data_dir);
	snprintf(name, sizeof name, "spare%u", no);
	device->spare = disk_new(name);
	prng_fill(&world->prng, device->dice.seed, sizeof device->dice.seed);
	skew_choose(world, device);
	node_effects_init(&device->effects);
	buf_init(&device->inbox_bytes, INBOX_BYTES_MAX);
	buf_init(&device->replies, INBOX_BYTES_MAX);
	kept_assert(config_init(&device->config, "", NULL) == 0);
	kept_assert(config_set(&device->config, bytes_from_str("lock_after"),
			       bytes_from_str("never"), NULL) == 0);
	device_start(device);
	return device;
}

/* What was in memory is gone; its disk stays. */
static void device_forget(struct device *device)
{
	net_drop_device(device);
	request_forget(device);
	device_enter(device);
	node_close(device->node);
	device->node = NULL;
	vault_job_free(device->job);
	device->job = NULL;
	device->inbox_count = 0;
	buf_clear(&device->inbox_bytes);
	device->listen[0] = '\0';
	device->pair_listen[0] = '\0';
	device->listen_asked = device->pair_asked = false;
	device->is_broken = false;
	device->is_full = false;
	device->wake_ms = UINT64_MAX;
}

static void files_remove(const char *dir)
{
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(beside); i++) {
		char path[64];

		snprintf(path, sizeof path, "%s/%s", dir, beside[i]);
		unlink(path);
	}
	rmdir(dir);
}

void device_release(struct device *device)
{
	char spare_dir[32];

	if (device->node != NULL)
		device_forget(device);
	disk_free(device->disk);
	disk_free(device->spare);
	node_effects_release(&device->effects);
	buf_release(&device->inbox_bytes);
	buf_release(&device->replies);
	files_remove(device->data_dir);
	files_remove(device->state_dir);
	snprintf(spare_dir, sizeof spare_dir, "spare-d%u", device->no);
	files_remove(spare_dir);
	snprintf(spare_dir, sizeof spare_dir, "spare-s%u", device->no);
	files_remove(spare_dir);
}

static void start_later(struct device *device)
{
	struct world *world = device->world;
	struct action *action;

	if (device->is_asleep)
		return;
	action = world_schedule(world, ACTION_START,
				world_about(world, RESTART_MS));
	action->a = device->no;
}

/* The node took its journal away again: it unlinks files of the real disk
 * only. */
static void leftovers_remove(struct device *device)
{
	if (node_store(device->node) != NULL)
		return;
	disk_poke(device->disk, "journal.db", bytes_of(NULL, 0));
	disk_poke(device->disk, "journal.db-wal", bytes_of(NULL, 0));
}

void device_start(struct device *device)
{
	struct world *world = device->world;
	struct err err = { 0 };
	struct node_options options = {
		.data_dir = device->data_dir,
		.state_dir = device->state_dir,
		.vfs = DISK_VFS,
		.config = &device->config,
		.tune = world->options.tune,
		.place = bytes_from_str(device->place),
	};
	int status;

	if (device->node != NULL || device->is_asleep)
		return;
	device->boot++;
	device->boot_ms = world->now_ms;
	device_enter(device);
	options.boot = entropy_u64();
	status = node_open(&device->node, &options, time_of(device), &err);
	trace_line("d%u starts: %s", device->no, status == 0 ? "ok" : err.text);
	if (status != 0) {
		device->node = NULL;
		/* Without faults it has to come up again. */
		if ((status != ERR_IO && status != ERR_DISK_FULL) ||
		    world->is_calm)
			world_fail(world, "start", "d%u: %s", device->no,
				   err.text);
		/* Turned off and on again. */
		disk_crash(device->disk, &world->prng);
		start_later(device);
		return;
	}
	leftovers_remove(device);
	device->wake_ms = UINT64_MAX;
	request_connect(device);
	device_wake(device, 0);
}

void device_crash(struct device *device)
{
	struct world *world = device->world;

	if (device->node == NULL)
		return;
	canary_look(device);
	disk_crash(device->disk, &world->prng);
	world_mark(world, MARK_crash);
	trace_line("d%u crashes", device->no);
	device_forget(device);
	start_later(device);
}

void device_break_at(struct device *device, uint64_t nth)
{
	struct disk_fault fault = { .ops = DISK_ANY,
				    .countdown = nth,
				    .sticky = true };

	disk_fail(device->disk, &fault);
	device->is_broken = true;
}

/* ---- what waits for the next turn ---- */

struct inbox_item *device_inbox(struct device *device, struct bytes bytes)
{
	struct inbox_item *item;

	if (device->inbox_count == WORLD_INBOX_MAX) {
		world_fail(device->world, "limits", "d%u: inbox", device->no);
		return NULL;
	}
	item = &device->inbox[device->inbox_count++];
	memset(item, 0, sizeof *item);
	item->offset = device->inbox_bytes.len;
	item->len = bytes.len;
	kept_assert(buf_put(&device->inbox_bytes, bytes.ptr, bytes.len) == 0);
	device_wake(device, world_below(device->world, 2));
	return item;
}

void device_wake(struct device *device, uint64_t in_ms)
{
	struct world *world = device->world;
	struct action *action;

	if (device->wake_ms <= world->now_ms + in_ms &&
	    device->wake_ms >= world->now_ms)
		return;
	device->wake_ms = world->now_ms + in_ms;
	action = world_schedule(world, ACTION_WAKE, in_ms);
	action->a = device->no;
}

/* ---- effects ---- */

static struct bytes bytes_at(const struct buf *buf, size_t offset, size_t len)
{
	return bytes_of(buf->ptr + offset, len);
}

static void listen_answer_later(struct device *device)
{
	struct action *action = world_schedule(device->world, ACTION_LISTEN, 1);

	action->a = device->no;
	action->b = device->boot;
}

void device_on_listen(struct device *device)
{
	if (device->node == NULL)
		return;
	if (device->listen_asked)
		node_listening(device->node, device->listen);
	if (device->pair_asked)
		node_pair_listening(device->node, device->pair_listen);
	device->listen_asked = device->pair_asked = false;
	device_wake(device, 0);
}

static void notify_take(struct device *device, const struct effect *effect)
{
	switch (effect->notify) {
	case NOTIFY_PEER_UP:
		world_mark(device->world, MARK_session);
		break;
	case NOTIFY_FORK:
		world_mark(device->world, MARK_new_logs);
		trace_line("d%u wants new logs", device->no);
		break;
	case NOTIFY_PEER_DOWN:
	case NOTIFY_IN_SYNC:
	case NOTIFY_ROSTER:
	case NOTIFY_PAIR:
		break;
	}
}

static void peer_perform(struct device *device, const struct effect *effect)
{
	struct bytes bytes = bytes_at(&device->effects.peer.bytes,
				      effect->offset, effect->len);

	switch (effect->kind) {
	case EFFECT_SEND:
		net_send(device, effect->conn, bytes);
		break;
	case EFFECT_CLOSE:
		trace_line("d%u closes, reason %u", device->no, effect->reason);
		net_close(device, effect->conn);
		break;
	case EFFECT_DIAL:
		net_dial(device, effect);
		break;
	case EFFECT_PAIR_LISTEN:
		snprintf(device->pair_listen, sizeof device->pair_listen,
			 "10.0.0.%u:%u", device->no + 1,
			 40000 + (unsigned)(device->turns % 10000));
		device->pair_asked = true;
		listen_answer_later(device);
		break;
	case EFFECT_PAIR_UNLISTEN:
		device->pair_listen[0] = '\0';
		break;
	case EFFECT_NOTIFY:
		notify_take(device, effect);
		break;
	}
}

static void file_write(struct device *device, const struct node_effect *effect)
{
	char path[64];

	snprintf(path, sizeof path, "%s/%s", device->state_dir, effect->name);
	kept_assert(statefile_write(path,
				    bytes_at(&device->effects.bytes,
					     effect->offset, effect->len),
				    NULL) == 0);
}

static void job_perform(struct device *device, struct vault_job *job)
{
	struct action *action;

	kept_assert(device->job == NULL);
	device->job = job;
	vault_job_run(job);
	action = world_schedule(device->world, ACTION_JOB,
				world_about(device->world, JOB_MS));
	action->a = device->no;
	action->b = device->boot;
}

void device_on_job(struct device *device)
{
	struct vault_job *job = device->job;

	if (device->node == NULL || job == NULL)
		return;
	device->job = NULL;
	node_job_done(device->node, job);
	device_wake(device, 0);
}

/* True: it leaves. */
static bool node_perform(struct device *device,
			 const struct node_effect *effect)
{
	switch (effect->kind) {
	case NODE_CLIENT_SEND:
		if (effect->client == device->client)
			request_take(device,
				     bytes_at(&device->effects.bytes,
					      effect->offset, effect->len));
		break;
	case NODE_CLIENT_CLOSE:
		if (effect->client == device->client)
			world_fail(device->world, "client",
				   "d%u closed its client", device->no);
		break;
	case NODE_RUN_JOB:
		job_perform(device, effect->job);
		break;
	case NODE_LISTEN:
		snprintf(device->listen, sizeof device->listen, "%.63s",
			 effect->address);
		device->listen_asked = true;
		listen_answer_later(device);
		break;
	case NODE_WRITE_FILE:
		break; /* were written first */
	case NODE_STOP:
		return true;
	}
	return false;
}

static bool effects_perform(struct device *device)
{
	struct node_effects *effects = &device->effects;
	bool leaves = false;
	size_t i;

	for (i = 0; i < effects->count; i++) {
		if (effects->items[i].kind == NODE_WRITE_FILE)
			file_write(device, &effects->items[i]);
	}
	for (i = 0; i < effects->peer.count; i++)
		peer_perform(device, &effects->peer.items[i]);
	if (effects->peers_dropped)
		net_drop_device(device);
	for (i = 0; i < effects->count; i++)
		leaves |= node_perform(device, &effects->items[i]);
	return leaves;
}

/* ---- the turn ---- */

static int turn_give(struct device *device, bool stop, struct err *err)
{
	static struct event events[WORLD_INBOX_MAX];
	static struct client_event clients[WORLD_INBOX_MAX];
	struct node_turn turn = { .events = events,
				  .clients = clients,
				  .time = time_of(device),
				  .stop = stop };
	int status;
	size_t i;

	for (i = 0; i < device->inbox_count; i++) {
		struct inbox_item *item = &device->inbox[i];
		struct bytes bytes =
			bytes_at(&device->inbox_bytes, item->offset, item->len);

		if (item->is_client) {
			item->client.bytes = bytes;
			clients[turn.client_count++] = item->client;
			continue;
		}
		item->event.bytes = bytes;
		item->event.address = item->address[0] == '\0' ? NULL
							       : item->address;
		trace_bytes(bytes);
		events[turn.event_count++] = item->event;
	}
	device_enter(device);
	status = node_turn(device->node, &turn, &device->effects, err);
	device->turns++;
	device->inbox_count = 0;
	buf_clear(&device->inbox_bytes);
	return status;
}

/* The node says what went wrong; may it have? */
static void turn_failed(struct device *device, int status,
			const struct err *err)
{
	struct world *world = device->world;

	if (status == ERR_DISK_FULL) {
		world_mark(world, MARK_disk_full);
		return;
	}
	/* A request that had begun and was refused: all of it is undone. */
	if (err_class(status) != ERR_CLASS_CORRUPT)
		return;
	world_mark(world, MARK_disk_error);
	trace_line("d%u turn fails: %d", device->no, status);
	if (!disk_fault_fired(device->disk))
		world_fail(world, "turn", "d%u: %d %s", device->no, status,
			   err->text);
}

static void wake_for_deadline(struct device *device)
{
	uint64_t at = node_deadline(device->node);
	uint64_t now = time_of(device).now_ms;

	if (device->inbox_count > 0)
		return;
	device->wake_ms = UINT64_MAX;
	if (at == UINT64_MAX)
		return;
	device_wake(device, at <= now ? 1 : at - now);
}

/* Power that fails within a turn: whoever watches it sees nothing of that
 * turn, and the next start is from the disk. */
static bool broke(struct device *device)
{
	if (!device->is_broken || !disk_fault_fired(device->disk))
		return false;
	world_mark(device->world, MARK_torn);
	device_crash(device);
	return true;
}

static void device_turn(struct device *device, bool stop)
{
	struct err err = { 0 };
	bool was_asked, leaves;
	int status;

	was_asked = stop || device->inbox_count > 0;
	status = turn_give(device, stop, &err);
	if (broke(device))
		return;
	check_rest(device, was_asked, status);
	device->wake_ms = UINT64_MAX;
	if (status != 0)
		turn_failed(device, status, &err);
	leftovers_remove(device);
	leaves = effects_perform(device);
	if (status != 0 && err_class(status) == ERR_CLASS_CORRUPT)
		leaves = true;
	if (node_wants_place(device->node))
		node_set_place(device->node, bytes_from_str(device->place));
	if (!leaves) {
		wake_for_deadline(device);
		return;
	}
	/* Loses what it had not synced, as a killed process does not: worse
	 * than it has to be. */
	if (status != 0) {
		device_crash(device);
		return;
	}
	canary_look(device);
	device_forget(device);
	start_later(device);
}

void device_on_wake(struct device *device)
{
	if (device->node != NULL)
		device_turn(device, false);
}

void device_stop(struct device *device)
{
	if (device->node == NULL)
		return;
	trace_line("d%u stops", device->no);
	device_turn(device, true);
}

bool device_is_unlocked(const struct device *device)
{
	return device->node != NULL && node_vault(device->node) != NULL &&
	       vault_is_unlocked(node_vault(device->node));
}
