/*
 * wordtext.h - text to words that search compares: lower case, without
 * accents, single blanks between.
 *
 * A word is a run of letters, digits, and marks; an apostrophe inside is left
 * out ("don't" is "dont"). Signs people write with (emoji, arrows) and
 * letters of scripts without blanks are words by themselves. The same for
 * what is stored and for what is looked for, so both always meet.
 */
#ifndef KEPT_VAULT_WORDTEXT_H
#define KEPT_VAULT_WORDTEXT_H

#include "proto/base/buf.h"

/* Between two values of an entry, so that no phrase reaches across. */
#define WORDTEXT_BREAK 0x01

/* Appends "word word ": every word followed by one blank. text is UTF-8. */
int wordtext_fold(struct bytes text, struct buf *out);
/* Appends the break, if there is anything to part. */
int wordtext_break(struct buf *out);
/*
 * The bytes of text whose fold begins at the folded offset, which lies within
 * what wordtext_fold gives for this text alone: for snippets.
 */
size_t wordtext_source(struct bytes text, size_t folded_offset);

#endif
