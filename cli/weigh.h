/*
 * weigh.h - the questions of a weighed thought, one after another.
 *
 * Inside of cmd_thought.c, which decides where to begin and what becomes of
 * the answers.
 */
#ifndef KEPT_CLI_WEIGH_H
#define KEPT_CLI_WEIGH_H

#include "cli/ask.h"
#include "cli/keep.h"

struct weighing {
	struct cli *cli;
	cJSON *fields; /* Owns */
	char draft[KEEP_DRAFT_BYTES];
	size_t from; /* the step a draft was left at; 0: the beginning */
};

/* A step keeps what it got. ASK_STOPPED and ASK_CLOSED end the weighing. */
struct step {
	const char *field; /* where its answer goes */
	enum ask_answer (*ask)(struct weighing *weighing,
			       const struct step *step);
	const char *question;
};

/* In the order they are asked; NULL at the end. */
const struct step *weigh_step_at(size_t place);
/* --quick stops after so many. */
#define WEIGH_QUICK_STEPS 3u
/* Where a draft was left: its last answer is shown again, to go on from. */
size_t weigh_find_step(const cJSON *fields);
/* The thought in quotes; the feelings beside it where there is room. */
void weigh_show_thought(const struct weighing *weighing, bool with_feelings);

#endif
