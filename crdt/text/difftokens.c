/*
 * difftokens.c - lines, words and graphemes.
 *
 * It must never end a token inside a grapheme cluster: a letter and its mark,
 * or the parts of an emoji, stay together whoever edits beside. Next:
 * diffcompare.c.
 */
#include "crdt/text/difftokens.h"

#include <utf8proc.h>

#include "proto/base/utf8.h"

void diff_side_init(struct diff_side *side, struct text_memory *memory)
{
	*side = (struct diff_side){ .memory = memory };
}

void diff_side_release(struct diff_side *side)
{
	text_memory_give(side->memory, side->tokens,
			 side->cap * sizeof *side->tokens);
	text_memory_give(side->memory, side->only, side->only_cap);
	*side = (struct diff_side){ .memory = side->memory };
}

bool diff_is_space(uint8_t byte)
{
	return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

static struct bytes diff_core(struct bytes token, enum diff_grain grain)
{
	size_t len = token.len;

	while (grain == DIFF_WORDS && len > 0 &&
	       diff_is_space(token.ptr[len - 1]))
		len--;
	return bytes_of(token.ptr, len > 0 ? len : token.len);
}

struct bytes diff_side_core(const struct diff_side *side, uint32_t index)
{
	const struct diff_token *token = &side->tokens[index];

	return diff_core(
		bytes_of(side->text.ptr + token->at, token[1].at - token->at),
		side->grain);
}

uint32_t diff_side_next(const struct diff_side *side, uint32_t index)
{
	while (index < side->count && side->only[index])
		index++;
	return index;
}

/* Scripts that put no spaces between words. */
static bool diff_is_unspaced(uint32_t scalar)
{
	return (scalar >= 0x0e00 && scalar < 0x0f00) || /* Thai, Lao */
	       (scalar >= 0x1000 && scalar < 0x10a0) || /* Myanmar */
	       (scalar >= 0x1780 && scalar < 0x1800) || /* Khmer */
	       (scalar >= 0x2e80 && scalar < 0xa000) || /* Han, kana */
	       (scalar >= 0xf900 && scalar < 0xfb00) ||
	       (scalar >= 0x20000 && scalar < 0x40000);
}

static bool diff_is_word(uint32_t scalar)
{
	utf8proc_category_t category;

	if (diff_is_unspaced(scalar))
		return false;
	/* Letters, marks, and numbers stand side by side in the list. */
	category = utf8proc_category((utf8proc_int32_t)scalar);
	return category >= UTF8PROC_CATEGORY_LU &&
	       category <= UTF8PROC_CATEGORY_NO;
}

/* Where the word, or the grapheme that is none, that begins at pos ends. */
static size_t diff_word_end(struct bytes text, size_t pos)
{
	utf8proc_int32_t state = 0;
	uint32_t before = utf8_next(text, &pos);
	bool in_word = diff_is_word(before);

	while (pos < text.len) {
		size_t next = pos;
		uint32_t scalar = utf8_next(text, &next);
		bool is_border = utf8proc_grapheme_break_stateful(
			(utf8proc_int32_t)before, (utf8proc_int32_t)scalar,
			&state);

		if (is_border && !(in_word && diff_is_word(scalar)))
			break;
		before = scalar;
		pos = next;
	}
	while (pos < text.len && diff_is_space(text.ptr[pos]))
		pos++;
	return pos;
}

static size_t diff_line_end(struct bytes text, size_t pos)
{
	const uint8_t *end = memchr(text.ptr + pos, '\n', text.len - pos);

	return end == NULL ? text.len : (size_t)(end - text.ptr) + 1;
}

static uint32_t diff_hash(struct bytes token)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < token.len; i++)
		hash = (hash ^ token.ptr[i]) * 16777619u;
	return hash;
}

int diff_side_cut(struct diff_side *side, struct bytes text,
		  enum diff_grain grain)
{
	size_t pos = 0;
	int rc = 0;

	side->text = text;
	side->grain = grain;
	side->count = 0;
	for (;;) {
		size_t end;

		rc = text_memory_grow(side->memory, &side->tokens, &side->cap,
				      side->count + 1, sizeof *side->tokens);
		if (rc != 0)
			return rc;
		side->tokens[side->count].at = (uint32_t)pos;
		if (pos == text.len)
			break;
		end = grain == DIFF_LINES ? diff_line_end(text, pos)
					  : diff_word_end(text, pos);
		side->tokens[side->count++].hash = diff_hash(
			diff_core(bytes_of(text.ptr + pos, end - pos), grain));
		pos = end;
	}
	rc = text_memory_grow(side->memory, &side->only, &side->only_cap,
			      side->count + 1, 1);
	if (rc == 0)
		memset(side->only, 0, side->count + 1);
	return rc;
}
