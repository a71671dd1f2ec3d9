/*
 * qr.h - a QR code as text, two rows of dots to a line.
 */
#ifndef KEPT_CLI_QR_H
#define KEPT_CLI_QR_H

#include "proto/base/buf.h"

/*
 * Appends the code with its quiet zone; each line begins with indent blanks.
 * Light dots are drawn, so it reads on a dark terminal; with color it says
 * black and white by itself. ERR_LIMIT: too long for a code, or wider than
 * columns.
 */
int qr_put(struct buf *out, const char *text, size_t indent, size_t columns,
	   bool color) KEPT_MUST_USE;

#endif
