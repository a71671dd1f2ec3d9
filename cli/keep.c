/*
 * keep.c - putting something written into the journal, or aside as a draft.
 *
 * Must never drop words on the way: what can't be added is said while the
 * words are still there. Read next: cmd_write.c.
 */
#include "cli/keep.h"

#include "cli/ask.h"
#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/jsonform.h"
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

/* at, tz, and day, where they lack; a day that came along stays. */
static int fill_when(struct cli *cli, cJSON *params,
		     struct client_refusal *refusal)
{
	static const char *const names[] = { "at", "tz", "day" };
	struct civil_instant at = dates_now();
	const char *given = json_text(params, "at");
	cJSON *filled;
	size_t i;
	int code;

	if (*given != '\0' &&
	    civil_parse_instant(bytes_from_str(given), &at) != 0) {
		*refusal = (struct client_refusal){ .code = ERR_USAGE,
						    .name = "usage" };
		(void)snprintf(refusal->message, sizeof refusal->message,
			       _("at takes an instant with its offset, like "
				 "2026-11-03T10:40:00-05:00."));
		return ERR_USAGE;
	}
	if (*given != '\0' && cJSON_HasObjectItem(params, "day"))
		return 0;
	filled = cJSON_CreateObject();
	code = when_try(cli, at, filled, refusal);
	/* The zone of this machine goes only with the time of this machine. */
	if (*given != '\0')
		cJSON_DeleteItemFromObject(filled, "tz");
	for (i = 0; code == 0 && i < KEPT_ARRAY_COUNT(names); i++) {
		cJSON *item = cJSON_DetachItemFromObject(filled, names[i]);

		if (item != NULL && !cJSON_HasObjectItem(params, names[i]))
			(void)cJSON_AddItemToObject(params, names[i], item);
		else
			cJSON_Delete(item);
	}
	cJSON_Delete(filled);
	return code;
}

/*
 * A keptd that ended meanwhile is started again, locked then, and takes what
 * was written sealed. If it ended between keeping and answering, the words
 * are there twice: that is better than not at all.
 */
static int add_once(struct cli *cli, cJSON *params, cJSON **entry,
		    struct client_refusal *refusal)
{
	cJSON *result = NULL;
	int code = fill_when(cli, params, refusal);

	if (code == 0)
		code = cli_try_again(cli, "add", cJSON_Duplicate(params, true),
				     &result, refusal);
	if (code == 0)
		*entry = cJSON_DetachItemFromObject(result, "entry");
	cJSON_Delete(result);
	return code;
}

/* Might a second try go better, once somebody has looked after it? */
static bool may_pass(int code)
{
	return code == ERR_DISK_FULL || code == ERR_IO ||
	       code == ERR_NOT_HERE || code == ERR_BUSY;
}

/* The words are here and nowhere else: waits with them. 0 to try again. */
static int wait_to_try(struct cli *cli, const struct client_refusal *refusal)
{
	enum ask_answer answer;
	char *line = NULL;

	if (refusal->code == ERR_DISK_FULL)
		cli_say(_("The disk is full, so this isn't saved yet. It's "
			  "still on your screen; free some room, then press "
			  "Enter.\n"));
	else
		cli_say(_("%.*s\nThis isn't kept yet, but it is still here. "
			  "Enter tries again; Ctrl-C lets it go.\n"),
			(int)strcspn(refusal->message, "\n"), refusal->message);
	answer = ask_line(cli, "", NULL, &line);
	cli_free(line);
	if (answer == ASK_STOPPED)
		return EXIT_CTRL_C;
	return answer == ASK_CLOSED ? (int)cli_exit_code(refusal->code) : 0;
}

/* -n: would it be taken? *entry as it would be, without an id. */
static int try_dry(struct cli *cli, const char *kind, cJSON *params,
		   cJSON **entry)
{
	struct client_refusal refusal;
	struct entryform form;
	struct arena arena;
	struct err err = { 0 };
	struct buf fields;
	int code = fill_when(cli, params, &refusal);

	if (code != 0)
		return cli_refuse(cli, &refusal);
	buf_init(&fields, LIMIT_FRAME_BYTES);
	arena_init(&arena, 4 * LIMIT_FRAME_BYTES);
	entryform_init(&form, entry_kind_by_name(bytes_from_str(kind)),
		       ENTRYFORM_ADD, &arena);
	code = jsonform_to_mp(
		cJSON_GetObjectItemCaseSensitive(params, "fields"), &fields);
	if (code == 0)
		code = entryform_set_fields(&form, buf_bytes(&fields), &err);
	if (code == 0)
		code = entryform_finish(&form, &err);
	arena_release(&arena);
	buf_release(&fields);
	if (code != 0)
		return cli_say_no(
			cli, cli_exit_code(code), err_name(code), NULL, "%s",
			err.text[0] == '\0' ? err_text(code) : err.text);
	*entry = cJSON_Duplicate(params, true);
	cJSON_DeleteItemFromObject(*entry, "draft");
	cJSON_AddItemToObject(*entry, "f",
			      cJSON_DetachItemFromObject(*entry, "fields"));
	return 0;
}

int keep_add(struct cli *cli, const char *kind, cJSON *take_params,
	     const char *draft, cJSON **entry)
{
	struct client_refusal refusal;
	int code, exit_code = 0;

	*entry = NULL;
	(void)cJSON_AddStringToObject(take_params, "kind", kind);
	if (draft[0] != '\0')
		(void)cJSON_AddStringToObject(take_params, "draft", draft);
	if (cli->options.common.dry_run)
		exit_code = try_dry(cli, kind, take_params, entry);
	while (exit_code == 0 && *entry == NULL) {
		code = add_once(cli, take_params, entry, &refusal);
		if (code != 0 && may_pass(code) && ask_can(cli))
			exit_code = wait_to_try(cli, &refusal);
		else if (code != 0)
			exit_code = cli_refuse(cli, &refusal);
	}
	cJSON_Delete(take_params);
	return exit_code;
}

int keep_refuse_dry(struct cli *cli)
{
	if (!cli->options.common.dry_run)
		return 0;
	return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
			  _("Answers would be lost if nothing may be kept; -n "
			    "goes with words that are there already."));
}

/* ---- what is said afterwards ---- */

/* Others have it only later: none of them is there just now. */
static bool is_only_here(struct cli *cli)
{
	struct client_refusal refusal;
	cJSON *result = NULL;
	const cJSON *device;
	bool has_others = false, is_connected = false;

	if (cli_try(cli, "devices", NULL, &result, &refusal) != 0)
		return false;
	cJSON_ArrayForEach(device,
			   cJSON_GetObjectItemCaseSensitive(result, "devices"))
	{
		has_others |= !json_flag(device, "this") &&
			      !json_flag(device, "removed");
		is_connected |= json_flag(device, "connected");
	}
	cJSON_Delete(result);
	return has_others && !is_connected;
}

static int show_dry(struct cli *cli, cJSON *take_entry)
{
	if (cli_is_program(cli))
		return cli_put_json(take_entry);
	cli_note(cli, _("Nothing was kept. Without -n it would be.\n"));
	cJSON_Delete(take_entry);
	return EXIT_DONE;
}

static int show_kept(struct cli *cli, cJSON *take_entry, bool is_long)
{
	struct render render = { .ascii = !cli->utf8 };
	char id[RENDER_ID_BYTES];
	struct buf when;

	if (cli->options.common.dry_run)
		return show_dry(cli, take_entry);
	if (cli_is_program(cli))
		return cli_put_json(take_entry);
	if (json_flag(take_entry, "captured")) {
		cli_done(cli,
			 _("Kept, sealed. It joins your journal at the next "
			   "unlock.\n"));
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
		if (is_only_here(cli))
			buf_printf(&when, "      %s",
				   _("(only on this device; sync is on)"));
	}
	cli_done(cli, _("Kept.  %s%.*s\n"), id, (int)when.len,
		 when.len == 0 ? "" : (const char *)when.ptr);
	if (is_long)
		cli_done(cli, _("Undo: kept undo\n"));
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
	int code;

	/* Ctrl-C is why it is kept, or comes right behind what was typed: then
	 * the reply brings the id under which the next answer goes. */
	ask_hold_stop(true);
	(void)cJSON_AddStringToObject(params, "kind", kind);
	if (id[0] != '\0')
		(void)cJSON_AddStringToObject(params, "id", id);
	code = cli_try_again(cli, "draft_put", params, &result, &refusal);
	if (code == 0)
		(void)snprintf(id, KEEP_DRAFT_BYTES, "%s",
			       json_text(result, "id"));
	cJSON_Delete(result);
	ask_hold_stop(false);
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

void keep_draft_day(const cJSON *draft, char out[KEEP_DAY_BYTES])
{
	struct civil_instant at;
	char day[DATES_TEXT_BYTES];
	int64_t then, now;

	(void)snprintf(out, KEEP_DAY_BYTES, "%s", _("A while ago"));
	if (civil_parse_instant(bytes_from_str(json_text(draft, "at")), &at) !=
	    0)
		return;
	/* Stored in UTC, talked about in the person's own days. */
	at.offset_min = dates_now().offset_min;
	then = dates_day_of(at);
	now = dates_day_of(dates_now());
	dates_format_day(then, now, day);
	if (then == now)
		(void)snprintf(out, KEEP_DAY_BYTES, "%s", _("Earlier today"));
	else if (now - then < 7 && now > then)
		(void)snprintf(out, KEEP_DAY_BYTES, _("On %s"),
			       dates_weekday(then));
	else
		(void)snprintf(out, KEEP_DAY_BYTES, _("On %s"), day);
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
			  _("%s\nNothing was kept; the words are still where "
			    "they came from."),
			  err.text[0] == '\0' ? err_text(code) : err.text);
}
