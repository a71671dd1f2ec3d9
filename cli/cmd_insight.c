/*
 * cmd_insight.c - looking back: kept alone, trends.
 *
 * Numbers are counted by keptd and only shown here. Must never scold: no
 * count of what is not there. Read next: todaytext.c, trendtext.c,
 * cmd_review.c.
 */
#include "cli/command.h"

#include "cli/aims.h"
#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/insightask.h"
#include "cli/patterns.h"
#include "cli/screen.h"
#include "cli/todaytext.h"
#include "cli/trendtext.h"
#include "cli/when.h"

const struct option_spec options_trends[] = {
	{ "weeks", 0, OPTION_VALUE, "N", N_("so many weeks; 8 if not said") },
	{ "say", 0, OPTION_FLAG, NULL, N_("the same facts as sentences") },
	{ 0 },
};

#define WEEKS_DEFAULT 8u
#define LAST_SHOWN 3

/* ---- what today, review, and trends share ---- */

int insightask_begin(struct cli *cli, cJSON **params, int64_t *today)
{
	char text[CIVIL_DAY_TEXT_BYTES];
	int exit_code;

	*params = NULL;
	exit_code = when_today(cli, today);
	if (exit_code != 0)
		return exit_code;
	civil_format_day(*today, text);
	*params = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(*params, "today", text);
	return 0;
}

struct reviewtext insightask_how(const struct cli *cli, int64_t today)
{
	return (struct reviewtext){
		.today = today,
		.numbers = cli->dumb || !cli->utf8,
		.signs = aims_signs(cli),
	};
}

/* ---- kept alone ---- */

/* The newest entries, as the log shows them; silent where that can't be. */
static void put_last(struct cli *cli, const struct render *render,
		     struct buf *out)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL, *entries;
	char last_day[CIVIL_DAY_TEXT_BYTES] = "";
	struct client_refusal refusal;
	bool marks = false;

	(void)cJSON_AddNumberToObject(params, "limit", LAST_SHOWN);
	if (cli_try(cli, "log", params, &result, &refusal) == 0) {
		entries = cJSON_GetObjectItemCaseSensitive(result, "entries");
		aims_name_checkins(cli, entries);
		if (cJSON_GetArraySize(entries) > 0)
			buf_put_u8(out, '\n');
		render_put_log(out, render, entries, last_day, &marks);
	}
	cJSON_Delete(result);
}

static int hour_now(void)
{
	char time[6];

	dates_format_time(dates_now(), time);
	return (time[0] - '0') * 10 + time[1] - '0';
}

static int put_today(struct cli *cli, const cJSON *today, int64_t day)
{
	struct reviewtext how = insightask_how(cli, day);
	cJSON *page = todaytext_page(today, &how, hour_now());
	struct render render = screen_render(cli);
	char title[200];
	struct buf out;

	buf_init(&out, RENDER_BYTES_MAX);
	(void)snprintf(title, sizeof title, "%s  %s", json_text(page, "title"),
		       json_text(page, "range"));
	pageform_put_title(&out, &render, title);
	if (!pageform_is_empty(page))
		buf_put_u8(&out, '\n');
	pageform_put(&out, &render, page);
	put_last(cli, &render, &out);
	if (pageform_is_empty(page) &&
	    cJSON_GetArraySize(
		    cJSON_GetObjectItemCaseSensitive(today, "last")) == 0) {
		buf_put_u8(&out, '\n');
		pageform_put_title(&out, &render,
				   _("Try  kept mood  (ten seconds) or  kept "
				     "thought  (five minutes)."));
	}
	(void)screen_put(&out);
	buf_release(&out);
	cJSON_Delete(page);
	return screen_end(cli);
}

/* Locked, or nothing there yet: what there is to do all the same. */
static int put_outside(const struct client_refusal *refusal)
{
	const char *greeting = todaytext_greeting(hour_now(), "", 0);

	if (refusal->code == ERR_LOCKED)
		cli_print(_("%s The journal is locked.\n\n"
			    "Writing works all the same:\n"
			    "  kept mood      ten seconds\n"
			    "  kept win       something that went right\n"
			    "  kept thought   five minutes\n"
			    "  kept breathe   a few guided breaths\n\n"
			    "  kept unlock    to look back\n"
			    "  kept help-now  someone to reach right now\n"),
			  greeting);
	else
		cli_print(_("%s This is kept: a private place for what you're "
			    "practicing. It stays on your machines.\n\n"
			    "  kept init      to begin\n"
			    "  kept help      what there is\n\n"
			    "These need no journal:\n"
			    "  kept breathe   a few guided breaths\n"
			    "  kept help-now  someone to reach right now\n"),
			  greeting);
	return EXIT_DONE;
}

int cmd_today(struct cli *cli)
{
	struct client_refusal refusal;
	cJSON *params = NULL, *result = NULL;
	int64_t today;
	int exit_code;

	if (cli->options.arg_count > 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", "kept",
				  _("Today at a glance takes no words."));
	exit_code = insightask_begin(cli, &params, &today);
	if (exit_code != 0)
		return exit_code;
	exit_code = cli_try(cli, "today", params, &result, &refusal);
	if (exit_code != 0 && !cli_is_program(cli) &&
	    (refusal.code == ERR_LOCKED || refusal.code == ERR_NO_JOURNAL))
		return put_outside(&refusal);
	if (exit_code != 0)
		return cli_refuse(cli, &refusal);
	if (cli_is_program(cli))
		return cli_put_json(result);
	exit_code = put_today(cli, result, today);
	cJSON_Delete(result);
	return exit_code;
}

/* ---- trends ---- */

static int refuse_what(struct cli *cli, const char *word)
{
	const char *near = NULL, *what;
	size_t best = 3, distance, i;
	char hint[64] = "kept trends";
	char *shown = cli_show(word, false);
	int exit_code;

	for (i = 0; (what = trendtext_what(i)) != NULL; i++) {
		distance = options_distance(word, what);
		if (distance < best) {
			best = distance;
			near = what;
		}
	}
	if (near != NULL)
		(void)snprintf(hint, sizeof hint, "kept trends %s", near);
	exit_code = cli_say_no(cli, EXIT_USED_WRONGLY, "usage", hint,
			       _("There are no trends of “%.60s”. `kept "
				 "trends` shows what there is."),
			       shown);
	cli_free(shown);
	return exit_code;
}

static int ask_trends(struct cli *cli, const cJSON *params, const char *what,
		      cJSON **result)
{
	cJSON *all = cJSON_Duplicate(params, true);

	(void)cJSON_AddStringToObject(all, "what", what);
	return cli_call(cli, "trends", all, result);
}

static int put_one(struct cli *cli, const cJSON *result, int64_t today)
{
	struct reviewtext how = insightask_how(cli, today);
	struct render render = screen_render(cli);
	struct buf out;

	buf_init(&out, RENDER_BYTES_MAX);
	/* A drawing is noise where it is read aloud. */
	if (options_has(&cli->options, "say") || cli->accessible) {
		how.signs = GOALTEXT_WORDS;
		trendtext_say(&out, &render, result, &how);
	} else {
		trendtext_put(&out, &render, result, &how);
	}
	screen_page(cli);
	(void)screen_put(&out);
	buf_release(&out);
	return screen_end(cli);
}

static int show_one(struct cli *cli, const cJSON *params, const char *what,
		    int64_t today)
{
	cJSON *result = NULL;
	int exit_code = ask_trends(cli, params, what, &result);

	if (exit_code != 0)
		return exit_code;
	if (cli->options.common.json)
		return cli_put_json(result);
	if (cli->options.common.ndjson) {
		cli_put_lines(
			cJSON_GetObjectItemCaseSensitive(result, "points"));
	} else {
		if (strcmp(what, "patterns") == 0)
			patterns_learn(cli);
		exit_code = put_one(cli, result, today);
	}
	cJSON_Delete(result);
	return exit_code;
}

/* Every one of them in a line; *all gets what keptd said. */
static int ask_all(struct cli *cli, const cJSON *params, cJSON *all)
{
	const char *what;
	int exit_code = 0;
	size_t i;

	for (i = 0; exit_code == 0 && (what = trendtext_what(i)) != NULL; i++) {
		cJSON *result = NULL;

		exit_code = ask_trends(cli, params, what, &result);
		if (exit_code == 0)
			(void)cJSON_AddItemToArray(all, result);
	}
	return exit_code;
}

static int put_all(struct cli *cli, const cJSON *all, int64_t today)
{
	struct reviewtext how = insightask_how(cli, today);
	struct render render = screen_render(cli);
	const cJSON *trends, *first = cJSON_GetArrayItem(all, 0);
	cJSON *page = pageform_new("", "", "");
	struct buf out, range;

	buf_init(&out, RENDER_BYTES_MAX);
	buf_init(&range, 256);
	patterns_learn(cli);
	cJSON_ArrayForEach(trends, all) trendtext_put_row(page, trends, &how);
	pageform_put_day(&range, json_text(first, "first"), today);
	buf_printf(&range, " – ");
	pageform_put_day(&range, json_text(first, "last"), today);
	buf_put_u8(&range, 0);
	pageform_put_title(&out, &render, (const char *)range.ptr);
	buf_put_u8(&out, '\n');
	if (pageform_is_empty(page))
		pageform_put_title(&out, &render,
				   _("Nothing to draw yet. It begins with the "
				     "first answer."));
	pageform_put(&out, &render, page);
	(void)screen_put(&out);
	if (!pageform_is_empty(page))
		cli_note(cli, "%s", _("\nOne of them:  kept trends mood\n"));
	buf_release(&range);
	buf_release(&out);
	cJSON_Delete(page);
	return screen_end(cli);
}

static int show_all(struct cli *cli, const cJSON *params, int64_t today)
{
	cJSON *all = cJSON_CreateArray(), *object;
	int exit_code = ask_all(cli, params, all);

	if (exit_code == 0 && cli->options.common.json) {
		object = cJSON_CreateObject();
		(void)cJSON_AddItemToObject(object, "trends", all);
		return cli_put_json(object);
	}
	if (exit_code == 0 && cli->options.common.ndjson)
		cli_put_lines(all);
	else if (exit_code == 0)
		exit_code = put_all(cli, all, today);
	cJSON_Delete(all);
	return exit_code;
}

int cmd_trends(struct cli *cli)
{
	const struct options *options = &cli->options;
	struct err err = { 0 };
	cJSON *params = NULL;
	uint64_t weeks;
	int64_t today;
	int exit_code;

	if (options->arg_count > 1 ||
	    (options->arg_count == 1 &&
	     trendtext_title(options->args[0]) == NULL))
		return refuse_what(cli, options->args[0]);
	if (options_number(options, "weeks", 1, LIMIT_TRENDS_WEEKS,
			   WEEKS_DEFAULT, &weeks, &err) != 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept trends mood --weeks 8", "%s", err.text);
	exit_code = insightask_begin(cli, &params, &today);
	if (exit_code != 0)
		return exit_code;
	(void)cJSON_AddNumberToObject(params, "weeks", (double)weeks);
	if (options->arg_count == 0)
		exit_code = show_all(cli, params, today);
	else
		exit_code = show_one(cli, params, options->args[0], today);
	cJSON_Delete(params);
	return exit_code;
}
