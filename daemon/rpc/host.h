/*
 * host.h - what requests of clients work on, and what they wish for.
 *
 * The wiring (daemon/node.c) owns one and refreshes it every turn; handlers
 * read the upper half and set wishes in the lower one. rpc never calls the
 * wiring back.
 */
#ifndef KEPT_RPC_HOST_H
#define KEPT_RPC_HOST_H

#include "daemon/config.h"
#include "daemon/core/engine.h"
#include "daemon/core/pairing.h"
#include "daemon/vault/journal.h"

#define HOST_LISTEN_BYTES 1024u

struct rpc_host {
	/* All Borrow. engine, vault, and store: NULL before the first init or
	 * pair_join. */
	struct engine *engine;
	struct vault *vault;
	struct store *store;
	struct config *config;
	const char *data_dir;
	struct turn_time time;
	struct effects *peer;    /* of this turn */
	bool has_journal;
	const char *listening;   /* "host:port" or "" */
	const char *pair_listening; /* lines of "host:port"; "" not yet */
	bool pair_refused;       /* the pairing listener could not be had */
	uint64_t locks_at_ms;    /* monotonic; UINT64_MAX: never */
	uint64_t unlocked_ms;    /* of the last right passphrase; 0: none */
	uint64_t roster_seen;    /* version the vault was last shown */
	bool is_pinched;         /* the last write found no room on the disk */

	/* Wishes. */
	bool wants_store;        /* make the database, then ask again */
	int store_code;          /* why it could not be made, or 0 */
	struct err store_err;
	struct vault_job *job;   /* to the thread pool; the wiring takes it */
	bool wants_stop;
	bool wants_checkpoint;   /* after the commit */
	bool wants_reload;       /* the engine, with the vault's net key */
	bool wants_abandon;      /* joining came to nothing */
	bool config_changed;
	bool captures_wait;      /* for room, though it is unlocked */
	bool was_used;           /* a person is there: the lock waits */
	bool opened;             /* unlocked in this turn */
	int turn_code;           /* a block could not go down: roll back */
};

struct vault_time host_vault_time(const struct rpc_host *host);
struct journal_place host_place(const struct rpc_host *host);
const struct roster *host_roster(const struct rpc_host *host);
bool host_is_unlocked(const struct rpc_host *host);

/*
 * Blocks the vault cut go to the engine; a roster they changed goes back up,
 * until nothing is left. Inside the turn's transaction.
 */
int host_drain(struct rpc_host *host, struct err *err) KEPT_MUST_USE;
/* New logs, where the engine says ours may not be written on. */
int host_renew_logs(struct rpc_host *host, struct err *err) KEPT_MUST_USE;
/* What was sealed while locked becomes entries. What can't be written now (no
 * log is open to us) stays as it is: that is no reason to stay locked. */
int host_take_captures(struct rpc_host *host, uint64_t *entries,
		       struct err *err) KEPT_MUST_USE;
/* Locks, ends pairing, and wishes for a checkpoint. */
void host_lock(struct rpc_host *host);

#endif
