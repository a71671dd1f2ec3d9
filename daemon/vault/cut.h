/*
 * cut.h - making blocks: own logs with their heads, and the queue of blocks
 * that wait to be taken.
 *
 * A data block's plaintext is a canonical map: 1 stamp, 2 entry id, 3 kind,
 * 4 ops (crdt/merge.h), 5 dot of the change it undoes (absent otherwise);
 * further keys are left alone. Over LIMIT_BLOCK_PLAIN_BYTES it is cut into a
 * group: pieces of one byte string, all but the last with BLOCK_CONTINUES,
 * whose dot is that of the last one.
 *
 * Only ends of runs are signed (PROTOCOL.md section 3): blocks queued behind
 * each other in one log are signed when the last of them is taken, and at
 * least every CUT_RUN_BLOCKS. Control blocks are all signed.
 */
#ifndef KEPT_VAULT_CUT_H
#define KEPT_VAULT_CUT_H

#include "proto/base/buf.h"
#include "proto/crypto/block.h"

/* Below the bounds of a run, whatever the sizes. */
#define CUT_RUN_BLOCKS LIMIT_RUN_BLOCKS
#define CUT_RUN_BYTES (LIMIT_RUN_BODY_BYTES / 2)

struct cut_head {
	struct id16 lid;
	uint64_t seq; /* 0: nothing cut yet */
	struct hash32 id;
	bool is_open; /* there is such a log to write to */
};

struct cut_queued;

struct cut {
	struct cut_head heads[LOG_BLOB + 1]; /* by log class */
	struct cut_queued *queue; /* Owns, oldest first */
	size_t queue_count;
	size_t queue_cap;
	size_t taken;             /* of them, handed out already */
	struct buf bodies;        /* what they point into, by offset */
	uint32_t run_blocks;      /* since the last signature of the data log */
	size_t run_bytes;
	struct buf sealed;        /* scratch */
	struct buf plain;         /* scratch */
};

void cut_init(struct cut *cut);
void cut_release(struct cut *cut); /* wipes */
/* Forgets the queue; heads are to be read again. */
void cut_drop(struct cut *cut);

/* What all blocks of one call have in common. */
struct cut_under {
	const struct sign_secret *sign;
	const struct id16 *jtag;
	uint32_t epoch;
	const struct epoch_key *key; /* data */
};

/* A control record; body is canonical. dot: of the block; NULL is fine. */
int cut_control(struct cut *cut, const struct cut_under *under, uint8_t kind,
		struct bytes body, struct dot *dot) KEPT_MUST_USE;

struct cut_change {
	const struct id16 *entry;
	const struct id16 *etag;
	uint64_t stamp;
	uint64_t kind;
	struct bytes ops;        /* a whole map */
	const struct dot *undoes; /* or NULL */
};
/* Appends the plaintext of a change. */
int cut_put_plain(const struct cut_change *change, struct buf *out)
	KEPT_MUST_USE;
/* ERR_LIMIT over LIMIT_GROUP_BYTES; ERR_NOT_NOW: no data log is open. After
 * an error nothing was queued. dot: of the last block. */
int cut_data(struct cut *cut, const struct cut_under *under,
	     const struct cut_change *change, struct dot *dot) KEPT_MUST_USE;

/* The oldest not taken yet. ERR_NOT_FOUND: none. Borrows until the next cut_*
 * call on this cut. sign: for blocks whose signature was put off. */
int cut_take(struct cut *cut, const struct sign_secret *sign,
	     struct block *out) KEPT_MUST_USE;
/* Is anything queued or borrowed? */
bool cut_is_empty(const struct cut *cut);
/* The place'th of the queue from 0, also those taken in this turn; false: the
 * end. Borrows until the next cut_* call but this one. */
bool cut_peek(const struct cut *cut, size_t place, struct block *out);

#endif
