/*
 * textoracle.h - the order of concurrent typing, written down slowly.
 *
 * One record a character, a walk of everything for every question: what it
 * says is meant to be read off crdt.md 3.5, not to be fast. Every other test
 * of the text engine compares with it.
 */
#ifndef KEPT_TESTS_LIB_TEXTORACLE_H
#define KEPT_TESTS_LIB_TEXTORACLE_H

#include "crdt/text/text.h"

/*
 * The text that the messages come to, given in an order in which parents come
 * first; to be freed. Every message has to be one that is not void. NULL: a
 * parent is missing or a place is not in the text.
 */
uint8_t *textoracle_text(const struct text_message *messages, uint32_t count,
			 size_t *len);

#endif
