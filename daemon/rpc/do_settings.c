/*
 * do_settings.c - settings, shown and changed.
 */
#include "daemon/rpc/call.h"

static void setting_put(struct buf *out, const struct config *config,
			enum config_key key)
{
	const struct config_row *row = config_row(key);
	struct reply_map map;

	reply_map_begin(&map, out);
	mp_put_cstr(reply_key(&map, "key"), row->name);
	mp_put_cstr(reply_key(&map, "value"), config_text(config, key));
	mp_put_cstr(reply_key(&map, "default"), row->value);
	mp_put_cstr(reply_key(&map, "unit"), row->unit);
	mp_put_cstr(reply_key(&map, "doc"), row->doc);
	mp_put_bool(reply_key(&map, "live"), row->live);
	mp_put_bool(reply_key(&map, "travels"), row->travels);
	reply_map_end(&map);
}

int do_config_get(struct call *call, const struct rpc_config_get *params,
		  struct err *err)
{
	enum config_key only = CONFIG_KEY_COUNT;
	struct reply_map map;
	struct reply_list list;
	int i;

	if (params->key.len > 0) {
		int status = config_find(params->key, &only, err);

		if (status != 0)
			return status;
	}
	reply_map_begin(&map, call->result);
	reply_list_begin(&list, reply_key(&map, "settings"));
	for (i = 0; i < CONFIG_KEY_COUNT; i++) {
		if (only == CONFIG_KEY_COUNT || (int)only == i)
			setting_put(reply_item(&list), call->host->config,
				    (enum config_key)i);
	}
	reply_list_end(&list);
	reply_map_end(&map);
	return 0;
}

int do_config_set(struct call *call, const struct rpc_config_set *params,
		  struct err *err)
{
	enum config_key key;
	struct reply_map map;
	int status;

	status = config_find(params->key, &key, err);
	if (status == 0)
		status = config_set(call->host->config, params->key,
				    params->value, err);
	if (err_class(status) == ERR_CLASS_CORRUPT) {
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
