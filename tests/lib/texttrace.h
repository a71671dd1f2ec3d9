/*
 * texttrace.h - public traces of people typing, as messages of the text
 * engine; and a heap for it that can run dry.
 *
 * Formats, as the README beside the traces names them: sequential ({txns:
 * [{patches}]}), concurrent ({kind: "concurrent", txns: [{parents, agent,
 * patches}]}), and raw ({txns: [{span, parents, agent, seqStart, ops}]}), or
 * an array of raw ones; each plain or gzipped.
 */
#ifndef KEPT_TESTS_LIB_TEXTTRACE_H
#define KEPT_TESTS_LIB_TEXTTRACE_H

#include <cjson/cJSON.h>

#include "crdt/text/text.h"

/* --- memory */

struct textheap {
	struct text_memory memory; /* give this to the engine */
	size_t blocks;		   /* alive */
	uint64_t fail_at;	   /* the n-th request from now gives none */
	bool keeps_failing;
	bool fired;
};

/* Where it is stays fixed. cap_bytes 0: as much as there is. */
void textheap_init(struct textheap *heap, size_t cap_bytes);
void textheap_fail(struct textheap *heap, uint64_t countdown, bool for_good);

/* --- traces */

struct texttrace {
	struct text_message *messages; /* Owns, with all they point to */
	uint32_t count;
	bool is_sequential; /* one author, each message on the last */
	bool has_end;
	struct bytes end; /* the text it comes to; borrows from the JSON */
	void *pools[5];
};

/* The file, gunzipped where it is gzipped. NULL: not there, or no JSON. */
cJSON *texttrace_read(const char *path);
/* false: not in one of the forms above. out is zeroed then. */
bool texttrace_load(const cJSON *root, struct texttrace *out);
void texttrace_release(struct texttrace *trace);
/* An author's id from a number: the order of ids is that of numbers. */
struct id16 texttrace_author(uint32_t number);
/* All messages in their order; the first that is not taken ends it. */
int texttrace_apply(const struct texttrace *trace, struct text *text)
	KEPT_MUST_USE;
/* The text, to be freed. */
uint8_t *texttrace_text(const struct rope *rope, size_t *len);
bool texttrace_is(const struct rope *rope, struct bytes want);

#endif
