/*
 * walker.c - one run after the other, each where its author stood.
 *
 * It must never trust a position: those of a log that was read back are
 * checked against the text they are done to, like anybody's. Next: replay.c,
 * which does whole histories this way, and textplan.c, in what order.
 */
#include "crdt/text/walker.h"

#include "proto/base/panic.h"

void text_patches_init(struct text_patches *patches, struct text_memory *memory)
{
	*patches = (struct text_patches){ .memory = memory };
}

void text_patches_release(struct text_patches *patches)
{
	if (patches->memory != NULL)
		text_memory_give(patches->memory, patches->ops,
				 patches->cap * sizeof *patches->ops);
	*patches = (struct text_patches){ .memory = patches->memory };
}

int text_patches_put(struct text_patches *patches, const struct text_op *op)
{
	struct text_op *last = patches->ops + patches->count;
	int rc;

	if (patches->count > 0 && op->kind == TEXT_DELETE &&
	    last[-1].kind == TEXT_DELETE && last[-1].pos == op->pos) {
		last[-1].len += op->len;
		return 0;
	}
	rc = text_memory_grow(patches->memory, &patches->ops, &patches->cap,
			      patches->count + 1, sizeof *patches->ops);
	if (rc != 0)
		return rc;
	patches->ops[patches->count++] = *op;
	if (op->kind == TEXT_INSERT)
		patches->insert_bytes += op->text.len;
	return 0;
}

void walker_init(struct walker *walker, struct graph *graph, struct oplog *log,
		 struct track_tune tune)
{
	*walker = (struct walker){
		.memory = graph->memory,
		.graph = graph,
		.log = log,
	};
	track_init(&walker->track, graph->memory, tune);
}

void walker_rest(struct walker *walker)
{
	track_release(&walker->track);
	text_memory_give(walker->memory, walker->version,
			 walker->version_cap * sizeof *walker->version);
	text_memory_give(walker->memory, walker->scratch,
			 walker->scratch_cap * sizeof *walker->scratch);
	walker->version = NULL;
	walker->version_count = 0;
	walker->version_cap = 0;
	walker->scratch = NULL;
	walker->scratch_cap = 0;
	walker->is_standing = false;
}

static int walker_set_version(struct walker *walker,
			      struct graph_version version)
{
	int rc = text_memory_grow(walker->memory, &walker->version,
				  &walker->version_cap, version.count + 1,
				  sizeof *walker->version);

	if (rc != 0)
		return rc;
	if (version.count > 0)
		memcpy(walker->version, version.lvs,
		       version.count * sizeof *version.lvs);
	walker->version_count = version.count;
	return 0;
}

int walker_begin(struct walker *walker, uint32_t base, uint32_t len)
{
	struct graph_version version = { &base, base == TEXT_NONE ? 0 : 1 };
	int rc;

	walker->is_standing = false;
	walker->base = base;
	rc = track_reset(&walker->track, base + 1, len);
	if (rc == 0)
		rc = walker_set_version(walker, version);
	walker->is_standing = rc == 0;
	return rc;
}

void walker_allow(struct walker *walker, uint64_t steps)
{
	uint64_t done = walker->graph->steps + walker->track.steps;

	walker->steps_max = steps == 0 ? 0 : done + steps;
	walker->graph->steps_max = steps == 0 ? 0
					      : walker->graph->steps + steps;
}

static int walker_check_budget(const struct walker *walker)
{
	uint64_t done = walker->graph->steps + walker->track.steps;

	return walker->steps_max == 0 || done <= walker->steps_max ? 0
								   : ERR_LIMIT;
}

/* What [lv, end) of deletions took is there again, or gone again. */
static int walker_shift_cuts(struct walker *walker, uint32_t lv, uint32_t end,
			     bool up)
{
	struct track *track = &walker->track;
	const uint32_t *loc = track->loc + (lv - track->zone);
	uint32_t count = end - lv;
	uint32_t from = 0;
	int rc = 0;

	while (rc == 0 && from < count) {
		uint32_t to = from + 1;
		uint32_t low = loc[from];

		while (to < count && loc[to] == loc[to - 1] + 1)
			to++;
		if (to == from + 1)
			while (to < count && loc[to] == loc[to - 1] - 1)
				low = loc[to++];
		rc = track_shift(track, low, to - from, up);
		from = to;
	}
	return rc;
}

static int walker_shift_part(struct walker *walker, uint32_t index, uint32_t lv,
			     uint32_t end, bool forth)
{
	int rc = 0;

	switch (oplog_kind(&walker->log->runs[index])) {
	case TEXT_INSERT:
		rc = track_shift(&walker->track, lv, end - lv, forth);
		break;
	case TEXT_DELETE:
	case TEXT_DELETE_BACK:
		rc = walker_shift_cuts(walker, lv, end, forth);
		break;
	case TEXT_VOID:
		break;
	}
	return rc == 0 ? walker_check_budget(walker) : rc;
}

/* Back over [lv, end), the newest first. */
static int walker_retreat(struct walker *walker, uint32_t lv, uint32_t end)
{
	uint32_t index = oplog_find(walker->log, end - 1);
	int rc = 0;

	for (; rc == 0 && end > lv; index--) {
		uint32_t from = walker->log->runs[index].lv;

		if (from < lv)
			from = lv;
		rc = walker_shift_part(walker, index, from, end, false);
		end = from;
	}
	return rc;
}

static int walker_advance(struct walker *walker, uint32_t lv, uint32_t end)
{
	uint32_t index = oplog_find(walker->log, lv);
	int rc = 0;

	for (; rc == 0 && lv < end; index++) {
		const struct oplog_run *run = &walker->log->runs[index];
		uint32_t to = run->lv + oplog_len(run);

		if (to > end)
			to = end;
		rc = walker_shift_part(walker, index, lv, to, true);
		lv = to;
	}
	return rc;
}

int walker_go(struct walker *walker, struct graph_version version)
{
	struct graph *graph = walker->graph;
	struct graph_version here = { walker->version, walker->version_count };
	int rc;

	if (graph_same(here, version))
		return 0;
	rc = graph_diff(graph, here, version);
	for (uint32_t i = 0; rc == 0 && i < graph->range_count[0]; i++)
		rc = walker_retreat(walker, graph->ranges[0][i].lv,
				    graph->ranges[0][i].end);
	for (uint32_t i = graph->range_count[1]; rc == 0 && i-- > 0;)
		rc = walker_advance(walker, graph->ranges[1][i].lv,
				    graph->ranges[1][i].end);
	if (rc == 0)
		rc = walker_set_version(walker, version);
	return rc;
}

static int walker_emit(struct walker *walker, const struct text_op *op)
{
	int rc;

	if (walker->patches != NULL)
		return text_patches_put(walker->patches, op);
	if (walker->rope == NULL)
		return 0;
	if (op->pos > walker->rope->scalars)
		return ERR_CORRUPT;
	if (op->kind == TEXT_DELETE) {
		if (op->len > walker->rope->scalars - op->pos)
			return ERR_CORRUPT;
		rope_delete(walker->rope, op->pos, op->len);
		return 0;
	}
	rc = rope_reserve(walker->rope, op->text.len);
	if (rc == 0)
		rope_insert(walker->rope, op->pos, op->text, op->len);
	return rc;
}

static int walker_insert(struct walker *walker, uint32_t lv, struct text_op op)
{
	struct track_insertion insertion = { lv, op.pos, op.len };
	int rc;

	if (op.pos > walker->track.seen)
		return ERR_CORRUPT;
	rc = track_insert(&walker->track, walker->graph, &insertion, &op.pos);
	return rc == 0 ? walker_emit(walker, &op) : rc;
}

static int walker_delete(struct walker *walker, uint32_t lv,
			 const struct text_op *op)
{
	struct track *track = &walker->track;
	uint32_t *loc = track->loc + (lv - track->zone);
	uint32_t done = 0;

	if (op->pos > track->seen || op->len > track->seen - op->pos)
		return ERR_CORRUPT;
	while (done < op->len) {
		struct track_cut cut;
		struct text_op gone = { .kind = TEXT_DELETE };
		int rc = track_delete(track, op->pos, op->len - done, &cut);

		if (rc != 0)
			return rc;
		for (uint32_t j = 0; j < cut.done; j++, done++) {
			uint32_t at = done;

			if (op->kind == TEXT_DELETE_BACK)
				at = op->len - 1 - done;
			loc[at] = cut.first_id + j;
		}
		gone.pos = cut.now_pos;
		gone.len = cut.now_len;
		if (gone.len > 0)
			rc = walker_emit(walker, &gone);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int walker_do(struct walker *walker, uint32_t lv, uint32_t end)
{
	uint32_t index = oplog_find(walker->log, lv);
	uint32_t last = end - 1;
	int rc;

	walker->track.wants_now = walker->rope != NULL ||
				  walker->patches != NULL;
	rc = track_reach(&walker->track, end);
	for (; rc == 0 && lv < end; index++) {
		const struct oplog_run *run = &walker->log->runs[index];
		uint32_t to = run->lv + oplog_len(run);
		struct text_op op;

		if (to > end)
			to = end;
		op = oplog_part(walker->log, index, lv, to);
		if (op.kind == TEXT_INSERT)
			rc = walker_insert(walker, lv, op);
		else if (op.kind != TEXT_VOID)
			rc = walker_delete(walker, lv, &op);
		if (rc == 0)
			rc = walker_check_budget(walker);
		lv = to;
	}
	if (rc == 0)
		rc = walker_set_version(walker,
					(struct graph_version){ &last, 1 });
	return rc;
}

int walker_cover(struct walker *walker, uint32_t lv, uint32_t end)
{
	struct graph *graph = walker->graph;
	uint32_t index;
	int rc = 0;

	if (lv >= end)
		return 0;
	index = graph_find_run(graph, lv);
	for (; rc == 0 && lv < end; index++) {
		const struct graph_run *run = &graph->runs[index];
		uint32_t before = lv - 1;
		struct graph_version parents = { &before, 1 };
		uint32_t to = run->end < end ? run->end : end;

		if (lv == run->lv)
			parents = graph_run_parents(graph, run);
		rc = walker_go(walker, parents);
		if (rc == 0)
			rc = walker_do(walker, lv, to);
		lv = to;
	}
	return rc;
}
