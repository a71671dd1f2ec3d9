/*
 * place.c - what the file system says about a journal's file.
 *
 * Must never follow a link at the last step, never write over a file that is
 * there, and never change modes or owners: it says what is wrong and leaves
 * the rest to the person. Read next: store.c.
 */
#include "daemon/store/place.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX_MAX 16 /* room for ".new-journal" */

/* errno of the disk running full is not trouble, only full. */
static int code_from_errno(int os)
{
	return os == ENOSPC || os == EDQUOT ? ERR_DISK_FULL : ERR_IO;
}

static int beside(const struct place *place, const char *suffix,
		  char out[PATH_MAX])
{
	int len = snprintf(out, PATH_MAX, "%s%s", place->path, suffix);

	return len < 0 || len >= PATH_MAX ? ERR_LIMIT : 0;
}

int place_find(struct place *out, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	char folder[PATH_MAX];
	size_t len = slash == NULL ? 1 : (size_t)(slash - path);
	size_t name_len = strlen(name);

	if (len >= sizeof folder)
		return err_set(err, ERR_USAGE, "That path is too long.");
	memcpy(folder, slash == NULL ? "." : path, len);
	if (len == 0)
		folder[len++] = '/';
	folder[len] = '\0';
	/* Links on the way are the person's own; only the file may be none. */
	if (realpath(folder, out->path) == NULL)
		return err_set_os(err, ERR_NO_JOURNAL, errno,
				  "There is no folder %s.", folder);
	out->folder_len = strlen(out->path);
	if (name_len == 0 ||
	    out->folder_len + 1 + name_len + SUFFIX_MAX >= sizeof out->path)
		return err_set(err, ERR_USAGE, "That path is too long.");
	out->path[out->folder_len] = '/';
	memcpy(out->path + out->folder_len + 1, name, name_len + 1);
	return 0;
}

static int check_file(const char *path, const struct stat *st, struct err *err)
{
	if (S_ISLNK(st->st_mode))
		return err_set(err, ERR_USAGE,
			       "%s is a symbolic link; put the file itself "
			       "there.",
			       path);
	if (!S_ISREG(st->st_mode))
		return err_set(err, ERR_USAGE, "%s is not a file.", path);
	if (st->st_uid != geteuid())
		return err_set(err, ERR_USAGE,
			       "%s belongs to somebody else; `chown` it to "
			       "you.",
			       path);
	if ((st->st_mode & 077) != 0)
		return err_set(err, ERR_USAGE,
			       "%s is open to others; `chmod 600` it.", path);
	if ((st->st_mode & 0600) != 0600)
		return err_set(err, ERR_USAGE,
			       "%s is read-only; `chmod 600` it.", path);
	/* Two names make two stores of one file, each with its own WAL. */
	if (st->st_nlink != 1)
		return err_set(
			err, ERR_USAGE,
			"%s has a second name (a hard link); remove one.",
			path);
	return 0;
}

static int check_folder(const struct place *place, struct err *err)
{
	char folder[PATH_MAX];
	struct stat st;

	memcpy(folder, place->path, place->folder_len + 1);
	folder[place->folder_len == 0 ? 1 : place->folder_len] = '\0';
	if (stat(folder, &st) != 0 || access(folder, R_OK | W_OK | X_OK) != 0 ||
	    (st.st_uid == geteuid() && (st.st_mode & 0700) != 0700))
		return err_set_os(err, ERR_USAGE, errno,
				  "The folder %s can't be written to; "
				  "`chmod 700` it.",
				  folder);
	return 0;
}

/* What SQLite reads along with the file has to be as much ours. */
static int check_beside(const struct place *place, const char *suffix,
			struct err *err)
{
	char path[PATH_MAX];
	struct stat st;

	if (beside(place, suffix, path) != 0)
		return err_set(err, ERR_USAGE, "That path is too long.");
	if (lstat(path, &st) != 0) {
		if (errno == ENOENT)
			return 0;
		return err_set_os(err, ERR_IO, errno,
				  "Looking at %s didn't work.", path);
	}
	if (strcmp(suffix, "-journal") == 0)
		return err_set(err, ERR_USAGE,
			       "%s is not kept's; move it somewhere else.",
			       path);
	return check_file(path, &st, err);
}

/* A log without its journal holds what was saved last, and would be read into
 * a new file of that name. */
static int check_nothing_left(const struct place *place, struct err *err)
{
	char path[PATH_MAX];
	struct stat st;

	if (beside(place, "-wal", path) != 0)
		return err_set(err, ERR_USAGE, "That path is too long.");
	if (lstat(path, &st) == 0 && st.st_size != 0)
		return err_set(err, ERR_USAGE,
			       "%s is left of a journal that isn't there; put "
			       "that back, or move this away.",
			       path);
	return err_set(err, ERR_NO_JOURNAL, "%s", err_text(ERR_NO_JOURNAL));
}

int place_check(const struct place *place, struct err *err)
{
	struct stat st;
	int code;

	if (lstat(place->path, &st) != 0) {
		if (errno == ENOENT)
			return check_nothing_left(place, err);
		return err_set_os(err, ERR_IO, errno,
				  "Looking at %s didn't work.", place->path);
	}
	code = check_file(place->path, &st, err);
	if (code == 0 && st.st_size == 0)
		code = err_set(err, ERR_CORRUPT,
			       "%s is empty; it isn't a journal any more.",
			       place->path);
	if (code == 0)
		code = check_folder(place, err);
	if (code == 0)
		code = check_beside(place, "-wal", err);
	if (code == 0)
		code = check_beside(place, "-journal", err);
	return code;
}

/* Left by a creation that was cut short; nobody else's, the flock() says. */
static void remove_beside(const struct place *temporary)
{
	char path[PATH_MAX];

	if (beside(temporary, "-journal", path) == 0)
		err_ignore(unlink(path), "mostly not there");
	if (beside(temporary, "-wal", path) == 0)
		err_ignore(unlink(path), "mostly not there");
}

int place_draft_open(struct place_draft *out, const struct place *place,
		     struct err *err)
{
	struct stat held, named;
	int code;

	out->fd = -1;
	out->temporary.folder_len = place->folder_len;
	if (beside(place, ".new", out->temporary.path) != 0)
		return err_set(err, ERR_USAGE, "That path is too long.");
	code = check_folder(place, err);
	if (code != 0)
		return code;
	out->fd = open(out->temporary.path,
		       O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out->fd < 0)
		return err_set_os(err, code_from_errno(errno), errno,
				  "Making %s didn't work.",
				  out->temporary.path);
	/* Another may have finished and renamed it between open and lock. */
	if (flock(out->fd, LOCK_EX | LOCK_NB) != 0 ||
	    fstat(out->fd, &held) != 0 ||
	    lstat(out->temporary.path, &named) != 0 ||
	    held.st_ino != named.st_ino || held.st_dev != named.st_dev) {
		close(out->fd);
		out->fd = -1;
		return err_set(err, ERR_BUSY, "%s", err_text(ERR_BUSY));
	}
	remove_beside(&out->temporary);
	if (fchmod(out->fd, 0600) != 0 || ftruncate(out->fd, 0) != 0) {
		code = err_set_os(err, ERR_IO, errno,
				  "Emptying %s didn't work.",
				  out->temporary.path);
		place_draft_close(out);
	}
	return code;
}

static int sync_folder(const struct place *place, struct err *err)
{
	char folder[PATH_MAX];
	int fd, failed;

	memcpy(folder, place->path, place->folder_len + 1);
	folder[place->folder_len == 0 ? 1 : place->folder_len] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	failed = fd < 0 || fsync(fd) != 0;
	if (failed)
		err_set_os(err, ERR_IO, errno, "Syncing %s didn't work.",
			   folder);
	if (fd >= 0)
		close(fd);
	return failed ? ERR_IO : 0;
}

int place_draft_finish(struct place_draft *draft, const struct place *place,
		       struct err *err)
{
	int failed;

	if (fsync(draft->fd) != 0)
		return err_set_os(err, code_from_errno(errno), errno,
				  "Syncing %s didn't work.",
				  draft->temporary.path);
	failed = renameat2(AT_FDCWD, draft->temporary.path, AT_FDCWD,
			   place->path, RENAME_NOREPLACE);
	/* A file system without that flag; the flock() is what is left. */
	if (failed != 0 && (errno == EINVAL || errno == ENOSYS))
		failed = rename(draft->temporary.path, place->path);
	if (failed != 0 && errno == EEXIST)
		return err_set(err, ERR_EXISTS, "%s", err_text(ERR_EXISTS));
	if (failed != 0)
		return err_set_os(err, code_from_errno(errno), errno,
				  "Naming %s didn't work.", place->path);
	close(draft->fd);
	draft->fd = -1;
	return sync_folder(place, err);
}

void place_draft_close(struct place_draft *draft)
{
	if (draft->fd < 0)
		return;
	remove_beside(&draft->temporary);
	err_ignore(unlink(draft->temporary.path), "there is nothing in it");
	close(draft->fd);
	draft->fd = -1;
}
