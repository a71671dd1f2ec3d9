/*
 * measureask.c - the questions of one questionnaire, or of one rating.
 *
 * Must never take silence for a 0, and never say what a number means. Read
 * next: measure.h, guide.h.
 */
#include "cli/measureask.h"

#include <strings.h>

#include "cli/render.h"
#include "proto/base/panic.h"

#define OF_NEW "new"
#define OF_OWN "own:"

/* One's own rating of that name or slug; NULL if there is none. */
const cJSON *measure_find_own(const cJSON *known, const char *said)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, known)
	{
		if (measure_of(item) == NULL &&
		    (strcasecmp(json_text(item, "name"), said) == 0 ||
		     strcmp(json_text(item, "instrument"), said) == 0))
			return item;
	}
	return NULL;
}

/* ---- which one ---- */

static void put_text(cJSON *fields, const char *name, const char *text)
{
	cJSON_DeleteItemFromObject(fields, name);
	if (*text != '\0')
		(void)cJSON_AddStringToObject(fields, name, text);
}

void measure_begin_published(cJSON *fields,
			     const struct measure_instrument *instrument)
{
	put_text(fields, "instrument", instrument->slug);
	put_text(fields, "version", instrument->version);
	put_text(fields, MEASURE_DRAFT_OF, instrument->slug);
}

void measure_begin_own(cJSON *fields, const cJSON *own)
{
	char of[MEASURE_SLUG_BYTES + sizeof OF_OWN];

	/* The slug alone may be that of a published one, or be "new". */
	(void)snprintf(of, sizeof of, OF_OWN "%s",
		       json_text(own, "instrument"));
	put_text(fields, "instrument", json_text(own, "instrument"));
	put_text(fields, "name", json_text(own, "name"));
	put_text(fields, "version", json_text(own, "version"));
	put_text(fields, MEASURE_DRAFT_OF, of);
}

int measure_begin_new(struct cli *cli, cJSON *fields, const char *name)
{
	char slug[MEASURE_SLUG_BYTES];
	struct err err = { 0 };

	put_text(fields, MEASURE_DRAFT_OF, OF_NEW);
	if (*name == '\0')
		return 0;
	if (measure_slug(name, slug, &err) != 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL, "%s",
				  err.text);
	put_text(fields, "instrument", slug);
	put_text(fields, "name", name);
	return 0;
}

/* ---- the questions ---- */

static cJSON *answers_of(struct guide *guide)
{
	cJSON *answers =
		cJSON_GetObjectItemCaseSensitive(guide->fields, "answers");

	if (cJSON_IsArray(answers))
		return answers;
	cJSON_DeleteItemFromObject(guide->fields, "answers");
	return cJSON_AddArrayToObject(guide->fields, "answers");
}

static void say_head(const struct measure_instrument *instrument)
{
	size_t i;

	cli_say("%s\n\n%s\n", _(instrument->notice), _(instrument->stem));
	for (i = 0; i < instrument->answer_count; i++)
		cli_say("  %zu  %s\n", i, _(instrument->answers[i]));
	cli_say("%s\n", _("Enter leaves one out; then there is no sum."));
}

/* One question after another, from where a draft was left. */
static enum ask_answer ask_items(struct guide *guide,
				 const struct guide_step *step)
{
	const struct measure_instrument *instrument = measure_of(guide->fields);
	cJSON *answers = answers_of(guide);
	size_t i = (size_t)cJSON_GetArraySize(answers);
	enum ask_answer answer;
	int64_t number;

	(void)step;
	kept_assert(instrument != NULL);
	say_head(instrument);
	for (; i < instrument->item_count; i++) {
		char prompt[24];

		cli_say(_("\n%zu of %zu  %s\n"), i + 1, instrument->item_count,
			_(instrument->items[i]));
		(void)snprintf(prompt, sizeof prompt, "0–%zu > ",
			       instrument->answer_count - 1);
		answer = ask_number(guide->cli, prompt, 0,
				    (int64_t)instrument->answer_count - 1,
				    &number);
		if (answer == ASK_STOPPED || answer == ASK_CLOSED)
			return answer;
		(void)cJSON_AddItemToArray(
			answers, answer == ASK_ANSWERED
					 ? cJSON_CreateNumber((double)number)
					 : cJSON_CreateNull());
		if (answer == ASK_ANSWERED)
			guide_save(guide);
	}
	return ASK_ANSWERED;
}

/* One that was left half-written has its beginning, and no slug yet. */
static bool has_no_name(const struct guide *guide)
{
	return guide_field(guide, "instrument") == NULL;
}

static bool has_no_scale(const struct guide *guide)
{
	return measure_scale(json_text(guide->fields, "version")) < 0;
}

static enum ask_answer ask_name(struct guide *guide,
				const struct guide_step *step)
{
	const struct measure_taking *taking =
		(const struct measure_taking *)(void *)guide;
	char slug[MEASURE_SLUG_BYTES];

	cli_say("%s\n", _(step->question));
	for (;;) {
		struct err err = { 0 };
		enum ask_answer answer;
		char *text;
		int code = 0;

		answer = ask_line(guide->cli, "> ",
				  json_text(guide->fields, "name"), &text);
		if (answer == ASK_ANSWERED)
			code = measure_slug(text, slug, &err);
		else if (text != NULL)
			guide_put(guide, "name", cJSON_CreateString(text));
		if (answer == ASK_ANSWERED && code == 0) {
			const cJSON *own =
				measure_find_own(taking->known, text);

			put_text(guide->fields, "instrument", slug);
			put_text(guide->fields, "name", text);
			if (own != NULL)
				put_text(guide->fields, "version",
					 json_text(own, "version"));
			guide_save(guide);
		}
		cli_free(text);
		if (code == 0)
			return answer;
		cli_say("%s\n", err.text);
	}
}

static enum ask_answer ask_scale(struct guide *guide,
				 const struct guide_step *step)
{
	static const char *const words[] = { N_("up to 10"), N_("up to 100") };
	size_t place = 0;
	enum ask_answer answer = guide_ask_words(guide->cli, step->question,
						 words, KEPT_ARRAY_COUNT(words),
						 &place);

	if (answer == ASK_STOPPED || answer == ASK_CLOSED)
		return answer;
	/* Enter takes the first. */
	put_text(guide->fields, "version", place == 0 ? "0-10" : "0-100");
	guide_save(guide);
	return ASK_ANSWERED;
}

static enum ask_answer ask_rating(struct guide *guide,
				  const struct guide_step *step)
{
	int64_t high = measure_high(guide->fields), number;
	cJSON *answers = answers_of(guide);
	enum ask_answer answer;
	struct buf prompt;

	(void)step;
	kept_assert(high > 0);
	buf_init(&prompt, RENDER_BYTES_MAX);
	measure_put_name(&prompt, guide->fields);
	buf_printf(&prompt, _(", 0 not at all … %lld completely?  "),
		   (long long)high);
	buf_put_u8(&prompt, 0);
	answer =
		ask_number(guide->cli,
			   prompt.failed != 0 ? "> " : (const char *)prompt.ptr,
			   0, high, &number);
	buf_release(&prompt);
	if (answer != ASK_ANSWERED)
		return answer;
	while (cJSON_GetArraySize(answers) > 0)
		cJSON_DeleteItemFromArray(answers, 0);
	(void)cJSON_AddItemToArray(answers, cJSON_CreateNumber((double)number));
	guide_save(guide);
	return ASK_ANSWERED;
}

static const struct guide_step published_steps[] = {
	{ .field = "answers", .asks = ask_items },
};

static const struct guide_step own_steps[] = {
	{ .field = "name",
	  .asks = ask_name,
	  .wanted = has_no_name,
	  .how = GUIDE_REQUIRED,
	  .question = N_("What would you like to rate?  A word or two, like  "
			 "tension in my shoulders") },
	{ .field = "version",
	  .asks = ask_scale,
	  .wanted = has_no_scale,
	  .question = N_("From 0 to what?") },
	{ .field = "answers", .asks = ask_rating },
};

/* ---- what becomes of it ---- */

/* Without a sum there is no score: absent is never 0. */
static void complete(cJSON *fields)
{
	const struct measure_instrument *instrument = measure_of(fields);
	const cJSON *answers =
		cJSON_GetObjectItemCaseSensitive(fields, "answers");
	char text[CIVIL_INSTANT_TEXT_BYTES];
	int64_t sum;

	cJSON_DeleteItemFromObject(fields, "score");
	if (measure_sum(answers,
			instrument == NULL ? 1 : instrument->item_count, &sum))
		(void)cJSON_AddNumberToObject(fields, "score", (double)sum);
	civil_format_instant(dates_now(), text);
	put_text(fields, "taken_at", text);
}

int measure_ask(struct measure_taking *taking, cJSON **entry)
{
	struct guide *guide = &taking->guide;
	bool is_published = measure_of(guide->fields) != NULL;
	int exit_code;

	guide->steps = is_published ? published_steps : own_steps;
	guide->count = is_published ? KEPT_ARRAY_COUNT(published_steps)
				    : KEPT_ARRAY_COUNT(own_steps);
	exit_code = guide_begin(guide, "kept add measure --from -");
	/* What is there already none of the steps asks for again. */
	guide->from = 0;
	if (exit_code == 0)
		exit_code = guide_ask(guide);
	if (exit_code == 0 &&
	    measure_answered(guide_field(guide, "answers")) == 0) {
		if (guide->draft[0] != '\0')
			return guide_stop(guide, ASK_STOPPED);
		cli_say(_("Nothing was kept. Whenever you like.\n"));
		exit_code = EXIT_STOPPED;
	}
	if (exit_code != 0)
		return exit_code;
	complete(guide->fields);
	return guide_keep(guide, entry);
}
