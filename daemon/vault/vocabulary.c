/*
 * vocabulary.c - counts the words of the arena, from where it stopped.
 *
 * Must never read the arena twice: chunks only grow at their end, so a place
 * in it is enough to go on from. Must never lack a word that it has read: what
 * is not in it is not looked for any more. Read next: wordsearch.c, which
 * asks.
 */
#include "daemon/vault/vocabulary.h"

#include "daemon/vault/view.h"
#include "proto/base/mem.h"

/* One byte is a letter, or the break between two fields. */
#define WORD_BYTES_MIN 2u
#define TALLY_BITS 9u
#define TALLY_WORDS ((size_t)1 << TALLY_BITS)

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

static bool is_kept(struct bytes word)
{
	return word.len >= WORD_BYTES_MIN && word.len <= VOCABULARY_WORD_BYTES;
}

static int add_word(struct vocabulary *vocabulary, struct bytes word,
		    uint32_t times)
{
	uint8_t key[VOCABULARY_WORD_BYTES] = { 0 };
	uint32_t ignored;

	memcpy(key, word.ptr, word.len);
	if (vocabulary->words.count >= VOCABULARY_WORDS_MAX &&
	    !table_get(&vocabulary->words, key, &ignored))
		return 0;
	return table_add(&vocabulary->words, key, times);
}

/* ---- short words, before they go into the table ---- */

/* Texts say the same short words over and over: counted here first, most of
 * them never cost a hash. A word that needs the place of another sends it on
 * to the table. */
struct tally {
	struct tally_word {
		uint64_t letters; /* LE, zeros behind; 0: free */
		uint32_t times;
	} words[TALLY_WORDS];
};

static int send_on(struct vocabulary *vocabulary, struct tally_word *word)
{
	uint8_t letters[8];

	if (word->times == 0)
		return 0;
	le64_put(letters, word->letters);
	return add_word(vocabulary,
			bytes_of(letters, strnlen((const char *)letters, 8)),
			word->times);
}

static int tally_take(struct tally *tally, struct vocabulary *vocabulary,
		      uint64_t letters)
{
	size_t at = (size_t)(letters * UINT64_C(0x9e3779b97f4a7c15) >>
			     (64 - TALLY_BITS));
	struct tally_word *word = &tally->words[at];
	int code = 0;

	if (word->letters != letters) {
		code = send_on(vocabulary, word);
		*word = (struct tally_word){ .letters = letters };
	}
	word->times++;
	return code;
}

static int tally_end(struct tally *tally, struct vocabulary *vocabulary)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < TALLY_WORDS; i++)
		code = send_on(vocabulary, &tally->words[i]);
	mem_wipe(tally, sizeof *tally);
	return code;
}

/* ---- reading ---- */

/* How many of 8 bytes come before the first blank. */
static size_t before_blank(uint64_t eight)
{
	uint64_t other = eight ^ UINT64_C(0x2020202020202020);
	/* The lowest bit that is set is that of the first zero byte. */
	uint64_t zeros = (other - UINT64_C(0x0101010101010101)) & ~other &
			 UINT64_C(0x8080808080808080);

	return zeros == 0 ? 8 : (size_t)__builtin_ctzll(zeros) / 8;
}

/* One word and the blank behind it. Returns the bytes of both. */
static size_t take_word(struct vocabulary *vocabulary, struct tally *tally,
			struct bytes text, int *code)
{
	const uint8_t *blank;
	size_t len;

	if (text.len > 8) {
		uint64_t letters = le64_get(text.ptr);

		len = before_blank(letters);
		if (len < 8)
			letters &= (UINT64_C(1) << 8 * len) - 1;
		if (text.ptr[len] == ' ') {
			if (len >= WORD_BYTES_MIN)
				*code = tally_take(tally, vocabulary, letters);
			return len + 1;
		}
	}
	blank = memchr(text.ptr, ' ', text.len);
	len = blank == NULL ? text.len : (size_t)(blank - text.ptr);
	if (is_kept(bytes_of(text.ptr, len)))
		*code = add_word(vocabulary, bytes_of(text.ptr, len), 1);
	return len + (blank != NULL);
}

int vocabulary_read(struct view *view, size_t bytes)
{
	struct vocabulary *vocabulary = &view->vocabulary;
	struct tally tally = { 0 };
	size_t seen = 0;
	int code = 0, last;

	while (code == 0 && seen < bytes && vocabulary_is_behind(view)) {
		const struct view_chunk *chunk =
			&view->chunks[vocabulary->chunk];
		size_t left = chunk->used - vocabulary->at, len;

		if (left == 0) {
			vocabulary->chunk++;
			vocabulary->at = 0;
			continue;
		}
		len = take_word(vocabulary, &tally,
				bytes_of(chunk->ptr + vocabulary->at, left),
				&code);
		vocabulary->at += (uint32_t)len;
		seen += len;
	}
	last = tally_end(&tally, vocabulary);
	code = code != 0 ? code : last;
	/* Words were lost, and none may lack: from the beginning next time. */
	if (code != 0)
		vocabulary_clear(vocabulary);
	return code;
}

bool vocabulary_lacks(const struct view *view, struct bytes word)
{
	const struct vocabulary *vocabulary = &view->vocabulary;
	uint8_t key[VOCABULARY_WORD_BYTES] = { 0 };
	uint32_t ignored;

	if (!is_kept(word) || vocabulary_is_behind(view) ||
	    vocabulary->words.count >= VOCABULARY_WORDS_MAX)
		return false;
	memcpy(key, word.ptr, word.len);
	return !table_get(&vocabulary->words, key, &ignored);
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
