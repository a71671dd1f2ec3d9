/*
 * logind.c - the system's word that the machine goes to sleep, or that this
 * person's screen was locked: then the journal closes too.
 *
 * Sleep waits for it: a delay inhibitor (systemd's "Inhibitor Locks") is held
 * until the turn that wiped the keys is over. Must never wait for the bus, and
 * never make anything of its absence: without one there is lock_after alone.
 * Callbacks only note what happened. Read next: loop.c; sd-bus(3),
 * org.freedesktop.login1(5).
 */
#include "daemon/io/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "proto/base/log.h"

#define LOGIN_NAME "org.freedesktop.login1"
#define LOGIN_PATH "/org/freedesktop/login1"
/* More messages than this at once wait for the next time round. */
#define LIMIT_BUS_MESSAGES 64

static void bus_serve(struct logind *logind);

/* ---- the inhibitor ---- */

static void inhibitor_release(struct logind *logind)
{
	if (logind->inhibitor_fd >= 0)
		close(logind->inhibitor_fd);
	logind->inhibitor_fd = -1;
}

static int on_inhibited(sd_bus_message *reply, void *context,
			sd_bus_error *error)
{
	struct logind *logind = context;
	int fd = -1;

	(void)error;
	if (sd_bus_message_is_method_error(reply, NULL) > 0 ||
	    sd_bus_message_read(reply, "h", &fd) < 0)
		return 0;
	inhibitor_release(logind);
	/* Asleep before the answer came: nothing waits for us any more. */
	if (!logind->is_asleep)
		logind->inhibitor_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return 0;
}

static void inhibitor_take(struct logind *logind)
{
	if (sd_bus_call_method_async(logind->bus, NULL, LOGIN_NAME, LOGIN_PATH,
				     LOGIN_NAME ".Manager", "Inhibit",
				     on_inhibited, logind, "ssss", "sleep",
				     "kept", "Closes the journal first",
				     "delay") < 0)
		log_write(LOG_LEVEL_INFO, "io", "sleep_not_delayed",
			  LOG_FIELDS(log_u64("held", 0)));
}

/* ---- what the bus says ---- */

static void note_lock(struct logind *logind)
{
	logind->shell->wants_lock = true;
	shell_wake(logind->shell);
}

static int on_sleep(sd_bus_message *message, void *context, sd_bus_error *error)
{
	struct logind *logind = context;
	int begins = 0;

	(void)error;
	if (sd_bus_message_read(message, "b", &begins) < 0)
		return 0;
	logind->is_asleep = begins != 0;
	if (begins) {
		logind->releases = true;
		note_lock(logind);
		return 0;
	}
	/* Awake before the turn that locks: the inhibitor is for the next. */
	logind->releases = false;
	if (logind->inhibitor_fd < 0)
		inhibitor_take(logind);
	return 0;
}

/* Whose session is it? What can't be told is taken for ours. */
static int on_session_user(sd_bus_message *reply, void *context,
			   sd_bus_error *error)
{
	uint32_t uid = 0;

	(void)error;
	if (sd_bus_message_is_method_error(reply, NULL) > 0 ||
	    sd_bus_message_enter_container(reply, 'v', "(uo)") < 0 ||
	    sd_bus_message_enter_container(reply, 'r', "uo") < 0 ||
	    sd_bus_message_read(reply, "u", &uid) < 0 ||
	    uid == (uint32_t)getuid())
		note_lock(context);
	return 0;
}

static int on_session_lock(sd_bus_message *message, void *context,
			   sd_bus_error *error)
{
	struct logind *logind = context;
	const char *path = sd_bus_message_get_path(message);

	(void)error;
	if (path == NULL ||
	    sd_bus_call_method_async(logind->bus, NULL, LOGIN_NAME, path,
				     "org.freedesktop.DBus.Properties", "Get",
				     on_session_user, logind, "ss",
				     LOGIN_NAME ".Session", "User") < 0)
		note_lock(logind);
	return 0;
}

/* logind was started anew, and knows of no inhibitor. */
static int on_login_owner(sd_bus_message *message, void *context,
			  sd_bus_error *error)
{
	const char *name, *before, *now;

	(void)error;
	if (sd_bus_message_read(message, "sss", &name, &before, &now) >= 0 &&
	    *now != '\0')
		inhibitor_take(context);
	return 0;
}

/* ---- the bus in the loop ---- */

static void on_bus_poll(uv_poll_t *poll, int status, int events)
{
	(void)status; /* what is wrong, the bus says */
	(void)events;
	bus_serve(poll->data);
}

static void on_bus_timer(uv_timer_t *timer)
{
	bus_serve(timer->data);
}

static void bus_leave(struct logind *logind)
{
	uv_poll_stop(&logind->poll);
	uv_timer_stop(&logind->timer);
	uv_close((uv_handle_t *)&logind->poll, NULL);
	uv_close((uv_handle_t *)&logind->timer, NULL);
	inhibitor_release(logind);
	sd_bus_close(logind->bus);
	logind->bus = sd_bus_unref(logind->bus);
}

static int poll_arm(struct logind *logind)
{
	int wanted = sd_bus_get_events(logind->bus), events = 0;
	uint64_t at_us = UINT64_MAX;
	struct timespec now;
	uint64_t now_us;

	if (wanted < 0 || sd_bus_get_timeout(logind->bus, &at_us) < 0)
		return -1;
	events |= (wanted & POLLIN) != 0 ? UV_READABLE : 0;
	events |= (wanted & POLLOUT) != 0 ? UV_WRITABLE : 0;
	if (uv_poll_start(&logind->poll, events, on_bus_poll) != 0)
		return -1;
	uv_timer_stop(&logind->timer);
	if (at_us == UINT64_MAX || clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return 0;
	now_us = (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	return uv_timer_start(&logind->timer, on_bus_timer,
			      at_us <= now_us ? 0 : (at_us - now_us) / 1000 + 1,
			      0);
}

/* Reads what came, and waits for more; a bus that went away is let go. */
static void bus_serve(struct logind *logind)
{
	int count, got = 1;

	for (count = 0; got > 0 && count < LIMIT_BUS_MESSAGES; count++)
		got = sd_bus_process(logind->bus, NULL);
	if (got >= 0 && poll_arm(logind) == 0) {
		if (got > 0)
			(void)uv_timer_start(&logind->timer, on_bus_timer, 0,
					     0);
		return;
	}
	bus_leave(logind);
}

static int matches_add(struct logind *logind)
{
	int status;

	status = sd_bus_match_signal_async(logind->bus, NULL, LOGIN_NAME,
					   LOGIN_PATH, LOGIN_NAME ".Manager",
					   "PrepareForSleep", on_sleep, NULL,
					   logind);
	if (status >= 0)
		status = sd_bus_match_signal_async(
			logind->bus, NULL, LOGIN_NAME, NULL,
			LOGIN_NAME ".Session", "Lock", on_session_lock, NULL,
			logind);
	if (status >= 0)
		status = sd_bus_add_match_async(
			logind->bus, NULL,
			"type='signal',sender='org.freedesktop.DBus',"
			"member='NameOwnerChanged',arg0='" LOGIN_NAME "'",
			on_login_owner, NULL, logind);
	return status;
}

void logind_open(struct shell *shell)
{
	struct logind *logind = &shell->logind;

	logind->shell = shell;
	logind->inhibitor_fd = -1;
	/* No such bus, or no room: then there is none. */
	if (sd_bus_open_system(&logind->bus) < 0) {
		logind->bus = NULL;
		return;
	}
	if (matches_add(logind) < 0 ||
	    uv_poll_init(&shell->loop, &logind->poll,
			 sd_bus_get_fd(logind->bus)) != 0) {
		logind->bus = sd_bus_unref(logind->bus);
		return;
	}
	uv_timer_init(&shell->loop, &logind->timer);
	logind->poll.data = logind->timer.data = logind;
	inhibitor_take(logind);
	bus_serve(logind);
}

void logind_locked(struct shell *shell)
{
	if (!shell->logind.releases)
		return;
	shell->logind.releases = false;
	inhibitor_release(&shell->logind);
}

void logind_close(struct shell *shell)
{
	if (shell->logind.bus != NULL)
		bus_leave(&shell->logind);
}
