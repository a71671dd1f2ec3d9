/*
 * Goal: a chart is its numbers: every one is drawn where it belongs, and
 * nothing else is. Method: charts from a seed, drawn for many widths; another
 * reader takes the drawing apart again, finds out what a row and a column
 * mean from what is written on it, and has to come back to the same numbers.
 */
#include "cli/chart.h"

#include <locale.h>
#include <math.h>

#include "cli/render.h"
#include "proto/base/mem.h"
#include "proto/base/prng.h"
#include "proto/base/utf8.h"
#include "proto/civil.h"
#include "tests/lib/harness.h"

#define DAYS_MOST 3640
#define ROWS_MOST 16u
#define CELLS_MOST 600u

static size_t live_before;

static int start(void **state)
{
	(void)state;
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		(void)setlocale(LC_CTYPE, "en_US.UTF-8");
	live_before = mem_live_count();
	return 0;
}

static int nothing_left(void **state)
{
	(void)state;
	assert_int_equal(mem_live_count(), live_before);
	return 0;
}

/* ---- a reader of drawings ---- */

struct drawn {
	size_t rows, margin, widest;
	int32_t top;                           /* what the uppermost row says */
	uint32_t cells[ROWS_MOST][CELLS_MOST]; /* row 0 is the lowest */
	bool marks[CELLS_MOST];
	size_t axis; /* cells of the axis */
};

static struct bytes next_line(struct bytes *rest)
{
	const uint8_t *end = memchr(rest->ptr, '\n', rest->len);
	size_t len = end == NULL ? rest->len : (size_t)(end - rest->ptr);
	struct bytes line = bytes_of(rest->ptr, len);

	len += end != NULL;
	*rest = bytes_of(rest->ptr + len, rest->len - len);
	return line;
}

static bool is_one_of(uint32_t scalar, const char *signs)
{
	struct bytes all = bytes_from_str(signs);
	size_t pos = 0;
	uint32_t sign;

	while ((sign = utf8_next(all, &pos)) != 0) {
		if (sign == scalar)
			return true;
	}
	return false;
}

static void read_row(struct drawn *drawn, struct bytes line, size_t from_top)
{
	size_t pos = 0, at = 0;
	uint32_t scalar;
	bool is_behind = false;

	while ((scalar = utf8_next(line, &pos)) != 0) {
		if (is_behind && at < CELLS_MOST)
			drawn->cells[from_top][at] = scalar == ' ' ? 0 : scalar;
		at++;
		if (!is_behind && is_one_of(scalar, "┤│+|")) {
			is_behind = true;
			drawn->margin = at;
			at = 0;
		}
	}
	assert_true(is_behind);
}

/* The axis is the first line that goes on with its own sign. */
static bool is_axis(struct bytes line)
{
	size_t pos = 0;
	uint32_t scalar;

	while ((scalar = utf8_next(line, &pos)) == ' ')
		;
	return scalar == 0x2514 ||
	       (scalar == '+' && pos < line.len && line.ptr[pos] != ' ' &&
		(line.ptr[pos] == '+' || line.ptr[pos] == '-') &&
		(line.ptr[line.len - 1] == '-' ||
		 line.ptr[line.len - 1] == '+'));
}

static void read_marks(struct drawn *drawn, struct bytes line)
{
	size_t pos = 0, at = 0;
	uint32_t scalar;

	while ((scalar = utf8_next(line, &pos)) != 0) {
		if (is_one_of(scalar, "▲^"))
			drawn->marks[at - drawn->margin] = true;
		at++;
	}
}

static void turn_over(struct drawn *drawn)
{
	uint32_t other[CELLS_MOST];
	size_t i;

	for (i = 0; i < drawn->rows / 2; i++) {
		size_t j = drawn->rows - 1 - i;

		memcpy(other, drawn->cells[i], sizeof other);
		memcpy(drawn->cells[i], drawn->cells[j], sizeof other);
		memcpy(drawn->cells[j], other, sizeof other);
	}
}

static void read_drawing(struct drawn *drawn, const struct buf *out)
{
	struct bytes rest = buf_bytes(out), line;

	memset(drawn, 0, sizeof *drawn);
	drawn->top = (int32_t)strtol((const char *)out->ptr, NULL, 10);
	for (;;) {
		size_t pos = 0, count;

		line = next_line(&rest);
		count = utf8_count(line);
		drawn->widest = count > drawn->widest ? count : drawn->widest;
		if (drawn->rows >= 2 && is_axis(line)) {
			while (utf8_next(line, &pos) == ' ')
				;
			drawn->axis = count - drawn->margin;
			break;
		}
		assert_true(drawn->rows < ROWS_MOST);
		read_row(drawn, line, drawn->rows++);
	}
	line = next_line(&rest);
	if (rest.len > 0) {
		read_marks(drawn, line);
		line = next_line(&rest);
	}
	if (utf8_count(line) > drawn->widest)
		drawn->widest = utf8_count(line);
	assert_int_equal(rest.len, 0);
	turn_over(drawn);
}

/* ---- charts from a seed ---- */

struct made {
	struct chart chart;
	struct chart_point dots[DAYS_MOST], others[DAYS_MOST], line[DAYS_MOST];
	int64_t marks[DAYS_MOST];
};

static size_t make_points(struct prng *dice, const struct chart *chart,
			  struct chart_point *out, uint64_t of_ten)
{
	size_t count = 0;
	int64_t day;

	for (day = chart->first; day <= chart->last; day++) {
		double value;

		if (!prng_chance(dice, (uint32_t)of_ten, 10))
			continue;
		value = (double)prng_below(dice,
					   (uint64_t)chart->high * 12 + 1) /
			12;
		out[count++] = (struct chart_point){ day, value };
	}
	return count;
}

static void make(struct made *made, struct prng *dice)
{
	static const int32_t highs[] = { 1, 3, 7, 9, 10, 10, 100, 100, 64 };
	int64_t span = prng_chance(dice, 1, 3)
			       ? (int64_t)prng_below(dice, DAYS_MOST) + 1
			       : (int64_t)prng_below(dice, 80) + 1;
	int64_t day;

	made->chart = (struct chart){
		.first = 20000,
		.last = 20000 + span - 1,
		.high = highs[prng_below(dice, KEPT_ARRAY_COUNT(highs))],
		.dots.items = made->dots,
		.others.items = made->others,
		.line.items = made->line,
		.marks.days = made->marks,
	};
	made->chart.dots.count = make_points(dice, &made->chart, made->dots,
					     prng_below(dice, 11));
	made->chart.line.count = make_points(dice, &made->chart, made->line,
					     prng_below(dice, 11));
	if (prng_chance(dice, 1, 3))
		made->chart.others.count = make_points(
			dice, &made->chart, made->others, prng_below(dice, 11));
	for (day = made->chart.first; day <= made->chart.last; day++) {
		if (prng_chance(dice, 1, 12))
			made->marks[made->chart.marks.count++] = day;
	}
}

/* ---- the same once more, the slow way ---- */

#define DOT 1u
#define OTHER 2u
#define LINE 4u

/* The row whose number is nearest; of two the upper one. */
static size_t nearest_row(const struct drawn *drawn, double value)
{
	double step = (double)drawn->top / (double)(drawn->rows - 1);
	double best = 1e300;
	size_t row = 0, i;

	for (i = 0; i < drawn->rows; i++) {
		double away = fabs(value - step * (double)i);

		if (away <= best + 1e-9) {
			best = away;
			row = i;
		}
	}
	return row;
}

/* Days of a column: the fewest with which all fit on the axis that is drawn. */
static int64_t days_of(const struct drawn *drawn, const struct chart *chart)
{
	int64_t days = 1, span = chart->last - chart->first + 1;

	while ((span + days - 1) / days > (int64_t)drawn->axis)
		days++;
	return days;
}

static unsigned meaning(const struct chart *chart, uint32_t sign)
{
	if (sign == 0)
		return 0;
	if (is_one_of(sign, "◉@"))
		return DOT | OTHER;
	if (is_one_of(sign, "○o"))
		return OTHER;
	if (is_one_of(sign, "─-"))
		return LINE;
	assert_true(is_one_of(sign, chart->others.count > 0 ? "●*" : "•*"));
	return DOT;
}

static unsigned wanted_at(const struct chart *chart, const struct drawn *drawn,
			  size_t row, size_t column)
{
	int64_t days = days_of(drawn, chart);
	unsigned wanted = 0;
	size_t i, last = SIZE_MAX;

	for (i = 0; i < chart->dots.count; i++) {
		if ((size_t)((chart->dots.items[i].day - chart->first) /
			     days) == column &&
		    nearest_row(drawn, chart->dots.items[i].value) == row)
			wanted |= DOT;
	}
	for (i = 0; i < chart->others.count; i++) {
		if ((size_t)((chart->others.items[i].day - chart->first) /
			     days) == column &&
		    nearest_row(drawn, chart->others.items[i].value) == row)
			wanted |= OTHER;
	}
	for (i = 0; i < chart->line.count; i++) {
		if ((size_t)((chart->line.items[i].day - chart->first) /
			     days) == column)
			last = i;
	}
	if (wanted == 0 && last != SIZE_MAX &&
	    nearest_row(drawn, chart->line.items[last].value) == row)
		wanted = LINE;
	return wanted;
}

static void assert_drawn(const struct chart *chart, const struct drawn *drawn)
{
	int64_t days = days_of(drawn, chart);
	bool marks[CELLS_MOST] = { false };
	size_t row, column, i;

	assert_true(drawn->top >= chart->high);
	for (row = 0; row < drawn->rows; row++) {
		for (column = 0; column < drawn->axis; column++)
			assert_int_equal(
				meaning(chart, drawn->cells[row][column]),
				wanted_at(chart, drawn, row, column));
		for (; column < CELLS_MOST; column++)
			assert_int_equal(drawn->cells[row][column], 0);
	}
	for (i = 0; i < chart->marks.count; i++)
		marks[(chart->marks.days[i] - chart->first) / days] = true;
	assert_memory_equal(marks, drawn->marks, sizeof marks);
}

static void a_drawing_read_back_gives_its_numbers(void **state)
{
	static struct made made;
	static struct drawn drawn;
	struct prng dice;
	struct buf out;
	int i;

	(void)state;
	prng_seed(&dice, 19);
	buf_init(&out, 1u << 20);
	for (i = 0; i < 250; i++) {
		struct chart_form form = {
			.columns = 20 + prng_below(&dice, 110),
			.ascii = prng_chance(&dice, 1, 2),
		};

		make(&made, &dice);
		/* Long ones take their time; some of them will do. */
		if (made.chart.last - made.chart.first > 400 && i % 5 != 0)
			continue;
		buf_clear(&out);
		chart_put(&out, &made.chart, &form);
		assert_int_equal(out.failed, 0);
		read_drawing(&drawn, &out);
		assert_true(drawn.widest <= form.columns);
		assert_drawn(&made.chart, &drawn);
	}
	buf_release(&out);
}

static void zero_is_drawn_and_nothing_is_not(void **state)
{
	static struct drawn drawn;
	struct chart_point zero = { 20003, 0 };
	struct chart chart = {
		.first = 20000, .last = 20006, .high = 10, .dots = { &zero, 1 }
	};
	struct chart_form form = { .columns = 80 };
	size_t row, column, signs = 0;
	struct buf out;

	(void)state;
	buf_init(&out, 1u << 16);
	chart_put(&out, &chart, &form);
	read_drawing(&drawn, &out);
	assert_int_equal(drawn.rows, 11);
	assert_int_equal(drawn.cells[0][3], 0x2022);
	for (row = 0; row < drawn.rows; row++) {
		for (column = 0; column < CELLS_MOST; column++)
			signs += drawn.cells[row][column] != 0;
	}
	assert_int_equal(signs, 1);
	chart.dots.count = 0;
	buf_clear(&out);
	chart_put(&out, &chart, &form);
	read_drawing(&drawn, &out);
	for (row = 0; row < drawn.rows; row++) {
		for (column = 0; column < CELLS_MOST; column++)
			assert_int_equal(drawn.cells[row][column], 0);
	}
	buf_release(&out);
}

/* Without the escape sequences a colored chart is the plain one. */
static void color_changes_no_sign(void **state)
{
	static struct made made;
	struct chart_form form = { .columns = 60 };
	struct buf plain, colored, bare;
	struct prng dice;
	size_t i;

	(void)state;
	prng_seed(&dice, 7);
	buf_init(&plain, 1u << 18);
	buf_init(&colored, 1u << 18);
	buf_init(&bare, 1u << 18);
	make(&made, &dice);
	chart_put(&plain, &made.chart, &form);
	form.color = true;
	chart_put(&colored, &made.chart, &form);
	for (i = 0; i < colored.len; i++) {
		if (colored.ptr[i] == 0x1b) {
			while (colored.ptr[i] != 'm')
				i++;
			continue;
		}
		buf_put_u8(&bare, colored.ptr[i]);
	}
	assert_true(colored.len > plain.len);
	assert_true(bytes_equal(buf_bytes(&plain), buf_bytes(&bare)));
	buf_release(&plain);
	buf_release(&colored);
	buf_release(&bare);
}

static void ascii_has_nothing_but_ascii(void **state)
{
	static struct made made;
	struct chart_form form = { .columns = 40, .ascii = true };
	struct prng dice;
	struct buf out;
	size_t i;

	(void)state;
	prng_seed(&dice, 3);
	buf_init(&out, 1u << 18);
	make(&made, &dice);
	chart_put(&out, &made.chart, &form);
	for (i = 0; i < out.len; i++)
		assert_true(out.ptr[i] < 0x80);
	buf_release(&out);
}

/* ---- bars and small pictures ---- */

static void bars_are_as_long_as_their_numbers(void **state)
{
	static const size_t columns[] = { 20, 40, 80 };
	struct chart_bar bars[8];
	struct prng dice;
	struct buf out;
	uint64_t unit;
	size_t c, i;

	(void)state;
	prng_seed(&dice, 11);
	buf_init(&out, 1u << 16);
	for (c = 0; c < 60; c++) {
		struct chart_form form = { .columns = columns[c % 3],
					   .ascii = true };
		uint64_t most = c < 30 ? 5 : 4000;
		struct bytes rest;

		for (i = 0; i < 8; i++)
			bars[i] = (struct chart_bar){
				.label = i % 2 == 0 ? "3 Nov" : "10 Nov",
				.n = prng_below(&dice, most),
				.tail = "tiny 1",
			};
		buf_clear(&out);
		chart_put_bars(&out, bars, 8, &form, &unit);
		if (most == 5)
			assert_int_equal(unit, 1);
		rest = buf_bytes(&out);
		for (i = 0; i < 8; i++) {
			struct bytes line = next_line(&rest);
			size_t blocks = 0, at;

			for (at = 0; at < line.len; at++)
				blocks += line.ptr[at] == '#';
			assert_int_equal(blocks, (bars[i].n + unit - 1) / unit);
			assert_true(line.len <= form.columns);
		}
		assert_int_equal(rest.len, 0);
	}
	buf_release(&out);
}

static void a_small_picture_has_a_sign_a_day(void **state)
{
	static const struct chart_point points[] = {
		{ 10, 4 }, { 11, 5 }, { 13, 6 }, { 14, 4.9 }
	};
	static const struct chart_point flat[] = { { 1, 5 }, { 2, 5 } };
	struct buf out;

	(void)state;
	buf_init(&out, 1024);
	chart_put_spark(&out, (struct chart_points){ points, 4 });
	buf_put_u8(&out, 0);
	assert_string_equal((const char *)out.ptr, "▁▅ █▄");
	buf_clear(&out);
	chart_put_spark(&out, (struct chart_points){ flat, 2 });
	buf_put_u8(&out, 0);
	assert_string_equal((const char *)out.ptr, "▄▄");
	buf_clear(&out);
	chart_put_spark(&out, (struct chart_points){ flat, 0 });
	assert_int_equal(out.len, 0);
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_drawing_read_back_gives_its_numbers, start,
			nothing_left),
		cmocka_unit_test_setup_teardown(
			zero_is_drawn_and_nothing_is_not, start, nothing_left),
		cmocka_unit_test_setup_teardown(color_changes_no_sign, start,
						nothing_left),
		cmocka_unit_test_setup_teardown(ascii_has_nothing_but_ascii,
						start, nothing_left),
		cmocka_unit_test_setup_teardown(
			bars_are_as_long_as_their_numbers, start, nothing_left),
		cmocka_unit_test_setup_teardown(
			a_small_picture_has_a_sign_a_day, start, nothing_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
