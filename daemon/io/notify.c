/*
 * notify.c - telling systemd how we are: one datagram to NOTIFY_SOCKET.
 *
 * By hand (sd_notify(3) describes all of it), which spares a library in the
 * process that holds keys.
 */
#include "daemon/io/shell.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t len = path == NULL ? 0 : strlen(path);
	socklen_t at_bytes;
	int fd;

	if (len < 2 || len >= sizeof at.sun_path ||
	    (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(at.sun_path, path, len);
	if (path[0] == '@')
		at.sun_path[0] = '\0'; /* abstract */
	at_bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		   (struct sockaddr *)&at, at_bytes) < 0) {
		/* Nobody listens; systemd then judges by its own clock. */
	}
	close(fd);
}

uint64_t notify_watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	unsigned long long us;

	if (usec == NULL ||
	    (pid != NULL && strtol(pid, NULL, 10) != (long)getpid()))
		return 0;
	us = strtoull(usec, NULL, 10);
	return us / 2000;
}
