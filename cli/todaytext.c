/*
 * todaytext.c - today at a glance.
 *
 * Must never speak of days without an entry. Read next: cmd_insight.c.
 */
#include "cli/todaytext.h"

#include "cli/cli.h"
#include "cli/i18n.h"

#define TEXT_MAX 4096u
#define AIMS_SHOWN 3
#define LONG_AGO_DAYS 7

const char *todaytext_greeting(int hour, const char *last_day, int64_t today)
{
	int64_t last;

	if (civil_parse_day(bytes_from_str(last_day), &last) == 0 &&
	    last < today - LONG_AGO_DAYS)
		return _("Good to see you.");
	if (hour < 5)
		return _("Hello.");
	if (hour < 12)
		return _("Good morning.");
	return hour < 18 ? _("Good afternoon.") : _("Good evening.");
}

static const cJSON *part(const cJSON *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

static void put_drafts(cJSON *page, const cJSON *today, struct buf *fact,
		       struct buf *aside)
{
	long long drafts = (long long)json_number(today, "drafts", 0);

	if (drafts == 0)
		return;
	pageform_row(page, P_("Draft", "Drafts", drafts));
	buf_printf(fact, P_("%lld to carry on", "%lld to carry on", drafts),
		   drafts);
	if (json_number(today, "thought_drafts", 0) > 0)
		buf_printf(aside, "kept thought --resume");
	else
		buf_printf(aside, "kept drafts");
	pageform_line(page, fact, aside);
}

/* The first few; the others are in a list of their own. */
static void put_aims(cJSON *page, const cJSON *list, const char *label,
		     const char *command, const struct reviewtext *how)
{
	cJSON *few = cJSON_CreateArray();
	int count = 0, left;
	const cJSON *aim;
	struct buf fact, aside;

	cJSON_ArrayForEach(aim, list)
	{
		if (count++ < AIMS_SHOWN)
			(void)cJSON_AddItemToArray(few,
						   cJSON_Duplicate(aim, true));
	}
	left = count - AIMS_SHOWN;
	buf_init(&fact, TEXT_MAX);
	buf_init(&aside, TEXT_MAX);
	if (count > 0) {
		pageform_row(page, label);
		reviewtext_put_aims(page, few, how, true);
	}
	if (left > 0) {
		buf_printf(&fact, P_("and %d more", "and %d more", left), left);
		buf_printf(&aside, "%s", command);
		pageform_line(page, &fact, &aside);
	}
	buf_release(&fact);
	buf_release(&aside);
	cJSON_Delete(few);
}

static void put_next(cJSON *page, const cJSON *today,
		     const struct reviewtext *how, struct buf *fact,
		     struct buf *aside)
{
	long long bring = (long long)json_number(today, "to_bring", 0);

	reviewtext_put_next(fact, part(today, "next"), how->today);
	if (bring > 0)
		buf_printf(fact->len > 0 ? aside : fact,
			   P_("%lld thing to bring", "%lld things to bring",
			      bring),
			   bring);
	if (fact->len > 0)
		pageform_row(page, _("Next time"));
	pageform_line(page, fact, aside);
}

cJSON *todaytext_page(const cJSON *today, const struct reviewtext *how,
		      int hour)
{
	const cJSON *goals = part(today, "goals");
	const cJSON *last = cJSON_GetArrayItem(part(today, "last"), 0);
	const cJSON *practice = part(today, "practice");
	int64_t days = json_number(practice, "days", 0);
	struct buf fact, aside;
	cJSON *page;

	buf_init(&fact, TEXT_MAX);
	buf_init(&aside, TEXT_MAX);
	pageform_put_day(&aside, json_text(today, "day"), how->today);
	buf_put_u8(&aside, 0);
	page = pageform_new(
		todaytext_greeting(hour, json_text(last, "day"), how->today),
		aside.failed == 0 ? (const char *)aside.ptr : "", "");
	buf_clear(&aside);
	put_drafts(page, today, &fact, &aside);
	if (days > 0) {
		pageform_row(page, _("Practice"));
		buf_printf(&fact, _("%lld of the last %lld days"),
			   (long long)days,
			   (long long)json_number(practice, "of", 7));
		pageform_line(page, &fact, NULL);
	}
	put_aims(page, goals, P_("Goal", "Goals", cJSON_GetArraySize(goals)),
		 "kept goal", how);
	put_aims(page, part(today, "homework"), _("Homework"), "kept homework",
		 how);
	put_next(page, today, how, &fact, &aside);
	buf_release(&fact);
	buf_release(&aside);
	return page;
}
