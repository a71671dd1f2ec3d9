/*
 * node_events.c - what watchers hear: entries, conflicts, devices.
 *
 * Never tells more in one turn than LIMIT_TURN_CHANGES: after a first sync of
 * ten thousand entries the loop has other things to do too. Read next:
 * daemon/rpc/event_out.c.
 */
#include "daemon/node_parts.h"

#include "daemon/rpc/reply.h"
#include "proto/ulid.h"

static void tell(struct node *node, const char *event, struct buf *params)
{
	if (params->failed == 0)
		rpc_tell_watchers(node->rpc, event, buf_bytes(params));
	buf_release(params);
}

static void tell_device(struct node *node, const struct sign_public *device,
			const char *state)
{
	struct reply_map map;
	struct buf params;
	const char *name = vault_device_name(
		node->vault, engine_roster(node->engine), device);

	buf_init(&params, 1024);
	reply_map_begin(&map, &params);
	reply_put_hex(reply_key(&map, "id"), bytes_of(device->b, 8));
	if (name[0] != '\0')
		mp_put_cstr(reply_key(&map, "device"), name);
	mp_put_cstr(reply_key(&map, "state"), state);
	reply_map_end(&map);
	tell(node, "sync", &params);
}

void node_tell_peers(struct node *node, const struct effects *effects)
{
	size_t i;

	if (!rpc_has_watchers(node->rpc))
		return;
	for (i = 0; i < effects->count; i++) {
		const struct effect *effect = &effects->items[i];

		if (effect->kind != EFFECT_NOTIFY)
			continue;
		switch (effect->notify) {
		case NOTIFY_PEER_UP:
			tell_device(node, &effect->device, "connected");
			break;
		case NOTIFY_PEER_DOWN:
			tell_device(node, &effect->device, "away");
			break;
		case NOTIFY_IN_SYNC:
			tell_device(node, &effect->device, "in_sync");
			break;
		case NOTIFY_ROSTER:
		case NOTIFY_PAIR:
		case NOTIFY_FORK:
			break;
		}
	}
}

static void tell_entry(struct node *node, const struct journal_change *change)
{
	static const char *const words[] = { "added", "changed", "deleted" };
	struct reply_map map;
	struct buf params;
	int status;

	buf_init(&params, LIMIT_FRAME_BYTES - 1024u);
	reply_map_begin(&map, &params);
	mp_put_cstr(reply_key(&map, "change"), words[change->what]);
	reply_key(&map, "entry");
	status = journal_put_entry(node->vault, &change->id, 0, &params, NULL);
	reply_map_end(&map);
	if (status != 0) {
		buf_release(&params);
		return;
	}
	tell(node, "entry", &params);
}

/* The names of fields that carry two versions. */
static void tell_conflict(struct node *node, const struct id16 *id)
{
	struct buf versions, params;
	struct mp_reader reader;
	struct reply_map map;
	char text[ULID_TEXT_BYTES + 1];
	struct bytes key, name;
	size_t count = 0, pairs = 0;

	buf_init(&versions, LIMIT_FRAME_BYTES);
	ulid_format(id, text);
	if (journal_put_versions(node->vault, id, &versions, NULL) != 0)
		buf_clear(&versions);
	reader = mp_reader(buf_bytes(&versions));
	if (mp_read_array(&reader, &count) != 0)
		count = 0;
	for (; count > 0 && mp_read_map(&reader, &pairs) == 0; count--) {
		for (; pairs > 0; pairs--) {
			if (mp_read_str(&reader, &key) != 0 ||
			    mp_read_raw(&reader, &name) != 0)
				break;
			if (!bytes_equal(key, bytes_from_str("name")))
				continue;
			buf_init(&params, 1024);
			reply_map_begin(&map, &params);
			mp_put_cstr(reply_key(&map, "id"), text);
			mp_put_raw(reply_key(&map, "field"), name);
			reply_map_end(&map);
			tell(node, "conflict", &params);
		}
	}
	buf_release(&versions);
}

void node_tell_changes(struct node *node)
{
	bool has_watchers = rpc_has_watchers(node->rpc);
	struct journal_change change;
	unsigned told = 0;

	node->has_changes = false;
	if (!host_is_unlocked(&node->host))
		return;
	while (told < LIMIT_TURN_CHANGES) {
		if (journal_take_change(node->vault, &change) != 0) {
			rpc_tell_gap(node->rpc,
				     journal_lost_changes(node->vault));
			return;
		}
		if (!has_watchers)
			continue;
		tell_entry(node, &change);
		if (change.conflict)
			tell_conflict(node, &change.id);
		told++;
	}
	node->has_changes = true;
}

void node_tell_locked(struct node *node)
{
	static const uint8_t empty_map[] = { 0x80 };

	rpc_tell_watchers(node->rpc, "locked",
			  bytes_of(empty_map, sizeof empty_map));
}
