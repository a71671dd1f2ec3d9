/*
 * cmd_measure.c - questionnaires and ratings of one's own: take one, and look
 * at one's own numbers. Off until the person switches it on.
 *
 * A number, its range, and one's own earlier numbers; must never say what a
 * number means. Read next: measure.h, measureask.c.
 */
#include "cli/aims.h"
#include "cli/command.h"
#include "cli/measureask.h"
#include "cli/pick.h"
#include "cli/screen.h"
#include "cli/verbs.h"

#define SERIES_MAX 18u
#define EARLIER_SHOWN 4u
/* Below that a list has no ids. */
#define NARROW_COLUMNS 36u

static bool is_any(const cJSON *fields)
{
	(void)fields;
	return true;
}

static const struct pick any_measure = {
	.kind = "measure",
	.is_open = is_any,
	.field = "instrument",
	.question = N_("Which one?"),
	.none = N_("No numbers here yet."),
	.hint = "kept measure take",
};

/* ---- is it wanted? ---- */

static bool is_on(struct cli *cli)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	struct client_refusal refusal;
	bool on;

	(void)cJSON_AddStringToObject(params, "key", "measure");
	if (cli_try(cli, "config_get", params, &result, &refusal) != 0)
		return false;
	on = strcmp(json_text(
			    cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(
						       result, "settings"),
					       0),
			    "value"),
		    "on") == 0;
	cJSON_Delete(result);
	return on;
}

/* ---- what this person has taken ---- */

/* The newest entry of each: `f` of them, in an array. */
struct known {
	cJSON *list;
};

static bool take_series(void *context, const cJSON *entry)
{
	struct known *known = context;
	const cJSON *fields = pick_fields(entry), *item;

	cJSON_ArrayForEach(item, known->list)
	{
		if (measure_is_same(item, fields))
			return true;
	}
	if (cJSON_GetArraySize(known->list) < (int)SERIES_MAX)
		(void)cJSON_AddItemToArray(known->list,
					   cJSON_Duplicate(fields, true));
	return true;
}

/* While locked nobody knows. Silent. */
static cJSON *find_known(struct cli *cli)
{
	struct known known = { cJSON_CreateArray() };

	err_ignore(pick_each(cli, "measure", "", take_series, &known),
		   "then there is none to choose");
	return known.list;
}

/* ---- what to take ---- */

static int choose(struct cli *cli, const cJSON *known, cJSON *fields)
{
	const struct measure_instrument *published[SERIES_MAX + 2] = { NULL };
	const cJSON *owns[SERIES_MAX + 2] = { NULL }, *item;
	char titles[SERIES_MAX + 2][4 * MEASURE_NAME_MAX + 64];
	const char *words[SERIES_MAX + 2];
	enum ask_answer answer;
	size_t count = 0, place = 0;

	for (; measure_at(count) != NULL && count < SERIES_MAX; count++) {
		published[count] = measure_at(count);
		(void)snprintf(titles[count], sizeof titles[count],
			       P_("%s, %zu question", "%s, %zu questions",
				  published[count]->item_count),
			       published[count]->title,
			       published[count]->item_count);
	}
	cJSON_ArrayForEach(item, known)
	{
		struct buf name;

		if (measure_of(item) != NULL || measure_high(item) < 0 ||
		    count > SERIES_MAX)
			continue;
		buf_init(&name, RENDER_BYTES_MAX);
		measure_put_name(&name, item);
		(void)snprintf(titles[count], sizeof titles[count],
			       "%.*s, 0–%lld", (int)name.len,
			       (const char *)name.ptr,
			       (long long)measure_high(item));
		buf_release(&name);
		owns[count++] = item;
	}
	(void)snprintf(titles[count], sizeof titles[count], "%s",
		       _("a rating of your own, new"));
	count++;
	for (place = 0; place < count; place++)
		words[place] = titles[place];
	cli_say("%s\n", _("Which one?"));
	answer = ask_choice(cli, "> ", words, count, &place);
	if (answer == ASK_SKIPPED)
		return EXIT_STOPPED;
	if (answer != ASK_ANSWERED)
		return ask_exit(cli, answer, NULL);
	if (published[place] != NULL)
		measure_begin_published(fields, published[place]);
	else if (owns[place] != NULL)
		measure_begin_own(fields, owns[place]);
	else
		return measure_begin_new(cli, fields, "");
	return 0;
}

/* All the arguments are one name. */
static char *said_name(const struct options *options)
{
	struct buf said;
	char *copy;
	size_t i;

	buf_init(&said, LIMIT_ENTRY_TEXT_BYTES);
	for (i = 0; i < options->arg_count; i++)
		buf_printf(&said, "%s%s", i == 0 ? "" : " ", options->args[i]);
	copy = cli_copy(
		said.len == 0 || said.failed != 0 ? "" : (const char *)said.ptr,
		said.failed != 0 ? 0 : said.len);
	buf_release(&said);
	return copy;
}

static int choose_said(struct measure_taking *taking)
{
	struct cli *cli = taking->guide.cli;
	cJSON *fields = taking->guide.fields;
	const struct measure_instrument *instrument;
	char *said = said_name(&cli->options);
	const cJSON *own = measure_find_own(taking->known, said);
	int exit_code = 0;

	instrument = measure_find(said);
	if (*said == '\0')
		exit_code = choose(cli, taking->known, fields);
	else if (own != NULL)
		measure_begin_own(fields, own);
	else if (instrument != NULL)
		measure_begin_published(fields, instrument);
	else
		exit_code = measure_begin_new(cli, fields, said);
	cli_free(said);
	return exit_code;
}

/* ---- what becomes of it ---- */

struct earlier {
	const cJSON *entry; /* the one just taken */
	const struct render *render;
	struct buf *out;
	size_t count;
};

static bool put_earlier(void *context, const cJSON *entry)
{
	struct earlier *earlier = context;
	const cJSON *fields = pick_fields(entry);
	const cJSON *score = cJSON_GetObjectItemCaseSensitive(fields, "score");

	if (strcmp(json_text(entry, "id"), json_text(earlier->entry, "id")) ==
		    0 ||
	    !measure_is_same(fields, pick_fields(earlier->entry)) ||
	    !cJSON_IsNumber(score))
		return true;
	if (earlier->count > 0)
		buf_printf(earlier->out, ", ");
	buf_printf(earlier->out, "%.0f (", score->valuedouble);
	render_put_day(earlier->out, earlier->render, entry);
	buf_printf(earlier->out, ")");
	earlier->count++;
	return earlier->count < EARLIER_SHOWN;
}

static int show_taken(struct cli *cli, cJSON *take_entry)
{
	struct render render = screen_render(cli);
	struct buf result, list;
	struct earlier earlier = { take_entry, &render, &list, 0 };
	char id[RENDER_ID_BYTES];

	if (cli_is_program(cli) || json_flag(take_entry, "captured"))
		return keep_show(cli, take_entry);
	render_short_id(json_text(take_entry, "id"), RENDER_ID_LETTERS, id);
	buf_init(&result, RENDER_BYTES_MAX);
	buf_init(&list, RENDER_BYTES_MAX);
	measure_put_name(&result, pick_fields(take_entry));
	buf_printf(&result, ": ");
	measure_put_result(&result, pick_fields(take_entry), !cli->utf8);
	cli_done(cli, _("Kept.  %s      %.*s\n"), id, (int)result.len,
		 (const char *)result.ptr);
	err_ignore(pick_each(cli, "measure", "", put_earlier, &earlier),
		   "then the number stands alone");
	if (list.len > 0)
		cli_done(cli, _("Earlier: %.*s\n"), (int)list.len,
			 (const char *)list.ptr);
	buf_release(&list);
	buf_release(&result);
	cJSON_Delete(take_entry);
	return EXIT_DONE;
}

static int measure_take(struct cli *cli)
{
	struct measure_taking taking = {
		.guide = { .cli = cli,
			   .kind = "measure",
			   .resume = "kept measure take",
			   .same = MEASURE_DRAFT_OF,
			   .fields = cJSON_CreateObject() },
	};
	cJSON *entry = NULL;
	int exit_code = keep_begin(cli);

	if (exit_code == 0 && !is_on(cli))
		exit_code = cli_say_no(
			cli, EXIT_COULD_NOT, "off", "kept config measure on",
			_("Questionnaires and ratings are off until you switch "
			  "them on."));
	if (exit_code == 0 && !ask_can(cli))
		exit_code =
			ask_exit(cli, ASK_CLOSED, "kept add measure --from -");
	if (exit_code == 0) {
		ask_open(cli);
		taking.known = find_known(cli);
		exit_code = choose_said(&taking);
	}
	if (exit_code == 0)
		exit_code = measure_ask(&taking, &entry);
	guide_end(&taking.guide);
	cJSON_Delete(taking.known);
	return exit_code == 0 ? show_taken(cli, entry) : exit_code;
}

/* ---- list ---- */

/* The number alone, its range is in the head. */
static void put_number(struct buf *out, const struct render *render,
		       const cJSON *fields)
{
	if (cJSON_HasObjectItem(fields, "score"))
		buf_printf(out, "%lld",
			   (long long)json_number(fields, "score", 0));
	else
		measure_put_result(out, fields, render->ascii);
}

static void put_head(struct buf *out, const struct render *render,
		     const cJSON *series)
{
	struct buf head;

	buf_init(&head, RENDER_BYTES_MAX);
	measure_put_name(&head, series);
	if (measure_high(series) >= 0)
		buf_printf(&head, render->ascii ? "  0-%lld" : "  0–%lld",
			   (long long)measure_high(series));
	buf_put_u8(&head, 0);
	if (out->len > 0)
		buf_printf(out, "\n");
	if (head.failed == 0)
		render_put_wrapped(out, render, (const char *)head.ptr, 0);
	buf_release(&head);
}

static void put_rows(struct buf *out, const struct render *render,
		     const cJSON *series, const cJSON *entries)
{
	struct render_table table;
	const cJSON *entry;
	struct buf cell;

	buf_init(&cell, RENDER_BYTES_MAX);
	render_table_begin(&table, 3, 1);
	cJSON_ArrayForEach(entry, entries)
	{
		char id[RENDER_ID_BYTES];

		if (!measure_is_same(pick_fields(entry), series))
			continue;
		render_put_day(&cell, render, entry);
		render_table_take(&table, &cell);
		put_number(&cell, render, pick_fields(entry));
		render_table_take(&table, &cell);
		render_short_id(json_text(entry, "id"), RENDER_ID_LETTERS, id);
		render_table_cell(&table, id);
	}
	render_table_end(&table, render, 2, out);
	buf_release(&cell);
}

static void put_narrow_rows(struct buf *out, const struct render *render,
			    const cJSON *series, const cJSON *entries)
{
	const cJSON *entry;
	struct buf line;

	buf_init(&line, RENDER_BYTES_MAX);
	cJSON_ArrayForEach(entry, entries)
	{
		if (!measure_is_same(pick_fields(entry), series))
			continue;
		buf_clear(&line);
		render_put_day(&line, render, entry);
		buf_printf(&line, "  ");
		put_number(&line, render, pick_fields(entry));
		buf_put_u8(&line, 0);
		if (line.failed == 0)
			render_put_wrapped(out, render, (const char *)line.ptr,
					   2);
	}
	buf_release(&line);
}

static int put_people(struct cli *cli, const cJSON *entries)
{
	struct render render = screen_render(cli);
	struct known known = { cJSON_CreateArray() };
	const cJSON *entry, *series;
	bool is_narrow = render.columns > 0 && render.columns < NARROW_COLUMNS;
	struct buf out;

	cJSON_ArrayForEach(entry, entries)(void) take_series(&known, entry);
	buf_init(&out, RENDER_BYTES_MAX);
	cJSON_ArrayForEach(series, known.list)
	{
		put_head(&out, &render, series);
		if (is_narrow)
			put_narrow_rows(&out, &render, series, entries);
		else
			put_rows(&out, &render, series, entries);
	}
	cJSON_Delete(known.list);
	screen_page(cli);
	(void)screen_put(&out);
	buf_release(&out);
	return screen_end(cli);
}

static int measure_list(struct cli *cli)
{
	cJSON *entries = NULL;
	int exit_code = pick_open(cli, &any_measure, &entries);

	if (exit_code != 0)
		goto out;
	if (cli_is_program(cli) || cli->options.common.plain)
		exit_code = aims_put_list(cli, entries, any_measure.none);
	else if (cJSON_GetArraySize(entries) > 0)
		exit_code = put_people(cli, entries);
	else
		cli_note(cli, "%s  %s\n", _(any_measure.none),
			 is_on(cli) ? "kept measure take"
				    : "kept config measure on");
out:
	cJSON_Delete(entries);
	return exit_code;
}

int cmd_measure(struct cli *cli)
{
	static const struct verb verbs[] = {
		{ "take", measure_take },
		{ "list", measure_list },
	};

	return verbs_run(cli, verbs, KEPT_ARRAY_COUNT(verbs), "list");
}
