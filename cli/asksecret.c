/*
 * asksecret.c - passphrases: without echo, from a file, or a descriptor.
 *
 * Must never print one, and wipes every copy. Read next: ask.c.
 */
#include "cli/askterminal.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/i18n.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"

static struct termios before;
static bool is_known;  /* before is what it was */
static bool is_silent; /* between enter and leave */
static bool stays;     /* leave waits until all questions are through */

/* From a file or descriptor, read once. */
static char given[PASSPHRASE_BYTES + 1];
static bool has_given;

static void put_back(void)
{
	if (is_known)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

void askterminal_leave(void)
{
	if (stays)
		return;
	put_back();
	is_silent = false;
}

void askterminal_stay(bool on)
{
	stays = on;
	if (on)
		askterminal_enter();
	else
		askterminal_leave();
}

bool askterminal_stays(void)
{
	return stays;
}

void askterminal_pause(void)
{
	put_back();
}

static void wipe_given(void)
{
	mem_wipe(given, sizeof given);
	has_given = false;
	put_back();
}

void askterminal_remember(void)
{
	is_known = tcgetattr(STDIN_FILENO, &before) == 0;
	(void)atexit(wipe_given);
}

void askterminal_enter(void)
{
	struct termios silent = before;

	if (!is_known)
		return;
	silent.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	silent.c_lflag |= NOFLSH;
	silent.c_cc[VMIN] = 1;
	silent.c_cc[VTIME] = 0;
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &silent);
	is_silent = true;
}

void askterminal_enter_again(void)
{
	if (is_silent)
		askterminal_enter();
}

struct secret {
	char text[PASSPHRASE_BYTES + 1];
	size_t len;
};

/* Takes the last scalar off; false if there was none. */
static bool secret_shorten(struct secret *secret)
{
	if (secret->len == 0)
		return false;
	do
		secret->len--;
	while (secret->len > 0 &&
	       ((unsigned char)secret->text[secret->len] & 0xc0) == 0x80);
	return true;
}

/* One byte typed; false when the line is over. */
static bool secret_take(struct secret *secret, int byte, const char *dot)
{
	bool is_more = (byte & 0xc0) == 0x80;

	if (byte < 0 || byte == '\n' || byte == '\r')
		return false;
	if (byte == 0x7f || byte == 0x08) {
		if (secret_shorten(secret) && *dot != '\0')
			cli_say("\b \b");
	} else if (byte == 0x15) {
		while (secret_shorten(secret))
			cli_say("%s", *dot != '\0' ? "\b \b" : "");
	} else if (byte >= 0x20 && secret->len < PASSPHRASE_BYTES) {
		secret->text[secret->len++] = (char)byte;
		if (!is_more)
			cli_say("%s", dot);
	}
	return true;
}

static enum ask_answer type_secret(struct cli *cli, const char *prompt,
				   char **out)
{
	const char *dot = cli->dumb ? "" : cli->utf8 ? "·" : "*";
	struct secret secret = { .len = 0 };
	enum ask_answer answer;
	int byte;

	askterminal_enter();
	cli_say("%s", prompt);
	ask_begin_reading();
	do
		byte = ask_read_byte();
	while (!(byte == 0x04 && secret.len == 0) &&
	       secret_take(&secret, byte, dot));
	askterminal_leave();
	if (byte == 0x04)
		byte = ASK_BYTE_CLOSED;
	answer = ask_end_reading(byte);
	if (byte >= 0)
		cli_say("\n");
	secret.text[secret.len] = '\0';
	if (answer == ASK_ANSWERED && secret.len == 0)
		answer = ASK_SKIPPED;
	if (answer == ASK_ANSWERED &&
	    !utf8_is_valid(bytes_of(secret.text, secret.len))) {
		cli_say(_(
			"That wasn't text as this terminal should send it.\n"));
		answer = ASK_SKIPPED;
	}
	if (answer == ASK_ANSWERED) {
		*out = mem_alloc(1, secret.len + 1);
		if (*out != NULL)
			memcpy(*out, secret.text, secret.len + 1);
		else
			answer = ASK_CLOSED;
	}
	mem_wipe(&secret, sizeof secret);
	return answer;
}

int ask_read_passphrase(int fd, char out[PASSPHRASE_BYTES + 1], struct err *err)
{
	size_t len = 0;
	char *end;

	while (len <= PASSPHRASE_BYTES) {
		ssize_t got = read(fd, out + len, PASSPHRASE_BYTES + 1 - len);

		if (got < 0 && errno == EINTR && !ask_was_stopped())
			continue;
		if (got < 0)
			return err_set_os(
				err, ERR_USAGE, errno,
				_("The passphrase couldn't be read."));
		if (got == 0)
			break;
		len += (size_t)got;
		end = memchr(out, '\n', len);
		if (end == NULL)
			continue;
		len = (size_t)(end - out);
		break;
	}
	if (len > 0 && len <= PASSPHRASE_BYTES && out[len - 1] == '\r')
		len--;
	if (len > PASSPHRASE_BYTES)
		return err_set(err, ERR_USAGE,
			       _("A passphrase has at most %u bytes."),
			       PASSPHRASE_BYTES);
	if (len == 0)
		return err_set(err, ERR_USAGE,
			       _("There is no passphrase on the first line."));
	if (!utf8_is_valid(bytes_of(out, len)))
		return err_set(err, ERR_USAGE,
			       _("A passphrase is UTF-8 text."));
	out[len] = '\0';
	return 0;
}

bool ask_passphrase_is_typed(const struct cli *cli)
{
	return cli->options.common.passphrase_file == NULL &&
	       cli->options.common.passphrase_fd < 0;
}

static enum ask_answer take_given(struct cli *cli, char **out)
{
	const char *path = cli->options.common.passphrase_file;
	int fd = cli->options.common.passphrase_fd;
	struct err err = { 0 };
	int code = 0;

	if (!has_given) {
		if (path != NULL)
			fd = open(path, O_RDONLY | O_CLOEXEC);
		code = fd < 0 ? err_set_os(&err, ERR_USAGE, errno,
					   _("The passphrase file can't be "
					     "opened."))
			      : ask_read_passphrase(fd, given, &err);
		if (path != NULL && fd >= 0)
			(void)close(fd);
		has_given = code == 0;
	}
	if (has_given)
		*out = mem_alloc(1, strlen(given) + 1);
	if (*out == NULL) {
		cli_say("%s\n", code == 0 ? err_text(ERR_NOMEM) : err.text);
		return ASK_CLOSED;
	}
	memcpy(*out, given, strlen(given) + 1);
	return ASK_ANSWERED;
}

enum ask_answer ask_passphrase(struct cli *cli, const char *prompt, char **out)
{
	*out = NULL;
	if (!ask_passphrase_is_typed(cli))
		return take_given(cli, out);
	if (!ask_can(cli))
		return ask_was_stopped() ? ASK_STOPPED : ASK_CLOSED;
	return type_secret(cli, prompt, out);
}

enum ask_answer ask_new_passphrase(struct cli *cli, char **out)
{
	enum ask_answer answer;
	char *again = NULL;

	for (;;) {
		answer = ask_passphrase(cli, _("Passphrase: "), out);
		if (answer == ASK_ANSWERED && !ask_passphrase_is_typed(cli))
			return answer;
		if (answer == ASK_SKIPPED) {
			cli_say(_("It can't be empty. Four or five plain words "
				  "work well.\n"));
			continue;
		}
		if (answer != ASK_ANSWERED)
			return answer;
		answer = ask_passphrase(cli, _("Once more:  "), &again);
		if (answer == ASK_ANSWERED && strcmp(*out, again) == 0) {
			cli_free(again);
			return ASK_ANSWERED;
		}
		cli_free(again);
		cli_free(*out);
		*out = NULL;
		if (answer == ASK_STOPPED || answer == ASK_CLOSED)
			return answer;
		cli_say(_("Those two aren't the same. From the beginning:\n"));
	}
}
