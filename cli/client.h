/*
 * client.h - a blocking client of keptd's socket.
 *
 * Starts keptd when nothing answers (the one beside this program, else the
 * one in PATH), under a lock file so that two commands start one. Parameters
 * and results are cJSON trees; notifications that arrive while waiting are
 * kept, in order, for client_event.
 */
#ifndef KEPT_CLI_CLIENT_H
#define KEPT_CLI_CLIENT_H

#include <cjson/cJSON.h>

#include "proto/base/errors.h"
#include "proto/base/paths.h"

struct client;

struct client_options {
	const struct paths *paths; /* Borrows for the call */
	const char *program;       /* argv[0]: where a keptd may lie beside */
	bool may_start;            /* start keptd when nothing answers */
};

/* What the other side said when it refused. */
struct client_refusal {
	int code;            /* of errors.def, 0 if the name is unknown here */
	char name[32];       /* "locked" */
	char message[512];
	char hint[256];
	uint64_t seconds;    /* try_later: how many; 0 if not said */
};

/* ERR_NOT_HERE: no keptd and none could be started (err says why).
 * *started: this call started it. */
int client_open(struct client **out, const struct client_options *options,
		bool *started, struct err *err) KEPT_MUST_USE;
void client_close(struct client *client); /* NULL is fine */

/*
 * One request and its answer; waits up to timeout_ms (0: for ever). params
 * may be NULL; Takes it. result (may be NULL) gives ownership.
 * 0; the refusal's code (ERR_USAGE if its name is new here) with *refusal
 * filled; or ERR_NOT_HERE when the connection ended or the time ran out.
 */
int client_call(struct client *client, const char *method, cJSON *take_params,
		int timeout_ms, cJSON **result, struct client_refusal *refusal)
	KEPT_MUST_USE;
/* The next notification; gives ownership of params. timeout_ms < 0: waits for
 * ever. ERR_BUSY when the time ran out, ERR_NOT_HERE when keptd left,
 * ERR_STOPPED on a signal. */
int client_event(struct client *client, int timeout_ms, char method[32],
		 cJSON **params) KEPT_MUST_USE;
/* Is it down for sure (after stop)? Waits up to timeout_ms. */
bool client_wait_gone(const struct paths *paths, int timeout_ms);

#endif
