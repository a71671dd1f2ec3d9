/*
 * test_node_pair.c - how pairing ends for whoever is still reading the words.
 *
 * Goal: a pairing that began ends with one event, whoever ended it and
 * wherever; an answer that comes after the end is told the same reason, and
 * never that it was out of place.
 * Method: two nodes of nodebed.h; who answers late does so in the turn in
 * which the end arrives, and in one after it.
 */
#include "daemon/node.h"

#include <unistd.h>

#include "tests/lib/harness.h"
#include "tests/sim/disk.h"
#include "tests/unit/nodebed.h"

#define OTHER_CLIENT 2u
#define assert_call(code, ...) assert_string_equal(bed_call(__VA_ARGS__), code)
#define assert_get(path, value) assert_string_equal(bed_get(path), value)

static struct bed a, b;
static char *home;
static char before[1024];

static int setup(void **state)
{
	(void)state;
	home = harness_temp_dir();
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(home), 0);
	bed_open(&a, "a");
	bed_open(&b, "b");
	a.others[0] = &b;
	b.others[0] = &a;
	assert_call("", &a, "config_set", "key", "listen", "value", "a:2",
		    NULL);
	assert_call("", &a, "init", "name", "laptop", "passphrase", "abc",
		    "kdf_memory", "#8388608", "kdf_passes", "#1", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	bed_close(&a);
	bed_close(&b);
	assert_int_equal(chdir(before), 0);
	harness_temp_remove(home);
	return 0;
}

static void second_client(struct bed *bed)
{
	struct client_event up = { .kind = CLIENT_UP, .client = OTHER_CLIENT };

	bed_turn(bed, &up);
	bed->client = OTHER_CLIENT;
	assert_call("", bed, "hello", "client", "other", NULL);
	bed->client = BED_CLIENT;
}

static void assert_event(struct bed *bed, const char *event, const char *code)
{
	assert_true(bed_event(bed, "pair"));
	assert_get("event", event);
	assert_get("code", code);
}

static void join(const char *code)
{
	assert_call("", &b, "pair_join", "code", code, "addresses", "[a:1",
		    "name", "phone", "passphrase", "xyz", "kdf_memory",
		    "#8388608", "kdf_passes", "#1", NULL);
}

/* Both people look at the words. */
static void both_look(void)
{
	char code[64];

	assert_call("", &a, "pair_show", NULL);
	snprintf(code, sizeof code, "%s", bed_get("code"));
	join(code);
	assert_event(&a, "words", "-");
	assert_event(&b, "words", "-");
}

/* The answer of this turn and those that follow from it. */
static const char *settled_answer(struct bed *bed, uint32_t id)
{
	bed_settle(bed);
	return bed_answer(bed, id);
}

static void answer_in_the_turn_of_the_end(struct bed *no, struct bed *late,
					  const char *yes)
{
	uint32_t said_no, said_late;

	both_look();
	/* Their No lies in front of `late` when the answer arrives there. */
	said_no = bed_send(no, "pair_confirm", "yes", "!no", NULL);
	said_late = bed_send(late, "pair_confirm", "yes", yes, NULL);
	assert_string_equal(settled_answer(late, said_late), "stopped");
	assert_string_equal(settled_answer(no, said_no), "");
	assert_event(late, "failed", "stopped");
	assert_get("message",
		   "One of the two devices said No. Nothing was changed.");
	assert_event(no, "failed", "stopped");
	assert_false(bed_event(late, "pair"));
	assert_false(bed_event(no, "pair"));
}

static void a_yes_that_meets_the_joiners_no_is_told_of_it(void **state)
{
	(void)state;
	answer_in_the_turn_of_the_end(&b, &a, "!");
}

static void a_yes_that_meets_the_inviters_no_is_told_of_it(void **state)
{
	(void)state;
	answer_in_the_turn_of_the_end(&a, &b, "!");
	assert_call("", &b, "status", NULL);
	assert_get("state", "none");
}

static void two_noes_at_once_are_no_trouble(void **state)
{
	(void)state;
	answer_in_the_turn_of_the_end(&a, &b, "!no");
}

/* What goes out first is read first. */
static void the_end_is_told_before_the_late_answer_is(void **state)
{
	const uint8_t *event, *answer_at;
	uint32_t id;

	(void)state;
	both_look();
	(void)bed_send(&a, "pair_confirm", "yes", "!no", NULL);
	buf_clear(&b.got);
	id = bed_send(&b, "pair_confirm", "yes", "!", NULL);
	bed_settle(&b);
	event = memmem(b.got.ptr, b.got.len, "failed", 6);
	answer_at = memmem(b.got.ptr, b.got.len, "\x94\x01", 2);
	assert_non_null(event);
	assert_non_null(answer_at);
	assert_true(event < answer_at);
	assert_string_equal(bed_answer(&b, id), "stopped");
}

static void an_answer_long_after_the_end_is_told_its_reason(void **state)
{
	(void)state;
	both_look();
	assert_call("", &a, "pair_confirm", "yes", "!no", NULL);
	bed_settle(&a);
	assert_event(&b, "failed", "stopped");
	assert_call("stopped", &b, "pair_confirm", "yes", "!", NULL);
	assert_call("stopped", &b, "pair_confirm", "yes", "!no", NULL);
	/* A new one in between changes nothing about that. */
	second_client(&a);
	a.client = OTHER_CLIENT;
	assert_call("", &a, "pair_show", NULL);
	a.client = BED_CLIENT;
	assert_call("stopped", &a, "pair_confirm", "yes", "!", NULL);
	a.client = OTHER_CLIENT;
	assert_call("usage", &a, "pair_confirm", "yes", "!", NULL);
}

static void the_next_pairing_begins_without_the_last_ones_end(void **state)
{
	(void)state;
	both_look();
	assert_call("", &b, "pair_confirm", "yes", "!no", NULL);
	bed_settle(&b);
	assert_event(&a, "failed", "stopped");
	assert_event(&b, "failed", "stopped");
	both_look();
	assert_call("", &a, "pair_confirm", "yes", "!", NULL);
	assert_call("", &b, "pair_confirm", "yes", "!", NULL);
	assert_event(&a, "paired", "-");
	assert_event(&b, "paired", "-");
	assert_false(bed_event(&a, "pair"));
	assert_call("code_ended", &a, "pair_confirm", "yes", "!", NULL);
}

/* Ctrl-C at the screen that shows the code, and once more from the start. */
static void a_stopped_pairing_leaves_nothing_in_the_way(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		both_look();
		assert_call("", &a, "pair_stop", NULL);
		bed_settle(&a);
		assert_event(&a, "failed", "code_ended");
		assert_event(&b, "failed", "unreachable");
	}
	both_look();
	assert_call("", &b, "pair_confirm", "yes", "!", NULL);
	assert_call("", &a, "pair_confirm", "yes", "!", NULL);
	assert_event(&a, "paired", "-");
	assert_event(&b, "paired", "-");
}

/* One terminal closed, or its Ctrl-C pressed. */
static void who_goes_away_ends_it_for_who_stays(void **state)
{
	(void)state;
	both_look();
	assert_call("", &b, "pair_stop", NULL);
	bed_settle(&b);
	assert_event(&a, "failed", "unreachable");
	assert_call("unreachable", &a, "pair_confirm", "yes", "!", NULL);
}

static void ten_minutes_over_the_words_end_it(void **state)
{
	(void)state;
	both_look();
	bed_pass(&a, LIMIT_PAIR_MS);
	bed_settle(&a);
	assert_event(&a, "failed", "code_ended");
	assert_event(&b, "failed", "unreachable");
	assert_call("code_ended", &a, "pair_confirm", "yes", "!", NULL);
	assert_call("unreachable", &b, "pair_confirm", "yes", "!", NULL);
}

static void who_shows_a_code_hears_that_another_stopped_it(void **state)
{
	(void)state;
	second_client(&a);
	assert_call("", &a, "pair_show", NULL);
	a.client = OTHER_CLIENT;
	assert_call("", &a, "pair_stop", NULL);
	assert_event(&a, "failed", "code_ended");
	assert_false(bed_event(&a, "pair"));
	a.client = BED_CLIENT;
	assert_call("code_ended", &a, "pair_confirm", "yes", "!", NULL);
}

static void who_compares_words_hears_that_it_was_locked(void **state)
{
	(void)state;
	both_look();
	second_client(&a);
	a.client = OTHER_CLIENT;
	assert_call("", &a, "lock", NULL);
	bed_settle(&a);
	assert_event(&a, "failed", "code_ended");
	assert_event(&b, "failed", "unreachable");
}

/* Stopped and begun again by another, in one turn. */
static void who_is_followed_at_once_hears_of_it_too(void **state)
{
	struct client_event event = { .kind = CLIENT_BYTES,
				      .client = OTHER_CLIENT };
	struct buf out;

	(void)state;
	second_client(&a);
	assert_call("", &a, "pair_show", NULL);
	buf_init(&out, 1024);
	rpcmsg_put_request(&out, 900, "pair_stop", bytes_of("\x80", 1));
	rpcmsg_put_request(&out, 901, "pair_show", bytes_of("\x80", 1));
	event.bytes = buf_bytes(&out);
	bed_turn(&a, &event);
	buf_release(&out);
	assert_string_equal(settled_answer(&a, 900), "");
	assert_string_equal(settled_answer(&a, 901), "");
	assert_event(&a, "failed", "code_ended");
	assert_false(bed_event(&a, "pair"));
	assert_call("code_ended", &a, "pair_confirm", "yes", "!", NULL);
}

static void an_end_in_a_turn_that_failed_is_told_in_the_next(void **state)
{
	(void)state;
	second_client(&a);
	assert_call("", &a, "pair_show", NULL);
	a.client = OTHER_CLIENT;
	disk_set_room(a.disk, 0);
	(void)bed_call(&a, "pair_stop", NULL);
	disk_set_room(a.disk, UINT64_MAX);
	bed_pass(&a, 2000);
	bed_settle(&a);
	assert_event(&a, "failed", "code_ended");
	assert_false(bed_event(&a, "pair"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_yes_that_meets_the_joiners_no_is_told_of_it),
		TEST(a_yes_that_meets_the_inviters_no_is_told_of_it),
		TEST(two_noes_at_once_are_no_trouble),
		TEST(the_end_is_told_before_the_late_answer_is),
		TEST(an_answer_long_after_the_end_is_told_its_reason),
		TEST(the_next_pairing_begins_without_the_last_ones_end),
		TEST(a_stopped_pairing_leaves_nothing_in_the_way),
		TEST(who_goes_away_ends_it_for_who_stays),
		TEST(ten_minutes_over_the_words_end_it),
		TEST(who_shows_a_code_hears_that_another_stopped_it),
		TEST(who_compares_words_hears_that_it_was_locked),
		TEST(who_is_followed_at_once_hears_of_it_too),
		TEST(an_end_in_a_turn_that_failed_is_told_in_the_next),
	};

	assert_int_equal(crypto_start(), 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
