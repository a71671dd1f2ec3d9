/*
 * absorb.h - blocks of the store into the view: what arrives, and at unlock
 * what the segments did not cover.
 */
#ifndef KEPT_VAULT_ABSORB_H
#define KEPT_VAULT_ABSORB_H

#include "daemon/vault/logbook.h"
#include "proto/base/ds.h"

struct vault;

/* A block that is in the store and not in the view. */
struct absorb_trouble {
	uint32_t log_no;
	bool is_waiting; /* its key is not here yet; else it does not open */
	uint64_t seq;
};
#define ABSORB_TROUBLES_MAX 1000000u

struct absorb { /* zeroed: empty */
	struct absorb_trouble *troubles; /* Owns */
	size_t trouble_count;
	size_t trouble_cap;
	/* Entries that wait to be folded anew, each once. */
	struct id16 *dirty; /* Owns */
	struct table dirty_ids;
	size_t dirty_count;
	size_t dirty_cap;
	uint32_t text_next; /* place in order from which words are missing */
	bool is_quiet;      /* building: nobody is told of changes */
};

void absorb_release(struct absorb *absorb);

/*
 * Covers at most `blocks` more blocks of one log. *done: all that is visible
 * of it is covered.
 */
int absorb_log(struct vault *vault, struct logbook_log *log, uint64_t blocks,
	       bool *done, struct err *err) KEPT_MUST_USE;
/* Folds entries of which more than one block is known, up to `entries`. */
int absorb_dirty(struct vault *vault, size_t entries, struct err *err)
	KEPT_MUST_USE;
int absorb_mark(struct vault *vault, const struct id16 *id) KEPT_MUST_USE;
/* Everything that is in the store, at once. */
int absorb_finish(struct vault *vault, struct err *err) KEPT_MUST_USE;
bool absorb_is_whole(const struct vault *vault);
/* Words of up to `rows` rows, newest first; all at UINT32_MAX. */
int absorb_words(struct vault *vault, uint32_t rows, struct err *err)
	KEPT_MUST_USE;
/* Keys came: blocks that waited get another try. */
int absorb_retry(struct vault *vault, struct err *err) KEPT_MUST_USE;
/* Everything anew: another part of a log is quarantined, or a rollback. */
int absorb_restart(struct vault *vault, struct err *err) KEPT_MUST_USE;
uint64_t absorb_count(const struct absorb *absorb, bool waiting);

#endif
