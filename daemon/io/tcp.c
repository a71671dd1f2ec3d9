/*
 * tcp.c - TCP: listeners for peers and for pairing, and dials.
 *
 * Never decides whom to talk to: the engine names addresses, and who comes
 * has to prove itself there. Read next: conn.c.
 */
#include "daemon/io/shell.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include "proto/base/log.h"
#include "proto/base/mem.h"

#define LISTEN_BACKLOG 64
#define LIMIT_ADDRESS_LINES 16

struct host_port {
	char host[112];
	char port[8];
};

/* host:port, [v6]:port, :port. */
static bool address_split(const char *address, struct host_port *out)
{
	const char *colon = strrchr(address, ':');
	const char *host = address;
	size_t len;

	if (colon == NULL || strlen(colon + 1) >= sizeof out->port)
		return false;
	len = (size_t)(colon - address);
	if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
		host++;
		len -= 2;
	}
	if (len >= sizeof out->host)
		return false;
	memcpy(out->host, host, len);
	out->host[len] = '\0';
	memcpy(out->port, colon + 1, strlen(colon + 1) + 1);
	return true;
}

static bool address_numeric(const struct host_port *at,
			    struct sockaddr_storage *out)
{
	long port = strtol(at->port, NULL, 10);
	const char *host = at->host[0] == '\0' ? "::" : at->host;

	if (port < 0 || port > 65535)
		return false;
	return uv_ip4_addr(host, (int)port, (struct sockaddr_in *)out) == 0 ||
	       uv_ip6_addr(host, (int)port, (struct sockaddr_in6 *)out) == 0;
}

static void address_format(const struct sockaddr *at, char *out, size_t size)
{
	char host[INET6_ADDRSTRLEN] = "";
	unsigned port;

	out[0] = '\0';
	if (at->sa_family == AF_INET) {
		const struct sockaddr_in *in =
			(const struct sockaddr_in *)(const void *)at;

		port = ntohs(in->sin_port);
		if (uv_ip4_name(in, host, sizeof host) == 0)
			snprintf(out, size, "%s:%u", host, port);
	} else if (at->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in =
			(const struct sockaddr_in6 *)(const void *)at;

		port = ntohs(in->sin6_port);
		if (IN6_IS_ADDR_V4MAPPED(&in->sin6_addr)) {
			inet_ntop(AF_INET, &in->sin6_addr.s6_addr[12], host,
				  sizeof host);
			snprintf(out, size, "%s:%u", host, port);
		} else if (uv_ip6_name(in, host, sizeof host) == 0) {
			snprintf(out, size, "[%s]:%u", host, port);
		}
	}
}

/* ---- dials ---- */

static void peer_name(struct conn *conn)
{
	struct sockaddr_storage at;
	int len = sizeof at;

	if (uv_tcp_getpeername(&conn->uv.tcp, (struct sockaddr *)&at, &len) ==
	    0)
		address_format((struct sockaddr *)&at, conn->address,
			       sizeof conn->address);
	uv_tcp_nodelay(&conn->uv.tcp, 1);
}

static void on_connect(uv_connect_t *request, int status)
{
	struct conn *conn = request->data;

	if (conn->is_closed)
		return;
	if (status < 0) {
		conn_close(conn);
		return;
	}
	/* The address it was reached at stays as the engine spelled it. */
	uv_tcp_nodelay(&conn->uv.tcp, 1);
	conn_start(conn);
}

static void connect_to(struct conn *conn, const struct sockaddr *at)
{
	conn->connect.data = conn;
	if (uv_tcp_connect(&conn->connect, &conn->uv.tcp, at, on_connect) != 0)
		conn_close(conn);
}

static void on_resolved(uv_getaddrinfo_t *request, int status,
			struct addrinfo *found)
{
	struct conn *conn = request->data;

	conn->is_resolving = false;
	if (conn->is_closed) {
		/* on_close left the freeing to us if it came first. */
		if (conn->handles_open == 0)
			conn_forget(conn);
	} else if (status < 0 || found == NULL) {
		conn_close(conn);
	} else {
		connect_to(conn, found->ai_addr);
	}
	uv_freeaddrinfo(found);
}

static void resolve(struct conn *conn, const struct host_port *at)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };

	conn->resolve.data = conn;
	conn->is_resolving = true;
	if (uv_getaddrinfo(&conn->shell->loop, &conn->resolve, on_resolved,
			   at->host, at->port, &hints) != 0) {
		conn->is_resolving = false;
		conn_close(conn);
	}
}

static void dial_refused(struct shell *shell, uint32_t dial)
{
	struct noted *noted = shell_note(shell);

	if (noted == NULL)
		return;
	noted->event.kind = EVENT_DIAL_FAILED;
	noted->event.dial = dial;
}

void tcp_dial(struct shell *shell, const struct effect *effect)
{
	struct sockaddr_storage at;
	struct host_port split;
	struct conn *conn = NULL;

	if (address_split(effect->address, &split))
		conn = conn_new(shell,
				effect->is_pairing ? CONN_PAIR : CONN_PEER);
	if (conn == NULL) {
		dial_refused(shell, effect->dial);
		return;
	}
	conn->dial = effect->dial;
	conn->deadline_ms = uv_now(&shell->loop) + DIAL_MS;
	memcpy(conn->address, effect->address, sizeof conn->address);
	if (address_numeric(&split, &at))
		connect_to(conn, (struct sockaddr *)&at);
	else
		resolve(conn, &split);
}

/* ---- listeners ---- */

static void on_connection(uv_stream_t *server, int status)
{
	struct listener *listener = server->data;
	struct conn *conn;

	if (status < 0)
		return;
	conn = conn_new(listener->shell,
			listener->is_pairing ? CONN_PAIR : CONN_PEER);
	/* libuv holds who came until it is accepted. */
	listener->is_waiting = conn == NULL;
	if (conn == NULL)
		return;
	if (uv_accept(server, &conn->uv.stream) != 0) {
		conn_close(conn);
		return;
	}
	peer_name(conn);
	conn_start(conn);
}

/* A listener at [::] is reached at each interface's own address. */
static void interfaces_put(struct buf *lines, unsigned port)
{
	uv_interface_address_t *found = NULL;
	int count = 0;
	int i, lines_left = LIMIT_ADDRESS_LINES;

	if (uv_interface_addresses(&found, &count) != 0)
		return;
	for (i = 0; i < count && lines_left > 0; i++) {
		char text[128];

		if (found[i].is_internal)
			continue;
		if (found[i].address.address4.sin_family == AF_INET6 &&
		    IN6_IS_ADDR_LINKLOCAL(&found[i].address.address6.sin6_addr))
			continue;
		if (found[i].address.address4.sin_family == AF_INET)
			found[i].address.address4.sin_port =
				htons((uint16_t)port);
		else
			found[i].address.address6.sin6_port =
				htons((uint16_t)port);
		address_format((struct sockaddr *)&found[i].address, text,
			       sizeof text);
		buf_printf(lines, "%s\n", text);
		lines_left--;
	}
	uv_free_interface_addresses(found, count);
}

static void addresses_put(struct buf *lines, const struct sockaddr *at)
{
	char text[128];
	bool is_any = false;
	unsigned port = 0;

	if (at->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in =
			(const struct sockaddr_in6 *)(const void *)at;

		is_any = IN6_IS_ADDR_UNSPECIFIED(&in->sin6_addr);
		port = ntohs(in->sin6_port);
	} else if (at->sa_family == AF_INET) {
		const struct sockaddr_in *in =
			(const struct sockaddr_in *)(const void *)at;

		is_any = in->sin_addr.s_addr == INADDR_ANY;
		port = ntohs(in->sin_port);
	}
	if (is_any)
		interfaces_put(lines, port);
	if (lines->len > 0)
		return;
	/* No interface but loopback: then that. */
	if (is_any)
		snprintf(text, sizeof text, "127.0.0.1:%u", port);
	else
		address_format(at, text, sizeof text);
	buf_printf(lines, "%s\n", text);
}

static void listener_tell(struct listener *listener)
{
	struct shell *shell = listener->shell;
	struct sockaddr_storage at;
	int len = sizeof at;
	char text[128];
	struct buf lines;

	if (!listener->is_open ||
	    uv_tcp_getsockname(&listener->tcp, (struct sockaddr *)&at, &len) !=
		    0) {
		if (listener->is_pairing)
			node_pair_listening(shell->node, "");
		else
			node_listening(shell->node, "");
		return;
	}
	if (!listener->is_pairing) {
		address_format((struct sockaddr *)&at, text, sizeof text);
		node_listening(shell->node, text);
		return;
	}
	buf_init(&lines, 2000);
	addresses_put(&lines, (struct sockaddr *)&at);
	while (lines.len > 0 && lines.ptr[lines.len - 1] == '\n')
		lines.len--;
	buf_put_u8(&lines, 0);
	node_pair_listening(shell->node, (const char *)lines.ptr);
	buf_release(&lines);
}

static void listener_open(struct listener *listener, const char *address)
{
	struct sockaddr_storage at;
	struct host_port split;
	int status = -1;

	uv_tcp_init(&listener->shell->loop, &listener->tcp);
	listener->tcp.data = listener;
	listener->is_open = true;
	if (address_split(address, &split) && address_numeric(&split, &at)) {
		status = uv_tcp_bind(&listener->tcp, (struct sockaddr *)&at, 0);
		if (status == 0)
			status = uv_listen((uv_stream_t *)&listener->tcp,
					   LISTEN_BACKLOG, on_connection);
	}
	if (status == 0) {
		listener_tell(listener);
		return;
	}
	log_write(LOG_LEVEL_WARN, "io", "cannot_listen",
		  LOG_FIELDS(log_u64("pairing", listener->is_pairing)));
	listener->next[0] = '\0';
	listener->is_failed = true;
	listener_close(listener);
}

static void on_listener_close(uv_handle_t *handle)
{
	struct listener *listener = handle->data;
	bool is_failed = listener->is_failed;

	listener->is_open = false;
	listener->is_waiting = false;
	listener->is_closing = false;
	listener->is_failed = false;
	if (listener->shell->is_leaving)
		return;
	if (listener->next[0] != '\0') {
		char address[128];

		memcpy(address, listener->next, sizeof address);
		listener->next[0] = '\0';
		listener_open(listener, address);
	} else if (is_failed) {
		listener_tell(listener);
		shell_wake(listener->shell);
	}
}

void listener_close(struct listener *listener)
{
	if (!listener->is_open || listener->is_closing)
		return;
	listener->is_closing = true;
	uv_close((uv_handle_t *)&listener->tcp, on_listener_close);
}

void tcp_init(struct shell *shell)
{
	shell->peers.shell = shell->pairing.shell = shell;
	shell->pairing.is_pairing = true;
}

void tcp_listen(struct shell *shell, struct listener *listener,
		const char *address)
{
	shell_wake(shell);
	if (listener->is_open) {
		memcpy(listener->next, address, strlen(address) + 1);
		listener->is_failed = false;
		listener_close(listener);
	} else if (address[0] != '\0') {
		listener_open(listener, address);
	}
}

static void listener_resume(struct listener *listener)
{
	if (listener->is_waiting && listener->is_open && !listener->is_closing)
		on_connection((uv_stream_t *)&listener->tcp, 0);
}

void tcp_resume(struct shell *shell)
{
	listener_resume(&shell->peers);
	listener_resume(&shell->pairing);
}

void tcp_close(struct shell *shell)
{
	shell->peers.next[0] = shell->pairing.next[0] = '\0';
	shell->is_leaving = true;
	listener_close(&shell->peers);
	listener_close(&shell->pairing);
}
