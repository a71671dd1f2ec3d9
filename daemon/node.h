/*
 * node.h - one device: store, engine, vault, and the client socket's
 * sessions, wired together without any I/O. daemon/io drives it with real
 * sockets and clocks, tests/sim with virtual ones; the turn is the same.
 *
 *   node_turn: begin -> engine_step -> admitted blocks to the vault ->
 *   clients' requests -> blocks the vault cut to engine_append -> flush ->
 *   commit -> effects for the shell (nothing before the commit)
 *
 * A reply is written only after the commit of the turn that earned it.
 */
#ifndef KEPT_NODE_H
#define KEPT_NODE_H

#include "daemon/core/engine.h"
#include "daemon/core/pairing.h"
#include "daemon/vault/journal.h"

struct node;
struct config;

struct node_options {
	const char *data_dir;  /* journal.db, slots, net.key */
	const char *state_dir; /* instance, lease, listen */
	const char *vfs;       /* NULL in production */
	struct config *config; /* Borrows: daemon/config.h */
	struct tune tune;
	uint64_t boot;
	/* What the file of the database looks like, for section 9 (1): inode,
	 * birth time, machine-id as bytes of the shell's making (io/origin.c),
	 * hashed here; the simulator makes it up. Empty: not known (yet). */
	struct bytes place;
};

/* Opens what is there; without a journal it serves init and pair_join. */
int node_open(struct node **out, const struct node_options *options,
	      struct turn_time time, struct err *err) KEPT_MUST_USE;
void node_close(struct node *node); /* locks, checkpoints; NULL is fine */

/* What the shell hands in and carries out besides engine events/effects. */
enum client_event_kind { CLIENT_UP, CLIENT_BYTES, CLIENT_DOWN, CLIENT_SENT };
struct client_event {
	enum client_event_kind kind;
	uint32_t client;
	struct bytes bytes;
	size_t unsent_bytes; /* CLIENT_SENT: still queued for it */
};

enum node_effect_kind {
	NODE_CLIENT_SEND,  /* client, bytes */
	NODE_CLIENT_CLOSE, /* client */
	NODE_RUN_JOB,      /* job: call vault_job_run, then node_job_done */
	NODE_LISTEN,       /* address: (re)bind the peer listener; "" = close */
	NODE_WRITE_FILE,   /* state_dir/name := bytes, durable, first of all */
	NODE_STOP,         /* leave the loop */
};
struct node_effect {
	enum node_effect_kind kind;
	uint32_t client;
	size_t offset, len; /* into node_effects.bytes */
	struct vault_job *job;
	char address[128];
	char name[32];
};

struct node_effects {
	struct effects peer;        /* engine's */
	struct node_effect *items;  /* Owns */
	size_t count;
	size_t cap;
	struct buf bytes;
	/* Sessions were dropped without a word: the shell closes all peer
	 * and pairing connections, after what else is in here. */
	bool peers_dropped;
	int failed;
};
void node_effects_init(struct node_effects *effects);
void node_effects_release(struct node_effects *effects);
void node_effects_clear(struct node_effects *effects);

/*
 * One turn. A negative result (ERR_IO, ERR_CORRUPT): stop acknowledging and
 * leave; ERR_DISK_FULL: the turn was rolled back, clients were told, go on.
 */
struct node_turn {
	const struct event *events;
	size_t event_count;
	const struct client_event *clients;
	size_t client_count;
	struct turn_time time;
	bool lock; /* the system goes to sleep, or its screen is locked */
	bool stop; /* SIGTERM: lock, write what is promised, NODE_STOP */
};
int node_turn(struct node *node, const struct node_turn *turn,
	      struct node_effects *effects, struct err *err) KEPT_MUST_USE;
/* A job came back from the thread pool: finished in the next turn. */
void node_job_done(struct node *node, struct vault_job *job);
/* The shell bound the listener (or could not: ""). */
void node_listening(struct node *node, const char *address);
/* The pairing listener is there: lines of "host:port" it can be reached at,
 * the first of which goes into the protocol; "" if it could not be had. */
void node_pair_listening(struct node *node, const char *addresses);
/* After init or joining the database is new: what its file looks like. */
bool node_wants_place(const struct node *node);
void node_set_place(struct node *node, struct bytes place);
/* Monotonic ms of the next wanted turn; 0: at once (work is waiting). */
uint64_t node_deadline(const struct node *node);
/* Is there anything to stay up for (devices, clients, unlocked)? */
bool node_is_needed(const struct node *node);

/* For tests, the simulator, and the RPC handlers. Borrow. */
struct engine *node_engine(struct node *node);
struct vault *node_vault(struct node *node);
struct store *node_store(struct node *node);

#endif
