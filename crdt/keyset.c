/*
 * keyset.c - a list that becomes a crit-bit tree when it grows.
 *
 * Must never hash what a peer chose. Read crdt/state.h next for what is kept
 * in sets.
 */
#include "crdt/keyset.h"

#include "proto/base/panic.h"

struct keyset_branch {
	struct keyset_link child[2];
	size_t byte;    /* the first byte in which the children differ */
	uint8_t others; /* every bit but the one that differs */
};

/* 1 if the key has the branch's bit; beyond its end a key counts as zeros. */
static int branch_side(const struct keyset_branch *branch, struct bytes key)
{
	uint8_t at = branch->byte < key.len ? key.ptr[branch->byte] : 0;

	return (1 + (branch->others | at)) >> 8;
}

static struct keyset_entry *keyset_nearest(const struct keyset *set,
					   struct bytes key)
{
	struct keyset_link link = set->root;

	while (link.branch != NULL)
		link = link.branch->child[branch_side(link.branch, key)];
	return link.leaf;
}

struct keyset_entry *keyset_find(const struct keyset *set, struct bytes key)
{
	struct keyset_entry *entry = set->first;

	if (set->count > KEYSET_LIST) {
		entry = keyset_nearest(set, key);
		return bytes_equal(entry->key, key) ? entry : NULL;
	}
	while (entry != NULL && !bytes_equal(entry->key, key))
		entry = entry->next;
	return entry;
}

/* Fills branch with the first bit in which two keys differ. */
static void branch_split(struct keyset_branch *branch, struct bytes a,
			 struct bytes b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	size_t byte = 0;
	unsigned bit = 0x80;

	while (byte < shorter && a.ptr[byte] == b.ptr[byte])
		byte++;
	kept_assert(byte < shorter);
	while (((a.ptr[byte] ^ b.ptr[byte]) & bit) == 0)
		bit >>= 1;
	branch->byte = byte;
	branch->others = (uint8_t)(bit ^ 0xff);
}

static int tree_add(struct keyset *set, struct arena *arena,
		    struct keyset_entry *entry)
{
	struct keyset_entry *nearest = keyset_nearest(set, entry->key);
	struct keyset_branch *branch = NULL;
	struct keyset_link *link = &set->root;
	int side = 0;

	if (nearest == NULL) {
		link->leaf = entry;
		return 0;
	}
	branch = arena_alloc(arena, 1, sizeof *branch);
	if (branch == NULL)
		return ERR_NOMEM;
	branch_split(branch, entry->key, nearest->key);
	/* Bits are tested in order on the way down: byte, then high bits. */
	while (link->branch != NULL &&
	       (link->branch->byte < branch->byte ||
		(link->branch->byte == branch->byte &&
		 link->branch->others < branch->others)))
		link = &link->branch
				->child[branch_side(link->branch, entry->key)];
	side = branch_side(branch, entry->key);
	branch->child[side].leaf = entry;
	branch->child[1 - side] = *link;
	*link = (struct keyset_link){ .branch = branch };
	return 0;
}

int keyset_add(struct keyset *set, struct arena *arena,
	       struct keyset_entry *entry)
{
	int rc = 0;

	entry->next = NULL;
	if (set->last != NULL)
		set->last->next = entry;
	else
		set->first = entry;
	set->last = entry;
	set->count++;
	if (set->count <= KEYSET_LIST)
		return 0;
	if (set->count > KEYSET_LIST + 1)
		return tree_add(set, arena, entry);
	for (entry = set->first; entry != NULL && rc == 0; entry = entry->next)
		rc = tree_add(set, arena, entry);
	return rc;
}
