/*
 * frame.h - where one message ends in a stream of bytes.
 *
 * Peers: u32 little-endian length, then so many bytes (PROTOCOL.md section
 * 6). Client socket: msgpack elements one after another, as any msgpack
 * library writes them. Both are incremental: give all bytes since the end of
 * the last message, again and longer, until a message is whole. Nothing is
 * allocated; a message over LIMIT_FRAME_BYTES is refused as soon as its head
 * says so.
 */
#ifndef KEPT_PROTO_FRAME_H
#define KEPT_PROTO_FRAME_H

#include "proto/base/buf.h"
#include "proto/bounds.h"

#define FRAME_HEAD_BYTES 4u

struct frame {
	struct bytes payload; /* Borrows from the input */
	size_t input_bytes;   /* to consume; 0: not whole yet */
};

/*
 * max_bytes <= LIMIT_FRAME_BYTES. ERR_LIMIT: a longer frame was announced;
 * ERR_MALFORMED: an empty one. After either the stream is of no more use.
 */
int frame_next(struct bytes input, size_t max_bytes, struct frame *out)
	KEPT_MUST_USE;
/* ERR_LIMIT, ERR_MALFORMED as above; else what out refuses with. */
int frame_put(struct buf *out, struct bytes payload) KEPT_MUST_USE;

/* How far into the element at hand the splitter has come. Zero to begin. */
struct frame_splitter {
	size_t at; /* may lie beyond the input: inside a str or bin */
	uint32_t nodes;
	uint32_t depth;
	uint64_t left[LIMIT_MP_DEPTH]; /* elements to come, per container */
	bool is_begun;
};

/*
 * The next whole element; the splitter is zero again when there is one. Only
 * the shape is looked at: mpcheck comes after. ERR_LIMIT: more than
 * LIMIT_FRAME_BYTES, LIMIT_MP_DEPTH, or LIMIT_MP_NODES; ERR_MALFORMED: a
 * byte that begins nothing kept takes.
 */
int frame_next_msgpack(struct frame_splitter *splitter, struct bytes input,
		       struct frame *out) KEPT_MUST_USE;

#endif
