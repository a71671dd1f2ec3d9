/*
 * check.h - what must hold. Each complains through world_fail.
 */
#ifndef KEPT_SIM_CHECK_H
#define KEPT_SIM_CHECK_H

#include "tests/sim/world.h"

/* No word of anybody's in bytes that leave the vault. */
void check_no_canary(struct world *world, struct bytes bytes,
		     const char *where);
/* ... nor on this disk, or in the log. */
void check_disk(struct device *device);
void check_log(struct world *world);
/* Every acknowledged word that this unlocked device holds can be read on it;
 * all: every one there is. */
void check_words(struct device *device, bool all);
/* Do these devices hold the same blocks? */
bool check_same_blocks(struct world *world);
/* Lines of the trace: who holds how much. */
void check_explain(struct world *world);
/* Equal digests and counts of all that are awake. */
void check_digests(struct world *world);
/* No number of a log carries two ids but in a fork that is expected; stamps
 * grow within a log; forged blocks are nowhere. */
void check_logs(struct world *world);
/* What a full disk refuses is not tried over and over: turns that nobody but
 * the device itself wanted, failing one after the other. */
void check_rest(struct device *device, bool was_asked, int status);

#endif
