/*
 * request.h - what a device's person asks of it, and what comes back.
 */
#ifndef KEPT_SIM_REQUEST_H
#define KEPT_SIM_REQUEST_H

#include "tests/sim/world.h"

/* Connects and says hello. */
void request_connect(struct device *device);
/* Everything that was asked is forgotten: the device is gone. */
void request_forget(struct device *device);
/* params: one map. NULL: too many are under way, or nobody is connected. */
struct request *request_send(struct device *device, enum request_kind kind,
			     const char *method, struct bytes params);
/* Bytes of the device for its person. */
void request_take(struct device *device, struct bytes bytes);
/*
 * Sends it and runs the world until the answer is there: 0, or -1 for an
 * error (world->reply_error its code) or none within limit_ms. The result is
 * in world->reply.
 */
int request_wait(struct device *device, const char *method,
		 struct bytes params, uint64_t limit_ms);
/* A value of a result's map by name; len 0: none. */
struct bytes request_find(struct bytes map, const char *name);
struct bytes request_text(struct bytes element);

/* What people ask for in scripts. */
int request_init(struct device *device);
int request_unlock(struct device *device);
/* code, address: of the inviter's answer to pair_show. */
bool request_pair(struct device *inviter, struct device *joiner, bool wrong);

#endif
