/*
 * node_turn.c - the turn: what came in, through engine, vault, and the
 * clients' requests, to one commit, and what may go out after it.
 *
 * Never does I/O of its own but the store's, and never lets anything out of a
 * turn that was not committed. Read next: node_instance.c, node_pair.c.
 */
#include "daemon/node_parts.h"

#include "proto/base/log.h"

/* A full disk stays full for a while: what is only the daemon's own wish is
 * tried again this much later, not at once and for ever; and twice as much
 * later when that fails as well. */
#define REST_MS 1000u
#define REST_MOST_MS 64000u

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
	int status;

	if (job == NULL)
		return 0;
	node->job_back = NULL;
	status = rpc_job_end(node->rpc, &node->host, job, err);
	/* The passphrase was typed, and then the lid closed. */
	if (node->locks_job && node->host.has_journal)
		host_lock(&node->host);
	return status;
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

bool node_may_wish(const struct node *node)
{
	return node->rest_ms == 0 ||
	       (node->host.time.now_ms >= node->rest_until_ms &&
		!rpc_has_answers(node->rpc));
}

static int vault_turn(struct node *node, struct err *err)
{
	node->has_work = false;
	if (!host_is_unlocked(&node->host) || !node->host.has_journal)
		return 0;
	if (!node_may_wish(node)) {
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

	if (!host_is_unlocked(host) || !host->has_journal ||
	    !node_may_wish(node))
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

/* What an unlock on a full disk left where it was. */
static int captures_turn(struct node *node, struct err *err)
{
	struct rpc_host *host = &node->host;
	uint64_t entries;
	int status;

	if (!host->captures_wait || !host_is_unlocked(host) ||
	    !node_may_wish(node))
		return 0;
	status = host_take_captures(host, &entries, err);
	host->captures_wait = status != 0;
	return status;
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
		status = captures_turn(node, err);
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
	node_settings_read(node);
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

static int turn_save(struct node *node, bool wants_checkpoint, struct err *err)
{
	int status = 0;

	/* In front of the commit: it waits for it, and what stands is not
	 * called lost when there is no room for tidying. */
	if (wants_checkpoint)
		status = store_checkpoint(node->store, err);
	if (status == 0)
		status = store_commit(node->store, err);
	if (status == 0) {
		node->rest_ms = 0;
		node->host.is_pinched = false;
	}
	return status;
}

static int turn_commit(struct node *node, struct err *err)
{
	bool wants_checkpoint = node->host.wants_checkpoint;
	int status = 0;

	node->host.wants_checkpoint = false;
	if (node->store == NULL)
		return 0;
	if (store_is_dirty(node->store))
		return turn_save(node, wants_checkpoint, err);
	store_rollback(node->store);
	if (wants_checkpoint)
		status = store_checkpoint(node->store, err);
	else
		store_tidy(node->store);
	return err_class(status) == ERR_CLASS_FULL ? 0 : status;
}

static void rest_begin(struct node *node)
{
	node->rest_ms = node->rest_ms == 0 ? REST_MS : node->rest_ms * 2;
	if (node->rest_ms > REST_MOST_MS)
		node->rest_ms = REST_MOST_MS;
	node->rest_until_ms = node->host.time.now_ms + node->rest_ms;
}

static void before_take(struct node *node)
{
	/* One by one: a whole one would be made aside first. */
	node->before.instance = node->instance;
	node->before.listen = node->listen;
	node->before.pair = node->pair;
	node->before.captures_wait = node->host.captures_wait;
}

static void before_put_back(struct node *node, int code)
{
	node->instance = node->before.instance;
	node->listen = node->before.listen;
	node->pair = node->before.pair;
	/* For room they wait; other trouble is met again at the next unlock. */
	node->host.captures_wait = node->before.captures_wait &&
				   err_class(code) == ERR_CLASS_FULL;
}

/* Nothing of this turn happened; who asked is told. */
static int turn_undo(struct node *node, struct node_effects *effects, int code,
		     struct err *err)
{
	int status = 0;

	log_write(LOG_LEVEL_BAD, "node", "turn_failed",
		  LOG_FIELDS(log_code("code", code)));
	node_effects_clear(effects);
	before_put_back(node, code);
	node->mirror.is_waiting = false;
	node_pair_undo(node, effects);
	/* Nor was it opened: who asked for that was told no. */
	if (!node->was_unlocked)
		host_lock(&node->host);
	node->host.wants_reload = false;
	node->host.wants_checkpoint = false;
	node->host.opened = false;
	rest_begin(node);
	node->host.is_pinched = code == ERR_DISK_FULL;
	rpc_turn_failed(node->rpc, &node->host, code, err);
	if (node->store == NULL)
		return code;
	store_rollback(node->store);
	effects->peers_dropped = true;
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
	if (host->wants_stop && node_effects_add(effects, NODE_STOP) != NULL)
		host->wants_stop = false;
	node->is_due = node->is_due || host->wants_stop;
	if (host->wants_abandon && !host->has_journal && !node->job_is_out &&
	    node->job_back == NULL && node->store != NULL &&
	    !pairing_now(node->engine)->active) {
		effects->peers_dropped = true;
		node->pair.joining = false;
		node_parts_remove(node);
	}
	host->wants_abandon = false;
	node->was_unlocked = host_is_unlocked(host);
	if (!node->job_is_out && node->job_back == NULL)
		node->locks_job = false;
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
	before_take(node);
	store_make(node);
	clients_take(node, turn, effects);
	if (turn->lock && config_flag(node->config, CONFIG_lock_on_sleep)) {
		host_lock(&node->host);
		node->locks_job = true;
	}
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
	if (status == 0)
		node_settings_keep(node);
	if (status != 0) {
		status = turn_undo(node, effects, status, &why);
		if (err != NULL)
			*err = why;
	}
	turn_finish(node, effects);
	return status;
}
