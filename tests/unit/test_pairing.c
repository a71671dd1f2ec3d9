/*
 * test_pairing.c - letting a device in.
 *
 * Goal: the right code lets exactly one device in; a wrong one costs a
 * strike, which is kept over a restart, and three end it; whatever breaks
 * off, either nothing has happened or sessions bring the rest.
 * Method: two engines and their wirings in memory; hostile ends by hand.
 */
#include "daemon/core/pairing.h"

#include "proto/codec.h"
#include "proto/crypto/kdf.h"
#include "proto/crypto/noise.h"
#include "proto/crypto/pake.h"
#include "tests/lib/wire.h"
#include "tests/unit/pairbed.h"

static void reload(struct device *device)
{
	struct err err = { .code = 0 };

	assert_int_equal(
		engine_reload(device->engine, &device->author.net_secret, &err),
		0);
}

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

static void the_right_code_lets_a_device_in(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct device *ben = &wire->devices[1];

	engine_set_listen(ana->engine, "[::]:47474");
	assert_int_equal(show(wire), 0);
	assert_int_equal(join(wire, code), 0);
	wire_run(wire);
	assert_paired(wire);
	assert_true(wire_agree(wire, 0, 1));
	assert_string_equal(ana->pair_address, "");
	assert_string_equal(ben->seen.name, "ana");
	assert_int_equal(ben->seen.entries, 12);
	assert_string_equal(ana->seen.name, "ben");
	/* A rotation with both in it is there to write under. */
	assert_non_null(roster_write_epoch(engine_roster(ben->engine)));
	assert_int_equal(roster_write_epoch(engine_roster(ben->engine))->n, 1);
	/* And each knows where to find the other: ana by her port. */
	reload(ben);
	assert_string_equal(wire_peer(wire, 1, 0)->address, "ana:47474");
}

static void a_qr_code_does_as_well(void **state)
{
	struct wire *wire = *state;

	assert_int_equal(show(wire), 0);
	assert_int_equal(join(wire, qr), 0);
	wire_run(wire);
	assert_paired(wire);
}

static void both_screens_show_the_same_words(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct device *ben = &wire->devices[1];
	size_t i;

	ana->says_yes = false;
	ben->says_yes = false;
	assert_int_equal(show(wire), 0);
	assert_int_equal(join(wire, code), 0);
	wire_run(wire);
	assert_int_equal(ana->seen.ask, PAIRING_SHOW_WORDS);
	assert_int_equal(ben->seen.ask, PAIRING_SHOW_WORDS);
	assert_memory_equal(ana->seen.words, ben->seen.words,
			    sizeof ana->seen.words);
	for (i = 0; i < 3; i++)
		assert_true(ana->seen.words[i] < WORDS_COUNT);
	assert_memory_equal(ana->seen.handshake_hash, ben->seen.handshake_hash,
			    64);
	/* And whose they are, before anybody says yes. */
	assert_string_equal(ana->seen.name, "ben");
	assert_string_equal(ben->seen.name, "ana");
	/* One yes is not enough: not a record is written. */
	ben->says_yes = true;
	wire_run(wire);
	assert_int_equal(ana->asks[PAIRING_WANT_ADD], 0);
	assert_int_equal(ben->asks[PAIRING_WANT_JOURNAL], 0);
	ana->says_yes = true;
	wire_run(wire);
	assert_paired(wire);
}

static void a_no_at_either_screen_ends_it(void **state)
{
	struct wire *wire = *state;

	wire->devices[0].says_yes = false;
	wire->devices[0].says_no = true;
	assert_int_equal(show(wire), 0);
	assert_int_equal(join(wire, code), 0);
	wire_run(wire);
	assert_int_equal(wire->devices[0].asks[PAIRING_FAILED], 1);
	assert_int_equal(wire->devices[1].asks[PAIRING_FAILED], 1);
	assert_int_equal(wire->devices[1].seen.code, ERR_STOPPED);
	assert_int_equal(wire->devices[0].asks[PAIRING_WANT_ADD], 0);
	assert_string_equal(wire->devices[0].pair_address, "");
}

static void a_wrong_code_is_a_strike_and_three_end_it(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];
	struct device *ben = &wire->devices[1];
	uint32_t i;

	assert_int_equal(show(wire), 0);
	for (i = 1; i <= 3; i++) {
		assert_int_equal(join(wire, "orbit-candle-river"), 0);
		wire_run(wire);
		assert_int_equal(ana->asks[PAIRING_FAILED], i);
		assert_int_equal(ana->seen.strikes, i);
		assert_int_equal(ana->seen.code,
				 i < 3 ? ERR_CODE_WRONG : ERR_CODE_ENDED);
		assert_int_equal(ben->seen.code,
				 i < 3 ? ERR_CODE_WRONG : ERR_CODE_ENDED);
		assert_int_equal(pairing_now(ana->engine)->active, i < 3);
	}
	/* Now not even the right one. */
	assert_int_equal(join(wire, code), 0);
	wire_run(wire);
	assert_int_equal(ben->seen.code, ERR_UNREACHABLE);
	assert_int_equal(ana->asks[PAIRING_WANT_ADD], 0);
	/* A new code begins at none. */
	assert_int_equal(show(wire), 0);
	assert_int_equal(pairing_now(ana->engine)->strikes, 0);
}

static void a_wrong_try_leaves_the_code_good_for_the_right_one(void **state)
{
	struct wire *wire = *state;

	assert_int_equal(show(wire), 0);
	assert_int_equal(join(wire, "orbit-candle-plaim"), 0);
	wire_run(wire);
	assert_int_equal(join(wire, code), 0);
	wire_run(wire);
	assert_paired(wire);
}

static void strikes_outlive_a_restart(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];

	assert_int_equal(show(wire), 0);
	assert_int_equal(join(wire, "a"), 0);
	wire_run(wire);
	assert_int_equal(join(wire, "b"), 0);
	wire_run(wire);
	wire_restart(wire, 0);
	assert_int_equal(show(wire), 0);
	assert_int_equal(pairing_now(ana->engine)->strikes, 2);
	assert_int_equal(join(wire, "c"), 0);
	wire_run(wire);
	assert_int_equal(ana->seen.code, ERR_CODE_ENDED);
	assert_true(ana->seen.ended);
}

static void a_code_ends_after_ten_minutes(void **state)
{
	struct wire *wire = *state;
	struct device *ana = &wire->devices[0];

	assert_int_equal(show(wire), 0);
	wire_sleep(wire, LIMIT_PAIR_MS - 1);
	assert_true(pairing_now(ana->engine)->active);
	wire_sleep(wire, 1);
	assert_int_equal(ana->seen.code, ERR_CODE_ENDED);
	assert_false(pairing_now(ana->engine)->active);
	assert_string_equal(ana->pair_address, "");
}

static void addresses_are_tried_in_turn(void **state)
{
	static const char *const several[] = { "gone:1", "away:2", "ana:2" };
	struct wire *wire = *state;

	assert_int_equal(show(wire), 0);
	assert_int_equal(join_at(wire, code, several, 3), 0);
	wire_run(wire);
	assert_paired(wire);
}

/* Whoever gets message 5 can try one guess at the code: of several addresses
 * only one gets that far, wherever the line is cut. */
static void one_address_gets_a_guess_at_the_code(void **state)
{
	static const char *const twice[] = { "ana:2", "ana:2" };
	enum { BEFORE_5 = 2 + 33 + 2 + 32 };
	struct wire *wire = *state;
	size_t went_on = 0, ended = 0;
	uint64_t at;
	size_t i;

	for (at = 1; at < 12; at++) {
		size_t first, guesses = 0;

		wire_close(wire);
		assert_int_equal(set_up(state), 0);
		first = wire->conn_count;
		assert_int_equal(show(wire), 0);
		assert_int_equal(join_at(wire, code, twice, 2), 0);
		wire->cut_at = at;
		wire_run(wire);
		for (i = first; i < wire->conn_count; i++)
			guesses += wire->conns[i].ends[1].bytes > BEFORE_5;
		assert_true(guesses <= 1);
		went_on += wire->conn_count == first + 2 && guesses == 1;
		ended += wire->conn_count == first + 1 && guesses == 1 &&
			 wire->devices[1].asks[PAIRING_FAILED] == 1;
	}
	assert_true(went_on > 0);
	assert_true(ended > 0);
}

static void nobody_there_is_said_so(void **state)
{
	struct wire *wire = *state;

	assert_int_equal(join(wire, code), 0);
	wire_run(wire);
	assert_int_equal(wire->devices[1].seen.code, ERR_UNREACHABLE);
	assert_false(pairing_now(wire->devices[1].engine)->active);
}

static void a_home_with_another_journal_does_not_join(void **state)
{
	struct wire *wire = *state;

	wire_found(wire, 1);
	assert_int_equal(show(wire), 0);
	assert_int_equal(join(wire, code), ERR_OTHER_JOURNAL);
}

static void without_a_journal_there_is_nothing_to_show(void **state)
{
	struct wire *wire = *state;
	struct pairing_show show = { .code = bytes_from_str(code),
				     .listen = "ben:2",
				     .name = "ben" };
	struct err err = { .code = 0 };

	assert_int_equal(pairing_start_show(wire->devices[1].engine, &show,
					    wire->time,
					    &wire->devices[1].effects, &err),
			 ERR_NO_JOURNAL);
}

/* Everything is cut at the n-th delivery; then it is tried once more. */
static void breaking_off_anywhere_leaves_a_way_on(void **state)
{
	struct wire *wire = *state;
	uint64_t at;
	bool was_cut = true;

	for (at = 1; was_cut && at < 60; at++) {
		struct device *ana, *ben;

		wire_close(wire);
		assert_int_equal(set_up(state), 0);
		ana = &wire->devices[0];
		ben = &wire->devices[1];
		assert_int_equal(show(wire), 0);
		assert_int_equal(join(wire, code), 0);
		wire->cut_at = at;
		wire_run(wire);
		was_cut = wire->deliveries >= at;
		wire->cut_at = 0;
		if (ben->asks[PAIRING_DONE] == 0) {
			/* The joiner gave up: a new home, new keys. */
			assert_int_equal(ben->asks[PAIRING_FAILED], 1);
			author_init(&ben->author, 77);
			wire_wipe(wire, 1);
			if (!pairing_now(ana->engine)->active)
				assert_int_equal(show(wire), 0);
			assert_int_equal(join(wire, code), 0);
			wire_run(wire);
		}
		assert_int_equal(ben->asks[PAIRING_DONE], 1);
		/* What the ceremony lacks, a session brings. */
		reload(ben);
		wire_know(wire, 1, 0);
		wire_run(wire);
		assert_true(wire_agree(wire, 0, 1));
		assert_true(roster_is_member(engine_roster(ana->engine),
					     &ben->author.sign));
	}
	assert_true(at > 8 && at < 60);
}

#define with_wire(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_wire(the_right_code_lets_a_device_in),
		with_wire(a_qr_code_does_as_well),
		with_wire(both_screens_show_the_same_words),
		with_wire(a_no_at_either_screen_ends_it),
		with_wire(a_wrong_code_is_a_strike_and_three_end_it),
		with_wire(a_wrong_try_leaves_the_code_good_for_the_right_one),
		with_wire(strikes_outlive_a_restart),
		with_wire(a_code_ends_after_ten_minutes),
		with_wire(addresses_are_tried_in_turn),
		with_wire(one_address_gets_a_guess_at_the_code),
		with_wire(nobody_there_is_said_so),
		with_wire(a_home_with_another_journal_does_not_join),
		with_wire(without_a_journal_there_is_nothing_to_show),
		with_wire(breaking_off_anywhere_leaves_a_way_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
