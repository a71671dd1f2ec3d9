/*
 * openlist.c - what is planned and not done yet.
 *
 * Must never count days, or say that something waits. Read next: pick.h,
 * cmd_experiment.c.
 */
#include "cli/openlist.h"

#include "cli/aims.h"
#include "cli/i18n.h"
#include "cli/screen.h"
#include "cli/ticks.h"

static bool is_any(const cJSON *fields)
{
	(void)fields;
	return true;
}

static int put_people(struct cli *cli, const cJSON *entries)
{
	struct render render = screen_render(cli);
	char last_day[CIVIL_DAY_TEXT_BYTES] = "";
	bool marks = false;
	struct buf out;

	buf_init(&out, RENDER_BYTES_MAX);
	render_put_log(&out, &render, entries, last_day, &marks);
	screen_page(cli);
	(void)screen_put(&out);
	buf_release(&out);
	return screen_end(cli);
}

int openlist_put(struct cli *cli, const struct pick *pick)
{
	struct pick all = *pick;
	cJSON *entries = NULL;
	int exit_code;

	if (options_has(&cli->options, "all"))
		all.is_open = is_any;
	exit_code = pick_open(cli, &all, &entries);
	if (exit_code != 0)
		goto out;
	if (cJSON_GetArraySize(entries) == 0 && !cli_is_program(cli))
		cli_note(cli, "%s  %s\n", _(pick->none), pick->hint);
	else if (cli_is_program(cli) || cli->options.common.plain)
		exit_code = aims_put_list(cli, entries, pick->none);
	else
		exit_code = put_people(cli, entries);
out:
	cJSON_Delete(entries);
	return exit_code;
}

int openlist_show_done(struct cli *cli, cJSON *take_entry)
{
	char id[RENDER_ID_BYTES];
	int exit_code;

	if (cli_is_program(cli))
		return cli_put_json(take_entry);
	render_short_id(json_text(take_entry, "id"), RENDER_ID_LETTERS, id);
	cli_done(cli, _("Kept.  %s      Undo: kept undo\n"), id);
	exit_code = ticks_offer(cli, take_entry);
	cJSON_Delete(take_entry);
	return exit_code;
}
