/*
 * cmd_change.c - delete, bring-back, undo, tag, star.
 *
 * Each says in one line what changed and how to take it back; nothing here
 * can be lost for good. Read next: cmd_edit.c.
 */
#include "cli/command.h"

#include "cli/ask.h"
#include "cli/i18n.h"
#include "cli/look.h"
#include "cli/screen.h"
#include "proto/bounds.h"

const struct option_spec options_star[] = {
	{ "off", 0, OPTION_FLAG, NULL, N_("take the star off") },
	{ 0 },
};

/* "k7qf  win  Left work at six." */
static void put_about(struct cli *cli, const cJSON *entry, struct buf *line)
{
	struct render render = screen_render(cli);
	char id[RENDER_ID_BYTES];

	render_short_id(json_text(entry, "id"), RENDER_ID_LETTERS, id);
	buf_printf(line, "%s  %s  ", id, render_kind(json_text(entry, "kind")));
	render_put_gist(line, &render, entry);
}

/* One line for a person, the entry for a program. done: "Hidden.". */
static int say_entry(struct cli *cli, cJSON *take_result, const char *done,
		     const char *undo)
{
	cJSON *entry =
		cJSON_DetachItemFromObjectCaseSensitive(take_result, "entry");
	char id[RENDER_ID_BYTES];
	struct buf line;

	cJSON_Delete(take_result);
	if (cli_is_program(cli))
		return cli_put_json(entry);
	buf_init(&line, RENDER_BYTES_MAX);
	put_about(cli, entry, &line);
	render_short_id(json_text(entry, "id"), RENDER_ID_LETTERS, id);
	buf_put_u8(&line, 0);
	cli_note(cli, "%s  %s\n", done,
		 line.failed == 0 ? (const char *)line.ptr : "");
	cli_note(cli, _("Undo: %s%s%s\n"), undo,
		 strcmp(undo, "kept undo") == 0 ? "" : " ",
		 strcmp(undo, "kept undo") == 0 ? "" : id);
	buf_release(&line);
	cJSON_Delete(entry);
	return EXIT_DONE;
}

/* -n: the entry as it is, and that nothing happened, as would says. */
static int say_dry(struct cli *cli, cJSON *take_params, const char *would)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	struct buf line;
	int exit_code;

	(void)cJSON_AddStringToObject(params, "id",
				      json_text(take_params, "id"));
	cJSON_Delete(take_params);
	exit_code = cli_call(cli, "show", params, &result);
	if (exit_code != 0)
		return exit_code;
	buf_init(&line, RENDER_BYTES_MAX);
	put_about(cli, cJSON_GetObjectItemCaseSensitive(result, "entry"),
		  &line);
	cli_note(cli, "%.*s\n%s\n", (int)line.len, (const char *)line.ptr,
		 would);
	buf_release(&line);
	cJSON_Delete(result);
	return EXIT_DONE;
}

static int change(struct cli *cli, const char *method, const char *done,
		  const char *would, const char *undo)
{
	cJSON *params = NULL, *result = NULL;
	int exit_code = look_id(cli, &params);

	if (exit_code != 0)
		return exit_code;
	if (cli->options.common.dry_run)
		return say_dry(cli, params, would);
	exit_code = cli_call(cli, method, params, &result);
	return exit_code != 0 ? exit_code : say_entry(cli, result, done, undo);
}

int cmd_delete(struct cli *cli)
{
	return change(cli, "delete", _("Hidden."),
		      _("Nothing changed. Without -n it would be hidden."),
		      "kept bring-back");
}

int cmd_bring_back(struct cli *cli)
{
	return change(cli, "bring_back", _("Back."),
		      _("Nothing changed. Without -n it would be back."),
		      "kept delete");
}

int cmd_star(struct cli *cli)
{
	bool off = options_has(&cli->options, "off");
	cJSON *params = NULL, *result = NULL;
	int exit_code = look_id(cli, &params);

	if (exit_code != 0)
		return exit_code;
	if (cli->options.common.dry_run)
		return say_dry(cli, params,
			       off ? _("Nothing changed. Without -n it would "
				       "be without its star.")
				   : _("Nothing changed. Without -n it would "
				       "be starred."));
	if (off)
		(void)cJSON_AddTrueToObject(params, "off");
	exit_code = cli_call(cli, "star", params, &result);
	return exit_code != 0
		       ? exit_code
		       : say_entry(cli, result,
				   off ? _("Star taken off.") : _("Starred."),
				   off ? "kept star" : "kept star --off");
}

/* ---- tags ---- */

int cmd_tag(struct cli *cli)
{
	const struct options *options = &cli->options;
	cJSON *params = cJSON_CreateObject(), *add, *remove, *result = NULL;
	size_t i;
	int exit_code;

	add = cJSON_AddArrayToObject(params, "add");
	remove = cJSON_AddArrayToObject(params, "remove");
	for (i = 1; i < options->arg_count; i++) {
		const char *word = options->args[i];

		if ((*word != '+' && *word != '-') || word[1] == '\0' ||
		    word[1] == '-')
			break;
		cJSON_AddItemToArray(*word == '+' ? add : remove,
				     cJSON_CreateString(word + 1));
	}
	if (options->arg_count < 2 || i < options->arg_count ||
	    options->arg_count > LIMIT_TAGS + 1) {
		cJSON_Delete(params);
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept tag ID +work -home",
				  _("`kept tag` takes an id, then tags to add "
				    "(+work) or take off (-home). Options go "
				    "before the id."));
	}
	(void)cJSON_AddStringToObject(params, "id", options->args[0]);
	if (options->common.dry_run)
		return say_dry(cli, params,
			       _("Nothing changed. Without -n it would be "
				 "tagged."));
	exit_code = cli_call(cli, "tag", params, &result);
	return exit_code != 0
		       ? exit_code
		       : say_entry(cli, result, _("Tagged."), "kept undo");
}

/* ---- undo ---- */

/* What was done to a whole entry, in words; others as they come. */
static const char *name_act(const char *what)
{
	static const struct {
		const char *what, *said;
	} acts[] = {
		{ "added", N_("added") },
		{ "deleted", N_("hidden") },
		{ "brought back", N_("brought back") },
	};
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(acts); i++)
		if (strcmp(what, acts[i].what) == 0)
			return _(acts[i].said);
	return what;
}

/* “fairer thought changed” in k7qf, on your phone, Wed 4 Nov 08:12. */
static void say_change(struct cli *cli, const cJSON *change, const char *lead)
{
	struct render render = screen_render(cli);
	const char *what = json_text(change, "what");
	char id[RENDER_ID_BYTES];
	struct buf words, when, line;
	char *device = cli_show(json_text(change, "device"), false);

	buf_init(&words, RENDER_BYTES_MAX);
	buf_init(&when, 128);
	buf_init(&line, RENDER_BYTES_MAX);
	if (strcmp(what, "changed") == 0)
		render_put_changed(&words, cJSON_GetObjectItemCaseSensitive(
						   change, "changed"));
	else
		buf_printf(&words, "%s", name_act(what));
	render_put_stamp(&when, &render, json_text(change, "at"));
	render_short_id(json_text(change, "id"), RENDER_ID_LETTERS, id);
	buf_printf(&line, _("“%.*s” in %s (%s), on your %s, %.*s.\n"),
		   (int)words.len, (const char *)words.ptr, id,
		   render_kind(json_text(change, "kind")), device,
		   (int)when.len, (const char *)when.ptr);
	cli_say("%s%.*s", lead, (int)line.len, (const char *)line.ptr);
	buf_release(&line);
	buf_release(&words);
	buf_release(&when);
	cli_free(device);
}

static void put_question(const cJSON *undone, char out[160])
{
	const cJSON *change = cJSON_GetArrayItem(undone, 0);
	const char *what = json_text(change, "what");

	if (cJSON_GetArraySize(undone) > 1)
		(void)snprintf(out, 160, _("Take these %d back?"),
			       cJSON_GetArraySize(undone));
	else if (strcmp(what, "added") == 0)
		(void)snprintf(out, 160, "%s", _("Hide it?"));
	else if (strcmp(what, "deleted") == 0)
		(void)snprintf(out, 160, "%s", _("Bring it back?"));
	else if (strcmp(what, "brought back") == 0)
		(void)snprintf(out, 160, "%s", _("Hide it again?"));
	else
		(void)snprintf(out, 160, _("Put back version %lld?"),
			       (long long)json_number(change, "rev", 1) - 1);
}

/* More of them than that nobody reads before a yes. */
#define CHANGES_SAID 10

/* 0 to go on. */
static int ask_undo(struct cli *cli, const cJSON *undone)
{
	const cJSON *change;
	char question[160];
	bool yes = false;
	enum ask_answer answer;
	int said = 0, left;

	bool asks = !cli->options.common.yes && ask_can(cli);

	if (!asks && cli->options.common.quiet)
		return 0;
	cJSON_ArrayForEach(change, undone)
	{
		if (said++ < CHANGES_SAID)
			say_change(cli, change,
				   change == undone->child
					   ? _("Last change: ")
					   : _("Before it:   "));
	}
	left = said - CHANGES_SAID;
	if (left > 0)
		cli_say(P_("And %d more before that.\n",
			   "And %d more before that.\n", left),
			left);
	/* Undo takes nothing away, so a program needs no yes. */
	if (!asks)
		return 0;
	put_question(undone, question);
	answer = ask_yes_no(cli, question, false, &yes);
	if (answer == ASK_STOPPED)
		return EXIT_CTRL_C;
	if (!yes)
		cli_note(cli, _("Nothing changed.\n"));
	return yes ? 0 : EXIT_STOPPED;
}

static void say_undone(struct cli *cli, const cJSON *undone)
{
	const cJSON *change = cJSON_GetArrayItem(undone, 0);
	char id[RENDER_ID_BYTES];

	render_short_id(json_text(change, "id"), RENDER_ID_LETTERS, id);
	if (cJSON_GetArraySize(undone) > 1)
		cli_note(cli,
			 _("Done. What was there is still in  kept history "
			   "ID .\n"));
	else if (strcmp(json_text(change, "what"), "added") == 0)
		cli_note(cli, _("Done. kept bring-back %s shows it again.\n"),
			 id);
	else
		cli_note(cli,
			 _("Done. Version %lld is still in  kept history %s "
			   ".\n"),
			 (long long)json_number(change, "rev", 1), id);
}

static int undo_count(struct cli *cli, double *count)
{
	const char *text = cli->options.arg_count > 0 ? cli->options.args[0]
						      : "1";
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (cli->options.arg_count > 1 || *text < '0' || *text > '9' ||
	    *end != '\0' || number < 1 || number > 100)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept undo 2",
				  _("`kept undo` takes how many changes, 1 to "
				    "100."));
	*count = (double)number;
	return 0;
}

int cmd_undo(struct cli *cli)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	double count = 1;
	int exit_code = undo_count(cli, &count);

	if (exit_code != 0) {
		cJSON_Delete(params);
		return exit_code;
	}
	(void)cJSON_AddNumberToObject(params, "count", count);
	(void)cJSON_AddTrueToObject(params, "dry_run");
	exit_code = cli_call(cli, "undo", params, &result);
	if (exit_code != 0)
		return exit_code;
	if (cli->options.common.dry_run && cli_is_program(cli))
		return cli_put_json(result);
	if (cli->options.common.no_input && !cli->options.common.yes &&
	    !cli->options.common.dry_run)
		exit_code = cli_say_no(
			cli, EXIT_USED_WRONGLY, "usage", "kept undo --yes",
			_("Nobody can be asked, so nothing was "
			  "undone; --yes says that it is meant."));
	else if (!cli_is_program(cli) && !cli->options.common.dry_run)
		exit_code = ask_undo(cli, cJSON_GetObjectItemCaseSensitive(
						  result, "undone"));
	if (exit_code != 0 || cli->options.common.dry_run) {
		if (exit_code == 0)
			say_change(cli,
				   cJSON_GetArrayItem(
					   cJSON_GetObjectItemCaseSensitive(
						   result, "undone"),
					   0),
				   _("Nothing changed. Last change: "));
		cJSON_Delete(result);
		return exit_code;
	}
	params = cJSON_CreateObject();
	(void)cJSON_AddNumberToObject(params, "count", count);
	(void)cJSON_AddStringToObject(params, "expect",
				      json_text(result, "expect"));
	cJSON_Delete(result);
	exit_code = cli_call(cli, "undo", params, &result);
	if (exit_code != 0)
		return exit_code;
	if (cli_is_program(cli))
		return cli_put_json(result);
	say_undone(cli, cJSON_GetObjectItemCaseSensitive(result, "undone"));
	cJSON_Delete(result);
	return EXIT_DONE;
}
