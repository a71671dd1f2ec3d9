/*
 * host.c - the few steps that handlers and the wiring both take.
 *
 * Never commits: the turn does. Read next: session.c.
 */
#include "daemon/rpc/host.h"

#include "proto/base/log.h"

/* A ROTATE may follow an ADD and so on; more than this is a loop of ours. */
#define LIMIT_DRAIN_ROUNDS 16

struct vault_time host_vault_time(const struct rpc_host *host)
{
	return (struct vault_time){ .now_ms = host->time.now_ms,
				    .wall_ms = host->time.wall_ms };
}

struct journal_place host_place(const struct rpc_host *host)
{
	return (struct journal_place){
		.day_ends_min = config_daytime(host->config, CONFIG_day_ends_at)
	};
}

const struct roster *host_roster(const struct rpc_host *host)
{
	return engine_roster(host->engine);
}

bool host_is_unlocked(const struct rpc_host *host)
{
	return host->vault != NULL && vault_is_unlocked(host->vault);
}

static int blocks_append(struct rpc_host *host, struct err *err)
{
	struct block block;
	int status;

	for (;;) {
		status = vault_take_block(host->vault, &block);
		if (status == ERR_NOT_FOUND)
			return 0;
		if (status == 0)
			status = engine_append(host->engine, &block, err);
		if (status != 0) {
			/* The vault believes it was written. */
			host->turn_code = status;
			return status;
		}
	}
}

int host_drain(struct rpc_host *host, struct err *err)
{
	int round;

	if (host->vault == NULL || host->engine == NULL)
		return 0;
	for (round = 0; round < LIMIT_DRAIN_ROUNDS; round++) {
		int status = blocks_append(host, err);
		uint64_t version = engine_roster_version(host->engine);

		if (status != 0)
			return status;
		if (version == host->roster_seen)
			return 0;
		host->roster_seen = version;
		status = vault_see_roster(host->vault, host_roster(host), err);
		if (status != 0 && status != ERR_LOCKED)
			return status;
	}
	log_write(LOG_LEVEL_WARN, "rpc", "drain_unsettled",
		  LOG_FIELDS(log_u64("rounds", LIMIT_DRAIN_ROUNDS)));
	return 0;
}

int host_renew_logs(struct rpc_host *host, struct err *err)
{
	uint8_t wanted = engine_wants_logs(host->engine);
	int status;

	/* Without room for one of each class it reads and passes on; a write
	 * is told why it can't be. */
	if (wanted == 0 || !host_is_unlocked(host) ||
	    engine_log_room(host->engine) < LOG_BLOB)
		return 0;
	status = vault_write_logs(host->vault, host_roster(host),
				  (uint8_t)(wanted - 1), err);
	if (status == 0)
		status = host_drain(host, err);
	if (status == 0)
		engine_logs_opened(host->engine);
	return status;
}

int host_take_captures(struct rpc_host *host, uint64_t *entries,
		       struct err *err)
{
	int status = journal_take_captures(host->vault, host_roster(host),
					   host_vault_time(host), entries, err);

	if (status != 0 && err_class(status) != ERR_CLASS_FULL &&
	    err_class(status) != ERR_CLASS_CORRUPT) {
		log_write(LOG_LEVEL_WARN, "rpc", "captures_stay",
			  LOG_FIELDS(log_code("code", status)));
		status = 0;
	}
	return status == 0 ? host_drain(host, err) : status;
}

void host_lock(struct rpc_host *host)
{
	const struct pairing_state *pairing;

	if (!host_is_unlocked(host))
		return;
	/* One that ended in this turn has a reason to be told of yet. */
	pairing = pairing_now(host->engine);
	if (pairing->active &&
	    !(pairing->ended && pairing->ask == PAIRING_FAILED))
		pairing_stop(host->engine, host->peer);
	vault_lock(host->vault);
	engine_set_locked(host->engine, true);
	host->captures_wait = false;
	host->wants_checkpoint = true;
}
