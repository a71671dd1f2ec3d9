/*
 * ask.h - every question kept asks: the only place that reads a terminal.
 *
 * Questions go to stderr. With --no-input, or where stdin or stderr is no
 * terminal, nothing is asked: a yes or no takes --yes or its fallback, all
 * else is ASK_CLOSED. The terminal is as it was on every way out. Texts that
 * are handed out are freed with cli_free, which wipes them; line endings are
 * not in them; they are valid UTF-8.
 */
#ifndef KEPT_CLI_ASK_H
#define KEPT_CLI_ASK_H

#include "cli/cli.h"

enum ask_answer {
	ASK_ANSWERED,
	ASK_SKIPPED, /* Enter, where that skips */
	ASK_STOPPED, /* Ctrl-C, or told to end */
	ASK_CLOSED   /* nobody is there: end of input, --no-input */
};

/* Once in main: signals end a wait instead of the program. */
void ask_start(void);
/* Has Ctrl-C been pressed (since ask_forget_stop)? For loops that wait.
 * ask_stop: as if it had. */
bool ask_was_stopped(void);
void ask_stop(void);
void ask_forget_stop(void);
/* While something is being saved, one Ctrl-C more doesn't end that (two do);
 * afterwards it counts. */
void ask_hold_stop(bool on);

/* Is there somebody to ask? */
bool ask_can(const struct cli *cli);
/*
 * Before the first question is on the screen: from here on what is typed
 * waits for its question, unechoed, and Ctrl-C throws none of it away. The
 * end of the program undoes it; so does ask_pause, before an editor runs.
 */
void ask_open(struct cli *cli);
bool ask_is_open(void);
void ask_pause(void);
/*
 * What to exit with when the answer is not there. ASK_STOPPED: EXIT_CTRL_C,
 * silently. ASK_CLOSED: EXIT_USED_WRONGLY, after saying that `instead` does
 * it without questions ("--name NAME"). instead may be NULL.
 */
int ask_exit(struct cli *cli, enum ask_answer answer, const char *instead);

/*
 * One line, trimmed. prompt is printed as it is ("> "). initial (may be NULL)
 * is there to be changed, where lines can be edited. Enter on nothing is
 * ASK_SKIPPED, with *out NULL. ASK_STOPPED gives in *out what was typed so
 * far, or NULL. Nothing longer than LIMIT_ENTRY_TEXT_BYTES is taken.
 */
enum ask_answer ask_line(struct cli *cli, const char *prompt,
			 const char *initial, char **out) KEPT_MUST_USE;
/* Said once, above the next line that is asked, when nobody has typed anything
 * for a while. Borrows text until that line is there. */
void ask_set_hint(const char *text);
/* "Share? [y/N] "; prompt without the brackets. Asks again until it is y or
 * n. *yes is set for every answer; the fallback where there is none. */
enum ask_answer ask_yes_no(struct cli *cli, const char *prompt, bool fallback,
			   bool *yes);
/* A whole number in [low, high]; Enter skips. Asks again for anything else,
 * saying what it takes. */
enum ask_answer ask_number(struct cli *cli, const char *prompt, int64_t low,
			   int64_t high, int64_t *out) KEPT_MUST_USE;
/*
 * One of the words: by its number from 1, itself, or a beginning of it that
 * only it has. The list is printed first. Enter skips.
 */
enum ask_answer ask_choice(struct cli *cli, const char *prompt,
			   const char *const *words, size_t count,
			   size_t *place) KEPT_MUST_USE;

/*
 * Keys, for what goes on by itself and can be told something meanwhile.
 * Between begin and end nothing typed is echoed, and Ctrl-Z works. Where
 * nobody is there to ask, it only waits.
 */
#define ASK_KEY_NONE (-1)    /* the time is up, or it may be: look at a clock */
#define ASK_KEY_STOPPED (-2) /* Ctrl-C, or told to end */
#define ASK_KEY_CLOSED (-3)  /* nobody is there; later ones only wait */
void ask_begin_keys(const struct cli *cli);
void ask_end_keys(const struct cli *cli);
/* A byte that is typed within wait_ms (< 0: for ever), or ASK_KEY_*. With
 * nobody there, "for ever" is ASK_KEY_CLOSED at once. */
int ask_key(const struct cli *cli, int64_t wait_ms) KEPT_MUST_USE;

/*
 * The passphrase: from --passphrase-file or --passphrase-fd if given (once
 * read it stays the answer of the run), else without echo. ASK_CLOSED after
 * a sentence when the file can't be read.
 */
enum ask_answer ask_passphrase(struct cli *cli, const char *prompt,
			       char **out) KEPT_MUST_USE;
/* A new one, typed twice until both are the same. */
enum ask_answer ask_new_passphrase(struct cli *cli, char **out) KEPT_MUST_USE;
/* Can ask_passphrase ever give something else on a second try? */
bool ask_passphrase_is_typed(const struct cli *cli);

#endif
