/*
 * test_breath.c - guided breathing as arithmetic.
 *
 * Goal: every pattern is as long as it says, a run ends on a whole breath and
 * not one more is counted, nothing drifts, and no line is wider than the
 * terminal. Method: virtual time; every millisecond of a run where that is
 * cheap, else the moments at which something changes and the ones beside them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/breath.h"
#include "cli/render.h"

static struct breath_plan plan_of(const char *pattern)
{
	struct breath_plan plan = { 0 };

	assert_true(breath_plan_find(&plan, pattern));
	return plan;
}

static struct breath_plan own_of(const char *phases, uint32_t rounds)
{
	struct breath_plan plan = { 0 };

	assert_true(breath_plan_read(&plan, phases));
	plan.rounds = rounds;
	return plan;
}

static void assert_plan(const char *pattern, uint32_t in, uint32_t hold,
			uint32_t out, uint32_t rest, uint32_t rounds)
{
	struct breath_plan plan = plan_of(pattern);

	assert_string_equal(plan.pattern, pattern);
	assert_int_equal(plan.phases[BREATH_IN], in);
	assert_int_equal(plan.phases[BREATH_HOLD], hold);
	assert_int_equal(plan.phases[BREATH_OUT], out);
	assert_int_equal(plan.phases[BREATH_REST], rest);
	assert_int_equal(plan.rounds, rounds);
}

static void the_patterns_are_what_they_are_called(void **state)
{
	struct breath_plan plan = { .rounds = 7 };

	(void)state;
	assert_plan("long", 40, 0, 60, 0, 18);
	assert_plan("box", 40, 40, 40, 40, 11);
	assert_plan("478", 40, 70, 80, 0, 4);
	assert_plan("coherent", 55, 0, 55, 0, 16);
	assert_plan("even6", 50, 0, 50, 0, 18);
	assert_false(breath_plan_find(&plan, "own"));
	assert_false(breath_plan_find(&plan, ""));
	assert_false(breath_plan_find(&plan, "Long"));
	assert_int_equal(plan.rounds, 7);
}

static void minutes_become_whole_breaths(void **state)
{
	struct breath_plan plan = plan_of("478"), tiny = own_of("0.1-0-0.1", 1);
	struct breath_plan slow = own_of("30-30-30-30", 1);

	(void)state;
	assert_int_equal(breath_plan_rounds(&plan, 1), 3);
	assert_int_equal(breath_plan_rounds(&plan, 3), 9);
	assert_int_equal(breath_plan_rounds(&slow, 1), 1);
	assert_int_equal(breath_plan_rounds(&slow, 3), 2);
	assert_int_equal(breath_plan_rounds(&tiny, 1), 300);
	assert_true(breath_plan_read(&tiny, "0.1-0-0.1"));
	assert_int_equal(tiny.rounds, BREATH_ROUNDS_MAX);
	assert_int_equal(breath_plan_seconds(&plan, 4), 76);
	assert_int_equal(breath_plan_seconds(&tiny, 2), 0);
	assert_int_equal(breath_plan_seconds(&tiny, 3), 1);
}

static void refuse_phases(const char *text)
{
	struct breath_plan plan = { .rounds = 7 };

	if (breath_plan_read(&plan, text))
		fail_msg("taken: %s", text);
	assert_int_equal(plan.rounds, 7);
}

static void own_phases_are_read_to_the_tenth(void **state)
{
	struct breath_plan plan = own_of("5.5-0-6,2-30", 1);

	(void)state;
	assert_string_equal(plan.pattern, "own");
	assert_int_equal(plan.phases[BREATH_IN], 55);
	assert_int_equal(plan.phases[BREATH_HOLD], 0);
	assert_int_equal(plan.phases[BREATH_OUT], 62);
	assert_int_equal(plan.phases[BREATH_REST], 300);
	plan = own_of("4-7-8", 1);
	assert_int_equal(plan.phases[BREATH_OUT], 80);
	assert_int_equal(plan.phases[BREATH_REST], 0);
	refuse_phases("");
	refuse_phases("4");
	refuse_phases("4-6");
	refuse_phases("4-0-6-0-1");
	refuse_phases("4-0-6-");
	refuse_phases("-4-0-6");
	refuse_phases("4--6-0");
	refuse_phases("0-0-6-0");
	refuse_phases("4-0-0-0");
	refuse_phases("0.0-0-6-0");
	refuse_phases("30.1-0-6-0");
	refuse_phases("31-0-6-0");
	refuse_phases("4294967296-0-6-0");
	refuse_phases("4.55-0-6-0");
	refuse_phases("4.-0-6-0");
	refuse_phases(".5-0-6-0");
	refuse_phases("4-0-6-0 ");
	refuse_phases("4-0-6-0x");
	refuse_phases("in-0-out-0");
}

static void assert_place(const struct breath_plan *plan, uint64_t ms,
			 uint32_t round, enum breath_phase phase,
			 uint64_t done_ms)
{
	struct breath_place place;

	assert_true(breath_place_at(plan, ms, &place));
	assert_int_equal(place.round, round);
	assert_int_equal(place.phase, phase);
	assert_int_equal(place.done_ms, done_ms);
	assert_int_equal(place.begin_ms + done_ms, ms);
	assert_int_equal(place.length_ms, plan->phases[phase] * 100);
}

static void a_moment_has_its_place(void **state)
{
	struct breath_plan box = plan_of("box"), plan = plan_of("long");
	struct breath_place place;

	(void)state;
	assert_place(&plan, 0, 1, BREATH_IN, 0);
	assert_place(&plan, 3999, 1, BREATH_IN, 3999);
	assert_place(&plan, 4000, 1, BREATH_OUT, 0);
	assert_place(&plan, 9999, 1, BREATH_OUT, 5999);
	assert_place(&plan, 10000, 2, BREATH_IN, 0);
	assert_place(&plan, 179999, 18, BREATH_OUT, 5999);
	assert_false(breath_place_at(&plan, 180000, &place));
	assert_false(breath_place_at(&plan, UINT64_MAX / 2, &place));
	assert_place(&box, 4000, 1, BREATH_HOLD, 0);
	assert_place(&box, 8000, 1, BREATH_OUT, 0);
	assert_place(&box, 12000, 1, BREATH_REST, 0);
	assert_place(&box, 15999, 1, BREATH_REST, 3999);
}

static void only_whole_breaths_count(void **state)
{
	struct breath_plan plan = plan_of("long"), box = plan_of("box");

	(void)state;
	assert_int_equal(breath_whole_at(&plan, 0), 0);
	assert_int_equal(breath_whole_at(&plan, 9999), 0);
	assert_int_equal(breath_whole_at(&plan, 10000), 1);
	assert_int_equal(breath_whole_at(&plan, 179999), 17);
	assert_int_equal(breath_whole_at(&plan, 180000), 18);
	assert_int_equal(breath_whole_at(&plan, 999999), 18);
	/* Once the out is over, resting takes nothing back. */
	assert_int_equal(breath_whole_at(&box, 11999), 0);
	assert_int_equal(breath_whole_at(&box, 12000), 1);
	assert_int_equal(breath_whole_at(&box, 27999), 1);
	assert_int_equal(breath_whole_at(&box, 28000), 2);
	assert_int_equal(breath_whole_at(&box, 16 * 11 * 1000), 11);
}

/* From one change to the next, the bar has each of its cells once a phase. */
static void the_bar_moves_in_even_steps(void **state)
{
	static const char *const all[] = { "4-0-6-0", "5.5-0-5.5-0",
					   "0.1-0.1-0.1-0.1", "30-0.3-0.7-9" };
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(all); i++) {
		struct breath_plan plan = own_of(all[i], 2);
		struct breath_place place;
		uint64_t ms = 0, changes = 0;

		while (breath_place_at(&plan, ms, &place)) {
			struct breath_place before;
			uint32_t cells = breath_cells(&place);

			assert_in_range(cells, 1, BREATH_CELLS);
			assert_true(breath_next_cell(&place) > ms);
			changes++;
			ms = breath_next_cell(&place);
			assert_true(breath_place_at(&plan, ms - 1, &before));
			assert_int_equal(before.begin_ms, place.begin_ms);
			assert_int_equal(breath_cells(&before), cells);
		}
		assert_int_equal(breath_whole_at(&plan, ms), 2);
		assert_int_equal(changes,
				 2 * (2 * BREATH_CELLS +
				      (plan.phases[BREATH_HOLD] > 0 ? 1 : 0) +
				      (plan.phases[BREATH_REST] > 0 ? 1 : 0)));
	}
}

/* However late each wake-up is, the end stays where it was. */
static void nothing_drifts(void **state)
{
	struct breath_run run = { .plan = plan_of("coherent") };
	const uint64_t zero = 5000000000;
	struct breath_place place;
	uint64_t now = zero, wanted, turns = 0;

	(void)state;
	breath_run_begin(&run, zero);
	while (breath_place_at(&run.plan, breath_run_elapsed(&run, now),
			       &place)) {
		wanted = run.zero_ms + breath_next_cell(&place);
		now = wanted + turns++ % 130;
		assert_false(breath_run_woke(&run, wanted, now));
		assert_int_equal(run.zero_ms, zero);
	}
	assert_int_equal(wanted, zero + 176000);
	assert_int_equal(breath_run_whole(&run, now), 16);
	assert_in_range(now, wanted, wanted + 130);
}

static void a_pause_begins_the_breath_anew(void **state)
{
	struct breath_run run = { .plan = plan_of("long") };

	(void)state;
	breath_run_begin(&run, 1000);
	breath_run_pause(&run, 1000 + 23456);
	assert_true(run.is_paused);
	assert_int_equal(breath_run_whole(&run, 999999999), 2);
	assert_int_equal(breath_run_elapsed(&run, 999999999), 20000);
	breath_run_resume(&run, 500000);
	assert_int_equal(breath_run_elapsed(&run, 500000), 20000);
	assert_int_equal(breath_run_elapsed(&run, 509999), 29999);
	assert_int_equal(breath_run_whole(&run, 509999), 2);
	assert_int_equal(breath_run_whole(&run, 510000), 3);
	/* Soon after the clock's own beginning as well. */
	breath_run_begin(&run, 0);
	breath_run_pause(&run, 10000);
	breath_run_resume(&run, 10);
	assert_int_equal(breath_run_elapsed(&run, 11), 10001);
}

static void a_pause_while_resting_keeps_the_breath(void **state)
{
	struct breath_run run = { .plan = plan_of("box") };

	(void)state;
	breath_run_begin(&run, 0);
	breath_run_pause(&run, 13000);
	breath_run_resume(&run, 20000);
	assert_int_equal(breath_run_whole(&run, 20000), 1);
	assert_int_equal(breath_run_elapsed(&run, 20000), 16000);
}

static void time_in_which_it_was_stopped_is_nobodys(void **state)
{
	struct breath_run run = { .plan = plan_of("long") };

	(void)state;
	breath_run_begin(&run, 0);
	assert_false(breath_run_woke(&run, 14000, 14000 + BREATH_LATE_MS));
	assert_int_equal(breath_run_elapsed(&run, 16000), 16000);
	assert_false(breath_run_woke(&run, 20000, 19000));
	assert_true(breath_run_woke(&run, 14000, 3600000));
	assert_int_equal(breath_run_whole(&run, 3600000), 1);
	assert_int_equal(breath_run_elapsed(&run, 3600000), 10000);
	breath_run_pause(&run, 3600000);
	assert_false(breath_run_woke(&run, 14000, 7200000));
}

static void assert_text(struct buf *out, const char *wanted)
{
	buf_put_u8(out, 0);
	assert_int_equal(out->failed, 0);
	assert_string_equal((char *)out->ptr, wanted);
	buf_clear(out);
}

static void the_plan_is_told_in_words(void **state)
{
	struct breath_plan plan = plan_of("long");
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	breath_put_plan(&out, &plan);
	assert_text(&out, "In 4 · out 6, eighteen rounds, about three "
			  "minutes.");
	plan = plan_of("box");
	plan.rounds = 1;
	breath_put_plan(&out, &plan);
	assert_text(&out, "In 4 · hold 4 · out 4 · hold 4, one round, about "
			  "sixteen seconds.");
	plan = plan_of("478");
	breath_put_plan(&out, &plan);
	assert_text(&out, "In 4 · hold 7 · out 8, four rounds, about one "
			  "minute.");
	plan = own_of("5.5-0-10-0.3", 21);
	breath_put_plan(&out, &plan);
	assert_text(&out, "In 5.5 · out 10 · hold 0.3, 21 rounds, about six "
			  "minutes.");
	plan = own_of("0.1-0-0.1-0", 2);
	breath_put_plan(&out, &plan);
	assert_text(&out, "In 0.1 · out 0.1, two rounds, about one second.");
	buf_release(&out);
}

static void rounds_are_words_up_to_twenty(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	breath_put_rounds(&out, 1);
	assert_text(&out, "One round.");
	breath_put_rounds(&out, 18);
	assert_text(&out, "Eighteen rounds.");
	breath_put_rounds(&out, 20);
	assert_text(&out, "Twenty rounds.");
	breath_put_rounds(&out, 21);
	assert_text(&out, "21 rounds.");
	breath_put_rounds(&out, 200);
	assert_text(&out, "200 rounds.");
	buf_release(&out);
}

static void put_at(struct buf *out, const struct breath_plan *plan, uint64_t ms,
		   size_t columns, bool ascii)
{
	struct breath_place place;

	assert_true(breath_place_at(plan, ms, &place));
	breath_put_line(out, plan, &place, columns, ascii);
}

static void the_bar_rises_and_falls(void **state)
{
	struct breath_plan plan = plan_of("long"), box = plan_of("box");
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	put_at(&out, &plan, 20000, 80, false);
	assert_text(&out, "   in    ▁                 round  3 of 18");
	put_at(&out, &plan, 23999, 80, false);
	assert_text(&out, "   in    ▁▂▃▄▅▆▇█          round  3 of 18");
	put_at(&out, &plan, 24000, 80, false);
	assert_text(&out, "   out   █                 round  3 of 18");
	put_at(&out, &plan, 129999, 80, false);
	assert_text(&out, "   out   █▇▆▅▄▃▂▁          round 13 of 18");
	put_at(&out, &box, 5000, 80, false);
	assert_text(&out, "   hold  ▁▂▃▄▅▆▇█          round  1 of 11");
	put_at(&out, &box, 13000, 80, false);
	assert_text(&out, "   hold  █▇▆▅▄▃▂▁          round  1 of 11");
	buf_release(&out);
}

static void without_blocks_it_grows_and_shrinks(void **state)
{
	struct breath_plan plan = plan_of("long"), box = plan_of("box");
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	put_at(&out, &plan, 0, 80, true);
	assert_text(&out, "   in    #                 round  1 of 18");
	put_at(&out, &plan, 3999, 80, true);
	assert_text(&out, "   in    ########          round  1 of 18");
	put_at(&out, &plan, 4000, 80, true);
	assert_text(&out, "   out   ########          round  1 of 18");
	put_at(&out, &plan, 9999, 80, true);
	assert_text(&out, "   out   #                 round  1 of 18");
	put_at(&out, &box, 13000, 80, true);
	assert_text(&out, "   hold  #                 round  1 of 11");
	buf_release(&out);
}

/* All lines of a plan have one width, so that each overwrites the last. */
static void no_line_is_wider_than_the_terminal(void **state)
{
	static const size_t columns[] = { 20, 21, 31, 32, 33, 43, 44, 80 };
	struct breath_plan plan = own_of("1-1-1-1", BREATH_ROUNDS_MAX);
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 4096);
	for (i = 0; i < KEPT_ARRAY_COUNT(columns); i++) {
		size_t wide = 0;
		uint64_t ms;

		for (ms = 0; ms < 800000; ms += 333) {
			put_at(&out, &plan, ms, columns[i], ms % 2 == 0);
			buf_put_u8(&out, 0);
			wide = wide == 0 ? render_width((char *)out.ptr) : wide;
			assert_int_equal(render_width((char *)out.ptr), wide);
			buf_clear(&out);
		}
		assert_true(wide < columns[i]);
		breath_put_paused(&out, &plan, columns[i]);
		buf_put_u8(&out, 0);
		assert_int_equal(render_width((char *)out.ptr), wide);
		buf_clear(&out);
	}
	buf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_patterns_are_what_they_are_called),
		cmocka_unit_test(minutes_become_whole_breaths),
		cmocka_unit_test(own_phases_are_read_to_the_tenth),
		cmocka_unit_test(a_moment_has_its_place),
		cmocka_unit_test(only_whole_breaths_count),
		cmocka_unit_test(the_bar_moves_in_even_steps),
		cmocka_unit_test(nothing_drifts),
		cmocka_unit_test(a_pause_begins_the_breath_anew),
		cmocka_unit_test(a_pause_while_resting_keeps_the_breath),
		cmocka_unit_test(time_in_which_it_was_stopped_is_nobodys),
		cmocka_unit_test(the_plan_is_told_in_words),
		cmocka_unit_test(rounds_are_words_up_to_twenty),
		cmocka_unit_test(the_bar_rises_and_falls),
		cmocka_unit_test(without_blocks_it_grows_and_shrinks),
		cmocka_unit_test(no_line_is_wider_than_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
