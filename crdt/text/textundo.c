/*
 * textundo.c - a step's characters are found in the track of the whole
 * history, where even what is deleted has its place.
 *
 * That costs a walk of the history, which a person does not notice and which
 * needs nothing kept up to date while they type. It must never touch a
 * character of somebody else's. Next: text.c.
 */
#include "crdt/text/textundo.h"

#include "proto/base/panic.h"

/* Scalars put in at once: what one message may hold. */
#define UNDO_PIECE_MAX (TEXT_MESSAGE_BYTES_MAX / 4)

/* What is to become of an event's character. */
enum fate { FATE_STAYS = 0, FATE_GOES = 1, FATE_COMES = 2 };

struct undoing {
	struct text_undo *undo;
	struct text *text;
	struct text_undo_step step;
	uint8_t *fates; /* Owns: per LV */
	uint32_t fate_count;
	uint32_t *ids; /* Owns: LV of what each patch puts in */
	uint32_t id_cap;
	uint32_t now;   /* scalars before the item looked at */
	uint32_t comes; /* scalars that are put in */
};

void text_undo_init(struct text_undo *undo, struct text *text, uint32_t author)
{
	*undo = (struct text_undo){
		.text = text,
		.author = author,
		.seq = text->graph.agents[author].next_seq,
	};
}

void text_undo_release(struct text_undo *undo)
{
	struct text_memory *memory = undo->text->memory;

	text_memory_give(memory, undo->done.steps,
			 undo->done.cap * sizeof *undo->done.steps);
	text_memory_give(memory, undo->undone.steps,
			 undo->undone.cap * sizeof *undo->undone.steps);
	text_memory_give(memory, undo->again,
			 undo->again_cap * sizeof *undo->again);
	*undo = (struct text_undo){ .text = undo->text };
}

static int stack_push(struct text_undo_stack *stack, struct text_memory *memory,
		      struct text_undo_step step)
{
	int rc;

	if (stack->count == TEXT_UNDO_STEPS_MAX) {
		stack->count--;
		memmove(stack->steps, stack->steps + 1,
			stack->count * sizeof *stack->steps);
	}
	rc = text_memory_grow(memory, &stack->steps, &stack->cap,
			      stack->count + 1, sizeof *stack->steps);
	if (rc == 0)
		stack->steps[stack->count++] = step;
	return rc;
}

static uint32_t undo_next_seq(const struct text_undo *undo)
{
	return undo->text->graph.agents[undo->author].next_seq;
}

int text_undo_mark(struct text_undo *undo)
{
	struct text_undo_step step = { undo->seq, undo_next_seq(undo) };
	int rc;

	if (step.seq == step.end)
		return 0;
	rc = stack_push(&undo->done, undo->text->memory, step);
	if (rc != 0)
		return rc;
	undo->seq = step.end;
	undo->undone.count = 0;
	return 0;
}

/* --- what becomes of which character */

/* The step's insertions go; what they were put in again as goes too. */
static void undoing_mark_typed(struct undoing *undoing, uint32_t lv,
			       uint32_t end)
{
	const struct oplog *log = &undoing->text->log;

	for (uint32_t i = oplog_find(&undoing->text->log, lv); lv < end; i++) {
		const struct oplog_run *run = &log->runs[i];
		uint32_t to = run->lv + oplog_len(run);

		if (to > end)
			to = end;
		if (oplog_kind(run) == TEXT_INSERT)
			memset(undoing->fates + lv, FATE_GOES, to - lv);
		lv = to;
	}
}

/* The step's deletions come again, unless it had typed them itself. */
static void undoing_mark_taken(struct undoing *undoing, uint32_t lv,
			       uint32_t end)
{
	const struct oplog *log = &undoing->text->log;
	const struct track *track = &undoing->text->walker.track;

	for (uint32_t i = oplog_find(&undoing->text->log, lv); lv < end; i++) {
		const struct oplog_run *run = &log->runs[i];
		uint32_t to = run->lv + oplog_len(run);
		enum text_kind kind = oplog_kind(run);

		if (to > end)
			to = end;
		for (; lv < to; lv++) {
			uint32_t target;

			if (kind == TEXT_INSERT || kind == TEXT_VOID)
				continue;
			target = track->loc[lv - track->zone];
			if (undoing->fates[target] == FATE_STAYS)
				undoing->fates[target] = FATE_COMES;
		}
	}
}

/* Both, for each stretch of the author's events that the step has. */
static void undoing_mark(struct undoing *undoing,
			 void (*mark)(struct undoing *undoing, uint32_t lv,
				      uint32_t end))
{
	struct graph *graph = &undoing->text->graph;
	uint32_t seq = undoing->step.seq;

	while (seq < undoing->step.end) {
		uint32_t lv =
			graph_find_event(graph, undoing->undo->author, seq);
		const struct graph_run *run =
			&graph->runs[graph_find_run(graph, lv)];
		uint32_t len = run->end - lv;

		if (len > undoing->step.end - seq)
			len = undoing->step.end - seq;
		mark(undoing, lv, lv + len);
		seq += len;
	}
}

static void undoing_mark_again(struct undoing *undoing)
{
	const struct text_undo *undo = undoing->undo;

	for (uint32_t i = 0; i < undo->again_count; i++) {
		const struct text_undo_again *again = &undo->again[i];

		for (uint32_t j = 0; j < again->len; j++)
			if (undoing->fates[again->was + j] == FATE_GOES)
				undoing->fates[again->is + j] = FATE_GOES;
	}
}

/* --- patches, in document order */

/* Good until the log grows. */
static struct bytes undoing_words(struct text *text, uint32_t id, uint32_t len)
{
	uint32_t index = oplog_find(&text->log, id);

	return oplog_part(&text->log, index, id, id + len).text;
}

static int undoing_put(struct undoing *undoing, uint32_t id, uint32_t len,
		       bool is_dead)
{
	struct text *text = undoing->text;
	struct text_op op = {
		.kind = is_dead ? TEXT_INSERT : TEXT_DELETE,
		.pos = undoing->now,
		.len = len,
	};
	struct text_patches *patches = &text->patches;
	int rc;

	if (is_dead) {
		op.text = undoing_words(text, id, len);
		undoing->comes += len;
	}
	rc = text_memory_grow(text->memory, &patches->ops, &patches->cap,
			      patches->count + 1, sizeof *patches->ops);
	if (rc == 0)
		rc = text_memory_grow(text->memory, &undoing->ids,
				      &undoing->id_cap, patches->count + 1,
				      sizeof *undoing->ids);
	if (rc != 0)
		return rc;
	undoing->ids[patches->count] = id;
	patches->ops[patches->count++] = op;
	patches->insert_bytes += op.text.len;
	return 0;
}

static int undoing_item(struct undoing *undoing, const struct track_item *item)
{
	uint8_t want = item->is_dead ? FATE_COMES : FATE_GOES;
	uint32_t id = item->id;
	uint32_t end = item->id + item->len;

	while (id < end) {
		uint32_t from = id;
		uint32_t run_end;
		uint32_t index = oplog_find(&undoing->text->log, id);
		bool is_meant = undoing->fates[id] == want;
		int rc = 0;

		run_end = undoing->text->log.runs[index].lv +
			  oplog_len(&undoing->text->log.runs[index]);
		while (id < end && id < run_end && id - from < UNDO_PIECE_MAX &&
		       (undoing->fates[id] == want) == is_meant)
			id++;
		if (is_meant)
			rc = undoing_put(undoing, from, id - from,
					 item->is_dead != 0);
		if (rc != 0)
			return rc;
		if (!item->is_dead)
			undoing->now += id - from;
	}
	return 0;
}

static int undoing_collect(struct undoing *undoing)
{
	const struct track *track = &undoing->text->walker.track;
	struct track_place place = { 0 };
	bool more;
	int rc = 0;

	place.leaf = track->nodes[track->top[0].node].leaf[0];
	more = track->leaves[place.leaf].count > 0;
	while (rc == 0 && more) {
		rc = undoing_item(undoing,
				  &track->leaves[place.leaf].items[place.item]);
		more = track_next_item(track, &place);
	}
	return rc;
}

/* --- and done, from the last to the first, so that places stay right */

static int undoing_type(struct undoing *undoing)
{
	struct text_undo *undo = undoing->undo;
	struct text *text = undoing->text;
	struct text_patches *patches = &text->patches;
	uint32_t count = patches->count;
	int rc;

	if (undoing->comes > TEXT_SCALARS_MAX - text->rope.scalars)
		return ERR_LIMIT;
	rc = oplog_reserve(&text->log, count, patches->insert_bytes);
	if (rc == 0)
		rc = rope_reserve(&text->rope, patches->insert_bytes);
	if (rc == 0)
		rc = text_memory_grow(
			text->memory, &undo->again, &undo->again_cap,
			undo->again_count + count, sizeof *undo->again);
	for (uint32_t i = count; rc == 0 && i-- > 0;) {
		struct text_op *op = &patches->ops[i];
		uint32_t is = graph_end(&text->graph);

		if (op->kind == TEXT_INSERT)
			op->text =
				undoing_words(text, undoing->ids[i], op->len);

		/* The first may be refused; after it the author types on. */
		rc = text_type(text, undo->author, op);
		kept_assert(rc == 0 || i + 1 == count);
		if (rc == 0 && op->kind == TEXT_INSERT)
			undo->again[undo->again_count++] =
				(struct text_undo_again){ undoing->ids[i], is,
							  op->len };
	}
	/* As they were done. */
	for (uint32_t i = 0; rc == 0 && i < count / 2; i++) {
		struct text_op op = patches->ops[i];

		patches->ops[i] = patches->ops[count - 1 - i];
		patches->ops[count - 1 - i] = op;
	}
	return rc;
}

static int undoing_find(struct undoing *undoing)
{
	struct text *text = undoing->text;
	struct walker *walker = &text->walker;
	uint32_t end = graph_end(&text->graph);
	int rc;

	rc = text_memory_grow(text->memory, &undoing->fates,
			      &undoing->fate_count, end, 1);
	if (rc != 0)
		return rc;
	memset(undoing->fates, FATE_STAYS, end);
	walker->patches = NULL;
	walker_allow(walker, text->steps_max);
	rc = walker_begin(walker, TEXT_NONE, 0);
	if (rc == 0)
		rc = walker_cover(walker, 0, end);
	if (rc != 0)
		return rc;
	undoing_mark(undoing, undoing_mark_typed);
	undoing_mark_again(undoing);
	undoing_mark(undoing, undoing_mark_taken);
	return undoing_collect(undoing);
}

static int undo_step(struct text_undo *undo, struct text_undo_stack *from,
		     struct text_undo_stack *to)
{
	struct text *text = undo->text;
	struct undoing undoing = { .undo = undo, .text = text };
	struct text_undo_step made = { undo_next_seq(undo), 0 };
	int rc;

	text->patches.count = 0;
	text->patches.insert_bytes = 0;
	if (from->count == 0)
		return ERR_NOT_FOUND;
	undoing.step = from->steps[from->count - 1];
	/* Room for the step that this will be. */
	rc = text_memory_grow(text->memory, &to->steps, &to->cap, to->count + 1,
			      sizeof *to->steps);
	if (rc == 0)
		rc = undoing_find(&undoing);
	walker_rest(&text->walker);
	if (rc == 0)
		rc = undoing_type(&undoing);
	text_memory_give(text->memory, undoing.fates, undoing.fate_count);
	text_memory_give(text->memory, undoing.ids,
			 undoing.id_cap * sizeof *undoing.ids);
	if (rc != 0) {
		text->patches.count = 0;
		return rc;
	}
	from->count--;
	made.end = undo_next_seq(undo);
	undo->seq = made.end;
	return made.end > made.seq ? stack_push(to, text->memory, made) : 0;
}

int text_undo_back(struct text_undo *undo)
{
	int rc = text_undo_mark(undo);

	return rc == 0 ? undo_step(undo, &undo->done, &undo->undone) : rc;
}

int text_undo_forth(struct text_undo *undo)
{
	int rc = text_undo_mark(undo);

	return rc == 0 ? undo_step(undo, &undo->undone, &undo->done) : rc;
}
