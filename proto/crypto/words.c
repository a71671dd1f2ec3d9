/*
 * words.c - the word list: out of entropy, on to paper, and back from typing.
 *
 * Must never guess a word from letters that are not its own: what is near is
 * only ever a question ("did you mean"). Lookups are not constant-time; they
 * run on the machine where the person types. Read words.def next.
 */
#include "proto/crypto/words.h"

#include <sodium.h>

#include "proto/base/panic.h"
#include "proto/crypto/entropy.h"
#include "proto/crypto/kdf.h"

#define WORD_BITS 10u
#define WORD_BYTES_MAX 8u
/* Letters that tell a word from any other. */
#define WORD_BYTES_ENOUGH 4u
/* Typed words longer than this are near nothing. */
#define NEAR_BYTES_MAX (WORD_BYTES_MAX + 2u)
#define PACKED_BYTES ((RECOVERY_WORDS * WORD_BITS + 7u) / 8u)

static const char *const words[WORDS_COUNT] = {
#include "proto/crypto/words.def"
};

_Static_assert(1u << WORD_BITS == WORDS_COUNT, "10 bits a word");
_Static_assert(PACKED_BYTES == 17 && PACKED_BYTES >= 16,
	       "kdf() takes keys of 16 bytes and more");

const char *words_at(uint32_t index)
{
	kept_assert(index < WORDS_COUNT);
	return words[index];
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* Letters that word and typed have in common at their beginning. */
static size_t common_prefix(const char *word, struct bytes typed)
{
	size_t i = 0;

	while (i < typed.len && word[i] != '\0' &&
	       (uint8_t)word[i] == lower(typed.ptr[i]))
		i++;
	return i;
}

int words_find(struct bytes word, uint32_t *index)
{
	uint32_t i;

	if (word.len == 0 || word.len > WORD_BYTES_MAX)
		return ERR_NOT_FOUND;
	for (i = 0; i < WORDS_COUNT; i++) {
		if (common_prefix(words[i], word) < word.len)
			continue;
		if (word.len < WORD_BYTES_ENOUGH && words[i][word.len] != '\0')
			continue;
		*index = i;
		return 0;
	}
	return ERR_NOT_FOUND;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Levenshtein's distance, one row at a time; typed.len <= NEAR_BYTES_MAX. */
static size_t edit_distance(const char *word, struct bytes typed)
{
	size_t row[NEAR_BYTES_MAX + 1];
	size_t i, j;

	for (j = 0; j <= typed.len; j++)
		row[j] = j;
	for (i = 0; word[i] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (j = 1; j <= typed.len; j++) {
			bool same = (uint8_t)word[i] == lower(typed.ptr[j - 1]);
			size_t replaced = diagonal + (same ? 0 : 1);

			diagonal = row[j];
			row[j] = smaller(replaced,
					 smaller(row[j], row[j - 1]) + 1);
		}
	}
	return row[typed.len];
}

const char *words_nearest(struct bytes word)
{
	const char *nearest = NULL;
	/* Two letters of three changed is another word altogether. */
	size_t best = word.len <= 3 ? 2 : 3;
	uint32_t i;

	if (word.len == 0 || word.len > NEAR_BYTES_MAX)
		return NULL;
	for (i = 0; i < WORDS_COUNT; i++) {
		size_t distance = edit_distance(words[i], word);

		if (distance < best) {
			best = distance;
			nearest = words[i];
		}
	}
	return nearest;
}

void words_pick(uint32_t *indexes, size_t count)
{
	uint8_t dice[2];
	size_t i;

	for (i = 0; i < count; i++) {
		entropy_fill(dice, sizeof dice);
		indexes[i] = le16_get(dice) & (WORDS_COUNT - 1);
	}
	sodium_memzero(dice, sizeof dice);
}

static bool is_separator(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '-' ||
	       c == ',';
}

/* The next word of phrase from *at on, which moves behind it; len 0: none. */
static struct bytes next_word(struct bytes phrase, size_t *at)
{
	size_t start;

	while (*at < phrase.len && is_separator(phrase.ptr[*at]))
		(*at)++;
	start = *at;
	while (*at < phrase.len && !is_separator(phrase.ptr[*at]))
		(*at)++;
	return bytes_of(start < phrase.len ? phrase.ptr + start : NULL,
			*at - start);
}

int words_parse(struct bytes phrase, uint32_t *indexes, size_t count,
		size_t *bad)
{
	size_t at = 0;
	size_t found = 0;
	struct bytes word = next_word(phrase, &at);
	uint32_t index;

	while (word.len > 0 && words_find(word, &index) == 0) {
		if (found < count)
			indexes[found] = index;
		found++;
		word = next_word(phrase, &at);
	}
	if (word.len == 0 && found == count)
		return 0;
	*bad = word.len > 0 ? found : count;
	sodium_memzero(indexes, count * sizeof *indexes);
	return ERR_USAGE;
}

int words_join(const uint32_t *indexes, size_t count, char separator,
	       struct buf *out)
{
	size_t before = out->len;
	size_t i;

	for (i = 0; i < count; i++) {
		const char *word = words_at(indexes[i]);

		if (i > 0)
			buf_put_u8(out, (uint8_t)separator);
		buf_put(out, word, strlen(word));
	}
	if (out->failed != 0)
		out->len = before;
	return out->failed;
}

void words_recovery_seed(const uint32_t indexes[RECOVERY_WORDS],
			 struct recovery_seed *out)
{
	uint8_t packed[PACKED_BYTES] = { 0 };
	size_t bit = 0;
	size_t i, b;

	for (i = 0; i < RECOVERY_WORDS; i++) {
		kept_assert(indexes[i] < WORDS_COUNT);
		for (b = WORD_BITS; b-- > 0; bit++)
			packed[bit / 8] |= (uint8_t)(((indexes[i] >> b) & 1u)
						     << (7 - bit % 8));
	}
	kdf(bytes_of(packed, sizeof packed), KDF_RECOVERY, bytes_of(NULL, 0),
	    out->b, sizeof out->b);
	sodium_memzero(packed, sizeof packed);
}
