/*
 * breath.h - guided breathing as arithmetic: patterns, the place at a moment,
 * what is drawn, and how many breaths were whole.
 *
 * Pure: time comes in as milliseconds of a clock that never goes back, text
 * goes out into a buf. A breath is whole when its out is over; what was begun
 * is never counted.
 */
#ifndef KEPT_CLI_BREATH_H
#define KEPT_CLI_BREATH_H

#include "proto/base/buf.h"

enum breath_phase {
	BREATH_IN,
	BREATH_HOLD, /* full */
	BREATH_OUT,
	BREATH_REST, /* empty */
	BREATH_PHASES
};

#define BREATH_PHASE_MAX 300u /* tenths of a second */
#define BREATH_ROUNDS_MAX 200u
#define BREATH_MINUTES_MAX 60u
#define BREATH_CELLS 8u /* of the bar */

/* Woken so much later than asked for, it was not the person who waited. */
#define BREATH_LATE_MS 2000u

struct breath_plan {
	const char *pattern; /* a choice of entry.def */
	uint32_t phases[BREATH_PHASES]; /* tenths of a second */
	uint32_t rounds;
};

/* One of entry.def's patterns but `own`, with the rounds it begins with. False
 * if there is none of that name. */
bool breath_plan_find(struct breath_plan *plan, const char *pattern);
/*
 * An own one: "4-0-6-0", or three for "in-hold-out"; seconds with at most one
 * digit behind the point, 30 at most, in and out above 0. False: unreadable.
 */
bool breath_plan_read(struct breath_plan *plan, const char *text);
/* Whole breaths nearest to that long, at least one. May be too many. */
uint32_t breath_plan_rounds(const struct breath_plan *plan, uint32_t minutes);

/* What so many whole breaths take, in seconds, rounded. */
uint64_t breath_plan_seconds(const struct breath_plan *plan, uint32_t rounds);

/* ---- where one is ---- */

struct breath_place {
	uint32_t round; /* from 1 */
	enum breath_phase phase;
	uint64_t begin_ms; /* of the phase, from the beginning of all */
	uint64_t done_ms, length_ms;
};

/* False: it is over. */
bool breath_place_at(const struct breath_plan *plan, uint64_t ms,
		     struct breath_place *place);
uint32_t breath_whole_at(const struct breath_plan *plan, uint64_t ms);
/* Cells of the bar that are drawn, 1..BREATH_CELLS. */
uint32_t breath_cells(const struct breath_place *place);
/* When the bar changes next; the end of the phase is such a moment. */
uint64_t breath_next_cell(const struct breath_place *place);

/*
 * A run through a plan. Deadlines come from its beginning, so that nothing
 * drifts. After a pause, or a while in which the process was stopped, it goes
 * on with the beginning of the breath that was interrupted.
 */
struct breath_run {
	struct breath_plan plan;
	uint64_t zero_ms; /* when the first breath began, or would have */
	uint32_t whole;   /* while paused */
	bool is_paused;
};

void breath_run_begin(struct breath_run *run, uint64_t now_ms);
/* From the beginning, pauses left out. */
uint64_t breath_run_elapsed(const struct breath_run *run, uint64_t now_ms);
uint32_t breath_run_whole(const struct breath_run *run, uint64_t now_ms);
void breath_run_pause(struct breath_run *run, uint64_t now_ms);
void breath_run_resume(struct breath_run *run, uint64_t now_ms);
/* After each wait that was to end at wanted_ms. True: it was stopped in
 * between, and goes on with an earlier place. */
bool breath_run_woke(struct breath_run *run, uint64_t wanted_ms,
		     uint64_t now_ms);

/* ---- what people see ---- */

/* "in", "hold", "out", in the person's language. */
const char *breath_label(enum breath_phase phase);
/* "   in    ▁▂▃▄              round  3 of 18", narrower than columns and
 * always as wide as the others of the plan, so that they overwrite. */
void breath_put_line(struct buf *out, const struct breath_plan *plan,
		     const struct breath_place *place, size_t columns,
		     bool ascii);
/* The same width, with a word about the pause. */
void breath_put_paused(struct buf *out, const struct breath_plan *plan,
		       size_t columns);
/* "In 4 · out 6, eighteen rounds, about three minutes." */
void breath_put_plan(struct buf *out, const struct breath_plan *plan);
/* "Eighteen rounds." */
void breath_put_rounds(struct buf *out, uint32_t rounds);

#endif
