/*
 * call.h - one request on its way through: what do_*.c see. For daemon/rpc.
 */
#ifndef KEPT_RPC_CALL_H
#define KEPT_RPC_CALL_H

#include "daemon/rpc/host.h"
#include "daemon/rpc/reply.h"
#include "proto/schema.h"

struct rpc;
struct client;

/* What a handler may answer besides 0 and an error. */
#define CALL_LATER 1 /* a later (below) was made and answers */
#define CALL_STALL 2 /* ask again in a turn to come; nothing was done */

struct call {
	struct rpc *rpc;
	struct rpc_host *host;
	uint32_t client;
	uint32_t msgid;
	enum rpc_method method;
	struct bytes message; /* the request as it came */
	struct bytes params;  /* in it; ptr NULL: not looked for yet */
	struct arena *arena;
	struct buf *result;   /* one element; left empty: an empty map */
	bool is_verified;     /* the passphrase was asked again and was right */
};

/* Requests that are answered in a later turn. */
enum later_kind {
	LATER_NONE,
	LATER_UNLOCK,
	LATER_INIT,
	LATER_JOIN,
	LATER_VERIFY, /* then the request itself */
	LATER_SYNC,
	LATER_SHOW    /* pair_show, until the listener is there */
};

struct later {
	enum later_kind kind;
	bool fresh;            /* of this turn: undone if it fails */
	bool has_job;
	uint32_t client;
	uint32_t msgid;
	enum rpc_method method;
	uint64_t deadline_ms;  /* SYNC, SHOW */
	struct buf request;    /* JOIN, VERIFY: copied, wiped on release */
	uint64_t started_ms;
	uint64_t end_ms;       /* SYNC, SHOW: no longer than this */
	uint64_t attempts[LIMIT_ADDS]; /* SYNC: dials ended, at its start */
	char text[2][128];     /* SHOW: code, qr */
};
#define LIMIT_LATERS 80u

/* A free later for this call; NULL: too many wait (ERR_LIMIT). */
struct later *call_later(struct call *call, enum later_kind kind);
/* Is the thread pool taken (or is a job of this turn waiting for it)? */
bool call_job_is_taken(const struct call *call);
/* begin goes to the thread pool; kind's end runs when it is back. */
int call_start_job(struct call *call, enum later_kind kind,
		   const struct vault_begin *begin, struct err *err)
	KEPT_MUST_USE;
/* This connection hears of pairing from now on. */
void call_take_pairing(struct call *call);
/* Is it this connection that shows or typed the code? */
bool call_owns_pairing(const struct call *call);
/* How this connection's last pairing ended, if not well: the code, in words
 * in err. 0 while it goes on, too. */
int call_pairing_end(const struct call *call, struct err *err) KEPT_MUST_USE;
void call_watch(struct call *call);

/* 0 once there is a database; CALL_STALL while it is being made. */
int call_want_store(struct call *call, struct err *err) KEPT_MUST_USE;
/* A device's name: one line, nothing hidden in it. */
int call_check_name(struct bytes name, char out[LIMIT_DEVICE_NAME_BYTES + 1],
		    struct err *err) KEPT_MUST_USE;

/* The parameters of this call, decoded anew (LATER_JOIN). */
int call_decode(struct call *call, void *params, struct err *err)
	KEPT_MUST_USE;

/* do_<name>, one per row of rpc.def: a row without one does not link. */
#define METHOD(name, access, since, doc)                                       \
	int do_##name(struct call *call, const struct rpc_##name *params,      \
		      struct err *err) KEPT_MUST_USE;
#define P_STR(method, name, max, need, doc)
#define P_BIN(method, name, max, need, doc)
#define P_U64(method, name, max, need, doc)
#define P_I64(method, name, max, need, doc)
#define P_FLAG(method, name, need, doc)
#define P_RAW(method, name, max, need, doc)
#define P_STRS(method, name, max, need, doc)
#define R(method, name, type, doc)
#define END(name)
#define EVENT(name, doc)
#include "proto/rpc.def"
#undef METHOD
#undef P_STR
#undef P_BIN
#undef P_U64
#undef P_I64
#undef P_FLAG
#undef P_RAW
#undef P_STRS
#undef R
#undef END
#undef EVENT

/* Second halves, when the job is back or what was waited for came. */
int end_unlock(struct call *call, struct vault_job *job, struct err *err)
	KEPT_MUST_USE;
int end_init(struct call *call, struct vault_job *job, struct err *err)
	KEPT_MUST_USE;
int end_join(struct call *call, struct vault_job *job, struct err *err)
	KEPT_MUST_USE;
/* 0: not yet; 1: result is written; negative: an error. */
int settle_sync(struct rpc_host *host, struct later *later, struct buf *result)
	KEPT_MUST_USE;
int settle_show(struct rpc_host *host, struct later *later, struct buf *result)
	KEPT_MUST_USE;

/* Shared by handlers. */
void reply_put_device(struct buf *out, struct rpc_host *host);
void reply_put_devices(struct buf *out, struct rpc_host *host);
/* "waiting": of how many entries some other device lacks something. */
void reply_put_lacking(struct reply_map *map, struct rpc_host *host);
int reply_put_one_entry(struct call *call, const struct id16 *id,
			struct err *err) KEPT_MUST_USE;

#endif
