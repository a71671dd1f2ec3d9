/*
 * journal.h - entries: what a person wrote, as the vault keeps and changes it.
 *
 * Entries go in and out in the program's form (msgpack with str keys, the
 * layout of the outside contract); proto/entryform.h converts and validates.
 * Every change is one block (or one group) of this device's data log: undo
 * and deletion are changes too. Ids are ULIDs; where a person may type one,
 * any unique ending of it will do (case does not matter).
 *
 * Unless said otherwise: ERR_LOCKED when locked, ERR_NOT_FOUND,
 * ERR_AMBIGUOUS, ERR_USAGE with a sentence naming the field.
 */
#ifndef KEPT_VAULT_JOURNAL_H
#define KEPT_VAULT_JOURNAL_H

#include "daemon/vault/vault.h"

struct journal_place {
	int32_t day_ends_min; /* minutes after midnight at which a day ends */
};

struct journal_add {
	struct bytes kind;    /* name */
	struct bytes fields;  /* map */
	struct bytes at, tz, day; /* text; empty: now, "", from at */
	const struct bytes *tags;
	size_t tag_count;
	struct bytes draft;   /* id of a draft it finishes; may be empty */
	struct journal_place place;
};
/* id: of the new entry. Locked: sealed as a capture, *captured = true. */
int journal_add(struct vault *vault, const struct roster *roster,
		const struct journal_add *add, struct vault_time time,
		struct id16 *id, bool *captured, struct err *err)
	KEPT_MUST_USE;

enum journal_import_result { JOURNAL_ADDED, JOURNAL_ALREADY, JOURNAL_SKIPPED };
/* One entry in the program's form, id kept. */
int journal_import(struct vault *vault, const struct roster *roster,
		   struct bytes entry, bool dry_run, struct vault_time time,
		   enum journal_import_result *result, struct err *err)
	KEPT_MUST_USE;

/* Unique ending to id. */
int journal_find(struct vault *vault, struct bytes ending, struct id16 *id,
		 struct err *err) KEPT_MUST_USE;

/* Appends the entry as one map. rev 0: now. Also marks, device, rev; `more`
 * counts fields of a newer kept. */
int journal_put_entry(struct vault *vault, const struct id16 *id, uint64_t rev,
		      struct buf *out, struct err *err) KEPT_MUST_USE;
/* Appends an array of maps {name, values: [{value, device, at}]} of fields
 * written apart. */
int journal_put_versions(struct vault *vault, const struct id16 *id,
			 struct buf *out, struct err *err) KEPT_MUST_USE;
/* The same as it was at that change; rev 0: now. What was written apart and
 * then overwritten is found here and nowhere else. */
int journal_put_versions_at(struct vault *vault, const struct id16 *id,
			    uint64_t rev, struct buf *out, struct err *err)
	KEPT_MUST_USE;
/* Appends an array of maps {rev, at, device, changed: [names]}, newest first;
 * undo = true in those that took another back. */
int journal_put_history(struct vault *vault, const struct id16 *id,
			struct buf *out, struct err *err) KEPT_MUST_USE;

struct journal_edit {
	struct bytes fields; /* map or empty; nil clears */
	struct bytes at, tz, day;
	const struct bytes *tags_add, *tags_remove;
	size_t add_count, remove_count;
	int8_t star;         /* 1 on, -1 off, 0 as it is */
	int8_t life;         /* 1 deleted, -1 brought back, 0 as it is */
};
/* *changed = false when it was so already (nothing is written). */
int journal_edit(struct vault *vault, const struct roster *roster,
		 const struct id16 *id, const struct journal_edit *edit,
		 struct vault_time time, bool *changed, struct err *err)
	KEPT_MUST_USE;

/* Appends the array of rpc.def's undo and writes `expect`; with dry_run only
 * that. expect non-empty: ERR_USAGE if something came between. */
struct journal_undo {
	uint32_t count;
	bool dry_run;
	struct bytes expect;
};
int journal_undo(struct vault *vault, const struct roster *roster,
		 const struct journal_undo *undo, struct vault_time time,
		 struct buf *undone, char expect[65], struct err *err)
	KEPT_MUST_USE;

/* ---- lists and search (view.h) ---- */

struct journal_query {
	struct bytes kind, since, until, tag; /* empty: any */
	struct bytes words;                   /* empty: all entries */
	bool starred, deleted, oldest_first;
	uint32_t limit;                       /* 1..LIMIT_LIST_PAGE */
	struct bytes cursor;
};
/*
 * Appends an array of entries; next is "" at the end. total: hits of words.
 * near: an array of {word, count} (an empty one unless nothing was found).
 * Searching before the view is whole finishes it first.
 */
struct journal_page {
	struct buf *entries;
	struct buf *near;
	uint64_t total;
	char next[65];
};
int journal_list(struct vault *vault, const struct journal_query *query,
		 struct journal_page *page, struct err *err) KEPT_MUST_USE;

struct journal_counts {
	uint64_t entries;   /* shown */
	uint64_t deleted;
	uint64_t conflicts; /* with two versions */
	uint64_t unreadable; /* blocks that did not open, with their key here */
	uint64_t waiting;    /* blocks whose epoch key is not here yet */
};
struct journal_counts journal_counts(struct vault *vault);
/* The newest entry shown that has two versions; ERR_NOT_FOUND: none has. */
int journal_find_conflict(struct vault *vault, struct id16 *id, struct err *err)
	KEPT_MUST_USE;
/* 64 hex digits over every entry's merged state (crdt/digest.h). */
int journal_digest(struct vault *vault, char hex[65], uint64_t *entries,
		   struct err *err) KEPT_MUST_USE;

/* ---- drafts and captures ---- */

/* Seals a half-written entry. Locked: as a capture for this device only;
 * id in and out is text (<= 26), empty in = new. */
int journal_draft_put(struct vault *vault, const struct roster *roster,
		      struct bytes kind, struct bytes fields,
		      struct vault_time time, char id[33], struct err *err)
	KEPT_MUST_USE;
/* Appends an array of {id, kind, at, fields}, newest first, as many as out
 * has room for. */
int journal_put_drafts(struct vault *vault, struct buf *out, struct err *err)
	KEPT_MUST_USE;
int journal_draft_drop(struct vault *vault, struct bytes ending,
		       struct err *err) KEPT_MUST_USE;
/* Counts, also while locked. */
void journal_waiting(struct vault *vault, uint64_t *drafts,
		     uint64_t *captured);
/* After unlock: captures become entries or drafts (queued blocks); each
 * capture leaves in the same transaction. Returns how many became entries. */
int journal_take_captures(struct vault *vault, const struct roster *roster,
			  struct vault_time time, uint64_t *entries,
			  struct err *err) KEPT_MUST_USE;

/* What changed for people since the last call: for `watch`.
 * ERR_NOT_FOUND: nothing more. */
struct journal_change {
	struct id16 id;
	enum { JOURNAL_NEW, JOURNAL_CHANGED, JOURNAL_HIDDEN } what;
	bool conflict;
};
int journal_take_change(struct vault *vault, struct journal_change *out)
	KEPT_MUST_USE;
/* How many there was no room to remember, since the last call. */
uint64_t journal_lost_changes(struct vault *vault);

#endif
