/*
 * engine.h - the blind side of keptd: chains, roster, and peer sessions as a
 * sans-IO machine. It sees sealed blocks only and holds no journal key.
 *
 *   store_begin
 *   engine_step(engine, events, n, time, effects)
 *   engine_append(...) for every block the vault cut in this turn
 *   engine_flush(engine, time, effects)   pushes what was appended to sessions
 *   store_commit -> perform effects; if it fails: drop them, engine_reload
 *
 * What was admitted in a step is asked for with engine_take_admitted, so that
 * the wiring can hand it up to the vault within the same turn.
 */
#ifndef KEPT_CORE_ENGINE_H
#define KEPT_CORE_ENGINE_H

#include "crdt/version.h"
#include "daemon/core/event.h"
#include "daemon/core/roster.h"
#include "daemon/store/store.h"

struct engine;

/* Numbers the simulator turns; production passes tune_default. */
struct tune {
	uint32_t run_blocks;       /* blocks per run, 1..LIMIT_RUN_BLOCKS */
	uint32_t window_bytes;     /* unacknowledged bytes per session */
	uint32_t ack_ms;           /* an ACK at least this often */
	uint32_t dial_first_ms;    /* first back-off, doubled up to ... */
	uint32_t dial_most_ms;
	uint32_t ping_ms;          /* silence before a ping; then 2 s */
};
extern const struct tune tune_default;

struct engine_options {
	struct store *store;        /* Borrows as long as the engine lives */
	struct tune tune;
	struct net_secret net;      /* D_net; zero: no sessions (no journal) */
	uint64_t boot;              /* random, once per process */
	bool sync_while_locked;
};

int engine_open(struct engine **out, const struct engine_options *options,
		struct err *err) KEPT_MUST_USE;
void engine_close(struct engine *engine); /* NULL is fine; wipes */
/* From the store again, all sessions dropped: after a failed commit, and
 * after init or joining changed what the store holds. */
int engine_reload(struct engine *engine, const struct net_secret *net,
		  struct err *err) KEPT_MUST_USE;

/*
 * One batch. Inside a transaction. A negative result is the store's (ERR_IO,
 * ERR_DISK_FULL...): roll back. Trouble with a peer ends that session only.
 */
int engine_step(struct engine *engine, const struct event *events,
		size_t count, struct turn_time time, struct effects *effects,
		struct err *err) KEPT_MUST_USE;
/* Monotonic ms at which a TICK is wanted; UINT64_MAX: none. */
uint64_t engine_deadline(const struct engine *engine);

/*
 * A block cut here: checked like any other (chain, author, log open and not
 * closed), stored, and pushed to sessions by engine_flush.
 * ERR_FORK: this log may not be written any more (NOTIFY_FORK follows).
 */
int engine_append(struct engine *engine, const struct block *block,
		  struct err *err) KEPT_MUST_USE;
int engine_flush(struct engine *engine, struct turn_time time,
		 struct effects *effects, struct err *err) KEPT_MUST_USE;

/* Admitted since the last call; ERR_NOT_FOUND when there is no more. */
struct admitted {
	uint32_t log_no;
	uint8_t log_class;
	uint64_t from, to;
};
int engine_take_admitted(struct engine *engine, struct admitted *out)
	KEPT_MUST_USE;

/*
 * A fork of some log, both branches of which are held, that no FORK record
 * tells of: for a member to write down (vault_write_fork). What is offered is
 * worked out from what is held, so it is offered again after a restart until
 * the record is there. ERR_NOT_FOUND: none, or none for this device to write
 * now. out borrows until the next step, append, or call of this.
 */
int engine_take_fork(struct engine *engine, struct engine_fork *out,
		     struct err *err) KEPT_MUST_USE;

/* The roster of now. Borrows until the next step or append. */
const struct roster *engine_roster(const struct engine *engine);
/* Changes with every change of the roster. */
uint64_t engine_roster_version(const struct engine *engine);
/* All logs known, by no. Borrows likewise. */
const struct store_log *engine_logs(const struct engine *engine,
				    size_t *count);
const struct store_log *engine_find_log(const struct engine *engine,
					const struct id16 *lid);
/* Why this device needs new logs before it writes on (LOG_OPEN reason + 1),
 * or 0: a restore, a clone, a fork, or a spent lease was noticed. */
uint8_t engine_wants_logs(const struct engine *engine);
/* How many logs this device may still open. */
size_t engine_log_room(const struct engine *engine);
/* Own logs were closed and new ones opened. */
void engine_logs_opened(struct engine *engine);
/* Close the logs we write: the shell noticed a restore or a copy (section 9
 * (1), (2)). reason: LOG_OPEN's. */
int engine_doubt_logs(struct engine *engine, uint8_t reason, struct err *err)
	KEPT_MUST_USE;

/* ---- sessions, for status and `sync --wait` ---- */
struct peer_status {
	struct sign_public device;
	bool connected;
	bool in_sync;          /* both have acknowledged everything */
	uint64_t behind;       /* blocks of ours it has not acknowledged */
	uint64_t sent, received;             /* blocks, this session */
	uint64_t bytes_sent, bytes_received; /* on the wire, this session */
	uint32_t round_trips;                /* until in sync */
	uint64_t last_seen_ms; /* wall */
	uint64_t first_seen_ms; /* wall: on the roster here; 0: not yet */
	uint64_t connects;     /* sessions established since start */
	uint64_t attempts;     /* dials that ended, well or not, since start */
	char address[128];
	char by_hand[128];
};
/* One per own device but this one, roster order; returns how many. */
size_t engine_peers(const struct engine *engine, struct peer_status *out,
		    size_t cap);
/*
 * How far own data logs are held by every other member: their names with the
 * newest number all have, UINT64_MAX for a closed one held whole. Branches of
 * one log count as one, the one that lacks most. *has_others: is there any
 * other member? Returns how many, at most LIMIT_LOGS_PER_DEVICE.
 */
size_t engine_floors(const struct engine *engine, struct dot *out, size_t cap,
		     bool *has_others);
/*
 * Of how many entries a device (NULL: at least one other member) lacks some
 * block. ERR_LIMIT: too many to count now. Reads the store.
 */
int engine_count_lacking(struct engine *engine,
			 const struct sign_public *device, uint64_t *entries,
			 struct err *err) KEPT_MUST_USE;
/* Dial everybody with an address now, forgetting back-off. */
void engine_sync_now(struct engine *engine);
/* An address by hand. ERR_NOT_FOUND: no such device. */
int engine_peer_address(struct engine *engine, const struct sign_public *device,
			const char *address, struct err *err) KEPT_MUST_USE;
/* Where sessions are accepted, "host:port" as bound; "": nowhere. Peers are
 * told the port, and find the host by themselves. */
void engine_set_listen(struct engine *engine, const char *address);
/* Net key file and settings. */
void engine_set_sync_while_locked(struct engine *engine, bool on);
void engine_set_locked(struct engine *engine, bool locked);

#endif
