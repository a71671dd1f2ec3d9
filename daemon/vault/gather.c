/*
 * gather.c - folding one entry from its blocks.
 *
 * Must never let one bad block spoil an entry: what does not open, does not
 * parse, or names another entry is left out, on every device alike. A group
 * counts when it is whole. The view's rows come from here whenever an entry
 * is more than one block (absorb.c).
 */
#include "daemon/vault/inside.h"

#include "crdt/sort.h"
#include "daemon/vault/change.h"
#include "daemon/vault/wordtext.h"
#include "proto/base/mem.h"
#include "proto/crypto/kdf.h"
#include "proto/entry.h"
#include "proto/entryform.h"
#include "proto/mp.h"

#define GATHER_ARENA_BYTES ((size_t)512 << 20)

struct gather_link {
	struct gathered_block block; /* first: sorted through it */
	struct gather_link *next;
};

/* A stream of blocks being put together to changes. */
struct assembly {
	struct vault *vault;
	struct gathered *out;
	struct gather_link *first;
	size_t count;
	struct buf plain;
	struct id16 lid; /* of the piece before */
	uint64_t seq;    /* likewise; 0: none */
	bool is_open;    /* it said that it continues */
	bool is_broken;  /* and a piece did not open */
};

static int link_change(struct assembly *assembly, const struct change *change,
		       const struct dot *dot)
{
	struct arena *arena = &assembly->out->arena;
	struct gather_link *link = arena_alloc(arena, 1, sizeof *link);
	const uint8_t *ops = arena_copy(arena, change->ops);

	if (link == NULL || ops == NULL)
		return ERR_NOMEM;
	link->block.block.dot = *dot;
	link->block.block.stamp = change->stamp;
	link->block.place = change->stamp;
	link->block.block.ops = bytes_of(ops, change->ops.len);
	link->block.kind = change->kind;
	link->block.has_undoes = change->has_undoes;
	link->block.undoes = change->undoes;
	link->next = assembly->first;
	assembly->first = link;
	assembly->count++;
	return 0;
}

static int keep_change(struct assembly *assembly, const struct block *block)
{
	struct dot dot = { .lid = block->header.lid, .seq = block->header.seq };
	struct change change;

	if (change_read(buf_bytes(&assembly->plain), &change) != 0 ||
	    !id16_equal(&change.entry, &assembly->out->id))
		return 0;
	memcpy(dot.tip, block->id.b, sizeof dot.tip);
	return link_change(assembly, &change, &dot);
}

static int take_block(struct assembly *assembly, const struct block *block)
{
	const struct block_header *header = &block->header;
	bool continues = (header->flags & BLOCK_CONTINUES) != 0;
	int code;

	if (!assembly->is_open || header->seq != assembly->seq + 1 ||
	    !id16_equal(&header->lid, &assembly->lid)) {
		buf_clear(&assembly->plain);
		assembly->is_broken = false;
	}
	code = change_open(&assembly->vault->ring, block, &assembly->plain);
	if (code == ERR_NOMEM)
		return code;
	if (code != 0)
		assembly->is_broken = true;
	if (assembly->plain.failed != 0) {
		assembly->plain.failed = 0;
		assembly->is_broken = true;
	}
	assembly->lid = header->lid;
	assembly->seq = header->seq;
	assembly->is_open = continues;
	if (continues || assembly->is_broken)
		return 0;
	return keep_change(assembly, block);
}

static bool is_shown(struct vault *vault, uint32_t no, uint64_t seq)
{
	const struct logbook_log *log = logbook_find(&vault->logs, no);

	/* A log the book does not know yet was opened in this turn. */
	if (log == NULL)
		return true;
	return log->log.log_class == LOG_DATA &&
	       (log->log.flags & STORE_LOG_QUARANTINE) == 0 &&
	       (log->log.cut == 0 || seq <= log->log.cut);
}

static int take_stored(struct assembly *assembly, struct err *err)
{
	struct vault *vault = assembly->vault;
	struct store_cursor *cursor = NULL;
	struct store_item item;
	int code, got;

	code = store_scan_etag(vault->store, &assembly->out->etag, &cursor,
			       err);
	if (code != 0)
		return code;
	while ((got = store_cursor_next(cursor, &item, err)) > 0) {
		if (item.block.header.kind != BLOCK_OPS ||
		    !is_shown(vault, item.log_no, item.block.header.seq))
			continue;
		code = take_block(assembly, &item.block);
		if (code != 0)
			break;
	}
	store_cursor_close(cursor);
	if (code == 0 && got < 0)
		code = got;
	return code;
}

static int take_queued(struct assembly *assembly)
{
	struct block block;
	int code = 0;

	assembly->is_open = false;
	for (size_t i = 0;
	     code == 0 && cut_peek(&assembly->vault->cut, i, &block); i++) {
		if (block.header.kind == BLOCK_OPS &&
		    id16_equal(&block.header.lid,
			       &assembly->vault->cut.heads[LOG_DATA].lid) &&
		    id16_equal(&block.header.etag, &assembly->out->etag))
			code = take_block(assembly, &block);
	}
	return code;
}

static bool is_fresh(const struct gather_cache *cache, const struct id16 *id)
{
	return cache->fresh.is_held && id16_equal(&cache->fresh.id, id);
}

static int take_fresh(struct assembly *assembly)
{
	const struct gather_fresh *fresh = &assembly->vault->cache.fresh;
	struct change change = { .stamp = fresh->stamp,
				 .entry = fresh->id,
				 .kind = fresh->kind,
				 .ops = buf_bytes(&fresh->ops) };

	return link_change(assembly, &change, &fresh->dot);
}

static int order_dots(const void *a, const void *b)
{
	const struct merge_block *left = a, *right = b;

	return dot_compare(&left->dot, &right->dot);
}

/* Oldest first. */
static int order_places(const void *a, const void *b)
{
	const struct gathered_block *left = a, *right = b;

	if (left->place != right->place)
		return left->place < right->place ? -1 : 1;
	return dot_compare(&left->block.dot, &right->block.dot);
}

/* items: by dot. NULL: not among them. */
static const struct gathered_block *find_dot(const void **items, size_t count,
					     const struct dot *dot)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;
		const struct gathered_block *block = items[middle];
		int order = dot_compare(&block->block.dot, dot);

		if (order == 0)
			return block;
		if (order < 0)
			low = middle + 1;
		else
			count = middle;
	}
	return NULL;
}

/* Wherever dots stand in an op, they are of changes its writer had seen. */
static uint64_t latest_seen(const struct gathered_block *block,
			    const void **items, size_t count)
{
	struct bytes left = block->block.ops;
	uint64_t latest = 0;
	struct mp_head head;

	while (left.len > 0 && mp_head_read(left, &head) == 0) {
		size_t len = head.head_bytes;

		if (head.type == MP_STR || head.type == MP_BIN)
			len += (size_t)head.value;
		if (len > left.len)
			break;
		if (head.type == MP_BIN && head.value >= DOT_BYTES) {
			struct dot dot = dot_unpack(left.ptr + head.head_bytes);
			const struct gathered_block *seen =
				find_dot(items, count, &dot);

			if (seen != NULL && seen != block &&
			    seen->place > latest)
				latest = seen->place;
		}
		left = bytes_of(left.ptr + len, left.len - len);
	}
	return latest;
}

/* Stamps say nothing sure of what came first; dots do. They cannot go round
 * in a circle, so this ends: in the second round, where clocks are right. */
static void place_blocks(const void **items, size_t count)
{
	bool moved = true;

	for (size_t round = 0; moved && round < count; round++) {
		moved = false;
		for (size_t i = 0; i < count; i++) {
			/* Ours to change until they are handed out. */
			struct gathered_block *block =
				(struct gathered_block *)(uintptr_t)items[i];
			uint64_t latest = latest_seen(block, items, count);

			if (latest < block->place || latest == UINT64_MAX)
				continue;
			block->place = latest + 1;
			moved = true;
		}
	}
}

static int sort_blocks(struct assembly *assembly)
{
	struct gathered *out = assembly->out;
	const void **items, **scratch;
	struct gather_link *link = assembly->first;
	size_t count = 0;

	items = arena_alloc(&out->arena, assembly->count, sizeof *items);
	scratch = arena_alloc(&out->arena, assembly->count, sizeof *scratch);
	if (items == NULL || scratch == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < assembly->count; i++, link = link->next)
		items[i] = &link->block;
	sort_pointers(items, assembly->count, scratch, order_dots);
	/* One that is in the store and still in the queue counts once. */
	for (size_t i = 0; i < assembly->count; i++) {
		if (count > 0 && order_dots(items[i], items[count - 1]) == 0)
			continue;
		items[count++] = items[i];
	}
	place_blocks(items, count);
	sort_pointers(items, count, scratch, order_places);
	out->blocks = (const struct gathered_block **)items;
	out->all = count;
	return 0;
}

/* Changes an import said there had been before it; it is the oldest block. */
static uint64_t revs_before(struct merge_state *state)
{
	struct merge_field field;

	if (merge_read(state, ENTRY_base_imported, &field) != 0 ||
	    field.count == 0)
		return 0;
	return entryform_origin(field.values[0].value).rev - 1;
}

static int merge_blocks(struct gathered *out, uint64_t rev)
{
	int code;

	out->state = merge_new(&out->arena);
	if (out->all == 0)
		return ERR_NOT_FOUND;
	if (out->state == NULL)
		return ERR_NOMEM;
	out->kind = out->blocks[0]->kind;
	code = merge_apply(out->state, &out->blocks[0]->block);
	if (code == ERR_NOMEM)
		return code;
	out->before = revs_before(out->state);
	if (rev != GATHER_ALL &&
	    (rev <= out->before || rev - out->before > out->all))
		return ERR_NOT_FOUND;
	out->count = rev == GATHER_ALL ? out->all : (size_t)(rev - out->before);
	for (size_t i = 1; i < out->count && code != ERR_NOMEM; i++)
		code = merge_apply(out->state, &out->blocks[i]->block);
	return code == ERR_NOMEM ? code : 0;
}

/* out: zeroed, or of another entry, whose memory is used again. */
static int gather_into(struct vault *vault, const struct id16 *id, uint64_t rev,
		       struct gathered *out, struct err *err)
{
	struct assembly assembly = { .vault = vault, .out = out };
	struct arena arena = out->arena;
	int code;

	arena_reset(&arena);
	arena.cap_bytes = GATHER_ARENA_BYTES;
	memset(out, 0, sizeof *out);
	out->arena = arena;
	buf_init(&assembly.plain, LIMIT_GROUP_BYTES + LIMIT_BLOCK_BODY_BYTES);
	out->id = *id;
	kdf_etag(&vault->ring.journal, id, &out->etag);
	if (is_fresh(&vault->cache, id)) {
		code = take_fresh(&assembly);
	} else {
		code = take_stored(&assembly, err);
		if (code != 0)
			goto out;
		code = take_queued(&assembly);
	}
	if (code == 0)
		code = sort_blocks(&assembly);
	if (code == 0)
		code = merge_blocks(out, rev);
	if (code == ERR_NOT_FOUND && out->all > 0)
		code = err_set(err, code, "It has only %zu versions.",
			       out->all);
	else if (code != 0)
		code = vault_fail(err, code);
out:
	buf_release(&assembly.plain);
	return code;
}

int gather_entry(struct vault *vault, const struct id16 *id, uint64_t rev,
		 struct gathered *out, struct err *err)
{
	memset(out, 0, sizeof *out);
	return gather_into(vault, id, rev, out, err);
}

void gather_release(struct gathered *gathered)
{
	arena_release(&gathered->arena);
	memset(gathered, 0, sizeof *gathered);
}

/* ---- rows ---- */

static void describe_field(const struct merge_field *field, struct row *row)
{
	struct bytes value = field->values[0].value;
	struct mp_reader reader = mp_reader(value);
	int64_t day = 0;
	bool on = false;

	if (field->number == ENTRY_base_at) {
		(void)change_read_at(value, &row->at_ms);
	} else if (field->number == ENTRY_base_day) {
		if (mp_read_int(&reader, &day) == 0 && day >= INT32_MIN &&
		    day <= INT32_MAX)
			row->day = (int32_t)day;
	} else if (field->number == ENTRY_base_starred) {
		if (mp_read_bool(&reader, &on) == 0 && on)
			row->flags |= ROW_STARRED;
	} else if (field->number == ENTRY_base_tags) {
		for (size_t i = 0; i < field->count; i++) {
			struct bytes tag;

			reader = mp_reader(field->values[i].value);
			if (mp_read_str(&reader, &tag) == 0)
				row->tag_bits |= view_tag_bit(tag);
		}
	}
}

/* Not always that of the last: a clock may have been wrong. */
static uint64_t newest_stamp(const struct gathered *gathered)
{
	uint64_t newest = 0;

	for (size_t i = 0; i < gathered->all; i++) {
		if (gathered->blocks[i]->block.stamp > newest)
			newest = gathered->blocks[i]->block.stamp;
	}
	return newest;
}

int gather_describe(const struct gathered *gathered, struct row *row,
		    struct buf *words)
{
	struct merge_life life = merge_life(gathered->state);
	uint32_t numbers[MERGE_FIELDS_MAX];
	size_t count;

	memset(row, 0, sizeof *row);
	row->id = gathered->id;
	row->kind = (uint16_t)gathered->kind;
	row->blocks = gathered->all > UINT16_MAX ? UINT16_MAX
						 : (uint16_t)gathered->all;
	row->stamp = newest_stamp(gathered);
	row->at_ms = (int64_t)hlc_ms(gathered->blocks[0]->block.stamp);
	row->day = (int32_t)(row->at_ms / INT64_C(86400000));
	if (life.deleted)
		row->flags |= ROW_DELETED;
	count = merge_fields(gathered->state, numbers, MERGE_FIELDS_MAX);
	for (size_t i = 0; i < count; i++) {
		struct merge_field field;
		int code = merge_read(gathered->state, numbers[i], &field);

		if (code == ERR_NOMEM)
			return code;
		if (code != 0 || field.count == 0 || field.is_unknown)
			continue;
		describe_field(&field, row);
		if (read_is_apart(&field))
			row->flags |= ROW_CONFLICT;
		if (field.number < ENTRY_base_tags ||
		    field.number == ENTRY_base_state ||
		    field.number == ENTRY_base_imported ||
		    entry_kind_is_hidden(gathered->kind))
			continue;
		for (size_t j = 0; j < field.count; j++)
			change_put_words(field.values[j].value, words);
	}
	return words->failed == ERR_NOMEM ? ERR_NOMEM : 0;
}

/* ---- the cache ---- */

/* The place of an entry, or the one to put it: empty, or looked at longest
 * ago. */
static size_t place_for(const struct gather_shelf *shelf, const struct id16 *id,
			bool *is_hit)
{
	size_t oldest = 0;

	*is_hit = false;
	for (size_t i = 0; i < GATHER_CACHE_SLOTS; i++) {
		const struct gather_slot *slot = &shelf->slots[i];

		if (slot->used != 0 && id16_equal(&slot->id, id)) {
			*is_hit = true;
			return i;
		}
		if (slot->used < shelf->slots[oldest].used)
			oldest = i;
	}
	return oldest;
}

int gather_cached(struct vault *vault, const struct id16 *id,
		  struct gathered **out, struct err *err)
{
	struct gather_cache *cache = &vault->cache;
	struct gathered *entry;
	struct gather_slot *slot;
	bool is_hit;
	size_t place;
	int code;

	if (cache->shelf == NULL)
		cache->shelf = mem_alloc(1, sizeof *cache->shelf);
	if (cache->shelf == NULL)
		return vault_fail(err, ERR_NOMEM);
	place = place_for(cache->shelf, id, &is_hit);
	slot = &cache->shelf->slots[place];
	entry = &cache->shelf->entries[place];
	if (!is_hit) {
		slot->used = 0;
		code = gather_into(vault, id, GATHER_ALL, entry, err);
		if (code != 0) {
			gather_release(entry);
			return code;
		}
		slot->id = *id;
	}
	slot->used = ++cache->clock;
	*out = entry;
	return 0;
}

void gather_note_new(struct gather_cache *cache, const struct change *change,
		     const struct dot *dot)
{
	struct gather_fresh *fresh = &cache->fresh;

	if (fresh->ops.max_bytes == 0)
		buf_init(&fresh->ops, LIMIT_GROUP_BYTES);
	buf_clear(&fresh->ops);
	fresh->id = change->entry;
	fresh->dot = *dot;
	fresh->kind = change->kind;
	fresh->stamp = change->stamp;
	fresh->is_held =
		!change->has_undoes &&
		buf_put(&fresh->ops, change->ops.ptr, change->ops.len) == 0;
}

void gather_forget(struct gather_cache *cache, const struct id16 *id)
{
	bool is_hit = false;
	size_t place;

	if (is_fresh(cache, id))
		cache->fresh.is_held = false;
	if (cache->shelf == NULL)
		return;
	place = place_for(cache->shelf, id, &is_hit);
	if (is_hit) {
		gather_release(&cache->shelf->entries[place]);
		cache->shelf->slots[place].used = 0;
	}
}

void gather_cache_release(struct gather_cache *cache)
{
	for (size_t i = 0; cache->shelf != NULL && i < GATHER_CACHE_SLOTS; i++)
		gather_release(&cache->shelf->entries[i]);
	if (cache->shelf != NULL)
		mem_wipe(cache->shelf->slots, sizeof cache->shelf->slots);
	mem_free(cache->shelf);
	buf_release(&cache->fresh.ops);
	*cache = (struct gather_cache){ 0 };
}
