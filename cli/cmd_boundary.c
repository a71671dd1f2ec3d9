/*
 * cmd_boundary.c - a line the person held, or nearly.
 *
 * "Partly" comes first, since that is how it mostly is. Must never grade it.
 * Read next: guided.h.
 */
#include "cli/command.h"
#include "cli/guided.h"
#include "cli/ticks.h"

/* In the order of entry.def. */
static const char *const held_words[] = { N_("partly"), N_("yes"), N_("no") };

static const struct guide_step steps[] = {
	{ .field = "what",
	  .question = N_("What is the boundary?  A few words, like  leave at "
			 "six"),
	  .hint = N_("Left on time? Said you'd think about it? Nearly did? "
		     "Those count.") },
	{ .field = "held",
	  .question = N_("Did it hold?"),
	  .words = held_words },
	{ .field = "tested_by", .question = N_("What pushed on it?") },
	{ .field = "what_i_did", .question = N_("What did you do?") },
	{ .field = "how_it_felt", .question = N_("How did it feel?") },
};

int cmd_boundary(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "boundary",
			       .steps = steps,
			       .count = KEPT_ARRAY_COUNT(steps),
			       .resume = "kept boundary",
			       .sight = "what" };

	return guided_write(&guide, ticks_show);
}
