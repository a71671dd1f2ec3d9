/*
 * buf.h - a growable byte buffer with a hard maximum.
 *
 * Invariant: len <= max_bytes. Every put either appends whole or changes
 * nothing and returns ERR_LIMIT (over the maximum) or ERR_NOMEM. The first
 * refusal sticks (`failed`), so a writer may put many things and check once.
 */
#ifndef KEPT_BASE_BUF_H
#define KEPT_BASE_BUF_H

#include "proto/base/errors.h"

struct buf {
	uint8_t *ptr; /* Owns */
	size_t len;
	size_t cap;
	size_t max_bytes;
	int failed; /* 0 or the first error */
};

void buf_init(struct buf *buf, size_t max_bytes);
void buf_release(struct buf *buf); /* wipes, frees, leaves it zeroed */
void buf_clear(struct buf *buf);   /* len = 0, failed = 0, keeps memory */

int buf_put(struct buf *buf, const void *bytes, size_t len);
int buf_put_u8(struct buf *buf, uint8_t v);
int buf_put_le16(struct buf *buf, uint16_t v);
int buf_put_le32(struct buf *buf, uint32_t v);
int buf_put_le64(struct buf *buf, uint64_t v);
/* Text as printf; no NUL is stored. */
int buf_printf(struct buf *buf, const char *fmt, ...) KEPT_PRINTF(2, 3);
/* Room for len bytes at the end, already counted in; NULL when refused.
 * Borrows until the next change of buf. */
uint8_t *buf_extend(struct buf *buf, size_t len) KEPT_MUST_USE;
/* Removes the first len bytes (len <= buf->len). */
void buf_consume(struct buf *buf, size_t len);
/* Borrows until the next change of buf. */
struct bytes buf_bytes(const struct buf *buf);

#endif
