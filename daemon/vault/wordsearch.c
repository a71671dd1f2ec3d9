/*
 * wordsearch.c - plain substring search over folded words, and near words.
 *
 * One pass over a row's text for each term: measured faster up to 150,000
 * entries than any index (speed.md section 4). Must stay bounded whatever is
 * typed and whatever is kept. Rows and pages are listing.c.
 */
#include "daemon/vault/wordsearch.h"

#include "daemon/vault/wordtext.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"
#include "proto/bounds.h"
#include "proto/mp.h"

#define PATTERN_MAX_BYTES 4096u
#define NEAR_MAX 5u
/* New text read for near words in one search: about a millisecond. */
#define NEAR_READ_BYTES ((size_t)256 << 10)

/* ---- what is looked for ---- */

static int add_term(struct search *search, struct bytes words, bool is_prefix,
		    struct err *err)
{
	struct search_term *term = &search->terms[search->count];
	size_t before = search->patterns.len;
	int code;

	buf_put_u8(&search->patterns, ' ');
	code = wordtext_fold(words, &search->patterns);
	if (code != 0)
		return err_set(err, code, "%s", err_text(code));
	/* Only signs that nobody writes words with. */
	if (search->patterns.len == before + 1) {
		search->patterns.len = before;
		return 0;
	}
	if (search->count == SEARCH_TERMS_MAX)
		return err_set(err, ERR_USAGE,
			       "Up to %u words can be looked for at once.",
			       SEARCH_TERMS_MAX);
	term->at = before;
	term->len = search->patterns.len - before - is_prefix;
	wordscan_prepare(&term->scan,
			 bytes_of(search->patterns.ptr + before, term->len));
	search->count++;
	return 0;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int parse_term(struct search *search, struct bytes words, size_t *at,
		      struct err *err)
{
	size_t start = *at, end;
	bool is_prefix;

	if (words.ptr[start] == '"') {
		const uint8_t *quote = memchr(words.ptr + start + 1, '"',
					      words.len - start - 1);

		end = quote == NULL ? words.len : (size_t)(quote - words.ptr);
		*at = quote == NULL ? end : end + 1;
		return add_term(
			search,
			bytes_of(words.ptr + start + 1, end - start - 1), false,
			err);
	}
	for (end = start; end < words.len && !is_blank(words.ptr[end]) &&
			  words.ptr[end] != '"';)
		end++;
	*at = end;
	is_prefix = words.ptr[end - 1] == '*';
	return add_term(search, bytes_of(words.ptr + start, end - start),
			is_prefix, err);
}

int search_parse(struct search *search, struct bytes words, struct err *err)
{
	size_t at = 0;
	int code = 0;

	memset(search, 0, sizeof *search);
	buf_init(&search->patterns, PATTERN_MAX_BYTES);
	if (words.len > LIMIT_SEARCH_BYTES)
		return err_set(err, ERR_USAGE,
			       "That is more than can be looked for at once; "
			       "a few words are enough.");
	if (!utf8_is_valid(words))
		return err_set(err, ERR_USAGE,
			       "What is looked for has to be UTF-8 text.");
	while (code == 0 && at < words.len) {
		if (is_blank(words.ptr[at]))
			at++;
		else
			code = parse_term(search, words, &at, err);
	}
	return code;
}

void search_release(struct search *search)
{
	buf_release(&search->patterns);
	memset(search, 0, sizeof *search);
}

static const uint8_t *find_term(const struct search *search, size_t i,
				struct bytes text)
{
	const struct search_term *term = &search->terms[i];

	return wordscan_find(
		&term->scan,
		bytes_of(search->patterns.ptr + term->at, term->len), text);
}

bool search_matches(const struct search *search, struct bytes text)
{
	for (size_t i = 0; i < search->count; i++) {
		if (find_term(search, i, text) == NULL)
			return false;
	}
	return search->count > 0;
}

size_t search_first(const struct search *search, struct bytes text)
{
	size_t first = SIZE_MAX;

	for (size_t i = 0; i < search->count; i++) {
		const uint8_t *at = find_term(search, i, text);

		if (at != NULL && (size_t)(at - text.ptr) < first)
			first = (size_t)(at - text.ptr);
	}
	return first;
}

/* ---- near words ---- */

struct near_word {
	struct bytes word; /* in the vocabulary */
	uint32_t count;    /* read so often; then: entries that have it */
	uint8_t distance;
};

/* The best so far, best first. */
struct nearing {
	struct near_word words[NEAR_MAX];
	size_t count;
};

/* Edits between two short words, counted up to `most` + 1. */
static uint8_t distance(struct bytes a, struct bytes b, uint8_t most)
{
	uint8_t row[VOCABULARY_WORD_BYTES + 1];

	for (size_t j = 0; j <= b.len; j++)
		row[j] = (uint8_t)j;
	for (size_t i = 1; i <= a.len; i++) {
		uint8_t corner = row[0], least;

		row[0] = (uint8_t)i;
		least = row[0];
		for (size_t j = 1; j <= b.len; j++) {
			uint8_t cost = (uint8_t)(corner + (a.ptr[i - 1] !=
							   b.ptr[j - 1]));

			corner = row[j];
			if (row[j] + 1 < cost)
				cost = (uint8_t)(row[j] + 1);
			if (row[j - 1] + 1 < cost)
				cost = (uint8_t)(row[j - 1] + 1);
			row[j] = cost;
			if (cost < least)
				least = cost;
		}
		if (least > most)
			return least;
	}
	return row[b.len];
}

static bool is_nearer(const struct near_word *a, const struct near_word *b)
{
	if (a->distance != b->distance)
		return a->distance < b->distance;
	if (a->count != b->count)
		return a->count > b->count;
	return bytes_compare(a->word, b->word) < 0;
}

static void near_add(struct nearing *near, const struct near_word *word)
{
	size_t at = near->count;

	if (near->count < NEAR_MAX)
		near->count++;
	else if (is_nearer(word, &near->words[--at]))
		near->words[at] = *word;
	else
		return;
	for (; at > 0 && is_nearer(word, &near->words[at - 1]); at--)
		near->words[at] = near->words[at - 1];
	near->words[at] = *word;
}

static void near_collect(struct nearing *near, struct bytes wanted,
			 const struct vocabulary *vocabulary)
{
	/* A letter or two, by how much of the word that leaves. */
	uint8_t most = wanted.len < 6 ? 1 : 2;
	struct near_word word;
	size_t cursor = 0;

	while (vocabulary_next(vocabulary, &cursor, &word.word, &word.count)) {
		size_t apart = word.word.len > wanted.len
				       ? word.word.len - wanted.len
				       : wanted.len - word.word.len;

		if (apart > most)
			continue;
		word.distance = distance(wanted, word.word, most);
		if (word.distance <= most)
			near_add(near, &word);
	}
}

static bool has_term(const struct search *search, size_t i,
		     const struct view *view, const struct row *row)
{
	return (row->flags & ROW_DELETED) == 0 &&
	       find_term(search, i, view_text(view, row)) != NULL;
}

/* The words as terms, in their order. */
static int near_terms(const struct nearing *near, struct search *out)
{
	buf_init(&out->patterns, PATTERN_MAX_BYTES);
	for (size_t i = 0; i < near->count; i++) {
		struct search_term *term = &out->terms[i];

		term->at = out->patterns.len;
		buf_put_u8(&out->patterns, ' ');
		buf_put(&out->patterns, near->words[i].word.ptr,
			near->words[i].word.len);
		buf_put_u8(&out->patterns, ' ');
		if (out->patterns.failed != 0)
			return out->patterns.failed;
		term->len = out->patterns.len - term->at;
		wordscan_prepare(
			&term->scan,
			bytes_of(out->patterns.ptr + term->at, term->len));
	}
	out->count = near->count;
	return 0;
}

/* The text of a row that comes soon, before it is needed. */
static void expect_row(const struct view *view, uint32_t row)
{
	if (row < view->count)
		wordscan_expect(view_text(view, &view->rows[row]));
}

/* All words row by row, while its text is at hand. */
static void count_rows(struct nearing *near, const struct search *terms,
		       const uint32_t *most, const struct view *view)
{
	size_t open = terms->count;

	for (uint32_t row = 0; open > 0 && row < view->count; row++) {
		expect_row(view, row + WORDSCAN_AHEAD);
		open = 0;
		for (size_t i = 0; i < terms->count; i++) {
			uint32_t *count = &near->words[i].count;

			if (*count == most[i])
				continue;
			open++;
			*count += has_term(terms, i, view, &view->rows[row]);
		}
	}
}

/* From how often a word was read to how many entries have it. */
static int near_count(struct nearing *near, const struct view *view)
{
	struct nearing counted = { .count = 0 };
	struct search terms = { .count = 0 };
	uint32_t most[NEAR_MAX];
	int code = near_terms(near, &terms);

	for (size_t i = 0; i < near->count; i++) {
		/* Read once, it is in one entry at most. */
		most[i] = vocabulary_is_behind(view) ? UINT32_MAX
						     : near->words[i].count;
		near->words[i].count = 0;
	}
	count_rows(near, &terms, most, view);
	for (size_t i = 0; i < near->count; i++) {
		if (near->words[i].count > 0)
			near_add(&counted, &near->words[i]);
	}
	search_release(&terms);
	*near = counted;
	return code;
}

/* The word of a term that nothing has, if it is one word. */
static struct bytes word_of(const struct search *search, size_t i)
{
	struct bytes word =
		bytes_of(search->patterns.ptr + search->terms[i].at + 1,
			 search->terms[i].len - 1);

	if (word.len > 0 && word.ptr[word.len - 1] == ' ')
		word.len--;
	if (word.len < 3 || word.len > VOCABULARY_WORD_BYTES ||
	    memchr(word.ptr, ' ', word.len) != NULL)
		word.len = 0;
	return word;
}

/* One of the term's words was never written. A beginning is no word. */
static bool is_unheard(const struct search *search, size_t i,
		       const struct view *view)
{
	const uint8_t *word = search->patterns.ptr + search->terms[i].at + 1;
	const uint8_t *end = word + search->terms[i].len - 1;
	const uint8_t *blank;

	while ((blank = memchr(word, ' ', (size_t)(end - word))) != NULL) {
		if (vocabulary_lacks(view,
				     bytes_of(word, (size_t)(blank - word))))
			return true;
		word = blank + 1;
	}
	return false;
}

bool search_is_futile(const struct search *search, const struct view *view)
{
	for (size_t i = 0; i < search->count; i++) {
		if (is_unheard(search, i, view))
			return true;
	}
	return search->count == 0;
}

static bool is_anywhere(const struct search *search, size_t i,
			const struct view *view)
{
	if (is_unheard(search, i, view))
		return false;
	for (uint32_t row = 0; row < view->count; row++) {
		expect_row(view, row + WORDSCAN_AHEAD);
		if (has_term(search, i, view, &view->rows[row]))
			return true;
	}
	return false;
}

int search_put_near(const struct search *search, struct view *view,
		    bool is_filtered, struct buf *out)
{
	struct nearing near = { .count = 0 };
	struct bytes wanted = bytes_of(NULL, 0);
	int code = 0;

	/* The first word that is nowhere is the one that was mistyped. */
	for (size_t i = 0; i < search->count && wanted.len == 0; i++) {
		wanted = word_of(search, i);
		/* The only one, and all rows were looked at: nowhere. */
		if (search->count == 1 && !is_filtered)
			break;
		if (wanted.len > 0 && is_anywhere(search, i, view))
			wanted.len = 0;
	}
	if (wanted.len > 0) {
		code = vocabulary_read(view, NEAR_READ_BYTES);
		near_collect(&near, wanted, &view->vocabulary);
	}
	if (code == 0)
		code = near_count(&near, view);
	if (code != 0)
		return code;
	mp_put_array(out, near.count);
	for (size_t i = 0; i < near.count; i++) {
		mp_put_map(out, 2);
		mp_put_cstr(out, "word");
		mp_put_str(out, near.words[i].word);
		mp_put_cstr(out, "count");
		mp_put_uint(out, near.words[i].count);
	}
	return out->failed;
}
