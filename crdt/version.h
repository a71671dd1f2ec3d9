/*
 * version.h - per-log vectors: what is held, what another holds, what lacks.
 *
 * Items are sorted by lid, one per log. seq is the newest number held without
 * a gap; tip the first 8 bytes of that block's id.
 */
#ifndef KEPT_CRDT_VERSION_H
#define KEPT_CRDT_VERSION_H

#include "proto/base/errors.h"
#include "proto/base/ids.h"

struct version_item {
	struct id16 lid;
	uint64_t seq;
	uint8_t tip[8];
};

struct version {
	struct version_item *items; /* Borrows: the caller's array */
	size_t count;
	size_t cap;
};

void version_init(struct version *version, struct version_item *items,
		  size_t cap);
/* NULL if the log is unknown. Borrows. */
const struct version_item *version_find(const struct version *version,
					const struct id16 *lid);
/* Inserts, or raises seq (never lowers). ERR_LIMIT when full. */
int version_raise(struct version *version, const struct version_item *item)
	KEPT_MUST_USE;
/* Inserts or sets, even lower. ERR_LIMIT when full. */
int version_set(struct version *version, const struct version_item *item)
	KEPT_MUST_USE;
bool version_covers(const struct version *version, const struct dot *dot);
/* Does a hold everything b holds? */
bool version_includes(const struct version *a, const struct version *b);

/* What `have` holds and `theirs` lacks, a range per log, in lid order. */
struct version_range {
	struct id16 lid;
	uint64_t from; /* first lacking */
	uint64_t to;   /* last held */
};
/* Writes at most cap ranges; returns how many there are. */
size_t version_missing(const struct version *have, const struct version *theirs,
		       struct version_range *ranges, size_t cap);

#endif
