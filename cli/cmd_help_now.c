/*
 * cmd_help_now.c - somebody to reach right now.
 *
 * Works locked, offline, and without keptd, at once; must never wait for
 * anything, and never leave a trace of having been opened. Read next:
 * helplines.def.
 */
#include "cli/command.h"

#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/ownconfig.h"
#include "cli/region.h"
#include "cli/render.h"
#include "proto/base/buf.h"
#include "proto/civil.h"

struct helpline {
	const char *regions, *name, *call, *text, *url, *hours, *checked_on;
};

static const struct helpline helplines[] = {
#define HELPLINE(regions, name, call, text, url, hours, checked_on)            \
	{ regions, name, call, text, url, hours, checked_on },
#include "cli/helplines.def"
#undef HELPLINE
};

/* The setting, else the country of the locale; "": nobody knows. */
static void find_region(const struct cli *cli, char out[REGION_BYTES])
{
	static const char *const names[] = { "LC_ALL", "LC_TELEPHONE",
					     "LC_ADDRESS", "LC_TIME", "LANG" };
	char value[REGION_BYTES];
	size_t i;

	ownconfig_read(cli, "region", value, sizeof value);
	region_from_setting(value, out);
	for (i = 0; i < KEPT_ARRAY_COUNT(names) && out[0] == '\0'; i++) {
		const char *locale = getenv(names[i]);

		if (locale != NULL)
			region_from_locale(locale, out);
	}
}

static bool is_known(const char *region)
{
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(helplines); i++)
		if (region_is_in(region, helplines[i].regions))
			return true;
	return false;
}

/* Of a region without rows all are shown: one of them may do. */
static bool is_shown(const struct helpline *line, const char *region)
{
	return line->regions[0] == '\0' || !is_known(region) ||
	       region_is_in(region, line->regions);
}

/* The plan this person let be readable while locked, with a NUL behind it. */
static void read_plan(const struct cli *cli, struct buf *out)
{
	char path[PATH_BYTES];

	if (cli->paths.data[0] != '\0' &&
	    paths_join(cli->paths.data, "plan.txt", path, NULL) == 0)
		ownconfig_file(path, out);
	buf_put_u8(out, 0);
}

/* ---- for people ---- */

static const char *label_of(const struct helpline *line)
{
	if (line->call[0] != '\0' && strcmp(line->name, "Emergency") == 0)
		return _("Emergency");
	if (line->url[0] != '\0')
		return _(line->name);
	return line->text[0] != '\0' ? _("Call or text") : _("Call");
}

/* "us|ca" as "US, CA". */
static void put_regions(const char *regions, char out[64])
{
	size_t used = 0;

	for (; *regions != '\0' && used + 3 < 64; regions++) {
		if (*regions == '|') {
			out[used++] = ',';
			out[used++] = ' ';
		} else {
			out[used++] = (char)(*regions - 'a' + 'A');
		}
	}
	out[used] = '\0';
}

#define LABEL_COLUMNS 24u

/* Which country it is for, where lines of more than one are shown. */
static void print_line(const struct helpline *line, int width, bool says_where)
{
	bool is_emergency = strcmp(line->name, "Emergency") == 0;
	const char *label = label_of(line);
	int gap = render_gap(label, LABEL_COLUMNS);
	char regions[64];

	put_regions(line->regions, regions);
	if (line->url[0] != '\0')
		cli_print("  %s%*s  %s\n", label, gap, "", line->url);
	else if (is_emergency && says_where)
		cli_print("  %s%*s  %-*s  %s\n", label, gap, "", width,
			  line->call, regions);
	else if (is_emergency)
		cli_print("  %s%*s  %s\n", label, gap, "", line->call);
	else
		cli_print("  %s%*s  %-*s  %s, %s\n", label, gap, "", width,
			  line->call, _(line->name), _(line->hours));
}

static void print_lines(const char *region)
{
	bool says_where = !is_known(region);
	int width = 4;
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(helplines); i++) {
		int len = (int)strlen(helplines[i].call);

		if (is_shown(&helplines[i], region) && len > width)
			width = len;
	}
	for (i = 0; i < KEPT_ARRAY_COUNT(helplines); i++)
		if (is_shown(&helplines[i], region))
			print_line(&helplines[i], width, says_where);
}

/* "1 Nov 2026" */
static void put_day(const char *day, char out[DATES_TEXT_BYTES])
{
	int64_t days;

	out[0] = '\0';
	if (civil_parse_day(bytes_from_str(day), &days) == 0)
		dates_format_date(days, CIVIL_DAYS_LEAST, out);
}

static void print_page(const char *region, const char *oldest, const char *plan)
{
	char day[DATES_TEXT_BYTES], *shown;

	cli_print(_("If you might act on thoughts of hurting yourself, please "
		    "reach someone now.\n"));
	print_lines(region);
	cli_print(_("Check this number for where you live.\n"));
	put_day(oldest, day);
	shown = cli_show(region, false);
	if (*region != '\0')
		cli_print(_("Your own plan:  kept plan        (checked %s; "
			    "region %s; change: kept config region)\n"),
			  day, shown);
	else
		cli_print(_("Your own plan:  kept plan        (checked %s; no "
			    "region yet; choose one: kept config region)\n"),
			  day);
	cli_free(shown);
	if (*plan == '\0')
		return;
	shown = cli_show(plan, true);
	cli_print("\n%s%s", shown,
		  shown[0] != '\0' && shown[strlen(shown) - 1] == '\n' ? ""
								       : "\n");
	cli_free(shown);
}

/* ---- for programs ---- */

static int print_json(const char *region, const char *plan)
{
	cJSON *page = cJSON_CreateObject(), *lines;
	char *shown = cli_show(region, false);
	size_t i;

	/* Both come from files. */
	(void)cJSON_AddStringToObject(page, "region", shown);
	cli_free(shown);
	lines = cJSON_AddArrayToObject(page, "lines");
	for (i = 0; i < KEPT_ARRAY_COUNT(helplines); i++) {
		const struct helpline *line = &helplines[i];
		cJSON *row;

		if (!is_shown(line, region))
			continue;
		row = cJSON_CreateObject();
		(void)cJSON_AddStringToObject(row, "region", line->regions);
		(void)cJSON_AddStringToObject(row, "name", line->name);
		(void)cJSON_AddStringToObject(row, "call", line->call);
		(void)cJSON_AddStringToObject(row, "text", line->text);
		(void)cJSON_AddStringToObject(row, "url", line->url);
		(void)cJSON_AddStringToObject(row, "hours", line->hours);
		(void)cJSON_AddStringToObject(row, "checked_on",
					      line->checked_on);
		(void)cJSON_AddItemToArray(lines, row);
	}
	shown = cli_show(plan, true);
	if (*plan != '\0')
		(void)cJSON_AddStringToObject(page, "plan", shown);
	else
		(void)cJSON_AddNullToObject(page, "plan");
	cli_free(shown);
	return cli_put_json(page);
}

int cmd_help_now(struct cli *cli)
{
	const char *oldest = helplines[0].checked_on;
	int exit_code = EXIT_DONE;
	char region[REGION_BYTES];
	struct buf text;
	const char *plan;
	size_t i;

	find_region(cli, region);
	for (i = 0; i < KEPT_ARRAY_COUNT(helplines); i++)
		if (is_shown(&helplines[i], region) &&
		    strcmp(helplines[i].checked_on, oldest) < 0)
			oldest = helplines[i].checked_on;
	buf_init(&text, OWNCONFIG_FILE_BYTES);
	read_plan(cli, &text);
	plan = text.failed == 0 ? (const char *)text.ptr : "";
	if (cli_is_program(cli))
		exit_code = print_json(region, plan);
	else
		print_page(region, oldest, plan);
	buf_release(&text);
	return exit_code;
}
