/*
 * do_pair.c - letting a device in: showing a code, joining with one, and the
 * person's answer. The protocol itself is daemon/core/pairing.h's, and what
 * happens between these requests the wiring's (daemon/node_pair.c).
 *
 * Never logs a code or puts one anywhere but into the reply.
 */
#include "daemon/rpc/call.h"

#include "proto/base/mem.h"
#include "proto/crypto/entropy.h"
#include "proto/crypto/words.h"

#define QR_CODE_BYTES 16u
#define QR_PREFIX "kept://pair/"
#define SHOW_WAIT_MS 5000u

static int already_pairing(struct err *err)
{
	return err_set(err, ERR_BUSY,
		       "Pairing is going on already; end that first.");
}

/* Where other devices come to is where the pairing listener goes too, on a
 * port of its own. */
static void listen_choose(const struct rpc_host *host, struct bytes wanted,
			  char out[128])
{
	const char *config = config_text(host->config, CONFIG_listen);
	const char *colon = strrchr(config, ':');

	if (wanted.len > 0)
		snprintf(out, 128, "%.*s", (int)wanted.len,
			 (const char *)wanted.ptr);
	else if (colon != NULL)
		snprintf(out, 128, "%.*s:0", (int)(colon - config), config);
	else
		snprintf(out, 128, "[::]:0");
}

static int show_start(struct call *call, struct bytes wanted,
		      struct later *later, struct err *err)
{
	struct rpc_host *host = call->host;
	uint32_t indexes[PAIR_CODE_WORDS];
	uint8_t qr[QR_CODE_BYTES] = { 0 };
	char listen[128];
	struct buf code;
	struct pairing_show show = { .qr_code = bytes_of(qr, sizeof qr),
				     .listen = listen };
	int status;
	size_t i;

	listen_choose(host, wanted, listen);
	if (!config_is_address(listen))
		return err_set(err, ERR_USAGE,
			       "listen takes host:port; port 0 is a free one.");
	buf_init(&code, sizeof later->text[0] - 1);
	words_pick(indexes, PAIR_CODE_WORDS);
	entropy_fill(qr, sizeof qr);
	status = words_join(indexes, PAIR_CODE_WORDS, '-', &code);
	if (status != 0)
		goto out;
	show.code = buf_bytes(&code);
	show.name = vault_device(host->vault)->name;
	show.entries = journal_counts(host->vault).entries;
	memcpy(later->text[0], code.ptr, code.len);
	for (i = 0; i < sizeof qr; i++)
		snprintf(later->text[1] + 2 * i, 3, "%02x", qr[i]);
	status = pairing_start_show(host->engine, &show, host->time, host->peer,
				    err);
out:
	buf_release(&code);
	return status;
}

int do_pair_show(struct call *call, const struct rpc_pair_show *params,
		 struct err *err)
{
	struct rpc_host *host = call->host;
	struct later *later;
	int status;

	if (pairing_now(host->engine)->active)
		return already_pairing(err);
	later = call_later(call, LATER_SHOW);
	if (later == NULL)
		return err_set(err, ERR_LIMIT,
			       "Too many requests wait at once.");
	later->end_ms = host->time.now_ms + SHOW_WAIT_MS;
	later->deadline_ms = later->end_ms;
	host->pair_listening = "";
	host->pair_refused = false;
	status = show_start(call, params->listen, later, err);
	if (status != 0) {
		later->kind = LATER_NONE;
		return status;
	}
	call_take_pairing(call);
	return CALL_LATER;
}

static void addresses_put(struct buf *out, const char *lines)
{
	struct reply_list list;

	reply_list_begin(&list, out);
	while (*lines != '\0') {
		const char *end = strchrnul(lines, '\n');

		mp_put_str(reply_item(&list),
			   bytes_of(lines, (size_t)(end - lines)));
		lines = *end == '\0' ? end : end + 1;
	}
	reply_list_end(&list);
}

/* kept://pair/<32 hex digits>?at=host:port,host:port */
static void qr_put(struct buf *out, const char *hex, const char *lines)
{
	char text[1024];
	size_t len;
	char *p;

	snprintf(text, sizeof text, QR_PREFIX "%s?at=%s", hex, lines);
	len = strlen(text);
	for (p = text; *p != '\0'; p++) {
		if (*p == '\n')
			*p = ',';
	}
	if (len > 0 && text[len - 1] == ',')
		text[len - 1] = '\0';
	mp_put_cstr(out, text);
}

int settle_show(struct rpc_host *host, struct later *later, struct buf *result)
{
	const struct pairing_state *state = pairing_now(host->engine);
	const char *lines = host->pair_listening;
	struct reply_map map;

	if (lines[0] == '\0')
		lines = state->listen;
	if (!state->active || !state->inviting)
		return ERR_STOPPED;
	if (host->pair_refused ||
	    (lines[0] == '\0' && host->time.now_ms >= later->end_ms)) {
		pairing_stop(host->engine, host->peer);
		return ERR_UNREACHABLE;
	}
	if (lines[0] == '\0')
		return 0;
	reply_map_begin(&map, result);
	mp_put_cstr(reply_key(&map, "code"), later->text[0]);
	qr_put(reply_key(&map, "qr"), later->text[1], lines);
	addresses_put(reply_key(&map, "addresses"), lines);
	mp_put_uint(reply_key(&map, "expires_s"),
		    state->expires_ms > host->time.now_ms
			    ? (state->expires_ms - host->time.now_ms) / 1000
			    : 0);
	reply_map_end(&map);
	return 1;
}

/* ---- joining ---- */

struct join_code {
	uint8_t bytes[128];
	size_t len;
	char hints[512]; /* addresses of a QR, NUL after each */
	const char *addresses[16];
	size_t address_count;
};

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int code_refused(struct err *err)
{
	return err_set(err, ERR_USAGE,
		       "That isn't a code; it is three words, like "
		       "orbit-candle-plain.");
}

static void address_add(struct join_code *code, struct bytes text, size_t *used)
{
	char *at = code->hints + *used;

	if (text.len == 0 || *used + text.len + 1 > sizeof code->hints ||
	    code->address_count == KEPT_ARRAY_COUNT(code->addresses))
		return;
	memcpy(at, text.ptr, text.len);
	at[text.len] = '\0';
	if (!config_is_address(at) || at[0] == ':')
		return;
	code->addresses[code->address_count++] = at;
	*used += text.len + 1;
}

static int qr_read(struct bytes text, struct join_code *code, size_t *used,
		   struct err *err)
{
	static const char hint[] = "?at=";
	size_t i;

	if (text.len < 2 * QR_CODE_BYTES)
		return code_refused(err);
	for (i = 0; i < QR_CODE_BYTES; i++) {
		int high = hex_digit(text.ptr[2 * i]);
		int low = hex_digit(text.ptr[2 * i + 1]);

		if (high < 0 || low < 0)
			return code_refused(err);
		code->bytes[i] = (uint8_t)(high * 16 + low);
	}
	code->len = QR_CODE_BYTES;
	text = bytes_of(text.ptr + 2 * QR_CODE_BYTES,
			text.len - 2 * QR_CODE_BYTES);
	if (text.len < 4 || memcmp(text.ptr, hint, 4) != 0)
		return text.len == 0 ? 0 : code_refused(err);
	text = bytes_of(text.ptr + 4, text.len - 4);
	while (text.len > 0) {
		const uint8_t *comma = memchr(text.ptr, ',', text.len);
		size_t len = comma == NULL ? text.len
					   : (size_t)(comma - text.ptr);

		address_add(code, bytes_of(text.ptr, len), used);
		len += comma != NULL;
		text = bytes_of(text.ptr + len, text.len - len);
	}
	return 0;
}

static int words_read(struct bytes text, struct join_code *code,
		      struct err *err)
{
	uint32_t indexes[PAIR_CODE_WORDS];
	struct buf joined;
	size_t bad = 0;
	int status;

	if (words_parse(text, indexes, PAIR_CODE_WORDS, &bad) != 0) {
		if (bad >= PAIR_CODE_WORDS)
			return code_refused(err);
		return err_set(err, ERR_USAGE,
			       "Word %zu of the code isn't one of ours; look "
			       "once more.",
			       bad + 1);
	}
	buf_init(&joined, sizeof code->bytes);
	status = words_join(indexes, PAIR_CODE_WORDS, '-', &joined);
	if (status == 0) {
		memcpy(code->bytes, joined.ptr, joined.len);
		code->len = joined.len;
	}
	buf_release(&joined);
	return status;
}

static int join_read(const struct rpc_pair_join *params, struct join_code *code,
		     struct err *err)
{
	static const size_t prefix = sizeof QR_PREFIX - 1;
	const struct bytes *typed = params->addresses.items;
	size_t used = 0;
	int status;
	size_t i;

	memset(code, 0, sizeof *code);
	for (i = 0; i < params->addresses.count; i++) {
		size_t before = code->address_count;

		address_add(code, typed[i], &used);
		if (code->address_count == before)
			return err_set(err, ERR_USAGE,
				       "An address is host:port, as the other "
				       "screen shows it.");
	}
	if (params->code.len >= prefix &&
	    memcmp(params->code.ptr, QR_PREFIX, prefix) == 0)
		status = qr_read(bytes_of(params->code.ptr + prefix,
					  params->code.len - prefix),
				 code, &used, err);
	else
		status = words_read(params->code, code, err);
	if (status == 0 && code->address_count == 0)
		status = err_set(err, ERR_USAGE,
				 "Say where the other device is: --at "
				 "HOST:PORT, as its screen shows.");
	return status;
}

int do_pair_join(struct call *call, const struct rpc_pair_join *params,
		 struct err *err)
{
	struct rpc_host *host = call->host;
	char name[LIMIT_DEVICE_NAME_BYTES + 1];
	struct join_code code;
	struct vault_begin begin = {
		.kind = VAULT_JOB_JOIN,
		.passphrase = params->passphrase,
		.cost = { params->kdf_memory, (uint32_t)params->kdf_passes },
		.name = name,
	};
	int status;

	if (host->has_journal)
		return err_set(err, ERR_OTHER_JOURNAL,
			       "This device already keeps a journal. To join "
			       "another: `kept export` here, a new home, and "
			       "`kept import` there; ids stay.");
	status = call_check_name(params->name, name, err);
	if (status == 0)
		status = join_read(params, &code, err);
	mem_wipe(&code, sizeof code);
	if (status != 0)
		return status;
	if (host->engine != NULL && pairing_now(host->engine)->active)
		return already_pairing(err);
	status = call_want_store(call, err);
	if (status != 0)
		return status;
	status = call_start_job(call, LATER_JOIN, &begin, err);
	if (status < 0)
		host->wants_abandon = true;
	return status;
}

int end_join(struct call *call, struct vault_job *job, struct err *err)
{
	struct rpc_host *host = call->host;
	const struct vault_device *own;
	char name[LIMIT_DEVICE_NAME_BYTES + 1];
	struct rpc_pair_join params;
	struct join_code code;
	struct pairing_join join = { 0 };
	int status;

	status = vault_end_join(host->vault, job, host_vault_time(host), err);
	if (status != 0) {
		host->wants_abandon = true;
		return status;
	}
	own = vault_device(host->vault);
	status = call_decode(call, &params, err);
	if (status == 0)
		status = call_check_name(params.name, name, err);
	if (status == 0)
		status = join_read(&params, &code, err);
	if (status == 0)
		status = vault_net_key(host->vault, &join.net, err);
	if (status != 0)
		goto out;
	join.code = bytes_of(code.bytes, code.len);
	join.addresses = code.addresses;
	join.address_count = code.address_count;
	join.name = name;
	join.device = own->device;
	join.box = own->box;
	status = pairing_start_join(host->engine, &join, host->time, host->peer,
				    err);
	if (status == 0)
		call_take_pairing(call);
out:
	if (status != 0)
		host->wants_abandon = true;
	key_wipe(&join.net);
	mem_wipe(&code, sizeof code);
	return status;
}

int do_pair_confirm(struct call *call, const struct rpc_pair_confirm *params,
		    struct err *err)
{
	struct rpc_host *host = call->host;
	const struct pairing_state *state;
	int status = call_pairing_end(call, err);

	/* The person was still looking at the words when it ended. */
	if (status != 0)
		return status;
	if (host->engine == NULL || !pairing_now(host->engine)->active)
		return err_set(err, ERR_CODE_ENDED, "%s",
			       err_text(ERR_CODE_ENDED));
	/* The yes of a person is given where the words were shown; anybody
	 * may end it (pair_stop), which is the safe side. */
	if (!call_owns_pairing(call))
		return err_set(err, ERR_USAGE,
			       "The answer is given where `kept pair` runs.");
	state = pairing_now(host->engine);
	/* It ended in this turn: `failed` goes out before the answer does. */
	if (state->ask == PAIRING_FAILED)
		return CALL_STALL;
	if (state->ask != PAIRING_SHOW_WORDS)
		return err_set(err, ERR_USAGE,
			       "There are no words to compare yet.");
	return pairing_answer(host->engine, params->yes, host->time,
			      host->peer);
}

int do_pair_stop(struct call *call, const struct rpc_pair_stop *params,
		 struct err *err)
{
	struct rpc_host *host = call->host;

	(void)params;
	(void)err;
	if (host->engine != NULL && pairing_now(host->engine)->active)
		pairing_stop(host->engine, host->peer);
	host->wants_abandon = true;
	return 0;
}
