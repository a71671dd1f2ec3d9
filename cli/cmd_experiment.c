/*
 * cmd_experiment.c - experiments: plan one, and say how it went.
 *
 * A belief put to the test, with what was expected in sight when what happened
 * is written down. Must never say whether the belief was right. Read next:
 * guided.h, openlist.h.
 */
#include "cli/aims.h"
#include "cli/command.h"
#include "cli/guided.h"
#include "cli/i18n.h"
#include "cli/openlist.h"
#include "cli/render.h"
#include "cli/ticks.h"
#include "cli/verbs.h"
#include "cli/writing.h"

const struct option_spec options_experiment[] = {
	WRITING_OPTIONS,
	{ "all", 0, OPTION_FLAG, NULL, N_("list: those with a result, too") },
	{ 0 },
};

/* Planned, and nothing said yet of how it went. */
static bool is_open(const cJSON *fields)
{
	return !cJSON_HasObjectItem(fields, "happened") &&
	       !cJSON_HasObjectItem(fields, "came_true") &&
	       !cJSON_HasObjectItem(fields, "learned");
}

static const struct pick open_experiment = {
	.kind = "experiment",
	.is_open = is_open,
	.field = "belief",
	.question = N_("Which one?"),
	.none = N_("No experiment is open just now."),
	.hint = "kept experiment plan",
};

/* ---- plan ---- */

static bool has_alternative(const struct guide *guide)
{
	return *json_text(guide->fields, "alternative") != '\0';
}

static bool has_prediction(const struct guide *guide)
{
	return *json_text(guide->fields, "prediction") != '\0';
}

static const struct guide_step plan_steps[] = {
	{ .field = "belief",
	  .question = N_("Which belief would you like to test?  Write it the "
			 "way it sounds."),
	  .hint = N_("Like  if I send it at good enough, they'll think less "
		     "of me.") },
	{ .field = "belief_before",
	  .how = GUIDE_INLINE,
	  .question = N_("How true does it feel now, 0–100?  ") },
	{ .field = "alternative", .question = N_("What else could be true?") },
	{ .field = "alternative_before",
	  .how = GUIDE_INLINE,
	  .wanted = has_alternative,
	  .question = N_("And how true does that one feel, 0–100?  ") },
	{ .field = "plan",
	  .how = GUIDE_SIGHT,
	  .question = N_("What will you do, when, and where?") },
	{ .field = "prediction",
	  .question = N_("What do you expect will happen?") },
	{ .field = "prediction_sure",
	  .how = GUIDE_INLINE,
	  .wanted = has_prediction,
	  .question = N_("How sure are you of that, 0–100?  ") },
	{ .field = "drop",
	  .question = N_("What do you usually do to feel safe, that you'll "
			 "leave out this time?") },
};

static int show_planned(struct cli *cli, cJSON *take_entry)
{
	return aims_show_kept(cli, take_entry,
			      _("Afterwards:  kept experiment result"));
}

static int experiment_plan(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "experiment",
			       .steps = plan_steps,
			       .count = KEPT_ARRAY_COUNT(plan_steps),
			       .resume = "kept experiment plan",
			       .sight = "belief" };

	return guided_write(&guide, show_planned);
}

/* ---- result ---- */

static enum ask_answer ask_came_true(struct guide *guide,
				     const struct guide_step *step)
{
	static const char *const words[] = { N_("partly"), N_("yes"),
					     N_("no") };
	static const char *const slugs[] = { "partly", "yes", "no" };
	enum ask_answer answer;
	size_t place;

	answer = guide_ask_words(guide->cli, step->question, words,
				 KEPT_ARRAY_COUNT(words), &place);
	if (answer == ASK_ANSWERED)
		guide_put(guide, step->field, cJSON_CreateString(slugs[place]));
	return answer;
}

static enum ask_answer ask_belief_after(struct guide *guide,
					const struct guide_step *step)
{
	int64_t before = json_number(guide->entry, "belief_before", -1);
	enum ask_answer answer;
	char prompt[160];
	int64_t number;

	if (before < 0)
		return guide_ask_field(guide, step);
	(void)snprintf(prompt, sizeof prompt,
		       _("And how true does it feel now (was %lld), 0–100?  "),
		       (long long)before);
	answer = ask_number(guide->cli, prompt, 0, 100, &number);
	if (answer == ASK_ANSWERED)
		guide_put(guide, step->field,
			  cJSON_CreateNumber((double)number));
	return answer;
}

static const struct guide_step result_steps[] = {
	{ .field = "happened",
	  .question = N_("What happened?  Just what a camera would catch.") },
	{ .field = "came_true",
	  .asks = ask_came_true,
	  .question = N_("Did it come true?") },
	{ .field = "learned", .question = N_("What did you learn?") },
	{ .field = "belief_after",
	  .asks = ask_belief_after,
	  .how = GUIDE_INLINE | GUIDE_SIGHT,
	  .question = N_("And how true does it feel now, 0–100?  ") },
};

/* What was believed and expected, above the first question. */
static void say_expected(const struct guide *guide)
{
	const char *prediction = json_text(guide->entry, "prediction");
	struct render render = { .columns = (size_t)guide->cli->columns,
				 .ascii = !guide->cli->utf8 };
	struct buf lines;

	guide_show_sight(guide);
	if (*prediction == '\0')
		return;
	buf_init(&lines, RENDER_BYTES_MAX);
	render_put_wrapped(&lines, &render, prediction, 4);
	if (lines.failed == 0)
		cli_say("  %s\n%.*s", _("You expected:"), (int)lines.len,
			(const char *)lines.ptr);
	buf_release(&lines);
}

static int result_of(struct cli *cli, const cJSON *experiment)
{
	struct guide guide = { .cli = cli,
			       .kind = "experiment",
			       .steps = result_steps,
			       .count = KEPT_ARRAY_COUNT(result_steps),
			       .resume = "kept experiment result",
			       .sight = "belief",
			       .changes = json_text(experiment, "id"),
			       .entry = pick_fields(experiment) };
	cJSON *entry = NULL;
	int exit_code;

	if (ask_can(cli)) {
		ask_open(cli);
		say_expected(&guide);
	}
	exit_code = guided_ask_entry(&guide, "kept edit ID --from -", &entry);
	guide_end(&guide);
	return exit_code == 0 ? openlist_show_done(cli, entry) : exit_code;
}

static int experiment_result(struct cli *cli)
{
	cJSON *experiment = NULL;
	int exit_code = pick_entry(
		cli, &open_experiment,
		cli->options.arg_count > 0 ? cli->options.args[0] : NULL,
		&experiment);

	if (exit_code == 0)
		exit_code = result_of(cli, experiment);
	cJSON_Delete(experiment);
	return exit_code;
}

static int experiment_list(struct cli *cli)
{
	return openlist_put(cli, &open_experiment);
}

int cmd_experiment(struct cli *cli)
{
	static const struct verb verbs[] = {
		{ "plan", experiment_plan },
		{ "result", experiment_result },
		{ "list", experiment_list },
	};

	return verbs_run(cli, verbs, KEPT_ARRAY_COUNT(verbs), "list");
}
