/*
 * Goal: the numbers of today, review, and trends follow the entries through
 * edits, deletions, merges, rollbacks, and locks, in slices, and without
 * memory they say so.
 * Method: one or two vaults with real stores (vaultbed.h) and few entries,
 * counted by hand. tests/e2e/22-insight.t computes ten thousand a second time.
 */
#include "tests/unit/vaultbed.h"

#include "daemon/vault/inside.h"
#include "daemon/vault/insight.h"
#include "proto/civil.h"
#include "proto/ulid.h"

#define TODAY "2026-09-21" /* that of the bed's clock */

struct said {
	const char *name; /* NULL: the end */
	int64_t number;
	const char *text;      /* instead, unless NULL */
	const struct id16 *id; /* instead, unless NULL */
	bool is_list;          /* of one text */
};
#define WHOLE(field, value)                                                    \
	{                                                                      \
		.name = (field), .number = (value)                             \
	}
#define WORDS(field, value)                                                    \
	{                                                                      \
		.name = (field), .text = (value)                               \
	}
#define PICKS(field, value)                                                    \
	{                                                                      \
		.name = (field), .text = (value), .is_list = true              \
	}
#define NAMES(field, value)                                                    \
	{                                                                      \
		.name = (field), .id = (value)                                 \
	}
#define SAY(...) ((const struct said[]){ __VA_ARGS__, { .name = NULL } })

static void put_said(struct buf *out, const struct said *said)
{
	char text[ULID_TEXT_BYTES + 1];
	size_t count = 0;

	while (said[count].name != NULL)
		count++;
	mp_put_map(out, count);
	for (size_t i = 0; i < count; i++) {
		mp_put_cstr(out, said[i].name);
		if (said[i].is_list)
			mp_put_array(out, 1);
		if (said[i].id != NULL) {
			ulid_format(said[i].id, text);
			mp_put_cstr(out, text);
		} else if (said[i].text != NULL) {
			mp_put_cstr(out, said[i].text);
		} else if (said[i].number == FACT_ABSENT) {
			mp_put_nil(out);
		} else {
			mp_put_int(out, said[i].number);
		}
	}
}

static struct id16 put(struct bed *bed, const char *kind, const char *day,
		       const struct said *said)
{
	struct journal_add add = { .kind = bytes_from_str(kind),
				   .day = bytes_from_str(day),
				   .place = { 240 } };
	struct id16 id = { { 0 } };
	struct buf fields;
	bool captured;

	buf_init(&fields, 1 << 16);
	put_said(&fields, said);
	add.fields = buf_bytes(&fields);
	bed->time.wall_ms += 1000;
	assert_ok(journal_add(bed->vault, &bed->roster, &add, bed->time, &id,
			      &captured, &bed_err));
	bed_drain(bed);
	buf_release(&fields);
	return id;
}

static void change(struct bed *bed, const struct id16 *id,
		   const struct said *said)
{
	struct journal_edit edit = { .star = 0 };
	struct buf fields;
	bool changed = false;

	buf_init(&fields, 1 << 16);
	put_said(&fields, said);
	edit.fields = buf_bytes(&fields);
	bed->time.wall_ms += 1000;
	assert_ok(journal_edit(bed->vault, &bed->roster, id, &edit, bed->time,
			       &changed, &bed_err));
	assert_true(changed);
	bed_drain(bed);
	buf_release(&fields);
}

static int64_t day_of(const char *text)
{
	int64_t day = 0;

	assert_int_equal(civil_parse_day(bytes_from_str(text), &day), 0);
	return day;
}

static struct insight_ask ask_of(const char *what)
{
	return (struct insight_ask){ .today = day_of(TODAY),
				     .what = bytes_from_str(what),
				     .weeks = 8 };
}

/* Until it is answered. Returns how many slices it took. */
static size_t trends(struct bed *bed, const char *what, struct arena *arena,
		     struct insight_trends *out)
{
	struct insight_ask ask = ask_of(what);
	bool more = true;
	size_t slices = 0;

	arena_init(arena, (size_t)64 << 20);
	while (more) {
		arena_reset(arena);
		assert_ok(insight_trends(bed->vault, &ask, arena, out, &more,
					 &bed_err));
		slices++;
		assert_true(slices < 1000);
	}
	return slices;
}

static void review(struct bed *bed, struct arena *arena,
		   struct insight_review *out)
{
	struct insight_ask ask = ask_of("");
	bool more = true;

	arena_init(arena, (size_t)64 << 20);
	while (more) {
		arena_reset(arena);
		assert_ok(insight_review(bed->vault, &ask, arena, out, &more,
					 &bed_err));
	}
}

/* Answers and their sum. */
static void assert_line(struct bed *bed, const char *what, uint64_t answers,
			uint64_t sum)
{
	struct insight_trends out;
	struct arena arena;

	trends(bed, what, &arena, &out);
	assert_int_equal(out.lines[0].answers, answers);
	assert_int_equal(out.lines[0].sum, sum);
	arena_release(&arena);
}

/* -1: it has none. */
static int64_t progress(struct bed *bed)
{
	struct insight_review out;
	struct arena arena;
	int64_t value;

	review(bed, &arena, &out);
	assert_int_equal(out.goals.count + out.homework.count, 1);
	value = out.goals.count == 1
			? out.goals.items[0].has_progress
				  ? (int64_t)out.goals.items[0].progress
				  : -1
			: (int64_t)out.homework.items[0].progress;
	arena_release(&arena);
	return value;
}

static void the_middle_is_the_median_of_seven_days(void **state)
{
	static const char *const days[] = { "2026-09-10", "2026-09-10",
					    "2026-09-12", "2026-09-16",
					    "2026-09-19" };
	static const int64_t values[] = { 2, 9, 4, 10, 0 };
	/* From the 10th on: {2,9} {2,9} {2,4,9} .. 16th {2,4,9,10},
	 * 17th {4,10}, 18th {4,10}, 19th {0,10} .. 21st */
	static const uint32_t twice[] = { 11, 11, 8,  8,  8,  8,
					  13, 14, 14, 10, 10, 10 };
	struct insight_trends out;
	struct arena arena;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(days); i++)
		put(&bed, "mood", days[i], SAY(WHOLE("mood", values[i])));
	put(&bed, "mood", "2026-09-11", SAY(WHOLE("energy", 10)));
	trends(&bed, "mood", &arena, &out);
	assert_int_equal(out.lines[0].point_count, 4);
	assert_int_equal(out.lines[0].points[0].sum, 11);
	assert_int_equal(out.lines[0].points[0].n, 2);
	assert_int_equal(out.lines[0].points[3].sum, 0);
	assert_int_equal(out.lines[0].middle_count, KEPT_ARRAY_COUNT(twice));
	assert_int_equal(out.lines[0].middles[0].day, day_of("2026-09-10"));
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(twice); i++)
		assert_int_equal(out.lines[0].middles[i].twice, twice[i]);
	arena_release(&arena);
	bed_free(&bed);
}

static void the_score_halves_in_thirteen_days(void **state)
{
	struct insight_trends out;
	struct arena arena;
	double top, half;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	put(&bed, "win", "2026-08-10", SAY(WORDS("what", "One.")));
	put(&bed, "win", "2026-08-10", SAY(WORDS("what", "Two.")));
	put(&bed, "mood", "2026-08-20", SAY(WHOLE("mood", 5)));
	trends(&bed, "practice", &arena, &out);
	assert_int_equal(out.seven_count, 56);
	assert_true(out.sevens[12].score == 0);
	top = out.sevens[13].score; /* 10 Aug */
	half = out.sevens[26].score;
	assert_true(top > 0.0519 && top < 0.0520);
	assert_true(half > top * 0.4999999 && half < top * 0.5000001);
	assert_int_equal(out.sevens[12].days, 0);
	assert_int_equal(out.sevens[13].days, 1);
	assert_int_equal(out.sevens[19].days, 1);
	assert_int_equal(out.sevens[20].days, 0);
	assert_int_equal(out.lines[0].sum, 2);
	arena_release(&arena);
	bed_free(&bed);
}

static void numbers_follow_every_change(void **state)
{
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	assert_line(&bed, "mood", 0, 0);
	id = put(&bed, "mood", TODAY,
		 SAY(WHOLE("mood", 3), WHOLE("energy", 1)));
	assert_line(&bed, "mood", 1, 3);
	change(&bed, &id, SAY(WHOLE("mood", 0)));
	assert_line(&bed, "mood", 1, 0);
	change(&bed, &id, SAY(WHOLE("mood", FACT_ABSENT)));
	assert_line(&bed, "mood", 0, 0);
	assert_line(&bed, "energy", 1, 1);
	assert_true(bed_live(&bed, &id, 1));
	assert_line(&bed, "energy", 0, 0);
	assert_true(bed_live(&bed, &id, -1));
	assert_line(&bed, "energy", 1, 1);
	/* before its block is in the store, and after it never got there */
	bed_commit(&bed);
	bed_begin(&bed);
	(void)bed_add_only(&bed, "win", "what", "Left at six.");
	assert_line(&bed, "wins", 1, 1);
	store_rollback(bed.store);
	assert_ok(vault_rollback(bed.vault));
	bed_begin(&bed);
	bed_fold(&bed);
	assert_line(&bed, "wins", 0, 0);
	assert_line(&bed, "energy", 1, 1);
	bed_free(&bed);
}

static void two_devices_count_the_same(void **state)
{
	struct bed a, b;
	struct id16 id;

	(void)state;
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	id = put(&a, "mood", TODAY, SAY(WHOLE("mood", 3), WHOLE("energy", 1)));
	put(&a, "mood", TODAY, SAY(WHOLE("mood", 4)));
	bed_sync(&a, &b);
	assert_line(&b, "mood", 2, 7);
	change(&a, &id, SAY(WHOLE("mood", 9)));
	b.time.wall_ms = a.time.wall_ms + 60000;
	change(&b, &id, SAY(WHOLE("mood", 6)));
	assert_line(&a, "mood", 2, 13);
	assert_line(&b, "mood", 2, 10);
	/* apart: the one that is shown counts, on both */
	bed_sync(&a, &b);
	assert_line(&a, "mood", 2, 10);
	assert_line(&b, "mood", 2, 10);
	assert_line(&a, "energy", 1, 1);
	bed_free(&a);
	bed_free(&b);
}

static void a_lock_leaves_nothing(void **state)
{
	static const struct facts none;
	struct insight_ask ask = ask_of("mood");
	struct insight_trends out;
	struct arena arena;
	struct bed bed;
	bool more;

	(void)state;
	bed_init(&bed, "laptop");
	put(&bed, "mood", TODAY, SAY(WHOLE("mood", 3)));
	assert_line(&bed, "mood", 1, 3);
	assert_true(bed.vault->facts.chunk_count > 0);
	vault_lock(bed.vault);
	assert_memory_equal(&bed.vault->facts, &none, sizeof none);
	arena_init(&arena, 1 << 20);
	assert_int_equal(
		insight_trends(bed.vault, &ask, &arena, &out, &more, &bed_err),
		ERR_LOCKED);
	bed_unlock(&bed);
	assert_line(&bed, "mood", 1, 3);
	arena_release(&arena);
	bed_free(&bed);
}

static void a_long_question_is_answered_in_slices(void **state)
{
	struct insight_trends out;
	struct arena arena;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	for (int i = 0; i < 1500; i++)
		put(&bed, "mood", TODAY, SAY(WHOLE("mood", i % 11)));
	assert_true(trends(&bed, "mood", &arena, &out) > 1);
	assert_int_equal(out.lines[0].answers, 1500);
	arena_release(&arena);
	/* what was read is there */
	assert_int_equal(trends(&bed, "energy", &arena, &out), 1);
	assert_int_equal(out.lines[0].answers, 0);
	arena_release(&arena);
	bed_free(&bed);
}

static void a_goal_is_as_far_as_was_said_and_counted_since(void **state)
{
	struct bed bed;
	struct id16 goal;

	(void)state;
	bed_init(&bed, "laptop");
	goal = put(&bed, "goal", "2026-09-14",
		   SAY(WORDS("title", "Leave at six")));
	assert_int_equal(progress(&bed), 0);
	put(&bed, "win", "2026-09-14",
	    SAY(WORDS("what", "Left"), NAMES("counts_for", &goal)));
	put(&bed, "win", "2026-09-14",
	    SAY(WORDS("what", "Left"), NAMES("counts_for", &goal)));
	put(&bed, "win", "2026-09-13",
	    SAY(WORDS("what", "Too early"), NAMES("counts_for", &goal)));
	put(&bed, "win", "2026-09-22",
	    SAY(WORDS("what", "Tomorrow"), NAMES("counts_for", &goal)));
	assert_int_equal(progress(&bed), 2);
	change(&bed, &goal, SAY(WORDS("measure", "days")));
	assert_int_equal(progress(&bed), 1);
	change(&bed, &goal, SAY(WORDS("measure", "yes-no")));
	assert_int_equal(progress(&bed), 1);
	change(&bed, &goal, SAY(WORDS("measure", "0-10")));
	assert_int_equal(progress(&bed), -1);
	put(&bed, "checkin", "2026-09-15",
	    SAY(WHOLE("progress", 0), NAMES("goal", &goal)));
	assert_int_equal(progress(&bed), 0);
	change(&bed, &goal, SAY(WORDS("measure", "yes-no")));
	assert_int_equal(progress(&bed), 0);
	change(&bed, &goal, SAY(WORDS("measure", "days")));
	put(&bed, "boundary", "2026-09-15",
	    SAY(WORDS("what", "Six"), NAMES("counts_for", &goal)));
	put(&bed, "boundary", "2026-09-15",
	    SAY(WORDS("what", "Six"), NAMES("counts_for", &goal)));
	assert_int_equal(progress(&bed), 1);
	put(&bed, "checkin", "2026-09-15",
	    SAY(WHOLE("progress", 5), NAMES("goal", &goal)));
	assert_int_equal(progress(&bed), 5);
	bed_free(&bed);
}

static void homework_counts_its_kind_by_day_or_week(void **state)
{
	static const char *const days[] = { "2026-09-02", "2026-09-03",
					    "2026-09-03", "2026-09-09",
					    "2026-09-10", "2026-09-20" };
	struct bed bed;
	struct id16 given, other;

	(void)state;
	bed_init(&bed, "laptop");
	given = put(&bed, "homework", "2026-09-03",
		    SAY(WORDS("title", "Notice")));
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(days); i++)
		put(&bed, "win", days[i], SAY(WORDS("what", "Left")));
	assert_int_equal(progress(&bed), 0);
	change(&bed, &given, SAY(WORDS("kind_hint", "win")));
	assert_int_equal(progress(&bed), 5);
	change(&bed, &given, SAY(WORDS("how_often", "daily")));
	assert_int_equal(progress(&bed), 4);
	/* 3 to 9, 10 to 16, 17 to 23 */
	change(&bed, &given, SAY(WORDS("how_often", "weekly")));
	assert_int_equal(progress(&bed), 3);
	change(&bed, &given, SAY(WORDS("how_often", "n")));
	other = put(&bed, "note", TODAY, SAY(WORDS("text", "Else")));
	put(&bed, "win", TODAY,
	    SAY(WORDS("what", "For that"), NAMES("counts_for", &other)));
	assert_int_equal(progress(&bed), 5);
	put(&bed, "boundary", TODAY,
	    SAY(WORDS("what", "For this"), NAMES("counts_for", &given)));
	assert_int_equal(progress(&bed), 6);
	change(&bed, &given, SAY(WORDS("kind_hint", "walk")));
	assert_int_equal(progress(&bed), 1);
	bed_free(&bed);
}

static void what_is_only_planned_counts_for_nothing_yet(void **state)
{
	struct id16 given, tried, walked;
	struct bed bed;

	(void)state;
	bed_init(&bed, "laptop");
	given = put(
		&bed, "homework", "2026-09-03",
		SAY(WORDS("title", "Try"), WORDS("kind_hint", "experiment")));
	tried = put(&bed, "experiment", TODAY, SAY(WORDS("belief", "It is")));
	walked = put(&bed, "activity", TODAY, SAY(WORDS("what", "Walk")));
	assert_int_equal(progress(&bed), 0);
	change(&bed, &tried, SAY(WORDS("learned", "It isn't")));
	assert_int_equal(progress(&bed), 1);
	change(&bed, &given, SAY(WORDS("kind_hint", "activity")));
	assert_int_equal(progress(&bed), 0);
	change(&bed, &walked,
	       SAY(WORDS("done_at", "2026-09-20T10:00:00-05:00")));
	assert_int_equal(progress(&bed), 1);
	bed_free(&bed);
}

static void what_is_only_brought_is_no_session(void **state)
{
	struct insight_today out;
	struct insight_ask ask = ask_of("");
	struct arena arena;
	struct bed bed;
	bool more = true;

	(void)state;
	bed_init(&bed, "laptop");
	(void)bed_add(&bed, "session", "text", "Bring the notebook.");
	arena_init(&arena, 1 << 20);
	assert_ok(
		insight_today(bed.vault, &ask, &arena, &out, &more, &bed_err));
	assert_false(out.has_session);
	put(&bed, "session", TODAY, SAY(WHOLE("number", 16)));
	assert_ok(
		insight_today(bed.vault, &ask, &arena, &out, &more, &bed_err));
	assert_true(out.has_session);
	assert_int_equal(out.session.number, 16);
	assert_int_equal(out.next.number, 17);
	assert_false(out.next.has_at);
	assert_int_equal(out.last_count, 2);
	assert_string_equal(out.last[0].kind, "session");
	arena_release(&arena);
	bed_free(&bed);
}

/* The bed's own answer is counted on fingers: nothing may be missing. */
static int ask_everything(struct bed *bed)
{
	static const char *const what[] = { "mood", "thoughts", "practice",
					    "goals" };
	struct insight_review reviewed;
	struct insight_today today;
	struct insight_trends trend;
	struct arena arena;
	bool more = true;
	int code = 0;

	facts_release(&bed->vault->facts);
	gather_cache_release(&bed->vault->cache);
	arena_init(&arena, (size_t)64 << 20);
	for (size_t i = 0; code == 0 && i < KEPT_ARRAY_COUNT(what); i++) {
		struct insight_ask ask = ask_of(what[i]);

		code = insight_trends(bed->vault, &ask, &arena, &trend, &more,
				      NULL);
		if (code == 0)
			code = insight_review(bed->vault, &ask, &arena,
					      &reviewed, &more, NULL);
		if (code == 0)
			code = insight_today(bed->vault, &ask, &arena, &today,
					     &more, NULL);
		if (code != 0)
			break;
		assert_int_equal(reviewed.patterns.count, 1);
		assert_int_equal(reviewed.wins, 1);
		assert_int_equal(reviewed.newest_wins[0].text.len, 4);
		assert_int_equal(reviewed.goals.items[0].progress, 1);
		assert_int_equal(reviewed.weighed, 1);
		assert_int_equal(reviewed.mood.sum, 3);
		assert_int_equal(today.practice_days, 1);
	}
	arena_release(&arena);
	return code;
}

static void without_memory_it_says_so(void **state)
{
	size_t live = mem_live_count();
	struct bed bed;
	struct id16 goal;
	bool fired = true;

	(void)state;
	bed_init(&bed, "laptop");
	goal = put(&bed, "goal", TODAY, SAY(WORDS("title", "Six")));
	put(&bed, "win", TODAY,
	    SAY(WORDS("what", "Left"), NAMES("counts_for", &goal)));
	put(&bed, "mood", TODAY, SAY(WHOLE("mood", 3)));
	put(&bed, "thought", TODAY,
	    SAY(WORDS("thought", "Not enough."), PICKS("patterns", "shoulds"),
		WHOLE("belief_after", 1)));
	for (uint64_t at = 1; fired; at++) {
		int code;

		bed_commit(&bed);
		mem_fail_at(at / 2 + 1, at % 2 == 0);
		code = ask_everything(&bed);
		fired = mem_fail_fired();
		mem_fail_at(0, false);
		if (code != 0)
			assert_int_equal(err_class(code), ERR_CLASS_FULL);
		/* As a turn that ends so does. */
		store_rollback(bed.store);
		bed_begin(&bed);
		assert_int_equal(ask_everything(&bed), 0);
		assert_true(at < 10000);
	}
	bed_free(&bed);
	assert_int_equal(mem_live_count(), live);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_middle_is_the_median_of_seven_days),
		cmocka_unit_test(the_score_halves_in_thirteen_days),
		cmocka_unit_test(numbers_follow_every_change),
		cmocka_unit_test(two_devices_count_the_same),
		cmocka_unit_test(a_lock_leaves_nothing),
		cmocka_unit_test(a_long_question_is_answered_in_slices),
		cmocka_unit_test(
			a_goal_is_as_far_as_was_said_and_counted_since),
		cmocka_unit_test(homework_counts_its_kind_by_day_or_week),
		cmocka_unit_test(what_is_only_planned_counts_for_nothing_yet),
		cmocka_unit_test(what_is_only_brought_is_no_session),
		cmocka_unit_test(without_memory_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
