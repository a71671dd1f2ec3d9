/*
 * store.c - opening and transactions of the one connection.
 *
 * Must never acknowledge what COMMIT has not, never go on after a failed
 * fsync, and never write to a file it has not found to be a journal. Read
 * next: store.h, query.h, place.h, walfile.h.
 */
#include "daemon/store/query.h"

#include "daemon/store/migrate.h"
#include "daemon/store/place.h"
#include "daemon/store/sqlmem.h"
#include "daemon/store/walfile.h"
#include "daemon/store/waljoin.h"
#include "proto/base/mem.h"
#include "proto/base/panic.h"

/* Rows of 0.7 to 1.8 KB leave less of a larger page unused: 1.4 KB of file a
 * row, 1.7 with pages of 4,096 (tests/bench/bench_floor.c). */
#define PAGE_BYTES "8192"
/* The largest value is a shelf's (4 MB); a hostile file may say more. */
#define VALUE_BYTES_MAX (8 << 20)

/* Asked in this order: EXCLUSIVE has to stand before WAL, or there is a -shm
 * file, and a second opener gets in. answer NULL: whatever. */
struct pragma {
	const char *sql;
	const char *answer;
};

static const struct pragma pragmas_before[] = {
	{ "PRAGMA locking_mode=EXCLUSIVE", "exclusive" },
	{ "PRAGMA cell_size_check=ON", NULL },
	{ "PRAGMA temp_store=MEMORY", NULL },
	{ "PRAGMA mmap_size=0", NULL },
};

static const struct pragma pragmas_after[] = {
	{ "PRAGMA page_size=" PAGE_BYTES, NULL }, /* of a new file only */
	/* until WAL is on: a new file's rollback journal is gone for good, or
	 * a power cut would bring it back and empty the file */
	{ "PRAGMA synchronous=EXTRA", NULL },
	{ "PRAGMA journal_mode=WAL", "wal" },
	{ "PRAGMA synchronous=FULL", NULL },
	{ "PRAGMA synchronous", "2" },
	{ "PRAGMA secure_delete=ON", "1" },
	{ "PRAGMA wal_autocheckpoint=0", "0" }, /* walfile.c does it */
	{ "PRAGMA journal_size_limit=8388608", NULL },
	{ "PRAGMA cache_size=-2048", NULL },
};

static const char *const stmt_sql[] = {
#define STMT(NAME, plan, sql) [STMT_##NAME] = sql,
#include "daemon/store/stmt.def"
#undef STMT
};

/* ---- opening ---- */

static int ask_pragmas(struct store *store, const struct pragma *pragmas,
		       size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		sqlite3_stmt *stmt = NULL;
		const char *wanted = pragmas[i].answer;
		bool fits = wanted == NULL;
		int rc = sqlite3_prepare_v2(store->db, pragmas[i].sql, -1,
					    &stmt, NULL);

		while (rc == SQLITE_OK &&
		       (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
			const void *text = sqlite3_column_text(stmt, 0);

			if (wanted != NULL && text != NULL)
				fits = strcmp(text, wanted) == 0;
			rc = SQLITE_OK;
		}
		sqlite3_finalize(stmt);
		if (rc != SQLITE_DONE)
			return store_fail(store, rc, err,
					  "Opening the journal");
		if (!fits)
			return err_set(err, ERR_IO,
				       "This file system can't keep a journal "
				       "safely (%s).",
				       pragmas[i].sql);
	}
	return 0;
}

/* What a hostile file could make SQLite do, made small. */
static void lower_limits(sqlite3 *db)
{
	static const struct {
		int limit, value;
	} limits[] = {
		{ SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX },
		{ SQLITE_LIMIT_SQL_LENGTH, 4096 },
		{ SQLITE_LIMIT_COLUMN, 32 },
		{ SQLITE_LIMIT_EXPR_DEPTH, 16 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 2 },
		{ SQLITE_LIMIT_FUNCTION_ARG, 4 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64 },
		{ SQLITE_LIMIT_VARIABLE_NUMBER, 16 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
		{ SQLITE_LIMIT_WORKER_THREADS, 0 },
	};
	static const struct {
		int option, value;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		/* until the file is known to be good: store_close */
		{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
	};

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(limits); i++)
		sqlite3_limit(db, limits[i].limit, limits[i].value);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(options); i++) {
		int rc = sqlite3_db_config(db, options[i].option,
					   options[i].value, NULL);

		kept_assert(rc == SQLITE_OK);
	}
}

/* Is this a journal, and one this build understands? fresh: or an empty file,
 * which becomes one. */
static int check_version(struct store *store, bool fresh, int *version,
			 struct err *err)
{
	int application = 0;
	int pages = 0;
	int code;

	code = query_number(store, "PRAGMA application_id", &application, err);
	if (code == 0)
		code = query_number(store, "PRAGMA user_version", version, err);
	if (code == 0)
		code = query_number(store, "SELECT count(*) FROM sqlite_schema",
				    &pages, err);
	if (code != 0)
		return code;
	if (fresh && application == 0 && *version == 0 && pages == 0)
		return 0;
	if (application != MIGRATE_APPLICATION_ID || *version <= 0)
		return err_set(err, ERR_CORRUPT,
			       "That file is not a journal of kept's.");
	if (*version > MIGRATE_VERSION)
		return err_set(err, ERR_VERSION,
			       "That journal was written by a newer kept. "
			       "Nothing was changed.");
	return 0;
}

static int prepare_all(struct store *store, struct err *err)
{
	for (size_t i = 0; i < STMT_COUNT; i++) {
		int rc = sqlite3_prepare_v3(store->db, stmt_sql[i], -1,
					    SQLITE_PREPARE_PERSISTENT,
					    &store->stmts[i], NULL);

		if (rc != SQLITE_OK)
			return store_fail(store, rc, err,
					  "Opening the journal");
	}
	return 0;
}

static int open_schema(struct store *store, bool fresh, struct err *err)
{
	bool same = false;
	int version = 0;
	int rc = SQLITE_OK;
	int code;

	code = check_version(store, fresh, &version, err);
	if (code == 0 && version != 0)
		rc = migrate_compare(store->db, version, &same);
	if (rc != SQLITE_OK)
		return store_fail(store, rc, err, "Opening the journal");
	if (code == 0 && version != 0 && !same)
		code = err_set(err, ERR_CORRUPT,
			       "There are things in that journal which kept "
			       "didn't put there. Nothing was changed.");
	if (code == 0)
		code = ask_pragmas(store, pragmas_after,
				   KEPT_ARRAY_COUNT(pragmas_after), err);
	if (code == 0 && version != MIGRATE_VERSION)
		rc = migrate_forward(store->db, version);
	if (rc != SQLITE_OK)
		return store_fail(store, rc, err, "Making the journal");
	return code;
}

/* One file, whose surroundings have been looked at. fresh: an empty or missing
 * one is made into a journal. */
static int open_file(struct store **out, const char *path, const char *vfs,
		     bool fresh, struct err *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW |
		    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
		    (fresh ? SQLITE_OPEN_CREATE : 0);
	struct store *store = mem_alloc(1, sizeof *store);
	const char *joined;
	int code, rc;

	if (store == NULL)
		return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	joined = waljoin_over(vfs);
	rc = sqlite3_open_v2(path, &store->db, flags,
			     joined == NULL ? vfs : joined);
	if (rc != SQLITE_OK) {
		code = store_fail(store, rc, err, "Opening the journal");
		goto out;
	}
	lower_limits(store->db);
	/* SQLite falls back to reading alone, and would tell at a write. */
	if (sqlite3_db_readonly(store->db, "main") != 0) {
		code = err_set(err, ERR_USAGE,
			       "The journal can't be written to.");
		goto out;
	}
	code = ask_pragmas(store, pragmas_before,
			   KEPT_ARRAY_COUNT(pragmas_before), err);
	if (code == 0)
		code = open_schema(store, fresh, err);
	if (code == 0)
		code = wal_take(store, err);
	if (code == 0)
		code = prepare_all(store, err);
	wal_watch(store);
	if (code == 0)
		*out = store;
out:
	if (code != 0) {
		/* Whatever it is, closing must not write it anywhere. */
		store->dead = code;
		store_close(store);
	}
	return code;
}

/* A new file, whole or not at all. */
static int make_file(const struct place *place, struct err *err)
{
	struct place_draft draft;
	struct store *store = NULL;
	int code;

	code = place_draft_open(&draft, place, err);
	if (code != 0)
		return code;
	code = open_file(&store, draft.temporary.path, NULL, true, err);
	if (code == 0)
		code = store_checkpoint(store, err);
	store_close(store);
	if (code == 0)
		code = place_draft_finish(&draft, place, err);
	place_draft_close(&draft);
	/* Somebody was faster: what they made is looked at as any other. */
	return code == ERR_EXISTS ? 0 : code;
}

/* A simulated disk has no rename: there the file is made in place. */
static int open_simulated(struct store **out,
			  const struct store_options *options, struct err *err)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(options->vfs);
	int there = 0;

	if (vfs == NULL)
		return err_set(err, ERR_USAGE, "There is no such disk.");
	if (vfs->xAccess(vfs, options->path, SQLITE_ACCESS_EXISTS, &there) !=
	    SQLITE_OK)
		return err_set(err, ERR_IO,
			       "Looking for the journal didn't work.");
	if (!there && !options->create)
		return err_set(err, ERR_NO_JOURNAL, "%s",
			       err_text(ERR_NO_JOURNAL));
	return open_file(out, options->path, options->vfs, options->create,
			 err);
}

int store_open(struct store **out, const struct store_options *options,
	       struct err *err)
{
	struct place place;
	int code;

	*out = NULL;
	sqlmem_start();
	if (options->vfs != NULL)
		return open_simulated(out, options, err);
	code = place_find(&place, options->path, err);
	if (code != 0)
		return code;
	code = place_check(&place, err);
	if (code == ERR_NO_JOURNAL && options->create) {
		code = make_file(&place, err);
		if (code == 0)
			code = place_check(&place, err);
	}
	return code == 0 ? open_file(out, place.path, NULL, false, err) : code;
}

void store_close(struct store *store)
{
	if (store == NULL)
		return;
	store_rollback(store);
	for (size_t i = 0; i < STMT_COUNT; i++)
		sqlite3_finalize(store->stmts[i]);
	for (size_t i = 0; i < STORE_CURSORS; i++) {
		for (size_t k = 0; k < STORE_CURSOR_KINDS; k++)
			sqlite3_finalize(store->cursors[i].stmts[k]);
	}
	/* The last connection checkpoints, and then removes the WAL. */
	if (store->dead == 0)
		err_ignore(sqlite3_db_config(store->db,
					     SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
					     0, NULL),
			   "then the WAL stays, as after a crash");
	if (sqlite3_close(store->db) != SQLITE_OK)
		panic_at(__FILE__, __LINE__, "every statement is finalized");
	mem_free(store);
}

/* ---- transactions ---- */

void store_remove(const char *path, const char *vfs)
{
	sqlite3_vfs *files = sqlite3_vfs_find(vfs);
	char log[PATH_MAX + 8];

	if (files == NULL)
		return;
	/* The log first: without its file it would be in the way of the next
	 * journal, and the other way round it is only an earlier state. */
	snprintf(log, sizeof log, "%s-wal", path);
	err_ignore(files->xDelete(files, log, 0), "mostly not there");
	err_ignore(files->xDelete(files, path, 1), "it may be half made");
}

int store_begin(struct store *store, struct err *err)
{
	struct query query;
	int code;

	kept_assert(!store->in_transaction);
	query_start(&query, store, STMT_BEGIN, "Saving");
	code = query_row(&query, err);
	if (code != 0)
		return code;
	store->in_transaction = true;
	store->dirty = false;
	return 0;
}

/* Renamed or removed under us: what is saved now would be found by nobody. */
static bool has_moved(struct store *store)
{
	int moved = 0;

	return sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED,
				    &moved) == SQLITE_OK &&
	       moved != 0;
}

int store_commit(struct store *store, struct err *err)
{
	struct query query;
	int code;

	kept_assert(store->in_transaction);
	query_start(&query, store, STMT_COMMIT, "Saving");
	code = query_row(&query, err);
	if (code == 0 && store->dirty && has_moved(store)) {
		store->dead = ERR_IO;
		code = err_set(err, ERR_IO,
			       "The journal's file was moved away while kept "
			       "had it open.");
	}
	if (code != 0) {
		store_rollback(store);
		return code;
	}
	store->in_transaction = false;
	store->commits += store->dirty;
	store->dirty = false;
	wal_after_commit(store);
	return 0;
}

void store_rollback(struct store *store)
{
	if (store->in_transaction && sqlite3_get_autocommit(store->db) == 0) {
		sqlite3_stmt *stmt = store->stmts[STMT_ROLLBACK];

		err_ignore(sqlite3_step(stmt) != SQLITE_DONE, "seen below");
		err_ignore(sqlite3_reset(stmt), "seen below");
		/* What could not be undone must not be built upon. */
		if (sqlite3_get_autocommit(store->db) == 0)
			store->dead = ERR_IO;
	}
	store->in_transaction = false;
	store->dirty = false;
	store->broken = 0;
}

bool store_in_transaction(const struct store *store)
{
	return store->in_transaction;
}

bool store_is_dirty(const struct store *store)
{
	return store->in_transaction && store->dirty;
}
