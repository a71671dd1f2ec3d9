/*
 * graph.c - runs of events, their parents, their agents, and the heads.
 *
 * It must never take an event whose parents it has not: LVs are an order in
 * which every event comes after its past, and everything else leans on that.
 * Next: graphwalk.c, which goes down the graph.
 */
#include "crdt/text/graph.h"

#include "crdt/text/graphvisit.h"
#include "proto/base/panic.h"

void graph_init(struct graph *graph, struct text_memory *memory)
{
	*graph = (struct graph){ .memory = memory };
}

void graph_release(struct graph *graph)
{
	struct text_memory *memory = graph->memory;

	for (uint32_t i = 0; i < graph->agent_count; i++)
		text_memory_give(memory, graph->agents[i].stretches,
				 graph->agents[i].cap *
					 sizeof *graph->agents[i].stretches);
	text_memory_give(memory, graph->agents,
			 graph->agent_cap * sizeof *graph->agents);
	text_memory_give(memory, graph->runs,
			 graph->run_cap * sizeof *graph->runs);
	text_memory_give(memory, graph->pool,
			 graph->pool_cap * sizeof *graph->pool);
	text_memory_give(memory, graph->heads,
			 graph->head_cap * sizeof *graph->heads);
	text_memory_give(memory, graph->visits,
			 graph->visit_cap * sizeof *graph->visits);
	for (int i = 0; i < 2; i++)
		text_memory_give(memory, graph->ranges[i],
				 graph->range_cap[i] *
					 sizeof *graph->ranges[i]);
	*graph = (struct graph){ 0 };
}

uint32_t graph_end(const struct graph *graph)
{
	return graph->run_count == 0 ? 0
				     : graph->runs[graph->run_count - 1].end;
}

struct graph_version graph_heads(const struct graph *graph)
{
	return (struct graph_version){ graph->heads, graph->head_count };
}

struct graph_version graph_run_parents(const struct graph *graph,
				       const struct graph_run *run)
{
	struct graph_version version = { &run->parents, run->parent_count };

	if (run->parent_count > 1)
		version.lvs = graph->pool + run->parents;
	return version;
}

uint32_t graph_find_run(struct graph *graph, uint32_t lv)
{
	const struct graph_run *runs = graph->runs;
	uint32_t low = graph->last_run;
	uint32_t high = graph->run_count;
	uint32_t step = 1;

	kept_assert(lv < graph_end(graph));
	/* Most are near the last one: in ever longer steps from there. */
	if (low < high && runs[low].lv <= lv) {
		while (high - low > step && runs[low + step].lv <= lv) {
			low += step;
			step *= 2;
		}
		if (high - low > step)
			high = low + step;
	} else if (low < high) {
		high = low;
		while (high > step && runs[high - step].lv > lv) {
			high -= step;
			step *= 2;
		}
		low = high > step ? high - step : 0;
	} else {
		low = 0;
	}
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (runs[middle].lv <= lv)
			low = middle;
		else
			high = middle;
	}
	graph->last_run = low;
	return low;
}

uint32_t graph_find_agent(struct graph *graph, const struct id16 *id)
{
	uint32_t at = graph->last_agent;

	if (at < graph->agent_count && id16_equal(&graph->agents[at].id, id))
		return at;
	for (at = 0; at < graph->agent_count; at++) {
		if (!id16_equal(&graph->agents[at].id, id))
			continue;
		graph->last_agent = at;
		return at;
	}
	return TEXT_NONE;
}

int graph_add_agent(struct graph *graph, const struct id16 *id, uint32_t *agent)
{
	int rc;

	*agent = graph_find_agent(graph, id);
	if (*agent != TEXT_NONE)
		return 0;
	if (graph->agent_count >= TEXT_AGENTS_MAX)
		return ERR_LIMIT;
	rc = text_memory_grow(graph->memory, &graph->agents, &graph->agent_cap,
			      graph->agent_count + 1, sizeof *graph->agents);
	if (rc != 0)
		return rc;
	*agent = graph->agent_count++;
	graph->agents[*agent] =
		(struct graph_agent){ .id = *id, .last_lv = TEXT_NONE };
	return 0;
}

uint32_t graph_find_event(const struct graph *graph, uint32_t agent,
			  uint32_t seq)
{
	const struct graph_agent *row = &graph->agents[agent];
	uint32_t low = 0;
	uint32_t high = row->count;

	if (seq >= row->next_seq)
		return TEXT_NONE;
	if (seq >= row->stretches[high - 1].seq)
		low = high - 1;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (row->stretches[middle].seq <= seq)
			low = middle;
		else
			high = middle;
	}
	return row->stretches[low].lv + (seq - row->stretches[low].seq);
}

int graph_compare(struct graph *graph, uint32_t lv_a, uint32_t lv_b)
{
	const struct graph_run *a = &graph->runs[graph_find_run(graph, lv_a)];
	const struct graph_run *b = &graph->runs[graph_find_run(graph, lv_b)];
	uint32_t seq_a = a->seq + (lv_a - a->lv);
	uint32_t seq_b = b->seq + (lv_b - b->lv);

	if (a->agent != b->agent)
		return memcmp(&graph->agents[a->agent].id,
			      &graph->agents[b->agent].id, sizeof(struct id16));
	return (seq_a > seq_b) - (seq_a < seq_b);
}

bool graph_same(struct graph_version a, struct graph_version b)
{
	if (a.count != b.count)
		return false;
	for (uint32_t i = 0; i < a.count; i++)
		if (a.lvs[i] != b.lvs[i])
			return false;
	return true;
}

/* Room for one more run with its parents, and one more head. */
static int graph_reserve(struct graph *graph, uint32_t agent,
			 uint32_t parent_count)
{
	struct graph_agent *row = &graph->agents[agent];
	int rc;

	rc = text_memory_grow(graph->memory, &graph->runs, &graph->run_cap,
			      graph->run_count + 1, sizeof *graph->runs);
	if (rc == 0)
		rc = text_memory_grow(
			graph->memory, &graph->pool, &graph->pool_cap,
			graph->pool_count + parent_count, sizeof *graph->pool);
	if (rc == 0)
		rc = text_memory_grow(graph->memory, &graph->heads,
				      &graph->head_cap, graph->head_count + 1,
				      sizeof *graph->heads);
	if (rc == 0)
		rc = text_memory_grow(graph->memory, &row->stretches, &row->cap,
				      row->count + 1, sizeof *row->stretches);
	return rc;
}

/* Heads that are among the parents are heads no longer; last is. */
static void graph_move_heads(struct graph *graph, struct graph_version parents,
			     uint32_t last)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < graph->head_count; i++) {
		uint32_t head = graph->heads[i];
		uint32_t at = 0;

		while (at < parents.count && parents.lvs[at] != head)
			at++;
		if (at == parents.count)
			graph->heads[kept++] = head;
	}
	graph->heads[kept++] = last;
	graph->head_count = kept;
}

static void graph_push_run(struct graph *graph,
			   const struct graph_addition *addition, uint32_t lv)
{
	const struct graph_agent *row = &graph->agents[addition->agent];
	struct graph_version parents = addition->parents;
	struct graph_run *run = &graph->runs[graph->run_count++];

	*run = (struct graph_run){
		.lv = lv,
		.end = lv + addition->len,
		.seq = row->next_seq,
		.parents = parents.count == 1 ? parents.lvs[0] : TEXT_NONE,
		.parent_count = (uint16_t)parents.count,
		.agent = (uint16_t)addition->agent,
	};
	if (parents.count <= 1)
		return;
	run->parents = graph->pool_count;
	memcpy(graph->pool + graph->pool_count, parents.lvs,
	       parents.count * sizeof *parents.lvs);
	graph->pool_count += parents.count;
}

int graph_add(struct graph *graph, const struct graph_addition *addition)
{
	struct graph_agent *row = &graph->agents[addition->agent];
	struct graph_version parents = addition->parents;
	uint32_t lv = graph_end(graph);
	struct graph_run *last = NULL;
	int rc;

	if (addition->len > TEXT_EVENTS_MAX - lv || parents.count > UINT16_MAX)
		return ERR_LIMIT;
	if (graph->run_count > 0)
		last = &graph->runs[graph->run_count - 1];
	if (last != NULL && last->agent == addition->agent &&
	    parents.count == 1 && parents.lvs[0] == lv - 1) {
		last->end += addition->len;
		for (uint32_t i = graph->head_count; i-- > 0;) {
			if (graph->heads[i] == lv - 1)
				graph->heads[i] = last->end - 1;
		}
	} else {
		rc = graph_reserve(graph, addition->agent, parents.count);
		if (rc != 0)
			return rc;
		graph_push_run(graph, addition, lv);
		graph_move_heads(graph, parents, lv + addition->len - 1);
	}
	/* A run of the agent's that follows on in LVs needs no new stretch. */
	if (row->last_lv == TEXT_NONE || row->last_lv != lv - 1)
		row->stretches[row->count++] =
			(struct graph_stretch){ row->next_seq, lv };
	row->next_seq += addition->len;
	row->last_lv = lv + addition->len - 1;
	return 0;
}

struct graph_mark graph_mark(const struct graph *graph)
{
	return (struct graph_mark){
		.end = graph_end(graph),
		.run_count = graph->run_count,
		.pool_count = graph->pool_count,
		.agent_count = graph->agent_count,
	};
}

void graph_cut(struct graph *graph, struct graph_mark mark, uint32_t agent,
	       struct graph_version before)
{
	struct graph_agent *row = &graph->agents[agent];
	uint32_t gone = graph_end(graph) - mark.end;

	graph->run_count = mark.run_count;
	graph->pool_count = mark.pool_count;
	graph->last_run = 0;
	if (mark.run_count > 0)
		graph->runs[mark.run_count - 1].end = mark.end;
	if (before.count > 0)
		memcpy(graph->heads, before.lvs,
		       before.count * sizeof *before.lvs);
	graph->head_count = before.count;
	if (gone > 0) {
		row->next_seq -= gone;
		if (row->stretches[row->count - 1].lv >= mark.end)
			row->count--;
		row->last_lv = TEXT_NONE;
		if (row->next_seq > 0)
			row->last_lv = graph_find_event(graph, agent,
							row->next_seq - 1);
	}
	while (graph->agent_count > mark.agent_count) {
		row = &graph->agents[--graph->agent_count];
		text_memory_give(graph->memory, row->stretches,
				 row->cap * sizeof *row->stretches);
	}
}

bool graph_go_on(struct graph *graph, uint32_t agent, uint32_t len)
{
	struct graph_run *last;
	struct graph_agent *row = &graph->agents[agent];

	if (graph->head_count != 1)
		return false;
	last = &graph->runs[graph->run_count - 1];
	if (last->agent != agent || graph->heads[0] != last->end - 1 ||
	    len > TEXT_EVENTS_MAX - last->end)
		return false;
	last->end += len;
	graph->heads[0] = last->end - 1;
	row->next_seq += len;
	row->last_lv = last->end - 1;
	return true;
}
