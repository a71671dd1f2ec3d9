/*
 * ask.c - the only place that reads a terminal.
 *
 * Must never leave the terminal other than it was, never echo a passphrase,
 * and never ask where nobody is. A signal during a question ends the question,
 * not the program: what was typed is handed back so that it can be kept. Read
 * next: asksecret.c, then thought.c, which asks the most.
 */
#include "cli/ask.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>
#include <wchar.h>

#include <histedit.h>

#include "cli/askterminal.h"
#include "proto/base/buf.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"
#include "proto/bounds.h"

static volatile sig_atomic_t was_stopped;
static volatile sig_atomic_t wants_pause;
static bool is_closed; /* the end of input has been seen */
static EditLine *editor;
static const char *editor_prompt;

static void on_stop(int number)
{
	(void)number;
	was_stopped = 1;
}

static void on_pause(int number)
{
	(void)number;
	wants_pause = 1;
}

/* Also undoes what an interrupted question left behind. */
static void end_editor(void)
{
	if (editor != NULL)
		el_end(editor);
	editor = NULL;
}

void ask_start(void)
{
	static const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = on_stop };
	size_t i;

	/* No SA_RESTART: a wait has to end. */
	(void)sigemptyset(&action.sa_mask);
	for (i = 0; i < KEPT_ARRAY_COUNT(stops); i++)
		(void)sigaction(stops[i], &action, NULL);
	askterminal_remember();
	(void)atexit(end_editor);
}

bool ask_was_stopped(void)
{
	return was_stopped != 0;
}

void ask_stop(void)
{
	was_stopped = 1;
}

void ask_forget_stop(void)
{
	was_stopped = 0;
}

bool ask_can(const struct cli *cli)
{
	return !cli->options.common.no_input && cli->in_is_terminal &&
	       cli->err_is_terminal && !is_closed;
}

void ask_open(struct cli *cli)
{
	if (ask_can(cli))
		askterminal_stay(true);
}

void ask_pause(void)
{
	askterminal_stay(false);
}

int ask_exit(struct cli *cli, enum ask_answer answer, const char *instead)
{
	if (answer == ASK_STOPPED)
		return EXIT_CTRL_C;
	if (answer != ASK_CLOSED)
		return EXIT_DONE;
	if (instead == NULL)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  "This needs an answer, and there is nobody "
				  "here to ask.");
	return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
			  "This needs an answer, and there is nobody here to "
			  "ask.\nGive it with  %s",
			  instead);
}

/* ---- one byte at a time ---- */

/* As Ctrl-Z everywhere else: the terminal is put back for the while. */
static void pause_here(void)
{
	wants_pause = 0;
	if (editor != NULL)
		(void)el_set(editor, EL_PREP_TERM, 0);
	askterminal_pause();
	(void)kill(getpid(), SIGSTOP);
	askterminal_enter_again();
	if (editor != NULL) {
		(void)el_set(editor, EL_PREP_TERM, 1);
		(void)el_set(editor, EL_REFRESH);
	}
}

int ask_read_byte(void)
{
	struct pollfd entry = { .fd = STDIN_FILENO, .events = POLLIN };
	const struct timespec now = { 0 };
	sigset_t ours, before;
	unsigned char byte = 0;
	ssize_t got = -1;
	int ready;

	(void)sigemptyset(&ours);
	(void)sigaddset(&ours, SIGINT);
	(void)sigaddset(&ours, SIGTERM);
	(void)sigaddset(&ours, SIGHUP);
	(void)sigaddset(&ours, SIGQUIT);
	(void)sigaddset(&ours, SIGTSTP);
	/* Blocked but while waiting: no signal falls between test and wait. */
	(void)sigprocmask(SIG_BLOCK, &ours, &before);
	do {
		if (wants_pause)
			pause_here();
		/* What was typed before Ctrl-C still counts. */
		ready = ppoll(&entry, 1, was_stopped ? &now : NULL, &before);
	} while (ready <= 0 && !was_stopped && (ready == 0 || errno == EINTR));
	if (ready <= 0 && was_stopped)
		ready = ppoll(&entry, 1, &now, NULL);
	if (ready > 0)
		got = read(STDIN_FILENO, &byte, 1);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (got == 1)
		return byte;
	return was_stopped ? ASK_BYTE_STOPPED : ASK_BYTE_CLOSED;
}

void ask_begin_reading(void)
{
	struct sigaction action = { .sa_handler = on_pause };

	(void)sigemptyset(&action.sa_mask);
	wants_pause = 0;
	(void)sigaction(SIGTSTP, &action, NULL);
	(void)fflush(stdout);
}

enum ask_answer ask_end_reading(int last)
{
	struct sigaction action = { .sa_handler = SIG_DFL };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGTSTP, &action, NULL);
	if (last == ASK_BYTE_CLOSED)
		is_closed = true;
	if (last < 0)
		cli_say("\n");
	if (last == ASK_BYTE_STOPPED)
		return ASK_STOPPED;
	return last == ASK_BYTE_CLOSED ? ASK_CLOSED : ASK_ANSWERED;
}

/* ---- lines ---- */

static int last_byte; /* what ended the editor's line, if below 0 */

static int read_for_editor(EditLine *el, wchar_t *out)
{
	mbstate_t state;
	size_t used;

	(void)el;
	memset(&state, 0, sizeof state);
	for (;;) {
		int byte = ask_read_byte();
		char part = (char)byte;

		if (byte < 0) {
			last_byte = byte;
			return byte == ASK_BYTE_CLOSED ? 0 : -1;
		}
		used = mbrtowc(out, &part, 1, &state);
		if (used == 0 || used == 1)
			return 1;
		if (used == (size_t)-1) /* no UTF-8: start over after it */
			memset(&state, 0, sizeof state);
	}
}

static char *prompt_for_editor(EditLine *el)
{
	static char text[512];

	(void)el;
	(void)snprintf(text, sizeof text, "%s", editor_prompt);
	return text;
}

static bool want_editor(const struct cli *cli)
{
	const char *term = getenv("TERM");

	if (cli->dumb || !cli->out_is_terminal || term == NULL || *term == 0)
		return false;
	if (editor != NULL)
		return true;
	editor = el_init("kept", stdin, stderr, stderr);
	if (editor == NULL)
		return false;
	(void)el_set(editor, EL_SIGNAL, 0);
	(void)el_set(editor, EL_EDITOR, "emacs");
	(void)el_set(editor, EL_PROMPT, prompt_for_editor);
	(void)el_set(editor, EL_GETCFN, read_for_editor);
	return true;
}

/* What was typed, put into out; the byte that ended it if it isn't a line's
 * end, else 0. */
static int edit_line(const char *prompt, const char *initial, struct buf *out)
{
	const char *line;
	const LineInfo *typed;
	int count = 0;

	editor_prompt = prompt;
	last_byte = 0;
	if (initial != NULL && *initial != '\0')
		el_push(editor, initial);
	line = el_gets(editor, &count);
	if (line != NULL && count > 0) {
		buf_put(out, line, (size_t)count);
		return 0;
	}
	if (last_byte == ASK_BYTE_STOPPED) {
		typed = el_line(editor);
		buf_put(out, typed->buffer,
			(size_t)(typed->lastchar - typed->buffer));
	}
	(void)el_set(editor, EL_PREP_TERM, 0);
	return last_byte == 0 ? ASK_BYTE_CLOSED : last_byte;
}

/* Takes back the last `count` columns from the screen. */
static void rub_out(size_t count)
{
	for (; count > 0; count--)
		cli_say("\b \b");
}

/* The last scalar goes; so do all before it, until `until` is one (0: one). */
static void shorten_line(struct buf *line, uint8_t until)
{
	size_t columns = 0;
	bool is_word = false;

	while (line->len > 0) {
		uint8_t byte = line->ptr[line->len - 1];

		if (until != 0 && byte == until && is_word)
			break;
		is_word = is_word || byte != until;
		line->len--;
		if ((byte & 0xc0) == 0x80)
			continue;
		columns++;
		if (until == 0)
			break;
	}
	rub_out(columns);
}

/* One byte of a plainly read line; false when the line is over. */
static bool plain_take(struct buf *line, int byte)
{
	uint8_t echo[1] = { (uint8_t)byte };

	if (byte < 0 || byte == '\n' || byte == '\r' ||
	    (byte == 0x04 && line->len == 0))
		return false;
	if (byte == 0x7f || byte == 0x08)
		shorten_line(line, 0);
	else if (byte == 0x17) /* Ctrl-W */
		shorten_line(line, ' ');
	else if (byte == 0x15) /* Ctrl-U */
		while (line->len > 0)
			shorten_line(line, 0);
	else if ((byte >= 0x20 || byte == '\t') && buf_put(line, echo, 1) == 0)
		cli_say("%.1s", (const char *)echo);
	return true;
}

/* Arrow keys and the like mean nothing here: up to their last letter. */
static int skip_escape(void)
{
	int byte = ask_read_byte();

	if (byte != '[' && byte != 'O')
		return byte;
	do
		byte = ask_read_byte();
	while (byte >= 0x20 && byte < 0x40);
	return byte;
}

/*
 * Without an editor: not the terminal's own line editing, which throws away
 * what was typed when Ctrl-C comes.
 */
static int plain_line(const char *prompt, struct buf *out)
{
	int byte;

	askterminal_enter();
	cli_say("%s", prompt);
	do {
		byte = ask_read_byte();
		if (byte == 0x1b)
			byte = skip_escape() < 0 ? ASK_BYTE_STOPPED : 0;
	} while (plain_take(out, byte));
	askterminal_leave();
	if (byte == 0x04)
		return ASK_BYTE_CLOSED;
	if (byte == ASK_BYTE_CLOSED && out->len > 0)
		byte = '\n';
	if (byte >= 0)
		cli_say("\n");
	return byte < 0 ? byte : 0;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* A trimmed copy; NULL if nothing is left or it is no text. */
static char *line_of(struct bytes line)
{
	char *copy;

	while (line.len > 0 && is_blank(line.ptr[line.len - 1]))
		line.len--;
	while (line.len > 0 && is_blank(line.ptr[0]))
		line = bytes_of(line.ptr + 1, line.len - 1);
	if (line.len == 0 || !utf8_is_valid(line))
		return NULL;
	copy = mem_alloc(1, line.len + 1);
	if (copy != NULL)
		memcpy(copy, line.ptr, line.len);
	return copy;
}

/* One try; *too_long or not text: to be asked again. */
static enum ask_answer read_line(struct cli *cli, const char *prompt,
				 const char *initial, char **out, bool *again)
{
	struct buf line;
	enum ask_answer answer;
	int last;

	buf_init(&line, LIMIT_ENTRY_TEXT_BYTES);
	ask_begin_reading();
	last = want_editor(cli) ? edit_line(prompt, initial, &line)
				: plain_line(prompt, &line);
	answer = ask_end_reading(last);
	*again = answer == ASK_ANSWERED &&
		 (line.failed != 0 || !utf8_is_valid(buf_bytes(&line)));
	if (line.failed != 0)
		cli_say("That is longer than fits into one line; put it in "
			"with  kept note -e .\n");
	else if (*again)
		cli_say("That wasn't text as this terminal should send it. "
			"Once more?\n");
	*out = line.failed == 0 ? line_of(buf_bytes(&line)) : NULL;
	buf_release(&line);
	if (answer == ASK_ANSWERED && *out == NULL)
		return ASK_SKIPPED;
	return answer;
}

enum ask_answer ask_line(struct cli *cli, const char *prompt,
			 const char *initial, char **out)
{
	enum ask_answer answer;
	bool again = true;

	*out = NULL;
	if (!ask_can(cli))
		return ask_was_stopped() ? ASK_STOPPED : ASK_CLOSED;
	do {
		cli_free(*out);
		answer = read_line(cli, prompt, initial, out, &again);
	} while (again);
	return answer;
}

/* ---- answers of one kind ---- */

enum ask_answer ask_yes_no(struct cli *cli, const char *prompt, bool fallback,
			   bool *yes)
{
	char question[512];

	*yes = fallback;
	if (cli->options.common.yes) {
		*yes = true;
		return ASK_ANSWERED;
	}
	(void)snprintf(question, sizeof question, "%s [%s] ", prompt,
		       fallback ? "Y/n" : "y/N");
	for (;;) {
		char *text;
		enum ask_answer answer = ask_line(cli, question, NULL, &text);
		bool is_yes, is_no;

		if (answer != ASK_ANSWERED) {
			cli_free(text);
			return answer;
		}
		is_yes = strcasecmp(text, "y") == 0 ||
			 strcasecmp(text, "yes") == 0;
		is_no = strcasecmp(text, "n") == 0 ||
			strcasecmp(text, "no") == 0;
		cli_free(text);
		if (is_yes || is_no) {
			*yes = is_yes;
			return ASK_ANSWERED;
		}
		cli_say("y or n?\n");
	}
}

bool ask_parse_number(const char *text, int64_t low, int64_t high, int64_t *out)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || number < low ||
	    number > high)
		return false;
	*out = number;
	return true;
}

enum ask_answer ask_number(struct cli *cli, const char *prompt, int64_t low,
			   int64_t high, int64_t *out)
{
	for (;;) {
		char *text;
		enum ask_answer answer = ask_line(cli, prompt, NULL, &text);
		bool is_number = answer == ASK_ANSWERED &&
				 ask_parse_number(text, low, high, out);

		cli_free(text);
		if (answer != ASK_ANSWERED || is_number)
			return answer;
		cli_say("A whole number from %lld to %lld, or Enter to skip.\n",
			(long long)low, (long long)high);
	}
}

bool ask_find_choice(const char *text, const char *const *words, size_t count,
		     size_t *place)
{
	size_t len = strlen(text), found = 0, i;
	int64_t number;

	/* A word that is a number ("478") is meant before a place is. */
	for (i = 0; i < count; i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*place = i;
			return true;
		}
	}
	if (ask_parse_number(text, 1, (int64_t)count, &number)) {
		*place = (size_t)(number - 1);
		return true;
	}
	for (i = 0; i < count; i++) {
		if (len == 0 || strncasecmp(text, words[i], len) != 0)
			continue;
		found++;
		*place = i;
	}
	return found == 1;
}

enum ask_answer ask_choice(struct cli *cli, const char *prompt,
			   const char *const *words, size_t count,
			   size_t *place)
{
	size_t i;

	if (ask_can(cli))
		for (i = 0; i < count; i++)
			cli_say("  %2zu %s\n", i + 1, words[i]);
	for (;;) {
		char *text;
		enum ask_answer answer = ask_line(cli, prompt, NULL, &text);
		bool is_choice = answer == ASK_ANSWERED &&
				 ask_find_choice(text, words, count, place);

		cli_free(text);
		if (answer != ASK_ANSWERED || is_choice)
			return answer;
		cli_say("A number from 1 to %zu, or Enter to skip.\n", count);
	}
}
