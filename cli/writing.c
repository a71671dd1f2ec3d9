/*
 * writing.c - the ways in for words.
 *
 * Must never leave a copy of the words anywhere but where they came from.
 * Read next: keep.c.
 */
#include "cli/writing.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/editor.h"
#include "cli/i18n.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"

#define READ_BYTES 65536u

static char *copy_text(struct bytes text)
{
	char *copy = mem_alloc(1, text.len + 1);

	if (copy != NULL && text.len > 0)
		memcpy(copy, text.ptr, text.len);
	return copy;
}

int writing_read(struct cli *cli, int fd, char **text)
{
	struct buf all;
	int exit_code = 0;

	*text = NULL;
	buf_init(&all, LIMIT_FRAME_BYTES / 2);
	for (;;) {
		uint8_t bytes[4096];
		ssize_t got = read(fd, bytes, sizeof bytes);

		if (got < 0 && errno == EINTR && !ask_was_stopped())
			continue;
		if (got <= 0) {
			if (got < 0)
				exit_code = ask_was_stopped() ? EXIT_CTRL_C
							      : EXIT_DISK;
			break;
		}
		buf_put(&all, bytes, (size_t)got);
		mem_wipe(bytes, sizeof bytes);
	}
	if (exit_code == EXIT_DISK)
		(void)cli_say_no(cli, EXIT_DISK, "disk_trouble", NULL,
				 _("That couldn't be read. Nothing was kept."));
	else if (exit_code == 0 && all.failed != 0)
		exit_code =
			cli_say_no(cli, EXIT_COULD_NOT, "too_large", NULL,
				   _("That is longer than kept takes in one "
				     "piece. Nothing was kept."));
	else if (exit_code == 0 && !utf8_is_valid(buf_bytes(&all)))
		exit_code =
			cli_say_no(cli, EXIT_COULD_NOT, "usage", NULL,
				   _("That isn't UTF-8 text, so nothing was "
				     "kept."));
	if (exit_code == 0)
		*text = copy_text(buf_bytes(&all));
	buf_release(&all);
	return exit_code;
}

int writing_read_path(struct cli *cli, const char *path, char **text)
{
	int fd, exit_code;

	*text = NULL;
	if (strcmp(path, "-") == 0)
		return writing_read(cli, STDIN_FILENO, text);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cli_say_no(cli, EXIT_COULD_NOT, "no_file", NULL,
				  _("%.300s can't be opened: %s."), path,
				  strerror(errno));
	exit_code = writing_read(cli, fd, text);
	(void)close(fd);
	return exit_code;
}

/* Once on this machine. */
static void mention_history(struct cli *cli)
{
	char path[PATH_BYTES];
	int fd;

	if (cli_is_program(cli) || cli->options.common.quiet ||
	    paths_join(cli->paths.state, "said-shell-history", path, NULL) != 0)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	(void)close(fd);
	cli_note(cli,
		 _("Your shell may remember that line. `kept %s` on its own "
		   "keeps it out of history.\n"),
		 cli->command->name);
}

static int join_arguments(struct cli *cli, char **text)
{
	struct buf all;
	size_t i;

	buf_init(&all, LIMIT_FRAME_BYTES / 2);
	for (i = 0; i < cli->options.arg_count; i++) {
		if (i > 0)
			buf_put_u8(&all, ' ');
		buf_put(&all, cli->options.args[i],
			strlen(cli->options.args[i]));
	}
	if (all.failed == 0 && utf8_is_valid(buf_bytes(&all)))
		*text = copy_text(buf_bytes(&all));
	buf_release(&all);
	if (*text == NULL)
		return cli_say_no(cli, EXIT_COULD_NOT, "usage", NULL,
				  _("That isn't UTF-8 text, so nothing was "
				    "kept."));
	mention_history(cli);
	return 0;
}

/* ---- the editor ---- */

/* More than one entry holds: back to it, or a draft. */
static int take_from_editor(struct cli *cli, const char *kind, char **text,
			    char draft[KEEP_DRAFT_BYTES])
{
	struct editor_job job = { .suffix = ".txt",
				  .save = { cli, kind, NULL, draft } };
	char *begun = NULL;
	bool again = true;
	int exit_code = editsave_offer(&job.save, &begun);

	while (exit_code == 0 && again) {
		job.text = begun;
		exit_code = editor_edit(cli, &job, text, NULL);
		if (exit_code != 0 || strlen(*text) <= LIMIT_ENTRY_TEXT_BYTES)
			break;
		cli_say(_("That is longer than one entry holds (64 KiB); it "
			  "is kept as a draft.\n"));
		if (ask_yes_no(cli, _("Back to your text?"), true, &again) !=
		    ASK_ANSWERED)
			again = false;
		cli_free(begun);
		begun = *text;
		*text = NULL;
		if (!again)
			exit_code = EXIT_STOPPED;
	}
	cli_free(begun);
	return exit_code;
}

int writing_take(struct cli *cli, const char *kind, char **text,
		 char draft[KEEP_DRAFT_BYTES])
{
	const char *message = options_value(&cli->options, "message");
	const char *file = options_value(&cli->options, "file");
	bool is_pipe = cli->options.arg_count == 1 &&
		       strcmp(cli->options.args[0], "-") == 0;
	bool has_words = cli->options.arg_count > 0 && !is_pipe;
	bool wants_editor = options_has(&cli->options, "edit");
	int exit_code;

	*text = NULL;
	draft[0] = '\0';
	if ((message != NULL) + (file != NULL) + is_pipe + has_words +
		    wants_editor >
	    1)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
				  _("The words come in one way at a time; "
				    "nothing was kept.\nkept help writing"));
	if (message != NULL) {
		cli->options.args[0] = message;
		cli->options.arg_count = 1;
		has_words = true;
	}
	if (has_words)
		exit_code = join_arguments(cli, text);
	else if (is_pipe || file != NULL)
		exit_code = writing_read_path(cli, is_pipe ? "-" : file, text);
	else if (wants_editor)
		exit_code = take_from_editor(cli, kind, text, draft);
	else
		return 0;
	if (exit_code != 0)
		return exit_code;
	if (*text == NULL)
		return cli_say_no(cli, EXIT_COULD_NOT, "no_memory", NULL, "%s",
				  err_text(ERR_NOMEM));
	if ((*text)[strspn(*text, " \t\r\n")] != '\0')
		return 0;
	cli_free(*text);
	*text = NULL;
	return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", NULL,
			  _("There were no words in that; nothing was kept."));
}
