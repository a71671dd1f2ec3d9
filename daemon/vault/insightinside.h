/*
 * insightinside.h - what the files of insight.h share: the entries of a
 * question in order, and pieces of the answer.
 */
#ifndef KEPT_VAULT_INSIGHTINSIDE_H
#define KEPT_VAULT_INSIGHTINSIDE_H

#include "daemon/vault/inside.h"
#include "daemon/vault/insight.h"

#define INSIGHT_PRACTICE                                                       \
	(FACT_KIND(thought) | FACT_KIND(win) | FACT_KIND(breath) |             \
	 FACT_KIND(boundary) | FACT_KIND(checkin) | FACT_KIND(experiment) |    \
	 FACT_KIND(activity))

struct insight_item {
	const struct row *row;   /* Borrow until the vault changes */
	const struct fact *fact;
};
struct insight_items { /* by day, then as lists have them */
	const struct insight_item **items;
	size_t count;
};

/* Where the question stands. */
struct insight {
	struct vault *vault;
	struct arena *arena;
	int64_t today;
	uint32_t budget_us;
	bool *more;
};

int insight_order(const void *a, const void *b); /* of insight_item */
/* Is anything of it possible now? Brings the view up to date. */
int insight_begin(struct insight *insight, struct err *err) KEPT_MUST_USE;
/* Reads and collects; out is empty when *more was set. */
int insight_collect(struct insight *insight, const struct facts_wanted *wanted,
		    struct insight_items *out, struct err *err) KEPT_MUST_USE;
/* The shown text of a field, cut, in the arena; empty if there is none. */
int insight_text(struct insight *insight, const struct id16 *id,
		 uint32_t number, struct bytes *out, struct err *err)
	KEPT_MUST_USE;

/* ---- insightlines.c ---- */

struct insight_span {
	int64_t first, last;
};
/* The value of an answer; FACT_ABSENT: none. i: of several of an entry, until
 * false. */
struct insight_series {
	const char *name;
	uint16_t kind;
	bool is_count;
	uint8_t slot; /* of numbers */
	enum { SERIES_NUMBER, SERIES_FEELING_BEFORE, SERIES_FEELING_AFTER,
	       SERIES_BELIEF_BEFORE, SERIES_BELIEF_AFTER, SERIES_PATTERNS,
	       SERIES_ONE } from;
};
/* items: from six days before the span on, at least. */
int insight_line(struct insight *insight, const struct insight_items *items,
		 const struct insight_series *series, struct insight_span span,
		 struct insight_line *out) KEPT_MUST_USE;
/* Patterns picked within the span. */
int insight_patterns(struct insight *insight, const struct insight_items *items,
		     struct insight_span span, struct insight_counts *out)
	KEPT_MUST_USE;
/* Puts most first, then by name; keeps those that are not 0. */
int insight_sort_counts(struct insight *insight, struct insight_count *counts,
			size_t count, struct insight_counts *out) KEPT_MUST_USE;
void insight_add_pair(struct insight_pairs *pairs, int32_t before,
		      int32_t after);
/* Of an entry: feelings, belief, or calm, as it is. */
void insight_add_feelings(const struct insight *insight,
			  const struct fact *fact, struct insight_pairs *pairs);
/* Different days within the span, of entries of these kinds. */
uint32_t insight_days(const struct insight_items *items, uint32_t kinds,
		      struct insight_span span);

/* ---- insightgoals.c ---- */

/* The goals, homework, and sessions there are, whatever their day. */
int insight_agreed(struct insight *insight, struct insight_items *out,
		   struct err *err) KEPT_MUST_USE;
struct insight_targets_wanted {
	const struct insight_items *agreed;
	bool is_homework;
	bool open_only;
	bool with_steps;
	struct insight_span span; /* those set or due in it, too; of steps */
};
/* Sets *more where what counts for them is still to be read. */
int insight_find_targets(struct insight *insight,
			 const struct insight_targets_wanted *wanted,
			 struct insight_targets *out, struct err *err)
	KEPT_MUST_USE;
/* The last session; NULL: none. */
const struct insight_item *
insight_last_session(const struct insight_items *agreed, int64_t today);
/* How much this entry brings to the next one. */
uint32_t insight_brings(const struct insight_item *item,
			const struct insight_item *last);
struct insight_session insight_session_of(const struct insight_item *item);
int insight_next_of(struct insight *insight, const struct insight_item *last,
		    struct insight_next *out, struct err *err) KEPT_MUST_USE;

#endif
