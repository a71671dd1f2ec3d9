/*
 * optape.c - varints, and ops made of them.
 *
 * Bytes come from anywhere: it must never read past the end, and takes each
 * number in one form only, so that what decodes encodes to the same bytes.
 * Next: textwire.c and columns.c.
 */
#include "crdt/text/optape.h"

enum { TAPE_MOVED = 4, TAPE_MANY = 8, TAPE_SHIFT = 4 };

struct optape optape_of(struct bytes bytes)
{
	return (struct optape){ bytes.ptr, bytes.ptr + bytes.len, false };
}

uint64_t optape_get(struct optape *tape)
{
	uint64_t value = 0;
	unsigned shift = 0;

	while (!tape->bad && tape->ptr < tape->end && shift < 63) {
		uint8_t byte = *tape->ptr++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			tape->bad = byte == 0 && shift > 0;
			return tape->bad ? 0 : value;
		}
		shift += 7;
	}
	tape->bad = true;
	return 0;
}

uint32_t optape_get_to(struct optape *tape, uint32_t most)
{
	uint64_t value = optape_get(tape);

	if (value > most) {
		tape->bad = true;
		return 0;
	}
	return (uint32_t)value;
}

struct bytes optape_get_bytes(struct optape *tape, uint64_t len)
{
	struct bytes bytes = { tape->ptr, 0 };

	if (tape->bad || len > (uint64_t)(tape->end - tape->ptr)) {
		tape->bad = true;
		return bytes;
	}
	bytes.len = (size_t)len;
	tape->ptr += len;
	return bytes;
}

bool optape_is_done(const struct optape *tape)
{
	return !tape->bad && tape->ptr == tape->end;
}

void optape_put(struct buf *out, uint64_t value)
{
	uint8_t bytes[10];
	size_t len = 0;

	while (value >= 0x80) {
		bytes[len++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	bytes[len++] = (uint8_t)value;
	(void)buf_put(out, bytes, len);
}

static uint32_t optape_after(const struct text_op *op)
{
	return op->kind == TEXT_INSERT ? op->pos + op->len : op->pos;
}

void optape_put_op(struct buf *out, uint32_t *cursor, const struct text_op *op)
{
	int64_t moved = (int64_t)op->pos - *cursor;
	uint64_t way = (uint64_t)moved << 1 ^ (uint64_t)(moved >> 63);
	uint64_t v = (uint64_t)op->kind;

	if (op->kind == TEXT_VOID)
		way = 0;
	if (way != 0)
		v |= TAPE_MOVED;
	if (op->len > 1)
		v |= TAPE_MANY | (uint64_t)op->len << TAPE_SHIFT;
	else
		v |= way << TAPE_SHIFT;
	optape_put(out, v);
	if (way != 0 && op->len > 1)
		optape_put(out, way);
	if (op->kind != TEXT_VOID)
		*cursor = optape_after(op);
}

bool optape_get_op(struct optape *tape, uint32_t *cursor, struct text_op *op)
{
	uint64_t v = optape_get(tape);
	uint64_t rest = v >> TAPE_SHIFT;
	uint64_t way = 0;
	int64_t pos;

	*op = (struct text_op){ .kind = (enum text_kind)(v & 3), .len = 1 };
	if ((v & TAPE_MANY) != 0) {
		if (rest < 2 || rest > OPLOG_LEN_MAX)
			tape->bad = true;
		op->len = (uint32_t)rest;
		if ((v & TAPE_MOVED) != 0)
			way = optape_get(tape);
	} else {
		way = rest;
	}
	if ((way != 0) != ((v & TAPE_MOVED) != 0) || way > UINT32_MAX ||
	    (way != 0 && op->kind == TEXT_VOID))
		tape->bad = true;
	pos = *cursor + ((int64_t)(way >> 1) ^ -(int64_t)(way & 1));
	if (pos < 0 || pos > INT32_MAX)
		tape->bad = true;
	if (tape->bad)
		return false;
	op->pos = op->kind == TEXT_VOID ? 0 : (uint32_t)pos;
	if (op->kind != TEXT_VOID)
		*cursor = optape_after(op);
	return true;
}
