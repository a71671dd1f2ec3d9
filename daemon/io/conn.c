/*
 * conn.c - one connection: its handles, its reads into the queue, its writes.
 *
 * Callbacks note an event and return; the last close callback frees. Never
 * tells an end from inside the call that asked for it. Read next: tcp.c and
 * clients.c, which make connections.
 */
#include "daemon/io/shell.h"

#include "proto/base/log.h"
#include "proto/base/mem.h"
#include "proto/base/panic.h"

struct write {
	uv_write_t request;
	struct conn *conn;
	size_t len;
	uint8_t bytes[];
};

static const size_t conn_limits[CONN_KIND_COUNT] = {
	[CONN_PEER] = LIMIT_PEER_CONNS,
	[CONN_PAIR] = LIMIT_PAIR_CONNS,
	[CONN_CLIENT] = LIMIT_CLIENT_CONNS,
};
_Static_assert(3 * (LIMIT_PEER_CONNS + LIMIT_PAIR_CONNS + LIMIT_CLIENT_CONNS) <
		       LIMIT_EVENTS / 2,
	       "beginnings, ends, and writes of a turn find room");

size_t conns_count(const struct shell *shell)
{
	size_t count = 0;
	int kind;

	for (kind = 0; kind < CONN_KIND_COUNT; kind++)
		count += shell->conn_counts[kind];
	return count;
}

struct conn *conn_new(struct shell *shell, enum conn_kind kind)
{
	struct conn *conn;

	if (shell->conn_counts[kind] >= conn_limits[kind])
		return NULL;
	conn = mem_alloc(1, sizeof *conn);
	if (conn == NULL)
		return NULL;
	conn->shell = shell;
	conn->kind = kind;
	conn->id = shell->next_id++;
	if (kind == CONN_CLIENT)
		uv_pipe_init(&shell->loop, &conn->uv.pipe, 0);
	else
		uv_tcp_init(&shell->loop, &conn->uv.tcp);
	conn->uv.handle.data = conn;
	conn->handles_open = 1;
	conn->next = shell->conns;
	shell->conns = conn;
	shell->conn_counts[kind]++;
	return conn;
}

struct conn *conn_find(struct shell *shell, uint32_t id)
{
	struct conn *conn;

	for (conn = shell->conns; id != 0 && conn != NULL; conn = conn->next) {
		if (conn->id == id && !conn->is_closed)
			return conn;
	}
	return NULL;
}

static void conn_unlink(struct conn *conn)
{
	struct conn **at = &conn->shell->conns;

	while (*at != conn)
		at = &(*at)->next;
	*at = conn->next;
	conn->shell->conn_counts[conn->kind]--;
}

void conn_forget(struct conn *conn)
{
	kept_assert(conn->is_closed && conn->handles_open == 0);
	conn_unlink(conn);
	mem_free(conn);
}

static void on_close(uv_handle_t *handle)
{
	struct conn *conn = handle->data;

	kept_assert(conn->handles_open == 1);
	conn->handles_open = 0;
	if (!conn->is_resolving)
		conn_forget(conn);
}

/* The node hears of an end once, and only of what it knew. */
static void end_note(struct conn *conn)
{
	struct noted *noted;

	if (conn->is_silent && conn->kind != CONN_CLIENT)
		return;
	if (!conn->is_up && conn->dial == 0)
		return;
	noted = shell_note(conn->shell);
	if (noted == NULL)
		return;
	noted->is_client = conn->kind == CONN_CLIENT;
	noted->client.kind = CLIENT_DOWN;
	noted->client.client = conn->id;
	noted->event.kind = conn->is_up ? EVENT_PEER_DOWN : EVENT_DIAL_FAILED;
	noted->event.conn = conn->is_up ? conn->id : 0;
	noted->event.dial = conn->dial;
}

void conn_close(struct conn *conn)
{
	if (conn->is_closed)
		return;
	conn->is_closed = true;
	end_note(conn);
	if (conn->is_resolving)
		uv_cancel((uv_req_t *)&conn->resolve);
	uv_close(&conn->uv.handle, on_close);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct conn *conn = handle->data;
	struct shell *shell = conn->shell;

	(void)suggested;
	if (shell->noted_count >= LIMIT_EVENTS / 2 ||
	    shell->bytes.len + READ_BYTES > shell->bytes.max_bytes)
		*buf = uv_buf_init(NULL, 0);
	else
		*buf = uv_buf_init((char *)shell->read_bytes, READ_BYTES);
}

static void bytes_note(struct conn *conn, const char *bytes, size_t len)
{
	struct shell *shell = conn->shell;
	struct noted *noted = shell_note(shell);

	if (noted == NULL)
		return;
	noted->offset = shell->bytes.len;
	noted->len = len;
	if (buf_put(&shell->bytes, bytes, len) != 0) {
		shell->noted_count--;
		conn_close(conn);
		return;
	}
	noted->is_client = conn->kind == CONN_CLIENT;
	noted->client.kind = CLIENT_BYTES;
	noted->client.client = conn->id;
	noted->event.kind = EVENT_PEER_BYTES;
	noted->event.conn = conn->id;
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
	struct conn *conn = stream->data;

	if (got == 0 || conn->is_closed)
		return;
	if (got == UV_ENOBUFS) {
		uv_read_stop(stream);
		conn->is_reading = false;
		return;
	}
	if (got < 0)
		conn_close(conn);
	else if (!conn->is_closing)
		bytes_note(conn, buf->base, (size_t)got);
	/* One buffer for all: what came may be a passphrase. */
	if (got > 0)
		mem_wipe(buf->base, (size_t)got);
}

static void reading_start(struct conn *conn)
{
	if (conn->is_reading || conn->is_closed || !conn->is_up)
		return;
	if (uv_read_start(&conn->uv.stream, on_alloc, on_read) != 0)
		conn_close(conn);
	else
		conn->is_reading = true;
}

void conn_start(struct conn *conn)
{
	struct noted *noted = shell_note(conn->shell);

	conn->deadline_ms = 0;
	if (noted == NULL) {
		conn_close(conn);
		return;
	}
	conn->is_up = true;
	noted->is_client = conn->kind == CONN_CLIENT;
	noted->client.kind = CLIENT_UP;
	noted->client.client = conn->id;
	noted->event.kind = conn->kind == CONN_PAIR ? EVENT_PAIR_UP
						    : EVENT_PEER_UP;
	noted->event.conn = conn->id;
	noted->event.dial = conn->dial;
	memcpy(noted->address, conn->address, sizeof noted->address);
	reading_start(conn);
}

/* Replies are words of the journal. */
static void write_free(struct write *write)
{
	mem_wipe(write->bytes, write->len);
	mem_free(write);
}

static void on_write(uv_write_t *request, int status)
{
	struct write *write = (struct write *)request;
	struct conn *conn = write->conn;

	write_free(write);
	conn->has_sent = true;
	conn->shell->is_due |= conn->kind == CONN_CLIENT;
	if (status < 0 ||
	    (conn->is_closing && conn->uv.stream.write_queue_size == 0))
		conn_close(conn);
}

static size_t conn_unsent_max(const struct conn *conn)
{
	return conn->kind == CONN_CLIENT ? 2u * LIMIT_CLIENT_OUT_BYTES
					 : 2u * LIMIT_SESSION_OUT_BYTES;
}

/* What goes out at once, which is mostly all: no copy, no callback, and one
 * round of the loop less. */
static struct bytes send_now(struct conn *conn, struct bytes bytes)
{
	uv_buf_t buf =
		uv_buf_init((char *)(uintptr_t)bytes.ptr, (unsigned)bytes.len);
	int sent = uv_try_write(&conn->uv.stream, &buf, 1);

	/* Of trouble uv_write() tells. */
	if (sent <= 0)
		return bytes;
	conn->has_sent = true;
	conn->shell->is_due |= conn->kind == CONN_CLIENT;
	return bytes_of(bytes.ptr + sent, bytes.len - (size_t)sent);
}

void conn_send(struct conn *conn, struct bytes bytes)
{
	struct write *write;
	uv_buf_t buf;

	if (conn->is_closed || conn->is_closing || bytes.len == 0)
		return;
	if (conn->uv.stream.write_queue_size + bytes.len >
	    conn_unsent_max(conn)) {
		log_write(LOG_LEVEL_INFO, "io", "conn_does_not_read",
			  LOG_FIELDS(log_u64("conn", conn->id)));
		conn_close(conn);
		return;
	}
	bytes = send_now(conn, bytes);
	if (bytes.len == 0)
		return;
	write = mem_alloc(1, sizeof *write + bytes.len);
	if (write == NULL) {
		conn_close(conn);
		return;
	}
	write->conn = conn;
	write->len = bytes.len;
	memcpy(write->bytes, bytes.ptr, bytes.len);
	buf = uv_buf_init((char *)write->bytes, (unsigned)bytes.len);
	if (uv_write(&write->request, &conn->uv.stream, &buf, 1, on_write) !=
	    0) {
		write_free(write);
		conn_close(conn);
	}
}

void conn_finish(struct conn *conn)
{
	if (conn->is_closed || conn->is_closing)
		return;
	conn->is_closing = true;
	conn->deadline_ms = uv_now(&conn->shell->loop) + LINGER_MS;
	if (conn->uv.stream.write_queue_size == 0)
		conn_close(conn);
}

void conns_note_sent(struct shell *shell)
{
	struct conn *conn;

	for (conn = shell->conns; conn != NULL; conn = conn->next) {
		struct noted *noted;

		if (!conn->has_sent || conn->kind != CONN_CLIENT ||
		    conn->is_closed)
			continue;
		noted = shell_note(shell);
		if (noted == NULL)
			return;
		conn->has_sent = false;
		noted->is_client = true;
		noted->client.kind = CLIENT_SENT;
		noted->client.client = conn->id;
		noted->client.unsent_bytes = conn->uv.stream.write_queue_size;
	}
}

uint64_t conns_sweep(struct shell *shell, uint64_t now_ms)
{
	uint64_t next_ms = UINT64_MAX;
	struct conn *conn;

	for (conn = shell->conns; conn != NULL; conn = conn->next) {
		if (conn->is_closed || conn->deadline_ms == 0)
			continue;
		if (now_ms >= conn->deadline_ms)
			conn_close(conn);
		else if (conn->deadline_ms < next_ms)
			next_ms = conn->deadline_ms;
	}
	return next_ms;
}

void conns_resume(struct shell *shell)
{
	struct conn *conn;

	for (conn = shell->conns; conn != NULL; conn = conn->next) {
		bool is_slow = conn->kind == CONN_CLIENT && !conn->is_closed &&
			       conn->uv.stream.write_queue_size >
				       CLIENT_UNSENT_BYTES;

		if (is_slow && conn->is_reading) {
			uv_read_stop(&conn->uv.stream);
			conn->is_reading = false;
		} else if (!is_slow) {
			reading_start(conn);
		}
	}
}
