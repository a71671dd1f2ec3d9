/*
 * test_text_wire.c - messages of the text engine as bytes.
 *
 * Goal: what goes out comes in the same, a keystroke costs a few bytes, and
 * bytes of any kind are refused or do no harm. Method: a small history taken
 * apart and put together; bytes by hand; bytes from dice.
 */
#include "crdt/text/textwire.h"
#include "proto/base/prng.h"
#include "tests/unit/textbed.h"

/* Two branches of some words each, then one that knows both. */
static int three_notes(struct text *text)
{
	const struct note notes[] = {
		{ .who = 1, .op = put_in(0, "one two three four") },
		{ 1, 18, take_out(2, 9), { event(1, 17) }, 1 },
		{ 2, 0, put_in(7, "and a half, и ещё"), { event(1, 17) }, 1 },
		{ 2, 17, take_out(4, 6), { event(2, 16) }, 1 },
		{ 3, 0, put_in(3, "🌱🌱🌱"), { event(1, 26), event(2, 22) }, 2 },
	};
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < KEPT_ARRAY_COUNT(notes); i++) {
		rc = send(text, &notes[i]);
	}
	return rc;
}

static void a_message_comes_back_as_it_went(void **state)
{
	struct bed bed;
	struct bed other;
	struct textwire_room room;
	struct buf out;

	(void)state;
	bed_open(&bed, 0);
	bed_open(&other, 0);
	assert_int_equal(three_notes(&bed.text), 0);
	textwire_room_init(&room, &bed.heap.memory);
	buf_init(&out, 4096);
	for (uint32_t a = 0; a < bed.text.graph.agent_count; a++) {
		struct textwire_from from = { a, 0, 64 };
		const struct graph_agent *row = &bed.text.graph.agents[a];

		while (from.seq < row->next_seq) {
			struct text_message message;

			buf_clear(&out);
			assert_int_equal(
				textwire_put(&bed.text, from, &out, &from.seq),
				0);
			assert_int_equal(textwire_get(&room, &row->id,
						      buf_bytes(&out),
						      &message),
					 0);
			assert_int_equal(text_apply(&other.text, &message), 0);
		}
		assert_int_equal(textwire_put(&bed.text, from, &out, &from.seq),
				 ERR_NOT_FOUND);
	}
	{
		size_t len;
		uint8_t *want = texttrace_text(&bed.text.rope, &len);

		assert_true(
			texttrace_is(&other.text.rope, bytes_of(want, len)));
		free(want);
	}
	buf_release(&out);
	textwire_room_release(&room);
	bed_close(&other);
	bed_close(&bed);
}

static void a_keystroke_is_a_few_bytes(void **state)
{
	struct bed bed;
	struct note first = { .who = 1, .op = put_in(0, "hello") };
	struct note second = { 1, 5, put_in(5, "!"), { event(1, 4) }, 1 };
	struct textwire_from from = { 0, 5, 64 };
	uint32_t next;
	struct buf out;

	(void)state;
	bed_open(&bed, 0);
	buf_init(&out, 4096);
	assert_int_equal(send(&bed.text, &first), 0);
	assert_int_equal(send(&bed.text, &second), 0);
	assert_int_equal(textwire_put(&bed.text, from, &out, &next), 0);
	assert_int_equal(next, 6);
	/* one op, parents as ever; seq 5; moved by 5; the letter */
	assert_hex(buf_bytes(&out), "0405a40121");
	buf_release(&out);
	bed_close(&bed);
}

static void bytes_that_are_no_message_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"04",
		"0405",
		"000500",
		"0400a40121",
		"0405a40122ff",
		"8400050021",
		"0405a481000021",
		"0405f8ffffff0f21",
		"06050a21",
		"0605ff7f0021",
		"0705a40121",
		"0405a4012161",
		"04050100",
		"fcffffffffffffffff0105",
	};
	struct textheap heap;
	struct textwire_room room;
	struct id16 id = texttrace_author(1);

	(void)state;
	textheap_init(&heap, 1u << 20);
	textwire_room_init(&room, &heap.memory);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(bad); i++) {
		struct text_message message;
		uint8_t bytes[32];
		size_t len = harness_unhex(bad[i], bytes, sizeof bytes);
		int rc = textwire_get(&room, &id, bytes_of(bytes, len),
				      &message);

		if (rc == 0) {
			struct bed bed;

			bed_open(&bed, 0);
			rc = text_apply(&bed.text, &message);
			bed_close(&bed);
		}
		assert_true(rc == ERR_MALFORMED || rc == ERR_GAP);
	}
	textwire_room_release(&room);
	assert_int_equal(heap.blocks, 0);
}

/* Any bytes at all: refused, or a message that every way makes one text of. */
static void random_bytes_do_no_harm(void **state)
{
	struct prng prng;
	struct bed bed;
	struct textwire_room room;
	uint32_t taken = 0;

	(void)state;
	prng_seed(&prng, 4);
	bed_open(&bed, 0);
	assert_int_equal(three_notes(&bed.text), 0);
	textwire_room_init(&room, &bed.heap.memory);
	for (int i = 0; i < 200000; i++) {
		uint8_t bytes[48];
		size_t len = prng_below(&prng, 12);
		uint32_t who = (uint32_t)prng_below(&prng, 4) + 1;
		struct id16 id = texttrace_author(who);
		uint32_t agent = graph_find_agent(&bed.text.graph, &id);
		struct text_message message;

		prng_fill(&prng, bytes, sizeof bytes);
		bytes[0] = (uint8_t)(bytes[0] % 16);
		bytes[1] = agent == TEXT_NONE
				   ? 0
				   : (uint8_t)bed.text.graph.agents[agent]
					     .next_seq;
		if (bytes[1] > 120)
			break;
		for (size_t j = 2; j < len; j++)
			bytes[j] &= 0x7f;
		if (textwire_get(&room, &id, bytes_of(bytes, len), &message) !=
		    0)
			continue;
		taken += text_apply(&bed.text, &message) == 0;
		assert_true(rope_check(&bed.text.rope));
	}
	assert_true(taken > 10);
	{
		size_t len;
		uint8_t *want = texttrace_text(&bed.text.rope, &len);

		assert_int_equal(text_rebuild(&bed.text), 0);
		assert_true(texttrace_is(&bed.text.rope, bytes_of(want, len)));
		free(want);
	}
	textwire_room_release(&room);
	bed_close(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_comes_back_as_it_went),
		cmocka_unit_test(a_keystroke_is_a_few_bytes),
		cmocka_unit_test(bytes_that_are_no_message_are_refused),
		cmocka_unit_test(random_bytes_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
