/*
 * Goal: the few words about other devices are true, and no more is said than
 * is known. Method: devices as JSON, seen from a fixed now, at the borders of
 * minutes, days, a week, and thirty days.
 */
#include "cli/devicetext.h"

#include <stdlib.h>
#include <time.h>

#include "tests/lib/harness.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Sun 8 Nov 2026, 22:00 UTC */
static struct civil_instant now;

static int setup_all(void **state)
{
	(void)state;
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	return civil_parse_instant(bytes_from_str("2026-11-08T22:00:00+00:00"),
				   &now);
}

typedef void put_device(struct buf *out, struct civil_instant at,
			const cJSON *device);

/* In json "@-5" is the instant five minutes ago. */
static void expect(put_device *put, const char *json, const char *wanted)
{
	char text[2048] = "";
	struct buf out;
	cJSON *device;
	size_t used = 0;

	while (*json != '\0' && used < sizeof text - 32) {
		char *end;

		if (*json != '@') {
			text[used++] = *json++;
			continue;
		}
		used += (size_t)snprintf(
			text + used, 32, "%lld",
			(long long)(now.ms +
				    strtoll(json + 1, &end, 10) * MINUTE));
		json = end;
	}
	text[used] = '\0';
	device = cJSON_Parse(text);
	assert_non_null(device);
	buf_init(&out, 4096);
	put(&out, now, device);
	buf_put_u8(&out, 0);
	assert_string_equal(out.ptr, wanted);
	buf_release(&out);
	cJSON_Delete(device);
}

static void put_ago(struct buf *out, struct civil_instant at,
		    const cJSON *device)
{
	devicetext_put_ago(out, at, (int64_t)device->valuedouble);
}

static void ago_gets_coarser_with_time(void **state)
{
	(void)state;
	expect(put_ago, "0", "");
	expect(put_ago, "@0", "just now");
	expect(put_ago, "@5", "just now"); /* a clock ahead */
	expect(put_ago, "@-1", "1 minute ago");
	expect(put_ago, "@-59", "59 minutes ago");
	expect(put_ago, "@-60", "today 21:00");
	expect(put_ago, "@-1320", "today 00:00");
	expect(put_ago, "@-1321", "yesterday 23:59");
	expect(put_ago, "@-8640", "Mon 22:00");
	expect(put_ago, "@-10080", "7 days ago");
	expect(put_ago, "@-59040", "41 days ago");
}

static void a_row_says_since_when_it_is_and_if_it_is_there(void **state)
{
	(void)state;
	expect(devicetext_put_standing, "{\"this\":true}", "this one");
	expect(devicetext_put_standing, "{\"paired\":@-53280}", "paired 2 Oct");
	expect(devicetext_put_standing, "{\"paired\":@-530000}",
	       "paired 5 Nov 2025");
	expect(devicetext_put_standing, "{\"paired\":@-9,\"removed\":true}",
	       "taken out");
	expect(devicetext_put_standing, "{}", "");
	expect(devicetext_put_seen, "{\"last_seen\":@-1440}",
	       "yesterday 22:00");
	expect(devicetext_put_seen, "{\"last_seen\":@-1440,\"connected\":true}",
	       "connected");
	expect(devicetext_put_seen, "{}", "");
}

static void what_waits_is_said_in_entries_where_they_are_counted(void **state)
{
	(void)state;
	expect(devicetext_put_note, "{\"behind\":5,\"waiting\":3}",
	       "3 entries waiting for it");
	expect(devicetext_put_note, "{\"behind\":5,\"waiting\":1}",
	       "1 entry waiting for it");
	expect(devicetext_put_note, "{\"behind\":900}",
	       "900 changes waiting for it");
	/* Keys and the like are no entries. */
	expect(devicetext_put_note, "{\"behind\":1,\"waiting\":0}",
	       "1 change waiting for it");
	expect(devicetext_put_note, "{\"behind\":0,\"waiting\":0}", "");
	expect(devicetext_put_note, "{\"behind\":4,\"removed\":true}", "");
	expect(devicetext_put_note, "{\"this\":true,\"behind\":4}", "");
}

static void after_thirty_days_it_is_asked_for(void **state)
{
	static const char question[] = "quiet for a while; still yours?";

	(void)state;
	expect(devicetext_put_note, "{\"last_seen\":@-43200}", "");
	expect(devicetext_put_note, "{\"last_seen\":@-44640}", question);
	expect(devicetext_put_note,
	       "{\"last_seen\":@-59040,\"behind\":3,\"waiting\":3}", question);
	expect(devicetext_put_note,
	       "{\"last_seen\":@-59040,\"connected\":true}", "");
	/* Never met since: counted from when it came in. */
	expect(devicetext_put_note, "{\"paired\":@-44640}", question);
	expect(devicetext_put_note, "{\"paired\":@-43200}", "");
	expect(devicetext_put_note, "{}", "");
}

#define THIS "{\"name\":\"laptop\",\"this\":true}"
#define PHONE(more) "{\"name\":\"phone\",\"this\":false" more "}"

static void status_says_where_entries_are(void **state)
{
	(void)state;
	expect(devicetext_put_reach, "{\"entries\":217,\"devices\":[" THIS "]}",
	       "");
	expect(devicetext_put_reach,
	       "{\"entries\":217,\"waiting\":0,\"devices\":[" THIS
	       "," PHONE("") "]}",
	       ", all on 2 devices");
	expect(devicetext_put_reach,
	       "{\"entries\":217,\"waiting\":3,\"devices\":[" THIS
	       "," PHONE(",\"behind\":4,\"last_seen\":@-1440") "]}",
	       ", all on 2 devices but 3 (phone not seen since yesterday)");
	expect(devicetext_put_reach,
	       "{\"entries\":217,\"waiting\":3,\"devices\":[" THIS
	       "," PHONE(",\"behind\":4,\"connected\":true") "]}",
	       ", all on 2 devices but 3 (phone is getting them)");
	expect(devicetext_put_reach,
	       "{\"entries\":1,\"waiting\":1,\"devices\":[" THIS
	       "," PHONE(",\"behind\":1") "]}",
	       ", not yet on 2 devices (phone not seen yet)");
	expect(devicetext_put_reach,
	       "{\"entries\":1,\"waiting\":0,\"devices\":[" THIS
	       "," PHONE("") "]}",
	       ", on 2 devices");
	expect(devicetext_put_reach,
	       "{\"entries\":0,\"waiting\":0,\"devices\":[" THIS
	       "," PHONE("") "]}",
	       "");
	expect(devicetext_put_reach,
	       "{\"entries\":900,\"devices\":[" THIS
	       "," PHONE(",\"behind\":700,\"last_seen\":@-53280") "]}",
	       ", not yet all on 2 devices (phone not seen since 2 Oct)");
}

static void each_device_that_lacks_something_is_named(void **state)
{
	(void)state;
	expect(devicetext_put_reach,
	       "{\"entries\":9,\"waiting\":2,\"devices\":[" THIS "," PHONE(
		       ",\"behind\":2,\"last_seen\":@-60") ","
							   "{\"name\":"
							   "\"tablet\","
							   "\"behind\":1,"
							   "\"last_seen\":@-"
							   "4320},"
							   "{\"name\":\"desk\","
							   "\"behind\":0},"
							   "{\"name\":\"lost\","
							   "\"removed\":true,"
							   "\"behind\":8}]}",
	       ", all on 4 devices but 2 (phone not seen since 21:00, "
	       "tablet not seen since Thursday)");
	/* A name is text from elsewhere. */
	expect(devicetext_put_reach,
	       "{\"entries\":9,\"waiting\":2,\"devices\":[" THIS ","
	       "{\"name\":\"a\\u001b[2J\",\"behind\":2}]}",
	       ", all on 2 devices but 2 (a␛[2J not seen yet)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ago_gets_coarser_with_time),
		cmocka_unit_test(
			a_row_says_since_when_it_is_and_if_it_is_there),
		cmocka_unit_test(
			what_waits_is_said_in_entries_where_they_are_counted),
		cmocka_unit_test(after_thirty_days_it_is_asked_for),
		cmocka_unit_test(status_says_where_entries_are),
		cmocka_unit_test(each_device_that_lacks_something_is_named),
	};

	return cmocka_run_group_tests(tests, setup_all, NULL);
}
