/*
 * do_look.c - requests that only look: lists, search, history, and watching.
 *
 * A page that would not fit into a frame is made shorter, never cut.
 */
#include "daemon/rpc/call.h"

#include "proto/ulid.h"

#define LIST_DEFAULT 50u

static void next_put(struct reply_map *map, const char *next)
{
	struct buf *out = reply_key(map, "next");

	if (next[0] == '\0')
		mp_put_nil(out);
	else
		mp_put_cstr(out, next);
}

/* Halves the page until it fits: 500 long entries are more than a frame. */
static int list_fitting(struct call *call, struct journal_query *query,
			struct journal_page *page, struct err *err)
{
	for (;;) {
		struct err why = { 0 };
		int status;

		buf_clear(page->entries);
		buf_clear(page->near);
		status = journal_list(call->host->vault, query, page, &why);
		if (status == 0)
			status = page->entries->failed != 0
					 ? page->entries->failed
					 : page->near->failed;
		if (status == 0)
			return 0;
		if (page->entries->failed != ERR_LIMIT || query->limit == 1)
			return err_set(err, status, "%s",
				       why.text[0] != '\0' ? why.text
							   : err_text(status));
		query->limit /= 2;
	}
}

struct look {
	struct journal_query query;
	bool is_search;
};

static int look(struct call *call, struct look *look, struct err *err)
{
	struct buf entries, near;
	struct journal_page page = { .entries = &entries, .near = &near };
	struct reply_map map;
	int status;

	if (look->query.limit == 0)
		look->query.limit = LIST_DEFAULT;
	buf_init(&entries, LIMIT_FRAME_BYTES - 65536u);
	buf_init(&near, 32768u);
	status = list_fitting(call, &look->query, &page, err);
	if (status != 0)
		goto out;
	reply_map_begin(&map, call->result);
	mp_put_raw(reply_key(&map, "entries"), buf_bytes(&entries));
	if (look->is_search)
		mp_put_uint(reply_key(&map, "total"), page.total);
	next_put(&map, page.next);
	if (look->is_search && near.len > 0)
		mp_put_raw(reply_key(&map, "near"), buf_bytes(&near));
	reply_map_end(&map);
out:
	buf_release(&entries);
	buf_release(&near);
	return status;
}

int do_log(struct call *call, const struct rpc_log *params, struct err *err)
{
	struct look what = { .query = { .kind = params->kind,
					.since = params->since,
					.until = params->until,
					.tag = params->tag,
					.starred = params->starred,
					.deleted = params->deleted,
					.oldest_first = params->oldest_first,
					.limit = (uint32_t)params->limit,
					.cursor = params->cursor } };

	return look(call, &what, err);
}

int do_search(struct call *call, const struct rpc_search *params,
	      struct err *err)
{
	struct look what = { .query = { .words = params->query,
					.limit = (uint32_t)params->limit,
					.cursor = params->cursor },
			     .is_search = true };
	size_t i;

	for (i = 0; i < params->query.len; i++) {
		if (params->query.ptr[i] > ' ')
			return look(call, &what, err);
	}
	return err_set(err, ERR_USAGE, "Say at least one word to look for.");
}

int do_history(struct call *call, const struct rpc_history *params,
	       struct err *err)
{
	struct vault *vault = call->host->vault;
	char text[ULID_TEXT_BYTES + 1];
	struct reply_map map;
	struct id16 id;
	int status;

	status = journal_find(vault, params->id, &id, err);
	if (status != 0)
		return status;
	ulid_format(&id, text);
	reply_map_begin(&map, call->result);
	mp_put_cstr(reply_key(&map, "id"), text);
	reply_key(&map, "revs");
	status = journal_put_history(vault, &id, call->result, err);
	reply_map_end(&map);
	return status;
}

int do_digest(struct call *call, const struct rpc_digest *params,
	      struct err *err)
{
	char hex[65];
	uint64_t entries;
	struct reply_map map;
	int status;

	(void)params;
	status = journal_digest(call->host->vault, hex, &entries, err);
	if (status != 0)
		return status;
	reply_map_begin(&map, call->result);
	mp_put_cstr(reply_key(&map, "digest"), hex);
	mp_put_uint(reply_key(&map, "entries"), entries);
	reply_map_end(&map);
	return 0;
}

int do_watch(struct call *call, const struct rpc_watch *params, struct err *err)
{
	(void)params;
	(void)err;
	call_watch(call);
	return 0;
}
