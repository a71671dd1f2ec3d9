/*
 * graphvisit.h - a place that a walk down the graph still has to look at;
 * for graph.c and graphwalk.c alone.
 */
#ifndef KEPT_CRDT_TEXT_GRAPHVISIT_H
#define KEPT_CRDT_TEXT_GRAPHVISIT_H

#include <stdint.h>

enum { GRAPH_ONLY_A = 1, GRAPH_ONLY_B = 2, GRAPH_BOTH = 3 };

struct graph_visit {
	uint32_t lv;
	uint32_t sides;
};

#endif
