/*
 * cmd_look.c - log, show, search, history, drafts: looking, changing nothing.
 *
 * Lists stream page by page, so that a long journal is never held whole, and
 * people see the newest first. Read next: render.c, cmd_change.c.
 */
#include "cli/command.h"

#include "cli/aims.h"
#include "cli/ask.h"
#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/look.h"
#include "cli/screen.h"
#include "proto/bounds.h"

const struct option_spec options_log[] = {
	{ "limit", 0, OPTION_VALUE, "N",
	  N_("only the newest N; -N does the same") },
	{ "since", 0, OPTION_VALUE, N_("DAY"), N_("from that day on") },
	{ "until", 0, OPTION_VALUE, N_("DAY"), N_("up to that day") },
	{ "kind", 0, OPTION_VALUE, N_("KIND"), N_("only thoughts, wins, ...") },
	{ "tag", 0, OPTION_VALUE, N_("TAG"), N_("only with this tag") },
	{ "starred", 0, OPTION_FLAG, NULL, N_("only starred ones") },
	{ "deleted", 0, OPTION_FLAG, NULL, N_("the hidden ones instead") },
	{ "cursor", 0, OPTION_VALUE, "C",
	  N_("go on where `next` of --json was") },
	{ 0 },
};
const struct option_spec options_show[] = {
	{ "rev", 0, OPTION_VALUE, "N", N_("as it was at that change") },
	{ 0 },
};
const struct option_spec options_search[] = {
	{ "limit", 0, OPTION_VALUE, "N",
	  N_("only the newest N; -N does the same") },
	{ "context", 'C', OPTION_FLAG, NULL,
	  N_("all the words around each hit") },
	{ "cursor", 0, OPTION_VALUE, "C",
	  N_("go on where `next` of --json was") },
	{ 0 },
};

/* Narrower, what changed needs the room of how to look at it. */
#define HINT_COLUMNS 64u

/* ---- lists ---- */

/* For people and --plain: what goes from page to page. */
struct list_state {
	struct render render;
	char last_day[CIVIL_DAY_TEXT_BYTES];
	bool marks;
	bool is_search;
};

static void put_hit(struct render_table *table, const struct render *render,
		    const cJSON *entry, size_t letters, bool whole)
{
	const char *snippet = json_text(entry, "snippet");
	char id[RENDER_ID_BYTES];
	struct buf cell;

	buf_init(&cell, RENDER_BYTES_MAX);
	render_put_day(&cell, render, entry);
	render_table_take(table, &cell);
	render_short_id(json_text(entry, "id"), letters, id);
	render_table_cell(table, id);
	render_table_cell(table, render_kind(json_text(entry, "kind")));
	if (whole || *snippet == '\0')
		render_put_gist(&cell, render, entry);
	else
		render_put_line(&cell, snippet);
	buf_put(&cell, RENDER_KEEP, 1);
	(void)render_put_marks(&cell, render, entry);
	render_table_take(table, &cell);
	buf_release(&cell);
}

static void put_hits(struct cli *cli, const struct render *render,
		     const cJSON *entries, struct buf *out)
{
	bool whole = options_has(&cli->options, "context");
	size_t letters = render_id_letters(entries);
	struct render_table table;
	const cJSON *entry;

	cJSON_ArrayForEach(entry, entries)
	{
		render_table_begin(&table, 4, 3);
		put_hit(&table, render, entry, letters, whole);
		render_table_end(&table, render, 0, out);
		if (whole)
			render_put_wrapped(out, render,
					   json_text(entry, "snippet"), 4);
	}
}

/* Hits in one table, unless their words stand below them. */
static void put_hit_table(struct cli *cli, const struct render *render,
			  const cJSON *entries, struct buf *out)
{
	size_t letters = render_id_letters(entries);
	struct render_table table;
	const cJSON *entry;

	if (options_has(&cli->options, "context")) {
		put_hits(cli, render, entries, out);
		return;
	}
	render_table_begin(&table, 4, 3);
	cJSON_ArrayForEach(entry, entries)
		put_hit(&table, render, entry, letters, false);
	render_table_end(&table, render, 0, out);
}

/* False: nobody reads any more. */
static bool put_page(struct cli *cli, struct list_state *state,
		     const cJSON *entries)
{
	const struct options_common *common = &cli->options.common;
	const cJSON *entry;
	struct buf out;
	bool goes_on = true;

	if (common->ndjson) {
		cJSON_ArrayForEach(entry, entries)
		{
			if (cli_put_line(entry) != EXIT_DONE)
				return false;
		}
		return ferror(stdout) == 0;
	}
	buf_init(&out, RENDER_BYTES_MAX);
	if (common->plain) {
		i18n_keep_english(); /* columns for programs */
		render_put_plain(&out, &state->render, entries);
	} else if (state->is_search)
		put_hit_table(cli, &state->render, entries, &out);
	else
		render_put_log(&out, &state->render, entries, state->last_day,
			       &state->marks);
	goes_on = screen_put(&out);
	buf_release(&out);
	return goes_on;
}

static int end_list(struct cli *cli, struct list_state *state)
{
	struct buf out;

	if (cli->options.common.ndjson)
		return EXIT_DONE;
	buf_init(&out, RENDER_BYTES_MAX);
	if (state->marks && !cli->options.common.plain)
		render_put_legend(&out, &state->render);
	(void)screen_put(&out);
	buf_release(&out);
	return screen_end(cli);
}

/* The one object of --json: all that was asked for, and where to go on. */
static int put_whole(struct cli *cli, struct look *look, cJSON **last)
{
	cJSON *all = cJSON_CreateArray(), *whole, *item, *entries;
	int exit_code;

	if (look->limit == 0)
		look->limit = LIMIT_LIST_PAGE;
	while ((exit_code = look_next(cli, look)) == 0 && look->page != NULL) {
		entries =
			cJSON_GetObjectItemCaseSensitive(look->page, "entries");
		while (entries != NULL && (item = entries->child) != NULL)
			cJSON_AddItemToArray(
				all, cJSON_DetachItemViaPointer(entries, item));
		cJSON_Delete(*last);
		*last = look->page;
		look->page = NULL;
	}
	if (exit_code != 0) {
		cJSON_Delete(all);
		return exit_code;
	}
	whole = cJSON_CreateObject();
	cJSON_AddItemToObject(whole, "entries", all);
	if (cJSON_GetObjectItemCaseSensitive(*last, "total") != NULL)
		cJSON_AddNumberToObject(whole, "total",
					(double)json_number(*last, "total", 0));
	if (look->cursor[0] != '\0')
		cJSON_AddStringToObject(whole, "next", look->cursor);
	else
		cJSON_AddNullToObject(whole, "next");
	item = cJSON_DetachItemFromObjectCaseSensitive(*last, "near");
	if (item != NULL)
		cJSON_AddItemToObject(whole, "near", item);
	return cli_put_json(whole);
}

/* The pages as they come. shown: entries put; last: the last page (Owns). */
static int put_pages(struct cli *cli, struct look *look, bool is_search,
		     uint64_t *shown, cJSON **last)
{
	struct list_state state = { .render = screen_render(cli),
				    .is_search = is_search };
	int exit_code;

	*shown = 0;
	while ((exit_code = look_next(cli, look)) == 0 && look->page != NULL) {
		cJSON *entries =
			cJSON_GetObjectItemCaseSensitive(look->page, "entries");
		bool goes_on;

		if (!cli_is_program(cli))
			aims_name_checkins(cli, entries);
		if (*shown == 0 && look->limit != 1 && !cli_is_program(cli))
			screen_page(cli);
		goes_on = put_page(cli, &state, entries);
		*shown += (uint64_t)cJSON_GetArraySize(entries);
		cJSON_Delete(*last);
		*last = look->page;
		look->page = NULL;
		if (!goes_on || ask_was_stopped())
			break;
	}
	if (exit_code != 0) {
		(void)screen_end(cli);
		return exit_code;
	}
	return end_list(cli, &state);
}

/* ---- log ---- */

static int add_days(struct cli *cli, cJSON *params)
{
	char since[CIVIL_DAY_TEXT_BYTES], until[CIVIL_DAY_TEXT_BYTES];
	int exit_code = look_day(cli, "since", since);

	if (exit_code == 0)
		exit_code = look_day(cli, "until", until);
	if (exit_code != 0)
		return exit_code;
	if (since[0] != '\0')
		(void)cJSON_AddStringToObject(params, "since", since);
	if (until[0] != '\0')
		(void)cJSON_AddStringToObject(params, "until", until);
	return 0;
}

static int fill_log(struct cli *cli, cJSON *params)
{
	const char *kind = options_value(&cli->options, "kind");
	const char *tag = options_value(&cli->options, "tag");

	if (kind != NULL)
		(void)cJSON_AddStringToObject(
			params, "kind",
			strcmp(kind, "check-in") == 0 ? "checkin" : kind);
	if (tag != NULL)
		(void)cJSON_AddStringToObject(params, "tag",
					      tag[0] == '#' ? tag + 1 : tag);
	if (options_has(&cli->options, "starred"))
		(void)cJSON_AddTrueToObject(params, "starred");
	if (options_has(&cli->options, "deleted"))
		(void)cJSON_AddTrueToObject(params, "deleted");
	return add_days(cli, params);
}

int cmd_log(struct cli *cli)
{
	struct look look;
	cJSON *last = NULL;
	uint64_t shown;
	int exit_code;

	if (cli->options.arg_count > 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept search WORDS",
				  _("`kept log` lists; words are looked for "
				    "with `kept search`."));
	exit_code = look_begin(cli, &look, "log");
	if (exit_code == 0)
		exit_code = fill_log(cli, look.params);
	if (exit_code == 0 && cli->options.common.json) {
		exit_code = put_whole(cli, &look, &last);
	} else if (exit_code == 0) {
		exit_code = put_pages(cli, &look, false, &shown, &last);
		if (exit_code == 0 && shown == 0)
			cli_note(cli, _("Nothing here yet.\n"));
	}
	cJSON_Delete(last);
	look_end(&look);
	return exit_code;
}

/* ---- search ---- */

/* Arguments become one query; one with blanks in it is a phrase. */
static int add_query(struct cli *cli, cJSON *params)
{
	const struct options *options = &cli->options;
	char query[LIMIT_SEARCH_BYTES + 1] = "";
	size_t used = 0, i;

	for (i = 0; i < options->arg_count; i++) {
		const char *word = options->args[i];
		const char *quote = strpbrk(word, " \t\n") != NULL &&
						    strchr(word, '"') == NULL
					    ? "\""
					    : "";
		int len = snprintf(query + used, sizeof query - used,
				   "%s%s%s%s", used > 0 ? " " : "", quote, word,
				   quote);

		if (len < 0 || (size_t)len >= sizeof query - used)
			return cli_say_no(
				cli, EXIT_USED_WRONGLY, "too_large", NULL,
				_("That is more than kept looks for at "
				  "once; a few words will do."));
		used += (size_t)len;
	}
	if (used == 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept search WORDS",
				  _("Say at least one word to look for."));
	(void)cJSON_AddStringToObject(params, "query", query);
	return 0;
}

static void say_nothing_found(const struct cli *cli, const cJSON *params,
			      const cJSON *last)
{
	const cJSON *near = cJSON_GetArrayItem(
		cJSON_GetObjectItemCaseSensitive(last, "near"), 0);
	char *query = cli_show(json_text(params, "query"), false);
	char *word = cli_show(json_text(near, "word"), false);

	if (*word != '\0')
		cli_note(cli,
			 _("Nothing with “%s”. Did you mean “%s” (%lld)?\n"),
			 query, word, (long long)json_number(near, "count", 0));
	else
		cli_note(cli, _("Nothing with “%s”.\n"), query);
	cli_free(query);
	cli_free(word);
}

static long elapsed_ms(const struct timespec *since)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - since->tv_sec) * 1000 +
	       (now.tv_nsec - since->tv_nsec) / 1000000;
}

int cmd_search(struct cli *cli)
{
	struct timespec since;
	struct look look;
	cJSON *last = NULL;
	uint64_t shown = 0;
	int exit_code = look_begin(cli, &look, "search");

	(void)clock_gettime(CLOCK_MONOTONIC, &since);
	if (exit_code == 0)
		exit_code = add_query(cli, look.params);
	if (exit_code == 0 && cli->options.common.json) {
		exit_code = put_whole(cli, &look, &last);
	} else if (exit_code == 0) {
		exit_code = put_pages(cli, &look, true, &shown, &last);
		if (exit_code == 0 && shown == 0)
			say_nothing_found(cli, look.params, last);
		else if (exit_code == 0 && !cli_is_program(cli))
			cli_note(cli, _("%llu of %lld, %ld ms\n"),
				 (unsigned long long)shown,
				 (long long)json_number(last, "total", 0),
				 elapsed_ms(&since));
	}
	cJSON_Delete(last);
	look_end(&look);
	return exit_code;
}

/* ---- one entry ---- */

int cmd_show(struct cli *cli)
{
	cJSON *params = NULL, *result = NULL, *whole, *list;
	struct err err = { 0 };
	uint64_t rev;
	int exit_code = look_id(cli, &params);

	if (exit_code != 0)
		return exit_code;
	if (options_number(&cli->options, "rev", 1, 1000000, 0, &rev, &err) !=
	    0) {
		cJSON_Delete(params);
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL, "%s",
				  err.text);
	}
	if (rev > 0)
		(void)cJSON_AddNumberToObject(params, "rev", (double)rev);
	exit_code = cli_call(cli, "show", params, &result);
	if (exit_code != 0)
		return exit_code;
	if (!cli_is_program(cli)) {
		exit_code = look_put_entry(cli, result);
	} else if (cli->options.common.ndjson) {
		exit_code = cli_put_line(
			cJSON_GetObjectItemCaseSensitive(result, "entry"));
	} else {
		whole = cJSON_CreateObject();
		list = cJSON_AddArrayToObject(whole, "entries");
		cJSON_AddItemToArray(
			list, cJSON_DetachItemFromObjectCaseSensitive(result,
								      "entry"));
		(void)cJSON_AddNullToObject(whole, "next");
		cJSON_AddItemToObject(whole, "versions",
				      cJSON_DetachItemFromObjectCaseSensitive(
					      result, "versions"));
		exit_code = cli_put_json(whole);
	}
	cJSON_Delete(result);
	return exit_code;
}

static void put_rev(struct render_table *table, const struct render *render,
		    const cJSON *rev, const char *id, bool newest)
{
	const cJSON *changed = cJSON_GetObjectItemCaseSensitive(rev, "changed");
	long long number = (long long)json_number(rev, "rev", 0);
	struct buf cell;

	buf_init(&cell, RENDER_BYTES_MAX);
	buf_printf(&cell, "%lld", number);
	render_table_take(table, &cell);
	render_put_stamp(&cell, render, json_text(rev, "at"));
	render_table_take(table, &cell);
	render_table_cell(table, json_text(rev, "device"));
	if (json_flag(rev, "undo"))
		buf_printf(&cell, "%s", _("undo: "));
	/* An import goes on counting where the entry was written before. */
	if (rev->next == NULL)
		buf_printf(&cell, "%s", _("first kept"));
	else
		render_put_changed(&cell, changed);
	render_table_take(table, &cell);
	if (newest && rev->next != NULL &&
	    (render->columns == 0 || render->columns >= HINT_COLUMNS))
		buf_printf(&cell, "kept show %s --rev %lld", id, number);
	render_table_take(table, &cell);
	buf_release(&cell);
}

static int put_history(struct cli *cli, const cJSON *result)
{
	const cJSON *rev,
		*revs = cJSON_GetObjectItemCaseSensitive(result, "revs");
	struct render render = screen_render(cli);
	struct render_table table;
	char id[RENDER_ID_BYTES];
	struct buf out;

	render_short_id(json_text(result, "id"), RENDER_ID_LETTERS, id);
	buf_init(&out, RENDER_BYTES_MAX);
	render_table_begin(&table, 5, 3);
	cJSON_ArrayForEach(rev, revs)
		put_rev(&table, &render, rev, id, rev == revs->child);
	render_table_end(&table, &render, 0, &out);
	screen_page(cli);
	(void)screen_put(&out);
	buf_release(&out);
	return screen_end(cli);
}

int cmd_history(struct cli *cli)
{
	cJSON *params = NULL, *result = NULL;
	int exit_code = look_id(cli, &params);

	if (exit_code != 0)
		return exit_code;
	exit_code = cli_call(cli, "history", params, &result);
	if (exit_code != 0)
		return exit_code;
	if (cli->options.common.json)
		return cli_put_json(result);
	if (!cli->options.common.ndjson)
		exit_code = put_history(cli, result);
	else
		cli_put_lines(cJSON_GetObjectItemCaseSensitive(result, "revs"));
	cJSON_Delete(result);
	return exit_code;
}
