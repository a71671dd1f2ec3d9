/*
 * help.h - what `kept help`, --help, the man page, and completion say. All of
 * it comes from command.def and the table of topics.
 */
#ifndef KEPT_CLI_HELP_H
#define KEPT_CLI_HELP_H

#include "cli/cli.h"

struct help_topic {
	const char *name;
	const char *line;
	const char *text; /* whole lines */
};

/* In table order; NULL at the end. */
const struct help_topic *help_topic_at(size_t place);

/* The command or topic nearest to a word nobody knows; NULL if none is. */
const char *help_near(const char *word);

/* All to stdout. */
void help_print_overview(const struct cli *cli);
void help_print_command(const struct cli *cli, const struct command *command);
/* kept(1), for man. */
void help_print_man(void);
/* kept-NAME of a command, or of a topic with a page of its own; false: there
 * is none. */
bool help_print_man_of(const char *name);
/* `name.section`, one a line, of those. */
void help_list_man(void);
/* One name a line. */
void help_list_commands(void);
/* One candidate a line for the last of the words typed after `kept`. Asks
 * keptd only if it is there, and never for anything written. */
void help_complete(struct cli *cli, int count, char *const *words);

#endif
