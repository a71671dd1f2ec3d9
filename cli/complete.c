/*
 * complete.c - candidates for a shell's completion.
 *
 * Must never start keptd, and never offers ids or anything written: what is
 * on a shared screen stays harmless.
 */
#include "cli/help.h"

#include "cli/trendtext.h"
#include "proto/entry.h"

static void offer(const char *candidate, const char *begun)
{
	if (strncmp(candidate, begun, strlen(begun)) == 0)
		cli_print("%s\n", candidate);
}

static void offer_words(const char *const *words, const char *begun)
{
	for (; *words != NULL; words++)
		offer(*words, begun);
}

static void offer_option(const struct option_spec *spec, const char *begun)
{
	char text[64];

	if (spec->help == NULL)
		return;
	(void)snprintf(text, sizeof text, "--%s", spec->name);
	offer(text, begun);
}

static void offer_options(const struct command *command, const char *begun)
{
	const struct option_spec *spec;
	size_t i;

	for (spec = command->specs; spec != NULL && spec->name != NULL; spec++)
		offer_option(spec, begun);
	for (i = 0; i < options_shared_count; i++)
		offer_option(&options_shared[i], begun);
}

static void offer_commands(const char *begun)
{
	const struct command *command;
	size_t i;

	for (i = 0; (command = command_at(i)) != NULL; i++)
		if (command->group[0] != '\0')
			offer(command->name, begun);
}

/* Names of settings, from a keptd that is there already. */
static void offer_settings(struct cli *cli, const char *begun)
{
	struct client_options options = { .paths = &cli->paths };
	struct client_refusal refusal;
	cJSON *result = NULL;
	const cJSON *row;
	bool started;

	if (client_open(&cli->client, &options, &started, NULL) != 0)
		return;
	if (client_call(cli->client, "config_get", NULL, 1000, &result,
			&refusal) == 0)
		cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(
						result, "settings"))
			offer(json_text(row, "key"), begun);
	cJSON_Delete(result);
	client_close(cli->client);
	cli->client = NULL;
}

static void offer_kinds(const char *begun)
{
	const struct entry_kind *kind;
	size_t i;

	for (i = 0; (kind = entry_kind_at(i)) != NULL; i++)
		if (!entry_kind_is_hidden(kind->number))
			offer(kind->name, begun);
}

/* What there are trends of. */
static void offer_trends(const char *begun)
{
	const char *what;
	size_t i;

	for (i = 0; (what = trendtext_what(i)) != NULL; i++)
		offer(what, begun);
}

/* What may stand after the command itself. */
static void offer_arguments(struct cli *cli, const char *command,
			    const char *before, const char *begun)
{
	static const char *const shells[] = { "bash", "zsh", "fish", NULL };
	static const char *const daemon_acts[] = { "start", "stop", "status",
						   NULL };
	static const char *const config_acts[] = { "get", "set", "explain",
						   "patterns", NULL };
	static const char *const pattern_acts[] = { "list", "add", "hide",
						    "show", "on",  "off",
						    NULL };
	bool is_first = strcmp(before, command) == 0;
	const struct help_topic *topic;
	size_t i;

	if (strcmp(command, "completion") == 0 && is_first)
		offer_words(shells, begun);
	else if (strcmp(command, "daemon") == 0 && is_first)
		offer_words(daemon_acts, begun);
	else if (strcmp(command, "config") == 0 && is_first)
		offer_words(config_acts, begun);
	else if (strcmp(command, "config") == 0 &&
		 strcmp(before, "patterns") == 0)
		offer_words(pattern_acts, begun);
	else if (strcmp(command, "config") == 0)
		offer_settings(cli, begun);
	else if (strcmp(command, "session") == 0 && is_first)
		offer("import", begun);
	else if (strcmp(command, "drafts") == 0 && is_first)
		offer("drop", begun);
	else if (strcmp(command, "peers") == 0 && is_first)
		offer("add", begun);
	else if (strcmp(command, "add") == 0 && is_first)
		offer_kinds(begun);
	else if (strcmp(command, "trends") == 0 && is_first)
		offer_trends(begun);
	if (strcmp(command, "help") != 0 || !is_first)
		return;
	offer_commands(begun);
	for (i = 0; (topic = help_topic_at(i)) != NULL; i++)
		offer(topic->name, begun);
}

void help_complete(struct cli *cli, int count, char *const *words)
{
	const char *begun = count > 0 ? words[count - 1] : "";
	const struct command *command;

	if (count <= 1) {
		offer_commands(begun);
		return;
	}
	command = command_find(words[0]);
	if (command == NULL)
		return;
	if (begun[0] == '-')
		offer_options(command, begun);
	else if (strcmp(words[count - 2], "--kind") == 0)
		offer_kinds(begun);
	else
		offer_arguments(cli, command->name, words[count - 2], begun);
}
