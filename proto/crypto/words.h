/*
 * words.h - our list of 1,024 gentle words, 10 bits each, for recovery
 * sheets (13 words, 130 bits) and pairing codes (3 words, 30 bits).
 *
 * Everyday words of 3 to 8 letters, the first four letters unique (a word of
 * three stands for itself), nothing to do with bodies, food, violence,
 * illness, drink, religion or money.
 */
#ifndef KEPT_CRYPTO_WORDS_H
#define KEPT_CRYPTO_WORDS_H

#include "proto/base/buf.h"
#include "proto/bounds.h"
#include "proto/crypto/keys.h"

/* index < WORDS_COUNT. */
const char *words_at(uint32_t index);
/*
 * The word a person meant: any case, and its first four letters (or more of
 * its letters) are enough. ERR_NOT_FOUND.
 */
int words_find(struct bytes word, uint32_t *index) KEPT_MUST_USE;
/* The nearest word by edit distance <= 2 (<= 1 for three letters and less),
 * the first of several, for "did you mean"; NULL if none. */
const char *words_nearest(struct bytes word);

/* count words from fresh entropy. */
void words_pick(uint32_t *indexes, size_t count);
/*
 * A typed phrase (words parted by blanks, hyphens or commas, any case) to
 * indexes; exactly count of them, else ERR_USAGE with *bad = the place (from
 * 0) of the first word not in the list, or count if only the number is off;
 * indexes are wiped then.
 */
int words_parse(struct bytes phrase, uint32_t *indexes, size_t count,
		size_t *bad) KEPT_MUST_USE;
/* "orbit-candle-plain": the normalized form that goes into pake. */
int words_join(const uint32_t *indexes, size_t count, char separator,
	       struct buf *out) KEPT_MUST_USE;
/* R = KDF(packed, "recovery", "", 32); packed: the 13 indexes, 10 bits each,
 * highest bit first, and 6 zero bits, in 17 bytes. */
void words_recovery_seed(const uint32_t indexes[RECOVERY_WORDS],
			 struct recovery_seed *out);

#endif
