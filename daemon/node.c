/*
 * node.c - a device from outside: opened, closed, and asked what it waits
 * for.
 *
 * Never does anything of a turn's. Read next: node_turn.c for what happens in
 * one, daemon/io/loop.c for who drives it.
 */
#include "daemon/node_parts.h"

#include <stdio.h>

#include "proto/base/log.h"
#include "proto/base/mem.h"
#include "proto/base/panic.h"

/* ---- opening and closing ---- */

static int paths_set(struct node *node, const struct node_options *options,
		     struct err *err)
{
	int status =
		paths_join(options->data_dir, "journal.db", node->db_path, err);

	if (status == 0)
		status = paths_join(options->data_dir, "slots",
				    node->slots_path, err);
	if (status == 0)
		status = paths_join(options->data_dir, "net.key",
				    node->net_path, err);
	snprintf(node->data_dir, sizeof node->data_dir, "%s",
		 options->data_dir);
	snprintf(node->state_dir, sizeof node->state_dir, "%s",
		 options->state_dir);
	if (options->vfs != NULL)
		snprintf(node->vfs, sizeof node->vfs, "%s", options->vfs);
	return status;
}

static void place_take(struct node *node, struct bytes place)
{
	struct instance_state *instance = &node->instance;

	if (place.len == 0)
		return;
	hash_bytes(place, instance->place, sizeof instance->place);
	instance->has_place = true;
}

/* Blocks of entries, drafts, and captures. */
static int words_count(struct store *store, uint64_t *count, struct err *err)
{
	static const enum store_shelf shelves[] = { SHELF_DRAFT,
						    SHELF_CAPTURE };
	int status = store_block_count(store, count, err);
	size_t i;

	for (i = 0; status == 0 && i < KEPT_ARRAY_COUNT(shelves); i++) {
		uint64_t items = 0, bytes;

		status = store_shelf_total(store, shelves[i], &items, &bytes,
					   err);
		*count += items;
	}
	return status;
}

/*
 * What joining or making a journal left half done is as if never begun. The
 * mark that it was finished may have rotted: as long as anything of a
 * person's is in there, it was.
 */
static int leftovers_remove(struct node *node, struct err *err)
{
	uint64_t words = 0;
	int status;

	if (node->store == NULL || node->instance.has_own)
		return 0;
	status = words_count(node->store, &words, err);
	if (status != 0)
		return status;
	if (words > 0) {
		node_instance_lost(node);
		return 0;
	}
	log_write(LOG_LEVEL_INFO, "node", "half_made_removed",
		  LOG_FIELDS(log_u64("journals", 0)));
	node_parts_remove(node);
	return 0;
}

static int journal_open(struct node *node, struct err *err)
{
	int status = node_parts_open(node, false, err);

	if (status == ERR_NO_JOURNAL)
		return 0;
	if (status == 0)
		status = node_instance_open(node, err);
	if (status == 0)
		status = leftovers_remove(node, err);
	node->host.has_journal = node->store != NULL;
	return status;
}

int node_open(struct node **out, const struct node_options *options,
	      struct turn_time time, struct err *err)
{
	struct node *node = mem_alloc(1, sizeof *node);
	int status;

	if (node == NULL)
		return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	node->tune = options->tune;
	node->boot = options->boot;
	node->config = options->config;
	node->used_ms = time.now_ms;
	node->is_due = true;
	node->host.config = options->config;
	node->host.data_dir = node->data_dir;
	node->host.listening = node->listen.bound;
	node->host.pair_listening = node->pair.listening;
	node->host.locks_at_ms = UINT64_MAX;
	node->host.time = time;
	status = paths_set(node, options, err);
	place_take(node, options->place);
	if (status == 0)
		status = rpc_new(&node->rpc, err);
	if (status == 0)
		status = journal_open(node, err);
	if (status != 0) {
		node_close(node);
		return status;
	}
	node_listen_open(node);
	*out = node;
	return 0;
}

void node_close(struct node *node)
{
	if (node == NULL)
		return;
	rpc_free(node->rpc);
	vault_job_free(node->job_back);
	vault_job_free(node->host.job);
	if (node->vault != NULL)
		vault_lock(node->vault);
	if (node->store != NULL)
		err_ignore(store_checkpoint(node->store, NULL),
			   "closing does it again, and what was committed is "
			   "safe without it");
	node_parts_close(node);
	mem_free(node);
}

/* ---- for the shell ---- */

void node_job_done(struct node *node, struct vault_job *job)
{
	kept_assert(node->job_is_out && node->job_back == NULL);
	node->job_is_out = false;
	node->job_back = job;
	node->is_due = true;
}

bool node_wants_place(const struct node *node)
{
	return node->host.has_journal && !node->instance.has_place;
}

void node_set_place(struct node *node, struct bytes place)
{
	place_take(node, place);
	node->instance.place_is_new = node->instance.has_place;
	node->is_due = true;
}

uint64_t node_deadline(const struct node *node)
{
	uint64_t at = rpc_deadline(node->rpc);
	uint64_t own = UINT64_MAX;

	if (node->is_due || node->has_work || node->has_changes ||
	    node->host.wants_store || node->host.captures_wait ||
	    node->job_back != NULL)
		own = 0;
	else if (node->engine != NULL)
		own = engine_deadline(node->engine);
	if (own < node->rest_until_ms)
		own = node->rest_until_ms;
	if (node->host.locks_at_ms < at)
		at = node->host.locks_at_ms;
	return own < at ? own : at;
}

bool node_is_needed(const struct node *node)
{
	const struct roster *roster;
	size_t devices = 0;
	size_t i;

	if (node->job_is_out || rpc_client_count(node->rpc) > 0 ||
	    host_is_unlocked(&node->host))
		return true;
	if (!node->host.has_journal)
		return false;
	roster = engine_roster(node->engine);
	for (i = 0; i < roster->member_count; i++)
		devices += !roster->members[i].is_recovery &&
			   roster->members[i].standing == ROSTER_MEMBER;
	return devices > 1;
}

struct engine *node_engine(struct node *node)
{
	return node->engine;
}

struct vault *node_vault(struct node *node)
{
	return node->vault;
}

struct store *node_store(struct node *node)
{
	return node->store;
}
