/*
 * loop.c - gather, one turn, perform; and again.
 *
 * Never runs the loop from inside a callback and never calls the node from
 * anywhere but turn_run. Read next: conn.c for connections, node.h for what
 * is carried out.
 */
#include "daemon/io/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include "daemon/statefile.h"
#include "proto/base/log.h"
#include "proto/base/paths.h"
#include "proto/base/mem.h"

/* Bytes that wait for one turn. */
#define LIMIT_NOTED_BYTES (16u << 20)

/* ---- what happened ---- */

struct turn_time shell_time(struct shell *shell)
{
	uv_timeval64_t wall = { 0, 0 };

	uv_update_time(&shell->loop);
	if (uv_gettimeofday(&wall) != 0 || wall.tv_sec < 0)
		wall = (uv_timeval64_t){ 0, 0 };
	return (struct turn_time){
		.now_ms = uv_now(&shell->loop),
		.wall_ms = (uint64_t)wall.tv_sec * 1000 +
			   (uint64_t)wall.tv_usec / 1000,
	};
}

static void on_idle(uv_idle_t *idle)
{
	(void)idle; /* only keeps the loop from sleeping */
}

static void on_timer(uv_timer_t *timer)
{
	struct shell *shell = timer->data;

	shell->is_due = true;
}

static void on_watchdog(uv_timer_t *timer)
{
	(void)timer;
	notify_send("WATCHDOG=1");
}

static void on_signal(uv_signal_t *signal_handle, int number)
{
	struct shell *shell = signal_handle->data;

	if (number == SIGHUP)
		return;
	shell->wants_stop = true;
	shell_wake(shell);
}

void shell_wake(struct shell *shell)
{
	shell->is_due = true;
	uv_idle_start(&shell->idle, on_idle);
}

struct noted *shell_note(struct shell *shell)
{
	struct noted *noted;

	if (shell->noted_count == LIMIT_EVENTS)
		return NULL;
	noted = &shell->noted[shell->noted_count++];
	memset(noted, 0, sizeof *noted);
	shell_wake(shell);
	return noted;
}

/* ---- what is to be done ---- */

static struct bytes bytes_at(const struct buf *buf, size_t offset, size_t len)
{
	return bytes_of(buf->ptr + offset, len);
}

static void peer_perform(struct shell *shell, const struct effect *effect)
{
	struct conn *conn = conn_find(shell, effect->conn);

	switch (effect->kind) {
	case EFFECT_SEND:
		if (conn != NULL)
			conn_send(conn, bytes_at(&shell->effects.peer.bytes,
						 effect->offset, effect->len));
		break;
	case EFFECT_CLOSE:
		if (conn != NULL) {
			conn->is_silent = true;
			conn_finish(conn);
		}
		break;
	case EFFECT_DIAL:
		tcp_dial(shell, effect);
		break;
	case EFFECT_PAIR_LISTEN:
		tcp_listen(shell, &shell->pairing, effect->address);
		break;
	case EFFECT_PAIR_UNLISTEN:
		tcp_listen(shell, &shell->pairing, "");
		break;
	case EFFECT_NOTIFY:
		break;
	}
}

static int file_write(struct shell *shell, const struct node_effect *effect)
{
	char path[PATH_BYTES];
	int status;

	status = paths_join(shell->options->node.state_dir, effect->name, path,
			    &shell->err);
	if (status == 0)
		status = statefile_write(path,
					 bytes_at(&shell->effects.bytes,
						  effect->offset, effect->len),
					 &shell->err);
	return status;
}

static void node_perform(struct shell *shell, const struct node_effect *effect)
{
	struct conn *conn = conn_find(shell, effect->client);

	switch (effect->kind) {
	case NODE_CLIENT_SEND:
		if (conn != NULL)
			conn_send(conn, bytes_at(&shell->effects.bytes,
						 effect->offset, effect->len));
		break;
	case NODE_CLIENT_CLOSE:
		if (conn != NULL)
			conn_finish(conn);
		break;
	case NODE_RUN_JOB:
		work_run(shell, effect->job);
		break;
	case NODE_LISTEN:
		tcp_listen(shell, &shell->peers, effect->address);
		break;
	case NODE_WRITE_FILE:
		break; /* were written first */
	case NODE_STOP:
		shell->is_leaving = true;
		break;
	}
}

/* Promises to the state folder come before anything that relies on them. */
static int files_perform(struct shell *shell)
{
	size_t i;

	for (i = 0; i < shell->effects.count; i++) {
		const struct node_effect *effect = &shell->effects.items[i];
		int status;

		if (effect->kind != NODE_WRITE_FILE)
			continue;
		status = file_write(shell, effect);
		if (status == 0)
			continue;
		log_write(LOG_LEVEL_BAD, "io", "state_not_written",
			  LOG_FIELDS(log_code("code", status)));
		/* The journal itself is safe; a full disk is no reason to
		 * stop, and the next turn that needs it tries again. */
		if (status != ERR_DISK_FULL)
			return status;
	}
	return 0;
}

static void peers_drop(struct shell *shell)
{
	struct conn *conn;

	for (conn = shell->conns; conn != NULL; conn = conn->next) {
		if (conn->kind == CONN_CLIENT || conn->is_closed)
			continue;
		conn->is_silent = true;
		conn_finish(conn);
	}
}

static void perform(struct shell *shell)
{
	size_t i;

	shell->status = files_perform(shell);
	if (shell->status != 0) {
		shell->is_leaving = true;
		return;
	}
	for (i = 0; i < shell->effects.peer.count; i++)
		peer_perform(shell, &shell->effects.peer.items[i]);
	if (shell->effects.peers_dropped)
		peers_drop(shell);
	for (i = 0; i < shell->effects.count; i++)
		node_perform(shell, &shell->effects.items[i]);
}

/* ---- the turn ---- */

static size_t events_gather(struct shell *shell, size_t *client_count)
{
	size_t events = 0, clients = 0;
	size_t i;

	for (i = 0; i < shell->noted_count; i++) {
		struct noted *noted = &shell->noted[i];
		struct bytes bytes =
			bytes_at(&shell->bytes, noted->offset, noted->len);

		if (noted->is_client) {
			noted->client.bytes = bytes;
			shell->clients[clients++] = noted->client;
		} else {
			noted->event.bytes = bytes;
			noted->event.address = noted->address[0] == '\0'
						       ? NULL
						       : noted->address;
			shell->events[events++] = noted->event;
		}
	}
	*client_count = clients;
	return events;
}

static void place_refresh(struct shell *shell)
{
	struct buf place;

	if (!node_wants_place(shell->node))
		return;
	buf_init(&place, 256);
	origin_read(shell->options->node.data_dir, &place);
	node_set_place(shell->node, buf_bytes(&place));
	buf_release(&place);
}

static void turn_run(struct shell *shell)
{
	struct node_turn turn = { .events = shell->events,
				  .clients = shell->clients,
				  .time = shell_time(shell),
				  .stop = shell->wants_stop,
				  .lock = shell->wants_lock };
	int status;

	log_tick(turn.time.now_ms);
	shell->wants_stop = false;
	shell->wants_lock = false;
	shell->is_due = false;
	conns_note_sent(shell);
	turn.event_count = events_gather(shell, &turn.client_count);
	status = node_turn(shell->node, &turn, &shell->effects, &shell->err);
	shell->noted_count = 0;
	buf_clear(&shell->bytes);
	perform(shell);
	/* An unlock under way is locked again when it is through. */
	if (!shell->is_working)
		logind_locked(shell);
	if (status != 0 && err_class(status) == ERR_CLASS_CORRUPT) {
		shell->status = status;
		shell->is_leaving = true;
	}
	place_refresh(shell);
}

/* Without a device to sync with and without anybody using it: leave. */
static void leave_when_idle(struct shell *shell, uint64_t now_ms)
{
	if (node_is_needed(shell->node)) {
		shell->idle_since_ms = now_ms;
		return;
	}
	if (now_ms - shell->idle_since_ms >= IDLE_LEAVE_MS)
		shell->wants_stop = shell->is_due = true;
}

static void timer_arm(struct shell *shell, uint64_t conns_ms)
{
	uint64_t now_ms = uv_now(&shell->loop);
	uint64_t at = node_deadline(shell->node);

	leave_when_idle(shell, now_ms);
	if (conns_ms < at)
		at = conns_ms;
	if (shell->is_due || at <= now_ms) {
		shell_wake(shell);
		return;
	}
	uv_idle_stop(&shell->idle);
	/* At least once a minute, for leave_when_idle. */
	at -= now_ms;
	uv_timer_start(&shell->timer, on_timer, at < 60000 ? at : 60000, 0);
}

static void on_check(uv_check_t *check)
{
	struct shell *shell = check->data;
	uint64_t conns_ms;

	if (shell->is_leaving) {
		uv_idle_stop(&shell->idle);
		if (!shell->is_working)
			uv_stop(&shell->loop);
		return;
	}
	if (shell->is_due || node_deadline(shell->node) <= uv_now(&shell->loop))
		turn_run(shell);
	if (shell->is_leaving) {
		shell_wake(shell); /* back here, above, without sleeping */
		return;
	}
	conns_resume(shell);
	tcp_resume(shell);
	clients_resume(shell);
	conns_ms = conns_sweep(shell, uv_now(&shell->loop));
	timer_arm(shell, conns_ms);
}

/* ---- start and end ---- */

static void *uv_malloc_from(size_t size)
{
	return mem_alloc(1, size);
}

static void *uv_realloc_from(void *ptr, size_t size)
{
	return mem_realloc(ptr, 1, size);
}

static void *uv_calloc_from(size_t count, size_t size)
{
	return mem_alloc(count, size);
}

static int queues_make(struct shell *shell, struct err *err)
{
	shell->noted = mem_alloc(LIMIT_EVENTS, sizeof *shell->noted);
	shell->events = mem_alloc(LIMIT_EVENTS, sizeof *shell->events);
	shell->clients = mem_alloc(LIMIT_EVENTS, sizeof *shell->clients);
	shell->read_bytes = mem_alloc(1, READ_BYTES);
	buf_init(&shell->bytes, LIMIT_NOTED_BYTES);
	node_effects_init(&shell->effects);
	if (shell->noted == NULL || shell->events == NULL ||
	    shell->clients == NULL || shell->read_bytes == NULL)
		return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	return 0;
}

static void handles_init(struct shell *shell)
{
	uint64_t watchdog_ms = notify_watchdog_ms();

	uv_check_init(&shell->loop, &shell->check);
	uv_idle_init(&shell->loop, &shell->idle);
	uv_timer_init(&shell->loop, &shell->timer);
	uv_timer_init(&shell->loop, &shell->watchdog);
	uv_signal_init(&shell->loop, &shell->term);
	uv_signal_init(&shell->loop, &shell->interrupt);
	uv_signal_init(&shell->loop, &shell->hangup);
	shell->check.data = shell->timer.data = shell->term.data = shell;
	shell->interrupt.data = shell->hangup.data = shell;
	tcp_init(shell);
	uv_check_start(&shell->check, on_check);
	uv_signal_start(&shell->term, on_signal, SIGTERM);
	uv_signal_start(&shell->interrupt, on_signal, SIGINT);
	uv_signal_start(&shell->hangup, on_signal, SIGHUP);
	if (watchdog_ms != 0)
		uv_timer_start(&shell->watchdog, on_watchdog, watchdog_ms,
			       watchdog_ms);
}

static int node_start(struct shell *shell, struct err *err)
{
	struct node_options options = shell->options->node;
	struct buf place;
	int status;

	buf_init(&place, 256);
	origin_read(options.data_dir, &place);
	options.place = buf_bytes(&place);
	status = node_open(&shell->node, &options, shell_time(shell), err);
	buf_release(&place);
	return status;
}

static void on_walk_close(uv_handle_t *handle, void *context)
{
	(void)context;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

static void all_close(struct shell *shell)
{
	struct conn *conn;

	clients_close(shell);
	tcp_close(shell);
	logind_close(shell);
	for (conn = shell->conns; conn != NULL; conn = conn->next)
		conn_close(conn);
	uv_walk(&shell->loop, on_walk_close, NULL);
	uv_run(&shell->loop, UV_RUN_DEFAULT);
}

/* What was promised to clients may still be on its way out. */
static void linger(struct shell *shell)
{
	uint64_t end_ms = uv_now(&shell->loop) + 1000;
	struct conn *conn;

	for (conn = shell->conns; conn != NULL; conn = conn->next)
		conn_finish(conn);
	while (conns_count(shell) > 0 && uv_now(&shell->loop) < end_ms) {
		uv_timer_start(&shell->timer, on_timer, 20, 0);
		uv_run(&shell->loop, UV_RUN_ONCE);
	}
}

static void shell_release(struct shell *shell)
{
	node_effects_release(&shell->effects);
	buf_release(&shell->bytes);
	mem_free(shell->noted);
	mem_free(shell->events);
	mem_free(shell->clients);
	mem_free(shell->read_bytes);
}

int loop_lock_home(const char *dir, int *fd, struct err *err)
{
	char path[PATH_BYTES];
	int status = statefile_make_folder(dir, err);

	if (status == 0)
		status = statefile_check_folder(dir, err);
	if (status == 0)
		status = paths_join(dir, "lock", path, err);
	if (status != 0)
		return status;
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return err_set_os(err, ERR_IO, errno, "%s can't be opened.",
				  path);
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	close(*fd);
	*fd = -1;
	return err_set(err, ERR_BUSY,
		       "Another keptd serves this home already.");
}

int loop_run(const struct loop_options *options, struct err *err)
{
	struct shell shell = { .options = options };
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (uv_replace_allocator(uv_malloc_from, uv_realloc_from,
				 uv_calloc_from, mem_free) != 0 ||
	    uv_loop_init(&shell.loop) != 0)
		return err_set(err, ERR_NOMEM, "The loop did not start.");
	handles_init(&shell);
	shell.next_id = 1;
	shell.idle_since_ms = uv_now(&shell.loop);
	status = queues_make(&shell, err);
	if (status == 0)
		status = node_start(&shell, err);
	if (status == 0)
		status = clients_open(&shell, err);
	if (status != 0)
		goto out;
	logind_open(&shell);
	if (options->on_ready != NULL)
		options->on_ready(options->context);
	notify_send("READY=1");
	shell_wake(&shell);
	uv_run(&shell.loop, UV_RUN_DEFAULT);
	notify_send("STOPPING=1");
	linger(&shell);
	status = shell.status;
	if (status != 0)
		err_set(err, status, "%s",
			shell.err.text[0] != '\0' ? shell.err.text
						  : err_text(status));
out:
	all_close(&shell);
	node_close(shell.node);
	shell_release(&shell);
	if (uv_loop_close(&shell.loop) != 0)
		log_write(LOG_LEVEL_WARN, "io", "handles_left",
			  LOG_FIELDS(log_u64("conns", conns_count(&shell))));
	return status;
}
