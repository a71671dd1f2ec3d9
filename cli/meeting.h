/*
 * meeting.h - kept session add, next, and bring; the import of a record is in
 * cmd_session.c.
 */
#ifndef KEPT_CLI_MEETING_H
#define KEPT_CLI_MEETING_H

#include "cli/cli.h"

int meeting_add(struct cli *cli);
int meeting_next(struct cli *cli);
int meeting_bring(struct cli *cli);

/* "17", "17 of 24", "17/24" to its numbers; *of is left as it is where none is
 * said. False for anything else, and below 1. Pure. */
bool meeting_read_number(const char *text, int64_t *number, int64_t *of);

#endif
