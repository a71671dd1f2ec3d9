/*
 * pairing_inside.h - the inside of pairing, for pairing*.c only.
 *
 * pairing.c begins, ends, and listens to the person; pairing_hello.c runs
 * messages 1 to 7, up to an encrypted channel; pairing_admit.c what follows.
 */
#ifndef KEPT_CORE_PAIRING_INSIDE_H
#define KEPT_CORE_PAIRING_INSIDE_H

#include "daemon/core/core.h"
#include "proto/crypto/pake.h"

#define PAIR_ADDRESSES 16u
#define PAIR_STEP_MS 15000u  /* for the other side's next message */
#define PAIR_WORK_MS 120000u /* once both said yes: much may have to move */
#define PAIR_NONCE_BYTES 32u
#define PAIR_CODE_BYTES 128u

enum pair_step {
	PAIR_IDLE,
	PAIR_SHOWING,  /* inviter: waits for somebody */
	PAIR_DIALING,  /* joiner */
	PAIR_NONCE,    /* waits for message 1 (inviter) or 2 (joiner) */
	PAIR_SHARE,    /* ... 3 or 4 */
	PAIR_HELLO,    /* ... 5 or 6 */
	PAIR_STATIC,   /* inviter: 7 */
	PAIR_PROOF,    /* inviter: pair_keys; joiner: its own proof */
	PAIR_WORDS,    /* both: the two yeses */
	PAIR_ADDING,   /* inviter: ADD is being written */
	PAIR_WELCOME,  /* joiner: pair_welcome, then the journal set up */
	PAIR_CONTROL,  /* control records to the joiner, its logs back */
	PAIR_LOGS,     /* joiner: its LOG_OPENs are being written */
	PAIR_ROTATING, /* inviter: ROTATE is being written */
	PAIR_LAST,     /* the rotation to the joiner, and its receipt */
	PAIR_OVER,     /* done or failed; waits to be acknowledged */
	PAIR_STEP_COUNT
};

struct pairing {
	struct pairing_state now;
	struct sm sm;
	bool has_conn;
	uint32_t conn, dial;
	uint64_t deadline_ms;
	uint8_t code[PAIR_CODE_BYTES], qr[PAIR_CODE_BYTES];
	size_t code_len, qr_len;
	char name[LIMIT_DEVICE_NAME_BYTES + 1]; /* ours */
	uint64_t entries;
	char addresses[PAIR_ADDRESSES][128];
	size_t address_count, address_at;
	char address[128]; /* of the connection's other end */
	struct sign_public device;
	struct box_public box;
	struct net_secret net;
	struct buf transcript; /* messages 1 to 4 as they went */
	struct pake pake;
	struct noise noise;
	struct channel channel;
	bool said_yes, heard_yes;
	uint16_t port; /* the other side's */
	struct net_public remote;
	struct dot target[LIMIT_STATE_LOGS]; /* what the joiner should hold */
	size_t target_count;
	bool has_target;
	uint64_t sent[LIMIT_LOGS]; /* to the joiner, by chain index */
};

/* ---- pairing.c ---- */
void pairing_move(struct engine *engine, enum pair_step step);
/* Sets what is asked of the wiring, and says so. */
void pairing_ask(struct engine *engine, enum pairing_ask ask);
/* The try is over. ended: so is the code. */
int pairing_fail(struct engine *engine, int code, bool ended, struct err *err)
	KEPT_MUST_USE;
int pairing_succeed(struct engine *engine, struct err *err) KEPT_MUST_USE;
/* One wrong code: counted, kept, and the third ends it. */
int pairing_strike(struct engine *engine, struct err *err) KEPT_MUST_USE;
void pairing_drop_conn(struct engine *engine);
/* META_PAIR_STRIKES; a code that was alive when the daemon stopped hands its
 * strikes on. */
int pairing_put_strikes(struct engine *engine, bool alive, struct err *err)
	KEPT_MUST_USE;
int pairing_get_strikes(struct engine *engine, uint32_t *strikes,
			struct err *err) KEPT_MUST_USE;
void pairing_unlisten(struct engine *engine);
void pairing_wipe_code(struct pairing *pairing);
/* False: no address is left. */
bool pairing_dial_next(struct engine *engine);
/* What has arrived, as far as it may be taken now. */
int pairing_take_input(struct engine *engine, struct err *err) KEPT_MUST_USE;
/* The connection ended, or its other side does not keep to the rules. */
int pairing_lose_conn(struct engine *engine, int code, struct err *err)
	KEPT_MUST_USE;
void pairing_send(struct engine *engine, uint8_t number, const void *msg);

/* ---- pairing_hello.c ---- */
/* Messages before the channel: u16 length || bytes. */
void hello_send(struct engine *engine, struct bytes message);
/* The connection is there. */
int hello_start(struct engine *engine, struct err *err) KEPT_MUST_USE;
/* Something arrived before the channel stands. */
int hello_input(struct engine *engine, struct err *err) KEPT_MUST_USE;

/* ---- pairing_admit.c ---- */
int admit_frame(struct engine *engine, const struct channel_frame *frame,
		struct err *err) KEPT_MUST_USE;
int admit_both_said_yes(struct engine *engine, struct err *err) KEPT_MUST_USE;
/* The wiring did what was asked. */
int admit_done(struct engine *engine, struct err *err) KEPT_MUST_USE;

#endif
