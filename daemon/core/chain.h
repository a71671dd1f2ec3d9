/*
 * chain.h - logs: which there are, how far each is held, and what may be
 * added to them.
 *
 * A control log certifies itself: its first record names its author, class
 * and nonce, and those hash to its lid. Data and blob logs are known through
 * LOG_OPEN records in a control log of their author. A run is admitted whole
 * or not at all, and only on the end of what is held. Two histories under
 * one number are both kept: branch.c.
 */
#ifndef KEPT_CORE_CHAIN_H
#define KEPT_CORE_CHAIN_H

#include "daemon/core/roster.h"
#include "daemon/store/store.h"
#include "proto/base/ds.h"

#define CHAIN_NONE UINT32_MAX

/* reason of LOG_OPEN, as control.def counts them. */
enum log_reason {
	LOG_REASON_FIRST,
	LOG_REASON_RESTORE,
	LOG_REASON_CLONE,
	LOG_REASON_FORK,
	LOG_REASON_LEASE,
	LOG_REASON_USER
};

struct chain_log {
	struct id16 base;   /* lid in its headers; another one on a branch */
	uint64_t first_seq; /* 1, or where the branch begins */
	uint64_t admitted_from, admitted_to; /* not yet handed up; 0: nothing */
	uint32_t unsigned_blocks; /* at its end, waiting for a signature */
	uint32_t unsigned_bytes;
	uint32_t unsigned_epoch;
	uint64_t stray_bytes; /* quarantined since the start */
	uint32_t next_branch; /* another branch of base, or CHAIN_NONE */
	uint64_t moved_from; /* from here on it went to ... ; 0: nothing did */
	uint32_t moved_to;   /* ... this log (moves.c) */
	uint64_t standing; /* of a cut log: newest number that stands */
	bool is_proved; /* own: a signature under this key was checked */
};

struct chain {
	struct store *store;    /* Borrows */
	struct store_log *rows; /* by no */
	struct chain_log *logs; /* beside rows */
	size_t count;
	struct table by_lid;
	struct roster_record *records; /* control records, as admitted */
	size_t record_count;
	struct arena bodies;   /* of records */
	struct arena folds[2]; /* of roster: this one and the last */
	unsigned fold_at;
	struct roster roster;
	uint64_t roster_version;
	bool is_stale;     /* records came in since the fold */
	bool marks_due;    /* what cuts let stand may have changed */
	uint64_t changes;  /* grows with every block */
	uint64_t forks;    /* grows with every new branch */
	uint64_t stray_blocks;
	size_t take_at;
	struct arena step; /* scratch */

	bool has_journal;
	struct hash32 journal;
	struct id16 jtag;
	bool has_device;
	struct sign_public device; /* this one */
	uint8_t wants_logs;        /* LOG_OPEN reason + 1 */
	bool is_doubted;           /* wants_logs was set since last asked */
	bool is_admitting;         /* what is added comes from others */
	size_t fork_at;            /* next log to look at in chain_take_fork */
	uint64_t fork_version, fork_count; /* roster, forks: as of fork_at */
};

/* ERR_NOMEM. life: what the tables stand in, for as long as the chain. */
int chain_init(struct chain *chain, struct store *store, uint64_t seed,
	       struct arena *life) KEPT_MUST_USE;
void chain_release(struct chain *chain);
/* Everything from the store again. */
int chain_load(struct chain *chain, struct err *err) KEPT_MUST_USE;
/* J and D_sig, which may be put after the start. */
int chain_load_identity(struct chain *chain, struct err *err) KEPT_MUST_USE;

/* Logs of one device, branches included. */
size_t chain_count_logs(const struct chain *chain,
			const struct sign_public *device);
/* How many logs more a device may open here. */
size_t chain_log_room(const struct chain *chain,
		      const struct sign_public *device);
/* CHAIN_NONE if unknown. */
uint32_t chain_find(const struct chain *chain, const struct id16 *lid);

/*
 * A run whose form run_read proved. 0: the whole of it is held now, *log says
 * where. ERR_GAP: something before it is missing; ERR_NOT_FOUND: no such log
 * (yet); ERR_LIMIT: there is no room for it: not admitted, nothing wrong with
 * the sender. ERR_CRYPTO, ERR_MALFORMED, ERR_NOT_MEMBER: the sender's fault.
 * ERR_FORK: it does not follow from what is held, nor is it known where it
 * parts. The rest are the store's, with err set: the turn is lost.
 */
int chain_admit(struct chain *chain, const struct run *run, uint32_t *log,
		struct err *err) KEPT_MUST_USE;
/* A block written here. ERR_LIMIT: no room, also for the log it would open. */
int chain_append(struct chain *chain, const struct block *block,
		 struct err *err) KEPT_MUST_USE;
/* ERR_USAGE: a log of ours ends without a signature. */
int chain_check_ends(const struct chain *chain, struct err *err) KEPT_MUST_USE;

/* The roster of what is held now. Marks logs cut or quarantined. */
int chain_refresh(struct chain *chain, struct err *err) KEPT_MUST_USE;

/* Our own logs are not to be trusted with new numbers. */
int chain_doubt(struct chain *chain, uint8_t reason, struct err *err)
	KEPT_MUST_USE;
/* The same, if this log is one that we still write: what is found out about
 * one that is closed already is no news. */
int chain_doubt_log(struct chain *chain, uint32_t log, uint8_t reason,
		    struct err *err) KEPT_MUST_USE;
/* A copy of this device answers somebody. Logs that were opened because of
 * one are ours alone: it is answered once, not at every meeting. */
int chain_doubt_copy(struct chain *chain, struct err *err) KEPT_MUST_USE;

/* Every log that a FORK record tells of is closed, if we write it. */
int chain_heed_forks(struct chain *chain, struct err *err) KEPT_MUST_USE;
/* engine_take_fork; what out points to lies in scratch. */
int chain_take_fork(struct chain *chain, struct buf *scratch,
		    struct engine_fork *out, struct err *err) KEPT_MUST_USE;

/* A control record into the set that the roster is folded from; ERR_NOMEM. */
int chain_keep_record(struct chain *chain, const struct sign_public *author,
		      const struct block *block) KEPT_MUST_USE;

/* Id of a block held; ERR_NOT_FOUND. */
int chain_block_id(struct chain *chain, uint32_t log, uint64_t seq,
		   struct hash32 *id, struct err *err) KEPT_MUST_USE;

/* BLAKE2b-16 over the sorted dots of what is held: control logs, and all. */
void chain_digests(const struct chain *chain, struct arena *arena,
		   uint8_t control[16], uint8_t vector[16]);
/* Dots of logs held, sorted by lid; at most LIMIT_LOGS. NULL: no memory. */
struct dot *chain_dots(const struct chain *chain, bool control_only,
		       struct arena *arena, size_t *count);
struct dot chain_head(const struct chain *chain, uint32_t log);

/* ---- for branch.c ---- */

/* A new row; ERR_LIMIT. */
int chain_add_log(struct chain *chain, const struct store_log *row,
		  uint32_t *log, struct err *err) KEPT_MUST_USE;
/* Blocks that follow the end of a log, checked already. */
int chain_put_blocks(struct chain *chain, uint32_t log,
		     const struct block *blocks, size_t count, struct err *err)
	KEPT_MUST_USE;
/* A verified run that parts from what is held under its lid. */
int branch_admit(struct chain *chain, uint32_t log, const struct run *run,
		 uint32_t *out, struct err *err) KEPT_MUST_USE;
/* The branch of *log that this run lies on: the one that holds the newest of
 * its blocks that is held at all, else the block before it; else *log. */
int branch_pick(struct chain *chain, uint32_t *log, const struct run *run,
		struct err *err) KEPT_MUST_USE;
/* Sets `standing` of all branches of log->lid to what its cuts let stand: the
 * blocks they name and all before those. While a block named is not held,
 * branches that do not reach its number stand up to it. */
int branch_cut(struct chain *chain, const struct roster_log *log,
	       struct err *err) KEPT_MUST_USE;

#endif
