/*
 * channel.h - frames over an encrypted stream: what follows a handshake, in
 * sessions and in pairing alike.
 *
 * On the wire: u16 length || Noise message, again and again. Inside, as one
 * stream: u32 length || u8 number || body, a frame. A frame may span
 * messages; a new one may start in the middle of a message.
 */
#ifndef KEPT_CORE_CHANNEL_H
#define KEPT_CORE_CHANNEL_H

#include "daemon/core/event.h"
#include "proto/crypto/noise.h"

struct channel {
	struct noise_cipher send, receive;
	struct buf raw;   /* arrived, not opened */
	struct buf plain; /* opened, not taken */
	size_t raw_at, plain_at;
	uint64_t keyed_ms; /* when the sending key began */
	uint64_t bytes_sent, bytes_received;
};

struct channel_frame {
	uint8_t number;
	struct bytes body; /* Borrows until the next call on the channel */
};

void channel_init(struct channel *channel);
void channel_release(struct channel *channel); /* wipes */

/* How much channel_feed takes at once; feed more after frames were taken. */
size_t channel_room(const struct channel *channel);
/* ERR_LIMIT over the room, ERR_NOMEM. */
int channel_feed(struct channel *channel, struct bytes bytes) KEPT_MUST_USE;
/* Exactly `want` bytes, before or between handshake messages. 1: out points
 * at them until the next feed; 0: not there yet. */
int channel_take(struct channel *channel, size_t want, struct bytes *out);
/* 1: a frame; 0: more has to come; ERR_CRYPTO, ERR_MALFORMED (empty, or over
 * LIMIT_FRAME_BYTES), ERR_NOMEM. */
int channel_next(struct channel *channel, struct channel_frame *out)
	KEPT_MUST_USE;

/*
 * frame: CHANNEL_HEAD_BYTES of room, then the body. Fills in the head and
 * sends. Failure shows in effects->failed.
 */
#define CHANNEL_HEAD_BYTES 5u
void channel_send(struct channel *channel, uint32_t conn, uint8_t number,
		  struct buf *frame, struct effects *effects);
/* Is it time for a new key (LIMIT_REKEY_*)? */
bool channel_is_worn(const struct channel *channel, uint64_t now_ms);

#endif
