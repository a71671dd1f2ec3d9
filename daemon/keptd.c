/*
 * keptd.c - main: arguments, folders, settings, then the loop.
 *
 * Wiring only. Without --foreground it steps into the background once clients
 * can connect, so that who started it may go on. Read next: io/loop.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/config.h"
#include "daemon/harden.h"
#include "daemon/io/loop.h"
#include "daemon/manual.h"
#include "daemon/statefile.h"
#include "proto/base/log.h"
#include "proto/base/sm.h"
#include "proto/base/panic.h"
#include "proto/crypto/entropy.h"

#define EXIT_USAGE 2
#define EXIT_BUSY 69
#define EXIT_DISK 74

struct daemon {
	struct paths paths;
	struct config config;
	int ready_fd; /* a parent waits for one byte; -1: nobody */
};

static int exit_code(int status)
{
	switch (status) {
	case 0:
		return 0;
	case ERR_USAGE:
		return EXIT_USAGE;
	case ERR_BUSY:
		return EXIT_BUSY;
	case ERR_IO:
	case ERR_CORRUPT:
	case ERR_DISK_FULL:
		return EXIT_DISK;
	default:
		return 1;
	}
}

static void on_panic(void)
{
	sm_ring_dump(STDERR_FILENO);
}

static void on_ready(void *context)
{
	struct daemon *daemon = context;
	const uint8_t byte = 1;
	int null_fd;

	if (daemon->ready_fd < 0)
		return;
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd >= 0) {
		dup2(null_fd, STDIN_FILENO);
		dup2(null_fd, STDOUT_FILENO);
		dup2(null_fd, STDERR_FILENO);
		close(null_fd);
	}
	if (write(daemon->ready_fd, &byte, 1) != 1) {
		/* The parent is gone; so be it. */
	}
	close(daemon->ready_fd);
	daemon->ready_fd = -1;
}

static int daemon_run(struct daemon *daemon, struct err *err)
{
	struct loop_options options = {
		.node = { .data_dir = daemon->paths.data,
			  .state_dir = daemon->paths.state,
			  .config = &daemon->config,
			  .tune = tune_default },
		.run_dir = daemon->paths.run,
		.socket_path = daemon->paths.socket,
		.on_ready = on_ready,
		.context = daemon,
	};
	int lock_fd = -1;
	int status;

	if (crypto_start() != 0)
		return err_set(err, ERR_CRYPTO, "libsodium did not start.");
	options.node.boot = entropy_u64();
	status = loop_lock_home(daemon->paths.state, &lock_fd, err);
	if (status == 0)
		status = config_load(&daemon->config, err);
	if (status == 0)
		status = loop_run(&options, err);
	if (lock_fd >= 0)
		close(lock_fd);
	return status;
}

static int daemon_start(struct daemon *daemon, struct err *err)
{
	int status = harden_process(err);

	panic_set_hook(on_panic);
	log_open(STDERR_FILENO, LOG_LEVEL_INFO,
		 getenv("JOURNAL_STREAM") != NULL);
	if (status == 0)
		status = paths_find(&daemon->paths, err);
	if (status == 0)
		status =
			config_init(&daemon->config, daemon->paths.config, err);
	return status == 0 ? daemon_run(daemon, err) : status;
}

static int run_and_tell(struct daemon *daemon)
{
	struct err err = { 0 };
	int status = daemon_start(daemon, &err);

	if (status != 0)
		fprintf(stderr, "keptd: %s\n",
			err.text[0] != '\0' ? err.text : err_text(status));
	return exit_code(status);
}

/* The parent of the daemon: waits until it is ready or gone. */
static int wait_until_ready(pid_t child, int fd)
{
	uint8_t byte;
	ssize_t got;
	int how = 0;

	do
		got = read(fd, &byte, 1);
	while (got < 0 && errno == EINTR);
	close(fd);
	if (got == 1)
		return 0;
	if (waitpid(child, &how, 0) == child && WIFEXITED(how))
		return WEXITSTATUS(how) == 0 ? 1 : WEXITSTATUS(how);
	return 1;
}

static int run_behind(struct daemon *daemon)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return 1;
	child = fork();
	if (child < 0)
		return 1;
	if (child > 0) {
		close(ends[1]);
		return wait_until_ready(child, ends[0]);
	}
	close(ends[0]);
	daemon->ready_fd = ends[1];
	if (setsid() < 0 || chdir("/") != 0)
		return 1;
	return run_and_tell(daemon);
}

static void usage_print(FILE *out)
{
	fputs("usage: keptd [--foreground]\n"
	      "       keptd --version | --help\n\n"
	      "Keeps the journal and passes it on to this person's other\n"
	      "devices. `kept` starts it when it is needed.\n",
	      out);
}

int main(int argc, char **argv)
{
	struct daemon daemon = { .ready_fd = -1 };

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		puts("keptd " KEPT_VERSION);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage_print(stdout);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--print-man") == 0)
		return manual_print();
	if (argc == 2 && strcmp(argv[1], "--foreground") == 0)
		return run_and_tell(&daemon);
	if (argc == 1)
		return run_behind(&daemon);
	usage_print(stderr);
	return EXIT_USAGE;
}
