/*
 * platter.c - files in memory that forget what was not synced.
 *
 * Must be deterministic: the same calls give the same bytes, and dice come
 * from the caller's prng. Read next: disk.h, then disk.c for SQLite's side.
 */
#include "tests/sim/platter.h"

#include "proto/base/panic.h"

static struct disk *disks;

/* ---- content ---- */

static void *grow(void *ptr, size_t bytes)
{
	void *grown = realloc(ptr, bytes);

	kept_assert(grown != NULL);
	return grown;
}

static void content_resize(struct content *content, size_t size)
{
	if (size > content->cap) {
		content->cap = size + size / 2 + 4096;
		content->ptr = grow(content->ptr, content->cap);
	}
	if (size > content->size)
		memset(content->ptr + content->size, 0, size - content->size);
	content->size = size;
}

static void content_write(struct content *content, size_t off,
			  struct bytes bytes)
{
	if (off + bytes.len > content->size)
		content_resize(content, off + bytes.len);
	if (bytes.len != 0)
		memcpy(content->ptr + off, bytes.ptr, bytes.len);
}

static void content_copy(struct content *to, const struct content *from)
{
	content_resize(to, from->size);
	if (from->size != 0)
		memcpy(to->ptr, from->ptr, from->size);
}

/* ---- what is written and not synced ---- */

static void file_note(struct disk_file *file, size_t off, struct bytes bytes,
		      bool is_truncation)
{
	struct pending *pending;

	if (file->pending_count == file->pending_cap) {
		file->pending_cap = file->pending_cap * 2 + 16;
		file->pending = grow(file->pending,
				     file->pending_cap * sizeof *pending);
	}
	pending = &file->pending[file->pending_count++];
	*pending = (struct pending){ .off = off, .len = bytes.len };
	if (is_truncation)
		return;
	pending->bytes = grow(NULL, bytes.len + 1);
	memcpy(pending->bytes, bytes.ptr, bytes.len);
}

void platter_forget(struct disk_file *file)
{
	for (size_t i = 0; i < file->pending_count; i++)
		free(file->pending[i].bytes);
	file->pending_count = 0;
}

/* Every sector of a write for itself; keep says how many in eight survive. */
static void file_keep_sectors(struct disk_file *file,
			      const struct pending *pending, uint32_t keep,
			      struct prng *prng)
{
	size_t done = 0;

	while (done < pending->len) {
		size_t at = pending->off + done;
		size_t len = DISK_SECTOR_BYTES - at % DISK_SECTOR_BYTES;

		if (len > pending->len - done)
			len = pending->len - done;
		if (keep == 8 || (keep != 0 && prng_chance(prng, keep, 8)))
			content_write(&file->synced, at,
				      bytes_of(pending->bytes + done, len));
		done += len;
	}
}

static void file_keep(struct disk_file *file, uint32_t keep, struct prng *prng)
{
	for (size_t i = 0; i < file->pending_count; i++) {
		const struct pending *pending = &file->pending[i];

		if (pending->bytes != NULL)
			file_keep_sectors(file, pending, keep, prng);
		else if (keep == 8 || (keep != 0 && prng_chance(prng, keep, 8)))
			content_resize(&file->synced, pending->off);
	}
	platter_forget(file);
}

void platter_write(struct disk_file *file, size_t off, struct bytes bytes)
{
	content_write(&file->now, off, bytes);
	file_note(file, off, bytes, false);
}

void platter_truncate(struct disk_file *file, size_t size)
{
	content_resize(&file->now, size);
	file_note(file, size, bytes_of("", 0), true);
}

void platter_sync(struct disk_file *file)
{
	file_keep(file, 8, NULL);
	file->synced_exists = true;
}

static void file_unlock_all(struct disk_file *file)
{
	file->shared = 0;
	file->reserved = NULL;
	file->exclusive = NULL;
}

static void file_crash(struct disk_file *file, struct prng *prng)
{
	static const uint32_t survivors[] = { 0, 8, 4, 1 };
	uint32_t keep = survivors[prng_below(prng, 4)];

	if (file->exists != file->synced_exists)
		file->exists = prng_chance(prng, 1, 2);
	file_keep(file, keep, prng);
	if (!file->exists)
		file->synced.size = 0;
	file->synced_exists = file->exists;
	content_copy(&file->now, &file->synced);
	file_unlock_all(file);
}

/* ---- disks ---- */

struct disk_file *platter_find(const struct disk *disk, const char *name)
{
	for (size_t i = 0; i < disk->file_count; i++) {
		if (strcmp(disk->files[i].name, name) == 0)
			return (struct disk_file *)(uintptr_t)&disk->files[i];
	}
	return NULL;
}

struct disk_file *platter_make(struct disk *disk, const char *name)
{
	struct disk_file *file = platter_find(disk, name);

	if (file != NULL)
		return file;
	kept_assert(disk->file_count < PLATTER_FILES_MAX);
	kept_assert(strlen(name) < DISK_NAME_BYTES);
	file = &disk->files[disk->file_count++];
	memcpy(file->name, name, strlen(name) + 1);
	return file;
}

struct disk *platter_of_path(const char *path, const char **name)
{
	const char *slash = path == NULL ? NULL : strchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path);

	if (slash == NULL)
		return NULL;
	*name = slash + 1;
	for (struct disk *disk = disks; disk != NULL; disk = disk->next) {
		if (strlen(disk->device) == len &&
		    memcmp(disk->device, path, len) == 0)
			return disk;
	}
	return NULL;
}

struct disk *disk_new(const char *device)
{
	struct disk *disk = calloc(1, sizeof *disk);

	kept_assert(disk != NULL && strlen(device) < DISK_NAME_BYTES);
	memcpy(disk->device, device, strlen(device) + 1);
	disk->room = UINT64_MAX;
	disk->next = disks;
	disks = disk;
	return disk;
}

void disk_free(struct disk *disk)
{
	struct disk **link = &disks;

	if (disk == NULL)
		return;
	while (*link != disk)
		link = &(*link)->next;
	*link = disk->next;
	for (size_t i = 0; i < disk->file_count; i++) {
		platter_forget(&disk->files[i]);
		free(disk->files[i].pending);
		free(disk->files[i].now.ptr);
		free(disk->files[i].synced.ptr);
	}
	free(disk);
}

static void disk_lift_faults(struct disk *disk)
{
	disk->fault = (struct disk_fault){ 0 };
	disk->fired = false;
	disk->lying = false;
	disk->room = UINT64_MAX;
}

void disk_crash(struct disk *disk, struct prng *prng)
{
	for (size_t i = 0; i < disk->file_count; i++)
		file_crash(&disk->files[i], prng);
	disk->generation++;
	disk_lift_faults(disk);
}

void disk_copy(struct disk *to, const struct disk *from)
{
	for (size_t i = 0; i < to->file_count; i++) {
		struct disk_file *file = &to->files[i];

		file->exists = false;
		file->synced_exists = false;
		file->now.size = 0;
		file->synced.size = 0;
		platter_forget(file);
		file_unlock_all(file);
	}
	for (size_t i = 0; i < from->file_count; i++) {
		const struct disk_file *old = &from->files[i];
		struct disk_file *file = platter_make(to, old->name);

		file->exists = old->exists;
		file->synced_exists = old->synced_exists;
		content_copy(&file->now, &old->now);
		content_copy(&file->synced, &old->synced);
		for (size_t k = 0; k < old->pending_count; k++)
			file_note(file, old->pending[k].off,
				  bytes_of(old->pending[k].bytes,
					   old->pending[k].len),
				  old->pending[k].bytes == NULL);
	}
	to->generation++;
	disk_lift_faults(to);
}

void disk_fail(struct disk *disk, const struct disk_fault *fault)
{
	disk->fault = *fault;
	disk->fired = false;
}

void disk_hold_faults(struct disk *disk, bool held)
{
	disk->held = held;
}

bool disk_fault_fired(const struct disk *disk)
{
	return disk->fired;
}

void disk_set_room(struct disk *disk, uint64_t bytes)
{
	disk->room = bytes;
}

void disk_set_lying(struct disk *disk, bool lying)
{
	disk->lying = lying;
}

void disk_on_change(struct disk *disk, void (*hook)(void *context),
		    void *context)
{
	disk->hook = hook;
	disk->context = context;
}

uint64_t disk_op_count(const struct disk *disk)
{
	return disk->op_count;
}

uint64_t disk_sync_count(const struct disk *disk)
{
	return disk->sync_count;
}

struct bytes disk_peek(const struct disk *disk, const char *name)
{
	const struct disk_file *file = platter_find(disk, name);

	if (file == NULL || !file->exists)
		return bytes_of(NULL, 0);
	/* An empty file is not a missing one. */
	return file->now.ptr == NULL ? bytes_of("", 0)
				     : bytes_of(file->now.ptr, file->now.size);
}

void disk_poke(struct disk *disk, const char *name, struct bytes content)
{
	struct disk_file *file = platter_make(disk, name);

	platter_forget(file);
	file->exists = content.ptr != NULL;
	file->synced_exists = file->exists;
	file->now.size = 0;
	content_write(&file->now, 0, content);
	content_copy(&file->synced, &file->now);
}

bool platter_fails(struct disk *disk, enum disk_op op)
{
	struct disk_fault *fault = &disk->fault;

	disk->op_count++;
	if (disk->held)
		return false;
	if ((fault->ops & op) == 0 || fault->countdown == 0)
		return false;
	if (fault->countdown > 1) {
		fault->countdown--;
		return false;
	}
	disk->fired = true;
	if (!fault->sticky)
		fault->countdown = 0;
	return true;
}

void platter_changed(struct disk *disk)
{
	if (disk->hook != NULL)
		disk->hook(disk->context);
}
