/*
 * request.c - see request.h. The client's side of the socket, in bytes.
 *
 * It must never take an answer for more than it says: what counts as saved is
 * what a reply without an error said. Read next: canary.c.
 */
#include "tests/sim/request.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/panic.h"
#include "proto/frame.h"
#include "proto/mp.h"
#include "proto/rpcmsg.h"
#include "proto/ulid.h"
#include "tests/sim/canary.h"
#include "tests/sim/device.h"
#include "tests/sim/net.h"
#include "tests/sim/trace.h"

#define PASSPHRASE "a long way home"
#define SCRIPT_MS 60000u

/* ---- reading answers ---- */

struct bytes request_find(struct bytes map, const char *name)
{
	struct mp_reader reader = mp_reader(map);
	struct bytes key, value;
	size_t pairs = 0;

	if (map.len == 0 || mp_read_map(&reader, &pairs) != 0)
		return bytes_of(NULL, 0);
	for (; pairs > 0; pairs--) {
		if (mp_read_str(&reader, &key) != 0 ||
		    mp_read_raw(&reader, &value) != 0)
			break;
		if (bytes_equal(key, bytes_from_str(name)))
			return value;
	}
	return bytes_of(NULL, 0);
}

struct bytes request_text(struct bytes element)
{
	struct mp_reader reader = mp_reader(element);
	struct bytes text = bytes_of(NULL, 0);

	if (element.len == 0 || mp_read_str(&reader, &text) != 0)
		return bytes_of(NULL, 0);
	return text;
}

static struct bytes first_of(struct bytes list)
{
	struct mp_reader reader = mp_reader(list);
	struct bytes element = bytes_of(NULL, 0);
	size_t count = 0;

	if (list.len == 0 || mp_read_array(&reader, &count) != 0 ||
	    count == 0 || mp_read_raw(&reader, &element) != 0)
		return bytes_of(NULL, 0);
	return element;
}

/* ---- what an answer means for the words ---- */

static void add_take(struct device *device, struct word *word,
		     struct bytes result)
{
	struct bytes entry = request_find(result, "entry");
	struct bytes captured = request_find(entry, "captured");
	bool is_capture = captured.len == 1 && captured.ptr[0] == 0xc3;

	if (ulid_parse(request_text(request_find(entry, "id")), &word->entry) !=
	    0)
		world_fail(device->world, "reply", "add without an id");
	world_mark(device->world, is_capture ? MARK_captured : MARK_entry);
	canary_ack(device, word, is_capture);
}

static void draft_take(struct device *device, struct word *word,
		       struct bytes result)
{
	struct bytes id = request_text(request_find(result, "id"));

	if (id.len == 0 || id.len >= sizeof word->draft) {
		world_fail(device->world, "reply", "draft without an id");
		return;
	}
	memcpy(word->draft, id.ptr, id.len);
	word->draft[id.len] = '\0';
	world_mark(device->world, MARK_draft);
	word->is_local = true;
	canary_ack(device, word, !device_is_unlocked(device));
}

static void import_take(struct device *device, const struct request *request)
{
	uint32_t i;

	world_mark(device->world, MARK_import);
	for (i = 0; i < request->words; i++)
		canary_ack(device, &device->world->words[request->word + i],
			   false);
}

static void success_take(struct device *device, const struct request *request,
			 struct bytes result)
{
	struct world *world = device->world;
	struct word *word = request->word == UINT32_MAX
				    ? NULL
				    : &world->words[request->word];

	switch (request->kind) {
	case REQUEST_ADD:
		add_take(device, word, result);
		break;
	case REQUEST_EDIT:
		world_mark(world, MARK_edit);
		canary_ack(device, word, false);
		break;
	case REQUEST_DRAFT:
		draft_take(device, word, result);
		break;
	case REQUEST_DROP:
		word->is_dropped = true;
		break;
	case REQUEST_IMPORT:
		import_take(device, request);
		break;
	case REQUEST_UNLOCK:
		canary_uncapture(device);
		break;
	case REQUEST_UNDO:
		world_mark(world, MARK_undo);
		break;
	case REQUEST_OTHER:
	case REQUEST_SCRIPT:
		break;
	}
}

/* Errors that a busy, locked, or troubled device may give. */
static bool error_is_fair(const struct world *world, struct bytes code)
{
	static const char *const fair[] = {
		"locked",          "not_found",  "disk_full",  "disk_trouble",
		"stopped",         "try_later",  "no_journal", "ambiguous",
		"not_now",         "no_key_yet", "usage",      "unreachable",
		"code_wrong",      "code_ended", "busy",       "not_a_member",
		"wrong_passphrase"
	};
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(fair); i++) {
		if (bytes_equal(code, bytes_from_str(fair[i])))
			return !world->is_strict;
	}
	return false;
}

static void error_take(struct device *device, const struct request *request,
		       struct bytes error)
{
	struct world *world = device->world;
	struct rpcmsg_error parsed;
	int len;

	if (rpcmsg_parse_error(error, &parsed) != 0) {
		world_fail(world, "reply", "an error of no form");
		return;
	}
	len = (int)(parsed.code.len < 60 ? parsed.code.len : 60);
	trace_line("d%u is refused: %.*s", device->no, len,
		   (const char *)parsed.code.ptr);
	if (request->kind == REQUEST_SCRIPT)
		snprintf(world->reply_error, sizeof world->reply_error, "%.*s",
			 len, (const char *)parsed.code.ptr);
	else if (!error_is_fair(world, parsed.code))
		world_fail(world, "refusal", "d%u: %.*s: %.*s", device->no, len,
			   (const char *)parsed.code.ptr,
			   (int)parsed.message.len,
			   (const char *)parsed.message.ptr);
}

static void pair_event_take(struct device *device, struct bytes params)
{
	struct bytes event = request_text(request_find(params, "event"));

	trace_line("d%u pair event %.*s", device->no, (int)event.len,
		   (const char *)event.ptr);
	if (bytes_equal(event, bytes_from_str("words")))
		device->pair_words++;
	else if (bytes_equal(event, bytes_from_str("paired")))
		device->pair_outcome = 1;
	else
		device->pair_outcome = -1;
}

static void response_take(struct device *device, const struct rpcmsg *message)
{
	struct world *world = device->world;
	size_t i = 0;
	struct request request;

	while (i < WORLD_PENDING_MAX &&
	       (!device->pending[i].is_used ||
		device->pending[i].msgid != message->id))
		i++;
	if (i == WORLD_PENDING_MAX) {
		world_fail(world, "reply", "to %u, which nobody asked",
			   message->id);
		return;
	}
	request = device->pending[i];
	device->pending[i].is_used = false;
	trace_line("d%u answer %u %s", device->no, message->id,
		   message->error.len == 0 ? "ok" : "refused");
	if (request.kind == REQUEST_SCRIPT) {
		world->has_reply = true;
		world->reply_code = message->error.len == 0 ? 0 : -1;
		buf_clear(&world->reply);
		kept_assert(buf_put(&world->reply, message->result.ptr,
				    message->result.len) == 0);
	}
	if (message->error.len != 0)
		error_take(device, &request, message->error);
	else
		success_take(device, &request, message->result);
}

static void message_take(struct device *device, struct bytes bytes)
{
	struct rpcmsg message;

	if (rpcmsg_parse(bytes, &message) != 0) {
		world_fail(device->world, "reply", "of no form");
		return;
	}
	if (message.type == RPCMSG_RESPONSE)
		response_take(device, &message);
	else if (bytes_equal(message.method, bytes_from_str("pair")))
		pair_event_take(device, message.params);
}

void request_take(struct device *device, struct bytes bytes)
{
	struct frame_splitter splitter = { 0 };
	struct frame frame;

	kept_assert(buf_put(&device->replies, bytes.ptr, bytes.len) == 0);
	for (;;) {
		if (device->replies.len == 0 ||
		    frame_next_msgpack(&splitter, buf_bytes(&device->replies),
				       &frame) != 0 ||
		    frame.input_bytes == 0)
			break;
		message_take(device, frame.payload);
		buf_consume(&device->replies, frame.input_bytes);
		memset(&splitter, 0, sizeof splitter);
	}
	/* It reads at once. */
	struct inbox_item *item = device_inbox(device, bytes_of(NULL, 0));

	if (item == NULL)
		return;
	item->is_client = true;
	item->client.kind = CLIENT_SENT;
	item->client.client = device->client;
}

/* ---- asking ---- */

void request_connect(struct device *device)
{
	struct inbox_item *item = device_inbox(device, bytes_of(NULL, 0));
	struct buf params;

	device->client = device->world->next_id++;
	if (item != NULL) {
		item->is_client = true;
		item->client.kind = CLIENT_UP;
		item->client.client = device->client;
	}
	buf_init(&params, 256);
	mp_put_map(&params, 1);
	mp_put_cstr(&params, "client");
	mp_put_cstr(&params, "sim");
	request_send(device, REQUEST_OTHER, "hello", buf_bytes(&params));
	buf_release(&params);
}

void request_forget(struct device *device)
{
	memset(device->pending, 0, sizeof device->pending);
	buf_clear(&device->replies);
	device->client = 0;
}

static void request_bytes(struct device *device, struct bytes bytes)
{
	struct inbox_item *item = device_inbox(device, bytes);

	if (item == NULL)
		return;
	item->is_client = true;
	item->client.kind = CLIENT_BYTES;
	item->client.client = device->client;
}

struct request *request_send(struct device *device, enum request_kind kind,
			     const char *method, struct bytes params)
{
	struct request *request = NULL;
	struct buf message;
	size_t i, cut;

	for (i = 0; i < WORLD_PENDING_MAX && request == NULL; i++) {
		if (!device->pending[i].is_used)
			request = &device->pending[i];
	}
	if (request == NULL || device->client == 0 || device->node == NULL)
		return NULL;
	*request = (struct request){ .is_used = true,
				     .msgid = device->next_msgid++,
				     .kind = kind,
				     .word = UINT32_MAX };
	trace_line("d%u asks %u %s", device->no, request->msgid, method);
	buf_init(&message, LIMIT_FRAME_BYTES);
	rpcmsg_put_request(&message, request->msgid, method, params);
	kept_assert(message.failed == 0);
	cut = (size_t)world_below(device->world, message.len + 1);
	if (!world_chance(device->world, 10))
		cut = 0;
	if (cut > 0)
		request_bytes(device, bytes_of(message.ptr, cut));
	request_bytes(device, bytes_of(message.ptr + cut, message.len - cut));
	buf_release(&message);
	return request;
}

int request_wait(struct device *device, const char *method, struct bytes params,
		 uint64_t limit_ms)
{
	struct world *world = device->world;
	uint64_t end_ms = world->now_ms + limit_ms;
	uint32_t boot = device->boot;

	world->has_reply = false;
	world->reply_error[0] = '\0';
	if (request_send(device, REQUEST_SCRIPT, method, params) == NULL)
		return -1;
	while (!world->has_reply && world->now_ms < end_ms &&
	       device->boot == boot && device->node != NULL) {
		if (!world_step(world))
			break;
	}
	return world->has_reply ? world->reply_code : -1;
}

/* ---- scripts ---- */

static void put_passphrase(struct buf *params)
{
	mp_put_cstr(params, "passphrase");
	mp_put_cstr(params, PASSPHRASE);
}

static void put_cost(struct buf *params)
{
	mp_put_cstr(params, "kdf_memory");
	mp_put_uint(params, 8192);
	mp_put_cstr(params, "kdf_passes");
	mp_put_uint(params, 1);
}

static void put_name(const struct device *device, struct buf *params)
{
	char name[64];

	snprintf(name, sizeof name, "box-%u", device->no);
	mp_put_cstr(params, "name");
	mp_put_cstr(params, name);
}

int request_init(struct device *device)
{
	struct buf params;
	int status;

	buf_init(&params, 1024);
	mp_put_map(&params, 5);
	put_name(device, &params);
	put_passphrase(&params);
	put_cost(&params);
	mp_put_cstr(&params, "recovery");
	mp_put_bool(&params, world_chance(device->world, 50));
	status = request_wait(device, "init", buf_bytes(&params), SCRIPT_MS);
	buf_release(&params);
	return status;
}

int request_unlock(struct device *device)
{
	struct buf params;
	int status;

	buf_init(&params, 256);
	mp_put_map(&params, 1);
	put_passphrase(&params);
	status = request_wait(device, "unlock", buf_bytes(&params), SCRIPT_MS);
	if (status == 0)
		canary_uncapture(device);
	buf_release(&params);
	return status;
}

static int show(struct device *inviter, char code[128], char address[64])
{
	struct buf params;
	struct bytes text;
	int status;

	buf_init(&params, 256);
	mp_put_map(&params, 1);
	put_passphrase(&params);
	status = request_wait(inviter, "pair_show", buf_bytes(&params),
			      SCRIPT_MS);
	buf_release(&params);
	if (status != 0)
		return status;
	text = request_text(
		request_find(buf_bytes(&inviter->world->reply), "code"));
	snprintf(code, 128, "%.*s", (int)text.len, (const char *)text.ptr);
	text = request_text(first_of(
		request_find(buf_bytes(&inviter->world->reply), "addresses")));
	snprintf(address, 64, "%.*s", (int)text.len, (const char *)text.ptr);
	return 0;
}

static int join(struct device *joiner, const char *code, const char *address)
{
	struct buf params;
	int status;

	buf_init(&params, 1024);
	mp_put_map(&params, 6);
	put_name(joiner, &params);
	put_passphrase(&params);
	put_cost(&params);
	mp_put_cstr(&params, "code");
	mp_put_cstr(&params, code);
	mp_put_cstr(&params, "addresses");
	mp_put_array(&params, 1);
	mp_put_cstr(&params, address);
	status = request_wait(joiner, "pair_join", buf_bytes(&params),
			      SCRIPT_MS);
	buf_release(&params);
	return status;
}

/* Until both have words to compare, or one of them has heard otherwise. */
static bool wait_for_words(struct device *a, struct device *b)
{
	struct world *world = a->world;
	uint64_t end_ms = world->now_ms + SCRIPT_MS;

	while ((a->pair_words == 0 || b->pair_words == 0) &&
	       a->pair_outcome == 0 && b->pair_outcome == 0 &&
	       world->now_ms < end_ms && a->node != NULL && b->node != NULL) {
		if (!world_step(world))
			return false;
	}
	return a->pair_words > 0 && b->pair_words > 0;
}

static void confirm(struct device *device)
{
	struct buf params;

	buf_init(&params, 64);
	mp_put_map(&params, 1);
	mp_put_cstr(&params, "yes");
	mp_put_bool(&params, true);
	if (request_wait(device, "pair_confirm", buf_bytes(&params),
			 SCRIPT_MS) != 0)
		trace_line("d%u does not confirm", device->no);
	buf_release(&params);
}

static bool wait_for_outcome(struct device *a, struct device *b)
{
	struct world *world = a->world;
	uint64_t end_ms = world->now_ms + SCRIPT_MS;

	while ((a->pair_outcome == 0 || b->pair_outcome == 0) &&
	       world->now_ms < end_ms && a->node != NULL && b->node != NULL) {
		if (!world_step(world))
			return false;
	}
	return a->pair_outcome == 1 && b->pair_outcome == 1;
}

static void pairing_forget(struct device *device)
{
	device->pair_words = 0;
	device->pair_outcome = 0;
}

static void pairing_end(struct device *device)
{
	static const uint8_t empty_map[] = { 0x80 };

	if (device->node != NULL &&
	    request_wait(device, "pair_stop",
			 bytes_of(empty_map, sizeof empty_map), SCRIPT_MS) != 0)
		trace_line("d%u does not stop pairing", device->no);
	world_run_ms(device->world, 2000);
	pairing_forget(device);
}

/* A code with its words in another order: three of ours, and wrong. */
static void spoil(char code[128])
{
	char words[3][42];

	if (sscanf(code, "%41[^-]-%41[^-]-%41s", words[0], words[1],
		   words[2]) == 3)
		snprintf(code, 128, "%s-%s-%s", words[2], words[0], words[1]);
}

bool request_pair(struct device *inviter, struct device *joiner, bool wrong)
{
	char code[128], address[64], bad[128];
	bool done;

	pairing_forget(inviter);
	pairing_forget(joiner);
	if (show(inviter, code, address) != 0) {
		/* Perhaps there is a code already, from a time before. */
		pairing_end(inviter);
		return false;
	}
	snprintf(bad, sizeof bad, "%s", code);
	spoil(bad);
	if (wrong && strcmp(bad, code) != 0) {
		world_mark(inviter->world, MARK_wrong_code);
		if (join(joiner, bad, address) == 0)
			done = wait_for_outcome(inviter, joiner);
		if (joiner->pair_words > 0 || joiner->pair_outcome == 1)
			world_fail(inviter->world, "pairing",
				   "a wrong code was taken");
		pairing_end(joiner);
		pairing_forget(inviter);
	}
	done = join(joiner, code, address) == 0 &&
	       wait_for_words(inviter, joiner);
	if (done) {
		confirm(joiner);
		confirm(inviter);
		/* The last message may get lost: then only the joiner knows
		 * yet, and sync tells the other. */
		done = wait_for_outcome(inviter, joiner) ||
		       joiner->pair_outcome == 1;
	}
	if (done) {
		world_mark(inviter->world, MARK_paired);
		joiner->is_member = true;
		joiner->inviter = inviter->no;
		return true;
	}
	pairing_end(joiner);
	pairing_end(inviter);
	return false;
}
