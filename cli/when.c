/*
 * when.c - the instant, zone, and day that go with an entry.
 *
 * Must never compute a day twice: what is stored is what the person's day was
 * when it was written. Read next: dates.c.
 */
#include "cli/when.h"

#include "cli/dates.h"

/* Minutes after midnight until which it is still the day before. */
static int day_ends(struct cli *cli, int32_t *minutes,
		    struct client_refusal *refusal)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	const cJSON *row;
	int hours = 0, rest = 0, code;

	(void)cJSON_AddStringToObject(params, "key", "day_ends_at");
	code = cli_try_again(cli, "config_get", params, &result, refusal);
	if (code == 0) {
		row = cJSON_GetArrayItem(
			cJSON_GetObjectItemCaseSensitive(result, "settings"),
			0);
		if (sscanf(json_text(row, "value"), "%d:%d", &hours, &rest) !=
		    2)
			hours = 4; /* what it is until somebody changes it */
		*minutes = hours * 60 + rest;
	}
	cJSON_Delete(result);
	return code;
}

int when_today(struct cli *cli, int64_t *days)
{
	struct client_refusal refusal;
	int32_t minutes = 0;
	int code = day_ends(cli, &minutes, &refusal);

	*days = civil_day_from_instant(dates_now(), minutes);
	return code == 0 ? 0 : cli_refuse(cli, &refusal);
}

int when_try(struct cli *cli, struct civil_instant at, cJSON *params,
	     struct client_refusal *refusal)
{
	char instant[CIVIL_INSTANT_TEXT_BYTES], day[CIVIL_DAY_TEXT_BYTES];
	char zone[64];
	int32_t minutes = 0;
	int code = day_ends(cli, &minutes, refusal);

	if (code != 0)
		return code;
	civil_format_instant(at, instant);
	civil_format_day(civil_day_from_instant(at, minutes), day);
	dates_zone(zone);
	(void)cJSON_AddStringToObject(params, "at", instant);
	if (zone[0] != '\0')
		(void)cJSON_AddStringToObject(params, "tz", zone);
	(void)cJSON_AddStringToObject(params, "day", day);
	return 0;
}

int when_put(struct cli *cli, struct civil_instant at, cJSON *params)
{
	struct client_refusal refusal;
	int code = when_try(cli, at, params, &refusal);

	return code == 0 ? 0 : cli_refuse(cli, &refusal);
}
