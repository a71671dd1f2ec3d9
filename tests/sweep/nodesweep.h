/*
 * nodesweep.h - nodebed.h with allocations that fail: the n-th one of the
 * step-th step from now, where a step is a turn of a node or a job of its
 * vault. What the bed itself allocates is spared. One program, one file.
 */
#ifndef KEPT_SWEEP_NODESWEEP_H
#define KEPT_SWEEP_NODESWEEP_H

#include "daemon/node.h"
#include "proto/base/mem.h"
#include "tests/lib/harness.h"

struct nodesweep {
	uint64_t step; /* which one fails; 0: none */
	uint64_t n;    /* its n-th allocation */
	bool sticky;
	uint64_t steps; /* so far */
	bool fired;
	int code;    /* what the turn it fired in gave */
	bool closed; /* the client was cut off in that turn */
};

static struct nodesweep nodesweep;

static inline void nodesweep_arm(uint64_t step, uint64_t n, bool sticky)
{
	nodesweep = (struct nodesweep){ step, n, sticky, 0, false, 0, false };
}

/* The rest goes well. True: it was met. */
static inline bool nodesweep_disarm(void)
{
	nodesweep.step = 0;
	return nodesweep.fired;
}

static inline void nodesweep_begin(void)
{
	if (++nodesweep.steps == nodesweep.step)
		mem_fail_at(nodesweep.n, nodesweep.sticky);
}

static inline bool nodesweep_end(void)
{
	if (nodesweep.steps != nodesweep.step)
		return false;
	nodesweep.fired = mem_fail_fired();
	mem_fail_at(0, false);
	return true;
}

static inline int nodesweep_turn(struct node *node,
				 const struct node_turn *turn,
				 struct node_effects *effects, struct err *err)
{
	size_t i;
	int code;

	nodesweep_begin();
	code = node_turn(node, turn, effects, err);
	if (!nodesweep_end())
		return code;
	nodesweep.code = code;
	for (i = 0; i < effects->count; i++)
		nodesweep.closed |= effects->items[i].kind == NODE_CLIENT_CLOSE;
	return code;
}

static inline void nodesweep_job(struct vault_job *job)
{
	nodesweep_begin();
	vault_job_run(job);
	nodesweep_end();
}

/* Calls only: a turn is a struct as well. */
#define node_turn(node, turn, effects, err)                                    \
	nodesweep_turn(node, turn, effects, err)
#define vault_job_run(job) nodesweep_job(job)
#include "tests/unit/nodebed.h"
#undef node_turn
#undef vault_job_run

#endif
