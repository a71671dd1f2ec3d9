/*
 * difftokens.h - a text cut into lines or words, and which of them two texts
 * do not share; for textdiff.c alone.
 */
#ifndef KEPT_CRDT_TEXT_DIFFTOKENS_H
#define KEPT_CRDT_TEXT_DIFFTOKENS_H

#include "crdt/text/textmem.h"

/* A word token has the spaces behind it, and is compared without them: they
 * are so many that they would draw words apart. */
enum diff_grain { DIFF_LINES, DIFF_WORDS };

struct diff_token {
	uint32_t at; /* where it begins in the text, in bytes */
	uint32_t hash;
};

/* A text and its tokens; only[i]: the other one has no such. */
struct diff_side {
	struct text_memory *memory; /* Borrows, as the text */
	struct bytes text;
	struct diff_token *tokens; /* Owns; count of them, and the end */
	uint32_t count;
	uint32_t cap;
	uint8_t *only; /* Owns */
	uint32_t only_cap;
	enum diff_grain grain;
};

void diff_side_init(struct diff_side *side, struct text_memory *memory);
void diff_side_release(struct diff_side *side);
/* Cuts text, valid UTF-8, anew. */
int diff_side_cut(struct diff_side *side, struct bytes text,
		  enum diff_grain grain) KEPT_MUST_USE;
/* What of a token is compared. */
struct bytes diff_side_core(const struct diff_side *side, uint32_t index);
/* The first token from index on that both have, or count. */
uint32_t diff_side_next(const struct diff_side *side, uint32_t index);
bool diff_is_space(uint8_t byte);
/* Fills `only` of both. */
int diff_compare(struct diff_side *before, struct diff_side *after)
	KEPT_MUST_USE;

#endif
