/*
 * test_client.c - the blocking client against a keptd that is played here.
 *
 * Goal: answers find their request, refusals arrive whole, notifications wait
 * their turn, and nothing waits for ever. Method: a thread listens on a socket
 * in a scratch folder and says what each test wants said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/client.h"
#include "cli/jsonform.h"
#include "proto/frame.h"
#include "proto/mp.h"
#include "proto/rpcmsg.h"

/* What the played keptd does with the request after hello. */
enum part {
	PART_ANSWER,     /* {"n": 7}, after two notifications */
	PART_REFUSE,     /* try_later */
	PART_UNKNOWN,    /* a refusal of a name nobody knows */
	PART_SILENT,     /* nothing */
	PART_LEAVE,      /* closes */
	PART_BABBLE,     /* bytes that are no message */
	PART_OTHER_FIRST /* an answer to something else comes first */
};

struct stage {
	char folder[64];
	struct paths paths;
	enum part part;
	int listener;
	pthread_t thread;
};

static void put_answer(struct buf *out, uint32_t id)
{
	struct buf result;

	buf_init(&result, 256);
	mp_put_map(&result, 1);
	mp_put_cstr(&result, "n");
	mp_put_uint(&result, 7);
	rpcmsg_put_response(out, id, buf_bytes(&result));
	buf_release(&result);
}

static void put_part(struct buf *out, enum part part, uint32_t id)
{
	struct bytes none = { 0 };

	if (part == PART_ANSWER) {
		rpcmsg_put_notification(out, "sync", none);
		rpcmsg_put_notification(out, "entry", none);
	}
	if (part == PART_OTHER_FIRST)
		rpcmsg_put_error(out, id - 1, ERR_BUSY, NULL, NULL);
	if (part == PART_ANSWER || part == PART_OTHER_FIRST)
		put_answer(out, id);
	if (part == PART_REFUSE)
		rpcmsg_put_error(out, id, ERR_TRY_LATER,
				 "Wait 28 seconds; nothing is lost.", "tea");
	if (part == PART_BABBLE)
		buf_put_u8(out, 0xc1);
}

/* [1, id, ["brand_new", "A message.", ""], nil] */
static void put_unknown(struct buf *out, uint32_t id)
{
	mp_put_array(out, 4);
	mp_put_uint(out, 1);
	mp_put_uint(out, id);
	mp_put_array(out, 3);
	mp_put_cstr(out, "brand_new");
	mp_put_cstr(out, "A message.");
	mp_put_cstr(out, "");
	mp_put_nil(out);
}

/* The id of the next request; 0 when the client has left. */
static uint32_t take_request(int fd, struct buf *in)
{
	struct frame_splitter splitter = { 0 };
	struct rpcmsg message;
	struct frame frame;
	uint32_t id;

	for (;;) {
		uint8_t bytes[512];
		ssize_t got;

		if (frame_next_msgpack(&splitter, buf_bytes(in), &frame) != 0)
			return 0;
		if (frame.input_bytes > 0)
			break;
		got = read(fd, bytes, sizeof bytes);
		if (got <= 0)
			return 0;
		buf_put(in, bytes, (size_t)got);
	}
	if (rpcmsg_parse(frame.payload, &message) != 0)
		return 0;
	id = message.id;
	buf_consume(in, frame.input_bytes);
	return id;
}

static void say(int fd, struct buf *out)
{
	ssize_t sent = send(fd, out->ptr, out->len, MSG_NOSIGNAL);

	(void)sent; /* a client that has left is what some tests are about */
	buf_clear(out);
}

static void *play(void *context)
{
	struct stage *stage = context;
	int fd = accept(stage->listener, NULL, NULL);
	struct buf in, out;
	uint32_t id;

	buf_init(&in, LIMIT_FRAME_BYTES);
	buf_init(&out, LIMIT_FRAME_BYTES);
	id = take_request(fd, &in);
	put_answer(&out, id);
	say(fd, &out);
	while ((id = take_request(fd, &in)) != 0 && stage->part != PART_LEAVE) {
		put_part(&out, stage->part, id);
		if (stage->part == PART_UNKNOWN)
			put_unknown(&out, id);
		if (out.len > 0)
			say(fd, &out);
	}
	(void)close(fd);
	buf_release(&in);
	buf_release(&out);
	return NULL;
}

static void set_stage(struct stage *stage, enum part part)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memset(stage, 0, sizeof *stage);
	(void)snprintf(stage->folder, sizeof stage->folder,
		       "/tmp/kept-client-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	(void)snprintf(stage->paths.run, PATH_BYTES, "%s", stage->folder);
	(void)snprintf(stage->paths.socket, PATH_BYTES, "%s/kept.sock",
		       stage->folder);
	memcpy(address.sun_path, stage->paths.socket,
	       strlen(stage->paths.socket) + 1);
	stage->part = part;
	stage->listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(stage->listener,
			      (const struct sockaddr *)&address,
			      sizeof address),
			 0);
	assert_int_equal(listen(stage->listener, 4), 0);
	assert_int_equal(pthread_create(&stage->thread, NULL, play, stage), 0);
}

static struct client *enter(struct stage *stage)
{
	struct client_options options = { .paths = &stage->paths };
	struct client *client = NULL;
	struct err err = { 0 };
	bool started = true;

	assert_int_equal(client_open(&client, &options, &started, &err), 0);
	assert_false(started);
	return client;
}

static void clear_stage(struct stage *stage, struct client *client)
{
	client_close(client);
	assert_int_equal(pthread_join(stage->thread, NULL), 0);
	assert_int_equal(close(stage->listener), 0);
	assert_int_equal(unlink(stage->paths.socket), 0);
	assert_int_equal(rmdir(stage->folder), 0);
}

static void notifications_before_an_answer_wait_in_order(void **state)
{
	struct client_refusal refusal;
	struct client *client;
	struct stage stage;
	cJSON *result, *params;
	char method[32];

	(void)state;
	set_stage(&stage, PART_ANSWER);
	client = enter(&stage);
	assert_int_equal(
		client_call(client, "digest", NULL, 5000, &result, &refusal),
		0);
	assert_int_equal(cJSON_GetObjectItem(result, "n")->valueint, 7);
	cJSON_Delete(result);
	assert_int_equal(client_event(client, 0, method, &params), 0);
	assert_string_equal(method, "sync");
	cJSON_Delete(params);
	assert_int_equal(client_event(client, 0, method, &params), 0);
	assert_string_equal(method, "entry");
	cJSON_Delete(params);
	assert_int_equal(client_event(client, 0, method, &params), ERR_BUSY);
	clear_stage(&stage, client);
}

static void a_refusal_brings_its_name_its_hint_and_its_seconds(void **state)
{
	struct client_refusal refusal;
	struct client *client;
	struct stage stage;
	cJSON *result;

	(void)state;
	set_stage(&stage, PART_REFUSE);
	client = enter(&stage);
	assert_int_equal(
		client_call(client, "unlock", NULL, 5000, &result, &refusal),
		ERR_TRY_LATER);
	assert_null(result);
	assert_int_equal(refusal.code, ERR_TRY_LATER);
	assert_string_equal(refusal.name, "try_later");
	assert_string_equal(refusal.message,
			    "Wait 28 seconds; nothing is lost.");
	assert_string_equal(refusal.hint, "tea");
	assert_int_equal(refusal.seconds, 28);
	clear_stage(&stage, client);
}

static void a_refusal_of_a_newer_keptd_keeps_its_words(void **state)
{
	struct client_refusal refusal;
	struct client *client;
	struct stage stage;

	(void)state;
	set_stage(&stage, PART_UNKNOWN);
	client = enter(&stage);
	assert_int_equal(
		client_call(client, "lock", NULL, 5000, NULL, &refusal),
		ERR_USAGE);
	assert_int_equal(refusal.code, 0);
	assert_string_equal(refusal.name, "brand_new");
	assert_string_equal(refusal.message, "A message.");
	clear_stage(&stage, client);
}

static void an_answer_to_something_else_is_passed_over(void **state)
{
	struct client_refusal refusal;
	struct client *client;
	struct stage stage;
	cJSON *result;

	(void)state;
	set_stage(&stage, PART_OTHER_FIRST);
	client = enter(&stage);
	assert_int_equal(
		client_call(client, "lock", NULL, 5000, &result, &refusal), 0);
	assert_int_equal(cJSON_GetObjectItem(result, "n")->valueint, 7);
	cJSON_Delete(result);
	clear_stage(&stage, client);
}

static void expect_gone(enum part part, int timeout_ms)
{
	struct client_refusal refusal;
	struct client *client;
	struct stage stage;
	cJSON *result;

	set_stage(&stage, part);
	client = enter(&stage);
	assert_int_equal(client_call(client, "lock", NULL, timeout_ms, &result,
				     &refusal),
			 ERR_NOT_HERE);
	assert_null(result);
	assert_int_equal(refusal.code, ERR_NOT_HERE);
	assert_true(refusal.message[0] != '\0');
	clear_stage(&stage, client);
}

static void silence_ends_with_the_time_given(void **state)
{
	(void)state;
	expect_gone(PART_SILENT, 20);
}

static void a_keptd_that_leaves_or_babbles_is_not_here(void **state)
{
	(void)state;
	expect_gone(PART_LEAVE, 5000);
	expect_gone(PART_BABBLE, 5000);
}

static void ctrl_c_ends_a_wait(void **state)
{
	struct client *client;
	struct stage stage;
	cJSON *params;
	char method[32];

	(void)state;
	set_stage(&stage, PART_SILENT);
	client = enter(&stage);
	ask_stop();
	assert_int_equal(client_event(client, -1, method, &params),
			 ERR_STOPPED);
	ask_forget_stop();
	clear_stage(&stage, client);
}

static void without_a_keptd_there_is_a_sentence(void **state)
{
	struct client_options options = { 0 };
	struct client *client = NULL;
	struct paths paths = { 0 };
	struct err err = { 0 };
	bool started;

	(void)state;
	(void)snprintf(paths.socket, PATH_BYTES, "/tmp/kept-none/kept.sock");
	options.paths = &paths;
	assert_int_equal(client_open(&client, &options, &started, &err),
			 ERR_NOT_HERE);
	assert_null(client);
	assert_true(err.text[0] != '\0');
	assert_true(client_wait_gone(&paths, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notifications_before_an_answer_wait_in_order),
		cmocka_unit_test(
			a_refusal_brings_its_name_its_hint_and_its_seconds),
		cmocka_unit_test(a_refusal_of_a_newer_keptd_keeps_its_words),
		cmocka_unit_test(an_answer_to_something_else_is_passed_over),
		cmocka_unit_test(silence_ends_with_the_time_given),
		cmocka_unit_test(a_keptd_that_leaves_or_babbles_is_not_here),
		cmocka_unit_test(ctrl_c_ends_a_wait),
		cmocka_unit_test(without_a_keptd_there_is_a_sentence),
	};

	jsonform_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
