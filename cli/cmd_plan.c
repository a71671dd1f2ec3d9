/*
 * cmd_plan.c - a plan for when it gets hard: write it, show it, and let it be
 * read while locked.
 *
 * There is one: writing goes on with what is there. Must never put it into a
 * file without a yes to exactly that. Read next: planfile.h.
 */
#include "cli/aims.h"
#include "cli/command.h"
#include "cli/guided.h"
#include "cli/pick.h"
#include "cli/planfile.h"
#include "cli/screen.h"
#include "cli/verbs.h"

static cJSON *newest_params(void)
{
	cJSON *params = cJSON_CreateObject();

	(void)cJSON_AddStringToObject(params, "kind", "plan");
	(void)cJSON_AddNumberToObject(params, "limit", 1);
	return params;
}

/* The newest; NULL if there is none. Takes the answer of `log`. */
static cJSON *newest_of(cJSON *take_result)
{
	cJSON *plan = cJSON_DetachItemFromArray(
		cJSON_GetObjectItemCaseSensitive(take_result, "entries"), 0);

	cJSON_Delete(take_result);
	return plan;
}

/* Locked, on a terminal: asks for the passphrase. *plan gives ownership. 0, or
 * an exit code said. */
static int find_plan(struct cli *cli, cJSON **plan)
{
	cJSON *result = NULL;
	int exit_code = cli_call(cli, "log", newest_params(), &result);

	*plan = exit_code == 0 ? newest_of(result) : NULL;
	return exit_code;
}

/* ---- show ---- */

/* text is safe to show. */
static int put_text(struct cli *cli, const char *text)
{
	struct render render = screen_render(cli);
	struct buf out;

	buf_init(&out, RENDER_BYTES_MAX);
	render_put_folded(&out, text,
			  render.columns == 0 ? SIZE_MAX : render.columns);
	screen_page(cli);
	(void)screen_put(&out);
	buf_release(&out);
	return screen_end(cli);
}

static int show_plan(struct cli *cli, const cJSON *plan)
{
	char id[RENDER_ID_BYTES];
	struct buf text;
	cJSON *list;
	int exit_code;

	if (cli_is_program(cli)) {
		list = cJSON_CreateArray();
		if (plan != NULL)
			(void)cJSON_AddItemToArray(list,
						   cJSON_Duplicate(plan, true));
		exit_code = aims_put_list(cli, list, "");
		cJSON_Delete(list);
		return exit_code;
	}
	if (plan == NULL) {
		cli_note(cli, "%s  kept plan write\n",
			 _("There is no plan here yet."));
		return EXIT_DONE;
	}
	render_short_id(json_text(plan, "id"), RENDER_ID_LETTERS, id);
	buf_init(&text, RENDER_BYTES_MAX);
	planfile_put(&text, pick_fields(plan));
	buf_put_u8(&text, 0);
	exit_code =
		put_text(cli, text.failed == 0 ? (const char *)text.ptr : "");
	buf_release(&text);
	cli_note(cli, _("\nChange it: kept plan write, or kept edit %s\n"), id);
	return exit_code;
}

/* Nobody has to open the journal for what may be read while it is locked. A
 * file may hold anything by now. */
static int show_copy(struct cli *cli)
{
	struct buf text;
	cJSON *object;
	char *shown;
	int exit_code;

	buf_init(&text, PLANFILE_BYTES_MAX);
	if (planfile_read(&cli->paths, &text) != 0) {
		buf_release(&text);
		return cli_say_no(cli, EXIT_NOT_THERE, "not_found", NULL,
				  _("There is no plan here yet."));
	}
	buf_put_u8(&text, 0);
	shown = cli_show(text.failed == 0 ? (const char *)text.ptr : "", true);
	if (cli_is_program(cli)) {
		object = cJSON_CreateObject();
		(void)cJSON_AddStringToObject(object, "text", shown);
		exit_code = cli_put_json(object);
	} else {
		exit_code = put_text(cli, shown);
	}
	cli_free(shown);
	buf_release(&text);
	return exit_code;
}

static int plan_show(struct cli *cli)
{
	struct client_refusal refusal;
	cJSON *result = NULL, *plan = NULL;
	int exit_code = 0;

	if (!planfile_is_there(&cli->paths))
		exit_code = find_plan(cli, &plan);
	else if (cli_try(cli, "log", newest_params(), &result, &refusal) != 0)
		return show_copy(cli);
	else
		plan = newest_of(result);
	if (exit_code == 0)
		exit_code = show_plan(cli, plan);
	cJSON_Delete(plan);
	return exit_code;
}

/* ---- readable while locked ---- */

static int write_copy(struct cli *cli, const cJSON *plan)
{
	struct err err = { 0 };
	struct buf text;
	int code;

	buf_init(&text, PLANFILE_BYTES_MAX);
	planfile_put(&text, pick_fields(plan));
	code = text.failed != 0
		       ? err_set(&err, ERR_LIMIT, "%s",
				 _("That is more than anybody reads "
				   "then; it stays in your journal."))
		       : planfile_write(&cli->paths, buf_bytes(&text), &err);
	buf_release(&text);
	if (code != 0)
		return cli_say_no(cli, cli_exit_code(code), err_name(code),
				  NULL, "%s", err.text);
	return 0;
}

static int say_readable(struct cli *cli, bool is_readable)
{
	cJSON *object;

	if (!cli_is_program(cli)) {
		cli_done(cli, "%s\n",
			 is_readable
				 ? _("On this device it can be read while kept "
				     "is locked.  kept plan readable no  takes "
				     "that back.")
				 : _("It can be read only while kept is open."
				     "  kept plan readable yes  changes "
				     "that."));
		return EXIT_DONE;
	}
	object = cJSON_CreateObject();
	(void)cJSON_AddBoolToObject(object, "readable", is_readable);
	return cli_put_json(object);
}

static int make_readable(struct cli *cli)
{
	cJSON *plan = NULL;
	int exit_code = find_plan(cli, &plan);

	if (exit_code == 0 && plan == NULL)
		exit_code = cli_say_no(cli, EXIT_NOT_THERE, "not_found",
				       "kept plan write",
				       _("There is no plan here yet."));
	if (exit_code == 0)
		exit_code = write_copy(cli, plan);
	cJSON_Delete(plan);
	if (exit_code != 0)
		return exit_code;
	cli_note(cli, "%s\n",
		 _("It lies beside your journal as a plain file: whoever can "
		   "open your files can read it."));
	return say_readable(cli, true);
}

static int make_unreadable(struct cli *cli)
{
	struct err err = { 0 };

	if (planfile_remove(&cli->paths, &err) != 0)
		return cli_say_no(cli, EXIT_DISK, "disk_trouble", NULL, "%s",
				  err.text);
	return say_readable(cli, false);
}

static int plan_readable(struct cli *cli)
{
	const struct options *options = &cli->options;
	bool is_yes = options->arg_count == 1 &&
		      strcmp(options->args[0], "yes") == 0;
	bool is_no = options->arg_count == 1 &&
		     strcmp(options->args[0], "no") == 0;

	if (options->arg_count == 0)
		return say_readable(cli, planfile_is_there(&cli->paths));
	if (!is_yes && !is_no)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept plan readable yes",
				  _("yes or no: may it be read while kept is "
				    "locked?"));
	if (options->common.dry_run) {
		cli_note(cli, _("Nothing changed.\n"));
		return EXIT_DONE;
	}
	return is_yes ? make_readable(cli) : make_unreadable(cli);
}

/* ---- write ---- */

static const struct guide_step steps[] = {
	{ .field = "signs",
	  .question = N_("How do you notice that it is getting hard?") },
	{ .field = "things_i_can_do",
	  .question = N_("What can you do by yourself?") },
	{ .field = "places", .question = N_("Where is it easier?") },
	{ .field = "people", .question = N_("Who can you call?") },
	{ .field = "professionals",
	  .question = N_("Who helps as their work, like a doctor or a "
			 "therapist?") },
	{ .field = "keep_safe",
	  .question = N_("What makes the place around you safer?") },
};

/* Once, after it was written for the first time. */
static int offer_readable(struct cli *cli, const cJSON *plan)
{
	enum ask_answer answer;
	bool yes;
	int exit_code;

	cli_say("%s\n", _("It can be readable while kept is locked, too: then "
			  "it also lies beside your journal as a plain file, "
			  "and whoever can open your files can read it."));
	answer = ask_yes_no(cli, _("Readable while locked?"), false, &yes);
	if (answer == ASK_STOPPED || answer == ASK_CLOSED)
		return EXIT_CTRL_C;
	exit_code = yes ? write_copy(cli, plan) : 0;
	return exit_code == 0 ? say_readable(cli, yes) : exit_code;
}

static int write_plan(struct cli *cli, const cJSON *before)
{
	struct guide guide = { .cli = cli,
			       .kind = "plan",
			       .steps = steps,
			       .count = KEPT_ARRAY_COUNT(steps),
			       .resume = "kept plan write",
			       .draft_moves = true };
	cJSON *entry = NULL;
	int exit_code;

	if (before != NULL) {
		guide.changes = json_text(before, "id");
		guide.entry = pick_fields(before);
	}
	ask_open(cli);
	cli_say("%s\n", _("What helps when it gets hard, written down while it "
			  "is calm. One thing a line; an empty line goes on."));
	exit_code = guided_ask_entry(&guide, NULL, &entry);
	guide_end(&guide);
	if (exit_code != 0)
		return exit_code;
	exit_code = keep_show(cli, cJSON_Duplicate(entry, true));
	if (exit_code == 0 && before == NULL && !cli_is_program(cli) &&
	    !json_flag(entry, "captured"))
		exit_code = offer_readable(cli, entry);
	cJSON_Delete(entry);
	return exit_code;
}

static int plan_write(struct cli *cli)
{
	cJSON *before = NULL;
	int exit_code = keep_begin(cli);

	if (exit_code == 0)
		exit_code = keep_refuse_dry(cli);
	if (exit_code == 0 && !ask_can(cli))
		exit_code = ask_exit(cli, ASK_CLOSED, "kept add plan --from -");
	if (exit_code == 0)
		exit_code = find_plan(cli, &before);
	if (exit_code == 0)
		exit_code = write_plan(cli, before);
	cJSON_Delete(before);
	return exit_code;
}

int cmd_plan(struct cli *cli)
{
	static const struct verb verbs[] = {
		{ "show", plan_show },
		{ "write", plan_write },
		{ "readable", plan_readable },
	};

	return verbs_run(cli, verbs, KEPT_ARRAY_COUNT(verbs), "show");
}
