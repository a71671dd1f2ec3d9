/*
 * wordsearch.h - what a person looks for, as patterns over folded words.
 *
 * Words (all of them have to be there), "a phrase", prefix*. Unbalanced
 * quotes close at the end. Case and accents do not matter (wordtext.h).
 */
#ifndef KEPT_VAULT_WORDSEARCH_H
#define KEPT_VAULT_WORDSEARCH_H

#include "daemon/vault/view.h"
#include "daemon/vault/wordscan.h"
#include "proto/base/buf.h"

#define SEARCH_TERMS_MAX 32u

struct search_term {
	size_t at; /* into patterns: " word ", " word word ", or " prefix" */
	size_t len;
	struct wordscan scan;
};

struct search {
	struct buf patterns;
	struct search_term terms[SEARCH_TERMS_MAX];
	size_t count; /* 0: nothing that can be found */
};

/* ERR_USAGE (too long, too many words, not UTF-8). search_release either
 * way. */
int search_parse(struct search *search, struct bytes words, struct err *err)
	KEPT_MUST_USE;
void search_release(struct search *search);
/* text as view_text gives it. */
bool search_matches(const struct search *search, struct bytes text);
/* Nothing of the view can match: known from its vocabulary, without a look at
 * any text. False where that can't tell. */
bool search_is_futile(const struct search *search, const struct view *view);
/* The first place of folded text (with its leading blank) where any term
 * begins; SIZE_MAX if none does. */
size_t search_first(const struct search *search, struct bytes text);

/*
 * For a search that found nothing. Appends an array of {word, count}: words of
 * the view within two letters of a word that was looked for, nearest first, at
 * most five. Words that the vocabulary has not come to yet are not offered.
 * is_filtered: not all entries were searched, so the words may be in others.
 */
int search_put_near(const struct search *search, struct view *view,
		    bool is_filtered, struct buf *out) KEPT_MUST_USE;

#endif
