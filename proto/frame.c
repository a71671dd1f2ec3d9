/*
 * frame.c - cutting streams into messages.
 *
 * Never allocates, and never waits for bytes that would not be taken anyway.
 * The splitter remembers where it was, so a message that trickles in byte by
 * byte costs no more than one that comes whole. Read next: rpcmsg.c.
 */
#include "proto/frame.h"

#include "proto/base/panic.h"
#include "proto/mp.h"

int frame_next(struct bytes input, size_t max_bytes, struct frame *out)
{
	uint32_t len;

	kept_assert(max_bytes <= LIMIT_FRAME_BYTES);
	*out = (struct frame){ .input_bytes = 0 };
	if (input.len < FRAME_HEAD_BYTES)
		return 0;
	len = le32_get(input.ptr);
	if (len == 0)
		return ERR_MALFORMED;
	if (len > max_bytes)
		return ERR_LIMIT;
	if (input.len - FRAME_HEAD_BYTES < len)
		return 0;
	out->payload = bytes_of(input.ptr + FRAME_HEAD_BYTES, len);
	out->input_bytes = FRAME_HEAD_BYTES + len;
	return 0;
}

int frame_put(struct buf *out, struct bytes payload)
{
	uint8_t *to;

	if (payload.len == 0)
		return ERR_MALFORMED;
	if (payload.len > LIMIT_FRAME_BYTES)
		return ERR_LIMIT;
	to = buf_extend(out, FRAME_HEAD_BYTES + payload.len);
	if (to == NULL)
		return out->failed;
	le32_put(to, (uint32_t)payload.len);
	memcpy(to + FRAME_HEAD_BYTES, payload.ptr, payload.len);
	return 0;
}

static int open_container(struct frame_splitter *splitter, uint64_t items)
{
	if (splitter->depth == LIMIT_MP_DEPTH)
		return ERR_LIMIT;
	/* an element takes a byte at least, so these can't fit any more */
	if (items > LIMIT_FRAME_BYTES - splitter->at)
		return ERR_LIMIT;
	splitter->left[splitter->depth++] = items;
	return 0;
}

/* Over one head, and the payload if it is a str or bin. */
static int take_head(struct frame_splitter *splitter,
		     const struct mp_head *head)
{
	if (splitter->nodes++ == LIMIT_MP_NODES)
		return ERR_LIMIT;
	splitter->is_begun = true;
	splitter->at += head->head_bytes;
	if (splitter->at > LIMIT_FRAME_BYTES)
		return ERR_LIMIT;
	if (splitter->depth > 0)
		splitter->left[splitter->depth - 1]--;
	if (head->type == MP_ARRAY)
		return open_container(splitter, head->value);
	if (head->type == MP_MAP)
		return open_container(splitter, head->value * 2);
	if (head->type != MP_STR && head->type != MP_BIN)
		return 0;
	if (head->value > LIMIT_FRAME_BYTES - splitter->at)
		return ERR_LIMIT;
	splitter->at += (size_t)head->value;
	return 0;
}

static bool is_element_over(struct frame_splitter *splitter)
{
	while (splitter->depth > 0 && splitter->left[splitter->depth - 1] == 0)
		splitter->depth--;
	return splitter->is_begun && splitter->depth == 0;
}

int frame_next_msgpack(struct frame_splitter *splitter, struct bytes input,
		       struct frame *out)
{
	struct mp_head head;
	int rc;

	*out = (struct frame){ .input_bytes = 0 };
	while (!is_element_over(splitter)) {
		struct bytes rest;
		size_t wanted;

		if (splitter->at >= input.len)
			return 0;
		rest = bytes_of(input.ptr + splitter->at,
				input.len - splitter->at);
		wanted = mp_head_bytes(rest.ptr[0]);
		if (wanted == 0)
			return ERR_MALFORMED;
		if (wanted > rest.len)
			return 0;
		rc = mp_head_read(rest, &head);
		if (rc == 0)
			rc = take_head(splitter, &head);
		if (rc != 0)
			return rc;
	}
	if (splitter->at > input.len)
		return 0;
	out->payload = bytes_of(input.ptr, splitter->at);
	out->input_bytes = splitter->at;
	*splitter = (struct frame_splitter){ .at = 0 };
	return 0;
}
