/*
 * command.c - command.def as a table, and finding a row of it.
 */
#include "cli/command.h"

/* clang-format off: rows expand to table lines */
static const struct command commands[] = {
#define OPTIONS(name) options_##name
#define NO_OPTIONS NULL
#define COMMAND(name, function, group, needs, args, options, last, help)       \
	{ name, cmd_##function, group, needs, args, help, options, last },
#include "cli/command.def"
#undef COMMAND
#undef NO_OPTIONS
#undef OPTIONS
};
/* clang-format on */

const struct command *command_at(size_t place)
{
	return place < KEPT_ARRAY_COUNT(commands) ? &commands[place] : NULL;
}

const struct command *command_find(const char *name)
{
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

const struct command *command_near(const char *name)
{
	const struct command *near = NULL;
	size_t best = 3, i;

	for (i = 0; i < KEPT_ARRAY_COUNT(commands); i++) {
		size_t distance = options_distance(name, commands[i].name);

		/* Of a short word, two letters are most of it. */
		if (distance >= strlen(commands[i].name) - 1 ||
		    distance >= best || commands[i].group[0] == '\0')
			continue;
		best = distance;
		near = &commands[i];
	}
	return near;
}
