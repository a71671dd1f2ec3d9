/*
 * trendparts.h - a result of `trends` in parts, for drawing and for saying.
 */
#ifndef KEPT_CLI_TRENDPARTS_H
#define KEPT_CLI_TRENDPARTS_H

#include "cli/chart.h"
#include "cli/trendtext.h"

struct trendparts_topic {
	const char *what;
	const char *title; /* N_() */
	int32_t high;      /* of the scale; 0: counted by the week */
};
const struct trendparts_topic *trendparts_topic(const char *what);

struct trendparts {
	const struct trendparts_topic *topic;
	int64_t first, last;
	/* Own their items. Of two lines dots and line are what came after, and
	 * others what was before. Of practice the line is its days of seven,
	 * and there are no dots. */
	struct chart_points dots, others, line;
	struct chart_marks marks;
	const cJSON *trends;   /* Borrows */
	const cJSON *sessions; /* Borrows */
};

/* False: it is no such result, or memory ran out; end is due after either. */
bool trendparts_begin(struct trendparts *parts, const cJSON *trends);
void trendparts_end(struct trendparts *parts);

/* "14 Sep": without the day of the week, with the year where it isn't that of
 * the last day. */
void trendparts_put_date(struct buf *out, const struct trendparts *parts,
			 int64_t day);
/* "5.5" */
void trendparts_put_value(struct buf *out, double value);
/* "38 answers on 30 of 56 days." */
void trendparts_put_answers(struct buf *out, const struct trendparts *parts);
/* " It grows slowly and fades slowly: 31 of 100 by now."; only of practice. */
void trendparts_put_score(struct buf *out, const struct trendparts *parts);
/* "All or nothing 3, Mind reading 2": what was counted, most first. */
void trendparts_put_counts(struct buf *out, const struct trendparts *parts);
/* "12 13 14"; "" where sessions have no numbers. */
void trendparts_put_sessions(struct buf *out, const struct trendparts *parts);
/* What a part of a count is called: "held" for yes. */
const char *trendparts_name(const char *what, const char *part);

#endif
