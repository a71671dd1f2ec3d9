/*
 * statefile.c - settings, the sequence lease, and their kind: files of a few
 * hundred bytes that are replaced whole and must survive a power cut.
 *
 * Never used for entries or keys. Read next: node_instance.c.
 */
#include "daemon/statefile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/paths.h"

static int io_failed(struct err *err, const char *verb, const char *path)
{
	int os = errno;
	int code = os == ENOSPC || os == EDQUOT ? ERR_DISK_FULL : ERR_IO;

	return err_set_os(err, code, os, "%s %s did not work.", verb, path);
}

int statefile_read(const char *path, struct buf *out, struct err *err)
{
	uint8_t chunk[4096];
	int status = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ERR_NOT_FOUND;
	if (fd < 0)
		return io_failed(err, "Opening", path);
	while (status == 0) {
		ssize_t got = read(fd, chunk, sizeof chunk);

		if (got == 0)
			break;
		if (got > 0)
			status = buf_put(out, chunk, (size_t)got);
		else if (errno != EINTR)
			status = io_failed(err, "Reading", path);
	}
	if (status == ERR_LIMIT)
		status = err_set(err, ERR_LIMIT, "%s is too large.", path);
	close(fd);
	return status;
}

static int write_all(int fd, struct bytes bytes)
{
	while (bytes.len > 0) {
		ssize_t put = write(fd, bytes.ptr, bytes.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes.ptr += put;
		bytes.len -= (size_t)put;
	}
	return 0;
}

static int folder_sync(const char *path)
{
	char folder[PATH_BYTES];
	const char *slash = strrchr(path, '/');
	int fd, result;

	if (slash == NULL || slash == path)
		return 0;
	memcpy(folder, path, (size_t)(slash - path));
	folder[slash - path] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	result = fsync(fd);
	close(fd);
	return result;
}

int statefile_write(const char *path, struct bytes bytes, struct err *err)
{
	char temporary[PATH_BYTES + 8];
	bool written;
	int fd;

	if (strlen(path) >= PATH_BYTES)
		return err_set(err, ERR_USAGE, "That path is too long.");
	snprintf(temporary, sizeof temporary, "%s.new", path);
	fd = open(temporary,
		  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return io_failed(err, "Opening", temporary);
	written = write_all(fd, bytes) == 0 && fsync(fd) == 0;
	if (!written) {
		int status = io_failed(err, "Writing", temporary);

		close(fd);
		unlink(temporary);
		return status;
	}
	if (close(fd) != 0 || rename(temporary, path) != 0 ||
	    folder_sync(path) != 0)
		return io_failed(err, "Writing", path);
	return 0;
}

int statefile_make_folder(const char *path, struct err *err)
{
	char part[PATH_BYTES];
	size_t len = strlen(path);
	size_t i;

	if (len == 0 || len >= sizeof part)
		return err_set(err, ERR_USAGE, "That path is too long.");
	memcpy(part, path, len + 1);
	for (i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		part[i] = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return io_failed(err, "Making the folder", part);
		part[i] = path[i];
	}
	return 0;
}

int statefile_check_folder(const char *path, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return io_failed(err, "Looking at", path);
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid())
		return err_set(err, ERR_IO,
			       "%.150s has to be a folder of yours.", path);
	if ((st.st_mode & 077) != 0)
		return err_set(err, ERR_IO,
			       "Others can enter %.120s; `chmod 700` on it "
			       "first.",
			       path);
	return 0;
}
