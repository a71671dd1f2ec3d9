/*
 * benchhome.h - a device of the bench: a home in a folder of its own and a
 * keptd in it. Everything fails aloud (bench_end).
 */
#ifndef KEPT_TESTS_BENCHHOME_H
#define KEPT_TESTS_BENCHHOME_H

#include <sys/types.h>

#include "tests/bench/benchlink.h"

#define BENCHHOME_PATH_BYTES 256u
#define BENCH_PASSPHRASE "four plain words here"
/* The cheapest stretching, so that it hides little; it is measured apart. */
#define BENCH_KDF_MEMORY (8u << 20)
#define BENCH_KDF_PASSES 1u

struct benchhome {
	char dir[BENCHHOME_PATH_BYTES];
	char socket[BENCHHOME_PATH_BYTES];
	char name[32];
	pid_t pid; /* 0: not running */
	struct benchlink link;
};

/* The program is $KEPT_OUT/keptd. */
void benchhome_start(struct benchhome *home, const char *top, const char *name);
void benchhome_restart(struct benchhome *home);
/* Lets it end by itself: locked, checkpointed. */
void benchhome_stop(struct benchhome *home);
void benchhome_kill(struct benchhome *home);
void benchhome_init(struct benchhome *home);
void benchhome_unlock(struct benchhome *home);
void benchhome_set(struct benchhome *home, const char *key, const char *value);
/* host:port it listens on; waits until it does. */
uint16_t benchhome_port(struct benchhome *home);
/* a shows a code, b joins; both say yes. */
void benchhome_pair(struct benchhome *a, struct benchhome *b);
/* Resident memory of its keptd, bytes. */
uint64_t benchhome_memory(const struct benchhome *home);
/* What its files take, bytes. */
uint64_t benchhome_disk(const struct benchhome *home);

/* Median and the like: sorts. q in [0, 1]. */
double bench_quantile(double *values, size_t count, double q);
double bench_now_ms(void);
void bench_pause_ms(unsigned ms);

#endif
