/*
 * when.h - the instant, zone, and day that go with an entry.
 *
 * The day is the person's: until day_ends_at (a setting) it is still the day
 * before. It is set once, here, and never computed again.
 */
#ifndef KEPT_CLI_WHEN_H
#define KEPT_CLI_WHEN_H

#include "cli/cli.h"
#include "proto/civil.h"

/* Adds at, tz (if known), and day to params. 0, or an exit code said. */
int when_put(struct cli *cli, struct civil_instant at, cJSON *params)
	KEPT_MUST_USE;
/* The same, as cli_try: a refusal is handed back instead of said. */
int when_try(struct cli *cli, struct civil_instant at, cJSON *params,
	     struct client_refusal *refusal) KEPT_MUST_USE;
/* The person's day right now, civil days. */
int when_today(struct cli *cli, int64_t *days) KEPT_MUST_USE;

#endif
