/*
 * listing.c - pages of entries: by kind, day, tag, star, and words.
 *
 * Must never fold an entry that is not shown, and never give a page that does
 * not fit into a frame. A cursor names the last entry shown, so that new ones
 * in between shift nothing.
 */
#include "daemon/vault/inside.h"

#include <inttypes.h>
#include <stdio.h>

#include "daemon/vault/wordsearch.h"
#include "daemon/vault/wordtext.h"
#include "proto/base/utf8.h"
#include "proto/civil.h"
#include "proto/entry.h"
#include "proto/mp.h"

#define PAGE_MAX_BYTES (LIMIT_FRAME_BYTES / 4 * 3)
#define ENTRY_MAX_BYTES ((size_t)16 << 20)
#define SNIPPET_BEFORE_BYTES 48u
#define SNIPPET_BYTES 160u
#define CURSOR_BYTES 48u

struct listing {
	struct vault *vault;
	const struct journal_query *query;
	uint32_t kind; /* 0: any */
	int64_t since, until;
	uint8_t tag_bit;
	bool has_words;
	struct search search;
	struct buf items;
	size_t count;
	uint64_t total;
	const struct row *last; /* shown */
	bool is_more;
};

/* ---- the question ---- */

static int parse_days(struct listing *listing, struct err *err)
{
	const struct journal_query *query = listing->query;

	listing->since = CIVIL_DAYS_LEAST;
	listing->until = CIVIL_DAYS_GREATEST;
	if (query->since.len > 0 &&
	    civil_parse_day(query->since, &listing->since) != 0)
		return err_set(err, ERR_USAGE,
			       "`since` is a day like 2026-11-03.");
	if (query->until.len > 0 &&
	    civil_parse_day(query->until, &listing->until) != 0)
		return err_set(err, ERR_USAGE,
			       "`until` is a day like 2026-11-03.");
	return 0;
}

static int parse_query(struct listing *listing, struct err *err)
{
	const struct journal_query *query = listing->query;
	int code;

	if (query->limit == 0 || query->limit > LIMIT_LIST_PAGE)
		return err_set(err, ERR_USAGE, "A page has 1 to %u entries.",
			       LIMIT_LIST_PAGE);
	if (query->kind.len > 0) {
		const struct entry_kind *kind = entry_kind_by_name(query->kind);

		if (kind == NULL)
			return err_set(err, ERR_USAGE,
				       "That isn't a kind of entry kept "
				       "knows.");
		listing->kind = kind->number;
	}
	if (query->tag.len > 0)
		listing->tag_bit = view_tag_bit(query->tag);
	code = parse_days(listing, err);
	listing->has_words = query->words.len > 0;
	if (code == 0 && listing->has_words)
		code = search_parse(&listing->search, query->words, err);
	return code;
}

static uint64_t hex_get(const uint8_t *text, size_t digits, bool *is_sound)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits; i++) {
		uint8_t c = text[i];

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			*is_sound = false;
	}
	return value;
}

/* Signed instants sort as they are when their sign bit is turned round. */
#define SIGN_BIT (UINT64_C(1) << 63)

static int parse_cursor(struct bytes cursor, struct row *out, struct err *err)
{
	bool is_sound = cursor.len == CURSOR_BYTES;
	uint64_t at;

	if (is_sound) {
		at = hex_get(cursor.ptr, 16, &is_sound) ^ SIGN_BIT;
		memcpy(&out->at_ms, &at, sizeof at);
		for (size_t i = 0; i < sizeof out->id.b; i++)
			out->id.b[i] = (uint8_t)hex_get(cursor.ptr + 16 + 2 * i,
							2, &is_sound);
	}
	return is_sound ? 0
			: err_set(err, ERR_USAGE,
				  "`cursor` is the `next` of the page before.");
}

static void write_cursor(const struct row *row, char out[65])
{
	uint64_t at = (uint64_t)row->at_ms ^ SIGN_BIT;

	snprintf(out, 65, "%016" PRIx64, at);
	for (size_t i = 0; i < sizeof row->id.b; i++)
		snprintf(out + 16 + 2 * i, 3, "%02x", row->id.b[i]);
}

/* ---- rows ---- */

static bool row_fits(const struct listing *listing, const struct row *row)
{
	const struct journal_query *query = listing->query;

	if ((row->flags & ROW_VOID) != 0 ||
	    ((row->flags & ROW_DELETED) != 0) != query->deleted ||
	    (query->starred && (row->flags & ROW_STARRED) == 0) ||
	    (listing->kind != 0 && row->kind != listing->kind) ||
	    (listing->kind == 0 && entry_kind_is_hidden(row->kind)) ||
	    row->day < listing->since || row->day > listing->until ||
	    (listing->tag_bit & ~row->tag_bits) != 0)
		return false;
	return !listing->has_words ||
	       search_matches(&listing->search,
			      view_text(&listing->vault->view, row));
}

/* The bit of a tag may lie; the entry does not. */
static bool has_tag(struct gathered *entry, struct bytes wanted)
{
	struct merge_field field;
	struct bytes tag;

	if (wanted.len == 0)
		return true;
	if (merge_read(entry->state, ENTRY_base_tags, &field) != 0)
		return false;
	for (size_t i = 0; i < field.count; i++) {
		struct mp_reader reader = mp_reader(field.values[i].value);

		if (mp_read_str(&reader, &tag) == 0 && bytes_equal(tag, wanted))
			return true;
	}
	return false;
}

/* ---- snippets ---- */

static void put_window(struct bytes text, size_t at, struct buf *out)
{
	size_t start = at > SNIPPET_BEFORE_BYTES ? at - SNIPPET_BEFORE_BYTES
						 : 0;
	struct bytes window;

	/* From a blank on, and never from inside a letter. */
	while (start > 0 && start < at && text.ptr[start - 1] != ' ' &&
	       text.ptr[start - 1] != '\n')
		start++;
	window = bytes_of(text.ptr + start, text.len - start);
	window.len = utf8_prefix(window, SNIPPET_BYTES);
	if (start > 0)
		buf_put(out, "… ", sizeof "… " - 1);
	for (size_t i = 0; i < window.len; i++)
		buf_put_u8(out, window.ptr[i] == '\n' ? ' ' : window.ptr[i]);
	if (start + window.len < text.len)
		buf_put(out, " …", sizeof " …" - 1);
}

/* The first string of one stored value that has a hit. */
static bool put_hit(const struct search *search, struct bytes value,
		    struct buf *folded, struct buf *out)
{
	struct mp_reader reader = mp_reader(value);
	struct bytes text;
	size_t count, at;

	while (!mp_at_end(&reader)) {
		enum mp_type type = mp_peek(&reader);
		int code;

		if (type == MP_ARRAY)
			code = mp_read_array(&reader, &count);
		else if (type == MP_MAP)
			code = mp_read_map(&reader, &count);
		else if (type == MP_STR)
			code = mp_read_str(&reader, &text);
		else
			code = mp_read_raw(&reader, &text);
		if (code != 0)
			return false;
		if (type != MP_STR)
			continue;
		buf_clear(folded);
		buf_put_u8(folded, ' ');
		if (wordtext_fold(text, folded) != 0)
			continue;
		at = search_first(search, buf_bytes(folded));
		if (at == SIZE_MAX)
			continue;
		put_window(text, wordtext_source(text, at), out);
		return true;
	}
	return false;
}

static void put_snippet(const struct listing *listing, struct gathered *entry,
			struct buf *extra)
{
	uint32_t numbers[MERGE_FIELDS_MAX];
	size_t count = merge_fields(entry->state, numbers, MERGE_FIELDS_MAX);
	struct buf folded, snippet;
	bool done = false;

	buf_init(&folded, ENTRY_MAX_BYTES);
	buf_init(&snippet, 4 * SNIPPET_BYTES);
	for (size_t i = 0; i < count && !done; i++) {
		struct merge_field field;

		if (numbers[i] < ENTRY_base_tags ||
		    merge_read(entry->state, numbers[i], &field) != 0 ||
		    field.is_unknown)
			continue;
		for (size_t j = 0; j < field.count && !done; j++)
			done = put_hit(&listing->search, field.values[j].value,
				       &folded, &snippet);
	}
	mp_put_cstr(extra, "snippet");
	mp_put_str(extra, buf_bytes(&snippet));
	buf_release(&folded);
	buf_release(&snippet);
}

/* ---- pages ---- */

/* 1: shown; 0: the page is full, or the entry does not fit after all. */
static int show_row(struct listing *listing, const struct row *row,
		    struct err *err)
{
	struct gathered *entry = NULL;
	size_t before = listing->items.len;
	struct buf extra;
	int code = gather_cached(listing->vault, &row->id, &entry, err);

	/* Erased or no longer readable: no reason to end the list. */
	if (code == ERR_NOT_FOUND)
		return 0;
	if (code != 0)
		return code;
	if (!has_tag(entry, listing->query->tag))
		return 0;
	if (listing->count == listing->query->limit) {
		listing->is_more = true;
		return 0;
	}
	buf_init(&extra, 8 * SNIPPET_BYTES);
	if (listing->has_words)
		put_snippet(listing, entry, &extra);
	code = extra.failed;
	if (code == 0)
		code = read_put_entry(listing->vault, entry, buf_bytes(&extra),
				      listing->has_words ? 1 : 0,
				      &listing->items, err);
	buf_release(&extra);
	if (code != 0)
		return code;
	if (listing->count > 0 && listing->items.len > PAGE_MAX_BYTES) {
		listing->items.len = before;
		listing->is_more = true;
		return 0;
	}
	listing->count++;
	listing->last = row;
	return 1;
}

/* The first place of the page in order, and the step from there. */
static int64_t first_place(const struct view *view,
			   const struct journal_query *query,
			   const struct row *cursor)
{
	uint32_t place;

	if (query->cursor.len == 0)
		return query->oldest_first ? 0 : (int64_t)view->count - 1;
	place = view_place(view, cursor->at_ms, &cursor->id);
	if (!query->oldest_first)
		return (int64_t)place - 1;
	if (place < view->count &&
	    view_compare(&view->rows[view->order[place]], cursor) == 0)
		place++;
	return place;
}

/* The text at a place that comes soon, before it is needed. */
static void expect_place(const struct view *view, int64_t place)
{
	if (place >= 0 && place < view->count)
		wordscan_expect(
			view_text(view, &view->rows[view->order[place]]));
}

/*
 * One pass: a search counts on where the page is full, and over the pages
 * before it, since its total is of them all.
 */
static int fill_page(struct listing *listing, const struct row *cursor,
		     struct err *err)
{
	const struct view *view = &listing->vault->view;
	int64_t step = listing->query->oldest_first ? 1 : -1;
	int64_t first = first_place(view, listing->query, cursor);
	int64_t place = first;

	if (listing->has_words) {
		if (search_is_futile(&listing->search, view))
			return 0;
		place = step > 0 ? 0 : (int64_t)view->count - 1;
	}
	for (; place >= 0 && place < view->count; place += step) {
		const struct row *row = &view->rows[view->order[place]];
		int code;

		if (listing->is_more && !listing->has_words)
			break;
		if (listing->has_words)
			expect_place(view, place + step * WORDSCAN_AHEAD);
		if (!row_fits(listing, row))
			continue;
		listing->total += listing->has_words;
		if (listing->is_more || (place - first) * step < 0)
			continue;
		code = show_row(listing, row, err);
		if (code < 0)
			return code;
	}
	return 0;
}

/* All that has to be in memory before anything is looked for. */
static int prepare(struct listing *listing, struct err *err)
{
	struct vault *vault = listing->vault;
	int code = absorb_finish(vault, err);

	if (code == 0 && listing->has_words)
		code = absorb_words(vault, UINT32_MAX, err);
	if (code == 0)
		code = view_sort(&vault->view);
	return code == 0 ? 0 : vault_fail(err, code);
}

static bool is_filtered(const struct journal_query *query)
{
	return query->kind.len > 0 || query->since.len > 0 ||
	       query->until.len > 0 || query->tag.len > 0 || query->starred ||
	       query->deleted;
}

static int put_page(struct listing *listing, struct journal_page *page)
{
	int code = 0;

	mp_put_array(page->entries, listing->count);
	mp_put_raw(page->entries, buf_bytes(&listing->items));
	page->total = listing->total;
	page->next[0] = '\0';
	if (listing->is_more && listing->last != NULL)
		write_cursor(listing->last, page->next);
	if (page->near != NULL && listing->has_words && listing->total == 0)
		code = search_put_near(&listing->search, &listing->vault->view,
				       is_filtered(listing->query), page->near);
	else if (page->near != NULL)
		mp_put_array(page->near, 0);
	return code != 0 ? code : page->entries->failed;
}

int journal_list(struct vault *vault, const struct journal_query *query,
		 struct journal_page *page, struct err *err)
{
	struct listing listing = { .vault = vault, .query = query };
	struct row cursor = { .at_ms = 0 };
	int code = vault_need_unlocked(vault, err);

	if (code != 0)
		return code;
	buf_init(&listing.items, ENTRY_MAX_BYTES);
	code = parse_query(&listing, err);
	if (code == 0 && query->cursor.len > 0)
		code = parse_cursor(query->cursor, &cursor, err);
	if (code == 0)
		code = prepare(&listing, err);
	if (code == 0)
		code = fill_page(&listing, &cursor, err);
	if (code == 0) {
		code = put_page(&listing, page);
		code = code == 0 ? 0 : vault_fail(err, code);
	}
	search_release(&listing.search);
	buf_release(&listing.items);
	return code;
}

struct journal_counts journal_counts(struct vault *vault)
{
	struct journal_counts counts = { 0 };

	if (!vault->is_unlocked || absorb_finish(vault, NULL) != 0)
		return counts;
	counts.entries = vault->view.shown;
	counts.deleted = vault->view.deleted;
	counts.conflicts = vault->view.conflicts;
	counts.unreadable = absorb_count(&vault->absorb, false);
	counts.waiting = absorb_count(&vault->absorb, true);
	return counts;
}

int journal_find_conflict(struct vault *vault, struct id16 *id, struct err *err)
{
	const struct view *view = &vault->view;
	const struct row *found = NULL;
	int code = vault_need_unlocked(vault, err);

	if (code == 0)
		code = absorb_finish(vault, err);
	for (uint32_t i = 0; code == 0 && i < view->count; i++) {
		const struct row *row = &view->rows[i];

		if ((row->flags & ROW_CONFLICT) != 0 &&
		    (row->flags & (ROW_DELETED | ROW_VOID)) == 0 &&
		    !entry_kind_is_hidden(row->kind) &&
		    (found == NULL || view_compare(row, found) > 0))
			found = row;
	}
	if (code != 0)
		return code;
	if (found == NULL)
		return ERR_NOT_FOUND;
	*id = found->id;
	return 0;
}
