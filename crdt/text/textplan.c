/*
 * textplan.c - in what order to do the runs of a zone.
 *
 * Any order in which parents come first gives the same text; what differs is
 * how much is undone and done again between branches. Two people answering
 * each other are done best as they came; many long branches, one at a time
 * and the small ones first. Both are costed, without doing either. It must
 * never name a run before its parents. Next: textpast.c.
 */
#include "crdt/text/walker.h"

#define PLAN_RUNS_MIN 64u /* fewer are done as they came */

/* Runs are counted from the zone's first. */
struct plan {
	struct graph *graph;
	uint32_t first;
	uint32_t count;
	uint32_t *waits;  /* parents in the zone that are not done yet */
	uint32_t *weight; /* events in what hangs on it, about */
	uint32_t *begin;  /* where its children begin, and one more */
	uint32_t *kids;
	uint32_t *stack;
};

/* Events undone and done again when runs are done in this order. */
static int plan_cost(struct plan *plan, const uint32_t *order, uint64_t most,
		     uint64_t *cost)
{
	struct graph *graph = plan->graph;
	uint32_t here = 0;

	*cost = 0;
	for (uint32_t i = 0; i < plan->count && *cost <= most; i++) {
		const struct graph_run *run = &graph->runs[order[i]];
		struct graph_version from = { &here, 1 };
		struct graph_version to = graph_run_parents(graph, run);
		int rc = 0;

		if (i > 0 && !graph_same(from, to))
			rc = graph_diff(graph, from, to);
		else
			graph->range_count[0] = graph->range_count[1] = 0;
		if (rc != 0)
			return rc;
		for (uint32_t s = 0; s < 2; s++)
			for (uint32_t r = 0; r < graph->range_count[s]; r++)
				*cost += graph->ranges[s][r].end -
					 graph->ranges[s][r].lv;
		here = run->end - 1;
	}
	return 0;
}

/* The run that holds lv; TEXT_NONE if that is before the zone. */
static uint32_t plan_run_of(struct plan *plan, uint32_t lv)
{
	if (lv < plan->graph->runs[plan->first].lv)
		return TEXT_NONE;
	return graph_find_run(plan->graph, lv) - plan->first;
}

static struct graph_version plan_parents(const struct plan *plan, uint32_t run)
{
	return graph_run_parents(plan->graph,
				 &plan->graph->runs[plan->first + run]);
}

/* begin[i + 1] first counts the children of i, then is where they begin, and
 * at the end where they end: where those of i + 1 begin. */
static void plan_fill(struct plan *plan)
{
	for (uint32_t i = 0; i < plan->count; i++) {
		const struct graph_run *run =
			&plan->graph->runs[plan->first + i];
		struct graph_version parents = plan_parents(plan, i);

		plan->weight[i] = run->end - run->lv;
		for (uint32_t p = 0; p < parents.count; p++) {
			uint32_t up = plan_run_of(plan, parents.lvs[p]);

			if (up == TEXT_NONE)
				continue;
			plan->waits[i]++;
			plan->begin[up + 2]++;
		}
	}
	for (uint32_t i = 0; i < plan->count; i++)
		plan->begin[i + 2] += plan->begin[i + 1];
	for (uint32_t i = 0; i < plan->count; i++) {
		struct graph_version parents = plan_parents(plan, i);

		for (uint32_t p = 0; p < parents.count; p++) {
			uint32_t up = plan_run_of(plan, parents.lvs[p]);

			if (up != TEXT_NONE)
				plan->kids[plan->begin[up + 1]++] = i;
		}
	}
	for (uint32_t i = plan->count; i-- > 0;) {
		struct graph_version parents = plan_parents(plan, i);

		for (uint32_t p = 0; p < parents.count; p++) {
			uint32_t up = plan_run_of(plan, parents.lvs[p]);

			if (up != TEXT_NONE &&
			    plan->weight[up] < TEXT_EVENTS_MAX)
				plan->weight[up] +=
					plan->weight[i] / parents.count;
		}
	}
}

/* Onto the stack above `floor`, the lightest on top. */
static void plan_push(struct plan *plan, uint32_t floor, uint32_t *top,
		      uint32_t run)
{
	uint32_t at = (*top)++;

	while (at > floor &&
	       plan->weight[plan->stack[at - 1]] < plan->weight[run]) {
		plan->stack[at] = plan->stack[at - 1];
		at--;
	}
	plan->stack[at] = run;
}

/* Down one branch as far as it goes, then the next. */
static void plan_by_branch(struct plan *plan, uint32_t *order)
{
	uint32_t top = 0;
	uint32_t done = 0;

	for (uint32_t i = 0; i < plan->count; i++)
		if (plan->waits[i] == 0)
			plan_push(plan, 0, &top, i);
	while (top > 0) {
		uint32_t run = plan->stack[--top];
		uint32_t floor = top;

		order[done++] = plan->first + run;
		for (uint32_t k = plan->begin[run]; k < plan->begin[run + 1];
		     k++)
			if (--plan->waits[plan->kids[k]] == 0)
				plan_push(plan, floor, &top, plan->kids[k]);
	}
}

static void plan_as_came(const struct plan *plan, uint32_t *order)
{
	for (uint32_t i = 0; i < plan->count; i++)
		order[i] = plan->first + i;
}

int plan_order(struct graph *graph, uint32_t first, uint32_t end,
	       uint32_t *order)
{
	struct plan plan = {
		.graph = graph,
		.first = first,
		.count = end - first,
	};
	size_t size = 4 * (size_t)plan.count + 2;
	void *block = NULL;
	uint64_t as_came;
	uint64_t by_branch;
	int rc;

	plan_as_came(&plan, order);
	if (plan.count <= PLAN_RUNS_MIN)
		return 0;
	for (uint32_t i = 0; i < plan.count; i++)
		size += plan_parents(&plan, i).count;
	size *= sizeof(uint32_t);
	rc = text_memory_resize(graph->memory, &block, 0, size);
	if (rc != 0)
		return rc;
	memset(block, 0, size);
	plan.waits = block;
	plan.weight = plan.waits + plan.count;
	plan.stack = plan.weight + plan.count;
	plan.begin = plan.stack + plan.count;
	plan.kids = plan.begin + plan.count + 2;
	rc = plan_cost(&plan, order, UINT64_MAX, &as_came);
	if (rc == 0) {
		plan_fill(&plan);
		plan_by_branch(&plan, order);
		rc = plan_cost(&plan, order, as_came, &by_branch);
	}
	if (rc == 0 && by_branch >= as_came)
		plan_as_came(&plan, order);
	text_memory_give(graph->memory, block, size);
	return rc;
}
