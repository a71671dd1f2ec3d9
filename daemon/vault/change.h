/*
 * change.h - one change of one entry, as it lies in a block or a group.
 */
#ifndef KEPT_VAULT_CHANGE_H
#define KEPT_VAULT_CHANGE_H

#include "daemon/vault/keyring.h"
#include "daemon/vault/view.h"

struct change { /* Borrows from the plaintext */
	uint64_t stamp;
	struct id16 entry;
	uint64_t kind;
	struct bytes ops;
	bool has_undoes;
	struct dot undoes;
};

/* Form and bounds of a plaintext (cut.h). ERR_MALFORMED. */
int change_read(struct bytes plain, struct change *out) KEPT_MUST_USE;

/*
 * Appends a block's plaintext. ERR_EPOCH: no key of its number is here;
 * ERR_CRYPTO: none of those here opens it; ERR_NOT_FOUND: erased.
 */
int change_open(const struct keyring *ring, const struct block *block,
		struct buf *out) KEPT_MUST_USE;

/*
 * The row and the folded words of an entry that has this change and no other;
 * false where that takes a merge. id, blocks, log_no and seq are the caller's.
 */
bool change_describe(const struct change *change, struct row *row,
		     struct buf *words);
/*
 * The value of an op that overwrites nothing: what the field holds if this is
 * all there is of it; for a set the array of what was added, for a list that
 * of [after, value]. false: it takes a merge.
 */
bool change_plain_value(struct bytes op, struct bytes *value);
/* The words of one stored value, strings at any depth, after a break. */
void change_put_words(struct bytes value, struct buf *words);
/* Sets at_ms and day; false if it is not an instant. */
bool change_read_at(struct bytes value, int64_t *at_ms);

#endif
