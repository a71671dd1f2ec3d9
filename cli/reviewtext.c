/*
 * reviewtext.c - what `kept review` says.
 *
 * Numbers, own words, and questions. Must never judge: no better, no worse,
 * no score of a person. Read next: pageform.h, reviewmore.c.
 */
#include "cli/reviewtext.h"

#include "cli/cli.h"
#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/patterns.h"
#include "cli/reviewmore.h"

#define TEXT_MAX ((size_t)64 << 10)
#define THOUGHT_COLUMNS 60u
#define WIN_COLUMNS 60u
#define PATTERNS_SHOWN 3
#define STRONG_SHOWN 3

void reviewmore_begin(struct reviewmore *more, cJSON *page,
		      const struct reviewtext *how)
{
	more->page = page;
	more->how = how;
	buf_init(&more->fact, TEXT_MAX);
	buf_init(&more->aside, TEXT_MAX);
}

void reviewmore_end(struct reviewmore *more)
{
	buf_release(&more->fact);
	buf_release(&more->aside);
}

static const cJSON *part(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

/* ---- title ---- */

void reviewtext_put_next(struct buf *out, const cJSON *next, int64_t today)
{
	int64_t number = json_number(next, "number", -1);
	char day[DATES_TEXT_BYTES], time[6];
	struct civil_instant at;
	bool has_at = civil_parse_instant(bytes_from_str(json_text(next, "at")),
					  &at) == 0;

	if (has_at) {
		at = dates_local(at);
		if (dates_day_of(at) < today)
			return;
		dates_format_day(dates_day_of(at), today, day);
		dates_format_time(at, time);
	}
	if (has_at && number >= 0)
		buf_printf(out, _("session %lld (%s %s)"), (long long)number,
			   day, time);
	else if (has_at)
		buf_printf(out, _("the next session (%s %s)"), day, time);
	else if (number >= 0)
		buf_printf(out, _("session %lld"), (long long)number);
}

static void put_since(struct buf *out, const cJSON *review, int64_t today)
{
	const cJSON *session = part(review, "session");
	const char *first = json_text(review, "first");
	int64_t number = json_number(session, "number", -1);
	struct buf day;

	buf_init(&day, 64);
	pageform_put_day(&day, first, today);
	buf_put_u8(&day, 0);
	if (session == NULL || strcmp(json_text(session, "day"), first) != 0)
		buf_printf(out, _("Since %s"), (const char *)day.ptr);
	else if (number >= 0)
		buf_printf(out, _("Since session %lld (%s)"), (long long)number,
			   (const char *)day.ptr);
	else
		buf_printf(out, _("Since the session of %s"),
			   (const char *)day.ptr);
	buf_release(&day);
}

static cJSON *begin_page(const cJSON *review, const struct reviewtext *how)
{
	struct buf title, range, next;
	cJSON *page;

	buf_init(&title, TEXT_MAX);
	buf_init(&range, TEXT_MAX);
	buf_init(&next, TEXT_MAX);
	put_since(&title, review, how->today);
	reviewtext_put_next(&next, part(review, "next"), how->today);
	if (next.len > 0)
		buf_printf(&title, _(" · for %.*s"), (int)next.len,
			   (const char *)next.ptr);
	buf_clear(&next);
	/* With the year: who gets the page keeps it. */
	pageform_put_day(&range, json_text(review, "first"), CIVIL_DAYS_LEAST);
	pageform_put_day(&next, json_text(review, "last"), CIVIL_DAYS_LEAST);
	buf_printf(&range, " – %.*s", (int)next.len, (const char *)next.ptr);
	buf_put_u8(&title, 0);
	buf_put_u8(&range, 0);
	page = pageform_new((const char *)title.ptr, (const char *)range.ptr,
			    _("Chosen by me. Numbers and words are my own."));
	buf_release(&title);
	buf_release(&range);
	buf_release(&next);
	return page;
}

/* ---- thoughts ---- */

static void put_repeated(struct buf *out, const cJSON *repeated)
{
	int64_t n = json_number(repeated, "n", 0);

	if (n < 2)
		return;
	pageform_put_quoted(out, json_text(repeated, "text"), THOUGHT_COLUMNS);
	if (n == 2)
		buf_printf(out, _(" twice"));
	else
		buf_printf(out, _(" %lld times"), (long long)n);
}

static void put_strong(struct buf *out, const cJSON *thoughts)
{
	int64_t n = json_number(thoughts, "still_strong", 0);
	const cJSON *id;
	int shown = 0;

	if (n == 0)
		return;
	buf_printf(out, P_("%lld still strong: ", "%lld still strong: ", n),
		   (long long)n);
	cJSON_ArrayForEach(id, part(thoughts, "ids"))
	{
		char ending[RENDER_ID_BYTES];

		if (!cJSON_IsString(id) || shown == STRONG_SHOWN)
			break;
		render_short_id(id->valuestring, RENDER_ID_LETTERS, ending);
		buf_printf(out, "%s%s", shown++ > 0 ? ", " : "", ending);
	}
	if (n > shown)
		buf_printf(out, " …");
}

static void put_patterns(struct reviewmore *more, const cJSON *patterns)
{
	const cJSON *item;
	struct buf name;
	int shown = 0;

	buf_init(&name, TEXT_MAX);
	cJSON_ArrayForEach(item, patterns)
	{
		if (shown == PATTERNS_SHOWN)
			break;
		buf_clear(&name);
		patterns_put_name(&name, json_text(item, "name"));
		buf_put_u8(&name, 0);
		buf_printf(&more->aside, "%s", shown++ > 0 ? " · " : "");
		if (name.failed == 0)
			pageform_put_text(&more->aside, (const char *)name.ptr,
					  40);
		buf_printf(&more->aside, " (%lld)",
			   (long long)json_number(item, "n", 0));
	}
	buf_release(&name);
	if (more->aside.len > 0)
		buf_printf(&more->fact, "%s", _("most picked"));
	pageform_line(more->page, &more->fact, &more->aside);
}

static void put_pairs(struct buf *out, const cJSON *pairs)
{
	int64_t n = json_number(pairs, "n", 0);

	pageform_put_mean(out, json_number(pairs, "before_sum", 0), n);
	buf_printf(out, " → ");
	pageform_put_mean(out, json_number(pairs, "after_sum", 0), n);
}

static void put_thoughts(struct reviewmore *more, const cJSON *thoughts)
{
	long long caught = (long long)json_number(thoughts, "caught", 0);
	const cJSON *feelings = part(thoughts, "feelings");
	int64_t n = json_number(feelings, "n", 0);

	if (caught == 0)
		return;
	pageform_row(more->page, _("Thoughts"));
	buf_printf(&more->fact, _("%lld caught, %lld weighed"), caught,
		   (long long)json_number(thoughts, "weighed", 0));
	put_repeated(&more->aside, part(thoughts, "repeated"));
	pageform_line(more->page, &more->fact, &more->aside);
	if (n > 0) {
		buf_printf(&more->fact, _("feelings, mean of %lld"),
			   (long long)n);
		put_pairs(&more->aside, feelings);
		if (json_number(thoughts, "still_strong", 0) > 0)
			buf_printf(&more->aside, PAGEFORM_NEXT);
		put_strong(&more->aside, thoughts);
	} else {
		put_strong(&more->fact, thoughts);
	}
	pageform_line(more->page, &more->fact, &more->aside);
	put_patterns(more, part(thoughts, "patterns"));
}

/* ---- what was done ---- */

static void put_breathing(struct reviewmore *more, const cJSON *review)
{
	const cJSON *breathing = part(review, "breathing");
	long long rounds = (long long)json_number(breathing, "rounds", 0);
	long long all_days = (long long)json_number(review, "days", 0);

	if (json_number(breathing, "n", 0) == 0)
		return;
	pageform_row(more->page, _("Breathing"));
	buf_printf(&more->fact,
		   P_("%lld of %lld day", "%lld of %lld days", all_days),
		   (long long)json_number(breathing, "days", 0), all_days);
	if (rounds > 0)
		buf_printf(&more->fact,
			   P_(", %lld round", ", %lld rounds", rounds), rounds);
	if (json_number(part(breathing, "calm"), "n", 0) > 0) {
		buf_printf(&more->aside, "%s", _("calm "));
		put_pairs(&more->aside, part(breathing, "calm"));
	}
	pageform_line(more->page, &more->fact, &more->aside);
}

static void put_wins(struct reviewmore *more, const cJSON *wins)
{
	int64_t n = json_number(wins, "n", 0);
	const cJSON *item;
	int shown = 0;

	if (n == 0)
		return;
	pageform_row(more->page, _("Wins"));
	buf_printf(&more->fact, "%lld", (long long)n);
	cJSON_ArrayForEach(item, part(wins, "newest"))
	{
		buf_printf(&more->aside, "%s",
			   shown++ == 0          ? ""
			   : more->how->on_paper ? PAGEFORM_NEXT
						 : " · ");
		pageform_put_text(&more->aside, json_text(item, "text"),
				  WIN_COLUMNS);
	}
	if (n > shown)
		buf_printf(&more->aside, " …");
	pageform_line(more->page, &more->fact, &more->aside);
}

/* Whether there are any, with what stands between two of them. */
static bool begin_part(struct buf *out, int64_t n)
{
	if (n > 0)
		buf_printf(out, "%s", out->len > 0 ? ", " : "");
	return n > 0;
}

/* "3 held, 1 partly"; parts that are none stay unsaid. */
static void put_boundaries(struct reviewmore *more, const cJSON *boundaries)
{
	int64_t n = json_number(boundaries, "n", 0);
	int64_t yes = json_number(boundaries, "yes", 0);
	int64_t partly = json_number(boundaries, "partly", 0);
	int64_t no = json_number(boundaries, "no", 0);
	struct buf *fact = &more->fact;

	if (n == 0)
		return;
	pageform_row(more->page, _("Boundaries"));
	if (begin_part(fact, yes))
		buf_printf(fact, _("%lld held"), (long long)yes);
	if (begin_part(fact, partly))
		buf_printf(fact, _("%lld partly"), (long long)partly);
	if (begin_part(fact, no))
		buf_printf(fact, _("%lld not this time"), (long long)no);
	n -= yes + partly + no;
	if (begin_part(fact, n))
		buf_printf(fact, _("%lld noted"), (long long)n);
	pageform_line(more->page, fact, NULL);
}

cJSON *reviewtext_page(const cJSON *review, const struct reviewtext *how)
{
	cJSON *page = begin_page(review, how);
	struct reviewmore more;

	reviewmore_begin(&more, page, how);
	put_thoughts(&more, part(review, "thoughts"));
	put_breathing(&more, review);
	put_wins(&more, part(review, "wins"));
	put_boundaries(&more, part(review, "boundaries"));
	reviewmore_put(&more, review);
	reviewmore_end(&more);
	return page;
}
