/*
 * calamity.h - bad days: disks put back from an older copy, disks that run
 * twice, and a member that forges.
 */
#ifndef KEPT_SIM_CALAMITY_H
#define KEPT_SIM_CALAMITY_H

#include "tests/sim/world.h"

void calamity_keep_copy(struct device *device);
/* The disk is what it was; blind: so is everything outside it. */
void calamity_restore(struct device *device, bool blind);
/* The same disk in a second machine; NULL: no room for another. */
struct device *calamity_clone(struct device *device);
/* The traitor signs a block for the victim's log and offers it as theirs. */
void calamity_forge(struct device *traitor, struct device *victim);

#endif
