/*
 * Goal: JSON and the socket's msgpack say the same both ways, and cJSON's
 * memory is given back. Method: round trips of every type and of random
 * trees' texts, refusals (depth, bytes that are no text), known bytes.
 */
#include "cli/jsonform.h"

#include "cli/jsoninput.h"
#include "proto/base/mem.h"
#include "proto/bounds.h"
#include "tests/lib/harness.h"

static int start(void **state)
{
	(void)state;
	jsonform_start();
	return 0;
}

/* JSON to msgpack and back is the same line of JSON. */
static void assert_comes_back(const char *text)
{
	cJSON *json = jsoninput_parse(text), *back;
	struct buf bytes;
	char *line;

	assert_non_null(json);
	buf_init(&bytes, LIMIT_FRAME_BYTES);
	assert_int_equal(jsonform_to_mp(json, &bytes), 0);
	back = jsonform_from_mp(buf_bytes(&bytes));
	assert_non_null(back);
	line = jsonform_line(back);
	assert_string_equal(line, text);
	cJSON_free(line);
	cJSON_Delete(json);
	cJSON_Delete(back);
	buf_release(&bytes);
}

/* msgpack (hex) to JSON and back. */
static void assert_raw(const char *hex, const char *text)
{
	uint8_t bytes[16];
	size_t len = harness_unhex(hex, bytes, sizeof bytes);
	cJSON *json = jsonform_from_mp(bytes_of(bytes, len));
	struct buf back;
	char *line;

	assert_non_null(json);
	line = jsonform_line(json);
	assert_string_equal(line, text);
	buf_init(&back, 64);
	assert_int_equal(jsonform_to_mp(json, &back), 0);
	assert_bytes(buf_bytes(&back), bytes_of(bytes, len));
	buf_release(&back);
	cJSON_free(line);
	cJSON_Delete(json);
}

static void every_type_comes_back(void **state)
{
	size_t before = mem_live_count();

	(void)state;
	assert_comes_back("{}");
	assert_comes_back("[]");
	assert_comes_back("{\"a\":1,\"b\":-1,\"c\":0,\"d\":255,\"e\":65536}");
	assert_comes_back("[null,true,false,\"\",\"it's “fine”\",0.5,-2.25]");
	assert_comes_back("[999999999999999,1722531600000]");
	/* cJSON itself would print 15 digits of these. */
	assert_raw("cf0020000000000000", "9007199254740992");
	assert_raw("d3ffe0000000000000", "-9007199254740992");
	assert_raw("cb3fd3333333333334", "0.30000000000000004");
	assert_comes_back("{\"z\":1,\"a\":[{\"name\":\"anxious\"}]}");
	assert_comes_back("\"line one\\nline two\\ttab\"");
	assert_int_equal(mem_live_count(), before);
}

static void whole_numbers_are_integers_on_the_wire(void **state)
{
	cJSON *json = cJSON_CreateNumber(70);
	struct buf bytes;

	(void)state;
	buf_init(&bytes, 64);
	assert_int_equal(jsonform_to_mp(json, &bytes), 0);
	assert_hex(buf_bytes(&bytes), "46");
	buf_clear(&bytes);
	cJSON_SetNumberValue(json, -33);
	assert_int_equal(jsonform_to_mp(json, &bytes), 0);
	assert_hex(buf_bytes(&bytes), "d0df");
	cJSON_Delete(json);
	buf_release(&bytes);
}

static void bytes_become_hex_digits(void **state)
{
	static const uint8_t bin[] = { 0xc4, 3, 0x00, 0xab, 0xff };
	cJSON *json = jsonform_from_mp(bytes_of(bin, sizeof bin));

	(void)state;
	assert_true(cJSON_IsString(json));
	assert_string_equal(json->valuestring, "00abff");
	cJSON_Delete(json);
}

static void what_is_too_deep_or_no_text_is_refused(void **state)
{
	cJSON *json = cJSON_CreateString("\xc3\x28"), *inner;
	struct buf bytes;
	int depth;

	(void)state;
	buf_init(&bytes, LIMIT_FRAME_BYTES);
	assert_int_equal(jsonform_to_mp(json, &bytes), ERR_USAGE);
	cJSON_Delete(json);
	for (depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
		int left = depth;

		buf_clear(&bytes);
		json = cJSON_CreateArray();
		for (inner = json; left > 1; left--) {
			cJSON *next = cJSON_CreateArray();

			cJSON_AddItemToArray(inner, next);
			inner = next;
		}
		assert_int_equal(jsonform_to_mp(json, &bytes),
				 depth <= JSON_DEPTH_MAX ? 0 : ERR_LIMIT);
		cJSON_Delete(json);
	}
	buf_release(&bytes);
}

static void a_full_buffer_is_refused(void **state)
{
	cJSON *json = cJSON_CreateString("0123456789");
	struct buf bytes;
	size_t room;

	(void)state;
	for (room = 10; room <= 12; room++) {
		buf_init(&bytes, room);
		assert_int_equal(jsonform_to_mp(json, &bytes),
				 room < 11 ? ERR_LIMIT : 0);
		buf_release(&bytes);
	}
	cJSON_Delete(json);
}

static void only_one_whole_value_is_json(void **state)
{
	static const char *const bad[] = {
		"",           "{",        "{} {}", "{\"a\":1,}",        "nope",
		"{\"a\":1}x", "\"\xff\"", "[1,2",  "{\"a\":1,\"a\":2}",
	};
	size_t before = mem_live_count(), i;
	cJSON *json;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(bad); i++)
		if (jsoninput_parse(bad[i]) != NULL)
			fail_msg("%s was taken", bad[i]);
	json = jsoninput_parse(" {\"a\":1}\n");
	assert_non_null(json);
	cJSON_Delete(json);
	assert_int_equal(mem_live_count(), before);
}

/* With `count` keys, the last one named again if twice. */
static cJSON *with_keys(int count, bool twice)
{
	struct buf text;
	cJSON *json;
	int i;

	buf_init(&text, 1 << 20);
	for (i = 0; i < count; i++)
		buf_printf(&text, "%s\"k%d\":1", i == 0 ? "{" : ",", i);
	if (twice)
		buf_printf(&text, ",\"k%d\":1", count - 1);
	buf_printf(&text, "}");
	buf_put_u8(&text, 0);
	assert_int_equal(text.failed, 0);
	json = jsoninput_parse((const char *)text.ptr);
	buf_release(&text);
	return json;
}

static void a_key_stands_once_and_keys_come_to_an_end(void **state)
{
	cJSON *json = with_keys(JSONINPUT_KEYS_MAX, false);

	(void)state;
	assert_int_equal(cJSON_GetArraySize(json), JSONINPUT_KEYS_MAX);
	cJSON_Delete(json);
	json = with_keys(JSONINPUT_KEYS_MAX - 2, false);
	assert_int_equal(cJSON_GetArraySize(json), JSONINPUT_KEYS_MAX - 2);
	cJSON_Delete(json);
	assert_null(with_keys(JSONINPUT_KEYS_MAX - 2, true));
	assert_null(with_keys(JSONINPUT_KEYS_MAX + 1, false));
	/* Each against each, this would take many seconds. */
	assert_null(with_keys(90000, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_comes_back),
		cmocka_unit_test(whole_numbers_are_integers_on_the_wire),
		cmocka_unit_test(bytes_become_hex_digits),
		cmocka_unit_test(what_is_too_deep_or_no_text_is_refused),
		cmocka_unit_test(a_full_buffer_is_refused),
		cmocka_unit_test(only_one_whole_value_is_json),
		cmocka_unit_test(a_key_stands_once_and_keys_come_to_an_end),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
