/*
 * roster.h - who belongs: a pure fold over the set of control records.
 *
 * Same set in, same roster out, whatever the order (PROTOCOL.md section 4).
 * No store, no keys, no clock. Signatures and chains were checked on
 * admission (chain.h); what is judged here is meaning. Records are of
 * one journal (one jtag: chain.h sees to it); any that names what is not
 * there is left out, with all that builds on it.
 *
 * Everything lives in the arena handed in, and borrows bodies from the
 * records.
 */
#ifndef KEPT_CORE_ROSTER_H
#define KEPT_CORE_ROSTER_H

#include "proto/base/arena.h"
#include "proto/crypto/block.h"
#include "proto/schema.h"

/* What a FORK record proves. Its signatures are by the one key that its lid is
 * made of, so the answer is the same in every fold and kept for the next. */
struct roster_proof {
	enum { ROSTER_PROOF_UNREAD, ROSTER_PROOF_HOLDS, ROSTER_PROOF_FAILS } is;
	struct hash32 left, right; /* first ids; of a proof that holds */
};

/* One admitted block of a control log. */
struct roster_record {
	struct block_header header;
	struct hash32 id;
	struct sign_public author; /* whose signature covers it */
	struct bytes body;         /* canonical, of control.def */
	struct roster_proof *proof; /* Memory for folds of a FORK, or NULL */
};

enum roster_standing {
	ROSTER_MEMBER,
	ROSTER_PENDING,  /* ADD without the joiner's own LOG_OPEN yet */
	ROSTER_SUSPENDED, /* mutual removal not settled */
	ROSTER_REMOVED,
	ROSTER_VOID      /* its ADD is void */
};

struct roster_member {
	struct sign_public device;
	struct box_public box;
	struct net_public net;
	enum roster_standing standing;
	bool is_recovery;      /* R_sig: no net, no sessions */
	/* the record that named it, for opening name (KDF_CTL) */
	struct id16 named_lid;
	uint64_t named_seq;
	uint32_t named_epoch;
	struct bytes sealed_name; /* may be empty */
	struct dot added;
	const struct roster_member *rival; /* of a suspension */
};

/* A number says nothing by itself: a log may have another history. */
struct roster_cut {
	uint64_t seq;
	struct hash32 id; /* of the block there */
};

struct roster_log {
	struct id16 lid;
	uint8_t log_class;
	uint8_t reason;
	struct sign_public device;
	uint32_t member; /* index into members; UINT32_MAX if none */
	bool quarantined; /* whole */
	bool has_cut;
	uint64_t cut; /* the farthest number of any cut; 0: nothing stands */
	/* What stands is the past of these blocks; farthest first, at most
	 * LIMIT_LOGS_PER_DEVICE. */
	const struct roster_cut *cuts;
	size_t cut_count;
};

struct roster_epoch {
	uint32_t n;
	struct hash32 rotate; /* id of the ROTATE block */
	struct id16 lid;      /* and where it lies */
	uint64_t seq;
	struct sign_public author;
	bool is_void;
	bool fits_roster; /* wraps reach exactly members + recovery of now */
	const struct control_rotate *record;
};

/* Proven to whoever reads the record, also without either branch; each once,
 * however many records tell of it. */
struct roster_fork {
	struct id16 lid;
	uint64_t seq;
	struct hash32 left, right; /* ids there; left is the smaller */
	struct id16 lid_left, lid_right; /* the one keeping its name, lid' */
	const struct control_fork *record;
};

/* A fork known here that no record tells of yet (engine_take_fork), for the
 * vault to write down. */
struct engine_fork {
	struct id16 lid;
	uint64_t seq;
	struct bytes left, right; /* proto/crypto/forkside.h */
};

struct roster {
	bool has_genesis;
	struct hash32 journal;
	const struct roster_member *members; /* by order of joining, then id */
	size_t member_count;
	const struct roster_log *logs;
	size_t log_count;
	const struct roster_epoch *epochs; /* by (n, rotate) ascending */
	size_t epoch_count;
	const struct roster_fork *forks;
	size_t fork_count;
	const struct dot *heads; /* control heads: deps of the next record */
	size_t head_count;
	uint32_t next_n; /* of the next ROTATE */
	bool frozen; /* an unknown must-understand record */
	size_t counted;  /* records that count */
	size_t left_out; /* void, lapsed, or waiting for deps */
};

/* ERR_NOMEM, ERR_LIMIT (records), else 0; hostile content never fails it. */
int roster_fold(const struct roster_record *records, size_t count,
		struct arena *arena, struct roster *out) KEPT_MUST_USE;

/* NULL if unknown. Borrow from the roster. */
const struct roster_member *roster_find(const struct roster *roster,
					const struct sign_public *device);
const struct roster_member *roster_find_net(const struct roster *roster,
					    const struct net_public *net);
const struct roster_log *roster_find_log(const struct roster *roster,
					 const struct id16 *lid);
/* Greatest (n, rotate) that is not void and fits_roster; NULL: rotate first. */
const struct roster_epoch *roster_write_epoch(const struct roster *roster);
/* n of the next ROTATE. */
uint32_t roster_next_epoch(const struct roster *roster);
/* A member in good standing: may be sealed to, may be talked to. */
bool roster_is_member(const struct roster *roster,
		      const struct sign_public *device);
/* May `me` talk to `device`? Members, and of a suspended pair only the two
 * do not talk to each other. */
bool roster_serves(const struct roster *roster, const struct sign_public *me,
		   const struct sign_public *device);

#endif
