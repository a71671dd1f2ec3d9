/*
 * cmd_homework.c - homework: list, done, partly, not-this-time, add.
 *
 * It is the person's: any ending is an ending, and what got in the way is
 * asked about only if they want to say. Must never remind or count days
 * without it. Read next: guide.h,
 * goaltext.h.
 */
#include "cli/homework.h"

#include "cli/aims.h"
#include "cli/command.h"
#include "cli/guided.h"
#include "cli/i18n.h"
#include "cli/verbs.h"
#include "cli/writing.h"

const struct option_spec options_homework[] = {
	WRITING_OPTIONS,
	{ "all", 0, OPTION_FLAG, NULL, N_("list: those no longer open, too") },
	{ 0 },
};

static const char *const often_words[] = { N_("once"), N_("daily"),
					   N_("weekly"),
					   N_("a number of times") };

static const struct pick open_homework = {
	.kind = "homework",
	.is_open = goaltext_is_open,
	.field = "title",
	.question = N_("Which one?"),
	.none = N_("No homework is open just now."),
	.hint = "kept homework add",
};

/* ---- what others use, too: homework.h ---- */

/* Days from today to the day it is due; a week where that isn't said. */
static int64_t days_for(const cJSON *fields, int64_t today)
{
	int64_t due = goaltext_due(fields);

	return due == GOALTEXT_NO_DUE || due <= today ? 7 : due - today;
}

/* What its words say of how often, where nobody has said. */
static void add_often(cJSON *fields)
{
	const char *measure = "", *often = "n";
	int64_t target;

	if (cJSON_HasObjectItem(fields, "how_often") ||
	    cJSON_HasObjectItem(fields, "target") ||
	    !goaltext_derive(json_text(fields, "title"), &measure, &target))
		return;
	if (strcmp(measure, "days") == 0 && target == 7)
		often = "daily";
	else if (target == 1)
		often = "once";
	(void)cJSON_AddStringToObject(fields, "how_often", often);
	if (strcmp(often, "n") == 0)
		(void)cJSON_AddNumberToObject(fields, "target", (double)target);
}

void homework_complete(cJSON *fields, int64_t today)
{
	int64_t days = days_for(fields, today), target = 0;
	const char *often;

	add_often(fields);
	often = json_text(fields, "how_often");
	if (strcmp(often, "daily") == 0)
		target = days;
	else if (strcmp(often, "weekly") == 0)
		target = (days + 6) / 7;
	else if (strcmp(often, "once") == 0)
		target = 1;
	if (target > 0 && !cJSON_HasObjectItem(fields, "target"))
		(void)cJSON_AddNumberToObject(fields, "target", (double)target);
}

const char *homework_kind_words(const char *kind)
{
	static const struct {
		const char *kind;
		const char *words;
	} rows[] = {
		{ "thought", N_("Ask whether it counts, whenever you weigh a "
				"thought?") },
		{ "breath", N_("Ask whether it counts, whenever you "
			       "breathe?") },
		{ "win", N_("Ask whether it counts, whenever you note a "
			    "win?") },
		{ "boundary", N_("Ask whether it counts, whenever you note a "
				 "boundary?") },
		{ "experiment", N_("Ask whether it counts, whenever you note "
				   "an experiment?") },
		{ "activity", N_("Ask whether it counts, whenever you note an "
				 "activity?") },
		{ "mood", N_("Ask whether it counts, whenever you note your "
			     "mood?") },
	};
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		if (strcmp(rows[i].kind, kind) == 0)
			return rows[i].words;
	}
	return NULL;
}

bool homework_take_often(cJSON *fields, const char *text)
{
	const char *words[KEPT_ARRAY_COUNT(often_words)], *often;
	int64_t target;
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(often_words); i++)
		words[i] = _(often_words[i]);
	often = goaltext_read_often(text, words, &target);
	if (often == NULL)
		return false;
	cJSON_DeleteItemFromObject(fields, "how_often");
	(void)cJSON_AddStringToObject(fields, "how_often", often);
	if (target > 0 && !cJSON_HasObjectItem(fields, "target"))
		(void)cJSON_AddNumberToObject(fields, "target", (double)target);
	return true;
}

enum ask_answer homework_ask_often(struct guide *guide,
				   const struct guide_step *step)
{
	for (;;) {
		enum ask_answer answer;
		bool is_read;
		char *text;

		answer = ask_line(guide->cli, _(step->question), NULL, &text);
		is_read = answer == ASK_ANSWERED &&
			  homework_take_often(guide->fields, text);
		cli_free(text);
		if (is_read)
			guide_save(guide);
		if (answer != ASK_ANSWERED || is_read)
			return answer;
		cli_say(_("once, daily, weekly, or a number of times; Enter "
			  "leaves it open.\n"));
	}
}

/* ---- add ---- */

/* Doing a kind may tick it: asked about only where its words name one. */
static enum ask_answer ask_hint(struct guide *guide,
				const struct guide_step *step)
{
	const char *kind =
		goaltext_kind_hint(json_text(guide->fields, "title"));
	const char *words = kind == NULL ? NULL : homework_kind_words(kind);
	enum ask_answer answer;
	bool yes;

	if (words == NULL)
		return ASK_SKIPPED;
	answer = ask_yes_no(guide->cli, _(words), true, &yes);
	if (answer == ASK_STOPPED || answer == ASK_CLOSED)
		return answer;
	if (yes)
		guide_put(guide, step->field, cJSON_CreateString(kind));
	return ASK_ANSWERED;
}

static bool has_number(const struct guide *guide)
{
	return strcmp(json_text(guide->fields, "how_often"), "n") == 0 &&
	       guide_field(guide, "target") == NULL;
}

static const struct guide_step add_steps[] = {
	{ .field = "title",
	  .question = N_("What did you agree to try?"),
	  .again = N_("A few words are enough. Enter leaves it for another "
		      "time.") },
	{ .field = "how_often",
	  .asks = homework_ask_often,
	  .question = N_("How often?  ") },
	{ .field = "target",
	  .how = GUIDE_INLINE,
	  .wanted = has_number,
	  .question = N_("How many times in all?  ") },
	{ .field = "why", .question = N_("Why does this one matter?") },
	{ .field = "due", .how = GUIDE_INLINE, .question = N_("By when?  ") },
	{ .field = "kind_hint", .asks = ask_hint },
};

/* Words of the command line name a kind without being asked about it. */
static void complete_homework(struct guide *guide)
{
	const char *kind =
		goaltext_kind_hint(json_text(guide->fields, "title"));

	if (kind != NULL && guide->draft[0] == '\0' &&
	    !cJSON_HasObjectItem(guide->fields, "kind_hint"))
		(void)cJSON_AddStringToObject(guide->fields, "kind_hint", kind);
	homework_complete(guide->fields, aims_today(guide->cli));
}

static int homework_add(struct cli *cli)
{
	struct guide guide = { .cli = cli,
			       .kind = "homework",
			       .steps = add_steps,
			       .count = KEPT_ARRAY_COUNT(add_steps),
			       .resume = "kept homework add",
			       .complete = complete_homework };

	return guided_write(&guide, aims_show_aim);
}

/* ---- how it went ---- */

static const struct guide_step done_steps[] = {
	{ .field = "how_helpful",
	  .how = GUIDE_INLINE,
	  .question = N_("How helpful was it, 0 not at all … 10 very?  ") },
};

static const struct guide_step partly_steps[] = {
	{ .field = "what_got_in_the_way",
	  .question = N_("What got in the way, if you want to say?") },
};

struct ending {
	const char *status;
	const struct guide_step *steps;
	const char *resume;
	const char *said; /* N_() */
};

static int say_ended(struct cli *cli, const struct ending *ending,
		     cJSON *take_entry)
{
	if (cli_is_program(cli))
		return cli_put_json(take_entry);
	cJSON_Delete(take_entry);
	cli_done(cli, "%s\n", _(ending->said));
	return EXIT_DONE;
}

/* The status goes in with the answer: one change, one undo. */
static int end_asking(struct cli *cli, const struct ending *ending,
		      const cJSON *homework, cJSON **entry)
{
	struct guide guide = { .cli = cli,
			       .kind = "homework",
			       .steps = ending->steps,
			       .count = 1,
			       .resume = ending->resume,
			       .changes = json_text(homework, "id"),
			       .entry = pick_fields(homework),
			       .fields = cJSON_CreateObject() };
	cJSON *today = aims_ask(cli);
	int exit_code = guide_begin(&guide, NULL);

	if (exit_code == 0) {
		aims_say_line(cli, homework, today);
		exit_code = guide_ask(&guide);
	}
	cJSON_Delete(today);
	if (exit_code == 0) {
		cJSON_DeleteItemFromObject(guide.fields, "status");
		(void)cJSON_AddStringToObject(guide.fields, "status",
					      ending->status);
		exit_code = guide_keep(&guide, entry);
	}
	guide_end(&guide);
	return exit_code;
}

static int end_homework(struct cli *cli, const struct ending *ending)
{
	const char *id = cli->options.arg_count > 0 ? cli->options.args[0]
						    : NULL;
	cJSON *homework = NULL, *entry = NULL, *fields;
	int exit_code = pick_entry(cli, &open_homework, id, &homework);

	if (exit_code == 0 && cli->options.common.dry_run) {
		cli_note(cli, _("Nothing changed.\n"));
	} else if (exit_code == 0 && ask_can(cli) && !cli_is_program(cli)) {
		exit_code = end_asking(cli, ending, homework, &entry);
	} else if (exit_code == 0) {
		fields = cJSON_CreateObject();
		(void)cJSON_AddStringToObject(fields, "status", ending->status);
		exit_code = aims_edit(cli, json_text(homework, "id"), fields,
				      &entry);
	}
	cJSON_Delete(homework);
	return entry == NULL ? exit_code : say_ended(cli, ending, entry);
}

static int homework_done(struct cli *cli)
{
	static const struct ending ending = {
		"done", done_steps, "kept homework done",
		N_("Done.      Undo: kept undo")
	};

	return end_homework(cli, &ending);
}

static int homework_partly(struct cli *cli)
{
	static const struct ending ending = {
		"partly", partly_steps, "kept homework partly",
		N_("Kept: partly.      Undo: kept undo")
	};

	return end_homework(cli, &ending);
}

static int homework_not_this_time(struct cli *cli)
{
	static const struct ending ending = {
		"not-this-time", partly_steps, "kept homework not-this-time",
		N_("Kept: not this time.      Undo: kept undo")
	};

	return end_homework(cli, &ending);
}

static int homework_list(struct cli *cli)
{
	return aims_list(cli, &open_homework);
}

int cmd_homework(struct cli *cli)
{
	static const struct verb verbs[] = {
		{ "list", homework_list },
		{ "done", homework_done },
		{ "partly", homework_partly },
		{ "not-this-time", homework_not_this_time },
		{ "add", homework_add },
	};

	return verbs_run(cli, verbs, KEPT_ARRAY_COUNT(verbs), "list");
}
