/*
 * cmd_edit.c - changing fields of an entry: from a program, or in an editor.
 *
 * Only what differs is sent. What was typed in the editor is never dropped
 * because it was refused: it comes back to be changed, or is shown. Read next:
 * entrytext.c, editor.c.
 */
#include "cli/command.h"

#include "cli/ask.h"
#include "cli/editor.h"
#include "cli/entrytext.h"
#include "cli/i18n.h"
#include "cli/jsoninput.h"
#include "cli/look.h"
#include "cli/screen.h"

const struct option_spec options_edit[] = {
	{ "from", 0, OPTION_VALUE, N_("FILE"),
	  N_("the fields to change as JSON; - is stdin") },
	{ 0 },
};

/* at, tz, and day stand beside the fields for the daemon. */
static void part_base(cJSON *params, cJSON *fields)
{
	static const char *const names[] = { "at", "tz", "day" };
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(names); i++) {
		cJSON *item = cJSON_DetachItemFromObjectCaseSensitive(fields,
								      names[i]);

		if (item != NULL)
			cJSON_AddItemToObject(params, names[i], item);
	}
	cJSON_AddItemToObject(params, "fields", fields);
}

static int say_changed(struct cli *cli, cJSON *take_result)
{
	cJSON *changed =
		cJSON_DetachItemFromObjectCaseSensitive(take_result, "changed");
	cJSON *entry =
		cJSON_DetachItemFromObjectCaseSensitive(take_result, "entry");
	char id[RENDER_ID_BYTES];
	struct buf line;

	cJSON_Delete(take_result);
	if (cli_is_program(cli)) {
		cJSON_AddItemToObject(entry, "changed", changed);
		return cli_put_json(entry);
	}
	buf_init(&line, RENDER_BYTES_MAX);
	render_short_id(json_text(entry, "id"), RENDER_ID_LETTERS, id);
	if (cJSON_GetArraySize(changed) == 0) {
		cli_note(cli, _("%s is as it was.\n"), id);
	} else {
		render_put_changed(&line, changed);
		cli_note(cli, _("%s: %.*s.      Undo: kept undo\n"), id,
			 (int)line.len, (const char *)line.ptr);
	}
	buf_release(&line);
	cJSON_Delete(changed);
	cJSON_Delete(entry);
	return EXIT_DONE;
}

/* ---- from a program ---- */

static int edit_from(struct cli *cli, cJSON *take_params)
{
	cJSON *params = take_params, *fields = NULL, *result = NULL;
	/* Is it there? Nobody likes to type for nothing. */
	int exit_code =
		cli_call(cli, "show", cJSON_Duplicate(params, true), NULL);

	if (exit_code == 0)
		exit_code = jsoninput_object(
			cli, options_value(&cli->options, "from"), &fields);

	if (exit_code != 0) {
		cJSON_Delete(params);
		return exit_code;
	}
	part_base(params, fields);
	if (cli->options.common.dry_run) {
		cJSON_Delete(params);
		cli_note(cli, _("Nothing changed; that can be read.\n"));
		return EXIT_DONE;
	}
	exit_code = cli_call(cli, "edit", params, &result);
	return exit_code != 0 ? exit_code : say_changed(cli, result);
}

/* ---- in the editor ---- */

/* Back to what was written? If not, it is a draft already. */
static bool ask_back(struct cli *cli)
{
	bool again = true;

	if (ask_yes_no(cli, _("Back to your text?"), true, &again) ==
		    ASK_ANSWERED &&
	    again)
		return true;
	cli_say(_("Kept as a draft; `kept edit` offers it the next time.\n"));
	return false;
}

/* 0 and *fields; or an exit code. Refused text comes back to the editor. */
static int edit_page(struct cli *cli, const struct editsave *save,
		     const cJSON *before, char **text, cJSON **fields)
{
	const struct entry_kind *kind =
		entry_kind_by_name(bytes_from_str(save->kind));
	struct editor_job job = { .suffix = ".txt",
				  .text = *text,
				  .save = *save };
	struct err err = { 0 };
	char *edited = NULL;
	int exit_code;

	for (;;) {
		exit_code = editor_edit(cli, &job, &edited, NULL);
		if (exit_code != 0)
			return exit_code;
		cli_free(*text);
		*text = edited;
		job.text = edited;
		if (entrytext_read(edited, kind, before, fields, &err) == 0)
			return 0;
		cli_say(_("%s Nothing is changed yet.\n"), err.text);
		if (!ask_back(cli))
			return EXIT_STOPPED;
	}
}

static int send_page(struct cli *cli, const cJSON *entry, cJSON *take_fields,
		     bool *refused)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int exit_code;

	*refused = false;
	(void)cJSON_AddStringToObject(params, "id", json_text(entry, "id"));
	cJSON_AddItemToObject(params, "fields", take_fields);
	exit_code = cli_call(cli, "edit", params, &result);
	if (exit_code == 0)
		return say_changed(cli, result);
	*refused = true;
	return exit_code;
}

static int edit_text(struct cli *cli, const cJSON *entry,
		     const struct editsave *save, char **text)
{
	const cJSON *before = cJSON_GetObjectItemCaseSensitive(entry, "f");
	cJSON *fields = NULL;
	bool refused = true;
	int exit_code = 0;

	while (refused) {
		exit_code = edit_page(cli, save, before, text, &fields);
		if (exit_code != 0)
			return exit_code;
		if (cJSON_GetArraySize(fields) == 0) {
			cJSON_Delete(fields);
			editsave_drop(save);
			cli_note(cli, _("Nothing changed.\n"));
			return EXIT_DONE;
		}
		exit_code = send_page(cli, entry, fields, &refused);
		if (!refused)
			editsave_drop(save);
		else if (!ask_back(cli))
			break;
	}
	return exit_code;
}

/* As it is: an editor shows controls by itself, and what nobody touched has
 * to come back the same. NULL: no memory. */
static char *write_page(const struct entry_kind *kind, const cJSON *entry)
{
	struct buf page;
	char *text;

	buf_init(&page, RENDER_BYTES_MAX);
	entrytext_write(&page, kind,
			cJSON_GetObjectItemCaseSensitive(entry, "f"));
	text = page.failed != 0 ? NULL
				: cli_copy((const char *)page.ptr, page.len);
	buf_release(&page);
	return text;
}

static int edit_in_editor(struct cli *cli, cJSON *take_params)
{
	char draft[KEEP_DRAFT_BYTES] = "", *text;
	struct editsave save = { .cli = cli, .draft = draft };
	const struct entry_kind *kind;
	const cJSON *entry;
	cJSON *result = NULL;
	int exit_code = cli_call(cli, "show", take_params, &result);

	if (exit_code != 0)
		return exit_code;
	entry = cJSON_GetObjectItemCaseSensitive(result, "entry");
	save.kind = json_text(entry, "kind");
	save.changes = json_text(entry, "id");
	kind = entry_kind_by_name(bytes_from_str(save.kind));
	if (kind == NULL) {
		cJSON_Delete(result);
		return cli_say_no(cli, EXIT_COULD_NOT, "newer_kept", NULL,
				  _("This was made by a newer kept; it is "
				    "carried along unchanged."));
	}
	text = write_page(kind, entry);
	if (text == NULL)
		exit_code = cli_say_no(cli, EXIT_COULD_NOT, "no_memory", NULL,
				       "%s", err_text(ERR_NOMEM));
	if (exit_code == 0)
		exit_code = editsave_offer(&save, &text);
	if (exit_code == 0)
		exit_code = edit_text(cli, entry, &save, &text);
	cli_free(text);
	cJSON_Delete(result);
	return exit_code;
}

int cmd_edit(struct cli *cli)
{
	cJSON *params = NULL;
	int exit_code = look_id(cli, &params);

	if (exit_code != 0)
		return exit_code;
	if (options_has(&cli->options, "from"))
		return edit_from(cli, params);
	if (!ask_can(cli) || cli_is_program(cli)) {
		cJSON_Delete(params);
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept edit ID --from -",
				  _("An editor needs a terminal; --from reads "
				    "what to change."));
	}
	return edit_in_editor(cli, params);
}
