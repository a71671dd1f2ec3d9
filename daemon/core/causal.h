/*
 * causal.h - the causal order of control records: who knew of what.
 *
 * Every record names its predecessor in its log and, as deps, the heads of
 * the other control logs its author knew. A record is taken in once all it
 * names is there. Its causal past is a vector: how far into each chain (a
 * control log, or one branch of a forked one) it reaches.
 */
#ifndef KEPT_CORE_CAUSAL_H
#define KEPT_CORE_CAUSAL_H

#include "daemon/core/roster.h"

struct causal_node {
	const struct roster_record *record; /* Borrows the caller's */
	uint32_t chain;
	uint32_t place; /* in its chain, from 1 */
	uint32_t depth; /* longest way down to a beginning, from 1 */
};

struct causal {
	struct causal_node *nodes; /* by (depth, id): causes before effects */
	size_t count;
	size_t chain_count;
	uint16_t *reach; /* count rows of chain_count places, self included */
	size_t left_out; /* records that name something that is not there */
};

/* ERR_NOMEM, or ERR_LIMIT for more than LIMIT_CONTROL_RECORDS. */
int causal_build(const struct roster_record *records, size_t count,
		 struct arena *arena, struct causal *out) KEPT_MUST_USE;

/* Is node a in the causal past of node b (and not b itself)? */
static inline bool causal_precedes(const struct causal *causal, size_t a,
				   size_t b)
{
	const struct causal_node *node = &causal->nodes[a];

	return a != b && causal->reach[b * causal->chain_count + node->chain] >=
				 node->place;
}

#endif
