/*
 * Goal: trends are drawn and said from what keptd answers, also with means of
 * many digits, and an odd answer draws nothing rather than something. Method:
 * answers as JSON, searched for what has to be there, and for what must not.
 */
#include "cli/trendtext.h"

#include <locale.h>

#include "cli/jsonform.h"
#include "cli/jsoninput.h"
#include "proto/base/mem.h"
#include "tests/lib/harness.h"

#define TEXT_MAX ((size_t)1 << 20)

static size_t live_before;

static int start(void **state)
{
	(void)state;
	jsonform_start();
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		(void)setlocale(LC_CTYPE, "en_US.UTF-8");
	live_before = mem_live_count();
	return 0;
}

static int nothing_left(void **state)
{
	(void)state;
	assert_int_equal(mem_live_count(), live_before);
	return 0;
}

typedef void putting(struct buf *out, const struct render *render,
		     const cJSON *trends, const struct reviewtext *how);

static const char *text_of(putting *put, const cJSON *trends)
{
	static char text[TEXT_MAX];
	struct render render = { .columns = 60 };
	struct reviewtext how = { .signs = GOALTEXT_WORDS };
	struct buf out;

	buf_init(&out, TEXT_MAX);
	put(&out, &render, trends, &how);
	assert_int_equal(out.failed, 0);
	(void)snprintf(text, sizeof text, "%.*s", (int)out.len,
		       (const char *)out.ptr);
	buf_release(&out);
	return text;
}

static cJSON *parsed(const char *text)
{
	cJSON *json = jsoninput_parse(text);

	if (json == NULL)
		fail_msg("the test's own JSON: %s", text);
	return json;
}

static size_t count_of(const char *text, const char *sign)
{
	size_t count = 0;

	while ((text = strstr(text, sign)) != NULL) {
		count++;
		text += strlen(sign);
	}
	return count;
}

#define WEEK                                                                   \
	"\"what\":\"mood\",\"first\":\"2026-11-02\",\"last\":\"2026-11-08\","  \
	"\"days\":7,\"answers\":4,\"answered\":2,"

/* keptd's 10/3 has 17 digits, which cJSON keeps as raw text. */
static void a_mean_of_many_digits_is_drawn(void **state)
{
	cJSON *trends = parsed("{" WEEK "\"points\":[{\"day\":\"2026-11-03\","
			       "\"value\":5}],\"middle\":[]}");
	cJSON *point = cJSON_CreateObject();

	(void)state;
	(void)cJSON_AddStringToObject(point, "day", "2026-11-05");
	(void)cJSON_AddItemToObject(point, "value",
				    cJSON_CreateRaw("3.3333333333333335"));
	(void)cJSON_AddItemToArray(cJSON_GetObjectItem(trends, "points"),
				   point);
	/* Two dots, and one in the legend. */
	assert_int_equal(count_of(text_of(trendtext_put, trends), "•"), 3);
	assert_non_null(strstr(text_of(trendtext_say, trends), "5 Nov 3.3"));
	cJSON_Delete(trends);
}

static void sentences_have_every_number(void **state)
{
	cJSON *trends = parsed(
		"{" WEEK "\"points\":[{\"day\":\"2026-11-03\",\"value\":0},"
		"{\"day\":\"2026-11-08\",\"value\":7.5}],\"middle\":"
		"[{\"day\":\"2026-11-08\",\"value\":4}],\"sessions\":"
		"[{\"day\":\"2026-11-02\",\"number\":16},"
		"{\"day\":\"2026-11-05\"}]}");
	char said[2048];
	size_t i;

	(void)state;
	(void)snprintf(said, sizeof said, "%s", text_of(trendtext_say, trends));
	for (i = 0; said[i] != '\0'; i++)
		said[i] = said[i] == '\n' ? ' ' : said[i];
	assert_string_equal(
		said,
		"Mood, your own 0–10, 2 Nov – Sun 8 Nov 2026. 4 answers on 2 "
		"of 7 days. By the day: 3 Nov 0, 8 Nov 7.5. The 7-day middle, "
		"by the week: 8 Nov 4. Sessions: number 16 on 2 Nov, 5 Nov. ");
	cJSON_Delete(trends);
}

static void an_odd_answer_draws_nothing(void **state)
{
	static const char *const odd[] = {
		"{}",
		"{\"what\":\"weather\"}",
		("{\"what\":\"mood\",\"first\":\"2026-11-08\","
		 "\"last\":\"2026-11-02\"}"),
		"{\"what\":\"mood\",\"first\":7,\"last\":[]}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(odd); i++) {
		cJSON *trends = parsed(odd[i]);

		assert_string_equal(text_of(trendtext_put, trends), "");
		assert_string_equal(text_of(trendtext_say, trends), "");
		cJSON_Delete(trends);
	}
}

static void points_outside_are_left_out(void **state)
{
	cJSON *trends = parsed(
		"{" WEEK "\"points\":[{\"day\":\"2026-11-01\",\"value\":5},"
		"{\"day\":\"2026-11-04\",\"value\":1e300},"
		"{\"day\":\"2026-11-04\",\"value\":-1},"
		"{\"day\":\"2026-11-05\",\"value\":\"5\"},"
		"{\"day\":\"2026-11-06\",\"value\":5},"
		"{\"day\":\"2026-11-06\",\"value\":6},"
		"{\"day\":\"2026-11-05\",\"value\":6},"
		"{\"day\":\"2026-11-09\",\"value\":5},7],\"middle\":{},"
		"\"sessions\":[{\"day\":\"2026-12-01\"}]}");
	const char *text = text_of(trendtext_put, trends);

	(void)state;
	assert_int_equal(count_of(text, "•"), 2);
	assert_int_equal(count_of(text, "▲"), 0);
	cJSON_Delete(trends);
}

static void weeks_have_their_numbers_whatever_they_are(void **state)
{
	cJSON *trends = parsed(
		"{\"what\":\"wins\",\"first\":\"2026-10-26\","
		"\"last\":\"2026-11-08\",\"days\":14,\"answers\":5,"
		"\"answered\":1,\"counts\":[{\"name\":\"small\",\"n\":3}],"
		"\"weeks\":[{\"first\":\"2026-10-26\",\"last\":"
		"\"2026-11-01\",\"n\":-5},{\"first\":\"2026-11-02\","
		"\"last\":\"2026-11-08\",\"n\":900719925474099,"
		"\"small\":3}]}");
	const char *text = text_of(trendtext_put, trends);

	(void)state;
	assert_non_null(strstr(text, "26 Oct   0\n"));
	assert_non_null(strstr(text, " 900719925474099"));
	assert_non_null(strstr(text, "A block is up to "));
	assert_non_null(strstr(text, "small 3"));
	cJSON_Delete(trends);
}

#define TREND_TEST(name)                                                       \
	cmocka_unit_test_setup_teardown(name, start, nothing_left)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREND_TEST(a_mean_of_many_digits_is_drawn),
		TREND_TEST(sentences_have_every_number),
		TREND_TEST(an_odd_answer_draws_nothing),
		TREND_TEST(points_outside_are_left_out),
		TREND_TEST(weeks_have_their_numbers_whatever_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
