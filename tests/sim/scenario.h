/*
 * scenario.h - one run: from a seed to a verdict.
 */
#ifndef KEPT_SIM_SCENARIO_H
#define KEPT_SIM_SCENARIO_H

#include "tests/sim/world.h"

/* What this seed is about. */
void scenario_choose(uint64_t seed, struct world_options *out);
void scenario_print(const struct world_options *options);
/* world is started, and the caller's to end. */
void scenario_run(struct world *world);

#endif
