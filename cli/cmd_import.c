/*
 * cmd_import.c - taking entries in, a batch at a time.
 *
 * A file that carries a digest is judged whole before its first entry is
 * sent. What can't be taken is named by its line and stops nothing else; what
 * is here already is left alone. Read next: exportfile.c.
 */
#include "cli/command.h"

#include "cli/ask.h"
#include "cli/exportfile.h"
#include "cli/i18n.h"
#include "cli/jsoninput.h"
#include "cli/told.h"
#include "proto/bounds.h"

#define FILE_BYTES_MAX ((size_t)1 << 30)
/* JSON is never much shorter than its msgpack. */
#define BATCH_BYTES 262144u
/* Of one request no more refusals than this come back. */
#define BATCH_ENTRIES 100u
#define LINE_BYTES_MAX (LIMIT_FRAME_BYTES - 65536u)
/* Around an entry there are the request, its parameters, and the list. */
#define ENTRY_DEPTH_MAX (LIMIT_MP_DEPTH - 3)
#define BAD_SHOWN 10

const struct option_spec options_import[] = {
	{ "format", 0, OPTION_VALUE, "ndjson", N_("what the file is") },
	{ 0 },
};

struct intake {
	struct cli *cli;
	cJSON *batch; /* list; Owns */
	size_t batch_count, batch_bytes;
	size_t lines[BATCH_ENTRIES]; /* of the file, for each of the batch */
	uint64_t seen, added, already, skipped;
	cJSON *bad; /* list of {where, why}; Owns */
};

static void put_bad(struct intake *intake, size_t line, const char *why)
{
	cJSON *item = cJSON_CreateObject();

	(void)cJSON_AddNumberToObject(item, "where", (double)line);
	(void)cJSON_AddStringToObject(item, "why", why);
	cJSON_AddItemToArray(intake->bad, item);
}

static bool is_container(const cJSON *json)
{
	return cJSON_IsObject(json) || cJSON_IsArray(json);
}

/* Containers within containers; what is deeper than most counts as one more.
 * The way down is walked, not recursed. */
static size_t depth_of(const cJSON *json)
{
	const cJSON *stack[ENTRY_DEPTH_MAX + 1];
	size_t depth = 0, deepest = 0;

	while (json != NULL) {
		size_t here = depth + is_container(json);

		deepest = here > deepest ? here : deepest;
		if (deepest > ENTRY_DEPTH_MAX)
			break;
		if (is_container(json) && json->child != NULL) {
			stack[depth++] = json;
			json = json->child;
			continue;
		}
		while (depth > 0 && json->next == NULL)
			json = stack[--depth];
		json = depth == 0 ? NULL : json->next;
	}
	return deepest;
}

static void draw_progress(const struct intake *intake)
{
	const struct cli *cli = intake->cli;
	char seen[80];

	if (cli->dumb || !cli->err_is_terminal || cli_is_program(cli) ||
	    cli->options.common.quiet)
		return;
	(void)snprintf(seen, sizeof seen, _("%llu entries …"),
		       (unsigned long long)intake->seen);
	cli_say("\r%s\033[K", seen);
}

/* Sends what is in the batch. */
static int send_batch(struct intake *intake)
{
	cJSON *params, *result = NULL;
	const cJSON *bad;
	int exit_code;

	if (intake->batch_count == 0)
		return 0;
	params = cJSON_CreateObject();
	cJSON_AddItemToObject(params, "entries", intake->batch);
	if (intake->cli->options.common.dry_run)
		(void)cJSON_AddTrueToObject(params, "dry_run");
	intake->batch = cJSON_CreateArray();
	exit_code = cli_call(intake->cli, "import", params, &result);
	if (exit_code != 0)
		return exit_code;
	intake->added += (uint64_t)json_number(result, "added", 0);
	intake->already += (uint64_t)json_number(result, "already", 0);
	intake->skipped += (uint64_t)json_number(result, "skipped", 0);
	cJSON_ArrayForEach(bad, cJSON_GetObjectItemCaseSensitive(result, "bad"))
	{
		int64_t where = json_number(bad, "where", -1);

		if (where >= 0 && (size_t)where < intake->batch_count)
			put_bad(intake, intake->lines[where],
				json_text(bad, "why"));
	}
	cJSON_Delete(result);
	intake->batch_count = 0;
	intake->batch_bytes = 0;
	draw_progress(intake);
	return ask_was_stopped() ? EXIT_CTRL_C : 0;
}

static int take_entry(struct intake *intake, cJSON *take_entry, size_t len,
		      size_t number)
{
	int exit_code = 0;

	if (intake->batch_count == BATCH_ENTRIES ||
	    (intake->batch_count > 0 &&
	     intake->batch_bytes + len > BATCH_BYTES))
		exit_code = send_batch(intake);
	if (exit_code != 0) {
		cJSON_Delete(take_entry);
		return exit_code;
	}
	intake->lines[intake->batch_count++] = number;
	intake->batch_bytes += len;
	cJSON_AddItemToArray(intake->batch, take_entry);
	return 0;
}

/* Why the line can't even be sent, or NULL and the entry. */
static const char *read_entry(struct bytes line, struct buf *text,
			      cJSON **entry)
{
	*entry = NULL;
	if (line.len > LINE_BYTES_MAX)
		return err_text(ERR_LIMIT);
	buf_clear(text);
	buf_put(text, line.ptr, line.len);
	buf_put_u8(text, 0);
	if (text->failed == 0 && memchr(line.ptr, 0, line.len) == NULL)
		*entry = jsoninput_parse((const char *)text->ptr);
	if (!cJSON_IsObject(*entry))
		return N_("That line isn't one JSON object.");
	if (depth_of(*entry) > ENTRY_DEPTH_MAX)
		return N_("No entry is as deep as that.");
	return exportfile_name(*entry) ? NULL : err_text(ERR_NOMEM);
}

static int take_line(struct intake *intake, struct bytes line, size_t number,
		     struct buf *text)
{
	cJSON *entry;
	const char *why = read_entry(line, text, &entry);
	int exit_code;

	intake->seen++;
	if (why == NULL)
		return take_entry(intake, entry, line.len, number);
	cJSON_Delete(entry);
	/* What went before is judged first, so that lines are in order. */
	exit_code = send_batch(intake);
	if (exit_code == 0)
		put_bad(intake, number, why);
	return exit_code;
}

static int take_lines(struct intake *intake, struct bytes entries,
		      size_t first_line)
{
	size_t number = first_line;
	struct bytes line;
	struct buf text;
	int exit_code = 0;

	buf_init(&text, LIMIT_FRAME_BYTES);
	while (exit_code == 0 && exportfile_next(&entries, &line, &number))
		exit_code = take_line(intake, line, number, &text);
	if (exit_code == 0)
		exit_code = send_batch(intake);
	buf_release(&text);
	return exit_code;
}

/* ---- what it came to ---- */

static void say_bad(const struct intake *intake)
{
	int count = cJSON_GetArraySize(intake->bad), shown = 0;
	const cJSON *bad;

	cJSON_ArrayForEach(bad, intake->bad)
	{
		char *why = cli_show(json_text(bad, "why"), false);
		char said[512];

		(void)told_put(why, said, sizeof said);
		if (shown++ < BAD_SHOWN)
			cli_say(_("  line %lld: %s\n"),
				(long long)json_number(bad, "where", 0), said);
		cli_free(why);
	}
	if (count > BAD_SHOWN)
		cli_say(_("  … and %d more; --json lists them all\n"),
			count - BAD_SHOWN);
}

static void say_result(const struct intake *intake)
{
	const struct cli *cli = intake->cli;
	bool dry = cli->options.common.dry_run;
	int bad = cJSON_GetArraySize(intake->bad);

	if (!cli->dumb && cli->err_is_terminal)
		cli_note(cli, "\r\033[K");
	cli_note(cli,
		 dry ? P_("%llu entry: %llu to add, %llu empty (skipped), %llu "
			  "already here.\n",
			  "%llu entries: %llu to add, %llu empty (skipped), "
			  "%llu already here.\n",
			  intake->seen)
		     : P_("%llu entry: %llu added, %llu empty (skipped), %llu "
			  "already here.\n",
			  "%llu entries: %llu added, %llu empty (skipped), "
			  "%llu already here.\n",
			  intake->seen),
		 (unsigned long long)intake->seen,
		 (unsigned long long)intake->added,
		 (unsigned long long)intake->skipped,
		 (unsigned long long)intake->already);
	if (bad > 0) {
		cli_say(_("%d can't be taken:\n"), bad);
		say_bad(intake);
	}
	if (dry)
		cli_note(cli, _("Nothing changed.\n"));
}

static int put_result(struct intake *intake)
{
	bool useless = cJSON_GetArraySize(intake->bad) > 0 &&
		       intake->added + intake->already + intake->skipped == 0;
	cJSON *answer;

	if (!cli_is_program(intake->cli)) {
		say_result(intake);
		return useless ? EXIT_NOT_THE_FORMAT : EXIT_DONE;
	}
	answer = cJSON_CreateObject();
	(void)cJSON_AddNumberToObject(answer, "added", (double)intake->added);
	(void)cJSON_AddNumberToObject(answer, "already",
				      (double)intake->already);
	(void)cJSON_AddNumberToObject(answer, "skipped",
				      (double)intake->skipped);
	cJSON_AddItemToObject(answer, "bad", intake->bad);
	intake->bad = NULL;
	(void)cli_put_json(answer);
	return useless ? EXIT_NOT_THE_FORMAT : EXIT_DONE;
}

static int refuse_file(struct cli *cli, enum exportfile_kind kind)
{
	if (kind == EXPORTFILE_TORN)
		return cli_say_no(
			cli, EXIT_NOT_THE_FORMAT, "damaged", NULL,
			_("That export isn't whole: it was cut off or "
			  "changed on the way. Nothing was changed."));
	if (kind == EXPORTFILE_NEWER)
		return cli_say_no(cli, EXIT_NOT_THE_FORMAT, "newer_kept", NULL,
				  _("That export is of a newer kept than this "
				    "one. Nothing was changed."));
	return cli_say_no(cli, EXIT_NOT_THE_FORMAT, "usage", NULL,
			  _("That isn't an export with one JSON object a line. "
			    "Nothing was changed."));
}

static int import_file(struct cli *cli, struct bytes file)
{
	struct intake intake = { .cli = cli };
	struct bytes entries;
	size_t first_line;
	enum exportfile_kind kind;
	int exit_code;

	kind = exportfile_judge(file, &entries, &first_line);
	if (kind != EXPORTFILE_BARE && kind != EXPORTFILE_WHOLE)
		return refuse_file(cli, kind);
	intake.batch = cJSON_CreateArray();
	intake.bad = cJSON_CreateArray();
	exit_code = take_lines(&intake, entries, first_line);
	if (exit_code == 0)
		exit_code = put_result(&intake);
	else if (intake.added > 0 && !cli_is_program(cli))
		cli_say(_("%llu were added before that; a second import leaves "
			  "them alone.\n"),
			(unsigned long long)intake.added);
	cJSON_Delete(intake.batch);
	cJSON_Delete(intake.bad);
	return exit_code;
}

int cmd_import(struct cli *cli)
{
	const struct options *options = &cli->options;
	const char *format = options_value(options, "format");
	struct buf file;
	int exit_code;

	if (options->arg_count != 1)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept import FILE",
				  _("`kept import` takes one file, or - for "
				    "stdin."));
	if (format != NULL && strcmp(format, "ndjson") != 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept import --format ndjson FILE",
				  _("This kept takes in ndjson."));
	buf_init(&file, FILE_BYTES_MAX);
	exit_code = jsoninput_file(cli, options->args[0], &file);
	if (exit_code == 0)
		exit_code = import_file(cli, buf_bytes(&file));
	buf_release(&file);
	return exit_code;
}
