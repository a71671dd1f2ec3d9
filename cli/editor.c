/*
 * editor.c - longer text in the person's own editor.
 *
 * Must never leave the working file, nor let an editor we know write copies
 * on a disk, nor drop what was written because the editor ended badly. Read
 * next: workfile.c, editsave.c.
 */
#include "cli/editor.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/i18n.h"
#include "proto/base/mem.h"

#define SAVE_SECONDS 3
#define NANO_RC "nanorc"

#define VIM_SETS "set nobackup nowritebackup noundofile noswapfile"
/* Once before the person's own settings are read, and once after. The copy
 * beside the file is for a crash: it is in memory, and goes with it. */
#define VIM_FLAGS                                                              \
	"-i NONE -n --cmd '" VIM_SETS "' -c '" VIM_SETS " updatetime=2000' "   \
	"-c \"autocmd CursorHold,CursorHoldI * "                               \
	"silent! lockmarks keepalt write! $2/" WORKFILE_AUTOSAVE "\" "

/* What keeps an editor from leaving copies; $2 is the folder of the file. */
static const struct {
	const char *name; /* its program's name begins like this */
	const char *flags;
} editors[] = {
	{ "vim", VIM_FLAGS },
	{ "nvim", VIM_FLAGS },
	{ "gvim", "-f " VIM_FLAGS },
	{ "nano", "--rcfile=\"$2/" NANO_RC "\"" },
	{ "rnano", "--rcfile=\"$2/" NANO_RC "\"" },
	/* It would hand the file to an Emacs that is running: no flag of ours
	 * is for that one. */
	{ "emacsclient", "" },
	{ "emacs", "--eval '(setq make-backup-files nil auto-save-default nil "
		   "create-lockfiles nil)'" },
	{ "micro", "-backup false -saveundo false -savecursor false "
		   "-savehistory false" },
	{ "joe", "-nobackups" },
	{ "gedit", "-s" },
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

/* ---- the working file ---- */

static void append_file(FILE *out, const char *path)
{
	FILE *in = fopen(path, "re");
	char line[512];

	while (in != NULL && fgets(line, sizeof line, in) != NULL)
		(void)fputs(line, out);
	if (in != NULL) {
		(void)fputc('\n', out);
		(void)fclose(in);
	}
}

/* nano can't be told on the command line what not to do: the person's own
 * settings, and then ours. */
static void write_nano_rc(const char *folder)
{
	const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");
	char path[PATH_BYTES];
	FILE *out;

	if (paths_join(folder, NANO_RC, path, NULL) != 0)
		return;
	out = fopen(path, "wxe");
	if (out == NULL)
		return;
	append_file(out, "/etc/nanorc");
	if (home != NULL && paths_join(home, ".nanorc", path, NULL) == 0)
		append_file(out, path);
	if (config != NULL && *config == '/' &&
	    paths_join(config, "nano/nanorc", path, NULL) == 0)
		append_file(out, path);
	else if (home != NULL &&
		 paths_join(home, ".config/nano/nanorc", path, NULL) == 0)
		append_file(out, path);
	(void)fputs("unset backup\nunset historylog\nunset positionlog\n"
		    "unset locking\n",
		    out);
	(void)fclose(out);
}

static int make_file(struct cli *cli, const struct editor_job *job,
		     struct workfile *work)
{
	cJSON *about = editsave_about(&job->save);
	char place[PATH_BYTES];
	int code = workfile_find_place(&cli->paths, place);

	if (code == 0)
		code = workfile_make(work, place, job->suffix, about,
				     job->text == NULL ? "" : job->text);
	cJSON_Delete(about);
	if (code == ERR_NOT_HERE)
		return cli_say_no(cli, EXIT_COULD_NOT, "no_memory_place", NULL,
				  _("An editor's file has to be in memory, and "
				    "no folder here is. Nothing was changed.\n"
				    "XDG_RUNTIME_DIR can name one; or write "
				    "without an editor:  kept help writing"));
	if (code != 0)
		return cli_say_no(cli, EXIT_DISK, "disk_trouble", NULL,
				  _("There is no room in memory for the "
				    "editor's file. Nothing was changed."));
	write_nano_rc(work->folder);
	return 0;
}

/* ---- running it ---- */

_Noreturn static void become_editor(const char *command,
				    const struct workfile *work,
				    const sigset_t *mask)
{
	char line[2 * PATH_BYTES];

	(void)sigprocmask(SIG_SETMASK, mask, NULL);
	/* It holds the lock too: if kept is killed, the file is in use until
	 * both are gone. Its own copies go where the file is. */
	(void)fcntl(work->lock, F_SETFD, 0);
	(void)setenv("TMPDIR", work->folder, 1);
	if (snprintf(line, sizeof line, "exec %s %s \"$1\"", command,
		     find_flags(command)) < (int)sizeof line)
		(void)execl("/bin/sh", "sh", "-c", line, "sh", work->path,
			    work->folder, (char *)NULL);
	_exit(127);
}

/* What the file holds now is sealed, if it was saved since *seen. */
static void look_at_file(const struct editor_job *job,
			 const struct workfile *work, struct timespec *seen)
{
	char path[PATH_BYTES], *text = NULL;
	struct timespec when;
	bool mended;
	char before[KEEP_DRAFT_BYTES];

	if (!workfile_newest(work, path, &when) ||
	    (when.tv_sec == seen->tv_sec && when.tv_nsec == seen->tv_nsec))
		return;
	*seen = when;
	(void)snprintf(before, sizeof before, "%s", job->save.draft);
	if (workfile_read(path, &text, &mended) == 0 &&
	    strlen(text) <= EDITSAVE_BYTES && editsave_keep(&job->save, text) &&
	    strcmp(before, job->save.draft) != 0) {
		cJSON *about = editsave_about(&job->save);

		(void)workfile_put_about(work, about);
		cJSON_Delete(about);
	}
	mem_free(text);
}

/* Until the editor ends; Ctrl-C belongs to it meanwhile. */
static int wait_for_editor(const struct editor_job *job,
			   const struct workfile *work, pid_t pid)
{
	struct sigaction ours, ignore = { .sa_handler = SIG_IGN };
	struct timespec step = { .tv_sec = SAVE_SECONDS };
	struct timespec seen = work->made.st_mtim;
	sigset_t child;
	int status = 0;

	(void)sigemptyset(&ignore.sa_mask);
	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	(void)sigaction(SIGINT, &ignore, &ours);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		(void)sigtimedwait(&child, NULL, &step);
		look_at_file(job, work, &seen);
	}
	(void)sigaction(SIGINT, &ours, NULL);
	ask_forget_stop();
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Its exit code; 127: it isn't there. */
static int run_editor(const struct editor_job *job, const char *command,
		      const struct workfile *work)
{
	sigset_t child, before;
	pid_t pid;
	int status;

	(void)sigemptyset(&child);
	(void)sigaddset(&child, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &child, &before);
	pid = fork();
	if (pid == 0)
		become_editor(command, work, &before);
	status = pid < 0 ? 127 : wait_for_editor(job, work, pid);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

/* ---- what became of it ---- */

/* It ended badly, or there is too much of it: whatever was written is sealed,
 * and then said. *is_safe: the working file isn't needed any more. */
static int keep_aside(struct cli *cli, const struct editor_job *job,
		      const struct workfile *work, const char *why,
		      bool *is_safe)
{
	const char *begun = job->text == NULL ? "" : job->text;
	char path[PATH_BYTES], *text = NULL;
	struct timespec when;
	bool mended;
	int code = workfile_newest(work, path, &when)
			   ? workfile_read(path, &text, &mended)
			   : ERR_NOT_FOUND;

	*is_safe = code == ERR_NOT_FOUND ||
		   (code == 0 && (strcmp(text, begun) == 0 ||
				  editsave_keep(&job->save, text)));
	mem_free(text);
	if (!*is_safe)
		return cli_say_no(cli, EXIT_STOPPED, "stopped", NULL,
				  _("%s\nIt couldn't be sealed just now; it is "
				    "in memory here until the machine is "
				    "switched off.\nkept drafts  takes it in."),
				  why);
	if (job->save.draft[0] != '\0')
		return cli_say_no(cli, EXIT_STOPPED, "stopped", NULL,
				  _("%s\nWhat you wrote is kept as a draft, "
				    "and offered the next time."),
				  why);
	return cli_say_no(cli, EXIT_STOPPED, "stopped", NULL,
			  _("%s\nNothing was changed."), why);
}

/* 0 with *out; EXIT_* with *again: the person wants to go back to it. */
static int take_text(struct cli *cli, const struct editor_job *job,
		     const struct workfile *work, char **out, bool *again,
		     bool *is_safe)
{
	bool mended = false;
	int code = workfile_read(work->path, out, &mended);

	*again = false;
	*is_safe = true;
	if (code == 0 && strlen(*out) <= EDITSAVE_BYTES) {
		if (mended)
			cli_note(cli, _("Some of it wasn't UTF-8; kept read "
					"that as Latin-1.\n"));
		return 0;
	}
	mem_free(*out);
	*out = NULL;
	if (code == ERR_NOT_FOUND)
		return keep_aside(cli, job, work,
				  _("The editor left no file behind."),
				  is_safe);
	cli_say(_("That is longer than kept takes in one piece (512 KiB).\n"));
	if (ask_yes_no(cli, _("Back to your text?"), true, again) ==
		    ASK_ANSWERED &&
	    *again)
		return EXIT_STOPPED;
	*again = false;
	return keep_aside(cli, job, work, _("It isn't an entry yet."), is_safe);
}

/* Left as it was on purpose (:q!): what was saved meanwhile goes too, unless
 * it was a draft before. */
static bool is_dropped(const struct editor_job *job,
		       const struct workfile *work, bool was_draft)
{
	if (!workfile_is_untouched(work))
		return false;
	if (!was_draft)
		editsave_drop(&job->save);
	return true;
}

static int edit_file(struct cli *cli, const struct editor_job *job,
		     const char *command, struct workfile *work, char **out,
		     bool *is_safe)
{
	bool was_draft = job->save.draft[0] != '\0', again = true;
	int exit_code = 0;

	while (again) {
		int status;

		ask_pause();
		status = run_editor(job, command, work);
		if (status == 127)
			return cli_say_no(
				cli, EXIT_COULD_NOT, "no_editor", NULL,
				_("The editor “%.100s” couldn't be started.\n"
				  "Nothing was changed. Set VISUAL or EDITOR "
				  "to one that is here."),
				command);
		if (status != 0)
			return keep_aside(
				cli, job, work,
				_("The editor was left without keeping."),
				is_safe);
		exit_code = take_text(cli, job, work, out, &again, is_safe);
	}
	if (exit_code != 0 || is_dropped(job, work, was_draft))
		return exit_code;
	/* Whatever comes now, it is sealed. */
	if ((*out)[strspn(*out, " \t\r\n")] != '\0')
		*is_safe = editsave_keep(&job->save, *out);
	return 0;
}

int editor_edit(struct cli *cli, const struct editor_job *job, char **out,
		bool *changed)
{
	const char *command = find_editor();
	struct workfile work = { .lock = -1 };
	bool is_safe = true;
	int exit_code;

	*out = NULL;
	if (!ask_can(cli))
		return ask_exit(cli, ASK_CLOSED, _("- and a pipe"));
	exit_code = keep_refuse_dry(cli);
	if (exit_code != 0)
		return exit_code;
	if (command == NULL)
		return cli_say_no(cli, EXIT_COULD_NOT, "no_editor", NULL,
				  _("There is no editor here. Nothing was "
				    "changed.\nSet VISUAL or EDITOR."));
	exit_code = make_file(cli, job, &work);
	if (exit_code != 0)
		return exit_code;
	exit_code = edit_file(cli, job, command, &work, out, &is_safe);
	/* Not sealed: it is taken in when kept runs again. */
	if (is_safe)
		workfile_remove(&work);
	else
		(void)close(work.lock);
	if (exit_code == 0 && changed != NULL)
		*changed = strcmp(*out, job->text == NULL ? "" : job->text) !=
			   0;
	return exit_code;
}
