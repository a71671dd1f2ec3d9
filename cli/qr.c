/*
 * qr.c - a QR code as text. Read next: cmd_pair.c.
 */
#include "cli/qr.h"

#include <qrencode.h>

/* Dots around the code, as its standard wants at least. */
#define QUIET 2

/* Around the code is light. */
static bool is_light(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return true;
	return (code->data[y * code->width + x] & 1) == 0;
}

static void put_line(struct buf *out, const QRcode *code, int y, bool color)
{
	static const char *const blocks[] = { " ", "▄", "▀", "█" };
	int x;

	if (color)
		buf_printf(out, "\033[97;40m");
	for (x = -QUIET; x < code->width + QUIET; x++) {
		/* An odd last row has nothing below it. */
		bool below = y + 1 < code->width + QUIET &&
			     is_light(code, x, y + 1);

		buf_printf(out, "%s", blocks[2 * is_light(code, x, y) + below]);
	}
	if (color)
		buf_printf(out, "\033[0m");
	buf_put_u8(out, '\n');
}

int qr_put(struct buf *out, const char *text, size_t indent, size_t columns,
	   bool color)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	size_t i;
	int y;

	if (code == NULL)
		return ERR_LIMIT;
	if (indent + (size_t)(code->width + 2 * QUIET) > columns) {
		QRcode_free(code);
		return ERR_LIMIT;
	}
	for (y = -QUIET; y < code->width + QUIET; y += 2) {
		for (i = 0; i < indent; i++)
			buf_put_u8(out, ' ');
		put_line(out, code, y, color);
	}
	QRcode_free(code);
	return out->failed;
}
