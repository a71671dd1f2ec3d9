/*
 * nodebed.h - nodes without any I/O, for tests: simulated disks, clients and
 * connections in memory, jobs run on the spot, a clock that is moved by hand.
 */
#ifndef KEPT_TESTS_NODEBED_H
#define KEPT_TESTS_NODEBED_H

#include <stdlib.h>

#include "tests/lib/harness.h"
#include "daemon/config.h"
#include "daemon/node.h"
#include "daemon/statefile.h"
#include "proto/frame.h"
#include "proto/mp.h"
#include "proto/rpcmsg.h"
#include "tests/sim/disk.h"

#define BED_CONNS 16
#define BED_CLIENT 1u
#define BED_QUEUE 64

struct bed_link {
	struct bed *to; /* NULL: free */
	uint32_t there; /* its number at the other end */
};

struct bed {
	struct node *node;
	struct config config;
	struct node_effects effects;
	struct disk *disk;
	char data_dir[32], state_dir[32];
	struct turn_time time;
	struct buf got;                   /* bytes for the client */
	struct bed_link links[BED_CONNS]; /* conn n is links[n] */
	struct event queue[BED_QUEUE];
	struct buf queue_bytes[BED_QUEUE];
	size_t queued;
	char listens[128], pair_listens[128];
	struct bed *others[2]; /* whom its dials may reach */
	struct vault_job *job;
	bool stopped, locks; /* locks: turns are told to */
	bool holds_jobs; /* they wait for bed_job */
	uint32_t next_msgid;
	uint32_t client; /* who asks; 0: BED_CLIENT */
	unsigned files_written;
	int last_status;
};

/* In the current folder. */
static inline void bed_open(struct bed *bed, const char *name);
static inline void bed_start(struct bed *bed); /* again, from its disk */
static inline void bed_stop(
	struct bed *bed); /* as when power fails: nothing is closed */
static inline void bed_close(struct bed *bed);

/* Turns of all beds until nothing moves. */
static inline void bed_settle(struct bed *bed);
static inline void bed_turn(struct bed *bed, const struct client_event *client);
static inline void bed_pass(struct bed *bed, uint64_t ms);
static inline void bed_job(struct bed *bed);
/*
 * Sends a request of "key", "value" pairs up to NULL; the answer is the code
 * name of the error, or "" when it went well. Values: "#7" a number, "!" true,
 * "!no" false, "{k=v" a map of one pair, "[a" a list of one, else text.
 */
static inline const char *bed_call(struct bed *bed, const char *method, ...)
	__attribute__((sentinel));
/* Does not wait. Returns its id. */
static inline uint32_t bed_send(struct bed *bed, const char *method, ...)
	__attribute__((sentinel));
/* Was it answered? Then as bed_call. NULL: not yet. */
static inline const char *bed_answer(struct bed *bed, uint32_t id);
/* Of the last good answer: "entry.f.what", "entries.0.id" as text; numbers
 * and flags are printed; "-": not there. */
static inline const char *bed_get(const char *path);
/* The next event of that name, as bed_get's source; false: none came. */
static inline bool bed_event(struct bed *bed, const char *name);

#define ROUNDS_MAX 400
static uint8_t answer_bytes[LIMIT_FRAME_BYTES];
static struct bytes answer; /* the result, or an event's parameters */
static char text[4096];

static inline void bed_start(struct bed *bed)
{
	static uint64_t boot = 7;
	struct err err = { 0 };
	struct node_options options = { .data_dir = bed->data_dir,
					.state_dir = bed->state_dir,
					.vfs = DISK_VFS,
					.config = &bed->config,
					.tune = tune_default,
					.boot = boot++,
					.place = bytes_from_str("here") };
	struct client_event up = { .kind = CLIENT_UP, .client = BED_CLIENT };
	int status = node_open(&bed->node, &options, bed->time, &err);

	if (status != 0)
		fail_msg("node_open: %s", err.text);
	node_effects_init(&bed->effects);
	bed->listens[0] = bed->pair_listens[0] = '\0';
	memset(bed->links, 0, sizeof bed->links);
	bed->stopped = false;
	bed_turn(bed, &up);
	assert_string_equal(bed_call(bed, "hello", "client", "bed", NULL), "");
}

static inline void bed_open(struct bed *bed, const char *name)
{
	memset(bed, 0, sizeof *bed);
	disk_start();
	snprintf(bed->data_dir, sizeof bed->data_dir, "%s", name);
	snprintf(bed->state_dir, sizeof bed->state_dir, "%s.state", name);
	assert_int_equal(statefile_make_folder(bed->data_dir, NULL), 0);
	assert_int_equal(statefile_make_folder(bed->state_dir, NULL), 0);
	bed->disk = disk_new(name);
	assert_non_null(bed->disk);
	assert_int_equal(config_init(&bed->config, "", NULL), 0);
	bed->time = (struct turn_time){ 1000000, 1790000000000 };
	buf_init(&bed->got, 64u << 20);
	bed_start(bed);
}

static inline void queue_clear(struct bed *bed)
{
	size_t i;

	for (i = 0; i < bed->queued; i++)
		buf_release(&bed->queue_bytes[i]);
	bed->queued = 0;
}

static inline void bed_stop(struct bed *bed)
{
	node_close(bed->node);
	bed->node = NULL;
	node_effects_release(&bed->effects);
	queue_clear(bed);
	buf_clear(&bed->got);
}

static inline void bed_close(struct bed *bed)
{
	if (bed->node != NULL)
		bed_stop(bed);
	buf_release(&bed->got);
	disk_free(bed->disk);
}

static inline struct event *queue_add(struct bed *bed, enum event_kind kind,
				      struct bytes bytes)
{
	size_t at = bed->queued++;

	assert_true(at < BED_QUEUE);
	memset(&bed->queue[at], 0, sizeof bed->queue[at]);
	buf_init(&bed->queue_bytes[at], 64u << 20);
	assert_int_equal(buf_put(&bed->queue_bytes[at], bytes.ptr, bytes.len),
			 0);
	bed->queue[at].kind = kind;
	return &bed->queue[at];
}

static inline uint32_t link_new(struct bed *bed, struct bed *to)
{
	uint32_t i;

	for (i = 1; i < BED_CONNS; i++) {
		if (bed->links[i].to == NULL) {
			bed->links[i].to = to;
			return i;
		}
	}
	fail_msg("too many connections");
	return 0;
}

static inline void dial(struct bed *bed, const struct effect *effect)
{
	enum event_kind kind = effect->is_pairing ? EVENT_PAIR_UP
						  : EVENT_PEER_UP;
	uint32_t here, there;
	size_t i;

	for (i = 0; i < 2; i++) {
		struct bed *to = bed->others[i];
		const char *at = to == NULL           ? ""
				 : effect->is_pairing ? to->pair_listens
						      : to->listens;

		if (to == NULL || to->node == NULL ||
		    strcmp(at, effect->address) != 0)
			continue;
		here = link_new(bed, to);
		there = link_new(to, bed);
		bed->links[here].there = there;
		to->links[there].there = here;
		queue_add(to, kind, bytes_of(NULL, 0))->conn = there;
		queue_add(bed, kind, bytes_of(NULL, 0))->conn = here;
		bed->queue[bed->queued - 1].dial = effect->dial;
		bed->queue[bed->queued - 1].address = at;
		return;
	}
	queue_add(bed, EVENT_DIAL_FAILED, bytes_of(NULL, 0))->dial =
		effect->dial;
}

static inline void link_drop(struct bed *bed, uint32_t conn)
{
	struct bed_link *link = &bed->links[conn % BED_CONNS];

	if (link->to == NULL)
		return;
	queue_add(link->to, EVENT_PEER_DOWN, bytes_of(NULL, 0))->conn =
		link->there;
	link->to->links[link->there].to = NULL;
	link->to = NULL;
}

static inline void peer_perform(struct bed *bed, const struct effect *effect)
{
	struct bed_link *link = &bed->links[effect->conn % BED_CONNS];

	switch (effect->kind) {
	case EFFECT_SEND:
		if (link->to != NULL)
			queue_add(link->to, EVENT_PEER_BYTES,
				  bytes_of(bed->effects.peer.bytes.ptr +
						   effect->offset,
					   effect->len))
				->conn = link->there;
		break;
	case EFFECT_CLOSE:
		link_drop(bed, effect->conn);
		break;
	case EFFECT_DIAL:
		dial(bed, effect);
		break;
	case EFFECT_PAIR_LISTEN:
		snprintf(bed->pair_listens, sizeof bed->pair_listens, "%s:1",
			 bed->data_dir);
		node_pair_listening(bed->node, bed->pair_listens);
		break;
	case EFFECT_PAIR_UNLISTEN:
		bed->pair_listens[0] = '\0';
		break;
	case EFFECT_NOTIFY:
		break;
	}
}

static inline void file_write(struct bed *bed, const struct node_effect *effect)
{
	char path[PATH_BYTES];

	assert_int_equal(paths_join(bed->state_dir, effect->name, path, NULL),
			 0);
	assert_int_equal(statefile_write(path,
					 bytes_of(bed->effects.bytes.ptr +
							  effect->offset,
						  effect->len),
					 NULL),
			 0);
	bed->files_written++;
}

static inline void perform(struct bed *bed)
{
	uint32_t conn;
	size_t i;

	for (i = 0; i < bed->effects.peer.count; i++)
		peer_perform(bed, &bed->effects.peer.items[i]);
	for (conn = 1; bed->effects.peers_dropped && conn < BED_CONNS; conn++)
		link_drop(bed, conn);
	for (i = 0; i < bed->effects.count; i++) {
		const struct node_effect *effect = &bed->effects.items[i];

		switch (effect->kind) {
		case NODE_CLIENT_SEND:
			buf_put(&bed->got,
				bed->effects.bytes.ptr + effect->offset,
				effect->len);
			break;
		case NODE_CLIENT_CLOSE:
			break;
		case NODE_RUN_JOB:
			assert_null(bed->job);
			bed->job = effect->job;
			break;
		case NODE_LISTEN:
			snprintf(bed->listens, sizeof bed->listens, "%s",
				 effect->address);
			node_listening(bed->node, bed->listens);
			break;
		case NODE_WRITE_FILE:
			file_write(bed, effect);
			break;
		case NODE_STOP:
			bed->stopped = true;
			break;
		}
	}
}

static inline void bed_job(struct bed *bed)
{
	struct vault_job *job = bed->job;

	assert_non_null(job);
	bed->job = NULL;
	vault_job_run(job);
	node_job_done(bed->node, job);
}

static inline void bed_turn(struct bed *bed, const struct client_event *client)
{
	struct event events[BED_QUEUE];
	struct buf bytes[BED_QUEUE];
	struct node_turn turn = { .events = events,
				  .event_count = bed->queued,
				  .clients = client,
				  .client_count = client != NULL,
				  .lock = bed->locks,
				  .time = bed->time };
	size_t i;

	for (i = 0; i < bed->queued; i++) {
		events[i] = bed->queue[i];
		bytes[i] = bed->queue_bytes[i];
		events[i].bytes = buf_bytes(&bytes[i]);
	}
	bed->queued = 0;
	bed->last_status = node_turn(bed->node, &turn, &bed->effects, NULL);
	perform(bed);
	for (i = 0; i < turn.event_count; i++)
		buf_release(&bytes[i]);
	if (bed->job != NULL && !bed->holds_jobs)
		bed_job(bed);
}

static inline bool bed_is_due(const struct bed *bed)
{
	return bed->node != NULL &&
	       (bed->queued > 0 ||
		node_deadline(bed->node) <= bed->time.now_ms);
}

static inline void bed_settle(struct bed *bed)
{
	struct bed *beds[3] = { bed, bed->others[0], bed->others[1] };
	bool moved = true;
	int round;
	size_t i;

	for (round = 0; moved && round < ROUNDS_MAX; round++) {
		moved = false;
		for (i = 0; i < 3; i++) {
			if (beds[i] == NULL || !bed_is_due(beds[i]))
				continue;
			bed_turn(beds[i], NULL);
			moved = true;
		}
	}
	assert_true(round < ROUNDS_MAX);
}

static inline void bed_pass(struct bed *bed, uint64_t ms)
{
	bed->time.now_ms += ms;
	bed->time.wall_ms += ms;
}

static inline void value_put(struct buf *out, const char *value)
{
	const char *split;

	switch (value[0]) {
	case '#':
		mp_put_uint(out, strtoull(value + 1, NULL, 10));
		break;
	case '!':
		mp_put_bool(out, value[1] == '\0');
		break;
	case '[':
		mp_put_array(out, 1);
		mp_put_cstr(out, value + 1);
		break;
	case '{':
		split = strchr(value, '=');
		assert_non_null(split);
		mp_put_map(out, 1);
		mp_put_str(out,
			   bytes_of(value + 1, (size_t)(split - value - 1)));
		mp_put_cstr(out, split + 1);
		break;
	default:
		mp_put_cstr(out, value);
	}
}

static inline uint32_t request_send(struct bed *bed, const char *method,
				    va_list rest)
{
	uint32_t client = bed->client != 0 ? bed->client : BED_CLIENT;
	struct client_event event = { .kind = CLIENT_BYTES, .client = client };
	struct buf pairs, params, out;
	uint32_t id = ++bed->next_msgid;
	const char *key;
	size_t count = 0;

	buf_init(&pairs, LIMIT_FRAME_BYTES);
	buf_init(&params, LIMIT_FRAME_BYTES);
	buf_init(&out, LIMIT_FRAME_BYTES + 64);
	while ((key = va_arg(rest, const char *)) != NULL) {
		mp_put_cstr(&pairs, key);
		value_put(&pairs, va_arg(rest, const char *));
		count++;
	}
	mp_put_map(&params, count);
	buf_put(&params, pairs.ptr, pairs.len);
	rpcmsg_put_request(&out, id, method, buf_bytes(&params));
	assert_int_equal(out.failed, 0);
	event.bytes = buf_bytes(&out);
	bed_turn(bed, &event);
	event = (struct client_event){ .kind = CLIENT_SENT, .client = client };
	bed_turn(bed, &event);
	buf_release(&pairs);
	buf_release(&params);
	buf_release(&out);
	return id;
}

/* Takes the first message out of `got` that fits: a response by id, or an
 * event by name. */
static inline bool message_take(struct bed *bed, uint32_t id, const char *event,
				struct rpcmsg *out)
{
	size_t at = 0;

	while (at < bed->got.len) {
		struct frame_splitter splitter = { 0 };
		struct frame frame;
		bool fits;

		assert_int_equal(frame_next_msgpack(&splitter,
						    bytes_of(bed->got.ptr + at,
							     bed->got.len - at),
						    &frame),
				 0);
		assert_true(frame.input_bytes > 0);
		memcpy(answer_bytes, frame.payload.ptr, frame.payload.len);
		assert_int_equal(
			rpcmsg_parse(bytes_of(answer_bytes, frame.payload.len),
				     out),
			0);
		fits = event == NULL
			       ? out->type == RPCMSG_RESPONSE && out->id == id
			       : out->type == RPCMSG_NOTIFICATION &&
					 bytes_equal(out->method,
						     bytes_from_str(event));
		if (!fits) {
			at += frame.input_bytes;
			continue;
		}
		memmove(bed->got.ptr + at,
			bed->got.ptr + at + frame.input_bytes,
			bed->got.len - at - frame.input_bytes);
		bed->got.len -= frame.input_bytes;
		return true;
	}
	return false;
}

static inline const char *bed_answer(struct bed *bed, uint32_t id)
{
	struct rpcmsg_error error;
	struct rpcmsg message;

	if (!message_take(bed, id, NULL, &message))
		return NULL;
	if (message.error.len > 0) {
		assert_int_equal(rpcmsg_parse_error(message.error, &error), 0);
		snprintf(text, sizeof text, "%.*s", (int)error.code.len,
			 (const char *)error.code.ptr);
		return text;
	}
	answer = message.result;
	return "";
}

static inline uint32_t bed_send(struct bed *bed, const char *method, ...)
{
	va_list rest;
	uint32_t id;

	va_start(rest, method);
	id = request_send(bed, method, rest);
	va_end(rest);
	return id;
}

static inline const char *bed_call(struct bed *bed, const char *method, ...)
{
	const char *code;
	va_list rest;
	uint32_t id;
	int i;

	va_start(rest, method);
	id = request_send(bed, method, rest);
	va_end(rest);
	bed_settle(bed);
	code = bed_answer(bed, id);
	/* What waits for a clock gets one. */
	for (i = 0; code == NULL && i < 100; i++) {
		bed_pass(bed, 100);
		if (bed->others[0] != NULL)
			bed_pass(bed->others[0], 100);
		bed_settle(bed);
		code = bed_answer(bed, id);
	}
	if (code == NULL)
		fail_msg("%s was not answered", method);
	return code;
}

static inline bool bed_event(struct bed *bed, const char *name)
{
	struct rpcmsg message;

	if (!message_take(bed, 0, name, &message))
		return false;
	answer = message.params;
	return true;
}

/* One step down; the reader then stands at the value. */
static inline bool step_down(struct mp_reader *reader, const char *name,
			     size_t len)
{
	size_t count, i;
	struct bytes key, skipped;

	if (mp_peek(reader) == MP_ARRAY) {
		size_t place = strtoull(name, NULL, 10);

		if (mp_read_array(reader, &count) != 0 || place >= count)
			return false;
		for (i = 0; i < place; i++) {
			if (mp_read_raw(reader, &skipped) != 0)
				return false;
		}
		return true;
	}
	if (mp_read_map(reader, &count) != 0)
		return false;
	for (i = 0; i < count; i++) {
		if (mp_read_str(reader, &key) != 0)
			return false;
		if (bytes_equal(key, bytes_of(name, len)))
			return true;
		if (mp_read_raw(reader, &skipped) != 0)
			return false;
	}
	return false;
}

static inline const char *bed_get(const char *path)
{
	struct mp_reader reader = mp_reader(answer);
	struct bytes value;
	uint64_t number;
	size_t count;
	bool flag;

	while (*path != '\0') {
		size_t len = strcspn(path, ".");

		if (!step_down(&reader, path, len))
			return "-";
		path += path[len] == '.' ? len + 1 : len;
	}
	if (mp_read_str(&reader, &value) == 0)
		snprintf(text, sizeof text, "%.*s", (int)value.len,
			 (const char *)value.ptr);
	else if (mp_read_uint(&reader, &number) == 0)
		snprintf(text, sizeof text, "%llu", (unsigned long long)number);
	else if (mp_read_bool(&reader, &flag) == 0)
		snprintf(text, sizeof text, "%s", flag ? "true" : "false");
	else if (mp_read_array(&reader, &count) == 0)
		snprintf(text, sizeof text, "%zu", count);
	else
		snprintf(text, sizeof text, "?");
	return text;
}

#endif
