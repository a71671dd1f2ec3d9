/*
 * chart.c - ratings over days, and counts over weeks, drawn with letters.
 *
 * Must never put a sign where there is no number, nor leave one out. Read
 * next: trendtext.c.
 */
#include "cli/chart.h"

#include <math.h>

#include "cli/dates.h"
#include "cli/render.h"
#include "proto/base/panic.h"

#define ROWS_MAX 11u
#define ROWS_NAMED 8u /* each of them; of more every other one */
#define CELLS_MAX 512u
#define COLUMNS_LEAST 20u
#define GAP 2u
#define BAR_LEAST 4u
#define SPARK_DAYS_MAX 62

enum cell { IS_DOT = 1, IS_OTHER = 2, IS_LINE = 4 };

struct grid {
	struct chart_scale scale;
	uint8_t cells[ROWS_MAX][CELLS_MAX];
	bool marks[CELLS_MAX];
	bool ticks[CELLS_MAX];
};

const char *chart_sign(enum chart_sign sign, bool ascii)
{
	static const char *const signs[][2] = {
		[CHART_DOT] = { "•", "*" },   [CHART_AFTER] = { "●", "*" },
		[CHART_OTHER] = { "○", "o" }, [CHART_BOTH] = { "◉", "@" },
		[CHART_LINE] = { "─", "-" },  [CHART_MARK] = { "▲", "^" },
	};

	return signs[sign][ascii];
}

/* ---- the scale ---- */

/* 1, 2, 5, 10, ...: the least that needs no more than ten rows above 0. */
static int32_t step_of(int32_t high)
{
	static const int32_t steps[] = { 1, 2, 5 };
	int32_t tens = 1;
	size_t i = 0;

	while ((high + steps[i] * tens - 1) / (steps[i] * tens) >=
	       (int32_t)ROWS_MAX) {
		i = (i + 1) % KEPT_ARRAY_COUNT(steps);
		tens *= i == 0 ? 10 : 1;
	}
	return steps[i] * tens;
}

struct chart_scale chart_scale(const struct chart *chart, size_t columns)
{
	struct chart_scale scale = { .days = 1 };
	int64_t span = chart->last - chart->first + 1, room;
	char top[16];

	kept_assert(span > 0 && chart->high > 0);
	columns = columns == 0 ? 80 : columns;
	columns = columns < COLUMNS_LEAST ? COLUMNS_LEAST : columns;
	scale.step = step_of(chart->high);
	scale.rows = (size_t)((chart->high + scale.step - 1) / scale.step) + 1;
	/* The uppermost has its number. */
	if (scale.rows > ROWS_NAMED && scale.rows % 2 == 0)
		scale.rows++;
	(void)snprintf(top, sizeof top, "%d",
		       (int)(scale.rows - 1) * (int)scale.step);
	scale.margin = strlen(top) + 2;
	/* The last column is left free: some terminals break lines there. */
	room = (int64_t)(columns - scale.margin) - 1;
	if (room > (int64_t)CELLS_MAX)
		room = CELLS_MAX;
	scale.days = (span + room - 1) / room;
	scale.width = (size_t)((span + scale.days - 1) / scale.days);
	return scale;
}

size_t chart_row(const struct chart_scale *scale, double value)
{
	double row = floor(value / scale->step + 0.5);

	if (!(row > 0))
		return 0;
	return row < (double)(scale->rows - 1) ? (size_t)row : scale->rows - 1;
}

static size_t column_of(const struct chart *chart,
			const struct chart_scale *scale, int64_t day)
{
	kept_assert(day >= chart->first && day <= chart->last);
	return (size_t)((day - chart->first) / scale->days);
}

static void add_points(struct grid *grid, const struct chart *chart,
		       struct chart_points points, enum cell cell)
{
	const struct chart_scale *scale = &grid->scale;
	size_t i;

	for (i = 0; i < points.count; i++) {
		size_t column = column_of(chart, scale, points.items[i].day);

		if (cell == IS_LINE && i + 1 < points.count &&
		    column_of(chart, scale, points.items[i + 1].day) == column)
			continue;
		grid->cells[chart_row(scale, points.items[i].value)][column] |=
			(uint8_t)cell;
	}
}

/* ---- drawing ---- */

static void put_repeated(struct buf *out, const char *sign, size_t count)
{
	while (count-- > 0)
		buf_printf(out, "%s", sign);
}

static void put_color(struct buf *out, const struct chart_form *form,
		      const char *code)
{
	if (form->color)
		buf_printf(out, "\033[%sm", code);
}

static void put_cell(struct buf *out, const struct chart *chart,
		     const struct chart_form *form, unsigned cell)
{
	enum chart_sign sign = CHART_LINE;

	if ((cell & IS_DOT) && (cell & IS_OTHER))
		sign = CHART_BOTH;
	else if (cell & IS_OTHER)
		sign = CHART_OTHER;
	else if (cell & IS_DOT)
		sign = chart->others.count > 0 ? CHART_AFTER : CHART_DOT;
	if (cell == 0) {
		buf_put_u8(out, ' ');
		return;
	}
	put_color(out, form, sign == CHART_LINE ? "36" : "1");
	buf_printf(out, "%s", chart_sign(sign, form->ascii));
	put_color(out, form, "0");
}

static void put_row(struct buf *out, const struct grid *grid,
		    const struct chart *chart, const struct chart_form *form,
		    size_t row)
{
	const struct chart_scale *scale = &grid->scale;
	size_t width = scale->width, i;
	/* Every number where there are few of them. */
	bool is_labelled = scale->rows <= ROWS_NAMED || row % 2 == 0;

	while (width > 0 && grid->cells[row][width - 1] == 0)
		width--;
	put_color(out, form, "2");
	if (is_labelled)
		buf_printf(out, "%*d %s", (int)scale->margin - 2,
			   (int)row * (int)scale->step,
			   form->ascii ? "+" : "┤");
	else
		buf_printf(out, "%*s%s", (int)scale->margin - 1, "",
			   form->ascii ? "|" : "│");
	put_color(out, form, "0");
	for (i = 0; i < width; i++)
		put_cell(out, chart, form, grid->cells[row][i]);
	buf_put_u8(out, '\n');
}

static void put_axis(struct buf *out, const struct grid *grid,
		     const struct chart_form *form)
{
	size_t i;

	put_color(out, form, "2");
	buf_printf(out, "%*s%s", (int)grid->scale.margin - 1, "",
		   form->ascii ? "+" : "└");
	for (i = 0; i < grid->scale.width; i++) {
		if (form->ascii)
			buf_put_u8(out, grid->ticks[i] ? '+' : '-');
		else
			buf_printf(out, "%s", grid->ticks[i] ? "┬" : "─");
	}
	put_color(out, form, "0");
	buf_put_u8(out, '\n');
}

static void put_marks(struct buf *out, const struct grid *grid,
		      const struct chart_form *form)
{
	size_t last = 0, i;

	for (i = 0; i < grid->scale.width; i++)
		last = grid->marks[i] ? i + 1 : last;
	if (last == 0)
		return;
	put_repeated(out, " ", grid->scale.margin);
	for (i = 0; i < last; i++)
		buf_printf(out, "%s",
			   grid->marks[i] ? chart_sign(CHART_MARK, form->ascii)
					  : " ");
	buf_put_u8(out, '\n');
}

/* ---- days below ---- */

/* "14 Sep", with the year where there are several. */
static const char *label_of(const struct chart *chart, int64_t day,
			    char text[DATES_TEXT_BYTES])
{
	bool is_long = chart->last - chart->first > 366;

	dates_format_date(day, is_long ? CIVIL_DAYS_LEAST : chart->last, text);
	return text;
}

/* Whole weeks from one label to the next, so that they don't touch. */
static int64_t days_between(const struct chart *chart,
			    const struct chart_scale *scale)
{
	char text[DATES_TEXT_BYTES];
	size_t room = 0, width;
	int64_t days, day, weeks = 0;

	for (day = chart->first; day <= chart->last; day += 7) {
		width = render_width(label_of(chart, day, text));
		room = width > room ? width : room;
	}
	do
		days = 7 * ++weeks;
	while ((size_t)(days / scale->days) < room + GAP);
	return days;
}

static void put_days(struct buf *out, struct grid *grid,
		     const struct chart *chart)
{
	const struct chart_scale *scale = &grid->scale;
	int64_t step = days_between(chart, scale), day;
	size_t at = 0;

	put_repeated(out, " ", scale->margin);
	for (day = chart->first; day <= chart->last; day += step) {
		size_t column = column_of(chart, scale, day);
		char text[DATES_TEXT_BYTES];
		const char *label = label_of(chart, day, text);

		if (day > chart->first &&
		    column + render_width(label) > scale->width)
			break;
		put_repeated(out, " ", column - at);
		buf_printf(out, "%s", label);
		at = column + render_width(label);
		grid->ticks[column] = true;
	}
	buf_put_u8(out, '\n');
}

void chart_put(struct buf *out, const struct chart *chart,
	       const struct chart_form *form)
{
	struct grid grid = { .scale = chart_scale(chart, form->columns) };
	struct buf days;
	size_t row, i;

	add_points(&grid, chart, chart->line, IS_LINE);
	add_points(&grid, chart, chart->others, IS_OTHER);
	add_points(&grid, chart, chart->dots, IS_DOT);
	for (i = 0; i < chart->marks.count; i++)
		grid.marks[column_of(chart, &grid.scale,
				     chart->marks.days[i])] = true;
	buf_init(&days, 4096);
	put_days(&days, &grid, chart);
	for (row = grid.scale.rows; row-- > 0;)
		put_row(out, &grid, chart, form, row);
	put_axis(out, &grid, form);
	put_marks(out, &grid, form);
	buf_put(out, days.ptr, days.len);
	buf_release(&days);
}

/* ---- bars ---- */

void chart_put_bars(struct buf *out, const struct chart_bar *bars, size_t count,
		    const struct chart_form *form, uint64_t *unit)
{
	size_t columns = form->columns == 0 ? 80 : form->columns;
	size_t label = 0, room, i;
	uint64_t most = 0;
	char number[24];

	for (i = 0; i < count; i++) {
		size_t width = render_width(bars[i].label);

		label = width > label ? width : label;
		most = bars[i].n > most ? bars[i].n : most;
	}
	(void)snprintf(number, sizeof number, "%llu", (unsigned long long)most);
	/* label, mark, bar, number; half of the rest is for tails */
	room = label + 3 + strlen(number) + GAP;
	room = columns > room + BAR_LEAST ? columns - room : BAR_LEAST;
	room = columns >= 60 && room > 30 ? 30 : room;
	*unit = most == 0 ? 1 : (most + room - 1) / room;
	for (i = 0; i < count; i++) {
		size_t blocks = (size_t)((bars[i].n + *unit - 1) / *unit);

		buf_printf(out, "%s", bars[i].label);
		put_repeated(out, " ", label - render_width(bars[i].label));
		buf_printf(out, " %s ",
			   bars[i].is_marked
				   ? chart_sign(CHART_MARK, form->ascii)
				   : " ");
		put_color(out, form, "36");
		put_repeated(out, form->ascii ? "#" : "█", blocks);
		put_color(out, form, "0");
		buf_printf(out, "%s%llu", blocks > 0 ? " " : "",
			   (unsigned long long)bars[i].n);
		if (*bars[i].tail != '\0' && columns >= 60) {
			put_repeated(out, " ", room - blocks + GAP);
			buf_printf(out, "%s", bars[i].tail);
		}
		buf_put_u8(out, '\n');
	}
}

/* ---- one line ---- */

void chart_put_spark(struct buf *out, struct chart_points points)
{
	static const char *const signs[] = { "▁", "▂", "▃", "▄",
					     "▅", "▆", "▇", "█" };
	const size_t most = KEPT_ARRAY_COUNT(signs) - 1;
	double low, high;
	size_t i;

	if (points.count == 0 ||
	    points.items[points.count - 1].day - points.items[0].day >=
		    SPARK_DAYS_MAX)
		return;
	low = high = points.items[0].value;
	for (i = 1; i < points.count; i++) {
		low = fmin(low, points.items[i].value);
		high = fmax(high, points.items[i].value);
	}
	for (i = 0; i < points.count; i++) {
		size_t sign = most / 2;

		if (i > 0)
			put_repeated(out, " ",
				     (size_t)(points.items[i].day -
					      points.items[i - 1].day - 1));
		if (high > low)
			sign = (size_t)floor((points.items[i].value - low) /
						     (high - low) *
						     (double)most +
					     0.5);
		buf_printf(out, "%s", signs[sign]);
	}
}
