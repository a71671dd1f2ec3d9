/*
 * insightlines.c - answers by the day, their 7-day middle, and what was
 * picked most.
 *
 * Whole numbers only: means and medians are left as sums, counts, and twice
 * the median, so that nothing is rounded here. Must never take a day without
 * an answer for a day of 0.
 */
#include "daemon/vault/insightinside.h"

#include "crdt/sort.h"

#define MIDDLE_DAYS 7
#define RATING_MAX 100

struct answer {
	int32_t day;
	int32_t value;
};

struct answers {
	struct answer *all; /* by day */
	size_t count;
};

/* ---- answers ---- */

static size_t answer_count(const struct insight_series *series,
			   const struct fact *fact)
{
	switch (series->from) {
	case SERIES_FEELING_BEFORE:
	case SERIES_FEELING_AFTER:
		return fact->pair_count;
	case SERIES_BELIEF_BEFORE:
	case SERIES_BELIEF_AFTER:
		return fact->numbers[FACT_THOUGHT_before] != FACT_ABSENT &&
		       fact->numbers[FACT_THOUGHT_after] != FACT_ABSENT;
	case SERIES_PATTERNS:
		return fact->pattern_count > 0;
	case SERIES_ONE:
		return 1;
	case SERIES_NUMBER:
		break;
	}
	return fact->numbers[series->slot] != FACT_ABSENT;
}

static int32_t answer_at(const struct insight *insight,
			 const struct insight_series *series,
			 const struct fact *fact, size_t i)
{
	int32_t before = 0, after = 0;

	switch (series->from) {
	case SERIES_FEELING_BEFORE:
	case SERIES_FEELING_AFTER:
		facts_pair(&insight->vault->facts, fact, i, &before, &after);
		return series->from == SERIES_FEELING_BEFORE ? before : after;
	case SERIES_BELIEF_BEFORE:
		return fact->numbers[FACT_THOUGHT_before];
	case SERIES_BELIEF_AFTER:
		return fact->numbers[FACT_THOUGHT_after];
	case SERIES_PATTERNS:
		return fact->pattern_count;
	case SERIES_ONE:
		return 1;
	case SERIES_NUMBER:
		break;
	}
	return fact->numbers[series->slot];
}

/* Is it of the series, and from first on until last? */
static bool is_of(const struct insight_series *series,
		  const struct insight_item *item, struct insight_span span)
{
	return (series->kind == 0 || item->row->kind == series->kind) &&
	       item->row->day >= span.first && item->row->day <= span.last;
}

static int find_answers(struct insight *insight,
			const struct insight_items *items,
			const struct insight_series *series,
			struct insight_span span, struct answers *out)
{
	size_t room = 0;

	for (size_t i = 0; i < items->count; i++) {
		if (is_of(series, items->items[i], span))
			room += answer_count(series, items->items[i]->fact);
	}
	out->count = 0;
	out->all = arena_alloc(insight->arena, room, sizeof *out->all);
	if (out->all == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < items->count; i++) {
		const struct insight_item *item = items->items[i];
		size_t count;

		if (!is_of(series, item, span))
			continue;
		count = answer_count(series, item->fact);
		for (size_t j = 0; j < count; j++)
			out->all[out->count++] = (struct answer){
				item->row->day,
				answer_at(insight, series, item->fact, j),
			};
	}
	return 0;
}

/* ---- points ---- */

static int put_points(struct insight *insight, const struct answers *answers,
		      int64_t first, struct insight_line *out)
{
	struct insight_point *points;
	size_t count = 0, at = 0;

	while (at < answers->count && answers->all[at].day < first)
		at++;
	points = arena_alloc(insight->arena, answers->count - at,
			     sizeof *points);
	if (points == NULL)
		return ERR_NOMEM;
	for (; at < answers->count; at++) {
		const struct answer *answer = &answers->all[at];

		if (count == 0 || points[count - 1].day != answer->day)
			points[count++] = (struct insight_point){
				.day = answer->day,
			};
		points[count - 1].sum += (uint64_t)answer->value;
		points[count - 1].n++;
		if (out->answers++ == 0)
			out->first = answer->value;
		out->last = answer->value;
		out->sum += (uint64_t)answer->value;
	}
	out->points = points;
	out->point_count = count;
	return 0;
}

/* Of the answers in the counts the one at a place, by size. */
static uint32_t at_place(const uint32_t counts[RATING_MAX + 1], uint32_t place)
{
	uint32_t seen = 0, value = 0;

	for (; value < RATING_MAX; value++) {
		seen += counts[value];
		if (seen > place)
			break;
	}
	return value;
}

static int put_middles(struct insight *insight, const struct answers *answers,
		       struct insight_span span, struct insight_line *out)
{
	uint32_t counts[RATING_MAX + 1] = { 0 }, n = 0;
	size_t in = 0, gone = 0; /* answers[gone..in) are of the seven days */
	size_t room = (size_t)(span.last - span.first) + 1, count = 0;
	struct insight_middle *middles;

	if (answers->count == 0)
		return 0;
	middles = arena_alloc(insight->arena, room, sizeof *middles);
	if (middles == NULL)
		return ERR_NOMEM;
	for (int64_t day = span.first; day <= span.last; day++) {
		for (; in < answers->count && answers->all[in].day <= day;
		     in++, n++)
			counts[answers->all[in].value]++;
		for (; gone < in && answers->all[gone].day <= day - MIDDLE_DAYS;
		     gone++, n--)
			counts[answers->all[gone].value]--;
		if (n == 0)
			continue;
		middles[count++] = (struct insight_middle){
			.day = day,
			.twice = at_place(counts, (n - 1) / 2) +
				 at_place(counts, n / 2),
			.n = n,
		};
	}
	out->middles = middles;
	out->middle_count = count;
	return 0;
}

int insight_line(struct insight *insight, const struct insight_items *items,
		 const struct insight_series *series, struct insight_span span,
		 struct insight_line *out)
{
	struct insight_span around = { span.first - MIDDLE_DAYS + 1,
				       span.last };
	struct answers answers;
	int code;

	*out = (struct insight_line){ .name = series->name,
				      .is_count = series->is_count };
	code = find_answers(insight, items, series, around, &answers);
	if (code == 0)
		code = put_points(insight, &answers, span.first, out);
	if (code == 0 && !series->is_count)
		code = put_middles(insight, &answers, span, out);
	return code;
}

/* ---- sums ---- */

void insight_add_pair(struct insight_pairs *pairs, int32_t before,
		      int32_t after)
{
	if (before == FACT_ABSENT || after == FACT_ABSENT)
		return;
	pairs->n++;
	pairs->before += (uint64_t)before;
	pairs->after += (uint64_t)after;
}

void insight_add_feelings(const struct insight *insight,
			  const struct fact *fact, struct insight_pairs *pairs)
{
	for (size_t i = 0; i < fact->pair_count; i++) {
		int32_t before, after;

		facts_pair(&insight->vault->facts, fact, i, &before, &after);
		insight_add_pair(pairs, before, after);
	}
}

uint32_t insight_days(const struct insight_items *items, uint32_t kinds,
		      struct insight_span span)
{
	const struct facts_wanted wanted = { kinds, span.first, span.last };
	int64_t last = INT64_MIN;
	uint32_t days = 0;

	for (size_t i = 0; i < items->count; i++) {
		const struct row *row = items->items[i]->row;

		if (!facts_fit(&wanted, row) || row->day == last)
			continue;
		last = row->day;
		days++;
	}
	return days;
}

/* ---- what was picked most ---- */

static int order_counts(const void *a, const void *b)
{
	const struct insight_count *left = a, *right = b;

	if (left->n != right->n)
		return left->n > right->n ? -1 : 1;
	return bytes_compare(left->name, right->name);
}

int insight_sort_counts(struct insight *insight, struct insight_count *counts,
			size_t count, struct insight_counts *out)
{
	struct insight_count *sorted;
	const void **items, **scratch;
	size_t used = 0;

	items = arena_alloc(insight->arena, count, sizeof *items);
	scratch = arena_alloc(insight->arena, count, sizeof *scratch);
	sorted = arena_alloc(insight->arena, count, sizeof *sorted);
	if (items == NULL || scratch == NULL || sorted == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		if (counts[i].n > 0)
			items[used++] = &counts[i];
	}
	sort_pointers(items, used, scratch, order_counts);
	if (used > INSIGHT_COUNTS)
		used = INSIGHT_COUNTS;
	for (size_t i = 0; i < used; i++)
		sorted[i] = *(const struct insight_count *)items[i];
	*out = (struct insight_counts){ sorted, used };
	return 0;
}

int insight_patterns(struct insight *insight, const struct insight_items *items,
		     struct insight_span span, struct insight_counts *out)
{
	const struct facts *facts = &insight->vault->facts;
	const struct insight_series series = { .kind = ENTRY_KIND_thought };
	struct insight_count *counts = arena_alloc(
		insight->arena, facts->pattern_count, sizeof *counts);

	if (counts == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < facts->pattern_count; i++)
		counts[i].name = bytes_from_str(facts->patterns[i]);
	for (size_t i = 0; i < items->count; i++) {
		const struct insight_item *item = items->items[i];

		if (!is_of(&series, item, span))
			continue;
		for (size_t j = 0; j < item->fact->pattern_count; j++)
			counts[facts_pattern(facts, item->fact, j)].n++;
	}
	return insight_sort_counts(insight, counts, facts->pattern_count, out);
}
