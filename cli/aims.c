/*
 * aims.c - open goals and homework with how far they are.
 *
 * Must never count by itself: how far something is has one rule, and keptd
 * has it. Read next: cmd_goal.c.
 */
#include "cli/aims.h"

#include "cli/ask.h"
#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/keep.h"
#include "cli/screen.h"
#include "cli/when.h"

/* Below that a line has two parts. */
#define NARROW_COLUMNS 40u

int64_t aims_today(struct cli *cli)
{
	int64_t today;

	if (when_today(cli, &today) != 0)
		today = dates_day_of(dates_now());
	return today;
}

cJSON *aims_ask(struct cli *cli)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	struct client_refusal refusal;
	char text[CIVIL_DAY_TEXT_BYTES];
	int64_t day;

	if (when_today(cli, &day) != 0) {
		cJSON_Delete(params);
		return NULL;
	}
	civil_format_day(day, text);
	(void)cJSON_AddStringToObject(params, "today", text);
	if (cli_try(cli, "today", params, &result, &refusal) != 0)
		return NULL;
	return result;
}

const cJSON *aims_find(const cJSON *today, const char *id)
{
	static const char *const lists[] = { "goals", "homework" };
	const cJSON *item;
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(lists); i++) {
		cJSON_ArrayForEach(
			item, cJSON_GetObjectItemCaseSensitive(today, lists[i]))
		{
			if (strcmp(json_text(item, "id"), id) == 0)
				return item;
		}
	}
	return NULL;
}

/* Of the goal that an entry before it was about, or asked for. */
static cJSON *find_about(struct cli *cli, const cJSON *entries, const char *id)
{
	cJSON *params, *result = NULL, *about = NULL;
	struct client_refusal refusal;
	const cJSON *entry;

	cJSON_ArrayForEach(entry, entries)
	{
		const cJSON *known =
			cJSON_GetObjectItemCaseSensitive(entry, "about");

		if (known != NULL &&
		    strcmp(json_text(pick_fields(entry), "goal"), id) == 0)
			return cJSON_Duplicate(known, true);
	}
	params = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(params, "id", id);
	if (cli_try(cli, "show", params, &result, &refusal) == 0)
		about = cJSON_Duplicate(
			pick_fields(cJSON_GetObjectItemCaseSensitive(result,
								     "entry")),
			true);
	cJSON_Delete(result);
	return about;
}

void aims_name_checkins(struct cli *cli, cJSON *entries)
{
	cJSON *entry;

	cJSON_ArrayForEach(entry, entries)
	{
		const char *id = json_text(pick_fields(entry), "goal");
		cJSON *about;

		if (strcmp(json_text(entry, "kind"), "checkin") != 0 ||
		    *id == '\0')
			continue;
		about = find_about(cli, entries, id);
		if (about != NULL)
			(void)cJSON_AddItemToObject(entry, "about", about);
	}
}

int64_t aims_progress(const cJSON *today, const char *id)
{
	return json_number(aims_find(today, id), "progress", -1);
}

enum goaltext_signs aims_signs(const struct cli *cli)
{
	if (cli->dumb)
		return GOALTEXT_WORDS;
	return cli->utf8 && !cli->options.common.ascii ? GOALTEXT_BOXES
						       : GOALTEXT_ASCII;
}

/* ---- lines ---- */

/* Open homework and goals say how far, where that is known; others where they
 * stand. */
static void put_standing(struct buf *cell, const struct cli *cli,
			 const cJSON *entry, const cJSON *today)
{
	const cJSON *fields = pick_fields(entry);
	const char *status = json_text(fields, "status");
	int64_t progress = aims_progress(today, json_text(entry, "id"));

	/* keptd counts for the newest, and for nothing of a day to come. */
	if (goaltext_is_open(fields) &&
	    aims_find(today, json_text(entry, "id")) == NULL)
		return;
	if (goaltext_is_open(fields))
		goaltext_put_progress(cell, progress < 0 ? 0 : progress,
				      goaltext_target(fields), aims_signs(cli));
	else
		buf_printf(cell, "%s", _(goaltext_status(status)));
}

/* Two lines for each where one has no room for words. */
static void put_narrow(struct buf *out, const struct cli *cli,
		       const struct render *render, const cJSON *entries,
		       const cJSON *today)
{
	size_t letters = render_id_letters(entries);
	const cJSON *entry;

	cJSON_ArrayForEach(entry, entries)
	{
		const cJSON *fields = pick_fields(entry);
		char id[RENDER_ID_BYTES];
		struct buf title;
		size_t begin, room;

		render_short_id(json_text(entry, "id"), letters, id);
		room = strlen(id) + 8 < render->columns
			       ? render->columns - strlen(id) - 2
			       : 6;
		buf_init(&title, RENDER_BYTES_MAX);
		render_put_line(&title, json_text(fields, "title"));
		buf_put_u8(&title, 0);
		buf_printf(out, "%s ", id);
		if (title.failed == 0)
			render_put_cut(out, (const char *)title.ptr, room,
				       render->ascii);
		buf_release(&title);
		buf_printf(out, "\n  ");
		begin = out->len;
		put_standing(out, cli, entry, today);
		if (out->len > begin && goaltext_due(fields) != GOALTEXT_NO_DUE)
			buf_printf(out, " ");
		if (goaltext_is_open(fields))
			goaltext_put_due(out, fields, render->today);
		buf_printf(out, "\n");
	}
}

static void put_lines(struct buf *out, const struct cli *cli,
		      const struct render *render, const cJSON *entries,
		      const cJSON *today)
{
	size_t letters = render_id_letters(entries);
	struct render_table table;
	const cJSON *entry;
	struct buf cell;

	if (render->columns > 0 && render->columns < NARROW_COLUMNS) {
		put_narrow(out, cli, render, entries, today);
		return;
	}
	render_table_begin(&table, 4, 1);
	buf_init(&cell, RENDER_BYTES_MAX);
	cJSON_ArrayForEach(entry, entries)
	{
		const cJSON *fields = pick_fields(entry);
		char id[RENDER_ID_BYTES];

		render_short_id(json_text(entry, "id"), letters, id);
		render_table_cell(&table, id);
		if (today == NULL)
			render_put_line(&cell, json_text(fields, "title"));
		else
			goaltext_put_title(&cell, fields);
		render_table_take(&table, &cell);
		put_standing(&cell, cli, entry, today);
		render_table_take(&table, &cell);
		if (goaltext_is_open(fields))
			goaltext_put_due(&cell, fields, render->today);
		render_table_take(&table, &cell);
	}
	buf_release(&cell);
	render_table_end(&table, render, 2, out);
}

void aims_say_line(struct cli *cli, const cJSON *entry, const cJSON *today)
{
	struct render render = screen_render(cli);
	cJSON *list = cJSON_CreateArray();
	struct buf out;

	render.columns = (size_t)cli->columns;
	buf_init(&out, RENDER_BYTES_MAX);
	(void)cJSON_AddItemToArray(list, cJSON_Duplicate(entry, true));
	put_lines(&out, cli, &render, list, today);
	if (out.failed == 0)
		cli_say("%.*s", (int)out.len, (const char *)out.ptr);
	buf_release(&out);
	cJSON_Delete(list);
}

/* ---- lists ---- */

static int put_json(struct cli *cli, const cJSON *entries)
{
	const cJSON *entry;
	cJSON *object;

	if (cli->options.common.ndjson) {
		cJSON_ArrayForEach(entry, entries)
		{
			if (cli_put_line(entry) != EXIT_DONE)
				return EXIT_DISK;
		}
		return EXIT_DONE;
	}
	object = cJSON_CreateObject();
	(void)cJSON_AddItemToObject(object, "entries",
				    cJSON_Duplicate(entries, true));
	(void)cJSON_AddNullToObject(object, "next");
	return cli_put_json(object);
}

int aims_put_list(struct cli *cli, const cJSON *entries, const char *none)
{
	struct render render = screen_render(cli);
	cJSON *today;
	struct buf out;

	if (cli_is_program(cli))
		return put_json(cli, entries);
	if (cJSON_GetArraySize(entries) == 0) {
		cli_note(cli, "%s\n", _(none));
		return EXIT_DONE;
	}
	today = aims_ask(cli);
	buf_init(&out, RENDER_BYTES_MAX);
	if (cli->options.common.plain)
		render_put_plain(&out, &render, entries);
	else
		put_lines(&out, cli, &render, entries, today);
	cJSON_Delete(today);
	screen_page(cli);
	(void)screen_put(&out);
	buf_release(&out);
	return screen_end(cli);
}

static bool is_any(const cJSON *fields)
{
	(void)fields;
	return true;
}

int aims_list(struct cli *cli, const struct pick *pick)
{
	struct pick all = *pick;
	cJSON *entries = NULL;
	int exit_code;

	if (options_has(&cli->options, "all"))
		all.is_open = is_any;
	exit_code = pick_open(cli, &all, &entries);
	if (exit_code == 0)
		exit_code = aims_put_list(cli, entries, pick->none);
	cJSON_Delete(entries);
	return exit_code;
}

/* ---- changing, and what is said ---- */

int aims_edit(struct cli *cli, const char *id, cJSON *take_fields,
	      cJSON **entry)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int exit_code;

	if (entry != NULL)
		*entry = NULL;
	(void)cJSON_AddStringToObject(params, "id", id);
	(void)cJSON_AddItemToObject(params, "fields", take_fields);
	exit_code = cli_call(cli, "edit", params, &result);
	if (exit_code == 0 && entry != NULL)
		*entry = cJSON_DetachItemFromObject(result, "entry");
	cJSON_Delete(result);
	return exit_code;
}

static bool has_changes(const struct guide *guide)
{
	size_t i;

	for (i = 0; i < guide->count; i++) {
		if (guide_field(guide, guide->steps[i].field) != NULL)
			return true;
	}
	return false;
}

/* One field after another, until Enter. */
static enum ask_answer ask_fields(struct guide *guide)
{
	const char *words[ENTRY_FIELDS_MAX];
	enum ask_answer answer = ASK_ANSWERED;
	size_t i, place;

	for (i = 0; i < guide->count; i++)
		words[i] = render_field_name(guide->steps[i].field);
	while (answer == ASK_ANSWERED || answer == ASK_SKIPPED) {
		answer = guide_ask_words(
			guide->cli,
			N_("What would you like to change?  (Enter when that "
			   "is all)"),
			words, guide->count, &place);
		if (answer == ASK_SKIPPED)
			return ASK_ANSWERED;
		if (answer == ASK_ANSWERED)
			answer = guide_ask_field(guide, &guide->steps[place]);
	}
	return answer;
}

int aims_change(struct guide *guide, const cJSON *entry)
{
	struct cli *cli = guide->cli;
	char id[RENDER_ID_BYTES], instead[80];
	cJSON *changed = NULL;
	enum ask_answer answer;
	int exit_code;

	guide->changes = json_text(entry, "id");
	guide->entry = pick_fields(entry);
	render_short_id(guide->changes, RENDER_ID_LETTERS, id);
	(void)snprintf(instead, sizeof instead, "kept edit %s --from -", id);
	exit_code = guide_begin(guide, instead);
	if (exit_code == 0) {
		aims_say_line(cli, entry, NULL);
		answer = ask_fields(guide);
		if (answer != ASK_ANSWERED)
			exit_code = guide_stop(guide, answer);
	}
	if (exit_code == 0 && has_changes(guide)) {
		exit_code = guide_keep(guide, &changed);
		if (exit_code == 0 && cli_is_program(cli))
			exit_code = cli_put_json(changed);
		else if (exit_code == 0)
			cli_done(cli, _("Changed.  %s      Undo: kept undo\n"),
				 id);
		if (!cli_is_program(cli))
			cJSON_Delete(changed);
	} else if (exit_code == 0) {
		cli_note(cli, _("%s is as it was.\n"), id);
	}
	guide_end(guide);
	return exit_code;
}

int aims_show_kept(struct cli *cli, cJSON *take_entry, const char *tail)
{
	char id[RENDER_ID_BYTES];

	if (cli_is_program(cli) || cli->options.common.dry_run ||
	    json_flag(take_entry, "captured") || *tail == '\0')
		return keep_show(cli, take_entry);
	render_short_id(json_text(take_entry, "id"), RENDER_ID_LETTERS, id);
	cli_done(cli, _("Kept.  %s      %s\n"), id, tail);
	cJSON_Delete(take_entry);
	return EXIT_DONE;
}

int aims_show_aim(struct cli *cli, cJSON *take_entry)
{
	struct buf aim;
	int exit_code;

	buf_init(&aim, 1024);
	goaltext_put_aim(&aim, pick_fields(take_entry), aims_today(cli));
	buf_put_u8(&aim, 0);
	exit_code = aims_show_kept(
		cli, take_entry, aim.failed == 0 ? (const char *)aim.ptr : "");
	buf_release(&aim);
	return exit_code;
}
