/*
 * workload.h - people: what they do with their devices, at random.
 */
#ifndef KEPT_SIM_WORKLOAD_H
#define KEPT_SIM_WORKLOAD_H

#include "tests/sim/world.h"

/* One random thing; schedules the next. */
void workload_on_app(struct device *device);
/* A random disk has a bad moment; schedules the next. */
void workload_on_fault(struct world *world);

#endif
