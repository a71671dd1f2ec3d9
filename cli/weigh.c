/*
 * weigh.c - the questions of a weighed thought.
 *
 * The thought stays in sight above every later question, and every answer is
 * kept as a draft at once, so that a power cut costs one line. Must never ask
 * twice about what was skipped. Read next: thought.c.
 */
#include "cli/weigh.h"

#include "cli/render.h"
#include "cli/thought.h"
#include "proto/entry.h"

static const cJSON *field_of(const struct weighing *weighing, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(weighing->fields, name);
}

/* Puts the value, and all there is into the draft. Takes it. */
static void put_field(struct weighing *weighing, const char *name,
		      cJSON *take_value)
{
	cJSON_DeleteItemFromObject(weighing->fields, name);
	(void)cJSON_AddItemToObject(weighing->fields, name, take_value);
	(void)keep_draft(weighing->cli, "thought", weighing->fields,
			 weighing->draft);
}

/* ---- what stays in sight ---- */

/* The thought on the left; the feelings on the right where there is room. */
void weigh_show_thought(const struct weighing *weighing, bool with_feelings)
{
	const struct cli *cli = weighing->cli;
	size_t columns = (size_t)cli->columns;
	struct buf line, feelings;
	char *shown;

	shown = cli_show(json_text(weighing->fields, "thought"), false);
	buf_init(&line, RENDER_BYTES_MAX);
	buf_init(&feelings, RENDER_BYTES_MAX);
	buf_printf(&line, "  “%s”", shown);
	if (with_feelings)
		thought_put_feelings(&feelings, field_of(weighing, "feelings"),
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

static void show_column(const struct weighing *weighing, const char *label,
			const char *field)
{
	struct render render = { .columns = (size_t)weighing->cli->columns,
				 .ascii = !weighing->cli->utf8 };
	struct buf text, out;

	buf_init(&text, RENDER_BYTES_MAX);
	buf_init(&out, RENDER_BYTES_MAX);
	thought_put_lines(&text, field_of(weighing, field), " · ");
	buf_put_u8(&text, 0);
	if (text.failed == 0 && text.len > 1) {
		render_put_wrapped(&out, &render, (const char *)text.ptr, 8);
		/* The label stands in the blanks of the first line. */
		if (out.failed == 0 && out.len > 8)
			cli_say("  %-6s%.*s", label, (int)out.len - 8,
				(const char *)out.ptr + 8);
	}
	buf_release(&out);
	buf_release(&text);
}

/* ---- kinds of questions ---- */

static enum ask_answer ask_text(struct weighing *weighing,
				const struct step *step)
{
	const char *before = json_text(weighing->fields, step->field);
	enum ask_answer answer;
	char *text;

	cli_say("%s\n", step->question);
	answer = ask_line(weighing->cli, "> ", before, &text);
	if (text != NULL)
		put_field(weighing, step->field, cJSON_CreateString(text));
	cli_free(text);
	return answer;
}

/* The one field that has to be there: asked once more, then let go. */
static enum ask_answer ask_thought(struct weighing *weighing,
				   const struct step *step)
{
	enum ask_answer answer = ask_text(weighing, step);

	if (answer != ASK_SKIPPED ||
	    *json_text(weighing->fields, step->field) != '\0')
		return answer;
	cli_say("This one is what gets weighed. A few words are enough; "
		"Ctrl-C keeps the rest.\n");
	answer = ask_text(weighing, step);
	return answer == ASK_SKIPPED ? ASK_STOPPED : answer;
}

static enum ask_answer ask_feelings(struct weighing *weighing,
				    const struct step *step)
{
	struct err err = { 0 };
	struct buf before;
	enum ask_answer answer = ASK_ANSWERED;
	cJSON *feelings = NULL;

	cli_say("%s\n", step->question);
	buf_init(&before, LIMIT_ENTRY_TEXT_BYTES);
	thought_put_feelings(&before, field_of(weighing, step->field), ", ");
	buf_put_u8(&before, 0);
	while (answer == ASK_ANSWERED && feelings == NULL) {
		char *text;

		answer = ask_line(weighing->cli, "> ",
				  before.failed != 0 ? NULL
						     : (const char *)before.ptr,
				  &text);
		if (text != NULL)
			feelings = thought_parse_feelings(text, &err);
		if (text != NULL && feelings == NULL)
			cli_say("%s\n", err.text);
		cli_free(text);
	}
	buf_release(&before);
	if (feelings != NULL && cJSON_GetArraySize(feelings) > 0)
		put_field(weighing, step->field, feelings);
	else
		cJSON_Delete(feelings);
	return answer;
}

static enum ask_answer ask_belief(struct weighing *weighing,
				  const struct step *step)
{
	enum ask_answer answer;
	int64_t number;

	cli_say("%s\n", step->question);
	answer = ask_number(weighing->cli, "> ", 0, 100, &number);
	if (answer == ASK_ANSWERED)
		put_field(weighing, step->field,
			  cJSON_CreateNumber((double)number));
	return answer;
}

static enum ask_answer ask_lines(struct weighing *weighing,
				 const struct step *step)
{
	const cJSON *before = field_of(weighing, step->field);
	cJSON *lines = cJSON_IsArray(before) ? cJSON_Duplicate(before, true)
					     : cJSON_CreateArray();
	enum ask_answer answer = ASK_ANSWERED;
	const cJSON *line;

	weigh_show_thought(weighing, false);
	cli_say("%s\n", step->question);
	cJSON_ArrayForEach(line, lines)
	{
		char *shown = cli_show(
			cJSON_IsString(line) ? line->valuestring : "", false);

		cli_say("> %s\n", shown);
		cli_free(shown);
	}
	while (answer == ASK_ANSWERED &&
	       cJSON_GetArraySize(lines) < (int)LIMIT_LIST_ITEMS) {
		char *text;

		answer = ask_line(weighing->cli, "> ", NULL, &text);
		if (text != NULL) {
			(void)cJSON_AddItemToArray(lines,
						   cJSON_CreateString(text));
			put_field(weighing, step->field,
				  cJSON_Duplicate(lines, true));
		}
		cli_free(text);
	}
	cJSON_Delete(lines);
	/* An empty line is how it ends, not a question that was skipped. */
	return answer;
}

/* ---- patterns ---- */

static void show_pattern(size_t place, const char *after)
{
	const struct entry_pattern *pattern = entry_pattern_at(place);

	if (pattern != NULL)
		cli_say("  %2zu %-25s %s%s\n", place + 1, pattern->name,
			pattern->line, after);
}

static void show_all_patterns(void)
{
	size_t i;

	for (i = 0; entry_pattern_at(i) != NULL; i++)
		show_pattern(i, "");
}

/* "? 5": what that one is. */
static void explain_pattern(const char *text)
{
	int64_t number = 0;
	char *end;

	text += strspn(text, "? ");
	number = strtol(text, &end, 10);
	if (number >= 1 && entry_pattern_at((size_t)number - 1) != NULL)
		show_pattern((size_t)number - 1, "");
	else
		show_all_patterns();
}

/* The setting `patterns`: some would rather not have names put to it. */
static bool wants_patterns(struct cli *cli)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	struct client_refusal refusal;
	const cJSON *row;
	bool wanted = true;

	(void)cJSON_AddStringToObject(params, "key", "patterns");
	if (cli_try(cli, "config_get", params, &result, &refusal) == 0) {
		row = cJSON_GetArrayItem(
			cJSON_GetObjectItemCaseSensitive(result, "settings"),
			0);
		wanted = strcmp(json_text(row, "value"), "off") != 0;
	}
	cJSON_Delete(result);
	return wanted;
}

static enum ask_answer ask_patterns(struct weighing *weighing,
				    const struct step *step)
{
	size_t places[THOUGHT_SUGGESTED], i;
	enum ask_answer answer = ASK_ANSWERED;
	struct err err = { 0 };
	cJSON *slugs = NULL;

	if (!wants_patterns(weighing->cli))
		return ASK_SKIPPED;
	weigh_show_thought(weighing, true);
	cli_say("%s\n", step->question);
	thought_suggest(json_text(weighing->fields, "thought"), places);
	for (i = 0; i < THOUGHT_SUGGESTED; i++)
		show_pattern(places[i], i + 1 < THOUGHT_SUGGESTED
						? ""
						: "         (more: m)");
	while (answer == ASK_ANSWERED && slugs == NULL) {
		char *text;

		answer = ask_line(weighing->cli, "> ", NULL, &text);
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
		put_field(weighing, step->field, slugs);
	else
		cJSON_Delete(slugs);
	return answer;
}

/* ---- fairer, and afterwards ---- */

static enum ask_answer ask_balanced(struct weighing *weighing,
				    const struct step *step)
{
	cli_say("\n");
	show_column(weighing, "For", "evidence_for");
	show_column(weighing, "Not", "evidence_against");
	return ask_text(weighing, step);
}

static enum ask_answer ask_balanced_belief(struct weighing *weighing,
					   const struct step *step)
{
	if (*json_text(weighing->fields, "balanced") == '\0')
		return ASK_SKIPPED;
	return ask_belief(weighing, step);
}

static const char *after_prompt(bool is_first)
{
	return is_first ? "And now:  " : "          ";
}

static enum ask_answer ask_after(struct weighing *weighing,
				 const struct step *step)
{
	cJSON *feelings =
		cJSON_Duplicate(field_of(weighing, step->field), true);
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
		(void)snprintf(prompt, sizeof prompt, "%s%s (was %d)? ",
			       after_prompt(is_first), name, (int)before);
		cli_free(name);
		is_first = false;
		answer = ask_number(weighing->cli, prompt, 0, 100, &number);
		if (answer != ASK_ANSWERED)
			continue;
		cJSON_DeleteItemFromObject(feeling, "after");
		(void)cJSON_AddNumberToObject(feeling, "after", (double)number);
		put_field(weighing, step->field,
			  cJSON_Duplicate(feelings, true));
	}
	cJSON_Delete(feelings);
	return answer;
}

static enum ask_answer ask_belief_after(struct weighing *weighing,
					const struct step *step)
{
	int64_t before = json_number(weighing->fields, "belief_before", -1);
	const cJSON *first =
		cJSON_GetArrayItem(field_of(weighing, "feelings"), 0);
	enum ask_answer answer;
	char prompt[128];
	int64_t number;

	if (before < 0)
		return ASK_SKIPPED;
	(void)snprintf(prompt, sizeof prompt, "%sthe old thought (was %d)? ",
		       after_prompt(!cJSON_HasObjectItem(first, "before")),
		       (int)before);
	answer = ask_number(weighing->cli, prompt, 0, 100, &number);
	if (answer == ASK_ANSWERED)
		put_field(weighing, step->field,
			  cJSON_CreateNumber((double)number));
	return answer;
}

/* ---- in order ---- */

static const struct step steps[] = {
	{ "situation", ask_text,
	  "\nWhat was happening?  Just the facts a camera would catch." },
	{ "feelings", ask_feelings,
	  "What did you feel, and how strongly (0–100)?      e.g.  anxious "
	  "70, ashamed 50" },
	{ "thought", ask_thought,
	  "What went through your mind?  Write it the way it sounded." },
	{ "belief_before", ask_belief, "How true did it feel, 0–100?" },
	{ "patterns", ask_patterns,
	  "Do any of these fit?  Numbers, or Enter for none.         ? "
	  "explains one" },
	{ "evidence_for", ask_lines,
	  "What backs it up?  One fact a line; empty line to go on." },
	{ "evidence_against", ask_lines,
	  "What doesn't fit it?  What would you point out to a friend?" },
	{ "balanced", ask_balanced,
	  "Seeing both, what is a fairer way to say it?" },
	{ "belief_balanced", ask_balanced_belief,
	  "How much do you believe that, 0–100?" },
	{ "feelings", ask_after, "" },
	{ "belief_after", ask_belief_after, "" },
};

const struct step *weigh_step_at(size_t place)
{
	return place < KEPT_ARRAY_COUNT(steps) ? &steps[place] : NULL;
}

size_t weigh_find_step(const cJSON *fields)
{
	size_t at = 0, i;

	for (i = 0; i < KEPT_ARRAY_COUNT(steps); i++) {
		bool is_second = i > 1 &&
				 strcmp(steps[i].field, "feelings") == 0;

		if (!is_second && cJSON_HasObjectItem(fields, steps[i].field))
			at = i;
	}
	/* Numbers and lists of patterns are whole; words may go on. */
	if (steps[at].ask == ask_belief || steps[at].ask == ask_patterns ||
	    steps[at].ask == ask_balanced_belief)
		at++;
	return at;
}
