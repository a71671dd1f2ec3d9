/*
 * node.c - the turn: what came in, through engine, vault, and the clients'
 * requests, to one commit, and what may go out after it.
 *
 * Never does I/O of its own but the store's, and never lets anything out of a
 * turn that was not committed. Read next: node_instance.c, node_pair.c, and
 * daemon/io/loop.c, which drives it.
 */
#include "daemon/node_parts.h"

#include <stdio.h>

#include "proto/base/log.h"
#include "proto/base/mem.h"
#include "proto/base/panic.h"

/* A full disk stays full for a while: what is only the daemon's own wish is
 * tried again this much later, not at once and for ever. */
#define REST_MS 1000u

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

/* What joining or making a journal left half done is as if never begun. */
static int leftovers_remove(struct node *node)
{
	if (node->store == NULL || node->instance.has_own)
		return 0;
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
		status = leftovers_remove(node);
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

/* ---- one turn, inside its transaction ---- */

static int admitted_take(struct node *node, struct err *err)
{
	struct admitted admitted;

	while (engine_take_admitted(node->engine, &admitted) == 0) {
		size_t count = 0;
		const struct store_log *logs =
			engine_logs(node->engine, &count);
		size_t i = 0;
		int status;

		while (i < count && logs[i].no != admitted.log_no)
			i++;
		if (i == count)
			continue;
		status = vault_see_blocks(node->vault, &logs[i], admitted.from,
					  admitted.to,
					  host_vault_time(&node->host), err);
		if (status != 0 && status != ERR_LOCKED)
			return status;
	}
	return 0;
}

static int engine_turn(struct node *node, const struct node_turn *turn,
		       struct node_effects *effects, struct err *err)
{
	int status = engine_step(node->engine, turn->events, turn->event_count,
				 turn->time, &effects->peer, err);

	/* The roster first: blocks may need the epoch keys it brings. */
	if (status == 0)
		status = host_drain(&node->host, err);
	if (status == 0)
		status = admitted_take(node, err);
	if (status == 0)
		status = host_renew_logs(&node->host, err);
	return status;
}

/* All seats are taken: the shell closes it. */
static void client_turn_away(struct node_effects *effects, uint32_t client)
{
	struct node_effect *effect =
		node_effects_add(effects, NODE_CLIENT_CLOSE);

	if (effect != NULL)
		effect->client = client;
}

static void clients_take(struct node *node, const struct node_turn *turn,
			 struct node_effects *effects)
{
	size_t i;

	for (i = 0; i < turn->client_count; i++) {
		const struct client_event *event = &turn->clients[i];

		switch (event->kind) {
		case CLIENT_UP:
			if (rpc_client_up(node->rpc, event->client) != 0)
				client_turn_away(effects, event->client);
			break;
		case CLIENT_BYTES:
			rpc_client_bytes(node->rpc, event->client,
					 event->bytes);
			break;
		case CLIENT_DOWN:
			rpc_client_down(node->rpc, event->client);
			break;
		case CLIENT_SENT:
			rpc_client_sent(node->rpc, event->client,
					event->unsent_bytes);
			break;
		}
	}
}

/* What clients are shown says which of it is here only. */
static void floors_tell(struct node *node)
{
	struct dot floors[LIMIT_LOGS_PER_DEVICE];
	bool has_others;
	size_t count;

	if (!host_is_unlocked(&node->host))
		return;
	count = engine_floors(node->engine, floors, LIMIT_LOGS_PER_DEVICE,
			      &has_others);
	vault_see_floors(node->vault, floors, count, has_others);
}

static int job_take(struct node *node, struct err *err)
{
	struct vault_job *job = node->job_back;

	if (job == NULL)
		return 0;
	node->job_back = NULL;
	return rpc_job_end(node->rpc, &node->host, job, err);
}

static void lock_when_idle(struct node *node)
{
	struct rpc_host *host = &node->host;
	uint64_t after = config_span_ms(node->config, CONFIG_lock_after);

	if (host->was_used || host->opened)
		node->used_ms = host->time.now_ms;
	host->was_used = false;
	host->locks_at_ms = UINT64_MAX;
	if (!host_is_unlocked(host) || after == CONFIG_NEVER)
		return;
	host->locks_at_ms = node->used_ms + after;
	if (host->time.now_ms >= host->locks_at_ms)
		host_lock(host);
}

static int journal_begin(struct node *node, struct node_effects *effects,
			 struct err *err)
{
	struct rpc_host *host = &node->host;

	/* init ended in this turn: joining gets its own (node_pair.c). */
	if (!host->opened)
		return 0;
	host->opened = false;
	if (host->has_journal)
		return 0;
	host->has_journal = true;
	return node_instance_make(node, effects, err);
}

static int vault_turn(struct node *node, struct err *err)
{
	node->has_work = false;
	if (!host_is_unlocked(&node->host) || !node->host.has_journal)
		return 0;
	if (node->host.time.now_ms < node->rest_until_ms) {
		node->has_work = true;
		return 0;
	}
	return vault_work(node->vault, VAULT_SLICE_US, &node->has_work, err);
}

/* Forks that no record tells of, written down by whoever can sign first. */
static int forks_turn(struct node *node, struct err *err)
{
	struct rpc_host *host = &node->host;
	struct engine_fork fork;
	unsigned count;
	int status;

	/* After a failed turn it rests: what people ask for comes first. */
	if (!host_is_unlocked(host) || !host->has_journal ||
	    host->time.now_ms < node->rest_until_ms)
		return 0;
	for (count = 0; count < TURN_FORKS; count++) {
		status = engine_take_fork(node->engine, &fork, err);
		if (status == ERR_NOT_FOUND)
			return 0;
		if (status == 0)
			status = vault_write_fork(
				node->vault, host_roster(host), &fork, err);
		if (status == 0)
			status = host_drain(host, err);
		if (status != 0)
			return status;
	}
	node->is_due = true;
	return 0;
}

/* With a journal or one being made: engine and vault take part. */
static int parts_turn(struct node *node, struct node_effects *effects,
		      struct err *err)
{
	struct rpc_host *host = &node->host;
	int status;

	status = journal_begin(node, effects, err);
	if (status == 0)
		status = node_pair_turn(node, effects, err);
	if (status == 0)
		status = host_drain(host, err);
	if (status == 0)
		status = forks_turn(node, err);
	if (status == 0)
		status = vault_turn(node, err);
	if (status == 0)
		status = node_instance_turn(node, effects, err);
	if (status == 0 && host->config_changed)
		engine_set_sync_while_locked(
			node->engine,
			config_flag(node->config, CONFIG_sync_while_locked));
	if (status == 0 && host->wants_reload) {
		host->wants_reload = false;
		effects->peers_dropped = true;
		/* No flush: no session is left to push to, and a dial of this
		 * turn would be dropped with the others. */
		node->is_due = true;
		return node_reload_engine(node, err);
	}
	if (status == 0)
		status = engine_flush(node->engine, host->time, &effects->peer,
				      err);
	return status;
}

static int turn_work(struct node *node, const struct node_turn *turn,
		     struct node_effects *effects, struct err *err)
{
	int status = 0;

	if (node->is_stale)
		status = node_parts_reread(node);
	if (status == 0 && node->engine != NULL && node->instance.doubt != 0)
		status = node_instance_turn(node, effects, err);
	if (status == 0 && node->engine != NULL)
		status = engine_turn(node, turn, effects, err);
	if (status == 0)
		status = job_take(node, err);
	if (status == 0)
		floors_tell(node);
	if (status == 0)
		status = rpc_run(node->rpc, &node->host, err);
	lock_when_idle(node);
	if (status == 0 && node->engine != NULL)
		status = parts_turn(node, effects, err);
	if (status != 0)
		return status;
	rpc_settle(node->rpc, &node->host);
	node_tell_peers(node, &effects->peer);
	node_tell_changes(node);
	if (node->was_unlocked && !host_is_unlocked(&node->host)) {
		node_tell_locked(node);
		node_instance_vouch(node, effects);
	}
	node_listen_turn(node, effects);
	node->host.config_changed = false;
	if (effects->failed != 0 || effects->peer.failed != 0)
		return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	return 0;
}

/* ---- around it ---- */

static void store_make(struct node *node)
{
	struct rpc_host *host = &node->host;

	if (!host->wants_store)
		return;
	host->wants_store = false;
	if (node->store == NULL)
		host->store_code =
			node_parts_open(node, true, &host->store_err);
}

static int turn_commit(struct node *node, struct err *err)
{
	int status;

	if (node->store == NULL)
		return 0;
	if (!store_is_dirty(node->store)) {
		store_rollback(node->store);
		return 0;
	}
	status = store_commit(node->store, err);
	if (status == 0 && node->host.wants_checkpoint)
		status = store_checkpoint(node->store, err);
	node->host.wants_checkpoint = false;
	return status;
}

/* Nothing of this turn happened; who asked is told. */
static int turn_undo(struct node *node, struct node_effects *effects, int code,
		     struct err *err)
{
	int status = 0;

	log_write(LOG_LEVEL_BAD, "node", "turn_failed",
		  LOG_FIELDS(log_code("code", code)));
	/* Nor was it opened: who asked for that was told no. */
	if (!node->was_unlocked)
		host_lock(&node->host);
	node_effects_clear(effects);
	node->host.wants_reload = false;
	node->host.wants_checkpoint = false;
	node->host.opened = false;
	node->rest_until_ms = node->host.time.now_ms + REST_MS;
	rpc_turn_failed(node->rpc, &node->host, code, err);
	if (node->store == NULL)
		return code;
	store_rollback(node->store);
	effects->peers_dropped = true;
	node->instance = node->instance_before;
	if (err_class(code) == ERR_CLASS_CORRUPT)
		err_ignore(vault_rollback(node->vault), "keptd leaves");
	else
		status = node_parts_reread(node);
	node->host.has_journal = node->instance.has_own;
	return status != 0 ? status : code;
}

static void clients_send(struct node *node, struct node_effects *effects)
{
	struct rpc_out out;
	size_t cursor = 0;

	while (rpc_take(node->rpc, &cursor, &out)) {
		struct node_effect *effect;

		if (out.bytes.len > 0) {
			effect = node_effects_add(effects, NODE_CLIENT_SEND);
			if (effect == NULL)
				continue;
			effect->client = out.client;
			effect->offset = effects->bytes.len;
			effect->len = out.bytes.len;
			if (buf_put(&effects->bytes, out.bytes.ptr,
				    out.bytes.len) != 0) {
				effect->kind = NODE_CLIENT_CLOSE;
				effect->len = 0;
			}
		}
		if (!out.close)
			continue;
		effect = node_effects_add(effects, NODE_CLIENT_CLOSE);
		if (effect != NULL)
			effect->client = out.client;
	}
}

static void turn_finish(struct node *node, struct node_effects *effects)
{
	struct rpc_host *host = &node->host;
	struct node_effect *effect;

	clients_send(node, effects);
	if (host->job != NULL) {
		effect = node_effects_add(effects, NODE_RUN_JOB);
		if (effect != NULL) {
			effect->job = host->job;
			node->job_is_out = true;
			host->job = NULL;
		}
	}
	if (host->wants_stop) {
		host->wants_stop = false;
		node_effects_add(effects, NODE_STOP);
	}
	if (host->wants_abandon && !host->has_journal && !node->job_is_out &&
	    node->job_back == NULL && node->store != NULL &&
	    !pairing_now(node->engine)->active) {
		effects->peers_dropped = true;
		node->pair.joining = false;
		node_parts_remove(node);
	}
	host->wants_abandon = false;
	node->was_unlocked = host_is_unlocked(host);
}

int node_turn(struct node *node, const struct node_turn *turn,
	      struct node_effects *effects, struct err *err)
{
	struct err why = { 0 };
	int status = 0;

	node_effects_clear(effects);
	node->is_due = false;
	node->host.time = turn->time;
	node->host.peer = &effects->peer;
	node->host.turn_code = 0;
	node->instance_before = node->instance;
	store_make(node);
	clients_take(node, turn, effects);
	if (turn->stop) {
		host_lock(&node->host);
		node->host.wants_stop = true;
	}
	if (node->store != NULL)
		status = store_begin(node->store, &why);
	if (status == 0)
		status = turn_work(node, turn, effects, &why);
	if (status == 0)
		status = turn_commit(node, &why);
	if (status != 0) {
		status = turn_undo(node, effects, status, &why);
		if (err != NULL)
			*err = why;
	}
	turn_finish(node, effects);
	return status;
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
	    node->host.wants_store || node->job_back != NULL)
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
