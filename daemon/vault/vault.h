/*
 * vault.h - the plaintext side: keys, merged entries, search. Built at
 * unlock, wiped at lock. Everything it hands down is sealed and signed.
 *
 * The vault reads blocks from the store, never writes blocks there: blocks it
 * cuts wait in a queue (vault_take_block) that the wiring drains into
 * engine_append in the same transaction. Drafts, captures, keys, and view
 * segments it does write, inside the turn's transaction.
 *
 * Slow work is split: *_begin prepares a job on the loop, vault_job_run is
 * the Argon2id and may run on a thread (it touches nothing but the job), and
 * *_end finishes on the loop.
 */
#ifndef KEPT_VAULT_VAULT_H
#define KEPT_VAULT_VAULT_H

#include "daemon/core/roster.h"
#include "daemon/store/store.h"
#include "proto/crypto/password.h"

struct vault;

struct vault_options {
	struct store *store;    /* Borrows */
	const char *slots_path; /* the slots file, 0600 */
	const char *net_path;   /* net.key, 0600: D_net, D_box's public half */
	/* Both files go through these calls in one place (vault/keyfile.c),
	 * written under a temporary name, synced, renamed. */
};

struct vault_time {
	uint64_t now_ms;  /* monotonic */
	uint64_t wall_ms;
};

int vault_new(struct vault **out, const struct vault_options *options,
	      struct err *err) KEPT_MUST_USE;
void vault_free(struct vault *vault); /* locks first; NULL is fine */

/* ---- slots and jobs ---- */

enum vault_job_kind { VAULT_JOB_INIT, VAULT_JOB_JOIN, VAULT_JOB_UNLOCK,
		      VAULT_JOB_VERIFY };
struct vault_job; /* Owns its copy of the passphrase; wiped on free */

struct vault_begin {
	enum vault_job_kind kind;
	struct bytes passphrase;
	struct password_cost cost; /* INIT, JOIN; zero: calibrated default */
	const char *name;          /* INIT, JOIN: this device's name */
	bool recovery;             /* INIT: make a recovery sheet */
};
/*
 * ERR_TRY_LATER after LIMIT_UNLOCK_TRIES wrong ones for LIMIT_UNLOCK_WAIT_MS
 * (refused at once, persisted); ERR_NO_JOURNAL; ERR_EXISTS for INIT and JOIN.
 */
int vault_begin(struct vault *vault, const struct vault_begin *begin,
		struct vault_time time, struct vault_job **out,
		struct err *err) KEPT_MUST_USE;
void vault_job_run(struct vault_job *job);
void vault_job_free(struct vault_job *job);
uint64_t vault_job_ms(const struct vault_job *job); /* 0: not measured */

/* Is there a passphrase slot made quicker to guess than the default? For
 * doctor; a slots file that can't be read is somebody else's finding. */
bool vault_is_quick_to_guess(struct vault *vault);

/* Finishes a job on the loop, inside a transaction. Takes nothing: the
 * caller frees the job. Each may queue blocks. */

/* Makes the journal: GENESIS, LOG_OPENs, RECOVERY_SET, ROTATE; unlocked.
 * words: indexes of the sheet, if there is one. */
int vault_end_init(struct vault *vault, struct vault_job *job,
		   struct vault_time time, uint32_t words[RECOVERY_WORDS],
		   struct err *err) KEPT_MUST_USE;
/* Makes this device's keys and slots for joining; unlocked, no journal yet. */
int vault_end_join(struct vault *vault, struct vault_job *job,
		   struct vault_time time, struct err *err) KEPT_MUST_USE;
/* ERR_PASSPHRASE counts a try. roster: of now. Starts the view's build. */
int vault_end_unlock(struct vault *vault, struct vault_job *job,
		     const struct roster *roster, struct vault_time time,
		     struct err *err) KEPT_MUST_USE;
/* Was it the right passphrase? (ADMIN calls.) */
int vault_end_verify(struct vault *vault, struct vault_job *job,
		     struct vault_time time, struct err *err) KEPT_MUST_USE;
/* Opens the recovery slot with these words, changes nothing: ERR_PASSPHRASE. */
int vault_check_recovery(struct vault *vault,
			 const uint32_t words[RECOVERY_WORDS], struct err *err)
	KEPT_MUST_USE;
/* Seconds until unlock may be tried again; 0: now. */
uint32_t vault_wait_s(const struct vault *vault, struct vault_time time);

void vault_lock(struct vault *vault);
bool vault_is_unlocked(const struct vault *vault);

/* What the locked side may know. ERR_NO_JOURNAL. */
int vault_net_key(struct vault *vault, struct net_secret *out, struct err *err)
	KEPT_MUST_USE;
/* Own public keys; zero if there is no device yet. */
struct vault_device {
	struct sign_public device;
	struct box_public box;
	struct net_public net;
	char name[LIMIT_DEVICE_NAME_BYTES + 1];
};
const struct vault_device *vault_device(const struct vault *vault);

/* ---- up: what core admitted; down: what the vault cut ---- */

/* Every control change, and once after unlock. May open new epochs, queue a
 * ROTATE (nothing does so by itself while the person only reads). */
int vault_see_roster(struct vault *vault, const struct roster *roster,
		     struct err *err) KEPT_MUST_USE;
/* Blocks from..to of a log are in the store now (data logs; others ignored).
 * While locked this does nothing. */
int vault_see_blocks(struct vault *vault, const struct store_log *log,
		     uint64_t from, uint64_t to, struct vault_time time,
		     struct err *err) KEPT_MUST_USE;
/* How far our own logs are held by every other device (engine_floors): what
 * lies beyond is marked "not-synced". Of later ones nothing is held.
 * At most LIMIT_LOGS_PER_DEVICE are looked at. */
void vault_see_floors(struct vault *vault, const struct dot *floors,
		      size_t count, bool has_others);
/* One slice of background work (view build, segments), about budget_us long;
 * *more: call again. Inside a transaction (segments are written). */
int vault_work(struct vault *vault, uint32_t budget_us, bool *more,
	       struct err *err) KEPT_MUST_USE;

/* Queue of cut blocks, oldest first; ERR_NOT_FOUND: empty. The block and its
 * bytes borrow until the next vault call. */
int vault_take_block(struct vault *vault, struct block *out) KEPT_MUST_USE;
bool vault_has_block(const struct vault *vault);
/* The turn was rolled back: forget what was queued or half done, reread.
 * The view may be rebuilt, and where that fails it is locked. Negative: not
 * even the store could be read; call it again before anything else. */
int vault_rollback(struct vault *vault) KEPT_MUST_USE;

/* Control records, queued. All need it unlocked. */
int vault_write_add(struct vault *vault, const struct roster *roster,
		    const struct sign_public *device,
		    const struct box_public *box, const struct net_public *net,
		    const char *name, struct err *err) KEPT_MUST_USE;
int vault_write_rotate(struct vault *vault, const struct roster *roster,
		       struct err *err) KEPT_MUST_USE;
/* New control, data, and blob logs; reason as in LOG_OPEN. */
int vault_write_logs(struct vault *vault, const struct roster *roster,
		     uint8_t reason, struct err *err) KEPT_MUST_USE;
/* What engine_take_fork offers. */
int vault_write_fork(struct vault *vault, const struct roster *roster,
		     const struct engine_fork *fork, struct err *err)
	KEPT_MUST_USE;
/* Joining: the journal we were let into. */
int vault_set_journal(struct vault *vault, const struct hash32 *journal,
		      struct err *err) KEPT_MUST_USE;
int vault_sign_proof(struct vault *vault, const uint8_t hash[64],
		     struct signature *out, struct err *err) KEPT_MUST_USE;
/* A device's name, opened; "" while locked or unknown. Borrows until the next
 * vault call. */
const char *vault_device_name(struct vault *vault, const struct roster *roster,
			      const struct sign_public *device);

#endif
