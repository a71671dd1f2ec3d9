/*
 * text.h - one long text that several devices type into: the only entry point
 * to crdt/text/ for everybody else.
 *
 * What is kept is what was typed and after what (the event graph); the text
 * of a version is a pure function of the set of messages up to it, in any
 * order, any batches, any repetition. Nobody's words are dropped: a deletion
 * takes only what its author saw.
 *
 * Ids: an author is a log's lid; an event (one scalar value inserted or
 * deleted) is (author, seq), seq counted from 0 in this text.
 *
 * A message is judged once, from its own bytes and its causal past, so every
 * device judges alike. One that names a place outside the text it was typed
 * into, or parents that cannot be (one in another's past, or its author's
 * event before not among what they knew), is void: its ids are used up, its
 * ops do nothing, what builds on it goes on. Of such parents only its
 * author's event before is noted.
 *
 * Every call either does all it says or leaves the document as it was:
 * ERR_NOMEM over the memory's budget, ERR_LIMIT over the steps allowed or a
 * limit below. All memory comes through struct text_memory.
 */
#ifndef KEPT_CRDT_TEXT_TEXT_H
#define KEPT_CRDT_TEXT_TEXT_H

#include "crdt/text/walker.h"

#define TEXT_MESSAGE_OPS_MAX 65536u
#define TEXT_MESSAGE_BYTES_MAX (1u << 20)
#define TEXT_SCALARS_MAX (4u << 20) /* of one text */
/* Nobody honest does more: all there can be is taken out, and what a message
 * holds put in and taken out. */
#define TEXT_MESSAGE_EVENTS_MAX (TEXT_SCALARS_MAX + 2 * TEXT_MESSAGE_BYTES_MAX)

struct text_id {
	struct id16 author;
	uint32_t seq;
};

/* Events of one author, made one after the other on one version. */
struct text_message {
	struct id16 author;
	uint32_t seq;			/* of its first event */
	const struct text_id *parents;	/* in any order; none: the start */
	uint32_t parent_count;
	const struct text_op *ops;
	uint32_t op_count;
};

/* For tests: small sizes bring every split within reach. 0: the real ones. */
struct text_tune {
	uint32_t chunk_bytes;
	struct track_tune track;
	bool no_short_way; /* merge everything the long way */
};

struct text {
	struct text_memory *memory; /* Borrows */
	struct text_tune tune;
	struct graph graph;
	struct oplog log;
	struct rope rope;
	struct walker walker;	     /* stands while people type together */
	struct text_patches patches; /* what the last text_apply changed */
	uint32_t *versions;	     /* Owns: scratch for two versions */
	uint32_t versions_cap;
	uint32_t calm;		     /* messages since two were concurrent */
	uint64_t steps_max;	     /* of one call; 0: as many as it takes */
};

/* memory outlives the text, which stays where it is. Allocates nothing yet. */
void text_init(struct text *text, struct text_memory *memory,
	       struct text_tune tune);
void text_release(struct text *text);

/*
 * 0: applied (or was already, or is void); text->patches holds what changed,
 * until the next call. ERR_GAP: something before it has not arrived.
 * ERR_MALFORMED: it has not the form of a message (no ops, invalid UTF-8,
 * lengths that do not add up, ids that are taken). ERR_LIMIT, ERR_NOMEM.
 * ERR_CORRUPT: a history that was loaded is not one that can be.
 */
int text_apply(struct text *text, const struct text_message *message)
	KEPT_MUST_USE;

/* Who types here. */
int text_author(struct text *text, const struct id16 *id, uint32_t *author)
	KEPT_MUST_USE;
/*
 * What was typed here, on the text as it is. ERR_MALFORMED: not UTF-8, or not
 * in the text. One op; kind TEXT_INSERT (len is counted here) or TEXT_DELETE.
 */
int text_type(struct text *text, uint32_t author, const struct text_op *op)
	KEPT_MUST_USE;

/* The text anew from its history; the same text, unless a bug made it so. */
int text_rebuild(struct text *text) KEPT_MUST_USE;
/* As text_rebuild, with words that were kept beside the history and are
 * believed: ERR_MALFORMED if they are not UTF-8. */
int text_fill(struct text *text, struct bytes words) KEPT_MUST_USE;
/* The text at a version of the past, into rope (initialized, empty). */
int text_at(struct text *text, struct graph_version version,
	    struct rope *rope) KEPT_MUST_USE;
/* Gives back what only a live merge needs, and text->patches. */
void text_rest(struct text *text);

/* An event's name, and the other way (TEXT_NONE: not here). */
struct text_id text_name(struct text *text, uint32_t lv);
uint32_t text_find(const struct text *text, const struct text_id *id);

#endif
