/*
 * aims.h - open goals and homework with how far they are, as keptd counts
 * (daemon/vault/insight.h says how).
 */
#ifndef KEPT_CLI_AIMS_H
#define KEPT_CLI_AIMS_H

#include "cli/goaltext.h"
#include "cli/guide.h"
#include "cli/look.h"
#include "cli/pick.h"
#include "cli/render.h"

/* What `today` answers for the person's day; silent. NULL while locked.
 * Gives ownership. */
cJSON *aims_ask(struct cli *cli);
/* Puts what each check-in of a list is about beside it (`about`, the `f` of
 * its goal or homework), for people to read. Silent. */
void aims_name_checkins(struct cli *cli, cJSON *entries);
/* What it says of a goal or homework; NULL if nothing. Borrows. */
const cJSON *aims_find(const cJSON *today, const char *id);
/* How far it is, -1: nothing was said. */
int64_t aims_progress(const cJSON *today, const char *id);
/* Boxes where they can be seen and drawn. */
enum goaltext_signs aims_signs(const struct cli *cli);

/* A list, a line for each: id, title, how far, by when; as JSON for programs.
 * entries are borrowed. what: N_(), said where there are none. */
int aims_put_list(struct cli *cli, const cJSON *entries, const char *none);
/* One such line to stderr, above questions. */
void aims_say_line(struct cli *cli, const cJSON *entry, const cJSON *today);

/* --all: every one of the kind; else open ones. 0, or an exit code said. */
int aims_list(struct cli *cli, const struct pick *pick) KEPT_MUST_USE;
/* Changes fields of an entry. *entry (may be NULL) gives ownership. */
int aims_edit(struct cli *cli, const char *id, cJSON *take_fields,
	      cJSON **entry) KEPT_MUST_USE;
/*
 * "What would you like to change?": the guide's steps as a list, one after
 * another until Enter; then all of it is one change. Ends the guide. The entry
 * is borrowed.
 */
int aims_change(struct guide *guide, const cJSON *entry) KEPT_MUST_USE;
/* "Kept.  g5aa      " and the tail; as keep_show for programs, while locked,
 * and without a tail. Takes the entry. */
int aims_show_kept(struct cli *cli, cJSON *take_entry, const char *tail);
/* The same with what is aimed at as its tail (guided_show). */
int aims_show_aim(struct cli *cli, cJSON *take_entry);
/* The person's day; the calendar's where keptd can't say. */
int64_t aims_today(struct cli *cli);

#endif
