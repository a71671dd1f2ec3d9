/*
 * oplog.h - what was typed, run by run: the history of one text.
 *
 * A run is a range of LVs that did one thing: typed on at a place, deleted
 * forward, deleted backward, or nothing at all (void: the message it came in
 * broke a rule; its ids are used up and it has no effect, on every device
 * alike). Positions are scalars in the text as its author saw it. The words
 * inserted are all in one array, in LV order.
 */
#ifndef KEPT_CRDT_TEXT_OPLOG_H
#define KEPT_CRDT_TEXT_OPLOG_H

#include "crdt/text/textmem.h"

enum text_kind {
	TEXT_INSERT = 0,
	TEXT_DELETE = 1,      /* each event takes the scalar at pos */
	TEXT_DELETE_BACK = 2, /* the first takes the scalar at pos + len - 1 */
	TEXT_VOID = 3,
};

struct oplog_run {
	uint32_t lv;
	uint32_t shape;	 /* length | kind << 30 */
	uint32_t pos;	 /* leftmost */
	uint32_t at;	 /* where its words begin, or would */
	uint32_t before; /* scalars in its author's text before it */
};

struct oplog {
	struct text_memory *memory; /* Borrows */
	struct oplog_run *runs;	    /* Owns */
	uint32_t count;
	uint32_t cap;
	uint8_t *words; /* Owns; UTF-8 */
	uint32_t words_len;
	uint32_t words_cap;
	uint32_t last; /* where the last search ended */
};

/* One thing done, by one author. */
struct text_op {
	enum text_kind kind;
	uint32_t pos;
	uint32_t len;	   /* scalars */
	struct bytes text; /* what is inserted */
};

static inline enum text_kind oplog_kind(const struct oplog_run *run)
{
	return (enum text_kind)(run->shape >> 30);
}

static inline uint32_t oplog_len(const struct oplog_run *run)
{
	return run->shape & (((uint32_t)1 << 30) - 1);
}

#define OPLOG_LEN_MAX (((uint32_t)1 << 30) - 1)

void oplog_init(struct oplog *log, struct text_memory *memory);
void oplog_release(struct oplog *log);
/* Gives back what is spare. */
void oplog_trim(struct oplog *log);

/* Room for that many runs and bytes of words. ERR_NOMEM, ERR_LIMIT. */
int oplog_reserve(struct oplog *log, uint32_t runs, size_t words)
	KEPT_MUST_USE;
/*
 * Appends what was reserved for; joins the last run where it goes on. lv:
 * the end so far; before: scalars in the text it was done to. apart: never
 * join, since the graph has a new run here.
 */
struct oplog_place {
	uint32_t lv;
	uint32_t before;
	bool apart;
};
void oplog_push(struct oplog *log, const struct text_op *op,
		const struct oplog_place *place);

/* Index of the run that holds lv, which is in the log. */
uint32_t oplog_find(struct oplog *log, uint32_t lv);
/* The part [lv, end) of run number `index`, which holds all of it. */
struct text_op oplog_part(const struct oplog *log, uint32_t index, uint32_t lv,
			  uint32_t end);
/* Scalars in the text of whoever had just done lv. */
uint32_t oplog_after(struct oplog *log, uint32_t lv);

/* Back to an earlier length. */
struct oplog_mark {
	struct oplog_run last;
	uint32_t count;
	uint32_t words_len;
};
struct oplog_mark oplog_mark(const struct oplog *log);
void oplog_cut(struct oplog *log, struct oplog_mark mark);

#endif
