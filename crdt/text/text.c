/*
 * text.c - messages and keystrokes into one text.
 *
 * A change goes: is it sound, what is it to be called, does it fit (all
 * memory is reserved), and only then the text. It must never answer an error
 * with the text, the log or the graph changed. Next: walker.c.
 */
#include "crdt/text/text.h"

#include "proto/base/panic.h"
#include "proto/base/utf8.h"

/* After that many messages in a row that nobody typed beside, what a live
 * merge needs is given back. */
#define TEXT_CALM_MAX 512u

void text_init(struct text *text, struct text_memory *memory,
	       struct text_tune tune)
{
	*text = (struct text){ .memory = memory, .tune = tune };
	graph_init(&text->graph, memory);
	oplog_init(&text->log, memory);
	rope_init(&text->rope, memory, tune.chunk_bytes);
	walker_init(&text->walker, &text->graph, &text->log, tune.track);
	text_patches_init(&text->patches, memory);
}

void text_release(struct text *text)
{
	if (text->memory == NULL)
		return;
	text_rest(text);
	text_patches_release(&text->patches);
	rope_release(&text->rope);
	oplog_release(&text->log);
	graph_release(&text->graph);
	text_memory_give(text->memory, text->versions,
			 text->versions_cap * sizeof *text->versions);
	*text = (struct text){ 0 };
}

void text_rest(struct text *text)
{
	walker_rest(&text->walker);
	text_patches_release(&text->patches);
	oplog_trim(&text->log);
	text->calm = 0;
}

struct text_id text_name(struct text *text, uint32_t lv)
{
	const struct graph_run *run =
		&text->graph.runs[graph_find_run(&text->graph, lv)];

	return (struct text_id){
		.author = text->graph.agents[run->agent].id,
		.seq = run->seq + (lv - run->lv),
	};
}

uint32_t text_find(const struct text *text, const struct text_id *id)
{
	for (uint32_t i = 0; i < text->graph.agent_count; i++)
		if (id16_equal(&text->graph.agents[i].id, &id->author))
			return graph_find_event(&text->graph, i, id->seq);
	return TEXT_NONE;
}

/* --- what a message says, from its own bytes */

struct measure {
	uint32_t events;
	size_t words;
};

static int text_measure(const struct text_message *message,
			struct measure *measure)
{
	uint64_t events = 0;

	*measure = (struct measure){ 0 };
	if (message->parent_count > TEXT_AGENTS_MAX || message->op_count == 0 ||
	    message->op_count > TEXT_MESSAGE_OPS_MAX)
		return ERR_MALFORMED;
	for (uint32_t i = 0; i < message->op_count; i++) {
		const struct text_op *op = &message->ops[i];

		if (op->len == 0 || op->len > OPLOG_LEN_MAX ||
		    op->kind == TEXT_VOID)
			return ERR_MALFORMED;
		events += op->len;
		if (op->kind != TEXT_INSERT)
			continue;
		measure->words += op->text.len;
		/* A letter of ASCII is what most ops are. */
		if (op->text.len == 1 && op->len == 1 &&
		    op->text.ptr[0] - 1u < 0x7f)
			continue;
		if (measure->words > TEXT_MESSAGE_BYTES_MAX ||
		    !utf8_is_valid(op->text) ||
		    text_scalars(op->text) != op->len)
			return ERR_MALFORMED;
	}
	if (events > TEXT_MESSAGE_EVENTS_MAX ||
	    events + message->seq >= TEXT_EVENTS_MAX)
		return ERR_MALFORMED;
	measure->events = (uint32_t)events;
	return measure->words > TEXT_MESSAGE_BYTES_MAX ? ERR_MALFORMED : 0;
}

/* Are all places inside a text of len scalars, each op after the one
 * before? */
static bool text_fits(const struct text_message *message, uint64_t len)
{
	for (uint32_t i = 0; i < message->op_count; i++) {
		const struct text_op *op = &message->ops[i];

		if (op->pos > len)
			return false;
		if (op->kind == TEXT_INSERT)
			len += op->len;
		else if (op->len > len - op->pos)
			return false;
		else
			len -= op->len;
		if (len > TEXT_SCALARS_MAX)
			return false;
	}
	return true;
}

/* --- one change on its way in */

struct change {
	struct text *text;
	const struct text_message *message;
	struct measure measure;
	uint32_t agent;
	struct graph_version parents;
	struct graph_version before; /* the heads as they were */
	bool repeats;                /* a parent was named twice */
	bool is_void;
	struct graph_mark graph_mark;
	struct oplog_mark log_mark;
};

/* The parents' LVs, ascending, each once, and the heads as they are. */
static int change_find_parents(struct change *change)
{
	struct text *text = change->text;
	const struct text_message *message = change->message;
	struct graph_version heads = graph_heads(&text->graph);
	uint32_t count = 0;
	uint32_t *lvs;
	int rc;

	rc = text_memory_grow(text->memory, &text->versions,
			      &text->versions_cap,
			      message->parent_count + heads.count + 1,
			      sizeof *text->versions);
	if (rc != 0)
		return rc;
	lvs = text->versions;
	for (uint32_t i = 0; i < message->parent_count; i++) {
		uint32_t agent = graph_find_agent(&text->graph,
						  &message->parents[i].author);
		uint32_t lv = TEXT_NONE;
		uint32_t at = count;

		if (agent != TEXT_NONE)
			lv = graph_find_event(&text->graph, agent,
					      message->parents[i].seq);
		if (lv == TEXT_NONE)
			return ERR_GAP;
		for (; at > 0 && lvs[at - 1] > lv; at--)
			lvs[at] = lvs[at - 1];
		change->repeats |= at > 0 && lvs[at - 1] == lv;
		lvs[at] = lv;
		count++;
	}
	change->parents = (struct graph_version){ lvs, count };
	lvs += count;
	if (heads.count > 0)
		memcpy(lvs, heads.lvs, heads.count * sizeof *lvs);
	change->before = (struct graph_version){ lvs, heads.count };
	return 0;
}

/* 1: the graph lets it be, 0: it is void, or an error. */
static int change_is_causal(struct change *change)
{
	struct graph *graph = &change->text->graph;
	uint32_t last = graph->agents[change->agent].last_lv;
	int rc = 1;

	if (change->repeats)
		return 0;
	if (graph_same(change->parents, change->before))
		return 1;
	if (change->parents.count > 1)
		rc = graph_is_version(graph, change->parents);
	if (rc == 1 && last != TEXT_NONE)
		rc = graph_reaches(graph, change->parents, last);
	return rc;
}

/* Its ops into the log, or nothing in their place. */
static void change_push(struct change *change, uint32_t len, bool is_void)
{
	struct text *text = change->text;
	struct oplog_place place = {
		.lv = change->graph_mark.end,
		.before = len,
		.apart = text->graph.run_count != change->graph_mark.run_count,
	};
	struct text_op nothing = {
		.kind = TEXT_VOID,
		.len = change->measure.events,
	};

	if (is_void) {
		oplog_push(&text->log, &nothing, &place);
		return;
	}
	for (uint32_t i = 0; i < change->message->op_count; i++) {
		const struct text_op *op = &change->message->ops[i];

		oplog_push(&text->log, op, &place);
		place.apart = false;
		place.lv += op->len;
		if (op->kind == TEXT_INSERT)
			place.before += op->len;
		else
			place.before -= op->len;
	}
}

static void rope_change(struct rope *rope, const struct text_op *op)
{
	if (op->kind == TEXT_INSERT)
		rope_insert(rope, op->pos, op->text, op->len);
	else
		rope_delete(rope, op->pos, op->len);
}

/* A live merge has to know what went straight into the text. */
static void text_tell_walker(struct text *text, struct graph_version parents,
			     uint32_t lv)
{
	struct walker *walker = &text->walker;
	int rc;

	if (!walker->is_standing)
		return;
	if (++text->calm > TEXT_CALM_MAX) {
		walker_rest(walker);
		return;
	}
	walker->patches = NULL;
	/* What was taken is not given back for the lack of steps. */
	walker_allow(walker, 0);
	rc = walker_go(walker, parents);
	if (rc == 0)
		rc = walker_do(walker, lv, graph_end(&text->graph));
	walker->is_standing = rc == 0;
}

/* Nobody typed beside it: no merge. */
static int change_straight(struct change *change)
{
	struct text *text = change->text;
	const struct text_message *message = change->message;
	bool fits = !change->is_void && text_fits(message, text->rope.scalars);
	int rc = 0;

	for (uint32_t i = 0; fits && rc == 0 && i < message->op_count; i++) {
		struct text_op op = message->ops[i];

		if (op.kind == TEXT_DELETE_BACK)
			op.kind = TEXT_DELETE;
		rc = text_patches_put(&text->patches, &op);
	}
	if (rc != 0)
		return rc;
	change_push(change, text->rope.scalars, !fits);
	for (uint32_t i = 0; fits && i < message->op_count; i++)
		rope_change(&text->rope, &message->ops[i]);
	text_tell_walker(text, change->parents, change->graph_mark.end);
	return 0;
}

/* Most ops cut an item in two and add one. */
static uint32_t change_zone_items(struct change *change, uint32_t base)
{
	struct oplog *log = &change->text->log;
	uint32_t first = 0;

	if (base + 1 >= change->graph_mark.end)
		return change->message->op_count;
	if (base != TEXT_NONE)
		first = oplog_find(log, base + 1);
	return 2 * (log->count - first + change->message->op_count);
}

/* The walker stands somewhere from where the parents can be reached. */
static int change_stand(struct change *change)
{
	struct text *text = change->text;
	struct walker *walker = &text->walker;
	struct graph_version parents = change->parents;
	uint32_t base;
	uint32_t len = 0;
	int rc;

	base = walker->base;
	if (walker->is_standing &&
	    (base == TEXT_NONE ||
	     (parents.count > 0 && parents.lvs[0] >= base)))
		return 0;
	rc = graph_base(&text->graph, change->before, parents, &base);
	if (rc != 0)
		return rc;
	if (text->tune.no_short_way)
		base = TEXT_NONE;
	if (base != TEXT_NONE)
		len = oplog_after(&text->log, base);
	rc = walker_begin(walker, base, len);
	if (rc == 0)
		rc = track_reach(&walker->track, graph_end(&text->graph));
	if (rc == 0)
		track_expect(&walker->track, change_zone_items(change, base));
	if (rc == 0)
		rc = walker_cover(walker, base + 1, change->graph_mark.end);
	return rc;
}

/* Can the patches be made? Not if a history that was read back lied about
 * how long the text was. */
static bool text_takes(const struct text *text)
{
	uint64_t len = text->rope.scalars;

	for (uint32_t i = 0; i < text->patches.count; i++) {
		const struct text_op *op = &text->patches.ops[i];

		if (op->pos > len)
			return false;
		if (op->kind == TEXT_INSERT)
			len += op->len;
		else if (op->len > len - op->pos)
			return false;
		else
			len -= op->len;
	}
	return true;
}

static int change_merge(struct change *change)
{
	struct text *text = change->text;
	struct walker *walker = &text->walker;
	bool fits;
	int rc;

	walker->patches = NULL;
	text->calm = 0;
	rc = change_stand(change);
	if (rc == 0)
		rc = walker_go(walker, change->parents);
	if (rc != 0)
		return rc;
	fits = !change->is_void &&
	       text_fits(change->message, walker->track.seen);
	change_push(change, walker->track.seen, !fits);
	walker->patches = &text->patches;
	rc = walker_do(walker, change->graph_mark.end, graph_end(&text->graph));
	walker->patches = NULL;
	if (rc == 0 && !text_takes(text))
		rc = ERR_CORRUPT;
	if (rc != 0)
		return rc;
	for (uint32_t i = 0; i < text->patches.count; i++)
		rope_change(&text->rope, &text->patches.ops[i]);
	return 0;
}

static int change_reserve(struct change *change)
{
	struct text *text = change->text;
	int rc;

	rc = oplog_reserve(&text->log, change->message->op_count,
			   change->measure.words);
	if (rc == 0)
		rc = rope_reserve(&text->rope, change->measure.words);
	return rc;
}

/*
 * Parents that cannot be are forgotten: the message stands, void, after its
 * author's event before, so that an author has one branch whatever is said.
 */
static int change_judge(struct change *change)
{
	struct text *text = change->text;
	uint32_t last = text->graph.agents[change->agent].last_lv;
	int rc = change_is_causal(change);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	change->is_void = true;
	/* The list has room for one more than was named. */
	memmove(text->versions + 1, change->before.lvs,
		change->before.count * sizeof *text->versions);
	change->before.lvs = text->versions + 1;
	text->versions[0] = last;
	change->parents =
		(struct graph_version){ text->versions, last != TEXT_NONE };
	return 0;
}

static int change_make(struct change *change)
{
	struct text *text = change->text;
	struct graph_addition addition = {
		.agent = change->agent,
		.len = change->measure.events,
	};
	int rc = change_judge(change);

	addition.parents = change->parents;
	if (rc == 0)
		rc = change_reserve(change);
	if (rc == 0)
		rc = graph_add(&text->graph, &addition);
	if (rc != 0)
		return rc;
	if (graph_same(change->parents, change->before) &&
	    !text->tune.no_short_way)
		return change_straight(change);
	return change_merge(change);
}

int text_apply(struct text *text, const struct text_message *message)
{
	struct change change = { .text = text, .message = message };
	const struct graph_agent *row;
	int rc;

	text->patches.count = 0;
	text->patches.insert_bytes = 0;
	rc = text_measure(message, &change.measure);
	if (rc == 0)
		rc = change_find_parents(&change);
	if (rc != 0)
		return rc;
	walker_allow(&text->walker, text->steps_max);
	change.graph_mark = graph_mark(&text->graph);
	change.log_mark = oplog_mark(&text->log);
	rc = graph_add_agent(&text->graph, &message->author, &change.agent);
	if (rc != 0)
		return rc;
	row = &text->graph.agents[change.agent];
	if (message->seq > row->next_seq)
		rc = ERR_GAP;
	else if (message->seq == row->next_seq)
		rc = change_make(&change);
	else if (message->seq + change.measure.events > row->next_seq)
		rc = ERR_MALFORMED;
	if (rc == 0)
		return 0;
	if (graph_end(&text->graph) != change.graph_mark.end)
		text->walker.is_standing = false;
	graph_cut(&text->graph, change.graph_mark, change.agent, change.before);
	oplog_cut(&text->log, change.log_mark);
	text->patches.count = 0;
	return rc;
}

int text_author(struct text *text, const struct id16 *id, uint32_t *author)
{
	return graph_add_agent(&text->graph, id, author);
}

/* What is typed, counted; or why it cannot be. */
static int text_check_typed(const struct text *text, struct text_op *op)
{
	uint32_t len = text->rope.scalars;

	if (op->pos > len)
		return ERR_MALFORMED;
	if (op->kind != TEXT_INSERT) {
		op->text = bytes_of(NULL, 0);
		return op->len == 0 || op->len > len - op->pos ? ERR_MALFORMED
							       : 0;
	}
	if (op->text.len == 1 && op->text.ptr[0] - 1u < 0x7f &&
	    len < TEXT_SCALARS_MAX) {
		op->len = 1;
		return 0;
	}
	if (op->text.len > TEXT_MESSAGE_BYTES_MAX)
		return ERR_LIMIT;
	if (op->text.len == 0 || !utf8_is_valid(op->text))
		return ERR_MALFORMED;
	op->len = (uint32_t)text_scalars(op->text);
	return op->len > TEXT_SCALARS_MAX - len ? ERR_LIMIT : 0;
}

/* It goes where it was typed, once it has a name. */
static void text_write(struct text *text, const struct text_op *op,
		       const struct oplog_place *place)
{
	oplog_push(&text->log, op, place);
	rope_change(&text->rope, op);
}

int text_type(struct text *text, uint32_t author, const struct text_op *op)
{
	struct graph *graph = &text->graph;
	struct graph_version heads = graph_heads(graph);
	struct graph_addition addition = { .agent = author };
	struct oplog_place place = { graph_end(graph), text->rope.scalars,
				     false };
	uint32_t before = graph->run_count;
	struct text_op typed = *op;
	int rc;

	kept_assert(author < graph->agent_count);
	rc = text_check_typed(text, &typed);
	if (rc == 0)
		rc = oplog_reserve(&text->log, 1, typed.text.len);
	if (rc == 0)
		rc = rope_reserve(&text->rope, typed.text.len);
	if (rc != 0)
		return rc;
	if (!text->walker.is_standing &&
	    graph_go_on(graph, author, typed.len)) {
		text_write(text, &typed, &place);
		return 0;
	}
	rc = text_memory_grow(text->memory, &text->versions,
			      &text->versions_cap, heads.count + 1,
			      sizeof *text->versions);
	if (rc != 0)
		return rc;
	/* The heads move in graph_add. */
	if (heads.count > 0)
		memcpy(text->versions, heads.lvs,
		       heads.count * sizeof *heads.lvs);
	addition.parents =
		(struct graph_version){ text->versions, heads.count };
	addition.len = typed.len;
	rc = graph_add(graph, &addition);
	if (rc != 0)
		return rc;
	place.apart = graph->run_count != before;
	text_write(text, &typed, &place);
	text_tell_walker(text, addition.parents, place.lv);
	return 0;
}
