/*
 * insightask.h - what today, review, and trends share: the person's day, and
 * how this run shows things.
 */
#ifndef KEPT_CLI_INSIGHTASK_H
#define KEPT_CLI_INSIGHTASK_H

#include "cli/cli.h"
#include "cli/reviewtext.h"

/* Params with the person's day; gives ownership. 0, or an exit code said. */
int insightask_begin(struct cli *cli, cJSON **params, int64_t *today)
	KEPT_MUST_USE;
struct reviewtext insightask_how(const struct cli *cli, int64_t today);

#endif
