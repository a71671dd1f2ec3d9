/*
 * squeeze.h - zstd, in memory that was brought along.
 */
#ifndef KEPT_CRDT_TEXT_SQUEEZE_H
#define KEPT_CRDT_TEXT_SQUEEZE_H

#include "crdt/text/textmem.h"
#include "proto/base/buf.h"

/* Appends raw, squeezed, if that is shorter; else nothing. *stored: how many
 * bytes were appended. */
int squeeze_put(struct text_memory *memory, struct bytes raw, struct buf *out,
		size_t *stored) KEPT_MUST_USE;
/* ERR_CORRUPT unless stored opens to exactly raw_bytes. */
int squeeze_get(struct text_memory *memory, struct bytes stored, uint8_t *raw,
		size_t raw_bytes) KEPT_MUST_USE;

#endif
