/*
 * event.h - what goes into the engine and what comes out.
 *
 * Bytes, time, and connection facts go in; effects come out and are carried
 * out by the shell (daemon/io or the simulator) only after the turn's
 * transaction has committed. Connections are named by numbers the shell
 * chooses and never reuses.
 */
#ifndef KEPT_CORE_EVENT_H
#define KEPT_CORE_EVENT_H

#include "proto/base/buf.h"
#include "proto/crypto/keys.h"

enum event_kind {
	EVENT_TICK,      /* time passed (also implied by every other event) */
	EVENT_PEER_UP,   /* a connection: accepted, or the answer to a dial */
	EVENT_PEER_BYTES,
	EVENT_PEER_DOWN, /* ended, for whatever reason */
	EVENT_DIAL_FAILED,
	EVENT_PAIR_UP,   /* a connection on the pairing listener / pair dial */
};

struct event {
	enum event_kind kind;
	uint32_t conn;
	uint32_t dial;         /* UP, FAILED: of the DIAL; 0: accepted */
	struct bytes bytes;    /* Borrows for the step */
	const char *address;   /* UP: "host:port" of the other end */
};

struct turn_time {
	uint64_t now_ms;  /* monotonic */
	uint64_t wall_ms; /* since 1970, UTC; may jump */
};

enum effect_kind {
	EFFECT_SEND,        /* conn, bytes */
	EFFECT_CLOSE,       /* conn, after what was sent has left */
	EFFECT_DIAL,        /* dial, address, is_pairing */
	EFFECT_PAIR_LISTEN, /* open the pairing listener at address */
	EFFECT_PAIR_UNLISTEN,
	EFFECT_NOTIFY,     /* something a client may want to hear */
};

enum notify_kind {
	NOTIFY_PEER_UP,      /* device */
	NOTIFY_PEER_DOWN,    /* device */
	NOTIFY_IN_SYNC,      /* device */
	NOTIFY_ROSTER,       /* the roster changed */
	NOTIFY_PAIR,         /* pairing.h moved on */
	NOTIFY_FORK,         /* our history is in doubt: new logs needed */
};

struct effect {
	enum effect_kind kind;
	uint32_t conn;
	uint32_t dial;
	bool is_pairing;
	uint8_t reason;            /* CLOSE: enum peer_close_reason, for logs */
	size_t offset;             /* SEND: bytes lie in effects->bytes */
	size_t len;
	enum notify_kind notify;
	struct sign_public device; /* NOTIFY */
	char address[128];         /* DIAL, PAIR_LISTEN */
};

struct effects {
	struct effect *items; /* stands in `room` */
	size_t count;
	struct buf room;
	struct buf bytes;     /* what SENDs carry */
	int failed;           /* ERR_NOMEM: the turn is dropped */
};

void effects_init(struct effects *effects);
void effects_release(struct effects *effects);
void effects_clear(struct effects *effects);
/* NULL when out of memory (failed is set). */
struct effect *effects_add(struct effects *effects, enum effect_kind kind);
/* Appends to a SEND of the same connection that stands last. */
void effects_send(struct effects *effects, uint32_t conn, struct bytes bytes);
/* The same for what was put into effects->bytes from offset on. */
void effects_sent(struct effects *effects, uint32_t conn, size_t offset);

#endif
