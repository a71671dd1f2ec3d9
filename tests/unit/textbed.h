/*
 * textbed.h - a text in memory that is counted, and messages of few words for
 * it. For the unit tests of crdt/text.
 */
#ifndef KEPT_TESTS_TEXTBED_H
#define KEPT_TESTS_TEXTBED_H

#include "tests/lib/harness.h"
#include "tests/lib/texttrace.h"

struct bed {
	struct textheap heap;
	struct text text;
};

static const struct text_tune tiny = { .chunk_bytes = 8, .track = { 4, 4 } };

static inline void bed_open(struct bed *bed, size_t cap_bytes)
{
	textheap_init(&bed->heap, cap_bytes);
	text_init(&bed->text, &bed->heap.memory, tiny);
}

static inline void bed_close(struct bed *bed)
{
	text_release(&bed->text);
	assert_int_equal(bed->heap.blocks, 0);
	assert_int_equal(bed->heap.memory.used_bytes, 0);
}

static inline struct text_op put_in(uint32_t pos, const char *words)
{
	struct text_op op = {
		.kind = TEXT_INSERT,
		.pos = pos,
		.text = bytes_from_str(words),
	};

	op.len = (uint32_t)text_scalars(op.text);
	return op;
}

static inline struct text_op take_out(uint32_t pos, uint32_t len)
{
	return (struct text_op){ .kind = TEXT_DELETE, .pos = pos, .len = len };
}

/* One op of author number `who`, after at most two events. */
struct note {
	uint32_t who, seq;
	struct text_op op;
	struct text_id after[2];
	uint32_t after_count;
};

static inline int send(struct text *text, const struct note *note)
{
	struct text_message message = {
		.author = texttrace_author(note->who),
		.seq = note->seq,
		.parents = note->after,
		.parent_count = note->after_count,
		.ops = &note->op,
		.op_count = 1,
	};

	return text_apply(text, &message);
}

static inline struct text_id event(uint32_t who, uint32_t seq)
{
	return (struct text_id){ texttrace_author(who), seq };
}

#endif
