/*
 * canary.h - entries made from entry.def with one unique word in each, and
 * what became of those words.
 */
#ifndef KEPT_SIM_CANARY_H
#define KEPT_SIM_CANARY_H

#include "tests/sim/world.h"

/* NULL: there are enough. */
struct word *canary_new(struct device *writer);
uint32_t canary_place(const struct world *world, const struct word *word);
/* A random kind, its `fields` map appended, the word in one of them. */
void canary_put_entry(struct world *world, struct word *word,
		      struct buf *fields);
/* Another value with a new word for the field the old one lies in. */
void canary_put_edit(const struct word *old, struct word *word,
		     struct buf *fields);
/* It is saved, its device says; in a block up to the newest there is. */
void canary_ack(struct device *device, struct word *word, bool is_capture);
/* The captures of a device became entries, if they did. */
void canary_uncapture(struct device *device);

/* Looks which devices hold which words' blocks. */
void canary_look(struct device *device);
/* A disk is copied away / put back. */
void canary_spare(struct device *device);
void canary_restored(struct device *device);
/* It is thrown away with all that only it knew. */
void canary_lost(struct device *device);
/* Random word with an entry; NULL: none. */
struct word *canary_pick(struct world *world);
bool canary_is_everywhere(const struct word *word);

#endif
