/*
 * shell.h - the inside of daemon/io: one loop, its connections, and the queue
 * of what happened since the last turn. Only daemon/io includes it.
 *
 * Callbacks of libuv only note an event (shell_note_*); the turn runs in one
 * place, loop.c's check. No callback calls the node.
 */
#ifndef KEPT_IO_SHELL_H
#define KEPT_IO_SHELL_H

#include <uv.h>

#include "daemon/io/loop.h"

/* Open connections by kind; beyond, callers wait in the backlog. */
#define LIMIT_PEER_CONNS 128u
#define LIMIT_PAIR_CONNS 16u
#define LIMIT_CLIENT_CONNS (LIMIT_CLIENTS + 8u)
#define READ_BYTES 65536u
/* A dead address costs no more (PROTOCOL.md section 6). */
#define DIAL_MS 1500u
/* How long a closed connection may take to send what is left. */
#define LINGER_MS 5000u
/* Per turn; reads stop at half, so that ends always find room. */
#define LIMIT_EVENTS 2048u
/* A client that does not read is not read from either. */
#define CLIENT_UNSENT_BYTES (1u << 20)

enum conn_kind { CONN_PEER, CONN_PAIR, CONN_CLIENT, CONN_KIND_COUNT };

struct shell;

/*
 * One connection: handles `stream` and, while dialing by name, the resolver's
 * request. handles_open counts them; the last close callback frees.
 */
struct conn {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} uv;
	uv_connect_t connect;
	uv_getaddrinfo_t resolve;
	struct shell *shell;
	struct conn *next;
	enum conn_kind kind;
	uint32_t id;
	uint32_t dial;        /* of the engine; 0: accepted */
	unsigned handles_open;
	bool is_resolving;
	bool is_up;           /* the node knows it */
	bool is_reading;
	bool is_closing;      /* after what was written has left */
	bool is_closed;       /* uv_close was called */
	bool has_sent;        /* since the last turn: clients */
	bool is_silent;       /* its end is no news to the node */
	uint64_t deadline_ms; /* dialing, lingering; 0: none */
	char address[128];
	char port[8];
};

/* An event that waits for the turn. Bytes lie in shell->bytes. */
struct noted {
	bool is_client;
	struct event event;
	struct client_event client;
	size_t offset, len;
	char address[128];
};

struct listener {
	uv_tcp_t tcp;
	struct shell *shell;
	bool is_open;
	bool is_closing;
	bool is_failed;    /* could not be bound: says so once closed */
	bool is_pairing;
	bool is_waiting;   /* somebody waits in the backlog for room */
	char next[128];    /* opened when the close is through */
};

struct sd_bus;

/* The system's bus, where there is one; bus NULL: there is none. */
struct logind {
	struct sd_bus *bus; /* Owns */
	uv_poll_t poll;
	uv_timer_t timer;
	struct shell *shell;
	int inhibitor_fd;   /* sleep waits while this is open; -1: not held */
	bool is_asleep;     /* or about to be */
	bool releases;      /* once it is locked for sure */
};

struct shell {
	uv_loop_t loop;
	uv_check_t check;
	uv_idle_t idle;
	uv_timer_t timer;
	uv_timer_t watchdog;
	uv_signal_t term, interrupt, hangup;
	uv_pipe_t door; /* the clients' socket */
	struct listener peers, pairing;
	struct logind logind;
	struct node *node;
	struct node_effects effects;
	const struct loop_options *options;
	struct conn *conns;
	size_t conn_counts[CONN_KIND_COUNT];
	bool door_waits;  /* a client waits for room */
	bool door_is_open;
	bool door_is_ours; /* not passed in by systemd */
	uint32_t next_id;
	struct noted *noted;
	struct event *events;
	struct client_event *clients;
	size_t noted_count;
	struct buf bytes;
	uint8_t *read_bytes;
	uv_work_t work;
	struct vault_job *job;
	bool is_working;
	bool wants_stop;   /* a signal came */
	bool wants_lock;   /* the machine sleeps, or its screen is locked */
	bool is_leaving;   /* NODE_STOP, or trouble */
	bool is_due;
	int status;
	uint64_t idle_since_ms;
	struct err err;
};

/* loop.c */
struct turn_time shell_time(struct shell *shell);
/* NULL: the queue is full; the caller stops reading. */
struct noted *shell_note(struct shell *shell);
void shell_wake(struct shell *shell);

/* conn.c */
/* NULL: LIMIT_*_CONNS, or memory. */
struct conn *conn_new(struct shell *shell, enum conn_kind kind);
size_t conns_count(const struct shell *shell);
struct conn *conn_find(struct shell *shell, uint32_t id);
/* It is connected: says so to the node and reads. */
void conn_start(struct conn *conn);
void conn_send(struct conn *conn, struct bytes bytes);
/* After what was sent has left, or LINGER_MS. Idempotent. */
void conn_finish(struct conn *conn);
/* At once. Idempotent. */
void conn_close(struct conn *conn);
/* How much is still unsent, for clients whose writes moved. */
void conns_note_sent(struct shell *shell);
/* Frees what a late resolver answer was about. */
void conn_forget(struct conn *conn);
/* Deadlines; returns the next, UINT64_MAX: none. */
uint64_t conns_sweep(struct shell *shell, uint64_t now_ms);
/* Reads again what stopped for a full queue or a slow writer. */
void conns_resume(struct shell *shell);

/* tcp.c */
void tcp_init(struct shell *shell);
void tcp_dial(struct shell *shell, const struct effect *effect);
void tcp_listen(struct shell *shell, struct listener *listener,
		  const char *address);
void listener_close(struct listener *listener);
/* Accepts who waited for room. */
void tcp_resume(struct shell *shell);
void tcp_close(struct shell *shell);

/* clients.c */
int clients_open(struct shell *shell, struct err *err) KEPT_MUST_USE;
void clients_resume(struct shell *shell);
void clients_close(struct shell *shell);

/* work.c */
void work_run(struct shell *shell, struct vault_job *job);

/* notify.c: sd_notify(3) by hand; nothing without NOTIFY_SOCKET. */
void notify_send(const char *state);
/* ms between signs of life, 0: none wanted. */
uint64_t notify_watchdog_ms(void);

/* logind.c */
void logind_open(struct shell *shell);
/* Nothing is under way that could open it: the machine may sleep. */
void logind_locked(struct shell *shell);
void logind_close(struct shell *shell);

/* origin.c */
void origin_read(const char *data_dir, struct buf *out);

#endif
