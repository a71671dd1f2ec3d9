/*
 * guideasks.c - questions by the type of their field.
 *
 * Must never take for an answer what isn't one, and never call it wrong: it
 * says what fits and asks again. Read next: ask.c.
 */
#include "cli/guide.h"

#include <time.h>

#include "cli/render.h"
#include "cli/thought.h"
#include "cli/when.h"
#include "proto/base/panic.h"

/* The question on a line of its own, or as the prompt itself. */
static const char *prompt_of(const struct guide_step *step,
			     const struct entry_field *field)
{
	const char *question = step->question != NULL ? step->question
						      : field->prompt;

	if ((step->how & GUIDE_INLINE) != 0)
		return _(question);
	cli_say("%s\n", _(question));
	return "> ";
}

static enum ask_answer ask_line_of(struct guide *guide,
				   const struct guide_step *step,
				   const struct entry_field *field)
{
	enum ask_answer answer;
	char *text;

	answer = ask_line(guide->cli, prompt_of(step, field),
			  guide_text(guide, field->name), &text);
	if (text != NULL)
		guide_put_line(guide, field, text);
	cli_free(text);
	return answer;
}

/* ---- several lines ---- */

const char *guide_add_lines(cJSON *lines, const char *text, int64_t high)
{
	while (*text != '\0' &&
	       cJSON_GetArraySize(lines) < (int)LIMIT_LIST_ITEMS) {
		size_t fits = guide_fitting(text, (size_t)high);
		char *piece = cli_copy(text, fits);

		(void)cJSON_AddItemToArray(lines, cJSON_CreateString(piece));
		cli_free(piece);
		text += fits;
		text += strspn(text, " ");
	}
	return text;
}

/* What the list has no room for goes into the text. */
static void take_line(struct guide *guide, const struct entry_field *field,
		      cJSON *lines, const char *text)
{
	int before = cJSON_GetArraySize(lines);
	const char *rest = guide_add_lines(lines, text, field->high);

	if (cJSON_GetArraySize(lines) > before)
		guide_put(guide, field->name, cJSON_Duplicate(lines, true));
	if (*rest == '\0')
		return;
	cli_say(_("That is as many lines as one list holds; what comes now "
		  "goes in the entry's text.\n"));
	guide_add_text(guide, rest);
}

static void show_items(const cJSON *lines)
{
	const cJSON *line;

	cJSON_ArrayForEach(line, lines)
	{
		char *shown = cli_show(
			cJSON_IsString(line) ? line->valuestring : "", false);

		cli_say("> %s\n", shown);
		cli_free(shown);
	}
}

static enum ask_answer ask_texts(struct guide *guide,
				 const struct guide_step *step,
				 const struct entry_field *field)
{
	const cJSON *before = guide_field(guide, field->name);
	enum ask_answer answer = ASK_ANSWERED;
	cJSON *lines;

	if (guide->changes != NULL && before == NULL)
		before = cJSON_GetObjectItemCaseSensitive(guide->entry,
							  field->name);
	lines = cJSON_IsArray(before) ? cJSON_Duplicate(before, true)
				      : cJSON_CreateArray();
	(void)prompt_of(step, field);
	show_items(lines);
	while (answer == ASK_ANSWERED) {
		char *text;

		answer = ask_line(guide->cli, "> ", NULL, &text);
		if (text != NULL)
			take_line(guide, field, lines, text);
		cli_free(text);
	}
	cJSON_Delete(lines);
	/* An empty line is how it ends, not a question that was skipped. */
	return answer;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Into the fields at once, and into the draft twice a second at most: a paste
 * has a thousand lines. What is left goes there when the question ends. */
static void take_text(struct guide *guide, const char *name, struct buf *all,
		      int64_t *saved_ms)
{
	buf_put_u8(all, 0);
	if (all->failed != 0)
		return;
	cJSON_DeleteItemFromObjectCaseSensitive(guide->fields, name);
	(void)cJSON_AddStringToObject(guide->fields, name,
				      (const char *)all->ptr);
	all->len--;
	if (now_ms() - *saved_ms < 500)
		return;
	guide_save(guide);
	*saved_ms = now_ms();
}

/* `text`: lines until an empty one, after those that are there. */
static enum ask_answer ask_text(struct guide *guide,
				const struct guide_step *step,
				const struct entry_field *field)
{
	char *shown = cli_show(guide_text(guide, field->name), true);
	enum ask_answer answer = ASK_ANSWERED;
	int64_t saved_ms = 0;
	struct buf all;

	(void)prompt_of(step, field);
	cli_say("%s%s", shown, *shown == '\0' ? "" : "\n");
	cli_free(shown);
	buf_init(&all, 4 * LIMIT_ENTRY_TEXT_BYTES);
	buf_printf(&all, "%s", guide_text(guide, field->name));
	while (answer == ASK_ANSWERED && all.failed == 0) {
		char *line;

		answer = ask_line(guide->cli, "> ", NULL, &line);
		if (line != NULL &&
		    all.len + strlen(line) + 1 > LIMIT_ENTRY_TEXT_BYTES) {
			cli_say(_("That would be more than one entry holds, "
				  "so this line isn't in it; an empty line "
				  "keeps the rest.\n"));
		} else if (line != NULL) {
			buf_printf(&all, "%s%s", all.len > 0 ? "\n" : "", line);
			take_text(guide, field->name, &all, &saved_ms);
		}
		cli_free(line);
	}
	if (saved_ms != 0)
		guide_save(guide);
	buf_release(&all);
	return answer;
}

/* ---- numbers, choices ---- */

static enum ask_answer ask_whole(struct guide *guide,
				 const struct guide_step *step,
				 const struct entry_field *field)
{
	enum ask_answer answer;
	int64_t number;

	answer = ask_number(guide->cli, prompt_of(step, field), field->low,
			    field->high, &number);
	if (answer == ASK_ANSWERED)
		guide_put(guide, field->name,
			  cJSON_CreateNumber((double)number));
	return answer;
}

#define CHOICES_MAX 16u

enum ask_answer guide_ask_words(struct cli *cli, const char *question,
				const char *const *words, size_t count,
				size_t *place)
{
	const char *shown[CHOICES_MAX];
	size_t i;

	kept_assert(count <= CHOICES_MAX);
	for (i = 0; i < count; i++)
		shown[i] = _(words[i]);
	cli_say("%s\n", _(question));
	return ask_choice(cli, "> ", shown, count, place);
}

static enum ask_answer ask_choice_of(struct guide *guide,
				     const struct guide_step *step,
				     const struct entry_field *field)
{
	char slugs[CHOICES_MAX][LIMIT_TAG_BYTES + 1];
	const char *words[CHOICES_MAX];
	enum ask_answer answer;
	size_t count, place;

	for (count = 0; count < CHOICES_MAX; count++) {
		struct bytes slug = entry_choice_at(field, count);

		if (slug.len == 0)
			break;
		(void)snprintf(slugs[count], sizeof slugs[count], "%.*s",
			       (int)slug.len, (const char *)slug.ptr);
		words[count] = step->words != NULL ? step->words[count]
						   : slugs[count];
	}
	answer = guide_ask_words(guide->cli,
				 step->question != NULL ? step->question
							: field->prompt,
				 words, count, &place);
	if (answer == ASK_ANSWERED)
		guide_put(guide, field->name, cJSON_CreateString(slugs[place]));
	return answer;
}

static enum ask_answer ask_flag(struct guide *guide,
				const struct guide_step *step,
				const struct entry_field *field)
{
	const char *question = step->question != NULL ? step->question
						      : field->prompt;
	enum ask_answer answer;
	bool yes;

	answer = ask_yes_no(guide->cli, _(question), false, &yes);
	if (answer == ASK_ANSWERED)
		guide_put(guide, field->name, cJSON_CreateBool(yes));
	return answer;
}

/* ---- days and instants ---- */

/* The person's day: after midnight it may still be the one before. */
static int64_t today_of(struct cli *cli)
{
	int64_t today;

	if (when_today(cli, &today) != 0)
		today = dates_day_of(dates_now());
	return today;
}

enum ask_answer guide_ask_day(struct cli *cli, const char *prompt,
			      enum dates_toward toward, int64_t *days)
{
	int64_t today = today_of(cli);

	for (;;) {
		struct err err = { 0 };
		enum ask_answer answer;
		char *text;
		int code = 0;

		answer = ask_line(cli, prompt, NULL, &text);
		if (answer == ASK_ANSWERED)
			code = dates_parse_day(text, today, toward, days, &err);
		cli_free(text);
		if (answer != ASK_ANSWERED || code == 0)
			return answer;
		cli_say("%s\n", err.text);
	}
}

static enum ask_answer ask_time(struct cli *cli, int32_t *minutes)
{
	for (;;) {
		enum ask_answer answer;
		char *text;
		bool is_time = false;

		answer = ask_line(cli, _("At what time?  (Enter: noon) "), NULL,
				  &text);
		if (answer == ASK_ANSWERED)
			is_time = dates_parse_time(text, minutes);
		cli_free(text);
		if (answer == ASK_SKIPPED) {
			*minutes = 12 * 60;
			return ASK_ANSWERED;
		}
		if (answer != ASK_ANSWERED || is_time)
			return answer;
		cli_say(_("A time like 17:00 or 5pm.\n"));
	}
}

enum ask_answer guide_ask_instant(struct cli *cli, const char *prompt,
				  enum dates_toward toward,
				  struct civil_instant *at)
{
	int64_t today = today_of(cli), days = 0;

	for (;;) {
		struct err err = { 0 };
		enum ask_answer answer;
		int32_t minutes = -1;
		char *text;
		int code = 0;

		answer = ask_line(cli, prompt, NULL, &text);
		if (answer == ASK_ANSWERED)
			code = dates_parse_moment(text, today, toward, &days,
						  &minutes, &err);
		cli_free(text);
		if (answer == ASK_ANSWERED && code == 0 && minutes < 0)
			answer = ask_time(cli, &minutes);
		if (answer != ASK_ANSWERED)
			return answer;
		if (code != 0)
			cli_say("%s\n", err.text);
		else if (dates_instant(days, minutes, at))
			break;
		else
			cli_say(_(
				"The clocks are put forward over that time, "
				"so it isn't there that day. Another one?\n"));
	}
	return ASK_ANSWERED;
}

static enum ask_answer ask_date(struct guide *guide,
				const struct guide_step *step,
				const struct entry_field *field)
{
	enum dates_toward toward = (step->how & GUIDE_BACK) != 0 ? DATES_BACK
								 : DATES_AHEAD;
	const char *prompt = prompt_of(step, field);
	char text[CIVIL_INSTANT_TEXT_BYTES], day[DATES_TEXT_BYTES], time[6];
	struct civil_instant at;
	enum ask_answer answer;
	int64_t days;

	if (field->type == ENTRY_TYPE_DATE)
		answer = guide_ask_day(guide->cli, prompt, toward, &days);
	else
		answer = guide_ask_instant(guide->cli, prompt, toward, &at);
	if (answer != ASK_ANSWERED)
		return answer;
	if (field->type == ENTRY_TYPE_DATE) {
		civil_format_day(days, text);
		dates_format_day(days, today_of(guide->cli), day);
		cli_say("%s.\n", day);
	} else {
		civil_format_instant(at, text);
		dates_format_day(dates_day_of(at), today_of(guide->cli), day);
		dates_format_time(at, time);
		cli_say("%s %s.\n", day, time);
	}
	guide_put(guide, field->name, cJSON_CreateString(text));
	return ASK_ANSWERED;
}

/* ---- feelings ---- */

static enum ask_answer ask_feelings(struct guide *guide,
				    const struct guide_step *step,
				    const struct entry_field *field)
{
	const char *prompt = prompt_of(step, field);
	struct err err = { 0 };
	struct buf before;
	enum ask_answer answer = ASK_ANSWERED;
	cJSON *feelings = NULL;

	buf_init(&before, LIMIT_ENTRY_TEXT_BYTES);
	thought_put_feelings(&before, guide_field(guide, field->name), ", ");
	buf_put_u8(&before, 0);
	while (answer == ASK_ANSWERED && feelings == NULL) {
		char *text;

		answer = ask_line(guide->cli, prompt,
				  before.failed != 0 ? NULL
						     : (const char *)before.ptr,
				  &text);
		if (text != NULL)
			feelings = thought_parse_feelings(text, &err);
		/* Half a feeling is no answer, but it is words. */
		if (text != NULL && feelings == NULL && answer == ASK_STOPPED)
			guide_add_text(guide, text);
		else if (text != NULL && feelings == NULL)
			cli_say("%s\n", err.text);
		cli_free(text);
	}
	buf_release(&before);
	if (feelings != NULL && cJSON_GetArraySize(feelings) > 0)
		guide_put(guide, field->name, feelings);
	else
		cJSON_Delete(feelings);
	return answer;
}

enum ask_answer guide_ask_field(struct guide *guide,
				const struct guide_step *step)
{
	const struct entry_kind *kind =
		entry_kind_by_name(bytes_from_str(guide->kind));
	const struct entry_field *field =
		entry_field_by_name(kind, bytes_from_str(step->field));

	kept_assert(field != NULL);
	switch ((int)field->type) {
	case ENTRY_TYPE_TEXTS:
		return ask_texts(guide, step, field);
	case ENTRY_TYPE_WHOLE:
		return ask_whole(guide, step, field);
	case ENTRY_TYPE_CHOICE:
		return ask_choice_of(guide, step, field);
	case ENTRY_TYPE_YESNO:
		return ask_flag(guide, step, field);
	case ENTRY_TYPE_DATE:
	case ENTRY_TYPE_INSTANT:
		return ask_date(guide, step, field);
	case ENTRY_TYPE_FEELINGS:
		return ask_feelings(guide, step, field);
	default:
		if (field->number == ENTRY_base_text)
			return ask_text(guide, step, field);
		return ask_line_of(guide, step, field);
	}
}
