/*
 * measure.c - questionnaires and ratings of one's own: their numbers.
 *
 * Must never say what a number means. Read next: instruments.def,
 * cmd_measure.c.
 */
#include "cli/measure.h"

#include <strings.h>

#include "cli/cli.h"
#include "cli/i18n.h"
#include "cli/patterns.h"
#include "cli/render.h"
#include "proto/base/utf8.h"

/* Each questionnaire's texts, as two arrays. */
#define INSTRUMENT(name, slug, title, version, stem, notice)                   \
	static const char *const name##_items[] = {
#define ANSWER(name, text)
#define ITEM(name, text) text,
#define END(name)                                                              \
	}                                                                      \
	;
#include "cli/instruments.def"
#undef INSTRUMENT
#undef ANSWER
#undef ITEM

#define INSTRUMENT(name, slug, title, version, stem, notice)                   \
	static const char *const name##_answers[] = {
#define ANSWER(name, text) text,
#define ITEM(name, text)
#include "cli/instruments.def"
#undef INSTRUMENT
#undef ANSWER
#undef END

static const struct measure_instrument instruments[] = {
#define INSTRUMENT(name, slug, title, version, stem, notice)                   \
	{ slug,                                                                \
	  title,                                                               \
	  version,                                                             \
	  stem,                                                                \
	  notice,                                                              \
	  name##_items,                                                        \
	  KEPT_ARRAY_COUNT(name##_items),                                      \
	  name##_answers,                                                      \
	  KEPT_ARRAY_COUNT(name##_answers) },
#define ANSWER(name, text)
#define END(name)
#include "cli/instruments.def"
#undef INSTRUMENT
#undef ANSWER
#undef ITEM
#undef END
};

const struct measure_instrument *measure_at(size_t place)
{
	return place < KEPT_ARRAY_COUNT(instruments) ? &instruments[place]
						     : NULL;
}

const struct measure_instrument *measure_find(const char *said)
{
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(instruments); i++) {
		if (strcasecmp(instruments[i].slug, said) == 0 ||
		    strcasecmp(instruments[i].title, said) == 0)
			return &instruments[i];
	}
	return NULL;
}

/* One's own has a name, so that it stays one's own when a published one of
 * that slug comes later. */
const struct measure_instrument *measure_of(const cJSON *fields)
{
	if (*json_text(fields, "name") != '\0')
		return NULL;
	return measure_find(json_text(fields, "instrument"));
}

bool measure_sum(const cJSON *answers, size_t items, int64_t *sum)
{
	const cJSON *answer;
	size_t count = 0;

	*sum = 0;
	cJSON_ArrayForEach(answer, answers)
	{
		if (!cJSON_IsNumber(answer))
			return false;
		*sum += (int64_t)answer->valuedouble;
		count++;
	}
	return count == items && items > 0;
}

size_t measure_answered(const cJSON *answers)
{
	const cJSON *answer;
	size_t count = 0;

	cJSON_ArrayForEach(answer, answers)
	{
		if (cJSON_IsNumber(answer))
			count++;
	}
	return count;
}

int64_t measure_scale(const char *version)
{
	if (strcmp(version, "0-10") == 0)
		return 10;
	return strcmp(version, "0-100") == 0 ? 100 : -1;
}

int64_t measure_high(const cJSON *fields)
{
	const struct measure_instrument *instrument = measure_of(fields);

	if (instrument != NULL)
		return (int64_t)(instrument->item_count *
				 (instrument->answer_count - 1));
	return measure_scale(json_text(fields, "version"));
}

int measure_slug(const char *name, char out[MEASURE_SLUG_BYTES],
		 struct err *err)
{
	char plain[4 * MEASURE_NAME_MAX + 1];
	size_t i;

	if (name[strspn(name, " \t")] == '\0')
		return err_set(err, ERR_USAGE, "%s", _("A word or two."));
	if (utf8_count(bytes_from_str(name)) > MEASURE_NAME_MAX)
		return err_set(err, ERR_USAGE,
			       _("Up to %u letters fit in there."),
			       MEASURE_NAME_MAX);
	(void)snprintf(plain, sizeof plain, "%s", name);
	/* There a colon ends the name; here it is part of it. */
	for (i = 0; plain[i] != '\0'; i++) {
		if (plain[i] == ':')
			plain[i] = ' ';
	}
	return patterns_slug(plain, out, err);
}

bool measure_is_same(const cJSON *fields, const cJSON *others)
{
	if (strcmp(json_text(fields, "instrument"),
		   json_text(others, "instrument")) != 0 ||
	    measure_of(fields) != measure_of(others))
		return false;
	return measure_of(fields) != NULL ||
	       strcmp(json_text(fields, "version"),
		      json_text(others, "version")) == 0;
}

/* ---- words ---- */

void measure_put_name(struct buf *out, const cJSON *fields)
{
	const struct measure_instrument *instrument = measure_of(fields);
	const char *name = json_text(fields, "name");

	if (instrument != NULL)
		buf_printf(out, "%s", instrument->title);
	else
		render_put_line(out, *name != '\0'
					     ? name
					     : json_text(fields, "instrument"));
}

void measure_put_result(struct buf *out, const cJSON *fields, bool ascii)
{
	const cJSON *score = cJSON_GetObjectItemCaseSensitive(fields, "score");
	const cJSON *answers =
		cJSON_GetObjectItemCaseSensitive(fields, "answers");
	const struct measure_instrument *instrument = measure_of(fields);
	size_t items = instrument != NULL ? instrument->item_count
					  : (size_t)cJSON_GetArraySize(answers);
	int64_t high = measure_high(fields);

	if (!cJSON_IsNumber(score))
		buf_printf(out, _("%zu of %zu answered"),
			   measure_answered(answers), items);
	else if (high < 0)
		buf_printf(out, "%.0f", score->valuedouble);
	else
		buf_printf(out, ascii ? "%.0f (0-%lld)" : "%.0f (0–%lld)",
			   score->valuedouble, (long long)high);
}
