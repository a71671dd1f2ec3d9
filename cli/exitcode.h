/*
 * exitcode.h - what `kept` says to the shell (`kept help exit-codes`).
 */
#ifndef KEPT_CLI_EXITCODE_H
#define KEPT_CLI_EXITCODE_H

enum exit_code {
	EXIT_DONE = 0,
	EXIT_COULD_NOT = 1,
	EXIT_USED_WRONGLY = 2,
	EXIT_STOPPED = 3,
	EXIT_LOCKED = 4,
	EXIT_NOT_THERE = 5,
	EXIT_CHOICE = 6,
	EXIT_NOT_REACHED = 7,
	EXIT_LOOK = 8,
	EXIT_NO_DAEMON = 69,
	EXIT_NOT_THE_FORMAT = 65,
	EXIT_DISK = 74,
	EXIT_CTRL_C = 130
};

#endif
