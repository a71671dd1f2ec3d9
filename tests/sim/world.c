/*
 * world.c - time, the heap of what is to come, and how a run ends.
 *
 * It must never ask the real clock or roll other dice than the seed's. Read
 * next: scenario.c for the order of a run, device.c for a device's turn.
 */
#include "tests/sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proto/base/log.h"
#include "proto/base/panic.h"
#include "tests/sim/check.h"
#include "tests/sim/device.h"
#include "tests/sim/net.h"
#include "tests/sim/trace.h"
#include "tests/sim/workload.h"

#define STEPS_MAX 2000000u
#define REPLY_BYTES_MAX (4u << 20)

static const char *const mark_docs[] = {
#define WORLD_MARK(name, doc) doc,
	WORLD_MARKS(WORLD_MARK)
#undef WORLD_MARK
};

void world_start(struct world *world, const struct world_options *options)
{
	memset(world, 0, sizeof *world);
	world->options = *options;
	prng_seed(&world->prng, options->seed);
	trace_start(options->seed, options->verbose);
	disk_start_seeded(options->seed);
	world->next_id = 1;
	buf_init(&world->scratch, REPLY_BYTES_MAX);
	buf_init(&world->reply, REPLY_BYTES_MAX);
	world->log_fd = memfd_create("log", MFD_CLOEXEC);
	kept_assert(world->log_fd >= 0);
	log_open(world->log_fd, LOG_LEVEL_DEBUG, false);
}

void world_end(struct world *world)
{
	uint32_t i;

	net_release(world);
	for (i = 0; i < world->device_count; i++)
		device_release(&world->devices[i]);
	log_open(STDERR_FILENO, LOG_LEVEL_BAD, false);
	close(world->log_fd);
	buf_release(&world->scratch);
	buf_release(&world->reply);
	free(world->heap);
}

void world_fail(struct world *world, const char *checker, const char *fmt, ...)
{
	char what[192];
	va_list args;

	if (world->failed)
		return;
	va_start(args, fmt);
	vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	world->failed = true;
	snprintf(world->why, sizeof world->why, "%s: %s", checker, what);
	trace_line("FAILED %s", world->why);
}

void world_mark(struct world *world, enum world_mark mark)
{
	world->marks[mark]++;
}

const char *world_mark_doc(enum world_mark mark)
{
	return mark_docs[mark];
}

uint64_t world_below(struct world *world, uint64_t bound)
{
	return bound == 0 ? 0 : prng_below(&world->prng, bound);
}

bool world_chance(struct world *world, uint32_t of_100)
{
	return of_100 > 0 && prng_below(&world->prng, 100) < of_100;
}

uint64_t world_about(struct world *world, uint64_t mean_ms)
{
	return 1 + world_below(world, 2 * mean_ms + 1);
}

/* ---- the heap: by time, then by when it was scheduled ---- */

static bool comes_before(const struct action *a, const struct action *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->seq < b->seq;
}

static void heap_swap(struct world *world, size_t a, size_t b)
{
	struct action kept = world->heap[a];

	world->heap[a] = world->heap[b];
	world->heap[b] = kept;
}

static size_t heap_rise(struct world *world, size_t at)
{
	while (at > 0 &&
	       comes_before(&world->heap[at], &world->heap[(at - 1) / 2])) {
		heap_swap(world, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
	return at;
}

static void heap_sink(struct world *world)
{
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= world->heap_count)
			return;
		if (child + 1 < world->heap_count &&
		    comes_before(&world->heap[child + 1], &world->heap[child]))
			child++;
		if (!comes_before(&world->heap[child], &world->heap[at]))
			return;
		heap_swap(world, child, at);
		at = child;
	}
}

struct action *world_schedule(struct world *world, enum action_kind kind,
			      uint64_t in_ms)
{
	size_t at;

	if (world->heap_count == world->heap_cap) {
		world->heap_cap = world->heap_cap == 0 ? 256
						       : world->heap_cap * 2;
		world->heap = realloc(world->heap,
				      world->heap_cap * sizeof(struct action));
		kept_assert(world->heap != NULL);
	}
	at = world->heap_count++;
	memset(&world->heap[at], 0, sizeof world->heap[at]);
	world->heap[at].at_ms = world->now_ms + in_ms;
	world->heap[at].seq = ++world->seq;
	world->heap[at].kind = kind;
	/* What the caller fills in does not decide the order. */
	return &world->heap[heap_rise(world, at)];
}

static struct device *device_of(struct world *world,
				const struct action *action)
{
	return &world->devices[action->a];
}

static void act(struct world *world, const struct action *action)
{
	switch (action->kind) {
	case ACTION_WAKE:
		if (device_of(world, action)->wake_ms == action->at_ms)
			device_on_wake(device_of(world, action));
		break;
	case ACTION_DELIVER:
		net_on_deliver(world, action);
		break;
	case ACTION_DOWN:
		net_on_down(world, action);
		break;
	case ACTION_DIAL:
		net_on_dial(world, action);
		break;
	case ACTION_JOB:
		if (device_of(world, action)->boot == action->b)
			device_on_job(device_of(world, action));
		break;
	case ACTION_LISTEN:
		if (device_of(world, action)->boot == action->b)
			device_on_listen(device_of(world, action));
		break;
	case ACTION_APP:
		workload_on_app(device_of(world, action));
		break;
	case ACTION_START:
		device_start(device_of(world, action));
		break;
	case ACTION_CUT:
		net_on_cut(world);
		break;
	case ACTION_FAULT:
		workload_on_fault(world);
		break;
	case ACTION_STRANGER:
		net_on_stranger(world);
		break;
	}
}

bool world_step(struct world *world)
{
	struct action action;

	if (world->failed || world->heap_count == 0)
		return false;
	action = world->heap[0];
	world->heap[0] = world->heap[--world->heap_count];
	heap_sink(world);
	world->now_ms = action.at_ms;
	trace_set_time(world->now_ms);
	log_tick(world->now_ms);
	act(world, &action);
	if (world->seq > STEPS_MAX)
		world_fail(world, "work", "more than %u steps", STEPS_MAX);
	return !world->failed;
}

void world_run_ms(struct world *world, uint64_t ms)
{
	uint64_t end_ms = world->now_ms + ms;

	while (world->heap_count > 0 && world->heap[0].at_ms <= end_ms) {
		if (!world_step(world))
			return;
	}
	world->now_ms = end_ms;
}
