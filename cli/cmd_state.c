/*
 * cmd_state.c - open, closed, and how things stand: unlock, lock, status,
 * doctor, daemon.
 *
 * status must never show anything that was written. Read next: cmd_init.c.
 */
#include <errno.h>
#include <sys/stat.h>

#include "cli/ask.h"
#include "cli/command.h"
#include "cli/dates.h"
#include "cli/devicetext.h"
#include "cli/i18n.h"
#include "cli/render.h"
#include "cli/told.h"

#define STOP_MS 15000

int cmd_unlock(struct cli *cli)
{
	cJSON *result = NULL;
	int exit_code = cli_refuse_dry(cli);
	int64_t entries, captured;

	if (exit_code == 0)
		exit_code = cli_connect(cli);
	if (exit_code == 0)
		exit_code = cli_unlock(cli, _("Passphrase: "), &result);
	if (exit_code != 0)
		return exit_code;
	entries = json_number(result, "entries", 0);
	captured = json_number(result, "captured", 0);
	cli_done(cli,
		 P_("Open.  %lld entry.\n", "Open.  %lld entries.\n", entries),
		 (long long)entries);
	if (captured > 0)
		cli_done(cli,
			 P_("%lld written while it was locked is with the "
			    "others now.\n",
			    "%lld written while it was locked are with the "
			    "others now.\n",
			    captured),
			 (long long)captured);
	if (cli_is_program(cli))
		return cli_put_json(result);
	cJSON_Delete(result);
	return EXIT_DONE;
}

int cmd_lock(struct cli *cli)
{
	int exit_code = cli_refuse_dry(cli);

	if (exit_code == 0)
		exit_code = cli_call(cli, "lock", NULL, NULL);
	if (exit_code == 0)
		cli_done(cli, _("Locked. You can still write.\n"));
	if (exit_code == 0 && cli_is_program(cli))
		return cli_put_json(cJSON_CreateObject());
	return exit_code;
}

/* ---- status ---- */

/* Until it locks by itself; < 0: it does not. */
static void put_span(struct buf *out, int64_t seconds)
{
	int64_t minutes = (seconds + 59) / 60;
	int64_t hours = minutes / 60;

	if (seconds < 0)
		buf_printf(out, "%s", _("Unlocked."));
	else if (seconds < 60)
		buf_printf(out, "%s",
			   _("Unlocked, locks in less than a minute."));
	else if (minutes < 120)
		buf_printf(out,
			   P_("Unlocked, locks in %lld minute.",
			      "Unlocked, locks in %lld minutes.", minutes),
			   (long long)minutes);
	else
		buf_printf(out,
			   P_("Unlocked, locks in %lld hour.",
			      "Unlocked, locks in %lld hours.", hours),
			   (long long)hours);
}

/* "Unlocked, locks in 8 minutes.  217 entries, all on 2 devices but 3 (phone
 * not seen since yesterday)." */
static void show_open(const cJSON *status)
{
	int64_t entries = json_number(status, "entries", 0);
	struct buf line, reach;

	buf_init(&line, RENDER_BYTES_MAX);
	buf_init(&reach, RENDER_BYTES_MAX);
	devicetext_put_reach(&reach, dates_now(), status);
	put_span(&line, json_number(status, "locks_in", -1));
	buf_printf(&line,
		   P_("  %lld entry%.*s.\n", "  %lld entries%.*s.\n", entries),
		   (long long)entries, (int)reach.len,
		   reach.len == 0 ? "" : (const char *)reach.ptr);
	cli_print("%.*s", (int)line.len, (const char *)line.ptr);
	buf_release(&line);
	buf_release(&reach);
}

static void show_conflicts(const cJSON *status)
{
	int64_t conflicts = json_number(status, "conflicts", 0);
	const char *id = json_text(status, "conflict");
	char ending[RENDER_ID_BYTES];

	if (conflicts == 0)
		return;
	render_short_id(id, RENDER_ID_LETTERS, ending);
	if (*id == '\0')
		cli_print(P_("%lld entry has two versions: kept log.\n",
			     "%lld entries have two versions: kept log.\n",
			     conflicts),
			  (long long)conflicts);
	else
		cli_print(P_("%lld entry has two versions: kept show %s.\n",
			     "%lld entries have two versions; the newest: "
			     "kept show %s.\n",
			     conflicts),
			  (long long)conflicts, ending);
}

/* "[::]:47474" is every address of this machine: there the port says more. */
static const char *any_port(const char *address)
{
	static const char *const any[] = { "[::]:", "0.0.0.0:" };
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(any); i++) {
		if (strncmp(address, any[i], strlen(any[i])) == 0)
			return address + strlen(any[i]);
	}
	return NULL;
}

/* Where others find this device; for one alone only when asked. */
static void show_listening(const struct cli *cli, const cJSON *status)
{
	const cJSON *item;
	bool is_alone = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(
				status, "devices")) < 2;

	if (is_alone && !cli->options.common.verbose)
		return;
	cJSON_ArrayForEach(item,
			   cJSON_GetObjectItemCaseSensitive(status, "listen"))
	{
		const char *address = cJSON_IsString(item) ? item->valuestring
							   : "";
		const char *port = any_port(address);

		if (port != NULL)
			cli_print(_("Other devices reach it on port %s.\n"),
				  port);
		else
			cli_print(_("Other devices reach it at %s.\n"),
				  address);
	}
}

static void show_waiting(const cJSON *status)
{
	int64_t drafts = json_number(status, "drafts", 0);
	int64_t captured = json_number(status, "captured", 0);
	const cJSON *note;

	if (captured > 0)
		cli_print(P_("%lld written since then waits for the next "
			     "unlock.\n",
			     "%lld written since then wait for the next "
			     "unlock.\n",
			     captured),
			  (long long)captured);
	show_conflicts(status);
	if (drafts > 0)
		cli_print(P_("%lld half-written.  kept drafts\n",
			     "%lld half-written.  kept drafts\n", drafts),
			  (long long)drafts);
	if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(status, "recovery")))
		cli_print(_("There is no recovery sheet.\n"));
	cJSON_ArrayForEach(note,
			   cJSON_GetObjectItemCaseSensitive(status, "notes"))
	{
		char *text = cli_show(
			cJSON_IsString(note) ? note->valuestring : "", false);
		char said[512];

		(void)told_put(text, said, sizeof said);
		cli_print("%s\n", said);
		cli_free(text);
	}
}

int cmd_status(struct cli *cli)
{
	cJSON *status = NULL;
	int exit_code = cli_call(cli, "status", NULL, &status);
	const char *state;

	if (exit_code != 0)
		return exit_code;
	if (cli_is_program(cli))
		return cli_put_json(status);
	state = json_text(status, "state");
	if (strcmp(state, "none") == 0) {
		cli_print(_("There is no journal here yet.\nTry  kept init\n"));
		cJSON_Delete(status);
		return EXIT_DONE;
	}
	if (strcmp(state, "unlocked") == 0) {
		show_open(status);
	} else {
		cli_print(_("Locked. You can still write.\n"));
	}
	show_waiting(status);
	show_listening(cli, status);
	cJSON_Delete(status);
	return EXIT_DONE;
}

/* ---- doctor ---- */

static void add_line(cJSON *lines, const char *part, const char *finding,
		     const char *hint)
{
	cJSON *line = cJSON_CreateObject();

	(void)cJSON_AddStringToObject(line, "part", part);
	(void)cJSON_AddStringToObject(line, "finding", finding);
	(void)cJSON_AddBoolToObject(line, "ok", *hint == '\0');
	(void)cJSON_AddStringToObject(line, "hint", hint);
	(void)cJSON_AddItemToArray(lines, line);
}

/* What keptd can't see from inside. */
static bool look_at_socket(struct cli *cli, cJSON *lines)
{
	char finding[PATH_BYTES + 32];
	struct stat stat_run;
	bool ok = stat(cli->paths.run, &stat_run) == 0 &&
		  (stat_run.st_mode & 077) == 0;

	(void)snprintf(finding, sizeof finding,
		       ok ? _("%s, only you")
			  : _("%s, others can see the folder"),
		       cli->paths.socket);
	add_line(lines, N_("socket"), finding,
		 ok ? "" : _("chmod 700 on that folder closes it."));
	return ok;
}

#define PART_COLUMNS 14

/* A column of blanks behind what has `width` columns already. */
static void put_gap(struct buf *out, size_t width, size_t columns)
{
	for (; width < columns; width++)
		buf_put_u8(out, ' ');
}

/* Nothing is cut here: what is worth a look has to be read whole. */
static void show_line(const struct render *render, const cJSON *line,
		      struct buf *out)
{
	char *given = cli_show(json_text(line, "finding"), false);
	char finding[PATH_BYTES + 128], hint[512];
	const char *part = _(json_text(line, "part"));
	const char *verdict = json_flag(line, "ok") ? _("ok")
						    : _("worth a look");
	size_t room = render->columns, width, verdict_columns;

	(void)told_put(given, finding, sizeof finding);
	(void)told_put(json_text(line, "hint"), hint, sizeof hint);
	cli_free(given);
	width = render_width(finding);
	verdict_columns = render_width(_("worth a look")) + 2;
	buf_printf(out, "  %s", part);
	put_gap(out, 2 + render_width(part), PART_COLUMNS);
	if (room >= PART_COLUMNS + width + 2 + verdict_columns) {
		buf_printf(out, "%s", finding);
		put_gap(out, PART_COLUMNS + width, room - verdict_columns);
		buf_printf(out, "%s\n", verdict);
	} else {
		buf_printf(out, "%s\n", verdict);
		render_put_wrapped(out, render, finding, PART_COLUMNS);
	}
	if (*hint != '\0')
		render_put_wrapped(out, render, hint, PART_COLUMNS);
}

static void show_lines(const struct cli *cli, const cJSON *lines)
{
	struct render render = { .columns = (size_t)cli->columns,
				 .ascii = !cli->utf8 };
	const cJSON *line;
	struct buf out;

	buf_init(&out, RENDER_BYTES_MAX);
	cJSON_ArrayForEach(line, lines) show_line(&render, line, &out);
	cli_print("%.*s", (int)out.len, (const char *)out.ptr);
	buf_release(&out);
}

int cmd_doctor(struct cli *cli)
{
	cJSON *result = NULL, *lines;
	const cJSON *line;
	int exit_code = cli_call(cli, "doctor", NULL, &result);
	int64_t odd = 0;

	if (exit_code != 0)
		return exit_code;
	lines = cJSON_GetObjectItemCaseSensitive(result, "lines");
	(void)look_at_socket(cli, lines);
	cJSON_ArrayForEach(line, lines) odd += !json_flag(line, "ok");
	exit_code = odd == 0 ? EXIT_DONE : EXIT_LOOK;
	if (cli_is_program(cli)) {
		cJSON_DeleteItemFromObject(result, "ok");
		(void)cJSON_AddBoolToObject(result, "ok", odd == 0);
		(void)cli_put_json(result);
		return exit_code;
	}
	show_lines(cli, lines);
	if (odd > 0)
		cli_print(P_("%lld thing to look at.\n",
			     "%lld things to look at.\n", odd),
			  (long long)odd);
	cJSON_Delete(result);
	return exit_code;
}

/* ---- keptd itself ---- */

static int show_running(struct cli *cli, bool is_running)
{
	cJSON *shown;

	if (!cli_is_program(cli)) {
		cli_done(cli, is_running ? _("keptd is running.\n")
					 : _("keptd isn't running.\n"));
		return EXIT_DONE;
	}
	shown = cJSON_CreateObject();
	(void)cJSON_AddBoolToObject(shown, "running", is_running);
	return cli_put_json(shown);
}

/* Is it there? Connects without starting it. */
static bool find_running(struct cli *cli)
{
	struct client_options options = { .paths = &cli->paths };
	bool started;

	return client_open(&cli->client, &options, &started, NULL) == 0;
}

static int stop_daemon(struct cli *cli)
{
	struct client_refusal refusal;
	int code;

	if (!find_running(cli))
		return show_running(cli, false);
	code = cli_try(cli, "stop", NULL, NULL, &refusal);
	/* It may be gone before its answer is here. */
	if (code != 0 && code != ERR_NOT_HERE)
		return cli_refuse(cli, &refusal);
	client_close(cli->client);
	cli->client = NULL;
	if (!client_wait_gone(&cli->paths, STOP_MS))
		return cli_say_no(cli, EXIT_COULD_NOT, "busy", NULL,
				  _("keptd is still busy; it ends when it is "
				    "through."));
	if (!cli_is_program(cli))
		cli_done(cli, _("keptd has ended. The journal is locked.\n"));
	return cli_is_program(cli) ? show_running(cli, false) : EXIT_DONE;
}

int cmd_daemon(struct cli *cli)
{
	const char *act = cli->options.arg_count == 1 ? cli->options.args[0]
						      : "";
	int exit_code;

	if (strcmp(act, "status") == 0)
		return show_running(cli, find_running(cli));
	exit_code = cli_refuse_dry(cli);
	if (exit_code != 0)
		return exit_code;
	if (strcmp(act, "stop") == 0)
		return stop_daemon(cli);
	if (strcmp(act, "start") == 0) {
		exit_code = cli_connect(cli);
		return exit_code == 0 ? show_running(cli, true) : exit_code;
	}
	return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
			  _("start, stop, or status?"));
}
