/*
 * chart.h - ratings over days, and counts over weeks, drawn with letters.
 *
 * Pure. A chart draws exactly its numbers: each cell has a whole number of
 * days across (the same for all) and one step of the scale up, and a sign
 * stands where there is a number and nowhere else. Days without one are blank.
 */
#ifndef KEPT_CLI_CHART_H
#define KEPT_CLI_CHART_H

#include "proto/base/buf.h"

struct chart_point {
	int64_t day; /* civil days */
	double value; /* 0 to the chart's high */
};
struct chart_points { /* Borrows; ascending days within the chart */
	const struct chart_point *items;
	size_t count;
};
struct chart_marks { /* sessions */
	const int64_t *days;
	size_t count;
};

struct chart {
	int64_t first, last; /* both are in it */
	int32_t high;        /* of the scale, which begins at 0; 1 to 10^9 */
	struct chart_points dots;
	struct chart_points others; /* a second kind of dots, like `before` */
	struct chart_points line;   /* of a cell of many days the last one */
	struct chart_marks marks;
};

struct chart_form {
	size_t columns; /* of the terminal; 0: 80 */
	bool ascii, color;
};

/* What the cells are: for who reads it back. */
struct chart_scale {
	size_t margin;   /* columns before the first cell */
	int64_t days;    /* in a cell */
	size_t width;    /* cells */
	int32_t step;    /* a row is so much */
	size_t rows;     /* of cells; row 0 is 0 */
};
struct chart_scale chart_scale(const struct chart *chart, size_t columns);
/* Row of a value: the nearest; .5 is the upper one. */
size_t chart_row(const struct chart_scale *scale, double value);

/* Rows of cells from the top, the axis, marks if there are any, days. */
void chart_put(struct buf *out, const struct chart *chart,
	       const struct chart_form *form);

/* One sign each, for a legend. */
enum chart_sign {
	CHART_DOT,   /* alone */
	CHART_AFTER, /* dots where there are others, too */
	CHART_OTHER,
	CHART_BOTH,
	CHART_LINE,
	CHART_MARK
};
const char *chart_sign(enum chart_sign sign, bool ascii);

struct chart_bar {
	const char *label; /* clean text */
	uint64_t n;
	bool is_marked;
	const char *tail; /* behind the number; may be "" */
};
/* A line for each: label, bar, number, tail. A block stands for *unit (most
 * bars of many are rounded up to it); it is 1 where there is room. */
void chart_put_bars(struct buf *out, const struct chart_bar *bars, size_t count,
		    const struct chart_form *form, uint64_t *unit);

/*
 * "▁▃▅": a sign a day from the first value to the last; low is the lowest
 * sign and high the highest (equal: the middle one). Blank where points have
 * no such day.
 */
void chart_put_spark(struct buf *out, struct chart_points points);

#endif
