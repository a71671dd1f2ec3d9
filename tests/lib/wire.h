/*
 * wire.h - devices with real stores and engines, connected in memory.
 *
 * Nothing moves but in wire_run and wire_sleep: every device with something
 * to do runs a turn (begin, step, what pairing asks for, flush, commit), and
 * what it sends arrives in order. Time stands still in wire_run.
 */
#ifndef KEPT_TESTS_WIRE_H
#define KEPT_TESTS_WIRE_H

#include "daemon/core/engine.h"
#include "daemon/core/pairing.h"
#include "tests/lib/author.h"

#define WIRE_DEVICES 4
#define WIRE_CONNS 128

struct device {
	struct author author;
	char *dir;
	struct store *store;
	struct engine *engine;
	struct effects effects;
	uint64_t boot;
	bool online;
	char pair_address[128]; /* "" when not listening */
	uint32_t notified[NOTIFY_FORK + 1];
	uint32_t admitted_blocks;
	bool says_yes, says_no;
	bool reads_nothing; /* takes no asks: a wiring that died */
	struct pairing_state seen; /* of the last ask that was taken */
	uint32_t asks[PAIRING_FAILED + 1];
};

struct wire_end {
	uint32_t device;
	uint32_t conn;
	bool open;
	struct buf inbox;
	bool up_due, down_due;
	uint32_t dial;
	bool is_pairing;
	uint64_t bytes;   /* that came in */
	uint32_t bursts;  /* turns in which bytes came in */
	uint8_t reason;   /* of the CLOSE that this end gave */
};

struct wire_conn {
	struct wire_end ends[2]; /* who dialed first */
};

struct wire {
	struct device devices[WIRE_DEVICES];
	size_t device_count;
	struct wire_conn *conns;
	size_t conn_count;
	uint32_t last_conn;
	struct turn_time time;
	uint64_t deliveries; /* so far */
	uint64_t cut_at;     /* every connection ends at this many; 0: never */
	struct buf *tap;     /* what conns[tap_conn] carries towards ends[1] */
	size_t chunk;        /* bytes delivered at once; 0: all */
};

/* device_count devices with keys of their own; none has a journal. */
void wire_open(struct wire *wire, size_t device_count);
void wire_close(struct wire *wire);

/* GENESIS, data log: this device has a journal. */
void wire_found(struct wire *wire, size_t device);
/* `device` lets `joiner` in without the pairing ceremony: ADD at one, all
 * control records copied, LOG_OPENs at the other; they have not met yet. */
void wire_let_in(struct wire *wire, size_t device, size_t joiner);
/* Blocks of the author's, through engine_append, in a turn. */
void wire_append(struct wire *wire, size_t device, struct paper *papers,
		 size_t count);
/* count notes of that size. */
void wire_write(struct wire *wire, size_t device, size_t count, size_t bytes);
/* Deps of now. */
struct deps wire_deps(struct wire *wire, size_t device);
/* Whatever of control logs the one holds and the other lacks. */
void wire_copy_control(struct wire *wire, size_t from, size_t to);

/* Address of a device, as others dial it. */
const char *wire_address(size_t device);
void wire_know(struct wire *wire, size_t device, size_t other);
/* Until nothing moves; fails the test after very many turns. */
void wire_run(struct wire *wire);
/* Runs and lets time pass up to that long, deadline by deadline. */
void wire_sleep(struct wire *wire, uint64_t ms);
/* A bare connection whose one end is the test. Returns its place. */
size_t wire_dial_raw(struct wire *wire, size_t to, bool is_pairing);
void wire_raw_send(struct wire *wire, size_t conn, struct bytes bytes);
void wire_cut(struct wire *wire); /* all connections */
/* Closed and opened again, as after a crash or a restart. */
void wire_restart(struct wire *wire, size_t device);
/* The same with an empty store: a new home. Keys are the author's of now. */
void wire_wipe(struct wire *wire, size_t device);
/* Carries out what lies in the device's effects. */
void wire_perform(struct wire *wire, size_t device);

const struct peer_status *wire_peer(struct wire *wire, size_t device,
				    size_t other);
/* The same logs with the same heads. */
bool wire_agree(struct wire *wire, size_t a, size_t b);
uint64_t wire_head(struct wire *wire, size_t device, const struct id16 *lid);

/* ---- for wire.c ---- */
void wire_append_now(struct device *device, const struct paper *paper);
void wire_put_meta(struct device *device, enum store_meta key,
		   const void *value, size_t len);
/* Does one thing that pairing asks for; false: there is none. */
bool wire_take_ask(struct wire *wire, size_t device, struct paper *paper);

#endif
