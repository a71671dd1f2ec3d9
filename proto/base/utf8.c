/*
 * utf8.c - what is text, and what of it may reach a terminal.
 *
 * Every function stays inside its input, valid or not. What is shown must
 * never let a note written elsewhere move a cursor, hide words or turn them
 * round. Next: cli/render.c, the place that prints.
 */
#include "proto/base/utf8.h"

#include "proto/base/panic.h"

#define SCALAR_REPLACED UINT32_C(0xfffd)
#define SCALAR_ESCAPE_SHOWN UINT32_C(0x241b)
#define SCALAR_NON_JOINER UINT32_C(0x200c)
#define SCALAR_JOINER UINT32_C(0x200d)

/* Length of the scalar at *pos and its value; 0 where the bytes are none. */
static size_t utf8_decode(struct bytes text, size_t pos, uint32_t *scalar)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = text.ptr[pos];
	uint32_t value;
	size_t len;

	if (first < 0x80) {
		*scalar = first;
		return 1;
	}
	if (first >= 0xc2 && first < 0xe0)
		len = 2;
	else if (first >= 0xe0 && first < 0xf0)
		len = 3;
	else if (first >= 0xf0 && first < 0xf5)
		len = 4;
	else
		return 0;
	if (text.len - pos < len)
		return 0;
	value = first & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		uint8_t next = text.ptr[pos + i];

		if ((next & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (next & 0x3fu);
	}
	if (value < least[len] || value > 0x10ffff ||
	    (value >= 0xd800 && value < 0xe000))
		return 0;
	*scalar = value;
	return len;
}

/*
 * Are the 8 bytes at p all 0x01..0x7f? Most of a journal is, and looking at
 * one byte at a time was a quarter of an import (callgrind). The subtraction
 * sets a top bit below a zero byte (Mycroft, 1987); bytes of 0x80 and more
 * are caught by their own.
 */
static bool utf8_is_plain(const uint8_t *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return ((v | (v - ones)) & (ones << 7)) == 0;
}

bool utf8_is_valid(struct bytes text)
{
	size_t pos = 0;

	while (pos < text.len) {
		uint32_t scalar;
		size_t len;

		while (text.len - pos >= 8 && utf8_is_plain(text.ptr + pos))
			pos += 8;
		if (pos == text.len)
			break;
		len = utf8_decode(text, pos, &scalar);

		if (len == 0 || scalar == 0)
			return false;
		pos += len;
	}
	return true;
}

size_t utf8_count(struct bytes text)
{
	size_t count = 0, i = 0;

	while (i < text.len) {
		if (text.len - i >= 8 && utf8_is_plain(text.ptr + i)) {
			count += 8;
			i += 8;
		} else {
			count += (text.ptr[i++] & 0xc0) != 0x80;
		}
	}
	return count;
}

uint32_t utf8_next(struct bytes text, size_t *pos)
{
	uint32_t scalar;
	size_t len;

	if (*pos >= text.len)
		return 0;
	len = utf8_decode(text, *pos, &scalar);
	if (len == 0 || scalar == 0) {
		/* 0 means the end, so nothing else may look like it. */
		*pos += 1;
		return SCALAR_REPLACED;
	}
	*pos += len;
	return scalar;
}

size_t utf8_put(uint32_t scalar, uint8_t out[4])
{
	kept_assert(scalar <= 0x10ffff);
	if (scalar < 0x80) {
		out[0] = (uint8_t)scalar;
		return 1;
	}
	if (scalar < 0x800) {
		out[0] = (uint8_t)(0xc0 | scalar >> 6);
		out[1] = (uint8_t)(0x80 | (scalar & 0x3f));
		return 2;
	}
	if (scalar < 0x10000) {
		out[0] = (uint8_t)(0xe0 | scalar >> 12);
		out[1] = (uint8_t)(0x80 | (scalar >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (scalar & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | scalar >> 18);
	out[1] = (uint8_t)(0x80 | (scalar >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (scalar >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (scalar & 0x3f));
	return 4;
}

size_t utf8_prefix(struct bytes text, size_t max_bytes)
{
	size_t len = text.len < max_bytes ? text.len : max_bytes;
	size_t start = len;
	uint32_t scalar;
	size_t whole;

	/* A scalar is whole or left out: look at the last one to begin. */
	while (start > 0 && len - start < 4) {
		start--;
		if ((text.ptr[start] & 0xc0) != 0x80)
			break;
	}
	if (start == len)
		return len;
	whole = utf8_decode(text, start, &scalar);
	if (whole == 0)
		return text.ptr[start] >= 0xc0 ? start : len;
	return start + whole <= len ? len : start;
}

static bool utf8_is_control(uint32_t scalar)
{
	return scalar < 0x20 || (scalar >= 0x7f && scalar < 0xa0);
}

/* Scalars that turn text round or take no room at all. */
static bool utf8_is_unseen(uint32_t scalar)
{
	static const struct {
		uint32_t first;
		uint32_t last;
	} unseen[] = {
		{ 0x00ad, 0x00ad }, { 0x061c, 0x061c }, { 0x180e, 0x180e },
		{ 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x2064 },
		{ 0x2066, 0x206f }, { 0xfeff, 0xfeff },
	};

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(unseen); i++) {
		if (scalar >= unseen[i].first && scalar <= unseen[i].last)
			return true;
	}
	return false;
}

static bool utf8_is_emoji(uint32_t scalar)
{
	return (scalar >= 0x1f000 && scalar < 0x1fb00) ||
	       (scalar >= 0x2190 && scalar < 0x2c00) || scalar == 0xfe0f;
}

/* Arabic to Sinhala: scripts whose spelling needs the two joiners. */
static bool utf8_is_joining(uint32_t scalar)
{
	return scalar >= 0x0620 && scalar < 0x0e00;
}

/* What stands for scalar on a screen; before is the one left of it. */
static uint32_t utf8_shown(uint32_t scalar, uint32_t before, uint32_t after,
			   bool keep_lines)
{
	if (keep_lines && (scalar == '\n' || scalar == '\t'))
		return scalar;
	if (scalar == 0x1b)
		return SCALAR_ESCAPE_SHOWN;
	if (utf8_is_control(scalar))
		return SCALAR_REPLACED;
	if (scalar == SCALAR_JOINER && utf8_is_emoji(before) &&
	    utf8_is_emoji(after))
		return scalar;
	if ((scalar == SCALAR_JOINER || scalar == SCALAR_NON_JOINER) &&
	    utf8_is_joining(before) && utf8_is_joining(after))
		return scalar;
	return utf8_is_unseen(scalar) ? SCALAR_REPLACED : scalar;
}

int utf8_put_shown(struct buf *out, struct bytes text, struct utf8_show how)
{
	uint32_t before = 0;
	size_t pos = 0;

	while (pos < text.len) {
		uint32_t scalar = utf8_next(text, &pos);
		size_t ahead = pos;
		uint32_t after = utf8_next(text, &ahead);
		uint8_t bytes[4];
		size_t len;

		len = utf8_put(
			utf8_shown(scalar, before, after, how.keep_lines),
			bytes);
		if (buf_put(out, bytes, len) != 0)
			return out->failed;
		before = scalar;
	}
	return out->failed;
}

bool utf8_has_hidden(struct bytes text)
{
	uint32_t before = 0;
	size_t pos = 0;

	if (!utf8_is_valid(text))
		return true;
	while (pos < text.len) {
		uint32_t scalar = utf8_next(text, &pos);
		size_t ahead = pos;
		uint32_t after = utf8_next(text, &ahead);

		if (utf8_shown(scalar, before, after, true) != scalar)
			return true;
		before = scalar;
	}
	return false;
}
