/*
 * planfile.c - the plan as a file that can be read while locked.
 *
 * Must never be written without the person's yes, and never be readable for
 * anybody else. Read next: cmd_plan.c, cmd_help_now.c.
 */
#include "cli/planfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/i18n.h"
#include "cli/pick.h"
#include "cli/render.h"

#define NEW_NAME PLANFILE_NAME ".new"

/* ---- as text ---- */

static const struct {
	const char *field;
	const char *title;
} parts[] = {
	{ "signs", N_("How I notice") },
	{ "things_i_can_do", N_("What I can do") },
	{ "places", N_("Where it is easier") },
	{ "people", N_("Who I can call") },
	{ "professionals", N_("Whose work it is to help") },
	{ "keep_safe", N_("What makes it safer around me") },
	{ "text", N_("And") },
};

/* All of its lines, the first behind a dash. */
static void put_item(struct buf *out, const char *text)
{
	char *shown = cli_show(text, true);
	const char *at = shown, *before = "  - ";

	while (*at != '\0') {
		size_t len = strcspn(at, "\n");

		if (at[strspn(at, " \t")] != '\n')
			buf_printf(out, "%s%.*s\n", before, (int)len, at);
		at += len + (at[len] == '\n');
		before = "    ";
	}
	cli_free(shown);
}

void planfile_put(struct buf *out, const cJSON *fields)
{
	const cJSON *value, *item;
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(parts); i++) {
		value = cJSON_GetObjectItemCaseSensitive(fields,
							 parts[i].field);
		if (value == NULL ||
		    (!cJSON_IsString(value) && cJSON_GetArraySize(value) == 0))
			continue;
		buf_printf(out, "%s%s\n", out->len > 0 ? "\n" : "",
			   _(parts[i].title));
		if (cJSON_IsString(value))
			put_item(out, value->valuestring);
		else
			cJSON_ArrayForEach(item, value) put_item(
				out,
				cJSON_IsString(item) ? item->valuestring : "");
	}
}

/* ---- the file ---- */

static int open_own(const struct paths *paths)
{
	char path[PATH_BYTES];
	struct stat stat;
	int fd;

	if (paths->data[0] == '\0' ||
	    paths_join(paths->data, PLANFILE_NAME, path, NULL) != 0)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -1;
	if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) &&
	    stat.st_uid == geteuid())
		return fd;
	(void)close(fd);
	return -1;
}

bool planfile_is_there(const struct paths *paths)
{
	int fd = open_own(paths);

	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

int planfile_read(const struct paths *paths, struct buf *out)
{
	int fd = open_own(paths), code = 0;
	uint8_t chunk[4096];
	ssize_t got = 1;

	if (fd < 0)
		return ERR_NOT_FOUND;
	while (code == 0 && got != 0) {
		got = read(fd, chunk, sizeof chunk);
		if (got > 0)
			code = buf_put(out, chunk, (size_t)got);
		else if (got < 0 && errno != EINTR)
			code = ERR_IO;
	}
	(void)close(fd);
	return code;
}

static int refuse(struct err *err)
{
	int code = errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_IO;

	return err_set(err, code, "%s",
		       _("The copy of your plan couldn't be written; the plan "
			 "itself is in your journal."));
}

static int put_all(int fd, struct bytes text)
{
	while (text.len > 0) {
		ssize_t put = write(fd, text.ptr, text.len);

		if (put < 0 && errno != EINTR)
			return -1;
		if (put > 0)
			text = bytes_of(text.ptr + put, text.len - (size_t)put);
	}
	return fsync(fd);
}

static int write_in(int folder, struct bytes text)
{
	int fd, result;

	/* What an earlier run left behind when the power went. */
	(void)unlinkat(folder, NEW_NAME, 0);
	fd = openat(folder, NEW_NAME,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	result = fchmod(fd, 0600) == 0 ? put_all(fd, text) : -1;
	if (close(fd) != 0)
		result = -1;
	if (result == 0)
		result = renameat(folder, NEW_NAME, folder, PLANFILE_NAME);
	if (result != 0) {
		int why = errno;

		(void)unlinkat(folder, NEW_NAME, 0);
		errno = why;
	}
	return result;
}

static int open_folder(const struct paths *paths)
{
	return open(paths->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int planfile_write(const struct paths *paths, struct bytes text,
		   struct err *err)
{
	int folder = open_folder(paths), code = 0;

	if (folder < 0)
		return refuse(err);
	if (write_in(folder, text) != 0 || fsync(folder) != 0)
		code = refuse(err);
	(void)close(folder);
	return code;
}

int planfile_remove(const struct paths *paths, struct err *err)
{
	int folder = open_folder(paths), code = 0;

	if (folder < 0)
		return 0;
	if ((unlinkat(folder, PLANFILE_NAME, 0) != 0 && errno != ENOENT) ||
	    fsync(folder) != 0)
		code = err_set(err, ERR_IO, "%s",
			       _("The copy of your plan couldn't be taken "
				 "away."));
	(void)close(folder);
	return code;
}

/* ---- following the journal ---- */

static bool holds(const struct paths *paths, struct bytes text)
{
	struct buf there;
	bool same;

	buf_init(&there, PLANFILE_BYTES_MAX);
	same = planfile_read(paths, &there) == 0 &&
	       bytes_equal(buf_bytes(&there), text);
	buf_release(&there);
	return same;
}

/* What can't be written now the next command writes. */
static void keep_same(const struct paths *paths, const cJSON *plan)
{
	struct buf text;

	buf_init(&text, PLANFILE_BYTES_MAX);
	planfile_put(&text, pick_fields(plan));
	if (text.failed == 0 && !holds(paths, buf_bytes(&text)))
		err_ignore(planfile_write(paths, buf_bytes(&text), NULL),
			   "the next command tries again");
	buf_release(&text);
}

void planfile_follow(struct cli *cli)
{
	cJSON *params, *result = NULL;
	struct client_refusal refusal;
	const cJSON *plan;

	if (cli->client == NULL || cli->options.common.dry_run ||
	    !planfile_is_there(&cli->paths))
		return;
	params = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(params, "kind", "plan");
	(void)cJSON_AddNumberToObject(params, "limit", 1);
	if (client_call(cli->client, "log", params, 5000, &result, &refusal) !=
	    0)
		return;
	plan = cJSON_GetArrayItem(
		cJSON_GetObjectItemCaseSensitive(result, "entries"), 0);
	if (plan != NULL)
		keep_same(&cli->paths, plan);
	else if (planfile_remove(&cli->paths, NULL) == 0 &&
		 !cli_is_program(cli))
		cli_note(cli, _("The copy of your plan that could be read "
				"while locked is gone, too.\n"));
	cJSON_Delete(result);
}
