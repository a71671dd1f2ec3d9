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

/* Is this block the one that a branch holds under its number? 1, 0, or err. */
static int holds(struct chain *chain, uint32_t log, uint64_t seq,
		 const struct hash32 *id, struct err *err)
{
	struct hash32 mine = chain->rows[log].head_id;
	int rc = 0;

	if (!is_held(chain, log, seq))
		return 0;
	if (seq < chain->rows[log].head_seq)
		rc = chain_block_id(chain, log, seq, &mine, err);
	return rc != 0 ? rc : hash32_equal(&mine, id);
}

/* The branch that holds it, or CHAIN_NONE. */
static int find_holder(struct chain *chain, uint32_t root, uint64_t seq,
		       const struct hash32 *id, uint32_t *out, struct err *err)
{
	uint32_t at = root;
	int rc = 0;

	for (; at != CHAIN_NONE; at = chain->logs[at].next_branch) {
		rc = holds(chain, at, seq, id, err);
		if (rc != 0)
			break;
	}
	*out = at;
	return rc < 0 ? rc : 0;
}

int branch_pick(struct chain *chain, uint32_t *log, const struct run *run,
		struct err *err)
{
	const struct block_header *first = &run->blocks[0].header;
	uint32_t at = CHAIN_NONE;
	size_t i;
	int rc = 0;

	if (chain->logs[*log].next_branch == CHAIN_NONE)
		return 0;
	for (i = run->count; i > 0 && rc == 0 && at == CHAIN_NONE; i--)
		rc = find_holder(chain, *log, run->blocks[i - 1].header.seq,
				 &run->blocks[i - 1].id, &at, err);
	if (rc == 0 && at == CHAIN_NONE)
		rc = find_holder(chain, *log, first->seq - 1, &first->prev, &at,
				 err);
	if (rc == 0 && at != CHAIN_NONE)
		*log = at;
	return rc;
}

/* Id of the block before, as this branch has it; it may lie in another one. */
static int id_before(struct chain *chain, uint32_t log, uint64_t seq,
		     struct hash32 *out, struct err *err)
{
	struct arena_mark mark = arena_mark(&chain->step);
	struct block block;
	int rc = store_block_get(chain->store, chain->rows[log].no, seq,
				 &chain->step, &block, err);

	if (rc == 0)
		*out = block.header.prev;
	arena_rewind(&chain->step, mark);
	return rc;
}

/* ERR_FORK: it parts before the run begins, or after what is held. */
static int find_parting(struct chain *chain, uint32_t log,
			const struct run *run, struct parting *out,
			struct err *err)
{
	uint64_t first = run->blocks[0].header.seq;
	uint64_t begin = chain->logs[log].first_seq;
	struct hash32 before;
	size_t i = first < begin ? (size_t)(begin - first) : 0;
	int rc;

	if (i >= run->count || !is_held(chain, log, first + i))
		return ERR_FORK;
	rc = id_before(chain, log, first + i, &before, err);
	if (rc != 0)
		return rc;
	if (!hash32_equal(&before, &run->blocks[i].header.prev))
		return ERR_FORK;
	for (; i < run->count; i++) {
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
	chain->logs[log].moved_from = parting->seq;
	chain->logs[log].moved_to = other;
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
		rc = find_holder(chain, root, cut.seq, &cut.id, &at, err);
		if (rc != 0 || at == CHAIN_NONE)
			break;
		is_unknown = false;
		let_stand(chain, at, cut.seq);
		/* On with the last block before that branch begins. */
		cut.seq = chain->logs[at].first_seq - 1;
		rc = id_before(chain, at, cut.seq + 1, &cut.id, err);
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
