/*
 * insight.h - numbers from entries: what today, review, and trends show.
 *
 * Computed when asked for and never stored. Only what was kept counts: not
 * what is deleted, not what is in state draft, nothing of a day after `today`
 * (the person's own day, which the client says). Days are those written into
 * the entries; no clock and no zone comes in anywhere. Not answered is never
 * 0. Where a mean is shown its sum and count are there, too, so that whoever
 * reads can do exact arithmetic.
 *
 * The 7-day middle of a day is the median of the answers of that day and the
 * six before it (of an even number of answers the mean of the two in the
 * middle); a day whose seven have no answer has none.
 *
 * Practice is a day with a thought, win, breath, boundary, check-in,
 * experiment, or activity. Its score is Loop's: from 0, two years before the
 * window begins, every day score = score * m + check * (1 - m) with
 * m = 0.5 ^ (1 / 13); check is 1 on a day with practice and 0 on others.
 *
 * How far a goal or homework has come: what was last said at a check-in on
 * it, and what has counted since then. An entry counts for it if it says so
 * (counts_for), is not of a day before its own, and, for homework, also if it
 * is of the kind that kind_hint names and says nothing else (an experiment or
 * an activity only once it says how it went or that it is done). By the day and
 * then by `at`, every one of them adds 1, but
 *   goal by days, homework daily   a day counts once
 *   homework weekly                so do seven days, from the day it was given
 *   goal by yes-no                 no more than 1; a check-in of more is 1
 *   goal by 0-10                   only check-ins say how far it is
 * Unless something was said or has counted, yes-no and 0-10 have none.
 * A goal without measure is counted, homework without how_often as well.
 *
 * A session is one that says more than what to bring to it. A thought is
 * weighed once there is any evidence, fairer way, or rating of afterwards,
 * and still strong if its feelings, those with both ratings added up, are no
 * weaker than before; where there is no such feeling, if belief_after is not
 * below belief_before.
 */
#ifndef KEPT_VAULT_INSIGHT_H
#define KEPT_VAULT_INSIGHT_H

#include "proto/base/arena.h"
#include "proto/bounds.h"
#include "proto/civil.h"
#include "proto/base/ids.h"

struct vault;

/* Lists end here; counts are of all. */
#define INSIGHT_TARGETS 40u
#define INSIGHT_EXPERIMENTS 20u
#define INSIGHT_STRONG 50u
#define INSIGHT_COUNTS 50u
#define INSIGHT_WINS 5u
#define INSIGHT_BRING 50u
#define INSIGHT_LAST 3u
#define INSIGHT_SESSIONS 1000u
/* Texts are cut here; all of one is in its entry. */
#define INSIGHT_TEXT_BYTES 1000u
#define INSIGHT_REVIEW_DAYS 7u /* where there was no session */
#define INSIGHT_BUDGET_US 8000u

/* One line of ratings, or of what was counted. */
struct insight_point {
	int64_t day;
	uint64_t sum;
	uint32_t n;
};
struct insight_middle {
	int64_t day;
	uint32_t twice; /* the median */
	uint32_t n;
};
struct insight_line {
	const char *name;
	bool is_count; /* sum says how many; there is no middle */
	const struct insight_point *points; /* days with an answer, ascending */
	size_t point_count;
	const struct insight_middle *middles;
	size_t middle_count;
	uint64_t answers, sum;
	int32_t first, last; /* answers; where there are any */
};
/* Ratings of what has both. */
struct insight_pairs {
	uint64_t n, before, after;
};
struct insight_count {
	struct bytes name;
	uint64_t n;
};
struct insight_counts { /* most first, then by name */
	const struct insight_count *items;
	size_t count;
};
struct insight_session {
	struct id16 id;
	int64_t day;
	int32_t number; /* -1: not said */
};
/* How far a goal or homework was at the end of that day. */
struct insight_step {
	int64_t day;
	uint64_t value;
	uint32_t n; /* check-ins and entries that counted on it */
};
struct insight_target {
	struct id16 id;
	bool is_homework;
	int64_t day, due;     /* due INT64_MAX: none */
	struct bytes title;
	const char *status;
	const char *measure;  /* or how_often; NULL: not said */
	const char *hint;     /* kind; NULL: none */
	int32_t target;       /* -1: none; homework `once` has 1 */
	bool has_progress;
	uint64_t progress;
	struct bytes in_the_way; /* homework; empty: not said */
	int32_t helpful;         /* -1: not said */
	const struct insight_step *steps; /* within the window */
	size_t step_count;
};
struct insight_targets {
	const struct insight_target *items; /* newest first */
	size_t count;
	uint64_t more; /* that are not shown */
};

/* *more = true: nothing is in out yet; call again in a turn to come. Results
 * live in the arena (and names in the vault). ERR_LOCKED, ERR_NOMEM. */

struct insight_ask {
	int64_t today;
	bool has_since;  /* review */
	int64_t since;
	struct bytes what; /* trends */
	uint32_t weeks;
};

struct insight_next {
	int32_t number; /* -1: not known */
	bool has_at;
	struct civil_instant at;
};

struct insight_today {
	int64_t day;
	struct {
		struct id16 id;
		const char *kind; /* "" of a newer kept */
		int64_t day;
	} last[INSIGHT_LAST]; /* newest first */
	size_t last_count;
	uint32_t practice_days, breath_days; /* of the seven up to today */
	bool has_session;
	struct insight_session session; /* the last */
	struct insight_next next;
	uint64_t to_bring;
	struct insight_targets goals, homework; /* open ones */
	uint64_t drafts, thought_drafts;
	bool has_draft;
	struct id16 draft; /* the newest */
	char draft_kind[33];
};
int insight_today(struct vault *vault, const struct insight_ask *ask,
		  struct arena *arena, struct insight_today *out, bool *more,
		  struct err *err) KEPT_MUST_USE;

struct insight_text {
	struct id16 id;
	int64_t day;
	struct bytes text;
};
struct insight_experiment {
	struct id16 id;
	int64_t day;
	struct bytes belief, prediction, happened, learned; /* may be empty */
	const char *came_true; /* NULL: not said */
	int32_t before, after; /* -1: not said */
};
struct insight_review {
	int64_t first, last; /* the window: from the day of the session */
	bool has_session;
	struct insight_session session;
	struct insight_next next;
	uint64_t caught, weighed;
	struct insight_text repeated; /* the newest of the most frequent */
	uint64_t repeated_n;          /* 0: none came twice */
	uint64_t felt;                /* weighed thoughts with feelings twice */
	struct insight_pairs feelings; /* theirs */
	struct id16 strong[INSIGHT_STRONG]; /* newest first */
	uint64_t strong_n;
	struct insight_counts patterns;
	uint64_t breaths, breath_days, rounds;
	struct insight_pairs calm;
	uint64_t wins;
	struct insight_text newest_wins[INSIGHT_WINS];
	size_t newest_win_count;
	uint64_t boundaries, held[3]; /* of entry.def: partly, yes, no */
	struct insight_targets goals, homework; /* open, or set or due in it */
	struct insight_line confidence, mood;
	struct insight_text to_bring[INSIGHT_BRING]; /* oldest first */
	size_t to_bring_count;
	struct insight_experiment experiments[INSIGHT_EXPERIMENTS];
	size_t experiment_count;
	uint64_t activities, activities_done;
	struct insight_pairs pleasure, achievement; /* n and `after` */
};
int insight_review(struct vault *vault, const struct insight_ask *ask,
		   struct arena *arena, struct insight_review *out, bool *more,
		   struct err *err) KEPT_MUST_USE;

struct insight_week {
	int64_t first, last;
	uint64_t n;
	uint64_t parts[3]; /* of entry.def, in its order */
};
struct insight_seven {
	int64_t day;
	uint32_t days; /* with practice, of the seven up to it */
	double score;  /* 0 to 1 */
};
struct insight_trends {
	const char *what;
	int64_t first, last;
	struct insight_line lines[2];
	size_t line_count;
	bool has_pairs;
	struct insight_pairs pairs; /* of what the two lines are of */
	uint64_t caught, weighed;   /* thoughts, belief */
	struct insight_counts counts;
	const char *parts[3]; /* what weeks[].parts are; NULL: nothing */
	const struct insight_week *weeks; /* of what is counted */
	size_t week_count;
	const struct insight_seven *sevens; /* practice: every day */
	size_t seven_count;
	struct insight_targets goals;
	const struct insight_session *sessions; /* in the window, ascending */
	size_t session_count;
};
/* ERR_USAGE with its sentence: what is nothing that is counted. */
int insight_trends(struct vault *vault, const struct insight_ask *ask,
		   struct arena *arena, struct insight_trends *out, bool *more,
		   struct err *err) KEPT_MUST_USE;

#endif
