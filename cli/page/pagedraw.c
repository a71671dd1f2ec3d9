/*
 * pagedraw.c - a page drawn as PDF.
 *
 * Text is plain text for Pango, never markup. Must never make a second sheet.
 * Read next: pagecut.h.
 */
#include "cli/page/pagedraw.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

/* The ban begins behind GLib. */
#undef KEPT_BASE_BANNED_H
#include "proto/base/banned.h"

#include "cli/i18n.h"
#include "cli/page/pagecut.h"

#define POINTS_A_MM (72.0 / 25.4)
#define MARGIN_MM 15.0
#define FONT_POINTS 10.0
#define FONT_POINTS_LEAST 8.0
#define TITLE_FACTOR 1.2
#define GAP_FACTOR 0.45 /* between rows, of the font's size */
#define ASIDE_SHARE 0.46
/* What one text may take where nothing else helps. */
#define TEXT_SCALARS 160u

struct sheet {
	cairo_t *cairo;
	double left, right, top, bottom;
	double label; /* the width of labels and the gap behind them */
	double points;
	double y;
	bool draws; /* else only measures */
};

static PangoLayout *lay_out(const struct sheet *sheet, const char *text,
			    double width, double factor, bool is_bold)
{
	PangoLayout *layout = pango_cairo_create_layout(sheet->cairo);
	PangoFontDescription *font = pango_font_description_new();

	pango_font_description_set_family(font, "Sans");
	pango_font_description_set_size(
		font, (gint)(sheet->points * factor * PANGO_SCALE));
	pango_font_description_set_weight(font, is_bold ? PANGO_WEIGHT_BOLD
							: PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_layout_set_text(layout, text, -1);
	pango_layout_set_auto_dir(layout, TRUE);
	if (width > 0) {
		pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
		pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	}
	pango_font_description_free(font);
	return layout;
}

static double width_of(const struct sheet *sheet, const char *text)
{
	PangoLayout *layout = lay_out(sheet, text, 0, 1, true);
	int width, height;

	pango_layout_get_size(layout, &width, &height);
	g_object_unref(layout);
	return (double)width / PANGO_SCALE;
}

/* Returns the height it took. */
static double put_text(const struct sheet *sheet, const char *text, double x,
		       double width, double factor, bool is_bold)
{
	PangoLayout *layout = lay_out(sheet, text, width, factor, is_bold);
	int wide, height;

	pango_layout_get_size(layout, &wide, &height);
	if (sheet->draws) {
		cairo_move_to(sheet->cairo, x, sheet->y);
		pango_cairo_show_layout(sheet->cairo, layout);
	}
	g_object_unref(layout);
	return (double)height / PANGO_SCALE;
}

static void put_rule(struct sheet *sheet, double width)
{
	sheet->y += sheet->points * GAP_FACTOR;
	if (sheet->draws) {
		cairo_set_line_width(sheet->cairo, width);
		cairo_move_to(sheet->cairo, sheet->left, sheet->y);
		cairo_line_to(sheet->cairo, sheet->right, sheet->y);
		cairo_stroke(sheet->cairo);
	}
	sheet->y += sheet->points * GAP_FACTOR;
}

static const char *words_of(const cJSON *text)
{
	return cJSON_IsString(text) ? text->valuestring : "";
}

/* The fact, and beside it the others, one below the other. */
static void put_line(struct sheet *sheet, const cJSON *line)
{
	const cJSON *fact = cJSON_GetArrayItem(line, 0);
	double x = sheet->left + sheet->label, top = sheet->y, high;
	double room = sheet->right - x, beside = room * ASIDE_SHARE;
	const cJSON *text;

	if (fact == NULL || fact->next == NULL) {
		sheet->y += put_text(sheet, words_of(fact), x, room, 1, false);
		return;
	}
	high = put_text(sheet, words_of(fact), x, beside - sheet->points, 1,
			false);
	for (text = fact->next; text != NULL; text = text->next)
		sheet->y += put_text(sheet, words_of(text), x + beside,
				     room - beside, 1, false);
	if (sheet->y < top + high)
		sheet->y = top + high;
}

static void put_row(struct sheet *sheet, const cJSON *row)
{
	double before = sheet->y, high;
	int left = pagecut_left(row);
	const cJSON *line;
	char words[64];

	high = put_text(sheet, pagecut_text(row, "label"), sheet->left,
			sheet->label, 1, true);
	cJSON_ArrayForEach(line, cJSON_GetObjectItemCaseSensitive(row, "lines"))
		put_line(sheet, line);
	if (left > 0) {
		(void)snprintf(words, sizeof words,
			       P_("and %d more", "and %d more", left), left);
		sheet->y += put_text(sheet, words, sheet->left + sheet->label,
				     sheet->right - sheet->left - sheet->label,
				     1, false);
	}
	if (sheet->y < before + high)
		sheet->y = before + high;
}

/* All of it from the top; the height is where y ends. */
static void put_page(struct sheet *sheet, const cJSON *page)
{
	double width = sheet->right - sheet->left;
	const cJSON *row;

	sheet->y = sheet->top;
	sheet->y += put_text(sheet, pagecut_text(page, "title"), sheet->left,
			     width, TITLE_FACTOR, true);
	sheet->y += put_text(sheet, pagecut_text(page, "range"), sheet->left,
			     width, 1, false);
	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(page, "rows"))
	{
		put_rule(sheet, 0.4);
		put_row(sheet, row);
	}
	put_rule(sheet, 0.8);
	sheet->y += put_text(sheet, pagecut_text(page, "foot"), sheet->left,
			     width, 1, false);
}

static bool fits(struct sheet *sheet, const cJSON *page)
{
	const cJSON *row;
	double width;

	sheet->label = 0;
	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(page, "rows"))
	{
		width = width_of(sheet, pagecut_text(row, "label"));
		sheet->label = width > sheet->label ? width : sheet->label;
	}
	sheet->label += sheet->points * 1.5;
	if (sheet->label > (sheet->right - sheet->left) / 3)
		sheet->label = (sheet->right - sheet->left) / 3;
	sheet->draws = false;
	put_page(sheet, page);
	return sheet->y <= sheet->bottom;
}

/* Smaller first, then less. */
static bool make_fit(struct sheet *sheet, cJSON *page)
{
	size_t lines;

	for (sheet->points = FONT_POINTS; sheet->points >= FONT_POINTS_LEAST;
	     sheet->points -= 0.5) {
		if (fits(sheet, page))
			return true;
	}
	sheet->points = FONT_POINTS_LEAST;
	for (lines = pagecut_measure(page); lines > 0; lines--) {
		if (!pagecut_shorten(page, lines))
			break;
		if (fits(sheet, page))
			return true;
	}
	pagecut_trim(page, TEXT_SCALARS);
	return fits(sheet, page);
}

static cairo_status_t take_bytes(void *closure, const unsigned char *bytes,
				 unsigned int len)
{
	struct buf *out = closure;

	return buf_put(out, bytes, len) == 0 ? CAIRO_STATUS_SUCCESS
					     : CAIRO_STATUS_WRITE_ERROR;
}

int pagedraw_pdf(struct buf *out, cJSON *page, double width, double height)
{
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
		take_bytes, out, width * POINTS_A_MM, height * POINTS_A_MM);
	struct sheet sheet = {
		.cairo = cairo_create(surface),
		.left = MARGIN_MM * POINTS_A_MM,
		.right = (width - MARGIN_MM) * POINTS_A_MM,
		.top = MARGIN_MM * POINTS_A_MM,
		.bottom = (height - MARGIN_MM) * POINTS_A_MM,
	};
	int status = 0;

	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE,
				       pagecut_text(page, "range"));
	cairo_set_source_rgb(sheet.cairo, 0, 0, 0);
	if (make_fit(&sheet, page)) {
		sheet.draws = true;
		put_page(&sheet, page);
		cairo_show_page(sheet.cairo);
	} else {
		status = ERR_LIMIT;
	}
	cairo_destroy(sheet.cairo);
	cairo_surface_finish(surface);
	if (status == 0 &&
	    cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
		status = ERR_NOMEM;
	cairo_surface_destroy(surface);
	return status != 0 ? status : out->failed;
}
