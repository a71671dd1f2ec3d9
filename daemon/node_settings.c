/*
 * node_settings.c - settings that go with the journal, mirrored into the
 * settings file of this device, where they can be read while locked and
 * without keptd.
 *
 * Never writes a value that config.def does not allow, whatever another
 * device says, and never one of a turn that was not committed. Read next:
 * daemon/vault/settings.h, config.h.
 */
#include "daemon/node_parts.h"

#include "daemon/vault/settings.h"
#include "proto/base/log.h"

static int read_one(struct node *node, enum config_key key)
{
	struct settings_mirror *mirror = &node->mirror;
	enum settings_state state;
	struct buf value;
	int status;

	mirror->is_known[key] = false;
	buf_init(&value, CONFIG_VALUE_BYTES);
	status = settings_text(node->vault, config_row(key)->name, &value,
			       &state, NULL);
	if (status == 0 && state == SETTINGS_CLEARED)
		buf_printf(&value, "%s", config_row(key)->value);
	if (status == 0 && state != SETTINGS_UNSAID &&
	    config_check(key, buf_bytes(&value), NULL) == 0) {
		if (value.len > 0)
			memcpy(mirror->values[key], value.ptr, value.len);
		mirror->values[key][value.len] = '\0';
		mirror->is_known[key] = true;
	}
	buf_release(&value);
	/* One that is too long is none; the others are read all the same. */
	return status == ERR_LIMIT ? 0 : status;
}

void node_settings_read(struct node *node)
{
	int status = 0;
	int i;

	if (!host_is_unlocked(&node->host) || !node->host.has_journal ||
	    !settings_take_change(node->vault))
		return;
	for (i = 0; status == 0 && i < CONFIG_KEY_COUNT; i++) {
		node->mirror.is_known[i] = false;
		if (config_row((enum config_key)i)->travels)
			status = read_one(node, (enum config_key)i);
	}
	if (status != 0)
		log_write(LOG_LEVEL_WARN, "node", "settings_unread",
			  LOG_FIELDS(log_code("code", status)));
	node->mirror.is_waiting = status == 0;
}

void node_settings_keep(struct node *node)
{
	int i;

	if (!node->mirror.is_waiting)
		return;
	node->mirror.is_waiting = false;
	for (i = 0; i < CONFIG_KEY_COUNT; i++) {
		enum config_key key = (enum config_key)i;
		const char *value = node->mirror.values[i];
		int status;

		if (!node->mirror.is_known[i] ||
		    strcmp(config_text(node->config, key), value) == 0)
			continue;
		status = config_set(node->config,
				    bytes_from_str(config_row(key)->name),
				    bytes_from_str(value), NULL);
		/* The journal has it; the file gets it with the next change,
		 * or at the next unlock. */
		if (status != 0)
			log_write(LOG_LEVEL_WARN, "node", "settings_not_kept",
				  LOG_FIELDS(log_code("code", status)));
	}
}
