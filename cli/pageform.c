/*
 * pageform.c - a page of facts, and how a terminal shows it.
 *
 * Must never take words of people in without utf8_put_shown. Read next:
 * reviewtext.c, todaytext.c.
 */
#include "cli/pageform.h"

#include "cli/cli.h"
#include "cli/dates.h"
#include "cli/i18n.h"

/* Far more than anything is counted to. */
#define NUMBER_MOST 1e12
#define TEXT_MAX ((size_t)64 << 10)
/* Facts with something beside them, where lines are wide enough for that. */
#define FACT_COLUMNS 29u
#define ASIDE_LEAST 24u
#define ASIDE_GAP 7u
/* Labels stand in front of facts. */
#define WIDE_COLUMNS 36u
#define LABEL_LEAST 10u
#define GAP 2u

/* ---- building ---- */

cJSON *pageform_new(const char *title, const char *range, const char *foot)
{
	cJSON *page = cJSON_CreateObject();

	(void)cJSON_AddStringToObject(page, "title", title);
	(void)cJSON_AddStringToObject(page, "range", range);
	(void)cJSON_AddStringToObject(page, "foot", foot);
	(void)cJSON_AddArrayToObject(page, "rows");
	return page;
}

static cJSON *rows_of(const cJSON *page)
{
	return cJSON_GetObjectItemCaseSensitive(page, "rows");
}

void pageform_row(cJSON *page, const char *label)
{
	cJSON *row = cJSON_CreateObject();

	(void)cJSON_AddStringToObject(row, "label", label);
	(void)cJSON_AddArrayToObject(row, "lines");
	(void)cJSON_AddItemToArray(rows_of(page), row);
}

static void add_text(cJSON *line, const char *text)
{
	(void)cJSON_AddItemToArray(line, cJSON_CreateString(text));
}

/* One text, or several with PAGEFORM_NEXT between. */
static void add_texts(cJSON *line, struct buf *text)
{
	char *at, *end;

	buf_put_u8(text, 0);
	at = text->failed == 0 ? (char *)text->ptr : NULL;
	while (at != NULL) {
		end = strchr(at, PAGEFORM_NEXT[0]);
		if (end != NULL)
			*end = '\0';
		if (*at != '\0')
			add_text(line, at);
		at = end == NULL ? NULL : end + 1;
	}
	buf_clear(text);
}

void pageform_line(cJSON *page, struct buf *fact, struct buf *aside)
{
	cJSON *rows = rows_of(page), *lines, *line;
	int count = cJSON_GetArraySize(rows);

	lines = cJSON_GetObjectItemCaseSensitive(
		cJSON_GetArrayItem(rows, count - 1), "lines");
	if (fact->len > 0 && lines != NULL) {
		line = cJSON_CreateArray();
		add_texts(line, fact);
		if (aside != NULL && aside->len > 0)
			add_texts(line, aside);
		(void)cJSON_AddItemToArray(lines, line);
	}
	buf_clear(fact);
	if (aside != NULL)
		buf_clear(aside);
}

bool pageform_is_empty(const cJSON *page)
{
	return cJSON_GetArraySize(rows_of(page)) == 0;
}

bool pageform_read(const cJSON *object, const char *key, double *value)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
	char *end = NULL;

	if (cJSON_IsNumber(item)) {
		*value = item->valuedouble;
	} else if (cJSON_IsRaw(item) && item->valuestring != NULL) {
		*value = strtod(item->valuestring, &end);
		if (end == item->valuestring || *end != '\0')
			return false;
	} else {
		return false;
	}
	return *value >= 0 && *value <= NUMBER_MOST;
}

void pageform_put_mean(struct buf *out, int64_t sum, int64_t n)
{
	long long tenths = n == 0 ? 0 : (20 * sum + n) / (2 * n);

	if (tenths % 10 == 0)
		buf_printf(out, "%lld", tenths / 10);
	else
		/* For translators: a decimal point, or what stands for it. */
		buf_printf(out, _("%lld.%lld"), tenths / 10, tenths % 10);
}

void pageform_put_text(struct buf *out, const char *text, size_t columns)
{
	struct buf line;

	buf_init(&line, TEXT_MAX);
	render_put_line(&line, text);
	buf_put_u8(&line, 0);
	if (line.failed == 0)
		render_put_cut(out, (const char *)line.ptr, columns, false);
	buf_release(&line);
}

void pageform_put_quoted(struct buf *out, const char *text, size_t columns)
{
	struct buf line;

	buf_init(&line, TEXT_MAX);
	pageform_put_text(&line, text, columns);
	if (line.failed == 0)
		buf_printf(out, _("“%.*s”"), (int)line.len,
			   (const char *)line.ptr);
	buf_release(&line);
}

void pageform_put_day(struct buf *out, const char *day, int64_t today)
{
	char text[DATES_TEXT_BYTES];
	int64_t days;

	if (civil_parse_day(bytes_from_str(day), &days) != 0)
		return;
	dates_format_day(days, today, text);
	buf_printf(out, "%s", text);
}

/* ---- showing ---- */

void pageform_put_ascii(struct buf *out, const char *text)
{
	static const char *const signs[][2] = {
		{ "“", "\"" },   { "”", "\"" },  { "’", "'" },
		{ "…", "..." },  { "·", "-" },   { "–", "-" },
		{ "→", "->" },   { "„", "\"" },  { "▣ ", "[x]" },
		{ "□ ", "[ ]" }, { "▣", "[x]" }, { "□", "[ ]" },
	};
	size_t i;

	while (*text != '\0') {
		for (i = 0; i < KEPT_ARRAY_COUNT(signs); i++) {
			if (strncmp(text, signs[i][0], strlen(signs[i][0])) ==
			    0)
				break;
		}
		if (i == KEPT_ARRAY_COUNT(signs)) {
			buf_put_u8(out, (uint8_t)*text++);
			continue;
		}
		buf_printf(out, "%s", signs[i][1]);
		text += strlen(signs[i][0]);
	}
}

struct place {
	const struct render *render;
	size_t indent;
	bool is_wide;
	const char *label; /* not said yet; "" once it was */
};

static void put_blanks(struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_put_u8(out, ' ');
}

/* The label in front of the first line, or above it. */
static void put_label(struct buf *out, struct place *place)
{
	const char *bold = place->render->color ? "\033[1m" : "";
	const char *plain = place->render->color ? "\033[0m" : "";

	if (place->is_wide) {
		buf_printf(out, "%s%s%s", bold, place->label, plain);
		put_blanks(out, place->indent - render_width(place->label));
	} else if (*place->label != '\0') {
		buf_printf(out, "%s%s%s\n", bold, place->label, plain);
	}
	place->label = "";
}

static void put_wrapped(struct buf *out, struct place *place, const char *text,
			size_t more)
{
	size_t indent = place->indent + more, skip = 0;
	struct buf lines;

	buf_init(&lines, TEXT_MAX);
	render_put_wrapped(&lines, place->render, text, indent);
	if (lines.failed == 0 && lines.len > indent) {
		put_label(out, place);
		if (place->is_wide)
			skip = place->indent;
		buf_put(out, lines.ptr + skip, lines.len - skip);
	}
	buf_release(&lines);
}

/* Text in a column of its own; its first line stands behind what is there. */
static void put_beside(struct buf *out, const struct render *render,
		       const char *text, size_t column, bool is_begun)
{
	size_t skip = is_begun ? column : 0;
	struct buf lines;

	buf_init(&lines, TEXT_MAX);
	render_put_wrapped(&lines, render, text, column);
	if (lines.failed == 0 && lines.len > skip)
		buf_put(out, lines.ptr + skip, lines.len - skip);
	buf_release(&lines);
}

/* What stands beside the fact: joined where that fits, else below. */
static bool put_asides(struct buf *out, struct place *place, const char *fact,
		       const char *const *asides, size_t count)
{
	size_t columns = place->render->columns, width = render_width(fact);
	size_t room = width + GAP > FACT_COLUMNS ? width + GAP : FACT_COLUMNS;
	size_t column = place->indent + room, joined = 0, i;

	for (i = 0; i < count; i++)
		joined += render_width(asides[i]) + (i > 0 ? ASIDE_GAP : 0);
	if (columns > 0 && column + joined > columns &&
	    column + ASIDE_LEAST > columns)
		return false;
	put_label(out, place);
	buf_printf(out, "%s", fact);
	put_blanks(out, room - width);
	if (columns > 0 && column + joined > columns) {
		for (i = 0; i < count; i++)
			put_beside(out, place->render, asides[i], column,
				   i == 0);
		return true;
	}
	for (i = 0; i < count; i++) {
		put_blanks(out, i > 0 ? ASIDE_GAP : 0);
		buf_printf(out, "%s", asides[i]);
	}
	buf_put_u8(out, '\n');
	return true;
}

static void put_line(struct buf *out, struct place *place,
		     const char *const *texts, size_t count)
{
	size_t i;

	if (count > 1 && place->is_wide &&
	    put_asides(out, place, texts[0], texts + 1, count - 1))
		return;
	for (i = 0; i < count; i++)
		put_wrapped(out, place, texts[i],
			    i > 0 && place->is_wide ? GAP : 0);
}

static void put_words(struct buf *out, const struct render *render,
		      const cJSON *text)
{
	const char *words = cJSON_IsString(text) ? text->valuestring : "";

	if (render->ascii)
		pageform_put_ascii(out, words);
	else
		buf_printf(out, "%s", words);
	buf_put_u8(out, 0);
}

static void put_row_line(struct buf *out, struct place *place,
			 const cJSON *line)
{
	struct buf texts[PAGEFORM_TEXTS_MAX];
	const char *said[PAGEFORM_TEXTS_MAX];
	size_t count = 0, i;
	const cJSON *text;
	bool is_whole = true;

	cJSON_ArrayForEach(text, line)
	{
		if (count == PAGEFORM_TEXTS_MAX)
			break;
		buf_init(&texts[count], TEXT_MAX);
		put_words(&texts[count], place->render, text);
		is_whole = is_whole && texts[count].failed == 0;
		said[count] = (const char *)texts[count].ptr;
		count++;
	}
	if (is_whole && count > 0)
		put_line(out, place, said, count);
	for (i = 0; i < count; i++)
		buf_release(&texts[i]);
}

static void put_row(struct buf *out, struct place *place, const cJSON *row)
{
	const cJSON *line;

	cJSON_ArrayForEach(line, cJSON_GetObjectItemCaseSensitive(row, "lines"))
		put_row_line(out, place, line);
}

void pageform_put_title(struct buf *out, const struct render *render,
			const char *text)
{
	struct buf plain;

	buf_init(&plain, TEXT_MAX);
	if (render->ascii)
		pageform_put_ascii(&plain, text);
	else
		buf_printf(&plain, "%s", text);
	buf_put_u8(&plain, 0);
	if (plain.failed == 0)
		render_put_wrapped(out, render, (const char *)plain.ptr, 0);
	buf_release(&plain);
}

void pageform_put(struct buf *out, const struct render *render,
		  const cJSON *page)
{
	size_t label = LABEL_LEAST;
	const cJSON *row;

	cJSON_ArrayForEach(row, rows_of(page))
	{
		size_t width = render_width(json_text(row, "label"));

		label = width > label ? width : label;
	}
	cJSON_ArrayForEach(row, rows_of(page))
	{
		struct place place = { .render = render,
				       .label = json_text(row, "label") };

		place.is_wide = render->columns == 0 ||
				render->columns >= WIDE_COLUMNS;
		place.indent = place.is_wide ? label + GAP : GAP;
		put_row(out, &place, row);
	}
}
