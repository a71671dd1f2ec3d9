/*
 * canary.c - see canary.h.
 *
 * It must never call a word safe that no reply called saved. Read next:
 * check.c, which looks for them.
 */
#include "tests/sim/canary.h"

#include <stdio.h>
#include <string.h>

#include "daemon/store/store.h"
#include "proto/base/panic.h"
#include "proto/entry.h"
#include "proto/mp.h"
#include "proto/ulid.h"
#include "tests/sim/device.h"
#include "tests/sim/trace.h"

struct word *canary_new(struct device *writer)
{
	struct world *world = writer->world;
	struct word *word;

	if (world->word_count == WORLD_WORDS_MAX)
		return NULL;
	word = &world->words[world->word_count];
	memset(word, 0, sizeof *word);
	snprintf(word->text, sizeof word->text, WORLD_CANARY "%04ux",
		 world->word_count++);
	word->writer = writer->no;
	return word;
}

uint32_t canary_place(const struct world *world, const struct word *word)
{
	return (uint32_t)(word - world->words);
}

/* ---- entries out of entry.def ---- */

static const struct entry_kind *kind_pick(struct world *world)
{
	size_t count = 0;

	/* Settings are last, and nobody adds those. */
	while (entry_kind_at(count) != NULL &&
	       !entry_kind_is_hidden(entry_kind_at(count)->number))
		count++;
	return entry_kind_at((size_t)world_below(world, count));
}

static bool is_texty(const struct entry_field *field)
{
	return (field->type == ENTRY_TYPE_TEXT ||
		field->type == ENTRY_TYPE_TEXTS) &&
	       field->high >= 500;
}

static void put_text(struct world *world, struct word *word, struct buf *out)
{
	char text[600];
	int len = snprintf(text, sizeof text, "%s of %s", word->text,
			   world_chance(world, 50) ? "the day"
						   : "Žluťák 🙂");

	/* Now and then a longer one: other block sizes. */
	if (world_chance(world, 10)) {
		memset(text + len, 'z', 400);
		text[len] = ' ';
		text[len + 400] = '\0';
	}
	mp_put_cstr(out, text);
}

static void put_whole(struct world *world, const struct entry_field *field,
		      struct buf *out)
{
	int64_t high = field->high < field->low + 1000 ? field->high
						       : field->low + 1000;

	mp_put_int(out, prng_range(&world->prng, field->low, high));
}

static void put_choice(struct world *world, const struct entry_field *field,
		       struct buf *out)
{
	size_t count = 0;

	while (entry_choice_at(field, count).len > 0)
		count++;
	mp_put_str(out,
		   entry_choice_at(field, (size_t)world_below(world, count)));
}

static void put_feelings(struct world *world, struct buf *out)
{
	static const char *const names[] = { "sad", "angry", "calm" };
	size_t count = 1 + (size_t)world_below(world, 3);
	size_t i;

	mp_put_array(out, count);
	for (i = 0; i < count; i++) {
		mp_put_map(out, 2);
		mp_put_cstr(out, "name");
		mp_put_cstr(out, names[i]);
		mp_put_cstr(out, "before");
		mp_put_uint(out, world_below(world, 101));
	}
}

static void put_slugs(struct world *world, struct buf *out)
{
	static const char *const slugs[] = { "alpha", "beta", "gamma" };
	size_t count = 1 + (size_t)world_below(world, 3);
	size_t i;

	mp_put_array(out, count);
	for (i = 0; i < count; i++)
		mp_put_cstr(out, slugs[i]);
}

static void put_ref(struct world *world, struct buf *out)
{
	struct word *word = canary_pick(world);
	struct id16 id = { { 0 } };
	char text[ULID_TEXT_BYTES + 1];

	if (word != NULL)
		id = word->entry;
	ulid_format(&id, text);
	mp_put_cstr(out, text);
}

/* False: this type is left to other tests. */
static bool put_value(struct world *world, const struct entry_field *field,
		      struct buf *out)
{
	switch (field->type) {
	case ENTRY_TYPE_TEXT:
		mp_put_cstr(out, "short");
		break;
	case ENTRY_TYPE_TEXTS:
		mp_put_array(out, 2);
		mp_put_cstr(out, "one");
		mp_put_cstr(out, "two");
		break;
	case ENTRY_TYPE_SLUG:
		mp_put_cstr(out, "phq-9");
		break;
	case ENTRY_TYPE_SLUGS:
		put_slugs(world, out);
		break;
	case ENTRY_TYPE_CHOICE:
		put_choice(world, field, out);
		break;
	case ENTRY_TYPE_WHOLE:
		put_whole(world, field, out);
		break;
	case ENTRY_TYPE_YESNO:
		mp_put_bool(out, world_chance(world, 50));
		break;
	case ENTRY_TYPE_DATE:
		mp_put_cstr(out, "2026-11-03");
		break;
	case ENTRY_TYPE_INSTANT:
		mp_put_cstr(out, "2026-11-03T10:40:00-05:00");
		break;
	case ENTRY_TYPE_REF:
		put_ref(world, out);
		break;
	case ENTRY_TYPE_FEELINGS:
		put_feelings(world, out);
		break;
	case ENTRY_TYPE_ZONE:
	case ENTRY_TYPE_PHASES:
	case ENTRY_TYPE_ANSWERS:
	case ENTRY_TYPE_LIFE:
	case ENTRY_TYPE_IMPORTED:
	case ENTRY_TYPE_ATTACH:
		return false;
	}
	return true;
}

static void put_word(struct world *world, const struct word *word,
		     const struct entry_field *field, struct buf *out)
{
	if (field->type == ENTRY_TYPE_TEXTS) {
		mp_put_array(out, 1 + (size_t)world_below(world, 2));
		if (out->len > 0 && out->ptr[out->len - 1] == 0x92)
			mp_put_cstr(out, "and");
	}
	put_text(world, (struct word *)(uintptr_t)word, out);
}

static const struct entry_field *field_pick(struct world *world,
					    const struct entry_kind *kind)
{
	size_t first = (size_t)world_below(world, kind->field_count + 1);
	size_t i;

	for (i = first; i < kind->field_count; i++) {
		if (is_texty(&kind->fields[i]) &&
		    kind->fields[i].flags != ENTRY_LATER)
			return &kind->fields[i];
	}
	return entry_field_by_name(kind, bytes_from_str("text"));
}

void canary_put_entry(struct world *world, struct word *word,
		      struct buf *fields)
{
	const struct entry_kind *kind = kind_pick(world);
	const struct entry_field *texty = field_pick(world, kind);
	struct buf values;
	size_t pairs = 1;
	size_t i;

	/* Notes and comments have to have text of their own. */
	if (kind->needs == ENTRY_NEEDS_TEXT)
		texty = entry_field_by_name(kind, bytes_from_str("text"));
	word->kind = kind->name;
	word->field = texty->name;
	buf_init(&values, 65536);
	mp_put_cstr(&values, texty->name);
	put_word(world, word, texty, &values);
	for (i = 0; i < kind->field_count; i++) {
		const struct entry_field *field = &kind->fields[i];
		size_t before = values.len;

		if (field == texty || (field->flags & ENTRY_DERIVED) != 0 ||
		    ((field->flags & ENTRY_REQUIRED) == 0 &&
		     !world_chance(world, 30)))
			continue;
		mp_put_cstr(&values, field->name);
		if (put_value(world, field, &values))
			pairs++;
		else
			values.len = before;
	}
	mp_put_map(fields, pairs);
	kept_assert(buf_put(fields, values.ptr, values.len) == 0);
	buf_release(&values);
}

void canary_put_edit(const struct word *old, struct word *word,
		     struct buf *fields)
{
	const struct entry_kind *kind =
		entry_kind_by_name(bytes_from_str(old->kind));
	const struct entry_field *field =
		entry_field_by_name(kind, bytes_from_str(old->field));

	word->kind = old->kind;
	word->field = old->field;
	word->entry = old->entry;
	mp_put_map(fields, 1);
	mp_put_cstr(fields, field->name);
	if (field->type == ENTRY_TYPE_TEXTS)
		mp_put_array(fields, 1);
	mp_put_cstr(fields, word->text);
}

/* ---- what became of them ---- */

/* The newest block of the data log that is written to. */
static void note_head(struct device *device, struct word *word)
{
	struct engine *engine = node_engine(device->node);
	size_t count = 0;
	const struct store_log *logs = engine_logs(engine, &count);
	size_t i;

	for (i = 0; i < count; i++) {
		if ((logs[i].flags & STORE_LOG_OWN) == 0 ||
		    (logs[i].flags & STORE_LOG_CLOSED) != 0 ||
		    logs[i].log_class != LOG_DATA || logs[i].head_seq == 0)
			continue;
		word->lid = logs[i].lid;
		word->seq = logs[i].head_seq;
		word->id = logs[i].head_id;
	}
}

void canary_ack(struct device *device, struct word *word, bool is_capture)
{
	word->is_acked = true;
	word->is_capture = is_capture;
	word->is_local = word->is_local || is_capture;
	word->holders |= 1u << device->no;
	trace_line("d%u keeps %s", device->no, word->text);
	if (!word->is_local)
		note_head(device, word);
}

void canary_uncapture(struct device *device)
{
	struct world *world = device->world;
	struct store *store = node_store(device->node);
	uint64_t waiting = 1, bytes;
	uint32_t i;

	if (store == NULL)
		return;
	/* Looking is nothing of the device's own. */
	disk_hold_faults(device->disk, true);
	if (store_shelf_total(store, SHELF_CAPTURE, &waiting, &bytes, NULL) !=
	    0)
		waiting = 1;
	disk_hold_faults(device->disk, false);
	/* On a full disk they wait for room, unlocked or not. */
	for (i = 0; waiting == 0 && i < world->word_count; i++) {
		struct word *word = &world->words[i];

		if (!word->is_capture || word->writer != device->no)
			continue;
		word->is_capture = false;
		/* What was a draft stays one. */
		if (word->draft[0] != '\0')
			continue;
		word->is_local = false;
		note_head(device, word);
	}
}

static bool device_holds(struct device *device, const struct word *word,
			 struct arena *arena)
{
	size_t count = 0;
	const struct store_log *logs =
		engine_logs(node_engine(device->node), &count);
	size_t i;

	for (i = 0; i < count; i++) {
		struct block block;

		if (logs[i].log_class != LOG_DATA ||
		    logs[i].head_seq < word->seq)
			continue;
		arena_reset(arena);
		if (store_block_get(node_store(device->node), logs[i].no,
				    word->seq, arena, &block, NULL) == 0 &&
		    hash32_equal(&block.id, &word->id))
			return true;
	}
	return false;
}

void canary_look(struct device *device)
{
	struct world *world = device->world;
	uint32_t bit = 1u << device->no;
	struct arena arena;
	uint32_t i;

	if (node_store(device->node) == NULL ||
	    node_engine(device->node) == NULL)
		return;
	canary_uncapture(device);
	arena_init(&arena, 1u << 20);
	for (i = 0; i < world->word_count; i++) {
		struct word *word = &world->words[i];

		if (word->is_acked && !word->is_local &&
		    (word->holders & bit) == 0 &&
		    device_holds(device, word, &arena))
			word->holders |= bit;
	}
	arena_release(&arena);
}

void canary_spare(struct device *device)
{
	struct world *world = device->world;
	uint32_t bit = 1u << device->no;
	uint32_t i;

	canary_look(device);
	for (i = 0; i < world->word_count; i++) {
		struct word *word = &world->words[i];

		word->spare_holders &= ~bit;
		word->spare_holders |= word->holders & bit;
	}
}

static void excuse(struct world *world, struct word *word)
{
	if (!word->is_acked || word->is_excused || word->holders != 0)
		return;
	word->is_excused = true;
	world_mark(world, MARK_excused);
	trace_line("%s died with d%u", word->text, word->writer);
}

void canary_restored(struct device *device)
{
	struct world *world = device->world;
	uint32_t bit = 1u << device->no;
	uint32_t i;

	for (i = 0; i < world->word_count; i++) {
		struct word *word = &world->words[i];

		word->holders &= ~bit;
		word->holders |= word->spare_holders & bit;
		excuse(world, word);
	}
}

void canary_lost(struct device *device)
{
	struct world *world = device->world;
	uint32_t i;

	for (i = 0; i < world->device_count; i++) {
		if (world->devices[i].node != NULL)
			canary_look(&world->devices[i]);
	}
	for (i = 0; i < world->word_count; i++) {
		world->words[i].holders &= ~(1u << device->no);
		excuse(world, &world->words[i]);
	}
}

struct word *canary_pick(struct world *world)
{
	uint32_t first = (uint32_t)world_below(world, world->word_count);
	uint32_t i;

	for (i = 0; i < world->word_count; i++) {
		struct word *word =
			&world->words[(first + i) % world->word_count];

		if (word->is_acked && !word->is_local &&
		    !id16_is_zero(&word->entry) && word->kind != NULL)
			return word;
	}
	return NULL;
}

bool canary_is_everywhere(const struct word *word)
{
	return word->is_acked && !word->is_local && !word->is_excused &&
	       !word->is_dropped && !word->is_forged;
}
