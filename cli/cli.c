/*
 * cli.c - how a command speaks: requests, refusals, and output.
 *
 * Must never show a text of people without utf8_put_shown, and never say
 * more than three lines about a refusal. Read next: ask.c, then any cmd_*.c.
 */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>

#include "cli/ask.h"
#include "cli/i18n.h"
#include "cli/jsonform.h"
#include "cli/render.h"
#include "cli/told.h"
#include "proto/base/buf.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"
#include "proto/bounds.h"

/* Signs the sentences of kept use, for terminals with only ASCII. */
static const struct {
	const char *sign;
	const char *ascii;
} signs[] = {
	{ "“", "\"" }, { "”", "\"" }, { "„", "\"" },  { "’", "'" },
	{ "‘", "'" },  { "‚", "'" },  { "…", "..." }, { "·", "-" },
	{ "–", "-" },  { "→", "->" },
};

static bool only_ascii;
static size_t out_columns, err_columns; /* 0: no terminal, nothing is folded */

void cli_set_ascii(bool on)
{
	only_ascii = on;
}

void cli_set_columns(size_t out, size_t err)
{
	out_columns = out;
	err_columns = err;
}

static void put_plain_signs(FILE *stream, const char *text)
{
	size_t i;

	while (*text != '\0') {
		for (i = 0; i < KEPT_ARRAY_COUNT(signs); i++)
			if (strncmp(text, signs[i].sign,
				    strlen(signs[i].sign)) == 0)
				break;
		if (i == KEPT_ARRAY_COUNT(signs)) {
			(void)fputc(*text++, stream);
			continue;
		}
		(void)fputs(signs[i].ascii, stream);
		text += strlen(signs[i].sign);
	}
}

static void put_text(FILE *stream, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

static void put_text(FILE *stream, const char *fmt, va_list args)
{
	size_t columns = stream == stdout ? out_columns : err_columns;
	const char *shown;
	char *text = NULL;
	struct buf folded;

	if (!only_ascii && columns == 0) {
		(void)vfprintf(stream, fmt, args);
		return;
	}
	if (vasprintf(&text, fmt, args) < 0)
		return;
	buf_init(&folded, RENDER_BYTES_MAX);
	if (columns > 0)
		render_put_folded(&folded, text, columns);
	buf_put_u8(&folded, 0);
	shown = columns > 0 && folded.failed == 0 ? (const char *)folded.ptr
						  : text;
	if (only_ascii)
		put_plain_signs(stream, shown);
	else
		(void)fputs(shown, stream);
	buf_release(&folded);
	mem_wipe(text, strlen(text));
	free(text);
}

void cli_print(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_text(stdout, fmt, args);
	va_end(args);
}

void cli_done(const struct cli *cli, const char *fmt, ...)
{
	va_list args;

	if (cli->options.common.quiet || cli_is_program(cli))
		return;
	va_start(args, fmt);
	put_text(stdout, fmt, args);
	va_end(args);
	(void)fflush(stdout);
}

void cli_say(const char *fmt, ...)
{
	va_list args;

	(void)fflush(stdout);
	va_start(args, fmt);
	put_text(stderr, fmt, args);
	va_end(args);
	(void)fflush(stderr);
}

void cli_note(const struct cli *cli, const char *fmt, ...)
{
	va_list args;

	if (cli->options.common.quiet)
		return;
	(void)fflush(stdout);
	va_start(args, fmt);
	put_text(stderr, fmt, args);
	va_end(args);
	(void)fflush(stderr);
}

bool cli_is_program(const struct cli *cli)
{
	return cli->options.common.json || cli->options.common.ndjson;
}

int cli_put_line(const cJSON *object)
{
	char *line = jsonform_line(object);

	if (line == NULL)
		return EXIT_COULD_NOT;
	(void)fputs(line, stdout);
	(void)fputc('\n', stdout);
	(void)fflush(stdout);
	cJSON_free(line);
	return EXIT_DONE;
}

void cli_put_lines(const cJSON *list)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		(void)cli_put_line(item);
	}
}

int cli_put_json(cJSON *take_object)
{
	cJSON *whole = cJSON_CreateObject();
	int exit_code;

	(void)cJSON_AddNumberToObject(whole, "kept", 1);
	cJSON_DeleteItemFromObject(take_object, "kept");
	while (take_object != NULL && take_object->child != NULL) {
		char key[256];
		cJSON *item = take_object->child;

		(void)snprintf(key, sizeof key, "%s",
			       item->string == NULL ? "" : item->string);
		item = cJSON_DetachItemViaPointer(take_object, item);
		(void)cJSON_AddItemToObject(whole, key, item);
	}
	exit_code = cli_put_line(whole);
	cJSON_Delete(whole);
	cJSON_Delete(take_object);
	return exit_code;
}

char *cli_copy(const char *text, size_t len)
{
	char *copy = mem_alloc(1, len + 1);

	if (copy == NULL) {
		cli_say("%s\n", _(err_text(ERR_NOMEM)));
		exit(EXIT_COULD_NOT);
	}
	memcpy(copy, text, len);
	return copy;
}

char *cli_show(const char *text, bool keep_lines)
{
	struct utf8_show how = { .keep_lines = keep_lines };
	struct buf out;
	char *copy = NULL;

	buf_init(&out, 3 * strlen(text) + 16);
	if (utf8_put_shown(&out, bytes_from_str(text), how) == 0) {
		copy = mem_alloc(1, out.len + 1);
		if (copy != NULL && out.len > 0)
			memcpy(copy, out.ptr, out.len);
	}
	buf_release(&out);
	return copy == NULL ? cli_copy("", 0) : copy;
}

void cli_free(char *take_text)
{
	if (take_text == NULL)
		return;
	mem_wipe(take_text, strlen(take_text));
	mem_free(take_text);
}

/* ---- JSON ---- */

const char *json_text(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsString(item) ? item->valuestring : "";
}

int64_t json_number(const cJSON *object, const char *key, int64_t fallback)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!cJSON_IsNumber(item) || item->valuedouble < -9e15 ||
	    item->valuedouble > 9e15)
		return fallback;
	return (int64_t)item->valuedouble;
}

bool json_flag(const cJSON *object, const char *key)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/* ---- refusals ---- */

enum exit_code cli_exit_code(int code)
{
	switch (code) {
	case 0:
		return EXIT_DONE;
	case ERR_LOCKED:
	case ERR_PASSPHRASE:
	case ERR_TRY_LATER:
	case ERR_DENIED:
		return EXIT_LOCKED;
	case ERR_NOT_FOUND:
	case ERR_AMBIGUOUS:
		return EXIT_NOT_THERE;
	case ERR_USAGE:
		return EXIT_USED_WRONGLY;
	case ERR_NOT_HERE:
		return EXIT_NO_DAEMON;
	case ERR_DISK_FULL:
	case ERR_IO:
	case ERR_CORRUPT:
		return EXIT_DISK;
	case ERR_STOPPED:
		return ask_was_stopped() ? EXIT_CTRL_C : EXIT_STOPPED;
	default:
		return EXIT_COULD_NOT;
	}
}

static int refuse_json(const struct client_refusal *refusal)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *error = cJSON_AddObjectToObject(object, "error");

	(void)cJSON_AddStringToObject(error, "code", refusal->name);
	(void)cJSON_AddStringToObject(error, "message", refusal->message);
	(void)cJSON_AddStringToObject(error, "hint", refusal->hint);
	if (refusal->code == ERR_TRY_LATER)
		(void)cJSON_AddNumberToObject(error, "seconds",
					      (double)refusal->seconds);
	return cli_put_json(object);
}

static void say_refusal(struct cli *cli, const struct client_refusal *refusal)
{
	char *message = cli_show(refusal->message, true);
	char *hint = cli_show(refusal->hint, true);

	cli_say("%s\n", message);
	/* A hint the message holds (the empty one too) is said already. */
	if (strstr(message, hint) == NULL) {
		bool is_command = strncmp(hint, "kept ", 5) == 0;

		if (is_command)
			/* For translators: a command follows. */
			cli_say(_("Try  %s\n"), hint);
		else
			cli_say("%s\n", hint);
	}
	if (cli->options.common.verbose)
		cli_say("(%s)\n", refusal->name);
	cli_free(message);
	cli_free(hint);
}

static int refuse(struct cli *cli, const struct client_refusal *refusal,
		  enum exit_code exit_code)
{
	cli->last_code = refusal->code;
	if (refusal->code == ERR_STOPPED && ask_was_stopped())
		return EXIT_CTRL_C;
	if (cli_is_program(cli))
		(void)refuse_json(refusal);
	else
		say_refusal(cli, refusal);
	return (int)exit_code;
}

int cli_refuse(struct cli *cli, const struct client_refusal *refusal)
{
	struct client_refusal told = *refusal;

	if (told.code == ERR_NO_JOURNAL && told.hint[0] == '\0')
		(void)snprintf(told.hint, sizeof told.hint, "kept init");
	return refuse(cli, &told,
		      told.code == 0 ? EXIT_COULD_NOT
				     : cli_exit_code(told.code));
}

int cli_say_no(struct cli *cli, enum exit_code exit_code, const char *code,
	       const char *hint, const char *fmt, ...)
{
	struct client_refusal refusal = { 0 };
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(refusal.message, sizeof refusal.message, fmt, args);
	va_end(args);
	(void)told_put(refusal.message, refusal.message,
		       sizeof refusal.message);
	(void)snprintf(refusal.name, sizeof refusal.name, "%s", code);
	if (hint != NULL)
		(void)snprintf(refusal.hint, sizeof refusal.hint, "%s", hint);
	return refuse(cli, &refusal, exit_code);
}

int cli_refuse_dry(struct cli *cli)
{
	if (!cli->options.common.dry_run)
		return 0;
	return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
			  _("`kept %s` can't be tried without doing it. "
			    "Nothing was changed."),
			  cli->command->name);
}

/* ---- requests ---- */

static int connect_quietly(struct cli *cli, struct client_refusal *refusal)
{
	struct client_options options = { .paths = &cli->paths,
					  .program = cli->program,
					  .may_start = true };
	struct err err = { 0 };
	bool started;
	int code;

	*refusal = (struct client_refusal){ 0 };
	if (cli->client != NULL)
		return 0;
	code = client_open(&cli->client, &options, &started, &err);
	if (code == 0) {
		if (started && cli->options.common.verbose)
			cli_note(cli, _("kept's helper wasn't running, so I "
					"started it.\n"));
		return 0;
	}
	refusal->code = ask_was_stopped() ? ERR_STOPPED : code;
	(void)snprintf(refusal->name, sizeof refusal->name, "%s",
		       err_name(refusal->code));
	(void)snprintf(refusal->message, sizeof refusal->message,
		       _("%s\nNothing was changed."), err.text);
	cli->last_code = refusal->code;
	return refusal->code;
}

int cli_connect(struct cli *cli)
{
	struct client_refusal refusal;
	int code = connect_quietly(cli, &refusal);

	return code == 0 ? 0 : cli_refuse(cli, &refusal);
}

/* As the person's language has it; what it has no words for is said in those
 * that it has for the code. */
static void word_refusal(struct client_refusal *refusal)
{
	if (!told_put(refusal->message, refusal->message,
		      sizeof refusal->message) &&
	    refusal->code != 0)
		(void)snprintf(refusal->message, sizeof refusal->message, "%s",
			       _(err_text(refusal->code)));
	(void)told_put(refusal->hint, refusal->hint, sizeof refusal->hint);
}

int cli_try(struct cli *cli, const char *method, cJSON *take_params,
	    cJSON **result, struct client_refusal *refusal)
{
	cJSON *given = NULL;
	int code;

	if (result != NULL)
		*result = NULL;
	code = connect_quietly(cli, refusal);
	if (code != 0) {
		cJSON_Delete(take_params);
		return code;
	}
	code = client_call(cli->client, method, take_params, 0, &given,
			   refusal);
	if (code != 0)
		word_refusal(refusal);
	cli->last_code = code;
	if (result != NULL && code == 0)
		*result = given;
	else
		cJSON_Delete(given);
	return code;
}

int cli_try_again(struct cli *cli, const char *method, cJSON *take_params,
		  cJSON **result, struct client_refusal *refusal)
{
	int code = cli_try(cli, method, cJSON_Duplicate(take_params, true),
			   result, refusal);

	if (code == ERR_NOT_HERE && cli->client != NULL) {
		client_close(cli->client);
		cli->client = NULL;
		code = cli_try(cli, method, cJSON_Duplicate(take_params, true),
			       result, refusal);
	}
	cJSON_Delete(take_params);
	return code;
}

static int unlock_typed(struct cli *cli, const char *prompt, cJSON **result)
{
	struct client_refusal refusal;
	enum ask_answer answer;
	char *passphrase;
	cJSON *params;
	int code;

	for (;;) {
		passphrase = NULL;
		answer = ask_passphrase(cli, prompt, &passphrase);
		if (answer != ASK_ANSWERED) {
			cli_free(passphrase);
			if (answer == ASK_SKIPPED)
				return EXIT_STOPPED;
			return ask_exit(cli, answer, "--passphrase-file FILE");
		}
		params = cJSON_CreateObject();
		(void)cJSON_AddStringToObject(params, "passphrase", passphrase);
		cli_free(passphrase);
		code = cli_try(cli, "unlock", params, result, &refusal);
		if (code == 0)
			return 0;
		if (code != ERR_PASSPHRASE || !ask_passphrase_is_typed(cli))
			return cli_refuse(cli, &refusal);
		cli_say("%s\n", refusal.message);
	}
}

int cli_unlock(struct cli *cli, const char *prompt, cJSON **result)
{
	bool was_open = ask_is_open();
	int exit_code;

	/* A try takes a second, and the next one may be typed meanwhile. */
	ask_open(cli);
	exit_code = unlock_typed(cli, prompt, result);
	if (!was_open)
		ask_pause();
	return exit_code;
}

/* Could a passphrase be had here? */
static bool can_open(const struct cli *cli)
{
	return ask_can(cli) || !ask_passphrase_is_typed(cli);
}

static int add_passphrase(struct cli *cli, cJSON *params)
{
	char *passphrase = NULL;
	enum ask_answer answer = ask_passphrase(
		cli, _("Your passphrase, to be sure it's you: "), &passphrase);

	if (answer == ASK_ANSWERED) {
		cJSON_DeleteItemFromObject(params, "passphrase");
		(void)cJSON_AddStringToObject(params, "passphrase", passphrase);
	}
	cli_free(passphrase);
	if (answer == ASK_SKIPPED)
		return EXIT_STOPPED;
	return answer == ASK_ANSWERED
		       ? 0
		       : ask_exit(cli, answer, "--passphrase-file FILE");
}

int cli_call(struct cli *cli, const char *method, cJSON *take_params,
	     cJSON **result)
{
	cJSON *params = take_params == NULL ? cJSON_CreateObject()
					    : take_params;
	struct client_refusal refusal;
	bool again = true, was_open = ask_is_open();
	int code = 0, exit_code;

	exit_code = cli_connect(cli);
	while (exit_code == 0 && again) {
		again = false;
		code = cli_try(cli, method, cJSON_Duplicate(params, true),
			       result, &refusal);
		if (code == ERR_LOCKED && can_open(cli)) {
			if (ask_passphrase_is_typed(cli))
				cli_say(_("It's locked.\n"));
			exit_code = cli_unlock(cli, _("Passphrase: "), NULL);
			again = exit_code == 0;
		} else if ((code == ERR_DENIED ||
			    (code == ERR_PASSPHRASE &&
			     ask_passphrase_is_typed(cli))) &&
			   can_open(cli)) {
			if (code == ERR_PASSPHRASE)
				cli_say("%s\n", refusal.message);
			ask_open(cli);
			exit_code = add_passphrase(cli, params);
			again = exit_code == 0;
		} else if (code != 0) {
			exit_code = cli_refuse(cli, &refusal);
		}
	}
	if (!was_open && ask_is_open())
		ask_pause();
	cJSON_Delete(params);
	return exit_code;
}
