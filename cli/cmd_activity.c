/*
 * cmd_activity.c - activities: plan one, and say what it gave.
 *
 * What was done without a plan is as welcome. Must never remind of one that
 * wasn't done. Read next: guided.h, openlist.h.
 */
#include "cli/aims.h"
#include "cli/command.h"
#include "cli/guided.h"
#include "cli/i18n.h"
#include "cli/openlist.h"
#include "cli/ticks.h"
#include "cli/verbs.h"
#include "cli/when.h"
#include "cli/writing.h"

const struct option_spec options_activity[] = {
	WRITING_OPTIONS,
	{ "when", 0, OPTION_VALUE, N_("WHEN"), N_("plan: like \"sat 10:00\"") },
	{ "all", 0, OPTION_FLAG, NULL, N_("list: those that are done, too") },
	{ 0 },
};

#define NOON_MINUTES (12 * 60)
/* A draft of what was done without a plan is none of a plan. */
#define DRAFT_OF "draft_of"

static bool is_open(const cJSON *fields)
{
	return !cJSON_HasObjectItem(fields, "done_at");
}

static const struct pick open_activity = {
	.kind = "activity",
	.is_open = is_open,
	.field = "what",
	.question = N_("Which one?"),
	.none = N_("Nothing is planned just now."),
	.hint = "kept activity plan",
};

static void put_instant(cJSON *fields, const char *name,
			struct civil_instant at)
{
	char text[CIVIL_INSTANT_TEXT_BYTES];

	civil_format_instant(at, text);
	cJSON_DeleteItemFromObject(fields, name);
	(void)cJSON_AddStringToObject(fields, name, text);
}

/* ---- plan ---- */

/* --when, read back in full. */
static int take_when(struct cli *cli, cJSON *fields)
{
	const char *text = options_value(&cli->options, "when");
	char day[DATES_TEXT_BYTES], time[6];
	int64_t today = 0, days = 0;
	struct err err = { 0 };
	struct civil_instant at;
	int32_t minutes = -1;
	int exit_code = text == NULL ? 0 : when_today(cli, &today);

	if (text == NULL || exit_code != 0)
		return exit_code;
	if (dates_parse_moment(text, today, DATES_AHEAD, &days, &minutes,
			       &err) != 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "--when \"sat 10:00\"", "%s", err.text);
	if (!dates_instant(days, minutes < 0 ? NOON_MINUTES : minutes, &at))
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  _("The clocks are put forward over that "
				    "time, so it isn't there that day."));
	put_instant(fields, "planned_at", at);
	dates_format_day(dates_day_of(at), today, day);
	dates_format_time(at, time);
	cli_note(cli, "%s %s.\n", day, time);
	return 0;
}

static bool has_no_time(const struct guide *guide)
{
	return !cJSON_HasObjectItem(guide->fields, "planned_at");
}

static const struct guide_step plan_steps[] = {
	{ .field = "what",
	  .question = N_("What would you like to do?"),
	  .hint = N_("Ten minutes of something small is enough.") },
	{ .field = "planned_at",
	  .how = GUIDE_INLINE,
	  .wanted = has_no_time,
	  .question = N_("When?  (like  sat 10:00;  Enter leaves it open)  ") },
};

static int show_planned(struct cli *cli, cJSON *take_entry)
{
	return aims_show_kept(cli, take_entry,
			      _("Afterwards:  kept activity done"));
}

static int activity_plan(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "activity",
			       .steps = plan_steps,
			       .count = KEPT_ARRAY_COUNT(plan_steps),
			       .resume = "kept activity plan",
			       .same = DRAFT_OF,
			       .fields = cJSON_CreateObject() };
	int exit_code = take_when(cli, guide.fields);

	if (exit_code != 0) {
		guide_end(&guide);
		return exit_code;
	}
	return guided_write(&guide, show_planned);
}

/* ---- done ---- */

/* Enter: just now. Once it is there it isn't asked about again. */
static enum ask_answer ask_done_at(struct guide *guide,
				   const struct guide_step *step)
{
	enum ask_answer answer = guide_ask_field(guide, step);

	if (answer != ASK_SKIPPED)
		return answer;
	put_instant(guide->fields, step->field, dates_now());
	guide_save(guide);
	return ASK_ANSWERED;
}

static bool is_unplanned(const struct guide *guide)
{
	return guide->changes == NULL;
}

static const struct guide_step done_steps[] = {
	{ .field = "what",
	  .wanted = is_unplanned,
	  .question = N_("What did you do?") },
	{ .field = "done_at",
	  .asks = ask_done_at,
	  .how = GUIDE_INLINE | GUIDE_BACK,
	  .question = N_("When was that?  (Enter: just now)  ") },
	{ .field = "mood_before",
	  .how = GUIDE_INLINE,
	  .question = N_("How were you before it, 0 rough … 10 great?  ") },
	{ .field = "pleasure",
	  .how = GUIDE_INLINE,
	  .question = N_("How much did you enjoy it, 0–10?  ") },
	{ .field = "achievement",
	  .how = GUIDE_INLINE,
	  .question = N_("How much did it feel like getting something done, "
			 "0–10?  ") },
	{ .field = "mood_after",
	  .how = GUIDE_INLINE,
	  .question = N_("And after it, 0–10?  ") },
};

/* Something that no plan was made for. */
static int done_unplanned(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "activity",
			       .steps = done_steps,
			       .count = KEPT_ARRAY_COUNT(done_steps),
			       .resume = "kept activity done",
			       .same = DRAFT_OF,
			       .fields = cJSON_CreateObject() };

	(void)cJSON_AddStringToObject(guide.fields, DRAFT_OF, "done");
	return guided_ask(&guide, "kept add activity --from -", ticks_show);
}

static int done_asking(struct cli *cli, const cJSON *activity, cJSON **entry)
{
	struct guide guide = { .cli = cli,
			       .kind = "activity",
			       .steps = done_steps,
			       .count = KEPT_ARRAY_COUNT(done_steps),
			       .resume = "kept activity done",
			       .sight = "what",
			       .changes = json_text(activity, "id"),
			       .entry = pick_fields(activity) };
	int exit_code;

	ask_open(cli);
	guide_show_sight(&guide);
	exit_code = guided_ask_entry(&guide, NULL, entry);
	guide_end(&guide);
	return exit_code;
}

static int done_with(struct cli *cli, const cJSON *activity)
{
	cJSON *entry = NULL, *fields;
	int exit_code;

	if (cli->options.common.dry_run) {
		cli_note(cli, _("Nothing changed.\n"));
		return EXIT_DONE;
	}
	if (ask_can(cli) && !cli_is_program(cli)) {
		exit_code = done_asking(cli, activity, &entry);
	} else {
		fields = cJSON_CreateObject();
		put_instant(fields, "done_at", dates_now());
		exit_code = aims_edit(cli, json_text(activity, "id"), fields,
				      &entry);
	}
	return exit_code == 0 ? openlist_show_done(cli, entry) : exit_code;
}

static int activity_done(struct cli *cli)
{
	cJSON *entries = NULL, *activity = NULL;
	bool has_id = cli->options.arg_count > 0;
	int exit_code;

	if (has_id)
		exit_code = pick_entry(cli, &open_activity,
				       cli->options.args[0], &activity);
	else
		exit_code = pick_open(cli, &open_activity, &entries);
	if (exit_code == 0 && !has_id && cJSON_GetArraySize(entries) == 0 &&
	    ask_can(cli)) {
		cJSON_Delete(entries);
		return done_unplanned(cli);
	}
	if (exit_code == 0 && !has_id)
		exit_code = pick_from(cli, &open_activity, entries, &activity);
	cJSON_Delete(entries);
	if (exit_code == 0)
		exit_code = done_with(cli, activity);
	cJSON_Delete(activity);
	return exit_code;
}

static int activity_list(struct cli *cli)
{
	return openlist_put(cli, &open_activity);
}

int cmd_activity(struct cli *cli)
{
	static const struct verb verbs[] = {
		{ "plan", activity_plan },
		{ "done", activity_done },
		{ "list", activity_list },
	};

	return verbs_run(cli, verbs, KEPT_ARRAY_COUNT(verbs), "list");
}
