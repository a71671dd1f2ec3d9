/*
 * life.h - is the entry here or deleted.
 *
 * Facts only: what deletes observed, what returns observed. merge_life works
 * out the answer.
 */
#ifndef KEPT_CRDT_LIFE_H
#define KEPT_CRDT_LIFE_H

#include "crdt/state.h"

/* Does any vector put into reach cover this dot? */
bool life_covers(const struct life_reach *reach, const struct dot *dot);

#endif
