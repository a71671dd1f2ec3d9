/*
 * editor.c - longer text in the person's own editor.
 *
 * Must never leave the working file, nor let an editor we know write copies
 * beside it. Read next: writing.c.
 */
#include "cli/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/writing.h"
#include "proto/base/mem.h"

#define SAVE_SECONDS 3

/* What keeps an editor from leaving copies. */
static const struct {
	const char *name; /* its file's name begins like this */
	const char *flags;
} editors[] = {
	{ "vim", "-i NONE -n --cmd 'set nobackup nowritebackup noundofile'" },
	{ "nvim", "-i NONE -n --cmd 'set nobackup nowritebackup noundofile'" },
	{ "gvim", "-f -i NONE -n" },
	{ "nano", "-I" },
	{ "emacs", "--eval '(setq make-backup-files nil auto-save-default "
		   "nil)'" },
};

/* The file a command's first word runs, links followed; "" if unknown. */
static void find_program(const char *command, char out[PATH_BYTES])
{
	size_t len = strcspn(command, " \t");
	const char *path = getenv("PATH");
	char *real;

	out[0] = '\0';
	if (memchr(command, '/', len) != NULL) {
		(void)snprintf(out, PATH_BYTES, "%.*s", (int)len, command);
		path = NULL;
	}
	while (path != NULL && *path != '\0') {
		size_t part = strcspn(path, ":");

		if (snprintf(out, PATH_BYTES, "%.*s/%.*s", (int)part, path,
			     (int)len, command) < (int)PATH_BYTES &&
		    access(out, X_OK) == 0)
			break;
		out[0] = '\0';
		path += part + (path[part] == ':');
	}
	real = out[0] == '\0' ? NULL : realpath(out, NULL);
	if (real != NULL)
		(void)snprintf(out, PATH_BYTES, "%s", real);
	free(real);
}

static const char *find_flags(const char *command)
{
	char path[PATH_BYTES];
	const char *name;
	size_t i;

	find_program(command, path);
	name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
	for (i = 0; i < KEPT_ARRAY_COUNT(editors); i++)
		if (strncmp(name, editors[i].name, strlen(editors[i].name)) ==
		    0)
			return editors[i].flags;
	return "";
}

/* What to run; NULL if there is nothing. */
static const char *find_editor(void)
{
	static const char *const names[] = { "nano", "vim", "vi" };
	static const char *const places[] = { "VISUAL", "EDITOR" };
	char path[PATH_BYTES];
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(places); i++) {
		const char *value = getenv(places[i]);

		if (value != NULL && *value != '\0')
			return value;
	}
	for (i = 0; i < KEPT_ARRAY_COUNT(names); i++) {
		find_program(names[i], path);
		if (path[0] != '\0')
			return names[i];
	}
	return NULL;
}

/* A new file, 0600, with the text in it. */
static int make_file(struct cli *cli, const struct editor_job *job,
		     char path[PATH_BYTES])
{
	const char *text = job->text == NULL ? "" : job->text;
	size_t len = strlen(text);
	bool is_written;
	int fd;

	if (snprintf(path, PATH_BYTES, "%s/writing-XXXXXX%s", cli->paths.run,
		     job->suffix) >= (int)PATH_BYTES)
		fd = -1;
	else
		fd = mkstemps(path, (int)strlen(job->suffix));
	if (fd < 0)
		return cli_say_no(cli, EXIT_DISK, "disk_trouble", NULL,
				  "There is no room for the editor's file in "
				  "%.300s.",
				  cli->paths.run);
	is_written = write(fd, text, len) == (ssize_t)len;
	is_written = close(fd) == 0 && is_written;
	if (is_written)
		return 0;
	(void)unlink(path);
	return cli_say_no(cli, EXIT_DISK, "disk_trouble", NULL,
			  "The editor's file couldn't be written.");
}

_Noreturn static void become_editor(const char *command, const char *path,
				    const sigset_t *mask)
{
	char line[PATH_BYTES];

	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	(void)snprintf(line, sizeof line, "exec %s %s \"$1\"", command,
		       find_flags(command));
	(void)execl("/bin/sh", "sh", "-c", line, "sh", path, (char *)NULL);
	_exit(127);
}

/* What the file holds now goes to on_save, if it was saved since *seen. */
static void look_at_file(struct cli *cli, const struct editor_job *job,
			 const char *path, struct timespec *seen)
{
	struct stat stat_file;
	char *text = NULL;

	if (job->on_save == NULL || stat(path, &stat_file) != 0 ||
	    (stat_file.st_mtim.tv_sec == seen->tv_sec &&
	     stat_file.st_mtim.tv_nsec == seen->tv_nsec))
		return;
	*seen = stat_file.st_mtim;
	if (stat_file.st_size > 0 && writing_read_path(cli, path, &text) == 0 &&
	    text != NULL)
		job->on_save(job->context, text);
	cli_free(text);
}

/* Until the editor ends; Ctrl-C belongs to it meanwhile. */
static int wait_for_editor(struct cli *cli, const struct editor_job *job,
			   const char *path, pid_t pid)
{
	struct sigaction ours, ignore = { .sa_handler = SIG_IGN };
	struct timespec step = { .tv_sec = SAVE_SECONDS };
	struct timespec seen = { 0 };
	struct stat stat_file;
	sigset_t child;
	int status = 0;

	(void)sigemptyset(&ignore.sa_mask);
	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	(void)sigaction(SIGINT, &ignore, &ours);
	if (stat(path, &stat_file) == 0)
		seen = stat_file.st_mtim;
	while (waitpid(pid, &status, WNOHANG) == 0) {
		(void)sigtimedwait(&child, NULL, &step);
		look_at_file(cli, job, path, &seen);
	}
	(void)sigaction(SIGINT, &ours, NULL);
	ask_forget_stop();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int run_editor(struct cli *cli, const struct editor_job *job,
		      const char *command, const char *path)
{
	sigset_t child, before;
	pid_t pid;
	int status;

	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &child, &before);
	pid = fork();
	if (pid == 0)
		become_editor(command, path, &before);
	status = pid < 0 ? 127 : wait_for_editor(cli, job, path, pid);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (status == 0)
		return 0;
	if (status == 127)
		return cli_say_no(cli, EXIT_COULD_NOT, "no_editor", NULL,
				  "The editor “%.100s” couldn't be started.\n"
				  "Nothing was changed. Set VISUAL or EDITOR "
				  "to one that is here.",
				  command);
	return cli_say_no(cli, EXIT_STOPPED, "stopped", NULL,
			  "The editor was left without keeping. Nothing was "
			  "changed.");
}

/* The working file, and what an editor may have put beside it. */
static void remove_files(const char *path)
{
	char copy[PATH_BYTES];

	(void)unlink(path);
	if (snprintf(copy, sizeof copy, "%s~", path) < (int)sizeof copy)
		(void)unlink(copy);
}

int editor_edit(struct cli *cli, const struct editor_job *job, char **out,
		bool *changed)
{
	const char *command = find_editor();
	char path[PATH_BYTES];
	int exit_code;

	*out = NULL;
	if (!ask_can(cli))
		return ask_exit(cli, ASK_CLOSED, "- and a pipe");
	if (command == NULL)
		return cli_say_no(cli, EXIT_COULD_NOT, "no_editor", NULL,
				  "There is no editor here. Nothing was "
				  "changed.\nSet VISUAL or EDITOR.");
	exit_code = make_file(cli, job, path);
	if (exit_code != 0)
		return exit_code;
	ask_pause();
	exit_code = run_editor(cli, job, command, path);
	if (exit_code == 0)
		exit_code = writing_read_path(cli, path, out);
	remove_files(path);
	if (exit_code == 0 && changed != NULL)
		*changed = strcmp(*out, job->text == NULL ? "" : job->text) !=
			   0;
	return exit_code;
}
