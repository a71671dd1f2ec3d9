/*
 * reviewfile.c - the review as a file.
 *
 * Must never write over a file, and never leave half of one. Read next:
 * reviewhtml.c, page/keptpage.c.
 */
#include "cli/reviewfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/i18n.h"
#include "cli/reviewhtml.h"
#include "proto/base/mem.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)
#define PROGRAM "kept-page"
#define NOT_STARTED 127

/* ---- the file ---- */

static int say_disk(struct cli *cli, const char *path, int os)
{
	char *shown = cli_show(path, false);
	int exit_code =
		cli_say_no(cli, EXIT_DISK, "disk_trouble", NULL,
			   _("%s couldn't be written (%s). The journal itself "
			     "is as it was."),
			   shown, strerror(os));

	cli_free(shown);
	return exit_code;
}

static bool put_all(int fd, const struct buf *bytes)
{
	size_t at = 0;

	while (at < bytes->len) {
		ssize_t put = write(fd, bytes->ptr + at, bytes->len - at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		at += (size_t)put;
	}
	return true;
}

static int put_file(struct cli *cli, const struct buf *bytes, const char *path)
{
	int exit_code = 0, fd;

	if (strcmp(path, "-") == 0) {
		(void)fwrite(bytes->ptr, 1, bytes->len, stdout);
		return fflush(stdout) == 0 ? 0 : say_disk(cli, "stdout", errno);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0 && errno == EEXIST)
		return cli_say_no(cli, EXIT_COULD_NOT, "exists", NULL,
				  _("There is a file of that name already. It "
				    "is as it was."));
	if (fd < 0)
		return say_disk(cli, path, errno);
	if (!put_all(fd, bytes) || fsync(fd) != 0) {
		exit_code = say_disk(cli, path, errno);
		(void)unlink(path);
	}
	(void)close(fd);
	return exit_code;
}

/* ---- kept-page ---- */

/* The one beside this program, else what PATH has. */
_Noreturn static void become_page(int in, int out)
{
	char *const argv[] = { (char[]){ PROGRAM }, NULL };
	char path[4096];
	ssize_t len =
		readlink("/proc/self/exe", path, sizeof path - sizeof PROGRAM);
	char *slash;

	path[len > 0 ? len : 0] = '\0';
	(void)dup2(in, STDIN_FILENO);
	(void)dup2(out, STDOUT_FILENO);
	slash = strrchr(path, '/');
	if (slash != NULL) {
		memcpy(slash + 1, PROGRAM, sizeof PROGRAM);
		(void)execv(path, argv);
	}
	(void)execvp(PROGRAM, argv);
	_exit(NOT_STARTED);
}

/* Its exit code, or -1 where it had none. */
static int run_page(int in, int out)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		become_page(in, out);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
		if (ask_was_stopped())
			(void)kill(pid, SIGTERM);
	}
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int read_back(int fd, struct buf *out)
{
	uint8_t chunk[16384];
	off_t at = 0;
	ssize_t got;

	while ((got = pread(fd, chunk, sizeof chunk, at)) > 0) {
		buf_put(out, chunk, (size_t)got);
		at += got;
	}
	mem_wipe(chunk, sizeof chunk);
	return got < 0 ? -1 : out->failed;
}

/* Both ways through memory: nothing of it lies on a disk. */
static int draw(struct cli *cli, const cJSON *page, struct buf *pdf)
{
	int in = memfd_create("page", MFD_CLOEXEC);
	int out = memfd_create("pdf", MFD_CLOEXEC);
	char *text = cJSON_PrintUnformatted(page);
	int code = -1, exit_code = 0;
	struct buf json;

	buf_init(&json, FILE_BYTES_MAX);
	if (text != NULL)
		buf_put(&json, text, strlen(text));
	if (in >= 0 && out >= 0 && json.len > 0 && put_all(in, &json) &&
	    lseek(in, 0, SEEK_SET) == 0)
		code = run_page(in, out);
	if (ask_was_stopped())
		exit_code = EXIT_CTRL_C;
	else if (code == NOT_STARTED)
		exit_code = cli_say_no(
			cli, EXIT_COULD_NOT, "not_here",
			"kept review --html FILE",
			_("A PDF is drawn by kept-page, and that is neither "
			  "beside kept nor in PATH. A page for a browser "
			  "works without it."));
	else if (code != 0 || read_back(out, pdf) != 0)
		exit_code = cli_say_no(cli, EXIT_COULD_NOT, "not_here",
				       "kept review --html FILE",
				       _("kept-page couldn't draw it. A page "
					 "for a browser works without it."));
	if (text != NULL)
		mem_wipe(text, strlen(text));
	cJSON_free(text);
	buf_release(&json);
	if (in >= 0)
		(void)close(in);
	if (out >= 0)
		(void)close(out);
	return exit_code;
}

int reviewfile_write(struct cli *cli, const cJSON *page,
		     enum reviewfile_form form, const char *path)
{
	struct buf bytes;
	int exit_code = 0;

	if (form == REVIEWFILE_PDF && strcmp(path, "-") == 0 &&
	    cli->out_is_terminal)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept review --pdf review.pdf",
				  _("A PDF is nothing for a terminal; name a "
				    "file."));
	buf_init(&bytes, FILE_BYTES_MAX);
	if (form == REVIEWFILE_PDF)
		exit_code = draw(cli, page, &bytes);
	else
		/* For translators: the two letters of your language. */
		reviewhtml_put(&bytes, page, _("en"));
	if (exit_code == 0 && bytes.failed != 0)
		exit_code = cli_say_no(cli, EXIT_COULD_NOT, "no_memory", NULL,
				       "%s", err_text(bytes.failed));
	if (exit_code == 0)
		exit_code = put_file(cli, &bytes, path);
	buf_release(&bytes);
	return exit_code;
}
