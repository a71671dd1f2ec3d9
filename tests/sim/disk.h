/*
 * disk.h - simulated disks for SQLite: the VFS "kept-sim".
 *
 * A path is "device/name"; each device has a disk of its own, in memory. A
 * disk knows what was synced and what was only written: a crash keeps the one
 * whole and of the other a random subset of 512-byte sectors. A file is there
 * for good from its first sync; a removal not asked to sync the folder may be
 * undone by a crash. No shared memory: WAL needs locking_mode=EXCLUSIVE.
 *
 * One thread. Memory comes from libc, so that mem_fail_at() meets the product
 * and not the simulation.
 */
#ifndef KEPT_SIM_DISK_H
#define KEPT_SIM_DISK_H

#include "proto/base/bytes.h"
#include "proto/base/prng.h"

#define DISK_VFS "kept-sim"
#define DISK_SECTOR_BYTES 512u
#define DISK_NAME_BYTES 64u

struct disk;

/* Registers the VFS beside SQLite's own; again is fine. */
void disk_start(void);
/* Also makes it the default, so that all of SQLite's dice and clocks of this
 * process come from seed and disk_set_time; again restarts the dice. */
void disk_start_seeded(uint64_t seed);
void disk_set_time(uint64_t wall_ms);

/* device: unique, no slash, < DISK_NAME_BYTES. Owns until disk_free, which
 * comes after every store on it is closed. */
struct disk *disk_new(const char *device);
void disk_free(struct disk *disk); /* NULL is fine */

/*
 * Power fails. What is open stays open and gets errors for ever: close it,
 * then open anew. Faults and limits are lifted.
 */
void disk_crash(struct disk *disk, struct prng *prng);
/* `to` becomes what `from` is, unsynced writes included: clones, backups to be
 * restored (keep a spare disk), and images to crash. Open files of `to` as
 * after a crash. */
void disk_copy(struct disk *to, const struct disk *from);

/* ---- faults ---- */

enum disk_op {
	DISK_READ = 1,
	DISK_WRITE = 2,
	DISK_SYNC = 4,
	DISK_OTHER = 8, /* open, remove, truncate, look for */
	DISK_ANY = 15
};
struct disk_fault {
	unsigned ops;       /* enum disk_op, or-ed */
	uint64_t countdown; /* 1: the next one fails; 0: none */
	bool sticky;        /* and all after it */
};
/* A failed sync loses what it was to sync, for ever: later syncs say yes
 * without it, as Linux file systems do. A failed write does half. */
void disk_fail(struct disk *disk, const struct disk_fault *fault);
bool disk_fault_fired(const struct disk *disk);
/* Nothing fails while held: for a look that is not the device's own. */
void disk_hold_faults(struct disk *disk, bool held);
/* Files may grow by so many bytes more; UINT64_MAX: no limit. */
void disk_set_room(struct disk *disk, uint64_t bytes);
/* Syncs say yes and do nothing: what tests must be able to notice. */
void disk_set_lying(struct disk *disk, bool lying);

/* ---- looking in ---- */

/* After every write, sync, truncation, and removal. */
void disk_on_change(struct disk *disk, void (*hook)(void *context),
		    void *context);
uint64_t disk_op_count(const struct disk *disk);   /* of any kind */
uint64_t disk_sync_count(const struct disk *disk);
/* A file as it reads now; ptr NULL: not there. Borrows until it changes. */
struct bytes disk_peek(const struct disk *disk, const char *name);
/* Replaces a file's content, synced; ptr NULL removes it. */
void disk_poke(struct disk *disk, const char *name, struct bytes content);

#endif
