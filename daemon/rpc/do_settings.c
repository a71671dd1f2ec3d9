/*
 * do_settings.c - settings, shown and changed: those of this device, and those
 * that go with the journal (daemon/vault/settings.h).
 *
 * The file of this device holds both. What travels is written into the
 * journal, and from there into the file (daemon/node_settings.c), on every
 * device. Without a journal there is only the file.
 */
#include "daemon/rpc/call.h"

#include "daemon/vault/settings.h"

/* What the journal says, where it can be asked; else what the file says. */
static int value_put(struct rpc_host *host, enum config_key key,
		     struct buf *out, struct err *err)
{
	const struct config_row *row = config_row(key);
	enum settings_state state = SETTINGS_UNSAID;
	int status = 0;

	if (row->travels && host->has_journal && host_is_unlocked(host))
		status =
			settings_text(host->vault, row->name, out, &state, err);
	if (status != 0 && status != ERR_LIMIT)
		return status;
	if (status == 0 && state == SETTINGS_SAID &&
	    config_check(key, buf_bytes(out), NULL) == 0)
		return 0;
	buf_clear(out);
	buf_printf(out, "%s",
		   state == SETTINGS_CLEARED ? row->value
					     : config_text(host->config, key));
	return 0;
}

static int setting_put(struct call *call, struct buf *out, enum config_key key,
		       struct err *err)
{
	const struct config_row *row = config_row(key);
	struct reply_map map;
	struct buf value;
	int status;

	buf_init(&value, CONFIG_VALUE_BYTES);
	status = value_put(call->host, key, &value, err);
	if (status != 0)
		goto out;
	reply_map_begin(&map, out);
	mp_put_cstr(reply_key(&map, "key"), row->name);
	mp_put_str(reply_key(&map, "value"), buf_bytes(&value));
	mp_put_cstr(reply_key(&map, "default"), row->value);
	mp_put_cstr(reply_key(&map, "unit"), row->unit);
	mp_put_cstr(reply_key(&map, "doc"), row->doc);
	mp_put_bool(reply_key(&map, "live"), row->live);
	mp_put_bool(reply_key(&map, "travels"), row->travels);
	reply_map_end(&map);
out:
	buf_release(&value);
	return status;
}

int do_config_get(struct call *call, const struct rpc_config_get *params,
		  struct err *err)
{
	enum config_key only = CONFIG_KEY_COUNT;
	struct reply_map map;
	struct reply_list list;
	int status = 0;
	int i;

	if (params->key.len > 0)
		status = config_find(params->key, &only, err);
	if (status != 0)
		return status;
	reply_map_begin(&map, call->result);
	reply_list_begin(&list, reply_key(&map, "settings"));
	for (i = 0; status == 0 && i < CONFIG_KEY_COUNT; i++) {
		if (only == CONFIG_KEY_COUNT || (int)only == i)
			status = setting_put(call, reply_item(&list),
					     (enum config_key)i, err);
	}
	reply_list_end(&list);
	reply_map_end(&map);
	return status;
}

/* ---- what travels ---- */

static void pair_put(struct buf *out, enum config_key key, struct bytes value)
{
	mp_put_cstr(out, config_row(key)->name);
	if (value.len == 0)
		mp_put_nil(out);
	else
		mp_put_str(out, value);
}

/*
 * The one that changes; and with the first change of all what this device was
 * told before there was a journal to keep it in.
 */
static int fields_put(struct rpc_host *host, enum config_key key,
		      struct bytes value, bool is_first, struct buf *out,
		      struct err *err)
{
	struct buf pairs;
	size_t count = 1;
	int status;
	int i;

	buf_init(&pairs, LIMIT_FRAME_BYTES);
	pair_put(&pairs, key, value);
	for (i = 0; is_first && i < CONFIG_KEY_COUNT; i++) {
		const struct config_row *row = config_row((enum config_key)i);
		const char *now = config_text(host->config, (enum config_key)i);

		if (!row->travels || i == (int)key ||
		    strcmp(now, row->value) == 0)
			continue;
		pair_put(&pairs, (enum config_key)i, bytes_from_str(now));
		count++;
	}
	mp_put_map(out, count);
	mp_put_raw(out, buf_bytes(&pairs));
	status = pairs.failed != 0 ? pairs.failed : out->failed;
	buf_release(&pairs);
	return status == 0 ? 0 : err_set(err, status, "%s", err_text(status));
}

static int settings_write(struct rpc_host *host, struct bytes fields,
			  struct err *err)
{
	int status = settings_change(host->vault, host_roster(host), fields,
				     host_vault_time(host), err);

	return status == 0 ? host_drain(host, err) : status;
}

static int travelling_set(struct rpc_host *host, enum config_key key,
			  struct bytes value, struct err *err)
{
	struct buf fields, entry;
	bool is_there = false;
	int status;

	if (!host_is_unlocked(host))
		return err_set(err, ERR_LOCKED,
			       "%s goes with the journal, and that is locked "
			       "just now.",
			       config_row(key)->name);
	status = config_check(key, value, err);
	if (status != 0)
		return status;
	buf_init(&fields, LIMIT_FRAME_BYTES);
	buf_init(&entry, LIMIT_FRAME_BYTES);
	status = settings_put(host->vault, &entry, &is_there, err);
	if (status == 0)
		status = fields_put(host, key, value, !is_there, &fields, err);
	if (status == 0)
		status = settings_write(host, buf_bytes(&fields), err);
	buf_release(&entry);
	buf_release(&fields);
	return status;
}

int do_settings_get(struct call *call, const struct rpc_settings_get *params,
		    struct err *err)
{
	struct reply_map map;
	bool is_there;
	struct buf entry;
	int status;

	(void)params;
	buf_init(&entry, LIMIT_FRAME_BYTES);
	status = settings_put(call->host->vault, &entry, &is_there, err);
	if (status == 0) {
		reply_map_begin(&map, call->result);
		if (is_there)
			mp_put_raw(reply_key(&map, "entry"), buf_bytes(&entry));
		reply_map_end(&map);
	}
	buf_release(&entry);
	return status;
}

int do_settings_set(struct call *call, const struct rpc_settings_set *params,
		    struct err *err)
{
	int status = settings_write(call->host, params->fields, err);

	return status != 0 ? status
			   : reply_put_one_entry(call, &settings_id, err);
}

int do_config_set(struct call *call, const struct rpc_config_set *params,
		  struct err *err)
{
	enum config_key key;
	struct reply_map map;
	bool is_journal;
	int status;

	status = config_find(params->key, &key, err);
	if (status != 0)
		return status;
	is_journal = config_row(key)->travels && call->host->has_journal;
	if (is_journal)
		status = travelling_set(call->host, key, params->value, err);
	else
		status = config_set(call->host->config, params->key,
				    params->value, err);
	if (err_class(status) == ERR_CLASS_CORRUPT && !is_journal) {
		/* A settings file that can't be written is no reason to stop
		 * keeping the journal. */
		err_wrap(err, "The setting isn't kept");
		return ERR_USAGE;
	}
	if (status != 0)
		return status;
	call->host->config_changed = true;
	reply_map_begin(&map, call->result);
	mp_put_bool(reply_key(&map, "live"), config_row(key)->live);
	reply_map_end(&map);
	return 0;
}
