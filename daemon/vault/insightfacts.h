/*
 * insightfacts.h - the numbers of entries, read once and remembered while
 * the journal is open: what insight.h counts with.
 *
 * A fact is read from the blocks of its entry when somebody first asks for
 * it, and anew when the entry changed. Never stored, wiped at lock. Texts are
 * not kept: of a thought only a hash of its folded words.
 */
#ifndef KEPT_VAULT_INSIGHTFACTS_H
#define KEPT_VAULT_INSIGHTFACTS_H

#include "daemon/vault/view.h"
#include "proto/entry.h"

struct vault;

#define FACT_ABSENT INT32_MIN /* not answered; never 0 */
#define FACT_NUMBERS 5u
/* Different patterns of thought in one journal; more are not counted. */
#define LIMIT_FACT_PATTERNS 1024u
#define LIMIT_FACT_ITEMS 255u /* pairs, or patterns, of one entry */

enum fact_state {
	FACT_UNREAD,
	FACT_DONE,
	FACT_DRAFT, /* half-written: counts for nothing */
	FACT_GONE   /* does not open */
};

/* What stands in numbers[], per kind. Choices are places in entry.def. */
enum { FACT_MOOD_mood, FACT_MOOD_confidence, FACT_MOOD_energy };
enum { FACT_BREATH_cycles, FACT_BREATH_before, FACT_BREATH_after };
enum { FACT_BOUNDARY_held };
enum { FACT_WIN_size };
/* is_weighed: 1 if anything of the steps after the patterns is there */
enum { FACT_THOUGHT_before, FACT_THOUGHT_after, FACT_THOUGHT_is_weighed };
enum { FACT_GOAL_status, FACT_GOAL_measure, FACT_GOAL_target, FACT_GOAL_due };
enum { FACT_CHECKIN_progress };
/* is_held: 1 if it says more than what to bring; to_bring: how many */
enum { FACT_SESSION_number, FACT_SESSION_is_held, FACT_SESSION_to_bring };
/* hint: number of the kind named, 0 for a word that is none */
enum { FACT_HOMEWORK_status, FACT_HOMEWORK_often, FACT_HOMEWORK_target,
       FACT_HOMEWORK_due, FACT_HOMEWORK_hint };
/* is_done: 1 if it says anything of how it went */
enum { FACT_EXPERIMENT_before, FACT_EXPERIMENT_after,
       FACT_EXPERIMENT_came_true, FACT_EXPERIMENT_is_done };
/* is_done: 1 if it has done_at or any rating of afterwards */
enum { FACT_ACTIVITY_pleasure, FACT_ACTIVITY_achievement,
       FACT_ACTIVITY_is_done };

struct fact {
	uint64_t stamp; /* of the row when it was read */
	uint64_t words; /* thought: hash of its folded words; 0: none */
	struct id16 ref; /* counts_for, goal; zero: none */
	int32_t numbers[FACT_NUMBERS];
	/* thought: bytes [before, after] of each feeling with both, then */
	uint32_t items_at; /* ... patterns as u16, in facts.items */
	uint16_t blocks;   /* likewise of the row */
	uint8_t state;
	uint8_t pair_count;
	uint8_t pattern_count;
};
_Static_assert(sizeof(struct fact) <= 72, "ten thousand facts are 700 kB");

#define FACT_CHUNK 1024u
#define FACT_PATTERN_BYTES (LIMIT_TAG_BYTES + 1u)

struct facts { /* zeroed: nothing was asked yet */
	struct fact **chunks; /* Owns; by row / FACT_CHUNK; NULL: none read */
	size_t chunk_count;
	uint16_t *items; /* Owns */
	uint32_t item_count, item_cap;
	char (*patterns)[FACT_PATTERN_BYTES]; /* Owns; patterns.def first */
	uint16_t pattern_count;
};
void facts_release(struct facts *facts); /* wipes */

#define FACT_KIND(name) (UINT32_C(1) << ENTRY_KIND_##name)
#define FACT_KINDS_ALL UINT32_MAX /* those of a newer kept, too */
struct facts_wanted {
	uint32_t kinds; /* a bit per kind */
	int64_t from, to; /* days, both included */
};
/* Is it one that counts: there, of such a kind, of such a day? */
bool facts_fit(const struct facts_wanted *wanted, const struct row *row);
/*
 * Reads what is wanted and not known yet, newest rows first, until about
 * *budget_us is spent. *more: call again with a new budget.
 */
int facts_read(struct vault *vault, const struct facts_wanted *wanted,
	       uint32_t *budget_us, bool *more, struct err *err) KEPT_MUST_USE;
/* NULL if it was not read, is a draft, or does not open. Borrows until
 * the row changes. */
const struct fact *facts_find(const struct vault *vault, uint32_t row);

/* The i-th feeling with both, and the i-th pattern's place in patterns. */
void facts_pair(const struct facts *facts, const struct fact *fact, size_t i,
		int32_t *before, int32_t *after);
uint16_t facts_pattern(const struct facts *facts, const struct fact *fact,
		       size_t i);

#endif
