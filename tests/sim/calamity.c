/*
 * calamity.c - see calamity.h.
 *
 * It must never touch a disk that a node has open: the device is down while
 * its disk is changed. Read next: PROTOCOL.md section 9.
 */
#include "tests/sim/calamity.h"

#include <stdio.h>
#include <string.h>

#include "daemon/vault/inside.h"
#include "proto/base/panic.h"
#include "tests/sim/canary.h"
#include "tests/sim/device.h"
#include "tests/sim/trace.h"

static void spare_dirs(const struct device *device, char data[32],
		       char state[32])
{
	snprintf(data, 32, "spare-d%u", device->no);
	snprintf(state, 32, "spare-s%u", device->no);
}

void calamity_keep_copy(struct device *device)
{
	char data[32], state[32];

	if (device->node == NULL || !device->is_member)
		return;
	spare_dirs(device, data, state);
	canary_spare(device);
	disk_copy(device->spare, device->disk);
	device_copy_files(device->data_dir, data);
	device_copy_files(device->state_dir, state);
	device->has_spare = true;
	device->spare_ms = device->world->now_ms;
	trace_line("d%u is backed up", device->no);
}

/* Whoever writes on before hearing of others may use numbers twice. */
static void leave_alone(struct device *device)
{
	struct world *world = device->world;
	uint32_t i;

	for (i = 0; i < WORLD_DEVICES_MAX; i++) {
		world->reach[device->no][i] = false;
		world->reach[i][device->no] = false;
	}
}

void calamity_restore(struct device *device, bool blind)
{
	struct world *world = device->world;
	char data[32], state[32];
	uint32_t i;

	if (!device->has_spare)
		return;
	for (i = 0; i < world->device_count; i++) {
		if (world->devices[i].node != NULL)
			canary_look(&world->devices[i]);
	}
	if (device->node != NULL)
		device_crash(device);
	spare_dirs(device, data, state);
	disk_copy(device->disk, device->spare);
	device_copy_files(data, device->data_dir);
	if (blind)
		device_copy_files(state, device->state_dir);
	canary_restored(device);
	world_mark(world, MARK_restore);
	if (blind)
		world_mark(world, MARK_restore_blind);
	world->may_fork = true;
	if (world_chance(world, 60))
		leave_alone(device);
	trace_line("d%u is put back%s", device->no,
		   blind ? ", with its state" : "");
}

struct device *calamity_clone(struct device *device)
{
	struct world *world = device->world;
	struct device *copy;
	uint32_t i;

	if (world->device_count == WORLD_DEVICES_MAX ||
	    device->twin != device->no || device->is_asleep)
		return NULL;
	if (device->node != NULL)
		device_crash(device);
	copy = device_make(world);
	if (copy->node != NULL)
		device_crash(copy);
	disk_copy(copy->disk, device->disk);
	device_copy_files(device->data_dir, copy->data_dir);
	if (world_chance(world, 50))
		device_copy_files(device->state_dir, copy->state_dir);
	copy->is_member = true;
	copy->inviter = device->inviter;
	copy->twin = device->no;
	device->twin = copy->no;
	copy->skew_ms = device->skew_ms;
	for (i = 0; i < world->word_count; i++) {
		struct word *word = &world->words[i];

		if ((word->holders >> device->no & 1) != 0)
			word->holders |= 1u << copy->no;
	}
	memset(world->reach[copy->no], 1, sizeof world->reach[copy->no]);
	for (i = 0; i < WORLD_DEVICES_MAX; i++)
		world->reach[i][copy->no] = true;
	world->may_fork = true;
	world_mark(world, MARK_clone);
	trace_line("d%u is copied to d%u", device->no, copy->no);
	return copy;
}

/* ---- a member that forges ---- */

static const struct store_log *victim_log(struct device *traitor,
					  struct device *victim)
{
	const struct vault_device *who = vault_device(node_vault(victim->node));
	size_t count = 0;
	const struct store_log *logs =
		engine_logs(node_engine(traitor->node), &count);
	size_t i;

	for (i = 0; i < count; i++) {
		if (logs[i].log_class == LOG_DATA && logs[i].head_seq > 0 &&
		    memcmp(&logs[i].device, &who->device, sizeof who->device) ==
			    0)
			return &logs[i];
	}
	return NULL;
}

static int forgery_store(struct device *traitor, struct store_log *log,
			 struct word *word)
{
	struct vault *vault = node_vault(traitor->node);
	struct store *store = node_store(traitor->node);
	struct block block = { .header = { .ver = BLOCK_VERSION,
					   .kind = BLOCK_OPS,
					   .jtag = vault->ring.jtag,
					   .lid = log->lid,
					   .seq = log->head_seq + 1,
					   .prev = log->head_id } };
	int status;

	prng_fill(&traitor->world->prng, block.header.etag.b, 16);
	block.header.epoch = 1;
	status = block_set_body(&block, bytes_from_str("not what they wrote"));
	block_compute_id(&block);
	block_sign(&block, &vault->ring.sign);
	word->id = block.id;
	log->head_seq++;
	log->head_id = block.id;
	if (status == 0)
		status = store_begin(store, NULL);
	if (status == 0)
		status = store_block_put(store, log->no, &block, NULL);
	if (status == 0)
		status = store_log_put(store, log, NULL);
	if (status == 0)
		status = store_commit(store, NULL);
	return status;
}

void calamity_forge(struct device *traitor, struct device *victim)
{
	struct world *world = traitor->world;
	const struct store_log *found;
	struct store_log log;
	struct word *word;

	if (!device_is_unlocked(traitor) || victim->node == NULL ||
	    traitor == victim || node_vault(victim->node) == NULL)
		return;
	found = victim_log(traitor, victim);
	if (found == NULL)
		return;
	device_enter(traitor);
	canary_look(traitor);
	log = *found;
	word = canary_new(traitor);
	if (word == NULL)
		return;
	word->is_forged = true;
	word->lid = log.lid;
	word->seq = log.head_seq + 1;
	traitor->is_traitor = true;
	world_mark(world, MARK_forged);
	trace_line("d%u forges a block of d%u", traitor->no, victim->no);
	/* Its own disk may be in a bad mood: then it is put out for nothing. */
	if (forgery_store(traitor, &log, word) != 0)
		trace_line("the forgery fails");
	/* Read anew, it is part of the log to its engine. */
	device_crash(traitor);
}
