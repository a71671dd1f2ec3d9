/*
 * hlc.c - stamps that never go back.
 *
 * Must never ask the time: the shell passes it in. Read crdt/register.c next
 * for the one thing stamps decide.
 */
#include "crdt/hlc.h"

#include "proto/base/panic.h"

#define COUNTER_BITS 16
/* One below the top, so that a clock gone mad still leaves room to count. */
#define MS_MAX ((UINT64_C(1) << 48) - 2)

static uint64_t stamp_from_ms(uint64_t ms)
{
	return (ms < MS_MAX ? ms : MS_MAX) << COUNTER_BITS;
}

uint64_t hlc_next(struct hlc *hlc, uint64_t wall_ms)
{
	uint64_t wall = stamp_from_ms(wall_ms);

	kept_assert(hlc->last < UINT64_MAX);
	hlc->last = wall > hlc->last ? wall : hlc->last + 1;
	return hlc->last;
}

void hlc_seen(struct hlc *hlc, uint64_t stamp, uint64_t wall_ms,
	      uint64_t drag_ms)
{
	uint64_t far_ms = wall_ms > UINT64_MAX - drag_ms ? UINT64_MAX
							 : wall_ms + drag_ms;
	uint64_t farthest = stamp_from_ms(far_ms);

	if (stamp > farthest)
		stamp = farthest;
	if (stamp > hlc->last)
		hlc->last = stamp;
}

uint64_t hlc_ms(uint64_t stamp)
{
	return stamp >> COUNTER_BITS;
}
