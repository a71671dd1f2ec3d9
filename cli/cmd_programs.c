/*
 * cmd_programs.c - for programs and the curious: watch, call, completion,
 * help.
 *
 * call must never know a method: what keptd's `api` says is all there is.
 * Read next: help.c. Settings: cmd_config.c.
 */
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/i18n.h"
#include "cli/render.h"

/* ---- watch ---- */

static void show_event(const struct cli *cli, const char *method,
		       cJSON *take_params)
{
	cJSON *line;

	if (!cli_is_program(cli)) {
		const cJSON *entry =
			cJSON_GetObjectItemCaseSensitive(take_params, "entry");
		char id[RENDER_ID_BYTES] = "";

		if (entry != NULL)
			render_short_id(json_text(entry, "id"),
					RENDER_ID_LETTERS, id);
		cli_print("%s  %s%s%s%s\n", method,
			  json_text(take_params, "change"),
			  json_text(take_params, "state"),
			  *id == '\0' ? "" : "  ", id);
		(void)fflush(stdout);
		cJSON_Delete(take_params);
		return;
	}
	line = cJSON_CreateObject();
	(void)cJSON_AddNumberToObject(line, "kept", 1);
	(void)cJSON_AddStringToObject(line, "event", method);
	while (take_params != NULL && take_params->child != NULL) {
		cJSON *item = take_params->child;
		char key[64];

		(void)snprintf(key, sizeof key, "%s", item->string);
		item = cJSON_DetachItemViaPointer(take_params, item);
		(void)cJSON_AddItemToObject(line, key, item);
	}
	(void)cli_put_line(line);
	cJSON_Delete(line);
	cJSON_Delete(take_params);
}

int cmd_watch(struct cli *cli)
{
	int exit_code = cli_call(cli, "watch", NULL, NULL);
	int code = 0;

	if (exit_code != 0)
		return exit_code;
	cli_note(cli, _("Watching. Ctrl-C ends it.\n"));
	while (!ferror(stdout)) {
		cJSON *params = NULL;
		char method[32];

		code = client_event(cli->client, -1, method, &params);
		if (code != 0)
			break;
		show_event(cli, method, params);
	}
	if (code == ERR_STOPPED)
		return EXIT_CTRL_C;
	cli_note(cli, _("keptd has ended.\n"));
	return code == 0 ? EXIT_DISK : EXIT_NO_DAEMON;
}

/* ---- call ---- */

static const cJSON *find_named(const cJSON *list, const char *name)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list) if (strcmp(json_text(item, "name"),
						  name) == 0) return item;
	return NULL;
}

/* A value as the parameter's type wants it; NULL: it isn't one. */
static cJSON *value_of(const char *type, const char *text)
{
	cJSON *value;
	char *end;

	if (strcmp(type, "str") == 0 || strcmp(type, "bin") == 0)
		return cJSON_CreateString(text);
	if (strcmp(type, "uint") == 0 || strcmp(type, "int") == 0) {
		long long number = strtoll(text, &end, 10);

		return *text == '\0' || *end != '\0'
			       ? NULL
			       : cJSON_CreateNumber((double)number);
	}
	value = cJSON_ParseWithOpts(text, NULL, true);
	if (strcmp(type, "list") != 0 || cJSON_IsArray(value))
		return value;
	/* a,b is a list of words. */
	cJSON_Delete(value);
	value = cJSON_CreateArray();
	while (*text != '\0') {
		size_t len = strcspn(text, ",");
		char word[512];

		(void)snprintf(word, sizeof word, "%.*s", (int)len, text);
		(void)cJSON_AddItemToArray(value, cJSON_CreateString(word));
		text += len + (text[len] == ',');
	}
	return value;
}

static int add_param(struct cli *cli, const cJSON *method, const char *pair,
		     cJSON *params)
{
	const char *equals = strchr(pair, '=');
	const cJSON *param;
	char key[64];
	cJSON *value;

	(void)snprintf(key, sizeof key, "%.*s",
		       (int)(equals == NULL ? 0 : equals - pair), pair);
	param = find_named(cJSON_GetObjectItemCaseSensitive(method, "params"),
			   key);
	if (equals == NULL || param == NULL)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  _("%s takes KEY=VALUE; “%.60s” isn't one of "
				    "its own.\nkept call api  lists them."),
				  json_text(method, "name"), pair);
	value = value_of(json_text(param, "type"), equals + 1);
	if (value == NULL)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  _("%s takes a value of type %s."), key,
				  json_text(param, "type"));
	cJSON_DeleteItemFromObject(params, key);
	(void)cJSON_AddItemToObject(params, key, value);
	return 0;
}

/* The passphrase comes in by the usual ways, never as an argument. */
static int add_secret(struct cli *cli, const cJSON *method, cJSON *params)
{
	const cJSON *param =
		find_named(cJSON_GetObjectItemCaseSensitive(method, "params"),
			   "passphrase");
	enum ask_answer answer;
	char *passphrase;

	if (param == NULL ||
	    (!json_flag(param, "required") && ask_passphrase_is_typed(cli)))
		return 0;
	if (cJSON_HasObjectItem(params, "passphrase"))
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  _("Other programs can read arguments; the "
				    "passphrase goes in with "
				    "--passphrase-file FILE."));
	answer = ask_passphrase(cli, _("Passphrase: "), &passphrase);
	if (answer == ASK_ANSWERED)
		(void)cJSON_AddStringToObject(params, "passphrase", passphrase);
	cli_free(passphrase);
	return answer == ASK_ANSWERED
		       ? 0
		       : ask_exit(cli, answer, "--passphrase-file FILE");
}

static int refuse_method(struct cli *cli, const cJSON *methods,
			 const char *name)
{
	const char *near = NULL;
	const cJSON *item;
	size_t best = 4;

	cJSON_ArrayForEach(item, methods)
	{
		const char *other = json_text(item, "name");
		size_t distance = options_distance(name, other);

		if (distance < best) {
			best = distance;
			near = other;
		}
	}
	if (near == NULL)
		return cli_say_no(
			cli, EXIT_COULD_NOT, "no_method", NULL,
			_("keptd doesn't know “%.40s”.\nkept call api "
			  " lists what it knows."),
			name);
	return cli_say_no(cli, EXIT_COULD_NOT, "no_method", NULL,
			  _("keptd doesn't know “%.40s”.\nDid you mean  kept "
			    "call %s ?"),
			  name, near);
}

int cmd_call(struct cli *cli)
{
	const char *name = cli->options.arg_count > 0 ? cli->options.args[0]
						      : "api";
	cJSON *api = NULL, *params = cJSON_CreateObject(), *result = NULL;
	const cJSON *methods, *method;
	int exit_code;
	size_t i;

	/* JSON comes out in any case, so refusals are JSON too. */
	cli->options.common.json = true;
	i18n_keep_english();
	exit_code = cli_refuse_dry(cli);
	if (exit_code == 0)
		exit_code = cli_call(cli, "api", NULL, &api);
	if (exit_code != 0)
		goto out;
	methods = cJSON_GetObjectItemCaseSensitive(api, "methods");
	method = find_named(methods, name);
	if (method == NULL) {
		exit_code = refuse_method(cli, methods, name);
		goto out;
	}
	for (i = 1; i < cli->options.arg_count && exit_code == 0; i++)
		exit_code =
			add_param(cli, method, cli->options.args[i], params);
	if (exit_code == 0)
		exit_code = add_secret(cli, method, params);
	if (exit_code == 0) {
		exit_code = cli_call(cli, name, params, &result);
		params = NULL;
	}
	if (exit_code == 0)
		exit_code = cli_put_json(result == NULL ? cJSON_CreateObject()
							: result);
out:
	cJSON_Delete(params);
	cJSON_Delete(api);
	return exit_code;
}

/* ---- completion, help ---- */

int cmd_completion(struct cli *cli)
{
	static const struct {
		const char *shell;
		const char *script;
	} scripts[] = {
		{ "bash", "_kept() {\n"
			  "\tlocal IFS=$'\\n'\n"
			  "\tCOMPREPLY=($(kept --complete "
			  "\"${COMP_WORDS[@]:1:COMP_CWORD}\" "
			  "2>/dev/null))\n"
			  "}\n"
			  "complete -o default -F _kept kept\n" },
		{ "zsh", "#compdef kept\n"
			 "_kept() {\n"
			 "\tlocal -a found\n"
			 "\tfound=(${(f)\"$(kept --complete "
			 "\"${(@)words[2,CURRENT]}\" 2>/dev/null)\"})\n"
			 "\t(( ${#found} )) && compadd -a found || _files\n"
			 "}\n"
			 "compdef _kept kept\n" },
		{ "fish", "complete -c kept -a '(kept --complete "
			  "(commandline -opc)[2..] (commandline -ct) "
			  "2>/dev/null)'\n" },
	};
	const char *shell = cli->options.arg_count == 1 ? cli->options.args[0]
							: "";
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(scripts); i++) {
		if (strcmp(shell, scripts[i].shell) != 0)
			continue;
		(void)fputs(scripts[i].script, stdout);
		return EXIT_DONE;
	}
	return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
			  _("bash, zsh, or fish?   eval \"$(kept completion "
			    "bash)\""));
}

int cmd_help(struct cli *cli)
{
	const struct command *command;
	const struct help_topic *topic;
	const char *name, *near;
	char hint[96], *shown;
	size_t i;

	if (cli->options.arg_count == 0) {
		help_print_overview(cli);
		return EXIT_DONE;
	}
	name = cli->options.args[0];
	command = command_find(name);
	if (command != NULL) {
		help_print_command(cli, command);
		return EXIT_DONE;
	}
	for (i = 0; (topic = help_topic_at(i)) != NULL; i++) {
		if (strcmp(topic->name, name) != 0)
			continue;
		cli_print("%s", _(topic->text));
		return EXIT_DONE;
	}
	shown = cli_show(name, false);
	near = help_near(name);
	if (near != NULL)
		(void)snprintf(hint, sizeof hint,
			       _("Did you mean  kept help %s ?"), near);
	(void)cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
			 near == NULL ? NULL : hint,
			 _("There is no help on “%.40s”."), shown);
	cli_free(shown);
	return EXIT_USED_WRONGLY;
}
