/*
 * textundo.h - taking back what one typed oneself, by typing.
 *
 * Undo is new ops like any others: what the step put in and is still there is
 * taken out, what it took out is put in again where it stood. What others
 * typed stays as it is. A step is a range of the author's own events, so it
 * needs no places and nothing shifts it.
 */
#ifndef KEPT_CRDT_TEXT_TEXTUNDO_H
#define KEPT_CRDT_TEXT_TEXTUNDO_H

#include "crdt/text/text.h"

#define TEXT_UNDO_STEPS_MAX 1024u /* older ones are forgotten */

struct text_undo_step { /* the author's events [seq, end) */
	uint32_t seq;
	uint32_t end;
};

/* Characters that were put in again are others, with ids of their own. */
struct text_undo_again {
	uint32_t was; /* LVs */
	uint32_t is;
	uint32_t len;
};

struct text_undo_stack {
	struct text_undo_step *steps; /* Owns */
	uint32_t count;
	uint32_t cap;
};

struct text_undo {
	struct text *text; /* Borrows */
	uint32_t author;
	uint32_t seq; /* where the step at hand begins */
	struct text_undo_stack done;
	struct text_undo_stack undone;
	struct text_undo_again *again; /* Owns */
	uint32_t again_count;
	uint32_t again_cap;
};

/* From here on; what was typed before cannot be undone. */
void text_undo_init(struct text_undo *undo, struct text *text,
		    uint32_t author);
void text_undo_release(struct text_undo *undo);
/* What was typed since the last is one step. What was undone is no longer to
 * be redone, if there was anything. */
int text_undo_mark(struct text_undo *undo) KEPT_MUST_USE;
/*
 * One step back, or forth again; text->patches holds what changed.
 * ERR_NOT_FOUND: there is none. ERR_NOMEM, ERR_LIMIT: nothing changed. A step
 * of which nothing is left changes nothing and is gone. Marks first.
 */
int text_undo_back(struct text_undo *undo) KEPT_MUST_USE;
int text_undo_forth(struct text_undo *undo) KEPT_MUST_USE;

#endif
