/*
 * inside.h - what the files of daemon/vault share: the vault itself.
 *
 * Included here and by its unit tests only. Where a function of this folder
 * returns ERR_LOCKED, nothing of the unlocked part below was touched.
 */
#ifndef KEPT_VAULT_INSIDE_H
#define KEPT_VAULT_INSIDE_H

#include "crdt/hlc.h"
#include "crdt/merge.h"
#include "daemon/vault/absorb.h"
#include "daemon/vault/cut.h"
#include "daemon/vault/gather.h"
#include "daemon/vault/insightfacts.h"
#include "daemon/vault/journal.h"
#include "daemon/vault/keyfile.h"
#include "daemon/vault/keyring.h"
#include "daemon/vault/logbook.h"
#include "daemon/vault/segments.h"
#include "daemon/vault/slots.h"
#include "daemon/vault/vault.h"
#include "daemon/vault/view.h"
#include "proto/entry.h"

/* Changes remembered for `watch` between two turns. */
#define VAULT_CHANGES_MAX 65536u
/* Scratch of one call; the entry at hand and its neighbors fit many times. */
#define VAULT_SCRATCH_BYTES ((size_t)64 << 20)

struct vault_name {
	struct sign_public device;
	char name[LIMIT_DEVICE_NAME_BYTES + 1];
};

struct vault {
	/* Known while locked, too. */
	struct store *store; /* Borrows */
	char *slots_path;    /* Owns */
	char *net_path;      /* Owns */
	struct vault_device device;
	struct keyfile_net net;
	bool has_device; /* keys were made here */
	bool has_journal;
	bool has_others; /* other devices, which may lack something */
	struct dot floors[LIMIT_LOGS_PER_DEVICE]; /* ... beyond this */
	size_t floor_count;
	uint64_t tries; /* wrong passphrases in a row */
	uint64_t tries_wall_ms;

	/* The rest is zero, and holds no memory, while locked. */
	bool is_unlocked;
	struct keyring ring;
	struct box_public recovery; /* the slots file has a slot for it */
	bool keys_missing; /* an epoch on the roster has no key here yet */
	struct cut cut;
	struct hlc clock;
	struct vault_name *names; /* Owns */
	size_t name_count;
	struct logbook logs;
	struct absorb absorb;
	struct view view;
	struct segments segments;
	struct gather_cache cache;
	struct facts facts; /* numbers, read when asked for */
	struct journal_change *changes; /* Owns; a queue from change_next */
	size_t change_count;
	size_t change_cap;
	size_t change_next;
	uint64_t changes_lost; /* there was no room for them */
	bool has_written;  /* since vault_work was last called */
	bool settings_changed; /* since settings_take_change */
	uint8_t put_off;   /* times in a row that words were left for later */
	struct arena scratch;
	struct arena form; /* what is being added, until it is written */
	struct buf text; /* folded words, scratch */
};

/* ERR_LOCKED with its sentence. */
int vault_need_unlocked(const struct vault *vault, struct err *err)
	KEPT_MUST_USE;
/* Seals the keyring into META_KEYS. */
int vault_save_keys(struct vault *vault, struct err *err) KEPT_MUST_USE;
/* The rest of unlocking once the DVK is in the ring and the ring is whole. */
int vault_start(struct vault *vault, struct vault_time time, struct err *err)
	KEPT_MUST_USE;
/* err_text of the code, unless err says more already. */
int vault_fail(struct err *err, int code);

/* ---- job.c ---- */

/* Wraps the DVK for this R_box, unless the slots file has that already. */
int job_keep_recovery(struct vault *vault, const struct box_public *recovery,
		      struct err *err) KEPT_MUST_USE;

/* ---- control.c, names.c ---- */

int control_open_journal(struct vault *vault, const char *name,
			 const struct recovery_keys *recovery, struct err *err)
	KEPT_MUST_USE;
/* The names of the roster's members, as far as they open. */
int control_read_names(struct vault *vault, const struct roster *roster)
	KEPT_MUST_USE;
/* What to write under; rotates first where it has to. */
int control_under(struct vault *vault, const struct roster *roster,
		  struct cut_under *out, struct err *err) KEPT_MUST_USE;
/* Name of a device or "". */
const char *control_name_of(const struct vault *vault,
			    const struct sign_public *device);

/* ---- write.c: one change of one entry becomes blocks and view ---- */

struct write_change {
	struct id16 entry;
	uint64_t kind;
	struct bytes ops; /* whole map */
	const struct dot *undoes;
	uint64_t seen;     /* newest stamp of what it overwrites; 0: none */
	bool is_new;       /* nothing of this entry is here yet */
};
int write_change(struct vault *vault, const struct roster *roster,
		 const struct write_change *change, struct vault_time time,
		 struct err *err) KEPT_MUST_USE;
/*
 * The ops that bring `state` to what the form says, and `life` in front of
 * them: 1 delete, -1 bring back, 0 neither. *pairs: how many; ops is the map.
 */
struct write_ops {
	struct merge_state *state;
	const struct merge_edit *edits; /* any order */
	size_t edit_count;
	int8_t life;
};
int write_put_ops(const struct write_ops *wanted, struct buf *ops,
		  size_t *pairs, struct err *err) KEPT_MUST_USE;
/* Remembers it for journal_take_change. */
void write_note(struct vault *vault, const struct id16 *id,
		const struct row *before, const struct row *after);

/* ---- journal.c ---- */

/* A new entry from stored values; the draft it finishes goes. */
struct journal_new {
	struct id16 id;
	uint64_t kind;
	const struct merge_edit *edits;
	size_t edit_count;
};
int journal_write_new(struct vault *vault, const struct roster *roster,
		      const struct journal_new *entry, struct vault_time time,
		      struct err *err) KEPT_MUST_USE;
/* Deletes (1) or brings back (-1) what is there. */
int journal_write_life(struct vault *vault, const struct roster *roster,
		       const struct id16 *id, int8_t life,
		       struct vault_time time, struct err *err) KEPT_MUST_USE;
struct id16 journal_new_id(struct vault_time time);
struct entryform;
/* Returns how many; they borrow from the form. */
size_t journal_edits_of(const struct entryform *form,
			struct merge_edit edits[ENTRY_FIELDS_MAX]);

/* ---- read.c ---- */

/* One gathered entry as a program sees it; extra: more pairs (a snippet). */
int read_put_entry(struct vault *vault, struct gathered *gathered,
		   struct bytes extra, size_t extra_pairs, struct buf *out,
		   struct err *err) KEPT_MUST_USE;
/* Name of the device that wrote a dot; "" if unknown. */
const char *read_author(const struct vault *vault, const struct dot *dot);
void read_put_time(uint64_t stamp, struct buf *out);
/* Is the field more than one value, or an item of it? */
bool read_is_apart(const struct merge_field *field);
/* Names of the fields of a block's ops, as history shows them: an array. */
int read_put_changed(const struct gathered *gathered, size_t place,
		     struct buf *out) KEPT_MUST_USE;

/* ---- capture.c: sealed while locked ---- */

enum capture_what { CAPTURE_ENTRY = 1, CAPTURE_DRAFT = 2 };
struct capture { /* Borrows */
	enum capture_what what;
	struct id16 id;
	uint64_t kind;      /* entry */
	struct bytes values; /* entry: map of field number to stored value */
	struct bytes kind_name; /* draft */
	struct bytes fields;    /* draft: as the client gave them */
	uint64_t wall_ms;
};
int capture_put(struct vault *vault, const struct roster *roster,
		const struct capture *capture, struct err *err) KEPT_MUST_USE;
/* plain: what out borrows from. ERR_CRYPTO, ERR_MALFORMED. */
int capture_open(struct vault *vault, struct bytes sealed, struct buf *plain,
		 struct capture *out) KEPT_MUST_USE;

/* ---- drafts.c ---- */

/* Ends a draft by (the ending of) its id, wherever it lies; none: fine. */
int drafts_finish(struct vault *vault, struct bytes ending, struct err *err)
	KEPT_MUST_USE;

#endif
