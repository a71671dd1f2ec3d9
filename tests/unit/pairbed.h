/*
 * pairbed.h - two devices about to pair, for the tests of pairing: ana has a
 * journal and shows a code, ben joins. Header only.
 */
#ifndef KEPT_TESTS_PAIRBED_H
#define KEPT_TESTS_PAIRBED_H

#include "daemon/core/pairing.h"

#include "tests/lib/wire.h"

static const char code[] = "orbit-candle-plain";
static const char qr[] = "0123456789abcdef";
static const char *const here[] = { "ana:2" };

static inline int set_up(void **state)
{
	static struct wire wire;

	wire_open(&wire, 2);
	wire_found(&wire, 0);
	wire.devices[0].says_yes = true;
	wire.devices[1].says_yes = true;
	*state = &wire;
	return 0;
}

static inline int tear_down(void **state)
{
	wire_close(*state);
	return 0;
}

static inline int show(struct wire *wire)
{
	struct device *ana = &wire->devices[0];
	struct pairing_show show = {
		.code = bytes_from_str(code),
		.qr_code = bytes_from_str(qr),
		.listen = "ana:2",
		.name = "ana",
		.entries = 12,
	};
	struct err err = { .code = 0 };
	struct effects effects;
	int rc;

	effects_init(&effects);
	assert_int_equal(store_begin(ana->store, &err), 0);
	rc = pairing_start_show(ana->engine, &show, wire->time, &effects, &err);
	assert_int_equal(store_commit(ana->store, &err), 0);
	if (rc == 0) {
		assert_int_equal(effects.count, 1);
		assert_int_equal(effects.items[0].kind, EFFECT_PAIR_LISTEN);
		snprintf(ana->pair_address, sizeof ana->pair_address, "%s",
			 effects.items[0].address);
	}
	effects_release(&effects);
	return rc;
}

static inline void put_device(struct device *device)
{
	struct err err = { .code = 0 };

	assert_int_equal(store_begin(device->store, &err), 0);
	assert_int_equal(store_meta_put(device->store, META_DEVICE,
					bytes_of(device->author.sign.b, 32),
					&err),
			 0);
	assert_int_equal(store_commit(device->store, &err), 0);
}

static inline int join_at(struct wire *wire, const char *typed,
		   const char *const *addresses, size_t count)
{
	struct device *ben = &wire->devices[1];
	struct pairing_join join = {
		.code = bytes_from_str(typed),
		.addresses = addresses,
		.address_count = count,
		.name = "ben",
		.device = ben->author.sign,
		.box = ben->author.box,
		.net = ben->author.net_secret,
	};
	struct err err = { .code = 0 };
	int rc;

	put_device(ben);
	effects_clear(&ben->effects);
	assert_int_equal(store_begin(ben->store, &err), 0);
	rc = pairing_start_join(ben->engine, &join, wire->time, &ben->effects,
				&err);
	assert_int_equal(store_commit(ben->store, &err), 0);
	if (rc == 0)
		wire_perform(wire, 1);
	return rc;
}

static inline int join(struct wire *wire, const char *typed)
{
	return join_at(wire, typed, here, 1);
}

#endif
