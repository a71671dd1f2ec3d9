/*
 * main.c - the simulator: many seeds, or one of them looked at closely.
 *
 *   sim --seed X [--devices N] [--verbose]
 *   sim --count N [--first S] [--devices N] [--verbose]
 *   with --count: --marks    rare things have to have happened
 *                 --stop     at the first seed that fails
 *
 * A seed that fails prints what complained and the last lines of its trace.
 * It must never leave anything behind: its folders lie in one temporary one
 * (folder.h), also when a seed ends its process. Read next: world.h.
 */
#include "tests/sim/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/base/panic.h"
#include "tests/sim/folder.h"
#include "tests/sim/scenario.h"
#include "tests/sim/trace.h"

#define WORKERS 2u
#define FAILURES_SHOWN 5u

struct arguments {
	uint64_t seed;
	uint64_t first, count;
	uint32_t devices;
	bool has_seed, verbose, marks, stop;
};

/* What the processes of a --count run have in common. */
struct shared {
	uint64_t next[WORKERS]; /* seed at hand, per worker */
	uint64_t failed[WORKERS];
	uint64_t done[WORKERS];
	uint64_t marks[WORKERS][MARK_COUNT];
};

/* A run that met none of these proves little. */
static const enum world_mark wanted[] = {
	MARK_paired,        MARK_wrong_code, MARK_crash,    MARK_torn,
	MARK_disk_error,    MARK_disk_full,  MARK_restore,  MARK_clone,
	MARK_new_logs,      MARK_fork,       MARK_cut,      MARK_half_open,
	MARK_dial_failed,   MARK_flip,       MARK_stranger, MARK_forged,
	MARK_captured,      MARK_draft,      MARK_import,   MARK_undo,
	MARK_conflict,      MARK_session,    MARK_edit,     MARK_entry,
	MARK_restore_blind, MARK_fork_told
};

static struct world world;

static bool read_number(const char *text, uint64_t *out)
{
	char *end = NULL;

	errno = 0;
	*out = text == NULL ? 0 : strtoull(text, &end, 0);
	return text != NULL && end != text && *end == '\0' && errno == 0;
}

static bool read_arguments(int argc, char **argv, struct arguments *out)
{
	int i;

	memset(out, 0, sizeof *out);
	out->first = 1;
	for (i = 1; i < argc; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		uint64_t number = 0;

		if (strcmp(argv[i], "--verbose") == 0) {
			out->verbose = true;
			continue;
		}
		if (strcmp(argv[i], "--marks") == 0) {
			out->marks = true;
			continue;
		}
		if (strcmp(argv[i], "--stop") == 0) {
			out->stop = true;
			continue;
		}
		if (!read_number(next, &number))
			return false;
		if (strcmp(argv[i], "--seed") == 0) {
			out->seed = number;
			out->has_seed = true;
		} else if (strcmp(argv[i], "--count") == 0) {
			out->count = number;
		} else if (strcmp(argv[i], "--first") == 0) {
			out->first = number;
		} else if (strcmp(argv[i], "--devices") == 0 && number >= 2 &&
			   number <= WORLD_DEVICES_MAX - 2) {
			out->devices = (uint32_t)number;
		} else {
			return false;
		}
		i++;
	}
	return true;
}

/* libsodium starts once a process, on dice that every seed then replaces. */
static void crypto_begin(void)
{
	static struct entropy_stream first;

	entropy_use_seed(&first);
	kept_assert(crypto_start() == 0);
}

/* True if it held. */
static bool run_seed(uint64_t seed, const struct arguments *arguments)
{
	struct world_options options;
	bool held;

	scenario_choose(seed, &options);
	options.verbose = arguments->verbose && arguments->has_seed;
	if (arguments->devices != 0)
		options.device_count = arguments->devices;
	if (arguments->has_seed)
		scenario_print(&options);
	world_start(&world, &options);
	scenario_run(&world);
	held = !world.failed;
	if (!held) {
		fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed,
			world.why);
		trace_dump();
	}
	if (arguments->has_seed || arguments->verbose)
		printf("seed %llu %s, %llu virtual ms, %u words, trace "
		       "%016llx\n",
		       (unsigned long long)seed, held ? "held" : "FAILED",
		       (unsigned long long)world.now_ms, world.word_count,
		       (unsigned long long)trace_hash());
	world_end(&world);
	return held;
}

static bool is_enough(const struct arguments *arguments,
		      const struct shared *shared)
{
	uint64_t failed = shared->failed[0] + shared->failed[1];

	return failed >= 2 * FAILURES_SHOWN || (arguments->stop && failed > 0);
}

static void worker_run(const struct arguments *arguments, struct shared *shared,
		       unsigned worker)
{
	uint64_t end = arguments->first + arguments->count;
	size_t mark;

	folder_enter();
	while (shared->next[worker] < end) {
		uint64_t seed = shared->next[worker];

		shared->failed[worker] += !run_seed(seed, arguments);
		for (mark = 0; mark < MARK_COUNT; mark++)
			shared->marks[worker][mark] += world.marks[mark];
		shared->done[worker]++;
		shared->next[worker] = seed + WORKERS;
		if (is_enough(arguments, shared))
			break;
	}
	folder_leave();
	fflush(stdout);
	_exit(0);
}

static pid_t worker_start(const struct arguments *arguments,
			  struct shared *shared, unsigned worker)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		crypto_begin();
		worker_run(arguments, shared, worker);
	}
	if (child < 0) {
		perror("fork");
		exit(2);
	}
	return child;
}

/* A seed that ended its process counts as failed; the rest goes on. */
static void workers_run(const struct arguments *arguments,
			struct shared *shared)
{
	pid_t children[WORKERS];
	unsigned alive = WORKERS;
	unsigned worker;

	for (worker = 0; worker < WORKERS; worker++) {
		shared->next[worker] = arguments->first + worker;
		children[worker] = worker_start(arguments, shared, worker);
	}
	while (alive > 0) {
		int status = 0;
		pid_t child = wait(&status);

		worker = children[0] == child ? 0 : 1;
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
			alive--;
			continue;
		}
		folder_sweep();
		fprintf(stderr, "seed %llu ended its process\n",
			(unsigned long long)shared->next[worker]);
		shared->failed[worker]++;
		shared->next[worker] += WORKERS;
		if (is_enough(arguments, shared))
			alive--;
		else
			children[worker] =
				worker_start(arguments, shared, worker);
	}
}

static int report(const struct arguments *arguments,
		  const struct shared *shared)
{
	uint64_t done = shared->done[0] + shared->done[1];
	uint64_t failed = shared->failed[0] + shared->failed[1];
	size_t missing = 0;
	size_t mark, i;

	for (mark = 0; mark < MARK_COUNT; mark++)
		printf("%10llu %s\n",
		       (unsigned long long)(shared->marks[0][mark] +
					    shared->marks[1][mark]),
		       world_mark_doc((enum world_mark)mark));
	for (i = 0; arguments->marks && i < KEPT_ARRAY_COUNT(wanted); i++) {
		mark = wanted[i];
		if (shared->marks[0][mark] + shared->marks[1][mark] > 0)
			continue;
		fprintf(stderr, "these seeds met none: %s\n",
			world_mark_doc((enum world_mark)mark));
		missing++;
	}
	printf("%llu seeds from %llu, %llu failed\n", (unsigned long long)done,
	       (unsigned long long)arguments->first,
	       (unsigned long long)failed);
	return failed == 0 && missing == 0 ? 0 : 1;
}

static int run_many(const struct arguments *arguments)
{
	struct shared *shared = mmap(NULL, sizeof *shared,
				     PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED) {
		perror("mmap");
		return 2;
	}
	workers_run(arguments, shared);
	return report(arguments, shared);
}

int main(int argc, char **argv)
{
	struct arguments arguments;
	bool held;

	if (!read_arguments(argc, argv, &arguments)) {
		fprintf(stderr,
			"sim [--seed X | --count N [--first S] "
			"[--marks] [--stop]] [--devices N] [--verbose]\n");
		return 2;
	}
	panic_set_hook(trace_dump);
	if (!arguments.has_seed) {
		if (arguments.count == 0)
			arguments.count = 100;
		return run_many(&arguments);
	}
	crypto_begin();
	folder_enter();
	held = run_seed(arguments.seed, &arguments);
	folder_leave();
	return held ? 0 : 1;
}
