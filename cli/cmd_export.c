/*
 * cmd_export.c - writing entries out as lines of JSON that anybody can read.
 *
 *   {"kept":1,"export":"<when>","entries":N}
 *   one entry a line, oldest first
 *   {"sha256":"<of every byte before this line>"}
 *
 * What holds only here and now (marks) stays out; device and rev go along and
 * an import keeps them, so that what is taken in goes out the same again. Must
 * never leave half a file under the name that was asked for. Read next:
 * cmd_import.c.
 */
#include "cli/command.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/dates.h"
#include "cli/exportfile.h"
#include "cli/i18n.h"
#include "cli/look.h"
#include "proto/base/mem.h"

#define PATH_MAX_BYTES 4096u
#define COPY_BYTES 65536u

const struct option_spec options_export[] = {
	{ "out", 'o', OPTION_VALUE, N_("FILE"), N_("where to; - is stdout") },
	{ "format", 0, OPTION_VALUE, "ndjson", N_("lines of JSON") },
	{ "since", 0, OPTION_VALUE, N_("DAY"), N_("from that day on") },
	{ "until", 0, OPTION_VALUE, N_("DAY"), N_("up to that day") },
	{ 0 },
};

struct writing {
	struct cli *cli;
	const char *path;          /* NULL: stdout */
	char part[PATH_MAX_BYTES]; /* what it is called until it is whole */
	int fd;
	uint64_t entries, newer;
	char digest[EXPORTFILE_DIGEST_BYTES];
};

static int say_disk(struct cli *cli, const char *path, int os)
{
	char *shown = cli_show(path, false);
	int exit_code = cli_say_no(
		cli, EXIT_DISK, os == ENOSPC ? "disk_full" : "disk_trouble",
		NULL, _("%s can't be written (%s). Nothing was exported."),
		shown, strerror(os));

	cli_free(shown);
	return exit_code;
}

static const char *shown_path(const struct writing *writing)
{
	return writing->path == NULL ? "stdout" : writing->path;
}

static int write_all(struct writing *writing, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	while (len > 0) {
		ssize_t put = write(writing->fd, at, len);

		if (put < 0 && errno == EINTR && !ask_was_stopped())
			continue;
		if (put < 0 && errno == EINTR)
			return EXIT_CTRL_C;
		if (put < 0)
			return say_disk(writing->cli, shown_path(writing),
					errno);
		at += put;
		len -= (size_t)put;
	}
	return 0;
}

/* ---- the file ---- */

static int open_part(struct writing *writing)
{
	struct cli *cli = writing->cli;
	struct stat stat;

	if (writing->path == NULL) {
		writing->fd = memfd_create("export", MFD_CLOEXEC);
	} else if (lstat(writing->path, &stat) == 0) {
		return cli_say_no(cli, EXIT_COULD_NOT, "exists", NULL,
				  _("There is a file of that name already. "
				    "Nothing was exported."));
	} else {
		if ((size_t)snprintf(writing->part, sizeof writing->part,
				     "%s.XXXXXX",
				     writing->path) >= sizeof writing->part)
			return say_disk(cli, writing->path, ENAMETOOLONG);
		writing->fd = mkostemp(writing->part, O_CLOEXEC);
	}
	return writing->fd < 0 ? say_disk(cli, shown_path(writing), errno) : 0;
}

static int put_header(struct writing *writing)
{
	char line[EXPORTFILE_HEADER_BYTES + 1], at[CIVIL_INSTANT_TEXT_BYTES];

	civil_format_instant(dates_now(), at);
	exportfile_header(at, writing->entries, line);
	return write_all(writing, line, strlen(line));
}

/* Reads back what is there, and ends it with its digest. */
static int put_digest(struct writing *writing)
{
	struct exportfile_sum sum;
	char line[EXPORTFILE_DIGEST_BYTES + 16];
	uint8_t *chunk = mem_alloc(1, COPY_BYTES);
	ssize_t got = chunk == NULL ? -1 : 0;
	off_t at = 0;

	exportfile_sum_begin(&sum);
	while (chunk != NULL &&
	       (got = pread(writing->fd, chunk, COPY_BYTES, at)) > 0) {
		exportfile_sum_add(&sum, bytes_of(chunk, (size_t)got));
		at += got;
	}
	mem_wipe(chunk, chunk == NULL ? 0 : COPY_BYTES);
	mem_free(chunk);
	if (got < 0)
		return say_disk(writing->cli, shown_path(writing), errno);
	exportfile_sum_end(&sum, writing->digest);
	(void)snprintf(line, sizeof line, "{\"sha256\":\"%s\"}\n",
		       writing->digest);
	return write_all(writing, line, strlen(line));
}

static int copy_out(struct writing *writing)
{
	uint8_t chunk[4096];
	off_t at = 0;
	ssize_t got;

	while ((got = pread(writing->fd, chunk, sizeof chunk, at)) > 0) {
		if (fwrite(chunk, 1, (size_t)got, stdout) != (size_t)got)
			break;
		at += got;
	}
	mem_wipe(chunk, sizeof chunk);
	if (fflush(stdout) != 0 || got != 0)
		return say_disk(writing->cli, "stdout",
				errno == 0 ? EIO : errno);
	return 0;
}

static int finish_file(struct writing *writing)
{
	int failed;

	if (writing->path == NULL)
		return copy_out(writing);
	if (fsync(writing->fd) != 0)
		return say_disk(writing->cli, writing->path, errno);
	failed = renameat2(AT_FDCWD, writing->part, AT_FDCWD, writing->path,
			   RENAME_NOREPLACE);
	/* Not every file system can refuse to replace; the look before the
	 * first byte has to do there. */
	if (failed != 0 && errno == EINVAL)
		failed = rename(writing->part, writing->path);
	if (failed != 0)
		return say_disk(writing->cli, writing->path, errno);
	writing->part[0] = '\0';
	return 0;
}

/* ---- entries ---- */

static int put_entry(struct writing *writing, cJSON *entry)
{
	char *line;
	size_t len;
	int exit_code;

	writing->newer += json_number(entry, "more", 0) > 0;
	exportfile_strip(entry);
	line = cJSON_PrintUnformatted(entry);
	if (line == NULL)
		return cli_say_no(writing->cli, EXIT_COULD_NOT, "no_memory",
				  NULL, "%s", err_text(ERR_NOMEM));
	len = strlen(line);
	line[len] = '\n'; /* instead of its NUL */
	exit_code = write_all(writing, line, len + 1);
	line[len] = '\0';
	cJSON_free(line);
	writing->entries++;
	return exit_code;
}

/* What goes with the journal comes last. */
static void turn_to_settings(struct look *look)
{
	(void)cJSON_AddStringToObject(look->params, "kind", "settings");
	look->cursor[0] = '\0';
	look->ended = false;
}

static int put_entries(struct writing *writing, struct look *look)
{
	int exit_code = 0;
	cJSON *entry;

	while (exit_code == 0) {
		exit_code = look_next(writing->cli, look);
		if (exit_code != 0 || look->page == NULL)
			break;
		cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(
						  look->page, "entries"))
		{
			exit_code = put_entry(writing, entry);
			if (exit_code != 0)
				break;
		}
		if (ask_was_stopped())
			exit_code = EXIT_CTRL_C;
	}
	return exit_code;
}

static int write_file(struct writing *writing, struct look *look)
{
	int exit_code = open_part(writing);

	/* The header stands first, with a count that is known last. */
	if (exit_code == 0)
		exit_code = put_header(writing);
	if (exit_code == 0)
		exit_code = put_entries(writing, look);
	if (exit_code == 0) {
		turn_to_settings(look);
		exit_code = put_entries(writing, look);
	}
	if (exit_code == 0 && lseek(writing->fd, 0, SEEK_SET) != 0)
		exit_code = say_disk(writing->cli, shown_path(writing), errno);
	if (exit_code == 0)
		exit_code = put_header(writing);
	if (exit_code == 0 && lseek(writing->fd, 0, SEEK_END) < 0)
		exit_code = say_disk(writing->cli, shown_path(writing), errno);
	if (exit_code == 0)
		exit_code = put_digest(writing);
	if (exit_code == 0)
		exit_code = finish_file(writing);
	if (writing->fd >= 0)
		(void)close(writing->fd);
	if (writing->part[0] != '\0' && exit_code != 0)
		(void)unlink(writing->part);
	return exit_code;
}

static int say_written(const struct writing *writing)
{
	struct cli *cli = writing->cli;
	cJSON *answer;

	if (cli_is_program(cli) && writing->path != NULL) {
		answer = cJSON_CreateObject();
		(void)cJSON_AddStringToObject(answer, "out", writing->path);
		(void)cJSON_AddNumberToObject(answer, "entries",
					      (double)writing->entries);
		(void)cJSON_AddStringToObject(answer, "sha256",
					      writing->digest);
		return cli_put_json(answer);
	}
	if (writing->path != NULL) {
		char *shown = cli_show(writing->path, false);

		cli_note(cli,
			 P_("Wrote %llu entry to %s. Anyone who has that file "
			    "can read it.\n",
			    "Wrote %llu entries to %s. Anyone who has that "
			    "file can read it.\n",
			    writing->entries),
			 (unsigned long long)writing->entries, shown);
		cli_free(shown);
	}
	if (writing->newer > 0)
		cli_note(cli,
			 _("%llu of them hold parts of a newer kept, which "
			   "aren't in it.\n"),
			 (unsigned long long)writing->newer);
	return EXIT_DONE;
}

/* ---- what was asked for ---- */

static int check_wish(struct cli *cli)
{
	const char *format = options_value(&cli->options, "format");
	bool yes = true;

	if (cli->options.arg_count > 0 ||
	    options_value(&cli->options, "out") == NULL)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept export --out FILE",
				  _("Say where to: --out FILE, or --out - for "
				    "stdout."));
	if (format != NULL && strcmp(format, "ndjson") != 0)
		return cli_say_no(cli, EXIT_USED_WRONGLY, "usage",
				  "kept export --format ndjson --out FILE",
				  _("This kept writes ndjson."));
	if (cli->options.common.no_input && !cli->options.common.yes &&
	    !cli->options.common.dry_run)
		return cli_say_no(
			cli, EXIT_USED_WRONGLY, "usage",
			"kept export --yes --out FILE",
			_("Anyone who has that file can read it; --yes "
			  "says that this is meant."));
	if (cli->options.common.yes || cli->options.common.dry_run ||
	    !ask_can(cli) || cli_is_program(cli))
		return 0;
	cli_say(_(
		"This writes readable files anyone with the disk can open.\n"));
	if (ask_yes_no(cli, _("Go on?"), false, &yes) == ASK_STOPPED)
		return EXIT_CTRL_C;
	if (!yes)
		cli_note(cli, _("Nothing was exported.\n"));
	return yes ? 0 : EXIT_STOPPED;
}

static int fill_days(struct cli *cli, cJSON *params)
{
	char since[CIVIL_DAY_TEXT_BYTES], until[CIVIL_DAY_TEXT_BYTES];
	int exit_code = look_day(cli, "since", since);

	if (exit_code == 0)
		exit_code = look_day(cli, "until", until);
	if (exit_code == 0 && since[0] != '\0')
		(void)cJSON_AddStringToObject(params, "since", since);
	if (exit_code == 0 && until[0] != '\0')
		(void)cJSON_AddStringToObject(params, "until", until);
	return exit_code;
}

int cmd_export(struct cli *cli)
{
	struct writing writing = { .cli = cli, .fd = -1 };
	struct look look = { 0 };
	int exit_code = check_wish(cli);

	if (exit_code != 0)
		return exit_code;
	writing.path = options_value(&cli->options, "out");
	if (strcmp(writing.path, "-") == 0)
		writing.path = NULL;
	exit_code = look_begin(cli, &look, "log");
	if (exit_code == 0)
		exit_code = fill_days(cli, look.params);
	(void)cJSON_AddTrueToObject(look.params, "oldest_first");
	if (exit_code == 0 && cli->options.common.dry_run)
		cli_note(cli, _("Nothing was written. Without -n it would be "
				"exported.\n"));
	else if (exit_code == 0)
		exit_code = write_file(&writing, &look);
	look_end(&look);
	if (exit_code != 0 || cli->options.common.dry_run)
		return exit_code;
	return say_written(&writing);
}
