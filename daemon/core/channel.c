/*
 * channel.c - opens and seals the stream after a handshake.
 *
 * Must never hand out a byte that did not pass its seal, and never hold more
 * than two frames. Which frame may come when is for its callers to say:
 * peer.c and pairing.c.
 */
#include "daemon/core/channel.h"

#include "proto/bounds.h"

#define MESSAGE_HEAD_BYTES 2u
/* A frame that is being put together, and one message on top. */
#define PLAIN_BYTES_MOST                                                       \
	(LIMIT_FRAME_BYTES + CHANNEL_HEAD_BYTES + 2 * LIMIT_NOISE_PAYLOAD_BYTES)
/* Taken bytes are cleared away when there are this many of them. */
#define SWEEP_BYTES 65536u

_Static_assert(PLAIN_BYTES_MOST <= LIMIT_SESSION_IN_BYTES, "");

void channel_init(struct channel *channel)
{
	memset(channel, 0, sizeof *channel);
	buf_init(&channel->raw, LIMIT_SESSION_IN_BYTES);
	buf_init(&channel->plain, LIMIT_SESSION_IN_BYTES);
}

void channel_release(struct channel *channel)
{
	noise_cipher_release(&channel->send);
	noise_cipher_release(&channel->receive);
	buf_release(&channel->raw);
	buf_release(&channel->plain);
	memset(channel, 0, sizeof *channel);
}

static void sweep(struct buf *buf, size_t *at)
{
	if (*at < buf->len && *at < SWEEP_BYTES)
		return;
	buf_consume(buf, *at);
	*at = 0;
}

size_t channel_room(const struct channel *channel)
{
	size_t used = channel->raw.len - channel->raw_at;

	return SWEEP_BYTES * 4 > used ? SWEEP_BYTES * 4 - used : 0;
}

int channel_feed(struct channel *channel, struct bytes bytes)
{
	sweep(&channel->raw, &channel->raw_at);
	channel->bytes_received += bytes.len;
	return buf_put(&channel->raw, bytes.ptr, bytes.len);
}

int channel_take(struct channel *channel, size_t want, struct bytes *out)
{
	if (channel->raw.len - channel->raw_at < want)
		return 0;
	*out = bytes_of(channel->raw.ptr + channel->raw_at, want);
	channel->raw_at += want;
	return 1;
}

/* The next message of raw into plain. 1: done; 0: not whole yet. */
static int open_message(struct channel *channel)
{
	const uint8_t *at = channel->raw.ptr + channel->raw_at;
	size_t left = channel->raw.len - channel->raw_at;
	size_t len;
	int rc;

	if (left < MESSAGE_HEAD_BYTES)
		return 0;
	len = le16_get(at);
	if (len < NOISE_TAG_BYTES || len > LIMIT_NOISE_MESSAGE_BYTES)
		return ERR_MALFORMED;
	if (left - MESSAGE_HEAD_BYTES < len)
		return 0;
	rc = noise_decrypt(&channel->receive,
			   bytes_of(at + MESSAGE_HEAD_BYTES, len),
			   &channel->plain);
	if (rc != 0)
		return rc;
	channel->raw_at += MESSAGE_HEAD_BYTES + len;
	return 1;
}

int channel_next(struct channel *channel, struct channel_frame *out)
{
	for (;;) {
		size_t left = channel->plain.len - channel->plain_at;
		const uint8_t *at = channel->plain.ptr + channel->plain_at;
		size_t len = left < 4 ? 0 : le32_get(at);
		int rc;

		if (left >= 4 && (len == 0 || len > LIMIT_FRAME_BYTES))
			return ERR_MALFORMED;
		if (left >= 4 && left - 4 >= len) {
			out->number = at[4];
			out->body = bytes_of(at + CHANNEL_HEAD_BYTES, len - 1);
			channel->plain_at += 4 + len;
			return 1;
		}
		sweep(&channel->plain, &channel->plain_at);
		rc = open_message(channel);
		if (rc <= 0)
			return rc;
	}
}

void channel_send(struct channel *channel, uint32_t conn, uint8_t number,
		  struct buf *frame, struct effects *effects)
{
	struct buf *out = &effects->bytes;
	size_t offset = out->len;
	size_t at = 0;

	if (frame->failed != 0 || frame->len > LIMIT_FRAME_BYTES + 4) {
		effects->failed = ERR_NOMEM;
		return;
	}
	le32_put(frame->ptr, (uint32_t)(frame->len - 4));
	frame->ptr[4] = number;
	while (at < frame->len) {
		size_t part = frame->len - at;

		if (part > LIMIT_NOISE_PAYLOAD_BYTES)
			part = LIMIT_NOISE_PAYLOAD_BYTES;
		buf_put_le16(out, (uint16_t)(part + NOISE_TAG_BYTES));
		if (noise_encrypt(&channel->send,
				  bytes_of(frame->ptr + at, part), out) != 0) {
			effects->failed = ERR_NOMEM;
			return;
		}
		at += part;
	}
	channel->bytes_sent += out->len - offset;
	effects_sent(effects, conn, offset);
}

bool channel_is_worn(const struct channel *channel, uint64_t now_ms)
{
	/* A frame takes up to 33 messages more. */
	return channel->send.messages + 64 > LIMIT_REKEY_MESSAGES ||
	       channel->send.bytes + 2 * LIMIT_FRAME_BYTES >
		       LIMIT_REKEY_BYTES ||
	       now_ms - channel->keyed_ms > LIMIT_REKEY_MS;
}
