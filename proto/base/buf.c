/*
 * buf.c - a growable byte buffer with a hard maximum.
 *
 * Growing copies into a new block and wipes the old one, and so does taking
 * out of it, since what passes through may be a key or a page of somebody's
 * journal, and most buffers live as long as the process. It must never hold
 * more than max_bytes. Next: errors.c.
 */
#include "proto/base/buf.h"

#include <stdarg.h>

#include "proto/base/mem.h"
#include "proto/base/panic.h"

/* An entry takes a few steps from here; each is a copy and a wipe. */
#define BUF_CAP_MIN_BYTES ((size_t)256)

static int buf_refuse(struct buf *buf, int code)
{
	if (buf->failed == 0)
		buf->failed = code;
	return buf->failed;
}

static int buf_grow(struct buf *buf, size_t need)
{
	size_t cap = buf->cap < BUF_CAP_MIN_BYTES ? BUF_CAP_MIN_BYTES
						  : buf->cap;
	uint8_t *ptr;

	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	/* Room beyond the maximum is never used. */
	if (cap > buf->max_bytes && need <= buf->max_bytes)
		cap = buf->max_bytes > 0 ? buf->max_bytes : 1;
	ptr = mem_alloc(cap, 1);
	if (ptr == NULL)
		return buf_refuse(buf, ERR_NOMEM);
	if (buf->ptr != NULL) {
		memcpy(ptr, buf->ptr, buf->len);
		mem_wipe(buf->ptr, buf->cap);
		mem_free(buf->ptr);
	}
	buf->ptr = ptr;
	buf->cap = cap;
	return 0;
}

static int buf_reserve(struct buf *buf, size_t len)
{
	if (buf->failed != 0)
		return buf->failed;
	kept_assert(buf->len <= buf->max_bytes);
	if (len > buf->max_bytes - buf->len)
		return buf_refuse(buf, ERR_LIMIT);
	if (buf->ptr != NULL && len <= buf->cap - buf->len)
		return 0;
	return buf_grow(buf, buf->len + len);
}

void buf_init(struct buf *buf, size_t max_bytes)
{
	*buf = (struct buf){ .max_bytes = max_bytes };
}

void buf_release(struct buf *buf)
{
	mem_wipe(buf->ptr, buf->cap);
	mem_free(buf->ptr);
	*buf = (struct buf){ 0 };
}

void buf_clear(struct buf *buf)
{
	mem_wipe(buf->ptr, buf->len);
	buf->len = 0;
	buf->failed = 0;
}

uint8_t *buf_extend(struct buf *buf, size_t len)
{
	uint8_t *room;

	if (buf_reserve(buf, len) != 0)
		return NULL;
	room = buf->ptr + buf->len;
	buf->len += len;
	return room;
}

int buf_put(struct buf *buf, const void *bytes, size_t len)
{
	uint8_t *room;

	if (len == 0)
		return buf->failed;
	room = buf_extend(buf, len);
	if (room == NULL)
		return buf->failed;
	memcpy(room, bytes, len);
	return 0;
}

int buf_put_u8(struct buf *buf, uint8_t v)
{
	return buf_put(buf, &v, 1);
}

int buf_put_le16(struct buf *buf, uint16_t v)
{
	uint8_t bytes[2];

	le16_put(bytes, v);
	return buf_put(buf, bytes, sizeof bytes);
}

int buf_put_le32(struct buf *buf, uint32_t v)
{
	uint8_t bytes[4];

	le32_put(bytes, v);
	return buf_put(buf, bytes, sizeof bytes);
}

int buf_put_le64(struct buf *buf, uint64_t v)
{
	uint8_t bytes[8];

	le64_put(bytes, v);
	return buf_put(buf, bytes, sizeof bytes);
}

int buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	uint8_t *room;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	kept_assert(len >= 0);
	/* vsnprintf ends its text with a NUL that is not counted in. */
	room = buf_extend(buf, (size_t)len);
	if (room == NULL)
		return buf->failed;
	if (buf->cap == buf->len) {
		int rc = buf_grow(buf, buf->len + 1);

		if (rc != 0) {
			buf->len -= (size_t)len;
			return rc;
		}
		room = buf->ptr + buf->len - (size_t)len;
	}
	va_start(args, fmt);
	len = vsnprintf((char *)room, (size_t)len + 1, fmt, args);
	va_end(args);
	kept_assert(len >= 0);
	return 0;
}

void buf_consume(struct buf *buf, size_t len)
{
	kept_assert(len <= buf->len);
	if (len == 0)
		return;
	memmove(buf->ptr, buf->ptr + len, buf->len - len);
	buf->len -= len;
	mem_wipe(buf->ptr + buf->len, len);
}

struct bytes buf_bytes(const struct buf *buf)
{
	return bytes_of(buf->ptr, buf->len);
}
