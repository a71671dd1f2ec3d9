/*
 * query.c - statements with checked bindings, and what an error of SQLite
 * means for the store.
 *
 * Must never let a failed binding pass: an unbound parameter is NULL, and a
 * block without its body looks like an erased one. Read next: store.c.
 */
#include "daemon/store/query.h"

#include <errno.h>

#include "proto/base/panic.h"

static int code_from_rc(struct store *store, int rc)
{
	if (rc == SQLITE_IOERR_NOMEM)
		return ERR_NOMEM;
	if (rc == SQLITE_IOERR_WRITE &&
	    sqlite3_system_errno(store->db) == EDQUOT)
		return ERR_DISK_FULL;
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return ERR_NOMEM;
	case SQLITE_FULL:
		return ERR_DISK_FULL;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_ABORT:
		return ERR_BUSY;
	case SQLITE_TOOBIG:
		return ERR_LIMIT;
	case SQLITE_CONSTRAINT:
		return rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
				       rc == SQLITE_CONSTRAINT_UNIQUE ||
				       rc == SQLITE_CONSTRAINT_ROWID
			       ? ERR_EXISTS
			       : ERR_CORRUPT;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_ERROR:
	case SQLITE_SCHEMA:
	case SQLITE_MISMATCH:
		return ERR_CORRUPT;
	default:
		return ERR_IO;
	}
}

int store_fail(struct store *store, int rc, struct err *err, const char *what)
{
	int code = code_from_rc(store, rc);

	if (code == ERR_IO || code == ERR_CORRUPT)
		store->dead = code;
	/* SQLite gave the whole transaction up: nothing may follow in it. */
	if (store->in_transaction && sqlite3_get_autocommit(store->db) != 0)
		store->broken = code;
	/* errstr, not errmsg: fixed texts, with nothing of anybody's in them */
	return err_set_os(err, code, sqlite3_system_errno(store->db),
			  "%s didn't work: %s.", what, sqlite3_errstr(rc));
}

int store_usable(const struct store *store, struct err *err)
{
	if (store->dead != 0)
		return err_set(err, store->dead,
			       "The journal stopped after trouble with the "
			       "disk and has to be opened again.");
	if (store->broken != 0)
		return err_set(err, store->broken,
			       "What was being saved has been undone.");
	return 0;
}

void query_start(struct query *query, struct store *store, enum stmt_id id,
		 const char *what)
{
	*query = (struct query){ .store = store,
				 .stmt = store->stmts[id],
				 .place = 1,
				 .what = what };
}

static void note_binding(struct query *query, int rc)
{
	query->place++;
	if (query->rc == SQLITE_OK)
		query->rc = rc;
}

void query_u64(struct query *query, uint64_t value)
{
	note_binding(query, sqlite3_bind_int64(query->stmt, query->place,
					       (sqlite3_int64)value));
}

void query_blob(struct query *query, struct bytes value)
{
	const void *ptr = value.len == 0 ? "" : (const void *)value.ptr;

	note_binding(query, sqlite3_bind_blob64(query->stmt, query->place, ptr,
						value.len, SQLITE_STATIC));
}

void query_null(struct query *query)
{
	note_binding(query, sqlite3_bind_null(query->stmt, query->place));
}

void query_text(struct query *query, const char *value)
{
	note_binding(query, sqlite3_bind_text(query->stmt, query->place, value,
					      -1, SQLITE_STATIC));
}

int query_row(struct query *query, struct err *err)
{
	int code = store_usable(query->store, err);
	int rc = query->rc;

	if (code == 0 && rc == SQLITE_OK)
		rc = sqlite3_step(query->stmt);
	if (code == 0 && rc == SQLITE_ROW)
		return 1;
	/* before the reset, which may free what the error is told from */
	if (code == 0 && rc != SQLITE_DONE)
		code = store_fail(query->store, rc, err, query->what);
	query_end(query);
	return code;
}

int query_write(struct query *query, struct err *err)
{
	struct store *store = query->store;
	int before = sqlite3_total_changes(store->db);
	int code;

	/* A write outside a transaction would be saved behind the turn. */
	kept_assert(store->in_transaction);
	code = query_row(query, err);
	kept_assert(code <= 0);
	if (sqlite3_total_changes(store->db) != before)
		store->dirty = true;
	return code;
}

void query_end(struct query *query)
{
	/* Repeats the error of the step before, if any. */
	err_ignore(sqlite3_reset(query->stmt), "told by the step already");
}

struct bytes query_column(const struct query *query, int column)
{
	const void *ptr = sqlite3_column_blob(query->stmt, column);
	int len = sqlite3_column_bytes(query->stmt, column);

	return bytes_of(ptr, (size_t)len);
}

uint64_t query_column_u64(const struct query *query, int column)
{
	return (uint64_t)sqlite3_column_int64(query->stmt, column);
}

int query_column_fixed(const struct query *query, int column, void *out,
		       size_t size, struct err *err)
{
	struct bytes value = query_column(query, column);

	if (value.len != size || value.ptr == NULL)
		return err_set(err, ERR_CORRUPT,
			       "%s didn't work: a value has the wrong size.",
			       query->what);
	memcpy(out, value.ptr, size);
	return 0;
}

int query_number(struct store *store, const char *sql, int *out,
		 struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		*out = sqlite3_column_int(stmt, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_OK
		       ? 0
		       : store_fail(store, rc, err, "Opening the journal");
}
