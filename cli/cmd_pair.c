/*
 * cmd_pair.c - letting another device in, and joining one.
 *
 * Both sides see three words and both say yes; the answer nobody gives is No.
 * Must never pair without that yes, and never leave a code alive behind it.
 * Read next: daemon/rpc/do_pair.c.
 */
#include "cli/command.h"

#include "cli/ask.h"
#include "cli/i18n.h"
#include "cli/qr.h"
#include "cli/screen.h"
#include "cli/told.h"
#include "proto/bounds.h"

/* The countdown with what Ctrl-C does needs so many. */
/* How often the countdown moves. */
#define TICK_MS 1000
/* The daemon ends a code itself; this is for when it can't say so. */
#define GRACE_S 15
#define FETCH_STEP_MS 500
#define FETCH_STEPS 240

const struct option_spec options_pair[] = {
	{ "at", 0, OPTION_VALUE, N_("HOST:PORT"),
	  N_("where the other device is") },
	{ "name", 0, OPTION_VALUE, N_("NAME"),
	  N_("what this device is called") },
	{ "listen", 0, OPTION_VALUE, N_("HOST:PORT"),
	  N_("where to wait for the other device") },
	{ "kdf-memory", 0, OPTION_VALUE, N_("SIZE"), NULL },
	{ "kdf-passes", 0, OPTION_VALUE, "N", NULL },
	{ 0 },
};

struct pairing {
	struct cli *cli;
	struct timespec end;                         /* the code's, monotonic */
	char other[LIMIT_DEVICE_NAME_BYTES * 3 + 4]; /* shown-safe */
	uint64_t entries;
	bool joining;
	bool refused; /* our own No */
	bool drawn;   /* a countdown stands on the line */
	bool done;
	bool is_late; /* our answer came after the end: the refusal of it */
	struct client_refusal late;
	int exit_code;
};

/* ---- the end of a pairing ---- */

static void clear_countdown(struct pairing *pairing)
{
	if (pairing->drawn)
		cli_say("\r\033[K");
	pairing->drawn = false;
}

static void stop_pairing(struct pairing *pairing)
{
	struct client_refusal refusal;

	ask_forget_stop();
	err_ignore(cli_try(pairing->cli, "pair_stop", NULL, NULL, &refusal),
		   "the code dies with the connection too");
}

static void finish(struct pairing *pairing, int exit_code)
{
	pairing->done = true;
	pairing->exit_code = exit_code;
}

/* ---- events ---- */

static void take_name(struct pairing *pairing, const char *name)
{
	char *shown = cli_show(name, false);

	(void)snprintf(pairing->other, sizeof pairing->other, "%s", shown);
	cli_free(shown);
}

static bool ask_match(struct pairing *pairing, const cJSON *words)
{
	char line[128] = "";
	bool yes = false;
	size_t used = 0;
	const cJSON *word;

	cJSON_ArrayForEach(word, words)
	{
		if (used < sizeof line && cJSON_IsString(word))
			used += (size_t)snprintf(
				line + used, sizeof line - used, "%s%s",
				used > 0 ? " · " : "", word->valuestring);
	}
	if (pairing->other[0] == '\0')
		cli_say(_("Found it. Both screens should show the same three "
			  "words:\n"));
	else
		cli_say(_("Found “%s”. Both screens should show the same three "
			  "words:\n"),
			pairing->other);
	cli_say("\n        %s\n\n", line);
	if (ask_yes_no(pairing->cli, _("Do they match?"), false, &yes) ==
	    ASK_STOPPED)
		finish(pairing, EXIT_CTRL_C);
	return yes;
}

static void on_words(struct pairing *pairing, const cJSON *event)
{
	struct cli *cli = pairing->cli;
	cJSON *params = cJSON_CreateObject();
	bool yes = cli->options.common.yes;

	take_name(pairing, json_text(event, "name"));
	if (!cli_is_program(cli) || (!yes && ask_can(cli)))
		yes = ask_match(pairing, cJSON_GetObjectItemCaseSensitive(
						 event, "words"));
	if (pairing->done) {
		cJSON_Delete(params);
		stop_pairing(pairing);
		return;
	}
	pairing->refused = !yes;
	(void)cJSON_AddBoolToObject(params, "yes", yes);
	/* It may have ended over the words: its event, which is here by now,
	 * says it better than the refusal does. */
	pairing->is_late =
		cli_try(cli, "pair_confirm", params, NULL, &pairing->late) != 0;
	if (pairing->is_late)
		return;
	if (yes && !cli_is_program(cli))
		cli_note(cli,
			 pairing->other[0] == '\0'
				 ? _("Waiting for the yes on the other device "
				     "…\n")
				 : _("Waiting for the yes on %s …\n"),
			 pairing->other);
}

static void on_paired(struct pairing *pairing, const cJSON *event)
{
	const cJSON *device = cJSON_GetObjectItemCaseSensitive(event, "device");

	if (*json_text(device, "name") != '\0')
		take_name(pairing, json_text(device, "name"));
	pairing->entries = (uint64_t)json_number(event, "entries", 0);
	finish(pairing, EXIT_DONE);
}

static void say_failed(const struct pairing *pairing, const cJSON *event)
{
	char *message = cli_show(json_text(event, "message"), false);
	char said[512];

	(void)told_put(message, said, sizeof said);
	cli_say(_("Not paired. %s\n"), said);
	if (strcmp(json_text(event, "code"), err_name(ERR_CODE_WRONG)) == 0)
		cli_say(_("Look at it once more, and type it again.\n"));
	else if (strstr(message, "kept pair") == NULL)
		cli_say(pairing->joining
				? _("Make another code with  kept pair  on the "
				    "other device.\n")
				: _("Make another code with  kept pair.\n"));
	cli_free(message);
}

static void on_failed(struct pairing *pairing, const cJSON *event)
{
	if (!cli_is_program(pairing->cli) && pairing->refused)
		cli_say(_("Not paired, as you said. Nothing was changed.\n"));
	else if (!cli_is_program(pairing->cli))
		say_failed(pairing, event);
	finish(pairing, pairing->refused ? EXIT_STOPPED : EXIT_COULD_NOT);
}

static void on_strike(const struct cli *cli, const cJSON *event)
{
	if (strcmp(json_text(event, "code"), err_name(ERR_CODE_WRONG)) == 0)
		cli_note(cli,
			 _("Someone tried a wrong code; %lld more and this one "
			   "ends.\n"),
			 (long long)json_number(event, "left", 0));
	else
		cli_note(cli, _("They went away before it was done; the code "
				"still stands.\n"));
}

static void on_event(struct pairing *pairing, const cJSON *event)
{
	const char *name = json_text(event, "event");
	struct cli *cli = pairing->cli;

	clear_countdown(pairing);
	if (cli_is_program(cli))
		(void)cli_put_line(event);
	if (strcmp(name, "words") == 0)
		on_words(pairing, event);
	else if (strcmp(name, "paired") == 0)
		on_paired(pairing, event);
	else if (strcmp(name, "failed") == 0)
		on_failed(pairing, event);
	else if (strcmp(name, "strike") == 0)
		on_strike(cli, event);
}

/* ---- waiting ---- */

static int64_t seconds_left(const struct pairing *pairing)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return pairing->end.tv_sec - now.tv_sec;
}

static void draw_countdown(struct pairing *pairing)
{
	const struct cli *cli = pairing->cli;
	int64_t left = seconds_left(pairing);
	char line[160];

	if (pairing->joining || cli_is_program(cli) || cli->dumb ||
	    !cli->err_is_terminal || cli->options.common.quiet || left < 0)
		return;
	/* One row, or it would be drawn below itself each second. */
	(void)snprintf(line, sizeof line,
		       _("Waiting, %lld:%02lld left. Ctrl-C stops and the code "
			 "dies."),
		       (long long)(left / 60), (long long)(left % 60));
	if ((size_t)cli->columns <= render_width(line))
		(void)snprintf(line, sizeof line,
			       _("Waiting, %lld:%02lld left."),
			       (long long)(left / 60), (long long)(left % 60));
	cli_say("\r%s\033[K", line);
	pairing->drawn = true;
}

static void on_lapsed(struct pairing *pairing)
{
	clear_countdown(pairing);
	stop_pairing(pairing);
	finish(pairing, cli_say_no(pairing->cli, EXIT_COULD_NOT, "code_ended",
				   "kept pair",
				   _("That code has ended; make "
				     "another with `kept pair`.")));
}

static int wait_for_end(struct pairing *pairing)
{
	char method[32];
	cJSON *event;
	int code;

	while (!pairing->done) {
		event = NULL;
		draw_countdown(pairing);
		code = client_event(pairing->cli->client,
				    pairing->is_late ? 0 : TICK_MS, method,
				    &event);
		if (code == 0 && strcmp(method, "pair") == 0) {
			on_event(pairing, event);
		} else if (code == ERR_STOPPED || ask_was_stopped()) {
			clear_countdown(pairing);
			stop_pairing(pairing);
			if (!cli_is_program(pairing->cli))
				cli_say(_("Stopped; that code is dead.\n"));
			finish(pairing, EXIT_CTRL_C);
		} else if (code != 0 && pairing->is_late) {
			finish(pairing,
			       cli_refuse(pairing->cli, &pairing->late));
		} else if (code == ERR_NOT_HERE) {
			clear_countdown(pairing);
			finish(pairing, cli_say_no(pairing->cli, EXIT_NO_DAEMON,
						   "not_here", NULL, "%s",
						   _(err_text(ERR_NOT_HERE))));
		} else if (code == ERR_BUSY &&
			   seconds_left(pairing) < -GRACE_S) {
			on_lapsed(pairing);
		}
		cJSON_Delete(event);
	}
	return pairing->exit_code;
}

static void set_end(struct pairing *pairing, int64_t seconds)
{
	(void)clock_gettime(CLOCK_MONOTONIC, &pairing->end);
	pairing->end.tv_sec += seconds;
}

/* ---- showing a code ---- */

static void show_code(struct cli *cli, const cJSON *shown)
{
	const cJSON *address, *addresses = cJSON_GetObjectItemCaseSensitive(
				      shown, "addresses");
	long long seconds = (long long)json_number(shown, "expires_s", 0);
	struct buf picture;

	cli_print(_("On the other device run:   kept pair %s"),
		  json_text(shown, "code"));
	cJSON_ArrayForEach(address, addresses)
	{
		if (address != addresses->child)
			cli_print(_("\n                        or:  "));
		cli_print(" --at %s",
			  cJSON_IsString(address) ? address->valuestring : "");
	}
	cli_print(_("\nGood for %lld:%02lld.\n"), seconds / 60, seconds % 60);
	buf_init(&picture, 65536);
	if (cli->out_is_terminal && cli->utf8 && !cli->dumb &&
	    qr_put(&picture, json_text(shown, "qr"), 2, (size_t)cli->columns,
		   cli->color) == 0) {
		cli_print(_("Or scan this:\n"));
		(void)screen_put(&picture);
	}
	buf_release(&picture);
	(void)fflush(stdout);
	if (cli->dumb || !cli->err_is_terminal)
		cli_note(cli, _("Waiting. Ctrl-C stops and the code dies.\n"));
}

/* The result with "event" before it. */
static void put_code_event(const cJSON *shown)
{
	cJSON *event = cJSON_CreateObject();
	const cJSON *item;

	(void)cJSON_AddStringToObject(event, "event", "code");
	cJSON_ArrayForEach(item, shown) cJSON_AddItemToObject(
		event, item->string, cJSON_Duplicate(item, true));
	(void)cli_put_line(event);
	cJSON_Delete(event);
}

static int pair_show(struct cli *cli)
{
	const char *listen = options_value(&cli->options, "listen");
	struct pairing pairing = { .cli = cli };
	cJSON *params = cJSON_CreateObject(), *shown = NULL;
	int exit_code;

	if (listen != NULL)
		(void)cJSON_AddStringToObject(params, "listen", listen);
	exit_code = cli_call(cli, "pair_show", params, &shown);
	if (exit_code != 0)
		return exit_code;
	set_end(&pairing, json_number(shown, "expires_s", 600));
	if (cli_is_program(cli))
		put_code_event(shown);
	else
		show_code(cli, shown);
	cJSON_Delete(shown);
	exit_code = wait_for_end(&pairing);
	if (exit_code == EXIT_DONE && !cli_is_program(cli))
		cli_note(cli, _("Paired with “%s”.\n"), pairing.other);
	return exit_code;
}

/* ---- joining ---- */

static bool is_in_sync(const cJSON *result)
{
	const cJSON *device,
		*devices = cJSON_GetObjectItemCaseSensitive(result, "devices");

	cJSON_ArrayForEach(device, devices)
	{
		if (json_flag(device, "in_sync"))
			return true;
	}
	return false;
}

/* How much is here, drawn over itself. */
static void draw_fetch(const struct pairing *pairing)
{
	static const char full[] = "███████████████";
	struct cli *cli = pairing->cli;
	struct client_refusal refusal;
	cJSON *result = NULL;
	uint64_t here, parts;
	char line[160];

	if (cli->dumb || !cli->utf8 || !cli->err_is_terminal ||
	    cli_try(cli, "status", NULL, &result, &refusal) != 0)
		return;
	here = (uint64_t)json_number(result, "entries", 0);
	cJSON_Delete(result);
	parts = pairing->entries == 0 ? 0 : here * 15 / pairing->entries;
	(void)snprintf(line, sizeof line,
		       P_("Paired. %llu entry to fetch.",
			  "Paired. %llu entries to fetch.", pairing->entries),
		       (unsigned long long)pairing->entries);
	cli_say("\r%s %.*s\033[K", line, (int)(3 * (parts > 15 ? 15 : parts)),
		full);
}

/* For a person: what is there comes across while they look. */
static void fetch(const struct pairing *pairing)
{
	struct cli *cli = pairing->cli;
	struct client_refusal refusal;
	struct timespec since, now;
	cJSON *params, *result;
	bool there = false;
	int step;

	(void)clock_gettime(CLOCK_MONOTONIC, &since);
	cli_note(cli,
		 P_("Paired. %llu entry to fetch.",
		    "Paired. %llu entries to fetch.", pairing->entries),
		 (unsigned long long)pairing->entries);
	for (step = 0; step < FETCH_STEPS && !there && !ask_was_stopped();
	     step++) {
		params = cJSON_CreateObject();
		(void)cJSON_AddNumberToObject(params, "wait_ms", FETCH_STEP_MS);
		result = NULL;
		if (cli_try(cli, "sync", params, &result, &refusal) != 0)
			break;
		there = is_in_sync(result);
		cJSON_Delete(result);
		draw_fetch(pairing);
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	cli_note(cli,
		 there ? _(" Done, %lld s.\n")
		       : _(" The rest comes by itself.\n"),
		 (long long)(now.tv_sec - since.tv_sec));
}

static void add_addresses(struct cli *cli, cJSON *params)
{
	const char *at = options_value(&cli->options, "at");
	char copy[1024];
	cJSON *list;
	char *part = copy, *comma;

	if (at == NULL)
		return;
	list = cJSON_AddArrayToObject(params, "addresses");
	(void)snprintf(copy, sizeof copy, "%s", at);
	while (part != NULL) {
		comma = strchr(part, ',');
		if (comma != NULL)
			*comma = '\0';
		cJSON_AddItemToArray(list, cJSON_CreateString(part));
		part = comma == NULL ? NULL : comma + 1;
	}
}

/* 0 and a passphrase for this device, or an exit code. */
static int choose_passphrase(struct cli *cli, char **passphrase)
{
	enum ask_answer answer;

	if (ask_passphrase_is_typed(cli) && ask_can(cli))
		cli_say(_("Choose a passphrase for this device. It can be "
			  "another than on the other one.\n"));
	ask_open(cli);
	answer = ask_new_passphrase(cli, passphrase);
	return answer == ASK_ANSWERED
		       ? 0
		       : ask_exit(cli, answer, "--passphrase-file FILE");
}

/* Nobody types a passphrase twice for what can't be. */
static int look_first(struct cli *cli, const char *code)
{
	bool has_address = options_value(&cli->options, "at") != NULL ||
			   strncmp(code, "kept://", 7) == 0;
	cJSON *status = NULL;
	int exit_code = cli_call(cli, "status", NULL, &status);
	bool is_new = strcmp(json_text(status, "state"), "none") == 0;

	cJSON_Delete(status);
	if (exit_code != 0)
		return exit_code;
	if (!is_new)
		return cli_say_no(cli, EXIT_COULD_NOT, "other_journal", NULL,
				  _("This device already keeps a journal. To "
				    "join another: `kept export` here, a new "
				    "home, and `kept import` there; ids "
				    "stay."));
	if (!has_address)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  _("Say where the other device is: --at "
				    "HOST:PORT, as its screen shows."));
	return 0;
}

static int pair_join(struct cli *cli, const char *code)
{
	struct pairing pairing = { .cli = cli, .joining = true };
	char name[CLI_NAME_BYTES];
	cJSON *params = cJSON_CreateObject();
	char *passphrase = NULL;
	int exit_code;

	exit_code = look_first(cli, code);
	if (exit_code == 0)
		exit_code = cli_device_name(cli, name);
	if (exit_code != 0) {
		cJSON_Delete(params);
		return exit_code;
	}
	(void)cJSON_AddStringToObject(params, "code", code);
	(void)cJSON_AddStringToObject(params, "name", name);
	add_addresses(cli, params);
	exit_code = cli_add_kdf(cli, params);
	if (exit_code == 0)
		exit_code = choose_passphrase(cli, &passphrase);
	if (exit_code != 0) {
		cJSON_Delete(params);
		cli_free(passphrase);
		return exit_code;
	}
	(void)cJSON_AddStringToObject(params, "passphrase", passphrase);
	cli_free(passphrase);
	if (!cli_is_program(cli))
		cli_note(cli, _("Looking for the other device …\n"));
	exit_code = cli_call(cli, "pair_join", params, NULL);
	if (exit_code != 0)
		return exit_code;
	set_end(&pairing, LIMIT_PAIR_MS / 1000);
	exit_code = wait_for_end(&pairing);
	if (exit_code == EXIT_DONE && !cli_is_program(cli))
		fetch(&pairing);
	return exit_code;
}

int cmd_pair(struct cli *cli)
{
	const struct options *options = &cli->options;

	if (options->arg_count > 1)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept pair orbit-candle-plain",
				  _("A code is one word with dashes in it."));
	if (options->common.dry_run)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  _("Pairing can't be tried without doing it; "
				    "No at the words ends it."));
	return options->arg_count == 0 ? pair_show(cli)
				       : pair_join(cli, options->args[0]);
}
