/*
 * net.h - connections between devices: slow, in pieces, cut, half open, and
 * open to strangers.
 */
#ifndef KEPT_SIM_NET_H
#define KEPT_SIM_NET_H

#include "tests/sim/world.h"

/* Effects of a device. */
void net_dial(struct device *device, const struct effect *effect);
void net_send(struct device *device, uint32_t id, struct bytes bytes);
void net_close(struct device *device, uint32_t id);
/* All of a device's connections end: it went, or dropped them. */
void net_drop_device(struct device *device);

/* Actions. */
void net_on_dial(struct world *world, const struct action *action);
void net_on_deliver(struct world *world, const struct action *action);
void net_on_down(struct world *world, const struct action *action);
void net_on_cut(struct world *world);
void net_on_stranger(struct world *world);

/* Ends every connection (the network heals: all dial anew). */
void net_reset(struct world *world);
void net_release(struct world *world);
void net_address(const struct device *device, char out[64]);

#endif
