/*
 * cmd_programs.c - for programs and the curious: config, watch, call,
 * completion, help.
 *
 * call must never know a method: what keptd's `api` says is all there is.
 * Read next: help.c.
 */
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/render.h"

/* ---- config ---- */

static void show_settings(const struct cli *cli, const cJSON *settings,
			  bool with_doc)
{
	struct render render = { .columns = cli->out_is_terminal
						    ? (size_t)cli->columns
						    : 0,
				 .ascii = !cli->utf8 };
	struct render_table table;
	const cJSON *row;
	struct buf out;

	buf_init(&out, RENDER_BYTES_MAX);
	render_table_begin(&table, with_doc ? 3 : 2, with_doc ? 2 : 1);
	cJSON_ArrayForEach(row, settings)
	{
		render_table_cell(&table, json_text(row, "key"));
		render_table_cell(&table, json_text(row, "value"));
		if (with_doc)
			render_table_cell(&table, json_text(row, "doc"));
	}
	render_table_end(&table, &render, 0, &out);
	cli_print("%.*s", (int)out.len, (const char *)out.ptr);
	buf_release(&out);
}

/* kept config explain: all there is to know about each. */
static void explain_settings(const cJSON *settings)
{
	const cJSON *row;

	cJSON_ArrayForEach(row, settings)
	{
		const char *unit = json_text(row, "unit");

		cli_print("%s  %s%s%s%s\n    %s\n    %s, %s; %s unless you "
			  "change it.\n",
			  json_text(row, "key"), json_text(row, "value"),
			  *unit == '\0' ? "" : "  (", unit,
			  *unit == '\0' ? "" : ")", json_text(row, "doc"),
			  json_flag(row, "live") ? "In force at once"
						 : "In force after a restart",
			  json_flag(row, "travels") ? "goes with the journal"
						    : "only this device",
			  *json_text(row, "default") == '\0'
				  ? "empty"
				  : json_text(row, "default"));
	}
}

static int config_show(struct cli *cli, const char *key, bool explain)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	const cJSON *settings;
	int exit_code;

	if (key != NULL)
		(void)cJSON_AddStringToObject(params, "key", key);
	exit_code = cli_call(cli, "config_get", params, &result);
	if (exit_code != 0)
		return exit_code;
	if (cli_is_program(cli))
		return cli_put_json(result);
	settings = cJSON_GetObjectItemCaseSensitive(result, "settings");
	if (explain)
		explain_settings(settings);
	else if (key != NULL)
		cli_print("%s\n",
			  json_text(cJSON_GetArrayItem(settings, 0), "value"));
	else
		show_settings(cli, settings, cli->out_is_terminal);
	cJSON_Delete(result);
	return EXIT_DONE;
}

static int config_change(struct cli *cli, const char *key, const char *value)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int exit_code;

	(void)cJSON_AddStringToObject(params, "key", key);
	(void)cJSON_AddStringToObject(params, "value", value);
	exit_code = cli_call(cli, "config_set", params, &result);
	if (exit_code != 0)
		return exit_code;
	cli_done(cli, "%s is now %s%s.\n", key, value,
		 json_flag(result, "live")
			 ? ""
			 : ", from the next start of keptd on");
	if (cli_is_program(cli))
		return cli_put_json(result);
	cJSON_Delete(result);
	return EXIT_DONE;
}

int cmd_config(struct cli *cli)
{
	const char *const *args = cli->options.args;
	size_t count = cli->options.arg_count;

	if (count == 0)
		return config_show(cli, NULL, false);
	if (strcmp(args[0], "explain") == 0 && count <= 2)
		return config_show(cli, count == 2 ? args[1] : NULL, true);
	if (strcmp(args[0], "get") == 0 && count <= 2)
		return config_show(cli, count == 2 ? args[1] : NULL, false);
	if (strcmp(args[0], "set") == 0 && count == 3)
		return config_change(cli, args[1], args[2]);
	/* `kept config accessible on` is the same as set. */
	if (count == 2 && strcmp(args[0], "set") != 0)
		return config_change(cli, args[0], args[1]);
	if (count == 1 && strcmp(args[0], "set") != 0)
		return config_show(cli, args[0], false);
	return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
			  "kept config get KEY, or  kept config set KEY VALUE");
}

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
	cli_note(cli, "Watching. Ctrl-C ends it.\n");
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
	cli_note(cli, "keptd has ended.\n");
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
				  "%s takes KEY=VALUE; “%.60s” isn't one of "
				  "its own.\nkept call api  lists them.",
				  json_text(method, "name"), pair);
	value = value_of(json_text(param, "type"), equals + 1);
	if (value == NULL)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  "%s takes a value of type %s.", key,
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
				  "Other programs can read arguments; the "
				  "passphrase goes in with "
				  "--passphrase-file FILE.");
	answer = ask_passphrase(cli, "Passphrase: ", &passphrase);
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
		return cli_say_no(cli, EXIT_COULD_NOT, "no_method", NULL,
				  "keptd doesn't know “%.40s”.\nkept call api "
				  " lists what it knows.",
				  name);
	return cli_say_no(cli, EXIT_COULD_NOT, "no_method", NULL,
			  "keptd doesn't know “%.40s”.\nDid you mean  kept "
			  "call %s ?",
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
			  "bash, zsh, or fish?   eval \"$(kept completion "
			  "bash)\"");
}

int cmd_help(struct cli *cli)
{
	const struct command *command;
	const struct help_topic *topic;
	const char *name;
	size_t i;

	if (cli->options.arg_count == 0) {
		help_print_overview();
		return EXIT_DONE;
	}
	name = cli->options.args[0];
	command = command_find(name);
	if (command != NULL) {
		help_print_command(command);
		return EXIT_DONE;
	}
	for (i = 0; (topic = help_topic_at(i)) != NULL; i++) {
		if (strcmp(topic->name, name) != 0)
			continue;
		cli_print("%s", topic->text);
		return EXIT_DONE;
	}
	cli_say("There is no help on “%.40s”.\n", name);
	command = command_near(name);
	if (command != NULL)
		cli_say("Did you mean  kept help %s ?\n", command->name);
	return EXIT_USED_WRONGLY;
}
