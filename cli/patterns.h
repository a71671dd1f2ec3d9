/*
 * patterns.h - patterns of thought as this person has them: ours, then their
 * own, some of them hidden.
 *
 * Own ones and what is hidden travel with the journal (kind `settings`) and
 * can be read while it is open; until patterns_learn there are only ours.
 * One list for the run of the program.
 */
#ifndef KEPT_CLI_PATTERNS_H
#define KEPT_CLI_PATTERNS_H

#include "cli/cli.h"
#include "proto/base/buf.h"

#define PATTERN_SLUG_BYTES 41u
/* Most scalars of "Name: in one line" (proto/entry.def). */
#define PATTERN_TEXT_MAX 200u

struct pattern {
	char slug[PATTERN_SLUG_BYTES]; /* what entries hold */
	const char *name, *line; /* raw: shown through cli_show; ours are
				    N_() and printed through _() */
	bool is_own, is_hidden;
};

/* Asks keptd, once, and only where nothing has to be asked of the person:
 * silent when it is locked or not there. */
void patterns_learn(struct cli *cli);
/* The same from the fields of the entry of settings (borrowed); NULL: as if
 * nothing was ever set. */
void patterns_take(const cJSON *fields);

/* In order, hidden ones among them, so that a number always means the same;
 * NULL at the end. Borrow until the next patterns_take. */
const struct pattern *patterns_at(size_t place);
const struct pattern *patterns_find(const char *slug);
/* By slug, by name (in any case), or by number from 1 unless hidden. */
const struct pattern *patterns_find_said(struct bytes said);
/* Are they to be offered at all (the setting `patterns`)? */
bool patterns_are_wanted(void);

/*
 * "Name: in one line" of one's own: the slug its entries will hold. The same
 * name gives the same slug everywhere. ERR_USAGE with a sentence: there is no
 * name in it, it is too long, or more than one line.
 */
int patterns_slug(const char *text, char out[PATTERN_SLUG_BYTES],
		  struct err *err) KEPT_MUST_USE;

/* The name alone. Borrows. */
struct bytes patterns_name_in(const char *text);

/* Appends the name for people of a slug that an entry holds. */
void patterns_put_name(struct buf *out, const char *slug);

/* kept config patterns [list | add TEXT | hide SLUG | show SLUG] */
int patterns_configure(struct cli *cli, const char *const *args, size_t count);

#endif
