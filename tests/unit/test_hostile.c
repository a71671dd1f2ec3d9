/*
 * test_hostile.c - what somebody who was let in once, or nearly, can do.
 *
 * Goal: a device that is removed, about to be, or means harm gets no key it
 * should not have, holds up nobody else, and can not speak for us.
 * Method: engines connected in memory (tests/lib/wire.h); the hostile end is
 * an engine of its own, or bytes by hand. Each test is a hole that was there.
 */
#include "daemon/core/core.h"
#include "daemon/vault/keyring.h"
#include "proto/codec.h"
#include "proto/crypto/kdf.h"
#include "tests/lib/wire.h"

static struct paper paper;

static int set_up(void **state)
{
	static struct wire wire;

	wire_open(&wire, 3);
	wire_found(&wire, 0);
	*state = &wire;
	return 0;
}

static int tear_down(void **state)
{
	wire_close(*state);
	return 0;
}

static void let_in(struct wire *wire, size_t at)
{
	wire_let_in(wire, 0, at);
	wire_copy_control(wire, at, 0);
}

static void remove_at(struct wire *wire, size_t by, size_t whom)
{
	author_remove(&wire->devices[by].author,
		      &wire->devices[whom].author.sign, NULL, 0,
		      wire_deps(wire, by), &paper);
	wire_append(wire, by, &paper, 1);
}

/* ---- keys ---- */

/* A rotation for others only, made by one who then is removed. */
static void an_epoch_its_maker_is_left_out_of_is_not_written_under(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct device *ben = &wire->devices[1];
	const struct sign_public *both[] = { &ana->author.sign,
					     &ben->author.sign };
	const struct roster *roster;

	let_in(wire, 1);
	author_rotate(&ana->author, 1, both, 2, wire_deps(wire, 0), &paper);
	wire_append(wire, 0, &paper, 1);
	wire_copy_control(wire, 0, 1);
	author_rotate(&ben->author, 2, both, 1, wire_deps(wire, 1), &paper);
	wire_append(wire, 1, &paper, 1);
	wire_copy_control(wire, 1, 0);
	remove_at(wire, 0, 1);
	roster = engine_roster(ana->engine);
	assert_int_equal(roster->epoch_count, 2);
	assert_false(roster->epochs[1].is_void);
	assert_int_equal(roster->epochs[1].n, 2);
	/* ben has the key of 2, and 1 is for ben too: rotate first. */
	assert_null(roster_write_epoch(roster));
	author_rotate(&ana->author, 3, both, 1, wire_deps(wire, 0), &paper);
	wire_append(wire, 0, &paper, 1);
	assert_int_equal(roster_write_epoch(engine_roster(ana->engine))->n, 3);
}

/* Hundreds of rotations by one device leave room for those of others. */
static void one_device_does_not_fill_the_ring(void **state)
{
	enum { HOSTILE = LIMIT_EPOCHS + 10, ALL = HOSTILE + 1 };
	static struct keyring ring;
	static struct roster_epoch epochs[ALL];
	static struct control_rotate records[ALL];
	static struct control_wrap wraps[ALL];
	static uint8_t sealed[ALL][160];
	struct roster roster = { .epochs = epochs, .epoch_count = ALL };
	struct box_secret ephemeral;
	struct box_public epk;
	size_t i, added;
	bool missing;

	(void)state;
	keyring_make(&ring);
	box_keypair(&epk, &ephemeral);
	for (i = 0; i < ALL; i++) {
		struct keyring_wrap wrap = { .epk = &epk,
					     .to = &ring.box_pub,
					     .journal = &ring.journal,
					     .n = (uint32_t)i + 1 };
		struct epoch_key key = { { (uint8_t)i, (uint8_t)(i >> 8) } };
		struct buf out;

		buf_init(&out, 160);
		assert_int_equal(
			keyring_wrap_epoch(&wrap, &ephemeral, &key, &out), 0);
		memcpy(sealed[i], out.ptr, out.len);
		wraps[i].sealed = bytes_of(sealed[i], out.len);
		memcpy(wraps[i].to, ring.sign_pub.b, sizeof wraps[i].to);
		buf_release(&out);
		keyring_commit(&key, records[i].commit);
		memcpy(records[i].epk, epk.b, sizeof epk.b);
		records[i].wraps.items = &wraps[i];
		records[i].wraps.count = 1;
		epochs[i].n = (uint32_t)i + 1;
		le32_put(epochs[i].rotate.b, (uint32_t)i + 1);
		epochs[i].author.b[0] = i == 0 ? 1 : 2;
		epochs[i].record = &records[i];
	}
	/* The one by another is the oldest, and so comes last. */
	assert_int_equal(keyring_learn(&ring, &roster, &added, &missing), 0);
	assert_int_equal(added, LIMIT_EPOCHS / 2 + 1);
	assert_true(missing);
	assert_non_null(keyring_find(&ring, &epochs[0].rotate));
	assert_non_null(keyring_find(&ring, &epochs[ALL - 1].rotate));
	keyring_wipe(&ring);
}

/* ---- room ---- */

/* rc of appending it, and nothing else. */
static int try_append(struct device *device, const struct paper *record)
{
	struct err err = { .code = 0 };

	return engine_append(device->engine, &record->block, &err);
}

static void one_device_does_not_use_up_the_logs_of_all(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct author *ben = &wire->devices[1].author;
	struct err err = { .code = 0 };
	uint8_t i;
	int rc = 0;

	let_in(wire, 1);
	assert_int_equal(store_begin(ana->store, &err), 0);
	/* Two are there: one for control, one for data. */
	for (i = 2; i < LIMIT_LOGS_PER_DEVICE && rc == 0; i++) {
		author_renew(ben, (uint8_t)(100 + i));
		author_open(ben, &ben->control, wire_deps(wire, 1), &paper);
		rc = try_append(ana, &paper);
	}
	assert_int_equal(rc, 0);
	author_renew(ben, 99);
	author_open(ben, &ben->control, wire_deps(wire, 1), &paper);
	assert_int_equal(try_append(ana, &paper), ERR_LIMIT);
	author_renew(&ana->author, 99);
	author_open(&ana->author, &ana->author.control, wire_deps(wire, 0),
		    &paper);
	assert_int_equal(try_append(ana, &paper), 0);
	assert_int_equal(store_commit(ana->store, &err), 0);
}

static void one_device_does_not_use_up_the_records_of_all(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct author *ben = &wire->devices[1].author;
	struct err err = { .code = 0 };
	uint8_t nothing[] = { 0x80 };
	size_t i;
	int rc = 0;

	let_in(wire, 1);
	assert_int_equal(store_begin(ana->store, &err), 0);
	for (i = ben->control.seq; i < LIMIT_RECORDS_PER_DEVICE && rc == 0;
	     i++) {
		author_control(ben, 20, bytes_of(nothing, 1), &paper);
		rc = try_append(ana, &paper);
	}
	assert_int_equal(rc, 0);
	author_control(ben, 20, bytes_of(nothing, 1), &paper);
	assert_int_equal(try_append(ana, &paper), ERR_LIMIT);
	author_control(&ana->author, 20, bytes_of(nothing, 1), &paper);
	assert_int_equal(try_append(ana, &paper), 0);
	assert_int_equal(store_commit(ana->store, &err), 0);
}

/* ---- a handshake that takes its time ---- */

struct caller {
	size_t conn;
	struct noise_cipher send, receive;
};

/* Message 1 as that device, and the answer; no frame yet. */
static void call(struct wire *wire, struct caller *caller,
		 const struct author *as)
{
	const struct author *ana = &wire->devices[0].author;
	uint8_t prologue[26], payload[48] = { 1, 1, 0, 0, 0, 0, 1, 0, 77 };
	struct noise_options options = {
		.pattern = NOISE_IK,
		.initiator = true,
		.prologue = bytes_of(prologue, sizeof prologue),
		.statik = &as->net_secret,
		.remote = &ana->net,
	};
	struct buf *inbox;
	struct noise noise;
	struct id16 hint;
	struct buf out;

	buf_init(&out, 1024);
	memcpy(prologue, "kept/1/net", 10);
	memcpy(prologue + 10, ana->jtag.b, 16);
	assert_int_equal(noise_start(&noise, &options), 0);
	assert_int_equal(
		noise_write(&noise, bytes_of(payload, sizeof payload), &out),
		0);
	noise_hint(&ana->net, out.ptr, &hint);
	caller->conn = wire_dial_raw(wire, 0, false);
	wire_run(wire);
	wire_raw_send(wire, caller->conn, bytes_of(hint.b, sizeof hint.b));
	wire_raw_send(wire, caller->conn, buf_bytes(&out));
	wire_run(wire);
	inbox = &wire->conns[caller->conn].ends[0].inbox;
	assert_true(inbox->len >= GREET_ANSWER_BYTES);
	buf_clear(&out);
	assert_int_equal(noise_read(&noise,
				    bytes_of(inbox->ptr, GREET_ANSWER_BYTES),
				    &out),
			 0);
	buf_consume(inbox, inbox->len);
	assert_int_equal(noise_split(&noise, &caller->send, &caller->receive),
			 0);
	buf_release(&out);
}

static void say(struct wire *wire, struct caller *caller, uint8_t number,
		const void *msg, size_t times)
{
	struct buf frame, out;
	size_t i;

	buf_init(&frame, 4096);
	buf_init(&out, 1 << 20);
	buf_put_le32(&frame, 0);
	buf_put_u8(&frame, number);
	assert_int_equal(codec_encode(schema_sync(number), msg, &frame), 0);
	le32_put(frame.ptr, (uint32_t)(frame.len - 4));
	for (i = 0; i < times; i++) {
		buf_put_le16(&out, (uint16_t)(frame.len + NOISE_TAG_BYTES));
		assert_int_equal(
			noise_encrypt(&caller->send, buf_bytes(&frame), &out),
			0);
	}
	wire_raw_send(wire, caller->conn, buf_bytes(&out));
	wire_run(wire);
	buf_release(&frame);
	buf_release(&out);
}

static void removal_in_the_middle_of_a_handshake_ends_it(void **state)
{
	static const struct sync_ack nothing;
	struct wire *wire = *state;
	struct caller caller;

	let_in(wire, 1);
	call(wire, &caller, &wire->devices[1].author);
	remove_at(wire, 0, 1);
	say(wire, &caller, SYNC_ACK, &nothing, 1);
	assert_int_equal(wire->devices[0].notified[NOTIFY_PEER_UP], 0);
	assert_false(wire->conns[caller.conn].ends[1].open);
	assert_int_equal(wire->conns[caller.conn].ends[0].inbox.len, 0);
}

/* ---- speaking for us ---- */

/* A session of `as` that says it holds a thousand blocks of ana's log. */
static void claim_more(struct wire *wire, const struct author *as,
		       const struct id16 *lid)
{
	struct sync_state claim = { .present = 0 };
	struct dot dot = { .lid = *lid, .seq = 1000 };
	uint8_t packed[DOT_BYTES];
	struct caller caller;

	wire->time.now_ms += 60000;
	call(wire, &caller, as);
	dot_pack(&dot, packed);
	claim.logs = (struct schema_fixes){ .ptr = packed, .count = 1 };
	SCHEMA_SET(&claim, sync_state, logs);
	say(wire, &caller, SYNC_STATE, &claim, 1);
	wire_cut(wire);
	wire_run(wire);
}

static void open_new_logs(struct wire *wire, uint8_t salt)
{
	struct device *ana = &wire->devices[0];
	struct err err = { .code = 0 };

	author_renew(&ana->author, salt);
	assert_int_equal(store_begin(ana->store, &err), 0);
	author_open(&ana->author, &ana->author.control, wire_deps(wire, 0),
		    &paper);
	assert_int_equal(try_append(ana, &paper), 0);
	author_open(&ana->author, &ana->author.data, (struct deps){ NULL, 0 },
		    &paper);
	assert_int_equal(try_append(ana, &paper), 0);
	engine_logs_opened(ana->engine);
	assert_int_equal(store_commit(ana->store, &err), 0);
}

static void a_stranger_can_not_close_our_logs(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct author stranger;

	wire_write(wire, 0, 2, 100);
	author_init(&stranger, 42);
	claim_more(wire, &stranger, &ana->author.data.lid);
	assert_int_equal(engine_wants_logs(ana->engine), 0);
	wire_write(wire, 0, 1, 100);
}

/* A member is believed: it may hold what we lost. But not for ever. */
static void a_member_can_not_use_up_our_logs_with_words(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	const struct author *ben = &wire->devices[1].author;
	uint8_t round;

	let_in(wire, 1);
	for (round = 0; round < 40; round++) {
		claim_more(wire, ben, &ana->author.data.lid);
		if (engine_wants_logs(ana->engine) == 0)
			break;
		open_new_logs(wire, (uint8_t)(20 + 2 * round));
	}
	assert_int_equal(round, LIMIT_LOGS_PER_DEVICE / 2 / 2 - 1);
	wire_write(wire, 0, 1, 100);
}

static void a_log_is_closed_once(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	const struct author *ben = &wire->devices[1].author;
	struct id16 old = ana->author.data.lid;

	let_in(wire, 1);
	claim_more(wire, ben, &old);
	assert_int_not_equal(engine_wants_logs(ana->engine), 0);
	open_new_logs(wire, 20);
	claim_more(wire, ben, &old);
	assert_int_equal(engine_wants_logs(ana->engine), 0);
	wire_write(wire, 0, 1, 100);
}

static void headers_are_told_once_a_turn(void **state)
{
	struct wire *wire = *state;
	struct author *ana = &wire->devices[0].author;
	struct sync_state hello = { .present = 0 };
	struct sync_want_range range = { .from = 1, .to = 300 };
	struct sync_want want = { .ranges = { &range, 1 }, .headers = true };
	struct caller caller;
	size_t one;

	let_in(wire, 1);
	wire_write(wire, 0, 300, 64);
	memcpy(range.lid, ana->data.lid.b, 16);
	SCHEMA_SET(&want, sync_want, headers);
	SCHEMA_SET(&hello, sync_state, logs);
	call(wire, &caller, &wire->devices[1].author);
	say(wire, &caller, SYNC_STATE, &hello, 1);
	wire->conns[caller.conn].ends[0].inbox.len = 0;
	say(wire, &caller, SYNC_WANT, &want, 1);
	one = wire->conns[caller.conn].ends[0].inbox.len;
	assert_true(one > 300 * BLOCK_HEADER_BYTES);
	assert_true(wire->conns[caller.conn].ends[1].open);
	wire->conns[caller.conn].ends[0].inbox.len = 0;
	say(wire, &caller, SYNC_WANT, &want, 500);
	assert_false(wire->conns[caller.conn].ends[1].open);
	assert_true(wire->conns[caller.conn].ends[0].inbox.len < one + 4096);
}

/* ---- two histories ---- */

/* Which came first, the removal or the fork, makes no difference. */
static void a_branch_is_cut_where_its_log_is(void **state)
{
	static struct paper first, second;
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct device *cai = &wire->devices[2];
	struct author *ben = &wire->devices[1].author;
	struct author_log before;
	struct id16 lids[2];
	size_t i, k;

	let_in(wire, 1);
	let_in(wire, 2);
	wire_copy_control(wire, 0, 2);
	before = ben->data;
	author_note(ben, 64, &first);
	ben->data = before;
	author_note(ben, 128, &second);
	lids[0] = ben->data.lid;
	kdf_fork_lid(&ben->data.lid,
		     memcmp(first.block.id.b, second.block.id.b, 32) < 0
			     ? &second.block.id
			     : &first.block.id,
		     &lids[1]);
	for (i = 0; i < 2; i++) {
		struct device *device = i == 0 ? ana : cai;
		struct chain *chain = &device->engine->chain;
		struct err err = { .code = 0 };

		if (i == 1) {
			remove_at(wire, 0, 1);
			wire_copy_control(wire, 0, 2);
		}
		for (k = 0; k < 2; k++) {
			struct run run = { k == 0 ? &first.block
						  : &second.block,
					   1 };
			uint32_t log;

			assert_int_equal(store_begin(device->store, &err), 0);
			assert_int_equal(chain_admit(chain, &run, &log, &err),
					 0);
			assert_int_equal(chain_refresh(chain, &err), 0);
			assert_int_equal(store_commit(device->store, &err), 0);
		}
	}
	for (k = 0; k < 2; k++) {
		const struct store_log *a =
			engine_find_log(ana->engine, &lids[k]);
		const struct store_log *c =
			engine_find_log(cai->engine, &lids[k]);

		assert_non_null(a);
		assert_non_null(c);
		assert_int_equal(a->flags & STORE_LOG_QUARANTINE,
				 STORE_LOG_QUARANTINE);
		assert_int_equal(c->flags & STORE_LOG_QUARANTINE,
				 STORE_LOG_QUARANTINE);
		assert_int_equal(a->cut, c->cut);
	}
}

/* ---- pairing ---- */

static void show(struct wire *wire, const char *code)
{
	struct device *ana = &wire->devices[0];
	struct pairing_show show = { .code = bytes_from_str(code),
				     .qr_code = bytes_from_str("0123456789"
							       "abcdef"),
				     .listen = "ana:2",
				     .name = "ana" };
	struct err err = { .code = 0 };

	effects_clear(&ana->effects);
	assert_int_equal(store_begin(ana->store, &err), 0);
	assert_int_equal(pairing_start_show(ana->engine, &show, wire->time,
					    &ana->effects, &err),
			 0);
	assert_int_equal(store_commit(ana->store, &err), 0);
	wire_perform(wire, 0);
}

static void join(struct wire *wire, const char *code)
{
	static const char *const here[] = { "ana:2" };
	struct device *ben = &wire->devices[1];
	struct pairing_join join = { .code = bytes_from_str(code),
				     .addresses = here,
				     .address_count = 1,
				     .name = "ben",
				     .device = ben->author.sign,
				     .box = ben->author.box,
				     .net = ben->author.net_secret };
	struct err err = { .code = 0 };

	effects_clear(&ben->effects);
	assert_int_equal(store_begin(ben->store, &err), 0);
	assert_int_equal(store_meta_put(ben->store, META_DEVICE,
					bytes_of(ben->author.sign.b, 32), &err),
			 0);
	assert_int_equal(pairing_start_join(ben->engine, &join, wire->time,
					    &ben->effects, &err),
			 0);
	assert_int_equal(store_commit(ben->store, &err), 0);
	wire_perform(wire, 1);
	wire_run(wire);
}

/* One code of words in ten is as long as what a QR code holds. */
static void words_of_sixteen_bytes_are_words(void **state)
{
	static const char code[] = "acre-acorn-adobe";
	struct wire *wire = *state;

	assert_int_equal(strlen(code), 16);
	wire->devices[0].says_yes = true;
	wire->devices[1].says_yes = true;
	show(wire, code);
	join(wire, code);
	assert_int_equal(wire->devices[0].asks[PAIRING_FAILED], 0);
	assert_int_equal(wire->devices[0].asks[PAIRING_DONE], 1);
	assert_int_equal(wire->devices[1].asks[PAIRING_DONE], 1);
}

/* Somebody saw the code, cuts the line, and calls while the person still
 * looks at the words of the right one. */
static void a_yes_is_for_the_words_it_was_asked_about(void **state)
{
	static const char code[] = "orbit-candle-plain";
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];

	wire->devices[1].says_yes = true;
	show(wire, code);
	join(wire, code);
	assert_int_equal(ana->seen.ask, PAIRING_SHOW_WORDS);
	wire_cut(wire);
	wire_run(wire);
	assert_int_equal(ana->asks[PAIRING_FAILED], 1);
	assert_true(ana->seen.ended);
	assert_false(pairing_now(ana->engine)->active);
	assert_string_equal(ana->pair_address, "");
	ana->says_yes = true;
	author_init(&wire->devices[1].author, 77);
	join(wire, code);
	assert_int_equal(ana->asks[PAIRING_WANT_ADD], 0);
}

#define with_wire(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_wire(
			an_epoch_its_maker_is_left_out_of_is_not_written_under),
		with_wire(one_device_does_not_fill_the_ring),
		with_wire(one_device_does_not_use_up_the_logs_of_all),
		with_wire(one_device_does_not_use_up_the_records_of_all),
		with_wire(removal_in_the_middle_of_a_handshake_ends_it),
		with_wire(a_stranger_can_not_close_our_logs),
		with_wire(a_member_can_not_use_up_our_logs_with_words),
		with_wire(a_log_is_closed_once),
		with_wire(headers_are_told_once_a_turn),
		with_wire(a_branch_is_cut_where_its_log_is),
		with_wire(words_of_sixteen_bytes_are_words),
		with_wire(a_yes_is_for_the_words_it_was_asked_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
