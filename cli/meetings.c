/*
 * meetings.c - the sessions that were, and what waits to be brought.
 *
 * Must never go further back than the last one that was held. Read next:
 * meeting.c.
 */
#include "cli/meetings.h"

#include "cli/pick.h"

static bool is_held(const cJSON *fields)
{
	const cJSON *field;

	cJSON_ArrayForEach(field, fields)
	{
		if (strcmp(field->string, "to_bring") != 0)
			return true;
	}
	return false;
}

static bool take_session(void *context, const cJSON *entry)
{
	struct meetings *sessions = context;
	const cJSON *fields = pick_fields(entry), *item;
	const cJSON *list =
		cJSON_GetObjectItemCaseSensitive(fields, "to_bring");
	int at = 0;

	if (sessions->newest == NULL)
		sessions->newest = cJSON_Duplicate(entry, true);
	cJSON_ArrayForEach(item, list)
	{
		(void)cJSON_InsertItemInArray(sessions->to_bring, at++,
					      cJSON_Duplicate(item, true));
	}
	if (is_held(fields))
		sessions->held = cJSON_Duplicate(entry, true);
	return sessions->held == NULL;
}

int meetings_find(struct cli *cli, struct meetings *sessions)
{
	*sessions = (struct meetings){ .to_bring = cJSON_CreateArray() };
	return pick_each(cli, "session", "", take_session, sessions);
}

void meetings_release(struct meetings *sessions)
{
	cJSON_Delete(sessions->newest);
	cJSON_Delete(sessions->held);
	cJSON_Delete(sessions->to_bring);
}
