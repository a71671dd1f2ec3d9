/*
 * keyfile.c - secret files, written so that a power cut leaves the old one
 * or the new one.
 *
 * Must never leave a half-written file under the real name, nor a readable
 * one under any. What lies in the slots file is slots.c's business.
 */
#include "daemon/vault/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/mem.h"

#define PATH_BYTES 4096

static int trouble(struct err *err, const char *doing)
{
	int code = errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_IO;

	return err_set_os(err, code, errno, "%s", doing);
}

static int check_private(int fd, size_t *size, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return trouble(err, "A key file can't be looked at.");
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1 ||
	    st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		return err_set(err, ERR_CORRUPT,
			       "A key file is open to others. Make it yours "
			       "alone (chmod 600), then try again.");
	if (st.st_size < 0 || st.st_size > (off_t)KEYFILE_MAX_BYTES)
		return err_set(err, ERR_CORRUPT,
			       "A key file is larger than any of ours.");
	*size = (size_t)st.st_size;
	return 0;
}

static int read_all(int fd, uint8_t *at, size_t size, struct err *err)
{
	while (size > 0) {
		ssize_t got = read(fd, at, size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return trouble(err, "A key file can't be read.");
		if (got == 0)
			return err_set(err, ERR_CORRUPT,
				       "A key file ends too early.");
		at += got;
		size -= (size_t)got;
	}
	return 0;
}

int keyfile_read(const char *path, struct buf *out, struct err *err)
{
	size_t size = 0, before = out->len;
	uint8_t *room;
	int code, fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return ERR_NOT_FOUND;
	if (fd < 0)
		return trouble(err, "A key file can't be opened.");
	code = check_private(fd, &size, err);
	if (code != 0)
		goto out;
	room = buf_extend(out, size);
	if (room == NULL) {
		code = out->failed;
		goto out;
	}
	code = read_all(fd, room, size, err);
	if (code != 0) {
		mem_wipe(room, size);
		out->len = before;
	}
out:
	close(fd);
	return code;
}

/* The folder that holds path: a rename is safe once that is synced. */
static int sync_folder(const char *path, struct err *err)
{
	char folder[PATH_BYTES];
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);
	int code = 0, fd;

	if (len >= sizeof folder)
		return err_set(err, ERR_LIMIT, "A path is too long.");
	if (slash == NULL)
		snprintf(folder, sizeof folder, ".");
	else
		snprintf(folder, sizeof folder, "%.*s", len == 0 ? 1 : (int)len,
			 path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return trouble(err, "A folder can't be opened.");
	if (fsync(fd) != 0)
		code = trouble(err, "A folder can't be synced.");
	close(fd);
	return code;
}

static int write_all(int fd, struct bytes content, struct err *err)
{
	const uint8_t *at = content.ptr;
	size_t left = content.len;

	while (left > 0) {
		ssize_t put = write(fd, at, left);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return trouble(err, "A key file can't be written.");
		at += put;
		left -= (size_t)put;
	}
	if (fsync(fd) != 0)
		return trouble(err, "A key file can't be synced.");
	return 0;
}

int keyfile_write(const char *path, struct bytes content, struct err *err)
{
	char temp[PATH_BYTES];
	int code, fd;

	if (content.len > KEYFILE_MAX_BYTES ||
	    strlen(path) + sizeof ".new" > sizeof temp)
		return err_set(err, ERR_LIMIT, "A key file grew too large.");
	snprintf(temp, sizeof temp, "%s.new", path);
	/* One left by a power cut holds nothing that was promised. */
	if (unlink(temp) != 0 && errno != ENOENT)
		return trouble(err, "An old key file can't be removed.");
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0)
		return trouble(err, "A key file can't be made.");
	code = write_all(fd, content, err);
	if (close(fd) != 0 && code == 0)
		code = trouble(err, "A key file can't be closed.");
	if (code == 0 && rename(temp, path) != 0)
		code = trouble(err, "A key file can't be put in place.");
	if (code != 0) {
		unlink(temp);
		return code;
	}
	return sync_folder(path, err);
}

int keyfile_remove(const char *path, struct err *err)
{
	static const uint8_t zeros[4096];
	struct stat st;
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_size > 0 && st.st_size <= (off_t)sizeof zeros)
		err_ignore(write_all(fd, bytes_of(zeros, (size_t)st.st_size),
				     NULL),
			   "copies may lie elsewhere anyway");
	if (fd >= 0)
		close(fd);
	if (unlink(path) != 0 && errno != ENOENT)
		return trouble(err, "A key file can't be removed.");
	return sync_folder(path, err);
}

/* ---- net.key: magic, three keys, a checksum against bit rot ---- */

#define NET_MAGIC "kept-net"
#define NET_BYTES (8u + 3u * 32u + 16u)

int keyfile_write_net(const char *path, const struct keyfile_net *net,
		      struct err *err)
{
	uint8_t bytes[NET_BYTES];
	int code;

	memcpy(bytes, NET_MAGIC, 8);
	memcpy(bytes + 8, net->net.b, 32);
	memcpy(bytes + 40, net->net_pub.b, 32);
	memcpy(bytes + 72, net->box.b, 32);
	hash_bytes(bytes_of(bytes, 104), bytes + 104, 16);
	code = keyfile_write(path, bytes_of(bytes, sizeof bytes), err);
	mem_wipe(bytes, sizeof bytes);
	return code;
}

int keyfile_read_net(const char *path, struct keyfile_net *out, struct err *err)
{
	struct net_public derived;
	uint8_t sum[16];
	struct buf buf;
	int code;

	buf_init(&buf, KEYFILE_MAX_BYTES);
	code = keyfile_read(path, &buf, err);
	if (code != 0)
		goto out;
	code = ERR_CORRUPT;
	if (buf.len != NET_BYTES || memcmp(buf.ptr, NET_MAGIC, 8) != 0)
		goto out;
	hash_bytes(bytes_of(buf.ptr, 104), sum, sizeof sum);
	memcpy(out->net.b, buf.ptr + 8, 32);
	memcpy(out->net_pub.b, buf.ptr + 40, 32);
	memcpy(out->box.b, buf.ptr + 72, 32);
	net_public_from_secret(&out->net, &derived);
	if (memcmp(sum, buf.ptr + 104, sizeof sum) == 0 &&
	    memcmp(derived.b, out->net_pub.b, 32) == 0 &&
	    !box_public_is_bad(&out->box))
		code = 0;
out:
	if (code == ERR_CORRUPT) {
		key_wipe(out);
		code = err_set(err, code, "net.key isn't as it was written.");
	}
	buf_release(&buf);
	return code;
}
