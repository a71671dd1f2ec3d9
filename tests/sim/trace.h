/*
 * trace.h - what happened in a run: a hash of all of it, and the last lines
 * in words.
 *
 * One per process, so that a panic can print it. Times are virtual ms.
 */
#ifndef KEPT_SIM_TRACE_H
#define KEPT_SIM_TRACE_H

#include "proto/base/bytes.h"

#define TRACE_LINES 40u

void trace_start(uint64_t seed, bool verbose);
void trace_set_time(uint64_t now_ms);
/* A line; hashed with its time. */
void trace_line(const char *fmt, ...) KEPT_PRINTF(1, 2);
/* Bytes that went somewhere: hashed only. */
void trace_bytes(struct bytes bytes);
uint64_t trace_hash(void);
/* Seed and last lines; for a failure, and safe in a panic's hook. */
void trace_dump(void);

#endif
