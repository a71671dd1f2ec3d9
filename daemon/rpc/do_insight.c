/*
 * do_insight.c - today, review, and trends: the numbers of
 * daemon/vault/insight.h as results.
 *
 * What takes longer than a turn should is asked again in the next one. Must
 * never keep an answer for the next question. Read next: insightput.c.
 */
#include "daemon/rpc/call.h"

#include "daemon/rpc/insightput.h"
#include "proto/civil.h"
#include "proto/ulid.h"

#define WEEKS_DEFAULT 8u
#define INSIGHT_ARENA_BYTES ((size_t)256 << 20)

/* ---- questions ---- */

static int parse_day(struct bytes text, const char *name, int64_t *day,
		     struct err *err)
{
	/* What is looked at before it has to be days, too. */
	const int64_t room = 7 * (int64_t)LIMIT_TRENDS_WEEKS + 1000;

	if (civil_parse_day(text, day) != 0 || *day < CIVIL_DAYS_LEAST + room)
		return err_set(err, ERR_USAGE, "`%s` is a day like 2026-11-03.",
			       name);
	return 0;
}

static int begin(struct call *call, struct bytes today, struct insight_ask *ask,
		 struct err *err)
{
	struct civil_instant now = {
		.ms = (int64_t)call->host->time.wall_ms,
	};

	if (today.len > 0)
		return parse_day(today, "today", &ask->today, err);
	if (!civil_is_instant(now))
		now.ms = 0;
	ask->today = civil_day_from_instant(
		now, host_place(call->host).day_ends_min);
	return 0;
}

/* Still reading: the same question again in the next turn. */
static int end(struct call *call, int status, bool more)
{
	buf_clear(call->result);
	return status != 0 ? status : more ? CALL_STALL : 0;
}

int do_today(struct call *call, const struct rpc_today *params, struct err *err)
{
	struct insight_ask ask = { .weeks = 0 };
	struct insight_today today;
	struct reply_map map, inner;
	struct reply_list list;
	struct arena arena;
	bool more = false;
	int status = begin(call, params->today, &ask, err);

	arena_init(&arena, INSIGHT_ARENA_BYTES);
	if (status == 0)
		status = insight_today(call->host->vault, &ask, &arena, &today,
				       &more, err);
	if (status != 0 || more) {
		status = end(call, status, more);
		goto out;
	}
	reply_map_begin(&map, call->result);
	insight_put_day(&map, "day", today.day);
	reply_list_begin(&list, reply_key(&map, "last"));
	for (size_t i = 0; i < today.last_count; i++) {
		reply_map_begin(&inner, reply_item(&list));
		insight_put_id(&inner, &today.last[i].id);
		insight_put_cstr(&inner, "kind", today.last[i].kind);
		insight_put_day(&inner, "day", today.last[i].day);
		reply_map_end(&inner);
	}
	reply_list_end(&list);
	reply_map_begin(&inner, reply_key(&map, "practice"));
	insight_put_uint(&inner, "days", today.practice_days);
	insight_put_uint(&inner, "breath_days", today.breath_days);
	insight_put_uint(&inner, "of", 7);
	reply_map_end(&inner);
	insight_put_agreed(&map, &today.goals, &today.homework);
	insight_put_sessions(&map, today.has_session, &today.session,
			     &today.next);
	insight_put_uint(&map, "to_bring", today.to_bring);
	insight_put_uint(&map, "drafts", today.drafts);
	insight_put_uint(&map, "thought_drafts", today.thought_drafts);
	if (today.has_draft) {
		reply_map_begin(&inner, reply_key(&map, "draft"));
		insight_put_id(&inner, &today.draft);
		insight_put_cstr(&inner, "kind", today.draft_kind);
		reply_map_end(&inner);
	}
	reply_map_end(&map);
	status = call->result->failed;
out:
	arena_release(&arena);
	return status;
}

/* ---- review ---- */

static void put_thoughts(struct reply_map *map,
			 const struct insight_review *review)
{
	struct reply_map inner, deep;
	struct reply_list list;
	char id[ULID_TEXT_BYTES + 1];

	reply_map_begin(&inner, reply_key(map, "thoughts"));
	insight_put_uint(&inner, "caught", review->caught);
	insight_put_uint(&inner, "weighed", review->weighed);
	if (review->repeated_n > 0) {
		reply_map_begin(&deep, reply_key(&inner, "repeated"));
		insight_put_id(&deep, &review->repeated.id);
		insight_put_day(&deep, "day", review->repeated.day);
		mp_put_str(reply_key(&deep, "text"), review->repeated.text);
		insight_put_uint(&deep, "n", review->repeated_n);
		reply_map_end(&deep);
	}
	reply_map_begin(&deep, reply_key(&inner, "feelings"));
	insight_put_uint(&deep, "thoughts", review->felt);
	insight_put_pairs(&deep, &review->feelings);
	reply_map_end(&deep);
	insight_put_uint(&inner, "still_strong", review->strong_n);
	reply_list_begin(&list, reply_key(&inner, "ids"));
	for (size_t i = 0; i < review->strong_n && i < INSIGHT_STRONG; i++) {
		ulid_format(&review->strong[i], id);
		mp_put_cstr(reply_item(&list), id);
	}
	reply_list_end(&list);
	insight_put_counts(&inner, "patterns", &review->patterns);
	reply_map_end(&inner);
}

static void put_done(struct reply_map *map, const struct insight_review *review)
{
	struct reply_map inner;

	reply_map_begin(&inner, reply_key(map, "breathing"));
	insight_put_uint(&inner, "n", review->breaths);
	insight_put_uint(&inner, "days", review->breath_days);
	insight_put_uint(&inner, "rounds", review->rounds);
	insight_put_pairs_map(&inner, "calm", &review->calm);
	reply_map_end(&inner);
	reply_map_begin(&inner, reply_key(map, "wins"));
	insight_put_uint(&inner, "n", review->wins);
	insight_put_texts(&inner, "newest", review->newest_wins,
			  review->newest_win_count);
	reply_map_end(&inner);
	reply_map_begin(&inner, reply_key(map, "boundaries"));
	insight_put_uint(&inner, "n", review->boundaries);
	insight_put_uint(&inner, "partly", review->held[0]);
	insight_put_uint(&inner, "yes", review->held[1]);
	insight_put_uint(&inner, "no", review->held[2]);
	reply_map_end(&inner);
}

static void put_tried(struct reply_map *map,
		      const struct insight_review *review)
{
	struct reply_list list;
	struct reply_map item;

	reply_list_begin(&list, reply_key(map, "experiments"));
	for (size_t i = 0; i < review->experiment_count; i++) {
		const struct insight_experiment *from = &review->experiments[i];

		reply_map_begin(&item, reply_item(&list));
		insight_put_id(&item, &from->id);
		insight_put_day(&item, "day", from->day);
		insight_put_text(&item, "belief", from->belief);
		insight_put_text(&item, "prediction", from->prediction);
		insight_put_text(&item, "happened", from->happened);
		insight_put_text(&item, "learned", from->learned);
		insight_put_cstr(&item, "came_true", from->came_true);
		insight_put_said(&item, "before", from->before);
		insight_put_said(&item, "after", from->after);
		reply_map_end(&item);
	}
	reply_list_end(&list);
}

static void put_sum(struct reply_map *map, const char *key,
		    const struct insight_pairs *pairs)
{
	struct reply_map inner;

	reply_map_begin(&inner, reply_key(map, key));
	insight_put_uint(&inner, "n", pairs->n);
	insight_put_uint(&inner, "sum", pairs->after);
	reply_map_end(&inner);
}

static void put_rating(struct reply_map *map, const struct insight_line *line)
{
	struct reply_map inner;

	reply_map_begin(&inner, reply_key(map, line->name));
	insight_put_line(&inner, line);
	if (line->answers > 0) {
		insight_put_said(&inner, "first", line->first);
		insight_put_said(&inner, "last", line->last);
	}
	reply_map_end(&inner);
}

static void put_review(struct call *call, const struct insight_review *review)
{
	struct reply_map map, inner;

	reply_map_begin(&map, call->result);
	insight_put_day(&map, "first", review->first);
	insight_put_day(&map, "last", review->last);
	insight_put_uint(&map, "days",
			 (uint64_t)(review->last - review->first) + 1);
	insight_put_sessions(&map, review->has_session, &review->session,
			     &review->next);
	put_thoughts(&map, review);
	put_done(&map, review);
	insight_put_agreed(&map, &review->goals, &review->homework);
	put_rating(&map, &review->confidence);
	put_rating(&map, &review->mood);
	insight_put_texts(&map, "to_bring", review->to_bring,
			  review->to_bring_count);
	put_tried(&map, review);
	reply_map_begin(&inner, reply_key(&map, "activities"));
	insight_put_uint(&inner, "n", review->activities);
	insight_put_uint(&inner, "done", review->activities_done);
	put_sum(&inner, "pleasure", &review->pleasure);
	put_sum(&inner, "achievement", &review->achievement);
	reply_map_end(&inner);
	reply_map_end(&map);
}

int do_review(struct call *call, const struct rpc_review *params,
	      struct err *err)
{
	struct insight_ask ask = { .has_since = params->since.len > 0 };
	struct insight_review review;
	struct arena arena;
	bool more = false;
	int status = begin(call, params->today, &ask, err);

	arena_init(&arena, INSIGHT_ARENA_BYTES);
	if (status == 0 && ask.has_since)
		status = parse_day(params->since, "since", &ask.since, err);
	if (status == 0)
		status = insight_review(call->host->vault, &ask, &arena,
					&review, &more, err);
	if (status != 0 || more) {
		status = end(call, status, more);
		goto out;
	}
	put_review(call, &review);
	status = call->result->failed;
out:
	arena_release(&arena);
	return status;
}

/* ---- trends ---- */

static void put_weeks(struct reply_map *map,
		      const struct insight_trends *trends)
{
	struct reply_list list;
	struct reply_map item;

	reply_list_begin(&list, reply_key(map, "weeks"));
	for (size_t i = 0; i < trends->week_count; i++) {
		const struct insight_week *week = &trends->weeks[i];

		reply_map_begin(&item, reply_item(&list));
		insight_put_day(&item, "first", week->first);
		insight_put_day(&item, "last", week->last);
		insight_put_uint(&item, "n", week->n);
		for (size_t j = 0; j < KEPT_ARRAY_COUNT(week->parts); j++) {
			if (trends->parts[j] != NULL)
				insight_put_uint(&item, trends->parts[j],
						 week->parts[j]);
		}
		reply_map_end(&item);
	}
	reply_list_end(&list);
}

static void put_sevens(struct reply_map *map,
		       const struct insight_trends *trends)
{
	struct reply_list list;
	struct reply_map item;

	reply_list_begin(&list, reply_key(map, "sevens"));
	for (size_t i = 0; i < trends->seven_count; i++) {
		reply_map_begin(&item, reply_item(&list));
		insight_put_day(&item, "day", trends->sevens[i].day);
		insight_put_uint(&item, "days", trends->sevens[i].days);
		mp_put_float(reply_key(&item, "score"),
			     trends->sevens[i].score);
		reply_map_end(&item);
	}
	reply_list_end(&list);
}

static void put_lines(struct reply_map *map,
		      const struct insight_trends *trends)
{
	struct reply_list list;
	struct reply_map item;

	insight_put_line(map, &trends->lines[0]);
	if (trends->line_count < 2)
		return;
	reply_list_begin(&list, reply_key(map, "more"));
	reply_map_begin(&item, reply_item(&list));
	insight_put_line(&item, &trends->lines[1]);
	reply_map_end(&item);
	reply_list_end(&list);
	insight_put_pairs_map(map, "pairs", &trends->pairs);
	if (strcmp(trends->what, "calm") == 0)
		return;
	insight_put_uint(map, "caught", trends->caught);
	insight_put_uint(map, "weighed", trends->weighed);
}

static void put_trends(struct call *call, const struct insight_trends *trends)
{
	struct reply_map map, item;
	struct reply_list list;

	reply_map_begin(&map, call->result);
	insight_put_cstr(&map, "what", trends->what);
	insight_put_day(&map, "first", trends->first);
	insight_put_day(&map, "last", trends->last);
	insight_put_uint(&map, "days",
			 (uint64_t)(trends->last - trends->first) + 1);
	put_lines(&map, trends);
	if (trends->lines[0].is_count) {
		insight_put_counts(&map, "counts", &trends->counts);
		put_weeks(&map, trends);
	}
	if (trends->seven_count > 0)
		put_sevens(&map, trends);
	if (strcmp(trends->what, "goals") == 0)
		insight_put_targets(&map, "goals", &trends->goals, true);
	reply_list_begin(&list, reply_key(&map, "sessions"));
	for (size_t i = 0; i < trends->session_count; i++) {
		reply_map_begin(&item, reply_item(&list));
		insight_put_session(&item, &trends->sessions[i]);
		reply_map_end(&item);
	}
	reply_list_end(&list);
	reply_map_end(&map);
}

int do_trends(struct call *call, const struct rpc_trends *params,
	      struct err *err)
{
	struct insight_ask ask = { .what = params->what,
				   .weeks = (uint32_t)params->weeks };
	struct insight_trends trends;
	struct arena arena;
	bool more = false;
	int status = begin(call, params->today, &ask, err);

	if (ask.weeks == 0)
		ask.weeks = WEEKS_DEFAULT;
	arena_init(&arena, INSIGHT_ARENA_BYTES);
	if (status == 0)
		status = insight_trends(call->host->vault, &ask, &arena,
					&trends, &more, err);
	if (status != 0 || more) {
		status = end(call, status, more);
		goto out;
	}
	put_trends(call, &trends);
	status = call->result->failed;
out:
	arena_release(&arena);
	return status;
}
