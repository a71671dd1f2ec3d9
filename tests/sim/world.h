/*
 * world.h - a world of virtual time: devices, the network between them, and
 * one heap of what is to happen next. Everything in it follows from a seed.
 *
 * A run is one struct world. Files of tests/sim share it whole: world.c owns
 * time and the heap, net.c connections, device.c the lives of devices,
 * request.c what is asked of them, canary.c the words that must not be lost,
 * workload.c people, calamity.c bad days, check.c what must hold, scenario.c
 * the order of it all.
 */
#ifndef KEPT_SIM_WORLD_H
#define KEPT_SIM_WORLD_H

#include "daemon/config.h"
#include "daemon/node.h"
#include "proto/base/prng.h"
#include "proto/crypto/entropy.h"
#include "tests/sim/disk.h"

#define WORLD_DEVICES_MAX 8u
#define WORLD_WORDS_MAX 1024u
#define WORLD_CONNS_MAX 256u
#define WORLD_INBOX_MAX 512u
#define WORLD_PENDING_MAX 16u
#define WORLD_STRANGER UINT32_MAX
/* Of virtual 2026. */
#define WORLD_WALL_MS UINT64_C(1790000000000)
/* All words that people write begin with it; nothing else may contain it. */
#define WORLD_CANARY "kanarie"

/* Rare things that runs have to meet, counted. */
#define WORLD_MARKS(X)                                                         \
	X(paired, "devices let in")                                            \
	X(wrong_code, "wrong codes typed")                                     \
	X(crash, "crashes")                                                    \
	X(torn, "crashes within a turn")                                       \
	X(disk_error, "turns that met a disk error")                           \
	X(disk_full, "turns that met a full disk")                             \
	X(restore, "disks put back from an older copy")                        \
	X(restore_blind, "of those, with all traces gone")                     \
	X(clone, "disks copied and run twice")                                 \
	X(new_logs, "logs closed out of doubt")                                \
	X(fork, "forks of a log")                                              \
	X(fork_told, "forks of a log that a record tells of")                  \
	X(cut, "connections cut")                                              \
	X(half_open, "connections cut on one side only")                       \
	X(dial_failed, "dials that failed")                                    \
	X(flip, "bits flipped on the wire")                                    \
	X(stranger, "strangers at the door")                                   \
	X(forged, "blocks forged by a member")                                 \
	X(captured, "pieces written while locked")                             \
	X(draft, "drafts")                                                     \
	X(import, "imported batches")                                          \
	X(undo, "undone changes")                                              \
	X(conflict, "entries with two versions")                               \
	X(entry, "entries written")                                            \
	X(edit, "entries edited")                                              \
	X(excused, "words that died with their only disk")                     \
	X(session, "sessions")
#define WORLD_MARK(name, doc) MARK_##name,
enum world_mark { WORLD_MARKS(WORLD_MARK) MARK_COUNT };
#undef WORLD_MARK

enum action_kind {
	ACTION_WAKE,    /* device: a turn, if its deadline still stands */
	ACTION_DELIVER, /* conn, direction, bytes */
	ACTION_DOWN,    /* conn, direction: that end hears of the end */
	ACTION_DIAL,    /* device, dial: arrives, or fails */
	ACTION_JOB,     /* device: its job is back */
	ACTION_LISTEN,  /* device: listeners are bound */
	ACTION_APP,     /* device: its person does something */
	ACTION_START,   /* device: starts again */
	ACTION_CUT,     /* somewhere in the network */
	ACTION_FAULT,   /* some disk */
	ACTION_STRANGER
};

struct action {
	uint64_t at_ms;
	uint64_t seq;
	enum action_kind kind;
	uint32_t a, b;
	uint64_t c;
	char address[64]; /* DIAL */
	bool is_pairing;  /* DIAL */
};

enum world_topology { TOPOLOGY_MESH, TOPOLOGY_STAR, TOPOLOGY_LINE };

/* What the seed chose. Zero: never. */
struct world_options {
	uint64_t seed;
	bool verbose;
	uint32_t device_count;
	enum world_topology topology;
	uint32_t latency_ms, jitter_ms;
	uint32_t cut_every_ms;
	uint32_t split_chance;   /* of 100: bytes arrive in pieces */
	uint32_t flip_chance;    /* of 10000 deliveries */
	uint32_t one_way_chance; /* of 100, per pair */
	uint32_t fault_every_ms; /* disks */
	uint32_t stranger_every_ms;
	uint32_t op_every_ms;
	uint32_t phase_ms;
	uint32_t skew_ms_max; /* seconds to years, see scenario.c */
	bool years_off;
	bool wrong_codes;
	bool late_join;
	bool restores, clones, forges;
	struct tune tune;
};

struct conn_end {
	uint32_t device;  /* or WORLD_STRANGER */
	uint32_t id;      /* as its node knows it */
	uint32_t boot;    /* of the device; of an older one: nobody is there */
	bool is_up;       /* its node has not heard of the end */
	struct buf way;   /* bytes on their way to the other end */
	uint64_t last_ms; /* when the last of them arrives */
	uint64_t got_bytes;
};

struct conn {
	bool is_used;
	bool is_pairing;
	bool is_dead; /* bytes vanish */
	uint32_t serial;
	struct conn_end ends[2]; /* 0: who dialed */
};

struct inbox_item {
	bool is_client;
	struct event event;
	struct client_event client;
	size_t offset, len;
	char address[64];
};

enum request_kind {
	REQUEST_OTHER,
	REQUEST_ADD,
	REQUEST_EDIT,
	REQUEST_DRAFT,
	REQUEST_DROP,
	REQUEST_IMPORT,
	REQUEST_UNLOCK,
	REQUEST_UNDO,
	REQUEST_SCRIPT /* scenario.c waits for it */
};

struct request {
	bool is_used;
	uint32_t msgid;
	enum request_kind kind;
	uint32_t word;  /* first, or UINT32_MAX */
	uint32_t words; /* how many */
};

struct device {
	struct world *world;
	uint32_t no;
	char data_dir[16], state_dir[16];
	struct disk *disk;
	struct disk *spare; /* an older state of it */
	bool has_spare;
	uint64_t spare_ms;
	struct config config;
	struct node *node; /* NULL: off */
	struct node_effects effects;
	struct entropy_stream dice;
	uint32_t boot; /* grows with every start */
	uint64_t boot_ms;
	int64_t skew_ms;
	int32_t drift_ppm;
	uint64_t wake_ms; /* of the ACTION_WAKE that counts */
	uint64_t turns;
	uint32_t failed_alone; /* turns in a row, since then */
	uint64_t failed_since_ms;
	char place[32];
	char listen[64], pair_listen[64];
	bool listen_asked, pair_asked;
	struct vault_job *job; /* "on the thread pool" */
	struct inbox_item inbox[WORLD_INBOX_MAX];
	size_t inbox_count;
	struct buf inbox_bytes;

	/* its person */
	uint32_t client; /* connection; 0: none */
	uint32_t next_msgid;
	struct buf replies;
	struct request pending[WORLD_PENDING_MAX];
	uint32_t inviter; /* who let it in; itself: the first */
	bool is_member;
	bool is_broken; /* its power fails within a turn */
	bool is_full;
	bool is_traitor;     /* forged blocks; left out at the end */
	bool is_asleep;      /* a twin that is off, or never started again */
	uint32_t twin;       /* the other of a copied disk, or own no */
	uint32_t pair_words; /* check words seen, this pairing */
	int pair_outcome;    /* 1 paired, -1 failed or struck */
};

/* One unique word somebody wrote. */
struct word {
	char text[32];
	uint32_t writer; /* device */
	bool is_acked;
	bool is_local; /* in a draft or capture of its writer's */
	bool is_capture;
	bool is_dropped; /* let go on purpose */
	bool is_excused; /* its last copy went with a disk put back */
	bool is_forged;  /* nobody may ever show it */
	struct id16 entry;
	char draft[33];
	const char *kind;  /* of the entry */
	const char *field; /* it was written into */
	/* newest block of its writer's data log when it was acknowledged */
	struct id16 lid;
	uint64_t seq;
	struct hash32 id;
	uint32_t holders;       /* devices, as of the last look */
	uint32_t spare_holders; /* their older copies */
};

struct world {
	struct world_options options;
	struct prng prng;
	uint64_t now_ms;
	uint64_t seq;
	struct action *heap; /* Owns */
	size_t heap_count, heap_cap;
	struct device devices[WORLD_DEVICES_MAX];
	uint32_t device_count; /* clones included */
	struct conn conns[WORLD_CONNS_MAX];
	bool reach[WORLD_DEVICES_MAX][WORLD_DEVICES_MAX]; /* may a dial b */
	uint32_t next_id;
	struct word words[WORLD_WORDS_MAX];
	uint32_t word_count;
	bool is_calm;   /* phase 2: no faults any more */
	bool is_strict; /* every request has to succeed */
	bool may_fork;  /* something happened that explains a fork */
	uint64_t wire_bytes;
	uint8_t heard[4][512]; /* what a listener on the wire kept */
	size_t heard_len[4];
	uint32_t heard_count;
	int log_fd;
	struct buf scratch;
	uint64_t marks[MARK_COUNT];
	/* the reply that a script waits for */
	bool has_reply;
	int reply_code; /* 0 or 1 */
	struct buf reply;
	char reply_error[64];
	bool failed;
	char why[256];
};

/* ---- world.c ---- */
void world_start(struct world *world, const struct world_options *options);
void world_end(struct world *world);
/* Stops the run: checker is what complained. */
void world_fail(struct world *world, const char *checker, const char *fmt, ...)
	KEPT_PRINTF(3, 4);
void world_mark(struct world *world, enum world_mark mark);
const char *world_mark_doc(enum world_mark mark);
struct action *world_schedule(struct world *world, enum action_kind kind,
			      uint64_t in_ms);
/* The next thing; false: there is none, or the run has failed. */
bool world_step(struct world *world);
void world_run_ms(struct world *world, uint64_t ms);
uint64_t world_below(struct world *world, uint64_t bound);
bool world_chance(struct world *world, uint32_t of_100);
/* Around `mean`, never 0. */
uint64_t world_about(struct world *world, uint64_t mean_ms);

#endif
