/*
 * Goal: the pages of looking back say their numbers and nothing else, fit
 * every terminal and one sheet, and are harmless whatever was written. Method:
 * results as JSON, known pages, every width, hostile text, and a list of words
 * that blame.
 */
#include "cli/reviewtext.h"

#include <locale.h>

#include "cli/jsonform.h"
#include "cli/jsoninput.h"
#include "cli/page/pagecut.h"
#include "cli/reviewhtml.h"
#include "cli/todaytext.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"
#include "tests/lib/harness.h"

#define TEXT_MAX ((size_t)1 << 20)
#define ID "01JC00000000000000000"

static size_t live_before;

static int start(void **state)
{
	(void)state;
	jsonform_start();
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		(void)setlocale(LC_CTYPE, "en_US.UTF-8");
	(void)setenv("TZ", "America/New_York", 1);
	live_before = mem_live_count();
	return 0;
}

static int nothing_left(void **state)
{
	(void)state;
	assert_int_equal(mem_live_count(), live_before);
	return 0;
}

/* 2026-11-08 */
static int64_t today(void)
{
	return civil_days_from_date((struct civil_date){ 2026, 11, 8 });
}

static struct render wide(size_t columns)
{
	return (struct render){ .columns = columns, .today = today() };
}

static cJSON *parsed(const char *text)
{
	cJSON *json = jsoninput_parse(text);

	if (json == NULL)
		fail_msg("the test's own JSON: %s", text);
	return json;
}

/* The page of experience.md 3.6. */
static const char review_json[] =
	"{\"first\":\"2026-11-02\",\"last\":\"2026-11-08\",\"days\":7,"
	"\"session\":{\"id\":\"" ID "A2B3C\",\"day\":\"2026-11-02\","
	"\"number\":16},\"next\":{\"number\":17,"
	"\"at\":\"2026-11-09T17:00:00-05:00\"},"
	"\"thoughts\":{\"caught\":5,\"weighed\":3,\"repeated\":{\"id\":\"x\","
	"\"day\":\"2026-11-03\",\"text\":\"I'm not good enough.\",\"n\":2},"
	"\"feelings\":{\"thoughts\":3,\"n\":3,\"before_sum\":216,"
	"\"after_sum\":124,\"before\":72,\"after\":41.3},"
	"\"still_strong\":1,\"ids\":[\"" ID "0K9WW\"],"
	"\"patterns\":[{\"name\":\"all-or-nothing\",\"n\":3},"
	"{\"name\":\"mind-reading\",\"n\":2}]},"
	"\"breathing\":{\"n\":4,\"days\":4,\"rounds\":68,\"calm\":{\"n\":4,"
	"\"before_sum\":16,\"after_sum\":24}},"
	"\"wins\":{\"n\":6,\"newest\":[{\"text\":\"Left at six\"},"
	"{\"text\":\"Told Sam I wasn't sure\"}]},"
	"\"boundaries\":{\"n\":4,\"partly\":1,\"yes\":3,\"no\":0},"
	"\"goals\":[{\"title\":\"Leave work at six\",\"status\":\"open\","
	"\"measure\":\"days\",\"target\":3,\"progress\":3}],"
	"\"homework\":[{\"title\":\"Catch one thought a day\",\"target\":7,"
	"\"progress\":5,\"status\":\"open\","
	"\"in_the_way\":\"travel on Thursday\"}],"
	"\"confidence\":{\"answers\":7,\"first\":5,\"last\":6,\"points\":["
	"{\"day\":\"2026-11-02\",\"value\":4},{\"day\":\"2026-11-03\","
	"\"value\":5},{\"day\":\"2026-11-05\",\"value\":6}]},"
	"\"mood\":{\"answers\":0,\"points\":[]},"
	"\"to_bring\":[{\"text\":\"Is it all right that it still feels "
	"odd?\"}],\"experiments\":[],\"activities\":{\"n\":0}}";

static cJSON *review_page(const char *json, bool numbers)
{
	struct reviewtext how = { .today = today(),
				  .numbers = numbers,
				  .signs = GOALTEXT_WORDS };
	cJSON *review = parsed(json);
	cJSON *page = reviewtext_page(review, &how);

	cJSON_Delete(review);
	return page;
}

static char *shown(const cJSON *page, const struct render *render)
{
	static char text[TEXT_MAX];
	struct buf out;

	buf_init(&out, TEXT_MAX);
	pageform_put(&out, render, page);
	assert_int_equal(out.failed, 0);
	(void)snprintf(text, sizeof text, "%.*s", (int)out.len,
		       (const char *)out.ptr);
	buf_release(&out);
	return text;
}

static void the_review_is_the_page_of_the_design(void **state)
{
	struct render render = wide(80);
	cJSON *page = review_page(review_json, false);

	(void)state;
	assert_string_equal(pagecut_text(page, "title"),
			    "Since session 16 (Mon 2 Nov) · for session 17 "
			    "(Mon 9 Nov 17:00)");
	assert_string_equal(pagecut_text(page, "range"),
			    "Mon 2 Nov 2026 – Sun 8 Nov 2026");
	assert_string_equal(
		shown(page, &render),
		"Thoughts    5 caught, 3 weighed          "
		"“I'm not good enough.” twice\n"
		"            feelings, mean of 3          72 → 41.3       "
		"1 still strong: k9ww\n"
		"            most picked                  "
		"All or nothing (3) · Mind reading (2)\n"
		"Breathing   4 of 7 days, 68 rounds       calm 4 → 6\n"
		"Wins        6                            "
		"Left at six · Told Sam I wasn't sure …\n"
		"Boundaries  3 held, 1 partly\n"
		"Goal        Leave work at six            3 of 3\n"
		"Homework    Catch one thought a day      5 of 7\n"
		"                                         "
		"in the way: travel on Thursday\n"
		"Confidence  5 → 6                        4 ▁▅ █ 6       "
		"(7 answers)\n"
		"To bring    “Is it all right that it still feels odd?”\n");
	cJSON_Delete(page);
}

static void numbers_stand_where_no_picture_can(void **state)
{
	struct render render = wide(0);
	cJSON *page = review_page(review_json, true);
	const char *text;
	size_t i;

	(void)state;
	render.ascii = true;
	text = shown(page, &render);
	assert_non_null(strstr(text, "4, 5, 6"));
	for (i = 0; text[i] != '\0'; i++)
		assert_true((unsigned char)text[i] < 0x80);
	cJSON_Delete(page);
}

static void no_line_is_wider_than_the_terminal(void **state)
{
	cJSON *page = review_page(review_json, false);
	size_t columns;

	(void)state;
	for (columns = 20; columns <= 120; columns++) {
		struct render render = wide(columns);
		char *line = shown(page, &render);

		while (*line != '\0') {
			char *end = strchr(line, '\n');

			assert_non_null(end);
			*end = '\0';
			assert_true(render_width(line) <= columns);
			line = end + 1;
		}
	}
	cJSON_Delete(page);
}

static void nothing_is_said_of_what_is_not_there(void **state)
{
	cJSON *page = review_page(
		"{\"first\":\"2026-11-02\",\"last\":\"2026-11-08\",\"days\":7,"
		"\"next\":{},\"thoughts\":{\"caught\":0,\"weighed\":0},"
		"\"breathing\":{\"n\":0},\"wins\":{\"n\":0,\"newest\":[]},"
		"\"boundaries\":{\"n\":0},\"goals\":[],\"homework\":[],"
		"\"confidence\":{\"answers\":0},\"mood\":{\"answers\":0},"
		"\"to_bring\":[],\"experiments\":[],"
		"\"activities\":{\"n\":0}}",
		false);

	(void)state;
	assert_true(pageform_is_empty(page));
	assert_string_equal(pagecut_text(page, "title"), "Since Mon 2 Nov");
	cJSON_Delete(page);
	/* What is odd is left out. */
	page = review_page("{\"first\":7,\"thoughts\":[],\"goals\":{},"
			   "\"confidence\":{\"answers\":3,\"points\":[1]}}",
			   false);
	assert_true(pageform_is_empty(page));
	cJSON_Delete(page);
}

/* ---- today ---- */

static cJSON *today_page(const char *json, int hour)
{
	struct reviewtext how = { .today = today(), .signs = GOALTEXT_BOXES };
	cJSON *result = parsed(json);
	cJSON *page = todaytext_page(result, &how, hour);

	cJSON_Delete(result);
	return page;
}

static void today_is_a_few_lines(void **state)
{
	struct render render = wide(80);
	cJSON *page = today_page(
		"{\"day\":\"2026-11-08\",\"last\":[{\"day\":\"2026-11-07\"}],"
		"\"practice\":{\"days\":4,\"of\":7},\"drafts\":2,"
		"\"thought_drafts\":1,\"to_bring\":1,\"next\":{\"number\":17},"
		"\"goals\":[{\"title\":\"Leave work at six\",\"target\":3,"
		"\"progress\":2,\"measure\":\"days\",\"due\":\"2026-11-08\"}],"
		"\"homework\":[]}",
		21);

	(void)state;
	assert_string_equal(pagecut_text(page, "title"), "Good evening.");
	assert_string_equal(
		shown(page, &render),
		"Drafts      2 to carry on                kept thought "
		"--resume\n"
		"Practice    4 of the last 7 days\n"
		"Goal        Leave work at six            ▣ ▣ □       today\n"
		"Next time   session 17                   1 thing to bring\n");
	cJSON_Delete(page);
}

static void the_days_of_goals_stand_below_each_other(void **state)
{
	struct render render = wide(80);
	cJSON *page = today_page(
		"{\"day\":\"2026-11-08\",\"last\":[],\"goals\":["
		"{\"title\":\"Leave work at six\",\"target\":3,\"progress\":2,"
		"\"measure\":\"days\",\"due\":\"2026-11-08\"},"
		"{\"title\":\"Call Ann\",\"target\":1,\"progress\":0,"
		"\"measure\":\"count\",\"due\":\"2026-11-08\"}],"
		"\"homework\":[]}",
		21);

	(void)state;
	assert_string_equal(
		shown(page, &render),
		"Goals       Leave work at six            ▣ ▣ □       today\n"
		"            Call Ann                     □           today\n");
	render = wide(30);
	assert_null(strstr(shown(page, &render), " \n"));
	cJSON_Delete(page);
}

static void today_never_counts_absence(void **state)
{
	cJSON *page = today_page(
		"{\"day\":\"2026-11-08\",\"last\":[{\"day\":\"2026-10-01\"}],"
		"\"practice\":{\"days\":0,\"of\":7},\"drafts\":0,"
		"\"to_bring\":0,\"next\":{\"at\":\"2026-10-09T17:00:00-05:00\"}"
		","
		"\"goals\":[],\"homework\":[]}",
		9);

	(void)state;
	assert_string_equal(pagecut_text(page, "title"), "Good to see you.");
	assert_true(pageform_is_empty(page));
	cJSON_Delete(page);
	assert_string_equal(todaytext_greeting(9, "2026-11-01", today()),
			    "Good morning.");
	assert_string_equal(todaytext_greeting(9, "2026-10-31", today()),
			    "Good to see you.");
	assert_string_equal(todaytext_greeting(0, "", today()), "Hello.");
	assert_string_equal(todaytext_greeting(5, "", today()),
			    "Good morning.");
	assert_string_equal(todaytext_greeting(12, "", today()),
			    "Good afternoon.");
	assert_string_equal(todaytext_greeting(18, "", today()),
			    "Good evening.");
}

/* ---- hostile text, HTML, and one sheet ---- */

static void html_has_text_and_nothing_else(void **state)
{
	cJSON *review = parsed(review_json), *wins, *page;
	struct reviewtext how = { .today = today(), .signs = GOALTEXT_WORDS };
	struct buf out;
	char *html;

	(void)state;
	wins = cJSON_GetObjectItem(cJSON_GetObjectItem(review, "wins"),
				   "newest");
	cJSON_AddStringToObject(cJSON_GetArrayItem(wins, 0), "more",
				"unknown to this kept");
	cJSON_SetValuestring(
		cJSON_GetObjectItem(cJSON_GetArrayItem(wins, 0), "text"),
		"<b>&\"'");
	cJSON_SetValuestring(
		cJSON_GetObjectItem(cJSON_GetArrayItem(wins, 1), "text"),
		"\x1b[2Jx \u202Eevil");
	page = reviewtext_page(review, &how);
	buf_init(&out, TEXT_MAX);
	reviewhtml_put(&out, page, "en");
	buf_put_u8(&out, 0);
	assert_int_equal(out.failed, 0);
	html = (char *)out.ptr;
	assert_non_null(strstr(html, "&lt;b&gt;&amp;&quot;&#39;"));
	assert_null(strstr(html, "<b>"));
	assert_null(strstr(html, "http"));
	assert_null(strstr(html, "<script"));
	assert_null(strstr(html, "url("));
	assert_null(strchr(html, 0x1b));
	assert_null(strstr(html, "\u202E"));
	assert_non_null(strstr(html, "Chosen by me."));
	assert_non_null(strstr(html, "Mon 2 Nov 2026 – Sun 8 Nov 2026"));
	assert_non_null(strstr(html, "72 → 41.3"));
	buf_release(&out);
	cJSON_Delete(page);
	cJSON_Delete(review);
}

static cJSON *long_page(int rows, int lines)
{
	cJSON *page = pageform_new("title", "range", "foot");
	struct buf fact;
	int i, j;

	buf_init(&fact, 4096);
	for (i = 0; i < rows; i++) {
		pageform_row(page, "row");
		for (j = 0; j < lines * (i + 1); j++) {
			buf_printf(&fact, "line %d", j);
			pageform_line(page, &fact, NULL);
		}
	}
	buf_release(&fact);
	return page;
}

static void what_does_not_fit_is_counted(void **state)
{
	cJSON *page;
	size_t most;

	(void)state;
	for (most = 6; most < 70; most++) {
		cJSON *row;
		int lines = 0, left = 0;

		page = long_page(3, 10);
		assert_true(pagecut_shorten(page, most));
		assert_true(pagecut_measure(page) <= most);
		cJSON_ArrayForEach(row, cJSON_GetObjectItem(page, "rows"))
		{
			int here = cJSON_GetArraySize(
				cJSON_GetObjectItem(row, "lines"));

			assert_true(here >= 1);
			lines += here;
			left += pagecut_left(row);
		}
		assert_int_equal(lines + left, 60);
		if (most >= 60)
			assert_int_equal(left, 0);
		cJSON_Delete(page);
	}
	page = long_page(3, 10);
	assert_false(pagecut_shorten(page, 5));
	cJSON_Delete(page);
}

static void a_text_is_cut_between_signs(void **state)
{
	cJSON *page = pageform_new("", "", "");
	struct render render = wide(80);
	struct buf fact;

	(void)state;
	buf_init(&fact, 4096);
	pageform_row(page, "row");
	buf_printf(&fact, "日本語日本語");
	pageform_line(page, &fact, NULL);
	pagecut_trim(page, 6);
	assert_non_null(strstr(shown(page, &render), "日本語日本語\n"));
	pagecut_trim(page, 4);
	assert_non_null(strstr(shown(page, &render), "日本語…\n"));
	buf_release(&fact);
	cJSON_Delete(page);
}

static void means_have_one_decimal_where_they_need_one(void **state)
{
	static const struct {
		int64_t sum, n;
		const char *text;
	} rows[] = {
		{ 216, 3, "72" }, { 124, 3, "41.3" }, { 1, 3, "0.3" },
		{ 2, 3, "0.7" },  { 0, 4, "0" },      { 1, 4, "0.3" },
		{ 1, 20, "0.1" }, { 19, 20, "1" },    { 1, 1, "1" },
	};
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 64);
	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		buf_clear(&out);
		pageform_put_mean(&out, rows[i].sum, rows[i].n);
		buf_put_u8(&out, 0);
		assert_string_equal((const char *)out.ptr, rows[i].text);
	}
	buf_release(&out);
}

#define PAGE_TEST(name)                                                        \
	cmocka_unit_test_setup_teardown(name, start, nothing_left)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PAGE_TEST(the_review_is_the_page_of_the_design),
		PAGE_TEST(numbers_stand_where_no_picture_can),
		PAGE_TEST(no_line_is_wider_than_the_terminal),
		PAGE_TEST(nothing_is_said_of_what_is_not_there),
		PAGE_TEST(today_is_a_few_lines),
		PAGE_TEST(the_days_of_goals_stand_below_each_other),
		PAGE_TEST(today_never_counts_absence),
		PAGE_TEST(html_has_text_and_nothing_else),
		PAGE_TEST(what_does_not_fit_is_counted),
		PAGE_TEST(a_text_is_cut_between_signs),
		PAGE_TEST(means_have_one_decimal_where_they_need_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
