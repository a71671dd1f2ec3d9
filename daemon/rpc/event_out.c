/*
 * event_out.c - events to the clients that watch or pair.
 *
 * Never queues without bound: a reader that is slow gets the number of events
 * it missed instead. Read next: session.c.
 */
#include "daemon/rpc/sessions.h"

#include "daemon/rpc/reply.h"
#include "proto/rpcmsg.h"

static bool client_is_slow(const struct client *client)
{
	return client->unsent_bytes + client->out.len > CLIENT_OUT_SLOW_BYTES;
}

void client_tell_gap(struct client *client)
{
	struct buf params;

	if (client->gap == 0 || client_is_slow(client) || client->closing)
		return;
	buf_init(&params, 64);
	mp_put_map(&params, 1);
	mp_put_cstr(&params, "gap");
	mp_put_uint(&params, client->gap);
	if (params.failed == 0) {
		rpcmsg_put_notification(&client->out, "gap",
					buf_bytes(&params));
		client->told += client->gap;
		client->gap = 0;
	}
	buf_release(&params);
}

static void event_put(struct client *client, const char *event,
		      struct bytes params)
{
	if (client->closing)
		return;
	if (client_is_slow(client)) {
		client->gap++;
		return;
	}
	client_tell_gap(client);
	rpcmsg_put_notification(&client->out, event, params);
	client->told++;
	if (client->out.failed != 0)
		client->closing = true;
}

void rpc_tell_watchers(struct rpc *rpc, const char *event, struct bytes params)
{
	size_t i;

	for (i = 0; i < rpc->client_top; i++) {
		if (rpc->clients[i].watches)
			event_put(&rpc->clients[i], event, params);
	}
}

void rpc_tell_gap(struct rpc *rpc, uint64_t events)
{
	size_t i;

	for (i = 0; events > 0 && i < rpc->client_top; i++) {
		struct client *client = &rpc->clients[i];

		if (!client->watches)
			continue;
		client->gap += events;
		client_tell_gap(client);
	}
}

void rpc_tell_pairer(struct rpc *rpc, struct bytes params)
{
	struct client *client = client_find(rpc, rpc->pair_client);

	if (client != NULL)
		event_put(client, "pair", params);
}

void rpc_end_pairing(struct rpc *rpc, int code, const char *why)
{
	struct client *client = client_find(rpc, rpc->pair_client);
	struct reply_map map;
	struct buf params;

	if (client == NULL || !client->pairs)
		return;
	client->pairs = false;
	client->pair_end = code;
	client->pair_why = why;
	if (code == 0)
		return;
	buf_init(&params, 1024);
	reply_map_begin(&map, &params);
	mp_put_cstr(reply_key(&map, "event"), "failed");
	mp_put_cstr(reply_key(&map, "code"), err_name(code));
	mp_put_cstr(reply_key(&map, "message"), why);
	reply_map_end(&map);
	if (params.failed == 0)
		event_put(client, "pair", buf_bytes(&params));
	buf_release(&params);
}

void call_watch(struct call *call)
{
	struct client *client = client_find(call->rpc, call->client);

	if (client != NULL)
		client->watches = true;
}

void call_take_pairing(struct call *call)
{
	struct client *client = client_find(call->rpc, call->client);

	/* Stopped in this very turn, and whoever it was doesn't know yet. */
	rpc_end_pairing(call->rpc, ERR_CODE_ENDED, PAIRING_STOPPED_TEXT);
	call->rpc->pair_client = call->client;
	if (client == NULL)
		return;
	client->pairs = true;
	client->pair_end = 0;
}

int call_pairing_end(const struct call *call, struct err *err)
{
	const struct client *client = client_find(call->rpc, call->client);

	if (client == NULL || client->pair_end == 0)
		return 0;
	return err_set(err, client->pair_end, "%s", client->pair_why);
}

bool call_owns_pairing(const struct call *call)
{
	return call->rpc->pair_client == call->client;
}
