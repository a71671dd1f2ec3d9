/*
 * session.c - the clients: what they sent, taken apart into requests; what
 * they get, gathered until the turn is on the disk.
 *
 * Never believes a count or a length before proto/frame.c has. Read next:
 * dispatch.c for one request, later.c for those that wait.
 */
#include "daemon/rpc/sessions.h"

#include "proto/base/log.h"
#include "proto/base/mem.h"
#include "proto/base/panic.h"
#include "proto/frame.h"
#include "proto/rpcmsg.h"

/* Room for an envelope around the largest result. */
#define LIMIT_RESULT_BYTES (LIMIT_FRAME_BYTES - 64u)

int rpc_new(struct rpc **out, struct err *err)
{
	struct rpc *rpc = mem_alloc(1, sizeof *rpc);

	if (rpc == NULL)
		return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	arena_init(&rpc->arena, LIMIT_CALL_ARENA_BYTES);
	buf_init(&rpc->result, LIMIT_RESULT_BYTES);
	*out = rpc;
	return 0;
}

static void client_release(struct client *client)
{
	buf_release(&client->in);
	buf_release(&client->out);
	memset(client, 0, sizeof *client);
}

void rpc_free(struct rpc *rpc)
{
	size_t i;

	if (rpc == NULL)
		return;
	for (i = 0; i < LIMIT_CLIENTS; i++)
		client_release(&rpc->clients[i]);
	for (i = 0; i < LIMIT_LATERS; i++)
		later_release(&rpc->laters[i]);
	arena_release(&rpc->arena);
	buf_release(&rpc->result);
	mem_free(rpc);
}

struct client *client_find(struct rpc *rpc, uint32_t id)
{
	size_t i;

	for (i = 0; id != 0 && i < rpc->client_top; i++) {
		if (rpc->clients[i].id == id)
			return &rpc->clients[i];
	}
	return NULL;
}

int rpc_client_up(struct rpc *rpc, uint32_t id)
{
	size_t i;

	kept_assert(id != 0 && client_find(rpc, id) == NULL);
	for (i = 0; i < LIMIT_CLIENTS; i++) {
		struct client *client = &rpc->clients[i];

		if (client->id != 0)
			continue;
		client->id = id;
		if (rpc->client_top <= i)
			rpc->client_top = i + 1;
		buf_init(&client->in, LIMIT_CLIENT_IN_BYTES);
		buf_init(&client->out, LIMIT_CLIENT_OUT_BYTES);
		return 0;
	}
	return ERR_LIMIT;
}

void rpc_client_bytes(struct rpc *rpc, uint32_t id, struct bytes bytes)
{
	struct client *client = client_find(rpc, id);

	if (client == NULL || client->closing)
		return;
	if (buf_put(&client->in, bytes.ptr, bytes.len) != 0)
		client->closing = true;
}

void rpc_client_sent(struct rpc *rpc, uint32_t id, size_t unsent_bytes)
{
	struct client *client = client_find(rpc, id);

	if (client == NULL)
		return;
	client->unsent_bytes = unsent_bytes;
	client_tell_gap(client);
}

void rpc_client_down(struct rpc *rpc, uint32_t id)
{
	struct client *client = client_find(rpc, id);

	if (client == NULL)
		return;
	laters_drop_client(rpc, id);
	client_release(client);
}

bool code_ends_turn(const struct rpc_host *host, int code)
{
	/* Full: it may have got half way, and promised that nothing changed. */
	return (code < 0 && host->turn_code != 0) ||
	       err_class(code) == ERR_CLASS_FULL ||
	       err_class(code) == ERR_CLASS_CORRUPT;
}

/* What a person can do next, where there is one thing. */
static const char *hint_for(int code)
{
	switch (code) {
	case ERR_LOCKED:
		return "kept unlock";
	case ERR_NO_JOURNAL:
		return "kept init";
	case ERR_DISK_FULL:
		return "kept doctor";
	case ERR_NO_METHOD:
		return "kept call api";
	case ERR_CODE_ENDED:
		return "kept pair";
	default:
		return "";
	}
}

void client_refuse(struct client *client, uint32_t msgid, int code,
		   const struct err *err)
{
	rpcmsg_put_error(&client->out, msgid, code,
			 err == NULL ? NULL : err->text, hint_for(code));
	if (client->out.failed != 0)
		client->closing = true;
}

void client_answer(struct rpc *rpc, uint32_t id, uint32_t msgid, int status,
		   const struct err *err)
{
	struct client *client = client_find(rpc, id);
	struct bytes result = buf_bytes(&rpc->result);

	if (client == NULL) {
		buf_clear(&rpc->result); /* whoever asked has gone */
		return;
	}
	if (rpc->answered_count < KEPT_ARRAY_COUNT(rpc->answered))
		rpc->answered[rpc->answered_count++] =
			(struct answered){ id, msgid };
	if (status == 0)
		rpcmsg_put_response(&client->out, msgid, result);
	else
		client_refuse(client, msgid, status, err);
	if (client->out.failed != 0 ||
	    client->unsent_bytes + client->out.len > LIMIT_CLIENT_OUT_BYTES) {
		log_write(LOG_LEVEL_INFO, "rpc", "client_does_not_read",
			  LOG_FIELDS(log_u64("client", id)));
		client->closing = true;
	}
	buf_clear(&rpc->result);
}

static enum rpc_method method_place(const struct schema_method *method)
{
	size_t i = 0;

	while (schema_rpc_at(i) != method)
		i++;
	return (enum rpc_method)i;
}

/*
 * One message. 1: it stalls and stays; 0: it is done with; negative: the turn
 * ends.
 */
static int client_call(struct rpc *rpc, struct rpc_host *host,
		       struct client *client, struct bytes message)
{
	struct rpcmsg parsed;
	const struct schema_method *method;
	struct err err = { 0 };
	struct call call = { .rpc = rpc,
			     .host = host,
			     .client = client->id,
			     .message = message,
			     .arena = &rpc->arena,
			     .result = &rpc->result };
	int status;

	status = rpcmsg_parse(message, &parsed);
	if (status == 0 && parsed.type == RPCMSG_NOTIFICATION)
		return 0; /* kept asks for none; nothing to answer to */
	if (status != 0 || parsed.type != RPCMSG_REQUEST) {
		client_refuse(client, 0, ERR_MALFORMED, NULL);
		client->closing = true;
		return 0;
	}
	call.msgid = parsed.id;
	call.params = parsed.params;
	method = schema_rpc(parsed.method);
	if (method == NULL) {
		status = err_set(&err, ERR_NO_METHOD, "%s",
				 err_text(ERR_NO_METHOD));
	} else if (!client->greeted && strcmp(method->name, "hello") != 0) {
		status = err_set(&err, ERR_USAGE,
				 "The first call of a connection is `hello`.");
	} else {
		call.method = method_place(method);
		status = call_dispatch(&call, &err);
		arena_reset(&rpc->arena);
	}
	if (status == CALL_STALL)
		return 1;
	if (status == CALL_LATER)
		return 0;
	if (status == 0 && call.method == RPC_METHOD_hello)
		client->greeted = true;
	client_answer(rpc, client->id, call.msgid, status, &err);
	return code_ends_turn(host, status) ? status : 0;
}

/* The next whole message of a client; false: not yet. */
static bool client_next(struct client *client, struct frame *frame)
{
	int status = frame_next_msgpack(&client->splitter,
					buf_bytes(&client->in), frame);

	if (status == 0)
		return frame->input_bytes > 0;
	client_refuse(client, 0, status, NULL);
	client->closing = true;
	return false;
}

static int client_run(struct rpc *rpc, struct rpc_host *host,
		      struct client *client)
{
	client->stalled = false;
	while (!client->closing && client->in.len > 0) {
		struct frame frame;
		int status;

		if (client->unsent_bytes + client->out.len >
		    CLIENT_OUT_SLOW_BYTES)
			return 0; /* rpc_client_sent wakes it */
		if (rpc->calls >= LIMIT_TURN_CALLS) {
			rpc->has_more = true;
			return 0;
		}
		if (!client_next(client, &frame))
			return 0;
		rpc->calls++;
		status = client_call(rpc, host, client, frame.payload);
		if (status == 1) {
			client->stalled = true;
			return 0;
		}
		/* Answered, if only with trouble: never carried out twice. */
		buf_consume(&client->in, frame.input_bytes);
		if (status < 0)
			return status;
	}
	return 0;
}

int rpc_run(struct rpc *rpc, struct rpc_host *host, struct err *err)
{
	size_t i;

	rpc->calls = 0;
	rpc->has_more = false;
	for (i = 0; i < rpc->client_top; i++) {
		struct client *client = &rpc->clients[i];
		int status;

		if (client->id == 0 || client->in.len == 0)
			continue;
		status = client_run(rpc, host, client);
		if (status != 0)
			return err_set(err, status, "%s", err_text(status));
	}
	return 0;
}

void rpc_turn_failed(struct rpc *rpc, struct rpc_host *host, int code,
		     const struct err *err)
{
	size_t i;

	for (i = 0; i < rpc->client_top; i++) {
		buf_clear(&rpc->clients[i].out);
		if (rpc->clients[i].watches)
			rpc->clients[i].gap += rpc->clients[i].told;
		rpc->clients[i].told = 0;
		rpc->clients[i].pairs = rpc->clients[i].pairs_before;
	}
	for (i = 0; i < rpc->answered_count; i++) {
		struct client *client =
			client_find(rpc, rpc->answered[i].client);

		if (client != NULL)
			client_refuse(client, rpc->answered[i].msgid, code,
				      err);
	}
	rpc->answered_count = 0;
	for (i = 0; i < rpc->later_top; i++) {
		struct later *later = &rpc->laters[i];
		struct client *client = client_find(rpc, later->client);

		if (later->kind == LATER_NONE || !later->fresh)
			continue;
		if (client != NULL)
			client_refuse(client, later->msgid, code, err);
		later_release(later);
	}
	if (host->job != NULL) {
		vault_job_free(host->job);
		host->job = NULL;
		rpc->job = NULL;
	}
}

bool rpc_take(struct rpc *rpc, size_t *cursor, struct rpc_out *out)
{
	rpc->answered_count = 0;
	for (; *cursor < rpc->client_top; (*cursor)++) {
		struct client *client = &rpc->clients[*cursor];

		if (client->id == 0)
			continue;
		/* The visit before this one took what was there. */
		if (client->taken) {
			client->taken = false;
			client->told = 0;
			buf_clear(&client->out);
			if (client->closing) {
				laters_drop_client(rpc, client->id);
				client_release(client);
			}
			continue;
		}
		if (client->out.len == 0 && !client->closing)
			continue;
		client->taken = true;
		client->unsent_bytes += client->out.len;
		*out = (struct rpc_out){ client->id, buf_bytes(&client->out),
					 client->closing };
		return true;
	}
	for (size_t i = 0; i < rpc->client_top; i++)
		rpc->clients[i].pairs_before = rpc->clients[i].pairs;
	for (size_t i = 0; i < rpc->later_top; i++)
		rpc->laters[i].fresh = false;
	return false;
}

bool rpc_has_answers(const struct rpc *rpc)
{
	return rpc->answered_count > 0;
}

size_t rpc_client_count(const struct rpc *rpc)
{
	size_t count = 0;
	size_t i;

	for (i = 0; i < rpc->client_top; i++)
		count += rpc->clients[i].id != 0;
	return count;
}

bool rpc_has_watchers(const struct rpc *rpc)
{
	size_t i;

	for (i = 0; i < rpc->client_top; i++) {
		if (rpc->clients[i].watches)
			return true;
	}
	return false;
}
