/*
 * insightput.c - pieces of today, review, and trends as results: lines, goals,
 * sessions, sums.
 *
 * Means are there for the eye; sums and counts beside them are exact. Must
 * never put in what was not answered. Read next: do_insight.c.
 */
#include "daemon/rpc/insightput.h"

#include "proto/civil.h"
#include "proto/ulid.h"

#define STEPS_SHOWN 366u

/* ---- values ---- */

void insight_put_day(struct reply_map *map, const char *key, int64_t day)
{
	char text[CIVIL_DAY_TEXT_BYTES];

	civil_format_day(day, text);
	mp_put_cstr(reply_key(map, key), text);
}

void insight_put_id(struct reply_map *map, const struct id16 *id)
{
	char text[ULID_TEXT_BYTES + 1];

	ulid_format(id, text);
	mp_put_cstr(reply_key(map, "id"), text);
}

void insight_put_uint(struct reply_map *map, const char *key, uint64_t value)
{
	mp_put_uint(reply_key(map, key), value);
}

/* Nothing where it was not said. */
void insight_put_said(struct reply_map *map, const char *key, int32_t value)
{
	if (value >= 0)
		mp_put_uint(reply_key(map, key), (uint64_t)value);
}

void insight_put_cstr(struct reply_map *map, const char *key, const char *text)
{
	if (text != NULL)
		mp_put_cstr(reply_key(map, key), text);
}

void insight_put_text(struct reply_map *map, const char *key, struct bytes text)
{
	if (text.len > 0)
		mp_put_str(reply_key(map, key), text);
}

/* Whole where it is whole. */
static void put_share(struct reply_map *map, const char *key, uint64_t sum,
		      uint64_t n)
{
	struct buf *out = reply_key(map, key);

	if (sum % n == 0)
		mp_put_uint(out, sum / n);
	else
		mp_put_float(out, (double)sum / (double)n);
}

void insight_put_pairs(struct reply_map *map, const struct insight_pairs *pairs)
{
	insight_put_uint(map, "n", pairs->n);
	insight_put_uint(map, "before_sum", pairs->before);
	insight_put_uint(map, "after_sum", pairs->after);
	if (pairs->n == 0)
		return;
	put_share(map, "before", pairs->before, pairs->n);
	put_share(map, "after", pairs->after, pairs->n);
}

void insight_put_pairs_map(struct reply_map *map, const char *key,
			   const struct insight_pairs *pairs)
{
	struct reply_map inner;

	reply_map_begin(&inner, reply_key(map, key));
	insight_put_pairs(&inner, pairs);
	reply_map_end(&inner);
}

void insight_put_counts(struct reply_map *map, const char *key,
			const struct insight_counts *counts)
{
	struct reply_list list;
	struct reply_map item;

	reply_list_begin(&list, reply_key(map, key));
	for (size_t i = 0; i < counts->count; i++) {
		reply_map_begin(&item, reply_item(&list));
		mp_put_str(reply_key(&item, "name"), counts->items[i].name);
		insight_put_uint(&item, "n", counts->items[i].n);
		reply_map_end(&item);
	}
	reply_list_end(&list);
}

void insight_put_texts(struct reply_map *map, const char *key,
		       const struct insight_text *texts, size_t count)
{
	struct reply_list list;
	struct reply_map item;

	reply_list_begin(&list, reply_key(map, key));
	for (size_t i = 0; i < count; i++) {
		reply_map_begin(&item, reply_item(&list));
		insight_put_id(&item, &texts[i].id);
		insight_put_day(&item, "day", texts[i].day);
		mp_put_str(reply_key(&item, "text"), texts[i].text);
		reply_map_end(&item);
	}
	reply_list_end(&list);
}

/* ---- lines ---- */

static void put_points(struct reply_map *map, const struct insight_line *line)
{
	struct reply_list list;
	struct reply_map item;

	reply_list_begin(&list, reply_key(map, "points"));
	for (size_t i = 0; i < line->point_count; i++) {
		const struct insight_point *point = &line->points[i];

		reply_map_begin(&item, reply_item(&list));
		insight_put_day(&item, "day", point->day);
		if (line->is_count)
			insight_put_uint(&item, "value", point->sum);
		else
			put_share(&item, "value", point->sum, point->n);
		insight_put_uint(&item, "sum", point->sum);
		insight_put_uint(&item, "n", point->n);
		reply_map_end(&item);
	}
	reply_list_end(&list);
}

void insight_put_line(struct reply_map *map, const struct insight_line *line)
{
	struct reply_list list;
	struct reply_map item;

	insight_put_cstr(map, "name", line->name);
	insight_put_uint(map, "answers",
			 line->is_count ? line->sum : line->answers);
	insight_put_uint(map, "answered", line->point_count);
	insight_put_uint(map, "sum", line->sum);
	put_points(map, line);
	reply_list_begin(&list, reply_key(map, "middle"));
	for (size_t i = 0; i < line->middle_count; i++) {
		reply_map_begin(&item, reply_item(&list));
		insight_put_day(&item, "day", line->middles[i].day);
		put_share(&item, "value", line->middles[i].twice, 2);
		insight_put_uint(&item, "n", line->middles[i].n);
		reply_map_end(&item);
	}
	reply_list_end(&list);
}

/* ---- goals, homework, and sessions ---- */

static void put_steps(struct reply_map *map,
		      const struct insight_target *target)
{
	size_t first = target->step_count > STEPS_SHOWN
			       ? target->step_count - STEPS_SHOWN
			       : 0;
	struct reply_list list;
	struct reply_map item;

	reply_list_begin(&list, reply_key(map, "points"));
	for (size_t i = first; i < target->step_count; i++) {
		reply_map_begin(&item, reply_item(&list));
		insight_put_day(&item, "day", target->steps[i].day);
		insight_put_uint(&item, "value", target->steps[i].value);
		insight_put_uint(&item, "n", target->steps[i].n);
		reply_map_end(&item);
	}
	reply_list_end(&list);
}

static void put_target(struct reply_map *map,
		       const struct insight_target *target)
{
	insight_put_id(map, &target->id);
	insight_put_day(map, "day", target->day);
	mp_put_str(reply_key(map, "title"), target->title);
	insight_put_cstr(map, "status", target->status);
	insight_put_cstr(map, target->is_homework ? "how_often" : "measure",
			 target->measure);
	insight_put_cstr(map, "kind_hint", target->hint);
	insight_put_said(map, "target", target->target);
	if (target->due != INT64_MAX)
		insight_put_day(map, "due", target->due);
	if (target->has_progress)
		insight_put_uint(map, "progress", target->progress);
	insight_put_text(map, "in_the_way", target->in_the_way);
	insight_put_said(map, "how_helpful", target->helpful);
}

void insight_put_targets(struct reply_map *map, const char *key,
			 const struct insight_targets *targets, bool with_steps)
{
	struct reply_list list;
	struct reply_map item;

	reply_list_begin(&list, reply_key(map, key));
	for (size_t i = 0; i < targets->count; i++) {
		reply_map_begin(&item, reply_item(&list));
		put_target(&item, &targets->items[i]);
		if (with_steps)
			put_steps(&item, &targets->items[i]);
		reply_map_end(&item);
	}
	reply_list_end(&list);
}

void insight_put_agreed(struct reply_map *map,
			const struct insight_targets *goals,
			const struct insight_targets *homework)
{
	insight_put_targets(map, "goals", goals, false);
	insight_put_targets(map, "homework", homework, false);
	if (goals->more + homework->more > 0)
		insight_put_uint(map, "more", goals->more + homework->more);
}

void insight_put_session(struct reply_map *map,
			 const struct insight_session *session)
{
	insight_put_id(map, &session->id);
	insight_put_day(map, "day", session->day);
	insight_put_said(map, "number", session->number);
}

void insight_put_sessions(struct reply_map *map, bool has_session,
			  const struct insight_session *session,
			  const struct insight_next *next)
{
	char text[CIVIL_INSTANT_TEXT_BYTES];
	struct reply_map inner;

	if (has_session) {
		reply_map_begin(&inner, reply_key(map, "session"));
		insight_put_session(&inner, session);
		reply_map_end(&inner);
	}
	reply_map_begin(&inner, reply_key(map, "next"));
	insight_put_said(&inner, "number", next->number);
	if (next->has_at) {
		civil_format_instant(next->at, text);
		insight_put_cstr(&inner, "at", text);
	}
	reply_map_end(&inner);
}
