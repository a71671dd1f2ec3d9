/*
 * cmd_init.c - the first time: a passphrase, a recovery sheet, and proof that
 * the sheet works while it can still be written down again.
 *
 * Must never print the words of the sheet as JSON or into anything but the
 * terminal and the file that was asked for. Read next: cmd_state.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/command.h"
#include "cli/i18n.h"
#include "proto/base/buf.h"
#include "proto/base/mem.h"
#include "proto/bounds.h"

#define SHEET_BYTES 512u
#define CHECKED_WORDS 3u

const struct option_spec options_init[] = {
	{ "name", 0, OPTION_VALUE, N_("NAME"),
	  N_("what this device is called") },
	{ "recovery-out", 0, OPTION_VALUE, N_("FILE"),
	  N_("write the recovery sheet to a new FILE") },
	{ "no-recovery", 0, OPTION_FLAG, NULL, N_("make no recovery sheet") },
	{ "kdf-memory", 0, OPTION_VALUE, N_("SIZE"), NULL },
	{ "kdf-passes", 0, OPTION_VALUE, "N", NULL },
	{ 0 },
};

/* "8M" in bytes. */
static int take_size(const char *text, uint64_t *bytes, struct err *err)
{
	char *end;
	uint64_t number = strtoull(text, &end, 10);
	unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : 0;

	if (*text < '0' || *text > '9' || end[shift != 0] != '\0' ||
	    number > UINT32_MAX)
		return err_set(err, ERR_USAGE, _("--kdf-memory takes 8M."));
	*bytes = number << shift;
	return 0;
}

int cli_add_kdf(struct cli *cli, cJSON *params)
{
	const char *memory = options_value(&cli->options, "kdf-memory");
	struct err err = { 0 };
	uint64_t bytes = 0, passes = 0;
	int code = 0;

	if (memory != NULL)
		code = take_size(memory, &bytes, &err);
	if (code == 0)
		code = options_number(&cli->options, "kdf-passes", 1,
				      LIMIT_KDF_PASSES, 0, &passes, &err);
	if (code != 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL, "%s",
				  err.text);
	if (bytes != 0)
		(void)cJSON_AddNumberToObject(params, "kdf_memory",
					      (double)bytes);
	if (passes != 0)
		(void)cJSON_AddNumberToObject(params, "kdf_passes",
					      (double)passes);
	return 0;
}

int cli_device_name(struct cli *cli, char out[CLI_NAME_BYTES])
{
	const char *name = options_value(&cli->options, "name");
	char host[CLI_NAME_BYTES] = "";

	if (name != NULL && strlen(name) >= CLI_NAME_BYTES)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  _("A device's name has at most %u bytes. "
				    "Nothing was made."),
				  LIMIT_DEVICE_NAME_BYTES);
	if (name == NULL && gethostname(host, sizeof host - 1) == 0) {
		host[strcspn(host, ".")] = '\0';
		name = host[0] == '\0' ? NULL : host;
	}
	(void)snprintf(out, CLI_NAME_BYTES, "%s",
		       name == NULL ? "this-device" : name);
	return 0;
}

/* ---- the sheet ---- */

/* An empty file of ours to write to, before anything is made. */
static int open_sheet(struct cli *cli, const char *path, int *fd)
{
	struct stat stat;

	*fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*fd >= 0 && fstat(*fd, &stat) == 0 && stat.st_size == 0 &&
	    S_ISREG(stat.st_mode) && fchmod(*fd, 0600) == 0)
		return 0;
	if (*fd < 0)
		return cli_say_no(cli, EXIT_COULD_NOT, "sheet", NULL,
				  _("The recovery sheet can't be written to "
				    "%.300s: %s.\nNothing was made."),
				  path, strerror(errno));
	(void)close(*fd);
	*fd = -1;
	return cli_say_no(cli, EXIT_COULD_NOT, "sheet", NULL,
			  _("%.300s isn't empty, and might be another sheet.\n"
			    "Nothing was made. Give the name of a new file."),
			  path);
}

/* The words with one blank between; replaced: another word at `place`. */
static void join_words(const cJSON *words, int place, const char *replaced,
		       char out[SHEET_BYTES])
{
	const cJSON *word;
	size_t len = 0;
	int i = 0;

	out[0] = '\0';
	cJSON_ArrayForEach(word, words)
	{
		const char *text = i == place ? replaced : word->valuestring;
		int put = snprintf(out + len, SHEET_BYTES - len, "%s%s",
				   i == 0 ? "" : " ", text);

		if (put < 0 || (size_t)put >= SHEET_BYTES - len)
			break;
		len += (size_t)put;
		i++;
	}
}

/* Does a sheet with this word at this place open the test copy? */
static int check_sheet(struct cli *cli, const cJSON *words, int place,
		       const char *typed, bool *ok)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	struct client_refusal refusal;
	char sheet[SHEET_BYTES];
	int code;

	join_words(words, place, typed, sheet);
	(void)cJSON_AddStringToObject(params, "words", sheet);
	mem_wipe(sheet, sizeof sheet);
	code = cli_try(cli, "recovery_check", params, &result, &refusal);
	*ok = code == 0 && json_flag(result, "ok");
	cJSON_Delete(result);
	/* A word that is none of ours is a slip of the pen, not a refusal. */
	return code == 0 || code == ERR_USAGE ? 0 : cli_refuse(cli, &refusal);
}

static int write_sheet(struct cli *cli, const cJSON *words, int fd)
{
	char sheet[SHEET_BYTES];
	size_t len;
	bool ok = false;
	int exit_code = 0;

	join_words(words, -1, "", sheet);
	len = strlen(sheet);
	sheet[len++] = '\n';
	if (write(fd, sheet, len) != (ssize_t)len || fsync(fd) != 0)
		exit_code =
			cli_say_no(cli, EXIT_DISK, "disk_trouble", NULL,
				   _("The journal is made, but the recovery "
				     "sheet couldn't be written whole."));
	mem_wipe(sheet, sizeof sheet);
	if (exit_code == 0)
		exit_code = check_sheet(cli, words, -1, "", &ok);
	if (exit_code == 0 && !ok)
		exit_code =
			cli_say_no(cli, EXIT_LOOK, "sheet", NULL,
				   _("The journal is made, but its sheet "
				     "didn't open a test copy.\n"
				     "Begin again before writing into it."));
	return exit_code;
}

/* How many words stand beside each other: at most a row of seven, none of
 * them broken by the edge, and the rows as even as they can be. */
static int sheet_columns(const struct cli *cli, int count, int widest)
{
	int fit = (cli->columns - 4 + 1) / (4 + widest), rows;

	fit = fit < 1 ? 1 : fit > 7 ? 7 : fit;
	rows = (count + fit - 1) / fit;
	return rows == 0 ? 1 : (count + rows - 1) / rows;
}

static void show_sheet(const struct cli *cli, const cJSON *words)
{
	const cJSON *word;
	struct buf rows;
	int widest = 0, columns, i = 0;

	cJSON_ArrayForEach(word, words)
	{
		int width = (int)strlen(word->valuestring);

		widest = width > widest ? width : widest;
	}
	columns = sheet_columns(cli, cJSON_GetArraySize(words), widest);
	buf_init(&rows, 4 * SHEET_BYTES);
	cJSON_ArrayForEach(word, words)
	{
		bool is_last = ++i % columns == 0 || word->next == NULL;

		buf_printf(&rows, "%s%2d %-*s%s",
			   i % columns == 1 % columns ? "   " : "", i,
			   is_last ? 0 : widest + 1, word->valuestring,
			   is_last ? "\n" : "");
	}
	cli_say(_("\nHere is your recovery sheet. It opens this journal if the "
		  "passphrase is lost.\nNobody else has a copy, so nobody can "
		  "reset it for you.\n\n"));
	cli_say("%.*s\n", (int)rows.len, (const char *)rows.ptr);
	buf_release(&rows);
}

/* Three places of the sheet, ascending. */
static void choose_places(int count, int places[CHECKED_WORDS])
{
	size_t chosen = 0;
	int i;

	/* Selection sampling (Knuth, TAOCP 3.4.2, algorithm S). */
	for (i = 0; i < count && chosen < CHECKED_WORDS; i++) {
		uint32_t dice = (uint32_t)i * 2654435761u;

		if (getrandom(&dice, sizeof dice, 0) != sizeof dice)
			dice ^= (uint32_t)getpid();
		if (dice % (uint32_t)(count - i) < CHECKED_WORDS - chosen)
			places[chosen++] = i;
	}
}

/* Until the word is right. */
static int ask_word(struct cli *cli, const cJSON *words, int place)
{
	char prompt[64];
	bool ok = false;

	(void)snprintf(prompt, sizeof prompt, _("Word %d: "), place + 1);
	while (!ok) {
		enum ask_answer answer;
		char *typed;
		int exit_code = 0;

		answer = ask_line(cli, prompt, NULL, &typed);
		if (answer == ASK_ANSWERED)
			exit_code = check_sheet(cli, words, place, typed, &ok);
		cli_free(typed);
		if (answer == ASK_STOPPED || answer == ASK_CLOSED) {
			cli_say(_("The journal is made; keep the sheet above, "
				  "it is the one that goes with it.\n"));
			return EXIT_CTRL_C;
		}
		if (exit_code != 0)
			return exit_code;
		if (!ok)
			cli_say(_("Look once more at word %d, on your paper "
				  "and "
				  "above.\n"),
				place + 1);
	}
	return 0;
}

static int go_through_sheet(struct cli *cli, const cJSON *words)
{
	int places[CHECKED_WORDS] = { 0, 1, 2 };
	int exit_code = 0;
	size_t i;

	ask_open(cli);
	show_sheet(cli, words);
	choose_places(cJSON_GetArraySize(words), places);
	cli_say(_("Write it on paper, then type words %d, %d and %d so we both "
		  "know it's right.\n"),
		places[0] + 1, places[1] + 1, places[2] + 1);
	for (i = 0; i < CHECKED_WORDS && exit_code == 0; i++)
		exit_code = ask_word(cli, words, places[i]);
	if (exit_code == 0)
		cli_say(_("Good. It works: I just opened a test copy with "
			  "it.\n"));
	return exit_code;
}

/* ---- the whole of it ---- */

/* Going without a sheet is said out loud, where somebody can. */
static int confirm_no_sheet(struct cli *cli)
{
	enum ask_answer answer;
	bool understood = false;
	char *typed;

	if (!ask_can(cli) || cli->options.common.yes)
		return 0;
	ask_open(cli);
	cli_say(_("If the passphrase is lost, nobody can open this journal "
		  "without a sheet;\nthere is no other way in. Type  I "
		  "understand  to go on without one.\n"));
	answer = ask_line(cli, "> ", NULL, &typed);
	/* For translators: the same words as in the sentence above. */
	if (answer == ASK_ANSWERED)
		understood = strcasecmp(typed, N_("I understand")) == 0 ||
			     strcasecmp(typed, _("I understand")) == 0;
	cli_free(typed);
	if (understood)
		return 0;
	cli_say(_("Nothing was made.\n"));
	return answer == ASK_STOPPED ? EXIT_CTRL_C : EXIT_STOPPED;
}

/* Nothing has been asked yet: is there anything that speaks against it? */
static int look_first(struct cli *cli)
{
	struct client_refusal refusal;
	cJSON *status = NULL;
	bool is_new;
	int exit_code = cli_refuse_dry(cli);

	if (exit_code != 0)
		return exit_code;
	if (cli_try(cli, "status", NULL, &status, &refusal) != 0)
		return cli_refuse(cli, &refusal);
	is_new = strcmp(json_text(status, "state"), "none") == 0;
	cJSON_Delete(status);
	if (!is_new)
		return cli_say_no(cli, EXIT_COULD_NOT, "exists", NULL,
				  _("There is a journal here already. Nothing "
				    "was changed."));
	if (!ask_can(cli) &&
	    options_value(&cli->options, "recovery-out") == NULL &&
	    !options_has(&cli->options, "no-recovery"))
		return cli_say_no(
			cli, EXIT_USED_WRONGLY, "usage", NULL,
			_("Where should the recovery sheet go? Nothing "
			  "was made.\nGive it with  --recovery-out "
			  "FILE , or go without: --no-recovery"));
	return 0;
}

static int make_journal(struct cli *cli, const char *name,
			const char *passphrase, cJSON **result)
{
	cJSON *params = cJSON_CreateObject();
	int exit_code;

	(void)cJSON_AddStringToObject(params, "name", name);
	(void)cJSON_AddStringToObject(params, "passphrase", passphrase);
	(void)cJSON_AddBoolToObject(params, "recovery",
				    !options_has(&cli->options, "no-recovery"));
	exit_code = cli_add_kdf(cli, params);
	if (exit_code != 0) {
		cJSON_Delete(params);
		return exit_code;
	}
	cli_note(cli, _("Making it slow to guess … "));
	exit_code = cli_call(cli, "init", params, result);
	if (exit_code == 0)
		cli_note(cli, _("done (%.1f s)\n"),
			 (double)json_number(*result, "ms", 0) / 1000);
	return exit_code;
}

static int use_sheet(struct cli *cli, const cJSON *words, int fd)
{
	const char *path = options_value(&cli->options, "recovery-out");
	int exit_code;

	if (words == NULL)
		return 0;
	if (fd < 0)
		return go_through_sheet(cli, words);
	exit_code = write_sheet(cli, words, fd);
	if (exit_code == 0)
		cli_note(cli,
			 _("The recovery sheet is in %s. It works: I just "
			   "opened "
			   "a test copy with it.\nWrite it on paper, and take "
			   "the "
			   "file away.\n"),
			 path);
	return exit_code;
}

static int show_made(struct cli *cli, const cJSON *result)
{
	const cJSON *device =
		cJSON_GetObjectItemCaseSensitive(result, "device");
	cJSON *shown;

	cli_note(cli, _("\nReady. Try  kept mood  (ten seconds) or  kept "
			"thought  (five minutes).\n"));
	if (!cli_is_program(cli))
		return EXIT_DONE;
	shown = cJSON_CreateObject();
	(void)cJSON_AddItemToObject(shown, "device",
				    cJSON_Duplicate(device, true));
	(void)cJSON_AddBoolToObject(shown, "recovery",
				    !options_has(&cli->options, "no-recovery"));
	return cli_put_json(shown);
}

int cmd_init(struct cli *cli)
{
	const char *path = options_value(&cli->options, "recovery-out");
	enum ask_answer answer;
	char *passphrase = NULL;
	char name[CLI_NAME_BYTES];
	cJSON *result = NULL;
	int fd = -1, exit_code = look_first(cli);

	if (exit_code == 0)
		exit_code = cli_device_name(cli, name);
	if (exit_code == 0 && options_has(&cli->options, "no-recovery"))
		exit_code = confirm_no_sheet(cli);
	else if (exit_code == 0 && path != NULL)
		exit_code = open_sheet(cli, path, &fd);
	if (exit_code != 0)
		goto out;
	cli_note(cli, _("A private place for what you're practicing. It stays "
			"on your machines.\nkept is a notebook. It doesn't "
			"diagnose, and nobody watches it.\n\n"));
	if (ask_passphrase_is_typed(cli))
		cli_note(cli, _("Choose a passphrase. Four or five plain words "
				"work well.\n"));
	ask_open(cli);
	answer = ask_new_passphrase(cli, &passphrase);
	if (answer == ASK_STOPPED)
		cli_say(_("Nothing was made.\n"));
	exit_code = answer == ASK_ANSWERED
			    ? make_journal(cli, name, passphrase, &result)
			    : ask_exit(cli, answer, "--passphrase-file FILE");
	if (exit_code == 0)
		exit_code = use_sheet(
			cli, cJSON_GetObjectItemCaseSensitive(result, "words"),
			fd);
	else if (fd >= 0)
		(void)unlink(path);
	if (exit_code == 0)
		exit_code = show_made(cli, result);
out:
	if (fd >= 0)
		(void)close(fd);
	cli_free(passphrase);
	cJSON_Delete(result);
	return exit_code;
}
