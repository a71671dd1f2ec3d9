/*
 * render.c - widths, wrapping, and tables.
 *
 * Must never print, and never put text of people anywhere without
 * utf8_put_shown. Read next: renderlog.c, renderentry.c (whole entries).
 */
#include "cli/render.h"

#include <wchar.h>

#include "cli/cli.h"
#include "cli/dates.h"
#include "cli/i18n.h"
#include "proto/base/utf8.h"

#define GAP 2u
/* A cell that gives way never gets narrower than this. */
#define STRETCH_LEAST 12u

/* ---- widths ---- */

static size_t scalar_width(uint32_t scalar)
{
	int width = wcwidth((wchar_t)scalar);

	/* In a locale that knows only ASCII all else counts as one. */
	return width < 0 ? 1 : (size_t)width;
}

#define JOINER 0x200du
#define AS_PICTURE 0xfe0fu

static bool is_picture(uint32_t scalar)
{
	return (scalar >= 0x2190 && scalar < 0x2c00) || scalar >= 0x1f000;
}

static bool is_half_flag(uint32_t scalar)
{
	return scalar >= 0x1f1e6 && scalar <= 0x1f1ff;
}

static bool is_skin(uint32_t scalar)
{
	return scalar >= 0x1f3fb && scalar <= 0x1f3ff;
}

/* Does it stand in the columns of the one before it? */
static bool joins(uint32_t first, uint32_t before, uint32_t scalar)
{
	return wcwidth((wchar_t)scalar) == 0 ||
	       (is_picture(first) &&
		(is_skin(scalar) || (before == JOINER && is_picture(scalar))));
}

/*
 * What a terminal shows as one sign, of valid text: a letter with its marks,
 * two halves of a flag, a family of four. False at the end. (The part of
 * Unicode's annex 29 that matters for columns.)
 */
static bool next_sign(struct bytes text, size_t *pos, size_t *width)
{
	uint32_t first = utf8_next(text, pos), before = first, scalar;
	size_t after = *pos;

	if (first == 0)
		return false;
	*width = scalar_width(first);
	scalar = utf8_next(text, &after);
	if (is_half_flag(first) && is_half_flag(scalar)) {
		*pos = after;
		*width = 2;
		scalar = utf8_next(text, &after);
	}
	while (scalar != 0 && joins(first, before, scalar)) {
		*pos = after;
		if (scalar == AS_PICTURE && *width == 1)
			*width = 2;
		before = scalar;
		scalar = utf8_next(text, &after);
	}
	return true;
}

static size_t bytes_width(struct bytes text)
{
	size_t pos = 0, all = 0, width;

	while (next_sign(text, &pos, &width))
		all += width;
	return all;
}

size_t render_width(const char *text)
{
	return bytes_width(bytes_from_str(text));
}

int render_gap(const char *text, size_t columns)
{
	size_t width = render_width(text);

	return width < columns ? (int)(columns - width) : 0;
}

/* Bytes of text that fit into so many columns. */
static size_t fitting(struct bytes text, size_t columns)
{
	size_t pos = 0, fits = 0, all = 0, width;

	while (next_sign(text, &pos, &width)) {
		all += width;
		if (all > columns)
			break;
		fits = pos;
	}
	return fits;
}

/* The same for a part of a text; returns the columns it took. */
static size_t put_cut(struct buf *out, struct bytes text, size_t columns,
		      bool ascii)
{
	const char *sign = ascii ? "..." : "…";
	size_t room = render_width(sign), fits = fitting(text, columns);

	if (fits < text.len && columns < room)
		return 0;
	if (fits < text.len) {
		fits = fitting(text, columns - room);
		while (fits > 0 && text.ptr[fits - 1] == ' ')
			fits--;
	} else {
		room = 0;
		sign = "";
	}
	buf_put(out, text.ptr, fits);
	buf_put(out, sign, strlen(sign));
	return bytes_width(bytes_of(text.ptr, fits)) + room;
}

void render_put_cut(struct buf *out, const char *text, size_t columns,
		    bool ascii)
{
	(void)put_cut(out, bytes_from_str(text),
		      columns == 0 ? SIZE_MAX : columns, ascii);
}

static void put_blanks(struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_put_u8(out, ' ');
}

void render_put_line(struct buf *out, const char *text)
{
	struct utf8_show how = { .keep_lines = false };
	const char *end;
	bool first = true;

	text += strspn(text, " \t\r\n");
	end = text + strcspn(text, "\r\n");
	while (text < end) {
		size_t len = strcspn(text, " \t\r\n");

		if (!first)
			buf_put_u8(out, ' ');
		first = false;
		if (utf8_put_shown(out, bytes_of(text, len), how) != 0)
			return; /* the refusal stays in the buf */
		text += len;
		text += strspn(text, " \t");
	}
}

/* One line of shown text, broken between words where it gets too long. */
static void put_wrapped_line(struct buf *out, struct bytes line, size_t indent,
			     size_t room)
{
	while (line.len > 0) {
		size_t fits = room == 0 ? line.len : fitting(line, room);
		size_t end = fits;

		while (end > 0 && end < line.len && line.ptr[end] != ' ')
			end--;
		if (end == 0)
			end = fits > 0 ? fits : line.len;
		put_blanks(out, indent);
		buf_put(out, line.ptr, end);
		buf_put_u8(out, '\n');
		while (end < line.len && line.ptr[end] == ' ')
			end++;
		line = bytes_of(line.ptr + end, line.len - end);
	}
}

void render_put_wrapped(struct buf *out, const struct render *render,
			const char *text, size_t indent)
{
	struct utf8_show how = { .keep_lines = true };
	size_t room = 0, at = 0;
	struct buf shown;

	if (render->columns > 0)
		room = render->columns > indent + STRETCH_LEAST
			       ? render->columns - indent
			       : STRETCH_LEAST;
	buf_init(&shown, RENDER_BYTES_MAX);
	err_ignore(utf8_put_shown(&shown, bytes_from_str(text), how),
		   "what fits is shown");
	while (shown.len > 0 && (shown.ptr[shown.len - 1] == '\n' ||
				 shown.ptr[shown.len - 1] == ' '))
		shown.len--;
	while (at < shown.len) {
		const uint8_t *end =
			memchr(shown.ptr + at, '\n', shown.len - at);
		size_t len = end == NULL ? shown.len - at
					 : (size_t)(end - shown.ptr) - at;

		if (len == 0)
			buf_put_u8(out, '\n');
		put_wrapped_line(out, bytes_of(shown.ptr + at, len), indent,
				 room);
		at += len + 1;
	}
	buf_release(&shown);
}

static bool has_controls(struct bytes line)
{
	size_t i;

	for (i = 0; i < line.len; i++) {
		if (line.ptr[i] < 0x20 || line.ptr[i] == 0x7f)
			return true;
	}
	return false;
}

/* Where to break: behind a word that still fits, else behind the first. */
static size_t fold_at(struct bytes line, size_t columns)
{
	size_t end = fitting(line, columns), first = 0;

	if (end == line.len)
		return end;
	while (first < line.len && line.ptr[first] == ' ')
		first++;
	while (end > first && line.ptr[end] != ' ')
		end--;
	if (end > first)
		return end;
	while (end < line.len && line.ptr[end] != ' ')
		end++;
	return end;
}

static void put_folded_line(struct buf *out, struct bytes line, size_t columns)
{
	size_t indent = 0, room = columns;

	while (indent < line.len && line.ptr[indent] == ' ')
		indent++;
	if (has_controls(line) || 2 * indent > columns)
		room = SIZE_MAX;
	for (;;) {
		size_t end = fold_at(line, room), next = end;

		while (next < line.len && line.ptr[next] == ' ')
			next++;
		/* Blanks at the very end are the gap before an answer. */
		if (next == line.len)
			end = next;
		buf_put(out, line.ptr, end);
		line = bytes_of(line.ptr + next, line.len - next);
		if (line.len == 0)
			return;
		buf_put_u8(out, '\n');
		put_blanks(out, indent);
		room = columns - indent; /* the first line has its own blanks */
	}
}

void render_put_folded(struct buf *out, const char *text, size_t columns)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		put_folded_line(out, bytes_of(text, len), columns);
		text += len;
		if (*text == '\n') {
			buf_put_u8(out, '\n');
			text++;
		}
	}
}

/* ---- tables ---- */

void render_table_begin(struct render_table *table, size_t cells,
			size_t stretch)
{
	*table = (struct render_table){ .cells = cells, .stretch = stretch };
	buf_init(&table->text, RENDER_BYTES_MAX);
}

void render_table_cell(struct render_table *table, const char *text)
{
	render_put_line(&table->text, text);
	buf_put_u8(&table->text, 0);
	table->count++;
}

void render_table_take(struct render_table *table, struct buf *cell)
{
	buf_put(&table->text, cell->ptr, cell->len);
	buf_put_u8(&table->text, 0);
	table->count++;
	buf_clear(cell);
}

/* A cell is what may be cut, KEEP, and what may not. */
static struct bytes cell_part(const char *cell, bool tail)
{
	size_t len = strcspn(cell, RENDER_KEEP);

	if (!tail)
		return bytes_of(cell, len);
	return bytes_from_str(cell + len + (cell[len] != '\0'));
}

static void measure(const struct render_table *table, size_t *widths)
{
	const char *text = (const char *)table->text.ptr;
	size_t i;

	for (i = 0; i < table->count; i++) {
		size_t width = bytes_width(cell_part(text, false)) +
			       bytes_width(cell_part(text, true));

		if (width > widths[i % table->cells])
			widths[i % table->cells] = width;
		text += strlen(text) + 1;
	}
}

/* Takes from the stretching cell what is too much. */
static void make_fit(const struct render_table *table,
		     const struct render *render, size_t indent, size_t *widths)
{
	size_t sum = indent, i, *width = &widths[table->stretch];

	if (render->columns == 0)
		return;
	for (i = 0; i < table->cells; i++)
		sum += widths[i] + (i > 0 && widths[i] > 0 ? GAP : 0);
	if (sum <= render->columns)
		return;
	sum -= render->columns;
	*width = *width > sum + STRETCH_LEAST ? *width - sum : STRETCH_LEAST;
}

/* One cell in its width; returns the columns it took. */
static size_t put_cell(const char *cell, const struct render *render,
		       size_t columns, struct buf *out)
{
	struct bytes tail = cell_part(cell, true);
	size_t kept = bytes_width(tail), width;

	width = put_cut(out, cell_part(cell, false),
			columns > kept ? columns - kept : 0, render->ascii);
	buf_put(out, tail.ptr, tail.len);
	return width + kept;
}

static const char *put_row(const struct render_table *table,
			   const struct render *render, const size_t *widths,
			   const char *text, struct buf *out)
{
	size_t i, owed = 0;

	for (i = 0; i < table->cells; i++) {
		size_t width = 0;

		/* Blanks are owed until something follows. */
		if (*text != '\0') {
			put_blanks(out, owed);
			owed = 0;
			width = put_cell(text, render, widths[i], out);
		}
		if (widths[i] > 0)
			owed += GAP + widths[i] - width;
		text += strlen(text) + 1;
	}
	buf_put_u8(out, '\n');
	return text;
}

void render_table_end(struct render_table *table, const struct render *render,
		      size_t indent, struct buf *out)
{
	size_t widths[RENDER_CELLS_MAX] = { 0 }, row;
	const char *text = (const char *)table->text.ptr;

	if (table->text.failed == 0 && table->count > 0) {
		measure(table, widths);
		make_fit(table, render, indent, widths);
		for (row = 0; row < table->count / table->cells; row++) {
			put_blanks(out, indent);
			text = put_row(table, render, widths, text, out);
		}
	}
	buf_release(&table->text);
}

/* ---- ids, kinds, days ---- */

void render_short_id(const char *id, size_t letters, char out[RENDER_ID_BYTES])
{
	static const char small[] = "abcdefghijklmnopqrstuvwxyz";
	size_t len = strlen(id), i = 0;

	if (len > letters)
		id += len - letters;
	for (; id[i] != '\0' && i + 1 < RENDER_ID_BYTES; i++) {
		out[i] = id[i];
		if (id[i] >= 'A' && id[i] <= 'Z')
			out[i] = small[id[i] - 'A'];
	}
	out[i] = '\0';
}

static int compare_endings(const void *a, const void *b)
{
	const char *one = *(const char *const *)a;
	const char *other = *(const char *const *)b;
	size_t i = strlen(one), j = strlen(other);

	while (i > 0 && j > 0) {
		i--;
		j--;
		if (one[i] != other[j])
			return one[i] < other[j] ? -1 : 1;
	}
	return (i > 0) - (j > 0);
}

size_t render_id_letters(const cJSON *entries)
{
	enum { MOST = 512 };
	const char *ids[MOST];
	size_t count = 0, letters = RENDER_ID_LETTERS, i;
	const cJSON *entry;

	cJSON_ArrayForEach(entry, entries)
	{
		if (count < MOST)
			ids[count++] = json_text(entry, "id");
	}
	qsort(ids, count, sizeof ids[0], compare_endings);
	/* Sorted from the end, the nearest ones are neighbors. */
	for (i = 1; i < count; i++) {
		size_t a = strlen(ids[i - 1]), b = strlen(ids[i]), same = 0;

		while (same < a && same < b &&
		       ids[i - 1][a - 1 - same] == ids[i][b - 1 - same])
			same++;
		if (same >= letters && same < a)
			letters = same + 1;
	}
	return letters;
}

const char *render_kind(const char *kind)
{
	return strcmp(kind, "checkin") == 0 ? _("check-in") : _(kind);
}

void render_put_day(struct buf *out, const struct render *render,
		    const cJSON *entry)
{
	char text[DATES_TEXT_BYTES];
	int64_t days;

	if (civil_parse_day(bytes_from_str(json_text(entry, "day")), &days) !=
	    0)
		return;
	dates_format_day(days, render->today, text);
	buf_put(out, text, strlen(text));
}

void render_put_time(struct buf *out, const cJSON *entry)
{
	struct civil_instant at;
	char text[6];

	if (civil_parse_instant(bytes_from_str(json_text(entry, "at")), &at) !=
	    0)
		return;
	dates_format_time(at, text);
	buf_put(out, text, strlen(text));
}

static void put_instant(struct buf *out, const struct render *render,
			struct civil_instant at)
{
	char day[DATES_TEXT_BYTES], clock[6];

	dates_format_day(dates_day_of(at), render->today, day);
	dates_format_time(at, clock);
	buf_printf(out, "%s %s", day, clock);
}

void render_put_instant(struct buf *out, const struct render *render,
			const char *at)
{
	struct civil_instant instant;

	if (civil_parse_instant(bytes_from_str(at), &instant) == 0)
		put_instant(out, render, instant);
}

void render_put_stamp(struct buf *out, const struct render *render,
		      const char *at)
{
	struct civil_instant instant;

	if (civil_parse_instant(bytes_from_str(at), &instant) == 0)
		put_instant(out, render, dates_local(instant));
}
