/*
 * textdiff.c - two texts into ops: lines first, words where lines differ.
 *
 * Coarse ops double text when two people changed one paragraph, so it must
 * never replace a paragraph for a word. Next: diffcompare.c.
 */
#include "crdt/text/textdiff.h"

#include "crdt/text/difftokens.h"
#include "proto/base/utf8.h"

struct textdiff {
	struct diff_side old_lines, new_lines;
	struct diff_side old_words, new_words;
	struct text_patches *out;
	uint32_t pos; /* scalars of `after` that are right */
};

static int textdiff_delete(struct textdiff *diff, uint32_t skip, uint32_t len)
{
	struct text_op op = {
		.kind = TEXT_DELETE,
		.pos = diff->pos + skip,
		.len = len,
	};

	return len == 0 ? 0 : text_patches_put(diff->out, &op);
}

static int textdiff_insert(struct textdiff *diff, uint32_t skip,
			   struct bytes fresh)
{
	struct text_op op = {
		.kind = TEXT_INSERT,
		.pos = diff->pos + skip,
		.len = (uint32_t)text_scalars(fresh),
		.text = fresh,
	};

	diff->pos += op.len;
	return fresh.len == 0 ? 0 : text_patches_put(diff->out, &op);
}

/*
 * What replaces something is put inside it, after its first scalar: what
 * somebody else puts in right before it or after it stays outside.
 */
static int textdiff_replace(struct textdiff *diff, struct bytes gone,
			    struct bytes fresh)
{
	uint32_t len = (uint32_t)text_scalars(gone);
	uint32_t first = fresh.len > 0 && len > 0 ? 1 : 0;
	uint32_t pos = diff->pos;
	uint32_t end;
	int rc;

	rc = textdiff_delete(diff, first, len - first);
	if (rc == 0)
		rc = textdiff_insert(diff, first, fresh);
	end = diff->pos;
	diff->pos = pos;
	if (rc == 0)
		rc = textdiff_delete(diff, 0, first);
	diff->pos = end;
	return rc;
}

static void textdiff_pass(struct textdiff *diff, struct bytes both)
{
	diff->pos += (uint32_t)text_scalars(both);
}

static bool is_space_at(struct bytes text, size_t at)
{
	return diff_is_space(text.ptr[at]);
}

/*
 * What stands between two words that stayed. Spaces at its ends stay too,
 * those in front first: so what is only put in or only taken out ends with
 * the space behind it, whoever does it.
 */
static int textdiff_between(struct textdiff *diff, struct bytes gone,
			    struct bytes fresh)
{
	size_t same = 0;
	int rc;

	while (same < gone.len && same < fresh.len &&
	       gone.ptr[same] == fresh.ptr[same] && is_space_at(gone, same))
		same++;
	/* A line's end of two bytes is one thing. */
	if (same > 0 && gone.ptr[same - 1] == '\r')
		same--;
	textdiff_pass(diff, bytes_of(gone.ptr, same));
	gone = bytes_of(gone.ptr + same, gone.len - same);
	fresh = bytes_of(fresh.ptr + same, fresh.len - same);
	same = 0;
	while (same < gone.len && same < fresh.len &&
	       gone.ptr[gone.len - 1 - same] ==
		       fresh.ptr[fresh.len - 1 - same] &&
	       is_space_at(gone, gone.len - 1 - same))
		same++;
	if (same > 0 && gone.ptr[gone.len - same] == '\n' &&
	    ((same < gone.len && gone.ptr[gone.len - same - 1] == '\r') ||
	     (same < fresh.len && fresh.ptr[fresh.len - same - 1] == '\r')))
		same--;
	rc = textdiff_replace(diff, bytes_of(gone.ptr, gone.len - same),
			      bytes_of(fresh.ptr, fresh.len - same));
	textdiff_pass(diff, bytes_of(gone.ptr + gone.len - same, same));
	return rc;
}

/* Differing lines: word by word. */
static int textdiff_words(struct textdiff *diff, struct bytes gone,
			  struct bytes fresh)
{
	struct diff_side *old = &diff->old_words;
	struct diff_side *new = &diff->new_words;
	size_t old_from = 0;
	size_t new_from = 0;
	int rc;

	rc = diff_side_cut(old, gone, DIFF_WORDS);
	if (rc == 0)
		rc = diff_side_cut(new, fresh, DIFF_WORDS);
	if (rc == 0)
		rc = diff_compare(old, new);
	for (uint32_t i = 0, j = 0; rc == 0; i++, j++) {
		struct bytes core;
		size_t old_to;
		size_t new_to;

		i = diff_side_next(old, i);
		j = diff_side_next(new, j);
		old_to = old->tokens[i].at;
		new_to = new->tokens[j].at;
		rc = textdiff_between(
			diff, bytes_of(gone.ptr + old_from, old_to - old_from),
			bytes_of(fresh.ptr + new_from, new_to - new_from));
		if (i == old->count || j == new->count)
			break;
		core = diff_side_core(old, i);
		textdiff_pass(diff, core);
		old_from = old_to + core.len;
		new_from = new_to + core.len;
	}
	return rc;
}

static int textdiff_lines(struct textdiff *diff)
{
	struct diff_side *old = &diff->old_lines;
	struct diff_side *new = &diff->new_lines;
	size_t old_from = 0;
	size_t new_from = 0;
	int rc = diff_compare(old, new);

	for (uint32_t i = 0, j = 0; rc == 0; i++, j++) {
		struct bytes line;
		size_t old_to;
		size_t new_to;

		i = diff_side_next(old, i);
		j = diff_side_next(new, j);
		old_to = old->tokens[i].at;
		new_to = new->tokens[j].at;
		if (old_to > old_from || new_to > new_from)
			rc = textdiff_words(diff,
					    bytes_of(old->text.ptr + old_from,
						     old_to - old_from),
					    bytes_of(new->text.ptr + new_from,
						     new_to - new_from));
		if (i == old->count || j == new->count)
			break;
		line = diff_side_core(old, i);
		textdiff_pass(diff, line);
		old_from = old_to + line.len;
		new_from = new_to + line.len;
	}
	return rc;
}

int textdiff_make(struct bytes before, struct bytes after,
		  struct text_patches *out)
{
	struct textdiff diff = { .out = out };
	int rc;

	if (before.len > (size_t)1 << 30 || after.len > (size_t)1 << 30)
		return ERR_LIMIT;
	if (!utf8_is_valid(before) || !utf8_is_valid(after))
		return ERR_MALFORMED;
	diff_side_init(&diff.old_lines, out->memory);
	diff_side_init(&diff.new_lines, out->memory);
	diff_side_init(&diff.old_words, out->memory);
	diff_side_init(&diff.new_words, out->memory);
	rc = diff_side_cut(&diff.old_lines, before, DIFF_LINES);
	if (rc == 0)
		rc = diff_side_cut(&diff.new_lines, after, DIFF_LINES);
	if (rc == 0)
		rc = textdiff_lines(&diff);
	diff_side_release(&diff.old_lines);
	diff_side_release(&diff.new_lines);
	diff_side_release(&diff.old_words);
	diff_side_release(&diff.new_words);
	return rc;
}
