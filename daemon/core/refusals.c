/*
 * refusals.c - whom this device has refused at some time, kept on the disk.
 *
 * Of two that remove each other neither is void, and the roster alone can not
 * say which one was refused first; that one goes on being refused until
 * people settle it (PROTOCOL.md section 5). Must never say anything about
 * members in good standing. Read engine.c, engine_serves.
 */
#include "daemon/core/core.h"

bool refusals_has(const struct engine *engine, const struct sign_public *device)
{
	size_t i;

	for (i = 0; i < engine->refused_count; i++) {
		if (memcmp(engine->refused[i].b, device->b, 32) == 0)
			return true;
	}
	return false;
}

static void add(struct engine *engine, const struct sign_public *device)
{
	if (engine->refused_count < LIMIT_ADDS && !refusals_has(engine, device))
		engine->refused[engine->refused_count++] = *device;
}

void refusals_note(struct engine *engine)
{
	const struct roster *roster = &engine->chain.roster;
	size_t before = engine->refused_count;
	size_t i;

	for (i = 0; i < roster->member_count; i++) {
		if (roster->members[i].standing == ROSTER_REMOVED)
			add(engine, &roster->members[i].device);
	}
	if (engine->refused_count > before)
		engine->refusals_unsaved = true;
}

int refusals_load(struct engine *engine, struct err *err)
{
	struct sign_public device;
	struct buf bytes;
	size_t at;
	int rc;

	engine->refused_count = 0;
	engine->refusals_unsaved = false;
	buf_init(&bytes, sizeof engine->refused);
	rc = store_meta_get(engine->chain.store, META_REFUSED, &bytes, NULL);
	for (at = 0; rc == 0 && at + sizeof device.b <= bytes.len;
	     at += sizeof device.b) {
		memcpy(device.b, bytes.ptr + at, sizeof device.b);
		add(engine, &device);
	}
	buf_release(&bytes);
	if (rc != 0 && rc != ERR_NOT_FOUND)
		return err_set(err, rc, "%s", err_text(rc));
	refusals_note(engine);
	return 0;
}

int refusals_save(struct engine *engine, struct err *err)
{
	uint8_t bytes[sizeof engine->refused];
	size_t i;
	int rc;

	if (!engine->refusals_unsaved)
		return 0;
	for (i = 0; i < engine->refused_count; i++)
		memcpy(bytes + 32 * i, engine->refused[i].b, 32);
	rc = store_meta_put(engine->chain.store, META_REFUSED,
			    bytes_of(bytes, 32 * engine->refused_count), err);
	engine->refusals_unsaved = rc != 0;
	return rc;
}
