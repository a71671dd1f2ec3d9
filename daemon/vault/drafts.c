/*
 * drafts.c - half-written entries: sealed on this device only, never synced;
 * and what was written while locked, taken in after unlock.
 *
 * A draft's fields are kept as the client gave them: they need not be valid
 * yet. Must never drop a capture before what it became is queued.
 */
#include "daemon/vault/inside.h"

#include "proto/base/mem.h"
#include "proto/civil.h"
#include "proto/crypto/kdf.h"
#include "proto/crypto/seal.h"
#include "proto/entryform.h"
#include "proto/mp.h"
#include "proto/mpcheck.h"
#include "proto/ulid.h"

#define DRAFT_MAX_BYTES (2u * LIMIT_FRAME_BYTES)
#define CAPTURE_MAX_BYTES (4u * LIMIT_GROUP_BYTES)
#define LISTING_MARGIN_BYTES 512u

enum { KEY_NAME = 1, KEY_FIELDS, KEY_WALL };

static struct bytes id_bytes(const struct id16 *id)
{
	return bytes_of(id->b, sizeof id->b);
}

/* ---- shelves ---- */

/* The only id of a shelf that ends like this. *count stops at 2. */
static int find_on(struct vault *vault, enum store_shelf shelf,
		   struct bytes ending, struct id16 *id, size_t *count,
		   struct err *err)
{
	struct buf at;
	struct id16 here;
	int code;

	buf_init(&at, 64);
	for (;;) {
		struct bytes after;
		uint8_t copy[16];
		size_t len = at.len < sizeof copy ? at.len : sizeof copy;

		if (len > 0)
			memcpy(copy, at.ptr, len);
		after = bytes_of(copy, len);
		buf_clear(&at);
		code = store_shelf_next(vault->store, shelf, after, &at, err);
		if (code != 0)
			break;
		if (at.len != sizeof here.b)
			continue;
		memcpy(here.b, at.ptr, sizeof here.b);
		if (ulid_ends_with(&here, ending)) {
			*id = here;
			*count += 1;
		}
	}
	buf_release(&at);
	return code == ERR_NOT_FOUND ? 0 : code;
}

static int find_draft(struct vault *vault, struct bytes ending,
		      enum store_shelf *shelf, struct id16 *id, struct err *err)
{
	size_t drafts = 0, captures = 0;
	int code;

	if (ending.len == 0 || ending.len > ULID_TEXT_BYTES)
		return err_set(err, ERR_NOT_FOUND,
			       "There is no draft with that id.");
	code = find_on(vault, SHELF_DRAFT, ending, id, &drafts, err);
	*shelf = SHELF_DRAFT;
	/* What lies there sealed may be an entry: no ending will do for it. */
	if (code == 0 && drafts == 0 && ending.len == ULID_TEXT_BYTES) {
		code = find_on(vault, SHELF_CAPTURE, ending, id, &captures,
			       err);
		*shelf = SHELF_CAPTURE;
	}
	if (code != 0)
		return code;
	if (drafts + captures == 0)
		return err_set(err, ERR_NOT_FOUND,
			       "There is no draft with that id.");
	if (drafts + captures > 1)
		return err_set(err, ERR_AMBIGUOUS,
			       "More than one draft's id ends like that.");
	return 0;
}

/* It lies on both shelves when it was written on while locked. */
static int drop_draft(struct vault *vault, enum store_shelf shelf,
		      const struct id16 *id, struct err *err)
{
	int code = store_shelf_drop(vault->store, shelf, id_bytes(id), err);

	if (code == 0 && shelf == SHELF_DRAFT)
		code = store_shelf_drop(vault->store, SHELF_CAPTURE,
					id_bytes(id), NULL);
	return code == ERR_NOT_FOUND ? 0 : code;
}

int drafts_finish(struct vault *vault, struct bytes ending, struct err *err)
{
	enum store_shelf shelf;
	struct id16 id;
	int code = find_draft(vault, ending, &shelf, &id, NULL);

	/* The entry is what counts: a draft that is gone is no reason to
	 * refuse it. */
	if (code == ERR_NOT_FOUND || code == ERR_AMBIGUOUS)
		return 0;
	if (code != 0)
		return vault_fail(err, code);
	return drop_draft(vault, shelf, &id, err);
}

void journal_waiting(struct vault *vault, uint64_t *drafts, uint64_t *captured)
{
	uint64_t bytes;

	*drafts = 0;
	*captured = 0;
	err_ignore(store_shelf_total(vault->store, SHELF_DRAFT, drafts, &bytes,
				     NULL),
		   "a count for status");
	err_ignore(store_shelf_total(vault->store, SHELF_CAPTURE, captured,
				     &bytes, NULL),
		   "a count for status");
}

/* ---- drafts ---- */

static struct seal_context context_of(const struct id16 *id)
{
	return (struct seal_context){ .label = kdf_label_name(KDF_DVK_DRAFT),
				      .aad = id_bytes(id),
				      .padding = SEAL_PADDED };
}

struct draft {
	struct id16 id;
	struct bytes kind; /* name */
	struct bytes fields;
	uint64_t wall_ms;
};

static int put_draft(struct vault *vault, const struct draft *draft,
		     struct err *err)
{
	struct seal_context context = context_of(&draft->id);
	struct buf plain, sealed;
	struct seal_key key;
	int code;

	buf_init(&plain, DRAFT_MAX_BYTES);
	buf_init(&sealed, 2 * DRAFT_MAX_BYTES);
	mp_put_map(&plain, 3);
	mp_put_uint(&plain, KEY_NAME);
	mp_put_str(&plain, draft->kind);
	mp_put_uint(&plain, KEY_FIELDS);
	mp_put_bin(&plain, draft->fields);
	mp_put_uint(&plain, KEY_WALL);
	mp_put_uint(&plain, draft->wall_ms);
	code = plain.failed;
	kdf_device_key(&vault->ring.dvk, KDF_DVK_DRAFT, &key);
	if (code == 0)
		code = seal(&key, &context, buf_bytes(&plain), &sealed);
	key_wipe(&key);
	code = code != 0 ? vault_fail(err, code)
			 : store_shelf_put(vault->store, SHELF_DRAFT,
					   id_bytes(&draft->id),
					   buf_bytes(&sealed), err);
	buf_release(&plain);
	buf_release(&sealed);
	return code;
}

static int open_draft(struct vault *vault, const struct id16 *id,
		      struct buf *plain, struct draft *out, struct err *err)
{
	struct seal_context context = context_of(id);
	struct mp_reader reader;
	struct seal_key key;
	struct buf sealed;
	uint64_t number;
	size_t pairs;
	int code;

	buf_init(&sealed, 2 * DRAFT_MAX_BYTES);
	out->id = *id;
	code = store_shelf_get(vault->store, SHELF_DRAFT, id_bytes(id), &sealed,
			       err);
	kdf_device_key(&vault->ring.dvk, KDF_DVK_DRAFT, &key);
	if (code == 0)
		code = seal_open(&key, &context, buf_bytes(&sealed), plain);
	key_wipe(&key);
	buf_release(&sealed);
	if (code != 0)
		return code;
	reader = mp_reader(buf_bytes(plain));
	if (mpcheck(buf_bytes(plain), MPCHECK_CANONICAL) != 0 ||
	    mp_read_map(&reader, &pairs) != 0 || pairs != 3 ||
	    mp_read_uint(&reader, &number) != 0 || number != KEY_NAME ||
	    mp_read_str(&reader, &out->kind) != 0 ||
	    mp_read_uint(&reader, &number) != 0 || number != KEY_FIELDS ||
	    mp_read_bin(&reader, &out->fields) != 0 ||
	    mp_read_uint(&reader, &number) != 0 || number != KEY_WALL ||
	    mp_read_uint(&reader, &out->wall_ms) != 0)
		return ERR_CRYPTO;
	return 0;
}

static int check_draft(struct bytes kind, struct bytes fields, struct err *err)
{
	struct mp_reader reader = mp_reader(fields);

	if (entry_kind_by_name(kind) == NULL)
		return err_set(err, ERR_USAGE,
			       "That isn't a kind of entry kept knows.");
	if (mpcheck(fields, MPCHECK_CLIENT) != 0 || mp_peek(&reader) != MP_MAP)
		return err_set(err, ERR_USAGE,
			       "A draft's fields are a map of names.");
	if (fields.len > LIMIT_DRAFT_BYTES)
		return err_set(err, ERR_LIMIT,
			       "That is more than one draft takes (1 MB). It "
			       "isn't saved yet.");
	return 0;
}

/* A new id, or that of a draft that is there. */
static int draft_id(struct vault *vault, struct vault_time time,
		    const char *text, struct id16 *id, struct err *err)
{
	enum store_shelf shelf;
	uint64_t drafts, captured;
	int code = ERR_NOT_FOUND;

	if (text[0] != '\0')
		code = find_draft(vault, bytes_from_str(text), &shelf, id, err);
	/* A whole id may name a draft that is not there yet. */
	if (text[0] != '\0' && code == ERR_NOT_FOUND &&
	    ulid_parse(bytes_from_str(text), id) != 0)
		return code;
	if (code != ERR_NOT_FOUND)
		return code;
	journal_waiting(vault, &drafts, &captured);
	if (drafts >= LIMIT_DRAFTS)
		return err_set(err, ERR_LIMIT,
			       "There are %u drafts already. `kept drafts` "
			       "shows them.",
			       LIMIT_DRAFTS);
	if (text[0] == '\0')
		*id = journal_new_id(time);
	return 0;
}

int journal_draft_put(struct vault *vault, const struct roster *roster,
		      struct bytes kind, struct bytes fields,
		      struct vault_time time, char id[33], struct err *err)
{
	struct draft draft = { .kind = kind,
			       .fields = fields,
			       .wall_ms = time.wall_ms };
	struct capture capture = { .what = CAPTURE_DRAFT,
				   .kind_name = kind,
				   .fields = fields,
				   .wall_ms = time.wall_ms };
	int code;

	id[32] = '\0';
	if (!vault->has_journal)
		return vault_fail(err, ERR_NO_JOURNAL);
	code = check_draft(kind, fields, err);
	if (code == 0)
		code = draft_id(vault, time, id, &draft.id, err);
	if (code != 0)
		return code;
	capture.id = draft.id;
	if (!vault->is_unlocked) {
		code = capture_put(vault, roster, &capture, err);
	} else {
		code = put_draft(vault, &draft, err);
		/* One sealed before is older, though it may come in later. */
		if (code == 0)
			code = drop_draft(vault, SHELF_CAPTURE, &draft.id,
					  NULL);
	}
	if (code == 0)
		ulid_format(&draft.id, id);
	return code;
}

/*
 * Ids of the shelf in order of time, which they begin with. The newest
 * LIMIT_DRAFTS of *count lie in ids, the i-th at i modulo that.
 */
static int list_ids(struct vault *vault, struct id16 ids[LIMIT_DRAFTS],
		    size_t *count, struct err *err)
{
	struct id16 last = { { 0 } };
	struct buf at;
	int code = 0;

	*count = 0;
	buf_init(&at, 64);
	for (;;) {
		size_t len = *count == 0 ? 0 : sizeof last.b;

		buf_clear(&at);
		code = store_shelf_next(vault->store, SHELF_DRAFT,
					bytes_of(last.b, len), &at, err);
		if (code != 0 || at.len != sizeof last.b)
			break;
		memcpy(last.b, at.ptr, sizeof last.b);
		ids[*count % LIMIT_DRAFTS] = last;
		*count += 1;
	}
	buf_release(&at);
	return code == ERR_NOT_FOUND ? 0 : code;
}

static void show_draft(const struct draft *draft, struct buf *out)
{
	struct civil_instant at = { .ms = (int64_t)draft->wall_ms };
	char id[ULID_TEXT_BYTES + 1], text[CIVIL_INSTANT_TEXT_BYTES];

	if (!civil_is_instant(at))
		at.ms = 0;
	civil_format_instant(at, text);
	ulid_format(&draft->id, id);
	mp_put_map(out, 4);
	mp_put_cstr(out, "id");
	mp_put_cstr(out, id);
	mp_put_cstr(out, "kind");
	mp_put_str(out, draft->kind);
	mp_put_cstr(out, "at");
	mp_put_cstr(out, text);
	mp_put_cstr(out, "fields");
	mp_put_raw(out, draft->fields);
}

int journal_put_drafts(struct vault *vault, struct buf *out, struct err *err)
{
	struct id16 ids[LIMIT_DRAFTS];
	size_t count = 0, shown = 0, oldest = 0, before;
	size_t room = out->max_bytes - out->len;
	struct buf items, plain;
	int code = vault_need_unlocked(vault, err);

	if (code != 0)
		return code;
	/* The array's head, and what the caller still puts behind it. */
	room -= room < LISTING_MARGIN_BYTES ? room : LISTING_MARGIN_BYTES;
	buf_init(&items, room + DRAFT_MAX_BYTES);
	buf_init(&plain, 2 * DRAFT_MAX_BYTES);
	code = list_ids(vault, ids, &count, err);
	if (count > LIMIT_DRAFTS)
		oldest = count - LIMIT_DRAFTS;
	for (size_t i = count; code == 0 && i-- > oldest;) {
		struct draft draft;

		buf_clear(&plain);
		code = open_draft(vault, &ids[i % LIMIT_DRAFTS], &plain, &draft,
				  err);
		/* One that does not open hides none of the others. */
		if (code == ERR_CRYPTO) {
			code = 0;
			continue;
		}
		if (code != 0)
			break;
		before = items.len;
		show_draft(&draft, &items);
		if (items.failed != 0 || items.len > room) {
			items.len = before;
			items.failed = 0;
			break;
		}
		shown++;
	}
	if (code == 0) {
		mp_put_array(out, shown);
		mp_put_raw(out, buf_bytes(&items));
		code = items.failed != 0 ? items.failed : out->failed;
		code = code == 0 ? 0 : vault_fail(err, code);
	}
	buf_release(&items);
	buf_release(&plain);
	return code;
}

int journal_draft_drop(struct vault *vault, struct bytes ending,
		       struct err *err)
{
	enum store_shelf shelf;
	struct id16 id;
	int code = vault_need_unlocked(vault, err);

	if (code == 0)
		code = find_draft(vault, ending, &shelf, &id, err);
	return code == 0 ? drop_draft(vault, shelf, &id, err) : code;
}

/* ---- captures ---- */

/* Stored values back to what an entry is made of. */
static int entry_from(struct vault *vault, const struct roster *roster,
		      const struct capture *capture, struct vault_time time,
		      struct err *err)
{
	const struct entry_kind *kind = entry_kind_by_number(capture->kind);
	struct mp_reader reader = mp_reader(capture->values);
	struct merge_edit edits[ENTRY_FIELDS_MAX];
	struct journal_new entry = { .id = capture->id,
				     .kind = capture->kind,
				     .edits = edits };
	size_t pairs = 0;

	if (kind == NULL || mp_read_map(&reader, &pairs) != 0 ||
	    pairs > ENTRY_FIELDS_MAX)
		return ERR_MALFORMED;
	for (; pairs > 0; pairs--) {
		struct merge_edit *edit = &edits[entry.edit_count];
		const struct entry_field *field;
		uint64_t number = 0;

		if (mp_read_uint(&reader, &number) != 0 ||
		    mp_read_raw(&reader, &edit->wanted) != 0)
			return ERR_MALFORMED;
		field = entry_field_by_number(kind, number);
		if (field == NULL)
			return ERR_MALFORMED;
		edit->number = field->number;
		edit->rule = (uint32_t)field->rule;
		edit->list_key = field->list_key;
		entry.edit_count++;
	}
	arena_reset(&vault->scratch);
	return journal_write_new(vault, roster, &entry, time, err);
}

static int take_capture(struct vault *vault, const struct roster *roster,
			const struct id16 *id, struct vault_time time,
			uint64_t *entries, struct err *err)
{
	struct capture capture;
	struct buf sealed, plain;
	int code;

	buf_init(&sealed, CAPTURE_MAX_BYTES);
	buf_init(&plain, CAPTURE_MAX_BYTES);
	code = store_shelf_get(vault->store, SHELF_CAPTURE, id_bytes(id),
			       &sealed, err);
	if (code == 0)
		code = capture_open(vault, buf_bytes(&sealed), &plain,
				    &capture);
	if (code == 0 && capture.what == CAPTURE_ENTRY) {
		code = entry_from(vault, roster, &capture, time, err);
		*entries += code == 0;
	} else if (code == 0) {
		struct draft draft = { .id = capture.id,
				       .kind = capture.kind_name,
				       .fields = capture.fields,
				       .wall_ms = capture.wall_ms };

		code = put_draft(vault, &draft, err);
	}
	if (code == 0)
		code = store_shelf_drop(vault->store, SHELF_CAPTURE,
					id_bytes(id), err);
	else if (code == ERR_CRYPTO || code == ERR_MALFORMED)
		code = 0; /* stays where it is: nothing is thrown away */
	buf_release(&sealed);
	buf_release(&plain);
	return code;
}

int journal_take_captures(struct vault *vault, const struct roster *roster,
			  struct vault_time time, uint64_t *entries,
			  struct err *err)
{
	struct id16 id = { { 0 } };
	size_t len = 0;
	struct buf at;
	int code = vault_need_unlocked(vault, err);

	*entries = 0;
	if (code != 0)
		return code;
	buf_init(&at, 64);
	for (;;) {
		buf_clear(&at);
		code = store_shelf_next(vault->store, SHELF_CAPTURE,
					bytes_of(id.b, len), &at, err);
		if (code != 0 || at.len != sizeof id.b)
			break;
		memcpy(id.b, at.ptr, sizeof id.b);
		len = sizeof id.b;
		code = take_capture(vault, roster, &id, time, entries, err);
		if (code != 0)
			break;
	}
	buf_release(&at);
	return code == ERR_NOT_FOUND ? 0 : code;
}
