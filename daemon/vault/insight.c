/*
 * insight.c - the entries a question is about, in order, and `today`.
 *
 * Nothing here is kept between questions but facts (insightfacts.h). What
 * takes longer than a turn should is asked again in the next one: reading is
 * the long part, and what was read stays. Must never scold: it only counts.
 * Read next: insightgoals.c, insightlines.c, insightreview.c.
 */
#include "daemon/vault/insight.h"

#include "crdt/sort.h"
#include "daemon/vault/insightinside.h"
#include "proto/base/utf8.h"
#include "proto/mp.h"
#include "proto/ulid.h"

#define DRAFTS_MAX_BYTES ((size_t)64 << 20)

int insight_begin(struct insight *insight, struct err *err)
{
	struct vault *vault = insight->vault;
	int code = vault_need_unlocked(vault, err);

	*insight->more = false;
	if (code == 0)
		code = absorb_finish(vault, err);
	if (code == 0)
		code = view_sort(&vault->view);
	return code == 0 ? 0 : vault_fail(err, code);
}

/* Lists go by `at`; here the day an entry belongs to goes first. */
int insight_order(const void *a, const void *b)
{
	const struct insight_item *left = a, *right = b;

	if (left->row->day != right->row->day)
		return left->row->day < right->row->day ? -1 : 1;
	return view_compare(left->row, right->row);
}

static int sort_items(struct insight *insight, struct insight_items *items)
{
	const void **sorted = (const void **)items->items, **scratch;
	bool is_sorted = true;

	for (size_t i = 1; is_sorted && i < items->count; i++)
		is_sorted = insight_order(sorted[i - 1], sorted[i]) <= 0;
	if (is_sorted)
		return 0;
	scratch = arena_alloc(insight->arena, items->count, sizeof *scratch);
	if (scratch == NULL)
		return ERR_NOMEM;
	sort_pointers(sorted, items->count, scratch, insight_order);
	return 0;
}

int insight_collect(struct insight *insight, const struct facts_wanted *wanted,
		    struct insight_items *out, struct err *err)
{
	const struct view *view = &insight->vault->view;
	struct insight_item *all;
	size_t count = 0;
	int code;

	*out = (struct insight_items){ .count = 0 };
	code = facts_read(insight->vault, wanted, &insight->budget_us,
			  insight->more, err);
	if (code != 0 || *insight->more)
		return code;
	for (uint32_t i = 0; i < view->count; i++)
		count += facts_fit(wanted, &view->rows[i]);
	all = arena_alloc(insight->arena, count, sizeof *all);
	out->items = arena_alloc(insight->arena, count, sizeof *out->items);
	if (all == NULL || out->items == NULL)
		return vault_fail(err, ERR_NOMEM);
	for (uint32_t i = 0; i < view->count; i++) {
		uint32_t at = view->order[i];
		const struct row *row = &view->rows[at];
		const struct fact *fact;

		if (!facts_fit(wanted, row))
			continue;
		fact = facts_find(insight->vault, at);
		if (fact == NULL)
			continue;
		all[out->count] = (struct insight_item){ row, fact };
		out->items[out->count] = &all[out->count];
		out->count++;
	}
	code = sort_items(insight, out);
	return code == 0 ? 0 : vault_fail(err, code);
}

int insight_text(struct insight *insight, const struct id16 *id,
		 uint32_t number, struct bytes *out, struct err *err)
{
	struct gathered *entry = NULL;
	struct merge_field field;
	struct mp_reader reader;
	struct bytes text;
	int code = gather_cached(insight->vault, id, &entry, err);

	*out = bytes_of(NULL, 0);
	if (code != 0)
		return code == ERR_NOT_FOUND ? 0 : code;
	code = merge_read(entry->state, number, &field);
	if (code == ERR_NOMEM)
		return vault_fail(err, code);
	if (code != 0 || field.count == 0)
		return 0;
	reader = mp_reader(field.values[0].value);
	if (mp_read_str(&reader, &text) != 0)
		return 0;
	text.len = utf8_prefix(text, INSIGHT_TEXT_BYTES);
	out->ptr = arena_copy(insight->arena, text);
	if (out->ptr == NULL)
		return vault_fail(err, ERR_NOMEM);
	out->len = text.len;
	return 0;
}

/* ---- today ---- */

static bool may_be_last(const struct insight *insight, const struct row *row)
{
	const struct facts_wanted wanted = { FACT_KINDS_ALL, CIVIL_DAYS_LEAST,
					     insight->today };

	return facts_fit(&wanted, row);
}

static void find_last(struct insight *insight, struct insight_today *out)
{
	const struct view *view = &insight->vault->view;

	for (uint32_t i = view->count;
	     i-- > 0 && out->last_count < INSIGHT_LAST;) {
		uint32_t at = view->order[i];
		const struct row *row = &view->rows[at];
		const struct entry_kind *kind;

		if (!may_be_last(insight, row) ||
		    facts_find(insight->vault, at) == NULL)
			continue;
		kind = entry_kind_by_number(row->kind);
		out->last[out->last_count].id = row->id;
		out->last[out->last_count].day = row->day;
		out->last[out->last_count++].kind = kind == NULL ? ""
								 : kind->name;
	}
}

/* Facts of the newest few, drafts among them or not. */
static int read_last(struct insight *insight, struct err *err)
{
	const struct view *view = &insight->vault->view;
	struct facts_wanted wanted = { .kinds = FACT_KINDS_ALL };
	size_t found = 0;
	int code = 0;

	for (uint32_t i = view->count;
	     code == 0 && !*insight->more && i-- > 0 && found < INSIGHT_LAST;) {
		uint32_t at = view->order[i];
		int32_t day = view->rows[at].day;

		wanted.from = day;
		wanted.to = day;
		if (!may_be_last(insight, &view->rows[at]))
			continue;
		code = facts_read(insight->vault, &wanted, &insight->budget_us,
				  insight->more, err);
		found += facts_find(insight->vault, at) != NULL;
	}
	return code;
}

static struct bytes str_of(struct bytes value)
{
	struct mp_reader reader = mp_reader(value);
	struct bytes text = bytes_of(NULL, 0);

	return mp_read_str(&reader, &text) == 0 ? text : bytes_of(NULL, 0);
}

/* The head of one draft: of what kind it is, and its id. */
static void see_draft(struct insight_today *out, struct mp_reader *reader)
{
	struct bytes key, value, kind = { NULL, 0 }, id = { NULL, 0 };
	size_t pairs = 0;

	if (mp_read_map(reader, &pairs) != 0)
		return;
	for (; pairs > 0; pairs--) {
		if (mp_read_str(reader, &key) != 0 ||
		    mp_read_raw(reader, &value) != 0)
			return;
		if (bytes_equal(key, bytes_from_str("kind")))
			kind = str_of(value);
		else if (bytes_equal(key, bytes_from_str("id")))
			id = str_of(value);
	}
	out->drafts++;
	out->thought_drafts += bytes_equal(kind, bytes_from_str("thought"));
	if (out->has_draft || kind.len >= sizeof out->draft_kind ||
	    ulid_parse(id, &out->draft) != 0)
		return;
	out->has_draft = true;
	if (kind.len > 0)
		memcpy(out->draft_kind, kind.ptr, kind.len);
}

static int count_drafts(struct insight *insight, struct insight_today *out,
			struct err *err)
{
	struct mp_reader reader;
	struct buf list;
	size_t count = 0;
	int code;

	buf_init(&list, DRAFTS_MAX_BYTES);
	code = journal_put_drafts(insight->vault, &list, err);
	if (code == 0) {
		reader = mp_reader(buf_bytes(&list));
		if (mp_read_array(&reader, &count) != 0)
			count = 0;
		for (; count > 0; count--)
			see_draft(out, &reader);
	}
	buf_release(&list);
	return code;
}

static int find_agreed(struct insight *insight,
		       const struct insight_items *agreed,
		       struct insight_today *out, struct err *err)
{
	struct insight_targets_wanted wanted = {
		.agreed = agreed,
		.open_only = true,
		.span = { insight->today, insight->today },
	};
	const struct insight_item *last =
		insight_last_session(agreed, insight->today);
	int code = insight_find_targets(insight, &wanted, &out->goals, err);

	wanted.is_homework = true;
	if (code == 0 && !*insight->more)
		code = insight_find_targets(insight, &wanted, &out->homework,
					    err);
	if (code == 0 && !*insight->more)
		code = insight_next_of(insight, last, &out->next, err);
	out->has_session = last != NULL;
	if (last != NULL)
		out->session = insight_session_of(last);
	for (size_t i = 0; i < agreed->count; i++)
		out->to_bring += insight_brings(agreed->items[i], last);
	return code;
}

int insight_today(struct vault *vault, const struct insight_ask *ask,
		  struct arena *arena, struct insight_today *out, bool *more,
		  struct err *err)
{
	struct insight insight = { .vault = vault,
				   .arena = arena,
				   .today = ask->today,
				   .budget_us = INSIGHT_BUDGET_US,
				   .more = more };
	struct insight_span week = { ask->today - 6, ask->today };
	struct facts_wanted wanted = { INSIGHT_PRACTICE, week.first,
				       week.last };
	struct insight_items agreed, items;
	int code;

	memset(out, 0, sizeof *out);
	out->day = ask->today;
	code = insight_begin(&insight, err);
	if (code == 0)
		code = insight_collect(&insight, &wanted, &items, err);
	if (code == 0 && !*more) {
		out->practice_days =
			insight_days(&items, INSIGHT_PRACTICE, week);
		out->breath_days =
			insight_days(&items, FACT_KIND(breath), week);
		code = read_last(&insight, err);
	}
	if (code == 0 && !*more) {
		find_last(&insight, out);
		code = insight_agreed(&insight, &agreed, err);
	}
	if (code == 0 && !*more)
		code = find_agreed(&insight, &agreed, out, err);
	if (code == 0 && !*more)
		code = count_drafts(&insight, out, err);
	return code;
}
