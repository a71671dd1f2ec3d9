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
#include "cli/render.h"

#define STOP_MS 15000

static const char *plural(int64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

int cmd_unlock(struct cli *cli)
{
	cJSON *result = NULL;
	int exit_code = cli_connect(cli);
	int64_t entries, captured;

	if (exit_code == 0)
		exit_code = cli_unlock(cli, "Passphrase: ", &result);
	if (exit_code != 0)
		return exit_code;
	entries = json_number(result, "entries", 0);
	captured = json_number(result, "captured", 0);
	cli_done(cli, "Open.  %lld %s.\n", (long long)entries,
		 plural(entries, "entry", "entries"));
	if (captured > 0)
		cli_done(cli,
			 "%lld written while it was locked %s with the "
			 "others now.\n",
			 (long long)captured, plural(captured, "is", "are"));
	if (cli_is_program(cli))
		return cli_put_json(result);
	cJSON_Delete(result);
	return EXIT_DONE;
}

int cmd_lock(struct cli *cli)
{
	int exit_code = cli_call(cli, "lock", NULL, NULL);

	if (exit_code == 0)
		cli_done(cli, "Locked. You can still write.\n");
	if (exit_code == 0 && cli_is_program(cli))
		return cli_put_json(cJSON_CreateObject());
	return exit_code;
}

/* ---- status ---- */

static void show_span(int64_t seconds, char out[32])
{
	int64_t minutes = (seconds + 59) / 60;

	if (seconds < 60)
		(void)snprintf(out, 32, "in less than a minute");
	else if (minutes < 120)
		(void)snprintf(out, 32, "in %lld minutes", (long long)minutes);
	else
		(void)snprintf(out, 32, "in %lld hours",
			       (long long)(minutes / 60));
}

static void show_open(const cJSON *status)
{
	int64_t entries = json_number(status, "entries", 0);
	int64_t locks_in = json_number(status, "locks_in", -1);
	char span[32];

	if (locks_in >= 0)
		show_span(locks_in, span);
	cli_print("Unlocked%s%s.  %lld %s", locks_in >= 0 ? ", locks " : "",
		  locks_in >= 0 ? span : "", (long long)entries,
		  plural(entries, "entry", "entries"));
}

/* ", all on 2 devices but 3 (phone not seen since yesterday)." */
static void show_devices(const cJSON *status)
{
	struct buf reach;

	buf_init(&reach, RENDER_BYTES_MAX);
	devicetext_put_reach(&reach, dates_now(), status);
	cli_print("%.*s.\n", (int)reach.len,
		  reach.len == 0 ? "" : (const char *)reach.ptr);
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
	cli_print("%lld %s two versions%s: kept %s%s\n", (long long)conflicts,
		  plural(conflicts, "entry has", "entries have"),
		  conflicts > 1 && *id != '\0' ? "; the newest" : "",
		  *id == '\0' ? "log" : "show ", ending);
}

/* Where others find this device; for one alone only when asked. */
static void show_listening(const struct cli *cli, const cJSON *status)
{
	const cJSON *address;
	bool is_alone = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(
				status, "devices")) < 2;

	if (is_alone && !cli->options.common.verbose)
		return;
	cJSON_ArrayForEach(address,
			   cJSON_GetObjectItemCaseSensitive(status, "listen"))
		cli_print("Other devices reach it at %s.\n",
			  cJSON_IsString(address) ? address->valuestring : "");
}

static void show_waiting(const cJSON *status)
{
	int64_t drafts = json_number(status, "drafts", 0);
	int64_t captured = json_number(status, "captured", 0);
	const cJSON *note;

	if (captured > 0)
		cli_print("%lld written since then %s for the next unlock.\n",
			  (long long)captured,
			  plural(captured, "waits", "wait"));
	show_conflicts(status);
	if (drafts > 0)
		cli_print("%lld half-written.  kept drafts\n",
			  (long long)drafts);
	if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(status, "recovery")))
		cli_print("There is no recovery sheet.\n");
	cJSON_ArrayForEach(note,
			   cJSON_GetObjectItemCaseSensitive(status, "notes"))
	{
		char *text = cli_show(
			cJSON_IsString(note) ? note->valuestring : "", false);

		cli_print("%s\n", text);
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
		cli_print("There is no journal here yet.\nTry  kept init\n");
		cJSON_Delete(status);
		return EXIT_DONE;
	}
	if (strcmp(state, "unlocked") == 0) {
		show_open(status);
		show_devices(status);
	} else {
		cli_print("Locked. You can still write.\n");
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

	(void)snprintf(finding, sizeof finding, "%s, %s", cli->paths.socket,
		       ok ? "only you" : "others can see the folder");
	add_line(lines, "socket", finding,
		 ok ? "" : "chmod 700 on that folder closes it.");
	return ok;
}

#define PART_COLUMNS 14
#define VERDICT_COLUMNS 14 /* "worth a look" and two blanks */

/* Nothing is cut here: what is worth a look has to be read whole. */
static void show_line(const struct render *render, const cJSON *line,
		      struct buf *out)
{
	const char *part = json_text(line, "part");
	char *finding = cli_show(json_text(line, "finding"), false);
	const char *hint = json_text(line, "hint");
	const char *verdict = json_flag(line, "ok") ? "ok" : "worth a look";
	size_t room = render->columns, width = render_width(finding);
	bool fits = room >= PART_COLUMNS + width + 2 + VERDICT_COLUMNS;

	buf_printf(out, "  %-*s", PART_COLUMNS - 2, part);
	if (fits) {
		size_t gap = room - PART_COLUMNS - width - VERDICT_COLUMNS;

		buf_printf(out, "%s%*s%s\n", finding, (int)gap, "", verdict);
	} else {
		buf_printf(out, "%s\n", verdict);
		render_put_wrapped(out, render, finding, PART_COLUMNS);
	}
	cli_free(finding);
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
		cli_print("%lld %s to look at.\n", (long long)odd,
			  plural(odd, "thing", "things"));
	cJSON_Delete(result);
	return exit_code;
}

/* ---- keptd itself ---- */

static int show_running(struct cli *cli, bool is_running)
{
	cJSON *shown;

	if (!cli_is_program(cli)) {
		cli_done(cli, is_running ? "keptd is running.\n"
					 : "keptd isn't running.\n");
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
				  "keptd is still busy; it ends when it is "
				  "through.");
	if (!cli_is_program(cli))
		cli_done(cli, "keptd has ended. The journal is locked.\n");
	return cli_is_program(cli) ? show_running(cli, false) : EXIT_DONE;
}

int cmd_daemon(struct cli *cli)
{
	const char *act = cli->options.arg_count == 1 ? cli->options.args[0]
						      : "";
	int exit_code;

	if (strcmp(act, "status") == 0)
		return show_running(cli, find_running(cli));
	if (strcmp(act, "stop") == 0)
		return stop_daemon(cli);
	if (strcmp(act, "start") == 0) {
		exit_code = cli_connect(cli);
		return exit_code == 0 ? show_running(cli, true) : exit_code;
	}
	return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
			  "start, stop, or status?");
}
