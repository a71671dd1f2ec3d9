/*
 * verbs.c - commands of two words.
 *
 * Must never take a word for another that is only like it. Read next:
 * cmd_goal.c.
 */
#include "cli/verbs.h"

#include "cli/i18n.h"
#include "proto/base/buf.h"

static const struct verb *find(const struct verb *verbs, size_t count,
			       const char *name)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

static const struct verb *find_near(const struct verb *verbs, size_t count,
				    const char *name)
{
	size_t i, best = 3;
	const struct verb *near = NULL;

	for (i = 0; i < count; i++) {
		size_t distance = options_distance(verbs[i].name, name);

		if (distance < best && distance < strlen(verbs[i].name)) {
			best = distance;
			near = &verbs[i];
		}
	}
	return near;
}

static int refuse(struct cli *cli, const struct verb *verbs, size_t count,
		  const char *name)
{
	const struct verb *near = find_near(verbs, count, name);
	struct buf names;
	size_t i;
	int exit_code;

	if (near != NULL)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  _("Did you mean `kept %s %s`?"),
				  cli->command->name, near->name);
	buf_init(&names, 512);
	for (i = 0; i < count; i++)
		buf_printf(&names, "%s%s", i == 0 ? "" : ", ", verbs[i].name);
	exit_code = cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
			       _("`kept %s` goes on with one of:  %.*s"),
			       cli->command->name, (int)names.len,
			       (const char *)names.ptr);
	buf_release(&names);
	return exit_code;
}

int verbs_run(struct cli *cli, const struct verb *verbs, size_t count,
	      const char *alone)
{
	const struct command *whole = cli->command;
	struct options *options = &cli->options;
	struct command command = *whole;
	const char *name = options->arg_count == 0 ? alone : options->args[0];
	const struct verb *verb = find(verbs, count, name);
	char words[64];
	int exit_code;

	if (verb == NULL)
		return refuse(cli, verbs, count, name);
	if (options->arg_count > 0) {
		options->arg_count--;
		memmove(options->args, options->args + 1,
			options->arg_count * sizeof *options->args);
	}
	(void)snprintf(words, sizeof words, "%s %s", whole->name, verb->name);
	command.name = words;
	cli->command = &command;
	exit_code = verb->run(cli);
	cli->command = whole;
	return exit_code;
}
