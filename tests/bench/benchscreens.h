/*
 * benchscreens.h - what the screens of looking back cost a person: a process
 * of kept each time, from its start to its end.
 */
#ifndef KEPT_TESTS_BENCHSCREENS_H
#define KEPT_TESTS_BENCHSCREENS_H

#include <stdbool.h>

#include "tests/bench/benchhome.h"

/* Of a home that is unlocked. The program is $KEPT_OUT/kept. Prints; every
 * command has to work (bench_end). */
void benchscreens_measure(const struct benchhome *home, uint64_t n,
			  bool is_json);

#endif
