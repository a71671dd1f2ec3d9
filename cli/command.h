/*
 * command.h - the functions and options that command.def names.
 *
 * cmd_<function>(cli) carries a command out and returns its exit code.
 * options_<x>[] stands beside the commands that use it and ends with a row
 * of zeros.
 */
#ifndef KEPT_CLI_COMMAND_H
#define KEPT_CLI_COMMAND_H

#include "cli/cli.h"

/* clang-format off: rows expand to declarations */
#define OPTIONS(name) extern const struct option_spec options_##name[];
#define NO_OPTIONS
#define COMMAND(name, function, group, needs, args, options, last, help) \
	int cmd_##function(struct cli *cli); \
	options
#include "cli/command.def"
#undef COMMAND
#undef NO_OPTIONS
#undef OPTIONS
/* clang-format on */

#endif
