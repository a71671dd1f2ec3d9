/*
 * ticks.h - what was just kept may count for a goal or for homework: asked
 * about once, never assumed.
 *
 * The rule, in full. Of the open goals and the open homework (at most the
 * newest twenty of each) there is at most one candidate:
 *  1. For a win or a boundary: the goal, or the homework that names no kind,
 *     whose title shares most words with what was written (goaltext_shared:
 *     at least two that matter, or all of a title that has fewer). Of two that
 *     share as many: the newer.
 *  2. Else the newest homework whose kind_hint is the kind that was kept.
 * At yes the entry says so (counts_for), if its kind can. Homework by kind_hint
 * counts what is of its kind by itself; there a no is a check-in that leaves
 * the number where it was.
 *
 * Nothing is asked where nobody is there to ask, with --json, while locked, or
 * when the entry says already what it counts for.
 */
#ifndef KEPT_CLI_TICKS_H
#define KEPT_CLI_TICKS_H

#include "cli/cli.h"

/* In keep_show's place: "Kept.  w2mx      Counts for “Leave work at six”: 1 of
 * 3.   ok? [Y/n]", or what keep_show says. Takes the entry. */
int ticks_show(struct cli *cli, cJSON *take_entry);
/* After something else said that it is kept: the question alone. Borrows. 0,
 * or EXIT_CTRL_C; the entry is kept either way. */
int ticks_offer(struct cli *cli, const cJSON *entry) KEPT_MUST_USE;

/* The item of `today` the entry may count for; NULL if none. Pure. */
const cJSON *ticks_find(const cJSON *today, const cJSON *entry);

#endif
