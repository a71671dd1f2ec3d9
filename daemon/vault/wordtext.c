/*
 * wordtext.c - folding for search: a table for ASCII, utf8proc for the rest.
 *
 * Must never fail on any valid text, and never allocate but in the buffer
 * handed in. What is searched lies in view.c; how, in wordsearch.c.
 */
#include "daemon/vault/wordtext.h"

#include <utf8proc.h>

#include "proto/base/utf8.h"

#define DECOMPOSED_MAX 32
#define FOLD_OPTIONS                                                           \
	(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |            \
	 UTF8PROC_IGNORE | UTF8PROC_STRIPMARK)

/* What a scalar does to the word at hand. */
enum wordtext_part {
	PART_GAP,    /* ends it */
	PART_LETTER, /* belongs to it */
	PART_ALONE,  /* is one by itself */
	PART_SILENT  /* is left out */
};

struct fold {
	struct buf *out;
	bool in_word;
};

static void end_word(struct fold *fold)
{
	if (fold->in_word)
		buf_put_u8(fold->out, ' ');
	fold->in_word = false;
}

/* Scripts that put no blanks between words: Thai to Khmer, kana, Han. */
static bool is_unspaced(uint32_t c)
{
	return (c >= 0x0e00 && c <= 0x0eff) || (c >= 0x1000 && c <= 0x109f) ||
	       (c >= 0x1780 && c <= 0x17ff) || (c >= 0x3040 && c <= 0x30ff) ||
	       (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0x20000 && c <= 0x3ffff);
}

static enum wordtext_part part_of(uint32_t c)
{
	static const uint8_t parts[] = {
		[UTF8PROC_CATEGORY_LU] = PART_LETTER,
		[UTF8PROC_CATEGORY_LL] = PART_LETTER,
		[UTF8PROC_CATEGORY_LT] = PART_LETTER,
		[UTF8PROC_CATEGORY_LM] = PART_LETTER,
		[UTF8PROC_CATEGORY_LO] = PART_LETTER,
		[UTF8PROC_CATEGORY_MN] = PART_LETTER,
		[UTF8PROC_CATEGORY_MC] = PART_LETTER,
		[UTF8PROC_CATEGORY_ME] = PART_LETTER,
		[UTF8PROC_CATEGORY_ND] = PART_LETTER,
		[UTF8PROC_CATEGORY_NL] = PART_LETTER,
		[UTF8PROC_CATEGORY_NO] = PART_LETTER,
		[UTF8PROC_CATEGORY_SM] = PART_ALONE,
		[UTF8PROC_CATEGORY_SC] = PART_ALONE,
		[UTF8PROC_CATEGORY_SK] = PART_ALONE, /* skin tones */
		[UTF8PROC_CATEGORY_SO] = PART_ALONE,
		[UTF8PROC_CATEGORY_CF] = PART_SILENT,
		[UTF8PROC_CATEGORY_CO] = PART_GAP, /* the last */
	};

	if (c == 0x2019 || c == 0x02bc) /* apostrophes of typesetting */
		return PART_SILENT;
	if (is_unspaced(c))
		return PART_ALONE;
	return parts[utf8proc_category((utf8proc_int32_t)c)];
}

static void fold_wide(struct fold *fold, uint32_t scalar)
{
	utf8proc_int32_t decomposed[DECOMPOSED_MAX];
	enum wordtext_part part = part_of(scalar);
	uint8_t bytes[4];
	int boundary = 0;
	utf8proc_ssize_t count;

	if (part == PART_SILENT)
		return;
	if (part != PART_LETTER)
		end_word(fold);
	if (part == PART_GAP)
		return;
	count = utf8proc_decompose_char((utf8proc_int32_t)scalar, decomposed,
					DECOMPOSED_MAX, FOLD_OPTIONS,
					&boundary);
	for (utf8proc_ssize_t i = 0; i < count && i < DECOMPOSED_MAX; i++) {
		uint32_t c = (uint32_t)decomposed[i];

		/* Compatibility forms may hold blanks and signs. */
		if (c < 0x80 &&
		    !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			continue;
		buf_put(fold->out, bytes, utf8_put(c, bytes));
		fold->in_word = true;
	}
	if (part == PART_ALONE)
		end_word(fold);
}

/* What of ASCII a word holds, in lower case; 0: it ends there; 1: silent. */
static const uint8_t ascii[128] = {
	['\''] = 1,  ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3',
	['4'] = '4', ['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8',
	['9'] = '9', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd',
	['e'] = 'e', ['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i',
	['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n',
	['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's',
	['t'] = 't', ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x',
	['y'] = 'y', ['z'] = 'z', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c',
	['D'] = 'd', ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h',
	['I'] = 'i', ['J'] = 'j', ['K'] = 'k', ['L'] = 'l', ['M'] = 'm',
	['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r',
	['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w',
	['X'] = 'x', ['Y'] = 'y', ['Z'] = 'z',
};

static void fold_ascii(struct fold *fold, uint8_t c)
{
	if (ascii[c] > 1) {
		buf_put_u8(fold->out, ascii[c]);
		fold->in_word = true;
	} else if (ascii[c] == 0) {
		end_word(fold);
	}
}

static bool is_ascii(const uint8_t *p)
{
	return (le64_get(p) & UINT64_C(0x8080808080808080)) == 0;
}

/* A run of ASCII in one go: most text is nothing else. Returns its length. */
static size_t fold_run(struct fold *fold, struct bytes text)
{
	size_t len = 0, put = 0;
	unsigned in_word = fold->in_word;
	uint8_t *room;

	while (text.len - len >= 8 && is_ascii(text.ptr + len))
		len += 8;
	while (len < text.len && text.ptr[len] < 0x80)
		len++;
	room = buf_extend(fold->out, len + 1);
	if (room == NULL)
		return len;
	/* No branches: where words end can't be predicted. What is written
	 * for a gap outside words, or an apostrophe, is written over. */
	for (size_t i = 0; i < len; i++) {
		uint8_t c = ascii[text.ptr[i]];
		unsigned is_letter = c > 1;

		room[put] = c | (uint8_t)((c == 0) << 5); /* ' ' */
		put += is_letter | ((c == 0) & in_word);
		in_word = is_letter | (in_word & c);
	}
	fold->in_word = in_word != 0;
	fold->out->len -= len + 1 - put;
	return len;
}

int wordtext_fold(struct bytes text, struct buf *out)
{
	struct fold fold = { .out = out };
	size_t at = 0;

	while (at < text.len) {
		if (text.ptr[at] < 0x80)
			at += fold_run(&fold,
				       bytes_of(text.ptr + at, text.len - at));
		else
			fold_wide(&fold, utf8_next(text, &at));
	}
	end_word(&fold);
	return out->failed;
}

int wordtext_break(struct buf *out)
{
	if (out->len > 1 &&
	    !(out->len > 2 && out->ptr[out->len - 2] == WORDTEXT_BREAK)) {
		buf_put_u8(out, WORDTEXT_BREAK);
		buf_put_u8(out, ' ');
	}
	return out->failed;
}

size_t wordtext_source(struct bytes text, size_t folded_offset)
{
	struct buf folded;
	struct fold fold = { .out = &folded };
	size_t at = 0, word = 0;

	/* A word's end takes its blank from the scalar after it, so what is
	 * folded never runs ahead of the source by more than that blank. */
	buf_init(&folded, 16);
	for (size_t total = 0; at < text.len && total <= folded_offset;) {
		size_t start = at;
		uint32_t scalar = utf8_next(text, &at);

		buf_clear(&folded);
		if (scalar < 0x80)
			fold_ascii(&fold, (uint8_t)scalar);
		else
			fold_wide(&fold, scalar);
		total += folded.len;
		word = start;
	}
	buf_release(&folded);
	return word;
}
