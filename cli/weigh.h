/*
 * weigh.h - the questions of a weighed thought, one after another (guide.h).
 *
 * Inside of cmd_thought.c, which decides where to begin and what becomes of
 * the answers.
 */
#ifndef KEPT_CLI_WEIGH_H
#define KEPT_CLI_WEIGH_H

#include "cli/guide.h"

#define WEIGH_STEPS 11u
/* --quick stops after so many. */
#define WEIGH_QUICK_STEPS 3u

/* In the order they are asked. */
extern const struct guide_step weigh_steps[WEIGH_STEPS];

/* The thought in quotes; the feelings beside it where there is room. */
void weigh_show_thought(const struct guide *guide, bool with_feelings);

#endif
