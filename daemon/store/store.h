/*
 * store.h - one journal in one SQLite file: typed operations, no SQL outside.
 *
 * One connection, ever (proof.md S2: the WAL-reset defect of SQLite before
 * 3.51.3 needs two). EXCLUSIVE before WAL, synchronous FULL, secure_delete,
 * no mmap, DEFENSIVE. The file is made under a temporary name, synced and
 * renamed. Every write happens between store_begin and store_commit; a
 * commit that returned 0 is on the disk. After ERR_IO or ERR_CORRUPT the
 * store refuses everything until it is opened anew: a failed fsync is never
 * tried again (Rebello et al., USENIX ATC 2020).
 *
 * Synchronous, no callbacks out. Blocks handed out borrow until the next call
 * on the same cursor, or live in the caller's arena.
 */
#ifndef KEPT_STORE_STORE_H
#define KEPT_STORE_STORE_H

#include "proto/base/arena.h"
#include "proto/base/buf.h"
#include "proto/crypto/block.h"

struct store;

struct store_options {
	const char *path;
	const char *vfs; /* NULL: SQLite's own; the simulator names its disk */
	bool create;     /* else ERR_NO_JOURNAL when there is no file */
};

/* ERR_BUSY: another process has it. ERR_VERSION: made by a newer kept.
 * ERR_USAGE: links, owner, modes, with what to do about it. ERR_CORRUPT: no
 * journal, or not what kept made. Refusing changes nothing. What a crash left
 * in the WAL is checked and brought in (time in proportion to the file). */
int store_open(struct store **out, const struct store_options *options,
	       struct err *err) KEPT_MUST_USE;
void store_close(struct store *store); /* NULL is fine; rolls back */
/* The files of a closed one, for good; what is not there is fine. */
void store_remove(const char *path, const char *vfs);

/* Writing outside of begin and commit is a bug (kept_assert). */
int store_begin(struct store *store, struct err *err) KEPT_MUST_USE;
/* Failed: rolled back. After ERR_DISK_FULL and ERR_NOMEM the store goes on. */
int store_commit(struct store *store, struct err *err) KEPT_MUST_USE;
void store_rollback(struct store *store);
bool store_in_transaction(const struct store *store);
/* Something was written since store_begin; a clean turn needs no commit. */
bool store_is_dirty(const struct store *store);
/* Checkpoint and truncate the WAL, durably; for lock, erase, and shutdown. In
 * a transaction: after its commit. ERR_BUSY while a cursor is open. */
int store_checkpoint(struct store *store, struct err *err) KEPT_MUST_USE;
/* Outside a transaction, when nobody waits: what commits put off. Trouble with
 * it takes nothing back; the store tells at its next use. */
void store_tidy(struct store *store);
/* PRAGMA quick_check; appends findings as lines. */
int store_check(struct store *store, struct buf *findings, struct err *err)
	KEPT_MUST_USE;

/* Small values by name, rows of meta.def (X(NAME, max_bytes, doc)). */
enum store_meta {
#define META(NAME, max_bytes, doc) META_##NAME,
#include "daemon/store/meta.def"
#undef META
	META_COUNT
};
/* Appends; ERR_NOT_FOUND if it was never put. */
int store_meta_get(struct store *store, enum store_meta key, struct buf *out,
		   struct err *err) KEPT_MUST_USE;
int store_meta_put(struct store *store, enum store_meta key, struct bytes value,
		   struct err *err) KEPT_MUST_USE;

/* ---- logs ---- */

#define STORE_LOG_OWN 1u         /* written on this device */
#define STORE_LOG_CLOSED 2u      /* we write here no more */
#define STORE_LOG_QUARANTINE 4u  /* wholly outside the view */
struct store_log {
	uint32_t no; /* small number of this file, from 1; 0 when new */
	struct id16 lid;
	uint8_t log_class; /* enum log_class */
	uint8_t flags;
	struct sign_public device; /* author */
	uint64_t head_seq;         /* newest held without a gap; 0: none */
	struct hash32 head_id;
	uint64_t cut;              /* 0: none, else quarantined beyond it */
};
/* All of them, by no; at most cap written, *count says how many there are. */
int store_logs(struct store *store, struct store_log *logs, size_t cap,
	       size_t *count, struct err *err) KEPT_MUST_USE;
/* Inserts (no == 0; sets no) or updates. */
int store_log_put(struct store *store, struct store_log *log, struct err *err)
	KEPT_MUST_USE;
/* Of one that is there, head_seq and head_id alone. ERR_NOT_FOUND. */
int store_log_head(struct store *store, const struct store_log *log,
		   struct err *err) KEPT_MUST_USE;

/* ---- blocks ---- */

/* (log no, seq) must be new: ERR_EXISTS. */
int store_block_put(struct store *store, uint32_t log_no,
		    const struct block *block, struct err *err) KEPT_MUST_USE;
/* ERR_NOT_FOUND. The block lives in the arena; id is computed. */
int store_block_get(struct store *store, uint32_t log_no, uint64_t seq,
		    struct arena *arena, struct block *out, struct err *err)
	KEPT_MUST_USE;
/* Blocks first..last of one log become those of another with a greater no,
 * which holds none of these numbers (a branch of a fork gets its own log). */
int store_blocks_move(struct store *store, uint32_t from_no, uint32_t to_no,
		      uint64_t first, uint64_t last, struct err *err)
	KEPT_MUST_USE;
/* Forget a body (erasure): header and id stay. */
int store_block_drop_body(struct store *store, uint32_t log_no, uint64_t seq,
			  struct err *err) KEPT_MUST_USE;

struct store_cursor;
struct store_item {
	uint32_t log_no;
	struct block block; /* Borrows until the next call on the cursor */
};
/* Blocks first..last of one log, ascending. At most 8 cursors at a time. */
int store_scan_log(struct store *store, uint32_t log_no, uint64_t first,
		   uint64_t last, struct store_cursor **out, struct err *err)
	KEPT_MUST_USE;
/* The same, descending from last. */
int store_scan_log_back(struct store *store, uint32_t log_no, uint64_t first,
			uint64_t last, struct store_cursor **out,
			struct err *err) KEPT_MUST_USE;
/* Blocks of one entry, by log no and seq. */
int store_scan_etag(struct store *store, const struct id16 *etag,
		    struct store_cursor **out, struct err *err) KEPT_MUST_USE;
/* 1: an item; 0: the end; negative: an error. */
int store_cursor_next(struct store_cursor *cursor, struct store_item *item,
		      struct err *err) KEPT_MUST_USE;
void store_cursor_close(struct store_cursor *cursor); /* NULL is fine */

/* How many blocks lie in data logs, from first to last of each: logs have no
 * gaps. Takes time in proportion to the logs, not to the blocks. */
int store_block_count(struct store *store, uint64_t *count, struct err *err)
	KEPT_MUST_USE;

/* ---- drafts, captures (sealed), view segments (sealed) ---- */

enum store_shelf { SHELF_DRAFT, SHELF_CAPTURE, SHELF_SEGMENT, SHELF_COUNT };
/* id is 1 to 16 bytes; put replaces. ERR_LIMIT also over 4 MiB sealed. */
int store_shelf_put(struct store *store, enum store_shelf shelf,
		    struct bytes id, struct bytes sealed, struct err *err)
	KEPT_MUST_USE;
int store_shelf_get(struct store *store, enum store_shelf shelf,
		    struct bytes id, struct buf *out, struct err *err)
	KEPT_MUST_USE;
int store_shelf_drop(struct store *store, enum store_shelf shelf,
		     struct bytes id, struct err *err) KEPT_MUST_USE;
int store_shelf_clear(struct store *store, enum store_shelf shelf,
		      struct err *err) KEPT_MUST_USE;
/* Ids of a shelf in byte order, from the one after `after` (empty: first).
 * Replaces what id holds; after may lie in it. ERR_NOT_FOUND at the end. */
int store_shelf_next(struct store *store, enum store_shelf shelf,
		     struct bytes after, struct buf *id, struct err *err)
	KEPT_MUST_USE;
int store_shelf_total(struct store *store, enum store_shelf shelf,
		      uint64_t *count, uint64_t *bytes, struct err *err)
	KEPT_MUST_USE;

/* ---- peers: addresses, last seen, what they acknowledged ---- */

struct store_peer {
	struct sign_public device;
	uint64_t last_seen_ms; /* wall; 0: never */
	char address[128];     /* last good one or ""; "host:port" */
	char by_hand[128];     /* given by the person or "" */
};
int store_peers(struct store *store, struct store_peer *peers, size_t cap,
		size_t *count, struct err *err) KEPT_MUST_USE;
int store_peer_put(struct store *store, const struct store_peer *peer,
		   struct err *err) KEPT_MUST_USE;
/* Newest seq of a log that a device acknowledged; only ever rises. */
int store_ack_put(struct store *store, const struct sign_public *device,
		  uint32_t log_no, uint64_t seq, struct err *err) KEPT_MUST_USE;
/* Blocks beyond seq are in another log now. */
int store_ack_lower(struct store *store, const struct sign_public *device,
		    uint32_t log_no, uint64_t seq,
		    struct err *err) KEPT_MUST_USE;
struct store_ack {
	uint32_t log_no;
	uint64_t seq;
};
int store_acks(struct store *store, const struct sign_public *device,
	       struct store_ack *acks, size_t cap, size_t *count,
	       struct err *err) KEPT_MUST_USE;

/* ---- statistics ---- */
struct store_stats {
	uint64_t commits;
	uint64_t file_bytes;
};
struct store_stats store_stats(const struct store *store);

#endif
