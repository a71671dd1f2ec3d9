/*
 * loop.h - keptd's one loop: gather events, one turn of the node, carry out
 * what it asks for. Everything that waits, waits in here.
 */
#ifndef KEPT_IO_LOOP_H
#define KEPT_IO_LOOP_H

#include "daemon/node.h"

#define IDLE_LEAVE_MS 900000u

struct loop_options {
	struct node_options node; /* place is filled in here */
	const char *run_dir;
	const char *socket_path;
	int state_lock_fd;        /* held for the process' life */
	/* Called once, when clients can connect: a parent may go. */
	void (*on_ready)(void *context);
	void *context;
};

/*
 * Runs until a stop. 0: as asked; ERR_BUSY: another keptd has this home or
 * its socket; ERR_IO, ERR_CORRUPT: the disk; else what opening the node said.
 */
int loop_run(const struct loop_options *options, struct err *err)
	KEPT_MUST_USE;
/* Takes the lock of a home: `dir`/lock. ERR_BUSY. */
int loop_lock_home(const char *dir, int *fd, struct err *err) KEPT_MUST_USE;

#endif
