/*
 * wire_scene.c - journals, members, and notes on devices of a wire.
 */
#include "tests/lib/wire.h"

void wire_append(struct wire *wire, size_t at, struct paper *papers,
		 size_t count)
{
	struct device *device = &wire->devices[at];
	struct err err = { .code = 0 };
	size_t i;

	effects_clear(&device->effects);
	assert_int_equal(store_begin(device->store, &err), 0);
	for (i = 0; i < count; i++)
		wire_append_now(device, &papers[i]);
	if (engine_flush(device->engine, wire->time, &device->effects, &err) !=
	    0)
		fail_msg("flush: %s", err.text);
	assert_int_equal(store_commit(device->store, &err), 0);
	wire_perform(wire, at);
}

void wire_write(struct wire *wire, size_t device, size_t count, size_t bytes)
{
	static struct paper paper;

	while (count-- > 0) {
		author_note(&wire->devices[device].author, bytes, &paper);
		wire_append(wire, device, &paper, 1);
	}
}

static void put_identity(struct wire *wire, size_t at)
{
	struct device *device = &wire->devices[at];
	struct err err = { .code = 0 };

	assert_int_equal(store_begin(device->store, &err), 0);
	wire_put_meta(device, META_DEVICE, device->author.sign.b, 32);
	wire_put_meta(device, META_JOURNAL, device->author.journal.b, 32);
	assert_int_equal(store_commit(device->store, &err), 0);
	assert_int_equal(engine_reload(device->engine, NULL, &err), 0);
}

void wire_found(struct wire *wire, size_t at)
{
	static struct paper papers[2];
	struct author *author = &wire->devices[at].author;

	author_genesis(author, &papers[0]);
	author_open(author, &author->data, (struct deps){ NULL, 0 },
		    &papers[1]);
	put_identity(wire, at);
	wire_append(wire, at, papers, 2);
}

/* Blocks of one log from one store into the other's engine. */
static void copy_log(struct device *from, struct device *to,
		     const struct store_log *log, uint64_t first)
{
	struct arena arena;
	struct err err = { .code = 0 };
	uint64_t seq;

	arena_init(&arena, 1 << 20);
	for (seq = first; seq <= log->head_seq; seq++) {
		struct block block;

		assert_int_equal(store_block_get(from->store, log->no, seq,
						 &arena, &block, &err),
				 0);
		if (engine_append(to->engine, &block, &err) != 0)
			fail_msg("copy: %s", err.text);
	}
	arena_release(&arena);
}

void wire_copy_control(struct wire *wire, size_t from, size_t to)
{
	struct device *giver = &wire->devices[from];
	struct device *taker = &wire->devices[to];
	struct err err = { .code = 0 };
	const struct store_log *logs;
	size_t count, i;

	assert_int_equal(store_begin(taker->store, &err), 0);
	logs = engine_logs(giver->engine, &count);
	for (i = 0; i < count; i++) {
		const struct store_log *held;

		if (logs[i].log_class != LOG_CONTROL)
			continue;
		held = engine_find_log(taker->engine, &logs[i].lid);
		copy_log(giver, taker, &logs[i],
			 held == NULL ? 1 : held->head_seq + 1);
	}
	effects_clear(&taker->effects);
	assert_int_equal(
		engine_flush(taker->engine, wire->time, &taker->effects, &err),
		0);
	assert_int_equal(store_commit(taker->store, &err), 0);
	wire_perform(wire, to);
}

void wire_let_in(struct wire *wire, size_t at, size_t joiner)
{
	static struct paper papers[2];
	struct author *author = &wire->devices[at].author;
	struct author *other = &wire->devices[joiner].author;

	author_join(other, author);
	author_add(author, other, wire_deps(wire, at), &papers[0]);
	wire_append(wire, at, papers, 1);
	put_identity(wire, joiner);
	wire_copy_control(wire, at, joiner);
	author_open(other, &other->control, wire_deps(wire, joiner),
		    &papers[0]);
	author_open(other, &other->data, (struct deps){ NULL, 0 }, &papers[1]);
	wire_append(wire, joiner, papers, 2);
}

void wire_know(struct wire *wire, size_t device, size_t other)
{
	struct device *self = &wire->devices[device];
	struct err err = { .code = 0 };

	assert_int_equal(store_begin(self->store, &err), 0);
	if (engine_peer_address(self->engine, &wire->devices[other].author.sign,
				wire_address(other), &err) != 0)
		fail_msg("address: %s", err.text);
	assert_int_equal(store_commit(self->store, &err), 0);
}

const struct peer_status *wire_peer(struct wire *wire, size_t device,
				    size_t other)
{
	static struct peer_status peers[LIMIT_ADDS];
	size_t count =
		engine_peers(wire->devices[device].engine, peers, LIMIT_ADDS);
	size_t i;

	for (i = 0; i < count; i++) {
		if (memcmp(peers[i].device.b,
			   wire->devices[other].author.sign.b, 32) == 0)
			return &peers[i];
	}
	return NULL;
}

uint64_t wire_head(struct wire *wire, size_t device, const struct id16 *lid)
{
	const struct store_log *log =
		engine_find_log(wire->devices[device].engine, lid);

	return log == NULL ? 0 : log->head_seq;
}

bool wire_agree(struct wire *wire, size_t a, size_t b)
{
	const struct store_log *logs;
	size_t count, others, i;

	engine_logs(wire->devices[b].engine, &others);
	logs = engine_logs(wire->devices[a].engine, &count);
	if (count != others)
		return false;
	for (i = 0; i < count; i++) {
		const struct store_log *other =
			engine_find_log(wire->devices[b].engine, &logs[i].lid);

		if (other == NULL || other->head_seq != logs[i].head_seq ||
		    !hash32_equal(&other->head_id, &logs[i].head_id))
			return false;
	}
	return true;
}
