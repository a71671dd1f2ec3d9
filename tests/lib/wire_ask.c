/*
 * wire_ask.c - what pairing asks of its wiring, done by hand.
 */
#include "tests/lib/wire.h"

#include "proto/crypto/kdf.h"

void wire_append_now(struct device *device, const struct paper *paper)
{
	struct err err = { .code = 0 };

	if (engine_append(device->engine, &paper->block, &err) != 0)
		fail_msg("append: %s", err.text);
}

void wire_put_meta(struct device *device, enum store_meta key,
		   const void *value, size_t len)
{
	struct err err = { .code = 0 };

	assert_int_equal(
		store_meta_put(device->store, key, bytes_of(value, len), &err),
		0);
}

struct deps wire_deps(struct wire *wire, size_t device)
{
	const struct roster *roster =
		engine_roster(wire->devices[device].engine);

	return (struct deps){ roster->heads, roster->head_count };
}

static void write_asked(struct wire *wire, size_t at, struct paper *paper)
{
	struct device *device = &wire->devices[at];
	struct author *author = &device->author;
	const struct pairing_state *state = &device->seen;
	const struct sign_public *to[LIMIT_WRAPS];
	const struct roster *roster;
	struct author joiner;
	size_t i, count = 0;

	switch (state->ask) {
	case PAIRING_WANT_ADD:
		memset(&joiner, 0, sizeof joiner);
		joiner.sign = state->device;
		joiner.box = state->box;
		joiner.net = state->net;
		author_add(author, &joiner, wire_deps(wire, at), paper);
		wire_append_now(device, paper);
		return;
	case PAIRING_WANT_JOURNAL:
		author->journal = state->journal;
		kdf_jtag(&author->journal, &author->jtag);
		wire_put_meta(device, META_JOURNAL, state->journal.b, 32);
		return;
	case PAIRING_WANT_LOGS:
		author_open(author, &author->control, wire_deps(wire, at),
			    paper);
		wire_append_now(device, paper);
		author_open(author, &author->data, (struct deps){ NULL, 0 },
			    paper);
		wire_append_now(device, paper);
		return;
	case PAIRING_WANT_ROTATE:
		roster = engine_roster(device->engine);
		for (i = 0; i < roster->member_count; i++) {
			if (roster->members[i].standing == ROSTER_MEMBER)
				to[count++] = &roster->members[i].device;
		}
		author_rotate(author, roster_next_epoch(roster), to, count,
			      wire_deps(wire, at), paper);
		wire_append_now(device, paper);
		return;
	case PAIRING_NOTHING:
	case PAIRING_WANT_PROOF:
	case PAIRING_SHOW_WORDS:
	case PAIRING_DONE:
	case PAIRING_FAILED:
		break;
	}
}

/* One ask; false: nothing to do. */
bool wire_take_ask(struct wire *wire, size_t at, struct paper *paper)
{
	struct device *device = &wire->devices[at];
	const struct pairing_state *state = pairing_now(device->engine);
	struct err err = { .code = 0 };
	struct signature proof;

	if (state->ask == PAIRING_NOTHING || device->reads_nothing)
		return false;
	if (state->ask == PAIRING_SHOW_WORDS && !device->says_yes &&
	    !device->says_no) {
		device->seen = *state;
		return false;
	}
	device->seen = *state;
	device->asks[state->ask]++;
	switch (state->ask) {
	case PAIRING_WANT_PROOF:
		sign_message(&device->author.sign_secret, SIGN_PAIR_PROOF,
			     bytes_of(state->handshake_hash, 64), &proof);
		assert_int_equal(pairing_give_proof(device->engine, &proof,
						    &device->effects),
				 0);
		return true;
	case PAIRING_SHOW_WORDS:
		assert_int_equal(pairing_answer(device->engine,
						device->says_yes, wire->time,
						&device->effects),
				 0);
		return true;
	case PAIRING_DONE:
	case PAIRING_FAILED:
		pairing_acknowledge(device->engine);
		return true;
	case PAIRING_NOTHING:
		return false;
	case PAIRING_WANT_ADD:
	case PAIRING_WANT_JOURNAL:
	case PAIRING_WANT_LOGS:
	case PAIRING_WANT_ROTATE:
		break;
	}
	write_asked(wire, at, paper);
	if (pairing_give_done(device->engine, wire->time, &device->effects,
			      &err) != 0)
		fail_msg("pairing: %s", err.text);
	return true;
}
