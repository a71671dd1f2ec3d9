/*
 * event_out.c - events to the clients that watch or pair.
 *
 * Never queues without bound: a reader that is slow gets the number of events
 * it missed instead. Read next: session.c.
 */
#include "daemon/rpc/sessions.h"

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
	if (client->out.failed != 0)
		client->closing = true;
}

void rpc_tell_watchers(struct rpc *rpc, const char *event, struct bytes params)
{
	size_t i;

	for (i = 0; i < LIMIT_CLIENTS; i++) {
		if (rpc->clients[i].watches)
			event_put(&rpc->clients[i], event, params);
	}
}

void rpc_tell_pairer(struct rpc *rpc, struct bytes params)
{
	struct client *client = client_find(rpc, rpc->pair_client);

	if (client != NULL)
		event_put(client, "pair", params);
}

void call_watch(struct call *call)
{
	struct client *client = client_find(call->rpc, call->client);

	if (client != NULL)
		client->watches = true;
}

void call_take_pairing(struct call *call)
{
	call->rpc->pair_client = call->client;
}

bool call_owns_pairing(const struct call *call)
{
	return call->rpc->pair_client == call->client;
}
