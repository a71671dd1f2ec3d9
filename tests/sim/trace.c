/*
 * trace.c - see trace.h.
 *
 * It must never hash an address or anything of the real machine: the same
 * seed has to give the same hash everywhere. Read next: world.h.
 */
#include "tests/sim/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 160u

static struct {
	uint64_t seed;
	uint64_t hash;
	uint64_t now_ms;
	uint64_t count;
	bool verbose;
	char ring[TRACE_LINES][LINE_BYTES];
} trace;

void trace_start(uint64_t seed, bool verbose)
{
	memset(&trace, 0, sizeof trace);
	trace.seed = seed;
	trace.hash = UINT64_C(0xcbf29ce484222325) ^ seed;
	trace.verbose = verbose;
}

void trace_set_time(uint64_t now_ms)
{
	trace.now_ms = now_ms;
}

/* FNV-1a over words of eight bytes, then what is left. */
static void hash_put(const uint8_t *at, size_t len)
{
	const uint64_t prime = UINT64_C(0x100000001b3);
	uint64_t hash = trace.hash ^ len;

	for (; len >= 8; len -= 8, at += 8) {
		hash = (hash ^ le64_get(at)) * prime;
		hash ^= hash >> 29;
	}
	for (; len > 0; len--, at++)
		hash = (hash ^ *at) * prime;
	trace.hash = hash;
}

void trace_bytes(struct bytes bytes)
{
	hash_put(bytes.ptr, bytes.len);
}

void trace_line(const char *fmt, ...)
{
	char *line = trace.ring[trace.count++ % TRACE_LINES];
	va_list args;
	int head = snprintf(line, LINE_BYTES, "%9llu ",
			    (unsigned long long)trace.now_ms);

	va_start(args, fmt);
	vsnprintf(line + head, LINE_BYTES - (size_t)head, fmt, args);
	va_end(args);
	hash_put((const uint8_t *)line, strlen(line));
	if (trace.verbose)
		fprintf(stderr, "%s\n", line);
}

uint64_t trace_hash(void)
{
	return trace.hash;
}

static void say(const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t put = write(STDERR_FILENO, text, len);

		if (put <= 0)
			return;
		text += put;
		len -= (size_t)put;
	}
}

void trace_dump(void)
{
	uint64_t at = trace.count > TRACE_LINES ? trace.count - TRACE_LINES : 0;
	char text[64];

	snprintf(text, sizeof text, "seed %llu, the last lines:\n",
		 (unsigned long long)trace.seed);
	say(text);
	for (; at < trace.count; at++) {
		say("  ");
		say(trace.ring[at % TRACE_LINES]);
		say("\n");
	}
}
