/*
 * trendparts.c - a result of `trends` in parts.
 *
 * Must never make a number up: what isn't there is no point. Read next:
 * trendtext.c.
 */
#include "cli/trendparts.h"

#include "cli/cli.h"
#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/patterns.h"
#include "proto/base/mem.h"

#define COUNTS_SHOWN 8
#define SESSIONS_SHOWN 12

static const struct trendparts_topic topics[] = {
	{ "mood", N_("Mood, your own 0–10"), 10 },
	{ "confidence", N_("Confidence, your own 0–10"), 10 },
	{ "energy", N_("Energy, your own 0–10"), 10 },
	{ "calm", N_("Calm before and after breathing, 0–10"), 10 },
	{ "thoughts", N_("Feelings before and after weighing, 0–100"), 100 },
	{ "belief", N_("How true thoughts felt, before and after, 0–100"),
	  100 },
	{ "patterns", N_("Patterns you picked, by the week"), 0 },
	{ "practice", N_("Practice: days of the last seven"), 7 },
	{ "wins", N_("Wins, by the week"), 0 },
	{ "boundaries", N_("Boundaries, by the week"), 0 },
	{ "goals", N_("Goals, and check-ins by the week"), 0 },
};

const char *trendtext_what(size_t place)
{
	return place < KEPT_ARRAY_COUNT(topics) ? topics[place].what : NULL;
}

const struct trendparts_topic *trendparts_topic(const char *what)
{
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(topics); i++) {
		if (strcmp(topics[i].what, what) == 0)
			return &topics[i];
	}
	return NULL;
}

const char *trendtext_title(const char *what)
{
	const struct trendparts_topic *topic = trendparts_topic(what);

	return topic == NULL ? NULL : _(topic->title);
}

/* ---- taking apart ---- */

static const cJSON *part(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

static bool read_day(const cJSON *object, const char *key, int64_t *day)
{
	return civil_parse_day(bytes_from_str(json_text(object, key)), day) ==
	       0;
}

/* Items that are no day of the window, or out of order, are left out. */
static bool take_points(const struct trendparts *parts, const cJSON *list,
			const char *key, struct chart_points *out)
{
	int count = cJSON_GetArraySize(list);
	struct chart_point *items = mem_alloc((size_t)count + 1, sizeof *items);
	int64_t before = parts->first - 1, day;
	const cJSON *item;
	double value;

	out->items = items;
	out->count = 0;
	if (items == NULL)
		return false;
	cJSON_ArrayForEach(item, list)
	{
		if (!pageform_read(item, key, &value) ||
		    !read_day(item, "day", &day) || day <= before ||
		    day > parts->last)
			continue;
		items[out->count++] = (struct chart_point){ day, value };
		before = day;
	}
	return true;
}

static bool take_marks(struct trendparts *parts)
{
	int count = cJSON_GetArraySize(parts->sessions);
	int64_t *days = mem_alloc((size_t)count + 1, sizeof *days), day;
	const cJSON *item;

	parts->marks.days = days;
	if (days == NULL)
		return false;
	cJSON_ArrayForEach(item, parts->sessions)
	{
		if (read_day(item, "day", &day) && day >= parts->first &&
		    day <= parts->last)
			days[parts->marks.count++] = day;
	}
	return true;
}

bool trendparts_begin(struct trendparts *parts, const cJSON *trends)
{
	const cJSON *after = cJSON_GetArrayItem(part(trends, "more"), 0);
	const cJSON *sevens = part(trends, "sevens");
	const cJSON *main_line = after == NULL ? trends : after;

	*parts = (struct trendparts){ .trends = trends,
				      .sessions = part(trends, "sessions") };
	parts->topic = trendparts_topic(json_text(trends, "what"));
	if (parts->topic == NULL || !read_day(trends, "first", &parts->first) ||
	    !read_day(trends, "last", &parts->last) ||
	    parts->first > parts->last || !take_marks(parts))
		return false;
	if (sevens != NULL)
		return take_points(parts, sevens, "days", &parts->line);
	if (after != NULL && !take_points(parts, part(trends, "points"),
					  "value", &parts->others))
		return false;
	return take_points(parts, part(main_line, "points"), "value",
			   &parts->dots) &&
	       take_points(parts, part(main_line, "middle"), "value",
			   &parts->line);
}

static void free_items(const void *items)
{
	union {
		const void *held;
		void *given;
	} back = { items };

	mem_free(back.given);
}

void trendparts_end(struct trendparts *parts)
{
	free_items(parts->dots.items);
	free_items(parts->others.items);
	free_items(parts->line.items);
	free_items(parts->marks.days);
	*parts = (struct trendparts){ 0 };
}

/* ---- words ---- */

void trendparts_put_date(struct buf *out, const struct trendparts *parts,
			 int64_t day)
{
	char text[DATES_TEXT_BYTES];

	dates_format_date(day, parts->last, text);
	buf_printf(out, "%s", text);
}

void trendparts_put_value(struct buf *out, double value)
{
	pageform_put_mean(out, (int64_t)(value * 1000 + 0.5), 1000);
}

void trendparts_put_answers(struct buf *out, const struct trendparts *parts)
{
	const cJSON *after = cJSON_GetArrayItem(part(parts->trends, "more"), 0);
	const cJSON *line = after == NULL ? parts->trends : after;
	long long answers = (long long)json_number(line, "answers", 0);
	long long days = (long long)json_number(line, "answered", 0);
	long long all = (long long)json_number(parts->trends, "days", 0);

	if (parts->topic->high == 0 || part(parts->trends, "sevens") != NULL)
		buf_printf(out,
			   P_("%lld, on %lld of %lld days.",
			      "%lld, on %lld of %lld days.", answers),
			   answers, days, all);
	else
		buf_printf(out,
			   P_("%lld answer on %lld of %lld days.",
			      "%lld answers on %lld of %lld days.", answers),
			   answers, days, all);
}

void trendparts_put_score(struct buf *out, const struct trendparts *parts)
{
	const cJSON *sevens = part(parts->trends, "sevens");
	const cJSON *last =
		cJSON_GetArrayItem(sevens, cJSON_GetArraySize(sevens) - 1);
	double score;

	if (!pageform_read(last, "score", &score))
		return;
	buf_printf(out,
		   _(" Practice adds up slowly and fades slowly: %lld of "
		     "100 by now."),
		   (long long)(score * 100 + 0.5));
}

const char *trendparts_name(const char *what, const char *name)
{
	static const struct {
		const char *what, *name, *words;
	} rows[] = {
		{ "wins", "tiny", N_("tiny") },
		{ "wins", "small", N_("small") },
		{ "wins", "big", N_("big") },
		{ "boundaries", "partly", N_("partly") },
		{ "boundaries", "yes", N_("held") },
		{ "boundaries", "no", N_("not this time") },
	};
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		if (strcmp(rows[i].what, what) == 0 &&
		    strcmp(rows[i].name, name) == 0)
			return _(rows[i].words);
	}
	return render_kind(name);
}

void trendparts_put_counts(struct buf *out, const struct trendparts *parts)
{
	bool are_patterns = strcmp(parts->topic->what, "patterns") == 0;
	const cJSON *item;
	struct buf name;
	int shown = 0;

	buf_init(&name, 4096);
	cJSON_ArrayForEach(item, part(parts->trends, "counts"))
	{
		const char *said = json_text(item, "name");
		long long n = (long long)json_number(item, "n", 0);

		if (n == 0)
			continue;
		if (shown == COUNTS_SHOWN) {
			buf_printf(out, " …");
			break;
		}
		buf_printf(out, "%s", shown++ > 0 ? ", " : "");
		if (are_patterns)
			patterns_put_name(&name, said);
		else
			buf_printf(&name, "%s",
				   trendparts_name(parts->topic->what, said));
		buf_put_u8(&name, 0);
		if (name.failed == 0)
			pageform_put_text(out, (const char *)name.ptr, 40);
		buf_clear(&name);
		buf_printf(out, " %lld", n);
	}
	buf_release(&name);
}

void trendparts_put_sessions(struct buf *out, const struct trendparts *parts)
{
	int count = cJSON_GetArraySize(parts->sessions), i = 0;
	const cJSON *item;

	cJSON_ArrayForEach(item, parts->sessions)
	{
		int64_t number = json_number(item, "number", -1);

		/* Of many the newest. */
		if (i++ < count - SESSIONS_SHOWN || number < 0)
			continue;
		buf_printf(out, " %lld", (long long)number);
	}
}
