/*
 * reviewmore.c - goals, homework, ratings, what was tried, and what to bring.
 *
 * Must never count by itself. Read next: reviewtext.c, goaltext.c.
 */
#include "cli/reviewmore.h"

#include <math.h>

#include "cli/cli.h"
#include "cli/i18n.h"

#define TITLE_COLUMNS 60u
#define TEXT_COLUMNS 300u
/* Days, and weeks, that are drawn one by one. */
#define POINTS_MAX 21
#define WEEKS_MAX 26u

static const cJSON *part(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* ---- goals and homework ---- */

/* What is said of how it went: how far, where it stands. */
static void put_standing(struct buf *out, const cJSON *aim,
			 const struct reviewtext *how)
{
	const cJSON *progress = part(aim, "progress");
	int64_t target = goaltext_target(aim), number;
	const char *status = json_text(aim, "status");
	bool is_yes_no = strcmp(json_text(aim, "measure"), "yes-no") == 0;

	number = cJSON_IsNumber(progress) ? (int64_t)progress->valuedouble : 0;
	if (cJSON_IsNumber(progress) && (target > 0 || is_yes_no))
		goaltext_put_progress(out, number, target, how->signs);
	else if (number > 0)
		buf_printf(out, _("%lld so far"), (long long)number);
	if (goaltext_is_open(aim))
		return;
	buf_printf(out, "%s%s", out->len > 0 ? ", " : "",
		   _(goaltext_status(status)));
}

static size_t standing_columns(struct buf *standing)
{
	buf_put_u8(standing, 0);
	return standing->failed != 0
		       ? 0
		       : render_width((const char *)standing->ptr);
}

/* So that the days beside it stand below each other. */
static void pad_standing(struct buf *standing, size_t columns)
{
	struct buf copy;
	size_t have;

	buf_init(&copy, 4096);
	buf_put(&copy, standing->ptr, standing->len);
	have = standing_columns(&copy);
	buf_release(&copy);
	if (standing->len > 0)
		for (; have < columns; have++)
			buf_put_u8(standing, ' ');
}

static bool has_due(const struct reviewtext *how, const cJSON *aim)
{
	return goaltext_is_open(aim) && goaltext_due(aim) >= how->today;
}

/* columns: of the longest standing of the list. */
static void put_aim(struct reviewmore *more, const cJSON *aim, bool with_due,
		    size_t columns)
{
	const char *in_the_way = json_text(aim, "in_the_way");
	int64_t helpful = json_number(aim, "how_helpful", -1);
	struct buf title;

	buf_init(&title, 4096);
	goaltext_put_title(&title, aim);
	buf_put_u8(&title, 0);
	if (title.failed == 0)
		pageform_put_text(&more->fact, (const char *)title.ptr,
				  TITLE_COLUMNS);
	buf_release(&title);
	put_standing(&more->aside, aim, more->how);
	if (with_due && has_due(more->how, aim)) {
		pad_standing(&more->aside, columns);
		buf_printf(&more->aside, "%s",
			   more->aside.len > 0 ? PAGEFORM_NEXT : "");
		goaltext_put_due(&more->aside, aim, more->how->today);
	}
	if (!with_due && *in_the_way != '\0') {
		buf_printf(&more->aside, "%s%s",
			   more->aside.len > 0 ? PAGEFORM_NEXT : "",
			   _("in the way: "));
		pageform_put_text(&more->aside, in_the_way, TITLE_COLUMNS);
	}
	if (!with_due && helpful >= 0) {
		buf_printf(&more->aside, "%s",
			   more->aside.len > 0 ? PAGEFORM_NEXT : "");
		buf_printf(&more->aside, _("helpful: %lld of 10"),
			   (long long)helpful);
	}
	pageform_line(more->page, &more->fact, &more->aside);
}

void reviewtext_put_aims(cJSON *page, const cJSON *list,
			 const struct reviewtext *how, bool with_due)
{
	struct reviewmore more;
	size_t columns = 0, width;
	struct buf standing;
	const cJSON *aim;

	buf_init(&standing, 4096);
	cJSON_ArrayForEach(aim, list)
	{
		put_standing(&standing, aim, how);
		width = standing_columns(&standing);
		if (has_due(how, aim) && width > columns)
			columns = width;
		buf_clear(&standing);
	}
	buf_release(&standing);
	reviewmore_begin(&more, page, how);
	cJSON_ArrayForEach(aim, list) put_aim(&more, aim, with_due, columns);
	reviewmore_end(&more);
}

static void put_agreed(struct reviewmore *more, const cJSON *review)
{
	const cJSON *goals = part(review, "goals");
	const cJSON *homework = part(review, "homework");
	int count = cJSON_GetArraySize(goals);
	int64_t unseen = json_number(review, "more", 0);

	if (count > 0) {
		pageform_row(more->page, P_("Goal", "Goals", count));
		reviewtext_put_aims(more->page, goals, more->how, false);
	}
	if (cJSON_GetArraySize(homework) > 0) {
		pageform_row(more->page, _("Homework"));
		reviewtext_put_aims(more->page, homework, more->how, false);
	}
	if (unseen > 0) {
		buf_printf(&more->fact,
			   P_("and %lld more", "and %lld more", unseen),
			   (long long)unseen);
		pageform_line(more->page, &more->fact, NULL);
	}
}

/* ---- ratings ---- */

/* None if there are too many, or one that is no point. */
static size_t take_points(const cJSON *list, struct chart_point out[POINTS_MAX])
{
	size_t count = 0;
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		if (count == POINTS_MAX ||
		    !pageform_read(item, "value", &out[count].value) ||
		    civil_parse_day(bytes_from_str(json_text(item, "day")),
				    &out[count].day) != 0)
			return 0;
		count++;
	}
	return count;
}

void reviewtext_put_weeks(struct buf *out, const cJSON *line, int64_t last,
			  bool numbers)
{
	struct chart_point ends[WEEKS_MAX];
	size_t count = 0;
	const cJSON *item;
	double value;
	int64_t day;

	cJSON_ArrayForEach(item, part(line, "middle"))
	{
		if (!pageform_read(item, "value", &value) ||
		    civil_parse_day(bytes_from_str(json_text(item, "day")),
				    &day) != 0 ||
		    day > last || (last - day) % 7 != 0 ||
		    (last - day) / 7 >= (int64_t)WEEKS_MAX ||
		    count == WEEKS_MAX)
			continue;
		ends[count++] = (struct chart_point){ (day - last) / 7, value };
	}
	if (count < 2)
		return;
	buf_printf(out, "%s ", _("by the week"));
	reviewtext_put_points(out, (struct chart_points){ ends, count },
			      numbers);
}

static void put_value(struct buf *out, double value)
{
	pageform_put_mean(out, (int64_t)(value * 1000 + 0.5), 1000);
}

void reviewtext_put_points(struct buf *out, struct chart_points points,
			   bool numbers)
{
	double low, high;
	struct buf spark;
	size_t i;

	if (points.count < 2)
		return;
	for (i = 0; numbers && i < points.count; i++) {
		buf_printf(out, "%s", i > 0 ? ", " : "");
		put_value(out, points.items[i].value);
	}
	if (numbers)
		return;
	low = high = points.items[0].value;
	for (i = 1; i < points.count; i++) {
		low = fmin(low, points.items[i].value);
		high = fmax(high, points.items[i].value);
	}
	buf_init(&spark, 1024);
	chart_put_spark(&spark, points);
	if (spark.len > 0) {
		put_value(out, low);
		buf_printf(out, " %.*s ", (int)spark.len,
			   (const char *)spark.ptr);
		put_value(out, high);
	}
	buf_release(&spark);
}

/* Days where they are few, else weeks, and nothing where they are many. */
static void put_picture(struct reviewmore *more, const cJSON *line,
			int64_t first, int64_t last)
{
	struct chart_point points[POINTS_MAX];

	if (last - first < POINTS_MAX)
		reviewtext_put_points(
			&more->aside,
			(struct chart_points){
				points,
				take_points(part(line, "points"), points) },
			more->how->numbers);
	else if (last - first < 7 * (int64_t)WEEKS_MAX)
		reviewtext_put_weeks(&more->aside, line, last,
				     more->how->numbers);
}

static void put_rating(struct reviewmore *more, const char *label,
		       const cJSON *review, const char *key)
{
	const cJSON *line = part(review, key);
	long long answers = (long long)json_number(line, "answers", 0);
	int64_t first, last;

	if (answers == 0 ||
	    civil_parse_day(bytes_from_str(json_text(review, "first")),
			    &first) != 0 ||
	    civil_parse_day(bytes_from_str(json_text(review, "last")), &last) !=
		    0)
		return;
	pageform_row(more->page, label);
	if (answers == 1)
		buf_printf(&more->fact, "%lld",
			   (long long)json_number(line, "last", 0));
	else
		buf_printf(&more->fact, "%lld → %lld",
			   (long long)json_number(line, "first", 0),
			   (long long)json_number(line, "last", 0));
	put_picture(more, line, first, last);
	buf_printf(&more->aside, "%s",
		   more->aside.len > 0 ? PAGEFORM_NEXT : "");
	buf_printf(&more->aside, P_("(%lld answer)", "(%lld answers)", answers),
		   answers);
	pageform_line(more->page, &more->fact, &more->aside);
}

/* ---- what was tried ---- */

static void put_text(struct buf *out, const char *label, const char *text)
{
	if (*text == '\0')
		return;
	buf_printf(out, "%s%s", out->len > 0 ? PAGEFORM_NEXT : "", label);
	pageform_put_text(out, text, TITLE_COLUMNS);
}

static const char *words_of_outcome(const char *outcome)
{
	if (strcmp(outcome, "yes") == 0)
		return _("came true");
	if (strcmp(outcome, "partly") == 0)
		return _("came true in part");
	return strcmp(outcome, "no") == 0 ? _("did not come true") : "";
}

static void put_experiment(struct reviewmore *more, const cJSON *experiment)
{
	int64_t before = json_number(experiment, "before", -1);
	int64_t after = json_number(experiment, "after", -1);
	const char *outcome =
		words_of_outcome(json_text(experiment, "came_true"));

	pageform_put_quoted(&more->fact, json_text(experiment, "belief"),
			    TITLE_COLUMNS);
	if (before >= 0 && after >= 0)
		buf_printf(&more->aside, _("belief %lld → %lld"),
			   (long long)before, (long long)after);
	else if (before >= 0)
		buf_printf(&more->aside, _("belief %lld"), (long long)before);
	if (*outcome != '\0')
		buf_printf(&more->aside, "%s%s",
			   more->aside.len > 0 ? ", " : "", outcome);
	put_text(&more->aside, _("expected: "),
		 json_text(experiment, "prediction"));
	put_text(&more->aside, _("happened: "),
		 json_text(experiment, "happened"));
	put_text(&more->aside, _("learned: "),
		 json_text(experiment, "learned"));
	pageform_line(more->page, &more->fact, &more->aside);
}

static void put_experiments(struct reviewmore *more, const cJSON *list)
{
	const cJSON *item;
	int count = cJSON_GetArraySize(list);

	if (count == 0)
		return;
	pageform_row(more->page, P_("Experiment", "Experiments", count));
	cJSON_ArrayForEach(item, list) put_experiment(more, item);
}

static void put_sum(struct buf *out, const char *label, const cJSON *sum)
{
	int64_t n = json_number(sum, "n", 0);

	if (n == 0)
		return;
	buf_printf(out, "%s%s", out->len > 0 ? ", " : "", label);
	pageform_put_mean(out, json_number(sum, "sum", 0), n);
}

static void put_activities(struct reviewmore *more, const cJSON *activities)
{
	if (json_number(activities, "n", 0) == 0)
		return;
	pageform_row(more->page, _("Activities"));
	buf_printf(&more->fact, _("%lld done of %lld"),
		   (long long)json_number(activities, "done", 0),
		   (long long)json_number(activities, "n", 0));
	put_sum(&more->aside, _("pleasure "), part(activities, "pleasure"));
	put_sum(&more->aside, _("achievement "),
		part(activities, "achievement"));
	pageform_line(more->page, &more->fact, &more->aside);
}

static void put_bring(struct reviewmore *more, const cJSON *list)
{
	const cJSON *item;

	if (cJSON_GetArraySize(list) == 0)
		return;
	pageform_row(more->page, _("To bring"));
	cJSON_ArrayForEach(item, list)
	{
		pageform_put_quoted(&more->fact, json_text(item, "text"),
				    TEXT_COLUMNS);
		pageform_line(more->page, &more->fact, NULL);
	}
}

void reviewmore_put(struct reviewmore *more, const cJSON *review)
{
	put_agreed(more, review);
	put_rating(more, _("Confidence"), review, "confidence");
	put_rating(more, _("Mood"), review, "mood");
	put_experiments(more, part(review, "experiments"));
	put_activities(more, part(review, "activities"));
	put_bring(more, part(review, "to_bring"));
}
