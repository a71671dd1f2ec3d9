/*
 * devicetext.c - what is said about the other devices.
 *
 * Must never blame a device for being away, and never say that something has
 * arrived that was not acknowledged. Read next: cmd_devices.c, cmd_state.c.
 */
#include "cli/devicetext.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/render.h"

/* After so many days one may ask whether a device is still there. */
#define QUIET_DAYS 30
#define MINUTE_MS 60000

void devicetext_put_name(struct buf *out, const cJSON *device)
{
	const char *name = json_text(device, "name");

	if (*name == '\0')
		name = json_text(device, "device");
	if (*name != '\0')
		render_put_line(out, name);
	else
		buf_printf(out, "%.8s", json_text(device, "id"));
}

static struct civil_instant local(int64_t ms)
{
	return dates_local((struct civil_instant){ .ms = ms });
}

static int64_t days_since(struct civil_instant now, int64_t ms)
{
	return dates_day_of(now) - dates_day_of(local(ms));
}

/* "2 Oct", "2 Oct 2025" */
static void format_date(char out[DATES_TEXT_BYTES], struct civil_instant now,
			int64_t ms)
{
	dates_format_date(dates_day_of(local(ms)), dates_day_of(now), out);
}

void devicetext_put_ago(struct buf *out, struct civil_instant now, int64_t ms)
{
	int64_t minutes = (now.ms - ms) / MINUTE_MS;
	int64_t days = days_since(now, ms);
	char clock[6];

	if (ms <= 0)
		return;
	dates_format_time(local(ms), clock);
	if (minutes < 1)
		buf_printf(out, "%s", _("just now"));
	else if (minutes < 60)
		buf_printf(out,
			   P_("%lld minute ago", "%lld minutes ago", minutes),
			   (long long)minutes);
	else if (days <= 0)
		buf_printf(out, _("today %s"), clock);
	else if (days == 1)
		buf_printf(out, _("yesterday %s"), clock);
	else if (days < 7)
		buf_printf(out, "%s %s",
			   dates_weekday_short(dates_day_of(local(ms))), clock);
	else
		buf_printf(out, P_("%lld day ago", "%lld days ago", days),
			   (long long)days);
}

/* ---- a row of `kept devices` ---- */

void devicetext_put_standing(struct buf *out, struct civil_instant now,
			     const cJSON *device)
{
	int64_t paired = json_number(device, "paired", 0);
	char date[DATES_TEXT_BYTES];

	if (json_flag(device, "this")) {
		buf_printf(out, "%s", _("this one"));
	} else if (json_flag(device, "removed")) {
		buf_printf(out, "%s", _("taken out"));
	} else if (paired > 0) {
		format_date(date, now, paired);
		buf_printf(out, _("paired %s"), date);
	}
}

void devicetext_put_seen(struct buf *out, struct civil_instant now,
			 const cJSON *device)
{
	if (json_flag(device, "connected"))
		buf_printf(out, "%s", _("connected"));
	else
		devicetext_put_ago(out, now,
				   json_number(device, "last_seen", 0));
}

static bool is_quiet(struct civil_instant now, const cJSON *device)
{
	int64_t seen = json_number(device, "last_seen", 0);

	/* Never met since it came in: then that is when it was last heard. */
	if (seen <= 0)
		seen = json_number(device, "paired", 0);
	return seen > 0 && !json_flag(device, "connected") &&
	       days_since(now, seen) > QUIET_DAYS;
}

void devicetext_put_note(struct buf *out, struct civil_instant now,
			 const cJSON *device)
{
	long long behind = (long long)json_number(device, "behind", 0);
	long long entries = (long long)json_number(device, "waiting", 0);

	if (json_flag(device, "removed") || json_flag(device, "this"))
		return;
	if (is_quiet(now, device))
		buf_printf(out, "%s", _("quiet for a while; still yours?"));
	else if (entries > 0)
		buf_printf(out,
			   P_("%lld entry waiting for it",
			      "%lld entries waiting for it", entries),
			   entries);
	else if (behind > 0)
		buf_printf(out,
			   P_("%lld change waiting for it",
			      "%lld changes waiting for it", behind),
			   behind);
}

/* ---- the line of `kept status` ---- */

static bool is_other(const cJSON *device)
{
	return !json_flag(device, "this") && !json_flag(device, "removed");
}

/* "phone not seen since yesterday" */
static void put_away(struct buf *out, struct civil_instant now,
		     const cJSON *device)
{
	int64_t seen = json_number(device, "last_seen", 0);
	int64_t days = days_since(now, seen);
	char since[DATES_TEXT_BYTES] = "", clock[6];
	struct buf name;

	buf_init(&name, RENDER_BYTES_MAX);
	devicetext_put_name(&name, device);
	buf_put_u8(&name, 0);
	if (days <= 0) {
		dates_format_time(local(seen), clock);
		(void)snprintf(since, sizeof since, "%s", clock);
	} else if (days < 7) {
		(void)snprintf(
			since, sizeof since, "%s",
			days == 1 ? _("yesterday")
				  : dates_weekday(dates_day_of(local(seen))));
	} else {
		format_date(since, now, seen);
	}
	if (name.failed != 0)
		out->failed = name.failed;
	else if (json_flag(device, "connected"))
		buf_printf(out, _("%s is getting them"), (char *)name.ptr);
	else if (seen <= 0)
		buf_printf(out, _("%s not seen yet"), (char *)name.ptr);
	else
		buf_printf(out, _("%s not seen since %s"), (char *)name.ptr,
			   since);
	buf_release(&name);
}

/* " (phone ..., tablet ...)": those that lack something. */
static void put_who(struct buf *out, struct civil_instant now,
		    const cJSON *devices)
{
	const char *sep = " (";
	const cJSON *device;

	cJSON_ArrayForEach(device, devices)
	{
		if (!is_other(device) || json_number(device, "behind", 0) <= 0)
			continue;
		buf_printf(out, "%s", sep);
		put_away(out, now, device);
		sep = ", ";
	}
	if (*sep == ',')
		buf_put_u8(out, ')');
}

void devicetext_put_reach(struct buf *out, struct civil_instant now,
			  const cJSON *status)
{
	const cJSON *device,
		*devices = cJSON_GetObjectItemCaseSensitive(status, "devices");
	int64_t entries = json_number(status, "entries", 0);
	int64_t waiting = json_number(status, "waiting", -1);
	long long count = 1;

	cJSON_ArrayForEach(device, devices) count += is_other(device);
	if (count == 1)
		return;
	/* One that was hidden since may be among them; then don't count. */
	if (waiting < 0 || (waiting > 0 && waiting >= entries))
		buf_printf(out,
			   entries == 1 ? _(", not yet on %lld devices")
					: _(", not yet all on %lld devices"),
			   count);
	else if (entries == 1)
		buf_printf(out, _(", on %lld devices"), count);
	else if (entries > 1 && waiting > 0)
		buf_printf(out, _(", all on %lld devices but %lld"), count,
			   (long long)waiting);
	else if (entries > 1)
		buf_printf(out, _(", all on %lld devices"), count);
	if (waiting != 0)
		put_who(out, now, devices);
}
