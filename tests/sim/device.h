/*
 * device.h - the life of one device: started, given turns, stopped, crashed.
 */
#ifndef KEPT_SIM_DEVICE_H
#define KEPT_SIM_DEVICE_H

#include "tests/sim/world.h"

/* A new one with an empty disk; started. */
struct device *device_make(struct world *world);
void device_release(struct device *device);
/* Opens its node; a failure (a disk error) tries again later. */
void device_start(struct device *device);
/* In good order: locks, writes what it promised, ends. */
void device_stop(struct device *device);
/* The power fails now. */
void device_crash(struct device *device);
/* ... within a turn to come: at the n-th thing it asks of its disk. */
void device_break_at(struct device *device, uint64_t nth);

struct inbox_item *device_inbox(struct device *device, struct bytes bytes);
/* A turn in so many ms, unless there is one sooner. */
void device_wake(struct device *device, uint64_t in_ms);
void device_on_wake(struct device *device);
void device_on_job(struct device *device);
void device_on_listen(struct device *device);
bool device_is_unlocked(const struct device *device);
uint64_t device_wall_ms(const struct device *device);

/* Its dice, and its clock for SQLite, from now on. */
void device_enter(struct device *device);

/* Small files beside the database: copied with a disk, or not. */
void device_copy_files(const char *from_dir, const char *to_dir);

#endif
