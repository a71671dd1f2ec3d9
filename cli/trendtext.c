/*
 * trendtext.c - one thing over some weeks, drawn.
 *
 * Must never draw a day without an answer, and never give a verdict. Read
 * next: chart.c, trendsay.c.
 */
#include "cli/trendtext.h"

#include "cli/cli.h"
#include "cli/i18n.h"
#include "cli/trendparts.h"
#include "proto/base/mem.h"

#define TEXT_MAX ((size_t)64 << 10)

static const cJSON *part(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* Words of our own, in the signs of this terminal, folded to it. */
static void put_words(struct buf *out, const struct render *render,
		      struct buf *words)
{
	struct buf plain;

	buf_init(&plain, TEXT_MAX);
	buf_put_u8(words, 0);
	if (render->ascii && words->failed == 0)
		pageform_put_ascii(&plain, (const char *)words->ptr);
	else if (words->failed == 0)
		buf_printf(&plain, "%s", (const char *)words->ptr);
	buf_put_u8(&plain, 0);
	if (plain.failed == 0 && plain.len > 1)
		render_put_wrapped(out, render, (const char *)plain.ptr, 0);
	buf_release(&plain);
	buf_clear(words);
}

/* ---- what the signs are ---- */

static void put_sign(struct buf *out, enum chart_sign sign, bool ascii,
		     const char *words)
{
	buf_printf(out, "%s%s %s", out->len > 0 ? "   " : "",
		   chart_sign(sign, ascii), words);
}

static void put_legend(struct buf *out, const struct render *render,
		       const struct trendparts *parts,
		       const struct chart_scale *scale)
{
	bool is_practice = part(parts->trends, "sevens") != NULL;
	struct buf words, sessions;

	buf_init(&words, TEXT_MAX);
	buf_init(&sessions, TEXT_MAX);
	if (parts->others.count > 0) {
		put_sign(&words, CHART_OTHER, render->ascii, _("before"));
		put_sign(&words, CHART_AFTER, render->ascii, _("after"));
		put_sign(&words, CHART_BOTH, render->ascii, _("both"));
		put_sign(&words, CHART_LINE, render->ascii,
			 _("7-day middle of after"));
	} else if (!is_practice) {
		put_sign(&words, CHART_DOT, render->ascii, _("one day"));
		put_sign(&words, CHART_LINE, render->ascii, _("7-day middle"));
	}
	trendparts_put_sessions(&sessions, parts);
	if (parts->marks.count > 0)
		put_sign(&words, CHART_MARK, render->ascii,
			 P_("session", "sessions", parts->marks.count));
	buf_put(&words, sessions.ptr, sessions.len);
	put_words(out, render, &words);
	if (scale->days > 1) {
		buf_printf(&words, _("A column is %lld days."),
			   (long long)scale->days);
		put_words(out, render, &words);
	}
	buf_release(&sessions);
	buf_release(&words);
}

static void put_chart(struct buf *out, const struct render *render,
		      const struct trendparts *parts)
{
	struct chart chart = {
		.first = parts->first,
		.last = parts->last,
		.high = parts->topic->high,
		.dots = parts->dots,
		.others = parts->others,
		.line = parts->line,
		.marks = parts->marks,
	};
	struct chart_form form = { .columns = render->columns,
				   .ascii = render->ascii,
				   .color = render->color };
	struct chart_scale scale = chart_scale(&chart, form.columns);

	chart_put(out, &chart, &form);
	put_legend(out, render, parts, &scale);
}

/* ---- weeks ---- */

/* "tiny 2, small 3" */
static void put_week_parts(struct buf *out, const struct trendparts *parts,
			   const cJSON *week)
{
	static const char *const names[] = { "tiny", "small",  "big",
					     "yes",  "partly", "no" };
	bool is_first = true;
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(names); i++) {
		long long n = (long long)json_number(week, names[i], 0);

		if (n == 0)
			continue;
		buf_printf(out, "%s%s %lld", is_first ? "" : ", ",
			   trendparts_name(parts->topic->what, names[i]), n);
		is_first = false;
	}
	buf_put_u8(out, 0);
}

static bool has_session(const struct trendparts *parts, const cJSON *week)
{
	int64_t first, last;
	size_t i;

	if (civil_parse_day(bytes_from_str(json_text(week, "first")), &first) !=
		    0 ||
	    civil_parse_day(bytes_from_str(json_text(week, "last")), &last) !=
		    0)
		return false;
	for (i = 0; i < parts->marks.count; i++) {
		if (parts->marks.days[i] >= first &&
		    parts->marks.days[i] <= last)
			return true;
	}
	return false;
}

/* Labels and tails, one after another with NULs, then the bars of them. */
static size_t fill_bars(const struct trendparts *parts, const cJSON *weeks,
			struct buf *texts, struct chart_bar *bars)
{
	const char *at;
	const cJSON *week;
	int64_t day, n;
	size_t count = 0, i;

	cJSON_ArrayForEach(week, weeks)
	{
		if (civil_parse_day(bytes_from_str(json_text(week, "first")),
				    &day) != 0)
			continue;
		n = json_number(week, "n", 0);
		trendparts_put_date(texts, parts, day);
		buf_put_u8(texts, 0);
		put_week_parts(texts, parts, week);
		bars[count++] = (struct chart_bar){
			.n = n > 0 ? (uint64_t)n : 0,
			.is_marked = has_session(parts, week),
		};
	}
	if (texts->failed != 0)
		return 0;
	at = (const char *)texts->ptr;
	for (i = 0; i < count; i++) {
		bars[i].label = at;
		at += strlen(at) + 1;
		bars[i].tail = at;
		at += strlen(at) + 1;
	}
	return count;
}

static void put_weeks(struct buf *out, const struct render *render,
		      const struct trendparts *parts)
{
	const cJSON *weeks = part(parts->trends, "weeks");
	struct chart_form form = { .columns = render->columns,
				   .ascii = render->ascii,
				   .color = render->color };
	struct chart_bar *bars =
		mem_alloc((size_t)cJSON_GetArraySize(weeks) + 1, sizeof *bars);
	struct buf texts, words;
	uint64_t unit = 1;
	size_t count = 0;

	buf_init(&texts, 1u << 20);
	buf_init(&words, TEXT_MAX);
	if (bars != NULL)
		count = fill_bars(parts, weeks, &texts, bars);
	chart_put_bars(out, bars, count, &form, &unit);
	if (unit > 1) {
		buf_printf(&words, _("A block is up to %llu."),
			   (unsigned long long)unit);
		put_words(out, render, &words);
	}
	if (parts->marks.count > 0) {
		put_sign(&words, CHART_MARK, render->ascii,
			 P_("session", "sessions", parts->marks.count));
		trendparts_put_sessions(&words, parts);
		put_words(out, render, &words);
	}
	buf_release(&words);
	buf_release(&texts);
	mem_free(bars);
}

/* ---- all of it ---- */

static void put_goals(struct buf *out, const struct render *render,
		      const cJSON *trends, const struct reviewtext *how)
{
	const cJSON *goals = part(trends, "goals");
	cJSON *page = pageform_new("", "", "");
	int count = cJSON_GetArraySize(goals);

	pageform_row(page, P_("Goal", "Goals", count));
	reviewtext_put_aims(page, goals, how, true);
	if (count > 0)
		pageform_put(out, render, page);
	cJSON_Delete(page);
}

/* How many there were, and of what. */
static void put_facts(struct buf *out, const struct render *render,
		      const struct trendparts *parts)
{
	struct buf words;

	buf_init(&words, TEXT_MAX);
	trendparts_put_answers(&words, parts);
	if (parts->topic->high > 0 && part(parts->trends, "sevens") == NULL)
		buf_printf(&words, " %s",
			   _("Days without one are left blank, not drawn as "
			     "zero."));
	trendparts_put_score(&words, parts);
	put_words(out, render, &words);
	trendparts_put_counts(&words, parts);
	put_words(out, render, &words);
	buf_release(&words);
}

/* A field for dots, and no dot. */
static bool is_blank(const struct trendparts *parts)
{
	return parts->topic->high > 0 &&
	       part(parts->trends, "sevens") == NULL &&
	       parts->dots.count == 0 && parts->others.count == 0 &&
	       parts->line.count == 0;
}

void trendtext_put(struct buf *out, const struct render *render,
		   const cJSON *trends, const struct reviewtext *how)
{
	struct trendparts parts;
	struct buf words;

	buf_init(&words, TEXT_MAX);
	if (trendparts_begin(&parts, trends)) {
		buf_printf(&words, "%s", _(parts.topic->title));
		put_words(out, render, &words);
		buf_put_u8(out, '\n');
		if (is_blank(&parts)) {
			buf_printf(&words, "%s",
				   _("There is nothing to draw from these "
				     "days."));
			put_words(out, render, &words);
		} else if (parts.topic->high > 0) {
			put_chart(out, render, &parts);
		} else {
			put_weeks(out, render, &parts);
		}
		put_facts(out, render, &parts);
		put_goals(out, render, trends, how);
	}
	trendparts_end(&parts);
	buf_release(&words);
}

/* "mood   38 answers   by the week 2 ▁▃▅ 8": what there is to look at. */
void trendtext_put_row(cJSON *page, const cJSON *trends,
		       const struct reviewtext *how)
{
	const cJSON *after = cJSON_GetArrayItem(part(trends, "more"), 0);
	const cJSON *line = after == NULL ? trends : after;
	struct trendparts parts;
	struct buf fact, aside;

	buf_init(&fact, TEXT_MAX);
	buf_init(&aside, TEXT_MAX);
	if (trendparts_begin(&parts, trends) &&
	    (json_number(line, "answers", 0) > 0 ||
	     json_number(trends, "answers", 0) > 0)) {
		pageform_row(page, parts.topic->what);
		trendparts_put_answers(&fact, &parts);
		if (parts.topic->high > 0 && part(trends, "sevens") == NULL)
			reviewtext_put_weeks(&aside, line, parts.last,
					     how->numbers);
		else
			trendparts_put_counts(&aside, &parts);
		pageform_line(page, &fact, &aside);
	}
	trendparts_end(&parts);
	buf_release(&fact);
	buf_release(&aside);
}
