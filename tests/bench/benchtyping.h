/*
 * benchtyping.h - histories made here, from a seed: somebody who types words,
 * goes elsewhere, takes back.
 */
#ifndef KEPT_TESTS_BENCH_BENCHTYPING_H
#define KEPT_TESTS_BENCH_BENCHTYPING_H

#include "tests/lib/texttrace.h"

#define BENCHTYPING_BRANCHES 3u

struct benchtyping {
	struct text_message messages[BENCHTYPING_BRANCHES];
	struct text_op *ops; /* Owns, as what follows */
	uint32_t op_count;
	uint8_t *words;
	size_t words_len;
	uint8_t *text; /* what it comes to */
	size_t text_len;
	struct text_id parent;
};

/* 60,000 keystrokes of one author in Cyrillic, CJK, and emoji. */
void benchtyping_words(struct benchtyping *made, struct texttrace *trace);
/*
 * messages[0]: 50,000 letters; [1] and [2]: 10,000 keystrokes each, of two
 * authors who both know [0] and not each other.
 */
void benchtyping_branches(struct benchtyping *made);
void benchtyping_release(struct benchtyping *made);

#endif
