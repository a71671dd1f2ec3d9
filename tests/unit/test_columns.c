/*
 * Goal: what a terminal shows as one sign is counted as one and never cut in
 * two: letters with marks, wide ones, flags, families, hearts. Method: a table
 * of each with the columns it takes, and cuts around them.
 */
#include "cli/render.h"

#include <locale.h>

#include "tests/lib/harness.h"

static void assert_text(struct buf *out, const char *wanted)
{
	buf_put_u8(out, 0);
	assert_int_equal(out->failed, 0);
	assert_string_equal((const char *)out->ptr, wanted);
	buf_release(out);
}

static void what_is_one_sign_takes_its_columns_once(void **state)
{
	static const struct {
		const char *text;
		size_t width;
	} signs[] = {
		{ "👨‍👩‍👧‍👦", 2 }, /* a family */
		{ "👍🏽", 2 },                  /* with a skin */
		{ "🏳️‍🌈", 2 },            /* a flag of two */
		{ "🇩🇪", 2 },
		{ "🇩🇪🇫🇷", 4 },
		{ "🇩", 1 },      /* half a flag */
		{ "❤️", 2 }, /* a heart, as a picture */
		{ "❤", 1 },
		{ "1️⃣", 2 },
		{ "👩‍⚕️", 2 },
		{ "e\u0301\u0323x", 2 },
		{ "한국어", 6 },
		{ "ｆｕｌｌ", 8 },
		{ "می‌خواهم", 7 }, /* letters don't join into one */
		{ "क्‍ष", 2 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(signs); i++)
		if (render_width(signs[i].text) != signs[i].width)
			fail_msg("%s: %zu columns", signs[i].text,
				 render_width(signs[i].text));
}

static void a_sign_is_never_cut_in_two(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *wanted;
	} cuts[] = {
		{ "ab👨‍👩‍👧‍👦cd", 4, "ab…" },
		{ "ab👨‍👩‍👧‍👦cd", 5,
		  "ab👨‍👩‍👧‍👦…" },
		{ "ab👨‍👩‍👧‍👦cd", 6,
		  "ab👨‍👩‍👧‍👦cd" },
		{ "🇩🇪🇫🇷", 3, "🇩🇪…" },
		{ "🇩🇪🇫🇷", 2, "…" },
		{ "日本語", 5, "日本…" },
		{ "日本語", 4, "日…" },
		{ "e\u0301e\u0301e\u0301", 2, "e\u0301…" },
	};
	struct buf out;
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(cuts); i++) {
		buf_init(&out, 256);
		render_put_cut(&out, cuts[i].text, cuts[i].columns, false);
		assert_text(&out, cuts[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_one_sign_takes_its_columns_once),
		cmocka_unit_test(a_sign_is_never_cut_in_two),
	};

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
