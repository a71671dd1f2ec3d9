/*
 * benchlink.h - a blocking msgpack-RPC client for the bench: nothing between
 * the call and the socket. A refusal or a socket that fails ends the program
 * with a line on stderr.
 */
#ifndef KEPT_TESTS_BENCHLINK_H
#define KEPT_TESTS_BENCHLINK_H

#include "proto/base/buf.h"
#include "proto/frame.h"

struct benchlink {
	int fd;
	uint32_t id;
	size_t used; /* of in: the last message */
	struct frame_splitter splitter;
	struct buf in;
	struct buf out;
	struct buf params; /* filled by who calls; empty again after it */
	struct bytes result; /* borrows from in until the next call */
	struct bytes event;  /* of benchlink_wait_event, the same */
};

/* Waits up to ten seconds for the socket to be there. */
void benchlink_open(struct benchlink *link, const char *socket_path);
void benchlink_close(struct benchlink *link);
/* One request, its params first. Events that come before are passed over. */
struct bytes benchlink_call(struct benchlink *link, const char *method);
/* False instead of the end where it is refused. */
bool benchlink_try(struct benchlink *link, const char *method);
/* Sends it and goes on; benchlink_take is its reply. */
void benchlink_send(struct benchlink *link, const char *method);
struct bytes benchlink_take(struct benchlink *link);
/* The next event of this name. */
struct bytes benchlink_wait_event(struct benchlink *link, const char *name);

/* Values of a map with str keys: "" / fallback / empty where absent. */
struct bytes benchlink_find(struct bytes map, const char *key);
uint64_t benchlink_number(struct bytes map, const char *key, uint64_t fallback);
struct bytes benchlink_text(struct bytes map, const char *key);

_Noreturn void bench_end(const char *why);

#endif
