/*
 * core.h - the inside of the engine, for the files of daemon/core only.
 *
 * engine.c runs a step; links.c knows devices and dials them, and lacking.c
 * what they don't have yet; peer.c is one
 * session up to its end; sync.c answers its messages; plan.c chooses what to
 * send; guard.c keeps strangers cheap; pairing*.c lets a device in.
 *
 * Functions here return 0 or what ends the turn (the store's trouble, no
 * memory). What a peer did wrong ends its session and is no result.
 */
#ifndef KEPT_CORE_CORE_H
#define KEPT_CORE_CORE_H

#include "daemon/core/chain.h"
#include "daemon/core/channel.h"
#include "daemon/core/engine.h"
#include "daemon/core/pairing.h"
#include "proto/base/prng.h"
#include "proto/base/sm.h"

/* reason of CLOSE, and of EFFECT_CLOSE for the log. */
enum peer_close_reason {
	PEER_CLOSE_BYE,      /* shutting down, or told to */
	PEER_CLOSE_REPLACED, /* another session with the same device stays */
	PEER_CLOSE_BROKEN,   /* the other side broke the rules */
	PEER_CLOSE_TIMEOUT,
	PEER_CLOSE_STRANGER, /* silence: nobody we talk to */
	PEER_CLOSE_VERSION,
	PEER_CLOSE_CLONE,    /* two daemons answer under your key */
	PEER_CLOSE_LOCKED,   /* locked, and set not to sync then */
	PEER_CLOSE_CUT,      /* the connection ended without a word */
	PEER_CLOSE_FORK,     /* come again: a log was found to have branches */
	PEER_CLOSE_FULL      /* too many sessions */
};

enum session_state {
	SESSION_FREE,
	SESSION_HELLO_OUT, /* message 1 sent */
	SESSION_HELLO_IN,  /* waits for message 1 */
	SESSION_MET_IN,    /* message 2 sent; the key is yet to be used */
	SESSION_INTRO,     /* a stranger brings control records */
	SESSION_GREET,     /* waits for STATE */
	SESSION_CONTROL,   /* control logs first */
	SESSION_STREAM,
	SESSION_STATE_COUNT
};

#define SESSION_FLIGHTS 256u
#define SESSION_REFUSALS 16u

struct session_log {
	uint64_t acked; /* they hold up to here */
	uint64_t sent;  /* on its way up to here */
	uint64_t to_ack; /* newest of what they sent this turn; 0: nothing */
	bool blocked;   /* they would not take what comes next */
	bool sought;    /* their branch was asked for already */
	uint64_t seek_due; /* ... or will be, up to here; 0: no */
};

struct flight {
	uint32_t log;
	uint32_t bytes;
	uint64_t to;
};

struct session {
	struct sm sm;
	uint32_t conn;
	bool initiator;
	uint8_t next_state; /* from MET_IN, once the other uses the key */
	bool port_said;
	struct noise noise;
	struct channel channel;
	struct net_public remote;
	struct sign_public device; /* meaningful from GREET on */
	uint64_t boot;     /* the other's */
	uint64_t since_ms;
	uint64_t heard_ms;
	uint64_t ping_ms;  /* a ping is out since then; 0: none */
	bool is_contested; /* another session waits for this ping's fate */
	uint32_t rival;    /* conn of that session */
	uint8_t control[16], vector[16]; /* digests we said */
	size_t intro_bytes;
	char address[128]; /* other end, "" if not known */
	uint16_t port;     /* where it listens; 0: not said */

	struct session_log logs[LIMIT_LOGS]; /* by chain index */
	struct dot claims[LIMIT_STATE_LOGS]; /* of their STATE */
	size_t claim_count, claims_open;
	bool has_state;
	bool in_sync, was_in_sync;
	bool ack_due;
	struct dot refused[SESSION_REFUSALS]; /* newest of runs not taken */
	size_t refused_count;
	struct flight flights[SESSION_FLIGHTS];
	size_t flight_count;
	size_t flight_bytes;
	uint32_t seek_log; /* where histories part is being looked for */
	uint64_t seek_from, seek_to;
	uint64_t seek_theirs; /* their newest */
	bool said_headers;    /* in this turn */
	uint64_t seen_changes;
	uint64_t blocks_sent, blocks_received;
	uint32_t round_trips;
	bool sent_since; /* since something last came */
};

/* A device of the roster as somebody to reach. */
struct link {
	struct sign_public device;
	struct store_peer stored;
	uint64_t first_seen_ms; /* wall, as a member; 0: not yet */
	uint64_t next_dial_ms; /* UINT64_MAX: nobody to dial */
	uint32_t backoff_ms;
	uint32_t dial;         /* number of the dial that is out; 0: none */
	uint32_t dial_conn;    /* ... or the session that came of it */
	bool tries_by_hand;    /* which of its addresses is next */
	uint64_t acks_due_ms;  /* when they go to the disk; 0: they are there */
	uint64_t connects, attempts;
	uint64_t bytes_sent, bytes_received, blocks_sent, blocks_received;
	uint32_t round_trips;
};

#define GUARD_BUCKETS 64u
#define GUARD_EPHEMERALS 256u
struct guard_bucket {
	char host[64];
	uint32_t tokens;
	uint64_t filled_ms;
};
struct guard {
	struct guard_bucket buckets[GUARD_BUCKETS];
	uint8_t seen[GUARD_EPHEMERALS][32];
	size_t seen_count, seen_at;
};

struct pairing; /* pairing_inside.h */

struct engine {
	struct chain chain;
	struct tune tune;
	struct net_secret net;
	struct net_public net_public;
	bool has_net;
	uint64_t boot;
	bool sync_while_locked, is_locked;
	uint16_t port;
	struct prng prng; /* jitter and ping tokens only */
	struct arena life; /* what stands as long as the engine */
	struct session *sessions; /* LIMIT_SESSIONS */
	size_t session_top; /* none beyond was ever taken; each is large */
	struct link *links;       /* LIMIT_ADDS */
	size_t link_count;
	uint64_t *acks;           /* LIMIT_ADDS x LIMIT_LOGS */
	uint64_t links_version;   /* of the roster they were made from */
	uint32_t last_dial;
	struct sign_public refused[LIMIT_ADDS]; /* not served at some time */
	size_t refused_count;
	bool refusals_unsaved;
	struct guard guard;
	struct pairing *pairing;
	struct buf frame; /* being built */
	struct buf run;   /* being built */
	struct arena arena; /* of one message */
	uint64_t seen_roster, seen_forks;

	/* of the turn at hand */
	struct effects *effects;
	struct turn_time time;
};

/* ---- engine.c ---- */
struct effect *engine_notify(struct engine *engine, enum notify_kind kind,
			     const struct sign_public *device);
bool engine_may_sync(const struct engine *engine);
/* Is this device one we talk to now? */
bool engine_serves(const struct engine *engine,
		   const struct sign_public *device);
bool engine_is_fatal(int rc);

/* ---- guard.c ---- */
bool guard_admits(struct guard *guard, const char *address, uint64_t now_ms);
/* False: seen before. */
bool guard_is_fresh(const struct guard *guard, const uint8_t ephemeral[32]);
void guard_remember(struct guard *guard, const uint8_t ephemeral[32]);
/* "host" of "host:port" into out. */
void address_host(const char *address, char *out, size_t cap);
void address_join(const char *address, uint16_t port, char *out, size_t cap);
uint16_t address_port(const char *address);

/* ---- refusals.c ---- */
bool refusals_has(const struct engine *engine,
		  const struct sign_public *device);
/* Whoever the roster says is removed now. */
void refusals_note(struct engine *engine);
int refusals_load(struct engine *engine, struct err *err) KEPT_MUST_USE;
/* In a turn; writes only what is new. */
int refusals_save(struct engine *engine, struct err *err) KEPT_MUST_USE;

/* ---- links.c ---- */
int links_refresh(struct engine *engine, struct err *err) KEPT_MUST_USE;
int links_load(struct engine *engine, struct err *err) KEPT_MUST_USE;
struct link *links_find(struct engine *engine,
			const struct sign_public *device);
struct link *links_find_dial(struct engine *engine, uint32_t dial);
struct link *links_find_conn(struct engine *engine, uint32_t conn);
void links_dial_failed(struct engine *engine, struct link *link);
void links_dial_due(struct engine *engine);
uint64_t links_deadline(const struct engine *engine);
int links_met(struct engine *engine, struct session *session, struct err *err)
	KEPT_MUST_USE;
int links_left(struct engine *engine, struct session *session,
	       struct err *err) KEPT_MUST_USE;
/* Acknowledged a while ago and not yet on the disk: now they are. */
int links_save_acks(struct engine *engine, struct err *err) KEPT_MUST_USE;
/* Records carry no clock: when a device came in is when it was first on the
 * roster here. */
int links_note_new(struct engine *engine, struct err *err) KEPT_MUST_USE;
/* The open session with it, or NULL. */
const struct session *links_session(const struct engine *engine,
				    const struct sign_public *device);
/* Newest block of a log that it is known to hold. */
uint64_t links_held(const struct engine *engine, const struct link *link,
		    const struct session *session, size_t log);
void links_note_ack(struct engine *engine, const struct session *session,
		    uint32_t log);
int links_put_address(struct engine *engine, const struct sign_public *device,
		      const char *address, struct err *err) KEPT_MUST_USE;

/* ---- moves.c ---- */
/* What was acknowledged under the name of a log, and has moved to a branch of
 * it, counts there: in links and open sessions alike. */
int moves_follow(struct engine *engine, struct err *err) KEPT_MUST_USE;

/* ---- peer.c ---- */
struct session *peer_find(struct engine *engine, uint32_t conn);
struct session *peer_of_device(struct engine *engine,
			       const struct sign_public *device);
bool peer_is_open(const struct session *session);
void peer_accept(struct engine *engine, const struct event *event);
void peer_dialed(struct engine *engine, const struct event *event,
		 struct link *link);
int peer_bytes(struct engine *engine, struct session *session,
	       struct bytes bytes, struct err *err) KEPT_MUST_USE;
/* says: send an authenticated CLOSE first. */
int peer_close(struct engine *engine, struct session *session,
	       enum peer_close_reason reason, bool says, struct err *err)
	KEPT_MUST_USE;
/* Both ends hold the key: tells everybody, settles twins. */
int peer_established(struct engine *engine, struct session *session,
		     struct err *err) KEPT_MUST_USE;
/* The connection is gone. */
int peer_gone(struct engine *engine, struct session *session, struct err *err)
	KEPT_MUST_USE;
/* Encodes msg and sends it. */
void peer_send(struct engine *engine, struct session *session, uint8_t number,
	       const void *msg);
/* The deadlines of a session; may close it. */
int peer_tick(struct engine *engine, struct session *session, struct err *err)
	KEPT_MUST_USE;
uint64_t peer_deadline(const struct engine *engine,
		       const struct session *session);
void peer_ping(struct engine *engine, struct session *session);

/* ---- greet.c ---- */
#define GREET_HELLO_BYTES 160u /* hint, then Noise message 1 */
#define GREET_ANSWER_BYTES 96u /* Noise message 2 */
/* Message 1 with its hint in front. */
int greet_send_hello(struct engine *engine, struct session *session,
		     const struct net_public *remote) KEPT_MUST_USE;
int greet_read_hello(struct engine *engine, struct session *session,
		     struct bytes hello, struct err *err) KEPT_MUST_USE;
int greet_read_answer(struct engine *engine, struct session *session,
		      struct bytes message, struct err *err) KEPT_MUST_USE;
/* The first frame under the new key: it was no replay. */
int greet_confirm(struct engine *engine, struct session *session,
		  struct err *err) KEPT_MUST_USE;

/* ---- sync.c ---- */
/* One frame; ends the session itself when it must. */
int sync_frame(struct engine *engine, struct session *session,
	       const struct channel_frame *frame, struct err *err)
	KEPT_MUST_USE;
void sync_send_state(struct engine *engine, struct session *session,
		     bool control_only);
/* After the events of a step: acks, what is due, who is in sync. */
int sync_finish(struct engine *engine, struct session *session,
		struct err *err) KEPT_MUST_USE;
/* Up to seq of a log, or all of it, nothing is on its way any more. */
void sync_land(struct session *session, uint32_t log, uint64_t seq);
/* A stranger became a member, or was found to be none. */
int sync_judge_intro(struct engine *engine, struct session *session,
		     struct err *err) KEPT_MUST_USE;

/* ---- claims.c ---- */
/* They hold just what we hold. */
void claims_mark_equal(struct engine *engine, struct session *session);
/* The log here that a dot of theirs lies in: they may call by a log's name what
 * is a branch of it to us. CHAIN_NONE: unknown, or on none of its branches. */
int claims_find(struct engine *engine, const struct dot *dot, uint32_t *log,
		struct err *err) KEPT_MUST_USE;
int claims_take(struct engine *engine, struct session *session,
		const struct sync_state *state, struct err *err) KEPT_MUST_USE;
/* How much of what they claim is still missing here. */
void claims_count(struct engine *engine, struct session *session);

/* ---- seek.c: where two histories part ---- */
int seek_start(struct engine *engine, struct session *session, uint32_t log,
	       uint64_t theirs, struct err *err) KEPT_MUST_USE;
/* The next log that waits for it. */
int seek_next(struct engine *engine, struct session *session,
	      struct err *err) KEPT_MUST_USE;
int seek_headers(struct engine *engine, struct session *session,
		 struct bytes chain, struct err *err) KEPT_MUST_USE;
/* Answers a WANT for headers. */
int seek_answer(struct engine *engine, struct session *session, uint32_t log,
		uint64_t from, uint64_t to, struct err *err) KEPT_MUST_USE;

/* ---- plan.c ---- */
/* Sends runs while the window is open. */
int plan_fill(struct engine *engine, struct session *session, struct err *err)
	KEPT_MUST_USE;
/* Blocks of log from..: one run into engine->run. *to: its last, 0: none. */
int plan_build_run(struct engine *engine, uint32_t log, uint64_t from,
		   uint64_t *to, struct err *err) KEPT_MUST_USE;
bool plan_control_is_acked(const struct engine *engine,
			   const struct session *session);

/* ---- pairing.c ---- */
int pairing_open(struct pairing **out, struct arena *life) KEPT_MUST_USE;
void pairing_release(struct pairing *pairing); /* NULL is fine */
int pairing_event(struct engine *engine, const struct event *event,
		  struct err *err) KEPT_MUST_USE;
int pairing_tick(struct engine *engine, struct err *err) KEPT_MUST_USE;
uint64_t pairing_deadline(const struct engine *engine);

#endif
