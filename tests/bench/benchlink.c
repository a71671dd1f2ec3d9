/*
 * benchlink.c - requests and replies for the bench.
 *
 * Must never do more than it has to between a reply's arrival and its return:
 * what it costs is in every figure. Read next: bench_kept.c.
 */
#include "tests/bench/benchlink.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/mp.h"
#include "proto/rpcmsg.h"

#define OPEN_TRIES 1000
#define READ_BYTES (256u * 1024)

void bench_end(const char *why)
{
	fprintf(stderr, "bench: %s\n", why);
	exit(1);
}

void benchlink_open(struct benchlink *link, const char *socket_path)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	int tries;

	memset(link, 0, sizeof *link);
	buf_init(&link->in, 4 * LIMIT_FRAME_BYTES);
	buf_init(&link->out, 2 * LIMIT_FRAME_BYTES);
	buf_init(&link->params, LIMIT_FRAME_BYTES);
	snprintf(where.sun_path, sizeof where.sun_path, "%s", socket_path);
	for (tries = 0; tries < OPEN_TRIES; tries++) {
		link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (connect(link->fd, (struct sockaddr *)&where,
			    sizeof where) == 0)
			break;
		close(link->fd);
		nanosleep(&pause, NULL);
	}
	if (tries == OPEN_TRIES)
		bench_end("keptd does not answer");
	mp_put_map(&link->params, 1);
	mp_put_cstr(&link->params, "client");
	mp_put_cstr(&link->params, "bench");
	benchlink_call(link, "hello");
}

void benchlink_close(struct benchlink *link)
{
	if (link->fd > 0)
		close(link->fd);
	buf_release(&link->in);
	buf_release(&link->out);
	buf_release(&link->params);
	memset(link, 0, sizeof *link);
}

void benchlink_send(struct benchlink *link, const char *method)
{
	size_t sent = 0;

	buf_clear(&link->out);
	rpcmsg_put_request(&link->out, ++link->id, method,
			   buf_bytes(&link->params));
	buf_clear(&link->params);
	if (link->out.failed != 0)
		bench_end("a request is too large");
	while (sent < link->out.len) {
		ssize_t n = send(link->fd, link->out.ptr + sent,
				 link->out.len - sent, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			bench_end("keptd went away");
		sent += (size_t)n;
	}
}

static void read_more(struct benchlink *link)
{
	size_t before = link->in.len;
	uint8_t *room = buf_extend(&link->in, READ_BYTES);
	ssize_t got;

	if (room == NULL)
		bench_end("a reply is too large");
	do
		got = recv(link->fd, room, READ_BYTES, 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		bench_end("keptd went away");
	link->in.len = before + (size_t)got;
}

static void next_message(struct benchlink *link, struct rpcmsg *message)
{
	struct frame frame;

	buf_consume(&link->in, link->used);
	link->used = 0;
	for (;;) {
		if (frame_next_msgpack(&link->splitter, buf_bytes(&link->in),
				       &frame) != 0)
			bench_end("a reply is no msgpack");
		if (frame.input_bytes > 0)
			break;
		read_more(link);
	}
	link->used = frame.input_bytes;
	if (rpcmsg_parse(frame.payload, message) != 0)
		bench_end("a reply is no msgpack-RPC");
}

static bool take_reply(struct benchlink *link)
{
	struct rpcmsg_error error;
	struct rpcmsg message;

	do
		next_message(link, &message);
	while (message.type != RPCMSG_RESPONSE || message.id != link->id);
	link->result = message.result;
	if (message.error.len == 0)
		return true;
	if (rpcmsg_parse_error(message.error, &error) == 0)
		link->result = error.message;
	return false;
}

struct bytes benchlink_take(struct benchlink *link)
{
	if (take_reply(link))
		return link->result;
	fprintf(stderr, "bench: %.*s\n", (int)link->result.len,
		(const char *)link->result.ptr);
	bench_end("keptd refused a request");
}

struct bytes benchlink_call(struct benchlink *link, const char *method)
{
	benchlink_send(link, method);
	return benchlink_take(link);
}

bool benchlink_try(struct benchlink *link, const char *method)
{
	benchlink_send(link, method);
	return take_reply(link);
}

struct bytes benchlink_wait_event(struct benchlink *link, const char *name)
{
	struct rpcmsg message;

	do
		next_message(link, &message);
	while (message.type != RPCMSG_NOTIFICATION ||
	       !bytes_equal(message.method, bytes_from_str(name)));
	link->event = message.params;
	return link->event;
}

struct bytes benchlink_find(struct bytes map, const char *key)
{
	struct mp_reader reader = mp_reader(map);
	struct bytes name, value;
	size_t pairs, i;

	if (mp_read_map(&reader, &pairs) != 0)
		return bytes_of(NULL, 0);
	for (i = 0; i < pairs; i++) {
		if (mp_read_str(&reader, &name) != 0 ||
		    mp_read_raw(&reader, &value) != 0)
			break;
		if (bytes_equal(name, bytes_from_str(key)))
			return value;
	}
	return bytes_of(NULL, 0);
}

uint64_t benchlink_number(struct bytes map, const char *key, uint64_t fallback)
{
	struct mp_reader reader = mp_reader(benchlink_find(map, key));
	uint64_t value;

	return mp_read_uint(&reader, &value) == 0 ? value : fallback;
}

struct bytes benchlink_text(struct bytes map, const char *key)
{
	struct mp_reader reader = mp_reader(benchlink_find(map, key));
	struct bytes text;

	return mp_read_str(&reader, &text) == 0 ? text : bytes_from_str("");
}
