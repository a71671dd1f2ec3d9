/*
 * insightfacts.c - from an entry's blocks to the few numbers that insight.h
 * counts with.
 *
 * Most entries are one block and are read without a merge, as change.c does;
 * the rest are folded. Must never outlive the open journal. Read next:
 * insighttake.c, insight.c.
 */
#include "daemon/vault/insightfacts.h"

#include "daemon/vault/change.h"
#include "daemon/vault/inside.h"
#include "daemon/vault/insighttake.h"
#include "proto/base/mem.h"
#include "proto/mp.h"

/* About what reading one takes, in microseconds. */
#define FACT_BLOCK_US 20u
#define FACT_ENTRY_US 60u
#define FACT_ITEMS_MAX (1u << 24)
#define CHUNKS_MAX (UINT32_MAX / FACT_CHUNK)

/* ---- memory ---- */

void facts_release(struct facts *facts)
{
	for (size_t i = 0; i < facts->chunk_count; i++) {
		if (facts->chunks[i] == NULL)
			continue;
		mem_wipe(facts->chunks[i],
			 FACT_CHUNK * sizeof *facts->chunks[i]);
		mem_free(facts->chunks[i]);
	}
	mem_free(facts->chunks);
	if (facts->items != NULL)
		mem_wipe(facts->items, facts->item_cap * sizeof *facts->items);
	mem_free(facts->items);
	if (facts->patterns != NULL)
		mem_wipe(facts->patterns,
			 LIMIT_FACT_PATTERNS * sizeof *facts->patterns);
	mem_free(facts->patterns);
	memset(facts, 0, sizeof *facts);
}

/* Where the fact of a row lies, made if there is none; NULL: no memory. */
static struct fact *place_of(struct facts *facts, uint32_t row)
{
	size_t at = row / FACT_CHUNK;
	struct fact **grown;

	if (at >= facts->chunk_count) {
		if (at >= CHUNKS_MAX)
			return NULL;
		grown = mem_realloc(facts->chunks, at + 1, sizeof *grown);
		if (grown == NULL)
			return NULL;
		facts->chunks = grown;
		while (facts->chunk_count <= at)
			facts->chunks[facts->chunk_count++] = NULL;
	}
	if (facts->chunks[at] == NULL)
		facts->chunks[at] = mem_alloc(FACT_CHUNK, sizeof **grown);
	return facts->chunks[at] == NULL ? NULL
					 : &facts->chunks[at][row % FACT_CHUNK];
}

static const struct fact *known(const struct vault *vault, uint32_t index)
{
	const struct facts *facts = &vault->facts;
	const struct row *row = &vault->view.rows[index];
	size_t at = index / FACT_CHUNK;
	const struct fact *fact;

	if (at >= facts->chunk_count || facts->chunks[at] == NULL)
		return NULL;
	fact = &facts->chunks[at][index % FACT_CHUNK];
	return fact->state != FACT_UNREAD && fact->stamp == row->stamp &&
			       fact->blocks == row->blocks
		       ? fact
		       : NULL;
}

const struct fact *facts_find(const struct vault *vault, uint32_t row)
{
	const struct fact *fact = known(vault, row);

	return fact != NULL && fact->state == FACT_DONE ? fact : NULL;
}

bool facts_fit(const struct facts_wanted *wanted, const struct row *row)
{
	uint32_t kind = row->kind < 32 ? UINT32_C(1) << row->kind : 0;

	return (row->flags & (ROW_VOID | ROW_DELETED)) == 0 &&
	       !entry_kind_is_hidden(row->kind) &&
	       ((wanted->kinds & kind) != 0 ||
		wanted->kinds == FACT_KINDS_ALL) &&
	       row->day >= wanted->from && row->day <= wanted->to;
}

/* ---- items ---- */

static int item_put(struct facts *facts, uint16_t value)
{
	uint32_t cap = facts->item_cap == 0 ? 4096 : facts->item_cap * 2;
	uint16_t *grown;

	if (facts->item_count == facts->item_cap) {
		if (cap > FACT_ITEMS_MAX)
			return ERR_LIMIT;
		grown = mem_realloc(facts->items, cap, sizeof *grown);
		if (grown == NULL)
			return ERR_NOMEM;
		facts->items = grown;
		facts->item_cap = cap;
	}
	facts->items[facts->item_count++] = value;
	return 0;
}

void facts_pair(const struct facts *facts, const struct fact *fact, size_t i,
		int32_t *before, int32_t *after)
{
	*before = facts->items[fact->items_at + 2 * i];
	*after = facts->items[fact->items_at + 2 * i + 1];
}

uint16_t facts_pattern(const struct facts *facts, const struct fact *fact,
		       size_t i)
{
	return facts->items[fact->items_at + 2u * fact->pair_count + i];
}

/* ---- entries ---- */

/* What a sound op adds that overwrites nothing. */
static int take_op(struct fact_reading *reading, uint64_t number,
		   struct bytes op)
{
	struct mp_reader reader = mp_reader(op);
	struct bytes value, item;
	uint64_t rule = 0;
	size_t count = 0, parts = 0;

	if (!change_plain_value(op, &value) ||
	    mp_read_array(&reader, &count) != 0 ||
	    mp_read_uint(&reader, &rule) != 0)
		return ERR_NOT_FOUND;
	if (rule == RULE_register || rule == RULE_text) {
		fact_take(reading, number, value);
		return 0;
	}
	reader = mp_reader(value);
	if (mp_read_array(&reader, &count) != 0 || count > LIMIT_LIST_ITEMS)
		return ERR_NOT_FOUND;
	for (; count > 0; count--) {
		if (rule == RULE_list &&
		    (mp_read_array(&reader, &parts) != 0 || parts != 2 ||
		     mp_read_raw(&reader, &item) != 0))
			return ERR_NOT_FOUND;
		if (mp_read_raw(&reader, &item) != 0)
			return ERR_NOT_FOUND;
		fact_take(reading, number, item);
	}
	return 0;
}

/* ERR_NOT_FOUND: it takes a merge. */
static int read_block(struct fact_reading *reading, const struct row *row,
		      struct err *err)
{
	struct vault *vault = reading->vault;
	struct mp_reader reader;
	struct change change;
	struct block block;
	size_t pairs = 0;
	struct buf plain;
	int code;

	arena_reset(&vault->scratch);
	buf_init(&plain, LIMIT_BLOCK_BODY_BYTES);
	code = store_block_get(vault->store, row->log_no, row->seq,
			       &vault->scratch, &block, err);
	if (code == 0 && (change_open(&vault->ring, &block, &plain) != 0 ||
			  change_read(buf_bytes(&plain), &change) != 0 ||
			  !id16_equal(&change.entry, &row->id)))
		code = ERR_NOT_FOUND;
	if (code != 0)
		goto out;
	reader = mp_reader(change.ops);
	if (mp_read_map(&reader, &pairs) != 0)
		code = ERR_NOT_FOUND;
	for (; code == 0 && pairs > 0; pairs--) {
		uint64_t number = 0;
		struct bytes op;

		if (mp_read_uint(&reader, &number) != 0 ||
		    mp_read_raw(&reader, &op) != 0)
			code = ERR_NOT_FOUND;
		else
			code = take_op(reading, number, op);
	}
out:
	buf_release(&plain);
	return code;
}

static int read_merged(struct fact_reading *reading, const struct row *row,
		       struct err *err)
{
	uint32_t numbers[MERGE_FIELDS_MAX];
	struct gathered gathered;
	size_t count;
	int code = gather_entry(reading->vault, &row->id, GATHER_ALL, &gathered,
				err);

	if (code != 0)
		goto out;
	count = merge_fields(gathered.state, numbers, MERGE_FIELDS_MAX);
	for (size_t i = 0; code == 0 && i < count; i++) {
		struct merge_field field;

		code = merge_read(gathered.state, numbers[i], &field);
		if (code == ERR_NOMEM)
			break;
		if (code != 0 || field.is_unknown || field.count == 0) {
			code = 0;
			continue;
		}
		if (field.rule == RULE_register || field.rule == RULE_text)
			field.count = 1;
		for (size_t j = 0; j < field.count; j++)
			fact_take(reading, numbers[i], field.values[j].value);
	}
out:
	gather_release(&gathered);
	return code;
}

static void begin(struct fact_reading *reading, const struct row *row)
{
	struct fact *fact = reading->fact;

	memset(fact, 0, sizeof *fact);
	for (size_t i = 0; i < FACT_NUMBERS; i++)
		fact->numbers[i] = FACT_ABSENT;
	fact->stamp = row->stamp;
	fact->blocks = row->blocks;
	fact->state = FACT_DONE;
}

/* Pairs and patterns go where they stay; without room there are none. */
static int keep_items(struct fact_reading *reading)
{
	struct facts *facts = &reading->vault->facts;
	struct fact *fact = reading->fact;
	int code = 0;

	fact->items_at = facts->item_count;
	for (size_t i = 0; code == 0 && i < 2u * fact->pair_count; i++)
		code = item_put(facts, reading->pairs[i]);
	for (size_t i = 0; code == 0 && i < fact->pattern_count; i++)
		code = item_put(facts, reading->patterns[i]);
	if (code == 0)
		return 0;
	facts->item_count = fact->items_at;
	fact->pair_count = 0;
	fact->pattern_count = 0;
	return code == ERR_LIMIT ? 0 : code;
}

static int read_fact(struct vault *vault, uint32_t index, struct fact *fact,
		     uint32_t *cost_us, struct err *err)
{
	const struct row *row = &vault->view.rows[index];
	struct fact_reading reading = { .vault = vault, .fact = fact };
	int code = ERR_NOT_FOUND;

	reading.kind = entry_kind_by_number(row->kind);
	begin(&reading, row);
	*cost_us = FACT_BLOCK_US;
	if (row->blocks == 1 && row->log_no != 0)
		code = read_block(&reading, row, err);
	if (code == ERR_NOT_FOUND) {
		begin(&reading, row);
		*cost_us = FACT_ENTRY_US;
		code = read_merged(&reading, row, NULL);
	}
	if (code == ERR_NOT_FOUND || code == ERR_MALFORMED) {
		begin(&reading, row);
		fact->state = FACT_GONE;
		return 0;
	}
	if (code == 0)
		code = reading.code;
	if (code == 0)
		code = keep_items(&reading);
	if (code != 0)
		fact->state = FACT_UNREAD;
	return code == 0 ? 0 : vault_fail(err, code);
}

int facts_read(struct vault *vault, const struct facts_wanted *wanted,
	       uint32_t *budget_us, bool *more, struct err *err)
{
	int code = 0;

	for (uint32_t i = vault->view.count; code == 0 && i-- > 0;) {
		struct fact *fact;
		uint32_t cost_us = 0;

		if (!facts_fit(wanted, &vault->view.rows[i]) ||
		    known(vault, i) != NULL)
			continue;
		if (*budget_us == 0) {
			*more = true;
			return 0;
		}
		fact = place_of(&vault->facts, i);
		if (fact == NULL)
			return vault_fail(err, ERR_NOMEM);
		code = read_fact(vault, i, fact, &cost_us, err);
		*budget_us -= cost_us < *budget_us ? cost_us : *budget_us;
	}
	return code;
}
