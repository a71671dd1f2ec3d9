/*
 * wordscan.h - the first place of a short pattern in folded text.
 *
 * Sixteen places are looked at together, by the pattern's rarest bytes; plain
 * vectors of the compiler, no instruction of one processor (speed.md
 * section 4).
 */
#ifndef KEPT_VAULT_WORDSCAN_H
#define KEPT_VAULT_WORDSCAN_H

#include "proto/base/bytes.h"

#define WORDSCAN_CLUES 3u

/* Which bytes of a pattern tell it from most other text: the rarest, and the
 * last. A shorter pattern has some of them twice. */
struct wordscan {
	size_t clues[WORDSCAN_CLUES];
};

/* pattern: 1 byte or more. */
void wordscan_prepare(struct wordscan *scan, struct bytes pattern);
/* NULL if it is not there. Reads no byte beyond text. */
const uint8_t *wordscan_find(const struct wordscan *scan, struct bytes pattern,
			     struct bytes text);
/* This text comes soon: memory may begin to bring it. Only time changes.
 * Texts of a view lie in any order, so that memory can't guess by itself. */
#define WORDSCAN_AHEAD 3u /* rows */
void wordscan_expect(struct bytes text);

#endif
