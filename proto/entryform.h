/*
 * entryform.h - an entry as a program sees it (a map with str keys) to and
 * from the values that blocks hold (canonical, one per field number).
 *
 * The program's form: {kept, id, kind, at, tz, day, device, rev, tags,
 * starred, state, marks, f: {fields of the kind, text, imported ones}, more}.
 * Absent means not answered and is never 0. Texts of refusals name the field
 * and say what it takes; they never repeat what was written.
 *
 * Errors: ERR_USAGE (with text), ERR_LIMIT, ERR_NOMEM (the arena's cap),
 * ERR_VERSION (an entry of a newer kept).
 */
#ifndef KEPT_PROTO_ENTRYFORM_H
#define KEPT_PROTO_ENTRYFORM_H

#include "proto/base/arena.h"
#include "proto/base/buf.h"
#include "proto/base/ids.h"
#include "proto/entry.h"

#define ENTRYFORM_REV_MAX 1000000u

enum entryform_mode {
	ENTRYFORM_ADD,	 /* unknown names are refused */
	ENTRYFORM_EDIT,	 /* the same; nil clears; nothing is required */
	ENTRYFORM_DRAFT, /* as ADD; nothing is required */
	ENTRYFORM_IMPORT /* unknown names are carried in `imported` */
};

struct entryform_value {
	const struct entry_field *field;
	/*
	 * What merge_write wants: a value, nil to clear it; for lists and sets
	 * an array, empty to clear it. In the arena.
	 */
	struct bytes stored;
};

/* A name nobody here knows, with its value as it came (borrowed). */
struct entryform_carried {
	struct bytes name;
	struct bytes element;
	bool is_outside; /* stood beside `f`, not in it */
};

struct entryform {
	const struct entry_kind *kind;
	enum entryform_mode mode;
	struct arena *arena; /* Borrows */
	struct entryform_value values[ENTRY_FIELDS_MAX];
	size_t count;
	/* entryform_read only: */
	struct id16 id;
	bool has_id;
	bool is_deleted; /* state was "deleted" */
	struct entryform_carried *carried; /* in the arena, or NULL */
	size_t carried_count;
};

void entryform_init(struct entryform *form, const struct entry_kind *kind,
		    enum entryform_mode mode, struct arena *arena);
/* One field from one element of the client profile (mpcheck was here). */
int entryform_set(struct entryform *form, const struct entry_field *field,
		  struct bytes element, struct err *err) KEPT_MUST_USE;
/* A base field that is shown as text: ENTRY_base_at, _tz, _day, _state. */
int entryform_set_text(struct entryform *form, uint32_t number,
		       struct bytes text, struct err *err) KEPT_MUST_USE;
int entryform_set_tags(struct entryform *form, const struct bytes *tags,
		       size_t count, struct err *err) KEPT_MUST_USE;
/* `f`: a map of names to values. Runs mpcheck. */
int entryform_set_fields(struct entryform *form, struct bytes fields,
			 struct err *err) KEPT_MUST_USE;
/*
 * Text piped to a kind: its first line goes into the first required text
 * field if it fits and the rest into `text`; a line too long is cut between
 * words there and kept whole in `text`. Without such a field all of it is
 * `text`.
 */
int entryform_set_plain(struct entryform *form, struct bytes text,
			struct err *err) KEPT_MUST_USE;
/* Is everything there that has to be? After the last set. */
int entryform_finish(struct entryform *form, struct err *err) KEPT_MUST_USE;
/* A whole entry, as `log` and exports give it. Runs mpcheck, and finishes. */
int entryform_read(struct entryform *form, struct bytes entry,
		   struct arena *arena, struct err *err) KEPT_MUST_USE;
/* NULL if the form does not have it. Borrows from the arena. */
const struct bytes *entryform_find(const struct entryform *form,
				   uint32_t number);

/* --- the other way: entryshow.c --- */

struct entry_stored {
	uint32_t number;
	uint32_t rule; /* of the op */
	/* register, text: the one shown; sets and lists: every element */
	const struct bytes *values;
	size_t count;
};

/*
 * What an import said of an entry's past, from its stored field `imported`:
 * the device it was written on (len 0: not said) and its rev (1: not said).
 * Shown instead of our own, so that export, import, and export again give the
 * same bytes. Borrows from stored.
 */
struct entryform_origin {
	struct bytes device;
	uint64_t rev;
};
struct entryform_origin entryform_origin(struct bytes stored);

struct entry_shown {
	const struct entry_kind *kind;
	struct id16 id;
	struct bytes device; /* len 0: left out */
	uint64_t rev;	     /* changes made here; 0: left out */
	bool is_deleted;
	/* Tags, starred, state, and marks also where nothing was ever set, so
	 * that a program need not ask whether they are there. */
	bool is_whole;
	const char *const *marks;
	size_t mark_count;
	const struct entry_stored *fields; /* any order */
	size_t field_count;
	/* whole key and value pairs to go at the end (a snippet, ...) */
	struct bytes extra;
	size_t extra_pairs;
};

/*
 * Appends the program's form. Fields this build does not know, and values
 * that are not what their field takes, are counted as `more`. Returns 0 or
 * what out refused with.
 */
int entryform_write(const struct entry_shown *entry, struct buf *out)
	KEPT_MUST_USE;
/*
 * One stored value as a program sees it (an item, for lists and sets).
 * ERR_MALFORMED: not what the field takes.
 */
int entryform_write_value(const struct entry_field *field,
			  struct bytes stored, struct buf *out) KEPT_MUST_USE;

#endif
