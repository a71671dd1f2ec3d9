/*
 * vocabulary.c - counts the words of the arena, from where it stopped.
 *
 * Must never read the arena twice: chunks only grow at their end, so a place
 * in it is enough to go on from. Read next: wordsearch.c, which asks.
 */
#include "daemon/vault/vocabulary.h"

#include "daemon/vault/view.h"

void vocabulary_init(struct vocabulary *vocabulary, uint64_t seed)
{
	memset(vocabulary, 0, sizeof *vocabulary);
	table_init(&vocabulary->words, VOCABULARY_WORD_BYTES, seed);
}

void vocabulary_clear(struct vocabulary *vocabulary)
{
	table_clear(&vocabulary->words);
	vocabulary->chunk = 0;
	vocabulary->at = 0;
}

void vocabulary_release(struct vocabulary *vocabulary)
{
	table_release(&vocabulary->words);
	memset(vocabulary, 0, sizeof *vocabulary);
}

bool vocabulary_is_behind(const struct view *view)
{
	const struct vocabulary *vocabulary = &view->vocabulary;

	if (vocabulary->chunk + 1 < view->chunk_count)
		return true;
	return vocabulary->chunk < view->chunk_count &&
	       vocabulary->at < view->chunks[vocabulary->chunk].used;
}

static int take_word(struct vocabulary *vocabulary, struct bytes word)
{
	uint8_t key[VOCABULARY_WORD_BYTES] = { 0 };
	uint32_t times;

	/* One byte is a letter, or the break between two fields. */
	if (word.len < 2 || word.len > sizeof key)
		return 0;
	memcpy(key, word.ptr, word.len);
	if (vocabulary->words.count >= VOCABULARY_WORDS_MAX &&
	    !table_get(&vocabulary->words, key, &times))
		return 0;
	return table_add(&vocabulary->words, key, 1);
}

int vocabulary_read(struct view *view, size_t bytes)
{
	struct vocabulary *vocabulary = &view->vocabulary;
	size_t seen = 0;
	int code = 0;

	while (code == 0 && seen < bytes && vocabulary_is_behind(view)) {
		const struct view_chunk *chunk =
			&view->chunks[vocabulary->chunk];
		const uint8_t *word = chunk->ptr + vocabulary->at;
		size_t left = chunk->used - vocabulary->at, len;
		const uint8_t *blank = memchr(word, ' ', left);

		if (left == 0) {
			vocabulary->chunk++;
			vocabulary->at = 0;
			continue;
		}
		len = blank == NULL ? left : (size_t)(blank - word);
		code = take_word(vocabulary, bytes_of(word, len));
		len += blank != NULL;
		vocabulary->at += (uint32_t)len;
		seen += len;
	}
	return code;
}

bool vocabulary_next(const struct vocabulary *vocabulary, size_t *cursor,
		     struct bytes *word, uint32_t *times)
{
	const void *key;

	if (!table_next(&vocabulary->words, cursor, &key, times))
		return false;
	*word = bytes_of(key, strnlen(key, VOCABULARY_WORD_BYTES));
	return true;
}
