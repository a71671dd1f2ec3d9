/*
 * utf8.h - what is text, and what of it may reach a terminal.
 */
#ifndef KEPT_BASE_UTF8_H
#define KEPT_BASE_UTF8_H

#include "proto/base/buf.h"

/* RFC 3629: no overlongs, no surrogates, <= U+10FFFF; U+0000 is refused too. */
bool utf8_is_valid(struct bytes text);
/* Scalar values in valid text. */
size_t utf8_count(struct bytes text);
/*
 * The next scalar of valid text at *pos, which moves on; 0 at the end.
 */
uint32_t utf8_next(struct bytes text, size_t *pos);
/* Bytes written to out (at least 4 wide). */
size_t utf8_put(uint32_t scalar, uint8_t out[4]);
/* Longest prefix of at most max_bytes that ends at a scalar boundary. */
size_t utf8_prefix(struct bytes text, size_t max_bytes);

/*
 * Text that is safe to show: C0 and C1 controls (but \n and \t when
 * keep_lines) become U+241B or U+FFFD, bidi overrides and isolates
 * (U+202A-202E, U+2066-2069, U+200E/F, U+061C), line separators (U+2028/9),
 * and zero-width marks other than ZWJ between emoji, and ZWJ and ZWNJ between
 * letters of scripts that spell with them (Persian, Hindi), become U+FFFD.
 * Invalid bytes become U+FFFD.
 */
struct utf8_show {
	bool keep_lines;
};
int utf8_put_shown(struct buf *out, struct bytes text, struct utf8_show how);
/* Is there anything in text that utf8_put_shown would change? */
bool utf8_has_hidden(struct bytes text);

#endif
