/*
 * check.c - see check.h.
 *
 * It must never change what it looks at: only vault and store calls that
 * read. Read next: canary.c for what is looked for.
 */
#include "tests/sim/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/statefile.h"
#include "daemon/vault/change.h"
#include "daemon/vault/inside.h"
#include "proto/base/panic.h"
#include "proto/mp.h"
#include "tests/sim/canary.h"
#include "tests/sim/device.h"
#include "tests/sim/platter.h"
#include "tests/sim/trace.h"

#define ENTRY_BYTES_MAX (4u << 20)

/* ---- canaries ---- */

static bool has_text(struct bytes bytes, const char *text)
{
	return bytes.len > 0 &&
	       memmem(bytes.ptr, bytes.len, text, strlen(text)) != NULL;
}

void check_no_canary(struct world *world, struct bytes bytes, const char *where)
{
	if (has_text(bytes, WORLD_CANARY))
		world_fail(world, "canary", "somebody's words in %s", where);
}

static void check_file(struct world *world, const char *dir, const char *name)
{
	struct buf content;
	char path[64];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	buf_init(&content, 1u << 20);
	if (statefile_read(path, &content, NULL) == 0)
		check_no_canary(world, buf_bytes(&content), path);
	buf_release(&content);
}

void check_disk(struct device *device)
{
	struct world *world = device->world;
	size_t i;

	for (i = 0; i < device->disk->file_count; i++) {
		const struct disk_file *file = &device->disk->files[i];

		check_no_canary(world, bytes_of(file->now.ptr, file->now.size),
				file->name);
		check_no_canary(world,
				bytes_of(file->synced.ptr, file->synced.size),
				file->name);
	}
	check_file(world, device->data_dir, "slots");
	check_file(world, device->data_dir, "net.key");
	check_file(world, device->state_dir, "instance");
	check_file(world, device->state_dir, "lease");
}

void check_log(struct world *world)
{
	struct buf text;
	struct stat st;
	uint8_t *room;

	buf_init(&text, 64u << 20);
	if (fstat(world->log_fd, &st) == 0 && st.st_size > 0) {
		room = buf_extend(&text, (size_t)st.st_size);
		kept_assert(room != NULL);
		if (pread(world->log_fd, room, (size_t)st.st_size, 0) !=
		    st.st_size)
			world_fail(world, "canary", "the log can't be read");
		check_no_canary(world, buf_bytes(&text), "the log");
	}
	buf_release(&text);
}

/* ---- words ---- */

static uint64_t count_of(const struct buf *list)
{
	struct mp_reader reader = mp_reader(buf_bytes(list));
	size_t count = 0;

	if (list->len == 0 || mp_read_array(&reader, &count) != 0)
		return 0;
	return count;
}

/* In the entry as it was at a change (0: now), or written apart there. */
static bool state_has(struct vault *vault, const struct word *word,
		      uint64_t rev, struct buf *out)
{
	buf_clear(out);
	if (journal_put_entry(vault, &word->entry, rev, out, NULL) == 0 &&
	    has_text(buf_bytes(out), word->text))
		return true;
	buf_clear(out);
	return journal_put_versions_at(vault, &word->entry, rev, out, NULL) ==
		       0 &&
	       has_text(buf_bytes(out), word->text);
}

/* Now, or in an older state of it: wherever a person can look. */
static bool entry_has(struct device *device, const struct word *word)
{
	struct vault *vault = node_vault(device->node);
	struct buf out;
	uint64_t rev = 0;
	bool found;

	buf_init(&out, ENTRY_BYTES_MAX);
	found = state_has(vault, word, 0, &out);
	buf_clear(&out);
	if (!found && journal_put_history(vault, &word->entry, &out, NULL) == 0)
		rev = count_of(&out);
	for (; rev > 0 && !found; rev--)
		found = state_has(vault, word, rev, &out);
	buf_release(&out);
	return found;
}

static const char *entry_trouble(struct device *device, const struct word *word)
{
	struct buf out;
	int status;

	buf_init(&out, ENTRY_BYTES_MAX);
	status = journal_put_entry(node_vault(device->node), &word->entry, 0,
				   &out, NULL);
	buf_release(&out);
	return status == 0 ? "in no state of its entry" : err_name(status);
}

static bool drafts_have(struct device *device, const struct word *word)
{
	struct buf out;
	bool found;

	buf_init(&out, ENTRY_BYTES_MAX);
	found = journal_put_drafts(node_vault(device->node), &out, NULL) == 0 &&
		has_text(buf_bytes(&out), word->text);
	buf_release(&out);
	return found;
}

static bool word_is_due(struct device *device, const struct word *word,
			bool all)
{
	bool is_here = (word->holders >> device->no & 1) != 0;

	if (!word->is_acked || word->is_dropped || word->is_excused ||
	    (word->is_capture && !all))
		return false;
	if (word->is_local)
		return is_here;
	return is_here || all;
}

void check_words(struct device *device, bool all)
{
	struct world *world = device->world;
	bool is_waiting;
	uint32_t i;

	if (!device_is_unlocked(device) || world->failed)
		return;
	device_enter(device);
	canary_uncapture(device);
	/* Counting reads too: nothing of this look is the device's own. */
	disk_hold_faults(device->disk, true);
	/* Blocks whose key is on its way are not lost. */
	is_waiting = !all &&
		     journal_counts(node_vault(device->node)).waiting > 0;
	for (i = 0; !is_waiting && i < world->word_count; i++) {
		const struct word *word = &world->words[i];

		if (word->is_forged) {
			if (entry_has(device, word))
				world_fail(world, "forgery", "d%u shows %s",
					   device->no, word->text);
			continue;
		}
		if (!word_is_due(device, word, all))
			continue;
		if (entry_has(device, word) ||
		    (word->is_local && drafts_have(device, word)))
			continue;
		check_explain(world);
		world_fail(world, "words", "%s of d%u is not on d%u (%s)",
			   word->text, word->writer, device->no,
			   entry_trouble(device, word));
	}
	disk_hold_faults(device->disk, false);
}

/* ---- blocks ---- */

struct seen {
	uint8_t dot[24]; /* lid, seq */
	uint8_t id[32];
};

static int seen_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct seen));
}

/* Owns: free it. What a device holds, newest of each log. */
static struct seen *heads_of(struct device *device, size_t *count)
{
	size_t logs_count = 0;
	const struct store_log *logs =
		engine_logs(node_engine(device->node), &logs_count);
	struct seen *heads = calloc(logs_count + 1, sizeof *heads);
	size_t i;

	kept_assert(heads != NULL);
	*count = 0;
	for (i = 0; i < logs_count; i++) {
		struct seen *head = &heads[*count];

		if (logs[i].head_seq == 0)
			continue;
		memcpy(head->dot, logs[i].lid.b, 16);
		le64_put(head->dot + 16, logs[i].head_seq);
		memcpy(head->id, logs[i].head_id.b, 32);
		(*count)++;
	}
	qsort(heads, *count, sizeof *heads, seen_compare);
	return heads;
}

static bool is_awake_member(const struct device *device)
{
	return device->is_member && !device->is_asleep &&
	       device->node != NULL && node_engine(device->node) != NULL;
}

bool check_same_blocks(struct world *world)
{
	struct seen *first = NULL, *heads;
	size_t first_count = 0, count;
	bool same = true;
	uint32_t i;

	for (i = 0; i < world->device_count && same; i++) {
		struct device *device = &world->devices[i];

		if (!device->is_member || device->is_asleep)
			continue;
		if (!is_awake_member(device)) {
			same = false;
			break;
		}
		heads = heads_of(device, &count);
		if (first == NULL) {
			first = heads;
			first_count = count;
			continue;
		}
		same = count == first_count &&
		       memcmp(heads, first, count * sizeof *heads) == 0;
		free(heads);
	}
	free(first);
	return same;
}

/* Which epochs there are, and whose keys are here. */
static void explain_epochs(struct device *device)
{
	const struct roster *roster = engine_roster(node_engine(device->node));
	const struct keyring *ring = &node_vault(device->node)->ring;
	size_t i;

	for (i = 0; i < roster->epoch_count; i++) {
		const struct roster_epoch *epoch = &roster->epochs[i];

		trace_line(
			"d%u epoch %u %02x%02x: %s%s, %zu wraps, %zu older",
			device->no, epoch->n, epoch->rotate.b[0],
			epoch->rotate.b[1],
			keyring_find(ring, &epoch->rotate) != NULL ? "key"
								   : "no key",
			epoch->is_void ? ", void" : "",
			epoch->record->wraps.count, epoch->record->olds.count);
	}
}

void check_explain(struct world *world)
{
	uint32_t i;

	for (i = 0; i < world->device_count; i++) {
		struct device *device = &world->devices[i];
		size_t count = 0, k, peers;
		struct peer_status status[LIMIT_ADDS];
		const struct store_log *logs;
		uint64_t blocks = 0, connected = 0, in_sync = 0;

		if (!is_awake_member(device)) {
			trace_line("d%u is not there", i);
			continue;
		}
		logs = engine_logs(node_engine(device->node), &count);
		for (k = 0; k < count; k++)
			blocks += logs[k].head_seq;
		peers = engine_peers(node_engine(device->node), status,
				     LIMIT_ADDS);
		for (k = 0; k < peers; k++) {
			connected += status[k].connected;
			in_sync += status[k].in_sync;
		}
		if (device_is_unlocked(device)) {
			struct journal_counts held =
				journal_counts(node_vault(device->node));

			explain_epochs(device);
			trace_line("d%u %llu entries, %llu deleted, %llu "
				   "unreadable, %llu waiting",
				   i, (unsigned long long)held.entries,
				   (unsigned long long)held.deleted,
				   (unsigned long long)held.unreadable,
				   (unsigned long long)held.waiting);
		}
		trace_line("d%u %s, %zu logs, %llu blocks, %zu peers, %llu "
			   "connected, %llu in sync",
			   i,
			   device_is_unlocked(device) ? "unlocked" : "locked",
			   count, (unsigned long long)blocks, peers,
			   (unsigned long long)connected,
			   (unsigned long long)in_sync);
	}
}

void check_digests(struct world *world)
{
	char first[65] = "", hex[65];
	uint64_t first_entries = 0, entries;
	uint32_t first_no = 0;
	uint32_t i;

	for (i = 0; i < world->device_count && !world->failed; i++) {
		struct device *device = &world->devices[i];
		struct err err = { 0 };

		if (!is_awake_member(device))
			continue;
		device_enter(device);
		if (journal_digest(node_vault(device->node), hex, &entries,
				   &err) != 0) {
			world_fail(world, "digest", "d%u: %s", i, err.text);
			return;
		}
		world->marks[MARK_conflict] +=
			journal_counts(node_vault(device->node)).conflicts;
		trace_line("d%u %llu entries %.16s", i,
			   (unsigned long long)entries, hex);
		if (first[0] == '\0') {
			memcpy(first, hex, sizeof first);
			first_entries = entries;
			first_no = i;
		} else if (strcmp(first, hex) != 0 ||
			   entries != first_entries) {
			world_fail(world, "digest",
				   "d%u has %llu entries %.8s, d%u %llu %.8s",
				   first_no, (unsigned long long)first_entries,
				   first, i, (unsigned long long)entries, hex);
		}
	}
}

struct seen_list {
	struct seen *items; /* Owns */
	size_t count, cap;
};

static void seen_add(struct seen_list *list, const struct block *block)
{
	struct seen *seen;

	if (list->count == list->cap) {
		list->cap = list->cap == 0 ? 1024 : list->cap * 2;
		list->items =
			realloc(list->items, list->cap * sizeof *list->items);
		kept_assert(list->items != NULL);
	}
	seen = &list->items[list->count++];
	memcpy(seen->dot, block->header.lid.b, 16);
	le64_put(seen->dot + 16, block->header.seq);
	memcpy(seen->id, block->id.b, 32);
}

/* The stamp of a change; 0: a part of a group, or no key. */
static uint64_t stamp_of(struct device *device, const struct block *block)
{
	struct change change;
	struct buf plain;
	uint64_t stamp = 0;

	if (block->header.flags != 0)
		return 0;
	buf_init(&plain, LIMIT_GROUP_BYTES);
	if (change_open(&node_vault(device->node)->ring, block, &plain) == 0 &&
	    change_read(buf_bytes(&plain), &change) == 0)
		stamp = change.stamp;
	buf_release(&plain);
	return stamp;
}

static void log_scan(struct device *device, const struct store_log *log,
		     struct seen_list *list)
{
	struct store_cursor *cursor = NULL;
	struct store_item item;
	uint64_t last = 0;
	int status = store_scan_log(node_store(device->node), log->no, 1,
				    LIMIT_SEQ, &cursor, NULL);

	while (status == 0 && store_cursor_next(cursor, &item, NULL) == 1) {
		uint64_t stamp;

		seen_add(list, &item.block);
		if (log->log_class != LOG_DATA || !device_is_unlocked(device))
			continue;
		stamp = stamp_of(device, &item.block);
		if (stamp != 0 && stamp <= last)
			world_fail(device->world, "clock",
				   "stamps of a log go back at %llu",
				   (unsigned long long)item.block.header.seq);
		last = stamp != 0 ? stamp : last;
	}
	store_cursor_close(cursor);
	if (status != 0)
		world_fail(device->world, "logs", "d%u can't be read",
			   device->no);
}

/* What a member signed in another's name is taken in by nobody. */
static void forgeries_find(struct world *world, const struct seen_list *list)
{
	uint32_t i;
	size_t k;

	for (i = 0; i < world->word_count; i++) {
		const struct word *word = &world->words[i];

		for (k = 0; word->is_forged && k < list->count; k++) {
			if (memcmp(list->items[k].id, word->id.b, 32) == 0)
				world_fail(world, "forgery",
					   "a forged block was taken in");
		}
	}
}

static void forks_find(struct world *world, struct seen_list *list)
{
	size_t i;

	qsort(list->items, list->count, sizeof *list->items, seen_compare);
	for (i = 1; i < list->count; i++) {
		const struct seen *a = &list->items[i - 1];
		const struct seen *b = &list->items[i];

		if (memcmp(a->dot, b->dot, sizeof a->dot) != 0 ||
		    memcmp(a->id, b->id, sizeof a->id) == 0)
			continue;
		world_mark(world, MARK_fork);
		if (!world->may_fork)
			world_fail(world, "fork",
				   "two blocks are number %llu of one log",
				   (unsigned long long)le64_get(a->dot + 16));
	}
}

static bool fork_is_told(const struct roster *roster, const uint8_t *dot)
{
	size_t i;

	for (i = 0; i < roster->fork_count; i++) {
		const struct roster_fork *fork = &roster->forks[i];

		if (memcmp(fork->lid.b, dot, 16) == 0 &&
		    fork->seq <= le64_get(dot + 16))
			return true;
	}
	return false;
}

/* The forks that records tell of: the same ones here as elsewhere. */
static void told_forks_compare(struct device *device,
			       const struct roster *roster,
			       const struct roster *first)
{
	size_t i;

	if (roster->fork_count != first->fork_count) {
		world_fail(device->world, "fork",
			   "d%u knows of %zu forks, another of %zu", device->no,
			   roster->fork_count, first->fork_count);
		return;
	}
	for (i = 0; i < roster->fork_count; i++) {
		if (!id16_equal(&roster->forks[i].lid_right,
				&first->forks[i].lid_right))
			world_fail(device->world, "fork",
				   "d%u names a branch otherwise", device->no);
	}
}

/* Everybody was told of every fork, and names it alike. */
static void told_forks_check(struct world *world, const struct seen_list *list)
{
	const struct roster *first = NULL;
	uint32_t i;
	size_t k;

	for (i = 0; i < world->device_count && !world->failed; i++) {
		struct device *device = &world->devices[i];
		const struct roster *roster;

		if (!is_awake_member(device))
			continue;
		device_enter(device);
		roster = engine_roster(node_engine(device->node));
		first = first == NULL ? roster : first;
		told_forks_compare(device, roster, first);
	}
	for (k = 0; first != NULL && k < first->fork_count; k++)
		world_mark(world, MARK_fork_told);
	for (k = 1; first != NULL && k < list->count && !world->failed; k++) {
		const struct seen *a = &list->items[k - 1];
		const struct seen *b = &list->items[k];

		if (memcmp(a->dot, b->dot, sizeof a->dot) == 0 &&
		    memcmp(a->id, b->id, sizeof a->id) != 0 &&
		    !fork_is_told(first, a->dot))
			world_fail(world, "fork",
				   "no record tells of a fork by %llu",
				   (unsigned long long)le64_get(a->dot + 16));
	}
}

void check_logs(struct world *world)
{
	struct seen_list list = { 0 };
	uint32_t i;
	size_t k;

	for (i = 0; i < world->device_count && !world->failed; i++) {
		struct device *device = &world->devices[i];
		size_t count = 0;
		const struct store_log *logs;

		if (!is_awake_member(device))
			continue;
		device_enter(device);
		logs = engine_logs(node_engine(device->node), &count);
		for (k = 0; k < count; k++)
			log_scan(device, &logs[k], &list);
	}
	forgeries_find(world, &list);
	forks_find(world, &list);
	told_forks_check(world, &list);
	free(list.items);
}

void check_rest(struct device *device, bool was_asked, int status)
{
	struct world *world = device->world;

	if (status == 0 || was_asked) {
		device->failed_alone = 0;
		return;
	}
	if (++device->failed_alone == 1)
		device->failed_since_ms = world->now_ms;
	if (device->failed_alone > 20 &&
	    world->now_ms - device->failed_since_ms < 5000)
		world_fail(world, "rest", "d%u fails turn after turn",
			   device->no);
}
