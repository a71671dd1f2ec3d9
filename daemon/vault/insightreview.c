/*
 * insightreview.c - what there is to look at together, from the last session
 * to today.
 *
 * Numbers, own words, and questions; never a score of the person, and never
 * more of a text than its beginning. Read next: insightgoals.c.
 */
#include "daemon/vault/insightinside.h"

#include "crdt/sort.h"
#include "proto/base/utf8.h"
#include "proto/mp.h"

struct review {
	struct insight *insight;
	struct insight_span span;
	struct insight_items items; /* from six days before the window */
	struct insight_items agreed;
	const struct insight_item *last; /* session; NULL: none */
	struct insight_review *out;
};

static bool is_within(const struct review *review,
		      const struct insight_item *item, uint16_t kind)
{
	return item->row->kind == kind &&
	       item->row->day >= review->span.first &&
	       item->row->day <= review->span.last;
}

/* ---- thoughts ---- */

static bool is_still_strong(const struct review *review,
			    const struct fact *fact)
{
	struct insight_pairs pairs = { .n = 0 };

	insight_add_feelings(review->insight, fact, &pairs);
	if (pairs.n == 0)
		insight_add_pair(&pairs, fact->numbers[FACT_THOUGHT_before],
				 fact->numbers[FACT_THOUGHT_after]);
	return pairs.n > 0 && pairs.after >= pairs.before;
}

static int order_words(const void *a, const void *b)
{
	const struct insight_item *left = a, *right = b;

	if (left->fact->words != right->fact->words)
		return left->fact->words < right->fact->words ? -1 : 1;
	return 0; /* stable: the oldest first */
}

/* The thought that came most often; of equal ones that of the newest. */
static int find_repeated(struct review *review, struct err *err)
{
	struct insight_review *out = review->out;
	struct arena *arena = review->insight->arena;
	size_t count = 0, run = 1;
	const struct insight_item *best = NULL;
	const void **items, **scratch;

	items = arena_alloc(arena, review->items.count, sizeof *items);
	scratch = arena_alloc(arena, review->items.count, sizeof *scratch);
	if (items == NULL || scratch == NULL)
		return vault_fail(err, ERR_NOMEM);
	for (size_t i = 0; i < review->items.count; i++) {
		const struct insight_item *item = review->items.items[i];

		if (is_within(review, item, ENTRY_KIND_thought) &&
		    item->fact->words != 0)
			items[count++] = item;
	}
	sort_pointers(items, count, scratch, order_words);
	for (size_t i = 1; i < count; i++) {
		run = order_words(items[i - 1], items[i]) == 0 ? run + 1 : 1;
		if (run < 2 || run < out->repeated_n ||
		    (run == out->repeated_n &&
		     insight_order(items[i], best) < 0))
			continue;
		best = items[i];
		out->repeated_n = run;
	}
	if (best == NULL)
		return 0;
	out->repeated.id = best->row->id;
	out->repeated.day = best->row->day;
	return insight_text(review->insight, &best->row->id,
			    ENTRY_thought_thought, &out->repeated.text, err);
}

static int put_thoughts(struct review *review, struct err *err)
{
	struct insight_review *out = review->out;
	int code;

	for (size_t i = review->items.count; i-- > 0;) {
		const struct insight_item *item = review->items.items[i];
		const struct fact *fact = item->fact;

		if (!is_within(review, item, ENTRY_KIND_thought))
			continue;
		out->caught++;
		if (fact->numbers[FACT_THOUGHT_is_weighed] != 1)
			continue;
		out->weighed++;
		out->felt += fact->pair_count > 0;
		insight_add_feelings(review->insight, fact, &out->feelings);
		if (!is_still_strong(review, fact))
			continue;
		if (out->strong_n < INSIGHT_STRONG)
			out->strong[out->strong_n] = item->row->id;
		out->strong_n++;
	}
	code = insight_patterns(review->insight, &review->items, review->span,
				&out->patterns);
	return code == 0 ? find_repeated(review, err) : vault_fail(err, code);
}

/* ---- what was done ---- */

static void put_breaths(struct review *review)
{
	struct insight_review *out = review->out;

	for (size_t i = 0; i < review->items.count; i++) {
		const struct insight_item *item = review->items.items[i];
		const int32_t *numbers = item->fact->numbers;

		if (!is_within(review, item, ENTRY_KIND_breath))
			continue;
		out->breaths++;
		if (numbers[FACT_BREATH_cycles] != FACT_ABSENT)
			out->rounds += (uint64_t)numbers[FACT_BREATH_cycles];
		insight_add_pair(&out->calm, numbers[FACT_BREATH_before],
				 numbers[FACT_BREATH_after]);
	}
	out->breath_days =
		insight_days(&review->items, FACT_KIND(breath), review->span);
}

static int put_wins(struct review *review, struct err *err)
{
	struct insight_review *out = review->out;
	int code = 0;

	for (size_t i = review->items.count; code == 0 && i-- > 0;) {
		const struct insight_item *item = review->items.items[i];
		struct insight_text *win;

		if (!is_within(review, item, ENTRY_KIND_win))
			continue;
		if (out->wins++ >= INSIGHT_WINS)
			continue;
		win = &out->newest_wins[out->newest_win_count++];
		win->id = item->row->id;
		win->day = item->row->day;
		code = insight_text(review->insight, &item->row->id,
				    ENTRY_win_what, &win->text, err);
	}
	return code;
}

static void put_boundaries(struct review *review)
{
	for (size_t i = 0; i < review->items.count; i++) {
		const struct insight_item *item = review->items.items[i];
		int32_t held = item->fact->numbers[FACT_BOUNDARY_held];

		if (!is_within(review, item, ENTRY_KIND_boundary))
			continue;
		review->out->boundaries++;
		if (held >= 0 && held < 3)
			review->out->held[held]++;
	}
}

static void add_rating(struct insight_pairs *pairs, int32_t value)
{
	insight_add_pair(pairs, 0, value);
}

static void put_activities(struct review *review)
{
	struct insight_review *out = review->out;

	for (size_t i = 0; i < review->items.count; i++) {
		const struct insight_item *item = review->items.items[i];
		const int32_t *numbers = item->fact->numbers;

		if (!is_within(review, item, ENTRY_KIND_activity))
			continue;
		out->activities++;
		out->activities_done += numbers[FACT_ACTIVITY_is_done] == 1;
		add_rating(&out->pleasure, numbers[FACT_ACTIVITY_pleasure]);
		add_rating(&out->achievement,
			   numbers[FACT_ACTIVITY_achievement]);
	}
}

static int put_experiment(struct review *review,
			  const struct insight_item *item, struct err *err)
{
	static const char *const outcomes[] = { "no", "partly", "yes" };
	struct insight_review *out = review->out;
	struct insight_experiment *to =
		&out->experiments[out->experiment_count++];
	const int32_t *numbers = item->fact->numbers;
	const struct {
		uint32_t number;
		struct bytes *text;
	} texts[] = { { ENTRY_experiment_belief, &to->belief },
		      { ENTRY_experiment_prediction, &to->prediction },
		      { ENTRY_experiment_happened, &to->happened },
		      { ENTRY_experiment_learned, &to->learned } };
	int code = 0;

	to->id = item->row->id;
	to->day = item->row->day;
	to->before = numbers[FACT_EXPERIMENT_before] == FACT_ABSENT
			     ? -1
			     : numbers[FACT_EXPERIMENT_before];
	to->after = numbers[FACT_EXPERIMENT_after] == FACT_ABSENT
			    ? -1
			    : numbers[FACT_EXPERIMENT_after];
	if (numbers[FACT_EXPERIMENT_came_true] != FACT_ABSENT)
		to->came_true = outcomes[numbers[FACT_EXPERIMENT_came_true]];
	for (size_t i = 0; code == 0 && i < KEPT_ARRAY_COUNT(texts); i++)
		code = insight_text(review->insight, &to->id, texts[i].number,
				    texts[i].text, err);
	return code;
}

static int put_experiments(struct review *review, struct err *err)
{
	int code = 0;

	for (size_t i = review->items.count;
	     code == 0 && i-- > 0 &&
	     review->out->experiment_count < INSIGHT_EXPERIMENTS;) {
		if (is_within(review, review->items.items[i],
			      ENTRY_KIND_experiment))
			code = put_experiment(review, review->items.items[i],
					      err);
	}
	return code;
}

/* ---- what to bring ---- */

static int bring_from(struct review *review, const struct insight_item *item,
		      struct err *err)
{
	struct insight_review *out = review->out;
	struct gathered *entry = NULL;
	struct merge_field field;
	int code = gather_cached(review->insight->vault, &item->row->id, &entry,
				 err);

	if (code != 0)
		return code == ERR_NOT_FOUND ? 0 : code;
	code = merge_read(entry->state, ENTRY_session_to_bring, &field);
	if (code != 0)
		return code == ERR_NOMEM ? vault_fail(err, code) : 0;
	for (size_t i = 0;
	     i < field.count && out->to_bring_count < INSIGHT_BRING; i++) {
		struct insight_text *to = &out->to_bring[out->to_bring_count];
		struct mp_reader reader = mp_reader(field.values[i].value);
		struct bytes text;

		if (mp_read_str(&reader, &text) != 0)
			continue;
		text.len = utf8_prefix(text, INSIGHT_TEXT_BYTES);
		to->id = item->row->id;
		to->day = item->row->day;
		to->text.ptr = arena_copy(review->insight->arena, text);
		to->text.len = text.len;
		if (to->text.ptr == NULL)
			return vault_fail(err, ERR_NOMEM);
		out->to_bring_count++;
	}
	return 0;
}

static int put_to_bring(struct review *review, struct err *err)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < review->agreed.count; i++) {
		const struct insight_item *item = review->agreed.items[i];

		if (insight_brings(item, review->last) > 0)
			code = bring_from(review, item, err);
	}
	return code;
}

/* ---- the whole ---- */

static int put_lines(struct review *review)
{
	static const struct insight_series series[] = {
		{ "confidence", ENTRY_KIND_mood, false, FACT_MOOD_confidence,
		  SERIES_NUMBER },
		{ "mood", ENTRY_KIND_mood, false, FACT_MOOD_mood,
		  SERIES_NUMBER },
	};
	int code = insight_line(review->insight, &review->items, &series[0],
				review->span, &review->out->confidence);

	return code != 0 ? code
			 : insight_line(review->insight, &review->items,
					&series[1], review->span,
					&review->out->mood);
}

static int put_targets(struct review *review, struct err *err)
{
	struct insight_targets_wanted wanted = { .agreed = &review->agreed,
						 .span = review->span };
	int code = insight_find_targets(review->insight, &wanted,
					&review->out->goals, err);

	wanted.is_homework = true;
	if (code == 0 && !*review->insight->more)
		code = insight_find_targets(review->insight, &wanted,
					    &review->out->homework, err);
	return code;
}

/* The window, and everything in it and around. */
static int read_window(struct review *review, const struct insight_ask *ask,
		       struct err *err)
{
	struct insight_review *out = review->out;
	struct facts_wanted wanted = { INSIGHT_PRACTICE | FACT_KIND(mood), 0,
				       ask->today };
	int code = insight_agreed(review->insight, &review->agreed, err);

	if (code != 0 || *review->insight->more)
		return code;
	review->last = insight_last_session(&review->agreed, ask->today);
	out->has_session = review->last != NULL;
	if (out->has_session)
		out->session = insight_session_of(review->last);
	review->span.last = ask->today;
	review->span.first = ask->has_since ? ask->since
			     : out->has_session
				     ? out->session.day
				     : ask->today - (INSIGHT_REVIEW_DAYS - 1);
	if (review->span.first > ask->today)
		review->span.first = ask->today;
	/* No window is longer than trends have one. */
	if (ask->today - review->span.first >= 7 * (int64_t)LIMIT_TRENDS_WEEKS)
		review->span.first =
			ask->today - 7 * (int64_t)LIMIT_TRENDS_WEEKS + 1;
	out->first = review->span.first;
	out->last = review->span.last;
	wanted.from = review->span.first - 6;
	code = insight_collect(review->insight, &wanted, &review->items, err);
	if (code == 0 && !*review->insight->more)
		code = insight_next_of(review->insight, review->last,
				       &out->next, err);
	return code;
}

int insight_review(struct vault *vault, const struct insight_ask *ask,
		   struct arena *arena, struct insight_review *out, bool *more,
		   struct err *err)
{
	struct insight insight = { .vault = vault,
				   .arena = arena,
				   .today = ask->today,
				   .budget_us = INSIGHT_BUDGET_US,
				   .more = more };
	struct review review = { .insight = &insight, .out = out };
	int code;

	memset(out, 0, sizeof *out);
	code = insight_begin(&insight, err);
	if (code == 0)
		code = read_window(&review, ask, err);
	if (code == 0 && !*more)
		code = put_targets(&review, err);
	if (code != 0 || *more)
		return code;
	code = put_lines(&review);
	if (code != 0)
		return vault_fail(err, code);
	put_breaths(&review);
	put_boundaries(&review);
	put_activities(&review);
	code = put_thoughts(&review, err);
	if (code == 0)
		code = put_wins(&review, err);
	if (code == 0)
		code = put_experiments(&review, err);
	if (code == 0)
		code = put_to_bring(&review, err);
	return code;
}
