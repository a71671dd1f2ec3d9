/*
 * thought.c - weighing a thought: the pure parts.
 *
 * Must never judge: a suggestion is a guess from a few words, said as one.
 * Read next: cmd_thought.c.
 */
#include "cli/thought.h"

#include <ctype.h>

#include "cli/i18n.h"
#include "cli/options.h"
#include "cli/patterns.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"
#include "proto/entry.h"

#define NAME_SCALARS 40u
#define NAME_BYTES (4 * NAME_SCALARS + 1)

static struct bytes trim(struct bytes text)
{
	while (text.len > 0 && isspace(text.ptr[text.len - 1]))
		text.len--;
	while (text.len > 0 && isspace(text.ptr[0]))
		text = bytes_of(text.ptr + 1, text.len - 1);
	return text;
}

static bool ends_with(struct bytes text, const char *ending)
{
	size_t len = strlen(ending);

	return text.len >= len &&
	       memcmp(text.ptr + text.len - len, ending, len) == 0;
}

/* What comes before the next of `ends`; *rest moves on behind it. */
static struct bytes take_part(struct bytes *rest, const char *ends)
{
	size_t len = 0;
	struct bytes part;

	while (len < rest->len && strchr(ends, rest->ptr[len]) == NULL)
		len++;
	part = bytes_of(rest->ptr, len);
	len += len < rest->len;
	*rest = bytes_of(rest->ptr + len, rest->len - len);
	return trim(part);
}

/* ---- feelings ---- */

/* A number at the end: *number, and the text without it. -1: none. */
static struct bytes split_number(struct bytes part, int64_t *number)
{
	size_t at = part.len;
	size_t i;

	*number = -1;
	while (at > 0 && isdigit(part.ptr[at - 1]))
		at--;
	if (at == part.len)
		return part;
	*number = 0;
	for (i = at; i < part.len && *number <= 1000; i++)
		*number = *number * 10 + (part.ptr[i] - '0');
	return trim(bytes_of(part.ptr, at));
}

static cJSON *find_feeling(cJSON *feelings, const char *name)
{
	cJSON *feeling;

	cJSON_ArrayForEach(feeling, feelings)
	{
		const cJSON *item =
			cJSON_GetObjectItemCaseSensitive(feeling, "name");

		if (cJSON_IsString(item) &&
		    strcasecmp(item->valuestring, name) == 0)
			return feeling;
	}
	return NULL;
}

static int add_feeling(cJSON *feelings, struct bytes part, struct err *err)
{
	int64_t number;
	struct bytes name = split_number(part, &number);
	char text[NAME_BYTES];
	cJSON *feeling;

	if (number > 100)
		return err_set(err, ERR_USAGE,
			       _("How strong goes from 0 to 100."));
	if (name.len == 0)
		return err_set(
			err, ERR_USAGE,
			_("A word for the feeling first, then how strong: "
			  "anxious 70"));
	if (utf8_count(name) > NAME_SCALARS)
		return err_set(err, ERR_USAGE,
			       _("A word or two for each feeling, with a comma "
				 "between: anxious 70, ashamed 50"));
	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	feeling = find_feeling(feelings, text);
	if (feeling == NULL &&
	    cJSON_GetArraySize(feelings) >= (int)THOUGHT_FEELINGS_MAX)
		return err_set(err, ERR_USAGE,
			       _("Eight feelings at most; which matter most?"));
	if (feeling == NULL) {
		feeling = cJSON_CreateObject();
		(void)cJSON_AddStringToObject(feeling, "name", text);
		(void)cJSON_AddItemToArray(feelings, feeling);
	}
	cJSON_DeleteItemFromObject(feeling, "before");
	if (number >= 0)
		(void)cJSON_AddNumberToObject(feeling, "before",
					      (double)number);
	return 0;
}

cJSON *thought_parse_feelings(const char *text, struct err *err)
{
	cJSON *feelings = cJSON_CreateArray();
	struct bytes rest = bytes_from_str(text);
	int code = 0;

	while (code == 0 && rest.len > 0) {
		struct bytes part = take_part(&rest, ",;\n");

		if (part.len > 0)
			code = add_feeling(feelings, part, err);
	}
	if (code == 0)
		return feelings;
	cJSON_Delete(feelings);
	return NULL;
}

void thought_put_feelings(struct buf *out, const cJSON *feelings,
			  const char *sep)
{
	const struct utf8_show how = { .keep_lines = false };
	const cJSON *feeling;
	bool is_first = true;

	cJSON_ArrayForEach(feeling, feelings)
	{
		const cJSON *name =
			cJSON_GetObjectItemCaseSensitive(feeling, "name");
		const cJSON *before =
			cJSON_GetObjectItemCaseSensitive(feeling, "before");

		if (!cJSON_IsString(name))
			continue;
		if (!is_first)
			buf_printf(out, "%s", sep);
		is_first = false;
		err_ignore(utf8_put_shown(
				   out, bytes_from_str(name->valuestring), how),
			   "out remembers");
		if (cJSON_IsNumber(before))
			buf_printf(out, " %d", (int)before->valuedouble);
	}
}

/* ---- patterns ---- */

/* Words that often go with a pattern, by its slug; all in lower case. */
static const struct {
	const char *slug;
	/* For translators: beginnings and words that such thoughts often have
	 * in your language, in lower case, parted by |; ours count too. */
	const char *words;
} hints[] = {
	{ "all-or-nothing",
	  N_("good enough|perfect|failure|ruined|useless|nothing") },
	{ "overgeneralizing", N_("always|never|every time|everything|nobody") },
	{ "mind-reading",
	  N_("they think|thinks|they all|they know|people will") },
	{ "fortune-telling", N_("going to|will never|won't|it will") },
	{ "discounting",
	  N_("doesn't count|anyone could|just luck|lucky|only") },
	{ "catastrophizing",
	  N_("fired|lose my|disaster|worst|the end|terrible") },
	{ "feeling-as-fact", N_("feel like|i feel") },
	{ "shoulds", N_("should|must|have to|ought") },
	{ "labelling", N_("i'm a |i am a |lazy|stupid|idiot|loser|fraud") },
	{ "blaming-self", N_("my fault|because of me|i caused") },
	{ "blaming-others", N_("their fault|his fault|her fault|your fault") },
	{ "comparing", N_("better than|everyone else|compared|others") },
	{ "moving-the-bar", N_("too easy|not enough|still not") },
};

/* What fits most often comes first when nothing else does. */
static const char *const usual[] = { "all-or-nothing", "mind-reading",
				     "discounting" };

static bool has_any(const char *lower, const char *words)
{
	while (*words != '\0') {
		size_t len = strcspn(words, "|");

		if (memmem(lower, strlen(lower), words, len) != NULL)
			return true;
		words += len + (words[len] == '|');
	}
	return false;
}

static size_t place_of(const char *slug)
{
	const struct pattern *pattern;
	size_t i;

	for (i = 0; (pattern = patterns_at(i)) != NULL; i++)
		if (strcmp(pattern->slug, slug) == 0)
			break;
	return i;
}

/* Adds it in order, unless it is there, hidden, or there is no more room. */
static void add_place(size_t *places, size_t *count, size_t place)
{
	const struct pattern *pattern = patterns_at(place);
	size_t at = 0;

	if (pattern == NULL || pattern->is_hidden)
		return;
	while (at < *count && places[at] < place)
		at++;
	if (*count == THOUGHT_SUGGESTED || (at < *count && places[at] == place))
		return;
	memmove(places + at + 1, places + at, (*count - at) * sizeof *places);
	places[at] = place;
	(*count)++;
}

size_t thought_suggest(const char *thought, size_t places[THOUGHT_SUGGESTED])
{
	char lower[2048];
	size_t count = 0, i;

	for (i = 0; i < sizeof lower - 1 && thought[i] != '\0'; i++)
		lower[i] = (char)tolower((unsigned char)thought[i]);
	lower[i] = '\0';
	for (i = 0; i < KEPT_ARRAY_COUNT(hints); i++)
		if (has_any(lower, hints[i].words) ||
		    has_any(lower, _(hints[i].words)))
			add_place(places, &count, place_of(hints[i].slug));
	for (i = 0; i < KEPT_ARRAY_COUNT(usual); i++)
		add_place(places, &count, place_of(usual[i]));
	for (i = 0; count < THOUGHT_SUGGESTED && patterns_at(i) != NULL; i++)
		add_place(places, &count, i);
	mem_wipe(lower, sizeof lower);
	return count;
}

static bool has_slug(const cJSON *slugs, const char *slug)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, slugs) if (strcmp(item->valuestring, slug) ==
					    0) return true;
	return false;
}

cJSON *thought_parse_patterns(const char *text, struct err *err)
{
	cJSON *slugs = cJSON_CreateArray();
	struct bytes rest = bytes_from_str(text);
	/* Names have blanks in them; numbers alone need no commas. */
	bool is_numbers = text[strspn(text, "0123456789 ,;\t")] == '\0';

	while (rest.len > 0) {
		struct bytes part =
			take_part(&rest, is_numbers ? " ,;\t" : ",;");
		const struct pattern *pattern;

		if (part.len == 0)
			continue;
		pattern = patterns_find_said(part);
		if (pattern == NULL) {
			err_ignore(err_set(err, ERR_USAGE,
					   _("Numbers from the list, or Enter "
					     "for none; m shows all.")),
				   "NULL says it");
			cJSON_Delete(slugs);
			return NULL;
		}
		if (!has_slug(slugs, pattern->slug))
			(void)cJSON_AddItemToArray(
				slugs, cJSON_CreateString(pattern->slug));
	}
	return slugs;
}

/* ---- afterwards ---- */

/* Counts the pair if both are there; does it go down? */
static bool goes_down(const cJSON *object, const char *before_key,
		      const char *after_key, int *pairs)
{
	const cJSON *before =
		cJSON_GetObjectItemCaseSensitive(object, before_key);
	const cJSON *after =
		cJSON_GetObjectItemCaseSensitive(object, after_key);

	if (!cJSON_IsNumber(before) || !cJSON_IsNumber(after))
		return false;
	(*pairs)++;
	return after->valuedouble < before->valuedouble;
}

bool thought_is_still_strong(const cJSON *fields)
{
	const cJSON *feeling;
	int pairs = 0;
	bool is_lower =
		goes_down(fields, "belief_before", "belief_after", &pairs);

	cJSON_ArrayForEach(feeling,
			   cJSON_GetObjectItemCaseSensitive(fields, "feelings"))
		is_lower |= goes_down(feeling, "before", "after", &pairs);
	return pairs > 0 && !is_lower;
}

void thought_put_lines(struct buf *out, const cJSON *lines, const char *sep)
{
	const struct utf8_show how = { .keep_lines = false };
	const cJSON *line;

	cJSON_ArrayForEach(line, lines)
	{
		struct bytes text;

		if (!cJSON_IsString(line))
			continue;
		text = trim(bytes_from_str(line->valuestring));
		while (text.len > 1 && text.ptr[text.len - 1] == '.')
			text.len--;
		if (out->len > 0)
			buf_printf(out, "%s", sep);
		err_ignore(utf8_put_shown(out, text, how), "out remembers");
	}
}

/* Does it end its sentence by itself, closing quotes and brackets aside? */
static bool is_sentence(struct bytes text)
{
	static const char *const closing[] = { "\"", "'", ")", "”",
					       "“",  "’", "»" };
	static const char *const ends[] = { ".", "!", "?", "…" };
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(closing); i++) {
		if (!ends_with(text, closing[i]))
			continue;
		text.len -= strlen(closing[i]);
		i = SIZE_MAX; /* from the first again */
	}
	for (i = 0; i < KEPT_ARRAY_COUNT(ends); i++) {
		if (ends_with(text, ends[i]))
			return true;
	}
	return false;
}

void thought_put_quoted(struct buf *out, const char *thought)
{
	const struct utf8_show how = { .keep_lines = false };
	struct bytes text = trim(bytes_from_str(thought));

	buf_printf(out, "%s", _("“"));
	err_ignore(utf8_put_shown(out, text, how), "out remembers");
	buf_printf(out, is_sentence(text) ? "%s" : "%s.", _("”"));
}
