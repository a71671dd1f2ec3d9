/*
 * sessions.h - the inside of struct rpc, shared by session.c, later.c and
 * event_out.c. Nobody else includes it.
 */
#ifndef KEPT_RPC_SESSIONS_H
#define KEPT_RPC_SESSIONS_H

#include "daemon/rpc/call.h"
#include "daemon/rpc/session.h"
#include "proto/frame.h"

/* Bytes of requests not yet carried out; beyond, the client is closed. */
#define LIMIT_CLIENT_IN_BYTES (2u * LIMIT_FRAME_BYTES)
/* Unsent bytes beyond which a client's requests wait and its events are
 * left out. */
#define CLIENT_OUT_SLOW_BYTES (LIMIT_CLIENT_OUT_BYTES / 4)
#define LIMIT_CALL_ARENA_BYTES (4u << 20)

struct client {
	uint32_t id; /* 0: free */
	bool greeted;
	bool watches;
	bool closing; /* after what is in out has left */
	bool taken;   /* rpc_take handed out `out` */
	bool stalled; /* waits for the thread pool or the store */
	bool pairs;   /* has not heard yet how its pairing ended */
	bool pairs_before;    /* ... when the turn began: a failed one unsays */
	int pair_end;         /* ERR_* its last pairing ended with, or 0 */
	const char *pair_why; /* the sentence to it */
	uint64_t gap; /* events left out */
	uint64_t told; /* events in `out`: left out if the turn fails */
	size_t unsent_bytes; /* handed to the shell, not yet gone */
	struct buf in;
	struct frame_splitter splitter; /* where in `in` a message ends */
	struct buf out;
};

#define PAIRING_STOPPED_TEXT                                                   \
	"Pairing was stopped on this device. Nothing is lost."

struct answered {
	uint32_t client;
	uint32_t msgid;
};

struct rpc {
	struct client clients[LIMIT_CLIENTS];
	struct later laters[LIMIT_LATERS];
	/* None beyond was ever taken: a turn looks at all, several times. */
	size_t client_top, later_top;
	struct vault_job *job; /* on the thread pool */
	uint32_t pair_client;  /* 0: nobody */
	struct answered answered[LIMIT_TURN_CALLS + LIMIT_LATERS];
	size_t answered_count;
	size_t calls; /* in this turn */
	bool has_more; /* requests are left for the next turn */
	struct arena arena;
	struct buf result;
};

struct client *client_find(struct rpc *rpc, uint32_t id);
/* Reply or error of one request; closes a client that does not read. */
void client_answer(struct rpc *rpc, uint32_t client, uint32_t msgid, int status,
		   const struct err *err);
/* An error outside of any request's turn. */
void client_refuse(struct client *client, uint32_t msgid, int code,
		   const struct err *err);
/* Carries out one request whose parameters are in call->message. */
int call_dispatch(struct call *call, struct err *err) KEPT_MUST_USE;
/* Does this code mean that the whole turn has to be rolled back? */
bool code_ends_turn(const struct rpc_host *host, int code);

/* "gap": {"gap": n}, once there is room again. */
void client_tell_gap(struct client *client);

void later_release(struct later *later);
void laters_drop_client(struct rpc *rpc, uint32_t client);

#endif
