/*
 * platter.h - the inside of a simulated disk: what is written and what is
 * synced. For tests/sim/disk.c; everybody else has disk.h.
 */
#ifndef KEPT_SIM_PLATTER_H
#define KEPT_SIM_PLATTER_H

#include "tests/sim/disk.h"

#define PLATTER_FILES_MAX 16

struct content {
	uint8_t *ptr; /* Owns */
	size_t size;
	size_t cap;
};

/* Written, not synced. bytes NULL: a truncation to off. */
struct pending {
	uint8_t *bytes; /* Owns */
	size_t off;
	size_t len;
};

struct disk_handle;

struct disk_file {
	char name[DISK_NAME_BYTES];
	bool exists;
	bool synced_exists; /* what a crash may bring back */
	struct content now;
	struct content synced;
	struct pending *pending; /* Owns */
	size_t pending_count;
	size_t pending_cap;
	unsigned shared;                    /* locks, by handles */
	const struct disk_handle *reserved; /* Borrows until unlocked */
	const struct disk_handle *exclusive;
};

struct disk {
	struct disk *next;
	char device[DISK_NAME_BYTES];
	struct disk_file files[PLATTER_FILES_MAX];
	size_t file_count;
	uint64_t generation; /* handles of an older one get errors */
	struct disk_fault fault;
	bool fired;
	bool held;
	bool lying;
	uint64_t room;
	uint64_t op_count, sync_count;
	void (*hook)(void *context);
	void *context;
};

/* NULL: never heard of. */
struct disk_file *platter_find(const struct disk *disk, const char *name);
/* The same, or a new one that does not exist yet. */
struct disk_file *platter_make(struct disk *disk, const char *name);
/* "device/name" to a disk and the name; NULL: no such device. */
struct disk *platter_of_path(const char *path, const char **name);

void platter_write(struct disk_file *file, size_t off, struct bytes bytes);
void platter_truncate(struct disk_file *file, size_t size);
void platter_sync(struct disk_file *file);
/* What was written and not synced is lost, though it still reads. */
void platter_forget(struct disk_file *file);

/* Counts the operation and says whether it is to fail. */
bool platter_fails(struct disk *disk, enum disk_op op);
void platter_changed(struct disk *disk);

#endif
