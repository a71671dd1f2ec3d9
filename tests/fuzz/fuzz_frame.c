/*
 * Goal: streams are cut at the same places however they are chopped. Method:
 * the first byte is the size of a chunk; the stream goes in whole and in
 * chunks through both splitters, and both have to agree.
 */
#include <stdint.h>

#include "proto/base/panic.h"
#include "proto/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

struct cuts {
	size_t count;
	size_t bytes;
	int rc;
};

/* chunk 0: all at once. */
static struct cuts cut(struct bytes stream, size_t chunk, bool is_peer)
{
	struct frame_splitter splitter = { .at = 0 };
	struct cuts cuts = { .count = 0 };
	struct frame frame;
	size_t have = chunk == 0 ? stream.len : 0;

	for (;;) {
		struct bytes in =
			bytes_of(stream.ptr + cuts.bytes, have - cuts.bytes);

		cuts.rc = is_peer ? frame_next(in, LIMIT_FRAME_BYTES, &frame)
				  : frame_next_msgpack(&splitter, in, &frame);
		if (cuts.rc != 0)
			return cuts;
		kept_assert(frame.input_bytes <= in.len);
		if (frame.input_bytes > 0) {
			cuts.count++;
			cuts.bytes += frame.input_bytes;
			continue;
		}
		if (have == stream.len)
			return cuts;
		have = have + chunk < stream.len ? have + chunk : stream.len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
	struct bytes stream = bytes_of(input + 1, size > 0 ? size - 1 : 0);

	if (size == 0)
		return 0;
	for (int peer = 0; peer < 2; peer++) {
		struct cuts whole = cut(stream, 0, peer == 1);
		struct cuts parts = cut(stream, input[0] + 1u, peer == 1);

		kept_assert(whole.count == parts.count);
		kept_assert(whole.bytes == parts.bytes);
		kept_assert(whole.rc == parts.rc);
	}
	return 0;
}
