/*
 * todaytext.h - what `kept` alone says: today at a glance.
 *
 * Pure. It never scolds: nothing is counted that is not there, no day without
 * an entry is spoken of, and what has no number has no line.
 */
#ifndef KEPT_CLI_TODAYTEXT_H
#define KEPT_CLI_TODAYTEXT_H

#include "cli/reviewtext.h"

/* A page (pageform.h) of a result of `today`; its title is the greeting. hour:
 * 0 to 23, of the person's clock. Gives ownership. */
cJSON *todaytext_page(const cJSON *today, const struct reviewtext *how,
		      int hour);
/* "Good evening.", or that it is good to see them: the newest entry is of a
 * day more than a week ago. last_day: YYYY-MM-DD, "" if there is none. */
const char *todaytext_greeting(int hour, const char *last_day, int64_t today);

#endif
