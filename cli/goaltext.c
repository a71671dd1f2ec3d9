/*
 * goaltext.c - goals and homework in words.
 *
 * Must never say more than the numbers do. Read next: goalwords.c.
 */
#include "cli/goaltext.h"

#include "cli/cli.h"
#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/render.h"

bool goaltext_is_open(const cJSON *fields)
{
	const char *status = json_text(fields, "status");

	return *status == '\0' || strcmp(status, "open") == 0;
}

const char *goaltext_status(const char *status)
{
	static const struct {
		const char *status;
		const char *words;
	} rows[] = {
		{ "open", N_("open") },
		{ "done", N_("done") },
		{ "changed", N_("changed") },
		{ "let-go", N_("let go") },
		{ "partly", N_("partly") },
		{ "not-this-time", N_("not this time") },
	};
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		if (strcmp(rows[i].status, status) == 0)
			return rows[i].words;
	}
	return rows[0].words;
}

int64_t goaltext_due(const cJSON *fields)
{
	int64_t due;

	if (civil_parse_day(bytes_from_str(json_text(fields, "due")), &due) !=
	    0)
		return GOALTEXT_NO_DUE;
	return due;
}

int64_t goaltext_target(const cJSON *fields)
{
	int64_t target = json_number(fields, "target", 0);

	return target < 0 ? 0 : target;
}

/* ---- how far ---- */

static void put_boxes(struct buf *out, int64_t progress, int64_t target,
		      bool ascii)
{
	int64_t i;

	for (i = 0; i < target; i++) {
		if (ascii)
			buf_printf(out, i < progress ? "[x]" : "[ ]");
		else
			buf_printf(out, "%s%s", i > 0 ? " " : "",
				   i < progress ? "▣" : "□");
	}
}

void goaltext_put_progress(struct buf *out, int64_t progress, int64_t target,
			   enum goaltext_signs signs)
{
	if (signs != GOALTEXT_WORDS && target <= GOALTEXT_BOXES_MAX)
		put_boxes(out, progress, target == 0 ? 1 : target,
			  signs == GOALTEXT_ASCII);
	else if (target == 0)
		buf_printf(out, "%s", progress > 0 ? _("yes") : _("open"));
	else
		buf_printf(out, _("%lld of %lld"), (long long)progress,
			   (long long)target);
}

void goaltext_put_checkin(struct buf *out, const cJSON *fields,
			  const cJSON *progress, bool has_words)
{
	int64_t target = goaltext_target(fields);
	const char *measure = json_text(fields, "measure");
	long long number;

	if (!has_words)
		goaltext_put_title(out, fields);
	if (!cJSON_IsNumber(progress))
		return;
	number = (long long)progress->valuedouble;
	buf_printf(out, "%s", has_words ? "" : ", ");
	if (target > 0)
		buf_printf(out, _("%lld of %lld"), number, (long long)target);
	else if (strcmp(measure, "yes-no") == 0)
		buf_printf(out, "%s", number > 0 ? _("yes") : _("not yet"));
	else
		buf_printf(out, "%lld", number);
}

/* In words up to twelve, as one says it. */
static const char *word_of(int64_t number, bool begins, char digits[24])
{
	static const char *const words[] = {
		N_("none"), N_("one"),    N_("two"),    N_("three"), N_("four"),
		N_("five"), N_("six"),    N_("seven"),  N_("eight"), N_("nine"),
		N_("ten"),  N_("eleven"), N_("twelve"),
	};
	static const char *const firsts[] = {
		N_("None"), N_("One"),    N_("Two"),    N_("Three"), N_("Four"),
		N_("Five"), N_("Six"),    N_("Seven"),  N_("Eight"), N_("Nine"),
		N_("Ten"),  N_("Eleven"), N_("Twelve"),
	};

	if (number >= 0 && number < (int64_t)KEPT_ARRAY_COUNT(words))
		return begins ? _(firsts[number]) : _(words[number]);
	(void)snprintf(digits, 24, "%lld", (long long)number);
	return digits;
}

void goaltext_put_state(struct buf *out, int64_t progress, int64_t target,
			int64_t due, int64_t today)
{
	char one[24], other[24];
	const char *done = word_of(progress, true, one);
	const char *all = word_of(target, false, other);
	long long left = (long long)(due - today);

	if (target == 0)
		return;
	if (progress > target)
		buf_printf(out, _("%s; %s was the aim."), done, all);
	else if (progress == target || due == GOALTEXT_NO_DUE || left < 0)
		buf_printf(out, _("%s of %s."), done, all);
	else if (left == 0)
		buf_printf(out, _("%s of %s, and today is still there."), done,
			   all);
	else if (left == 1)
		buf_printf(out, _("%s of %s, and a day to go."), done, all);
	else
		buf_printf(out,
			   P_("%s of %s, and %lld day to go.",
			      "%s of %s, and %lld days to go.", left),
			   done, all, left);
}

/* ---- by when ---- */

/* "Sunday 8 Nov" */
static void put_full_day(struct buf *out, int64_t day, int64_t today)
{
	char text[DATES_TEXT_BYTES];

	dates_format_date(day, today, text);
	/* For translators: "Sunday 8 Nov". */
	buf_printf(out, _("%s %s"), dates_weekday(day), text);
}

void goaltext_put_due(struct buf *out, const cJSON *fields, int64_t today)
{
	int64_t due = goaltext_due(fields);
	char text[DATES_TEXT_BYTES];

	if (due == GOALTEXT_NO_DUE)
		return;
	dates_format_day(due, today, text);
	if (due == today)
		buf_printf(out, "%s", _("today"));
	else if (due > today && due - today < 7)
		buf_printf(out, "%s", dates_weekday(due));
	else
		buf_printf(out, "%s", text);
}

void goaltext_put_aim(struct buf *out, const cJSON *fields, int64_t today)
{
	const char *measure = json_text(fields, "measure");
	int64_t target = goaltext_target(fields), due = goaltext_due(fields);
	struct buf day, aim;

	buf_init(&day, 256);
	buf_init(&aim, 256);
	if (due != GOALTEXT_NO_DUE)
		put_full_day(&day, due, today);
	if (target > 0 &&
	    (strcmp(measure, "days") == 0 ||
	     strcmp(json_text(fields, "how_often"), "daily") == 0))
		buf_printf(&aim, P_("%lld day", "%lld days", target),
			   (long long)target);
	else if (target > 0 && strcmp(measure, "0-10") == 0)
		buf_printf(&aim, _("%lld of 10"), (long long)target);
	else if (target == 1 && strcmp(measure, "yes-no") != 0)
		buf_printf(&aim, "%s", _("Once"));
	else if (target > 0 && strcmp(measure, "yes-no") != 0)
		buf_printf(&aim, P_("%lld time", "%lld times", target),
			   (long long)target);
	if (aim.len > 0 && day.len > 0)
		buf_printf(out, _("%.*s by %.*s."), (int)aim.len,
			   (const char *)aim.ptr, (int)day.len,
			   (const char *)day.ptr);
	else if (day.len > 0)
		buf_printf(out, _("By %.*s."), (int)day.len,
			   (const char *)day.ptr);
	else if (aim.len > 0)
		buf_printf(out, "%.*s.", (int)aim.len, (const char *)aim.ptr);
	buf_release(&aim);
	buf_release(&day);
}
