/*
 * later.c - requests that are answered in a later turn: those that stretch a
 * passphrase on the thread pool, and those that wait for other devices.
 *
 * Never runs a job itself. One job at a time: a second request that needs one
 * stalls in its client's buffer. Read next: do_state.c and do_pair.c for the
 * second halves.
 */
#include "daemon/rpc/sessions.h"

#include "proto/base/panic.h"

void later_release(struct later *later)
{
	buf_release(&later->request);
	memset(later, 0, sizeof *later);
}

void laters_drop_client(struct rpc *rpc, uint32_t client)
{
	size_t i;

	for (i = 0; i < rpc->later_top; i++) {
		struct later *later = &rpc->laters[i];

		if (later->kind == LATER_NONE || later->client != client)
			continue;
		/* A job goes on; verify_end and rpc_job_end say what of it is
		 * still done when nobody waits for the answer. */
		if (later->has_job)
			later->client = 0;
		else
			later_release(later);
	}
}

struct later *call_later(struct call *call, enum later_kind kind)
{
	size_t i;

	for (i = 0; i < LIMIT_LATERS; i++) {
		struct later *later = &call->rpc->laters[i];

		if (later->kind != LATER_NONE)
			continue;
		/* Whoever gave one up half way left its words in it. */
		later_release(later);
		if (call->rpc->later_top <= i)
			call->rpc->later_top = i + 1;
		later->kind = kind;
		later->fresh = true;
		later->client = call->client;
		later->msgid = call->msgid;
		later->method = call->method;
		later->started_ms = call->host->time.now_ms;
		buf_init(&later->request, LIMIT_FRAME_BYTES);
		return later;
	}
	return NULL;
}

bool call_job_is_taken(const struct call *call)
{
	return call->rpc->job != NULL;
}

int call_start_job(struct call *call, enum later_kind kind,
		   const struct vault_begin *begin, struct err *err)
{
	struct vault_job *job = NULL;
	struct later *later;
	int status;

	if (call_job_is_taken(call))
		return CALL_STALL;
	later = call_later(call, kind);
	if (later == NULL)
		return err_set(err, ERR_LIMIT,
			       "Too many requests wait at once.");
	status = buf_put(&later->request, call->message.ptr, call->message.len);
	if (status == 0)
		status = vault_begin(call->host->vault, begin,
				     host_vault_time(call->host), &job, err);
	if (status != 0) {
		later_release(later);
		return status;
	}
	later->has_job = true;
	call->rpc->job = job;
	call->host->job = job;
	return CALL_LATER;
}

static struct later *later_with_job(struct rpc *rpc)
{
	size_t i;

	for (i = 0; i < rpc->later_top; i++) {
		if (rpc->laters[i].has_job)
			return &rpc->laters[i];
	}
	return NULL;
}

static struct call later_call(struct rpc *rpc, struct rpc_host *host,
			      struct later *later)
{
	return (struct call){ .rpc = rpc,
			      .host = host,
			      .client = later->client,
			      .msgid = later->msgid,
			      .method = later->method,
			      .message = buf_bytes(&later->request),
			      .arena = &rpc->arena,
			      .result = &rpc->result };
}

static int verify_end(struct call *call, struct vault_job *job, struct err *err)
{
	int status = vault_end_verify(call->host->vault, job,
				      host_vault_time(call->host), err);

	/* What takes a passphrase is not done behind anybody's back: a code
	 * would be shown to nobody. */
	if (status == 0 && call->client == 0)
		status = ERR_STOPPED;
	if (status != 0)
		return status;
	call->host->unlocked_ms = call->host->time.now_ms;
	call->is_verified = true;
	return call_dispatch(call, err);
}

static int job_end(struct call *call, enum later_kind kind,
		   struct vault_job *job, struct err *err)
{
	switch (kind) {
	case LATER_UNLOCK:
		return end_unlock(call, job, err);
	case LATER_INIT:
		return end_init(call, job, err);
	case LATER_JOIN:
		return end_join(call, job, err);
	case LATER_VERIFY:
		return verify_end(call, job, err);
	case LATER_NONE:
	case LATER_SYNC:
	case LATER_SHOW:
		break;
	}
	kept_unreachable("a later without a job got one back");
}

int rpc_job_end(struct rpc *rpc, struct rpc_host *host, struct vault_job *job,
		struct err *err)
{
	struct later *later = later_with_job(rpc);
	struct err why = { 0 };
	struct call call;
	int status;

	kept_assert(later != NULL && rpc->job == job);
	rpc->job = NULL;
	later->has_job = false;
	/* If the turn fails, this one is told so like any other. */
	later->fresh = true;
	call = later_call(rpc, host, later);
	if (later->client == 0 &&
	    (later->kind == LATER_INIT || later->kind == LATER_JOIN)) {
		/* Nobody would see the words: better no journal. */
		status = ERR_STOPPED;
		host->wants_abandon = true;
	} else {
		status = job_end(&call, later->kind, job, &why);
	}
	arena_reset(&rpc->arena);
	vault_job_free(job);
	if (status != CALL_LATER)
		client_answer(rpc, later->client, later->msgid, status, &why);
	later_release(later);
	if (code_ends_turn(host, status))
		return err_set(err, status, "%s", why.text);
	return 0;
}

static int later_settle(struct rpc_host *host, struct later *later,
			struct buf *result)
{
	switch (later->kind) {
	case LATER_SYNC:
		return settle_sync(host, later, result);
	case LATER_SHOW:
		return settle_show(host, later, result);
	case LATER_NONE:
	case LATER_UNLOCK:
	case LATER_INIT:
	case LATER_JOIN:
	case LATER_VERIFY:
		break;
	}
	return 0;
}

/* Who pairs has gone: so has the code. */
static void pairing_follow(struct rpc *rpc, struct rpc_host *host)
{
	if (rpc->pair_client == 0 || client_find(rpc, rpc->pair_client) != NULL)
		return;
	rpc->pair_client = 0;
	if (host->engine != NULL && pairing_now(host->engine)->active)
		pairing_stop(host->engine, host->peer);
	host->wants_abandon = true;
}

/* Ended from elsewhere (pair_stop, a lock, a turn undone): who pairs hears of
 * it, once the request that began it is answered. */
static void pairing_tell_end(struct rpc *rpc, const struct rpc_host *host)
{
	const struct client *client = client_find(rpc, rpc->pair_client);

	if (client == NULL || !client->pairs ||
	    (host->engine != NULL && pairing_now(host->engine)->active))
		return;
	if (client->pair_end != 0)
		rpc_end_pairing(rpc, client->pair_end, client->pair_why);
	else
		rpc_end_pairing(rpc, ERR_CODE_ENDED, PAIRING_STOPPED_TEXT);
}

/* The refusal says it all. */
static void show_refused(struct rpc *rpc, uint32_t id)
{
	struct client *client = client_find(rpc, id);

	if (client != NULL)
		client->pairs = false;
}

void rpc_settle(struct rpc *rpc, struct rpc_host *host)
{
	size_t i;

	pairing_follow(rpc, host);
	for (i = 0; i < rpc->later_top; i++) {
		struct later *later = &rpc->laters[i];
		int status = later_settle(host, later, &rpc->result);

		if (status == 0)
			continue;
		client_answer(rpc, later->client, later->msgid,
			      status < 0 ? status : 0, NULL);
		if (status < 0 && later->kind == LATER_SHOW)
			show_refused(rpc, later->client);
		later_release(later);
	}
	pairing_tell_end(rpc, host);
}

uint64_t rpc_deadline(const struct rpc *rpc)
{
	uint64_t at = UINT64_MAX;
	size_t i;

	if (rpc->has_more)
		return 0;
	for (i = 0; i < rpc->client_top; i++) {
		if (rpc->clients[i].stalled && rpc->job == NULL)
			return 0;
		if (rpc->clients[i].closing)
			return 0;
	}
	for (i = 0; i < rpc->later_top; i++) {
		const struct later *later = &rpc->laters[i];

		if ((later->kind == LATER_SYNC || later->kind == LATER_SHOW) &&
		    later->deadline_ms < at)
			at = later->deadline_ms;
	}
	return at;
}
