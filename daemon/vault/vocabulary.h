/*
 * vocabulary.h - the different words of a view's arena, for near words.
 *
 * Read from the arena a piece at a time, so that no search and no turn pays
 * for all of it. It lags behind, and words of rows that changed stay in it:
 * what it has is a guess that wordsearch.c holds against the rows. Once it
 * caught up, what it lacks is nowhere.
 */
#ifndef KEPT_VAULT_VOCABULARY_H
#define KEPT_VAULT_VOCABULARY_H

#include "proto/base/bytes.h"
#include "proto/base/ds.h"

/* Longer words are in no vocabulary. */
#define VOCABULARY_WORD_BYTES 32u
/* Words a person writes are some ten thousand; the rest is a paste. */
#define VOCABULARY_WORDS_MAX 100000u

struct view;

struct vocabulary {
	struct table words; /* to how often they were read */
	size_t chunk;       /* of the arena; read up to `at` in it */
	uint32_t at;
};

void vocabulary_init(struct vocabulary *vocabulary, uint64_t seed);
void vocabulary_release(struct vocabulary *vocabulary); /* wipes */
/* The arena was emptied. */
void vocabulary_clear(struct vocabulary *vocabulary);
bool vocabulary_is_behind(const struct view *view);
/* Reads about so many bytes more. ERR_NOMEM. */
int vocabulary_read(struct view *view, size_t bytes) KEPT_MUST_USE;
/* No text of the view holds this word, surely; false where it can't tell. */
bool vocabulary_lacks(const struct view *view, struct bytes word);
/* Visits all, in no order: *cursor starts at 0. word borrows until the next
 * read. */
bool vocabulary_next(const struct vocabulary *vocabulary, size_t *cursor,
		     struct bytes *word, uint32_t *times);

#endif
