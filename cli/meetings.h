/*
 * meetings.h - the last session that was held, and what has been written for
 * the next one since.
 */
#ifndef KEPT_CLI_MEETINGS_H
#define KEPT_CLI_MEETINGS_H

#include "cli/cli.h"

struct meetings {
	cJSON *newest; /* Owns; NULL: none yet */
	cJSON *held;   /* the newest that is more than a list to bring; Owns */
	cJSON *to_bring; /* of it and what came later, oldest first; Owns */
};

/* The code of cli_try; released by the caller in any case. */
int meetings_find(struct cli *cli, struct meetings *meetings);
void meetings_release(struct meetings *meetings);

#endif
