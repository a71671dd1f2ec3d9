/*
 * test_forgers.c - pairing against an end that does as it likes.
 *
 * Goal: only whoever knows the code and owns the keys shown gets as far as
 * the words; nothing else costs more than the connection. Method: the
 * joiner's messages by hand.
 */
#include "daemon/core/pairing.h"

#include "daemon/core/pairing_inside.h"
#include "proto/codec.h"
#include "proto/crypto/kdf.h"
#include "proto/crypto/noise.h"
#include "proto/crypto/pake.h"
#include "tests/lib/wire.h"
#include "tests/unit/pairbed.h"

static void assert_paired(struct wire *wire)
{
	struct device *ana = &wire->devices[0];
	struct device *ben = &wire->devices[1];

	assert_int_equal(ana->asks[PAIRING_DONE], 1);
	assert_int_equal(ben->asks[PAIRING_DONE], 1);
	assert_true(roster_is_member(engine_roster(ana->engine),
				     &ben->author.sign));
	assert_true(roster_is_member(engine_roster(ben->engine),
				     &ana->author.sign));
	assert_true(roster_is_member(engine_roster(ben->engine),
				     &ben->author.sign));
	assert_false(pairing_now(ana->engine)->active);
	assert_false(pairing_now(ben->engine)->active);
}

static void raw_message(struct wire *wire, size_t conn, const void *message,
			size_t len)
{
	uint8_t head[2];

	le16_put(head, (uint16_t)len);
	wire_raw_send(wire, conn, bytes_of(head, 2));
	wire_raw_send(wire, conn, bytes_of(message, len));
	wire_run(wire);
}

/* The next message for us. */
static struct bytes raw_read(struct wire *wire, size_t conn)
{
	struct buf *inbox = &wire->conns[conn].ends[0].inbox;
	static uint8_t out[256];
	size_t len;

	assert_true(inbox->len >= 2);
	len = le16_get(inbox->ptr);
	assert_true(len <= sizeof out && inbox->len >= 2 + len);
	memcpy(out, inbox->ptr + 2, len);
	buf_consume(inbox, 2 + len);
	return bytes_of(out, len);
}

/* A joiner that knows the code and follows the handshake, to a point. */
struct forger {
	size_t conn;
	uint8_t hash[64];
	struct noise_cipher send, receive;
};

static void forge_channel(struct wire *wire, struct forger *forger,
			  const struct net_secret *net)
{
	static const char context[] = "kept/1/pair device words";
	uint8_t said[1 + 32 + 32 + 64] = { 0 };
	uint8_t prologue[11 + sizeof said];
	uint8_t isk[64], psk[32];
	struct pake pake;
	struct pake_options options = {
		.code = bytes_from_str(code),
		.context = bytes_from_str(context),
		.sid = bytes_of(said + 1, 64),
		.initiator = true,
	};
	struct noise noise;
	struct noise_options handshake = {
		.pattern = NOISE_XXPSK0,
		.initiator = true,
		.prologue = bytes_of(prologue, sizeof prologue),
		.statik = net,
		.psk = psk,
	};
	struct buf out;

	buf_init(&out, 1024);
	forger->conn = wire_dial_raw(wire, 0, true);
	memset(said + 1, 7, 32);
	wire_run(wire);
	raw_message(wire, forger->conn, said, 33);
	memcpy(said + 33, raw_read(wire, forger->conn).ptr, 32);
	assert_int_equal(pake_start(&pake, &options), 0);
	memcpy(said + 65, pake_share(&pake), 32);
	raw_message(wire, forger->conn, said + 65, 32);
	memcpy(said + 97, raw_read(wire, forger->conn).ptr, 32);
	assert_int_equal(pake_finish(&pake, said + 97, bytes_of(NULL, 0), isk),
			 0);
	kdf(bytes_of(isk, 64), KDF_PAIR_PSK, bytes_of(NULL, 0), psk, 32);
	memcpy(prologue, "kept/1/pair", 11);
	memcpy(prologue + 11, said, sizeof said);
	assert_int_equal(noise_start(&noise, &handshake), 0);
	assert_int_equal(noise_write(&noise, bytes_of(NULL, 0), &out), 0);
	raw_message(wire, forger->conn, out.ptr, out.len);
	buf_clear(&out);
	assert_int_equal(noise_read(&noise, raw_read(wire, forger->conn), &out),
			 0);
	buf_clear(&out);
	assert_int_equal(noise_write(&noise, bytes_of(NULL, 0), &out), 0);
	raw_message(wire, forger->conn, out.ptr, out.len);
	memcpy(forger->hash, noise_hash(&noise), 64);
	assert_int_equal(noise_split(&noise, &forger->send, &forger->receive),
			 0);
	buf_release(&out);
}

static void forge_frame(struct wire *wire, struct forger *forger,
			uint8_t number, const void *msg)
{
	struct buf frame, out;

	buf_init(&frame, 4096);
	buf_init(&out, 4096);
	buf_put_le32(&frame, 0);
	buf_put_u8(&frame, number);
	assert_int_equal(codec_encode(schema_sync(number), msg, &frame), 0);
	le32_put(frame.ptr, (uint32_t)(frame.len - 4));
	assert_int_equal(noise_encrypt(&forger->send, buf_bytes(&frame), &out),
			 0);
	raw_message(wire, forger->conn, out.ptr, out.len);
	buf_release(&frame);
	buf_release(&out);
}

static void good_keys(const struct author *author, const struct forger *forger,
		      struct sync_pair_keys *keys)
{
	struct signature proof;

	memset(keys, 0, sizeof *keys);
	sign_message(&author->sign_secret, SIGN_PAIR_PROOF,
		     bytes_of(forger->hash, 64), &proof);
	memcpy(keys->device, author->sign.b, 32);
	memcpy(keys->box, author->box.b, 32);
	memcpy(keys->net, author->net.b, 32);
	memcpy(keys->proof, proof.b, 64);
	keys->name = bytes_from_str("forger");
}

enum forgery {
	FORGE_NOTHING,
	FORGE_OTHER_NET,
	FORGE_OTHER_HASH,
	FORGE_OTHER_DEVICE,
	FORGE_LOW_BOX,
	FORGE_KNOWN_BOX,
	FORGE_ONE_KEY,
	FORGE_KNOWN_DEVICE,
	FORGE_COUNT
};

static void keys_that_are_not_the_joiners_own_are_refused(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct author mallory;
	int forgery;

	author_init(&mallory, 99);
	ana->says_yes = false;
	for (forgery = FORGE_COUNT - 1; forgery >= 0; forgery--) {
		struct author *who =
			forgery == FORGE_KNOWN_DEVICE ? &ana->author : &mallory;
		struct sync_pair_keys keys;
		struct forger forger;

		if (!pairing_now(ana->engine)->active)
			assert_int_equal(show(wire), 0);
		forge_channel(wire, &forger, &mallory.net_secret);
		if (forgery == FORGE_OTHER_HASH)
			forger.hash[3] ^= 1;
		good_keys(who, &forger, &keys);
		if (forgery == FORGE_KNOWN_DEVICE)
			memcpy(keys.net, mallory.net.b, 32);
		if (forgery == FORGE_OTHER_NET)
			memcpy(keys.net, ana->author.box.b, 32);
		if (forgery == FORGE_OTHER_DEVICE)
			memcpy(keys.device, ana->author.sign.b, 32);
		if (forgery == FORGE_LOW_BOX)
			memset(keys.box, 0, 32);
		if (forgery == FORGE_KNOWN_BOX)
			memcpy(keys.box, ana->author.box.b, 32);
		if (forgery == FORGE_ONE_KEY)
			memcpy(keys.box, keys.device, 32);
		forge_frame(wire, &forger, SYNC_PAIR_KEYS, &keys);
		if (forgery == FORGE_NOTHING) {
			assert_int_equal(ana->seen.ask, PAIRING_SHOW_WORDS);
			assert_string_equal(ana->seen.name, "forger");
			break;
		}
		assert_int_not_equal(pairing_now(ana->engine)->ask,
				     PAIRING_SHOW_WORDS);
		assert_false(wire->conns[forger.conn].ends[1].open);
		/* No strike: the code was right. */
		assert_int_equal(pairing_now(ana->engine)->strikes, 0);
	}
}

static void our_own_share_sent_back_leads_nowhere(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	uint8_t first[33] = { 0 };
	uint8_t zeros[32] = { 0 };
	size_t conn;

	assert_int_equal(show(wire), 0);
	/* The identity for a share. */
	conn = wire_dial_raw(wire, 0, true);
	wire_run(wire);
	raw_message(wire, conn, first, sizeof first);
	(void)raw_read(wire, conn);
	raw_message(wire, conn, zeros, 32);
	assert_false(wire->conns[conn].ends[1].open);
	/* Message 1 again where 3 belongs, and lengths nobody has. */
	conn = wire_dial_raw(wire, 0, true);
	wire_run(wire);
	raw_message(wire, conn, first, sizeof first);
	(void)raw_read(wire, conn);
	raw_message(wire, conn, first, sizeof first);
	assert_false(wire->conns[conn].ends[1].open);
	conn = wire_dial_raw(wire, 0, true);
	wire_run(wire);
	raw_message(wire, conn, first, 1);
	assert_false(wire->conns[conn].ends[1].open);
	assert_int_equal(ana->asks[PAIRING_FAILED], 0);
	assert_int_equal(pairing_now(ana->engine)->strikes, 0);
	assert_int_equal(join(wire, code), 0);
	wire_run(wire);
	assert_paired(wire);
}

static void yes_before_keys_has_no_place(void **state)
{
	struct wire *wire = *state;
	struct sync_pair_confirm yes = { .yes = true };
	struct author mallory;
	struct forger forger;

	author_init(&mallory, 99);
	assert_int_equal(show(wire), 0);
	forge_channel(wire, &forger, &mallory.net_secret);
	forge_frame(wire, &forger, SYNC_PAIR_CONFIRM, &yes);
	assert_false(wire->conns[forger.conn].ends[1].open);
	assert_int_equal(wire->devices[0].asks[PAIRING_WANT_ADD], 0);
}

/* The inviter's name in message 6: text, or the joiner leaves. */
static void a_name_that_is_no_text_is_never_shown(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct device *ben = &wire->devices[1];

	ben->says_yes = false;
	assert_int_equal(show(wire), 0);
	memcpy(ana->engine->pairing->name, "a\xff", 3);
	assert_int_equal(join(wire, code), 0);
	wire_run(wire);
	assert_int_equal(ben->asks[PAIRING_SHOW_WORDS], 0);
	assert_int_equal(ben->asks[PAIRING_FAILED], 1);
	assert_int_equal(ana->asks[PAIRING_SHOW_WORDS], 0);
}

static void the_longest_name_is_shown_whole(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct device *ben = &wire->devices[1];
	char name[LIMIT_DEVICE_NAME_BYTES + 1] = { 0 };

	memset(name, 'n', LIMIT_DEVICE_NAME_BYTES);
	ben->says_yes = false;
	assert_int_equal(show(wire), 0);
	memcpy(ana->engine->pairing->name, name, sizeof name);
	assert_int_equal(join(wire, code), 0);
	wire_run(wire);
	assert_int_equal(ben->seen.ask, PAIRING_SHOW_WORDS);
	assert_string_equal(ben->seen.name, name);
}

static void another_name_after_the_yes_lets_nobody_in(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct device *ben = &wire->devices[1];

	ana->says_yes = false;
	ben->says_yes = false;
	assert_int_equal(show(wire), 0);
	assert_int_equal(join(wire, code), 0);
	wire_run(wire);
	assert_string_equal(ben->seen.name, "ana");
	memcpy(ana->engine->pairing->name, "eve", 4);
	ana->says_yes = true;
	ben->says_yes = true;
	wire_run(wire);
	assert_int_equal(ben->asks[PAIRING_WANT_JOURNAL], 0);
	assert_int_equal(ben->asks[PAIRING_DONE], 0);
	assert_int_equal(ben->asks[PAIRING_FAILED], 1);
}

static void whoever_says_nothing_makes_room_for_others(void **state)
{
	struct wire *wire = *state;

	assert_int_equal(show(wire), 0);
	(void)wire_dial_raw(wire, 0, true);
	wire_run(wire);
	wire_sleep(wire, 20000);
	assert_int_equal(join(wire, code), 0);
	wire_run(wire);
	assert_paired(wire);
}

#define with_wire(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_wire(keys_that_are_not_the_joiners_own_are_refused),
		with_wire(our_own_share_sent_back_leads_nowhere),
		with_wire(yes_before_keys_has_no_place),
		with_wire(a_name_that_is_no_text_is_never_shown),
		with_wire(the_longest_name_is_shown_whole),
		with_wire(another_name_after_the_yes_lets_nobody_in),
		with_wire(whoever_says_nothing_makes_room_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
