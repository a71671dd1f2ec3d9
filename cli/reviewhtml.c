/*
 * reviewhtml.c - the review as one page of HTML.
 *
 * Must never let a text be more than text. Read next: pageform.h.
 */
#include "cli/reviewhtml.h"

#include "cli/i18n.h"
#include "cli/page/pagecut.h"

/* Of a sheet, with the print styles below. */
#define SHEET_LINES 40u
#define TEXT_SCALARS 160u

/* Sizes are such that SHEET_LINES fit on A4 and on Letter. */
static const char style[] =
	"html{background:#fff;color:#000}\n"
	"body{font:10.5pt/1.35 sans-serif;max-width:18cm;margin:1cm auto;"
	"padding:0 .5cm}\n"
	"h1{font-size:14pt;margin:0 0 .2em}\n"
	"p{margin:0 0 1em}\n"
	"table{border-collapse:collapse;width:100%}\n"
	"th,td{text-align:start;vertical-align:top;padding:.1em .8em .1em 0;"
	"overflow-wrap:anywhere}\n"
	"th{white-space:nowrap}\n"
	"tr.row>*{border-top:1px solid #999}\n"
	"footer{margin-top:1em;border-top:1px solid #000;padding-top:.3em}\n"
	"@page{margin:14mm}\n"
	"@media print{body{margin:0;max-width:none;padding:0}"
	"tr{break-inside:avoid}}\n";

void reviewhtml_put_escaped(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '<':
			buf_printf(out, "&lt;");
			break;
		case '>':
			buf_printf(out, "&gt;");
			break;
		case '&':
			buf_printf(out, "&amp;");
			break;
		case '"':
			buf_printf(out, "&quot;");
			break;
		case '\'':
			buf_printf(out, "&#39;");
			break;
		default:
			buf_put_u8(out, (uint8_t)*text);
			break;
		}
	}
}

/* A text of its own: its direction stays in it. */
static void put_isolated(struct buf *out, const cJSON *text)
{
	buf_printf(out, "<bdi>");
	if (cJSON_IsString(text))
		reviewhtml_put_escaped(out, text->valuestring);
	buf_printf(out, "</bdi>");
}

static void put_cells(struct buf *out, const cJSON *line)
{
	const cJSON *text = cJSON_GetArrayItem(line, 1);

	buf_printf(out, text == NULL ? "<td colspan=\"2\">" : "<td>");
	put_isolated(out, cJSON_GetArrayItem(line, 0));
	if (text != NULL)
		buf_printf(out, "</td><td>");
	for (; text != NULL; text = text->next) {
		put_isolated(out, text);
		buf_printf(out, "%s", text->next != NULL ? "<br>" : "");
	}
	buf_printf(out, "</td></tr>\n");
}

static void put_row(struct buf *out, const cJSON *row)
{
	const cJSON *lines = cJSON_GetObjectItemCaseSensitive(row, "lines");
	int left = pagecut_left(row);
	bool is_first = true;
	const cJSON *line;

	cJSON_ArrayForEach(line, lines)
	{
		buf_printf(out,
			   is_first ? "<tr class=\"row\"><th>" : "<tr><th>");
		if (is_first)
			reviewhtml_put_escaped(out, pagecut_text(row, "label"));
		is_first = false;
		buf_printf(out, "</th>");
		put_cells(out, line);
	}
	if (left > 0) {
		buf_printf(out, "<tr><th></th><td colspan=\"2\">");
		buf_printf(out, P_("and %d more", "and %d more", left), left);
		buf_printf(out, "</td></tr>\n");
	}
}

void reviewhtml_put(struct buf *out, const cJSON *page, const char *language)
{
	cJSON *copy = cJSON_Duplicate(page, true);
	const cJSON *row;

	if (!pagecut_shorten(copy, SHEET_LINES))
		pagecut_trim(copy, TEXT_SCALARS);
	buf_printf(out, "<!DOCTYPE html>\n<html lang=\"");
	reviewhtml_put_escaped(out, language);
	buf_printf(out, "\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	reviewhtml_put_escaped(out, pagecut_text(copy, "title"));
	buf_printf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1>",
		   style);
	reviewhtml_put_escaped(out, pagecut_text(copy, "title"));
	buf_printf(out, "</h1>\n<p>");
	reviewhtml_put_escaped(out, pagecut_text(copy, "range"));
	buf_printf(out, "</p>\n<table>\n");
	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(copy, "rows"))
		put_row(out, row);
	buf_printf(out, "</table>\n<footer>");
	reviewhtml_put_escaped(out, pagecut_text(copy, "foot"));
	buf_printf(out, "</footer>\n</body>\n</html>\n");
	cJSON_Delete(copy);
}
