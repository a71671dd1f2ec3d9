/*
 * benchwords.h - the workload: n entries of 1.13 KB as JSON on average, the
 * same for the same number on every machine.
 */
#ifndef KEPT_TESTS_BENCHWORDS_H
#define KEPT_TESTS_BENCHWORDS_H

#include "proto/base/buf.h"

/* A word that only entry `no` holds. */
#define BENCHWORDS_MARK_BYTES 24u
void benchwords_mark(uint64_t no, char out[BENCHWORDS_MARK_BYTES]);
/* Appends the entry as `import` takes it: one map. */
void benchwords_put_entry(struct buf *out, uint64_t no);
/* Appends the parameters of `add` for the same words. */
void benchwords_put_add(struct buf *out, uint64_t no);
/* Bytes of the same as one line of JSON. */
size_t benchwords_json_bytes(uint64_t no);

#endif
