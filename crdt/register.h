/*
 * register.h - one value, and whatever was written beside it.
 *
 * A cell is a keyset of writes. A write is alive when it has a value and no
 * op named its dot as overwritten. Used by the rules register, text, and list
 * (an item's value is a cell). Shapiro et al. (2011), multi-value register.
 */
#ifndef KEPT_CRDT_REGISTER_H
#define KEPT_CRDT_REGISTER_H

#include "crdt/state.h"

struct register_write {
	struct keyset_entry entry;   /* key: packed dot */
	struct register_write *twin; /* same dot, other bytes: forged */
	struct bytes value;          /* len 0: none seen */
	uint64_t stamp;
	bool is_overwritten; /* on the first of twins, for all of them */
};

/* One array of bins of DOT_BYTES; reader moves on. */
bool register_reads_dots(struct mp_reader *reader);
/* A value that is one element, or nil. */
bool register_reads_value(struct mp_reader *reader);

/* Reads the dots and the value from a sound payload and applies them. */
int register_take(struct keyset *cell, struct arena *arena,
		  const struct merge_record *record, struct mp_reader *payload)
	KEPT_MUST_USE;
/* Adds one write; the same again changes nothing. */
int register_put(struct keyset *cell, struct arena *arena,
		 const struct merge_record *record, struct bytes value)
	KEPT_MUST_USE;

size_t register_count(const struct keyset *cell); /* alive */
/* All alive, newest first, into pointers (room for register_count; scratch
 * the same). */
void register_newest(const struct keyset *cell,
		     const struct register_write **writes,
		     const void **scratch);
/*
 * The distinct values alive, newest first, at most LIMIT_SIBLINGS and cap.
 * *count = how many. Equal values keep their newest dot.
 */
int register_show(const struct keyset *cell, struct arena *arena,
		  struct merge_value *values, size_t cap, size_t *count)
	KEPT_MUST_USE;
/* Appends the array of dots that a write of this cell overwrites. */
int register_put_dots(const struct keyset *cell, struct arena *arena,
		      struct buf *out) KEPT_MUST_USE;
/* Appends [dot, value] of all alive, in dot order. */
int register_digest(const struct keyset *cell, struct arena *arena,
		    struct buf *out) KEPT_MUST_USE;

/* Newest first: stamp, then dot, then bytes, all descending. */
int register_order_newest(const void *a, const void *b);

#endif
