/*
 * scenario.c - see scenario.h.
 *
 * Set-up, then phase 1 (safety: everything that can go wrong does), then
 * phase 2 (liveness: the faults stop, and within a bound all devices hold
 * the same). It must never decide anything but from the seed. Read next:
 * check.c.
 */
#include "tests/sim/scenario.h"

#include <stdio.h>
#include <string.h>

#include "proto/mp.h"
#include "tests/sim/calamity.h"
#include "tests/sim/canary.h"
#include "tests/sim/check.h"
#include "tests/sim/device.h"
#include "tests/sim/net.h"
#include "tests/sim/request.h"
#include "tests/sim/trace.h"

/* Virtual time in which devices have to agree once faults have stopped. */
#define AGREE_MS 600000u
#define CALM_MS 60000u
#define DAY_MS UINT64_C(86400000)

/* ---- what a seed is about ---- */

static uint32_t pick(struct prng *prng, const uint32_t *from, size_t count)
{
	return from[prng_below(prng, count)];
}
#define PICK(...)                                                              \
	pick(&prng, (const uint32_t[]){ __VA_ARGS__ },                         \
	     sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void choose_tune(struct prng *seeded, struct tune *tune)
{
	struct prng prng = *seeded;

	*tune = tune_default;
	if (prng_chance(&prng, 1, 3))
		return;
	tune->run_blocks = PICK(1, 2, 7, LIMIT_RUN_BLOCKS);
	tune->window_bytes = PICK(1, 4096, 65536, 1u << 20);
	tune->ack_ms = PICK(0, 1, 200, 1000, 5000);
	tune->dial_first_ms = PICK(1, 100, 1000);
	tune->dial_most_ms = PICK(1000, 8000, 60000);
	tune->ping_ms = PICK(500, 3000, 20000, 60000);
}

void scenario_choose(uint64_t seed, struct world_options *out)
{
	struct prng prng;

	memset(out, 0, sizeof *out);
	prng_seed(&prng, seed ^ UINT64_C(0x6b657074));
	out->seed = seed;
	out->device_count = PICK(2, 2, 2, 2, 3, 3, 3, 4, 6);
	out->topology = (enum world_topology)prng_below(&prng, 3);
	out->latency_ms = PICK(0, 1, 20, 20, 300);
	out->jitter_ms = PICK(0, 1, 10, 10, 500);
	out->cut_every_ms = PICK(0, 1500, 5000, 20000);
	out->split_chance = PICK(0, 0, 20, 60);
	out->flip_chance = PICK(0, 0, 0, 50);
	out->one_way_chance = PICK(0, 0, 30);
	out->fault_every_ms = PICK(0, 2000, 6000);
	out->stranger_every_ms = PICK(0, 0, 3000);
	out->op_every_ms = PICK(200, 500, 1000);
	out->phase_ms = PICK(4000, 8000, 16000);
	out->skew_ms_max = PICK(0, 2000, 3600000, (uint32_t)(40 * DAY_MS));
	out->years_off = prng_chance(&prng, 1, 4);
	out->wrong_codes = prng_chance(&prng, 1, 6);
	out->late_join = prng_chance(&prng, 1, 4);
	out->restores = prng_chance(&prng, 1, 3);
	out->clones = prng_chance(&prng, 1, 5);
	out->forges = prng_chance(&prng, 1, 6);
	choose_tune(&prng, &out->tune);
}

void scenario_print(const struct world_options *options)
{
	printf("devices %u, topology %d, latency %u+%u ms, cut every %u ms, "
	       "pieces %u %%, flips %u, one way %u %%\n"
	       "disk faults every %u ms, strangers every %u ms, something "
	       "every %u ms for %u ms\n"
	       "clocks off by %u ms%s,%s%s%s%s%s\n"
	       "tune: runs %u, window %u, ack %u, dial %u..%u, ping %u\n",
	       options->device_count, (int)options->topology,
	       options->latency_ms, options->jitter_ms, options->cut_every_ms,
	       options->split_chance, options->flip_chance,
	       options->one_way_chance, options->fault_every_ms,
	       options->stranger_every_ms, options->op_every_ms,
	       options->phase_ms, options->skew_ms_max,
	       options->years_off ? " or years" : "",
	       options->wrong_codes ? " wrong codes" : "",
	       options->late_join ? " late join" : "",
	       options->restores ? " restores" : "",
	       options->clones ? " clones" : "",
	       options->forges ? " forgeries" : "", options->tune.run_blocks,
	       options->tune.window_bytes, options->tune.ack_ms,
	       options->tune.dial_first_ms, options->tune.dial_most_ms,
	       options->tune.ping_ms);
}

/* ---- set-up ---- */

static struct device *pair_partner(struct world *world, uint32_t no)
{
	switch (world->options.topology) {
	case TOPOLOGY_LINE:
		return &world->devices[no - 1];
	case TOPOLOGY_STAR:
		return &world->devices[0];
	case TOPOLOGY_MESH:
		break;
	}
	return &world->devices[world_below(world, no)];
}

static bool is_ready(struct device *device)
{
	uint64_t end_ms = device->world->now_ms + 60000;

	while (device->node == NULL && device->world->now_ms < end_ms) {
		if (!world_step(device->world))
			return false;
	}
	return device->node != NULL;
}

static void unlock(struct device *device)
{
	int tries;

	for (tries = 0; tries < 20 && !device->world->failed; tries++) {
		if (is_ready(device) && device_is_unlocked(device))
			return;
		if (device->node != NULL && request_unlock(device) == 0)
			return;
		world_run_ms(device->world, 5000);
	}
	world_fail(device->world, "unlock", "d%u can't be: %s", device->no,
		   device->world->reply_error);
}

static bool let_in(struct world *world, uint32_t no)
{
	struct device *joiner = &world->devices[no];
	struct device *inviter = pair_partner(world, no);
	int tries;

	for (tries = 0; tries < 8 && !world->failed; tries++) {
		unlock(inviter);
		if (!is_ready(joiner))
			return false;
		if (request_pair(inviter, joiner,
				 world->options.wrong_codes && tries == 0))
			return true;
		world_run_ms(world, 1000);
	}
	return false;
}

static void set_up(struct world *world)
{
	uint32_t i;

	memset(world->reach, 1, sizeof world->reach);
	for (i = 0; i < world->options.device_count; i++)
		device_make(world);
	world_run_ms(world, 10);
	if (request_init(&world->devices[0]) != 0) {
		world_fail(world, "set-up", "init: %s", world->reply_error);
		return;
	}
	world->devices[0].is_member = true;
	for (i = 1; i < world->options.device_count && !world->failed; i++) {
		if (i + 1 == world->options.device_count && i > 1 &&
		    world->options.late_join)
			break;
		if (!let_in(world, i))
			world_fail(world, "set-up", "d%u was not let in", i);
	}
}

/* A device's address told to another by hand, as people do. */
static void introduce(struct device *to, struct device *of)
{
	char id[17], address[64];
	struct buf params;
	size_t i;

	if (!is_ready(to) || !is_ready(of))
		return;
	for (i = 0; i < 8; i++)
		snprintf(id + 2 * i, 3, "%02x",
			 vault_device(node_vault(of->node))->device.b[i]);
	net_address(of, address);
	buf_init(&params, 512);
	mp_put_map(&params, 2);
	mp_put_cstr(&params, "address");
	mp_put_cstr(&params, address);
	mp_put_cstr(&params, "device");
	mp_put_cstr(&params, id);
	if (request_wait(to, "peers_add", buf_bytes(&params), 20000) != 0)
		trace_line("d%u does not take the address of d%u: %s", to->no,
			   of->no, to->world->reply_error);
	buf_release(&params);
}

static void introduce_all(struct world *world, bool all)
{
	uint32_t a, b;

	for (a = 0; a < world->device_count && !world->failed; a++) {
		for (b = 0; b < world->device_count; b++) {
			struct device *to = &world->devices[a];
			struct device *of = &world->devices[b];

			if (a == b || !to->is_member || !of->is_member ||
			    to->is_asleep || of->is_asleep)
				continue;
			if (all || to->inviter == b || of->inviter == a)
				introduce(to, of);
		}
	}
}

/* ---- phase 1 ---- */

static void faults_begin(struct world *world)
{
	const struct world_options *options = &world->options;
	uint32_t a, b;

	for (a = 0; a < world->device_count; a++) {
		struct action *action = world_schedule(world, ACTION_APP,
						       world_about(world, 500));

		action->a = a;
		for (b = 0; b < a; b++) {
			if (world_chance(world, options->one_way_chance))
				world->reach[a][b] = false;
		}
	}
	if (options->cut_every_ms > 0)
		world_schedule(world, ACTION_CUT, options->cut_every_ms);
	if (options->fault_every_ms > 0)
		world_schedule(world, ACTION_FAULT, options->fault_every_ms);
	if (options->stranger_every_ms > 0)
		world_schedule(world, ACTION_STRANGER, 500);
}

static struct device *any_device(struct world *world)
{
	return &world->devices[world_below(world, world->device_count)];
}

static void bad_day(struct world *world)
{
	const struct world_options *options = &world->options;
	struct device *device = any_device(world);

	if (device->is_asleep || device->is_traitor || !device->is_member)
		return;
	if (options->restores && world_chance(world, 60)) {
		if (device->has_spare && world_chance(world, 60))
			calamity_restore(device, world_chance(world, 40));
		else
			calamity_keep_copy(device);
		return;
	}
	if (options->clones && world_chance(world, 25)) {
		struct device *copy = calamity_clone(device);
		struct action *action;

		if (copy == NULL)
			return;
		action = world_schedule(world, ACTION_APP, 100);
		action->a = copy->no;
		return;
	}
	if (options->forges && world_chance(world, 50) &&
	    world->options.device_count > 2 && !world->devices[1].is_traitor &&
	    world->devices[1].twin == 1)
		calamity_forge(&world->devices[1], &world->devices[0]);
}

static void phase_safety(struct world *world)
{
	uint64_t end_ms = world->now_ms + world->options.phase_ms;
	uint32_t last = world->options.device_count - 1;
	uint32_t i;

	faults_begin(world);
	while (world->now_ms < end_ms && !world->failed) {
		world_run_ms(world, world->options.phase_ms / 8 + 1);
		for (i = 0; i < world->device_count; i++)
			check_words(&world->devices[i], false);
		bad_day(world);
		if (!world->devices[last].is_member &&
		    world->now_ms + world->options.phase_ms / 2 > end_ms)
			let_in(world, last);
	}
}

/* ---- phase 2 ---- */

static void faults_end(struct world *world)
{
	static const struct disk_fault none;
	uint32_t i;

	world->is_calm = true;
	net_reset(world);
	for (i = 0; i < world->device_count; i++) {
		struct device *device = &world->devices[i];

		disk_fail(device->disk, &none);
		disk_set_room(device->disk, UINT64_MAX);
		device->is_broken = false;
		device->is_full = false;
		/* Thrown out, and the copy of a disk put in a drawer. */
		device->is_asleep = device->is_traitor ||
				    device->twin < device->no;
		if (device->is_asleep && device->node != NULL)
			device_crash(device);
		if (device->is_traitor)
			canary_lost(device);
	}
	trace_line("faults end");
}

static void unlock_all(struct world *world)
{
	uint32_t i;

	for (i = 0; i < world->device_count && !world->failed; i++) {
		struct device *device = &world->devices[i];

		if (device->is_member && !device->is_asleep)
			unlock(device);
	}
}

/* Until all hold the same blocks, and still do a while later. */
static void agree(struct world *world)
{
	uint64_t end_ms = world->now_ms + AGREE_MS;
	unsigned agreed = 0;

	while (agreed < 3 && !world->failed) {
		if (world->now_ms > end_ms) {
			check_explain(world);
			world_fail(world, "liveness",
				   "no agreement after %u ms", AGREE_MS);
			return;
		}
		world_run_ms(world, 1000);
		agreed = check_same_blocks(world) ? agreed + 1 : 0;
	}
}

static void meet(struct world *world)
{
	uint32_t i;
	bool all = false;

	/* Where one of those who knew everybody is gone, people help. */
	for (i = 0; i < world->device_count; i++)
		all |= world->devices[i].is_asleep;
	unlock_all(world);
	introduce_all(world, all);
	agree(world);
}

static void put_away(struct device *device)
{
	device->is_asleep = true;
	device_stop(device);
}

static void take_out(struct device *device)
{
	device->is_asleep = false;
	device_start(device);
}

/* The copy of a disk tells the others what only it knows. */
static void hear_copy(struct world *world, struct device *copy)
{
	struct device *original = &world->devices[copy->twin];

	put_away(original);
	take_out(copy);
	meet(world);
	put_away(copy);
	take_out(original);
	meet(world);
}

/* Nothing has changed, so nothing is said but: are you there? */
static void check_silence(struct world *world)
{
	uint64_t pings = CALM_MS / world->options.tune.ping_ms + 3;
	uint64_t before = world->wire_bytes;
	uint64_t conns = 0, most;
	size_t i;

	for (i = 0; i < WORLD_CONNS_MAX; i++)
		conns += world->conns[i].is_used;
	world_run_ms(world, CALM_MS);
	most = conns * pings * 150;
	if (world->wire_bytes - before > most)
		world_fail(world, "silence", "%llu bytes in a quiet minute",
			   (unsigned long long)(world->wire_bytes - before));
}

/* One more entry on each, all of which have to be taken and to arrive. */
static void last_words(struct world *world)
{
	struct buf params;
	uint32_t i;

	world->is_strict = true;
	buf_init(&params, 65536);
	for (i = 0; i < world->device_count && !world->failed; i++) {
		struct device *device = &world->devices[i];
		struct word *word;
		struct request *request;

		if (!device->is_member || device->is_asleep)
			continue;
		word = canary_new(device);
		if (word == NULL)
			break;
		buf_clear(&params);
		mp_put_map(&params, 2);
		mp_put_cstr(&params, "fields");
		canary_put_entry(world, word, &params);
		mp_put_cstr(&params, "kind");
		mp_put_cstr(&params, word->kind);
		request = request_send(device, REQUEST_ADD, "add",
				       buf_bytes(&params));
		if (request == NULL) {
			world_fail(world, "liveness", "d%u can't be asked", i);
			break;
		}
		request->word = canary_place(world, word);
		world_run_ms(world, 2000);
		if (!word->is_acked)
			world_fail(world, "liveness", "d%u saves nothing", i);
	}
	buf_release(&params);
}

static void phase_liveness(struct world *world)
{
	uint32_t i;

	faults_end(world);
	meet(world);
	for (i = 0; i < world->device_count && !world->failed; i++) {
		if (world->devices[i].twin < i)
			hear_copy(world, &world->devices[i]);
	}
	last_words(world);
	agree(world);
	check_silence(world);
	if (world->failed)
		return;
	for (i = 0; i < world->device_count && !world->failed; i++) {
		struct device *device = &world->devices[i];

		if (device->is_member && !device->is_asleep)
			check_words(device, true);
		check_disk(device);
	}
	check_logs(world);
	check_digests(world);
	check_log(world);
}

void scenario_run(struct world *world)
{
	set_up(world);
	if (!world->failed)
		introduce_all(world, world->options.topology == TOPOLOGY_MESH);
	if (!world->failed)
		phase_safety(world);
	if (!world->failed)
		phase_liveness(world);
}
