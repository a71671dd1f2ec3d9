/*
 * workfile.c - where the words are while somebody else's editor has them.
 *
 * Must never put them on a disk, nor leave them once they are sealed. Read
 * next: editor.c.
 */
#include "cli/workfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "proto/base/buf.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"

#define FOLDER_PREFIX "writing-"
#define NEW_PREFIX "new-"
#define NAME_STEM "entry"
#define ABOUT "about"
#define BEGUN "begun"
#define SHARED_MEMORY "/dev/shm"
#define PLACES_MAX 3u
/* A folder that is being made is a moment old, not an hour. */
#define NEW_SECONDS_MAX 3600

bool workfile_is_memory(const char *folder)
{
	struct statfs system;

	return statfs(folder, &system) == 0 &&
	       ((unsigned long)system.f_type == TMPFS_MAGIC ||
		(unsigned long)system.f_type == RAMFS_MAGIC);
}

/* ---- places ---- */

/* Where it may be, best first; "" where there is no such place. */
static void list_places(const struct paths *paths,
			char out[PLACES_MAX][PATH_BYTES])
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	(void)snprintf(out[0], PATH_BYTES, "%s", paths->run);
	out[1][0] = '\0';
	if (runtime != NULL && runtime[0] == '/' &&
	    paths_join(runtime, "kept", out[1], NULL) != 0)
		out[1][0] = '\0';
	(void)snprintf(out[2], PATH_BYTES, SHARED_MEMORY "/kept-%lu",
		       (unsigned long)geteuid());
}

/* A folder, not a link to one, that only this person can look into. */
static bool is_ours(const char *folder)
{
	struct stat found;

	return lstat(folder, &found) == 0 && S_ISDIR(found.st_mode) &&
	       found.st_uid == geteuid() && (found.st_mode & 077) == 0;
}

int workfile_find_place(const struct paths *paths, char out[PATH_BYTES])
{
	char places[PLACES_MAX][PATH_BYTES];
	size_t i;

	list_places(paths, places);
	for (i = 0; i < PLACES_MAX; i++) {
		char *slash = strrchr(places[i], '/');

		if (slash == NULL)
			continue;
		*slash = '\0';
		/* On a disk nothing is made, and nothing left. */
		if (access(places[i], F_OK) == 0 &&
		    !workfile_is_memory(places[i]))
			continue;
		*slash = '/';
		(void)mkdir(places[i], 0700);
		if (!is_ours(places[i]) || !workfile_is_memory(places[i]))
			continue;
		memcpy(out, places[i], PATH_BYTES);
		return 0;
	}
	return ERR_NOT_HERE;
}

/* ---- making one ---- */

static int write_file(const char *folder, const char *name, const char *text,
		      int *keep_open)
{
	size_t len = strlen(text), done = 0;
	char path[PATH_BYTES];
	int fd, code = 0;

	if (paths_join(folder, name, path, NULL) != 0)
		return ERR_IO;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0)
		return errno == ENOSPC ? ERR_DISK_FULL : ERR_IO;
	while (done < len && code == 0) {
		ssize_t put = write(fd, text + done, len - done);

		if (put > 0)
			done += (size_t)put;
		else if (put == 0 || errno != EINTR)
			code = ERR_DISK_FULL;
	}
	if (code == 0 && keep_open != NULL)
		*keep_open = fd;
	else if (close(fd) != 0 && code == 0)
		code = ERR_IO;
	return code;
}

static void fill_new(char *dir, const char *place)
{
	if (snprintf(dir, PATH_BYTES, "%s/" NEW_PREFIX "XXXXXX", place) >=
	    (int)PATH_BYTES)
		dir[0] = '\0';
}

int workfile_make(struct workfile *out, const char *place, const char *suffix,
		  const cJSON *about, const char *text)
{
	char *words = cJSON_PrintUnformatted(about);
	char name[64], made[PATH_BYTES];
	int code = words == NULL ? ERR_NOMEM : 0;

	*out = (struct workfile){ .lock = -1 };
	(void)snprintf(name, sizeof name, NAME_STEM "%s", suffix);
	fill_new(made, place);
	if (code == 0 && (made[0] == '\0' || mkdtemp(made) == NULL))
		code = errno == ENOSPC ? ERR_DISK_FULL : ERR_IO;
	if (code != 0)
		goto out;
	(void)snprintf(out->folder, sizeof out->folder, "%s", made);
	code = write_file(made, ABOUT, words, &out->lock);
	if (code == 0 && flock(out->lock, LOCK_EX | LOCK_NB) != 0)
		code = ERR_IO;
	if (code == 0)
		code = write_file(made, BEGUN, text, NULL);
	if (code == 0)
		code = write_file(made, name, text, NULL);
	/* From here on it may be found; locked, and whole. */
	if (code == 0 &&
	    (snprintf(out->folder, sizeof out->folder, "%s/" FOLDER_PREFIX "%s",
		      place,
		      made + strlen(made) - 6) >= (int)sizeof out->folder ||
	     rename(made, out->folder) != 0)) {
		(void)snprintf(out->folder, sizeof out->folder, "%s", made);
		code = ERR_IO;
	}
	if (code == 0 && (paths_join(out->folder, name, out->path, NULL) != 0 ||
			  stat(out->path, &out->made) != 0))
		code = ERR_IO;
	if (code != 0)
		workfile_remove(out);
out:
	cJSON_free(words);
	return code;
}

bool workfile_put_about(const struct workfile *work, const cJSON *about)
{
	char *words = cJSON_PrintUnformatted(about);
	size_t len = words == NULL ? 0 : strlen(words);
	bool is_put = len > 0 &&
		      pwrite(work->lock, words, len, 0) == (ssize_t)len &&
		      ftruncate(work->lock, (off_t)len) == 0;

	cJSON_free(words);
	return is_put;
}

/* ---- looking ---- */

static bool is_later(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec > b->tv_sec ||
	       (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

bool workfile_is_untouched(const struct workfile *work)
{
	struct stat now;

	return stat(work->path, &now) == 0 && now.st_ino == work->made.st_ino &&
	       now.st_size == work->made.st_size &&
	       !is_later(&now.st_mtim, &work->made.st_mtim);
}

bool workfile_newest(const struct workfile *work, char path[PATH_BYTES],
		     struct timespec *when)
{
	/* Itself; what vim is told to write; nano's and emacs's of a crash. */
	static const struct {
		const char *before, *after;
		bool is_named; /* like the file, between these two */
	} forms[] = { { "", "", true },
		      { WORKFILE_AUTOSAVE, "", false },
		      { "", ".save", true },
		      { "#", "#", true } };
	const char *name = strrchr(work->path, '/');
	bool found = false;
	size_t i;

	*when = (struct timespec){ 0 };
	for (i = 0; name != NULL && i < KEPT_ARRAY_COUNT(forms); i++) {
		char each[PATH_BYTES];
		struct stat file;

		if (snprintf(each, sizeof each, "%s/%s%s%s", work->folder,
			     forms[i].before, forms[i].is_named ? name + 1 : "",
			     forms[i].after) >= (int)sizeof each ||
		    lstat(each, &file) != 0 || !S_ISREG(file.st_mode) ||
		    file.st_size == 0 ||
		    (found && !is_later(&file.st_mtim, when)))
			continue;
		found = true;
		*when = file.st_mtim;
		(void)snprintf(path, PATH_BYTES, "%s", each);
	}
	return found;
}

/* ---- reading ---- */

/* How many bytes from here are one scalar; 0 if they are none. */
static size_t scalar_len(const uint8_t *from, size_t left)
{
	size_t len;

	for (len = 1; len <= 4 && len <= left; len++)
		if (utf8_is_valid(bytes_of(from, len)))
			return len;
	return 0;
}

static void put_mended(struct buf *out, struct bytes raw)
{
	size_t pos = 0;

	while (pos < raw.len) {
		size_t len = scalar_len(raw.ptr + pos, raw.len - pos);
		uint8_t mended[4];

		if (len > 0) {
			buf_put(out, raw.ptr + pos, len);
			pos += len;
			continue;
		}
		len = utf8_put(raw.ptr[pos] == 0 ? 0xfffd : raw.ptr[pos],
			       mended);
		buf_put(out, mended, len);
		pos++;
	}
}

static int read_all(int fd, struct buf *out)
{
	uint8_t part[4096];
	int code = 0;

	while (code == 0) {
		ssize_t got = read(fd, part, sizeof part);

		if (got == 0)
			break;
		if (got > 0)
			buf_put(out, part, (size_t)got);
		else if (errno != EINTR)
			code = ERR_IO;
		if (out->failed != 0)
			code = out->failed;
	}
	mem_wipe(part, sizeof part);
	return code;
}

int workfile_read(const char *path, char **out, bool *mended)
{
	struct buf raw, text;
	int code = 0, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	*out = NULL;
	*mended = false;
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	buf_init(&raw, WORKFILE_BYTES_MAX);
	buf_init(&text, 3 * WORKFILE_BYTES_MAX);
	code = read_all(fd, &raw);
	(void)close(fd);
	if (code == 0) {
		*mended = !utf8_is_valid(buf_bytes(&raw));
		put_mended(&text, buf_bytes(&raw));
		code = text.failed;
	}
	if (code == 0) {
		*out = mem_alloc(1, text.len + 1);
		if (*out == NULL)
			code = ERR_NOMEM;
		else if (text.len > 0)
			memcpy(*out, text.ptr, text.len);
	}
	buf_release(&raw);
	buf_release(&text);
	return code;
}

/* ---- removing ---- */

static void wipe_file(int folder, const char *name)
{
	static const char zeros[4096];
	struct stat file;
	off_t at;
	int fd;

	if (fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(file.st_mode)) {
		fd = openat(folder, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
		for (at = 0; fd >= 0 && at < file.st_size;
		     at += (off_t)sizeof zeros)
			if (pwrite(fd, zeros, sizeof zeros, at) < 0)
				break;
		if (fd >= 0)
			(void)close(fd);
	}
	(void)unlinkat(folder, name, 0);
}

static void remove_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *item;

	while (dir != NULL && (item = readdir(dir)) != NULL)
		if (strcmp(item->d_name, ".") != 0 &&
		    strcmp(item->d_name, "..") != 0)
			wipe_file(dirfd(dir), item->d_name);
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(path);
}

void workfile_remove(struct workfile *work)
{
	if (work->folder[0] != '\0')
		remove_folder(work->folder);
	if (work->lock >= 0)
		(void)close(work->lock);
	*work = (struct workfile){ .lock = -1 };
}

/* ---- what was left ---- */

/* The editor's file: the one that is named like it. */
static void find_path(struct workfile *work)
{
	DIR *dir = opendir(work->folder);
	struct dirent *item;

	/* Where it is gone, what lies beside it is still looked for. */
	if (paths_join(work->folder, NAME_STEM ".txt", work->path, NULL) != 0)
		work->path[0] = '\0';
	while (dir != NULL && (item = readdir(dir)) != NULL)
		if (strncmp(item->d_name, NAME_STEM ".", sizeof NAME_STEM) ==
			    0 &&
		    strchr(item->d_name + sizeof NAME_STEM, '.') == NULL &&
		    strchr(item->d_name, '~') == NULL &&
		    paths_join(work->folder, item->d_name, work->path, NULL) !=
			    0)
			work->path[0] = '\0';
	if (dir != NULL)
		(void)closedir(dir);
}

/* NULL: it is in use, or nobody's. */
static cJSON *take_left(struct workfile *work)
{
	char path[PATH_BYTES], *text = NULL;
	cJSON *about = NULL;
	bool mended;

	if (paths_join(work->folder, ABOUT, path, NULL) != 0)
		return NULL;
	work->lock = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (work->lock < 0 || flock(work->lock, LOCK_EX | LOCK_NB) != 0)
		return NULL;
	if (workfile_read(path, &text, &mended) == 0)
		about = cJSON_Parse(text);
	mem_free(text);
	return about;
}

static void visit_left(const struct paths *paths, const char *folder,
		       workfile_visit *visit, void *context)
{
	struct workfile work = { .lock = -1 };
	char path[PATH_BYTES], *begun = NULL;
	const char *home;
	bool mended, is_done;
	cJSON *about;

	(void)snprintf(work.folder, sizeof work.folder, "%s", folder);
	about = take_left(&work);
	home = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(about, "home"));
	if (home != NULL && strcmp(home, paths->data) == 0) {
		find_path(&work);
		if (paths_join(folder, BEGUN, path, NULL) == 0 &&
		    workfile_read(path, &begun, &mended) != 0)
			begun = NULL;
		is_done = visit(context, &work, about, begun);
		mem_free(begun);
		if (is_done)
			workfile_remove(&work);
	}
	cJSON_Delete(about);
	if (work.lock >= 0)
		(void)close(work.lock);
}

/* One that ended while it was being made, before anybody wrote in it. */
static void remove_unmade(const char *folder)
{
	struct stat found;

	if (stat(folder, &found) == 0 &&
	    time(NULL) - found.st_mtime > NEW_SECONDS_MAX)
		remove_folder(folder);
}

void workfile_each_left(const struct paths *paths, workfile_visit *visit,
			void *context)
{
	char places[PLACES_MAX][PATH_BYTES], folder[PATH_BYTES];
	struct dirent *item;
	size_t i;

	list_places(paths, places);
	for (i = 0; i < PLACES_MAX; i++) {
		DIR *dir = is_ours(places[i]) ? opendir(places[i]) : NULL;

		while (dir != NULL && (item = readdir(dir)) != NULL) {
			if (paths_join(places[i], item->d_name, folder, NULL) !=
				    0 ||
			    !is_ours(folder))
				continue;
			if (strncmp(item->d_name, FOLDER_PREFIX,
				    strlen(FOLDER_PREFIX)) == 0)
				visit_left(paths, folder, visit, context);
			else if (strncmp(item->d_name, NEW_PREFIX,
					 strlen(NEW_PREFIX)) == 0)
				remove_unmade(folder);
		}
		if (dir != NULL)
			(void)closedir(dir);
	}
}
