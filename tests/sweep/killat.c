/*
 * killat.c - see killat.h. Linked into the program, it stands before libc the
 * way a preloaded library would.
 *
 * It must never call back into what it replaces: the kernel is asked directly.
 */
#include "tests/sweep/killat.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static long kill_at, calls;
static bool is_torn;

void killat_arm(long at, bool torn)
{
	kill_at = at;
	is_torn = torn;
	calls = 0;
}

long killat_count(void)
{
	return calls;
}

static void die(void)
{
	syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
}

static void count_call(void)
{
	if (++calls == kill_at)
		die();
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	/* pipes and terminals are no files: what is told stays told */
	if (fd > 2 && lseek(fd, 0, SEEK_CUR) >= 0 && ++calls == kill_at) {
		if (is_torn)
			syscall(SYS_write, fd, bytes, len / 2);
		die();
	}
	return syscall(SYS_write, fd, bytes, len);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t off)
{
	if (++calls == kill_at) {
		if (is_torn)
			syscall(SYS_pwrite64, fd, bytes, len / 2, off);
		die();
	}
	return syscall(SYS_pwrite64, fd, bytes, len, off);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t off)
{
	return pwrite(fd, bytes, len, off);
}

int fsync(int fd)
{
	count_call();
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	count_call();
	return (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t size)
{
	count_call();
	return (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

int unlink(const char *path)
{
	count_call();
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int rename(const char *from, const char *to)
{
	count_call();
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to,
	      unsigned flags)
{
	count_call();
	return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}
