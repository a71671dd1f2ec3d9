/*
 * do_journal.c - requests that write entries, and the one that shows one.
 *
 * What an entry may hold is the vault's business (daemon/vault/journal.h);
 * here parameters become its structs and its answers become results.
 */
#include "daemon/rpc/call.h"

#include "proto/ulid.h"

/* Lines of what could not be imported; the counts are whole. */
#define LIMIT_IMPORT_BAD 100u

int reply_put_one_entry(struct call *call, const struct id16 *id,
			struct err *err)
{
	struct reply_map map;
	int status;

	reply_map_begin(&map, call->result);
	reply_key(&map, "entry");
	status = journal_put_entry(call->host->vault, id, 0, call->result, err);
	reply_map_end(&map);
	return status;
}

static void captured_put(struct call *call, const struct id16 *id)
{
	struct reply_map map, entry;
	char text[ULID_TEXT_BYTES + 1];

	ulid_format(id, text);
	reply_map_begin(&map, call->result);
	reply_map_begin(&entry, reply_key(&map, "entry"));
	mp_put_cstr(reply_key(&entry, "id"), text);
	mp_put_bool(reply_key(&entry, "captured"), true);
	reply_map_end(&entry);
	reply_map_end(&map);
}

int do_add(struct call *call, const struct rpc_add *params, struct err *err)
{
	struct rpc_host *host = call->host;
	struct journal_add add = {
		.kind = params->kind,
		.fields = params->fields,
		.at = params->at,
		.tz = params->tz,
		.day = params->day,
		.tags = params->tags.items,
		.tag_count = params->tags.count,
		.draft = params->draft,
		.place = host_place(host),
	};
	struct id16 id;
	bool captured = false;
	int status;

	if (!host->has_journal)
		return err_set(err, ERR_NO_JOURNAL, "%s",
			       err_text(ERR_NO_JOURNAL));
	status = journal_add(host->vault, host_roster(host), &add,
			     host_vault_time(host), &id, &captured, err);
	if (status == 0)
		status = host_drain(host, err);
	if (status != 0)
		return status;
	if (captured) {
		captured_put(call, &id);
		return 0;
	}
	return reply_put_one_entry(call, &id, err);
}

struct import_count {
	uint64_t added, already, skipped;
	struct buf bad; /* items, without a head */
	uint16_t bad_count;
};

static void bad_put(struct import_count *count, uint64_t where, const char *why)
{
	struct reply_map map;

	if (count->bad_count >= LIMIT_IMPORT_BAD)
		return;
	count->bad_count++;
	reply_map_begin(&map, &count->bad);
	mp_put_uint(reply_key(&map, "where"), where);
	mp_put_cstr(reply_key(&map, "why"), why);
	reply_map_end(&map);
}

static int import_one(struct rpc_host *host, struct bytes entry,
		      bool is_dry_run, uint64_t where,
		      struct import_count *count)
{
	enum journal_import_result result = JOURNAL_SKIPPED;
	struct err why = { 0 };
	int status;

	status = journal_import(host->vault, host_roster(host), entry,
				is_dry_run, host_vault_time(host), &result,
				&why);
	if (err_class(status) == ERR_CLASS_CORRUPT ||
	    err_class(status) == ERR_CLASS_FULL)
		return status;
	if (status != 0) {
		bad_put(count, where,
			why.text[0] != '\0' ? why.text : err_text(status));
		return 0;
	}
	count->added += result == JOURNAL_ADDED;
	count->already += result == JOURNAL_ALREADY;
	count->skipped += result == JOURNAL_SKIPPED;
	return 0;
}

static int import_all(struct rpc_host *host, const struct rpc_import *params,
		      struct import_count *count, struct err *err)
{
	struct mp_reader reader = mp_reader(params->entries);
	size_t entry_count, i;
	int status;

	if (mp_read_array(&reader, &entry_count) != 0)
		return err_set(err, ERR_USAGE, "entries has to be a list.");
	for (i = 0; i < entry_count; i++) {
		struct bytes entry;

		status = mp_read_raw(&reader, &entry);
		if (status == 0)
			status = import_one(host, entry, params->dry_run, i,
					    count);
		if (status != 0)
			return status;
	}
	return 0;
}

int do_import(struct call *call, const struct rpc_import *params,
	      struct err *err)
{
	struct import_count count = { 0 };
	struct reply_map map;
	int status;

	buf_init(&count.bad, LIMIT_FRAME_BYTES / 2);
	status = import_all(call->host, params, &count, err);
	if (status == 0)
		status = host_drain(call->host, err);
	if (status != 0)
		goto out;
	reply_map_begin(&map, call->result);
	mp_put_uint(reply_key(&map, "added"), count.added);
	mp_put_uint(reply_key(&map, "already"), count.already);
	mp_put_uint(reply_key(&map, "skipped"), count.skipped);
	mp_put_array(reply_key(&map, "bad"), count.bad_count);
	buf_put(call->result, count.bad.ptr, count.bad.len);
	reply_map_end(&map);
out:
	buf_release(&count.bad);
	return status;
}

int do_show(struct call *call, const struct rpc_show *params, struct err *err)
{
	struct vault *vault = call->host->vault;
	struct reply_map map;
	struct id16 id;
	int status;

	status = journal_find(vault, params->id, &id, err);
	if (status != 0)
		return status;
	reply_map_begin(&map, call->result);
	reply_key(&map, "entry");
	status = journal_put_entry(vault, &id, params->rev, call->result, err);
	if (status != 0)
		return status;
	reply_key(&map, "versions");
	status = journal_put_versions_at(vault, &id, params->rev, call->result,
					 err);
	reply_map_end(&map);
	return status;
}

/* The newest rev's names of changed fields; nothing changed: none. */
static int changed_put(struct call *call, const struct id16 *id, bool changed,
		       struct err *err)
{
	struct buf revs;
	struct mp_reader reader;
	struct bytes key, value;
	size_t count = 0, pairs = 0;
	int status = 0;

	buf_init(&revs, LIMIT_FRAME_BYTES);
	if (changed)
		status = journal_put_history(call->host->vault, id, &revs, err);
	if (status != 0)
		goto out;
	reader = mp_reader(buf_bytes(&revs));
	if (changed && mp_read_array(&reader, &count) == 0 && count > 0 &&
	    mp_read_map(&reader, &pairs) != 0)
		pairs = 0;
	for (; pairs > 0; pairs--) {
		if (mp_read_str(&reader, &key) != 0 ||
		    mp_read_raw(&reader, &value) != 0)
			break;
		if (!bytes_equal(key, bytes_from_str("changed")))
			continue;
		mp_put_raw(call->result, value);
		goto out;
	}
	mp_put_array(call->result, 0);
out:
	buf_release(&revs);
	return status;
}

static int edit_entry(struct call *call, struct bytes ending,
		      const struct journal_edit *edit, struct id16 *id,
		      bool *changed, struct err *err)
{
	struct rpc_host *host = call->host;
	int status;

	status = journal_find(host->vault, ending, id, err);
	if (status == 0)
		status = journal_edit(host->vault, host_roster(host), id, edit,
				      host_vault_time(host), changed, err);
	if (status == 0)
		status = host_drain(host, err);
	return status;
}

/* tag, star, delete, bring_back: the entry as it is now. */
static int edit_and_show(struct call *call, struct bytes ending,
			 const struct journal_edit *edit, struct err *err)
{
	struct id16 id;
	bool changed;
	int status = edit_entry(call, ending, edit, &id, &changed, err);

	return status != 0 ? status : reply_put_one_entry(call, &id, err);
}

int do_edit(struct call *call, const struct rpc_edit *params, struct err *err)
{
	struct journal_edit edit = { .fields = params->fields,
				     .at = params->at,
				     .tz = params->tz,
				     .day = params->day };
	struct reply_map map;
	struct id16 id;
	bool changed = false;
	int status;

	status = edit_entry(call, params->id, &edit, &id, &changed, err);
	if (status != 0)
		return status;
	reply_map_begin(&map, call->result);
	reply_key(&map, "entry");
	status =
		journal_put_entry(call->host->vault, &id, 0, call->result, err);
	if (status != 0)
		return status;
	reply_key(&map, "changed");
	status = changed_put(call, &id, changed, err);
	reply_map_end(&map);
	return status;
}

int do_tag(struct call *call, const struct rpc_tag *params, struct err *err)
{
	struct journal_edit edit = { .tags_add = params->add.items,
				     .add_count = params->add.count,
				     .tags_remove = params->remove.items,
				     .remove_count = params->remove.count };

	return edit_and_show(call, params->id, &edit, err);
}

int do_star(struct call *call, const struct rpc_star *params, struct err *err)
{
	struct journal_edit edit = { .star = params->off ? -1 : 1 };

	return edit_and_show(call, params->id, &edit, err);
}

int do_delete(struct call *call, const struct rpc_delete *params,
	      struct err *err)
{
	struct journal_edit edit = { .life = 1 };

	return edit_and_show(call, params->id, &edit, err);
}

int do_bring_back(struct call *call, const struct rpc_bring_back *params,
		  struct err *err)
{
	struct journal_edit edit = { .life = -1 };

	return edit_and_show(call, params->id, &edit, err);
}

int do_undo(struct call *call, const struct rpc_undo *params, struct err *err)
{
	struct rpc_host *host = call->host;
	struct journal_undo undo = {
		.count = SCHEMA_HAS(params, rpc_undo, count)
				 ? (uint32_t)params->count
				 : 1,
		.dry_run = params->dry_run,
		.expect = params->expect,
	};
	char expect[65] = "";
	struct reply_map map;
	int status;

	reply_map_begin(&map, call->result);
	reply_key(&map, "undone");
	status = journal_undo(host->vault, host_roster(host), &undo,
			      host_vault_time(host), call->result, expect, err);
	if (status == 0)
		status = host_drain(host, err);
	mp_put_cstr(reply_key(&map, "expect"), expect);
	reply_map_end(&map);
	return status;
}
