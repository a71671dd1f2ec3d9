/*
 * squeeze.c - the one place that includes zstd.h.
 *
 * It must never let zstd reach for the heap: both ways work in a block of the
 * caller's memory, whose size is known before. Next: columns.c.
 */
#include "crdt/text/squeeze.h"

#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#define SQUEEZE_LEVEL 3

static size_t squeeze_with(ZSTD_CCtx *context,
			   const ZSTD_compressionParameters *shape)
{
	const struct {
		ZSTD_cParameter name;
		int value;
	} rows[] = {
		{ ZSTD_c_windowLog, (int)shape->windowLog },
		{ ZSTD_c_chainLog, (int)shape->chainLog },
		{ ZSTD_c_hashLog, (int)shape->hashLog },
		{ ZSTD_c_searchLog, (int)shape->searchLog },
		{ ZSTD_c_minMatch, (int)shape->minMatch },
		{ ZSTD_c_targetLength, (int)shape->targetLength },
		{ ZSTD_c_strategy, (int)shape->strategy },
	};
	size_t got = 0;

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rows); i++)
		if (!ZSTD_isError(got))
			got = ZSTD_CCtx_setParameter(context, rows[i].name,
						     rows[i].value);
	return got;
}

int squeeze_put(struct text_memory *memory, struct bytes raw, struct buf *out,
		size_t *stored)
{
	ZSTD_compressionParameters shape =
		ZSTD_getCParams(SQUEEZE_LEVEL, raw.len, 0);
	size_t work_bytes = ZSTD_estimateCCtxSize_usingCParams(shape);
	size_t bound = ZSTD_compressBound(raw.len);
	size_t before = out->len;
	void *work = NULL;
	uint8_t *to;
	int rc;

	*stored = 0;
	if (raw.len == 0)
		return 0;
	rc = text_memory_resize(memory, &work, 0, work_bytes);
	if (rc != 0)
		return rc;
	to = buf_extend(out, bound);
	if (to != NULL) {
		ZSTD_CCtx *context = ZSTD_initStaticCCtx(work, work_bytes);
		size_t got = squeeze_with(context, &shape);

		if (!ZSTD_isError(got))
			got = ZSTD_compress2(context, to, bound, raw.ptr,
					     raw.len);
		if (!ZSTD_isError(got) && got < raw.len)
			*stored = got;
		out->len = before + *stored;
	}
	text_memory_give(memory, work, work_bytes);
	return out->failed;
}

int squeeze_get(struct text_memory *memory, struct bytes stored, uint8_t *raw,
		size_t raw_bytes)
{
	size_t work_bytes = ZSTD_estimateDCtxSize();
	void *work = NULL;
	ZSTD_DCtx *context;
	size_t got;
	int rc;

	rc = text_memory_resize(memory, &work, 0, work_bytes);
	if (rc != 0)
		return rc;
	context = ZSTD_initStaticDCtx(work, work_bytes);
	got = ZSTD_decompressDCtx(context, raw, raw_bytes, stored.ptr,
				  stored.len);
	text_memory_give(memory, work, work_bytes);
	return ZSTD_isError(got) || got != raw_bytes ? ERR_CORRUPT : 0;
}
