/*
 * cmd_goal.c - goals: add, check, list, change, let-go.
 *
 * Small enough to be done, counted without a verdict, and as easy to let go
 * as to reach. Must never call a goal anything but what the person said of
 * it. Read next: guide.h, goaltext.h.
 */
#include "cli/aims.h"
#include "cli/command.h"
#include "cli/guided.h"
#include "cli/i18n.h"
#include "cli/verbs.h"
#include "cli/writing.h"

const struct option_spec options_goal[] = {
	WRITING_OPTIONS,
	{ "all", 0, OPTION_FLAG, NULL, N_("list: those no longer open, too") },
	{ 0 },
};

static const char *const status_words[] = { N_("open"), N_("done"),
					    N_("changed"), N_("let go") };
static const char *const measure_words[] = { N_("yes or no"),
					     N_("how many times"),
					     N_("on how many days"),
					     N_("a number from 0 to 10") };

static const struct pick open_goal = {
	.kind = "goal",
	.is_open = goaltext_is_open,
	.field = "title",
	.question = N_("Which goal?"),
	.none = N_("No goal is open just now."),
	.hint = "kept goal add",
};

/* ---- add ---- */

/* A goal is for the time until next time: the day before the next session if
 * it is known, else the first Sunday that leaves three days for it. */
static int64_t due_of(struct cli *cli, int64_t today)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	struct client_refusal refusal;
	struct civil_instant at;
	int64_t due = today + 3;

	(void)cJSON_AddStringToObject(params, "kind", "session");
	(void)cJSON_AddNumberToObject(params, "limit", 1);
	if (cli_try(cli, "log", params, &result, &refusal) == 0) {
		const cJSON *entry = cJSON_GetArrayItem(
			cJSON_GetObjectItemCaseSensitive(result, "entries"), 0);
		const char *next = json_text(pick_fields(entry), "next_at");

		if (civil_parse_instant(bytes_from_str(next), &at) == 0)
			due = dates_day_of(dates_local(at)) - 1;
	}
	cJSON_Delete(result);
	if (due > today + 3 && due <= today + 31)
		return due;
	for (due = today + 3; civil_weekday(due) != 7;)
		due++;
	return due;
}

/* What the words say already; all of it is read back, and can be changed. */
static void complete_goal(struct guide *guide)
{
	int64_t today = aims_today(guide->cli), target;
	cJSON *fields = guide->fields;
	char day[CIVIL_DAY_TEXT_BYTES];
	const char *measure;

	if (!cJSON_HasObjectItem(fields, "measure") &&
	    !cJSON_HasObjectItem(fields, "target") &&
	    goaltext_derive(json_text(fields, "title"), &measure, &target)) {
		(void)cJSON_AddStringToObject(fields, "measure", measure);
		(void)cJSON_AddNumberToObject(fields, "target", (double)target);
	}
	if (!cJSON_HasObjectItem(fields, "due")) {
		civil_format_day(due_of(guide->cli, today), day);
		(void)cJSON_AddStringToObject(fields, "due", day);
	}
}

/* Under 7 a smaller one is offered, once; Enter leaves it as it is. */
static enum ask_answer ask_can_do(struct guide *guide,
				  const struct guide_step *step)
{
	static const struct guide_step smaller = {
		.field = "title",
		.question = N_("Under 7? Let's make it smaller. How would that "
			       "sound?  (Enter keeps it)"),
	};
	enum ask_answer answer = guide_ask_field(guide, step);

	if (answer != ASK_ANSWERED ||
	    json_number(guide->fields, "can_do", 10) >= 7)
		return answer;
	return guide_ask_field(guide, &smaller);
}

static bool has_obstacle(const struct guide *guide)
{
	return *json_text(guide->fields, "obstacle") != '\0';
}

static const struct guide_step add_steps[] = {
	{ .field = "title",
	  .question = N_("What would you like to be true by next week?"),
	  .again = N_("One small thing is enough. Enter leaves it for another "
		      "time.") },
	{ .field = "why", .question = N_("Why does it matter to you?") },
	{ .field = "obstacle", .question = N_("What might get in the way?") },
	{ .field = "if_then",
	  .wanted = has_obstacle,
	  .question = N_("If that happens, then you'll …") },
	{ .field = "can_do",
	  .asks = ask_can_do,
	  .how = GUIDE_INLINE,
	  .question = N_("How sure are you that you can do this, 0–10?  ") },
};

static int goal_add(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "goal",
			       .steps = add_steps,
			       .count = KEPT_ARRAY_COUNT(add_steps),
			       .resume = "kept goal add",
			       .complete = complete_goal };

	return guided_write(&guide, aims_show_aim);
}

/* ---- check ---- */

struct check {
	struct guide guide; /* first: what the questions are given */
	const cJSON *goal;
	int64_t before; /* -1: nothing was said, or nobody knows */
	int64_t today;
};

static const cJSON *goal_of(const struct guide *guide)
{
	return pick_fields(((const struct check *)(const void *)guide)->goal);
}

static enum ask_answer ask_whether(struct guide *guide,
				   const struct guide_step *step,
				   int64_t before)
{
	enum ask_answer answer;
	bool yes;

	answer =
		ask_yes_no(guide->cli, _("Is it so by now?"), before > 0, &yes);
	if (answer == ASK_SKIPPED)
		answer = ASK_ANSWERED;
	if (answer == ASK_ANSWERED)
		guide_put(guide, step->field, cJSON_CreateNumber(yes ? 1 : 0));
	return answer;
}

/* "How many so far? [2]": Enter takes what was counted, where that is known. */
static enum ask_answer ask_progress(struct guide *guide,
				    const struct guide_step *step)
{
	const cJSON *goal = goal_of(guide);
	int64_t before = ((const struct check *)(void *)guide)->before;
	const char *measure = json_text(goal, "measure");
	bool is_scale = strcmp(measure, "0-10") == 0;
	enum ask_answer answer;
	char prompt[200];
	int64_t number;

	if (strcmp(measure, "yes-no") == 0 ||
	    (*measure == '\0' && goaltext_target(goal) == 0))
		return ask_whether(guide, step, before);
	if (before < 0)
		(void)snprintf(prompt, sizeof prompt, "%s",
			       is_scale ? _("How far along, 0–10?  ")
					: _("How many so far?  "));
	else
		(void)snprintf(prompt, sizeof prompt,
			       is_scale ? _("How far along, 0–10? [%lld]  ")
					: _("How many so far? [%lld]  "),
			       (long long)before);
	answer = ask_number(guide->cli, prompt, 0, is_scale ? 10 : 1000000,
			    &number);
	if (answer == ASK_SKIPPED && before >= 0) {
		number = before;
		answer = ASK_ANSWERED;
	}
	if (answer == ASK_ANSWERED)
		guide_put(guide, step->field,
			  cJSON_CreateNumber((double)number));
	return answer;
}

static enum ask_answer ask_note(struct guide *guide,
				const struct guide_step *step)
{
	const struct check *check = (const struct check *)(void *)guide;
	const cJSON *goal = goal_of(guide);
	int64_t due = goaltext_due(goal);
	struct guide_step here = *step;

	if (due != GOALTEXT_NO_DUE && due <= check->today &&
	    json_number(guide->fields, "progress", 0) < goaltext_target(goal))
		here.question = N_("What got in the way, if you want to "
				   "say?  ");
	return guide_ask_field(guide, &here);
}

static const struct guide_step check_steps[] = {
	{ .field = "progress", .asks = ask_progress },
	{ .field = "note",
	  .asks = ask_note,
	  .how = GUIDE_INLINE,
	  .question = N_("A word about it?  ") },
};

/* “Two of three, and a day to go.” */
static int show_check(struct cli *cli, const struct check *check,
		      cJSON *take_entry)
{
	const cJSON *goal = pick_fields(check->goal);
	struct buf state;

	if (cli_is_program(cli) || cli->options.common.dry_run)
		return keep_show(cli, take_entry);
	buf_init(&state, 1024);
	goaltext_put_state(
		&state, json_number(pick_fields(take_entry), "progress", 0),
		goaltext_target(goal), goaltext_due(goal), check->today);
	if (state.len == 0) {
		buf_release(&state);
		return keep_show(cli, take_entry);
	}
	cli_done(cli, _("Kept.  %.*s\n"), (int)state.len,
		 (const char *)state.ptr);
	buf_release(&state);
	cJSON_Delete(take_entry);
	return EXIT_DONE;
}

/* All of it is there: is it done? */
static int offer_done(struct cli *cli, const struct check *check,
		      int64_t progress)
{
	const cJSON *goal = pick_fields(check->goal);
	int64_t target = goaltext_target(goal);
	enum ask_answer answer;
	cJSON *fields;
	bool yes;

	if (progress < (target == 0 ? 1 : target) || !ask_can(cli) ||
	    strcmp(json_text(goal, "measure"), "0-10") == 0)
		return EXIT_DONE;
	answer = ask_yes_no(cli, _("Call it done?"), true, &yes);
	if (answer == ASK_STOPPED || answer == ASK_CLOSED)
		return EXIT_CTRL_C;
	if (!yes)
		return EXIT_DONE;
	fields = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(fields, "status", "done");
	if (aims_edit(cli, json_text(check->goal, "id"), fields, NULL) != 0)
		return EXIT_COULD_NOT;
	cli_done(cli, _("Done.      Undo: kept undo\n"));
	return EXIT_DONE;
}

/* The number came with the command: nothing is asked. */
static int check_with(struct cli *cli, struct check *check, const char *text)
{
	cJSON *fields = cJSON_CreateObject(), *entry = NULL;
	char *end;
	long number = strtol(text, &end, 10);
	int exit_code;

	if (*text < '0' || *text > '9' || *end != '\0' || number > 1000000) {
		cJSON_Delete(fields);
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept goal check ID 2",
				  _("How far it is, is a whole number."));
	}
	(void)cJSON_AddStringToObject(fields, "goal",
				      json_text(check->goal, "id"));
	(void)cJSON_AddNumberToObject(fields, "progress", (double)number);
	exit_code = keep_add(cli, "checkin", keep_params(fields), "", &entry);
	return exit_code == 0 ? show_check(cli, check, entry) : exit_code;
}

static int check_asking(struct cli *cli, struct check *check)
{
	struct guide *guide = &check->guide;
	cJSON *entry = NULL, *today = aims_ask(cli);
	int64_t progress;
	int exit_code;

	check->before = aims_progress(today, json_text(check->goal, "id"));
	guide->fields = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(guide->fields, "goal",
				      json_text(check->goal, "id"));
	exit_code = guide_begin(guide, "kept goal check ID 2");
	if (exit_code == 0) {
		aims_say_line(cli, check->goal, today);
		exit_code = guide_ask(guide);
	}
	cJSON_Delete(today);
	if (exit_code == 0 && !guide_has_answers(guide)) {
		cli_say(_("Nothing was kept. Whenever you like.\n"));
		exit_code = EXIT_STOPPED;
	}
	if (exit_code == 0)
		exit_code = guide_keep(guide, &entry);
	progress = json_number(guide->fields, "progress", 0);
	guide_end(guide);
	if (exit_code == 0)
		exit_code = show_check(cli, check, entry);
	return exit_code == 0 ? offer_done(cli, check, progress) : exit_code;
}

static int goal_check(struct cli *cli)
{
	struct check check = {
		.guide = { .cli = cli,
			   .kind = "checkin",
			   .steps = check_steps,
			   .count = KEPT_ARRAY_COUNT(check_steps),
			   .resume = "kept goal check",
			   .same = "goal" },
		.today = aims_today(cli),
	};
	const struct options *options = &cli->options;
	cJSON *goal = NULL;
	int exit_code;

	if (options->arg_count > 2)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept goal check ID 2",
				  _("One goal, and how far it is."));
	exit_code = pick_entry(cli, &open_goal,
			       options->arg_count > 0 ? options->args[0] : NULL,
			       &goal);
	check.goal = goal;
	if (exit_code == 0 && options->arg_count == 2)
		exit_code = check_with(cli, &check, options->args[1]);
	else if (exit_code == 0)
		exit_code = check_asking(cli, &check);
	cJSON_Delete(goal);
	return exit_code;
}

/* ---- list, change, let go ---- */

static int goal_list(struct cli *cli)
{
	return aims_list(cli, &open_goal);
}

static const struct guide_step change_steps[] = {
	{ .field = "title" },
	{ .field = "why", .question = N_("Why does it matter to you?") },
	{ .field = "measure", .words = measure_words },
	{ .field = "target" },
	{ .field = "due" },
	{ .field = "first_step" },
	{ .field = "obstacle" },
	{ .field = "if_then",
	  .question = N_("If that happens, then you'll …") },
	{ .field = "can_do",
	  .question = N_("How sure are you that you can do this, 0–10?") },
	{ .field = "status",
	  .question = N_("Where does it stand?"),
	  .words = status_words },
};

static int goal_change(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "goal",
			       .steps = change_steps,
			       .count = KEPT_ARRAY_COUNT(change_steps),
			       .resume = "kept goal change" };
	cJSON *goal = NULL;
	int exit_code = pick_entry(
		cli, &open_goal,
		cli->options.arg_count > 0 ? cli->options.args[0] : NULL,
		&goal);

	if (exit_code == 0)
		exit_code = aims_change(&guide, goal);
	cJSON_Delete(goal);
	return exit_code;
}

/* EXIT_DONE at a yes, and where nobody is there to ask. */
static int ask_let_go(struct cli *cli, const cJSON *goal)
{
	enum ask_answer answer;
	bool yes;

	if (!ask_can(cli))
		return EXIT_DONE;
	aims_say_line(cli, goal, NULL);
	cli_say(_("Letting go is a full and honorable ending.\n"));
	answer = ask_yes_no(cli, _("Let it go?"), true, &yes);
	if (answer == ASK_STOPPED || answer == ASK_CLOSED)
		return EXIT_CTRL_C;
	return yes ? EXIT_DONE : EXIT_STOPPED;
}

static int goal_let_go(struct cli *cli)
{
	const char *id = cli->options.arg_count > 0 ? cli->options.args[0]
						    : NULL;
	cJSON *goal = NULL, *fields, *entry = NULL;
	int exit_code = pick_entry(cli, &open_goal, id, &goal);

	if (exit_code == 0)
		exit_code = ask_let_go(cli, goal);
	if (exit_code == 0 && cli->options.common.dry_run) {
		cli_note(cli, _("Nothing changed.\n"));
	} else if (exit_code == 0) {
		fields = cJSON_CreateObject();
		(void)cJSON_AddStringToObject(fields, "status", "let-go");
		exit_code =
			aims_edit(cli, json_text(goal, "id"), fields, &entry);
	}
	cJSON_Delete(goal);
	if (entry == NULL)
		return exit_code;
	if (cli_is_program(cli))
		return cli_put_json(entry);
	cli_done(cli, _("Let go.      Undo: kept undo\n"));
	cJSON_Delete(entry);
	return EXIT_DONE;
}

int cmd_goal(struct cli *cli)
{
	static const struct verb verbs[] = {
		{ "add", goal_add },       { "check", goal_check },
		{ "list", goal_list },     { "change", goal_change },
		{ "let-go", goal_let_go },
	};

	return verbs_run(cli, verbs, KEPT_ARRAY_COUNT(verbs), "list");
}
