/*
 * sm.h - checked state machines.
 *
 * A machine is an enum, a static table of states (name, allowed successors,
 * flags) and an optional invariant. sm_move is the only way to change state;
 * a move the table does not allow is a bug of ours and panics. Moves go to a
 * ring of the last SM_RING_COUNT that panic dumps.
 */
#ifndef KEPT_BASE_SM_H
#define KEPT_BASE_SM_H

#include "proto/base/bytes.h"

#define SM_RING_COUNT 4096
#define SM_BIT(state) (UINT32_C(1) << (state))

struct sm_state {
	const char *name;
	uint32_t allowed; /* SM_BIT()s of successors */
	uint32_t flags;   /* the machine's own */
};

struct sm {
	const struct sm_state *states; /* Borrows for ever (static) */
	uint32_t state_count;          /* <= 32 */
	uint32_t state;
	uint32_t id; /* for the ring: which peer, which client */
	const char *machine;
};

void sm_init(struct sm *sm, const char *machine, const struct sm_state *states,
	     uint32_t state_count, uint32_t id);
void sm_move(struct sm *sm, uint32_t to);
bool sm_can(const struct sm *sm, uint32_t to);
const char *sm_name(const struct sm *sm);
/* Writes the ring to fd, oldest first; async-signal-safe enough for panic. */
void sm_ring_dump(int fd);

#endif
