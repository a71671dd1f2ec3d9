/*
 * clients.c - the socket that `kept` and others talk to: 0600 in a folder of
 * ours, and only for our own uid.
 *
 * Never takes over a socket that somebody answers at. Passed descriptors are
 * not received: libuv reads with read(2) here, so the kernel drops them.
 * Read next: daemon/rpc/session.c for what is said.
 */
#include "daemon/io/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/statefile.h"
#include "proto/base/log.h"

#define BACKLOG 128
#define FIRST_PASSED_FD 3

static int failed(struct err *err, const char *what)
{
	int os = errno;

	return err_set_os(err, ERR_IO, os, "The socket can't be %s.", what);
}

static bool peer_is_us(struct conn *conn)
{
	struct ucred who;
	socklen_t len = sizeof who;
	uv_os_fd_t fd;

	return uv_fileno(&conn->uv.handle, &fd) == 0 &&
	       getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
	       len == sizeof who && who.uid == geteuid();
}

static void on_client(uv_stream_t *door, int status)
{
	struct shell *shell = door->data;
	struct conn *conn;

	if (status < 0)
		return;
	conn = conn_new(shell, CONN_CLIENT);
	shell->door_waits = conn == NULL;
	if (conn == NULL)
		return;
	if (uv_accept(door, &conn->uv.stream) != 0) {
		conn_close(conn);
		return;
	}
	if (!peer_is_us(conn)) {
		log_write(LOG_LEVEL_WARN, "io", "stranger_refused",
			  LOG_FIELDS(log_u64("conn", conn->id)));
		conn_close(conn);
		return;
	}
	conn_start(conn);
}

void clients_resume(struct shell *shell)
{
	if (shell->door_is_open && shell->door_waits &&
	    !uv_is_closing((uv_handle_t *)&shell->door))
		on_client((uv_stream_t *)&shell->door, 0);
}

/* systemd: LISTEN_PID is us and LISTEN_FDS is 1. */
static int passed_fd(void)
{
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	int fd = -1;

	if (pid != NULL && count != NULL &&
	    strtol(pid, NULL, 10) == (long)getpid() &&
	    strtol(count, NULL, 10) >= 1)
		fd = FIRST_PASSED_FD;
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return fd;
}

/* Is somebody there already? A socket nobody answers at is left over. */
static int stale_remove(const char *path, const struct sockaddr_un *at,
			struct err *err)
{
	struct stat st;
	int fd, answered;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : failed(err, "looked at");
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid())
		return err_set(err, ERR_IO,
			       "%.150s is in the way; move it elsewhere.",
			       path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return failed(err, "made");
	answered = connect(fd, (const struct sockaddr *)at, sizeof *at);
	if (answered != 0 && errno == EAGAIN)
		answered = 0;
	close(fd);
	if (answered == 0)
		return err_set(err, ERR_BUSY,
			       "Another keptd answers at this socket.");
	if (unlink(path) != 0)
		return failed(err, "removed");
	return 0;
}

static int door_bind(const struct loop_options *options, int *out,
		     struct err *err)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	size_t len = strlen(options->socket_path);
	int status, fd;

	if (len >= sizeof at.sun_path)
		return err_set(err, ERR_USAGE,
			       "The socket's path is too long.");
	memcpy(at.sun_path, options->socket_path, len + 1);
	status = statefile_make_folder(options->run_dir, err);
	if (status == 0)
		status = statefile_check_folder(options->run_dir, err);
	if (status == 0)
		status = stale_remove(options->socket_path, &at, err);
	if (status != 0)
		return status;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return failed(err, "made");
	/* The umask is 077 (harden.c), so there is no moment at which others
	 * could connect. */
	if (bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
	    chmod(options->socket_path, 0600) != 0) {
		status = failed(err, "bound");
		close(fd);
		return status;
	}
	*out = fd;
	return 0;
}

int clients_open(struct shell *shell, struct err *err)
{
	int fd = passed_fd();
	int status = 0;

	shell->door_is_ours = fd < 0;
	if (fd < 0)
		status = door_bind(shell->options, &fd, err);
	if (status != 0)
		return status;
	uv_pipe_init(&shell->loop, &shell->door, 0);
	shell->door.data = shell;
	shell->door_is_open = true;
	if (uv_pipe_open(&shell->door, fd) != 0 ||
	    uv_listen((uv_stream_t *)&shell->door, BACKLOG, on_client) != 0)
		return err_set(err, ERR_IO, "The socket can't be listened on.");
	return 0;
}

void clients_close(struct shell *shell)
{
	if (!shell->door_is_open)
		return;
	shell->door_is_open = false;
	if (shell->door_is_ours)
		unlink(shell->options->socket_path);
	uv_close((uv_handle_t *)&shell->door, NULL);
}
