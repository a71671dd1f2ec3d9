/*
 * ask.c - the only place that reads a terminal.
 *
 * Must never leave the terminal other than it was, never echo a passphrase,
 * and never ask where nobody is. A signal during a question ends the question,
 * not the program: what was typed is handed back so that it can be kept. Read
 * next: askanswer.c, asksecret.c, then thought.c, which asks the most.
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
#include "cli/i18n.h"
#include "cli/render.h"
#include "proto/base/buf.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"
#include "proto/bounds.h"

static volatile sig_atomic_t was_stopped; /* so many times */
static sig_atomic_t stops_held;           /* so many don't count for now */
static volatile sig_atomic_t wants_pause;
static bool is_closed; /* the end of input has been seen */
static EditLine *editor;
static bool is_editing; /* the editor has the terminal */
static const char *line_prompt;
static const char *hint; /* still to be said; NULL: none, or typing began */

/* So long a field may stay empty before kept offers a word about it. */
#define HINT_S 20

static void on_stop(int number)
{
	(void)number;
	if (was_stopped < 100)
		was_stopped++;
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
	return was_stopped > stops_held;
}

void ask_hold_stop(bool on)
{
	stops_held = on ? was_stopped + 1 : 0;
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

bool ask_is_open(void)
{
	return askterminal_stays();
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
				  _("This needs an answer, and there is nobody "
				    "here to ask."));
	return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
			  _("This needs an answer, and there is nobody here to "
			    "ask.\nGive it with  %s"),
			  instead);
}

/* ---- one byte at a time ---- */

/* As Ctrl-Z everywhere else: the terminal is put back for the while. */
static void pause_here(void)
{
	wants_pause = 0;
	if (is_editing)
		(void)el_set(editor, EL_PREP_TERM, 0);
	askterminal_pause();
	(void)kill(getpid(), SIGSTOP);
	askterminal_enter_again();
	if (is_editing) {
		(void)el_set(editor, EL_PREP_TERM, 1);
		(void)el_set(editor, EL_REFRESH);
	}
}

void ask_set_hint(const char *text)
{
	hint = text;
}

/* In the place of the prompt, which stands below it then. */
static void say_hint(void)
{
	cli_say("\r");
	cli_say("%s\n", hint);
	hint = NULL;
	if (is_editing)
		(void)el_set(editor, EL_REFRESH);
	else
		cli_say("%s", line_prompt);
}

/* Blocked but while waiting: no signal falls between test and wait. */
static void block_signals(sigset_t *before)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
				       SIGTSTP };
	sigset_t ours;
	size_t i;

	(void)sigemptyset(&ours);
	for (i = 0; i < KEPT_ARRAY_COUNT(numbers); i++)
		(void)sigaddset(&ours, numbers[i]);
	(void)sigprocmask(SIG_BLOCK, &ours, before);
}

enum ask_wait askterminal_wait(const struct timespec *limit, bool reads)
{
	struct pollfd entry = { .fd = STDIN_FILENO, .events = POLLIN };
	const struct timespec now = { 0 };
	enum ask_wait found = ASK_WAIT_READY; /* reading tells what is wrong */
	sigset_t before;
	int ready;

	block_signals(&before);
	if (wants_pause) {
		pause_here();
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		return ASK_WAIT_PAUSED;
	}
	/* What was typed before Ctrl-C still counts. */
	ready = ppoll(&entry, reads ? 1 : 0, was_stopped ? &now : limit,
		      &before);
	if (ready <= 0 && was_stopped)
		ready = ppoll(&entry, reads ? 1 : 0, &now, NULL);
	if (ready <= 0 && was_stopped)
		found = ASK_WAIT_STOPPED;
	else if (ready == 0)
		found = ASK_WAIT_OVER;
	else if (ready < 0 && errno == EINTR)
		found = ASK_WAIT_PAUSED;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return found;
}

int ask_read_byte(void)
{
	const struct timespec a_while = { .tv_sec = HINT_S };
	unsigned char byte = 0;
	enum ask_wait found;

	do {
		found = askterminal_wait(hint != NULL ? &a_while : NULL, true);
		if (found == ASK_WAIT_OVER)
			say_hint();
	} while (found == ASK_WAIT_OVER || found == ASK_WAIT_PAUSED);
	hint = NULL;
	if (found == ASK_WAIT_READY && read(STDIN_FILENO, &byte, 1) == 1)
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
	(void)snprintf(text, sizeof text, "%s", line_prompt);
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
	/* Ctrl-C must not throw away what came just before it. */
	(void)el_set(editor, EL_SETTY, "-d", "+noflsh", NULL);
	(void)el_set(editor, EL_SETTY, "-x", "+noflsh", NULL);
	return true;
}

/* What is pushed is as good as typed: a control in it would be obeyed. Then
 * the line begins empty, and Enter leaves what was. */
static bool has_no_controls(const char *text)
{
	while ((unsigned char)*text >= 0x20 && *text != 0x7f)
		text++;
	return *text == '\0';
}

/* What was typed, put into out; the byte that ended it if it isn't a line's
 * end, else 0. */
static int edit_line(const char *prompt, const char *initial, struct buf *out)
{
	const char *line;
	const LineInfo *typed;
	int count = 0;

	line_prompt = prompt;
	last_byte = 0;
	if (initial != NULL && *initial != '\0' && has_no_controls(initial))
		el_push(editor, initial);
	is_editing = true;
	line = el_gets(editor, &count);
	is_editing = false;
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
	line_prompt = prompt;
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

/* Where a question is wider than the terminal its lines break between words,
 * and the last one is what the answer stands behind. */
static const char *say_all_but_last(const struct cli *cli, const char *prompt,
				    struct buf *room)
{
	char *end;

	render_put_folded(room, prompt,
			  cli->columns > 0 ? (size_t)cli->columns : SIZE_MAX);
	buf_put_u8(room, 0);
	end = room->failed == 0 ? strrchr((char *)room->ptr, '\n') : NULL;
	if (end == NULL)
		return prompt;
	*end = '\0';
	cli_say("%s\n", (const char *)room->ptr);
	return end + 1;
}

/* One try; *too_long or not text: to be asked again. */
static enum ask_answer read_line(struct cli *cli, const char *prompt,
				 const char *initial, char **out, bool *again)
{
	struct buf line, folded;
	enum ask_answer answer;
	int last;

	buf_init(&line, LIMIT_ENTRY_TEXT_BYTES);
	buf_init(&folded, RENDER_BYTES_MAX);
	ask_begin_reading();
	prompt = say_all_but_last(cli, prompt, &folded);
	last = want_editor(cli) ? edit_line(prompt, initial, &line)
				: plain_line(prompt, &line);
	line_prompt = "";
	buf_release(&folded);
	answer = ask_end_reading(last);
	hint = NULL;
	*again = answer == ASK_ANSWERED &&
		 (line.failed != 0 || !utf8_is_valid(buf_bytes(&line)));
	if (line.failed != 0)
		cli_say(_("That is longer than fits into one line; put it in "
			  "with  kept note -e .\n"));
	else if (*again)
		cli_say(_("That wasn't text as this terminal should send it. "
			  "Once more?\n"));
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
