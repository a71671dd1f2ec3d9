/*
 * keyset.h - a set of byte keys whose entries live inside the caller's own
 * structs.
 *
 * Dots come from peers, who choose their bytes; so there is no hash to flood.
 * A few entries are a list; more of them a crit-bit tree (Bernstein's
 * description), whose depth never exceeds the bits of a key: finding and
 * adding cost at most 8 steps a key byte, whoever chose the keys.
 *
 * Within one set no key may be a true prefix of another.
 */
#ifndef KEPT_CRDT_KEYSET_H
#define KEPT_CRDT_KEYSET_H

#include "proto/base/arena.h"
#include "proto/base/errors.h"

/* The first member of what is kept in a set. */
struct keyset_entry {
	struct bytes key;          /* Borrows as long as the set lives */
	struct keyset_entry *next; /* in the order they were added */
};

struct keyset_branch;

struct keyset_link { /* one of the two; both NULL: empty */
	struct keyset_branch *branch;
	struct keyset_entry *leaf;
};

struct keyset { /* zeroed: empty */
	struct keyset_entry *first;
	struct keyset_entry *last;
	struct keyset_link root; /* used above KEYSET_LIST entries */
	size_t count;
};

#define KEYSET_LIST 8u

/* NULL if the key is not there. */
struct keyset_entry *keyset_find(const struct keyset *set, struct bytes key);
/* entry->key is set and not there yet. ERR_NOMEM: the set is unusable. */
int keyset_add(struct keyset *set, struct arena *arena,
	       struct keyset_entry *entry) KEPT_MUST_USE;

#endif
