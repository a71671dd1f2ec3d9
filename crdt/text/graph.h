/*
 * graph.h - who typed after what: the event graph of one text.
 *
 * An event is one scalar value inserted or deleted. Its local version (LV) is
 * its place in this replica's order, in which every event comes after its
 * parents; LVs never leave the process. Everywhere else an event is (agent,
 * seq). A run is a range of LVs of one agent in which each event's only
 * parent is the one before. A version is a set of LVs, ascending, none an
 * ancestor of another; the empty one is the empty text. An author's own events
 * are one after the other, so no version has more of them than authors.
 */
#ifndef KEPT_CRDT_TEXT_GRAPH_H
#define KEPT_CRDT_TEXT_GRAPH_H

#include "crdt/text/textmem.h"
#include "proto/base/ids.h"

#define TEXT_NONE UINT32_MAX
#define TEXT_EVENTS_MAX ((uint32_t)1 << 31)
#define TEXT_AGENTS_MAX 1024u /* of one text: as many as LIMIT_LOGS */

struct graph_run {
	uint32_t lv;
	uint32_t end; /* one past the last */
	uint32_t seq; /* of the first */
	/* One: its LV. More: where they begin in the pool. */
	uint32_t parents;
	uint16_t parent_count;
	uint16_t agent;
};

struct graph_stretch { /* of one agent: seq and LV go up together */
	uint32_t seq;
	uint32_t lv;
};

struct graph_agent {
	struct id16 id;
	struct graph_stretch *stretches; /* Owns */
	uint32_t count;
	uint32_t cap;
	uint32_t next_seq;
	uint32_t last_lv; /* TEXT_NONE: none yet */
};

struct graph_range { /* [lv, end) */
	uint32_t lv;
	uint32_t end;
};

struct graph_version {
	const uint32_t *lvs; /* Borrows */
	uint32_t count;
};

struct graph_visit;

struct graph {
	struct text_memory *memory; /* Borrows */
	struct graph_run *runs;	    /* Owns, as what follows */
	uint32_t run_count;
	uint32_t run_cap;
	uint32_t *pool;
	uint32_t pool_count;
	uint32_t pool_cap;
	struct graph_agent *agents;
	uint32_t agent_count;
	uint32_t agent_cap;
	uint32_t *heads;
	uint32_t head_count;
	uint32_t head_cap;
	uint32_t last_run;	    /* where the last search ended */
	uint32_t last_agent;
	struct graph_visit *visits; /* scratch of walks, a heap */
	uint32_t visit_count;
	uint32_t visit_cap;
	struct graph_range *ranges[2]; /* answers of graph_diff */
	uint32_t range_count[2];
	uint32_t range_cap[2];
	uint64_t steps;	    /* done in walks, for budgets */
	uint64_t steps_max; /* where walks end with ERR_LIMIT; 0: never */
};

void graph_init(struct graph *graph, struct text_memory *memory);
void graph_release(struct graph *graph);

uint32_t graph_end(const struct graph *graph); /* the next LV */
struct graph_version graph_heads(const struct graph *graph);
struct graph_version graph_run_parents(const struct graph *graph,
				       const struct graph_run *run);
/* Index of the run that holds lv (lv < graph_end). */
uint32_t graph_find_run(struct graph *graph, uint32_t lv);

/* TEXT_NONE if it is not known. */
uint32_t graph_find_agent(struct graph *graph, const struct id16 *id);
/* Found or added. ERR_NOMEM; ERR_LIMIT over TEXT_AGENTS_MAX. */
int graph_add_agent(struct graph *graph, const struct id16 *id,
		    uint32_t *agent) KEPT_MUST_USE;
/* TEXT_NONE if the event is not here. */
uint32_t graph_find_event(const struct graph *graph, uint32_t agent,
			  uint32_t seq);
/* <0, 0, >0: ids as bytes, then seq: the same order everywhere. */
int graph_compare(struct graph *graph, uint32_t lv_a, uint32_t lv_b);

/*
 * Appends len events of agent, whose next_seq they begin at. parents is a
 * version. ERR_NOMEM, ERR_LIMIT (TEXT_EVENTS_MAX) change nothing that can be
 * seen.
 */
struct graph_addition {
	uint32_t agent;
	uint32_t len;
	struct graph_version parents;
};
int graph_add(struct graph *graph, const struct graph_addition *addition)
	KEPT_MUST_USE;
/* The same, quickly, where the author types on and nobody is beside; false,
 * with nothing done, where that is not so. */
bool graph_go_on(struct graph *graph, uint32_t agent, uint32_t len);
/* What graph_add did last is undone; before are the heads from before it. */
struct graph_mark {
	uint32_t end;
	uint32_t run_count;
	uint32_t pool_count;
	uint32_t agent_count;
};
struct graph_mark graph_mark(const struct graph *graph);
void graph_cut(struct graph *graph, struct graph_mark mark, uint32_t agent,
	       struct graph_version before);

bool graph_same(struct graph_version a, struct graph_version b);
/*
 * What is in the past of (or in) a and not of b, and the other way round:
 * graph->ranges[0] and [1], descending, good until the next walk.
 */
int graph_diff(struct graph *graph, struct graph_version a,
	       struct graph_version b) KEPT_MUST_USE;
/* Are the version's events pairwise concurrent? ERR_NOMEM; 1 yes, 0 no. */
int graph_is_version(struct graph *graph, struct graph_version version)
	KEPT_MUST_USE;
/* Is lv in the version or its past? ERR_NOMEM; 1 yes, 0 no. */
int graph_reaches(struct graph *graph, struct graph_version version,
		  uint32_t lv) KEPT_MUST_USE;
/*
 * The greatest LV that every way down from both versions passes, so that all
 * that is newer comes after it: *base, TEXT_NONE for the empty text.
 */
int graph_base(struct graph *graph, struct graph_version a,
	       struct graph_version b, uint32_t *base) KEPT_MUST_USE;

#endif
