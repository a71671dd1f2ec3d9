/*
 * renderlog.c - the lines of the log, and the marks behind them.
 *
 * Must never print, and never put text of people anywhere without
 * utf8_put_shown. Read next: cmd_look.c.
 */
#include "cli/cli.h"
#include "cli/i18n.h"
#include "cli/render.h"

/* Below that a day stands on a line of its own, so that words have room. */
#define DAY_BESIDE_COLUMNS 56u
/* And below that the words do, too. */
#define WORDS_BESIDE_COLUMNS 36u

static const struct {
	const char *name, *sign, *ascii;
} marks_known[] = {
	{ "shared", "↗", "^" },
	{ "two-versions", "≈", "~" },
	{ "not-synced", "⇡", "+" },
};

bool render_put_marks(struct buf *out, const struct render *render,
		      const cJSON *entry)
{
	const cJSON *mark,
		*marks = cJSON_GetObjectItemCaseSensitive(entry, "marks");
	bool any = false;
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(marks_known); i++)
		cJSON_ArrayForEach(mark, marks)
		{
			if (!cJSON_IsString(mark) ||
			    strcmp(mark->valuestring, marks_known[i].name) != 0)
				continue;
			buf_printf(out, " %s",
				   render->ascii ? marks_known[i].ascii
						 : marks_known[i].sign);
			any = true;
		}
	return any;
}

void render_put_legend(struct buf *out, const struct render *render)
{
	bool ascii = render->ascii;
	struct buf line;

	buf_init(&line, 256);
	buf_printf(&line,
		   _("%s shared   %s two versions   %s not yet on your other "
		     "devices\n"),
		   ascii ? marks_known[0].ascii : marks_known[0].sign,
		   ascii ? marks_known[1].ascii : marks_known[1].sign,
		   ascii ? marks_known[2].ascii : marks_known[2].sign);
	buf_put_u8(&line, 0);
	if (line.failed == 0)
		render_put_folded(out, (const char *)line.ptr,
				  render->columns == 0 ? SIZE_MAX
						       : render->columns);
	buf_release(&line);
}

static void put_gist_cell(struct render_table *table,
			  const struct render *render, const cJSON *entry,
			  struct buf *cell, bool *marks)
{
	if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(entry, "starred")))
		buf_printf(cell, "%s ", render->ascii ? "*" : "★");
	render_put_gist(cell, render, entry);
	buf_put(cell, RENDER_KEEP, 1);
	if (render_put_marks(cell, render, entry))
		*marks = true;
	render_table_take(table, cell);
}

/* A table of its own for each day where it stands above its entries. */
static void begin_rows(struct render_table *table, bool is_narrow)
{
	render_table_begin(table, is_narrow ? 4 : 5, is_narrow ? 2 : 3);
}

static void put_new_day(struct buf *out, const struct render *render,
			struct render_table *table, const cJSON *entry)
{
	render_table_end(table, render, 1, out);
	render_put_day(out, render, entry);
	buf_put_u8(out, '\n');
	begin_rows(table, true);
}

/* When and which kind in one line, the words and the id in the next. */
static void put_stacked(struct buf *out, const struct render *render,
			const cJSON *entries,
			char last_day[CIVIL_DAY_TEXT_BYTES], bool *marks)
{
	size_t letters = render_id_letters(entries);
	char id[RENDER_ID_BYTES];
	struct render_table table;
	const cJSON *entry;
	struct buf cell;

	buf_init(&cell, RENDER_BYTES_MAX);
	cJSON_ArrayForEach(entry, entries)
	{
		const char *day = json_text(entry, "day");

		if (strcmp(day, last_day) != 0) {
			render_put_day(out, render, entry);
			buf_put_u8(out, '\n');
		}
		(void)snprintf(last_day, CIVIL_DAY_TEXT_BYTES, "%s", day);
		buf_put_u8(out, ' ');
		render_put_time(out, entry);
		buf_printf(out, "  %s\n",
			   render_kind(json_text(entry, "kind")));
		render_table_begin(&table, 2, 0);
		put_gist_cell(&table, render, entry, &cell, marks);
		render_short_id(json_text(entry, "id"), letters, id);
		render_table_cell(&table, id);
		render_table_end(&table, render, 2, out);
	}
	buf_release(&cell);
}

void render_put_log(struct buf *out, const struct render *render,
		    const cJSON *entries, char last_day[CIVIL_DAY_TEXT_BYTES],
		    bool *marks)
{
	bool is_narrow = render->columns > 0 &&
			 render->columns < DAY_BESIDE_COLUMNS;
	size_t letters = render_id_letters(entries);
	char id[RENDER_ID_BYTES];
	struct render_table table;
	const cJSON *entry;
	struct buf cell;

	if (render->columns > 0 && render->columns < WORDS_BESIDE_COLUMNS) {
		put_stacked(out, render, entries, last_day, marks);
		return;
	}
	begin_rows(&table, is_narrow);
	buf_init(&cell, RENDER_BYTES_MAX);
	cJSON_ArrayForEach(entry, entries)
	{
		const char *day = json_text(entry, "day");
		bool is_new = strcmp(day, last_day) != 0;

		if (is_new && is_narrow)
			put_new_day(out, render, &table, entry);
		else if (is_new)
			render_put_day(&cell, render, entry);
		(void)snprintf(last_day, CIVIL_DAY_TEXT_BYTES, "%s", day);
		if (!is_narrow)
			render_table_take(&table, &cell);
		render_put_time(&cell, entry);
		render_table_take(&table, &cell);
		render_table_cell(&table,
				  render_kind(json_text(entry, "kind")));
		put_gist_cell(&table, render, entry, &cell, marks);
		render_short_id(json_text(entry, "id"), letters, id);
		render_table_cell(&table, id);
	}
	render_table_end(&table, render, is_narrow ? 1 : 0, out);
	buf_release(&cell);
}

void render_put_plain(struct buf *out, const struct render *render,
		      const cJSON *entries)
{
	const cJSON *entry;

	cJSON_ArrayForEach(entry, entries)
	{
		render_put_line(out, json_text(entry, "id"));
		buf_put_u8(out, '\t');
		render_put_line(out, json_text(entry, "day"));
		buf_put_u8(out, '\t');
		render_put_time(out, entry);
		buf_put_u8(out, '\t');
		render_put_line(out, json_text(entry, "kind"));
		buf_put_u8(out, '\t');
		render_put_gist(out, render, entry);
		buf_put_u8(out, '\n');
	}
}
