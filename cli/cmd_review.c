/*
 * cmd_review.c - review: what to look at together next time.
 *
 * Must never send anything anywhere: a file is written where the person said.
 * Read next: reviewtext.c, reviewfile.c.
 */
#include "cli/command.h"

#include "cli/i18n.h"
#include "cli/insightask.h"
#include "cli/look.h"
#include "cli/patterns.h"
#include "cli/reviewfile.h"
#include "cli/screen.h"

const struct option_spec options_review[] = {
	{ "since", 0, OPTION_VALUE, N_("DAY"),
	  N_("from that day on; last-session if not said") },
	{ "html", 0, OPTION_VALUE, N_("FILE"), N_("a page for a browser") },
	{ "pdf", 0, OPTION_VALUE, N_("FILE"), N_("a page for paper") },
	{ 0 },
};

static int put_screen(struct cli *cli, const cJSON *review, int64_t today)
{
	struct reviewtext how = insightask_how(cli, today);
	cJSON *page;
	struct render render = screen_render(cli);
	struct buf out;
	int exit_code;

	how.signs = GOALTEXT_WORDS;
	page = reviewtext_page(review, &how);
	buf_init(&out, RENDER_BYTES_MAX);
	screen_page(cli);
	pageform_put_title(&out, &render, json_text(page, "title"));
	buf_put_u8(&out, '\n');
	if (pageform_is_empty(page))
		pageform_put_title(&out, &render,
				   _("Nothing is written down since then. "
				     "That can be looked at together, too."));
	pageform_put(&out, &render, page);
	(void)screen_put(&out);
	buf_release(&out);
	exit_code = screen_end(cli);
	if (cli->out_is_terminal && !pageform_is_empty(page))
		cli_note(cli, "%s",
			 _("\nTo take along:  kept review --pdf "
			   "review.pdf\n"));
	cJSON_Delete(page);
	return exit_code;
}

static int write_one(struct cli *cli, const cJSON *page,
		     enum reviewfile_form form, const char *path)
{
	char *shown;
	int exit_code;

	if (path == NULL)
		return 0;
	if (cli->options.common.dry_run) {
		cli_note(cli, "%s",
			 _("Nothing was written. Without -n it "
			   "would be.\n"));
		return 0;
	}
	exit_code = reviewfile_write(cli, page, form, path);
	if (exit_code != 0 || strcmp(path, "-") == 0 || cli_is_program(cli))
		return exit_code;
	shown = cli_show(path, false);
	cli_note(cli, _("Wrote %s. Anyone who has that file can read it.\n"),
		 shown);
	cli_free(shown);
	return 0;
}

static int write_files(struct cli *cli, const cJSON *review, int64_t today)
{
	struct reviewtext how = { .today = today,
				  .on_paper = true,
				  .signs = GOALTEXT_WORDS };
	const char *html = options_value(&cli->options, "html");
	const char *pdf = options_value(&cli->options, "pdf");
	cJSON *page = reviewtext_page(review, &how), *object;
	int exit_code = write_one(cli, page, REVIEWFILE_HTML, html);

	if (exit_code == 0)
		exit_code = write_one(cli, page, REVIEWFILE_PDF, pdf);
	cJSON_Delete(page);
	if (exit_code != 0 || !cli_is_program(cli) ||
	    strcmp(html == NULL ? "" : html, "-") == 0 ||
	    strcmp(pdf == NULL ? "" : pdf, "-") == 0)
		return exit_code;
	object = cJSON_CreateObject();
	if (html != NULL)
		(void)cJSON_AddStringToObject(object, "html", html);
	if (pdf != NULL)
		(void)cJSON_AddStringToObject(object, "pdf", pdf);
	return cli_put_json(object);
}

int cmd_review(struct cli *cli)
{
	bool to_file = options_has(&cli->options, "html") ||
		       options_has(&cli->options, "pdf");
	cJSON *params = NULL, *result = NULL;
	char since[CIVIL_DAY_TEXT_BYTES];
	int64_t today;
	int exit_code;

	if (cli->options.arg_count > 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept review --since mon",
				  _("A review is of a time: --since and a "
				    "day."));
	exit_code = insightask_begin(cli, &params, &today);
	if (exit_code == 0)
		exit_code = look_day(cli, "since", since);
	if (exit_code != 0) {
		cJSON_Delete(params);
		return exit_code;
	}
	if (since[0] != '\0')
		(void)cJSON_AddStringToObject(params, "since", since);
	exit_code = cli_call(cli, "review", params, &result);
	if (exit_code != 0)
		return exit_code;
	if (cli_is_program(cli) && !to_file)
		return cli_put_json(result);
	patterns_learn(cli);
	if (to_file)
		exit_code = write_files(cli, result, today);
	else
		exit_code = put_screen(cli, result, today);
	cJSON_Delete(result);
	return exit_code;
}
