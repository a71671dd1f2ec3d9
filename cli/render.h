/*
 * render.h - what people see: tables, lines of the log, and whole entries.
 *
 * Pure: everything goes into a buf, nothing to a terminal, so that tests read
 * what people read. All text of people passes utf8_put_shown here. Widths are
 * terminal columns (wcwidth), never bytes. Entries are cJSON trees in the
 * program's form (proto/entryform.h); what is missing or odd in one is left
 * out, never guessed.
 */
#ifndef KEPT_CLI_RENDER_H
#define KEPT_CLI_RENDER_H

#include <cjson/cJSON.h>

#include "proto/base/buf.h"
#include "proto/civil.h"

/* What a buf of output may grow to. */
#define RENDER_BYTES_MAX (64u << 20)

struct render {
	size_t columns; /* lines are cut and wrapped to this; 0: never */
	bool ascii;     /* only ASCII signs of our own */
	bool color;
	int64_t today;  /* civil days */
};

/* Terminal columns of valid UTF-8 without controls. */
size_t render_width(const char *text);
/* Blanks that fill text up to so many columns; 0 where it has them. For
 * "%s%*s", which counts columns where "%-*s" counts bytes. */
int render_gap(const char *text, size_t columns);
/* text, cut with a sign to at most `columns`; 0: not cut. */
void render_put_cut(struct buf *out, const char *text, size_t columns,
		    bool ascii);
/* Shown-safe copy of text; its first line only, blanks squeezed. */
void render_put_line(struct buf *out, const char *text);
/*
 * Shown-safe text, wrapped between words; each line begins with indent
 * blanks and ends with \n.
 */
void render_put_wrapped(struct buf *out, const struct render *render,
			const char *text, size_t indent);

/*
 * text as it is, but that lines wider than columns are broken between words
 * and go on below their own first word. A line with controls in it, and a
 * word that is wider alone, stay whole.
 */
void render_put_folded(struct buf *out, const char *text, size_t columns);

/* ---- tables ---- */

#define RENDER_CELLS_MAX 8u

/* What stands behind this byte in a cell is never cut. */
#define RENDER_KEEP "\x01"

/* Cells stand in rows of `cells`; one of them gives way when lines get too
 * long. Two blanks between cells, none at the end of a line. */
struct render_table {
	struct buf text; /* cells one after another, each ends with NUL */
	size_t cells;
	size_t stretch;
	size_t count; /* cells so far */
};

void render_table_begin(struct render_table *table, size_t cells,
			size_t stretch);
/* The next cell, cleaned and squeezed to one line. */
void render_table_cell(struct render_table *table, const char *text);
/* The next cell, made of what buf holds (no NUL in it), which is cleared. */
void render_table_take(struct render_table *table, struct buf *cell);
/* Appends all whole rows and releases the table. */
void render_table_end(struct render_table *table, const struct render *render,
		      size_t indent, struct buf *out);

/* ---- entries ---- */

/* The ending that people type: the last `letters` of an id in lower case. */
#define RENDER_ID_BYTES 27u
#define RENDER_ID_LETTERS 4u
void render_short_id(const char *id, size_t letters,
		     char out[RENDER_ID_BYTES]);
/* Letters (>= RENDER_ID_LETTERS) that tell all entries of the list apart. */
size_t render_id_letters(const cJSON *entries);

/* "check-in" for checkin; others as they are. */
const char *render_kind(const char *kind);
/* "Tue 3 Nov" from `day`, "10:40" from `at`; "" if not there. */
void render_put_day(struct buf *out, const struct render *render,
		    const cJSON *entry);
void render_put_time(struct buf *out, const cJSON *entry);
/* "Tue 3 Nov 10:40" of an RFC 3339 instant, "" if it is none. */
void render_put_instant(struct buf *out, const struct render *render,
			const char *at);
/* The same in the zone of this machine: for changes, which devices date. */
void render_put_stamp(struct buf *out, const struct render *render,
		      const char *at);
/* One line that says what it is about, without marks. */
void render_put_gist(struct buf *out, const struct render *render,
		     const cJSON *entry);
/* " ↗ ≈", each with a blank before it. Returns whether there were any. */
bool render_put_marks(struct buf *out, const struct render *render,
		      const cJSON *entry);

/*
 * Lines of the log, newest first; the day only where it changes. last_day
 * goes from page to page (begins as ""). *marks: any mark was there.
 */
void render_put_log(struct buf *out, const struct render *render,
		    const cJSON *entries, char last_day[CIVIL_DAY_TEXT_BYTES],
		    bool *marks);
/* What the marks mean, one line. */
void render_put_legend(struct buf *out, const struct render *render);
/* --plain: id, day, time, kind, gist, with tabs between; one a line. */
void render_put_plain(struct buf *out, const struct render *render,
		      const cJSON *entries);
/* The whole entry. versions (may be NULL): fields written apart. */
void render_put_entry(struct buf *out, const struct render *render,
		      const cJSON *entry, const cJSON *versions);

/* What a field is called when it is talked about: "fairer thought". */
const char *render_field_name(const char *name);
/* "fairer thought and tags changed" from the names of fields. */
void render_put_changed(struct buf *out, const cJSON *changed);

#endif
