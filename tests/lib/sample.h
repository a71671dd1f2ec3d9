/*
 * sample.h - blocks for tests of storage: everything in one follows from its
 * log and number, so that whoever reads it back can tell whether it is right.
 * No crypto: bodies are noise and signatures are not valid.
 */
#ifndef KEPT_TESTS_SAMPLE_H
#define KEPT_TESTS_SAMPLE_H

#include "proto/crypto/block.h"

#define SAMPLE_BODY_BYTES_MAX 2048u

struct sample {
	struct block block; /* body Borrows from this struct: do not copy */
	uint8_t body[SAMPLE_BODY_BYTES_MAX];
};

/* size: of the body, <= SAMPLE_BODY_BYTES_MAX; 0: one of 900 to 1400 by seq.
 * Every fourth is signed; entry tags go round by seq modulo 8. */
void sample_block(struct sample *out, uint32_t log_no, uint64_t seq,
		  size_t size);
/* The tag of the blocks whose seq is n modulo 8 (of any log). */
struct id16 sample_etag(uint64_t n);
/* Whole and as sample_block(size 0) makes it. */
bool sample_matches(const struct block *block, uint32_t log_no, uint64_t seq);

#endif
