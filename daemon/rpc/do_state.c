/*
 * do_state.c - who is there and in what state: hello, api, status, init,
 * unlock, lock, stop.
 */
#include "daemon/rpc/call.h"

#include "proto/base/mem.h"
#include "proto/base/utf8.h"
#include "proto/crypto/words.h"
#include "proto/ulid.h"

int do_hello(struct call *call, const struct rpc_hello *params, struct err *err)
{
	struct reply_map map;

	(void)params;
	(void)err;
	reply_map_begin(&map, call->result);
	mp_put_cstr(reply_key(&map, "version"), KEPT_VERSION);
	mp_put_uint(reply_key(&map, "api"), 1);
	reply_map_end(&map);
	return 0;
}

static const char *type_name(enum schema_type type)
{
	switch (type) {
	case SCHEMA_U64:
		return "uint";
	case SCHEMA_I64:
		return "int";
	case SCHEMA_FLAG:
		return "bool";
	case SCHEMA_FIX:
	case SCHEMA_BIN:
		return "bin";
	case SCHEMA_STR:
		return "str";
	case SCHEMA_RAW:
		return "any";
	case SCHEMA_FIXES:
	case SCHEMA_LIST:
	case SCHEMA_STRS:
		return "list";
	}
	return "";
}

static void params_put(struct buf *out, const struct schema_message *message)
{
	size_t i;

	mp_put_array(out, message->field_count);
	for (i = 0; i < message->field_count; i++) {
		const struct schema_field *field = &message->fields[i];
		struct reply_map map;

		reply_map_begin(&map, out);
		mp_put_cstr(reply_key(&map, "name"), field->name);
		mp_put_cstr(reply_key(&map, "type"), type_name(field->type));
		mp_put_bool(reply_key(&map, "required"), field->required);
		if (field->type != SCHEMA_FLAG)
			mp_put_uint(reply_key(&map, "max"), field->bound);
		mp_put_cstr(reply_key(&map, "doc"), field->doc);
		reply_map_end(&map);
	}
}

static void results_put(struct buf *out, const struct schema_method *method)
{
	size_t i;

	mp_put_array(out, method->result_count);
	for (i = 0; i < method->result_count; i++) {
		struct reply_map map;

		reply_map_begin(&map, out);
		mp_put_cstr(reply_key(&map, "name"), method->results[i].name);
		mp_put_cstr(reply_key(&map, "type"), method->results[i].type);
		mp_put_cstr(reply_key(&map, "doc"), method->results[i].doc);
		reply_map_end(&map);
	}
}

static void method_put(struct buf *out, const struct schema_method *method)
{
	struct reply_map map;

	reply_map_begin(&map, out);
	mp_put_cstr(reply_key(&map, "name"), method->name);
	mp_put_cstr(reply_key(&map, "access"),
		    schema_access_name(method->access));
	mp_put_uint(reply_key(&map, "since"), method->since);
	mp_put_cstr(reply_key(&map, "doc"), method->doc);
	params_put(reply_key(&map, "params"), method->params);
	results_put(reply_key(&map, "results"), method);
	reply_map_end(&map);
}

int do_api(struct call *call, const struct rpc_api *params, struct err *err)
{
	const struct schema_method *method;
	const struct schema_event *event;
	struct reply_list list;
	struct reply_map map, item;
	size_t i;

	(void)params;
	(void)err;
	reply_map_begin(&map, call->result);
	reply_list_begin(&list, reply_key(&map, "methods"));
	for (i = 0; (method = schema_rpc_at(i)) != NULL; i++)
		method_put(reply_item(&list), method);
	reply_list_end(&list);
	reply_list_begin(&list, reply_key(&map, "events"));
	for (i = 0; (event = schema_event_at(i)) != NULL; i++) {
		reply_map_begin(&item, reply_item(&list));
		mp_put_cstr(reply_key(&item, "name"), event->name);
		mp_put_cstr(reply_key(&item, "doc"), event->doc);
		reply_map_end(&item);
	}
	reply_list_end(&list);
	reply_map_end(&map);
	return 0;
}

/* ---- status ---- */

static bool has_recovery(struct rpc_host *host)
{
	const struct roster *roster = host_roster(host);
	size_t i;

	for (i = 0; i < roster->member_count; i++) {
		if (roster->members[i].is_recovery &&
		    roster->members[i].standing == ROSTER_MEMBER)
			return true;
	}
	return false;
}

static void lines_put(struct buf *out, struct bytes text)
{
	struct reply_list list;

	reply_list_begin(&list, out);
	while (text.len > 0) {
		const uint8_t *end = memchr(text.ptr, '\n', text.len);
		size_t len = end == NULL ? text.len : (size_t)(end - text.ptr);

		if (len > 0)
			mp_put_str(reply_item(&list), bytes_of(text.ptr, len));
		len += end != NULL;
		text = bytes_of(text.ptr + len, text.len - len);
	}
	reply_list_end(&list);
}

static void notes_put(struct buf *out, struct rpc_host *host)
{
	struct buf notes;

	buf_init(&notes, 4096);
	if (host->store == NULL ||
	    store_meta_get(host->store, META_NOTES, &notes, NULL) != 0)
		buf_clear(&notes);
	lines_put(out, buf_bytes(&notes));
	buf_release(&notes);
}

/* What there is to say once there is a journal. */
static void status_put_journal(struct reply_map *map, struct rpc_host *host)
{
	uint64_t drafts = 0, captured = 0;
	char conflict[ULID_TEXT_BYTES + 1];
	struct id16 id;

	reply_put_device(reply_key(map, "device"), host);
	journal_waiting(host->vault, &drafts, &captured);
	mp_put_uint(reply_key(map, "drafts"), drafts);
	mp_put_uint(reply_key(map, "captured"), captured);
	mp_put_bool(reply_key(map, "recovery"), has_recovery(host));
	if (!host_is_unlocked(host))
		return;
	struct journal_counts counts = journal_counts(host->vault);

	mp_put_uint(reply_key(map, "entries"), counts.entries);
	mp_put_uint(reply_key(map, "conflicts"), counts.conflicts);
	if (counts.conflicts > 0 &&
	    journal_find_conflict(host->vault, &id, NULL) == 0) {
		ulid_format(&id, conflict);
		mp_put_cstr(reply_key(map, "conflict"), conflict);
	}
	reply_put_lacking(map, host);
	if (host->locks_at_ms != UINT64_MAX)
		mp_put_uint(reply_key(map, "locks_in"),
			    host->locks_at_ms > host->time.now_ms
				    ? (host->locks_at_ms - host->time.now_ms) /
					      1000
				    : 0);
}

int do_status(struct call *call, const struct rpc_status *params,
	      struct err *err)
{
	struct rpc_host *host = call->host;
	const char *state = "none";
	struct reply_map map;

	(void)params;
	(void)err;
	if (host->has_journal)
		state = host_is_unlocked(host) ? "unlocked" : "locked";
	reply_map_begin(&map, call->result);
	mp_put_cstr(reply_key(&map, "state"), state);
	if (host->has_journal)
		status_put_journal(&map, host);
	lines_put(reply_key(&map, "listen"), bytes_from_str(host->listening));
	reply_put_devices(reply_key(&map, "devices"), host);
	mp_put_array(reply_key(&map, "people"), 0);
	notes_put(reply_key(&map, "notes"), host);
	mp_put_cstr(reply_key(&map, "version"), KEPT_VERSION);
	reply_map_end(&map);
	return 0;
}

/* ---- init ---- */

int call_want_store(struct call *call, struct err *err)
{
	struct rpc_host *host = call->host;
	int code = host->store_code;

	if (host->store != NULL)
		return 0;
	if (code != 0) {
		host->store_code = 0;
		host->wants_store = false;
		return err_set(err, code, "%s", host->store_err.text);
	}
	host->wants_store = true;
	return CALL_STALL;
}

int call_check_name(struct bytes name, char out[LIMIT_DEVICE_NAME_BYTES + 1],
		    struct err *err)
{
	size_t i;

	for (i = 0; i < name.len; i++) {
		if (name.ptr[i] < 0x20 || name.ptr[i] == 0x7f)
			return err_set(err, ERR_USAGE,
				       "A name is one plain line.");
	}
	if (name.len == 0 || name.len > LIMIT_DEVICE_NAME_BYTES ||
	    utf8_has_hidden(name))
		return err_set(err, ERR_USAGE,
			       "A device needs a plain name, like laptop.");
	memcpy(out, name.ptr, name.len);
	out[name.len] = '\0';
	return 0;
}

int do_init(struct call *call, const struct rpc_init *params, struct err *err)
{
	struct rpc_host *host = call->host;
	char name[LIMIT_DEVICE_NAME_BYTES + 1];
	struct vault_begin begin = {
		.kind = VAULT_JOB_INIT,
		.passphrase = params->passphrase,
		.cost = { params->kdf_memory, (uint32_t)params->kdf_passes },
		.name = name,
		.recovery = !SCHEMA_HAS(params, rpc_init, recovery) ||
			    params->recovery,
	};
	int status;

	if (host->has_journal)
		return err_set(err, ERR_EXISTS,
			       "There is a journal here already. Nothing was "
			       "changed.");
	if (params->passphrase.len == 0)
		return err_set(err, ERR_USAGE, "A passphrase can't be empty.");
	status = call_check_name(params->name, name, err);
	if (status == 0)
		status = call_want_store(call, err);
	if (status != 0)
		return status;
	if (pairing_now(host->engine)->active)
		return err_set(err, ERR_BUSY,
			       "This device is joining a journal just now.");
	status = call_start_job(call, LATER_INIT, &begin, err);
	if (status < 0)
		host->wants_abandon = true;
	return status;
}

int end_init(struct call *call, struct vault_job *job, struct err *err)
{
	struct rpc_host *host = call->host;
	uint32_t words[RECOVERY_WORDS];
	struct rpc_init params;
	struct reply_map map;
	bool has_sheet;
	int status;
	size_t i;

	status = call_decode(call, &params, err);
	if (status != 0)
		return status;
	has_sheet = !SCHEMA_HAS(&params, rpc_init, recovery) || params.recovery;
	status = vault_end_init(host->vault, job, host_vault_time(host), words,
				err);
	if (status == 0)
		status = host_drain(host, err);
	host->wants_abandon = status != 0;
	if (status != 0)
		return status;
	engine_set_locked(host->engine, false);
	host->unlocked_ms = host->time.now_ms;
	host->opened = true;
	host->wants_reload = true;
	reply_map_begin(&map, call->result);
	if (has_sheet) {
		mp_put_array(reply_key(&map, "words"), RECOVERY_WORDS);
		for (i = 0; i < RECOVERY_WORDS; i++)
			mp_put_cstr(call->result, words_at(words[i]));
	}
	reply_put_device(reply_key(&map, "device"), host);
	mp_put_uint(reply_key(&map, "ms"), vault_job_ms(job));
	reply_map_end(&map);
	mem_wipe(words, sizeof words);
	return 0;
}

int do_recovery_check(struct call *call,
		      const struct rpc_recovery_check *params, struct err *err)
{
	struct rpc_host *host = call->host;
	uint32_t words[RECOVERY_WORDS];
	struct reply_map map;
	size_t bad = 0;
	int status;

	if (!host->has_journal)
		return err_set(err, ERR_NO_JOURNAL, "%s",
			       err_text(ERR_NO_JOURNAL));
	if (words_parse(params->words, words, RECOVERY_WORDS, &bad) != 0)
		return bad >= RECOVERY_WORDS
			       ? err_set(err, ERR_USAGE,
					 "A sheet has %u words.",
					 RECOVERY_WORDS)
			       : err_set(err, ERR_USAGE,
					 "Word %zu isn't one of ours; look "
					 "once more.",
					 bad + 1);
	status = vault_check_recovery(host->vault, words, err);
	mem_wipe(words, sizeof words);
	if (status != 0 && status != ERR_PASSPHRASE)
		return status;
	reply_map_begin(&map, call->result);
	mp_put_bool(reply_key(&map, "ok"), status == 0);
	reply_map_end(&map);
	return 0;
}

int do_unlock(struct call *call, const struct rpc_unlock *params,
	      struct err *err)
{
	struct rpc_host *host = call->host;
	struct vault_begin begin = { .kind = VAULT_JOB_UNLOCK,
				     .passphrase = params->passphrase };

	if (!host->has_journal)
		return err_set(err, ERR_NO_JOURNAL, "%s",
			       err_text(ERR_NO_JOURNAL));
	return call_start_job(call, LATER_UNLOCK, &begin, err);
}

int end_unlock(struct call *call, struct vault_job *job, struct err *err)
{
	struct rpc_host *host = call->host;
	uint64_t captured = 0;
	struct reply_map map;
	int status;

	if (host_is_unlocked(host)) {
		/* Somebody else's unlock came first: then this one only asks
		 * whether the passphrase was right. */
		status = vault_end_verify(host->vault, job,
					  host_vault_time(host), err);
	} else {
		status = vault_end_unlock(host->vault, job, host_roster(host),
					  host_vault_time(host), err);
		host->opened = status == 0;
	}
	if (status != 0)
		return status;
	host->unlocked_ms = host->time.now_ms;
	engine_set_locked(host->engine, false);
	status = host_renew_logs(host, err);
	if (status == 0)
		status = vault_see_roster(host->vault, host_roster(host), err);
	if (status == 0)
		status = host_drain(host, err);
	/* Reading is not kept waiting for room to write. */
	host->captures_wait = host->is_pinched;
	if (status == 0 && !host->captures_wait)
		status = host_take_captures(host, &captured, err);
	if (status != 0)
		return status;
	reply_map_begin(&map, call->result);
	mp_put_uint(reply_key(&map, "entries"),
		    journal_counts(host->vault).entries);
	mp_put_uint(reply_key(&map, "captured"), captured);
	reply_map_end(&map);
	return 0;
}

int do_lock(struct call *call, const struct rpc_lock *params, struct err *err)
{
	(void)params;
	(void)err;
	host_lock(call->host);
	return 0;
}

int do_stop(struct call *call, const struct rpc_stop *params, struct err *err)
{
	(void)params;
	(void)err;
	host_lock(call->host);
	call->host->wants_stop = true;
	return 0;
}
