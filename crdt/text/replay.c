/*
 * replay.c - the text of a whole history.
 *
 * Where nobody typed beside anybody, ops go straight into the text; only
 * between such stretches is there a zone, and a track for it. `low[i]` is one
 * more than the least parent of run i and all after it (0: one of them starts
 * from nothing): events below it come before all that follows, so nothing
 * will ever be concurrent with them. It must never go straight when a later
 * run could have known less. Next: textplan.c.
 */
#include "crdt/text/walker.h"

#include "proto/base/panic.h"

struct replay {
	struct walker *walker;
	struct graph *graph;
	uint32_t *low;  /* per run, and one more */
	uint32_t *tips; /* what nothing done so far follows, ascending */
	uint32_t tip_count;
};

static struct graph_version replay_tips(const struct replay *replay)
{
	return (struct graph_version){ replay->tips, replay->tip_count };
}

static void replay_move_tips(struct replay *replay, const struct graph_run *run)
{
	struct graph_version parents = graph_run_parents(replay->graph, run);
	uint32_t kept = 0;

	for (uint32_t i = 0; i < replay->tip_count; i++) {
		uint32_t at = 0;

		while (at < parents.count && parents.lvs[at] != replay->tips[i])
			at++;
		if (at == parents.count)
			replay->tips[kept++] = replay->tips[i];
	}
	replay->tips[kept++] = run->end - 1;
	replay->tip_count = kept;
}

/* Is all that follows run number `at` typed by who knew all before it? */
static bool replay_is_calm(const struct replay *replay, uint32_t at)
{
	const struct graph *graph = replay->graph;
	const struct graph_run *run = &graph->runs[at];

	if (at == graph->run_count)
		return true;
	if (replay->tip_count == 1 && replay->low[at] > replay->tips[0])
		return true;
	return replay->low[at + 1] > run->lv &&
	       graph_same(replay_tips(replay), graph_run_parents(graph, run));
}

/* [lv, end) straight into the text. */
static int replay_straight(struct replay *replay, uint32_t lv, uint32_t end)
{
	struct oplog *log = replay->walker->log;
	struct rope *rope = replay->walker->rope;
	uint32_t index = oplog_find(log, lv);

	for (; lv < end; index++) {
		const struct oplog_run *run = &log->runs[index];
		uint32_t to = run->lv + oplog_len(run);
		struct text_op op;
		int rc;

		if (to > end)
			to = end;
		op = oplog_part(log, index, lv, to);
		lv = to;
		if (op.kind == TEXT_VOID)
			continue;
		if (op.pos > rope->scalars)
			return ERR_CORRUPT;
		if (op.kind != TEXT_INSERT) {
			if (op.len > rope->scalars - op.pos)
				return ERR_CORRUPT;
			rope_delete(rope, op.pos, op.len);
			continue;
		}
		rc = rope_reserve(rope, op.text.len);
		if (rc != 0)
			return rc;
		rope_insert(rope, op.pos, op.text, op.len);
	}
	return 0;
}

/* The runs [first, end) as one zone that begins at lv, inside the first. */
static int replay_zone(struct replay *replay, uint32_t first, uint32_t end,
		       uint32_t lv)
{
	struct walker *walker = replay->walker;
	struct graph *graph = replay->graph;
	uint32_t last = graph->runs[end - 1].end;
	uint32_t *order;
	int rc;

	rc = text_memory_grow(walker->memory, &walker->scratch,
			      &walker->scratch_cap, end - first,
			      sizeof *walker->scratch);
	if (rc != 0)
		return rc;
	order = walker->scratch;
	rc = plan_order(graph, first, end, order);
	if (rc == 0)
		rc = walker_begin(walker, lv - 1, walker->rope->scalars);
	if (rc == 0)
		rc = track_reach(&walker->track, last);
	for (uint32_t i = 0; rc == 0 && i < end - first; i++) {
		const struct graph_run *run = &graph->runs[order[i]];
		uint32_t from = run->lv < lv ? lv : run->lv;
		uint32_t before = from - 1;
		struct graph_version parents = { &before, 1 };

		if (from == run->lv)
			parents = graph_run_parents(graph, run);
		rc = walker_go(walker, parents);
		if (rc == 0)
			rc = walker_do(walker, from, run->end);
	}
	walker->is_standing = false;
	return rc;
}

/* From run number `at`, at a calm place: the next such place. */
static int replay_stretch(struct replay *replay, uint32_t *at)
{
	struct graph *graph = replay->graph;
	const struct graph_run *run = &graph->runs[*at];
	uint32_t first = *at;
	uint32_t stop = run->end;
	int rc = 0;

	if (first + 1 < graph->run_count && replay->low[first + 1] < stop)
		stop = replay->low[first + 1];
	if (stop <= run->lv ||
	    !graph_same(replay_tips(replay), graph_run_parents(graph, run)))
		stop = run->lv;
	if (stop > run->lv)
		rc = replay_straight(replay, run->lv, stop);
	replay_move_tips(replay, run);
	(*at)++;
	if (rc != 0 || stop == run->end)
		return rc;
	while (!replay_is_calm(replay, *at))
		replay_move_tips(replay, &graph->runs[(*at)++]);
	return replay_zone(replay, first, *at, stop);
}

static void replay_fill_low(struct replay *replay)
{
	struct graph *graph = replay->graph;

	replay->low[graph->run_count] = UINT32_MAX;
	for (uint32_t i = graph->run_count; i-- > 0;) {
		struct graph_version parents =
			graph_run_parents(graph, &graph->runs[i]);
		uint32_t low = parents.count == 0 ? 0 : parents.lvs[0] + 1;

		if (low > replay->low[i + 1])
			low = replay->low[i + 1];
		replay->low[i] = low;
	}
}

int walker_replay(struct walker *walker, bool as_zone)
{
	struct graph *graph = walker->graph;
	struct replay replay = { .walker = walker, .graph = graph };
	uint32_t low_cap = 0;
	uint32_t tips_cap = 0;
	uint32_t at = 0;
	int rc;

	kept_assert(walker->rope != NULL && walker->rope->scalars == 0);
	if (graph->run_count == 0)
		return 0;
	if (as_zone)
		return replay_zone(&replay, 0, graph->run_count, 0);
	rc = text_memory_grow(walker->memory, &replay.low, &low_cap,
			      graph->run_count + 1, sizeof *replay.low);
	if (rc == 0)
		rc = text_memory_grow(walker->memory, &replay.tips, &tips_cap,
				      graph->run_count + 1,
				      sizeof *replay.tips);
	if (rc == 0)
		replay_fill_low(&replay);
	while (rc == 0 && at < graph->run_count)
		rc = replay_stretch(&replay, &at);
	text_memory_give(walker->memory, replay.low,
			 low_cap * sizeof *replay.low);
	text_memory_give(walker->memory, replay.tips,
			 tips_cap * sizeof *replay.tips);
	return rc;
}
