/*
 * trial.h - a short life of a store, cut short by something, and what has to
 * be true of it afterwards.
 *
 * Turn t writes block t of log 1, that log's head, the clock t, a draft, and a
 * receipt, in one transaction; every fifth turn erases a body, every 13th asks
 * for a checkpoint. So a turn is either there in all its parts or in none.
 */
#ifndef KEPT_SWEEP_TRIAL_H
#define KEPT_SWEEP_TRIAL_H

#include "daemon/store/store.h"

struct trial {
	const char *path;
	const char *vfs;   /* NULL: real files */
	uint64_t turns;    /* how many to do */
	bool again;        /* after a failed turn, try it once more */
	/* Called after a commit said yes, with context; may be NULL. */
	void (*on_ack)(void *context, uint64_t turn);
	void *context;

	bool made;         /* out: store_open has once succeeded */
	uint64_t acked;    /* out: turns whose commit said yes */
	uint64_t errors;   /* out: how often anything failed */
	int worst;         /* out: 0 or the last code that was not ours */
};

/* 0, or the first error; whatever happens, everything is closed. */
int trial_run(struct trial *trial);
/*
 * NULL, or what is wrong: opens, checks, and reads all; every acknowledged
 * turn has to be there whole, and no half turn. Needs trial->made.
 */
const char *trial_verify(const struct trial *trial);

#endif
