/*
 * insighttrends.c - one thing over some weeks: its lines, its weeks, and the
 * sessions between.
 *
 * A week is seven days that end seven days before the next one does, the last
 * of them today. Must never give a verdict: no slope, no better, no worse.
 */
#include "daemon/vault/insightinside.h"

/* 0.5 ^ (1 / 13): a day without practice takes about 5 of 100 away. */
#define DAY_KEEPS 0.9480775143391714
/* What lies further back weighs less than the last bit of a double. */
#define SCORE_DAYS_BEFORE 728

struct topic {
	const char *name;
	uint32_t kinds;
	struct insight_series series[2];
	const char *parts[3];
	uint8_t part_slot;    /* choice whose place is the part */
	uint8_t part_default; /* where it is not said; 3: none */
};

#define RATING(kind, field)                                                    \
	{                                                                      \
		.name = #field, .kinds = FACT_KIND(kind), .series = {          \
			{ #field, ENTRY_KIND_##kind, false, FACT_MOOD_##field, \
			  SERIES_NUMBER }                                      \
		}                                                              \
	}

static const struct topic topics[] = {
	RATING(mood, mood),
	RATING(mood, confidence),
	RATING(mood, energy),
	{ .name = "calm",
	  .kinds = FACT_KIND(breath),
	  .series = { { "before", ENTRY_KIND_breath, false, FACT_BREATH_before,
			SERIES_NUMBER },
		      { "after", ENTRY_KIND_breath, false, FACT_BREATH_after,
			SERIES_NUMBER } } },
	{ .name = "thoughts",
	  .kinds = FACT_KIND(thought),
	  .series = { { "before", ENTRY_KIND_thought, false, 0,
			SERIES_FEELING_BEFORE },
		      { "after", ENTRY_KIND_thought, false, 0,
			SERIES_FEELING_AFTER } } },
	{ .name = "belief",
	  .kinds = FACT_KIND(thought),
	  .series = { { "before", ENTRY_KIND_thought, false, 0,
			SERIES_BELIEF_BEFORE },
		      { "after", ENTRY_KIND_thought, false, 0,
			SERIES_BELIEF_AFTER } } },
	{ .name = "patterns",
	  .kinds = FACT_KIND(thought),
	  .series = { { "patterns", ENTRY_KIND_thought, true, 0,
			SERIES_PATTERNS } } },
	{ .name = "practice",
	  .kinds = INSIGHT_PRACTICE,
	  .series = { { "practice", 0, true, 0, SERIES_ONE } } },
	{ .name = "wins",
	  .kinds = FACT_KIND(win),
	  .series = { { "wins", ENTRY_KIND_win, true, 0, SERIES_ONE } },
	  .parts = { "tiny", "small", "big" },
	  .part_slot = FACT_WIN_size,
	  .part_default = 1 },
	{ .name = "boundaries",
	  .kinds = FACT_KIND(boundary),
	  .series = { { "boundaries", ENTRY_KIND_boundary, true, 0,
			SERIES_ONE } },
	  .parts = { "partly", "yes", "no" },
	  .part_slot = FACT_BOUNDARY_held,
	  .part_default = 3 },
	{ .name = "goals",
	  .kinds = FACT_KIND(checkin),
	  .series = { { "checkins", ENTRY_KIND_checkin, true, 0,
			SERIES_ONE } } },
};

static const struct topic *find_topic(struct bytes name)
{
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(topics); i++) {
		if (bytes_equal(name, bytes_from_str(topics[i].name)))
			return &topics[i];
	}
	return NULL;
}

struct trend {
	struct insight *insight;
	const struct topic *topic;
	struct insight_items items;
	struct insight_items agreed;
	struct insight_span span;
	struct insight_trends *out;
};

/* ---- lines and weeks ---- */

static int put_lines(struct trend *trend)
{
	struct insight_trends *out = trend->out;
	int code = 0;

	while (code == 0 && out->line_count < KEPT_ARRAY_COUNT(out->lines) &&
	       trend->topic->series[out->line_count].name != NULL) {
		code = insight_line(trend->insight, &trend->items,
				    &trend->topic->series[out->line_count],
				    trend->span, &out->lines[out->line_count]);
		out->line_count++;
	}
	return code;
}

static int part_of(const struct topic *topic, const struct fact *fact)
{
	int32_t part = fact->numbers[topic->part_slot];

	return part == FACT_ABSENT ? topic->part_default : part;
}

static int put_weeks(struct trend *trend)
{
	const struct topic *topic = trend->topic;
	size_t count = (size_t)(trend->span.last - trend->span.first + 1) / 7;
	struct insight_week *weeks;

	if (!topic->series[0].is_count)
		return 0;
	weeks = arena_alloc(trend->insight->arena, count, sizeof *weeks);
	if (weeks == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < count; i++) {
		weeks[i].first = trend->span.first + 7 * (int64_t)i;
		weeks[i].last = weeks[i].first + 6;
	}
	for (size_t i = 0; i < trend->items.count; i++) {
		const struct insight_item *item = trend->items.items[i];
		struct insight_week *week;
		int part;

		if (item->row->day < trend->span.first)
			continue;
		week = &weeks[(item->row->day - trend->span.first) / 7];
		week->n += topic->series[0].from == SERIES_PATTERNS
				   ? item->fact->pattern_count
				   : 1;
		part = topic->parts[0] == NULL ? 3 : part_of(topic, item->fact);
		if (part < 3)
			week->parts[part]++;
	}
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(topic->parts); i++)
		trend->out->parts[i] = topic->parts[i];
	trend->out->weeks = weeks;
	trend->out->week_count = count;
	return 0;
}

/* ---- what two lines are of, and counts ---- */

static void add_thought(struct trend *trend, const struct fact *fact)
{
	trend->out->caught++;
	trend->out->weighed += fact->numbers[FACT_THOUGHT_is_weighed] == 1;
	if (trend->topic->series[0].from == SERIES_FEELING_BEFORE)
		insight_add_feelings(trend->insight, fact, &trend->out->pairs);
	else
		insight_add_pair(&trend->out->pairs,
				 fact->numbers[FACT_THOUGHT_before],
				 fact->numbers[FACT_THOUGHT_after]);
}

static void put_pairs(struct trend *trend)
{
	trend->out->has_pairs = trend->out->line_count == 2;
	if (!trend->out->has_pairs)
		return;
	for (size_t i = 0; i < trend->items.count; i++) {
		const struct insight_item *item = trend->items.items[i];

		if (item->row->day < trend->span.first)
			continue;
		if (item->row->kind == ENTRY_KIND_thought)
			add_thought(trend, item->fact);
		else
			insight_add_pair(
				&trend->out->pairs,
				item->fact->numbers[FACT_BREATH_before],
				item->fact->numbers[FACT_BREATH_after]);
	}
}

/* Of practice: what kinds it was. Of wins and boundaries: what parts. */
static int put_counts(struct trend *trend)
{
	struct insight_count counts[32] = { { .n = 0 } };
	bool is_practice = trend->topic->series[0].kind == 0;
	size_t i;

	if (trend->topic->series[0].from == SERIES_PATTERNS)
		return insight_patterns(trend->insight, &trend->items,
					trend->span, &trend->out->counts);
	for (i = 0; i < trend->items.count; i++) {
		const struct insight_item *item = trend->items.items[i];

		if (is_practice && item->row->day >= trend->span.first)
			counts[item->row->kind].n++;
	}
	for (i = 0; is_practice && i < KEPT_ARRAY_COUNT(counts); i++) {
		const struct entry_kind *kind = entry_kind_by_number(i);

		if (kind != NULL)
			counts[i].name = bytes_from_str(kind->name);
	}
	for (i = 0; i < 3 && trend->topic->parts[i] != NULL; i++) {
		counts[i].name = bytes_from_str(trend->topic->parts[i]);
		for (size_t j = 0; j < trend->out->week_count; j++)
			counts[i].n += trend->out->weeks[j].parts[i];
	}
	return insight_sort_counts(trend->insight, counts,
				   KEPT_ARRAY_COUNT(counts),
				   &trend->out->counts);
}

/* ---- practice ---- */

/* Days with practice, of the seven up to each, and the score of insight.h. */
static int put_sevens(struct trend *trend)
{
	struct insight_span span = trend->span;
	const struct insight_items *items = &trend->items;
	struct insight_seven *sevens;
	uint32_t recent = 0; /* a bit per day, today's the lowest */
	size_t at = 0, count = 0;
	double score = 0;

	if (trend->topic->series[0].kind != 0)
		return 0;
	sevens = arena_alloc(trend->insight->arena,
			     (size_t)(span.last - span.first) + 1,
			     sizeof *sevens);
	if (sevens == NULL)
		return ERR_NOMEM;
	for (int64_t day = span.first - SCORE_DAYS_BEFORE; day <= span.last;
	     day++) {
		bool check = false;

		for (; at < items->count && items->items[at]->row->day <= day;
		     at++)
			check |= items->items[at]->row->day == day;
		score = score * DAY_KEEPS + (check ? 1 - DAY_KEEPS : 0);
		recent = (recent << 1 | check) & 0x7f;
		if (day >= span.first)
			sevens[count++] = (struct insight_seven){
				.day = day,
				.days = (uint32_t)__builtin_popcount(recent),
				.score = score,
			};
	}
	trend->out->sevens = sevens;
	trend->out->seven_count = count;
	return 0;
}

/* ---- goals and sessions ---- */

/* From the newest back, where there are too many. */
static int put_sessions(struct trend *trend)
{
	const struct insight_items *agreed = &trend->agreed;
	struct insight_session *sessions = arena_alloc(
		trend->insight->arena, INSIGHT_SESSIONS, sizeof *sessions);
	size_t room = INSIGHT_SESSIONS;

	if (sessions == NULL)
		return ERR_NOMEM;
	for (size_t i = agreed->count; i-- > 0 && room > 0;) {
		const struct insight_item *item = agreed->items[i];

		if (item->row->kind == ENTRY_KIND_session &&
		    item->fact->numbers[FACT_SESSION_is_held] == 1 &&
		    item->row->day >= trend->span.first &&
		    item->row->day <= trend->span.last)
			sessions[--room] = insight_session_of(item);
	}
	trend->out->sessions = sessions + room;
	trend->out->session_count = INSIGHT_SESSIONS - room;
	return 0;
}

static int read_trend(struct trend *trend, struct err *err)
{
	struct facts_wanted wanted = { trend->topic->kinds,
				       trend->span.first - 6,
				       trend->span.last };
	int code;

	if (trend->topic->series[0].kind == 0)
		wanted.from = trend->span.first - SCORE_DAYS_BEFORE;
	code = insight_collect(trend->insight, &wanted, &trend->items, err);
	if (code == 0 && !*trend->insight->more)
		code = insight_agreed(trend->insight, &trend->agreed, err);
	return code;
}

static int put_goals(struct trend *trend, struct err *err)
{
	struct insight_targets_wanted wanted = {
		.agreed = &trend->agreed,
		.with_steps = true,
		.span = trend->span,
	};

	if (trend->topic->series[0].kind != ENTRY_KIND_checkin)
		return 0;
	return insight_find_targets(trend->insight, &wanted, &trend->out->goals,
				    err);
}

int insight_trends(struct vault *vault, const struct insight_ask *ask,
		   struct arena *arena, struct insight_trends *out, bool *more,
		   struct err *err)
{
	struct insight insight = { .vault = vault,
				   .arena = arena,
				   .today = ask->today,
				   .budget_us = INSIGHT_BUDGET_US,
				   .more = more };
	struct trend trend = { .insight = &insight,
			       .topic = find_topic(ask->what),
			       .out = out };
	int code = insight_begin(&insight, err);

	memset(out, 0, sizeof *out);
	if (code != 0)
		return code;
	if (trend.topic == NULL)
		return err_set(err, ERR_USAGE,
			       "Trends are of mood, confidence, energy, calm, "
			       "thoughts, belief, patterns, practice, wins, "
			       "boundaries, or goals.");
	out->what = trend.topic->name;
	out->last = trend.span.last = ask->today;
	out->first = trend.span.first =
		ask->today - 7 * (int64_t)ask->weeks + 1;
	code = read_trend(&trend, err);
	if (code == 0 && !*more)
		code = put_goals(&trend, err);
	if (code != 0 || *more)
		return code;
	code = put_lines(&trend);
	if (code == 0)
		code = put_weeks(&trend);
	if (code == 0)
		code = put_counts(&trend);
	if (code == 0)
		code = put_sevens(&trend);
	if (code == 0)
		code = put_sessions(&trend);
	put_pairs(&trend);
	return code == 0 ? 0 : vault_fail(err, code);
}
