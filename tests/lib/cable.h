/*
 * cable.h - a TCP proxy on a thread of its own that counts every byte
 * between two devices and can be cut.
 */
#ifndef KEPT_TESTS_CABLE_H
#define KEPT_TESTS_CABLE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "proto/base/bytes.h"

#define CABLE_PAIRS 8u

struct cable {
	pthread_t thread;
	int door;
	uint16_t port;
	uint16_t target_port;
	int near[CABLE_PAIRS], far[CABLE_PAIRS]; /* -1: free */
	int last_way;
	FILE *wire; /* Borrows: every byte, both ways; or NULL */
	atomic_bool is_cut;
	atomic_bool is_over;
	atomic_uint open;
	atomic_uint_fast64_t ways[2]; /* bytes to the target, and back */
	atomic_uint connections;
	atomic_uint_fast64_t turns; /* changes of direction */
};

/* From a free port of 127.0.0.1 to target_port there. Ends the program with a
 * line on stderr where loopback can't be had. */
void cable_start(struct cable *cable, uint16_t target_port, FILE *wire);
void cable_stop(struct cable *cable);
/* Returns when no connection is left, and none comes until it is mended. */
void cable_cut(struct cable *cable);
void cable_mend(struct cable *cable);
/* Bytes so far, both ways. */
uint64_t cable_bytes(struct cable *cable);

#endif
