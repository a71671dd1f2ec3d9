/*
 * cmd_config.c - settings: of this device, and those that go with the journal.
 *
 * Must never know a setting by heart: what keptd's config_get says is all
 * there is, but for those that a program of the system has to be told of.
 * Read next: cmd_patterns.c, daemon/config.def.
 */
#include "cli/command.h"
#include "cli/i18n.h"
#include "cli/patterns.h"
#include "cli/remind.h"
#include "cli/render.h"

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
			render_table_cell(&table, _(json_text(row, "doc")));
	}
	render_table_end(&table, &render, 0, &out);
	cli_print("%.*s", (int)out.len, (const char *)out.ptr);
	buf_release(&out);
}

/* kept config explain: all there is to know about each. */
static void explain_settings(const cJSON *settings)
{
	const cJSON *row;
	char force[256];

	cJSON_ArrayForEach(row, settings)
	{
		const char *unit = json_text(row, "unit");
		char *value = cli_show(json_text(row, "value"), false);

		/* For translators: In force at once, only this device; on
		 * unless you change it. */
		(void)snprintf(
			force, sizeof force,
			_("%s, %s; %s unless you change it."),
			json_flag(row, "live") ? _("In force at once")
					       : _("In force after a restart"),
			json_flag(row, "travels") ? _("goes with the journal")
						  : _("only this device"),
			*json_text(row, "default") == '\0'
				? _("empty")
				: json_text(row, "default"));
		cli_print("%s  %s%s%s%s\n    %s\n    %s\n",
			  json_text(row, "key"), value,
			  *unit == '\0' ? "" : "  (", _(unit),
			  *unit == '\0' ? "" : ")", _(json_text(row, "doc")),
			  force);
		cli_free(value);
	}
}

/* One that travels was written on another device. */
static void put_value(const struct cli *cli, const char *key, const char *value)
{
	char *shown = cli_show(value, false);

	cli_print("%s\n", shown);
	cli_free(shown);
	/* `kept help-now` sends people here. */
	if (cli->out_is_terminal && strcmp(key, "region") == 0)
		cli_note(cli, _("The two letters of a country change it, like  "
				"kept config region nz\n"));
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
		put_value(cli, key,
			  json_text(cJSON_GetArrayItem(settings, 0), "value"));
	else
		show_settings(cli, settings, cli->out_is_terminal);
	cJSON_Delete(result);
	return EXIT_DONE;
}

/* A timer of the system's is what reminds; without one, that is said. */
static void tell_timer(const struct cli *cli, const char *value, cJSON *result)
{
	bool on = strcmp(value, "on") == 0;
	bool is_told = remind_set_timer(on);

	(void)cJSON_AddBoolToObject(result, "timer", is_told);
	if (is_told && on)
		cli_note(cli, _("Once a day it asks  A quiet minute?  and "
				"nothing else.\n"));
	else if (!is_told && on)
		cli_note(cli, _("There is no systemd here that could ask you. "
				"Anything that runs  kept remind  when you "
				"like does the same.\n"));
}

static int config_change(struct cli *cli, const char *key, const char *value)
{
	cJSON *params, *result = NULL;
	int exit_code = cli_refuse_dry(cli);

	if (exit_code != 0)
		return exit_code;
	params = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(params, "key", key);
	(void)cJSON_AddStringToObject(params, "value", value);
	exit_code = cli_call(cli, "config_set", params, &result);
	if (exit_code != 0)
		return exit_code;
	if (strcmp(key, "reminders") == 0)
		tell_timer(cli, value, result);
	cli_done(cli,
		 json_flag(result, "live")
			 ? _("%s is now %s.\n")
			 : _("%s is now %s, from the next start of keptd "
			     "on.\n"),
		 key, value);
	if (cli_is_program(cli))
		return cli_put_json(result);
	cJSON_Delete(result);
	return EXIT_DONE;
}

/* `kept config patterns on` is the setting; all else is the list of them. */
static bool is_patterns(const char *const *args, size_t count)
{
	return strcmp(args[0], "patterns") == 0 &&
	       (count != 2 ||
		(strcmp(args[1], "on") != 0 && strcmp(args[1], "off") != 0));
}

int cmd_config(struct cli *cli)
{
	const char *const *args = cli->options.args;
	size_t count = cli->options.arg_count;

	if (count == 0)
		return config_show(cli, NULL, false);
	if (is_patterns(args, count))
		return patterns_configure(cli, args + 1, count - 1);
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
			  _("kept config get KEY, or  kept config set KEY "
			    "VALUE"));
}
