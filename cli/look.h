/*
 * look.h - what the commands that look share: pages of a list, days, ids.
 */
#ifndef KEPT_CLI_LOOK_H
#define KEPT_CLI_LOOK_H

#include "cli/cli.h"
#include "proto/civil.h"

#define LOOK_CURSOR_BYTES 65u

struct look {
	const char *method;
	cJSON *params;   /* Owns; without limit and cursor */
	uint64_t limit;  /* entries in all; 0: all there are */
	uint64_t given;  /* so far */
	char cursor[LOOK_CURSOR_BYTES]; /* "" at the beginning and the end */
	bool ended;
	cJSON *page;     /* Owns until taken (then set it to NULL) */
};

/* From --limit and --cursor, where the command has them. 0, or an exit code
 * said; look_end is due after either. */
int look_begin(struct cli *cli, struct look *look, const char *method)
	KEPT_MUST_USE;
/* The next page in look->page, NULL after the last. 0, or an exit code. */
int look_next(struct cli *cli, struct look *look) KEPT_MUST_USE;
void look_end(struct look *look);

/*
 * The day that --<option> names, echoed in full; "" if it isn't there. Also
 * knows last-session.
 */
int look_day(struct cli *cli, const char *option,
	     char out[CIVIL_DAY_TEXT_BYTES]) KEPT_MUST_USE;
/* {"id": ID} of the one argument; *params gives ownership. */
int look_id(struct cli *cli, cJSON **params) KEPT_MUST_USE;
/* The page of {"entry", "versions"}. */
int look_put_entry(struct cli *cli, const cJSON *result);

#endif
