/*
 * cmd_session.c - sessions: add, next, and bring (meeting.c), and taking in
 * the record of one.
 *
 * Says what it understood before anything is kept. A session is one entry
 * wherever it is taken in, so a second time changes nothing. Read next:
 * sessionfile.c.
 */
#include "cli/command.h"

#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/jsoninput.h"
#include "cli/meeting.h"
#include "cli/screen.h"
#include "cli/sessionfile.h"
#include "cli/verbs.h"
#include "cli/writing.h"
#include "proto/bounds.h"

#define FILE_BYTES_MAX (1u << 20)

const struct option_spec options_session[] = { WRITING_OPTIONS, { 0 } };

static void say_understood(struct cli *cli, const struct sessionfile *record)
{
	char day[DATES_TEXT_BYTES];
	struct buf line;

	dates_format_day(record->days, CIVIL_DAYS_LEAST, day);
	buf_init(&line, 8192);
	if (record->of > 0)
		buf_printf(&line, _("Session %lld of %lld"),
			   (long long)record->number, (long long)record->of);
	else
		buf_printf(&line, _("Session %lld"), (long long)record->number);
	buf_printf(&line, ", %s", day);
	if (record->start_min >= 0)
		buf_printf(&line, ", %02d:%02d", record->start_min / 60,
			   record->start_min % 60);
	if (record->minutes > 0)
		buf_printf(
			&line,
			P_(", %lld minute", ", %lld minutes", record->minutes),
			(long long)record->minutes);
	if (record->with[0] != '\0') {
		buf_printf(&line, "%s", _(", with "));
		render_put_line(&line, record->with);
	}
	buf_printf(&line, _(".\n%zu turns, %zu marks of time, %zu bytes"),
		   record->turns, record->marks, record->text.len);
	if (record->client[0] != '\0') {
		buf_printf(&line, "%s", _("; the client in it is "));
		render_put_line(&line, record->client);
	}
	buf_printf(&line, ".\n");
	cli_note(cli, "%.*s", (int)line.len, (const char *)line.ptr);
	buf_release(&line);
}

static cJSON *entry_of(const struct sessionfile *record, const char *id)
{
	int32_t start = record->start_min < 0 ? 0 : record->start_min;
	struct civil_instant at = { .offset_min =
					    dates_offset(record->days, start) };
	char text[CIVIL_INSTANT_TEXT_BYTES], zone[64];
	cJSON *entry = cJSON_CreateObject();

	at.ms = record->days * CIVIL_DAY_MS +
		((int64_t)start - at.offset_min) * 60000;
	civil_format_instant(at, text);
	(void)cJSON_AddNumberToObject(entry, "kept", 1);
	(void)cJSON_AddStringToObject(entry, "id", id);
	(void)cJSON_AddStringToObject(entry, "kind", "session");
	(void)cJSON_AddStringToObject(entry, "at", text);
	dates_zone(zone);
	if (zone[0] != '\0')
		(void)cJSON_AddStringToObject(entry, "tz", zone);
	civil_format_day(record->days, text);
	(void)cJSON_AddStringToObject(entry, "day", text);
	cJSON_AddItemToObject(entry, "f", sessionfile_fields(record));
	return entry;
}

static int say_kept(struct cli *cli, cJSON *take_result, const char *id)
{
	bool added = json_number(take_result, "added", 0) > 0;
	const cJSON *bad = cJSON_GetArrayItem(
		cJSON_GetObjectItemCaseSensitive(take_result, "bad"), 0);
	bool dry = cli->options.common.dry_run;
	char ending[RENDER_ID_BYTES];
	int exit_code = EXIT_DONE;

	render_short_id(id, RENDER_ID_LETTERS, ending);
	if (bad != NULL)
		exit_code = cli_say_no(cli, EXIT_NOT_THE_FORMAT, "usage", NULL,
				       _("%s Nothing was changed."),
				       json_text(bad, "why"));
	else if (cli_is_program(cli)) {
		(void)cJSON_AddStringToObject(take_result, "id", id);
		return cli_put_json(take_result);
	} else if (dry)
		cli_note(cli, added ? _("It would be added. Nothing "
					"changed.\n")
				    : _("It is already here. Nothing "
					"changed.\n"));
	else if (added)
		cli_note(cli,
			 _("Kept.  %s      See it: kept show %s      Undo: "
			   "kept undo\n"),
			 ending, ending);
	else
		cli_note(cli, _("Already here: kept show %s\n"), ending);
	cJSON_Delete(take_result);
	return exit_code;
}

static int import_record(struct cli *cli, const struct sessionfile *record)
{
	cJSON *params = cJSON_CreateObject(), *list, *result = NULL;
	char id[ULID_TEXT_BYTES + 1];
	int exit_code;

	sessionfile_id(record, id);
	list = cJSON_AddArrayToObject(params, "entries");
	cJSON_AddItemToArray(list, entry_of(record, id));
	if (cli->options.common.dry_run)
		(void)cJSON_AddTrueToObject(params, "dry_run");
	exit_code = cli_call(cli, "import", params, &result);
	return exit_code != 0 ? exit_code : say_kept(cli, result, id);
}

static int session_import(struct cli *cli)
{
	const struct options *options = &cli->options;
	struct sessionfile record;
	struct err err = { 0 };
	struct buf file;
	int exit_code;

	if (options->arg_count != 1)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept session import FILE",
				  _("`kept session import` takes in the record "
				    "of a session."));
	buf_init(&file, FILE_BYTES_MAX);
	exit_code = jsoninput_file(cli, options->args[0], &file);
	if (exit_code == 0) {
		if (sessionfile_parse(buf_bytes(&file), &record, &err) != 0) {
			exit_code = cli_say_no(cli, EXIT_NOT_THE_FORMAT,
					       "usage", NULL, "%s", err.text);
		} else {
			if (!cli_is_program(cli))
				say_understood(cli, &record);
			exit_code = import_record(cli, &record);
		}
		sessionfile_release(&record);
	}
	buf_release(&file);
	return exit_code;
}

int cmd_session(struct cli *cli)
{
	static const struct verb verbs[] = {
		{ "add", meeting_add },
		{ "next", meeting_next },
		{ "bring", meeting_bring },
		{ "import", session_import },
	};

	return verbs_run(cli, verbs, KEPT_ARRAY_COUNT(verbs), "next");
}
