/*
 * moves.c - what a branch takes along when it gets a log of its own.
 *
 * Whoever acknowledged those blocks did so under the name that another history
 * bears now. Must never let them count for that one: nobody is said to hold
 * what they were not sent. Read branch.c for how histories get their names.
 */
#include "daemon/core/core.h"

/* Of one row of numbers, by log. */
static bool move_ack(uint64_t *from, uint64_t *to, uint64_t first)
{
	if (*from < first)
		return false;
	*to = *from;
	*from = first - 1;
	return true;
}

static int follow_move(struct engine *engine, size_t log, struct err *err)
{
	const struct chain_log *state = &engine->chain.logs[log];
	const struct store_log *rows = engine->chain.rows;
	uint32_t to = state->moved_to;
	size_t i;

	for (i = 0; i < engine->session_top; i++) {
		struct session_log *logs = engine->sessions[i].logs;

		if (peer_is_open(&engine->sessions[i]))
			move_ack(&logs[log].acked, &logs[to].acked,
				 state->moved_from);
	}
	for (i = 0; i < engine->link_count; i++) {
		const struct sign_public *device = &engine->links[i].device;
		uint64_t *acks = engine->acks + i * LIMIT_LOGS;
		int rc;

		if (!move_ack(&acks[log], &acks[to], state->moved_from))
			continue;
		rc = store_ack_lower(engine->chain.store, device, rows[log].no,
				     acks[log], err);
		if (rc == 0)
			rc = store_ack_put(engine->chain.store, device,
					   rows[to].no, acks[to], err);
		if (rc != 0)
			return rc;
	}
	return 0;
}

int moves_follow(struct engine *engine, struct err *err)
{
	struct chain *chain = &engine->chain;
	size_t i;
	int rc = 0;

	for (i = 0; i < chain->count && rc == 0; i++) {
		if (chain->logs[i].moved_from == 0)
			continue;
		rc = follow_move(engine, i, err);
		chain->logs[i].moved_from = 0;
	}
	return rc;
}
