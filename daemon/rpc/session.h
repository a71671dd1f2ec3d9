/*
 * session.h - clients of the socket: bytes in, requests carried out, replies
 * and events out. Sans-IO; the wiring moves the bytes.
 *
 *   rpc_client_up / _bytes / _sent / _down   as the shell reports them
 *   rpc_run       requests of this turn (inside the transaction)
 *   rpc_job_end   a job came back from the thread pool
 *   rpc_settle    what was waited for may have come: sync, pairing listener
 *   then the commit, and rpc_take for every client with something to send
 *   or, if the commit failed, rpc_turn_failed first
 *
 * A reply is therefore never seen before its turn is on the disk. A client's
 * requests are carried out in order, but one that waits (unlock, sync with
 * wait_ms) lets those behind it go ahead; the second that needs the thread
 * pool waits for the first.
 */
#ifndef KEPT_RPC_SESSION_H
#define KEPT_RPC_SESSION_H

#include "daemon/rpc/host.h"

/* Requests in one turn, of all clients together. */
#define LIMIT_TURN_CALLS 256u
#define RPC_API_VERSION 1u

struct rpc;

int rpc_new(struct rpc **out, struct err *err) KEPT_MUST_USE;
void rpc_free(struct rpc *rpc); /* NULL is fine */

/* ERR_LIMIT: no room (LIMIT_CLIENTS); the shell closes it. */
int rpc_client_up(struct rpc *rpc, uint32_t client) KEPT_MUST_USE;
void rpc_client_bytes(struct rpc *rpc, uint32_t client, struct bytes bytes);
void rpc_client_sent(struct rpc *rpc, uint32_t client, size_t unsent_bytes);
void rpc_client_down(struct rpc *rpc, uint32_t client);

/* Only codes that end the turn (disk, memory of the store) come back. */
int rpc_run(struct rpc *rpc, struct rpc_host *host, struct err *err)
	KEPT_MUST_USE;
int rpc_job_end(struct rpc *rpc, struct rpc_host *host, struct vault_job *job,
		struct err *err) KEPT_MUST_USE;
void rpc_settle(struct rpc *rpc, struct rpc_host *host);
/* Monotonic ms at which rpc_settle or rpc_run has something to do. */
uint64_t rpc_deadline(const struct rpc *rpc);
/* The turn was rolled back: what it answered is answered with code. */
void rpc_turn_failed(struct rpc *rpc, struct rpc_host *host, int code,
		     const struct err *err);

/*
 * What goes out now. Visits clients with *cursor from 0; false: no more.
 * bytes borrow until the next call of any rpc function; `close`: after that.
 */
struct rpc_out {
	uint32_t client;
	struct bytes bytes;
	bool close;
};
bool rpc_take(struct rpc *rpc, size_t *cursor, struct rpc_out *out);

/* Has this turn answered anything yet? */
bool rpc_has_answers(const struct rpc *rpc);
size_t rpc_client_count(const struct rpc *rpc);
bool rpc_has_watchers(const struct rpc *rpc);

/* Events, to every watcher (pair: to the client that pairs). `params` is one
 * map. A watcher that is slow gets a gap mark in their place. */
void rpc_tell_watchers(struct rpc *rpc, const char *event,
		       struct bytes params);
/* So many events never came to be told. */
void rpc_tell_gap(struct rpc *rpc, uint64_t events);
void rpc_tell_pairer(struct rpc *rpc, struct bytes params);
/*
 * Its pairing is over: the one `failed` that ends it. The same is the answer
 * to a pair_confirm that comes after it. why: static, for a person. code 0:
 * it paired, and was told so.
 */
void rpc_end_pairing(struct rpc *rpc, int code, const char *why);

#endif
