/*
 * rig.c - speaks the session protocol by hand, rightly and wrongly.
 */
#include "tests/lib/rig.h"

#include "proto/codec.h"

struct greeting rig_greeting(struct wire *wire)
{
	return (struct greeting){
		.from = &wire->devices[1].author,
		.to = &wire->devices[0].author.net,
		.jtag = wire->devices[0].author.jtag,
		.least = 1,
		.most = 1,
		.boot = 4711,
	};
}

void rig_make_hello(struct wire *wire, const struct greeting *g,
		    struct noise *noise, struct buf *out)
{
	uint8_t prologue[10 + 16];
	uint8_t payload[48] = { 0 };
	struct noise_options options = {
		.pattern = NOISE_IK,
		.initiator = true,
		.prologue = bytes_of(prologue, sizeof prologue),
		.statik = &g->from->net_secret,
		.remote = g->to,
	};
	struct engine *engine = wire->devices[0].engine;
	struct id16 hint;

	memcpy(prologue, "kept/1/net", 10);
	memcpy(prologue + 10, g->jtag.b, 16);
	payload[0] = g->least;
	payload[1] = g->most;
	le16_put(payload + 6, g->flags);
	le64_put(payload + 8, g->boot);
	if (g->equal)
		chain_digests(&engine->chain, &engine->arena, payload + 16,
			      payload + 32);
	buf_clear(out);
	assert_non_null(buf_extend(out, 16));
	assert_int_equal(noise_start(noise, &options), 0);
	assert_int_equal(noise_write(noise, bytes_of(payload, 48), out), 0);
	noise_hint(g->to, out->ptr + 16, &hint);
	memcpy(out->ptr, hint.b, 16);
	assert_int_equal(out->len, 160);
}

struct wire_end *rig_inbox_end(struct rig *rig)
{
	return &rig->wire->conns[rig->conn].ends[0];
}

bool rig_is_closed(struct rig *rig)
{
	return !rig->wire->conns[rig->conn].ends[1].open;
}

void rig_init(struct rig *rig, struct wire *wire)
{
	memset(rig, 0, sizeof *rig);
	rig->wire = wire;
	buf_init(&rig->plain, (size_t)64 << 20);
	buf_init(&rig->hello, 1024);
	rig->conn = wire_dial_raw(wire, 0, false);
	wire_run(wire);
}

void rig_end(struct rig *rig)
{
	buf_release(&rig->plain);
	buf_release(&rig->hello);
}

/* True: answered, and the channel stands on our side. */
bool rig_greet(struct rig *rig, const struct greeting *g)
{
	struct noise noise;
	struct buf payload;
	bool answered;

	rig_make_hello(rig->wire, g, &noise, &rig->hello);
	wire_raw_send(rig->wire, rig->conn, buf_bytes(&rig->hello));
	wire_run(rig->wire);
	answered = rig_inbox_end(rig)->inbox.len >= 96;
	if (!answered) {
		assert_int_equal(rig_inbox_end(rig)->inbox.len, 0);
		return false;
	}
	buf_init(&payload, 128);
	assert_int_equal(noise_read(&noise,
				    bytes_of(rig_inbox_end(rig)->inbox.ptr, 96),
				    &payload),
			 0);
	buf_consume(&rig_inbox_end(rig)->inbox, 96);
	assert_int_equal(payload.len, 48);
	buf_release(&payload);
	assert_int_equal(noise_split(&noise, &rig->send, &rig->receive), 0);
	return true;
}

void rig_raw(struct rig *rig, struct bytes plain)
{
	struct buf out;

	buf_init(&out, (size_t)4 << 20);
	buf_put_le16(&out, (uint16_t)(plain.len + NOISE_TAG_BYTES));
	assert_int_equal(noise_encrypt(&rig->send, plain, &out), 0);
	wire_raw_send(rig->wire, rig->conn, buf_bytes(&out));
	wire_run(rig->wire);
	buf_release(&out);
}

void rig_send(struct rig *rig, uint8_t number, const void *msg)
{
	struct buf frame;
	size_t at;

	buf_init(&frame, (size_t)2 << 20);
	buf_put_le32(&frame, 0);
	buf_put_u8(&frame, number);
	assert_int_equal(codec_encode(schema_sync(number), msg, &frame), 0);
	le32_put(frame.ptr, (uint32_t)(frame.len - 4));
	for (at = 0; at < frame.len; at += LIMIT_NOISE_PAYLOAD_BYTES) {
		size_t part = frame.len - at;

		if (part > LIMIT_NOISE_PAYLOAD_BYTES)
			part = LIMIT_NOISE_PAYLOAD_BYTES;
		rig_raw(rig, bytes_of(frame.ptr + at, part));
	}
	buf_release(&frame);
}

/* The next frame for us; number 0: none. Borrows. */
struct channel_frame rig_next(struct rig *rig)
{
	struct buf *inbox = &rig_inbox_end(rig)->inbox;
	struct channel_frame frame = { 0 };
	static uint8_t body[LIMIT_FRAME_BYTES];
	size_t len;

	while (inbox->len >= 2) {
		len = le16_get(inbox->ptr);
		if (inbox->len < 2 + len)
			break;
		assert_int_equal(noise_decrypt(&rig->receive,
					       bytes_of(inbox->ptr + 2, len),
					       &rig->plain),
				 0);
		buf_consume(inbox, 2 + len);
	}
	if (rig->plain.len < 5)
		return frame;
	len = le32_get(rig->plain.ptr);
	assert_true(rig->plain.len >= 4 + len);
	frame.number = rig->plain.ptr[4];
	memcpy(body, rig->plain.ptr + 5, len - 1);
	frame.body = bytes_of(body, len - 1);
	buf_consume(&rig->plain, 4 + len);
	return frame;
}

/* Frames until one of that number; false: there is none. */
bool rig_until(struct rig *rig, uint8_t number, struct channel_frame *out)
{
	do {
		*out = rig_next(rig);
	} while (out->number != 0 && out->number != number);
	return out->number == number;
}

/* As a member: greeted, and a STATE that says we hold nothing. */
void rig_enter(struct rig *rig, struct wire *wire)
{
	struct greeting g = rig_greeting(wire);
	struct sync_state nothing = { .present = 0 };

	rig_init(rig, wire);
	assert_true(rig_greet(rig, &g));
	rig_send(rig, SYNC_STATE, &nothing);
	assert_false(rig_is_closed(rig));
}

void rig_send_run(struct rig *rig, const struct block *blocks, size_t count)
{
	struct sync_run run = { .present = 0 };
	struct buf out;

	buf_init(&out, LIMIT_FRAME_BYTES);
	assert_int_equal(run_write(blocks, count, &out), 0);
	run.blocks = buf_bytes(&out);
	rig_send(rig, SYNC_RUN, &run);
	buf_release(&out);
}

/* The dots of the ACK that answers; count 0: none came. */
size_t rig_read_ack(struct rig *rig, bool refused, struct dot *dots, size_t cap)
{
	struct channel_frame frame;
	struct schema_fixes *list;
	struct sync_ack ack;
	struct arena arena;
	size_t i;

	if (!rig_until(rig, SYNC_ACK, &frame))
		return 0;
	arena_init(&arena, 65536);
	assert_int_equal(
		codec_decode(schema_sync(SYNC_ACK), frame.body, &arena, &ack),
		0);
	list = refused ? &ack.refused : &ack.logs;
	for (i = 0; i < list->count && i < cap; i++)
		dots[i] = dot_unpack(list->ptr + i * DOT_BYTES);
	arena_release(&arena);
	return list->count;
}
