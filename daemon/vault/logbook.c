/*
 * logbook.c - a small array of logs, by their number in the store.
 *
 * Decides nothing about quarantine: core wrote that into the store's rows.
 */
#include "daemon/vault/logbook.h"

#include "proto/base/mem.h"

void logbook_release(struct logbook *book)
{
	mem_free(book->logs);
	*book = (struct logbook){ 0 };
}

struct logbook_log *logbook_find(const struct logbook *book, uint32_t no)
{
	/* Numbers run from 1 without gaps, as a rule. */
	if (no > 0 && no <= book->count && book->logs[no - 1].log.no == no)
		return &book->logs[no - 1];
	for (size_t i = 0; i < book->count; i++) {
		if (book->logs[i].log.no == no)
			return &book->logs[i];
	}
	return NULL;
}

struct logbook_log *logbook_find_lid(const struct logbook *book,
				     const struct id16 *lid)
{
	for (size_t i = 0; i < book->count; i++) {
		if (id16_equal(&book->logs[i].log.lid, lid))
			return &book->logs[i];
	}
	return NULL;
}

uint64_t logbook_visible(const struct logbook_log *log)
{
	if (log->log.log_class != LOG_DATA ||
	    (log->log.flags & STORE_LOG_QUARANTINE) != 0)
		return 0;
	if (log->log.cut != 0 && log->log.cut < log->log.head_seq)
		return log->log.cut;
	return log->log.head_seq;
}

int logbook_put(struct logbook *book, const struct store_log *log,
		struct logbook_log **out)
{
	struct logbook_log *found = logbook_find(book, log->no);
	size_t at = book->count;

	if (found == NULL && book->count == book->cap) {
		size_t cap = book->cap == 0 ? 16 : book->cap * 2;
		struct logbook_log *grown =
			mem_realloc(book->logs, cap, sizeof *grown);

		if (grown == NULL)
			return ERR_NOMEM;
		book->logs = grown;
		book->cap = cap;
	}
	if (found == NULL) {
		while (at > 0 && book->logs[at - 1].log.no > log->no)
			at--;
		found = &book->logs[at];
		memmove(found + 1, found, (book->count - at) * sizeof *found);
		found->covered = 0;
		book->count++;
	}
	found->log = *log;
	*out = found;
	return 0;
}

/* Is what the view may hold of it another part now? Growing is not. */
static bool quarantine_differs(const struct store_log *old,
			       const struct store_log *now)
{
	return ((old->flags ^ now->flags) & STORE_LOG_QUARANTINE) != 0 ||
	       old->cut != now->cut;
}

int logbook_refresh(struct logbook *book, struct store *store,
		    bool *quarantine_changed, struct err *err)
{
	struct store_log *logs = NULL;
	struct logbook_log *put;
	size_t count = 0, cap = 0;
	int code;

	*quarantine_changed = false;
	code = store_logs(store, NULL, 0, &count, err);
	if (code != 0)
		return code;
	cap = count;
	logs = mem_alloc(cap + 1, sizeof *logs);
	if (logs == NULL)
		return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	code = store_logs(store, logs, cap, &count, err);
	for (size_t i = 0; code == 0 && i < count && i < cap; i++) {
		const struct logbook_log *old = logbook_find(book, logs[i].no);

		if (old != NULL && quarantine_differs(&old->log, &logs[i]))
			*quarantine_changed = true;
		code = logbook_put(book, &logs[i], &put);
	}
	mem_free(logs);
	return code;
}
