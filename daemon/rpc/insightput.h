/*
 * insightput.h - pieces of today, review, and trends as results, each into a
 * map that was begun.
 */
#ifndef KEPT_RPC_INSIGHTPUT_H
#define KEPT_RPC_INSIGHTPUT_H

#include "daemon/rpc/reply.h"
#include "daemon/vault/insight.h"

void insight_put_day(struct reply_map *map, const char *key, int64_t day);
void insight_put_id(struct reply_map *map, const struct id16 *id);
void insight_put_uint(struct reply_map *map, const char *key, uint64_t value);
/* Nothing where it is less than 0: it was not said. */
void insight_put_said(struct reply_map *map, const char *key, int32_t value);
/* Nothing where it is NULL. */
void insight_put_cstr(struct reply_map *map, const char *key,
		      const char *text);
/* Nothing where it is empty. */
void insight_put_text(struct reply_map *map, const char *key,
		      struct bytes text);
/* n, the sums, and, unless n is 0, the means. */
void insight_put_pairs(struct reply_map *map,
		       const struct insight_pairs *pairs);
void insight_put_pairs_map(struct reply_map *map, const char *key,
			  const struct insight_pairs *pairs);
void insight_put_counts(struct reply_map *map, const char *key,
		       const struct insight_counts *counts);
void insight_put_texts(struct reply_map *map, const char *key,
		      const struct insight_text *texts, size_t count);
/* name, answers, answered, sum, points, middle. */
void insight_put_line(struct reply_map *map, const struct insight_line *line);
void insight_put_targets(struct reply_map *map, const char *key,
			const struct insight_targets *targets, bool with_steps);
/* goals, homework, and more. */
void insight_put_agreed(struct reply_map *map,
		       const struct insight_targets *goals,
		       const struct insight_targets *homework);
void insight_put_session(struct reply_map *map,
			const struct insight_session *session);
/* session, if there was one, and next. */
void insight_put_sessions(struct reply_map *map, bool has_session,
			 const struct insight_session *session,
			 const struct insight_next *next);

#endif
