/*
 * cli.h - one run of `kept`: the command, its options, and how it speaks.
 *
 * stdout carries only what was asked for; questions, progress, and notes go
 * to stderr. A command returns its exit code. cli_call says by itself what
 * went another way than wished (in the words of the person's language, or as
 * a JSON object), so that a command only passes the code on.
 */
#ifndef KEPT_CLI_CLI_H
#define KEPT_CLI_CLI_H

#include "cli/client.h"
#include "cli/exitcode.h"
#include "cli/options.h"
#include "proto/bounds.h"

struct command;

struct cli {
	struct options options;
	const struct command *command;
	const char *program;
	struct paths paths;
	struct client *client;  /* NULL until the first call */
	bool in_is_terminal, out_is_terminal, err_is_terminal;
	bool color;  /* on stdout */
	bool utf8;   /* the terminal takes more than ASCII */
	bool dumb;   /* no redrawing: TERM=dumb, --plain, accessible */
	bool accessible; /* read aloud, perhaps: words, not drawings */
	int columns; /* of the terminal, or 80 */
	int last_code; /* errors.def code of the last refusal */
};

typedef int command_run(struct cli *cli);

enum command_needs { NEEDS_NOTHING, NEEDS_DAEMON };

struct command {
	const char *name;
	command_run *run;
	const char *group; /* heading in help; "" hides it */
	enum command_needs needs;
	const char *args;  /* "ID [+TAG] [-TAG]" */
	const char *help;  /* one line */
	const struct option_spec *specs; /* ends with zeros; NULL: none */
	bool args_last; /* after the first argument all are arguments */
};

/* In table order; NULL at the end. */
const struct command *command_at(size_t place);
const struct command *command_find(const char *name);
/* The nearest by edit distance <= 2; NULL if none is near. */
const struct command *command_near(const char *name);

/*
 * One request. *result (may be NULL) gives ownership. 0, or the exit code
 * with everything already said. Locked, on a terminal: asks for the
 * passphrase right there and goes on; so too where a request takes the
 * passphrase again (params then gets `passphrase`).
 */
int cli_call(struct cli *cli, const char *method, cJSON *take_params,
	     cJSON **result) KEPT_MUST_USE;
/* The same, but a refusal is handed back instead of said (last_code too). */
int cli_try(struct cli *cli, const char *method, cJSON *take_params,
	    cJSON **result, struct client_refusal *refusal) KEPT_MUST_USE;
/* The same; a keptd that ended since the last request is started again, once.
 * It is locked then. What it did before it ended may be done twice. */
int cli_try_again(struct cli *cli, const char *method, cJSON *take_params,
		  cJSON **result, struct client_refusal *refusal) KEPT_MUST_USE;
/*
 * Asks for the passphrase and unlocks, as often as the person likes; result
 * (may be NULL) as of `unlock`. 0, or an exit code said.
 */
int cli_unlock(struct cli *cli, const char *prompt, cJSON **result)
	KEPT_MUST_USE;
/* Connects (starting keptd if need be) without calling anything. */
int cli_connect(struct cli *cli) KEPT_MUST_USE;

/* Says a refusal (three lines at most, or JSON) and gives its exit code. */
int cli_refuse(struct cli *cli, const struct client_refusal *refusal);
/* The same for something noticed here. hint may be NULL. */
int cli_say_no(struct cli *cli, enum exit_code exit_code, const char *code,
	       const char *hint, const char *fmt, ...) KEPT_PRINTF(5, 6);
/* Where -n can't be had: with it, an exit code said, else 0. */
int cli_refuse_dry(struct cli *cli) KEPT_MUST_USE;
/* ERR_* of errors.def to an exit code. */
enum exit_code cli_exit_code(int code);

/* To stdout. Text of people goes through cli_show first. */
void cli_print(const char *fmt, ...) KEPT_PRINTF(1, 2);
/* What was done ("Kept.  k7qf"): to stdout for people; nothing with --quiet,
 * --json, or --ndjson. */
void cli_done(const struct cli *cli, const char *fmt, ...) KEPT_PRINTF(2, 3);
/* To stderr, also with --quiet: refusals and what belongs to a question. */
void cli_say(const char *fmt, ...) KEPT_PRINTF(1, 2);
/* To stderr unless --quiet. */
void cli_note(const struct cli *cli, const char *fmt, ...) KEPT_PRINTF(2, 3);
/* Typographic signs become ASCII ones in all four. For main. */
void cli_set_ascii(bool on);
/* What all four say is broken between words where it is wider than the
 * terminal of stdout and of stderr; 0: none there. For main. */
void cli_set_columns(size_t out, size_t err);
/* {"kept":1, ...object} on one line; Takes it. Returns EXIT_DONE. */
int cli_put_json(cJSON *take_object);
/* One line of --ndjson; borrows. */
int cli_put_line(const cJSON *object);
/* Each of an array; borrows. */
void cli_put_lines(const cJSON *list);
/* --json or --ndjson. */
bool cli_is_program(const struct cli *cli);

/* A copy that is safe to print (utf8.h); free with cli_free. keep_lines keeps
 * newlines. */
char *cli_show(const char *text, bool keep_lines);
void cli_free(char *take_text); /* wipes */
/* A copy of the first len bytes; free with cli_free. */
char *cli_copy(const char *text, size_t len);

/* For init and pair: --kdf-memory and --kdf-passes (tests), where given. */
int cli_add_kdf(struct cli *cli, cJSON *params) KEPT_MUST_USE;
/* --name, or what this machine is called. 0, or an exit code said: too long. */
#define CLI_NAME_BYTES (LIMIT_DEVICE_NAME_BYTES + 1u)
int cli_device_name(struct cli *cli, char out[CLI_NAME_BYTES]) KEPT_MUST_USE;

/* cJSON, without surprises: "" / 0 / NULL where there is none. */
const char *json_text(const cJSON *object, const char *key);
int64_t json_number(const cJSON *object, const char *key, int64_t fallback);
bool json_flag(const cJSON *object, const char *key);

#endif
