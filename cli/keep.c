/*
 * keep.c - putting something written into the journal, or aside as a draft.
 *
 * Must never drop words on the way: what can't be added is said while the
 * words are still there. Read next: cmd_write.c.
 */
#include "cli/keep.h"

#include "cli/ask.h"
#include "cli/dates.h"
#include "cli/render.h"
#include "cli/when.h"
#include "proto/entryform.h"
#include "proto/mp.h"

int keep_begin(struct cli *cli)
{
	struct client_refusal refusal = { .code = ERR_NO_JOURNAL };
	cJSON *status = NULL;
	int exit_code = cli_call(cli, "status", NULL, &status);

	if (exit_code == 0 && strcmp(json_text(status, "state"), "none") == 0) {
		(void)snprintf(refusal.name, sizeof refusal.name, "%s",
			       err_name(ERR_NO_JOURNAL));
		(void)snprintf(refusal.message, sizeof refusal.message, "%s",
			       err_text(ERR_NO_JOURNAL));
		exit_code = cli_refuse(cli, &refusal);
	}
	cJSON_Delete(status);
	return exit_code;
}

cJSON *keep_params(cJSON *take_fields)
{
	cJSON *params = cJSON_CreateObject();

	(void)cJSON_AddItemToObject(params, "fields", take_fields);
	return params;
}

/* The day of an instant somebody gave, where no day came with it. */
static int fill_when(struct cli *cli, cJSON *params)
{
	struct civil_instant at = dates_now();
	const char *given = json_text(params, "at");
	bool has_day = cJSON_HasObjectItem(params, "day");
	cJSON *filled;
	int exit_code;

	if (*given != '\0' &&
	    civil_parse_instant(bytes_from_str(given), &at) != 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  "at takes an instant with its offset, like "
				  "2026-11-03T10:40:00-05:00.");
	if (*given != '\0' && has_day)
		return 0;
	filled = cJSON_CreateObject();
	exit_code = when_put(cli, at, filled);
	if (exit_code == 0 && *given == '\0') {
		(void)cJSON_AddItemToObject(
			params, "at", cJSON_DetachItemFromObject(filled, "at"));
		if (!cJSON_HasObjectItem(params, "tz") &&
		    cJSON_HasObjectItem(filled, "tz"))
			(void)cJSON_AddItemToObject(
				params, "tz",
				cJSON_DetachItemFromObject(filled, "tz"));
	}
	if (exit_code == 0 && !has_day)
		(void)cJSON_AddItemToObject(
			params, "day",
			cJSON_DetachItemFromObject(filled, "day"));
	cJSON_Delete(filled);
	return exit_code;
}

/*
 * A keptd that ended meanwhile is started again, locked then, and takes what
 * was written sealed. If it ended between keeping and answering, the words
 * are there twice: that is better than not at all.
 */
static int try_twice(struct cli *cli, const char *method, const cJSON *params,
		     cJSON **result, struct client_refusal *refusal)
{
	int code = cli_try(cli, method, cJSON_Duplicate(params, true), result,
			   refusal);

	if (code != ERR_NOT_HERE || cli->client == NULL)
		return code;
	client_close(cli->client);
	cli->client = NULL;
	return cli_try(cli, method, cJSON_Duplicate(params, true), result,
		       refusal);
}

int keep_add(struct cli *cli, const char *kind, cJSON *take_params,
	     const char *draft, cJSON **entry)
{
	struct client_refusal refusal;
	cJSON *result = NULL;
	int code, exit_code = fill_when(cli, take_params);

	*entry = NULL;
	(void)cJSON_AddStringToObject(take_params, "kind", kind);
	if (draft[0] != '\0')
		(void)cJSON_AddStringToObject(take_params, "draft", draft);
	while (exit_code == 0 && *entry == NULL) {
		char *line = NULL;
		enum ask_answer answer;

		code = try_twice(cli, "add", take_params, &result, &refusal);
		if (code == 0)
			*entry = cJSON_DetachItemFromObject(result, "entry");
		cJSON_Delete(result);
		if (code == 0)
			break;
		if (code != ERR_DISK_FULL || !ask_can(cli)) {
			exit_code = cli_refuse(cli, &refusal);
			break;
		}
		cli_say("The disk is full, so this isn't saved yet. It's "
			"still here; free some room, then press Enter.\n");
		answer = ask_line(cli, "", NULL, &line);
		cli_free(line);
		if (answer != ASK_ANSWERED && answer != ASK_SKIPPED)
			exit_code = EXIT_DISK;
	}
	cJSON_Delete(take_params);
	return exit_code;
}

/* ---- what is said afterwards ---- */

static int show_kept(struct cli *cli, cJSON *take_entry, bool is_long)
{
	struct render render = { .ascii = !cli->utf8 };
	char id[RENDER_ID_BYTES];
	struct buf when;

	if (cli_is_program(cli))
		return cli_put_json(take_entry);
	if (json_flag(take_entry, "captured")) {
		cli_done(cli, "Kept, sealed. It joins your journal at the next "
			      "unlock.\n");
		cJSON_Delete(take_entry);
		return EXIT_DONE;
	}
	render_short_id(json_text(take_entry, "id"), RENDER_ID_LETTERS, id);
	buf_init(&when, 256);
	if (is_long) {
		render.today = dates_day_of(dates_now());
		buf_printf(&when, "  ");
		render_put_day(&when, &render, take_entry);
		buf_printf(&when, ", ");
		render_put_time(&when, take_entry);
	}
	cli_done(cli, "Kept.  %s%.*s\n", id, (int)when.len,
		 when.len == 0 ? "" : (const char *)when.ptr);
	if (is_long)
		cli_done(cli, "Undo: kept undo\n");
	buf_release(&when);
	cJSON_Delete(take_entry);
	return EXIT_DONE;
}

int keep_show(struct cli *cli, cJSON *take_entry)
{
	return show_kept(cli, take_entry, false);
}

int keep_show_long(struct cli *cli, cJSON *take_entry)
{
	return show_kept(cli, take_entry, true);
}

/* ---- drafts ---- */

bool keep_draft(struct cli *cli, const char *kind, const cJSON *fields,
		char id[KEEP_DRAFT_BYTES])
{
	cJSON *params = keep_params(cJSON_Duplicate(fields, true));
	struct client_refusal refusal;
	cJSON *result = NULL;
	bool is_stopped = ask_was_stopped();
	int code;

	/* Ctrl-C is why it is kept: it must not end that as well. */
	ask_forget_stop();
	(void)cJSON_AddStringToObject(params, "kind", kind);
	if (id[0] != '\0')
		(void)cJSON_AddStringToObject(params, "id", id);
	code = try_twice(cli, "draft_put", params, &result, &refusal);
	cJSON_Delete(params);
	if (code == 0)
		(void)snprintf(id, KEEP_DRAFT_BYTES, "%s",
			       json_text(result, "id"));
	cJSON_Delete(result);
	if (is_stopped)
		ask_stop();
	return code == 0;
}

cJSON *keep_find_draft(struct cli *cli, const char *kind)
{
	struct client_refusal refusal;
	cJSON *result = NULL, *draft, *found = NULL;

	if (cli_try(cli, "drafts", NULL, &result, &refusal) != 0)
		return NULL;
	cJSON_ArrayForEach(
		draft,
		cJSON_GetObjectItemCaseSensitive(
			result, "drafts")) if (found == NULL &&
					       strcmp(json_text(draft, "kind"),
						      kind) == 0) found = draft;
	found = found == NULL ? NULL : cJSON_Duplicate(found, true);
	cJSON_Delete(result);
	return found;
}

void keep_draft_day(const cJSON *draft, char out[40])
{
	struct civil_instant at;
	char day[DATES_TEXT_BYTES];
	int64_t then, now;

	(void)snprintf(out, 40, "A while ago");
	if (civil_parse_instant(bytes_from_str(json_text(draft, "at")), &at) !=
	    0)
		return;
	/* Stored in UTC, talked about in the person's own days. */
	at.offset_min = dates_now().offset_min;
	then = dates_day_of(at);
	now = dates_day_of(dates_now());
	dates_format_day(then, now, day);
	if (then == now)
		(void)snprintf(out, 40, "Earlier today");
	else if (now - then < 7 && now > then)
		(void)snprintf(out, 40, "On %s", dates_weekday(then));
	else
		(void)snprintf(out, 40, "On %s", day);
}

/* ---- plain text ---- */

static void add_text(const struct entryform *form,
		     const struct entry_field *field, cJSON *fields)
{
	const struct bytes *stored = entryform_find(form, field->number);
	struct mp_reader reader;
	struct bytes text;
	char *copy;

	if (stored == NULL)
		return;
	reader = mp_reader(*stored);
	if (mp_read_str(&reader, &text) != 0)
		return;
	copy = arena_str(form->arena, text);
	if (copy != NULL)
		(void)cJSON_AddStringToObject(fields, field->name, copy);
}

int keep_plain(struct cli *cli, const char *kind, const char *text,
	       cJSON *fields)
{
	const struct entry_kind *found =
		entry_kind_by_name(bytes_from_str(kind));
	const struct entry_field *first = entry_field_first(found);
	struct entryform form;
	struct arena arena;
	struct err err = { 0 };
	int code;

	arena_init(&arena, 4 * LIMIT_FRAME_BYTES);
	entryform_init(&form, found, ENTRYFORM_ADD, &arena);
	code = entryform_set_plain(&form, bytes_from_str(text), &err);
	if (code == 0 && first != NULL)
		add_text(&form, first, fields);
	if (code == 0)
		add_text(&form, entry_field_by_number(found, ENTRY_base_text),
			 fields);
	arena_release(&arena);
	if (code == 0)
		return 0;
	return cli_say_no(cli, EXIT_COULD_NOT, err_name(code), NULL,
			  "%s\nNothing was kept; the words are still where "
			  "they came from.",
			  err.text[0] == '\0' ? err_text(code) : err.text);
}
