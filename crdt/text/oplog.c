/*
 * oplog.c - runs of what was typed, appended and looked up.
 *
 * It must never join across a border of the graph: `before` is exact inside a
 * run only because each event there follows the one before. Next: walker.c,
 * which does the ops again in another order.
 */
#include "crdt/text/oplog.h"

#include "crdt/text/rope.h"
#include "proto/base/panic.h"

void oplog_init(struct oplog *log, struct text_memory *memory)
{
	*log = (struct oplog){ .memory = memory };
}

void oplog_release(struct oplog *log)
{
	text_memory_give(log->memory, log->runs, log->cap * sizeof *log->runs);
	text_memory_give(log->memory, log->words, log->words_cap);
	*log = (struct oplog){ 0 };
}

void oplog_trim(struct oplog *log)
{
	err_ignore(text_memory_fit(log->memory, &log->runs, &log->cap,
				   log->count, sizeof *log->runs),
		   "a larger array serves as well");
	err_ignore(text_memory_fit(log->memory, &log->words, &log->words_cap,
				   log->words_len, 1),
		   "a larger array serves as well");
}

int oplog_reserve(struct oplog *log, uint32_t runs, size_t words)
{
	int rc;

	if (words > (size_t)INT32_MAX - log->words_len ||
	    runs > (uint32_t)INT32_MAX - log->count)
		return ERR_LIMIT;
	rc = text_memory_grow(log->memory, &log->runs, &log->cap,
			      log->count + runs, sizeof *log->runs);
	if (rc != 0)
		return rc;
	return text_memory_grow(log->memory, &log->words, &log->words_cap,
				log->words_len + (uint32_t)words, 1);
}

/* Does op go on where run stopped? Then run takes it in. */
static bool oplog_join(struct oplog_run *run, const struct text_op *op)
{
	uint32_t len = oplog_len(run);
	enum text_kind kind = oplog_kind(run);
	bool is_one = len == 1;

	if (op->len > OPLOG_LEN_MAX - len)
		return false;
	if (kind == TEXT_VOID || op->kind == TEXT_VOID) {
		if (kind != op->kind)
			return false;
	} else if (kind == TEXT_INSERT || op->kind == TEXT_INSERT) {
		if (kind != op->kind || op->pos != run->pos + len)
			return false;
	} else if (op->kind == TEXT_DELETE && op->pos == run->pos &&
		   (kind == TEXT_DELETE || is_one)) {
		kind = TEXT_DELETE;
	} else if (op->pos + op->len == run->pos &&
		   (op->kind == TEXT_DELETE_BACK || op->len == 1) &&
		   (kind == TEXT_DELETE_BACK || is_one)) {
		kind = TEXT_DELETE_BACK;
		run->pos = op->pos;
	} else {
		return false;
	}
	run->shape = (len + op->len) | (uint32_t)kind << 30;
	return true;
}

void oplog_push(struct oplog *log, const struct text_op *op,
		const struct oplog_place *place)
{
	struct oplog_run *last = log->runs + log->count;
	uint32_t at = log->words_len;

	if (op->len == 0)
		return;
	if (op->kind == TEXT_INSERT) {
		memcpy(log->words + at, op->text.ptr, op->text.len);
		log->words_len += (uint32_t)op->text.len;
	}
	if (log->count > 0 && !place->apart && oplog_join(last - 1, op))
		return;
	*last = (struct oplog_run){
		.lv = place->lv,
		.shape = op->len | (uint32_t)op->kind << 30,
		.pos = op->kind == TEXT_VOID ? 0 : op->pos,
		.at = at,
		.before = place->before,
	};
	log->count++;
}

uint32_t oplog_find(struct oplog *log, uint32_t lv)
{
	const struct oplog_run *runs = log->runs;
	uint32_t low = log->last;
	uint32_t high = log->count;
	uint32_t step = 1;

	/* Most are near the last one: in ever longer steps from there. */
	if (low < high && runs[low].lv <= lv) {
		while (high - low > step && runs[low + step].lv <= lv) {
			low += step;
			step *= 2;
		}
		if (high - low > step)
			high = low + step;
	} else if (low < high) {
		high = low;
		while (high > step && runs[high - step].lv > lv) {
			high -= step;
			step *= 2;
		}
		low = high > step ? high - step : 0;
	} else {
		low = 0;
	}
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (runs[middle].lv <= lv)
			low = middle;
		else
			high = middle;
	}
	log->last = low;
	return low;
}

struct text_op oplog_part(const struct oplog *log, uint32_t index, uint32_t lv,
			  uint32_t end)
{
	const struct oplog_run *run = &log->runs[index];
	uint32_t len = oplog_len(run);
	uint32_t skip = lv - run->lv;
	struct text_op op = {
		.kind = oplog_kind(run),
		.pos = run->pos,
		.len = end - lv,
	};
	uint32_t words_end = log->words_len;
	struct bytes all;

	kept_assert(lv >= run->lv && end <= run->lv + len && lv < end);
	if (op.kind == TEXT_DELETE_BACK)
		op.pos = run->pos + (len - skip - op.len);
	if (op.kind != TEXT_INSERT)
		return op;
	op.pos = run->pos + skip;
	if (index + 1 < log->count)
		words_end = log->runs[index + 1].at;
	all = bytes_of(log->words + run->at, words_end - run->at);
	if (all.len == len) {
		op.text = bytes_of(all.ptr + skip, op.len);
		return op;
	}
	if (skip > 0) {
		size_t bytes = text_prefix_bytes(all, skip);

		all = bytes_of(all.ptr + bytes, all.len - bytes);
	}
	if (end < run->lv + len)
		all.len = text_prefix_bytes(all, op.len);
	op.text = all;
	return op;
}

uint32_t oplog_after(struct oplog *log, uint32_t lv)
{
	const struct oplog_run *run = &log->runs[oplog_find(log, lv)];
	uint32_t done = lv - run->lv + 1;

	switch (oplog_kind(run)) {
	case TEXT_INSERT:
		return run->before + done;
	case TEXT_DELETE:
	case TEXT_DELETE_BACK:
		return run->before - done;
	case TEXT_VOID:
		break;
	}
	return run->before;
}

struct oplog_mark oplog_mark(const struct oplog *log)
{
	struct oplog_mark mark = {
		.count = log->count,
		.words_len = log->words_len,
	};

	if (log->count > 0)
		mark.last = log->runs[log->count - 1];
	return mark;
}

void oplog_cut(struct oplog *log, struct oplog_mark mark)
{
	log->count = mark.count;
	log->words_len = mark.words_len;
	log->last = 0;
	if (mark.count > 0)
		log->runs[mark.count - 1] = mark.last;
}
