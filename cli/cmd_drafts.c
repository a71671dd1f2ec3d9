/*
 * cmd_drafts.c - what is half-written: read, gone on with, or let go.
 *
 * Must never say how long something has waited. Read next: draftlist.h,
 * guide.c.
 */
#include "cli/command.h"

#include "cli/ask.h"
#include "cli/draftlist.h"
#include "cli/i18n.h"
#include "cli/screen.h"

static int put_drafts(struct cli *cli, const cJSON *drafts)
{
	struct render render = screen_render(cli);
	struct buf out;

	buf_init(&out, RENDER_BYTES_MAX);
	draftlist_put(&out, &render, drafts);
	screen_page(cli);
	(void)screen_put(&out);
	buf_release(&out);
	return screen_end(cli);
}

/* 0 to go on: there is no undo for this. */
static int ask_drop(struct cli *cli)
{
	enum ask_answer answer;
	bool yes = true;

	if (cli->options.common.yes || cli_is_program(cli) || !ask_can(cli))
		return 0;
	answer = ask_yes_no(cli, _("A draft can't be brought back. Let it go?"),
			    false, &yes);
	if (answer == ASK_STOPPED || answer == ASK_CLOSED)
		return EXIT_CTRL_C;
	if (!yes)
		cli_note(cli, _("Nothing changed.\n"));
	return yes ? 0 : EXIT_STOPPED;
}

static int drop_draft(struct cli *cli, const char *id)
{
	cJSON *params;
	int exit_code;

	if (cli->options.common.dry_run) {
		cli_note(cli, _("Nothing changed. Without -n that draft would "
				"be let go.\n"));
		return EXIT_DONE;
	}
	exit_code = ask_drop(cli);
	if (exit_code != 0)
		return exit_code;
	params = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(params, "id", id);
	exit_code = cli_call(cli, "draft_drop", params, NULL);
	if (exit_code == 0 && cli->options.common.json)
		return cli_put_json(cJSON_CreateObject());
	if (exit_code == 0)
		cli_note(cli, _("Let go.\n"));
	return exit_code;
}

int cmd_drafts(struct cli *cli)
{
	const struct options *options = &cli->options;
	const cJSON *drafts;
	cJSON *result = NULL;
	int exit_code;

	if (options->arg_count == 2 && strcmp(options->args[0], "drop") == 0)
		return drop_draft(cli, options->args[1]);
	if (options->arg_count > 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept drafts drop ID",
				  _("`kept drafts` lists them all."));
	exit_code = cli_call(cli, "drafts", NULL, &result);
	if (exit_code != 0)
		return exit_code;
	if (options->common.json)
		return cli_put_json(result);
	drafts = cJSON_GetObjectItemCaseSensitive(result, "drafts");
	if (options->common.ndjson) {
		cli_put_lines(drafts);
	} else if (cJSON_GetArraySize(drafts) == 0) {
		cli_note(cli, _("No drafts.\n"));
	} else {
		exit_code = put_drafts(cli, drafts);
	}
	cJSON_Delete(result);
	return exit_code;
}
