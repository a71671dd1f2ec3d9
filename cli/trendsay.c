/*
 * trendsay.c - one thing over some weeks, in sentences: for who listens.
 *
 * Has the same numbers as the picture. Must never leave a day out that is
 * drawn, as long as there are no more than can be listened to. Read next:
 * trendtext.c.
 */
#include "cli/trendtext.h"

#include "cli/cli.h"
#include "cli/i18n.h"
#include "cli/trendparts.h"

#define TEXT_MAX ((size_t)256 << 10)
/* More days than these are said by the week. */
#define DAYS_SAID 62u
#define WEEKS_SAID 53

static const cJSON *part(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void say_points(struct buf *out, const struct trendparts *parts,
		       const char *begins, struct chart_points points)
{
	size_t i;

	if (points.count == 0)
		return;
	buf_printf(out, " %s ", begins);
	for (i = 0; i < points.count; i++) {
		buf_printf(out, "%s", i > 0 ? ", " : "");
		trendparts_put_date(out, parts, points.items[i].day);
		buf_put_u8(out, ' ');
		trendparts_put_value(out, points.items[i].value);
	}
	buf_printf(out, ".");
}

/* The line where a week ends, that is today and every seven days before. */
static void say_line(struct buf *out, const struct trendparts *parts)
{
	struct chart_point ends[WEEKS_SAID];
	struct chart_points points = { ends, 0 };
	size_t i;

	for (i = 0; i < parts->line.count; i++) {
		const struct chart_point *point = &parts->line.items[i];

		if ((parts->last - point->day) % 7 != 0)
			continue;
		if (points.count == WEEKS_SAID) {
			memmove(ends, ends + 1, sizeof ends - sizeof ends[0]);
			points.count--;
		}
		ends[points.count++] = *point;
	}
	say_points(out, parts,
		   part(parts->trends, "sevens") != NULL
			   ? _("Of the seven days up to then, by the week:")
			   : _("The 7-day middle, by the week:"),
		   points);
}

static void say_weeks(struct buf *out, const struct trendparts *parts)
{
	const cJSON *weeks = part(parts->trends, "weeks"), *week;
	int count = cJSON_GetArraySize(weeks), i = 0;
	bool is_first = true;
	int64_t day;

	cJSON_ArrayForEach(week, weeks)
	{
		if (i++ < count - WEEKS_SAID ||
		    civil_parse_day(bytes_from_str(json_text(week, "first")),
				    &day) != 0)
			continue;
		buf_printf(out, "%s",
			   is_first ? _(" By the week, from its first day: ")
				    : ", ");
		is_first = false;
		trendparts_put_date(out, parts, day);
		buf_printf(out, " %lld", (long long)json_number(week, "n", 0));
	}
	buf_printf(out, "%s", is_first ? "" : ".");
}

static void say_sessions(struct buf *out, const struct trendparts *parts)
{
	const cJSON *item;
	bool is_first = true;
	int64_t day;

	cJSON_ArrayForEach(item, parts->sessions)
	{
		int64_t number = json_number(item, "number", -1);

		if (civil_parse_day(bytes_from_str(json_text(item, "day")),
				    &day) != 0)
			continue;
		buf_printf(out, "%s", is_first ? _(" Sessions: ") : ", ");
		is_first = false;
		if (number >= 0)
			buf_printf(out, _("number %lld on "),
				   (long long)number);
		trendparts_put_date(out, parts, day);
	}
	buf_printf(out, "%s", is_first ? "" : ".");
}

static void say_ratings(struct buf *out, const struct trendparts *parts)
{
	size_t count = parts->dots.count + parts->others.count;

	if (parts->others.count > 0 && count <= DAYS_SAID)
		say_points(out, parts, _("Before, by the day:"), parts->others);
	if (parts->others.count > 0 && count <= DAYS_SAID)
		say_points(out, parts, _("After, by the day:"), parts->dots);
	else if (count <= DAYS_SAID)
		say_points(out, parts, _("By the day:"), parts->dots);
	say_line(out, parts);
}

static void say_goals(struct buf *out, const cJSON *trends,
		      const struct reviewtext *how)
{
	const cJSON *goal;
	struct buf title;

	buf_init(&title, 4096);
	cJSON_ArrayForEach(goal, part(trends, "goals"))
	{
		const cJSON *progress = part(goal, "progress");

		goaltext_put_title(&title, goal);
		buf_put_u8(&title, 0);
		buf_printf(out, " ");
		if (title.failed == 0)
			pageform_put_quoted(out, (const char *)title.ptr, 60);
		buf_clear(&title);
		if (cJSON_IsNumber(progress)) {
			buf_printf(out, ": ");
			goaltext_put_progress(
				out, (int64_t)progress->valuedouble,
				goaltext_target(goal), how->signs);
		}
		buf_printf(out, ".");
	}
	buf_release(&title);
}

void trendtext_say(struct buf *out, const struct render *render,
		   const cJSON *trends, const struct reviewtext *how)
{
	struct trendparts parts;
	struct buf words, plain, counts;

	buf_init(&words, TEXT_MAX);
	buf_init(&plain, TEXT_MAX);
	buf_init(&counts, TEXT_MAX);
	if (trendparts_begin(&parts, trends)) {
		buf_printf(&words, "%s, ", _(parts.topic->title));
		trendparts_put_date(&words, &parts, parts.first);
		buf_printf(&words, " – ");
		pageform_put_day(&words, json_text(trends, "last"),
				 CIVIL_DAYS_LEAST);
		buf_printf(&words, ". ");
		trendparts_put_answers(&words, &parts);
		trendparts_put_score(&words, &parts);
		trendparts_put_counts(&counts, &parts);
		if (counts.len > 0)
			buf_printf(&words, " %.*s.", (int)counts.len,
				   (const char *)counts.ptr);
		if (parts.topic->high > 0)
			say_ratings(&words, &parts);
		else
			say_weeks(&words, &parts);
		say_sessions(&words, &parts);
		say_goals(&words, trends, how);
	}
	buf_put_u8(&words, 0);
	if (render->ascii && words.failed == 0)
		pageform_put_ascii(&plain, (const char *)words.ptr);
	else if (words.failed == 0)
		buf_printf(&plain, "%s", (const char *)words.ptr);
	buf_put_u8(&plain, 0);
	if (plain.failed == 0 && plain.len > 1)
		render_put_wrapped(out, render, (const char *)plain.ptr, 0);
	trendparts_end(&parts);
	buf_release(&counts);
	buf_release(&plain);
	buf_release(&words);
}
