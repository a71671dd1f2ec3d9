/*
 * cmd_patterns.c - kept config patterns: one's own, and which are offered.
 *
 * Must never take one out of the history: what was added stays, and entries
 * that name it go on naming it. Read next: patterns.h.
 */
#include "cli/ask.h"
#include "cli/i18n.h"
#include "cli/keep.h"
#include "cli/patterns.h"
#include "cli/render.h"

static const char usage[] =
	"kept config patterns [list | add \"Name: in one line\" | hide SLUG | "
	"show SLUG]";

/* What travels, now: its fields, owned; never NULL when it gives 0. */
static int read_fields(struct cli *cli, cJSON **fields)
{
	cJSON *result = NULL;
	int exit_code = cli_call(cli, "settings_get", NULL, &result);

	*fields = cJSON_DetachItemFromObjectCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(result, "entry"), "f");
	if (exit_code == 0 && *fields == NULL)
		*fields = cJSON_CreateObject();
	cJSON_Delete(result);
	if (exit_code == 0)
		patterns_take(*fields);
	return exit_code;
}

/* Sends one field (taken), and takes what came of it. */
static int write_field(struct cli *cli, const char *name, cJSON *take_value)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int exit_code;

	(void)cJSON_AddItemToObject(cJSON_AddObjectToObject(params, "fields"),
				    name, take_value);
	exit_code = cli_call(cli, "settings_set", params, &result);
	if (exit_code == 0)
		patterns_take(cJSON_GetObjectItemCaseSensitive(
			cJSON_GetObjectItemCaseSensitive(result, "entry"),
			"f"));
	cJSON_Delete(result);
	return exit_code;
}

/* ---- list ---- */

static int list_json(void)
{
	cJSON *answer = cJSON_CreateObject();
	cJSON *list = cJSON_AddArrayToObject(answer, "patterns");
	const struct pattern *item;
	size_t i;

	for (i = 0; (item = patterns_at(i)) != NULL; i++) {
		cJSON *row = cJSON_CreateObject();

		(void)cJSON_AddStringToObject(row, "slug", item->slug);
		(void)cJSON_AddStringToObject(row, "name", item->name);
		(void)cJSON_AddStringToObject(row, "line", item->line);
		(void)cJSON_AddBoolToObject(row, "own", item->is_own);
		(void)cJSON_AddBoolToObject(row, "hidden", item->is_hidden);
		(void)cJSON_AddItemToArray(list, row);
	}
	(void)cJSON_AddBoolToObject(answer, "offered", patterns_are_wanted());
	return cli_put_json(answer);
}

/* As a thought offers them, with the hidden ones. */
static void list_on_screen(void)
{
	const struct pattern *item;
	size_t i;

	for (i = 0; (item = patterns_at(i)) != NULL; i++) {
		char *name = cli_show(item->is_own ? item->name : _(item->name),
				      false);
		bool is_bare = item->is_own || *item->line == '\0';
		char *line =
			cli_show(is_bare ? item->line : _(item->line), false);
		size_t width = render_width(name);

		cli_print("%2zu %s%*s %s%s\n", i + 1, name,
			  width < 25 ? (int)(25 - width) : 0, "", line,
			  item->is_hidden ? _("   (not offered)") : "");
		cli_free(line);
		cli_free(name);
	}
}

/* Where nobody looks: slugs, and nothing cut off. */
static void list_in_columns(const struct cli *cli)
{
	struct render render = { .ascii = !cli->utf8 };
	const struct pattern *item;
	struct render_table table;
	struct buf out;
	size_t i;

	buf_init(&out, RENDER_BYTES_MAX);
	render_table_begin(&table, 4, 2);
	for (i = 0; (item = patterns_at(i)) != NULL; i++) {
		render_table_cell(&table, item->slug);
		render_table_cell(&table, item->name);
		render_table_cell(&table, item->line);
		render_table_cell(&table, item->is_hidden ? "hidden" : "");
	}
	render_table_end(&table, &render, 0, &out);
	cli_print("%.*s", (int)out.len, (const char *)out.ptr);
	buf_release(&out);
}

static int list_all(struct cli *cli)
{
	if (cli_is_program(cli))
		return list_json();
	if (cli->out_is_terminal)
		list_on_screen();
	else
		list_in_columns(cli);
	if (!patterns_are_wanted())
		cli_note(cli, _("None of them is offered just now;  kept "
				"config patterns on  changes that.\n"));
	return EXIT_DONE;
}

/* ---- add ---- */

/* Ctrl-C: what was typed is a note that is half-written. */
static int stop_asking(struct cli *cli, const char *text)
{
	char draft[KEEP_DRAFT_BYTES] = "";
	cJSON *fields = cJSON_CreateObject();

	if (text != NULL && *text != '\0') {
		(void)cJSON_AddStringToObject(fields, "text", text);
		if (keep_draft(cli, "note", fields, draft))
			cli_say(_("\nKept as a draft, among your notes.\n"));
	}
	cJSON_Delete(fields);
	return EXIT_CTRL_C;
}

static int ask_text(struct cli *cli, char **text)
{
	enum ask_answer answer;
	int exit_code;

	if (!ask_can(cli))
		return ask_exit(cli, ASK_CLOSED,
				"kept config patterns add \"Name: in one "
				"line\"");
	ask_open(cli);
	cli_say(_("What is it called, and what is it in one line?      e.g.  "
		  "What if: one what-if after another\n"));
	answer = ask_line(cli, "> ", NULL, text);
	if (answer == ASK_ANSWERED)
		return 0;
	exit_code = answer == ASK_STOPPED   ? stop_asking(cli, *text)
		    : answer == ASK_SKIPPED ? EXIT_STOPPED
					    : ask_exit(cli, answer, usage);
	cli_free(*text);
	*text = NULL;
	return exit_code;
}

/* The words of the command line, a blank between them. */
static char *join(const char *const *words, size_t count)
{
	struct buf line;
	char *text;
	size_t i;

	buf_init(&line, LIMIT_ENTRY_TEXT_BYTES);
	for (i = 0; i < count; i++)
		buf_printf(&line, "%s%s", i == 0 ? "" : " ", words[i]);
	buf_put_u8(&line, 0);
	text = cli_copy(line.failed == 0 ? (const char *)line.ptr : "",
			line.failed == 0 ? line.len - 1 : 0);
	buf_release(&line);
	return text;
}

static int add_text(struct cli *cli, cJSON *fields, const char *text)
{
	char slug[PATTERN_SLUG_BYTES];
	const struct pattern *there;
	struct err err = { 0 };
	cJSON *own;
	int exit_code;

	if (patterns_slug(text, slug, &err) != 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL, "%s",
				  err.text);
	there = patterns_find(slug);
	if (there == NULL)
		there = patterns_find_said(patterns_name_in(text));
	if (there != NULL)
		return cli_say_no(cli, EXIT_COULD_NOT, "exists", NULL,
				  _("There is one of that name already: %s."),
				  there->slug);
	if (cli->options.common.dry_run) {
		cli_note(cli, _("It would be added as %s.\n"), slug);
		return list_all(cli);
	}
	own = cJSON_DetachItemFromObjectCaseSensitive(fields, "own_patterns");
	if (own == NULL)
		own = cJSON_CreateArray();
	(void)cJSON_AddItemToArray(own, cJSON_CreateString(text));
	exit_code = write_field(cli, "own_patterns", own);
	if (exit_code != 0)
		return exit_code;
	cli_done(cli, _("Added:  %s.   Undo: kept undo\n"), slug);
	return cli_is_program(cli) ? list_json() : EXIT_DONE;
}

static int add(struct cli *cli, cJSON *fields, const char *const *words,
	       size_t count)
{
	char *text = NULL;
	int exit_code = 0;

	if (count == 0)
		exit_code = ask_text(cli, &text);
	else
		text = join(words, count);
	if (exit_code == 0)
		exit_code = add_text(cli, fields, text);
	cli_free(text);
	return exit_code;
}

/* ---- hide, show ---- */

/* By its number in the list, too, where hidden ones have theirs. */
static const struct pattern *find(const char *said)
{
	const struct pattern *item = patterns_find_said(bytes_from_str(said));
	unsigned long number;
	char *end;

	if (item != NULL || said[0] < '0' || said[0] > '9')
		return item;
	number = strtoul(said, &end, 10);
	return *end == '\0' && number >= 1 ? patterns_at(number - 1) : NULL;
}

static int offer(struct cli *cli, cJSON *fields, const char *said, bool on)
{
	const struct pattern *item = find(said);
	cJSON *hidden, *each, *next;
	char *shown;
	int exit_code;

	if (item == NULL) {
		shown = cli_show(said, false);
		exit_code = cli_say_no(cli, EXIT_NOT_THERE, "not_found",
				       "kept config patterns",
				       _("There is no pattern “%.60s”."),
				       shown);
		cli_free(shown);
		return exit_code;
	}
	if (cli->options.common.dry_run) {
		cli_note(cli,
			 on ? _("%s would be offered again.\n")
			    : _("%s would no longer be offered.\n"),
			 item->slug);
		return list_all(cli);
	}
	hidden = cJSON_DetachItemFromObjectCaseSensitive(fields,
							 "hidden_patterns");
	if (hidden == NULL)
		hidden = cJSON_CreateArray();
	for (each = hidden->child; each != NULL; each = next) {
		next = each->next;
		if (strcmp(each->valuestring, item->slug) == 0)
			cJSON_Delete(cJSON_DetachItemViaPointer(hidden, each));
	}
	if (!on)
		(void)cJSON_AddItemToArray(hidden,
					   cJSON_CreateString(item->slug));
	shown = cli_show(item->slug, false);
	exit_code = write_field(cli, "hidden_patterns", hidden);
	if (exit_code == 0)
		cli_done(cli,
			 on ? _("%s is offered again.\n")
			    : _("%s is no longer offered. Entries that name it "
				"keep it.\n"),
			 shown);
	cli_free(shown);
	if (exit_code != 0)
		return exit_code;
	return cli_is_program(cli) ? list_json() : EXIT_DONE;
}

int patterns_configure(struct cli *cli, const char *const *args, size_t count)
{
	const char *verb = count == 0 ? "list" : args[0];
	bool is_list = strcmp(verb, "list") == 0 && count <= 1;
	bool is_add = strcmp(verb, "add") == 0;
	bool is_offer =
		(strcmp(verb, "hide") == 0 || strcmp(verb, "show") == 0) &&
		count == 2;
	cJSON *fields = NULL;
	int exit_code;

	if (!is_list && !is_add && !is_offer)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", usage,
				  _("list, add, hide, or show?"));
	exit_code = read_fields(cli, &fields);
	if (exit_code == 0 && is_list)
		exit_code = list_all(cli);
	else if (exit_code == 0 && is_add)
		exit_code = add(cli, fields, args + 1, count - 1);
	else if (exit_code == 0)
		exit_code =
			offer(cli, fields, args[1], strcmp(verb, "show") == 0);
	cJSON_Delete(fields);
	return exit_code;
}
