/*
 * dispatch.c - from a request to its do_<name>: rpc.def expanded to a table,
 * parameters decoded, access checked.
 *
 * Never looks inside parameters but for the passphrase of ADMIN calls. Read
 * next: the do_*.c of the row.
 */
#include "daemon/rpc/sessions.h"

#include "proto/base/panic.h"
#include "proto/codec.h"
#include "proto/rpcmsg.h"

/* How long after an unlock ADMIN calls need no passphrase. */
#define ADMIN_GRACE_MS 60000u

/* clang-format off: rows expand to functions and table lines */
#define P_STR(method, name, max, need, doc)
#define P_BIN(method, name, max, need, doc)
#define P_U64(method, name, max, need, doc)
#define P_I64(method, name, max, need, doc)
#define P_FLAG(method, name, need, doc)
#define P_RAW(method, name, max, need, doc)
#define P_STRS(method, name, max, need, doc)
#define R(method, name, type, doc)
#define END(name)
#define EVENT(name, doc)
#define METHOD(name, access, since, doc)                                       \
	static int run_##name(struct call *call, const void *params,           \
			      struct err *err)                                 \
	{                                                                      \
		return do_##name(call, params, err);                           \
	}
#include "proto/rpc.def"
#undef METHOD

static int (*const runs[RPC_METHOD_COUNT])(struct call *call,
					   const void *params,
					   struct err *err) = {
#define METHOD(name, access, since, doc) run_##name,
#include "proto/rpc.def"
#undef METHOD
};

/* Big enough for the parameters of any method. */
union params {
#define METHOD(name, access, since, doc) struct rpc_##name name##_;
#include "proto/rpc.def"
#undef METHOD
};
/* clang-format on */

/* Requests that say nothing of a person at the keyboard: a prompt that shows
 * `status` must not keep the journal open. */
static bool method_is_idle(enum rpc_method method)
{
	return method == RPC_METHOD_hello || method == RPC_METHOD_api ||
	       method == RPC_METHOD_status || method == RPC_METHOD_devices ||
	       method == RPC_METHOD_peers_list ||
	       method == RPC_METHOD_config_get;
}

static int access_check(const struct call *call,
			const struct schema_method *method, struct err *err)
{
	const struct rpc_host *host = call->host;

	if (method->access == ACCESS_OPEN)
		return 0;
	if (!host->has_journal)
		return err_set(err, ERR_NO_JOURNAL, "%s",
			       err_text(ERR_NO_JOURNAL));
	if (!host_is_unlocked(host))
		return err_set(err, ERR_LOCKED, "%s", err_text(ERR_LOCKED));
	return 0;
}

static const struct bytes *passphrase_find(const struct schema_message *message,
					   const union params *params)
{
	const uint8_t *base = (const uint8_t *)params;
	size_t i;

	for (i = 0; i < message->field_count; i++) {
		const struct schema_field *field = &message->fields[i];

		if (strcmp(field->name, "passphrase") == 0)
			return (const struct bytes
					*)(const void *)(base + field->offset);
	}
	return NULL;
}

/* ADMIN: 0 to go on, CALL_LATER while the passphrase is being checked. */
static int admin_check(struct call *call, const struct schema_method *method,
		       const union params *params, struct err *err)
{
	struct rpc_host *host = call->host;
	const struct bytes *passphrase;
	struct vault_begin begin = { .kind = VAULT_JOB_VERIFY };

	if (method->access != ACCESS_ADMIN || call->is_verified)
		return 0;
	passphrase = passphrase_find(method->params, params);
	if (passphrase == NULL || passphrase->len == 0) {
		if (host->unlocked_ms != 0 &&
		    host->time.now_ms - host->unlocked_ms < ADMIN_GRACE_MS)
			return 0;
		return err_set(err, ERR_DENIED, "%s", err_text(ERR_DENIED));
	}
	begin.passphrase = *passphrase;
	return call_start_job(call, LATER_VERIFY, &begin, err);
}

int call_decode(struct call *call, void *params, struct err *err)
{
	const struct schema_method *method = schema_rpc_at(call->method);
	struct rpcmsg message = { .params = call->params };
	int status = 0;

	/* Judging it takes as long as reading it: once will do. */
	if (message.params.ptr == NULL)
		status = rpcmsg_parse(call->message, &message);
	if (status != 0)
		return status;
	return codec_decode_checked(method->params, message.params, call->arena,
				    params, err);
}

/* Whoever is told that it did not work must not find a part of it done. */
static void undo_what_began(struct rpc_host *host, int status)
{
	if (host->vault != NULL && vault_has_block(host->vault))
		host->turn_code = status;
}

int call_dispatch(struct call *call, struct err *err)
{
	const struct schema_method *method = schema_rpc_at(call->method);
	union params params;
	int status;

	kept_assert(method != NULL);
	if (!method_is_idle(call->method))
		call->host->was_used = true;
	status = call_decode(call, &params, err);
	if (status == 0)
		status = access_check(call, method, err);
	if (status == 0)
		status = admin_check(call, method, &params, err);
	if (status == 0)
		status = runs[call->method](call, &params, err);
	if (status < 0)
		undo_what_began(call->host, status);
	if (status == 0 && call->result->failed != 0) {
		status = err_set(err, call->result->failed, "%s",
				 err_text(call->result->failed));
		if (call->host->store != NULL &&
		    store_is_dirty(call->host->store))
			call->host->turn_code = status;
	}
	memset(&params, 0, sizeof params);
	return status;
}
