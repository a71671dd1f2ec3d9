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
				 "That couldn't be read. Nothing was kept.");
	else if (exit_code == 0 && all.failed != 0)
		exit_code = cli_say_no(cli, EXIT_COULD_NOT, "too_large", NULL,
				       "That is longer than kept takes in one "
				       "piece. Nothing was kept.");
	else if (exit_code == 0 && !utf8_is_valid(buf_bytes(&all)))
		exit_code = cli_say_no(cli, EXIT_COULD_NOT, "usage", NULL,
				       "That isn't UTF-8 text, so nothing was "
				       "kept.");
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
				  "%.300s can't be opened: %s.", path,
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
		 "Your shell may remember that line. `kept %s` on its own "
		 "keeps it out of history.\n",
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
				  "That isn't UTF-8 text, so nothing was "
				  "kept.");
	mention_history(cli);
	return 0;
}

/* ---- the editor ---- */

struct writing_draft {
	struct cli *cli;
	const char *kind;
	char *id;
};

static void on_save(void *context, const char *text)
{
	struct writing_draft *draft = context;
	cJSON *fields = cJSON_CreateObject();

	(void)cJSON_AddStringToObject(fields, "text", text);
	(void)keep_draft(draft->cli, draft->kind, fields, draft->id);
	cJSON_Delete(fields);
}

/* What was begun and not finished, if the person wants to go on with it. */
static int offer_draft(struct cli *cli, const char *kind, char **text,
		       char draft_id[KEEP_DRAFT_BYTES])
{
	cJSON *draft = keep_find_draft(cli, kind);
	const cJSON *fields = cJSON_GetObjectItemCaseSensitive(draft, "fields");
	enum ask_answer answer = ASK_ANSWERED;
	char day[40], question[120];
	bool yes = false;

	if (draft != NULL && *json_text(fields, "text") != '\0') {
		keep_draft_day(draft, day);
		(void)snprintf(question, sizeof question,
			       "%s you were writing something. Carry on?", day);
		answer = ask_yes_no(cli, question, true, &yes);
	}
	if (yes && answer != ASK_STOPPED) {
		*text = copy_text(bytes_from_str(json_text(fields, "text")));
		(void)snprintf(draft_id, KEEP_DRAFT_BYTES, "%s",
			       json_text(draft, "id"));
	}
	cJSON_Delete(draft);
	return answer == ASK_STOPPED ? EXIT_CTRL_C : 0;
}

static int take_from_editor(struct cli *cli, const char *kind, char **text,
			    char draft_id[KEEP_DRAFT_BYTES])
{
	struct writing_draft draft = { cli, kind, draft_id };
	struct editor_job job = { .suffix = ".txt",
				  .on_save = on_save,
				  .context = &draft };
	char *begun = NULL;
	int exit_code = offer_draft(cli, kind, &begun, draft_id);

	job.text = begun;
	if (exit_code == 0)
		exit_code = editor_edit(cli, &job, text, NULL);
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
				  "The words come in one way at a time; "
				  "nothing was kept.\nkept help writing");
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
			  "There were no words in that; nothing was kept.");
}
