/*
 * migrate.c - schema versions, forward only.
 *
 * Must never "repair": a file that is not what its version says is refused,
 * and one of a newer version is left alone. Read next: objects.def.
 */
#include "daemon/store/migrate.h"

#define TEXT(x) #x
#define TEXT_OF(x) TEXT(x)

struct object {
	int since;
	const char *type;
	const char *name;
	const char *sql;
};

static const struct object objects[] = {
#define OBJECT(since, type, name, sql) { (since), (type), (name), (sql) },
#include "daemon/store/objects.def"
#undef OBJECT
};

static int make_objects(sqlite3 *db, int from)
{
	int rc = SQLITE_OK;

	for (size_t i = 0; i < KEPT_ARRAY_COUNT(objects); i++) {
		if (objects[i].since <= from || rc != SQLITE_OK)
			continue;
		rc = sqlite3_exec(db, objects[i].sql, NULL, NULL, NULL);
	}
	return rc;
}

int migrate_forward(sqlite3 *db, int from)
{
	static const char stamp[] = "PRAGMA application_id=" TEXT_OF(
		MIGRATE_APPLICATION_ID) ";"
					"PRAGMA user_version=" TEXT_OF(
						MIGRATE_VERSION) ";"
								 "COMMIT";
	int rc = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);

	if (rc != SQLITE_OK)
		return rc;
	rc = make_objects(db, from);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, stamp, NULL, NULL, NULL);
	if (rc != SQLITE_OK && sqlite3_get_autocommit(db) == 0)
		err_ignore(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL),
			   "rc says what is wrong");
	return rc;
}

static bool text_is(sqlite3_stmt *stmt, int column, const char *wanted)
{
	const unsigned char *text = sqlite3_column_text(stmt, column);

	return text != NULL && strcmp((const char *)text, wanted) == 0;
}

/* An index SQLite made for a UNIQUE has no text; its table vouches for it. */
static bool is_known(sqlite3_stmt *stmt, int version, size_t *known)
{
	if (text_is(stmt, 0, "index") &&
	    sqlite3_column_type(stmt, 2) == SQLITE_NULL)
		return true;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(objects); i++) {
		if (objects[i].since > version ||
		    !text_is(stmt, 1, objects[i].name))
			continue;
		(*known)++;
		return text_is(stmt, 0, objects[i].type) &&
		       text_is(stmt, 2, objects[i].sql);
	}
	return false;
}

int migrate_compare(sqlite3 *db, int version, bool *same)
{
	sqlite3_stmt *stmt = NULL;
	size_t wanted = 0;
	size_t known = 0;
	int rc;

	*same = true;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(objects); i++)
		wanted += objects[i].since <= version;
	rc = sqlite3_prepare_v2(db,
				"SELECT type, name, sql FROM sqlite_schema"
				" ORDER BY name",
				-1, &stmt, NULL);
	if (rc != SQLITE_OK)
		return rc;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		*same = is_known(stmt, version, &known) && *same;
	sqlite3_finalize(stmt);
	if (known != wanted)
		*same = false;
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}
