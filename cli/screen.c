/*
 * screen.c - stdout, and the pager before it.
 *
 * Must never leave a pager behind, and never complain when it is left early.
 * Read next: render.c.
 */
#include "cli/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/dates.h"
#include "cli/i18n.h"

static pid_t pager;
static int real_stdout = -1;
static bool reader_left;

struct render screen_render(const struct cli *cli)
{
	bool fits = cli->out_is_terminal || getenv("COLUMNS") != NULL;
	struct render render = {
		.columns = fits && cli->columns > 0 ? (size_t)cli->columns : 0,
		.ascii = !cli->utf8,
		.color = cli->color,
		.today = dates_day_of(dates_now()),
	};

	return render;
}

_Noreturn static void become_pager(const char *command, int from)
{
	(void)dup2(from, STDIN_FILENO);
	(void)setenv("LESS", "FIRX", 0);
	(void)setenv("LESSSECURE", "1", 1);
	(void)setenv("LESSHISTFILE", "-", 1);
	(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static bool wants_pager(const struct cli *cli, const char **command)
{
	*command = getenv("PAGER");
	if (*command == NULL || **command == '\0')
		*command = "less 2>/dev/null || cat";
	return cli->out_is_terminal && cli->in_is_terminal && !cli->dumb &&
	       !cli->options.common.plain && !cli->options.common.no_input &&
	       strcmp(*command, "cat") != 0;
}

void screen_page(const struct cli *cli)
{
	const char *command;
	int ends[2];

	if (!wants_pager(cli, &command) || pager != 0)
		return;
	(void)fflush(stdout);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return;
	real_stdout = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	pager = real_stdout < 0 ? -1 : fork();
	if (pager == 0)
		become_pager(command, ends[0]);
	(void)close(ends[0]);
	if (pager > 0)
		(void)dup2(ends[1], STDOUT_FILENO);
	else
		pager = 0;
	(void)close(ends[1]);
}

bool screen_put(struct buf *buf)
{
	if (buf->len > 0 && !reader_left)
		(void)fwrite(buf->ptr, 1, buf->len, stdout);
	buf_clear(buf);
	if (fflush(stdout) != 0 && errno == EPIPE)
		reader_left = true;
	return !reader_left && ferror(stdout) == 0;
}

int screen_end(struct cli *cli)
{
	bool taken = fflush(stdout) == 0 && ferror(stdout) == 0;
	int status;

	if (pager > 0) {
		(void)dup2(real_stdout, STDOUT_FILENO);
		(void)close(real_stdout);
		while (waitpid(pager, &status, 0) < 0 && errno == EINTR)
			;
		pager = 0;
		clearerr(stdout);
		return EXIT_DONE;
	}
	if (taken || reader_left)
		return EXIT_DONE;
	return cli_say_no(cli, EXIT_DISK, "disk_trouble", NULL,
			  _("Not everything could be written out."));
}
