/*
 * verbs.h - commands of two words: `kept goal check`.
 */
#ifndef KEPT_CLI_VERBS_H
#define KEPT_CLI_VERBS_H

#include "cli/cli.h"

struct verb {
	const char *name;
	command_run *run;
};

/*
 * Runs the verb that the first argument names; what it sees as arguments
 * begins behind the name, and cli->command is called "goal check" meanwhile.
 * Without an argument: `alone`, a row of the table. Exit 2 for another word,
 * with a near one offered and not run.
 */
int verbs_run(struct cli *cli, const struct verb *verbs, size_t count,
	      const char *alone) KEPT_MUST_USE;

#endif
