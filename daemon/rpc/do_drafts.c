/*
 * do_drafts.c - half-written things: sealed, on this device only.
 */
#include "daemon/rpc/call.h"

int do_draft_put(struct call *call, const struct rpc_draft_put *params,
		 struct err *err)
{
	struct rpc_host *host = call->host;
	struct reply_map map;
	char id[33] = "";
	int status;

	if (!host->has_journal)
		return err_set(err, ERR_NO_JOURNAL, "%s",
			       err_text(ERR_NO_JOURNAL));
	if (params->id.len >= sizeof id)
		return err_set(err, ERR_USAGE, "id is too long.");
	if (params->id.len > 0)
		memcpy(id, params->id.ptr, params->id.len);
	status = journal_draft_put(host->vault, host_roster(host), params->kind,
				   params->fields, host_vault_time(host), id,
				   err);
	if (status != 0)
		return status;
	reply_map_begin(&map, call->result);
	mp_put_cstr(reply_key(&map, "id"), id);
	reply_map_end(&map);
	return 0;
}

int do_drafts(struct call *call, const struct rpc_drafts *params,
	      struct err *err)
{
	uint64_t count = 0, captured = 0;
	struct reply_map map;
	struct mp_reader reader;
	size_t at, listed = 0;
	int status;

	(void)params;
	reply_map_begin(&map, call->result);
	at = reply_key(&map, "drafts")->len;
	status = journal_put_drafts(call->host->vault, call->result, err);
	if (status != 0)
		return status;
	reader = mp_reader(
		bytes_of(call->result->ptr + at, call->result->len - at));
	journal_waiting(call->host->vault, &count, &captured);
	if (mp_read_array(&reader, &listed) == 0 && count > listed)
		mp_put_uint(reply_key(&map, "more"), count - listed);
	reply_map_end(&map);
	return 0;
}

int do_draft_drop(struct call *call, const struct rpc_draft_drop *params,
		  struct err *err)
{
	return journal_draft_drop(call->host->vault, params->id, err);
}
