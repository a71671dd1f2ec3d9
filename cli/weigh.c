/*
 * weigh.c - the questions of a weighed thought.
 *
 * The thought stays in sight above every later question, and every answer is
 * kept as a draft at once, so that a power cut costs one line. Must never ask
 * twice about what was skipped. Read next: guide.h, thought.c.
 */
#include "cli/weigh.h"

#include "cli/i18n.h"
#include "cli/patterns.h"
#include "cli/render.h"
#include "cli/thought.h"
#include "proto/entry.h"

/* ---- what stays in sight ---- */

/* The thought on the left; the feelings on the right where there is room. */
void weigh_show_thought(const struct guide *guide, bool with_feelings)
{
	const struct cli *cli = guide->cli;
	size_t columns = (size_t)cli->columns;
	struct buf line, feelings;
	char *shown;

	shown = cli_show(json_text(guide->fields, "thought"), false);
	buf_init(&line, RENDER_BYTES_MAX);
	buf_init(&feelings, RENDER_BYTES_MAX);
	buf_printf(&line, _("  “%s”"), shown);
	if (with_feelings)
		thought_put_feelings(&feelings, guide_field(guide, "feelings"),
				     " · ");
	buf_put_u8(&line, 0);
	buf_put_u8(&feelings, 0);
	if (line.failed == 0 && feelings.failed == 0) {
		size_t used = render_width((const char *)line.ptr) +
			      render_width((const char *)feelings.ptr);

		if (feelings.len > 1 && used + 2 <= columns)
			cli_say("\n%s%*s%s\n", (const char *)line.ptr,
				(int)(columns - used), "",
				(const char *)feelings.ptr);
		else
			cli_say("\n%s\n%s%s%s", (const char *)line.ptr,
				feelings.len > 1 ? "  " : "",
				(const char *)feelings.ptr,
				feelings.len > 1 ? "\n" : "");
	}
	buf_release(&feelings);
	buf_release(&line);
	cli_free(shown);
}

/* Of "For" and "Not", the wider one; at least 4, as those have with one blank
 * more. */
static size_t label_columns(void)
{
	size_t with = render_width(_("For")), against = render_width(_("Not"));
	size_t most = with > against ? with : against;

	return most < 4 ? 4 : most;
}

static void show_column(const struct guide *guide, const char *label,
			const char *field)
{
	struct render render = { .columns = (size_t)guide->cli->columns,
				 .ascii = !guide->cli->utf8 };
	size_t indent = 4 + label_columns();
	struct buf text, out;

	buf_init(&text, RENDER_BYTES_MAX);
	buf_init(&out, RENDER_BYTES_MAX);
	thought_put_lines(&text, guide_field(guide, field), " · ");
	buf_put_u8(&text, 0);
	if (text.failed == 0 && text.len > 1) {
		render_put_wrapped(&out, &render, (const char *)text.ptr,
				   indent);
		/* The label stands in the blanks of the first line. */
		if (out.failed == 0 && out.len > indent)
			cli_say("  %s%*s%.*s", label,
				render_gap(label, indent - 2), "",
				(int)(out.len - indent),
				(const char *)out.ptr + indent);
	}
	buf_release(&out);
	buf_release(&text);
}

/* ---- kinds of questions ---- */

static enum ask_answer ask_lines(struct guide *guide,
				 const struct guide_step *step)
{
	weigh_show_thought(guide, false);
	return guide_ask_field(guide, step);
}

/* ---- patterns ---- */

static void show_pattern(size_t place, const char *after)
{
	const struct pattern *pattern = patterns_at(place);
	char *name, *line;
	size_t width;

	if (pattern == NULL)
		return;
	name = cli_show(pattern->is_own ? pattern->name : _(pattern->name),
			false);
	line = cli_show(pattern->is_own ? pattern->line : _(pattern->line),
			false);
	width = render_width(name);
	cli_say("  %2zu %s%*s %s%s\n", place + 1, name,
		width < 25 ? (int)(25 - width) : 0, "", line, after);
	cli_free(line);
	cli_free(name);
}

static void show_all_patterns(void)
{
	const struct pattern *pattern;
	size_t i;

	for (i = 0; (pattern = patterns_at(i)) != NULL; i++)
		if (!pattern->is_hidden)
			show_pattern(i, "");
}

/* "? 5": what that one is. */
static void explain_pattern(const char *text)
{
	int64_t number = 0;
	char *end;

	text += strspn(text, "? ");
	number = strtol(text, &end, 10);
	if (number >= 1 && patterns_at((size_t)number - 1) != NULL)
		show_pattern((size_t)number - 1, "");
	else
		show_all_patterns();
}

static enum ask_answer ask_patterns(struct guide *guide,
				    const struct guide_step *step)
{
	size_t places[THOUGHT_SUGGESTED], count, i;
	enum ask_answer answer = ASK_ANSWERED;
	struct err err = { 0 };
	cJSON *slugs = NULL;

	patterns_learn(guide->cli);
	count = thought_suggest(json_text(guide->fields, "thought"), places);
	/* Some would rather not have names put to it. */
	if (!patterns_are_wanted() || count == 0)
		return ASK_SKIPPED;
	weigh_show_thought(guide, true);
	cli_say("%s\n", _(step->question));
	for (i = 0; i < count; i++)
		show_pattern(places[i],
			     i + 1 < count ? "" : _("    (more: m)"));
	while (answer == ASK_ANSWERED && slugs == NULL) {
		char *text;

		answer = ask_line(guide->cli, "> ", NULL, &text);
		if (answer != ASK_ANSWERED) {
			cli_free(text);
			break;
		}
		if (strcasecmp(text, "m") == 0)
			show_all_patterns();
		else if (text[0] == '?' || text[strlen(text) - 1] == '?')
			explain_pattern(text);
		else
			slugs = thought_parse_patterns(text, &err);
		if (err.code != 0)
			cli_say("%s\n", err.text);
		err.code = 0;
		cli_free(text);
	}
	if (slugs != NULL && cJSON_GetArraySize(slugs) > 0)
		guide_put(guide, step->field, slugs);
	else
		cJSON_Delete(slugs);
	return answer;
}

/* ---- fairer, and afterwards ---- */

static enum ask_answer ask_balanced(struct guide *guide,
				    const struct guide_step *step)
{
	cli_say("\n");
	show_column(guide, _("For"), "evidence_for");
	show_column(guide, _("Not"), "evidence_against");
	return guide_ask_field(guide, step);
}

static bool has_balanced(const struct guide *guide)
{
	return *json_text(guide->fields, "balanced") != '\0';
}

static const char *after_prompt(bool is_first)
{
	static const char blanks[] = "                    ";
	size_t width = render_width(_("And now:  "));

	if (is_first)
		return _("And now:  ");
	return blanks + (width < sizeof blanks ? sizeof blanks - 1 - width : 0);
}

static enum ask_answer ask_after(struct guide *guide,
				 const struct guide_step *step)
{
	cJSON *feelings =
		cJSON_Duplicate(guide_field(guide, step->field), true);
	enum ask_answer answer = ASK_ANSWERED;
	bool is_first = true;
	cJSON *feeling;

	cJSON_ArrayForEach(feeling, feelings)
	{
		int64_t before = json_number(feeling, "before", -1), number;
		char prompt[256], *name;

		if (answer == ASK_STOPPED || answer == ASK_CLOSED)
			break;
		if (before < 0)
			continue;
		name = cli_show(json_text(feeling, "name"), false);
		(void)snprintf(prompt, sizeof prompt, _("%s%s (was %d)? "),
			       after_prompt(is_first), name, (int)before);
		cli_free(name);
		is_first = false;
		answer = ask_number(guide->cli, prompt, 0, 100, &number);
		if (answer != ASK_ANSWERED)
			continue;
		cJSON_DeleteItemFromObject(feeling, "after");
		(void)cJSON_AddNumberToObject(feeling, "after", (double)number);
		guide_put(guide, step->field, cJSON_Duplicate(feelings, true));
	}
	cJSON_Delete(feelings);
	return answer;
}

static enum ask_answer ask_belief_after(struct guide *guide,
					const struct guide_step *step)
{
	int64_t before = json_number(guide->fields, "belief_before", -1);
	const cJSON *first =
		cJSON_GetArrayItem(guide_field(guide, "feelings"), 0);
	enum ask_answer answer;
	char prompt[128];
	int64_t number;

	if (before < 0)
		return ASK_SKIPPED;
	(void)snprintf(prompt, sizeof prompt, _("%sthe old thought (was %d)? "),
		       after_prompt(!cJSON_HasObjectItem(first, "before")),
		       (int)before);
	answer = ask_number(guide->cli, prompt, 0, 100, &number);
	if (answer == ASK_ANSWERED)
		guide_put(guide, step->field,
			  cJSON_CreateNumber((double)number));
	return answer;
}

/* ---- in order ---- */

const struct guide_step weigh_steps[WEIGH_STEPS] = {
	{ .field = "situation",
	  .question = N_("\nWhat was happening?  Just the facts a camera "
			 "would catch.") },
	{ .field = "feelings",
	  .question = N_("What did you feel, and how strongly (0–100)?      "
			 "e.g.  anxious 70, ashamed 50") },
	{ .field = "thought",
	  .question = N_("What went through your mind?  Write it the way it "
			 "sounded."),
	  .again = N_("This one is what gets weighed. A few words are enough; "
		      "Ctrl-C keeps the rest.") },
	{ .field = "belief_before",
	  .question = N_("How true did it feel, 0–100?") },
	{ .field = "patterns",
	  .asks = ask_patterns,
	  .question = N_("Do any of these fit?  Numbers, or Enter for none.   "
			 "      ? explains one") },
	{ .field = "evidence_for",
	  .asks = ask_lines,
	  .question = N_("What backs it up?  One fact a line; empty line to go "
			 "on.") },
	{ .field = "evidence_against",
	  .asks = ask_lines,
	  .question = N_("What doesn't fit it?  What would you point out to a "
			 "friend?") },
	{ .field = "balanced",
	  .asks = ask_balanced,
	  .question = N_("Seeing both, what is a fairer way to say it?") },
	{ .field = "belief_balanced",
	  .wanted = has_balanced,
	  .question = N_("How much do you believe that, 0–100?") },
	{ .field = "feelings", .asks = ask_after, .question = "" },
	{ .field = "belief_after", .asks = ask_belief_after, .question = "" },
};
