/*
 * logbook.h - the logs of the store as the vault needs them: whose they are,
 * what of them is in the view, and what is quarantined.
 */
#ifndef KEPT_VAULT_LOGBOOK_H
#define KEPT_VAULT_LOGBOOK_H

#include "daemon/store/store.h"

struct logbook_log {
	struct store_log log;
	uint64_t covered; /* the view has seen up to here */
};

struct logbook { /* zeroed: empty */
	struct logbook_log *logs; /* Owns; by no */
	size_t count;
	size_t cap;
};

void logbook_release(struct logbook *book);
/*
 * Reads all logs of the store again, keeping `covered`. *quarantine_changed:
 * of some log known before, another part is outside the view now.
 */
int logbook_refresh(struct logbook *book, struct store *store,
		    bool *quarantine_changed, struct err *err) KEPT_MUST_USE;
/* Inserts or updates one; the result borrows until the next call. */
int logbook_put(struct logbook *book, const struct store_log *log,
		struct logbook_log **out) KEPT_MUST_USE;
/* NULL if unknown. Borrow until the next change. */
struct logbook_log *logbook_find(const struct logbook *book, uint32_t no);
struct logbook_log *logbook_find_lid(const struct logbook *book,
				     const struct id16 *lid);
/* Newest number of this log that belongs to the view; 0: none. */
uint64_t logbook_visible(const struct logbook_log *log);

#endif
