/*
 * settings.h - what travels with the journal and is no entry of the person's:
 * the one entry of kind `settings`.
 *
 * Its id is the same in every journal, so that two devices that make it apart
 * have made one entry, which merges like any other; and so that an export of
 * one journal finds its place in another. Lists, search, and counts leave it
 * out (entry_kind_is_hidden); history, undo, sync, and the digest do not.
 */
#ifndef KEPT_VAULT_SETTINGS_H
#define KEPT_VAULT_SETTINGS_H

#include "daemon/vault/journal.h"

extern const struct id16 settings_id;

enum settings_state {
	SETTINGS_UNSAID,  /* nobody ever said */
	SETTINGS_CLEARED, /* as if nobody had: the default counts */
	SETTINGS_SAID
};

/*
 * The value of a field that is one text, by its name. ERR_LOCKED; ERR_USAGE:
 * no such field; ERR_LIMIT: longer than out has room for.
 */
int settings_text(struct vault *vault, const char *field, struct buf *out,
		  enum settings_state *state, struct err *err) KEPT_MUST_USE;
/* Appends the whole entry in the program's form; *is_there = false, and
 * nothing is appended, while nothing was ever set. */
int settings_put(struct vault *vault, struct buf *out, bool *is_there,
		 struct err *err) KEPT_MUST_USE;
/* fields: map of names to values; nil clears, what is absent stays. */
int settings_change(struct vault *vault, const struct roster *roster,
		    struct bytes fields, struct vault_time time,
		    struct err *err) KEPT_MUST_USE;
/* Has it changed since the last call, here or on another device? True once
 * after each unlock, as soon as everything is read. */
bool settings_take_change(struct vault *vault);

#endif
