/*
 * pairing.h - letting a device in: CPace, then Noise XXpsk0, then the keys
 * (PROTOCOL.md section 5). Sans-IO like the engine, which owns it.
 *
 * Each side asks its wiring for what only the vault can do: pairing_next
 * names it, the wiring does it in the same turn and calls the matching
 * pairing_give_*. Strikes survive a restart (META_PAIR_STRIKES).
 */
#ifndef KEPT_CORE_PAIRING_H
#define KEPT_CORE_PAIRING_H

#include "daemon/core/engine.h"

enum pairing_ask {
	PAIRING_NOTHING,
	PAIRING_WANT_PROOF,  /* joiner: sign handshake_hash with D_sig */
	PAIRING_SHOW_WORDS,  /* both: check words are there, ask the person */
	PAIRING_WANT_ADD,    /* inviter: write ADD for `joiner` */
	PAIRING_WANT_JOURNAL,/* joiner: set up for `journal`; control records
	                        follow and are admitted by the engine */
	PAIRING_WANT_LOGS,   /* joiner: write LOG_OPENs */
	PAIRING_WANT_ROTATE, /* inviter: write ROTATE with the joiner in it */
	PAIRING_DONE,        /* other side's device and name are known */
	PAIRING_FAILED       /* code says why; the code may live on */
};

struct pairing_state {
	enum pairing_ask ask;
	bool active;          /* a code is shown, or joining is going on */
	bool inviting;
	int code;             /* PAIRING_FAILED: ERR_CODE_WRONG, ... */
	bool ended;           /* the code is dead */
	uint8_t handshake_hash[64];
	uint32_t words[3];    /* check words, indexes */
	struct hash32 journal;
	struct sign_public device; /* the other side */
	struct box_public box;
	struct net_public net;
	char name[LIMIT_DEVICE_NAME_BYTES + 1];
	uint64_t entries;     /* welcome's count */
	uint64_t expires_ms;  /* monotonic */
	uint32_t strikes;
	char listen[128];     /* inviter: where it really listens, once known */
};

struct pairing_show {
	struct bytes code;    /* normalized words, or 16 bytes of a QR */
	struct bytes qr_code; /* the 128-bit one, also accepted */
	const char *listen;   /* wanted "host:port"; port 0 = any */
	const char *name;     /* ours */
	uint64_t entries;
};
int pairing_start_show(struct engine *engine, const struct pairing_show *show,
		       struct turn_time time, struct effects *effects,
		       struct err *err) KEPT_MUST_USE;
/* The shell says where the listener is. */
void pairing_listening(struct engine *engine, const char *address);

struct pairing_join {
	struct bytes code;
	const char *const *addresses;
	size_t address_count;
	const char *name;
	struct sign_public device;
	struct box_public box;
	struct net_secret net;
};
int pairing_start_join(struct engine *engine, const struct pairing_join *join,
		       struct turn_time time, struct effects *effects,
		       struct err *err) KEPT_MUST_USE;

const struct pairing_state *pairing_now(const struct engine *engine);
/* The asked-for thing was done (or, ADD, LOGS, ROTATE: appended). */
int pairing_give_proof(struct engine *engine, const struct signature *proof,
		       struct effects *effects) KEPT_MUST_USE;
int pairing_give_done(struct engine *engine, struct turn_time time,
		      struct effects *effects, struct err *err) KEPT_MUST_USE;
/* The person's answer; also acknowledges SHOW_WORDS, DONE and FAILED. */
int pairing_answer(struct engine *engine, bool yes, struct turn_time time,
		   struct effects *effects) KEPT_MUST_USE;
void pairing_acknowledge(struct engine *engine);
void pairing_stop(struct engine *engine, struct effects *effects);

#endif
