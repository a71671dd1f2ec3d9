/*
 * folder.c - see folder.h. Whoever works in a folder holds a lock on it, which
 * ends with the process: so what is not locked is left over.
 *
 * It must never touch a folder that is locked, or somebody else's. Read next:
 * main.c.
 */
#include "tests/sim/folder.h"

#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "/kept-sim-"
/* Made and not locked yet, at most. */
#define YOUNG_S 60

static char temporary[64];
static int lock_fd = -1;

static const char *base(void)
{
	return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

static bool is_left_over(int fd)
{
	struct stat status;

	if (fd < 0 || fstat(fd, &status) != 0 || status.st_uid != geteuid())
		return false;
	/* Between mkdtemp and flock there is a moment. */
	if (status.st_nlink == 2 && time(NULL) - status.st_mtime < YOUNG_S)
		return false;
	return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

void folder_sweep(void)
{
	char pattern[64];
	glob_t found;
	size_t i;

	snprintf(pattern, sizeof pattern, "%s" PREFIX "*", base());
	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		int fd = open(path,
			      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (is_left_over(fd) &&
		    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
			perror(path);
		if (fd >= 0)
			close(fd);
	}
	globfree(&found);
}

void folder_enter(void)
{
	folder_sweep();
	snprintf(temporary, sizeof temporary, "%s" PREFIX "XXXXXX", base());
	if (mkdtemp(temporary) != NULL)
		lock_fd = open(temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock_fd < 0 || flock(lock_fd, LOCK_EX | LOCK_NB) != 0 ||
	    chdir(temporary) != 0) {
		perror(temporary);
		exit(2);
	}
}

void folder_leave(void)
{
	if (chdir("/") != 0 || rmdir(temporary) != 0)
		perror(temporary);
	close(lock_fd);
	lock_fd = -1;
}
