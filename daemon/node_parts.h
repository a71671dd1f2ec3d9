/*
 * node_parts.h - the inside of struct node, shared by node*.c only.
 */
#ifndef KEPT_NODE_PARTS_H
#define KEPT_NODE_PARTS_H

#include "daemon/node.h"
#include "daemon/rpc/host.h"
#include "daemon/rpc/session.h"

#define NODE_ADDRESSES_BYTES 2048u
#define INSTANCE_BYTES 48u /* id16, hash32 of the place */
#define LEASE_BLOCKS 256u
/* Changes told to watchers in one turn. */
#define LIMIT_TURN_CHANGES 64u
#define VAULT_SLICE_US 2000u
/* FORK records written in one turn. */
#define TURN_FORKS 8u

struct listen_state {
	char asked[128]; /* of the last NODE_LISTEN */
	char bound[128]; /* what the shell answered */
	char kept[128];  /* state/listen */
	bool is_answered;
	bool tried_any;
	bool is_dirty;   /* kept has to be written */
};

struct instance_state {
	uint8_t own[INSTANCE_BYTES]; /* of the database */
	bool has_own;
	uint64_t lease;              /* generation in the database */
	uint64_t file_lease;         /* in the file */
	uint64_t file_heads;         /* own blocks the file vouches for */
	uint64_t heads;              /* own blocks at the last look */
	uint8_t doubt;               /* LOG_OPEN reason + 1, or 0 */
	bool is_checked;             /* this start: compared, renewed */
	uint8_t place[32];
	bool has_place;
	bool place_is_new;           /* has to be written */
};

struct pair_state {
	bool told_words;
	bool joining;
	char listening[NODE_ADDRESSES_BYTES];
};

/* Settings that travel, on their way into this device's file. */
struct settings_mirror {
	bool is_waiting;
	bool is_known[CONFIG_KEY_COUNT];
	char values[CONFIG_KEY_COUNT][CONFIG_VALUE_BYTES + 1];
};

/* What a turn may change that the store knows nothing of: put back when the
 * turn is undone. */
struct node_before {
	struct instance_state instance;
	struct listen_state listen;
	struct pair_state pair;
	bool captures_wait;
};

struct node {
	char db_path[PATH_BYTES], slots_path[PATH_BYTES], net_path[PATH_BYTES];
	char data_dir[PATH_BYTES], state_dir[PATH_BYTES];
	char vfs[32];
	struct tune tune;
	uint64_t boot;
	struct config *config; /* Borrows */
	struct store *store;   /* Owns; NULL: no journal was ever begun */
	struct vault *vault;
	struct engine *engine;
	struct rpc *rpc;
	struct rpc_host host;
	struct listen_state listen;
	struct instance_state instance;
	struct pair_state pair;
	struct node_before before; /* this turn */
	struct settings_mirror mirror;
	struct vault_job *job_back; /* from the thread pool, not yet ended */
	bool job_is_out;
	bool locks_job;             /* told to lock while it was */
	bool has_work;              /* the vault has another slice */
	bool has_changes;           /* watchers have not heard all */
	bool was_unlocked;
	bool is_due;                /* a turn is wanted at once */
	bool is_stale;              /* not reread since a failed turn */
	uint64_t used_ms;           /* last request of a person */
	uint64_t rest_until_ms;     /* a turn failed: nothing of its own */
	uint32_t rest_ms;           /* ... for so long; 0: the last stands */
};

/* node_turn.c: may this turn write what nobody asked for? After a failed one
 * that waits, and then for a turn that answers nobody: what people ask for
 * must not fail for it. */
bool node_may_wish(const struct node *node);


/* node_store.c */
int node_parts_open(struct node *node, bool create, struct err *err)
	KEPT_MUST_USE;
void node_parts_close(struct node *node);
/* Joining came to nothing: as if it had never begun. */
void node_parts_remove(struct node *node);
int node_reload_engine(struct node *node, struct err *err) KEPT_MUST_USE;
/* After a failed turn: only what the store holds counts. Failing, it is
 * tried again at the begin of the next turn. */
int node_parts_reread(struct node *node) KEPT_MUST_USE;

/* node_instance.c: section 9 (1) and (2). Inside the turn's transaction. */
int node_instance_open(struct node *node, struct err *err) KEPT_MUST_USE;
/* There is a journal, and no instance in it: as one put back. */
void node_instance_lost(struct node *node);
/* The journal is there now (init, joined): it gets its instance. */
int node_instance_make(struct node *node, struct node_effects *effects,
		       struct err *err) KEPT_MUST_USE;
/* Once per start, and whenever the lease is used up. */
int node_instance_turn(struct node *node, struct node_effects *effects,
		       struct err *err) KEPT_MUST_USE;
/* Lock and stop: exactly what is there. */
void node_instance_vouch(struct node *node, struct node_effects *effects);

/* node_listen.c */
void node_listen_open(struct node *node);
void node_listen_turn(struct node *node, struct node_effects *effects);

/* node_pair.c, node_events.c */
int node_pair_turn(struct node *node, struct node_effects *effects,
		   struct err *err) KEPT_MUST_USE;
/* A turn came to nothing, and what two devices agreed on in it. */
void node_pair_undo(struct node *node, struct node_effects *effects);
void node_tell_peers(struct node *node, const struct effects *effects);
void node_tell_changes(struct node *node);
void node_tell_locked(struct node *node);

/* node_settings.c: what the journal says of settings is read inside of the
 * turn, and kept in this device's file once that is committed. */
void node_settings_read(struct node *node);
void node_settings_keep(struct node *node);

/* node_effects.c */
struct node_effect *node_effects_add(struct node_effects *effects,
				     enum node_effect_kind kind);
void node_effects_write_file(struct node_effects *effects, const char *name,
			     struct bytes bytes);

#endif
