/*
 * do_devices.c - the devices of the journal, their addresses, and waiting for
 * them to have everything.
 */
#include "daemon/rpc/call.h"

/* A device whose address nobody knows may still come by itself. */
#define SYNC_NO_ADDRESS_MS 2000u

static const struct peer_status *status_find(const struct peer_status *peers,
					     size_t count,
					     const struct sign_public *device)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (memcmp(&peers[i].device, device, sizeof *device) == 0)
			return &peers[i];
	}
	return NULL;
}

static void name_put(struct reply_map *map, struct rpc_host *host,
		     const struct sign_public *device)
{
	const char *name =
		vault_device_name(host->vault, host_roster(host), device);

	if (name[0] != '\0')
		mp_put_cstr(reply_key(map, "name"), name);
}

static void id_put(struct reply_map *map, const struct sign_public *device)
{
	reply_put_hex(reply_key(map, "id"), bytes_of(device->b, 8));
}

void reply_put_device(struct buf *out, struct rpc_host *host)
{
	const struct vault_device *own = vault_device(host->vault);
	struct reply_map map;

	reply_map_begin(&map, out);
	id_put(&map, &own->device);
	if (own->name[0] != '\0')
		mp_put_cstr(reply_key(&map, "name"), own->name);
	reply_map_end(&map);
}

/* In entries, as people count; too much to count now: only in blocks. */
static void lacking_put(struct reply_map *map, const char *key,
			struct rpc_host *host, const struct sign_public *device)
{
	uint64_t entries;

	if (engine_count_lacking(host->engine, device, &entries, NULL) == 0)
		mp_put_uint(reply_key(map, key), entries);
}

void reply_put_lacking(struct reply_map *map, struct rpc_host *host)
{
	lacking_put(map, "waiting", host, NULL);
}

static void member_put(struct buf *out, struct rpc_host *host,
		       const struct roster_member *member,
		       const struct peer_status *peer)
{
	bool is_this = peer == NULL &&
		       memcmp(&member->device,
			      &vault_device(host->vault)->device,
			      sizeof member->device) == 0;
	struct reply_map map;

	reply_map_begin(&map, out);
	id_put(&map, &member->device);
	if (is_this && vault_device(host->vault)->name[0] != '\0')
		mp_put_cstr(reply_key(&map, "name"),
			    vault_device(host->vault)->name);
	else
		name_put(&map, host, &member->device);
	mp_put_bool(reply_key(&map, "this"), is_this);
	mp_put_bool(reply_key(&map, "removed"),
		    member->standing == ROSTER_REMOVED ||
			    member->standing == ROSTER_VOID);
	if (peer != NULL) {
		mp_put_bool(reply_key(&map, "connected"), peer->connected);
		mp_put_uint(reply_key(&map, "behind"), peer->behind);
		lacking_put(&map, "waiting", host, &member->device);
		if (peer->first_seen_ms != 0)
			mp_put_uint(reply_key(&map, "paired"),
				    peer->first_seen_ms);
		if (peer->last_seen_ms != 0)
			mp_put_uint(reply_key(&map, "last_seen"),
				    peer->last_seen_ms);
		mp_put_cstr(reply_key(&map, "address"),
			    peer->address[0] != '\0' ? peer->address
						     : peer->by_hand);
	}
	reply_map_end(&map);
}

void reply_put_devices(struct buf *out, struct rpc_host *host)
{
	const struct roster *roster = NULL;
	struct peer_status peers[LIMIT_ADDS];
	struct reply_list list;
	size_t count = 0;
	size_t i;

	reply_list_begin(&list, out);
	if (host->has_journal) {
		roster = host_roster(host);
		count = engine_peers(host->engine, peers, LIMIT_ADDS);
	}
	for (i = 0; roster != NULL && i < roster->member_count; i++) {
		const struct roster_member *member = &roster->members[i];

		if (member->is_recovery)
			continue;
		member_put(reply_item(&list), host, member,
			   status_find(peers, count, &member->device));
	}
	reply_list_end(&list);
}

int do_devices(struct call *call, const struct rpc_devices *params,
	       struct err *err)
{
	struct reply_map map;

	(void)params;
	(void)err;
	reply_map_begin(&map, call->result);
	reply_put_devices(reply_key(&map, "devices"), call->host);
	reply_map_end(&map);
	return 0;
}

static int no_journal(struct err *err)
{
	return err_set(err, ERR_NO_JOURNAL, "%s", err_text(ERR_NO_JOURNAL));
}

/* Whole hex id, as `devices` shows it, or the name. */
static bool device_is_called(struct rpc_host *host,
			     const struct roster_member *member,
			     struct bytes called)
{
	char hex[17];
	size_t i;

	for (i = 0; i < 8; i++)
		snprintf(hex + 2 * i, 3, "%02x", member->device.b[i]);
	if (bytes_equal(called, bytes_from_str(hex)))
		return true;
	return bytes_equal(called, bytes_from_str(vault_device_name(
					   host->vault, host_roster(host),
					   &member->device)));
}

static int device_find(struct rpc_host *host, struct bytes called,
		       struct sign_public *out, struct err *err)
{
	const struct roster *roster = host_roster(host);
	size_t found = 0;
	size_t i;

	for (i = 0; i < roster->member_count; i++) {
		const struct roster_member *member = &roster->members[i];

		if (member->is_recovery ||
		    !device_is_called(host, member, called))
			continue;
		*out = member->device;
		found++;
	}
	if (found == 1)
		return 0;
	if (found == 0 && !host_is_unlocked(host))
		return err_set(err, ERR_LOCKED,
			       "While it's locked a device goes by its id.");
	return found == 0 ? err_set(err, ERR_NOT_FOUND,
				    "There is no device of that name.")
			  : err_set(err, ERR_AMBIGUOUS,
				    "Two devices have that name; use the id.");
}

int do_peers_add(struct call *call, const struct rpc_peers_add *params,
		 struct err *err)
{
	struct rpc_host *host = call->host;
	struct sign_public device;
	char address[129];
	int status;

	if (!host->has_journal)
		return no_journal(err);
	memcpy(address, params->address.ptr, params->address.len);
	address[params->address.len] = '\0';
	if (!config_is_address(address) || address[0] == ':')
		return err_set(err, ERR_USAGE,
			       "An address is host:port, like "
			       "192.168.1.20:47474.");
	status = device_find(host, params->device, &device, err);
	if (status == 0)
		status = engine_peer_address(host->engine, &device, address,
					     err);
	return status;
}

static void address_put(struct reply_list *list, struct rpc_host *host,
			const struct peer_status *peer, bool is_by_hand)
{
	const char *address = is_by_hand ? peer->by_hand : peer->address;
	struct reply_map map;

	if (address[0] == '\0')
		return;
	reply_map_begin(&map, reply_item(list));
	id_put(&map, &peer->device);
	name_put(&map, host, &peer->device);
	mp_put_cstr(reply_key(&map, "address"), address);
	mp_put_cstr(reply_key(&map, "source"), is_by_hand ? "hand" : "seen");
	if (peer->last_seen_ms != 0)
		mp_put_uint(reply_key(&map, "last_ok"), peer->last_seen_ms);
	reply_map_end(&map);
}

int do_peers_list(struct call *call, const struct rpc_peers_list *params,
		  struct err *err)
{
	struct peer_status peers[LIMIT_ADDS];
	struct rpc_host *host = call->host;
	struct reply_list list;
	struct reply_map map;
	size_t count = 0;
	size_t i;

	(void)params;
	(void)err;
	if (host->has_journal)
		count = engine_peers(host->engine, peers, LIMIT_ADDS);
	reply_map_begin(&map, call->result);
	reply_list_begin(&list, reply_key(&map, "peers"));
	for (i = 0; i < count; i++) {
		address_put(&list, host, &peers[i], true);
		address_put(&list, host, &peers[i], false);
	}
	reply_list_end(&list);
	reply_map_end(&map);
	return 0;
}

static void synced_put(struct buf *out, struct rpc_host *host,
		       const struct peer_status *peer)
{
	struct reply_map map;

	reply_map_begin(&map, out);
	id_put(&map, &peer->device);
	name_put(&map, host, &peer->device);
	mp_put_bool(reply_key(&map, "in_sync"), peer->in_sync);
	mp_put_uint(reply_key(&map, "sent"), peer->sent);
	mp_put_uint(reply_key(&map, "received"), peer->received);
	mp_put_uint(reply_key(&map, "bytes_sent"), peer->bytes_sent);
	mp_put_uint(reply_key(&map, "bytes_received"), peer->bytes_received);
	mp_put_uint(reply_key(&map, "round_trips"), peer->round_trips);
	reply_map_end(&map);
}

static void sync_put(struct buf *out, struct rpc_host *host)
{
	struct peer_status peers[LIMIT_ADDS];
	size_t count = engine_peers(host->engine, peers, LIMIT_ADDS);
	struct reply_list list;
	struct reply_map map;
	size_t i;

	reply_map_begin(&map, out);
	reply_list_begin(&list, reply_key(&map, "devices"));
	for (i = 0; i < count; i++)
		synced_put(reply_item(&list), host, &peers[i]);
	reply_list_end(&list);
	reply_map_end(&map);
}

/* Has everything been tried with this one? */
static bool peer_is_settled(const struct rpc_host *host,
			    const struct later *later,
			    const struct peer_status *peer, size_t place)
{
	if (peer->in_sync)
		return true;
	if (peer->connected)
		return false;
	if (peer->address[0] == '\0' && peer->by_hand[0] == '\0')
		return host->time.now_ms - later->started_ms >=
		       SYNC_NO_ADDRESS_MS;
	return peer->attempts > later->attempts[place];
}

int settle_sync(struct rpc_host *host, struct later *later, struct buf *result)
{
	struct peer_status peers[LIMIT_ADDS];
	size_t count = engine_peers(host->engine, peers, LIMIT_ADDS);
	bool is_settled = true;
	uint64_t end_ms = later->started_ms + SYNC_NO_ADDRESS_MS;
	size_t i;

	for (i = 0; i < count; i++)
		is_settled = is_settled &&
			     peer_is_settled(host, later, &peers[i], i);
	if (!is_settled && host->time.now_ms < later->end_ms) {
		/* Wake for those without an address, then for the end. */
		later->deadline_ms = host->time.now_ms < end_ms &&
						     end_ms < later->end_ms
					     ? end_ms
					     : later->end_ms;
		return 0;
	}
	sync_put(result, host);
	return 1;
}

int do_sync(struct call *call, const struct rpc_sync *params, struct err *err)
{
	struct peer_status peers[LIMIT_ADDS];
	struct rpc_host *host = call->host;
	struct later *later;
	size_t count, i;

	if (!host->has_journal)
		return no_journal(err);
	count = engine_peers(host->engine, peers, LIMIT_ADDS);
	engine_sync_now(host->engine);
	if (params->wait_ms == 0 || count == 0) {
		sync_put(call->result, host);
		return 0;
	}
	later = call_later(call, LATER_SYNC);
	if (later == NULL)
		return err_set(err, ERR_LIMIT,
			       "Too many requests wait at once.");
	for (i = 0; i < count; i++)
		later->attempts[i] = peers[i].attempts;
	later->end_ms = host->time.now_ms + params->wait_ms;
	later->deadline_ms = host->time.now_ms;
	return CALL_LATER;
}
