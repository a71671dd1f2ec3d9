/*
 * graphwalk.c - going down the graph from versions: what differs, what is
 * common, what is above what.
 *
 * All walks take the newest place first from a heap, so that each event is
 * passed once however many ways lead to it. They must never look below what
 * both sides share. Next: oplog.c, what the events did.
 */
#include "crdt/text/graph.h"
#include "crdt/text/graphvisit.h"
#include "proto/base/panic.h"

/* How many on the heap are of one side only: at 0 nothing differs below. */
struct walk {
	struct graph *graph;
	uint32_t open;
	bool ended; /* a way down came to an end */
};

static int walk_push(struct walk *walk, uint32_t lv, uint32_t sides)
{
	struct graph *graph = walk->graph;
	struct graph_visit *heap;
	uint32_t at = graph->visit_count;
	int rc;

	if (graph->steps_max != 0 && graph->steps > graph->steps_max)
		return ERR_LIMIT;
	rc = text_memory_grow(graph->memory, &graph->visits, &graph->visit_cap,
			      at + 1, sizeof *graph->visits);
	if (rc != 0)
		return rc;
	heap = graph->visits;
	graph->visit_count++;
	while (at > 0 && heap[(at - 1) / 2].lv < lv) {
		heap[at] = heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap[at] = (struct graph_visit){ lv, sides };
	walk->open += sides != GRAPH_BOTH;
	return 0;
}

static struct graph_visit walk_take(struct walk *walk)
{
	struct graph *graph = walk->graph;
	struct graph_visit *heap = graph->visits;
	struct graph_visit first = heap[0];
	struct graph_visit last = heap[--graph->visit_count];
	uint32_t count = graph->visit_count;
	uint32_t at = 0;

	for (;;) {
		uint32_t kid = 2 * at + 1;

		if (kid >= count)
			break;
		if (kid + 1 < count && heap[kid + 1].lv > heap[kid].lv)
			kid++;
		if (heap[kid].lv <= last.lv)
			break;
		heap[at] = heap[kid];
		at = kid;
	}
	heap[at] = last;
	walk->open -= first.sides != GRAPH_BOTH;
	graph->steps++;
	return first;
}

static int walk_push_all(struct walk *walk, struct graph_version version,
			 uint32_t sides)
{
	int rc = 0;

	if (version.count == 0)
		walk->ended = true;
	for (uint32_t i = 0; i < version.count && rc == 0; i++)
		rc = walk_push(walk, version.lvs[i], sides);
	return rc;
}

static bool walk_has_from(const struct walk *walk, uint32_t lv)
{
	const struct graph *graph = walk->graph;

	return graph->visit_count > 0 && graph->visits[0].lv >= lv;
}

static int walk_emit(struct walk *walk, uint32_t sides, uint32_t lv,
		     uint32_t end)
{
	struct graph *graph = walk->graph;
	uint32_t side = sides == GRAPH_ONLY_A ? 0 : 1;
	struct graph_range *last;
	int rc;

	if (sides == GRAPH_BOTH || lv == end)
		return 0;
	rc = text_memory_grow(
		graph->memory, &graph->ranges[side], &graph->range_cap[side],
		graph->range_count[side] + 1, sizeof *graph->ranges[side]);
	if (rc != 0)
		return rc;
	last = graph->ranges[side] + graph->range_count[side];
	if (graph->range_count[side] > 0 && last[-1].lv == end) {
		last[-1].lv = lv;
		return 0;
	}
	*last = (struct graph_range){ lv, end };
	graph->range_count[side]++;
	return 0;
}

/* One run, from the newest place in it that was reached down to its parents. */
static int walk_run(struct walk *walk)
{
	struct graph *graph = walk->graph;
	struct graph_visit at = walk_take(walk);
	const struct graph_run *run =
		&graph->runs[graph_find_run(graph, at.lv)];
	int rc = 0;

	while (rc == 0 && walk_has_from(walk, run->lv)) {
		struct graph_visit next = walk_take(walk);

		rc = walk_emit(walk, at.sides, next.lv + 1, at.lv + 1);
		at.lv = next.lv;
		at.sides |= next.sides;
	}
	if (rc == 0)
		rc = walk_emit(walk, at.sides, run->lv, at.lv + 1);
	if (rc == 0)
		rc = walk_push_all(walk, graph_run_parents(graph, run),
				   at.sides);
	return rc;
}

int graph_diff(struct graph *graph, struct graph_version a,
	       struct graph_version b)
{
	struct walk walk = { .graph = graph };
	int rc;

	graph->visit_count = 0;
	graph->range_count[0] = 0;
	graph->range_count[1] = 0;
	rc = walk_push_all(&walk, a, GRAPH_ONLY_A);
	if (rc == 0)
		rc = walk_push_all(&walk, b, GRAPH_ONLY_B);
	while (rc == 0 && walk.open > 0)
		rc = walk_run(&walk);
	return rc;
}

int graph_reaches(struct graph *graph, struct graph_version version,
		  uint32_t lv)
{
	int rc;

	for (uint32_t i = 0; i < version.count; i++)
		if (version.lvs[i] == lv)
			return 1;
	/* All that is newer has been walked when lv would be emitted. */
	rc = graph_diff(graph, (struct graph_version){ &lv, 1 }, version);
	if (rc != 0)
		return rc;
	return graph->range_count[0] == 0;
}

int graph_is_version(struct graph *graph, struct graph_version version)
{
	struct walk walk = { .graph = graph };
	int rc;

	graph->visit_count = 0;
	/* Its own events come in as of one side, what is below as of both. */
	rc = walk_push_all(&walk, version, GRAPH_ONLY_A);
	while (rc == 0 && walk.open > 0) {
		struct graph_visit at = walk_take(&walk);
		const struct graph_run *run =
			&graph->runs[graph_find_run(graph, at.lv)];

		while (walk_has_from(&walk, run->lv))
			if (walk_take(&walk).sides != GRAPH_BOTH)
				return 0;
		rc = walk_push_all(&walk, graph_run_parents(graph, run),
				   GRAPH_BOTH);
	}
	return rc == 0 ? 1 : rc;
}

int graph_base(struct graph *graph, struct graph_version a,
	       struct graph_version b, uint32_t *base)
{
	struct walk walk = { .graph = graph };
	int rc;

	graph->visit_count = 0;
	*base = TEXT_NONE;
	rc = walk_push_all(&walk, a, GRAPH_BOTH);
	if (rc == 0)
		rc = walk_push_all(&walk, b, GRAPH_BOTH);
	while (rc == 0 && !walk.ended) {
		struct graph_visit at = walk_take(&walk);
		const struct graph_run *run =
			&graph->runs[graph_find_run(graph, at.lv)];

		/* Down the run as far as others come into it. */
		while (walk_has_from(&walk, run->lv))
			at = walk_take(&walk);
		if (graph->visit_count == 0) {
			*base = at.lv;
			return 0;
		}
		rc = walk_push_all(&walk, graph_run_parents(graph, run),
				   GRAPH_BOTH);
	}
	return rc;
}
