/*
 * columns.c - the log and the graph to columns, and back.
 *
 * A chunk was sealed by this device and is still read as if by anybody: it
 * must never bring in a run whose words, parents, or places are not all
 * there. What it says of lengths is believed only as far as text_rebuild
 * finds it so. Next: squeeze.c, optape.c.
 */
#include "crdt/text/columns.h"

#include "crdt/text/optape.h"
#include "crdt/text/squeeze.h"
#include "proto/base/panic.h"
#include "proto/base/utf8.h"

enum { COLUMNS_VERSION = 1 };
enum { COLUMN_OPS, COLUMN_WORDS, COLUMN_GRAPH, COLUMN_AUTHORS, COLUMN_COUNT };

/* --- out */

static int columns_put(struct text *text, uint32_t number, struct bytes raw,
		       struct buf *out)
{
	struct buf squeezed;
	size_t stored;
	int rc;

	buf_init(&squeezed, COLUMNS_RAW_MAX);
	rc = squeeze_put(text->memory, raw, &squeezed, &stored);
	if (rc == 0) {
		optape_put(out, number);
		optape_put(out, raw.len);
		optape_put(out, stored);
		(void)buf_put(out, stored > 0 ? squeezed.ptr : raw.ptr,
			      stored > 0 ? stored : raw.len);
		rc = out->failed;
	}
	buf_release(&squeezed);
	return rc;
}

static void columns_put_run(struct text *text, const struct graph_run *run,
			    struct buf *out)
{
	struct graph_version parents = graph_run_parents(&text->graph, run);
	uint64_t len = run->end - run->lv;
	int64_t more;

	if (parents.count == 1 && parents.lvs[0] == run->lv - 1) {
		optape_put(out, len << 1 | 1);
		return;
	}
	optape_put(out, len << 1);
	optape_put(out, parents.count);
	for (uint32_t i = 0; i < parents.count; i++)
		optape_put(out, run->lv - parents.lvs[i]);
	if (parents.count < 2)
		return;
	more = text->log.runs[oplog_find(&text->log, run->lv)].before;
	more -= oplog_after(&text->log, parents.lvs[parents.count - 1]);
	optape_put(out, (uint64_t)more << 1 ^ (uint64_t)(more >> 63));
}

static void columns_put_authors(struct text *text, uint32_t from,
				uint32_t first, struct buf *out)
{
	const struct graph *graph = &text->graph;
	uint32_t known = 0;
	uint32_t said;

	for (uint32_t i = 0; i < first; i++)
		if (graph->runs[i].agent >= known)
			known = graph->runs[i].agent + 1u;
	if (first < graph->run_count && graph->runs[first].lv < from &&
	    graph->runs[first].agent >= known)
		known = graph->runs[first].agent + 1u;
	said = known;
	for (uint32_t i = first; i < graph->run_count; i++)
		if (graph->runs[i].agent >= said)
			said = graph->runs[i].agent + 1u;
	optape_put(out, said - known);
	for (; known < said; known++)
		(void)buf_put(out, graph->agents[known].id.b,
			      sizeof(struct id16));
	for (uint32_t i = first; i < graph->run_count; i++)
		optape_put(out, graph->runs[i].agent);
}

static void columns_fill(struct text *text, uint32_t from,
			 struct buf raw[COLUMN_COUNT])
{
	struct graph *graph = &text->graph;
	struct oplog *log = &text->log;
	uint32_t first = graph_find_run(graph, from);
	uint32_t cursor = 0;
	uint32_t end = graph_end(graph);

	for (uint32_t i = first; i < graph->run_count; i++) {
		struct graph_run run = graph->runs[i];

		if (run.lv < from) {
			run.lv = from;
			run.parents = from - 1;
			run.parent_count = 1;
		}
		columns_put_run(text, &run, &raw[COLUMN_GRAPH]);
	}
	columns_put_authors(text, from, first, &raw[COLUMN_AUTHORS]);
	for (uint32_t i = oplog_find(log, from); from < end; i++) {
		const struct oplog_run *run = &log->runs[i];
		uint32_t to = run->lv + oplog_len(run);
		struct text_op op = oplog_part(log, i, from, to);

		optape_put_op(&raw[COLUMN_OPS], &cursor, &op);
		if (op.kind == TEXT_INSERT)
			(void)buf_put(&raw[COLUMN_WORDS], op.text.ptr,
				      op.text.len);
		from = to;
	}
}

int columns_save(struct text *text, uint32_t from, struct buf *out)
{
	struct buf raw[COLUMN_COUNT];
	size_t before = out->len;
	int rc = 0;

	if (from >= graph_end(&text->graph))
		return ERR_NOT_FOUND;
	for (uint32_t i = 0; i < COLUMN_COUNT; i++)
		buf_init(&raw[i], COLUMNS_RAW_MAX);
	columns_fill(text, from, raw);
	optape_put(out, COLUMNS_VERSION);
	optape_put(out, from);
	optape_put(out, graph_end(&text->graph) - from);
	for (uint32_t i = 0; rc == 0 && i < COLUMN_COUNT; i++) {
		rc = raw[i].failed;
		if (rc == 0)
			rc = columns_put(text, i, buf_bytes(&raw[i]), out);
	}
	for (uint32_t i = 0; i < COLUMN_COUNT; i++)
		buf_release(&raw[i]);
	if (rc != 0)
		out->len = before;
	return rc;
}

/* --- in */

struct columns_reader {
	struct text *text;
	struct optape tapes[COLUMN_COUNT];
	void *blocks[COLUMN_COUNT]; /* what was squeezed, opened */
	size_t block_bytes[COLUMN_COUNT];
	uint32_t cursor; /* of ops */
	uint32_t left;   /* events */
	/* What the run at hand still has to get. */
	struct text_op op;
	struct bytes words;
};

static int columns_open_one(struct columns_reader *reader, struct optape *tape)
{
	uint64_t number = optape_get(tape);
	uint32_t raw = optape_get_to(tape, COLUMNS_RAW_MAX);
	uint32_t stored = optape_get_to(tape, COLUMNS_RAW_MAX);
	struct bytes bytes = optape_get_bytes(tape, stored > 0 ? stored : raw);
	int rc;

	if (tape->bad)
		return ERR_CORRUPT;
	if (number >= COLUMN_COUNT)
		return 0;
	if (reader->tapes[number].ptr != NULL)
		return ERR_CORRUPT;
	if (stored == 0) {
		reader->tapes[number] = optape_of(bytes);
		return 0;
	}
	rc = text_memory_resize(reader->text->memory, &reader->blocks[number],
				0, raw);
	if (rc != 0)
		return rc;
	reader->block_bytes[number] = raw;
	reader->tapes[number] =
		optape_of(bytes_of(reader->blocks[number], raw));
	if (raw == 0)
		return ERR_CORRUPT;
	return squeeze_get(reader->text->memory, bytes, reader->blocks[number],
			   raw);
}

static int columns_open(struct columns_reader *reader, struct bytes chunk)
{
	struct optape tape = optape_of(chunk);
	uint64_t version = optape_get(&tape);
	uint64_t from = optape_get(&tape);
	uint64_t events = optape_get(&tape);
	int rc = 0;

	if (tape.bad || version != COLUMNS_VERSION ||
	    from != graph_end(&reader->text->graph) || events == 0 ||
	    events > TEXT_EVENTS_MAX - from)
		return ERR_CORRUPT;
	reader->left = (uint32_t)events;
	while (rc == 0 && tape.ptr < tape.end)
		rc = columns_open_one(reader, &tape);
	for (uint32_t i = 0; rc == 0 && i < COLUMN_COUNT; i++)
		if (reader->tapes[i].ptr == NULL)
			rc = ERR_CORRUPT;
	if (rc != 0)
		return rc;
	reader->words = bytes_of(reader->tapes[COLUMN_WORDS].ptr,
				 (size_t)(reader->tapes[COLUMN_WORDS].end -
					  reader->tapes[COLUMN_WORDS].ptr));
	return utf8_is_valid(reader->words) ? 0 : ERR_CORRUPT;
}

static int columns_get_authors(struct columns_reader *reader)
{
	struct optape *tape = &reader->tapes[COLUMN_AUTHORS];
	struct graph *graph = &reader->text->graph;
	uint32_t count = optape_get_to(tape, TEXT_AGENTS_MAX);

	for (uint32_t i = 0; i < count; i++) {
		struct bytes bytes =
			optape_get_bytes(tape, sizeof(struct id16));
		uint32_t before = graph->agent_count;
		struct id16 id;
		uint32_t agent;
		int rc;

		if (tape->bad)
			return ERR_CORRUPT;
		memcpy(id.b, bytes.ptr, sizeof id.b);
		rc = graph_add_agent(graph, &id, &agent);
		if (rc != 0)
			return rc == ERR_LIMIT ? ERR_CORRUPT : rc;
		if (agent != before)
			return ERR_CORRUPT;
	}
	return tape->bad ? ERR_CORRUPT : 0;
}

/* A run's parents into text->versions, and how long the text was there. */
static int columns_get_parents(struct columns_reader *reader, bool is_plain,
			       struct graph_version *parents, uint32_t *before)
{
	struct text *text = reader->text;
	struct optape *tape = &reader->tapes[COLUMN_GRAPH];
	uint32_t lv = graph_end(&text->graph);
	uint32_t count = is_plain ? 1 : optape_get_to(tape, TEXT_AGENTS_MAX);
	int rc;

	rc = text_memory_grow(text->memory, &text->versions,
			      &text->versions_cap, count + 1,
			      sizeof *text->versions);
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t back = is_plain ? 1 : optape_get_to(tape, lv);

		if (tape->bad || back == 0 || back > lv ||
		    (!is_plain && count == 1 && back == 1) ||
		    (i > 0 && lv - back <= text->versions[i - 1]))
			return ERR_CORRUPT;
		text->versions[i] = lv - back;
	}
	*parents = (struct graph_version){ text->versions, count };
	*before = 0;
	if (count > 0)
		*before = oplog_after(&text->log, text->versions[count - 1]);
	if (count > 1) {
		uint32_t way = optape_get_to(tape, 2 * TEXT_SCALARS_MAX);

		*before += (way >> 1) ^ (0 - (way & 1));
		if (*before > TEXT_SCALARS_MAX)
			return ERR_CORRUPT;
	}
	return tape->bad ? ERR_CORRUPT : 0;
}

/* The next op, which has its place in a text of len scalars. */
static int columns_get_op(struct columns_reader *reader, uint32_t most,
			  uint32_t len)
{
	struct text_op *op = &reader->op;
	size_t bytes;

	if (!optape_get_op(&reader->tapes[COLUMN_OPS], &reader->cursor, op) ||
	    op->len > most)
		return ERR_CORRUPT;
	if (op->kind == TEXT_VOID)
		return 0;
	if (op->pos > len ||
	    (op->kind != TEXT_INSERT && op->len > len - op->pos))
		return ERR_CORRUPT;
	if (op->kind != TEXT_INSERT)
		return 0;
	bytes = reader->words.len;
	if (bytes > op->len)
		bytes = text_prefix_bytes(reader->words, op->len);
	op->text = bytes_of(reader->words.ptr, bytes);
	reader->words.ptr += bytes;
	reader->words.len -= bytes;
	/* Too few words are found when they are counted. */
	return bytes >= op->len && text_scalars(op->text) == op->len
		       ? 0
		       : ERR_CORRUPT;
}

static int columns_get_ops(struct columns_reader *reader, uint32_t count,
			   struct oplog_place place)
{
	struct oplog *log = &reader->text->log;

	while (count > 0) {
		int rc = columns_get_op(reader, count, place.before);

		if (rc == 0)
			rc = oplog_reserve(log, 1, reader->op.text.len);
		if (rc != 0)
			return rc;
		oplog_push(log, &reader->op, &place);
		place.apart = false;
		place.lv += reader->op.len;
		count -= reader->op.len;
		if (reader->op.kind == TEXT_INSERT)
			place.before += reader->op.len;
		else if (reader->op.kind != TEXT_VOID)
			place.before -= reader->op.len;
	}
	return 0;
}

static int columns_get_run(struct columns_reader *reader)
{
	struct text *text = reader->text;
	struct graph *graph = &text->graph;
	uint64_t head = optape_get(&reader->tapes[COLUMN_GRAPH]);
	struct optape *authors = &reader->tapes[COLUMN_AUTHORS];
	uint32_t runs = graph->run_count;
	struct graph_addition addition = { 0 };
	struct oplog_place place = { .lv = graph_end(graph) };
	int rc;

	if (head >> 1 == 0 || head >> 1 > reader->left ||
	    graph->agent_count == 0)
		return ERR_CORRUPT;
	addition.len = (uint32_t)(head >> 1);
	addition.agent = optape_get_to(authors, graph->agent_count - 1);
	rc = columns_get_parents(reader, (head & 1) != 0, &addition.parents,
				 &place.before);
	if (rc == 0 && authors->bad)
		rc = ERR_CORRUPT;
	if (rc == 0)
		rc = graph_add(graph, &addition);
	if (rc != 0)
		return rc;
	place.apart = graph->run_count != runs;
	reader->left -= addition.len;
	return columns_get_ops(reader, addition.len, place);
}

static int columns_load_one(struct text *text, struct bytes chunk)
{
	struct columns_reader reader = { .text = text };
	int rc = columns_open(&reader, chunk);

	if (rc == 0)
		rc = columns_get_authors(&reader);
	while (rc == 0 && reader.left > 0)
		rc = columns_get_run(&reader);
	if (rc == 0 && (reader.words.len > 0 ||
			!optape_is_done(&reader.tapes[COLUMN_OPS]) ||
			!optape_is_done(&reader.tapes[COLUMN_GRAPH]) ||
			!optape_is_done(&reader.tapes[COLUMN_AUTHORS])))
		rc = ERR_CORRUPT;
	for (uint32_t i = 0; i < COLUMN_COUNT; i++)
		text_memory_give(text->memory, reader.blocks[i],
				 reader.block_bytes[i]);
	return rc;
}

int columns_load(struct text *text, const struct bytes *chunks, size_t count)
{
	struct text_memory *memory = text->memory;
	struct text_tune tune = text->tune;
	int rc = 0;

	kept_assert(graph_end(&text->graph) == 0);
	for (size_t i = 0; rc == 0 && i < count; i++)
		rc = columns_load_one(text, chunks[i]);
	if (rc == 0)
		return 0;
	text_release(text);
	text_init(text, memory, tune);
	return rc;
}
