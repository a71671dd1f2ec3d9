/*
 * workload.c - see workload.h.
 *
 * It must never wait: each thing is asked for and forgotten until its answer
 * comes (request.c). Read next: calamity.c.
 */
#include "tests/sim/workload.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/panic.h"
#include "proto/mp.h"
#include "proto/ulid.h"
#include "tests/sim/canary.h"
#include "tests/sim/device.h"
#include "tests/sim/request.h"
#include "tests/sim/trace.h"

#define PARAMS_BYTES 262144u

static void put_tags(struct world *world, struct buf *params)
{
	static const char *const tags[] = { WORLD_CANARY "-work",
					    WORLD_CANARY "-home", "walk" };
	size_t count = 1 + (size_t)world_below(world, 3);
	size_t i;

	mp_put_array(params, count);
	for (i = 0; i < count; i++)
		mp_put_cstr(params, tags[i]);
}

static void send_for(struct device *device, enum request_kind kind,
		     const char *method, struct buf *params, struct word *word)
{
	struct request *request =
		request_send(device, kind, method, buf_bytes(params));

	kept_assert(params->failed == 0);
	if (request != NULL && word != NULL) {
		request->word = canary_place(device->world, word);
		request->words = 1;
	}
}

/* A draft of this device that is still there. */
static struct word *draft_pick(struct device *device)
{
	struct world *world = device->world;
	uint32_t i;

	for (i = 0; i < world->word_count; i++) {
		struct word *word = &world->words[i];

		if (word->is_acked && word->draft[0] != '\0' &&
		    !word->is_dropped && word->writer == device->no)
			return word;
	}
	return NULL;
}

static void do_add(struct device *device, struct buf *params)
{
	struct world *world = device->world;
	struct word *draft = NULL;
	struct word *word = canary_new(device);
	bool tagged = world_chance(world, 30);

	if (word == NULL)
		return;
	if (world_chance(world, 20) && device_is_unlocked(device))
		draft = draft_pick(device);
	mp_put_map(params, 2u + tagged + (draft != NULL));
	mp_put_cstr(params, "fields");
	canary_put_entry(world, word, params);
	mp_put_cstr(params, "kind");
	mp_put_cstr(params, word->kind);
	if (tagged) {
		mp_put_cstr(params, "tags");
		put_tags(world, params);
	}
	if (draft != NULL) {
		mp_put_cstr(params, "draft");
		mp_put_cstr(params, draft->draft);
		draft->is_dropped = true;
	}
	send_for(device, REQUEST_ADD, "add", params, word);
}

static void do_draft(struct device *device, struct buf *params)
{
	struct word *word = canary_new(device);

	if (word == NULL)
		return;
	mp_put_map(params, 2);
	mp_put_cstr(params, "fields");
	canary_put_entry(device->world, word, params);
	mp_put_cstr(params, "kind");
	mp_put_cstr(params, word->kind);
	send_for(device, REQUEST_DRAFT, "draft_put", params, word);
}

static void do_drop(struct device *device, struct buf *params)
{
	struct word *draft = draft_pick(device);

	if (draft == NULL)
		return;
	draft->is_dropped = true;
	mp_put_map(params, 1);
	mp_put_cstr(params, "id");
	mp_put_cstr(params, draft->draft);
	send_for(device, REQUEST_DROP, "draft_drop", params, draft);
}

static void put_id(const struct word *word, struct buf *params)
{
	char text[ULID_TEXT_BYTES + 1];

	ulid_format(&word->entry, text);
	mp_put_cstr(params, "id");
	mp_put_cstr(params, text);
}

static void do_edit(struct device *device, struct buf *params)
{
	struct word *old = canary_pick(device->world);
	struct word *word = old == NULL ? NULL : canary_new(device);

	if (word == NULL)
		return;
	mp_put_map(params, 2);
	put_id(old, params);
	mp_put_cstr(params, "fields");
	canary_put_edit(old, word, params);
	send_for(device, REQUEST_EDIT, "edit", params, word);
}

static void do_mark(struct device *device, const char *method,
		    struct buf *params)
{
	struct world *world = device->world;
	struct word *word = canary_pick(world);
	bool is_tag = strcmp(method, "tag") == 0;
	bool is_star = strcmp(method, "star") == 0;

	if (word == NULL)
		return;
	mp_put_map(params, 1u + is_tag + is_star);
	put_id(word, params);
	if (is_tag) {
		mp_put_cstr(params, world_chance(world, 60) ? "add" : "remove");
		put_tags(world, params);
	}
	if (is_star) {
		mp_put_cstr(params, "off");
		mp_put_bool(params, world_chance(world, 30));
	}
	send_for(device, REQUEST_OTHER, method, params, NULL);
}

static void do_undo(struct device *device, struct buf *params)
{
	mp_put_map(params, 1);
	mp_put_cstr(params, "count");
	mp_put_uint(params, 1 + world_below(device->world, 3));
	send_for(device, REQUEST_UNDO, "undo", params, NULL);
}

static void put_import_entry(struct device *device, struct word *word,
			     struct buf *params)
{
	struct world *world = device->world;
	char text[ULID_TEXT_BYTES + 1];
	uint8_t random[10];

	prng_fill(&world->prng, random, sizeof random);
	word->entry = ulid_make(WORLD_WALL_MS + world->now_ms, random);
	ulid_format(&word->entry, text);
	mp_put_map(params, 5);
	mp_put_cstr(params, "f");
	canary_put_entry(world, word, params);
	mp_put_cstr(params, "kind");
	mp_put_cstr(params, word->kind);
	mp_put_cstr(params, "id");
	mp_put_cstr(params, text);
	mp_put_cstr(params, "at");
	mp_put_cstr(params, "2025-05-04T09:00:00+02:00");
	mp_put_cstr(params, "day");
	mp_put_cstr(params, "2025-05-04");
}

static void do_import(struct device *device, struct buf *params)
{
	struct world *world = device->world;
	uint32_t count = 1 + (uint32_t)world_below(world, 8);
	uint32_t first = world->word_count;
	struct request *request;
	uint32_t i;

	if (first + count > WORLD_WORDS_MAX)
		return;
	mp_put_map(params, 1);
	mp_put_cstr(params, "entries");
	mp_put_array(params, count);
	for (i = 0; i < count; i++)
		put_import_entry(device, canary_new(device), params);
	kept_assert(params->failed == 0);
	request = request_send(device, REQUEST_IMPORT, "import",
			       buf_bytes(params));
	if (request != NULL) {
		request->word = first;
		request->words = count;
	}
}

static void do_plain(struct device *device, const char *method)
{
	static const uint8_t empty_map[] = { 0x80 };

	request_send(device, REQUEST_OTHER, method,
		     bytes_of(empty_map, sizeof empty_map));
}

static void do_unlock(struct device *device, struct buf *params)
{
	mp_put_map(params, 1);
	mp_put_cstr(params, "passphrase");
	mp_put_cstr(params, world_chance(device->world, 5) ? "not this one"
							   : "a long way home");
	send_for(device, REQUEST_UNLOCK, "unlock", params, NULL);
}

static void do_look(struct device *device, struct buf *params)
{
	if (world_chance(device->world, 50)) {
		do_plain(device, "status");
		return;
	}
	mp_put_map(params, 1);
	mp_put_cstr(params, "query");
	mp_put_cstr(params, WORLD_CANARY "*");
	send_for(device, REQUEST_OTHER, "search", params, NULL);
}

/* What is done: of 100, in this order. */
static void do_something(struct device *device, struct buf *params)
{
	uint64_t dice = world_below(device->world, 100);

	if (!device_is_unlocked(device) && world_chance(device->world, 40))
		do_unlock(device, params);
	else if (dice < 30)
		do_add(device, params);
	else if (dice < 50)
		do_edit(device, params);
	else if (dice < 56)
		do_draft(device, params);
	else if (dice < 58)
		do_drop(device, params);
	else if (dice < 64)
		do_mark(device, "tag", params);
	else if (dice < 68)
		do_mark(device, "star", params);
	else if (dice < 74)
		do_mark(device, "delete", params);
	else if (dice < 78)
		do_mark(device, "bring_back", params);
	else if (dice < 82)
		do_undo(device, params);
	else if (dice < 85)
		do_import(device, params);
	else if (dice < 88)
		do_look(device, params);
	else if (dice < 91)
		do_plain(device, "sync");
	else if (dice < 94)
		do_plain(device, "lock");
	else if (dice < 96)
		device_stop(device);
	else if (dice < 98)
		device_crash(device);
	else
		device_break_at(device, 1 + world_below(device->world, 40));
}

void workload_on_app(struct device *device)
{
	struct world *world = device->world;
	struct action *action;
	struct buf params;

	if (world->is_calm)
		return;
	action = world_schedule(world, ACTION_APP,
				world_about(world, world->options.op_every_ms));
	action->a = device->no;
	if (device->node == NULL || device->is_asleep || !device->is_member)
		return;
	buf_init(&params, PARAMS_BYTES);
	do_something(device, &params);
	buf_release(&params);
}

static void fill_up(struct device *device)
{
	struct world *world = device->world;

	device->is_full = !device->is_full;
	disk_set_room(device->disk,
		      device->is_full ? world_below(world, 65536) : UINT64_MAX);
	trace_line("d%u has %s", device->no,
		   device->is_full ? "a full disk" : "room again");
}

void workload_on_fault(struct world *world)
{
	struct device *device =
		&world->devices[world_below(world, world->device_count)];
	struct disk_fault fault = { .countdown = 1 + world_below(world, 30) };

	if (world->is_calm)
		return;
	world_schedule(world, ACTION_FAULT,
		       world_about(world, world->options.fault_every_ms));
	if (device->node == NULL || device->is_broken)
		return;
	switch (world_below(world, 5)) {
	case 0:
		fault.ops = DISK_SYNC;
		break;
	case 1:
		fault.ops = DISK_WRITE;
		break;
	case 2:
		fault.ops = DISK_READ;
		break;
	default:
		fill_up(device);
		return;
	}
	trace_line("d%u gets a disk error soon", device->no);
	disk_fail(device->disk, &fault);
}
