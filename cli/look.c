/*
 * look.c - lists a page at a time, and naming days and entries.
 *
 * Must never hold more than a page. Read next: cmd_look.c.
 */
#include "cli/look.h"

#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/patterns.h"
#include "cli/screen.h"
#include "cli/when.h"
#include "proto/bounds.h"

/* What a page of an unlimited list asks for. */
#define PAGE_ENTRIES 200u

static const char *value_if_known(const struct cli *cli, const char *name)
{
	const struct options *options = &cli->options;
	size_t i;

	for (i = 0; i < options->spec_count; i++)
		if (strcmp(options->specs[i].name, name) == 0)
			return options->values[i];
	return NULL;
}

int look_begin(struct cli *cli, struct look *look, const char *method)
{
	const char *cursor = value_if_known(cli, "cursor");
	struct err err = { 0 };

	*look = (struct look){ .method = method };
	look->params = cJSON_CreateObject();
	if (cursor != NULL)
		(void)snprintf(look->cursor, sizeof look->cursor, "%s", cursor);
	if (value_if_known(cli, "limit") != NULL &&
	    options_number(&cli->options, "limit", 1, 10000000, 0, &look->limit,
			   &err) != 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL, "%s",
				  err.text);
	return 0;
}

int look_next(struct cli *cli, struct look *look)
{
	uint64_t left = look->limit - look->given;
	cJSON *params;
	int exit_code;

	cJSON_Delete(look->page);
	look->page = NULL;
	if (look->ended || (look->limit > 0 && left == 0))
		return 0;
	if (look->limit == 0)
		left = PAGE_ENTRIES;
	params = cJSON_Duplicate(look->params, true);
	(void)cJSON_AddNumberToObject(params, "limit",
				      left > LIMIT_LIST_PAGE ? LIMIT_LIST_PAGE
							     : (double)left);
	if (look->cursor[0] != '\0')
		(void)cJSON_AddStringToObject(params, "cursor", look->cursor);
	exit_code = cli_call(cli, look->method, params, &look->page);
	if (exit_code != 0)
		return exit_code;
	(void)snprintf(look->cursor, sizeof look->cursor, "%s",
		       json_text(look->page, "next"));
	look->ended = look->cursor[0] == '\0';
	look->given += (uint64_t)cJSON_GetArraySize(
		cJSON_GetObjectItemCaseSensitive(look->page, "entries"));
	return 0;
}

void look_end(struct look *look)
{
	cJSON_Delete(look->params);
	cJSON_Delete(look->page);
	*look = (struct look){ 0 };
}

/* The day of the newest session. */
static int last_session(struct cli *cli, int64_t *days)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	const cJSON *entry;
	int exit_code;

	(void)cJSON_AddStringToObject(params, "kind", "session");
	(void)cJSON_AddNumberToObject(params, "limit", 1);
	exit_code = cli_call(cli, "log", params, &result);
	if (exit_code != 0)
		return exit_code;
	entry = cJSON_GetArrayItem(
		cJSON_GetObjectItemCaseSensitive(result, "entries"), 0);
	if (civil_parse_day(bytes_from_str(json_text(entry, "day")), days) != 0)
		exit_code =
			cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				   _("There is no session here yet to count "
				     "from."));
	cJSON_Delete(result);
	return exit_code;
}

int look_day(struct cli *cli, const char *option,
	     char out[CIVIL_DAY_TEXT_BYTES])
{
	const char *text = options_value(&cli->options, option);
	struct err err = { 0 };
	int64_t today, days = 0;
	char full[DATES_TEXT_BYTES];
	int exit_code;

	out[0] = '\0';
	if (text == NULL)
		return 0;
	if (strcmp(text, "last-session") == 0) {
		exit_code = last_session(cli, &days);
		today = days;
	} else {
		exit_code = when_today(cli, &today);
		if (exit_code == 0 &&
		    dates_parse_day(text, today, DATES_BACK, &days, &err) != 0)
			exit_code = cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
					       NULL, "%s", err.text);
	}
	if (exit_code != 0)
		return exit_code;
	civil_format_day(days, out);
	/* The year too, whichever it is. */
	dates_format_day(days, CIVIL_DAYS_LEAST, full);
	if (!cli_is_program(cli))
		cli_note(cli,
			 strcmp(option, "since") == 0 ? _("Since %s.\n")
						      : _("Until %s.\n"),
			 full);
	return 0;
}

int look_id(struct cli *cli, cJSON **params)
{
	const char *id = cli->options.args[0];

	if (cli->options.arg_count != 1)
		return cli_say_no(
			cli, EXIT_USED_WRONGLY, "usage", "kept log",
			_("`kept %s` takes one id, or the last letters "
			  "of one."),
			cli->command->name);
	if (strlen(id) > 26)
		return cli_say_no(cli, EXIT_NOT_THERE, "not_found", "kept log",
				  _("There is no entry with that id."));
	*params = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(*params, "id", id);
	return 0;
}

int look_put_entry(struct cli *cli, const cJSON *result)
{
	const cJSON *entry = cJSON_GetObjectItemCaseSensitive(result, "entry");
	struct render render = screen_render(cli);
	struct buf out;

	if (strcmp(json_text(entry, "kind"), "thought") == 0)
		patterns_learn(cli); /* names of one's own */
	buf_init(&out, RENDER_BYTES_MAX);
	render_put_entry(&out, &render, entry,
			 cJSON_GetObjectItemCaseSensitive(result, "versions"));
	screen_page(cli);
	(void)screen_put(&out);
	buf_release(&out);
	return screen_end(cli);
}
