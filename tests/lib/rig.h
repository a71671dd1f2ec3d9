/*
 * rig.h - one end of a session that is the test itself: handshake and frames
 * by hand, towards device 0 of a wire, with whatever keys.
 */
#ifndef KEPT_TESTS_RIG_H
#define KEPT_TESTS_RIG_H

#include "daemon/core/core.h"
#include "tests/lib/wire.h"

struct rig {
	struct wire *wire;
	size_t conn;
	struct noise_cipher send, receive;
	struct buf plain;
	struct buf hello; /* what was sent first */
};

struct greeting {
	const struct author *from; /* whose D_net */
	const struct net_public *to;
	struct id16 jtag;
	uint8_t least, most;
	uint16_t flags;
	uint64_t boot;
	bool equal; /* the digests of device 0 */
};

/* As device 1, a member, would greet device 0. */
struct greeting rig_greeting(struct wire *wire);
void rig_make_hello(struct wire *wire, const struct greeting *g,
		    struct noise *noise, struct buf *out);
/* A connection; nothing is said yet. */
void rig_init(struct rig *rig, struct wire *wire);
void rig_end(struct rig *rig);
struct wire_end *rig_inbox_end(struct rig *rig);
bool rig_is_closed(struct rig *rig);
/* True: answered, and the channel stands on our side. */
bool rig_greet(struct rig *rig, const struct greeting *g);
/* As a member: greeted, and a STATE that says we hold nothing. */
void rig_enter(struct rig *rig, struct wire *wire);
/* One Noise message with these bytes inside. */
void rig_raw(struct rig *rig, struct bytes plain);
void rig_send(struct rig *rig, uint8_t number, const void *msg);
void rig_send_run(struct rig *rig, const struct block *blocks, size_t count);
/* The next frame for us; number 0: none. Borrows until the next. */
struct channel_frame rig_next(struct rig *rig);
/* Frames until one of that number; false: there is none. */
bool rig_until(struct rig *rig, uint8_t number, struct channel_frame *out);
/* The dots of the ACK that answers, taken or refused; 0: none came. */
size_t rig_read_ack(struct rig *rig, bool refused, struct dot *dots,
		    size_t cap);

#endif
