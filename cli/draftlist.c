/*
 * draftlist.c - drafts as people read them.
 *
 * Must never name a command that would not offer the draft. Read next:
 * guide.c, cmd_drafts.c.
 */
#include "cli/draftlist.h"

#include "cli/cli.h"
#include "cli/i18n.h"

/* Below that an id, a day, and a kind leave no room for words. */
#define NARROW_COLUMNS 50u

/* A row without `when` is for all others of its kind: it comes last. */
static const struct {
	const char *kind;
	const char *when; /* a name that is there only then */
	const char *command;
} commands[] = {
	{ "thought", NULL, "kept thought --resume" },
	{ "win", NULL, "kept win" },
	{ "breath", NULL, "kept breathe" },
	{ "mood", NULL, "kept mood" },
	{ "boundary", NULL, "kept boundary" },
	{ "goal", "changes", "kept goal change" },
	{ "goal", NULL, "kept goal add" },
	{ "checkin", NULL, "kept goal check" },
	{ "session", NULL, "kept session add" },
	{ "homework", "how_helpful", "kept homework done" },
	{ "homework", "changes", "kept homework partly" },
	{ "homework", NULL, "kept homework add" },
	{ "experiment", "changes", "kept experiment result" },
	{ "experiment", NULL, "kept experiment plan" },
	{ "activity", "changes", "kept activity done" },
	{ "activity", "draft_of", "kept activity done" },
	{ "activity", NULL, "kept activity plan" },
	{ "measure", NULL, "kept measure take" },
	{ "note", NULL, "kept note" },
	{ "plan", NULL, "kept plan write" },
};

/* What takes the id of what is changed, so that nobody has to look for it. */
static bool takes_id(const char *kind)
{
	static const char *const kinds[] = { "goal", "homework", "experiment",
					     "activity" };
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(kinds); i++) {
		if (strcmp(kinds[i], kind) == 0)
			return true;
	}
	return false;
}

/* The id, or the questionnaire, that goes behind the command. */
static void put_object(const char *kind, const cJSON *fields,
		       char out[RENDER_ID_BYTES + 16])
{
	const char *changes = json_text(fields, "changes");
	const char *goal = json_text(fields, "goal");
	const char *id = takes_id(kind)                 ? changes
			 : strcmp(kind, "checkin") == 0 ? goal
							: "";

	out[0] = '\0';
	if (*id != '\0')
		render_short_id(id, RENDER_ID_LETTERS, out);
	else if (strcmp(kind, "measure") == 0 &&
		 strcmp(json_text(fields, "draft_of"), "new") != 0)
		(void)snprintf(out, RENDER_ID_BYTES + 16, "%s",
			       json_text(fields, "instrument"));
}

void draftlist_command(const cJSON *draft, char out[DRAFTLIST_COMMAND_BYTES])
{
	const cJSON *fields = cJSON_GetObjectItemCaseSensitive(draft, "fields");
	const char *kind = json_text(draft, "kind");
	char object[RENDER_ID_BYTES + 16];
	size_t i;

	out[0] = '\0';
	for (i = 0; i < KEPT_ARRAY_COUNT(commands) && out[0] == '\0'; i++) {
		if (strcmp(commands[i].kind, kind) != 0 ||
		    (commands[i].when != NULL &&
		     !cJSON_HasObjectItem(fields, commands[i].when)))
			continue;
		put_object(kind, fields, object);
		(void)snprintf(out, DRAFTLIST_COMMAND_BYTES, "%s%s%s",
			       commands[i].command,
			       object[0] == '\0' ? "" : " ", object);
	}
	/* What to bring has a command of its own. */
	if (strcmp(kind, "session") == 0 &&
	    strcmp(json_text(fields, "draft_of"), "bring") == 0)
		(void)snprintf(out, DRAFTLIST_COMMAND_BYTES,
			       "kept session bring");
}

/* What a draft says, in one line. */
static void put_gist(struct buf *out, const struct render *render,
		     const cJSON *draft)
{
	cJSON *entry = cJSON_CreateObject();

	(void)cJSON_AddStringToObject(entry, "kind", json_text(draft, "kind"));
	(void)cJSON_AddItemToObject(
		entry, "f",
		cJSON_Duplicate(
			cJSON_GetObjectItemCaseSensitive(draft, "fields"),
			true));
	render_put_gist(out, render, entry);
	cJSON_Delete(entry);
}

/* The command alone takes the newest, so another is named. */
static bool is_older_thought(const cJSON *draft)
{
	const cJSON *other;

	if (strcmp(json_text(draft, "kind"), "thought") != 0)
		return false;
	for (other = draft->prev; other != NULL && other->next != NULL;
	     other = other->prev) {
		if (strcmp(json_text(other, "kind"), "thought") == 0)
			return true;
	}
	return false;
}

static void put_command(struct buf *out, const struct render *render,
			const cJSON *draft, size_t indent)
{
	char command[DRAFTLIST_COMMAND_BYTES + RENDER_ID_BYTES];
	char id[RENDER_ID_BYTES];

	draftlist_command(draft, command);
	if (is_older_thought(draft)) {
		render_short_id(json_text(draft, "id"), RENDER_ID_LETTERS, id);
		(void)snprintf(command + strlen(command),
			       sizeof command - strlen(command), " %s", id);
	}
	if (command[0] != '\0')
		render_put_wrapped(out, render, command, indent);
}

/* A line for each part, where one has no room for all. */
static void put_narrow(struct buf *out, const struct render *render,
		       const cJSON *draft)
{
	char id[RENDER_ID_BYTES];
	struct buf gist;

	render_short_id(json_text(draft, "id"), RENDER_ID_LETTERS, id);
	buf_printf(out, "%s  %s\n  ", id,
		   render_kind(json_text(draft, "kind")));
	buf_init(&gist, RENDER_BYTES_MAX);
	put_gist(&gist, render, draft);
	buf_put_u8(&gist, 0);
	if (gist.failed == 0)
		render_put_cut(out, (const char *)gist.ptr, render->columns - 2,
			       render->ascii);
	buf_release(&gist);
	buf_printf(out, "\n");
	put_command(out, render, draft, 2);
}

static void put_row(struct render_table *table, const struct render *render,
		    const cJSON *draft)
{
	char id[RENDER_ID_BYTES];
	struct buf cell;

	buf_init(&cell, RENDER_BYTES_MAX);
	render_short_id(json_text(draft, "id"), RENDER_ID_LETTERS, id);
	render_table_cell(table, id);
	render_put_stamp(&cell, render, json_text(draft, "at"));
	render_table_take(table, &cell);
	render_table_cell(table, render_kind(json_text(draft, "kind")));
	put_gist(&cell, render, draft);
	render_table_take(table, &cell);
	buf_release(&cell);
}

static void put_wide(struct buf *out, const struct render *render,
		     const cJSON *drafts)
{
	struct render_table table;
	const cJSON *draft;
	struct buf rows;
	const char *line;

	buf_init(&rows, RENDER_BYTES_MAX);
	render_table_begin(&table, 4, 3);
	cJSON_ArrayForEach(draft, drafts) put_row(&table, render, draft);
	render_table_end(&table, render, 0, &rows);
	buf_put_u8(&rows, 0);
	line = rows.failed != 0 ? "" : (const char *)rows.ptr;
	/* Every row is one line. */
	cJSON_ArrayForEach(draft, drafts)
	{
		size_t len = strcspn(line, "\n");

		buf_printf(out, "%.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
		put_command(out, render, draft, 6);
	}
	buf_release(&rows);
}

void draftlist_put(struct buf *out, const struct render *render,
		   const cJSON *drafts)
{
	const cJSON *draft;

	if (render->columns == 0 || render->columns >= NARROW_COLUMNS) {
		put_wide(out, render, drafts);
		return;
	}
	cJSON_ArrayForEach(draft, drafts) put_narrow(out, render, draft);
}
