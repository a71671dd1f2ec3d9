/*
 * textpast.c - the text from its history: as it is, and as it was.
 *
 * It must never lose the text there is to one that could not be made. Next:
 * replay.c.
 */
#include "crdt/text/text.h"
#include "proto/base/utf8.h"

int text_rebuild(struct text *text)
{
	struct rope fresh;
	int rc;

	rope_init(&fresh, text->memory, text->tune.chunk_bytes);
	text->walker.is_standing = false;
	text->walker.patches = NULL;
	text->walker.rope = &fresh;
	walker_allow(&text->walker, text->steps_max);
	rc = walker_replay(&text->walker, text->tune.no_short_way);
	text->walker.rope = NULL;
	if (rc != 0) {
		rope_release(&fresh);
		return rc;
	}
	rope_release(&text->rope);
	text->rope = fresh;
	return 0;
}

int text_fill(struct text *text, struct bytes words)
{
	struct rope fresh;
	int rc;

	if (!utf8_is_valid(words))
		return ERR_MALFORMED;
	rope_init(&fresh, text->memory, text->tune.chunk_bytes);
	rc = rope_reserve(&fresh, words.len);
	if (rc != 0) {
		rope_release(&fresh);
		return rc;
	}
	rope_insert(&fresh, 0, words, (uint32_t)text_scalars(words));
	rope_release(&text->rope);
	text->rope = fresh;
	return 0;
}

int text_at(struct text *text, struct graph_version version, struct rope *rope)
{
	struct walker *walker = &text->walker;
	struct graph *graph = &text->graph;
	uint32_t *ends = NULL;
	uint32_t cap = 0;
	uint32_t count;
	int rc;

	walker->is_standing = false;
	walker->patches = NULL;
	walker_allow(walker, text->steps_max);
	rc = graph_diff(graph, version, (struct graph_version){ NULL, 0 });
	/* Walks of the walker's write over the answer. */
	count = graph->range_count[0];
	if (rc == 0)
		rc = text_memory_grow(text->memory, &ends, &cap, 2 * count + 1,
				      sizeof *ends);
	for (uint32_t i = 0; rc == 0 && i < count; i++) {
		ends[2 * i] = graph->ranges[0][count - 1 - i].lv;
		ends[2 * i + 1] = graph->ranges[0][count - 1 - i].end;
	}
	if (rc == 0)
		rc = walker_begin(walker, TEXT_NONE, 0);
	walker->rope = rope;
	for (uint32_t i = 0; rc == 0 && i < count; i++)
		rc = walker_cover(walker, ends[2 * i], ends[2 * i + 1]);
	walker->rope = NULL;
	walker->is_standing = false;
	text_memory_give(text->memory, ends, cap * sizeof *ends);
	return rc;
}
