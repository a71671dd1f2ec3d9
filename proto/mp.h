/*
 * mp.h - writing canonical msgpack, and walking bytes that mpcheck proved.
 *
 * Writing goes through msgpack-c's packer (in codec.c) into a buf; a writer
 * may put many things and look at buf->failed once. Reading is a cursor: no
 * allocation, no copies, spans of the input. mp_read_* on input that mpcheck
 * has not accepted is a bug; it stays inside the input all the same and
 * answers ERR_MALFORMED. A read that fails leaves the cursor where it was.
 */
#ifndef KEPT_PROTO_MP_H
#define KEPT_PROTO_MP_H

#include "proto/base/buf.h"

void mp_put_nil(struct buf *out);
void mp_put_bool(struct buf *out, bool v);
void mp_put_uint(struct buf *out, uint64_t v);
void mp_put_int(struct buf *out, int64_t v);
void mp_put_float(struct buf *out, double v); /* client profile only */
void mp_put_str(struct buf *out, struct bytes text);
void mp_put_cstr(struct buf *out, const char *text);
void mp_put_bin(struct buf *out, struct bytes bin);
void mp_put_array(struct buf *out, size_t count);
void mp_put_map(struct buf *out, size_t pairs);
/* One whole element, as it is. */
void mp_put_raw(struct buf *out, struct bytes element);

enum mp_type {
	MP_END,
	MP_NIL,
	MP_BOOL,
	MP_UINT, /* >= 0 */
	MP_INT,	 /* < 0 */
	MP_FLOAT, /* client profile only */
	MP_STR,
	MP_BIN,
	MP_ARRAY,
	MP_MAP
};

struct mp_reader {
	const uint8_t *at;
	const uint8_t *end;
};

/*
 * The head of one element: what it is, before its payload or its items.
 * mpcheck, the cursor, and the splitter of frame.h all read heads here.
 */
struct mp_head {
	enum mp_type type;
	bool is_shortest;  /* no shorter head says the same */
	size_t head_bytes; /* 1..9, numbers included */
	uint64_t value;	   /* uint; bytes of str, bin; items; pairs; 0 or 1 */
	int64_t negative;  /* MP_INT */
	double real;	   /* MP_FLOAT */
};

/* From the first byte: 1..9, or 0 for what no profile takes (ext, 0xc1). */
size_t mp_head_bytes(uint8_t first);
/* ERR_MALFORMED: refused first byte, or input ends inside the head. */
int mp_head_read(struct bytes input, struct mp_head *out) KEPT_MUST_USE;

struct mp_reader mp_reader(struct bytes input);
enum mp_type mp_peek(const struct mp_reader *reader);
int mp_read_nil(struct mp_reader *reader) KEPT_MUST_USE;
int mp_read_bool(struct mp_reader *reader, bool *out) KEPT_MUST_USE;
/* Integers that fit; client profile: a whole float counts as one. */
int mp_read_uint(struct mp_reader *reader, uint64_t *out) KEPT_MUST_USE;
int mp_read_int(struct mp_reader *reader, int64_t *out) KEPT_MUST_USE;
int mp_read_str(struct mp_reader *reader, struct bytes *out) KEPT_MUST_USE;
int mp_read_bin(struct mp_reader *reader, struct bytes *out) KEPT_MUST_USE;
int mp_read_array(struct mp_reader *reader, size_t *count) KEPT_MUST_USE;
int mp_read_map(struct mp_reader *reader, size_t *pairs) KEPT_MUST_USE;
/* The span of the next element, nested ones included; iterative. */
int mp_read_raw(struct mp_reader *reader, struct bytes *out) KEPT_MUST_USE;
/* Client profile: a float, or any integer as one. */
int mp_read_float(struct mp_reader *reader, double *out) KEPT_MUST_USE;
bool mp_at_end(const struct mp_reader *reader);

#endif
