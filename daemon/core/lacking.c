/*
 * lacking.c - what other devices do not have yet, for status and lists.
 *
 * Only what they acknowledged counts as held: a receipt that got lost makes
 * them look further behind than they are, never the other way round. Reads
 * headers and nothing else, and no more of them than LACKING_BLOCKS_MAX at a
 * time: whoever lacks more is told in blocks. Read next: links.c.
 */
#include "daemon/core/core.h"

#define LACKING_BLOCKS_MAX 512u
/* Open addressing, never more than a quarter full. */
#define LACKING_SLOTS (4u * LACKING_BLOCKS_MAX)

/* Devices that should have everything: those in good standing but this. */
static bool is_awaited(const struct engine *engine, const struct link *link)
{
	return memcmp(link->device.b, engine->chain.device.b, 32) != 0 &&
	       roster_is_member(&engine->chain.roster, &link->device);
}

/* device NULL: the least that any awaited one holds. UINT64_MAX: none is. */
static uint64_t least_held(const struct engine *engine,
			   const struct sign_public *device, size_t log)
{
	uint64_t least = UINT64_MAX;
	size_t i;

	for (i = 0; i < engine->link_count; i++) {
		const struct link *link = &engine->links[i];
		uint64_t held;

		if (device == NULL ? !is_awaited(engine, link)
				   : memcmp(link->device.b, device->b, 32) != 0)
			continue;
		held = links_held(engine, link,
				  links_session(engine, &link->device), log);
		if (held < least)
			least = held;
	}
	return least;
}

/* ---- how far own entries have come ---- */

/* Branches of one log share its name; the one that lacks most counts. */
static void put_floor(struct dot *out, size_t *count, size_t cap,
		      const struct dot *floor)
{
	size_t i = 0;

	while (i < *count && !id16_equal(&out[i].lid, &floor->lid))
		i++;
	if (i < *count) {
		if (floor->seq < out[i].seq)
			out[i].seq = floor->seq;
	} else if (*count < cap) {
		out[(*count)++] = *floor;
	}
}

size_t engine_floors(const struct engine *engine, struct dot *out, size_t cap,
		     bool *has_others)
{
	const struct chain *chain = &engine->chain;
	size_t count = 0;
	size_t i;

	*has_others = false;
	for (i = 0; i < engine->link_count; i++)
		*has_others |= is_awaited(engine, &engine->links[i]);
	for (i = 0; *has_others && i < chain->count; i++) {
		const struct store_log *row = &chain->rows[i];
		struct dot floor = { .lid = chain->logs[i].base };

		if ((row->flags & STORE_LOG_OWN) == 0 ||
		    row->log_class != LOG_DATA)
			continue;
		floor.seq = least_held(engine, NULL, i);
		/* What is closed gets no more; an open one may, this turn. */
		if ((row->flags & STORE_LOG_CLOSED) != 0 &&
		    floor.seq >= row->head_seq)
			floor.seq = UINT64_MAX;
		put_floor(out, &count, cap, &floor);
	}
	return count;
}

/* ---- how many entries somebody lacks ---- */

struct lacking {
	struct id16 *slots; /* by etag, which is as good as random */
	uint64_t entries;
	size_t blocks;
};

static void count_entry(struct lacking *lacking, const struct id16 *etag)
{
	static const struct id16 none = { .b = { 0 } };
	size_t at = le32_get(etag->b) % LACKING_SLOTS;

	if (id16_equal(etag, &none))
		return;
	while (!id16_equal(&lacking->slots[at], &none)) {
		if (id16_equal(&lacking->slots[at], etag))
			return;
		at = (at + 1) % LACKING_SLOTS;
	}
	lacking->slots[at] = *etag;
	lacking->entries++;
}

static int count_log(struct engine *engine, uint32_t log, uint64_t held,
		     struct lacking *lacking, struct err *err)
{
	const struct store_log *row = &engine->chain.rows[log];
	struct store_cursor *cursor = NULL;
	struct store_item item;
	int got = 0;
	int rc;

	if (held >= row->head_seq)
		return 0;
	if (row->head_seq - held > LACKING_BLOCKS_MAX - lacking->blocks)
		return ERR_LIMIT;
	lacking->blocks += (size_t)(row->head_seq - held);
	rc = store_scan_log(engine->chain.store, row->no, held + 1,
			    row->head_seq, &cursor, err);
	while (rc == 0 && (got = store_cursor_next(cursor, &item, err)) > 0)
		count_entry(lacking, &item.block.header.etag);
	store_cursor_close(cursor);
	return rc != 0 ? rc : got;
}

int engine_count_lacking(struct engine *engine,
			 const struct sign_public *device, uint64_t *entries,
			 struct err *err)
{
	struct arena_mark mark = arena_mark(&engine->arena);
	struct lacking lacking = { .entries = 0 };
	size_t i;
	int rc = 0;

	lacking.slots = arena_alloc(&engine->arena, LACKING_SLOTS,
				    sizeof *lacking.slots);
	if (lacking.slots == NULL)
		return ERR_NOMEM;
	memset(lacking.slots, 0, LACKING_SLOTS * sizeof *lacking.slots);
	for (i = 0; rc == 0 && i < engine->chain.count; i++) {
		if (engine->chain.rows[i].log_class == LOG_DATA)
			rc = count_log(engine, (uint32_t)i,
				       least_held(engine, device, i), &lacking,
				       err);
	}
	arena_rewind(&engine->arena, mark);
	if (rc == 0)
		*entries = lacking.entries;
	return rc;
}
