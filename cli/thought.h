/*
 * thought.h - weighing a thought: what can be said about it without a
 * terminal. Fields are cJSON in the program's form (proto/entryform.h).
 */
#ifndef KEPT_CLI_THOUGHT_H
#define KEPT_CLI_THOUGHT_H

#include <cjson/cJSON.h>

#include "proto/base/buf.h"

#define THOUGHT_SUGGESTED 3u
#define THOUGHT_FEELINGS_MAX 8u

/*
 * "anxious 75, ashamed 60" to [{name, before}]; a feeling without a number
 * has no `before`; said twice, the later one counts. NULL with a sentence in
 * err: a number over 100, a name over 40 scalars, more than 8. Gives
 * ownership.
 */
cJSON *thought_parse_feelings(const char *text, struct err *err) KEPT_MUST_USE;
/* The other way, for the line above a prompt: sep between them. */
void thought_put_feelings(struct buf *out, const cJSON *feelings,
			  const char *sep);
/*
 * Places in the list of patterns.h that may fit the thought, ascending and
 * distinct; none that is hidden. A guess from words in it, filled up with the
 * most common ones. Returns how many.
 */
size_t thought_suggest(const char *thought, size_t places[THOUGHT_SUGGESTED]);
/*
 * "1 3", "1, mind reading": slugs into a new array; NULL with a sentence if a
 * number or a name is none.
 */
cJSON *thought_parse_patterns(const char *text, struct err *err) KEPT_MUST_USE;
/* Was anything rated twice, and did none of it go down? */
bool thought_is_still_strong(const cJSON *fields);
/* "Three comments · I missed the empty state" */
void thought_put_lines(struct buf *out, const cJSON *lines, const char *sep);

/* “What was thought.” to go on behind: shown, and with one full stop, its own
 * or ours. */
void thought_put_quoted(struct buf *out, const char *thought);

#endif
