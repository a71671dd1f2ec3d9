/*
 * hlc.h - hybrid logical clock: 48 bits of milliseconds, 16 of counter.
 *
 * Orders only concurrent values for display; overwriting goes by dot. Time
 * comes in as an argument. Kulkarni et al., "Logical Physical Clocks" (2014).
 */
#ifndef KEPT_CRDT_HLC_H
#define KEPT_CRDT_HLC_H

#include "proto/base/bytes.h"

struct hlc {
	uint64_t last; /* ms << 16 | counter */
};

/* The stamp of a local event; strictly greater than every earlier one. */
uint64_t hlc_next(struct hlc *hlc, uint64_t wall_ms);
/*
 * A stamp that arrived drags ours along, but no further than wall_ms +
 * drag_ms: a clock in 2030 may not take ours with it.
 */
void hlc_seen(struct hlc *hlc, uint64_t stamp, uint64_t wall_ms,
	      uint64_t drag_ms);
uint64_t hlc_ms(uint64_t stamp);

#endif
