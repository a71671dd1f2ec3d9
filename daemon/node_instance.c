/*
 * node_instance.c - is this database the one that was here last? The two
 * local signs of PROTOCOL.md section 9: (1) an instance id inside and outside
 * the database, tied to its place; (2) a lease outside that grows with it.
 *
 * Never decides what to do about a doubt: the engine closes the logs, the
 * vault opens new ones at the next unlock. Read next: daemon/core/engine.h.
 *
 * Outside, in the state folder:
 *   instance   96 hex digits: id16, hash of the place
 *   lease      "<generation> <heads>": the generation rises with every start
 *              and every LEASE_BLOCKS own blocks; heads is how many own blocks
 *              were committed when it was written.
 * Both are written after the commit and before any reply of its turn, so the
 * database is never behind them unless it was put back from a copy.
 */
#include "daemon/node_parts.h"

#include "daemon/statefile.h"
#include "proto/base/log.h"
#include "proto/crypto/entropy.h"

#define REASON_RESTORE 1u
#define REASON_CLONE 2u
#define REASON_LEASE 4u

static uint64_t own_blocks(const struct node *node)
{
	size_t count = 0;
	const struct store_log *logs = engine_logs(node->engine, &count);
	uint64_t blocks = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if ((logs[i].flags & STORE_LOG_OWN) != 0)
			blocks += logs[i].head_seq;
	}
	return blocks;
}

static int meta_load(struct node *node, enum store_meta key, void *out,
		     size_t len, struct err *err)
{
	struct buf value;
	int status;

	buf_init(&value, 64);
	status = store_meta_get(node->store, key, &value, err);
	if (status == 0 && value.len != len)
		status = err_set(err, ERR_CORRUPT, "%s", err_text(ERR_CORRUPT));
	if (status == 0)
		memcpy(out, value.ptr, len);
	buf_release(&value);
	return status;
}

static bool file_load(struct node *node, const char *name, struct buf *out)
{
	char path[PATH_BYTES];

	buf_clear(out);
	return paths_join(node->state_dir, name, path, NULL) == 0 &&
	       statefile_read(path, out, NULL) == 0 && buf_put_u8(out, 0) == 0;
}

static void hex_put(struct buf *out, const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		buf_printf(out, "%02x", bytes[i]);
	buf_printf(out, "\n");
}

/* Does the file hold the same id (not: the same place)? */
static bool instance_file_agrees(struct node *node)
{
	struct buf file, own;
	bool agrees;

	buf_init(&file, 256);
	buf_init(&own, 256);
	hex_put(&own, node->instance.own, INSTANCE_BYTES);
	agrees = file_load(node, "instance", &file) && file.len > 32 &&
		 own.len > 32 && memcmp(file.ptr, own.ptr, 32) == 0;
	buf_release(&file);
	buf_release(&own);
	return agrees;
}

static void lease_file_load(struct node *node)
{
	struct instance_state *instance = &node->instance;
	struct buf file;

	buf_init(&file, 128);
	if (file_load(node, "lease", &file)) {
		char *end = NULL;

		instance->file_lease =
			strtoull((const char *)file.ptr, &end, 10);
		instance->file_heads = strtoull(end, NULL, 10);
	}
	buf_release(&file);
}

static void doubt_find(struct node *node)
{
	struct instance_state *instance = &node->instance;

	if (!instance_file_agrees(node))
		instance->doubt = REASON_RESTORE + 1;
	else if (instance->has_place &&
		 memcmp(instance->own + 16, instance->place, 32) != 0 &&
		 !hash32_is_zero(
			 (const struct hash32 *)(const void *)(instance->own +
							       16)))
		instance->doubt = REASON_CLONE + 1;
	else if (instance->file_lease > instance->lease ||
		 instance->file_heads > own_blocks(node))
		instance->doubt = REASON_LEASE + 1;
}

int node_instance_open(struct node *node, struct err *err)
{
	struct instance_state *instance = &node->instance;
	uint8_t lease[8] = { 0 };
	int status;

	status = meta_load(node, META_INSTANCE, instance->own, INSTANCE_BYTES,
			   err);
	if (status == ERR_NOT_FOUND)
		return 0;
	if (status == 0)
		status = meta_load(node, META_LEASE, lease, sizeof lease, err);
	if (status != 0 && status != ERR_NOT_FOUND)
		return status;
	instance->has_own = true;
	instance->lease = le64_get(lease);
	instance->heads = own_blocks(node);
	lease_file_load(node);
	doubt_find(node);
	return 0;
}

void node_instance_lost(struct node *node)
{
	node->instance.has_own = true;
	node->instance.doubt = REASON_RESTORE + 1;
}

static void lease_file_write(struct node *node, struct node_effects *effects)
{
	struct instance_state *instance = &node->instance;
	struct buf text;

	instance->file_lease = instance->lease;
	instance->file_heads = own_blocks(node);
	buf_init(&text, 128);
	buf_printf(&text, "%llu %llu\n",
		   (unsigned long long)instance->file_lease,
		   (unsigned long long)instance->file_heads);
	node_effects_write_file(effects, "lease", buf_bytes(&text));
	buf_release(&text);
}

static int lease_renew(struct node *node, struct node_effects *effects,
		       struct err *err)
{
	struct instance_state *instance = &node->instance;
	uint8_t bytes[8];
	int status;

	if (instance->file_lease > instance->lease)
		instance->lease = instance->file_lease;
	instance->lease++;
	le64_put(bytes, instance->lease);
	status = store_meta_put(node->store, META_LEASE,
				bytes_of(bytes, sizeof bytes), err);
	if (status == 0)
		lease_file_write(node, effects);
	return status;
}

static int instance_write(struct node *node, struct node_effects *effects,
			  struct err *err)
{
	struct instance_state *instance = &node->instance;
	struct buf text;
	int status;

	if (instance->has_place)
		memcpy(instance->own + 16, instance->place, 32);
	status = store_meta_put(node->store, META_INSTANCE,
				bytes_of(instance->own, INSTANCE_BYTES), err);
	if (status != 0)
		return status;
	buf_init(&text, 256);
	hex_put(&text, instance->own, INSTANCE_BYTES);
	node_effects_write_file(effects, "instance", buf_bytes(&text));
	buf_release(&text);
	instance->has_own = true;
	instance->place_is_new = false;
	return 0;
}

int node_instance_make(struct node *node, struct node_effects *effects,
		       struct err *err)
{
	struct instance_state *instance = &node->instance;
	int status;

	memset(instance->own, 0, sizeof instance->own);
	entropy_fill(instance->own, 16);
	/* What lies in the state folder is of a journal that is gone. */
	instance->file_lease = 0;
	instance->is_checked = true;
	status = instance_write(node, effects, err);
	return status != 0 ? status : lease_renew(node, effects, err);
}

static int note_add(struct node *node, const char *line, struct err *err)
{
	struct buf notes;
	int status;

	buf_init(&notes, 4096);
	status = store_meta_get(node->store, META_NOTES, &notes, err);
	if (status == ERR_NOT_FOUND)
		status = 0;
	/* The same line says nothing new; a full page of them neither. */
	if (status == 0 &&
	    (notes.len == 0 ||
	     memmem(notes.ptr, notes.len, line, strlen(line)) == NULL) &&
	    notes.len + strlen(line) + 1 <= notes.max_bytes) {
		buf_printf(&notes, "%s\n", line);
		status = notes.failed;
		if (status == 0)
			status = store_meta_put(node->store, META_NOTES,
						buf_bytes(&notes), err);
	}
	buf_release(&notes);
	return status;
}

static int doubt_act(struct node *node, struct node_effects *effects,
		     struct err *err)
{
	static const char restored[] = KEPT_SAID(
		"This journal was put back from an older copy. Writing goes on "
		"in new logs; nothing is lost.");
	static const char copied[] = KEPT_SAID(
		"This journal lies in another place than before: a copy or a "
		"move. Writing goes on in new logs; don't use two copies.");
	struct instance_state *instance = &node->instance;
	uint8_t reason = (uint8_t)(instance->doubt - 1);
	int status;

	log_write(LOG_LEVEL_WARN, "node", "logs_doubted",
		  LOG_FIELDS(log_u64("reason", reason)));
	status = engine_doubt_logs(node->engine, reason, err);
	if (status == 0)
		status = note_add(
			node, reason == REASON_CLONE ? copied : restored, err);
	if (status != 0)
		return status;
	entropy_fill(instance->own, 16);
	instance->doubt = 0;
	return instance_write(node, effects, err);
}

int node_instance_turn(struct node *node, struct node_effects *effects,
		       struct err *err)
{
	struct instance_state *instance = &node->instance;
	uint64_t heads = own_blocks(node);
	bool has_written = heads != instance->heads;
	int status = 0;

	if (!instance->has_own)
		return 0;
	instance->heads = heads;
	if (instance->doubt != 0)
		status = doubt_act(node, effects, err);
	else if (instance->place_is_new && node_may_wish(node))
		status = instance_write(node, effects, err);
	if (status != 0)
		return status;
	/* Before a block is out it has to be vouched for; else it can wait. */
	if (instance->is_checked ? heads < instance->file_heads + LEASE_BLOCKS
				 : !has_written && !node_may_wish(node))
		return 0;
	instance->is_checked = true;
	return lease_renew(node, effects, err);
}

void node_instance_vouch(struct node *node, struct node_effects *effects)
{
	if (node->instance.has_own && node->instance.is_checked)
		lease_file_write(node, effects);
}
