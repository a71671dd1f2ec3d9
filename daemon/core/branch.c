/*
 * branch.c - two histories under one number: both are kept.
 *
 * The branch whose first block has the smaller id keeps the lid; the other
 * gets lid' (PROTOCOL.md section 9), a log of its own that begins where it
 * parts. Headers inside go on naming the lid they were signed with. Must
 * never lose a block of either, nor depend on which came first. A removal's
 * cut names a block, and so one of the histories: the others do not stand.
 */
#include "daemon/core/chain.h"

#include "proto/crypto/kdf.h"

/* Where a run parts from what is held. */
struct parting {
	size_t at;    /* first block of the run that differs */
	uint64_t seq; /* its number */
	struct hash32 mine;
};

static bool is_held(const struct chain *chain, uint32_t log, uint64_t seq)
{
	return seq >= chain->logs[log].first_seq &&
	       seq <= chain->rows[log].head_seq;
}

/* Does this block stand on or follow the end of this branch? 1, 0, or err. */
static int belongs(struct chain *chain, uint32_t log, const struct block *first,
		   struct err *err)
{
	const struct store_log *row = &chain->rows[log];
	struct hash32 id;
	int rc;

	if (first->header.seq == row->head_seq + 1)
		return hash32_equal(&first->header.prev, &row->head_id);
	if (!is_held(chain, log, first->header.seq))
		return 0;
	rc = chain_block_id(chain, log, first->header.seq, &id, err);
	return rc != 0 ? rc : hash32_equal(&id, &first->id);
}

int branch_pick(struct chain *chain, uint32_t *log, const struct block *first,
		struct err *err)
{
	uint32_t at = *log;

	if (chain->logs[at].next_branch == CHAIN_NONE)
		return 0;
	for (; at != CHAIN_NONE; at = chain->logs[at].next_branch) {
		int rc = belongs(chain, at, first, err);

		if (rc < 0)
			return rc;
		if (rc == 1) {
			*log = at;
			return 0;
		}
	}
	return 0;
}

/* ERR_FORK: it parts before the run begins, or after what is held. */
static int find_parting(struct chain *chain, uint32_t log,
			const struct run *run, struct parting *out,
			struct err *err)
{
	const struct block_header *first = &run->blocks[0].header;
	struct hash32 before = { { 0 } };
	size_t i;
	int rc;

	if (first->seq > 1) {
		if (!is_held(chain, log, first->seq - 1))
			return ERR_FORK;
		rc = chain_block_id(chain, log, first->seq - 1, &before, err);
		if (rc != 0)
			return rc;
	}
	if (!hash32_equal(&before, &first->prev))
		return ERR_FORK;
	for (i = 0; i < run->count; i++) {
		out->seq = run->blocks[i].header.seq;
		if (!is_held(chain, log, out->seq))
			return ERR_FORK;
		rc = chain_block_id(chain, log, out->seq, &out->mine, err);
		if (rc != 0)
			return rc;
		if (!hash32_equal(&out->mine, &run->blocks[i].id))
			break;
	}
	out->at = i;
	return i < run->count ? 0 : ERR_FORK;
}

/* A log for the branch of `log` that begins with this block. */
static int add_branch(struct chain *chain, uint32_t log,
		      const struct hash32 *first, uint64_t seq, uint32_t *out,
		      struct err *err)
{
	struct store_log row = {
		.log_class = chain->rows[log].log_class,
		.flags = chain->rows[log].flags,
		.device = chain->rows[log].device,
		.cut = chain->rows[log].cut,
	};
	const struct id16 base = chain->logs[log].base;
	uint32_t root = chain_find(chain, &base);
	int rc;

	kdf_fork_lid(&base, first, &row.lid);
	if (chain_find(chain, &row.lid) != CHAIN_NONE)
		return ERR_FORK;
	rc = chain_add_log(chain, &row, out, err);
	if (rc != 0)
		return rc;
	chain->logs[*out].base = base;
	chain->logs[*out].first_seq = seq;
	chain->logs[*out].next_branch = chain->logs[root].next_branch;
	chain->logs[root].next_branch = *out;
	chain->forks++;
	chain->marks_due = true;
	return 0;
}

/* What is held from seq on moves to its own log; `log` ends before it. */
static int move_away(struct chain *chain, uint32_t log,
		     const struct parting *parting, struct err *err)
{
	struct store_log *from = &chain->rows[log];
	struct store_log *to;
	struct hash32 before = { { 0 } };
	uint32_t other;
	int rc;

	rc = add_branch(chain, log, &parting->mine, parting->seq, &other, err);
	if (rc == 0)
		rc = store_blocks_move(chain->store, from->no,
				       chain->rows[other].no, parting->seq,
				       from->head_seq, err);
	if (rc == 0 && parting->seq > chain->logs[log].first_seq)
		rc = chain_block_id(chain, log, parting->seq - 1, &before, err);
	if (rc != 0)
		return rc;
	to = &chain->rows[other];
	to->head_seq = from->head_seq;
	to->head_id = from->head_id;
	from->head_seq = parting->seq - 1;
	from->head_id = before;
	/* Whoever read these blocks knows them by the other number. */
	chain->logs[other].admitted_from = parting->seq;
	chain->logs[other].admitted_to = to->head_seq;
	chain->logs[log].admitted_from = 0;
	chain->take_at = 0;
	rc = store_log_put(chain->store, to, err);
	return rc != 0 ? rc : store_log_put(chain->store, from, err);
}

int branch_admit(struct chain *chain, uint32_t log, const struct run *run,
		 uint32_t *out, struct err *err)
{
	struct parting parting;
	const struct block *first;
	int rc;

	rc = find_parting(chain, log, run, &parting, err);
	if (rc == 0)
		rc = chain_doubt_log(chain, log, LOG_REASON_FORK, err);
	if (rc != 0)
		return rc;
	first = &run->blocks[parting.at];
	if (memcmp(first->id.b, parting.mine.b, sizeof first->id.b) < 0) {
		rc = move_away(chain, log, &parting, err);
		*out = log;
	} else {
		rc = add_branch(chain, log, &first->id, parting.seq, out, err);
	}
	if (rc == 0)
		rc = chain_put_blocks(chain, *out, first,
				      run->count - parting.at, err);
	return rc;
}

/* ---- what a removal lets stand ---- */

/* The branch whose block at seq is that one; CHAIN_NONE: none is held. */
static int find_holder(struct chain *chain, uint32_t root,
		       const struct roster_cut *cut, uint32_t *out,
		       struct err *err)
{
	uint32_t at = root;
	struct hash32 id;

	for (; at != CHAIN_NONE; at = chain->logs[at].next_branch) {
		int rc;

		if (!is_held(chain, at, cut->seq))
			continue;
		rc = chain_block_id(chain, at, cut->seq, &id, err);
		if (rc != 0)
			return rc;
		if (hash32_equal(&id, &cut->id))
			break;
	}
	*out = at;
	return 0;
}

/* The last block before a branch begins, as its first one names it. */
static int step_before(struct chain *chain, uint32_t log,
		       struct roster_cut *out, struct err *err)
{
	struct arena_mark mark = arena_mark(&chain->step);
	uint64_t first = chain->logs[log].first_seq;
	struct block block;
	int rc = store_block_get(chain->store, chain->rows[log].no, first,
				 &chain->step, &block, err);

	if (rc == 0) {
		out->seq = first - 1;
		out->id = block.header.prev;
	}
	arena_rewind(&chain->step, mark);
	return rc;
}

static void let_stand(struct chain *chain, uint32_t log, uint64_t seq)
{
	struct chain_log *state = &chain->logs[log];

	if (seq >= state->first_seq && seq > state->standing)
		state->standing = seq;
}

/* A block and its past, branch by branch down to the beginning. */
static int let_past_stand(struct chain *chain, uint32_t root,
			  struct roster_cut cut, struct err *err)
{
	bool is_unknown = true;
	uint32_t at;
	int rc = 0;

	while (cut.seq > 0) {
		rc = find_holder(chain, root, &cut, &at, err);
		if (rc != 0 || at == CHAIN_NONE)
			break;
		is_unknown = false;
		let_stand(chain, at, cut.seq);
		rc = step_before(chain, at, &cut, err);
		if (rc != 0)
			break;
	}
	for (at = root; rc == 0 && is_unknown && at != CHAIN_NONE;
	     at = chain->logs[at].next_branch) {
		if (chain->rows[at].head_seq < cut.seq)
			let_stand(chain, at, cut.seq);
	}
	return rc;
}

int branch_cut(struct chain *chain, const struct roster_log *log,
	       struct err *err)
{
	uint32_t root = chain_find(chain, &log->lid);
	uint32_t at = root;
	size_t i;

	for (; at != CHAIN_NONE; at = chain->logs[at].next_branch)
		chain->logs[at].standing = 0;
	for (i = 0; i < log->cut_count; i++) {
		int rc = let_past_stand(chain, root, log->cuts[i], err);

		if (rc != 0)
			return rc;
	}
	return 0;
}
